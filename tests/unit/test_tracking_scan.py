"""One radar's tracker: initiation, sectors, misses, deletion, late plots, duplicates, crossing targets, bad
input.
"""

import math

import numpy as np
import pytest

from openiads.tracking import schema as s
from openiads.tracking.index import link, unlink
from openiads.tracking.lifecycle import copy_track, start_track
from openiads.tracking.params import tracker_params
from openiads.tracking.scan import process_look, process_scan

ORIGIN = np.array([3.5e6, 7e5, 5.3e6])
R = (100.0**2, 0.0, 0.0, 100.0**2, 0.0, 100.0**2)


class Radar:
    """A tracker with a table of 20 rows, fed with ECEF positions relative to ORIGIN."""

    def __init__(self, rows=20, **values):
        self.tracks = s.make_tracks(rows)
        self.sets = s.make_track_sets()
        self.set = self.sets[0]
        self.par = tracker_params(**values)[0]
        self.work = s.make_work(20, rows)

    def scan(self, t, positions=(), end=None, kind=s.TARGET):
        plots = s.make_plots(max(len(positions), 1))
        for plot, x in zip(plots, positions, strict=False):
            plot.t_s = t
            plot.pos_ecef_m[:] = ORIGIN + x
            plot.r_ecef_m2[:] = R
            plot.kind = kind
        process_scan(
            self.tracks, self.set, self.par, plots, len(positions), t if end is None else end, self.work
        )
        return plots

    def live(self):
        return self.tracks[self.tracks.status != s.FREE]


def test_confirmation_three_of_four():
    radar = Radar()
    seen = [radar.scan(10.0 * k, [(200.0 * k, 0, 0)] if k != 1 else []).event[0] for k in range(4)]
    assert seen[0] == s.STARTED
    assert seen[2:] == [s.UPDATED, s.NOW_CONFIRMED]
    track = radar.live()[0]
    assert (track.status, track.n_updates, track.n_looks, track.history) == (s.CONFIRMED, 3, 4, 0b1011)
    assert (track.first_plot_s, track.confirmed_s) == (0.0, 30.0)


def test_two_misses_in_four_end_a_tentative_track():
    radar = Radar()
    radar.scan(0.0, [(0, 0, 0)])
    for t in (12.6, 22.6):
        radar.scan(t)
    assert len(radar.live()) == 0
    assert radar.set.n_deleted == 1
    assert radar.set.n_high == 0


def test_false_plots_do_not_confirm():
    """Plots scattered at random over 400 x 400 x 20 km, 8 a scan, 200 scans: next to nothing gets
    confirmed.
    """
    rng = np.random.default_rng(4)
    radar = Radar(rows=200)
    radar.work = s.make_work(20, 200)
    for k in range(200):
        radar.scan(10.0 * k, rng.uniform(-1, 1, (8, 3)) * (2e5, 2e5, 1e4))
    assert radar.set.n_started > 500
    assert radar.set.n_confirmed <= 3


def test_sector_border_is_not_a_miss():
    """The plot comes a sixteenth of a revolution early or late: no look is booked as missed."""
    radar = Radar()
    t = 0.0
    for k in range(20):
        t = 10.0 * k + (0.6 if k % 2 else -0.6)
        radar.scan(t, [(200.0 * t, 0, 0)])
        for sector in range(1, 16):  # the other sectors of the revolution, empty
            radar.scan(t, [], end=t + 0.55 * sector)
    track = radar.live()[0]
    assert (track.n_updates, track.n_looks) == (20, 20)


def test_coast_and_delete_and_return():
    radar = Radar()
    for k in range(6):
        radar.scan(10.0 * k, [(200.0 * 10 * k, 0, 0)])
    radar.scan(62.6)
    assert radar.live()[0].status == s.COASTED
    assert radar.live()[0].n_missed == 1
    radar.scan(70.0, [(200.0 * 70, 0, 0)])
    assert radar.live()[0].status == s.CONFIRMED
    for t in (82.6, 92.6, 102.6):
        radar.scan(t)
        assert len(radar.live()) == 1
    radar.scan(112.6)
    assert len(radar.live()) == 0
    assert radar.work.dropped[: radar.work.n_dropped[0]].tolist() == [0]


def test_silence_counts_as_one_miss():
    """The radar was off for 10 minutes: one miss per call, not forty."""
    radar = Radar(delete_missed=9, pos_sigma_max_m=1e9)
    for k in range(6):
        radar.scan(10.0 * k, [(0, 0, 0)])
    radar.scan(650.0)
    assert radar.live()[0].n_missed == 1


def test_late_plot_is_carried_forward():
    """A plot 1 s old of a target at 300 m/s updates the track without dragging it back; an older one is
    refused.
    """
    radar = Radar(min_gap=0.0)
    for k in range(10):
        radar.scan(10.0 * k, [(3000.0 * k, 0, 0)])
    before = radar.live()[0].pos_ecef_m[0] - ORIGIN[0]
    plots = radar.scan(89.0, [(300.0 * 89, 0, 0)], end=90.0)
    track = radar.live()[0]
    assert plots.event[0] == s.UPDATED
    assert track.t_s == 90.0
    assert abs(track.pos_ecef_m[0] - ORIGIN[0] - before) < 5.0  # against 300 m if taken as of now
    plots = radar.scan(85.0, [(300.0 * 85, 0, 0)], end=90.0)
    assert radar.set.n_late == 1
    assert plots.track[0] != 0


def test_second_plot_too_soon_is_not_taken():
    radar = Radar()
    for k in range(5):
        radar.scan(10.0 * k, [(0, 0, 0)])
    plots = radar.scan(40.5, [(50.0, 0, 0)])
    assert plots.event[0] == s.STARTED
    assert radar.tracks[0].n_updates == 5


def test_strobes_are_left_alone():
    radar = Radar()
    plots = radar.scan(0.0, [(0, 0, 0)], kind=s.STROBE)
    assert (plots.track[0], plots.event[0], radar.set.n_started) == (-1, s.IGNORED, 0)


def test_full_table_is_counted():
    radar = Radar(rows=2)
    plots = radar.scan(0.0, [(0, 0, 0), (5e4, 0, 0), (-5e4, 0, 0)])
    assert plots.event.tolist() == [s.STARTED, s.STARTED, s.NO_ROOM]
    assert radar.set.n_no_room == 1


def test_close_targets_need_the_joint_choice():
    """Two tracks, two plots; the plot nearest to both belongs to the second. Nearest neighbour one at a time
    would give track 0 the wrong plot; the joint optimum does not."""
    radar = Radar(q_man_h=1.0, q_man_v=1.0, q_cv_h=0.1)
    for k in range(12):
        radar.scan(10.0 * k, [(0, 0, 0), (900, 0, 0)])
    assert len(radar.live()) == 2
    plots = radar.scan(120.0, [(500, 0, 0), (-300, 0, 0)])
    assert plots.track.tolist() == [1, 0]


@pytest.mark.parametrize("both", [False, True])
def test_second_plots_go_by_speed_not_by_age(both):
    """Two targets at rest, 8 km apart, first seen 4.5 s apart, the older one looked at next: its plot is not for the
    younger track, although that one is less spread (6 ln (12 / 7.5) = 2.8 against 8 km in 7.5 s: d^2 = 1.1).
    """
    radar = Radar(revisit_s=12.0)
    a, b = (0.0, 0, 0), (8000.0, 0, 0)
    radar.scan(0.0, [a])
    assert radar.scan(4.5, [b]).event[0] == s.STARTED
    plots = radar.scan(12.0, [a, (0, 9e4, 0)] if both else [a])  # also as one of a batch
    assert (plots.track[0], plots.event[0]) == (0, s.UPDATED)
    assert radar.scan(16.5, [b]).track[0] == 1


@pytest.mark.parametrize(("doubt", "n_tracks"), [(2000.0, 1), (1000.0, 2), (0.0, 2)])
def test_first_plot_is_kept_beyond_the_doubtful_speed(doubt, n_tracks):
    """A second plot that asks for 1.5 km/s: the first is kept for a better one where `doubt_mps` is less."""
    radar = Radar(doubt_mps=doubt)
    radar.scan(0.0, [(0, 0, 0)])
    plots = radar.scan(10.0, [(15_000.0, 0, 0)])
    assert plots.event[0] == s.UPDATED
    assert sorted(radar.live().n_updates.tolist()) == [1, 2][2 - n_tracks :]


def test_crossing_targets_keep_their_tracks():
    """Two targets cross at 90 degrees and 200 m: each track ends with the target with which it began."""
    rng = np.random.default_rng(8)
    radar = Radar()
    for k in range(30):
        t = 10.0 * k
        a = np.array([250.0 * (t - 150), 0, 100])
        b = np.array([0, 250.0 * (t - 150), -100])
        radar.scan(t, [a + 100 * rng.normal(size=3), b + 100 * rng.normal(size=3)])
    tracks = radar.live()
    assert len(tracks) == 2
    ends = tracks.pos_ecef_m - ORIGIN
    assert np.linalg.norm(ends[0] - a) < 300
    assert np.linalg.norm(ends[1] - b) < 300


def test_starved_duplicate_is_merged():
    radar = Radar(delete_missed=9)
    for k in range(10):
        radar.scan(10.0 * k, [(200.0 * 10 * k, 0, 0)])
    twin = copy_track(radar.tracks, radar.set, radar.tracks[0], s.CONFIRMED)
    radar.set.next_due_s = 0.0
    for k in range(10, 14):
        radar.scan(10.0 * k, [(200.0 * 10 * k, 0, 0)])
    radar.scan(140.0, [(200.0 * 140, 0, 0)])
    assert len(radar.live()) == 1
    assert radar.set.n_merged == 1
    gone = radar.tracks[twin] if radar.tracks[twin].status == s.FREE else radar.tracks[0]
    assert gone.merged_into >= 0


def test_formation_is_not_merged():
    """Two targets 300 m apart with the same velocity, both seen: two tracks for as long as both are seen."""
    rng = np.random.default_rng(5)
    radar = Radar()
    for k in range(40):
        x = np.array([200.0 * 10 * k, 0, 0])
        radar.scan(10.0 * k, [x + 30 * rng.normal(size=3), x + (0, 300, 0) + 30 * rng.normal(size=3)])
    assert len(radar.live()) == 2
    assert radar.set.n_merged == 0


def test_looks_of_a_sector_radar():
    radar = Radar(revisit_s=1.0, delete_missed=3)
    plot = s.make_plots(1)[0]
    plot.pos_ecef_m[:] = ORIGIN
    plot.r_ecef_m2[:] = R
    j = start_track(radar.tracks, radar.set, radar.par, plot)
    codes = []
    for k in range(1, 8):
        plot.t_s = float(k)
        plot.pos_ecef_m[:] = ORIGIN + np.array([300.0 * k, 0, 0])
        far = k == 5
        if far:
            plot.pos_ecef_m[0] += 5e4  # not this target
        codes.append(process_look(radar.tracks, radar.set, radar.par, j, plot, k != 4, float(k)))
    assert codes == [s.LOOK_HIT] * 3 + [s.LOOK_MISS] * 2 + [s.LOOK_HIT] * 2
    codes = [process_look(radar.tracks, radar.set, radar.par, j, plot, False, 8.0 + k) for k in range(3)]
    assert codes == [s.LOOK_MISS, s.LOOK_MISS, s.LOOK_DELETED]


def test_ballistic_model_comes_and_goes():
    """Above 700 m/s and 20 km it takes part; an ordinary target never has it."""
    up = ORIGIN / np.linalg.norm(ORIGIN)
    east = np.cross((0, 0, 1), up)
    east /= np.linalg.norm(east)
    ground = np.linalg.norm(ORIGIN) - 6.366e6
    for alt, speed, models in ((40e3, 1500.0, 3), (40e3, 300.0, 2), (5e3, 1500.0, 2)):
        radar = Radar()
        for k in range(8):
            radar.scan(10.0 * k, [up * (alt - ground) + east * speed * 10 * k])
        track = radar.live()[0]
        assert track.n_models == models, (alt, speed)
        assert track.mu.sum() == pytest.approx(1.0)
        assert (track.mu[2] > 0) == (models == 3)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("r_ecef_m2", (-1e9, 0, 0, -1e9, 0, -1e9)),
        ("r_ecef_m2", (0, 0, 0, 0, 0, 0)),
        ("r_ecef_m2", (math.nan, 0, 0, 1, 0, 1)),
        ("pos_ecef_m", (math.nan, 0, 0)),
        ("pos_ecef_m", (math.inf, 0, 0)),
    ],
)
@pytest.mark.parametrize("n", [1, 2])
def test_nonsense_plots_are_refused(field, value, n):
    """Not finite, or a covariance that is none: refused and counted; no track begins and none changes."""
    radar = Radar()
    for k in range(5):
        radar.scan(10.0 * k, [(0, 0, 0)])
    before = radar.tracks.tobytes()
    plots = s.make_plots(n)
    plots.t_s = 45.0
    plots.pos_ecef_m[:] = ORIGIN
    plots.r_ecef_m2[:] = R
    plots[field][:] = value
    process_scan(radar.tracks, radar.set, radar.par, plots, n, 45.0, radar.work)
    assert (plots.event == s.REFUSED).all()
    assert radar.set.n_singular == n
    assert radar.tracks.tobytes() == before


def all_in_one_list(radar):
    """Undo the index: every track where every plot looks."""
    radar.set.index_until_s = math.inf
    for j in range(radar.set.n_high):
        unlink(radar.tracks, radar.set, j)
        radar.tracks[j].reach_m = math.inf
        if radar.tracks[j].status != s.FREE:
            link(radar.tracks, radar.set, j, s.WIDE if radar.tracks[j].n_updates > 1 else s.YOUNG)


def test_index_changes_nothing():
    """The index of cells against the search through all tracks: the same tracks, bit by bit, on 150 targets
    slow and fast, near and far, with false plots, gaps and coasting."""
    tables = []
    for indexed in (True, False):
        rng = np.random.default_rng(6)
        radar = Radar(rows=600)
        radar.work = s.make_work(300, 600)
        x = rng.uniform(-1, 1, (150, 3)) * (2e5, 2e5, 1e4)
        v = rng.normal(size=(150, 3)) * rng.choice([30.0, 250.0, 900.0], (150, 1)) * (1, 1, 0.1)
        for k in range(25):
            t = 10.0 * k
            seen = rng.random(150) < 0.8
            z = np.vstack([(x + v * t)[seen], rng.uniform(-1, 1, (30, 3)) * (2e5, 2e5, 1e4)])
            sigma = rng.choice([60.0, 400.0, 1500.0], len(z))
            plots = s.make_plots(len(z))
            plots.t_s = t + rng.uniform(0, 5, len(z))
            plots.pos_ecef_m[:] = ORIGIN + z + sigma[:, None] * rng.normal(size=z.shape)
            plots.r_ecef_m2[:] = np.array([1, 0, 0, 1, 0, 1]) * sigma[:, None] ** 2
            for half in (plots[::2].copy(), plots[1::2].copy()):
                if not indexed:
                    all_in_one_list(radar)
                process_scan(radar.tracks, radar.set, radar.par, half, len(half), t + 5, radar.work)
                if indexed and k == 20:
                    listed = radar.tracks.cell[: radar.set.n_high]
                    assert ((listed >= 0) & (listed < s.WIDE)).sum() > 30  # it is at work
        names = [n for n in s.TRACK.names if n not in ("cell", "next", "prev", "reach_m")]
        tables.append((radar.set.n_confirmed, [radar.tracks[n].tobytes() for n in names]))
    assert tables[0][0] > 100
    assert tables[0] == tables[1]


def test_work_refuses():
    with pytest.raises(ValueError, match="make_work"):
        s.make_work(0, 5)
    assert math.isinf(s.make_track_sets()[0].next_due_s)
