"""The labelled tables: ids for indices, nulls for "none", published encodings, the same bytes twice."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import synthetic_run as made

from openiads.engine import events as ev
from openiads.results import schema
from openiads.study import columns as col
from openiads.study.store import encode, encode_all
from openiads.study.tables import event_meanings, label
from openiads.world.names import missile_id, track_id


@pytest.fixture(scope="module")
def raid():
    return made.outcome()


@pytest.fixture(scope="module")
def tables(raid):
    return label(*raid)


def test_every_table_has_its_published_columns(tables):
    assert list(tables) == list(schema.TABLES)
    for name, table in tables.items():
        assert table.column_names == [c.name for c in schema.TABLES[name]]
        assert table.num_rows > 0


def test_events_keep_order_and_numbers(raid, tables):
    log = raid[0].event
    table = tables["events"]
    assert table.num_rows == len(log)
    assert np.array_equal(table["t_s"].to_numpy(), log.t_s)
    assert table["event"].to_pylist() == [ev.SPECS[int(code)].name for code in log.code]
    assert table["range_m"].null_count == int(np.isnan(log.range_m).sum())


def test_indices_become_the_ids_of_their_own_table(raid, tables):
    outcome, names = raid
    rows = tables["events"].to_pylist()
    by_table = {
        t: getattr(names, t) for t in ("platform", "radar", "battery", "launcher", "site", "command_post")
    }
    seen = set()
    for record, row in zip(outcome.event, rows, strict=True):
        spec = ev.SPECS[int(record.code)]
        for party in ("subject", "object", "via"):
            table, index = getattr(spec, party), int(record[party])
            if table is None or index < 0:
                assert row[party] is None
                continue
            if (record.code, party) == (ev.LOCAL_TRACK, "via"):
                assert row[party] == f"{row['object']}/{index}"  # radars number their tracks by themselves
                continue
            wanted = {"missile": missile_id, "track": track_id}.get(table, lambda i, t=table: by_table[t][i])(
                index
            )
            assert row[party] == wanted
            seen.add(table)
    assert {"platform", "missile", "track", "radar", "battery", "launcher", "site"} <= seen


def test_details_are_words(tables):
    words = {(row["event"], row["detail"]) for row in tables["events"].to_pylist()}
    assert ("identified", "hostile") in words
    assert ("launch", "40N6E") in words
    assert ("fire withheld", "no channel free") in words
    assert ("classified", "fighter") in words
    assert all(d is None for e, d in words if e == "line of sight")


def test_an_index_without_a_name_is_a_mistake_of_ours(raid):
    outcome, names = raid
    broken = outcome.event.copy()
    row = int(np.flatnonzero(broken.code == ev.DETECTION)[0])
    broken.subject[row] = len(names.platform)
    with pytest.raises(col.LabelError, match="platform"):
        label(type(outcome)(**{**vars(outcome), "event": broken}), names)
    unknown = outcome.event.copy()
    unknown.code[0] = 99
    with pytest.raises(col.LabelError, match="99"):
        label(type(outcome)(**{**vars(outcome), "event": unknown}), names)


def test_threats_hold_the_first_of_each_link(raid, tables):
    outcome, names = raid
    log = outcome.event
    links = (("line_of_sight", ev.LINE_OF_SIGHT, "subject"), ("detection", ev.DETECTION, "subject"),
             ("track", ev.SYSTEM_TRACK, "subject"), ("launch", ev.LAUNCH, "object"))  # fmt: skip
    for k, row in enumerate(tables["threats"].to_pylist()):
        assert row["id"] == names.platform[k]
        assert row["fate"] == ev.PLATFORM_FATE[outcome.platform_state.fate[k]]
        for link, code, key in links:
            mine = log[(log.code == code) & (log[key] == k)]
            assert row[f"t_{link}_s"] == (float(mine.t_s.min()) if len(mine) else None)
            if len(mine):
                assert row[f"{link}_range_m"] == float(mine.range_m[np.argmin(mine.t_s)])


def test_accounts_of_rounds_agree(tables):
    missiles, magazines = tables["missiles"].to_pylist(), tables["magazines"].to_pylist()
    for row in magazines:
        fired = sum(m["launcher"] == row["launcher"] and m["weapon"] == row["weapon"] for m in missiles)
        assert fired == row["rounds_fired"]
        assert row["rounds_start"] == row["rounds_fired"] + row["rounds_ready"] + row["rounds_reserve"]
    fired_at = sum(row["rounds_fired"] for row in tables["threats"].to_pylist())
    assert fired_at == sum(m["target"] is not None for m in missiles)


def test_killers_and_wrong_shots(tables):
    threats = {row["id"]: row for row in tables["threats"].to_pylist()}
    missiles = {row["id"]: row for row in tables["missiles"].to_pylist()}
    killed = [row for row in threats.values() if row["fate"] == "killed"]
    assert len(killed) == 14
    for row in killed:
        assert missiles[row["killer"]]["fate"] == "kill"
        assert missiles[row["killer"]]["target"] == row["id"]
    assert [row["id"] for row in threats.values() if row["wrong_shots"]] == ["civ-03"]
    assert sum(m["wrong_shot"] for m in missiles.values()) == 1


def test_trajectories_are_exact_to_half_a_unit(raid, tables):
    sample = raid[0].sample
    order = np.lexsort((np.arange(len(sample)), sample.t_s, sample.index, sample.kind))
    table = tables["trajectories"]
    assert np.abs(table["x_dm"].to_numpy() / 10 - sample.x_m[order]).max() <= 0.05 + 1e-9
    assert np.abs(table["vz_cmps"].to_numpy() / 100 - sample.vz_mps[order]).max() <= 0.005 + 1e-9
    kinds = table["kind"].to_pylist()
    assert kinds == sorted(kinds, key=["platform", "track", "missile"].index)


def test_fixed_numbers_refuse_what_does_not_fit():
    array = col.fixed([1.26, np.nan, np.inf, 1e12, -0.04], 10)
    assert array.to_pylist() == [13, None, None, None, 0]


def test_words_unify_equal_names_of_two_tables():
    words = col.Words({"radar": ["r1", "r2"], "site": ["x", "r1"]})
    codes = np.concatenate([words.codes("radar", np.array([0, 1])), words.codes("site", np.array([1, -1]))])
    array = words.array(codes)
    assert array.to_pylist() == ["r1", "r2", "r1", None]
    assert array.dictionary.to_pylist() == ["r1", "r2"]


def test_encodings_are_the_published_ones(raid):
    for name, (data, rows) in encode_all(*raid).items():
        parquet = pq.ParquetFile(pa.BufferReader(data))
        assert parquet.metadata.num_rows == rows
        table = name.removesuffix(".parquet")
        for k, column in enumerate(schema.TABLES[table]):
            chunk = parquet.metadata.row_group(0).column(k)
            assert chunk.path_in_schema == column.name
            assert chunk.compression == "ZSTD"
            encodings = set(chunk.encodings)
            if column.kind == schema.KEY:
                assert "RLE_DICTIONARY" in encodings or chunk.statistics.null_count == rows
            elif column.kind == schema.FLOAT:
                assert "BYTE_STREAM_SPLIT" in encodings
            elif column.kind != schema.FLAG:
                assert "DELTA_BINARY_PACKED" in encodings


def test_fields_carry_unit_scale_frame_and_meaning(raid):
    data, _ = encode_all(*raid)["trajectories.parquet"]
    field = pq.read_schema(pa.BufferReader(data)).field("x_dm")
    assert field.metadata[b"unit"] == b"m"
    assert field.metadata[b"scale"] == b"0.1"
    assert b"ECEF" in field.metadata[b"frame"]
    assert field.metadata[b"decoded"] == b"x_m"


def test_page_checksums_find_a_flipped_byte(tables):
    data = bytearray(encode(schema.TABLES["events"], tables["events"]))
    group = pq.read_metadata(pa.BufferReader(bytes(data))).row_group(0)
    chunks = [group.column(k) for k in range(group.num_columns)]
    largest = max(chunks, key=lambda chunk: chunk.total_compressed_size)
    data[largest.data_page_offset + largest.total_compressed_size // 2] ^= 0x10
    with pytest.raises((OSError, pa.ArrowException)):
        pq.read_table(pa.BufferReader(bytes(data)), page_checksum_verification=True)


def test_the_event_table_says_what_its_columns_mean(raid):
    meanings = event_meanings()
    assert set(meanings) == {spec.name for spec in ev.SPECS.values()}
    assert meanings["launch"]["subject"] == "missile"
    assert meanings["launch"]["detail"] == "weapon"
    assert "hostile" in meanings["identified"]["detail"]


def test_the_same_outcome_gives_the_same_bytes():
    first, second = encode_all(*made.outcome()), encode_all(*made.outcome())
    assert {name: bytes(data) for name, (data, _) in first.items()} == {
        name: bytes(data) for name, (data, _) in second.items()
    }
    other = encode_all(*made.outcome(seed=2))
    assert bytes(other["events.parquet"][0]) != bytes(
        first["events.parquet"][0]
    )  # the seed is in the metadata


def test_an_empty_outcome_is_storable(raid):
    outcome, names = raid
    nothing = type(outcome)(
        **{
            **vars(outcome),
            "event": outcome.event[:0],
            "sample": outcome.sample[:0],
            "round": outcome.round[:0],
        }
    )
    files = encode_all(nothing, names)
    assert files["missiles.parquet"][1] == 0
    assert pq.read_table(pa.BufferReader(files["events.parquet"][0])).num_rows == 0
