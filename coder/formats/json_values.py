"""JSON of other programs: one array, one object, or objects one after the other."""

from __future__ import annotations

import json
from typing import Any

from coder.errors import MalformedFile
from coder.formats.decoding import decode

_BLANKS = " \t\r\n,"


def items(content: bytes, kind: str) -> list[dict[str, Any]]:
    """The objects of a file in order, whether they stand in an array, one a line, or one below the other.

    Raises MalformedFile with the line; ``kind`` is what the file claims to be.
    """
    text, _ = decode(content)
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    at = _begin(text, 0)
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except RecursionError as error:
            raise MalformedFile(f"not {kind}: it is nested too deeply") from error
        except ValueError as error:
            line = text.count("\n", 0, getattr(error, "pos", at)) + 1
            raise MalformedFile(f"not {kind}: {getattr(error, 'msg', error)}", line=line) from error
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, dict):
                raise MalformedFile(f"not {kind}: it holds {type(item).__name__} where an object should stand")
            found.append(item)
        at = _begin(text, at)
    return found


def first(content: bytes) -> dict[str, Any]:
    """The first object of a file; empty where it does not begin with one. Never raises."""
    try:
        value, _ = json.JSONDecoder().raw_decode(content.decode("utf-8-sig").lstrip(_BLANKS))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def dicts(value: object) -> list[dict[str, Any]]:
    """The objects of a list; none where it is something else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def strings(value: object) -> list[str]:
    """The texts of a list, or the one text; none where it is something else."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _begin(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    return at
