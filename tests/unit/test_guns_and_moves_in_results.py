"""A gun that kills and a site that moves, in the tables, the summary's numbers, the story and the picture of a run."""

import pytest
import synthetic_run as made
from support import saturation as sat

from openiads.analysis.chains import chains
from openiads.analysis.explain import explain_one
from openiads.analysis.outcomes import outcome
from openiads.report.scene import scene
from openiads.results import open_run
from openiads.study.store import new_run


@pytest.fixture(scope="module")
def run(compiled_engine, tmp_path_factory):
    case = sat.fire_unit(60.0, 2, 0, 0.5, decision_period_s=0.5)
    item = sat.item("twin-30mm", laying_rad=0.0, kill_given_hit=1.0, radius_m=1.0)
    case.a.add_gun("GUN", item, sat.HERE, 0, 750)
    end = sat.Place(sat.HERE.lat_rad, sat.HERE.lon_rad, 500.0)
    case.target(sat.straight(sat.at(0.0, 9000.0, 500.0), end, 200.0), area_m2=30.0)
    place = sat.at(90.0, 500.0)
    case.a.add_move(case.a.launchers[0]["site"], [(place, ())], 50.0, (5.0,), pack_s=2.0, set_up_s=3.0)
    world, names = case.a.finish()
    (o,) = sat.replications(world, 1, 1)
    with new_run(tmp_path_factory.mktemp("runs") / "run") as folder:
        return open_run(folder.write(o, names, made.provenance()))


def test_the_gun_is_the_killer(run):
    (threat,) = run.threats.to_pylist()
    assert (threat["fate"], threat["killer"], threat["rounds_fired"]) == ("killed", "GUN", 0)
    told = explain_one(chains(run), threat["id"])
    assert any("GUN opens fire: 75 rounds" in step.text for step in told.steps)
    assert any("burst of GUN: kill" in step.text for step in told.steps)
    assert "killed by GUN" in " ".join(told.verdict)
    assert outcome(run).shots == []


def test_the_site_is_where_it_went(run):
    row = next(r for r in run.sites.to_pylist() if r["id"] == "L")
    assert row["moves"] == 1
    assert row["alive"] is True
    drawn = {place.ident: place for place in scene(run).sites}
    assert drawn["L"].end_km == pytest.approx((drawn["L"].east_km + 0.5, drawn["L"].north_km), abs=5e-3)
    assert drawn["GUN"].end_km is None
