"""The look of every picture: dark, calm, safe for colour-blind readers (markers tell the same as colour)."""

from __future__ import annotations

from typing import Any, Final

BACKGROUND: Final = "#0b1113"
PANEL: Final = "#10191b"
EDGE: Final = "#2b3b3d"
GRID: Final = "#1b2729"
TEXT: Final = "#dbe7e4"
FAINT: Final = "#8a9c9a"

# Identity, after the Okabe-Ito palette, lightened for a dark ground.
IDENTITY: Final = {"hostile": "#ff7a5c", "friend": "#56b4e9", "neutral": "#93a5a1", "unknown": "#f0e442"}
MISSILE: Final = "#b9f0ff"
KILL: Final = "#ffd75e"
MISS: Final = "#7f908d"
LEAK: Final = "#ff3b3b"
WRONG: Final = "#ff62d5"
RADAR: Final = "#3fae7d"
REACH: Final = "#5aa7c7"
SITE: Final = "#e8f6ff"
ASSET: Final = "#ffe2a8"

# Links of the kill chain: one ramp from dark to bright, so that the order is read without a legend.
LINKS: Final = {
    "in sight": "#233235",
    "detected": "#27505a",
    "tracked": "#2b6c86",
    "held hostile": "#3d84bd",
    "assigned": "#7674c4",
}

RC: Final[dict[str, Any]] = {
    "figure.facecolor": BACKGROUND,
    "savefig.facecolor": BACKGROUND,
    "axes.facecolor": PANEL,
    "axes.edgecolor": EDGE,
    "axes.labelcolor": FAINT,
    "axes.titlecolor": TEXT,
    "axes.linewidth": 0.8,
    "text.color": TEXT,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "svg.hashsalt": "openiads",  # the same picture gives the same file
    "path.simplify_threshold": 0.5,
}
