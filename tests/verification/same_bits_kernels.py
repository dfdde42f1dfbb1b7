"""Evaluate the kernels of Earth, air and free flight and print the bits (see test_e10_same_bits.py)."""

import math

import numpy as np

from openiads import _jit
from openiads.physics import atmosphere, ballistic_forms, flight, geodesy, gravity, wind
from openiads.physics.ballistic import QUASI_BALLISTIC, QUASI_BALLISTIC_MANOEUVRE
from openiads.physics.ballistic_flight import Program, fly

BREEZE = flight.Wind(np.array([0.0, 9e3, 20e3]), np.array([3.0, 40.0, 10.0]), np.array([-2.0, 5.0, 0.0]))
BODY = flight.Body(50.0, 0.03, np.array([0.0, 0.9, 1.1, 3.0]), np.array([0.2, 0.2, 0.4, 0.25]))


def show(name, values):
    values = values if isinstance(values, tuple) else (values,)
    print(name, *(float(v).hex() for v in values))


def main():
    print("compiled", _jit.COMPILED)
    rng = np.random.default_rng(10)
    for i in range(150):
        lat, lon = rng.uniform(-1.57, 1.57), rng.uniform(-3.14, 3.14)
        alt = float(rng.uniform(-4e3, 4e5))
        v = tuple(rng.uniform(-3e3, 3e3, 3).tolist())
        p = geodesy.geodetic_to_ecef(lat, lon, alt)
        basis = geodesy.enu_basis(lat, lon)
        show("ecef", p)
        show("geodetic", geodesy.ecef_to_geodetic(*p))
        show("altitude", geodesy.altitude_m(*p))
        show("rae", geodesy.enu_to_rae(*geodesy.ecef_to_enu(*v, *basis)))
        show("wrap", (geodesy.wrap_pi(lat * 50.0), geodesy.wrap_two_pi(lon * 50.0)))
        show("gravity", gravity.effective_gravity(*p, *v))
        show("somigliana", gravity.somigliana(lat))
        show("us76", atmosphere.us76(alt))
        show("table", atmosphere.density_sound(alt * 0.4))
        show("wind", wind.wind_at(alt * 0.1, *BREEZE))
        show("step", flight.rk4_step(geodesy.WGS84, BODY, BREEZE, 0.1, *p, *v))
        show("jacobi", flight.jacobi_integral(geodesy.WGS84, *p, *v))
        show("arc", ballistic_forms.minimum_energy(1e3 + 4e4 * i, 6_371_000.0))
        show("reentry", ballistic_forms.allen_eggers_speed(3e3, 0.5, 4e3, 0.01 * i, 7e3))
        if i < 5:
            show("geodesic", geodesy.geodesic_direct(lat, lon, 0.3 + i, 2e5 * i))
    for special in ((0.0, 0.0, 0.0), (0.0, 0.0, geodesy.B_M), (-geodesy.A_M, 0.0, 0.0)):
        show("special", geodesy.ecef_to_geodetic(*special))
        show("special", geodesy.altitude_m(*special))
        show("special", gravity.effective_gravity(*special, 0.0, 0.0, 0.0))
    for alt in (-math.inf, -9e3, 0.0, 86e3, 1.5e5, 1e7, math.nan):
        show("edge", atmosphere.density_sound(alt))

    rows = np.zeros((1_000, 7))
    program = Program(1.0, 0.5, 50.0, 2.0, 0.05)
    missile = QUASI_BALLISTIC._replace(warhead_mass_kg=500.0, warhead_area_m2=0.4)
    n = fly(
        geodesy.WGS84, BREEZE, missile, program, QUASI_BALLISTIC_MANOEUVRE,
        0.7, 0.2, 50.0, 10.0, 1.0, rows,
    )  # fmt: skip
    print("rows", n)
    for row in rows[:n]:
        show("fly", tuple(row.tolist()))


if __name__ == "__main__":
    main()
