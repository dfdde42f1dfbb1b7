"""Compiled and interpreted give the same bits, for every kernel of attenuation, multipath, clutter and MTI.

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

MODULES = ("attenuation", "multipath", "clutter", "mti")
EXTREMES = (0.0, -0.0, 1.0, -1.0, 0.5, 1e-12, 1e12, -1e12, 1e-200, math.pi, 2.0, 4.0, 16.0)
WHOLE = {"vertical": (0, 1), "model": (0, 1), "roughness_model": (0, 1), "canceller": (0, 2, 3)}
SAMPLES = 200


def kernels() -> list:
    """All kernels defined in the modules; interpreted they are plain functions."""
    found = []
    for name in MODULES:
        module = importlib.import_module(f"openiads.physics.{name}")
        source = Path(module.__file__).read_text().splitlines()
        for line, text in enumerate(source):
            if text == "@kernel":
                found.append(getattr(module, source[line + 1].split("def ")[1].split("(")[0]))
    return found


def tables() -> dict[str, np.ndarray]:
    from openiads.physics.attenuation import make_loss_table  # noqa: PLC0415
    from openiads.physics.clutter import Processing, Surface, make_clutter_table  # noqa: PLC0415

    clutter = make_clutter_table(
        1e19, 3e9, 20.0, 0.026, 0.03, 150.0, Surface(4, 0.0, True, 0.8), Processing(3, 1e3, 20.0, 50.0)
    )
    return {"attenuation.py": make_loss_table(20.0, 10e9, 10.0), "clutter.py": clutter}


def arguments(function, rng: np.random.Generator, by_file: dict) -> list:
    code = getattr(function, "py_func", function).__code__
    values = []
    for name in code.co_varnames[: code.co_argcount]:
        if name == "table":
            values.append(by_file[code.co_filename.rsplit("/", 1)[-1]])
        elif name == "prf_hz" and function.__name__ == "target_gain_staggered":
            values.append(np.array([900.0, 1000.0, 1170.0]))
        elif name in WHOLE:
            values.append(int(rng.choice(WHOLE[name])))
        elif rng.random() < 0.15:
            values.append(float(rng.choice(EXTREMES)))
        else:
            values.append(float(abs(rng.normal()) * 10.0 ** rng.uniform(-3, 5)))
    return values


def digest(value) -> bytes:
    if isinstance(value, tuple):
        return b"".join(digest(v) for v in value)
    return b"nan" if math.isnan(value) else struct.pack("<d", value)


def digests() -> dict[str, str]:
    by_file = tables()
    result = {}
    for function in kernels():
        rng = np.random.default_rng(7)
        total = hashlib.sha256()
        for _ in range(SAMPLES):
            total.update(digest(function(*arguments(function, rng, by_file))))
        result[function.__name__] = total.hexdigest()
    return result


def test_same_bits() -> None:
    found = []
    for disable in ("0", "1"):
        env = {**os.environ, "NUMBA_DISABLE_JIT": disable}
        done = subprocess.run(
            [sys.executable, __file__], env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        found.append(json.loads(done.stdout))
    assert len(found[0]) > 25
    assert found[0] == found[1]


if __name__ == "__main__":
    print(json.dumps(digests()))
