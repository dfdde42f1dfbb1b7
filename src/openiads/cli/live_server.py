"""Serves the page of a live run to this machine's browser, and lets the run go on as its pages ask.

One task does everything to the run, in turn: commands, steps, frames. A page gets its next frame when it has shown the
last one: a slow page gets fewer and larger ones, and nothing is queued.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from openiads.cli.live_control import Allowance, Command, MalformedError, Pace, read
from openiads.cli.live_door import Door, answer, close, named, send_to, settings
from openiads.study.live import CHANGED, CHOICES, LiveRun, SwitchError
from openiads.viewer import live as page

MOST_PAGES = 4
_TICK_S, _FRAME_S, _STORY_S = 0.04, 0.1, 0.5
_GONE_S = 4.0  # so long without a page, after the first: the end
_PATIENCE_S = 60.0  # a page that has not answered for so long is closed
_STEPS = 200  # in one compiled call
_SEARCH = 4000  # steps in which an event is looked for
_REFUSED, _BUSY = 1008, 1013


@dataclass(eq=False)
class _Page:
    """A page that is open: how much of the run it has, and whether it waits for more."""

    socket: WebSocket
    ready: bool = False
    opened: bool = False
    framed: bool = False
    events: int = 0
    samples: int = 0
    number: int = 0
    version: int = -1
    sent_s: float = field(default_factory=time.monotonic)
    sending: asyncio.Task[None] | None = None


class LiveServer:
    """A run, its pace and its pages. `serve` returns when it is over: no page left, or a signal (`signals`)."""

    def __init__(
        self, run: LiveRun, speed: float = 1.0, port: int = 0, zones: bool = True, gone_s: float = _GONE_S
    ) -> None:
        self.run, self.playing, self._gone_s = run, True, gone_s
        self._bound = socket.create_server(("127.0.0.1", port))
        self.port = int(self._bound.getsockname()[1])
        self.secret = secrets.token_urlsafe(24)
        whole = run.whole()
        self._files = page.files(whole)
        self._story = page.Story.of(whole)
        self._zones = page.zones(whole) if zones else []
        self._pace = Pace(run.dt_s, speed)
        self._story_events, self._story_s = run.rows[0], 0.0
        self._pages: set[_Page] = set()
        self._last_page_s: float | None = None
        self._asked: list[Command] = []
        self._wake: asyncio.Event | None = None
        self._version, self._message, self._running = 0, "", False
        self._measured: tuple[float, float, float | None] = (0.0, 0.0, None)
        self._far_m = _far(run)
        self._server: Door | None = None
        self.signals: list[int] = []

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}/{self.secret}/"

    def serve(self) -> None:
        """Serve until the last page has been closed for some seconds, `end` was called, or a signal came."""
        asyncio.run(self._main())

    def end(self) -> None:
        """Stop serving (from any thread)."""
        if self._server is not None:
            self._server.should_exit = True

    # --- what is answered -------------------------------------------------------------------------
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application."""
        if scope["type"] == "http":
            await answer(scope, self._files, self.port, self.secret)(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._talk(WebSocket(scope, receive, send))

    async def _talk(self, talk: WebSocket) -> None:
        if named(talk.scope, self.port, self.secret) != "socket":
            await talk.close(_REFUSED)
            return
        if len(self._pages) >= MOST_PAGES:
            await talk.close(_BUSY)
            return
        mine, allowance = _Page(talk), Allowance()
        self._pages.add(mine)
        try:
            await talk.accept()
            while (message := await talk.receive())["type"] == "websocket.receive":
                if not allowance.take():
                    raise MalformedError("too many messages")
                text = message.get("text")
                if text is None:
                    raise MalformedError("no text")
                self._take(mine, read(text))
        except MalformedError as error:
            with suppress(RuntimeError):
                await talk.close(_REFUSED, str(error))
        finally:
            self._pages.discard(mine)
            self._last_page_s = time.monotonic()
            self._awake()

    def _take(self, mine: _Page, command: Command) -> None:
        if command.do == "ready":
            mine.ready = True
        else:
            self._asked.append(command)
        self._awake()

    def _awake(self) -> None:
        if self._wake is not None:
            self._wake.set()

    # --- what is done -----------------------------------------------------------------------------
    async def _main(self) -> None:
        self._wake = asyncio.Event()
        self._server = Door(settings(self))
        work = asyncio.create_task(self._work(self._server))
        try:
            await self._server.serve(sockets=[self._bound])
        finally:
            self._server.should_exit = True
            self._awake()
            self.signals = self._server.caught()
            self._bound.close()
            await work

    async def _work(self, server: Door) -> None:
        assert self._wake is not None
        try:
            while not server.should_exit:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), _TICK_S if self._moves() else 0.5)
                self._wake.clear()
                await self._turn()
                if not self._pages and self._last_page_s is not None:
                    server.should_exit |= time.monotonic() - self._last_page_s > self._gone_s
        finally:
            server.should_exit = True

    def _moves(self) -> bool:
        """It goes on: not paused, not over, and somebody looks."""
        return self.playing and not self.run.over and any(p.opened for p in self._pages)

    async def _turn(self) -> None:
        asked, self._asked = self._asked, []
        for command in asked:
            await self._do(command)
        moves = self._moves()
        if moves and not self._running:
            self._pace.anchor(int(self.run.sim.step))
            self._measured = (time.monotonic(), self.run.t_s, None)
        self._running = moves
        if moves and (due := self._pace.due(int(self.run.sim.step))):
            await self._advance(min(due, _STEPS))
        self._measure()
        await self._tell()

    async def _do(self, command: Command) -> None:
        run = self.run
        self._message = ""
        if command.do in ("go", "pause"):
            self.playing = command.do == "go" and not run.over
        elif command.do == "speed":
            self._pace.anchor(int(run.sim.step), command.number)
        elif command.do == "stop":
            self.playing = False
            await asyncio.to_thread(run.stop)
        elif command.do == "step":
            self.playing = False
            if command.word == "second":
                await self._advance(max(round(1.0 / run.dt_s), 1))
            elif not await asyncio.to_thread(run.to_event, _SEARCH):
                self._message = "no event was found"
        elif command.do == "switch":
            try:
                if not run.switch(command.post, command.word, command.choice):
                    self._message = "it is so already"
            except SwitchError as error:
                self._message = str(error)
        self._running = False
        self._version += 1

    async def _advance(self, steps: int) -> None:
        await asyncio.to_thread(self.run.advance, steps)
        self._version += 1
        self.playing = self.playing and not self.run.over

    def _measure(self) -> None:
        from_s, from_t_s, _ = self._measured
        now = time.monotonic()
        if self._running and now - from_s > 1.0:
            self._measured = (now, self.run.t_s, (self.run.t_s - from_t_s) / (now - from_s))

    # --- what is told -----------------------------------------------------------------------------
    async def _tell(self) -> None:
        now = time.monotonic()
        waits = [
            p for p in self._pages if p.ready and p.version < self._version and now - p.sent_s >= _FRAME_S
        ]
        waits += [p for p in self._pages if p.ready and not p.opened and p not in waits]
        if waits:
            await self._retell(now)
        for mine in waits:
            mine.framed = mine.opened
            data = await asyncio.to_thread(self._content, mine)
            mine.ready, mine.sent_s = False, now
            mine.version = (
                self._version if mine.framed else -1
            )  # where things are now comes with the first frame
            mine.sending = asyncio.create_task(send_to(mine.socket, data))
        for mine in list(self._pages):
            if mine.opened and not mine.ready and now - mine.sent_s > _PATIENCE_S:
                self._pages.discard(mine)
                mine.sending = asyncio.create_task(close(mine.socket))

    async def _retell(self, now: float) -> None:
        """Bring the tables and kill chains up to date, where something has happened and it was not done just now."""
        run = self.run
        if run.rows[0] == self._story_events or (self.playing and now - self._story_s < _STORY_S):
            return
        fresh = run.since(self._story_events, run.rows[1])
        await asyncio.to_thread(self._story.update, run.whole(), fresh)
        self._story_events, self._story_s = run.rows[0], time.monotonic()

    def _content(self, mine: _Page) -> bytes:
        run, state = self.run, self.state()
        if mine.opened:
            data = page.frame(run.since(mine.events, mine.samples), self._story.after(mine.number), state)
        else:
            data = page.snapshot(run.whole(), self._zones, state)
        mine.opened, (mine.events, mine.samples), mine.number = True, run.rows, self._story.number
        return data

    def state(self) -> dict[str, Any]:
        """How the run stands, for its pages."""
        run, (_, n) = self.run, self.run.rows
        return {
            "t_s": run.t_s,
            "t_end_s": run.t_end_s,
            "sampled": n > 0 and float(run.world.sample["t_s"][n - 1]) >= run.t_s,
            "playing": self.playing,
            "over": run.over,
            "stopped_at_s": run.stopped_at_s,
            "speed": self._pace.speed,
            "measured_speed": self._measured[2] if self._running else None,
            "lost_s": self._pace.lost_s,
            "posts": run.posts(),
            "choices": {what: list(values) for what, values in CHOICES.items()},
            "changes": [asdict(change) for change in run.changes],
            "remark": CHANGED if run.changes else "",
            "message": self._message,
            "counts": run.counts(),
            "far_m": self._far_m,
        }


def _far(run: LiveRun) -> float:
    """How far the scene reaches from the defence."""
    w = run.world
    rows = [p.first_knot for p in w.platform if p.n_knots > 0]
    start = np.stack([w.knot[f"{axis}_m"][rows] for axis in "xyz"], axis=1)
    radar = np.array([[np.mean(w.radar[f"{axis}_m"]) for axis in "xyz"]]) if len(w.radar) else start[:1]
    return page.reach_m(start, radar)


__all__ = ["MOST_PAGES", "LiveServer"]
