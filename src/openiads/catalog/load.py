"""Loading the catalogue: the shipped files and the user's own, through the same checks."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from openiads.catalog import stored
from openiads.catalog.faults import CatalogError, Fault, listed, nearest
from openiads.catalog.items import Catalog, Item, Source
from openiads.catalog.kinds import KINDS
from openiads.catalog.marked import parse, read_text
from openiads.catalog.read import read_item, read_sources

DATA_DIR = Path(__file__).resolve().parent / "data"
SOURCES_FILE = "sources.yaml"
MAX_FILES = 2_000

_shipped: Catalog | None = None
_shipped_sources: dict[str, Source] = {}


def load_catalog(extra: Iterable[str | os.PathLike[str]] = ()) -> Catalog:
    """The shipped catalogue, and the items of `extra` files and folders (searched for `*.yaml`, `*.yml`).

    An extra item may use the sources of the shipped `sources.yaml`, of a `sources.yaml` in an extra folder
    and its own. It may not take an id that is in use. The shipped part is read once per process, and kept in the cache
    folder under a digest of its files.

    Raises:
        CatalogError: with all faults of all files.
    """
    paths = [Path(path) for path in extra]
    shipped = _load_shipped()
    if not paths:
        return shipped
    loader = _Loader({item.id: item for item in shipped}, dict(_shipped_sources))
    for path in paths:
        loader.add(path)
    return loader.catalog()


def _load_shipped() -> Catalog:
    global _shipped, _shipped_sources  # noqa: PLW0603 - read once per process
    if _shipped is None:
        file = stored.place(_files(DATA_DIR), DATA_DIR)
        found = None if file is None else stored.load(file, DATA_DIR)
        if found is None:
            loader = _Loader({}, {})
            loader.add(DATA_DIR)
            _shipped = loader.catalog()
            _shipped_sources = loader.sources
            if file is not None:
                stored.save(file, DATA_DIR, loader.items, loader.sources)
        else:
            _shipped, _shipped_sources = Catalog(found[0]), found[1]
    return _shipped


class _Loader:
    def __init__(self, items: dict[str, Item], sources: dict[str, Source]) -> None:
        self.items = items
        self.sources = sources
        self.faults: list[Fault] = []
        self._folded = {item_id.casefold(): item for item_id, item in items.items()}

    def add(self, path: Path) -> None:
        """Read a file, or all files under a folder; its sources.yaml first."""
        try:
            files = _files(path)
        except CatalogError as error:
            self.faults.extend(error.faults)
            return
        for file in files:
            if file.name == SOURCES_FILE:
                self._add_sources(file)
        for file in files:
            if file.name != SOURCES_FILE:
                self._add_item(file)

    def catalog(self) -> Catalog:
        """The catalogue; CatalogError where any file had a fault."""
        if not self.faults:
            self._check_references()
        if self.faults:
            raise CatalogError(self.faults)
        return Catalog(self.items)

    def _add_sources(self, file: Path) -> None:
        try:
            sources, faults = read_sources(parse(read_text(file), str(file)), str(file), self.sources)
        except CatalogError as error:
            self.faults.extend(error.faults)
            return
        self.faults.extend(faults)
        self.sources.update(sources)

    def _add_item(self, file: Path) -> None:
        try:
            root = parse(read_text(file), str(file))
        except CatalogError as error:
            self.faults.extend(error.faults)
            return
        item, faults = read_item(root, str(file), self.sources)
        self.faults.extend(faults)
        if item is None:
            return
        other = self._folded.get(item.id.casefold())
        if other is not None:
            line = root.value["id"].line if isinstance(root.value, dict) else 0
            message = f"id: {item.id!r} is taken by the {other.kind} in {other.file} (case does not count)"
            self.faults.append(Fault(str(file), line, 1, message))
            return
        self.items[item.id] = item
        self._folded[item.id.casefold()] = item

    def _check_references(self) -> None:
        """Names on a table's axis that are ids of another kind must exist."""
        for item in self.items.values():
            for name, table in item.tables.items():
                for axis in KINDS[item.kind].by_name[name].axes:
                    if axis.items_of is None:
                        continue
                    known = [other.id for other in self.items.values() if other.kind == axis.items_of]
                    for point in table.axes[axis.name]:
                        if point in known:
                            continue
                        place = f"{item.kind} {item.id}: {name}: no {axis.items_of} {point!r}"
                        message = f"{place}{nearest(point, known)} ({axis.items_of}s: {listed(known)})"
                        self.faults.append(Fault(item.file, 0, 0, message))


def _files(path: Path) -> list[Path]:
    """The YAML files at `path`, in a stable order. Links to folders are not followed."""
    try:
        if not path.is_dir():
            return [path]
    except OSError as error:
        message = f"the file cannot be read: {error.strerror or error}"
        raise CatalogError([Fault(str(path), 0, 0, message)]) from None
    found: list[Path] = []
    for folder, folders, names in os.walk(path, followlinks=False):
        folders.sort()
        found.extend(Path(folder, name) for name in sorted(names) if name.endswith((".yaml", ".yml")))
        if len(found) > MAX_FILES:
            fault = Fault(str(path), 0, 0, f"more than {MAX_FILES} files, the limit of a catalogue folder")
            raise CatalogError([fault])
    if not found:
        raise CatalogError([Fault(str(path), 0, 0, "no *.yaml file in this folder")])
    return found
