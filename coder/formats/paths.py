"""Codes whose place in a tree stands only in their names: ``Obstacles.No time``, ``Obstacles: No time``."""

from __future__ import annotations

from collections.abc import Collection


def parent_in(name: str, known: Collection[str], marks: Collection[str]) -> tuple[str | None, str]:
    """The longest name of ``known`` that this one begins with before one of the marks, and what follows the mark.

    None, and the whole name, where no such name is known: a dot or a colon alone makes no tree.
    """
    for at in range(len(name) - 1, 0, -1):
        mark = next((mark for mark in marks if name.startswith(mark, at)), None)
        if mark is not None:
            above, own = name[:at].strip(), name[at + len(mark) :].strip()
            if own and above in known:
                return above, own
    return None, name
