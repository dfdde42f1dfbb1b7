"""Position covariances of tracks, as a run stores them.

It stores the lower triangle of L with L L' = P, P the covariance in axes east, north and up at the track. So what is read back is a
covariance however it was rounded, and a thin ellipsoid keeps its thickness.
"""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

#: Columns of `run.trajectories` that hold L, by rows: east; north; up.
ROOT: Final = ("root_ee_m", "root_ne_m", "root_nn_m", "root_ue_m", "root_un_m", "root_uu_m")


def covariances(trajectories: pa.Table) -> npt.NDArray[np.float64]:
    """Covariances [n, 3, 3] (m^2; axes east, north and up at the track) of the rows of `run.trajectories`.

    NaN in rows that are no track. L is stored in steps of 0.1 m, which moves half axes of one sigma by less than 0.1 m.
    """
    import numpy as np

    root = np.zeros((trajectories.num_rows, 3, 3))
    columns = [trajectories[name].to_numpy(zero_copy_only=False) for name in ROOT]
    lower = np.tril_indices(3)
    root[:, lower[0], lower[1]] = np.stack(columns, axis=1)
    found: npt.NDArray[np.float64] = root @ np.swapaxes(root, 1, 2)
    return found


__all__ = ["ROOT", "covariances"]
