"""doccano: JSONL with labels as ``[start, end, name]``, as entities, or on the whole text.

It keeps no quotations, so positions are believed; code points or UTF-16 units, whichever end where words end.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from coder.formats.counting import counting_of
from coder.formats.gathering import ForeignText, Gathering, whole_number
from coder.formats.json_values import dicts, first, items, strings
from coder.model import Received

_LABELS = (b'"label"', b'"labels"', b'"entities"', b'"annotations"', b'"cats"')
_TEXTS = ("text", "data")
_NAMES = ("name", "title", "filename", "file")
_OWN = {*_TEXTS, "id", "label", "labels", "cats", "entities", "annotations", "relations", "comments", "Comments"}


def recognises(content: bytes) -> bool:
    """Whether this is an export of doccano."""
    begin = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if begin != b"{" or not any(label in content for label in _LABELS):
        return False
    item = first(content)
    # A transcript of a speech recogniser has a text, too, and segments that may have labels.
    labelled = any(
        isinstance(item.get(field), list) for field in ("label", "labels", "entities", "annotations", "cats")
    )
    return labelled and any(isinstance(item.get(field), str) for field in _TEXTS)


def read(content: bytes, name: str) -> Received:
    """Read an export of doccano. Raises MalformedFile or TooLarge."""
    stem = PurePath(name).stem
    found = Gathering("doccano", stem)
    for number, item in enumerate(items(content, "an export of doccano"), 1):
        _read_one(item, f"{stem} {item.get('id', number)}", number, found)
    return found.received()


def _read_one(item: dict[str, Any], name: str, key: int, found: Gathering) -> None:
    raw = next((value for field in _TEXTS if isinstance(value := item.get(field), str)), "")
    title = next((value for field in _NAMES if isinstance(value := item.get(field), str) and value.strip()), name)
    if not found.document(key, title, ForeignText(raw)):
        return
    for field, value in {**_details(item.get("meta")), **_details(item)}.items():
        found.value("document", key, field, value)
    stretches = _stretches(item)
    position = counting_of(raw, [(start, end, None) for start, end, _, _ in stretches])
    for start, end, label, user in stretches:
        found.code(label, label)
        coder = found.coder(f"coder {user}" if user is not None else None)
        found.coding(key, label, coder, position(start), position(end), None)
    for label in _on_the_whole(item):
        found.code(label, label)
        found.coding(key, label, found.coder(), 0, len(raw), raw)
    for words in (*strings(item.get("comments")), *strings(item.get("Comments"))):
        found.memo("document", key, words)
    for relation in dicts(item.get("relations")):
        found.losses.add("relations", "codings stand for themselves here", str(relation.get("type") or ""))


def _details(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {}
    return {k: v for k, v in value.items() if k not in _OWN and k != "meta" and isinstance(v, str | int | float)}


def _stretches(item: dict[str, Any]) -> list[tuple[int, int, str, object]]:
    """Start, end, label and coder of all that stands on a part of the text."""
    found = []
    for field in ("label", "labels"):
        for each in item[field] if isinstance(item.get(field), list) else ():
            if isinstance(each, list) and len(each) >= 3:
                found.append((whole_number(each[0]), whole_number(each[1]), str(each[2]), None))
    for field in ("entities", "annotations"):
        for each in dicts(item.get(field)):
            start, end = whole_number(each.get("start_offset")), whole_number(each.get("end_offset"))
            found.append((start, end, str(each.get("label")), each.get("user")))
    return [(start, end, label, user) for start, end, label, user in found if start is not None and end is not None]


def _on_the_whole(item: dict[str, Any]) -> list[str]:
    fields = ("label", "labels", "cats")
    return [label for field in fields for label in strings(item.get(field)) if label.strip()]
