"""Starting the app: one process, one port, on this machine only."""

from __future__ import annotations

import gc
import os
import socket
import sys
import threading
import time
import urllib.request
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from coder.errors import CodingError, InvalidValue, NotAllowed
from ui import newest
from ui.components.assets import route
from ui.gate import HEALTH, Gate, Server
from ui.signing import SECRETS, SERVER, is_loopback

ADDRESS = "127.0.0.1"
"""The loopback address: nobody else on the network reaches the app."""

_INTERNET = {socket.AF_INET, socket.AF_INET6}
_TRIES = 50
_PATIENCE_S = 30.0
_DRAWING_S = 3.0


def application(script: Path, server: Server | None = None) -> st.App:
    """Streamlit running a script, with the pane's modules and a health check beside it, behind a gate."""
    beside = [Route(HEALTH, _health), route(), newest.route(server)]
    if server is not None:
        # Only a server needs what hashes passwords.
        from ui.doors import routes

        beside += routes(server)
    return st.App(script, lifespan=_ready, routes=beside, middleware=[Middleware(Gate, server=server)])


def configuration(port: int, *, address: str = ADDRESS, server: Server | None = None) -> dict[str, Any]:
    """Streamlit's settings; nothing is read from a file or the environment, but a server's identity provider."""
    reached = {} if server is None else {"browser.serverAddress": server.name, "browser.serverPort": server.port}
    if server is not None and server.has_provider:
        reached["secrets.files"] = [str(server.folder / SECRETS)]
    return {
        "server.address": address,
        **reached,
        "server.port": port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "server.maxUploadSize": 200,
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "runner.magicEnabled": False,
        # A full garbage collection after every rerun would take most of the time of a coding.
        "runner.postScriptGC": False,
    }


def free_port(first: int, address: str = ADDRESS) -> int:
    """The first port from this one on that nothing listens to. Raises CodingError if there is none near."""
    for port in range(first, min(first + _TRIES, 65536)):
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                continue
            return port
    raise CodingError(f"no free port from {first} to {first + _TRIES - 1}; choose another with --port")


def run(
    project: Path | None,
    *,
    port: int = 8501,
    address: str = ADDRESS,
    open_browser: bool = True,
    script: Path | None = None,
) -> None:
    """Start the app for one person and serve it until it is stopped.

    ``project`` is the one that a new tab opens; where the port is taken the next free one serves.
    Raises CodingError if no port is free, NotAllowed for an address that others reach, too.
    """
    if not is_loopback(address):
        raise NotAllowed(
            f"{address} can be reached by others, and nobody would have to sign in; "
            "put the projects in a folder and use: redthread serve FOLDER --address " + address
        )
    os.environ.pop(SERVER, None)
    if project is not None:
        os.environ["REDTHREAD_PROJECT"] = str(project.expanduser().resolve())
    port = free_port(port, address)
    here = f"http://{f'[{address}]' if ':' in address else address}:{port}"
    sys.stdout.write(f"Redthread is at {here} (stop it with Ctrl+C)\n")
    sys.stdout.flush()
    if open_browser:
        threading.Thread(target=_open_when_up, args=(here,), daemon=True).start()
    application(script or Path(__file__).with_name("app.py")).run(config=configuration(port, address=address))


def run_server(folder: Path, *, address: str = ADDRESS, port: int = 8501, url: str = "") -> None:
    """Start the app for a team, who must sign in, and serve it until it is stopped.

    ``url`` is the address under which people reach it, where that is another than ``address`` and ``port``.
    Raises CodingError if the port is taken, InvalidValue for an address that cannot be, NotAllowed where nobody
    could sign in.
    """
    from coder.workflow.accounts import accounts_of

    folder = folder.expanduser().resolve()
    if not folder.is_dir():
        raise InvalidValue(f"{folder} is no folder; make it, and put the projects of the team there")
    server = Server(folder, reached_at(url, address, port))
    with accounts_of(folder) as accounts:
        if not server.has_provider and not any(one.password and not one.closed for one in accounts.all()):
            raise NotAllowed(f"nobody could sign in yet; make the first account: redthread account add {folder} NAME")
    if free_port(port, address) != port:
        raise CodingError(f"the port {port} is taken; choose another with --port")
    os.environ[SERVER] = str(folder)
    os.environ.pop("REDTHREAD_PROJECT", None)
    sys.stdout.write(f"Redthread serves the projects in {folder} at {server.url} (stop it with Ctrl+C)\n")
    if not server.secure and not is_loopback(server.name):
        sys.stdout.write("Passwords travel unprotected: put it behind https, and tell its address with --url.\n")
    sys.stdout.flush()
    settings = configuration(port, address=address, server=server)
    application(Path(__file__).with_name("app.py"), server).run(config=settings)


def reached_at(url: str, address: str, port: int) -> str:
    """The address of a server as browsers name it: scheme and host, and the port unless it is the usual one.

    Raises InvalidValue for what is none, and where an address that stands for all of them does not tell it.
    """
    if not url:
        if address in ("0.0.0.0", "::", ""):  # noqa: S104 (told, not bound)
            raise InvalidValue(
                f"{address} stands for every address of this computer; say with --url how people reach it, "
                f"such as --url https://coding.example.org or --url http://192.168.1.20:{port}"
            )
        return f"http://{f'[{address}]' if ':' in address else address}:{port}"
    parts = urlsplit(url.strip().lower())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.username:
        raise InvalidValue(f"{url!r} is no address of a server; write it such as https://coding.example.org")
    usual = {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if parts.port in (None, usual) else f":{parts.port}")


@asynccontextmanager
async def _ready(_: st.App) -> AsyncIterator[None]:
    _answer_at_once()
    collect_seldom()
    # Not sooner: the server listens the earlier, and the browser loads Streamlit's code meanwhile.
    threading.Thread(target=_load_screens, daemon=True).start()
    yield


def _answer_at_once() -> None:
    """Let no part of an answer wait for the receipt of the part before, which browsers put off for 40 ms.

    asyncio sees to that for sockets whose protocol is named. Streamlit's is not, and nobody else is told of it; what
    is set on the socket that listens holds for every connection it takes.
    """
    for each in gc.get_objects():
        if type(each) is socket.socket and each.family in _INTERNET and each.fileno() != -1:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def collect_seldom() -> None:
    """Let Python look for what refers to itself less often than after every 700 new objects.

    A screen of a hundred thousand codings makes so many that it would spend a second looking, and find nothing.
    """
    gc.set_threshold(10_000, 10, 10)


def _load_screens() -> None:
    """Import what the first screen needs while the browser loads Streamlit's code, and the rest once it is drawn."""
    for name in ("ui.components.transcript", "ui.screens.project", "numpy", "PIL.Image"):
        import_module(name)  # Streamlit wants the last two for the icon.
    time.sleep(_DRAWING_S)
    for screen in ("coding", "documents", "review", "codebook", "quotations", "compare"):
        import_module(f"ui.screens.{screen}")
    # A second each, for which the first crosstab and the first map would wait.
    import_module("scipy.stats")
    import_module("sklearn.manifold")


async def _health(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


def _open_when_up(address: str) -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address + HEALTH, timeout=1):  # noqa: S310 - our own address
                break
        except OSError:
            time.sleep(0.1)
    webbrowser.open(address)
