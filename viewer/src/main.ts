// The page: one clock, one or two runs, the keys.

import { Charts } from "./charts";
import { Clock, clockText } from "./clock";
import { focus, h, handsBack } from "./dom";
import { CONFIDENCE } from "./ellipsoid";
import { Finder } from "./find";
import { fromBase64, inflate } from "./format";
import { Coast, decodeCoast } from "./globe";
import { help } from "./help";
import { Live } from "./live";
import { Entity, Steps, series } from "./model";
import { Options, defaults } from "./options";
import { Embedded, Source } from "./source";
import { Timeline } from "./timeline";
import { View } from "./view";

async function coastOf(id: string): Promise<Float32Array[]> {
  const text = document.getElementById(id)?.textContent?.trim();
  return text ? decodeCoast(await inflate(fromBase64(text))) : [];
}

function sources(): Source[] {
  if (document.body.dataset.live !== undefined) return [new Live()];
  return [...document.querySelectorAll<HTMLElement>("script[data-run]")].map((e) => new Embedded(e.dataset.run ?? "", e));
}

export class Page {
  readonly clock: Clock;
  readonly options: Options = defaults();
  readonly views: View[] = [];
  /** what the time line and the charts show; a run that goes on lengthens them */
  readonly ticks: { t: number; colour: string; tall: number }[][];
  readonly steps: Steps[][];
  private readonly timeline: Timeline;
  private readonly charts: Charts;
  private readonly helpPanel: HTMLElement;
  private readonly layers: HTMLElement;
  private readonly finder: Finder;
  private readonly box: HTMLElement;
  /** what had the focus before a panel was opened */
  private focusedBefore: Element | null = null;
  private readonly timeText = h("span", { class: "time" });
  private readonly playButton = h("button", { class: "play", title: "play, pause (space)" }, "▶");
  private readonly speedText = h("span", { class: "speed" });
  private before = performance.now();
  private due = 3;
  /** script time of the last frames, in ms (tests and benchmarks read it) */
  readonly spent: number[] = [];

  constructor(views: (clock: Clock, options: Options) => View[], notice: string) {
    this.clock = new Clock(1);
    this.views = views(this.clock, this.options);
    this.clock.end = Math.max(...this.views.map((v) => v.model.tEnd));
    const app = document.getElementById("app")!;
    const box = this.box = h("div", { class: this.views.length > 1 ? "views two" : "views" }, ...this.views.map((v) => v.root));
    this.ticks = this.views.map((v) => v.ticks());
    this.steps = this.views.map((v) => series(v.model));
    this.timeline = new Timeline(this.clock, this.ticks);
    this.charts = new Charts(this.steps, () => this.clock.end, (t) => this.clock.set(t));
    const missing = [...new Set(this.views.flatMap((v) => [...v.model.header.missing, ...v.model.header.run.warnings.map((w) => `warning of the engine: ${w}`)]))];
    const luck = this.luck();
    if (luck) missing.unshift(luck);
    this.helpPanel = help(missing, notice, () => this.toggle(this.helpPanel));
    this.layers = this.layerPanel();
    this.finder = new Finder(() => this.views[0].model.entities, (e) => this.found(e), () => this.toggle(this.finder.root));
    this.helpPanel.hidden = this.layers.hidden = this.finder.root.hidden = true;
    if (luck) box.append(h("div", { class: "luck", role: "note" }, luck));
    app.replaceChildren(box, this.charts.root, this.bar(), this.layers, this.finder.root, this.helpPanel);
    this.couple();
    document.addEventListener("keydown", (e) => this.key(e));
    this.clock.listen(() => this.tell());
    for (const kind of ["pointermove", "pointerdown", "pointerup", "wheel", "keydown", "keyup", "click", "change", "scroll"]) {
      document.addEventListener(kind, () => this.touch(), { capture: true, passive: true });
    }
    window.addEventListener("resize", () => this.touch());
    for (const v of this.views) v.canvas.addEventListener("webglcontextrestored", () => this.touch()); // after sleep, or a driver's reset
    document.addEventListener("visibilitychange", () => this.touch());
    this.tell();
  }

  /** Something may look different: draw the next frames. Nothing is drawn while nothing changes. */
  touch(): void { this.due = 3; }

  /** Draw if there is a reason to. */
  step(): void {
    if (this.clock.playing || this.due > 0) {
      this.due--;
      this.frame();
    } else this.before = performance.now();
  }

  /** Two runs side by side mean most when nothing but one thing differs. */
  private luck(): string {
    if (this.views.length < 2) return "";
    const [a, b] = this.views.map((v) => v.model.header.run);
    const differ = [a.seed !== b.seed && "seed", a.replication !== b.replication && "replication", a.engine_sha256 !== b.engine_sha256 && "engine"].filter(Boolean);
    return differ.length ? `not the same luck: the runs differ in ${differ.join(" and ")}` : "";
  }

  private couple(): void {
    if (this.views.length < 2) return;
    this.views.forEach((v, k) => {
      const other = this.views[1 - k];
      v.moved = () => other.orbit.copy(v.orbit);
      v.picked = (id) => {
        if ((other.followed?.id ?? null) !== id && (id === null || other.model.byId.has(id))) other.follow(id);
      };
    });
  }

  private bar(): HTMLElement {
    this.playButton.addEventListener("click", () => this.clock.toggle());
    const button = (text: string, title: string, act: () => void) => h("button", { title, click: act }, text);
    return h("div", { class: "bar" },
      h("div", { class: "controls" }, this.playButton, button("−", "slower (−)", () => this.clock.faster(-1)), this.speedText, button("+", "faster (+)", () => this.clock.faster(1)),
        this.timeText, h("span", { class: "space" }),
        button("Panels", "lists and displays over the globe, or the globe alone (v)", () => this.box.classList.toggle("bare")),
        button("Find", "by name (/)", () => this.toggle(this.finder.root)), button("Layers", "what is shown (l)", () => this.toggle(this.layers)), button("Charts", "charts (c)", () => this.toggle(this.charts.root)), button("Help", "keys and symbols (?)", () => this.toggle(this.helpPanel))),
      this.timeline.canvas);
  }

  private layerPanel(): HTMLElement {
    const o = this.options as unknown as Record<string, boolean>, panel = h("div", { class: "layers", role: "dialog", "aria-label": "layers", tabindex: "-1" });
    const check = (key: string, text: string, mark = "") => {
      const box = h("input", { type: "checkbox", checked: o[key], name: key });
      box.addEventListener("change", () => { o[key] = box.checked; });
      panel.append(h("label", {}, box, mark ? h("span", { class: `side ${key}` }, mark) : "", text));
    };
    panel.append(h("button", { class: "close", "aria-label": "close", click: () => this.toggle(panel) }, "×"), h("h3", {}, "Sides"));
    check("hostile", "hostile", "◆");
    check("friend", "friend", "●");
    check("neutral", "neutral", "■");
    check("unknown", "unknown", "▲");
    panel.append(h("h3", {}, "Shown"));
    for (const [key, text] of [["missiles", "missiles"], ["tracks", "fused tracks"], ["sigma", "error ellipsoids of tracks"], ["sites", "sites"], ["names", "names"], ["stems", "lines to the ground"],
      ["marks", "kills and hits"], ["beams", "search beams"], ["strobes", "jam strobes"], ["plots", "plots of the radar display"]]) check(key, text);
    if (this.views.some((v) => v.model.header.ground)) check("terrain", "ground (green: a radar sees 100 m above it)");
    const sure = h("select", { name: "confidence" }, ...Object.keys(CONFIDENCE).map((p) => h("option", { value: p, selected: p === this.options.confidence }, `${p} %`)));
    sure.addEventListener("change", () => { this.options.confidence = sure.value; });
    panel.append(h("label", {}, "ellipsoids hold ", sure));
    const dome = h("select", { name: "dome" }, ...["selected", "all", "none"].map((v) => h("option", { value: v }, v)));
    dome.addEventListener("change", () => { this.options.dome = dome.value as Options["dome"]; });
    const trail = h("select", { name: "trail" }, ...[0, 30, 90, 300, 1e6].map((s) => h("option", { value: s, selected: s === this.options.trail_s }, s === 0 ? "none" : s > 1e5 ? "whole" : `${s} s`)));
    trail.addEventListener("change", () => { this.options.trail_s = Number(trail.value); });
    panel.append(h("label", {}, "coverage of radars ", dome), h("label", {}, "trails ", trail));
    for (const list of [sure, dome, trail]) handsBack(list);
    const weapons = [...new Set(this.views.flatMap((v) => v.model.header.zones.map((z) => z.weapon)))];
    if (weapons.length) panel.append(h("h3", {}, "Engagement zones"));
    for (const w of weapons) {
      const box = h("input", { type: "checkbox", name: `zone-${w}` });
      box.addEventListener("change", () => { if (box.checked) this.options.zones.add(w); else this.options.zones.delete(w); });
      panel.append(h("label", {}, box, w));
    }
    return panel;
  }

  /** Show or hide; a dialog takes the focus, and gives it back. */
  toggle(panel: HTMLElement): void {
    panel.hidden = !panel.hidden;
    if (!panel.matches("[role=dialog]")) return;
    if (!panel.hidden) {
      this.focusedBefore = document.activeElement;
      (panel.querySelector<HTMLElement>("[autofocus]") ?? panel).focus();
    } else if (this.focusedBefore instanceof HTMLElement) this.focusedBefore.focus();
  }

  /** Does the element with the focus do something of its own with this key? A button that was only clicked does not. */
  private taken(e: KeyboardEvent): boolean {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target instanceof HTMLSelectElement) return true;
    if (!(e.target instanceof Element)) return false;
    if (e.target.matches("[type=search]")) return e.key !== "Escape";
    if (e.key === "Enter") return e.target.matches("button, summary, a, input");
    return e.key === " " && e.target.matches(focus.byKeys ? "input, button, summary" : "input");
  }

  private key(e: KeyboardEvent): void {
    if (this.taken(e)) return;
    const c = this.clock, view = this.views[0], step = e.shiftKey ? 30 : 5;
    const acts: Record<string, () => void> = {
      " ": () => c.toggle(), ArrowLeft: () => c.set(c.t - step), ArrowRight: () => c.set(c.t + step), Home: () => c.set(0), End: () => c.set(c.end),
      "+": () => c.faster(1), "=": () => c.faster(1), "-": () => c.faster(-1), "_": () => c.faster(-1),
      n: () => this.hop(1), p: () => this.hop(-1), Enter: () => this.showLast(), ".": () => view.followNext(1), ",": () => view.followNext(-1), f: () => this.views.forEach((v) => { v.orbit.follow = !v.orbit.follow && v.followed !== null; }),
      Escape: () => this.escape(), "0": () => this.views.forEach((v) => v.home()), t: () => this.views.forEach((v) => { v.orbit.el = Math.PI / 2 - 1e-3; v.orbit.az = 0; }),
      u: () => view.steer(-1, 0), o: () => view.steer(1, 0), i: () => view.steer(0, 1), k: () => view.steer(0, -1), z: () => view.steer(0, 0, 0.8), x: () => view.steer(0, 0, 1.25),
      U: () => view.shift(-1, 0), O: () => view.shift(1, 0), I: () => view.shift(0, 1), K: () => view.shift(0, -1), v: () => this.box.classList.toggle("bare"),
      d: () => { this.options.dome = this.options.dome === "selected" ? "all" : this.options.dome === "all" ? "none" : "selected"; this.layers.querySelector<HTMLSelectElement>("[name=dome]")!.value = this.options.dome; },
      r: () => this.views.forEach((v) => { const all = v.model.header.radars; if (v.radar) v.selectRadar(all[(all.indexOf(v.radar) + 1) % all.length].id); }),
      l: () => this.toggle(this.layers), "/": () => this.toggle(this.finder.root), c: () => this.toggle(this.charts.root), "?": () => this.toggle(this.helpPanel), h: () => this.toggle(this.helpPanel),
    };
    const act = acts[e.key];
    if (!act || !view) return;
    e.preventDefault();
    act();
  }

  private escape(): void {
    if (!this.helpPanel.hidden) this.toggle(this.helpPanel);
    else if (!this.finder.root.hidden) this.toggle(this.finder.root);
    else if (!this.layers.hidden) this.toggle(this.layers);
    else this.views.forEach((v) => v.follow(null));
  }

  /** Follow what was found, at a time at which it is there. */
  private found(e: Entity): void {
    this.toggle(this.finder.root);
    if (e.kind !== "site" && (this.clock.t < e.t0 || this.clock.t > e.t1)) this.clock.set(e.t0);
    this.views[0].follow(e.id);
  }

  /** To the next or previous event of the first view's list. */
  private hop(by: number): void {
    const list = this.views[0].events, at = list.before(this.clock.t);
    let k = by > 0 ? at : at - 1;
    while (by < 0 && k >= 0 && list.shown[k].t >= this.clock.t) k--;
    const e = list.shown[k];
    if (e) this.clock.set(e.t);
  }

  /** Follow whom the last event of the first view's list is about. */
  private showLast(): void {
    const list = this.views[0].events, e = list.shown[list.before(this.clock.t) - 1];
    if (e) this.views[0].show(e);
  }

  private tell(): void {
    this.touch();
    const c = this.clock, start = this.views[0].model.header.start_utc;
    const utc = start ? `   ${new Date(Date.parse(start) + 1000 * c.t).toISOString().slice(11, 19)}Z` : "";
    this.timeText.textContent = `T+${clockText(c.t)}${utc}`;
    this.speedText.textContent = `×${c.speed}`;
    this.playButton.textContent = c.playing ? "❚❚" : "▶";
  }

  frame(): void {
    const start = performance.now();
    this.clock.advance(Math.min((start - this.before) / 1000, 0.25));
    this.before = start;
    for (const v of this.views) v.frame();
    if (!this.charts.root.hidden) this.charts.draw(this.clock.t);
    this.timeline.draw();
    this.spent.push(performance.now() - start);
    if (this.spent.length > 600) this.spent.splice(0, 300);
  }
}

declare global {
  interface Window { openiads?: { page: Page | null; ready: boolean; error: string; opened_ms: number; parts: Record<string, number> } }
}

async function open(): Promise<void> {
  const state: NonNullable<Window["openiads"]> = (window.openiads = { page: null, ready: false, error: "", opened_ms: 0, parts: {} });
  const started = performance.now();
  let mark = started;
  const part = (name: string) => {
    state.parts[name] = performance.now() - mark;
    mark = performance.now();
  };
  try {
    const found = sources();
    if (!found.length) throw new Error("this page holds no run");
    const contents = await Promise.all(found.map((s) => s.open()));
    part("read");
    const coast: Coast = { rings: await coastOf("coast-world"), local: await coastOf("coast-near") };
    const notice = document.getElementById("notice")?.textContent ?? "";
    const page = new Page((clock, options) => contents.map((c, k) => new View(c, coast, found.length > 1 ? "AB"[k] : "", clock, options)), notice);
    part("build");
    found.forEach((s, k) => s.follow?.((frame) => { page.views[k].model.grow(frame); page.views[k].events.filter(); page.clock.end = Math.max(page.clock.end, frame.t_s); page.touch(); }));
    found.forEach((s) => s.attach?.(page));
    state.page = page;
    page.frame();
    part("draw");
    state.opened_ms = performance.now() - started;
    state.ready = true;
    const loop = () => {
      page.step();
      requestAnimationFrame(loop);
    };
    requestAnimationFrame(loop);
  } catch (error) {
    state.error = String(error instanceof Error ? error.message : error);
    document.getElementById("app")!.textContent = `The page cannot be shown: ${state.error}`;
    console.error(error);
  }
}

void open();
