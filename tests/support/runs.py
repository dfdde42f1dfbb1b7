"""Running small Worlds and naming what came out by its bytes."""

from __future__ import annotations

import hashlib

import numpy as np

from openiads.doctrine.standard import decide
from openiads.engine.outcome import Outcome
from openiads.engine.run import Engine
from openiads.world import schema
from openiads.world.schema import World

OUTCOME_TABLES = (
    "event", "sample", "platform_state", "site_state", "magazine_state", "round", "radar_state",
)  # fmt: skip
#: State tables whose whole contents have a meaning at the end (buffers of events, samples and plots have not).
FINAL_TABLES = tuple(n for n in schema.STATE_TABLES if n not in schema.BUFFERS)
PARAMETERS = tuple(n for n in World._fields if n not in schema.STATE_TABLES and n not in ("work", "desk"))


def run(world: World, seed: int, replication: int = 0) -> Outcome:
    """One replication under the standard doctrine."""
    return Engine(world, decide).run(seed, replication)


def run_with_state(world: World, seed: int, replication: int = 0) -> tuple[Outcome, World]:
    """One replication, and the tables as the engine left them."""
    engine = Engine(world, decide)
    outcome = engine.run(seed, replication)
    return outcome, engine._own


def bytes_of(outcome: Outcome) -> dict[str, bytes]:
    """Every array of an outcome as its bytes, and the numbers."""
    tables = {name: getattr(outcome, name).tobytes() for name in OUTCOME_TABLES}
    numbers = (outcome.seed, outcome.replication, outcome.status, outcome.t_end_s)
    return {**tables, "numbers": repr(numbers).encode()}


def state_bytes(world: World, tables: tuple[str, ...] = FINAL_TABLES) -> dict[str, bytes]:
    """Tables of a World as bytes."""
    return {name: np.ascontiguousarray(getattr(world, name)).tobytes() for name in tables}


def digest(outcome: Outcome) -> str:
    """SHA-256 (hex) of everything in an outcome, table by table."""
    total = hashlib.sha256()
    for name, raw in bytes_of(outcome).items():
        total.update(f"{name} {len(raw)}\n".encode())
        total.update(raw)
    return total.hexdigest()


def digest_parameters(world: World) -> str:
    """SHA-256 (hex) of all parameter tables."""
    total = hashlib.sha256()
    for name, raw in state_bytes(world, PARAMETERS).items():
        total.update(f"{name} {len(raw)}\n".encode())
        total.update(raw)
    return total.hexdigest()


def differences(a: Outcome, b: Outcome) -> str:
    """Where two outcomes first differ, table by table: empty where they are the same bytes."""
    found = []
    for name in OUTCOME_TABLES:
        x, y = getattr(a, name), getattr(b, name)
        if x.tobytes() == y.tobytes():
            continue
        text = f"{name}: {len(x)} and {len(y)} rows"
        for k in range(min(len(x), len(y))):
            if x[k].tobytes() != y[k].tobytes():
                fields = [f for f in x.dtype.names if x[f][k].tobytes() != y[f][k].tobytes()]
                pairs = ", ".join(f"{f} {x[f][k]!r} | {y[f][k]!r}" for f in fields)
                text += f"; first at row {k}: {pairs}"
                break
        found.append(text)
    if (a.status, a.t_end_s) != (b.status, b.t_end_s):
        found.append(f"status {a.status} | {b.status}, end {a.t_end_s} | {b.t_end_s}")
    return "\n".join(found)
