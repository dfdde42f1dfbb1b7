"""R-25 and the aspect convention: closed forms, table lookup, body axes.

References: optical sphere pi a^2; flat plate at normal incidence 4 pi A^2 / lambda^2 (any radar textbook,
e.g. E. F. Knott et al., Radar Cross Section). Aspect cases are drawn by hand: nose, tail, wing, belly.
"""

import math

import numpy as np
import pytest

from openiads.physics.signature import (
    BAND_EDGES_HZ,
    BAND_NAMES,
    RCS_AZIMUTHS,
    RCS_ELEVATIONS,
    aspect_angles,
    band_index,
    body_axes,
    constant_rcs_table,
    flat_plate_rcs_m2,
    make_rcs_table,
    rcs_lookup_dbsm,
    rcs_lookup_m2,
    sphere_rcs_m2,
)

DEG = math.pi / 180.0


def test_r25_closed_forms() -> None:
    """Sphere of radius 0.56419 m: 1.000 m2; plate of 1 m2 at 10 GHz: 41.456 dBsm. Tolerance 1e-3."""
    assert sphere_rcs_m2(0.56419) == pytest.approx(1.0, abs=1e-3)
    plate = flat_plate_rcs_m2(1.0, 299_792_458.0 / 10e9)
    assert 10.0 * math.log10(plate) == pytest.approx(41.456, abs=1e-3)


# East-north-up for reading: flying north, level; the line of sight points from the target to the radar.
@pytest.mark.parametrize(
    ("los", "az_deg", "el_deg"),
    [
        ((0.0, 1.0, 0.0), 0.0, 0.0),  # radar ahead: nose-on
        ((0.0, -1.0, 0.0), 180.0, 0.0),  # tail-on
        ((1.0, 0.0, 0.0), 90.0, 0.0),  # radar to the east of a northbound: starboard wing
        ((-1.0, 0.0, 0.0), -90.0, 0.0),  # port wing
        ((0.0, math.sqrt(0.5), -math.sqrt(0.5)), 0.0, -45.0),  # ahead and below: belly
        ((0.0, 0.0, 1.0), 0.0, 90.0),  # from above
    ],
)
def test_aspect_of_a_level_flight(los, az_deg: float, el_deg: float) -> None:
    az, el = aspect_angles(0.0, 250.0, 0.0, 0.0, 0.0, 1.0, *los)
    assert el == pytest.approx(el_deg * DEG, abs=1e-12)
    if abs(el_deg) < 90.0:
        assert az == pytest.approx(az_deg * DEG, abs=1e-12)


def test_a_diving_missile_shows_its_nose_to_what_it_dives_at() -> None:
    s = math.sqrt(0.5)
    az, el = aspect_angles(0.0, 700.0, -700.0, 0.0, 0.0, 1.0, 0.0, s, -s)
    assert az == pytest.approx(0.0, abs=1e-12)
    assert el == pytest.approx(0.0, abs=1e-12)
    az, el = aspect_angles(0.0, 700.0, -700.0, 0.0, 0.0, 1.0, 0.0, s, s)
    assert el == pytest.approx(90.0 * DEG, abs=1e-7)


@pytest.mark.parametrize(
    "velocity",
    [(0.0, 0.0, 0.0), (0.0, 0.0, 300.0), (0.0, 0.0, -300.0), (1e-12, 0.0, 50.0), (200.0, 3.0, -7.0)],
)
def test_body_axes_are_always_orthonormal(velocity) -> None:
    """Starboard = forward x up; also at rest, in vertical flight and at the pole."""
    for up in ((0.0, 0.0, 6.4e6), (6.4e6, 0.0, 0.0), (3e6, -4e6, 4e6)):
        frame = np.array(body_axes(*velocity, *up)).reshape(3, 3)
        assert frame @ frame.T == pytest.approx(np.eye(3), abs=1e-9)
        assert np.cross(frame[0], frame[2]) == pytest.approx(frame[1], abs=1e-9)


def test_wings_are_level() -> None:
    rng = np.random.Generator(np.random.Philox(key=3))
    for _ in range(100):
        v, u = rng.normal(size=3), rng.normal(size=3)
        frame = np.array(body_axes(*v, *u)).reshape(3, 3)
        assert frame[0] @ v == pytest.approx(np.linalg.norm(v))
        assert frame[1] @ u == pytest.approx(0.0, abs=1e-12)
        assert frame[2] @ u >= 0.0


def test_table_reproduces_its_points_and_is_bilinear_between() -> None:
    az = [0.0, 45 * DEG, 90 * DEG, math.pi]
    el = [-90 * DEG, 0.0, 90 * DEG]
    values = np.arange(12.0).reshape(3, 4) ** 1.5
    table = make_rcs_table([(az, el, values + 5 * b) for b in range(6)])
    assert table.shape == (6, RCS_ELEVATIONS, RCS_AZIMUTHS)
    for b in range(6):
        for j, e in enumerate(el):
            for i, a in enumerate(az):
                for sign in (1.0, -1.0):  # mirror symmetry
                    assert rcs_lookup_dbsm(table, b, sign * a, e) == pytest.approx(values[j, i] + 5 * b)
    middle = rcs_lookup_dbsm(table, 0, 22.5 * DEG, 45 * DEG)
    assert middle == pytest.approx(0.25 * (values[1, 0] + values[1, 1] + values[2, 0] + values[2, 1]))


def test_constant_table() -> None:
    table = constant_rcs_table(4.0)
    for band in range(6):
        assert rcs_lookup_m2(table, band, 1.234, -0.4) == pytest.approx(4.0, rel=1e-12)


def test_angles_beyond_the_grid_are_held() -> None:
    table = constant_rcs_table(2.0)
    for az, el in ((10.0, 0.0), (-10.0, 5.0), (0.0, -5.0), (math.pi, math.pi / 2)):
        assert rcs_lookup_m2(table, 0, az, el) == pytest.approx(2.0, rel=1e-12)


def test_bands() -> None:
    """IEEE Std 521: VHF 30-300 MHz, UHF to 1 GHz, L to 2, S to 4, C to 8, X to 12."""
    for band, name in enumerate(BAND_NAMES):
        assert band_index(BAND_EDGES_HZ[band]) == band, name
        assert band_index(0.999999 * BAND_EDGES_HZ[band + 1]) == band, name
    for outside in (0.0, -1.0, 29e6, 12e9, 35e9, math.nan, math.inf):
        assert band_index(outside) == -1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda b: b[:5], "bands: 5 given"),
        (lambda b: [([0.0, 0.0], [0.0], [[1.0, 2.0]]), *b[1:]], "VHF azimuth"),
        (lambda b: [([0.0, 4.0], [0.0], [[1.0, 2.0]]), *b[1:]], "VHF azimuth"),
        (lambda b: [*b[:5], ([0.0], [2.0], [[1.0]])], "X elevation"),
        (lambda b: [*b[:5], ([0.0], [0.0], [[math.nan]])], "X dbsm"),
        (lambda b: [*b[:5], ([0.0], [0.0], [[1.0, 2.0]])], "X dbsm"),
        (lambda b: [*b[:5], ([], [0.0], [[]])], "X azimuth"),
    ],
)
def test_bad_tables_are_refused(change, message: str) -> None:
    good = [([0.0], [0.0], [[1.0]])] * 6
    make_rcs_table(good)
    with pytest.raises(ValueError, match=message):
        make_rcs_table(change(good))
