"""The summary of a run for a person: tables on a terminal, plain text elsewhere.

`sections` says what is to be told; `print_summary` tells it with rich, `plain` as text of at most about
110 columns.
"""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from openiads.analysis.outcomes import Outcome, outcome
from openiads.results import Run

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN = 20  # rows of a list before "and n more"
_NAMED = 8  # of those on their way at the end


@dataclass(frozen=True)
class Section:
    """One part of the summary. `right` are the columns that hold numbers."""

    title: str
    head: tuple[str, ...] = ()
    rows: Sequence[tuple[str, ...]] = field(default_factory=tuple)
    right: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()
    alarm: bool = False


def sections(run: Run) -> list[Section]:
    """All parts of the summary of a run."""
    told = outcome(run)
    made = [
        _title(run),
        *alarm_sections(run, told),
        came_section(told),
        seen_section(told),
        shot_section(told),
        _leaked(told),
    ]
    return [*made, lost_section(told), spent_section(told), _caution(told)]


def plain(run: Run) -> str:
    """The summary as text."""
    return "\n".join(line for section in sections(run) for line in plain_lines(section)).rstrip() + "\n"


def print_summary(run: Run, console: Console) -> None:
    """The summary on a terminal; as plain text where there is none."""
    if not console.is_terminal:
        console.file.write(plain(run))
        return
    for section in sections(run):
        print_section(section, console)


def _km(range_m: float | None) -> str:
    return "-" if range_m is None else f"{range_m / 1e3:.1f}"


def seconds(t_s: float | None) -> str:
    """Whole seconds, a dash for none."""
    return "-" if t_s is None else f"{t_s:.0f}"


def _some(number: int) -> str:
    return str(number) if number else "-"


def _title(run: Run) -> Section:
    title = run.manifest["scenario"].get("title") or run.name
    made = f"openiads {run.manifest['openiads']}, engine {run.manifest['engine_sha256'][:12]}"
    took = f"{run.t_end_s:.0f} s simulated in {run.manifest['wall_time_s']:.2g} s"
    return Section(
        f"{title} - seed {run.seed}, replication {run.replication}",
        notes=(f"{took}; {made}", f"run folder: {run.path}"),
    )


def alarm_sections(run: Run, told: Outcome) -> Iterator[Section]:
    """What a reader must know first: warnings of the engine, attackers still on their way, shots at civil or friendly aircraft."""
    if run.warnings:
        yield Section("WARNING: the engine reports", notes=tuple(run.warnings), alarm=True)
    if told.undecided:
        some = ", ".join(told.undecided[:_NAMED]) + (", ..." if len(told.undecided) > _NAMED else "")
        yield Section(
            f"NOT DECIDED: {len(told.undecided)} on the way to a target when the run ended",
            notes=(f"neither killed nor come through: {some}; a longer duration would tell",), alarm=True,
        )  # fmt: skip
    if told.wrong_shots:
        rounds = sum(w.rounds for w in told.wrong_shots)
        killed = sum(w.fate == "killed" for w in told.wrong_shots)
        yield Section(
            f"WRONG SHOTS: {rounds} round{'s' if rounds != 1 else ''} at {len(told.wrong_shots)} "
            f"civil or friendly aircraft, {killed} killed",
            ("aircraft", "type", "truth", "rounds", "fate"),
            [(w.target, w.type, w.identity, str(w.rounds), w.fate) for w in told.wrong_shots[:_SHOWN]],
            frozenset({3}),
            (*_more(len(told.wrong_shots)), f"why: openiads explain {run.path} {told.wrong_shots[0].target}"),
            alarm=True,
        )


def came_section(told: Outcome) -> Section:
    """What came and how it ended."""
    fates = list(dict.fromkeys(fate for a in told.arrivals for fate in a.fates))
    order = (
        "killed",
        "hit its target",
        "missed its target",
        "left the area",
        "end of run",
        "not started",
        "flying",
    )
    fates.sort(key=lambda fate: order.index(fate) if fate in order else len(order))
    rows = [
        (a.identity, a.group, a.type, str(a.number), *(_some(a.fates.get(fate, 0)) for fate in fates))
        for a in told.arrivals
    ]
    return Section("What came, and how it ended", ("truth", "group", "type", "number", *fates), rows,
                   frozenset(range(3, 4 + len(fates))))  # fmt: skip


def seen_section(told: Outcome) -> Section:
    """What was in sight, detected, tracked."""
    rows = [
        (s.identity, s.type, str(s.number), str(s.in_sight), str(s.detected), str(s.tracked),
         str(s.held_hostile), _km(s.range_max_m), _km(s.range_median_m), _km(s.range_min_m), seconds(s.t_first_s))
        for s in told.sightings
    ]  # fmt: skip
    head = ("truth", "type", "number", "in sight", "detected", "tracked", "held hostile")
    ranges = ("farthest km", "median km", "nearest km", "earliest s")
    return Section("What was seen, and when (first detections)", head + ranges, rows, frozenset(range(2, 11)))


def shot_section(told: Outcome) -> Section:
    """What was shot at what."""
    if not told.shots:
        return Section("What was shot at what", notes=("Nothing was fired.",))
    rows = [
        (s.weapon, s.target_type, s.identity, str(s.rounds), str(s.bursts), str(s.kills)) for s in told.shots
    ]
    head = ("missile", "fired at", "truth", "rounds", "bursts", "kills")
    return Section("What was shot at what", head, rows, frozenset({3, 4, 5}))


def _leaked(told: Outcome) -> Section:
    hit = sum(leak.fate == "hit its target" for leak in told.leaks)
    title = f"What came through: {len(told.leaks)} of {told.hostile} hostile, {hit} hit their target"
    if not told.leaks:
        return Section(title)
    links: dict[str, int] = {}
    for leak in told.leaks:
        links[leak.link or "unknown"] = links.get(leak.link or "unknown", 0) + 1
    count = ", ".join(f"{link} {n}" for link, n in sorted(links.items(), key=lambda item: -item[1]))
    rows = [
        (leak.threat, leak.type, leak.fate, leak.site, seconds(leak.t_s), leak.link, leak.cause)
        for leak in told.leaks[:_SHOWN]
    ]
    return Section(
        title, ("threat", "type", "fate", "site", "at s", "first failed link", "cause"), rows, frozenset({4}),
        (*_more(len(told.leaks)), f"first failed links: {count}"),
    )  # fmt: skip


def lost_section(told: Outcome) -> Section:
    """Sites hit and lost."""
    if not told.losses:
        return Section("Sites hit: none")
    lost = sum(loss.lost for loss in told.losses)
    rows = [
        (
            loss.site,
            loss.kind,
            str(loss.hits),
            "LOST" if loss.lost else "working",
            seconds(loss.t_s),
            loss.to or "-",
        )
        for loss in told.losses[:_SHOWN]
    ]
    head = ("site", "kind", "hits", "state", "at s", "to")
    return Section(
        f"Sites hit: {len(told.losses)}, lost: {lost}", head, rows, frozenset({2, 4}), _more(len(told.losses))
    )


def spent_section(told: Outcome) -> Section:
    """Missiles and magazines."""
    rows = []
    for r in told.rounds:
        ended = (
            ", ".join(f"{n} {fate}" for fate, n in sorted(r.fates.items(), key=lambda item: -item[1])) or "-"
        )
        rows.append((r.weapon, str(r.start), str(r.fired), str(r.kills), str(r.ready), str(r.reserve), ended))
    head = (
        "missile",
        "at start",
        "fired",
        "targets killed",
        "left ready",
        "left in reserve",
        "how the rounds ended",
    )
    return Section("What it cost in missiles", head, rows, frozenset({1, 2, 3, 4, 5}), tuple(_per_kill(told)))


def _per_kill(told: Outcome) -> Iterator[str]:
    fired, killed = told.rounds_at_hostile, told.hostile_killed
    if killed:
        counts = f"{fired} rounds, {killed} killed; this one run"
        yield f"rounds per hostile killed: {fired / killed:.2f} ({counts})"
    elif fired:
        yield f"{fired} rounds were fired at hostile targets and none was killed"


def _caution(told: Outcome) -> Section:
    return Section(
        "One run is an anecdote",
        notes=(
            "n = 1 replication: these are counts of one draw, not rates. Other seeds give other counts; "
            "a rate needs many replications and its interval.",
        ),
    )


def _more(number: int) -> tuple[str, ...]:
    return (f"and {number - _SHOWN} more",) if number > _SHOWN else ()


def plain_lines(section: Section) -> Iterator[str]:
    """The section as lines of plain text."""
    mark = "!!! " if section.alarm else ""
    yield f"{mark}{section.title}"
    if section.rows:
        table = [section.head, *section.rows]
        widths = [max(len(row[c]) for row in table) for c in range(len(section.head))]
        for row in table:
            cells = [
                cell.rjust(width) if c in section.right else cell.ljust(width)
                for c, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            yield ("  " + "  ".join(cells)).rstrip()
    for note in section.notes:
        yield f"  {note}"
    yield ""


def print_section(section: Section, console: Console) -> None:
    """The section with its table, in colour where the terminal has any."""
    from rich.table import Table
    from rich.text import Text

    console.print(Text(section.title, style="bold white on red" if section.alarm else "bold cyan"))
    if section.rows:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for c, name in enumerate(section.head):
            table.add_column(name, justify="right" if c in section.right else "left")
        for row in section.rows:
            table.add_row(*(Text(cell) for cell in row), style="red" if section.alarm else None)
        console.print(table)
    for note in section.notes:
        console.print(Text(note, style="yellow" if section.alarm else "dim"))
    console.print()
