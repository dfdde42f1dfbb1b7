"""Seen elsewhere: a seed that was ignored at reset, global random state, hash(str) as a seed, set order in a result, a first run of
a batch that differed from the rest, a seed that did not reach one sub-model.
"""

import os
import random
import subprocess
import sys

import numpy as np
import pytest
from support import runs
from support import saturation as sat

from openiads.engine import events


def world():
    """Everything that draws: detection near its limit, measurements, false plots, transponder, seeker, kill, scatter."""
    case = sat.fire_unit(
        200.0, 4, 8, 0.5, missile=sat.item("9M96E2", lethal_p0=0.4), salvo=2, max_rounds_per_target=2
    )
    case.a.add_radar("EDGE", sat.item("96L6E", claim_range_m=80e3), sat.HERE, 0, value=0.0)
    for k in range(4):
        goal = sat.Place(sat.HERE.lat_rad, sat.HERE.lon_rad, 8000.0)
        path = sat.straight(sat.at(20.0 * k, 90e3, 8000.0), goal, 500.0)
        case.target(path, kind="fighter", p_ssr_reply=0.5, p_transponder_works=0.5, cep_m=200.0, swerling=1)
    return case.world()


def test_same_seed_same_run_other_seed_other_run():
    w = world()
    one, again, other = (runs.digest(runs.run(w, seed)) for seed in (7, 7, 8))
    assert one == again != other
    assert runs.digest(runs.run(w, 7, 1)) not in (one, other)


def test_the_first_run_of_a_batch_is_like_the_later_ones():
    engine = sat.engine(world())
    order = [3, 0, 1, 0, 3, 2, 1, 0]
    digests = [runs.digest(engine.run(7, r)) for r in order]
    first = {}
    for r, d in zip(order, digests, strict=True):
        assert first.setdefault(r, d) == d
    assert len(set(digests)) == 4


def test_global_random_state_is_neither_used_nor_changed():
    w = world()
    expected = runs.digest(runs.run(w, 7))
    np.random.seed(1)
    random.seed(1)
    before = np.random.get_state()[1].copy(), random.getstate()
    assert runs.digest(runs.run(w, 7)) == expected
    assert (np.random.get_state()[1] == before[0]).all()
    assert random.getstate() == before[1]


def test_the_seed_reaches_every_sub_model():
    """Each chance that the engine draws comes out differently in some of twenty seeds."""
    w = world()
    seen = {name: set() for name in ("detection", "measurement", "burst", "kill", "identity", "impact")}
    for seed in range(20):
        o = runs.run(w, seed)
        edge = sat.of(o, events.DETECTION)
        seen["detection"].add(tuple(edge[edge.object == 2].t_s.tolist()))
        seen["measurement"].add(tuple(sat.of(o, events.SYSTEM_TRACK).range_m.tolist()))
        seen["burst"].add(tuple(sat.of(o, events.BURST).range_m.tolist()))
        seen["kill"].add(tuple(sat.killed(o).tolist()))
        seen["identity"].add(tuple(o.platform_state["transponder_works"].tolist()))
        seen["impact"].add(tuple(sat.of(o, events.SITE_HIT).value.tolist()))
    assert {name: len(values) > 1 for name, values in seen.items()} == dict.fromkeys(seen, True)


@pytest.mark.parametrize("hash_seed", ["1"])
def test_hash_randomisation_does_not_matter(hash_seed):
    """The same digest in a process whose strings and sets are hashed otherwise."""
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from support import runs\n"
        "from test_m02_the_seed_is_the_run import world\n"
        "print(runs.digest(runs.run(world(), 7)))"
    )
    here = os.path.dirname(os.path.abspath(__file__))
    env = {**os.environ, "PYTHONHASHSEED": hash_seed}
    out = subprocess.run(
        [sys.executable, "-c", code, here, os.path.dirname(here)],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert out.stdout.split()[-1] == runs.digest(runs.run(world(), 7))
