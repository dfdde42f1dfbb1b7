"""Fire at what is known from strobes alone: when a command post may, by its doctrine `engage_emitters`."""

from __future__ import annotations

import math

from openiads._jit import kernel
from openiads.doctrine import identify
from openiads.engine import events

KNOWN_FROM_STROBES = events.WITHHOLD.index("known from strobes alone")
NOT_LOCATED = events.WITHHOLD.index("emitter not located well enough")
NO_HOMING = events.WITHHOLD.index("no missile that homes on jamming")
_NO_THREAT = events.WITHHOLD.index("not a threat to anything defended")
_IDENTITY = events.WITHHOLD.index("identity does not permit fire")
_HOLD = events.WITHHOLD.index("rules of engagement hold")
_COMMITTED = events.WITHHOLD.index("enough rounds committed")


@kernel
def refusal(w, c, k):
    """Why command post c may not fire at the passive track in row k of `track`; 0 where it may.

    One that stands off threatens nothing by its way; where the doctrine says so its jamming makes it worth a score.
    """
    rule = w.passive_rule[c]
    pic = w.picture[k]
    roe = w.roe[c]
    threat = pic.threat > 0.0 and pic.asset >= 0
    if not threat and (rule.engage == 0 or rule.stand_off == 0):
        return _NO_THREAT
    if not identify.may_engage(pic.identity, roe, False):
        return _HOLD if roe.control == identify.WEAPONS_HOLD else _IDENTITY
    if rule.engage == 0:
        return KNOWN_FROM_STROBES
    limit = w.command_post[c].max_rounds_per_target
    if limit >= 0 and pic.rounds_in_all >= limit:
        return _COMMITTED
    if math.sqrt(max(w.track[k].traces[0], 0.0)) > rule.engage_error_m:
        return NOT_LOCATED
    if not threat:
        pic.threat = rule.value
    return 0
