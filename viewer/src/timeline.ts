// The bar of time: where the clock is, and when things happened.

import { Clock, clockText } from "./clock";
import { sized } from "./dom";

export class Timeline {
  readonly canvas = document.createElement("canvas");

  constructor(private readonly clock: Clock, private readonly ticks: { t: number; colour: string; tall: number }[][]) {
    this.canvas.className = "timeline";
    this.canvas.title = "drag to move in time";
    this.canvas.tabIndex = 0;
    for (const [key, value] of [["role", "slider"], ["aria-label", "time"], ["aria-valuemin", "0"]]) this.canvas.setAttribute(key, value);
    const to = (e: PointerEvent) => clock.set(((e.offsetX - 8) / (this.canvas.clientWidth - 16)) * clock.end);
    this.canvas.addEventListener("pointerdown", (e) => { this.canvas.setPointerCapture(e.pointerId); to(e); });
    this.canvas.addEventListener("pointermove", (e) => { if (e.buttons & 1) to(e); });
  }

  /** For who hears the page: the time, once a second at most. */
  private tell(): void {
    const now = String(Math.floor(this.clock.t));
    if (this.canvas.getAttribute("aria-valuenow") === now) return;
    this.canvas.setAttribute("aria-valuemax", String(Math.floor(this.clock.end)));
    this.canvas.setAttribute("aria-valuenow", now);
    this.canvas.setAttribute("aria-valuetext", clockText(this.clock.t));
  }

  draw(): void {
    this.tell();
    const { pen: c, w, h } = sized(this.canvas), end = this.clock.end, x = (t: number) => 8 + ((w - 16) * t) / end;
    c.clearRect(0, 0, w, h);
    c.fillStyle = "#0c1518";
    c.fillRect(0, 0, w, h);
    c.fillStyle = "#15262c";
    c.fillRect(8, 0, x(this.clock.t) - 8, h);
    const step = [10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200].find((s) => (end / s) * 62 < w) ?? 14400;
    c.font = "10px DejaVu Sans, Arial";
    c.textAlign = "left";
    c.fillStyle = "#93a7a4";
    c.strokeStyle = "#2a3a3c";
    for (let t = 0; t <= end; t += step) {
      c.beginPath(); c.moveTo(x(t), h - 15); c.lineTo(x(t), h - 10); c.stroke();
      if (x(t) + 2 + c.measureText(clockText(t)).width <= w) c.fillText(clockText(t), x(t) + 2, h - 3);
    }
    const band = (h - 16) / this.ticks.length;
    this.ticks.forEach((run, k) => {
      for (const tick of run) {
        c.fillStyle = tick.colour;
        const tall = band * tick.tall - 3;
        c.fillRect(x(tick.t) - 0.75, k * band + band - tall - 1, 1.5, tall);
      }
    });
    c.fillStyle = "#ffffff";
    c.fillRect(x(this.clock.t) - 1, 0, 2, h);
  }
}
