"""W-11: a radar that is off in azimuth and range is found out from targets that another radar sees too, and corrected.

Through the whole engine: two search radars 30 km apart, the second off by 0.4 degrees and 250 m, twelve aircraft. After five
minutes the estimates lie within 3 of their own sigmas of the truth; the fused tracks' NEES, spoilt by the bias, is restored.
"""

import math

import numpy as np
import pytest
from support import runs, sighting
from support import saturation as sat

from openiads.analysis.tracking_metrics import full_matrix, nees
from openiads.doctrine.standard import decide
from openiads.engine.run import Engine
from openiads.engine.schedule import run_steps
from openiads.tracking.schema import CONFIRMED, FREE
from openiads.world.assemble import Assembly

AZIMUTH, RANGE = math.radians(0.4), 250.0
END_S = 300.0


def scene(estimate, azimuth=AZIMUTH, far=RANGE):
    a = Assembly(duration_s=END_S)
    post = a.add_post("CP", sat.HERE, {"control": 2}, value=0.0, registration=int(estimate))
    radar = sighting.quiet("generic-s-band", interrogator=False, peak_power_w=1e6)
    a.add_radar("REF", radar, sat.HERE, post, value=0.0)
    a.add_radar(
        "OFF",
        radar,
        sat.at(60.0, 30e3),
        post,
        value=0.0,
        heading_error_rad=azimuth,
        bias_range_m=far,
        az0_rad=2.0,
    )
    for k in range(12):
        start, end = sat.at(30.0 * k, 90e3, 9e3 + 200.0 * k), sat.at(30.0 * k + 100.0, 60e3, 9e3 + 200.0 * k)
        a.add_platform(
            f"T{k}", sat.item("fighter", swerling=0), sat.straight(start, end, 220.0), **sighting.NEUTRAL
        )
    world = a.finish()[0]
    world.rcs_dbsm[:] = 20.0
    return world


def played(seed, **how):
    """State tables at the end, and the NEES of fused tracks there (position only)."""
    world = scene(**how)
    engine = Engine(world, decide)
    own = engine._own
    own.sim[0].seed = seed
    run_steps(engine._handle, engine._decide, int((END_S - 5.0) / 0.25))
    fused = own.track[own.command_post.first_track[0] :][: own.command_post.n_track[0]]
    knots = own.knot
    values = []
    for row in fused:
        if row.status == FREE or row.status < CONFIRMED or row.truth < 0 or row.n_updates < 20:
            continue
        par = own.platform[row.truth]
        k = knots[par.first_knot : par.first_knot + par.n_knots]
        i = int(np.clip(np.searchsorted(k.t_s, row.t_s) - 1, 0, len(k) - 2))
        u = (row.t_s - k.t_s[i]) / (k.t_s[i + 1] - k.t_s[i])
        h = k.t_s[i + 1] - k.t_s[i]
        truth = []
        for c, v in (("x_m", "vx_mps"), ("y_m", "vy_mps"), ("z_m", "vz_mps")):
            p0, p1, m0, m1 = k[c][i], k[c][i + 1], k[v][i] * h, k[v][i + 1] * h
            truth.append(
                (1 + 2 * u) * (1 - u) ** 2 * p0
                + u * (1 - u) ** 2 * m0
                + u * u * (3 - 2 * u) * p1
                - u * u * (1 - u) * m1
            )
        cov = full_matrix(row.cov)[:3, :3]
        values.append(float(nees(row.pos_ecef_m - np.array(truth), cov)))
    return own, np.array(values)


@pytest.mark.parametrize("seed", range(4))
def test_bias_is_found(compiled_engine, seed):
    own, _ = played(seed, estimate=True)
    b = own.bias[1]
    assert b.n > 100
    assert abs(b.az_rad - AZIMUTH) < 3.0 * math.sqrt(b.az_var)
    assert abs(b.range_m - RANGE) < 3.0 * math.sqrt(b.range_var)
    assert math.sqrt(b.az_var) < 0.1 * AZIMUTH
    assert own.bias[0].n == 0  # the reference is not compared with itself


def test_no_bias_is_not_found(compiled_engine):
    own, _ = played(1, estimate=True, azimuth=0.0, far=0.0)
    b = own.bias[1]
    assert abs(b.az_rad) < 3.0 * math.sqrt(b.az_var)
    assert abs(b.range_m) < 3.0 * math.sqrt(b.range_var)


def test_fused_tracks_are_honest_again(compiled_engine):
    """Position NEES, 3 is right for a matched filter, straight flight gives less: spoilt by the bias, restored by the estimate."""

    def mean(**how):
        return float(np.mean(np.concatenate([played(s, **how)[1] for s in range(4)])))

    clean, spoilt, mended = (
        mean(estimate=False, azimuth=0.0, far=0.0),
        mean(estimate=False),
        mean(estimate=True),
    )
    print(f"NEES without bias {clean:.2f}, with it {spoilt:.2f}, estimated {mended:.2f}")
    assert spoilt > 2.0 * clean
    assert mended < 1.25 * clean + 0.3


def test_off_is_off(compiled_engine):
    """Without the estimate nothing is compared, and a scenario without bias is as it was."""
    own, _ = played(2, estimate=False)
    assert own.bias.n.tolist() == [0, 0]
    assert not runs.differences(
        runs.run(scene(estimate=False, azimuth=0.0, far=0.0), 2),
        runs.run(scene(estimate=False, azimuth=0.0, far=0.0), 2),
    )
