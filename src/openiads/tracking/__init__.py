"""Tracking: filters, association and the tracker as compiled functions on a track table.

`track_plots` runs it alone on a table of plots; the engine calls the kernels of `scan` and `fusion`.
"""
