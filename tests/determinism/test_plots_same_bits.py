"""The log of plots, compiled and interpreted: the same bits; two runs too."""

import pickle

from support import runs
from support.worlds import Field, noisier, spot
from test_interpreted import run_interpreted

from openiads.engine.events import PLOT_KINDS


def watched():
    """Two radars and their dedicated looks, friends that answer, false plots, a radar that is not aligned."""
    f = Field(60.0, sample_s=10.0)
    f.plots = True
    f.post(policy=0, salvo=2)
    f.radar("S", "point-defence-radar", spot(200.0, 1000.0, 30.0))
    f.fire_unit("B", spot(90.0, 800.0, 30.0), {"9M96E": (2, 2)}, targets=2, missiles=3)
    asset = f.asset("A", spot(180.0, 1500.0))
    for k in range(3):
        f.flight(f"C{k}", "cruise-missile", [spot(-12.0 + 8.0 * k, 17e3 + 900.0 * k, 80.0)], target=asset)
    f.flight(
        "F", "transport", [spot(30.0, 20e3, 3e3), spot(330.0, 20e3, 3e3)], identity="friend", answers="friend"
    )
    world, names = f.finish()
    return noisier(world, 8.0), names


def test_same_bits(compiled_engine, tmp_path):
    world, _ = watched()
    (tmp_path / "watched.world").write_bytes(pickle.dumps((world, 5)))
    outcome = compiled_engine(world, 5)
    assert outcome.status == 0 and {PLOT_KINDS[k] for k in outcome.plot.kind} == {"target", "false"}
    assert set(outcome.plot.dedicated) == {0, 1} and (outcome.plot.track >= 0).any()
    other, _ = run_interpreted(tmp_path)["watched"]
    assert not runs.differences(outcome, other)
    assert outcome.plot.tobytes() == other.plot.tobytes() and len(outcome.plot) > 100
    assert compiled_engine(world, 5).plot.tobytes() == outcome.plot.tobytes()
    assert compiled_engine(world, 6).plot.tobytes() != outcome.plot.tobytes()
