"""Draw the figures of the pages on electronic attack: docs/images/{noise-jamming-modes,deception,chaff,...}.png.

    python tools/make_attack_figures.py [folder]

Everything in them is computed by the kernels of `openiads.physics`; the numbers are made up.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from openiads.engine.rng import normal4
from openiads.physics import chaff, deception, satnav, sequential, triangulation
from openiads.physics import noise_jamming_modes as modes
from openiads.physics.jamming import jam_to_noise, range_factor
from openiads.report import style

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
COLOURS = ["#56b4e9", "#ffd75e", "#ff7a5c", "#3fae7d", "#ff62d5"]
MARKERS = ["o", "s", "^", "D", "v"]
FLAT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def two_panels(titles: tuple[str, str], labels: tuple[str, str, str, str]):
    figure = Figure(figsize=(11.0, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, 2)
    for k, a in enumerate(axes):
        a.set_title(titles[k], loc="left")
        a.set_xlabel(labels[2 * k])
        a.set_ylabel(labels[2 * k + 1])
        a.grid(True)
    return figure, axes[0], axes[1]


def legend(axes, **kwargs) -> None:
    axes.legend(frameon=False, labelcolor=style.TEXT, fontsize=8, **kwargs)


def line(axes, x, y, k: int, label: str, every: int) -> None:
    axes.plot(x, y, color=COLOURS[k], marker=MARKERS[k], markevery=every, markersize=4, label=label)


def noise_jamming_modes() -> Figure:
    figure, left, right = two_panels(
        (
            "Range left against 10 kW at 100 km through -30 dB",
            "Swept spot: J/N while on, mean, and as a sum feels it",
        ),
        ("agile band / MHz", "range over clear range", "width of the spot / MHz", "J/N / dB"),
    )
    bands = np.geomspace(1.0, 1000.0, 60)
    follow, spot = [], []
    for band in bands:
        _, on = modes.agile_coupling_m2(1e4, 3e9, band * 1e6, 1e4, 3e9, band * 1e6, 1e4, 500.0, 1.0)
        follow.append(range_factor(jam_to_noise(on, 1e-3, 1e5)))
        hit, on = modes.agile_coupling_m2(1e4, 3e9, 1e6, 1e4, 3e9, band * 1e6, 1e4, 500.0, 1.0)
        spot.append(range_factor(modes.summed_jam_to_noise(jam_to_noise(on, 1e-3, 1e5), hit)))
    line(left, bands, follow, 0, "barrage over the agile band", 10)
    line(left, bands, spot, 1, "spot of 1 MHz, unweighted sum of all pulses", 10)
    left.axhline(1.0, color=style.FAINT, linewidth=0.8)
    left.set_xscale("log")
    left.set_ylim(0.0, 1.05)
    legend(left, loc="center left")
    widths = np.geomspace(0.1, 400.0, 60)
    rows = []
    for width in widths:
        duty, on = modes.swept_coupling_m2(1e4, width * 1e6, 3e9, 500e6, 1e4, 3e9, 1e6, 500.0, 1.0)
        j = jam_to_noise(on, 1e-3, 1e5)
        rows.append((j, modes.mean_jam_to_noise(j, duty), modes.summed_jam_to_noise(j, duty)))
    table = 10.0 * np.log10(np.array(rows))
    for k, name in enumerate(("while on", "mean", "sum of many pulses")):
        line(right, widths, table[:, k], k, name, 10)
    right.set_xscale("log")
    legend(right)
    return figure


def deception_figure() -> Figure:
    figure, left, right = two_panels(
        (
            "Range gate pull-off: what is sent, what is read",
            "J/S of a repeater on 3 m2: constant gain, then power limit",
        ),
        ("time / s", "range offset / m", "range / km", "J/S / dB"),
    )
    program = (2.0, 8.0, 3.0, 2.0, 0.0, 50.0)
    times = np.linspace(0.0, 15.0, 601)
    sent = [deception.pull_off(t, *program)[1] for t in times]
    left.plot(times, sent, color=style.FAINT, linewidth=3.0, alpha=0.5, label="false echo")
    for k, (name, u, edge) in enumerate(
        (("captured", 0.1, 0.0), ("not captured", 0.9, 0.0), ("leading-edge tracker", 0.1, 1e-7))
    ):
        tracker = (4.0, 2.0, 0.8, 2e-7, edge, 150.0, 500.0, 60.0)
        read = [deception.pull_off_reading(t, *program, *tracker, u)[1] for t in times]
        line(left, times, read, k, name, 60)
    legend(left, loc="upper left")
    ranges = np.geomspace(2.0, 200.0, 200)
    for k, power in enumerate((10.0, 100.0, 1000.0)):
        js = [
            deception.jam_to_signal(
                deception.repeater_equivalent_rcs_m2(1e9, 9e9, r * 1e3, 1.0, 10.0, 1e7, 10.0, power), 3.0
            )
            for r in ranges
        ]
        line(right, ranges, 10.0 * np.log10(js), k, f"{power:.0f} W", 30)
    right.set_xscale("log")
    legend(right, loc="lower right")
    return figure


def chaff_figure() -> Figure:
    figure, left, right = two_panels(
        (
            "Echo of a cloud at 9 GHz: bloom, shading, thin at last",
            "One-way loss through the middle of the cloud",
        ),
        ("age / s", "cross-section / m2", "age / s", "loss / dB"),
    )
    ages = np.geomspace(0.1, 300.0, 200)
    for k, dipoles in enumerate((1e5, 1e6, 1e7)):
        rows = [chaff.chaff_echo(t, dipoles, 9e9, 1.0, 0.15, 1.5, 4.0, 2.0) for t in ages]
        name = f"{dipoles:.0e} dipoles".replace("e+0", "e")
        line(left, ages, [r[0] for r in rows], k, name, 25)
        loss = [
            -10.0
            * math.log10(
                chaff.transmission(
                    dipoles * chaff.bloom(t, 1.5),
                    9e9,
                    1.0,
                    chaff.DIPOLE_EXTINCTION_PER_LAMBDA_SQ,
                    math.pi * r[1] ** 2,
                )
            )
            for t, r in zip(ages, rows, strict=True)
        ]
        line(right, ages, loss, k, name, 25)
    left.plot(
        ages, [math.pi * r[1] ** 2 for r in rows], color=style.FAINT, linestyle="--", label="projected area"
    )
    left.set_xscale("log")
    left.set_yscale("log")
    right.set_xscale("log")
    right.set_yscale("log")
    legend(left, loc="lower right")
    legend(right)
    return figure


def triangulation_figure() -> Figure:
    figure, left, right = two_panels(
        (
            "Two radars, three jammers: six ghosts",
            "Three-sigma ellipses of one crossing, 15 mrad",
        ),
        ("east / km", "north / km", "east / km", "north / km"),
    )
    west, east, third = (-80e3, 0.0, 0.0), (80e3, 0.0, 0.0), (0.0, 20e3, 0.0)
    jammers = [(-40e3, 120e3, 0.0), (10e3, 150e3, 0.0), (55e3, 105e3, 0.0)]

    def axes_to(site, point):
        d = np.subtract(point, site)
        return triangulation.strobe_axes(math.atan2(d[0], d[1]), 0.0, *FLAT)

    for site in (west, east, third):
        for j in jammers:
            u = np.array(axes_to(site, j)[:2]) * 330.0
            start = np.array(site[:2]) / 1e3
            dotted = ":" if site is third else "-"
            left.plot(*zip(start, start + u, strict=True), color=style.EDGE, linewidth=0.9, linestyle=dotted)
    for a in jammers:
        for b in jammers:
            crossing = triangulation.closest_approach(
                *west, *axes_to(west, a)[:3], *east, *axes_to(east, b)[:3]
            )
            if a is not b and crossing[0]:
                left.plot(crossing[1] / 1e3, crossing[2] / 1e3, "x", color=COLOURS[1], markersize=7)
    left.plot([], [], "x", color=COLOURS[1], label="ghost")
    left.plot(
        *zip(*((j[0] / 1e3, j[1] / 1e3) for j in jammers), strict=True), "^", color=COLOURS[2], label="jammer"
    )
    left.plot([-80, 80], [0, 0], "s", color=style.RADAR, label="radar")
    left.plot([0], [20], "D", color=style.RADAR, markerfacecolor="none", label="third radar")
    left.set_xlim(-130, 130)
    left.set_ylim(-10, 300)
    legend(left, loc="upper left")
    for x, y in ((0, 40), (0, 80), (0, 150), (90, 60), (-90, 60), (90, 140), (-90, 140)):
        point = (x * 1e3, y * 1e3, 0.0)
        a, b = axes_to(west, point), axes_to(east, point)
        solved = triangulation.cross_two(*west, *a, 15e-3, 15e-3, *east, *b, 15e-3, 15e-3)
        values, vectors = np.linalg.eigh(np.array([[solved[4], solved[5]], [solved[5], solved[7]]]))
        size = 6.0 * np.sqrt(values) / 1e3
        angle = math.degrees(math.atan2(vectors[1, 0], vectors[0, 0]))
        right.add_patch(Ellipse((x, y), *size, angle=angle, fill=False, edgecolor=COLOURS[0], linewidth=1.3))
        right.plot(x, y, "^", color=COLOURS[2], markersize=4)
    right.plot([-80, 80], [0, 0], "s", color=style.RADAR)
    right.set_xlim(-130, 130)
    right.set_ylim(-10, 180)
    left.set_aspect("equal")
    right.set_aspect("equal")
    return figure


def satnav_figure() -> Figure:
    figure, left, right = two_panels(
        (
            "Distance within which L1 C/A is lost, line of sight given",
            "Position error after the loss, from 5 m",
        ),
        ("radiated power / W", "distance / km", "time without aid / min", "error / m"),
    )
    powers = np.geomspace(0.1, 1e4, 60)
    for k, (threshold, null) in enumerate(((25.0, 0.0), (40.0, 0.0), (40.0, 30.0))):
        reach = [
            satnav.jamming_range_m(
                p, satnav.GPS_L1_HZ, satnav.CA_SIGNAL_W, 10.0 ** (-null / 10.0), 10.0 ** (threshold / 10.0)
            )
            for p in powers
        ]
        name = f"J/S {threshold:.0f} dB" + (f", null {null:.0f} dB" if null else "")
        line(left, powers, np.array(reach) / 1e3, k, name, 10)
    left.set_xscale("log")
    left.set_yscale("log")
    legend(left)
    times = np.linspace(0.0, 60.0, 121)
    for k, (name, grade) in enumerate(satnav.GRADES.items()):
        low = [satnav.inertial_sigma_m(5.0, grade.low_mps, 0.0, 60.0 * t) for t in times]
        high = [satnav.inertial_sigma_m(5.0, grade.high_mps, 0.0, 60.0 * t) for t in times]
        right.fill_between(times, low, high, color=COLOURS[k], alpha=0.3)
        line(right, times, high, k, name, 20)
    right.set_yscale("log")
    legend(right, loc="lower right")
    return figure


def sequential_figure() -> Figure:
    figure, left, right = two_panels(
        (
            "Ten tracks, half of them homing: alpha 1 %, beta 5 %",
            "Expected number of updates, means one sigma apart",
        ),
        ("update", "log-likelihood ratio", "true mean between H0 (0) and H1 (1)", "updates"),
    )
    lower, upper = sequential.wald_thresholds(0.01, 0.05)
    for i in range(10):
        homing = i % 2
        lateral, speed = (400.0, 800.0) if homing else (900.0, 650.0)
        llr, path, decision = 0.0, [0.0], sequential.CONTINUE
        while decision == sequential.CONTINUE:
            a, b, c, _ = normal4(7, 0, 0, i, 0, len(path))
            step = sequential.arm_llr(
                lateral * math.sqrt(a * a + b * b), 900.0, 400.0, speed + 150.0 * c, 650.0, 800.0, 150.0
            )
            llr, decision = sequential.sprt_step(llr, step, lower, upper)
            path.append(llr)
        k = 2 if homing else 0
        left.plot(path, color=COLOURS[k], marker=MARKERS[k], markersize=3.5, linewidth=1.0)
    left.plot([], [], color=COLOURS[2], marker=MARKERS[2], label="homes on the radar")
    left.plot([], [], color=COLOURS[0], marker=MARKERS[0], label="passes by")
    for level in (lower, upper):
        left.axhline(level, color=style.FAINT, linestyle="--", linewidth=1.0)
    legend(left, loc="center right")
    means = np.linspace(-0.5, 1.5, 101)
    extra = sequential.overshoot_llr(0.0, 1.0, 1.0)
    plain = [sequential.expected_samples(m, 0.0, 1.0, 1.0, lower, upper) for m in means]
    wide = [sequential.expected_samples(m, 0.0, 1.0, 1.0, lower - extra, upper + extra) for m in means]
    line(right, means, plain, 0, "Wald", 20)
    line(right, means, wide, 1, "with overshoot (Siegmund)", 20)
    right.axhline(
        (2.32635 + 1.64485) ** 2, color=style.FAINT, linestyle="--", label="fixed number, same errors"
    )
    right.set_ylim(0.0, None)
    legend(right)
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    "noise-jamming-modes": noise_jamming_modes,
    "deception": deception_figure,
    "chaff": chaff_figure,
    "triangulation": triangulation_figure,
    "satnav-jamming": satnav_figure,
    "sequential-test": sequential_figure,
}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(style.RC):
        for name, draw in FIGURES.items():
            draw().savefig(folder / f"{name}.png", dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()
