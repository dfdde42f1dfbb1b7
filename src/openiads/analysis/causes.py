"""Why something came through, as one of a few kinds of cause that can be counted over many replications.

The kind follows from the first failed link (analysis.links) and from what the log says about it; the rules
are those of `explain`. docs/studies.md prints the table.
"""

from __future__ import annotations

from openiads.analysis import links, told_apart
from openiads.analysis.chains import Chains
from openiads.analysis.links import Finding

NOT_SEEN = "not seen"
SEEN_LATE = "seen late"
NOT_TRACKED = "not tracked"
NOT_IDENTIFIED = "not identified"
NO_CHANNEL = "no channel"
OUT_OF_ENVELOPE = "out of envelope"
NO_ROUNDS = "no rounds"
NO_FIRE_UNIT = "no fire unit"
LINK_CUT = "link cut"
HELD_FIRE = "held fire"
MISSED = "missed"
OTHER = "other"

#: In the order in which pictures and tables show them.
CAUSES = (
    NOT_SEEN, SEEN_LATE, NOT_TRACKED, NOT_IDENTIFIED, NO_CHANNEL, OUT_OF_ENVELOPE, NO_ROUNDS, NO_FIRE_UNIT,
    LINK_CUT, HELD_FIRE, MISSED, OTHER,
)  # fmt: skip

_WITHHELD = {
    "identity does not permit fire": NOT_IDENTIFIED,
    "no channel free": NO_CHANNEL,
    "no rounds ready": NO_ROUNDS,
    "no fire unit working": NO_FIRE_UNIT,
    "enough rounds committed": HELD_FIRE,
    "not a threat to anything defended": HELD_FIRE,
    "rules of engagement hold": HELD_FIRE,
    "not yet near enough for the ambush": HELD_FIRE,
    "known from strobes alone": NOT_TRACKED,
    "emitter not located well enough": NOT_TRACKED,
    "no missile that homes on jamming": NO_FIRE_UNIT,
}
_CLOSED = {
    "no rounds": NO_ROUNDS,
    "fire unit lost": NO_FIRE_UNIT,
    "target out of the envelope": OUT_OF_ENVELOPE,
    "identity changed": NOT_IDENTIFIED,
    "track lost": NOT_TRACKED,
    "fire unit could not acquire the target": NOT_TRACKED,
}


def cause_of(known: Chains, threat: str, finding: Finding) -> str:
    """The kind of cause of what `first_failed_link` found; "" where nothing failed."""
    if not finding.link:
        return ""
    if finding.link in ("line of sight", "detection"):
        return NOT_SEEN
    if finding.link in ("flight", "hit"):
        return MISSED
    if finding.cause == told_apart.CAUSE:
        return NOT_TRACKED
    late = bool(links.seen_late(known, threat))
    cut = bool(links.without_command(known, threat))
    if finding.link == "track":
        if known.of(threat, "local track") and cut:
            return LINK_CUT
        return SEEN_LATE if late else NOT_TRACKED
    if finding.link == "identification":
        return SEEN_LATE if late else NOT_IDENTIFIED
    if finding.link == "assignment":
        return _unassigned(finding, late, cut)
    closed = finding.cause.removeprefix("nothing launched: ")
    if closed in _CLOSED:
        return _CLOSED[closed]
    return LINK_CUT if cut else SEEN_LATE if late else OTHER


def _unassigned(finding: Finding, late: bool, cut: bool) -> str:
    if finding.cause in links.OUT_OF_REACH:
        return SEEN_LATE if late else OUT_OF_ENVELOPE
    if finding.cause in _WITHHELD:
        return _WITHHELD[finding.cause]
    return LINK_CUT if cut else SEEN_LATE if late else OTHER
