"""Why did that happen? The kill chain of one threat, step by step, and the first link that failed.

Everything is read from the event log; where the log does not say why, neither does this.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from openiads.analysis.chains import Chains, Event, chains
from openiads.analysis.links import Finding, first_failed_link
from openiads.analysis.sentences import sentence
from openiads.results import Run

#: Events that are told once when the same comes again at once.
_TOLD_ONCE = ("fire withheld", "jam strobe", "identified", "classified", "local track", "strobes cross")


class UnknownThreat(LookupError):
    """No platform of that name in the run. The message is for a person; exit code 2."""


@dataclass(frozen=True)
class Step:
    """One thing that happened on the way: time, sentence, and range and altitude where they are known."""

    t_s: float
    event: str
    text: str
    range_m: float | None = None
    alt_m: float | None = None


@dataclass(frozen=True)
class Explanation:
    """The story of one threat.

    Attributes:
        headline: what it was and how it ended.
        steps: its kill chain in time order.
        link: the first link that failed ("" where nothing failed).
        verdict: why, in sentences.
    """

    threat: str
    headline: str
    steps: list[Step]
    link: str
    verdict: list[str]


def explain(run: Run, threat: str) -> Explanation:
    """Tell the story of one threat. Raises UnknownThreat with the nearest names."""
    return explain_one(chains(run), threat)


def explain_one(known: Chains, threat: str) -> Explanation:
    """As :func:`explain`, on a run that has been read already."""
    if threat not in known.threats:
        raise UnknownThreat(_no_such(known, threat))
    finding: Finding = first_failed_link(known, threat)
    return Explanation(
        threat, _headline(known, threat), _steps(known, threat), finding.link, list(finding.sentences)
    )


def _headline(known: Chains, threat: str) -> str:
    row = known.threats[threat]
    what = row["type"] or row["class"] or "platform"
    if row["class"] and row["class"] != row["type"]:
        what += f" ({row['class'].replace('_', ' ')})"
    group = f", group {row['group']}" if row["group"] else ""
    aim = f", aimed at {row['target']}" if row["target"] else ""
    when = f" at {row['t_end_s']:.0f} s" if row["t_end_s"] is not None else ""
    by = f" by {row['killer']}" if row["killer"] else ""
    at = f" ({row['hit_site']})" if row["hit_site"] else ""
    return f"{threat}: {row['identity']} {what}{group}{aim}; {row['fate']}{by}{at}{when}"


def _steps(known: Chains, threat: str) -> list[Step]:
    steps: list[Step] = []
    same = 1
    events = known.of(threat)
    for place, event in enumerate(events):
        if _continues(events, place):
            same += 1
            old = steps[-1]
            text = f"{sentence(events[place - same + 1])} ({same} times, until {event.t_s:.0f} s)"
            steps[-1] = Step(old.t_s, old.event, text, old.range_m, old.alt_m)
            continue
        same = 1
        range_m = None if event.event == "burst" else event.range_m
        steps.append(Step(event.t_s, event.event, sentence(event), range_m, event.alt_m))
    return steps


def _continues(events: list[Event], place: int) -> bool:
    """The same refusal or strobe once more: told once, with a count."""
    if not place:
        return False
    old, new = events[place - 1], events[place]
    same = (old.event, old.subject, old.object, old.detail) == (
        new.event,
        new.subject,
        new.object,
        new.detail,
    )
    return same and new.event in _TOLD_ONCE


def _no_such(known: Chains, name: str) -> str:
    if name in known.missiles:
        target = known.missiles[name]["target"]
        return f"{name} is a missile" + (
            f"; it was fired at {target}" if target else "; it had no target that flies"
        )
    by_track = [threat for threat, events in known.events.items() if any(e.via == name for e in events)]
    if by_track:
        return f"{name} is a track; behind it was {by_track[0]}"
    if name in known.sites:
        return f"{name} is a site; explain takes what flies"
    folded = {threat.casefold(): threat for threat in known.threats}
    near = difflib.get_close_matches(name.casefold(), folded, n=5, cutoff=0.5)
    if near:
        return f"no platform {name!r} in this run; nearest: {', '.join(folded[n] for n in near)}"
    first = list(known.threats)[:8]
    rest = len(known.threats) - len(first)
    return f"no platform {name!r} in this run; there are {', '.join(first)}" + (
        f" and {rest} more" if rest else ""
    )
