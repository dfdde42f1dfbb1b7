"""A real headless Chromium for tests: starts it, opens pages, clicks, types and looks, over the DevTools protocol."""

from __future__ import annotations

import base64
import io
import itertools
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist", "--disable-background-networking", "--hide-scrollbars", "--mute-audio", "--no-first-run",
    "--remote-debugging-port=0", "--remote-allow-origins=*", "--force-device-scale-factor=1",
)  # fmt: skip
_PATIENCE_S = 60.0


def start(*more: str):
    """A browser, or a skip with the reason; `more`: flags instead of those that draw in software."""
    program = next((found for found in map(shutil.which, NAMES) if found), None)
    if program is None:
        pytest.skip("no Chromium here (install the package chromium)")
    pytest.importorskip("websockets", reason="pip install websockets")
    return Browser(program, more)


class Browser:
    """One process; `page(url)` opens a page. Use as a context."""

    def __init__(self, program: str, more: tuple[str, ...] = ()) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="openiads-browser-", ignore_cleanup_errors=True)
        flags = [f for f in FLAGS if "gl" not in f and "swift" not in f] if more else FLAGS
        command = [program, *flags, *more, f"--user-data-dir={self._home.name}", "about:blank"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._port = self._wait_for_port()

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._home.cleanup()

    def _wait_for_port(self) -> int:
        file = Path(self._home.name) / "DevToolsActivePort"
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            if file.is_file() and (text := file.read_text().split()):
                return int(text[0])
            if self._process.poll() is not None:
                raise RuntimeError(f"Chromium ended with {self._process.returncode}")
            time.sleep(0.05)
        raise RuntimeError("Chromium did not start")

    def page(self, url: str, width: int = 1280, height: int = 720) -> Page:
        """A new page at an address."""
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}/json/new?about:blank", method="PUT")
        with urllib.request.urlopen(request, timeout=20) as answer:
            socket = json.load(answer)["webSocketDebuggerUrl"]
        page = Page(socket)
        page.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        page.call("Page.navigate", url=url)
        return page


class Page:
    """A page. `complaints`: what the console said as a warning of the page, an error or an exception."""

    def __init__(self, socket: str) -> None:
        from websockets.sync.client import connect  # noqa: PLC0415 - an extra of the tests

        self._context = connect(socket, max_size=256 << 20)
        self._socket = self._context.__enter__()  # closed with the browser
        self._ids = itertools.count(1)
        self.complaints: list[str] = []
        self.asked: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: object) -> dict:
        """One command of the protocol and its answer."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=_PATIENCE_S))
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self._heard(message)

    def front(self) -> None:
        """Put it before the others: a page behind them draws nothing."""
        self.call("Page.bringToFront")

    def close(self) -> None:
        """Close it: what is open goes on drawing and takes time from the next page."""
        self.call("Page.close")
        self._context.__exit__(None, None, None)

    def _heard(self, message: dict) -> None:
        kind, what = message.get("method"), message.get("params", {})
        if kind == "Runtime.exceptionThrown":
            self.complaints.append(str(what["exceptionDetails"].get("exception", what)))
        elif kind == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning", "assert"):
            self.complaints.append(" ".join(str(a.get("value", a.get("description"))) for a in what["args"]))
        elif kind == "Log.entryAdded" and what["entry"]["level"] == "error":
            self.complaints.append(what["entry"]["text"])
        elif kind == "Network.requestWillBeSent":
            self.asked.append(what["request"]["url"])

    def js(self, expression: str):
        """The value of an expression; a promise is awaited."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']['exception'].get('description')}")
        return answer["result"].get("value")

    def until(self, expression: str, seconds: float = _PATIENCE_S):
        """Wait until an expression is true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := self.js(expression):
                return value
            time.sleep(0.05)
        raise AssertionError(f"never true: {expression}; the page said {self.complaints}")

    def settle(self, frames: int = 2) -> None:
        """Have some frames drawn, and wait for them."""
        wait = (
            "new Promise((done) => { window.openiads?.page?.touch(); let n = FRAMES;"
            "const f = () => (n-- ? requestAnimationFrame(f) : done(1)); f(); })"
        ).replace("FRAMES", str(frames))
        self.js(wait)

    def click(self, x: float, y: float) -> None:
        """The left button, down and up."""
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1, buttons=1)

    def drag(self, x0: float, y0: float, x1: float, y1: float, button: str = "left") -> None:
        """Press, move in steps, let go."""
        bits = 1 if button == "left" else 2
        self.call(
            "Input.dispatchMouseEvent",
            type="mousePressed",
            x=x0,
            y=y0,
            button=button,
            clickCount=1,
            buttons=bits,
        )
        for k in range(1, 6):
            x, y = x0 + (x1 - x0) * k / 5, y0 + (y1 - y0) * k / 5
            self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y, button=button, buttons=bits)
        self.call("Input.dispatchMouseEvent", type="mouseReleased", x=x1, y=y1, button=button, clickCount=1)

    def key(self, key: str, code: str = "", text: str = "") -> None:
        """One key, down and up."""
        down = {"type": "keyDown", "key": key, "code": code or key, **({"text": text} if text else {})}
        self.call("Input.dispatchKeyEvent", **down)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=code or key)

    def png(self) -> bytes:
        """The page as it looks now."""
        return base64.b64decode(
            self.call("Page.captureScreenshot", format="png", optimizeForSpeed=True)["data"]
        )

    def pixels(self) -> np.ndarray:
        """The same as an array (height, width, 3) of 0 to 255."""
        from PIL import Image  # noqa: PLC0415 - comes with matplotlib

        return np.asarray(Image.open(io.BytesIO(self.png())).convert("RGB"))
