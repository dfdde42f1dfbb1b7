"""T-07: the measures of the tracks of one replication, against Stone Soup on the same tracks and truth.

Tracks, truth and which belongs to which are handed over; the library computes GOSPA and SIAP. Counts and errors must agree to
rounding (1e-9 relative). Stone Soup holds an object for tracked between two looks when both ends are, this package when the later
one is (see siap): so the longest segment may differ by one look per object and track.
"""

# ruff: noqa: PLC0415  (Stone Soup only where it is used)
import sys
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import studies

import openiads
from openiads.agents.watching import WatchedEngine
from openiads.analysis.track_quality import CUT_OFF_M, ORDER, estimates, quality
from openiads.analysis.tracking_metrics import full_matrix, siap, siap_sums
from openiads.doctrine.standard import decide
from openiads.engine.run import Engine
from openiads.study.design import StudyError
from openiads.study.execute import load

START = datetime(2000, 1, 1)
EVERY_S = 10.0


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    world = load(studies.write(tmp_path_factory.mktemp("tracks")), 0.0).compiled.world
    engine = WatchedEngine(world, decide, EVERY_S)
    return world, engine, engine.run(1, 3), list(engine.looks)


def test_being_looked_at_changes_nothing(watched):
    world, _, outcome, looks = watched
    plain = Engine(world, decide).run(1, 3)
    for name in ("event", "platform_state", "round", "site_state", "magazine_state", "radar_state"):
        assert getattr(outcome, name).tobytes() == getattr(plain, name).tobytes(), name
    assert [look.t_s for look in looks] == [EVERY_S * k for k in range(len(looks))]


def test_truth_and_tracks_are_those_of_the_samples(watched, tmp_path):
    """The engine's own sample log at the same times: to rounding (1e-6 m)."""
    _, _, _, looks = watched
    sampled = load(studies.write(tmp_path), EVERY_S).compiled.world
    sample = Engine(sampled, decide).run(1, 3).sample
    for look in looks:
        now = sample[sample.t_s == look.t_s]
        truth = now[now.kind == 0]
        assert set(look.platform) <= set(truth.index)  # what was killed at the end of the step is gone
        rows = {int(r.index): r for r in truth}
        for p, state in zip(look.platform, look.platform_state, strict=True):
            assert state == pytest.approx(
                [rows[p][n] for n in ("x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps")], abs=1e-6
            )
        tracks = {int(r.index): r for r in now if r.kind != 0 and r.sigma_m == r.sigma_m}
        for number, state in zip(look.number, look.track_state, strict=True):
            assert state[:3] == pytest.approx(
                [tracks[number].x_m, tracks[number].y_m, tracks[number].z_m], abs=1e-6
            )
    assert sum(len(look.number) for look in looks) > 50


def test_against_stone_soup(watched):
    pytest.importorskip("stonesoup", reason="needs Stone Soup: pip install stonesoup")
    from stonesoup.measures import Euclidean
    from stonesoup.metricgenerator.manager import MultiManager
    from stonesoup.metricgenerator.ospametric import GOSPAMetric
    from stonesoup.metricgenerator.tracktotruthmetrics import SIAPMetrics
    from stonesoup.types.association import AssociationSet, TimeRangeAssociation
    from stonesoup.types.groundtruth import GroundTruthPath, GroundTruthState
    from stonesoup.types.state import State
    from stonesoup.types.time import TimeRange
    from stonesoup.types.track import Track

    world, _, _, looks = watched
    n = len(world.platform)
    times = [START + timedelta(seconds=look.t_s) for look in looks]
    truths, tracks, held = {}, {}, {}
    for k, (look, now) in enumerate(zip(looks, times, strict=True)):
        there = set(look.platform.tolist())
        for p, state in zip(look.platform.tolist(), look.platform_state, strict=True):
            truths.setdefault(p, GroundTruthPath()).append(GroundTruthState(state[:, None], timestamp=now))
        for number, owner, state in zip(
            look.number.tolist(), look.owner.tolist(), look.track_state, strict=True
        ):
            tracks.setdefault(number, Track()).append(State(state[:, None], timestamp=now))
            if owner in there:
                held.setdefault((owner, number), []).append(k)
    associations = set()
    for (owner, number), rows in held.items():
        for part in np.split(np.array(rows), np.flatnonzero(np.diff(rows) > 1) + 1):
            span = TimeRange(times[part[0]], times[part[-1]] + timedelta(seconds=1))
            associations.add(TimeRangeAssociation({truths[owner], tracks[number]}, span))
    siap_of = SIAPMetrics(position_measure=Euclidean((0, 1, 2)), velocity_measure=Euclidean((3, 4, 5)))
    manager = MultiManager([siap_of], associator=None)
    manager.add_data({"groundtruth_paths": set(truths.values()), "tracks": set(tracks.values())})
    manager.association_set = AssociationSet(associations)
    theirs = {m.title: m.value for m in siap_of.compute_metric(manager)}
    sums = quality(looks, n)
    ours = {
        "SIAP Completeness": sums["tracked"] / sums["objects"],
        "SIAP Ambiguity": sums["assigned"] / sums["tracked"],
        "SIAP Spuriousness": sums["spurious"] / sums["tracks"],
        "SIAP Position Accuracy": sums["position_error_m"] / sums["assigned"],
        "SIAP Velocity Accuracy": sums["velocity_error_mps"] / sums["assigned"],
    }
    for title, value in ours.items():
        assert float(theirs[title]) == pytest.approx(value, rel=1e-9), title
    longest = float(theirs["SIAP Longest Track Segment"])
    assert abs(longest - sums["longest_s"] / sums["life_s"]) <= 1.5 * len(truths) * EVERY_S / sums["life_s"]
    metric = GOSPAMetric(c=CUT_OFF_M, p=ORDER, measure=Euclidean((0, 1, 2)))
    distances = []
    for look, now in zip(looks, times, strict=True):
        a = [GroundTruthState(s[:, None], timestamp=now) for s in look.platform_state]
        b = [State(s[:, None], timestamp=now) for s in look.track_state]
        distances.append(float(metric.compute_gospa_metric(b, a)[0].value["distance"]))
    assert np.mean(distances) == pytest.approx(sums["gospa_m"], rel=1e-9)


def test_nees_by_hand(watched):
    world, _, _, looks = watched
    total = count = inside = 0
    for look in looks:
        where = {int(p): k for k, p in enumerate(look.platform)}
        for owner, state, tri in zip(look.owner.tolist(), look.track_state, look.track_cov, strict=True):
            if owner in where:
                e = state - look.platform_state[where[owner]]
                value = float(e @ np.linalg.inv(full_matrix(tri)) @ e)
                total, count, inside = total + value, count + 1, inside + (value <= 12.591587243743977)
    sums = quality(looks, len(world.platform))
    assert (sums["nees_states"], sums["nees_inside"]) == (count, inside)
    assert sums["nees"] == pytest.approx(total, rel=1e-6)
    assert inside / count > 0.8  # a filter that is anywhere near consistent


def test_sums_make_the_ratios_of_siap():
    random = np.random.default_rng(5)
    owner = random.integers(-2, 6, (40, 12))
    present = random.random((40, 6)) < 0.9
    owner = np.where((owner >= 0) & ~np.take_along_axis(present, np.maximum(owner, 0), axis=1), -1, owner)
    s, found = siap_sums(np.arange(40.0), present, owner), siap(np.arange(40.0), present, owner)
    assert found.completeness == s.tracked / s.objects and found.spuriousness == 1 - s.assigned / s.tracks
    assert found.break_rate == s.changes / s.tracked_s and found.longest_segment == s.longest_s / s.life_s


def test_in_a_study(watched, tmp_path):
    """The rows are those of the looks; all other tables have the bytes of a study without; show has the measures with n."""
    file = studies.write(tmp_path)
    plain = openiads.Study(file, 6, chunk=3, out=tmp_path / "plain").run()
    study = openiads.Study(file, 6, chunk=3, out=tmp_path / "with", track_quality="10 s", workers=2).run()
    assert study.manifest["study"] != plain.manifest["study"]
    assert {t: r for t, r in studies.rows(study).items() if t != "tracks"} == studies.rows(plain)
    rows = study.table("tracks").to_pylist()
    assert [row["replication"] for row in rows] == list(range(6))
    world, _, _, looks = watched
    for name, value in quality(looks, len(world.platform)).items():
        assert rows[3][name] == pytest.approx(value, rel=1e-12), name
    columns = {name: np.array([row[name] for row in rows], dtype=float) for name in rows[0]}
    one = estimates({**columns, "usable": np.ones(6, bool)})["completeness"]
    assert one.value == columns["tracked"].sum() / columns["objects"].sum() and one.low < one.value < one.high
    text = openiads.study_summary(study)
    assert "completeness" in text and "looked at every 10 s" in text
    (tmp_path / "with" / "done" / "p00000-r00000003.json").unlink()
    assert studies.rows(openiads.resume(tmp_path / "with")) == studies.rows(study)


@pytest.mark.parametrize("period", ["0.1 s", "2 h", "10 m", "soon"])
def test_periods_that_are_refused(tmp_path, period):
    with pytest.raises(StudyError, match="--track-quality"):
        openiads.Study(studies.write(tmp_path), 2, track_quality=period)
