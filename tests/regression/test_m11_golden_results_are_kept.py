"""Seen elsewhere: an update of the host changed the behaviour of a simulator, and nobody noticed for releases.

tests/determinism/test_golden.py compares whole outcomes with kept digests. This test sees to it that they stay worth
comparing: kept for every World that they name, the shipped scenario among them, and made on a named machine.
"""

import json
import re
from pathlib import Path

KEPT = Path(__file__).resolve().parents[1] / "determinism" / "golden.json"


def test_golden_digests_are_there():
    sets = json.loads(KEPT.read_text())
    assert len(sets) >= 1
    for kept in sets:
        assert {"numpy", "numba", "scipy", "cpu"} <= set(kept["machine"])
        assert "quickstart" in kept["digests"]
        assert len(kept["digests"]) >= 3
        for digests in kept["digests"].values():
            assert re.fullmatch(r"[0-9a-f]{64}", digests["outcome"])
        outcomes = [d["outcome"] for d in kept["digests"].values()]
        assert len(set(outcomes)) == len(outcomes)


def test_something_compares_them():
    assert "golden.kept()" in KEPT.with_name("test_golden.py").read_text()
