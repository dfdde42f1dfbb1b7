"""Checks of damage by component and repair."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from openiads.engine import events as ev
from openiads.testing.case import EPS_S, Case, Row


def repairs(c: Case) -> Iterator[str]:
    """Each damage is repaired at most once, by one of the crews there are, with a spare that was there; accounts agree."""
    open_: dict[tuple[int, int], Row] = {}
    jobs: dict[tuple[int, int], Row] = {}
    used: Counter[int] = Counter()
    for row in c.of(ev.COMPONENT_LOST, ev.COMPONENT_FAILED, ev.REPAIR_STARTED, ev.COMPONENT_REPAIRED):
        key, name = (row.subject, row.detail), f"{ev.COMPONENT[row.detail]} of {c.site(row.subject)}"
        if row.code in (ev.COMPONENT_LOST, ev.COMPONENT_FAILED):
            if key in open_:
                yield f"{name} breaks at {row.t} s, broken since {open_[key].t} s"
            open_[key] = row
        elif row.code == ev.REPAIR_STARTED:
            used[row.detail] += 1
            if key not in open_ or key in jobs:
                yield f"repair of {name} begins at {row.t} s, whole or in repair"
            jobs[key] = row
            if len(jobs) > len(c.w.crew):
                yield f"{len(jobs)} repairs at {row.t} s, {len(c.w.crew)} crews"
        else:
            job, since = jobs.pop(key, None), open_.pop(key, None)
            if job is None or since is None:
                yield f"{name} is whole again at {row.t} s without a repair"
            elif row.t < job.t + job.value - EPS_S or abs(row.value - (row.t - since.t)) > EPS_S:
                yield f"{name}: repaired at {row.t} s, begun at {job.t} s for {job.value} s"
    for kind, stock in enumerate(c.w.spare["left"].tolist()):
        if used[kind] > stock >= 0:
            yield f"{used[kind]} repairs of {ev.COMPONENT[kind]}s with {stock} spares"


def out_of_action(c: Case) -> Iterator[str]:
    """A site with a broken component is lost and comes back when all are whole; in between it does nothing."""
    parts: dict[int, set[int]] = defaultdict(set)
    lost: dict[int, float] = {}
    spans: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for row in c.of(
        ev.COMPONENT_LOST, ev.COMPONENT_FAILED, ev.COMPONENT_REPAIRED, ev.SITE_LOST, ev.SITE_RESTORED
    ):
        s = row.subject
        if row.code in (ev.COMPONENT_LOST, ev.COMPONENT_FAILED):
            parts[s].add(row.detail)
        elif row.code == ev.COMPONENT_REPAIRED:
            parts[s].discard(row.detail)
        elif row.code == ev.SITE_LOST:
            if s in lost:
                yield f"{c.site(s)} is lost twice, at {lost[s]} and {row.t} s"
            lost[s] = row.t
        else:
            if s not in lost or parts[s]:
                yield f"{c.site(s)} comes back at {row.t} s, whole or with broken components"
                continue
            if abs(row.value - (row.t - lost[s])) > EPS_S:
                yield f"{c.site(s)} comes back at {row.t} s, lost at {lost[s]} s, not {row.value} s ago"
            spans[s].append((lost.pop(s), row.t))
    for s, broken in parts.items():
        if broken and s not in lost:
            yield f"{c.site(s)} works with a broken {ev.COMPONENT[min(broken)]}"
    for row in c.of(ev.DETECTION, ev.LAUNCH, ev.IDENTIFIED):
        if row.code == ev.LAUNCH:
            site = int(c.w.launcher[row.via].site)
        else:
            table = c.w.radar if row.code == ev.DETECTION else c.w.command_post
            site = int(table[row.object].site)
        if any(a + EPS_S < row.t < b - EPS_S for a, b in spans[site]):
            yield f"{ev.SPECS[row.code].name} by {c.site(site)} at {row.t} s, out of action"
