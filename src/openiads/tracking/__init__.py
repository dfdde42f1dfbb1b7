"""Tracking: filters, association and the tracker as compiled functions on a track table.

`track_plots` runs it alone on a table of plots; the engine calls the kernels of `scan` and `fusion`.
"""

from openiads.tracking.params import tracker_params
from openiads.tracking.table import TrackTable, track_plots

__all__ = ["TrackTable", "track_plots", "tracker_params"]
