// WGS-84, in double precision. The scene's axes are east, north, up of the run's origin, in metres: small numbers for the
// graphics card, which has single precision only.

export const A = 6378137.0;
const F = 1 / 298.257223563;
const E2 = F * (2 - F);
const B = A * (1 - F);
const EP2 = E2 / (1 - E2);

export type Vec = [number, number, number];

export function ecef(lat: number, lon: number, alt: number): Vec {
  const s = Math.sin(lat);
  const c = Math.cos(lat);
  const n = A / Math.sqrt(1 - E2 * s * s);
  return [(n + alt) * c * Math.cos(lon), (n + alt) * c * Math.sin(lon), (n * (1 - E2) + alt) * s];
}

/** Latitude, longitude (rad), altitude (m), by Bowring's closed formula. */
export function geodetic(x: number, y: number, z: number): Vec {
  const p = Math.hypot(x, y);
  const th = Math.atan2(z * A, p * B);
  const lat = Math.atan2(z + EP2 * B * Math.sin(th) ** 3, p - E2 * A * Math.cos(th) ** 3);
  const n = A / Math.sqrt(1 - E2 * Math.sin(lat) ** 2);
  return [lat, Math.atan2(y, x), p * Math.cos(lat) + z * Math.sin(lat) - (A * A) / n];
}

/** Axes east, north, up at a place, in ECEF, as nine numbers by rows. */
export function axes(lat: number, lon: number): number[] {
  const sl = Math.sin(lat), cl = Math.cos(lat), so = Math.sin(lon), co = Math.cos(lon);
  return [-so, co, 0, -sl * co, -sl * so, cl, cl * co, cl * so, sl];
}

/** The scene's frame: between it and ECEF. */
export class Frame {
  readonly rows: number[];
  readonly at: Vec;
  /** Gaussian radius of curvature at the origin: the sphere that fits the ellipsoid best there. */
  readonly radius: number;

  constructor(readonly lat: number, readonly lon: number) {
    this.rows = axes(lat, lon);
    this.at = ecef(lat, lon, 0);
    const s = Math.sin(lat);
    this.radius = (A * Math.sqrt(1 - E2)) / (1 - E2 * s * s);
  }

  toScene(x: number, y: number, z: number): Vec {
    const r = this.rows, dx = x - this.at[0], dy = y - this.at[1], dz = z - this.at[2];
    return [
      r[0] * dx + r[1] * dy + r[2] * dz,
      r[3] * dx + r[4] * dy + r[5] * dz,
      r[6] * dx + r[7] * dy + r[8] * dz,
    ];
  }

  toEcef(e: number, n: number, u: number): Vec {
    const r = this.rows;
    return [
      this.at[0] + r[0] * e + r[3] * n + r[6] * u,
      this.at[1] + r[1] * e + r[4] * n + r[7] * u,
      this.at[2] + r[2] * e + r[5] * n + r[8] * u,
    ];
  }

  place(lat: number, lon: number, alt: number): Vec {
    return this.toScene(...ecef(lat, lon, alt));
  }

  geodetic(e: number, n: number, u: number): Vec {
    return geodetic(...this.toEcef(e, n, u));
  }

  /** East, north, up at a place as vectors of the scene. */
  local(lat: number, lon: number): [Vec, Vec, Vec] {
    const o = axes(lat, lon), r = this.rows;
    const turn = (x: number, y: number, z: number): Vec => [
      r[0] * x + r[1] * y + r[2] * z,
      r[3] * x + r[4] * y + r[5] * z,
      r[6] * x + r[7] * y + r[8] * z,
    ];
    return [turn(o[0], o[1], o[2]), turn(o[3], o[4], o[5]), turn(o[6], o[7], o[8])];
  }
}

/** Bearing (rad, clockwise from north) and distance (m) on the sphere of the mean radius. */
export function bearing(lat1: number, lon1: number, lat2: number, lon2: number): [number, number] {
  const d = lon2 - lon1;
  const y = Math.sin(d) * Math.cos(lat2);
  const x = Math.cos(lat1) * Math.sin(lat2) - Math.sin(lat1) * Math.cos(lat2) * Math.cos(d);
  const c = Math.sin(lat1) * Math.sin(lat2) + Math.cos(lat1) * Math.cos(lat2) * Math.cos(d);
  return [Math.atan2(y, x), 6371000 * Math.atan2(Math.hypot(x, y), c)];
}
