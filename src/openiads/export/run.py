"""A run in another format: which there are, where they go, who writes them."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

from openiads.export import asterix, czml, dis, geojson, kml, simdis, stonesoup, tables, tacview
from openiads.export.content import Content
from openiads.export.out import ExportError
from openiads.results import Run

#: Formats of one file: end of its name, what is counted in it, the writer.
FILES: dict[str, tuple[str, str, Callable[[Content, Path, bool], int]]] = {
    "tacview": (".acmi", "samples", tacview.write),
    "czml": (".czml", "samples", czml.write),
    "kml": (".kml", "samples", kml.write),
    "geojson": (".geojson", "samples", geojson.write),
    "dis": (".dis.pcap", "PDUs", dis.write),
    "asterix": (".asterix.pcap", "records", asterix.write),
    "simdis": (".asi", "samples", simdis.write),
}
#: Formats of several files: end of the folder's name.
FOLDERS = {"parquet": "-export", "csv": "-export", "stonesoup": "-stonesoup"}


def export_run(
    run: Run, to: str, out: str | Path | None = None, force: bool = False
) -> list[tuple[Path, int, str]]:
    """Write a run in another format; returns path, number and kind of what is in each file.

    Parameters
    ----------
    to : tacview, czml, kml, geojson, csv, parquet, dis, asterix, simdis or stonesoup (docs/exports.md).
    out : file to write, or folder for csv, parquet and stonesoup; by default beside the run, named after it.
    force : replace files that are there.

    Plots go to asterix, csv, parquet and stonesoup where the run holds them (`run.holds("plots")`).

    Raises
    ------
    ExportError : no such format, or there is a file of that name. StoreError : the disk.
    """
    refuse_format(to, "a run", [*FILES, *FOLDERS])
    if to in FOLDERS:
        folder = Path(out) if out is not None else beside(run.path, FOLDERS[to])
        if folder.exists() and not folder.is_dir():
            raise ExportError(f"{folder} is a file; {to} is written as several files: --out names a folder")
        made = (
            stonesoup.write(Content(run), folder, force)
            if to == "stonesoup"
            else tables.write(run, to, folder, force)
        )
        return [(path, rows, "rows") for path, rows in made]
    end, counted, write = FILES[to]
    path = Path(out) if out is not None else beside(run.path, end)
    return [(path, write(Content(run), path, force), counted)]


def beside(folder: Path, end: str) -> Path:
    """A name beside a run folder."""
    folder = folder.absolute()
    return folder.with_name(folder.name + end)


def refuse_format(to: str, what: str, known: list[str]) -> None:
    """ExportError for a format that is not known."""
    if to not in known:
        near = difflib.get_close_matches(to, known, n=1)
        guess = f"; did you mean {near[0]!r}?" if near else ""
        raise ExportError(f"--to {to}: {what} goes to {', '.join(sorted(known))}{guess}")


__all__ = ["FILES", "FOLDERS", "beside", "export_run", "refuse_format"]
