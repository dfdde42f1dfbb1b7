"""What must hold for every radar, target and jammer, not only for worked examples."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiads.physics.antenna import beam_offset_sq, beam_offset_sq_unit, pattern_gain, scan_gain
from openiads.physics.detection import make_pd_table, pd_from_snr
from openiads.physics.jamming import (
    burn_through_self_screening_m,
    jam_to_noise,
    jammed_snr,
    jammer_coupling_m2,
    range_factor,
)
from openiads.physics.propagation import (
    MODEL_CRPL,
    MODEL_EFFECTIVE_EARTH,
    TABLE_HEIGHTS,
    horizon_ground_range_m,
    look_path,
    make_refraction_table,
)
from openiads.physics.radar import constant_from_claim_m2, range_for_snr_m, snr_from_constant
from openiads.physics.signature import aspect_angles, rcs_lookup_m2

constants = st.floats(1e10, 1e25)
areas = st.floats(1e-4, 1e3)
ratios = st.floats(1e-3, 1e9)
TABLE = make_pd_table(10, 1e-6)
REFRACTION = {m: make_refraction_table(20.0, m) for m in (MODEL_EFFECTIVE_EARTH, MODEL_CRPL)}


@given(constants, areas, st.floats(0.1, 1e4))
def test_sixteen_times_the_rcs_doubles_the_range(k: float, rcs: float, snr: float) -> None:
    near = range_for_snr_m(k, rcs, snr, 1.0)
    assert range_for_snr_m(k, 16.0 * rcs, snr, 1.0) == pytest.approx(2.0 * near, rel=1e-12)
    if near > 1.0:
        assert snr_from_constant(k, rcs, near, 1.0) == pytest.approx(snr, rel=1e-9)


@given(ratios, ratios, st.floats(1.0, 1e6), st.sampled_from([0, 1, 2, 3, 4]))
def test_more_jamming_never_helps_the_radar(snr: float, jam: float, times: float, case: int) -> None:
    weak, strong = jammed_snr(snr, jam), jammed_snr(snr, jam * times)
    assert strong <= weak <= snr
    assert pd_from_snr(TABLE, case, strong) <= pd_from_snr(TABLE, case, weak)
    assert range_factor(jam * times) <= range_factor(jam) <= 1.0


@given(constants, areas, st.floats(0.1, 1e4), ratios)
def test_stand_off_range_factor(k: float, rcs: float, snr: float, jam: float) -> None:
    """A jammer that raises the noise by 1 + J/N shortens the range by its fourth root, exactly."""
    clear = range_for_snr_m(k, rcs, snr, 1.0)
    assert range_for_snr_m(k, rcs, snr * (1.0 + jam), 1.0) == pytest.approx(
        clear * range_factor(jam), rel=1e-12
    )


@given(constants, areas, st.floats(0.1, 1e4), st.floats(0.0, 1e16), st.floats(1.0, 1e4))
def test_burn_through_is_where_the_snr_crosses(
    k: float, rcs: float, s: float, c: float, times: float
) -> None:
    r = burn_through_self_screening_m(k, rcs, c, s)
    assert burn_through_self_screening_m(k, rcs, c * times, s) <= r * (1.0 + 1e-12)
    if r > 1.0:
        assert jammed_snr(snr_from_constant(k, rcs, r, 1.0), jam_to_noise(c, 1.0, r)) == pytest.approx(
            s, rel=1e-6
        )


@given(st.floats(2e9, 4e9), st.floats(1e3, 1e9), st.floats(1e3, 1e8))
def test_a_jammer_never_gains_from_another_frequency(centre: float, width: float, receiver: float) -> None:
    tuned = jammer_coupling_m2(1e3, 3e9, width, 1e4, 3e9, receiver, 500.0, 1.0)
    off = jammer_coupling_m2(1e3, centre, width, 1e4, 3e9, receiver, 500.0, 1.0)
    assert 0.0 <= off <= tuned * (1.0 + 1e-12)


@given(st.floats(0.0, 400.0), st.floats(0.0, 400.0), st.floats(1e-6, 0.5), st.floats(1e-8, 1.0))
def test_pattern_is_a_fraction_that_falls_outward(a: float, b: float, near: float, share: float) -> None:
    far = near * share
    inner, outer = min(a, b), max(a, b)
    assert far <= pattern_gain(outer, near, far) <= pattern_gain(inner, near, far) <= 1.0
    assert pattern_gain(0.0, near, far) == 1.0


@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_beam_is_symmetrical(d_az: float, d_el: float) -> None:
    value = beam_offset_sq(d_az, d_el, 0.9, 40.0, 30.0)
    assert (
        value == beam_offset_sq(-d_az, d_el, 0.9, 40.0, 30.0) == beam_offset_sq(d_az, -d_el, 0.9, 40.0, 30.0)
    )


def offset_unit(az: float, el: float, beam_az: float, beam_el: float) -> float:
    return beam_offset_sq_unit(
        math.sin(az) * math.cos(el),
        math.cos(az) * math.cos(el),
        math.sin(el),
        math.sin(beam_az),
        math.cos(beam_az),
        math.sin(beam_el),
        math.cos(beam_el),
        40.0,
        30.0,
    )


@given(st.floats(0.0, 6.3), st.floats(0.0, 0.5), st.floats(-0.08, 0.08), st.floats(-0.08, 0.08))
def test_both_ways_to_the_beam_offset(beam_az: float, beam_el: float, d_az: float, d_el: float) -> None:
    """Near the axis both agree to 4 % of the offset, plus what the meridians' convergence adds."""
    angle = math.sqrt(beam_offset_sq(d_az, d_el, math.cos(beam_el + d_el), 40.0, 30.0))
    unit = math.sqrt(offset_unit(beam_az + d_az, beam_el + d_el, beam_az, beam_el))
    assert unit == pytest.approx(angle, rel=0.04, abs=0.5 * d_az * d_az * math.tan(0.6) * 30.0 + 1e-6)


@given(st.floats(0.0, 6.3), st.floats(0.0, 0.5), st.floats(1.2, 5.0))
def test_behind_the_antenna_is_never_on_the_axis(beam_az: float, beam_el: float, d_az: float) -> None:
    assert offset_unit(beam_az + d_az, beam_el, beam_az, beam_el) > 400.0


@given(st.floats(1e-6, 1.0), st.floats(0.0, 4.0))
def test_scan_loss_is_a_loss(cos_scan: float, exponent: float) -> None:
    assert 0.0 <= scan_gain(cos_scan, exponent) <= 1.0


@given(st.lists(st.floats(-300.0, 300.0), min_size=3, max_size=3), st.floats(0, 6.3), st.floats(-1.5, 1.5))
def test_port_and_starboard_look_alike(velocity: list[float], az: float, el: float) -> None:
    """Mirror the scene in the vertical plane of flight: same RCS. Flight in the north-up plane, mirror
    east."""
    table = np.random.Generator(np.random.Philox(key=1)).uniform(-30, 10, (6, 13, 37))
    los = (math.sin(az) * math.cos(el), math.cos(az) * math.cos(el), math.sin(el))
    v = (0.0, velocity[1] + 400.0, velocity[2])
    one = aspect_angles(*v, 0.0, 0.0, 1.0, *los)
    other = aspect_angles(*v, 0.0, 0.0, 1.0, -los[0], los[1], los[2])
    assert one[0] == pytest.approx(-other[0], abs=1e-12) or abs(one[0]) == pytest.approx(math.pi)
    assert rcs_lookup_m2(table, 2, *one) == pytest.approx(rcs_lookup_m2(table, 2, *other), rel=1e-9)


@settings(max_examples=200)
@given(st.floats(-100.0, 2e6), st.floats(0.0, 4e6), st.floats(1.0, 1e4), st.sampled_from([0, 1]))
def test_higher_is_seen_farther(height: float, ground: float, more: float, model: int) -> None:
    table = REFRACTION[model]
    here = horizon_ground_range_m(table, height)
    assert here <= horizon_ground_range_m(table, height + more)
    assert here <= table[TABLE_HEIGHTS - 1, 0]
    visible, correction = look_path(table, height, ground)
    assert visible == (ground <= here)
    assert 0.0 <= correction < 0.1


def test_claim_refusals_name_the_field() -> None:
    for field, args in {
        "range_m": (0.0, 4.0, 0.5, 1e-6, 1, 1),
        "rcs_m2": (390e3, -1.0, 0.5, 1e-6, 1, 1),
        "pd": (390e3, 4.0, 1.0, 1e-6, 1, 1),
        "pfa": (390e3, 4.0, 0.5, 0.0, 1, 1),
        "swerling": (390e3, 4.0, 0.5, 1e-6, 5, 1),
        "n_pulses": (390e3, 4.0, 0.5, 1e-6, 1, 0),
    }.items():
        with pytest.raises(ValueError, match=f"^{field}:"):
            constant_from_claim_m2(*args)


def test_refraction_refusals() -> None:
    for args in ((0.0, 1), (math.nan, 1), (20e3, 0), (20.0, 2)):
        with pytest.raises(ValueError, match=r"antenna_height_m|model"):
            make_refraction_table(*args)
    with pytest.raises(ValueError, match="k"):
        make_refraction_table(20.0, MODEL_CRPL, k=1.3)
    with pytest.raises(ValueError, match="k"):
        make_refraction_table(20.0, MODEL_EFFECTIVE_EARTH, k=0.0)
