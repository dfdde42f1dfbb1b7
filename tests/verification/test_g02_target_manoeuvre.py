"""G-02. Proportional and augmented navigation against a constant target manoeuvre, no lag.

a_c / n_T = N'/(N'-2) [1 - (1 - t/t_F)^(N'-2)]: at the end 3 for N' = 3 and 2 for N' = 4, both 1.5 at half
time. The augmented law asks (N'/2)(1 - t/t_F)^(N'-2) and spends half as much velocity. Source: P. Zarchan,
Tactical and Strategic Missile Guidance, chapters 2 and 8; derived again. Tolerance 1e-3.
"""

import pytest

from openiads._jit import kernel
from openiads.physics.guidance import zem_command


@kernel
def fly(nav, known, steps):
    """Unit manoeuvre over unit time; `known` 1: the law is told. (at 0, 1/2, 0.99, integral of |command|)."""
    dt = 1.0 / steps
    y = 0.0
    v = 0.0
    first = abs(zem_command(0.0, 0.0, known, 1.0, nav))
    middle = 0.0
    last = 0.0
    spent = 0.0
    for i in range(steps - 1):
        go = 1.0 - i * dt
        a0 = zem_command(y, v, known, go, nav)
        a1 = zem_command(y + 0.5 * dt * v, v + 0.5 * dt * (1.0 - a0), known, go - 0.5 * dt, nav)
        y += dt * (v + 0.5 * dt * (1.0 - a0))
        v += dt * (1.0 - a1)
        spent += abs(a1) * dt
        if i + 1 == steps // 2:
            middle = zem_command(y, v, known, 0.5, nav)
        if i + 1 == steps * 99 // 100:
            last = zem_command(y, v, known, 0.01, nav)
    return first, middle, last, spent


@pytest.mark.parametrize(("nav", "final"), [(3.0, 3.0), (4.0, 2.0)])
def test_proportional_navigation(nav, final):
    first, middle, last, _ = fly(nav, 0.0, 40_000)
    assert first == 0.0
    assert middle == pytest.approx(1.5, rel=1e-3)
    assert last == pytest.approx(final * (1.0 - 0.01 ** (nav - 2.0)), rel=1e-3)


@pytest.mark.parametrize("nav", [3.0, 4.0])
def test_augmented_law_asks_its_most_at_once_and_spends_half(nav):
    first, middle, last, spent = fly(nav, 1.0, 40_000)
    assert first == pytest.approx(nav / 2.0, rel=1e-12)
    assert middle == pytest.approx(nav / 2.0 * 0.5 ** (nav - 2.0), rel=1e-3)
    assert last == pytest.approx(nav / 2.0 * 0.01 ** (nav - 2.0), abs=1e-3)
    plain = fly(nav, 0.0, 40_000)[3]
    assert spent / plain == pytest.approx(0.5, rel=1e-3)
