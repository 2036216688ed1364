"""Starting the app: one process, one port, on this machine only."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import urllib.request
import webbrowser
from importlib import import_module
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from coder.errors import CodingError
from ui.components.assets import route

ADDRESS = "127.0.0.1"
"""The loopback address: nobody else on the network reaches the app."""

HEALTH = "/redthread/health"
_TRIES = 50
_PATIENCE_S = 30.0
_DRAWING_S = 3.0


def application(script: Path) -> st.App:
    """Streamlit running a script, with the pane's modules and a health check beside it."""
    return st.App(script, routes=[Route(HEALTH, _health), route()])


def configuration(port: int) -> dict[str, Any]:
    """Streamlit's settings; nothing is read from a file or the environment."""
    return {
        "server.address": ADDRESS,
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


def free_port(first: int) -> int:
    """The first port from this one on that nothing listens to. Raises CodingError if there is none near."""
    for port in range(first, min(first + _TRIES, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((ADDRESS, port))
            except OSError:
                continue
            return port
    raise CodingError(f"no free port from {first} to {first + _TRIES - 1}; choose another with --port")


def run(project: Path | None, *, port: int = 8501, open_browser: bool = True, script: Path | None = None) -> None:
    """Start the app and serve it until it is stopped. Raises CodingError if no port is free.

    ``project`` is the one that a new tab opens; where the port is taken the next free one serves.
    """
    if project is not None:
        os.environ["REDTHREAD_PROJECT"] = str(project.expanduser().resolve())
    port = free_port(port)
    address = f"http://{ADDRESS}:{port}"
    sys.stdout.write(f"Redthread is at {address} (stop it with Ctrl+C)\n")
    sys.stdout.flush()
    threading.Thread(target=_load_screens, daemon=True).start()
    if open_browser:
        threading.Thread(target=_open_when_up, args=(address,), daemon=True).start()
    application(script or Path(__file__).with_name("app.py")).run(config=configuration(port))


def _load_screens() -> None:
    """Import what the first screen needs while the browser loads Streamlit's code, and the rest once it is drawn."""
    import_module("ui.components.transcript")
    import_module("ui.screens.project")
    time.sleep(_DRAWING_S)
    for screen in ("coding", "documents", "review", "codebook", "quotations", "compare"):
        import_module(f"ui.screens.{screen}")


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
