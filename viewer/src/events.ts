// The list of events: filtered, drawn only where it is looked at, moving with the clock.

import { LogEvent } from "./format";
import { clockText } from "./clock";
import { h } from "./dom";

const ROW = 19;

export const CLASSES: Record<string, { name: string; colour: string; events: string[]; on: boolean }> = {
  ends: { name: "hits and losses", colour: "#ff6b6b", on: true,
    events: ["site hit", "site lost", "site restored", "strike impact", "wrong shot", "command lost", "command taken", "command back"] },
  fire: { name: "launches and bursts", colour: "#6cc4f5", on: true, events: ["launch", "burst", "gun fire", "fires guns"] },
  fates: { name: "fates", colour: "#ffd75e", on: true, events: ["platform end"] },
  decide: { name: "decisions", colour: "#b9a5ff", on: false, events: ["assigned", "engagement end", "fire withheld", "identified", "classified", "anti-radiation alarm"] },
  sense: { name: "detections and tracks", colour: "#7ddba6", on: false,
    events: ["line of sight", "detection", "local track", "system track", "track dropped", "passive track", "jam strobe", "jam strobe over", "strobes cross"] },
  rest: { name: "all else", colour: "#a9b8b5", on: false, events: [] },
};
const CLASS_OF = new Map<string, string>();
for (const [key, c] of Object.entries(CLASSES)) for (const e of c.events) CLASS_OF.set(e, key);

export function classOf(e: LogEvent): string {
  if (e.event === "platform end" && e.detail === "end of run") return "rest";
  return CLASS_OF.get(e.event) ?? "rest";
}

export function colourOf(e: LogEvent): string {
  if (e.event === "platform end") return e.detail === "killed" ? "#ffd75e" : e.detail === "hit its target" ? "#ff6b6b" : "#a9b8b5";
  return CLASSES[classOf(e)].colour;
}

/** An event in one line: who at whom first, since the list is narrow. */
export function lineOf(e: LogEvent): string {
  if (e.event === "launch" && e.object) return `${e.subject} fired at ${e.object} (${e.detail})`;
  if (e.event === "burst" && e.object) return `${e.subject} bursts at ${e.object}${e.value === undefined ? "" : ` (Pk ${e.value.toFixed(2)})`}`;
  return wholeOf(e);
}

/** The sentence of an event, with whom it is about. */
function wholeOf(e: LogEvent): string {
  return e.subject && !e.text.startsWith(e.subject) ? `${e.subject} ${e.text}` : e.text;
}

export class EventList {
  readonly root = h("div", { class: "events" });
  readonly body = h("div", { class: "rows", tabindex: "0", "aria-label": "events" });
  private readonly inner = h("div", { class: "inner" });
  shown: LogEvent[] = [];
  private top = -1;
  private nowRow = -2;
  private held = -Infinity;
  /** classes that are listed here: each of two lists has its own */
  readonly on = new Set(Object.keys(CLASSES).filter((key) => CLASSES[key].on));

  constructor(private readonly all: LogEvent[], private readonly jump: (e: LogEvent) => void) {
    this.body.append(this.inner);
    this.root.append(this.body);
    this.body.addEventListener("scroll", () => this.paint());
    new ResizeObserver(() => { this.top = -1; this.paint(); }).observe(this.body);
    for (const kind of ["wheel", "pointerdown"]) this.body.addEventListener(kind, () => { this.held = performance.now(); });
    this.filter();
  }

  filter(): void {
    this.shown = this.all.filter((e) => this.on.has(classOf(e)));
    this.inner.style.height = `${this.shown.length * ROW}px`;
    this.top = -1;
    this.nowRow = -2;
    this.paint();
  }

  /** Number of rows that have happened by a time. */
  before(t: number): number {
    let low = 0, high = this.shown.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.shown[mid].t <= t) low = mid + 1;
      else high = mid;
    }
    return low;
  }

  tick(t: number): void {
    const row = this.before(t) - 1;
    if (row === this.nowRow) return;
    this.nowRow = row;
    if (performance.now() - this.held > 4000) this.body.scrollTop = Math.max(0, row * ROW - this.body.clientHeight * 0.7);
    this.top = -1;
    this.paint();
  }

  private paint(): void {
    const first = Math.max(0, Math.floor(this.body.scrollTop / ROW) - 2), many = Math.ceil((this.body.clientHeight || 200) / ROW) + 4;
    if (first === this.top) return;
    this.top = first;
    const rows: HTMLElement[] = [];
    for (let k = first; k < Math.min(first + many, this.shown.length); k++) {
      const e = this.shown[k];
      const row = h("div", { class: k > this.nowRow ? "row later" : k === this.nowRow ? "row last" : "row", title: e.object && !wholeOf(e).includes(e.object) ? `${wholeOf(e)} (${e.object})` : wholeOf(e), click: () => this.jump(e) },
        h("span", { class: "when" }, clockText(e.t)), h("span", { class: "dot", style: `background:${colourOf(e)}` }), h("span", { class: "what" }, lineOf(e)));
      row.style.top = `${k * ROW}px`;
      rows.push(row);
    }
    this.inner.replaceChildren(...rows);
  }
}
