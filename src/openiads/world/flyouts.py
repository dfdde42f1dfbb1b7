"""Fly-out tables of the missiles of a World; each depends on its missile alone and is kept from run to run."""

from __future__ import annotations

import numpy as np

from openiads.physics.flyout import N_ALT, N_RANGE, make_flyout
from openiads.world.kept import kept


def flyout_tables(weapon: np.recarray) -> tuple[np.ndarray, np.ndarray]:
    """(missile, altitude, range, 3) and (missile, 2), see `physics.flyout.make_flyout`; writes `weapon.flyout`."""
    if len(weapon) == 0:
        return np.zeros((0, 2, 2, 3)), np.zeros((0, 2))
    weapon["flyout"] = 0  # a number in this World, not a property of the missile
    flat = [kept("flyout", (row,), 3, lambda row=row: _flat(row)) for row in weapon]  # type: ignore[misc]
    weapon["flyout"] = np.arange(len(weapon))
    return np.stack([f[1:].reshape(N_ALT, N_RANGE, 3) for f in flat]), np.stack([f[0, :2] for f in flat])


def _flat(row: np.record) -> np.ndarray:
    """Table and scale of one missile as rows of three."""
    table, scale = make_flyout(row)
    return np.concatenate([[[*scale, 0.0]], table.reshape(-1, 3)])
