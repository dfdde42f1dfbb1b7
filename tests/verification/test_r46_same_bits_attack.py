"""R-46: compiled and interpreted kernels of electronic attack give the same bits.

As E-10: a fresh interpreter evaluates them on one set of inputs, once each way, and prints every result as hexadecimal.
No tolerance.
"""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("same_bits_attack.py")


def evaluate(disable: str) -> list[str]:
    env = {**os.environ, "NUMBA_DISABLE_JIT": disable}
    done = subprocess.run([sys.executable, SCRIPT], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_same_bits() -> None:
    compiled, interpreted = evaluate("0"), evaluate("1")
    assert compiled[0] == "compiled True"
    assert interpreted[0] == "compiled False"
    assert len(compiled) > 4_000
    different = [(a, b) for a, b in zip(compiled[1:], interpreted[1:], strict=True) if a != b]
    assert different == []
