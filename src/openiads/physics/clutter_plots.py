"""False plots from clutter that is spikier than the threshold allows for. Set-up code: the engine draws from the tables.

The threshold holds the false-alarm probability where the power is exponential: T = -ln pfa times the mean of noise and
residue. The residue has Weibull power of shape b <= 1 (b = 1: exponential, no excess). With c the residue over noise, a
cell crosses by its residue alone with

    P = exp(-(Gamma(1 + 1/b) T (1 + c) / c)^b) - pfa^((1 + c) / c)

which is 0 for b = 1, and goes to 0 with c. Table: float64 [1 + QUANTILES]: plots per second with the beam on the
surface, then the slant ranges below which a share k / (QUANTILES - 1) of them lies.

Source: D. C. Schleher, Radar detection in Weibull clutter, IEEE Trans. AES-12 (1976) 736 (the distribution; the law is its
tail).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

QUANTILES = 33
#: Most plots per second of one radar: what its plot extractor lets through (assumption, grade F, 10 .. 200).
MOST_PER_S = 40.0
#: Shape of the Weibull power: (low, usual, high). Assumption, grade F, inside what is published for low grazing angles.
SHAPE = {"sea": (0.5, 0.75, 1.0), "land": (0.25, 0.5, 1.0)}
_CELLS = 2000


def excess(residue: NDArray[np.float64], shape: float, pfa: float) -> NDArray[np.float64]:
    """Probability that a cell with this residue over noise crosses by its spikes, over what the threshold allows for."""
    if not 0.1 <= shape <= 1.0:
        raise ValueError(f"shape: {shape!r} must lie between 0.1 and 1")
    threshold = -math.log(pfa)
    c = np.maximum(np.asarray(residue, float), 1e-9)
    over = threshold * (1.0 + c) / c
    spiky = np.exp(-np.minimum((math.gamma(1.0 + 1.0 / shape) * over) ** shape, 700.0))
    return np.asarray(np.maximum(spiky - np.exp(-np.minimum(over, 700.0)), 0.0))


def make_plot_table(
    slant_m: NDArray[np.float64],
    residue: NDArray[np.float64],
    shape: NDArray[np.float64],
    pfa: float,
    range_cell_m: float,
    looks_per_s: float,
) -> NDArray[np.float64]:
    """Table (module docstring) from the residue and shape over slant range; looks_per_s: beam positions on the surface a second."""
    per_cell = np.zeros(len(slant_m))
    for value in np.unique(shape):
        mine = shape == value
        per_cell[mine] = excess(residue[mine], float(value), pfa)
    steps = 0.5 * (per_cell[1:] + per_cell[:-1]) * np.diff(slant_m) / range_cell_m
    total = np.concatenate([[0.0], np.cumsum(steps)])
    table = np.zeros(1 + QUANTILES)
    table[0] = min(float(total[-1]) * looks_per_s, MOST_PER_S)
    table[1:] = slant_m[0]
    if total[-1] > 0.0:
        grows = np.concatenate([[True], np.diff(total) > 0.0])
        table[1:] = np.interp(np.linspace(0.0, 1.0, QUANTILES) * total[-1], total[grows], slant_m[grows])
    return table
