"""The published shape of a run: files, tables, columns, units, frames and encodings. Versioned.

The store writes by these tables and the reader checks by them; docs/results.md prints them. Raise
`SCHEMA_VERSION` when a column changes its name, type, unit or meaning; adding a column keeps the version.
"""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

from functools import cache
from typing import Any, Final, NamedTuple

FORMAT: Final = "openiads run"
SCHEMA_VERSION: Final = 1

MANIFEST: Final = "manifest.json"
SCENARIO: Final = "scenario.yaml"
PICTURE: Final = "overview.png"
GROUND: Final = "ground.npz"  # only where the scenario has an elevation model
LOW_FLYER_M: Final = 100.0  # height above the ground for which it says how many radars see it

# Column kinds: how a value is stored, hence which encoding it gets.
KEY: Final = "key"  # text that repeats: dictionary
FLOAT: Final = "float"  # 64-bit: BYTE_STREAM_SPLIT
COUNT: Final = "count"  # 64-bit whole number: DELTA_BINARY_PACKED
FIXED: Final = "fixed"  # 32-bit whole number times a scale: DELTA_BINARY_PACKED
FLAG: Final = "flag"  # true or false

ECEF: Final = "WGS-84 ECEF, rotating with the Earth"


class Column(NamedTuple):
    """One column. An empty value (null) always means "none" or "never"."""

    name: str
    kind: str
    meaning: str
    unit: str = ""
    frame: str = ""
    per_unit: int = 1  # FIXED: stored whole numbers per unit (10: tenths)
    decoded: str = ""  # FIXED: name of the column after decoding


def _link(name: str, text: str, *extra: Column) -> tuple[Column, ...]:
    """Time, range and whatever else belongs to the first occurrence of one link of the kill chain."""
    return (
        Column(f"t_{name}_s", FLOAT, f"{text}: time since the start of the scenario", "s"),
        Column(
            f"{name}_range_m", FLOAT, f"{text}: slant range from the radar, post or battery concerned", "m"
        ),
        *extra,
    )


EVENTS: Final = (
    Column("t_s", FLOAT, "time since the start of the scenario", "s"),
    Column("event", KEY, "what happened"),
    Column("subject", KEY, "id of what it happened to; empty: nothing real (a false track)"),
    Column("object", KEY, "id of the other party"),
    Column("via", KEY, "id of what it went through (track, launcher, missile)"),
    Column(
        "detail",
        KEY,
        "one of a list that belongs to the event (see the file's metadata), or a catalogue item",
    ),
    Column("range_m", FLOAT, "slant range between subject and object, unless the event says otherwise", "m"),
    Column("alt_m", FLOAT, "altitude of the subject above the WGS-84 ellipsoid", "m"),
    Column("speed_mps", FLOAT, "speed of the subject relative to the rotating Earth", "m/s"),
    Column("value", FLOAT, "a number whose meaning belongs to the event"),
)

_POSITION = tuple(
    Column(f"{c}_dm", FIXED, f"{c.upper()} of the position", "m", ECEF, 10, f"{c}_m") for c in "xyz"
)
_VELOCITY = tuple(
    Column(f"v{c}_cmps", FIXED, f"{c.upper()} of the velocity", "m/s", ECEF, 100, f"v{c}_mps") for c in "xyz"
)
_AXES = ("east", "north", "up")
_ROOT = tuple(
    Column(
        f"root_{_AXES[i][0]}{_AXES[k][0]}_dm",
        FIXED,
        f"tracks: {_AXES[i]}, {_AXES[k]} of L; L L' is the covariance of the position, axes east, north and up there",
        "m",
        "local",
        10,
        f"root_{_AXES[i][0]}{_AXES[k][0]}_m",
    )
    for i in range(3)
    for k in range(i + 1)
)
TRAJECTORIES: Final = (
    Column(
        "kind",
        KEY,
        "platform (truth), track (fused, as the command post sees it), passive track (the same while it is known "
        "from strobes alone) or missile (truth)",
    ),
    Column("id", KEY, "id of the platform, track or missile"),
    Column("t_ms", FIXED, "time since the start of the scenario", "s", "", 1000, "t_s"),
    *_POSITION,
    *_VELOCITY,
    Column("sigma_dm", FIXED, "tracks: root of the trace of the position covariance", "m", "", 10, "sigma_m"),
    Column("identity", KEY, "tracks: identity held by the command post"),
    Column("truth", KEY, "tracks: platform behind the last plot (for scoring only)"),
    *_ROOT,
)

THREATS: Final = (
    Column("id", KEY, "platform: everything that flies, friends and civil flights included"),
    Column("type", KEY, "catalogue item"),
    Column("class", KEY, "true class"),
    Column("identity", KEY, "true identity: hostile, neutral, friend"),
    Column("group", KEY, "group of the scenario"),
    Column("target", KEY, "site aimed at"),
    Column("fate", KEY, "how it ended"),
    Column("t_end_s", FLOAT, "when it ended", "s"),
    Column("killer", KEY, "missile or gun that killed it"),
    Column("hit_site", KEY, "site it reached"),
    *_link(
        "line_of_sight", "first above a radar's horizon", Column("line_of_sight_radar", KEY, "that radar")
    ),
    *_link("detection", "first detected", Column("detection_radar", KEY, "that radar")),
    *_link("track", "first fused track", Column("track", KEY, "that track")),
    *_link("identified", "first identified", Column("identified_as", KEY, "as what")),
    Column("t_hostile_s", FLOAT, "first held to be hostile", "s"),
    *_link("assigned", "first assigned to a battery", Column("assigned_battery", KEY, "that battery")),
    *_link(
        "launch",
        "first missile launched at it (range from the launcher)",
        Column("launch_weapon", KEY, "its type"),
    ),
    Column("t_burst_s", FLOAT, "first burst at it", "s"),
    Column("rounds_fired", COUNT, "missiles fired at it"),
    Column("bursts", COUNT, "missiles that burst at it"),
    Column("wrong_shots", COUNT, "missiles and bursts of guns fired at it although it is not hostile"),
)

MISSILES: Final = (
    Column("id", KEY, "missile, numbered in the order of launch"),
    Column("launcher", KEY, "launcher it came from"),
    Column("battery", KEY, "battery that guided it"),
    Column("weapon", KEY, "catalogue item"),
    Column("target", KEY, "platform it was fired at (truth); empty: a false track or a ground target"),
    Column("target_site", KEY, "ground target of a surface strike"),
    Column("track", KEY, "fused track it was guided on"),
    Column("t_launch_s", FLOAT, "launch", "s"),
    Column("launch_range_m", FLOAT, "slant range from launcher to target at launch", "m"),
    Column("predicted_flight_time_s", FLOAT, "predicted time to the intercept", "s"),
    Column("t_seeker_s", FLOAT, "seeker switched on", "s"),
    Column("t_burst_s", FLOAT, "burst", "s"),
    Column("miss_m", FLOAT, "closest approach", "m"),
    Column("kill_probability", FLOAT, "of the burst, by the lethality law"),
    Column("fate", KEY, "how it ended"),
    Column("t_end_s", FLOAT, "when it ended", "s"),
    Column("time_of_flight_s", FLOAT, "from launch to its end", "s"),
    Column("wrong_shot", FLAG, "fired at what is not hostile"),
)

SITES: Final = (
    Column("id", KEY, "site"),
    Column("kind", KEY, "radar, launcher, command post, asset or target"),
    Column("type", KEY, "catalogue item, radars only"),
    Column("lat_deg", FLOAT, "geodetic latitude", "deg", "WGS-84"),
    Column("lon_deg", FLOAT, "longitude", "deg", "WGS-84"),
    Column("alt_m", FLOAT, "altitude above the ellipsoid", "m", "WGS-84"),
    Column("value", FLOAT, "worth, as the scenario states it"),
    Column("radar_range_m", FLOAT, "instrumented range, radars only", "m"),
    Column("antenna_height_m", FLOAT, "antenna above the site, radars only", "m"),
    Column("alive", FLAG, "not lost at the end"),
    Column("hits", COUNT, "hits on it"),
    Column("t_lost_s", FLOAT, "when it was lost", "s"),
    Column("lost_to", KEY, "platform that destroyed it"),
    Column("moves", COUNT, "further places that it has come to"),
    Column("lat_end_deg", FLOAT, "geodetic latitude of the last place that it stood at", "deg", "WGS-84"),
    Column("lon_end_deg", FLOAT, "longitude of that place", "deg", "WGS-84"),
)

MAGAZINES: Final = (
    Column("launcher", KEY, "launcher, or reload column"),
    Column("weapon", KEY, "catalogue item"),
    Column("weapon_range_m", FLOAT, "declared reach", "m"),
    Column("rounds_start", COUNT, "ready and reserve rounds at the start"),
    Column("rounds_fired", COUNT, "fired"),
    Column("rounds_ready", COUNT, "left on the launcher"),
    Column("rounds_reserve", COUNT, "left in reserve; of a column: in it and on its trucks"),
)

PLOTS: Final = (
    Column("t_s", FLOAT, "time of the measurement since the start of the scenario", "s"),
    Column("radar", KEY, "radar"),
    Column("kind", KEY, "target, or false: noise, clutter or a deceiver"),
    Column("range_m", FLOAT, "measured slant range", "m"),
    Column("az_rad", FLOAT, "measured azimuth, clockwise from true north as the radar knows it", "rad"),
    Column("el_rad", FLOAT, "measured elevation above the radar's horizon, less the bend", "rad"),
    Column("range_sigma_m", FLOAT, "standard deviation of the range", "m"),
    Column("az_sigma_rad", FLOAT, "standard deviation of the azimuth", "rad"),
    Column("el_sigma_rad", FLOAT, "standard deviation of the elevation", "rad"),
    Column("snr_db", FLOAT, "estimated signal to noise of one pulse", "dB"),
    Column("reply", KEY, "to the interrogation: none, friend, civil; empty: not asked"),
    Column("truth", KEY, "platform of the strongest echo (truth); empty: a false plot"),
    Column("track", COUNT, "number of the radar's own track that took it; empty: none"),
    Column("dedicated", FLAG, "of a look at a target that is engaged; else of the search"),
)

TABLES: Final[dict[str, tuple[Column, ...]]] = {
    "events": EVENTS,
    "trajectories": TRAJECTORIES,
    "threats": THREATS,
    "missiles": MISSILES,
    "sites": SITES,
    "magazines": MAGAZINES,
}
#: Tables that a run holds where it was asked for them.
OPTIONAL: Final[dict[str, tuple[Column, ...]]] = {"plots": PLOTS}
PURPOSE: Final = {
    "events": "everything that happened, in order",
    "trajectories": "sampled truth, fused tracks and missiles, sorted by kind, id and time",
    "threats": "one row per platform: its kill chain and its fate",
    "missiles": "one row per missile fired",
    "sites": "one row per site on the ground",
    "plots": "what the radars measured, in order of time (`run --plots`)",
    "magazines": "one row per launcher or reload column and missile type",
}


def columns_of(table: str) -> tuple[Column, ...]:
    """Columns of a table, optional or not."""
    return (TABLES | OPTIONAL)[table]


def file_of(table: str) -> str:
    """Name of the file of a table."""
    return f"{table}.parquet"


def arrow_schema(table: str, metadata: dict[str, str] | None = None) -> Any:
    """The pyarrow schema of a table, with unit, scale, frame and meaning in the metadata of each field."""
    return arrow_fields(columns_of(table), metadata)


def arrow_fields(columns: tuple[Column, ...], metadata: dict[str, str] | None = None) -> Any:
    """The same for any list of columns."""
    plain = _fields(columns)
    return plain.with_metadata(metadata) if metadata is not None else plain


@cache
def _fields(columns: tuple[Column, ...]) -> Any:
    import pyarrow as pa

    types = {
        KEY: pa.dictionary(pa.int32(), pa.string()),
        FLOAT: pa.float64(),
        COUNT: pa.int64(),
        FIXED: pa.int32(),
        FLAG: pa.bool_(),
    }
    fields = []
    for column in columns:
        notes = {"meaning": column.meaning, "unit": column.unit, "frame": column.frame}
        if column.kind == FIXED:
            notes |= {"scale": f"{1 / column.per_unit:g}", "decoded": column.decoded}
        fields.append(
            pa.field(column.name, types[column.kind], metadata={k: v for k, v in notes.items() if v})
        )
    return pa.schema(fields)


def encoding_of(column: Column) -> str | None:
    """Parquet encoding of a column; None for dictionary columns and flags."""
    return {
        FLOAT: "BYTE_STREAM_SPLIT",
        COUNT: "DELTA_BINARY_PACKED",
        FIXED: "DELTA_BINARY_PACKED",
    }.get(column.kind)


def markdown() -> str:
    """The tables as they stand in docs/results.md."""
    parts = []
    for table, columns in (TABLES | OPTIONAL).items():
        parts += [f"### {file_of(table)}", "", f"{PURPOSE[table].capitalize()}.", ""]
        parts += ["| column | stored as | unit | meaning |", "|---|---|---|---|"]
        for c in columns:
            stored = f"whole number x {1 / c.per_unit:g}" if c.kind == FIXED else c.kind
            meaning = f"{c.meaning} ({c.frame})" if c.frame else c.meaning
            parts.append(f"| `{c.name}` | {stored} | {c.unit} | {meaning} |")
        parts.append("")
    return "\n".join(parts)
