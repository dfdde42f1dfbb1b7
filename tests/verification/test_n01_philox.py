"""N-01. Philox4x32-10 against the Random123 known-answer vectors.

Source: J. K. Salmon et al., Random123 distribution, tests/kat_vectors (D. E. Shaw Research). Exact.
NumPy's own Philox4x64-10 is a different width and cannot be compared word for word.
"""

import math

import numpy as np
import pytest

from openiads.engine.rng import normal4, philox4x32, poisson_from_uniform, uniform4

KAT = [
    ((0,) * 4, (0,) * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KAT)
def test_known_answers(counter, key, expected):
    words = philox4x32(*key, *counter)
    assert " ".join(f"{int(word):08x}" for word in words) == expected


def test_uniforms_are_uniform_and_addresses_do_not_collide():
    draws = np.array([uniform4(1, 2, 3, i, 5, 6) for i in range(20_000)])
    assert draws.min() > 0.0 and draws.max() < 1.0
    # Mean of n uniforms: sd 1/sqrt(12 n); 3.5 sigma two-sided.
    assert np.all(abs(draws.mean(axis=0) - 0.5) < 3.5 / math.sqrt(12 * len(draws)))
    others = {
        uniform4(1, 2, 3, 4, 5, 6),
        uniform4(2, 2, 3, 4, 5, 6),
        uniform4(1, 3, 3, 4, 5, 6),
        uniform4(1, 2, 4, 4, 5, 6),
        uniform4(1, 2, 3, 5, 5, 6),
        uniform4(1, 2, 3, 4, 6, 6),
        uniform4(1, 2, 3, 4, 5, 7),
    }
    assert len(others) == 7


def test_normals_have_unit_variance_and_no_correlation():
    draws = np.array([normal4(7, 0, 1, i, 0, 0) for i in range(20_000)])
    n = len(draws)
    assert np.all(abs(draws.mean(axis=0)) < 3.5 / math.sqrt(n))
    covariance = np.cov(draws.T)
    assert np.all(abs(np.diag(covariance) - 1.0) < 3.5 * math.sqrt(2.0 / n))
    off = covariance[~np.eye(4, dtype=bool)]
    assert np.all(abs(off) < 3.5 / math.sqrt(n))


@pytest.mark.parametrize("mean", [0.05, 1.0, 7.5])
def test_poisson_by_inversion(mean):
    counts = np.array([poisson_from_uniform(mean, uniform4(3, 0, 9, i, 0, 0)[0]) for i in range(20_000)])
    assert abs(counts.mean() - mean) < 3.5 * math.sqrt(mean / len(counts))
    assert counts.var() == pytest.approx(mean, rel=0.06)
