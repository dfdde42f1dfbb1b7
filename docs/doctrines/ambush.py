"""A compiled doctrine: the built-in one, from the moment at which something threatening is near."""

from openiads import kernel
from openiads.doctrine import standard

NEAR_S = 60.0  # seconds to go


@kernel
def ambush(w, c):
    """Hold everything until one threat is within a minute of its target; then fight as usual."""
    first = w.command_post[c].first_track
    near = False
    for k in range(first, first + w.track_set[w.radar.shape[0] + c].n_high):
        pic = w.picture[k]
        if pic.threat > 0.0 and pic.time_to_go_s < NEAR_S:
            near = True
    if near or w.sim[0].step % 8 == 0:  # every two seconds the picture is appraised all the same
        standard.decide(w, c)
