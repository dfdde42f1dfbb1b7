"""Catalogue radar → RADAR row, detection table, refraction table, jammer coupling."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from openiads.catalog.items import Item
from openiads.physics.detection import PD_SNR_POINTS, make_pd_table
from openiads.physics.jamming import jammer_coupling_m2
from openiads.physics.propagation import TABLE_RANGES, make_refraction_table
from openiads.physics.radar import constant_from_claim_m2, db_to_ratio, radar_constant_m2
from openiads.physics.signature import band_index
from openiads.world import schema
from openiads.world.kept import kept


def radar_constant(item: Item) -> float:
    """K of one radar (m^2), from its one published claim or from its physical parameters."""
    if item.has("claim_range_m"):
        claim = (
            item.si("claim_range_m"), item.si("claim_rcs_m2"), item.si("claim_pd"), item.si("pfa"),
            item.count("claim_swerling"), item.count("n_pulses"),
        )  # fmt: skip
        return float(
            kept("radar-constant", claim, 1, lambda: np.array([[constant_from_claim_m2(*claim)]]))[0, 0]
        )
    gain = db_to_ratio(item.si("antenna_gain_db"))
    return float(
        radar_constant_m2(
            item.si("peak_power_w"), item.si("pulse_width_s"), gain, gain, item.si("freq_hz"),
            item.si("noise_temperature_k"), db_to_ratio(item.si("loss_db")), item.count("n_coherent"),
        )
    )  # fmt: skip


def fill_radar(row: np.record, item: Item) -> None:
    """Write what the catalogue says of a radar into its RADAR row (place and allegiance are the caller's)."""
    rotating = item.choice("scan") == "rotating"
    row.scan = schema.SCAN_ROTATING if rotating else schema.SCAN_SECTOR
    row.period_s = item.si("rotation_period_s" if rotating else "frame_time_s")
    row.sector_half_rad = math.pi if rotating else 0.5 * item.si("sector_width_rad")
    row.el_min_rad, row.el_max_rad = item.si("elevation_min_rad"), item.si("elevation_max_rad")
    row.boresight_el_rad = item.si("antenna_tilt_rad")
    row.range_min_m, row.range_max_m = item.si("range_min_m"), item.si("range_instrumented_m")
    row.constant_m2 = radar_constant(item)
    row.band = band_index(item.si("freq_hz"))
    row.bw_az_rad, row.bw_el_rad = item.si("beamwidth_az_rad"), item.si("beamwidth_el_rad")
    row.near_gain = db_to_ratio(item.si("near_sidelobe_db"))
    row.far_gain = db_to_ratio(item.si("far_sidelobe_db"))
    row.scan_loss_exponent = item.si("scan_loss_exponent")
    row.n_pulses = item.count("n_pulses")
    row.range_resolution_m = item.si("range_resolution_m")
    row.floor_range_m = item.si("sigma_range_m")
    row.floor_az_rad, row.floor_el_rad = item.si("sigma_az_rad"), item.si("sigma_el_rad")
    row.min_radial_mps = item.si("min_radial_speed_mps") if item.has("min_radial_speed_mps") else 0.0
    row.false_per_s = item.si("false_plots_per_scan") / row.period_s
    row.interrogates = item.flag("interrogator")
    row.interrogation_range_m = item.si("interrogator_range_m") if item.flag("interrogator") else 0.0
    if item.role == "engagement":
        row.track_period_s, row.track_dwell_s = item.si("track_period_s"), item.si("track_dwell_s")
        row.track_budget = item.si("track_time_budget")
    else:
        row.track_period_s, row.track_dwell_s, row.track_budget = row.period_s, 0.0, 0.0


def coupling_m2(radar: Item, jammer: Mapping[str, float]) -> float:
    """J/N = coupling / r^2 with both on axis. The jammer's band is centred on the radar where it can be."""
    low, high, width = jammer["freq_min_hz"], jammer["freq_max_hz"], jammer["bandwidth_hz"]
    freq, half = radar.si("freq_hz"), 0.5 * min(width, high - low)
    centre = min(max(freq, low + half), high - half)
    return float(
        jammer_coupling_m2(
            jammer["power_w"] * db_to_ratio(jammer["antenna_gain_db"]), centre, width,
            db_to_ratio(radar.si("antenna_gain_db")), freq, radar.si("bandwidth_hz"), radar.si("noise_temperature_k"),
            db_to_ratio(jammer["polarisation_loss_db"]),
        )
    )  # fmt: skip


@lru_cache(maxsize=64)
def _pd_table(n_pulses: int, pfa: float, cases: frozenset[int]) -> np.ndarray:
    made_from = (n_pulses, pfa, *sorted(cases))
    return kept("pd", made_from, PD_SNR_POINTS, lambda: make_pd_table(n_pulses, pfa, cases))


def pd_table(item: Item, cases: frozenset[int]) -> np.ndarray:
    """Exact detection probabilities of a radar [swerling, snr], for the Swerling cases that fly; equal radars share the work."""
    return _pd_table(item.count("n_pulses"), item.si("pfa"), cases)


@lru_cache(maxsize=256)
def refraction_table(antenna_alt_m: float, model: int) -> np.ndarray:
    """Refraction and horizon table of an antenna at this altitude."""
    alt_m = max(antenna_alt_m, 0.5)
    made_from = (float(alt_m), int(model))
    return kept("refraction", made_from, 1 + TABLE_RANGES, lambda: make_refraction_table(alt_m, model))


def antenna_height_m(radar: Mapping[str, Any]) -> float:
    """Height of the antenna of a radar of an Assembly above its site, m: its own, or else that of its type."""
    own = radar.get("antenna_height_m")
    return float(radar["item"].si("antenna_height_m") if own is None else own)
