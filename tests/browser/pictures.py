"""The pictures of the README, made from the running app on the sample project: ``make pictures``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from driving import CHROMIUM, unused_port
from playwright.sync_api import Page, sync_playwright

from coder.workflow.projects import create_sample
from ui.serve import HEALTH

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
START = """
import sys
from pathlib import Path
from ui.serve import run
run(Path(sys.argv[1]), port=int(sys.argv[2]), open_browser=False)
"""


def coding(page: Page) -> None:
    _go(page, "Code")
    sure = re.compile("[5-9] in 10")
    offer = page.locator(".rt-row", has=page.locator(".rt-offer").filter(has_text=sure)).first
    offer.evaluate("row => row.scrollIntoView({block: 'center'})")
    offer.locator(".rt-lanes").click()
    page.get_by_text("Most like what was coded so").wait_for()


def documents(page: Page) -> None:
    _go(page, "Documents")
    page.get_by_text("20 documents").wait_for()


def evidence(page: Page) -> None:
    _go(page, "Suggestions")
    page.get_by_text("Open in transcript").wait_for(timeout=120_000)
    page.set_viewport_size({"width": 1400, "height": 1180})
    page.get_by_text("Why", exact=True).click()
    page.get_by_text("Most alike of").first.wait_for()


def codebook(page: Page) -> None:
    _go(page, "Codebook")
    page.locator("[data-testid=stDataFrame]").first.click(position={"x": 18, "y": 90})
    page.get_by_text("When to use").first.wait_for()


def compare(page: Page) -> None:
    _go(page, "Compare")
    page.locator("[data-testid=stDataFrame]").first.click(position={"x": 460, "y": 53})
    page.get_by_text("Read it in its place").or_(page.get_by_text("Parquet")).first.wait_for()


SHOTS: dict[str, Callable[[Page], None]] = {
    "coding": coding, "documents": documents, "evidence": evidence, "codebook": codebook, "compare": compare,
}  # fmt: skip


def main() -> None:
    """Make every picture, or those named."""
    wanted = sys.argv[1:] or list(SHOTS)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path, port = Path(folder) / "learning-networks.redthread", unused_port()
        create_sample(path, coder="Maija").close()
        environment = {**os.environ, "REDTHREAD_HOME": folder}
        server = subprocess.Popen([sys.executable, "-c", START, str(path), str(port)], env=environment)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            _wait_until_up(f"http://127.0.0.1:{port}{HEALTH}")
            page = browser.new_page(viewport={"width": 1400, "height": 880})
            page.set_default_timeout(60_000)
            page.goto(f"http://127.0.0.1:{port}/")
            _go(page, "Code")
            page.locator(".rt-offer").first.wait_for(state="attached", timeout=300_000)
            for name in wanted:
                page.set_viewport_size({"width": 1400, "height": 880})
                SHOTS[name](page)
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(1500)
                page.screenshot(path=PICTURES / f"{name}.png")
        finally:
            browser.close()
            server.terminate()
            server.wait(20)


def _go(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()


def _wait_until_up(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the app did not come up")


if __name__ == "__main__":
    main()
