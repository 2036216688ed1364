"""Zip containers opened with care: what they would unpack to is known before anything is unpacked."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from coder.errors import MalformedFile, TooLarge

MAX_MEMBERS = 5_000
MAX_UNPACKED = 300_000_000
MAX_LISTED = 100_000
"""Members of an archive of which only some are read: a project with its recordings, or one text for each answer."""
MAX_XML = 50_000_000
"""Bytes of one XML member; parsed, it takes some twenty times as much memory."""
MAX_RATIO = 200
"""How many times larger than packed a member of more than a megabyte may be; text packs to a tenth or a twentieth."""

_OFFICE_97 = b"\xd0\xcf\x11\xe0"


def opened(content: bytes, kind: str, *, in_part: bool = False) -> zipfile.ZipFile:
    """The archive, if it is whole and within the limits; ``kind`` is what it claims to be, "Word document".

    With ``in_part`` only some members will be read, each by ``unpacked``, which then holds it to the limits.
    Raises MalformedFile, or TooLarge for an archive that would unpack to more than a machine can bear.
    """
    if content.startswith(_OFFICE_97):
        locked = "EncryptedPackage".encode("utf-16-le") in content
        reason = (
            "is protected by a password; save it without"
            if locked
            else "is in the format of Office 97-2003; save it anew"
        )
        raise MalformedFile(f"the {kind} {reason}")
    try:
        archive = zipfile.ZipFile(BytesIO(content))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        article = "an" if kind[0] in "AEIOU" else "a"
        raise MalformedFile(f"not {article} {kind}, or a broken one: {error}") from error
    if any(member.flag_bits & 1 for member in members):
        raise MalformedFile(f"the {kind} is protected by a password; save it without")
    unpacked = 0 if in_part else sum(member.file_size for member in members)
    if len(members) > (MAX_LISTED if in_part else MAX_MEMBERS) or unpacked > MAX_UNPACKED:
        raise TooLarge(
            f"the {kind} would unpack to {len(members):,} parts and {unpacked:,} bytes; that is refused as unsafe"
        )
    for member in () if in_part else members:
        _check(member, kind)
    return archive


def _check(member: zipfile.ZipInfo, kind: str) -> None:
    if member.file_size > MAX_UNPACKED:
        raise TooLarge(f"{member.filename!r} in the {kind} would unpack to {member.file_size:,} bytes; it is refused")
    if member.filename.endswith((".xml", ".rels")) and member.file_size > MAX_XML:
        raise TooLarge(f"{member.filename!r} in the {kind} has {member.file_size:,} bytes, more than {MAX_XML:,}")
    if member.file_size > 1_000_000 and member.file_size > MAX_RATIO * max(1, member.compress_size):
        raise TooLarge(
            f"{member.filename!r} in the {kind} is packed more than {MAX_RATIO} times; that is refused as unsafe"
        )


def unpacked(archive: zipfile.ZipFile, member: str, kind: str) -> bytes:
    """The content of one member. Raises MalformedFile where it cannot be unpacked, TooLarge beyond the limits."""
    _check(archive.getinfo(member), kind)
    try:
        return archive.read(member)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, LookupError) as error:
        raise MalformedFile(f"{member!r} in the {kind} is broken: {error}; pack it once more") from error
