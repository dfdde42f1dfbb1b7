"""A discovered box in words and figures."""

from __future__ import annotations

from openiads.analysis.discovery import Discovery, Limit
from openiads.report.summary import Section, plain_lines

_STEPS = 12  # boxes of the way that are shown


def discovery_summary(found: Discovery) -> str:
    """The box, its quality, and what was on the way."""
    return "\n".join(line for section in sections(found) for line in plain_lines(section)).rstrip() + "\n"


def sections(found: Discovery) -> list[Section]:
    """All parts of the summary."""
    box = found.box
    low, high = box.density_interval
    rows = [(limit.name, _range(limit), f"{limit.quasi_p:.2g}") for limit in box.limits]
    notes: tuple[str, ...] = (
        f"inside: {box.hits} of {box.n} points, density {box.density:.3g} ({low:.3g} to {high:.3g})",
        f"coverage {box.coverage:.3g}: {box.hits} of the {found.hits} points where it holds; "
        f"mass {box.mass:.3g} of {found.points} points",
        f"without the box it holds at {found.hits / found.points:.3g} of the points",
        "numbers in SI; quasi-p: chance of so many hits if the limit did nothing",
        "the box was chosen on these points, so its density flatters: try it on points of another seed",
    )  # fmt: skip
    if not rows:
        notes = ("no limit helps: the box is the whole of the inputs", *notes)
    return [Section(f"{found.condition} holds where", ("input", "lies", "quasi-p"), rows, frozenset(), notes),
            _way(found)]  # fmt: skip


def _way(found: Discovery) -> Section:
    stride = max(1, -(-len(found.path) // _STEPS))
    shown = found.path[::stride]
    rows = [(f"{b.mass:.3g}", f"{b.coverage:.3g}", f"{b.density:.3g}", str(len(b.limits)),
             "chosen" if b is found.box else "") for b in shown]  # fmt: skip
    return Section(
        "Boxes on the way", ("mass", "coverage", "density", "inputs", ""), rows, frozenset({0, 1, 2, 3})
    )


def _range(limit: Limit) -> str:
    if limit.values is not None:
        return "in " + ", ".join(map(str, limit.values))
    if limit.low is None:
        return f"at or below {limit.high:.4g}"
    if limit.high is None:
        return f"at or above {limit.low:.4g}"
    return f"{limit.low:.4g} to {limit.high:.4g}"
