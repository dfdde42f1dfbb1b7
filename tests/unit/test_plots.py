"""Plots in a run: where they are asked for and only there, complete, measured as stated, and of no effect on anything else."""

import math
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pymap3d
import pytest
from support import exported, runs
from support.worlds import Field, spot

import openiads
from openiads.cli.tell import run_once
from openiads.engine import status
from openiads.export.plots import plots_of
from openiads.results import RunError, open_run, schema
from openiads.study.execute import execute, load
from openiads.study.tables import label

SHIPPED = Path(openiads.__file__).parent / "scenario" / "shipped"


@pytest.fixture(scope="module")
def content():
    return exported.with_plots()


@pytest.fixture(scope="module")
def plots(content):
    return content.run.plots.to_pandas().astype(dict.fromkeys(("radar", "kind", "reply", "truth"), object))


def test_columns_units_and_order(content, plots):
    stored = pq.read_schema(content.run.path / "plots.parquet")
    assert stored.names == [column.name for column in schema.PLOTS]
    for column in schema.PLOTS:
        notes = {k.decode(): v.decode() for k, v in (stored.field(column.name).metadata or {}).items()}
        assert notes["meaning"] == column.meaning and notes.get("unit", "") == column.unit
    assert stored.metadata[b"table"] == b"plots" and stored.metadata[b"seed"] == b"1"
    assert len(plots) == content.run.manifest["files"]["plots.parquet"]["rows"] > 10_000
    t_s = plots["t_s"].to_numpy()
    assert np.all(np.diff(t_s) >= 0.0) and t_s[0] >= 0.0 and t_s[-1] <= content.run.t_end_s
    assert set(plots["radar"]) == {site.id for site in content.sites if site.kind == "radar"}
    assert set(plots["kind"]) == {"target", "false"}
    assert set(plots["reply"].dropna()) == {"none", "friend", "civil"}
    assert plots.drop(columns=["truth", "track", "reply"]).notna().all(axis=None)
    assert np.isfinite(plots.select_dtypes("number").drop(columns="track")).all(axis=None)
    assert (plots[["range_sigma_m", "az_sigma_rad", "el_sigma_rad"]] > 0).all(axis=None)
    assert plots["el_rad"].abs().max() < math.pi / 2 and plots["az_rad"].abs().max() < math.pi + 0.1


def test_a_run_without_says_so():
    run = exported.quickstart().run
    assert not run.holds("plots") and exported.with_plots().run.holds("plots") and run.holds("events")
    with pytest.raises(RunError, match=r"the run holds no plots \(openiads run --plots keeps them\)"):
        run.plots  # noqa: B018
    with pytest.raises(KeyError, match="did you mean 'plots'"):
        run.table("plot")
    assert not (run.path / "plots.parquet").exists()


def test_the_command_line(tmp_path, monkeypatch, capsys):
    """`openiads run quickstart --plots`: the option goes all the way, and the manifest says how to make the run again."""
    monkeypatch.chdir(tmp_path)
    run_once("quickstart", 1, 0, None, False, "5 s", None, plots=True)
    assert capsys.readouterr().out
    run = open_run(next((tmp_path / "runs").iterdir()))
    assert run.manifest["command"].startswith("openiads run quickstart --seed 1 ") and run.manifest[
        "command"
    ].endswith("--plots")
    assert (run.path / "plots.parquet").read_bytes() == (
        exported.with_plots().run.path / "plots.parquet"
    ).read_bytes()


def test_everything_else_is_the_same(content):
    """Byte for byte: what is logged is read by nobody."""
    without = exported.quickstart().run
    for table in schema.TABLES:
        name = schema.file_of(table)
        assert (without.path / name).read_bytes() == (content.run.path / name).read_bytes(), name


def test_the_same_bytes_twice(content, tmp_path):
    again = execute(SHIPPED / "quickstart.yaml", 1, out=tmp_path / "again", sample_s=5.0, plots=True)
    assert (again / "plots.parquet").read_bytes() == (content.run.path / "plots.parquet").read_bytes()


def test_a_damaged_table_is_named(content, tmp_path):
    copy = shutil.copytree(content.run.path, tmp_path / "run")
    file = copy / "plots.parquet"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(RunError, match=r"plots\.parquet"):
        open_run(copy)
    file.unlink()
    with pytest.raises(RunError, match=r"plots\.parquet"):
        open_run(copy)


def test_every_track_of_a_radar_begins_with_plots(content, plots):
    """The plot that confirms a radar's own track: same radar, time, platform and number."""
    events = content.events_of("local track")
    track = plots["track"].astype("Int64")
    held = set(zip(plots["radar"], plots["t_s"], plots["truth"].fillna(""), track.fillna(-1), strict=True))
    for event in events:
        radar, _, number = event["via"].rpartition("/")
        assert radar == event["object"]
        assert (radar, event["t_s"], event["subject"] or "", int(number)) in held, event
    assert len(events) > 150
    earlier = plots.groupby(["radar", "track"], observed=True)["t_s"].count()
    assert all(earlier[e["object"], int(e["via"].rpartition("/")[2])] >= 3 for e in events), (
        "3 of 4 confirm it"
    )


def test_every_first_detection_has_its_plot(content, plots):
    """Its own, or that of the strongest echo in the same resolution cell: then the beam passed both within 0.2 s."""
    events = content.events_of("detection")
    targets = plots[plots["kind"] == "target"]
    by_radar = dict(list(targets.groupby("radar", observed=True)))
    own = 0
    for event in events:
        rows = by_radar[event["object"]]
        mine = rows[(rows["t_s"] == event["t_s"]) & (rows["truth"] == event["subject"])]
        own += len(mine)
        if not len(mine):
            late = (rows["t_s"] - event["t_s"]).abs() <= 0.2
            near = (rows["range_m"] - event["range_m"]).abs() <= 200.0 + 5.0 * rows["range_sigma_m"]
            assert (late & near).any(), event
    assert len(events) > own > 0.9 * len(events), "some flew in formation"
    first = {(event["subject"], event["object"]): event["t_s"] for event in events}
    seen = targets.groupby(["truth", "radar"], observed=True)["t_s"].min()
    assert all(t_s >= first[pair] for pair, t_s in seen.items()) and len(seen) > 100, "none before the first"


def test_false_plots_have_no_truth(content, plots):
    false = plots["kind"] == "false"
    assert 500 < false.sum() < len(plots) / 2
    assert plots.loc[false, "truth"].isna().all() and plots.loc[~false, "truth"].notna().all()
    assert not plots.loc[false, "dedicated"].any() and plots.loc[false, "reply"].isin(["none"]).mean() > 0.9
    assert set(plots.loc[~false, "truth"]) <= set(content.real)
    looks = plots[plots["dedicated"]]
    assert set(looks["radar"]) == {"GRAVE-1", "GRAVE-2"}, "the radars of fire units look at what they engage"


def test_errors_are_as_stated(content, plots):
    """Normalised errors of range, azimuth and elevation against the true position at that time.

    Mean squares within 4.5 standard deviations of 1 (of a chi-square over its number), means within 4.5 of 0, of each radar.
    Groups that fly closer than a radar can tell apart are left out: their plots lie between them.
    """
    found = plots_of(content)
    alone = np.array([(content.real[i].klass if isinstance(i, str) else "") in ("airliner", "transport", "bomber")
                      for i in plots["truth"]])  # fmt: skip
    place = (found.radar_lat_deg, found.radar_lon_deg, found.radar_alt_m)
    at = np.array(
        [
            content.ecef_at(content.real[i], t)[0]
            for i, t in zip(plots["truth"][alone], plots["t_s"][alone], strict=True)
        ]
    )
    az, el, range_m = pymap3d.ecef2aer(*at.T, *(column[alone] for column in place))
    part = plots[alone]
    off_az = (part["az_rad"] - np.radians(az) + np.pi) % (2.0 * np.pi) - np.pi
    errors = np.stack([
        (part["range_m"] - range_m) / part["range_sigma_m"], off_az / part["az_sigma_rad"],
        (part["el_rad"] - np.radians(el)) / part["el_sigma_rad"],
    ])  # fmt: skip
    for radar in ("BIG-BIRD", "CHEESE", "GRAVE-1", "GRAVE-2"):
        own = errors[:, (part["radar"] == radar).to_numpy()]
        n = own.shape[1]
        assert n > 90
        assert np.abs((own**2).mean(axis=1) - 1.0).max() < 4.5 * math.sqrt(2.0 / n), radar
        assert np.abs(own.mean(axis=1)).max() < 4.5 / math.sqrt(n), radar
        assert np.abs(own).max() < 5.0, radar
    assert np.abs(np.corrcoef(errors) - np.eye(3)).max() < 4.5 / math.sqrt(errors.shape[1]), "independent"


@pytest.mark.parametrize("name", ["quickstart", "reference-raid"])
def test_the_log_never_overflows(name, tmp_path):
    run = exported.with_plots().run if name == "quickstart" else None
    if run is None:
        run = open_run(execute(SHIPPED / f"{name}.yaml", out=tmp_path / name, sample_s=60.0, plots=True))
    assert run.manifest["status"] == {"bits": 0, "messages": [], "usable": True}
    assert run.plots.num_rows > 10_000


def test_a_log_that_is_too_small_says_so(compiled_engine):
    """The bit can be set: a World whose log has three rows."""
    world = small()[0]
    outcome = compiled_engine(world._replace(plot_log=world.plot_log[:3].copy()), 1)
    assert outcome.status & status.PLOT_LOG_OVERFLOW and len(outcome.plot) > 0
    assert "the log of plots was full; later plots are missing" in status.translate(outcome.status)
    whole = compiled_engine(world, 1)
    assert not whole.status & status.PLOT_LOG_OVERFLOW and len(whole.plot) > len(outcome.plot)
    assert runs.differences(whole, outcome).splitlines() == [
        f"status {whole.status} | {outcome.status}, end {whole.t_end_s} | {outcome.t_end_s}"
    ], "nothing but the log and the bit"


def small(plots=True):
    f = Field(60.0, sample_s=10.0)
    f.plots = plots
    f.post()
    f.radar("S", "point-defence-radar", spot(200.0, 1000.0))
    f.fire_unit("B", spot(90.0, 800.0), {"9M96E": (4, 0)})
    f.flight("D", "one-way-drone", [spot(10.0, 14e3, 600.0)], target=f.asset("A", spot(180.0, 2000.0)))
    return f.finish()


def test_only_where_the_world_keeps_them(compiled_engine):
    world, names = small(plots=False)
    outcome = compiled_engine(world, 1)
    assert len(world.plot_log) == 0 and outcome.plot is None and "plots" not in label(outcome, names)
    world, names = small()
    kept = compiled_engine(world, 1)
    assert not runs.differences(kept, outcome), "nothing else changes"
    table = label(kept, names)["plots"]
    assert table.num_rows == len(kept.plot) > 20 and table.column_names == [c.name for c in schema.PLOTS]


def test_the_room_is_for_every_shipped_radar():
    """A World that keeps plots has room for them between two times that they are taken out, and one that does not has none."""
    for name in ("quickstart", "reference-raid"):
        kept = load(SHIPPED / f"{name}.yaml", plots=True).compiled.world
        assert len(kept.plot_log) > 1_000 and len(load(SHIPPED / f"{name}.yaml").compiled.world.plot_log) == 0
