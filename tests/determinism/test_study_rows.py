"""The rows of a study do not depend on threads, chunks, interruptions or company, and each is the row of its single run."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import studies

import openiads
from openiads.analysis.chains import chains
from openiads.analysis.links import first_failed_link, leaked
from openiads.results.study_schema import SEALS
from openiads.study.execute import execute

N = 36


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study-rows")
    studies.write(folder)
    return folder


@pytest.fixture(scope="module")
def reference(place):
    """On one thread, in one chunk, without a break."""
    return openiads.Study(place / "small.yaml", n=N, chunk=50, workers=1, keep=2, out=place / "ref").run()


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("chunk", [1, 7, 50])
def test_threads_and_chunks(place, reference, workers, chunk):
    out = place / f"w{workers}-c{chunk}"
    study = openiads.Study(place / "small.yaml", n=N, chunk=chunk, workers=workers, keep=2, out=out).run()
    assert studies.rows(study) == studies.rows(reference)
    shutil.rmtree(out)


@pytest.mark.parametrize("workers", [1, 4])
def test_resumed(place, reference, workers):
    """Some shards lost whole, some without their seal, one damaged: the rows and the bytes come back."""
    out = place / f"resumed-{workers}"
    study = openiads.Study(place / "small.yaml", n=N, chunk=7, workers=2, keep=2, out=out).run()
    before = studies.files(out)
    for first in (0, 14, 21):
        (out / SEALS / f"p00000-r{first:08d}.json").unlink()
    (out / "outcomes" / "p00000-r00000014.parquet").unlink()
    damaged = out / "runs" / "p00000-r00000028.parquet"
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    assert openiads.open_study(out).replications_done == N - 21
    study = openiads.resume(out, workers=workers)
    assert studies.files(out) == before
    assert studies.rows(study) == studies.rows(reference)


def test_the_rows_of_a_replication_are_those_of_its_single_run(place, reference):
    """Kill chain, missiles, first failed link and cause: as `openiads run` and `openiads explain` have them."""
    outcomes, missiles = reference.table("outcomes"), reference.table("missiles")
    events = reference.table("events")
    told = 0
    for k in range(8):
        run = openiads.open_run(execute(place / "small.yaml", replication=k, out=place / f"run{k}"))
        mine = outcomes.filter(np.asarray(outcomes["replication"]) == k)
        assert mine.select(run.threats.column_names).to_pylist() == run.threats.to_pylist()
        rows = missiles.filter(np.asarray(missiles["replication"]) == k)
        assert rows.select(run.missiles.column_names).to_pylist() == run.missiles.to_pylist()
        if k < 2:
            rows = events.filter(np.asarray(events["replication"]) == k)
            assert rows.select(run.events.column_names).to_pylist() == run.events.to_pylist()
        known = chains(run)
        for row in mine.to_pylist():
            finding = first_failed_link(known, row["id"]) if leaked(row) else None
            assert row["failed_link"] == (finding.link if finding else None)
            assert row["cause_text"] == (finding.cause if finding else None)
            assert (row["cause"] is None) == (finding is None)
            told += finding is not None
    assert told >= 2


def test_kept_replications_have_trajectories_and_the_others_have_the_same_rows(place, reference):
    kept = set(reference.table("trajectories")["replication"].to_pylist())
    assert kept == {0, 1} == set(reference.table("events")["replication"].to_pylist())
    none = openiads.Study(place / "small.yaml", n=10, workers=2, out=place / "none").run()
    assert none.tables() == ["points", "outcomes", "runs", "missiles", "rounds", "sites", "batteries"]
    first = [r for r in reference.table("runs").to_pylist() if r["replication"] < 10]
    assert none.table("runs").to_pylist() == first
    every = openiads.Study(place / "small.yaml", n=4, workers=2, events=True, out=place / "every").run()
    assert set(every.table("events")["replication"].to_pylist()) == {0, 1, 2, 3}
    assert "trajectories" not in every.tables()


def test_points_have_the_same_luck(place, reference):
    """A point whose values are those of the file has the rows of the study that varies nothing."""
    study = openiads.Study(
        place / "small.yaml", n=6, vary={"L1.rounds.9M96E2": "6,3", "CM.count": [5]}, workers=2, chunk=4,
        out=place / "points",
    ).run()  # fmt: skip
    assert [p["label"] for p in study.points] == [
        "L1.rounds.9M96E2=6, CM.count=5",
        "L1.rounds.9M96E2=3, CM.count=5",
    ]
    runs = study.table("runs").to_pylist()
    assert [(r["point"], r["replication"]) for r in runs] == [(p, k) for p in range(2) for k in range(6)]
    written = [r for r in reference.table("runs").to_pylist() if r["replication"] < 6]
    assert [r for r in runs if r["point"] == 0] == written
    assert [{**r, "point": 0} for r in runs if r["point"] == 1] != written
    (place / "alone.yaml").write_text(study.run_text(1))
    run = openiads.open_run(execute(place / "alone.yaml", seed=1, replication=3, out=place / "alone"))
    mine = [r for r in study.table("outcomes").to_pylist() if (r["point"], r["replication"]) == (1, 3)]
    assert [{key: r[key] for key in run.threats.column_names} for r in mine] == run.threats.to_pylist()


@pytest.fixture(scope="module")
def stopped(place):
    return openiads.Study(
        place / "small.yaml", n=400, until="leakage ±0.05", workers=1, chunk=10, out=place / "until"
    ).run()


@pytest.mark.parametrize("workers", [2, 4])
def test_a_goal_stops_at_the_same_replication_on_any_number_of_threads(place, stopped, workers):
    out = place / f"until-{workers}"
    openiads.Study(
        place / "small.yaml", n=400, until="leakage ±0.05", workers=workers, chunk=10, out=out
    ).run()
    assert 30 <= stopped.replications_done < 400
    assert studies.files(out) == studies.files(stopped.path)
    (out / SEALS / "p00000-r00000010.json").unlink()
    openiads.resume(out, workers=workers)
    assert studies.files(out) == studies.files(stopped.path)


def test_a_goal_is_reached_at_the_first_border_and_not_before(stopped):
    from openiads.analysis.measures import estimate  # noqa: PLC0415

    runs = {name: stopped.table("runs")[name].to_numpy() for name in stopped.table("runs").column_names}
    n = stopped.replications_done
    assert n % 10 == 0
    assert estimate("leakage", runs).half_width <= 0.05
    before = {name: values[: n - 10] for name, values in runs.items()}
    found = estimate("leakage", before)
    assert found.half_width > 0.05 or found.n < 30


def test_every_point_stops_by_itself(place):
    """With two rounds the leakage is larger and known later than with six; other threads, same files."""
    made = []
    for workers in (1, 3):
        out = place / f"each-{workers}"
        study = openiads.Study(
            place / "small.yaml", n=200, vary={"L1.rounds.9M96E2": "6,4"}, until="leakage ±0.06", workers=workers,
            chunk=10, out=out,
        ).run()  # fmt: skip
        made.append((study.done(0), study.done(1), studies.files(out)))
    assert made[0] == made[1]
    assert made[0][0] != made[0][1] and max(made[0][:2]) < 200
