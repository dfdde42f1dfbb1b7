"""What deception did to a kill chain: radars whose gates a false echo led away from a threat."""

from __future__ import annotations

from openiads.analysis.chains import Chains
from openiads.analysis.sentences import seconds

CAUSE = "track pulled off"


def led_away(known: Chains, threat: str, since_s: float) -> tuple[str, ...]:
    """A sentence per radar whose dedicated looks were led away from a threat after a time."""
    texts = []
    pulled = [e for e in known.of(threat, CAUSE) if e.t_s >= since_s]
    for radar in dict.fromkeys(e.object for e in pulled):
        mine = [e for e in pulled if e.object == radar]
        over = [e for e in known.of(threat, "pull-off over") if e.object == radar and e.t_s >= mine[0].t_s]
        gates = " and ".join(dict.fromkeys(str(e.detail) for e in mine))
        text = (
            f"The {gates} gate of {radar} followed its false echo away from it from {seconds(mine[0].t_s)} on"
        )
        if len(mine) > 1:
            text += f", {len(mine)} times"
        ends = [e for e in over if e.value is not None]
        if ends:
            last = max(ends, key=lambda e: e.value or 0.0)
            text += f", by up to {last.value:.0f} {'m/s' if last.detail == 'velocity' else 'm'}"
        texts.append(text + ".")
    return tuple(texts)
