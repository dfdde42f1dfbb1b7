"""The target of an envelope, from the words of the command line."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from openiads.cli.guard import UserError
from openiads.units import UnitError, parse_quantity

if TYPE_CHECKING:
    from openiads.analysis.envelope import Target

_ASPECTS = ("approaching", "crossing", "receding")
_LIMITS = {
    "--speed": ("speed", 0.0, 8000.0, "0 to 8 km/s"),
    "--g": ("acceleration", 0.0, 300.0, "0 to 30 g"),
    "--dive": ("angle", -1.5707, 1.5707, "-90 to 90 deg"),
    "--rcs": ("rcs", 1e-6, 1e4, "1e-6 to 1e4 m2"),
}


def read_target(speed: str, turn: str, aspect: str, dive: str, rcs: str) -> dict[str, Target]:
    """{description: Target}. Raises UserError that names the option, the value and what is allowed."""
    if aspect not in _ASPECTS:
        near = difflib.get_close_matches(aspect, _ASPECTS, n=1)
        guess = f"; did you mean {near[0]!r}?" if near else ""
        raise UserError(f"--aspect {aspect}: not one of {', '.join(_ASPECTS)}{guess}")
    speed_mps, turn_mps2, dive_rad, rcs_m2 = (
        _quantity(option, text)
        for option, text in (("--speed", speed), ("--g", turn), ("--dive", dive), ("--rcs", rcs))
    )
    from openiads.analysis.envelope import ASPECTS, Target
    from openiads.units import STANDARD_GRAVITY_MPS2

    words = [aspect, "at", speed]
    words += [f"weaving at {turn}"] if turn_mps2 > 0.0 else []
    words += [f"diving at {dive}"] if dive_rad != 0.0 else []
    target = Target(speed_mps, turn_mps2 / STANDARD_GRAVITY_MPS2, ASPECTS[aspect], dive_rad, rcs_m2)
    return {" ".join([*words, f"({rcs})"]): target}


def _quantity(option: str, text: str) -> float:
    dimension, low, high, allowed = _LIMITS[option]
    try:
        value = parse_quantity(text, dimension)
    except UnitError as error:
        raise UserError(f"{option}: {error}") from None
    if not low <= value <= high:
        raise UserError(f"{option} {text}: out of range ({allowed})")
    return value
