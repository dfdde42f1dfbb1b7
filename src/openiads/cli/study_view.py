"""`openiads view STUDY`: its page, served to this machine's browser only; any replication is replayed when it is asked for."""

# ruff: noqa: PLC0415  (heavy imports only where they are used: the command line starts fast)
from __future__ import annotations

import html
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from openiads.cli.guard import USER, exit_code


def view_study(folder: Path, doctrine: str | None = None, show: Callable[[str], bool] | None = None) -> None:
    """Serve the page of a study until Ctrl-C. `show` opens an address (default: the browser)."""
    import webbrowser

    from openiads.results.study import open_study
    from openiads.viewer.study_page import study_page

    page = study_page(open_study(folder))
    with tempfile.TemporaryDirectory(prefix="openiads-view-") as place:
        server = StudyServer(
            page, lambda point, number: replayed(folder, point, number, Path(place), doctrine)
        )
        sys.stdout.write(f"{server.address} (Ctrl-C ends it)\n")
        sys.stdout.flush()
        if not (show or webbrowser.open)(server.address):
            sys.stdout.write("no browser could be opened; open that address by hand\n")
        try:
            server.serve_forever()
        finally:
            server.server_close()


def replayed(folder: Path, point: int, replication: int, place: Path, doctrine: str | None) -> str:
    """The page of one replication; kept in `place` for the next time."""
    from openiads.results import open_run
    from openiads.study.replay import replay
    from openiads.viewer.page import replay_page

    out = place / f"p{point}-r{replication}"
    run = open_run(out) if out.exists() else replay(folder, point, replication, out, doctrine=doctrine)
    return replay_page([run])


_TOLD = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{text}</p></body></html>
"""


class StudyServer(ThreadingHTTPServer):
    """Answers on 127.0.0.1, under a path that nobody can guess, to this machine's names only."""

    daemon_threads = True

    def __init__(self, page: str, replay: Callable[[int, int], str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.page, self.replay = page, replay
        self.secret = secrets.token_urlsafe(16)
        self.one_at_a_time = threading.Lock()

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.server_address[1]}/{self.secret}/"


class _Handler(BaseHTTPRequestHandler):
    server: StudyServer
    timeout = 20.0  # half a request does not keep its thread for ever

    def do_GET(self) -> None:
        """The page, or a replication of it."""
        asked = urlsplit(self.path)
        own = self.headers.get("Host", "") == f"127.0.0.1:{self.server.server_address[1]}"
        start = f"/{self.server.secret}/"
        if not own or not asked.path.startswith(start):
            self._answer(404, "not found")
        elif asked.path == start:
            self._answer(200, self.server.page)
        elif asked.path == f"{start}replay":
            self._replay(asked.query)
        else:
            self._answer(404, "not found")

    def _replay(self, query: str) -> None:
        words = parse_qs(query)
        try:
            point, number = int(words["point"][0]), int(words["replication"][0])
        except (KeyError, ValueError):
            self._answer(400, "a point and a replication are needed, as whole numbers")
            return
        try:
            with self.server.one_at_a_time:
                page = self.server.replay(point, number)
        except Exception as error:  # told in the page: the server goes on
            code = 400 if exit_code(error) == USER else 500
            title = "This replication cannot be shown"
            text = html.escape(str(error) or type(error).__name__).replace("\n", "<br>")
            self._answer(code, _TOLD.format(title=title, text=text))
            return
        self._answer(200, page)

    def _answer(self, code: int, text: str) -> None:
        data = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


__all__ = ["StudyServer", "replayed", "view_study"]
