"""A run that lies in memory and may not be over: the tables of `results.Run` without a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from openiads.engine.outcome import Outcome
from openiads.results import Run, schema
from openiads.results.run import decode
from openiads.study import tables
from openiads.study.chain import missiles_table, threats_table
from openiads.study.manifest import Provenance, StoredFile, manifest, sha256
from openiads.world.names import Names


class Glance(Run):
    """The run that an outcome is; each table is made when it is first asked for. Its path is no folder."""

    def __init__(self, outcome: Outcome, names: Names, origin: Provenance, ground: bytes | None) -> None:
        files = {}
        self._contents = {schema.SCENARIO: origin.scenario_text.encode()}
        if ground is not None:
            self._contents[schema.GROUND] = ground
            files[schema.GROUND] = StoredFile(sha256(ground), len(ground))
        super().__init__(Path("live"), manifest(outcome, origin, files))
        words = tables.dictionary(outcome, names)
        self._makers: dict[str, Callable[[], pa.Table]] = {
            "events": lambda: tables.events_table(outcome, names, words),
            "trajectories": lambda: tables.trajectories_table(outcome, words),
            "threats": lambda: threats_table(outcome, names, words),
            "missiles": lambda: missiles_table(outcome, names, words),
            "sites": lambda: tables.sites_table(outcome, names),
            "magazines": lambda: tables.magazines_table(outcome, names),
        }

    def table(self, name: str, raw: bool = False) -> pa.Table:
        """As in `Run`."""
        if (name, raw) not in self._tables:
            made = self._tables.setdefault((name, True), self._makers[name]())
            self._tables[name, raw] = made if raw else decode(made)
        return self._tables[name, raw]

    def _read(self, name: str) -> bytes:
        return self._contents[name]


__all__ = ["Glance"]
