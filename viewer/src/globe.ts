// The Earth: the WGS-84 ellipsoid as a mesh that is fine near the site, with land, graticule and coast.

import * as THREE from "three";
import { Frame, Vec } from "./geo";

/** Rings of longitude (beyond 180 degrees where one goes over the antimeridian) and latitude in thousandths of a degree: differences as int16 after a first absolute point. */
export interface Coast { rings: Float32Array[]; local: Float32Array[] }

export function decodeCoast(raw: Uint8Array): Float32Array[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength), rings: Float32Array[] = [];
  let at = 0;
  while (at < raw.byteLength) {
    const n = view.getUint32(at, true), ring = new Float32Array(2 * n);
    let lon = view.getInt32(at + 4, true), lat = view.getInt32(at + 8, true);
    at += 12;
    for (let i = 0; i < n; i++) {
      if (i > 0) {
        lon += view.getInt16(at, true);
        lat += view.getInt16(at + 2, true);
        at += 4;
      }
      ring[2 * i] = lon * 1e-3;
      ring[2 * i + 1] = lat * 1e-3;
    }
    rings.push(ring);
  }
  return rings;
}

const VERTEX = `
attribute vec3 map; varying vec3 m; varying vec3 p;
void main() { m = map; p = position; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }`;
const FRAGMENT = `
uniform sampler2D world; uniform sampler2D near; uniform vec4 box; uniform float step; uniform vec3 earth; uniform vec3 eye; uniform float lon0;
varying vec3 m; varying vec3 p;
float line(float v, float s) {
  float w = fwidth(v);
  if (w > 0.25 * s) return 0.0;
  float d = abs(fract(v / s + 0.5) - 0.5) * s;
  return 1.0 - smoothstep(0.3 * w, 1.1 * w, d);
}
void main() {
  float lat = m.y, lon = m.x + lon0;
  vec2 q = (vec2(m.x, lat) - box.xy) / box.zw + 0.5;
  bool inside = q.x > 0.0 && q.x < 1.0 && q.y > 0.0 && q.y < 1.0;
  float land = inside ? texture2D(near, q).r : texture2D(world, vec2(fract(lon / 360.0 + 0.5), 0.5 + lat / 180.0)).r;
  vec3 up = normalize(p - earth), view = normalize(eye - p);
  float facing = clamp(dot(up, view), 0.0, 1.0);
  vec3 sea = vec3(0.035, 0.068, 0.090), ground = vec3(0.095, 0.130, 0.108);
  vec3 colour = mix(sea, ground, land);
  colour += vec3(0.05, 0.10, 0.13) * pow(1.0 - facing, 4.0);
  float grid = max(line(lat, step), line(lon, step));
  colour += vec3(0.07, 0.11, 0.12) * grid * (0.25 + 0.75 * facing);
  gl_FragColor = vec4(colour, 1.0);
}`;

const LINE_VERTEX = `
uniform vec3 earth; uniform vec3 eye; varying float facing;
void main() { facing = dot(normalize(position - earth), normalize(eye - position));
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }`;
const LINE_FRAGMENT = `
uniform vec3 colour; uniform float alpha; varying float facing;
void main() { if (facing < 0.0) discard; gl_FragColor = vec4(colour, alpha * smoothstep(0.0, 0.06, facing)); }`;

const AZ = 96;
const RINGS = 140;

export class Globe {
  readonly group = new THREE.Group();
  private readonly eye = new THREE.Vector3();
  private readonly step = { value: 10 };

  constructor(frame: Frame, coast: Coast) {
    const earth = new THREE.Vector3(0, 0, -frame.radius), D = 180 / Math.PI;
    const place: number[] = [], map: number[] = [], index: number[] = [];
    for (let k = 0; k <= RINGS; k++) {
      const arc = k === 0 ? 0 : Math.min(2e-5 * Math.pow(Math.PI / 2e-5, k / RINGS), Math.PI - 1e-4);
      for (let j = 0; j <= AZ; j++) {
        const az = (2 * Math.PI * j) / AZ;
        const sl = Math.sin(frame.lat) * Math.cos(arc) + Math.cos(frame.lat) * Math.sin(arc) * Math.cos(az);
        const lat = Math.asin(Math.min(Math.max(sl, -1), 1));
        const d = Math.atan2(Math.sin(az) * Math.sin(arc) * Math.cos(frame.lat), Math.cos(arc) - Math.sin(frame.lat) * sl);
        place.push(...frame.place(lat, frame.lon + d, 0));
        map.push(d * D, lat * D, 0);
        if (k < RINGS && j < AZ) {
          const a = k * (AZ + 1) + j, b = a + AZ + 1;
          index.push(a, a + 1, b, a + 1, b + 1, b);
        }
      }
    }
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute("position", new THREE.Float32BufferAttribute(place, 3));
    geometry.setAttribute("map", new THREE.Float32BufferAttribute(map, 3));
    geometry.setIndex(index);
    const lonD = frame.lon * D, latD = frame.lat * D, tall = 20, wide = Math.min(tall / Math.cos(frame.lat), 160);
    const mesh = new THREE.Mesh(geometry, new THREE.ShaderMaterial({
      vertexShader: VERTEX, fragmentShader: FRAGMENT, depthTest: false, depthWrite: false, side: THREE.FrontSide,
      uniforms: {
        world: { value: landTexture(coast.rings, 2048, 1024, -180, -90, 360, 180) },
        near: { value: landTexture(coast.local, coast.local.length ? 1024 : 4, coast.local.length ? 1024 : 4, lonD - wide / 2, latD - tall / 2, wide, tall) },
        box: { value: new THREE.Vector4(0, latD, wide, tall) }, step: this.step, lon0: { value: lonD },
        earth: { value: earth }, eye: { value: this.eye },
      },
    }));
    mesh.frustumCulled = false;
    mesh.renderOrder = 0;
    this.group.add(mesh, this.coastLines(frame, coast, earth, lonD, latD));
  }

  private coastLines(frame: Frame, coast: Coast, earth: THREE.Vector3, lonD: number, latD: number): THREE.LineSegments {
    const at: number[] = [], R = Math.PI / 180, reach = Math.cos(1500e3 / 6371e3);
    const s0 = Math.sin(latD * R), c0 = Math.cos(latD * R);
    const far = (lon: number, lat: number) => s0 * Math.sin(lat * R) + c0 * Math.cos(lat * R) * Math.cos((lon - lonD) * R) < reach;
    const draw = (rings: Float32Array[], outside: boolean) => {
      for (const r of rings) {
        let before: Vec | null = null;
        for (let i = 0; i < r.length; i += 2) {
          const lon = r[i], lat = r[i + 1], edge = lat < -89.9;
          const use = !edge && far(lon, lat) === outside;
          const p = use ? frame.place(lat * R, lon * R, 0) : null;
          if (p && before) at.push(...before, ...p);
          before = p;
        }
      }
    };
    draw(coast.local, false);
    draw(coast.rings, true);
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute("position", new THREE.Float32BufferAttribute(at, 3));
    const lines = new THREE.LineSegments(geometry, new THREE.ShaderMaterial({
      vertexShader: LINE_VERTEX, fragmentShader: LINE_FRAGMENT, transparent: true, depthTest: false, depthWrite: false,
      uniforms: { earth: { value: earth }, eye: { value: this.eye }, colour: { value: new THREE.Color(0.62, 0.72, 0.64) }, alpha: { value: 0.75 } },
    }));
    lines.frustumCulled = false;
    lines.renderOrder = 1;
    return lines;
  }

  update(eye: THREE.Vector3, distance: number): void {
    this.eye.copy(eye);
    this.step.value = distance > 3e6 ? 15 : distance > 1e6 ? 5 : distance > 1.2e5 ? 1 : distance > 3e4 ? 0.25 : 0.05;
  }
}

function landTexture(rings: Float32Array[], w: number, h: number, lon: number, lat: number, wide: number, tall: number): THREE.Texture {
  const canvas = document.createElement("canvas");
  canvas.width = w;
  canvas.height = h;
  const c = canvas.getContext("2d", { willReadFrequently: true })!;
  c.fillStyle = "#000";
  c.fillRect(0, 0, w, h);
  c.fillStyle = "#fff";
  c.beginPath();
  for (const turn of [-360, 0, 360]) { // rings go on beyond 180 degrees
    for (const r of rings) {
      for (let i = 0; i < r.length; i += 2) {
        const px = ((r[i] + turn - lon) / wide) * w, py = h - ((r[i + 1] - lat) / tall) * h;
        if (i === 0) c.moveTo(px, py);
        else c.lineTo(px, py);
      }
      c.closePath();
    }
  }
  c.fill("evenodd");
  const texture = new THREE.CanvasTexture(canvas);
  texture.generateMipmaps = false;
  texture.minFilter = THREE.LinearFilter;
  texture.wrapS = THREE.RepeatWrapping;
  return texture;
}
