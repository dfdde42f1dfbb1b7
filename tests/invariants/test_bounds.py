"""Compiled kernels count indices from the start and check none: here they are compiled with checks, and run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from openiads import _jit

SCRIPT = Path(__file__).resolve().parents[1] / "support" / "bounded.py"


@pytest.mark.skipif(not _jit.COMPILED, reason="nothing is compiled with NUMBA_DISABLE_JIT=1")
def test_every_index_is_within_its_table():
    done = subprocess.run(
        [sys.executable, SCRIPT], env={**os.environ, "OPENIADS_CHECK_BOUNDS": "1"}, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout.split()[0]) > 700
