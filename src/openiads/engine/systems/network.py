"""Network: over which links a message goes, how long it takes, and whether it arrives.

Nodes are command posts, search radars and batteries (with their radars); links have a delay, a loss and a capacity. The way of
least delay over living nodes is found anew when a node dies or comes back. Without links everything is known to all at once.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import rng
from openiads.engine.systems.link_jam import jam_links

_RETRY_S = (
    1.0  # an order that is not acknowledged is repeated after the way there and back, and not before this
)
_MOST_RETRIES = 20.0
_FALSE = 1 << 24  # addresses of draws for plots without a platform


@kernel
def route(w):
    """Find all ways anew if a node has died or come back, or a link is jammed (writes node_state, route_s, route_link)."""
    changed = w.link_jammer.shape[0] > 0 and jam_links(w)
    for i in range(w.node.shape[0]):
        alive = w.site_state[w.node[i].site].alive
        if w.node_state[i].alive != alive:
            w.node_state[i].alive = alive
            changed = True
    if changed:
        for c in range(w.route_s.shape[0]):
            _ways_to(w, c)


@kernel
def _ways_to(w, c):
    """The tree of shortest ways to command post c (E. W. Dijkstra, Numerische Mathematik 1, 1959)."""
    n = w.node.shape[0]
    for i in range(n):
        w.route_s[c, i] = math.inf
        w.route_link[c, i] = -1
        w.node_state[i].done = 1 - w.node_state[i].alive
    root = w.command_post[c].node
    if w.node_state[root].alive == 0:
        return
    w.route_s[c, root] = 0.0
    for _ in range(n):
        near = -1
        least = math.inf
        for i in range(n):
            if w.node_state[i].done == 0 and w.route_s[c, i] < least:
                near = i
                least = w.route_s[c, i]
        if near < 0:
            return
        w.node_state[near].done = 1
        for k in range(w.link.shape[0]):
            other = other_end(w, k, near)
            if (
                other >= 0
                and w.link_state[k].cut == 0
                and w.node_state[other].done == 0
                and least + w.link[k].delay_s < w.route_s[c, other]
            ):
                w.route_s[c, other] = least + w.link[k].delay_s
                w.route_link[c, other] = k


@kernel
def other_end(w, k, node):
    """The node at the other end of link k; -1 if it does not end at `node`."""
    if w.link[k].a == node:
        return w.link[k].b
    if w.link[k].b == node:
        return w.link[k].a
    return -1


@kernel
def reached(w, c, node):
    """Is command post c alive, and is there a way between it and `node`?"""
    post = w.command_post[c]
    if w.site_state[post.site].alive == 0:
        return False
    return post.standby >= 0 or w.link.shape[0] == 0 or w.route_s[c, node] < math.inf


@kernel
def delay_s(w, c, node):
    """Delay of the way between command post c and `node`; 0 without links and for a battery's own command."""
    if w.link.shape[0] == 0 or w.command_post[c].standby >= 0 or not w.route_s[c, node] < math.inf:
        return 0.0
    return w.route_s[c, node]


@kernel
def order_s(w, c, b, truth, t_s):
    """How long an order takes from command post c to battery b. Lost ones are repeated until they are acknowledged."""
    node = w.battery[b].node
    way = delay_s(w, c, node)
    if w.link.shape[0] == 0 or w.command_post[c].standby >= 0:
        return 0.0
    arrives = 1.0
    root = w.command_post[c].node
    while node != root and w.route_link[c, node] >= 0:
        k = w.route_link[c, node]
        arrives *= 1.0 - w.link[k].loss
        node = other_end(w, k, node)
    if arrives >= 1.0:
        return way
    sim = w.sim[0]
    u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_ORDER, b, truth + 1, int(t_s * 1000.0))
    # The number of losses before the first success is geometric.
    lost = math.floor(math.log(u[0]) / math.log(max(1.0 - arrives, 1e-9)))
    return way + min(lost, _MOST_RETRIES) * max(2.0 * way, _RETRY_S)


@kernel
def arrival_s(w, r, c, plot, local_id):
    """When a plot of radar r gets to command post c; inf if it is lost on the way (writes link_state)."""
    sim = w.sim[0]
    node = w.radar[r].node
    root = w.command_post[c].node
    who = plot.truth if plot.truth >= 0 else _FALSE + local_id
    t_s = plot.t_s
    while node != root:
        k = w.route_link[c, node]
        if k < 0:
            return math.inf
        row = w.link[k]
        s = w.link_state[k]
        if row.per_s > 0.0:
            start = max(t_s, s.t_free_s)
            if start - t_s > row.wait_max_s:
                s.n_dropped += 1
                return math.inf
            s.t_free_s = start + 1.0 / row.per_s
            t_s = start
        s.n_sent += 1
        if row.loss > 0.0:
            epoch = int(plot.t_s * 1000.0)
            u = rng.uniform4(sim.seed, sim.replication, rng.STREAM_LINK, who, r * 65536 + k, epoch)
            if u[0] < row.loss:
                s.n_lost += 1
                return math.inf
        t_s += row.delay_s
        node = other_end(w, k, node)
    return t_s


@kernel
def post_away(w, r, c, tracks, plot, t_arrive_s):
    """Put a plot on its way; where too many are under way, the oldest is given up (writes mail, report)."""
    s = w.report[r]
    slots = w.mail.shape[1]
    if s.n >= slots:
        s.first = (s.first + 1) % slots
        s.n -= 1
    m = (s.first + s.n) % slots
    s.n += 1
    row = w.mail[r, m]
    row.t_arrive_s = t_arrive_s
    row.post = c
    row.local = plot.track
    row.local_id = tracks[plot.track].id
    w.mail_plot[r, m] = plot
    w.mail_track[r, m] = tracks[plot.track]


@kernel
def next_mail(w, t_s):
    """The radar whose oldest plot under way has arrived by t_s, the earliest first; -1 none."""
    best = -1
    earliest = math.inf
    for r in range(w.radar.shape[0]):
        s = w.report[r]
        if s.n > 0 and w.mail[r, s.first].t_arrive_s < earliest:
            earliest = w.mail[r, s.first].t_arrive_s
            best = r
    return best if earliest <= t_s else -1
