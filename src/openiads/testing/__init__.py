"""What must be true of every run, whatever the scenario: for this package's tests and for users' own.

    from openiads.testing import check_invariants
    outcome = simulate(world, decide, seed)          # openiads.engine.run
    assert check_invariants(outcome, world, names) == []

    sound = Invariants(world, names)                 # for many outcomes of one World
    assert all(sound.check(outcome) == [] for outcome in replicate(world, decide, seed, range(1000)))

Each check is one idea and reads nothing but the outcome (the log and the final accounts) and the World that was run. A
sentence in the result names the thing, the time and what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from openiads.engine.outcome import Outcome
from openiads.testing import burn_through, fire, log, moves, picture, power, resupply, strobes, upkeep
from openiads.testing.case import Case, Row, Tables
from openiads.world.names import Names
from openiads.world.schema import World

_SHOWN = 25  # sentences per check; more would only repeat them

#: Name → check. A check takes a Case and yields sentences.
CHECKS: dict[str, Callable[[Case], Iterator[str]]] = {
    "time": log.time_order,
    "finite": log.finite,
    "one end": log.one_end,
    "silence": log.silence_after_end,
    "speed": log.speeds,
    "kill chain": picture.kill_chain,
    "emission": picture.emission,
    "tracks": picture.tracks,
    "one fate": fire.one_fate,
    "kills": fire.kills,
    "magazines": fire.magazines,
    "channels": fire.channels,
    "wrong shots": fire.wrong_shots,
    "site losses": picture.site_losses,
    "the dead": picture.dead_do_nothing,
    "repairs": upkeep.repairs,
    "out of action": upkeep.out_of_action,
    "moves": moves.moves,
    "power": power.power,
    "resupply": resupply.resupply,
    "time for looks": burn_through.time_for_looks,
    "strobes": strobes.strobes,
}


class Invariants:
    """The checks for many outcomes of one World, whose tables are prepared once: some times as fast for small Worlds.

    world : in its initial state; it must not be changed afterwards. names : its Names.
    """

    def __init__(self, world: World, names: Names) -> None:
        self._tables, self._names = Tables(world), names

    def check(self, outcome: Outcome) -> list[str]:
        """As :func:`check_invariants`."""
        case = Case(outcome, self._tables, self._names)
        wrong = list(log.indices(case))
        if wrong:  # the other checks would stumble over them
            return [f"indices: {text}" for text in wrong[:_SHOWN]]
        found: list[str] = []
        for name, check in CHECKS.items():
            found += [f"{name}: {text}" for text in list(check(case))[:_SHOWN]]
        return found


def check_invariants(outcome: Outcome, world: World, names: Names) -> list[str]:
    """All that is wrong with an outcome, as sentences; empty when nothing is.

    outcome : of a finished run. world : the World that was run, in its initial state. names : its Names.
    """
    return Invariants(world, names).check(outcome)


__all__ = ["CHECKS", "Case", "Invariants", "Row", "check_invariants"]
