"""A server, and a coder's hands and eyes in a real Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page

from coder.model import Coding
from coder.store import Project
from coder.workflow.projects import open_project
from ui.serve import HEALTH

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE_MS = 15_000


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """The bare screen over a folder of studies; it can be killed and started again at the same place."""

    def __init__(self, studies: Path) -> None:
        self.studies = studies
        self.port = unused_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def command(self) -> list[str]:
        return [sys.executable, str(HERE / "serving.py"), str(self.port)]

    @property
    def environment(self) -> dict[str, str]:
        return {"STUDIES": str(self.studies)}

    def start(self) -> None:
        environment = {**os.environ, **self.environment}
        self.process = subprocess.Popen(
            self.command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(self.address + HEALTH, timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("the server did not come up")

    @contextmanager
    def held(self) -> Iterator[None]:
        """The server answers nothing meanwhile."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class Screen:
    """One tab on one study."""

    def __init__(self, page: Page, server: Server, study: str) -> None:
        self.page = page
        self.server = server
        self.study = study

    # --- getting there ---

    def open(self, **asked: str | int) -> Screen:
        self.page.goto(f"{self.server.address}/?{urlencode({'study': self.study, **asked})}")
        return self.ready()

    def ready(self) -> Screen:
        self.page.wait_for_selector(".rt[data-ready]", timeout=PATIENCE_MS)
        return self

    @property
    def path(self) -> Path:
        return self.server.studies / f"{self.study}.redthread"

    def project(self) -> Project:
        return open_project(self.path)

    def codings(self) -> list[Coding]:
        """What is stored."""
        with self.project() as project:
            return project.codings()

    def code(self, name: str) -> str:
        """The id of a code, by its name."""
        with self.project() as project:
            return next(code.id for code in project.codebook().codes if code.name == name)

    def name_of(self, code: str) -> str:
        with self.project() as project:
            return project.codebook().code(code).name

    # --- hands ---

    def press(self, *keys: str) -> Screen:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def go(self, row: int) -> Screen:
        """Make a passage the current one with a click beside its text."""
        self.row(row).scroll_into_view_if_needed()
        self.row(row).locator(".rt-lanes").click(position={"x": 2, "y": 2})
        return self

    def drag(self, row: int, words: str) -> Screen:
        """Select words with the mouse."""
        corners = self.page.evaluate(
            """([row, words]) => {
                const text = document.querySelector(`.rt-row[data-row="${row}"] .rt-text`);
                text.scrollIntoView({ block: "center" });
                const at = text.textContent.indexOf(words);
                const point = (position) => {
                    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
                    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                        if (position <= node.length) return [node, position];
                        position -= node.length;
                    }
                };
                const range = document.createRange();
                range.setStart(...point(at));
                range.setEnd(...point(at + words.length));
                const boxes = [...range.getClientRects()].filter((box) => box.width > 0);
                const [first, last] = [boxes[0], boxes.at(-1)];
                return [first.left + 0.5, first.top + first.height / 2, last.right - 0.5, last.top + last.height / 2];
            }""",
            [row, words],
        )
        left, top, right, bottom = corners
        self.page.mouse.move(left, top)
        self.page.mouse.down()
        self.page.mouse.move((left + right) / 2, (top + bottom) / 2, steps=4)
        self.page.mouse.move(right, bottom, steps=4)
        self.page.mouse.up()
        return self

    # --- eyes ---

    def row(self, index: int) -> Locator:
        return self.page.locator(f'.rt-row[data-row="{index}"]')

    def names(self, row: int) -> list[str]:
        """Names of the codings shown beside a passage."""
        return self.row(row).locator(".rt-name .rt-label").all_text_contents()

    def marked(self, row: int) -> list[str]:
        """The words of a passage that lie under a coding, in the pieces in which they are drawn."""
        return self.row(row).locator(".rt-mark").all_text_contents()

    def offers(self, row: int) -> list[str]:
        """Names of the suggestions shown beside a passage."""
        return self.row(row).locator(".rt-offer .rt-label").all_text_contents()

    def current(self) -> int:
        return int(self.page.locator(".rt-current").get_attribute("data-row") or -1)

    def saved(self) -> Screen:
        """Wait until the server has everything."""
        self.page.wait_for_selector('.rt[data-pending="0"]', timeout=PATIENCE_MS)
        return self

    def waits(self, expression: str) -> Screen:
        """Wait until an expression of the page holds."""
        self.page.wait_for_function(expression, timeout=PATIENCE_MS)
        return self


Tab = Callable[..., Screen]
"""Opens a tab on a study."""
