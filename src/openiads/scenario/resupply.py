"""Reload columns, in the language: what they may serve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openiads.scenario.faults import Fault, shown


def check_columns(scenario: Any, fault_here: Any) -> Iterator[Fault]:
    """Columns need rounds and somebody to bring them to. `fault_here(path, message, allowed)` makes a fault."""
    armed = {launcher.battery for launcher in scenario.defence.launchers}
    batteries = {battery.id for battery in scenario.defence.batteries}
    for number, column in enumerate(scenario.defence.reload_columns):
        path = ("defence", "reload_columns", number)
        if sum(count for _, count in column.rounds) == 0:
            yield fault_here((*path, "rounds"), f"{shown(column.id)} has no rounds", "")
        if not scenario.defence.launchers:
            yield fault_here(path, f"{shown(column.id)} has no launcher to serve", "")
        for k, name in enumerate(column.serves):
            if name in batteries and name not in armed:
                yield fault_here((*path, "serves", k), f"{shown(name)} has no launchers", "")
            if name in column.serves[:k]:
                yield fault_here((*path, "serves", k), f"{shown(name)} is named twice", "")


__all__ = ["check_columns"]
