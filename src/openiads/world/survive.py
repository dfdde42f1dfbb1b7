"""Assembly → the tables of staying alive: emission control, decoy emitters, components, crews and spares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.world import schema

if TYPE_CHECKING:
    from openiads.world.assemble import Assembly

N_KINDS = 6  # of events.COMPONENT; the engine's test compares
_LONG_S = 60.0


def _table(dtype: np.dtype, rows: list[dict[str, Any]]) -> np.recarray:
    table = np.zeros(len(rows), dtype=dtype).view(np.recarray)
    for row, values in zip(table, rows, strict=True):
        for name, value in values.items():
            row[name] = value
    return table


def survive_tables(a: Assembly) -> dict[str, np.recarray]:
    """World fields by name. A World that uses none of this has empty tables, which cost the engine nothing."""
    controlled = bool(a.emission) or any(c.get("arm_answer", 0) > 0 for c in a.posts)
    parts = sorted(a.components, key=lambda c: c["site"])  # stable: the parts of a site keep their order
    tables = {
        "emission": _table(
            schema.EMISSION, [a.emission.get(r, {}) for r in range(len(a.radars))] if controlled else []
        ),
        "decoy_emitter": _table(schema.DECOY_EMITTER, a.decoy_emitters),
        "component": _table(schema.COMPONENT, parts),
        "emission_state": np.zeros(len(a.radars) if controlled else 0, schema.EMISSION_STATE),
        "decoy_emitter_state": np.zeros(len(a.decoy_emitters), schema.DECOY_EMITTER_STATE),
        "component_state": np.zeros(len(parts), schema.COMPONENT_STATE),
        "crew": np.zeros(a.crews, schema.CREW),
        "spare": np.zeros(N_KINDS if parts else 0, schema.SPARE),
    }
    tables["emission_state"]["t_silent_s"] = -1.0
    tables["decoy_emitter_state"]["t_until_s"] = -1.0
    tables["component_state"]["crew"] = -1
    tables["component_state"]["t_fail_s"] = -1.0
    tables["crew"]["component"] = -1
    for kind in range(len(tables["spare"])):
        tables["spare"]["left"][kind] = a.spares.get(kind, -1)
    return {name: table.view(np.recarray) for name, table in tables.items()}


def mark_components(a: Assembly, sites: np.recarray) -> None:
    """Tell every site its slice of `component`."""
    first = 0
    for index, row in enumerate(sites):
        n = sum(c["site"] == index for c in a.components)
        row.first_component, row.n_component = first, n
        first += n


def event_room(a: Assembly) -> int:
    """Events that these features may add: every turn of a radar, every repair, every alarm."""
    room = 0
    guarded = [row["on_s"] for row in a.emission.values() if row.get("guard")]
    room += 4 * len(guarded) * int(a.duration_s / max(min(guarded, default=_LONG_S), 0.25) + 1.0)
    for row in a.emission.values():
        if row["mode"] in (schema.EMIT_BLINKING, schema.EMIT_STAGGERED):
            room += 2 * int(a.duration_s / max(row.get("on_s", _LONG_S), 0.25)) + 2
        elif row["mode"] == schema.EMIT_CUED:
            room += int(a.duration_s / 2.0) + 2
    for part in a.components:
        mtbf_s = part.get("mtbf_s", 0.0)
        # A failed component is not failing, so what fails often is limited by its repair.
        often = a.duration_s / max(mtbf_s + part.get("repair_s", 0.0), 1.0) if mtbf_s > 0.0 else 0.0
        room += 8 * int(2.0 * often + 10.0)
    if any(c.get("arm_answer", 0) > 0 for c in a.posts):
        room += 20 * (len(a.platforms) + len(a.radars) + len(a.decoy_emitters)) + 200
    return room + 20 * len(a.components)
