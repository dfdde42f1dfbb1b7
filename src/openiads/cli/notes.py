"""What `openiads check` remarks about a scenario that is in order: values that do less than their writer may think."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openiads.scenario import Scenario


def notes_of_file(file: Path) -> list[str]:
    """Remarks on a file without faults; none on one of the catalogue."""
    from openiads.catalog import load_catalog
    from openiads.cli.tell import is_catalog_file
    from openiads.scenario import catalogue_names, load_file

    return [] if is_catalog_file(file) else notes_of(load_file(file, catalogue_names(load_catalog())))


def notes_of(scenario: Scenario) -> list[str]:
    """One line each; nothing of it is a fault."""
    whole = scenario.defence.doctrine
    places = [("defence.doctrine", whole)]
    places += [
        (f"{p.id}.doctrine", p.doctrine) for p in scenario.defence.command_posts if p.doctrine is not None
    ]
    made = []
    for place, given in places:
        policy = given.policy if "policy" in given.model_fields_set else whole.policy
        if "salvo" in given.model_fields_set and policy == "shoot-look-shoot":
            made.append(
                f"{place}.salvo: under policy shoot-look-shoot it counts only for the last chance, when there is no time "
                "to look before another shot; before, one round is fired at a time"
            )
    return made


__all__ = ["notes_of", "notes_of_file"]
