"""O-09: exchange of salvos between fleets.

Equations: W. P. Hughes, Fleet Tactics and Coastal Combat (2000); with leaky defence: Y. M. Tiah, An
Analysis of Small Navy Tactics Using a Modified Hughes' Salvo Model, Naval Postgraduate School, 2007,
excursion A3 (pp. 26-29), whose inputs and results are also those of the public implementation
doolanshire/Combat-Models. The percentages there are of strength *remaining*: after one exchange 3.23 %
(0.13 ships) of the frigates and 67.74 % (8.13 ships) of the corvettes. Tolerance: the last printed figure.
"""

import pytest

from openiads.analysis.oracles import Fleet, hughes_salvo, leaky_salvo


@pytest.mark.parametrize(
    ("fleet", "left"),
    [((2, 3, 3, 3, 1, 1, 2, 2), (0, 3)), ((10, 10, 2, 2, 2, 2, 1, 1), (5, 5))],
)
def test_closed_form(fleet, left):
    assert hughes_salvo(*fleet) == pytest.approx(left, abs=1e-12)


def test_strong_defence_and_overkill_are_cut():
    assert hughes_salvo(4, 4, 1, 1, 1, 1, 3, 3) == (4, 4)  # nothing gets through; nobody is revived
    assert hughes_salvo(2, 2, 50, 50, 1, 1, 0, 0) == (0, 0)


def test_tiah_excursion_a3():
    blue = Fleet(4, 8, 6, 1.5, scouting=0.6, launch=0.9, hit=0.7, sam=0.68)
    red = Fleet(12, 4, 2, 1.0, scouting=0.6, launch=0.9, hit=0.7, sam=0.68)
    left_blue, left_red = leaky_salvo(blue, red)
    assert left_blue == pytest.approx(0.13, abs=5e-3)
    assert 100 * left_blue / 4 == pytest.approx(3.23, abs=5e-3)
    assert left_red == pytest.approx(8.13, abs=5e-3)
    assert 100 * left_red / 12 == pytest.approx(67.74, abs=5e-3)
    left_blue, left_red = leaky_salvo(blue._replace(ships=left_blue), red._replace(ships=left_red))
    assert left_blue == 0.0
    assert left_red == pytest.approx(8.0, abs=5e-3)
    assert 100 * left_red / 12 == pytest.approx(66.7, abs=5e-2)


def test_perfect_interceptors_give_back_the_plain_model():
    blue = Fleet(5, 4, 2, 2.0)
    red = Fleet(6, 3, 1, 1.0)
    plain = hughes_salvo(5, 6, 4, 3, 2.0, 1.0, 2, 1)
    assert leaky_salvo(blue, red) == pytest.approx(plain, abs=1e-12)
