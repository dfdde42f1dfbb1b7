"""The benchmarks still run: every module is imported, and those that are cheap are run with next to no repetitions.

No figure is looked at: on a busy machine none means anything. What is looked at is that there is one for every line.
"""

import argparse
import importlib
import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(p.stem for p in (ROOT / "benchmarks").glob("*.py"))
FEW = {"PASSES": 1, "CALLS": 2, "REPEATS": 1, "N_POINTS": 64, "N_TARGETS": 64}


@pytest.fixture(autouse=True)
def root_on_path(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))


def module(name):
    return importlib.import_module(f"benchmarks.{name}")


@pytest.mark.parametrize("name", MODULES)
def test_it_can_be_imported(name):
    if name == "bench_viewer":
        pytest.importorskip("websockets")
    assert module(name).__doc__


@pytest.mark.parametrize(
    ("name", "arguments", "lines"),
    [
        ("bench_radar", (), 2),
        ("bench_terrain", ("--side", "401"), 5),
        ("bench_assign", (), 9),
        pytest.param("bench_tracking", ("--no-library",), 12, marks=pytest.mark.long),
    ],
)
def test_a_script_of_one_room(compiled_engine, monkeypatch, capsys, name, arguments, lines):
    script = module(name)
    for constant, value in FEW.items():
        if hasattr(script, constant):
            monkeypatch.setattr(script, constant, value)
    monkeypatch.setattr(sys, "argv", [name, *arguments])
    script.main()
    told = [line for line in capsys.readouterr().out.splitlines() if re.search(r"\d\s*\S*", line)]
    assert len(told) >= lines
    assert not any("nan" in line for line in told)


def test_figures_of_missiles_as_json(compiled_engine, monkeypatch, capsys):
    script = module("bench_missile")
    monkeypatch.setattr(script, "PASSES", 1)
    monkeypatch.setattr(script, "CALLS", 2)
    monkeypatch.setattr(sys, "argv", ["bench_missile", "--json"])
    script.main()
    found = json.loads(capsys.readouterr().out)
    assert "fly-out tables of four missiles, warm: s" in found and len(found) >= 12
    assert all(value > 0.0 for value in found.values())


def test_sections(compiled_engine, capsys):
    main = module("__main__")
    assert set(main.SCRIPTS) < set(main.SECTIONS)
    assert all((ROOT / "benchmarks" / file).exists() for file, *_ in main.SCRIPTS.values())
    main.raid(argparse.Namespace(replications=1))
    assert "| CPU time, median of 1 (least, most) |" in capsys.readouterr().out


def test_cost_of_a_study(compiled_engine):
    cost = module("bench_study").measure("low-approach", 6, 1)
    assert cost.chunk == 1 and cost.engine_ms > 0.1 and cost.beside_ms > 0.1
    assert cost.share == cost.least == cost.most == pytest.approx(cost.beside_ms / cost.engine_ms)


@pytest.mark.long
def test_share_of_each_system(compiled_engine, capsys):
    module("__main__").share(argparse.Namespace(share_replications=1))
    assert "| observe |" in capsys.readouterr().out
