"""W-07: which kinds of threat get through, in order: one-way drones and subsonic cruise missiles less than quasi-ballistic ones.

Published counts of a real campaign (official Ukrainian claims of 2022 to 2026, public daily table): claimed destroyed of
launched, drones 75 % (and 13 % lost otherwise), subsonic cruise missiles 82 %, ballistic and aeroballistic ones 26 %. These are
claims, of one side, with decoys among the drones; the levels are not comparable with any run here, and nothing
here is fitted to them. Only the order is checked: drone >= subsonic cruise > quasi-ballistic, with the same defence, the
same number of threats, the same target and rules that let all be fired at.
"""

import pytest
from support import saturation as sat

from openiads.engine import events
from openiads.study.execute import load

SCENARIO = """\
openiads: 1
name: equal-chances
origin: {{lat: 30 deg, lon: -40 deg}}
duration: {minutes} min
defence:
  doctrine: {{rules_of_engagement: free, policy: salvo, salvo: 2, layering: cheapest}}
  command_posts: [{{id: CP, type: 55K6E, position: {{bearing: 0 deg, range: 0 m}}}}]
  radars:
    - {{id: EW, type: 91N6E, position: {{bearing: 45 deg, range: 800 m}}}}
    - {{id: AA, type: 96L6E, position: {{bearing: 145 deg, range: 800 m}}}}
    - {{id: FC1, type: 92N6E, position: {{bearing: 90 deg, range: 500 m}}, sector: {{centre: 270 deg}}, antenna_height: 24 m}}
    - {{id: FC2, type: 92N6E, position: {{bearing: 190 deg, range: 500 m}}, sector: {{centre: 270 deg}}, antenna_height: 24 m}}
  batteries: [{{id: B1, radar: FC1}}, {{id: B2, radar: FC2}}]
  launchers:
    - {{id: L1, type: 5P85SE2, battery: B1, position: {{bearing: 0 deg, range: 1 km}}, rounds: {{48N6E3: 4}}}}
    - {{id: L2, type: 5P85SE2-9M96, battery: B1, position: {{bearing: 10 deg, range: 1 km}}, rounds: {{9M96E2: 16}}}}
    - {{id: L3, type: 5P85SE2, battery: B2, position: {{bearing: 20 deg, range: 1 km}}, rounds: {{48N6E3: 4}}}}
    - {{id: L4, type: 5P85SE2-9M96, battery: B2, position: {{bearing: 30 deg, range: 1 km}}, rounds: {{9M96E2: 16}}}}
  assets: [{{id: PORT, type: generic-port, position: {{bearing: 90 deg, range: 5 km}}, value: 500}}]
raid:
  groups:
    - id: X
      type: {kind}
      count: 8
      at: 10 s
      stagger: {stagger}
      spacing: 500 m
      route: [{{bearing: 270 deg, range: {start}}}]
      target: PORT
"""

RAIDS = {
    "one-way-drone": {"start": "60 km, altitude: 500 m, speed: 51 m/s", "minutes": 25, "stagger": "0 s"},
    "cruise-missile": {"start": "120 km, altitude: 50 m, speed: 240 m/s", "minutes": 12, "stagger": "0 s"},
    "quasi-ballistic-missile": {"start": "300 km, altitude: 0 m", "minutes": 9, "stagger": "3 s"},
}
REPLICATIONS = 15


@pytest.fixture(scope="module")
def rates(tmp_path_factory):
    """Kind → (killed, launched) over all replications."""
    found = {}
    for kind, values in RAIDS.items():
        file = tmp_path_factory.mktemp("raid") / "raid.yaml"
        file.write_text(SCENARIO.format(kind=kind, **values))
        killed = n = 0
        for o in sat.replications(load(file, 0.0).compiled.world, 71, REPLICATIONS):
            assert len(sat.of(o, events.PLATFORM_END)) == 8
            killed += int(sat.killed(o).sum())
            n += 8
        found[kind] = (killed, n)
    return found


def test_order(rates):
    drone, cruise, quasi = (rates[kind] for kind in RAIDS)
    assert not sat.wilson(*drone)[1] < sat.wilson(*cruise)[0], rates  # both are close to all
    assert sat.wilson(*quasi)[1] < sat.wilson(*cruise)[0], rates


def test_none_is_hopeless_and_none_is_safe_by_decree(rates):
    """A simulator that assumed Pk = 1, or 0, against any of them would say nothing."""
    killed, n = rates["quasi-ballistic-missile"]
    assert 0 < killed < n
    for killed, n in rates.values():
        assert sat.wilson(killed, n)[1] > 0.2
