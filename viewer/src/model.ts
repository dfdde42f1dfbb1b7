// A run in memory: what flies and stands, and where everything is at a time.

import { Axes, Root, axesOf } from "./ellipsoid";
import { Columns, Content, Header, LogEvent, Missile, Platform, Radar, Site } from "./format";
import { Frame as Update } from "./source";
import { Frame, Vec } from "./geo";

export type Kind = "platform" | "missile" | "track" | "site";
/** texels of a row of the texture of samples */
export const WIDTH = 2048;
export const IDENTITIES = ["unknown", "friend", "neutral", "hostile"];

/** Anything that has a symbol. `identity` decides colour and frame; `n` rows of samples begin at `first`. */
export class Entity {
  x = 0; y = 0; z = 0;
  visible = false;
  sigma = -1;
  cursor = 0;
  first = 0;
  n = 0;
  t0 = Infinity;
  t1 = -Infinity;
  /** rows after the last that a page of a run that goes on has added: [t, x, y, z, sigma] each */
  more: number[] = [];
  /** of a track: the root of its covariance at the last sample, and per row of `more`; null where there is none */
  root: Root | null = null;
  roots: (Root | null)[] = [];
  private known: Root | null = null;
  private found: Axes | null = null;
  screenX = 0; screenY = 0; depth = 1; onScreen = false;
  constructor(
    readonly index: number, readonly kind: Kind, readonly id: string, public identity: string, readonly icon: string,
    public passive = false,
  ) {}

  /** The axes of its error; null of what is no track. */
  axes(): Axes | null {
    if (this.root !== this.known) {
      this.known = this.root;
      this.found = this.root && axesOf(this.root);
    }
    return this.found;
  }
}

const AIR: Record<string, string> = {
  fighter: "F", "lo-fighter": "F", bomber: "B", "heavy-bomber": "B", "lo-bomber": "B", airliner: "C", transport: "T", "business-jet": "C",
  helicopter: "H", decoy: "D",
};

function airIcon(p: Platform): string {
  const text = `${p.class ?? ""} ${p.type ?? ""}`;
  for (const word of text.split(/[\s_]+/)) if (AIR[word]) return AIR[word];
  if (/ballistic|srbm|mrbm|irbm/.test(text)) return "ballistic";
  if (/arm|anti.radiation/.test(text)) return "arm";
  if (/cruise/.test(text)) return "cruise";
  if (/drone|copter|uav/.test(text)) return "U";
  return "F";
}

export class RunModel {
  readonly header: Header;
  readonly frame: Frame;
  readonly entities: Entity[] = [];
  readonly byId = new Map<string, Entity>();
  readonly platforms = new Map<string, Platform>();
  readonly missiles = new Map<string, Missile>();
  readonly sites = new Map<string, Site>();
  /** times of samples, s */
  readonly t: Float64Array;
  /** of each sample x, y, z (m, in the scene's frame) and time; whole rows of a texture of `WIDTH` texels */
  readonly xyz: Float32Array;
  readonly rows: number;
  tEnd: number;
  readonly events: LogEvent[];
  private readonly sigma: Int32Array;
  private readonly rootColumns: Int32Array[];
  private readonly variants = new Map<string, Radar>();
  private readonly identity: Uint8Array;

  constructor(content: Content, frame?: Frame) {
    this.header = content.header;
    const o = this.header.origin;
    this.frame = frame ?? new Frame((o.lat_deg * Math.PI) / 180, (o.lon_deg * Math.PI) / 180);
    const c: Columns = content.columns;
    const t = c.t_ms as Int32Array;
    this.rows = t.length;
    this.t = new Float64Array(this.rows);
    this.xyz = new Float32Array(4 * WIDTH * Math.max(1, Math.ceil((this.rows + 1) / WIDTH)));
    const x = c.x_dm as Int32Array, y = c.y_dm as Int32Array, z = c.z_dm as Int32Array, out = this.xyz, times = this.t;
    const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = this.frame.rows, [ax, ay, az] = this.frame.at;
    for (let i = 0, k = 0; i < this.rows; i++, k += 4) {
      const dx = x[i] * 0.1 - ax, dy = y[i] * 0.1 - ay, dz = z[i] * 0.1 - az, seconds = t[i] * 1e-3;
      times[i] = seconds;
      out[k] = r0 * dx + r1 * dy + r2 * dz;
      out[k + 1] = r3 * dx + r4 * dy + r5 * dz;
      out[k + 2] = r6 * dx + r7 * dy + r8 * dz;
      out[k + 3] = seconds;
    }
    this.sigma = c.sigma_dm as Int32Array;
    this.rootColumns = ["ee", "ne", "nn", "ue", "un", "uu"].map((name) => c[`root_${name}_dm`] as Int32Array);
    this.identity = c.identity as Uint8Array;
    this.tEnd = this.header.run.t_end_s;
    this.events = this.header.events.slice().sort((a, b) => a.t - b.t);
    for (const p of this.header.platforms) this.platforms.set(p.id, p);
    for (const m of this.header.missiles) this.missiles.set(m.id, m);
    for (const s of this.header.sites) this.sites.set(s.id, s);
    this.build();
  }

  private build(): void {
    for (const s of this.header.sites) {
      const e = this.add("site", s.id, s.kind === "target" ? "hostile" : "friend", s.kind);
      [e.x, e.y, e.z] = this.frame.place((s.lat_deg * Math.PI) / 180, (s.lon_deg * Math.PI) / 180, s.alt_m);
      e.t0 = -Infinity;
      e.t1 = Infinity;
    }
    for (const p of this.header.paths) {
      const kind: Kind = p.kind === "platform" || p.kind === "missile" ? p.kind : "track";
      const platform = this.platforms.get(p.id);
      const identity = kind === "platform" ? (platform?.identity ?? "unknown") : kind === "missile" ? "friend" : "unknown";
      const icon = kind === "platform" && platform ? airIcon(platform) : kind === "missile" ? "missile" : "track";
      const e = this.add(kind, p.id, identity, icon, p.kind === "passive track");
      e.first = e.cursor = p.first;
      e.n = p.rows;
      if (p.rows > 0) {
        e.t0 = this.t[p.first];
        e.t1 = this.t[p.first + p.rows - 1];
      }
      const end = (kind === "platform" ? platform?.t_end_s : this.missiles.get(p.id)?.t_end_s) ?? null;
      if (end !== null && kind !== "track") e.t1 = end;
    }
  }

  /** A track that was passive first is two paths of one name. */
  private add(kind: Kind, id: string, identity: string, icon: string, passive = false): Entity {
    const e = new Entity(this.entities.length, kind, id, identity, icon, passive);
    this.entities.push(e);
    if (!this.byId.has(id)) this.byId.set(id, e);
    return e;
  }

  /** Put everything where it is at a time. */
  sample(now: number): void {
    for (const e of this.entities) {
      if (e.kind === "site") this.sampleSite(e, now);
      else this.samplePath(e, now);
    }
  }

  private sampleSite(e: Entity, now: number): void {
    e.visible = true;
    const places = this.header.places[e.id], states = this.header.states[e.id];
    if (!places || !states) return;
    const s = this.sites.get(e.id)!;
    let at: [number, number] = [s.lat_deg, s.lon_deg], alt = s.alt_m;
    for (const [t, what, place, up] of states) {
      if (t > now || what !== "ready" || !place) continue;
      at = places[Math.min(place, places.length) - 1];
      alt = up ?? alt;
    }
    [e.x, e.y, e.z] = this.frame.place((at[0] * Math.PI) / 180, (at[1] * Math.PI) / 180, alt);
  }

  /** A radar as it is where it stands then: its dome and the middle of its sector are those of the place. */
  radarAt(radar: Radar, now: number): Radar {
    let number = 0;
    for (const [t, what, place] of this.header.states[radar.id] ?? []) if (t <= now && what === "ready" && place) number = place;
    const there = radar.places?.[number];
    if (!there) return radar;
    const key = `${radar.id} ${number}`;
    let found = this.variants.get(key);
    if (!found) this.variants.set(key, (found = { ...radar, ...there }));
    return found;
  }

  /** The root of the covariance of a sample. */
  rootAt(row: number, columns = this.rootColumns): Root {
    return columns.map((c) => c[row] * 0.1);
  }

  private samplePath(e: Entity, now: number): void {
    e.visible = now >= e.t0 && now <= e.t1;
    if (!e.visible) return;
    if (e.more.length) return this.sampleMore(e, now);
    const last = e.first + e.n - 1, t = this.t;
    let i = e.cursor;
    if (i > last || t[i] > now) i = e.first;
    if (i < last && t[i + 1] <= now) {
      if (i + 2 <= last && t[i + 2] > now) i++;
      else {
        let low = i, high = last;
        while (low < high) {
          const mid = (low + high + 1) >> 1;
          if (t[mid] <= now) low = mid;
          else high = mid - 1;
        }
        i = low;
      }
    }
    if (e.kind === "track" && (i !== e.cursor || !e.root)) e.root = this.sigma[i] < 0 ? null : this.rootAt(i);
    e.cursor = i;
    const j = Math.min(i + 1, last), span = t[j] - t[i], f = span > 0 ? (now - t[i]) / span : 0, p = this.xyz;
    e.x = p[4 * i] + f * (p[4 * j] - p[4 * i]);
    e.y = p[4 * i + 1] + f * (p[4 * j + 1] - p[4 * i + 1]);
    e.z = p[4 * i + 2] + f * (p[4 * j + 2] - p[4 * i + 2]);
    if (e.kind === "track") {
      e.sigma = this.sigma[i] < 0 ? -1 : this.sigma[i] * 0.1;
      e.identity = IDENTITIES[this.identity[i]] ?? "unknown";
    }
  }

  private rowMore(e: Entity, now: number): number {
    let k = e.more.length - 5;
    while (k > 0 && e.more[k] > now) k -= 5;
    return k;
  }

  private placeMore(e: Entity, now: number): Vec {
    const m = e.more, k = this.rowMore(e, now), j = Math.min(k + 5, m.length - 5), span = m[j] - m[k];
    const f = span > 0 ? Math.min(Math.max((now - m[k]) / span, 0), 1) : 0;
    return [1, 2, 3].map((c) => m[k + c] + f * (m[j + c] - m[k + c])) as Vec;
  }

  private sampleMore(e: Entity, now: number): void {
    const m = e.more, k = this.rowMore(e, now);
    [e.x, e.y, e.z] = this.placeMore(e, now);
    e.sigma = m[k + 4];
    e.root = e.roots[k / 5] ?? null;
  }

  /** What a run that goes on has sent. Returns the entities that are new. */
  grow(update: Update): Entity[] {
    const fresh: Entity[] = [];
    for (const s of update.samples) {
      let e = this.byId.get(s.id);
      if (!e) {
        const platform = this.platforms.get(s.id);
        const kind: Kind = s.kind === "platform" || s.kind === "missile" ? s.kind : "track";
        e = this.add(kind, s.id, s.identity ?? platform?.identity ?? (kind === "missile" ? "friend" : "unknown"),
          kind === "platform" && platform ? airIcon(platform) : kind === "track" ? "track" : "missile", s.kind === "passive track");
        fresh.push(e);
      }
      if (s.identity && e.kind === "track") e.identity = s.identity;
      const [x, y, z] = this.frame.toScene(s.x_m, s.y_m, s.z_m);
      e.more.push(s.t_s, x, y, z, s.sigma_m ?? -1);
      e.roots.push(s.root_m ?? null);
      e.t0 = Math.min(e.t0, s.t_s);
      e.t1 = s.t_s;
    }
    this.events.push(...update.events);
    this.tEnd = Math.max(this.tEnd, update.t_s);
    return fresh;
  }

  alive(site: string, now: number): boolean {
    let alive = true;
    for (const [t, what] of this.header.states[site] ?? []) {
      if (t > now) break;
      if (what === "lost") alive = false;
      if (what === "restored") alive = true;
    }
    return alive;
  }

  emitting(radar: string, now: number): boolean {
    let on = false;
    for (const [t, state] of this.header.emissions[radar] ?? []) {
      if (t > now) break;
      on = state;
    }
    return on && this.alive(radar, now);
  }

  /** Latitude and longitude in degrees, altitude in m, speed in m/s (from neighbouring samples; null for what stands). */
  state(e: Entity): { lat: number; lon: number; alt: number; speed: number | null } {
    const [lat, lon, alt] = this.frame.geodetic(e.x, e.y, e.z);
    let speed: number | null = null;
    if (e.kind !== "site" && e.n > 1 && !e.more.length) {
      const i = Math.min(e.cursor, e.first + e.n - 2), j = i + 1, p = this.xyz, dt = this.t[j] - this.t[i];
      if (dt > 0) speed = Math.hypot(p[4 * j] - p[4 * i], p[4 * j + 1] - p[4 * i + 1], p[4 * j + 2] - p[4 * i + 2]) / dt;
    }
    return { lat: (lat * 180) / Math.PI, lon: (lon * 180) / Math.PI, alt, speed };
  }

  where(id: string | undefined): Vec | null {
    const e = id === undefined ? undefined : this.byId.get(id);
    return e ? [e.x, e.y, e.z] : null;
  }

  /** Place of a path at any time, in the scene's frame; null before it begins. */
  placeAt(e: Entity, t: number): Vec | null {
    if (e.kind === "site") return [e.x, e.y, e.z];
    if (e.more.length) return t < e.more[0] ? null : this.placeMore(e, t);
    if (e.n === 0) return null;
    let low = e.first, high = e.first + e.n - 1;
    if (t < this.t[low]) return null;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if (this.t[mid] <= t) low = mid;
      else high = mid - 1;
    }
    const j = Math.min(low + 1, e.first + e.n - 1), span = this.t[j] - this.t[low];
    const f = span > 0 ? (t - this.t[low]) / span : 0, p = this.xyz;
    return [0, 1, 2].map((k) => p[4 * low + k] + f * (p[4 * j + k] - p[4 * low + k])) as Vec;
  }
}

// --- series over time ---------------------------------------------------------------------------------------------

/** A quantity that changes by whole steps: value v[i] from t[i] on. */
export interface Steps { name: string; t: number[]; v: number[]; most: number }

function steps(name: string, changes: [number, number][]): Steps {
  changes.sort((a, b) => a[0] - b[0]);
  const t = [0], v = [0];
  for (const [at, d] of changes) {
    if (at <= t[t.length - 1]) v[v.length - 1] += d;
    else {
      t.push(at);
      v.push(v[v.length - 1] + d);
    }
  }
  return { name, t, v, most: Math.max(...v) };
}

export function valueAt(s: Steps, now: number): number {
  let low = 0, high = s.t.length - 1;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if (s.t[mid] <= now) low = mid;
    else high = mid - 1;
  }
  return s.v[low];
}

export function series(model: RunModel): Steps[] {
  const end = model.tEnd + 1;
  const threats: [number, number][] = [], rounds: [number, number][] = [], channels: [number, number][] = [];
  for (const e of model.entities) {
    if (e.kind === "platform" && e.identity === "hostile" && e.n > 0) {
      threats.push([e.t0, 1]);
      if (e.t1 < end) threats.push([e.t1, -1]);
    }
  }
  for (const m of model.missiles.values()) {
    rounds.push([m.t_launch_s, 1]);
    rounds.push([m.t_end_s ?? end, -1]);
  }
  for (const e of model.events) {
    if (e.event === "assigned") channels.push([e.t, 1]);
    else if (e.event === "engagement end") channels.push([e.t, -1]);
  }
  return [steps("threats alive", threats), steps("rounds in flight", rounds), steps("channels in use", channels)];
}
