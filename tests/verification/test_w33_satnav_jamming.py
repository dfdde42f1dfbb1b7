"""W-33: satellite-navigation jamming enlarges the impact error, from the scenario's text to the impacts of the engine.

References: the radius of jamming lambda / (4 pi) sqrt(ERP / (S J/S)); drift times the time inside it, in quadrature with the CEP of
the catalogue; inside a radius r fall 1 - 2^(-(r / CEP)^2) of the impacts. Binomial limits of 3.5 sigma, fixed seeds.
"""

import math

import pytest
from support import saturation as sat

from openiads.engine import events
from openiads.scenario import ScenarioError, catalogue_names, load_text
from openiads.world.compile import compile_scenario

TEXT = """
openiads: 1
name: x
origin: {lat: 30 deg, lon: -40 deg}
duration: 200 s
defence:
  command_posts: [{id: CP, type: 55K6E, position: {bearing: 0 deg, range: 60 km}}]
  assets: [{id: A, radius: 60 m, position: {bearing: 0 deg, range: 0 m}}]
  satnav_jammers:
    - {id: J, position: {bearing: 0 deg, range: 0 m, altitude: 30 m}, erp: ERP}
raid:
  groups:
    - id: D
      type: one-way-drone
      count: 100
      target: A
      route: [{bearing: 200 deg, range: 10 km, altitude: 500 m, speed: 60 m/s}]
      navigation: {drift: 1 m/s, threshold: 35 dB}
"""
REACH_M = 5e3
# 5 km: the power whose J/S is 35 dB there
ERP_W = (REACH_M * 4.0 * math.pi * 1575.42e6 / 299792458.0) ** 2 * 10.0 ** (-15.85) * 10.0**3.5


def made(erp_w=ERP_W, **changes):
    text = TEXT.replace("ERP", f"{erp_w!r} W")
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    cat = sat.catalog()
    return compile_scenario(load_text(text, "x.yaml", catalogue_names(cat)), cat)


def test_time_and_error():
    world, names = made().world, made().names
    plain = sat.catalog().get("one-way-drone").si("cep_m")
    inside_s = REACH_M / 60.0
    assert world.platform.cep_m[0] == pytest.approx(
        math.hypot(plain, inside_s), rel=0.02
    )  # steps of a second
    assert names.extra["satnav D-001"].startswith("lost for 8")


def test_impacts_spread_as_the_error_says():
    world = made().world
    world.platform["lethal_radius_m"] = 1e-3
    cep = float(world.platform.cep_m[0])
    n, hits = 0, 0
    for o in sat.replications(world, 111, 6):
        ends = sat.of(o, events.PLATFORM_END)
        n += len(ends)
        hits += int((ends.detail == events.PLATFORM_FATE.index("hit its target")).sum())
    assert sat.inside(hits, n, 1.0 - 2.0 ** (-((60.0 / cep) ** 2))), (hits, n)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("threshold: 35 dB", "threshold: 90 dB"),  # a receiver that is not lost
        (
            "threshold: 35 dB",
            "threshold: 35 dB, null_depth: 50 dB, elements: 2",
        ),  # one null for one jammer: 16 m away only
        ("navigation: {drift: 1 m/s, threshold: 35 dB}", "iff: none"),  # no satellites used
        ("altitude: 30 m}, erp", "altitude: 30 m}, from: 199 s, erp"),  # not yet on
    ],
)
def test_what_is_not_lost_keeps_its_error(old, new):
    plain = sat.catalog().get("one-way-drone").si("cep_m")
    found = made(change=(old, new))
    assert float(found.world.platform.cep_m[0]) == pytest.approx(plain, rel=0.02)


def test_more_power_is_never_less_error():
    errors = [float(made(p * ERP_W).world.platform.cep_m[0]) for p in (0.05, 0.3, 1.0, 10.0)]
    assert errors == sorted(errors) and errors[0] < errors[-1]


@pytest.mark.parametrize(
    ("old", "new"), [("drift: 1 m/s", "drift: 1 m"), ("erp: ", "erq: "), ("drift: 1 m/s, ", "")]
)
def test_what_cannot_be_is_refused(old, new):
    with pytest.raises(ScenarioError):
        made(change=(old, new))
