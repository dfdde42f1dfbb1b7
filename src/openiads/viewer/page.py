"""The page of a replay: one HTML file with its script, its style and its runs. It asks the network for nothing."""

from __future__ import annotations

import base64
import html
import json
import os
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from openiads.results import Run
from openiads.viewer import coast
from openiads.viewer.columns import MAGIC
from openiads.viewer.pack import pack

#: What a page may do: run its own script and style, draw its own images. No address is reachable from it.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<div id="app">Opening ...</div>
<noscript>This page needs JavaScript and WebGL 2.</noscript>
<script type="text/plain" id="notice">{notice}</script>
<script type="text/plain" id="coast-world">{coast_world}</script>
<script type="text/plain" id="coast-near">{coast_near}</script>
{runs}
<script>{script}</script>
</body>
</html>
"""


class PageError(Exception):
    """The page cannot be made as asked. The message is for a person; exit code 2."""


class PageExists(PageError):
    """There is a file of that name already."""


def replay_page(runs: Sequence[Run], zones: bool = True) -> str:
    """The page of one run, or of two side by side on one clock. Raises PageError for any other number."""
    if len(runs) not in (1, 2):
        raise PageError(f"a page shows one run or two side by side, not {len(runs)}")
    packed = [pack(run, zones) for run in runs]
    blocks = [
        f'<script type="text/plain" data-run="{html.escape(run.name)}">{_text(data)}</script>'
        for run, data in zip(runs, packed, strict=True)
    ]
    lat, lon = place_of(packed[0])
    return assemble(" | ".join(_title(run) for run in runs), "\n".join(blocks), lat, lon)


def assemble(title: str, blocks: str, lat_deg: float, lon_deg: float, policy: str = POLICY) -> str:
    """The page around blocks of runs: script elements with `data-run` that hold containers in base64."""
    return _PAGE.format(
        policy=policy,
        title=html.escape(title),
        style=coast.static("viewer.css").decode(),
        notice=html.escape(coast.static("NOTICE.txt").decode(), quote=False),
        coast_world=_text(zlib.compress(coast.world(), 9)),
        coast_near=_text(zlib.compress(coast.near(lat_deg, lon_deg), 9)),
        runs=blocks,
        script=coast.static("viewer.js").decode().replace("</script", "<\\/script"),
    )


def write_replay(
    runs: Sequence[Run], out: str | os.PathLike[str], *, force: bool = False, zones: bool = True
) -> Path:
    """Write the page of `replay_page` to a file; it appears whole or not at all. Raises PageExists without `force`."""
    target = Path(out)
    if target.is_dir():
        raise PageExists(f"{target} is a folder; a page is a file such as {target / 'replay.html'}")
    if target.exists() and not force:
        raise PageExists(f"{target} exists already; --force replaces it, --out takes another name")
    text = replay_page(runs, zones)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o644)
        os.replace(beside, target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return target


def place_of(packed: bytes) -> tuple[float, float]:
    """Latitude and longitude of the origin of a container."""
    raw = zlib.decompressobj()
    start = raw.decompress(packed, 12)
    if start[:4] != MAGIC:
        raise PageError("not a replay")
    header = json.loads(raw.decompress(raw.unconsumed_tail, int.from_bytes(start[8:12], "little")))
    return float(header["origin"]["lat_deg"]), float(header["origin"]["lon_deg"])


def _title(run: Run) -> str:
    return f"{run.name}, seed {run.seed}, replication {run.replication} - openiads replay"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
