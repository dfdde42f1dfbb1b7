"""Fire control finds the meeting with a falling target that was planned.

It tried one time in 42 s of the next seven minutes, and a ballistic missile is in the envelope for some twenty seconds. So it
closed engagements as "out of the envelope" that the plan had opened a moment before, with the same track: 9 in each
replication of the quickstart scenario.
"""

from support import runs, scenes

from openiads.engine import events as ev

REPLICATIONS = 5
OUT_OF_ENVELOPE = ev.ENGAGEMENT_CLOSE.index("target out of the envelope")


def test_engagements_of_ballistic_missiles_are_not_given_up(compiled_engine):
    world, names = scenes.quickstart()
    scud = [i for i, name in enumerate(names.platform) if name.startswith("SCUD")]
    opened = given_up = 0
    for k in range(REPLICATIONS):
        log = runs.run(world, 1, k).event
        at_scud = [row for row in log if row.code in (ev.ASSIGNED, ev.ENGAGEMENT_END)]
        opened += sum(row.code == ev.ASSIGNED and row.subject in scud for row in at_scud)
        given_up += sum(
            row.code == ev.ENGAGEMENT_END
            and row.subject in scud
            and row.detail == OUT_OF_ENVELOPE
            and row.value == 0
            for row in at_scud
        )
    assert opened >= REPLICATIONS
    assert given_up <= 0.2 * opened
