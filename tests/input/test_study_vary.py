"""`--vary`: paths and values in the language of the scenario; every fault in one pass, before anything runs."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import studies

import openiads
from openiads.catalog import load_catalog
from openiads.cli.shipped import FOLDER
from openiads.scenario import ScenarioError, catalogue_names
from openiads.scenario.overrides import load_changed, read_plain, read_varied, with_values, written
from openiads.study.design import StudyError, chunk_size, chunks, factorial

FULL = Path(__file__).with_name("full_scenario.yaml")


@pytest.fixture(scope="module")
def plain():
    return read_plain(FULL.read_text(), str(FULL))


@pytest.fixture(scope="module")
def ids():
    return catalogue_names(load_catalog())


@pytest.mark.parametrize("file", [FULL, *sorted(FOLDER.glob("*.yaml"))], ids=lambda f: f.stem)
def test_what_is_written_reads_the_same(file):
    plain = read_plain(file.read_text(), str(file))
    assert read_plain(written(plain), "again") == plain


def test_awkward_texts_are_written_so_that_they_stay_texts():
    texts = ["no", "1e9", "12:30", "null", "", " x", "x: y", "# x", "ü", '"', "-", "0x10", "true"]
    plain = {"a": texts, "b": [{}, [], None, 1.5, True], "c": [[1, [2]], {"d": {"e": "f"}}]}
    assert read_plain(written(plain), "again") == plain


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("defence.doctrine.salvo", ("defence", "doctrine", "salvo")),
        ("doctrine.salvo", ("defence", "doctrine", "salvo")),
        ("defence.radars.EW.antenna_height", ("defence", "radars", 0, "antenna_height")),
        ("EW.antenna_height", ("defence", "radars", 0, "antenna_height")),
        (
            "EW.protection.canceller.cancellation",
            ("defence", "radars", 0, "protection", "canceller", "cancellation"),
        ),
        ("raid.groups.CM.route.2.altitude", ("raid", "groups", 0, "route", 2, "altitude")),
        ("L1.rounds.48N6E3", ("defence", "launchers", 0, "rounds", "48N6E3")),
        ("wind.0.speed", ("environment", "wind", 0, "speed")),
        ("duration", ("duration",)),
        ("CP.doctrine.salvo", ("defence", "command_posts", 0, "doctrine", "salvo")),
    ],
)
def test_paths(plain, path, steps):
    (varied,) = read_varied(plain, {path: [1]})
    assert varied.steps == steps


@pytest.mark.parametrize(
    ("spec", "values", "numbers"),
    [
        ("5 m", ("5 m",), (5.0,)),
        ("5 m, 10m", ("5 m", "10m"), (5.0, 10.0)),
        ("5 m..25 m:3", ("5 m", "15 m", "25 m"), (5.0, 15.0, 25.0)),
        ("5..25 m:3", ("5 m", "15 m", "25 m"), (5.0, 15.0, 25.0)),
        ("1m..100m:log:3", ("1 m", "10 m", "100 m"), (1.0, 10.0, 100.0)),
        ("10 ft..0.01 km:2", ("3.048 m", "10 m"), (3.048, 10.0)),
        ("30 m..10 m:3", ("30 m", "20 m", "10 m"), (30.0, 20.0, 10.0)),
        ("1 m, 2 m..4 m:2", ("1 m", "2 m", "4 m"), (1.0, 2.0, 4.0)),
        (["7 m", "8 m"], ("7 m", "8 m"), (7.0, 8.0)),
    ],
)
def test_values_of_a_quantity(plain, spec, values, numbers):
    (varied,) = read_varied(plain, {"EW.antenna_height": spec})
    assert varied.values == values and varied.numbers == pytest.approx(numbers) and varied.unit == "m"


@pytest.mark.parametrize(
    ("path", "spec", "values"),
    [
        ("doctrine.salvo", "1..4", (1, 2, 3, 4)),
        ("doctrine.salvo", "1..4:2", (1, 4)),
        ("doctrine.min_pk", "0.2..0.8:4", (0.2, 0.4, 0.6, 0.8)),
        ("doctrine.policy", "salvo,shoot-look-shoot", ("salvo", "shoot-look-shoot")),
        ("doctrine.engage_on_remote", "'yes','no'", ("yes", "no")),
        ("CM.jammer.power", "20 dBW..40 dBW:3", ("20 dBW", "30 dBW", "40 dBW")),
        ("EW.position", "[{lat: 57 deg, lon: 18 deg}]", ([{"lat": "57 deg", "lon": "18 deg"}],)),
    ],
)
def test_other_values(plain, path, spec, values):
    assert read_varied(plain, {path: spec})[0].values == values


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"doctrine.salo": "1"}, "did you mean salvo"),
        ({"dctrine.salvo": "1"}, "did you mean doctrine"),
        ({"radars.EWW.antenna_height": "1 m"}, "did you mean EW"),
        ({"EW": "1"}, "which key of it"),
        ({"defence.radars.EW": "1"}, "which key of it"),
        ({"CM.route.9.altitude": "1 m"}, "0 to"),
        ({"EW.id": "a,b"}, "ids"),
        ({"duration.x": "1"}, "the path ends there"),
        ({"": "1"}, "a path is written"),
        ({"a..b": "1"}, "a path is written"),
        ({"doctrine.salvo": "1,1"}, "twice"),
        ({"doctrine.salvo": ""}, "no values"),
        ({"doctrine.salvo": "[1"}, "cannot be read"),
        ({"doctrine.salvo": "1], w: [2"}, "cannot be read"),
        ({"doctrine.salvo": "1..2:lin:3"}, "a..b:log:n"),
        ({"doctrine.salvo": "1..2:1"}, "2 values or more"),
        ({"doctrine.min_pk": "0.1..0.2"}, "how many values"),
        ({"EW.antenna_height": "0 m..5 m:log:3"}, "above zero"),
        ({"EW.antenna_height": "1 m..5 s:3"}, "unit of time"),
        ({"CM.jammer.power": "20 dBW..40 dBW:log:3"}, "logarithmic already"),
        ({"doctrine.salvo": "1..5000"}, "1000"),
        ({"doctrine": "{salvo: 1}", "doctrine.salvo": "1"}, "varied already"),
    ],
)
def test_refused(plain, wanted, says):
    with pytest.raises(ScenarioError) as refusal:
        read_varied(plain, wanted)
    assert says in str(refusal.value) and str(refusal.value).startswith("--vary ")


def test_a_value_is_checked_by_the_language_and_blamed(plain, ids):
    varied = read_varied(plain, {"doctrine.salvo": "1,700", "EW.antenna_height": "10 m"})
    with pytest.raises(
        ScenarioError, match=r"^--vary doctrine\.salvo=700: defence\.doctrine\.salvo: more than"
    ):
        load_changed(plain, [(varied[0], 700), (varied[1], "10 m")], str(FULL), ids)
    assert (
        load_changed(plain, [(varied[0], 1), (varied[1], "10 m")], str(FULL), ids).defence.doctrine.salvo == 1
    )


def test_a_missing_section_is_made():
    plain = {"a": 1}
    assert with_values(plain, [(("b", "c", "d"), 2)]) == {"a": 1, "b": {"c": {"d": 2}}}
    assert plain == {"a": 1}


def test_all_faults_of_all_points_before_anything_runs(tmp_path):
    file = studies.write(tmp_path)
    vary = {"doctrine.salvo": "1,700", "L1.rounds.9M96E2": "6,500", "CM.target": "PORT,PRT"}
    with pytest.raises(ScenarioError) as refusal:
        openiads.Study(file, n=10, vary=vary, out=tmp_path / "study").run()
    text = str(refusal.value)
    assert (
        "salvo=700" in text
        and "rounds.9M96E2=500" in text
        and "target=PRT" in text
        and "did you mean PORT?" in text
    )
    assert len(refusal.value.faults) == 3
    assert not (tmp_path / "study").exists()


def test_the_command_line_says_the_same(tmp_path):
    studies.write(tmp_path)
    for arguments, says in (
        (["--vary", "doctrine.salvo=700"], "more than"),
        (["--vary", "doctrine.salvo"], "PATH=VALUES"),
        (["--vary", "doctrine.salvo=1", "--vary", "doctrine.salvo=2"], "given twice"),
        (["--until", "leakge ±0.1"], "did you mean 'leakage'"),
    ):
        done = studies.openiads("study", "small.yaml", "-n", "2", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert says in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "studies").exists()


def test_designs(plain):
    varied = read_varied(plain, {"doctrine.salvo": "1,2", "doctrine.min_pk": "0.1,0.2,0.3"})
    points = factorial(varied)
    assert [p.values for p in points] == [(s, p) for s in (1, 2) for p in (0.1, 0.2, 0.3)]
    assert len(factorial(())) == 1
    many = read_varied(plain, {"doctrine.salvo": "1..200", "doctrine.max_rounds_per_target": "1..100"})
    with pytest.raises(StudyError, match="20000 points"):
        factorial(many)
    cut = chunks(2, 25, 10)
    assert [tuple(c) for c in cut] == [(p, f, s) for p in (0, 1) for f, s in ((0, 10), (10, 10), (20, 5))]
    sizes = {10**6: 100, 1000: 63, 200: 25, 20: 3, 5: 1}
    assert {n: chunk_size(n, None) for n in sizes} == sizes
    assert chunk_size(5, 3) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 0},
        {"n": 1.5},
        {"n": 2, "chunk": 0},
        {"n": 2, "workers": 0},
        {"n": 2, "seed": -1},
        {"n": 2, "keep": -1},
    ],
)
def test_numbers_are_checked(tmp_path, wrong):
    with pytest.raises(StudyError):
        openiads.Study(tmp_path / "x.yaml", **wrong)


def test_every_fault_of_both_options_in_one_pass(tmp_path):
    """How it is written, paths, laws, and values of the paths that can be read; nothing is made."""
    studies.write(tmp_path)
    done = studies.openiads(
        "study", "small.yaml", "-n", 3, "--points", 5, "--out", "s",
        "--vary", "doctrine.salvo", "--vary", "doctrine.salvo=70,1,0", "--vary", "doctrin.salvo=2",
        "--vary", "L1.rounds.9M96E2=1,-1", "--uncertain", "=x", "--uncertain", "FC.antenna_height=unifrm(1 m, 2 m)",
        "--uncertain", "F.jammer.power=uniform(1 m, 2 m)", "--uncertain", "catalog.9M96E2.reliability=uniform(0.5, 1.5)",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2 and not (tmp_path / "s").exists()
    lines = done.stderr.replace("openiads: ", "").splitlines()
    for start, word in (
        ("--vary doctrine.salvo:", "PATH=VALUES"), ("--uncertain =x:", "PATH=LAW"), ("--vary doctrin.salvo:", "did you mean"),
        ("--uncertain FC.antenna_height:", "uniform"), ("--uncertain F.jammer.power:", "power is needed"),
        ("--vary doctrine.salvo=70:", "16"), ("--vary doctrine.salvo=0:", "1"), ("--vary L1.rounds.9M96E2=-1:", "0"),
        ("--uncertain catalog.9M96E2.reliability=", "outside 0"),
    ):  # fmt: skip
        assert sum(line.startswith(start) and word in line for line in lines) == 1, (start, done.stderr)
    assert lines[-1] == "9 faults"


def test_the_same_fault_of_two_paths_is_told_of_both(tmp_path):
    file = studies.write(tmp_path)
    study = openiads.Study(file, 1, {"doctrine.salvo": "2,2", "doctrine.max_rounds_per_target": "3,3"})
    with pytest.raises(ScenarioError) as refusal:
        study.run()
    assert [f.origin for f in refusal.value.faults] == [
        "--vary doctrine.salvo", "--vary doctrine.max_rounds_per_target",
    ]  # fmt: skip


def test_faults_of_the_file_and_of_the_options_come_together(tmp_path):
    file = studies.write(tmp_path)
    file.write_text(file.read_text().replace("salvo: 1", "salvo: 99"))
    with pytest.raises(ScenarioError) as refusal:
        openiads.Study(file, 1, {"EW.hight": "1 m"}, uncertain={"no.such": "uniform(1, 2)"}).run()
    text = str(refusal.value)
    assert "small.yaml:" in text and "--vary EW.hight" in text and "--uncertain no.such" in text
