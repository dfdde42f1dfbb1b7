"""What it is worth to know an uncertain input before deciding: EVPI, EVPPI. docs/models/value-of-information.md has the method.

Functions of arrays: payoffs of every option at every draw of the inputs, replication by replication with the same luck in a
column, so that a Python function or a study may have made them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from openiads.analysis.intervals import CONFIDENCE, z_quantile
from openiads.analysis.sensitivity import Index
from openiads.analysis.smooth import (
    MOST,
    Basis,
    Floats,
    group_basis,
    process,
    smooth,
    smooth_again,
    spline_basis,
)

RESAMPLES = 300
SHUFFLES = 200
LEAST = 20  # draws
_GROUPS = 10  # an input with no more distinct values is taken group by group


class ValueOfInformationError(ValueError):
    """A value of information that cannot be made of these figures. The message is for a person; exit code 2."""


@dataclass(frozen=True)
class Term:
    """One term of a payoff: `factor` times sum(top) / sum(bottom), each (options, draws, replications)."""

    factor: float
    top: Floats
    bottom: Floats


@dataclass(frozen=True)
class Option:
    """One option: its mean payoff, and the share of the draws in which it is the best (by the fit on all inputs)."""

    label: str
    payoff: Index
    best_in: float


@dataclass(frozen=True)
class Known:
    """What it is worth to know one input.

    Attributes:
        value: EVPPI, in the unit of the payoff, at least 0.
        floor: what an input that says nothing shows with these figures in one case of twenty.
        curve: draws of the input in their order, and the fitted payoff of every option there, (draws, options).
    """

    name: str
    value: Index
    floor: float
    place: Floats
    curve: Floats

    @property
    def above_noise(self) -> bool:
        """Is it more than such an input shows?"""
        return self.value.value > self.floor


@dataclass(frozen=True)
class Value:
    """The value of information for one decision.

    Attributes:
        options: in the order given. best: the one to take now. inputs: the most worth knowing first.
        evpi: value of knowing all inputs. draws, n: of the inputs; replications at each. used: draws of the fit on all.
    """

    options: tuple[Option, ...]
    best: int
    evpi: Index
    inputs: tuple[Known, ...]
    draws: int
    n: int
    used: int
    most: bool
    confidence: float = CONFIDENCE


def value_of_information(
    labels: Sequence[str],
    names: Sequence[str],
    x: Floats,
    terms: Sequence[Term],
    *,
    most: bool,
    grouped: Sequence[bool] = (),
    shown: Floats | None = None,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = 1,
) -> Value:
    """EVPI and the EVPPI of every input.

    Parameters
    ----------
    labels : of the options. names : of the inputs. x : (draws, inputs), the same draws for every option.
    terms : of the payoff. Where a replication has no value, top and bottom are both 0 (or NaN).
    most : the largest payoff is the best; else the smallest.
    grouped : inputs whose values have no order. Those of ten values or less are taken so too.
    shown : (draws, inputs), what stands on the axis of the curves instead of x; it rises with x.

    Raises ValueOfInformationError.
    """
    x = np.asarray(x, dtype=np.float64)
    draws = len(x)
    if len(labels) < 2:
        raise ValueOfInformationError("a decision has two options or more")
    if draws < LEAST:
        raise ValueOfInformationError(f"{draws} draws of the inputs are too few; at least {LEAST} are needed")
    terms = [_whole(term, labels) for term in terms]
    n = terms[0].top.shape[2]
    random = np.random.Generator(np.random.Philox(seed))
    sign = 1.0 if most else -1.0
    gain = sign * _payoff(terms, np.ones((1, n)))[0]  # option, draw
    best = int(gain.mean(axis=1).argmax())
    many = sign * _payoff(
        terms, random.multinomial(n, np.full(n, 1.0 / n), size=resamples).astype(np.float64)
    )
    weights = random.multinomial(draws, np.full(draws, 1.0 / draws), size=resamples).astype(np.float64)
    over, overs = (gain - gain[best]).T, np.moveaxis(many - many[:, [best]], 1, 2)  # (resample,) draw, option
    half = z_quantile(confidence)
    found = []
    for k, name in enumerate(names):
        few = len(np.unique(x[:, k])) <= _GROUPS or (bool(grouped) and grouped[k])
        basis = group_basis(x[:, k]) if few else spline_basis(x[:, k])
        place = x[:, k] if shown is None else shown[:, k]
        found.append(_known(name, place, basis, gain, best, sign, over, overs, weights, half, random))
    found.sort(key=lambda one: -one.value.value)
    columns = _columns(x, grouped)
    evpi, share = _perfect(columns, over, overs, weights, half, random)
    spread = np.einsum("rod,rd->ro", many, weights / draws).std(axis=0, ddof=1)
    options = tuple(
        Option(label, _around(sign * float(gain[d].mean()), half * float(spread[d])), float(share[d]))
        for d, label in enumerate(labels)
    )
    return Value(options, best, evpi, tuple(found), draws, n, min(draws, MOST), most, confidence)


def _whole(term: Term, labels: Sequence[str]) -> Term:
    top, bottom = np.asarray(term.top, dtype=np.float64), np.asarray(term.bottom, dtype=np.float64)
    has = np.isfinite(top) & np.isfinite(bottom)
    top, bottom = np.where(has, top, 0.0), np.where(has, bottom, 0.0)
    empty = int((bottom.sum(axis=2) <= 0.0).sum())
    if empty:
        raise ValueOfInformationError(
            f"the payoff has no value at {empty} of {bottom.shape[0] * bottom.shape[1]} points: it cannot be compared"
        )
    return Term(term.factor, top, bottom)


def _payoff(terms: Sequence[Term], weights: Floats) -> Floats:
    """Payoffs (resamples, options, draws) with these weights of the replications, (resamples, replications)."""
    total: Floats = np.zeros((len(weights), *terms[0].top.shape[:2]))
    for term in terms:
        top, bottom = (np.tensordot(weights, part, axes=(1, 2)) for part in (term.top, term.bottom))
        plain = term.top.sum(axis=2) / term.bottom.sum(axis=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            total += term.factor * np.where(bottom > 0.0, top / bottom, plain)
    return total


def _worth(fitted: Floats, weights: Floats | None = None) -> float:
    """Mean of the largest over the options less the largest of the means; `fitted` (draws, options)."""
    best = fitted.max(axis=1)
    if weights is None:
        return max(float(best.mean() - fitted.mean(axis=0).max()), 0.0)
    return max(float((weights @ best - (weights @ fitted).max()) / weights.sum()), 0.0)


def _known(
    name: str, x: Floats, basis: Basis, gain: Floats, best: int, sign: float, over: Floats, overs: Floats,
    weights: Floats, half: float, random: np.random.Generator,
) -> Known:  # fmt: skip
    fitted, amounts = smooth(basis, over)
    again = smooth_again(basis, overs, weights, amounts)
    made = [_worth(part, some) for part, some in zip(again, weights, strict=True)]
    value = _around(_worth(fitted), half * float(np.std(made, ddof=1)), least=0.0)
    order = np.argsort(x, kind="stable")
    own, _ = smooth(basis, gain[best][:, None])
    return Known(name, value, _floor(basis, over, random), x[order], (sign * (fitted + own))[order])


def _floor(basis: Basis, over: Floats, random: np.random.Generator) -> float:
    """The 95 % point of the value of an input that says nothing: its draws are dealt anew to the points."""
    draws, options = over.shape
    mixed = np.stack(
        [over[random.permutation(draws)] for _ in range(SHUFFLES)], axis=1
    )  # draw, shuffle, option
    fitted, _ = smooth(basis, mixed.reshape(draws, -1))
    fitted = fitted.reshape(draws, SHUFFLES, options)
    return float(np.quantile([_worth(fitted[:, k]) for k in range(SHUFFLES)], 0.95))


def _columns(x: Floats, grouped: Sequence[bool]) -> Floats:
    """The inputs as numbers for the fit on all: one column per value where values have no order."""
    made = []
    for k in range(x.shape[1]):
        loose = bool(grouped) and grouped[k]
        made.append(group_basis(x[:, k]).functions[:, 1:] if loose else x[:, [k]])
    return np.hstack([part for part in made if part.shape[1]] or [x])


def _perfect(
    x: Floats, over: Floats, overs: Floats, weights: Floats, half: float, random: np.random.Generator
) -> tuple[Index, Floats]:
    """EVPI by the fit on all inputs, which takes the noise of the replications out; and how often each option is best."""
    x, over, overs, weights = x[:MOST], over[:MOST], overs[:, :MOST], weights[:, :MOST]
    fitted, made = np.empty_like(over), np.empty_like(overs)
    for d in range(over.shape[1]):
        one = process(x, over[:, d])
        fitted[:, d] = one.at(over[:, d])
        made[:, :, d] = (one.at(overs[:, :, d].T) + one.deviations(random, len(overs))).T
    worths = [_worth(part, some) for part, some in zip(made, weights, strict=True) if some.any()]
    share = np.bincount(fitted.argmax(axis=1), minlength=fitted.shape[1]) / len(fitted)
    return _around(_worth(fitted), half * float(np.std(worths, ddof=1)), least=0.0), share


def _around(value: float, half: float, least: float = -math.inf) -> Index:
    return Index(value, max(value - half, least), value + half)


__all__ = ["Known", "Option", "Term", "Value", "ValueOfInformationError", "value_of_information"]
