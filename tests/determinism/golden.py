"""Digests of four outcomes, kept in golden.json: a change of results is seen even where nobody meant one.

    python tests/determinism/golden.py          write golden.json anew
    python tests/determinism/golden.py --check  compare only
    python tests/determinism/golden.py --show   print them: with another Python they must be the same

Each set of digests holds for one kind of machine: NumPy and the C library round sines and exponentials differently on others,
and the tables of a World are made with them. `machine()` says which kind it was. The file keeps one set per kind; writing drops the
sets whose engine sources were others, as their results may be too.
"""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import llvmlite.binding
import numba
import numpy as np
import scipy
from support import runs, scenes

from openiads._jit import ENGINE_DIGEST

FILE = Path(__file__).with_name("golden.json")
SEED = 1
WORLDS = ("cruise_raid", "jammed_traffic", "two_posts", "quickstart")


def machine() -> dict[str, str]:
    """What the last bits of a World's tables depend on besides this package."""
    return {
        "cpu": f"{platform.machine()} {llvmlite.binding.get_host_cpu_name()}",
        "libc": " ".join(platform.libc_ver()),
        "numba": numba.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }


def digests() -> dict[str, dict[str, str]]:
    """World → digest of its parameters, and of its outcome with seed 1, replication 0."""
    out = {}
    for name in WORLDS:
        world, _ = scenes.quickstart() if name == "quickstart" else scenes.SCENES[name]()
        out[name] = {
            "parameters": runs.digest_parameters(world),
            "outcome": runs.digest(runs.run(world, SEED)),
        }
    return out


def kept() -> list[dict]:
    """The sets of digests of the file."""
    return json.loads(FILE.read_text()) if FILE.exists() else []


def main() -> int:
    """Write, compare or print."""
    now = {"machine": machine(), "engine": ENGINE_DIGEST, "digests": digests()}
    if "--show" in sys.argv[1:]:
        print(json.dumps(now, indent=2))
        return 0
    same = [one for one in kept() if one["machine"] == now["machine"]]
    if "--check" in sys.argv[1:]:
        equal = bool(same) and same[0]["digests"] == now["digests"]
        print("same" if equal else f"different: kept {same}, now {now}")
        return int(not equal)
    others = [one for one in kept() if one["machine"] != now["machine"] and one["engine"] == ENGINE_DIGEST]
    FILE.write_text(json.dumps([now, *others], indent=2) + "\n")
    print(f"wrote {FILE.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
