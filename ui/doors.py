"""The doors of a team server: signing in and out, and choosing a password by an invitation.

These are pages of our own beside Streamlit's, because only a response can set a cookie that no script can read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from coder.errors import CodingError, NotAllowed
from coder.store import Account
from coder.workflow import accounts as verbs
from coder.workflow.accounts import accounts_of
from ui.gate import ENTER, JOIN, PAGE, SIGN_IN, SIGN_OUT, Server, inside
from ui.signing import COOKIE

LONGEST_FORM = 10_000
LEAVE_PROVIDER = "/auth/logout"
"""Streamlit's own, which forgets who came through an identity provider and leads to the first page."""


def routes(server: Server) -> list[Route]:
    """Signing in and out, and choosing a password by an invitation."""
    door = _Door(server)
    return [
        Route(SIGN_IN, door.sign_in, methods=["GET", "POST"]),
        Route(SIGN_OUT, door.sign_out, methods=["GET", "POST"]),
        Route(JOIN + "/{token}", door.join, methods=["GET", "POST"]),
        Route(ENTER, door.enter, methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class _Door:
    server: Server

    async def sign_in(self, request: Request) -> Response:
        to = inside(request.query_params.get("to", "/"))
        if request.method == "GET":
            if await run_in_threadpool(self.server.person, request) is not None:
                return RedirectResponse(to, 303)
            return _form(self._signing())
        return await self._begin(request, self._with_password, self._signing(), to)

    async def join(self, request: Request) -> Response:
        token = request.path_params["token"]
        account = await run_in_threadpool(self._invited, token)
        if account is None:
            return _form("<p role=alert>This invitation was used already or has expired. Ask for a new one.</p>", 410)
        body = (
            f"<p>Welcome, <b>{escape(account.name)}</b>. Choose a password of at least {verbs.SHORTEST} characters, "
            "known to you alone.</p>" + _field("Password", "password", "new-password") + "<button>Join</button>"
        )
        if request.method == "GET":
            return _form(body)
        return await self._begin(request, lambda form: self._accepted(token, form), body, "/")

    async def enter(self, request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return _form("<p role=alert>Sign in from the page of this server.</p>", 403)
        token = request.query_params.get("ticket", "")
        try:
            session = await run_in_threadpool(self._passed_on, token)
        except NotAllowed as error:
            return _form(f"<p role=alert>{escape(_sentence(error))}</p>", 403)
        return self._with_cookie(RedirectResponse("/", 303), session)

    async def sign_out(self, request: Request) -> Response:
        if request.method == "GET":
            return _form("<p>Leave this server on this computer?</p><button>Sign out</button>")
        if not self._own(request):
            return Response("another page may not sign you out", 403)
        token = request.cookies.get(COOKIE)
        if token:
            await run_in_threadpool(self._signed_out, token)
        # Else who comes next on this computer would go on as this person.
        response = RedirectResponse(LEAVE_PROVIDER if self.server.has_provider else SIGN_IN, 303)
        response.delete_cookie(COOKIE, path="/", secure=self.server.secure, httponly=True, samesite="strict")
        return response

    async def _begin(self, request: Request, session: Callable[[dict[str, str]], str], body: str, to: str) -> Response:
        if not self._own(request):
            return Response("another page may not sign you in", 403)
        try:
            token = await run_in_threadpool(session, await _sent(request))
        except CodingError as error:
            return _form(f"<p role=alert>{escape(_sentence(error))}</p>{body}", 403)
        return self._with_cookie(RedirectResponse(to, 303), token)

    def _own(self, request: Request) -> bool:
        return request.headers.get("origin", "").lower() == self.server.url.lower()

    def _with_cookie(self, response: Response, token: str) -> Response:
        response.set_cookie(
            COOKIE,
            token,
            max_age=verbs.SESSION_S,
            path="/",
            secure=self.server.secure,
            httponly=True,
            samesite="strict",
        )
        return response

    def _signing(self) -> str:
        provider = (
            '<p><a href="/">Sign in through your organisation instead</a></p>' if self.server.has_provider else ""
        )
        fields = _field("Name", "name", "username") + _field("Password", "password", "current-password")
        return fields + "<button>Sign in</button>" + provider

    def _with_password(self, form: dict[str, str]) -> str:
        with accounts_of(self.server.folder) as accounts:
            return verbs.sign_in(accounts, form.get("name", ""), form.get("password", ""))

    def _accepted(self, token: str, form: dict[str, str]) -> str:
        with accounts_of(self.server.folder) as accounts:
            return verbs.begin_session(accounts, verbs.accept(accounts, token, form.get("password", "")))

    def _invited(self, token: str) -> Account | None:
        with accounts_of(self.server.folder) as accounts:
            return verbs.invited(accounts, token)

    def _passed_on(self, token: str) -> str:
        with accounts_of(self.server.folder) as accounts:
            return verbs.pass_on(accounts, token)

    def _signed_out(self, token: str) -> None:
        with accounts_of(self.server.folder) as accounts:
            verbs.sign_out(accounts, token)


async def _sent(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_FORM:
            raise NotAllowed("that is too long for a form")
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _form(body: str, status: int = 200) -> HTMLResponse:
    page = PAGE.format(head="", body=f'<form method="post">{body}</form>')
    return HTMLResponse(page, status, {"Cache-Control": "no-store"})


def _field(label: str, name: str, fills: str) -> str:
    kind = "password" if "password" in fills else "text"
    return (
        f'<label for="{name}">{label}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" autocomplete="{fills}" required maxlength="1000">'
    )


def _sentence(error: CodingError) -> str:
    words = str(error)
    return f"{words[:1].upper()}{words[1:]}."
