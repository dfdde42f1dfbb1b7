"""What `openiads explain --what-if` does and prints."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import shlex
import sys
import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.cli.guard import Context, UserError
from openiads.cli.progress import Progress
from openiads.cli.relabel import given_by
from openiads.cli.tell import WIDTH, say

if TYPE_CHECKING:
    from openiads.analysis.explain import Explanation
    from openiads.analysis.what_if import Contrast

_MOST = 20  # others that are listed
_COLUMN = 30


def explain_what_if(folder: Path, threat: str, changes: Sequence[str], out: Path | None) -> None:
    """`openiads explain RUN THREAT --what-if PATH=VALUE`."""
    from openiads.analysis.explain import explain
    from openiads.analysis.what_if import contrast
    from openiads.cli.studies import varied_or_refused
    from openiads.results import open_run
    from openiads.study.what_if import what_if

    if not changes:
        raise UserError(
            "--out belongs to --what-if PATH=VALUE: without a change there is no other run to keep"
        )
    wanted = varied_or_refused(changes, "--what-if")
    Context.facts = {"command": shlex.join(["openiads", *sys.argv[1:]])}
    then = open_run(folder)
    explain(then, threat)  # an unknown threat is told before anything is computed
    with (
        tempfile.TemporaryDirectory(prefix="openiads-") as place,
        Progress() as progress,
        given_by((path, "--what-if") for path in wanted),
    ):
        now = what_if(
            then, wanted, out or Path(place) / "run", progress=progress, command=Context.facts["command"]
        )
        text = contrast_text(contrast(then, now, threat), " ".join(changes))
    say(text)
    if out is not None:
        say(f"\nthe changed run: {out}")


def contrast_text(found: Contrast, change: str) -> str:
    """Then and now side by side, as plain text."""
    lines = [f"{found.threat}: the same luck with {change}", ""]
    lines.append(f"  {'':18}{'then':{_COLUMN}}  now")
    for what, then, now in found.rows:
        mark = " " if then == now else ">"
        lines.append(f"{mark} {what.replace('_', ' '):18}{_cell(then):{_COLUMN}}  {_cell(now)}".rstrip())
    lines += ["", *_story("then", found.then), *_story("now", found.now), ""]
    lines += [_when(found), "", f"  {'in the whole run':32}{'then':>6}{'now':>6}"]
    for what, a, b in found.counts:
        lines.append(f"{' ' if a == b else '>'} {what:32}{a:6}{b:6}")
    if found.others:
        lines += ["", f"{len(found.others)} other{'s' if len(found.others) != 1 else ''} with another fate:"]
        lines += [f"  {o.id}: {o.then} -> {o.now}" for o in found.others[:_MOST]]
        if len(found.others) > _MOST:
            lines.append(f"  and {len(found.others) - _MOST} more")
    lines += ["", *textwrap.wrap(
        "One replication: it shows what this change does to this luck, not what it does on average. How often it helps "
        "is a matter of many: openiads compare SCENARIO --b PATH=VALUE -n N", WIDTH)]  # fmt: skip
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.1f} s" if isinstance(value, float) else str(value)


def _story(when: str, told: Explanation | None) -> list[str]:
    if told is None:
        return [f"{when}: it did not fly"]
    lines = [f"{when}: {told.headline}", f"  first failed link: {told.link or 'none'}"]
    for sentence in told.verdict:
        lines += textwrap.wrap(sentence, WIDTH, initial_indent="  ", subsequent_indent="  ")
    return lines


def _when(found: Contrast) -> str:
    if found.first_difference_s is None:
        return "nothing at all is different: the change has no effect on this replication"
    own = f", in the story of {found.threat} from {found.first_event:.1f} s on" if found.first_event is not None else (
        f"; the story of {found.threat} is the same")  # fmt: skip
    return f"the two runs differ from {found.first_difference_s:.1f} s on{own}"
