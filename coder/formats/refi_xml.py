"""REFI-QDA as XML: opened with care, elements found by their local names, GUIDs, times, checking against the schema.

Names are matched without their namespace: programs write a handful of older ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from coder.errors import MalformedFile

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMAS = {PROJECT: "Project", CODEBOOK: "Codebook"}

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Element = etree._Element


def parsed(content: bytes, what: str) -> Element:
    """The root element. Raises MalformedFile, with the line, also for a document type: none is needed here."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or None
        raise MalformedFile(f"the {what} is not sound XML: {getattr(error, 'msg', error)}", line=line) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise MalformedFile(f"the {what} declares a document type, which REFI-QDA has no use for; that is refused")
    return root


def named(element: Element) -> str:
    """The name of an element without its namespace; empty for an instruction."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def below(element: Element | None, *path: str) -> Iterator[Element]:
    """The elements at a path of names, such as "CodeBook", "Codes", "Code"; the letters may be of any case."""
    if element is None:
        return
    first, *rest = path
    for child in element:
        if named(child).lower() == first.lower():
            if rest:
                yield from below(child, *rest)
            else:
                yield child


def first(element: Element, *path: str) -> Element | None:
    """The first element at a path of names, or None."""
    return next(below(element, *path), None)


def text_of(element: Element, *path: str) -> str:
    """The text of the first element at a path; empty where there is none."""
    found = first(element, *path)
    return "" if found is None else "".join(str(part) for part in found.itertext())


def guid(text: str | None) -> str:
    """A GUID as Redthread keeps it, without braces and in small letters.

    What is no GUID becomes one, always the same for the same text; empty stays empty.
    """
    plain = (text or "").strip().strip("{}").lower()
    if not plain or _GUID.fullmatch(plain):
        return plain
    return str(uuid5(NAMESPACE_URL, f"redthread:{plain}"))


def derived(*parts: str) -> str:
    """A GUID for something that has none, always the same for the same parts."""
    return str(uuid5(NAMESPACE_URL, "redthread:" + "/".join(parts)))


def time_of(text: str | None) -> str:
    """A time as Redthread keeps it, UTC with milliseconds and Z; empty where there is none that can be read."""
    wanted = (text or "").strip()
    # More digits than a microsecond has are no reason to lose the time.
    wanted = re.sub(r"(\.\d{6})\d+", r"\1", wanted)
    try:
        moment = datetime.fromisoformat(wanted)
    except ValueError:
        return ""
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_time(text: str) -> bool:
    """Whether the schema takes this as a time."""
    return bool(_TIME.fullmatch(text) and time_of(text))


def xml_text(text: str) -> str:
    """The text without the control characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


def add(parent: Element, tag: str, text: str | None = None, **attributes: str | None) -> Element:
    """One more element below, in the namespace of its parent; attributes that are None or empty are left out."""
    namespace = parent.tag.rpartition("}")[0].lstrip("{")
    element = etree.SubElement(parent, f"{{{namespace}}}{tag}")
    for name, value in attributes.items():
        if value:
            element.set(name, xml_text(value))
    if text is not None:
        element.text = xml_text(text)
    return element


def root(tag: str, namespace: str) -> Element:
    """A new document with the place of its schema told, as the standard's examples do."""
    # The stubs do not know of the default namespace, whose prefix is None.
    spaces: Any = {None: namespace, "xsi": _XSI}
    made = etree.Element(f"{{{namespace}}}{tag}", nsmap=spaces)
    name = _SCHEMAS[namespace]
    place = f"http://schema.qdasoftware.org/versions/{name}/v1.0/{name}.xsd"
    made.set(f"{{{_XSI}}}schemaLocation", f"{namespace} {place}")
    return made


def serialised(element: Element) -> bytes:
    """The document as UTF-8, indented; text stays as it is."""
    etree.indent(element)
    return bytes(etree.tostring(element, xml_declaration=True, encoding="utf-8", standalone=True))


def schema_problems(element: Element, namespace: str) -> list[str]:
    """Where a document departs from the schema of the standard, in its words with the line; empty if nowhere."""
    schema = _schema(namespace)
    if schema.validate(element):
        return []
    log: Any = schema.error_log
    return [f"line {entry.line}: {entry.message}" for entry in log]


@cache
def _schema(namespace: str) -> etree.XMLSchema:
    name = f"{_SCHEMAS[namespace]}.xsd"
    content = resources.files("coder.formats").joinpath("refi_schemas", name).read_bytes()
    return etree.XMLSchema(etree.fromstring(content))
