"""A real browser without a window, moved by real clicks and keys: Chromium over the pipe of its DevTools protocol.

Nothing here runs script in the page, so that pages can be used with JavaScript switched off. The pipe needs no port and no library:
messages are JSON, each ended by a zero byte (Chromium, `--remote-debugging-pipe`).
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

PROGRAM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), "")
_PATIENCE_S = 20
_OPTIONS = (
    "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage", "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--window-size=1366,768", "--force-device-scale-factor=1",
)  # fmt: skip
_KEYS = {"Tab": 9, "Enter": 13, "ArrowDown": 40, "Space": 32}


class Browser:
    """One page at 1366 × 768, and everything that it asked the network for or complained about."""

    def __init__(self, program: str, folder: Path) -> None:
        to_browser, to_us = os.pipe(), os.pipe()
        self._write, self._read = to_browser[1], to_us[0]
        # Above the numbers that the browser expects, so that giving it 3 and 4 overwrites neither.
        theirs = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (to_browser[0], to_us[1])]
        command = [program, *_OPTIONS, f"--user-data-dir={folder}", *(["--no-sandbox"] if os.geteuid() == 0 else []), "about:blank"]
        quiet = os.open(os.devnull, os.O_RDWR)
        given = [(os.POSIX_SPAWN_DUP2, end, number) for number, end in ((3, theirs[0]), (4, theirs[1]), (1, quiet), (2, quiet))]
        closed = [(os.POSIX_SPAWN_CLOSE, end) for end in theirs]
        self._process = os.posix_spawn(program, command, {**os.environ, "HOME": str(folder)}, file_actions=[*given, *closed], setpgroup=0)
        for end in (to_browser[0], to_us[1], quiet, *theirs):
            os.close(end)
        self._number, self._rest, self.session = 0, b"", ""
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "DOM", "Log", "Audits"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=1366, height=768, deviceScaleFactor=1, mobile=False)

    def call(self, method: str, **values: Any) -> dict[str, Any]:
        """One command and its result."""
        self._number += 1
        asked = {"id": self._number, "method": method, "params": values, **({"sessionId": self.session} if self.session else {})}
        os.write(self._write, json.dumps(asked).encode() + b"\0")
        while True:
            message = self._next()
            if message.get("id") == self._number:
                assert "error" not in message, f"{method}: {message['error']}"
                result: dict[str, Any] = message["result"]
                return result

    def without_script(self) -> None:
        """Switch JavaScript off for the page."""
        self.call("Emulation.setScriptExecutionDisabled", value=True)

    def open(self, url: str) -> None:
        """Go to an address as if it were typed."""
        self.events.clear()
        self.call("Page.navigate", url=url)
        self._loaded()

    def click(self, selector: str, *, loads: bool = True) -> None:
        """Press the mouse where the first element is, and wait for the page that comes of it."""
        node = self._node(selector)
        self.call("DOM.scrollIntoViewIfNeeded", nodeId=node)
        box = self.call("DOM.getBoxModel", nodeId=node)["model"]["content"]
        middle = {"x": (box[0] + box[4]) / 2, "y": (box[1] + box[5]) / 2}
        self.events.clear()
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **middle)
        if loads:
            self._loaded()

    def type(self, text: str, selector: str = "") -> None:
        """Put text where the cursor is, or into an element after clicking on it."""
        if selector:
            self.click(selector, loads=False)
        self.call("Input.insertText", text=text)

    def focus(self, selector: str) -> None:
        """Give the first element the keyboard."""
        self.call("DOM.focus", nodeId=self._node(selector))

    def press(self, key: str, *, loads: bool = False, times: int = 1) -> None:
        """A key of the keyboard."""
        self.events.clear()
        told = {"key": " " if key == "Space" else key, "code": key, "windowsVirtualKeyCode": _KEYS[key]}
        text = {"text": "\r"} if key == "Enter" else {"text": " "} if key == "Space" else {}
        for _ in range(times):
            self.call("Input.dispatchKeyEvent", type="keyDown", **told, **text)
            self.call("Input.dispatchKeyEvent", type="keyUp", **told)
        if loads:
            self._loaded()

    def html(self, selector: str = "main") -> str:
        """What the first element holds; empty if there is none."""
        node = self._find(selector)
        return str(self.call("DOM.getOuterHTML", nodeId=node)["outerHTML"]) if node else ""

    def address(self) -> str:
        """Where the page is."""
        history = self.call("Page.getNavigationHistory")
        return str(history["entries"][history["currentIndex"]]["url"])

    def focused(self) -> str:
        """The element that has the keyboard."""
        return self.html(":focus")

    def width(self) -> float:
        """How wide the page is, in its own pixels."""
        return float(self.call("Page.getLayoutMetrics")["cssContentSize"]["width"])

    def picture(self, file: Path) -> None:
        """The window as a PNG."""
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def printed(self) -> bytes:
        """The page as it comes out of a printer, as PDF."""
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"])

    def close(self) -> None:
        """End the browser and whatever it started."""
        self.session = ""
        self.call("Browser.close")
        os.close(self._write)
        os.close(self._read)
        with suppress(ProcessLookupError):
            os.killpg(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)

    def _node(self, selector: str) -> int:
        node = self._find(selector)
        assert node, f"{selector} is not on the page:\n{self.html('main')}"
        return node

    def _find(self, selector: str) -> int:
        root = self.call("DOM.getDocument", depth=0)["root"]["nodeId"]
        return int(self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"])

    def _loaded(self) -> None:
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self._next()

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._read], [], [], _PATIENCE_S)
            assert ready, "the browser says nothing"
            piece = os.read(self._read, 1 << 20)
            assert piece, "the browser is gone"
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        self._note(message)
        return message

    def _note(self, message: dict[str, Any]) -> None:
        told = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"])
            case "Log.entryAdded":
                self.complaints.append(f"{told['entry']['source']}: {told['entry']['text']}")
            case "Audits.issueAdded":
                self.complaints.append(str(told["issue"]["code"]))
        if "method" in message:
            self.events.append(message)


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser for a while; the folder holds its profile."""
    opened = Browser(PROGRAM, folder)
    try:
        yield opened
    finally:
        opened.close()
