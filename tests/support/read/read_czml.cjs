// Loads a CZML file in CesiumJS and prints what it made of it: node read_czml.cjs FILE FOLDER_WITH_CESIUM
const fs = require("fs");
const path = require("path");
const Cesium = require(path.join(process.argv[3], "node_modules", "cesium"));

// It asks whether values are of classes that a browser has; none here is.
for (const name of ["Image", "HTMLImageElement", "HTMLCanvasElement", "HTMLVideoElement", "ImageBitmap", "OffscreenCanvas"]) {
  globalThis[name] ??= class {};
}

async function main() {
  const text = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
  const source = await Cesium.CzmlDataSource.load(text);
  const clock = source.clock;
  const iso = (date) => Cesium.JulianDate.toIso8601(date, 3);
  const things = source.entities.values.map((entity) => {
    const span = entity.availability.get(0);
    const wanted = text.find((packet) => packet.id === entity.id).position.cartesian || [];
    const places = [];
    for (let k = 0; k < wanted.length; k += 4) {
      const when = Cesium.JulianDate.addSeconds(clock.startTime, wanted[k], new Cesium.JulianDate());
      const at = entity.position.getValue(when);
      places.push([wanted[k], at.x, at.y, at.z]);
    }
    const first = entity.position.getValue(span.start);
    return {
      id: entity.id, name: entity.name, start: iso(span.start), stop: iso(span.stop), places,
      first: [first.x, first.y, first.z], description: entity.description && entity.description.getValue(span.start),
      properties: entity.properties ? entity.properties.getValue(span.start) : {},
    };
  });
  console.log(JSON.stringify({ name: source.name, start: iso(clock.startTime), stop: iso(clock.stopTime), things }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
