"""The table of rooms is the law: no import may go against it, and compiled code keeps its rules."""

import ast
from pathlib import Path

import pytest

import openiads

ROOT = Path(openiads.__file__).parent
# Room → rooms that it may import (docs/architecture.md). Every room may import itself.
ALLOWED = {
    "units": set(),
    "_kept": set(),
    "_kept_code": {"_kept"},
    "_compiling": set(),
    "_jit": {"_kept", "_kept_code", "_compiling"},
    "physics": {"units", "_jit"},
    "tracking": {"physics", "units", "_jit"},
    "catalog": {"units", "_kept"},
    "scenario": {"units", "catalog"},
    "doctrine": {"world", "engine", "tracking", "physics", "units", "_jit"},
    "world": {"scenario", "catalog", "doctrine", "physics", "tracking", "units", "_jit", "_kept"},
    "engine": {"world", "physics", "tracking", "units", "_jit"},
    "agents": {
        "engine",
        "doctrine",
        "world",
        "tracking",
        "physics",
        "scenario",
        "catalog",
        "analysis",
        "units",
        "_jit",
    },
    "study": {
        "agents",
        "engine",
        "doctrine",
        "world",
        "scenario",
        "catalog",
        "_jit",
        "units",
        "results",
        "analysis",
    },
    "results": set(),
    "analysis": {"results", "world", "physics", "tracking", "catalog", "units"},
    "report": {"results", "analysis", "units"},
    "cover": {
        "engine",
        "doctrine",
        "world",
        "physics",
        "scenario",
        "catalog",
        "report",
        "results",
        "units",
        "_jit",
    },
    "export": {"results", "study", "scenario", "catalog", "units"},
    "viewer": {"results", "analysis", "scenario", "catalog", "units"},
}
FREE = {"cli", "__init__", "__main__", "testing"}  # the public border may see everything
COMPILED = ("physics", "tracking", "engine", "doctrine", "world", "agents", "cover")


def files():
    return sorted(
        p for p in ROOT.rglob("*.py") if p.relative_to(ROOT).parts[0].removesuffix(".py") not in FREE
    )


def imported_rooms(tree):
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
            if node.module == "openiads":
                names = [f"openiads.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "openiads" and len(parts) > 1 and parts[1] != "__version__":
                yield parts[1], node.lineno


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_arrows(path):
    room = path.relative_to(ROOT).parts[0].removesuffix(".py")
    assert room in ALLOWED, f"{room} is not in the table of rooms"
    tree = ast.parse(path.read_text())
    assert not any(isinstance(n, ast.ImportFrom) and n.level for n in ast.walk(tree)), "relative import"
    for target, line in imported_rooms(tree):
        assert target == room or target in ALLOWED[room], f"{path}:{line}: {room} may not import {target}"


def private_names(tree):
    """Names with a leading underscore that are taken from another module; modules themselves may be private."""
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "openiads":
            for alias in node.names:
                parts = [*node.module.split(".")[1:], alias.name]
                if ROOT.joinpath(*parts).is_dir() or ROOT.joinpath(*parts).with_suffix(".py").exists():
                    modules[alias.asname or alias.name] = alias.name
                elif alias.name.startswith("_") and not alias.name.startswith("__"):
                    yield node.lineno, alias.name
    for node in ast.walk(tree):
        of_module = (
            isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules
        )
        if of_module and node.attr.startswith("_") and not node.attr.startswith("__"):
            yield node.lineno, f"{node.value.id}.{node.attr}"


def test_what_another_module_uses_is_public():
    bad = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in sorted(ROOT.rglob("*.py"))
        for line, name in private_names(ast.parse(path.read_text()))
    ]
    assert not bad, "\n".join(bad)
    hollow = ast.parse(
        "from openiads.world.weather import _x\nfrom openiads.world import weather\nweather._y()\n"
    )
    assert [name for _, name in private_names(hollow)] == ["_x", "weather._y"]


def kernels(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(d, ast.Name) and d.id == "kernel" for d in node.decorator_list
        ):
            yield node


def complaints(function):
    """What compiled code may not contain: the compiled and the interpreted run would differ, or it would allocate."""
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Pow):
            yield node.lineno, "power: write products"
        if isinstance(node, ast.Raise | ast.Assert | ast.Try):
            yield node.lineno, "exceptions"
        if isinstance(node, ast.Set | ast.Dict | ast.ListComp | ast.SetComp | ast.DictComp | ast.JoinedStr):
            yield node.lineno, "an allocation"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "math" and node.attr in ("hypot", "pow", "fsum", "dist"):
                yield node.lineno, f"math.{node.attr}"
            if node.value.id == "np" and node.attr in ("random", "zeros", "empty", "ones", "array"):
                yield node.lineno, f"np.{node.attr}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield node.lineno, "print"


@pytest.mark.parametrize("room", COMPILED)
def test_compiled_code_keeps_its_rules(room):
    bad = []
    for path in sorted((ROOT / room).rglob("*.py")):
        for function in kernels(ast.parse(path.read_text())):
            bad += [
                f"{path.relative_to(ROOT)}:{line} {function.name}: {what}"
                for line, what in complaints(function)
            ]
    assert not bad, "\n".join(bad)


def test_the_rules_are_not_hollow():
    tree = ast.parse(
        "@kernel\ndef f(x):\n    y = [a for a in (1, 2)]\n    return x ** 2 + math.hypot(x, 1)\n"
    )
    (function,) = kernels(tree)
    assert len(list(complaints(function))) == 3


def test_no_numba_decorator_but_ours():
    for path in files():
        if path.name == "_jit.py":
            continue
        text = path.read_text()
        assert "njit" not in text and "fastmath" not in text and "prange" not in text, path


def test_nothing_dangerous():
    """No eval, exec, pickle or shell in the package."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile", "__import__"), f"{path}:{node.lineno}"
            if isinstance(node, ast.Import):
                assert not {a.name for a in node.names} & {"pickle", "marshal", "shelve"}, (
                    f"{path}:{node.lineno}"
                )
            if isinstance(node, ast.keyword) and node.arg in ("shell", "allow_pickle"):
                assert isinstance(node.value, ast.Constant) and node.value.value is False, f"{path}"
