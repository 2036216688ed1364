"""REFI-QDA codebooks (``.qdc``), and the codes inside a project.

The standard knows one description of a code. All that a code says of itself is folded into that, under
headings that people read and that are taken apart again without loss: first the definition, then each other field
below a line with its name. A line of a field that looks like such a heading gets a backslash before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath

from coder.errors import CodebookConflict, MalformedFile
from coder.formats.receiving import Losses, colour_of, sound_codes
from coder.formats.refi_xml import (
    CODEBOOK,
    Element,
    add,
    below,
    first,
    guid,
    named,
    parsed,
    root,
    schema_problems,
    serialised,
    text_of,
    xml_text,
)
from coder.model import Code, Codebook, CodeStatus, Loss, Source, new_id

MAX_DEPTH = 100

BRIEF, USE, NOT_USE, MEMO, KEY, STATUS = (
    "In brief:", "When to use:", "When not to use:", "Memo:", "Key:", "Status:",
)  # fmt: skip
EXAMPLES, COUNTER, SOURCES = "Examples:", "Counter-examples:", "Sources:"
_HEADINGS = (BRIEF, USE, NOT_USE, EXAMPLES, COUNTER, SOURCES, MEMO, KEY, STATUS)

TITLE, VERSION, LICENCE, LANGUAGE, ABOUT = (
    "Codebook:", "Codebook version:", "Licence of the codebook:", "Language of the codebook:", "About the codebook:",
)  # fmt: skip
AUTHORS, WORKS = "Authors of the codebook:", "Sources of the codebook:"
CODEBOOK_HEADINGS = ("Redthread project:", TITLE, VERSION, AUTHORS, LICENCE, LANGUAGE, ABOUT, WORKS)


def read(content: bytes, name: str) -> Codebook:
    """Read a ``.qdc``, of any program and version. Raises MalformedFile."""
    document = parsed(content, "codebook")
    if named(document).lower() not in ("codebook", "project"):
        raise MalformedFile(f"{name} is XML but no REFI-QDA codebook; its root is {named(document)!r}")
    found = list(codes_in(document if named(document).lower() == "codebook" else first(document, "CodeBook")))
    by_guid: dict[str, Code] = {}
    for code in found:
        if code.id in by_guid:
            raise MalformedFile(
                f"guid: {by_guid[code.id].name!r} and {code.name!r} have the same; every code has its own"
            )
        by_guid[code.id] = code
    codes, _ = sound_codes(found)
    try:
        return Codebook(new_id(), PurePath(name).stem or "Codebook", codes)
    except CodebookConflict as error:
        raise MalformedFile(str(error)) from error


def write(codebook: Codebook) -> bytes:
    """The codebook as ``.qdc``, valid against the schema. Raises CodebookConflict where it has no codes."""
    if not codebook.codes:
        raise CodebookConflict("the codebook has no codes yet, and REFI-QDA does not allow an empty one")
    document = root("CodeBook", CODEBOOK)
    document.set("origin", "Redthread")
    add_codes(document, codebook)
    return serialised(document)


def codebook_losses(codebook: Codebook) -> tuple[Loss, ...]:
    """What a ``.qdc`` cannot carry of this codebook."""
    losses = Losses()
    why = "a REFI-QDA codebook holds codes and nothing about itself"
    for what, value in (
        ("title of the codebook", codebook.title),
        ("version of the codebook", codebook.version),
        ("authors of the codebook", ", ".join(codebook.authors)),
        ("licence of the codebook", codebook.licence),
        ("description of the codebook", codebook.description),
    ):
        losses.add(what, why, value, count=bool(value))
    for source in codebook.sources:
        losses.add("sources of the codebook", why, source.key)
    return losses.all()


def invalid(content: bytes) -> list[str]:
    """Where a codebook file departs from the schema; empty if nowhere. Raises MalformedFile."""
    return schema_problems(parsed(content, "codebook"), CODEBOOK)


def codes_in(codebook: Element | None) -> Iterator[Code]:
    """The codes below a CodeBook element, each before those under it; colours that are none are empty."""
    for element in below(codebook, "Codes", "Code"):
        yield from _codes(element, None, 1)


def _codes(element: Element, parent: str | None, depth: int) -> Iterator[Code]:
    if depth > MAX_DEPTH:
        raise MalformedFile(f"codes stand more than {MAX_DEPTH} levels deep")
    code = Code(
        guid(element.get("guid")) or new_id(),
        element.get("name") or "",
        parent,
        colour_of(element.get("color")) or "",
        (element.get("isCodable") or "true").strip().lower() not in ("false", "0"),
    )
    yield unfolded(code, text_of(element, "Description"))
    for child in below(element, "Code"):
        yield from _codes(child, code.id, depth + 1)


def add_codes(parent: Element, codebook: Codebook, notes: Mapping[str, Iterable[str]] | None = None) -> None:
    """Write the tree of codes below a CodeBook element; ``notes`` gives the GUIDs of the notes on a code."""
    _add_codes(add(parent, "Codes"), codebook, None, notes or {})


def _add_codes(parent: Element, codebook: Codebook, above: str | None, notes: Mapping[str, Iterable[str]]) -> None:
    for code in codebook.children(above):
        element = add(
            parent,
            "Code",
            guid=guid(code.id),
            name=code.name,
            isCodable="true" if code.codable else "false",
            color=code.colour,
        )
        if description := folded(code):
            add(element, "Description", description)
        for note in notes.get(code.id, ()):
            add(element, "NoteRef", targetGUID=note)
        _add_codes(element, codebook, code.id, notes)


# --- the description -----------------------------------------------------------------------------------


def folded(code: Code) -> str:
    """All that a code says of itself as one text."""
    return with_headings(
        code.definition,
        {
            BRIEF: code.brief,
            USE: code.when_to_use,
            NOT_USE: code.when_not_to_use,
            EXAMPLES: as_list(code.examples),
            COUNTER: as_list(code.counter_examples),
            SOURCES: as_list(code.sources),
            MEMO: code.memo,
            KEY: code.key or "",
            STATUS: "" if code.status is CodeStatus.ACTIVE else code.status.value,
        },
        _HEADINGS,
    )


def unfolded(code: Code, description: str) -> Code:
    """The code with what its description says; a description of another program is the definition."""
    definition, fields = without_headings(description, _HEADINGS)
    key = fields.get(KEY, "").strip()
    return replace(
        code,
        definition=definition,
        brief=fields.get(BRIEF, ""),
        when_to_use=fields.get(USE, ""),
        when_not_to_use=fields.get(NOT_USE, ""),
        examples=from_list(fields.get(EXAMPLES, "")),
        counter_examples=from_list(fields.get(COUNTER, "")),
        sources=from_list(fields.get(SOURCES, "")),
        memo=fields.get(MEMO, ""),
        key=key if re.fullmatch("[1-9]", key) else None,
        status=CodeStatus.RETIRED if fields.get(STATUS, "").strip() == CodeStatus.RETIRED.value else CodeStatus.ACTIVE,
    )


def about_codebook(codebook: Codebook) -> dict[str, str]:
    """What a codebook says of itself, by heading, for the description of a project."""
    return {
        TITLE: codebook.title,
        VERSION: codebook.version,
        AUTHORS: as_list(codebook.authors),
        LICENCE: codebook.licence,
        LANGUAGE: codebook.language,
        ABOUT: codebook.description,
        WORKS: as_list(f"{source.key}: {source.reference}" for source in codebook.sources),
    }


def codebook_from(fields: Mapping[str, str], id: str, title: str, codes: tuple[Code, ...]) -> Codebook:
    """The codebook that a project's description tells of; what it does not tell is as in a new one."""
    sources = (work.partition(": ") for work in from_list(fields.get(WORKS, "")))
    return Codebook(
        id,
        fields.get(TITLE, "") or title,
        codes,
        fields.get(VERSION, "") or "0.1.0",
        from_list(fields.get(AUTHORS, "")),
        fields.get(LICENCE, ""),
        fields.get(LANGUAGE, "") or "en",
        fields.get(ABOUT, ""),
        tuple(Source(key, reference) for key, _, reference in sources),
    )


def with_headings(text: str, fields: Mapping[str, str], headings: tuple[str, ...]) -> str:
    """A text, then each field that is not empty below its heading."""
    heading = _heading(headings)
    blocks = [heading.sub(_escaped, text)] if text else []
    blocks += [f"{name}\n{heading.sub(_escaped, value)}" for name, value in fields.items() if value]
    return xml_text("\n\n".join(blocks))


def without_headings(text: str, headings: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """The text before the first heading, and what stands below each."""
    fields: dict[str, list[str]] = {"": []}
    current = ""
    for line in text.split("\n"):
        if line in headings and line not in fields:
            if fields[current] and not fields[current][-1]:
                fields[current].pop()
            current = line
            fields[current] = []
        else:
            fields[current].append(line)
    escaped = re.compile(r"^\\(?=\\*(?:" + "|".join(map(re.escape, headings)) + r")$)", re.MULTILINE)
    found = {name: escaped.sub("", "\n".join(lines)) for name, lines in fields.items()}
    return found.pop(""), found


def _heading(headings: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"^\\*(?:" + "|".join(map(re.escape, headings)) + r")$", re.MULTILINE)


def _escaped(found: re.Match[str]) -> str:
    return "\\" + found[0]


def as_list(items: Iterable[str]) -> str:
    """One item a line after a dash; further lines of an item stand two blanks to the right."""
    return "\n".join("- " + item.replace("\n", "\n  ") for item in items)


def from_list(text: str) -> tuple[str, ...]:
    """The items of such a list."""
    items: list[str] = []
    for line in text.split("\n"):
        if line.startswith("- "):
            items.append(line[2:])
        elif items:
            items[-1] += "\n" + line.removeprefix("  ")
        elif line.strip():
            items.append(line)
    return tuple(items)
