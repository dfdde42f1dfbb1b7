"""The door of live runs: who may ask, what is answered, and the limits of the server."""

from __future__ import annotations

import asyncio
import secrets
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import uvicorn
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Scope
from starlette.websockets import WebSocket
from uvicorn.protocols.http.h11_impl import H11Protocol

from openiads.cli.live_control import MOST_BYTES
from openiads.viewer.live import policy

REQUEST_S = 20.0  # a request that is not asked and answered in so long is given up: its place is wanted
_NORMAL = 1000
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Link(H11Protocol):
    """A connection. One that sends half a request, or does not read its answer, does not keep its place for ever."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """It is open: the time runs."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """It says something: the time runs, unless it does already."""
        if self._late is None:
            self._wait()
        super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Its request has turned out to be none: the answer to what it had begun is not sent any more."""
        super().send_400_response(msg)
        if self.cycle is not None:
            self.cycle.disconnected = True

    def _wait(self) -> None:
        self._late = self.loop.call_later(REQUEST_S, self._give_up)

    def _give_up(self) -> None:
        self._late = None
        # Between two requests it is closed by the server's own clock.
        idle = self.timeout_keep_alive_task is not None
        if self in self.connections and not idle:  # a socket of a page has left this hand
            self.transport.abort()


def settings(app: ASGIApp) -> uvicorn.Config:
    """The server's limits: small requests and messages, few connections, no forwarding headers believed.

    Of strange requests nothing is logged: whoever sends them could fill the terminal.
    """
    return uvicorn.Config(
        app, http=Link, ws="websockets-sansio", loop="asyncio", lifespan="off", log_config=None, access_log=False,
        log_level="error", server_header=False, proxy_headers=False, ws_max_size=MOST_BYTES, limit_concurrency=32,
        timeout_keep_alive=5, timeout_graceful_shutdown=2, h11_max_incomplete_event_size=16_384,
        ws_per_message_deflate=False,
    )  # fmt: skip


def named(scope: Scope, port: int, secret: str) -> str | None:
    """What is asked for, by the bytes of the address as sent: nothing is decoded, no name is a path. None: not to this caller."""
    headers = Headers(scope=scope)
    if headers.getlist("host") != [f"127.0.0.1:{port}"]:
        return None
    origins = headers.getlist("origin")
    if origins not in ([], [f"http://127.0.0.1:{port}"]) or (scope["type"] == "websocket" and not origins):
        return None
    token, slash, name = bytes(scope["raw_path"])[1:].partition(b"/")
    if not secrets.compare_digest(token, secret.encode()) or not slash or scope["query_string"]:
        return None
    return name.decode("latin-1")


def answer(scope: Scope, files: Mapping[str, tuple[str, bytes]], port: int, secret: str) -> Response:
    """One of `files` (type and content by name), or a refusal that says nothing."""
    headers = {**_HEADERS, "Content-Security-Policy": policy(port)}
    name = named(scope, port, secret)
    found = None if name is None else files.get(name)
    if found is None:
        return Response("not found\n", 404, headers, "text/plain; charset=utf-8")
    if scope["method"] not in ("GET", "HEAD"):
        return Response("read only\n", 405, {**headers, "Allow": "GET, HEAD"}, "text/plain; charset=utf-8")
    return Response(found[1], 200, headers, found[0])


async def send_to(talk: WebSocket, data: bytes) -> None:
    """A frame, to a page that may have gone."""
    with suppress(Exception):  # the page has gone: `_talk` hears of it too
        await talk.send_bytes(data)


async def close(talk: WebSocket) -> None:
    """Close the socket of a page that does not answer."""
    with suppress(Exception):
        await talk.close(_NORMAL, "no answer")


class Door(uvicorn.Server):
    """Hands signals to whoever called, instead of raising them again on its own."""

    def caught(self) -> list[int]:
        """Signals that ended it."""
        return list(self._captured_signals)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listen to Ctrl-C and SIGTERM while serving."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


__all__ = ["Door", "answer", "close", "named", "send_to", "settings"]
