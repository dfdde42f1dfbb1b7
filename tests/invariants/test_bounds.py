"""Compiled kernels count indices from the start and check none: here they are compiled with checks, and run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from openiads import _jit

SCRIPT = Path(__file__).resolve().parents[1] / "support" / "bounded.py"


pytestmark = pytest.mark.skipif(not _jit.COMPILED, reason="nothing is compiled with NUMBA_DISABLE_JIT=1")
CHECKED = {**os.environ, "OPENIADS_CHECK_BOUNDS": "1"}


def test_every_index_is_within_its_table():
    done = subprocess.run([sys.executable, SCRIPT], env=CHECKED, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout.split()[0]) > 700


CARELESS = """\
import openiads
from openiads.doctrine import classify

@openiads.kernel
def careless(w, c):
    first = w.command_post[c].first_track
    w.picture[first].p_class = classify.class_probability(w.track[first].class_logodds, w.picture[first].klass)
"""


def test_a_wrong_index_in_a_users_doctrine_is_told(tmp_path):
    """-1, "none", for an index."""
    (tmp_path / "mine.py").write_text(CARELESS)
    command = ["-m", "openiads", "run", "quickstart", "--doctrine", "mine.py:careless"]
    done = subprocess.run(
        [sys.executable, *command], cwd=tmp_path, env=CHECKED, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "mine.py: careless: " in done.stderr and "IndexError" in done.stderr
    assert [f.name for f in tmp_path.iterdir()] == ["mine.py"]
