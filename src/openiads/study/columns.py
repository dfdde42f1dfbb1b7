"""Building blocks of the labelled tables: ids instead of indices, nulls instead of -1 and NaN."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from openiads.results import schema


class LabelError(ValueError):
    """The engine wrote an index for which there is no name: a mistake in the program, not in the input."""


class Words:
    """Several tables of names as one dictionary without duplicates.

    `makers`: tables whose names are made from the number when it occurs; their numbers have no bound.
    """

    def __init__(
        self, tables: Mapping[str, Sequence[str]], makers: Mapping[str, Callable[[int], str]] | None = None
    ) -> None:
        self._makers = dict(makers or {})
        self.words: list[str] = []
        self._code_of: dict[str, int] = {}
        self._codes: dict[str, np.ndarray] = {}
        for table, names in tables.items():
            self._codes[table] = np.array([self._code(name) for name in names], dtype=np.int32)

    def _code(self, word: str) -> int:
        code = self._code_of.get(word)
        if code is None:
            code = self._code_of[word] = len(self.words)
            self.words.append(word)
        return code

    def numbered_through(self, table: str, rows: np.ndarray) -> None:
        """Let row k of a table mean what row `rows[k]` of it meant: for tables that are joined."""
        self._codes[table] = self._codes[table][rows]

    def instead(self, table: str, names: Sequence[str]) -> Words:
        """The same dictionary, grown by what is new in `names`, with other rows for one table."""
        other = Words({})
        other.words, other._code_of, other._makers = self.words, self._code_of, self._makers
        other._codes = {**self._codes, table: np.array([self._code(name) for name in names], dtype=np.int32)}
        return other

    def codes(self, table: str, index: np.ndarray) -> np.ndarray:
        """Dictionary codes of rows of one table; -1 stays -1 (none)."""
        if table in self._makers:
            return self._made(self._makers[table], index)
        own = self._codes[table]
        if index.size and (index.max() >= len(own) or index.min() < -1):
            bad = int(index.max() if index.max() >= len(own) else index.min())
            raise LabelError(f"index {bad} into {table}, which has {len(own)} entries")
        if not len(own):
            return np.full(index.shape, -1, dtype=np.int32)
        return np.where(index >= 0, own[np.maximum(index, 0)], np.int32(-1)).astype(np.int32)

    def _made(self, maker: Callable[[int], str], index: np.ndarray) -> np.ndarray:
        numbers, place = _distinct(index)
        codes = [self._code(maker(int(number))) if number >= 0 else -1 for number in numbers]
        made: np.ndarray = np.array(codes, dtype=np.int32)[place.reshape(index.shape)]
        return made

    def array(self, codes: np.ndarray) -> pa.DictionaryArray:
        """Dictionary array over the words that occur, in the order of the dictionary; "" becomes null."""
        if "" in self._code_of:
            codes = np.where(codes == self._code_of[""], np.int32(-1), codes)
        used, inverse = _distinct(codes)
        none = int(used.size > 0 and used[0] == -1)
        words = pa.array([self.words[code] for code in used[none:]], pa.string())
        rows = inverse.reshape(codes.shape).astype(np.int32) - none
        return pa.DictionaryArray.from_arrays(pa.array(rows, pa.int32(), mask=rows < 0), words)


def _distinct(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As np.unique with the inverse, for whole numbers from -1 on that are dense: counted, not sorted."""
    flat = codes.reshape(-1)
    if not flat.size or int(flat.min()) < -1 or int(flat.max()) > 8 * flat.size + 1000:
        values, places = np.unique(codes, return_inverse=True)
        return values, places
    there = np.bincount(flat + np.int64(1)) > 0
    used = np.flatnonzero(there) - 1
    place = np.cumsum(there) - 1
    inverse: np.ndarray = place[flat + np.int64(1)]
    return used, inverse


def keys(values: Sequence[str | None], times: int = 1) -> pa.DictionaryArray:
    """Dictionary array of texts, the whole `times` times over; None and "" become null."""
    words = Words({"all": [value or "" for value in values]})
    return words.array(np.tile(words.codes("all", np.arange(len(values))), times))


def sparse_keys(values: Sequence[str], rows: np.ndarray, count: int) -> pa.DictionaryArray:
    """Dictionary array of `count` texts, null but for `values` at these rows, which rise."""
    words = Words({"all": values})
    codes = np.full(count, -1, dtype=np.int32)
    codes[rows] = words.codes("all", np.arange(len(values)))
    return words.array(codes)


def labels(names: Sequence[str], index: np.ndarray) -> pa.DictionaryArray:
    """Dictionary array of rows of one table of names; -1 becomes null."""
    words = Words({"all": names})
    return words.array(words.codes("all", np.asarray(index)))


def floats(values: Any) -> pa.Array:
    """64-bit floats; what is not finite becomes null."""
    array = np.ascontiguousarray(values, dtype=np.float64)
    return pa.array(array, pa.float64(), mask=~np.isfinite(array))


def fixed(values: Any, per_unit: int) -> pa.Array:
    """Whole numbers of 1/per_unit, rounded to nearest; what is not finite or beyond 32 bits becomes null."""
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.rint(np.asarray(values, dtype=np.float64) * per_unit)
        bad = ~(np.abs(scaled) < 2**31 - 1)
    return pa.array(np.where(bad, 0.0, scaled).astype(np.int32), pa.int32(), mask=bad)


def table(name: str, columns: Mapping[str, Any], metadata: dict[str, str] | None = None) -> pa.Table:
    """A table of the published schema; a column that is missing or too many is a mistake in the program."""
    wanted = schema.arrow_schema(name, metadata)
    if set(columns) != set(wanted.names):
        raise LabelError(f"columns of {name}: {sorted(set(columns) ^ set(wanted.names))}")
    arrays = []
    for field in wanted:
        values = columns[field.name]
        arrays.append(values if isinstance(values, pa.Array) else pa.array(values, field.type))
    return pa.Table.from_arrays(arrays, schema=wanted)
