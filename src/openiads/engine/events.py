"""The event log: one record per thing that happened, and what its columns mean.

`world.schema.EVENT` is the record that compiled code writes. `SPECS` says, per code, to which tables the index columns
refer and which enumeration `detail` uses; whoever stores a run translates with it, so a reader needs no engine.
"""

from __future__ import annotations

from dataclasses import dataclass

from openiads._jit import kernel
from openiads.engine import status

LINE_OF_SIGHT = 1
DETECTION = 2
LOCAL_TRACK = 3
SYSTEM_TRACK = 4
TRACK_DROPPED = 5
IDENTIFIED = 6
CLASSIFIED = 7
JAM_STROBE = 8
WITHHELD = 9
ASSIGNED = 10
LAUNCH = 11
SEEKER_ON = 12
BURST = 13
MISSILE_END = 14
PLATFORM_END = 15
SITE_HIT = 16
SITE_LOST = 17
ENGAGEMENT_END = 18
RELOADED = 19
WRONG_SHOT = 21
STRIKE_IMPACT = 22
EMISSION = 23
JAMMING = 50
COMPONENT_LOST = 60
COMPONENT_FAILED = 61
REPAIR_STARTED = 62
COMPONENT_REPAIRED = 63
SITE_RESTORED = 64
ARM_ALARM = 65
DECOY_EMISSION = 66
SITE_MOVES = 67
GUN_FIRE = 68
POWER = 69
SEDUCED = 51
COMMAND_LOST = 70
COMMAND_TAKEN = 71
COMMAND_BACK = 72
REPORTS_TO = 73
HANDED_OVER = 74
COMMAND_LINK_CUT = 45
SEEKER_CUT = 46
PULLED_OFF = 80
PULL_OVER = 81
LINK_CUT = 82
LINK_BACK = 83
STROBES_CROSS = 85
PASSIVE_TRACK = 86
CROSSING_REFUTED = 87
HOMES_ON_JAM = 88
EMITTER_SILENT = 89
BURN_THROUGH = 90
RESUPPLY = 91
JAM_STROBE_OVER = 92

# Enumerations used in `detail`; the order is the number.
IDENTITY = ("unknown", "friend", "neutral", "hostile")
MISSILE_FATE = (
    "in flight",
    "kill",
    "miss",
    "no target",
    "self-destruct",
    "ground",
    "dud",
    "end of run",
    "strike",
    "emitter silent",
)
PLATFORM_FATE = (
    "flying",
    "killed",
    "hit its target",
    "missed its target",
    "left the area",
    "end of run",
    "not started",
)
WITHHOLD = (
    "none",
    "identity does not permit fire",
    "out of the envelope",
    "no channel free",
    "no rounds ready",
    "too late to intercept",
    "kill probability too low",
    "enough rounds committed",
    "no fire unit working",
    "not a threat to anything defended",
    "rules of engagement hold",
    "below the horizon of the fire units",
    "not yet near enough for the ambush",
    "known from strobes alone",
    "emitter not located well enough",
    "no missile that homes on jamming",
    "waits for the target to come nearer",
)
ENGAGEMENT_CLOSE = (
    "open",
    "target assessed killed",
    "track lost",
    "target passed",
    "fire unit lost",
    "no rounds",
    "target out of the envelope",
    "identity changed",
    "assessed not killed",
    "fire unit could not acquire the target",
)
ON_OFF = ("off", "on")
COMPONENT = ("antenna", "transmitter", "link", "rail", "shelter", "generator")
LOCK = ("before its lock", "after its lock")
POWER_STATE = ("on batteries", "without power", "power back")
GUN = ("opens fire", "miss", "kill", "nothing there", "ammunition spent")
MOVE = ("waits for its missiles", "packs up", "under way", "sets up", "ready")
ARM_ANSWER = ("none", "ignore", "shut-down", "decoy-emitter", "intercept")
RESUPPLY_STATE = (
    "truck sent",
    "truck waits",
    "reloads",
    "truck turns back",
    "truck lost",
    "stock lost",
    "truck stranded",
)
BURN = ("looks longer", "seen by longer looks")
GATE = ("range", "velocity", "range and velocity")


@dataclass(frozen=True)
class EventSpec:
    """Meaning of one event code."""

    name: str
    subject: str
    object: str | None = None
    via: str | None = None
    detail: tuple[str, ...] | None = None
    value: str | None = None
    note: str = ""


SPECS: dict[int, EventSpec] = {
    LINE_OF_SIGHT: EventSpec(
        "line of sight",
        "platform",
        "radar",
        value="hidden_by_terrain_s",
        note="first time above this radar's horizon and clear of terrain; value: since terrain alone hid it",
    ),
    DETECTION: EventSpec("detection", "platform", "radar", value="snr_db", note="first plot by this radar"),
    LOCAL_TRACK: EventSpec(
        "local track", "platform", "radar", "track", note="confirmed by one radar; platform -1: false"
    ),
    SYSTEM_TRACK: EventSpec("system track", "platform", "command_post", "track", note="fused track begun"),
    TRACK_DROPPED: EventSpec("track dropped", "platform", "command_post", "track"),
    IDENTIFIED: EventSpec("identified", "platform", "command_post", "track", IDENTITY, "probability_hostile"),
    CLASSIFIED: EventSpec("classified", "platform", "command_post", "track", None, "class_probability"),
    JAM_STROBE: EventSpec("jam strobe", "platform", "radar", value="jammer_to_noise_db"),
    WITHHELD: EventSpec("fire withheld", "platform", "command_post", "track", WITHHOLD, "kill_probability"),
    ASSIGNED: EventSpec(
        "assigned", "platform", "battery", "track", None, "kill_probability", note="detail: weapon type"
    ),
    LAUNCH: EventSpec(
        "launch",
        "missile",
        "platform",
        "launcher",
        None,
        "predicted_flight_time_s",
        note="range_m: launcher to target; detail: weapon type",
    ),
    SEEKER_ON: EventSpec("seeker on", "missile", "platform", note="range_m: missile to target"),
    BURST: EventSpec(
        "burst",
        "missile",
        "platform",
        None,
        None,
        "kill_probability",
        note="range_m: miss distance; alt_m, speed_mps: of the missile",
    ),
    MISSILE_END: EventSpec("missile end", "missile", "platform", None, MISSILE_FATE, "time_of_flight_s"),
    PLATFORM_END: EventSpec("platform end", "platform", "site", "missile", PLATFORM_FATE),
    SITE_HIT: EventSpec("site hit", "site", "platform", None, None, "miss_m"),
    SITE_LOST: EventSpec("site lost", "site", "platform", "missile"),
    ENGAGEMENT_END: EventSpec(
        "engagement end", "platform", "battery", "track", ENGAGEMENT_CLOSE, "rounds_fired"
    ),
    RELOADED: EventSpec("reloaded", "launcher", None, None, None, "rounds"),
    WRONG_SHOT: EventSpec(
        "wrong shot",
        "missile",
        "platform",
        "track",
        IDENTITY,
        note="fired at what is not hostile; detail: what it truly is; without a missile: a burst of a gun",
    ),
    STRIKE_IMPACT: EventSpec("strike impact", "missile", "site", None, None, "miss_m"),
    EMISSION: EventSpec("emission", "radar", None, None, ON_OFF),
    SEDUCED: EventSpec(
        "seduced",
        "missile",
        "platform",
        None,
        None,
        "share_of_echo",
        note="the seeker locks on the towed decoy instead of its carrier",
    ),
    JAMMING: EventSpec(
        "jamming",
        "platform",
        None,
        None,
        ON_OFF,
        note="a jammer that goes on and off by intervals or trigger",
    ),
    COMPONENT_LOST: EventSpec("component lost", "site", "platform", "missile", COMPONENT),
    COMPONENT_FAILED: EventSpec(
        "component failed", "site", None, None, COMPONENT, note="by itself, without enemy action"
    ),
    REPAIR_STARTED: EventSpec("repair started", "site", None, None, COMPONENT, "repair_time_s"),
    COMPONENT_REPAIRED: EventSpec(
        "component repaired", "site", None, None, COMPONENT, "time_s", note="value: since it was damaged"
    ),
    SITE_RESTORED: EventSpec(
        "site restored", "site", None, None, None, "time_s", note="value: how long it was out of action"
    ),
    ARM_ALARM: EventSpec(
        "anti-radiation alarm",
        "platform",
        "radar",
        "track",
        ARM_ANSWER,
        "log_likelihood_ratio",
        note="the track is held to home on the radar; detail: the answer",
    ),
    SITE_MOVES: EventSpec(
        "site moves",
        "site",
        None,
        None,
        MOVE,
        "place_number",
        note="value: the place that it goes to or is ready at; where it began is 0",
    ),
    GUN_FIRE: EventSpec(
        "gun fire",
        "platform",
        "site",
        "track",
        GUN,
        "rounds_or_kill_probability",
        note="range_m: gun to the point aimed at; value: rounds of the burst when it opens fire, else its kill probability",
    ),
    POWER: EventSpec(
        "power supply",
        "site",
        "site",
        None,
        POWER_STATE,
        "time_s",
        note="object: its power unit; value: since that was lost",
    ),
    DECOY_EMISSION: EventSpec("decoy emission", "site", None, None, ON_OFF),
    COMMAND_LOST: EventSpec(
        "command lost", "battery", "command_post", note="its command post is lost or cannot be reached"
    ),
    COMMAND_TAKEN: EventSpec(
        "command taken",
        "battery",
        "command_post",
        None,
        None,
        "engagements_kept",
        note="who commands it from now on: a successor, or itself",
    ),
    COMMAND_BACK: EventSpec("command back", "battery", "command_post", None, None, "engagements_kept"),
    HANDED_OVER: EventSpec(
        "engagement handed over",
        "platform",
        "battery",
        "track",
        None,
        "former_track_number",
        note="goes on under another command, on a track of that",
    ),
    REPORTS_TO: EventSpec(
        "reports to", "radar", "command_post", note="a search radar changes its command post"
    ),
    COMMAND_LINK_CUT: EventSpec(
        "command link lost",
        "missile",
        "platform",
        "radar",
        note="first time that ground or Earth lies between the missile and the radar that guides it",
    ),
    SEEKER_CUT: EventSpec(
        "seeker blinded",
        "missile",
        "platform",
        None,
        LOCK,
        note="first time that ground or Earth lies between the target and the seeker, or its illuminator",
    ),
    PULLED_OFF: EventSpec(
        "track pulled off",
        "platform",
        "radar",
        "track",
        GATE,
        "jammer_to_signal_db",
        note="the gate of its dedicated looks leaves the target with a false echo; detail: which gate",
    ),
    PULL_OVER: EventSpec(
        "pull-off over",
        "platform",
        "radar",
        "track",
        GATE,
        "offset",
        note="the gate has lost the false echo; value: how far from the target, in m, of a velocity gate m/s",
    ),
    LINK_CUT: EventSpec(
        "link cut",
        "site",
        "site",
        "platform",
        None,
        "jammer_to_noise_db",
        note="by jamming; via: the strongest jammer",
    ),
    LINK_BACK: EventSpec("link back", "site", "site", note="after jamming"),
    STROBES_CROSS: EventSpec(
        "strobes cross",
        "platform",
        "command_post",
        None,
        None,
        "error_m",
        note="strobes of two radars meet; platform -1: of two different emitters, a ghost; range_m: from the post",
    ),
    PASSIVE_TRACK: EventSpec(
        "passive track",
        "platform",
        "command_post",
        "track",
        None,
        "error_m",
        note="an emitter is held from strobes alone; platform -1: a ghost; value: root of the trace of the covariance",
    ),
    CROSSING_REFUTED: EventSpec(
        "crossing refuted",
        "platform",
        "radar",
        None,
        None,
        "error_m",
        note="this radar ought to hear an emitter there and does not; platform -1: it was a ghost",
    ),
    HOMES_ON_JAM: EventSpec(
        "homes on jamming",
        "missile",
        "platform",
        note="the strongest source in its seeker's cone; range_m: missile to it",
    ),
    EMITTER_SILENT: EventSpec(
        "emitter silent", "missile", "platform", note="the missile flies on from memory"
    ),
    BURN_THROUGH: EventSpec(
        "burn-through",
        "platform",
        "radar",
        "track",
        BURN,
        "track_dwells",
        note="first of its dedicated looks in an engagement that is longer, and first longer one that sees the target",
    ),
    RESUPPLY: EventSpec(
        "resupply",
        "site",
        "launcher",
        None,
        RESUPPLY_STATE,
        "rounds",
        note="subject: the reload column; value: rounds on the truck, handed over, or lost",
    ),
    JAM_STROBE_OVER: EventSpec(
        "jam strobe over",
        "platform",
        "radar",
        value="lasted_s",
        note="no report of it for 30 s; value: from its begin to the last report",
    ),
}

SAMPLE_KINDS = ("platform", "track", "missile", "passive track")
PLOT_KINDS = ("target", "false", "strobe")  # by tracking.schema TARGET, FALSE, STROBE
SAMPLE_PLATFORM = 0
SAMPLE_TRACK = 1
SAMPLE_MISSILE = 2
SAMPLE_PASSIVE = 3  # a fused track while it is known from strobes alone


@kernel
def emit(w, t_s, code, subject, obj, via, detail, range_m, alt_m, speed_mps, value):
    """Append one event; a full log sets a status bit and drops the event."""
    sim = w.sim[0]
    n = sim.n_events
    if n >= w.event.shape[0]:
        sim.status |= status.EVENT_OVERFLOW
        return
    row = w.event[n]
    row.t_s = t_s
    row.code = code
    row.subject = subject
    row.object = obj
    row.via = via
    row.detail = detail
    row.range_m = range_m
    row.alt_m = alt_m
    row.speed_mps = speed_mps
    row.value = value
    sim.n_events = n + 1
