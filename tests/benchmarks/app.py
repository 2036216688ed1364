"""How soon the app is there, and what it takes: ``python tests/benchmarks/app.py`` prints a table.

The sample project in a real Chromium: from starting the process to the first screen (five starts), from there to
another document, and the memory of the process before and after suggestions are ready.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from coder.workflow.projects import create_sample

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from driving import CHROMIUM

PORT = 8793
STARTS = 5
START = "from pathlib import Path; from ui.serve import run; run(Path({path!r}), port={port}, open_browser=False)"


def memory(process: psutil.Process) -> float:
    """Megabytes that the process and its children hold."""
    return sum(each.memory_info().rss for each in (process, *process.children(recursive=True))) / 1e6


def modules(process: psutil.Process) -> set[str]:
    """Of the heavy libraries, those whose files the process has open."""
    files = " ".join(each.path for each in process.memory_maps())
    return {name for name in ("torch", "spacy", "onnxruntime") if f"/{name}/" in files}


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = str(Path(folder) / "sample.redthread")
        create_sample(path, coder="Maija").close()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        listening, first = [], []
        print(f"{'':44}  median  slowest   goal")
        for start in range(STARTS):
            # A researcher's browser is open already; its store is empty, as before the very first start.
            page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
            begun = time.perf_counter()
            command = [sys.executable, "-c", START.format(path=path, port=PORT)]
            server = subprocess.Popen(command, env={**os.environ, "REDTHREAD_HOME": folder}, stdout=subprocess.DEVNULL)
            try:
                process = psutil.Process(server.pid)
                _wait_until_up()
                listening.append(time.perf_counter() - begun)
                page.goto(f"http://127.0.0.1:{PORT}/")
                page.get_by_text("What was done").wait_for()
                first.append(time.perf_counter() - begun)
                if start == STARTS - 1:
                    loaded = ", ".join(sorted(modules(process))) or "none of torch, spaCy, ONNX Runtime"
                    print(_row("from start until the server listens", listening))
                    print(_row("from start to the first screen", first) + f"   3 s   loaded: {loaded}")
                    print(f"{'memory at the first screen':44} {memory(process):4.0f} MB")
                    _switch(page)
                    print(f"{'memory with suggestions ready':44} {memory(process):4.0f} MB         1,000 MB")
            finally:
                page.context.close()
                server.terminate()
                server.wait(20)
        browser.close()


def _row(name: str, times: list[float]) -> str:
    return f"{name:44} {statistics.median(times):5.2f} s  {max(times):5.2f} s"


def _wait_until_up() -> None:
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/redthread/health", timeout=1)
        except OSError:
            time.sleep(0.02)
        else:
            return


def _switch(page: Page) -> None:
    page.get_by_role("link", name="Code", exact=True).click()
    page.get_by_text("Next suggestion").wait_for()
    page.locator(".rt-offer").first.wait_for(state="attached", timeout=300_000)
    begun = time.perf_counter()
    page.get_by_role("button", name="Next", exact=False).filter(has_text="chevron_right").click()
    page.locator(".rt-row").filter(has_text="thank you both for coming").first.wait_for()
    print(f"{'to another document':44} {time.perf_counter() - begun:5.2f} s              1 s")


if __name__ == "__main__":
    main()
