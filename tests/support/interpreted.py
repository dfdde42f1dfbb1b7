"""Run pickled Worlds without the compiler: `NUMBA_DISABLE_JIT=1 python interpreted.py <folder>`.

For each <name>.world in the folder, <name>.outcome is written: the outcome and the state tables. A process of its own, because
the compiler is switched off before anything is imported. (Pickles of this test's own making; the package itself has none.)
"""

from __future__ import annotations

import pickle
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import runs

from openiads._jit import COMPILED


def main(folder: Path) -> None:
    """All Worlds of a folder, in the order of their names."""
    assert not COMPILED, "set NUMBA_DISABLE_JIT=1"
    for file in sorted(folder.glob("*.world")):
        start = time.perf_counter()
        world, seed = pickle.loads(file.read_bytes())
        outcome, state = runs.run_with_state(world, seed)
        tables = runs.state_bytes(state)
        file.with_suffix(".outcome").write_bytes(pickle.dumps((outcome, tables)))
        print(f"{file.stem}: {time.perf_counter() - start:.1f} s", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
