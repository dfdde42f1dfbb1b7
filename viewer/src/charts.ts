// Charts that move with the clock: one line per run (the second dashed).

import { clockText } from "./clock";
import { sized } from "./dom";
import { Steps, valueAt } from "./model";

const LINES = ["#6cc4f5", "#ffb454"];

export class Charts {
  readonly root: HTMLDivElement;
  private readonly boxes: { canvas: HTMLCanvasElement; runs: Steps[] }[];

  constructor(runs: Steps[][], private readonly end: () => number, jump: (t: number) => void) {
    this.root = document.createElement("div");
    this.root.className = "charts";
    this.boxes = runs[0].map((_, k) => {
      const canvas = document.createElement("canvas");
      canvas.title = "click to go to that time";
      canvas.addEventListener("click", (e) => jump(((e.offsetX - 30) / (canvas.clientWidth - 38)) * this.end()));
      this.root.append(canvas);
      return { canvas, runs: runs.map((r) => r[k]) };
    });
  }

  draw(now: number): void {
    for (const box of this.boxes) this.chart(box.canvas, box.runs, now);
  }

  private chart(canvas: HTMLCanvasElement, runs: Steps[], now: number): void {
    const { pen: c, w, h } = sized(canvas), left = 30, right = w - 8, top = 19, low = h - 14, end = Math.max(this.end(), 1e-9);
    c.clearRect(0, 0, w, h);
    if (w < 60) return;
    const most = Math.max(1, ...runs.map((r) => r.most)), x = (t: number) => left + ((right - left) * t) / end, y = (v: number) => low - ((low - top) * v) / most;
    c.font = "10px DejaVu Sans, Arial";
    c.fillStyle = "#93a7a4";
    c.textAlign = "right";
    c.fillText(String(most), left - 4, top + 6);
    c.fillText("0", left - 4, low);
    c.strokeStyle = "#22302f";
    c.lineWidth = 1;
    c.beginPath(); c.moveTo(left, top); c.lineTo(right, top); c.moveTo(left, low); c.lineTo(right, low); c.stroke();
    c.textAlign = "center";
    c.fillText(clockText(end / 2), x(end / 2), h - 3);
    runs.forEach((r, k) => {
      c.strokeStyle = LINES[k % 2];
      c.setLineDash(k ? [4, 3] : []);
      c.lineWidth = 1.4;
      c.beginPath();
      for (let i = 0; i < r.t.length; i++) {
        if (i === 0) c.moveTo(x(r.t[0]), y(r.v[0]));
        else {
          c.lineTo(x(r.t[i]), y(r.v[i - 1]));
          c.lineTo(x(r.t[i]), y(r.v[i]));
        }
      }
      c.lineTo(x(end), y(r.v[r.v.length - 1]));
      c.stroke();
    });
    c.setLineDash([]);
    c.strokeStyle = "#ffffff";
    c.beginPath(); c.moveTo(x(now), top - 2); c.lineTo(x(now), low); c.stroke();
    c.textAlign = "left";
    c.font = "11px DejaVu Sans, Arial";
    c.fillStyle = "#dbe7e4";
    c.fillText(`${runs[0].name}: `, left, 12);
    let at = left + c.measureText(`${runs[0].name}: `).width;
    runs.forEach((r, k) => {
      const text = `${runs.length > 1 ? "AB"[k] + " " : ""}${valueAt(r, now)}   `;
      c.fillStyle = LINES[k % 2];
      c.fillText(text, at, 12);
      at += c.measureText(text).width;
    });
  }
}
