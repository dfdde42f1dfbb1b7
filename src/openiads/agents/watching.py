"""An engine that is looked at every few seconds: truth, fused tracks and their covariances, without changing the run.

The compiled engine returns between two steps; what is read there is the state of the step that has just ended. The kernels of
this file only read, but for the positions of platforms, which anybody who looks brings up to date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from openiads._jit import kernel
from openiads.agents.faults import DoctrineError, at_compilation
from openiads.agents.load import PLAIN, UserDoctrine
from openiads.doctrine.standard import decide
from openiads.engine import status
from openiads.engine.outcome import Outcome
from openiads.engine.run import Decide, Engine, EngineFault, collect
from openiads.engine.schedule import run_steps
from openiads.engine.systems.move import evaluate
from openiads.tracking.imm import predicted_cov, predicted_state
from openiads.tracking.schema import CONFIRMED, N_COV
from openiads.world import schema
from openiads.world.schema import World


@kernel
def see_truth(w, flies, state):
    """Which platforms fly at the time of the step, and their states: flies (platforms,), state (platforms, 6)."""
    for p in range(w.platform.shape[0]):
        s = w.platform_state[p]
        flies[p] = s.active
        if s.active == 1:
            evaluate(w, p, w.sim[0].t_s)
            state[p, 0], state[p, 1], state[p, 2] = s.x_m, s.y_m, s.z_m
            state[p, 3], state[p, 4], state[p, 5] = s.vx_mps, s.vy_mps, s.vz_mps


@kernel
def see_tracks(w, c, number, truth, state, cov):
    """Confirmed fused tracks of command post c at the time of the step, those known from strobes alone left out; how many.

    number, truth (tracks,): number of the track, platform behind its last plot (-1 none); state (tracks, 6), cov (tracks, 21).
    """
    t_s = w.sim[0].t_s
    par = w.tracker[w.radar.shape[0] + c]
    first = w.command_post[c].first_track
    n = 0
    for k in range(first, first + w.command_post[c].n_track):
        trk = w.track[k]
        if trk.status < CONFIRMED or w.picture[k].passive == 1:
            continue
        number[n] = trk.id
        truth[n] = trk.truth
        x, y, z, vx, vy, vz = predicted_state(trk, par, t_s)
        state[n, 0], state[n, 1], state[n, 2] = x, y, z
        state[n, 3], state[n, 4], state[n, 5] = vx, vy, vz
        predicted_cov(trk, par, t_s, cov[n])
        n += 1
    return n


@dataclass(frozen=True)
class Look:
    """What was seen at one time: platforms in the air (rows) with their states, and the tracks of one command post.

    Attributes:
        t_s: time. platform: rows of the platforms that fly; platform_state: (n, 6), m and m/s, ECEF.
        number, owner: of the tracks: their numbers, and the platform behind the last plot (-1 none).
        track_state: (m, 6), predicted to t_s. track_cov: (m, 21) upper triangles, likewise.
    """

    t_s: float
    platform: np.ndarray
    platform_state: np.ndarray
    number: np.ndarray
    owner: np.ndarray
    track_state: np.ndarray
    track_cov: np.ndarray


class WatchedEngine(Engine):
    """An Engine that keeps what the first command post of the scenario saw, in `looks`, every `every_s` seconds.

    The run is that of an Engine, to the bit: its draws and tables do not depend on being looked at.
    """

    def __init__(self, world: World, decide: Decide, every_s: float, post: int = 0) -> None:
        super().__init__(world, decide)
        self._every = max(round(every_s / float(world.sim[0].dt_s)), 1)
        self._post = post
        self.looks: list[Look] = []
        most = int(world.command_post[post].n_track)
        self._flies = np.zeros(len(world.platform), dtype=np.int64)
        self._truth = np.zeros((len(world.platform), 6))
        self._number, self._owner = np.zeros(most, dtype=np.int64), np.zeros(most, dtype=np.int64)
        self._state, self._cov = np.zeros((most, 6)), np.zeros((most, N_COV))

    def run(
        self,
        seed: int,
        replication: int = 0,
        progress: Callable[[float], None] | None = None,
        check: bool = True,
    ) -> Outcome:
        """One replication, and its looks. Raises EngineFault (with `check`)."""
        w = self._own
        schema.reset(w, self._initial)
        sim = w.sim[0]
        sim.seed, sim.replication = seed & 0xFFFFFFFF, replication & 0xFFFFFFFF
        self.looks = []
        steps = 1  # the first look is that of step 0, the next ones follow at whole periods
        with np.errstate(all="ignore"):
            while True:
                over = run_steps(self._handle, self._decide, steps)
                if int(sim.step) % self._every == 1 or self._every == 1:
                    self.looks.append(self._look())
                if over:
                    break
                steps = self._every
                if progress is not None:
                    progress(min(int(sim.step) / max(int(sim.n_steps), 1), 1.0))
        if check and int(sim.status) & status.FATAL:
            raise EngineFault("; ".join(status.translate(int(sim.status))))
        return collect(w)

    def _look(self) -> Look:
        see_truth(self._handle, self._flies, self._truth)
        n = int(see_tracks(self._handle, self._post, self._number, self._owner, self._state, self._cov))
        there = np.flatnonzero(self._flies)
        return Look(
            float(self._own.sim[0].t_s), there, self._truth[there], self._number[:n].copy(), self._owner[:n].copy(),
            self._state[:n].copy(), self._cov[:n].copy(),
        )  # fmt: skip


def watched_engine(doctrine: UserDoctrine | None, world: World, every_s: float) -> WatchedEngine:
    """A watched engine under a doctrine, the built-in one for None. Raises DoctrineError."""
    if doctrine is None:
        return WatchedEngine(world, decide, every_s)
    if doctrine.kind == PLAIN:
        raise DoctrineError(
            f"{doctrine.file}: {doctrine.name} is plain Python; the quality of tracks is measured under compiled doctrines"
        )
    try:
        return WatchedEngine(world, doctrine.target, every_s)
    except Exception as error:
        raise at_compilation(error, doctrine.file, doctrine.name) from error


__all__ = ["Look", "WatchedEngine", "watched_engine"]
