// The display of one radar: fused tracks by bearing and ground range, lit when the beam passes them, with the ellipses of their
// errors; the radar's plots, which fade; strobes as spokes.

import { CONFIDENCE, ellipseOf } from "./ellipsoid";
import { Radar } from "./format";
import { bearing } from "./geo";
import { beamAzimuth } from "./layers";
import { Entity, RunModel } from "./model";
import { Options } from "./options";
import { Plot, Plots } from "./plots";
import { COLOURS, ERROR, FALSE_PLOT, PLOT } from "./symbols";
import { sized } from "./dom";

const TAU = 2 * Math.PI;

/** half axes (m) and azimuth of the longer one, at the stated confidence */
interface Ellipse { major: number; minor: number; az: number }
export interface Blip { id: string; az: number; range: number; x: number; y: number; ellipse: Ellipse | null }

/** How long a plot is seen: three scans, 6 to 40 s. */
export function fades(radar: Radar): number { return Math.min(Math.max(3 * radar.period_s, 6), 40); }

export class Ppi {
  scale = 1;
  blips: Blip[] = [];
  /** plots of the last frame, with their places on the canvas (tests read it) */
  plots: (Plot & { x: number; y: number })[] = [];

  constructor(readonly canvas: HTMLCanvasElement, private readonly model: RunModel, private readonly log: Plots, private readonly options: Options) {}

  draw(radar: Radar | null, now: number, strobes: { radar: string; az: number }[], followed: Entity | null, show: (e: Entity) => boolean): void {
    const { pen: c, w, h } = sized(this.canvas), m = Math.min(w, h) / 2, r = m - 14;
    c.clearRect(0, 0, w, h);
    this.blips = [];
    this.plots = [];
    if (!radar || w < 20) return;
    const on = this.model.emitting(radar.id, now), reach = radar.range_m / this.scale;
    c.save();
    c.translate(w / 2, m);
    c.fillStyle = "#03110a";
    c.beginPath(); c.arc(0, 0, r, 0, TAU); c.fill();
    this.grid(c, r, reach, radar);
    c.beginPath(); c.arc(0, 0, r, 0, TAU); c.clip();
    if (on) this.sweep(c, r, radar, now);
    for (const s of strobes) if (s.radar === radar.id) this.spoke(c, r, s.az);
    if (this.options.plots) this.echoes(c, r, reach, radar, now, w / 2, m);
    this.tracks(c, r, reach, radar, now, on, followed, show, w / 2, m);
    c.restore();
    c.strokeStyle = on ? "#3fae7d" : "#6b5a3a";
    c.lineWidth = 1.2;
    c.beginPath(); c.arc(w / 2, m, r, 0, TAU); c.stroke();
    c.font = "11px DejaVu Sans, Arial";
    c.fillStyle = on ? "#9fe5c2" : "#e0b070";
    c.textAlign = "center";
    c.fillText("N", w / 2, 10);
    if (!on) c.fillText(this.model.alive(radar.id, now) ? "off the air" : "lost", w / 2, m + 4);
  }

  private grid(c: CanvasRenderingContext2D, r: number, reach: number, radar: Radar): void {
    const step = [2e3, 5e3, 10e3, 20e3, 50e3, 100e3, 200e3].find((s) => reach / s <= 6) ?? 200e3;
    c.strokeStyle = "rgba(63,174,125,0.45)";
    c.fillStyle = "rgba(150,220,185,0.8)";
    c.font = "9px DejaVu Sans, Arial";
    c.textAlign = "left";
    c.lineWidth = 0.8;
    const named = (d: number) => (1 - d / reach) * r > 14; // not over the N
    for (let d = step; d < reach; d += step) {
      c.beginPath(); c.arc(0, 0, (d / reach) * r, 0, TAU); c.stroke();
      if (named(d)) c.fillText(`${d / 1000}${named(d + step) && d + step < reach ? "" : " km"}`, 2, -(d / reach) * r - 2);
    }
    c.strokeStyle = "rgba(63,174,125,0.22)";
    for (let k = 0; k < 12; k++) {
      c.beginPath(); c.moveTo(0, 0); c.lineTo(r * Math.sin((k * TAU) / 12), -r * Math.cos((k * TAU) / 12)); c.stroke();
    }
    if (!radar.rotating) {
      c.strokeStyle = "rgba(110,220,170,0.8)";
      c.beginPath();
      for (const side of [-1, 1]) {
        const az = radar.az0_rad + side * radar.half_rad;
        c.moveTo(0, 0); c.lineTo(r * Math.sin(az), -r * Math.cos(az));
      }
      c.stroke();
    }
  }

  private sweep(c: CanvasRenderingContext2D, r: number, radar: Radar, now: number): void {
    const az = beamAzimuth(radar, now), tail = radar.rotating ? 0.6 : 0.3, n = 24;
    for (let k = 0; k < n; k++) {
      const a = az - (tail * k) / n, b = az - (tail * (k + 1)) / n;
      c.fillStyle = `rgba(80,230,150,${(0.34 * (1 - k / n) ** 2).toFixed(3)})`;
      c.beginPath(); c.moveTo(0, 0);
      c.arc(0, 0, r, b - Math.PI / 2, a - Math.PI / 2);
      c.closePath(); c.fill();
    }
    c.strokeStyle = "rgba(140,255,190,0.9)";
    c.lineWidth = 1.2;
    c.beginPath(); c.moveTo(0, 0); c.lineTo(r * Math.sin(az), -r * Math.cos(az)); c.stroke();
  }

  private spoke(c: CanvasRenderingContext2D, r: number, az: number): void {
    c.strokeStyle = "rgba(255,123,216,0.8)";
    c.lineWidth = 3;
    c.setLineDash([5, 4]);
    c.beginPath(); c.moveTo(0, 0); c.lineTo(r * Math.sin(az), -r * Math.cos(az)); c.stroke();
    c.setLineDash([]);
  }

  /** Plots: a dot for a target, a cross for a false one (which no radar knows). */
  private echoes(c: CanvasRenderingContext2D, r: number, reach: number, radar: Radar, now: number, cx: number, cy: number): void {
    const span = fades(radar);
    c.lineWidth = 1.2;
    for (const p of this.log.recent(radar.id, now, span)) {
      if (p.range > reach) continue;
      const x = (r * p.range * Math.sin(p.az)) / reach, y = (-r * p.range * Math.cos(p.az)) / reach;
      c.globalAlpha = 1 - 0.85 * (p.age / span);
      c.beginPath();
      if (p.false) {
        c.strokeStyle = FALSE_PLOT;
        c.moveTo(x - 2.4, y - 2.4); c.lineTo(x + 2.4, y + 2.4); c.moveTo(x - 2.4, y + 2.4); c.lineTo(x + 2.4, y - 2.4);
        c.stroke();
      } else {
        c.fillStyle = PLOT;
        c.arc(x, y, 1.5, 0, TAU);
        c.fill();
      }
      this.plots.push({ ...p, x: cx + x, y: cy + y });
    }
    c.globalAlpha = 1;
  }

  /** The ellipse of a track's horizontal error, turned into the display, where a track lies in the radar's direction of it. */
  private ellipse(c: CanvasRenderingContext2D, e: Entity, x: number, y: number, turn: number, perMetre: number): Ellipse | null {
    if (!e.root || !this.options.sigma) return null;
    const factor = CONFIDENCE[this.options.confidence][1], { major, minor, az } = ellipseOf(e.root);
    const found = { major: factor * major, minor: factor * minor, az };
    if (found.major * perMetre > 4) {
      c.strokeStyle = ERROR;
      c.lineWidth = 1;
      c.beginPath();
      c.ellipse(x, y, found.major * perMetre, Math.max(found.minor * perMetre, 0.5), az + turn - Math.PI / 2, 0, TAU);
      c.stroke();
    }
    return found;
  }

  private tracks(c: CanvasRenderingContext2D, r: number, reach: number, radar: Radar, now: number, on: boolean, followed: Entity | null,
    show: (e: Entity) => boolean, cx: number, cy: number): void {
    const site = this.model.byId.get(radar.id);
    if (!site) return;
    const f = this.model.frame, [lat0, lon0] = f.geodetic(site.x, site.y, site.z), beam = beamAzimuth(radar, now);
    for (const e of this.model.entities) {
      if (e.kind !== "track" || !e.visible || !show(e)) continue;
      const [lat, lon] = f.geodetic(e.x, e.y, e.z), [az, range] = bearing(lat0, lon0, lat, lon);
      if (range > reach) continue;
      let off = (((az - radar.az0_rad + Math.PI) % TAU) + TAU) % TAU - Math.PI;
      if (!radar.rotating && Math.abs(off) > radar.half_rad) continue;
      off = radar.rotating ? (((beam - az) % TAU) + TAU) % TAU / TAU : 0.3;
      const x = (r * range * Math.sin(az)) / reach, y = (-r * range * Math.cos(az)) / reach;
      c.globalAlpha = on ? 1 - 0.65 * off : 0.3;
      const back = bearing(lat, lon, lat0, lon0)[0] + Math.PI, ellipse = this.ellipse(c, e, x, y, az - back, r / reach);
      c.fillStyle = COLOURS[e.identity] ?? COLOURS.unknown;
      blip(c, e.identity, x, y);
      this.blips.push({ id: e.id, az, range, x: cx + x, y: cy + y, ellipse });
      if (followed && e.id === followed.id) {
        c.globalAlpha = 1;
        c.strokeStyle = "#fff";
        c.lineWidth = 1;
        c.beginPath(); c.arc(x, y, 7, 0, TAU); c.stroke();
      }
    }
    c.globalAlpha = 1;
  }

  /** The blip at a place of the canvas, in CSS pixels. */
  at(x: number, y: number): string | null {
    let best: string | null = null, least = 10;
    for (const b of this.blips) {
      const d = Math.hypot(b.x - x, b.y - y);
      if (d < least) [least, best] = [d, b.id];
    }
    return best;
  }
}

/** The side by shape too: hostile a diamond, friend a disc, neutral a square, unknown a triangle. */
function blip(c: CanvasRenderingContext2D, identity: string, x: number, y: number): void {
  c.beginPath();
  if (identity === "hostile") { c.moveTo(x, y - 4); c.lineTo(x + 4, y); c.lineTo(x, y + 4); c.lineTo(x - 4, y); }
  else if (identity === "friend") c.arc(x, y, 3, 0, TAU);
  else if (identity === "neutral") c.rect(x - 2.6, y - 2.6, 5.2, 5.2);
  else { c.moveTo(x, y - 4); c.lineTo(x + 3.6, y + 3); c.lineTo(x - 3.6, y + 3); }
  c.closePath();
  c.fill();
}
