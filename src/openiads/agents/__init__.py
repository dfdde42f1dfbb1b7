"""Doctrines of the user's own: compiled or in plain Python, and learning environments over the second.

from openiads.agents import Assignment, Doctrine
"""

from __future__ import annotations

from openiads.agents.episode import Episode
from openiads.agents.faults import DoctrineError
from openiads.agents.load import UserDoctrine, engine_of, load_doctrine
from openiads.agents.plain import Doctrine, PlainEngine
from openiads.agents.view import COLUMNS, Assignment, Options, Refusal, View

__all__ = [
    "COLUMNS",
    "Assignment",
    "Doctrine",
    "DoctrineError",
    "Episode",
    "Options",
    "PlainEngine",
    "Refusal",
    "UserDoctrine",
    "View",
    "engine_of",
    "load_doctrine",
]
