"""A library of codebooks that a team shares: any folder, a git work tree or a network drive.

Each codebook has a folder of its own in it, with one YAML file a version and a README that lists them. A version
that is there is never written again, so all who have it have the same.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from coder.errors import (
    CodebookConflict,
    InvalidValue,
    LibraryUnavailable,
    MalformedFile,
    UnknownItem,
    UnreadableFile,
)
from coder.formats import read_codebook, write_codebook
from coder.formats.coded_markdown import one_line
from coder.model import Codebook, now
from coder.model.merging import Merge, Side, version_order
from coder.store import Project
from coder.workflow.codebooks import codes_in_use
from coder.workflow.meaning import record, reworded
from coder.workflow.permission import acting, change_by
from coder.workflow.versions import outlook, tell_meanings

COMMON = "library version of "
"""Before the id of a codebook: the setting with the version that the project and the library last had in common."""

_VERSION = re.compile(r"[0-9][0-9A-Za-z.+-]{0,30}")
_HEAD = re.compile(r"^# (published|by|note): (.*)$")


@dataclass(frozen=True, slots=True)
class LibraryVersion:
    """One version of a codebook in a library; ``at``, ``by`` and ``note`` are empty where the file does not tell."""

    path: Path
    version: str
    at: str = ""
    by: str = ""
    note: str = ""


def versions(library: Path, codebook: Codebook) -> list[LibraryVersion]:
    """The versions of this codebook, newest first; for a codebook without codes those of all that are there.

    Raises LibraryUnavailable.
    """
    with _reaching(library):
        if library.is_file():
            raise LibraryUnavailable(f"{library} is a file; a library is a folder")
        if not library.is_dir():
            raise LibraryUnavailable(f"there is no folder {library}; make it, or is the drive not connected?")
        folders = [each for each in library.iterdir() if each.is_dir()]
        if codebook.codes:
            folders = [each for each in folders if each.name.endswith(_mark(codebook))]
        # An empty file is a version that somebody is writing right now.
        files = [file for each in folders for file in each.glob("[0-9]*.yaml") if file.stat().st_size]
        found = [_described(file) for file in files]
    return sorted(found, key=lambda each: (version_order(each.version), each.path), reverse=True)


def newer(project: Project, library: Path) -> list[LibraryVersion]:
    """The versions that the project has not taken yet, newest first. Raises LibraryUnavailable."""
    codebook = project.codebook()
    common = project.setting(COMMON + codebook.id)
    found = versions(library, codebook)
    return [each for each in found if common is None or version_order(each.version) > version_order(common)]


def codebook_of(version: LibraryVersion) -> Codebook:
    """The codebook of one version. Raises LibraryUnavailable, UnreadableFile."""
    with _reaching(version.path):
        content = version.path.read_bytes()
    try:
        codebook = read_codebook(version.path.name, content)
    except UnreadableFile as error:
        raise type(error)(f"{version.path}: {error}") from error
    if codebook.version != version.version:
        raise MalformedFile(
            f"{version.path} says that it is version {codebook.version}; rename it, or mend its version"
        )
    return codebook


def next_version(project: Project, library: Path) -> str:
    """The number to publish under: the one that the project proposes, above all that are in the library.

    A version that was published in the project alone keeps its number. Raises LibraryUnavailable.
    """
    codebook, found = project.codebook(), outlook(project)
    proposed = codebook.version if found.unchanged else found.version
    highest = max((version_order(each.version) for each in versions(library, codebook)), default=version_order("0"))
    if not codebook.codes or version_order(proposed) > highest:
        return proposed
    major, minor, *_ = (*highest[0], 0, 0)
    return f"{major}.{minor + 1}.0"


def publish(
    project: Project,
    library: Path,
    *,
    version: str,
    note: str = "",
    changes_meaning: Collection[str] = (),
    coder: str,
) -> LibraryVersion:
    """Publish the codebook in the project and to the library, under a version that is higher than all that are there.

    ``changes_meaning`` as for ``versions.publish``.
    Raises InvalidValue for a version that cannot name a file, CodebookConflict for one that is there, where nothing has
    changed since the newest or the library has versions that the project has not taken, LibraryUnavailable.
    """
    version, note = version.strip(), " ".join(note.split())
    if not _VERSION.fullmatch(version):
        raise InvalidValue(f"{version!r} is no version; write numbers and dots, such as 1.2.0")
    by = acting(project, coder).name
    with change_by(project, coder, "publish codebook", summary=f"publish codebook {version}") as change:
        codebook = replace(project.codebook(), version=version)
        if not codebook.codes:
            raise CodebookConflict("the codebook has no codes yet; there is nothing to publish")
        _check_free(project, library, codebook)
        if not any(each.version == version and each.codebook == codebook for each in project.codebook_versions()):
            tell_meanings(project, change, changes_meaning, coder=coder)
            change.publish(codebook, note)
        change.set_setting(COMMON + codebook.id, version)
        published = LibraryVersion(_folder(library, codebook) / f"{version}.yaml", version, now(), by, note)
        _write(published, codebook)
    with suppress(OSError):
        # The list for people; whoever publishes next makes it anew.
        _write_index(library, codebook)
    return published


def merge_with(project: Project, version: LibraryVersion, choices: Mapping[str, Side] | None = None) -> Merge:
    """What pulling a version would give: a merge from the version that both last had in common.

    Without one, everything that differs is a conflict. Raises LibraryUnavailable, UnreadableFile.
    """
    ours, theirs = project.codebook(), codebook_of(version)
    return Merge(_common(project, version, ours, theirs), ours, theirs, codes_in_use(project), dict(choices or {}))


def pull(
    project: Project,
    version: LibraryVersion,
    choices: Mapping[str, Side] | None = None,
    *,
    changes_meaning: Collection[str] = (),
    coder: str,
) -> Merge:
    """Take a version of the library into the project: one change, stored only if no conflict is open.

    Codes that codings rest on stay. ``changes_meaning`` are codes whose new wording means something else: their
    codings made so far are then to be looked at again. Raises LibraryUnavailable, UnreadableFile, CodebookConflict.
    """
    with change_by(project, coder, "pull codebook", summary=f"pull codebook {version.version}") as change:
        merge = merge_with(project, version, choices)
        if not merge.open:
            for code in reworded(merge.ours, merge.codebook):
                record(project, change, merge.ours.code(code), meaning=code in changes_meaning, coder=coder)
            known = [each.version for each in project.codebook_versions()]
            if merge.codebook == merge.theirs and version.version not in known:
                # Codings made from now on name this version, so the project keeps it whole.
                change.publish(merge.codebook, version.note)
            else:
                change.save_codebook(merge.codebook)
            change.set_setting(COMMON + merge.codebook.id, version.version)
    return merge


def find(library: Path, codebook: Codebook, version: str) -> LibraryVersion:
    """The version of this number. Raises UnknownItem, LibraryUnavailable."""
    found = versions(library, codebook)
    for each in found:
        if each.version == version:
            return each
    known = ", ".join(each.version for each in found) or "none"
    raise UnknownItem(f"no version {version} of this codebook in {library}; there are: {known}")


def _common(project: Project, version: LibraryVersion, ours: Codebook, theirs: Codebook) -> Codebook:
    if not ours.codes:
        return ours
    common = project.setting(COMMON + theirs.id)
    file = version.path.with_name(f"{common}.yaml")
    if common is not None and file.exists():
        return codebook_of(LibraryVersion(file, common))
    known = [each.codebook for each in project.codebook_versions() if each.version == common]
    return known[-1] if known else Codebook(theirs.id, "", version="0")


def _check_free(project: Project, library: Path, codebook: Codebook) -> None:
    known = versions(library, codebook)
    for each in known:
        if each.version == codebook.version:
            raise CodebookConflict(f"version {each.version} is in the library already; give this one a higher number")
    if missed := newer(project, library):
        raise CodebookConflict(
            f"the library has version {missed[0].version}, which this project has not taken; pull it first"
        )
    if known and replace(codebook_of(known[0]), version=codebook.version) == codebook:
        raise CodebookConflict(f"nothing has changed since version {known[0].version}, which is in the library")
    if known and version_order(known[0].version) > version_order(codebook.version):
        raise CodebookConflict(f"the library has version {known[0].version}; give this one a higher number")


def _mark(codebook: Codebook) -> str:
    """The end of the name of a codebook's folder: its title may change, its id does not."""
    return "-" + hashlib.sha256(codebook.id.encode()).hexdigest()[:8]


def _folder(library: Path, codebook: Codebook) -> Path:
    with _reaching(library):
        there = sorted(each for each in library.iterdir() if each.is_dir() and each.name.endswith(_mark(codebook)))
    words = "-".join(re.findall(r"[a-z0-9]+", codebook.title.lower()))[:40].strip("-") or "codebook"
    return there[0] if there else library / (words + _mark(codebook))


def _described(file: Path) -> LibraryVersion:
    told: dict[str, str] = {}
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if (head := _HEAD.match(line.rstrip("\n"))) is None:
                break
            told[head[1]] = head[2]
    return LibraryVersion(file, file.stem, told.get("published", ""), told.get("by", ""), told.get("note", ""))


def _write(published: LibraryVersion, codebook: Codebook) -> None:
    by = " ".join(published.by.split())
    head = f"# published: {published.at}\n# by: {by}\n# note: {published.note}\n"
    path = published.path
    with _reaching(path):
        path.parent.mkdir(exist_ok=True)
        try:
            # Whoever makes the file has the version; what it holds then comes at once, as a whole.
            path.open("x").close()
        except FileExistsError as error:
            raise CodebookConflict(
                f"somebody has just published version {published.version}; pull it, then publish under a higher number"
            ) from error
        try:
            _put(path, head.encode() + write_codebook(path.name, codebook))
        except OSError:
            path.unlink(missing_ok=True)
            raise


def _put(path: Path, content: bytes) -> None:
    """Write beside and rename, so that nobody ever reads half a file."""
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as part:
        beside = Path(part.name)
        try:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
            part.close()
            # Made for one person's eyes; the whole team is to read it.
            beside.chmod(0o664)
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise


def _write_index(library: Path, codebook: Codebook) -> None:
    rows = "\n".join(
        f"| [{each.version}]({each.path.name}) | {each.at[:10]} | {one_line(each.by)} | {one_line(each.note)} |"
        for each in versions(library, codebook)
    )
    text = (
        f"# {one_line(codebook.title)}\n\nVersions of this codebook, newest first. Redthread writes this list; take a "
        "version into a study on the page *Codebook*, *Share*, or with `redthread codebook pull`.\n\n"
        f"| version | published | by | note |\n| --- | --- | --- | --- |\n{rows}\n"
    )
    _put(_folder(library, codebook) / "README.md", text.encode())


@contextmanager
def _reaching(place: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise LibraryUnavailable(f"this account may not read or write {place}; ask who keeps the library") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise LibraryUnavailable(f"there is no room left for {place}; make room on that drive") from error
        raise LibraryUnavailable(f"cannot reach {place}: {error.strerror or error}; is the drive connected?") from error
