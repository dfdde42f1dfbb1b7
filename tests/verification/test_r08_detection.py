"""R-07 .. R-12: detection statistics of the square-law detector, exact and approximate.

Reference values of the exact table: computed with independent code as a negative-binomial mixture of gamma
tails (the package uses other closed forms), confirmed to 5e-4 by Monte Carlo of 2e6 trials; the steady N =
1 value 13.18349 dB is also printed on the documentation page of `sdr.min_snr` (Hostetter). Approximations:
Albersheim (Proc. IEEE 69(7), 1981) and Shnidman (IEEE Trans. AES 38(3), 2002; error < 0.5 dB for Pd
0.1..0.99, Pfa 1e-9..1e-3, N 1..100 according to M. A. Richards, Fundamentals of Radar Signal Processing,
ch. 6).
"""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from openiads.physics.detection import (
    PD_SNR_MIN_DB,
    PD_SNR_POINTS,
    PD_SNR_STEP_DB,
    albersheim_snr_db,
    detection_threshold,
    m_of_n_probability,
    make_pd_table,
    mean_false_plots,
    pd_from_snr,
    pd_lookup,
    required_snr_db,
    resolution_cells,
    shnidman_snr_db,
    swerling_pd,
)

# pfa, pd, n: per-pulse SNR in dB for Swerling 0..4
REQUIRED_SNR_DB = [
    (1e-6, 0.50, 1, (11.2426, 12.7719, 12.7719, 11.9537, 11.9537)),
    (1e-6, 0.50, 10, (3.6515, 5.1867, 3.7714, 4.3648, 3.7071)),
    (1e-6, 0.90, 1, (13.1835, 21.1436, 21.1436, 17.2960, 17.2960)),
    (1e-6, 0.90, 10, (5.2675, 13.4996, 6.2918, 9.6013, 5.8062)),
    (1e-6, 0.95, 1, (13.6624, 24.2869, 24.2869, 19.0985, 19.0985)),
    (1e-4, 0.50, 1, (9.3979, 10.8947, 10.8947, 10.0876, 10.0876)),
    (1e-4, 0.90, 1, (11.7491, 19.3660, 19.3660, 15.5994, 15.5994)),
    (1e-4, 0.90, 10, (4.1377, 12.0930, 5.0653, 8.2501, 4.6179)),
]


@pytest.mark.parametrize(("pfa", "pd", "n", "expected"), REQUIRED_SNR_DB)
def test_r07_required_snr_of_all_swerling_cases(pfa, pd, n, expected) -> None:
    """Tolerance 1e-4 dB: the last digit of the reference."""
    for case in range(5):
        assert required_snr_db(pd, pfa, n, case) == pytest.approx(expected[case], abs=1e-4)


def test_r07_printed_by_another_library() -> None:
    assert required_snr_db(0.9, 1e-6, 1, 0) == pytest.approx(13.183490056794499, abs=1e-6)


def test_r08_albersheim() -> None:
    """1e-3 dB for the formula; 0.3 dB against the exact square-law detector (it was fitted to the linear
    one)."""
    for pd, pfa, n, expected in ((0.9, 1e-6, 1, 13.1145), (0.9, 1e-6, 10, 4.9904), (0.5, 1e-6, 1, 11.2320)):
        assert albersheim_snr_db(pd, pfa, n) == pytest.approx(expected, abs=1e-3)
        assert albersheim_snr_db(pd, pfa, n) == pytest.approx(required_snr_db(pd, pfa, n, 0), abs=0.3)
    assert albersheim_snr_db(0.9, 1e-4, 1) == pytest.approx(11.6743, abs=1e-3)


def test_r10_shnidman() -> None:
    """5e-3 dB for the formula (recomputed from its coefficients), 0.5 dB against exact."""
    values = {(1, 0): 13.122, (1, 1): 21.346, (1, 3): 17.234, (10, 0): 5.334, (10, 1): 13.581, (10, 3): 9.457}
    for (n, case), expected in values.items():
        assert shnidman_snr_db(0.9, 1e-6, n, case) == pytest.approx(expected, abs=5e-3)
    for pfa in (1e-4, 1e-6):
        for pd in (0.5, 0.8, 0.9):
            for n in (1, 10, 24):
                for case in range(5):
                    exact = required_snr_db(pd, pfa, n, case)
                    assert shnidman_snr_db(pd, pfa, n, case) == pytest.approx(exact, abs=0.5)


def test_r11_r12_detection_probability_at_given_snr() -> None:
    """N = 1, Pfa 1e-6. Swerling 1 is Pfa^(1/(1+snr)) in closed form. Tolerance: last digit."""
    values = {
        10.0: (0.248049, 0.284804, 0.291882),
        13.0: (0.874441, 0.517178, 0.608965),
        15.0: (0.997225, 0.654756, 0.779446),
    }
    for snr_db, expected in values.items():
        ratio = 10.0 ** (snr_db / 10.0)
        for case, pd in zip((0, 1, 3), expected, strict=True):
            assert float(swerling_pd(ratio, 1e-6, 1, case)) == pytest.approx(pd, abs=1e-6)
        closed = 1e-6 ** (1.0 / (1.0 + ratio))
        assert float(swerling_pd(ratio, 1e-6, 1, 1)) == pytest.approx(closed, rel=1e-12)


@pytest.mark.parametrize("case", [0, 1, 2, 3, 4])
def test_monte_carlo_of_the_detector_itself(case: int) -> None:
    """Draw echoes and noise, square, sum, compare: no formula in common. Bound 3.5 sigma, fixed key."""
    n, pfa, snr, trials = 6, 1e-3, 10.0**0.35, 200_000
    rng = np.random.Generator(np.random.Philox(key=7 + case))
    if case == 0:
        power = np.ones((trials, 1))
    elif case in (1, 2):
        power = rng.exponential(1.0, (trials, 1 if case == 1 else n))
    else:
        power = rng.gamma(2.0, 0.5, (trials, 1 if case == 3 else n))
    noise = rng.normal(0.0, math.sqrt(0.5), (2, trials, n))
    statistic = np.sum((np.sqrt(snr * power) + noise[0]) ** 2 + noise[1] ** 2, axis=1)
    seen = float(np.mean(statistic > detection_threshold(n, pfa)))
    exact = float(swerling_pd(snr, pfa, n, case))
    assert abs(seen - exact) < 3.5 * math.sqrt(exact * (1.0 - exact) / trials)


@pytest.mark.parametrize("n", [2, 3, 10, 100])
@pytest.mark.parametrize("case", [1, 3, 4])
def test_both_evaluations_agree_where_they_meet(n: int, case: int) -> None:
    """Series and closed form of the slow cases, and the average over the fluctuation by quadrature, to
    1e-9."""
    order = {1: 1, 3: 2, 4: 2 * n}[case]
    limit = detection_threshold(n, 1e-6)
    for total in (1.9, 2.1, 30.0, 300.0):
        snr = total / n
        direct, _ = integrate.quad(
            lambda g, s=snr, k=order: (
                stats.gamma.pdf(g, k) * stats.ncx2.sf(2 * limit, 2 * n, 2 * n * s * g / k)
            ),
            0.0,
            order + 60.0 * math.sqrt(order),
            limit=500,
            epsabs=1e-12,
        )
        assert float(swerling_pd(snr, 1e-6, n, case)) == pytest.approx(direct, abs=1e-9)


@pytest.mark.parametrize("n", [1, 3, 10, 100])
@pytest.mark.parametrize("pfa", [1e-4, 1e-6, 1e-8])
def test_table_lookup_error(n: int, pfa: float) -> None:
    """Off-grid lookups against exact: at most 5e-4 absolute (measured worst 3.7e-4: steady, N = 100)."""
    table = make_pd_table(n, pfa)
    snr_db = np.random.Generator(np.random.Philox(key=11)).uniform(-29.0, 59.0, 1000)
    for case in range(5):
        exact = swerling_pd(10.0 ** (snr_db / 10.0), pfa, n, case)
        looked = np.array([pd_lookup(table, case, x) for x in snr_db])
        assert np.max(np.abs(looked - exact)) < 5e-4


def test_table_ends_and_order() -> None:
    table = make_pd_table(10, 1e-6)
    assert np.all(np.diff(table, axis=1) >= 0.0)
    assert table.shape == (5, PD_SNR_POINTS)
    top = PD_SNR_MIN_DB + PD_SNR_STEP_DB * (PD_SNR_POINTS - 1)
    for case in range(5):
        assert pd_lookup(table, case, -1000.0) == 1e-6
        assert pd_lookup(table, case, math.nan) == 1e-6
        assert pd_lookup(table, case, top) == 1.0
        assert pd_lookup(table, case, 1000.0) == 1.0
        assert pd_from_snr(table, case, 0.0) == 1e-6
        assert pd_from_snr(table, case, -1.0) == 1e-6
        assert pd_from_snr(table, case, math.inf) == 1.0


def test_noise_alone_crosses_the_threshold_as_often_as_stated() -> None:
    for n in (1, 10):
        for case in range(5):
            assert float(swerling_pd(0.0, 1e-4, n, case)) == pytest.approx(1e-4, rel=1e-6)


def test_m_of_n_against_the_binomial_distribution() -> None:
    for p in (0.0, 0.1, 0.5, 0.9, 1.0):
        for n in (1, 3, 5, 12):
            for m in range(n + 2):
                assert m_of_n_probability(p, m, n) == pytest.approx(stats.binom.sf(m - 1, n, p), abs=1e-14)
    assert m_of_n_probability(0.5, 2, 3) == 0.5  # 3/8 + 1/8


def test_false_plots_of_a_scan() -> None:
    """300 km in 150 m cells, 240 beam positions, 16 filters, Pfa 1e-6: 7.68 false plots a scan."""
    assert mean_false_plots(1e-6, resolution_cells(300e3, 150.0, 240.0, 16.0)) == pytest.approx(7.68)
