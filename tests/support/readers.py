"""Programs that read exported files, none of them written here. What is not there skips the test and says how to get it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("OPENIADS_READERS") or ROOT / ".readers")
HERE = Path(__file__).parent / "read"


def program(name, package):
    """Path of a program of the system."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not there (Debian: apt install {package})")
    return path


def python(name):
    """The interpreter of one of the environments that tools/readers_env.sh makes."""
    path = FOLDER / name / "bin" / "python"
    if not path.exists():
        pytest.skip(f"no readers in {FOLDER / name}: run tools/readers_env.sh")
    return str(path)


def node():
    """(node, folder with CesiumJS)."""
    path = program("node", "nodejs npm")
    folder = FOLDER / "node"
    if not (folder / "node_modules" / "cesium").exists():
        pytest.skip(f"no CesiumJS in {folder}: run tools/readers_env.sh")
    return path, folder


def tshark(file, *arguments):
    """Lines that tshark prints about a capture file."""
    command = [program("tshark", "tshark"), "-n", "-r", str(file), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def output(*command, **more):
    """What a program prints; it must end well."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=300, check=False, **more
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
