"""What comes in: files, folders and archives, each file with what is understood of it. Nothing is stored here."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath

from coder.errors import MalformedFile, UnknownFormat, UnreadableFile
from coder.formats import READERS, read
from coder.formats.archives import opened
from coder.formats.rows import SUFFIXES as TABLES
from coder.formats.splitting import split_by_date
from coder.model import Reading

ARCHIVE = ".zip"
_SAYS_UTF8 = 0x800
_LEFT_BY_SYSTEMS = {"__macosx", "thumbs.db", "desktop.ini"}


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be read: its name, and its content when asked for (raises UnreadableFile).

    ``path`` is its place with the folders above it, as far as they were chosen too; the name where there are none.
    """

    name: str
    content: Callable[[], bytes]
    path: str = ""

    @property
    def place(self) -> str:
        """The path, or the name where there is none."""
        return self.path or self.name


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file as it was understood: several readings with their names where it was split; or why it is refused."""

    name: str
    place: str
    readings: tuple[tuple[str, Reading], ...] = ()
    refusal: str = ""


def sources(paths: Iterable[Path]) -> list[Source]:
    """The files at these paths; folders are walked in the order of names, hidden files left out, archives unpacked.

    No other file is opened yet. What cannot be read (unknown kinds, paths that do not exist) is kept as a
    source whose content raises UnreadableFile, so that every file has a report.
    """
    return unpacked(source for path in paths for source in _sources_at(path, _top(path)))


def unpacked(sources: Iterable[Source]) -> list[Source]:
    """The same sources, with the files inside an archive in its place, as if it were a folder.

    Nothing is written anywhere: a member is read where it lies, and its path is only ever looked at. One
    whose path leads out of the archive, a link, and an archive inside an archive are kept as sources that refuse.
    """
    return [inside for source in sources for inside in (_members(source) if _is_archive(source.name) else [source])]


def read_file(source: Source, *, split: bool = False) -> FileRead:
    """Read one file; with ``split`` a file that holds many dated meetings gives one reading for each."""
    try:
        reading = read(PurePath(source.name).name or source.name, source.content())
    except UnreadableFile as error:
        return FileRead(source.name, source.place, refusal=str(error))
    readings = split_by_date(reading, source.name) if split else [(source.name, reading)]
    return FileRead(source.name, source.place, tuple(readings))


def _is_archive(name: str) -> bool:
    return PurePath(name).suffix.lower() == ARCHIVE


# --- folders ---------------------------------------------------------------------------------------


def _top(path: Path) -> str:
    return path.name or path.resolve().name


def _sources_at(path: Path, place: str) -> Iterator[Source]:
    if not path.is_dir():
        yield Source(path.name, partial(_content, path), place)
        return
    try:
        inside = sorted(path.iterdir())
    except OSError as error:
        yield Source(path.name, partial(_refuse, f"cannot open the folder: {error.strerror}"), place)
        return
    for found in inside:
        if _left_by_a_system(found.name) or _our_own(found.name):
            # .DS_Store, .git, a project beside its transcripts: nobody means them, so nobody is told.
            continue
        below = f"{place}/{found.name}"
        if found.is_symlink() and found.is_dir():
            yield Source(found.name, partial(_refuse, "links to folders are not followed"), below)
        elif found.is_dir():
            yield from _sources_at(found, below)
        else:
            yield Source(found.name, partial(_content, found), below)


def _left_by_a_system(name: str) -> bool:
    # "~$" begins what Word leaves beside a document that is open.
    return name.startswith((".", "~$")) or name.casefold() in _LEFT_BY_SYSTEMS


def _our_own(name: str) -> bool:
    return name.endswith((".backups", ".redthread", ".redthread-wal", ".redthread-shm"))


def _content(path: Path) -> bytes:
    try:
        if not path.exists():
            raise UnreadableFile("there is no file or folder of this name; check how it is written")
        # Told by its name, so that a video of many gigabytes is not read only to be refused.
        if path.suffix.lower() not in {*READERS, ARCHIVE}:
            _refuse_kind(path.name)
        if not path.is_file():
            # A pipe or a device would be waited for without end.
            raise UnreadableFile("it is no ordinary file; save its content in one")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"cannot open it: {error.strerror}") from error


def _refuse(message: str) -> bytes:
    raise UnknownFormat(message)


def _refuse_kind(name: str) -> None:
    if PurePath(name).suffix.lower() in TABLES:
        raise UnknownFormat("a table is brought in by itself, so that its columns can be chosen")
    raise UnknownFormat(f"cannot read {PurePath(name).suffix or name!r}; known: {', '.join(sorted(READERS))}")


# --- archives --------------------------------------------------------------------------------------


def _members(source: Source) -> Iterator[Source]:
    try:
        archive = opened(source.content(), "zip archive")
    except UnreadableFile as error:
        yield Source(source.name, partial(_refuse, str(error)), source.place)
        return
    found = False
    for path, member in sorted(((_path_of(m), m) for m in archive.infolist()), key=lambda each: each[0]):
        parts = [part for part in path.split("/") if part]
        if member.is_dir() or not parts or any(map(_left_by_a_system, set(parts) - {".", ".."})):
            continue
        found = True
        place = "/".join([str(PurePath(source.place).with_suffix("")), *(p for p in parts if p not in (".", ".."))])
        yield Source(parts[-1], partial(_member_content, archive, member, path), place)
    if not found:
        yield Source(source.name, partial(_refuse, "the archive holds no files"), source.place)


def _path_of(member: zipfile.ZipInfo) -> str:
    name = member.filename
    if not name.isascii() and not member.flag_bits & _SAYS_UTF8:
        # A Mac writes UTF-8 and does not say so; read by the rules of the format, ä becomes two strange letters.
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _member_content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: str) -> bytes:
    parts = [part for part in path.split("/") if part]
    if path.startswith("/") or ".." in parts or ":" in parts[0]:
        raise MalformedFile("its path leads out of the archive; that is refused as unsafe")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise MalformedFile("it is a link, and links in archives are not followed")
    if _is_archive(parts[-1]):
        raise MalformedFile("an archive inside an archive is not opened; unpack it first")
    if PurePath(parts[-1]).suffix.lower() not in READERS:
        _refuse_kind(parts[-1])
    try:
        return archive.read(member)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise MalformedFile(f"its place in the archive is broken: {error}; pack it once more") from error
