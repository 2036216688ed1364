"""The record of every change: who did what, with the rows before and after, each entry chained to the last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row of one table, before and after; None where it was not there.

    ``document`` is the document it concerns, where there is one, so that a screen can ask for the
    changes of the document it shows.
    """

    table: str
    key: str
    before: Row | None
    after: Row | None
    document: str | None = None

    def inverse(self) -> RowChange:
        """The change that takes this one back."""
        return RowChange(self.table, self.key, self.after, self.before, self.document)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the journal. ``undoes`` is the number of the entry that it took back or made again."""

    number: int
    id: str
    at: str
    coder: str | None
    verb: str
    summary: str
    operation: str | None
    undoes: int | None
    changes: tuple[RowChange, ...]
    previous: str
    hash: str


def entry_hash(
    previous: str,
    *,
    id: str,
    at: str,
    coder: str | None,
    verb: str,
    summary: str,
    operation: str | None,
    undoes: int | None,
    changes: tuple[RowChange, ...],
) -> str:
    """SHA-256 over the hash of the entry before and the canonical JSON of this one, hexadecimal."""
    body = {
        "previous": previous,
        "id": id,
        "at": at,
        "coder": coder,
        "verb": verb,
        "summary": summary,
        "operation": operation,
        "undoes": undoes,
        "changes": [[c.table, c.key, c.before, c.after, c.document] for c in changes],
    }
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: the same value always gives the same text."""
    return _ENCODER.encode(value)


# Made once: small values come by the hundred thousand.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=dict)
