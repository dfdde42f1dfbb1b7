"""Coverage sees what the engine sees: the SNR of every first detection of a run, asked of coverage at the same place and time.

The reference is the log of a run of the shipped quickstart scenario (some hundred first detections by four radars, of
aircraft, cruise missiles, drones and civil flights). The probe gets the signature, place, course and speed of what was
detected. It flies level, so flights that climb or dive by more than 2 % are left out.

Without jamming both are the same arithmetic, but the probe goes through latitude and longitude: 1e-6 dB is asked where the
flight is level to 1 mm/s; 1e-5 in the larger reference raid; 1e-3 over the ridge, sea and land of low-approach, where lobes and the
filter for moving targets feel the millimetre. A slope of up to 2 % turns the aspect by up to a degree: 0.5 dB. With jamming the
engine refreshes what a radar hears once a second and coverage at once, and the jammers move meanwhile: 0.05 dB in the median, 0.5
for nine in ten; a target beside the jammer lies on the flank of the main lobe, 3 dB.
"""

import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from support import runs, sighting

import openiads
from openiads.catalog import load_catalog
from openiads.cover.model import Model
from openiads.cover.probe import Probe
from openiads.engine import events
from openiads.engine.systems.move import evaluate
from openiads.physics.geodesy import ecef_to_enu, ecef_to_geodetic, enu_basis
from openiads.scenario import catalogue_names, load_file
from openiads.world import schema
from openiads.world.compile import compile_scenario
from openiads.world.handle import handle

FOLDER = Path(openiads.__file__).parent / "scenario" / "shipped"


@cache
def shipped(name):
    catalog = load_catalog()
    scenario = load_file(FOLDER / f"{name}.yaml", catalogue_names(catalog))
    made = compile_scenario(scenario, catalog)
    return scenario, catalog, made.world, made.names


def detections(world):
    """Of every first detection until a jammer is lost: time, radar, platform, SNR in dB, place, course, speed, climb."""
    found = runs.run(world, 3)
    rows = found.event[found.event.code == events.DETECTION]
    ends = found.event[found.event.code == events.PLATFORM_END]
    lost = [e.t_s for e in ends if int(e.subject) in world.jammer.platform]
    rows = rows[rows.t_s < min(lost, default=math.inf)]
    own = schema.scratch(world)
    w = handle(own)
    out = []
    for row in rows:
        p, r, t_s = int(row.subject), int(row.object), float(row.t_s)
        if own.platform[p].move != schema.MOVE_KNOTS:
            continue
        evaluate(w, p, t_s)
        s = own.platform_state[p]
        lat, lon, alt = ecef_to_geodetic(s.x_m, s.y_m, s.z_m)
        east, north, up = ecef_to_enu(s.vx_mps, s.vy_mps, s.vz_mps, *enu_basis(lat, lon))
        if abs(up) < 0.02 * math.hypot(east, north):
            out.append((t_s, r, p, float(row.value), (lat, lon, alt), math.atan2(east, north),
                        math.hypot(east, north), up))  # fmt: skip
    return out


def asked(name, world, names, jamming, seen):
    """What coverage says at that place and time."""
    scenario, catalog, _, _ = shipped(name)
    t_s, r, p, _, (lat, lon, alt), course, speed, _ = seen
    item = catalog.get(names.platform_type[p], "platform")
    probe = Probe(1.0, speed, item.count("swerling"), course_rad=course, item=item)
    model = Model(scenario, catalog, world, names, probe, jamming, t_s)
    return model.looks(r, np.array([lat]), np.array([lon]), np.array([alt]))


@pytest.mark.parametrize(
    ("name", "level_db", "least"),
    [("quickstart", 1e-6, 25), ("reference-raid", 1e-5, 80), ("low-approach", 1e-3, 10)],
)
def test_first_detections_without_jamming(name, level_db, least, compiled_engine):
    _, _, world, names = shipped(name)
    world = world._replace(jam_coupling_m2=np.zeros_like(world.jam_coupling_m2))
    level, others = [], []
    for one in detections(world)[:160]:
        looks = asked(name, world, names, "off", one)
        assert looks.snr[0] > 0.0, one
        (level if abs(one[7]) < 1e-3 else others).append(10.0 * math.log10(looks.snr[0]) - one[3])
    assert len(level) >= least
    assert np.max(np.abs(level)) < level_db
    assert np.max(np.abs(others), initial=0.0) < 0.5


def test_first_detections_under_jamming(compiled_engine):
    _, _, world, names = shipped("quickstart")
    seen = [s for s in detections(world) if abs(s[7]) < 1e-3 and s[0] > 1.0]
    assert len(seen) > 20
    with_noise = [
        10.0 * math.log10(asked("quickstart", world, names, "as-scenario", s).snr[0]) - s[3] for s in seen
    ]
    without = [10.0 * math.log10(asked("quickstart", world, names, "off", s).snr[0]) - s[3] for s in seen]
    assert np.median(np.abs(with_noise)) < 0.05
    assert np.quantile(np.abs(with_noise), 0.9) < 0.5 and np.max(np.abs(with_noise)) < 3.0
    assert np.quantile(without, 0.9) > 1.0  # it was the jamming that had to be got right


def test_pd_is_the_exact_law(compiled_engine):
    """Pd of the SNR, by a negative binomial mixture of gamma tails (other code): the table's steps are 0.25 dB, so 2e-3."""
    scenario, catalog, world, names = shipped("quickstart")
    model = Model(scenario, catalog, world, names, Probe(1.0, 250.0, 1), "off", 0.0)
    rng = np.random.default_rng(5)
    site = model.site_of(0)
    lat = site.lat_rad + rng.uniform(-0.05, 0.05, 400)
    lon = site.lon_rad + rng.uniform(-0.05, 0.05, 400)
    looks = model.looks(0, lat, lon, rng.uniform(5e3, 12e3, 400))
    item = catalog.get(names.radar_type[0], "radar")
    got = np.flatnonzero((looks.snr > 0.01) & (looks.snr < 300.0))[:30]
    assert got.size == 30
    exact = [sighting.swerling1_pd(s, item.count("n_pulses"), item.si("pfa"))[0] for s in looks.snr[got]]
    assert np.max(np.abs(looks.pd[got] - exact)) < 2e-3


def test_bursts_lie_where_fire_control_says(compiled_engine):
    """Where rounds of a run have burst, coverage says that their type of missile can meet such a target.

    Of the rounds against what flies on (not falling), 95 of 100: the fly-out table is good to 2 to 5 % at its edge.
    """
    scenario, catalog, world, names = shipped("quickstart")
    own = schema.scratch(world)
    w = handle(own)
    model = Model(scenario, catalog, world, names, Probe(1.0, 250.0, 1), "off", 0.0)
    good = []
    for replication in range(3):
        found = runs.run(world, 3, replication)
        for row in found.event[found.event.code == events.BURST]:
            i, p = int(row.subject), int(row.object)
            if (
                p < 0
                or names.platform_class[p] in ("ballistic", "arm")
                or own.platform[p].move != schema.MOVE_KNOTS
            ):
                continue
            evaluate(w, p, float(row.t_s))
            s = own.platform_state[p]
            battery, launcher = int(found.round[i].battery), int(found.round[i].launcher)
            mine = {int(m.weapon) for m in world.magazine if m.launcher == launcher}
            at = [np.array([v]) for v in ecef_to_geodetic(s.x_m, s.y_m, s.z_m)]
            tof = [model.meetings(q, int(world.battery[battery].command_post), int(world.launcher[launcher].site), *at)
                   for q in mine]  # fmt: skip
            good.append(np.isfinite(tof).any())
    assert len(good) > 30
    assert np.mean(good) >= 0.95
