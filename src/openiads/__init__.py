"""openiads: an open simulator of integrated air defence.

    import openiads
    run = openiads.open_run("runs/quickstart-seed1")
    print(openiads.summary(run))

The names below are loaded when first used, so that `import openiads` costs nothing.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # read by type checkers; importing `typing` for it would cost more than the rest
if TYPE_CHECKING:
    from typing import Any

    from openiads._jit import kernel
    from openiads.analysis.compare import compare
    from openiads.analysis.explain import explain
    from openiads.analysis.what_if import contrast
    from openiads.catalog import load_catalog
    from openiads.cover.compute import coverage
    from openiads.export.run import export_run
    from openiads.report.compare_picture import comparison_overview
    from openiads.report.compare_summary import plain_comparison as comparison_summary
    from openiads.report.discovery import discovery_summary
    from openiads.report.page import html_report
    from openiads.report.picture import overview
    from openiads.report.sensitivity import sensitivity_picture, sensitivity_summary
    from openiads.report.study_picture import study_overview
    from openiads.report.study_summary import plain_study as study_summary
    from openiads.report.summary import plain as summary
    from openiads.report.value import value_picture, value_summary
    from openiads.results import Run, open_run
    from openiads.results.study import StudyResults, open_study
    from openiads.scenario import load_file
    from openiads.study.basis import basis
    from openiads.study.discovery import discover
    from openiads.study.execute import execute
    from openiads.study.pair import run_pair
    from openiads.study.sensitivity import sensitivity
    from openiads.study.study import Study, resume
    from openiads.study.value import value_of_information
    from openiads.study.what_if import what_if

__version__ = "0.1.0"

_WHERE = {
    "load_file": ("openiads.scenario", "load_file"),
    "load_catalog": ("openiads.catalog", "load_catalog"),
    "execute": ("openiads.study.execute", "execute"),
    "open_run": ("openiads.results", "open_run"),
    "Run": ("openiads.results", "Run"),
    "summary": ("openiads.report.summary", "plain"),
    "overview": ("openiads.report.picture", "overview"),
    "explain": ("openiads.analysis.explain", "explain"),
    "Study": ("openiads.study.study", "Study"),
    "resume": ("openiads.study.study", "resume"),
    "open_study": ("openiads.results.study", "open_study"),
    "StudyResults": ("openiads.results.study", "StudyResults"),
    "study_summary": ("openiads.report.study_summary", "plain_study"),
    "compare": ("openiads.analysis.compare", "compare"),
    "comparison_summary": ("openiads.report.compare_summary", "plain_comparison"),
    "comparison_overview": ("openiads.report.compare_picture", "comparison_overview"),
    "run_pair": ("openiads.study.pair", "run_pair"),
    "what_if": ("openiads.study.what_if", "what_if"),
    "contrast": ("openiads.analysis.what_if", "contrast"),
    "study_overview": ("openiads.report.study_picture", "study_overview"),
    "kernel": ("openiads._jit", "kernel"),
    "sensitivity": ("openiads.study.sensitivity", "sensitivity"),
    "sensitivity_summary": ("openiads.report.sensitivity", "sensitivity_summary"),
    "sensitivity_picture": ("openiads.report.sensitivity", "sensitivity_picture"),
    "discover": ("openiads.study.discovery", "discover"),
    "discovery_summary": ("openiads.report.discovery", "discovery_summary"),
    "coverage": ("openiads.cover.compute", "coverage"),
    "basis": ("openiads.study.basis", "basis"),
    "html_report": ("openiads.report.page", "html_report"),
    "export_run": ("openiads.export.run", "export_run"),
    "value_of_information": ("openiads.study.value", "value_of_information"),
    "value_summary": ("openiads.report.value", "value_summary"),
    "value_picture": ("openiads.report.value", "value_picture"),
}

__all__ = [
    "Run",
    "Study",
    "StudyResults",
    "__version__",
    "basis",
    "compare",
    "comparison_overview",
    "comparison_summary",
    "contrast",
    "coverage",
    "discover",
    "discovery_summary",
    "execute",
    "explain",
    "export_run",
    "html_report",
    "kernel",
    "load_catalog",
    "load_file",
    "open_run",
    "open_study",
    "overview",
    "resume",
    "run_pair",
    "sensitivity",
    "sensitivity_picture",
    "sensitivity_summary",
    "study_overview",
    "study_summary",
    "summary",
    "value_of_information",
    "value_picture",
    "value_summary",
    "what_if",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'openiads' has no attribute {name!r} (names: {', '.join(__all__)})")
    module, attribute = _WHERE[name]
    value = getattr(importlib.import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
