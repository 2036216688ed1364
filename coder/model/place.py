"""What the place of a file tells: the case that it belongs to, and what is known about that case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from coder.errors import InvalidValue

CASE, NAME = "case", "name"
"""The parts of a pattern that are no attributes: the case, and what only tells one file from another."""


@dataclass(frozen=True, slots=True)
class ToldCase:
    """A case as a file tells of it: its name, and values of its attributes as they are written there."""

    name: str
    values: Mapping[str, str] = field(default_factory=dict)


_PART = re.compile(r"\{([^{}]*)\}")
_SUFFIX = re.compile(r"\.\w{1,8}$")
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class PathPattern:
    """How the paths of files are built, such as ``{case}/{wave}/{name}``: each part in braces is read off the path.

    Matched from the end of the path, so folders above do not matter; endings such as ``.docx`` are left
    out. A case written twice, ``{case}/{case}/{name}``, is named by both folders.
    """

    text: str
    _expressions: tuple[re.Pattern[str], ...]
    _names: tuple[tuple[str, ...], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a pattern. Raises InvalidValue for one that names no case or cannot be told apart."""
        # Macs write ä as a and two dots: the same name must be the same case, whoever packed the folder.
        normal = unicodedata.normalize("NFC", text)
        folders = [folder.strip() for folder in normal.replace("\\", "/").split("/") if folder.strip()]
        if not folders:
            raise InvalidValue("the pattern is empty; write something like {case}/{name}")
        folders[-1] = re.sub(r"(?<=\})\.\w{1,8}$", "", folders[-1])
        names = tuple(tuple(name.strip() for name in _PART.findall(folder)) for folder in folders)
        every = [name.casefold() for folder in names for name in folder]
        if CASE not in every:
            raise InvalidValue(f"the pattern {text!r} names no {{case}}; write something like {{case}}/{{name}}")
        if "" in every:
            raise InvalidValue(f"the pattern {text!r} has braces without a name")
        if twice := {name for name in every if every.count(name) > 1} - {CASE, NAME}:
            raise InvalidValue(f"the pattern {text!r} names {{{min(twice)}}} twice")
        for folder in folders:
            if set("{}") & set(_PART.sub("", folder)):
                raise InvalidValue(f"the pattern {text!r} has a brace that nothing closes")
            if "}{" in folder:
                raise InvalidValue(f"the pattern {text!r} needs something between }} and {{, such as _ or -")
        return cls(text, tuple(map(_expression, folders)), names)

    def case_of(self, path: str) -> ToldCase | None:
        """What a path tells by this pattern, or None where it does not fit."""
        normal = unicodedata.normalize("NFC", path)
        folders = [folder for folder in normal.replace("\\", "/").split("/") if folder]
        if len(folders) < len(self._expressions):
            return None
        folders = folders[-len(self._expressions) :]
        folders[-1] = _SUFFIX.sub("", folders[-1]) or folders[-1]
        case: list[str] = []
        values: dict[str, str] = {}
        for folder, expression, names in zip(folders, self._expressions, self._names, strict=True):
            # No system has longer names; an archive may, to keep the search busy.
            found = expression.fullmatch(folder) if len(folder) <= _LONGEST else None
            if found is None:
                return None
            for name, text in zip(names, found.groups(), strict=True):
                told = " ".join(text.split())
                if name.casefold() == CASE:
                    case.append(told)
                elif name.casefold() != NAME:
                    values[name] = told
        called = " ".join(filter(None, case))
        return ToldCase(called, {name: text for name, text in values.items() if text}) if called else None


def _expression(folder: str) -> re.Pattern[str]:
    # The longest text goes to the last part: of a-b-c, {case}-{name} takes a and b-c.
    pieces = _PART.split(folder)
    literals = [re.escape(piece).replace(r"\*", ".*") for piece in pieces[::2]]
    last = len(literals) - 2
    return re.compile(
        "".join(
            literal + ("" if index > last else "(.+)" if index == last else "(.+?)")
            for index, literal in enumerate(literals)
        ),
        re.IGNORECASE | re.DOTALL,
    )
