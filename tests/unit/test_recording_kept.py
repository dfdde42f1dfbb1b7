"""Recorded flights that are kept: the same bytes as when they are read, of exactly this file and these arguments."""

from __future__ import annotations

import json
import shutil

import pytest

from openiads.world import kept as room
from openiads.world import recording
from openiads.world.recording import RecordingError, recorded_platforms

ARGS = (None, None, 0.0, 0.0, 3, 600.0)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "cache_dir", lambda: tmp_path / "cache")
    monkeypatch.setattr(room, "COMPILED", True)
    monkeypatch.setattr(room, "CACHE_ON_DISK", True)
    return tmp_path / "cache" / "tables"


@pytest.fixture
def reads(monkeypatch):
    """The files that were read."""
    seen = []
    read = recording.read_recording
    monkeypatch.setattr(recording, "read_recording", lambda path: seen.append(path) or read(path))
    return seen


def told(found):
    platforms, counts = found
    return [(name, k.shape, k.tobytes()) for name, k in platforms], json.dumps(counts)


def test_the_second_time_is_the_first_to_the_byte(folder, reads, monkeypatch):
    first = recorded_platforms("civil-2021-10-07", *ARGS)
    second = recorded_platforms("civil-2021-10-07", *ARGS)
    assert len(reads) == 1
    assert told(first) == told(second)
    monkeypatch.setattr(room, "COMPILED", False)  # neither read nor written
    assert told(recorded_platforms("civil-2021-10-07", *ARGS)) == told(first)
    assert len(reads) == 2
    second[0][0][1][:] = 0.0  # whoever changes what he got changes nothing for others
    monkeypatch.setattr(room, "COMPILED", True)
    assert told(recorded_platforms("civil-2021-10-07", *ARGS)) == told(first)


@pytest.mark.parametrize("k", range(len(ARGS)))
def test_each_argument_counts(folder, reads, k):
    other = list(ARGS)
    other[k] = (0.5, 0.5, 0.1, 60.0, 2, 500.0)[k]
    recorded_platforms("civil-2021-10-07", *ARGS)
    recorded_platforms("civil-2021-10-07", *other)
    assert len(reads) == 2


def test_another_content_under_the_same_name_is_read(folder, reads, tmp_path):
    file = tmp_path / "mine.parquet"
    with recording._located("civil-2021-10-07") as (path, _):
        shutil.copy(path, file)
    first = recorded_platforms(file, *ARGS)
    with recording._located("civil-2018-08-01") as (path, _):
        shutil.copy(path, file)
    assert told(recorded_platforms(file, *ARGS)) != told(first)
    assert len(reads) == 2
    file.unlink()
    with pytest.raises(RecordingError, match="no such file"):
        recorded_platforms(file, *ARGS)


@pytest.mark.parametrize("at", [3, 40, -1, None])
def test_a_damaged_one_is_made_anew(folder, reads, at):
    first = recorded_platforms("civil-2021-10-07", *ARGS)
    (file,) = folder.iterdir()
    bad = bytearray(file.read_bytes()[: -8 if at is None else None])
    if at is not None:
        bad[at] ^= 1
    file.write_bytes(bad)
    assert told(recorded_platforms("civil-2021-10-07", *ARGS)) == told(first)
    assert len(reads) == 2


def test_a_recording_without_flights_is_refused_each_time(folder):
    for _ in range(2):
        with pytest.raises(RecordingError, match="no usable flight"):
            recorded_platforms("civil-2021-10-07", None, None, 0.0, 1e6, None, 60.0)
    assert not folder.exists() or not list(folder.iterdir())
