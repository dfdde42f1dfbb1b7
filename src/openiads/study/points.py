"""The points of a study as Worlds: checked before anything runs, compiled when wanted, not all kept."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock, get_ident
from typing import Any

from openiads.agents.load import UserDoctrine, engine_of
from openiads.agents.watching import watched_engine
from openiads.catalog import Catalog
from openiads.engine.run import Engine
from openiads.scenario import Fault, Scenario, ScenarioError, catalogue_names
from openiads.scenario.load import load_in
from openiads.scenario.overrides import Varied, blamed, load_changed
from openiads.study.design import Point
from openiads.study.uncertain import blamed_once, catalog_of, of_scenario
from openiads.world.compile import Compiled, compile_scenario

_KEPT_BYTES = 256 << 20  # of compiled Worlds


class Points:
    """Scenarios and Worlds of all points. Safe to use from several threads."""

    def __init__(
        self,
        plain: object,
        text: str,
        origin: str,
        varied: Sequence[Varied],
        points: Sequence[Point],
        catalog: Catalog,
        doctrine: UserDoctrine | None = None,
        watch_s: float | None = None,
    ) -> None:
        self.doctrine = doctrine
        self.watch_s = watch_s  # tracks are looked at so often
        self._plain, self._text, self._origin = plain, text, origin
        self._varied, self._points, self._catalog = varied, points, catalog
        self._ids = catalogue_names(catalog)
        self._compiled: OrderedDict[tuple[int, bool], tuple[Compiled, int]] = OrderedDict()
        self._lock = Lock()
        self._engines: dict[tuple[int, bool], tuple[int, Engine, Compiled]] = {}

    def scenario(self, number: int) -> Scenario:
        """The scenario of a point. Raises ScenarioError."""
        if not self._varied:
            return load_in(self._text, self._origin, self._ids, Path(self._origin).parent)
        return load_changed(self._plain, of_scenario(self._settings(number)), self._origin, self._ids)

    def check(self, told: Callable[[int], None]) -> None:
        """Read and compile every point. Raises ScenarioError with the faults of all, each told once."""
        faults: dict[tuple[str, str], Fault] = {}
        for point in self._points:
            told(point.number)
            try:
                self.compiled(point.number, sampled=False)
            except ScenarioError as error:
                for fault in error.faults:
                    faults.setdefault((fault.field, fault.message + fault.value), fault)
        if faults:
            raise blamed_once(ScenarioError(faults.values()), self._varied)

    def compiled(self, number: int, sampled: bool) -> Compiled:
        """The World of a point, without trajectory samples or with them."""
        with self._lock:
            key = (number, sampled)
            if key in self._compiled:
                self._compiled.move_to_end(key)
                return self._compiled[key][0]
            made = self._compile(number, sampled)
            size = sum(int(getattr(table, "nbytes", 0)) for table in made.world)
            self._compiled[key] = (made, size)
            while len(self._compiled) > 1 and sum(s for _, s in self._compiled.values()) > _KEPT_BYTES:
                self._compiled.popitem(last=False)
            return made

    def _compile(self, number: int, sampled: bool) -> Compiled:
        scenario = self.scenario(number)
        try:
            catalog = catalog_of(self._catalog, self._settings(number))
            return compile_scenario(scenario, catalog, None if sampled else 0.0)
        except ScenarioError as error:
            if not self._varied:
                raise
            raise ScenarioError(blamed(error.faults, self._settings(number))) from None

    def engine(self, number: int, sampled: bool) -> tuple[Engine, Compiled]:
        """An engine of this thread. A thread keeps one of each kind: of the point that it works at."""
        key = (get_ident(), sampled)
        held = self._engines.get(key)
        if held is None or held[0] != number:
            self._engines.pop(key, None)  # the old one goes before the new one comes
            compiled = self.compiled(number, sampled)
            held = self._engines[key] = (
                number,
                self._engine(compiled),
                compiled,
            )
        return held[1], held[2]

    def _engine(self, compiled: Compiled) -> Engine:
        if self.watch_s is None:
            return engine_of(self.doctrine, compiled.world, compiled.names)
        return watched_engine(self.doctrine, compiled.world, self.watch_s)

    def _settings(self, number: int) -> list[tuple[Varied, object]]:
        return list(zip(self._varied, self._points[number].values, strict=True))


def inputs_of(scenario: Scenario) -> dict[str, str]:
    """SHA-256 of the files beside a scenario that it reads: recordings and elevation models."""
    names = [r.file for r in scenario.traffic.recorded if not r.file.startswith("shipped:")]
    terrain = scenario.environment.terrain
    if terrain is not None and not terrain.file.startswith("matplotlib:"):
        names.append(terrain.file)
    folder = Path(scenario.text_origin).parent
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(set(names))}


def describe(
    points: Sequence[Point], varied: Sequence[Varied], file: Callable[[int], str]
) -> list[Mapping[str, Any]]:
    """The points as they stand in the manifest."""
    return [
        {
            "number": point.number,
            "label": point.label(varied),
            "values": list(point.values),
            "numbers": list(point.numbers),
            "file": file(point.number),
        }
        for point in points
    ]
