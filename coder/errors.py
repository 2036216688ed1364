"""Every error a caller may meet, one tree.

::

    CodingError
    ├── UnreadableFile          a file cannot be read as what it claims to be
    │   ├── UnknownFormat       no reader for this kind of file
    │   ├── MalformedFile       the kind is known, the content breaks its rules (with the line where that helps)
    │   └── TooLarge            larger than the limits that protect the machine
    ├── CodebookConflict        a change that the codebook cannot take
    │   └── UnknownCode         no code of that id or path
    ├── ProjectError            the project file itself
    │   ├── NotAProject         no project at this path, or a file of another kind
    │   ├── ProjectExists       a new project would overwrite a file
    │   ├── ProjectFromTheFuture  written by a newer Redthread
    │   ├── NoCommonHistory     two projects that are not copies of one, and cannot be merged
    │   ├── ProjectDamaged      the integrity check or the journal chain fails
    │   └── ProjectUnavailable  read-only, full disk, locked for too long, moved away
    ├── UnknownItem             no such document, coding, case, coder, memo
    ├── InvalidValue            a name, date or position that cannot be what it should
    ├── StaleEdit               what was to be changed has changed meanwhile
    ├── NothingToUndo           no change of this coder is left to undo or redo
    ├── LibraryUnavailable      the folder of shared codebooks is gone, read-only or cannot be reached
    ├── NotAllowed              this coder's role does not permit the act
    └── ModelUnavailable        the encoder cannot be loaded

A message says what, where, and what would work. A result is not an error: an empty search or a
document without codings are values.
"""

from __future__ import annotations

from collections.abc import Sequence


class CodingError(Exception):
    """Base of all errors that Redthread raises on purpose."""


class UnreadableFile(CodingError):
    """A file cannot be read.

    ``line`` is one-based, or None where the format has no lines.
    """

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(f"line {line}: {message}" if line is not None else message)
        self.line = line


class UnknownFormat(UnreadableFile):
    """No reader for this kind of file."""


class MalformedFile(UnreadableFile):
    """The content breaks the rules of its format."""


class TooLarge(UnreadableFile):
    """The file is larger than the limits that protect the machine."""


class CodebookConflict(CodingError):
    """A change that the codebook cannot take."""


class UnknownCode(CodebookConflict):
    """No code of that id or path."""


class ProjectError(CodingError):
    """Something about the project file itself."""


class NotAProject(ProjectError):
    """No project at this path, or a file of another kind."""


class ProjectExists(ProjectError):
    """A new project would overwrite a file."""


class ProjectFromTheFuture(ProjectError):
    """The project was written by a newer Redthread."""


class NoCommonHistory(ProjectError):
    """Two projects that are not copies of one, and cannot be merged."""


class ProjectDamaged(ProjectError):
    """The integrity check or the journal chain fails."""


class ProjectUnavailable(ProjectError):
    """The project file is read-only, locked for too long, moved away, or its disk is full."""


class UnknownItem(CodingError):
    """No such document, coding, case, coder or memo."""


class InvalidValue(CodingError):
    """A name, date or position that cannot be what it should."""


class StaleEdit(CodingError):
    """What was to be changed has changed meanwhile.

    ``entry`` is the number of the journal entry that cannot be taken back, where undo or redo met it.
    ``versions`` are what was changed: its name, how it stands now, and how it was to be.
    """

    def __init__(
        self, message: str, *, entry: int | None = None, versions: Sequence[tuple[str, str, str]] = ()
    ) -> None:
        super().__init__(message)
        self.entry = entry
        self.versions = tuple(versions)


class NothingToUndo(CodingError):
    """No change of this coder is left to undo or redo."""


class LibraryUnavailable(CodingError):
    """The folder of shared codebooks is gone, read-only or cannot be reached."""


class NotAllowed(CodingError):
    """The coder's role does not permit this act."""


class ModelUnavailable(CodingError):
    """The encoder cannot be loaded; the message says what to do."""
