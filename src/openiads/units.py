"""SI constants, and the only place where other units become SI and back.

    >>> parse_quantity("400 km", "length")
    400000.0
    >>> format_quantity(400000.0, "length")
    '400 km'

A quantity is a decimal number, a blank (may be left out) and one unit of the table below. Units are case
sensitive because the field's are: `NM` is a nautical mile, `mW` and `MW` differ by 1e9. Two families are
logarithmic: `dBW`, `dBm` (power) and `dBsm` (radar cross-section) become W and m2; `gain` stays in dB:
that is how antenna gains and losses are added up. `mil` is the artillery mil of NATO (2 pi / 6400), `kt` and
`NM` are the international knot and nautical mile (1,852 m exactly), `ft` is 0.3048 m exactly, `g` is 9.80665
m/s2 exactly. Imports nothing heavy: the command line's `--help` goes through here.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

# Exact by definition (SI 2019, CGPM) unless a source is named.
SPEED_OF_LIGHT_MPS = 299_792_458.0
BOLTZMANN_J_PER_K = 1.380_649e-23
STANDARD_GRAVITY_MPS2 = 9.806_65
REFERENCE_TEMPERATURE_K = 290.0  # IEEE Std 686: standard noise temperature

NAUTICAL_MILE_M = 1852.0  # exact: First International Extraordinary Hydrographic Conference, Monaco 1929
FOOT_M = 0.3048  # exact: international yard and pound agreement, 1959

_LONGEST_TEXT = 64  # no quantity needs more characters; a longer text is cut in the message


class UnitError(ValueError):
    """Not a quantity of the wanted dimension. The message is for a person and names no field."""


class Unit(NamedTuple):
    """SI value = value * numerator / denominator + offset; where log is set, numerator * 10**(value / 10)."""

    numerator: float
    denominator: float = 1.0
    offset: float = 0.0
    log: bool = False


class Dimension(NamedTuple):
    """A kind of quantity: its name for people, its SI unit, an example, the units read, the ones written."""

    label: str
    si: str
    example: str
    units: Mapping[str, Unit]
    shown: tuple[tuple[str, float], ...]  # (unit, smallest magnitude in SI it is used for), largest first
    bare: bool = False  # a bare number is read as SI (pure numbers only)


_ONE = Unit(1.0)
_DEG = Unit(math.pi / 180.0)
_TIME = {
    "s": _ONE,
    "ms": Unit(1.0, 1e3),
    "us": Unit(1.0, 1e6),
    "ns": Unit(1.0, 1e9),
    "min": Unit(60.0),
    "h": Unit(3600.0),
    "d": Unit(86400.0),
}
_FREQUENCY = {"Hz": _ONE, "kHz": Unit(1e3), "MHz": Unit(1e6), "GHz": Unit(1e9)}
_LENGTH = {
    "m": _ONE,
    "mm": Unit(1.0, 1e3),
    "cm": Unit(1.0, 1e2),
    "km": Unit(1e3),
    "NM": Unit(NAUTICAL_MILE_M),
    "nmi": Unit(NAUTICAL_MILE_M),
    "mi": Unit(1609.344),
    "ft": Unit(FOOT_M),
    "kft": Unit(FOOT_M * 1e3),
}
_POWER = {
    "W": _ONE,
    "mW": Unit(1.0, 1e3),
    "kW": Unit(1e3),
    "MW": Unit(1e6),
    "dBW": Unit(1.0, log=True),
    "dBm": Unit(1e-3, log=True),
}
_DENSITY = {
    "W/Hz": _ONE,
    "W/kHz": Unit(1.0, 1e3),
    "W/MHz": Unit(1.0, 1e6),
    "dBW/Hz": Unit(1.0, log=True),
    "dBW/MHz": Unit(1e-6, log=True),
    "dBm/Hz": Unit(1e-3, log=True),
    "dBm/MHz": Unit(1e-9, log=True),
}
_AREA = {"m2": _ONE, "m²": _ONE, "cm2": Unit(1.0, 1e4), "km2": Unit(1e6), "km²": Unit(1e6)}

_DIMENSIONS: Final[dict[str, Dimension]] = {
    "length": Dimension("length", "m", "400 km", _LENGTH, (("km", 1e3), ("m", 0.0))),
    "area": Dimension("area", "m2", "4 m2", _AREA, (("m2", 0.0),)),
    "speed": Dimension(
        "speed",
        "m/s",
        "250 m/s",
        {
            "m/s": _ONE,
            "km/s": Unit(1e3),
            "km/h": Unit(1e3, 3600.0),
            "kt": Unit(NAUTICAL_MILE_M, 3600.0),
            "mph": Unit(1609.344, 3600.0),
            "ft/s": Unit(FOOT_M),
            "ft/min": Unit(FOOT_M, 60.0),
        },
        (("m/s", 0.0),),
    ),
    "acceleration": Dimension(
        "acceleration",
        "m/s2",
        "25 g",
        {"m/s2": _ONE, "m/s²": _ONE, "g": Unit(STANDARD_GRAVITY_MPS2), "ft/s2": Unit(FOOT_M)},
        (("g", STANDARD_GRAVITY_MPS2), ("m/s2", 0.0)),
    ),
    "angle": Dimension(
        "angle",
        "rad",
        "1.5 deg",
        {
            "rad": _ONE,
            "deg": _DEG,
            "°": _DEG,
            "mrad": Unit(1.0, 1e3),
            "mil": Unit(math.pi / 3200.0),
            "arcmin": Unit(math.pi / 10_800.0),
            "arcsec": Unit(math.pi / 648_000.0),
        },
        (("deg", 0.0),),
    ),
    "angular rate": Dimension(
        "angular rate",
        "rad/s",
        "12 rpm",
        {
            "rad/s": _ONE,
            "deg/s": _DEG,
            "°/s": _DEG,
            "mrad/s": Unit(1.0, 1e3),
            "rpm": Unit(2.0 * math.pi, 60.0),
        },
        (("deg/s", 0.0),),
    ),
    "time": Dimension(
        "time",
        "s",
        "20 s",
        _TIME,
        (("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 0.0)),
    ),
    "frequency": Dimension(
        "frequency",
        "Hz",
        "3 GHz",
        _FREQUENCY,
        (("GHz", 1e9), ("MHz", 1e6), ("kHz", 1e3), ("Hz", 0.0)),
    ),
    "rate": Dimension(
        "rate",
        "/s",
        "2 /s",
        {
            "/s": _ONE,
            "1/s": _ONE,
            "/min": Unit(1.0, 60.0),
            "1/min": Unit(1.0, 60.0),
            "/h": Unit(1.0, 3600.0),
            "1/h": Unit(1.0, 3600.0),
        },
        (("/s", 0.0),),
    ),
    "power": Dimension("power", "W", "5 kW", _POWER, (("MW", 1e6), ("kW", 1e3), ("W", 0.0))),
    "power density": Dimension("power density", "W/Hz", "20 W/MHz", _DENSITY, (("W/MHz", 0.0),)),
    "gain": Dimension("gain", "dB", "38 dB", {"dB": _ONE, "dBi": _ONE}, (("dB", 0.0),)),
    "rcs": Dimension(
        "radar cross-section",
        "m2",
        "4 m2",
        {"m2": _ONE, "m²": _ONE, "cm2": Unit(1.0, 1e4), "dBsm": Unit(1.0, log=True)},
        (("m2", 0.0),),
    ),
    "mass": Dimension(
        "mass", "kg", "180 kg", {"kg": _ONE, "g": Unit(1.0, 1e3), "t": Unit(1e3)}, (("kg", 0.0),)
    ),
    "mass flow": Dimension("mass flow", "kg/s", "40 kg/s", {"kg/s": _ONE}, (("kg/s", 0.0),)),
    "density": Dimension("density", "kg/m3", "1.2 kg/m3", {"kg/m3": _ONE, "kg/m³": _ONE}, (("kg/m3", 0.0),)),
    "area density": Dimension(
        "area density", "kg/m2", "5000 kg/m2", {"kg/m2": _ONE, "kg/m²": _ONE}, (("kg/m2", 0.0),)
    ),
    "force": Dimension(
        "force",
        "N",
        "120 kN",
        {"N": _ONE, "kN": Unit(1e3), "MN": Unit(1e6), "kgf": Unit(STANDARD_GRAVITY_MPS2)},
        (("kN", 1e3), ("N", 0.0)),
    ),
    "impulse": Dimension("impulse", "N s", "900 kN s", {"N s": _ONE, "kN s": Unit(1e3)}, (("N s", 0.0),)),
    "energy": Dimension(
        "energy",
        "J",
        "3 MJ",
        {"J": _ONE, "kJ": Unit(1e3), "MJ": Unit(1e6), "GJ": Unit(1e9)},
        (("GJ", 1e9), ("MJ", 1e6), ("kJ", 1e3), ("J", 0.0)),
    ),
    "temperature": Dimension(
        "temperature",
        "K",
        "290 K",
        {"K": _ONE, "degC": Unit(1.0, offset=273.15), "°C": Unit(1.0, offset=273.15)},
        (("K", 0.0),),
    ),
    "pressure": Dimension(
        "pressure",
        "Pa",
        "1013.25 hPa",
        {
            "Pa": _ONE,
            "hPa": Unit(1e2),
            "kPa": Unit(1e3),
            "MPa": Unit(1e6),
            "mbar": Unit(1e2),
            "bar": Unit(1e5),
            "atm": Unit(101_325.0),
        },
        (("kPa", 1e3), ("Pa", 0.0)),
    ),
    "rain rate": Dimension("rain rate", "mm/h", "4 mm/h", {"mm/h": _ONE}, (("mm/h", 0.0),)),
    "ratio": Dimension(
        "ratio", "", "0.7 or 70 %", {"": _ONE, "%": Unit(1.0, 100.0)}, (("", 0.0),), bare=True
    ),
}

#: Every dimension by name. `DIMENSIONS["length"].units` are the units that are read.
DIMENSIONS: Final[Mapping[str, Dimension]] = MappingProxyType(_DIMENSIONS)

# What people write for a unit that has another spelling, or is none.
_HINTS: Final[dict[str, str]] = {
    "nm": "NM (nautical mile)",
    "nM": "NM (nautical mile)",
    "kn": "kt",
    "knot": "kt",
    "knots": "kt",
    "kts": "kt",
    "kph": "km/h",
    "kmh": "km/h",
    "mps": "m/s",
    "fps": "ft/s",
    "fpm": "ft/min",
    "sec": "s",
    "second": "s",
    "seconds": "s",
    "minute": "min",
    "minutes": "min",
    "mins": "min",
    "hr": "h",
    "hour": "h",
    "hours": "h",
    "degree": "deg",
    "degrees": "deg",
    "degs": "deg",
    "meter": "m",
    "metre": "m",
    "meters": "m",
    "metres": "m",
    "feet": "ft",
    "foot": "ft",
    "db": "dB",
    "dbi": "dBi",
    "dbw": "dBW",
    "dbm": "dBm",
    "dbsm": "dBsm",
    "dBm2": "dBsm",
    "µs": "us",
    "μs": "us",
    "percent": "%",
    "sqm": "m2",
}
_FLIGHT_LEVEL = re.compile(r"\s*FL\s*\d+\s*", re.ASCII | re.IGNORECASE)
_MACH = re.compile(r"mach|ma|M", re.IGNORECASE)
_QUANTITY = re.compile(
    r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([^\s\d.,'_](?:.*\S)?)?\s*", re.ASCII
)
_NOT_FINITE = re.compile(r"\s*[+-]?\.?(nan|inf|infinity)\b.*", re.IGNORECASE | re.DOTALL)
_GROUPED = re.compile(r"\s*[+-]?\d{1,3}([,'_ ]\d{3})+(\.\d*)?\s*\D*", re.ASCII)


def _dimension(name: str) -> Dimension:
    """The dimension of that name. A wrong name is the caller's mistake, not the user's: KeyError."""
    try:
        return _DIMENSIONS[name]
    except KeyError:
        raise KeyError(f"no dimension {name!r}; there are {', '.join(_DIMENSIONS)}") from None


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 3] + "...")


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def parse_quantity(text: object, dimension: str) -> float:
    """The value in SI of a text such as "400 km", "-12.5 dBsm" or "6 NM".

    `gain` is returned in dB; a `ratio` may be a bare number or in %. Everything else without a unit, NaN,
    infinities, numbers that overflow, units of another dimension and unknown units are refused.

    Raises:
        UnitError: with a message that says what is allowed.
        KeyError: `dimension` is none of `DIMENSIONS`.
    """
    dim = _dimension(dimension)
    if isinstance(text, str):
        match = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
        if match is None:
            raise UnitError(_why_no_number(text, dim))
        number, unit = match.groups()
        value = float(number)
    elif isinstance(text, (int, float)) and not isinstance(text, bool):
        try:
            value, unit = float(text), None
        except OverflowError:
            raise UnitError("the number is too large") from None
    else:
        raise UnitError(
            f"{_with_article(dim.label)} is written as a number and a unit, for example {dim.example}"
        )
    if not math.isfinite(value):
        raise UnitError(f"{_quoted(str(text))} is not a finite number")
    return _convert(value, unit, dim)


def _convert(value: float, unit: str | None, dim: Dimension) -> float:
    if unit is None:
        if not dim.bare:
            raise UnitError(f"{_with_article(dim.label)} needs a unit, for example {dim.example}")
        return value
    known = dim.units.get(unit)
    if known is None:
        raise UnitError(_why_no_unit(unit, dim))
    result = _apply(value, known)
    if not math.isfinite(result):
        raise UnitError(f"{value:g} {unit} is too large")
    return result


def _apply(value: float, unit: Unit) -> float:
    if unit.log:
        return unit.numerator * db_to_ratio(value) if value < 3000.0 else math.inf
    return value * unit.numerator / unit.denominator + unit.offset


def _why_no_number(text: str, dim: Dimension) -> str:
    if _NOT_FINITE.fullmatch(text):
        return f"{_quoted(text)} is not a finite number"
    if not text.strip():
        return f"{_with_article(dim.label)} is missing, for example {dim.example}"
    if _GROUPED.fullmatch(text) and len(text) <= _LONGEST_TEXT:
        return f"{_quoted(text)}: write the number without separators, for example {dim.example}"
    if _FLIGHT_LEVEL.fullmatch(text):
        return f"{_quoted(text)} is a pressure (flight level); give {_with_article(dim.label)} with its unit"
    return f"{_quoted(text)} is not {_with_article(dim.label)}, for example {dim.example}"


def _why_no_unit(unit: str, dim: Dimension) -> str:
    allowed = ", ".join(u for u in dim.units if u)
    if _MACH.fullmatch(unit) and dim.label == "speed":
        return "Mach is not a unit here: it depends on the air temperature; give m/s, km/h or kt"
    hint = _HINTS.get(unit)
    if hint is not None and hint.split()[0] in dim.units:
        return f"{_quoted(unit)} is not read; did you mean {hint}? (units: {allowed})"
    meant = hint.split()[0] if hint is not None else unit
    other = next((d.label for d in _DIMENSIONS.values() if meant in d.units), None)
    if other is not None:
        wanted = f"{_with_article(dim.label)} is needed, for example {dim.example}"
        return f"{_quoted(unit)} is a unit of {other}; {wanted}"
    near = [u for u in dim.units if u.lower() == unit.lower()]
    near = near or difflib.get_close_matches(unit[:16], dim.units, n=1, cutoff=0.5)
    guess = f"; did you mean {near[0]!r}?" if near else ""
    return f"{_quoted(unit)} is not a unit of {dim.label}{guess} (units: {allowed})"


def to_si(value: float, unit: str, dimension: str) -> float:
    """The SI value of a number and a unit kept apart, as in the catalogue. Raises as `parse_quantity`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UnitError(f"{_quoted(str(value))} is not a number")
    if not math.isfinite(value):
        raise UnitError(f"{_quoted(str(value))} is not a finite number")
    return _convert(float(value), unit, _dimension(dimension))


def from_si(value_si: float, unit: str, dimension: str) -> float:
    """`value_si` as a number of that unit: the inverse of `to_si`. Raises UnitError on an unknown unit."""
    dim = _dimension(dimension)
    known = dim.units.get(unit)
    if known is None:
        raise UnitError(_why_no_unit(unit, dim))
    if known.log:
        return ratio_to_db(value_si / known.numerator)
    return (value_si - known.offset) * known.denominator / known.numerator


def format_quantity(value_si: float, dimension: str, unit: str | None = None) -> str:
    """The quantity for a person, six significant digits: "400 km". Without `unit`, one of a fitting size."""
    dim = _dimension(dimension)
    if not math.isfinite(value_si):
        return f"{value_si} {unit if unit is not None else dim.si}".rstrip()
    if unit is None:
        size = abs(value_si)
        # Six digits are shown: what rounds up to the next unit is shown in it.
        unit = next((name for name, least in dim.shown if size >= least * (1.0 - 5e-7)), dim.shown[-1][0])
        if size == 0.0 and dim.units.get(dim.si) is not None:
            unit = dim.si
    return f"{from_si(value_si, unit, dimension):.6g} {unit}".rstrip()


def si_unit(dimension: str) -> str:
    """The unit in which `parse_quantity` returns values of that dimension ("" for a pure number)."""
    return _dimension(dimension).si


def db_to_ratio(db: float) -> float:
    """Power ratio of a level in dB: 10**(db/10)."""
    return math.pow(10.0, db / 10.0)


def ratio_to_db(ratio: float) -> float:
    """Level in dB of a power ratio; -inf for zero. Raises UnitError below zero."""
    if ratio < 0.0:
        raise UnitError(f"{ratio:g} has no level in dB")
    return 10.0 * math.log10(ratio) if ratio > 0.0 else -math.inf


def dbw_to_w(dbw: float) -> float:
    """Power in W of a level in dB above 1 W."""
    return db_to_ratio(dbw)


def w_to_dbw(power_w: float) -> float:
    """Level in dB above 1 W of a power in W."""
    return ratio_to_db(power_w)


def dbm_to_w(dbm: float) -> float:
    """Power in W of a level in dB above 1 mW."""
    return 1e-3 * db_to_ratio(dbm)


def dbsm_to_m2(dbsm: float) -> float:
    """Radar cross-section in m2 of a level in dB above 1 m2."""
    return db_to_ratio(dbsm)


def m2_to_dbsm(rcs_m2: float) -> float:
    """Level in dB above 1 m2 of a radar cross-section in m2."""
    return ratio_to_db(rcs_m2)
