"""A scene with longer looks through noise, reload columns and emitters that strobes locate."""

from __future__ import annotations

from support import besieged
from support.worlds import Field, spot

from openiads.world.names import Names
from openiads.world.passive import DEFAULTS
from openiads.world.schema import World


def supplied() -> tuple[World, Names]:
    """A fire unit that looks longer through the noise of two jammers, with launchers that a column feeds; one launcher moves, one
    is hit."""
    f = Field(90.0, sample_s=10.0)
    f.post(control=0, policy=0, salvo=2, max_rounds_per_target=8, roe={"emitter_ratio": 50.0})
    f.posts[0]["passive"] = {**DEFAULTS}
    f.radar("S1", "96L6E", spot(270.0, 12e3))
    f.radar("S2", "96L6E", spot(90.0, 12e3))
    f.fire_unit(
        "B", spot(90.0, 800.0), {"9M96E2": (1, 0)}, kind="92N6E", launchers=3, reload_s=8.0,
        protection={"burn_through": {"most": 8, "pd": 0.9, "coherent": False}},
    )  # fmt: skip
    f.add_column("COL", spot(100.0, 1500.0), {0: 30}, 2, [0, 1, 2], 40.0, 1.2)
    f.add_move(
        f.launchers[1]["site"], [(spot(60.0, 900.0), ())], 40.0, (30.0,), pack_s=5.0, set_up_s=9.0, waits=0
    )
    besieged.components(f, f.launchers[2]["site"], ("rail",), repair_s=20.0, repair_sigma=0.2)
    f.crews = 1
    asset = f.asset("A", spot(180.0, 1500.0))
    for k in range(4):
        p = f.flight(
            f"P{k}", "fighter", [spot(12.0 * k, 60e3 + 4e3 * k, 7e3), spot(12.0 * k, 20e3, 7e3)], target=asset
        )
        if k < 2:
            f.jam(p, power=0.3)
    f.flight(
        "CM", "cruise-missile", [spot(60.0, 17e3, 80.0)], target=f.launchers[2]["site"], lethal_radius_m=60.0
    )
    f.flight("CM2", "cruise-missile", [spot(70.0, 24e3, 80.0)], target=f.columns[0]["site"])
    return f.finish()
