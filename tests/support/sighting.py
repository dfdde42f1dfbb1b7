"""One radar and what it sees: Worlds without a shot, and the exact law of a first detection, by other code."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from scipy import stats

from openiads.catalog.items import Item
from openiads.engine import events
from openiads.world import schema
from openiads.world.assemble import Assembly
from openiads.world.schema import World

from . import saturation as sat

NEUTRAL: dict[str, Any] = {"klass": 0, "identity": 3, "end": schema.END_LEAVE, "p_iff_reply": 0.0, "p_ssr_reply": 0.0,
                           "names": {"class": "x", "identity": "hostile", "group": "g", "target": ""}}  # fmt: skip


def quiet(name: str, **changes: Any) -> Item:
    """A radar of the catalogue without false plots and clutter filter, which looks below the horizontal."""
    still = {"false_plots_per_scan": 0.0, "min_radial_speed_mps": 0.0, "elevation_min_rad": -0.5}
    return sat.item(name, **{**still, **changes})


class Watch:
    """An Assembly with one command post and one radar."""

    def __init__(self, radar: Item, duration_s: float, antenna_m: float | None = None, **more: Any) -> None:
        self.a = Assembly(duration_s=duration_s)
        self.post = self.a.add_post("CP", sat.HERE, {"control": 2}, value=0.0)
        self.a.add_radar("R", radar, sat.HERE, self.post, value=0.0, antenna_height_m=antenna_m, **more)
        self.height_m = radar.si("antenna_height_m") if antenna_m is None else antenna_m

    def fly(self, knots: np.ndarray, kind: str = "fighter", **more: Any) -> int:
        swerling = more.pop("swerling", 1)
        plane = more.pop("item", None) or sat.item(kind, swerling=swerling)
        return self.a.add_platform(f"T{len(self.a.platforms)}", plane, knots, **{**NEUTRAL, **more})

    def world(self, rcs_m2: float | None = None) -> World:
        """The World; with `rcs_m2`, all cross sections the same from everywhere."""
        world = self.a.finish()[0]
        if rcs_m2 is not None:
            world.rcs_dbsm[:] = 10.0 * math.log10(rcs_m2)
        return world

    def antenna(self) -> np.ndarray:
        return sat.ecef(sat.at(0.0, 0.0, self.height_m))


def swerling1_pd(snr: np.ndarray | float, n_pulses: int, pfa: float) -> np.ndarray:
    """Exact detection probability, slow Rayleigh fluctuation: a negative binomial mixture of gamma tails.

    Many at once are interpolated between 400 exact ones (error below 1e-4).
    """
    snr = np.atleast_1d(np.asarray(snr, float))
    if len(snr) == 1:
        return _swerling1_pd(snr, n_pulses, pfa)
    grid, pd = _pd_grid(n_pulses, pfa)
    return np.interp(np.log(snr), grid, pd)


@cache
def _pd_grid(n_pulses: int, pfa: float) -> tuple[np.ndarray, np.ndarray]:
    grid = np.linspace(math.log(1e-3), math.log(1e4), 400)
    return grid, _swerling1_pd(np.exp(grid), n_pulses, pfa)


def _swerling1_pd(snr: np.ndarray, n_pulses: int, pfa: float) -> np.ndarray:
    threshold = stats.gamma.isf(pfa, n_pulses)
    out = np.empty(len(snr))
    for i, s in enumerate(snr):
        q = n_pulses * s / (1.0 + n_pulses * s)
        j = np.arange(int(30.0 / max(1.0 - q, 1e-4)) + 50)
        out[i] = (stats.nbinom.pmf(j, 1, 1.0 - q) * stats.gamma.sf(threshold, n_pulses + j)).sum()
    return out


def swerling1_snr(pd: float, n_pulses: int, pfa: float) -> float:
    """SNR (ratio) for a detection probability, by bisection."""
    low, high = 1e-3, 1e4
    for _ in range(60):
        mid = math.sqrt(low * high)
        low, high = (mid, high) if swerling1_pd(mid, n_pulses, pfa)[0] < pd else (low, mid)
    return math.sqrt(low * high)


def constant_from_claim(radar: Item) -> float:
    """K of snr = K rcs / r^4 from the item's claim, by this file's code."""
    snr = swerling1_snr(radar.si("claim_pd"), radar.count("n_pulses"), radar.si("pfa"))
    return snr * radar.si("claim_range_m") ** 4 / radar.si("claim_rcs_m2")


def first_detections(world: World, seed: int, replications: int) -> np.ndarray:
    """Slant range (m) of the first detection of platform 0, NaN where there was none."""
    found = np.full(replications, math.nan)
    for r, o in enumerate(sat.replications(world, seed, replications)):
        rows = sat.of(o, events.DETECTION)
        rows = rows[rows.subject == 0]
        if len(rows):
            found[r] = rows[0].range_m
    return found


def law_of_first(pd: np.ndarray, ranges: np.ndarray) -> tuple[float, float, float]:
    """(mean, standard deviation, probability of none) of the range of the first success in independent looks."""
    before = np.concatenate([[1.0], np.cumprod(1.0 - pd)])
    weight = before[:-1] * pd
    total = weight.sum()
    mean = float(weight @ ranges / total)
    return mean, math.sqrt(max(float(weight @ ranges**2 / total) - mean * mean, 0.0)), float(before[-1])


def look_ranges(knots: np.ndarray, antenna: np.ndarray, first_s: float, period_s: float) -> np.ndarray:
    """Slant ranges (m) at the looks first_s + k period_s, by cubic interpolation of nothing but positions."""
    t = np.arange(first_s, knots[-1, 0], period_s)
    pos = np.column_stack([np.interp(t, knots[:, 0], knots[:, 1 + k]) for k in range(3)])
    return np.linalg.norm(pos - antenna, axis=1)


__all__ = ["NEUTRAL", "Watch", "constant_from_claim", "first_detections", "law_of_first", "look_ranges", "quiet",
           "swerling1_pd", "swerling1_snr"]  # fmt: skip
