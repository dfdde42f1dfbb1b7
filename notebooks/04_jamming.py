# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 4. Jamming: J/N and burn-through
#
# A noise jammer raises the noise. Its signal travels one way and falls with R². The echo travels two ways and falls
# with R⁴. So the jammer wins far out, and the echo wins near: at the burn-through range.
#
#     J/N = C · g / Rj²            SNR under jamming = SNR / (1 + J/N)
#
# `C` belongs to the pair of jammer and radar; `g` is the radar's gain toward the jammer, relative to its main beam.
# The model page is [noise jamming](../docs/models/jamming.md).

# %%
import matplotlib.pyplot as plt
import numpy as np

import openiads
from openiads.physics.detection import required_snr_db
from openiads.physics.jamming import (
    burn_through_self_screening_m,
    burn_through_stand_off_m,
    jam_to_noise,
    jammer_coupling_m2,
)
from openiads.physics.radar import constant_from_claim_m2, db_to_ratio, range_for_snr_m, ratio_to_db

plt.rcParams.update({"figure.figsize": (7.0, 3.4), "figure.dpi": 90, "axes.grid": True, "grid.alpha": 0.3})
catalog = openiads.load_catalog()
radar, far_jammer, own_jammer = (
    catalog.get(n) for n in ("91N6E", "stand-off-jammer", "self-protection-jammer")
)


def coupling(jammer, radar, power_w=None):
    """C (m²) of a catalogue jammer and radar, the jammer's band around the radar's frequency."""
    erp_w = (power_w or jammer.si("power_w")) * db_to_ratio(jammer.si("antenna_gain_db"))
    return jammer_coupling_m2(
        erp_w,
        radar.si("freq_hz"),
        jammer.si("bandwidth_hz"),
        db_to_ratio(radar.si("antenna_gain_db")),
        radar.si("freq_hz"),
        radar.si("bandwidth_hz"),
        radar.si("noise_temperature_k"),
        db_to_ratio(jammer.si("polarisation_loss_db")),
    )


for item, field in (
    (far_jammer, "power_w"),
    (far_jammer, "bandwidth_hz"),
    (own_jammer, "power_w"),
    (radar, "far_sidelobe_db"),
):
    value = item.values[field]
    print(f"{item.id:24s} {field:16s} {value.si:>12g}   grade {value.grade}")

# %% [markdown]
# Every one of these values is an assumption (grade F): no public figure exists. So the shape of the answer is worth
# more than the figure.
#
# ## Stand-off: through the side lobes
#
# The jammer stays 330 km away and is heard in the main beam, in the near side lobes (-25 dB), or in the far ones (-45
# dB), as the antenna turns. Its distance does not change, so the detection range of everything else is multiplied by
# (1 + J/N) to the power of -1/4.

# %%
C = coupling(far_jammer, radar)
K = constant_from_claim_m2(390e3, 4.0, 0.5, 1e-6, 1, 10)
needed = db_to_ratio(required_snr_db(0.5, 1e-6, 10, 1))
clear_m = range_for_snr_m(K, 4.0, needed, 1.0)
standoff = {}
for name, g_db in (("main beam", 0.0), ("near side lobes", -25.0), ("far side lobes", -45.0)):
    jn = jam_to_noise(C, db_to_ratio(g_db), 330e3)
    standoff[name] = (ratio_to_db(jn), burn_through_stand_off_m(clear_m, jn) / 1e3)
    print(
        f"{name:16s} J/N {standoff[name][0]:5.1f} dB   4 m² seen at {standoff[name][1]:5.0f} km instead of 390 km"
    )

# %% [markdown]
# In the main beam J/N is 51.2 dB and 390 km shrink to 20 km. In the far side lobes the range is still 259 km. A
# stand-off jammer blinds a wedge, not a circle: that is why raids come along the line to the jammer, and why side
# lobes matter.
#
# ## Self-screening: burn-through
#
# Now the target carries the jammer. It is always in the main beam, but it comes nearer.

# %%
own = coupling(own_jammer, radar)
burn_km = burn_through_self_screening_m(K, 4.0, own, needed) / 1e3
r = np.geomspace(5e3, 400e3, 300)
echo_db = 10 * np.log10(K * 4.0 / r**4)
jam_db = 10 * np.log10(own / r**2)
fig, ax = plt.subplots(layout="constrained")
ax.semilogx(r / 1e3, echo_db, label="echo over noise")
ax.semilogx(r / 1e3, jam_db, label="jammer over noise")
ax.semilogx(r / 1e3, echo_db - 10 * np.log10(1 + 10 ** (jam_db / 10)), label="echo over noise and jammer")
ax.axhline(10 * np.log10(needed), color="black", ls="--", lw=0.8)
ax.axvline(burn_km, color="black", ls=":", lw=0.8)
ax.set(xlabel="range (km)", ylabel="dB", ylim=(-60, 90))
ax.legend(fontsize=8)
plt.show()
print(f"burn-through: {burn_km:.1f} km")

# %% [markdown]
# *Dashed: what a detection needs. Dotted: where the target burns through.* With 30 W the 4 m² target is hidden down
# to 23 km. The echo rises by 12 dB per halving of the range, the jammer by 6 dB: 6 dB per halving is all that the
# radar gains.
#
# ## The same in a run
#
# In the engine a jammed radar reports a strobe: a direction without a range. [Passive
# tracking](../docs/models/passive-tracking.md) says what several radars can do with strobes. `openiads.coverage(...,
# jamming="as-scenario", at_s=600.0)` makes the map of a jammed defence.
#
# ## Exercise
#
# 1. How much more power halves the burn-through range?
# 2. A target of 0.04 m² carries the same jammer. Where does it burn through?
# 3. What does a narrower jammer band do, and what is the price?
#
# The solution is below.

# %% [markdown]
# ## Solution
#
# 1. R² ~ rcs / ERP where the receiver's own noise does not matter. So 4 times the power halves the range.
# 2. A hundredth of the area is a tenth of the range: 2.3 km. A small target gains far more from a jammer than a large one.
# 3. Half the band is twice the density, as good as twice the power. But a radar that changes its frequency leaves the band.

# %% tags=["hide-input"]
four_times = burn_through_self_screening_m(K, 4.0, coupling(own_jammer, radar, 120.0), needed) / 1e3
small = burn_through_self_screening_m(K, 0.04, own, needed) / 1e3
print(f"{burn_km / four_times:.2f} times nearer with 120 W;  {small:.1f} km with 0.04 m²")

# %% [markdown]
# *The figures that the text states are those computed:*

# %% tags=["hide-input"]
stated = {
    "51.2 dB": f"{standoff['main beam'][0]:.1f} dB",
    "20 km": f"{standoff['main beam'][1]:.0f} km",
    "259 km": f"{standoff['far side lobes'][1]:.0f} km",
    "23 km": f"{burn_km:.0f} km",
    "2.3 km": f"{small:.1f} km",
}
assert all(text == found for text, found in stated.items()), stated
assert abs(burn_km / four_times - 2.0) < 0.01
