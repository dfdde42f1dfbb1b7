// Bundles the viewer into one script and one style sheet, and packs the coast lines. tools/build_viewer.sh calls it.
import { build } from "esbuild";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ? path.resolve(process.argv[2]) : path.join(here, "..", "src", "openiads", "viewer", "static");
mkdirSync(out, { recursive: true });

for (const [from, to] of [["main.ts", "viewer.js"], ["study.ts", "study.js"]]) {
  await build({
    entryPoints: [path.join(here, "src", from)], bundle: true, minify: true, format: "iife", target: "es2022", charset: "ascii",
    outfile: path.join(out, to), legalComments: "none", logLevel: "warning",
  });
}
await build({
  entryPoints: [path.join(here, "src", "style.css")], minify: true, outfile: path.join(out, "viewer.css"), logLevel: "warning",
});

// Rings of land: count (uint32), longitude and latitude of the first point (int32, thousandths of a degree), then differences (int16).
function rings(file) {
  const topology = JSON.parse(readFileSync(path.join(here, "node_modules", "world-atlas", file), "utf8"));
  const { scale, translate } = topology.transform;
  const arcs = topology.arcs.map((arc) => {
    let x = 0, y = 0;
    return arc.map(([dx, dy]) => [(x += dx) * scale[0] + translate[0], (y += dy) * scale[1] + translate[1]]);
  });
  const found = [];
  const take = (polygon) => {
    for (const ring of polygon) {
      const points = [];
      for (const k of ring) {
        const arc = k >= 0 ? arcs[k] : [...arcs[~k]].reverse();
        points.push(...(points.length ? arc.slice(1) : arc));
      }
      found.push(whole(points));
    }
  };
  for (const g of topology.objects.land.geometries) (g.type === "Polygon" ? [g.arcs] : g.arcs).forEach(take);
  return found;
}

// A ring that goes over the antimeridian goes on beyond 180 degrees, instead of once around the Earth to the other side. One that
// goes around a pole (Antarctica) is closed along it.
function whole(points) {
  const out = [];
  let turns = 0;
  for (const [lon, lat] of points) {
    const before = out[out.length - 1];
    if (before) turns += Math.round((before[0] - (lon + turns)) / 360) * 360;
    out.push([lon + turns, lat]);
  }
  const first = out[0], last = out[out.length - 1];
  if (Math.abs(last[0] - first[0]) > 180) out.push([last[0], -90], [first[0], -90], first);
  return out;
}

function packed(list) {
  const parts = [];
  for (const ring of list) {
    const whole = [];
    for (const [lon, lat] of ring) {
      const p = [Math.round(lon * 1000), Math.round(lat * 1000)], last = whole[whole.length - 1];
      if (!last) whole.push(p);
      else { // a step of more than an int16 is divided
        const n = Math.max(1, Math.ceil(Math.max(Math.abs(p[0] - last[0]), Math.abs(p[1] - last[1])) / 32000));
        for (let k = 1; k <= n; k++) whole.push([Math.round(last[0] + ((p[0] - last[0]) * k) / n), Math.round(last[1] + ((p[1] - last[1]) * k) / n)]);
      }
    }
    const b = Buffer.alloc(12 + 4 * (whole.length - 1));
    b.writeUInt32LE(whole.length, 0);
    b.writeInt32LE(whole[0][0], 4);
    b.writeInt32LE(whole[0][1], 8);
    for (let i = 1; i < whole.length; i++) {
      b.writeInt16LE(whole[i][0] - whole[i - 1][0], 8 + 4 * i);
      b.writeInt16LE(whole[i][1] - whole[i - 1][1], 10 + 4 * i);
    }
    parts.push(b);
  }
  return Buffer.concat(parts);
}

for (const [name, file] of [["coast110.bin", "land-110m.json"], ["coast50.bin", "land-50m.json"]]) {
  writeFileSync(path.join(out, name), packed(rings(file)));
}

const licence = (name, file) => `${name}\n${"-".repeat(name.length)}\n${readFileSync(path.join(here, "node_modules", file), "utf8").trim()}\n`;
writeFileSync(path.join(out, "NOTICE.txt"), [
  "The viewer page contains the following works of others.\n",
  licence("three.js", "three/LICENSE"),
  licence("world-atlas", "world-atlas/LICENSE"),
  "Natural Earth\n-------------\nCoast lines are made from Natural Earth, which is in the public domain.\n",
].join("\n"));
