"""Scenarios: from the text of a user to a checked, frozen `Scenario` in SI.

    >>> from openiads.scenario import load_file
    >>> load_file("raid.yaml")            # or ScenarioError with every fault, each with its place

docs/scenario.md describes the language.
"""

from openiads.scenario.checks import catalogue_names
from openiads.scenario.faults import Fault, ScenarioError
from openiads.scenario.formation import PlatformPlan
from openiads.scenario.load import fault_of, load_file, load_text
from openiads.scenario.spec import Scenario

__all__ = [
    "Fault",
    "PlatformPlan",
    "Scenario",
    "ScenarioError",
    "catalogue_names",
    "fault_of",
    "load_file",
    "load_text",
]
