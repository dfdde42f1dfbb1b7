"""Results do not change unnoticed: digests of four outcomes against those kept in golden.json."""

import importlib.util
import json
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location("golden", Path(__file__).with_name("golden.py"))
golden = importlib.util.module_from_spec(spec)
spec.loader.exec_module(golden)

CHANGED = """
The outcome of {names} has changed.
If that was not meant, it is a defect. If it was, CHANGELOG.md needs a line "results change: yes" that says what and why;
then refresh the digests with `python tests/determinism/golden.py`.
(The World's own tables have changed for: {worlds}.)
"""


def test_results_have_not_changed(compiled_engine):
    kept = json.loads(golden.FILE.read_text())
    here = golden.machine()
    if kept["machine"] != here:
        differs = [
            f"{k}: {kept['machine'].get(k)} there, {v} here"
            for k, v in here.items()
            if kept["machine"].get(k) != v
        ]
        pytest.skip("the digests were made on another kind of machine (" + "; ".join(differs) + ")")
    now = golden.digests()
    changed = [name for name in golden.WORLDS if now[name]["outcome"] != kept["digests"][name]["outcome"]]
    worlds = [name for name in changed if now[name]["parameters"] != kept["digests"][name]["parameters"]]
    assert not changed, CHANGED.format(names=", ".join(changed), worlds=", ".join(worlds) or "none")


def test_digests_are_of_different_things():
    kept = json.loads(golden.FILE.read_text())["digests"]
    assert set(kept) == set(golden.WORLDS)
    assert len({value for pair in kept.values() for value in pair.values()}) == 2 * len(golden.WORLDS)
