"""What a learner sees and does: fixed-size arrays over the picture, numbers for actions, a reward. No library is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from openiads.agents.view import Assignment, View
from openiads.engine import events
from openiads.world.schema import World

#: Columns of the observation of one track: name, unit, lowest, highest. Values outside are cut. An empty row is all zeros.
TRACK_COLUMNS = (
    ("there", "1", 0.0, 1.0),
    ("east", "km", -1000.0, 1000.0),
    ("north", "km", -1000.0, 1000.0),
    ("up", "km", -100.0, 300.0),
    ("v_east", "km/s", -10.0, 10.0),
    ("v_north", "km/s", -10.0, 10.0),
    ("v_up", "km/s", -10.0, 10.0),
    ("age", "s", 0.0, 100.0),
    ("p_hostile", "1", 0.0, 1.0),
    ("threat", "log10(1 + score)", 0.0, 10.0),
    ("time_to_go", "s", 0.0, 3600.0),
    ("rounds_out", "", 0.0, 100.0),
    ("rounds_fired", "", 0.0, 100.0),
    ("may_engage", "1", 0.0, 1.0),
)
#: Columns of the observation of one battery.
BATTERY_COLUMNS = (
    ("mine", "1", 0.0, 1.0),
    ("channels_free", "", 0.0, 100.0),
    ("missiles_flying", "", 0.0, 100.0),
    ("rounds", "", 0.0, 1000.0),
    ("reserve", "", 0.0, 1000.0),
)


@dataclass(frozen=True)
class Reward:
    """What is added to the reward when it happens. What happens is the truth of the simulation, not the picture."""

    kill: float = 1.0  # a hostile platform killed
    leak: float = -1.0  # a hostile platform reached what it was aimed at
    shot: float = -0.05  # a missile launched
    wrong_shot: float = -1.0  # a missile launched at what is not hostile
    wrong_kill: float = -5.0  # a friend or neutral killed by a missile
    loss: float = -0.01  # times the worth of a site that is lost
    refused: float = 0.0  # an order that was refused

    def counted(self, world: World, first: int) -> tuple[dict[str, float], int]:
        """(how often each thing has happened since event number `first`, number of events)."""
        n = int(world.sim[0].n_events)
        new = world.event[first:n]
        ends = new[new["code"] == events.PLATFORM_END]
        hostile = world.platform["identity"][ends["subject"]] == events.IDENTITY.index("hostile")
        killed = ends["detail"] == events.PLATFORM_FATE.index("killed")
        lost = new[new["code"] == events.SITE_LOST]["subject"]
        return {
            "kill": float((hostile & killed).sum()),
            "leak": float((hostile & (ends["detail"] == events.PLATFORM_FATE.index("hit its target"))).sum()),
            "shot": float((new["code"] == events.LAUNCH).sum()),
            "wrong_shot": float((new["code"] == events.WRONG_SHOT).sum()),
            "wrong_kill": float((~hostile & killed).sum()),
            "loss": float(world.site["value"][lost].sum()),
        }, n

    def of(self, counts: Mapping[str, float]) -> float:
        """The reward for so many of each."""
        weights = asdict(self)
        return float(sum(weights[name] * number for name, number in counts.items()))


@dataclass(frozen=True)
class Layout:
    """Sizes of the arrays: track slots, batteries, missile types, rounds of the largest order."""

    tracks: int
    batteries: int
    missiles: int
    salvo: int

    @property
    def per_track(self) -> int:
        """Actions on one track: 0 leaves it, then battery by battery, missile by missile, 1 to `salvo` rounds."""
        return 1 + self.batteries * self.missiles * self.salvo

    @property
    def per_battery(self) -> int:
        """Actions of one battery: 0 waits, then track slot by slot, missile by missile, 1 to `salvo` rounds."""
        return 1 + self.tracks * self.missiles * self.salvo

    def bounds(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Lowest and highest values of each array of an observation."""
        found = {}
        for name, rows, columns in (
            ("tracks", self.tracks, TRACK_COLUMNS),
            ("batteries", self.batteries, BATTERY_COLUMNS),
        ):
            low = np.tile(np.array([c[2] for c in columns], np.float32), (rows, 1))
            high = np.tile(np.array([c[3] for c in columns], np.float32), (rows, 1))
            found[name] = (low, high)
        shape = (self.tracks, self.batteries, self.missiles)
        found["pk"] = (np.zeros(shape, np.float32), np.ones(shape, np.float32))
        found["time"] = (np.zeros(1, np.float32), np.ones(1, np.float32))
        return found


class Seen:
    """One decision as a learner sees it: which track is in which slot, and the arrays."""

    def __init__(self, layout: Layout, view: View | None) -> None:
        self.layout, self.view = layout, view
        self.slots = np.zeros(0, np.int64)  # rows of view.tracks, most threatening first
        shape = (layout.tracks, layout.batteries, layout.missiles)
        self.pk = np.zeros(shape, np.float32)
        if view is None:
            return
        tracks = view.tracks
        rank = np.lexsort((tracks["id"], tracks["time_to_go_s"], -tracks["threat"], ~tracks["may_engage"]))
        self.slots = rank[: layout.tracks]
        if tracks["may_engage"].any():
            self.pk[: len(self.slots)] = view.options.pk[self.slots]

    def observation(self) -> dict[str, np.ndarray]:
        """The arrays of Layout.bounds, within their bounds."""
        bounds = self.layout.bounds()
        out = {name: np.zeros_like(low) for name, (low, _) in bounds.items()}
        out["pk"] = self.pk.copy()
        if self.view is None:
            out["time"][0] = 1.0
            return out
        t, n = self.view.tracks[self.slots], len(self.slots)
        out["tracks"][:n] = np.column_stack([
            np.ones(n), t["east_m"] / 1e3, t["north_m"] / 1e3, t["up_m"] / 1e3, t["v_east_mps"] / 1e3,
            t["v_north_mps"] / 1e3, t["v_up_mps"] / 1e3, t["age_s"], t["p_hostile"],
            np.log10(1.0 + np.maximum(t["threat"], 0.0)), t["time_to_go_s"], t["rounds_out"], t["rounds_fired"],
            t["may_engage"],
        ])  # fmt: skip
        b = self.view.batteries
        out["batteries"][:] = np.column_stack([
            b["mine"], b["channels_free"], b["flying"], b["rounds"], b["reserve"],
        ])  # fmt: skip
        out["time"][0] = self.view.t_s / max(self.view.end_s, 1e-9)
        return {
            name: np.clip(np.nan_to_num(array, posinf=3.4e38, neginf=-3.4e38), *bounds[name]).astype(
                np.float32
            )
            for name, array in out.items()
        }

    @property
    def can_act(self) -> bool:
        """There is an order that would be carried out."""
        return bool((self.pk > 0.0).any())

    def track_mask(self) -> np.ndarray:
        """i8 [track slot, action]: 1 where the action would be carried out if it were the only one."""
        mask = np.ones((self.layout.tracks, self.layout.per_track), np.int8)
        mask[:, 1:] = np.repeat((self.pk > 0.0).reshape(self.layout.tracks, -1), self.layout.salvo, axis=1)
        return mask

    def battery_mask(self, battery: int) -> np.ndarray:
        """i8 [action] of one battery, likewise."""
        mask = np.ones(self.layout.per_battery, np.int8)
        mask[1:] = np.repeat((self.pk[:, battery, :] > 0.0).reshape(-1), self.layout.salvo)
        return mask

    def track_orders(self, actions: np.ndarray) -> list[Assignment]:
        """The orders of one action per track slot; what names an empty slot is left out."""
        orders = []
        for slot, action in enumerate(np.asarray(actions)[: len(self.slots)]):
            if action > 0:
                pair, rounds = divmod(int(action) - 1, self.layout.salvo)
                battery, missile = divmod(pair, self.layout.missiles)
                orders.append(Assignment(self._track(slot), battery, missile, rounds + 1))
        return orders

    def battery_orders(self, actions: Mapping[int, int]) -> list[Assignment]:
        """The orders of one action per battery, in the order of the batteries."""
        orders = []
        for battery, action in sorted(actions.items()):
            if action > 0:
                pair, rounds = divmod(int(action) - 1, self.layout.salvo)
                slot, missile = divmod(pair, self.layout.missiles)
                if slot < len(self.slots):
                    orders.append(Assignment(self._track(slot), battery, missile, rounds + 1))
        return orders

    def _track(self, slot: int) -> int:
        assert self.view is not None
        return int(self.view.tracks["id"][self.slots[slot]])


__all__ = ["BATTERY_COLUMNS", "TRACK_COLUMNS", "Layout", "Reward", "Seen"]
