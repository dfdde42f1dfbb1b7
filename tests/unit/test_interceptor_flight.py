"""Phases, fates, seeker, surface mode: what a round may do, and that it ends once."""

import math

import numpy as np
import pytest
from interceptor_case import Flight, missile_type, point_north, speed

from openiads.physics import interceptor_schema as S
from openiads.physics.geodesy import altitude_m
from openiads.physics.interceptor import advance
from openiads.physics.interceptor_body import up_unit

HEAD_ON = (0.0, 0.0, 0.0)


def inbound(distance, alt, mps):
    """Position and velocity of a target flying level toward the site."""
    p = np.array(point_north(distance, alt))
    q = np.array(point_north(distance - 1e3, alt))
    return p, mps * (q - p) / np.linalg.norm(q - p)


def test_phases_follow_each_other():
    flight = Flight(missile_type(), *inbound(90e3, 9e3, 250.0))
    phases = [int(s.phase) for s in flight.states]
    assert phases[0] == S.RISE
    assert phases[-1] == S.DONE
    assert sorted(phases) == phases
    assert {S.RISE, S.TURNOVER, S.MIDCOURSE, S.TERMINAL, S.DONE} == set(phases)


def test_rises_vertically_then_turns():
    flight = Flight(missile_type(), *inbound(60e3, 3e3, 250.0))
    first = flight.states[0]
    u = np.array(up_unit(first.x_m, first.y_m, first.z_m))
    moved = [np.array([s.x_m - first.x_m, s.y_m - first.y_m, s.z_m - first.z_m]) for s in flight.states[:6]]
    assert np.linalg.norm(moved[5] - (moved[5] @ u) * u) < 0.01  # up to 1.25 s
    later = flight.states[40]
    v = np.array([later.vx_mps, later.vy_mps, later.vz_mps])
    assert (v @ u) / np.linalg.norm(v) < 0.7


def test_turn_over_obeys_its_rate():
    flight = Flight(missile_type(turn_rate_radps=0.5), *inbound(60e3, 3e3, 250.0), step=1.0 / 16.0)
    for a, b in zip(flight.states, flight.states[1:], strict=False):
        if a.phase == S.TURNOVER and b.phase == S.TURNOVER:
            va = np.array([a.vx_mps, a.vy_mps, a.vz_mps])
            vb = np.array([b.vx_mps, b.vy_mps, b.vz_mps])
            c = min(1.0, float(va @ vb / np.linalg.norm(va) / np.linalg.norm(vb)))
            assert math.acos(c) * 16.0 < 0.56  # the bound, and what the lag makes of it


def test_lateral_acceleration_keeps_its_caps():
    par = missile_type(lateral_g_max=8.0)
    p, v = inbound(30e3, 5e3, 300.0)
    flight = Flight(par, p, v, 30.0 * np.array([0.0, 1.0, 0.0]))
    assert flight.m.max_lateral_mps2 <= 8.0 * 9.80665 * (1.0 + 1e-12)
    assert flight.m.max_lateral_mps2 > 7.9 * 9.80665


def test_thin_air_limits_turning():
    """Far above the air the aerodynamic limit rules: less than a tenth of the structural cap is flown."""
    flight = Flight(missile_type(terminal_s=30.0, seeker_kind=0, max_alt_m=200e3), point_north(10e3, 60e3))
    high = [s for s in flight.states if s.alt_m > 45e3 and s.phase == S.TERMINAL]
    assert high
    assert all(math.sqrt(s.lx_mps2**2 + s.ly_mps2**2 + s.lz_mps2**2) < 25.0 * 9.81 / 10.0 for s in high)


@pytest.mark.parametrize("mps", [0.0, 150.0, 300.0, 900.0, 2500.0])
def test_ideal_information_hits(mps):
    flight = Flight(missile_type(), *inbound(80e3, 12e3, mps))
    assert flight.fate == S.FATE_INTERCEPT
    assert flight.m.miss_m < 1.0


def test_against_a_turning_target():
    p, v = inbound(35e3, 8e3, 280.0)
    flight = Flight(missile_type(), p, v, (0.0, 10.0, 0.0))
    assert flight.fate == S.FATE_INTERCEPT
    assert flight.m.miss_m < 5.0


class TestFates:
    def test_miss_when_blind_to_the_truth(self):
        """Without a seeker the round flies to its estimate; 500 m of track error is 500 m of miss."""
        p, v = inbound(50e3, 8e3, 250.0)
        side = 500.0 * np.array([0.0, 1.0, 0.0])
        flight = Flight(missile_type(seeker_kind=0), p, v, error=side)
        assert flight.fate == S.FATE_MISS
        assert flight.m.miss_m == pytest.approx(500.0, rel=0.05)

    def test_timeout(self):
        flight = Flight(missile_type(max_flight_s=20.0), *inbound(80e3, 8e3, 0.0))
        assert flight.fate == S.FATE_TIMEOUT
        assert flight.m.t_end_s == 20.0

    def test_energy(self):
        flight = Flight(missile_type(min_speed_mps=600.0, loft_max_rad=0.05), *inbound(150e3, 1e3, 0.0))
        assert flight.fate == S.FATE_ENERGY
        assert speed(flight.m) < 600.0

    def test_ceiling(self):
        flight = Flight(missile_type(max_alt_m=10e3), *inbound(60e3, 25e3, 0.0))
        assert flight.fate == S.FATE_CEILING

    def test_ground(self):
        """Guided to a point underground, it ends on the ground, at the altitude of the ground."""
        flight = Flight(missile_type(seeker_kind=0), point_north(20e3, -500.0), ground=120.0)
        assert flight.fate == S.FATE_GROUND
        assert altitude_m(flight.m.x_m, flight.m.y_m, flight.m.z_m) == pytest.approx(120.0, abs=0.5)

    def test_ground_comes_before_a_target_below_it(self):
        flight = Flight(missile_type(), point_north(20e3, 50.0), ground=300.0)
        assert flight.fate == S.FATE_GROUND

    def test_nonfinite_state_is_a_fate_not_a_crash(self):
        flight = Flight(missile_type(), *inbound(60e3, 8e3, 0.0), limit_s=5.0)
        flight.m.vx_mps = math.nan
        p = point_north(60e3, 8e3)
        fate = advance(
            flight.m, flight.par, 5.0, 1 / 32, 8, *p, *(0.0,) * 7, *p, *(0.0,) * 6, 1.0, 1, 0.0, 0.0, 0.0
        )
        assert fate == S.FATE_NONFINITE
        flight.m.phase = S.MIDCOURSE
        flight.m.x_m = math.nan
        fate = advance(
            flight.m, flight.par, 5.25, 1 / 32, 8, *p, *(0.0,) * 7, *p, *(0.0,) * 6, 1.0, 1, 0.0, 0.0, 0.0
        )
        assert fate == S.FATE_NONFINITE

    def test_after_its_fate_a_round_is_left_alone(self):
        flight = Flight(missile_type(max_flight_s=10.0), *inbound(80e3, 8e3, 0.0))
        before = flight.m.tobytes()
        p = point_north(60e3, 8e3)
        fate = advance(
            flight.m, flight.par, 10.0, 1 / 32, 8, *p, *(0.0,) * 7, *p, *(0.0,) * 6, 1.0, 1, 0.0, 0.0, 0.0
        )
        assert fate == S.FATE_TIMEOUT
        assert flight.m.tobytes() == before

    def test_a_round_in_its_tube_does_not_move(self):
        m = S.missiles(1)[0]
        before = m.tobytes()
        p = point_north(60e3, 8e3)
        args = (0.0, 1 / 32, 8, *p, *(0.0,) * 7, *p, *(0.0,) * 6, 1.0, 1, 0.0, 0.0, 0.0)
        assert advance(m, missile_type(), *args) == S.FATE_NONE
        assert m.tobytes() == before


class TestSeeker:
    def test_lock_range_goes_with_the_fourth_root_of_rcs(self):
        for rcs, reach in ((1.0, 20e3), (1.0 / 16.0, 10e3)):
            p, v = inbound(80e3, 8e3, 250.0)
            flight = Flight(missile_type(), p, v, rcs=rcs)
            assert flight.fate == S.FATE_INTERCEPT
            i = next(k for k, s in enumerate(flight.states) if s.locked)
            s = flight.states[i - 1]  # the state at which the lock was decided
            distance = np.linalg.norm(p + v * flight.m.t_lock_s - np.array([s.x_m, s.y_m, s.z_m]))
            assert reach - 500.0 < distance <= reach

    def test_no_lock_outside_the_field_of_view(self):
        """5 km of track error at 20 km and less is outside 20 degrees of view: no lock, a miss."""
        p, v = inbound(60e3, 8e3, 250.0)
        wide = Flight(missile_type(seeker_fov_rad=1.5), p, v, error=(0.0, 3e3, 0.0))
        narrow = Flight(missile_type(seeker_fov_rad=0.1), p, v, error=(0.0, 3e3, 0.0))
        assert (wide.m.t_lock_s > 0.0, wide.fate) == (True, S.FATE_INTERCEPT)
        assert (narrow.m.t_lock_s, narrow.fate) == (-1.0, S.FATE_MISS)

    def test_no_seeker_no_lock(self):
        assert Flight(missile_type(seeker_kind=0), *inbound(60e3, 8e3, 250.0)).m.t_lock_s == -1.0
        assert Flight(missile_type(), *inbound(60e3, 8e3, 250.0), seeker_on=0).m.t_lock_s == -1.0

    def test_the_seeker_takes_out_the_track_error(self):
        p, v = inbound(60e3, 8e3, 250.0)
        error = (0.0, 200.0, 0.0)
        assert Flight(missile_type(seeker_kind=0), p, v, error=error).m.miss_m > 150.0
        assert Flight(missile_type(), p, v, error=error).m.miss_m < 5.0

    def test_noise_costs_miss_distance(self):
        p, v = inbound(40e3, 8e3, 250.0)
        rms = []
        for glint in (0.5, 8.0):
            par = missile_type(seeker_glint_m=glint)
            misses = [Flight(par, p, v, noise=np.random.default_rng(k)).m.miss_m for k in range(12)]
            rms.append(math.sqrt(np.mean(np.square(misses))))
        assert rms[0] < rms[1]
        assert 0.05 < rms[0] < 5.0


class TestSurfaceMode:
    @pytest.mark.parametrize("distance", [20e3, 60e3, 110e3])
    def test_lands_on_its_aim_point(self, distance):
        p = point_north(distance, 0.0)
        flight = Flight(missile_type(), p, mode=S.SURFACE, seeker_on=0)
        assert flight.fate == S.FATE_IMPACT
        assert flight.m.miss_m < 2.0
        assert altitude_m(flight.m.x_m, flight.m.y_m, flight.m.z_m) == pytest.approx(0.0, abs=0.5)

    def test_dispersed_aim_is_the_miss(self):
        p = np.array(point_north(60e3, 0.0))
        flight = Flight(missile_type(), p, error=(0.0, 40.0, 0.0), mode=S.SURFACE)
        assert flight.fate == S.FATE_IMPACT
        assert flight.m.miss_m == pytest.approx(40.0, abs=2.0)
        assert flight.m.t_lock_s == -1.0
