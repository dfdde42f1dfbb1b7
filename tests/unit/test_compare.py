"""Comparisons and what-if replays as their user meets them: real runs, on the shipped and on small scenarios."""

import itertools
import sys
from pathlib import Path

import numpy as np
import pyarrow.csv
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import studies

import openiads
from openiads.analysis.compare import CompareError, compare, read_difference_goal
from openiads.analysis.intervals import GoalError
from openiads.analysis.measures import MEASURES
from openiads.analysis.paired import EQUAL
from openiads.cli.compare import run_compare
from openiads.cli.guard import exit_code
from openiads.cli.shipped import find
from openiads.cli.what_if import contrast_text, explain_what_if
from openiads.study.execute import execute
from openiads.study.pair import looks, run_pair

ONE_THREAT = (
    studies.SCENARIO.replace("salvo: 1", "policy: salvo, salvo: 1, max_rounds_per_target: 1")
    .replace("count: 5, spacing: 900 m", "count: 1")
    .replace("range: 55 km", "range: 40 km")
)
ONE_THREAT = "".join(
    line for line in ONE_THREAT.splitlines(keepends=True)
    if "id: F," not in line and "range: 90 km" not in line
).partition("traffic:")[0].replace("5 min", "4 min")  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    studies.write(folder)
    (folder / "one.yaml").write_text(ONE_THREAT)
    return folder


@pytest.fixture(scope="module")
def salvos(place):
    """One threat, one salvo: of one round, and of two."""
    made = [
        openiads.Study(place / "one.yaml", 300, {"doctrine.salvo": [k], "doctrine.max_rounds_per_target": [k]},
                       out=place / f"salvo{k}").run()
        for k in (1, 2)
    ]  # fmt: skip
    return made


def test_two_rounds_against_one_is_the_closed_form(salvos):
    """The second round meets what the first one missed: leakage falls by q (1 - q), q = 1 - reliability x kill probability."""
    a, b = salvos
    missiles = a.table("missiles").to_pandas()
    first = missiles.groupby("replication").first()
    q = 1.0 - first["kill_probability"].fillna(0.0).mean()  # a dud has none
    found = compare(a, b).pairs[0].differences["leakage"]
    assert found.n == 300 and 0.1 < q < 0.3
    assert abs(found.value + q * (1.0 - q)) < 1.5 * found.half_width  # three standard errors
    assert found.high < 0.0 and found.half_width < 0.06
    plain = [s.table("runs")["leaked"].to_numpy().mean() for s in salvos]
    assert found.value == pytest.approx(plain[1] - plain[0], abs=1e-12)


def test_the_picture_says_what_a_and_b_are(salvos):
    """It is sent without the text beside it."""
    found = compare(*salvos)
    picture = openiads.comparison_overview(found, kind="svg").decode()
    pair = found.pairs[0]
    assert pair.label_a != pair.label_b and "doctrine.salvo=1" in pair.label_a
    assert f"A: {pair.label_a}; B: {pair.label_b}" in picture


def test_common_luck_saves_replications(salvos):
    """The first round of a salvo of two has the luck of the only round: what two let through, one lets through nearly always."""
    leaked = [s.table("runs")["leaked"].to_numpy() > 0 for s in salvos]
    found = compare(*salvos).pairs[0].differences["leakage"]
    assert found.gain > 1.0 and found.correlation > 0.0
    assert found.changed == int((leaked[0] != leaked[1]).sum())
    back = compare(*salvos[::-1]).pairs[0].differences["leakage"]
    assert (back.value, back.low, back.high) == pytest.approx(
        (-found.value, -found.high, -found.low), abs=1e-12
    )


def test_a_scenario_differs_from_itself_by_exactly_nothing(place, salvos):
    again = openiads.Study(
        place / "one.yaml",
        100,
        {"doctrine.salvo": [1], "doctrine.max_rounds_per_target": [1]},
        out=place / "again",
    ).run()
    (pair,) = compare(salvos[0], again).pairs
    assert pair.same and set(pair.differences) == set(MEASURES)
    for found in pair.differences.values():
        assert (found.value, found.low, found.high, found.changed, found.method) == (0.0, 0.0, 0.0, 0, EQUAL)
    assert {d.n for d in pair.differences.values() if d.a == d.a} >= {100}
    assert "exactly 0" in openiads.comparison_summary(compare(salvos[0], again))


def test_studies_that_cannot_be_compared(place, salvos):
    other = openiads.Study(place / "one.yaml", 4, seed=9, out=place / "seed9").run()
    with pytest.raises(CompareError, match="seeds 1 and 9"):
        compare(salvos[0], other)
    two = openiads.Study(place / "one.yaml", 8, {"L1.rounds.9M96E2": "6,3"}, out=place / "two").run()
    with pytest.raises(CompareError, match=r"do not match: 1 in .*, 2 in"):
        compare(salvos[0], two)
    with pytest.raises(CompareError, match="has no point 7"):
        compare(two, two, points=[(0, 7)])
    with pytest.raises(CompareError, match="nothing to compare it with"):
        compare(other, other)
    assert [(p.point_a, p.point_b) for p in compare(two, two).pairs] == [(0, 1)]


def test_the_command_line(place, monkeypatch, capsys):
    """Studies made, told, drawn; started again it goes on; a goal stops it; the table is the Python one."""
    monkeypatch.chdir(place)
    changes = ([], ["doctrine.salvo=2", "doctrine.max_rounds_per_target=2"])

    def go(n=400, until=None, out="made", vary=()):
        run_compare("one.yaml", None, n, changes, vary, until, Path(out), None, 2, 20, None)
        return capsys.readouterr().out

    text = go(until="difference ±0.08")
    a, b = openiads.open_study("made/a"), openiads.open_study("made/b")
    assert 30 <= a.replications_done == b.replications_done < 400
    assert a.replications_done in looks(400, 20, read_difference_goal("difference ±0.08"))
    found = compare(a, b)
    assert found.pairs[0].differences["leakage"].half_width <= 0.08
    assert "leakage is lower in B by" in text and f"n = {a.replications_done}" in text
    rows = pyarrow.csv.read_csv("made/comparison.csv").to_pylist()
    assert [r["measure"] for r in rows] == list(MEASURES)
    assert rows[0]["value"] == pytest.approx(found.pairs[0].differences["leakage"].value)
    assert Path("made/comparison.png").read_bytes()[:4] == b"\x89PNG"
    assert go(until="difference ±0.08") == text  # joined, nothing is computed again
    text = go(n=20, out="many", vary=["L1.rounds.9M96E2=6,3"])
    assert "leakage at every point" in text and text.count("L1.rounds.9M96E2=3") >= 2


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("one.yaml", None, None, ([], ["doctrine.salvo=2"]), [], None), "how many replications"),
        (("one.yaml", None, 9, ([], []), [], None), "there is nothing to compare"),
        (("one.yaml", None, 9, ([], ["doctrine.salvo=1,2"]), [], None), "one value is needed"),
        (
            ("one.yaml", None, 9, ([], ["doctrine.salv=2"]), [], None),
            "--b doctrine.salv: .*did you mean salvo",
        ),
        (("one.yaml", None, 9, (["doctrine.salvo=99"], []), [], None), "--a doctrine.salvo=99: .*at most 16"),
        (("one.yaml", "salvo1", 9, ([], []), [], None), "a scenario with a scenario"),
        (("salvo1", "salvo2", 9, ([], []), [], None), "only --out applies"),
        (
            ("one.yaml", None, 9, ([], ["doctrine.salvo=2"]), ["doctrine.salvo=1,2"], None),
            "by --b and by --vary",
        ),
        (("one.yaml", None, 9, ([], ["doctrine.salvo=2"]), [], "leak difference ±1"), "no measure 'leak'"),
        (("one.yaml", None, 9, ([], ["doctrine.salvo=2"]), [], "difference"), "is no goal"),
    ],
)
def test_refusals(place, salvos, args, said, monkeypatch):
    monkeypatch.chdir(place)
    with pytest.raises(Exception, match=said) as caught:
        rest = (
            (None, None, None, None, None) if args[0] == "salvo1" else (Path("refused"), None, 1, None, None)
        )
        run_compare(*args, *rest)
    assert exit_code(caught.value) == 2


def test_goals_of_differences():
    assert read_difference_goal("difference ±0.01").measure == "leakage"
    goal = read_difference_goal("rounds_per_kill difference ±0.1 at 99 %")
    assert (goal.measure, goal.half_width, goal.confidence) == ("rounds_per_kill", 0.1, 0.99)
    assert read_difference_goal("hits ±1 %").half_width == 0.01
    with pytest.raises(GoalError):
        read_difference_goal("difference 0.01")
    assert looks(100, 10, None) == [100]
    made = looks(1000, 10, goal)
    assert made[0] == 30 and made[-1] == 1000
    assert all(b >= 1.4 * a for a, b in itertools.pairwise(made[:-1]))


def test_python_runs_a_pair(place):
    a, b, found = run_pair(
        openiads.Study(place / "one.yaml", 10, out=place / "pair" / "a"),
        openiads.Study(place / "one.yaml", 10, {"L1.rounds.9M96E2": [0]}, out=place / "pair" / "b"),
    )
    assert a.replications_done == b.replications_done == 10
    leakage = found.pairs[0].differences["leakage"]
    assert leakage.b == 1.0 and leakage.value > 0.5  # without missiles all come through
    assert np.isnan(found.pairs[0].differences["rounds_per_kill"].value)
    assert found.table().num_rows == len(MEASURES)


# --- explain --what-if ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def then(tmp_path_factory):
    """A shipped scenario in which a cruise missile comes over a ridge and through."""
    return openiads.open_run(execute(find("low-approach"), out=tmp_path_factory.mktemp("then") / "run"))


def test_the_same_value_gives_the_same_run(then, tmp_path):
    """The luck is the same: putting in what is there already changes no event."""
    now = openiads.what_if(then, {"doctrine.layering": "cheapest"}, tmp_path / "run")
    assert now.events.to_pylist() == then.events.to_pylist()
    found = openiads.contrast(then, now, "RIDGE-01")
    assert found.first_difference_s is None and found.first_event is None and not found.others
    assert all(a == b for _, a, b in (*found.rows, *found.counts))
    assert "nothing at all is different" in contrast_text(found, "x=1")


def test_what_would_have_become_of_it(then, tmp_path, capsys):
    """On the open sea the ridge no longer hides it: it is seen earlier, and the story says so beside the other."""
    explain_what_if(then.path, "RIDGE-01", ["L1.rounds.9M96E2=0", "L2.rounds.9M96E2=0"], tmp_path / "none")
    text = capsys.readouterr().out
    now = openiads.open_run(tmp_path / "none")
    assert (now.seed, now.replication) == (then.seed, then.replication)
    found = openiads.contrast(then, now, "SEA-01")
    rows = {what: (a, b) for what, a, b in found.rows}
    assert rows["fate"] == ("killed", "hit its target") and rows["rounds_fired"][1] == 0
    assert rows["detection"][0] == rows["detection"][1]  # the radars have the same luck
    counts = {what: (a, b) for what, a, b in found.counts}
    assert (
        counts["came through"] == (4, 10)
        and counts["missiles fired"] == (7, 0)
        and counts["killed"] == (6, 0)
    )
    assert {o.id for o in found.others} == {"SEA-02", "SEA-03", "SEA-04", "VALLEY-01", "VALLEY-02"}
    assert found.first_event is not None and found.first_event >= found.first_difference_s > 0.0
    assert "> came through" in text and "SEA-01: killed -> hit its target" in text
    assert now.manifest["notes"]["what_if"] == {"L1.rounds.9M96E2": 0, "L2.rounds.9M96E2": 0}
    gone = openiads.what_if(then, {"RIDGE.count": 1}, tmp_path / "gone")
    assert openiads.contrast(then, gone, "RIDGE-02").now is None


@pytest.mark.parametrize(
    ("threat", "changes", "out", "said"),
    [
        (
            "RIDGE-01",
            ["FIRE.antenna_hight=60 m"],
            None,
            "--what-if FIRE.antenna_hight: .*did you mean antenna_height",
        ),
        ("RIDGE-01", ["doctrine.salvo=99"], None, "--what-if doctrine.salvo=99: .*at most 16"),
        ("RIDGE-01", ["doctrine.salvo=1,2"], None, "one value is needed, 2 are given"),
        ("RIDGE-01", ["doctrine.salvo"], None, "it is written PATH=VALUES"),
        ("RIDGE-9", ["doctrine.salvo=1"], None, "no platform 'RIDGE-9'"),
        ("RIDGE-01", [], "x", "--out belongs to --what-if"),
    ],
)
def test_what_if_refuses(then, threat, changes, out, said):
    with pytest.raises(Exception, match=said) as caught:
        explain_what_if(then.path, threat, changes, None if out is None else Path(out))
    assert exit_code(caught.value) == 2


def test_what_if_of_another_engine_is_refused(then, tmp_path, monkeypatch):
    monkeypatch.setattr("openiads._jit.ENGINE_DIGEST", "0" * 64)
    with pytest.raises(Exception, match="made with another engine") as caught:
        openiads.what_if(then, {"doctrine.salvo": 1}, tmp_path / "run")
    assert exit_code(caught.value) == 2 and not (tmp_path / "run").exists()
