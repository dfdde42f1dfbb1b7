# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 2. Horizon and refraction: what do 400 km mean at 15 m?
#
# The Earth is round, and a radar sees no farther than its horizon. Air bends rays down a little. In the usual
# approximation rays are straight over an Earth of 4/3 of its radius:
#
#     d = √(2 · 4/3 · a · h)    for each end;    d ≈ 4.12 km · √(h / 1 m)
#
# The model page is [propagation](../docs/models/propagation.md); maps are made by [coverage](../docs/coverage.md).

# %%
import math
from importlib.resources import files

import matplotlib.pyplot as plt
import numpy as np

import openiads
from openiads.physics.propagation import (
    EARTH_MEAN_RADIUS_M,
    MODEL_CRPL,
    MODEL_EFFECTIVE_EARTH,
    horizon_distance_m,
    horizon_ground_range_m,
    make_refraction_table,
)

plt.rcParams.update({"figure.figsize": (7.0, 3.4), "figure.dpi": 90, "axes.grid": True, "grid.alpha": 0.3})

# %% [markdown]
# ## By hand
#
# An antenna at 35 m and a target at 15 m: 24.4 km + 16.0 km = 40.3 km, each rounded by itself. A target of 240 m/s is
# there for 168 s.

# %%
effective_m = 4.0 / 3.0 * EARTH_MEAN_RADIUS_M
antenna_km, target_km = (horizon_distance_m(h, effective_m) / 1e3 for h in (35.0, 15.0))
seconds = (antenna_km + target_km) * 1e3 / 240.0
print(f"{antenna_km:.1f} km + {target_km:.1f} km = {antenna_km + target_km:.1f} km, {seconds:.0f} s")

# %% [markdown]
# ## How good is 4/3?
#
# Exact rays through a reference atmosphere (refractivity 313 at the ground, falling exponentially) differ by about
# one kilometre near the ground. A real day may differ far more: that is the weather's part, and neither model knows
# it.

# %%
heights_m = [15.0, 50.0, 300.0, 3000.0, 10000.0]
tables = {
    "4/3 Earth": make_refraction_table(35.0, MODEL_EFFECTIVE_EARTH),
    "exact rays": make_refraction_table(35.0, MODEL_CRPL),
}
horizon = {name: [horizon_ground_range_m(t, h) / 1e3 for h in heights_m] for name, t in tables.items()}
print("target at   " + "".join(f"{h:8g} m" for h in heights_m))
for name, row in horizon.items():
    print(f"{name:12s}" + "".join(f"{x:7.1f} km" for x in row))

# %%
h = np.linspace(0.0, 12e3, 200)
fig, ax = plt.subplots(layout="constrained")
for mast in (10.0, 35.0, 200.0):
    table = make_refraction_table(mast, MODEL_EFFECTIVE_EARTH)
    ax.plot([horizon_ground_range_m(table, x) / 1e3 for x in h], h / 1e3, label=f"antenna at {mast:g} m")
ax.axvline(400.0, color="black", ls="--", lw=0.8)
ax.set(xlabel="ground range of the horizon (km)", ylabel="target height (km)")
ax.legend(fontsize=8)
plt.show()

# %% [markdown]
# To be seen at 400 km a target must fly above 8 km. A mast moves the curve little, save at its lower end.
#
# ## A whole defence
#
# `openiads.coverage` asks the engine's own kernels at every cell of a map: which radars see the target there, and
# where a missile meets what its battery's radar has seen in time. The shipped scenario `quickstart` has four radars
# and, among others, a missile with a declared reach of 400 km. The target is a cruise missile of 235 m/s at 15 m, and
# then at 10 km.

# %%
quickstart = files("openiads.scenario") / "shipped" / "quickstart.yaml"
found = openiads.coverage(quickstart, [15.0, 10e3], target="cruise-missile", pd=[0.5])
table = {}
for row in found.rows:
    if row.kind == "radar" or (row.kind == "engaged" and row.type == "40N6E"):
        table[row.altitude_m, row.kind, row.id] = row
        where = (
            f"{row.area_m2 / 1e6:9,.0f} km² to {row.farthest_m / 1e3:5.1f} km, {row.share:6.2%} of its ring"
        )
        print(f"{row.altitude_m:7g} m  {row.kind:8s} {row.id:12s} {where}")

# %%
fig, axes = plt.subplots(1, 2, figsize=(7.0, 3.6), layout="constrained")
for ax, made in zip(axes, found.maps, strict=True):
    km_north = np.degrees(made.lat_rad - math.radians(30.0)) * 111.2
    km_east = np.degrees(made.lon_rad - math.radians(-40.0)) * 111.2 * math.cos(math.radians(30.0))
    ax.contourf(km_east, km_north, made.count(0.5), levels=[0.5, 1.5, 2.5, 4.5], cmap="viridis")
    ring = np.linspace(0.0, 2.0 * math.pi, 200)
    ax.plot(400.0 * np.sin(ring), 400.0 * np.cos(ring), color="black", lw=0.8, ls="--")
    ax.set(
        aspect="equal",
        xlim=(-420, 420),
        ylim=(-420, 420),
        title=f"target at {made.altitude_m:g} m",
        xlabel="km east",
    )
axes[0].set_ylabel("km north")
plt.show()

# %% [markdown]
# *Colours: seen by one, by two, by three or more radars. Dashed: 400 km.*
#
# The missile alone, with nobody looking, flies the whole 400 km. At 15 m it can be used against 602 km² of its ring
# of half a million: 0.12 %, out to 27.8 km. Three things take the rest. The horizon ends at 37 to 45 km. The target
# must be seen some time before it is met. And the engagement radar looks into a sector of 90 degrees. At 10 km the
# horizon is gone. What remains is 1.6 %: now the target is not low, but small.
#
# ## Exercise
#
# 1. How high must an antenna stand so that a target at 15 m comes up at 60 km? Is that a mast?
# 2. The target comes at 240 m/s. How many seconds does a mast of 100 m give beyond one of 25 m?
#
# The solution is below.

# %% [markdown]
# ## Solution
#
# 1. The target's own part is 16.0 km, so the antenna's must be 44.0 km: 114 m. That is a hill, or an aircraft.
# 2. √100 - √25 = 5, times 4.12 km: 20.6 km, or 86 s.

# %% tags=["hide-input"]
hill_m = (60e3 - target_km * 1e3) ** 2 / (2.0 * effective_m)
gain_km = (horizon_distance_m(100.0, effective_m) - horizon_distance_m(25.0, effective_m)) / 1e3
print(f"{hill_m:.0f} m;  {gain_km:.1f} km, {gain_km * 1e3 / 240:.0f} s")

# %% [markdown]
# *The figures that the text states are those computed:*

# %% tags=["hide-input"]
usable = {alt: row for (alt, kind, _), row in table.items() if kind == "engaged"}
stated = {
    "24.4 km + 16.0 km = 40.3 km": f"{antenna_km:.1f} km + {target_km:.1f} km = {antenna_km + target_km:.1f} km",
    "168 s": f"{seconds:.0f} s",
    "602 km²": f"{usable[15.0].area_m2 / 1e6:.0f} km²",
    "0.12 %": f"{100 * usable[15.0].share:.2f} %",
    "out to 27.8 km": f"out to {usable[15.0].farthest_m / 1e3:.1f} km",
    "1.6 %": f"{100 * usable[10e3].share:.1f} %",
    "114 m": f"{hill_m:.0f} m",
    "20.6 km, or 86 s": f"{gain_km:.1f} km, or {gain_km * 1e3 / 240:.0f} s",
}
assert all(text == computed for text, computed in stated.items()), stated
assert abs(horizon["exact rays"][0] - horizon["4/3 Earth"][0] - 1.0) < 0.5  # "about one kilometre"
