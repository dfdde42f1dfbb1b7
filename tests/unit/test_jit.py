"""How kernels are compiled: each once, with those that call it; the same numbers as Python."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openiads import _jit
from openiads._jit import kernel

compiled_only = pytest.mark.skipif(not _jit.COMPILED, reason="nothing is compiled with NUMBA_DISABLE_JIT=1")


@kernel
def _square(x):
    return x * x


@kernel
def _sum_of_squares(x, n):
    total = 0.0
    for i in range(n):
        total += _square(x + i)
    return total


@kernel
def _twice(x):
    return _sum_of_squares(x, 2) + _sum_of_squares(x, 3) + _square(2.0)


@kernel
def _fill(a, x):
    for i in range(a.shape[0]):
        a[i] = _square(x)
    return a


@kernel
def _filled(n, x):
    return _fill(np.empty(n), x).sum()


def parts(dispatcher):
    """The versions of a kernel that were compiled for other kernels."""
    return dispatcher.get_overload.__self__._known


def test_a_chain_of_kernels_gives_what_python_gives():
    want = sum((1.5 + i) ** 2 for i in range(2)) + sum((1.5 + i) ** 2 for i in range(3)) + 4.0
    assert _twice(1.5) == want


def test_arrays_pass_through_kernels_and_are_freed_once():
    for _ in range(100):
        assert _filled(1000, 3.0) == 9000.0


@compiled_only
def test_a_callee_has_one_version_for_all_constants():
    _twice(1.5)
    assert len(parts(_sum_of_squares)) == 1
    assert len(parts(_square)) == 1


@compiled_only
def test_a_callee_is_native_only_where_python_calls_it():
    _twice(1.5)
    assert len(_twice.overloads) == 1
    assert len(_sum_of_squares.overloads) == 0
    assert _sum_of_squares(1.5, 2) == 1.5 * 1.5 + 2.5 * 2.5
    assert len(_sum_of_squares.overloads) == 1


@compiled_only
def test_what_waits_for_its_callers_cannot_be_finished_alone():
    part = _jit._Part(_square.targetctx.codegen(), "part")
    with pytest.raises(RuntimeError, match="compiled with its callers only"):
        part.finalize()


def test_a_default_that_is_not_equal_to_itself_is_refused():
    """It was compiled or loaded at every call, until the process had no memory maps left."""

    def loudness(x, floor=math.nan):
        return max(x, floor)

    with pytest.raises(ValueError, match="loudness: NaN"):
        kernel(loudness)


def test_a_users_kernel_counts_from_the_end_as_python_does():
    @kernel
    def last(a):
        return a[-1] + a[-2:].sum()

    assert last(np.arange(5.0)) == 4.0 + 7.0
