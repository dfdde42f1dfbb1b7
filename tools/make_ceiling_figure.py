#!/usr/bin/env python3
"""What the declared 30 km of altitude would take of the 9M96E2-class missile: the table and the figure of docs/models/envelope.md.

    python tools/make_ceiling_figure.py [folder]

The missile is flown by `openiads.physics.engagement` against a straight, level target of 300 m/s that approaches, to meeting points
at ground ranges of 4 to 64 km; of those that it meets, the best counts: the one with the most lateral acceleration to be had from
the air. `tests/verification/test_claims_envelope.py` holds the figures.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from openiads.analysis.envelope import envelope_of, missile_row
from openiads.catalog import Item, load_catalog
from openiads.physics.engagement import fly_engagement
from openiads.physics.flyout import NEEDED_G, available_g
from openiads.physics.interceptor_schema import FATE_INTERCEPT, missile_types, missiles

ROOT = Path(__file__).resolve().parent.parent
NAME = "9M96E2"
CLAIM_ALT_M = 30e3
RANGES_M = np.arange(4e3, 66e3, 4e3)
REACH_ALTS_M = np.array([30.0, 1e3, 3e3, 6e3, 10e3, 15e3, 20e3])
ENDS = {
    "boost_propellant_kg": "propellant", "cl_max": "largest lift coefficient", "boost_isp_s": "specific impulse",
    "boost_s": "burning time", "loft_max_rad": "loft", "induced_k": "induced drag", "rise_s": "time of rise",
    "eject_speed_mps": "ejection speed", "turn_rate_radps": "turn after launch", "lateral_accel_max_mps2": "structural limit",
}  # fmt: skip
DRAG_ENDS = (-0.08, 0.12)


class Best(NamedTuple):
    """The meeting point at an altitude where the air gives most."""

    g: float
    range_m: float
    speed_mps: float
    mass_kg: float


def item() -> Item:
    """The missile of the catalogue."""
    return load_catalog().get(NAME, "missile")


def best(alt_m: float, drag: float = 0.0, **changes: float) -> Best:
    """At an altitude; `changes`: catalogue values (SI); `drag`: added to every drag coefficient."""
    row = missile_row(item(), **changes)
    row["cd"] = np.asarray(row["cd"]) + drag
    par, m = missile_types([row])[0], missiles(1)[0]
    found = Best(0.0, math.nan, math.nan, math.nan)
    for distance in RANGES_M.tolist():
        fate, _, rho = fly_engagement(m, par, distance, alt_m, 300.0, 0.0, 0.0, 0.0, 1.0, 0.25, 8)
        if fate == FATE_INTERCEPT and m.miss_m <= par.lethal_radius_m:
            speed = math.sqrt(m.vx_mps**2 + m.vy_mps**2 + m.vz_mps**2)
            found = max(found, Best(float(available_g(m, par, rho)), distance, speed, float(m.mass_kg)))
    return found


def reach_m(**changes: Any) -> float:
    """Farthest meeting point below 20 km of altitude, as in the table of the page (steps of 6 km)."""
    ranges = item().si("range_max_m") * np.arange(1, 41) / 20.0
    return envelope_of(item(), None, ranges, REACH_ALTS_M, **changes).reach_m


def needed(field: str) -> float:
    """Value of one catalogue field that gives NEEDED_G at the declared altitude, the others as they are; nan beyond its range."""
    value = item().values[field]
    assert value.range_si is not None
    low, high = value.si, value.range_si[1]
    if best(CLAIM_ALT_M, **{field: high}).g < NEEDED_G:
        return math.nan
    for _ in range(10):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if best(CLAIM_ALT_M, **{field: middle}).g >= NEEDED_G else (middle, high)
    return high


def told() -> list[str]:
    """The figures of the page."""
    now = best(CLAIM_ALT_M)
    short_mps2 = (NEEDED_G - now.g) * 9.80665
    lines = [
        f"at 30 km: {now.g:.2f} g, best at {now.range_m / 1e3:.0f} km, {now.speed_mps:.0f} m/s, {now.mass_kg:.0f} kg",
        f"short of {NEEDED_G:g} g by {short_mps2:.1f} m/s2: {short_mps2 * now.mass_kg / 1e3:.2f} kN from the side",
        f"speed that would do: {now.speed_mps * math.sqrt(NEEDED_G / now.g):.0f} m/s; reach {reach_m() / 1e3:.0f} km",
    ]
    for field in ("boost_propellant_kg", "cl_max", "boost_isp_s"):
        value = needed(field)
        reach = "" if math.isnan(value) else f", reach {reach_m(**{field: value}) / 1e3:.0f} km"
        lines.append(f"{field}: {item().si(field):g} -> {value:.4g}{reach}")
    return [*lines, *(f"{name}: {low:.2f} to {high:.2f} g" for name, (low, high) in at_the_ends().items())]


def at_the_ends() -> dict[str, tuple[float, float]]:
    """Least and most (g) at the declared altitude with one assumed value at the ends of its range, the widest first."""
    spans = {"drag": sorted(best(CLAIM_ALT_M, shift).g for shift in DRAG_ENDS)}
    for field, name in ENDS.items():
        ends = item().values[field].range_si
        assert ends is not None
        spans[name] = sorted([*(best(CLAIM_ALT_M, **{field: x}).g for x in ends), best(CLAIM_ALT_M).g])
    widest = sorted(spans.items(), key=lambda row: row[1][0] - row[1][-1])
    return {name: (g[0], g[-1]) for name, g in widest}


def draw() -> plt.Figure:
    """Left: what the air gives against altitude. Right: at 30 km, each assumed value at the ends of its range."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.2), layout="constrained")
    alts = np.arange(22e3, 33.1e3, 1e3)
    for label, changes in (("catalogue", {}), ("largest lift x 1.4", {"cl_max": 1.4 * item().si("cl_max")})):
        left.plot([best(a, **changes).g for a in alts], alts / 1e3, "o-", ms=3, label=label)
    left.axvline(NEEDED_G, color="k", ls="--", lw=1)
    left.annotate("3 g: met", (NEEDED_G + 0.1, 22.3), fontsize=8)
    left.axhline(CLAIM_ALT_M / 1e3, color="k", ls=":", lw=1)
    left.annotate("declared", (8.5, 30.2), fontsize=8)
    left.set(
        xlabel="lateral acceleration from the air (g)", ylabel="altitude of the meeting (km)", xlim=(0, 10.5)
    )
    left.legend(fontsize=8)
    now = best(CLAIM_ALT_M).g
    spans = at_the_ends()
    for k, (low, high) in enumerate(reversed(spans.values())):
        right.barh(k, high - low, left=low, color="C0", height=0.6)
    right.set_yticks(range(len(spans)), list(reversed(spans)))
    right.axvline(now, color="k", lw=0.8)
    right.axvline(NEEDED_G, color="k", ls="--", lw=1)
    right.set(xlabel="lateral acceleration from the air at 30 km (g)")
    for axes in (left, right):
        axes.grid(alpha=0.3)
    return figure


def main() -> int:
    """Write the figure and print the figures of the text."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    print("\n".join(told()))
    target = folder / "ceiling-9M96E2.png"
    draw().savefig(target, dpi=110)
    print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
