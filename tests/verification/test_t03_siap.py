"""T-03: SIAP attributes by hand (Votruba et al. 2001).

Case 1: four truths of which three have tracks, six tracks of which four belong to a truth:
C = 3/4, A = 4/3, S = 2/6.
Case 2: three truths tracked for 3, 2 and 1 s with at least 2, 2 and 1 tracks: R = (1 + 1 + 0) / (3 + 2 + 1) =
2/6.
"""

import math

import numpy as np
import pytest

from openiads.analysis.tracking_metrics import siap


def test_one_time():
    got = siap([0.0], [[1, 1, 1, 1]], [[0, 0, 1, 2, -1, -1]], [[3.0, 5, 1, 7, 99, 99]])
    assert (got.completeness, got.ambiguity, got.spuriousness) == pytest.approx(
        (0.75, 4 / 3, 1 / 3), abs=1e-12
    )
    assert got.position_error == 4.0
    assert math.isnan(got.break_rate)


def test_break_rate():
    times = [0, 1, 2, 3]
    present = np.ones((4, 3), bool)
    owner = np.full((4, 5), -2)
    owner[1:3, 0] = 0  # truth 0: tracks 0 and 1 take turns, 3 s
    owner[2:4, 1] = 0
    owner[1, 2] = 1  # truth 1: tracks 2 and 3, 2 s
    owner[2, 3] = 1
    owner[3, 4] = 2  # truth 2: track 4, 1 s
    got = siap(times, present, owner)
    assert got.break_rate == pytest.approx(2 / 6, abs=1e-12)
    assert got.longest_segment == pytest.approx((2 + 1 + 1) / 9, abs=1e-12)


def test_track_switch_is_not_hidden():
    """A track that changes its truth is two short segments, not one long."""
    owner = [[0], [0], [1], [1]]
    got = siap([0, 1, 2, 3], np.ones((4, 2), bool), owner)
    assert got.longest_segment == pytest.approx((1 + 2) / 6)
    assert got.completeness == 0.5


def test_nothing_there():
    got = siap([0.0, 1.0], np.zeros((2, 0), bool), np.zeros((2, 0), int))
    assert all(math.isnan(v) for v in got)


def test_refuses():
    with pytest.raises(ValueError, match="increase"):
        siap([0, 0], np.ones((2, 1)), np.zeros((2, 1), int))
    with pytest.raises(ValueError, match="owner 4"):
        siap([0, 1], np.ones((2, 1)), np.full((2, 1), 4))
