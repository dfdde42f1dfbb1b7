// A camera that turns about a point near the ground. Up is up at that point.

import * as THREE from "three";
import { Frame, Vec } from "./geo";

const HALF = Math.PI / 2;

export class Orbit {
  lat: number;
  lon: number;
  alt = 0;
  az = 0;
  el = 0.5;
  distance = 300e3;
  follow = false;
  readonly camera = new THREE.PerspectiveCamera(42, 1, 1, 1e8);
  readonly matrix = new THREE.Matrix4();
  readonly eye = new THREE.Vector3();

  constructor(private readonly frame: Frame) {
    this.lat = frame.lat;
    this.lon = frame.lon;
  }

  copy(other: Orbit): void {
    this.lat = other.lat; this.lon = other.lon; this.alt = other.alt;
    this.az = other.az; this.el = other.el; this.distance = other.distance;
    if (!other.follow) this.follow = false;
  }

  turn(dx: number, dy: number): void {
    this.az = (this.az - dx * 0.006) % (2 * Math.PI);
    this.el = Math.min(Math.max(this.el + dy * 0.006, 0.02), HALF - 1e-3);
  }

  zoom(factor: number): void { this.distance = Math.min(Math.max(this.distance * factor, 300), 4e7); }

  /** Move the point over the ground by pixels. */
  pan(dx: number, dy: number, height: number): void {
    const metres = (2 * this.distance * Math.tan((this.camera.fov * Math.PI) / 360)) / height;
    const right = -dx * metres, ahead = (dy * metres) / Math.max(Math.sin(this.el), 0.25);
    const east = right * Math.cos(this.az) + ahead * Math.sin(this.az), north = -right * Math.sin(this.az) + ahead * Math.cos(this.az);
    this.lat = Math.min(Math.max(this.lat + north / this.frame.radius, -1.55), 1.55);
    this.lon += east / (this.frame.radius * Math.cos(this.lat));
  }

  target(x: number, y: number, z: number): void { [this.lat, this.lon, this.alt] = this.frame.geodetic(x, y, z); }

  update(aspect: number): void {
    const [e, n, u] = this.frame.local(this.lat, this.lon), p = this.frame.place(this.lat, this.lon, this.alt);
    const ce = Math.cos(this.el), se = Math.sin(this.el), sa = Math.sin(this.az), ca = Math.cos(this.az);
    const at = (k: number) => p[k] + this.distance * (se * u[k] - ce * (sa * e[k] + ca * n[k]));
    const c = this.camera;
    c.aspect = aspect;
    c.near = Math.max(this.distance * 0.01, 2);
    c.far = this.distance * 2 + 1.4e7;
    c.up.set(...(u as Vec));
    c.position.set(at(0), at(1), at(2));
    c.lookAt(p[0], p[1], p[2]);
    c.updateProjectionMatrix();
    c.updateMatrixWorld();
    this.matrix.multiplyMatrices(c.projectionMatrix, c.matrixWorldInverse);
    this.eye.copy(c.position);
  }
}
