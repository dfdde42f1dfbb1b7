// A run that goes on: content and frames come from the socket of `openiads live`, commands go there. docs/live.md.

import * as THREE from "three";
import { Clock } from "./clock";
import { h, handsBack } from "./dom";
import { colourOf } from "./events";
import { Content, Header, Missile, Platform, Site, decode } from "./format";
import type { Page } from "./main";
import { Entity, IDENTITIES, RunModel, Steps } from "./model";
import { Source } from "./source";
import { COLOURS, MISSILE, rgb } from "./symbols";

interface Change { t_s: number; t_decision_s: number; command_post: string; what: string; before: string | number; after: string | number }
interface State {
  t_s: number; t_end_s: number; playing: boolean; over: boolean; stopped_at_s: number | null; speed: number; measured_speed: number | null;
  posts: Record<string, string | number>[]; choices: Record<string, (string | number)[]>; changes: Change[]; remark: string; message: string;
  counts: { threats: number; rounds: number; channels: number }; far_m: number;
}
type LiveHeader = Header & { live: State; magazines: { launcher: string; weapon: string }[] };
type Mark = { t: number; x: number; y: number; z: number; icon: string; id: string };
/** What a view of a run that goes on takes later. */
export interface Grown { add(o: THREE.Object3D): void; mark(m: Mark): void }

const SPEEDS = [1, 2, 5, 10, 20, 50, 100];
const NAMES: Record<string, string> = { rules_of_engagement: "weapons", policy: "policy", salvo: "salvo" };
const CATCH_UP_S = 0.25;

export class Live implements Source {
  readonly label = "";
  state!: State;
  frames = 0;
  private page!: Page;
  private model!: RunModel;
  private trail!: Trail;
  private readonly known = new Map<string, Entity>();
  private readonly temporary = new Set<Entity>();
  private following = true;
  private take: (c: Content) => void = () => {};
  private readonly socket = new WebSocket(new URL("socket", location.href.replace(/^http/, "ws")));
  private readonly note = h("div", { class: "luck", role: "note" });
  private readonly facts = h("span", { class: "live-facts" });
  private readonly post = handsBack(h("select", { name: "post", title: "command post" }, h("option", { value: "all" }, "all posts")));
  private readonly selects = new Map<string, HTMLSelectElement>();
  private readonly root = h("div", { class: "controls live" });

  open(): Promise<Content> {
    this.socket.binaryType = "arraybuffer";
    return new Promise((done, fail) => {
      this.take = done;
      this.socket.onopen = () => this.say({ do: "ready" });
      this.socket.onmessage = (e) => { decode(new Uint8Array(e.data as ArrayBuffer)).then((c) => this.take(c)).catch(fail); };
      this.socket.onclose = () => { fail(new Error("the run is not served any more, or has too many pages")); this.closed(); };
    });
  }

  say(what: Record<string, string | number>): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(what));
  }

  attach(page: Page): void {
    const view = page.views[0], header = view.model.header as LiveHeader;
    this.page = page;
    this.model = view.model;
    this.state = header.live;
    this.trail = new Trail(page);
    view.grown.add(this.trail.mesh);
    this.model.sample(this.state.t_s);
    for (const e of this.model.entities) this.seed(e);
    for (const s of page.steps[0]) while (s.t.length > 1 && s.t[s.t.length - 1] > this.state.t_s) { s.t.pop(); s.v.pop(); }
    const home = view.home.bind(view);
    view.home = () => {
      home();
      view.orbit.distance = 2 * this.state.far_m;
      if (view.radar) view.ppi.scale = Math.max(1, view.radar.range_m / (1.25 * this.state.far_m));
    };
    view.home();
    this.drive(page.clock);
    this.controls(view.root);
    this.take = (c) => { this.frame(c); this.frames++; this.say({ do: "ready" }); };
    this.show();
    this.say({ do: "ready" });
  }

  /** Samples of the first content become rows like those that come later. */
  private seed(e: Entity): void {
    if (e.kind === "site") return;
    this.known.set(`${e.kind === "track" && e.passive ? "passive track" : e.kind} ${e.id}`, e);
    const p = this.model.xyz;
    for (let i = e.first; i < e.first + e.n; i++) {
      e.more.push(this.model.t[i], p[4 * i], p[4 * i + 1], p[4 * i + 2], e.sigma);
      e.roots.push(e.kind === "track" ? this.model.rootAt(i) : null);
    }
  }

  // --- clock ------------------------------------------------------------------------------------
  private drive(c: Clock): void {
    const set = (t: number) => Clock.prototype.set.call(c, t);
    c.end = Math.max(this.state.t_s, 0.25);
    c.toggle = () => {
      if (!this.following) set(c.end);
      this.following = true;
      this.say({ do: this.state.playing ? "pause" : "go" });
    };
    c.faster = (by) => {
      const at = SPEEDS.findIndex((s) => s >= this.state.speed), k = at < 0 ? SPEEDS.length - 1 : at;
      this.say({ do: "speed", value: SPEEDS[Math.min(Math.max(k + by, 0), SPEEDS.length - 1)] });
    };
    c.set = (t) => { this.following = t >= c.end; set(t); this.show(); };
    c.advance = (seconds) => {
      const lag = c.end - c.t;
      if (this.following && lag > 0) set(Math.min(c.end, c.t + seconds * Math.max(this.state.speed, lag / CATCH_UP_S)));
    };
    Object.defineProperty(c, "speed", { configurable: true, get: () => this.state.speed });
    set(this.state.t_s);
  }

  /** The run is over: the page goes on as a replay of what it has. */
  private release(): void {
    const c = this.page.clock as unknown as Record<string, unknown>;
    for (const key of ["toggle", "faster", "set", "advance", "speed"]) delete c[key];
    this.page.clock.playing = false;
  }

  private closed(): void {
    if (!this.page) return;
    if (!this.state.over) this.release();
    this.root.querySelectorAll<HTMLButtonElement>("button, select").forEach((b) => { b.disabled = true; });
    this.facts.textContent = "the run is not served any more";
    this.page.touch();
  }

  // --- controls ---------------------------------------------------------------------------------
  private controls(root: HTMLElement): void {
    const button = (name: string, text: string, title: string, what: Record<string, string | number>) =>
      h("button", { name, title, click: () => { this.following = true; this.say(what); } }, text);
    this.root.append(h("b", { class: "live-mark" }, "LIVE"), button("second", "+1 s", "one second on (s)", { do: "step", value: "second" }),
      button("event", "+1 event", "on to the next event (e)", { do: "step", value: "event" }),
      h("button", { name: "now", title: "back to the present (End)", click: () => this.page.clock.set(this.page.clock.end) }, "now"), this.facts, h("span", { class: "space" }), this.post);
    for (const p of this.state.posts) this.post.append(h("option", { value: String(p.id) }, String(p.id)));
    this.post.addEventListener("change", () => this.show());
    for (const [what, values] of Object.entries(this.state.choices)) {
      const s = handsBack(h("select", { name: what, title: `${NAMES[what] ?? what}: holds from the next decision on` }, h("option", { value: "", disabled: true }, "differ"),
        ...values.map((v) => h("option", { value: String(v) }, String(v)))));
      s.addEventListener("change", () => {
        this.say({ do: "switch", post: this.post.value, what, value: typeof values[0] === "number" ? Number(s.value) : s.value });
      });
      this.selects.set(what, s);
      this.root.append(h("label", {}, `${NAMES[what] ?? what} `, s));
    }
    this.root.append(button("stop", "end the run", "close its accounts here", { do: "stop" }));
    document.querySelector(".bar .controls")!.after(this.root);
    root.parentElement!.append(this.note);
    document.addEventListener("keydown", (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey || e.target instanceof HTMLSelectElement || !"se".includes(e.key) || e.key.length !== 1) return;
      this.following = true;
      this.say({ do: "step", value: e.key === "s" ? "second" : "event" });
    });
  }

  private show(): void {
    const s = this.state, c = this.page.clock, measured = s.measured_speed;
    if (!s.over) c.playing = s.playing;
    const slow = s.playing && measured !== null && measured < 0.9 * s.speed ? `, this machine keeps ×${measured.toFixed(1)}` : "";
    const what = s.over ? (s.stopped_at_s === null ? "the run is over" : "the run was ended") : !this.following ? "looking back; the run " + (s.playing ? "goes on" : "is paused") : s.playing ? `running ×${s.speed}${slow}` : "paused";
    this.facts.textContent = s.message ? `${what} (${s.message})` : what;
    const last = s.changes[s.changes.length - 1];
    this.note.hidden = !s.remark;
    this.note.textContent = last ? `${s.remark} (${s.changes.length}; last: ${last.what} of ${last.command_post} ${last.before} → ${last.after} at ${last.t_s.toFixed(2)} s)` : "";
    const posts = s.posts.filter((p) => this.post.value === "all" || p.id === this.post.value);
    for (const [name, select] of this.selects) {
      const values = new Set(posts.map((p) => String(p[name])));
      if (document.activeElement !== select) select.value = values.size === 1 ? [...values][0] : "";
    }
    this.root.querySelectorAll<HTMLButtonElement>("button, select").forEach((b) => { b.disabled = s.over && b.getAttribute("name") !== "now"; });
    Clock.prototype.set.call(c, c.t);
  }

  // --- frames -----------------------------------------------------------------------------------
  private frame(content: Content): void {
    const header = content.header as LiveHeader, m = this.model, view = this.page.views[0], s = (this.state = header.live);
    this.samples(content);
    for (const p of header.platforms) this.row(m.platforms as Map<string, Platform>, p, "platform");
    for (const r of header.missiles) this.row(m.missiles as Map<string, Missile>, r, "missile");
    for (const r of header.sites) (m.sites as Map<string, Site>).set(r.id, r);
    const stores = (m.header as LiveHeader).magazines;
    for (const r of header.magazines) { const k = stores.findIndex((x) => x.launcher === r.launcher && x.weapon === r.weapon); stores[k < 0 ? stores.length : k] = r; }
    Object.assign(m.header.chains, header.chains);
    for (const key of ["states", "emissions"] as const) for (const [id, rows] of Object.entries(header[key])) (m.header[key][id] ??= []).push(...(rows as never[]));
    if (header.events.length) this.events(header);
    const told = [s.counts.threats, s.counts.rounds, s.counts.channels];
    this.page.steps[0].forEach((line, k) => extend(line, s.t_s, told[k]));
    m.tEnd = s.t_s;
    const c = this.page.clock;
    c.end = Math.max(s.t_s, 0.25);
    if (this.following && !s.playing) Clock.prototype.set.call(c, c.end);
    if (s.over) this.release();
    this.show();
    if (view.followed && header.chains[view.followed.id]) view.details.show(view.followed);
    this.page.touch();
  }

  private samples(content: Content): void {
    const header = content.header as LiveHeader, col = content.columns as Record<string, Int32Array>, m = this.model;
    for (const e of this.temporary) {
      e.more.length -= 5;
      e.roots.length--;
    }
    const roots = ["ee", "ne", "nn", "ue", "un", "uu"].map((name) => col[`root_${name}_dm`]);
    this.temporary.clear();
    for (const p of header.paths) {
      let e = this.known.get(`${p.kind} ${p.id}`);
      for (let i = p.first; i < p.first + p.rows; i++) {
        const t = col.t_ms[i] * 1e-3, sigma = col.sigma_dm[i] < 0 ? -1 : col.sigma_dm[i] * 0.1, [x, y, z] = [col.x_dm[i] * 0.1, col.y_dm[i] * 0.1, col.z_dm[i] * 0.1];
        e ??= this.fresh(p.kind, p.id, x, y, z);
        const at = this.model.frame.toScene(x, y, z), now = (p as { now?: boolean }).now === true && i === p.first + p.rows - 1;
        if (!now && e.more.length && e.kind !== "track") this.trail.add(e, e.more.slice(-5), t, at);
        e.more.push(t, ...at, sigma);
        e.roots.push(sigma < 0 ? null : m.rootAt(i, roots));
        if (now) this.temporary.add(e);
        if (e.kind === "track") e.identity = IDENTITIES[col.identity[i]] ?? e.identity;
        e.t0 = Math.min(e.t0, t);
        e.t1 = Math.max(e.t1, t);
      }
    }
  }

  /** A track that was passive first is two paths of one name. */
  private fresh(kind: string, id: string, x_m: number, y_m: number, z_m: number): Entity {
    const m = this.model, before = m.byId.get(id);
    m.byId.delete(id);
    const [e] = m.grow({ t_s: 0, events: [], samples: [{ kind, id, t_s: 0, x_m, y_m, z_m }] });
    if (before) m.byId.set(id, before);
    e.more.length = e.roots.length = 0;
    [e.t0, e.t1] = [Infinity, -Infinity];
    this.known.set(`${kind} ${id}`, e);
    return e;
  }

  private row<T extends { id: string; t_end_s: number | null }>(rows: Map<string, T>, row: T, kind: string): void {
    rows.set(row.id, row);
    const e = this.known.get(`${kind} ${row.id}`);
    if (e && row.t_end_s !== null) e.t1 = row.t_end_s;
  }

  private events(header: LiveHeader): void {
    const view = this.page.views[0], all = this.model.events;
    all.push(...header.events);
    all.sort((a, b) => a.t - b.t);
    view.events.filter();
    view.strobes.enter(header.events);
    for (const e of header.events) {
      if (["launch", "burst", "site lost", "platform end"].includes(e.event) && e.detail !== "end of run") {
        this.page.ticks[0].push({ t: e.t, colour: colourOf(e), tall: e.event === "site lost" || e.detail === "hit its target" ? 1 : 0.6 });
      }
      const one = e.event === "platform end" && e.subject ? this.known.get(`platform ${e.subject}`) : undefined;
      const icon = e.detail === "killed" ? "kill" : e.detail === "hit its target" && one?.identity === "hostile" ? "leak" : "";
      if (one && icon && one.more.length) { const [x, y, z] = one.more.slice(-4); view.grown.mark({ t: e.t, x, y, z, icon, id: one.id }); }
    }
  }
}

function extend(line: Steps, t: number, value: number): void {
  if (line.v[line.v.length - 1] === value) return;
  line.t.push(t);
  line.v.push(value);
  line.most = Math.max(line.most, value);
}

const SEGMENTS = 1 << 14;
const VERTEX = `attribute float when; attribute vec3 tint; uniform float now; uniform float span; varying float age; varying vec3 colour;
void main() { age = (now - when) / span; colour = tint; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }`;
const FRAGMENT = `varying float age; varying vec3 colour;
void main() { if (age < 0.0 || age > 1.0) discard; gl_FragColor = vec4(colour, mix(0.9, 0.15, age)); }`;

/** Trails of what has come since the page was opened: the last 16,384 pieces. */
class Trail {
  readonly mesh: THREE.LineSegments;
  private readonly place = new THREE.BufferAttribute(new Float32Array(6 * SEGMENTS), 3);
  private readonly tint = new THREE.BufferAttribute(new Float32Array(6 * SEGMENTS), 3);
  private readonly when = new THREE.BufferAttribute(new Float32Array(2 * SEGMENTS).fill(Infinity), 1);
  private next = 0;
  private most = 0;

  constructor(page: Page) {
    const g = new THREE.BufferGeometry(), uniforms = { now: { value: 0 }, span: { value: 90 } };
    g.setAttribute("position", this.place);
    g.setAttribute("tint", this.tint);
    g.setAttribute("when", this.when);
    g.setDrawRange(0, 0);
    this.mesh = new THREE.LineSegments(g, new THREE.ShaderMaterial({ vertexShader: VERTEX, fragmentShader: FRAGMENT, uniforms, transparent: true, depthWrite: false }));
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 50;
    this.mesh.onBeforeRender = () => { uniforms.now.value = page.clock.t; uniforms.span.value = Math.max(page.options.trail_s, 1e-3); };
  }

  add(e: Entity, from: number[], t: number, to: readonly number[]): void {
    const k = this.next++ % SEGMENTS, colour = rgb(e.kind === "missile" ? MISSILE : (COLOURS[e.identity] ?? COLOURS.unknown));
    this.place.array.set([from[1], from[2], from[3], to[0], to[1], to[2]], 6 * k);
    this.tint.array.set([...colour, ...colour], 6 * k);
    this.when.array.set([from[0], t], 2 * k);
    this.most = Math.max(this.most, k + 1);
    this.mesh.geometry.setDrawRange(0, 2 * this.most);
    this.place.needsUpdate = this.tint.needsUpdate = this.when.needsUpdate = true;
  }
}
