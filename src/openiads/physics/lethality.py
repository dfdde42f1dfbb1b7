"""What a miss distance is worth: kill probability in the air, damage on the ground.

Nothing here describes a warhead. A law is a curve of probability against miss distance; its parameters are
assumptions (grade F) that a study should vary.

Sources
-------
A. R. Washburn and M. Kress, Combat Modeling, Springer 2009, chapter 2: the diffuse Gaussian damage function
D(r) = p0 exp(-r^2 / (2 b^2)), the cookie cutter, and their kill probabilities under circular normal error.
"""

from __future__ import annotations

import math

from openiads._jit import kernel

LAW_COOKIE = 0  # p0 inside the radius, nothing outside
LAW_GAUSS = 1  # p0 exp(-miss^2 / (2 radius^2))
LAW_COOKIE_TAIL = 2  # p0 inside the radius, Gaussian fall with scale `tail` outside

#: Circular error probable over the standard deviation per axis of a circular normal error: sqrt(2 ln 2).
CEP_PER_SIGMA = math.sqrt(2.0 * math.log(2.0))


@kernel
def damage(law, miss_m, p0, radius_m, tail_m):
    """Probability of the effect at a miss distance, by the stated law; 0 for a negative or NaN miss."""
    if not miss_m >= 0.0:
        return 0.0
    if law == LAW_GAUSS:
        if radius_m <= 0.0:
            return 0.0
        u = miss_m / radius_m
        return p0 * math.exp(-0.5 * u * u)
    if miss_m <= radius_m:
        return p0
    if law == LAW_COOKIE_TAIL and tail_m > 0.0:
        u = (miss_m - radius_m) / tail_m
        return p0 * math.exp(-0.5 * u * u)
    return 0.0


@kernel
def kill_probability(law, miss_m, p0, radius_m, tail_m, fuze_radius_m, vulnerability):
    """Kill probability of one burst: 0 beyond the fuze radius, else vulnerability x law, held inside [0, 1].

    vulnerability: factor of the target class on the probability (1: the class for which p0 is stated).
    """
    if not miss_m <= fuze_radius_m:
        return 0.0
    p = vulnerability * damage(law, miss_m, p0, radius_m, tail_m)
    if p > 1.0:
        return 1.0
    if p < 0.0:
        return 0.0
    return p


@kernel
def cep_offset(n1, n2, cep_m):
    """Aim-point dispersion (east m, north m) of a circular normal error, from two standard normal draws."""
    s = cep_m / CEP_PER_SIGMA
    return n1 * s, n2 * s


@kernel
def cookie_hit_probability(radius_m, cep_m):
    """P(inside the radius) under circular normal error: 1 - exp(-R^2 / (2 sigma^2)) = 1 - 0.5^((R/CEP)^2)."""
    if cep_m <= 0.0:
        return 1.0
    u = radius_m / cep_m * CEP_PER_SIGMA
    return 1.0 - math.exp(-0.5 * u * u)


@kernel
def gauss_hit_probability(p0, radius_m, cep_m):
    """P(effect) of the Gaussian law under circular normal error: p0 b^2 / (b^2 + sigma^2)."""
    s = cep_m / CEP_PER_SIGMA
    b2 = radius_m * radius_m
    total = b2 + s * s
    if total <= 0.0:
        return p0
    return p0 * b2 / total
