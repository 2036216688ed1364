"""How fast coding feels: ``python tests/benchmarks/browser.py [--browsers 10] [--presses 30]`` prints a table.

A transcript of 20,000 words in 600 turns that carries 2,000 codings, in a real Chromium. Times run
from the key press to the frame in which the coding is seen, and to the acknowledgement that it is
stored. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from driving import CHROMIUM, Screen, Server
from study import make

TURNS, WORDS, CODINGS = 600, 20_000, 2_000
TIMES = """() => ["painted", "stored"].map(
    (what) => performance.getEntriesByName(`redthread ${what}`).map((each) => each.duration))"""
# Coders at their own pace: a coding every second or so, each in a passage of its own.
PACE = """async ([presses, from]) => {
    const press = (key) => document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    const pause = (ms) => new Promise((done) => setTimeout(done, ms));
    document.querySelector(`.rt-row[data-row="${from}"]`).scrollIntoView({ block: "center" });
    document.querySelector(`.rt-row[data-row="${from}"] .rt-lanes`).click();
    for (let i = 0; i < presses; i += 1) {
        press("j");
        await pause(300 + Math.random() * 300);
        press(String(1 + (i % 9)));
        await pause(400 + Math.random() * 300);
    }
}"""


def level(times: list[float], share: float) -> float:
    """The time that this share of all does not exceed."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def row(name: str, times: list[float], goal: float | None) -> str:
    wanted = "" if goal is None else f"{goal:6.0f}"
    return f"{name:44} {len(times):5} {statistics.median(times):8.0f} {level(times, 0.95):8.0f} {wanted:>8}"


def tab(browser: Browser, server: Server, study: str) -> Screen:
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    return Screen(page, server, study).open(many=1)


def received(page: Page) -> list[int]:
    """Sizes of the messages that the server sends from now on; filled while the page lives."""
    sizes: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame))))
    return sizes


def one(browser: Browser, server: Server, presses: int) -> list[str]:
    began = time.perf_counter()
    server.start()
    started = 1000 * (time.perf_counter() - began)
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    sizes = received(page)
    began = time.perf_counter()
    screen = Screen(page, server, "large").open(many=1)
    opened = 1000 * (time.perf_counter() - began)
    screen.go(20)
    page.wait_for_timeout(1500)
    before = len(sizes)
    for number in range(presses):
        page.keyboard.press("j")
        page.wait_for_timeout(250)
        page.keyboard.press(str(1 + number % 9))
        screen.saved()
        page.wait_for_timeout(250)
    painted, stored = page.evaluate(TIMES)
    message = sum(sizes[before:]) / presses
    switches = []
    for name in ("Notes.txt", "Interview.txt") * 3:
        page.get_by_role("combobox", name="Document").click()
        option = page.get_by_role("option", name=name)
        option.wait_for()
        began = time.perf_counter()
        option.click()
        page.wait_for_function(
            f"document.querySelector('.rt-scroll')?.getAttribute('aria-label') === 'Transcript: {name}'"
        )
        if name == "Interview.txt":
            switches.append(1000 * (time.perf_counter() - began))
    return [
        row("one browser: key to seen, ms", painted, 60),
        row("one browser: key to stored, ms", stored, 200),
        row("switching to the large document, ms", switches, 1000),
        row("from the command to the server's answer, ms", [started], None),
        row("from the command to the transcript, ms", [started + opened], None),
        row("bytes from the server for one coding", [message], None),
    ]


def many(browser: Browser, server: Server, browsers: int, presses: int) -> list[str]:
    screens = [tab(browser, server, f"many{number}") for number in range(browsers)]
    for number, screen in enumerate(screens):
        screen.page.wait_for_timeout(300)
        screen.page.evaluate(f"window.coded = ({PACE})([{presses}, {20 + number}])")
    for screen in screens:
        screen.page.evaluate("window.coded")
    for screen in screens:
        screen.saved()
    times = [screen.page.evaluate(TIMES) for screen in screens]
    painted = [each for seen, _ in times for each in seen]
    stored = [each for _, kept in times for each in kept]
    return [
        row(f"{browsers} browsers at once: key to seen, ms", painted, 80),
        row(f"{browsers} browsers at once: key to stored, ms", stored, 250),
    ]


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--browsers", type=int, default=10)
    asked.add_argument("--presses", type=int, default=30)
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("large", *(f"many{number}" for number in range(chosen.browsers))):
            make(Path(folder) / f"{name}.redthread", turns=TURNS, words=WORDS, codings=CODINGS)
        server = Server(Path(folder))
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
                rows = one(browser, server, chosen.presses)
                if chosen.browsers > 1:
                    rows += many(browser, server, chosen.browsers, chosen.presses)
                browser.close()
            assert server.process is not None
            memory = psutil.Process(server.process.pid).memory_info().rss / 2**20
        finally:
            server.kill()
    lines = [
        f"{'':44} {'times':>5} {'median':>8} {'95 %':>8} {'goal':>8}",
        *rows,
        f"{'memory of the server, MB':44} {'':5} {memory:8.0f}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
