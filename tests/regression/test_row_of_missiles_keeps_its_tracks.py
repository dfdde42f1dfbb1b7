"""Story: eight cruise missiles abreast, 8 km apart, became 27 fused tracks, which ran along the row.

They rise over the horizon one after another, and are missed now and then. A second plot was given by d^2 + ln det S. S grows
with the time since the first plot: a track that had missed a look was dearer than its neighbour's, which had not, by 6 ln 2,
and that neighbour took its plot. Now second plots go by d^2, the speed that they ask for.
"""

import numpy as np
import pytest

from openiads.doctrine.standard import decide
from openiads.engine import events
from openiads.engine.run import Engine
from openiads.study.execute import load

N, REPLICATIONS = 8, 20
ROW = """
openiads: 1
name: row
title: Cruise missiles in a row
start: 2026-06-01T06:00:00Z
duration: 8 min
origin: {lat: 30 deg, lon: -40 deg}

defence:
  doctrine: {policy: shoot-look-shoot, salvo: 2}
  command_posts:
    - {id: CP, type: 55K6E, position: {bearing: 0 deg, range: 1 km, altitude: 20 m}}
  radars:
    - {id: EW, type: 91N6E, position: {bearing: 20 deg, range: 2 km, altitude: 25 m}}
    - {id: FC1, type: 92N6E, position: {bearing: 300 deg, range: 2 km, altitude: 20 m}, sector: {centre: 270 deg}}
    - {id: FC2, type: 92N6E, position: {bearing: 240 deg, range: 2 km, altitude: 20 m}, sector: {centre: 270 deg}}
  batteries:
    - {id: B1, radar: FC1}
    - {id: B2, radar: FC2}
  launchers:
    - {id: L1, type: 5P85SE2-9M96, battery: B1, position: {bearing: 310 deg, range: 3 km, altitude: 20 m}, rounds: {9M96E2: 16}}
    - {id: L2, type: 5P85SE2-9M96, battery: B1, position: {bearing: 290 deg, range: 3 km, altitude: 20 m}, rounds: {9M96E2: 16}}
    - {id: L3, type: 5P85SE2-9M96, battery: B2, position: {bearing: 250 deg, range: 3 km, altitude: 20 m}, rounds: {9M96E2: 16}}
    - {id: L4, type: 5P85SE2-9M96, battery: B2, position: {bearing: 230 deg, range: 3 km, altitude: 20 m}, rounds: {9M96E2: 16}}
  assets:
    - {id: PORT, type: generic-port, position: {bearing: 90 deg, range: 3 km, altitude: 5 m}, value: 500}

raid:
  groups:
    - id: CM
      type: cruise-missile
      count: 8
      at: 0 s
      spacing: APART
      target: PORT
      route:
        - {bearing: 270 deg, range: 120 km, altitude: 20 m, speed: 240 m/s}
"""


@pytest.mark.parametrize("apart", ["4 km", "8 km"])
def test_tracks_do_not_run_along_the_row(apart, tmp_path):
    file = tmp_path / "row.yaml"
    file.write_text(ROW.replace("APART", apart), encoding="utf-8")
    engine = Engine(load(file, sample_s=0.0).compiled.world, decide)
    fused, held = [], set()
    for k in range(REPLICATIONS):
        event = engine.run(1, k).event
        tracks = event[event.code == events.SYSTEM_TRACK]
        fused.append(len(tracks) / N)
        held.add(len(np.unique(tracks.subject[tracks.subject >= 0])))
    assert held == {N}
    # before: 3.21 +- 0.07 at 4 km, 3.36 +- 0.18 at 8 km (standard errors); now 1.81 +- 0.09, 2.28 +- 0.12
    assert np.mean(fused) < 2.8
