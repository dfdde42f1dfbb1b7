"""What one replication leaves behind, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


def _none() -> np.recarray:
    return np.zeros(0).view(np.recarray)


@dataclass(frozen=True)
class Outcome:
    """Copies of the log and of the final state of one replication (record dtypes of world.schema)."""

    seed: int
    replication: int
    status: int  # engine.status bits
    t_end_s: float
    event: np.recarray  # EVENT
    sample: np.recarray  # SAMPLE, may be empty
    platform_state: np.recarray  # PLATFORM_STATE
    site_state: np.recarray  # SITE_STATE
    magazine_state: np.recarray  # MAGAZINE_STATE
    round: np.recarray  # ROUND, launched rows only
    radar_state: np.recarray  # RADAR_STATE
    plot: np.recarray | None = None  # PLOT_LOG in order of time; None where no plots are kept
    dwell_use: np.recarray = field(default_factory=_none)  # DWELL_USE: one per radar, or none
    depot: np.recarray = field(default_factory=_none)  # DEPOT [column, weapon]
    delivered: np.ndarray = field(default_factory=_none)  # [magazine], rounds that columns brought; or none
