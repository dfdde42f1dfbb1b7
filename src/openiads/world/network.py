"""Assembly → tables of the network: nodes, links, the ways of a whole network, and room for plots under way."""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.world import schema
from openiads.world.link_jam import fill_radio

if TYPE_CHECKING:
    from openiads.world.assemble import Assembly

AZ_PRIOR_RAD = 0.0175  # one degree: standard deviation of a bias that is not known yet; F (0.1 to 5 degrees)
RANGE_PRIOR_M = 300.0  # F (30 to 3000)
_LATE_S = 2.0  # besides the delay of the network
_LATE_MAX_S = 60.0
_SLOTS_MIN, _SLOTS_MAX = 64, 4096


def nodes(a: Assembly) -> dict[str, tuple[int, int]]:
    """Id → (node, its site): command posts, search radars, batteries with their radars."""
    found = [(c["id"], c["site"]) for c in a.posts if c.get("standby", -1) < 0]
    found += [(r["id"], r["site"]) for r in a.radars if r["battery"] < 0]
    found += [(b["id"], a.radars[b["radar"]]["site"]) for b in a.batteries]
    return {name: (index, site) for index, (name, site) in enumerate(found)}


def node_of_radar(a: Assembly, known: dict[str, tuple[int, int]], radar: dict[str, Any]) -> int:
    """Node of a radar: its own, or that of its battery."""
    name = radar["id"] if radar["battery"] < 0 else a.batteries[radar["battery"]]["id"]
    return known[name][0]


def ways(a: Assembly, known: dict[str, tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """(delay s, first link) from every node to every command post, all alive: what the engine starts from."""
    posts = [c for c in a.posts if c.get("standby", -1) < 0]
    delay = np.full((len(posts), len(known)), np.inf)
    link = np.full((len(posts), len(known)), -1, np.int64)
    ends: dict[int, list[tuple[int, int, float]]] = {}
    for k, one in enumerate(a.links):
        i, j = known[one["a"]][0], known[one["b"]][0]
        ends.setdefault(i, []).append((j, k, one["delay_s"]))
        ends.setdefault(j, []).append((i, k, one["delay_s"]))
    for c, post in enumerate(posts):
        root = known[post["id"]][0]
        delay[c, root] = 0.0
        heap = [(0.0, root)]
        while heap:
            least, near = heapq.heappop(heap)
            if least > delay[c, near]:
                continue
            for other, k, more in ends.get(near, []):
                if least + more < delay[c, other]:
                    delay[c, other] = least + more
                    link[c, other] = k
                    heapq.heappush(heap, (least + more, other))
    return delay, link


def longest_s(a: Assembly) -> float:
    """Delay of the longest way of a plot in the whole network."""
    if not a.links:
        return 0.0
    known = nodes(a)
    delay, _ = ways(a, known)
    found = [delay[r["post"], node_of_radar(a, known, r)] for r in a.radars if r["post"] >= 0]
    return max((float(d) for d in found if math.isfinite(d)), default=0.0)


def late_max_s(a: Assembly) -> float:
    """Plots may be this much older than the track: twice the longest way, for ways round what is lost."""
    waits = max((x["wait_max_s"] for x in a.links if x["per_s"] > 0.0), default=0.0)
    return min(_LATE_S + 2.0 * longest_s(a) + waits, _LATE_MAX_S)


def slots(a: Assembly) -> int:
    """Plots of one radar that can be under way at a time."""
    if not a.links:
        return 0
    rate = 0.0
    for r in a.radars:
        item = r["item"]
        period = item.si("rotation_period_s" if item.choice("scan") == "rotating" else "frame_time_s")
        more = len(a.platforms) / period
        if r["battery"] >= 0:
            more += a.batteries[r["battery"]]["targets"] / item.si("track_period_s")
        rate = max(rate, more)
    return int(min(max(1.5 * rate * late_max_s(a), _SLOTS_MIN), _SLOTS_MAX))


def node_table(a: Assembly) -> np.recarray:
    table = np.zeros(len(nodes(a)) if a.links else 0, schema.NODE).view(np.recarray)
    if a.links:
        table["site"] = [site for _, site in nodes(a).values()]
    return table


def node_states(a: Assembly) -> np.recarray:
    """Alive or not is found at the first step: -1 makes the ways be found then."""
    table = np.zeros(len(nodes(a)) if a.links else 0, schema.NODE_STATE).view(np.recarray)
    table["alive"] = -1
    return table


def link_table(a: Assembly) -> np.recarray:
    known = nodes(a)
    table = np.zeros(len(a.links), schema.LINK).view(np.recarray)
    for row, one in zip(table, a.links, strict=True):
        row.a, row.b = known[one["a"]][0], known[one["b"]][0]
        row.delay_s, row.loss, row.per_s = one["delay_s"], one["loss"], one["per_s"]
        row.wait_max_s = one["wait_max_s"]
        fill_radio(row, one.get("radio"))
    return table


def reports(a: Assembly) -> np.recarray:
    table = np.zeros(len(a.radars), schema.REPORT).view(np.recarray)
    table["post"] = [r["post"] for r in a.radars]
    return table


def biases(a: Assembly) -> np.recarray:
    table = np.zeros(len(a.radars), schema.BIAS).view(np.recarray)
    table["az_var"] = AZ_PRIOR_RAD * AZ_PRIOR_RAD
    table["range_var"] = RANGE_PRIOR_M * RANGE_PRIOR_M
    return table
