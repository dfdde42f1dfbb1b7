"""Opening a run: labelled tables in SI, and a clear word about what is not a run or is damaged."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import synthetic_run as made

from openiads.results import RunError, open_run, path_of, schema
from openiads.study.manifest import own_digest, sealed
from openiads.study.store import new_run


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "made-up-seed1"
    with new_run(path) as folder:
        return folder.write(*made.outcome(), made.provenance())


@pytest.fixture
def copy(stored, tmp_path):
    return shutil.copytree(stored, tmp_path / "run")


def test_tables_come_in_si(stored):
    run = open_run(stored)
    assert run.name == "made-up" and run.seed == 1 and run.t_end_s == 900.0
    for table in schema.TABLES:
        assert run.table(table).num_rows == run.manifest["files"][f"{table}.parquet"]["rows"]
    raw, table = run.table("trajectories", raw=True), run.trajectories
    assert {"t_s", "x_m", "vx_mps", "sigma_m"} <= set(table.column_names)
    assert np.allclose(table["x_m"].to_numpy(), raw["x_dm"].to_numpy() / 10, rtol=0, atol=0)
    assert table["sigma_m"].null_count == raw["sigma_dm"].null_count > 0
    assert run.threats.to_pandas()["id"].is_unique


def test_a_path_of_one_thing(stored):
    path = path_of(open_run(stored), "platform", "strike-1")
    assert np.all(np.diff(path["t_s"]) > 0)
    radius = np.sqrt(path["x_m"] ** 2 + path["y_m"] ** 2 + path["z_m"] ** 2)
    assert np.all((radius > 6.35e6) & (radius < 6.40e6))


def test_the_manifest_says_where_it_comes_from(stored):
    manifest = open_run(stored).manifest
    assert manifest["engine_sha256"] and manifest["libraries"]["pyarrow"] and manifest["openiads"]
    assert manifest["recordings"] == [{"file": "civil.csv", "rows": 100, "spikes_removed": 2}]
    assert manifest["status"] == {"bits": 0, "messages": [], "usable": True}
    assert manifest["scenario"]["sha256"] == manifest["files"]["scenario.yaml"]["sha256"]


def test_meanings_travel_with_the_file(stored):
    metadata = pq.read_schema(stored / "events.parquet").metadata
    assert json.loads(metadata[b"events"])["detection"]["value"] == "snr_db"
    assert open_run(stored).meanings()["detection"]["value"] == "snr_db"


@pytest.mark.parametrize("name", [*(f"{t}.parquet" for t in schema.TABLES), "scenario.yaml"])
def test_a_flipped_byte_is_named(copy, name):
    file = copy / name
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(RunError, match=name):
        open_run(copy)


def test_every_flipped_byte_of_the_manifest_is_found_or_harmless(copy):
    file = copy / schema.MANIFEST
    whole = file.read_bytes()
    before = open_run(copy, verify=False).manifest
    harmless = 0
    for place in range(0, len(whole), 3):
        data = bytearray(whole)
        data[place] ^= 4
        file.write_bytes(data)
        try:
            after = open_run(copy, verify=False).manifest
        except RunError:
            continue
        assert after == before, place  # white space, or another spelling of the same
        harmless += 1
    assert harmless < len(whole) / 10


def test_truncated_files_are_named(copy):
    for name in ("events.parquet", "manifest.json"):
        file = copy / name
        whole = file.read_bytes()
        for keep in (0, 1, len(whole) // 2, len(whole) - 1):
            file.write_bytes(whole[:keep])
            if name == "manifest.json" and keep == len(whole) - 1:
                continue  # the last newline
            with pytest.raises(RunError, match=name):
                open_run(copy)
        file.write_bytes(whole)
    open_run(copy)


def _rewrite(folder, change):
    file = folder / schema.MANIFEST
    content = json.loads(file.read_text())
    change(content)
    content.pop("sha256", None)
    file.write_bytes(sealed(content))


def test_another_schema_version_is_refused(copy):
    _rewrite(copy, lambda m: m.update(schema=99))
    with pytest.raises(RunError, match=r"schema 99.*newer"):
        open_run(copy)


def test_a_hostile_manifest_cannot_lead_outside(copy):
    def change(manifest):
        manifest["files"]["../../etc/passwd"] = {"sha256": "0" * 64}

    _rewrite(copy, change)
    with pytest.raises(RunError, match="etc/passwd"):
        open_run(copy)


def test_what_is_not_a_run_is_said_clearly(tmp_path, stored):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    other = tmp_path / "other"
    other.mkdir()
    (other / "manifest.json").write_text("{}")
    cases = {
        "missing": "no such folder",
        "empty": "is not a run",
        "file": "is a file",
        "other": "is not a run",
    }
    for name, words in cases.items():
        with pytest.raises(RunError, match=words):
            open_run(tmp_path / name)
    with pytest.raises(RunError, match=r"did you mean .*made-up-seed1"):
        open_run(stored.with_name("made-up-sed1"))


def test_the_folder_of_a_comparison_says_how_it_is_reported(tmp_path):
    for letter in "ab":
        (tmp_path / letter).mkdir()
        with pytest.raises(RunError) as told:
            open_run(tmp_path)
        assert "comparison" not in str(told.value)
        (tmp_path / letter / "study.json").write_text("{}")
    with pytest.raises(RunError, match=r"openiads report .*a --against .*b"):
        open_run(tmp_path)


def test_a_missing_file_is_named(copy):
    (copy / "threats.parquet").unlink()
    with pytest.raises(RunError, match=r"threats\.parquet is missing"):
        open_run(copy)


def test_a_foreign_parquet_file_is_refused(copy):
    """Digests made to fit, but the columns are not those of the table."""
    import hashlib  # noqa: PLC0415

    data = (copy / "sites.parquet").read_bytes()
    (copy / "threats.parquet").write_bytes(data)
    _rewrite(copy, lambda m: m["files"]["threats.parquet"].update(sha256=hashlib.sha256(data).hexdigest()))
    run = open_run(copy)
    with pytest.raises(RunError, match="no column"):
        run.threats  # noqa: B018


def test_unknown_table_suggests(stored):
    with pytest.raises(KeyError, match="did you mean 'events'"):
        open_run(stored).table("event")


def test_own_digest_does_not_depend_on_order():
    assert own_digest({"a": 1, "b": [2]}) == own_digest({"b": [2], "a": 1, "sha256": "x"})


def test_the_page_of_results_is_the_schema():
    page = (Path(__file__).parents[2] / "docs" / "results.md").read_text(encoding="utf-8")
    assert schema.markdown() in page
    for name in schema.TABLES:
        assert f"`{schema.file_of(name)}`" in page
