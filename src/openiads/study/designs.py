"""Designs on the unit cube: which probabilities the points of a study put through the laws of its inputs.

Every design is a function of its name, its number of points, the names of the inputs and the seed: not of workers,
chunks or interruptions. In a Latin hypercube each input has its own part of the generator, addressed by seed and
path: one input more leaves the draws of the others as they are.

Sources: M. D. McKay, R. J. Beckman, W. J. Conover, "A Comparison of Three Methods for Selecting Values of Input
Variables", Technometrics 21, 1979 (Latin hypercube); A. B. Owen, "Randomly Permuted (t,m,s)-Nets", 1995 (scrambling);
G. E. P. Box, W. G. Hunter, J. S. Hunter, *Statistics for Experimenters*, 1978, chapter 12 (fractions, folding over);
M. D. Morris, "Factorial Sampling Plans for Preliminary Computational Experiments", Technometrics 33, 1991;
A. Saltelli and others, "Variance based sensitivity analysis of model output", Computer Physics Communications 181, 2010.
"""

# ruff: noqa: PLC0415  (scipy and SALib only where they are used)
from __future__ import annotations

import contextlib
import hashlib
import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from openiads.study.design import StudyError

#: Name → what it is.
DESIGNS: Final = {
    "lhs": "Latin hypercube of --points points",
    "sobol": "scrambled Sobol sequence of --points points, best a power of two",
    "oat": "one at a time: all medians, then each input at its 5 % and its 95 % point",
    "fractional": "two levels (5 %, 95 %), folded over: main effects clear of pairs",
    "morris": "trajectories for `openiads sensitivity --method morris`",
    "saltelli": "matrices for `openiads sensitivity --method sobol`",
}
LEVELS: Final = (0.05, 0.95)
MORRIS_LEVELS: Final = 4
#: The number of points follows from the number of inputs.
FIXED: Final = ("oat", "fractional")
MISSING: Final = "sensitivity needs SALib: pip install 'openiads[sensitivity]'"


def unit_design(kind: str, points: int | None, paths: Sequence[str], seed: int) -> np.ndarray:
    """(points, inputs) probabilities in [0, 1]. Raises StudyError."""
    if kind not in DESIGNS:
        raise StudyError(f"there is no design {kind!r} (designs: {', '.join(DESIGNS)})")
    if kind in FIXED:
        if points is not None:
            raise StudyError(
                f"the design {kind} has as many points as its inputs ask for: leave the points out"
            )
        return _oat(len(paths)) if kind == "oat" else _fractional(len(paths))
    if points is None or points < 2:
        raise StudyError(f"the design {kind} needs a number of points, 2 or more")
    if kind == "lhs":
        return _lhs(points, paths, seed)
    if kind == "sobol":
        return _sobol(points, len(paths), seed)
    return _morris(points, paths, seed) if kind == "morris" else _saltelli(points, paths, seed)


def generator(seed: int, *names: str) -> np.random.Generator:
    """The part of the generator that belongs to these names."""
    key = hashlib.sha256("\0".join(("openiads design", str(seed), *names)).encode()).digest()
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(int.from_bytes(key[:16], "little"))))


def _lhs(points: int, paths: Sequence[str], seed: int) -> np.ndarray:
    from scipy.stats import qmc

    columns = [qmc.LatinHypercube(1, seed=generator(seed, "lhs", path)).random(points) for path in paths]
    return np.hstack(columns)


def _sobol(points: int, inputs: int, seed: int) -> np.ndarray:
    import warnings

    from scipy.stats import qmc

    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", UserWarning
        )  # another number than a power of two is the user's choice
        return np.asarray(qmc.Sobol(inputs, scramble=True, seed=generator(seed, "sobol")).random(points))


def _oat(inputs: int) -> np.ndarray:
    made = np.full((1 + 2 * inputs, inputs), 0.5)
    for k in range(inputs):
        made[1 + 2 * k, k], made[2 + 2 * k, k] = LEVELS
    return made


def _fractional(inputs: int) -> np.ndarray:
    from scipy.linalg import hadamard

    half = hadamard(2 ** max(1, math.ceil(math.log2(inputs + 1))))[:, 1 : inputs + 1]
    signs = np.vstack([half, -half])
    return np.where(signs < 0, LEVELS[0], LEVELS[1])


def _morris(points: int, paths: Sequence[str], seed: int) -> np.ndarray:
    block = len(paths) + 1
    if points % block or points // block < 2:
        raise StudyError(
            f"the design morris has a multiple of {block} points for {len(paths)} inputs, 2 or more times"
        )
    with _salib():
        from SALib.sample import morris
    made = morris.sample(problem(paths), points // block, num_levels=MORRIS_LEVELS,
                         seed=int(generator(seed, "morris").integers(2**31)))  # fmt: skip
    return np.asarray(made)


def _saltelli(points: int, paths: Sequence[str], seed: int) -> np.ndarray:
    block = len(paths) + 2
    rows = points // block
    if points % block or rows < 2 or rows & (rows - 1):
        raise StudyError(
            f"the design saltelli has {block} times a power of two points for {len(paths)} inputs"
        )
    with _salib():
        from SALib.sample import sobol
    made = sobol.sample(problem(paths), rows, calc_second_order=False,
                        seed=int(generator(seed, "saltelli").integers(2**31)))  # fmt: skip
    return np.asarray(made)


def problem(paths: Sequence[str]) -> dict[str, Any]:
    """The unit cube as SALib wants to be told of it."""
    return {"num_vars": len(paths), "names": list(paths), "bounds": [[0.0, 1.0]] * len(paths)}


@contextlib.contextmanager
def _salib() -> Any:
    try:
        yield
    except ImportError:
        raise StudyError(MISSING) from None
