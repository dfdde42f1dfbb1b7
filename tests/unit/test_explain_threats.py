"""The story of a threat: every way in which a chain can fail is told as what it was."""

import pytest
import synthetic_run as made

from openiads.analysis.chains import chains
from openiads.analysis.explain import UnknownThreat, explain, explain_one
from openiads.analysis.links import LINKS, first_failed_link, holds_of
from openiads.analysis.outcomes import outcome
from openiads.results import open_run
from openiads.study.store import new_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    with new_run(tmp_path_factory.mktemp("runs") / "run") as folder:
        return open_run(folder.write(*made.outcome(), made.provenance()))


@pytest.fixture(scope="module")
def known(run):
    return chains(run)


def verdict(known, threat):
    return " ".join(explain_one(known, threat).verdict)


CASES = {
    "cm-12": ("detection", "never detected"),
    "strike-6": ("identification", "never held to be hostile"),
    "cm-08": ("assignment", "no channel free"),
    "drone-4": ("assignment", "no rounds ready"),
    "cm-10": ("assignment", "too late to intercept"),
    "f35-1": ("assignment", "kill probability too low"),
    "jam-1": ("assignment", "out of the envelope"),
    "cm-05": ("hit", "2 missiles burst at it and did not kill"),
    "tbm-2": ("hit", "miss 61.0 m"),
    "civ-03": ("identification", "held it to be hostile"),
}


@pytest.mark.parametrize("threat", CASES)
def test_the_first_failed_link_and_why(known, threat):
    link, words = CASES[threat]
    assert first_failed_link(known, threat).link == link
    assert words in verdict(known, threat)


def test_every_threat_has_a_story(known):
    for threat in known.threats:
        told = explain_one(known, threat)
        assert told.headline.startswith(f"{threat}: ")
        assert told.verdict and all(sentence.endswith((".", "!")) for sentence in told.verdict)
        assert told.link in ("", *LINKS)
        times = [step.t_s for step in told.steps]
        assert times == sorted(times)


def test_a_killed_threat_has_no_failed_link(known):
    told = explain_one(known, "strike-1")
    assert told.link == ""
    assert "killed by SAM-" in told.verdict[0]
    events = [step.event for step in told.steps]
    order = [
        "line of sight",
        "detection",
        "system track",
        "identified",
        "assigned",
        "launch",
        "seeker on",
        "burst",
    ]
    assert [events.index(e) for e in order] == sorted(events.index(e) for e in order)


def test_below_the_horizon_is_named_as_the_reason_for_being_late(known):
    assert "below the horizon" in verdict(known, "cm-10")
    assert "45 km" in verdict(known, "cm-10")
    assert "below the horizon" not in verdict(known, "strike-6")


def test_a_leaker_says_what_it_hit(known):
    assert "It hit port" in verdict(known, "cm-05")
    assert "It hit r91" in verdict(known, "arm-1") and "destroyed r91" in verdict(known, "arm-1")


def test_the_time_of_holding_fire_is_counted_until_the_end(known):
    (hold,) = holds_of(known, "cm-08")
    assert hold.reason == "no channel free"
    assert hold.total_s == pytest.approx(900.0 - hold.first_s)


def test_repeated_refusals_are_told_once(run, known):
    old = known.of("cm-08", "fire withheld")[0]
    known.events["cm-08"].insert(-1, old._replace(t_s=old.t_s + 4.0))
    known.events["cm-08"].insert(-1, old._replace(t_s=old.t_s + 8.0))
    try:
        told = [step for step in explain_one(known, "cm-08").steps if step.event == "fire withheld"]
        assert len(told) == 1
        assert "(3 times, until" in told[0].text
    finally:
        del known.events["cm-08"][-3:-1]


def test_a_lost_radar_is_named(known):
    """A threat whose missiles lost their guidance after the radar was destroyed."""
    threat = "strike-5"
    bursts = [e for e in known.events[threat] if e.event == "burst"]
    for burst in bursts:
        known.events[threat].remove(burst)
    try:
        told = explain_one(known, threat)
        assert told.link == "flight"
        assert "Radar r91 had been lost at 273 s." in told.verdict
    finally:
        known.events[threat].extend(bursts)
        known.events[threat].sort(key=lambda e: e.t_s)


def test_unknown_names_suggest(run):
    with pytest.raises(UnknownThreat, match="nearest: cm-05"):
        explain(run, "CM05")
    with pytest.raises(UnknownThreat, match="is a missile; it was fired at"):
        explain(run, "SAM-001")
    with pytest.raises(UnknownThreat, match="is a track; behind it was strike-1"):
        explain(run, "TN0001")
    with pytest.raises(UnknownThreat, match="is a site"):
        explain(run, "r91")
    with pytest.raises(UnknownThreat, match="there are strike-1"):
        explain(run, "???")


def test_the_numbers_of_the_outcome(run):
    told = outcome(run)
    assert (told.hostile, told.hostile_killed, told.rounds_fired) == (31, 14, 25)
    assert [leak.threat for leak in told.leaks] == ["arm-1", "tbm-2", "cm-05"]
    assert [(w.target, w.rounds) for w in told.wrong_shots] == [("civ-03", 1)]
    assert sum(s.rounds for s in told.shots) == 25
    assert sum(s.kills for s in told.shots) == sum(r.kills for r in told.rounds) == 14
    assert sum(a.number for a in told.arrivals) == len(run.threats)
    assert {loss.site: loss.lost for loss in told.losses} == {"r91": True, "port": False}
    cruise = next(s for s in told.sightings if s.type == "cruise_missile")
    assert (cruise.number, cruise.detected) == (12, 11)
    assert cruise.range_min_m <= cruise.range_median_m <= cruise.range_max_m < 50e3
