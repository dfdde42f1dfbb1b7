"""A run or a study as one HTML file that needs nothing else.

basis = openiads.basis(run)
text = openiads.html_report(run, basis)
"""

from __future__ import annotations

from openiads.analysis.basis import Basis
from openiads.report.page.parts import Report
from openiads.report.page.run_parts import run_report
from openiads.report.page.study_parts import Extras, study_report
from openiads.results import Run, StudyResults


def build(results: Run | StudyResults, basis: Basis, extras: Extras | None = None) -> Report:
    """The report of a run or a study, before it is HTML: `.html()` is the page, `.files()` its pictures and tables."""
    if isinstance(results, Run):
        return run_report(results, basis)
    return study_report(results, basis, extras or Extras())


def html_report(results: Run | StudyResults, basis: Basis, extras: Extras | None = None) -> str:
    """The page. The same run or study, with the same version, gives the same text."""
    return build(results, basis, extras).html()


__all__ = ["Extras", "Report", "build", "html_report"]
