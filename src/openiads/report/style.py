"""The look of every picture: calm, safe for colour-blind readers (markers tell the same as colour).

Two palettes: `DARK` for pictures on a screen, `LIGHT` for paper. A chart reads its colours from this module
(`style.TEXT`) and gets those of the palette in force:

    with style.wearing(style.LIGHT): ...

The palette is one of the context (`contextvars`), so threads do not disturb each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from typing import Any, cast

import matplotlib as mpl
from matplotlib.ticker import LogLocator, NullFormatter


@dataclass(frozen=True)
class Palette:
    """Colours by what they mean."""

    BACKGROUND: str
    PANEL: str
    EDGE: str
    GRID: str
    TEXT: str
    FAINT: str
    BAND: str  # behind every other group
    OUTLINE: str  # around marks that must stand out
    IDENTITY: dict[str, str]
    MISSILE: str
    KILL: str
    MISS: str
    LEAK: str
    WRONG: str
    RADAR: str
    REACH: str
    SITE: str
    ASSET: str
    LINKS: dict[str, str]  # of the kill chain: one ramp, so that the order is read without a legend
    CAUSES: tuple[str, ...]  # one hue per cause; the order is that of analysis.causes.CAUSES
    LAND: tuple[str, ...]  # of the hillshade, from shadow to light


DARK = Palette(
    BACKGROUND="#0b1113",
    PANEL="#10191b",
    EDGE="#2b3b3d",
    GRID="#1b2729",
    TEXT="#dbe7e4",
    FAINT="#8a9c9a",
    BAND="#141f22",
    OUTLINE="#ffffff",
    # After the Okabe-Ito palette, lightened for a dark ground.
    IDENTITY={"hostile": "#ff7a5c", "friend": "#56b4e9", "neutral": "#93a5a1", "unknown": "#f0e442"},
    MISSILE="#b9f0ff",
    KILL="#ffd75e",
    MISS="#7f908d",
    LEAK="#ff3b3b",
    WRONG="#ff62d5",
    RADAR="#3fae7d",
    REACH="#5aa7c7",
    SITE="#e8f6ff",
    ASSET="#ffe2a8",
    LINKS={
        "in sight": "#233235",
        "detected": "#27505a",
        "tracked": "#2b6c86",
        "held hostile": "#3d84bd",
        "assigned": "#7674c4",
    },
    CAUSES=(
        "#56b4e9", "#3d84bd", "#7674c4", "#cc79a7", "#f0e442", "#e69f00", "#ff7a5c", "#b04a3a", "#93a5a1", "#5b6f6c",
        "#2fae8d", "#dbe7e4",
    ),
    LAND=("#0c1213", "#1d2523", "#333b35"),
)  # fmt: skip

LIGHT = Palette(
    BACKGROUND="#ffffff",
    PANEL="#ffffff",
    EDGE="#9aa8a8",
    GRID="#e3e9e8",
    TEXT="#14201f",
    FAINT="#55666a",
    BAND="#f1f5f4",
    OUTLINE="#14201f",
    # The Okabe-Ito palette, darkened where it is pale on paper.
    IDENTITY={"hostile": "#c8401f", "friend": "#0072b2", "neutral": "#7b8a87", "unknown": "#a08a00"},
    MISSILE="#0b5c7a",
    KILL="#bf7d00",
    MISS="#7f8c8a",
    LEAK="#d0021b",
    WRONG="#c2189b",
    RADAR="#1f8a5c",
    REACH="#2c7fa6",
    SITE="#14201f",
    ASSET="#8a5a00",
    LINKS={
        "in sight": "#dbe5e6",
        "detected": "#b3d0d6",
        "tracked": "#86b6cc",
        "held hostile": "#5b9bc9",
        "assigned": "#8b88cf",
    },
    CAUSES=(
        "#56b4e9", "#0072b2", "#7674c4", "#cc79a7", "#d9c900", "#e69f00", "#d55e00", "#8c3a2c", "#93a5a1", "#5b6f6c",
        "#009e73", "#3a4645",
    ),
    LAND=("#b9c2b6", "#dfe5da", "#f7f8f3"),
)  # fmt: skip

_worn: ContextVar[Palette] = ContextVar("palette", default=DARK)

# Read from the palette in force (see __getattr__).
BACKGROUND: str
PANEL: str
EDGE: str
GRID: str
TEXT: str
FAINT: str
BAND: str
OUTLINE: str
IDENTITY: dict[str, str]
MISSILE: str
KILL: str
MISS: str
LEAK: str
WRONG: str
RADAR: str
REACH: str
SITE: str
ASSET: str
LINKS: dict[str, str]
CAUSES: tuple[str, ...]
LAND: tuple[str, ...]
RC: dict[str, Any]  # settings of matplotlib

_NAMES = frozenset(field.name for field in fields(Palette))


def __getattr__(name: str) -> Any:
    if name == "RC":
        return _settings(_worn.get())
    if name in _NAMES:
        return getattr(_worn.get(), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@contextmanager
def wearing(palette: Palette) -> Iterator[None]:
    """Charts drawn inside have these colours, and matplotlib the settings that go with them."""
    token = _worn.set(palette)
    try:
        with mpl.rc_context(cast(Any, _settings(palette))):
            yield
    finally:
        _worn.reset(token)


def plain_log(axis: Any) -> None:
    """Ticks of a logarithmic axis as plain numbers: matplotlib's own are formulas, which are not read (parse_math)."""
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.set_minor_formatter(NullFormatter())


def _settings(palette: Palette) -> dict[str, Any]:
    return {
        "figure.facecolor": palette.BACKGROUND,
        "savefig.facecolor": palette.BACKGROUND,
        "axes.facecolor": palette.PANEL,
        "axes.edgecolor": palette.EDGE,
        "axes.labelcolor": palette.FAINT,
        "axes.titlecolor": palette.TEXT,
        "axes.linewidth": 0.8,
        "text.color": palette.TEXT,
        "xtick.color": palette.FAINT,
        "ytick.color": palette.FAINT,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "grid.color": palette.GRID,
        "grid.linewidth": 0.7,
        "text.parse_math": False,  # a name may hold dollar signs
        "svg.hashsalt": "openiads",  # the same picture gives the same file
        "path.simplify_threshold": 0.5,
    }
