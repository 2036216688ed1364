"""UIMA CAS, as INCEpTION and other tools of language technology write it: JSON, or XMI with its type system.

Read through dkpro-cassis, which is an extra: ``pip install redthread[cas]``. It turns the UTF-16 positions of Java
into code points.
"""

from __future__ import annotations

import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from coder.errors import MalformedFile
from coder.formats.archives import opened, unpacked
from coder.formats.gathering import ForeignText, Gathering
from coder.formats.layers import LINGUISTIC, NOT_CODED, codes_of, is_linguistic
from coder.model import Received

if TYPE_CHECKING:
    from cassis import Cas

_KIND = "UIMA project"
_XMI, _JSON = b"http://www.omg.org/XMI", b'"%FEATURE_STRUCTURES"'
_NO_CODER = ("initial_cas", "data", "cas")
_POSITIONS = frozenset({"sofa", "begin", "end"})


@dataclass(frozen=True)
class _Member:
    """One CAS, with the type system that it needs; ``path`` is where it stood in an archive."""

    path: PurePath
    content: bytes
    types: bytes | None = None


def recognises(content: bytes) -> bool:
    """Whether this is a CAS, or an archive with some."""
    if content.startswith(b"PK"):
        try:
            names = zipfile.ZipFile(BytesIO(content)).namelist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            return False
        return any(name.lower().endswith(".xmi") for name in names)
    return _is_cas(content)


def read(content: bytes, name: str) -> Received:
    """Read a CAS or an archive of some. Raises MalformedFile, also where dkpro-cassis is not installed, or TooLarge."""
    found = Gathering("UIMA", PurePath(name).stem)
    members = (
        list(_members(content, PurePath(name))) if content.startswith(b"PK") else [_Member(PurePath(name), content)]
    )
    if not members:
        raise MalformedFile("the archive holds no CAS")
    for member in members:
        _read_one(member, found, alone=len(members) == 1)
    return found.received()


def _is_cas(content: bytes) -> bool:
    return _JSON in content or (_XMI in content[:2000] and content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"))


def _members(content: bytes, name: PurePath, depth: int = 0) -> Iterator[_Member]:
    with opened(content, _KIND) as archive:
        files = {each: unpacked(archive, each, _KIND) for each in archive.namelist() if not each.endswith("/")}
    types = next((data for each, data in files.items() if "typesystem" in each.lower()), None)
    for each, data in files.items():
        path = PurePath(each)
        if data.startswith(b"PK") and depth == 0:
            # INCEpTION packs each coder's CAS with its types once more.
            yield from _members(data, path, depth + 1)
        elif _is_cas(data):
            where = name.parent / path.name if depth else path
            yield _Member(where, data, types)


def _loaded(member: _Member) -> Cas:
    try:
        import cassis
        from cassis.typesystem import TypeCheckError, TypeNotFoundError
    except ImportError as error:
        raise MalformedFile(
            "to read a UIMA CAS, dkpro-cassis is needed: give the command pip install 'redthread[cas]', then try again"
        ) from error
    foreign = (LookupError, ValueError, TypeError, AttributeError, SyntaxError, RecursionError, OSError, AssertionError)
    for part in (member.content, member.types or b""):
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            raise MalformedFile(f"{member.path.name} declares entities of its own; that is refused as unsafe")
    if _JSON not in member.content and member.types is None:
        raise MalformedFile(f"{member.path.name} cannot be read alone: zip it together with its TypeSystem.xml")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if _JSON in member.content:
                return cassis.load_cas_from_json(BytesIO(member.content), lenient=True)
            types = cassis.load_typesystem(BytesIO(member.types or b""))
            return cassis.load_cas_from_xmi(BytesIO(member.content), typesystem=types, lenient=True)
    except (*foreign, TypeCheckError, TypeNotFoundError) as error:
        raise MalformedFile(f"{member.path.name} is no sound CAS: {error}") from error


def _read_one(member: _Member, found: Gathering, *, alone: bool) -> None:
    cas = _loaded(member)
    text = cas.sofa_string or ""
    layers: list[tuple[str, Any]] = [(each.type.name, each) for each in cas.select_all_annotations()]
    title = next((t for layer, each in layers if (t := _title(layer, each))), None)
    folder = member.path.parent.name
    key = (folder, text)
    if not found.knows_document(key) and not found.document(
        key, title or folder or member.path.stem, ForeignText(text)
    ):
        return
    stem = member.path.stem
    coder = found.coder(None if alone or stem.lower() in _NO_CODER else stem)
    for layer, count in Counter(layer for layer, _ in layers if is_linguistic(layer)).items():
        found.losses.add(LINGUISTIC, NOT_CODED, layer, count=count)
    for layer, each in layers:
        if not is_linguistic(layer) and isinstance(each.begin, int) and isinstance(each.end, int):
            for code in codes_of(found, layer, _values(each)):
                found.coding(key, code, coder, each.begin, each.end, None)
    others = sum(view.sofa is not None for view in cas.views) - 1
    found.losses.add("further views of a document", "a document has one text", member.path.name, count=max(0, others))


def _title(layer: str, each: Any) -> str | None:
    if not layer.endswith("DocumentMetaData"):
        return None
    return str(each.get("documentTitle") or each.get("documentId") or "") or None


def _values(each: Any) -> dict[str, str]:
    found = {}
    for feature in each.type.all_features:
        value = each.get(feature.name) if feature.name not in _POSITIONS else None
        if isinstance(value, str) and value.strip():
            found[feature.name] = value
    return found
