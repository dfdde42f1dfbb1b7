"""What a result rests on: the values of the catalogue behind it, the settings of its scenario, its lay-out.

Plain data: `study.basis` reads them, reports show them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

WORST = "F"


@dataclass(frozen=True)
class UsedValue:
    """One value of the catalogue: as written, with its range, grade, keys of its sources and what it means.

    `drawn`: the law that it follows over the points of the study, "" where it is the same in all.
    """

    item: str
    field: str
    value: str
    range: str
    grade: str
    sources: str
    meaning: str
    note: str
    drawn: str = ""


@dataclass(frozen=True)
class UsedItem:
    """An item of the catalogue that the scenario names; `places`: where it does."""

    id: str
    kind: str
    title: str
    places: tuple[str, ...]
    values: tuple[UsedValue, ...]


@dataclass(frozen=True)
class Setting:
    """A key of the scenario language with its value for a person. `given`: the scenario says so, else the default."""

    path: str
    value: str
    given: bool
    meaning: str


@dataclass(frozen=True)
class PlannedSite:
    """A site where the scenario puts it. `range_m`: instrumented range of a radar."""

    id: str
    kind: str
    type: str
    lat_deg: float
    lon_deg: float
    range_m: float | None


@dataclass(frozen=True)
class PlannedFlight:
    """The planned route of one platform: corners in degrees; its target, if it has one, is the last."""

    id: str
    type: str
    group: str
    identity: str
    lat_deg: tuple[float, ...]
    lon_deg: tuple[float, ...]


@dataclass(frozen=True)
class Plan:
    """The lay-out of a scenario. `reach_m` by missile type, `channels` by battery."""

    sites: tuple[PlannedSite, ...]
    flights: tuple[PlannedFlight, ...]
    reach_m: dict[str, float]
    channels: dict[str, int]


@dataclass(frozen=True)
class Basis:
    """All of it, with what the catalogue says of its grades and sources.

    Attributes:
        items: of the catalogue, by kind.
        grades: letter to meaning.
        sources: key, author, title, year and how it was read, of every source that the items name.
        settings: doctrine and environment of the scenario.
        plan: None where the scenario cannot be read here.
        text: the scenario.
        description, question: what the scenario says that happens, and the question that it answers.
        warnings: what makes the above doubtful: another catalogue, a scenario that this version cannot read.
    """

    items: tuple[UsedItem, ...]
    grades: dict[str, str]
    sources: tuple[dict[str, str], ...]
    settings: tuple[Setting, ...]
    plan: Plan | None
    text: str
    warnings: tuple[str, ...]
    description: str = ""
    question: str = ""

    @property
    def values(self) -> list[UsedValue]:
        """Values of all items."""
        return [value for item in self.items for value in item.values]

    def by_grade(self) -> dict[str, int]:
        """Number of values of each grade, the best first."""
        count = Counter(value.grade for value in self.values)
        return {grade: count.get(grade, 0) for grade in self.grades}

    def assumed(self) -> list[UsedValue]:
        """Values that are nothing but assumptions."""
        return [value for value in self.values if value.grade == WORST]
