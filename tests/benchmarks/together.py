"""A team at once on one server and one file: ``python tests/benchmarks/together.py [--seconds 120] [--clients 20]``.

Twenty coders without a browser send what the pane sends, some of it twice; three sign in with a real Chromium and code
with the keyboard, each every second or so. Afterwards every acknowledged operation must be in the project exactly
once, with the codings and memos that it made. The table tells how long storing took, and how long it took until
another's coding was on the screen. Run it on a machine that does nothing else. All people are invented.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from driving import CHROMIUM, unused_port
from study import make

from coder.model import Coder, Role, Span, new_id
from coder.workflow import accounts as doors
from coder.workflow.codings import code_span
from coder.workflow.projects import open_project
from tests.workflow.crowd import Client, at_work, crowd, missing
from ui.gate import HEALTH

BROWSERS = ("Aune", "Bengt", "Cilla")
PASSWORD = "words for a measurement"
START = "import sys; from coder.cli import main; main()"
WITHIN_S = 3.0
REMEMBER = """() => {
    globalThis.redthreadSent = [];
    for (const queue of globalThis.redthreadQueues.values()) {
        const add = queue.add.bind(queue);
        queue.add = (...values) => {
            const operation = add(...values);
            globalThis.redthreadSent.push([operation.id, performance.now()]);
            return operation;
        };
    }
}"""
PACE = """async ([seconds, first]) => {
    const press = (key) => document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    const pause = (ms) => new Promise((done) => setTimeout(done, ms));
    document.querySelector(`.rt-row[data-row="${first}"] .rt-lanes`).click();
    const until = performance.now() + seconds * 1000;
    for (let i = 0; performance.now() < until; i += 1) {
        press("j");
        await pause(300 + Math.random() * 300);
        press(String(1 + (i % 9)));
        await pause(400 + Math.random() * 300);
    }
}"""
STORED = """() => performance.getEntriesByName("redthread stored").map((each) => each.duration / 1000)"""


def level(times: list[float], share: float) -> float:
    """The time that this share of all does not exceed."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def row(name: str, times: list[float]) -> str:
    figures = [1000 * each for each in (statistics.median(times), level(times, 0.95), max(times))]
    return f"{name:52} {len(times):6}" + "".join(f" {figure:8.0f}" for figure in figures)


def prepare(folder: Path) -> Path:
    """A project with a long interview, and accounts for those who use a browser."""
    path = folder / "study.redthread"
    make(path, turns=300, words=9000)
    with open_project(path) as project, project.change("join", coder=None) as change:
        for name in BROWSERS:
            change.save_coder(Coder(new_id(), name, Role.CODER))
    with doors.accounts_of(folder) as accounts:
        for name in BROWSERS:
            doors.set_password(accounts, doors.add_account(accounts, name), PASSWORD)
    return path


def arrive(browser: Browser, address: str, name: str, document: str) -> Page:
    """Sign in, open the document, and note all that is sent from now on."""
    page = browser.new_context(viewport={"width": 1300, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}/code?document={document}")
    page.wait_for_url("**/redthread/sign-in*")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("button")
    page.wait_for_selector(".rt[data-ready]")
    page.evaluate(REMEMBER)
    return page


def watch_arrivals(pages: list[Page], clients: list[Client], until: float) -> list[float]:
    """How long until a coding that one of the crowd stored is on a screen; one probe every few seconds."""
    times, prober = [], clients[0]
    for number in range(10_000):
        if time.monotonic() > until:
            break
        page, place = pages[number % len(pages)], prober.places[number % len(prober.places)]
        id = new_id()
        with open_project(prober.path) as project:
            span = Span(place.span.start, place.span.start + 1 + number // len(prober.places))
            code_span(project, prober.document, span, prober.codes[-1], coder=prober.coder, id=id)
            prober.codings[id] = (span, prober.codes[-1])
        began = time.perf_counter()
        # Drawn or not, a mark that lies on a row is in the pane's own model.
        page.wait_for_selector(f'[data-coding="{id}"]', state="attached", timeout=30_000)
        times.append(time.perf_counter() - began)
        page.wait_for_timeout(2500)
    return times


def main() -> None:
    """Measure, print the table, and fail where something is missing or doubled."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=120)
    options.add_argument("--clients", type=int, default=20)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        path, port = prepare(folder), unused_port()
        # The first of the crowd only codes what the browsers wait for.
        prober, *clients = crowd(path, asked.clients + 1)
        address = f"http://127.0.0.1:{port}"
        server = subprocess.Popen(
            [sys.executable, "-c", START, "serve", str(folder), "--port", str(port)],
            env={**os.environ, "REDTHREAD_HOME": str(folder / "settings")},
            stdout=subprocess.DEVNULL,
        )
        try:
            found = measure(address, prober, clients, asked.seconds)
        finally:
            server.terminate()
            server.wait()
    sys.stdout.write("\n".join(found) + "\n")
    if found[-1] != "nothing is missing, nothing is doubled":
        sys.exit(1)


def measure(address: str, prober: Client, clients: list[Client], seconds: float) -> list[str]:
    """The lines of the table, with what is missing at its end."""
    _wait_for(address)
    until = time.monotonic() + seconds
    working = threading.Thread(target=at_work, args=(clients, lambda _: time.monotonic() < until, 1.0))
    sent: list[str] = []
    stored: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        pages = [arrive(browser, address, name, prober.document) for name in BROWSERS]
        until = time.monotonic() + seconds
        working.start()
        for number, page in enumerate(pages):
            page.evaluate(f"(given) => {{ globalThis.redthreadPace = ({PACE})(given); }}", [seconds, 5 + 60 * number])
        times = watch_arrivals(pages, [prober], until)
        working.join()
        for page in pages:
            page.evaluate("() => globalThis.redthreadPace")
            page.wait_for_selector('.rt[data-pending="0"]', timeout=60_000)
            sent += [id for id, _ in page.evaluate("() => globalThis.redthreadSent")]
            stored += page.evaluate(STORED)
        browser.close()
    lost = missing(prober.path, [prober, *clients], sent)
    refused = sum(len(client.refused) for client in clients)
    lines = [
        f"{len(clients)} clients without a browser, {len(BROWSERS)} browsers, {seconds:.0f} s, milliseconds",
        f"{'':52} {'number':>6} {'median':>8} {'95 %':>8} {'most':>8}",
        row("a client's operation, opened, stored, closed", [each for client in clients for each in client.seconds]),
        row("a browser's, from the key to the acknowledgement", stored),
        row(f"another's coding on the screen (at most {WITHIN_S:.0f} s)", times),
        f"acknowledged: {sum(len(client.operations) for client in clients):,} and {len(sent):,} from browsers; "
        f"refused: {refused:,}",
    ]
    return [*lines, *(lost or ["nothing is missing, nothing is doubled"])]


def _wait_for(address: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(address + HEALTH, timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    main()
