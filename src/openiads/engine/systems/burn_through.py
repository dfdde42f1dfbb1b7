"""Burn-through: dedicated looks at what is jammed or weak last longer, and are paid from the time for such looks.

A look lasts a whole number of track dwells: just so many that its signal is expected to reach what is wanted, by what the radar
knows from its last look at that target. All looks of all targets come out of one budget, which is never overdrawn.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events
from openiads.engine.systems.radiate import jam_to_noise
from openiads.tracking.imm import predicted_state
from openiads.tracking.schema import FREE
from openiads.world import schema

# events.BURN
LONGER, SEEN = range(2)
_LEAST_SNR = 1e-9


@kernel
def load_s(w, r, t_s):
    """Time that one look at each busy channel of radar r's battery takes together (begins new engagements: dwell_state)."""
    bat = w.battery[w.radar[r].battery]
    total = 0
    for c in range(bat.first_channel, bat.first_channel + bat.n_channel):
        ch = w.channel[c]
        if ch.phase == schema.CHANNEL_FREE:
            continue
        s = w.dwell_state[c]
        if s.track_id != ch.track_id:
            s.track_id = ch.track_id
            s.told = 0
            s.snr = _expected(w, r, c, t_s)
            s.number = _needed(w, r, s.snr)
        total += s.number
    return total * w.radar[r].track_dwell_s


@kernel
def allowed(w, r, t_s):
    """Does the budget of radar r allow a further look in this step?"""
    return w.dwell_use[r].t_free_s <= t_s + w.sim[0].dt_s


@kernel
def _needed(w, r, snr):
    """Fewest track dwells with which what one brings, `snr`, becomes what is wanted; at most the radar's most."""
    rule = w.dwell[r]
    m = 1
    while m < rule.most and w.dwell_gain[r, m] * snr < rule.wanted:
        m += 1
    return m


@kernel
def _expected(w, r, c, t_s):
    """Signal of one track dwell before the first look: by the cross section of the fused track, and the noise that the
    radar hears from there. Where nothing is known of the cross section: what is wanted, so that the look is not lengthened.
    """
    trk = w.track[w.channel[c].track]
    rule = w.dwell[r]
    post = w.report[r].post
    if post < 0 or trk.status == FREE or trk.id != w.channel[c].track_id or not trk.rcs_m2 > 0.0:
        return rule.wanted
    par = w.radar[r]
    x, y, z, _, _, _ = predicted_state(trk, w.tracker[w.radar.shape[0] + post], t_s)
    dx, dy, dz = x - par.x_m, y - par.y_m, z - par.z_m
    sq = max(dx * dx + dy * dy + dz * dz, 1.0)
    dist = math.sqrt(sq)
    heard = jam_to_noise(w, r, dx / dist, dy / dist, dz / dist, t_s)
    return max(par.constant_m2 * trk.rcs_m2 / (sq * sq * (1.0 + heard)), _LEAST_SNR)


@kernel
def gain_of(w, r, c):
    """Gain in signal of the look of channel c that is being made."""
    return w.dwell_gain[r, w.dwell_state[c].number]


@kernel
def learned(w, r, c, seen, t_s):
    """Book the look of channel c, and decide on its next by what this one has brought (writes dwell_state, dwell_use, plot)."""
    par = w.radar[r]
    rule = w.dwell[r]
    s = w.dwell_state[c]
    use = w.dwell_use[r]
    took_s = s.number * par.track_dwell_s
    use.time_s += took_s
    use.t_free_s = max(use.t_free_s, t_s) + took_s / max(par.track_budget, 1e-6)
    use.n += 1
    use.longest = max(use.longest, s.number)
    if s.number > 1 and s.told == 0:
        s.told = 1
        _tell(w, r, c, t_s, LONGER)
    gain = max(w.dwell_gain[r, s.number], 1.0)
    if seen:
        plot = w.plot[0]
        plot.rcs_m2 = plot.rcs_m2 / gain  # the radar knows for how long it has looked
        if s.number > 1 and s.told == 1:
            s.told = 2
            _tell(w, r, c, t_s, SEEN)
        sq = max(plot.range_m * plot.range_m, 1.0)
        s.snr = max(plot.rcs_m2 * par.constant_m2 / (sq * sq), _LEAST_SNR)
    else:
        # Nothing seen: half of what would have been enough, at most.
        s.snr = max(0.5 * min(s.snr, rule.wanted / gain), _LEAST_SNR)
    s.number = _needed(w, r, s.snr)


@kernel
def _tell(w, r, c, t_s, what):
    ch = w.channel[c]
    par = w.radar[r]
    trk = w.track[ch.track]
    p = trk.pos_ecef_m
    dx, dy, dz = p[0] - par.x_m, p[1] - par.y_m, p[2] - par.z_m
    dist = math.sqrt(dx * dx + dy * dy + dz * dz)
    events.emit(
        w, t_s, events.BURN_THROUGH, trk.truth, r, ch.track_id, what, dist, math.nan, math.nan,
        float(w.dwell_state[c].number),
    )  # fmt: skip
