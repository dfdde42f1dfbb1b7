"""Assembly → the tables of strobes, passive tracks and homing on jamming."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.physics.radar import db_to_ratio
from openiads.physics.triangulation import chi_square_gate
from openiads.tracking.schema import make_tracks
from openiads.world.schema_passive import (
    ARMS,
    EAR,
    HOMING,
    MAX_PASSIVE,
    PASSIVE,
    PASSIVE_HIT,
    PASSIVE_RULE,
    PASSIVE_STATE,
    STROBE,
)

if TYPE_CHECKING:
    from openiads.world.assemble import Assembly

#: Fields of PASSIVE_RULE where the caller gives none; `probability` sets the gates. Design choices, grade F.
DEFAULTS: dict[str, Any] = {
    "on": 1, "radars": 2, "confirm": 3, "refute": 1, "window_s": 6.0, "probability": 0.999, "drop_after_s": 20.0,
    "speed_mps": 250.0, "speed_max_mps": 1000.0, "acceleration_mps2": 1.0, "alt_m": 9e3, "alt_sigma_m": 4e3,
    "error_max_m": 15e3, "range_max_m": 450e3, "engage": 0, "engage_error_m": 5e3, "stand_off": 1, "value": 20.0,
}  # fmt: skip
_TURN_S = 20.0  # for which an acceleration lasts: density of the noise = 2 a^2 times this


def passive_tables(a: Assembly, share: np.ndarray, n_rounds: int) -> dict[str, Any]:
    """World fields by name. A World that uses none of this has empty tables, which cost the engine nothing."""
    tracked = any(c.get("passive") for c in a.posts)
    homes = any(homing_values(a, k)["homes"] for k in range(len(a.weapons)))
    n_posts, n_radars = (len(a.posts), len(a.radars)) if tracked else (0, 0)
    n_rows = n_posts * MAX_PASSIVE
    tables: dict[str, Any] = {
        "passive_rule": _rules(a) if tracked else np.zeros(0, PASSIVE_RULE),
        "ear": np.zeros(n_radars, EAR),
        "arms": np.zeros(len(a.weapons) if homes else 0, ARMS),
        "passive_state": np.zeros(n_posts, PASSIVE_STATE),
        "strobe": np.zeros((n_radars, len(a.jammers) if tracked else 0), STROBE),
        "passive": np.zeros(n_rows, PASSIVE),
        "passive_hit": np.zeros((n_rows, n_radars), PASSIVE_HIT),
        "homing": np.zeros(n_rounds if homes else 0, HOMING),
    }
    for r in range(n_radars):
        tables["ear"][r]["measures_el"] = int(a.radars[r]["item"].choice("elevation_scan") != "fan")
        tables["ear"][r]["refutes"] = int(bool((share[r] >= 1.0).all()))
    tables["strobe"]["t_s"] = -1e9
    tables["strobe"]["post"] = -1
    tables["passive"]["system"] = -1
    for k in range(len(tables["arms"])):
        for name, value in homing_values(a, k).items():
            tables["arms"][k][name] = value
    for row in tables["homing"]:
        row["emitter"] = -1
    out: dict[str, Any] = {name: table.view(np.recarray) for name, table in tables.items()}
    out["passive_track"] = make_tracks(n_rows)
    out["ear_on_s"] = np.full(n_radars, np.inf)
    erp = [j["values"]["power_w"] * db_to_ratio(j["values"]["antenna_gain_db"]) for j in a.jammers]
    out["jam_erp_w"] = np.array(erp if homes else [], float)
    return out


def homing_values(a: Assembly, weapon: int) -> dict[str, Any]:
    """Fields of ARMS of a weapon: the scenario's (`Assembly.home_on_jam`), else the catalogue's."""
    item = a.weapons[weapon]
    own = a.home_on_jam.get(item.id)
    if own is not None:
        return {"homes": 1, **own}
    if not (item.has("home_on_jam") and item.flag("home_on_jam")):
        return {"homes": 0, "range_m": 0.0, "memory_s": 0.0}
    return {
        "homes": 1, "range_m": item.si("home_on_jam_range_m"), "memory_s": item.si("home_on_jam_memory_s")
    }  # fmt: skip


def _rules(a: Assembly) -> np.ndarray:
    table = np.zeros(len(a.posts), PASSIVE_RULE)
    for row, c in zip(table, a.posts, strict=True):
        if not c.get("passive"):
            continue
        values = {**DEFAULTS, **c["passive"]}
        p = values.pop("probability")
        row["gate"] = (0.0, *(chi_square_gate(p, n) for n in (1, 2, 3)))
        row["q_m2ps3"] = 2.0 * _TURN_S * values.pop("acceleration_mps2") ** 2
        for name, value in values.items():
            row[name] = value
    return table


def passive_event_room(a: Assembly, n_rounds: int) -> int:
    """Events that these features may add: candidates come and go, rounds hear and lose."""
    posts = sum(bool(c.get("passive")) for c in a.posts)
    # A row is used anew at most once in some seconds, with up to five events from its birth to its end.
    room = posts * MAX_PASSIVE * 5 * (int(a.duration_s / 10.0) + 2) if posts and a.jammers else 0
    return room + (200 * n_rounds if room else 0)
