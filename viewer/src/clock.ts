// One clock for all views of a page.

export const SPEEDS = [0.25, 0.5, 1, 2, 5, 10, 20, 50, 100];

export class Clock {
  t = 0;
  playing = false;
  private step = SPEEDS.indexOf(10);
  private readonly heard: (() => void)[] = [];

  constructor(public end: number) {}

  get speed(): number { return SPEEDS[this.step]; }

  set(t: number): void {
    this.t = Math.min(Math.max(t, 0), this.end);
    this.tell();
  }

  toggle(): void {
    if (!this.playing && this.t >= this.end) this.t = 0;
    this.playing = !this.playing;
    this.tell();
  }

  faster(by: number): void {
    this.step = Math.min(Math.max(this.step + by, 0), SPEEDS.length - 1);
    this.tell();
  }

  advance(seconds: number): void {
    if (!this.playing) return;
    this.t += seconds * this.speed;
    if (this.t >= this.end) {
      this.t = this.end;
      this.playing = false;
    }
    this.tell();
  }

  listen(f: () => void): void { this.heard.push(f); }

  private tell(): void { for (const f of this.heard) f(); }
}

export function clockText(t: number): string {
  const s = Math.floor(Math.abs(t)), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
  const two = (k: number) => String(k).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}
