"""Fused tracks: linking, correlation, stale links, merging, and what one radar keeps apart."""

import numpy as np
import pytest

from openiads.tracking import schema as s
from openiads.tracking.fusion import fuse_plot, linked_row, maintain_fused
from openiads.tracking.params import tracker_params
from openiads.tracking.scan import process_scan

ORIGIN = np.array([3.5e6, 7e5, 5.3e6])
SIGMA = 100.0


class Net:
    """Radars that measure ECEF positions, and a command post."""

    def __init__(self, n_radars=2, revisit_s=10.0, seed=1):
        self.rng = np.random.default_rng(seed)
        self.local = [s.make_tracks(20) for _ in range(n_radars)]
        self.sets = s.make_track_sets(n_radars + 1)
        self.par = tracker_params(revisit_s=revisit_s)[0]
        self.fused = s.make_tracks(20)
        self.work = s.make_work(20, 20)

    def scan(self, radar, t, positions):
        plots = s.make_plots(max(len(positions), 1))
        for plot, x in zip(plots, positions, strict=False):
            plot.t_s = t
            plot.radar = radar
            plot.pos_ecef_m[:] = ORIGIN + x + SIGMA * self.rng.normal(size=3)
            plot.r_ecef_m2[:] = np.array([1, 0, 0, 1, 0, 1]) * SIGMA**2
        local = self.local[radar]
        process_scan(local, self.sets[radar], self.par, plots, len(positions), t, self.work)
        out = []
        for plot in plots[: len(positions)]:
            if plot.track >= 0:
                out.append(fuse_plot(self.fused, self.sets[-1], self.par, local, plot.track, plot))
        return out

    def maintain(self, t):
        return maintain_fused(self.fused, self.sets[-1], self.par, t, self.work)

    def live(self):
        return self.fused[self.fused.status != s.FREE]


def line(t, y=0.0):
    return np.array([250.0 * t, y, 0.0])


def test_two_radars_one_fused_track():
    net = Net()
    for k in range(12):
        net.scan(0, 10.0 * k, [line(10.0 * k)])
        net.scan(1, 10.0 * k + 4, [line(10.0 * k + 4)])
        net.maintain(10.0 * k + 4)
    (track,) = net.live()
    assert net.local[0][0].system == net.local[1][0].system == 0
    assert track.n_updates >= 17
    own = net.local[0][0]
    assert track.traces[0] < own.traces[0]  # two radars know more than one
    assert np.linalg.norm(track.pos_ecef_m - ORIGIN - line(track.t_s)) < 4 * np.sqrt(track.traces[0])


def test_tentative_local_tracks_are_not_fused():
    net = Net()
    assert net.scan(0, 0.0, [line(0)]) == [-1]
    assert net.scan(0, 10.0, [line(10)]) == [-1]
    assert net.scan(0, 20.0, [line(20)]) == [0]


def test_two_targets_of_one_radar_stay_two():
    """300 m apart, far inside the correlation gate, but the radar holds two tracks: two fused tracks, never
    merged.
    """
    net = Net(seed=3)
    for k in range(30):
        t = 10.0 * k
        net.scan(0, t, [line(t), line(t, 800)])
        net.maintain(t)
    assert len(net.live()) == 2
    assert net.sets[-1].n_merged == 0


def test_duplicates_of_two_radars_are_merged():
    """Both radars' fused tracks were begun apart (as after a wrong correlation): maintenance joins them, and
    the loser's radar is linked anew with its next plot."""
    net = Net(seed=4)
    for k in range(8):
        net.scan(0, 10.0 * k, [line(10.0 * k)])
    net.scan(1, 71.0, [line(71)])
    net.scan(1, 81.0, [line(81)])
    net.local[0].system = -1  # hide the first from the correlation by moving it away in time of flight
    saved = net.fused[0].pos_ecef_m.copy()
    net.fused[0].pos_ecef_m += (0.0, 5e5, 0.0)
    net.scan(1, 91.0, [line(91)])
    net.fused[0].pos_ecef_m[:] = saved
    net.local[0][0].system = 0
    assert len(net.live()) == 2
    assert net.maintain(92.0) == 1
    (track,) = net.live()
    assert track.id == net.fused[0].id
    assert net.fused[1].merged_into == 0
    assert linked_row(net.fused, net.local[1][0]) == -1
    assert net.scan(1, 101.0, [line(101)]) == [0]


def test_reused_row_is_not_mistaken():
    net = Net()
    for k in range(4):
        net.scan(0, 10.0 * k, [line(10.0 * k)])
    local = net.local[0][0]
    assert linked_row(net.fused, local) == 0
    net.fused[0].id = 99  # the row went to another track
    assert linked_row(net.fused, local) == -1


def test_coast_and_delete():
    net = Net()
    for k in range(4):
        net.scan(0, 10.0 * k, [line(10.0 * k)])
    net.maintain(50.0)
    assert net.live()[0].status == s.COASTED
    assert net.maintain(71.0) == 1
    assert len(net.live()) == 0


def test_broken_link_after_astray_plots():
    """The local track has swapped to another target 60 km away: two refused plots, then a fused track of its
    own.
    """
    net = Net()
    for k in range(6):
        net.scan(0, 10.0 * k, [line(10.0 * k)])
    local = net.local[0][0]
    plot = s.make_plots(1)[0]
    plot.r_ecef_m2[:] = np.array([1, 0, 0, 1, 0, 1]) * SIGMA**2
    codes = []
    for k in range(6, 9):
        plot.t_s = 10.0 * k
        plot.pos_ecef_m[:] = ORIGIN + line(10.0 * k, 6e4)
        local.pos_ecef_m[:] = plot.pos_ecef_m
        local.t_s = plot.t_s
        codes.append(fuse_plot(net.fused, net.sets[-1], net.par, net.local[0], 0, plot))
    assert codes == [-1, -1, 1]
    assert len(net.live()) == 2


@pytest.mark.parametrize("delay", [0.5, 1.5])
def test_latency_between_radars(delay):
    """Plots of radar 1 come `delay` late, behind the fused track's time: none is lost and no bias arises."""
    net = Net(seed=6)
    for k in range(40):
        t = 10.0 * k
        net.scan(0, t, [line(t)])
        net.scan(1, t - delay, [line(t - delay)])
    assert net.sets[-1].n_late == 0
    (track,) = net.live()
    error = track.pos_ecef_m - ORIGIN - line(track.t_s)
    assert np.linalg.norm(error) < 3.5 * np.sqrt(track.traces[0])
