"""A run in pieces: it goes on when told to, can be looked at between two steps, and its doctrine can be changed on the way."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from openiads.doctrine import identify, salvo
from openiads.doctrine.standard import decide
from openiads.engine import events, status
from openiads.engine.outcome import Outcome
from openiads.engine.run import Engine, EngineFault, collect
from openiads.engine.schedule import run_steps
from openiads.results import Run
from openiads.study.execute import Loaded
from openiads.study.glance import Glance
from openiads.study.ground import ground_file
from openiads.study.manifest import Provenance
from openiads.world import schema as world_schema

#: What can be changed on the way, with the words of the scenario language: table and field of the World, allowed values.
CONTROL, POLICY, SALVO = "rules_of_engagement", "policy", "salvo"
CHOICES: dict[str, tuple[str | int, ...]] = {
    CONTROL: identify.CONTROL_NAMES,
    POLICY: ("salvo", "shoot-look-shoot"),
    SALVO: tuple(range(1, 17)),
}
_POLICY = (salvo.SALVO, salvo.SHOOT_LOOK_SHOOT)
ALL = "all"
CHANGED = "the doctrine was changed while it ran: this is no longer the run of the scenario file alone"


class SwitchError(Exception):
    """There is no such command post or choice. The message is for a person."""


@dataclass(frozen=True)
class Change:
    """A switch of doctrine. It holds from the first decision at or after `t_s`, which is due at `t_decision_s`."""

    t_s: float
    t_decision_s: float
    command_post: str
    what: str
    before: str | int
    after: str | int


class LiveRun(Engine):
    """One replication that is advanced step by step, under the built-in doctrine.

    Advanced in any pieces, without a switch, it is the run of `openiads run` with that seed, to the byte.
    """

    def __init__(
        self, loaded: Loaded, seed: int | None = None, replication: int = 0, command: str = ""
    ) -> None:
        self._loaded, self.names = loaded, loaded.compiled.names
        initial = loaded.compiled.world
        own = world_schema.scratch(initial)
        own = own._replace(command_post=initial.command_post.copy(), roe=initial.roe.copy())
        super().__init__(initial, decide, own)
        world_schema.reset(own, initial)
        self.world, self.changes = own, list[Change]()
        self.sim = own.sim[0]
        self.sim.seed = (loaded.scenario.seed if seed is None else seed) & 0xFFFFFFFF
        self.sim.replication = replication & 0xFFFFFFFF
        self.stopped_at_s: float | None = None
        self._command = command
        self._ground = ground_file(initial)

    # --- time -------------------------------------------------------------------------------------
    @property
    def t_s(self) -> float:
        """Up to where it has run."""
        return float(self.sim.step * self.sim.dt_s)

    @property
    def t_end_s(self) -> float:
        """Where it will be over."""
        return float(self.sim.n_steps * self.sim.dt_s)

    @property
    def dt_s(self) -> float:
        """Base step."""
        return float(self.sim.dt_s)

    @property
    def over(self) -> bool:
        """It is through, and its accounts are closed."""
        return int(self.sim.over) == 1

    @property
    def rows(self) -> tuple[int, int]:
        """Events and samples so far."""
        return int(self.sim.n_events), int(self.sim.n_samples)

    def advance(self, steps: int) -> None:
        """So many base steps on, not beyond the end. Raises EngineFault where a fatal status bit was set."""
        with np.errstate(all="ignore"):
            run_steps(self._handle, self._decide, steps)
        if int(self.sim.status) & status.FATAL:
            raise EngineFault("; ".join(status.translate(int(self.sim.status))))

    def to_event(self, most: int) -> bool:
        """On until something is entered in the log; at most so many steps. False where nothing was."""
        before = int(self.sim.n_events)
        for _ in range(most):
            if self.over:
                break
            self.advance(1)
            if int(self.sim.n_events) > before:
                return True
        return int(self.sim.n_events) > before

    def stop(self) -> None:
        """End the run here: its accounts are closed at this time."""
        if self.over:
            return
        self.stopped_at_s = self.t_s
        self.sim.n_steps = max(int(self.sim.step), 1)
        self.advance(1)

    # --- doctrine ---------------------------------------------------------------------------------
    def posts(self) -> list[dict[str, Any]]:
        """Every command post, and every battery that may stand alone, with what can be changed."""
        return [{"id": name, **{what: self._get(c, what) for what in CHOICES}} for c, name in self._posts()]

    def switch(self, post: str, what: str, value: str | int) -> list[Change]:
        """Change a choice of one command post, or of all (batteries that stand alone keep theirs unless named).

        It is written into the parameters of the World between two steps: the next decision is the first that sees it.
        Returns what has changed. Raises SwitchError.
        """
        rows = [
            (c, name)
            for c, name in self._posts()
            if name == post or (post == ALL and self.world.command_post[c].standby < 0)
        ]
        if what not in CHOICES or not rows:
            raise SwitchError(f"there is no {what!r} of {post!r}")
        allowed = CHOICES[what]
        if isinstance(value, bool) or value not in allowed:
            raise SwitchError(f"{what} can be {', '.join(map(str, allowed))}; not {value!r}")
        if self.over:
            raise SwitchError("the run is over")
        made = []
        for c, name in rows:
            before = self._get(c, what)
            if before != value:
                self._set(c, what, value)
                made.append(Change(self.t_s, self._next_decision(c), name, what, before, value))
        self.changes += made
        return made

    def _posts(self) -> list[tuple[int, str]]:
        return list(enumerate(self.names.command_post))

    def _get(self, c: int, what: str) -> str | int:
        post = self.world.command_post[c]
        if what == CONTROL:
            return identify.CONTROL_NAMES[int(self.world.roe[c].control)]
        return str(CHOICES[POLICY][_POLICY.index(int(post.policy))]) if what == POLICY else int(post.salvo)

    def _set(self, c: int, what: str, value: str | int) -> None:
        if what == CONTROL:
            self.world.roe["control"][c] = CHOICES[CONTROL].index(value)
        elif what == POLICY:
            self.world.command_post["policy"][c] = _POLICY[CHOICES[POLICY].index(value)]
        else:
            self.world.command_post["salvo"][c] = int(value)

    def _next_decision(self, c: int) -> float:
        every = max(int(self.world.command_post[c].decision_every), 1)
        return float(-(-int(self.sim.step) // every) * every * self.sim.dt_s)

    # --- looking ----------------------------------------------------------------------------------
    def whole(self) -> Run:
        """All tables as they stand, as a run in memory."""
        return Glance(self._outcome(0, 0), self.names, self.provenance(), self.ground)

    def since(self, n_events: int, n_samples: int) -> Run:
        """The same with those events and samples alone that came after so many; where things are now is added to the samples."""
        return Glance(
            self._outcome(n_events, n_samples, carried=True), self.names, self.provenance(), self.ground
        )

    def _outcome(self, n_events: int, n_samples: int, carried: bool = False) -> Outcome:
        w, (last_event, last_sample) = self.world, self.rows
        event = w.event[n_events:last_event]
        sample: Any = w.sample[n_samples:last_sample]
        return Outcome(
            seed=int(self.sim.seed),
            replication=int(self.sim.replication),
            status=int(self.sim.status),
            t_end_s=self.t_s,
            event=event[np.argsort(event["t_s"], kind="stable")].view(np.recarray),
            sample=np.concatenate([sample, self.carried()]).view(np.recarray) if carried else sample,
            platform_state=w.platform_state,
            site_state=w.site_state,
            magazine_state=w.magazine_state,
            round=w.round[: int(self.sim.n_rounds)].view(np.recarray),
            radar_state=w.radar_state,
        )

    def carried(self) -> np.ndarray:
        """The last samples of what still flies, carried on along their velocities to the present time; none where they are new."""
        w, n = self.world, self.rows[1]
        if n == 0 or float(w.sample["t_s"][n - 1]) >= self.t_s:
            return w.sample[:0]
        t = float(w.sample["t_s"][n - 1])
        last = w.sample[np.searchsorted(w.sample["t_s"][:n], t) : n].copy()
        tracks = w.track["id"][w.track["status"] > 0]  # those sampled were confirmed; what is dropped is 0
        flying = np.zeros(len(last), bool)
        for kind, alive in (
            (events.SAMPLE_PLATFORM, np.flatnonzero(w.platform_state["active"] == 1)),
            (events.SAMPLE_MISSILE, np.flatnonzero(w.round["fate"][: int(self.sim.n_rounds)] == 0)),
            (events.SAMPLE_TRACK, tracks),
            (events.SAMPLE_PASSIVE, tracks),
        ):
            flying |= (last["kind"] == kind) & np.isin(last["index"], alive)
        last = last[flying]
        for axis in "xyz":
            last[f"{axis}_m"] += last[f"v{axis}_mps"] * (self.t_s - t)
        last["t_s"] = self.t_s
        return last

    def counts(self) -> dict[str, int]:
        """Hostile platforms in the air, rounds in flight, channels in use."""
        w = self.world
        hostile = w.platform["identity"] == events.IDENTITY.index("hostile")
        return {
            "threats": int(np.count_nonzero(hostile & (w.platform_state["active"] == 1))),
            "rounds": int(np.count_nonzero(w.round["fate"][: int(self.sim.n_rounds)] == 0)),
            "channels": int(np.count_nonzero(w.channel["phase"] != world_schema.CHANNEL_FREE)),
        }

    # --- keeping ----------------------------------------------------------------------------------
    def record(self) -> dict[str, Any]:
        """What was done to the run by hand; empty where nothing was."""
        told: dict[str, Any] = {}
        if self.changes:
            told = {"remark": CHANGED, "changes": [asdict(change) for change in self.changes]}
        if self.stopped_at_s is not None:
            told["stopped_at_s"] = self.stopped_at_s
        return told

    def outcome(self) -> Outcome:
        """What the finished run leaves behind, as `Engine.run` gives it."""
        return collect(self.world)

    @property
    def ground(self) -> bytes | None:
        """The file `ground.npz` of the run."""
        return self._ground

    def provenance(self, wall_s: float = 0.0) -> Provenance:
        """Where it came from; what was done by hand stands in the notes under "live"."""
        scenario, done = self._loaded.scenario, self.record()
        return Provenance(
            name=scenario.name,
            title=scenario.title,
            scenario_text=scenario.text,
            catalog_sha256=self._loaded.catalog.digest(),
            recordings=tuple(self._loaded.compiled.recordings),
            command=self._command,
            wall_time_s=wall_s,
            notes={"live": done} if done else {},
        )


__all__ = ["ALL", "CHANGED", "CHOICES", "Change", "LiveRun", "SwitchError"]
