"""W-08: what lies in one resolution cell makes one plot, through the whole simulator.

References, by other code than the package's: two steady fliers nearer than the cell in range, azimuth and elevation are one
track, and two when any of the three is wider; a pair of equal echoes is as strong as one echo of twice the cross section,
so it is detected with the exact Swerling-1 probability at twice the SNR, and half the looks detect it 2^(1/4) further
out. Counts inside exact binomial limits (3.5 sigma, two-sided), fixed seeds.
"""

import numpy as np
import pytest
from support import saturation as sat
from support import sighting as see

from openiads.engine import events

N, PFA = 10, 1e-6
CELL_M, BEAM_DEG = 150.0, 1.5  # 91N6E-class: range cell and beam, as in the catalogue


def pair(range_m, alt_m, d_range_m=0.0, d_bearing_deg=0.0, d_alt_m=0.0):
    """Two targets that nearly stand still: knots of both."""
    for k in range(2):
        bearing, r, alt = k * d_bearing_deg, range_m + k * d_range_m, alt_m + k * d_alt_m
        yield sat.straight(sat.at(bearing, r, alt), sat.at(bearing, r - 600.0, alt), 5.0)


@pytest.mark.parametrize(
    ("offset", "tracks"),
    [
        ({"d_bearing_deg": 0.5 * BEAM_DEG}, 1),
        ({"d_bearing_deg": 1.3 * BEAM_DEG}, 2),
        ({"d_range_m": 0.6 * CELL_M}, 1),
        ({"d_range_m": 1.4 * CELL_M}, 2),
        ({"d_alt_m": 800.0}, 1),  # 0.46 degrees at 100 km
        ({"d_alt_m": 6000.0}, 2),  # 3.4 degrees
        ({"d_bearing_deg": 0.4 * BEAM_DEG, "d_range_m": 0.4 * CELL_M, "d_alt_m": 500.0}, 1),
    ],
    ids=lambda x: "-".join(f"{k}={v:g}" for k, v in x.items()) if isinstance(x, dict) else str(x),
)
def test_one_cell_one_track(offset, tracks):
    """Strong echoes, no false plots: as many tracks as cells."""
    radar = sat.sure_radar("91N6E", range_resolution_m=CELL_M, beamwidth_az_rad=np.radians(BEAM_DEG))
    watch = see.Watch(radar, 60.0)
    for knots in pair(100e3, 9e3, **offset):
        watch.fly(knots, swerling=0)
    for o in sat.replications(watch.world(10.0), 41, 3):
        assert len(sat.of(o, events.SYSTEM_TRACK)) == tracks
        assert len(np.unique(sat.of(o, events.DETECTION).subject)) == 2  # both are in what is seen


@pytest.mark.parametrize("range_m", [390e3, 390e3 * 2.0**0.25])
def test_powers_add(range_m):
    """150 pairs around the radar, 4 m2 each: detected, both or neither, as one target of 8 m2 is."""
    radar = see.quiet("91N6E")
    n, turns = 150, 8
    watch = see.Watch(radar, radar.si("rotation_period_s") + 1.25)
    for k in range(n):
        for side in (-0.1, 0.1):
            bearing = (
                360.0 * (k + 0.25) / n + side
            )  # none on the border of two seconds of search (30 degrees)
            watch.fly(
                sat.straight(sat.at(bearing, range_m, 24e3), sat.at(bearing, range_m - 60.0, 24e3), 1.0)
            )
    world = watch.world(4.0)
    d = watch.a.platforms[0]["knots"][0, 1:4] - watch.antenna()
    r = float(np.linalg.norm(d))
    elevation = np.arcsin(float(d @ sat.enu(sat.HERE)[2]) / r) + 0.25 * r / (2.0 * 6371e3)
    gain = np.cos(elevation - radar.si("antenna_tilt_rad")) ** radar.si("scan_loss_exponent")
    pd = float(see.swerling1_pd(2.0 * see.constant_from_claim(radar) * 4.0 * gain * gain / r**4, N, PFA)[0])
    pairs = 0
    for o in sat.replications(world, 42, turns):
        rows = sat.of(o, events.DETECTION)
        rows = rows[rows.t_s < radar.si("rotation_period_s")]
        seen = np.unique(rows.subject)
        assert len(seen) % 2 == 0 and set(seen // 2 * 2) <= set(seen)
        pairs += len(seen) // 2
    assert sat.inside(pairs, n * turns, pd), (pairs / (n * turns), pd)
