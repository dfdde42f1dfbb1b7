"""Meet: where and when a missile launched soon can meet a track, from the missile's fly-out table.

The first time at which the missile can be where the target will be. The target is taken to fly on: level flight
follows the curve of the Earth, a ballistic track falls.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.flyout import flyout_lookup
from openiads.physics.geodesy import altitude_m
from openiads.tracking.ballistic import propagate
from openiads.tracking.imm import falling_position, predicted_state

_SCAN = 10  # times that are tried, early to late, before the bisection
_SCAN_FALLING = 40  # of a target that falls: it is in the envelope for some twenty seconds of seven minutes


@kernel
def fly_on(x, y, z, vx, vy, vz, tau_s):
    """Position after tau_s of steady flight: ground speed and climb kept, along the great circle."""
    r = math.sqrt(x * x + y * y + z * z)
    if r < 1.0:
        return x, y, z
    ux, uy, uz = x / r, y / r, z / r
    climb = vx * ux + vy * uy + vz * uz
    hx, hy, hz = vx - climb * ux, vy - climb * uy, vz - climb * uz
    h = math.sqrt(hx * hx + hy * hy + hz * hz)
    top = r + climb * tau_s
    if h < 1e-6:
        return ux * top, uy * top, uz * top
    angle = h * tau_s / r
    c, s = math.cos(angle), math.sin(angle)
    return (c * ux + s * hx / h) * top, (c * uy + s * hy / h) * top, (c * uz + s * hz / h) * top


@kernel
def _falls(trk):
    return trk.n_models == 3 and trk.mu[2] > 0.5


@kernel
def track_at(trk, par, t_s, tau_s):
    """Where a fused track will be tau_s after t_s."""
    if _falls(trk):
        x, y, z, _, _, _ = predicted_state(trk, par, t_s + tau_s)
        return x, y, z
    p, v = trk.pos_ecef_m, trk.vel_ecef_mps
    return fly_on(p[0], p[1], p[2], v[0], v[1], v[2], t_s + tau_s - trk.t_s)


@kernel
def reach(w, weapon, lx, ly, lz, x, y, z):
    """(time of flight, margin) from a launcher to a point; margin below 0: out of the envelope.

    The way over the ground is that on a sphere; the altitude is the true one above the ellipsoid (the distances from the
    Earth's centre differ by up to 3 m more or less with every kilometre north or south).
    """
    rl = math.sqrt(lx * lx + ly * ly + lz * lz)
    rt = math.sqrt(x * x + y * y + z * z)
    dx, dy, dz = x - lx, y - ly, z - lz
    dh = rt - rl
    s2 = max(dx * dx + dy * dy + dz * dz - dh * dh, 0.0) / max(4.0 * rl * rt, 1.0)
    arc = 2.0 * rl * math.asin(math.sqrt(min(s2, 1.0)))
    tof, _, margin = flyout_lookup(w.flyout, w.flyout_scale, weapon, arc, altitude_m(x, y, z))
    return tof, margin


@kernel
def _as_it_falls(trk, par, t_s):
    """The state of a track's ballistic flight at t_s, which is not before the track's own time."""
    p, v = trk.pos_ecef_m, trk.vel_ecef_mps
    if not _falls(trk):
        return p[0], p[1], p[2], v[0], v[1], v[2]
    return propagate(p[0], p[1], p[2], v[0], v[1], v[2], t_s - trk.t_s, par.bal_inv_beta_m2pkg)


@kernel
def _further(trk, par, t_s, since_s, fall, tau_s):
    """(position of the track tau_s after t_s, its ballistic flight by then), from that flight since_s after t_s."""
    p, v = trk.pos_ecef_m, trk.vel_ecef_mps
    dt = t_s + tau_s - trk.t_s
    if not _falls(trk):
        x, y, z = fly_on(p[0], p[1], p[2], v[0], v[1], v[2], dt)
        return x, y, z, fall
    fall = propagate(
        fall[0], fall[1], fall[2], fall[3], fall[4], fall[5], tau_s - since_s, par.bal_inv_beta_m2pkg
    )
    x, y, z = falling_position(trk, dt, fall[0], fall[1], fall[2])
    return x, y, z, fall


@kernel
def meet(w, weapon, site, trk, par, t_s, delay_s, cap_s, n_bisections):
    """Earliest meeting of a round launched at t_s + delay_s: (ok, time from t_s, time of flight, x, y, z).

    Where the target must first come into the envelope the flight is shorter than the time: there is time to wait.

    site: the launcher's; par: TRACKER row of the track; cap_s: no later than this. The time of flight grows
    more slowly with the target's way than time itself for anything slower than the missile, so the
    condition "the missile is there first" is bisected n_bisections times. A fall is integrated once, from time to time.
    """
    g = w.site[site]
    fall = _as_it_falls(trk, par, t_s)
    lo = 0.0
    hi = cap_s
    x, y, z, _ = _further(trk, par, t_s, lo, fall, hi)
    tof, margin = reach(w, weapon, g.x_m, g.y_m, g.z_m, x, y, z)
    if margin < 0.0 or delay_s + tof > hi:
        # At the cap it may be past and gone: look for any time that will do, from early to late.
        found = False
        n = _SCAN_FALLING if _falls(trk) else _SCAN
        for k in range(1, n + 1):
            hi = cap_s * k / n
            x, y, z, later = _further(trk, par, t_s, lo, fall, hi)
            tof, margin = reach(w, weapon, g.x_m, g.y_m, g.z_m, x, y, z)
            if margin >= 0.0 and delay_s + tof <= hi:
                found = True
                break
            lo, fall = hi, later
        if not found:
            return False, math.inf, math.inf, x, y, z
    for _ in range(n_bisections):
        mid = 0.5 * (lo + hi)
        x, y, z, later = _further(trk, par, t_s, lo, fall, mid)
        tof, margin = reach(w, weapon, g.x_m, g.y_m, g.z_m, x, y, z)
        if margin >= 0.0 and delay_s + tof <= mid:
            hi = mid
        else:
            lo, fall = mid, later
    x, y, z, _ = _further(trk, par, t_s, lo, fall, hi)
    tof, _ = reach(w, weapon, g.x_m, g.y_m, g.z_m, x, y, z)
    return True, hi, tof, x, y, z
