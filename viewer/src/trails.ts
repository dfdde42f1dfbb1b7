// Trails: every sample is on the graphics card from the start, with its time. A uniform says what time it is; the shader
// leaves out what is not yet there or too long ago. Samples lie in a texture; a segment is two neighbouring texels, made into a
// quad of so many pixels by the number of the vertex, so that nothing is stored twice and nothing is sent again. Segments are drawn
// in the order of their seconds, so that those of the time that is shown are one stretch, and no others are touched.

import * as THREE from "three";
import { Entity, RunModel, WIDTH } from "./model";
import { COLOURS, MISSILE, rgb } from "./symbols";

const VERTEX = `
uniform highp sampler2D rows; uniform highp sampler2D order; uniform lowp sampler2D tints;
uniform vec2 size; uniform float width; uniform float now; uniform float span; uniform float shown[8];
uniform vec3 earth; uniform float radius; uniform vec3 eye;
varying float t; varying vec3 colour; varying float across; varying float dim;
bool hidden(vec3 p) {
  vec3 d = p - eye; float l = length(d); d /= l;
  vec3 o = eye - earth; float k = -dot(o, d);
  if (k < 0.0 || k > l) return false;
  return length(o + k * d) < radius;
}
void main() {
  int s = gl_VertexID / 6, corner = gl_VertexID - 6 * s;
  int k = int(texelFetch(order, ivec2(s % WIDTH, s / WIDTH), 0).r);
  vec2 position = vec2(corner == 1 || corner == 2 || corner == 4 ? 1.0 : 0.0, corner == 2 || corner == 4 || corner == 5 ? 1.0 : 0.0);
  vec4 a = texelFetch(rows, ivec2(k % WIDTH, k / WIDTH), 0);
  if (a.w > now) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); return; }
  vec4 b = texelFetch(rows, ivec2((k + 1) % WIDTH, (k + 1) / WIDTH), 0);
  vec4 tint = texelFetch(tints, ivec2(k % WIDTH, k / WIDTH), 0);
  float code = floor(tint.a * 255.0 + 0.5);
  bool last = code >= 128.0;
  int group = int(mod(code, 128.0));
  dim = group >= 5 ? 0.5 : 1.0;
  if (last || shown[group] < 0.5 || a.w > now || b.w < now - span) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); return; }
  vec4 ca = projectionMatrix * modelViewMatrix * vec4(a.xyz, 1.0);
  vec4 cb = projectionMatrix * modelViewMatrix * vec4(b.xyz, 1.0);
  if (ca.w <= 0.0 || cb.w <= 0.0 || hidden(a.xyz)) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); return; }
  vec2 pa = ca.xy / ca.w * size, pb = cb.xy / cb.w * size;
  vec2 along = pb - pa; float l = length(along);
  along = l > 1e-4 ? along / l : vec2(1.0, 0.0);
  vec2 side = vec2(-along.y, along.x) * (position.y - 0.5) * (width + 2.0) * 2.0;
  vec4 c = position.x < 0.5 ? ca : cb;
  t = position.x < 0.5 ? a.w : b.w;
  across = (position.y - 0.5) * (width + 2.0);
  colour = tint.rgb;
  gl_Position = vec4(c.xy + side / size * c.w, c.z, c.w);
}`;
const FRAGMENT = `
uniform float now; uniform float span; uniform float width;
varying float t; varying vec3 colour; varying float across; varying float dim;
void main() {
  if (t > now || t < now - span) discard;
  float age = (now - t) / span;
  float edge = 1.0 - smoothstep(0.5 * width, 0.5 * width + 1.0, abs(across));
  float a = edge * dim * mix(1.0, 0.2, age);
  gl_FragColor = vec4(colour * a, a);
}`;

/** Groups that can be shown or hidden: sides of platforms, missiles, tracks. */
export function group(e: Entity): number {
  if (e.kind === "missile") return 4;
  if (e.kind === "track") return 5;
  return Math.max(["unknown", "friend", "neutral", "hostile"].indexOf(e.identity), 0);
}

export class Trails {
  readonly mesh: THREE.Mesh;
  private readonly uniforms: Record<string, THREE.IUniform>;
  private readonly geometry = new THREE.BufferGeometry();
  /** first segment that begins in each second or later */
  private readonly seconds: Uint32Array;
  private longest = 0;

  constructor(model: RunModel) {
    const rows = model.xyz, height = rows.length / 4 / WIDTH, tint = new Uint8Array(4 * WIDTH * height), whole = new Uint32Array(tint.buffer);
    for (const e of model.entities) {
      if (e.kind === "site" || e.n === 0) continue;
      const hex = e.kind === "missile" ? MISSILE : e.kind === "track" ? "#e6e08a" : (COLOURS[e.identity] ?? COLOURS.unknown);
      const last = e.first + e.n - 1;
      tint.set([...rgb(hex).map((k) => Math.round(255 * k)), group(e)], 4 * e.first);
      whole.fill(whole[e.first], e.first, last + 1);
      tint[4 * last + 3] = 128 + group(e);
    }
    const order = new Float32Array(WIDTH * height);
    this.seconds = this.sort(model, order);
    const turns = new THREE.DataTexture(order, WIDTH, height, THREE.RedFormat, THREE.FloatType);
    turns.needsUpdate = true;
    const places = new THREE.DataTexture(rows, WIDTH, height, THREE.RGBAFormat, THREE.FloatType);
    const tints = new THREE.DataTexture(tint, WIDTH, height, THREE.RGBAFormat, THREE.UnsignedByteType);
    places.needsUpdate = tints.needsUpdate = true;
    this.uniforms = {
      rows: { value: places }, order: { value: turns }, tints: { value: tints },
      size: { value: new THREE.Vector2(1, 1) }, width: { value: 1.8 }, now: { value: 0 }, span: { value: 120 },
      shown: { value: [1, 1, 1, 1, 1, 0, 1, 1] }, earth: { value: new THREE.Vector3(0, 0, -model.frame.radius) },
      radius: { value: model.frame.radius - 500 }, eye: { value: new THREE.Vector3() },
    };
    this.mesh = new THREE.Mesh(this.geometry, new THREE.ShaderMaterial({
      defines: { WIDTH }, vertexShader: VERTEX, fragmentShader: FRAGMENT, uniforms: this.uniforms, transparent: true, depthWrite: false, side: THREE.DoubleSide,
      premultipliedAlpha: true, blending: THREE.CustomBlending, blendSrc: THREE.OneFactor, blendDst: THREE.OneMinusSrcAlphaFactor,
    }));
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 50;
  }

  /** Segments by the second in which they begin; rows that end a path begin none. */
  private sort(model: RunModel, order: Float32Array): Uint32Array {
    const n = model.rows, t = model.t, last = new Uint8Array(n);
    let end = 0;
    for (const e of model.entities) if (e.n > 0) last[e.first + e.n - 1] = 1;
    for (let i = 0; i < n; i++) end = Math.max(end, t[i]);
    const count = new Uint32Array(Math.floor(end) + 3);
    for (let i = 0; i < n; i++) {
      if (last[i]) continue;
      count[Math.floor(t[i]) + 1]++;
      this.longest = Math.max(this.longest, t[i + 1] - t[i]);
    }
    for (let k = 1; k < count.length; k++) count[k] += count[k - 1];
    const next = count.slice();
    for (let i = 0; i < n; i++) if (!last[i]) order[next[Math.floor(t[i])]++] = i;
    return count;
  }

  update(now: number, span: number, shown: number[], eye: THREE.Vector3, width: number, height: number): void {
    const s = this.seconds, at = (k: number) => s[Math.min(Math.max(Math.floor(k), 0), s.length - 1)];
    const first = at(now - span - this.longest), many = at(now + 1) - first;
    this.geometry.setDrawRange(6 * first, 6 * many);
    this.mesh.visible = many > 0;
    this.uniforms.now.value = now;
    this.uniforms.span.value = span;
    this.uniforms.shown.value = shown;
    (this.uniforms.eye.value as THREE.Vector3).copy(eye);
    (this.uniforms.size.value as THREE.Vector2).set(width, height);
  }
}
