"""The step: one screen of verbs."""

from __future__ import annotations

from openiads._jit import kernel
from openiads.engine.systems.alarm import beware
from openiads.engine.systems.command import command
from openiads.engine.systems.fly import fly
from openiads.engine.systems.gun import fire_guns
from openiads.engine.systems.log import log
from openiads.engine.systems.move import move
from openiads.engine.systems.observe import observe
from openiads.engine.systems.power import power
from openiads.engine.systems.radiate import radiate
from openiads.engine.systems.release import release
from openiads.engine.systems.relocate import relocate
from openiads.engine.systems.resupply import resupply
from openiads.engine.systems.settle import settle
from openiads.engine.systems.shoot import shoot
from openiads.engine.systems.strobe import cross_strobes
from openiads.engine.systems.upkeep import upkeep


@kernel
def step(w, decide):
    """One base step: t = step * dt. `decide` is the doctrine."""
    sense(w)
    for c in range(w.command_post.shape[0]):
        if decides(w, c):
            decide(w, c)
    act(w)


@kernel
def sense(w):
    """The first part of a step, up to its decisions."""
    sim = w.sim[0]
    sim.t_s = sim.step * sim.dt_s
    release(w)
    if w.mover.shape[0] > 0:
        relocate(w)
    move(w)
    if w.component.shape[0] > 0:
        upkeep(w)
    if w.supply.shape[0] > 0:
        power(w)
    radiate(w)
    command(w)
    observe(w)
    if w.passive_rule.shape[0] > 0:
        cross_strobes(w)


@kernel
def decides(w, c):
    """Is a decision of command post c due in this step? If so it has looked out for anti-radiation missiles."""
    post = w.command_post[c]
    if post.standby >= 0 and w.battery_state[post.standby].post != c:
        return False  # a battery's own command, and it does not stand alone
    if w.sim[0].step % post.decision_every != 0 or w.site_state[post.site].alive != 1:
        return False
    if post.arm_answer != 0:
        beware(w, c)
    return True


@kernel
def act(w):
    """The rest of a step, after its decisions."""
    shoot(w)
    if w.column.shape[0] > 0:
        resupply(w)
    log(w)
    fly(w)
    if w.gun.shape[0] > 0:
        fire_guns(w)
    w.sim[0].step += 1


@kernel
def run_steps(w, decide, n):
    """Up to n steps, not beyond the end of the run; returns 1 when the run is over."""
    sim = w.sim[0]
    for _ in range(n):
        if sim.step >= sim.n_steps or sim.over == 1:
            break
        step(w, decide)
    if sim.step >= sim.n_steps and sim.over == 0:
        settle(w)
    return sim.over
