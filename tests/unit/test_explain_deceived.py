"""The story of a threat whose track was pulled off, or whose defenders were cut off by jamming."""

from openiads.analysis.chains import Chains, Event
from openiads.analysis.deceived import led_away
from openiads.analysis.explain import Explanation, Step, explain_one
from openiads.analysis.links import first_failed_link
from openiads.analysis.sentences import sentence
from openiads.cli.tell import explanation_text

ROW = {"identity": "hostile", "fate": "hit its target", "type": "fighter", "class": "fighter", "group": "F", "target": "A",
       "killer": None, "t_end_s": 90.0, "hit_site": "A", "t_hostile_s": 5.0, "t_detection_s": 1.0, "rounds_fired": 2}  # fmt: skip


def event(t_s, name, subject="F-01", obj=None, via=None, detail=None, value=None):
    return Event(t_s, name, subject, obj, via, detail, 30e3, 8e3, 250.0, value)


CHAIN = [
    event(1.0, "line of sight", obj="FC"), event(1.0, "detection", obj="FC"), event(2.0, "system track", obj="CP"),
    event(5.0, "identified", obj="CP", detail="hostile"), event(9.0, "assigned", obj="B1"),
]  # fmt: skip
PULLED = [
    event(14.0, "track pulled off", obj="FC", detail="range", value=11.0),
    event(26.0, "pull-off over", obj="FC", detail="range", value=1500.0),
]


def story(events, **row):
    known = Chains({"F-01": {**ROW, **row}}, {"SAM-1": {"target": "F-01", "fate": "miss"}}, {}, 120.0)
    known.events["F-01"] = sorted(events, key=lambda e: e.t_s)
    return known


LAUNCH = event(12.0, "launch", "SAM-1", "F-01", "L1", "48N6E3", 40.0)


def test_rounds_that_came_nowhere_near():
    known = story([*CHAIN, LAUNCH, *PULLED])
    found = first_failed_link(known, "F-01")
    assert (found.link, found.cause) == ("flight", "track pulled off, 1 fired, none came near")
    want = "The range gate of FC followed its false echo away from it from 14 s on, by up to 1500 m."
    assert want in found.sentences
    steps = [s.text for s in explain_one(known, "F-01").steps]
    assert (
        "FC: its range gate goes off the target with a false echo (11 dB stronger than the target)" in steps
    )
    assert "FC: its range gate has lost the false echo, 1500 m off the target" in steps


def test_nothing_launched_and_missed():
    closed = event(30.0, "engagement end", obj="B1", detail="fire unit could not acquire the target")
    found = first_failed_link(story([*CHAIN, *PULLED, closed]), "F-01")
    assert found.link == "launch" and found.cause.startswith("track pulled off, nothing launched")
    burst = event(50.0, "burst", "SAM-1", "F-01", value=0.1)
    found = first_failed_link(story([*CHAIN, LAUNCH, *PULLED, burst]), "F-01")
    assert (found.link, found.cause) == ("hit", "track pulled off, missed 1 time")


def test_without_it_the_words_are_as_before():
    known = story([*CHAIN, LAUNCH])
    assert led_away(known, "F-01", 0.0) == ()
    assert first_failed_link(known, "F-01").cause == "1 fired, none came near"
    late = story([*CHAIN, LAUNCH, event(8.0, "track pulled off", obj="FC", detail="range", value=9.0)])
    assert first_failed_link(late, "F-01").cause == "1 fired, none came near"  # before this engagement


def test_velocity_gates_are_told_in_their_unit():
    over = event(26.0, "pull-off over", obj="FC", detail="velocity", value=300.0)
    assert sentence(over) == "FC: its velocity gate has lost the false echo, 300 m/s off the target"


def test_cut_links_are_told():
    """Held hostile, never assigned: who was cut off, and from when to when."""
    known = story(CHAIN[:-1])
    known.commands += [
        event(20.0, "link cut", "CP", "FC", "F-01", value=25.0), event(20.0, "command lost", "B1", "CP"),
        event(70.0, "link back", "CP", "FC"),
    ]  # fmt: skip
    told = " ".join(first_failed_link(known, "F-01").sentences)
    assert "The link between CP and FC was cut by jamming from 20 s on." in told
    assert "The link between CP and FC was back from 70 s on." in told
    assert "B1 was without its command post CP from 20 s on." in told


def test_one_round_is_a_round():
    closed = [
        event(30.0, "engagement end", obj="B1", detail="target assessed killed", value=n)
        for n in (0.0, 1.0, 2.0)
    ]
    words = ["0 rounds", "1 round", "2 rounds"]
    assert [sentence(e) for e in closed] == [
        f"engagement by B1 closed after {w}: target assessed killed" for w in words
    ]


def test_an_altitude_just_below_the_ellipsoid_is_no_minus_0():
    step = Step(1.0, "launch", "launched", 19.3e3, -0.2)
    assert "-0 " not in explanation_text(Explanation("F-01", "F-01", [step], "", []))
