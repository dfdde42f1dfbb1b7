"""A sector radar that lets a target outside its sector wait finds it when it comes in: in every scene, at every step.

Radars that blink, fall silent, move, are hit and repaired; targets that start late, home and turn, are released. Sectors are
made narrow, so that more is outside and crosses.
"""

import numpy as np
import pytest
from support import scenes

from openiads.doctrine.standard import decide
from openiads.engine.run import Engine
from openiads.engine.schedule import run_steps
from openiads.engine.systems.move import evaluate
from openiads.world import schema

NARROW_RAD = 0.3
BATCH_S = 1.5  # plots are made once a second, in turns
EVERY = 4  # steps


class Watched:
    """A World that is run step by step, and where everything is beside what its sector radars wait for."""

    def __init__(self, world):
        self.engine = Engine(world, decide)
        self.w = self.engine._own
        schema.reset(self.w, world)
        self.sectors = np.flatnonzero(world.radar.scan == schema.SCAN_SECTOR)
        self.w.radar.sector_half_rad[self.sectors] = NARROW_RAD
        self.since_s = np.full((len(world.radar), len(world.platform)), np.inf)
        self.within = 0

    def run(self):
        w, sim = self.w, self.w.sim[0]
        while run_steps(self.engine._handle, self.engine._decide, EVERY) == 0:
            for p in np.flatnonzero(w.platform_state.active == 1):
                evaluate(self.engine._handle, int(p), float(sim.t_s))
            for r in self.sectors:
                self.look(int(r), float(sim.t_s))

    def look(self, r, t_s):
        w, par, state = self.w, self.w.radar[r], self.w.platform_state
        site = w.site[par.site]
        dx, dy, dz = state.x_m - par.x_m, state.y_m - par.y_m, state.z_m - par.z_m
        az = np.arctan2(
            dx * site.ex + dy * site.ey + dz * site.ez, dx * site.nx + dy * site.ny + dz * site.nz
        )
        off = np.abs((az - par.az0_rad + np.pi) % (2.0 * np.pi) - np.pi)
        inside = (off < par.sector_half_rad) & (state.active == 1) & (w.radar_state[r].emitting == 1)
        self.within += int(inside.sum())
        waits = inside & (w.look[r].outside == 1)
        self.since_s[r] = np.where(waits, np.minimum(self.since_s[r], t_s), np.inf)
        late_s = t_s - self.since_s[r].min()
        assert late_s <= par.period_s + BATCH_S, (
            f"radar {r} lets a target in its sector wait for {late_s} s at {t_s} s"
        )


ALL = {**scenes.SCENES, **scenes.MORE}


@pytest.mark.parametrize("name", ALL)
def test_scenes(compiled_engine, name):
    Watched(ALL[name]()[0]).run()


def test_random_worlds(compiled_engine):
    within = 0
    for seed in range(60):
        watched = Watched(scenes.generated(seed)[0])
        watched.run()
        within += watched.within
    assert within > 1000
