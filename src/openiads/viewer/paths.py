"""The sampled paths of a run as columns: platforms (truth), missiles (truth), fused tracks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from openiads.results import Run
from openiads.viewer.columns import Column

Ints = npt.NDArray[np.int32]

IDENTITIES = ("unknown", "friend", "neutral", "hostile")
_AXES = ("x", "y", "z")
_LONGEST_END_MS = 60_000
#: The root of the covariance (docs/results.md); 0 where there is none.
ROOT = ("root_ee_dm", "root_ne_dm", "root_nn_dm", "root_ue_dm", "root_un_dm", "root_uu_dm")


def pack_paths(run: Run) -> tuple[list[dict[str, Any]], list[Column]]:
    """One entry per path (kind, id, first row, rows) and the columns of all rows.

    The end of a flight lies between two samples: a last row there carries the path on along its last velocity (at most
    a minute). Such rows are no samples; entries say `ended`.
    """
    table = run.table("trajectories", raw=True).unify_dictionaries().combine_chunks()
    columns = {f"{c}_dm": _ints(table[f"{c}_dm"]) for c in _AXES}
    columns["t_ms"] = _ints(table["t_ms"])
    columns["sigma_dm"] = _ints(table["sigma_dm"], -1)
    columns |= {name: _ints(table[name]) for name in ROOT}
    identity = _keys(table["identity"], IDENTITIES)
    kinds, idents = _codes(table["kind"]), _codes(table["id"])
    if not table.num_rows:
        return [], _columns(columns, identity)
    both = np.stack([kinds[0], idents[0]])
    starts = np.flatnonzero(np.any(np.diff(both, axis=1, prepend=-1), axis=0))
    stops = np.append(starts[1:], table.num_rows)
    entries = [
        {"kind": kinds[1][kinds[0][a]], "id": idents[1][idents[0][a]], "first": int(a), "rows": int(b - a)}
        for a, b in zip(starts, stops, strict=True)
    ]  # fmt: skip
    velocity = np.stack([_ints(table[f"v{c}_cmps"]) for c in _AXES])
    return _with_ends(entries, columns, identity, velocity, _ends(run))


def _ends(run: Run) -> dict[tuple[str, str], float]:
    """When platforms and missiles ended, by kind and id."""
    ends = {}
    for kind, table in (("platform", run.threats), ("missile", run.missiles)):
        for ident, t_s in zip(table["id"].to_pylist(), table["t_end_s"].to_pylist(), strict=True):
            if t_s is not None:
                ends[kind, ident] = t_s
    return ends


def _with_ends(
    entries: list[dict[str, Any]],
    columns: dict[str, Ints],
    identity: npt.NDArray[np.uint8],
    velocity: Ints,
    ends: Mapping[tuple[str, str], float],
) -> tuple[list[dict[str, Any]], list[Column]]:
    """Insert the last rows."""
    places: list[int] = []
    new: dict[str, list[int]] = {name: [] for name in columns}
    for entry in entries:
        entry["first"] += len(places)
        end_s = ends.get((entry["kind"], entry["id"]))
        last = entry["first"] - len(places) + entry["rows"] - 1
        wait = -1 if end_s is None else round(end_s * 1e3) - int(columns["t_ms"][last])
        if not 0 < wait <= _LONGEST_END_MS:
            continue
        places.append(last + 1)
        new["t_ms"].append(int(columns["t_ms"][last]) + wait)
        new["sigma_dm"].append(-1)
        for name in ROOT:
            new[name].append(0)
        for k, c in enumerate(_AXES):
            new[f"{c}_dm"].append(int(columns[f"{c}_dm"][last]) + round(int(velocity[k, last]) * wait * 1e-4))
        entry["rows"] += 1
        entry["ended"] = True
    whole = {name: np.insert(values, places, new[name]).astype(np.int32) for name, values in columns.items()}
    return entries, _columns(whole, np.insert(identity, places, 255).astype(np.uint8))


def _columns(columns: dict[str, Ints], identity: npt.NDArray[np.uint8]) -> list[Column]:
    orders = {"t_ms": 2, "sigma_dm": 1} | dict.fromkeys(ROOT, 1)
    names = ("t_ms", "x_dm", "y_dm", "z_dm", "sigma_dm", *ROOT)
    return [
        *(Column(name, columns[name], orders.get(name, 2)) for name in names),
        Column("identity", identity),
    ]


def _ints(column: Any, missing: int = 0) -> Ints:
    values = column.combine_chunks().fill_null(missing).to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=np.int32)


def _codes(column: Any) -> tuple[npt.NDArray[np.int64], list[str]]:
    whole = column.combine_chunks()
    return whole.indices.to_numpy(zero_copy_only=False).astype(np.int64), whole.dictionary.to_pylist()


def _keys(column: Any, names: tuple[str, ...]) -> npt.NDArray[np.uint8]:
    """Places in `names`; 255 where there is nothing, or another word."""
    whole = column.combine_chunks()
    table = [names.index(text) if text in names else 255 for text in whole.dictionary.to_pylist()]
    codes = whole.indices.fill_null(len(table)).to_numpy(zero_copy_only=False)
    return np.asarray(np.take(np.asarray([*table, 255], dtype=np.uint8), codes), dtype=np.uint8)
