#!/usr/bin/env python3
"""Draw the verification figures of the pages on attenuation, multipath and clutter into docs/images/.

    python tools/make_weather_figures.py [folder]

The measurements behind the sea-clutter figure are those of tests/verification/test_r27_clutter.py.
"""

from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from openiads.physics import attenuation, clutter, mti, multipath
from openiads.physics.propagation import EARTH_MEAN_RADIUS_M, horizon_ground_range_m
from openiads.units import SPEED_OF_LIGHT_MPS

ROOT = Path(__file__).resolve().parent.parent
A_E = 4.0 / 3.0 * EARTH_MEAN_RADIUS_M

# Public ITU validation examples for P.676-12 (GHz: total dB/km) and P.838-3 (mm/h: dB/km at 10 GHz, horizontal).
ITU_GAS = {1: 0.005439563, 2: 0.00692042, 3: 0.007538753, 5: 0.008713885, 12: 0.018233652, 20: 0.108930855}
ITU_RAIN_10_GHZ = {4: 0.069507, 16: 0.397081, 50: 1.663232}


def measurements() -> Any:
    """The literate test, as a module: it holds Nathanson's tables."""
    path = ROOT / "tests" / "verification" / "test_r27_clutter.py"
    spec = importlib.util.spec_from_file_location("test_r27_clutter", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def draw_attenuation() -> plt.Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.2))
    ghz = np.geomspace(0.5, 40.0, 300)
    gas = np.array([attenuation.gas_db_per_km(f * 1e9, 101_325.0, 288.15, 7.5e-3) for f in ghz])
    left.loglog(ghz, gas[:, 0], "--", label="oxygen", lw=1)
    left.loglog(ghz, gas[:, 1], ":", label="water vapour", lw=1.2)
    left.loglog(ghz, gas.sum(axis=1), "k", label="gas, sum", lw=1.4)
    left.plot(list(ITU_GAS), list(ITU_GAS.values()), "ko", mfc="none", label="ITU examples, gas")
    wet = ghz[ghz >= 1.0]
    for rate in ITU_RAIN_10_GHZ:
        left.loglog(wet, [attenuation.rain_db_per_km(f * 1e9, rate, 0.0, 0.0) for f in wet], "C0", lw=0.9)
        left.annotate(
            f"rain {rate} mm/h",
            (24, attenuation.rain_db_per_km(24e9, rate, 0.0, 0.0)),
            fontsize=7,
            ha="right",
            va="bottom",
        )
    left.plot([10] * 3, list(ITU_RAIN_10_GHZ.values()), "C0s", mfc="none", label="ITU examples, rain")
    left.set(
        xlabel="frequency, GHz",
        ylabel="dB/km, one way",
        ylim=(1e-5, 30),
        title="Specific attenuation at the ground",
    )
    left.legend(fontsize=7, loc="upper left")
    for freq, rain, style in (
        (3e9, 0.0, "C2-"),
        (10e9, 0.0, "C1-"),
        (3e9, 16.0, "C2--"),
        (10e9, 16.0, "C1--"),
    ):
        table = attenuation.make_loss_table(20.0, freq, rain)
        reach = horizon_ground_range_m(table, 3_000.0)
        arc = np.linspace(1e3, min(reach, 200e3), 200)
        slant = np.sqrt(arc**2 + 3_000.0**2)
        loss = [attenuation.loss_lookup(table, 3_000.0, a, s) for a, s in zip(arc, slant, strict=True)]
        right.semilogy(
            arc / 1e3,
            loss,
            style,
            label=f"{freq / 1e9:.0f} GHz" + (f", {rain:.0f} mm/h everywhere" if rain else ", clear air"),
        )
    right.set(
        xlabel="ground range, km",
        ylabel="two-way loss, dB",
        title="Target at 3 km, antenna at 20 m",
        ylim=(1e-2, 300),
    )
    right.legend(fontsize=7)
    return figure


def draw_multipath() -> plt.Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.2))
    wave = SPEED_OF_LIGHT_MPS / 3e9
    height = np.linspace(0.2, 110.0, 800)
    flat = [
        multipath.propagation_factor4(20.0, h, 20e3, wave, 1e12, 1e12, 0.0, 0, 0.0, 0, 1.0) for h in height
    ]
    textbook = (2.0 * np.sin(2.0 * np.pi * 20.0 * height / (wave * 20e3))) ** 4
    left.plot(
        height[::12],
        10 * np.log10(np.maximum(textbook[::12], 1e-4)),
        "o",
        ms=3.5,
        mfc="none",
        label=r"$|2\sin(2\pi h_a h_t/\lambda R)|^4$",
    )
    left.plot(height, 10 * np.log10(np.maximum(flat, 1e-4)), "k", lw=1, label="flat limit, perfect mirror")
    real, loss = multipath.sea_permittivity(3e9)
    for state, colour in ((0, "C0"), (3, "C1"), (6, "C3")):
        rms = multipath.rms_wave_height_m(state)
        f4 = [
            multipath.propagation_factor4(20.0, h, 20e3, wave, A_E, real, loss, 0, rms, 1, 1.0)
            for h in height
        ]
        left.plot(
            height, 10 * np.log10(np.maximum(f4, 1e-4)), colour, lw=1, label=f"4/3 Earth, sea state {state}"
        )
    left.set(
        xlabel="target height, m", ylabel="F⁴, dB", ylim=(-40, 14), title="3 GHz, antenna 20 m, range 20 km"
    )
    left.legend(fontsize=7, loc="lower right")
    reach = math.sqrt(2 * A_E * 20.0) + math.sqrt(2 * A_E * 100.0)
    arc = np.linspace(0.25, 1.15, 900) * reach
    for state, colour in ((0, "C0"), (3, "C1"), (6, "C3")):
        rms = multipath.rms_wave_height_m(state)
        f4 = [
            multipath.propagation_factor4(20.0, 100.0, r, wave, A_E, real, loss, 0, rms, 1, 1.0) for r in arc
        ]
        right.plot(arc / 1e3, 10 * np.log10(f4), colour, lw=1.2, label=f"sea state {state}")
    beyond = arc[arc > 0.9 * reach]
    bent = [2 * 10 * math.log10(multipath.horizon_factor_sq(20.0, 100.0, r, wave, A_E)) for r in beyond]
    right.plot(beyond / 1e3, bent, "k--", lw=1, label="diffraction, ITU-R P.526")
    right.axvline(reach / 1e3, color="0.6", lw=0.8)
    right.annotate("horizon", (reach / 1e3, 8), fontsize=7, rotation=90, ha="right", va="top")
    right.set(
        xlabel="ground range, km",
        ylabel="F⁴, dB",
        ylim=(-60, 14),
        title="3 GHz, antenna 20 m, target 100 m, toward the horizon",
    )
    right.legend(fontsize=7, loc="lower left")
    return figure


def draw_clutter() -> plt.Figure:
    figure, axes = plt.subplots(1, 3, figsize=(13.5, 4.2))
    sea(axes[0])
    data = (
        clutter.Processing(mti.NO_CANCELLER, 0.0, 0.0, 0.0),
        clutter.Processing(mti.THREE_PULSE, 1000.0, 20.0, 50.0),
    )
    names = (
        ("sea, state 3", clutter.Surface(3, 0.0, False, 0.8), "C0"),
        ("farmland", clutter.Surface(None, -15.0, False, 0.1), "C2"),
    )
    for name, surface, colour in names:
        for processing, style in zip(data, ("-", "--"), strict=True):
            table = clutter.make_clutter_table(1e19, 3e9, 20.0, 0.026, 0.03, 150.0, surface, processing)
            slant = np.linspace(300.0, table[0] * 0.999, 400)
            ratio = [clutter.surface_clutter_to_noise(table, s, 1.0) for s in slant]
            label = name + (", before MTI" if style == "-" else ", after")
            axes[1].plot(slant / 1e3, 10 * np.log10(ratio), colour + style, lw=1.2, label=label)
    axes[1].axhline(0.0, color="0.6", lw=0.8)
    axes[1].set(
        xlabel="slant range, km",
        ylabel="clutter to noise, dB",
        ylim=(-60, 110),
        title="Made-up S-band radar, antenna 20 m",
    )
    axes[1].legend(fontsize=7)
    speed = np.linspace(0.0, 260.0, 1500)
    prfs = np.array([1000.0, 1250.0])
    gains: tuple[tuple[str, Callable[[float], float]], ...] = (
        ("1000 Hz", lambda v: mti.target_gain(mti.THREE_PULSE, v, 0.1, 1000.0)),
        ("1000 and 1250 Hz", lambda v: mti.target_gain_staggered(mti.THREE_PULSE, v, 0.1, prfs)),
    )
    for label, gain in gains:
        axes[2].plot(speed, [10 * math.log10(max(gain(v), 1e-4)) for v in speed], lw=1, label=label)
    for n in range(1, 6):
        axes[2].axvline(mti.blind_speed_mps(n, 0.1, 1000.0), color="0.8", lw=0.8, zorder=0)
    axes[2].set(
        xlabel="radial velocity, m/s",
        ylabel="gain over mean, dB",
        ylim=(-35, 8),
        title="3 pulses, 10 cm; grey: blind speeds of 1000 Hz",
    )
    axes[2].legend(fontsize=7, loc="lower right")
    return figure


def sea(axis: plt.Axes) -> None:
    """NRL model against Nathanson's measurements, horizontal polarisation, 1 degree."""
    data = measurements()
    ghz = np.geomspace(0.5, 35.0, 100)
    for state, row in enumerate(data.NATHANSON_H[1.0].split("/")):
        colour = plt.get_cmap("viridis")(state / 7)
        model = [clutter.nrl_sea_db(math.sin(math.radians(1.0)), f, float(state), 0) for f in ghz]
        axis.semilogx(ghz, model, color=colour, lw=1, label=f"sea state {state}")
        points = [(f, -float(v)) for f, v in zip(data.FREQ_GHZ, row.split(), strict=True) if float(v)]
        axis.plot(*zip(*points, strict=True), "o", color=colour, ms=4)
    axis.set(xlabel="frequency, GHz", ylabel="σ⁰, dB", title="Sea, H, 1°: NRL model (lines), measured (dots)")
    axis.legend(fontsize=6.5, loc="lower right")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    for name, draw in (
        ("attenuation", draw_attenuation),
        ("multipath", draw_multipath),
        ("clutter", draw_clutter),
    ):
        figure = draw()
        for axis in figure.axes:
            axis.grid(alpha=0.25, lw=0.5)
            axis.title.set_fontsize(9)
        figure.tight_layout()
        figure.savefig(folder / f"{name}.png", dpi=110, metadata={"Software": None})
        print(folder / f"{name}.png")


if __name__ == "__main__":
    main()
