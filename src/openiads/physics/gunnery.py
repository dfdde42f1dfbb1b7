"""Gunnery: flight of a shell with drag, hits on a small target by rounds that scatter about a point beside it.

Sources: A. R. Washburn, M. Kress, *Combat Modeling*, Springer 2009, ch. 2 (diffuse Gaussian damage function, shots that are
independent given a common error).
"""

from __future__ import annotations

import math

from openiads._jit import kernel

_TWO_PI = 2.0 * math.pi


@kernel
def time_of_flight_s(range_m, muzzle_mps, drag_pm):
    """Time to a slant range of a projectile whose speed falls as v0 exp(-k s): (exp(k R) - 1) / (k v0)."""
    return (math.exp(min(drag_pm * range_m, 50.0)) - 1.0) / max(drag_pm * muzzle_mps, 1e-12)


@kernel
def hit_probability(area_m2, sigma_m, offset_m):
    """One round, circular normal with `sigma_m` per axis, centre of impact `offset_m` off a diffuse target of that area.

    The target hit at r with exp(-pi r^2 / A) has the area A. The integral over the normal law is
    A / (A + 2 pi s^2) exp(-pi d^2 / (A + 2 pi s^2)).
    """
    spread = max(area_m2 + _TWO_PI * sigma_m * sigma_m, 1e-12)
    return area_m2 / spread * math.exp(-math.pi * offset_m * offset_m / spread)


@kernel
def burst_kill_probability(p_round, n):
    """1 - (1 - p)^n for n independent rounds."""
    return 1.0 - math.exp(n * math.log(1.0 - min(p_round, 1.0 - 1e-12)))
