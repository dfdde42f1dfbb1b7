// The page of a study: measures with their intervals, the distribution of a count, and the replications behind each bar.

import { Columns, fromBase64, decode } from "./format";
import { h, sized } from "./dom";

// `low` and `high` are null where nothing can be said; `alike`: the same in every replication, so that there is no interval either.
interface Told { name: string; meaning: string; unit: string; value: number | null; low: number | null; high: number | null; n: number; alike: boolean }
interface StudyHeader {
  study: { name: string; title: string; seed: number; done: number; wanted: number; path: string };
  points: { number: number; label: string }[];
  shown: { name: string; meaning: string }[];
  measures: Told[][];
}
interface Bin { low: number; high: number; rows: number[] }

const MOST_ROWS = 300;
const number = (x: number | null) => (x === null ? "–" : Math.abs(x) >= 100 ? x.toFixed(0) : String(Number(x.toPrecision(3))));
const interval = (m: Told) => (m.alike ? `in all ${m.n}` : m.low === null || m.high === null ? "–" : `${number(m.low)} to ${number(m.high)}`);
const READING = "Intervals: the replication is the unit; they say how well the model's own figure is known, "
  + "not how near it is to anything real. In all: the same in every replication, so there is no interval.";

class StudyPage {
  point = 0;
  shown = 0;
  chosen: number | null = null;
  bins: Bin[] = [];
  private readonly canvas = h("canvas", { class: "histogram", tabindex: "0", role: "img", title: "click a bar to list its replications; with the keys ← → and Esc" });
  private readonly list = h("div", { class: "replications" });
  private readonly table = h("table", { class: "measures" });
  private readonly note = h("p", { class: "note" });
  private whole = true;

  constructor(private readonly header: StudyHeader, private readonly columns: Columns) {
    const s = header.study;
    const points = h("select", { name: "point", "aria-label": "point" }, ...header.points.map((p) => h("option", { value: p.number }, p.label || `point ${p.number}`)));
    points.addEventListener("change", () => { this.point = Number(points.value); this.chosen = null; this.update(); });
    const what = h("select", { name: "shown", "aria-label": "count" }, ...header.shown.map((c, k) => h("option", { value: k }, c.name.replaceAll("_", " "))));
    what.addEventListener("change", () => { this.shown = Number(what.value); this.chosen = null; this.update(); });
    const missing = s.done < s.wanted ? `; ${s.wanted - s.done} are not there` : "";
    document.getElementById("app")!.replaceChildren(
      h("header", {}, h("h1", {}, s.title), h("p", {}, `${s.name}, seed ${s.seed}: ${s.done} replications at ${header.points.length} point${header.points.length === 1 ? "" : "s"}${missing}`)),
      h("main", {},
        h("section", {}, h("label", {}, "point ", points), h("h2", {}, "Measures"), this.table, this.meanings(), h("p", { class: "note" }, READING)),
        h("section", {}, h("label", {}, "distribution of ", what), this.note, this.canvas, this.list)));
    this.canvas.addEventListener("click", (e) => {
      const k = Math.floor(((e.offsetX - 40) / (this.canvas.clientWidth - 50)) * this.bins.length);
      if (this.bins[k]) this.choose(this.chosen === k ? null : k);
    });
    this.canvas.addEventListener("keydown", (e) => this.key(e));
    window.addEventListener("resize", () => this.draw());
    this.update();
  }

  update(): void {
    this.count();
    this.tell();
    this.draw();
    this.fill();
  }

  private choose(bar: number | null): void {
    this.chosen = bar;
    this.update();
  }

  /** The next or previous bar that holds something; Esc: all. */
  private key(e: KeyboardEvent): void {
    const by = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
    if (e.key === "Escape") this.choose(null);
    if (!by) return;
    e.preventDefault();
    let k = (this.chosen ?? (by > 0 ? -1 : this.bins.length)) + by;
    while (this.bins[k] && !this.bins[k].rows.length) k += by;
    if (this.bins[k]) this.choose(k);
  }

  /** What each measure is, for those who cannot point. */
  private meanings(): HTMLElement {
    const list = h("dl", {});
    for (const m of this.header.measures[0] ?? []) list.append(h("dt", {}, m.name.replaceAll("_", " ")), h("dd", {}, m.meaning));
    return h("details", { class: "meanings" }, h("summary", {}, "What they are"), list);
  }

  private count(): void {
    const points = this.columns.point, usable = this.columns.usable, values = this.columns[this.header.shown[this.shown].name];
    const rows: number[] = [];
    for (let i = 0; i < points.length; i++) if (points[i] === this.point && usable[i]) rows.push(i);
    let low = Infinity, high = -Infinity, whole = true;
    for (const i of rows) {
      low = Math.min(low, values[i]);
      high = Math.max(high, values[i]);
      if (!Number.isInteger(values[i])) whole = false;
    }
    if (!rows.length) { this.bins = []; return; }
    this.whole = whole;
    const step = whole ? Math.max(1, Math.ceil((high - low + 1) / 40)) : (high - low) / 30 || 1;
    this.bins = Array.from({ length: Math.max(1, whole ? Math.ceil((high - low + 1) / step) : 30) }, (_, k) => ({ low: low + k * step, high: low + (k + 1) * step, rows: [] as number[] }));
    for (const i of rows) this.bins[Math.min(Math.floor((values[i] - low) / step), this.bins.length - 1)].rows.push(i);
  }

  private tell(): void {
    const n = this.bins.reduce((s, b) => s + b.rows.length, 0), c = this.header.shown[this.shown];
    this.note.textContent = `${c.meaning}; bars: how many of n = ${n} replications`;
    const rows = this.header.measures[this.point].map((m) => h("tr", { title: m.meaning }, h("td", {}, m.name.replaceAll("_", " ")),
      h("td", {}, `${number(m.value)}${m.unit && m.value !== null ? ` ${m.unit}` : ""}`), h("td", {}, interval(m)), h("td", {}, String(m.n))));
    this.table.replaceChildren(h("tr", {}, ...["measure", "estimate", "95 % interval", "n"].map((t) => h("th", {}, t))), ...rows);
  }

  private draw(): void {
    const { pen: c, w, h: tall } = sized(this.canvas), most = Math.max(1, ...this.bins.map((b) => b.rows.length)), low = tall - 22;
    c.clearRect(0, 0, w, tall);
    c.font = "11px DejaVu Sans, Arial";
    c.fillStyle = "#a3b5b2";
    c.textAlign = "right";
    c.fillText(String(most), 34, 14);
    c.fillText("0", 34, low);
    const wide = (w - 50) / Math.max(this.bins.length, 1);
    this.bins.forEach((b, k) => {
      const up = ((low - 8) * b.rows.length) / most;
      c.fillStyle = k === this.chosen ? "#ffd75e" : "#6cc4f5";
      c.fillRect(40 + k * wide + 1, low - up, Math.max(wide - 2, 1), up);
      if (k % Math.ceil(this.bins.length / 12) === 0) {
        c.fillStyle = "#a3b5b2";
        c.textAlign = "center";
        c.fillText(number(b.low), 40 + (k + 0.5) * wide, tall - 6);
      }
    });
  }

  private range(b: Bin): string {
    if (!this.whole) return `from ${number(b.low)} to below ${number(b.high)}`;
    return b.high - b.low <= 1 ? number(b.low) : `${number(b.low)} to ${number(b.high - 1)}`;
  }

  private fill(): void {
    const rows = this.chosen === null ? this.bins.flatMap((b) => b.rows) : this.bins[this.chosen].rows;
    const name = this.header.shown[this.shown].name, items = rows.slice().sort((a, b) => this.columns.replication[a] - this.columns.replication[b]).slice(0, MOST_ROWS);
    const line = (i: number) => {
      const r = this.columns.replication[i], said = ["leaked", "hit", "killed", "rounds_fired", "sites_lost"].map((k) => `${k.replaceAll("_", " ")} ${number(this.columns[k][i])}`).join(", ");
      return h("div", { class: "replication" }, h("a", { href: `replay?point=${this.point}&replication=${r}`, target: "_blank", rel: "noopener" }, `replication ${r}`), ` ${said}`);
    };
    const which = this.chosen === null ? "all replications" : `replications with ${name.replaceAll("_", " ")} ${this.range(this.bins[this.chosen])}`;
    this.list.replaceChildren(h("h2", {}, `${which}${rows.length > MOST_ROWS ? ` (first ${MOST_ROWS} of ${rows.length})` : ""}`), ...items.map(line));
  }
}

declare global { interface Window { openiadsStudy?: { page: StudyPage | null; error: string } } }

async function open(): Promise<void> {
  const state: NonNullable<Window["openiadsStudy"]> = (window.openiadsStudy = { page: null, error: "" });
  try {
    const { header, columns } = await decode(fromBase64(document.getElementById("study")?.textContent ?? ""));
    state.page = new StudyPage(header as unknown as StudyHeader, columns);
  } catch (error) {
    state.error = String(error);
    document.getElementById("app")!.textContent = `The page cannot be shown: ${state.error}`;
  }
}

void open();
