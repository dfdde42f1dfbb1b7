"""What `openiads coverage` does and prints."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.cli import shipped
from openiads.cli.guard import UserError
from openiads.cli.progress import Progress
from openiads.cli.tell import say
from openiads.units import UnitError, parse_quantity

if TYPE_CHECKING:
    from openiads.cover.compute import Coverage

_FORMATS = ("geojson", "kml", "png", "geotiff")
_OURS = re.compile(
    r"coverage\.(?:txt|json|geojson|kml|png)|coverage-[0-9.e+]+m\.tif|vertical-[^/]+\.png", re.ASCII
)
_ALTITUDES = "50m,300m,3km,10km"
_CLAIM_TARGET, _CLAIM_ALTITUDE = "cruise-missile", "15m"


@dataclass(frozen=True)
class Words:
    """The options as they were typed."""

    altitude: str | None
    rcs: str | None
    target: str | None
    speed: str | None
    aspect: str | None
    course: str | None
    swerling: int | None
    pd: str
    looks: int
    jamming: str | None
    at: str | None
    above_ground: bool
    cell: str | None
    claim: str | None
    vertical: Sequence[str]
    azimuth: str | None
    top: str | None
    to: str


def run_coverage(scenario: str, words: Words, out: Path | None, force: bool) -> None:
    """`openiads coverage`."""
    file = shipped.find(scenario)
    formats = _formats(words.to)
    azimuth = _optional("--azimuth", words.azimuth, "angle")
    top = _optional("--top", words.top, "length")
    if top is not None and not 100.0 <= top <= 100e3:
        raise UserError(f"--top {words.top}: out of range (100 m to 100 km)")
    if words.aspect is not None and words.course is not None:
        raise UserError("--aspect and --course: one of both; with one course the map has every aspect")
    altitudes, target = _asked(words)
    options = {
        "rcs_m2": _optional("--rcs", words.rcs, "rcs"),
        "target": target,
        "speed_mps": _optional("--speed", words.speed, "speed"),
        "swerling": words.swerling,
        "aspect": words.aspect or "approaching",
        "course_rad": _optional("--course", words.course, "angle"),
        "pd": _probabilities(words.pd),
        "looks": words.looks,
        "jamming": words.jamming or ("off" if words.at is None else "as-scenario"),
        "at_s": _optional("--at", words.at, "time") or 0.0,
        "above_ground": words.above_ground,
        "cell_m": _optional("--cell", words.cell, "length"),
    }
    from openiads.cover import write
    from openiads.cover.claims import answer
    from openiads.cover.compute import coverage
    from openiads.study.files import FolderExists, NewFolder

    if "geotiff" in formats:
        write.need_rasterio()
    folder = out or Path(f"coverage-{file.stem}")
    try:
        with NewFolder(folder, _replaceable(folder), force) as new, Progress() as progress:
            found = coverage(file, altitudes, told=progress, **options)  # type: ignore[arg-type]
            said = "" if words.claim is None else answer(found, words.claim)
            charts = _charts(found, words.vertical)
            text = write.summary(found) + "\n"
            made = _files(found, formats, charts, (azimuth, top), progress.phase)
            made["coverage.txt"] = ((said + "\n\n" if said else "") + text).encode()
            _store(new, made)
    except FolderExists as error:
        raise UserError(str(error)) from None
    if said:
        say(said + "\n")
    say(text)
    say(f"files: {folder}")


def _asked(words: Words) -> tuple[list[float], str | None]:
    """Altitudes and target; a claim alone is asked against a cruise missile at 15 m."""
    altitude, target = words.altitude, words.target
    if words.claim is not None:
        altitude = altitude or _CLAIM_ALTITUDE
        target = target or (_CLAIM_TARGET if words.rcs is None else None)
    return [_quantity("--altitude", t, "length") for t in _list("--altitude", altitude or _ALTITUDES)], target


def _files(
    found: Coverage,
    formats: Sequence[str],
    charts: Sequence[str],
    chart: tuple[float | None, float | None],
    phase: Callable[[str], None],
) -> dict[str, bytes]:
    from openiads.cover import write

    made = {"coverage.json": write.table_json(found)}
    phase("writing")
    if "geojson" in formats or "kml" in formats:
        from openiads.cover.shapes import shapes_of

        shapes = shapes_of(found)
        if "geojson" in formats:
            made["coverage.geojson"] = write.geojson(found, shapes)
        if "kml" in formats:
            made["coverage.kml"] = write.kml(found, shapes)
    if "geotiff" in formats:
        for one in found.maps:
            made[f"coverage-{one.altitude_m:g}m.tif"] = write.geotiff(found, one)
    if "png" in formats:
        from openiads.cover.picture_map import map_picture
        from openiads.cover.picture_vertical import vertical_picture

        phase("drawing")
        made["coverage.png"] = map_picture(found)
        for radar in charts:
            made[f"vertical-{radar}.png"] = vertical_picture(found, found.vertical(radar, *chart))
    return made


def _store(new: object, made: dict[str, bytes]) -> None:
    from openiads.study.files import NewFolder, write_file

    assert isinstance(new, NewFolder)
    for name, data in made.items():
        write_file(new.path / name, data)
    new.publish()


def _replaceable(folder: Path) -> frozenset[str]:
    """What in an earlier folder is ours."""
    if not folder.is_dir():
        return frozenset()
    return frozenset(name for name in os.listdir(folder) if _OURS.fullmatch(name))


def _charts(found: Coverage, asked: Sequence[str]) -> list[str]:
    for radar in asked:
        found.model.radar_index(radar)
    return list(asked) or list(found.radars)


def _formats(text: str) -> list[str]:
    found = [part.lower() for part in _list("--to", text)]
    for part in found:
        if part not in _FORMATS:
            near = difflib.get_close_matches(part, _FORMATS, n=1)
            guess = f"; did you mean {near[0]!r}?" if near else ""
            raise UserError(f"--to {part}: not one of {', '.join(_FORMATS)}{guess}")
    return found


def _list(option: str, text: str) -> list[str]:
    found = [part.strip() for part in text.split(",")]
    if not all(found):
        raise UserError(f"{option} {text!r}: an empty entry")
    return found


def _probabilities(text: str) -> list[float]:
    out = []
    for part in _list("--pd", text):
        try:
            out.append(float(part))
        except ValueError:
            raise UserError(f"--pd {part}: a probability between 0 and 1 is needed") from None
    return out


def _optional(option: str, text: str | None, dimension: str) -> float | None:
    return None if text is None else _quantity(option, text, dimension)


def _quantity(option: str, text: str, dimension: str) -> float:
    try:
        return parse_quantity(text, dimension)
    except UnitError as error:
        raise UserError(f"{option}: {error}") from None
