"""The parts of the report of one run."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from openiads.analysis.basis import Basis
from openiads.analysis.chains import Chains, chains
from openiads.analysis.links import first_failed_link
from openiads.analysis.outcomes import Outcome, outcome
from openiads.report import summary
from openiads.report.chart_chain import chosen
from openiads.report.chart_map import near_km, wide_km
from openiads.report.chart_range import Ranges, draw_ranges
from openiads.report.chart_use import draw_steps, steps
from openiads.report.page import figures
from openiads.report.page.basis_parts import about, all_values, basis_part, limits_part, settings_table
from openiads.report.page.made_parts import made_part, run_facts
from openiads.report.page.parts import Item, Part, Picture, Report, Table, big, box, folded, table_of
from openiads.report.scene import Scene, scene
from openiads.results import Run

_ROWS = 42  # of a time line on one page
_MOST_ROWS = 252
_STORIES = 40  # leakers whose story is told


def run_report(run: Run, basis: Basis) -> Report:
    """The report of one run."""
    told, known, seen = outcome(run), chains(run), scene(run)
    title = run.manifest["scenario"].get("title") or run.name
    return Report(
        title=title,
        subtitle=f"Scenario {run.name}, seed {run.seed}, replication {run.replication}: one run of {run.t_end_s:.0f} s",
        head=[*about(basis), *_head(run, told)],
        parts=[
            Part("what", "What came, and how it ended", list(_what(run, told))),
            Part("map", "Map", list(_maps(seen))),
            Part("chains", "Kill chains", list(_chains(seen, known))),
            Part("causes", "What came through, and why", list(_causes(known, told))),
            Part("ranges", "Ranges of detection and engagement", list(_ranges(seen, told))),
            Part("use", "Missiles and channels", list(_use(run, seen, told, basis))),
            basis_part(basis),
            limits_part(),
            made_part(run_facts(run), basis),
        ],
        data=[_times_table(seen), all_values(basis), settings_table(basis)],
    )


def _head(run: Run, told: Outcome) -> Iterator[Item]:
    hit = sum(leak.fate == "hit its target" for leak in told.leaks)
    wrong = sum(w.rounds for w in told.wrong_shots)
    yield big(
        [
            (str(told.hostile), "hostile"),
            (str(told.hostile_killed), "of these killed"),
            (str(len(told.leaks)), f"came through to their target, {hit} hit it"),
            (str(told.rounds_fired), "missiles fired"),
            (str(wrong), "missiles fired at friends or civil aircraft"),
        ]
    )
    yield box(
        "Everything here happened in one simulated run (n = 1). It shows how things can go, not how often. "
        "With other luck, the same defence and the same raid give other counts. For rates, make a study of many runs: "
        f"openiads study {_scenario(run)} -n 200, then openiads report of its folder.",
        kind="caution", title="One run is an anecdote.",
    )  # fmt: skip
    for number, section in enumerate(summary.alarm_sections(run, told)):
        table = table_of(section, f"alarm-{number + 1}")
        notes = tuple(note.replace(str(run.path), run.path.name) for note in table.notes)
        yield Table(table.name, table.title, table.head, table.rows, table.right, notes, (), True)


def _scenario(run: Run) -> str:
    """The scenario as it was named to `openiads run`, else its name; quoted for a shell."""
    try:
        words = shlex.split(str(run.manifest.get("command") or ""))
    except ValueError:  # a manifest of somebody else: a quotation mark without its fellow
        words = []
    return shlex.quote(words[2] if words[:2] == ["openiads", "run"] and len(words) > 2 else run.name)


def _what(run: Run, told: Outcome) -> Iterator[Item]:
    yield table_of(summary.came_section(told), "arrivals", "")
    lost = table_of(summary.lost_section(told), "sites-hit")
    yield lost


def _maps(seen: Scene) -> Iterator[Item]:
    wide = wide_km(seen)
    near = near_km(seen, wide)
    yield (
        "True paths, seen from above. North is up. Rings are declared or instrumented ranges, not what was reached: "
        "the horizon, jamming and small targets shorten them."
    )
    yield Picture("map-wide", "The raid", f"Everything within {wide:.0f} km. Dotted: not yet detected.",
                  partial(figures.map_figure, seen, wide, False))  # fmt: skip
    yield Picture("map-near", f"Within {near:.0f} km", "The defended area.",
                  partial(figures.map_figure, seen, near, True))  # fmt: skip


def _chains(seen: Scene, known: Chains) -> Iterator[Item]:
    rows, left_out = chosen(seen, _MOST_ROWS)
    yield (
        "One line per threat, from left to right: in sight of a radar, detected, tracked, held to be hostile, assigned to a "
        "battery, missiles in flight, end. The words say how it ended, and for what was not killed, why."
    )
    if not rows:
        yield "There was nothing hostile."
    for page, start in enumerate(range(0, len(rows), _ROWS)):
        some = rows[start : start + _ROWS]
        groups = ", ".join(dict.fromkeys(str(row["group"]) for row in some))
        title = f"Kill chains {page + 1}" if len(rows) > _ROWS else "Kill chains"
        yield Picture(f"kill-chain-{page + 1}", title, f"Groups: {groups}.",
                      partial(figures.chain_figure, seen, known, some))  # fmt: skip
    if left_out:
        yield f"{left_out} more threats that did not come through are not drawn; threats.parquet of the run has them all."
    yield folded("Times of every link", _times_table(seen), paper=False)


def _times_table(seen: Scene) -> Table:
    times = [_times(row) for row in seen.hostile]
    return Table("kill-chains", "", _TIMES, times, frozenset(range(2, 10)),
                 ("Seconds since the start of the scenario; - : never.",))  # fmt: skip


_TIMES = (
    "threat",
    "type",
    "in sight",
    "detected",
    "tracked",
    "held hostile",
    "assigned",
    "first launch",
    "end",
    "rounds",
    "fate",
)
_KEYS = ("line_of_sight", "detection", "track", "hostile", "assigned", "launch", "end")


def _times(row: dict[str, Any]) -> tuple[str, ...]:
    times = [row[f"t_{key}_s"] for key in _KEYS]
    return (
        row["id"], row["type"], *("-" if t is None else f"{t:.1f}" for t in times), str(row["rounds_fired"]),
        row["fate"],
    )  # fmt: skip


def _causes(known: Chains, told: Outcome) -> Iterator[Item]:
    yield (
        "For each threat that came through, the first link of its kill chain that failed. "
        "This tells what happened to that one threat. It does not tell what would have helped."
    )
    links = Counter(leak.link or "unknown" for leak in told.leaks)
    rows = [
        (leak.threat, leak.type, leak.fate, leak.site, summary.seconds(leak.t_s), leak.link, leak.cause)
        for leak in told.leaks
    ]
    head = ("threat", "type", "fate", "site", "at s", "first failed link", "cause")
    hit = sum(leak.fate == "hit its target" for leak in told.leaks)
    count = ", ".join(f"{link} {n}" for link, n in links.most_common())
    yield Table("leaks", f"{len(rows)} of {told.hostile} hostile came through, {hit} hit their target", head, rows,
                frozenset({4}), (f"First failed links: {count}.",) if rows else ())  # fmt: skip
    stories = [_story(known, leak.threat) for leak in told.leaks[:_STORIES]]
    if stories:
        more = len(told.leaks) - len(stories)
        yield folded("The story of each", *stories, *([f"And {more} more."] if more else []))


def _story(known: Chains, threat: str) -> ET.Element:
    return box(" ".join(first_failed_link(known, threat).sentences), title=threat)


def _ranges(seen: Scene, told: Outcome) -> Iterator[Item]:
    kinds = []
    for kind in dict.fromkeys(row["type"] for row in seen.hostile):
        rows = [row for row in seen.hostile if row["type"] == kind]
        km = [
            np.array([row[key] / 1e3 for row in rows if row[key] is not None])
            for key in ("detection_range_m", "launch_range_m")
        ]
        kinds.append(Ranges(kind, len(rows), *km))
    yield "Where the defence first saw each hostile type, and where it first fired at it."
    if kinds:
        height = 0.75 + 0.42 * len(kinds)
        yield Picture("ranges", "First detection and first launch", "One mark per threat of this run.",
                      lambda: figures.single(height, lambda axes: draw_ranges(axes, kinds), 2.0, 2.0))  # fmt: skip
    yield table_of(summary.seen_section(told), "sightings")
    yield table_of(summary.shot_section(told), "shots")


def _use(run: Run, seen: Scene, told: Outcome, basis: Basis) -> Iterator[Item]:
    yield Picture(
        "use", "Missiles and channels over time",
        "Above: missiles in flight by type. Middle: missiles fired so far. Below: target channels engaged by battery, from the "
        "assignment to the end of the engagement; dotted: the channels that there are.",
        partial(_use_figure, run, seen, basis),
    )  # fmt: skip
    yield table_of(summary.spent_section(told), "missiles")


def _use_figure(run: Run, seen: Scene, basis: Basis) -> Figure:
    t_end_s = run.t_end_s
    weapons = sorted({m["weapon"] for m in seen.missiles})
    mine = {w: [m for m in seen.missiles if m["weapon"] == w] for w in weapons}
    flying = {
        w: steps((m["t_launch_s"] for m in ms), (m["t_end_s"] for m in ms), t_end_s) for w, ms in mine.items()
    }
    fired = {w: steps((m["t_launch_s"] for m in ms), (), t_end_s) for w, ms in mine.items()}
    channels = basis.plan.channels if basis.plan is not None else {}
    sheet = figures.Sheet(5.9)
    engaged = _engaged(run)
    for k, (lines, most, label) in enumerate(
        (
            (engaged, channels, "channels\nengaged"),
            (fired, {}, "missiles\nfired"),
            (flying, {}, "missiles\nin flight"),
        )
    ):
        axes = sheet.axes(0.95, 0.5 + 1.8 * k, 6.1, 1.5)
        draw_steps(axes, lines, most)
        _time_axis(axes, t_end_s, label, bottom=k == 0)
    return sheet.figure


def _time_axis(axes: Axes, t_end_s: float, label: str, bottom: bool) -> None:
    axes.set_xlim(0.0, t_end_s)
    axes.set_ylabel(label, fontsize=8)
    axes.tick_params(axis="x", labelbottom=bottom)
    if bottom:
        axes.set_xlabel("time since the start of the scenario, s", fontsize=8)


def _engaged(run: Run) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Channels engaged over time by battery: from the assignment to the end of the engagement."""
    log = run.events.select(["t_s", "event", "object"]).to_pydict()
    up: dict[str, list[float]] = {}
    down: dict[str, list[float]] = {}
    for t_s, event, battery in zip(log["t_s"], log["event"], log["object"], strict=True):
        if event in ("assigned", "engagement end") and battery is not None:
            (up if event == "assigned" else down).setdefault(battery, []).append(t_s)
    return {b: steps(up[b], down.get(b, ()), run.t_end_s) for b in sorted(up)}


__all__ = ["run_report"]
