"""Seen elsewhere: percentages of one seed, to one decimal, as the result of a study.

The summary of a run counts; it prints no percentage at all, the one ratio in it stands beside both its counts, and it says
that one run is one draw.
"""

import re

import pytest

from openiads.report.summary import plain
from openiads.results import open_run
from openiads.study.execute import execute

SCENARIO = """\
openiads: 1
name: small
origin: {lat: 30 deg, lon: -40 deg}
duration: 6 min
defence:
  doctrine: {rules_of_engagement: free}
  command_posts: [{id: CP, type: 55K6E, position: {bearing: 0 deg, range: 0 m}}]
  radars:
    - {id: EW, type: 91N6E, position: {bearing: 45 deg, range: 800 m}}
    - {id: FC, type: 92N6E, position: {bearing: 90 deg, range: 500 m}, sector: {centre: 270 deg}}
  batteries: [{id: B1, radar: FC}]
  launchers: [{id: L1, type: 5P85SE2, battery: B1, position: {bearing: 90 deg, range: 300 m}, rounds: {48N6E3: 4}}]
  assets: [{id: PORT, type: generic-port, position: {bearing: 90 deg, range: 3 km}}]
raid:
  groups:
    - {id: F, type: fighter, count: 4, spacing: 2 km, target: PORT, route: [{bearing: 270 deg, range: 90 km, altitude: 8 km}]}
    - {id: CM, type: cruise-missile, count: 4, target: PORT, route: [{bearing: 260 deg, range: 60 km, altitude: 90 m}]}
"""


@pytest.fixture(scope="module")
def summary(tmp_path_factory):
    folder = tmp_path_factory.mktemp("m07")
    (folder / "small.yaml").write_text(SCENARIO)
    return plain(open_run(execute(folder / "small.yaml", out=folder / "run")))


def test_no_percentage(summary):
    assert "%" not in summary
    told = summary.split("One run is an anecdote")[
        0
    ]  # the caution at the end speaks of rates to warn of them
    assert not re.search(r"\b(rate|probability|Pk|efficiency|effectiveness)\b", told)


def test_every_ratio_with_its_counts(summary):
    ratios = [line for line in summary.splitlines() if re.search(r"\bper\b", line)]
    for line in ratios:
        assert re.search(r"\(\d+ rounds, \d+ killed; this one run\)", line), line


def test_it_says_what_one_run_is_worth(summary):
    assert "n = 1 replication" in summary
    assert "interval" in summary


def test_counts_of_what_came_add_up(summary):
    """Numbers come as counts: how many of how many."""
    assert re.search(r"What came through: \d+ of 8 hostile", summary)
