"""Results do not change unnoticed: digests of four outcomes against those kept in golden.json."""

import importlib.util
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
    here = golden.machine()
    kept = next((one for one in golden.kept() if one["machine"] == here), None)
    if kept is None:
        others = [{k: v for k, v in one["machine"].items() if v != here[k]} for one in golden.kept()]
        pytest.skip(f"the digests were made elsewhere: {others}; here {here}")
    now = golden.digests()
    changed = [name for name in golden.WORLDS if now[name]["outcome"] != kept["digests"][name]["outcome"]]
    worlds = [name for name in changed if now[name]["parameters"] != kept["digests"][name]["parameters"]]
    assert not changed, CHANGED.format(names=", ".join(changed), worlds=", ".join(worlds) or "none")


def test_digests_are_of_different_things():
    for one in golden.kept():
        kept = one["digests"]
        assert set(kept) == set(golden.WORLDS)
        assert len({value for pair in kept.values() for value in pair.values()}) == 2 * len(golden.WORLDS)
