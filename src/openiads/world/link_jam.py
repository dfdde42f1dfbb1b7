"""Jamming of links → fields of LINK, LINK_JAMMER rows, couplings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.physics.geodesy import geodetic_to_ecef
from openiads.physics.jamming import check_jammer, jammer_coupling_m2
from openiads.physics.radar import db_to_ratio
from openiads.world import schema

if TYPE_CHECKING:
    from openiads.world.assemble import Assembly

_NEVER_S = 1e9


def fill_radio(row: np.record, radio: Mapping[str, float] | None) -> None:
    """The fields of a LINK row for jamming. `radio`: freq_hz, bandwidth_hz, antenna_gain_db, beam_rad (0: all round),
    sidelobe_db, noise_k, margin_db, mast_m; None: it cannot be jammed."""
    if radio is not None:
        row.margin = db_to_ratio(radio["margin_db"])
        row.beam_rad, row.side_gain = radio["beam_rad"], db_to_ratio(radio["sidelobe_db"])
        row.mast_m = radio["mast_m"]


def link_jam_row(made: Any, platform: int) -> dict[str, Any]:
    """Values of a scenario's `link_jammer` for the Assembly."""
    found = {name: getattr(made, name) for name in type(made).model_fields if name != "beam"}
    found.update(
        platform=platform, t_on_s=made.from_s, t_off_s=_NEVER_S if made.until_s is None else made.until_s
    )
    if made.beam is not None:
        found.update(
            beam_rad=made.beam.width_rad, side_gain=db_to_ratio(made.beam.sidelobe_db), aim=made.beam.toward
        )
    return found


def link_jam_tables(a: Assembly) -> dict[str, Any]:
    """World fields by name: LINK_JAMMER, and its couplings (m^2, [link, link jammer])."""
    table = np.zeros(len(a.link_jammers), schema.LINK_JAMMER).view(np.recarray)
    coupling = np.zeros((len(a.links), len(a.link_jammers)))
    for j, values in enumerate(a.link_jammers):
        check_jammer(values["power_w"], db_to_ratio(values["antenna_gain_db"]), values["bandwidth_hz"])
        row = table[j]
        row.platform, row.t_on_s, row.t_off_s = values["platform"], values["t_on_s"], values["t_off_s"]
        if "aim" in values:
            aim = values["aim"]
            row.beam_rad, row.side_gain = values["beam_rad"], values["side_gain"]
            row.aim_x_m, row.aim_y_m, row.aim_z_m = geodetic_to_ecef(aim.lat_rad, aim.lon_rad, aim.alt_m)
        for k, link in enumerate(a.links):
            coupling[k, j] = _coupling_m2(link.get("radio"), values)
    return {"link_jammer": table, "link_coupling_m2": coupling}


def _coupling_m2(radio: Mapping[str, float] | None, jammer: Mapping[str, Any]) -> float:
    """J/N at a receiver times distance squared. The jammer's band is centred on the link where it can be."""
    if radio is None:
        return 0.0
    low, high, width = jammer["freq_min_hz"], jammer["freq_max_hz"], jammer["bandwidth_hz"]
    half = 0.5 * min(width, high - low)
    centre = min(max(radio["freq_hz"], low + half), high - half)
    return float(
        jammer_coupling_m2(
            jammer["power_w"] * db_to_ratio(jammer["antenna_gain_db"]), centre, width,
            db_to_ratio(radio["antenna_gain_db"]), radio["freq_hz"], radio["bandwidth_hz"], radio["noise_k"],
            db_to_ratio(jammer["loss_db"]),
        )
    )  # fmt: skip


def link_jam_room(a: Assembly) -> int:
    """Events that jammed links may add: at most one a second each."""
    return len(a.links) * int(a.duration_s + 1.0) if a.link_jammers else 0
