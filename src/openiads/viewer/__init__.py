"""Replays: a run as one page that opens from disk. docs/viewer.md says what it shows and what it is made of."""

from openiads.viewer.pack import pack
from openiads.viewer.page import replay_page, write_replay

__all__ = ["pack", "replay_page", "write_replay"]
