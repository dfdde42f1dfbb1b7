"""Coverage as files: GeoJSON, KML, GeoTIFF, and the table as text and JSON. All return bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from openiads import __version__
from openiads.cover.compute import Coverage
from openiads.cover.faults import CoverageError
from openiads.cover.maps import AltitudeMap
from openiads.cover.notes import notes
from openiads.cover.shapes import Shape
from openiads.cover.table import text_of

_DIGITS = 7  # of a degree: a centimetre
#: KML colours, aabbggrr: line and fill, by kind; after the Okabe-Ito palette.
_KML = {
    "declared": ("ff7f7f7f", "00000000"), "radar": ("ffe9b456", "26e9b456"), "network": ("ff739e00", "33739e00"),
    "engaged": ("ff009fe6", "4d009fe6"),
}  # fmt: skip


def geojson(cover: Coverage, shapes: Sequence[Shape]) -> bytes:
    """A FeatureCollection of MultiPolygons (RFC 7946: WGS-84 longitude and latitude in degrees)."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": s.name, "kind": s.kind, **s.properties},
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [
                    [np.round(ring, _DIGITS).tolist() for ring in polygon] for polygon in s.polygons
                ],
            },
        }
        for s in shapes
    ]
    features += [
        {
            "type": "Feature",
            "properties": {"name": name, "kind": kind},
            "geometry": {"type": "Point", "coordinates": at},
        }
        for name, kind, at in sites(cover)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, allow_nan=False).encode()


def sites(cover: Coverage) -> list[tuple[str, str, list[float]]]:
    """(id, kind, [longitude, latitude]) of radars, launchers and command posts."""
    names = cover.model.names
    return [
        (name, kind, [round(lon, _DIGITS), round(lat, _DIGITS)])
        for name, kind, lon, lat in zip(
            names.site, names.site_kind, names.site_lon_deg, names.site_lat_deg, strict=True
        )
        if kind in ("radar", "launcher", "command post")
    ]


def kml(cover: Coverage, shapes: Sequence[Shape]) -> bytes:
    """An OGC KML 2.2 document, one folder per kind and altitude; areas lie on the ground."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2">',
        "<Document>",
    ]
    lines.append(f"<name>{escape(f'Coverage: {cover.model.scenario.title}')}</name>")
    for kind, (line, fill) in _KML.items():
        lines.append(
            f'<Style id="{kind}"><LineStyle><color>{line}</color><width>2</width></LineStyle>'
            f"<PolyStyle><color>{fill}</color></PolyStyle></Style>"
        )
    folders: dict[str, list[Shape]] = {}
    for shape in shapes:
        alt = shape.properties.get("altitude_m")
        folders.setdefault(shape.kind if alt is None else f"{shape.kind}, {alt:g} m", []).append(shape)
    for name, held in folders.items():
        lines.append(f"<Folder><name>{escape(name)}</name>")
        lines += [_placemark(shape) for shape in held]
        lines.append("</Folder>")
    lines.append("<Folder><name>sites</name>")
    for name, kind, (lon, lat) in sites(cover):
        lines.append(
            f"<Placemark><name>{escape(name)}</name><description>{kind}</description>"
            f"<Point><coordinates>{lon},{lat}</coordinates></Point></Placemark>"
        )
    lines += ["</Folder>", "</Document>", "</kml>", ""]
    return "\n".join(lines).encode()


def _placemark(shape: Shape) -> str:
    data = "".join(
        f"<Data name={quoteattr(key)}><value>{escape(str(value))}</value></Data>"
        for key, value in {"kind": shape.kind, **shape.properties}.items()
    )
    polygons = "".join(
        "<Polygon><tessellate>1</tessellate>"
        + "".join(
            _ring(ring, "outerBoundaryIs" if k == 0 else "innerBoundaryIs") for k, ring in enumerate(polygon)
        )
        + "</Polygon>"
        for polygon in shape.polygons
    )
    return (
        f"<Placemark><name>{escape(shape.name)}</name><styleUrl>#{shape.kind}</styleUrl>"
        f"<ExtendedData>{data}</ExtendedData><MultiGeometry>{polygons}</MultiGeometry></Placemark>"
    )


def _ring(ring: Any, name: str) -> str:
    points = " ".join(f"{lon:.{_DIGITS}f},{lat:.{_DIGITS}f}" for lon, lat in ring)
    return f"<{name}><LinearRing><coordinates>{points}</coordinates></LinearRing></{name}>"


def need_rasterio() -> Any:
    """The library of the extra `terrain`. Refuses (CoverageError) with what to install."""
    try:
        import rasterio  # noqa: PLC0415
    except ImportError:
        raise CoverageError(
            "GeoTIFF needs rasterio, which is not installed: pip install 'openiads[terrain]'; "
            "or leave geotiff out of --to"
        ) from None
    return rasterio


def geotiff(cover: Coverage, one: AltitudeMap) -> bytes:
    """One altitude: a float32 band of Pd per radar, then how many radars see (at each level), then one per missile (0 or 1).

    In Lambert's equal-area projection about the defence, north up, deflate; every band has a description.
    """
    rasterio = need_rasterio()
    from rasterio.io import MemoryFile  # noqa: PLC0415
    from rasterio.transform import from_origin  # noqa: PLC0415

    bands = [(f"Pd {name}", one.pd[r]) for r, name in enumerate(cover.radars)]
    bands += [(f"radars with Pd >= {level:g}", one.count(level)) for level in cover.levels]
    bands += [(f"{unit.id} seen in time", one.engaged[unit.id]) for unit in cover.units]
    n = one.x_m.size
    west, north = one.x_m[0] - 0.5 * one.cell_m, one.y_m[-1] + 0.5 * one.cell_m
    profile = {
        "driver": "GTiff", "width": n, "height": n, "count": len(bands), "dtype": "float32", "compress": "deflate",
        "crs": rasterio.crs.CRS.from_proj4(cover.plane.proj4),
        "transform": from_origin(west, north, one.cell_m, one.cell_m),
    }  # fmt: skip
    with MemoryFile() as memory:
        with memory.open(**profile) as file:
            for k, (words, values) in enumerate(bands, start=1):
                file.write(np.asarray(values, np.float32)[::-1], k)
                file.set_band_description(k, words)
            file.update_tags(altitude_m=f"{one.altitude_m:g}", target=cover.model.probe.words())
        return bytes(memory.read())


def conditions(cover: Coverage) -> dict[str, Any]:
    """What was asked, for the files."""
    model, probe = cover.model, cover.model.probe
    return {
        "openiads": __version__,
        "scenario": model.scenario.name,
        "target": probe.words(),
        "item": None if probe.item is None else probe.item.id,
        "rcs_m2": probe.rcs_m2 if probe.item is None else None,
        "speed_mps": probe.speed_mps,
        "swerling": probe.swerling,
        "aspect": probe.aspect if probe.course_rad is None else None,
        "course_rad": probe.course_rad,
        "jamming": model.jamming,
        "at_s": model.at_s,
        "jammers": [model.names.jammer[j] for j in model.jammers_on],
        "looks": cover.looks,
        "above": "ground" if cover.above_ground else "ellipsoid",
        "projection": cover.plane.proj4,
        "cell_m": {f"{one.altitude_m:g}": one.cell_m for one in cover.maps},
    }


def table_json(cover: Coverage) -> bytes:
    """The conditions, the table in SI, and what stands under it."""
    rows = [{**asdict(row), "share": row.share} for row in cover.rows]
    return (
        json.dumps(
            {"conditions": conditions(cover), "rows": rows, "notes": notes(cover)}, indent=1, allow_nan=False
        )
        + "\n"
    ).encode()


def summary(cover: Coverage) -> str:
    """The conditions in a few lines, and the table."""
    model = cover.model
    lines = [
        f"{model.scenario.name}: {model.scenario.title}",
        f"target: {cover.words()}",
        "",
        text_of(cover.rows),
        "",
        *notes(cover),
    ]
    return "\n".join(lines)
