"""The kinds of the catalogue and their fields."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from openiads.catalog.kinds.ground import ASSET, COMMAND_POST, LAUNCHER
from openiads.catalog.kinds.gun import GUN
from openiads.catalog.kinds.missile import MISSILE
from openiads.catalog.kinds.platform import JAMMER, PLATFORM
from openiads.catalog.kinds.radar import RADAR
from openiads.catalog.schema import Kind

#: Every kind by name, in the order in which lists show them.
KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {kind.name: kind for kind in (RADAR, MISSILE, LAUNCHER, COMMAND_POST, PLATFORM, JAMMER, ASSET, GUN)}
)

__all__ = ["ASSET", "COMMAND_POST", "GUN", "JAMMER", "KINDS", "LAUNCHER", "MISSILE", "PLATFORM", "RADAR"]
