"""The file `ground.npz` of a run: a coarse elevation grid, and who sees low flyers over it, for pictures."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

_MOST_BYTES = 64 << 20


class GroundError(Exception):
    """The file is damaged. The message is for a person."""


class Ground(NamedTuple):
    """Arrays of the file.

    height_m [row, column]: above the model's own datum (0: the sea), with the latitudes of rows and longitudes of columns;
    seen_by [row, column]: how many radars, all on the air, see what flies 100 m above the ground there.
    """

    height_m: np.ndarray
    lat_deg: np.ndarray
    lon_deg: np.ndarray
    seen_by: np.ndarray


def read_ground(data: bytes, file: Path) -> Ground:
    """The arrays of the file. Raises GroundError."""
    import numpy as np

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > _MOST_BYTES:
                raise GroundError(f"{file} declares more than {_MOST_BYTES >> 20} MB")
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return Ground(*(arrays[name] for name in Ground._fields))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise GroundError(f"{file} is damaged: {str(error).splitlines()[0]}") from None
