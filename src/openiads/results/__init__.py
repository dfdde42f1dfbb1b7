"""Finished runs as labelled tables with units. Reads the store, knows nothing of the engine."""

from openiads.results.ground import Ground
from openiads.results.run import Run, RunError, open_run, path_of

__all__ = ["Ground", "Run", "RunError", "open_run", "path_of"]
