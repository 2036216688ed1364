"""Taguette: a project as the SQLite file that its export gives.

Highlights are counted in bytes of UTF-8 over the text of the HTML body as html5lib reads it, tags not counted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import PurePath

from coder.formats.foreign_database import ForeignDatabase, Row, is_database
from coder.formats.gathering import ForeignText, Gathering, moment, whole_number
from coder.formats.markup_text import BodyText
from coder.formats.paths import parent_in
from coder.model import Received


def recognises(content: bytes) -> bool:
    """Whether this is a Taguette project."""
    return is_database(content, "highlights", "highlight_tags", "start_offset")


def read(content: bytes, name: str) -> Received:
    """Read a Taguette project. Raises MalformedFile or TooLarge."""
    with closing(ForeignDatabase(content, "Taguette project")) as tables:
        projects = tables.rows("projects", "id", "name", "description")
        first = projects[0] if projects else {"id": None, "name": PurePath(name).stem, "description": ""}
        found = Gathering("Taguette", str(first["name"] or ""), description=str(first["description"] or ""))
        for other in projects[1:]:
            found.losses.add("other projects in the file", "one file becomes one project", str(other["name"]))
        _tags(_of(tables.rows("tags", "id", "project_id", "path", "description"), first["id"]), found)
        columns = ("id", "project_id", "name", "description", "filename", "created", "contents")
        bodies = _documents(_of(tables.rows("documents", *columns), first["id"]), found)
        _highlights(tables, found, bodies)
    return found.received()


def _of(rows: list[Row], project: object) -> list[Row]:
    return [row for row in rows if row["project_id"] == project]


def _tags(rows: list[Row], found: Gathering) -> None:
    keys = {str(row["path"]).strip(): row["id"] for row in rows}
    for row in rows:
        # Taguette has no tree; its users write one with dots.
        above, own = parent_in(str(row["path"]).strip(), keys, ".")
        found.code(row["id"], own, parent=keys[above] if above else None, definition=row["description"])


def _documents(rows: list[Row], found: Gathering) -> dict[object, BodyText]:
    bodies = {}
    for row in rows:
        body = BodyText(str(row["contents"] or ""))
        text = ForeignText(body.text)
        added = moment(row["created"])
        if found.document(row["id"], row["name"], text, source=row["filename"], added=added, memo=row["description"]):
            bodies[row["id"]] = body
    return bodies


def _highlights(tables: ForeignDatabase, found: Gathering, bodies: Mapping[object, BodyText]) -> None:
    makers = _makers(tables)
    members = tables.rows("project_members", "user_login")
    alone = members[0]["user_login"] if len(members) == 1 else None
    tags: dict[object, list[object]] = {}
    for row in tables.rows("highlight_tags", "highlight_id", "tag_id"):
        tags.setdefault(row["highlight_id"], []).append(row["tag_id"])
    ours = {row["id"] for row in tables.rows("documents", "id") if found.knows_document(row["id"])}
    for row in tables.rows("highlights", "id", "document_id", "start_offset", "end_offset", "snippet"):
        body = bodies.get(row["document_id"])
        if body is None or row["document_id"] not in ours:
            continue
        words = BodyText(str(row["snippet"] or "")).text
        who, when = makers.get(row["id"], (alone, ""))
        if row["id"] not in tags:
            found.losses.add("highlights without a tag", "a coding needs a code", words)
        for tag in tags.get(row["id"], []):
            found.coding(
                row["document_id"],
                tag,
                found.coder(who),
                body.position(whole_number(row["start_offset"]) or 0),
                body.end_position(whole_number(row["end_offset"]) or 0),
                words,
                created=when,
            )


def _makers(tables: ForeignDatabase) -> dict[object, tuple[str, str]]:
    """Who made each highlight last, and when, from the log of commands; the file says it nowhere else."""
    found: dict[object, tuple[str, str]] = {}
    for row in tables.rows("commands", "date", "user_login", "payload"):
        if "highlight_add" not in str(row["payload"]):
            continue
        try:
            command = json.loads(row["payload"])
        except (ValueError, TypeError, RecursionError):
            continue
        if isinstance(command, dict) and isinstance(command.get("highlight_id"), int):
            found[command["highlight_id"]] = (str(row["user_login"]), moment(row["date"]))
    return found
