"""Small studies: one scenario of some milliseconds a replication, in which things come through now and then."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCENARIO = """\
openiads: 1
name: small
title: A small raid
origin: {lat: 30 deg, lon: -40 deg}
duration: 5 min
defence:
  doctrine: {rules_of_engagement: free, salvo: 1}
  command_posts: [{id: CP, type: 55K6E, position: {bearing: 0 deg, range: 0 m}}]
  radars:
    - {id: EW, type: 96L6E, position: {bearing: 45 deg, range: 800 m}}
    - {id: FC, type: 92N6E, position: {bearing: 90 deg, range: 500 m}, sector: {centre: 270 deg}}
  batteries: [{id: B1, radar: FC}]
  launchers:
    - {id: L1, type: 5P85SE2-9M96, battery: B1, position: {bearing: 90 deg, range: 300 m}, rounds: {9M96E2: 6}}
  assets: [{id: PORT, type: generic-port, position: {bearing: 90 deg, range: 3 km}}]
raid:
  groups:
    - {id: CM, type: cruise-missile, count: 5, spacing: 900 m, target: PORT, at: 0 s,
       route: [{bearing: 265 deg, range: 55 km, altitude: 60 m, speed: 240 m/s}]}
    - {id: F, type: fighter, count: 1, at: 0 s, jammer: {type: escort-jammer, power: 1 kW},
       route: [{bearing: 280 deg, range: 90 km, altitude: 8 km}, {bearing: 280 deg, range: 60 km}]}
traffic:
  groups:
    - {id: AIR, type: airliner, identity: neutral, at: 0 s,
       route: [{bearing: 60 deg, range: 150 km, altitude: 10 km}, {bearing: 100 deg, range: 150 km}]}
"""


def write(folder: Path) -> Path:
    """The scenario as a file in a folder."""
    file = folder / "small.yaml"
    file.write_text(SCENARIO)
    return file


def openiads(*args, cwd, **kwargs):
    """A command line in its own process."""
    return subprocess.run(
        [sys.executable, "-m", "openiads", *map(str, args)],
        capture_output=True, text=True, cwd=cwd, timeout=600, check=False, **kwargs,
    )  # fmt: skip


def rows(study) -> dict[str, list]:
    """Every row of every table of a study."""
    return {name: study.table(name).to_pylist() for name in study.tables()}


def files(folder: Path) -> dict[str, bytes]:
    """Every data file and seal of a study by name, without what a clock or a machine writes."""
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.suffix in (".parquet",) and not p.name.startswith(".")
    }


class FailingOs:
    """`os`, whose n-th call that touches the disk fails; 0: none."""

    CALLS = ("open", "write", "fsync", "close", "rename", "replace", "mkdir")

    def __init__(self, fail_at: int, error: int) -> None:
        self.n, self.fail_at, self.error = 0, fail_at, error

    def __getattr__(self, name):
        real = getattr(os, name)
        if name not in self.CALLS:
            return real

        def call(*args, **kwargs):
            self.n += 1
            if self.n == self.fail_at:
                if name == "close":
                    real(*args)
                raise OSError(self.error, os.strerror(self.error))
            return real(*args, **kwargs)

        return call
