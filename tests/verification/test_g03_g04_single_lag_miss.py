"""G-03, G-04. Miss distance of proportional navigation with a first-order lag.

The autopilot follows the command with time constant T; x = t_F / T. Inverse Laplace transform of the adjoint
s^-3 (s/(s+1))^N' (step of target acceleration n_T) and s^-2 (s/(s+1))^N' (heading error) gives, with T = 1,

    N' = 3:  miss/n_T = x^2/2 e^-x            miss/(V HE) = x e^-x (1 - x/2)
    N' = 4:  miss/n_T = x^2/2 e^-x (1 - x/3)  miss/(V HE) = x e^-x (1 - x + x^2/6)

Source: P. Zarchan, Tactical and Strategic Missile Guidance, chapter 3 (method of adjoints); the transforms
done again. Here the forward problem is flown with the same kernels as the missile's (`zem_command`,
`lag_step`, `lag_mean`), so the lag's discretisation is part of the check. Tolerance 1e-4 of n_T T^2 or V HE
T.
"""

import math

import pytest

from openiads._jit import kernel
from openiads.physics.guidance import lag_mean, lag_step, zem_command


@kernel
def miss(nav, x, n_t, v, steps):
    """Miss after flight time x with unit lag: midpoint commands, exact lag in each step."""
    dt = x / steps
    decay = math.exp(-dt)
    y = 0.0
    a = 0.0
    for i in range(steps):
        go = x - (i + 0.5) * dt
        command = zem_command(y + 0.5 * dt * v, v + 0.5 * dt * (n_t - a), 0.0, go, nav)
        mean = lag_mean(a, command, decay, dt)
        y += dt * (v + 0.5 * dt * (n_t - mean))
        v += dt * (n_t - mean)
        a = lag_step(a, command, decay)
    return y


STEPS = 40_000


def manoeuvre(nav, x):
    tail = 1.0 if nav == 3.0 else 1.0 - x / 3.0
    return 0.5 * x * x * math.exp(-x) * tail


def heading(nav, x):
    tail = 1.0 - x / 2.0 if nav == 3.0 else 1.0 - x + x * x / 6.0
    return x * math.exp(-x) * tail


@pytest.mark.parametrize("nav", [3.0, 4.0])
@pytest.mark.parametrize("x", [0.5, 1.0, 1.268, 2.0, 3.0, 5.0, 8.0])
def test_forward_flight_equals_the_adjoint(nav, x):
    assert miss(nav, x, 1.0, 0.0, STEPS) == pytest.approx(manoeuvre(nav, x), abs=1e-4)
    assert miss(nav, x, 0.0, 1.0, STEPS) == pytest.approx(heading(nav, x), abs=1e-4)


def test_tabulated_values():
    """The numbers as tabulated: x = 1, 3, 5, and the peaks."""
    assert [manoeuvre(3.0, x) for x in (1.0, 3.0, 5.0)] == pytest.approx(
        [0.1839397, 0.2240418, 0.0842243], abs=1e-7
    )
    assert [manoeuvre(4.0, x) for x in (1.0, 3.0, 5.0)] == pytest.approx(
        [0.1226265, 0.0, -0.0561496], abs=1e-7
    )
    assert [heading(3.0, x) for x in (1.0, 3.0, 5.0)] == pytest.approx(
        [0.1839397, -0.0746806, -0.0505346], abs=1e-7
    )
    assert [heading(4.0, x) for x in (1.0, 3.0, 5.0)] == pytest.approx(
        [0.0613132, -0.0746806, 0.0056150], abs=1e-7
    )
    assert miss(3.0, 2.0, 1.0, 0.0, STEPS) == pytest.approx(0.2706706, abs=1e-4)
    assert miss(4.0, 1.268, 1.0, 0.0, STEPS) == pytest.approx(0.1306020, abs=1e-4)


def test_error_falls_with_the_step():
    """First order: the last step, where the command divides by the time to go, sets the error."""
    exact = manoeuvre(3.0, 3.0)
    errors = [abs(miss(3.0, 3.0, 1.0, 0.0, n) - exact) for n in (200, 400, 800)]
    assert errors[0] / errors[1] == pytest.approx(2.0, abs=0.2)
    assert errors[1] / errors[2] == pytest.approx(2.0, abs=0.2)
