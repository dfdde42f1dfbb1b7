"""Uncertain inputs of a real study: catalogue and scenario values, what is stored, what drives leakage, bad input."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("SALib")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import studies

import openiads
from openiads.catalog import CatalogError, load_catalog
from openiads.catalog.changed import changed
from openiads.scenario import ScenarioError
from openiads.study.design import StudyError
from openiads.study.sensitivity import of_study

FUZE, RCS = "catalog.9M96E2.fuze_radius_m", "catalog.cruise-missile.rcs_m2"
ROUNDS = "L1.rounds.9M96E2"
# The airliner of the scenario is seen and left alone; an item that the scenario does not use cannot matter at all.
INERT = "catalog.heavy-bomber.vulnerability"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("uncertain")
    studies.write(folder)
    return folder


@pytest.fixture(scope="module")
def drawn(place):
    wanted = {FUZE: None, RCS: None, "F.jammer.power": "log-uniform(1 kW, 100 kW)", ROUNDS: "integers(2, 6)"}
    return openiads.Study(
        place / "small.yaml", n=2, uncertain=wanted, points=8, out=place / "drawn", workers=2
    ).run()


def test_a_changed_catalogue_value_reaches_the_item_and_nothing_else():
    catalog = load_catalog()
    other = changed(
        catalog, {("9M96E2", "fuze_radius_m"): (31.5, "m"), ("cruise-missile", "rcs_m2"): (3.0, "dB")}
    )
    assert (
        other.get("9M96E2").si("fuze_radius_m") == 31.5 and catalog.get("9M96E2").si("fuze_radius_m") != 31.5
    )
    pairs = zip(catalog.get("cruise-missile").table("rcs_m2").cells(), other.get("cruise-missile").table("rcs_m2").cells(),
                strict=True)  # fmt: skip
    assert all(new == pytest.approx(old + 3.0) for (_, old), (_, new) in pairs)
    assert other.get("40N6E") is catalog.get("40N6E") and other.digest() != catalog.digest()
    with pytest.raises(CatalogError, match="reliability"):
        changed(catalog, {("9M96E2", "reliability"): (1.7, "")})


def test_points_keep_values_in_their_units(drawn):
    for point in drawn.points:
        fuze, rcs, power, rounds = point["values"]
        low, high = load_catalog().get("9M96E2").value("fuze_radius_m").range_si
        assert fuze.endswith(" m") and low <= point["numbers"][0] <= high
        assert isinstance(rcs, (int, float)) and power.endswith(" kW") and 1e3 <= point["numbers"][2] <= 1e5
        assert rounds in (2, 3, 4, 5, 6)
        assert f'power: "{power}"' in drawn.run_text(point["number"])


def test_the_same_points_and_rows_on_one_worker_and_after_a_resume(place, drawn):
    wanted = {FUZE: None, RCS: None, "F.jammer.power": "log-uniform(1 kW, 100 kW)", ROUNDS: "integers(2, 6)"}
    again = openiads.Study(
        place / "small.yaml", n=2, uncertain=wanted, points=8, out=place / "again", workers=1
    ).run()
    assert again.points == drawn.points and again.table("runs").equals(drawn.table("runs"))
    next(iter(sorted((place / "again" / "done").iterdir()))).unlink()
    assert openiads.resume(place / "again").table("runs").equals(drawn.table("runs"))


def test_the_same_rows_on_an_executor(place, drawn):
    wanted = {FUZE: None, RCS: None, "F.jammer.power": "log-uniform(1 kW, 100 kW)", ROUNDS: "integers(2, 6)"}
    study = openiads.Study(place / "small.yaml", n=2, uncertain=wanted, points=8, out=place / "elsewhere")
    with ThreadPoolExecutor(2) as executor:
        found = study.run(executor=executor)
    assert found.table("runs").equals(drawn.table("runs"))


def test_varied_and_drawn_together(place):
    study = openiads.Study(
        place / "small.yaml",
        n=1,
        vary={"doctrine.salvo": "1,2"},
        uncertain={FUZE: None},
        points=3,
        out=place / "both",
        workers=2,
    ).run()
    values = [p["values"] for p in study.points]
    assert [v[0] for v in values] == [1, 1, 1, 2, 2, 2] and [v[1] for v in values[:3]] == [
        v[1] for v in values[3:]
    ]


@pytest.fixture(scope="module")
def ranked(place):
    return openiads.sensitivity(
        place / "small.yaml", {INERT: None, ROUNDS: "integers(2, 6)"}, method="sobol", n=3, budget=100, out=place / "ranked",
        workers=2,
    )  # fmt: skip


def test_what_drives_leakage_and_what_cannot(ranked):
    """Five cruise missiles against two to six rounds; and a bomber that is not there: index 0, below the floor."""
    found, study = ranked
    rounds, inert = found.drivers
    assert rounds.name == ROUNDS and rounds.above_noise and rounds.first.value > 0.8
    assert inert.name == INERT and not inert.above_noise and inert.first.value == 0.0 <= found.floor
    assert found.n == 3 and found.points == len(study.points) == 32
    text = openiads.sensitivity_summary(found, "leakage")
    assert "not told from it" in text and "32 points of 3 replications" in text
    assert openiads.sensitivity_picture(found, "leakage", "A small raid")[:8] == b"\x89PNG\r\n\x1a\n"
    assert of_study(openiads.open_study(study.path), "rounds_fired").drivers[0].name == ROUNDS


def test_where_the_defence_holds(ranked):
    """It holds where there are rounds for five missiles."""
    found = openiads.discover(ranked[1], "leakage <= 0.25")
    (limit,) = found.box.limits
    assert limit.name == ROUNDS and limit.low in (4.0, 5.0) and limit.high is None
    assert found.box.density > 0.9 and found.box.coverage > 0.7
    assert "leakage <= 0.25 holds where" in openiads.discovery_summary(found)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"EW.antenna_height": None}, "give a law"),
        ({"EW.antenna_heigt": "uniform(1 m, 2 m)"}, "did you mean antenna_height"),
        ({"EW.antenna_height": "uniform(1, 2)"}, "needs a unit"),
        ({"EW.antenna_height": "uniform(1 m, 2000 km)"}, "antenna_height: this length is too high"),
        ({"catalog.9M96E.fuze": None}, "has no number"),
        ({"catalog.9M96.fuze_radius_m": None}, "there is no item '9M96'"),
        ({"catalog.9M96E2.reliability": "uniform(0.5, 3)"}, "reliability"),
        ({"catalog.9M96E2.fuze_radius_m": "discrete(near, far)"}, "near"),
        ({"catalog.9M96E2.fuze_radius_m": "uniform(5, 10)"}, "needs a unit"),
        ({"catalog.generic-s-band.freq_hz": None}, "has no range"),
        ({"doctrine.salvo": "uniform(1, 3)"}, "salvo"),
    ],
)
def test_bad_input_is_told_once_before_anything_runs(place, wanted, says):
    with pytest.raises(ScenarioError, match=says) as caught:
        openiads.Study(place / "small.yaml", n=1, uncertain=wanted, points=8, out=place / "never").run()
    assert len(caught.value.faults) == 1 and "--vary" not in str(caught.value)
    assert not (place / "never").exists()


@pytest.mark.parametrize(
    ("more", "says"),
    [({"method": "fast"}, "no method"), ({"budget": 10}, "too small"), ({"uncertain": {}}, "which inputs")],
)
def test_plans_that_cannot_be(place, more, says):
    with pytest.raises(StudyError, match=says):
        openiads.sensitivity(place / "small.yaml", **{"uncertain": {FUZE: None}, **more})


def test_a_study_and_what_drives_it_want_two_folders(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plain = openiads.Study(place / "small.yaml", 2).run()
    _, drawn = openiads.sensitivity(
        place / "small.yaml", {ROUNDS: "integers(2,6)"}, method="oat", n=2, budget=6
    )
    assert drawn.path.name == plain.path.name.replace("-seed", "-oat-seed") != plain.path.name


def test_command_line(place):
    done = studies.openiads("sensitivity", "small.yaml", "--uncertain", f"{ROUNDS}=integers(2,6)", "--method", "oat", "-n", 2,
                            "--out", "cli", cwd=place)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "One at a time" in done.stdout and (place / "cli" / "sensitivity.png").is_file()
    again = studies.openiads("sensitivity", "cli", "--of", "hits", cwd=place)
    assert again.returncode == 0 and "what drives hits" in again.stdout
    for words, says in (
        (["sensitivity", "small.yaml", "--uncertain", "x="], "PATH=LAW"),
        (["sensitivity", "cli", "--of", "leakag"], "did you mean 'leakage'"),
        (["discover", "cli", "--where", "leakage"], "is no condition"),
    ):
        bad = studies.openiads(*words, cwd=place)
        assert bad.returncode == 2 and says in bad.stderr and "Traceback" not in bad.stderr
