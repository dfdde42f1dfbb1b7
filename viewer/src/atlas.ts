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
    this.pen = this.canvas.getContext("2d")!;
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

const VERTEX = `
attribute vec4 cell; attribute vec4 place; attribute vec2 more;
uniform vec2 size; varying vec2 at; varying float fade; varying vec2 box; varying float radius;
void main() {
  vec2 corner = position.xy;
  at = cell.xy + cell.zw * vec2(corner.x, corner.y);
  fade = more.x; radius = more.y; box = (corner - 0.5) * place.zw;
  vec2 px = place.xy + (corner - 0.5) * place.zw;
  gl_Position = vec4(px.x / size.x * 2.0 - 1.0, 1.0 - px.y / size.y * 2.0, 0.0, 1.0);
}`;
const FRAGMENT = `
uniform sampler2D map; varying vec2 at; varying float fade; varying vec2 box; varying float radius;
void main() {
  if (radius > 0.0) {
    float off = abs(length(box) - radius);
    float a = (1.0 - smoothstep(0.5, 1.5, off)) * fade;
    if (a < 0.01) discard;
    gl_FragColor = vec4(vec3(0.94, 0.89, 0.26) * a, a);
    return;
  }
  gl_FragColor = texture2D(map, at) * fade;
}`;

/** Quads in screen space, filled anew every frame. */
export class Quads {
  readonly mesh: THREE.Mesh;
  private readonly material: THREE.ShaderMaterial;
  private readonly geometry = new THREE.InstancedBufferGeometry();
  private cell!: THREE.InstancedBufferAttribute;
  private place!: THREE.InstancedBufferAttribute;
  private more!: THREE.InstancedBufferAttribute;
  private capacity = 0;
  count = 0;

  constructor(texture: THREE.Texture) {
    this.geometry.setAttribute("position", new THREE.BufferAttribute(new Float32Array([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0]), 3));
    this.geometry.setIndex([0, 1, 2, 0, 2, 3]);
    this.material = new THREE.ShaderMaterial({
      vertexShader: VERTEX, fragmentShader: FRAGMENT, transparent: true, depthTest: false, depthWrite: false, side: THREE.DoubleSide,
      premultipliedAlpha: true, blending: THREE.CustomBlending, blendSrc: THREE.OneFactor, blendDst: THREE.OneMinusSrcAlphaFactor,
      uniforms: { map: { value: texture }, size: { value: new THREE.Vector2(1, 1) } },
    });
    this.mesh = new THREE.Mesh(this.geometry, this.material);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 100;
    this.reserve(1024);
  }

  private reserve(n: number): void {
    const grown = (old: THREE.InstancedBufferAttribute | undefined, k: number) => {
      const a = new THREE.InstancedBufferAttribute(new Float32Array(n * k), k);
      if (old) (a.array as Float32Array).set(old.array as Float32Array);
      a.setUsage(THREE.DynamicDrawUsage);
      return a;
    };
    this.cell = grown(this.cell, 4);
    this.place = grown(this.place, 4);
    this.more = grown(this.more, 2);
    this.geometry.dispose();
    this.geometry.setAttribute("cell", this.cell);
    this.geometry.setAttribute("place", this.place);
    this.geometry.setAttribute("more", this.more);
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
    const i = this.count++, c = this.cell.array as Float32Array, p = this.place.array as Float32Array, m = this.more.array as Float32Array;
    c[4 * i] = u; c[4 * i + 1] = v; c[4 * i + 2] = w; c[4 * i + 3] = h;
    p[4 * i] = x; p[4 * i + 1] = y; p[4 * i + 2] = px; p[4 * i + 3] = py;
    m[2 * i] = fade; m[2 * i + 1] = r;
  }

  end(): void {
    this.geometry.instanceCount = this.count;
    for (const a of [this.cell, this.place, this.more]) {
      a.clearUpdateRanges();
      a.addUpdateRange(0, this.count * a.itemSize);
      a.needsUpdate = true;
    }
  }
}
