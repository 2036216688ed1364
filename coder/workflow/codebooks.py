"""The codebook as it is drawn up, refined, checked and compared."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from itertools import chain
from typing import Any

from coder.errors import CodebookConflict, StaleEdit
from coder.formats import read_codebook
from coder.model import Code, Codebook, CodeStatus, new_id
from coder.store import Project
from coder.workflow.meaning import record, reworded
from coder.workflow.permission import change_by

DEEPEST = 4
"""Levels of a codebook that can still be kept in mind."""

LEAST_CONTRAST = 4.5
"""Of a code's colour against white: WCAG 2.2, success criterion 1.4.3."""

NEAREST_COLOURS = 0.03
"""Distance in OKLab below which two colours are hard to tell apart side by side (Ottosson 2020)."""

FEWEST_WORDS = 5
"""Words of a definition below which it is not compared with another."""

MOST_SHARED = 0.6
"""Share of the words of two definitions, both together, beyond which siblings are said to overlap."""

_LITTLE_WORDS = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
)


class Severity(StrEnum):
    """How much a finding matters."""

    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a codebook that coders will stumble over; ``path`` is empty for the codebook as a whole."""

    severity: Severity
    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.path}: {self.sentence}" if self.path else f"{self.severity}: {self.sentence}"


class Kind(StrEnum):
    """How two codebooks differ in one code."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between an old codebook and a new one.

    ``code`` is an id and ``path`` where it stands now (or stood); both are empty for the codebook
    itself. ``old`` and ``new`` are names, paths of parents (empty for the top) or values of ``field``.
    """

    kind: Kind
    code: str
    path: str
    field: str = ""
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        if self.kind in (Kind.ADDED, Kind.REMOVED):
            return f"{self.kind}: {self.path}"
        place = self.path or "the codebook"
        if self.kind is Kind.RENAMED:
            return f"renamed: {place} (was {self.old})"
        if self.kind is Kind.MOVED:
            return f"moved: {place} (was under {self.old or 'nothing'}, now under {self.new or 'nothing'})"
        old, new = self.old or "(empty)", self.new or "(empty)"
        return f"changed: {place}, {self.field.replace('_', ' ')}\n  - {old}\n  + {new}"


@dataclass(frozen=True, slots=True)
class Loading:
    """What loading a codebook gave; ``kept`` are paths of codes that the file lacks but codings rest on."""

    codebook: Codebook
    kept: tuple[str, ...] = ()


def load_codebook(project: Project, name: str, content: bytes, *, coder: str) -> Loading:
    """Take a codebook from a file into the project.

    Codes are matched by id, then by path. Codes that codings rest on stay, in the place they had,
    also where the file lacks them. Raises UnreadableFile or CodebookConflict.
    """
    read = read_codebook(name, content)
    with change_by(project, coder, "load codebook", summary=f"load codebook {read.title}") as change:
        loading = combined(project.codebook(), read, used=codes_in_use(project))
        change.save_codebook(loading.codebook)
    return loading


def add_code(
    project: Project,
    *,
    name: str,
    parent: str | None = None,
    coder: str,
    id: str | None = None,
    operation: str | None = None,
    **values: Any,
) -> Code:
    """A new code, last among its siblings; ``values`` are further fields of Code.

    Its colour is the one used least, unless given. Raises CodebookConflict.
    """
    with change_by(project, coder, "add code", operation=operation, summary=f"add code {name.strip()}") as change:
        codebook = project.codebook()
        code = Code(id or new_id(), name.strip(), parent, colour=codebook.next_colour())
        if change.repeated:
            return codebook.code(code.id) if code.id in codebook else code
        codebook = codebook.with_code(code).changed(code.id, **values)
        change.save_codebook(codebook)
    return codebook.code(code.id)


def change_code(
    project: Project,
    code: str,
    *,
    coder: str,
    changes_meaning: bool | None = None,
    seen: Code | None = None,
    **values: Any,
) -> Code:
    """Other values for some fields of a code. Raises CodebookConflict.

    ``seen`` is the code as it was when the change was begun: then only the fields that differ from it are changed,
    and StaleEdit is raised, with both versions, where one of them was changed meanwhile.

    ``changes_meaning`` says whether another wording means something else (then the codings made before
    are to be looked at again) or not; None leaves that to be said when the codebook is published.
    """
    what = {None: "change code", True: "change meaning of code", False: "change wording of code"}[changes_meaning]
    with change_by(project, coder, "change code", summary=f"{what} {_name(project, code)}") as change:
        before = project.codebook()
        if seen is not None:
            values = _unseen(seen, before.code(code), values)
        codebook = before.changed(code, **values)
        if changes_meaning is not None and reworded(before, codebook):
            record(project, change, before.code(code), meaning=changes_meaning, coder=coder)
        change.save_codebook(codebook)
    return codebook.code(code)


def _unseen(seen: Code, now: Code, values: dict[str, Any]) -> dict[str, Any]:
    changed = {field: value for field, value in values.items() if value != getattr(seen, field)}
    stale = [
        (field.replace("_", " "), _shown(getattr(now, field)), _shown(value))
        for field, value in changed.items()
        if getattr(now, field) not in (getattr(seen, field), value)
    ]
    if stale:
        fields = ", ".join(field for field, _, _ in stale)
        raise StaleEdit(f"somebody changed {fields} of {now.name} meanwhile", versions=stale)
    return changed


def move_code(project: Project, code: str, *, under: str | None, before: str | None = None, coder: str) -> None:
    """Put a code and all below it under another parent (None: the top), before a sibling or last.

    Raises CodebookConflict.
    """
    with change_by(project, coder, "move code", summary=f"move code {_name(project, code)}") as change:
        change.save_codebook(project.codebook().moved(code, under=under, before=before))


def merge_codes(project: Project, code: str, *, into: str, coder: str) -> int:
    """Let one code go up in another, with its codings, decisions, examples, memos and the codes below it.

    Gives the number of codings that were seen to move. Raises CodebookConflict, also where ``into`` is a
    folder or retired.
    """
    summary = f"merge code {_name(project, code)} into {_name(project, into)}"
    with change_by(project, coder, "merge codes", summary=summary) as change:
        codebook = project.codebook()
        merged = codebook.merged(code, into=into)
        check_takes_codings(codebook, into)
        moved = len(project.codings(code=code))
        # All of them, also those that a round seals from who merges: nobody may be left on a code that is gone.
        change.recode(code, into)
        for decision in project.by_hand().decisions():
            if decision.code == code:
                change.save_decision(replace(decision, code=into))
        change.save_codebook(merged)
    return moved


def retire_code(project: Project, code: str, *, coder: str) -> None:
    """Close a code to new codings; those already made keep it. Raises UnknownCode."""
    with change_by(project, coder, "retire code", summary=f"retire code {_name(project, code)}") as change:
        change.save_codebook(project.codebook().retired(code))


def restore_code(project: Project, code: str, *, coder: str) -> None:
    """Open a retired code again. Raises CodebookConflict."""
    with change_by(project, coder, "restore code", summary=f"restore code {_name(project, code)}") as change:
        change.save_codebook(project.codebook().restored(code))


def remove_code(project: Project, code: str, *, coder: str) -> None:
    """Take a code away that nothing rests on. Raises CodebookConflict where codings or codes below it do."""
    with change_by(project, coder, "remove code", summary=f"remove code {_name(project, code)}") as change:
        codebook = project.codebook()
        if code in codes_in_use(project):
            raise CodebookConflict(f"{codebook.path(code)} has codings; merge it into another code or retire it")
        change.save_codebook(codebook.without(code))


def check_takes_codings(codebook: Codebook, code: str) -> None:
    """Raises CodebookConflict, with what would work, where a code takes no new codings; UnknownCode."""
    found = codebook.code(code)
    if not found.codable:
        raise CodebookConflict(f"{codebook.path(code)} only groups other codes; choose one below it")
    if found.status is CodeStatus.RETIRED:
        raise CodebookConflict(f"{codebook.path(code)} is retired; restore it or choose another code")


def codes_in_use(project: Project) -> frozenset[str]:
    """Ids of the codes that codings rest on."""
    return frozenset(coding.code for coding in project.by_hand().codings())


def combined(current: Codebook, read: Codebook, *, used: frozenset[str]) -> Loading:
    """The codebook that was read, with ids of the current one for the same codes, and the used codes that it lacks."""
    if not used:
        return Loading(read)
    ids = _matched(current, read)
    codes = [
        replace(code, id=ids[code.id], parent=ids[code.parent] if code.parent is not None else None)
        for code in read.codes
    ]
    matched = set(ids.values())
    # A used code stays under what it stood under, so its ancestors stay with it.
    kept = {above for code in used if code not in matched for above in _upwards(current, code)} - matched
    keys = {code.key for code in codes}
    names = {(code.parent, code.name.casefold()) for code in codes}
    for code in current.codes:
        if code.id in kept:
            name = _free_name(code.name, {taken for parent, taken in names if parent == code.parent})
            names.add((code.parent, name.casefold()))
            codes.append(replace(code, name=name, key=None if code.key in keys else code.key))
    codebook = replace(read, codes=tuple(codes))
    return Loading(codebook, tuple(codebook.path(code.id) for code in codebook.codes if code.id in kept & used))


def check(codebook: Codebook) -> list[Finding]:
    """What coders will stumble over: in the order of the tree, empty where there is nothing to say."""
    if not codebook.codes:
        return [Finding(Severity.WARNING, "", "it has no codes yet")]
    findings = []
    for depth, code in codebook.walk():
        if code.status is CodeStatus.ACTIVE:
            path = codebook.path(code.id)
            found = chain(
                _gaps(code),
                _dead_folder(codebook, code),
                _same_words(codebook, code),
                _same_meaning(codebook, code),
                _unknown_sources(codebook, code),
                _colour(codebook, code),
                _depth(depth + 1),
            )
            findings += [Finding(severity, path, sentence) for severity, sentence in found]
    return findings


def check_use(project: Project) -> list[Finding]:
    """What is wrong with the codebook of a study, and which of its codes nobody has used."""
    codebook, used = project.codebook(), codes_in_use(project)
    dead = [code for _, code in codebook.walk() if code.takes_codings and code.id not in used]
    return check(codebook) + [Finding(Severity.NOTE, codebook.path(code.id), "it has no codings") for code in dead]


def same_name(one: str, other: str) -> bool:
    """Whether two names say the same but for order, little words and plurals."""
    return _words(one) == _words(other)


def pale(colour: str) -> str | None:
    """Why a colour (``#rrggbb``) is hard to see on white, to follow "its" or "this"; None where it is not."""
    contrast = 1.05 / (_luminance(colour) + 0.05)
    if contrast >= LEAST_CONTRAST:
        return None
    # Rounded down: 4.49 must not read as 4.5.
    shown = math.floor(contrast * 10) / 10
    return f"colour {colour} is pale: {shown} to 1 against white, less than {LEAST_CONTRAST}"


def diff(old: Codebook, new: Codebook) -> list[Difference]:
    """What became of the old codebook in the new one; codes are the same where their ids are."""
    differences = _changed_fields("", "", old, new, _OF_A_CODEBOOK)
    for _, code in new.walk():
        path = new.path(code.id)
        if code.id not in old:
            differences.append(Difference(Kind.ADDED, code.id, path))
            continue
        before = old.code(code.id)
        if before.name != code.name:
            differences.append(Difference(Kind.RENAMED, code.id, path, "name", before.name, code.name))
        if before.parent != code.parent:
            above = (_parent_path(old, before), _parent_path(new, code))
            differences.append(Difference(Kind.MOVED, code.id, path, "parent", *above))
        differences += _changed_fields(code.id, path, before, code, _OF_A_CODE)
    differences += [
        Difference(Kind.REMOVED, code.id, old.path(code.id)) for _, code in old.walk() if code.id not in new
    ]
    return differences


_OF_A_CODEBOOK = [field.name for field in fields(Codebook) if field.name not in ("id", "codes")]
_OF_A_CODE = [field.name for field in fields(Code) if field.name not in ("id", "parent", "name")]
_Said = Iterator[tuple[Severity, str]]


def _gaps(code: Code) -> _Said:
    if not code.codable:
        return
    if not code.definition:
        yield Severity.WARNING, "it has no definition"
    if not code.brief:
        yield Severity.WARNING, "it has no brief definition"
    if not code.when_to_use:
        yield Severity.WARNING, "it does not say when to use it"
    if not code.examples:
        yield Severity.WARNING, "it has no example"


def _dead_folder(codebook: Codebook, code: Code) -> _Said:
    if not code.codable and not codebook.children(code.id):
        yield Severity.WARNING, "it takes no codings and no code stands below it"


def _same_words(codebook: Codebook, code: Code) -> _Said:
    siblings = codebook.children(code.parent)
    for earlier in siblings[: siblings.index(code)]:
        if same_name(earlier.name, code.name):
            yield Severity.WARNING, f"its name says the same as its sibling {earlier.name!r}"


def _same_meaning(codebook: Codebook, code: Code) -> _Said:
    said = _words(f"{code.brief} {code.definition}")
    siblings = codebook.children(code.parent)
    for earlier in siblings[: siblings.index(code)]:
        other = _words(f"{earlier.brief} {earlier.definition}")
        if min(len(said), len(other)) >= FEWEST_WORDS and len(said & other) / len(said | other) > MOST_SHARED:
            yield Severity.WARNING, f"its definition overlaps with that of its sibling {earlier.name!r}"


def _unknown_sources(codebook: Codebook, code: Code) -> _Said:
    known = {source.key for source in codebook.sources}
    for key in code.sources:
        if key not in known:
            yield Severity.WARNING, f"its source {key!r} is not among the sources of the codebook"


def _colour(codebook: Codebook, code: Code) -> _Said:
    if found := pale(code.colour):
        yield Severity.NOTE, f"its {found}"
    for _, earlier in codebook.walk():
        if earlier.id == code.id:
            return
        if math.dist(_oklab(earlier.colour), _oklab(code.colour)) < NEAREST_COLOURS:
            yield Severity.NOTE, f"its colour can hardly be told from that of {codebook.path(earlier.id)}"
            return


def _depth(depth: int) -> _Said:
    if depth > DEEPEST:
        yield Severity.NOTE, f"it stands on level {depth}; more than {DEEPEST} levels are hard to keep in mind"


def _words(name: str) -> frozenset[str]:
    words = re.findall(r"\w+", name.casefold())
    return frozenset(word.removesuffix("s") for word in words if word not in _LITTLE_WORDS) or frozenset(words)


def _linear(colour: str) -> tuple[float, float, float]:
    """Red, green and blue of ``#rrggbb`` as amounts of light, 0 to 1 (IEC 61966-2-1)."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _oklab(colour: str) -> tuple[float, float, float]:
    """A colour in OKLab, where equal distances look equally far (Ottosson 2020)."""
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _matched(current: Codebook, read: Codebook) -> dict[str, str]:
    """The id that each code of the codebook read takes: its own, or that of the current code at its path."""
    ids = {code.id: code.id for code in read.codes}
    by_path = {current.path(code.id).casefold(): code.id for code in current.codes if code.id not in read}
    for code in read.codes:
        if code.id not in current:
            ids[code.id] = by_path.get(read.path(code.id).casefold(), code.id)
    return ids


def _upwards(codebook: Codebook, code: str) -> Iterator[str]:
    above: str | None = code
    while above is not None:
        yield above
        above = codebook.code(above).parent


def _free_name(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free.casefold() in taken:
        free, number = f"{name} ({number})", number + 1
    return free


def _changed_fields(code: str, path: str, old: object, new: object, names: list[str]) -> list[Difference]:
    return [
        Difference(Kind.CHANGED, code, path, name, _shown(getattr(old, name)), _shown(getattr(new, name)))
        for name in names
        if getattr(old, name) != getattr(new, name)
    ]


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(f"{one.key}: {one.reference}" if hasattr(one, "reference") else str(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _parent_path(codebook: Codebook, code: Code) -> str:
    return "" if code.parent is None else codebook.path(code.parent)


def _name(project: Project, code: str) -> str:
    codebook = project.codebook()
    return codebook.code(code).name
