"""Status bits: what went wrong inside compiled code, which cannot raise. Python translates them afterwards."""

from __future__ import annotations

NONFINITE_STATE = 1 << 0
EVENT_OVERFLOW = 1 << 1
SAMPLE_OVERFLOW = 1 << 2
TRACK_OVERFLOW = 1 << 3
PLOT_OVERFLOW = 1 << 4
ENGAGEMENT_OVERFLOW = 1 << 5
MISSILE_OVERFLOW = 1 << 6
PLOT_LOG_OVERFLOW = 1 << 7

MEANING = {
    NONFINITE_STATE: "a state became infinite or not a number",
    EVENT_OVERFLOW: "the event log was full; later events are missing",
    SAMPLE_OVERFLOW: "the trajectory samples were full; later samples are missing",
    TRACK_OVERFLOW: "a track table was full; some plots could not start a track",
    PLOT_OVERFLOW: "a plot buffer was full; some plots were dropped",
    ENGAGEMENT_OVERFLOW: "the engagement table was full; some assignments were dropped",
    MISSILE_OVERFLOW: "the missile table was full",
    PLOT_LOG_OVERFLOW: "the log of plots was full; later plots are missing",
}

#: Bits after which a run must not be used: something is wrong with the program or the numbers.
FATAL = NONFINITE_STATE | EVENT_OVERFLOW | MISSILE_OVERFLOW | ENGAGEMENT_OVERFLOW


def translate(bits: int) -> list[str]:
    """Plain sentences for the bits that are set."""
    return [text for bit, text in MEANING.items() if bits & bit]
