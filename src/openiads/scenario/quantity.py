"""Types of the fields of a scenario: quantities with their bounds, identifiers, references."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError, core_schema

from openiads.units import DIMENSIONS, UnitError, format_quantity, parse_quantity

ID_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}"


class Model(BaseModel):
    """Base of all parts of a scenario: frozen, nothing guessed from a wrong type, no unknown key."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


def fault(message: str, allowed: str = "") -> PydanticCustomError:
    """A refusal in our own words, for use inside validators."""
    return PydanticCustomError("scenario", "{message}", {"message": message, "allowed": allowed})


class Q:
    """A quantity: text with a unit in the file, SI float in the model, within [lo, hi] (SI).

    `above_lo`: `lo` itself is refused too.
    """

    def __init__(self, dimension: str, lo: float, hi: float, *, above_lo: bool = False) -> None:
        self.dimension = dimension
        self.lo = lo
        self.hi = hi
        self.above_lo = above_lo
        # A hair wider, so that a bound written in another unit is not lost to rounding.
        slack = 1e-12 * max(abs(lo), abs(hi))
        self._lo = lo if above_lo else lo - slack
        self._hi = hi + slack

    @property
    def allowed(self) -> str:
        """The bounds for a person."""
        lo, hi = format_quantity(self.lo, self.dimension), format_quantity(self.hi, self.dimension)
        return f"{'above ' if self.above_lo else ''}{lo} to {hi}"

    def read(self, value: object) -> float:
        try:
            si = parse_quantity(value, self.dimension)
        except UnitError as error:
            raise fault(str(error), self.allowed) from None
        if not self._lo <= si <= self._hi or (self.above_lo and si == self.lo):
            side = "high" if si > self._hi else "low"
            raise fault(f"this {DIMENSIONS[self.dimension].label} is too {side}", self.allowed)
        return si

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        dim = DIMENSIONS[self.dimension]
        number = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*"
        if dim.bare:
            return {
                "anyOf": [
                    {"type": "number", "minimum": self.lo, "maximum": self.hi},
                    {"type": "string", "pattern": number + "%?$"},
                ],
                "x-dimension": self.dimension,
            }
        units = "|".join(u.replace("/", r"\/") for u in dim.units if u)
        return {
            "type": "string",
            "pattern": f"{number}({units})$",
            "examples": [format_quantity(min(max(self.lo, 1.0), self.hi), self.dimension)],
            "x-dimension": self.dimension,
            "x-allowed": self.allowed,
        }


class Ref:
    """Marks a field that names another entity of the scenario, of one of these kinds."""

    def __init__(self, *kinds: str, words: tuple[str, ...] = ()) -> None:
        self.kinds = kinds
        self.words = words  # allowed besides ids


class Cat:
    """Marks a field that names an item of the catalogue, of this kind; of a mapping, its keys."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


def _not_a_number(value: object) -> object:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise fault("a name that looks like a number: put it in quotes")
    return value


Id = Annotated[
    str,
    StringConstraints(pattern=f"^{ID_PATTERN}$"),
    BeforeValidator(_not_a_number),
    Field(description="name, unique in the scenario: letters, digits, '-', '_', '.'; at most 40"),
]
Name = Annotated[str, StringConstraints(pattern=f"^{ID_PATTERN}$"), BeforeValidator(_not_a_number)]
Text = Annotated[str, StringConstraints(max_length=8000)]
Title = Annotated[str, StringConstraints(max_length=200)]

Probability = Annotated[float, Q("ratio", 0.0, 1.0)]


def _within_run(value: float, info: Any) -> float:
    context = info.context
    if context is not None and context.duration_s is not None and value > context.duration_s:
        lasts = format_quantity(context.duration_s, "time")
        raise fault(f"this is after the end of the run, which lasts {lasts}", f"0 s to {lasts}")
    return value


#: A time within the run, in s after its start.
Moment = Annotated[float, Q("time", 0.0, 86_400.0), AfterValidator(_within_run)]


def _utc(value: object) -> dt.datetime:
    example = "for example 2026-06-01T06:00:00Z"
    if not isinstance(value, str) or len(value) > 40:
        raise fault(f"a date and time in UTC is needed, {example}")
    try:
        when = dt.datetime.fromisoformat(value)
    except ValueError:
        raise fault(f"this is not a date and time of ISO 8601, {example}") from None
    if when.tzinfo is None:
        raise fault(f"a date and time needs its zone, {example}")
    try:
        when = when.astimezone(dt.UTC)
    except OverflowError:
        raise fault(f"this date is outside the calendar, {example}") from None
    if not 1900 <= when.year <= 2200:
        raise fault(f"this date is out of range, {example}", "1900 to 2200")
    return when


if TYPE_CHECKING:
    Utc = dt.datetime
    Pairs = tuple[tuple[str, int], ...]
else:

    class _UtcSchema:
        def __get_pydantic_core_schema__(self, source, handler):
            return core_schema.no_info_plain_validator_function(_utc)

        def __get_pydantic_json_schema__(self, schema, handler):
            return {"type": "string", "format": "date-time"}

    Utc = Annotated[dt.datetime, _UtcSchema()]

    #: {name: number} in the file; sorted pairs in the model, which can be hashed and copied.
    Pairs = Annotated[
        dict[str, Annotated[int, Field(ge=0, le=1000)]],
        Field(max_length=20),
        AfterValidator(lambda d: tuple(sorted(d.items()))),
    ]


class Window(Model):
    """A stretch of time: from one moment until another, or until the end."""

    from_s: Moment = Field(0.0, alias="from", description="start")
    until_s: Moment | None = Field(None, alias="until", description="end; without it, the end of the run")

    def model_post_init(self, context: Any, /) -> None:
        if self.until_s is not None and self.until_s <= self.from_s:
            raise fault("'until' must be later than 'from'")
