"""G-01. Proportional navigation against an initial heading error, no lag.

Linearised homing y'' = -a_c, y(0) = 0, y'(0) = -V HE, a_c = N' (y + y' t_go) / t_go^2 has the closed form
a_c(t) = N' V HE / t_F (1 - t/t_F)^(N'-2), and the velocity spent is V HE N' / (N' - 1). Source: P. Zarchan,
Tactical and Strategic Missile Guidance, chapter 2; derived again by hand (the equation has the solution y' +
y / t_go = c t_go^(N'-1)). Tolerance 1e-3: what the law promises is checked, not the integrator.
"""

import pytest

from openiads._jit import kernel
from openiads.physics.guidance import zem_command


@kernel
def fly(nav, y, v, n_t, steps):
    """Midpoint integration over unit time; (command at 0, at 1/2, near the end, integral of |command|)."""
    dt = 1.0 / steps
    first = abs(zem_command(y, v, 0.0, 1.0, nav))
    middle = 0.0
    last = 0.0
    spent = 0.0
    for i in range(steps - 1):
        go = 1.0 - i * dt
        a0 = zem_command(y, v, 0.0, go, nav)
        a1 = zem_command(y + 0.5 * dt * v, v + 0.5 * dt * (n_t - a0), 0.0, go - 0.5 * dt, nav)
        y += dt * (v + 0.5 * dt * (n_t - a0))
        v += dt * (n_t - a1)
        spent += abs(a1) * dt
        if i + 1 == steps // 2:
            middle = abs(zem_command(y, v, 0.0, 0.5, nav))
        last = abs(a1)
    return first, middle, last, spent


@pytest.mark.parametrize("nav", [3.0, 4.0, 5.0])
def test_command_history_and_velocity_spent(nav):
    first, middle, _, spent = fly(nav, 0.0, -1.0, 0.0, 20_000)
    assert first == pytest.approx(nav, rel=1e-12)
    assert middle == pytest.approx(nav * 0.5 ** (nav - 2.0), rel=1e-3)
    assert spent == pytest.approx(nav / (nav - 1.0), rel=1e-3)


def test_the_published_numbers_for_four():
    first, middle, _, spent = fly(4.0, 0.0, -1.0, 0.0, 20_000)
    assert (first, middle, spent) == pytest.approx((4.0, 1.0, 4.0 / 3.0), rel=1e-3)
