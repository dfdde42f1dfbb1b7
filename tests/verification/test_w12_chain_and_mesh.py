"""W-12: a linear chain of command against a mesh, in a small saturation.

The same targets, radar, battery and luck; in the chain every message goes over two relays with 4 s a link, in the mesh
straight with 0.5 s. A published study of a linear command chain against a kill web (one seed) reported 35.6 % against 22.2 %
of leakage in saturation, with sensor-to-shooter times of 344 s and 5 s. Its numbers are not reproduced here, its sign and
shape are: the mesh leaks less, by intervals over replications; and where there is one round a target, so that weapons and not
command are the bottleneck, it gains nothing.
"""

from functools import cache

import numpy as np
import pytest
from support import saturation as sat

from openiads.engine import events

N, P, REPLICATIONS = 8, 0.6, 40


@cache
def leakage(kind, rounds):
    """Leaking share per replication, and the mean time from the first plot to the first launch (s)."""
    case = sat.fire_unit(
        120.0,
        N,
        rounds,
        P,
        reaction_s=3.0,
        decision_period_s=0.5,
        max_rounds_per_target=6,
        assessment_delay_s=3.0,
    )
    a = case.a
    for name in ("RELAY-1", "RELAY-2"):
        a.add_post(name, sat.at(0.0, 2e3), {"control": 2}, value=0.0)
    if kind == "mesh":
        ids = ["CP", "RELAY-1", "RELAY-2", "SR", "B"]
        for k, one in enumerate(ids):
            for other in ids[k + 1 :]:
                a.add_link(one, other, 0.5)
    else:
        for one, other in (("SR", "RELAY-1"), ("RELAY-1", "CP"), ("CP", "RELAY-2"), ("RELAY-2", "B")):
            a.add_link(one, other, 4.0)
    sat.fan(case, N, 65e3, 800.0)
    share, wait = [], []
    for o in sat.replications(case.world(), 77, REPLICATIONS):
        share.append(sat.leakers(o) / N)
        wait.append(float(sat.of(o, events.LAUNCH).t_s.min() - sat.of(o, events.DETECTION).t_s.min()))
    return np.array(share), float(np.mean(wait))


def told(kind, rounds):
    share, wait = leakage(kind, rounds)
    low, high = sat.wilson(round(share.sum() * N), N * REPLICATIONS)
    print(
        f"{kind}, {rounds} rounds: {share.mean():.3f} leak [{low:.3f}, {high:.3f}], sensor to shooter {wait:.1f} s"
    )
    return share, low, high


def test_sensor_to_shooter_time(compiled_engine):
    """Four links of 4 s against two of 0.5 s: 15 s apart, but for the decision period and the beat of the search."""
    assert leakage("chain", 6 * N)[1] - leakage("mesh", 6 * N)[1] == pytest.approx(15.0, abs=1.5)


def test_the_mesh_leaks_less_where_command_is_the_bottleneck(compiled_engine):
    chain, low, _ = told("chain", 6 * N)
    mesh, _, high = told("mesh", 6 * N)
    assert low > high  # 95 % intervals apart
    gap, slack = sat.mean_limits(chain - mesh)
    assert gap - slack > 0.0


def test_the_gap_closes_where_weapons_are(compiled_engine):
    """One round a target: both leak 1 - p."""
    chain, _, _ = told("chain", N)
    mesh, _, _ = told("mesh", N)
    for share in (chain, mesh):
        assert sat.inside(round(share.sum() * N), N * REPLICATIONS, 1.0 - P)
    many = np.mean(leakage("chain", 6 * N)[0] - leakage("mesh", 6 * N)[0])
    assert abs(np.mean(chain - mesh)) < 0.5 * many
