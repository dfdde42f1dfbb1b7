"""The published shape of a study: files, tables, columns. Versioned like that of a run (results.schema)."""

from __future__ import annotations

from typing import Any, Final

from openiads.results import schema
from openiads.results.schema import COUNT, FLAG, FLOAT, KEY, Column

FORMAT: Final = "openiads study"
SHARD_FORMAT: Final = "openiads shard"
SCHEMA_VERSION: Final = 1

MANIFEST: Final = "study.json"
SEALS: Final = "done"  # folder of the seals: a shard whose seal is there is done
SCENARIOS: Final = "points"  # folder of the scenario texts, one per point
PICTURE: Final = "overview.png"

KEYS: Final = (
    Column("point", COUNT, "number of the point of the design, from 0"),
    Column("replication", COUNT, "number of the replication, from 0; the same luck at every point"),
)

OUTCOMES: Final = (
    *KEYS,
    *schema.THREATS,
    Column("failed_link", KEY, "what came through: first link of its kill chain that failed"),
    Column("cause", KEY, "what came through: kind of cause"),
    Column("cause_text", KEY, "what came through: cause in words"),
)

RUNS: Final = (
    *KEYS,
    Column("status", COUNT, "bits that the engine set"),
    Column("usable", FLAG, "false: the engine reported a state that must not be used"),
    Column("hostile", COUNT, "hostile platforms that started"),
    Column("aimed", COUNT, "of these, aimed at something on the ground"),
    Column("leaked", COUNT, "of the aimed, those that came through to their target (hit it or not)"),
    Column("hit", COUNT, "of the aimed, those that hit"),
    Column("aimed_killed", COUNT, "of the aimed, those killed"),
    Column("unresolved", COUNT, "of the aimed, those still flying when the run ended"),
    Column("killed", COUNT, "hostile platforms killed"),
    Column("detected", COUNT, "hostile platforms detected"),
    Column("engaged", COUNT, "hostile platforms fired at"),
    Column("t_first_detection_s", FLOAT, "first detection of anything hostile", "s"),
    Column("t_first_launch_s", FLOAT, "first missile launched at anything hostile", "s"),
    Column("rounds_fired", COUNT, "missiles fired"),
    Column("rounds_at_hostile", COUNT, "missiles fired at what truly was hostile"),
    Column("bursts", COUNT, "missiles that burst"),
    Column("rounds_start", COUNT, "missiles at the start, ready, in reserve and in reload columns"),
    Column("rounds_left", COUNT, "missiles left at the end, ready, in reserve and in reload columns"),
    Column("wrong_shots", COUNT, "missiles and bursts of guns fired at what is not hostile"),
    Column("wrong_kills", COUNT, "friends and neutrals killed by a missile"),
    Column("others", COUNT, "friends and neutrals that started"),
    Column("sites", COUNT, "radars, launchers and command posts"),
    Column("sites_lost", COUNT, "of these, not working at the end"),
    Column("assets", COUNT, "defended assets"),
    Column("assets_lost", COUNT, "of these, lost at the end"),
    Column("value", FLOAT, "worth of all sites, as the scenario states it"),
    Column("value_lost", FLOAT, "worth of the sites that are lost at the end"),
    Column("availability", FLOAT, "share of the run for which radars, launchers and command posts worked, on average"),
    Column("channel_use", FLOAT, "share of all target channels and of the run for which channels were engaged"),
    Column("channel_peak", FLOAT, "largest share of its target channels that a battery used at once"),
)  # fmt: skip

ROUNDS: Final = (
    *KEYS,
    Column("weapon", KEY, "catalogue item"),
    Column("rounds_start", COUNT, "ready and reserve rounds at the start, all launchers and reload columns"),
    Column("rounds_fired", COUNT, "fired"),
    Column("kills", COUNT, "hostile platforms killed by it"),
    Column("rounds_ready", COUNT, "left on launchers"),
    Column("rounds_reserve", COUNT, "left in reserve and in reload columns"),
)

SITES: Final = (
    *KEYS,
    Column("id", KEY, "site"),
    Column("kind", KEY, "radar, launcher, command post, asset, target or decoy emitter"),
    Column("alive", FLAG, "working at the end"),
    Column("hits", COUNT, "hits on it"),
    Column("t_lost_s", FLOAT, "when it was lost, where it is lost at the end", "s"),
    Column("working", FLOAT, "share of the run for which it worked"),
)

BATTERIES: Final = (
    *KEYS,
    Column("id", KEY, "battery"),
    Column("channels", COUNT, "target channels"),
    Column("engagements", COUNT, "engagements begun"),
    Column("busy_s", FLOAT, "channel-seconds engaged", "s"),
    Column("peak", COUNT, "most channels engaged at once"),
)

TRACKS: Final = (
    *KEYS,
    Column("looks", COUNT, "times at which tracks and truth were looked at"),
    Column("gospa_m", FLOAT, "GOSPA distance (cut-off 1 km, order 2), mean over the looks", "m"),
    Column("missed", FLOAT, "GOSPA: objects without a track within 1 km, mean over the looks"),
    Column("false_tracks", FLOAT, "GOSPA: tracks without an object within 1 km, mean over the looks"),
    Column("objects", COUNT, "SIAP J: objects in the air, summed over the looks, like all that follows"),
    Column("tracked", COUNT, "SIAP JT: of these, with a track"),
    Column("tracks", COUNT, "SIAP N: tracks of the first command post"),
    Column("assigned", COUNT, "SIAP NA: of these, belonging to an object in the air"),
    Column("spurious", COUNT, "N - NA"),
    Column("position_error_m", FLOAT, "distances of assigned tracks from their objects", "m"),
    Column("velocity_error_mps", FLOAT, "errors of their velocities", "m/s"),
    Column("track_changes", COUNT, "SIAP NU - 1: tracks used beyond the first, per object"),
    Column("tracked_s", FLOAT, "SIAP TT: time that objects were tracked", "s"),
    Column("longest_s", FLOAT, "SIAP TL: time covered by each object's longest track", "s"),
    Column("life_s", FLOAT, "SIAP T: time that objects flew", "s"),
    Column("nees", FLOAT, "normalised estimation errors squared of assigned tracks, position and velocity"),
    Column("nees_states", COUNT, "how many"),
    Column("nees_inside", COUNT, "of these, below the 95 % point of chi-square with 6 degrees of freedom"),
)

#: Always there.
ALWAYS: Final = ("outcomes", "runs", "missiles", "rounds", "sites", "batteries")
#: Of replications that are kept, or of all with `--events`.
KEPT: Final = ("events", "trajectories")

TABLES: Final[dict[str, tuple[Column, ...]]] = {
    "outcomes": OUTCOMES,
    "runs": RUNS,
    "missiles": (*KEYS, *schema.MISSILES),
    "rounds": ROUNDS,
    "sites": SITES,
    "batteries": BATTERIES,
    "events": (*KEYS, *schema.EVENTS),
    "trajectories": (*KEYS, *schema.TRAJECTORIES),
    "tracks": TRACKS,
}
PURPOSE: Final = {
    "outcomes": "one row per replication and platform: its kill chain, its fate, and why it came through",
    "runs": "one row per replication: the counts that the measures are made of",
    "missiles": "one row per replication and missile fired",
    "rounds": "one row per replication and missile type",
    "sites": "one row per replication and site",
    "batteries": "one row per replication and battery",
    "events": "everything that happened, in replications that are kept (with --events: in all)",
    "trajectories": "sampled truth, fused tracks and missiles, in replications that are kept",
    "tracks": "with `--track-quality`: one row per replication, the sums of which the measures of the tracks are made",
}


def shard_name(point: int, first: int) -> str:
    """Name of a shard without suffix: its point, and its first replication."""
    return f"p{point:05d}-r{first:08d}"


def arrow_schema(table: str, metadata: dict[str, str] | None = None) -> Any:
    """The pyarrow schema of a table of a study."""
    return schema.arrow_fields(TABLES[table], metadata)


def markdown() -> str:
    """The tables as they stand in docs/studies.md; what a run has too is not told again."""
    parts = []
    told = {
        "outcomes": "`threats.parquet`", "missiles": "`missiles.parquet`",
        "events": "`events.parquet`", "trajectories": "`trajectories.parquet`",
    }  # fmt: skip
    for table, columns in TABLES.items():
        parts += [f"### {table}", "", f"{PURPOSE[table][:1].upper()}{PURPOSE[table][1:]}.", ""]
        if table in told:
            parts += [f"The columns of {told[table]} of a [run](results.md), and:", ""]
            run = {"outcomes": "threats"}.get(table, table)
            columns = tuple(c for c in columns if c not in schema.TABLES[run])
        parts += ["| column | stored as | unit | meaning |", "|---|---|---|---|"]
        parts += [f"| `{c.name}` | {c.kind} | {c.unit} | {c.meaning} |" for c in columns] + [""]
    return "\n".join(parts)
