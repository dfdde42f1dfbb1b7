// What is known of the thing that is followed: its state now, and its whole kill chain.

import { clockText } from "./clock";
import { h, pressable } from "./dom";
import { CONFIDENCE } from "./ellipsoid";
import { Entity, RunModel } from "./model";
import { Options } from "./options";

/** so long after it was touched the panel does not move by itself */
const HELD_MS = 4000;

const km = (m: number | null) => (m === null ? "" : `${(m / 1000).toFixed(1)} km`);

export class Details {
  readonly root = h("div", { class: "details", tabindex: "0", role: "region", "aria-label": "what is followed", "aria-live": "polite" });
  private readonly live = h("div", { class: "live", "aria-live": "off" }); // it changes with every frame
  private steps: { t: number; row: HTMLElement }[] = [];
  private entity: Entity | null = null;
  private passed = -1;
  private lastText = "";
  private held = -Infinity;

  constructor(private readonly model: RunModel, private readonly jump: (t: number) => void, private readonly pick: (id: string) => void,
    private readonly options: Options) {
    for (const kind of ["wheel", "pointerdown", "keydown"]) this.root.addEventListener(kind, () => { this.held = performance.now(); }, { passive: true });
    this.show(null);
  }

  show(e: Entity | null): void {
    this.entity = e;
    this.steps = [];
    this.passed = -1;
    this.lastText = "";
    this.root.classList.toggle("empty", !e);
    if (!e) {
      this.root.replaceChildren();
      return;
    }
    const name = h("div", { class: "name" }, h("b", {}, e.id), h("button", { title: "stop following (Esc)", "aria-label": "stop following", click: () => this.pick("") }, "×"));
    this.root.replaceChildren(name, this.live, ...this.body(e));
    this.root.scrollTop = 0;
  }

  private body(e: Entity): HTMLElement[] {
    if (e.kind === "platform") return this.story(e.id);
    if (e.kind === "missile") return this.missile(e.id);
    if (e.kind === "track") return this.track(e);
    return this.site(e.id);
  }

  private story(id: string): HTMLElement[] {
    const s = this.model.header.chains[id];
    if (!s) return [];
    const out: HTMLElement[] = [h("p", { class: "headline" }, s.headline)];
    if (s.link) out.push(h("p", { class: "failed" }, `First failed link: ${s.link}`));
    out.push(...s.verdict.map((v) => h("p", {}, v)));
    const table = h("div", { class: "steps" });
    for (const [t, text, range, alt] of s.steps) {
      const where = [km(range), alt === null ? "" : `${Math.round(alt)} m up`].filter(Boolean).join(", ");
      const row = pressable(h("div", { class: "step" }, h("span", { class: "when" }, clockText(t)),
        h("span", { class: "what" }, text, where ? h("i", {}, ` ${where}`) : "")), () => this.jump(t));
      table.append(row);
      this.steps.push({ t, row });
    }
    if (!s.steps.length) table.append(h("p", {}, "Nothing about it is in the log."));
    out.push(h("h4", {}, "Kill chain"), table);
    return out;
  }

  private link(id: string | null): HTMLElement | string {
    return id && this.model.byId.has(id) ? h("a", { href: "#", click: (ev) => { ev.preventDefault(); this.pick(id); } }, id) : (id ?? "–");
  }

  private facts(rows: [string, HTMLElement | string | null][]): HTMLElement {
    const list = h("dl", {});
    for (const [k, v] of rows) if (v !== null && v !== "") list.append(h("dt", {}, k), h("dd", {}, v));
    return list;
  }

  private missile(id: string): HTMLElement[] {
    const m = this.model.missiles.get(id);
    if (!m) return [];
    const out = [this.facts([
      ["type", m.weapon], ["fired at", this.link(m.target ?? m.target_site)], ["from", this.link(m.launcher)], ["battery", m.battery],
      ["guided on", this.link(m.track)], ["launch", clockText(m.t_launch_s)], ["end", m.t_end_s === null ? null : `${m.fate} at ${clockText(m.t_end_s)}`],
      ["miss distance", m.miss_m === null ? null : `${m.miss_m.toFixed(1)} m`],
      ["kill probability", m.kill_probability === null ? null : m.kill_probability.toFixed(2)], ["", m.wrong_shot ? "fired at what is not hostile" : null],
    ])];
    if (m.target) out.push(...this.story(m.target));
    return out;
  }

  private track(e: Entity): HTMLElement[] {
    const behind = this.model.events.find((x) => x.via === e.id && x.subject && this.model.platforms.has(x.subject));
    return [this.facts([["kind", e.passive ? "passive track (from strobes)" : "fused track"], ["behind it", this.link(behind?.subject ?? null)]]),
      ...(behind?.subject ? this.story(behind.subject) : [])];
  }

  private site(id: string): HTMLElement[] {
    const s = this.model.sites.get(id)!, radar = this.model.header.radars.find((r) => r.id === id);
    const mag = (this.model.header as unknown as { magazines: { launcher: string; weapon: string; rounds_start: number; rounds_fired: number }[] }).magazines;
    const rounds = mag.filter((m) => m.launcher === id).map((m) => `${m.rounds_fired} of ${m.rounds_start} ${m.weapon} fired`).join(", ");
    const list = this.facts([
      ["kind", s.kind], ["type", s.type], ["instrumented range", s.radar_range_m === null ? null : km(s.radar_range_m)],
      ["scan", radar ? (radar.rotating ? `rotating, ${radar.period_s} s a turn` : `sector of ${Math.round((radar.half_rad * 360) / Math.PI)}°, ${radar.period_s} s a frame`) : null],
      ["missiles in the run", rounds || null], ["hits", s.hits ? String(s.hits) : null],
      ["lost", s.t_lost_s === null ? null : h("span", {}, `at ${clockText(s.t_lost_s)} to `, this.link(s.lost_to))],
    ]);
    const steps = h("div", { class: "steps" });
    for (const e of this.model.events) {
      if (e.subject !== id || !/site|command|power|emission|repair/.test(e.event)) continue;
      const row = pressable(h("div", { class: "step" }, h("span", { class: "when" }, clockText(e.t)), h("span", { class: "what" }, e.text)), () => this.jump(e.t));
      steps.append(row);
      this.steps.push({ t: e.t, row });
    }
    return this.steps.length ? [list, h("h4", {}, "What happened to it"), steps] : [list];
  }

  /** Half axes of the ellipsoid of a track's error, and where the longest points. */
  private error(e: Entity): string | null {
    const axes = e.kind === "track" ? e.axes() : null;
    if (!axes) return null;
    const factor = CONFIDENCE[this.options.confidence][0], [east, north] = axes.along[0];
    const across = Math.hypot(east, north), to = ((Math.atan2(east, north) * 180) / Math.PI + 180) % 180;
    const way = across < 0.5 ? "upright" : `${Math.round(to).toString().padStart(3, "0")}°`;
    return `${this.options.confidence} % error ${axes.half.map((x) => Math.round(factor * x)).join(" × ")} m (half axes, longest ${way})`;
  }

  /** Scroll so far that a row is seen. */
  private bring(row: HTMLElement): void {
    const box = this.root.getBoundingClientRect(), mine = row.getBoundingClientRect();
    if (mine.bottom > box.bottom) this.root.scrollTop += mine.bottom - box.bottom + 4;
    else if (mine.top < box.top) this.root.scrollTop -= box.top - mine.top + 4;
  }

  tick(t: number): void {
    const e = this.entity;
    if (!e) return;
    const s = this.model.state(e), where = `${s.lat.toFixed(3)}°, ${s.lon.toFixed(3)}°`;
    const alt = s.alt >= 10000 ? `${(s.alt / 1000).toFixed(1)} km` : `${Math.round(s.alt)} m`;
    const text = !e.visible ? "not in the air now" : [e.kind === "site" ? (this.model.alive(e.id, t) ? "working" : "lost") : null, `${alt} up`,
      s.speed === null ? null : `${Math.round(s.speed)} m/s`, where, e.kind === "track" ? `held ${e.identity}` : null,
      this.error(e)].filter(Boolean).join(" · ");
    if (text !== this.lastText) this.live.textContent = this.lastText = text;
    let passed = 0;
    for (const step of this.steps) if (step.t <= t) passed++;
    if (passed === this.passed) return;
    const goesOn = this.passed >= 0 && passed > 0 && performance.now() - this.held > HELD_MS;
    this.passed = passed;
    this.steps.forEach((step, k) => {
      step.row.classList.toggle("later", step.t > t);
      step.row.classList.toggle("last", k === passed - 1);
    });
    if (goesOn) this.bring(this.steps[passed - 1].row);
  }
}
