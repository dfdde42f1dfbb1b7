"""W-70: range- and velocity-gate pull-off against the dedicated looks of an engagement radar, through the whole engine.

References: the program by kinematics, v s + a s^2 / 2; the centre of power of two echoes in one cell, offset J / (S + J); J/S of a
repeater at its power limit, 4 pi R^2 P G / (L ERP sigma), written with the radar's own constant as C R^2 / (K sigma); the share of
an echo that a leading edge keeps, c tau / (2 cell); exact binomial limits, 3.5 sigma. Laws: a repeater that is too weak, out of
band, off, or kept out by the radar changes no bit of the log.
"""

import math

import pytest
from support import pulled
from support import saturation as sat

from openiads.engine import events

CELL_M = sat.item("92N6E").si("range_resolution_m")
QUIET = {"pull_s": 10.0, "hold_s": 200.0}  # led away once, and kept there


def program(s):
    """Offset s seconds after the first look, and whether the repeater transmits."""
    s -= pulled.PULL["start_s"]
    s -= math.floor(s / 15.5) * 15.5 if s > 0.0 else 0.0
    if not 0.0 <= s < 13.5:
        return 0.0, False
    s = min(max(s - 1.5, 0.0), 10.0)
    return 15.0 * s * s, True


def log(world, seed=7):
    (o,) = sat.replications(world, seed, 1)
    return o.event.tobytes()


@pytest.fixture(scope="module")
def led():
    world = pulled.scene({})
    found, o = pulled.looks(world)
    return world, [x for x in found if x["held"] and x["start"] > 0.0], o


def test_looks_walk_off_by_the_law(led):
    """Place of the echo to 1 um, of the plot inside 5 of its own sigmas, for one whole cycle."""
    _, found, _ = led
    looked = [x for x in found if 0.0 < x["t"] - x["start"] < 2.0 + 13.5]
    assert len(looked) >= 25
    apart = 0
    for x in looked:
        offset, on = program(x["t"] - x["start"])
        want = offset
        if on and offset < CELL_M:
            want = offset * x["js"] / (1.0 + x["js"])
        assert x["echo"] == pytest.approx(want, abs=1e-6)
        assert abs(x["plot"] - want) < 5.0 * x["sigma"]
        strength = 1.0 if not on else (x["js"] if offset >= CELL_M else 1.0 + x["js"])
        assert x["snr"] == pytest.approx(strength, rel=0.01)  # what the beam loses beside its axis
        apart += offset >= CELL_M
    assert apart > 15


def test_the_track_goes_along_and_is_lost(led):
    """The fused track is where the false echo is, and leaves the target for good when the repeater falls silent."""
    _, found, o = led
    last = [x for x in found if 10.0 < x["t"] - x["start"] - 3.5 < 11.5]
    assert last and all(x["error"] == pytest.approx(1500.0, abs=350.0) for x in last)
    off, over = sat.of(o, events.PULLED_OFF)[0], sat.of(o, events.PULL_OVER)
    assert events.GATE[off.detail] == "range"
    assert off.value == pytest.approx(10.0 * math.log10(found[0]["js"]), abs=1.0)
    assert over[0].value == pytest.approx(1500.0, abs=1e-6)
    begun = sat.of(o, events.SYSTEM_TRACK)
    assert len(begun) == 2 and begun[1].t_s > over[0].t_s  # found again by the search


def test_jam_to_signal(led):
    """By hand, with the radar's K from a claim: S = K sigma / R^4, J = P G Gr lambda^2 / ((4 pi R)^2 k T B L)."""
    world, found, _ = led
    item = sat.item("92N6E")
    lam = 299792458.0 / item.si("freq_hz")
    j = 50.0 * 10.0**0.5 * 10.0 ** (item.si("antenna_gain_db") / 10.0) * lam * lam / 10.0**0.3
    j /= (4.0 * math.pi) ** 2 * 1.380649e-23 * item.si("noise_temperature_k") * item.si("bandwidth_hz")
    assert world.pull_coupling_m2[0, 0] == pytest.approx(j, rel=1e-9)
    x = found[len(found) // 2]
    assert x["js"] == pytest.approx(
        j * x["dist"] ** 2 / (world.radar.constant_m2[0] * pulled.RCS_M2), rel=1e-9
    )


def test_a_pull_that_the_tracker_cannot_follow_loses_it_soon():
    """20 g at once: the radar's track misses four looks, is dropped, and the target is found again beside the cue."""
    found, o = pulled.looks(pulled.scene({"acceleration_mps2": 200.0}))
    off, over = sat.of(o, events.PULLED_OFF), sat.of(o, events.PULL_OVER)
    assert len(off) >= 1 and over[0].t_s - off[0].t_s < 3.0
    assert max(x["error"] for x in found if x["held"]) < 100.0
    assert len(sat.of(o, events.SYSTEM_TRACK)) == 1


@pytest.mark.parametrize(
    ("pull", "protection"),
    [
        ({"power_w": 0.5}, {}),  # J/S -9 dB, below the 3 dB that capture takes
        ({"freq_min_hz": 2e9, "freq_max_hz": 4e9}, {}),
        ({"t_on_s": 1e6}, {}),
        ({}, {"capture_probability": 0.0}),
        ({}, {"leading_edge_s": 60e-9}),
        ({}, {"rate_check_mps": 50.0}),
        ({"gate": "velocity"}, {"rate_check_mps": 50.0}),
    ],
)
def test_what_does_not_take_the_gate_changes_nothing(pull, protection):
    assert log(pulled.scene(pull, protection=protection)) == log(pulled.scene(None, protection=protection))


@pytest.mark.parametrize(
    ("pull", "protection"),
    [
        ({}, {"leading_edge_s": 150e-9}),  # longer than the repeater's 100 ns
        ({"gate": "both"}, {"rate_check_mps": 50.0}),
        ({}, {"rate_check_mps": 400.0}),
    ],
)
def test_protection_that_does_not_fit_does_not_help(pull, protection):
    _, o = pulled.looks(pulled.scene(pull, protection=protection))
    assert len(sat.of(o, events.PULLED_OFF)) >= 1


def test_a_leading_edge_keeps_the_track_and_costs_echo():
    """60 ns of a cell of 30 m (200 ns): 30 % of the echo; the track of the target stays within 30 m of it."""
    found, _ = pulled.looks(pulled.scene({}, protection={"leading_edge_s": 60e-9}))
    held = [x for x in found if (x["held"] and x["t"] - x["start"] > 3.0) or x["start"] <= 0.0]
    held = [x for x in held if x["t"] > 17.0]
    assert len(held) > 30
    assert max(x["error"] for x in held) < 30.0
    share = 60e-9 * 299792458.0 / (2.0 * CELL_M)
    world = pulled.scene({}, protection={"leading_edge_s": 60e-9})
    assert world.radar.edge_gain[0] == pytest.approx(share, rel=1e-12)
    assert all(x["snr"] == pytest.approx(1.0, rel=0.01) for x in held)  # of the share: `looks` takes it off


def test_a_velocity_gate_is_led_away_and_left_empty():
    """Ranges stay true; when the false echo is gone the looks bring nothing until the radar drops its track; then all again."""
    found, o = pulled.looks(pulled.scene({"gate": "velocity"}))
    assert all(abs(x["echo"]) < 1e-6 for x in found if x["held"])
    off, over = sat.of(o, events.PULLED_OFF), sat.of(o, events.PULL_OVER)
    assert over[0].value == pytest.approx(300.0, abs=1e-6)  # 30 m/s^2 for 10 s
    gate = sat.item("92N6E").si("velocity_gate_mps")
    assert off[0].t_s - found[-1]["start"] == pytest.approx(2.0 + 1.5 + gate / 30.0, abs=0.5)
    empty = [x["t"] for x in found if x["seen"] == 0 and x["t"] > over[0].t_s - 0.1]
    assert 4 <= len([t for t in empty if t < over[0].t_s + 4.0]) <= 6
    again = [e.t_s for e in sat.of(o, events.LOCAL_TRACK) if e.t_s > over[0].t_s]
    assert again and again[0] - over[0].t_s < 5.0


def test_other_radars_are_not_deceived():
    """A search radar keeps the true place: fusion holds two tracks of one target at once, and without the repeater one."""
    _, o = pulled.looks(pulled.scene(QUIET, others=1))
    (off,) = sat.of(o, events.PULLED_OFF)[:1]
    tracks = sat.of(o, events.SYSTEM_TRACK)
    assert len(tracks) >= 2 and set(tracks.subject) == {0}
    second = tracks[tracks.t_s > off.t_s][0]
    gone = [e.via for e in sat.of(o, events.TRACK_DROPPED) if e.t_s <= second.t_s]
    assert tracks[0].via not in gone
    _, plain = pulled.looks(pulled.scene(None, others=1))
    assert len(sat.of(plain, events.SYSTEM_TRACK)) == 1


def test_how_often_the_gate_is_taken():
    """A capture probability of 0.6, 60 replications: pulled off in the first cycle, exact binomial limits."""
    world = pulled.scene({}, protection={"capture_probability": 0.6}, duration_s=22.0)
    n = 60
    count = sum(len(sat.of(o, events.PULLED_OFF)) > 0 for o in sat.replications(world, 11, n))
    assert sat.inside(count, n, 0.6)


def test_rounds_miss_what_has_been_led_away():
    """One round without a seeker that kills within 50 m: all five targets without the repeater, none once it has led away."""
    killed = {}
    for name, pull in (("none", None), ("led", QUIET)):
        world = pulled.scene(pull, duration_s=100.0, kill=1.0, lethal_m=50.0, rounds=1)
        fates = [o.platform_state.fate[0] for o in sat.replications(world, 13, 5)]
        killed[name] = fates.count(events.PLATFORM_FATE.index("killed"))
    assert killed == {"none": 5, "led": 0}
