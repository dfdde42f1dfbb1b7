"""Finished runs and studies as labelled tables with units. Reads the store, knows nothing of the engine."""

from openiads.results.covariance import covariances
from openiads.results.ground import Ground
from openiads.results.run import Run, RunError, open_run, path_of
from openiads.results.study import StudyResults, open_study

__all__ = ["Ground", "Run", "RunError", "StudyResults", "covariances", "open_run", "open_study", "path_of"]
