"""T-05: the default gates are chi-square quantiles. Table: 3 dof .95 7.8147, .99 11.3449, .999 16.2662; 2 dof
5.9915, 9.2103, 13.8155 (standard tables, 1e-4)."""

import numpy as np
import pytest
from scipy.stats import chi2

from openiads.tracking.params import DEFAULTS, tracker_params


@pytest.mark.parametrize(
    ("dof", "prob", "value"),
    [
        (2, 0.95, 5.9915),
        (2, 0.99, 9.2103),
        (2, 0.999, 13.8155),
        (3, 0.95, 7.8147),
        (3, 0.99, 11.3449),
        (3, 0.999, 16.2662),
    ],
)
def test_table(dof, prob, value):
    assert chi2.ppf(prob, dof) == pytest.approx(value, abs=1e-4)


def test_defaults():
    assert DEFAULTS["gate"] == pytest.approx(16.2662, abs=1e-4)
    assert DEFAULTS["gate_correlate"] == pytest.approx(22.4577, abs=1e-4)  # 6 dof, .999


def test_parameters_are_refused():
    for bad in (
        {"gate": 0},
        {"gate": np.nan},
        {"revisit_s": -1},
        {"q_man_h": np.inf},
        {"confirm_m": 5},
        {"gat": 1},
    ):
        with pytest.raises(ValueError, match="tracker_params"):
            tracker_params(**bad)
    with pytest.raises(ValueError, match="0 < pd < 1"):
        tracker_params(pd=1.0)
