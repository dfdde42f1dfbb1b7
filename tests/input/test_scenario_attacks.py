"""Hostile and broken files: each is refused at once, with a clear message and no other traceback."""

from __future__ import annotations

import gzip
import os
import resource
import sys
import time
from pathlib import Path

import pytest

from openiads.scenario import Scenario, ScenarioError, load_file, load_text

FULL = (Path(__file__).parent / "full_scenario.yaml").read_bytes()
CPU_S = 1.0  # for one refusal, processor time; a quiet machine takes below 0.2 (what explodes takes minutes)

LAUGHS = b"a0: &a0 [x, x]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (i, i, b", ".join([b"*a%d" % (i - 1)] * 10)) for i in range(1, 30)
)

# name: (bytes, words that are in the message)
ATTACKS = {
    "empty": (b"", "the file is empty"),
    "blank": (b" \n\t\n \n", "the file is empty"),
    "comments": (b"# nothing\n# here\n", "no scenario, only comments"),
    "only null": (b"~\n", "no scenario"),
    "list": (b"- 1\n- 2\n", "this is a list or a single value"),
    "scalar": (b"hello\n", "this is a list or a single value"),
    "nul": (b"openiads: 1\nname: a\x00b\n", "U+0000 is not allowed"),
    "escape codes": (b"openiads: 1\nname: \x1b[2Jx\n", "U+001B is not allowed"),
    "line separator": ("name: a\u2028b\n".encode(), "U+2028"),
    "utf-16 le": (b"\xff\xfe" + FULL.decode().encode("utf-16-le"), "UTF-16; save it as UTF-8"),
    "utf-16 be": (b"\xfe\xff" + FULL.decode().encode("utf-16-be"), "UTF-16; save it as UTF-8"),
    "utf-16 without mark": (FULL.decode().encode("utf-16-le"), "UTF-16; save it as UTF-8"),
    "utf-32": (FULL.decode().encode("utf-32"), "UTF-16"),
    "latin-1": (FULL.replace(b"Every key", b"Ev\xe9ry key"), "byte 0xE9 is not UTF-8"),
    "gzip": (gzip.compress(FULL), "a gzip archive"),
    "zip": (b"PK\x03\x04" + bytes(100), "a zip archive"),
    "parquet": (b"PAR1" + bytes(100), "a Parquet file"),
    "program": (Path(sys.executable).read_bytes()[:500_000], "a program"),
    "random": (bytes(range(256)) * 100, "is not"),
    "too large": (b"#" * ((1 << 20) + 1), "larger than 1 MiB"),
    "1 MB scalar": (b"name: " + b"x" * 1_000_000, "a text of 1000000 characters"),
    "1 MB quoted": (b'name: "' + b"x" * 1_000_000 + b'"', "a text of 1000000 characters"),
    "1 MB key": (b"x" * 1_000_000 + b": 1", "a text of 1000000 characters"),
    "deep flow": (b"[" * 500_000, "nested deeper than 32"),
    "deep flow mapping": (b"{a: " * 100_000, "nested deeper than 32"),
    "deep block": (b"".join(b" " * i + b"a:\n" for i in range(1000)), "nested deeper than 32"),
    "deep sequence": (b"- " * 100_000, "nested deeper than 32"),
    "deep key": (b"? " * 100_000, "a key is a plain text"),
    "alias bomb": (LAUGHS, "aliases (*name) are not read"),
    "alias to itself": (b"a: &a [*a]\n", "anchors (&name) are not read"),
    "alias to nothing": (b"a: *nothing\n", "aliases"),
    "merge key": (b"b: &b {x: 1}\na:\n  <<: *b\n", "anchors"),
    "python tag": (b"a: !!python/object/apply:os.system ['true']\n", "tags (!name) are not read"),
    "local tag": (b"a: !x 1\n", "tags (!name) are not read"),
    "str tag": (b"a: !!str 1\n", "tags (!name) are not read"),
    "two documents": (FULL + b"\n---\n" + FULL, "a second document"),
    "complex key": (b"{[1, 2]: 3}\n", "a key is a plain text"),
    "list as key": (b"? [1, 2]\n: 3\n", "a key is a plain text"),
    "tabs": (b"openiads: 1\n\tname: a\n", "indent with spaces"),
    "unclosed": (b"origin: {lat: 57 deg, lon: 18 deg\nname: a\n", "is a { left open?"),
    "unclosed quote": (b'name: "a\n', "ends inside a quoted text"),
    "colon": (b"name: a: b\n", "a colon here"),
    "directive": (b"%YAML 9.9\n---\na: 1\n", "YAML"),
    "bad escape": (b'name: "\\q"\n', "YAML"),
    "surrogate escape": (b'name: "\\ud800"\n', "YAML"),
    "4,300 digits": (b"seed: " + b"9" * 4301 + b"\n", "a whole number of 4301 digits"),
    "100,000 digits of a float": (b"seed: 1." + b"9" * 100_000 + b"\n", "characters; the most is 8000"),
    "hex": (b"seed: 0x" + b"f" * 4000 + b"\n", "a whole number is needed"),
    "many values": (b"a: [" + b"1, " * 60_000 + b"]\n", "more than 50000 values"),
    "many keys": (b"".join(b"k%d: 1\n" % i for i in range(49_000)), "unknown key"),
    "many duplicates": (b"a: 1\n" * 60_000, "is given twice, first in line 1"),
    "many anchors": (b"".join(b"k%d: &a%d 1\n" % (i, i) for i in range(40_000)), "anchors"),
    "entities": (
        FULL.replace(b"count: 4", b"count: 1000").replace(
            b"traffic:\n",
            b"".join(
                b"    - {id: G%d, type: x, count: 1000, route: [{lat: 57 deg, lon: 18 deg, altitude: 1 m}], "
                b"target: PORT}\n" % i
                for i in range(10)
            )
            + b"\ntraffic:\n",
        ),
        "the most is 10000",
    ),
    "path in a file name": (
        FULL.replace(b"shipped:sample", b"../../etc/passwd.csv"),
        "this file cannot be used",
    ),
    "absolute file name": (FULL.replace(b"shipped:sample", b"/etc/passwd.csv"), "this file cannot be used"),
    "backslashes": (FULL.replace(b"shipped:sample", b"..\\x.csv"), "this file cannot be used"),
    "device as a file": (FULL.replace(b"shipped:sample", b"/dev/zero"), "this file cannot be used"),
    "position loop": (
        FULL.replace(b"range: 800 m, from: CP,", b"range: 800 m, from: L1,"),
        "positions refer to each other",
    ),
    "position on itself": (FULL.replace(b"from: EW", b"from: FC"), "positions refer to each other: FC"),
}


def refusal(call):
    """The message of the ScenarioError, which comes within CPU_S."""
    start = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        call()
    text = str(caught.value)
    assert time.process_time() - start < CPU_S * (5 if "unknown key" in text else 1)
    assert caught.value.faults
    assert all(c.isprintable() or c == "\n" for c in text), "a message must not steer the terminal"
    assert len(text) < 60_000
    return text


@pytest.mark.parametrize("name", ATTACKS)
def test_attack(name, tmp_path):
    data, words = ATTACKS[name]
    path = tmp_path / "attack.yaml"
    path.write_bytes(data)
    text = refusal(lambda: load_file(path))
    assert words in text, text[:2000]
    assert str(path) in text


@pytest.mark.parametrize("name", ["file", "dir", "pipe", "device", "loop", "nul", "missing", "long"])
def test_what_is_no_file(name, tmp_path):
    words = "there is no such file"
    path = tmp_path / "x.yaml"
    if name == "file":
        (tmp_path / "raid.yaml").write_bytes(FULL)
        words = "in that folder there are raid.yaml"
    elif name == "dir":
        path.mkdir()
        words = "this is a folder"
    elif name == "pipe":
        os.mkfifo(path)
        words = "a pipe or a device"
    elif name == "device":
        path, words = Path("/dev/zero"), "a pipe or a device"
    elif name == "loop":
        path.symlink_to(path)
        words = "cannot be read"
    elif name == "nul":
        path, words = "a\0b.yaml", "cannot be read"
    elif name == "long":
        path, words = "x" * 5000 + ".yaml", "cannot be read"
    assert words in refusal(lambda: load_file(path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_no_permission(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(FULL)
    path.chmod(0)
    assert "cannot be read: Permission denied" in refusal(lambda: load_file(path))


def test_lone_surrogate_in_a_text():
    assert "U+D800" in refusal(lambda: load_text("name: \ud800"))


@pytest.mark.parametrize(
    "data",
    [
        FULL,
        b"\xef\xbb\xbf" + FULL,
        FULL.replace(b"\n", b"\r\n"),
        FULL.replace(b"\n", b"\r"),
        b"---\n" + FULL + b"...\n",
    ],
    ids=["plain", "byte order mark", "CRLF", "CR", "document marks"],
)
def test_harmless_oddities_are_read(data, tmp_path):
    path = tmp_path / "full.yaml"
    path.write_bytes(data)
    scenario = load_file(path)
    assert isinstance(scenario, Scenario)
    assert scenario.digest() == load_text(FULL.decode()).digest()


def test_line_numbers_survive_crlf():
    text = FULL.decode().replace("seed: 7", "seed: x")
    for end in ("\n", "\r\n", "\r"):
        with pytest.raises(ScenarioError) as caught:
            load_text(text.replace("\n", end))
        (fault,) = caught.value.faults
        assert (fault.line, fault.column) == (8, 7)


def test_memory_stays_small():
    """The worst of the corpus, many times over: no growth above 64 MiB."""
    worst = [
        ATTACKS[name][0]
        for name in ("deep flow", "alias bomb", "many values", "many keys", "many duplicates")
    ]
    for data in worst:
        with pytest.raises(ScenarioError):
            load_text(data.decode())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(5):
        for data in worst:
            with pytest.raises(ScenarioError):
                load_text(data.decode())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024
