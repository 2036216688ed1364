"""Backups that are made beside the work: a look at the clock now and then, and a thread where something is due."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from coder.errors import CodingError
from coder.workflow.backups import back_up_if_due, write_back

_PAUSE_S = 60.0
"""How long a look at the clock is good for."""

_looked: dict[str, float] = {}
_failed: dict[str, str] = {}


def begin(path: str) -> str | None:
    """Look after a project from now on, without anybody waiting; why the last backup failed, told once."""
    if path not in _looked:
        _look(path, opening=True)
    go_on(path)
    return _failed.pop(path, None)


def go_on(path: str) -> None:
    """Look again if the last look is some time ago; only at projects that are looked after."""
    last = _looked.get(path)
    if last is not None and time.monotonic() - last > _PAUSE_S:
        _look(path, opening=False)


def _look(path: str, *, opening: bool) -> None:
    _looked[path] = time.monotonic()
    threading.Thread(target=_keep, args=(Path(path), opening), daemon=True).start()


def _keep(path: Path, opening: bool) -> None:
    try:
        write_back(path)
        back_up_if_due(path, opening=opening)
    except CodingError as error:
        _failed[str(path)] = str(error)
