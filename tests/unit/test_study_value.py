"""The value of information of a study: payoffs from its tables, the command line, faults."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import studies

import openiads
from openiads.analysis.value import ValueOfInformationError
from openiads.study.value import Part, read_payoff

DRAWS, N = 24, 3


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("value")
    return openiads.Study(
        studies.write(folder), N, {"doctrine.policy": "salvo,shoot-look-shoot"}, out=folder / "s", points=DRAWS,
        uncertain={
            "catalog.9M96E2.reliability": "uniform(0.3, 0.95)",
            "EW.antenna_height": "normal(12 m, 3 m, 5 m, 20 m)",
            "raid.groups.CM.count": "integers(3, 5)",
            "doctrine.rules_of_engagement": "discrete(free @ 2, tight @ 1)",
        },
    ).run()  # fmt: skip


def test_payoffs_are_those_of_the_tables(study):
    """rounds and leakers by hand from `runs`, kills of a missile from `rounds`; the option is taken that is better by them."""
    found = openiads.value_of_information(study, least="2 rounds_fired - kills[9M96E2]*0.5 + 4 leaked")
    runs, rounds = study.table("runs").to_pylist(), study.table("rounds").to_pylist()
    by_hand = []
    for option in range(2):
        mine = range(option * DRAWS, (option + 1) * DRAWS)
        cost = [2 * r["rounds_fired"] + 4 * r["leaked"] for r in runs if r["point"] in mine]
        kills = [r["kills"] for r in rounds if r["point"] in mine and r["weapon"] == "9M96E2"]
        by_hand.append(np.mean(cost) - 0.5 * np.mean(kills))
    for option, value in zip(found.options, by_hand, strict=True):
        assert option.payoff.value == pytest.approx(value, rel=1e-12)
    assert found.best == int(np.argmin(by_hand)) and found.options[0].label == "doctrine.policy=salvo"
    assert {one.name for one in found.inputs} == set(study.paths[1:])
    assert (found.draws, found.n) == (DRAWS, N)


def test_leakage_is_the_default_and_the_pooled_ratio(study):
    found = openiads.value_of_information(study)
    points = [
        [r for r in study.table("runs").to_pylist() if r["point"] == k] for k in range(2 * DRAWS)
    ]  # fmt: skip
    leakage = [sum(r["leaked"] for r in rows) / sum(r["aimed"] for r in rows) for rows in points]
    assert found.options[1].payoff.value == pytest.approx(np.mean(leakage[DRAWS:]), rel=1e-12)
    worst = openiads.value_of_information(study, most="leakage")
    assert worst.options[worst.best].payoff.value == max(o.payoff.value for o in found.options)


def test_the_command_line(study):
    done = studies.openiads("value", study.path, "--least", "rounds_fired + 4 leaked", cwd=study.path)
    assert done.returncode == 0, done.stderr
    assert "EVPI, all inputs known" in done.stdout and "catalog.9M96E2.reliability" in done.stdout
    assert (study.path / "value.png").read_bytes().startswith(b"\x89PNG")
    done = studies.openiads("value", study.path, "--least", "leaked", "--most", "hits", cwd=study.path)
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1


def test_payoffs_are_read():
    assert read_payoff("leakage") == [Part(1.0, "leakage", "")]
    assert read_payoff(" - 1.5e1*rounds_fired[48N6E3] + leaked * 50 ") == [
        Part(-15.0, "rounds_fired", "48N6E3"), Part(50.0, "leaked", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "word"),
    [("leakge", "leakage"), ("leaked hits", "cannot be read"), ("2", "cannot be read"), ("fired[9M96E2]", "missile type"),
     ("rounds_fired[9M96E]", "9M96E2"), ("", "cannot be read|empty"), ("leaked + + hits", "cannot be read")],
)  # fmt: skip
def test_payoffs_that_are_refused(study, text, word):
    with pytest.raises(ValueOfInformationError, match=word):
        openiads.value_of_information(study, least=text or "   ")


def test_studies_that_are_refused(tmp_path):
    file = studies.write(tmp_path)
    plain = openiads.Study(file, 1, {"doctrine.salvo": "1,2"}, out=tmp_path / "plain").run()
    with pytest.raises(ValueOfInformationError, match="--uncertain"):
        openiads.value_of_information(plain)
    law = {"EW.antenna_height": "uniform(5 m, 25 m)"}
    drawn = openiads.Study(file, 1, uncertain=law, points=2, out=tmp_path / "drawn").run()
    with pytest.raises(ValueOfInformationError, match="--vary"):
        openiads.value_of_information(drawn)
    oat = openiads.Study(
        file, 1, {"doctrine.salvo": "1,2"}, uncertain=law, design="oat", out=tmp_path / "oat"
    ).run()
    with pytest.raises(ValueOfInformationError, match="no sample"):
        openiads.value_of_information(oat)
