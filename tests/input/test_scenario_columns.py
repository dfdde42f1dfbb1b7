"""The language of reload columns: what is read, and what is refused where."""

import pytest

from openiads.catalog import load_catalog
from openiads.scenario import ScenarioError, catalogue_names, load_text
from openiads.world.compile import compile_scenario

HEAD = """openiads: 1
name: columns
duration: 10 min
origin: {lat: 57.0 deg, lon: 18.0 deg}
defence:
  command_posts:
    - {id: CP, type: 55K6E, position: {bearing: 0 deg, range: 0 m}}
  radars:
    - {id: FC, type: 92N6E, position: {bearing: 90 deg, range: 900 m}, sector: {centre: 0 deg}}
    - {id: FC2, type: 92N6E, position: {bearing: 95 deg, range: 900 m}, sector: {centre: 0 deg}}
    - {id: FC3, type: 92N6E, position: {bearing: 99 deg, range: 900 m}, sector: {centre: 0 deg}}
  batteries: [{id: B1, radar: FC}, {id: B2, radar: FC2}, {id: B3, radar: FC3}]
  launchers:
    - {id: L1, type: 5P85SE2, battery: B1, position: {bearing: 90 deg, range: 950 m}, rounds: {48N6E3: 4}}
    - {id: L2, type: 5P85SE2, battery: B1, position: {bearing: 90 deg, range: 970 m}, rounds: {40N6E: 2, 48N6E3: 2}}
    - {id: L3, type: 5P85SE2, battery: B2, position: {bearing: 95 deg, range: 970 m}, rounds: {48N6E2: 4}}
  reload_columns:
    - {id: RC, position: {bearing: 180 deg, range: 10 km}, value: 30, COLUMN}
raid:
  groups:
    - {id: CM, type: cruise-missile, target: RC, route: [{bearing: 270 deg, range: 20 km, altitude: 100 m}]}
"""
WHOLE = "trucks: 2, rounds: {48N6E3: 8}"


def read(column=WHOLE):
    return load_text(
        HEAD.replace("COLUMN", column), "columns.yaml", catalog_ids=catalogue_names(load_catalog())
    )


def test_what_is_written_arrives_in_the_world():
    text = "trucks: 2, rounds: {48N6E3: 8, 48N6E2: 3}, serves: [L1, B2], speed: 36 km/h, detour: 1.5, radius: 12 m, hardness: 2"
    made = compile_scenario(read(text), load_catalog())
    w, names = made.world, made.names
    (row,) = w.column
    assert (names.site[row.site], names.site_kind[row.site], names.column) == ("RC", "reload column", ("RC",))
    assert (row.speed_mps, row.detour, row.first_truck, row.n_truck) == (pytest.approx(10.0), 1.5, 0, 2)
    assert w.column_serves.tolist() == [[1, 0, 1]]
    assert dict(zip(names.weapon, w.depot[0]["rounds"].tolist(), strict=True)) == {
        "48N6E3": 8,
        "40N6E": 0,
        "48N6E2": 3,
    }
    assert (w.site[row.site].radius_m, w.site[row.site].hardness, w.site[row.site].value) == (12.0, 2.0, 30.0)
    assert w.platform[0].target_site == row.site
    assert len(w.truck) == 2 and len(w.call) == 3 and len(w.delivered) == 4
    assert len(w.missile) == 4 + 4 + 4 + 11


def test_without_names_it_serves_all():
    assert compile_scenario(read(), load_catalog()).world.column_serves.tolist() == [[1, 1, 1]]


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ("rounds: {48N6E3: 8}", "trucks"),
        ("trucks: 0, rounds: {48N6E3: 8}", "trucks"),
        ("trucks: 1, rounds: {48N6E3: 0}", "has no rounds"),
        ("trucks: 1, rounds: {48N6E: 8}", "48N6E"),
        (WHOLE + ", serves: [L9]", "there is no launcher or battery"),
        (WHOLE + ", serves: [CP]", "is a command post"),
        (WHOLE + ", serves: [B3]", "has no launchers"),
        (WHOLE + ", serves: [L1, L1]", "is named twice"),
        (WHOLE + ", speed: 300 km/h", "too high"),
        (WHOLE + ", detour: 0.5", "too low"),
        (WHOLE + ", detours: 2", "detour"),
    ],
)
def test_refused_with_its_place(column, says):
    with pytest.raises(ScenarioError) as caught:
        read(column)
    assert says in str(caught.value)
    assert "columns.yaml:" in str(caught.value)


def test_rounds_that_nobody_fires():
    with pytest.raises(ScenarioError, match="no launcher that RC serves carries 48N6E2"):
        compile_scenario(read("trucks: 1, rounds: {48N6E2: 8}, serves: [B1]"), load_catalog())


def test_more_rounds_than_a_magazine_can_count():
    with pytest.raises(ScenarioError, match="at most 999"):
        compile_scenario(read("trucks: 1, rounds: {48N6E3: 1000}"), load_catalog())
