"""The story of a target that shares its track with a neighbour: no "never tracked" or "nothing launched" where rounds flew."""

from test_explain_deceived import ROW, event

from openiads.analysis.causes import NOT_TRACKED, cause_of
from openiads.analysis.chains import Chains
from openiads.analysis.links import first_failed_link

ROUND = {"target": "F-02", "fate": "miss", "battery": "B1", "track": "TN0002", "t_launch_s": 12.0}


def story(assigned, rounds, seen=(), fate="hit its target"):
    """F-01 and F-02 in one track. `assigned`: (time, who); `seen`: more events of F-01."""
    rows = {name: {**ROW, "group": "F", "fate": fate} for name in ("F-01", "F-02")}
    known = Chains(rows, {f"SAM-{k + 1}": row for k, row in enumerate(rounds)}, {}, 120.0)
    known.events["F-01"] = [event(1.0, "line of sight", obj="FC"), event(1.0, "detection", obj="FC")]
    known.events["F-01"] += [event(2.0, "local track", obj="FC", via="FC/7"), *seen]
    for t_s, who in assigned:
        one = event(t_s, "assigned", who, "B1", "TN0002")
        known.events[who].append(one)
        known.assignments.append(one)
    known.events["F-01"].sort(key=lambda e: e.t_s)
    return known


def test_the_rounds_at_its_track_went_to_a_neighbour():
    known = story([(9.0, "F-01")], [ROUND, {**ROUND, "t_launch_s": 13.0}])
    found = first_failed_link(known, "F-01")
    assert (found.link, found.cause) == ("track", "not told apart from others")
    assert found.sentences[0] == (
        "It was assigned at 9.0 s to B1 as TN0002, but the 2 rounds fired at that track went to F-02."
    )
    assert cause_of(known, "F-01", found) == NOT_TRACKED


def test_rounds_of_a_later_assignment_of_the_track_are_not_its():
    known = story([(9.0, "F-01"), (11.0, "F-02")], [ROUND])
    found = first_failed_link(known, "F-01")
    assert (found.link, found.cause) == ("launch", "assigned, nothing launched")


def test_rounds_at_another_track_or_of_another_battery_are_not_its():
    for other in ({"track": "TN0003"}, {"battery": "B2"}, {"t_launch_s": 8.0}, {"target": None}):
        found = first_failed_link(story([(9.0, "F-01")], [{**ROUND, **other}]), "F-01")
        assert (found.link, found.cause) == ("launch", "assigned, nothing launched"), other


def test_taken_for_another_and_never_assigned():
    """Held by the command post for a time, under a track that began on another: not "never formed one"."""
    held = event(20.0, "fire withheld", obj="CP", via="TN0001", detail="no channel free")
    found = first_failed_link(story([], [], [held]), "F-01")
    assert (found.link, found.cause) == ("track", "detected, never tracked")
    assert found.sentences[0].endswith(
        "but the command post never formed one of its own; at times it was taken for TN0001."
    )
    alone = first_failed_link(story([], []), "F-01").sentences[0]
    assert alone.endswith("but the command post never formed one.")


def test_killed_by_a_round_that_was_meant_for_another():
    known = story([], [ROUND], fate="killed")
    known.threats["F-01"].update(killer="SAM-1", rounds_fired=0, t_end_s=31.0)
    assert first_failed_link(known, "F-01").sentences == (
        "No link failed: killed by SAM-1, which was fired at F-02, 30 s after its first detection, with 0 rounds fired at it.",
    )
    known.threats["F-02"].update(killer="SAM-1", rounds_fired=1, t_end_s=31.0)
    assert "which was fired at" not in first_failed_link(known, "F-02").sentences[0]
