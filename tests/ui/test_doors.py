"""The doors of a team server, as browsers and attackers meet them. All people are invented."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from coder.errors import CodingError, InvalidValue, NotAllowed
from coder.workflow import accounts as verbs
from coder.workflow.projects import create_project
from ui import newest, serve
from ui.components.watched import watch
from ui.doors import routes
from ui.gate import HEALTH, Gate, Server, inside
from ui.signing import COOKIE, SECRETS

URL = "https://coding.example.org"
STREAM = "wss://coding.example.org/_stcore/stream"
WORDS = "some words in a row"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(verbs, "_HASHER", cheap)
    monkeypatch.setattr(verbs, "_NOBODY", cheap.hash("nobody"))


async def _page(_: Request) -> PlainTextResponse:
    return PlainTextResponse("the app")


async def _stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("the app")
    await socket.close()


def app(server: Server | None) -> Starlette:
    """What is served, with a page and a stream in the place of Streamlit's."""
    beside = [
        *(routes(server) if server else []),
        newest.route(server),
        Route(HEALTH, _page),
        WebSocketRoute("/_stcore/stream", _stream),
        Route("/{path:path}", _page),
    ]
    return Starlette(routes=beside, middleware=[Middleware(Gate, server=server)])


@pytest.fixture
def server(tmp_path: Path) -> Server:
    with verbs.accounts_of(tmp_path) as accounts:
        verbs.set_password(accounts, verbs.add_account(accounts, "Maija", owner=True), WORDS)
        verbs.set_password(accounts, verbs.add_account(accounts, "Leena"), WORDS)
    return Server(tmp_path, URL)


@pytest.fixture
def client(server: Server) -> Iterator[TestClient]:
    with TestClient(app(server), base_url=URL, follow_redirects=False) as opened:
        yield opened


def signed_in(client: TestClient, name: str = "Maija") -> TestClient:
    answer = client.post("/redthread/sign-in", data={"name": name, "password": WORDS}, headers={"origin": URL})
    assert answer.status_code == 303
    return client


def test_nothing_but_the_doors_is_open_to_who_has_not_signed_in(client: TestClient) -> None:
    for path in ("/", "/media/x.csv", "/_stcore/upload_file/a/b", "/component/x", "/redthread/newest/p/d", "/coding"):
        answer = client.get(path)
        assert (answer.status_code, "the app" in answer.text) == (401, False)
    assert client.put("/_stcore/upload_file/a/b").status_code == 401
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(STREAM):
        pass
    assert client.get(HEALTH).status_code == 200


def test_a_page_is_led_to_the_sign_in_and_back_to_where_it_was_going(client: TestClient) -> None:
    answer = client.get("/code?document=d1&position=7", headers={"accept": "text/html"})
    assert answer.status_code == 401
    assert "/redthread/sign-in?to=%2Fcode%3Fdocument%3Dd1%26position%3D7" in answer.text
    there = client.post(
        "/redthread/sign-in?to=%2Fcode%3Fdocument%3Dd1",
        data={"name": "maija", "password": WORDS},
        headers={"origin": URL},
    )
    assert (there.status_code, there.headers["location"]) == (303, "/code?document=d1")
    again = client.get("/redthread/sign-in?to=%2Fcode", headers={"accept": "text/html"})
    assert (again.status_code, again.headers["location"]) == (303, "/code")


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil", "evil", ""])
def test_nobody_is_led_to_another_server(to: str) -> None:
    assert inside(to) == "/"


def test_the_cookie_is_for_this_server_alone_and_no_script_reads_it(client: TestClient) -> None:
    answer = client.post("/redthread/sign-in", data={"name": "Maija", "password": WORDS}, headers={"origin": URL})
    said = answer.headers["set-cookie"].lower()
    assert all(word in said for word in ("httponly", "samesite=strict", "secure", "path=/"))
    assert client.get("/").text == "the app"
    cookie = {"cookie": f"{COOKIE}={client.cookies[COOKIE]}"}
    with client.websocket_connect(STREAM, headers=cookie) as stream:
        assert stream.receive_text() == "the app"


def test_without_https_the_cookie_still_comes_back(tmp_path: Path, server: Server) -> None:
    plain = Server(tmp_path, "http://127.0.0.1:8501")
    with TestClient(app(plain), base_url=plain.url, follow_redirects=False) as client:
        answer = client.post(
            "/redthread/sign-in", data={"name": "Maija", "password": WORDS}, headers={"origin": plain.url}
        )
        assert "secure" not in answer.headers["set-cookie"].lower()
        assert client.get("/").text == "the app"


@pytest.mark.parametrize("path", ["/redthread/sign-in", "/redthread/sign-out"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", None, "http://coding.example.org"])
def test_another_page_signs_nobody_in_or_out(client: TestClient, path: str, origin: str | None) -> None:
    headers = {} if origin is None else {"origin": origin}
    answer = client.post(path, data={"name": "Maija", "password": WORDS}, headers=headers)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


def test_signing_out_ends_the_session_and_not_only_the_cookie(client: TestClient) -> None:
    token = signed_in(client).cookies[COOKIE]
    assert client.post("/redthread/sign-out", headers={"origin": URL}).status_code == 303
    assert client.get("/", headers={"cookie": f"{COOKIE}={token}"}).status_code == 401


def test_a_forged_cookie_opens_nothing(client: TestClient) -> None:
    for token in ("", "x", "' OR 1=1 --", "a" * 5000):
        assert client.get("/", headers={"cookie": f"{COOKIE}={token}"}).status_code == 401


def test_a_server_answers_to_its_own_name_only(client: TestClient) -> None:
    signed_in(client)
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(STREAM, headers={"origin": "https://evil.example"}),
    ):
        pass


@pytest.mark.parametrize(
    ("host", "status"), [("127.0.0.1:8501", 200), ("localhost:9", 200), ("[::1]:1", 200), ("evil.example:8501", 421)]
)
def test_alone_the_app_answers_on_the_loopback_address_only(host: str, status: int) -> None:
    with TestClient(app(None), base_url="http://127.0.0.1:8501") as client:
        assert client.get("/", headers={"host": host}).status_code == status


def test_an_invitation_is_looked_at_often_and_used_once(client: TestClient, server: Server) -> None:
    with verbs.accounts_of(server.folder) as accounts:
        token = verbs.invite(accounts, verbs.add_account(accounts, "<b>Risto"))
    for _ in range(3):
        page = client.get(f"/redthread/join/{token}")
        assert (page.status_code, "&lt;b&gt;Risto" in page.text) == (200, True)
    words = {"password": "words that nobody guesses"}
    short = client.post(f"/redthread/join/{token}", data={"password": "short"}, headers={"origin": URL})
    assert (short.status_code, "10 characters" in short.text) == (403, True)
    assert client.post(f"/redthread/join/{token}", data=words, headers={"origin": URL}).status_code == 303
    assert client.get("/").text == "the app"
    assert client.post(f"/redthread/join/{token}", data=words, headers={"origin": URL}).status_code == 410


def test_pages_are_not_framed_and_tell_nobody_where_one_came_from(client: TestClient) -> None:
    headers = client.get("/redthread/sign-in").headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_news_are_told_to_who_is_in_the_project(client: TestClient, server: Server) -> None:
    path = server.folder / "study.redthread"
    with create_project(path, title="Study", coder="Maija") as project:
        watch(project.id, str(path))
        asked = f"/redthread/newest/{project.id}/d1"
        revision = project.revision
    own = {"x-redthread": "1"}
    assert client.get(asked, headers=own).status_code == 401
    signed_in(client, "Leena")
    assert client.get(asked, headers=own).status_code == 403
    signed_in(client, "Maija")
    assert client.get(asked, headers=own).json() == {"document": revision, "project": revision}
    assert client.get(asked).status_code == 403
    assert client.get("/redthread/newest/another/d1", headers=own).status_code == 404


def test_with_a_provider_the_app_itself_asks_who_one_is(client: TestClient, server: Server) -> None:
    (server.folder / SECRETS).write_text("[auth]\n", "utf-8")
    assert client.get("/").text == "the app"
    for path in ("/media/x.csv", "/_stcore/upload_file/a/b"):
        assert client.get(path).status_code == 401
    with verbs.accounts_of(server.folder) as accounts:
        verbs.add_account(accounts, "Risto", email="risto@example.org")
        ticket = verbs.sign_in_by_email(accounts, "risto@example.org")
    elsewhere = client.get(f"/redthread/enter?ticket={ticket}", headers={"sec-fetch-site": "cross-site"})
    assert elsewhere.status_code == 403
    assert client.get(f"/redthread/enter?ticket={ticket}").headers["location"] == "/"
    assert client.get(f"/redthread/enter?ticket={ticket}").status_code == 403
    left = client.post("/redthread/sign-out", headers={"origin": URL})
    assert left.headers["location"] == "/auth/logout"


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.20", "::", "example.org"])
def test_nobody_serves_others_without_a_sign_in(address: str) -> None:
    with pytest.raises(NotAllowed, match=r"nobody would have to sign in; .* redthread serve FOLDER"):
        serve.run(None, address=address)


def test_a_server_that_nobody_could_sign_in_to_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(NotAllowed, match="make the first account: redthread account add"):
        serve.run_server(tmp_path)
    with pytest.raises(InvalidValue, match="is no folder"):
        serve.run_server(tmp_path / "missing")
    with pytest.raises(CodingError, match="say with --url how people reach it"):
        serve.run_server(tmp_path, address="0.0.0.0")


@pytest.mark.parametrize(
    ("url", "is_"),
    [
        ("https://Coding.Example.org/", "https://coding.example.org"),
        ("https://coding.example.org:443", "https://coding.example.org"),
        ("http://192.168.1.20:8501", "http://192.168.1.20:8501"),
        ("", "http://127.0.0.1:8501"),
    ],
)
def test_the_address_of_a_server_is_written_as_browsers_do(url: str, is_: str) -> None:
    assert serve.reached_at(url, "127.0.0.1", 8501) == is_


@pytest.mark.parametrize("url", ["coding.example.org", "ftp://example.org", "https://example.org/path", "https://"])
def test_what_is_no_address_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(InvalidValue, match="is no address of a server"):
        serve.reached_at(url, "127.0.0.1", 8501)
