"""W-71: jamming of the network's links, through the whole engine.

References: J/N = P G Gr lambda^2 / ((4 pi R)^2 k T B L); a link with margin M is cut while 1 + J/N > M, inside
R = sqrt(C g / (M - 1)), with g the Gaussian lobe exp(-4 ln 2 (angle / width)^2) or the side-lobe level; the horizon of the
4/3 Earth, sqrt(2 a h1) + sqrt(2 a h2). Laws: a jammer beyond that range, below the horizon, out of band or off changes no
bit of the log; so does any jammer of a cable; messages go round a cut link where there is a way, at its delay.
"""

import math

import numpy as np
import pytest
from support import saturation as sat
from support import sighting as see

from openiads.engine import events
from openiads.testing import check_invariants
from openiads.world import schema

RADIO = {"freq_hz": 5e9, "bandwidth_hz": 10e6, "antenna_gain_db": 0.0, "beam_rad": 0.0, "sidelobe_db": -20.0, "noise_k": 1000.0,
         "margin_db": 20.0, "mast_m": 10.0}  # fmt: skip
JAMMER = {"power_w": 100.0, "antenna_gain_db": 10.0, "bandwidth_hz": 10e6, "freq_min_hz": 4e9, "freq_max_hz": 6e9, "loss_db": 3.0,
          "t_on_s": 0.0, "t_off_s": 1e9}  # fmt: skip
SPEED = 500.0


def coupling(radio, jammer):
    lam = 299792458.0 / radio["freq_hz"]
    c = jammer["power_w"] * 10.0 ** (
        (jammer["antenna_gain_db"] + radio["antenna_gain_db"] - jammer["loss_db"]) / 10.0
    )
    c *= lam * lam / (4.0 * math.pi) ** 2
    return c / (1.380649e-23 * radio["noise_k"] * max(radio["bandwidth_hz"], jammer["bandwidth_hz"]))


def cut_range_m(radio, jammer, gain=1.0):
    return math.sqrt(coupling(radio, jammer) * gain / (10.0 ** (radio["margin_db"] / 10.0) - 1.0))


def scene(
    radio=RADIO, jammer=JAMMER, *, bearing=0.0, start_m=40e3, alt_m=8e3, duration_s=60.0, others=(), **post
):
    """A search radar 10 km south of its command post, a link between them, and a jammer that flies at the command post from a
    bearing; `others`: more links (ends, delay)."""
    a = sat.Assembly(duration_s=duration_s)
    c = a.add_post("CP", sat.HERE, {"control": 2}, value=0.0, **post)
    a.add_radar("SR", see.quiet("91N6E", rotation_period_s=2.0), sat.at(180.0, 10e3), c, value=0.0)
    a.add_post("RELAY", sat.at(180.0, 5e3), {"control": 2}, value=0.0)
    a.add_link("SR", "CP", 0.5, radio=radio)
    for one, other, delay_s in others:
        a.add_link(one, other, delay_s)
    to = sat.at(bearing, start_m - SPEED * (duration_s + 5.0), alt_m)
    knots = sat.straight(sat.at(bearing, start_m, alt_m), to, SPEED, step_s=2.0)
    p = a.add_platform("JAM", sat.item("fighter", swerling=0), knots, **see.NEUTRAL)
    if jammer is not None:
        a.link_jammers.append({**jammer, "platform": p})
    world, names = a.finish()
    return world, names, knots


def run(*args, **more):
    world, names, knots = scene(*args, **more)
    (o,) = sat.replications(world, 41, 1)
    assert check_invariants(o, world, names) == []
    return world, knots, o


def distance_m(world, knots, t_s, site):
    """From the antenna on the mast of a site to the jammer."""
    g = world.site[site]
    up = np.array([g.ux, g.uy, g.uz])
    here = np.array([g.x_m, g.y_m, g.z_m]) + RADIO["mast_m"] * up
    there = np.array([np.interp(t_s, knots[:, 0], knots[:, 1 + k]) for k in range(3)])
    return float(np.linalg.norm(there - here))


def test_coupling_by_hand():
    assert scene()[0].link_coupling_m2[0, 0] == pytest.approx(coupling(RADIO, JAMMER), rel=1e-9)
    wide = {**JAMMER, "bandwidth_hz": 100e6}
    assert scene(jammer=wide)[0].link_coupling_m2[0, 0] == pytest.approx(
        coupling(RADIO, JAMMER) / 10.0, rel=1e-9
    )


@pytest.mark.parametrize("power", [25.0, 100.0, 400.0])
def test_a_link_is_cut_at_the_range_of_its_margin(power):
    """All round: at the nearer of its two receivers, the command post's; within one second of flight."""
    want = cut_range_m(RADIO, {**JAMMER, "power_w": power})
    world, knots, o = run(jammer={**JAMMER, "power_w": power}, start_m=want + 12e3)
    (cut,) = sat.of(o, events.LINK_CUT)
    found = distance_m(world, knots, cut.t_s, 0)
    assert want - SPEED * 1.01 <= found <= want
    threshold = 10.0 * math.log10(10.0 ** (RADIO["margin_db"] / 10.0) - 1.0)
    assert 0.0 <= cut.value - threshold < 0.5


def test_side_lobe_and_main_lobe():
    """Antennas that look at each other, 30 dB. A jammer from the north, behind the command post, is in the main lobe of the radar's
    receiver, a little above its axis; one from the east is in the side lobes of both."""
    radio = {**RADIO, "antenna_gain_db": 30.0, "beam_rad": math.radians(10.0), "sidelobe_db": -30.0}
    jammer = {**JAMMER, "power_w": 2.0}
    world, knots, o = run(radio, jammer, start_m=135e3, alt_m=1e3, duration_s=60.0)
    (cut,) = sat.of(o, events.LINK_CUT)
    far = distance_m(world, knots, cut.t_s, 1)
    lobe = math.exp(-4.0 * math.log(2.0) * (math.asin(1e3 / far) / radio["beam_rad"]) ** 2)
    assert cut.t_s > 0.0 and far == pytest.approx(cut_range_m(radio, jammer, lobe), rel=0.01)
    near = cut_range_m(radio, jammer, 1e-3)
    world, knots, o = run(radio, jammer, bearing=90.0, start_m=15e3, alt_m=1e3, duration_s=25.0)
    (cut,) = sat.of(o, events.LINK_CUT)
    assert cut.t_s > 0.0 and near - SPEED * 1.01 <= distance_m(world, knots, cut.t_s, 0) <= near


def test_a_directional_jammer_cuts_what_it_points_at():
    """Beam on the command post, side lobes 30 dB down: cut at the range of full gain; turned away, not at all here."""
    beam = {"beam_rad": math.radians(10.0), "side_gain": 1e-3}
    want = cut_range_m(RADIO, JAMMER)
    world, knots, o = run(jammer={**JAMMER, **beam, "aim": sat.at(0.0, 0.0, 10.0)}, start_m=want + 10e3)
    found = distance_m(world, knots, sat.of(o, events.LINK_CUT)[0].t_s, 0)
    assert want - SPEED * 1.01 <= found <= want
    _, _, o = run(jammer={**JAMMER, **beam, "aim": sat.at(0.0, 900e3, 10.0)}, start_m=want + 10e3)
    assert len(sat.of(o, events.LINK_CUT)) == 0


FAR = cut_range_m(RADIO, JAMMER) + 65.0 * SPEED


@pytest.mark.parametrize(
    ("radio", "jammer", "where"),
    [
        (RADIO, JAMMER, {"start_m": FAR}),
        (RADIO, {**JAMMER, "freq_min_hz": 8e9, "freq_max_hz": 9e9}, {}),
        (RADIO, {**JAMMER, "t_on_s": 1e6}, {}),
        (None, JAMMER, {}),
        ({**RADIO, "margin_db": 79.0}, JAMMER, {}),
        (RADIO, {**JAMMER, "power_w": 1e5}, {"start_m": 160e3, "alt_m": 500.0}),  # below the horizon
    ],
)
def test_a_jammer_that_does_not_reach_it_changes_nothing(radio, jammer, where):
    logs = [run(radio, j, **where)[2].event.tobytes() for j in (jammer, None)]
    assert logs[0] == logs[1]


def test_the_horizon():
    """A strong jammer at 500 m is heard from where the 4/3 Earth lets it: of the command post's mast, 10 m high."""
    world, knots, o = run(jammer={**JAMMER, "power_w": 1e5}, start_m=130e3, alt_m=500.0, duration_s=120.0)
    a = 4.0 / 3.0 * 6371e3
    want = math.sqrt(2.0 * a * 500.0) + math.sqrt(2.0 * a * 10.0)
    assert distance_m(world, knots, sat.of(o, events.LINK_CUT)[0].t_s, 0) == pytest.approx(want, rel=0.015)


def plots_at(o):
    return [float(e.t_s) for e in sat.of(o, events.SYSTEM_TRACK)]


def test_messages_go_round_a_cut_link():
    """Cut from the start: by the relay, 3 s in all instead of 0.5 s; without it the radar's plots never come."""
    near = {"start_m": 20e3, "duration_s": 30.0}
    others = (("SR", "RELAY", 1.0), ("RELAY", "CP", 2.0))
    (clear,) = plots_at(run(jammer=None, others=others, **near)[2])
    (round_,) = plots_at(run(others=others, **near)[2])
    assert round_ - clear == pytest.approx(2.5, abs=1e-9)
    assert plots_at(run(others=(("RELAY", "CP", 2.0),), **near)[2]) == []


def test_a_link_comes_back():
    """A jammer for 20 s: cut and back within a second of its window, and tracks after it only."""
    _, _, o = run(jammer={**JAMMER, "t_on_s": 0.0, "t_off_s": 20.0}, start_m=20e3, duration_s=30.0)
    (cut,), (back,) = sat.of(o, events.LINK_CUT), sat.of(o, events.LINK_BACK)
    assert cut.t_s == 0.0 and 20.0 <= back.t_s <= 21.0
    (begun,) = plots_at(o)
    assert begun > 20.0


def battle(jammed, **post):
    """A fire unit whose battery is linked by radio to its command post; a jammer stands 20 km off; targets come."""
    case = sat.fire_unit(70.0, 4, 8, 1.0, **post)
    case.a.add_link("SR", "CP", 0.0)
    case.a.add_link("B", "CP", 0.0, radio=RADIO)
    if post.get("loss_mode") == schema.LOSS_AUTONOMOUS:
        case.a.add_standby(
            0, {"control": 0, "prior_hostile": 1.0, "prior_friend": 0.0, "prior_neutral": 0.0}, reaction_s=0.0
        )
    sat.fan(case, 4, 45e3, 600.0)
    there = sat.at(200.0, 20e3, 9e3)
    p = case.target(sat.straight(there, sat.at(0.0, 100.0, 9e3, there), 1.0), end=schema.END_LEAVE)
    if jammed:
        case.a.link_jammers.append({**JAMMER, "platform": p})
    (o,) = sat.replications(case.world(), 43, 1)
    return o


def test_a_battery_that_is_cut_off_holds_or_goes_on_alone():
    clear = battle(False)
    assert len(sat.of(clear, events.LAUNCH)) >= 4 and not len(sat.of(clear, events.COMMAND_LOST))
    hold = battle(True)
    assert len(sat.of(hold, events.COMMAND_LOST)) == 1 and len(sat.of(hold, events.LAUNCH)) == 0
    alone = battle(True, loss_mode=schema.LOSS_AUTONOMOUS, loss_after_s=2.0)
    (taken,) = sat.of(alone, events.COMMAND_TAKEN)
    assert taken.t_s == pytest.approx(2.0, abs=0.5)
    assert len(sat.of(alone, events.LAUNCH)) >= 4 and sat.of(alone, events.LAUNCH).t_s.min() > taken.t_s
