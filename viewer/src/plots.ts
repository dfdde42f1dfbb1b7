// Plots of the radars, where the run holds them: found by time, drawn by the radar display.

import { Content } from "./format";

export const FALSE = 1;
/** of a plot: azimuth (rad), range along the ground (m), age (s), and whether it was of the search, of a look, false */
export interface Plot { az: number; range: number; age: number; false: boolean; dedicated: boolean }

export class Plots {
  /** does the run hold plots? */
  readonly held: boolean;
  private readonly slices = new Map<string, [number, number]>();
  private readonly t: Int32Array;
  private readonly az: Int32Array;
  private readonly range: Int32Array;
  private readonly kind: Uint8Array;

  constructor(content: Content) {
    const c = content.columns, entries = content.header.plots;
    this.held = entries !== null && entries !== undefined;
    for (const p of entries ?? []) this.slices.set(p.radar, [p.first, p.first + p.rows]);
    this.t = (c.plot_t_ms as Int32Array) ?? new Int32Array(0);
    this.az = (c.plot_az as Int32Array) ?? new Int32Array(0);
    this.range = (c.plot_range_m as Int32Array) ?? new Int32Array(0);
    this.kind = (c.plot_kind as Uint8Array) ?? new Uint8Array(0);
  }

  /** Plots of a radar that are no older than so many seconds, oldest first. */
  recent(radar: string, now: number, span: number): Plot[] {
    const slice = this.slices.get(radar), found: Plot[] = [];
    if (!slice) return found;
    const from = (now - span) * 1e3;
    let low = slice[0], high = slice[1];
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.t[mid] < from) low = mid + 1;
      else high = mid;
    }
    for (let i = low; i < slice[1] && this.t[i] <= now * 1e3; i++) {
      found.push({ az: this.az[i] * 1e-5, range: this.range[i], age: now - this.t[i] * 1e-3, false: (this.kind[i] & FALSE) !== 0, dedicated: this.kind[i] > 1 });
    }
    return found;
  }
}
