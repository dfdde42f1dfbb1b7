"""CSV, Parquet, the files for Stone Soup and SIMDIS: read back by DuckDB, pandas, Stone Soup; SIMDIS by its public description."""

import datetime as dt
import shlex

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pymap3d
import pytest
import synthetic_run
from support import exported

from openiads.export import simdis, stonesoup, tables
from openiads.export.content import MISSILE, PLATFORM, TRACK
from openiads.results import schema

FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


@pytest.fixture(scope="module")
def content():
    return exported.quickstart()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return exported.made_up(synthetic_run, tmp_path_factory.mktemp("made") / "made")


@pytest.mark.parametrize("to", ["csv", "parquet"])
def test_duckdb_reads_every_table(content, hostile, tmp_path, to):
    duckdb = pytest.importorskip("duckdb", reason="pip install duckdb")
    for name, run in (("q", content.run), ("m", hostile.run)):
        made = list(tables.write(run, to, tmp_path / name, False))
        assert [path.name for path, _ in made] == [f"{table}.{to}" for table in schema.TABLES]
        for path, rows in made:
            options = ", header=true, all_varchar=true" if to == "csv" else ""
            found = duckdb.sql(f"select * from read_{to}('{path}'{options})").arrow()
            found = found.read_all() if hasattr(found, "read_all") else found
            stored = run.table(path.stem)
            assert found.num_rows == rows == stored.num_rows and found.column_names == stored.column_names
            for column in stored.column_names:
                own = stored[column].to_pylist()
                other = found[column].to_pylist()
                if to == "csv":
                    other = [_value(text, own_value) for text, own_value in zip(other, own, strict=True)]
                assert other == own, f"{path.name} {column}"


def _value(text, like):
    """A text of a CSV file as a value of the kind that was stored; floats are written so that they come back the same."""
    if text is None or (text == "" and like is None):
        return None
    if isinstance(like, bool):
        return text == "true"
    return type(like)(text) if like is not None else text


def test_units_stand_in_the_names_and_in_the_metadata(content, tmp_path):
    list(tables.write(content.run, "parquet", tmp_path, False))
    seen = 0
    for table, columns in schema.TABLES.items():
        found = pq.read_schema(tmp_path / f"{table}.parquet")
        for column in columns:
            field = found.field(column.decoded or column.name)
            notes = {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}
            assert notes["meaning"] == column.meaning and notes.get("unit", "") == column.unit
            if column.unit:
                assert field.name.endswith("_" + column.unit.replace("m/s", "mps")), field.name
                seen += 1
    assert seen > 40


def test_stone_soup_reads_truth_and_tracks(content, tmp_path):
    generic = pytest.importorskip("stonesoup.reader.generic", reason="pip install stonesoup")
    files = dict(zip(("truth", "tracks"), (p for p, _ in stonesoup.write(content, tmp_path)), strict=True))
    position = ("x_m", "y_m", "z_m")
    for name, kinds in (("truth", (PLATFORM, MISSILE)), ("tracks", (TRACK,))):
        reader = generic.CSVGroundTruthReader(
            files[name], position, "time", path_id_field="id", time_field_format=FORMAT
        )
        paths = {path.id: path for _, updated in reader for path in updated}
        movers = {mover.id: mover for mover in content.movers if mover.kind in kinds}
        assert paths.keys() == movers.keys()
        for ident, mover in movers.items():
            states = np.array([state.state_vector.ravel() for state in paths[ident]], float)
            stored = np.stack([c[mover.rows] for c in (content.x_m, content.y_m, content.z_m)], axis=1)
            assert np.abs(states - stored).max() < 1e-6
            first = content.when(content.t_s[mover.rows.start]).replace(tzinfo=None)
            assert abs(paths[ident][0].timestamp - first) < dt.timedelta(milliseconds=1)
            held = paths[ident][-1].metadata["identity"]
            assert held == (mover.side if kinds != (TRACK,) else content.held[mover.rows.stop - 1])


def test_hostile_names_for_stone_soup(hostile, tmp_path):
    truth, _ = (path for path, _ in stonesoup.write(hostile, tmp_path))
    table = pd.read_csv(truth)
    assert exported.HOSTILE in set(table["id"]) and len(table) == sum(
        1 for _ in hostile.in_time(PLATFORM, MISSILE)
    )


def test_the_local_plane(content, tmp_path):
    files = [path for path, _ in stonesoup.write(content, tmp_path)]
    lat0, lon0 = np.degrees(stonesoup.reference(content))
    for path in files:
        t = pd.read_csv(path)
        assert list(t.columns) == list(stonesoup.COLUMNS) and t["t_s"].is_monotonic_increasing
        e, n, u = pymap3d.ecef2enu(t.x_m, t.y_m, t.z_m, lat0, lon0, 0.0)
        away = np.abs(np.stack([t.east_m - e, t.north_m - n, t.up_m - u]))
        assert away.max() < 0.011, "centimetres"


def test_a_stone_soup_tracker_runs_on_the_tracks(content, tmp_path):
    """A Kalman filter of Stone Soup, fed with the fused positions of one track, stays near the truth of the same file set."""
    generic = pytest.importorskip("stonesoup.reader.generic", reason="pip install stonesoup")
    from stonesoup.models.measurement.linear import LinearGaussian  # noqa: PLC0415
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity  # noqa: PLC0415
    from stonesoup.predictor.kalman import KalmanPredictor  # noqa: PLC0415
    from stonesoup.types.hypothesis import SingleHypothesis  # noqa: PLC0415
    from stonesoup.types.state import GaussianState  # noqa: PLC0415
    from stonesoup.updater.kalman import KalmanUpdater  # noqa: PLC0415

    truth_file, track_file = (path for path, _ in stonesoup.write(content, tmp_path))
    tracks = pd.read_csv(track_file)
    truth_of = content.run.trajectories.to_pandas().query("kind == 'track'").groupby("id", observed=True)["truth"].agg(
        lambda column: column.mode().iloc[0] if column.notna().any() else None
    )  # fmt: skip
    airliners = {m.id for m in content.movers if m.klass == "airliner"}
    own = [
        i
        for i in tracks.groupby("id").size().sort_values(ascending=False).index
        if truth_of.get(i) in airliners
    ]
    name = own[0]
    one = tmp_path / "one.csv"
    tracks[tracks["id"] == name].to_csv(one, index=False)
    reader = generic.CSVDetectionReader(one, ("east_m", "north_m"), "time")
    model = CombinedLinearGaussianTransitionModel([ConstantVelocity(5.0)] * 2)
    measure = LinearGaussian(4, (0, 2), np.diag([60.0**2] * 2))
    predictor, updater = KalmanPredictor(model), KalmanUpdater(measure)
    state, estimates = None, {}
    for when, detections in reader:
        (detection,) = detections
        detection.measurement_model = measure
        if state is None:
            east, north = (float(v) for v in detection.state_vector.ravel())
            state = GaussianState(
                [[east], [0], [north], [0]], np.diag([60.0, 300.0, 60.0, 300.0]) ** 2, timestamp=when
            )
        else:
            state = updater.update(SingleHypothesis(predictor.predict(state, timestamp=when), detection))
        estimates[when] = state.state_vector.ravel()
    truth = pd.read_csv(truth_file).query(f"id == '{truth_of[name]}'")
    truth = {
        dt.datetime.fromisoformat(w).replace(tzinfo=None): (e, n)
        for w, e, n in zip(truth.time, truth.east_m, truth.north_m, strict=True)
    }
    off = [
        np.hypot(estimates[w][0] - truth[w][0], estimates[w][2] - truth[w][1])
        for w in list(estimates)[10:]
        if w in truth
    ]
    assert len(off) > 50
    assert np.median(off) < 300.0, "the command post's own track is about that good"


#: Commands that the public example reader knows or passes over, with the number of values that follow.
SIMDIS = {
    "Version": 1, "ReferenceYear": 1, "DegreeAngles": 1, "CoordSystem": 1, "RefLLA": 3,
    "PlatformID": 1, "PlatformName": 2, "PlatformType": 2, "PlatformIcon": 2, "PlatformFHN": 2, "PlatformData": 11,
}  # fmt: skip


def test_simdis_by_its_description(content, hostile, tmp_path):
    """No reader of this format is to be had; so the commands, their values and their order are checked, and the positions."""
    for name, run in (("q", content), ("m", hostile)):
        path = tmp_path / f"{name}.asi"
        simdis.write(run, path)
        known, names, data = set(), {}, {}
        first, *lines = path.read_text(encoding="utf-8").splitlines()
        assert first.startswith("# "), "the title, as a comment"
        for line in lines:
            word, *values = shlex.split(line) if '"' in line else line.split()
            assert len(values) == SIMDIS[word], line
            if word == "PlatformID":
                known.add(values[0])
            elif word.startswith("Platform"):
                assert values[0] in known, "a platform is named before anything is said of it"
            if word == "PlatformName":
                names[values[0]] = values[1]
            if word == "PlatformData":
                data.setdefault(values[0], []).append([float(v) for v in values[1:]])
        assert len(names) == len(run.movers) + len(run.sites) and data.keys() == names.keys()
        year = dt.datetime(run.start.year, 1, 1, tzinfo=dt.UTC)
        for mover in run.movers:
            rows = np.array(data[str(mover.number)])
            assert exported.away_m(run, mover.rows, rows[:, 1], rows[:, 2], rows[:, 3]).max() < 0.006
            offset_s = (run.start - year).total_seconds()
            assert np.abs(rows[:, 0] - offset_s - run.t_s[mover.rows]).max() < 6e-4
            v = pymap3d.ecef2enuv(
                run.vx_mps[mover.rows], run.vy_mps[mover.rows], run.vz_mps[mover.rows], rows[:, 1], rows[:, 2]
            )
            assert np.abs(np.stack(v, axis=1) - rows[:, 7:10]).max() < 0.006
        for site in run.sites:
            assert len(data[str(site.number)]) == len(site.places)
            assert (data[str(site.number)][0][0] == -1.0) == (len(site.places) == 1), (
                "what stands still has the time -1"
            )
    assert names["1"] == exported.HOSTILE.replace('"', "'").replace("\\", "/")
