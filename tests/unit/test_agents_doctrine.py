"""Doctrines of the user's own: the halting engine is the engine, orders obey the same rules, and every fault has its place."""

from pathlib import Path

import numpy as np
import pytest
from support import runs, saturation, scenes, studies

import openiads
from openiads.agents import Assignment, DoctrineError, Episode, PlainEngine, engine_of, load_doctrine
from openiads.agents.compare import side_by_side
from openiads.analysis import oracles
from openiads.doctrine import standard
from openiads.engine import events
from openiads.engine.run import Engine
from openiads.study.design import StudyError

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "doctrines"


def episode_outcome(world, seed):
    episode = Episode(world)
    episode.start(seed)
    while (post := episode.go_on()) is not None:
        episode.standard(post)
    return episode.outcome()


@pytest.mark.parametrize("name", ["two_posts", "cruise_raid", "jammed_traffic"])
def test_halting_changes_no_byte(name):
    """The built-in doctrine, called from Python at every halt, gives the outcome of the engine that never halts."""
    world, _ = scenes.SCENES[name]()
    for seed in (1, 7):
        assert runs.differences(runs.run(world, seed), episode_outcome(world, seed)) == ""


@pytest.fixture(scope="module")
def arena():
    """Six targets abreast, two channels, eight rounds that kill with 0.7 each."""
    case = saturation.fire_unit(
        260.0, 2, 8, 0.7, max_rounds_per_target=-1, policy=1, salvo=2, assessment_delay_s=3.0,
        decision_period_s=4.0,
    )  # fmt: skip
    saturation.fan(case, 6, 60e3, 250.0)
    return case.world()


@pytest.fixture(scope="module")
def table(arena):
    doctrines = {
        "built-in": None,
        "greedy": load_doctrine(f"{EXAMPLES / 'greedy.py'}:Greedy"),
        "random": load_doctrine(f"{EXAMPLES / 'greedy.py'}:Random"),
    }
    return side_by_side(arena, None, doctrines, 40, seed=1, p=0.7)


def test_no_doctrine_is_better_than_the_bound(table):
    builtin, _, lot = table.lines
    # Six targets, eight rounds at 0.7, a look after each: 6 - E[min(6, Bin(8, 0.7))] leakers at the least.
    assert table.bound == pytest.approx((6 - oracles.unlimited_look_kills(6, 8, 0.7)) / 6, abs=1e-9)
    assert all(line.leakage.high > table.bound and line.leakage.n == 40 for line in table.lines)
    assert all(0.0 < line.rounds.value <= 8.0 for line in table.lines)
    assert builtin.difference.value == 0.0 and lot.difference.low > 0.0  # the lottery is worse
    assert "95 %" in table.text() and "no doctrine below" in table.text()


def test_a_plain_doctrine_is_the_same_in_every_order():
    world, names = scenes.two_posts()
    lot = load_doctrine(f"{EXAMPLES / 'greedy.py'}:Random")
    engine = engine_of(lot, world, names)
    first = [runs.digest(engine.run(3, k)) for k in (0, 1, 2)]
    again = [runs.digest(engine_of(lot, world, names).run(3, k)) for k in (2, 0, 1)]
    assert [again[1], again[2], again[0]] == first and len(set(first)) == 3


def test_the_compiled_example_runs():
    world, names = scenes.cruise_raid()
    own = load_doctrine(f"{EXAMPLES / 'ambush.py'}:ambush")
    outcome = engine_of(own, world, names).run(1)
    launches = outcome.event[outcome.event.code == events.LAUNCH]
    assert own.kind == "compiled" and len(launches) > 0


class Collector:
    """Fires at everything at once, permitted or not, and keeps what it was told."""

    seen: list = []  # noqa: RUF012
    refused: list = []  # noqa: RUF012

    def decide(self, view):
        Collector.refused += view.refused
        Collector.seen.append((view.tracks.copy(), view.batteries.copy(), view.options))
        return [Assignment(t, 0, 0, 2) for t in view.tracks["id"]]


def test_orders_obey_the_rules_and_the_view_is_closed():
    world, names = scenes.jammed_traffic()
    Collector.seen, Collector.refused = [], []
    outcome = PlainEngine(world, Collector, names).run(1)
    reasons = {r.reason for r in Collector.refused}
    assert "identity does not permit fire" in reasons and reasons <= set(events.WITHHOLD[1:])
    spared = np.flatnonzero(world.platform["identity"] != events.IDENTITY.index("hostile"))
    shot = {int(p) for p in outcome.round["platform"] if p >= 0}
    log = outcome.event
    wrong = set(log["object"][log["code"] == events.WRONG_SHOT].tolist())
    assert (
        shot and shot & set(spared.tolist()) == wrong
    )  # an identity can be mistaken; that is told, and nothing else
    assert all((b["channels_free"] <= b["channels"]).all() for _, b, _ in Collector.seen)
    for tracks, _, options in Collector.seen:
        assert options.pk.shape[0] == len(tracks) and ((options.pk > 0.0) == (options.reason == 0)).all()
        assert not (options.pk[~tracks["may_engage"]] > 0.0).any()
        with pytest.raises(ValueError, match="read-only"):
            options.pk[...] = 1.0


def test_options_are_the_standard_ones():
    """Where one missile is best by the built-in layering, its option is that of the built-in doctrine."""
    world, names = scenes.two_posts()
    episode = Episode(world, names)
    assert sum(compared_options(world, episode, seed) for seed in (1, 2, 3)) > 10


def compared_options(world, episode, seed):
    """Decisions times tracks times batteries at which the built-in doctrine has an option, each held against the view's."""
    compared = 0
    episode.start(seed)
    while (post := episode.go_on()) is not None:
        view = episode.view(post)
        for i, k in enumerate(view._rows):
            for b in range(len(world.battery)):
                episode.world.desk.pk[0, b] = 0.0
                standard._option(episode._handle, post, 0, b, int(k), episode.t_s)
                possible = (view.options.reason[i, b] == 0) | (
                    view.options.reason[i, b] == standard.NO_CHANNEL
                )
                if view.tracks["may_engage"][i] and episode.world.desk.pk[0, b] > 0.0:
                    best = int(episode.world.desk.weapon[0, b])
                    assert possible[best]
                    compared += 1
                elif view.tracks["may_engage"][i]:
                    assert not possible.any()
        episode.standard(post)
    return compared


BAD = """\
from openiads import kernel


class Divides:
    def decide(self, view):
        return [1 / 0]


class Ghost:
    def decide(self, view):
        return [(99, 0, 0, 1)]


class Half:
    def decide(self, view):
        return [(0.5, 0, 0, 1)]


class Nothing:
    pass


@kernel
def field(w, c):
    w.radar[0].freq = w.radar[0].range_max


def plain(w, c):
    return 0
"""


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Divides", r"bad\.py:6: ZeroDivisionError: division by zero \(decision at 0 s of replication 0"),
        ("Ghost", r"bad\.py: order 0 names track 99"),
        ("Half", r"whole numbers"),
        ("Nothing", r"has no method decide"),
        ("field", r"bad\.py:25: field cannot be compiled: that row has no field"),
        ("plain", r"plain function; decorate it"),
        ("plian", r"did you mean 'plain'"),
    ],
)
def test_every_fault_has_its_place(tmp_path, name, message):
    (tmp_path / "bad.py").write_text(BAD)
    world, names = scenes.one_drone().finish()
    with pytest.raises(DoctrineError, match=message):
        engine_of(load_doctrine(f"{tmp_path / 'bad.py'}:{name}"), world, names).run(1)


@pytest.mark.parametrize("text", ["bad.py", "nowhere.py:X", "bad.txt:X", "bad.py:not a name"])
def test_what_is_no_doctrine(text):
    with pytest.raises(DoctrineError):
        load_doctrine(text)


def test_the_command_line(tmp_path):
    studies.write(tmp_path)
    (tmp_path / "bad.py").write_text(BAD)
    own = f"{EXAMPLES / 'greedy.py'}:Greedy"
    done = studies.openiads("study", "small.yaml", "-n", "2", "--doctrine", own, "--out", "st", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with pytest.raises(StudyError, match=r"--doctrine FILE\.py:Greedy"):
        openiads.resume(tmp_path / "st")
    with pytest.raises(StudyError, match="not the doctrine"):
        openiads.resume(tmp_path / "st", doctrine=own.replace("Greedy", "Random"))
    assert openiads.resume(tmp_path / "st", doctrine=own).manifest["doctrine"]["name"] == "Greedy"
    bad = studies.openiads("run", "small.yaml", "--doctrine", "bad.py:Divides", cwd=tmp_path)
    assert bad.returncode == 2 and "bad.py:6: ZeroDivisionError" in bad.stderr
    assert "Traceback" not in bad.stderr and not (tmp_path / "runs" / "small-seed1").exists()


def test_nothing_changes_without_a_doctrine():
    world, names = scenes.cruise_raid()
    assert type(engine_of(None, world, names)) is Engine


def blocks():
    """The Python of docs/doctrines.md."""
    text = (EXAMPLES.parent / "doctrines.md").read_text()
    return [part.split("```", 1)[0] for part in text.split("```python\n")[1:]]


@pytest.mark.parametrize(("number", "name"), [(0, "Greedy"), (1, "ambush")])
def test_the_examples_of_the_page_run(tmp_path, number, name):
    (tmp_path / "mine.py").write_text(blocks()[number])
    world, names = scenes.cruise_raid()
    own = engine_of(load_doctrine(f"{tmp_path / 'mine.py'}:{name}"), world, names)
    file = "greedy.py" if name == "Greedy" else "ambush.py"
    kept = engine_of(load_doctrine(f"{EXAMPLES / file}:{name}"), world, names)
    outcome = own.run(1)
    assert len(outcome.round) > 0 and runs.differences(outcome, kept.run(1)) == ""


def test_the_environment_of_the_page_runs(tmp_path):
    pytest.importorskip("pettingzoo")
    file = studies.write(tmp_path)
    scope: dict = {}
    exec(blocks()[2].replace("raid.yaml", str(file)), scope)
    assert scope["env"].observation_space.contains(scope["observation"]) and scope["info"]["t_s"] > 0.0


DOCTRINE = (
    "import {helper}\nclass Mine:\n    x = {helper}.X\n    def decide(self, view):\n        return []\n"
)


def test_the_digest_holds_what_is_imported_beside_whoever_came_first(tmp_path):
    (tmp_path / "shared_by_two.py").write_text("import deeper_beside\nX = deeper_beside.X\n")
    (tmp_path / "deeper_beside.py").write_text("X = 1\n")
    for name in ("first", "second"):
        (tmp_path / f"{name}.py").write_text(f"# {name}\n" + DOCTRINE.format(helper="shared_by_two"))
    before = [load_doctrine(f"{tmp_path / name}.py:Mine") for name in ("first", "second")]
    (tmp_path / "deeper_beside.py").write_text("X = 2\n")
    after = [load_doctrine(f"{tmp_path / name}.py:Mine") for name in ("first", "second")]
    for old, new in zip(before, after, strict=True):
        assert old.sha256 != new.sha256 and old.file_sha256 == new.file_sha256
        assert (old.target.x, new.target.x) == (1, 2)
    assert load_doctrine(f"{tmp_path / 'first'}.py:Mine").sha256 == after[0].sha256


def test_a_package_beside_counts_as_a_whole_and_the_library_does_not(tmp_path):
    from openiads.agents.load import modules_beside  # noqa: PLC0415

    package = tmp_path / "tactics_beside"
    package.mkdir()
    for name in ("__init__", "near", "far"):
        (package / f"{name}.py").write_text("")
    (tmp_path / "mine.py").write_text("import json\nfrom tactics_beside.near import *\nimport openiads\n")
    (tmp_path / "other.py").write_text("")
    assert [p.name for p in modules_beside(tmp_path / "mine.py")] == [
        "mine.py",
        "__init__.py",
        "far.py",
        "near.py",
    ]
