"""A broken or hostile catalogue file ends in one clear message per fault: place, field, value, allowed.

No traceback, nothing half loaded, and at once.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from openiads.catalog import DATA_DIR, KINDS, CatalogError, Fault, load_catalog

BASE = {
    "radar": "91N6E",
    "missile": "48N6E2",
    "launcher": "5P85SE2",
    "command_post": "55K6E",
    "platform": "quasi-ballistic-missile",
    "jammer": "escort-jammer",
    "asset": "generic-depot",
    "gun": "twin-30mm",
}
PLACE = re.compile(r"^(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): (?P<message>.+)$")


def _text(kind: str) -> str:
    item_id = BASE[kind]
    text = (DATA_DIR / kind / f"{item_id}.yaml").read_text(encoding="utf-8")
    return text.replace(f"id: {item_id}\n", "id: mine\n", 1)


def _faults(tmp_path: Path, text: str | bytes) -> tuple[Fault, ...]:
    file = tmp_path / "mine.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(CatalogError) as caught:
        load_catalog([file])
    assert caught.value.faults
    for fault in caught.value.faults:
        assert fault.file == str(file)
        assert fault.message and "\n" not in fault.message and len(fault.message) < 700
    return caught.value.faults


def _one(tmp_path: Path, text: str | bytes) -> str:
    faults = _faults(tmp_path, text)
    assert len(faults) == 1, "\n".join(map(str, faults))
    return str(faults[0])


def _swap(kind: str, old: str, new: str) -> str:
    text = _text(kind)
    assert old in text, old
    return text.replace(old, new, 1)


def _scalar(kind: str, field: str, entry: str) -> str:
    """The item with that field's whole entry replaced (or removed, with an empty entry)."""
    pattern = re.compile(rf"^  {field}:(?: .*)?\n(?:    .*\n|     .*\n)*", re.MULTILINE)
    text, n = pattern.subn(f"  {field}: {entry}\n" if entry else "", _text(kind), count=1)
    assert n == 1, field
    return text


def test_the_base_items_are_good(tmp_path: Path) -> None:
    for kind in KINDS:
        (tmp_path / "mine.yaml").write_text(_text(kind))
        assert load_catalog([tmp_path / "mine.yaml"]).get("mine").kind == kind


def test_place_and_line_are_right(tmp_path: Path) -> None:
    text = _swap("radar", "{value: 1.5, unit: deg,", "{value: 1500, unit: deg,")
    match = PLACE.match(_one(tmp_path, text))
    assert match is not None
    line = text.splitlines()[int(match["line"]) - 1]
    assert line[int(match["column"]) - 1 :].startswith("1500")


# --- every field of every kind -----------------------------------------------------------------------
GOOD = "source: assumed, grade: F"
CASES: list[tuple[str, str, str]] = [  # name, entry, what the message must say
    ("missing", "", "is missing"),
    ("bare", "5", "a bare value does not say where it is from"),
    ("null", "~", "is needed, not nothing"),
    ("list", "[1, 2]", "is needed, not a list"),
    ("no value", f"{{unit: 1, {GOOD}, range: [0, 1]}}", "value is missing"),
    ("text", f"{{value: plenty, unit: UNIT, {GOOD}, range: [0, 1]}}", "'plenty' is not a number"),
    ("true", f"{{value: true, unit: UNIT, {GOOD}, range: [0, 1]}}", "true is not a number"),
    ("nothing", f"{{value: , unit: UNIT, {GOOD}, range: [0, 1]}}", "nothing is not a number"),
    ("with unit", f"{{value: 5 m, unit: UNIT, {GOOD}, range: [0, 1]}}", "the unit goes into unit"),
    ("nan", f"{{value: .nan, unit: UNIT, {GOOD}, range: [0, 1]}}", "not a finite number"),
    ("inf", f"{{value: .inf, unit: UNIT, {GOOD}, range: [0, 1]}}", "not a finite number"),
    ("overflow", f"{{value: 1e999, unit: UNIT, {GOOD}, range: [0, 1]}}", "not a finite number"),
    ("huge", f"{{value: 1.0e+30, unit: UNIT, {GOOD}, range: [0, 1]}}", "outside"),
    ("low", f"{{value: -1.0e+30, unit: UNIT, {GOOD}, range: [0, 1]}}", "outside"),
    ("no unit", f"{{value: 5, {GOOD}, range: [0, 1]}}", "unit is missing"),
    ("wrong unit", f"{{value: 5, unit: parsec, {GOOD}, range: [0, 1]}}", "unit"),
    ("no source", "{value: 5, unit: UNIT, grade: F, range: [0, 1]}", "source is missing"),
    (
        "wrong source",
        "{value: 5, unit: UNIT, source: asumed, grade: F, range: [0, 9]}",
        "did you mean 'assumed'",
    ),
    ("no grade", "{value: 5, unit: UNIT, source: assumed, range: [0, 1]}", "grade is missing"),
    (
        "wrong grade",
        "{value: 5, unit: UNIT, source: assumed, grade: G, range: [0, 1]}",
        "A measured or official",
    ),
    ("unknown key", f"{{value: 5, unit: UNIT, {GOOD}, range: [0, 1], sorce: x}}", "no key 'sorce'"),
    ("no range", f"{{value: VALUE, unit: UNIT, {GOOD}}}", "range is missing"),
    ("range of one", f"{{value: VALUE, unit: UNIT, {GOOD}, range: [1]}}", "two numbers are needed"),
    (
        "range reversed",
        f"{{value: VALUE, unit: UNIT, {GOOD}, range: [HIGH, LOW]}}",
        "the first number is above",
    ),
    (
        "range beside",
        f"{{value: LOW, unit: UNIT, {GOOD}, range: [HIGH, HIGH]}}",
        "does not contain the value",
    ),
]


def _unit_and_bounds(field: object) -> tuple[str, float, float]:
    from openiads.units import DIMENSIONS, from_si  # noqa: PLC0415

    dimension = field.dimension  # type: ignore[attr-defined]
    unit = next(u for u in DIMENSIONS[dimension].units if not DIMENSIONS[dimension].units[u].log)
    low, high = (from_si(bound, unit, dimension) for bound in (field.lo, field.hi))  # type: ignore[attr-defined]
    return unit or "1", low, high


@pytest.mark.parametrize(("name", "entry", "says"), CASES, ids=[c[0] for c in CASES])
@pytest.mark.parametrize("kind", list(KINDS))
def test_each_number_field_with_each_mistake(
    tmp_path: Path, kind: str, name: str, entry: str, says: str
) -> None:
    text = _text(kind)
    tried = 0
    for field in KINDS[kind].fields:
        if field.form not in ("quantity", "count") or f"\n  {field.name}:" not in text:
            continue
        if name == "missing" and not field.required:
            continue
        unit, low, high = _unit_and_bounds(field)
        if field.form == "count" and name.startswith(("range rev", "range bes")) and high - low < 1:
            continue
        filled = entry.replace("UNIT", unit).replace("VALUE", f"{low:.17g}")
        filled = filled.replace("LOW", f"{low:.17g}").replace("HIGH", f"{high:.17g}")
        messages = [str(f) for f in _faults(tmp_path, _scalar(kind, field.name, filled))]
        ours = [m for m in messages if f"{kind} mine: {field.name}" in m]
        assert any(says in m for m in ours), (field.name, messages)
        tried += 1
    assert tried >= 3


def test_every_word_and_flag_refuses_other_words(tmp_path: Path) -> None:
    tried = 0
    for kind in KINDS:
        text = _text(kind)
        for field in KINDS[kind].fields:
            if field.form not in ("choice", "flag") or f"\n  {field.name}:" not in text:
                continue
            for wrong in ("wrongly", "7", "[a]", "", "{a: b}"):
                entry = f"{{value: {wrong}, source: assumed, grade: F}}"
                messages = [str(f) for f in _faults(tmp_path, _scalar(kind, field.name, entry))]
                assert any(f"{field.name}: " in m and "allowed" in m for m in messages), messages
            for extra in ("unit: 1", "range: [0, 1]"):
                good = field.choices[0] if field.choices else "true"
                entry = f"{{value: {good}, source: assumed, grade: F, {extra}}}"
                messages = [str(f) for f in _faults(tmp_path, _scalar(kind, field.name, entry))]
                assert any(f"a {field.form} has no" in m for m in messages), messages
            tried += 1
    assert tried >= 8


def test_all_faults_in_one_pass(tmp_path: Path) -> None:
    text = _text("radar")
    text = text.replace("class: surveillance", "class: surveilance")
    text = text.replace("{value: 1.5, unit: deg,", "{value: 1.5, unit: dge,", 1)
    text = text.replace("grade: F", "grade: Z", 1)
    text = text.replace("  pfa:", "  pfaa:")
    faults = _faults(tmp_path, text)
    messages = "\n".join(map(str, faults))
    assert len(faults) == 4, messages
    for says in (
        "'surveillance'",
        "'deg'",
        "grade 'Z'",
        "no field 'pfaa' in kind radar; did you mean 'pfa'?",
    ):
        assert says in messages
    assert "missing" not in messages  # the misspelt field is one fault, not two
    assert [f.line for f in faults] == sorted(f.line for f in faults)


# --- the head of the item ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("id: mine", "id: 5", "is no id"),
        ("id: mine", "id: ../mine", "is no id"),
        ("id: mine", "id: [mine]", "is no id"),
        ("id: mine\n", "", "id is missing"),
        ("id: mine", "id: 92n6e", "is taken by the radar in"),
        ("kind: radar", "kind: rader", "did you mean 'radar'?"),
        ("kind: radar\n", "", "kind is missing"),
        ("class: surveillance\n", "", "class is missing"),
        ("title: 91", "titel: 91", "no key 'titel' here; did you mean 'title'?"),
        ("title: 91N6E-class surveillance radar (S band)", "title: ''", "a text of 1 to"),
        ("title: 91N6E-class surveillance radar (S band)", "title: 5", "a text of 1 to"),
        ("values:\n", "sources: {widely: {title: a, author: b, year: c, seen: d}}\nvalues:\n", "is taken"),
        (
            "values:\n",
            "sources: {own: {title: a, author: b, year: c}}\nvalues:\n",
            "sources.own.seen is missing",
        ),
        ("values:\n", "sources: [own]\nvalues:\n", "a mapping (key: value) is needed"),
        ("values:\n", "sources: {own: a}\nvalues:\n", "sources.own: a mapping"),
    ],
)
def test_head(tmp_path: Path, old: str, new: str, says: str) -> None:
    messages = "\n".join(map(str, _faults(tmp_path, _swap("radar", old, new))))
    assert says in messages


def test_values_must_be_a_mapping(tmp_path: Path) -> None:
    head = _text("radar").split("values:\n", maxsplit=1)[0]
    assert "values: a mapping" in _one(tmp_path, head + "values: [1, 2]\n")
    assert "values is missing" in _one(tmp_path, head)


# --- relations between fields ------------------------------------------------------------------------
def test_claim_or_physical_but_not_both_and_not_none(tmp_path: Path) -> None:
    entry = "{value: 1, unit: MW, source: assumed, grade: F, range: [1, 2]}"
    both = _swap("radar", "\n  pfa:", f"\n  peak_power_w: {entry}\n  pfa:")
    assert "exactly one of claim (claim_range_m," in _one(tmp_path, both)
    text = _text("radar")
    for field in ("claim_range_m", "claim_rcs_m2", "claim_pd", "claim_swerling"):
        text = re.sub(
            rf"^  {field}:(?: .*)?\n(?:     *.*\n)*?(?=  \w)", "", text, count=1, flags=re.MULTILINE
        )
    assert "0 given" in _one(tmp_path, text)


def test_half_a_claim_is_refused(tmp_path: Path) -> None:
    message = _one(tmp_path, _scalar("radar", "claim_pd", ""))
    assert "claim_pd is missing: probability of detection" in message


def test_field_of_another_scan_or_class(tmp_path: Path) -> None:
    frame = "{value: 5, unit: s, source: assumed, grade: F, range: [1, 9]}"
    text = _swap("radar", "\n  pfa:", f"\n  frame_time_s: {frame}\n  pfa:")
    assert "frame_time_s needs scan: sector" in _one(tmp_path, text)
    dwell = "{value: 5, unit: ms, source: assumed, grade: F, range: [1, 9]}"
    text = _swap("radar", "\n  pfa:", f"\n  track_dwell_s: {dwell}\n  pfa:")
    assert "track_dwell_s is for class engagement only, not surveillance" in _one(tmp_path, text)


def test_a_jammer_without_power_gain_or_bandwidth_is_refused(tmp_path: Path) -> None:
    for field in ("power_w", "antenna_gain_db", "bandwidth_hz"):
        assert f"{field} is missing" in _one(tmp_path, _scalar("jammer", field, ""))


def test_pairs_must_be_in_order(tmp_path: Path) -> None:
    text = _scalar(
        "jammer", "freq_min_hz", "{value: 13, unit: GHz, source: assumed, grade: F, range: [1, 15]}"
    )
    assert "freq_min_hz (13 GHz) is above freq_max_hz (12 GHz)" in _one(tmp_path, text)


def test_propellant_below_launch_mass(tmp_path: Path) -> None:
    entry = "{value: 2, unit: t, source: assumed, grade: F, range: [1, 3]}"
    text = _scalar("missile", "boost_propellant_kg", entry)
    assert "boost_propellant_kg (2 t) is above launch_mass_kg" in _one(tmp_path, text)


def test_launcher_with_an_unknown_missile(tmp_path: Path) -> None:
    text = _swap("launcher", "missile: [40N6E, 48N6E3, 48N6E2]", "missile: [40N6E, 48N6E4, 48N6E2]")
    message = _one(tmp_path, text)
    assert "no missile '48N6E4'" in message and "did you mean '48N6E" in message


# --- tables ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("band: [VHF, UHF, L, S, C, X]", "band: [VHF, UHF, L, S, C]", "must be [VHF, UHF, L, S, C, X]"),
        ("band: [VHF, UHF, L, S, C, X]", "band: [VHF, UHF, L, S, X, C]", "in this order"),
        ("band: [VHF, UHF, L, S, C, X]", "band: [VHF, VHF, L, S, C, X]", "is given twice"),
        ("points: [-90, -30, 0, 30, 90]", "points: [-90, 0, -30, 30, 90]", "each must be above"),
        ("points: [-90, -30, 0, 30, 90]", "points: [-91, -30, 0, 30, 90]", "is outside"),
        ("points: [-90, -30, 0, 30, 90]", "points: [-90, -30, .nan, 30, 90]", "not a finite number"),
        ("points: [-90, -30, 0, 30, 90]", "points: []", "a list of numbers is needed"),
        ("points: [-90, -30, 0, 30, 90]", "points: 5", "a list of numbers is needed"),
        ("150, 180]}", "150, 170]}", "must run from 0 rad to 180 deg"),
        ("el: {unit: deg,", "el: {unit: m,", "is a unit of length"),
        ("el: {unit: deg,", "elevation: {unit: deg,", "did you mean 'el'"),
        ("      el: {unit: deg, points: [-90, -30, 0, 30, 90]}\n", "", "el is missing"),
        ("unit: dBsm", "unit: dB", "unit"),
        ("range: [-8, 8]", "range: [1, 8]", "[offset <= 0, offset >= 0]"),
        ("range: [-8, 8]", "range: [-8, .inf]", "[offset <= 0, offset >= 0]"),
        ("    range: [-8, 8]\n", "", "range is missing"),
        ("        - [6, 6, 6, 6, 6, 6, 6]\n", "", "5 entries are needed here"),
        ("[6, 6, 6, 6, 6, 6, 6]", "[6, 6, 6, 6, 6, 6]", "7 entries are needed here"),
        ("[6, 6, 6, 6, 6, 6, 6]", "[6, 6, x, 6, 6, 6, 6]", "'x' is not a number"),
        ("[6, 6, 6, 6, 6, 6, 6]", "[6, 6, 600, 6, 6, 6, 6]", "is outside"),
        ("[6, 6, 6, 6, 6, 6, 6]", "7", "7 entries are needed here"),
    ],
)
def test_tables(tmp_path: Path, old: str, new: str, says: str) -> None:
    messages = "\n".join(map(str, _faults(tmp_path, _swap("platform", old, new))))
    assert says in messages


# --- hostile text ------------------------------------------------------------------------------------
def _bomb() -> str:
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 40)]
    return "\n".join(lines)


HOSTILE: dict[str, Callable[[], str | bytes]] = {
    "empty": lambda: "",
    "blank": lambda: "  \n\n# only a comment\n",
    "null": lambda: "~\n",
    "number": lambda: "5\n",
    "list": lambda: "- 1\n- 2\n",
    "binary": lambda: bytes(range(256)) * 20,
    "NUL": lambda: "id: a\x00b\n",
    "control": lambda: "id: a\x07b\n",
    "latin-1": lambda: "title: caf\xe9\n".encode("latin-1"),
    "utf-16": lambda: "id: mine\n".encode("utf-16"),
    "alias bomb": _bomb,
    "anchor": lambda: _text("radar").replace("id: mine", "id: &x mine"),
    "python tag": lambda: "id: !!python/object/apply:os.system ['true']\n",
    "tag": lambda: "id: !thing mine\n",
    "binary tag": lambda: "id: !!binary aGVsbG8=\n",
    "two documents": lambda: _text("radar") + "---\nid: b\n",
    "deep flow": lambda: "[" * 500_000,
    "deep flow mapping": lambda: "{a: " * 200_000,
    "deep block": lambda: "\n".join(" " * i + "a:" for i in range(1000)),
    "wide": lambda: "[" + "1," * 200_000 + "]",
    "long text": lambda: f"id: {'x' * 900_000}\n",
    "long key": lambda: f"{'x' * 900}: 1\n",
    "too large": lambda: "a" * 1_200_000,
    "long integer": lambda: _scalar(
        "jammer", "power_w", f"{{value: {'9' * 3900}, unit: W, source: assumed, grade: F, range: [0, 1]}}"
    ),
    "twice": lambda: _text("radar") + "id: other\n",
    "field twice": lambda: _text("jammer") + "  power_w: {value: 1, unit: W}\n",
    "mapping as key": lambda: "? {a: b}\n: c\n",
    "list as key": lambda: "[1, 2]: c\n",
    "20,000 unknown fields": lambda: (
        _text("jammer") + "".join(f"  power_watt_{n}: 1\n" for n in range(20_000))
    ),
    "20,000 unknown keys": lambda: _text("jammer") + "".join(f"key{n}: 1\n" for n in range(20_000)),
    "20,000 keys twice": lambda: _text("jammer") + "title: x\n" * 20_000,
    "20,000 bad sources": lambda: _swap("jammer", "source: assumed", f"source: [{'asumed, ' * 20_000}]"),
    "merge key": lambda: "<<: {a: 1}\n",
    "tab": lambda: "id:\tmine\n\tkind: radar\n",
    "unclosed": lambda: "id: [mine\n",
    "unclosed quote": lambda: 'id: "mine\n',
    "directive": lambda: "%YAML 9.9\n---\nid: mine\n",
    "lone surrogate": lambda: b"id: \xed\xa0\x80\n",
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_text_is_refused_at_once(tmp_path: Path, name: str) -> None:
    text = HOSTILE[name]()
    start = time.process_time()
    _faults(tmp_path, text)
    assert time.process_time() - start < 2.0, (
        "the promise for a bad file is a second; the machine may be busy"
    )


def test_yaml_1_1_words_are_text_not_truth(tmp_path: Path) -> None:
    """In YAML 1.1 `no` is false and `12:30` a number; a flag that says `no` must not become false quietly."""
    entry = "{value: no, source: assumed, grade: F}"
    assert "'no' is not allowed (allowed: true, false)" in _one(
        tmp_path, _scalar("radar", "interrogator", entry)
    )
    entry = "{value: 12:30, unit: s, source: assumed, grade: F, range: [0, 1]}"
    assert "'12:30' is not a number" in str(
        _faults(tmp_path, _scalar("radar", "rotation_period_s", entry))[0]
    )


# --- files and folders -------------------------------------------------------------------------------
def test_places_that_are_no_files(tmp_path: Path) -> None:
    fifo, loop, folder = tmp_path / "fifo.yaml", tmp_path / "loop.yaml", tmp_path / "empty"
    os.mkfifo(fifo)
    loop.symlink_to(loop)
    folder.mkdir()
    for path, says in (
        (fifo, "not a regular file"),
        (loop, "loop.yaml: "),
        (folder, "no *.yaml file"),
        (tmp_path / "absent.yaml", "no such file"),
        (Path("/dev/zero"), "not a regular file"),
    ):
        with pytest.raises(CatalogError) as caught:
            load_catalog([path])
        assert says in str(caught.value)


def test_faults_of_all_files_of_a_folder(tmp_path: Path) -> None:
    for n in range(3):
        text = _swap("asset", "id: mine", f"id: mine{n}").replace("unit: m,", "unit: mm2,", 1)
        (tmp_path / f"{n}.yaml").write_text(text)
    (tmp_path / "sources.yaml").write_text("sources: {assumed: {title: a, author: b, year: c, seen: d}}\n")
    with pytest.raises(CatalogError) as caught:
        load_catalog([tmp_path])
    files = [Path(fault.file).name for fault in caught.value.faults]
    assert files == ["0.yaml", "1.yaml", "2.yaml", "sources.yaml"]


def test_two_extra_items_with_one_id(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(_text("asset"))
    (tmp_path / "b.yaml").write_text(_text("asset"))
    with pytest.raises(CatalogError, match=r"b\.yaml:1:1: id: 'mine' is taken"):
        load_catalog([tmp_path])


def test_a_failed_load_leaves_the_catalogue_as_it_was(tmp_path: Path) -> None:
    before = load_catalog().digest()
    _faults(tmp_path, "id: mine\n")
    assert load_catalog().digest() == before


# --- random damage -----------------------------------------------------------------------------------
def test_random_damage_never_ends_in_anything_but_success_or_faults(tmp_path: Path) -> None:
    """400 mutations of shipped items (fixed seed): characters, lines, tokens."""
    rng = random.Random(20260101)
    tokens = [
        "{",
        "}",
        "[",
        "]",
        ":",
        "- ",
        "&a ",
        "*a",
        "!!int ",
        "\x00",
        "'",
        '"',
        "#",
        "null",
        "-1e400",
        "\t",
        "%",
    ]
    file = tmp_path / "mine.yaml"
    outcomes = {"good": 0, "refused": 0}
    for _ in range(400):
        text = _text(rng.choice(list(KINDS)))
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(text))
            how = rng.randrange(4)
            if how == 0:
                text = text[:at] + rng.choice(tokens) + text[at:]
            elif how == 1:
                text = text[:at] + text[at + rng.randint(1, 40) :]
            elif how == 2:
                lines = text.splitlines(keepends=True)
                lines.insert(rng.randrange(len(lines)), rng.choice(lines))
                text = "".join(lines)
            else:
                text = (
                    text[:at]
                    + chr(rng.choice([rng.randrange(32, 127), 0x2028, 0xFEFF, 0x85]))
                    + text[at + 1 :]
                )
        file.write_text(text, encoding="utf-8")
        try:
            load_catalog([file])
            outcomes["good"] += 1
        except CatalogError as error:
            assert error.faults and str(error)
            outcomes["refused"] += 1
    assert outcomes["good"] > 10 and outcomes["refused"] > 200, outcomes
