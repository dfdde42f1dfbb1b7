"""Link jamming: which radio links of the network a jammer has cut. The ways go round them, as round what is lost.

A link is cut while the noise at either of its receivers, that of the jammers added to its own, is above its margin.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events
from openiads.engine.systems.move import evaluate
from openiads.physics.antenna import GAUSS_EXPONENT
from openiads.physics.propagation import (
    EARTH_MEAN_RADIUS_M,
    EFFECTIVE_EARTH_FACTOR,
    ground_range_m,
    line_of_sight_clear,
)

_EVERY_S = 1.0


@kernel
def jam_links(w):
    """Once a second: links are cut and come back (writes link_state.cut); True where one has."""
    sim = w.sim[0]
    if sim.step % max(int(_EVERY_S / sim.dt_s + 0.5), 1) != 0:
        return False
    for j in range(w.link_jammer.shape[0]):
        if _jams(w, j, sim.t_s):
            evaluate(w, w.link_jammer[j].platform, sim.t_s)
    changed = False
    for k in range(w.link.shape[0]):
        row = w.link[k]
        if row.margin <= 0.0:
            continue
        a, b = w.node[row.a].site, w.node[row.b].site
        noise_a, by_a = _jam_noise(w, k, a, b, sim.t_s)
        noise_b, by_b = _jam_noise(w, k, b, a, sim.t_s)
        cut = 1 if 1.0 + max(noise_a, noise_b) > row.margin else 0
        if cut != w.link_state[k].cut:
            w.link_state[k].cut = cut
            changed = True
            code, by, jn_db = events.LINK_BACK, -1, math.nan
            if cut == 1:
                code = events.LINK_CUT
                by = by_a if noise_a >= noise_b else by_b
                jn_db = 10.0 * math.log10(max(noise_a, noise_b, 1e-30))
            events.emit(w, sim.t_s, code, a, b, by, -1, math.nan, math.nan, math.nan, jn_db)
    return changed


@kernel
def _jams(w, j, t_s):
    row = w.link_jammer[j]
    return w.platform_state[row.platform].active == 1 and row.t_on_s <= t_s < row.t_off_s


@kernel
def _jam_noise(w, k, here, there, t_s):
    """(J/N in sum, platform of the strongest jammer or -1) at the receiver of link k at site `here`, which looks at `there`."""
    row = w.link[k]
    g, h = w.site[here], w.site[there]
    x, y, z = g.x_m + row.mast_m * g.ux, g.y_m + row.mast_m * g.uy, g.z_m + row.mast_m * g.uz
    total = 0.0
    most = 0.0
    by = -1
    for j in range(w.link_jammer.shape[0]):
        if w.link_coupling_m2[k, j] <= 0.0 or not _jams(w, j, t_s):
            continue
        jam = w.link_jammer[j]
        s = w.platform_state[jam.platform]
        dx, dy, dz = s.x_m - x, s.y_m - y, s.z_m - z
        sq = max(dx * dx + dy * dy + dz * dz, 1.0)
        alt_m = g.alt_m + row.mast_m
        arc = ground_range_m(math.sqrt(sq), alt_m, s.alt_m, EARTH_MEAN_RADIUS_M)
        low, high = max(alt_m, 0.0), max(s.alt_m, 0.0)
        if not line_of_sight_clear(low, high, arc, EARTH_MEAN_RADIUS_M, EFFECTIVE_EARTH_FACTOR):
            continue
        jn = w.link_coupling_m2[k, j] / sq
        if row.beam_rad > 0.0:
            jn *= _lobe(dx, dy, dz, h.x_m - g.x_m, h.y_m - g.y_m, h.z_m - g.z_m, row.beam_rad, row.side_gain)
        if jam.beam_rad > 0.0:
            ax, ay, az = jam.aim_x_m - s.x_m, jam.aim_y_m - s.y_m, jam.aim_z_m - s.z_m
            jn *= _lobe(-dx, -dy, -dz, ax, ay, az, jam.beam_rad, jam.side_gain)
        total += jn
        if jn > most:
            most = jn
            by = jam.platform
    return total, by


@kernel
def _lobe(ax, ay, az, bx, by, bz, beam_rad, side_gain):
    """Gain along a of an antenna that looks along b, over its peak: Gaussian main lobe, one level outside."""
    length = math.sqrt((ax * ax + ay * ay + az * az) * (bx * bx + by * by + bz * bz))
    sq = 2.0 * max(1.0 - (ax * bx + ay * by + az * bz) / max(length, 1e-9), 0.0)
    return max(math.exp(-GAUSS_EXPONENT * sq / (beam_rad * beam_rad)), side_gain)
