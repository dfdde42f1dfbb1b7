"""The value of information of a study: its varied values are the options, its uncertain ones what could be known.

found = openiads.value_of_information(openiads.open_study("studies/raid-seed1"), least="12 rounds_fired + 50 leaked")
"""

# ruff: noqa: PLC0415  (scipy only where it is used)
from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from openiads.analysis.measures import MEASURES
from openiads.analysis.smooth import Floats
from openiads.analysis.value import Term, Value, ValueOfInformationError
from openiads.analysis.value import value_of_information as of_figures
from openiads.results import study_schema
from openiads.results.schema import COUNT, FLOAT
from openiads.results.study import StudyResults
from openiads.scenario.overrides import value_text
from openiads.study.sensitivity import point_sums

#: Designs whose draws are a sample of the laws.
SAMPLES = ("lhs", "sobol")
PAYOFF = "leakage"
_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_TERM = re.compile(
    rf"\s*([+-])?\s*(?:({_NUMBER})\s*\*?\s*)?([a-z_]+)(?:\[([^\]\[]+)\])?\s*(?:\*\s*({_NUMBER})\s*)?",
    re.ASCII,
)
_COLUMNS = [c.name for c in study_schema.RUNS if c.kind in (COUNT, FLOAT)][3:]  # without keys and status
_OF_WEAPON = ("rounds_fired", "kills", "rounds_ready", "rounds_reserve")


class Part(NamedTuple):
    """A term of a payoff as it is written: factor, measure or column, missile type ("" for none)."""

    factor: float
    name: str
    weapon: str


def value_of_information(study: StudyResults, least: str | None = None, most: str | None = None) -> Value:
    """What it is worth to know each uncertain input of a study before one of its varied values is chosen.

    Parameters
    ----------
    study : made with --vary (the options) and --uncertain (the inputs), design lhs or sobol.
    least : the payoff of which little is good, by default the leakage; `most`: one of which much is good. A sum of measures,
        counts of the table `runs` and `rounds_fired[MISSILE]`, with factors: "12 rounds_fired + 50 leaked".

    Raises ValueOfInformationError.
    """
    if least is not None and most is not None:
        raise ValueOfInformationError(
            "either --least or --most: a payoff is good when it is small, or when it is large"
        )
    parts = read_payoff(next((text for text in (least, most) if text is not None), PAYOFF))
    options, uncertain, cube = _decision(study)
    if study.replications_done < study.replications_wanted:
        raise ValueOfInformationError(
            f"{study.path} is not whole; openiads resume {study.path} computes what is missing"
        )
    shape = (len(options), len(cube), int(study.manifest["replications"]))
    terms = [
        Term(part.factor, *(a.reshape(shape) for a in _sums(study, part)))
        for part in parts
    ]  # fmt: skip
    x, shown, grouped = _places(study, uncertain, cube)
    names = [str(v["path"]) for v in uncertain]
    return of_figures(options, names, x, terms, most=most is not None, grouped=grouped, shown=shown)


def read_payoff(text: str) -> list[Part]:
    """The terms of a payoff such as "12 rounds_fired[48N6E3] + 50 leaked". Raises ValueOfInformationError."""
    parts: list[Part] = []
    place = 0
    while place < len(text.rstrip()):
        match = _TERM.match(text, place)
        if match is None or (parts and match[1] is None):
            raise ValueOfInformationError(
                f'payoff {text!r}: {text[place:].strip()!r} cannot be read; write for example "12 rounds_fired + 50 leaked"'
            )
        sign, before, name, weapon, after = match.groups()
        _known_name(text, name, weapon)
        factor = float(before or 1.0) * float(after or 1.0)
        parts.append(Part(-factor if sign == "-" else factor, name, (weapon or "").strip()))
        place = match.end()
    if not parts:
        raise ValueOfInformationError("the payoff is empty; write for example leakage")
    return parts


def _known_name(text: str, name: str, weapon: str | None) -> None:
    allowed = (
        list(_OF_WEAPON) if weapon is not None else [*MEASURES, *(c for c in _COLUMNS if c not in MEASURES)]
    )
    if name not in allowed:
        near = difflib.get_close_matches(name, allowed, n=1)
        guess = f"; did you mean {near[0]!r}?" if near else ""
        what = f"count of a missile type {name!r}" if weapon is not None else f"measure or count {name!r}"
        raise ValueOfInformationError(
            f"payoff {text!r}: there is no {what}{guess} (there are: {', '.join(allowed)})"
        )


def _decision(study: StudyResults) -> tuple[list[str], list[dict[str, Any]], Floats]:
    """Labels of the options, the uncertain inputs, and the draws' probabilities."""
    varied = [v for v in study.manifest["vary"] if "law" not in v]
    uncertain = [v for v in study.manifest["vary"] if "law" in v]
    if not varied or not uncertain:
        lacks = "--vary (the options of the decision)" if not varied else "--uncertain (what could be known)"
        raise ValueOfInformationError(
            f"{study.path} has no {lacks}: the value of information needs a study with --vary and --uncertain"
        )
    kind = study.manifest["design"]["kind"]
    if kind not in SAMPLES:
        raise ValueOfInformationError(
            f"{study.path} has the design {kind}, which is no sample of the laws; it takes {' or '.join(SAMPLES)}"
        )
    cube = np.asarray(study.manifest["design"]["cube"], dtype=np.float64)
    first = study.points[:: len(cube)]
    labels = [
        ", ".join(f"{v['path']}={value_text(value)}" for v, value in zip(varied, p["values"], strict=False))
        for p in first
    ]
    return labels, uncertain, cube


def _sums(study: StudyResults, part: Part) -> tuple[Floats, Floats]:
    """(points, replications) numerators and denominators of a term; NaN where a replication has no value."""
    if not part.weapon and part.name in MEASURES:
        return point_sums(study, part.name)
    shape = (len(study.points), int(study.manifest["replications"]))
    top = np.full(shape, np.nan)
    runs = _arrays(study, "runs", ["point", "replication", "usable", *([] if part.weapon else [part.name])])
    usable = np.zeros(shape, dtype=bool)
    usable[runs["point"], runs["replication"]] = runs["usable"]
    rows = runs
    if part.weapon:
        rows = _arrays(study, "rounds", ["point", "replication", "weapon", part.name])
        of = rows["weapon"] == part.weapon
        if not of.any():
            have = ", ".join(sorted(set(rows["weapon"].tolist())))
            raise ValueOfInformationError(
                f"no launcher of this study has missiles {part.weapon!r} (there are: {have})"
            )
        rows = {key: column[of] for key, column in rows.items()}
    top[rows["point"], rows["replication"]] = np.asarray(rows[part.name], dtype=np.float64)
    top[~usable] = np.nan
    return top, np.where(np.isfinite(top), 1.0, np.nan)


def _arrays(study: StudyResults, table: str, columns: list[str]) -> dict[str, Any]:
    rows = study.table(table, columns=columns)
    return {name: rows[name].to_numpy() for name in columns}


def _places(
    study: StudyResults, uncertain: list[dict[str, Any]], cube: Floats
) -> tuple[Floats, Floats, list[bool]]:
    """Per draw and input: where it stands for the fit, what is shown, and whether its values have no order.

    Normal laws are taken in deviations, whole numbers as they are, all others by probability.
    """
    from scipy.special import ndtri

    x, shown = cube.copy(), cube.copy()
    grouped = []
    places = {v["path"]: k for k, v in enumerate(study.manifest["vary"])}
    for k, one in enumerate(uncertain):
        at = places[one["path"]]
        law = str(one["law"]).partition("(")[0].strip().lower()
        points = study.points[: len(cube)]
        numbers = [p["numbers"][at] for p in points]
        if all(number is not None for number in numbers):
            shown[:, k] = numbers
        if law in ("normal", "lognormal"):
            x[:, k] = ndtri(np.clip(cube[:, k], 1e-12, 1.0 - 1e-12))
        elif law == "integers":
            x[:, k] = numbers
        elif law == "discrete":
            texts = [value_text(p["values"][at]) for p in points]
            x[:, k] = [sorted(set(texts)).index(text) for text in texts]
        grouped.append(law == "discrete")
    return x, shown, grouped


def picture_file(folder: Path) -> Path:
    """Where the picture lies."""
    return folder / "value.png"


__all__ = ["PAYOFF", "Part", "picture_file", "read_payoff", "value_of_information"]
