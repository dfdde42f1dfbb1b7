"""Compiled and interpreted give the same bits, for every kernel of the radar modules.

Run as a program it prints one SHA-256 per kernel over ordinary and extreme arguments; the test runs it twice,
compiled and with NUMBA_DISABLE_JIT=1, and compares.
"""

import hashlib
import importlib
import json
import math
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np

MODULES = ("radar", "detection", "antenna", "accuracy", "propagation", "jamming", "signature")
EXTREMES = (0.0, -0.0, 1.0, -1.0, 0.5, 1e-12, 1e12, -1e12, 1e-200, math.pi, 2.0, 4.0, 16.0)
SAMPLES = 150


def kernels() -> list:
    """All kernels defined in the modules, by name; interpreted they are plain functions."""
    found = []
    for name in MODULES:
        module = importlib.import_module(f"openiads.physics.{name}")
        source = Path(module.__file__).read_text().splitlines()
        for line, text in enumerate(source):
            if text == "@kernel":
                found.append(getattr(module, source[line + 1].split("def ")[1].split("(")[0]))
    return found


def arguments(function, rng: np.random.Generator, tables: dict) -> list:
    """One set of arguments by parameter name: tables by kind, whole numbers where asked, else floats."""
    code = getattr(function, "py_func", function).__code__
    values = []
    for name in code.co_varnames[: code.co_argcount]:
        if name == "table":
            values.append(tables[code.co_filename.rsplit("/", 1)[-1]])
        elif name in ("swerling", "band", "m", "n", "n_dimensions"):
            values.append(int(rng.integers(0, 5)))
        elif rng.random() < 0.15:
            values.append(float(rng.choice(EXTREMES)))
        else:
            values.append(float(rng.normal() * 10.0 ** rng.uniform(-6, 9)))
    return values


def digest(value) -> bytes:
    if isinstance(value, tuple):
        return b"".join(digest(v) for v in value)
    if isinstance(value, (bool, int, np.integer, np.bool_)):
        return struct.pack("<q", int(value))
    return b"nan" if math.isnan(value) else struct.pack("<d", value)


def digests() -> dict[str, str]:
    from openiads.physics.detection import make_pd_table  # noqa: PLC0415
    from openiads.physics.propagation import make_refraction_table  # noqa: PLC0415

    tables = {
        "detection.py": make_pd_table(10, 1e-6),
        "propagation.py": make_refraction_table(20.0, 1),
        "signature.py": np.random.Generator(np.random.Philox(key=5)).uniform(-30, 20, (6, 13, 37)),
    }
    result = {}
    for function in kernels():
        rng = np.random.Generator(np.random.Philox(key=42))
        total = hashlib.sha256()
        for _ in range(SAMPLES):
            total.update(digest(function(*arguments(function, rng, tables))))
        result[f"{function.__module__}.{function.__name__}"] = total.hexdigest()
    return result


def test_every_kernel_compiled_and_interpreted() -> None:
    outputs = []
    for disabled in ("0", "1"):
        env = os.environ | {"NUMBA_DISABLE_JIT": disabled}
        run = subprocess.run(
            [sys.executable, "-W", "error", __file__], env=env, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr[-2000:]
        outputs.append(json.loads(run.stdout))
    compiled, interpreted = outputs
    assert len(compiled) > 45
    assert {k for k in compiled if compiled[k] != interpreted[k]} == set()


if __name__ == "__main__":
    print(json.dumps(digests()))
