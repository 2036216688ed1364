"""Whom the app lets in: requests that name this server, and on a team server who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.signing import COOKIE, SECRETS

if TYPE_CHECKING:
    from coder.store import Account

HEALTH, NEWEST = "/redthread/health", "/redthread/newest"
_FILES = ("/media/", "/_stcore/upload_file")
"""Where Streamlit gives out and takes in files."""
SIGN_IN, SIGN_OUT, JOIN, ENTER = "/redthread/sign-in", "/redthread/sign-out", "/redthread/join", "/redthread/enter"

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Redthread</title>
{head}<style>
body {{font: 16px/1.5 system-ui, sans-serif; margin: 0; display: grid; place-items: center; min-height: 100vh;
  background: Canvas; color: CanvasText; color-scheme: light dark}}
main {{width: min(22rem, 90vw)}}
h1 {{font-size: 1.6rem}}
label {{display: block; margin: 1rem 0 .25rem}}
input, button {{font: inherit; width: 100%; box-sizing: border-box; padding: .55rem .7rem; border-radius: .4rem;
  border: 1px solid GrayText}}
button {{margin-top: 1.5rem; background: #b3261e; color: white; border: 0; cursor: pointer}}
[role=alert] {{border-left: 4px solid #b3261e; padding: .25rem .75rem}}
</style></head><body><main><h1>Redthread</h1>{body}</main></body></html>"""


@dataclass(frozen=True, slots=True)
class Server:
    """A team server: the folder with its projects and accounts, and the address under which people reach it."""

    folder: Path
    url: str

    @property
    def secure(self) -> bool:
        """Whether people reach it through https."""
        return urlsplit(self.url).scheme == "https"

    @property
    def host(self) -> str:
        """Host and port as browsers name them."""
        return urlsplit(self.url).netloc.lower()

    @property
    def name(self) -> str:
        """Its name or number without the port."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port that browsers use."""
        return urlsplit(self.url).port or (443 if self.secure else 80)

    @property
    def has_provider(self) -> bool:
        """Whether an identity provider is told of."""
        return (self.folder / SECRETS).is_file()

    def person(self, connection: HTTPConnection) -> Account | None:
        """Who is signed in on a connection."""
        token = connection.cookies.get(COOKIE)
        if not token:
            return None
        # Only a server needs what hashes passwords.
        from coder.workflow.accounts import accounts_of, signed_in

        with accounts_of(self.folder) as accounts:
            return signed_in(accounts, token)


class Gate:
    """Lets in who is signed in, and only requests that name this server.

    Without a ``server`` it is for one person on the loopback address: then the host is looked at and nothing else, so
    that no page on the web can make a browser speak to it under a name of its own.
    """

    def __init__(self, app: ASGIApp, server: Server | None) -> None:
        self.app = app
        self.server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        refusal = self._misaddressed(Headers(scope=scope), scope)
        if refusal is None and self.server is not None and not await self._admits(self.server, HTTPConnection(scope)):
            refusal = self._unsigned(HTTPConnection(scope))
        if refusal is None:
            return await self.app(scope, receive, _guarded(send))
        if scope["type"] == "websocket":
            # Before it is accepted this is an answer with the status 403.
            return await send({"type": "websocket.close", "code": 1008})
        return await refusal(scope, receive, _guarded(send))

    def _misaddressed(self, headers: Headers, scope: Scope) -> Response | None:
        host = headers.get("host", "").lower()
        known = host == self.server.host if self.server else _name(host) in ("127.0.0.1", "localhost", "::1")
        if not known and scope["path"] != HEALTH:
            return Response("this server is not called so", 421)
        origin = headers.get("origin")
        if origin is not None and scope["type"] == "websocket" and urlsplit(origin).netloc.lower() != host:
            return Response("another page may not speak to this server", 403)
        return None

    async def _admits(self, server: Server, connection: HTTPConnection) -> bool:
        path = connection.url.path
        if path in (HEALTH, SIGN_IN, SIGN_OUT, ENTER) or path.startswith(JOIN + "/"):
            return True
        if server.has_provider and not path.startswith(_FILES):
            # With a provider people sign in inside the app, which shows nothing before they have.
            return True
        return await run_in_threadpool(server.person, connection) is not None

    def _unsigned(self, connection: HTTPConnection) -> Response:
        if "text/html" not in connection.headers.get("accept", ""):
            return Response("sign in first", 401)
        # A page and no redirect: coming from a link elsewhere, a browser keeps the cookie back; going on from here
        # it brings it, and who was signed in all along is led on.
        to = quote(inside(f"{connection.url.path}?{connection.url.query}"), safe="")
        head = f'<meta http-equiv="refresh" content="0;url={SIGN_IN}?to={to}">'
        return HTMLResponse(PAGE.format(head=head, body=f'<p><a href="{SIGN_IN}?to={to}">Sign in</a></p>'), 401)


def inside(to: str) -> str:
    """The address if it lies on this server, else its first page."""
    # Browsers read a backslash as a slash, and leave out tabs and line ends.
    plain = to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() and "\\" not in to
    return to if plain else "/"


def _name(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""


def _guarded(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["X-Frame-Options"] = "DENY"
            headers["X-Content-Type-Options"] = "nosniff"
            # An invitation stands in an address: no other server is told it.
            headers["Referrer-Policy"] = "same-origin"
        await send(message)

    return guarded
