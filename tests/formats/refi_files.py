"""Small invented REFI-QDA projects, written as different programs write them."""

from __future__ import annotations

import io
import zipfile

TEXT = "Aino: We began together.\n\nBo: Then there was no time 😀 at all.\n"
CODE = "11111111-1111-4111-8111-111111111111"
USER = "22222222-2222-4222-8222-222222222222"
SOURCE = "33333333-3333-4333-8333-333333333333"
CASE = "44444444-4444-4444-8444-444444444444"
NOTE = "55555555-5555-4555-8555-555555555555"
SELECTION = "66666666-6666-4666-8666-666666666666"

USERS = f'<Users><User guid="{USER}" name="Maija"/></Users>'
BOOK = f'<CodeBook><Codes><Code guid="{CODE}" name="Together" isCodable="true"/></Codes></CodeBook>'


def coding(code: str = CODE, guid: str = "") -> str:
    own = f'guid="{guid}" ' if guid else ""
    return f'<Coding {own}creatingUser="{USER}"><CodeRef targetGUID="{code}"/></Coding>'


def selection(start: int, end: int, inside: str | None = None, *, name: str = "", guid: str = "") -> str:
    own = f'guid="{guid}" ' if guid else ""
    content = coding() if inside is None else inside
    places = f'name="{name}" startPosition="{start}" endPosition="{end}"'
    return f"<PlainTextSelection {own}{places}>{content}</PlainTextSelection>"


def source(inside: str = "", *, path: str = "internal://a.txt", name: str = "Interview") -> str:
    return f'<TextSource guid="{SOURCE}" name="{name}" plainTextPath="{path}">{inside}</TextSource>'


def xml(
    sources: str = "",
    *,
    before: str = USERS + BOOK,
    after: str = "",
    origin: str = "",
    namespace: str = "urn:QDA-XML:project:1.0",
) -> bytes:
    held = f"<Sources>{sources}</Sources>" if sources else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Project xmlns="{namespace}" name="Study" origin="{origin}">'
        f"{before}{held}{after}</Project>"
    ).encode()


def packed(project: bytes, files: dict[str, bytes] | None = None, *, qde: str = "project.qde") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(qde, project)
        for name, content in (files if files is not None else {"sources/a.txt": TEXT.encode()}).items():
            archive.writestr(name, content)
    return held.getvalue()
