# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 1. The radar equation, and what a claim fixes
#
# A brochure says: *390 km on 4 m²*. What does this sentence fix, and what does it leave open?
#
# The signal-to-noise ratio of one look at one target is
#
#     snr = K · rcs · F⁴ / R⁴
#
# `K` gathers everything that belongs to the radar (power, antenna, wavelength, noise, losses) and has the unit m².
# `F⁴` gathers what happens on the way, both ways; here it is 1. So one number describes the radar, and one sentence
# is enough to find it. The model page is [radar equation](../docs/models/radar-equation.md).

# %%
import matplotlib.pyplot as plt
import numpy as np

import openiads
from openiads.physics.detection import required_snr_db, swerling_pd
from openiads.physics.radar import (
    constant_from_claim_m2,
    db_to_ratio,
    radar_constant_m2,
    range_for_snr_m,
    ratio_to_db,
    snr_from_constant,
)

plt.rcParams.update({"figure.figsize": (7.0, 3.4), "figure.dpi": 90, "axes.grid": True, "grid.alpha": 0.3})

# %% [markdown]
# ## From the claim to the constant
#
# "Detects" means: with some probability, at some rate of false alarms, on a target whose echo fluctuates somehow. The
# claim says none of this. The catalogue must, and says how sure it is:

# %%
radar = openiads.load_catalog().get("91N6E")
for field in ("claim_range_m", "claim_rcs_m2", "claim_pd", "claim_swerling", "n_pulses", "pfa"):
    value = radar.values[field]
    print(f"{field:15s} {value.si:>10g}   grade {value.grade}")

# %% [markdown]
# Grade E is a vendor's claim, F an assumption. With a detection probability of 0.5, Swerling case 1, ten pulses and
# one false alarm in a million the echo must be 5.2 dB above the noise in each pulse. The constant follows: 222.8 dB
# above 1 m².

# %%
pd, pfa, swerling, pulses = 0.5, 1e-6, 1, 10
K = constant_from_claim_m2(390e3, 4.0, pd, pfa, swerling, pulses)
needed_db = required_snr_db(pd, pfa, pulses, swerling)
print(f"needed: {needed_db:.1f} dB per pulse;  K = {K:.3g} m², {ratio_to_db(K):.1f} dB")

# %% [markdown]
# ## What the claim fixes: every other target
#
# The range goes with the fourth root of the cross-section. For this radar two more ranges are published: 230 km on
# 0.4 m², and 600 km on something large (read as 16 m²). The constant gives 219 km and 552 km. The claims agree with
# each other within 10 %. That does not make them true; it means that one number tells the same story three times.

# %%
published_km = {0.4: 230.0, 4.0: 390.0, 16.0: 600.0}
areas_m2 = (0.01, 0.1, 0.4, 1.0, 4.0, 16.0, 100.0)
range_km = {s: range_for_snr_m(K, s, db_to_ratio(needed_db), 1.0) / 1e3 for s in areas_m2}
for rcs, km in range_km.items():
    print(
        f"{rcs:6g} m²   {km:4.0f} km"
        + (f"   published {published_km[rcs]:.0f} km" if rcs in published_km else "")
    )

# %%
r = np.linspace(40e3, 700e3, 400)
fig, axes = plt.subplots(1, 2, layout="constrained")
for rcs in (0.01, 0.4, 4.0, 16.0):
    snr = np.array([snr_from_constant(K, rcs, x, 1.0) for x in r])
    axes[0].plot(r / 1e3, 10 * np.log10(snr), label=f"{rcs:g} m²")
    axes[1].plot(r / 1e3, swerling_pd(snr, pfa, pulses, swerling))
axes[0].axhline(needed_db, color="black", lw=0.8, ls="--")
axes[0].set(xlabel="range (km)", ylabel="SNR per pulse (dB)", ylim=(-20, 40))
axes[0].legend(fontsize=8)
axes[1].axhline(0.5, color="black", lw=0.8, ls="--")
axes[1].set(xlabel="range (km)", ylabel="detection probability")
plt.show()

# %% [markdown]
# The curves on the right fall slowly: there is no edge at 390 km. A 4 m² target is seen with 0.9 at 242 km, and still
# with 0.1 at 538 km, in each look.

# %%
needed = {p: db_to_ratio(required_snr_db(p, pfa, pulses, swerling)) for p in (0.1, 0.5, 0.9)}
at_pd = {p: range_for_snr_m(K, 4.0, snr, 1.0) / 1e3 for p, snr in needed.items()}
print({p: round(km) for p, km in at_pd.items()})

# %% [markdown]
# ## What it leaves open: how the sentence was meant
#
# Had the vendor meant a probability of 0.9, the same sentence would describe a radar with 8.3 dB more: nearly seven
# times the power. A steady target (case 0) instead of a fluctuating one changes less at 0.5, and a lot at 0.9.

# %%
print("            case 0   case 1   case 3    (K in dB above 1 m²)")
for p in (0.5, 0.8, 0.9):
    row = [ratio_to_db(constant_from_claim_m2(390e3, 4.0, p, pfa, case, pulses)) for case in (0, 1, 3)]
    print(f"Pd {p:.1f}      " + "    ".join(f"{x:.1f}" for x in row))
meant = {p: ratio_to_db(constant_from_claim_m2(390e3, 4.0, p, pfa, 1, pulses)) for p in (0.5, 0.9)}

# %% [markdown]
# ## What it does not fix at all: the radar
#
# Two made-up radars with the same K. One has a large antenna and little energy per pulse, the other a small antenna
# and much. They see every target equally far. They differ in everything else: beamwidth, accuracy, what a jammer does
# to them.

# %%
energy_j = {}
for name, gain_db in (("large antenna, 43 dB", 43.0), ("small antenna, 37 dB", 37.0)):
    g = db_to_ratio(gain_db)
    per_joule = radar_constant_m2(1.0, 1.0, g, g, 3e9, 800.0, db_to_ratio(6.0), 1)
    energy_j[name] = K / per_joule
    print(f"{name}: {energy_j[name]:.2g} J per pulse give the same K")

# %% [markdown]
# 6 dB of antenna count twice, on the way out and on the way back: 12 dB, or 16 times the energy.
#
# ## Exercise
#
# 1. By what factor must the cross-section fall to halve the range?
# 2. How far does this radar see 0.01 m², and how many seconds is that for a target of 250 m/s?
# 3. In how many independent looks at 390 km is the chance to have seen the 4 m² target at least once 0.97?
#
# The solution is below.

# %% [markdown]
# ## Solution
#
# 1. R ~ rcs^¼, so a factor of 16.
# 2. 87 km, which is 349 s.
# 3. Five: 1 - 0.5⁵ = 0.97. With a turn of 12 s that is a minute, in which the target flies 15 km.

# %% tags=["hide-input"]
halved = range_for_snr_m(K, 4.0 / 16.0, db_to_ratio(needed_db), 1.0) / 390e3
print(f"range at a 16th of the area: {halved:.3f} of 390 km")
print(f"{range_km[0.01]:.1f} km in {range_km[0.01] * 1e3 / 250:.0f} s;  1 - 0.5⁵ = {1 - 0.5**5:.3f}")

# %% [markdown]
# *The figures that the text states are those computed:*

# %% tags=["hide-input"]
stated = {
    "5.2 dB": f"{needed_db:.1f} dB",
    "222.8 dB": f"{ratio_to_db(K):.1f} dB",
    "219 km": f"{range_km[0.4]:.0f} km",
    "552 km": f"{range_km[16.0]:.0f} km",
    "0.9 at 242 km": f"0.9 at {at_pd[0.9]:.0f} km",
    "0.1 at 538 km": f"0.1 at {at_pd[0.1]:.0f} km",
    "8.3 dB more": f"{meant[0.9] - meant[0.5]:.1f} dB more",
    "16 times the energy": f"{energy_j['small antenna, 37 dB'] / energy_j['large antenna, 43 dB']:.0f} times the energy",
    "87 km, which is 349 s": f"{range_km[0.01]:.0f} km, which is {range_km[0.01] * 1e3 / 250:.0f} s",
}
assert all(text == found for text, found in stated.items()), stated
