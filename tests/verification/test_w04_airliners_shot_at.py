"""W-04: airliners shot at in error: facts that a replay of the known cases must respect, with n and intervals.

* A fire unit whose north is 105 degrees off sees an outbound airliner come in (Ukraine International 752, 2020: final report
  of the Civil Aviation Organization of Iran, 2021; 107 degrees in an earlier one). With the right heading nothing
  happens; nor where a higher command holds fire.
* Closing the airspace below FL320 protects nobody at FL330 from what reaches 25 km (Malaysia Airlines 17: Dutch Safety
  Board, 2015).
* Base rate: with the same behaviour and a dead transponder, the share of airliners shot at depends on what share of tracks the
  crew believes to be hostile (Iran Air 655: Fogarty report and ICAO, 1988: of 150 challenged in the month
  before, 2 were civil).

Rates are k of n independent flights in replications with fixed seeds, with 95 % Wilson intervals; "differs" means that the
intervals do not touch. The numbers depend on assumed probabilities (docs/models/identification.md); only order and
sign are claimed.
"""

import math

import numpy as np
import pytest
from support import saturation as sat

from openiads.engine import events
from openiads.physics.flyout import flyout_lookup
from openiads.world import schema
from openiads.world.assemble import Assembly

FT = 0.3048
FREE, TIGHT, HOLD = 0, 1, 2


def defence(duration_s, roe, radars, weapon, asset, **doctrine):
    """One fire unit at HERE with an asset to defend; `radars`: (id, item, fields), the last is the fire unit's."""
    a = Assembly(duration_s=duration_s)
    post = a.add_post(
        "CP", sat.HERE, roe, **{"value": 0.0, "asset_margin_m": 10e3, "reaction_s": 8.0, **doctrine}
    )
    for name, item, fields in radars:
        unit = a.add_radar(name, item, sat.HERE, post, value=0.0, **fields)
    battery = a.add_battery("B", post, unit, 6, 12)
    round_type = a.add_weapon(sat.item(weapon))
    a.add_launcher("L", sat.item("5P85SE2"), sat.HERE, battery, {round_type: (40, 0)})
    a.sites[-1]["value"] = 0.0
    a.add_site("BASE", schema.SITE_ASSET, asset, 100.0, 1000.0, 1.0)
    return a


def airliner(a, knots, works):
    a.add_platform(
        f"C{len(a.platforms)}", sat.item("airliner"), knots, klass=2, identity=2, end=schema.END_LEAVE, p_iff_reply=0.0,
        p_ssr_reply=0.95, p_transponder_works=works,
        names={"class": "airliner", "identity": "neutral", "group": "civil", "target": ""},
    )  # fmt: skip


def rate(a, seed, replications):
    """(airliners shot at, airliners killed, n) over replications."""
    shot = killed = n = 0
    for o in sat.replications(a.finish()[0], seed, replications):
        shot += len(np.unique(sat.of(o, events.WRONG_SHOT).object))
        killed += int(sat.killed(o).sum())
        n += len(o.platform_state)
    return shot, killed, n


def apart(low, high):
    """The rate of `low` is below that of `high`: their intervals do not touch."""
    return sat.wilson(low[0], low[-1])[1] < sat.wilson(high[0], high[-1])[0]


# --- north 105 degrees off --------------------------------------------------------------------------


def departures(heading_error_deg, control=FREE, asks=False, replications=40):
    """An airliner climbs out on bearing 075, away from everything; the base lies 60 km to the south (bearing 180)."""
    item = sat.item("92N6E", interrogator=asks, false_plots_per_scan=0.0)
    # A wide sector, so that both where it is and where it seems to be lie in it.
    fields = {"az0_rad": math.radians(127.5), "sector_half_rad": math.radians(75.0)}
    fields["heading_error_rad"] = math.radians(heading_error_deg)
    roe = {"control": control, "prior_friend": 0.1, "prior_neutral": 0.2, "prior_hostile": 0.7}
    a = defence(200.0, roe, [("FC", item, fields)], "9M96E2", sat.at(180.0, 60e3))
    airliner(a, sat.straight(sat.at(75.0, 10e3, 2400.0), sat.at(75.0, 34e3, 3600.0), 130.0), 1.0)
    return rate(a, 41, replications)


def test_outbound_seems_inbound():
    right, wrong = departures(0.0), departures(105.0)
    assert right[0] == 0
    assert apart(right, wrong), (right, wrong)
    assert wrong[1] > 0  # guided by the same misaligned unit, rounds do find it


@pytest.mark.parametrize("error_deg", [-40.0, 30.0])
def test_not_every_error_kills(error_deg):
    """Turned another way, it flies away from the base still."""
    assert departures(error_deg)[0] == 0


def test_an_order_to_hold_stops_it():
    held, fired = departures(105.0, control=HOLD), departures(105.0)
    assert held[0] == 0
    assert apart(held, fired)


def test_asking_the_transponder_stops_it_mostly():
    asked, not_asked = departures(105.0, asks=True), departures(105.0)
    assert apart(asked, not_asked), (asked, not_asked)


# --- flight levels ------------------------------------------------------------------------------------


def overflight(flight_level, control, prior_hostile, works=0.0, replications=12):
    """Five airliners fly over the base, 10 s and 12 degrees apart."""
    roe = {
        "control": control,
        "prior_friend": 0.05,
        "prior_neutral": 0.95 - prior_hostile,
        "prior_hostile": prior_hostile,
    }
    search = ("SR", sat.item("91N6E", false_plots_per_scan=0.0), {})
    unit = (
        "FC",
        sat.item("92N6E", false_plots_per_scan=0.0),
        {"az0_rad": math.pi / 2, "sector_half_rad": math.pi / 3},
    )
    a = defence(460.0, roe, [search, unit], "48N6E3", sat.HERE)
    for k in range(5):
        bearing = 60.0 + 12.0 * k
        alt = 100.0 * flight_level * FT
        airliner(
            a,
            sat.straight(sat.at(bearing, 120e3, alt), sat.at(bearing + 180.0, 20e3, alt), 235.0, 10.0 * k),
            works,
        )
    return rate(a, 42, replications)


def test_closing_below_fl320_does_not_protect_fl330():
    below, above = overflight(310, FREE, 0.3), overflight(330, FREE, 0.3)
    assert below[-1] == above[-1] == 60
    for shot, killed, n in (below, above):
        assert sat.wilson(shot, n)[0] > 0.8
        assert sat.wilson(killed, n)[0] > 0.5
    assert not apart(above, below)


@pytest.mark.parametrize("missile", ["40N6E", "48N6E3", "9M96E2", "9M96E"])
def test_fl330_lies_deep_inside_every_envelope(missile):
    """At 20 km along the ground FL330 is reached with ease, and so is half as high again."""
    case = sat.fire_unit(10.0, 1, 1, 0.7, missile=sat.item(missile))
    case.target(sat.straight(sat.at(0.0, 30e3, 9e3), sat.at(0.0, 20e3, 9e3), 200.0))
    world = case.world()
    for alt_m in (33_000 * FT, 49_500 * FT):
        assert flyout_lookup(world.flyout, world.flyout_scale, 0, 20e3, alt_m)[2] > 0.0
        assert world.weapon.max_target_alt_m[0] > alt_m


# --- base rate ----------------------------------------------------------------------------------------


def test_base_rate():
    """Weapons tight, dead transponders, heading for the base. Believed share of hostiles: 1, 70, 90 %."""
    one, seventy, ninety = (overflight(330, TIGHT, p) for p in (0.01, 0.7, 0.9))
    assert apart(one, seventy), (one, seventy)
    assert apart(seventy, ninety), (seventy, ninety)
    assert (
        one[0] == 0
    )  # 0 of 60: at most 6 % with 95 % confidence, and that is all that sixty flights can say
    assert sat.wilson(*one[::2])[1] == pytest.approx(0.06, abs=0.002)


def test_a_working_transponder_is_worth_more_than_any_belief():
    works, dead = overflight(330, TIGHT, 0.9, works=1.0), overflight(330, TIGHT, 0.9)
    assert apart(works, dead), (works, dead)
