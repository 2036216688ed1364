"""The codebook: codes with their definitions, in a tree.

Every change is a value: a method gives a new codebook and leaves the old one as it was. The fields
of a code follow MacQueen, McLellan, Kay & Milstein (1998), "Codebook development for team-based
qualitative analysis", Cultural Anthropology Methods 10(2), 31-36.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from coder.errors import CodebookConflict, UnknownCode

SEPARATOR = " / "
"""Between the levels of a code's path."""

PALETTE = (
    "#b3261e", "#0b57d0", "#146c2e", "#7d5700", "#6b4fa0", "#00696d",
    "#a1366e", "#4f6128", "#8c3b00", "#3949ab", "#5d4037", "#37616e",
)  # fmt: skip
"""Colours for codes that were given none; each has a contrast of at least 4.5 to 1 against white."""


class CodeStatus(StrEnum):
    """Whether a code still takes new codings."""

    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Source:
    """A published work that a code rests on."""

    key: str
    reference: str


@dataclass(frozen=True, slots=True)
class Code:
    """A name with its definition. ``codable`` is False for a folder that only groups others."""

    id: str
    name: str
    parent: str | None = None
    colour: str = PALETTE[0]
    codable: bool = True
    key: str | None = None
    brief: str = ""
    definition: str = ""
    when_to_use: str = ""
    when_not_to_use: str = ""
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    memo: str = ""
    status: CodeStatus = CodeStatus.ACTIVE

    @property
    def takes_codings(self) -> bool:
        """Whether new codings may be made with it."""
        return self.codable and self.status is CodeStatus.ACTIVE


_FIXED = {"id", "parent"}
_FIELDS = {f.name for f in fields(Code)}


@dataclass(frozen=True)
class Codebook:
    """Codes in a tree; siblings stand in the order of ``codes``.

    Guards its own rules: ids are unique, parents exist, no cycles, names are unique among siblings
    and shortcut keys among active codes. Raises CodebookConflict where they do not hold.
    """

    id: str
    title: str
    codes: tuple[Code, ...] = ()
    version: str = "0.1.0"
    authors: tuple[str, ...] = ()
    licence: str = ""
    language: str = "en"
    description: str = ""
    sources: tuple[Source, ...] = field(default=())

    def __post_init__(self) -> None:
        by_id: dict[str, Code] = {}
        for code in self.codes:
            if code.id in by_id:
                raise CodebookConflict(f"two codes have the id {code.id}: {by_id[code.id].name!r} and {code.name!r}")
            by_id[code.id] = code
            _check_fields(code)
        siblings: set[tuple[str | None, str]] = set()
        keys: dict[str, str] = {}
        for code in self.codes:
            if code.parent is not None and code.parent not in by_id:
                raise CodebookConflict(f"the parent of {code.name!r} is not in the codebook")
            place = (code.parent, code.name.casefold())
            if place in siblings:
                raise CodebookConflict(f"two codes named {code.name!r} stand under the same parent; rename one")
            siblings.add(place)
            if code.key and code.takes_codings:
                if code.key in keys:
                    raise CodebookConflict(f"the key {code.key} belongs to both {keys[code.key]!r} and {code.name!r}")
                keys[code.key] = code.name
        for code in self.codes:
            seen = {code.id}
            above = code.parent
            while above is not None:
                if above in seen:
                    raise CodebookConflict(f"{code.name!r} stands under itself")
                seen.add(above)
                above = by_id[above].parent

    @cached_property
    def _by_id(self) -> Mapping[str, Code]:
        return {code.id: code for code in self.codes}

    @cached_property
    def _children(self) -> Mapping[str | None, tuple[Code, ...]]:
        found: dict[str | None, list[Code]] = {}
        for code in self.codes:
            found.setdefault(code.parent, []).append(code)
        return {parent: tuple(codes) for parent, codes in found.items()}

    @cached_property
    def _by_path(self) -> Mapping[str, Code]:
        return {self.path(code.id).casefold(): code for code in self.codes}

    def __contains__(self, code: str) -> bool:
        return code in self._by_id

    def code(self, code: str) -> Code:
        """The code of this id. Raises UnknownCode."""
        if code not in self._by_id:
            raise UnknownCode(f"no code with the id {code}")
        return self._by_id[code]

    def path(self, code: str) -> str:
        """Names from the root down, such as ``Obstacles / No time``. Raises UnknownCode."""
        return SEPARATOR.join(self.code(above).name for above in reversed(self.line(code)))

    def line(self, code: str) -> tuple[str, ...]:
        """This code and those that it stands under, up to the root, by id. Raises UnknownCode."""
        line = []
        above: str | None = code
        while above is not None:
            line.append(above)
            above = self.code(above).parent
        return tuple(line)

    def at(self, path: str) -> Code:
        """The code at this path, in any case of letters. Raises UnknownCode."""
        found = self._by_path.get(path.strip().casefold())
        if found is None:
            raise UnknownCode(f"no code at {path!r}")
        return found

    def children(self, code: str | None = None) -> tuple[Code, ...]:
        """The codes right below this one; the roots for None."""
        return self._children.get(code, ())

    def walk(self, below: str | None = None, depth: int = 0) -> Iterator[tuple[int, Code]]:
        """Depth and code, in the order of the tree."""
        for code in self.children(below):
            yield depth, code
            yield from self.walk(code.id, depth + 1)

    def branch(self, code: str) -> tuple[str, ...]:
        """This code and all below it, by id."""
        return (self.code(code).id, *(found.id for _, found in self.walk(code)))

    def with_code(self, code: Code) -> Codebook:
        """The codebook with one code more, last among its siblings."""
        return replace(self, codes=(*self.codes, code))

    def changed(self, code: str, **values: Any) -> Codebook:
        """The codebook with some fields of one code changed; ``move`` changes the parent.

        Raises UnknownCode, or CodebookConflict for a field that does not exist or may not change.
        """
        for name in values:
            if name not in _FIELDS or name in _FIXED:
                raise CodebookConflict(f"a code has no field {name!r} that can be changed")
        changed = replace(self.code(code), **values)
        return replace(self, codes=tuple(changed if old.id == code else old for old in self.codes))

    def moved(self, code: str, *, under: str | None, before: str | None = None) -> Codebook:
        """The codebook with one code (and all below it) under another parent, before a sibling or last."""
        moved = replace(self.code(code), parent=self.code(under).id if under is not None else None)
        others = [old for old in self.codes if old.id != code]
        place = len(others)
        if before is not None:
            if self.code(before).parent != under:
                raise CodebookConflict(f"{self.code(before).name!r} does not stand there")
            place = next(i for i, old in enumerate(others) if old.id == before) if before != code else place
        return replace(self, codes=(*others[:place], moved, *others[place:]))

    def merged(self, code: str, *, into: str) -> Codebook:
        """The codebook without ``code``; its children and examples go to ``into``.

        Raises UnknownCode, or CodebookConflict if ``into`` lies below ``code`` or is the same.
        """
        gone, kept = self.code(code), self.code(into)
        if into in self.branch(code):
            raise CodebookConflict(f"{gone.name!r} cannot be merged into itself or a code below it")
        examples = tuple(dict.fromkeys((*kept.examples, *gone.examples)))
        counter = tuple(dict.fromkeys((*kept.counter_examples, *gone.counter_examples)))
        changed = {into: replace(kept, examples=examples, counter_examples=counter)}
        changed |= {child.id: replace(child, parent=into) for child in self.children(code) if child.id != into}
        codes = [changed.get(old.id, old) for old in self.codes if old.id != code]
        return replace(self, codes=tuple(codes))

    def retired(self, code: str) -> Codebook:
        """Close a code to new codings; those already made keep it."""
        # Retired, not removed: a published table must still find the code it cites.
        return self.changed(code, status=CodeStatus.RETIRED)

    def restored(self, code: str) -> Codebook:
        """Open a retired code again."""
        return self.changed(code, status=CodeStatus.ACTIVE)

    def without(self, code: str) -> Codebook:
        """The codebook without one code that has no children."""
        if self.children(code):
            raise CodebookConflict(f"{self.code(code).name!r} has codes below it; move or remove them first")
        self.code(code)
        return replace(self, codes=tuple(old for old in self.codes if old.id != code))

    def next_colour(self) -> str:
        """The colour of the palette that is used least."""
        used = [code.colour.lower() for code in self.codes]
        return min(PALETTE, key=lambda colour: (used.count(colour), PALETTE.index(colour)))


def _check_fields(code: Code) -> None:
    if not code.name.strip() or code.name != code.name.strip():
        raise CodebookConflict(f"a code needs a name without blanks around it, not {code.name!r}")
    if len(code.name.splitlines()) > 1:
        raise CodebookConflict(f"a code's name stands in one line, not in several as {code.name!r}")
    if SEPARATOR in code.name:
        raise CodebookConflict(f"{SEPARATOR!r} separates levels and cannot stand in the name {code.name!r}")
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", code.colour):
        raise CodebookConflict(f"the colour of {code.name!r} is {code.colour!r}; write it like #b3261e")
    if code.key is not None and not re.fullmatch(r"[1-9]", code.key):
        raise CodebookConflict(f"the key of {code.name!r} is {code.key!r}; keys are the digits 1 to 9")
    if code.parent == code.id:
        raise CodebookConflict(f"{code.name!r} stands under itself")
