"""Versions of the codebook: published, compared, restored; and the codings that a change of meaning asks to look at."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from coder.errors import CodebookConflict, InvalidValue, UnknownItem
from coder.model import Codebook, Coding, now
from coder.store import Change, Project
from coder.store.rows import CodebookVersion
from coder.workflow.codebooks import Difference, Kind, Loading, combined, diff
from coder.workflow.codings import own_coding
from coder.workflow.meaning import DEFINING, Rewording, record, reworded, rewordings, wording
from coder.workflow.permission import change_by

_STRUCTURE = (Kind.ADDED, Kind.REMOVED, Kind.MOVED)
_STRUCTURAL_FIELDS = ("codable", "status")

Number = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Published:
    """A version in the history: who published it when and why, and what it changed since the one before."""

    version: str
    at: str
    coder: str
    note: str
    codebook: Codebook
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What publishing now would come to.

    ``undecided`` are codes with another wording of which nobody has said whether the meaning changed;
    ``changed`` those whose meaning changed since the last version.
    """

    version: str
    differences: tuple[Difference, ...]
    changed: tuple[str, ...]
    undecided: tuple[str, ...]
    unchanged: bool


@dataclass(frozen=True, slots=True)
class LookAgain:
    """A coding made before its code came to mean something else, with the fields that say so, before and now."""

    coding: Coding
    old: Mapping[str, str]
    new: Mapping[str, str]


def history(project: Project) -> list[Published]:
    """Every published version, newest first, each with what it changed since the one before it."""
    names = {coder.id: coder.name for coder in project.coders()}
    versions = project.codebook_versions()
    found = []
    for place, one in enumerate(versions):
        before = versions[place - 1].codebook if place else None
        differences = () if before is None else _told(before, one.codebook)
        coder = names.get(one.coder or "", "")
        found.append(Published(one.version, one.at, coder, one.note, one.codebook, differences))
    return found[::-1]


def outlook(project: Project, changes_meaning: Collection[str] = ()) -> Outlook:
    """The version that publishing now would propose, and what it would hold.

    Major where the meaning of a code changed (also of those named here), minor where codes were added,
    removed, moved, retired or brought back, else patch; the first version keeps the number that stands.
    """
    codebook, versions = project.codebook(), project.codebook_versions()
    if not versions:
        return Outlook(codebook.version, (), (), (), unchanged=False)
    last = versions[-1]
    differences = _told(last.codebook, codebook)
    told = {code: _since(project, code, last) for code in reworded(last.codebook, codebook)}
    changed = tuple(code for code, said in told.items() if code in changes_meaning or any(s.meaning for s in said))
    undecided = tuple(code for code, said in told.items() if not said)
    unchanged = replace(codebook, version=last.version) == last.codebook
    # The one that stands may be higher than all that were published here: it can come from a library.
    highest = max(_number(one) for one in (codebook.version, *(each.version for each in versions)))
    version = _raised(highest, differences, meaning=bool(changed))
    return Outlook(version, differences, changed, undecided, unchanged)


def publish(
    project: Project, note: str, *, coder: str, version: str | None = None, changes_meaning: Collection[str] = ()
) -> str:
    """Keep the codebook whole under a number; codings made from now on carry it. Gives the number.

    ``changes_meaning`` are codes whose new wording means something else, where it was not said before: the
    codings made so far are then to be looked at again. Without ``version`` the number that ``outlook`` proposes.
    Raises CodebookConflict where nothing has changed since the last version or the number is not higher,
    InvalidValue for what is no number.
    """
    found = outlook(project, changes_meaning)
    number = found.version if version is None else version.strip()
    with change_by(project, coder, "publish codebook", summary=f"publish codebook {number}") as change:
        _check_publishable(outlook(project), number, project.codebook_versions())
        tell_meanings(project, change, changes_meaning, coder=coder)
        change.publish(replace(project.codebook(), version=number), note.strip())
    return number


def tell_meanings(project: Project, change: Change, changes_meaning: Collection[str], *, coder: str) -> None:
    """Note, within a change, which codes mean something else since the last version, where it was not said before."""
    for code in outlook(project).undecided:
        if code in changes_meaning:
            record(project, change, project.codebook_versions()[-1].codebook.code(code), meaning=True, coder=coder)


def restore(project: Project, version: str, *, coder: str) -> Loading:
    """The codebook as it was in a version, in one change; codes that codings rest on stay, in the place they had.

    Raises UnknownItem, or CodebookConflict.
    """
    with change_by(project, coder, "restore codebook", summary=f"restore codebook {version}") as change:
        found = _version(project.codebook_versions(), version)
        current = project.codebook()
        lacking = [code.id for code in current.codes if code.id not in found.codebook]
        used = frozenset(code for code in lacking if project.by_hand().codings(code=code))
        loading = combined(current, found.codebook, used=used)
        change.save_codebook(loading.codebook)
    return loading


def to_look_at_again(project: Project) -> list[LookAgain]:
    """Codings made before the meaning of their code changed, by code in the order of the tree, then of documents.

    A coding that was kept, recoded or changed since is settled.
    """
    codebook = project.codebook()
    found = []
    for _, code in codebook.walk():
        said = _meanings(project, code.id)
        for coding in project.codings(code=code.id) if said else ():
            # The wording under which it was made is the one before the first change since.
            first = next((one for one in said if coding.modified < one.at), None)
            if first is None:
                continue
            new = wording(code)
            differing = [field for field in DEFINING if first.before.get(field, "") != new[field]]
            if differing:
                old = {field: first.before.get(field, "") for field in differing}
                found.append(LookAgain(coding, old, {field: new[field] for field in differing}))
    return found


def looked_at(project: Project, codings: Sequence[str], *, coder: str) -> None:
    """Keep codings as they are under the meaning that their code has now: they carry the version in force.

    Raises UnknownItem, or NotAllowed for another coder's.
    """
    with change_by(project, coder, "keep codings", summary=_kept(len(codings))) as change:
        version = project.codebook().version
        for id in codings:
            found = own_coding(project, id, coder)
            said = _meanings(project, found.code)
            # Clocks of two computers differ: what was looked at now comes after what was said before.
            at = max([now(), *(one.at for one in said)])
            change.save_coding(replace(found, modified=at, codebook_version=version))


def _meanings(project: Project, code: str) -> list[Rewording]:
    return [one for one in rewordings(project, code) if one.meaning]


def _since(project: Project, code: str, last: CodebookVersion) -> list[Rewording]:
    return [one for one in rewordings(project, code) if one.at > last.at]


def _told(old: Codebook, new: Codebook) -> tuple[Difference, ...]:
    return tuple(one for one in diff(old, new) if one.code or one.field != "version")


def _raised(last: Number, differences: Sequence[Difference], *, meaning: bool) -> str:
    major, minor, patch = last
    if meaning:
        return f"{major + 1}.0.0"
    if any(one.kind in _STRUCTURE or one.field in _STRUCTURAL_FIELDS for one in differences):
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def _number(version: str) -> Number:
    """The three parts of a version as numbers; one written in another way comes before all others."""
    parts = re.fullmatch(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})", version)
    return (int(parts[1]), int(parts[2]), int(parts[3])) if parts else (0, 0, 0)


def _check_publishable(found: Outlook, number: str, versions: Sequence[CodebookVersion]) -> None:
    if found.unchanged:
        raise CodebookConflict(f"nothing has changed since version {versions[-1].version}")
    if not re.fullmatch(r"\d{1,9}\.\d{1,9}\.\d{1,9}", number) and (versions or number != found.version):
        raise InvalidValue(f"{number!r} is no version; write three numbers, such as {found.version}")
    if versions and _number(number) <= max(_number(one.version) for one in versions):
        raise CodebookConflict(f"version {number} is not higher than those published; {found.version} would be")


def _version(versions: Sequence[CodebookVersion], version: str) -> CodebookVersion:
    for one in versions:
        if one.version == version:
            return one
    known = ", ".join(one.version for one in versions) or "none"
    raise UnknownItem(f"no version {version} was published; published: {known}")


def _kept(number: int) -> str:
    return "keep a coding as it is" if number == 1 else f"keep {number} codings as they are"
