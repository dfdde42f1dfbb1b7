"""T-01, T-02: OSPA and GOSPA of small sets, by hand and against an independent library.

Three truths (0,0), (100,0), (0,100); two tracks (3,4), (100,10). The assignment is plain: distances 5 and 10,
one truth left over. By hand, with cut-off c and order p:

    OSPA^p  = (5^p + 10^p + c^p) / 3          (each distance cut at c)
    GOSPA^p = 5^p + 10^p + c^p / 2            (alpha = 2)

Tolerance 1e-9: only rounding stands between formula and code.
"""

import itertools
import math

import numpy as np
import pytest

from openiads.analysis.tracking_metrics import count_switches, gospa, ospa

TRUTH = [(0, 0), (100, 0), (0, 100)]
TRACKS = [(3, 4), (100, 10)]


@pytest.mark.parametrize(("c", "p", "value"), [(50, 1, 21.6666666667), (50, 2, 29.5804), (100, 2, 58.09475)])
def test_ospa_by_hand(c, p, value):
    got = ospa(TRUTH, TRACKS, c, p)
    assert got.distance == pytest.approx(((5**p + 10**p + c**p) / 3) ** (1 / p), abs=1e-9)
    assert got.distance == pytest.approx(value, abs=1e-5)
    assert got.distance**p == pytest.approx(got.localisation**p + got.cardinality**p, rel=1e-12)


def test_ospa_parts():
    got = ospa(TRUTH, TRACKS, 50, 1)
    assert (got.localisation, got.cardinality) == pytest.approx((5.0, 50 / 3), abs=1e-9)


@pytest.mark.parametrize(("c", "p", "value"), [(50, 1, 40.0), (50, 2, 37.08099), (100, 2, 71.58911)])
def test_gospa_by_hand(c, p, value):
    got = gospa(TRUTH, TRACKS, c, p)
    assert got.distance == pytest.approx((5**p + 10**p + c**p / 2) ** (1 / p), abs=1e-9)
    assert got.distance == pytest.approx(value, abs=1e-5)
    assert (got.localisation, got.missed, got.false) == pytest.approx((5**p + 10**p, c**p / 2, 0))
    assert (got.n_missed, got.n_false, got.pairs) == (1, 0, {0: 0, 1: 1})


@pytest.mark.parametrize("p", [1, 2, math.inf])
@pytest.mark.parametrize("offset", [0.5, 0.2])
def test_equal_offsets(p, offset):
    """Five targets, each track off by the same: OSPA is that offset for every order (T-02)."""
    truth = np.arange(5.0)[:, None] * 7
    assert ospa(truth, truth + offset, 10, p).distance == pytest.approx(offset, abs=1e-12)
    if p == 1:
        assert gospa(truth, truth + offset, 10, p).distance == pytest.approx(5 * offset, abs=1e-12)


def test_switching():
    """c = 2, p = 2, penalty 3: cost 2^2 from one missed and one false, and 2.5 switches of 3^2 (T-02)."""
    before = {0: 0, 1: 1, 2: 2}
    after = {0: 1, 1: 0, 3: 3}  # two change; one loses, one wins, ...
    assert count_switches(before, after) == 3.0
    assert count_switches({0: 0, 1: 1, 2: 2}, {0: 1, 1: 0}) == 2.5
    truth = [(0, 0), (10, 0), (20, 0)]
    tracks = [(10, 0), (0, 0), (99, 0)]
    got = gospa(truth, tracks, 2, 2, before=before, switching_penalty=3)
    assert got.distance == pytest.approx(math.sqrt(2**2 + (math.sqrt(2.5) * 3) ** 2), abs=1e-12)


def test_empty_sets():
    assert ospa([], [], 10).distance == 0
    assert ospa([(1, 2)], [], 10).distance == 10
    assert ospa([(1, 2)], np.zeros((0, 2)), 10, math.inf).distance == 10
    assert gospa([(1, 2)], [], 10, 1).distance == 5
    assert gospa([], [(1, 2), (3, 4)], 10, 1).n_false == 2


def test_bottleneck_against_all_permutations():
    rng = np.random.default_rng(11)
    for _ in range(100):
        m, n = sorted(int(v) for v in rng.integers(1, 6, 2))
        a, b = rng.random((m, 2)), rng.random((n, 2))
        d = np.minimum(np.linalg.norm(a[:, None] - b, axis=2), 0.7)
        best = min(max(d[i, j] for i, j in enumerate(q)) for q in itertools.permutations(range(n), m))
        assert ospa(a, b, 0.7, math.inf).localisation == best


def test_metric_axioms():
    """Symmetry and triangle inequality on random sets: a wrong assignment or cut-off breaks them."""
    rng = np.random.default_rng(12)
    for _ in range(200):
        a, b, c = (rng.random((rng.integers(0, 5), 2)) for _ in range(3))
        for metric in (ospa, gospa):
            ab, ba, ac, cb = (metric(x, y, 0.5, 2).distance for x, y in ((a, b), (b, a), (a, c), (c, b)))
            assert ab == pytest.approx(ba, abs=1e-12)
            assert ab <= ac + cb + 1e-12


def test_refuses():
    for bad in ({"c": 0}, {"c": math.inf}, {"c": 1, "p": 0.5}):
        with pytest.raises(ValueError, match="metrics"):
            ospa(TRUTH, TRACKS, **bad)
    with pytest.raises(ValueError, match="finite"):
        gospa([(math.nan, 0)], TRACKS, 1)


def test_against_stone_soup():
    """Random sets: the same numbers as Stone Soup's OSPA and GOSPA.

    For OSPA with p = 2 only "not above": Stone Soup 1.9.1 assigns by the sum of distances, not of their
    squares, and so may miss the minimum that defines the metric. (In T-01 both assignments are the same.)
    """
    pytest.importorskip("stonesoup", reason="stonesoup is not installed: comparison with it skipped")
    from stonesoup.metricgenerator.ospametric import GOSPAMetric, OSPAMetric  # noqa: PLC0415
    from stonesoup.types.state import State  # noqa: PLC0415

    rng = np.random.default_rng(13)
    for _ in range(40):
        a, b = (rng.random((rng.integers(1, 7), 2)) * 3 for _ in range(2))
        sa, sb = ([State(row[:, None]) for row in v] for v in (a, b))
        for p in (1, 2):
            theirs = OSPAMetric(c=1.0, p=p).compute_OSPA_distance(sb, sa).value
            ours = ospa(a, b, 1.0, p).distance
            assert ours <= theirs + 1e-9
            if p == 1:
                assert ours == pytest.approx(theirs, abs=1e-9)
            value, _ = GOSPAMetric(c=1.0, p=p).compute_gospa_metric(sb, sa)
            value = getattr(value, "value", value)
            assert gospa(a, b, 1.0, p).distance == pytest.approx(value["distance"], abs=1e-9)
