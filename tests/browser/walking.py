"""The real app, and a researcher's hands and eyes on its pages, in a real Chromium."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit

from driving import Screen, Server
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request
from playwright.sync_api import TimeoutError as TooLate

PATIENCE_MS = 60_000
START = "import sys; from ui.serve import run; run(None, port=int(sys.argv[1]), open_browser=False)"


# Where a table stands, once it stands still: it is drawn anew more than once when a page comes.
STANDING = """async (nth) => {
    const frame = () => new Promise(requestAnimationFrame);
    for (;;) {
        const canvas = document.querySelectorAll('[data-testid="stDataFrame"]')[nth]?.querySelector("canvas");
        canvas?.scrollIntoView({ block: "nearest" });
        const before = canvas?.getBoundingClientRect();
        for (let i = 0; i < 10; i += 1) await frame();
        const after = canvas?.isConnected && canvas.getBoundingClientRect();
        const still = after && ["left", "top", "width"].every((side) => after[side] === before[side]);
        if (still && after.width > 0) return [after.left, after.top, after.width];
    }
}"""


# Whether a table shows that a cell is chosen, or has gone because one was.
CHOSEN = """(nth) => {
    const table = document.querySelectorAll('[data-testid="stDataFrame"]')[nth];
    return !table || table.querySelector('[aria-selected="true"]') !== null;
}"""
CLICKS = 3


class App(Server):
    """The app as it is started from the terminal, by somebody who never used it: an empty home folder."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.home = home

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-c", START, str(self.port)]

    @property
    def environment(self) -> dict[str, str]:
        return {"HOME": str(self.home), "REDTHREAD_HOME": str(self.settings.parent), "REDTHREAD_PROJECT": ""}

    @property
    def settings(self) -> Path:
        return self.home / "settings" / "settings.json"

    @property
    def study(self) -> Path:
        """Where a test puts its project."""
        return self.studies / "study.redthread"

    def forget(self) -> None:
        """Remove the studies and the settings, so that a new tab begins like the first. Studies get a folder never used
        before: the app keeps what it knows of one by its path."""
        if self.studies != self.home:
            shutil.rmtree(self.studies)
        self.settings.unlink(missing_ok=True)
        self.studies = Path(mkdtemp(prefix="studies-", dir=self.home))


class Researcher(Screen):
    """One tab on the app. ``study`` names the project's file once there is one."""

    def __init__(self, page: Page, app: App, study: str = "") -> None:
        super().__init__(page, app, study)
        page.set_default_timeout(PATIENCE_MS)

    # --- getting there ---

    def arrive(self, address: str = "") -> Researcher:
        self.page.goto(f"{self.server.address}/{address}")
        return self

    def visit(self, title: str, heading: str | None = None) -> Researcher:
        """Go to a page by the menu; wait for its heading, or for the pane where it has none."""
        self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
        if heading is None:
            self.page.wait_for_selector(".rt[data-ready]")
        else:
            self.page.get_by_role("heading", name=heading, level=1).wait_for()
        return self.at_rest()

    def at_rest(self) -> Researcher:
        """Wait until the script has run and nothing is left to be drawn."""
        self.page.wait_for_function(
            """document.querySelector('.stApp').dataset.testScriptState === 'notRunning'
               && !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]')"""
        )
        return self

    # --- hands ---

    def click(self, name: str) -> Researcher:
        self.page.get_by_role("button", name=name).click()
        return self

    def fill(self, label: str, text: str) -> Researcher:
        self.page.get_by_label(label, exact=True).fill(text)
        return self

    def choose(self, label: str, option: str) -> Researcher:
        """One of the options of a box, found by typing."""
        box = self.page.get_by_role("combobox", name=label)
        box.click()
        box.fill(option)
        self.page.get_by_role("option", name=option).first.click()
        # A box that takes several options stays open over what is below it.
        self.page.keyboard.press("Tab")
        return self

    def upload(self, files: Iterable[Path], *, nth: int = 0) -> Researcher:
        self.page.locator('input[type="file"]').nth(nth).set_input_files([str(file) for file in files])
        return self

    def view(self, name: str) -> Researcher:
        """One half of a page that has several."""
        self.page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True).click()
        return self.at_rest()

    def table(self, nth: int = 0) -> Locator:
        return self.page.get_by_test_id("stDataFrame").nth(nth)

    def cell(self, row: int, x: float, *, nth: int = 0) -> Researcher:
        """Click into a table, ``x`` pixels from its left side, or from its right side where that is negative."""
        for _ in range(CLICKS):
            self._click(row, x, nth)
            with suppress(TooLate):
                self.page.wait_for_function(CHOSEN, arg=nth, timeout=5_000)
                return self
        raise AssertionError(f"the table took no click on row {row}")

    def tick(self, row: int, *, nth: int = 0) -> Researcher:
        """Click the check box at the left of a row."""
        self._click(row, 18, nth)
        return self

    def _click(self, row: int, x: float, nth: int) -> None:
        left, top, width = self.page.evaluate(STANDING, nth)
        across, down = left + (x if x > 0 else width + x), top + 36 + 35 * row + 17
        # The grid has to see the pointer coming, and hears nothing while it is drawn anew.
        self.page.mouse.move(across, down, steps=5)
        self.page.mouse.click(across, down)

    def write(self, row: int, column: int, text: str, *, nth: int = 0) -> Researcher:
        """Write into a cell of a table; the first two columns are the check box and one that is 100 pixels off."""
        self.cell(row, 100, nth=nth)
        for reached in range(1, column + 1):
            if reached > 1:
                self.page.keyboard.press("ArrowRight")
            # The grid takes the next key only when it has drawn what the last one did.
            chosen = f'[data-testid="glide-cell-{reached}-{row}"][aria-selected="true"]'
            self.table(nth).locator(chosen).wait_for(state="attached")
        self.page.keyboard.press("Enter")
        self.page.locator("#portal").get_by_role("textbox").fill(text)
        self.page.keyboard.press("Enter")
        return self

    def download(self, name: str, folder: Path) -> Path:
        """Press a download button; where the file went."""
        with self.page.expect_download() as started:
            self.click(name)
        path = folder / started.value.suggested_filename
        started.value.save_as(path)
        return path

    # --- eyes ---

    def sees(self, text: str) -> Researcher:
        self.page.get_by_text(text).locator("visible=true").first.wait_for()
        return self

    def told(self, text: str) -> Researcher:
        """Wait for a short message, and for the page that it comes with."""
        self.page.get_by_test_id("stToast").get_by_text(text).last.wait_for()
        return self.at_rest()

    def press(self, *keys: str) -> Researcher:
        super().press(*keys)
        return self

    def waits(self, expression: str) -> Researcher:
        self.page.wait_for_function(expression)
        return self


class Watch:
    """What pages must never do: ask another host, fail in a script, run what a file says."""

    def __init__(self) -> None:
        self.hosts: set[str] = set()
        self.errors: list[str] = []

    def over(self, context: BrowserContext) -> BrowserContext:
        context.on("request", self._requested)
        context.on("page", self._opened)
        return context

    def _opened(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.errors.append(error.message))
        page.on("websocket", lambda socket: self._asked(socket.url))

    def _requested(self, request: Request) -> None:
        self._asked(request.url)

    def _asked(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme not in ("data", "blob"):
            self.hosts.add(address.hostname or url)


Arrival = Callable[..., Researcher]
"""Opens a tab on the app."""

Opening = Callable[[str, str], Researcher]
"""Opens the study of a test at a page, by its title in the menu and its heading."""


def arrivals(browser: Browser, app: App, watch: Watch) -> tuple[Arrival, list[BrowserContext]]:
    """A function that opens tabs, and the windows that it has opened."""
    contexts: list[BrowserContext] = []

    def new(
        address: str = "", *, study: str = "", beside: Researcher | None = None, theme: str = "light"
    ) -> Researcher:
        if beside is None:
            context = browser.new_context(
                viewport={"width": 1400, "height": 900},
                color_scheme=theme,  # type: ignore[arg-type]
                accept_downloads=True,
            )
            contexts.append(watch.over(context))
        else:
            context = beside.page.context
        return Researcher(context.new_page(), app, study or (beside.study if beside else "")).arrive(address)

    return new, contexts
