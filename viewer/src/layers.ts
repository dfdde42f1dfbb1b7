// What belongs to the defence: coverage domes, beams, strobes, engagement zones, the ground.

import * as THREE from "three";
import { Content, Ground, LogEvent, Radar, Zone } from "./format";
import { Frame, Vec } from "./geo";
import { RunModel } from "./model";

export const RINGS_M = [100, 1000, 3000, 10000, 20000];
/** the engine asks once a second whether a strobe is still there */
const STROBE_TURN_S = 1;

/** Between a place (its east, north, up) and the scene. */
export function matrixAt(frame: Frame, lat: number, lon: number, alt: number): THREE.Matrix4 {
  const [e, n, u] = frame.local(lat, lon), p = frame.place(lat, lon, alt);
  return new THREE.Matrix4().set(e[0], n[0], u[0], p[0], e[1], n[1], u[1], p[1], e[2], n[2], u[2], p[2], 0, 0, 0, 1);
}

/** A point over the sphere about a place: ground range, azimuth, altitude (both above the ellipsoid) to east, north, up. */
function polar(radius: number, base: number, range: number, az: number, alt: number): Vec {
  const arc = range / radius, r = radius + alt;
  return [r * Math.sin(arc) * Math.sin(az), r * Math.sin(arc) * Math.cos(az), r * Math.cos(arc) - radius - base];
}

/** Between altitudes linear in the square root, as horizons are. */
function profileAt(alts: number[], values: number[], alt: number): number {
  if (alt <= alts[0]) return values[0];
  for (let i = 1; i < alts.length; i++) {
    if (alt <= alts[i]) {
      const low = Math.sqrt(alts[i - 1]), f = (Math.sqrt(alt) - low) / (Math.sqrt(alts[i]) - low);
      return values[i] === 0 || values[i - 1] === 0 ? (f < 0.5 ? values[i - 1] : values[i]) : values[i - 1] + f * (values[i] - values[i - 1]);
    }
  }
  return 0;
}

/** The skin of what lies between `near` and `far` over altitude, closed below. */
function shell(alts: number[], near: number[], far: number[], az0: number, half: number, radius: number, base: number, colour: number, alpha: number): THREE.Group {
  const group = new THREE.Group(), full = half >= Math.PI - 1e-3, n = full ? 72 : Math.max(8, Math.round((half / Math.PI) * 72));
  const rows = alts.map((alt, i) => ({ alt, near: near[i], far: far[i] })).filter((r) => r.far > 0);
  if (!rows.length) return group;
  const at: number[] = [], index: number[] = [], lines: number[] = [];
  const point = (k: number, j: number) => polar(radius, base, rows[k].far, az0 - half + (2 * half * j) / n, rows[k].alt);
  for (let k = 0; k < rows.length; k++) {
    for (let j = 0; j <= n; j++) {
      at.push(...point(k, j));
      if (k + 1 < rows.length && j < n) {
        const a = k * (n + 1) + j, b = a + n + 1;
        index.push(a, a + 1, b, a + 1, b + 1, b);
      }
    }
  }
  for (let j = 0; j <= n; j++) { // without its floor, what is covered down to the ground would look like a hole
    at.push(...polar(radius, base, Math.min(rows[0].near, rows[0].far), az0 - half + (2 * half * j) / n, rows[0].alt));
    const a = rows.length * (n + 1) + j;
    if (j < n) index.push(j, j + 1, a, j + 1, a + 1, a);
  }
  for (let j = 0; j <= n; j += full ? 6 : Math.max(1, Math.round(n / 6))) {
    for (let k = 0; k + 1 < rows.length; k++) lines.push(...point(k, j), ...point(k + 1, j));
  }
  const mesh = new THREE.BufferGeometry();
  mesh.setAttribute("position", new THREE.Float32BufferAttribute(at, 3));
  mesh.setIndex(index);
  const skin = new THREE.Mesh(mesh, new THREE.MeshBasicMaterial({ color: colour, transparent: true, opacity: alpha, side: THREE.DoubleSide, depthWrite: false }));
  const ribs = new THREE.BufferGeometry();
  ribs.setAttribute("position", new THREE.Float32BufferAttribute(lines, 3));
  const bones = new THREE.LineSegments(ribs, new THREE.LineBasicMaterial({ color: colour, transparent: true, opacity: alpha * 4, depthWrite: false }));
  skin.renderOrder = 20;
  bones.renderOrder = 21;
  group.add(skin, bones);
  return group;
}

export class Dome {
  readonly group: THREE.Group;
  /** where the names of the rings go: place about the radar, text */
  readonly labels: { local: THREE.Vector3; text: string }[] = [];

  constructor(readonly radar: Radar, frame: Frame, lat: number, lon: number, alt: number) {
    const d = radar.dome, R = frame.radius;
    this.group = shell(d.alt_m, d.near_m, d.far_m, radar.az0_rad, radar.half_rad, R, alt, 0x4fa3c9, 0.055);
    const matrix = matrixAt(frame, lat, lon, alt), full = radar.rotating || radar.half_rad > 3.1;
    for (const h of RINGS_M) {
      const far = profileAt(d.alt_m, d.far_m, h), near = profileAt(d.alt_m, d.near_m, h);
      if (far <= 0) continue;
      const line: number[] = [], n = 120;
      for (let j = 0; j <= n; j++) line.push(...polar(R, alt, far, radar.az0_rad - radar.half_rad + (2 * radar.half_rad * j) / n, h));
      if (!full) {
        for (let j = n; j >= 0; j--) line.push(...polar(R, alt, near, radar.az0_rad - radar.half_rad + (2 * radar.half_rad * j) / n, h));
        line.push(line[0], line[1], line[2]);
      }
      const g = new THREE.BufferGeometry();
      g.setAttribute("position", new THREE.Float32BufferAttribute(line, 3));
      const ring = new THREE.Line(g, new THREE.LineBasicMaterial({ color: 0x63b7dc, transparent: true, opacity: 0.6, depthWrite: false }));
      ring.renderOrder = 22;
      this.group.add(ring);
      const corner = full ? 2.4 : radar.az0_rad + radar.half_rad * 0.9;
      this.labels.push({ local: new THREE.Vector3(...polar(R, alt, far, corner, h)), text: `${h >= 1000 ? `${h / 1000} km` : `${h} m`}` });
    }
    this.group.matrixAutoUpdate = false;
    this.move(matrix);
  }

  move(matrix: THREE.Matrix4): void {
    this.group.matrix.copy(matrix);
    this.group.matrixWorldNeedsUpdate = true;
  }
}

const BEAM_VERTEX = `attribute float behind; varying float b; varying float r; attribute float far;
void main() { b = behind; r = far; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }`;
const BEAM_FRAGMENT = `varying float b; varying float r;
void main() { float a = 0.20 * pow(1.0 - b, 2.0) * (1.0 - 0.8 * r) + (b < 0.05 ? 0.22 * (1.0 - r) : 0.0); gl_FragColor = vec4(0.36 * a, 0.95 * a, 0.62 * a, a); }`;
const TAIL = (18 * Math.PI) / 180;

/** The search beam as a sector that fades behind it, along the lower edge of the coverage. */
export class Beam {
  readonly group = new THREE.Group();
  private readonly turned = new THREE.Group();

  constructor(readonly radar: Radar, frame: Frame, lat: number, lon: number, alt: number) {
    const n = 12, m = 24, at: number[] = [], behind: number[] = [], far: number[] = [], index: number[] = [];
    const d = radar.dome, tail = radar.rotating ? TAIL : Math.min(TAIL, radar.half_rad * 0.5);
    for (let i = 0; i <= m; i++) {
      const range = (radar.range_m * i) / m;
      let low = 0;
      while (low < d.alt_m.length - 1 && d.far_m[low] < range) low++;
      for (let j = 0; j <= n; j++) {
        at.push(...polar(frame.radius, alt, range, (-tail * j) / n, d.alt_m[low] + 50));
        behind.push(j / n);
        far.push(i / m);
        if (i < m && j < n) {
          const a = i * (n + 1) + j, b = a + n + 1;
          index.push(a, b, a + 1, a + 1, b, b + 1);
        }
      }
    }
    const g = new THREE.BufferGeometry();
    g.setAttribute("position", new THREE.Float32BufferAttribute(at, 3));
    g.setAttribute("behind", new THREE.Float32BufferAttribute(behind, 1));
    g.setAttribute("far", new THREE.Float32BufferAttribute(far, 1));
    g.setIndex(index);
    const mesh = new THREE.Mesh(g, new THREE.ShaderMaterial({
      vertexShader: BEAM_VERTEX, fragmentShader: BEAM_FRAGMENT, transparent: true, depthWrite: false, depthTest: false, side: THREE.DoubleSide,
      premultipliedAlpha: true, blending: THREE.CustomBlending, blendSrc: THREE.OneFactor, blendDst: THREE.OneMinusSrcAlphaFactor,
    }));
    mesh.renderOrder = 25;
    mesh.frustumCulled = false;
    this.turned.add(mesh);
    this.group.add(this.turned);
    this.group.matrixAutoUpdate = false;
    this.group.matrix.copy(matrixAt(frame, lat, lon, alt));
  }

  move(matrix: THREE.Matrix4): void {
    this.group.matrix.copy(matrix);
    this.group.matrixWorldNeedsUpdate = true;
  }

  update(now: number, on: boolean): void {
    this.group.visible = on;
    if (on) this.turned.rotation.z = -beamAzimuth(this.radar, now);
  }
}

/** Azimuth of the search beam as the engine has it. */
export function beamAzimuth(radar: Radar, t: number): number {
  const turn = t / radar.period_s, part = turn - Math.floor(turn);
  return radar.rotating ? radar.az0_rad + 2 * Math.PI * part : radar.az0_rad - radar.half_rad + 2 * radar.half_rad * part;
}

interface Strobe { t: number; end: number; radar: string; source: string }

/** Strobes from their begin to their last report: bearings from the radar to where the jammer truly is, as far as the radar ranges. */
export class Strobes {
  readonly lines: THREE.LineSegments;
  readonly found: Strobe[] = [];
  private place = new THREE.BufferAttribute(new Float32Array(6 * 64), 3);
  private readonly ranges = new Map<string, number>();

  constructor(private readonly model: RunModel) {
    for (const r of model.header.radars) this.ranges.set(r.id, r.range_m);
    const g = new THREE.BufferGeometry();
    g.setAttribute("position", this.place);
    this.lines = new THREE.LineSegments(g, new THREE.LineBasicMaterial({ color: 0xff7bd8, transparent: true, opacity: 0.8, depthTest: false, depthWrite: false }));
    this.lines.frustumCulled = false;
    this.lines.renderOrder = 40;
    this.enter(model.events);
  }

  /** Begins and ends, in order of time. The value of an end: from its begin to the last report. */
  enter(events: LogEvent[]): void {
    for (const e of events) {
      if (!e.subject || !e.object) continue;
      if (e.event === "jam strobe") this.found.push({ t: e.t, end: Infinity, radar: e.object, source: e.subject });
      else if (e.event === "jam strobe over") {
        const lasted = e.value ?? 0, mine = this.found.filter((s) => s.radar === e.object && s.source === e.subject && s.end === Infinity && s.t + lasted <= e.t);
        if (mine.length) mine[mine.length - 1].end = mine[mine.length - 1].t + lasted;
      }
    }
  }

  /** Those that are there at a time, with azimuth and the ends of their lines. */
  now(t: number): (Strobe & { az: number; from: Vec; to: Vec })[] {
    const there: (Strobe & { az: number; from: Vec; to: Vec })[] = [];
    for (const s of this.found) {
      if (s.t > t || t > s.end + STROBE_TURN_S) continue;
      const radar = this.model.byId.get(s.radar), source = this.model.byId.get(s.source);
      const at = source && (this.model.placeAt(source, t) ?? (source.n ? this.model.placeAt(source, source.t0) : null));
      if (!radar || !at || (source && t > source.t1)) continue;
      const [lat, lon, alt] = this.model.frame.geodetic(radar.x, radar.y, radar.z), here = matrixAt(this.model.frame, lat, lon, alt);
      const v = new THREE.Vector3(...at).applyMatrix4(here.clone().invert()), az = Math.atan2(v.x, v.y);
      const to = new THREE.Vector3(...polar(this.model.frame.radius, alt, this.ranges.get(s.radar) ?? 300e3, az, 3000)).applyMatrix4(here);
      there.push({ ...s, az, from: [radar.x, radar.y, radar.z], to: [to.x, to.y, to.z] });
    }
    return there;
  }

  update(t: number): void {
    const there = this.now(t);
    if (6 * there.length > this.place.array.length) {
      this.place = new THREE.BufferAttribute(new Float32Array(12 * there.length), 3);
      this.lines.geometry.setAttribute("position", this.place);
    }
    there.forEach((s, k) => (this.place.array as Float32Array).set([...s.from, ...s.to], 6 * k));
    this.lines.geometry.setDrawRange(0, 2 * there.length);
    this.place.needsUpdate = true;
  }
}

/** launchers that are nearer to each other than this share of the reach have one shell together */
const TOGETHER = 0.1;

/** Engagement zones of a missile type: one about each group of launchers that are not lost, where they stand. */
export class Zones {
  readonly group = new THREE.Group();
  private readonly made: THREE.Group | null;
  private readonly together_m: number;

  constructor(private readonly zone: Zone, private readonly model: RunModel) {
    const { alt_m: alt, near_m: near, far_m: far } = zone;
    this.together_m = TOGETHER * Math.max(0, ...far);
    this.made = alt.length ? shell([0, ...alt], [near[0], ...near], [far[0], ...far], 0, Math.PI, model.frame.radius, 0, 0xd9a441, 0.06) : null;
  }

  /** Put them where they are at a time; null: show none. */
  update(t: number | null): void {
    this.group.visible = t !== null && this.made !== null;
    if (t === null || !this.made) return;
    const middles = this.middles(t);
    while (this.group.children.length < middles.length) {
      const one = this.made.clone();
      one.matrixAutoUpdate = false;
      this.group.add(one);
    }
    this.group.children.forEach((one, k) => {
      one.visible = k < middles.length;
      if (!one.visible) return;
      const [lat, lon] = this.model.frame.geodetic(...middles[k]);
      one.matrix.copy(matrixAt(this.model.frame, lat, lon, 0));
      one.matrixWorldNeedsUpdate = true;
    });
  }

  private middles(t: number): Vec[] {
    const groups: Vec[][] = [];
    for (const id of this.zone.launchers) {
      const e = this.model.byId.get(id);
      if (!e || !this.model.alive(id, t)) continue;
      const at: Vec = [e.x, e.y, e.z], mine = groups.find(([p]) => Math.hypot(p[0] - at[0], p[1] - at[1], p[2] - at[2]) < this.together_m);
      if (mine) mine.push(at);
      else groups.push([at]);
    }
    return groups.map((g) => [0, 1, 2].map((k) => g.reduce((s, p) => s + p[k], 0) / g.length) as Vec);
  }
}

export function terrain(content: Content, frame: Frame): THREE.Mesh | null {
  const g: Ground | null = content.header.ground;
  if (!g || g.rows < 2 || g.columns < 2) return null;
  const height = content.columns.ground_height_dm as Int32Array, seen = content.columns.ground_seen_by as Uint8Array, D = Math.PI / 180;
  const at = new Float32Array(3 * g.rows * g.columns), colour = new Float32Array(3 * g.rows * g.columns), index: number[] = [];
  const dy = Math.abs(((g.lat_deg[1] - g.lat_deg[0]) / (g.rows - 1)) * 111195);
  const dx = Math.abs(((g.lon_deg[1] - g.lon_deg[0]) / (g.columns - 1)) * 111195 * Math.cos(g.lat_deg[0] * D));
  const south = g.lat_deg[0] < g.lat_deg[1] ? 1 : -1, h = (i: number, j: number) => height[Math.min(Math.max(i, 0), g.rows - 1) * g.columns + Math.min(Math.max(j, 0), g.columns - 1)] * 0.1;
  for (let i = 0; i < g.rows; i++) {
    for (let j = 0; j < g.columns; j++) {
      const k = i * g.columns + j, lat = g.lat_deg[0] + ((g.lat_deg[1] - g.lat_deg[0]) * i) / (g.rows - 1);
      const lon = g.lon_deg[0] + ((g.lon_deg[1] - g.lon_deg[0]) * j) / (g.columns - 1);
      at.set(frame.place(lat * D, lon * D, Math.max(h(i, j), 0)), 3 * k);
      const sx = (3 * (h(i, j + 1) - h(i, j - 1))) / (2 * dx), sy = (3 * south * (h(i + 1, j) - h(i - 1, j))) / (2 * dy);
      const light = Math.max(0, (0.5 * sx - 0.5 * sy + 0.71) / Math.sqrt(1 + sx * sx + sy * sy));
      const tint = seen[k] > 0 ? [0.12, 0.34, 0.26] : [0.22, 0.21, 0.19];
      for (let c = 0; c < 3; c++) colour[3 * k + c] = tint[c] * (0.35 + 0.95 * light);
      if (i + 1 < g.rows && j + 1 < g.columns && (h(i, j) > 0 || h(i + 1, j) > 0 || h(i, j + 1) > 0 || h(i + 1, j + 1) > 0)) {
        index.push(k, k + 1, k + g.columns, k + 1, k + g.columns + 1, k + g.columns);
      }
    }
  }
  if (!index.length) return null;
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.BufferAttribute(at, 3));
  geometry.setAttribute("color", new THREE.BufferAttribute(colour, 3));
  geometry.setIndex(index);
  const mesh = new THREE.Mesh(geometry, new THREE.MeshBasicMaterial({ vertexColors: true, side: THREE.DoubleSide }));
  mesh.renderOrder = 2;
  return mesh;
}
