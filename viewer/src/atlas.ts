// One texture with all symbols and all names, and the quads that show them. Places come in pixels of the view.

import * as THREE from "three";
import { drawSymbol } from "./symbols";

const CELL = 64; // pixels of a symbol in the texture
const WIDTH = 2048;
const LABEL_H = 36;
const MOST_H = 8192;

export interface Cell { u: number; v: number; w: number; h: number; px: number; py: number }

export class Atlas {
  readonly texture: THREE.CanvasTexture;
  private readonly canvas = document.createElement("canvas");
  private readonly pen: CanvasRenderingContext2D;
  private readonly cells = new Map<string, Cell>();
  private x = 0;
  private y = 0;
  private rowH = CELL;
  private readonly height: number;

  constructor(labels: number) {
    this.height = Math.min(MOST_H, 512 * Math.max(1, Math.ceil((4 * CELL + (labels * 200 * LABEL_H) / WIDTH + 160) / 512)));
    this.canvas.width = WIDTH;
    this.canvas.height = this.height;
    this.pen = this.canvas.getContext("2d", { willReadFrequently: true })!;
    this.texture = new THREE.CanvasTexture(this.canvas);
    this.texture.flipY = false;
    this.texture.premultiplyAlpha = true;
    this.texture.generateMipmaps = false;
    this.texture.minFilter = this.texture.magFilter = THREE.LinearFilter;
  }

  symbol(kind: string, identity: string, icon: string): Cell | null {
    const key = `s ${kind} ${identity} ${icon}`;
    return this.cells.get(key) ?? this.make(key, CELL, CELL, 0.5, (c) => drawSymbol(c, kind, identity, icon, CELL));
  }

  label(text: string, colour: string): Cell | null {
    const key = `l ${colour} ${text}`;
    const have = this.cells.get(key);
    if (have) return have;
    const font = `600 22px "DejaVu Sans", Arial, sans-serif`;
    this.pen.font = font;
    const w = Math.min(Math.ceil(this.pen.measureText(text).width) + 10, 400);
    return this.make(key, w, LABEL_H, 0.5, (c) => {
      c.font = font; c.textBaseline = "middle"; c.textAlign = "left";
      c.lineWidth = 6; c.strokeStyle = "rgba(6,10,12,0.85)"; c.lineJoin = "round"; c.strokeText(text, 5, LABEL_H / 2);
      c.fillStyle = colour; c.fillText(text, 5, LABEL_H / 2);
    });
  }

  private make(key: string, w: number, h: number, scale: number, draw: (c: CanvasRenderingContext2D) => void): Cell | null {
    if (this.x + w > WIDTH || h !== this.rowH) {
      this.x = 0;
      this.y += this.rowH + 2;
      this.rowH = h;
    }
    if (this.y + h > this.height) return null;
    const c = this.pen;
    c.save();
    c.translate(this.x, this.y);
    c.beginPath(); c.rect(0, 0, w, h); c.clip();
    draw(c);
    c.restore();
    const cell = { u: this.x / WIDTH, v: this.y / this.height, w: w / WIDTH, h: h / this.height, px: w * scale, py: h * scale };
    this.cells.set(key, cell);
    this.x += w + 2;
    this.texture.needsUpdate = true;
    return cell;
  }
}

const ROW = 768; // texels of a row: three per quad
const VERTEX = `
uniform highp sampler2D quads; uniform vec2 size; varying vec2 at; varying float fade; varying vec2 box; varying float radius;
void main() {
  int k = gl_VertexID / 6, corner = gl_VertexID - 6 * k, x = 3 * k % ROW, y = 3 * k / ROW;
  vec2 c = vec2(corner == 1 || corner == 2 || corner == 4 ? 1.0 : 0.0, corner == 2 || corner == 4 || corner == 5 ? 1.0 : 0.0);
  vec4 cell = texelFetch(quads, ivec2(x, y), 0), place = texelFetch(quads, ivec2(x + 1, y), 0), more = texelFetch(quads, ivec2(x + 2, y), 0);
  at = cell.xy + cell.zw * c;
  fade = more.x; radius = more.y; box = (c - 0.5) * place.zw;
  vec2 px = place.xy + box;
  gl_Position = vec4(px.x / size.x * 2.0 - 1.0, 1.0 - px.y / size.y * 2.0, 0.0, 1.0);
}`;
const FRAGMENT = `
uniform sampler2D map; varying vec2 at; varying float fade; varying vec2 box; varying float radius;
void main() {
  if (radius > 0.0) {
    float off = abs(length(box) - radius);
    float a = (1.0 - smoothstep(0.5, 1.5, off)) * fade;
    if (a < 0.01) discard;
    gl_FragColor = vec4(vec3(1.0) * a, a);
    return;
  }
  gl_FragColor = texture2D(map, at) * fade;
}`;

/** Quads in screen space, filled anew every frame: their places go to the graphics card as a small texture. */
export class Quads {
  readonly mesh: THREE.Mesh;
  private readonly material: THREE.ShaderMaterial;
  private readonly geometry = new THREE.BufferGeometry();
  private data = new Float32Array(0);
  private table!: THREE.DataTexture;
  private capacity = 0;
  count = 0;

  constructor(texture: THREE.Texture) {
    this.material = new THREE.ShaderMaterial({
      defines: { ROW }, vertexShader: VERTEX, fragmentShader: FRAGMENT, transparent: true, depthTest: false, depthWrite: false, side: THREE.DoubleSide,
      premultipliedAlpha: true, blending: THREE.CustomBlending, blendSrc: THREE.OneFactor, blendDst: THREE.OneMinusSrcAlphaFactor,
      uniforms: { map: { value: texture }, size: { value: new THREE.Vector2(1, 1) }, quads: { value: null } },
    });
    this.mesh = new THREE.Mesh(this.geometry, this.material);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 100;
    this.reserve(512);
  }

  private reserve(n: number): void {
    const data = new Float32Array(12 * n);
    data.set(this.data);
    this.table?.dispose();
    this.table = new THREE.DataTexture(data, ROW, (3 * n) / ROW, THREE.RGBAFormat, THREE.FloatType);
    this.material.uniforms.quads.value = this.table;
    this.data = data;
    this.capacity = n;
  }

  begin(width: number, height: number): void {
    this.count = 0;
    (this.material.uniforms.size.value as THREE.Vector2).set(width, height);
  }

  add(cell: Cell | null, x: number, y: number, scale: number, fade: number): void {
    if (cell) this.put(cell.u, cell.v, cell.w, cell.h, x, y, cell.px * scale, cell.py * scale, fade, 0);
  }

  ring(x: number, y: number, radius: number, fade: number): void {
    this.put(0, 0, 0, 0, x, y, 2 * radius + 4, 2 * radius + 4, fade, radius);
  }

  private put(u: number, v: number, w: number, h: number, x: number, y: number, px: number, py: number, fade: number, r: number): void {
    if (this.count === this.capacity) this.reserve(2 * this.capacity);
    const d = this.data, i = 12 * this.count++;
    d[i] = u; d[i + 1] = v; d[i + 2] = w; d[i + 3] = h;
    d[i + 4] = x; d[i + 5] = y; d[i + 6] = px; d[i + 7] = py;
    d[i + 8] = fade; d[i + 9] = r;
  }

  end(): void {
    this.geometry.setDrawRange(0, 6 * this.count);
    this.mesh.visible = this.count > 0;
    this.table.needsUpdate = true;
  }
}
