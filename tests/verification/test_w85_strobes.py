"""W-85: jam strobes through the whole engine: crossings, ghosts, passive tracks.

References: the closed form trace sigma^2 (r1^2 + r2^2) / sin^2 gamma of two crossing azimuths, the chi-square law of the
errors, the number n (n - 1) of ghosts of two radars and n jammers, and identity to the byte where nothing is to be crossed.
Fixed seeds; sums of chi-squares inside their two-sided 1e-3 bounds.
"""

import math

import numpy as np
import pytest
from scipy import stats
from support import emitters as em
from support import saturation as sat

from openiads.engine import events as ev
from openiads.world.schema_passive import HELD

STILL = {"speed_mps": 1.0, "acceleration_mps2": 1e-3}
PAIR = [sat.at(270.0, 20e3), sat.at(90.0, 20e3)]
WIDE = [sat.at(270.0, 60e3), sat.at(90.0, 60e3)]
FAN = {"elevation_scan": "fan"}


def truth(own, p=0):
    s = own.platform_state[p]
    return np.array([s.x_m, s.y_m, s.z_m])


def full(six):
    xx, xy, xz, yy, yz, zz = six
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def inside(total, degrees):
    lo, hi = stats.chi2.ppf([5e-4, 1.0 - 5e-4], degrees)
    return lo < total < hi


def heard(duration_s, item=None, places=PAIR, bearing=0.0, range_m=150e3, **rules):
    ears = em.Ears(duration_s, places, item, {**STILL, **rules})
    ears.jammer(sat.at(bearing, range_m, 9e3))
    return ears.world()


@pytest.mark.parametrize(("bearing", "range_m"), [(0.0, 150e3), (40.0, 120e3)])
def test_errors_of_a_crossing_follow_its_covariance(bearing, range_m):
    """Two radars that measure both angles, 60 replications of the first crossing: sum of e' C^-1 e is chi-square (180)."""
    world = heard(3.0, bearing=bearing, range_m=range_m)
    total, n = 0.0, 60
    for k in range(n):
        _, own = em.state(world, 11, k)
        row = own.passive[0]
        e = row.born_m - truth(own)
        total += float(e @ np.linalg.solve(full(row.born_m2), e))
    assert inside(total, 3 * n), total / (3 * n)


def test_covariance_of_two_azimuths_is_the_closed_form():
    """Radars without elevation: the horizontal part is sigma^2 (r1^2 + r2^2) / sin^2 gamma, the vertical the altitude's."""
    world = heard(3.0, em.radar(**FAN), alt_sigma_m=50.0)
    n, total, ratio = 60, 0.0, []
    for k in range(n):
        _, own = em.state(world, 12, k)
        p, row = truth(own), own.passive[0]
        lines = [p - np.array([r.x_m, r.y_m, r.z_m]) for r in own.radar]
        up = p / np.linalg.norm(p)
        flat = [line - up * (line @ up) for line in lines]
        r1, r2 = (float(np.linalg.norm(f)) for f in flat)
        sine = float(np.linalg.norm(np.cross(flat[0], flat[1]))) / (r1 * r2)
        slant = [float(np.linalg.norm(line)) for line in lines]
        sigma = own.strobe[0, 0].sigma_az_rad
        expected = sigma**2 * (slant[0] ** 2 + slant[1] ** 2) / sine**2
        c = full(row.born_m2)
        side = np.trace(c) - up @ c @ up
        ratio.append(
            side / expected
        )  # the range in it is the measured one, to the fourth power: 2 % one sigma
        assert math.sqrt(up @ c @ up) == pytest.approx(50.0, rel=0.03)
        e = row.born_m - p
        e -= up * (e @ up)
        basis = np.linalg.svd(np.outer(up, up))[0][:, 1:]
        total += float((basis.T @ e) @ np.linalg.solve(basis.T @ c @ basis, basis.T @ e))
    assert np.mean(ratio) == pytest.approx(1.0, abs=0.01) and np.ptp(ratio) < 0.15
    assert inside(total, 2 * n), total / (2 * n)


def test_a_passive_track_gets_better_and_knows_it():
    """Ten turns on a jammer that stands: e' P^-1 e of the position is chi-square (3), the error falls as 1 / sqrt(turns)."""
    world = heard(21.0)
    total, n, shrunk = 0.0, 40, []
    for k in range(n):
        _, own = em.state(world, 13, k)
        trk, row = own.passive_track[0], own.passive[0]
        assert row.status == HELD and row.truth == 0
        e = trk.pos_ecef_m - truth(own)
        c = full(np.asarray(trk["cov"])[[0, 1, 2, 6, 7, 11]])
        total += float(e @ np.linalg.solve(c, e))
        shrunk.append(np.trace(c) / np.trace(full(row.born_m2)))
    assert inside(total, 3 * n), total / (3 * n)
    assert np.mean(shrunk) == pytest.approx(1.0 / 10.0, rel=0.35)


def test_a_track_of_a_moving_jammer_is_consistent():
    """At 250 m/s across, default noise: the normalised error stays below chi-square's bound (the noise is for turns)."""
    ears = em.Ears(40.0, PAIR, rules={})
    ears.jammer(sat.at(-15.0, 140e3, 9e3), sat.at(15.0, 140e3, 9e3), 250.0)
    world = ears.world()
    total, n, speed = 0.0, 20, []
    for k in range(n):
        _, own = em.state(world, 14, k)
        trk = own.passive_track[0]
        s = own.platform_state[0]
        v = np.array([s.vx_mps, s.vy_mps, s.vz_mps])
        e = trk.pos_ecef_m + (s.t_eval_s - trk.t_s) * np.asarray(trk.vel_ecef_mps) - truth(own)
        total += float(e @ np.linalg.solve(full(np.asarray(trk["cov"])[[0, 1, 2, 6, 7, 11]]), e))
        speed.append(np.linalg.norm(np.asarray(trk.vel_ecef_mps) - v))
    assert total < stats.chi2.ppf(1.0 - 5e-4, 3 * n), total / (3 * n)
    assert np.mean(speed) < 60.0


# --- ghosts ------------------------------------------------------------------------------------------


def crowd(n, places, item, duration_s=15.0, **rules):
    """n jammers 6 degrees apart, all before the base line: every azimuth of one radar crosses every one of the other."""
    ears = em.Ears(
        duration_s, places, item, {**STILL, "speed_max_mps": 5000.0, "alt_sigma_m": 100.0, **rules}
    )
    for k in range(n):
        ears.jammer(sat.at(6.0 * (k - 0.5 * (n - 1)), 100e3 + 3e3 * (k % 2), 9e3))
    outcome, own = em.state(ears.world(), 15)
    held = own.passive[own.passive.status == HELD]
    return outcome, held, own


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_ghosts_are_counted(n):
    """Azimuths of two radars on n jammers: n passive tracks and n (n - 1) ghosts, each in the log."""
    outcome, held, _ = crowd(n, WIDE, em.radar(**FAN))
    assert len(held) == n * n and int((held.truth < 0).sum()) == n * (n - 1)
    rows = sat.of(outcome, ev.PASSIVE_TRACK)
    assert len(rows) == n * n and int((rows.subject < 0).sum()) == n * (n - 1)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_a_third_radar_refutes_all_ghosts(n):
    outcome, held, own = crowd(n, [*WIDE, sat.at(20.0, 31e3)], em.radar(**FAN))
    assert sorted(held.truth.tolist()) == list(range(n))
    refuted = sat.of(outcome, ev.CROSSING_REFUTED)
    assert own.passive_state[0].n_refuted + len(refuted) >= n * (n - 1)
    assert (refuted.subject < 0).all(), "no true crossing is refuted"
    _, kept, _ = crowd(n, [*WIDE, sat.at(20.0, 31e3)], em.radar(**FAN), refute=0)
    assert len(kept) >= n * n, "without the test all crossings of the first two radars stay"


def test_elevation_refutes_ghosts():
    """Jammers at unlike distances: a ghost has another elevation at either radar than the strobes say."""
    _, with_el, _ = crowd(2, WIDE, em.radar(sigma_el_rad=2e-4))
    assert len(with_el) == 2 and (with_el.truth >= 0).all()


def test_three_radars_have_to_agree_where_that_is_asked():
    _, held, _ = crowd(3, WIDE, em.radar(**FAN), radars=3)
    assert len(held) == 0
    _, held, _ = crowd(3, [*WIDE, sat.at(20.0, 31e3)], em.radar(**FAN), radars=3)
    assert sorted(held.truth.tolist()) == [0, 1, 2]


# --- nothing -----------------------------------------------------------------------------------------


def log_of(rules, places=PAIR, jams=True, seed=16):
    ears = em.Ears(20.0, places, rules=rules, sample_s=2.0)
    ears.jammer(sat.at(0.0, 90e3, 9e3), sat.at(0.0, 20e3, 9e3), 250.0, **({} if jams else {"t_off_s": -1.0}))
    outcome, _ = em.state(ears.world(), seed)
    return outcome.event.tobytes() + outcome.sample.tobytes()


def test_no_strobe_is_nothing():
    """Without jamming, and with strobes of one radar alone, a command post that crosses strobes does what it did, to the byte."""
    assert log_of({}, jams=False) == log_of(None, jams=False)
    assert log_of({}, places=PAIR[:1]) == log_of(None, places=PAIR[:1])
    assert log_of({}) != log_of(None)


def test_strobes_of_radars_without_a_plot():
    """A jammer that hides its own echo from all radars is held where it is, and never detected."""
    ears = em.Ears(20.0, PAIR, rules={}, sample_s=2.0)
    ears.jammer(sat.at(0.0, 100e3, 9e3), sat.at(0.0, 20e3, 9e3), 250.0, noise={"power_w": 1000.0})
    outcome, own = em.state(ears.world(), 17)
    assert not len(sat.of(outcome, ev.DETECTION)) and len(sat.of(outcome, ev.PASSIVE_TRACK)) == 1
    error = np.linalg.norm(own.passive_track[0].pos_ecef_m - truth(own))
    assert error < 4.0 * math.sqrt(own.passive_track[0].traces[0])
    kinds = set(outcome.sample.kind.tolist())
    assert ev.SAMPLE_PASSIVE in kinds and ev.SAMPLE_TRACK not in kinds


def test_a_jammer_that_goes_silent_is_tracked_by_its_echo_under_the_same_number():
    ears = em.Ears(40.0, PAIR, rules={}, sample_s=2.0)
    ears.jammer(sat.at(0.0, 90e3, 9e3), sat.at(0.0, 20e3, 9e3), 250.0, t_off_s=15.0)
    outcome, _ = em.state(ears.world(), 18)
    begun = sat.of(outcome, ev.SYSTEM_TRACK)
    assert len(set(begun.via.tolist())) == 1
    mine = outcome.sample[outcome.sample["index"] == begun.via[0]]
    assert set(mine[mine["t_s"] < 14.0]["kind"]) == {ev.SAMPLE_PLATFORM, ev.SAMPLE_PASSIVE} - {
        ev.SAMPLE_PLATFORM
    }
    assert mine[mine["kind"] == ev.SAMPLE_TRACK]["t_s"].min() > 15.0


def test_links_delay_strobes():
    """A delay of 3 s on one radar's link: the crossing comes 3 s later, or with the next strobe after that."""
    first = {}
    for delay_s in (0.0, 3.0):
        ears = em.Ears(20.0, PAIR, em.radar(8.0), {"window_s": 20.0})
        ears.jammer(sat.at(0.0, 150e3, 9e3))
        for k in range(2):
            ears.a.add_link(f"S{k}", "CP", delay_s if k else 0.0)
        outcome, _ = em.state(ears.world(), 19)
        first[delay_s] = float(sat.of(outcome, ev.STROBES_CROSS)[0].t_s)
    assert first[3.0] - first[0.0] == pytest.approx(3.0, abs=1.01)
