"""B-04, B-05, B-06: fall with quadratic drag, the rocket equation, re-entry after Allen and Eggers.

Each closed form is held against its number (tolerances: printed digits, 1e-6 and 1e-4) and against an
integration with the drag of the propagator, `flight.drag_acceleration`, so that form and flight check each
other.
"""

import math

import pytest
from scipy.integrate import solve_ivp

from openiads.physics.ballistic_forms import allen_eggers_peak, allen_eggers_speed, drag_fall, rocket_delta_v
from openiads.physics.flight import drag_acceleration

G0 = 9.80665


def test_b04_drop_with_drag():
    """10 kg, Cd 0.5, 0.01 m^2, 1.225 kg/m^3: v_t 178.94612 m/s, after 10 s 89.30067 m/s and 467.59128 m."""
    k = 0.5 * 0.01 / 10.0
    terminal = math.sqrt(2.0 * G0 / (1.225 * k))
    assert terminal == pytest.approx(178.94612, rel=1e-6)
    assert drag_fall(10.0, G0, terminal) == pytest.approx((89.30067, 467.59128), rel=1e-6)

    def fall(_, y):
        return [y[1], G0 + drag_acceleration(0.0, 0.0, y[1], 1.225, k)[2]]

    flown = solve_ivp(fall, (0.0, 10.0), [0.0, 0.0], rtol=1e-11, atol=1e-11).y[:, -1]
    assert (flown[1], flown[0]) == pytest.approx((89.30067, 467.59128), rel=1e-6)
    assert drag_fall(5_000.0, G0, terminal)[0] == pytest.approx(terminal)  # long times do not overflow


def test_b05_rocket_equation():
    assert rocket_delta_v(230.0, 4.0) == pytest.approx(3126.828, rel=1e-6)
    assert rocket_delta_v(230.0, 1.0) == 0.0
    assert rocket_delta_v(230.0, 0.0) == 0.0


def test_b06_allen_eggers():
    """2,000 m/s at 45 degrees, scale height 7,200 m: 7.3683 g at 0.60653 of the entry speed."""
    v0, gamma, scale, beta, rho0 = 2_000.0, math.pi / 4, 7_200.0, 5_000.0, 1.225
    peak, speed = allen_eggers_peak(v0, gamma, scale)
    assert peak / G0 == pytest.approx(7.3683, rel=1e-4)
    assert speed / v0 == pytest.approx(0.60653, rel=1e-4)

    # Straight-line flight down to 0 m, gravity off, by height.
    sine = math.sin(gamma)

    def slow_down(h, v):
        return [
            drag_acceleration(0.0, 0.0, -v[0], rho0 * math.exp(-h / scale), 1.0 / beta)[2] / (v[0] * sine)
        ]

    path = solve_ivp(slow_down, (120e3, 0.0), [v0], rtol=1e-10, atol=1e-8, dense_output=True)
    for h in (60e3, 30e3, 10e3, 3e3, 0.0):
        rho = rho0 * math.exp(-h / scale)
        form = allen_eggers_speed(v0, gamma, beta, rho, scale)
        assert path.sol(h)[0] == pytest.approx(form, rel=1e-5)
    # A light body, so that the greatest deceleration comes well above the ground.
    light = 300.0

    def deceleration(h):
        rho = rho0 * math.exp(-h / scale)
        return 0.5 * rho * allen_eggers_speed(v0, gamma, light, rho, scale) ** 2 / light

    assert max(deceleration(10.0 * i) for i in range(6000)) == pytest.approx(peak, rel=1e-4)
