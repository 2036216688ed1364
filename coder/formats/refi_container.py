"""The container of a REFI-QDA project: the one ``.qde`` and the files beside it, found as programs name them."""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePosixPath

from coder.errors import MalformedFile, TooLarge
from coder.formats.archives import opened, unpacked

MAX_PROJECT = 200_000_000
"""Bytes of the project's XML."""
MAX_READ = 500_000_000
"""Bytes of the project and its texts; recordings and pictures are not read."""


class Container:
    """A project's XML and its source files; ``.qde`` alone has none. Raises MalformedFile or TooLarge."""

    def __init__(self, content: bytes) -> None:
        self._archive: zipfile.ZipFile | None = None
        self._places: dict[str, str] = {}
        if not content.startswith(b"PK"):
            self.project = content
            return
        self._archive = opened(content, "REFI-QDA project", in_part=True)
        # A Mac that packs a project again puts a shadow beside every member.
        names = [
            name
            for name in self._archive.namelist()
            if not name.endswith("/")
            and not name.startswith("__MACOSX/")
            and not PurePosixPath(name).name.startswith("._")
        ]
        projects = [name for name in names if name.lower().endswith(".qde")]
        if len(projects) != 1:
            raise MalformedFile(f"a REFI-QDA project holds one .qde file; this archive holds {len(projects)}")
        for name in names:
            # By its last part alone: no member is ever written anywhere, so its path cannot lead anywhere.
            self._places.setdefault(PurePosixPath(name.replace("\\", "/")).name.lower(), name)
        if self._archive.getinfo(projects[0]).file_size > MAX_PROJECT:
            raise TooLarge(f"{projects[0]} is larger than {MAX_PROJECT:,} bytes")
        self._read = 0
        self.project = self._member(projects[0])

    def file(self, path: str) -> bytes | None:
        """The file at a path such as ``internal://GUID.txt``; None where it lies outside or is not there."""
        if re.match(r"(?:relative|absolute|https?|file):", path.strip(), re.IGNORECASE):
            return None
        name = PurePosixPath(path.strip().replace("\\", "/")).name.lower()
        place = self._places.get(name)
        return None if place is None else self._member(place)

    def _member(self, name: str) -> bytes:
        assert self._archive is not None
        self._read += self._archive.getinfo(name).file_size
        if self._read > MAX_READ:
            raise TooLarge(
                f"the texts of the REFI-QDA project have more than {MAX_READ:,} bytes; split it into several"
            )
        return unpacked(self._archive, name, "REFI-QDA project")
