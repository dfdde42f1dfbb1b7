"""The language of power units: what is read, and what is refused where."""

import pytest

from openiads.catalog import load_catalog
from openiads.scenario import ScenarioError, catalogue_names, load_text
from openiads.world.compile import compile_scenario

HEAD = """openiads: 1
name: power
duration: 10 min
origin: {lat: 57.0 deg, lon: 18.0 deg}
defence:
  command_posts:
    - {id: CP, type: 55K6E, position: {bearing: 0 deg, range: 0 m}, power: GEN}
  radars:
    - {id: EW, type: 91N6E, position: {bearing: 90 deg, range: 500 m}, power: GENMORE}
  power_units:
    - {id: GEN, position: {bearing: 90 deg, range: 550 m}, UNIT}
  damage: {power_unit: {generator: 0.8}}
raid:
  groups:
    - {id: CM, type: cruise-missile, target: GEN, route: [{bearing: 270 deg, range: 20 km, altitude: 100 m}]}
"""


def read(more="", unit="backup: 5 min"):
    text = HEAD.replace("MORE", more).replace("UNIT", unit)
    return load_text(text, "power.yaml", catalog_ids=catalogue_names(load_catalog()))


def test_what_is_written_arrives_in_the_world():
    made = compile_scenario(read(), load_catalog())
    w, names = made.world, made.names
    assert [(names.site[s.site], names.site[s.unit], s.backup_s) for s in w.supply] == [
        ("CP", "GEN", 300.0), ("EW", "GEN", 300.0),
    ]  # fmt: skip
    unit = names.site.index("GEN")
    assert names.site_kind[unit] == "power unit"
    assert (w.site[unit].n_component, w.component[0].hardness) == (1, 0.8)
    assert len(w.duty) == len(w.site)
    assert w.platform[0].target_site == unit


@pytest.mark.parametrize(
    ("more", "unit", "says"),
    [
        ("X", "backup: 5 min", "there is no power unit"),
        ("", "backup: -5 min", "too low"),
        ("", "backups: 5 min", "backup"),
        ("", "backup: 5 km", "backup"),
    ],
)
def test_refused_with_its_place(more, unit, says):
    with pytest.raises(ScenarioError) as caught:
        read(more, unit)
    assert says in str(caught.value)
    assert "power.yaml:" in str(caught.value)


def test_what_moves_does_not_hang_on_a_unit():
    more = ", moves: {places: [{position: {bearing: 0 deg, range: 2 km}, at: 1 min}]}"
    with pytest.raises(ScenarioError, match="cannot hang on a power unit"):
        compile_scenario(read(more), load_catalog())
