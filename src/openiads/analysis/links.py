"""Which link of a kill chain failed first, and why: rules over the event log, one function per link.

The links in their order: line of sight, detection, track, identification, assignment, launch, flight, hit.
A hostile
threat that was not killed has a first failed link; a friend or neutral that was fired at has one too: the
identification.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from openiads.analysis.chains import Chains, Event
from openiads.analysis.deceived import CAUSE, led_away
from openiads.analysis.sentences import km, percent, seconds
from openiads.analysis.told_apart import CAUSE as NOT_TOLD_APART
from openiads.analysis.told_apart import rounds_at_others, told, tracks_held

LINKS = ("line of sight", "detection", "track", "identification", "assignment", "launch", "flight", "hit")
LEAKED = ("hit its target", "missed its target")

#: A first detection later than this after the line of sight, or than this share of the time in sight, is
#: called late.
LATE_S = 30.0
#: Reasons for holding fire that being seen earlier, or from elsewhere, might have removed.
OUT_OF_REACH = (
    "too late to intercept",
    "out of the envelope",
    "waits for the target to come nearer",
    "kill probability too low",
    "below the horizon of the fire units",
)
#: What is in sight by then was in sight from the start of the scenario.
FROM_THE_START_S = 15.0


@dataclass(frozen=True)
class Finding:
    """The first failed link ("" none), a short cause for tables, and sentences."""

    link: str
    cause: str
    sentences: tuple[str, ...]


class Hold(NamedTuple):
    """A reason for holding fire, and the time over which it was the latest word."""

    reason: str
    first_s: float
    last_s: float
    total_s: float


def leaked(row: dict[str, object]) -> bool:
    """A hostile threat that came through to its target (hit or not)."""
    return row["identity"] == "hostile" and row["fate"] in LEAKED


def first_failed_link(known: Chains, threat: str) -> Finding:
    """The first failed link of one threat of the run."""
    row = known.threats[threat]
    if row["identity"] != "hostile":
        return _not_hostile(known, threat)
    if row["fate"] == "killed":
        return Finding("", "", (_killed(known, threat),))
    if row["fate"] == "not started":
        return Finding("", "", ("It never took off within this run.",))
    for link in (_sight, _detection, _track, _identification, _assignment, _launch, _flight, _hit):
        finding = link(known, threat)
        if finding is not None:
            return Finding(finding.link, finding.cause, finding.sentences + tuple(_context(known, threat)))
    return Finding("", "", ("The log does not say why it was not killed.",))


def _end(known: Chains, threat: str) -> float:
    t_end_s = known.threats[threat]["t_end_s"]
    return known.t_end_s if t_end_s is None else float(t_end_s)


def _killed(known: Chains, threat: str) -> str:
    row = known.threats[threat]
    by = f" by {row['killer']}" if row["killer"] else ""
    meant = known.missiles[row["killer"]]["target"] if row["killer"] in known.missiles else None
    if meant not in (None, threat):
        by += f", which was fired at {meant}"
    seen = ""
    if row["t_detection_s"] is not None:
        seen = f", {seconds(_end(known, threat) - row['t_detection_s'])} after its first detection"
    n = row["rounds_fired"]
    what = "round" if row["killer"] in known.missiles else "missile"
    return f"No link failed: killed{by}{seen}, with {n} {what}{'s' if n != 1 else ''} fired at it."


def _sight(known: Chains, threat: str) -> Finding | None:
    if known.of(threat, "line of sight") or known.of(threat, "detection"):
        return None
    text = "It was never above the horizon (and inside the range and coverage) of any working radar."
    return Finding("line of sight", "never in sight of a radar", (text, *_lost(known, threat, "radar")))


def _detection(known: Chains, threat: str) -> Finding | None:
    if known.of(threat, "detection", "passive track"):
        return None  # an emitter that is held from its strobes needs no echo
    first = known.of(threat, "line of sight")[0]
    span = _end(known, threat) - first.t_s
    text = (
        f"It was in sight from {seconds(first.t_s)} on (first of {first.object}, at {km(first.range_m)}), "
        f"{seconds(span)} in all, and was never detected: its echo was too weak for the looks it got."
    )
    jammed = _jammed(known, threat, first.t_s)
    cause = "in sight under jamming, never detected" if jammed else "in sight, never detected"
    return Finding("detection", cause, (text, *jammed))


def _track(known: Chains, threat: str) -> Finding | None:
    if known.of(threat, "system track", "assigned", "launch"):
        return None
    first = known.of(threat, "detection")[0]
    local = known.of(threat, "local track")
    text = f"It was first detected at {seconds(first.t_s)} ({km(first.range_m)}, {first.object}), "
    if local:
        text += "one radar held a track, but the command post never formed one."
        others = tracks_held(known, threat)
        text = f"{text[:-1]} of its own; at times it was taken for {others}." if others else text
        lost = (*_lost(known, threat, "command post"), *without_command(known, threat))
    else:
        text += f"and no track was confirmed in the {seconds(_end(known, threat) - first.t_s)} that remained."
        lost = ()
    return Finding("track", "detected, never tracked", (text, *seen_late(known, threat), *lost))


def _identification(known: Chains, threat: str) -> Finding | None:
    if known.threats[threat]["t_hostile_s"] is not None or known.of(threat, "assigned", "launch"):
        return None
    held = known.of(threat, "identified")
    word = f"the last word was {held[-1].detail!r}" if held else "no identity was ever decided"
    p = f" (probability hostile {percent(held[-1].value)})" if held and held[-1].value is not None else ""
    texts = [
        f"It was tracked from {_at(known, threat, 'track')} on, but never held to be hostile: {word}{p}."
    ]
    texts += _held_fire(known, threat)
    return Finding("identification", f"never held hostile: {held[-1].detail if held else 'undecided'}",
                   (*texts, *seen_late(known, threat)))  # fmt: skip


def _assignment(known: Chains, threat: str) -> Finding | None:
    if known.of(threat, "assigned", "launch"):
        return None
    row = known.threats[threat]
    holds = holds_of(known, threat)
    left = _end(known, threat) - float(row["t_hostile_s"])
    texts = [
        f"It was held hostile from {seconds(row['t_hostile_s'])} on, {seconds(left)} before its end, "
        "and was never assigned to a battery."
    ]
    if not holds:
        texts += [*seen_late(known, threat), *without_command(known, threat)]
        return Finding("assignment", "never assigned, no reason logged", tuple(texts))
    main = max(holds, key=lambda hold: hold.total_s)
    texts += _held_fire(known, threat)
    if main.reason in OUT_OF_REACH:
        texts += seen_late(known, threat)
    if main.reason == "no fire unit working":
        texts += _lost(known, threat, "radar", "launcher", "command post")
    texts += without_command(known, threat)
    return Finding("assignment", main.reason, tuple(texts))


def _launch(known: Chains, threat: str) -> Finding | None:
    if known.of(threat, "launch"):
        return None
    shared = rounds_at_others(known, threat)
    if shared:
        return Finding("track", NOT_TOLD_APART, (*told(shared), *_held_fire(known, threat)))
    assigned = known.of(threat, "assigned")
    closed = known.of(threat, "engagement end")
    texts = [
        f"It was assigned at {seconds(assigned[0].t_s)} to {assigned[0].object}, but nothing was launched."
    ]
    cause = "assigned, nothing launched"
    if closed:
        texts.append(f"The engagement was closed at {seconds(closed[-1].t_s)}: {closed[-1].detail}.")
        cause = f"nothing launched: {closed[-1].detail}"
    else:
        texts.append(
            f"{seconds(_end(known, threat) - assigned[0].t_s)} were left, less than the battery needed."
        )
    texts += [*seen_late(known, threat), *_lost(known, threat, "radar", "launcher", "command post")]
    texts += without_command(known, threat)
    pulled = led_away(known, threat, assigned[0].t_s)
    return Finding("launch", f"{CAUSE}, {cause}" if pulled else cause, (*texts, *pulled))


def _rounds(known: Chains, threat: str) -> list[dict[str, object]]:
    return [missile for missile in known.missiles.values() if missile["target"] == threat]


def _flight(known: Chains, threat: str) -> Finding | None:
    if known.of(threat, "burst"):
        return None
    rounds = _rounds(known, threat)
    fates = [str(missile["fate"]) for missile in rounds]
    told = ", ".join(f"{fates.count(fate)} {fate}" for fate in dict.fromkeys(fates))
    texts = [
        f"{_count(len(rounds), 'missile was', 'missiles were')} fired at it and none came near it ({told})."
    ]
    launch_s = known.of(threat, "launch")[0].t_s
    texts += _on_jam(known, threat)
    dropped = [e for e in known.of(threat, "track dropped") if e.t_s >= launch_s]
    if dropped:
        texts.append(f"The track they were guided on was dropped at {seconds(dropped[0].t_s)}.")
    texts += _lost(known, threat, "radar", after_s=launch_s)
    masked, why = _masked(known, threat)
    pulled = led_away(known, threat, known.of(threat, "assigned", "launch")[0].t_s)
    cause = f"{CAUSE}, " if pulled else ""
    return Finding(
        "flight",
        f"{cause}{len(rounds)} fired, none came near{why}",
        (*texts, *masked, *pulled, *seen_late(known, threat)),
    )


def _masked(known: Chains, threat: str) -> tuple[list[str], str]:
    """Rounds from which ground or Earth hid their radar or the target: sentences, and a word for the cause."""
    words = {
        "seeker blinded": "The ground hid it from the seeker of {0} at {2}, {3}.",
        "command link lost": "{0} lost its command link at {2}: no line of sight to {1}.",
    }
    found = known.of(threat, *words)
    texts = [words[e.event].format(e.subject, e.via, seconds(e.t_s), e.detail) for e in found]
    kinds = {e.event for e in found}
    why = next((f": {name}" for name in words if name in kinds), "")
    return texts, why


def _on_jam(known: Chains, threat: str) -> Iterator[str]:
    """What missiles that home on jamming heard, and lost."""
    for missile in _rounds(known, threat):
        mine = [
            e for e in known.of(threat, "homes on jamming", "emitter silent") if e.subject == missile["id"]
        ]
        homed = [e for e in mine if e.event == "homes on jamming"]
        if homed and homed[-1].object != threat:
            yield f"{missile['id']} homed on the jamming of {homed[-1].object} instead."
        if mine and mine[-1].event == "emitter silent":
            yield f"{missile['id']} lost {mine[-1].object}, of which it heard no more from {seconds(mine[-1].t_s)} on."
        elif not mine and missile["fate"] == "no target" and known.of(threat, "passive track"):
            yield f"{missile['id']} heard no jamming where it was sent."


def _hit(known: Chains, threat: str) -> Finding | None:
    bursts = known.of(threat, "burst")
    misses = [e.range_m for e in bursts if e.range_m is not None]
    pks = [e.value for e in bursts if e.value is not None]
    text = f"{_count(len(bursts), 'missile', 'missiles')} burst at it and did not kill"
    if misses:
        text += f" (miss {_span([f'{m:.1f}' for m in misses])} m"
        text += f", kill probability {_span([percent(p) for p in pks])})" if pks else ")"
    texts = [text + ".", *_on_jam(known, threat)]
    texts += _masked(known, threat)[0]
    last = bursts[-1].t_s
    closed = [e for e in known.of(threat, "engagement end") if e.t_s >= last]
    later = [h for h in holds_of(known, threat) if h.last_s >= last]
    if closed:
        texts.append(f"The engagement was closed at {seconds(closed[-1].t_s)}: {closed[-1].detail}.")
    if later:
        reason = max(later, key=lambda hold: hold.total_s).reason
        texts.append(f"After that fire was withheld: {reason}.")
    elif closed:
        texts.append(
            f"{seconds(_end(known, threat) - last)} were left after the last burst; "
            "it was not fired at again."
        )
    pulled = led_away(known, threat, known.of(threat, "assigned", "launch")[0].t_s)
    cause = f"{CAUSE}, " if pulled else ""
    return Finding(
        "hit", f"{cause}missed {len(bursts)} time{'s' if len(bursts) != 1 else ''}", (*texts, *pulled)
    )


def _shots(fired: list[Event]) -> str:
    guns = sum(not e.subject for e in fired)
    texts = [_count(len(fired) - guns, "missile was", "missiles were")] if len(fired) > guns else []
    texts += [_count(guns, "burst of guns was", "bursts of guns were")] if guns else []
    return " and ".join(texts)


def _not_hostile(known: Chains, threat: str) -> Finding:
    row = known.threats[threat]
    fired = known.of(threat, "wrong shot")
    if not fired and row["fate"] != "killed":
        return Finding("", "", (f"It is {row['identity']} and was not fired at: nothing failed.",))
    if not fired:
        killer = row["killer"] or "A missile"
        text = f"{killer} was fired at something else and killed this {row['identity']} platform."
        return Finding("flight", "killed by a missile meant for another", (text,))
    held = [e for e in known.of(threat, "identified") if e.t_s <= fired[0].t_s]
    texts = [f"It is {row['identity']} and {_shots(fired)} fired at it."]
    if held and held[-1].detail == "hostile":
        texts.append(
            f"The command post held it to be hostile from {seconds(held[-1].t_s)} on "
            f"(probability {percent(held[-1].value)}), "
            f"{seconds(fired[0].t_s - held[-1].t_s)} before the shot."
        )
        cause = "held to be hostile"
    elif held:
        texts.append(
            f"It was held to be {held[-1].detail!r} when the shot was fired: "
            "the rules of engagement allowed it."
        )
        cause = f"fired at while held {held[-1].detail}"
    else:
        texts.append(
            "No identity had been decided: the track that was fired at may have begun on something else."
        )
        cause = "no identity decided"
    if row["fate"] == "killed":
        texts.append("It was KILLED.")
    return Finding("identification", cause, tuple(texts))


def holds_of(known: Chains, threat: str) -> list[Hold]:
    """Reasons for holding fire, each with the time for which it stood until the next word (or the end)."""
    spoken = known.of(threat, "fire withheld", "assigned")
    spans: dict[str, list[float]] = {}  # reason → first, last, total
    for event, after in zip_longest(spoken, spoken[1:]):
        if event.event != "fire withheld" or event.detail in (None, "none"):
            continue
        until = _end(known, threat) if after is None else after.t_s
        span = spans.setdefault(str(event.detail), [event.t_s, until, 0.0])
        span[1] = until
        span[2] += max(until - event.t_s, 0.0)
    return [Hold(reason, *span) for reason, span in spans.items()]


def _held_fire(known: Chains, threat: str) -> Iterator[str]:
    for hold in sorted(holds_of(known, threat), key=lambda hold: -hold.total_s)[:4]:
        since = f"first at {seconds(hold.first_s)}"
        yield f"Fire was withheld for {seconds(hold.total_s)} ({since}): {hold.reason}."


def seen_late(known: Chains, threat: str) -> tuple[str, ...]:
    """What made the first detection late: the horizon, or a weak echo after it."""
    sight, seen = known.of(threat, "line of sight"), known.of(threat, "detection")
    if not (sight and seen):
        return ()
    t_end_s = _end(known, threat)
    waited, left = seen[0].t_s - sight[0].t_s, t_end_s - seen[0].t_s
    if waited > max(LATE_S, left):
        return (
            f"It was seen late: in sight of {sight[0].object} from {seconds(sight[0].t_s)} "
            f"({km(sight[0].range_m)}), "
            f"first detected only {seconds(waited)} later, at {km(seen[0].range_m)}.",
        )
    if sight[0].t_s > FROM_THE_START_S and left < t_end_s / 2:
        return (
            f"It was below the horizon or out of reach of every radar until {seconds(sight[0].t_s)} "
            f"({km(sight[0].range_m)}); {seconds(left)} were left after the first detection.",
        )
    return ()


def _jammed(known: Chains, threat: str, since_s: float) -> tuple[str, ...]:
    radars = sorted({e.object for e in known.of(threat, "line of sight") if e.object})
    t_end_s = _end(known, threat)
    jammed = [r for r in radars if any(since_s - 60.0 <= t <= t_end_s for t in known.strobes.get(r, ()))]
    return (f"Meanwhile {', '.join(jammed)} reported jamming from it or from others.",) if jammed else ()


def _lost(known: Chains, threat: str, *kinds: str, after_s: float = -1.0) -> tuple[str, ...]:
    """Sites of these kinds that were gone before the threat's end."""
    gone = [
        e for e in known.lost_before(_end(known, threat), *kinds) if e.t_s > after_s and e.object != threat
    ]
    what = [str(known.sites[str(e.subject)]["kind"]).capitalize() for e in gone]
    return tuple(
        f"{w} {e.subject} had been lost at {seconds(e.t_s)}." for w, e in zip(what, gone, strict=True)
    )


def without_command(known: Chains, threat: str) -> tuple[str, ...]:
    """Who was without command or power or on the move, and who took over, before the threat's end."""
    words = {
        "command lost": "{0} was without its command post {1} from {2} on.",
        "command taken": "{0} obeyed {1} from {2} on.",
        "command back": "{0} obeyed {1} again from {2} on.",
        "link cut": "The link between {0} and {1} was cut by jamming from {2} on.",
        "link back": "The link between {0} and {1} was back from {2} on.",
        "power supply": "{0}, fed by {1}: {3} from {2} on.",
        "site moves": "{0}: {3} at {2}.",
    }
    return tuple(
        words[e.event].format(e.subject, e.object, seconds(e.t_s), e.detail)
        for e in known.commands
        if e.t_s <= _end(known, threat)
    )


def _context(known: Chains, threat: str) -> Iterator[str]:
    """What it cost."""
    row = known.threats[threat]
    losses = [e for e in known.losses if e.object == threat]
    if row["fate"] == "hit its target":
        lost = f" and destroyed {', '.join(str(e.subject) for e in losses)}" if losses else ""
        yield f"It hit {row['hit_site'] or 'its target'} at {seconds(_end(known, threat))}{lost}."
    elif row["fate"] == "missed its target":
        yield "It came through, but missed its target."
    elif row["fate"] == "end of run":
        yield "The run ended while it was still flying."
    elif row["fate"] == "left the area":
        yield f"It left the area at {seconds(_end(known, threat))}."


def _at(known: Chains, threat: str, link: str) -> str:
    row = known.threats[threat]
    return f"{seconds(row[f't_{link}_s'])} ({km(row[f'{link}_range_m'])})"


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _span(values: list[str]) -> str:
    return values[0] if len(set(values)) == 1 else f"{', '.join(values[:-1])} and {values[-1]}"
