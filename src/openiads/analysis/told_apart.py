"""Targets that the radars did not tell apart: one track that is now the one, now the other, and the rounds fired at it.

In truth a round is fired at what its track held at that moment. Where two targets share a track, one of them may be assigned and
the round go to the other.
"""

from __future__ import annotations

from typing import Any

from openiads.analysis.chains import Chains, Event
from openiads.analysis.sentences import seconds

CAUSE = "not told apart from others"
_OF_A_TRACK = ("fire withheld", "identified", "classified", "engagement end", "track dropped")


def rounds_at_others(known: Chains, threat: str) -> list[tuple[Event, list[dict[str, Any]]]]:
    """Assignments of a threat, each with the rounds that this engagement fired while its track held another target."""
    found = []
    for event in known.of(threat, "assigned"):
        until_s = min((e.t_s for e in _again(known, event)), default=known.t_end_s)
        rounds = [
            row
            for row in known.missiles.values()
            if row.get("track") == event.via and row.get("battery") == event.object
            and row["target"] not in (None, threat) and event.t_s <= row["t_launch_s"] <= until_s
        ]  # fmt: skip
        if event.via is not None and rounds:
            found.append((event, rounds))
    return found


def _again(known: Chains, event: Event) -> list[Event]:
    """Later assignments of the same track to the same battery, whatever it then held."""
    return [
        e for e in known.assignments if e.via == event.via and e.object == event.object and e.t_s > event.t_s
    ]


def told(found: list[tuple[Event, list[dict[str, Any]]]]) -> list[str]:
    """A sentence per assignment of `rounds_at_others`, and what it means."""
    texts = []
    for event, rounds in found:
        who = " and ".join(dict.fromkeys(str(row["target"]) for row in rounds))
        what = "the round" if len(rounds) == 1 else f"the {len(rounds)} rounds"
        texts.append(
            f"It was assigned at {seconds(event.t_s)} to {event.object} as {event.via}, "
            f"but {what} fired at that track went to {who}."
        )
    return [*texts, "The track was now the one, now the other: the radars did not tell them apart."]


def tracks_held(known: Chains, threat: str) -> str:
    """Tracks of command posts that held a threat for a time, though none began on it; "" for none."""
    held = dict.fromkeys(e.via for e in known.of(threat, *_OF_A_TRACK) if e.via is not None)
    return ", ".join(held)
