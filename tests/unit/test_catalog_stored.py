"""The catalogue that is kept is the one that is read from its files, or none."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from openiads.catalog import load as room
from openiads.catalog import stored


def deep(x):
    """Everything in it, types included."""
    if isinstance(x, Mapping):
        return type(x).__name__, [(k, deep(v)) for k, v in x.items()]
    if isinstance(x, tuple):
        return "tuple", [deep(part) for part in x]
    if hasattr(type(x), "__slots__") and not isinstance(x, str | int | float):
        return type(x).__name__, [deep(getattr(x, name)) for name in type(x).__slots__]
    if hasattr(x, "values"):
        return type(x).__name__, [(k, deep(v)) for k, v in vars(x).items()]
    return type(x).__name__, repr(x)


@pytest.fixture
def read():
    loader = room._Loader({}, {})
    loader.add(room.DATA_DIR)
    return loader


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENIADS_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(room, "_shipped", None)
    monkeypatch.setattr(room, "_shipped_sources", {})
    return tmp_path / "catalogue"


def again(monkeypatch):
    monkeypatch.setattr(room, "_shipped", None)
    return room.load_catalog()


def place():
    return stored.place(room._files(room.DATA_DIR), room.DATA_DIR)


def test_is_the_same_to_the_last_type_and_bit(cache, read, monkeypatch):
    want = read.catalog()
    first, second = room.load_catalog(), again(monkeypatch)
    assert first is not second
    for known in (first, second):
        assert [deep(item) for item in known] == [deep(item) for item in want]
        assert known.digest() == want.digest()
    assert deep(room._shipped_sources) == deep(read.sources)
    assert [file.name for file in cache.iterdir()] == [place().name]


def test_is_not_read_from_the_files_again(cache, monkeypatch):
    room.load_catalog()
    monkeypatch.setattr(room._Loader, "add", lambda *_: pytest.fail("read again"))
    again(monkeypatch)


@pytest.mark.parametrize("at", [0, 40, -1, None])
def test_a_damaged_one_is_read_anew(cache, read, monkeypatch, at):
    room.load_catalog()
    whole = place().read_bytes()
    bad = bytearray(whole[:-5] if at is None else whole)
    if at is not None:
        bad[at] ^= 4
    place().write_bytes(bad)
    assert again(monkeypatch).digest() == read.catalog().digest()
    assert place().read_bytes() == whole


def test_other_files_are_kept_elsewhere(tmp_path):
    (tmp_path / "a.yaml").write_text("a")
    (tmp_path / "b.yaml").write_text("b")
    a, b = tmp_path / "a.yaml", tmp_path / "b.yaml"
    names = {str(stored.place(files, tmp_path)) for files in ([a], [b], [a, b], [b, a], [])}
    (tmp_path / "a.yaml").write_text("c")
    names.add(str(stored.place([a], tmp_path)))
    assert len(names) == 6
    assert stored.place([tmp_path / "none.yaml"], tmp_path) is None


def test_a_folder_that_cannot_be_written_costs_time_only(cache, read, monkeypatch):
    cache.write_text("in the way")
    for _ in range(2):
        assert again(monkeypatch).digest() == read.catalog().digest()


def test_old_ones_go(cache, monkeypatch):
    cache.mkdir()
    for k in range(10):
        (cache / f"old{k}").write_bytes(b"")
    room.load_catalog()
    assert len(list(cache.iterdir())) == stored._KEEP
    assert place().exists()
