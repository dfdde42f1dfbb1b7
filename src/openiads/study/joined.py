"""The event logs of many replications as plain columns: each one array of its own, joined end to end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class Columns:
    """Structured arrays of one dtype, joined; read like a record array: `log.code`, `log["code"]`, `len(log)`."""

    code: np.ndarray
    t_s: np.ndarray
    subject: np.ndarray
    object: np.ndarray
    via: np.ndarray
    detail: np.ndarray
    range_m: np.ndarray
    value: np.ndarray

    def __init__(self, parts: Sequence[np.ndarray]) -> None:
        plain = [np.asarray(part).view(np.ndarray) for part in parts]
        self.names: tuple[str, ...] = plain[0].dtype.names or ()
        for name in self.names:
            setattr(self, name, np.concatenate([part[name] for part in plain]))
        self._size = sum(len(part) for part in plain)

    def __getitem__(self, name: str) -> np.ndarray:
        column: np.ndarray = getattr(self, name)
        return column

    def __len__(self) -> int:
        return self._size


__all__ = ["Columns"]
