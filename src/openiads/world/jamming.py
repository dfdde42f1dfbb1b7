"""Noise jammers and protection against them → couplings, shares and the fields of JAMMER and RADAR.

One radar and one jammer are three numbers: the coupling (J/N = coupling / r^2 on both axes, while the noise is in the
radar's band), the probability that it touches a look, and the share of that look's pulses that it touches.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.catalog.items import Item
from openiads.physics.geodesy import geodetic_to_ecef
from openiads.physics.jamming import jammer_coupling_m2
from openiads.physics.noise_jamming_modes import (
    CIRCULAR,
    LINEAR,
    agile_coupling_m2,
    dwell_touched_probability,
    polarisation_loss,
    swept_coupling_m2,
)
from openiads.physics.radar import db_to_ratio
from openiads.world import schema
from openiads.world.sensors import coupling_m2

if TYPE_CHECKING:
    from openiads.world.assemble import Assembly

#: Ellipticity angle and tilt from the horizontal of each polarisation, rad.
POLARISATIONS = {
    "horizontal": (LINEAR, 0.0), "vertical": (LINEAR, 0.5 * math.pi), "slant": (LINEAR, 0.25 * math.pi),
    "right-circular": (CIRCULAR, 0.0), "left-circular": (-CIRCULAR, 0.0),
}  # fmt: skip
_CROSS_POLAR_DB = (
    -20.0
)  # where a polarisation is known and no cross-polar response: assumption, -15 to -30 dB
_MARGIN_DB = 3.0  # auxiliaries above the side lobes that they cancel: assumption, 0 to 6 dB
_HOPS = 64  # positions of a hopping radar over which a sweep is averaged
#: What a radar may have against jamming, as its catalogue item calls it.
FIELDS = (
    "blanking_threshold",
    "agile_bandwidth_hz",
    "cross_polar_db",
    "cancellation_db",
    "auxiliary_margin_db",
    "leading_edge_s",
    "capture_js_db",
    "capture_probability",
    "velocity_gate_mps",
    "rate_check_mps",
)


def protection(radar: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a radar of the Assembly: those of its item, and over them its own `protection`."""
    item: Item = radar["item"]
    found: dict[str, Any] = {name: item.si(name) for name in FIELDS if item.has(name)}
    if item.has("canceller_channels"):
        found["canceller_channels"] = item.count("canceller_channels")
    if item.has("polarisation"):
        found["polarisation"] = item.choice("polarisation")
    if item.has("moving_target_filter"):
        found["moving_target_filter"] = item.flag("moving_target_filter")
    found.update({k: v for k, v in (radar.get("protection") or {}).items() if v is not None})
    return found


def fill_protection(row: np.record, radar: Mapping[str, Any]) -> None:
    """The fields of a RADAR row that protect it: side-lobe canceller, filter for moving targets."""
    own = protection(radar)
    row.freq_hz = radar["item"].si("freq_hz")
    row.blank_threshold = own.get("blanking_threshold", 0.0)
    row.mti = int(bool(own.get("moving_target_filter", False)))
    row.slc_channels = own.get("canceller_channels", 0)
    row.slc_limit = db_to_ratio(own.get("cancellation_db", 0.0))
    row.slc_margin = db_to_ratio(own.get("auxiliary_margin_db", _MARGIN_DB))


def fill_jammer(row: np.record, plan: Mapping[str, Any]) -> None:
    """Intervals, trigger and beam of a JAMMER row."""
    for name, value in plan.items():
        if name == "aim":
            row.aim_x_m, row.aim_y_m, row.aim_z_m = geodetic_to_ecef(
                value.lat_rad, value.lon_rad, value.alt_m
            )
        else:
            row[name] = value


def jam_tables(a: Assembly) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(coupling in m^2, probability of touching a look, share of its pulses), each [radar, jammer]."""
    shape = (len(a.radars), len(a.jammers))
    coupling, share, duty = np.zeros(shape), np.ones(shape), np.ones(shape)
    for i, radar in enumerate(a.radars):
        own = protection(radar)
        for k, j in enumerate(a.jammers):
            coupling[i, k], share[i, k], duty[i, k] = link(radar["item"], own, j["values"])
    return coupling, share, duty


def repeater_tables(a: Assembly) -> tuple[np.recarray, np.ndarray]:
    """(REPEATER rows, coupling in m^2 [radar, repeater]): a copy fills the radar's band and nothing else."""
    table = np.zeros(len(a.repeaters), dtype=schema.REPEATER).view(np.recarray)
    coupling = np.zeros((len(a.radars), len(a.repeaters)))
    for k, values in enumerate(a.repeaters):
        for name in schema.REPEATER.names or ():
            table[k][name] = values[name]
        for i, radar in enumerate(a.radars):
            item = radar["item"]
            freq, band = item.si("freq_hz"), item.si("bandwidth_hz")
            if values["freq_min_hz"] <= freq <= values["freq_max_hz"]:
                coupling[i, k] = jammer_coupling_m2(
                    values["power_w"] * db_to_ratio(values["antenna_gain_db"]), freq, band,
                    db_to_ratio(item.si("antenna_gain_db")), freq, band, item.si("noise_temperature_k"),
                    db_to_ratio(values["loss_db"]),
                )  # fmt: skip
    return table, coupling


def link(radar: Item, own: Mapping[str, Any], jammer: Mapping[str, Any]) -> tuple[float, float, float]:
    """(coupling in m^2 while in band, probability of touching a look, share of its pulses touched)."""
    loss_db = _loss_db(own, jammer)
    mode, agile_hz = jammer.get("mode", "spot"), own.get("agile_bandwidth_hz", 0.0)
    if mode == "spot" and agile_hz <= radar.si("bandwidth_hz"):
        return coupling_m2(radar, {**jammer, "polarisation_loss_db": loss_db}), 1.0, 1.0
    low, high = jammer["freq_min_hz"], jammer["freq_max_hz"]
    width = high - low if mode == "barrage" else min(jammer["bandwidth_hz"], high - low)
    freq = radar.si("freq_hz")
    erp = jammer["power_w"] * db_to_ratio(jammer["antenna_gain_db"])
    gain, noise_k = db_to_ratio(radar.si("antenna_gain_db")), radar.si("noise_temperature_k")
    band, loss = radar.si("bandwidth_hz"), db_to_ratio(loss_db)
    if mode == "swept":
        return _swept(radar, jammer, width, max(agile_hz, band), (erp, gain, band, noise_k, loss))
    centre = (
        0.5 * (low + high) if mode == "barrage" else min(max(freq, low + 0.5 * width), high - 0.5 * width)
    )
    # The power is spread over the whole stated bandwidth, even where that is more than the band it is used in.
    thin = width / jammer["bandwidth_hz"] if mode == "spot" else 1.0
    hit, c = agile_coupling_m2(
        erp * thin, centre, width, gain, freq, max(agile_hz, band), band, noise_k, loss
    )
    return float(c), float(hit), 1.0


def _swept(
    radar: Item, jammer: Mapping[str, Any], width: float, agile_hz: float, rest: tuple[float, ...]
) -> tuple[float, float, float]:
    """A sweep against a radar that stays or hops, averaged over its hops."""
    erp, gain, band, noise_k, loss = rest
    low, high = jammer["freq_min_hz"], jammer["freq_max_hz"]
    travel = max(agile_hz - band, 0.0)
    steps = _HOPS if travel > 0.0 else 1
    time, power = 0.0, 0.0
    for k in range(steps):
        freq = radar.si("freq_hz") + travel * ((k + 0.5) / steps - 0.5)
        d, c = swept_coupling_m2(erp, width, 0.5 * (low + high), high - low, gain, freq, band, noise_k, loss)
        time += d / steps
        power += d * c / steps
    if not time > 0.0:
        return 0.0, 0.0, 1.0
    touched = dwell_touched_probability(time, jammer["sweep_period_s"], dwell_s(radar))
    return power / time, touched, min(time / touched, 1.0)


def dwell_s(radar: Item) -> float:
    """Time for which a search beam stays on one direction (a rotating one: passes over it)."""
    if radar.choice("scan") == "rotating":
        return radar.si("rotation_period_s") * radar.si("beamwidth_az_rad") / (2.0 * math.pi)
    wide = radar.si("sector_width_rad") / radar.si("beamwidth_az_rad")
    high = (radar.si("elevation_max_rad") - radar.si("elevation_min_rad")) / radar.si("beamwidth_el_rad")
    return radar.si("frame_time_s") / (max(wide, 1.0) * max(high, 1.0))


def _loss_db(own: Mapping[str, Any], jammer: Mapping[str, Any]) -> float:
    """Loss by polarisation: computed where both are known, else the jammer's own figure."""
    if own.get("polarisation") is None or jammer.get("polarisation") is None:
        return float(jammer["polarisation_loss_db"])
    (ea, ta), (eb, tb) = POLARISATIONS[jammer["polarisation"]], POLARISATIONS[own["polarisation"]]
    floor = db_to_ratio(own.get("cross_polar_db", _CROSS_POLAR_DB))
    return 10.0 * math.log10(polarisation_loss(ea, eb, ta - tb, floor))
