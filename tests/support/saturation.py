"""Small Worlds in which all physics but one mechanism is made certain, so that a closed form must come out.

Everything goes through the ordinary door, `world.assemble.Assembly`, and the ordinary engine; only the catalogue
items are changed: a radar that sees everything at once and without error, a missile that always works and
always bursts near enough, and kills with exactly the probability that the test asks for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
from scipy import stats

from openiads.catalog import Catalog, load_catalog
from openiads.catalog.items import Item
from openiads.doctrine.standard import decide
from openiads.engine import events
from openiads.engine.run import Engine
from openiads.physics.geodesy import enu_basis, geodetic_to_ecef
from openiads.world import schema
from openiads.world.assemble import Assembly, Place
from openiads.world.schema import World

HERE = Place(math.radians(30.0), math.radians(-40.0), 0.0)  # open sea
_DEG_M = math.pi * 6371e3 / 180.0
#: Two-sided 3.5 sigma.
TAIL = float(stats.norm.sf(3.5))


@cache
def catalog() -> Catalog:
    return load_catalog()


def item(name: str, **changes: Any) -> Item:
    """A catalogue item with some values (SI numbers, words or flags) changed or added."""
    found = catalog().get(name)
    values = dict(found.values)
    some = next(iter(values.values()))
    for key, new in changes.items():
        old = values.get(key, replace(some, field=key))
        si = math.nan if isinstance(new, str | bool) else float(new)
        values[key] = replace(old, si=si, raw=new)
    return replace(found, id=found.id + "*" if changes else found.id, values=MappingProxyType(values))


def at(bearing_deg: float, range_m: float, alt_m: float = 0.0, origin: Place = HERE) -> Place:
    """A place by bearing and (roughly) range from another: good to some 0.3 % within 300 km."""
    a, d = math.radians(bearing_deg), math.radians(range_m / _DEG_M)
    lat = math.asin(
        math.sin(origin.lat_rad) * math.cos(d) + math.cos(origin.lat_rad) * math.sin(d) * math.cos(a)
    )
    lon = origin.lon_rad + math.atan2(
        math.sin(a) * math.sin(d) * math.cos(origin.lat_rad),
        math.cos(d) - math.sin(origin.lat_rad) * math.sin(lat),
    )
    return Place(lat, lon, alt_m)


def ecef(place: Place) -> np.ndarray:
    return np.array(geodetic_to_ecef(place.lat_rad, place.lon_rad, place.alt_m))


def straight(
    start: Place, end: Place, speed_mps: float, t0_s: float = 0.0, step_s: float = 20.0
) -> np.ndarray:
    """Knots of steady flight along the great circle, altitude linear: [t, x, y, z, vx, vy, vz]."""
    a = ecef(Place(start.lat_rad, start.lon_rad, 0.0))
    b = ecef(Place(end.lat_rad, end.lon_rad, 0.0))
    angle = math.acos(min(float(a @ b) / float(np.linalg.norm(a) * np.linalg.norm(b)), 1.0))
    length = angle * 6371e3
    total_s = max(length, abs(end.alt_m - start.alt_m), 1.0) / speed_mps
    u = np.linspace(0.0, 1.0, max(int(total_s / step_s), 2) + 1)

    def where(share: float) -> np.ndarray:
        k = 1.0 / max(math.sin(angle), 1e-12)
        g = a if angle < 1e-9 else k * (math.sin((1 - share) * angle) * a + math.sin(share * angle) * b)
        lon, p = math.atan2(g[1], g[0]), math.hypot(g[0], g[1])
        lat = math.atan2(g[2], p * (1.0 - 6.69437999014e-3))
        return ecef(Place(lat, lon, start.alt_m + share * (end.alt_m - start.alt_m)))

    h = 1e-4
    pos = np.array([where(x) for x in u])
    vel = np.array([(where(x + h) - where(x - h)) / (2.0 * h * total_s) for x in u])
    return np.column_stack([t0_s + u * total_s, pos, vel])


def sure_radar(name: str, **more: Any) -> Item:
    """A radar that sees everything in its range at once, exactly, and nothing else."""
    sure: dict[str, Any] = {
        "claim_range_m": 20_000e3, "range_instrumented_m": 600e3, "range_min_m": 1.0, "min_radial_speed_mps": 0.0,
        "false_plots_per_scan": 0.0, "sigma_range_m": 5.0, "sigma_az_rad": 2e-5, "sigma_el_rad": 2e-5,
        "elevation_min_rad": -0.5, "elevation_max_rad": 1.57, "antenna_height_m": 30.0,
        "beamwidth_az_rad": 5e-3,  # resolves what comes abreast
    }  # fmt: skip
    period = "rotation_period_s" if catalog().get(name).choice("scan") == "rotating" else "frame_time_s"
    sure[period] = 1.0
    return item(name, **{**sure, **more})


def sure_missile(p: float, reliability: float = 1.0, **more: Any) -> Item:
    """A missile that bursts near its target whatever the miss distance, and then kills with probability p.

    It has no seeker, so that it can take no other target than the one it was fired at.
    """
    sure: dict[str, Any] = {
        "lethal_law": "cookie", "lethal_p0": p, "lethal_radius_m": 2000.0, "fuze_radius_m": 2000.0,
        "reliability": reliability, "seeker": "command", "seeker_range_m": 1e-6, "range_min_m": 500.0,
    }  # fmt: skip
    return item("9M96E2", **{**sure, **more})


HOSTILE = {"control": 0, "prior_friend": 0.0, "prior_neutral": 0.0, "prior_hostile": 1.0}
_ALL_ONE = {"names": {"class": "x", "identity": "hostile", "group": "g", "target": ""}}


@dataclass
class Case:
    """One battery, one search radar and one asset at the same place; targets are added by the test."""

    a: Assembly
    asset: int
    weapon: int
    n: int = 0

    def target(self, knots: np.ndarray, kind: str = "arm", end: int = schema.END_IMPACT, **more: Any) -> int:
        """A hostile that flies along knots, to the asset unless said otherwise."""
        self.n += 1
        fields: dict[str, Any] = {
            "klass": 0, "identity": 3, "end": end, "p_iff_reply": 0.0, "p_ssr_reply": 0.0, "lethal_radius_m": 1.0,
            "target_site": self.asset if end == schema.END_IMPACT else -1, **_ALL_ONE,
        }  # fmt: skip
        fields.update(more)
        plane = fields.pop("item", None) or item(kind, swerling=0)
        return self.a.add_platform(f"T{self.n}", plane, knots, **fields)

    def world(self) -> World:
        return self.a.finish()[0]


def fire_unit(
    duration_s: float,
    channels: int,
    rounds: int,
    p: float,
    *,
    missile: Item | None = None,
    dt_s: float = 0.25,
    **doctrine: Any,
) -> Case:
    """A fire unit of `channels` target channels and `rounds` rounds that reacts at once and never errs."""
    a = Assembly(duration_s=duration_s, dt_s=dt_s)
    settings: dict[str, Any] = {
        "reaction_s": 0.0, "assessment_delay_s": 5.0, "decision_period_s": dt_s, "policy": 0, "salvo": 1, "min_pk": 0.0,
        "max_rounds_per_target": 1, "asset_margin_m": 30e3, "value": 0.0,
    }  # fmt: skip
    post = a.add_post("CP", HERE, HOSTILE, **{**settings, **doctrine})
    a.add_radar("SR", sure_radar("91N6E", interrogator=False), HERE, post, value=0.0)
    unit = sure_radar(
        "92N6E", interrogator=False, track_period_s=0.5, track_dwell_s=1e-4, scan_loss_exponent=0.0
    )
    radar = a.add_radar("FC", unit, HERE, post, value=0.0, sector_half_rad=math.pi)
    battery = a.add_battery("B", post, radar, channels, 4 * channels)
    weapon = a.add_weapon(missile if missile is not None else sure_missile(p))
    launcher = item("5P85SE2", launch_interval_s=0.0)
    a.add_launcher("L", launcher, HERE, battery, {weapon: (rounds, 0)})
    a.sites[-1]["value"] = 0.0
    asset = a.add_site("ASSET", schema.SITE_ASSET, HERE, 100.0, 300.0, 1.0)
    return Case(a, asset, weapon)


def fan(
    case: Case, n: int, range_m: float, speed_mps: float, alt_m: float = 8000.0, t0_s: float = 0.0
) -> None:
    """n targets abreast on a quarter circle, each flying straight at the asset."""
    for k in range(n):
        bearing = 90.0 * (k + 0.5) / n
        case.target(
            straight(at(bearing, range_m, alt_m), Place(HERE.lat_rad, HERE.lon_rad, alt_m), speed_mps, t0_s)
        )


def engine(world: World) -> Engine:
    return Engine(world, decide)


def of(outcome: Any, code: int) -> np.recarray:
    """The events of one code."""
    return outcome.event[outcome.event.code == code]


def leakers(outcome: Any) -> int:
    """Platforms that reached their target."""
    return int((outcome.platform_state["fate"] == events.PLATFORM_FATE.index("hit its target")).sum())


def killed(outcome: Any) -> np.ndarray:
    """Which platforms were killed."""
    return np.asarray(outcome.platform_state["fate"] == events.PLATFORM_FATE.index("killed"))


def binomial_limits(n: int, p: float) -> tuple[int, int]:
    """Counts that an honest binomial draw leaves only once in 2,100 times (3.5 sigma, two-sided, exact)."""
    return int(stats.binom.ppf(TAIL, n, p)), int(stats.binom.isf(TAIL, n, p))


def inside(count: int, n: int, p: float) -> bool:
    low, high = binomial_limits(n, p)
    return low <= count <= high


def wilson(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson interval of a rate."""
    got = stats.binomtest(int(k), int(n)).proportion_ci(level, "wilson")
    return float(got.low), float(got.high)


def mean_limits(values: Sequence[float] | np.ndarray) -> tuple[float, float]:
    """Mean and 3.5 standard errors."""
    v = np.asarray(values, float)
    return float(v.mean()), 3.5 * float(v.std(ddof=1)) / math.sqrt(len(v))


def replications(world: World, seed: int, count: int | Iterable[int]) -> Iterable[Any]:
    """Outcomes of replications 0 .. count-1 of one world."""
    run = engine(world)
    for r in range(count) if isinstance(count, int) else count:
        yield run.run(seed, r)


def enu(place: Place) -> np.ndarray:
    """Rows east, north, up in ECEF."""
    return np.array(enu_basis(place.lat_rad, place.lon_rad)).reshape(3, 3)
