"""One Chromium for all browser tests, one server of the pane and one of the app; a study and a tab for each."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

# The server that the tests start must find these by name, as the tests themselves do.
sys.path.insert(0, str(Path(__file__).parent))

from driving import CHROMIUM, Screen, Server, Tab
from study import make
from walking import App, Arrival, Opening, Researcher, Watch, arrivals

_numbers = count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("studies"))
    running.start()
    yield running
    running.kill()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("the browser tests need Chromium; `make test` installs it, or says how")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def tab(server: Server, chromium: Browser) -> Iterator[Tab]:
    """Opens a tab: on a new study, or with ``beside`` on the study of another tab. Errors of the page fail the test."""
    contexts, errors = [], []

    def new(
        *,
        beside: Screen | None = None,
        on: Server | None = None,
        theme: str = "light",
        turns: int = 40,
        words: int = 1200,
        codings: int = 0,
        **asked: str | int,
    ) -> Screen:
        home = on or (beside.server if beside else server)
        name = beside.study if beside else f"study{next(_numbers)}"
        if beside is None:
            make(Path(home.studies) / f"{name}.redthread", turns=turns, words=words, codings=codings)
        context = chromium.new_context(viewport={"width": 1300, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(error.message))
        return Screen(page, home, name).open(**asked)

    yield new
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="session")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    running = App(tmp_path_factory.mktemp("home"))
    running.start()
    yield running
    running.kill()


@pytest.fixture
def app(serving: App) -> App:
    """The app, which remembers nothing, and nothing is left in its folder."""
    serving.forget()
    return serving


@pytest.fixture
def arrive(chromium: Browser, app: App) -> Iterator[Arrival]:
    """Opens tabs on the app. Asking another host, or an error in a page, fails the test."""
    watch = Watch()
    new, contexts = arrivals(chromium, app, watch)
    yield new
    for context in contexts:
        context.close()
    assert watch.hosts == {"127.0.0.1"}
    assert watch.errors == []


@pytest.fixture
def opened(arrive: Arrival, app: App) -> Opening:
    """Opens the project ``app.study`` in a new tab, by its path, and goes to a page."""

    def open_at(title: str, heading: str) -> Researcher:
        who = arrive(study=app.study.stem).sees("Start a project").at_rest()
        who.fill("Path of a project file", str(app.study))
        who.page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Open").click()
        who.page.get_by_role("heading", name="Study", level=1).wait_for()
        return who.visit(title, heading)

    return open_at
