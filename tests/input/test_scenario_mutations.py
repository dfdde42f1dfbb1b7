"""A damaged scenario is read or refused, quickly, and never ends in anything else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openiads.scenario import Scenario, ScenarioError, load_text

TEXT = (Path(__file__).parent / "full_scenario.yaml").read_text()
LINES = TEXT.split("\n")
TOKENS = [
    "{", "}", "[", "]", ":", ": ", ",", "- ", "? ", "| ", "> ", "#", "'", '"', "&a ", "*a", "!x ", "!!int ",
    "%", "@", "`", "\t", "\n", "\n\n", "  ", "---\n", "...\n", "<<: ", "null", "~", "true", ".nan", ".inf",
    "-.inf", "1e999", "9" * 400, "0x1", "0o7", "-1", "400", "400 NM", "NaN km", "é", "\u202e", "\ufeff",
    "\x00", "\x1b[31m", "from: CP", "origin", "strongest", "id: CM", "from: L1",
    "altitude: -501 m", "x" * 9000,
    "[" * 40, "{a: " * 40,
]  # fmt: skip

edit = st.tuples(
    st.sampled_from(["insert", "delete", "replace", "duplicate line", "drop line", "swap lines", "indent"]),
    st.integers(0, len(TEXT) - 1),
    st.integers(1, 40),
    st.sampled_from(TOKENS),
)


def mutated(edits):
    text = TEXT
    for what, where, length, token in edits:
        where = where % (len(text) + 1)
        if what == "insert":
            text = text[:where] + token + text[where:]
        elif what == "delete":
            text = text[:where] + text[where + length :]
        elif what == "replace":
            text = text[:where] + token + text[where + length :]
        else:
            lines = text.split("\n")
            n = where % len(lines)
            if what == "duplicate line":
                lines[n:n] = [lines[n]] * (1 + length % 3)
            elif what == "drop line":
                del lines[n]
            elif what == "swap lines":
                m = length % len(lines)
                lines[n], lines[m] = lines[m], lines[n]
            else:
                lines[n] = " " * (length % 5) + lines[n]
            text = "\n".join(lines)
    return text


def read_or_refuse(edits):
    text = mutated(edits)
    start = time.process_time()
    try:
        scenario = load_text(text)
    except ScenarioError as error:
        assert error.faults
        last = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
        for fault in error.faults:
            assert fault.message and 0 <= fault.line <= last
            assert len(str(fault)) < 1200
        assert all(c.isprintable() or c == "\n" for c in str(error))
    else:
        assert isinstance(scenario, Scenario)
        scenario.platforms()
        scenario.canonical_json()
    assert time.process_time() - start < 2.0


common = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


@settings(max_examples=2000, **common)
@given(st.lists(edit, min_size=1, max_size=6))
def test_mutations(edits):
    read_or_refuse(edits)


@pytest.mark.long
@settings(max_examples=100_000, **common)
@given(st.lists(edit, min_size=1, max_size=10))
def test_many_mutations(edits):
    read_or_refuse(edits)


@settings(max_examples=300, **common)
@given(st.text(max_size=300))
def test_any_text(text):
    try:
        load_text(text)
    except ScenarioError as error:
        assert error.faults


@settings(max_examples=300, **common)
@given(data=st.binary(max_size=300))
def test_any_bytes(data, tmp_path_factory):
    from openiads.scenario import load_file  # noqa: PLC0415

    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(data)
    with pytest.raises(ScenarioError):
        load_file(path)
