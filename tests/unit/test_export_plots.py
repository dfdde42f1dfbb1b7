"""Plots in the exports: ASTERIX 048 (Wireshark, libasterix, asterix-decoder), plots.csv (Stone Soup), tables; and runs without."""

import dataclasses
import datetime as dt
import json
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pymap3d
import pytest
from support import exported, readers
from test_export_asterix import day_s, fields

from openiads.cli.export import export_any
from openiads.export import asterix, asterix_items, asterix_plots, stonesoup, tables
from openiads.export.out import ExportError
from openiads.export.plots import plots_of, radar_numbers, without
from openiads.results import schema

NM_M, FOOT_M = 1852.0, 0.3048
NAMES = ("010_SIC", "140_VALUE", "020_TYP", "020_SIM", "040_RHO", "040_THETA")


@pytest.fixture(scope="module")
def content():
    return exported.with_plots()


@pytest.fixture(scope="module")
def plots(content):
    return content.run.plots.to_pandas().astype(dict.fromkeys(("radar", "kind", "reply", "truth"), object))


@pytest.fixture(scope="module")
def capture(content, tmp_path_factory):
    path = tmp_path_factory.mktemp("asterix") / "p.pcap"
    number = asterix.write(content, path)
    assert number == sum(records for _, _, records in asterix.blocks(content))
    return path


def kinds(plots):
    return np.where(plots["reply"].isin(["friend", "civil"]), 3, 1)


def angles_off_deg(degrees, plots):
    return np.abs((np.array(degrees, float) - np.degrees(plots["az_rad"]) + 180.0) % 360.0 - 180.0)


def test_wireshark_sees_every_plot(content, plots, capture):
    assert not readers.tshark(capture, "-Y", "_ws.malformed || _ws.expert")[:3]
    sic, time, typ, sim, rho, theta = fields(capture, 48, [f"asterix.048_{name}" for name in NAMES])
    assert len(sic) == len(plots) > 10_000 and set(sim) <= {"1", "True"}
    numbers = radar_numbers(content)
    assert [int(s, 0) for s in sic] == [numbers[radar] for radar in plots["radar"]]
    assert np.abs(np.array(time, float) - day_s(content, plots["t_s"])).max() <= 1 / 256 + 1e-6
    assert [int(t, 0) for t in typ] == list(kinds(plots))
    near = plots["range_m"] < 65_535.5 / 256 * NM_M
    rho_m = np.array(rho, float) * NM_M
    assert np.abs(rho_m - plots["range_m"])[near].max() <= NM_M / 512 + 1e-6 and near.mean() > 0.9
    assert (rho_m[~near] == 65_535 / 256 * NM_M).all()
    assert angles_off_deg(theta, plots).max() <= 180.0 / 65_536 + 1e-6
    (own,) = fields(capture, 48, ["asterix.048_161_TRN"])
    assert [int(n) for n in own] == [int(n) % 4096 for n in plots["track"].dropna()], (
        "no number where none took it"
    )
    (mode_4,) = fields(capture, 48, ["asterix.048_020_FOEFRI"])
    wanted = plots["reply"].map({"friend": 1, "civil": 3, "none": 3})
    assert [int(m) for m in mode_4] == [int(m) for m in wanted.fillna(0)[wanted.notna() | ~near]]
    assert not any(fields(capture, 48, ["asterix.048_070"])), "no Mode 3/A"


def test_what_was_measured_and_not_the_truth(content, plots, capture):
    """Range and azimuth of the file differ from those of the platform as much as the radar errs; false plots are in it too."""
    _, _, _, _, rho, theta = fields(capture, 48, [f"asterix.048_{name}" for name in NAMES])
    found = plots_of(content)
    big = (
        (plots["radar"] == "BIG-BIRD") & (plots["kind"] == "target") & (plots["range_m"] < 450e3)
    ).to_numpy()
    at = np.array(
        [
            content.ecef_at(content.real[i], t)[0]
            for i, t in zip(plots["truth"][big], plots["t_s"][big], strict=True)
        ]
    )
    place = (found.radar_lat_deg[big], found.radar_lon_deg[big], found.radar_alt_m[big])
    az, _, range_m = pymap3d.ecef2aer(*at.T, *place)
    assert 80.0 < np.std(np.array(rho, float)[big] * NM_M - range_m) < 150.0, "metres; its floor is 100 m"
    off = (np.array(theta, float)[big] - az + 180.0) % 360.0 - 180.0
    assert 0.1 < np.std(off) < 0.3, "degrees; its floor is 0.15"
    assert len(rho) - len(plots[plots["kind"] == "target"]) > 500


def test_heights_follow_from_range_and_elevation(content, plots, capture):
    (heights,) = fields(capture, 48, ["asterix.048_110_3DH"])
    found = plots_of(content)
    flat = (np.degrees(plots["az_rad"]), np.degrees(plots["el_rad"]), plots["range_m"])
    lat, lon, alt = pymap3d.aer2geodetic(*flat, found.radar_lat_deg, found.radar_lon_deg, found.radar_alt_m)
    fits = np.abs(alt / (25 * FOOT_M)) < 8191
    assert len(heights) == fits.sum()
    assert np.abs(np.array(heights, float) * FOOT_M - alt[fits]).max() <= 12.5 * FOOT_M + 0.01
    x, y, z = pymap3d.geodetic2ecef(lat, lon, alt)
    assert np.abs(np.stack([found.x_m - x, found.y_m - y, found.z_m - z])).max() < 0.01


def test_libasterix_says_the_same(content, plots):
    base = pytest.importorskip("asterix.base", reason="pip install libasterix")
    generated = pytest.importorskip("asterix.generated")
    rows = list(plots.itertuples())
    place, far, read = 0, 0, 0
    for number, (_, data, records) in enumerate(
        block for block in asterix.blocks(content) if block[1][0] == 48
    ):
        own = rows[place : place + records]
        place += records
        if number % 20 and max(row.range_m for row in own) < 256 * NM_M:
            continue  # it takes its time
        (raw,) = base.RawDatablock.parse(base.Bits.from_bytes(data))
        parsed = generated.Cat_048_1_32.cv_uap.parse(raw.get_raw_records())
        assert raw.get_category() == 48 and not isinstance(parsed, ValueError)
        for row, record in zip(own, parsed, strict=True):
            polar = record.get_item("040").variation
            rho, theta = (polar.get_item(n).variation.content.as_quantity() for n in ("RHO", "THETA"))
            steps = round(row.range_m / NM_M * 256)
            assert round(rho * 256) == min(steps, 65_535)
            assert abs((theta - math.degrees(row.az_rad) + 180) % 360 - 180) <= 180 / 65_536 + 1e-9
            assert (record.get_item("161") is None) == math.isnan(row.track)
            assert record.get_item("070") is None
            expansion = record.get_item("RE")
            assert (expansion is not None) == (steps > 65_535)
            if expansion is not None:
                assert record.get_item("020").variation.get_item("ERR").variation.content.as_uint() == 1
                inner, rest = generated.Ref_048_1_13.cv_expansion.parse(
                    base.Bits.from_bytes(expansion.variation.get_bytes())
                )
                assert len(rest) == 0
                assert round(inner.get_item("ERR").variation.content.as_quantity() * 256) == steps
                far += 1
            read += 1
    assert place == len(plots) and read > 500 and far > 10


def test_asterix_decoder_says_the_same(content, plots, capture):
    told = readers.output(readers.python("asterix"), readers.HERE / "read_asterix.py", capture)
    found = pd.DataFrame([one for one in map(json.loads, told.splitlines()) if one["category"] == 48])
    near = plots["range_m"] < 65_535.5 / 256 * NM_M
    found, plots = found[found["sic"].notna()], plots[near]  # it knows no expansion field (edition 1.21)
    plots = plots.reset_index(drop=True)
    found = found.reset_index(drop=True)
    assert len(found) == len(plots) > 10_000 and set(found["sim"]) == {1}
    assert list(found["sic"]) == [radar_numbers(content)[radar] for radar in plots["radar"]]
    assert np.abs(found["plot"] - day_s(content, plots["t_s"])).max() <= 1 / 256 + 1e-6
    assert np.abs(found["rho"] * NM_M - plots["range_m"]).max() <= NM_M / 512 + 1e-6
    assert angles_off_deg(found["theta"], plots).max() <= 180.0 / 65_536 + 1e-6
    assert list(found["kind"]) == list(kinds(plots))
    assert list(found["own"].dropna()) == [n % 4096 for n in plots["track"].dropna()]


def test_service_messages_and_tracks_stay_as_they_are(content):
    """Plots are added and nothing else: the records of 034 and 062 are those of the run without."""

    def others(of):
        return [(t, data) for t, data, _ in asterix.blocks(of) if data[0] != 48]

    def joined(found):
        return b"".join(data[3:] for _, data in found)

    mine, without_plots = others(content), others(exported.quickstart())
    for category in (34, 62):
        one, other = ([b for b in found if b[1][0] == category] for found in (mine, without_plots))
        assert joined(one) == joined(other) and len(one) > 100


def test_in_order_of_time(content):
    times = [t_s for t_s, _, _ in asterix.blocks(content)]
    assert times == sorted(times)


def test_items_beyond_their_ends():
    assert asterix_items.target_report(1, False, 0) == bytes([0b0011_0000])
    assert asterix_items.target_report(3, True, 1) == bytes([0b0111_0001, 0b0100_0010])
    assert asterix_items.extended_range(65_536) == bytes([5, 8, 1, 0, 0])
    assert asterix_items.extended_range(1 << 30) == bytes([5, 8, 255, 255, 255])
    assert asterix_plots._height(8191 * 7.62) == bytes([0x1F, 0xFF])
    assert asterix_plots._height(-7.62) == bytes([0x3F, 0xFF])
    assert asterix_plots._height(8192 * 7.62) is None and asterix_plots._height(math.nan) is None


# --- Stone Soup ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def soup(content, tmp_path_factory):
    made = list(stonesoup.write(content, tmp_path_factory.mktemp("soup")))
    assert [path.name for path, _ in made] == ["truth.csv", "tracks.csv", "plots.csv"]
    return {path.stem: path for path, _ in made}


def test_the_file(content, plots, soup):
    table = pd.read_csv(soup["plots"], keep_default_na=False, na_values=[""])
    assert list(table.columns) == list(stonesoup.PLOT_COLUMNS) and len(table) == len(plots)
    assert table["t_s"].is_monotonic_increasing
    for name, digits in stonesoup.PLOT_COLUMNS.items():
        if name not in plots.columns:
            continue
        if digits is None:
            assert table[name].astype(object).where(table[name].notna(), None).tolist() == (
                plots[name].astype(object).where(plots[name].notna(), None).tolist()
            ), name
        else:
            assert np.abs(table[name] - plots[name]).max() <= 0.51 * 10.0**-digits, name
    found = plots_of(content)
    lat0, lon0 = np.degrees(asterix.reference(content))
    east, north, up = pymap3d.ecef2enu(found.x_m, found.y_m, found.z_m, lat0, lon0, 0.0)
    away = np.stack([table["east_m"] - east, table["north_m"] - north, table["up_m"] - up])
    assert np.abs(away).max() < 0.011


def test_stone_soup_reads_the_plots(content, plots, soup):
    generic = pytest.importorskip("stonesoup.reader.generic", reason="pip install stonesoup")
    reader = generic.CSVDetectionReader(soup["plots"], ("east_m", "north_m", "up_m"), "time")
    read = [detection for _, detections in reader for detection in detections]
    assert len(read) == len(plots)
    first = content.when(0.0).replace(tzinfo=None)
    times = [(one.timestamp - first).total_seconds() for one in read]
    assert np.abs(np.sort(times) - plots["t_s"]).max() < 1.1e-6
    assert {one.metadata["radar"] for one in read} == set(plots["radar"])


def test_a_stone_soup_filter_follows_one_radar(content, plots, soup, tmp_path):
    """An unscented filter of Stone Soup, fed with elevation, azimuth and range of one radar with their sigmas, in the plane of that
    radar: it is nearer to the truth than the plots, and its covariance has the right size."""
    generic = pytest.importorskip("stonesoup.reader.generic", reason="pip install stonesoup")
    from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRange  # noqa: PLC0415
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity  # noqa: PLC0415
    from stonesoup.predictor.kalman import UnscentedKalmanPredictor  # noqa: PLC0415
    from stonesoup.types.angle import Bearing, Elevation  # noqa: PLC0415
    from stonesoup.types.hypothesis import SingleHypothesis  # noqa: PLC0415
    from stonesoup.types.state import GaussianState, StateVector  # noqa: PLC0415
    from stonesoup.updater.kalman import UnscentedKalmanUpdater  # noqa: PLC0415

    table = pd.read_csv(soup["plots"])
    airliners = {m.id for m in content.movers if m.klass == "airliner"}
    cheese = table[(table["radar"] == "CHEESE") & table["truth"].isin(airliners)]
    target = cheese.groupby("truth").size().idxmax()
    chosen = cheese[cheese["truth"] == target]
    one = tmp_path / "one.csv"
    chosen.to_csv(one, index=False)
    place = chosen[["radar_lat_deg", "radar_lon_deg", "radar_alt_m"]].iloc[0]
    reader = generic.CSVDetectionReader(one, ("el_rad", "az_rad", "range_m"), "time")
    model = CombinedLinearGaussianTransitionModel([ConstantVelocity(1.0)] * 3)
    predictor, updater = UnscentedKalmanPredictor(model), UnscentedKalmanUpdater(None)
    state, filtered, measured, nees = None, [], [], []
    for when, detections in reader:
        (detection,) = detections
        el, az, range_m = (float(v) for v in detection.state_vector.ravel())
        sigma = [
            float(detection.metadata[f"{name}_sigma_{unit}"])
            for name, unit in (("el", "rad"), ("az", "rad"), ("range", "m"))
        ]
        detection.state_vector = StateVector([Elevation(el), Bearing(az), range_m])
        # Axes north, east, up: then Stone Soup's bearing, from the first axis to the second, is the azimuth.
        detection.measurement_model = CartesianToElevationBearingRange(6, (0, 2, 4), np.diag(sigma) ** 2)
        plot = range_m * np.array([math.cos(el) * math.cos(az), math.cos(el) * math.sin(az), math.sin(el)])
        if state is None:
            wide = np.diag([2000.0, 300.0] * 3) ** 2
            state = GaussianState(np.stack([plot, np.zeros(3)], 1).reshape(6, 1), wide, timestamp=when)
        else:
            state = updater.update(SingleHypothesis(predictor.predict(state, timestamp=when), detection))
        t_s = (when - content.when(0.0).replace(tzinfo=None)).total_seconds()
        east, north, up = pymap3d.ecef2enu(*content.ecef_at(content.real[target], t_s)[0], *place)
        off = np.array(state.state_vector, float).ravel()[[0, 2, 4]] - [north, east, up]
        filtered.append(float(np.linalg.norm(off)))
        measured.append(float(np.linalg.norm(plot - [north, east, up])))
        nees.append(
            float(off @ np.linalg.solve(np.array(state.covar, float)[np.ix_([0, 2, 4], [0, 2, 4])], off))
        )
    assert len(filtered) > 50
    settled = slice(10, None)
    rms = [math.sqrt(np.mean(np.square(x[settled]))) for x in (filtered, measured)]
    assert rms[0] < 0.9 * rms[1], "nearer than the plots"
    assert rms[0] < 1000.0
    assert 0.7 < np.mean(nees[settled]) < 6.0, "of 3 degrees of freedom"


# --- all of them ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["csv", "parquet"])
def test_the_tables_have_them(content, plots, tmp_path, to):
    made = {path.stem: (path, rows) for path, rows in tables.write(content.run, to, tmp_path)}
    assert list(made) == [*schema.TABLES, "plots"] and made["plots"][1] == len(plots)
    read = pd.read_csv(made["plots"][0]) if to == "csv" else pd.read_parquet(made["plots"][0])
    assert list(read.columns) == [column.name for column in schema.PLOTS]
    assert (read["range_m"] == plots["range_m"]).all() and (read["az_rad"] == plots["az_rad"]).all()
    assert read["truth"].isna().sum() == plots["truth"].isna().sum()


@pytest.mark.parametrize("to", ["asterix", "stonesoup", "csv", "parquet"])
def test_without_plots_one_line_says_how_to_make_them(to, tmp_path, capsys):
    run = exported.quickstart().run
    export_any(run.path, to, tmp_path / "out", False, None, None)
    told = capsys.readouterr()
    assert told.err == "no plots: the run holds none; openiads run quickstart --seed 1 --plots keeps them\n"
    assert "/plots." not in told.out and without(exported.with_plots().run, to) == ""
    export_any(exported.with_plots().run.path, to, tmp_path / "with", False, None, None)
    assert capsys.readouterr().err == ""
    assert without(run, "kml") == "", "plots do not go there"
    made = dataclasses.make_dataclass("R", ["manifest", "holds"])(
        {"command": "openiads run x --seed 7"}, lambda _: False
    )
    assert without(made, to).endswith("; openiads run x --seed 7 --plots keeps them")


@pytest.mark.parametrize("to", ["stonesoup", "csv"])
def test_plots_of_another_run_are_not_left_among_the_files(tmp_path, to):
    export_any(exported.with_plots().run.path, to, tmp_path / "out", False, None, None)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    with pytest.raises(ExportError, match=r"plots\.csv is of another run, and this one holds no plots"):
        export_any(exported.quickstart().run.path, to, tmp_path / "out", True, None, None)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_places_that_are_not_known(content):
    """A radar on its way between places that a run does not hold."""
    site = next(site for site in content.sites if site.id == "CHEESE")
    ready = [{"subject": "CHEESE", "detail": "ready", "t_s": t} for t in (300.0, 700.0)]
    moved = dataclasses.replace(site, places=(site.places[0], (700.0, 31.0, -41.0, 10.0)))
    fake = SimpleNamespace(
        run=content.run,
        events_of=lambda *_: ready,
        sites=[moved if s.id == "CHEESE" else s for s in content.sites],
    )
    found = plots_of(fake)
    t_s, radar = found.table["t_s"], np.array(found.table["radar"], object)
    unknown = np.isnan(found.x_m)
    assert not unknown[radar == "GRAVE-2"].any()
    cheese = radar == "CHEESE"
    assert (unknown[cheese] == ((t_s >= 300.0) & (t_s < 700.0))[cheese]).all()
    assert set(np.round(found.radar_lat_deg[cheese & ~unknown & (t_s > 700.0)], 6)) == {31.0}


def test_the_clock_has_microseconds(soup):
    first = pd.read_csv(soup["plots"], nrows=1).iloc[0]
    assert dt.datetime.fromisoformat(first["time"]).microsecond / 1e6 == pytest.approx(
        first["t_s"] % 1.0, abs=1.1e-6
    )
