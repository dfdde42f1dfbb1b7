"""Tables that are kept from run to run: the same numbers, made anew whenever there is a doubt."""

from __future__ import annotations

import numpy as np
import pytest

from openiads.world import kept as room
from openiads.world.kept import kept

TABLE = np.arange(12.0).reshape(4, 3) / 7.0


class Maker:
    """Counts how often the table is made."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return TABLE.copy()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "cache_dir", lambda: tmp_path)
    monkeypatch.setattr(room, "COMPILED", True)
    monkeypatch.setattr(room, "CACHE_ON_DISK", True)
    return tmp_path


def test_is_made_once_and_read_to_the_bit(folder):
    make = Maker()
    for _ in range(3):
        found = kept("t", (1.5, "a", None, np.arange(3)), 3, make)
        assert found.tobytes() == TABLE.tobytes()
        found[:] = 0.0  # whoever changes what he got changes nothing for others
    assert make.times == 1


@pytest.mark.parametrize(
    "other",
    [(1.5000000000000002, "a"), (1.5, "b"), (1.5, "a", None), ((1.5, "a"),), (1.5, np.arange(2)), ()],
    ids=["last bit", "text", "more", "nested", "array", "none"],
)
def test_another_origin_is_another_table(folder, other):
    make = Maker()
    kept("t", (1.5, "a"), 3, make)
    kept("t", other, 3, make)
    assert make.times == 2


def test_what_it_was_made_from_needs_bytes_of_its_own(folder):
    with pytest.raises(TypeError, match="object has no bytes of its own"):
        kept("t", (object(),), 3, Maker())


def damage(data: bytes) -> list[bytes]:
    flipped = bytearray(data)
    flipped[50] ^= 1
    return [bytes(flipped), data[:-8], data + b"\0" * 24, b"", data[:10]]


@pytest.mark.parametrize("k", range(5))
def test_a_damaged_table_is_made_anew(folder, k):
    make = Maker()
    kept("t", (1.0,), 3, make)
    (file,) = (folder / "tables").iterdir()
    file.write_bytes(damage(file.read_bytes())[k])
    assert kept("t", (1.0,), 3, make).tobytes() == TABLE.tobytes()
    assert make.times == 2
    kept("t", (1.0,), 3, make)
    assert make.times == 2


def test_a_folder_that_cannot_be_written_costs_time_only(folder):
    (folder / "tables").write_text("in the way")
    make = Maker()
    for _ in range(2):
        assert kept("t", (1.0,), 3, make).tobytes() == TABLE.tobytes()
    assert make.times == 2


def test_interpreted_runs_make_their_own(folder, monkeypatch):
    monkeypatch.setattr(room, "COMPILED", False)
    make = Maker()
    kept("t", (1.0,), 3, make)
    kept("t", (1.0,), 3, make)
    assert make.times == 2
    assert not list(folder.iterdir())


def test_another_library_or_processor_is_another_origin(folder, monkeypatch):
    make = Maker()
    kept("t", (1.0,), 3, make)
    monkeypatch.setattr(room, "_made_with", lambda: "others")
    kept("t", (1.0,), 3, make)
    assert make.times == 2
