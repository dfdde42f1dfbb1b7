"""What is told of jammers that were held from strobes, and of missiles that homed on jamming."""

from openiads.analysis.chains import Chains, Event
from openiads.analysis.links import first_failed_link
from openiads.analysis.sentences import sentence


def event(t_s, name, subject, obj=None, via=None, detail=None, range_m=None, value=None):
    return Event(t_s, name, subject, obj, via, detail, range_m, None, None, value)


def story(*events, missiles=(), fate="end of run"):
    row = {
        "id": "J", "identity": "hostile", "fate": fate, "t_end_s": 120.0, "t_hostile_s": 6.0, "t_track_s": 6.0,
        "track_range_m": 9e4, "killer": None, "rounds_fired": len(missiles), "t_detection_s": None, "target": None,
    }  # fmt: skip
    known = Chains({"J": row, "K": dict(row, id="K")}, {m["id"]: m for m in missiles}, {}, 120.0)
    base = [
        event(1.0, "line of sight", "J", "S1", range_m=1e5), event(6.0, "system track", "J", "CP", "T1"),
        event(6.0, "passive track", "J", "CP", "T1", value=900.0), event(6.0, "identified", "J", "CP", "T1", "hostile", value=0.99),
    ]  # fmt: skip
    known.events["J"] = [*base, *events]
    return known


def test_a_passive_track_needs_no_detection():
    known = story(event(7.0, "fire withheld", "J", "CP", "T1", "known from strobes alone"))
    finding = first_failed_link(known, "J")
    assert finding.link == "assignment" and finding.cause == "known from strobes alone"


def test_a_round_that_lost_its_emitter_says_so():
    missile = {"id": "M1", "target": "J", "fate": "emitter silent"}
    known = story(
        event(8.0, "assigned", "J", "B", "T1", "9M96E2"), event(10.0, "launch", "M1", "J", "L", "9M96E2"),
        event(60.0, "homes on jamming", "M1", "J", range_m=28e3), event(80.0, "emitter silent", "M1", "J"), missiles=[missile],
    )  # fmt: skip
    finding = first_failed_link(known, "J")
    assert finding.link == "flight" and any(
        "lost J, of which it heard no more from 80 s on" in s for s in finding.sentences
    )


def test_a_round_that_took_another_emitter_says_so():
    missile = {"id": "M1", "target": "J", "fate": "kill"}
    known = story(
        event(8.0, "assigned", "J", "B", "T1", "9M96E2"), event(10.0, "launch", "M1", "J", "L", "9M96E2"),
        event(60.0, "homes on jamming", "M1", "K", range_m=28e3), missiles=[missile],
    )  # fmt: skip
    finding = first_failed_link(known, "J")
    assert any("homed on the jamming of K instead" in s for s in finding.sentences)


def test_a_round_that_heard_nothing_says_so():
    missile = {"id": "M1", "target": "J", "fate": "no target"}
    known = story(
        event(8.0, "assigned", "J", "B", "T1", "9M96E2"), event(10.0, "launch", "M1", "J", "L", "9M96E2"), missiles=[missile]
    )  # fmt: skip
    assert any("heard no jamming" in s for s in first_failed_link(known, "J").sentences)


def test_sentences():
    told = [
        (event(1.0, "strobes cross", "J", "CP", value=1300.0), "strobes of two radars cross (error 1.3 km)"),
        (event(1.0, "passive track", "J", "CP", "T1", value=900.0), "held from strobes alone as passive track T1 (error 0.9 km)"),
        (event(1.0, "crossing refuted", "J", "S3"), "crossing refuted by S3, which hears nothing there"),
        (event(1.0, "homes on jamming", "M1", "J", range_m=28e3), "M1 homes on the jamming of J from 28 km"),
        (event(1.0, "emitter silent", "M1", "J"), "M1 no longer hears J and flies on from memory"),
    ]  # fmt: skip
    assert [sentence(e) for e, _ in told] == [text for _, text in told]
