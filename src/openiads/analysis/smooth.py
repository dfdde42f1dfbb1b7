"""Regressions of noisy figures on the inputs of a design: a penalised spline on one input, a Gaussian process on all.

Sources: P. H. C. Eilers and B. D. Marx, "Flexible smoothing with B-splines and penalties", Statistical Science 11, 1996;
G. Wahba, *Spline Models for Observational Data*, 1990, chapter 4 (generalised cross-validation); S. N. Wood,
*Generalized Additive Models*, 2nd edition 2017, section 6.2 (its factor of 1.4); C. E. Rasmussen and C. K. I. Williams,
*Gaussian Processes for Machine Learning*, 2006, equations 2.25, 2.26 and 5.8.
"""

# ruff: noqa: PLC0415  (scipy only where it is used: the command line starts fast)
from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_INTERVALS = 8  # of the spline, fewer with few points
_WEIGHT = 1.4  # of the degrees of freedom in generalised cross-validation
_LAMBDAS = 10.0 ** np.linspace(-4.0, 8.0, 49)
_LINEAR = 100.0  # prior variance of the constant and of the slopes, in standard deviations squared
_TRAIN = 250  # points that choose the lengths of a process
MOST = 1000  # points of a process


@dataclass(frozen=True)
class Basis:
    """Functions of one input at the points, (points, functions), and the penalty on their coefficients."""

    functions: Floats
    penalty: Floats


def spline_basis(x: Floats) -> Basis:
    """Cubic B-splines with knots at quantiles of x, and second differences as the penalty."""
    from scipy.interpolate import BSpline

    count = max(2, min(_INTERVALS, len(x) // 6))
    knots = np.unique(np.quantile(x, np.linspace(0.0, 1.0, count + 1)))
    if len(knots) < 3:
        return group_basis(x)
    width = np.diff(knots).mean()
    low = knots[0] - width * np.arange(3, 0, -1)
    high = knots[-1] + width * np.arange(1, 4)
    functions = BSpline.design_matrix(
        np.asarray(x, dtype=np.float64), np.concatenate([low, knots, high]), 3
    ).toarray()
    # second differences over the places of the coefficients, so that a straight line costs nothing
    whole = np.concatenate([low, knots, high])
    places = np.array([whole[k + 1 : k + 4].mean() for k in range(functions.shape[1])])
    second = np.zeros((len(places) - 2, len(places)))
    for k in range(len(places) - 2):
        a, b = places[k + 1] - places[k], places[k + 2] - places[k + 1]
        second[k, k : k + 3] = np.array([1.0 / a, -1.0 / a - 1.0 / b, 1.0 / b]) * width
    return Basis(functions, second.T @ second)


def group_basis(x: Floats) -> Basis:
    """One function per distinct value: the fit is the mean of each group."""
    values, which = np.unique(x, return_inverse=True)
    return Basis(np.eye(len(values))[which], np.zeros((len(values), len(values))))


def smooth(basis: Basis, y: Floats) -> tuple[Floats, Floats]:
    """Fitted values (points, columns) of every column of y, and the amount of smoothing of each.

    The amounts are chosen by generalised cross-validation, column by column.
    """
    from scipy.linalg import cholesky, eigh, solve_triangular

    b = basis.functions
    root = cholesky(_firm(b.T @ b))  # upper
    half = solve_triangular(root, basis.penalty, trans="T")
    turned = solve_triangular(root, half.T, trans="T")
    sizes, axes = eigh(0.5 * (turned + turned.T))
    sizes = np.where(sizes > 1e-12 * max(float(sizes[-1]), 1e-300), sizes, 0.0)
    z = solve_triangular(root, b.T, trans="T").T @ axes
    scores = z.T @ y
    amounts = _chosen(sizes, scores, (y * y).sum(axis=0), float(len(y)))
    shrink = 1.0 / (1.0 + amounts[None, :] * sizes[:, None])
    return z @ (shrink * scores), amounts


def smooth_again(basis: Basis, ys: Floats, weights: Floats, amounts: Floats) -> Floats:
    """Fitted values of many resamples, (resamples, points, columns), with weights (resamples, points) of the points.

    The amounts of smoothing are those of the first fit: in a resample the same point stands several times, which
    cross-validation would take for agreement.
    """
    b = basis.functions
    q = b.shape[1]
    grams = (weights @ (b[:, :, None] * b[:, None, :]).reshape(len(b), -1)).reshape(-1, q, q)
    fitted = np.empty_like(ys)
    for d in range(ys.shape[2]):
        firm = np.stack([_firm(gram) for gram in grams]) + amounts[d] * basis.penalty
        fitted[:, :, d] = np.linalg.solve(firm, ((weights * ys[:, :, d]) @ b)[:, :, None])[:, :, 0] @ b.T
    return fitted


def _firm(gram: Floats) -> Floats:
    """So that a function without points does no harm."""
    firm: Floats = gram + 1e-9 * max(float(np.trace(gram)), 1.0) / len(gram) * np.eye(len(gram))
    return firm


def _chosen(sizes: Floats, scores: Floats, total: Floats, n: float) -> Floats:
    """The amount of smoothing of each column that minimises generalised cross-validation."""
    if not sizes.any():
        return np.zeros(scores.shape[1])
    lambdas = _LAMBDAS / sizes[sizes > 0.0].mean()
    keep = 1.0 / (1.0 + lambdas[:, None] * sizes[None, :])  # amount, function
    left = total[None, :] - ((2.0 * keep - keep * keep) @ (scores * scores))
    freedom = np.maximum(n - _WEIGHT * keep.sum(axis=1), 1.0)
    score = np.maximum(left, 0.0) / (freedom * freedom)[:, None]
    return np.asarray(lambdas[score.argmin(axis=0)])


@dataclass(frozen=True)
class Process:
    """A Gaussian process on all inputs, given figures at the points.

    Attributes:
        axes, gains: the smoother is axes diag(gains) axes'.
        spread: standard deviations of the posterior along the axes.
        centre, scale: of the figures.
    """

    axes: Floats
    gains: Floats
    spread: Floats
    centre: float
    scale: float

    def at(self, y: Floats) -> Floats:
        """Fitted values of figures (points,) or (points, columns)."""
        fitted: Floats = self.centre + self.axes @ (
            (self.gains if y.ndim == 1 else self.gains[:, None]) * (self.axes.T @ (y - self.centre))
        )
        return fitted

    def deviations(self, random: np.random.Generator, count: int) -> Floats:
        """Draws of what the fitted values may be off by, (points, count)."""
        draws = random.standard_normal((len(self.spread), count))
        return np.asarray(self.scale * (self.axes @ (self.spread[:, None] * draws)))


def process(x: Floats, y: Floats) -> Process:
    """Fit a process to figures y at the points x (points, inputs): squared exponential, with a length per input,
    a linear trend and noise; lengths and variances by maximum likelihood."""
    from scipy.linalg import eigh

    x = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-12)
    centre, scale = float(y.mean()), float(y.std())
    if scale <= 1e-12 * max(abs(centre), 1e-300):
        n = len(y)
        return Process(np.eye(n), np.zeros(n), np.zeros(n), centre, 0.0)
    best = _likeliest(x[:_TRAIN], (y[:_TRAIN] - centre) / scale)
    kernel = _kernel(_distances(x), best) + _LINEAR * (1.0 + x @ x.T)
    noise = math.exp(2.0 * best[-1])
    sizes, axes = eigh(kernel)
    sizes = np.maximum(sizes, 0.0)
    gains = sizes / (sizes + noise)
    return Process(axes, gains, np.sqrt(noise * gains), centre, scale)


def _distances(x: Floats) -> Floats:
    """Squared distances per input, (inputs, points, points)."""
    return np.asarray((x.T[:, :, None] - x.T[:, None, :]) ** 2)


def _kernel(squares: Floats, log: Floats) -> Floats:
    scaled = np.tensordot(np.exp(-2.0 * log[:-2]), squares, axes=1)
    return np.asarray(math.exp(2.0 * log[-2]) * np.exp(-0.5 * scaled))


def _likeliest(x: Floats, y: Floats) -> Floats:
    """Logarithms of the lengths, of the deviation of the process and of that of the noise."""
    from scipy.linalg import LinAlgError, cho_factor, cho_solve
    from scipy.optimize import minimize

    squares, n = _distances(x), len(y)
    trend = _LINEAR * (1.0 + x @ x.T)

    def cost(log: Floats) -> tuple[float, Floats]:
        smooth_part = _kernel(squares, log)
        noise = math.exp(2.0 * log[-1])
        try:
            factor = cho_factor(smooth_part + trend + noise * np.eye(n), lower=True)
        except LinAlgError:
            return 1e10, np.zeros(len(log))
        alpha = cho_solve(factor, y)
        value = 0.5 * float(y @ alpha) + float(np.log(np.diag(factor[0])).sum())
        inner = cho_solve(factor, np.eye(n)) - np.outer(alpha, alpha)
        weighted = inner * smooth_part
        slope = np.empty(len(log))
        for k in range(len(squares)):
            slope[k] = 0.5 * float((weighted * squares[k]).sum()) * math.exp(-2.0 * log[k])
        slope[-2] = float(weighted.sum())
        slope[-1] = float(np.trace(inner)) * noise
        return value, slope

    inputs = x.shape[1]
    bounds = (
        [(math.log(0.2), math.log(100.0))] * inputs
        + [(math.log(1e-3), math.log(10.0))]
        + [(math.log(1e-3), math.log(2.0))]
    )
    best: tuple[float, Floats] | None = None
    for length, signal, noise in ((2.0, 0.7, 0.5), (5.0, 0.3, 0.9)):
        start = np.array([math.log(length)] * inputs + [math.log(signal), math.log(noise)])
        found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 60})
        if best is None or found.fun < best[0]:
            best = (float(found.fun), np.asarray(found.x))
    assert best is not None
    return best[1]
