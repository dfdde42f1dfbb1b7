"""Make the shipped excerpts of recorded civil traffic anew from the sample data of the Python package
`traffic`.

    pip download traffic==2.13 --no-deps --dest /tmp/traffic
    python tools/make_recording_excerpt.py /tmp/traffic/traffic-2.13-py3-none-any.whl [--out FOLDER]

The package itself is not needed, only its wheel (a zip file, MIT licence). What is done to the states is all
here: a window of time, states in the air, one in so many seconds, the columns that are used, and CIV001,
CIV002 ... in order of appearance in place of the address and the callsign. Nothing is smoothed or repaired.
The same wheel and the same pyarrow give the same bytes.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import json
import statistics
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

SAMPLES = "traffic/data/samples/"
FOLDER = Path(__file__).resolve().parents[1] / "src/openiads/scenario/shipped/recordings"
Row = dict[str, Any]

#: name -> (sample, first second, last second (UTC, since 1970), one state in so many seconds, first number)
EXCERPTS = {
    # 2021-10-07 14:00:00 to 14:30:00 UTC: approaches, departures and overflights round Paris
    "civil-2021-10-07": ("collections/quickstart", 1_633_615_200, 1_633_617_000, 5, 1),
    # 2018-08-01 11:20:00 to 11:50:00 UTC: over Switzerland, upper airspace, as published every 10 s
    "civil-2018-08-01": ("collections/switzerland", 1_533_122_400, 1_533_124_200, 10, 501),
}

#: (sample, first second, last second (from the sample's start), one state in so many seconds)
DIRTY = (
    ("noisy/noisy_landing", 0, 900, 2),  # altitude and position outliers, repeated positions, both altitudes
    ("noisy/noisy_ground", 0, 930, 2),  # on the ground, then a climb with outliers
    ("noisy/noisy_takeoff", 0, 740, 2),  # the flag "on ground" comes and goes
    ("noisy/noisy_spoofing", 7700, 8740, 2),  # false positions far away, gaps
    ("noisy/noisy_time_issue", 1000, 2500, 3),  # positions stamped with wrong times
)


def main() -> None:
    """Write every excerpt and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(options.wheel) as wheel:
        for name, (sample, first_s, last_s, every_s, first) in EXCERPTS.items():
            rows = fast([r for r in states(wheel, sample) if wanted(r, first_s, last_s, every_s)])
            write_parquet(options.out / f"{name}.parquet", named(rows, first))
        write_csv(options.out / "dirty-sample.csv", dirty(wheel))


def states(wheel: zipfile.ZipFile, sample: str) -> list[Row]:
    """The rows of a sample, whichever of the two JSON layouts it has."""
    data = json.loads(gzip.decompress(wheel.read(f"{SAMPLES}{sample}.json.gz")))
    if isinstance(data, list):
        return data
    keys = list(next(iter(data.values())))
    return [{column: values[key] for column, values in data.items()} for key in keys]


def wanted(row: Row, first_s: int, last_s: int, every_s: int) -> bool:
    """In the window, in the air, on the beat."""
    t_ms = row["timestamp"]
    return (
        1000 * first_s <= t_ms <= 1000 * last_s and not row.get("onground") and t_ms % (1000 * every_s) == 0
    )


def fast(rows: list[Row]) -> list[Row]:
    """Without the aircraft whose median ground speed is under 80 kt: police and ambulance helicopters."""
    speeds: dict[str, list[float]] = {}
    for row in rows:
        speeds.setdefault(row["icao24"], []).append(row["groundspeed"] or 0.0)
    return [row for row in rows if statistics.median(speeds[row["icao24"]]) >= 80.0]


def named(rows: list[Row], first: int) -> list[Row]:
    """The rows with CIV001 ... (counted from `first`) for the aircraft, and nothing else that names it."""
    names: dict[str, str] = {}
    for row in rows:
        names.setdefault(row["icao24"], f"CIV{len(names) + first:03d}")
    return [{**row, "icao24": names[row["icao24"]]} for row in rows]


def whole(value: float | None) -> int | None:
    """The nearest whole number (feet, knots, feet a minute)."""
    return None if value is None else round(value)


def write_parquet(path: Path, rows: list[Row]) -> None:
    """Positions to a millionth of a degree (0.1 m), tracks to a tenth, the rest in whole units."""
    table = pa.table({
        "timestamp": pa.array([r["timestamp"] for r in rows], pa.timestamp("ms", tz="UTC")),
        "icao24": pa.array([r["icao24"] for r in rows], pa.string()),
        "latitude": pa.array([round(r["latitude"], 6) for r in rows], pa.float64()),
        "longitude": pa.array([round(r["longitude"], 6) for r in rows], pa.float64()),
        "altitude": pa.array([whole(r["altitude"]) for r in rows], pa.int32()),
        "groundspeed": pa.array([whole(r["groundspeed"]) for r in rows], pa.int16()),
        "track": pa.array([r["track"] and round(r["track"], 1) for r in rows], pa.float32()),
        "vertical_rate": pa.array([whole(r["vertical_rate"]) for r in rows], pa.int16()),
    })  # fmt: skip
    plain = {
        "timestamp": "DELTA_BINARY_PACKED",
        "latitude": "BYTE_STREAM_SPLIT",
        "longitude": "BYTE_STREAM_SPLIT",
    }
    coded = ["icao24", "altitude", "groundspeed", "track", "vertical_rate"]
    pq.write_table(
        table, path, compression="zstd", compression_level=19, use_dictionary=coded, column_encoding=plain,
        write_page_checksum=True, store_schema=False,
    )  # fmt: skip
    tell(path, rows)


def tell(path: Path, rows: list[Row]) -> None:
    """What has been written."""
    aircraft = len({r["icao24"] for r in rows})
    print(f"{path.name}: {aircraft} aircraft, {len(rows)} states, {path.stat().st_size} bytes")


def dirty(wheel: zipfile.ZipFile) -> list[Row]:
    """Five aircraft with the dirt of real receivers left in, moved in time to one common start."""
    start_ms = 1000 * EXCERPTS["civil-2021-10-07"][1]
    rows: list[Row] = []
    for i, (sample, first_s, last_s, every_s) in enumerate(DIRTY, 1):
        data = states(wheel, sample)
        origin_ms = data[0]["timestamp"] + 1000 * first_s
        for row in data:
            t_ms = row["timestamp"] - origin_ms
            if 0 <= t_ms <= 1000 * (last_s - first_s) and t_ms % (1000 * every_s) == 0:
                rows.append({**row, "timestamp": start_ms + t_ms, "icao24": f"CIV90{i}"})
    return rows


def write_csv(path: Path, rows: list[Row]) -> None:
    """A CSV file in the columns of `traffic`; an empty cell is what was not received."""

    def cell(value: object) -> str:
        return "" if value is None else str(value)

    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(
            "timestamp,icao24,latitude,longitude,altitude,geoaltitude,groundspeed,track,vertical_rate,onground\n"
        )
        for r in rows:
            time = datetime.datetime.fromtimestamp(r["timestamp"] / 1000, datetime.UTC)
            place = [None if r[k] is None else round(r[k], 6) for k in ("latitude", "longitude")]
            rest = [
                whole(r.get(k)) for k in ("altitude", "geoaltitude", "groundspeed", "track", "vertical_rate")
            ]
            cells = [f"{time:%Y-%m-%d %H:%M:%S}+00:00", r["icao24"], *place, *rest, r.get("onground")]
            out.write(",".join(cell(c) for c in cells) + "\n")
    tell(path, rows)


if __name__ == "__main__":
    main()
