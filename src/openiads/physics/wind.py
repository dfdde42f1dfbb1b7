"""Wind as a profile by altitude.

Air speed is what drag and Mach number see: velocity relative to the Earth minus wind. Directions follow the
flow: positive east is wind *from* the west.
"""

from __future__ import annotations

from openiads._jit import kernel


@kernel
def wind_at(alt_m, profile_alt_m, profile_east_mps, profile_north_mps):
    """Wind (east_mps, north_mps) at an altitude: linear between rows, held beyond the ends.

    The three arrays have the same length n; n = 0 is still air. `profile_alt_m` increases strictly (equal
    neighbours, which a checked profile has not, take the upper row).
    """
    n = len(profile_alt_m)
    if n == 0:
        return 0.0, 0.0
    if not alt_m > profile_alt_m[0]:
        return profile_east_mps[0], profile_north_mps[0]
    if alt_m >= profile_alt_m[n - 1]:
        return profile_east_mps[n - 1], profile_north_mps[n - 1]
    lo = 0
    hi = n - 1
    while hi - lo > 1:
        mid = (lo + hi) // 2
        if profile_alt_m[mid] <= alt_m:
            lo = mid
        else:
            hi = mid
    span = profile_alt_m[hi] - profile_alt_m[lo]
    if span <= 0.0:
        return profile_east_mps[hi], profile_north_mps[hi]
    u = (alt_m - profile_alt_m[lo]) / span
    east = profile_east_mps[lo] + u * (profile_east_mps[hi] - profile_east_mps[lo])
    north = profile_north_mps[lo] + u * (profile_north_mps[hi] - profile_north_mps[lo])
    return east, north
