"""Compiled kernels on disk: used when whole and of this very function, compiled anew in every other case."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from openiads import _jit, _kept, _kept_code
from openiads._jit import kernel
from openiads._kept_code import KeptCode

pytestmark = pytest.mark.skipif(not _jit.COMPILED, reason="nothing is compiled with NUMBA_DISABLE_JIT=1")


def _third(x):
    return x / 3.0


def _first(a):
    return a[0]


def fresh(function, folder):
    """A kernel of this function that knows nothing but the folder."""
    made = kernel(function)
    made._cache = KeptCode(function, folder)
    return made


def hits(made):
    return sum(made._cache_hits.values())


def one_file(folder):
    (file,) = folder.iterdir()
    return file


def test_is_compiled_once_and_found_by_the_next(tmp_path):
    assert fresh(_third, tmp_path)(1.0) == 1.0 / 3.0
    again = fresh(_third, tmp_path)
    assert again(1.0) == 1.0 / 3.0
    assert hits(again) == 1
    assert again(2) == 2 / 3.0  # of another type: not what is kept
    assert hits(again) == 1
    assert len(list(tmp_path.iterdir())) == 2


def test_arrays_of_another_layout_are_another_version(tmp_path):
    a = np.arange(6.0)
    assert fresh(_first, tmp_path)(a[1:]) == 1.0
    again = fresh(_first, tmp_path)
    assert again(a[2::2]) == 2.0
    assert hits(again) == 0
    assert again(a[3:]) == 3.0
    assert hits(again) == 1


@pytest.mark.parametrize("at", [0, 31, 32, 100, 0.25, 0.5, 0.75, -1])
def test_a_flipped_bit_is_compiled_anew(tmp_path, at):
    fresh(_third, tmp_path)(1.0)
    file = one_file(tmp_path)
    whole = file.read_bytes()
    bad = bytearray(whole)
    bad[int(at * len(whole)) if isinstance(at, float) else at] ^= 1
    file.write_bytes(bad)
    again = fresh(_third, tmp_path)
    assert again(1.0) == 1.0 / 3.0
    assert hits(again) == 0
    assert _kept.read(file) is not None  # and is whole again


@pytest.mark.parametrize("cut", [lambda b: b"", lambda b: b[:20], lambda b: b[:-1], lambda b: b + b"\0"])
def test_a_file_that_is_cut_off_or_longer_is_compiled_anew(tmp_path, cut):
    fresh(_third, tmp_path)(1.0)
    file = one_file(tmp_path)
    file.write_bytes(cut(file.read_bytes()))
    again = fresh(_third, tmp_path)
    assert again(1.0) == 1.0 / 3.0
    assert hits(again) == 0


@pytest.mark.parametrize("k", range(4))
def test_another_version_does_not_find_it(tmp_path, monkeypatch, k):
    fresh(_third, tmp_path)(1.0)
    versions = list(_kept_code._VERSIONS)
    versions[k] += "x"
    monkeypatch.setattr(_kept_code, "_VERSIONS", tuple(versions))
    again = fresh(_third, tmp_path)
    assert again(1.0) == 1.0 / 3.0
    assert hits(again) == 0


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path):
    (tmp_path / "folder").write_text("in the way")
    for _ in range(2):
        made = fresh(_third, tmp_path / "folder")
        assert made(1.0) == 1.0 / 3.0
        assert hits(made) == 0


def test_a_folder_that_can_only_be_read_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENIADS_CACHE_DIR", str(tmp_path))
    assert _jit._folder() == (True, True)

    def refuse(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert _jit._folder() == (True, False)
    monkeypatch.setenv("OPENIADS_CACHE_DIR", str(tmp_path / "none"))
    assert _jit._folder() == (False, False)


SOURCE = "from openiads import kernel\nFACTOR = {}\n\n\n@kernel\ndef times(x):\n    return FACTOR * x\n"
CALL = "import times; print(times.times(2.0), sum(times.times._cache_hits.values()))"


def in_a_process(folder, code):
    env = dict(os.environ, OPENIADS_CACHE_DIR=str(folder / "cache"), PYTHONDONTWRITEBYTECODE="1")
    env["PYTHONPATH"] = os.pathsep.join([str(folder), str(_jit.PACKAGE_DIR.parent)])
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_changed_source_is_another_function(tmp_path):
    file = tmp_path / "times.py"
    file.write_text(SOURCE.format(3.0))
    assert in_a_process(tmp_path, CALL) == ["6.0", "0"]
    assert in_a_process(tmp_path, CALL) == ["6.0", "1"]
    file.write_text(SOURCE.format(4.0))
    assert in_a_process(tmp_path, CALL) == ["8.0", "0"]
    assert in_a_process(tmp_path, CALL) == ["8.0", "1"]


def test_a_source_that_changes_after_the_import_is_not_kept(tmp_path):
    file = tmp_path / "times.py"
    file.write_text(SOURCE.format(3.0))
    change = f"import times; open({str(file)!r}, 'w').write({SOURCE.format(40.0)!r}); print(times.times(2.0))"
    assert in_a_process(tmp_path, change) == ["6.0"]
    assert in_a_process(tmp_path, CALL) == ["80.0", "0"]


def test_what_is_typed_in_is_compiled_in_memory(tmp_path):
    code = "from openiads import kernel\ndef f(x): return x + 1.0\nprint(kernel(f)(1.0))"
    assert in_a_process(tmp_path, code) == ["2.0"]


def test_what_is_found_loads_nothing_of_the_compiler(tmp_path):
    (tmp_path / "times.py").write_text(SOURCE.format(3.0))
    code = f"import sys; {CALL}; print('numba.np.linalg' in sys.modules, 'scipy.linalg' in sys.modules)"
    assert in_a_process(tmp_path, code) == ["6.0", "0", "True", "True"]
    assert in_a_process(tmp_path, code) == ["6.0", "1", "False", "False"]


def test_a_function_as_an_argument_is_found_too(tmp_path):
    """Its type is of a part of Numba that is not loaded with what is found."""
    (tmp_path / "times.py").write_text(
        SOURCE.format(3.0)
        + "\n\n@kernel\ndef twice(f, x):\n    return f(f(x))\n\n\n"
        + "from numba import float64\nfrom numba.core.types.function_type import CompileResultWAP\n"
        + "given = CompileResultWAP(times.get_compile_result(float64(float64)))\n"
    )
    code = "import times as t; print(t.twice(t.given, 2.0), sum(t.twice._cache_hits.values()))"
    assert in_a_process(tmp_path, code) == ["18.0", "0"]
    assert in_a_process(tmp_path, code) == ["18.0", "1"]
