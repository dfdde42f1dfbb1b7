"""Gate pull-off → PULL_OFF rows, couplings, and the gates of RADAR rows.

A radar that its leading edge or its check of rates protects has a coupling of zero: to the engine there is nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.physics.deception import capture_probability, range_and_doppler_agree
from openiads.physics.jamming import jammer_coupling_m2
from openiads.physics.radar import db_to_ratio
from openiads.units import SPEED_OF_LIGHT_MPS
from openiads.world import schema
from openiads.world.jamming import protection

if TYPE_CHECKING:
    from openiads.world.assemble import Assembly

_GATE = {"range": schema.PULL_RANGE, "velocity": schema.PULL_VELOCITY, "both": schema.PULL_BOTH}
_CAPTURE_JS_DB = 3.0  # F (0 to 10 dB)
_CAPTURE_P = 0.8  # F (0.5 to 0.95)
_VELOCITY_GATE_MPS = 30.0  # F (5 to 100 m/s)
_NEVER_S = 1e9
_SHORTEST_CYCLE_S = 0.6


def edge_gain(leading_edge_s: float, range_resolution_m: float) -> float:
    """Share of an echo that a tracker of its leading edge uses: edge over the length of a range cell in time, at most 1."""
    cell_s = 2.0 * range_resolution_m / SPEED_OF_LIGHT_MPS
    return min(leading_edge_s / cell_s, 1.0) if leading_edge_s > 0.0 else 1.0


def fill_gates(row: np.record, radar: Mapping[str, Any]) -> None:
    """The fields of a RADAR row that say how its gates are taken."""
    own = protection(radar)
    row.edge_gain = edge_gain(own.get("leading_edge_s", 0.0), row.range_resolution_m)
    row.capture_js = db_to_ratio(own.get("capture_js_db", _CAPTURE_JS_DB))
    row.p_capture = own.get("capture_probability", _CAPTURE_P)
    row.velocity_gate_mps = own.get("velocity_gate_mps", _VELOCITY_GATE_MPS)


def pull_row(made: Any, platform: int) -> dict[str, Any]:
    """Values of a scenario's `pull_off` for the Assembly."""
    return {
        **{name: getattr(made, name) for name in type(made).model_fields}, "platform": platform, "t_on_s": made.from_s,
        "t_off_s": _NEVER_S if made.until_s is None else made.until_s,
    }  # fmt: skip


def pull_tables(a: Assembly) -> dict[str, Any]:
    """World fields by name: PULL_OFF, its couplings (m^2, [radar, pull-off]) and its state."""
    table = np.zeros(len(a.pull_offs), schema.PULL_OFF).view(np.recarray)
    coupling = np.zeros((len(a.radars), len(a.pull_offs)))
    for k, values in enumerate(a.pull_offs):
        row = table[k]
        for name in schema.PULL_OFF.names or ():
            if name in values and name != "gate":
                row[name] = values[name]
        row.gate = _GATE[values["gate"]]
        row.rate_per_s, row.accel_per_s2 = values["rate_mps"], values["acceleration_mps2"]
        if values["gate"] == "velocity":
            row.rate_per_s, row.accel_per_s2 = values["acceleration_mps2"], 0.0
        for i, radar in enumerate(a.radars):
            coupling[i, k] = _coupling_m2(radar, values)
    state = np.zeros((len(a.radars), len(a.pull_offs)), schema.PULL_STATE).view(np.recarray)
    state["t_look_s"] = -_NEVER_S
    state["cycle"] = -1
    return {"pull_off": table, "pull_coupling_m2": coupling, "pull_state": state}


def _coupling_m2(radar: Mapping[str, Any], values: Mapping[str, Any]) -> float:
    """Strength of the false echo over noise, times distance squared; 0 where the radar is not deceived."""
    item = radar["item"]
    freq, band = item.si("freq_hz"), item.si("bandwidth_hz")
    if radar["battery"] < 0 or not values["freq_min_hz"] <= freq <= values["freq_max_hz"]:
        return 0.0
    own = protection(radar)
    if (
        not capture_probability(1.0, 0.0, 1.0, values["repeater_delay_s"], own.get("leading_edge_s", 0.0))
        > 0.0
    ):
        return 0.0
    fastest = values["rate_mps"] + values["acceleration_mps2"] * values["pull_s"]
    checked = own.get("rate_check_mps")
    if (
        checked is not None
        and values["gate"] != "both"
        and not range_and_doppler_agree(fastest, 0.0, checked)
    ):
        return 0.0
    return float(
        jammer_coupling_m2(
            values["power_w"] * db_to_ratio(values["antenna_gain_db"]), freq, band,
            db_to_ratio(item.si("antenna_gain_db")), freq, band, item.si("noise_temperature_k"),
            db_to_ratio(values["loss_db"]),
        )
    )  # fmt: skip


def pull_room(a: Assembly) -> int:
    """Events that pull-off may add: two a cycle and radar, or two a lost track."""
    cycles = [
        max(v["dwell_s"] + v["pull_s"] + v["hold_s"] + v["silent_s"], _SHORTEST_CYCLE_S) for v in a.pull_offs
    ]
    return sum(2 * len(a.radars) * (int(a.duration_s / c) + 2) for c in cycles)
