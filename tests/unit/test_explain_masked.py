"""Rounds from which ground hid their radar or their target: told in the story of the threat, and named as the cause."""

from openiads.analysis.chains import Chains, Event
from openiads.analysis.links import first_failed_link
from openiads.analysis.sentences import sentence

CUT = Event(62.0, "command link lost", "M1", "T", "FC", None, None, 900.0, None, None)
BLIND = Event(63.5, "seeker blinded", "M1", "T", None, "after its lock", 4e3, 800.0, None, None)


def event(t_s, name, detail=None, **more):
    fields = dict.fromkeys(Event._fields)
    return Event(
        **{**fields, "t_s": t_s, "event": name, "subject": "T", "object": "FC", "detail": detail, **more}
    )


def story(*masked):
    before = [
        event(1.0, "line of sight"), event(2.0, "detection"), event(5.0, "system track"), event(9.0, "identified", "hostile"),
        event(20.0, "assigned"), event(30.0, "launch", subject="M1", object="T"),
    ]  # fmt: skip
    row = {
        "identity": "hostile",
        "fate": "hit its target",
        "t_end_s": 90.0,
        "t_hostile_s": 9.0,
        "hit_site": "A",
    }
    known = Chains({"T": row}, {"M1": {"target": "T", "fate": "miss"}}, {}, 100.0)
    known.events["T"] = [*before, *masked]
    return first_failed_link(known, "T")


def test_the_cause_is_named():
    assert story().cause == "1 fired, none came near"
    both = story(CUT, BLIND)
    assert both.link == "flight" and both.cause == "1 fired, none came near: seeker blinded"
    text = " ".join(both.sentences)
    assert "M1 lost its command link at 62 s: no line of sight to FC." in text
    assert "The ground hid it from the seeker of M1 at 64 s, after its lock." in text
    assert story(CUT).cause.endswith("command link lost")


def test_one_sentence_per_event():
    assert sentence(CUT) == "M1: no line of sight to FC, its command link is lost"
    assert sentence(BLIND) == "M1: ground hides the target from its seeker after its lock"
