"""A study as its user meets it: tables, SQL, export, the summary, the picture, and what adds up."""

import csv
import math
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import studies

import openiads
from openiads.analysis.breakdown import headline, report
from openiads.analysis.causes import CAUSES
from openiads.analysis.intervals import read_goal
from openiads.analysis.measures import MEASURES
from openiads.cli.study_progress import count_text, duration
from openiads.results import schema, study_schema
from openiads.results.run import RunError

N = 16


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study-results")
    studies.write(folder)
    return folder


@pytest.fixture(scope="module")
def study(place):
    return openiads.Study(
        place / "small.yaml", n=N, chunk=5, vary={"L1.rounds.9M96E2": "6,2", "F.jammer.power": "1 kW"}, keep=1,
        workers=2, out=place / "study", track_quality="30 s",
    ).run()  # fmt: skip


@pytest.fixture(scope="module")
def single(place):
    return openiads.Study(place / "small.yaml", n=N, workers=2, out=place / "single").run()


def test_every_table_has_its_columns(study):
    assert study.tables() == ["points", *study_schema.TABLES]
    for name, columns in study_schema.TABLES.items():
        table = study.table(name, raw=True)
        assert table.column_names == [c.name for c in columns]
        for field, wanted in zip(table.schema, study_schema.arrow_schema(name), strict=True):
            assert field.type == wanted.type, (name, field.name)
    with pytest.raises(KeyError, match="did you mean 'outcomes'"):
        study.table("outcome")
    with pytest.raises(KeyError, match="did you mean 'fate'"):
        study.table("outcomes", ["fates"])


def test_the_counts_of_a_run_are_those_of_its_outcomes(study):
    outcomes, missiles = study.table("outcomes").to_pylist(), study.table("missiles").to_pylist()
    rounds, sites = study.table("rounds").to_pylist(), study.table("sites").to_pylist()
    batteries = study.table("batteries").to_pylist()
    for run in study.table("runs").to_pylist():
        key = (run["point"], run["replication"])

        def mine(rows, key=key):
            return [r for r in rows if (r["point"], r["replication"]) == key]

        own = mine(outcomes)
        hostile = [r for r in own if r["identity"] == "hostile"]
        through = [r for r in hostile if r["fate"] in ("hit its target", "missed its target")]
        assert run["hostile"] == len(hostile) == 6 and run["aimed"] == 5 and run["others"] == 1
        assert run["leaked"] == len(through) == sum(r["cause"] is not None for r in own)
        assert run["killed"] == sum(r["fate"] == "killed" for r in hostile)
        assert run["detected"] == sum(r["t_detection_s"] is not None for r in hostile)
        assert run["engaged"] == sum(r["rounds_fired"] > 0 for r in hostile)
        assert run["t_first_launch_s"] == min(r["t_launch_s"] for r in hostile if r["t_launch_s"] is not None)
        assert run["rounds_fired"] == len(mine(missiles)) == sum(r["rounds_fired"] for r in mine(rounds))
        assert run["rounds_left"] == sum(r["rounds_ready"] + r["rounds_reserve"] for r in mine(rounds))
        assert run["killed"] == sum(r["kills"] for r in mine(rounds))
        assert run["bursts"] == sum(r["t_burst_s"] is not None for r in mine(missiles))
        assert run["assets_lost"] == sum(not r["alive"] for r in mine(sites) if r["kind"] == "asset")
        assert run["availability"] == pytest.approx(
            np.mean([r["working"] for r in mine(sites) if r["kind"] != "asset"])
        )
        (battery,) = mine(batteries)
        assert 0 < battery["peak"] <= battery["channels"] and battery["engagements"] >= battery["peak"]
        assert run["channel_use"] == pytest.approx(battery["busy_s"] / (battery["channels"] * 300.0))
        assert 0.0 < battery["busy_s"] <= battery["channels"] * 300.0
        assert run["usable"] and {r["cause"] for r in own} <= {None, *CAUSES}


def test_measures_are_the_plain_ratios(study):
    told = report(study)
    runs = study.table("runs").to_pylist()
    for point in told:
        own = [r for r in runs if r["point"] == point.number]
        assert point.n == N and point.unusable == 0
        leaked, aimed = sum(r["leaked"] for r in own), sum(r["aimed"] for r in own)
        found = point.measures["leakage"]
        assert (found.value, found.n, found.units) == (pytest.approx(leaked / aimed), N, aimed)
        assert found.low <= found.value <= found.high
        assert sum(row.found.value for row in point.causes) == pytest.approx(found.value)
        for rows in (point.by_type, point.by_group, point.by_target):
            assert sum(row.found.value * row.found.units for row in rows) == pytest.approx(leaked)
        shots, kills = sum(r["rounds_at_hostile"] for r in own), sum(r["killed"] for r in own)
        assert point.measures["rounds_per_kill"].value == pytest.approx(shots / kills)
        (weapon,) = point.weapons
        assert weapon.fired.value == pytest.approx(np.mean([r["rounds_fired"] for r in own]))
    assert told[1].measures["leakage"].value > told[0].measures["leakage"].value  # two rounds instead of six
    assert headline(study, ("leakage",))[1]["leakage"] == told[1].measures["leakage"]


def test_sightings_are_over_what_was_seen(single):
    (point,) = report(single)
    rows = single.table("outcomes").to_pylist()
    for sighting in point.sightings:
        own = [r for r in rows if r["type"] == sighting.type]
        seen = [r["detection_range_m"] for r in own if r["detection_range_m"] is not None]
        waits = [
            r["t_launch_s"] - r["t_detection_s"]
            for r in own
            if None not in (r["t_launch_s"], r["t_detection_s"])
        ]
        assert sighting.seen.value == pytest.approx(len(seen) / len(own))
        assert sighting.detection_range_m.units == len(seen) and sighting.sensor_to_shooter_s.units == len(
            waits
        )
        if seen:
            assert sighting.detection_range_m.value == pytest.approx(np.mean(seen))
        else:
            assert math.isnan(sighting.detection_range_m.value)
        if waits:
            assert sighting.sensor_to_shooter_s.value == pytest.approx(np.mean(waits))


def test_the_summary_gives_no_figure_without_interval_and_n(study, single):
    text = openiads.study_summary(single)
    lines = text.splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("Measures")) + 2
    names = [line.split()[0] for line in lines[start : start + len(MEASURES)]]
    assert names == list(MEASURES)
    for line in lines[start : start + len(MEASURES)]:
        assert "(" in line and f" {N} " in line, line
    assert "%" not in text.replace("95 %", "")
    several = openiads.study_summary(study)
    assert "L1.rounds.9M96E2=2" in several and "Causes of leakage" in several
    assert "INCOMPLETE" not in several


def test_a_study_with_gaps_says_so(study, place):
    import shutil  # noqa: PLC0415

    folder = place / "gaps"
    shutil.copytree(study.path, folder)
    (folder / "done" / "p00001-r00000005.json").unlink()
    half = openiads.open_study(folder)
    assert half.replications_done == 2 * N - 5 and half.done(1) == N - 5
    assert "5 replications are missing: openiads resume" in openiads.study_summary(half)
    assert half.table("runs").num_rows == 2 * N - 5


def test_unusable_replications_are_told_and_not_counted(single, monkeypatch):
    from openiads.analysis import breakdown  # noqa: PLC0415
    from openiads.report.study_summary import plain_study  # noqa: PLC0415

    real = breakdown._arrays

    def broken(table):
        found = {k: v.copy() for k, v in real(table).items()}
        found["usable"][3] = False
        return found

    monkeypatch.setattr(breakdown, "_arrays", broken)
    (point,) = report(single)
    rest = [r for r in single.table("runs").to_pylist() if r["replication"] != 3]
    assert point.unusable == 1 and point.measures["leakage"].n == N - 1
    share = sum(r["leaked"] for r in rest) / sum(r["aimed"] for r in rest)
    assert point.measures["leakage"].value == pytest.approx(share)
    assert sum(row.found.value for row in point.causes) == pytest.approx(share)
    assert f"1 of {N}: the engine reported a fault" in plain_study(single)


def test_pictures(study, single):
    for one in (study, single):
        assert openiads.study_overview(one)[:4] == b"\x89PNG"
    assert openiads.study_overview(single) == openiads.study_overview(single)


def test_points_table(study):
    table = study.table("points").to_pydict()
    assert table["point"] == [0, 1] and table["replications"] == [N, N]
    assert table["L1.rounds.9M96E2"] == [6.0, 2.0] and table["F.jammer.power"] == [1000.0, 1000.0]


def test_sql(study):
    pytest.importorskip("duckdb")
    rows = study.sql("select point, fate, count(*) n from outcomes group by all").to_pylist()
    counted = Counter((r["point"], r["fate"]) for r in study.table("outcomes").to_pylist())
    assert {(r["point"], r["fate"]): r["n"] for r in rows} == counted
    joined = study.sql(
        'select "L1.rounds.9M96E2" rounds, sum(leaked) n from runs join points using (point) group by 1'
    )
    assert sorted(joined["rounds"].to_pylist()) == [2.0, 6.0]


def test_sql_without_duckdb_says_how_to_get_it(study, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(RunError, match=r"openiads\[sql\]"):
        study.sql("select 1")


def test_export(study, place):
    from openiads.study.design import StudyError  # noqa: PLC0415
    from openiads.study.export import export  # noqa: PLC0415

    for to in ("parquet", "csv"):
        found = {path.stem: (path, rows) for path, rows in export(study, to, place / to)}
        assert list(found) == study.tables()
        for name, (path, rows) in found.items():
            table = study.table(name)
            assert rows == table.num_rows
            if to == "parquet":
                assert pq.read_table(path).to_pylist() == table.to_pylist()
            else:
                with path.open(newline="") as handle:
                    lines = list(csv.reader(handle))
                assert lines[0] == table.column_names and len(lines) == rows + 1
    with pytest.raises(StudyError, match="--force"):
        list(export(study, "csv", place / "csv"))
    assert list(export(study, "csv", place / "csv", force=True))


def test_the_command_line(place, study):
    done = studies.openiads("show", study.path, cwd=place)
    assert done.returncode == 0 and done.stdout == openiads.study_summary(openiads.open_study(study.path))
    done = studies.openiads("export", study.path, "--to", "csv", "--out", "out", cwd=place)
    assert done.returncode == 0 and (place / "out" / "runs.csv").exists()
    done = studies.openiads("study", "small.yaml", "-n", "3", "--workers", "1", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "3 of 3 replications" in done.stderr and "A small raid - study, seed 1" in done.stdout
    assert (place / "studies" / "small-seed1" / "overview.png").exists()
    done = studies.openiads("study", "small.yaml", "-n", "3", cwd=place)
    assert done.returncode == 2 and "openiads resume studies/small-seed1" in done.stderr


def test_progress_lines():
    text = count_text(50, 200, 4.0, "leakage 0.1 (0.05 to 0.2, n = 40)")
    assert text == "50 of 200 replications, 4/s, 38 s left; leakage 0.1 (0.05 to 0.2, n = 40)"
    assert count_text(1, 2, 0.25, "") == "1 of 2 replications, 4 s each, 4 s left"
    assert (duration(7.0), duration(600.0), duration(7200.0)) == ("7 s", "10 min", "2.0 h")


def test_documented_tables_are_those_of_the_store():
    text = (Path(__file__).parents[2] / "docs" / "studies.md").read_text()
    assert study_schema.markdown().strip() in text
    for name in MEASURES:
        assert f"`{name}`" in text, name
    for cause in CAUSES:
        assert f"| {cause} |" in text, cause
    assert schema.SCHEMA_VERSION and read_goal("leakage ±0.01")


@pytest.mark.long
def test_memory_does_not_grow_over_ten_thousand_replications(place):
    import resource  # noqa: PLC0415

    def size():
        with open("/proc/self/statm") as handle:
            return int(handle.read().split()[1]) * resource.getpagesize()

    sizes = []
    openiads.Study(place / "small.yaml", n=200, workers=2, out=place / "warm").run()

    class Told:
        def phase(self, text): ...
        def fraction(self, done): ...
        def say(self, text): ...
        def count(self, done, total, per_s, note):
            sizes.append((done, size()))

    openiads.Study(place / "small.yaml", n=10_000, chunk=100, workers=2, out=place / "many").run(Told())
    early = max(s for done, s in sizes if done < 2000)
    assert max(s for _, s in sizes) - early < 5e6


@pytest.mark.long
def test_a_query_over_a_million_rows_takes_a_second(place, single):
    """The outcomes of the small study, repeated into 100 shards of 10,000 rows."""
    import shutil  # noqa: PLC0415
    import time  # noqa: PLC0415

    import pyarrow as pa  # noqa: PLC0415

    from openiads.study.design import Chunk  # noqa: PLC0415
    from openiads.study.shards import encode_shard, write_shard  # noqa: PLC0415

    pytest.importorskip("duckdb")
    folder = place / "million"
    for name in ("points", "outcomes", "done"):
        (folder / name).mkdir(parents=True)
    shutil.copy(single.path / study_schema.MANIFEST, folder)
    part = single.table("outcomes")
    rows = pa.concat_tables([part] * (10_000 // part.num_rows + 1)).combine_chunks().slice(0, 10_000)
    for k in range(100):
        write_shard(folder, encode_shard({"outcomes": rows}, Chunk(0, k, 1), single.manifest["study"], {}))
    big = openiads.open_study(folder)
    query = "select type, fate, count(*) n, avg(detection_range_m) r from outcomes group by all"
    start = time.perf_counter()
    first = big.sql(query)
    took = time.perf_counter() - start
    start = time.perf_counter()
    assert big.sql(query).num_rows == first.num_rows
    again = time.perf_counter() - start
    print(f"first query {took:.2f} s with the digests of all files, again {again:.2f} s")
    assert sum(first["n"].to_pylist()) == 1_000_000
    assert again <= 1.0
