"""What an item of the catalogue may hold: kinds, their classes and their fields.

A field is of one form:

* `quantity`: a number with a unit of the field's dimension, SI inside;
* `count`: a whole number, unit 1;
* `choice`: one of a few words; `flag`: true or false (no unit, but a source and a grade like any other);
* `table`: numbers over named axes.

The fields themselves are declared in `openiads.catalog.kinds`, which is the reference that docs/catalogue.md
and `openiads catalog` print.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

#: Letter bands of IEEE Std 521-2019 that the signature tables have, with their limits in Hz.
BANDS: Final[Mapping[str, tuple[float, float]]] = {
    "VHF": (30e6, 300e6),
    "UHF": (300e6, 1e9),
    "L": (1e9, 2e9),
    "S": (2e9, 4e9),
    "C": (4e9, 8e9),
    "X": (8e9, 12e9),
}

#: Grades of confidence, best first.
GRADES: Final[Mapping[str, str]] = {
    "A": "measured or official",
    "B": "reviewed open literature",
    "C": "textbook or computed from a stated rule",
    "D": "press or secondary source",
    "E": "vendor claim",
    "F": "assumption",
}

#: Grades of values that must carry a range, because one number is not known.
RANGE_NEEDED: Final[frozenset[str]] = frozenset("F")


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis of a table: numbers of a dimension (ascending), or names (`names` empty: any text)."""

    name: str
    meaning: str
    dimension: str | None = None
    names: tuple[str, ...] | None = None
    lo: float = float("-inf")
    hi: float = float("inf")
    spans: bool = False  # the first and last points must be lo and hi
    items_of: str | None = None  # the names are ids of this kind


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind. `lo` and `hi` are inclusive limits in SI; `classes` None means every class."""

    name: str
    form: str
    meaning: str
    dimension: str | None = None
    lo: float = float("-inf")
    hi: float = float("inf")
    required: bool = True
    choices: tuple[str, ...] = ()
    axes: tuple[Axis, ...] = ()
    classes: tuple[str, ...] | None = None
    when: tuple[str, object] | None = None  # needed and allowed only where that field has that value
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of item. Exactly one of the `one_of` groups is given; each pair of `ordered` is ascending."""

    name: str
    meaning: str
    classes: Mapping[str, str]
    fields: tuple[Field, ...]
    one_of: tuple[str, ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    by_name: Mapping[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {f.name: f for f in self.fields})


def band_of(freq_hz: float) -> str:
    """The signature band of a frequency; below VHF and above X the nearest one."""
    for name, (_low, high) in BANDS.items():
        if freq_hz < high:
            return name
    return "X"


def quantity(
    name: str, dimension: str, lo: float, hi: float, meaning: str, *, required: bool = True, **more: object
) -> Field:
    return Field(name, "quantity", meaning, dimension, lo, hi, required, **more)  # type: ignore[arg-type]


def count(name: str, lo: int, hi: int, meaning: str, *, required: bool = True, **more: object) -> Field:
    return Field(name, "count", meaning, "ratio", lo, hi, required, **more)  # type: ignore[arg-type]


def choice(name: str, choices: tuple[str, ...], meaning: str, **more: object) -> Field:
    return Field(name, "choice", meaning, choices=choices, **more)  # type: ignore[arg-type]


def flag(name: str, meaning: str, **more: object) -> Field:
    return Field(name, "flag", meaning, **more)  # type: ignore[arg-type]


def table(
    name: str, dimension: str, lo: float, hi: float, axes: tuple[Axis, ...], meaning: str, **more: object
) -> Field:
    return Field(name, "table", meaning, dimension, lo, hi, axes=axes, **more)  # type: ignore[arg-type]
