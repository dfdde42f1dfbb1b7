"""Story: of 800 cruise missiles of the saturation notebook 40 were never fired at, though channels and rounds were free.

They came 0.4 degrees apart, in a beam of more than twice that: two tracks held four missiles, each now the one, now the other. In
truth a round is fired at what its track held at that moment. 36 of the 40 were killed, by a round that was fired at a neighbour;
the other four came through, and their stories said "never tracked" or "nothing launched" while rounds were fired at their track.
"""

from pathlib import Path

import openiads
from openiads.analysis.told_apart import CAUSE

PORT = Path(__file__).parents[2] / "notebooks" / "port.yaml"


def test_who_was_never_fired_at_shared_a_track(tmp_path):
    study = openiads.Study(PORT, 80, out=tmp_path / "study").run()
    out = study.table("outcomes").to_pandas().astype({"killer": object, "cause_text": object})
    rounds = study.table("missiles").to_pandas().set_index(["replication", "id"])["target"].astype(object)
    alone = out[out["rounds_fired"] == 0]
    assert len(out) == 320 and 0 < len(alone) < 40  # 1 in 20
    for row in alone.itertuples():
        if row.fate == "killed":
            assert rounds[row.replication, row.killer] != row.id
        else:
            assert row.t_assigned_s > 0.0 and row.cause_text == CAUSE and row.cause == "not tracked"


def test_apart_by_more_than_a_beam_each_is_fired_at(tmp_path):
    """The same raid at 4 km instead of 800 m: 1.9 degrees apart."""
    study = openiads.Study(PORT, 40, vary={"CM.spacing": ["4 km"]}, out=tmp_path / "study").run()
    out = study.table("outcomes").to_pandas()
    assert len(out) == 160 and (out["rounds_fired"] > 0).all()
