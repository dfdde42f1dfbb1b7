"""Ballistic missiles aimed at a point on the rotating Earth, as knots of a trajectory.

`fly_ballistic` finds azimuth and cut-off (and, where an apogee is asked for, the final thrust elevation)
such that the flight of `ballistic_flight.fly` ends at the aim point, and thins it to knots of a cubic
Hermite curve. Made before a run, in Python; the flight itself is compiled. Cut-off stands for all ways of
flying shorter than the full reach, also where a real missile would spend its energy otherwise.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from openiads.physics.ballistic_flight import NO_MANOEUVRE, Manoeuvre, Missile, Program, fly
from openiads.physics.flight import STILL_AIR, Wind
from openiads.physics.geodesy import (
    WGS84,
    Earth,
    ecef_to_enu,
    enu_basis,
    enu_to_rae,
    geodetic_on,
)

STEP_S = 0.1  # against 0.02 s: below 0.1 m at impact of a 300 km flight
GUESS_STEP_S = 4.0 * STEP_S  # for the first guess, which Newton's method then improves at the fine step
GUESS_EL_RAD = 1e-3  # to which it finds the elevation
MAX_ROWS = 60_000  # hence flights to 6,000 s
HIT_M = 1.0  # what the solver asks for; the promise is 50 m
KNOT_ERROR_M = 0.5
APOGEE_ERROR_M = 10.0
SHORTEST_CUTOFF = 0.15  # of the burn time
LOWEST_EL_RAD = math.radians(3.0)
HIGHEST_EL_RAD = math.radians(85.0)

#: Scud-B (R-17): Forden 2007, tables 1 and 3, figure 1 (open literature); the pitch programme is ours.
SCUD_B = Missile(
    launch_mass_kg=5_897.0,
    propellant_kg=3_699.0,
    isp_s=230.0,
    burn_s=75.0,
    area_m2=0.25 * math.pi * 0.84 * 0.84,
    mach=np.array([0.0, 0.85, 1.0, 1.2, 2.0, 4.5]),
    cd=np.array([0.2, 0.2, 0.27, 0.27, 0.2, 0.2]),
    pitch_rate_radps=math.radians(1.348),  # ours: gives the published range within 4 %
)

#: A generic quasi-ballistic missile. Every number is an assumption (grade F), chosen so that the published
#: outline of the class comes out (range 400 to 500 km, apogee about 50 km, Mach 6 to 7); none is a measured
#: figure of any missile.
QUASI_BALLISTIC = Missile(
    launch_mass_kg=3_800.0,
    propellant_kg=2_780.0,
    isp_s=245.0,
    burn_s=55.0,
    area_m2=0.25 * math.pi * 0.92 * 0.92,
    mach=np.array([0.0, 0.8, 1.0, 1.2, 2.0, 4.0, 7.0]),
    cd=np.array([0.12, 0.12, 0.18, 0.19, 0.15, 0.11, 0.09]),
    pitch_rate_radps=math.radians(3.0),
)
QUASI_BALLISTIC_APOGEE_M = 50_000.0

#: Pull-up and weave of that class on the way down. No primary figure of its lateral acceleration is public:
#: an assumption to be varied (0 to 10 g), like all the rest here.
QUASI_BALLISTIC_MANOEUVRE = Manoeuvre(
    cap_mps2=80.0,
    cl_max=2.0,
    induced_k=0.15,
    pull_mps2=20.0,
    pull_top_m=26_000.0,
    pull_bottom_m=14_000.0,
    weave_mps2=40.0,
    weave_period_s=8.0,
    weave_top_m=26_000.0,
    weave_bottom_m=4_000.0,
)


class Flight(NamedTuple):
    """An aimed flight. Knots: times [n] from launch, ECEF positions [n, 3] and velocities [n, 3]."""

    times_s: np.ndarray
    pos_ecef_m: np.ndarray
    vel_ecef_mps: np.ndarray
    program: Program
    apogee_m: float
    miss_m: float
    reach_m: float  # greatest range in that direction with the same apogee rule


class _Shot:
    """One launch and aim point: flights between them, and where they come down relative to the aim."""

    def __init__(
        self,
        launch: tuple[float, float, float],
        aim: tuple[float, float, float],
        missile: Missile,
        man: Manoeuvre,
        wind: Wind,
        earth: Earth,
    ) -> None:
        self.launch, self.aim, self.missile, self.man = launch, aim, missile, man
        self.wind, self.earth = wind, earth
        self.step_s = GUESS_STEP_S  # until the first guess is made
        self.rows = np.empty((MAX_ROWS, 7))
        self.start = np.array(_to_ecef(earth, *launch))
        self.target = np.array(_to_ecef(earth, *aim))
        self.target_axes = enu_basis(aim[0], aim[1])
        chord = ecef_to_enu(*(self.target - self.start), *enu_basis(launch[0], launch[1]))
        self.bearing = enu_to_rae(*chord)[1]
        self.distance = self.along(self.target)

    def along(self, point: np.ndarray) -> float:
        """Distance over the ground from the launch point: angle at the centre times the mean radius (m)."""
        r0, r1 = float(np.linalg.norm(self.start)), float(np.linalg.norm(point))
        across = float(np.linalg.norm(np.cross(self.start, point)))
        return math.atan2(across, float(self.start @ point)) * 0.5 * (r0 + r1)

    def program(self, az: float, el: float, cutoff: float) -> Program:
        return Program(az, el, cutoff, self.missile.vertical_s, self.missile.pitch_rate_radps)

    def fly(self, az: float, el: float, cutoff: float) -> np.ndarray | None:
        """Rows of the flight (a view), or None when it does not take off or does not come down in time."""
        lat, lon, alt = self.launch
        program = self.program(az, el, cutoff)
        n = fly(
            self.earth, self.wind, self.missile, program, self.man,
            lat, lon, alt, self.aim[2], self.step_s, self.rows,
        )  # fmt: skip
        return self.rows[:n] if n > 1 else None

    def apogee(self, rows: np.ndarray) -> float:
        """Greatest altitude: the parabola through the highest row and its neighbours (m)."""
        i = int(np.argmax(np.linalg.norm(rows[:, 1:4], axis=1)))
        i = min(max(i, 1), len(rows) - 2) if len(rows) > 2 else 0
        near = [self.altitude(row) for row in rows[max(i - 1, 0) : i + 2]]
        if len(near) < 3:
            return max(near)
        curve = near[0] - 2.0 * near[1] + near[2]
        return near[1] - 0.125 * (near[2] - near[0]) ** 2 / curve if curve < 0.0 else max(near)

    def altitude(self, row: np.ndarray) -> float:
        return float(geodetic_on(row[1], row[2], row[3], self.earth.a_m, self.earth.f)[2])

    def result(self, az: float, el: float, cutoff: float) -> tuple[float, float]:
        """(range, apogee) in m; zeros without a flight."""
        rows = self.fly(az, el, cutoff)
        return (self.along(rows[-1, 1:4]), self.apogee(rows)) if rows is not None else (0.0, 0.0)

    def miss(self, az: float, el: float, cutoff: float) -> np.ndarray | None:
        """(east, north) of the impact relative to the aim point, and the apogee, in m."""
        rows = self.fly(az, el, cutoff)
        if (
            rows is None or abs(self.altitude(rows[-1]) - self.aim[2]) > HIT_M
        ):  # never rose to the aim's height
            return None
        east, north, _ = ecef_to_enu(*(rows[-1, 1:4] - self.target), *self.target_axes)
        return np.array([east, north, self.apogee(rows)])


def _to_ecef(earth: Earth, lat: float, lon: float, alt: float) -> tuple[float, float, float]:
    """Geodetic coordinates on `earth` to ECEF (m)."""
    e2 = earth.f * (2.0 - earth.f)
    n = earth.a_m / math.sqrt(1.0 - e2 * math.sin(lat) ** 2)
    p = (n + alt) * math.cos(lat)
    return p * math.cos(lon), p * math.sin(lon), (n * (1.0 - e2) + alt) * math.sin(lat)


def _elevation(shot: _Shot, cutoff: float, apogee_m: float | None) -> float:
    """Final thrust elevation: the one of greatest range, or the one whose apogee is `apogee_m` (rad)."""
    low, high = LOWEST_EL_RAD, HIGHEST_EL_RAD
    if apogee_m is not None:  # apogee grows with elevation: halve
        while high - low > GUESS_EL_RAD:
            mid = 0.5 * (low + high)
            if shot.result(shot.bearing, mid, cutoff)[1] > apogee_m:
                high = mid
            else:
                low = mid
        return 0.5 * (low + high)
    golden = 0.5 * (math.sqrt(5.0) - 1.0)
    a, b = high - golden * (high - low), low + golden * (high - low)
    range_a, range_b = (shot.result(shot.bearing, el, cutoff)[0] for el in (a, b))
    while high - low > GUESS_EL_RAD:
        if range_a > range_b:
            high, b, range_b = b, a, range_a
            a = high - golden * (high - low)
            range_a = shot.result(shot.bearing, a, cutoff)[0]
        else:
            low, a, range_a = a, b, range_b
            b = low + golden * (high - low)
            range_b = shot.result(shot.bearing, b, cutoff)[0]
    return 0.5 * (low + high)


def _first_guess(shot: _Shot, apogee_m: float | None) -> tuple[float, float, float]:
    """(final elevation, cut-off, reach): range matched by halving cut-off, azimuth still the bearing."""
    burn = shot.missile.burn_s
    el = _elevation(shot, burn, apogee_m)
    reach = shot.result(shot.bearing, el, burn)[0]
    if shot.distance > reach:
        raise ValueError(
            f"out of reach: the aim point is {shot.distance / 1e3:.1f} km away, "
            f"the missile reaches {reach / 1e3:.1f} km in that direction"
        )
    low, high = SHORTEST_CUTOFF * burn, burn
    while high - low > 1e-3 * burn:
        mid = 0.5 * (low + high)
        el_mid = el if apogee_m is None else _elevation(shot, mid, apogee_m)
        if shot.result(shot.bearing, el_mid, mid)[0] < shot.distance:
            low = mid
        else:
            high = mid
    if low == SHORTEST_CUTOFF * burn:
        raise ValueError(f"too near: no flight to an aim point {shot.distance / 1e3:.1f} km away")
    return (el if apogee_m is None else _elevation(shot, high, apogee_m)), high, reach


def _solve(shot: _Shot, el: float, cutoff: float, apogee_m: float | None) -> tuple[Program, float]:
    """Newton's method with finite differences on (azimuth, cut-off[, elevation]): (programme, miss m)."""
    unknowns = np.array([shot.bearing, cutoff, el])
    steps = np.array([1e-5, 1e-3, 1e-5])
    n = 2 if apogee_m is None else 3
    burn = shot.missile.burn_s

    def error(u: np.ndarray) -> np.ndarray | None:
        if not (0.0 < u[1] <= burn and 0.0 < u[2] < 0.5 * math.pi):
            return None
        miss = shot.miss(u[0], u[2], u[1])
        if miss is None:
            return None
        if apogee_m is not None:
            miss[2] -= apogee_m
        return miss[:n]

    now = error(unknowns)
    for _ in range(20):
        if now is None:
            break
        miss_m = float(np.linalg.norm(now[:2]))
        if miss_m < HIT_M and float(np.linalg.norm(now)) < APOGEE_ERROR_M:
            return shot.program(unknowns[0], unknowns[2], unknowns[1]), miss_m
        slope = np.empty((n, n))
        for j in range(n):
            side = unknowns.copy()
            side[j] -= steps[j]
            moved = error(side)
            if moved is None:
                break
            slope[:, j] = (now - moved) / steps[j]
        if not np.all(np.isfinite(slope)) or abs(np.linalg.det(slope)) == 0.0:
            break
        move = np.linalg.solve(slope, -now)
        for _ in range(8):  # halve a step that does not improve
            trial = unknowns.copy()
            trial[:n] += move
            then = error(trial)
            if then is not None and np.linalg.norm(then) < np.linalg.norm(now):
                break
            move *= 0.5
        else:
            break
        unknowns, now = trial, then
    raise ValueError(
        f"no flight found to an aim point {shot.distance / 1e3:.1f} km away: at the very edge of the reach, "
        "or not with the apogee and manoeuvre asked for"
    )


def _hermite(t0: float, row0: np.ndarray, t1: float, row1: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Positions [n, 3] of the cubic through two rows (x, y, z, vx, vy, vz) at times t."""
    h = t1 - t0
    u = ((t - t0) / h)[:, None]
    v = 1.0 - u
    first = v * v * ((1.0 + 2.0 * u) * row0[:3] + u * h * row0[3:])
    return np.asarray(first + u * u * ((1.0 + 2.0 * v) * row1[:3] - v * h * row1[3:]))


def _thin(rows: np.ndarray) -> np.ndarray:
    """Indices of the knots: each as far from the last as the Hermite cubic stays within KNOT_ERROR_M."""
    t, states = rows[:, 0], rows[:, 1:]
    last = len(rows) - 1

    def good(i: int, j: int) -> bool:
        curve = _hermite(t[i], states[i], t[j], states[j], t[i + 1 : j])
        gap = np.linalg.norm(curve - states[i + 1 : j, :3], axis=1)
        return bool(gap.max(initial=0.0) <= KNOT_ERROR_M)

    knots = [0]
    while knots[-1] < last:
        i, span = knots[-1], 1
        while i + 2 * span <= last and good(i, i + 2 * span):
            span *= 2
        low, high = i + span, min(i + 2 * span, last + 1)
        while high - low > 1:
            mid = (low + high) // 2
            low, high = (mid, high) if good(i, mid) else (low, mid)
        knots.append(low)
    return np.array(knots)


def plan_ballistic(
    lat0_rad: float,
    lon0_rad: float,
    alt0_m: float,
    lat1_rad: float,
    lon1_rad: float,
    alt1_m: float,
    missile: Missile,
    *,
    apogee_m: float | None = None,
    manoeuvre: Manoeuvre = NO_MANOEUVRE,
    wind: Wind = STILL_AIR,
    earth: Earth = WGS84,
) -> Flight:
    """Fly a missile from a launch point to an aim point (geodetic, radians and metres) on the rotating Earth.

    The miss is below 1 m (50 m promised). Without `apogee_m` the final thrust elevation is that of greatest
    range; with it, the one that gives this apogee (a depressed or lofted flight). The knots give positions
    within 1 m and their end is the impact. Costs 0.1 to 1 s.

    Raises ValueError when the aim point is out of reach, too near, or no flight is found, saying the distance
    and the reach.
    """
    _check(missile, (lat0_rad, lon0_rad, alt0_m, lat1_rad, lon1_rad, alt1_m), apogee_m)
    shot = _Shot((lat0_rad, lon0_rad, alt0_m), (lat1_rad, lon1_rad, alt1_m), missile, manoeuvre, wind, earth)
    el, cutoff, reach = _first_guess(shot, apogee_m)
    shot.step_s = STEP_S
    program, miss = _solve(shot, el, cutoff, apogee_m)
    rows = shot.fly(program.az_rad, program.final_el_rad, program.cutoff_s)
    assert rows is not None  # it has just been flown
    apogee = shot.apogee(rows)
    knots = rows[_thin(rows)]
    return Flight(
        knots[:, 0].copy(), knots[:, 1:4].copy(), knots[:, 4:7].copy(), program, apogee, miss, reach
    )


def fly_ballistic(
    lat0_rad: float,
    lon0_rad: float,
    alt0_m: float,
    lat1_rad: float,
    lon1_rad: float,
    alt1_m: float,
    missile: Missile,
    *,
    apogee_m: float | None = None,
    manoeuvre: Manoeuvre = NO_MANOEUVRE,
    wind: Wind = STILL_AIR,
    earth: Earth = WGS84,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The knots of `plan_ballistic` alone: times_s [n], pos_ecef_m [n, 3], vel_ecef_mps [n, 3]."""
    flight = plan_ballistic(
        lat0_rad, lon0_rad, alt0_m, lat1_rad, lon1_rad, alt1_m, missile,
        apogee_m=apogee_m, manoeuvre=manoeuvre, wind=wind, earth=earth,
    )  # fmt: skip
    return flight.times_s, flight.pos_ecef_m, flight.vel_ecef_mps


def _check(missile: Missile, places: tuple[float, ...], apogee_m: float | None) -> None:
    """Refuse what no flight can be computed from."""
    numbers = [*places, *(value for value in missile if not isinstance(value, np.ndarray)), apogee_m or 0.0]
    if not all(math.isfinite(value) for value in numbers):
        raise ValueError("a launch point, an aim point or a missile value is not a finite number")
    if not 0.0 < missile.propellant_kg < missile.launch_mass_kg:
        raise ValueError("propellant_kg must lie above 0 and below launch_mass_kg")
    if missile.burn_s <= 0.0 or missile.isp_s <= 0.0 or missile.pitch_rate_radps <= 0.0:
        raise ValueError("burn_s, isp_s and pitch_rate_radps must be above 0")
    if len(missile.mach) != len(missile.cd) or not np.all(np.diff(missile.mach) > 0.0):
        raise ValueError("the drag table needs as many cd as mach values, mach rising")
