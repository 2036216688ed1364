"""Three-way merge of codebooks: what two people made of one codebook becomes one again.

Codes are the same where their ids are. What only one side changed is taken; what both changed to different
ends is a conflict, and stands as ours until somebody chooses. The merged codebook is sound at all times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from coder.model.codebook import Code, Codebook, CodeStatus, Source

Item = TypeVar("Item")


class Side(StrEnum):
    """Where a value comes from."""

    OURS = "ours"
    THEIRS = "theirs"
    BASE = "base"


class ConflictKind(StrEnum):
    """Why two codebooks do not fit together of themselves."""

    FIELD = "field"
    """One field, changed on both sides."""
    REMOVED = "removed"
    """A code removed on one side; on the other it was changed, or codes stand below it."""
    NAME = "name"
    """Two codes of one name under one parent; the side chosen keeps the name."""
    KEY = "key"
    """Two codes with one key; the side chosen keeps the key."""
    CYCLE = "cycle"
    """Codes that would stand under each other; the side chosen says where all of them stand."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing to choose. ``code`` is an id, empty for the codebook itself; ``path`` is where the code stood.

    ``base``, ``ours`` and ``theirs`` are the values as people read them; ``base`` is None where there was none.
    """

    kind: ConflictKind
    code: str
    path: str
    field: str
    base: str | None
    ours: str
    theirs: str

    @property
    def key(self) -> str:
        """What a choice is remembered by."""
        return f"{self.kind}/{self.code}/{self.field}"

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides that can be chosen."""
        if self.kind is ConflictKind.FIELD and self.base is not None:
            return (Side.OURS, Side.THEIRS, Side.BASE)
        return (Side.OURS, Side.THEIRS)

    def __str__(self) -> str:
        values = {"ours": self.ours, "theirs": self.theirs} | ({} if self.base is None else {"base": self.base})
        shown = "".join(f"\n  {side}: {value or '(empty)'}" for side, value in values.items())
        return f"conflict: {self.path or 'the codebook'}, {self.field.replace('_', ' ')}{shown}"


@dataclass(frozen=True)
class Merge:
    """Two codebooks that come from one, as one again, and what there is to choose.

    ``used`` holds the ids of codes that codings rest on: such a code is never lost.
    """

    base: Codebook
    ours: Codebook
    theirs: Codebook
    used: frozenset[str] = frozenset()
    choices: Mapping[str, Side] = field(default_factory=dict)

    def settled(self, choices: Mapping[str, Side]) -> Merge:
        """The merge with these choices, by the keys of conflicts; a choice may bring up another conflict."""
        return replace(self, choices={**self.choices, **choices})

    @property
    def codebook(self) -> Codebook:
        """The merged codebook; what was not chosen stands as ours."""
        return self._merged[0]

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Everything there is or was to choose, in the order of the codebook."""
        return self._merged[1]

    @property
    def kept(self) -> tuple[str, ...]:
        """Ids of codes that theirs removed, kept and retired because codings rest on them."""
        return self._merged[2]

    @property
    def open(self) -> tuple[Conflict, ...]:
        """The conflicts that nobody has settled."""
        return tuple(conflict for conflict in self.conflicts if conflict.key not in self.choices)

    @cached_property
    def _merged(self) -> tuple[Codebook, tuple[Conflict, ...], tuple[str, ...]]:
        return _Merging(self).result()


def merge(base: Codebook, ours: Codebook, theirs: Codebook, *, used: frozenset[str] = frozenset()) -> Merge:
    """Merge two codebooks that both come from ``base``."""
    return Merge(base, ours, theirs, used)


_LISTS = ("examples", "counter_examples", "sources")
_FIELDS = tuple(each.name for each in fields(Code) if each.name != "id")
_BOOK_TEXTS = ("title", "licence", "language", "description")


class _Merging:
    """One run of a merge."""

    def __init__(self, wanted: Merge) -> None:
        self.base, self.ours, self.theirs = wanted.base, wanted.ours, wanted.theirs
        self._books = {Side.OURS: self.ours, Side.THEIRS: self.theirs, Side.BASE: self.base}
        self._used = wanted.used
        self._choices = wanted.choices
        self._conflicts: dict[str, Conflict] = {}
        self._kept: list[str] = []
        self._codes: dict[str, Code] = {}

    def result(self) -> tuple[Codebook, tuple[Conflict, ...], tuple[str, ...]]:
        for id in dict.fromkeys(code.id for book in (self.ours, self.theirs) for code in book.codes):
            code = self._one(id)
            if code is not None:
                self._codes[id] = code
        self._keep_what_used_codes_stand_under()
        self._parents()
        self._names()
        self._keys()
        book = self._book()
        place = {code.id: number for number, code in enumerate(book.codes)}
        conflicts = sorted(self._conflicts.values(), key=lambda each: place.get(each.code, -1))
        return book, tuple(conflicts), tuple(self._kept)

    def _chosen(self, conflict: Conflict) -> Side:
        self._conflicts[conflict.key] = conflict
        side = self._choices.get(conflict.key, Side.OURS)
        return side if side in conflict.sides else Side.OURS

    def _path(self, id: str) -> str:
        return next((book.path(id) for book in self._books.values() if id in book), "")

    # --- which codes there are, and what they say ---

    def _one(self, id: str) -> Code | None:
        base, ours, theirs = (_code(book, id) for book in (self.base, self.ours, self.theirs))
        if ours is not None and theirs is not None:
            return self._both(base, ours, theirs)
        standing = ours or theirs
        if base is None or standing is None:
            return standing
        side = Side.OURS if ours is not None else Side.THEIRS
        keeps = standing != base and self._keeps(standing, side)
        if keeps or id not in self._used:
            return standing if keeps else None
        self._kept.append(id)
        return replace(standing, status=CodeStatus.RETIRED)

    def _keeps(self, code: Code, side: Side) -> bool:
        """Whether a code stays that only ``side`` still has."""
        why = "changed" if code != _code(self.base, code.id) else "codes stand below it"
        words = {side: why, Side.THEIRS if side is Side.OURS else Side.OURS: "removed"}
        conflict = Conflict(
            ConflictKind.REMOVED, code.id, self._path(code.id), "code", None, words[Side.OURS], words[Side.THEIRS]
        )
        return self._chosen(conflict) is side

    def _both(self, base: Code | None, ours: Code, theirs: Code) -> Code:
        values = {name: self._value(base, ours, theirs, name) for name in _FIELDS}
        return replace(ours, **values)

    def _value(self, base: Code | None, ours: Code, theirs: Code, name: str) -> Any:
        of = {Side.OURS: getattr(ours, name), Side.THEIRS: getattr(theirs, name)}
        if base is not None:
            of[Side.BASE] = getattr(base, name)
        side = _agreed(of)
        if side is not None:
            return of[side]
        if name in _LISTS:
            return merged_list(of.get(Side.BASE, ()), of[Side.OURS], of[Side.THEIRS])
        shown = {side: _shown(self._books[side], name, value) for side, value in of.items()}
        conflict = Conflict(
            ConflictKind.FIELD,
            ours.id,
            self._path(ours.id),
            name,
            shown.get(Side.BASE),
            shown[Side.OURS],
            shown[Side.THEIRS],
        )
        return of[self._chosen(conflict)]

    def _keep_what_used_codes_stand_under(self) -> None:
        for id in [id for id in self._kept if id in self.ours]:
            above = self.ours.code(id).parent
            while above is not None:
                self._codes.setdefault(above, self.ours.code(above))
                above = self.ours.code(above).parent

    # --- where they stand ---

    def _parents(self) -> None:
        """Give every code a parent that is there, without cycles."""
        settled: set[str] = set()
        while True:
            self._lift()
            cycle = self._cycle()
            if not cycle:
                return
            first = min(cycle)
            conflict = Conflict(
                ConflictKind.CYCLE,
                first,
                self._path(first),
                "parent",
                None,
                _places(self.ours, cycle),
                _places(self.theirs, cycle),
            )
            # A cycle that comes back mixes both sides; one side alone has none.
            wanted = Side.OURS if cycle <= settled else self._chosen(conflict)
            book = self._books[wanted]
            settled |= cycle
            for id in (id for id in cycle if id in book):
                self._codes[id] = replace(self._codes[id], parent=book.code(id).parent)

    def _lift(self) -> None:
        waiting = list(self._codes)
        while waiting:
            id = waiting.pop()
            parent = self._codes[id].parent
            if parent is None or parent in self._codes:
                continue
            side = next((side for side, book in self._books.items() if parent in book), None)
            missing = self._books[side].code(parent) if side is not None else None
            if missing is not None and side is not None and side is not Side.BASE and self._keeps(missing, side):
                self._codes[parent] = missing
                waiting.append(parent)
            else:
                self._codes[id] = replace(self._codes[id], parent=missing.parent if missing is not None else None)
                waiting.append(id)

    def _cycle(self) -> frozenset[str]:
        """The codes of one cycle; empty where there is none."""
        sound: set[str] = set()
        for start in self._codes:
            walked: list[str] = []
            id: str | None = start
            while id is not None and id not in sound:
                if id in walked:
                    return frozenset(walked[walked.index(id) :])
                walked.append(id)
                id = self._codes[id].parent
            sound.update(walked)
        return frozenset()

    # --- what only one code may have ---

    def _names(self) -> None:
        for several in self._sharing(lambda code: (code.parent, code.name.casefold())):
            standing = self._rivals(several, lambda code: (code.parent, code.name.casefold()))
            keeper = self._keeper(ConflictKind.NAME, "name", standing, "keeps the name")
            for loser in (id for id in standing if id != keeper):
                code = self._codes[loser]
                taken = {other.name.casefold() for other in self._codes.values() if other.parent == code.parent}
                number, free = 2, code.name
                while free.casefold() in taken:
                    free, number = f"{code.name} ({number})", number + 1
                self._codes[loser] = replace(code, name=free)

    def _keys(self) -> None:
        for several in self._sharing(lambda code: code.key if code.key and code.takes_codings else None):
            standing = self._rivals(several, lambda code: code.key)
            keeper = self._keeper(ConflictKind.KEY, "key", standing, f"has the key {self._codes[standing[0]].key}")
            for loser in (id for id in standing if id != keeper):
                self._codes[loser] = replace(self._codes[loser], key=None)

    def _sharing(self, of: Callable[[Code], Any]) -> list[list[str]]:
        found: dict[Any, list[str]] = {}
        for code in self._codes.values():
            if (value := of(code)) is not None:
                found.setdefault(value, []).append(code.id)
        return [ids for ids in found.values() if len(ids) > 1]

    def _rivals(self, ids: Iterable[str], of: Callable[[Code], Any]) -> list[str]:
        """Ours first: the code that has the value in our codebook, too."""

        def not_ours(id: str) -> bool:
            ours = _code(self.ours, id)
            return ours is None or of(ours) != of(self._codes[id])

        return sorted(ids, key=lambda id: (not_ours(id), id))

    def _keeper(self, kind: ConflictKind, name: str, rivals: Sequence[str], what: str) -> str:
        ours, theirs = rivals[0], rivals[-1]
        conflict = Conflict(
            kind, theirs, self._path(theirs), name, None, f"{self._path(ours)} {what}", f"{self._path(theirs)} {what}"
        )
        if self._path(ours).casefold() == self._path(theirs).casefold():
            conflict = replace(conflict, ours=f"the code from ours {what}", theirs=f"the code from theirs {what}")
        return theirs if self._chosen(conflict) is Side.THEIRS else ours

    # --- the whole ---

    def _book(self) -> Codebook:
        texts = {
            name: self._book_value(name, {side: getattr(book, name) for side, book in self._books.items()})
            for name in _BOOK_TEXTS
        }
        agreed = _agreed({side: book.version for side, book in self._books.items()})
        latest = max(self.ours.version, self.theirs.version, key=version_order)
        return Codebook(
            id=self.ours.id if self.theirs.id == self.base.id else self.theirs.id,
            codes=self._in_order(),
            version=self._books[agreed].version if agreed else latest,
            authors=merged_list(self.base.authors, self.ours.authors, self.theirs.authors),
            sources=self._sources(),
            **texts,
        )

    def _book_value(self, name: str, of: Mapping[Side, str]) -> str:
        side = _agreed(of)
        if side is None:
            base = of.get(Side.BASE)
            side = self._chosen(Conflict(ConflictKind.FIELD, "", "", name, base, of[Side.OURS], of[Side.THEIRS]))
        return of[side]

    def _sources(self) -> tuple[Source, ...]:
        base, ours, theirs = self.base.sources, self.ours.sources, self.theirs.sources
        if ours in (theirs, base) or theirs == base:
            return theirs if ours == base else ours
        by_key = {side: {source.key: source.reference for source in book.sources} for side, book in self._books.items()}
        found = []
        for key in merged_list(*(tuple(by_key[side]) for side in (Side.BASE, Side.OURS, Side.THEIRS))):
            of = {side: references[key] for side, references in by_key.items() if key in references}
            if Side.OURS in of and Side.THEIRS in of:
                found.append(Source(key, self._book_value(f"source {key}", of)))
            else:
                found.append(Source(key, of.get(Side.OURS) or of[Side.THEIRS]))
        return tuple(found)

    def _in_order(self) -> tuple[Code, ...]:
        children: dict[str | None, list[str]] = {}
        for code in self._codes.values():
            children.setdefault(code.parent, []).append(code.id)

        def walk(parent: str | None) -> Iterator[Code]:
            for id in self._siblings(parent, frozenset(children.get(parent, ()))):
                yield self._codes[id]
                yield from walk(id)

        codes = tuple(walk(None))
        # A codebook may hold its codes in another order than that of the tree; where the trees are one, it stays.
        sides = (self.theirs, self.ours) if self.ours.codes == self.base.codes else (self.ours, self.theirs)
        return next((book.codes for book in sides if tuple(code for _, code in book.walk()) == codes), codes)

    def _siblings(self, parent: str | None, members: frozenset[str]) -> list[str]:
        def of(book: Codebook) -> list[str]:
            return [code.id for code in book.children(parent) if code.id in members]

        def by_name(id: str) -> tuple[str, str]:
            return self._codes[id].name.casefold(), id

        placed = _interleaved(of(self.base), of(self.ours), of(self.theirs), by_name)
        return placed + sorted(members - set(placed), key=by_name)


def merged_list(base: Sequence[Item], ours: Sequence[Item], theirs: Sequence[Item]) -> tuple[Item, ...]:
    """Three lists without doubles as one: what either side added is there, what either took away is not."""
    if theirs in (ours, base):
        return tuple(ours)
    if ours == base:
        return tuple(theirs)
    before, left, right = (list(dict.fromkeys(items)) for items in (base, ours, theirs))
    stays = [item for item in dict.fromkeys((*left, *right)) if item not in before or (item in left and item in right)]
    kept = [[item for item in items if item in stays] for items in (before, left, right)]
    return tuple(_interleaved(kept[0], kept[1], kept[2], str))


def version_order(version: str) -> tuple[tuple[int, ...], str]:
    """What versions are ordered by: their numbers (1.10.0 after 1.9.0), then their letters."""
    numbers = tuple(int(part) for part in "".join(c if c in "0123456789" else " " for c in version).split())
    return numbers, version


def _agreed(of: Mapping[Side, Any]) -> Side | None:
    """The side whose value is to be taken, or None where both changed it to different ends."""
    if of[Side.OURS] == of[Side.THEIRS]:
        return Side.OURS
    if Side.BASE not in of:
        return None
    if of[Side.OURS] == of[Side.BASE]:
        return Side.THEIRS
    return Side.OURS if of[Side.THEIRS] == of[Side.BASE] else None


def _interleaved(
    base: Sequence[Item], ours: Sequence[Item], theirs: Sequence[Item], key: Callable[[Item], Any]
) -> list[Item]:
    """Everything of both sides once: in the order of the side that changed it, what is new after what it stood after.

    The same whichever side is ours, but where both put the same things in another order: then in ours.
    """
    both = set(ours) & set(theirs)
    known = both & set(base)

    def order(items: Sequence[Item], among: set[Item]) -> list[Item]:
        return [item for item in items if item in among]

    leading = theirs if order(ours, known) == order(base, known) else ours
    runs: dict[Item | None, list[list[Item]]] = {}
    for items in (ours, theirs):
        after: Item | None = None
        run: list[Item] = []
        for item in items:
            if item in both:
                runs.setdefault(after, []).append(run)
                after, run = item, []
            else:
                run.append(item)
        runs.setdefault(after, []).append(run)
    found: list[Item] = []
    for anchor in (None, *order(leading, both)):
        if anchor is not None:
            found.append(anchor)
        for run in sorted(filter(None, runs.get(anchor, ())), key=lambda run: key(run[0])):
            found += run
    return found


def _code(book: Codebook, id: str) -> Code | None:
    return book.code(id) if id in book else None


def _places(book: Codebook, ids: Iterable[str]) -> str:
    codes = [book.code(id) for id in sorted(ids) if id in book]
    return "; ".join(f"{code.name} under {_shown(book, 'parent', code.parent)}" for code in codes)


def _shown(book: Codebook, name: str, value: Any) -> str:
    if name == "parent":
        return "the top" if value is None else book.path(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
