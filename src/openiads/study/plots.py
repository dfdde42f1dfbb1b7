"""The plots of a run as a labelled table."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from openiads.engine import events as ev
from openiads.engine.systems.look import NOT_ASKED
from openiads.study import columns as col

REPLIES = ("none", "friend", "civil")


def plots_table(plot: np.recarray, words: col.Words) -> pa.Table:
    """PLOT_LOG rows in the columns of `results.schema.PLOTS`."""
    track = pa.array(plot.track, pa.int64(), mask=plot.track < 0)
    return col.table(
        "plots",
        {
            "t_s": col.floats(plot.t_s),
            "radar": words.array(words.codes("radar", plot.radar)),
            "kind": col.labels(ev.PLOT_KINDS, plot.kind),
            **{
                name: col.floats(plot[name])
                for name in (
                    "range_m", "az_rad", "el_rad", "range_sigma_m", "az_sigma_rad", "el_sigma_rad", "snr_db",
                )
            },
            "reply": col.labels(REPLIES, np.where(plot.iff == NOT_ASKED, -1, plot.iff)),
            "truth": words.array(words.codes("platform", plot.truth)),
            "track": track,
            "dedicated": pa.array(plot.dedicated != 0),
        },
    )  # fmt: skip
