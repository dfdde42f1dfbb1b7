"""How the record dtypes of the World are made. Rules for their fields: see `world.schema`."""

from __future__ import annotations

from typing import Any

import numpy as np


def record(*fields: tuple[Any, ...]) -> np.dtype:
    """An aligned record dtype."""
    return np.dtype(list(fields), align=True)


POS = (("x_m", "f8"), ("y_m", "f8"), ("z_m", "f8"))
VEL = (("vx_mps", "f8"), ("vy_mps", "f8"), ("vz_mps", "f8"))
# Unit vectors of the local east-north-up frame in ECEF.
BASIS = tuple((f"{a}{c}", "f8") for a in "enu" for c in "xyz")
