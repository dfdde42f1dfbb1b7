"""Burn-through → DWELL rows and the gain of a longer dedicated look."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.physics.detection import required_snr_db
from openiads.scenario import Fault, Scenario, fault_of
from openiads.world import schema

if TYPE_CHECKING:
    from openiads.world.assemble import Assembly

SWERLING = (
    1  # law for which the wanted probability is turned into a signal: what fluctuates from look to look
)
_LONGEST_S = 1.0
_LEAST_ENGAGEMENT_S = 5.0  # two reports an engagement; shorter ones are rare


@lru_cache(maxsize=64)
def _wanted(pd: float, pfa: float, n_pulses: int) -> float:
    return float(10.0 ** (0.1 * required_snr_db(pd, pfa, n_pulses, SWERLING)))


def gains(most: int, coherent: bool, pd: float, pfa: float, n_pulses: int) -> np.ndarray:
    """Gain in signal to noise of a look of 0 … `most` track dwells over that of one; that of 0 is 0.

    With phase the gain is the number. Without, m dwells of n pulses are m n pulses summed without phase at the same
    false-alarm probability: the ratio of the signals per pulse that the wanted probability takes (exact, Swerling 1).
    """
    if coherent:
        return np.arange(most + 1, dtype=float)
    one = _wanted(pd, pfa, n_pulses)
    out = np.array([0.0, *(one / _wanted(pd, pfa, n_pulses * m) for m in range(1, most + 1))])
    out[1] = 1.0
    return out


def dwell_tables(a: Assembly) -> dict[str, Any]:
    """World fields dwell, dwell_gain, dwell_state, dwell_use. Without such a radar they have no rows."""
    rules = [(r.get("protection") or {}).get("burn_through") for r in a.radars]
    n = len(a.radars) if any(rules) else 0
    table = np.zeros(n, schema.DWELL).view(np.recarray)
    longest = max((rule["most"] for rule in rules if rule), default=0)
    gain = np.zeros((n, longest + 1 if n else 0))
    for k in range(n):
        rule, item = rules[k], a.radars[k]["item"]
        table[k].most, table[k].wanted = 1, 0.0
        gain[k, 1:] = 1.0
        if rule and a.radars[k]["battery"] >= 0:
            pd, pfa, pulses = rule["pd"], item.si("pfa"), item.count("n_pulses")
            table[k].most, table[k].wanted = rule["most"], _wanted(pd, pfa, pulses)
            gain[k, : rule["most"] + 1] = gains(rule["most"], rule["coherent"], pd, pfa, pulses)
    channels = sum(b["targets"] for b in a.batteries) if n else 0
    state = np.zeros(channels, schema.DWELL_STATE).view(np.recarray)
    state["track_id"], state["number"] = -1, 1
    use = np.zeros(n, schema.DWELL_USE).view(np.recarray)
    return {"dwell": table, "dwell_gain": gain, "dwell_state": state, "dwell_use": use}


def too_long(scenario: Scenario, item: Any, radar: Any, number: int) -> Iterator[Fault]:
    """A fault where the longest look of radar `number` would last more than a second: targets move meanwhile."""
    rule = radar.protection.burn_through if radar.protection is not None else None
    if rule is None or not item.has("track_dwell_s"):
        return
    dwell_s = item.si("track_dwell_s")
    if rule.dwell_max * dwell_s > _LONGEST_S:
        path = ("defence", "radars", number, "protection", "burn_through", "dwell_max")
        message = f"a look of {radar.id} would last {rule.dwell_max * dwell_s:.2g} s"
        yield fault_of(scenario, path, message, f"at most {int(_LONGEST_S / dwell_s)} dwells, 1 s")


def event_room(a: Assembly) -> int:
    """Two reports of every engagement of such a radar."""
    own = [b for b in a.batteries if (a.radars[b["radar"]].get("protection") or {}).get("burn_through")]
    return sum(2 * b["targets"] * (int(a.duration_s / _LEAST_ENGAGEMENT_S) + 2) for b in own)
