"""Coverage, compiled and interpreted: the same bits, with lobes, clutter, rain, jamming and a course across the beam."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from support import cover as small

CODE = """
import hashlib, math, sys
import numpy as np
from openiads.cover.compute import coverage
from openiads.cover.maps import centre
from openiads.cover.model import open_model

model = open_model(sys.argv[1], target="cruise-missile", course_rad=1.0, jamming="on", at_s=60.0)
plane = centre(model)
axis = np.linspace(-60e3, 60e3, 13)
lat, lon = plane.inverse(*np.meshgrid(axis, axis))
total = hashlib.sha256()
some = 0
for alt in (20.0, 300.0, 5000.0):
    one = model.looks(0, lat, lon, np.full(lat.shape, alt))
    back = model.before(0, lat.ravel(), lon.ravel(), np.full(lat.size, alt), np.full(lat.size, 90.0))
    some += int((one.snr > 0.0).sum())
    for array in (one.snr, one.pd, one.el_rad, *back):
        total.update(np.ascontiguousarray(array).tobytes())
assert some > 150, some
print(total.hexdigest())
"""


def digest(file, **env):
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(file)],
        capture_output=True, text=True, check=False, timeout=300, env={**os.environ, **env},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip()) == hashlib.sha256().digest_size * 2
    return done.stdout


def test_same_bits(tmp_path: Path):
    weather = "environment: {gas: on, multipath: on, clutter: on, rain: 4 mm/h, surface: {sea_state: 3}}"
    file = small.write(tmp_path, environment=weather)
    assert digest(file) == digest(file, NUMBA_DISABLE_JIT="1")
