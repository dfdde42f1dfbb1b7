"""Every field of the language × every kind of mistake: place, value, bound, nearest name."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import pytest
import yaml

from openiads.scenario import Scenario, ScenarioError, load_text
from openiads.scenario.quantity import Q
from openiads.scenario.shape import parts
from openiads.units import DIMENSIONS, from_si

TEXT = (Path(__file__).parent / "full_scenario.yaml").read_text()
FULL = yaml.load(TEXT, Loader=yaml.BaseLoader)  # every scalar as text; BaseLoader keeps units and dates


def typed(value):
    """Numbers and flags as such again: what BaseLoader read as text."""
    if isinstance(value, dict):
        return {k: typed(v) for k, v in value.items()}
    if isinstance(value, list):
        return [typed(v) for v in value]
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            pass
    return {"true": True, "false": False}.get(value, value)


FULL = typed(FULL)


def leaves(value=FULL, model=Scenario, path=()):
    """(path, part) of every key of the language that the full scenario uses, containers included."""
    for key, child in value.items():
        part = parts(model)[key]
        here = (*path, key)
        yield here, part
        if part.model is not None:
            for step, item in enumerate(child) if part.many else [(None, child)]:
                yield from leaves(item, part.model, here if step is None else (*here, step))


FIELDS = list(leaves())
#: Keys that exclude others of this file; test_ground_language.py has them.
ELSEWHERE = {("Surface", "sea_state"), ("Surface", "coast")}
QUANTITIES = [
    (path, q) for path, part in FIELDS if (q := next((m for m in part.marks if isinstance(m, Q)), None))
]


def get(tree, path):
    for step in path:
        tree = tree[step]
    return tree


def broken(path, value=None, *, drop=False, rename=""):
    """The full scenario with one change."""
    tree = copy.deepcopy(FULL)
    owner = get(tree, path[:-1])
    if drop:
        del owner[path[-1]]
    elif rename:
        owner[rename] = owner.pop(path[-1])
    else:
        owner[path[-1]] = value
    return tree


def faults_of(tree):
    """Faults of a tree; JSON is YAML, one value to a line, so that each fault has a line of its own."""
    text = tree if isinstance(tree, str) else json.dumps(tree, indent=1, ensure_ascii=False)
    try:
        load_text(text)
    except ScenarioError as error:
        lines = text.count("\n") + 1
        assert error.faults
        for fault in error.faults:
            assert 1 <= fault.line <= lines, str(fault)
            assert fault.column >= 1 and fault.message
            assert len(str(fault)) < 1000
        return error.faults
    return ()


def name(path):
    return "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in path).lstrip(".")


def at(faults, path):
    """The faults at that field or inside it."""
    return [
        f for f in faults if f.field == name(path) or f.field.startswith((name(path) + ".", name(path) + "["))
    ]


def test_the_full_scenario_uses_every_key():
    def keys(model, seen):
        for part in parts(model).values():
            yield (model.__name__, part.key)
            if part.model is not None and part.model not in seen:
                seen.add(part.model)
                yield from keys(part.model, seen)

    used = set()

    def visit(value, model):
        for key, child in value.items():
            used.add((model.__name__, key))
            part = parts(model)[key]
            if part.model is not None:
                for item in child if part.many else [child]:
                    visit(item, part.model)

    visit(FULL, Scenario)
    missing = set(keys(Scenario, set())) - used - ELSEWHERE
    assert not missing
    assert faults_of(FULL) == ()
    assert faults_of(TEXT) == ()


def test_every_missing_required_key_is_named():
    checked = 0
    for path, part in FIELDS:
        faults = faults_of(broken(path, drop=True))
        if part.info.is_required() and path[-1] != "command_post":
            assert [f for f in faults if f.field == name(path) and "is missing" in f.message], name(path)
            checked += 1
    assert checked > 40


def test_every_misspelt_key_is_named_with_the_right_one():
    for path, _ in FIELDS:
        wrong = path[-1] + "x"
        faults = at(faults_of(broken(path, rename=wrong)), (*path[:-1], wrong))
        assert [f for f in faults if f.message == "unknown key" and f.suggestion == path[-1]], name(path)


@pytest.mark.parametrize(
    "junk", [[1, [2]], {"a": {"b": 1}}, True, "zzz zzz", "", -(10**299), 1e308], ids=lambda v: repr(v)[:20]
)
def test_every_wrong_type_is_refused_at_its_place(junk):
    free_text = {"title", "description", "question"}
    for path, part in FIELDS:
        if path[-1] in free_text and isinstance(junk, str):
            continue
        if part.choices and junk in part.choices and part.choices[0] is not junk:
            continue
        if path[-1] in ("self_defence", "moving_target_filter", "at_least_one", "cable") and junk is True:
            continue
        tree = broken(path, junk)
        if path[-1] in ("from", "until", "altitude", "speed") and junk == "":
            tree = broken(path, " ")
        assert at(faults_of(tree), path), f"{name(path)} took {junk!r}"


@pytest.mark.parametrize("side", ["below", "above"])
def test_every_bound_is_kept(side):
    for path, q in QUANTITIES:
        span = max(abs(q.lo), abs(q.hi))
        si = q.lo - 0.01 * span if side == "below" else q.hi + 0.01 * span
        dim = DIMENSIONS[q.dimension]
        value = si if dim.bare else f"{from_si(si, dim.si, q.dimension)!r} {dim.si}"
        faults = at(faults_of(broken(path, value)), path)
        word = "too low" if side == "below" else "too high"
        assert [f for f in faults if word in f.message and f.allowed == q.allowed], name(path)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "nan km", "-inf", "1e999 m", "1e300 km"])
def test_no_quantity_is_without_bounds(bad):
    for path, _ in QUANTITIES:
        text = json.dumps(broken(path, "@@"), indent=1).replace(
            '"@@"', {"nan": ".nan", "inf": ".inf"}.get(str(bad), f'"{bad}"')
        )
        assert at(faults_of(text), path), f"{name(path)} took {bad}"


def test_no_quantity_takes_a_bare_number_or_a_wrong_unit():
    for path, q in QUANTITIES:
        dim = DIMENSIONS[q.dimension]
        wrong = "5 kg" if "kg" not in dim.units else "5 s"
        faults = at(faults_of(broken(path, wrong)), path)
        assert [f for f in faults if "unit of" in f.message and f.value == repr(wrong)], name(path)
        if not dim.bare:
            for bare in (5, 5.5, "5"):
                faults = at(faults_of(broken(path, bare)), path)
                assert [f for f in faults if "needs a unit, for example" in f.message], name(path)


def test_whole_numbers_keep_their_bounds():
    for path, part in FIELDS:
        marks = {type(m).__name__: m for m in part.info.metadata}
        if "Ge" in marks and "Le" in marks:
            for value, words in (
                (marks["Ge"].ge - 1, "less than"),
                (marks["Le"].le + 1, "more than"),
                (1.5, "whole number"),
            ):
                assert [f for f in at(faults_of(broken(path, value)), path) if words in f.message], name(path)


def test_choices_are_listed_with_the_nearest():
    for path, part in FIELDS:
        if part.choices and isinstance(part.choices[0], str):
            wrong = part.choices[0] + "x"
            faults = at(faults_of(broken(path, wrong)), path)
            assert [f for f in faults if f.suggestion == part.choices[0] and part.choices[-1] in f.allowed], (
                name(path)
            )


def test_every_reference_is_checked():
    checked = 0
    for path, part in FIELDS:
        if part.ref is None:
            continue
        value, where, put = get(FULL, path), path, str
        if isinstance(value, list):
            value, where, put = value[0], (*path, 0), lambda text: [text]
        faults = at(faults_of(broken(path, put(value + "x"))), where)
        named = [f for f in faults if "there is no" in f.message and f.suggestion]
        assert [f for f in named if value in f.allowed or "in all)" in f.allowed], name(
            path
        )  # a long list is cut
        faults = at(faults_of(broken(path, put("A59"))), where)
        assert [f for f in faults if "'A59' is an airway" in f.message], name(path)
        checked += 1
    assert checked >= 12


def test_every_catalogue_name_is_checked():
    catalog_ids = {}
    for path, part in FIELDS:
        if part.cat is not None:
            value = get(FULL, path)
            catalog_ids.setdefault(part.cat.kind, set()).update(value if isinstance(value, dict) else [value])
    load_text(TEXT, catalog_ids=catalog_ids)
    checked = 0
    for path, part in FIELDS:
        if part.cat is None:
            continue
        value = get(FULL, path)
        if isinstance(value, dict):
            value = next(iter(value))
            tree = broken((*path, value), rename=value + "X")
        else:
            tree = broken(path, value + "X")
        with pytest.raises(ScenarioError) as caught:
            load_text(json.dumps(tree), catalog_ids=catalog_ids)
        faults = at(caught.value.faults, path)
        assert [f for f in faults if "the catalogue has no" in f.message and f.suggestion == value], name(
            path
        )
        checked += 1
    assert checked >= 12


def test_these_checks_can_fail(monkeypatch):
    """A bound that is not kept, and a reference that is not checked, trip the tests above."""
    path, q = next((p, q) for p, q in QUANTITIES if p[-1] == "antenna_height")
    monkeypatch.setattr(q, "_hi", float("inf"))
    with pytest.raises(AssertionError, match=re.escape(name(path))):
        test_every_bound_is_kept("above")
    monkeypatch.undo()
    part = next(part for p, part in FIELDS if p == ("raid", "groups", 0, "target"))
    monkeypatch.setattr(part.ref, "kinds", (*part.ref.kinds, "airway"))
    with pytest.raises(AssertionError, match="target"):
        test_every_reference_is_checked()
