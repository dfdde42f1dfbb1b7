"""Network, loss of command, registration: what the language takes, what it makes of it, and what it refuses where."""

from pathlib import Path

import pytest

import openiads
from openiads.catalog import load_catalog
from openiads.scenario import ScenarioError, catalogue_names, load_text
from openiads.world import schema
from openiads.world.compile import compile_scenario

TEXT = """openiads: 1
name: links
origin: {lat: 30 deg, lon: -40 deg}
defence:
  doctrine: {DOCTRINE}
  command_posts:
    - {id: CP, type: 55K6E, position: {bearing: 0 deg, range: 0 m}}
    - {id: CP2, type: 55K6E, position: {bearing: 90 deg, range: 9 km}}
    - {id: CP3, type: 55K6E, position: {bearing: 180 deg, range: 9 km}}
  radars:
    - {id: EW, type: 91N6E, command_post: CP, position: {bearing: 45 deg, range: 800 m}RADAR}
    - {id: FC, type: 92N6E, command_post: CP2, position: {bearing: 90 deg, range: 500 m}, sector: {centre: 270 deg}}
  batteries:
    - {id: B1, command_post: CP2, radar: FC}
  network: {NETWORK}
"""


def text(network="topology: star", doctrine="", radar=""):
    return TEXT.replace("NETWORK", network).replace("DOCTRINE", doctrine).replace("RADAR", radar)


def world(**how):
    catalog = load_catalog()
    made = compile_scenario(load_text(text(**how), "t.yaml", catalogue_names(catalog)), catalog)
    return made.world, made.names


def ends(w):
    return {tuple(sorted((int(x.a), int(x.b)))) for x in w.link}


def test_topologies():
    """Nodes: CP 0, CP2 1, CP3 2, EW 3, B1 4."""
    own = {(0, 3), (1, 4)}
    assert ends(world(network="topology: star")[0]) == own | {(0, 1), (0, 2)}
    assert ends(world(network="topology: chain")[0]) == own | {(0, 1), (1, 2)}
    assert len(ends(world(network="topology: mesh")[0])) == 10


def test_a_link_takes_the_place_of_the_topology_s():
    w, _ = world(
        network="topology: star, delay: 1 s, loss: 2 %, links: [{from: CP, to: EW, delay: 3 s, bandwidth: 7}]"
    )
    row = next(x for x in w.link if {int(x.a), int(x.b)} == {0, 3})
    assert (row.delay_s, row.loss, row.per_s) == (3.0, 0.02, 7.0)
    assert w.route_s[0].tolist() == [0.0, 1.0, 1.0, 3.0, 2.0]
    assert w.tracker.retrodict.tolist() == [0, 0, 1, 1, 1]
    assert w.tracker.late_max_s[2] == pytest.approx(2.0 + 2.0 * 3.0 + 1.0)


def test_without_a_network_there_is_none():
    w, _ = world(network="topology: star")
    assert w.sim.commands[0] == 1
    catalog = load_catalog()
    plain = text().replace("  network: {topology: star}\n", "")
    w = compile_scenario(load_text(plain, "t.yaml", catalogue_names(catalog)), catalog).world
    assert (w.sim.commands[0], w.link.size, w.node.size, w.mail.size) == (0, 0, 0, 0)
    assert w.tracker.retrodict.tolist() == [0] * 5


def test_rules_of_loss():
    w, names = world(
        doctrine="on_command_loss: {mode: autonomous, after: 7 s, rules_of_engagement: free, rejoin: 'no'}"
    )
    assert names.command_post[-1] == "B1 (alone)"
    assert (w.battery.own_post[0], w.command_post.standby[3]) == (3, 0)
    assert w.roe.control[3] != w.roe.control[1]
    assert (w.command_post.loss_after_s[1], w.command_post.rejoin[1]) == (7.0, 0)
    w, _ = world(doctrine="on_command_loss: {mode: successor, successor: CP3}")
    assert w.command_post.loss_mode.tolist() == [schema.LOSS_SUCCESSOR] * 2 + [schema.LOSS_HOLD]
    assert w.command_post.successor.tolist() == [2, 2, -1]
    assert len(w.command_post) == 3


def test_registration_and_remote():
    w, _ = world(
        radar=", heading_error: 1 deg, registration: {range: 100 m, azimuth: 0.5 deg, elevation: -0.1 deg}",
        doctrine="engage_on_remote: 'yes', registration_estimate: 'on'",
    )
    row = w.radar[0]
    assert row.heading_error_rad == pytest.approx(1.5 * 0.017453292519943295)
    assert (row.bias_range_m, row.bias_el_rad) == (100.0, pytest.approx(-0.0017453292519943295))
    assert w.command_post.remote.tolist() == [1, 1, 1]
    assert w.command_post.reference.tolist() == [0, 1, -1]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"network": "delay: 1 s"}, ("needs a topology or links", "t.yaml:15")),
        ({"network": "topology: ring"}, ("ring", "star")),
        ({"network": "topology: star, delay: 1"}, ("delay",)),
        ({"network": "topology: star, delay: 3 min"}, ("too high", "2 min")),
        ({"network": "topology: star, bandwith: 3"}, ("bandwith", "bandwidth")),
        ({"network": "topology: star, links: [{from: EW, to: EW}]"}, ("two different ends",)),
        ({"network": "topology: star, links: [{from: EW, to: CP4}]"}, ("CP4",)),
        ({"network": "topology: star, links: [{from: FC, to: CP}]"}, ("the radar of", "B1")),
        (
            {"network": "topology: star, links: [{from: EW, to: CP}, {from: CP, to: EW}]"},
            ("already is between",),
        ),
        ({"network": "links: [{from: EW, to: CP}]"}, ("no way from", "B1 to CP2")),
        ({"doctrine": "on_command_loss: {after: 3 s}"}, ("mode",)),
        ({"doctrine": "on_command_loss: {mode: successor}"}, ("'successor' goes with",)),
        ({"doctrine": "on_command_loss: {mode: hold, successor: CP2}"}, ("'successor' goes with",)),
        ({"doctrine": "on_command_loss: {mode: successor, successor: EW}"}, ("EW", "command post")),
        ({"doctrine": "on_command_loss: {mode: hold, rules_of_engagement: free}"}, ("autonomous",)),
        ({"doctrine": "engage_on_remote: maybe"}, ("maybe", "yes")),
        ({"radar": ", registration: {azimuth: 3 km}"}, ("azimuth",)),
        ({"radar": ", registration: {range: 9 km}"}, ("too high",)),
    ],
)
def test_refused(how, words):
    with pytest.raises(ScenarioError) as caught:
        load_text(text(**how), "t.yaml", catalogue_names(load_catalog()))
    for word in words:
        assert word in str(caught.value), str(caught.value)


def test_a_post_is_not_its_own_successor():
    own = text().replace("range: 9 km}}\n    - {id: CP3", "range: 9 km}, doctrine: {on_command_loss: "
                         "{mode: successor, successor: CP2}}}\n    - {id: CP3")  # fmt: skip
    with pytest.raises(ScenarioError, match="own successor"):
        load_text(own, "t.yaml", catalogue_names(load_catalog()))


def test_the_shipped_scenario_can_be_read():

    file = Path(openiads.__file__).parent / "scenario" / "shipped" / "command-post-lost.yaml"
    catalog = load_catalog()
    scenario = load_text(file.read_text(), str(file), catalogue_names(catalog))
    w = compile_scenario(scenario, catalog).world
    assert len(w.command_post) == 3
    assert len(w.link) == 3
