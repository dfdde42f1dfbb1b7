// One run on the screen: its globe, its list of events, its radar display, what is followed.

import * as THREE from "three";
import { Atlas, Quads } from "./atlas";
import { Orbit } from "./camera";
import { Clock } from "./clock";
import { Details } from "./details";
import { h, handsBack } from "./dom";
import { CLASSES, EventList, colourOf } from "./events";
import { CONFIDENCE, Ellipsoids, localAt } from "./ellipsoid";
import { Content, LogEvent, Radar } from "./format";
import { Frame } from "./geo";
import { Coast, Globe } from "./globe";
import { Beam, Dome, Strobes, Zones, matrixAt, terrain } from "./layers";
import { Grown } from "./live";
import { Entity, RunModel } from "./model";
import { Options } from "./options";
import { Plots } from "./plots";
import { Ppi, fades } from "./ppi";
import { COLOURS, MISSILE } from "./symbols";
import { Trails } from "./trails";

const MARK_S = 20;
const LABEL_CELL = 16;
const KEY_PIXELS = 17.5; // a press of a key turns as dragging by so many does
const UNDER: Record<string, number> = { site: 0, track: 1, platform: 2, missile: 3 };
THREE.ColorManagement.enabled = false; // colours are meant as they are written

/** Without a graphics card edges are not smoothed: it would cost the processor three times the work. */
function drawnBySoftware(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2"), about = gl?.getExtension("WEBGL_debug_renderer_info");
  if (!gl) throw new Error("this browser gives no WebGL 2; allow it, or take another browser");
  if (!about) return false;
  const name = String(gl.getParameter(about.UNMASKED_RENDERER_WEBGL));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}

/** `id`: of whom it tells; `at`: where it is on the screen, null where it is not drawn */
interface Mark { t: number; x: number; y: number; z: number; icon: string; id: string; at?: [number, number] | null }

export class View {
  readonly root = h("section", { class: "view" });
  readonly canvas = h("canvas", { class: "globe", tabindex: "0", "aria-label": "globe" });
  readonly model: RunModel;
  readonly orbit: Orbit;
  readonly events: EventList;
  readonly details: Details;
  readonly ppi: Ppi;
  followed: Entity | null = null;
  radar: Radar | null;
  /** told when the camera was moved by hand */
  moved: () => void = () => {};
  picked: (id: string | null) => void = () => {};
  /** more to draw, of a run that goes on */
  readonly grown: Grown = { add: (o) => { this.scene.add(o); }, mark: (m) => { this.marks.push(m); } };
  private readonly scene = new THREE.Scene();
  private readonly renderer: THREE.WebGLRenderer;
  private readonly globe: Globe;
  private readonly trails: Trails;
  private readonly atlas: Atlas;
  private readonly quads: Quads;
  readonly strobes: Strobes;
  readonly ellipsoids = new Ellipsoids();
  private readonly plots: Plots;
  private readonly beams = new Map<string, Beam>();
  private readonly domes = new Map<string, Dome>();
  private readonly zones = new Map<string, Zones>();
  private readonly ground: THREE.Mesh | null;
  private readonly stems: THREE.LineSegments;
  private readonly stemAt: THREE.BufferAttribute;
  private readonly marks: Mark[] = [];
  private readonly taken = new Set<number>();
  private readonly key = h("div", { class: "key" });
  private readonly legend = h("span", { class: "legend" });
  private readonly coverage = h("span", { class: "coverage" });
  private readonly zoned = h("span", { class: "zoned" });
  private readonly strobed = h("span", { class: "strobed" }, "jam strobe");
  private readonly foot = h("div", { class: "foot" }, this.coverage, this.zoned, this.strobed, this.legend);
  private readonly select = handsBack(h("select", { title: "radar of this display", "aria-label": "radar" }));
  width = 1;
  height = 1;

  constructor(content: Content, coast: Coast, readonly label: string, private readonly clock: Clock, private readonly options: Options) {
    this.model = new RunModel(content);
    this.orbit = new Orbit(this.model.frame);
    const soft = drawnBySoftware();
    this.renderer = new THREE.WebGLRenderer({ canvas: this.canvas, antialias: !soft, powerPreference: "high-performance" });
    this.renderer.setClearColor(0x04070a);
    this.renderer.setPixelRatio(soft ? 1 : Math.min(window.devicePixelRatio || 1, 2));
    this.renderer.outputColorSpace = THREE.LinearSRGBColorSpace;
    this.globe = new Globe(this.model.frame, coast);
    this.trails = new Trails(this.model);
    this.atlas = new Atlas(this.model.entities.length);
    this.quads = new Quads(this.atlas.texture);
    this.strobes = new Strobes(this.model);
    this.plots = new Plots(content);
    this.ground = terrain(content, this.model.frame);
    this.stemAt = new THREE.BufferAttribute(new Float32Array(6 * (this.model.entities.length + 64)), 3);
    const stemGeometry = new THREE.BufferGeometry();
    stemGeometry.setAttribute("position", this.stemAt);
    this.stems = new THREE.LineSegments(stemGeometry, new THREE.LineBasicMaterial({ color: 0x7c908f, transparent: true, opacity: 0.35, depthTest: false }));
    this.stems.frustumCulled = false;
    this.stems.renderOrder = 45;
    this.scene.add(this.globe.group, this.trails.mesh, this.strobes.lines, this.ellipsoids.group, this.stems, this.quads.mesh);
    if (this.ground) this.scene.add(this.ground);
    this.radar = this.model.header.radars.find((r) => r.rotating) ?? this.model.header.radars[0] ?? null;
    for (const r of this.model.header.radars) if (this.model.byId.has(r.id)) this.select.append(h("option", { value: r.id }, `${r.id} (${r.type})`));
    this.events = new EventList(this.model.events, (e) => this.show(e));
    this.details = new Details(this.model, (t) => this.clock.set(t), (id) => this.follow(id || null), this.options);
    const ppi = h("canvas", { class: "ppi", title: "tracks as seen from this radar; click one to follow it, wheel to zoom" });
    this.ppi = new Ppi(ppi, this.model, this.plots, this.options);
    this.findMarks();
    this.compose(ppi);
    this.home();
  }

  /** What belongs to a radar where it stands now: made when first wanted, and anew where its place has another horizon or sector. */
  private standing<T extends { radar: Radar; group: THREE.Group }>(known: Map<string, T>, r: Radar, make: new (r: Radar, f: Frame, lat: number, lon: number, alt: number) => T): T | null {
    const e = this.model.byId.get(r.id), here = this.model.radarAt(r, this.clock.t), old = known.get(r.id);
    if (!e || old?.radar === here) return old ?? null;
    if (old) this.scene.remove(old.group);
    const made = new make(here, this.model.frame, ...this.model.frame.geodetic(e.x, e.y, e.z));
    known.set(r.id, made);
    this.scene.add(made.group);
    return made;
  }

  private compose(ppi: HTMLCanvasElement): void {
    const run = this.model.header.run;
    const title = h("div", { class: "title" }, this.label ? h("b", { class: "which" }, this.label) : "", h("b", {}, run.title || run.name),
      h("span", {}, `${run.name}, seed ${run.seed}, replication ${run.replication}`));
    const classes = h("div", { class: "classes" });
    for (const [key, c] of Object.entries(CLASSES)) {
      const box = h("input", { type: "checkbox", checked: this.events.on.has(key) });
      box.addEventListener("change", () => { if (box.checked) this.events.on.add(key); else this.events.on.delete(key); this.events.filter(); this.events.tick(this.clock.t); });
      classes.append(h("label", { title: c.events.join(", ") }, box, h("span", { class: "dot", style: `background:${c.colour}` }), c.name));
    }
    const mine = h("details", { class: "which-events" }, h("summary", {}, "Events"), classes);
    const left = h("div", { class: "panel left" }, title, mine, this.events.root);
    const none = this.model.header.radars.length === 0;
    this.select.addEventListener("change", () => this.selectRadar(this.select.value));
    if (this.radar) this.select.value = this.radar.id;
    ppi.addEventListener("click", (ev) => { const id = this.ppi.at(ev.offsetX, ev.offsetY); if (id) this.follow(id); });
    ppi.addEventListener("wheel", (ev) => { ev.preventDefault(); this.ppi.scale = Math.min(Math.max(this.ppi.scale * Math.exp(-ev.deltaY * 0.002), 1), 40); }, { passive: false });
    const right = h("div", { class: "panel right" }, h("div", { class: "scope" }, none ? h("p", {}, "no radar") : this.select, ppi, this.key), this.details.root);
    this.root.append(this.canvas, left, right, this.foot);
    this.listen();
  }

  private listen(): void {
    let down: { x: number; y: number; far: number; pan: boolean } | null = null;
    const c = this.canvas;
    c.addEventListener("contextmenu", (e) => e.preventDefault());
    c.addEventListener("pointerdown", (e) => {
      down = { x: e.clientX, y: e.clientY, far: 0, pan: e.button !== 0 || e.shiftKey };
      c.setPointerCapture(e.pointerId);
    });
    c.addEventListener("pointermove", (e) => {
      if (!down) return;
      const dx = e.clientX - down.x, dy = e.clientY - down.y;
      down.far += Math.abs(dx) + Math.abs(dy);
      [down.x, down.y] = [e.clientX, e.clientY];
      if (down.far < 4) return;
      if (down.pan) {
        this.orbit.follow = false;
        this.orbit.pan(dx, dy, this.height);
      } else this.orbit.turn(dx, dy);
      this.moved();
    });
    c.addEventListener("pointerup", (e) => {
      if (down && down.far < 4) {
        const box = c.getBoundingClientRect(), hit = this.at(e.clientX - box.left, e.clientY - box.top);
        this.follow(hit ? hit.id : null);
      }
      down = null;
    });
    c.addEventListener("pointercancel", () => { down = null; });
    c.addEventListener("wheel", (e) => { e.preventDefault(); this.orbit.zoom(Math.exp(e.deltaY * 0.0012)); this.moved(); }, { passive: false });
  }

  /** Turn, tilt or zoom by keys: so many steps of 6 degrees, and a factor of the distance. */
  steer(right: number, up: number, factor = 1): void {
    this.orbit.turn(-right * KEY_PIXELS, up * KEY_PIXELS);
    if (factor !== 1) this.orbit.zoom(factor);
    this.moved();
  }

  /** Move over the ground by keys: steps of a twelfth of the view's height. */
  shift(right: number, ahead: number): void {
    this.orbit.follow = false;
    this.orbit.pan((-right * this.height) / 12, (ahead * this.height) / 12, this.height);
    this.moved();
  }

  /** The whole scene, seen from the south. */
  home(): void {
    let far = 20e3;
    const all = this.model.entities.filter((e) => e.kind === "platform" && e.identity === "hostile" && e.n > 0);
    const ranges = all.map((e) => Math.hypot(this.model.xyz[4 * e.first], this.model.xyz[4 * e.first + 1])).sort((a, b) => a - b);
    if (ranges.length) far = Math.max(far, ranges[Math.floor(0.8 * (ranges.length - 1))]);
    this.orbit.lat = this.model.frame.lat;
    this.orbit.lon = this.model.frame.lon;
    this.orbit.alt = 0;
    this.orbit.az = 0;
    this.orbit.el = 0.55;
    this.orbit.distance = 2.0 * far;
    if (this.radar) this.ppi.scale = Math.max(1, this.radar.range_m / (1.25 * far));
    this.orbit.follow = false;
  }

  /** To the time of an event, and to whom it is about. */
  show(e: LogEvent): void {
    this.clock.set(e.t);
    const id = [e.subject, e.object].find((k) => k && this.model.byId.has(k));
    if (id) this.follow(id);
  }

  follow(id: string | null): void {
    const e = id ? (this.model.byId.get(id) ?? null) : null;
    this.followed = e;
    this.root.classList.toggle("following", e !== null); // the display makes room for the kill chain
    this.orbit.follow = e !== null;
    if (!e) this.orbit.alt = 0;
    if (e && e.kind === "site" && this.model.header.radars.some((r) => r.id === e.id)) this.selectRadar(e.id);
    this.details.show(e);
    this.details.tick(this.clock.t);
    this.picked(e ? e.id : null);
  }

  /** Follow the next (by 1) or the previous (by -1) of what moves and is shown now, in the order of the run's tables. */
  followNext(by: number): void {
    const all = this.model.entities.filter((e) => e.visible && e.kind !== "site" && e.kind !== "track" && this.shows(e));
    if (!all.length) return;
    const at = this.followed ? all.indexOf(this.followed) : -1;
    this.follow(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length].id);
  }

  selectRadar(id: string): void {
    this.radar = this.model.header.radars.find((r) => r.id === id) ?? this.radar;
    if (this.radar) this.select.value = this.radar.id;
  }

  shows(e: Entity): boolean {
    const o = this.options;
    if (e.kind === "site") return o.sites;
    if (e.kind === "missile") return o.missiles;
    if (e.kind === "track" && !o.tracks) return false;
    return o[e.identity as "hostile"] ?? true;
  }

  /** What is under a point of the view: the nearest symbol within 16 pixels; where there is none, whom the nearest mark is about. */
  at(x: number, y: number): Entity | null {
    let best: Entity | null = null, least = 16;
    for (const e of this.model.entities) {
      if (!e.visible || !e.onScreen) continue;
      const d = Math.hypot(e.screenX - x, e.screenY - y) + (e.kind === "track" ? 0.5 : 0);
      if (d < least) [least, best] = [d, e];
    }
    if (best) return best;
    let mark: Mark | null = null;
    for (const m of this.marks) {
      const d = m.at ? Math.hypot(m.at[0] - x, m.at[1] - y) : Infinity;
      if (d < least) [least, mark] = [d, m];
    }
    return mark && (this.model.byId.get(mark.id) ?? null);
  }

  private findMarks(): void {
    const m = this.model;
    for (const p of m.platforms.values()) {
      const e = m.byId.get(p.id);
      if (!e || p.t_end_s === null || e.n === 0) continue;
      const icon = p.fate === "killed" ? "kill" : /target/.test(p.fate) && p.identity === "hostile" ? "leak" : null;
      const at = icon ? m.placeAt(e, p.t_end_s) : null;
      if (icon && at) this.marks.push({ t: p.t_end_s, x: at[0], y: at[1], z: at[2], icon, id: p.id });
    }
    for (const r of m.missiles.values()) {
      const e = m.byId.get(r.id), t = r.t_burst_s;
      if (!e || t === null || r.fate === "kill") continue;
      const at = m.placeAt(e, t);
      if (at) this.marks.push({ t, x: at[0], y: at[1], z: at[2], icon: "miss", id: r.id });
    }
    this.marks.sort((a, b) => a.t - b.t);
  }

  resize(): void {
    const w = this.root.clientWidth, hh = this.root.clientHeight;
    if (w === this.width && hh === this.height) return;
    this.width = Math.max(w, 1);
    this.height = Math.max(hh, 1);
    this.renderer.setSize(this.width, this.height, false);
  }

  frame(): void {
    const t = this.clock.t, o = this.options;
    this.resize();
    this.model.sample(t);
    const followed = this.followed;
    if (followed && !followed.visible && followed.kind === "track") { // passive first, then with range: two paths of one name
      this.followed = this.model.entities.find((e) => e.id === followed.id && e.visible) ?? followed;
    }
    if (this.followed && this.orbit.follow && this.followed.visible) this.orbit.target(this.followed.x, this.followed.y, this.followed.z);
    this.orbit.update(this.width / this.height);
    this.globe.update(this.orbit.eye, this.orbit.distance);
    const trails = o.trail_s > 0 ? [o.unknown, o.friend, o.neutral, o.hostile, o.missiles, false, false, false].map(Number) : [0, 0, 0, 0, 0, 0, 0, 0];
    this.trails.update(t, Math.max(o.trail_s, 1), trails, this.orbit.eye, this.width, this.height);
    this.updateLayers(t);
    this.place(t);
    this.renderer.render(this.scene, this.orbit.camera);
    this.ppi.draw(this.radar && this.model.radarAt(this.radar, t), t, !o.strobes ? [] : this.strobes.now(t), this.followed, (e) => this.shows(e));
    this.events.tick(t);
    this.details.tick(t);
  }

  private updateLayers(t: number): void {
    const o = this.options;
    const radars = this.model.header.radars;
    for (const r of radars) {
      this.standing(this.beams, r, Beam)?.update(t, o.beams && this.model.emitting(r.id, t) && (r === this.radar || radars.length <= 4));
      const wanted = o.dome === "all" || (o.dome === "selected" && r === this.radar);
      const dome = wanted ? this.standing(this.domes, r, Dome) : this.domes.get(r.id);
      if (dome) dome.group.visible = wanted && this.model.alive(r.id, t);
    }
    this.carry();
    for (const z of this.model.header.zones) {
      const wanted = o.zones.has(z.weapon);
      if (wanted && !this.zones.has(z.weapon)) {
        const made = new Zones(z, this.model);
        this.zones.set(z.weapon, made);
        this.scene.add(made.group);
      }
      this.zones.get(z.weapon)?.update(wanted ? t : null);
    }
    this.strobes.lines.visible = o.strobes;
    if (o.strobes) this.strobes.update(t);
    if (this.ground) this.ground.visible = o.terrain;
  }

  /** Radars that have come to another place take beam and dome along. */
  private carry(): void {
    for (const r of this.model.header.radars) {
      const e = this.model.byId.get(r.id);
      if (!e || !this.model.header.places[r.id]) continue;
      const matrix = matrixAt(this.model.frame, ...this.model.frame.geodetic(e.x, e.y, e.z));
      this.beams.get(r.id)?.move(matrix);
      this.domes.get(r.id)?.move(matrix);
    }
  }

  private hidden(x: number, y: number, z: number): boolean {
    const R = this.model.frame.radius, eye = this.orbit.eye, dx = x - eye.x, dy = y - eye.y, dz = z - eye.z, l = Math.hypot(dx, dy, dz);
    const ox = eye.x, oy = eye.y, oz = eye.z + R, k = -(ox * dx + oy * dy + oz * dz) / l;
    if (k < 0 || k > l) return false;
    const px = ox + (k * dx) / l, py = oy + (k * dy) / l, pz = oz + (k * dz) / l, limit = R - 300;
    return px * px + py * py + pz * pz < limit * limit;
  }

  private readonly at2 = { x: 0, y: 0, d: 0 };
  private project(x: number, y: number, z: number): boolean {
    const m = this.orbit.matrix.elements, w = m[3] * x + m[7] * y + m[11] * z + m[15];
    if (w <= 0) return false;
    this.at2.x = (((m[0] * x + m[4] * y + m[8] * z + m[12]) / w + 1) * this.width) / 2;
    this.at2.y = ((1 - (m[1] * x + m[5] * y + m[9] * z + m[13]) / w) * this.height) / 2;
    this.at2.d = w;
    const p = this.at2;
    return p.x > -60 && p.x < this.width + 60 && p.y > -60 && p.y < this.height + 60 && !this.hidden(x, y, z);
  }

  /** Symbols, names, rings, marks and stems at their places of the screen. */
  private place(t: number): void {
    const o = this.options, q = this.quads, scale = 0.94, focal = this.height / (2 * Math.tan((this.orbit.camera.fov * Math.PI) / 360));
    const factor = CONFIDENCE[o.confidence][0];
    q.begin(this.width, this.height);
    this.ellipsoids.begin(factor);
    this.taken.clear();
    const stems = this.stemAt.array as Float32Array, R = this.model.frame.radius, wanted: Entity[] = [];
    let k = 0;
    for (const e of this.model.entities) {
      e.onScreen = false;
      if (!e.visible || !this.shows(e) || !this.project(e.x, e.y, e.z)) continue;
      e.onScreen = true;
      [e.screenX, e.screenY, e.depth] = [this.at2.x, this.at2.y, this.at2.d];
      wanted.push(e);
      if (o.stems && e.kind !== "site" && e.kind !== "track" && k < stems.length) {
        const l = Math.hypot(e.x, e.y, e.z + R), f = R / l;
        stems[k++] = e.x; stems[k++] = e.y; stems[k++] = e.z;
        stems[k++] = e.x * f; stems[k++] = e.y * f; stems[k++] = (e.z + R) * f - R;
      }
    }
    this.stems.geometry.setDrawRange(0, k / 3);
    if (k) { this.stemAt.clearUpdateRanges(); this.stemAt.addUpdateRange(0, k); }
    this.stemAt.needsUpdate = true;
    this.stems.visible = k > 0;
    this.placeMarks(t, scale);
    for (let layer = 0; layer < 4; layer++) for (const e of wanted) {
      if (UNDER[e.kind] !== layer) continue;
      const lost = e.kind === "site" && !this.model.alive(e.id, t);
      const icon = e.kind === "track" ? (e.passive ? "passive" : "track") : lost ? "lost" : e.icon;
      const size = e.kind === "site" ? 0.72 : e.kind === "track" ? 1.12 : e.kind === "missile" ? 0.8 : 0.9;
      const axes = e.kind === "track" && o.sigma ? e.axes() : null;
      if (axes && (factor * axes.half[0] * focal) / e.depth > 9) this.ellipsoids.add(e.id, axes, e.x, e.y, e.z, localAt(this.model.frame, e.x, e.y, e.z));
      q.add(this.atlas.symbol(e.kind, e.identity, icon), e.screenX, e.screenY, size * scale, 1);
    }
    if (this.followed && this.followed.onScreen) q.ring(this.followed.screenX, this.followed.screenY, 20, 1);
    if (o.names) this.placeNames(wanted);
    if (o.dome !== "none") this.placeRingNames();
    q.end();
    this.ellipsoids.end();
    this.tellKey();
  }

  private keyed = "";
  /** What is drawn that nobody knows by itself: under the display, and at the foot of the globe. */
  private tellKey(): void {
    const o = this.options, r = this.radar, strobes = o.strobes && this.strobes.lines.geometry.drawRange.count > 0;
    const zones = [...this.zones].filter(([, z]) => z.group.visible).map(([weapon]) => weapon).join(", ");
    const domes = [...this.domes].filter(([, d]) => d.group.visible).map(([id]) => id);
    const wanted = `${o.sigma} ${o.confidence} ${o.plots} ${r?.id} ${this.ellipsoids.shown.length > 0} ${strobes} ${zones} ${domes}`;
    if (wanted === this.keyed) return;
    this.keyed = wanted;
    this.legend.hidden = !o.sigma || this.ellipsoids.shown.length === 0;
    this.coverage.hidden = !domes.length;
    this.coverage.textContent = `coverage of ${domes.length > 1 ? `${domes.length} radars` : domes[0]}, by altitude`;
    this.zoned.hidden = !zones;
    this.zoned.textContent = `zone of ${zones}`;
    this.strobed.hidden = !strobes;
    this.foot.hidden = this.legend.hidden && !domes.length && !zones && !strobes;
    this.legend.replaceChildren(h("span", { class: "oval" }), `error of a track: ${o.confidence} % ellipsoid`);
    const plots = !this.plots.held ? ["no plots in this run (openiads run --plots keeps them)"] : !o.plots ? [] : [
      h("span", { class: "plot" }, "●"), "plot ", h("span", { class: "plot false" }, "×"), `false plot, ${fades(r!)} s`];
    this.key.replaceChildren(...(r ? plots : []), ...(r && o.sigma ? [h("span", { class: "oval" }), `${o.confidence}\u00a0%`] : []));
  }

  private placeMarks(t: number, scale: number): void {
    for (const m of this.marks) m.at = null;
    if (!this.options.marks) return;
    for (const m of this.marks) {
      if (m.t > t) break;
      const age = t - m.t, stays = m.icon !== "miss";
      if (!stays && age > MARK_S) continue;
      if (!this.project(m.x, m.y, m.z)) continue;
      const fresh = Math.max(0, 1 - age / 3);
      m.at = [this.at2.x, this.at2.y];
      this.quads.add(this.atlas.symbol("mark", "", m.icon), this.at2.x, this.at2.y, scale * (0.62 + 0.8 * fresh), age < MARK_S ? 1 : 0.45);
    }
  }

  private placeNames(wanted: Entity[]): void {
    const order = [this.followed, ...wanted].filter((e): e is Entity => e !== null && e.onScreen);
    const crowded = wanted.length > 250;
    const rank = (e: Entity) => (e === this.followed ? 0 : e.kind === "platform" ? (e.identity === "hostile" ? 1 : 3) : e.kind === "missile" ? 2 : e.kind === "site" ? (e.icon === "launcher" ? 5 : 4) : 6);
    order.sort((a, b) => rank(a) - rank(b));
    let last: Entity | null = null;
    for (const e of order) {
      if (e === last || (e.kind === "track" && e !== this.followed)) continue;
      last = e;
      if (crowded && rank(e) > 3) break;
      const colour = e.kind === "missile" ? MISSILE : (COLOURS[e.identity] ?? "#fff");
      const cell = this.atlas.label(e.id, colour);
      if (!cell || !this.free(e.screenX + 15, e.screenY - 7, cell.px)) continue;
      this.quads.add(cell, e.screenX + 15 + cell.px / 2, e.screenY - 7, 1, 1);
    }
  }

  private free(x: number, y: number, w: number): boolean {
    const top = Math.floor((y - 6) / 7), low = Math.floor((y + 6) / 7), a = Math.floor(x / LABEL_CELL), b = Math.floor((x + w - 6) / LABEL_CELL);
    for (let r = top; r <= low; r++) for (let c = a; c <= b; c++) if (this.taken.has(r * 4096 + c)) return false;
    for (let r = top; r <= low; r++) for (let c = a; c <= b; c++) this.taken.add(r * 4096 + c);
    return true;
  }

  private placeRingNames(): void {
    for (const [id, dome] of this.domes) {
      if (!dome.group.visible || (this.options.dome === "all" && id !== this.radar?.id)) continue;
      for (const l of dome.labels) {
        const at = l.local.clone().applyMatrix4(dome.group.matrix);
        if (!this.project(at.x, at.y, at.z)) continue;
        const cell = this.atlas.label(l.text, "#8fd0ee");
        if (cell && this.free(this.at2.x, this.at2.y, cell.px)) this.quads.add(cell, this.at2.x + cell.px / 2, this.at2.y, 1, 0.85);
      }
    }
  }

  /** Ticks of the time line. */
  ticks(): { t: number; colour: string; tall: number }[] {
    return this.model.events
      .filter((e) => ["launch", "burst", "site lost", "platform end"].includes(e.event) && e.detail !== "end of run")
      .map((e) => ({ t: e.t, colour: colourOf(e), tall: e.event === "site lost" || e.detail === "hit its target" ? 1 : 0.6 }));
  }
}
