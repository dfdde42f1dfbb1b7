"""A run in pieces is the run; a switch of doctrine changes what follows and stands in its record."""

import json
import socket

import numpy as np
import pytest
from support import runs, studies

from openiads.cli.guard import UserError
from openiads.cli.live import live
from openiads.cli.live_control import MOST_A_SECOND, MOST_BYTES, Allowance, MalformedError, Pace, read
from openiads.doctrine.standard import decide
from openiads.engine import events
from openiads.engine.run import Engine
from openiads.results import open_run
from openiads.study.execute import load
from openiads.study.live import CHANGED, LiveRun, SwitchError
from openiads.study.store import encode_all, new_run
from openiads.viewer import columns
from openiads.viewer.live import Story, frame, snapshot

SEED = 5


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    return load(studies.write(tmp_path_factory.mktemp("live")))


@pytest.fixture(scope="module")
def whole(loaded):
    """The same run made at once."""
    return Engine(loaded.compiled.world, decide).run(SEED)


def finished(run, pieces=(400,)):
    k = 0
    while not run.over:
        run.advance(pieces[k % len(pieces)])
        k += 1
    return run


@pytest.mark.parametrize("pieces", [(1,), (7, 1, 40), (400,)])
def test_pieces_make_the_run_made_at_once(loaded, whole, pieces):
    run = finished(LiveRun(loaded, SEED), pieces)
    assert runs.differences(whole, run.outcome()) == ""
    assert len(whole.event) > 50 and run.record() == {}
    assert encode_all(run.outcome(), run.names) == encode_all(whole, run.names)


def test_looking_changes_nothing(loaded, whole):
    run = LiveRun(loaded, SEED)
    while not run.over:
        run.advance(100)
        run.whole().threats, run.since(0, 0).trajectories, run.counts(), run.posts()
    assert runs.differences(whole, run.outcome()) == ""


def test_a_step_by_events_stops_at_each(loaded, whole):
    run, seen = LiveRun(loaded, SEED), 0
    while run.to_event(4000):
        assert run.rows[0] > seen
        newest = run.world.event["t_s"][seen : run.rows[0]].max()
        seen = run.rows[0]
        assert run.t_s - run.dt_s - 1.0 - 1e-9 <= newest or run.over  # plots are handed over once a second
    assert seen == len(whole.event)


def test_what_is_carried_is_what_still_flies(loaded):
    run = LiveRun(loaded, SEED)
    seen = 0
    for _ in range(300):
        run.advance(1)
        n = run.rows[1]
        if run.over or n == 0 or run.world.sample["t_s"][n - 1] >= run.t_s:
            continue
        now = run.carried()
        flying = int(np.count_nonzero(run.world.platform_state["active"]))
        flying += int(np.count_nonzero(run.world.round["fate"][: int(run.sim.n_rounds)] == 0))
        truth = np.isin(now["kind"], (events.SAMPLE_PLATFORM, events.SAMPLE_MISSILE))
        assert int(truth.sum()) <= flying and (now["t_s"] == run.t_s).all()
        seen += int(truth.sum())
    assert seen > 300


# --- frames ---------------------------------------------------------------------------------------
def test_frames_put_together_are_the_replay(loaded, whole, tmp_path):
    """Samples and events of all frames are those of the stored run; rows and chains end as a replay tells them."""
    run = LiveRun(loaded, SEED)
    story, have, number = Story.of(run.whole()), (0, 0), 0
    samples, log, rows = {}, [], {}
    while not run.over:
        run.advance(61)
        fresh = run.since(*have)
        story.update(run.whole(), fresh)
        state = {"t_s": run.t_s, "sampled": float(run.world.sample["t_s"][run.rows[1] - 1]) >= run.t_s}
        header, got = columns.decode(frame(fresh, story.after(number), state))
        have, number = run.rows, story.number
        log += header["events"]
        for kind in ("platforms", "missiles", "sites"):
            rows |= {(kind, row["id"]): row for row in header[kind]}
        rows |= {("chains", key): told for key, told in header["chains"].items()}
        for p in header["paths"]:
            last = p["first"] + p["rows"] - ("now" in p or "ended" in p)
            for k in range(p["first"], last):
                place = tuple(int(got[c][k]) for c in ("x_dm", "y_dm", "z_dm"))
                samples[p["kind"], p["id"], int(got["t_ms"][k])] = place
    with new_run(tmp_path / "run") as folder:
        stored = open_run(folder.write(whole, run.names, run.provenance()))
    table = stored.table("trajectories", raw=True).to_pydict()
    keys = zip(table["kind"], table["id"], table["t_ms"], strict=True)
    places = zip(table["x_dm"], table["y_dm"], table["z_dm"], strict=True)
    assert samples == dict(zip(keys, places, strict=True)) and len(samples) > 500
    replay, _ = columns.decode(snapshot(stored, [], {}))
    by_time = lambda e: (e["t"], json.dumps(e, sort_keys=True))  # noqa: E731
    assert sorted(log, key=by_time) == sorted(replay["events"], key=by_time)
    for kind in ("platforms", "missiles", "sites"):
        assert {key: row for (k, key), row in rows.items() if k == kind} == {r["id"]: r for r in replay[kind]}
    assert {key: told for (k, key), told in rows.items() if k == "chains"} == replay["chains"]


def test_what_still_flies_has_no_verdict(loaded):
    run = LiveRun(loaded, SEED)
    until_assigned(run)
    whole = run.whole()
    header, _ = columns.decode(snapshot(whole, [], {}))
    fates = {row["id"]: row["t_end_s"] for row in whole.threats.to_pylist()}
    story = Story.of(whole)
    assert None in fates.values()
    for ident, t_end_s in fates.items():
        told = header["chains"][ident]
        assert told == story.rows["chains", ident][1] and (t_end_s is not None or told["link"] == "")


# --- doctrine -------------------------------------------------------------------------------------
def shots(outcome, after_s=0.0):
    return int(np.count_nonzero((outcome.event.code == events.LAUNCH) & (outcome.event.t_s >= after_s)))


def until_assigned(run):
    while not np.any(run.world.event["code"][: run.rows[0]] == events.LAUNCH):
        assert run.to_event(4000)


def test_a_switch_changes_what_follows_and_is_recorded(loaded, whole):
    run = LiveRun(loaded, SEED)
    until_assigned(run)
    at = run.t_s
    (change,) = run.switch("all", "rules_of_engagement", "hold")
    assert (change.command_post, change.before, change.after, change.t_s) == ("CP", "free", "hold", at)
    assert at <= change.t_decision_s < at + 1.0 + 1e-9
    finished(run)
    before = whole.event[whole.event.t_s < at]
    same = run.outcome().event
    assert np.array_equal(before.view(np.uint8), same[same.t_s < at].view(np.uint8))
    assert shots(whole, at + 15.0) > 0 and shots(run.outcome(), at + 15.0) == 0
    told = run.provenance().notes["live"]
    assert told["remark"] == CHANGED and told["changes"][0]["after"] == "hold"


def test_salvo_and_policy(loaded):
    run = LiveRun(loaded, SEED)
    run.switch("CP", "salvo", 3)
    run.switch("CP", "policy", "salvo")
    assert run.posts() == [{"id": "CP", "rules_of_engagement": "free", "policy": "salvo", "salvo": 3}]
    finished(run)
    plain = finished(LiveRun(loaded, SEED))
    three, one = (o.event[o.event.code == events.ASSIGNED].value[0] for o in (run.outcome(), plain.outcome()))
    assert 0.3 < one < 0.95 and three == pytest.approx(1.0 - (1.0 - one) ** 3, abs=0.02)
    assert loaded.compiled.world.command_post.salvo[0] == 1  # the scenario's own tables stay


def test_a_switch_to_what_is_there_is_none(loaded):
    run = LiveRun(loaded, SEED)
    assert run.switch("CP", "salvo", 1) == [] and run.record() == {}
    for post, what, value in (
        ("X", "salvo", 1),
        ("CP", "min_pk", 1),
        ("CP", "salvo", 0),
        ("CP", "salvo", True),
        ("CP", "policy", 1),
    ):
        with pytest.raises(SwitchError):
            run.switch(post, what, value)
    assert run.record() == {}


def test_a_run_that_is_ended_early_is_a_run(loaded, tmp_path):
    run = LiveRun(loaded, SEED)
    run.advance(400)
    run.stop()
    with new_run(tmp_path / "short") as folder:
        stored = open_run(folder.write(run.outcome(), run.names, run.provenance(1.0), None, run.ground))
    assert stored.t_end_s == 100.0 and stored.manifest["notes"] == {"live": {"stopped_at_s": 100.0}}
    assert max(stored.events["t_s"].to_pylist()) <= 100.0 and None not in stored.threats["fate"].to_pylist()


# --- control --------------------------------------------------------------------------------------
class Hand:
    """A clock that is set by hand."""

    def __init__(self):
        self.t = 50.0

    def __call__(self):
        return self.t


@pytest.mark.parametrize("speed", [1.0, 7.3, 100.0])
def test_pace_does_not_drift(speed):
    clock, step = Hand(), 17
    pace = Pace(0.25, speed, clock)
    pace.anchor(step)
    gaps = np.random.default_rng(1).uniform(0.001, 0.2, 40_000)
    for gap in gaps:
        clock.t += gap
        step += pace.due(step)
    assert abs((step - 17) * 0.25 - gaps.sum() * speed) <= 0.25 and pace.lost_s == 0.0


def test_pace_gives_up_what_a_machine_cannot_keep():
    clock = Hand()
    pace = Pace(0.25, 10.0, clock)
    pace.anchor(0)
    clock.t += 30.0
    assert pace.due(0) == 40 and abs(pace.lost_s - 29.0) < 1e-9
    clock.t += 0.1
    assert pace.due(40) == 4


def test_commands_are_read_strictly():
    assert read('{"do":"ready"}').do == "ready"
    assert read('{"do":"speed","value":7.5}').number == 7.5
    assert read('{"do":"switch","post":"CP","what":"salvo","value":2}').choice == 2
    bad = [
        "", "{", "[]", "null", "1", '"go"', '{"do":"go","x":1}', '{"do":"speed"}', '{"do":"speed","value":0.5}',
        '{"do":"speed","value":101}', '{"do":"speed","value":NaN}', '{"do":"speed","value":true}', '{"do":"speed","value":"7"}',
        '{"do":"step","value":"year"}', '{"do":"step","value":[]}', '{"do":"eval","value":"1"}', '{"do":["go"]}', '{"do":{}}',
        '{"do":"switch","post":1,"what":"salvo","value":2}', '{"do":"switch","post":"CP","what":"salvo","value":true}',
        '{"do":"switch","post":"CP","what":"salvo","value":null}', "[" * 1000, '{"do":"go"}' + " " * MOST_BYTES,
    ]  # fmt: skip
    for text in bad:
        with pytest.raises(MalformedError):
            read(text)


def test_allowance():
    clock = Hand()
    allowance = Allowance(clock)
    assert all(allowance.take() for _ in range(MOST_A_SECOND)) and not allowance.take()
    clock.t += 1.0
    assert allowance.take()


def test_a_port_in_use_is_told(tmp_path):
    file = str(studies.write(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"--port {port} cannot be had: .*; --port 0 takes a free one"):
            live(file, None, 0, 1.0, port, False, tmp_path / "out", False, None, False)
    assert not (tmp_path / "out").exists()


def test_missing_libraries_are_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"starlette, uvicorn, websockets: pip install 'openiads\[live\]'"):
        live("quickstart", None, 0, 1.0, 0, False, None, False, None, False)
