"""A researcher's search words as a query that SQLite's full-text search cannot misread."""

from __future__ import annotations

import re

from coder.store.file import storable

_PART = re.compile(r'"([^"]*)"?|(\S+)')


def match_query(query: str) -> str | None:
    """All the words, in any order; ``"in quotes"`` as a phrase, ``trust*`` as a beginning. None without words."""
    parts = []
    for phrase, word in _PART.findall(storable(query).replace("\0", " ")):
        words = phrase or word.rstrip("*").replace('"', " ")
        if any(character.isalnum() for character in words):
            parts.append(f'"{words}"' + ("*" if word.endswith("*") else ""))
    return " ".join(parts) or None
