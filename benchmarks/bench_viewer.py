"""The page of a replay in a headless Chromium: `python benchmarks/bench_viewer.py [--run RUN]`.

Prints the script time of a frame with 500 entities and their trails (by `performance.now` about the frame, so without the graphics
card), the time to open a run of 1,000,000 samples, and with `--run` the size of that run's page. Needs Chromium and websockets.
"""

from __future__ import annotations

import argparse
import base64
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parent / "tests"), str(FOLDER.parent)]

from support.browser import start  # noqa: E402

from benchmarks.__main__ import table  # noqa: E402
from openiads.results import open_run  # noqa: E402
from openiads.viewer import write_replay  # noqa: E402
from openiads.viewer.columns import Column, encode  # noqa: E402
from openiads.viewer.page import assemble  # noqa: E402

LAT, LON = 30.0, -40.0
T_END_S = 1800.0
#: Frames as the browser asks for them, the clock going on.
FRAMES = """new Promise((done) => { const p = openiads.page, out = []; p.clock.set(900); let n = 60;
  const one = () => { p.clock.t += 1 / 6; const a = performance.now(); p.frame(); out.push(performance.now() - a);
    if (n--) requestAnimationFrame(one); else done(out.slice(10)); };
  requestAnimationFrame(one); })"""


def made_up(entities: int, samples: int) -> bytes:
    """A container of that many platforms on curved paths, each sampled that often."""
    rng = np.random.default_rng(1)
    t = np.linspace(0.0, T_END_S, samples)
    east = rng.uniform(-3e5, 3e5, (entities, 1)) + 200.0 * t * np.cos(
        rng.uniform(0, 6.28, (entities, 1)) + 0.002 * t
    )
    north = rng.uniform(-3e5, 3e5, (entities, 1)) + 200.0 * t * np.sin(
        rng.uniform(0, 6.28, (entities, 1)) + 0.002 * t
    )
    up = rng.uniform(100.0, 12e3, (entities, 1)) + 0.0 * t - (east**2 + north**2) / 2 / 6.371e6
    x, y, z = ecef(east, north, up)
    sides = ("hostile", "friend", "neutral", "hostile")
    ids = [f"P-{k:04d}" for k in range(entities)]
    none = dict.fromkeys(("group", "target", "killer", "hit_site"))
    blank = {"type": "fighter", "class": "fighter", "fate": "end of run", **none}
    header = {
        "format": "openiads replay",
        "run": {"name": "made-up", "title": "Made up for a benchmark", "seed": 1, "replication": 0, "t_end_s": T_END_S,
                "warnings": [], "openiads": "", "engine_sha256": "", "scenario_sha256": "", "notes": None},
        "origin": {"lat_deg": LAT, "lon_deg": LON},
        "start_utc": None,
        "paths": [{"kind": "platform", "id": i, "first": k * samples, "rows": samples} for k, i in enumerate(ids)],
        "platforms": [{**blank, "id": i, "identity": sides[k % 4], "t_end_s": T_END_S} for k, i in enumerate(ids)],
        "chains": {i: {"headline": i, "link": "", "verdict": [], "steps": []} for i in ids},
        **{key: [] for key in ("missiles", "sites", "magazines", "events", "radars", "batteries", "zones", "missing")},
        **{key: {} for key in ("places", "states", "emissions")},
        "ground": None,
    }  # fmt: skip
    n = entities * samples
    whole = [Column("t_ms", np.tile(np.round(t * 1e3), entities).astype(np.int32), 2)]
    whole += [
        Column(f"{c}_dm", np.round(v.reshape(-1) * 10.0).astype(np.int32), 2)
        for c, v in zip("xyz", (x, y, z), strict=True)
    ]
    return encode(
        header,
        [
            *whole,
            Column("sigma_dm", np.full(n, -1, np.int32), 1),
            Column("identity", np.full(n, 255, np.uint8)),
        ],
    )


def ecef(east: np.ndarray, north: np.ndarray, up: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Local axes to ECEF, on the sphere: a benchmark needs no ellipsoid."""
    lat, lon = np.radians(LAT), np.radians(LON)
    r = 6.378e6 + up
    return (
        -np.sin(lon) * east - np.sin(lat) * np.cos(lon) * north + np.cos(lat) * np.cos(lon) * r,
        np.cos(lon) * east - np.sin(lat) * np.sin(lon) * north + np.cos(lat) * np.sin(lon) * r,
        np.cos(lat) * north + np.sin(lat) * r,
    )


def measure(file: Path) -> dict[str, object]:
    """Open a page in a browser of its own and let it draw."""
    with start() as browser:
        return _measured(browser, file)


def _measured(browser, file: Path) -> dict[str, object]:
    tab = browser.page("about:blank")
    tab.call("Performance.enable", timeDomain="threadTicks")
    tab.call("Page.navigate", url=file.as_uri())
    tab.until("window.openiads && (openiads.ready || openiads.error)", 180.0)
    if error := tab.js("openiads.error"):
        raise SystemExit(f"the page says: {error}")
    spent = {m["name"]: m["value"] for m in tab.call("Performance.getMetrics")["metrics"]}
    return {
        "cpu_s": spent["TaskDuration"],
        "opened_ms": tab.js("openiads.opened_ms"),
        "parts": tab.js("openiads.parts"),
        "frames": tab.js(FRAMES),
        "seen": tab.js("openiads.page.views[0].model.entities.filter((e) => e.onScreen).length"),
    }


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--run", type=Path, help="folder of a run whose page is weighed")
    asked = options.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as place:
        for entities, samples in ((500, 200), (500, 2000)):
            file = Path(place) / f"{entities}x{samples}.html"
            data = base64.b64encode(made_up(entities, samples)).decode()
            file.write_text(
                assemble("made up", f'<script type="text/plain" data-run="made-up">{data}</script>', LAT, LON)
            )
            found = measure(file)
            frames = sorted(found["frames"])
            what = f"{entities} entities, {entities * samples:,} samples ({found['seen']} on the screen)"
            rows.append((f"script time of a frame: {what}, median (95 %)",
                         f"{statistics.median(frames):.1f} ms ({frames[int(0.95 * len(frames))]:.1f})", "4 ms"))  # fmt: skip
            parts = ", ".join(f"{k} {v:.0f}" for k, v in found["parts"].items())
            rows.append(
                (
                    f"opening it, first frame drawn: {what}",
                    f"{found['opened_ms'] / 1e3:.2f} s ({parts} ms)",
                    "2 s",
                )
            )
            rows.append(
                (f"the same in processor time of the page's thread: {what}", f"{found['cpu_s']:.2f} s", "")
            )
            rows.append((f"size of that page: {what}", f"{file.stat().st_size / 1e6:.1f} MB", ""))
        if asked.run is not None:
            file = write_replay([open_run(asked.run)], Path(place) / "run.html")
            rows.append(
                (f"size of the page of {asked.run.name}", f"{file.stat().st_size / 1e6:.2f} MB", "5 MB")
            )
    table("Page of a replay, headless Chromium without a graphics card", rows)


if __name__ == "__main__":
    main()
