// Errors of tracks: the covariance as results hold it, its ellipsoid in space, its ellipse on the ground.

import * as THREE from "three";
import { Frame, Vec } from "./geo";

/** Factors of half axes by confidence: roots of the quantiles of chi-square with 3 (ellipsoid) and 2 (ellipse) degrees of freedom. */
export const CONFIDENCE: Record<string, [number, number]> = {
  50: [1.5381722544550519, 1.1774100225154747], 90: [2.5002777108094065, 2.1459660262893473],
  95: [2.7954834829151074, 2.447746830680816], 99: [3.3682141752187276, 3.0348542587702929],
};

/** Lower triangle ee, ne, nn, ue, un, uu (m) of L; L L' is the covariance, axes east, north and up at the track. */
export type Root = ArrayLike<number>;
/** Half axes of one sigma, m, longest first, and their directions (east, north, up). */
export interface Axes { half: Vec; along: [Vec, Vec, Vec] }

export function covariance(l: Root): number[][] {
  const rows = [[l[0], 0, 0], [l[1], l[2], 0], [l[3], l[4], l[5]]];
  return rows.map((a) => rows.map((b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]));
}

/** Eigenvalues and eigenvectors by Jacobi's rotations. */
export function axesOf(l: Root): Axes {
  const p = covariance(l), v = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  for (let sweep = 0; sweep < 12; sweep++) {
    if (Math.abs(p[0][1]) + Math.abs(p[0][2]) + Math.abs(p[1][2]) <= 1e-14 * (p[0][0] + p[1][1] + p[2][2])) break;
    for (const [i, k] of [[0, 1], [0, 2], [1, 2]]) {
      if (p[i][k] === 0) continue;
      const theta = (p[k][k] - p[i][i]) / (2 * p[i][k]), t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
      const c = 1 / Math.sqrt(t * t + 1), s = t * c;
      for (let j = 0; j < 3; j++) [p[j][i], p[j][k]] = [c * p[j][i] - s * p[j][k], s * p[j][i] + c * p[j][k]];
      for (let j = 0; j < 3; j++) [p[i][j], p[k][j]] = [c * p[i][j] - s * p[k][j], s * p[i][j] + c * p[k][j]];
      for (let j = 0; j < 3; j++) [v[j][i], v[j][k]] = [c * v[j][i] - s * v[j][k], s * v[j][i] + c * v[j][k]];
    }
  }
  const order = [0, 1, 2].sort((a, b) => p[b][b] - p[a][a]);
  const column = (k: number): Vec => [v[0][k], v[1][k], v[2][k]];
  return {
    half: order.map((k) => Math.sqrt(Math.max(p[k][k], 0))) as Vec,
    along: order.map(column) as [Vec, Vec, Vec],
  };
}

/** The ellipse of the horizontal error: half axes of one sigma (m) and the azimuth of the longer one. */
export function ellipseOf(l: Root): { major: number; minor: number; az: number } {
  const ee = l[0] * l[0], en = l[0] * l[1], nn = l[1] * l[1] + l[2] * l[2];
  const mean = (ee + nn) / 2, half = (nn - ee) / 2, r = Math.sqrt(half * half + en * en);
  return { major: Math.sqrt(mean + r), minor: Math.sqrt(Math.max(mean - r, 0)), az: 0.5 * Math.atan2(2 * en, nn - ee) };
}

const VERTEX = `attribute vec3 a; attribute vec3 b; attribute vec3 c; attribute vec3 middle; uniform float factor; varying float rim;
void main() {
  vec3 p = position, n = a * (p.x / max(dot(a, a), 1.0)) + b * (p.y / max(dot(b, b), 1.0)) + c * (p.z / max(dot(c, c), 1.0));
  vec4 at = modelViewMatrix * vec4(middle + factor * (a * p.x + b * p.y + c * p.z), 1.0);
  rim = 1.0 - abs(dot(normalize(mat3(modelViewMatrix) * n), normalize(at.xyz)));
  gl_Position = projectionMatrix * at;
}`;
const FRAGMENT = `uniform float skin; varying float rim;
void main() { float alpha = skin > 0.0 ? 0.05 + skin * rim * rim * rim : 0.55; gl_FragColor = vec4(vec3(0.94, 0.89, 0.26) * alpha, alpha); }`;

/** All ellipsoids in two draws: a skin that is brighter at its rim, and the ellipse of each pair of axes. */
export class Ellipsoids {
  readonly group = new THREE.Group();
  private capacity = 0;
  private data: THREE.InstancedInterleavedBuffer | null = null;
  private readonly factor = { value: 1 };
  private readonly parts: THREE.InstancedBufferGeometry[] = [];
  /** of the last frame (tests read it) */
  shown: { id: string; half: Vec }[] = [];

  constructor() {
    const sphere = new THREE.SphereGeometry(1, 32, 20), skin = new THREE.InstancedBufferGeometry();
    skin.setAttribute("position", sphere.getAttribute("position"));
    skin.setIndex(sphere.getIndex());
    const line: number[] = [], n = 48;
    for (const [i, k] of [[0, 1], [0, 2], [1, 2]]) for (let j = 0; j < n; j++) for (const turn of [j, j + 1]) {
      const at = [0, 0, 0];
      at[i] = Math.cos((2 * Math.PI * turn) / n);
      at[k] = Math.sin((2 * Math.PI * turn) / n);
      line.push(...at);
    }
    const rings = new THREE.InstancedBufferGeometry();
    rings.setAttribute("position", new THREE.Float32BufferAttribute(line, 3));
    this.parts.push(skin, rings);
    const paint = (strength: number) => new THREE.ShaderMaterial({
      vertexShader: VERTEX, fragmentShader: FRAGMENT, uniforms: { factor: this.factor, skin: { value: strength } }, transparent: true,
      depthTest: false, depthWrite: false, premultipliedAlpha: true, blending: THREE.CustomBlending, blendSrc: THREE.OneFactor,
      blendDst: THREE.OneMinusSrcAlphaFactor,
    });
    const mesh = new THREE.Mesh(skin, paint(0.4)), lines = new THREE.LineSegments(rings, paint(0));
    for (const [k, part] of [mesh, lines].entries()) {
      part.frustumCulled = false;
      part.renderOrder = 46 + k;
      this.group.add(part);
    }
    this.reserve(64);
  }

  private reserve(n: number): void {
    const old = this.data?.array as Float32Array | undefined;
    this.data = new THREE.InstancedInterleavedBuffer(new Float32Array(12 * n), 12, 1);
    if (old) (this.data.array as Float32Array).set(old);
    for (const part of this.parts) {
      for (const [k, name] of ["a", "b", "c", "middle"].entries()) part.setAttribute(name, new THREE.InterleavedBufferAttribute(this.data, 3, 3 * k));
    }
    this.capacity = n;
  }

  begin(factor: number): void {
    this.factor.value = factor;
    this.shown = [];
  }

  /** An ellipsoid about a place of the scene whose east, north and up are known. */
  add(id: string, axes: Axes, x: number, y: number, z: number, local: [Vec, Vec, Vec]): void {
    const k = this.shown.length;
    if (k === this.capacity) this.reserve(2 * this.capacity);
    const out = this.data!.array as Float32Array, f = this.factor.value;
    for (let i = 0; i < 3; i++) {
      const [e, n, u] = axes.along[i], h = axes.half[i];
      for (let c = 0; c < 3; c++) out[12 * k + 3 * i + c] = h * (e * local[0][c] + n * local[1][c] + u * local[2][c]);
    }
    out.set([x, y, z], 12 * k + 9);
    this.shown.push({ id, half: [f * axes.half[0], f * axes.half[1], f * axes.half[2]] });
  }

  end(): void {
    const n = this.shown.length;
    this.group.visible = n > 0;
    for (const part of this.parts) part.instanceCount = n;
    if (n) this.data!.needsUpdate = true;
  }
}

/** East, north and up at a place of the scene. */
export function localAt(frame: Frame, x: number, y: number, z: number): [Vec, Vec, Vec] {
  const [lat, lon] = frame.geodetic(x, y, z);
  return frame.local(lat, lon);
}
