"""What a result can claim, what it cannot, and how far each model is trusted: carried by every report.

This is the one source of these statements. docs/credibility.md and docs/intended-use.md say the same
(tests/unit/test_report_limits.py compares them, without their links and emphasis).
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Statements(NamedTuple):
    """Statements under one heading of a page."""

    page: str
    heading: str
    texts: tuple[str, ...]


CAN_CLAIM: Final = Statements(
    "credibility.md",
    "What can be claimed",
    (
        "The equations are those on the model pages, and the code solves them to the tolerances stated there.",
        "The same scenario, seed and version give the same bytes on the same kind of machine.",
        "Within the model, differences between two variants are real once their interval over replications excludes zero.",
    ),
)

CANNOT_CLAIM: Final = Statements(
    "credibility.md",
    "What cannot",
    (
        "Any absolute figure about a real system: detection ranges against named aircraft, kill probabilities, leakage, rounds "
        "needed. Kill laws, jammer powers, maximum lateral accelerations, identification probabilities and RCS of real "
        "aircraft are assumptions.",
        "Rates of rare events (a civil aircraft shot at): they follow from assumed probabilities, nearly in proportion.",
        "Diffraction over ridges, cross-eye jamming, body dynamics of missiles, reacting opponents: not modelled "
        "(known-issues).",
        "How well emission control, repair or autonomous batteries work in reality: their times, hardnesses and error rates "
        "are assumptions.",
    ),
)

NOT_FOR: Final = Statements(
    "intended-use.md",
    "Not for",
    (
        "Predicting the outcome of a real engagement, or how a named system would perform. Nothing here is validated "
        "against one.",
        "Planning of any real operation, strike or defence; targeting; weapon or countermeasure design. The models are "
        "textbook models, and the parameters are public claims and assumptions.",
        "Anything connected to real weapons, sensors, transponders or live feeds. There is no interface to them, and none "
        "is wanted.",
        "Acceptance, certification or training of crews for real equipment.",
    ),
)

BEFORE_YOU_QUOTE: Final = Statements(
    "intended-use.md",
    "Before you quote a number",
    (
        "Is the question inside the domain of every model that it touches? Each page of models says where it ends.",
        "Which inputs does it hang on, and what are their grades? openiads catalog ITEM.",
        "How many replications, which interval, which seeds? One run is an anecdote.",
        "Does it survive the ranges of those inputs?",
        "Does it depend on something that is left out?",
    ),
)

ALL: Final = (CAN_CLAIM, CANNOT_CLAIM, NOT_FOR, BEFORE_YOU_QUOTE)

#: Model, confidence in the form of its equations, confidence in its numbers for real equipment.
#: A: measured or exact; B: open literature; C: estimate.
CONFIDENCE_HEADING: Final = "Confidence by model"
CONFIDENCE: Final = (
    ("Earth, gravity, free flight (geodesy, gravity, flight)", "A", "A"),
    ("Atmosphere", "A for the standard day", "C for a given day"),
    ("Radar equation, detection", "A", "C (constants from claims; that a target follows a Swerling case)"),
    ("Accuracy, antenna", "B", "C"),
    ("Propagation", "B", "C for a given day"),
    ("Signature", "A geometry", "C"),
    ("Terrain", "B", "B for the heights, C for the bending of rays"),
    ("Attenuation, multipath, clutter", "B", "C for a given day and place"),
    ("Resolution", "B", "C"),
    ("Jamming and its modes, deception, chaff, satellite navigation", "B", "C"),
    ("Emission control, sequential test, damage and repair, network", "B", "C (graded F)"),
    ("Tracking", "B", "C, tuned on the tests' scenarios"),
    ("Classification, identification", "A arithmetic", "C (graded F)"),
    ("Threat evaluation, assignment, shot doctrine", "A arithmetic", "C (textbook policies)"),
    ("Interceptor, guidance, envelope", "B", "C"),
    ("Lethality", "B", "C: no public figure supports any"),
    ("Ballistic missiles", "B", "B for the Scud-B outline, C for the rest"),
    ("Recorded traffic", "–", "A positions, B altitude"),
)
