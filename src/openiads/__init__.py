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

    from openiads.analysis.explain import explain
    from openiads.catalog import load_catalog
    from openiads.report.discovery import discovery_summary
    from openiads.report.picture import overview
    from openiads.report.sensitivity import sensitivity_picture, sensitivity_summary
    from openiads.report.study_picture import study_overview
    from openiads.report.study_summary import plain_study as study_summary
    from openiads.report.summary import plain as summary
    from openiads.results import Run, open_run
    from openiads.results.study import StudyResults, open_study
    from openiads.scenario import load_file
    from openiads.study.discovery import discover
    from openiads.study.execute import execute
    from openiads.study.sensitivity import sensitivity
    from openiads.study.study import Study, resume

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
    "study_overview": ("openiads.report.study_picture", "study_overview"),
    "sensitivity": ("openiads.study.sensitivity", "sensitivity"),
    "sensitivity_summary": ("openiads.report.sensitivity", "sensitivity_summary"),
    "sensitivity_picture": ("openiads.report.sensitivity", "sensitivity_picture"),
    "discover": ("openiads.study.discovery", "discover"),
    "discovery_summary": ("openiads.report.discovery", "discovery_summary"),
}

__all__ = [
    "Run",
    "Study",
    "StudyResults",
    "__version__",
    "discover",
    "discovery_summary",
    "execute",
    "explain",
    "load_catalog",
    "load_file",
    "open_run",
    "open_study",
    "overview",
    "resume",
    "sensitivity",
    "sensitivity_picture",
    "sensitivity_summary",
    "study_overview",
    "study_summary",
    "summary",
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
