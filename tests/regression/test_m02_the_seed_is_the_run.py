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
from support import sighting as see

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


def lone(p, reliability=1.0, **target):
    """One target, one round, nothing uncertain but what is asked for."""
    case = sat.fire_unit(90.0, 1, 1, p, missile=sat.sure_missile(p, reliability))
    goal = sat.Place(sat.HERE.lat_rad, sat.HERE.lon_rad, 8000.0)
    case.target(sat.straight(sat.at(30.0, 50e3, 8000.0), goal, 700.0), **target)
    return case.world()


def faint():
    """One target at the edge of a radar."""
    watch = see.Watch(see.quiet("91N6E"), 300.0)
    watch.fly(sat.straight(sat.at(0.0, 420e3, 12e3), sat.at(0.0, 330e3, 12e3), 300.0))
    return watch.world(4.0)


DRAWS = {
    "detection": (faint, lambda o: sat.of(o, events.DETECTION).t_s.tolist()),
    "measurement": (lambda: lone(1.0), lambda o: sat.of(o, events.SYSTEM_TRACK).range_m.tolist()),
    "reliability": (lambda: lone(1.0, 0.5), lambda o: o.round["dud"].tolist()),
    "kill": (lambda: lone(0.5), lambda o: sat.killed(o).tolist()),
    "transponder": (
        lambda: lone(0.0, p_transponder_works=0.5), lambda o: o.platform_state["transponder_works"].tolist()
    ),
    "impact": (lambda: lone(0.0, cep_m=200.0), lambda o: sat.of(o, events.SITE_HIT).value.tolist()),
}  # fmt: skip


@pytest.mark.parametrize("draw", DRAWS)
def test_the_seed_reaches_every_sub_model(draw):
    """Alone in its World, each chance comes out differently in some of thirty seeds, and of thirty replications."""
    build, read = DRAWS[draw]
    w = build()
    assert len({str(read(runs.run(w, seed))) for seed in range(30)}) > 1
    assert len({str(read(runs.run(w, 1, replication))) for replication in range(30)}) > 1


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
