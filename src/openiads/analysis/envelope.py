"""Engagement envelopes: where a missile can meet a target, computed by flying both.

The missile has ideal information (its track is the truth, its seeker makes no error), so this is the envelope of
the missile, not of a system: radar horizon, detection and reaction come on top. docs/models/envelope.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads._jit import kernel
from openiads.catalog.items import Item
from openiads.physics.atmosphere import density_sound
from openiads.physics.flyout import NEEDED_G, available_g, fly_to_point, ground_range, point_north
from openiads.physics.interceptor import advance, launch, up_unit
from openiads.physics.interceptor_schema import AIR, FATE_INTERCEPT, FATE_NONE, from_catalog, missiles
from openiads.units import STANDARD_GRAVITY_MPS2

ASPECTS = {"approaching": 0.0, "crossing": 0.5 * math.pi, "receding": math.pi}
STEP_S = 0.25
N_SUB = 8
WEAVE_S = 12.0  # period of the target's weave
ACC_HORIZON_S = 2.0


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
        """One row per altitude: nearest and farthest meeting point, farthest target at launch, time to the farthest."""
        table = []
        for i, alt in enumerate(self.alt_m):
            hits = np.flatnonzero(self.ok[i])
            last = hits[-1] if hits.size else -1
            table.append(
                {
                    "alt_m": float(alt),
                    "min_range_m": self.min_range_m(i),
                    "max_range_m": self.max_range_m(i),
                    "launch_range_m": self.max_launch_range_m(i),
                    "time_s": float(self.time_s[i, last]) if hits.size else math.nan,
                    "speed_mps": float(self.speed_mps[i, last]) if hits.size else math.nan,
                }
            )
        return table


@kernel
def fly_engagement(m, par, range_m, alt_m, speed_mps, g, aspect_rad, dive_rad, rcs_root4, step_s, n_sub):
    """Fly one round against a moving target aimed to be at (range, altitude) when the round can be there.

    The time is that of a flight to the resting point. Returns (fate, ground range of the target at launch, density
    at the end); the flight stays in `m`.
    """
    fate = fly_to_point(m, par, range_m, alt_m, step_s, n_sub)
    meet_s = m.t_end_s
    sx, sy, sz = point_north(0.0, 0.0)
    cx, cy, cz = point_north(range_m, alt_m)
    ux, uy, uz = up_unit(cx, cy, cz)
    # outward horizontal (north) and across (east) at the meeting point; due north, so east is -y... of ECEF: +y
    ex = 0.0
    ey = 1.0
    ez = 0.0
    nx = uy * ez - uz * ey
    ny = uz * ex - ux * ez
    nz = ux * ey - uy * ex
    ca = -math.cos(aspect_rad) * math.cos(dive_rad)
    sa = math.sin(aspect_rad) * math.cos(dive_rad)
    sd = -math.sin(dive_rad)
    wx = speed_mps * (ca * nx + sa * ex + sd * ux)
    wy = speed_mps * (ca * ny + sa * ey + sd * uy)
    wz = speed_mps * (ca * nz + sa * ez + sd * uz)
    # the weave: horizontal, across the path
    px = -(sa * nx - ca * ex)
    py = -(sa * ny - ca * ey)
    pz = -(sa * nz - ca * ez)
    k = px * px + py * py + pz * pz
    if k > 0.0:
        k = 1.0 / math.sqrt(k)
    w = 2.0 * math.pi / WEAVE_S
    a = g * STANDARD_GRAVITY_MPS2 * k
    bx = cx - wx * meet_s
    by = cy - wy * meet_s
    bz = cz - wz * meet_s
    away = ground_range(sx, sy, sz, bx, by, bz)
    dt_s = step_s / n_sub
    launch(m, par, 0.0, sx, sy, sz, AIR)
    fate = FATE_NONE
    i = 0
    while fate == FATE_NONE and i < 100_000:
        t = i * step_s
        sn = a * math.sin(w * t)
        vn = -a / w * math.cos(w * t)
        dn = -sn / (w * w)
        tx = bx + wx * t + dn * px
        ty = by + wy * t + dn * py
        tz = bz + wz * t + dn * pz
        vx = wx + vn * px
        vy = wy + vn * py
        vz = wz + vn * pz
        ax = sn * px
        ay = sn * py
        az = sn * pz
        fate = advance(
            m, par, t, dt_s, n_sub,
            tx, ty, tz, vx, vy, vz, ax, ay, az, ACC_HORIZON_S,
            tx, ty, tz, vx, vy, vz, ax, ay, az, rcs_root4, 1, 0.0, 0.0, -1e5,
        )  # fmt: skip
        i += 1
    rho, _ = density_sound(m.alt_m)
    return fate, away, rho


@kernel
def _sweep(
    m, par, ranges, alts, speed_mps, g, aspect_rad, dive_rad, rcs_root4, fate, ok, miss, time, speed, away
):
    for i in range(alts.shape[0]):
        for j in range(ranges.shape[0]):
            end, start, rho = fly_engagement(
                m, par, ranges[j], alts[i], speed_mps, g, aspect_rad, dive_rad, rcs_root4, STEP_S, N_SUB
            )
            fate[i, j] = end
            away[i, j] = start
            miss[i, j] = m.miss_m
            time[i, j] = m.t_end_s
            speed[i, j] = math.sqrt(m.vx_mps * m.vx_mps + m.vy_mps * m.vy_mps + m.vz_mps * m.vz_mps)
            ok[i, j] = (
                end == FATE_INTERCEPT
                and m.miss_m <= par.lethal_radius_m
                and (available_g(m, par, rho) >= NEEDED_G)
            )


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
    _sweep(
        missiles(1)[0], par, ranges, alts, float(target.speed_mps), float(target.g), float(target.aspect_rad),
        float(target.dive_rad), math.sqrt(math.sqrt(target.rcs_m2)), fate, ok, miss, time, speed, away,
    )  # fmt: skip
    return Envelope(target, alts, ranges, ok, fate, miss, time, speed, away)


def missile_row(item: Item, **changes: Any) -> dict[str, Any]:
    """MISSILE_TYPE fields of a catalogue missile, for `missile_types`; `changes` override SI catalogue values."""
    values = {name: v.raw if math.isnan(v.si) else v.si for name, v in item.values.items()}
    values.update(changes)
    coast, boost = item.table("cd_coast"), item.table("cd_boost")
    return from_catalog(values, (coast.axes["mach"], coast.values_si), (boost.axes["mach"], boost.values_si))


def default_grid(claim_range_m: float, claim_alt_m: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(ranges, altitudes) for a picture: to 1.5 x the declared range in 90 steps, to 1.15 x the altitude in 20."""
    ranges = 1.5 * claim_range_m * np.arange(1, 91) / 90.0
    alts = 50.0 + (1.15 * claim_alt_m - 50.0) * (np.arange(20) / 19.0) ** 1.5
    return ranges, alts


def plot_envelopes(
    envelopes: dict[str, Envelope],
    title: str,
    path: str | Path,
    claim_range_m: float | None = None,
    claim_alt_m: float | None = None,
) -> Path:
    """Range x altitude picture (PNG or SVG by the suffix), one outline per envelope, the declared claim beside them."""
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
    axes.set_xlim(left=0.0)
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel("ground range of the meeting point (km)")
    axes.set_ylabel("altitude (km)")
    axes.set_title(title)
    axes.grid(alpha=0.25)
    axes.legend(loc="upper right", framealpha=0.9)
    path = Path(path)
    figure.savefig(path)
    return path
