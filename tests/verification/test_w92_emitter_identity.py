"""W-92: that strobes locate a track as the source of jamming is evidence of hostility, through the whole engine.

References: Bayes' rule in odds (a likelihood ratio multiplies the odds), and the log itself: without passive tracks the ratio
changes no byte; with them an emitter at the speed and height of an airliner is neutral or unknown at a ratio of 1, and hostile and
stays so at a high one.
"""

import numpy as np
import pytest
from support import emitters as em
from support import saturation as sat

from openiads.doctrine import identify
from openiads.engine import events as ev

POSTERIORS = [(0.1, 0.6, 0.3), (0.0, 1.0, 0.0), (0.02, 0.9, 0.08), (0.0, 0.0, 1.0), (0.3, 0.7, 0.0)]


@pytest.mark.parametrize("ratio", [1.0, 7.0, 100.0, 10_000.0])
@pytest.mark.parametrize("p", POSTERIORS)
def test_the_odds_are_multiplied(ratio, p):
    (roe,) = identify.default_roe(1)
    roe.emitter_ratio = ratio
    friend, neutral, hostile = identify.as_emitter(roe, *p)
    assert friend + neutral + hostile == pytest.approx(1.0, abs=1e-12)
    assert hostile * (p[0] + p[1]) == pytest.approx(ratio * p[2] * (friend + neutral), rel=1e-12, abs=1e-15)
    assert friend * p[1] == pytest.approx(neutral * p[0], rel=1e-12, abs=1e-15)
    if ratio == 1.0:
        assert (friend, neutral, hostile) == pytest.approx(p, rel=1e-12)


def test_impossible_evidence_stays_impossible():
    (roe,) = identify.default_roe(1)
    assert identify.as_emitter(roe, 0.0, 0.0, 0.0) == (0.0, 0.0, 0.0)


def world(ratio, passive=True, jams=True, duration_s=400.0):
    """Two search radars, and a jammer that flies past like an airliner, 150 km off."""
    ears = em.Ears(
        duration_s,
        [sat.at(270.0, 20e3), sat.at(90.0, 20e3)],
        rules={} if passive else None,
        asset_margin_m=1e3,
    )
    ears.a.posts[0]["roe"] = {"control": 1, "emitter_ratio": ratio}
    start, end = sat.at(340.0, 150e3, 10.5e3), sat.at(40.0, 150e3, 10.5e3)
    if jams:
        ears.jammer(start, end, 235.0, "airliner")
    else:
        ears.jammer(start, end, 235.0, "airliner", t_on_s=1e6)
    ears.a.add_site("ASSET", 3, sat.HERE, 100.0, 50.0, 1.0)
    return ears.world()


def said(outcome, after_s=60.0):
    """Identities held, in order, and the share of the time after `after_s` for which it was hostile."""
    log = sat.of(outcome, ev.IDENTIFIED)
    times, states = log.t_s.tolist(), [ev.IDENTITY[x] for x in log.detail]
    spans = np.diff(np.append(times, outcome.t_end_s))
    held = sum(
        s for s, t, state in zip(spans, times, states, strict=True) if state == "hostile" and t > after_s
    )
    return states, held / (outcome.t_end_s - after_s)


def test_an_emitter_that_flies_like_an_airliner():
    """At a ratio of 1 it is never held to be hostile; at 10,000 nothing else, once it has been declared."""
    (plain,) = sat.replications(world(1.0), 92, 1)
    (told,) = sat.replications(world(10_000.0), 92, 1)
    assert len(sat.of(plain, ev.PASSIVE_TRACK)) >= 1
    assert "hostile" not in said(plain)[0] and "neutral" in said(plain)[0]
    states = said(told)[0]
    assert states and set(states[states.index("hostile") :]) == {"hostile"}
    assert "neutral" not in states


def test_a_higher_ratio_never_lowers_the_probability():
    """Same luck: the largest probability of hostile that is reported grows with the ratio."""
    top = []
    for ratio in (1.0, 10.0, 100.0, 1000.0, 10_000.0):
        (o,) = sat.replications(world(ratio, duration_s=150.0), 93, 1)
        log = sat.of(o, ev.IDENTIFIED)
        top.append(max(log.value.tolist(), default=0.0))
    assert top[-1] > 0.95 and top[0] < 0.5


@pytest.mark.parametrize(("passive", "jams"), [(False, True), (True, False)])
def test_without_passive_tracks_it_changes_nothing(passive, jams):
    logs = {
        next(iter(sat.replications(world(ratio, passive, jams, 150.0), 94, 1))).event.tobytes()
        for ratio in (1.0, 10_000.0)
    }
    assert len(logs) == 1
