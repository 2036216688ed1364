"""Backups that are made beside the work: a look now and then, and a thread where one is due."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from coder.errors import CodingError
from coder.workflow.backups import back_up_if_due
from ui.resources import say

_PAUSE_S = 300.0
"""How long a look at the clock is good for."""

_looked: dict[str, float] = {}
_failed: dict[str, str] = {}


def keep_backups(path: str) -> None:
    """Make a backup of the project if one is due, without anybody waiting; why one failed is told once."""
    last = _looked.get(path)
    if last is None or time.monotonic() - last > _PAUSE_S:
        _looked[path] = time.monotonic()
        threading.Thread(target=_keep, args=(path,), kwargs={"opening": last is None}, daemon=True).start()
    failed = _failed.pop(path, None)
    if failed is not None:
        say(f"No backup was made: {failed}", icon=":material/error:")


def _keep(path: str, *, opening: bool) -> None:
    try:
        back_up_if_due(Path(path), opening=opening)
    except CodingError as error:
        _failed[path] = str(error)
