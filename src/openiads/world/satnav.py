"""Jamming of satellite navigation along a known path → the larger impact error of a weapon.

When the World is made: the path is known, and the jammers stand still. What the error becomes is drawn in the run with the
weapon's other dispersion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from openiads.physics.geodesy import altitude_m, geodetic_to_ecef
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M
from openiads.physics.radar import db_to_ratio
from openiads.physics.satnav import CA_SIGNAL_W, inertial_sigma_m, jam_to_signal, null_gain, tracking_lost
from openiads.scenario.electronic import Navigation, SatnavJammer

_STEP_S = 1.0
_BENT = 4.0 / 3.0


def jammed_cep_m(
    knots: np.ndarray, cep_m: float, navigation: Navigation, jammers: Sequence[SatnavJammer]
) -> tuple[float, float]:
    """(CEP in m, time in s without satellites before the impact) at the end of the path.

    The drift begins when the satellites are lost and ends when they are found again; it is a radial error and adds to the
    CEP in quadrature.
    """
    lost_s = unaided_s(knots, navigation, jammers)
    return float(inertial_sigma_m(cep_m, navigation.drift_mps, 0.0, lost_s)), lost_s


def unaided_s(knots: np.ndarray, navigation: Navigation, jammers: Sequence[SatnavJammer]) -> float:
    """Time (s) since the satellites were last tracked, at the end of the path."""
    end_s = float(knots[-1, 0])
    places = [_ecef(j) for j in jammers]
    t = end_s
    while t > knots[0, 0]:
        where = np.array([np.interp(t, knots[:, 0], knots[:, c]) for c in (1, 2, 3)])
        heard = [
            (j, place)
            for j, place in zip(jammers, places, strict=True)
            if j.from_s <= t < (math.inf if j.until_s is None else j.until_s) and _in_sight(where, place)
        ]
        gain = null_gain(len(heard), navigation.elements, db_to_ratio(navigation.null_db))
        js = sum(
            jam_to_signal(j.erp_w, j.freq_hz, float(np.linalg.norm(where - place)), CA_SIGNAL_W, gain)
            for j, place in heard
        )
        if not tracking_lost(js, db_to_ratio(navigation.threshold_db)):
            break
        t -= _STEP_S
    return end_s - max(t, float(knots[0, 0]))


def _ecef(jammer: Any) -> np.ndarray:
    p = jammer.position
    return np.array(geodetic_to_ecef(p.lat_rad, p.lon_rad, p.alt_m))


def _in_sight(a: np.ndarray, b: np.ndarray) -> bool:
    """Radio horizon of the 4/3 Earth."""
    radius = _BENT * EARTH_MEAN_RADIUS_M
    reach = sum(math.sqrt(2.0 * radius * max(altitude_m(*x), 0.0)) for x in (a, b))
    return float(np.linalg.norm(a - b)) <= reach
