"""Motor, drag and local vertical of a round: parts of `interceptor.advance`."""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.physics.geodesy import A_M, B_M
from openiads.physics.interceptor_schema import MACH_STEP, N_MACH

_INV_MACH_STEP = 1.0 / MACH_STEP
_LAST_MACH = N_MACH - 1.0
_IA2 = 1.0 / (A_M * A_M)
_IB2 = 1.0 / (B_M * B_M)


@kernel
def up_unit(x, y, z):
    """Local vertical: the gradient of the ellipsoid's equation, within 6e-5 rad of the normal below 100
    km."""
    ux = x * _IA2
    uy = y * _IA2
    uz = z * _IB2
    n2 = ux * ux + uy * uy + uz * uz
    if n2 <= 0.0:
        return 0.0, 0.0, 1.0
    k = 1.0 / math.sqrt(n2)
    return ux * k, uy * k, uz * k


@kernel
def _overlap(a, b, lo, hi):
    """Length of the common part of [a, b] and [lo, hi]."""
    a = max(a, lo)
    b = min(b, hi)
    if b > a:
        return b - a
    return 0.0


@kernel
def motor(par, t0, t1):
    """Mean thrust (N) and propellant used (kg) between two times after ejection (s)."""
    on = par.ignition_s
    end = on + par.boost_s
    b = _overlap(t0, t1, on, end)
    s = _overlap(t0, t1, end, end + par.sustain_s)
    dt = t1 - t0
    if dt <= 0.0:
        return 0.0, 0.0
    return (
        (b * par.boost_thrust_n + s * par.sustain_thrust_n) / dt,
        b * par.boost_mdot_kgps + s * par.sustain_mdot_kgps,
    )


@kernel
def rise_since(sx, sy, sz, ux, uy, uz, bulge):
    """Altitude gained by a displacement s from where the vertical is u, with the Earth's curvature."""
    rise = sx * ux + sy * uy + sz * uz
    return rise + (sx * sx + sy * sy + sz * sz - rise * rise) * bulge


@kernel
def drag_coefficient(curves, row, mach):
    """Zero-lift drag coefficient by linear interpolation; row 0 motor off, 1 burning."""
    s = mach * _INV_MACH_STEP
    if s < _LAST_MACH:
        j = int(s)
        c0 = curves[row, j]
        return c0 + (s - j) * (curves[row, j + 1] - c0)
    return curves[row, N_MACH - 1]
