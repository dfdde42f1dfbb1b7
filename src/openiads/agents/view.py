"""What a doctrine in plain Python sees: the picture of its command post as read-only arrays with units.

Every array is a copy: nothing that is written to it could reach the engine, and nothing in it is the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from openiads.engine import events
from openiads.tracking.schema import CONFIRMED
from openiads.world.names import Names
from openiads.world.schema import World

_Field = tuple[str, str, str, str]  # name, type, unit, meaning

#: Table → its columns: name, type, unit, meaning.
COLUMNS: dict[str, tuple[_Field, ...]] = {
    "tracks": (
        ("id", "i8", "", "track number; what an Assignment names"),
        ("east_m", "f8", "m", "position in the horizontal plane of the command post"),
        ("north_m", "f8", "m", "likewise"),
        ("up_m", "f8", "m", "likewise (the Earth curves away below it)"),
        ("v_east_mps", "f8", "m/s", "velocity relative to the Earth, same axes"),
        ("v_north_mps", "f8", "m/s", "likewise"),
        ("v_up_mps", "f8", "m/s", "likewise"),
        ("sigma_m", "f8", "m", "root of the trace of the position covariance"),
        ("age_s", "f8", "s", "since the last plot"),
        ("identity", "i8", "", "0 unknown, 1 friend, 2 neutral, 3 hostile, as declared"),
        ("p_hostile", "f8", "1", "probability of hostile"),
        ("class_code", "i8", "", "doctrine.classify.CLASS_NAMES, -1 none yet"),
        ("p_class", "f8", "1", "probability of that class"),
        ("threat", "f8", "", "score of the threat evaluation, 0 none"),
        ("site", "i8", "", "row of the site that it threatens, -1 none"),
        ("time_to_go_s", "f8", "s", "until it is there"),
        ("rounds_out", "i8", "", "rounds planned or flying against it"),
        ("rounds_fired", "i8", "", "rounds fired at it so far"),
        ("passive", "?", "", "known from jam strobes alone: only missiles that home on jamming can be fired at it"),
        ("may_engage", "?", "", "identity and rules of engagement permit fire, and nobody is at it"),
    ),
    "batteries": (
        ("mine", "?", "", "obeys this command post and can be reached"),
        ("channels", "i8", "", "target channels"),
        ("channels_free", "i8", "", "of these, free (0 where it is not mine or its radar is off)"),
        ("missile_channels", "i8", "", "missiles that it guides at a time"),
        ("flying", "i8", "", "its missiles in the air"),
        ("rounds", "i8", "", "rounds ready on its launchers"),
        ("reserve", "i8", "", "rounds in reserve"),
    ),
    "channels": (
        ("battery", "i8", "", "row of batteries"),
        ("phase", "i8", "", "0 free, 1 reacting, 2 firing, 3 guiding, 4 assessing"),
        ("track", "i8", "", "track number, -1 none"),
        ("missile", "i8", "", "row of missiles, -1 none"),
        ("planned", "i8", "", "rounds still to fire"),
        ("fired", "i8", "", "rounds fired"),
        ("flying", "i8", "", "rounds in the air"),
        ("t_assigned_s", "f8", "s", "start of the engagement, nan none"),
    ),
    "magazines": (
        ("battery", "i8", "", "row of batteries"),
        ("launcher", "i8", "", "row of launchers"),
        ("missile", "i8", "", "row of missiles"),
        ("rounds", "i8", "", "ready (0 on a launcher that is lost)"),
        ("reserve", "i8", "", "for reloading"),
        ("ready_s", "f8", "s", "until the launcher can fire or is reloaded"),
    ),
    "missiles": (
        ("reach_m", "f8", "m", "declared reach"),
        ("range_min_m", "f8", "m", "nearest range"),
        ("single_pk", "f8", "1", "kill probability of one round, for planning"),
        ("cost", "f8", "", "relative price"),
    ),
    "sites": (
        ("value", "f8", "", "worth, 0 when lost"),
        ("east_m", "f8", "m", "position, axes as for tracks"),
        ("north_m", "f8", "m", "likewise"),
        ("alive", "?", "", "not lost"),
    ),
}  # fmt: skip

DTYPES = {name: np.dtype([(f[0], f[1]) for f in fields]) for name, fields in COLUMNS.items()}


class Assignment(NamedTuple):
    """An order: engage a track with rounds of one battery.

    track : track number (column `id` of tracks). battery, missile : rows of those tables.
    number : rounds, from 1 to 16; cut to what is ready, can be guided and is allowed per target.
    """

    track: int
    battery: int
    missile: int
    number: int = 1


class Refusal(NamedTuple):
    """An order that was not carried out, and why (a word of engine.events.WITHHOLD)."""

    order: Assignment
    reason: str


class Options(NamedTuple):
    """What could be ordered now. Axes: row of tracks, row of batteries, row of missiles."""

    pk: np.ndarray  # f8, kill probability of one round; 0 where it would be refused
    time_s: np.ndarray  # f8, from now to the meeting; nan where there is none
    reason: np.ndarray  # i8, 0 where it would be carried out, else engine.events.WITHHOLD


class View:
    """The picture at one decision. Arrays are made when first asked for, and are read-only copies."""

    def __init__(
        self,
        world: World,
        post: int,
        names: Names | None,
        rng: np.random.Generator,
        weigh: Callable[[np.ndarray], Options],
        permitted: Callable[[int], bool],
        free: Callable[[int], int],
        refused: Sequence[Refusal] = (),
    ) -> None:
        self._w, self._weigh, self._permitted, self._free = world, weigh, permitted, free
        self.post = post  # row of the command post that decides
        self.names = names or Names()  # ids of the rows: names.battery[0], names.weapon[0], names.site[0]
        self.rng = rng  # random numbers of this replication; use no others
        self.refused = tuple(refused)  # orders of the last decision of this post that were refused
        self.t_s = float(world.sim[0].t_s)
        self.end_s = float(world.sim[0].n_steps * world.sim[0].dt_s)

    @cached_property
    def _rows(self) -> np.ndarray:
        w = self._w
        first = int(w.command_post[self.post].first_track)
        high = int(w.track_set[w.radar.shape[0] + self.post].n_high)
        return first + np.flatnonzero(w.track["status"][first : first + high] >= CONFIRMED)

    def _axes(self) -> tuple[np.ndarray, np.ndarray]:
        """Origin (ECEF) and rows east, north, up of the command post."""
        g = self._w.site[int(self._w.command_post[self.post].site)]
        east, north = np.array([g.ex, g.ey, g.ez]), np.array([g.nx, g.ny, g.nz])
        return np.array([g.x_m, g.y_m, g.z_m]), np.stack([east, north, np.cross(east, north)])

    @cached_property
    def tracks(self) -> np.ndarray:
        """Confirmed fused tracks of this command post, COLUMNS["tracks"]."""
        w, rows = self._w, self._rows
        trk, pic = w.track[rows], w.picture[rows]
        out = np.zeros(len(rows), DTYPES["tracks"])
        origin, axes = self._axes()
        pos, vel = (trk["pos_ecef_m"] - origin) @ axes.T, trk["vel_ecef_mps"] @ axes.T
        for k, axis in enumerate(("east", "north", "up")):
            out[f"{axis}_m"], out[f"v_{axis}_mps"] = pos[:, k], vel[:, k]
        out["sigma_m"] = np.sqrt(np.maximum(trk["traces"][:, 0], 0.0))
        out["age_s"] = self.t_s - trk["t_update_s"]
        for name, source in (("class_code", "klass"), ("site", "asset"), ("rounds_fired", "rounds_in_all")):
            out[name] = pic[source]
        for name in ("identity", "p_hostile", "p_class", "threat", "time_to_go_s", "rounds_out"):
            out[name] = pic[name]
        out["id"], out["passive"] = trk["id"], pic["passive"]
        out["may_engage"] = [self._permitted(int(k)) for k in rows]
        return _closed(out)

    @cached_property
    def batteries(self) -> np.ndarray:
        """All batteries, COLUMNS["batteries"]."""
        w = self._w
        out = np.zeros(len(w.battery), DTYPES["batteries"])
        out["mine"] = (w.battery_state["post"] == self.post) & (w.battery_state["cut"] == 0)
        out["channels"], out["missile_channels"] = w.battery["n_channel"], w.battery["missile_channels"]
        out["flying"] = w.battery_state["n_flying"]
        out["channels_free"] = [self._free(b) for b in range(len(out))]
        for column in ("rounds", "reserve"):
            np.add.at(out[column], self.magazines["battery"], self.magazines[column])
        return _closed(out)

    @cached_property
    def channels(self) -> np.ndarray:
        """All target channels, COLUMNS["channels"]."""
        w = self._w
        out = np.zeros(len(w.channel), DTYPES["channels"])
        for b, bat in enumerate(w.battery):
            out["battery"][int(bat.first_channel) : int(bat.first_channel + bat.n_channel)] = b
        busy = w.channel["phase"] != 0
        for name in ("phase", "planned", "fired", "flying"):
            out[name] = w.channel[name]
        out["track"] = np.where(busy, w.channel["track_id"], -1)
        out["missile"] = np.where(busy, w.channel["weapon"], -1)
        out["t_assigned_s"] = np.where(busy, w.channel["t_assigned_s"], np.nan)
        return _closed(out)

    @cached_property
    def magazines(self) -> np.ndarray:
        """All magazines, COLUMNS["magazines"]."""
        w = self._w
        out = np.zeros(len(w.magazine), DTYPES["magazines"])
        launcher = w.magazine["launcher"]
        out["launcher"], out["missile"] = launcher, w.magazine["weapon"]
        out["battery"] = w.launcher["battery"][launcher]
        alive = w.site_state["alive"][w.launcher["site"][launcher]] == 1
        out["rounds"] = w.magazine_state["rounds"] * alive
        out["reserve"] = w.magazine_state["reserve"] * alive
        out["ready_s"] = np.maximum(w.launcher_state["t_ready_s"][launcher] - self.t_s, 0.0)
        return _closed(out)

    @cached_property
    def missiles(self) -> np.ndarray:
        """Missile types, COLUMNS["missiles"]."""
        w = self._w
        out = np.zeros(len(w.weapon), DTYPES["missiles"])
        for name in ("reach_m", "single_pk", "cost"):
            out[name] = w.arsenal[name]
        out["range_min_m"] = w.weapon["min_range_m"]
        return _closed(out)

    @cached_property
    def sites(self) -> np.ndarray:
        """Everything on the ground, COLUMNS["sites"]."""
        w = self._w
        out = np.zeros(len(w.site), DTYPES["sites"])
        origin, axes = self._axes()
        pos = (np.column_stack([w.site["x_m"], w.site["y_m"], w.site["z_m"]]) - origin) @ axes.T
        out["east_m"], out["north_m"] = pos[:, 0], pos[:, 1]
        out["alive"] = w.site_state["alive"] == 1
        out["value"] = np.where(out["alive"], w.site["value"], 0.0)
        return _closed(out)

    @cached_property
    def options(self) -> Options:
        """What could be ordered now, weighed as the standard doctrine weighs it (costs some time)."""
        found = self._weigh(self._rows)
        return Options(*(_closed(array) for array in found))

    def reason(self, code: int) -> str:
        """A code of options.reason in words."""
        return events.WITHHOLD[int(code)]

    def row_of(self, track: int) -> int:
        """Row in the engine's table of a track number, -1 where there is no such track."""
        hits = np.flatnonzero(self._w.track["id"][self._rows] == track)
        return int(self._rows[hits[0]]) if len(hits) else -1


def _closed(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


__all__ = ["COLUMNS", "DTYPES", "Assignment", "Options", "Refusal", "View"]
