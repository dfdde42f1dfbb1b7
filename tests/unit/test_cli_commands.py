"""The command line: exit codes, one line per mistake, a fast start."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import synthetic_run as made

from openiads.cli import guard
from openiads.cli.shipped import describe, find
from openiads.study.store import RunExists, StoreError, new_run

OPENIADS = [sys.executable, "-m", "openiads"]


def openiads(*args, cwd=None, env=None):
    return subprocess.run(
        [*OPENIADS, *map(str, args)], capture_output=True, text=True, cwd=cwd, timeout=120, check=False,
        env={**os.environ, **(env or {})},
    )  # fmt: skip


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    with new_run(tmp_path_factory.mktemp("runs") / "made-up-seed1") as folder:
        return folder.write(*made.outcome(), made.provenance())


def one_line(done, code, *words):
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0]


def test_help_imports_nothing_heavy():
    """The promise is 0.3 s; what makes it true is that no heavy library is imported."""
    code = (
        "import sys; sys.argv = ['openiads', '--help']\n"
        "from openiads.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'numba', 'numpy', 'pyarrow', 'matplotlib', 'scipy', 'pydantic', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip().endswith("[]")
    assert "explain" in out


def test_help_is_fast():
    """Best of three, in processor time, with room for a busy machine: it must not import the engine (docs/cli.md)."""
    best = 9.0
    for _ in range(3):
        start = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert openiads("--help").returncode == 0
        end = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime)
    assert best < 0.5


def test_importing_the_package_costs_nothing():
    code = (
        "import sys, time; before = set(sys.modules); t = time.perf_counter(); import openiads; "
        "t = time.perf_counter() - t; print(t, len(set(sys.modules) - before))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(3)
    ]
    assert min(float(run[0]) for run in runs) < 0.2
    assert int(runs[0][1]) < 10


def test_the_public_names_are_there():
    import openiads as package  # noqa: PLC0415

    for name in package.__all__:
        if name not in ("load_file",) or (Path(package.__file__).parent / "scenario" / "load.py").exists():
            assert getattr(package, name) is not None
    with pytest.raises(AttributeError, match="open_run"):
        package.open_rum  # noqa: B018


def test_version():
    done = openiads("--version")
    assert done.returncode == 0 and done.stdout.startswith("openiads 0.")


def test_show_and_explain(stored):
    done = openiads("show", stored)
    assert done.returncode == 0, done.stderr
    assert "What came through: 3 of 31 hostile" in done.stdout
    assert "\x1b" not in done.stdout
    done = openiads("explain", stored, "cm-08")
    assert done.returncode == 0, done.stderr
    assert "no channel free" in done.stdout and "first failed link: assignment" in done.stdout


def test_mistakes_of_the_user_are_one_line_and_exit_2(stored, tmp_path):
    one_line(openiads("explain", stored, "cm-8"), 2, "cm-08")
    one_line(openiads("show", tmp_path / "nothing"), 2, "no such folder")
    one_line(openiads("show", tmp_path), 2, "not a run")
    one_line(openiads("show", str(stored)[:-1]), 2, "did you mean", "made-up-seed1")
    one_line(openiads("catalog", "91N6F"), 2, "did you mean '91N6E'")
    one_line(openiads("run", "quickstat"), 2, "no shipped scenario")
    for args in (
        ("run",),
        ("bogus",),
        ("run", "quickstart", "--seed", "x"),
        ("run", "quickstart", "--seed", "-1"),
    ):
        done = openiads(*args, cwd=tmp_path)
        assert done.returncode == 2 and "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_sample_period_needs_a_unit(tmp_path):
    (tmp_path / "x.yaml").write_text("")
    one_line(openiads("run", tmp_path / "x.yaml", "--samples", "5"), 2, "needs a unit")
    one_line(openiads("run", tmp_path / "x.yaml", "--samples", "0 s"), 2, "more than 0 s")


def test_a_damaged_run_is_named(stored, tmp_path):
    import shutil  # noqa: PLC0415

    copy = shutil.copytree(stored, tmp_path / "run")
    data = bytearray((copy / "events.parquet").read_bytes())
    data[100] ^= 1
    (copy / "events.parquet").write_bytes(data)
    one_line(openiads("show", copy), 2, "events.parquet", "damaged")


def test_the_catalogue_is_listed_and_shown():
    done = openiads("catalog")
    assert done.returncode == 0 and "91N6E" in done.stdout
    done = openiads("catalog", "91N6E")
    assert done.returncode == 0
    for words in ("390 km", "grades:", "sources:"):
        assert words in done.stdout


def test_output_into_a_closed_pipe_is_no_error(stored):
    shell = f"{sys.executable} -m openiads show {stored} | head -1"
    done = subprocess.run(shell, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("A made-up raid")
    assert done.stderr == ""


class Odd(Exception):
    pass


def _named(name, base=Exception):
    return type(name, (base,), {"__module__": "openiads.somewhere"})


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RunExists("x"), 2),
        (StoreError(28, "full"), 3),
        (OSError(28, "No space left on device"), 3),
        (OSError(5, "Input/output error"), 4),
        (_named("ScenarioError")("x"), 2),
        (type("Sub", (_named("CatalogError"),), {})("x"), 2),
        (type("ScenarioError", (Exception,), {"__module__": "elsewhere"})("x"), 4),
        (ValueError("x"), 4),
        (Odd("x"), 4),
    ],
)
def test_exit_codes(error, code, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    @guard.guarded
    def command():
        raise error

    with pytest.raises(SystemExit) as stop:
        command()
    assert stop.value.code == code
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and said.startswith("openiads: ")
    assert bool(list(tmp_path.iterdir())) == (code == 4)


def test_our_fault_leaves_a_report_with_all_one_needs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        guard.Context, "facts",
        {"scenario_sha256": "abc", "seed": "7", "command": guard.reproduction("a b.yaml", 7, 3, "1 s")},
    )  # fmt: skip

    @guard.guarded
    def command():
        return 1 // 0

    with pytest.raises(SystemExit) as stop:
        command()
    assert stop.value.code == 4
    (report,) = tmp_path.iterdir()
    assert str(report) in capsys.readouterr().err
    text = report.read_text()
    for words in ("ZeroDivisionError", "Traceback", "scenario_sha256: abc", "seed: 7", "openiads: 0.",
                  "openiads run 'a b.yaml' --seed 7 --replication 3 --samples '1 s'"):  # fmt: skip
        assert words in text


def test_no_folder_for_the_report_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(Path, "write_text", lambda *a, **k: (_ for _ in ()).throw(OSError(30, "read-only")))
    guard._say(guard.crash(ValueError("x")))
    assert "no folder would take the report" in capsys.readouterr().err


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_with_one_line(sent, code):
    script = (
        "import time\nfrom openiads.cli.guard import guarded\n"
        "@guarded\ndef wait():\n    print('ready', flush=True)\n    time.sleep(60)\n"
        "wait()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    start = time.monotonic()
    process.send_signal(sent)
    _, said = process.communicate(timeout=10)
    assert time.monotonic() - start < 1.0
    assert process.returncode == code
    assert said.count("\n") == 1 and "stopped" in said


def test_a_stop_that_a_callback_from_c_drops_is_sent_again():
    """The compiler calls back through ctypes, which drops what is raised: Ctrl-C went unheard."""
    script = (
        "import ctypes, time\nfrom openiads.cli.guard import guarded\n"
        "@ctypes.CFUNCTYPE(None)\ndef inside():\n    print('ready', flush=True)\n    time.sleep(0.5)\n"
        "@guarded\ndef work():\n    inside()\n    time.sleep(60)\n"
        "work()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    assert said.count("\n") == 1 and "stopped" in said


def test_a_path_is_a_path_and_a_name_is_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find("some/where.yaml") == Path("some/where.yaml")
    assert find("where.yml") == Path("where.yml")
    (tmp_path / "plain").write_text("x")
    assert find("plain") == Path("plain")
    with pytest.raises(guard.UserError, match="no shipped scenario 'plane'"):
        find("plane")


def test_check_finds_what_only_the_tables_show(tmp_path):
    """A ballistic missile 900 km away: sound as a text, out of reach; refused with its place, before any run."""
    text = find("quickstart").read_text(encoding="utf-8")
    far = text.replace(
        "[{bearing: 280 deg, range: 250 km, altitude: 0 m}]",
        "[{bearing: 280 deg, range: 900 km, altitude: 0 m}]",
    )
    assert far != text
    file = tmp_path / "far.yaml"
    file.write_text(far, encoding="utf-8")
    done = openiads("check", file)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "SCUD" in done.stderr and "out of reach" in done.stderr and "far.yaml:" in done.stderr


def test_a_shipped_scenario_is_listed_with_its_question_and_checked_by_name(tmp_path):
    listed = " ".join(openiads("scenarios").stdout.split())
    for name, title, question in describe():
        assert title and question.endswith("?")
        assert f"{name} {title} {question}" in listed
    done = openiads("check", "low-approach", cwd=tmp_path)
    assert done.returncode == 0 and "low-approach.yaml: ok" in done.stdout
    (tmp_path / "low-approach").write_text("openiads: 1\n")  # a file of that name goes first
    assert openiads("check", "low-approach", cwd=tmp_path).returncode == 2
