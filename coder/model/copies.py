"""Two copies of one project as one again: every row against the state that both copies last had in common.

A copy is known by its journal: entries whose hashes are the same are common history, and a copy that was merged
before says so in a setting, so that nothing is asked twice. The two copies are always laid side by side in the
same order, whoever asks: merging them either way gives the same rows. What both changed to different ends is a
conflict; unless somebody chooses, the later change stands, of two texts both, and what is still used stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from coder.model import blind
from coder.model.journal import Entry, Row, canonical
from coder.model.merging import merged_list

Key = tuple[str, str]
"""A table and the key of a row in it."""
Rows = dict[Key, Row]
"""Rows that are there, by table and key."""

MERGED = "merged copies"
"""The setting that holds the hashes of the heads of all copies that came together in this one."""
_MERGED_KEY = ("setting", MERGED)


class Choice(StrEnum):
    """Which value stands: that of this copy, that of the other, or both."""

    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field of one row that both copies changed to different ends, as people read it.

    ``stands`` is what the merge does with it; ``choices`` what could be chosen. ``what`` names the row in words.
    """

    table: str
    row: str
    field: str
    base: str | None
    ours: str
    theirs: str
    stands: Choice
    choices: tuple[Choice, ...] = (Choice.OURS, Choice.THEIRS)
    what: str = ""

    @property
    def key(self) -> str:
        """What a choice is remembered by."""
        return f"{self.table}/{self.row}/{self.field}"


@dataclass(frozen=True)
class Copy:
    """A copy since the fork: its entries, oldest first; rows as they stand, at least all that either copy touched."""

    entries: Sequence[Entry]
    rows: Mapping[Key, Row]

    @cached_property
    def head(self) -> str | None:
        """The hash of the newest entry that changed something, by which the copy is known; None where none did.

        Bringing an older file up to date is an entry, too, and makes no other copy of it.
        """
        return next((entry.hash for entry in reversed(self.entries) if entry.changes), None)

    def before(self, index: int) -> Rows:
        """The rows as they were before the entry of this index was written."""
        found = dict(self.rows)
        for entry in reversed(self.entries[index:]):
            for change in reversed(entry.changes):
                if change.before is None:
                    found.pop((change.table, change.key), None)
                else:
                    found[change.table, change.key] = change.before
        return found

    @cached_property
    def touched(self) -> Mapping[Key, str]:
        """When each row was written last since the fork."""
        return {(change.table, change.key): entry.at for entry in self.entries for change in entry.changes}

    def knows(self, other: Copy) -> bool:
        """Whether all of the other copy is in this one already."""
        return other.head is None or other.head in heads(self.rows)

    def newest_in(self, known: frozenset[str]) -> int:
        """How many entries of this copy there are up to the newest one that is ``known``; 0 for none."""
        return max((i for i, entry in enumerate(self.entries, 1) if entry.hash in known), default=0)


def taken_back(copy: Copy) -> dict[Key, Row | None]:
    """What brings a copy back to where its entries began; people, their roles and rounds of blind coding stay.

    A document that came since is hidden and not deleted, as everywhere. Without its round, what was done blind would
    show in the journal.
    """
    was = copy.before(0)
    found: dict[Key, Row | None] = {}
    for key in copy.touched:
        if key[0] == "document" and key not in was:
            found[key] = {**copy.rows[key], "removed": 1}
        elif key[0] not in ("coder", *blind.TABLES):
            found[key] = was.get(key)
    return found


def heads(rows: Mapping[Key, Row]) -> frozenset[str]:
    """The heads of the copies that came together in these rows."""
    row = rows.get(_MERGED_KEY)
    return frozenset(json.loads(row["value"])) if row else frozenset()


def with_heads(rows: Rows, copies: Iterable[Copy]) -> None:
    """Note in rows that these copies came together in them."""
    every = frozenset(hash for copy in copies for hash in (copy.head, *heads(copy.rows)) if hash is not None)
    rows[_MERGED_KEY] = {"key": MERGED, "value": canonical(sorted(every))}


def common_ground(left: Copy, right: Copy) -> tuple[Rows, Rows]:
    """The rows that both copies last had in common, and the same as one of them really had them at one moment.

    They differ only where each copy was merged into the other before: then what the two made of a row each for
    itself is merged, and a field that they made different is one that nobody has (``DISPUTED``).
    """
    in_left, in_right = left.newest_in(heads(right.rows)), right.newest_in(heads(left.rows))
    left_then, right_then = left.before(in_left), right.before(in_right)
    if not in_right or (in_left and right.entries[in_right - 1].hash in heads(left_then)):
        return left_then, left_then
    if not in_left or left.entries[in_left - 1].hash in heads(right_then):
        return right_then, right_then
    fork = left.before(0)
    ground: Rows = {}
    for key in sorted(left_then.keys() | right_then.keys()):
        was, one, other = fork.get(key), left_then.get(key), right_then.get(key)
        row = one if other in (one, was) else other if one == was else None
        if row is None and one is not None and other is not None:
            row = {name: _agreed(was, one, other, name) for name in one}
        elif row is None and not (one is None and other in (one, was)):
            row = one or other
        if row is not None:
            ground[key] = row
    return ground, left_then


DISPUTED = object()
"""Equal to no value."""


def _agreed(was: Row | None, one: Row, other: Row, name: str) -> Any:
    if one[name] == other[name] or (was is not None and other[name] == was[name]):
        return one[name]
    return other[name] if was is not None and one[name] == was[name] else DISPUTED


Rule = Callable[[Any, Any, Any], Any]
"""What becomes of a field from its values in the base, the left and the right."""


def _longer_list(base: Any, left: Any, right: Any) -> Any:
    before = json.loads(base) if isinstance(base, str) else []
    return canonical(list(merged_list(before, json.loads(left), json.loads(right))))


def _rule(of: Callable[..., Any]) -> Rule:
    def settle(base: Any, left: Any, right: Any) -> Any:
        known = [value for value in (left, right) if value is not None]
        return of(known) if known else None

    return settle


_SMALLER, _LARGER = _rule(min), _rule(max)
_QUIET: Mapping[str, Rule] = {
    "created": _SMALLER,
    "done": _SMALLER,
    "revealed": _SMALLER,
    "added": _SMALLER,
    "place": _SMALLER,
    "removed": _SMALLER,
    "modified": _LARGER,
    "at": _LARGER,
    "revision": _LARGER,
    "position": _LARGER,
    "pinned": _longer_list,
}
"""Fields that settle themselves, by name."""

_LATER = frozenset({"basis", "codebook_version"})
"""Fields of which the later one stands without a word."""

_PLACE = ("start", "end", "quotation", "before", "after", "lost")
_TOGETHER: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "document": {"text": ("sha256", "reading", "segmenter", "words", "characters")},
    "coding": {"passage": ("document", *_PLACE), "origin": ("origin", "model", "score")},
    "decision": {
        "passage": ("document", *_PLACE),
        "outcome": ("code", "outcome", "probability", "model", "coding", "at"),
    },
    "memo": {"passage": ("about", "target", *_PLACE)},
    "membership": {"passage": ("document", "case_id", *_PLACE)},
}
"""Columns that mean something together only."""

_TEXTS = frozenset({("memo", "text"), ("framework_cell", "summary"), ("item_set", "description")})
"""What people wrote, and two of which can stand one after the other."""


@dataclass
class Settling:
    """The choices of one merge, and the conflicts that it met. ``flipped``: the left copy is theirs."""

    choices: Mapping[str, Choice] = field(default_factory=dict)
    prefer: Choice | None = None
    flipped: bool = False
    conflicts: list[Conflict] = field(default_factory=list)

    def side(self, table: str, row: str, name: str, *, values: tuple[Any, Any, Any], default: int | None) -> int | None:
        """What stands: 0 the left value, 1 the right one, None both.

        ``values`` are those of base, left and right; ``default`` is what stands if nobody chose. Both can be
        chosen only where that is the default.
        """
        base, *sides = (None if value in (None, DISPUTED) else _shown(value) for value in values)
        ours, theirs = reversed(sides) if self.flipped else sides
        both = (Choice.BOTH,) if default is None else ()
        conflict = Conflict(table, row, name, base, ours or "", theirs or "", Choice.BOTH, (*_SIDES, *both))
        stands = self.choices.get(conflict.key, self.prefer)
        if stands not in conflict.choices:
            stands = Choice.BOTH if default is None else _SIDES[default ^ self.flipped]
        self.conflicts.append(Conflict(table, row, name, base, ours or "", theirs or "", stands, conflict.choices))
        return None if stands is Choice.BOTH else _SIDES.index(stands) ^ self.flipped


_SIDES = (Choice.OURS, Choice.THEIRS)


def three_way(sides: Sequence[Rows], when: tuple[Mapping[Key, str], ...], settling: Settling) -> Rows:
    """The rows of base, left and right as one. ``when`` tells for left and right when a row was written last."""
    base, left, right = sides
    found: Rows = {}
    for key in sorted(left.keys() | right.keys()):
        was, one, other = base.get(key), left.get(key), right.get(key)
        if other in (one, was):
            row = one
        elif one == was:
            row = other
        elif one is None or other is None:
            row = _removed(key, was, one, other, settling)
        else:
            times = [one.get("modified") or when[0].get(key, ""), other.get("modified") or when[1].get(key, "")]
            row = _both(key, was, one, other, int(times[1] > times[0]), settling)
        if row is not None:
            found[key] = row
    return found


def _removed(key: Key, was: Row | None, one: Row | None, other: Row | None, settling: Settling) -> Row | None:
    words = ["removed" if row is None else "changed" for row in (one, other)]
    side = settling.side(*key, "row", values=(None, words[0], words[1]), default=int(one is None))
    return other if side else one


def _both(key: Key, was: Row | None, one: Row, other: Row, later: int, settling: Settling) -> Row:
    table = key[0]
    units = _TOGETHER.get(table, {})
    grouped = {name: unit for unit, names in units.items() for name in names}
    row: dict[str, Any] = {}
    for name in dict.fromkeys(grouped.get(name, name) for name in (*one, *other)):
        columns = units.get(name, (name,))
        values = [tuple(None if side is None else side.get(column) for column in columns) for side in (was, one, other)]
        before, left, right = values
        if left == right or (was is not None and right == before):
            taken = left
        elif was is not None and left == before:
            taken = right
        elif table == "setting" and (both := _both_lists(left[0], right[0])) is not None:
            taken = (both,)
        elif name in _QUIET:
            taken = (_QUIET[name](before[0], left[0], right[0]),)
        elif name in _LATER:
            taken = (left, right)[later]
        else:
            shown = (None if was is None else _field(was, name), _field(one, name), _field(other, name))
            default = None if (table, name) in _TEXTS else later
            side = settling.side(*key, name, values=shown, default=default)
            taken = ("\n\n".join(filter(None, (left[0], right[0]))),) if side is None else (left, right)[side]
        row.update(zip(columns, taken, strict=True))
    if table == "document" and row not in (one, other):
        # Whoever has either before them must be told that it is neither.
        row["revision"] = max(one["revision"], other["revision"]) + 1
    return {name: row[name] for name in (*one, *(name for name in other if name not in one))}


def _both_lists(left: Any, right: Any) -> str | None:
    """Two lists of what was said at a time as one, the way that they are kept in settings; else None."""
    try:
        lists = [json.loads(value) for value in (left, right)]
        each = {canonical(item): item for found in lists for item in found}
        return json.dumps(sorted(each.values(), key=lambda item: (item["at"], canonical(item))), ensure_ascii=False)
    except (ValueError, TypeError, KeyError):
        return None


def _field(row: Row, name: str) -> Any:
    if name == "text" and "sha256" in row:
        return f"{row['words']} words"
    if name == "passage":
        return row.get("quotation") or f"{row.get('start')} to {row.get('end')}"
    return row[name] if name in row else row.get("model")


def _shown(value: Any) -> str:
    return str(value)
