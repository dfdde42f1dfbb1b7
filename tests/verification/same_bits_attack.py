"""Evaluate the kernels of electronic attack and protection and print the bits (see test_r46_same_bits_attack.py)."""

import math

import numpy as np

from openiads import _jit
from openiads.physics import chaff, deception, noise_jamming_modes, satnav, sequential, triangulation

ALT = np.array([0.0, 2e3, 9e3])
EAST = np.array([3.0, 15.0, 40.0])
NORTH = np.array([-2.0, 5.0, 0.0])
FLAT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def show(name, values):
    values = values if isinstance(values, tuple) else (values,)
    print(name, *(float(v).hex() for v in values))


def modes(r):
    f, a, b, w = 3e9 + 2e8 * (r[0] - 0.5), 1e4 + 1e7 * r[1], 1e5 + 5e7 * r[2], 1e8 + 5e8 * r[3]
    n = noise_jamming_modes
    show("sliding", n.sliding_overlap(f, a, b, 3e9, w))
    swept = n.swept_coupling_m2(1e4, b, 3e9, w, 1e4, f, a, 500.0, 2.0)
    show("swept", swept)
    show("agile", n.agile_coupling_m2(1e4, f, b, 1e4, 3e9, w, a, 500.0, 2.0))
    show("sums", (n.summed_jam_to_noise(1e3 * r[4], r[5]), n.mean_jam_to_noise(1e3 * r[4], r[5])))
    show("mixed", (n.mixed_probability(r[0], r[1], r[2]), n.dwell_touched_probability(r[3], 0.1, r[4])))
    show("hit", n.channel_hit_share(40, int(50 * r[0])))
    show("polarisation", n.polarisation_loss(1.6 * r[0] - 0.8, 1.6 * r[1] - 0.8, 6.0 * r[2], 1e-3))
    rho = n.channel_correlation_sq(1e3 * r[0], 1e3 * r[1], r[2])
    show("cancel", (rho, n.cancellation_ratio(rho), n.delay_correlation_sq(1e6, 1e-7 * r[3])))
    top = n.insert_strongest(9.0, 7.0, 5.0, 3.0, 10.0 * r[0])
    show("top", top)
    show("sum", n.cancelled_sum(2.0, 40.0, *top, int(5 * r[1]), 4.0 * r[2], 300.0))
    show("blank", n.blanking_probability(99 * r[0], 9 * r[1], 99 * r[2], 99 * r[3], 3 * r[4]))


def deceive(r):
    d = deception
    rcs = d.repeater_equivalent_rcs_m2(1e9, 3e9, 1e5 * r[0], r[1], 10.0, 1e7 * r[2], 20.0, 100.0 * r[3])
    show("repeater", (rcs, d.jam_to_signal(rcs, 5.0 * r[4])))
    show("saturation", d.repeater_saturation_range_m(1e9, 3e9, r[1], 10.0, 1e7 * r[2], 100.0 * r[3]))
    program = (2.0, 8.0, 3.0, 2.0, 50.0 * r[0], 50.0 * r[1])
    show("pull", d.pull_off(40.0 * r[2] - 1.0, *program))
    tracker = (4.0 * r[3], 2.0, 0.8, 1e-7 * r[4], 1e-7 * (r[5] - 0.5), 150.0, 500.0, 60.0)
    show("reading", d.pull_off_reading(40.0 * r[2], *program, *tracker, r[0]))
    needed = math.exp(-12.0 * r[0])
    show("azimuths", d.false_target_azimuths(needed, 0.03, 1e-3, 1e-4))
    show("scan", d.false_targets_per_scan(5.0, r[0], 0.03, 6.28))
    show("range", d.false_target_range_offset_m(3, 100.0, 1e3, 50.0, r[1]))
    show("glint", d.two_source_glint_rad(0.02, 2.0 * r[0], 6.28 * r[1]))
    show("seduced", d.seduced_angle_rad(0.0, r[0], 0.1 * r[1], r[2], 0.05, r[3] < 0.5))


def cloud(r):
    c = chaff
    age = 300.0 * r[0] - 10.0
    show("echo", c.chaff_echo(age, 4e6 * r[1], 1e10 * r[2], r[3], 0.15, 2.0, 5.0, 3.0 * r[4]))
    show("band", c.band_match(1e10 * r[2], 9e9, 0.2 * r[1]))
    show("drift", c.drift_m(age, 1e4 * r[1], r[2], ALT, EAST, NORTH))
    show("through", c.transmission(4e6 * r[1], 1e10 * r[2], r[3], 0.16, 500.0 * r[4]))
    show("radial", c.mean_radial_velocity_mps(30.0 * r[0], 20.0 * r[1], 0.3, 6.28 * r[2], 1.5 * r[3]))
    show("spread", c.velocity_spread_mps(r[0], 5e-3 * r[1], 500.0 * r[2], 30.0, 0.1 * r[3], r[4], r[5]))
    show("stop", c.stopping_distance_m(250.0, 0.2, r[0]))


def crossing(r):
    t = triangulation
    one = t.strobe_axes(6.28 * r[0], r[1] - 0.3, *FLAT)
    two = t.strobe_axes(6.28 * r[2], r[3] - 0.3, *FLAT)
    p, q = (0.0, 0.0, 0.0), (1e5 * r[4], 1e5 * r[5], 100.0)
    show("axes", one)
    show("closest", t.closest_approach(*p, *one[:3], *q, *two[:3]))
    show("cross", t.cross_two(*p, *one, 3e-3, 5e-3, *q, *two, 2e-3, 2e-3))
    n = t.add_strobe(*(0.0,) * 10, *p, *one[3:], 5e4, 3e-3, 5e-3)
    n = t.add_strobe(*n, *q, *two[3:], 7e4, 2e-3, 0.0)
    show("solve", t.solve_position(*n))
    show("residual", t.strobe_residual(*q, *p, *one, 3e-3, 5e-3))
    show("pseudo", t.pseudo_position(*p, *one, 1e5 * r[4], 1e4, 3e-3, 5e-3))


def navigation(r):
    s = satnav
    js = s.jam_to_signal(1e4 * r[0], s.GPS_L1_HZ, 1e5 * r[1], s.CA_SIGNAL_W, r[2])
    show("satnav", (js, s.jamming_range_m(1e4 * r[0], s.GPS_L1_HZ, s.CA_SIGNAL_W, r[2], 1e3)))
    show("cn0", (s.effective_cn0_hz(25e3, js, 1.5, 1.023e6), s.js_threshold(25e3, 700.0, 1.5, 1.023e6)))
    show(
        "drift",
        (s.inertial_sigma_m(5.0, r[0], 0.01 * r[1], 9e3 * r[2]), s.schuler_bias_error_m(0.01, 9e3 * r[2])),
    )
    show("null", (s.null_gain(int(6 * r[3]), 4, 300.0), s.sigma_from_cep(r[4])))


def test_of_wald(r):
    q = sequential
    limits = q.wald_thresholds(0.3 * r[0], 0.3 * r[1])
    show("limits", limits)
    for mean in (4.0 * r[2] - 2.0, 0.5, 0.0, 1.0):
        show("oc", q.accept_h0_probability(mean, 0.0, 1.0, 0.2 + r[3], *limits))
        show("asn", q.expected_samples(mean, 0.0, 1.0, 0.2 + r[3], *limits))
    llr = q.tempered_llr(
        q.arm_llr(2e3 * r[0], 900.0, 400.0, 900.0 * r[1], 650.0, 800.0, 150.0), r[2], r[3], 4.0
    )
    show("arm", q.sprt_step(r[4], llr, *limits) + q.page_step(r[4], llr, limits[1]))
    v = [1e3 * (x - 0.5) for x in r]
    show("closing", q.closing_features(*v))
    show("apart", q.separation_features(*v))
    show("spread", q.gaussian_llr_spread(r[0], 0.0, r[1], 1.0, r[2]))


def main():
    print("compiled", _jit.COMPILED)
    rng = np.random.default_rng(46)
    for _ in range(100):
        r = rng.random(6).tolist()
        for part in (modes, deceive, cloud, crossing, navigation, test_of_wald):
            part(r)


if __name__ == "__main__":
    main()
