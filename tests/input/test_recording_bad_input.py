"""Broken and hostile recordings: one `RecordingError` that says where, what was found and what is allowed;
nothing else."""

from __future__ import annotations

import gzip
import math
import os
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from openiads.cli import guard
from openiads.world import recording as rec
from openiads.world import recording_read

HEADER = "timestamp,icao24,latitude,longitude,altitude,groundspeed,track,vertical_rate,onground"
ROW = "2021-10-07 13:0{}:{:02d}+00:00,abc123,{:.6f},8.0,30000,400,0,0,False"
GOOD = [HEADER, *(ROW.format(i // 60, i % 60, 50 + i / 500) for i in range(90))]


def refused(path, *words):
    """The one error of a file, which names the file and holds the words."""
    with pytest.raises(rec.RecordingError) as caught:
        rec.recorded_platforms(path, None, None, 0.0, 0.0, None, 1000.0)
    text = str(caught.value)
    assert str(path)[:150].replace("\0", "\N{REPLACEMENT CHARACTER}") in text
    for word in words:
        assert word in text, text
    assert len(text) < 8000 and text.replace("\n", "").isprintable()
    assert guard.exit_code(caught.value) == 2
    return caught.value


def csv_of(tmp_path, lines, name="a.csv", **more):
    file = tmp_path / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8", **more)
    return file


def with_cell(row, column, value):
    """The good file with one other cell (rows from 1)."""
    cells = GOOD[row].split(",")
    cells[HEADER.split(",").index(column)] = value
    return [*GOOD[:row], ",".join(cells), *GOOD[row + 1 :]]


def test_the_good_file_is_good(tmp_path):
    """So that the refusals below are for what they say."""
    platforms, _ = rec.recorded_platforms(csv_of(tmp_path, GOOD), None, None, 0.0, 0.0, None, 1000.0)
    assert [name for name, _ in platforms] == ["ABC123"]


# --- the file as such -----------------------------------------------------------------------------


def test_no_such_file(tmp_path):
    csv_of(tmp_path, GOOD, "flights.csv")
    refused(tmp_path / "flihgts.csv", "no such file", "did you mean 'flights.csv'?")


def test_no_such_shipped_recording():
    for name in ("civil-2021-10-08", "shipped:civil-2021-10-08"):
        refused(name, "did you mean 'civil-2021-10-07'?", "shipped: civil-2018-08-01, civil-2021-10-07")
    refused("shipped:../../etc/passwd", "no shipped recording")
    refused("shipped:", "no shipped recording")


def test_not_a_regular_file(tmp_path):
    refused(tmp_path, "not a regular file")
    os.mkfifo(tmp_path / "pipe.csv")
    refused(tmp_path / "pipe.csv", "not a regular file")
    refused("/dev/zero", "not a regular file")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    refused(tmp_path / "loop.csv", "cannot be read")
    refused("a\0b.csv", "NUL")
    refused("x" * 5000 + ".csv", "cannot be read")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\n\n\r\n", "only empty lines"),
        (b"\0" * 1000, "binary"),
        (bytes(range(1, 256)) * 20, "no column"),
        (b"\xff\xfe\xfd,a\n", "UTF-16"),
        (b"time\xff\n", "not UTF-8"),
        (gzip.compress(b"timestamp"), "gzip"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x28\xb5\x2f\xfdrest", "zstd"),
        (b'[{"timestamp": 1}]', "JSON"),
        (b"Obj\x01avro", "Avro"),
        ("\ufeff".encode("utf-16-le") + "timestamp".encode("utf-16-le"), "UTF-16"),
        (b"PAR1", "cannot be read as Parquet"),
        (b"PAR1" + b"\xff" * 200 + b"PAR1", "cannot be read as Parquet"),
        (b"x" * 200_000, "more than 64 KiB"),
        (b"," * 5000 + b"\n", "5001 columns"),
        (b"hello", "no column 'timestamp'"),
        (b'"timestamp\n', "no column"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_other_kinds_of_file(tmp_path, content, word):
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    refused(file, word)


def test_a_parquet_name_on_a_text_file(tmp_path):
    refused(csv_of(tmp_path, GOOD, "a.parquet"), "not a Parquet file")


def test_only_a_header(tmp_path):
    refused(csv_of(tmp_path, [HEADER]), "no rows")


# --- columns --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("latitude", "latitud"), ["no column 'latitude'", "is it the one called 'latitud'?"]),
        (("timestamp", "Timestamp"), ["no column 'timestamp'", "'timestamp'?"]),
        (("altitude", "height"), ["no column 'altitude' or 'geoaltitude'"]),
        (("icao24", "tail"), ["no column 'icao24' or 'flight_id' or 'callsign'"]),
        (("altitude", "latitude"), ["'latitude'", "appears twice"]),
        ((",", ";"), ["separated by commas"]),
    ],
)
def test_missing_columns_are_told_with_the_nearest(tmp_path, change, words):
    header = HEADER.replace(*change, 1) if change[0] != "," else HEADER.replace(*change)
    refused(csv_of(tmp_path, [header, *GOOD[1:]]), *words)


def test_all_missing_columns_at_once(tmp_path):
    error = refused(csv_of(tmp_path, ["a,b,c", "1,2,3"]), "no column 'timestamp'", "no column 'latitude'")
    assert len(error.faults) == 6


# --- cells ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("latitude", "north", ["row 17", "'latitude'", "'north' is not a number"]),
        ("longitude", "8,5".replace(",", "·"), ["row 17", "is not a number"]),
        ("altitude", "30000 ft", ["row 17", "'30000 ft' is not a number"]),
        ("altitude", "0x7f", ["row 17", "'0x7f' is not a number"]),
        ("groundspeed", "inf", ["row 17", "'groundspeed'", "not a finite number"]),
        ("latitude", "-Infinity", ["row 17", "not a finite number"]),
        ("altitude", "1e999", ["row 17", "not a finite number"]),
        (
            "timestamp",
            "yesterday",
            ["row 17", "'timestamp'", "'yesterday' is not a time", "allowed: 2021-10-07"],
        ),
        ("timestamp", "2021-02-30 00:00:00+00:00", ["row 17", "is not a time"]),
        ("onground", "perhaps", ["row 17", "'onground'", "'perhaps' is neither true nor false"]),
        ("icao24", "../../etc", ["row 17", "'icao24'", "no name of an aircraft"]),
        ("icao24", "\x1b[31mred", ["row 17", "no name of an aircraft"]),
        ("icao24", "x" * 100_000, ["row 17", "no name of an aircraft"]),
        ("latitude", "9" * 100_000, ["row 17", "not a finite number"]),
        ("latitude", "9x" * 100_000, ["row 17", "is not a number", "…"]),
    ],
)
def test_a_bad_cell_is_told_with_its_place(tmp_path, column, value, words):
    error = refused(csv_of(tmp_path, with_cell(17, column, value)), *words)
    assert error.faults[0].row == 17 and error.faults[0].column == column


def test_all_bad_cells_in_one_pass(tmp_path):
    lines = [line.replace(",30000,", ",high,") for line in with_cell(3, "latitude", "x")]
    error = refused(csv_of(tmp_path, lines))
    assert len(error.faults) == 10


def test_rows_of_another_length(tmp_path):
    lines = [*GOOD[:5], "1,2,3", *GOOD[5:]]
    refused(csv_of(tmp_path, lines), "row 5", "3 fields where the header has 9")
    long = [HEADER, *(GOOD[1:] * 2000)]  # beyond the first block
    refused(csv_of(tmp_path, [*long, "1,2"]), "row 180001", "2 fields")
    cut = csv_of(tmp_path, GOOD)
    cut.write_bytes(cut.read_bytes()[:-30])
    refused(cut, "row 90", "fields where the header has 9")


def test_text_that_is_not_utf8(tmp_path):
    file = csv_of(tmp_path, GOOD)
    file.write_bytes(file.read_bytes().replace(b"abc123", b"ab\xff\xfe1", 1))
    refused(file)


def test_a_quote_that_never_ends(tmp_path):
    refused(csv_of(tmp_path, [*GOOD[:10], '"' + GOOD[10], *GOOD[11:]]))


def test_a_line_that_never_ends(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(("\n".join(GOOD) + "\n").encode() + b"1," * 6_000_000)
    begin = time.perf_counter()
    refused(file)
    assert time.perf_counter() - begin < 5.0


# --- nothing left ---------------------------------------------------------------------------------


def test_no_usable_flight_says_why(tmp_path):
    file = csv_of(tmp_path, [line.replace("False", "True") for line in GOOD])
    refused(file, "no usable flight", "90 rows read", "90 on ground")
    refused(csv_of(tmp_path, GOOD[:20]), "19 flight too short", "1 too short")
    empty = [line.replace(",30000,", ",,") for line in GOOD]
    refused(csv_of(tmp_path, empty), "90 no altitude")


def test_no_time_at_all(tmp_path):
    lines = [HEADER, *(line[line.index(",") :] for line in GOOD[1:])]
    refused(csv_of(tmp_path, lines), "'timestamp'", "no row has a time")


def test_outside_the_run():
    with pytest.raises(rec.RecordingError, match="outside the run"):
        rec.recorded_platforms("civil-2021-10-07", None, None, 0.0, 80_000.0, None, 1000.0)


# --- Parquet --------------------------------------------------------------------------------------


def table(n=100, **columns):
    base = {
        "timestamp": pa.array(1_633_615_200 + np.arange(n)),
        "icao24": pa.array(["abc123"] * n),
        "latitude": pa.array(50.0 + np.arange(n) / 500),
        "longitude": pa.array(np.full(n, 8.0)),
        "altitude": pa.array(np.full(n, 30000.0)),
    }
    return pa.table({**base, **columns})


def parquet_of(tmp_path, data, **more):
    file = tmp_path / "a.parquet"
    pq.write_table(data, file, **more)
    return file


@pytest.mark.parametrize(
    ("column", "values", "allowed"),
    [
        ("latitude", pa.array(["50"] * 100), "a number"),
        ("latitude", pa.array([[50.0]] * 100), "a number"),
        ("latitude", pa.array([{"a": 1.0}] * 100), "a number"),
        ("altitude", pa.array([True] * 100), "a number"),
        ("icao24", pa.array(np.arange(100)), "text"),
        ("icao24", pa.array([b"abc"] * 100), "text"),
        ("timestamp", pa.array([True] * 100), "a time"),
        ("timestamp", pa.array([1] * 100, pa.time64("ns")), "a time"),
    ],
)
def test_wrong_types(tmp_path, column, values, allowed):
    refused(parquet_of(tmp_path, table(**{column: values})), f"'{column}'", "holds", allowed)


def test_infinity_in_parquet(tmp_path):
    values = np.full(100, 30000.0)
    values[41] = math.inf
    refused(parquet_of(tmp_path, table(altitude=pa.array(values))), "row 42", "not a finite number")


def test_declared_sizes_are_refused_before_unpacking(tmp_path, monkeypatch):
    """Six million rows that pack to some kilobytes; then a limit on bytes. Nothing is unpacked, so it is
    quick."""
    n = recording_read.MAX_ROWS + 1
    zeros, name = (
        pa.array(np.zeros(n)),
        pa.DictionaryArray.from_arrays(np.zeros(n, dtype=np.int8), ["abc123"]),
    )
    data = pa.table({column: name if column == "icao24" else zeros for column in table().column_names})
    file = parquet_of(tmp_path, data)
    assert file.stat().st_size < 1_000_000
    begin = time.perf_counter()
    refused(file, "declares 5,000,001 rows; at most 5,000,000")
    assert time.perf_counter() - begin < 1.0
    monkeypatch.setattr(recording_read, "MAX_ROWS", 10**9)
    monkeypatch.setattr(recording_read, "MAX_BYTES", 10_000)
    small = parquet_of(tmp_path, table(n=5000, altitude=pa.array(np.random.default_rng(1).random(5000))))
    monkeypatch.setattr(recording_read, "MAX_BYTES", small.stat().st_size)
    refused(small, "bytes unpacked; at most")


def test_limits_of_csv(tmp_path, monkeypatch):
    file = csv_of(tmp_path, GOOD)
    monkeypatch.setattr(recording_read, "MAX_ROWS", 89)
    refused(file, "more than 89 rows")
    monkeypatch.setattr(recording_read, "MAX_BYTES", 1000)
    refused(file, "a recording has at most 1,000")


def test_too_many_aircraft(tmp_path):
    names = pa.array([f"a{i}" for i in range(20_001)])
    refused(parquet_of(tmp_path, table(n=20_001, icao24=names)), "20,001 different values")


def test_damaged_parquet_is_refused_or_read(tmp_path):
    """Every outcome is success or RecordingError, for 400 damaged files."""
    good = parquet_of(tmp_path, table(), compression="zstd", write_page_checksum=True).read_bytes()
    rng = np.random.default_rng(5)
    refusals = 0
    for i in range(400):
        data = bytearray(good)
        if i % 4 == 0:
            del data[rng.integers(4, len(data)) :]
        else:
            for at in rng.integers(4, len(data), rng.integers(1, 6)):
                data[at] = rng.integers(256)
        file = tmp_path / "bad.parquet"
        file.write_bytes(data)
        try:
            rec.read_recording(file)
        except rec.RecordingError:
            refusals += 1
    assert refusals > 200


def test_damaged_csv_is_refused_or_read(tmp_path):
    good = "\n".join(GOOD).encode()
    rng = np.random.default_rng(6)
    refusals = 0
    for i in range(400):
        data = bytearray(good)
        if i % 4 == 0:
            del data[rng.integers(1, len(data)) :]
        else:
            for at in rng.integers(0, len(data), rng.integers(1, 4)):
                data[at] = rng.integers(256)
        file = tmp_path / "bad.csv"
        file.write_bytes(data)
        try:
            rec.recorded_platforms(file, None, None, 0.0, 0.0, None, 1000.0)
        except rec.RecordingError:
            refusals += 1
    assert refusals > 200


def test_a_hostile_flight_ends_soon(tmp_path):
    """A hundred thousand rows of one aircraft all over the world: no rule takes more than moments."""
    n = 100_000
    rng = np.random.default_rng(8)
    data = table(
        n=n,
        timestamp=pa.array(1_633_615_200 + rng.integers(0, 80_000, n)),
        latitude=pa.array(rng.uniform(-90, 90, n)),
        longitude=pa.array(rng.uniform(-180, 180, n)),
        altitude=pa.array(rng.uniform(-2000, 130_000, n)),
    )
    begin = time.perf_counter()
    refused(parquet_of(tmp_path, data), "no usable flight")
    assert time.perf_counter() - begin < 10.0
