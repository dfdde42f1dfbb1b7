"""W-06: losing a radar, a launcher or a command post degrades what hangs on it, and nothing else.

One raid, flown with and without an early hit on one site. What the lost site had to do is not done any more; what it had
nothing to do with happens at the same moments as before, event by event.
"""

from functools import cache

import pytest
from support import saturation as sat

from openiads.engine import events
from openiads.world import schema
from openiads.world.assemble import Assembly, Place

NORTH, SOUTH = sat.HERE, sat.at(180.0, 250e3)  # two sectors out of each other's sight (radars see 130 km)
SITES = ("CP-N", "SR-N", "FC-N1", "FC-N2", "L-N1a", "L-N1b", "L-N2", "CP-S", "FC-S", "L-S")


def sector(a, name, place, units):
    """A command post with a search radar and fire units, all in one place; `units`: launchers of each."""
    # The asset is 15 km behind, so that the sites themselves are not what is attacked.
    asset = a.add_site(f"ASSET-{name}", schema.SITE_ASSET, sat.at(270.0, 15e3, 0.0, place), 100.0, 300.0, 1.0)
    post = a.add_post(
        f"CP-{name}", place, sat.HOSTILE, reaction_s=4.0, assessment_delay_s=3.0, decision_period_s=1.0, salvo=1, min_pk=0.0,
        max_rounds_per_target=2, value=0.0,
    )  # fmt: skip
    a.add_radar(
        f"SR-{name}",
        sat.sure_radar("91N6E", interrogator=False, range_instrumented_m=130e3),
        place,
        post,
        value=0.0,
    )
    for k, launchers in enumerate(units, 1):
        suffix = f"{name}{k}" if len(units) > 1 else name
        item = sat.sure_radar("92N6E", interrogator=False, scan_loss_exponent=0.0, range_instrumented_m=130e3)
        radar = a.add_radar(f"FC-{suffix}", item, place, post, value=0.0, az0_rad=1.57, sector_half_rad=1.4)
        battery = a.add_battery(f"B-{suffix}", post, radar, 4, 8)
        weapon = a.add_weapon(sat.sure_missile(0.8))
        for launcher in launchers:
            a.add_launcher(
                launcher, sat.item("5P85SE2", launch_interval_s=1.0), place, battery, {weapon: (12, 0)}
            )
            a.sites[-1]["value"] = 0.0
    for k in range(10):
        bearing = 60.0 + 6.0 * k
        goal = Place(*_place(a, asset), 7e3)
        path = sat.straight(sat.at(bearing, 90e3, 7e3, place), goal, 700.0, 20.0 + 3.0 * k)
        a.add_platform(
            f"T-{name}{k}", sat.item("arm", swerling=0), path, klass=0, identity=3, end=schema.END_IMPACT, target_site=asset,
            p_iff_reply=0.0, p_ssr_reply=0.0, lethal_radius_m=0.1, cep_m=1e4,
            names={"class": "arm", "identity": "hostile", "group": "g", "target": ""},
        )  # fmt: skip


def _place(a, site):
    place = a.sites[site]["place"]
    return place.lat_rad, place.lon_rad


@cache
def played(lost="", at_s=10.0, replication=0):
    """(Assembly, outcome), with a sure hit on one site."""
    a = Assembly(duration_s=260.0)
    sector(a, "N", NORTH, [("L-N1a", "L-N1b"), ("L-N2",)])
    sector(a, "S", SOUTH, [("L-S",)])
    # The blow is there in every run, so that all rows keep their numbers; without a target it hits nothing.
    site = next((k for k, s in enumerate(a.sites) if s["id"] == lost), -1)
    place = a.sites[site]["place"] if site >= 0 else NORTH
    path = sat.straight(
        sat.at(200.0, 300.0, 0.0, place), Place(place.lat_rad, place.lon_rad, 0.0), 300.0, at_s - 1.0
    )
    a.add_platform(
        "BLOW", sat.item("arm"), path, klass=0, identity=3, end=schema.END_IMPACT, target_site=site, p_iff_reply=0.0,
        p_ssr_reply=0.0, lethal_radius_m=1e6, cep_m=0.0,
        names={"class": "x", "identity": "hostile", "group": "g", "target": ""},
    )  # fmt: skip
    (o,) = sat.replications(a.finish()[0], 61, [replication])
    if site >= 0:
        assert o.site_state["alive"].tolist() == [int(k != site) for k in range(len(a.sites))]
    return a, o


def launches(a, o):
    """Launcher id → times."""
    found = {x["id"]: [] for x in a.launchers}
    for e in sat.of(o, events.LAUNCH):
        found[a.launchers[e.via]["id"]].append(float(e.t_s))
    return found


def sightings(a, o, radar, since=0.0):
    """(time, target) of first detections by a radar."""
    r = next(k for k, x in enumerate(a.radars) if x["id"] == radar)
    rows = sat.of(o, events.DETECTION)
    return [(float(e.t_s), int(e.subject)) for e in rows if e.object == r and e.t_s > since]


def story(a, o, name):
    """All that happened to the targets of one sector: time, what, whom (but for the numbers of rounds)."""
    mine = {k for k, p in enumerate(a.platforms) if p["id"].startswith(f"T-{name}")}
    # A round's target is its object, that of everything else its subject.
    told = {events.LAUNCH, events.BURST, events.MISSILE_END, events.SEEKER_ON}
    rows = [
        e for e in o.event if (e.object if e.code in told else e.subject) in mine and e.code not in _SITES
    ]
    return sorted(
        (float(e.t_s), int(e.code), int(e.object if e.code in told else e.subject), int(e.detail))
        for e in rows
    )


_SITES = {events.SITE_HIT, events.SITE_LOST, events.EMISSION, events.RELOADED}


def test_the_raid_as_it_comes():
    a, o = played()
    assert o.site_state["alive"].all()
    assert all(launches(a, o).values())
    assert len(sat.of(o, events.SYSTEM_TRACK)) >= 20


def test_each_site_in_turn_leaves_the_other_sector_alone():
    """Event by event, to the bit. (A blow to the south must be hidden from the north too.)"""
    a, whole = played()
    for lost in SITES:
        _, o = played(lost)
        other = "S" if "-N" in lost else "N"
        assert story(a, o, other) == story(a, whole, other), lost


@pytest.mark.parametrize(("radar", "mute"), [("FC-N1", ("L-N1a", "L-N1b")), ("FC-N2", ("L-N2",))])
def test_without_its_radar_a_fire_unit_is_silent(radar, mute):
    a, o = played(radar)
    _, whole = played()
    fired, before = launches(a, o), launches(a, whole)
    for launcher, times in fired.items():
        if launcher in mute:
            assert times == []
        elif "-N" in launcher:
            assert times, launcher  # the others of the sector go on
    assert fired["L-S"] == before["L-S"]
    assert sightings(a, o, radar, 11.0) == []
    assert sightings(a, o, "SR-N") == sightings(a, whole, "SR-N")  # searching is not its business


def test_without_the_search_radar_fire_units_see_for_themselves():
    a, o = played("SR-N")
    _, whole = played()
    assert sightings(a, o, "SR-N", 11.0) == []
    for radar in ("FC-N1", "FC-N2"):
        alone, cued = ({p: t for t, p in sightings(a, x, radar)} for x in (o, whole))
        assert set(alone) == set(cued)
        assert all(t >= cued[p] for p, t in alone.items())  # nobody tells them any more where to look
    fired = launches(a, o)
    assert all(fired[k] for k in ("L-N1a", "L-N1b", "L-N2"))


def test_without_a_launcher_its_rounds_stay_and_the_other_fires():
    a, o = played("L-N1a")
    fired = launches(a, o)
    assert fired["L-N1a"] == []
    assert fired["L-N1b"]
    magazine = next(k for k, m in enumerate(a.magazines) if a.launchers[m["launcher"]]["id"] == "L-N1a")
    assert o.magazine_state["rounds"][magazine] == 12
    _, whole = played()
    assert sightings(a, o, "SR-N") == sightings(a, whole, "SR-N")
    engaged = {int(e.subject) for e in sat.of(o, events.ASSIGNED)}
    assert engaged == {int(e.subject) for e in sat.of(whole, events.ASSIGNED)}


def test_without_its_command_post_a_sector_sees_and_does_nothing():
    a, o = played("CP-N")
    _, whole = played()
    fired = launches(a, o)
    assert not any(fired[k] for k in ("L-N1a", "L-N1b", "L-N2"))
    assert fired["L-S"] == launches(a, whole)["L-S"]
    assert sightings(a, o, "SR-N") == sightings(a, whole, "SR-N")  # its radars go on turning
    north = [e for e in sat.of(o, events.ASSIGNED) if a.batteries[e.object]["post"] == 0]
    assert north == []


@pytest.mark.parametrize("lost", ["FC-N1", "L-N1a", "CP-N"])
def test_a_loss_in_the_middle_of_the_fight(lost):
    """At 70 s rounds are in the air. Nothing new from what is lost; every round and every engagement still has its one end."""
    a, o = played(lost, at_s=70.0)
    mute = {"FC-N1": ("L-N1a", "L-N1b"), "L-N1a": ("L-N1a",), "CP-N": ("L-N1a", "L-N1b", "L-N2")}[lost]
    fired = launches(a, o)
    assert any(fired[k] for k in mute)
    for launcher in mute:
        assert all(t <= 70.0 for t in fired[launcher])
    ends = sorted(sat.of(o, events.MISSILE_END).subject)
    assert ends == list(range(len(o.round)))
    opened = sorted((int(e.object), int(e.via)) for e in sat.of(o, events.ASSIGNED))
    closed = sorted((int(e.object), int(e.via)) for e in sat.of(o, events.ENGAGEMENT_END))
    assert opened == closed
    if lost == "FC-N1":
        why = {
            events.ENGAGEMENT_CLOSE[e.detail]
            for e in sat.of(o, events.ENGAGEMENT_END)
            if e.object == 0 and e.t_s > 70.0
        }
        assert why == {"fire unit lost"}
