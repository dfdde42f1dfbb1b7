"""Checks of jam strobes: each ends once, after it has begun, and not before nobody has reported it for long."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from openiads.engine import events as ev
from openiads.testing.case import EPS_S, Case

_SILENCE_S = 30.0  # as of `engine.systems.sense`


def strobes(c: Case) -> Iterator[str]:
    """Per radar and platform: begin, end, begin, ...; as many strobes open at once as it has jammers; the silence before an end."""
    jammers = Counter(int(j.platform) for j in c.w.jammer)
    open_s: dict[tuple[int, int], list[float]] = defaultdict(list)
    for row in c.of(ev.JAM_STROBE, ev.JAM_STROBE_OVER):
        pair = (row.subject, row.object)
        who = f"{c.platform(row.subject)} at {c.names.radar[row.object]}"
        mine = open_s[pair]
        if row.code == ev.JAM_STROBE:
            mine.append(row.t)
            if len(mine) > jammers[row.subject]:
                yield f"strobe of {who} begins at {row.t} s, before the one before it is over"
            continue
        if not mine:
            yield f"strobe of {who} is over at {row.t} s, and none has begun"
            continue
        begun = min(mine, key=lambda t: abs(t + row.value + _SILENCE_S - row.t))
        mine.remove(begun)
        if not (row.value >= -EPS_S and begun + row.value + _SILENCE_S <= row.t + EPS_S):
            yield f"strobe of {who}, begun at {begun} s and heard for {row.value} s, is over at {row.t} s"


__all__ = ["strobes"]
