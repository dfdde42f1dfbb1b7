"""Tracks by their number: several command posts number their own tracks, so one number can mean several tracks."""

from __future__ import annotations

from typing import Any

import numpy as np

_SLACK = 1.5  # a track is sampled whenever one is due while it is held: after a longer gap the number means another one


def chains(rows: list[int], t_s: Any, state: Any) -> list[list[int]]:
    """Rows of one track number, in order of time, as one list per track.

    A sample goes on with the track whose state, carried on along its velocity, is nearest; what has a gap, or no
    track left, begins another one. state: [row, (x, y, z, vx, vy, vz)].
    """
    times = np.array([t_s[row] for row in rows])
    steps = np.diff(np.unique(np.round(times, 3)))
    if not len(steps) or (len(np.unique(times)) == len(times) and steps.max() <= _SLACK * steps.min()):
        return [rows] if len(np.unique(times)) == len(times) else [[row] for row in rows]
    longest = _SLACK * float(steps.min())
    made: list[list[int]] = []
    for row in rows:
        near, best = -1, np.inf
        for number, chain in enumerate(made):
            gap = float(t_s[row] - t_s[chain[-1]])
            if not 0.0 < gap <= longest:
                continue
            ahead = state[chain[-1], :3] + gap * state[chain[-1], 3:]
            off = float(np.linalg.norm(state[row, :3] - ahead))
            if off < best:
                near, best = number, off
        if near < 0:
            made.append([row])
        else:
            made[near].append(row)
    return made
