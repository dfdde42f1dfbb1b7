"""How good the tracks of a replication were: GOSPA, SIAP and NEES as sums over its looks, and the measures made of them.

`quality` takes what was seen at successive times; the sums of many replications make ratios with intervals, as published: a
SIAP attribute is a ratio of sums, NEES a mean over states of tracks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import numpy as np
from scipy.stats import chi2

from openiads.analysis.intervals import CONFIDENCE, Interval
from openiads.analysis.measures import MEAN, PROPORTION, RATIO, Measure, interval_of, sums_of
from openiads.analysis.tracking_metrics import Floats, full_matrix, gospa, nees, siap_sums

#: GOSPA: cut-off distance and order; alpha is 2.
CUT_OFF_M, ORDER = 1000.0, 2.0
_DIMENSIONS = 6
#: A consistent filter has so many of its states below this.
INSIDE: Final = 0.95
_BOUND = float(chi2.ppf(INSIDE, _DIMENSIONS))

MEASURES: Final = {
    m.name: m
    for m in (
        Measure("gospa", MEAN, "gospa_m", "", "GOSPA distance (cut-off 1 km, order 2), mean over the looks", "m"),
        Measure("completeness", PROPORTION, "tracked", "objects", "SIAP: of all that flies, the share that has a track"),
        Measure("ambiguity", RATIO, "assigned", "tracked", "SIAP: tracks per object that has one"),
        Measure("spuriousness", PROPORTION, "spurious", "tracks", "SIAP: share of all tracks that belongs to nothing in the air"),
        Measure("position_error", RATIO, "position_error_m", "assigned", "SIAP: mean distance of a track from its object", "m"),
        Measure("velocity_error", RATIO, "velocity_error_mps", "assigned", "SIAP: mean error of the velocity", "m/s"),
        Measure("track_changes", RATIO, "track_changes", "tracked_s", "SIAP: changes of track per second tracked", "1/s"),
        Measure("longest_track", RATIO, "longest_s", "life_s", "SIAP: share of an object's flight that its longest track covers"),
        Measure("nees", RATIO, "nees", "nees_states", "NEES of position and velocity; a consistent filter has 6"),
        Measure("nees_inside", PROPORTION, "nees_inside", "nees_states", "states below the 95 % point of chi-square; best 0.95"),
    )
}  # fmt: skip


class Seen(Protocol):
    """What was seen at one time (see agents.watching.Look)."""

    @property
    def t_s(self) -> float:
        """Time."""

    @property
    def platform(self) -> np.ndarray:
        """Rows of the platforms that fly, (n,)."""

    @property
    def platform_state(self) -> np.ndarray:
        """Their states, (n, 6), m and m/s."""

    @property
    def number(self) -> np.ndarray:
        """Numbers of the tracks, (m,)."""

    @property
    def owner(self) -> np.ndarray:
        """Platform behind the last plot of each, -1 none."""

    @property
    def track_state(self) -> np.ndarray:
        """Their states, (m, 6)."""

    @property
    def track_cov(self) -> np.ndarray:
        """Upper triangles of their covariances, (m, 21)."""


def quality(looks: Sequence[Seen], platforms: int) -> dict[str, float]:
    """The sums of one replication, by the columns of the table `tracks` of a study.

    A track belongs to the platform behind its last plot while that flies; else to nothing.
    """
    distance = missed = false = 0.0
    state: list[Floats] = []
    cov: list[Floats] = []
    numbers = sorted({int(n) for look in looks for n in look.number})
    column = {n: k for k, n in enumerate(numbers)}
    present = np.zeros((len(looks), platforms), dtype=bool)
    owner = np.full((len(looks), len(numbers)), -2)
    place = np.full(platforms, -1)
    for row, look in enumerate(looks):
        found = gospa(look.platform_state[:, :3], look.track_state[:, :3], CUT_OFF_M, ORDER)
        distance, missed, false = distance + found.distance, missed + found.n_missed, false + found.n_false
        present[row, look.platform] = True
        place[:] = -1
        place[look.platform] = np.arange(len(look.platform))
        at = np.where(look.owner >= 0, place[np.maximum(look.owner, 0)], -1)
        owner[row, [column[int(n)] for n in look.number]] = np.where(at >= 0, look.owner, -1)
        own = np.flatnonzero(at >= 0)
        if len(own):
            state.append(look.track_state[own] - look.platform_state[at[own]])
            cov.append(look.track_cov[own])
    times_s = np.array([look.t_s for look in looks])
    error = np.concatenate(state) if state else np.zeros((0, _DIMENSIONS))
    sums = siap_sums(times_s, present, owner)
    ratios = nees(error, full_matrix(np.concatenate(cov))) if cov else np.zeros(0)
    count = max(len(looks), 1)
    return {
        "looks": float(len(looks)),
        "gospa_m": distance / count if looks else math.nan,
        "missed": missed / count if looks else math.nan,
        "false_tracks": false / count if looks else math.nan,
        "objects": sums.objects,
        "tracked": sums.tracked,
        "tracks": sums.tracks,
        "assigned": sums.assigned,
        "spurious": sums.tracks - sums.assigned,
        "position_error_m": float(np.sqrt((error[:, :3] ** 2).sum(axis=1)).sum()),
        "velocity_error_mps": float(np.sqrt((error[:, 3:] ** 2).sum(axis=1)).sum()),
        "track_changes": sums.changes,
        "tracked_s": sums.tracked_s,
        "longest_s": sums.longest_s,
        "life_s": sums.life_s,
        "nees": float(ratios.sum()),
        "nees_states": float(len(ratios)),
        "nees_inside": float((ratios <= _BOUND).sum()),
    }


def estimates(rows: Mapping[str, Any], confidence: float = CONFIDENCE) -> dict[str, Interval]:
    """Every measure of the tracks over rows of the table `tracks` (with a column `usable`), by name."""
    return {name: interval_of(one, sums_of(one, rows), confidence) for name, one in MEASURES.items()}


__all__ = ["CUT_OFF_M", "MEASURES", "ORDER", "Seen", "estimates", "quality"]
