"""The language of guns: what is read, and what is refused where."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from openiads.catalog import load_catalog
from openiads.scenario import ScenarioError, catalogue_names, load_text
from openiads.world.compile import compile_scenario

HEAD = """openiads: 1
name: guns
duration: 10 min
origin: {lat: 57.0 deg, lon: 18.0 deg}
defence:
  command_posts:
    - {id: CP, type: generic-battery-cp, position: {bearing: 0 deg, range: 0 m}}
  radars:
    - {id: FC, type: point-defence-fire-control, position: {bearing: 90 deg, range: 50 m}, sector: {centre: 270 deg}}
  batteries:
    - {id: B, radar: FC}
  guns:
    - GUN
raid:
  groups:
    - {id: CM, type: cruise-missile, target: G, route: [{bearing: 270 deg, range: 20 km, altitude: 100 m}]}
"""
GOOD = "{id: G, type: twin-30mm, battery: B, position: {bearing: 90 deg, range: 60 m}, rounds: 300, value: 4}"


def read(gun):
    return load_text(HEAD.replace("GUN", gun), "guns.yaml", catalog_ids=catalogue_names(load_catalog()))


def test_what_is_written_arrives_in_the_world():
    made = compile_scenario(read(GOOD), load_catalog())
    (row,) = made.world.gun
    assert (row.rounds, row.battery, row.rate_hz, row.range_max_m) == (300, 0, 75.0, 4000.0)
    assert made.world.gun_state[0].rounds == 300
    site = made.world.site[row.site]
    assert made.names.site_kind[row.site] == "gun"
    assert site.value == 4.0
    assert made.world.platform[0].target_site == row.site
    assert made.world.platform[0].area_m2 == 0.6


def test_ammunition_is_that_of_the_type():
    made = compile_scenario(read(GOOD.replace(", rounds: 300", "")), load_catalog())
    assert made.world.gun[0].rounds == 1400


@pytest.mark.parametrize(
    ("change", "says", "field"),
    [
        (("twin-30mm", "twin-30m"), "twin-30mm", "type"),
        (("twin-30mm", "5P85SE2"), "is a launcher of the catalogue", "type"),
        (("battery: B", "battery: FC"), "a battery is needed", "battery"),
        (("rounds: 300", "rounds: 0"), "", "rounds"),
        (("rounds: 300", "round: 300"), "rounds", "round"),
        (("battery: B, ", ""), "", "battery"),
    ],
)
def test_refused_with_its_place(change, says, field):
    with pytest.raises(ScenarioError) as caught:
        read(GOOD.replace(*change))
    told = str(caught.value)
    assert says in told
    assert field in told
    assert "guns.yaml:" in told


def test_a_type_without_a_presented_area_is_refused():
    class Poorer:
        def __init__(self, catalog):
            self.catalog = catalog

        def get(self, name, kind=None):
            found = self.catalog.get(name, kind)
            values = {k: v for k, v in found.values.items() if k != "presented_area_m2"}
            return replace(found, values=MappingProxyType(values))

    with pytest.raises(ScenarioError, match="presented_area_m2"):
        compile_scenario(read(GOOD), Poorer(load_catalog()))
