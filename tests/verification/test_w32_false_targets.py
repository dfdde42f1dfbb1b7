"""W-32: a repeater's false targets, through the whole engine.

References: the number of copies; signal to noise of a copy in one way, P G lambda^2 G_r / ((4 pi R)^2 k T B L); laws: more copies
make more tracks, a weaker or a blanked repeater fewer, one out of band or not yet on none, to the bit.
"""

import math

import numpy as np
import pytest
from support import saturation as sat
from support import sighting as see

from openiads.engine import events

REPEATER = {"power_w": 0.01, "antenna_gain_db": 5.0, "freq_min_hz": 2e9, "freq_max_hz": 4e9, "loss_db": 3.0, "t_on_s": 0.0,
            "t_off_s": 1e9, "count": 3, "first_m": 3e3, "spacing_m": 5e3}  # fmt: skip
RADAR = see.quiet("91N6E", rotation_period_s=2.0, scan_loss_exponent=0.0)


def played(count=3, protection=None, duration_s=13.0, **changes):
    """(World, outcome): a target at 200 km that carries a repeater; without one where count is 0."""
    knots = sat.straight(sat.at(40.0, 200e3, 10e3), sat.at(40.0, 190e3, 10e3), 250.0, step_s=5.0)
    watch = see.Watch(RADAR, duration_s, protection=protection)
    p = watch.fly(knots)
    if count:
        watch.a.repeaters.append({**REPEATER, "platform": p, "count": count, **changes})
    world = watch.world(4.0)
    (o,) = sat.replications(world, 101, 1)
    return world, o


def tracks(o):
    """System tracks of nothing, and of the platform."""
    rows = sat.of(o, events.SYSTEM_TRACK)
    return int((rows.subject < 0).sum()), int((rows.subject == 0).sum())


def test_false_targets_raise_the_number_of_tracks():
    counts = [tracks(played(n)[1]) for n in (0, 1, 3)]
    assert counts[0] == (0, 1)
    assert 1 <= counts[1][0] < counts[2][0]
    assert counts[2][0] >= 3 and all(real >= 1 for _, real in counts)


def test_they_lie_behind_the_repeater_where_it_is():
    """First tracks of copies: 3, 8 and 13 km behind it, within a range cell and its error."""
    _, o = played()
    rows = sat.of(o, events.LOCAL_TRACK)
    real = float(rows[rows.subject == 0].range_m[0])
    near = sorted(float(r) - real for r in rows[rows.subject < 0].range_m)
    for want in (3e3, 8e3, 13e3):
        assert min(abs(x - want) for x in near) < 1500.0  # 250 m/s, some seconds later, and errors


def test_level_of_a_copy():
    world, _ = played()
    lam = 299792458.0 / RADAR.si("freq_hz")
    gain = 10.0 ** (RADAR.si("antenna_gain_db") / 10.0)
    want = 0.01 * 10.0**0.5 * gain * lam * lam / 10.0**0.3
    want /= (4.0 * math.pi) ** 2 * 1.380649e-23 * RADAR.si("noise_temperature_k") * RADAR.si("bandwidth_hz")
    assert world.repeater_coupling_m2[0, 0] == pytest.approx(want, rel=1e-9)


def test_strong_copies_come_through_side_lobes_and_are_blanked():
    """30 dB above what the main lobe needs the first side lobes carry copies; a blanker takes them, not those of the main lobe."""
    open_ = tracks(played(power_w=1.0, duration_s=9.0)[1])[0]
    blanked = tracks(played(power_w=1.0, duration_s=9.0, protection={"blanking_threshold": 1.0})[1])[0]
    weak = tracks(played(power_w=0.002, duration_s=9.0)[1])[0]
    assert weak <= blanked < open_


@pytest.mark.parametrize("changes", [{"freq_min_hz": 8e9, "freq_max_hz": 9e9}, {"t_on_s": 1e6}])
def test_an_idle_repeater_changes_nothing(changes):
    assert played(**changes)[1].event.tobytes() == played(0)[1].event.tobytes()


def test_more_power_never_makes_fewer_plots():
    """Same luck: a copy seen at less power is seen at more. Counted by the tracks that are begun or not."""
    seen = [tracks(played(1, power_w=p, duration_s=9.0)[1])[0] for p in (1e-5, 1e-3, 1e-2)]
    assert np.all(np.diff(seen) >= 0) and seen[0] == 0
