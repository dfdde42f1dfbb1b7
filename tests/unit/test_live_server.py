"""The server of live runs: what it answers to whom, and what it does when a page says something it must not."""

import contextlib
import http.client
import itertools
import json
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import quote

import pytest
from support import studies

from openiads.doctrine.standard import decide
from openiads.engine.run import Engine
from openiads.results import open_run
from openiads.study.execute import load
from openiads.study.live import LiveRun
from openiads.viewer import columns

connect = pytest.importorskip("websockets.sync.client", reason="pip install websockets").connect
pytest.importorskip("uvicorn", reason="pip install uvicorn")
from websockets.exceptions import ConnectionClosed, InvalidStatus  # noqa: E402

from openiads.cli import live_door  # noqa: E402
from openiads.cli.live_server import MOST_PAGES, LiveServer  # noqa: E402

SEED = 5
FILES = ("", "viewer.js", "viewer.css")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    return load(studies.write(tmp_path_factory.mktemp("live")))


@contextlib.contextmanager
def served(loaded, speed=100.0, playing=True, gone_s=60.0):
    server = LiveServer(LiveRun(loaded, SEED), speed, zones=False, gone_s=gone_s)
    server.playing = playing
    failed = []

    def work():
        try:
            server.serve()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    answer(server, f"/{server.secret}/")
    try:
        yield server
    finally:
        server.end()
        thread.join(20)
        assert not thread.is_alive() and failed == []


@pytest.fixture(scope="module")
def server(loaded):
    with served(loaded, playing=False) as made:
        yield made


def answer(server, target, method="GET", host=None, tries=50, **headers):
    """Status, headers and body; the target goes out byte for byte."""
    for k in range(tries):
        try:
            link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
            link.putrequest(method, "/", skip_host=True)
            link._buffer[0] = f"{method} {target} HTTP/1.1".encode("latin-1")
            link.putheader("Host", f"127.0.0.1:{server.port}" if host is None else host)
            for name, value in headers.items():
                link.putheader(name, value)
            link.endheaders()
            got = link.getresponse()
            return got.status, dict(got.headers), got.read()
        except ConnectionRefusedError:
            assert k < tries - 1
            time.sleep(0.05)
        finally:
            link.close()
    raise AssertionError


def page(server, origin=None, path=None, **options):
    """A page's socket."""
    address = f"ws://127.0.0.1:{server.port}/{server.secret if path is None else path}/socket"
    mine = f"http://127.0.0.1:{server.port}" if origin is None else origin
    return connect(address, origin=mine, max_size=None, compression=None, proxy=None, **options)


def say(link, **what):
    link.send(json.dumps(what))


def take(link):
    return columns.decode(link.recv(timeout=30))


def until(link, true, seconds=60.0):
    """Frames until one is as wanted; returns all of them."""
    seen, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        say(link, do="ready")
        seen.append(take(link)[0])
        if true(seen[-1]["live"]):
            return seen
    raise AssertionError(f"never: {seen[-1]['live']}")


def lives(server):
    assert answer(server, f"/{server.secret}/")[0] == 200


# --- what is answered -----------------------------------------------------------------------------
def test_the_page_and_its_files(server):
    for name in FILES:
        status, headers, body = answer(server, f"/{server.secret}/{name}")
        assert status == 200 and len(body) > 1000
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy
        assert f"connect-src ws://127.0.0.1:{server.port};" in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store"
    html = answer(server, f"/{server.secret}/")[2].decode()
    assert "<style" not in html and " style=" not in html and " onload=" not in html


def test_loopback_only(server):
    assert server._bound.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_read_only(server, method):
    assert answer(server, f"/{server.secret}/", method)[0] == 405


def test_wrong_token(server):
    right = server.secret
    wrong = [
        "",
        "x",
        right[:-1],
        right + "x",
        right.swapcase(),
        right[::-1],
        "%" + right,
        quote(right[0]).replace(right[0], f"%{ord(right[0]):02x}") + right[1:],
    ]
    for token in wrong:
        for name in (*FILES, "socket"):
            assert answer(server, f"/{token}/{name}")[0] == 404, token
        with pytest.raises(InvalidStatus), page(server, path=token):
            pass
    assert answer(server, f"/{right}")[0] == 404
    lives(server)


def test_wrong_host_and_origin(server):
    here = f"127.0.0.1:{server.port}"
    for host in (
        "",
        "localhost",
        f"localhost:{server.port}",
        "127.0.0.1",
        "evil.example",
        f"evil.example:{server.port}",
        f"{here}.evil.example",
        "[::1]",
        f"{here}:80",
    ):
        assert answer(server, f"/{server.secret}/", host=host)[0] in (400, 404), host
    for origin in (
        "null",
        "http://evil.example",
        "http://127.0.0.1",
        f"https://{here}",
        f"http://localhost:{server.port}",
        f"http://{here}.evil.example",
    ):
        assert answer(server, f"/{server.secret}/", Origin=origin)[0] == 404, origin
        with pytest.raises(InvalidStatus) as refused, page(server, origin=origin):
            pass
        assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus), connect(f"ws://{here}/{server.secret}/socket", proxy=None):
        pass  # no origin at all
    lives(server)


def escapes():
    """Ways out of a folder that a server might fall for; none of them is one of the names that are served."""
    ups = (
        "..",
        "%2e%2e",
        "%2E.",
        ".%2e",
        "%252e%252e",
        "..%00",
        "..;",
        "%c0%ae%c0%ae",
        "%uff0e%uff0e",
        ". .",
        "....//",
        "%5c..",
        "..%5c",
        "\\..",
        "%e0%80%ae%e0%80%ae",
    )
    slashes = ("/", "%2f", "%2F", "%252f", "\\", "%5c", "//", "%c0%af", "/./")
    goals = (
        "etc/passwd",
        "etc%2fpasswd",
        "viewer.js",
        "proc/self/environ",
        "pyproject.toml",
        "windows/win.ini",
    )
    for up, slash, goal, depth in itertools.product(ups, slashes, goals, (1, 3)):
        yield (up + slash) * depth + goal
    yield from (
        "file:///etc/passwd",
        "/etc/passwd",
        "//etc/passwd",
        "C:/x",
        "C:%5cx",
        "~/.ssh/id_rsa",
        "viewer.js/",
        "viewer.js%00",
        "viewer.js%20",
        "VIEWER.JS",
        "viewer%2ejs",
        "./viewer.js",
        "static/viewer.js",
        "?viewer.js",
        "viewer.js?x",
    )
    dice = random.Random(7)
    for _ in range(200):
        yield "".join(f"%{dice.randrange(256):02x}" for _ in range(dice.randrange(1, 40)))


def together(server, targets):
    """Answers to requests that are sent together: (status, body) each, until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as link:
        host = f" HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
        link.sendall(b"".join(b"GET " + t.replace(" ", "%20").encode("latin-1") + host for t in targets))
        file = link.makefile("rb")
        for _ in targets:
            status, size, closes = int(file.readline().split()[1]), 0, False
            while line := file.readline().strip().lower():
                if line.startswith(b"content-length:"):
                    size = int(line.split(b":")[1])
                closes |= line == b"connection: close"
            yield status, file.read(size)
            if closes:
                return


def test_no_path_leads_out(server):
    tries = list(escapes())
    outside = [path.startswith(("file:", "//")) for path in tries]
    targets = [
        p if out and k % 2 else f"/{server.secret}/{p}"
        for k, (p, out) in enumerate(zip(tries, outside, strict=True))
    ]
    assert len(set(targets)) > 1500
    statuses = []
    while len(statuses) < len(targets):
        for status, body in together(server, targets[len(statuses) : len(statuses) + 40]):
            assert status in (400, 404), (targets[len(statuses)], status)
            assert len(body) < 200 and b"root:" not in body
            statuses.append(status)
    assert statuses.count(404) > 1500
    lives(server)


# --- what a page says -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "message",
    ["", "{", "[1]", '{"do":"run"}', '{"do":"speed","value":1e9}', '{"do":"go","and":1}', "\x00",
        "x" * 1025, "x" * 200_000, b"\x00\x01", b"x" * 50_000,
        '{"do":"go"}' * 50,
    ],
    ids=lambda m: f"{type(m).__name__}-{len(m)}-{str(m)[:12]!r}",
)  # fmt: skip
def test_a_bad_message_closes_its_page_alone(server, message):
    with page(server) as good, page(server) as bad:
        with pytest.raises(ConnectionClosed) as closed:
            bad.send(message)
            bad.recv(timeout=20)
        assert closed.value.rcvd is not None and closed.value.rcvd.code in (1008, 1009)
        say(good, do="ready")
        assert take(good)[0]["format"] == "openiads replay"


def test_broken_text_closes_its_page(server):
    with page(server) as bad, pytest.raises(ConnectionClosed):
        bad.send(b"\xff\xfe{", text=True)
        bad.recv(timeout=20)
    lives(server)


def test_too_many_messages(server):
    with page(server) as bad, pytest.raises(ConnectionClosed) as closed:
        for _ in range(400):
            say(bad, do="pause")
        bad.recv(timeout=20)
    assert closed.value.rcvd.code == 1008
    lives(server)


def test_too_many_pages(server):
    time.sleep(0.3)
    with contextlib.ExitStack() as open_pages:
        for _ in range(MOST_PAGES):
            open_pages.enter_context(page(server))
        with pytest.raises(InvalidStatus), page(server):
            pass
    lives(server)


def test_garbage_instead_of_http(server):
    for raw in (
        b"\x00" * 300,
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as link:
            link.sendall(raw)
            with contextlib.suppress(ConnectionError):
                got = link.recv(4000)
                assert b" 200 " not in got
    lives(server)


def test_strange_requests_say_nothing_here(server, caplog):
    """Neither warnings nor tracebacks in the terminal, whatever is sent."""
    host = f"Host: 127.0.0.1:{server.port}\r\n"
    start = f"GET /{server.secret}/ HTTP/1.1\r\n{host}"
    for raw in (
        f"{start}Transfer-Encoding: chunked\r\n\r\nZZZ\r\n",
        f"{start}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        f"{start}X: {'a' * 100_000}",
        "GET /\r\n\r\n",
        f"POST /{server.secret}/ HTTP/1.1\r\n{host}Content-Length: 9000000\r\n\r\n{'x' * 200_000}",
    ):
        link = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        with link, contextlib.suppress(ConnectionError):
            link.sendall(raw.encode())
            link.recv(4000)
    lives(server)
    assert [r for r in caplog.records if r.name.startswith("uvicorn")] == []


def test_half_requests_do_not_lock_others_out(loaded, monkeypatch):
    """More connections than the server takes send half a request, or do not read the answer: soon their places are free."""
    monkeypatch.setattr(live_door, "REQUEST_S", 2.0)
    with served(loaded, playing=False) as server, contextlib.ExitStack() as links, page(server) as good:
        whole = f"GET /{server.secret}/viewer.js HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n"
        for k in range(48):
            link = links.enter_context(socket.socket())
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            link.connect(("127.0.0.1", server.port))
            link.sendall(whole.encode() if k > 39 else b"GET / HT")
        time.sleep(0.5)
        assert answer(server, f"/{server.secret}/")[0] == 503
        time.sleep(3.0)
        lives(server)
        say(good, do="ready")
        assert take(good)[0]["format"] == "openiads replay", "a page that was open stays"


# --- the run --------------------------------------------------------------------------------------
def test_a_live_run_is_the_run_made_at_once(loaded):
    """All events and samples of the frames of a run at 100 times wall time, over a real socket."""
    whole = Engine(loaded.compiled.world, decide).run(SEED)
    with served(loaded) as server, page(server) as link:
        say(link, do="ready")
        first, _ = take(link)
        frames = until(link, lambda live: live["over"])
        assert first["live"]["t_s"] == 0.0 and first["platforms"][0]["fate"]
        log = first["events"] + [e for f in frames for e in f["events"]]
        mine = server.run.outcome()
        assert (
            mine.event.tobytes() == whole.event.tobytes() and mine.sample.tobytes() == whole.sample.tobytes()
        )
        assert sorted(e["t"] for e in log) == sorted(whole.event.t_s.tolist()) and len(frames) > 10
        assert frames[-1]["live"]["remark"] == "" and frames[-1]["live"]["t_s"] == whole.t_end_s


def test_pause_step_speed_switch(loaded):
    with served(loaded, speed=1.0, playing=False) as server, page(server) as link:
        say(link, do="ready")
        take(link)
        say(link, do="step", value="second")
        assert until(link, lambda live: live["t_s"] > 0.0)[-1]["live"]["t_s"] == 1.0
        say(link, do="step", value="event")
        told = until(link, lambda live: live["t_s"] > 1.0)
        assert len(told[-1]["events"]) >= 1 and not told[-1]["live"]["playing"]
        time.sleep(0.6)
        assert server.run.t_s == told[-1]["live"]["t_s"]  # it stands
        say(link, do="switch", post="all", what="rules_of_engagement", value="hold")
        live = until(link, lambda live: live["changes"])[-1]["live"]
        assert live["changes"][0]["after"] == "hold" and "no longer the run" in live["remark"]
        assert live["posts"][0]["rules_of_engagement"] == "hold"
        say(link, do="switch", post="all", what="salvo", value=99)
        assert "can be" in until(link, lambda live: live["message"])[-1]["live"]["message"]
        say(link, do="speed", value=20)
        say(link, do="go")
        begin, wall = server.run.t_s, time.monotonic()
        until(link, lambda live: live["t_s"] > begin + 30.0)
        passed = time.monotonic() - wall
        assert passed > 0.7 and server.run.t_s - begin < 20 * passed + 6  # never faster than it should be
        say(link, do="pause")
        until(link, lambda live: not live["playing"])
        say(link, do="stop")
        live = until(link, lambda live: live["over"])[-1]["live"]
        assert live["stopped_at_s"] == live["t_s"] < 300.0 and len(server.run.changes) == 1


def test_a_slow_page_gets_fewer_frames_and_loses_nothing(loaded):
    with served(loaded) as server, page(server) as link:
        say(link, do="ready")
        log = take(link)[0]["events"]
        say(link, do="ready")
        log += take(link)[0]["events"]
        wait = time.monotonic() + 60
        while not server.run.over and time.monotonic() < wait:
            time.sleep(0.1)  # meanwhile nothing is sent and nothing is kept for it
        assert server.run.over
        with pytest.raises(TimeoutError):
            link.recv(timeout=0.3)
        log += [e for f in until(link, lambda live: live["over"]) for e in f["events"]]
        assert len(log) == server.run.rows[0]


def test_it_ends_when_the_last_page_has_closed(loaded):
    with served(loaded, gone_s=0.5) as server:
        time.sleep(1.0)
        lives(server)  # before the first page it waits
        assert server.run.t_s == 0.0
        with page(server) as link:
            say(link, do="ready")
            take(link)
        end = time.monotonic() + 15
        with pytest.raises((ConnectionError, AssertionError, OSError)):
            while time.monotonic() < end:
                answer(server, "/", tries=1)
                time.sleep(0.1)


def test_ctrl_c_keeps_the_run(tmp_path):
    """The command line: a page steps the run, Ctrl-C ends it, the folder holds what was run."""
    file, out = studies.write(tmp_path), tmp_path / "kept"
    command = [
        sys.executable,
        "-m",
        "openiads",
        "live",
        str(file),
        "--seed",
        "5",
        "--no-browser",
        "--no-zones",
        "--out",
        str(out),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline().split()[0]
        host, secret = address.split("/")[2:4]
        here = f"http://{host}"
        with connect(
            f"ws://{host}/{secret}/socket", origin=here, max_size=None, compression=None, proxy=None
        ) as link:
            say(link, do="ready")
            take(link)
            say(link, do="switch", post="CP", what="salvo", value=2)
            until(link, lambda live: live["changes"])
            process.send_signal(signal.SIGINT)
            said, complaint = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130, complaint
    run = open_run(out)
    assert "Traceback" not in complaint and "salvo of CP from 1 to 2" in said
    assert run.manifest["notes"]["live"]["changes"][0]["what"] == "salvo" and run.t_end_s < 300.0
