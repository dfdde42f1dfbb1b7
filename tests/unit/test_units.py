"""Units: every conversion against its definition, every refusal with a message that helps."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiads import units
from openiads.units import DIMENSIONS, UnitError, format_quantity, from_si, parse_quantity, to_si

# Definitions: BIPM SI brochure (9th ed., tables 1-8); foot 0.3048 m; nautical mile 1,852 m; NATO mil.
KNOWN = [
    ("400 km", "length", 400e3),
    ("400km", "length", 400e3),
    ("400 NM", "length", 740_800.0),
    ("1 nmi", "length", 1852.0),
    ("30000 ft", "length", 9144.0),
    ("30 kft", "length", 9144.0),
    ("-500 m", "length", -500.0),
    ("1e3 m", "length", 1000.0),
    (".5 km", "length", 500.0),
    ("360 km/h", "speed", 100.0),
    ("3600 kt", "speed", 1852.0),
    ("4.8 km/s", "speed", 4800.0),
    ("6000 ft/min", "speed", 30.48),
    ("180 deg", "angle", math.pi),
    ("90 deg", "angle", math.pi / 2),
    ("90°", "angle", math.pi / 2),
    ("6400 mil", "angle", 2 * math.pi),
    ("3 mrad", "angle", 0.003),
    ("60 arcmin", "angle", math.pi / 180),
    ("3600 arcsec", "angle", math.pi / 180),
    ("20 min", "time", 1200.0),
    ("1.5 h", "time", 5400.0),
    ("250 us", "time", 250e-6),
    ("80 ns", "time", 80e-9),
    ("3 GHz", "frequency", 3e9),
    ("10 dBW", "power", 10.0),
    ("30 dBm", "power", 1.0),
    ("5 kW", "power", 5000.0),
    ("2 MW", "power", 2e6),
    ("500 mW", "power", 0.5),
    ("20 W/MHz", "power density", 20e-6),
    ("-60 dBW/Hz", "power density", 1e-6),
    ("0 dBW/MHz", "power density", 1e-6),
    ("38 dBi", "gain", 38.0),
    ("-3 dB", "gain", -3.0),
    ("-30 dBsm", "rcs", 1e-3),
    ("4 m2", "rcs", 4.0),
    ("4 m²", "area", 4.0),
    ("1.8 t", "mass", 1800.0),
    ("200 g", "mass", 0.2),
    ("25 g", "acceleration", 245.16625),
    ("1 kgf", "force", 9.80665),
    ("15 degC", "temperature", 288.15),
    ("1013.25 hPa", "pressure", 101_325.0),
    ("1 atm", "pressure", 101_325.0),
    ("60 rpm", "angular rate", 2 * math.pi),
    ("6 deg/s", "angular rate", math.pi / 30),
    ("30 /min", "rate", 0.5),
    ("0.7", "ratio", 0.7),
    ("70 %", "ratio", 0.7),
    ("900 kN s", "impulse", 9e5),
]


@pytest.mark.parametrize(("text", "dimension", "expected"), KNOWN)
def test_definition(text, dimension, expected):
    # 4 ulp: a product and a quotient, or one power of ten, are rounded.
    assert parse_quantity(text, dimension) == pytest.approx(expected, rel=1e-15, abs=0)


# (text, dimension, every one of these words is in the message)
REFUSED = [
    ("400", "length", ["a length needs a unit, for example 400 km"]),
    (400, "length", ["a length needs a unit, for example 400 km"]),
    (400.0, "angle", ["an angle needs a unit"]),
    ("400 nm", "length", ["did you mean NM (nautical mile)"]),
    ("400 KM", "length", ["did you mean 'km'"]),
    ("400 kg", "length", ["'kg' is a unit of mass", "a length is needed"]),
    ("400 kts", "speed", ["did you mean kt"]),
    ("400 knots", "length", ["unit of speed"]),
    ("2 Mach", "speed", ["Mach is not a unit", "m/s, km/h or kt"]),
    ("2 M", "speed", ["Mach is not a unit"]),
    ("FL300", "length", ["flight level"]),
    ("400,000 m", "length", ["without separators"]),
    ("40 0 km", "length", ["is not a length"]),
    ("nan km", "length", ["not a finite number"]),
    (".inf km", "length", ["not a finite number"]),
    ("-inf", "length", ["not a finite number"]),
    (math.nan, "ratio", ["not a finite number"]),
    (math.inf, "length", ["not a finite number"]),
    ("1e400 km", "length", ["not a finite number"]),
    ("1e308 km", "length", ["too large"]),
    ("1e300 dBW", "power", ["too large"]),
    (10**5000, "length", ["too large"]),
    ("", "length", ["a length is missing"]),
    ("far", "length", ["'far' is not a length"]),
    ("x" * 10_000, "length", ["..."]),
    ("1" * 5000 + " km", "length", ["..."]),
    (True, "length", ["a number and a unit"]),
    (None, "time", ["a number and a unit"]),
    ([], "time", ["a number and a unit"]),
    ("5 furlongs", "length", ["'furlongs' is not a unit of length", "units: m,"]),
    ("٤ km", "length", ["is not a length"]),
    ("0x10 km", "length", ["is not a unit of length"]),
    ("1_000 km", "length", ["without separators"]),
    ("7 dBW", "gain", ["unit of power"]),
    ("5 deg", "angular rate", ["unit of angle"]),
]


@pytest.mark.parametrize(("text", "dimension", "words"), REFUSED, ids=range(len(REFUSED)))
def test_refused(text, dimension, words):
    with pytest.raises(UnitError) as caught:
        parse_quantity(text, dimension)
    message = str(caught.value)
    assert len(message) < 300
    for word in words:
        assert word in message


def test_unknown_dimension_is_the_callers_mistake():
    with pytest.raises(KeyError, match="no dimension 'distance'"):
        parse_quantity("1 km", "distance")


def test_every_example_is_read_and_every_shown_unit_exists():
    for name, dim in DIMENSIONS.items():
        parse_quantity(dim.example.split(" or ")[0], name)
        assert dim.si in dim.units
        assert to_si(1.0, dim.si, name) == 1.0
        for shown, _ in dim.shown:
            assert shown in dim.units


@pytest.mark.parametrize("name", sorted(DIMENSIONS))
@given(value=st.floats(min_value=1e-6, max_value=1e9))
def test_there_and_back(name, value):
    for unit in DIMENSIONS[name].units:
        if DIMENSIONS[name].units[unit].log:
            assert to_si(from_si(value, unit, name), unit, name) == pytest.approx(value, rel=1e-12)
        else:
            assert from_si(to_si(value, unit, name), unit, name) == pytest.approx(value, rel=1e-12, abs=1e-10)


@pytest.mark.parametrize("name", sorted(DIMENSIONS))
@given(value=st.floats(min_value=-1e12, max_value=1e12))
def test_what_is_written_is_read_back(name, value):
    text = format_quantity(value, name)
    assert parse_quantity(text, name) == pytest.approx(value, rel=1e-5)


@given(text=st.text(max_size=80), dimension=st.sampled_from(sorted(DIMENSIONS)))
def test_any_text_is_read_or_refused(text, dimension):
    try:
        assert math.isfinite(parse_quantity(text, dimension))
    except UnitError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("value", "dimension", "unit", "text"),
    [
        (400e3, "length", None, "400 km"),
        (999_999.9999, "length", "km", "1000 km"),
        (999.99999, "length", None, "1 km"),
        (0.0, "length", None, "0 m"),
        (0.0, "time", None, "0 s"),
        (1200.0, "time", None, "20 min"),
        (740_800.0, "length", "NM", "400 NM"),
        (1e-3, "rcs", "dBsm", "-30 dBsm"),
        (0.7, "ratio", None, "0.7"),
        (0.7, "ratio", "%", "70 %"),
        (math.nan, "length", None, "nan m"),
    ],
)
def test_written_for_a_person(value, dimension, unit, text):
    assert format_quantity(value, dimension, unit) == text


def test_decibels():
    assert units.db_to_ratio(3.0) == pytest.approx(1.9952623149688795, rel=1e-15)
    assert units.ratio_to_db(100.0) == 20.0
    assert units.ratio_to_db(0.0) == -math.inf
    assert units.dbm_to_w(30.0) == pytest.approx(1.0, rel=1e-15)
    assert units.dbw_to_w(units.w_to_dbw(50.0)) == pytest.approx(50.0, rel=1e-15)
    assert units.m2_to_dbsm(units.dbsm_to_m2(-12.5)) == pytest.approx(-12.5, rel=1e-15)
    with pytest.raises(UnitError, match="no level in dB"):
        units.ratio_to_db(-1.0)


def test_imports_nothing_heavy():
    heavy = "('numpy', 'numba', 'scipy', 'pydantic')"
    code = f"import sys, openiads.units; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
