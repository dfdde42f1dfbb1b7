"""Tracker parameters with their defaults, and where each comes from."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from openiads.tracking.schema import TRACKER

# Upper 0.1 % points of chi-square with 3 and 6 degrees of freedom (written out: scipy.stats takes half a second to import).
CHI2_3_999 = 16.266236196238129
CHI2_6_999 = 22.457744484825323

#: Default values. None of these is a published figure of any fielded system: they are design choices (grade
#: F, assumption), made on the matched and mismatched scenarios of tests/verification/test_t04_nees.py.
DEFAULTS: dict[str, Any] = {
    "revisit_s": 10.0,
    "look_margin": 0.25,
    "min_gap": 0.4,
    "gate": CHI2_3_999,  # 16.27: 1 in 1,000 true plots falls outside
    "gate_first": 25.0,  # with speed_sigma 1 km/s: up to 5 km/s
    "gate_fused": 25.0,
    "gate_correlate": CHI2_6_999,  # 22.46
    "confirm_m": 3,
    "confirm_n": 4,
    "delete_missed": 4,
    "coast_s": 40.0,
    "late_max_s": 2.0,
    "pos_sigma_max_m": 30_000.0,
    "speed_max_mps": 7_000.0,
    "speed_sigma_mps": 1_000.0,
    "doubt_mps": 2_000.0,  # 0: at every second plot
    "q_cv_h": 0.2,
    "q_cv_v": 0.05,
    "q_man_h": 1_500.0,
    "q_man_v": 300.0,
    "q_bal": 0.1,
    "tau_s": (90.0, 25.0, 1_000.0),
    "bal_speed_mps": 700.0,
    "bal_alt_m": 20_000.0,
    "bal_inv_beta_m2pkg": 0.0,
    "retrodict": 0,
}

#: Probability of detection and density of false and new plots (1/m^3) behind the default `cost_free`.
PD, DENSITY_PM3 = 0.9, 1e-15


def free_cost(pd: float, density_pm3: float) -> float:
    """U of the assignment: joining a plot and a track pays when d2 + ln det S < U.

    U = 2 ln(pd / ((1 - pd) density (2 pi)^(3/2))), from the likelihoods of "the plot is of this track"
    and "missed, and the plot is false or new" (Blackman, Popoli 1999, chapter 6). 0 < pd < 1, density > 0.
    """
    if not 0.0 < pd < 1.0 or not density_pm3 > 0.0:
        raise ValueError(f"free_cost: need 0 < pd < 1 and density > 0, got pd={pd}, density={density_pm3}")
    return 2.0 * math.log(pd / ((1.0 - pd) * density_pm3 * (2.0 * math.pi) ** 1.5))


def tracker_params(
    n: int = 1, *, pd: float = PD, density_pm3: float = DENSITY_PM3, **values: float
) -> np.recarray:
    """`n` equal TRACKER rows: the defaults with `values` (fields of TRACKER) in their place.

    Refused with ValueError: unknown names, non-finite or non-positive values (zero is allowed where it means
    "off").
    """
    unknown = sorted(set(values) - set(TRACKER.names or ()))
    if unknown:
        raise ValueError(
            f"tracker_params: unknown {', '.join(unknown)}; known: {', '.join(TRACKER.names or ())}"
        )
    table = np.zeros(n, TRACKER).view(np.recarray)
    table["cost_free"] = free_cost(pd, density_pm3)
    for name, value in {**DEFAULTS, **values}.items():
        table[name] = value
        array = np.asarray(value, float)
        zero_ok = name in (
            "bal_inv_beta_m2pkg",
            "min_gap",
            "look_margin",
            "late_max_s",
            "cost_free",
            "retrodict",
            "doubt_mps",
        )
        if not np.isfinite(array).all() or (array < 0).any() or (not zero_ok and (array == 0).any()):
            raise ValueError(f"tracker_params: {name}={value!r} must be finite and above zero")
    if (table["confirm_m"] > table["confirm_n"]).any() or (table["confirm_n"] > 30).any():
        raise ValueError("tracker_params: need confirm_m <= confirm_n <= 30")
    return table
