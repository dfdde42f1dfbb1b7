"""Runs for the tests of exports: the shipped quickstart, and a made-up one whose names want to break every format."""

from __future__ import annotations

import atexit
import dataclasses
import functools
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pymap3d

import openiads
from openiads.export.content import Content
from openiads.results import open_run

#: An id and a title with what separates, quotes or ends something in one of the formats.
HOSTILE = 'strike,1 "<x>&|é\\'
TITLE = 'A "raid", <b>&\nsecond line|with\\ a bar; é\t$'


@functools.cache
def folder():
    """A folder for as long as the tests run."""
    path = Path(tempfile.mkdtemp(prefix="openiads-exports-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


@functools.cache
def quickstart():
    """The content of one run of the shipped quickstart, with samples every five seconds: the readers take most of the time."""
    from openiads.study.execute import execute  # noqa: PLC0415 - it brings the engine

    file = Path(openiads.__file__).parent / "scenario" / "shipped" / "quickstart.yaml"
    return Content(open_run(execute(file, 1, out=folder() / "quickstart-seed1", sample_s=5.0)))


@functools.cache
def with_plots():
    """The content of the same run, with plots."""
    from openiads.study.execute import execute  # noqa: PLC0415

    file = Path(openiads.__file__).parent / "scenario" / "shipped" / "quickstart.yaml"
    target = folder() / "quickstart-plots"
    command = "openiads run quickstart --plots"
    return Content(open_run(execute(file, 1, out=target, sample_s=5.0, plots=True, command=command)))


def made_up(made, path):
    """The content of the made-up run (`synthetic_run`, given as a module), with hostile names, written under a path."""
    from openiads.study.store import new_run  # noqa: PLC0415

    outcome, names = made.outcome()
    platform = (HOSTILE, *names.platform[1:])
    names = dataclasses.replace(names, platform=platform)
    origin = dataclasses.replace(made.provenance(), title=TITLE)
    with new_run(path) as target:
        return Content(open_run(target.write(outcome, names, origin)))


def away_m(content, rows, lat_deg, lon_deg, alt_m):
    """Distance of geodetic positions from the stored samples, m; the conversion is pymap3d's."""
    x, y, z = pymap3d.geodetic2ecef(np.asarray(lat_deg), np.asarray(lon_deg), np.asarray(alt_m))
    stored = content.x_m[rows], content.y_m[rows], content.z_m[rows]
    return np.sqrt(sum((a - b) ** 2 for a, b in zip((x, y, z), stored, strict=True)))
