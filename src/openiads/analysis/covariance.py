"""Position covariances of tracks: from the engine's axes to the root that a run stores (`results.covariance`)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from openiads.physics.geodesy import A_M, B_M, E2, EP2

Floats = npt.NDArray[np.float64]

_UPPER = np.triu_indices(3)


def local_axes(x_m: Floats, y_m: Floats, z_m: Floats) -> Floats:
    """Unit vectors east, north and up (rows) at ECEF points [n]: [n, 3, 3].

    Latitude by one pass of Bowring's formula (`physics.geodesy`): within 1e-8 rad up to 100 km.
    """
    p = np.hypot(x_m, y_m)
    beta = np.arctan2(z_m * A_M, p * B_M)
    lat = np.arctan2(z_m + EP2 * B_M * np.sin(beta) ** 3, p - E2 * A_M * np.cos(beta) ** 3)
    lon = np.arctan2(y_m, x_m)
    sp, cp, sl, cl, zero = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon), np.zeros(len(p))
    axes = [[-sl, cl, zero], [-sp * cl, -sp * sl, cp], [cp * cl, cp * sl, sp]]
    return np.ascontiguousarray(np.moveaxis(np.array(axes), 2, 0))


def to_enu(position_m: Floats, upper_m2: Floats) -> Floats:
    """Covariances [n, 3, 3] (m^2; axes east, north and up at the position) of ECEF positions [n, 3] and of the upper triangles
    xx, xy, xz, yy, yz, zz [n, 6] of covariances in ECEF axes. NaN stays NaN."""
    ecef = np.empty((len(upper_m2), 3, 3))
    ecef[:, _UPPER[0], _UPPER[1]] = ecef[:, _UPPER[1], _UPPER[0]] = upper_m2
    axes = local_axes(position_m[:, 0], position_m[:, 1], position_m[:, 2])
    turned: Floats = axes @ ecef @ np.swapaxes(axes, 1, 2)
    return turned


def root_of(cov_m2: Floats) -> Floats:
    """[n, 6]: L by rows (ee, ne, nn, ue, un, uu; m) of covariances [n, 3, 3], by Cholesky. NaN stays NaN.

    What rounding has left below zero counts as zero: L L' is a covariance whatever the input.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ee = np.sqrt(np.maximum(cov_m2[:, 0, 0], 0.0))
        ne = np.where(ee == 0.0, 0.0, cov_m2[:, 1, 0] / ee)
        ue = np.where(ee == 0.0, 0.0, cov_m2[:, 2, 0] / ee)
        nn = np.sqrt(np.maximum(cov_m2[:, 1, 1] - ne * ne, 0.0))
        un = np.where(nn == 0.0, 0.0, (cov_m2[:, 2, 1] - ue * ne) / nn)
        uu = np.sqrt(np.maximum(cov_m2[:, 2, 2] - ue * ue - un * un, 0.0))
    return np.stack([ee, ne, nn, ue, un, uu], axis=1)


__all__ = ["local_axes", "root_of", "to_enu"]
