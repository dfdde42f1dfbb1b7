"""Laws of uncertain values, as a user writes them: `uniform(5 m, 25 m)`, `normal(12 m, 2 m, 8 m, 16 m)`.

    >>> read_law("triangular(0.4, 0.7, 0.8)", "").at([0.0, 0.5, 1.0])[0]
    0.4

A law gives the value at a probability (the inverse of its distribution function), so any design on the unit
cube can be put through it. Normal laws are truncated by inverting the distribution function between
the bounds: nothing is clamped, and no probability piles up at a bound.

Source of the truncated inversion: L. Devroye, *Non-Uniform Random Variate Generation*, 1986, section II.2.
"""

# ruff: noqa: PLC0415  (scipy only where it is used: the command line starts fast)
from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from openiads.scenario import nodes
from openiads.scenario.faults import ScenarioError, nearest, shown
from openiads.units import DIMENSIONS, UnitError, parse_quantity

#: Law → its parameters, in the order in which they are written.
LAWS: Final = {
    "uniform": ("low", "high"),
    "log-uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "deviation", "low", "high"),
    "lognormal": ("median", "factor", "low", "high"),
    "integers": ("low", "high"),
    "discrete": (),
}
_CALL = re.compile(r"\s*([A-Za-z-]+)\s*\((.*)\)\s*", re.DOTALL)
_QUANTITY = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*?)?\s*")
_MOST = 100  # values of a discrete law
_LEAST_MASS = 1e-20  # of a normal law between its bounds


class LawError(ValueError):
    """A law that cannot be read. The message is for a person; exit code 2."""


@dataclass(frozen=True)
class Law:
    """A distribution of one value.

    Attributes:
        name: a key of LAWS.
        numbers: its parameters, in `unit`; of `discrete` the weights.
        unit: of the parameters and of what is drawn, "" for a pure number.
        values: of `discrete`, as they stand in the scenario text.
        text: as it is written.
    """

    name: str
    numbers: tuple[float, ...]
    unit: str
    values: tuple[object, ...]
    text: str

    def at(self, share: Sequence[float] | np.ndarray) -> list[Any]:
        """The values at these probabilities, from 0 to 1: numbers in `unit`, or the values of `discrete`."""
        u = np.clip(np.asarray(share, dtype=np.float64), 0.0, 1.0)
        if self.name == "discrete":
            edges = np.cumsum(self.numbers) / math.fsum(self.numbers)
            places = np.minimum(np.searchsorted(edges, u, side="right"), len(self.values) - 1)
            return [self.values[k] for k in places]
        if self.name == "integers":
            low, high = self.numbers
            return [int(x) for x in np.minimum(low + np.floor(u * (high - low + 1.0)), high)]
        inverses: dict[str, Any] = {
            "uniform": _uniform, "log-uniform": _log_uniform, "triangular": _triangular,
            "normal": _normal, "lognormal": _lognormal,
        }  # fmt: skip
        return [float(x) for x in inverses[self.name](u, *self.numbers)]


def read_law(text: str, dimension: str) -> Law:
    """A law such as `log-uniform(1 kW, 100 kW)` for a quantity of that dimension ("" for none).

    Parameters that all carry the same unit stay in it: a law in decibels is one of the level. Otherwise the
    law is one of the value in SI. Raises LawError.
    """
    match = _CALL.fullmatch(text)
    if match is None:
        raise LawError(
            f"{shown(text)} is no law; write for example uniform(LOW, HIGH) (laws: {', '.join(LAWS)})"
        )
    name, inside = match.group(1).lower(), match.group(2)
    if name not in LAWS:
        near = nearest(name, LAWS)
        guess = f"; did you mean {near}?" if near else ""
        raise LawError(f"there is no law {shown(name)}{guess} (laws: {', '.join(LAWS)})")
    words = [word.strip() for word in inside.split(",")]
    if name == "discrete":
        return _discrete(words, text.strip())
    wanted = LAWS[name]
    if len(words) != len(wanted) or "" in words:
        raise LawError(f"{shown(text)}: this law is written {name}({', '.join(wanted)})")
    plain = 1 if name == "lognormal" else -1  # the factor has no unit
    numbers, unit = _numbers(words, plain, dimension, text)
    _check(name, numbers, unit, text)
    return Law(name, tuple(numbers), unit, (), text.strip())


def over(low: float, high: float, unit: str, whole: bool = False) -> Law:
    """The law of a value of which only a range is known.

    Uniform; log-uniform where the range lies above zero and its ends are a factor of ten or more apart: then the
    order of magnitude is what is not known, and a uniform law would put nine tenths of its weight into the last
    decade. A level in decibels is logarithmic already. Whole numbers: each the same.
    """
    name = "uniform"
    if whole:
        name = "integers"
    elif low > 0.0 and high >= 10.0 * low and not unit.startswith("dB"):
        name = "log-uniform"
    tail = f" {unit}" if unit else ""
    return Law(name, (low, high), unit, (), f"{name}({low:g}{tail}, {high:g}{tail})")


# --- reading ----------------------------------------------------------------------------------------


def _numbers(words: list[str], plain: int, dimension: str, text: str) -> tuple[list[float], str]:
    """Numbers in the common unit, else in SI."""
    pairs = [_QUANTITY.fullmatch(word) for word in words]
    bad = next((w for w, pair in zip(words, pairs, strict=True) if pair is None), None)
    if bad is not None:
        raise LawError(f"{shown(text)}: {shown(bad)} is no number")
    numbers = [float(pair.group(1)) for pair in pairs if pair is not None]
    units = [pair.group(2) or "" for pair in pairs if pair is not None]
    if plain >= 0 and units[plain]:
        raise LawError(f"{shown(text)}: the factor is a number without a unit")
    others = [k for k in range(len(words)) if k != plain]
    given = {units[k] for k in others if units[k]}
    try:
        for k in others:
            if units[k] and not dimension:
                raise LawError(f"{shown(text)}: there is no quantity here, so {shown(words[k])} has no unit")
            if dimension:
                last = units[k] or (next(iter(given)) if len(given) == 1 else "")
                parse_quantity(f"{numbers[k]!r} {last}".strip(), dimension)
        if len(given) <= 1:
            return numbers, next(iter(given), "")
        for k in others:
            numbers[k] = parse_quantity(words[k], dimension)
    except UnitError as error:
        raise LawError(f"{shown(text)}: {error}") from None
    return numbers, DIMENSIONS[dimension].si


def _check(name: str, numbers: list[float], unit: str, text: str) -> None:
    low, high = numbers[0] if len(numbers) < 4 else numbers[2], numbers[-1]
    if not all(map(math.isfinite, numbers)) or not low < high:
        raise LawError(f"{shown(text)}: low is below high")
    if name == "integers" and not (low.is_integer() and high.is_integer()):
        raise LawError(f"{shown(text)}: the ends are whole numbers")
    if name in ("log-uniform", "lognormal"):
        if unit.startswith("dB"):
            other = "uniform" if name == "log-uniform" else "normal"
            raise LawError(f"{shown(text)}: decibels are logarithmic already; write {other}")
        if low <= 0.0 or numbers[0] <= 0.0:
            raise LawError(f"{shown(text)}: a logarithmic law lies above zero")
    if name == "triangular" and not low <= numbers[1] <= high:
        raise LawError(f"{shown(text)}: the mode lies between low and high")
    if name == "normal" and not numbers[1] > 0.0:
        raise LawError(f"{shown(text)}: the standard deviation is above zero")
    if name == "lognormal" and not numbers[1] > 1.0:
        raise LawError(f"{shown(text)}: the factor (geometric standard deviation) is above one")
    if name in ("normal", "lognormal") and _mass(name, numbers) < _LEAST_MASS:
        raise LawError(f"{shown(text)}: next to nothing of this law lies between its bounds")


def _discrete(words: list[str], text: str) -> Law:
    """`discrete(a, b)` or, with weights, `discrete(a @ 0.7, b @ 0.3)`."""
    values: list[object] = []
    weights: list[float] = []
    for word in words:
        value, mark, weight = word.rpartition("@")
        try:
            weights.append(float(weight) if mark else 1.0)
        except ValueError:
            raise LawError(f"{shown(text)}: {shown(weight)} is no weight") from None
        values.append(_plain(value if mark else word, text))
    if not 2 <= len(values) <= _MOST:
        raise LawError(f"{shown(text)}: 2 to {_MOST} values are needed")
    if not all(math.isfinite(w) and w > 0.0 for w in weights):
        raise LawError(f"{shown(text)}: every weight is above zero")
    if len({repr(v) for v in values}) < len(values):
        raise LawError(f"{shown(text)}: the same value is given twice")
    return Law("discrete", tuple(weights), "", tuple(values), text)


def _plain(word: str, text: str) -> object:
    try:
        document = nodes.read(f"v: {word.strip()}\n", "--uncertain")
    except ScenarioError:
        document = None
    plain = None if document is None or document.faults else document.plain
    if not isinstance(plain, dict) or set(plain) != {"v"} or plain["v"] is None:
        raise LawError(f"{shown(text)}: {shown(word)} cannot be read")
    return plain["v"]


# --- inverse distribution functions -----------------------------------------------------------------


def _uniform(u: np.ndarray, low: float, high: float) -> np.ndarray:
    return low + u * (high - low)


def _log_uniform(u: np.ndarray, low: float, high: float) -> np.ndarray:
    made = np.exp(math.log(low) + u * (math.log(high) - math.log(low)))
    return np.where(u <= 0.0, low, np.where(u >= 1.0, high, made))


def _triangular(u: np.ndarray, low: float, mode: float, high: float) -> np.ndarray:
    """S. Kotz and J. R. van Dorp, *Beyond Beta*, 2004, equation 1.6."""
    width, rise = high - low, mode - low
    below = low + np.sqrt(u * width * rise)
    above = high - np.sqrt((1.0 - u) * width * (high - mode))
    return np.where(u * width < rise, below, above)


def _normal(u: np.ndarray, mean: float, deviation: float, low: float, high: float) -> np.ndarray:
    from scipy.special import ndtr, ndtri

    a, b = (low - mean) / deviation, (high - mean) / deviation
    side = -1.0 if a > 0.0 else 1.0  # in the upper tail 1 - p is what has digits
    first, last = float(ndtr(side * a)), float(ndtr(side * b))
    made = mean + deviation * side * ndtri(first + u * (last - first))
    # At the ends of the unit interval the bound is exact; rounding shall not move a value past it.
    return np.where(u <= 0.0, low, np.where(u >= 1.0, high, np.minimum(np.maximum(made, low), high)))


def _lognormal(u: np.ndarray, median: float, factor: float, low: float, high: float) -> np.ndarray:
    logs = _normal(u, math.log(median), math.log(factor), math.log(low), math.log(high))
    return np.where(u <= 0.0, low, np.where(u >= 1.0, high, np.exp(logs)))


def _mass(name: str, numbers: list[float]) -> float:
    from scipy.special import ndtr

    mean, deviation, low, high = numbers if name == "normal" else [math.log(x) for x in numbers]
    a, b = (low - mean) / deviation, (high - mean) / deviation
    return float(ndtr(-a) - ndtr(-b)) if a > 0.0 else float(ndtr(b) - ndtr(a))
