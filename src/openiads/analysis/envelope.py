"""Engagement envelopes: where a missile can meet a target, computed by flying both.

The missile has ideal information (its track is the truth, its seeker makes no error), so this is the envelope
of the missile, not of a system: radar horizon, detection and reaction come on top. docs/models/envelope.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.catalog.items import Item
from openiads.physics.engagement import fly_engagement
from openiads.physics.flyout import NEEDED_G, available_g
from openiads.physics.interceptor_schema import FATE_INTERCEPT, from_catalog, missile_types, missiles
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, EFFECTIVE_EARTH_FACTOR

ASPECTS = {"approaching": 0.0, "crossing": 0.5 * math.pi, "receding": math.pi}
STEP_S = 0.25
N_SUB = 8


@dataclass(frozen=True)
class Target:
    """A target for an envelope. Speed constant, path straight but for a horizontal weave of peak `g` (in g0).

    aspect_rad: 0 approaching, pi/2 crossing, pi receding; dive_rad: descent angle of the path; rcs_m2: toward
    the seeker.
    """

    speed_mps: float = 300.0
    g: float = 0.0
    aspect_rad: float = 0.0
    dive_rad: float = 0.0
    rcs_m2: float = 1.0


@dataclass(frozen=True)
class Envelope:
    """Result over (altitude, ground range of the meeting point); arrays (n_alt, n_range), SI."""

    target: Target
    alt_m: NDArray[np.float64]
    range_m: NDArray[np.float64]
    ok: NDArray[np.bool_]  # met within the lethal radius, with NEEDED_G of lateral acceleration in hand
    fate: NDArray[np.int64]
    miss_m: NDArray[np.float64]
    time_s: NDArray[np.float64]
    speed_mps: NDArray[np.float64]  # of the missile at the end
    launch_range_m: NDArray[np.float64]  # ground range of the target at launch

    def max_range_m(self, alt_index: int) -> float:
        """Farthest meeting point at an altitude; 0 where there is none."""
        hits = np.flatnonzero(self.ok[alt_index])
        return float(self.range_m[hits[-1]]) if hits.size else 0.0

    def whole_range_m(self, alt_index: int) -> float:
        """Farthest meeting point up to which there is no gap; 0 where there is none."""
        row = self.ok[alt_index]
        hits = np.flatnonzero(row)
        if not hits.size:
            return 0.0
        gaps = np.flatnonzero(~row[hits[0] :])
        last = hits[0] + gaps[0] - 1 if gaps.size else hits[-1]
        return float(self.range_m[last])

    def max_launch_range_m(self, alt_index: int) -> float:
        """Farthest target at launch that is met, at an altitude of meeting; 0 where there is none."""
        row = self.launch_range_m[alt_index][self.ok[alt_index]]
        return float(row.max()) if row.size else 0.0

    def min_range_m(self, alt_index: int) -> float:
        """Nearest meeting point at an altitude; infinite where there is none."""
        hits = np.flatnonzero(self.ok[alt_index])
        return float(self.range_m[hits[0]]) if hits.size else math.inf

    @property
    def reach_m(self) -> float:
        """Farthest meeting point at any altitude."""
        return max(self.max_range_m(i) for i in range(len(self.alt_m)))

    @property
    def ceiling_m(self) -> float:
        """Highest meeting point at any range."""
        rows = np.flatnonzero(self.ok.any(axis=1))
        return float(self.alt_m[rows[-1]]) if rows.size else 0.0

    def rows(self) -> list[dict[str, float]]:
        """One row per altitude: nearest and farthest meeting point, farthest target at launch, time and
        speed."""
        table = []
        for i, alt in enumerate(self.alt_m):
            hits = np.flatnonzero(self.ok[i])
            last = hits[-1] if hits.size else -1
            table.append(
                {
                    "alt_m": float(alt),
                    "min_range_m": self.min_range_m(i),
                    "whole_range_m": self.whole_range_m(i),
                    "max_range_m": self.max_range_m(i),
                    "launch_range_m": self.max_launch_range_m(i),
                    "time_s": float(self.time_s[i, last]) if hits.size else math.nan,
                    "speed_mps": float(self.speed_mps[i, last]) if hits.size else math.nan,
                }
            )
        return table


def compute_envelope(
    par: Any,
    target: Target,
    range_m: NDArray[np.float64],
    alt_m: NDArray[np.float64],
) -> Envelope:
    """Envelope of one MISSILE_TYPE row against one target, over ground ranges (> 0) and altitudes in m."""
    ranges = np.ascontiguousarray(range_m, dtype=np.float64)
    alts = np.ascontiguousarray(alt_m, dtype=np.float64)
    shape = (alts.size, ranges.size)
    fate = np.zeros(shape, np.int64)
    ok = np.zeros(shape, np.bool_)
    miss, time, speed, away = (np.zeros(shape) for _ in range(4))
    m = missiles(1)[0]
    root4 = math.sqrt(math.sqrt(target.rcs_m2))
    needs = (
        float(target.speed_mps),
        float(target.g),
        float(target.aspect_rad),
        float(target.dive_rad),
        root4,
    )
    for i, alt in enumerate(alts.tolist()):
        for j, distance in enumerate(ranges.tolist()):
            fate[i, j], away[i, j], rho = fly_engagement(m, par, distance, alt, *needs, STEP_S, N_SUB)
            miss[i, j] = m.miss_m
            time[i, j] = m.t_end_s
            speed[i, j] = math.sqrt(m.vx_mps**2 + m.vy_mps**2 + m.vz_mps**2)
            met = fate[i, j] == FATE_INTERCEPT and m.miss_m <= par.lethal_radius_m
            ok[i, j] = met and available_g(m, par, rho) >= NEEDED_G
    return Envelope(target, alts, ranges, ok, fate, miss, time, speed, away)


def missile_row(item: Item, **changes: Any) -> dict[str, Any]:
    """MISSILE_TYPE fields of a catalogue missile, for `missile_types`; `changes` override SI catalogue
    values."""
    values = {name: v.raw if math.isnan(v.si) else v.si for name, v in item.values.items()}
    values.update(changes)
    coast, boost = item.table("cd_coast"), item.table("cd_boost")
    return from_catalog(values, (coast.axes["mach"], coast.values_si), (boost.axes["mach"], boost.values_si))


def envelope_of(
    item: Item,
    target: Target | None = None,
    range_m: NDArray[np.float64] | None = None,
    alt_m: NDArray[np.float64] | None = None,
    **changes: Any,
) -> Envelope:
    """Envelope of a catalogue missile on its default grid; `changes` override SI catalogue values."""
    ranges, alts = default_grid(item.si("range_max_m"), item.si("altitude_max_m"))
    par = missile_types([missile_row(item, **changes)])[0]
    return compute_envelope(
        par,
        target or Target(),
        ranges if range_m is None else range_m,
        alts if alt_m is None else alt_m,
    )


def default_grid(claim_range_m: float, claim_alt_m: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(ranges, altitudes) for a picture: to 1.5 x the declared range in 90 steps, to 1.15 x the altitude in
    26."""
    ranges = 1.5 * claim_range_m * np.arange(1, 91, dtype=np.float64) / 90.0
    alts = 50.0 + (1.15 * claim_alt_m - 50.0) * (np.arange(26, dtype=np.float64) / 25.0) ** 1.2
    return ranges, alts


def plot_envelopes(
    envelopes: dict[str, Envelope],
    title: str,
    path: str | Path,
    claim_range_m: float | None = None,
    claim_alt_m: float | None = None,
) -> Path:
    """Range x altitude picture (PNG or SVG by the suffix), one outline per envelope, the declared claim
    beside them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to import
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(9.0, 5.0), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    colours = ("#1b6ca8", "#d1701f", "#3a8f4d", "#8e44ad", "#7a7a7a")
    for (label, env), colour in zip(envelopes.items(), colours * 9, strict=False):
        grid = env.ok.astype(float)
        axes.contour(env.range_m / 1e3, env.alt_m / 1e3, grid, levels=[0.5], colors=[colour], linewidths=2.0)
        axes.plot([], [], color=colour, linewidth=2.0, label=label)
        if env is next(iter(envelopes.values())):
            axes.contourf(
                env.range_m / 1e3, env.alt_m / 1e3, grid, levels=[0.5, 1.5], colors=[colour], alpha=0.12
            )
    if claim_range_m is not None:
        axes.axvline(claim_range_m / 1e3, color="black", linestyle="--", linewidth=1.0)
        axes.annotate(
            f"declared {claim_range_m / 1e3:.0f} km", (claim_range_m / 1e3, 0.99), xytext=(4, 0), rotation=90,
            xycoords=("data", "axes fraction"), textcoords="offset points", va="top", fontsize=8,
        )  # fmt: skip
    if claim_alt_m is not None:
        axes.axhline(claim_alt_m / 1e3, color="black", linestyle=":", linewidth=1.0)
        axes.annotate(
            f"declared {claim_alt_m / 1e3:.0f} km", (0.01, claim_alt_m / 1e3), xytext=(0, 3),
            xycoords=("axes fraction", "data"), textcoords="offset points", fontsize=8,
        )  # fmt: skip
    right, top = axes.get_xlim()[1], axes.get_ylim()[1]
    _draw_horizon(axes, top)
    axes.set_xlim(0.0, right)
    axes.set_ylim(0.0, top)
    axes.set_xlabel("ground range of the meeting point (km)")
    axes.set_ylabel("altitude (km)")
    axes.set_title(title)
    axes.grid(alpha=0.25)
    axes.legend(loc="lower right", framealpha=0.9)
    path = Path(path)
    figure.savefig(path)
    return path


def _draw_horizon(axes: Any, top_km: float) -> None:
    """What a radar on a 10 m antenna can see: the missile's reach is worth nothing beyond it."""
    alt_m = np.linspace(0.0, top_km * 1e3, 400)
    radius_m = EFFECTIVE_EARTH_FACTOR * EARTH_MEAN_RADIUS_M
    range_km = (np.sqrt(2.0 * radius_m * alt_m) + math.sqrt(2.0 * radius_m * 10.0)) / 1e3
    axes.plot(range_km, alt_m / 1e3, color="#b03a2e", linewidth=1.2, linestyle="-.")
    axes.fill_between(range_km, 0.0, alt_m / 1e3, color="#b03a2e", alpha=0.07, linewidth=0.0)
    axes.plot(
        [], [], color="#b03a2e", linewidth=1.2, linestyle="-.", label="horizon of a 10 m antenna (4/3 Earth)"
    )
