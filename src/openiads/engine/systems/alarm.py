"""Alarm: does a fused track home on one of our radars? Decided by a sequential test, answered by doctrine.

The missile flies level and dives late, so what counts is how far the track will pass the radar to the side, in the radar's
horizontal plane, and how fast it closes. Both are weighed with the errors of the track.
"""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.engine import events
from openiads.engine.systems.relocate import sound
from openiads.physics.geodesy import ecef_to_enu
from openiads.physics.sequential import (
    ACCEPT_H1,
    closing_features,
    gaussian_llr,
    gaussian_llr_spread,
    page_step,
)
from openiads.tracking.schema import CONFIRMED

# events.ARM_ANSWER
NONE, IGNORE, SHUT_DOWN, DECOY_EMITTER, INTERCEPT = range(5)
_LEAST_UPDATES = 4  # the velocity of a younger track says little
_FRIEND = 1
_FRESH_S = 15.0  # a track not updated for so long is not answered once more


@kernel
def beware(w, c):
    """Weigh the fused tracks of command post c that have new plots (reads track; writes picture, emission_state)."""
    t_s = w.sim[0].t_s
    first = w.command_post[c].first_track
    for k in range(first, first + w.track_set[w.radar.shape[0] + c].n_high):
        trk = w.track[k]
        pic = w.picture[k]
        if trk.status < CONFIRMED or trk.n_updates < _LEAST_UPDATES or pic.identity == _FRIEND:
            continue
        if pic.arm_verdict == 0 and trk.t_update_s > pic.t_arm_s:
            _weigh(w, c, trk, pic)
        if pic.arm_verdict == 1 and t_s >= pic.t_arm_again_s and t_s < trk.t_update_s + _FRESH_S:
            _answer(w, c, trk, pic, t_s)


@kernel
def _seen_from(w, r, trk):
    """(closing speed m/s, pass distance m, time s) in the horizontal plane of radar r."""
    par = w.radar[r]
    g = w.site[par.site]
    p, v = trk.pos_ecef_m, trk.vel_ecef_mps
    e, n, _ = ecef_to_enu(
        p[0] - par.x_m, p[1] - par.y_m, p[2] - par.z_m,
        g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz,
    )  # fmt: skip
    ve, vn, _ = ecef_to_enu(v[0], v[1], v[2], g.ex, g.ey, g.ez, g.nx, g.ny, g.nz, g.ux, g.uy, g.uz)
    return closing_features(e, n, 0.0, ve, vn, 0.0)


@kernel
def _weigh(w, c, trk, pic):
    """One update of the test, against the radar of this command post that the track will pass nearest."""
    post = w.command_post[c]
    best = -1
    closing, aside, to_go = 0.0, math.inf, 0.0
    for r in range(w.radar.shape[0]):
        if w.report[r].post != c or w.site_state[w.radar[r].site].alive == 0:
            continue
        v, d, t = _seen_from(w, r, trk)
        if v > 0.0 and d < aside:
            best, closing, aside, to_go = r, v, d, t
    pic.t_arm_s = trk.t_update_s
    if best < 0:
        return
    pic.arm_radar = best
    sigma_v_sq = max(trk.traces[2], 0.0) / 3.0
    error_sq = max(trk.traces[0], 0.0) / 3.0 + sigma_v_sq * to_go * to_go
    other = math.sqrt(post.arm_pass_other_m * post.arm_pass_other_m + error_sq)
    homing = math.sqrt(post.arm_pass_m * post.arm_pass_m + error_sq)
    spread = math.sqrt(post.arm_closing_sigma_mps * post.arm_closing_sigma_mps + sigma_v_sq)
    llr = gaussian_llr_spread(aside, 0.0, other, 0.0, homing) + gaussian_llr(
        closing, post.arm_closing_other_mps, post.arm_closing_mps, spread
    )
    # The track is one draw of both features, seen better and better: its present estimate holds all that is known so far.
    # What is not held to home is watched on, so no early estimate clears a track for good.
    pic.arm_llr, verdict = page_step(0.0, llr, post.arm_upper)
    if verdict == ACCEPT_H1:
        pic.arm_verdict = 1


@kernel
def _answer(w, c, trk, pic, t_s):
    """Do what the doctrine says about a track that homes on one of our radars, and report it."""
    post = w.command_post[c]
    r = pic.arm_radar
    answer = post.arm_answer
    site = w.radar[r].site
    if w.site_state[site].alive == 0:  # too late; what else may it be after?
        pic.arm_verdict = 0
        pic.arm_radar = -1
        return
    if w.site[site].value < post.arm_value:
        answer = IGNORE
    pic.t_arm_again_s = math.inf
    if answer in (SHUT_DOWN, DECOY_EMITTER):
        until = t_s + post.arm_off_s
        w.emission_state[r].t_silent_s = max(w.emission_state[r].t_silent_s, until)
        # Answered again before the time is over, so that nothing comes on the air in between.
        pic.t_arm_again_s = until - (post.decision_every + 1) * w.sim[0].dt_s
        if answer == DECOY_EMITTER:
            for d in range(w.decoy_emitter.shape[0]):
                if w.decoy_emitter[d].command_post == c:
                    s = w.decoy_emitter_state[d]
                    s.t_until_s = max(s.t_until_s, until)
    elif answer == INTERCEPT:
        pic.arm_priority = 1
    if w.mover.shape[0] > 0:
        sound(w, c, r)
    events.emit(
        w, t_s, events.ARM_ALARM, trk.truth, r, trk.id, answer, math.nan, math.nan, math.nan, pic.arm_llr
    )
