"""G-05, G-06. True proportional navigation in two dimensions, nonlinear.

Missile 3000 ft/s at (0, 10000) ft, target 1000 ft/s head-on at (40000, 10000) ft, N' = 4, g = 32.2 ft/s^2.
G-05: 20 degrees of heading error: intercept after 10.584 s, first command 12.170 g, miss below 1 ft. G-06: no
heading error, 3 g target turn: intercept after 10.450 s, largest command 4.47 g (linear theory says 6 g).
Source: the example of P. Zarchan, Tactical and Strategic Missile Guidance, chapter 2; the figures were
computed independently with steps of 1e-4 s. Tolerances: 0.01 s, 0.5 % (G-05), 1 % (G-06).
"""

import math

import pytest

from openiads._jit import kernel
from openiads.physics.guidance import apn_command, closest_approach

G = 32.2


@kernel
def fly(heading_error, turn_g, nav, dt):
    """(time of closest approach, miss, first and largest command in g)."""
    tx = 40_000.0
    ty = 10_000.0
    mx = 0.0
    my = 10_000.0
    beta = 0.0
    ux = 3000.0 * math.cos(heading_error)
    uy = 3000.0 * math.sin(heading_error)
    first = -1.0
    most = 0.0
    t = 0.0
    for i in range(2_000_000):
        t = i * dt
        wx = -1000.0 * math.cos(beta)
        wy = 1000.0 * math.sin(beta)
        ax, ay, _ = apn_command(tx - mx, ty - my, 0.0, wx - ux, wy - uy, 0.0, 0.0, 0.0, 0.0, nav)
        a = math.sqrt(ax * ax + ay * ay) / G
        if first < 0.0:
            first = a
        if (
            math.sqrt((tx - mx) * (tx - mx) + (ty - my) * (ty - my)) > 30.0
        ):  # the last 30 ft: division by range
            most = max(most, a)
        # the midpoint of the step
        hx = 0.5 * dt * ux
        hy = 0.5 * dt * uy
        bx, by, _ = apn_command(
            tx + 0.5 * dt * wx - mx - hx, ty + 0.5 * dt * wy - my - hy, 0.0,
            wx - ux - 0.5 * dt * ax, wy - uy - 0.5 * dt * ay, 0.0, 0.0, 0.0, 0.0, nav,
        )  # fmt: skip
        tc, miss = closest_approach(tx - mx, ty - my, 0.0, wx - ux, wy - uy, 0.0, -bx, -by, 0.0, dt)
        if tc < dt:
            return t + tc, miss, first, most
        mx += dt * (ux + 0.5 * dt * bx)
        my += dt * (uy + 0.5 * dt * by)
        ux += dt * bx
        uy += dt * by
        mid = beta + 0.5 * dt * turn_g * G / 1000.0
        tx -= dt * 1000.0 * math.cos(mid)
        ty += dt * 1000.0 * math.sin(mid)
        beta += dt * turn_g * G / 1000.0
    return t, 1e9, first, most


def test_g05_heading_error():
    t, miss, first, _ = fly(math.radians(-20.0), 0.0, 4.0, 1e-4)
    assert t == pytest.approx(10.584, abs=0.01)
    assert first == pytest.approx(12.170, rel=5e-3)
    assert miss < 1.0


def test_g06_target_turn():
    t, miss, _, most = fly(0.0, 3.0, 4.0, 1e-4)
    assert t == pytest.approx(10.450, rel=0.01)
    assert most == pytest.approx(4.47, rel=0.01)
    assert most < 6.0  # linear theory is conservative
    assert miss < 1.0
