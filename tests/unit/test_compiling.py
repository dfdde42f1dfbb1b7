"""What is replaced in Numba during a compilation gives what the original gives, and is taken back."""

from __future__ import annotations

import gc

import pytest
from llvmlite import ir

from openiads import _compiling, _jit
from openiads._compiling import compiling, replacements
from openiads._jit import kernel

pytestmark = pytest.mark.skipif(not _jit.COMPILED, reason="nothing is compiled with NUMBA_DISABLE_JIT=1")


def state():
    return [getattr(owner, name, None) for owner, name, *_ in _compiling._REPLACED]


def test_this_version_of_numba_is_the_one_expected():
    """Where this fails, compiling is slower, and `_REPLACED` is to be looked at."""
    assert len(replacements()) == len(_compiling._REPLACED)


def test_all_is_taken_back_also_after_a_fault():
    before, thresholds = state(), gc.get_threshold()
    with pytest.raises(ValueError, match="in the middle"), compiling():
        assert all(now is not then for now, then in zip(state(), before, strict=True))
        assert gc.get_threshold() == _compiling._COLLECT
        with compiling():  # a callee
            pass
        assert gc.get_threshold() == _compiling._COLLECT
        raise ValueError("in the middle")
    assert state() == before
    assert gc.get_threshold() == thresholds


def test_a_collector_that_is_off_stays_off():
    thresholds = gc.get_threshold()
    gc.set_threshold(0)
    try:
        with compiling():
            assert gc.get_threshold()[0] == 0
    finally:
        gc.set_threshold(*thresholds)


def test_an_unknown_version_keeps_its_own(monkeypatch):
    owner, name, args, around = _compiling._REPLACED[1]
    monkeypatch.setattr(
        _compiling, "_REPLACED", ((owner, name, (*args, "more"), around), (owner, "gone", args, around))
    )
    assert replacements() == []


def test_sizes_are_those_of_llvm():
    @kernel
    def one(x):
        return x + 1.0

    assert one(1.0) == 2.0
    context = one.targetctx
    kinds = [ir.IntType(8), ir.IntType(64), ir.DoubleType(), ir.ArrayType(ir.IntType(16), 3)]
    kinds += [
        ir.LiteralStructType([ir.IntType(8), ir.IntType(64)]),
        ir.LiteralStructType([ir.IntType(8)] * 2),
    ]
    want = [context.get_abi_sizeof(kind) for kind in kinds]
    with compiling():
        assert [context.get_abi_sizeof(kind) for kind in kinds * 2] == want * 2
    assert want[:4] == [1, 8, 8, 6]


def test_an_operation_made_while_a_kernel_is_compiled_is_found():
    """The greatest of three: Numba makes it for its types, without a new module."""

    @kernel
    def greatest(a, b, c, d, e):
        return max(a, b, c, d) + max(c, d, e) + min(a, b, c, d, e)

    assert greatest(1.0, 2, 5.0, 3, True) == 5.0 + 5.0 + 1.0
