"""Label Studio: the JSON of its export, full or JSON-MIN. A task becomes a document.

Positions are those of a browser in some versions and code points in others; the words under a region stand
beside them and are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from coder.formats.counting import counting_of
from coder.formats.gathering import ForeignText, Gathering, moment, whole_number
from coder.formats.json_values import dicts, items, strings
from coder.formats.markup_text import BodyText
from coder.model import Received

_NAMES = ("name", "title", "file", "filename", "file_name", "document")
_WORDS, _SPEAKERS = ("text", "utterance", "phrase", "message"), ("author", "speaker", "name", "role")
_MEDIA = re.compile(r"\s*(?:https?://|s3://|gs://|/data/)\S+\.(?:wav|mp3|mp4|m4a|ogg|flac|jpe?g|png|webm)\S*\s*$", re.I)
_LONGEST_VALUE = 200


def recognises(content: bytes) -> bool:
    """Whether this is an export of Label Studio."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"[", b"{"):
        return False
    full = all(word in content for word in (b'"annotations"', b'"result"', b'"data"'))
    return full or all(word in content for word in (b'"annotation_id"', b'"annotator"'))


def read(content: bytes, name: str) -> Received:
    """Read an export of Label Studio. Raises MalformedFile or TooLarge."""
    found = Gathering("Label Studio", PurePath(name).stem)
    tasks = [_whole(task) for task in items(content, "an export of Label Studio")]
    groups = {str(result.get("from_name")) for task in tasks for _, result in _results(task) if _labels(result)}
    for number, task in enumerate(tasks, 1):
        _Task(task, number, found, grouped=len(groups) > 1).read()
    return found.received()


def _whole(task: dict[str, Any]) -> dict[str, Any]:
    """A task of JSON-MIN in the shape of the full export."""
    if "annotator" not in task or "annotations" in task:
        return task
    regions = {key: value for key, value in task.items() if any("start" in each for each in dicts(value))}
    own = {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", *regions}
    results = []
    for key, value in regions.items():
        for each in dicts(value):
            kind = next((name for name in each if name.endswith("labels")), "labels")
            results.append({"from_name": key, "type": kind, "value": each})
    annotation = {"completed_by": task["annotator"], "created_at": task.get("created_at"), "result": results}
    data = {key: value for key, value in task.items() if key not in own}
    return {"id": task.get("id"), "data": data, "annotations": [annotation]}


def _results(task: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every result with the annotation that it belongs to; of those that were finished."""
    for annotation in dicts(task.get("annotations") or task.get("completions")):
        if not annotation.get("was_cancelled"):
            for result in dicts(annotation.get("result")):
                yield annotation, result


def _value(result: Mapping[str, Any]) -> dict[str, Any]:
    value = result.get("value")
    return value if isinstance(value, dict) else {}


def _labels(result: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The paths of the codes of a result; a taxonomy names every level."""
    kind = str(result.get("type"))
    given = _value(result).get(kind)
    if kind == "taxonomy" and isinstance(given, list):
        return [path for each in given if (path := tuple(strings(each)))]
    return [(label,) for label in strings(given)] if kind == "choices" or kind.endswith("labels") else []


@dataclass
class _Source:
    """The text of a task, and where each paragraph of a dialogue begins."""

    text: str
    starts: list[int] | None = None
    markup: bool = False
    spoken: tuple[tuple[int, int, str | None], ...] = ()


class _Task:
    """One task: a text with what its coders made of it."""

    def __init__(self, task: dict[str, Any], number: int, found: Gathering, *, grouped: bool) -> None:
        data = task.get("data")
        self._data: dict[str, Any] = data if isinstance(data, dict) else {}
        self._task, self._found, self._grouped = task, found, grouped
        self._key = task.get("id", f"#{number}")
        self._results = list(_results(task))
        self._regions: dict[tuple[int, object], str] = {}

    def read(self) -> None:
        field, source = self._source()
        self._count_what_is_left()
        if source is None:
            self._found.losses.add("tasks without text", "only texts are read", self._name())
            return
        text = ForeignText(source.text)
        known = self._found.knows_document(self._key)
        if not known and not self._found.document(self._key, self._name(), text, spoken=source.spoken):
            return
        for name, value in self._data.items():
            if name != field and isinstance(value, str | int | float) and len(str(value)) <= _LONGEST_VALUE:
                self._found.value("document", self._key, name, value)
        position = counting_of(source.text, [self._stretch(source, result) for _, result in self._results])
        for number, (annotation, result) in enumerate(self._results):
            self._take(number, annotation, result, source, position)
        for annotation, result in self._results:
            self._note(annotation, result)

    def _source(self) -> tuple[str, _Source | None]:
        """The field that was coded: the one that the coded words stand in."""
        words = [w for _, result in self._results if isinstance(w := _value(result).get("text"), str)]
        aims = {str(result.get("to_name")).lstrip("$") for _, result in self._results}
        markup = any(str(result.get("type")).startswith("hypertext") for _, result in self._results)
        best: tuple[tuple[int, bool, bool, int], str, _Source] | None = None
        for field, value in self._data.items():
            if isinstance(value, str) and not _MEDIA.match(value):
                source = _Source(BodyText(value).text, None, True) if markup else _Source(value)
            elif dicts(value):
                source = _dialogue(dicts(value))
            else:
                continue
            rank = (sum(w in source.text for w in words), field in aims, field == "text", len(source.text))
            if source.text.strip() and (best is None or rank > best[0]):
                best = (rank, field, source)
        return (best[1], best[2]) if best is not None else ("", None)

    def _name(self) -> str:
        title = next((value for key in _NAMES if isinstance(value := self._data.get(key), str) and value.strip()), None)
        upload = self._task.get("file_upload")
        return title or f"{PurePath(str(upload)).stem if upload else 'task'} {self._key}"

    def _stretch(self, source: _Source, result: Mapping[str, Any]) -> tuple[int, int, str | None]:
        value = _value(result)
        whole = value.get("globalOffsets") if source.markup else None
        given = whole if isinstance(whole, dict) else value
        start, end = whole_number(given.get("start")), whole_number(given.get("end"))
        words = value.get("text")
        if source.starts is not None and start is not None and end is not None:
            # In a dialogue the numbers are those of paragraphs, with positions within them beside.
            last = len(source.starts) - 1
            start = source.starts[max(0, min(start, last))] + (whole_number(value.get("startOffset")) or 0)
            end = source.starts[max(0, min(end, last))] + (whole_number(value.get("endOffset")) or 0)
        return start or 0, end or 0, words if isinstance(words, str) else None

    def _take(
        self, number: int, annotation: Mapping[str, Any], result: dict[str, Any], source: _Source, position: Any
    ) -> None:
        value = _value(result)
        for path in _labels(result):
            code = self._code(result, path)
            coder = self._coder(annotation)
            made = moment(annotation.get("created_at"))
            if "x" in value or "channel" in value or "original_length" in value:
                self._found.losses.add("codings of images and recordings", "only texts are read", path[-1])
                continue
            if "start" in value or "globalOffsets" in value:
                start, end, words = self._stretch(source, result)
                start, end = position(start), position(end)
            else:
                start, end, words = 0, len(source.text), source.text
            coding = self._found.coding(self._key, code, coder, start, end, words, created=made)
            if coding is not None:
                self._regions.setdefault((id(annotation), result.get("id", number)), coding)

    def _note(self, annotation: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        kind, value = str(result.get("type")), _value(result)
        if kind == "textarea":
            region = self._regions.get((id(annotation), result.get("id")))
            for words in strings(value.get("text")):
                about, key = ("coding", region) if region is not None else ("document", self._key)
                self._found.memo(
                    about,
                    key,
                    words,
                    coder=self._coder(annotation),
                    created=moment(annotation.get("created_at")),
                    title=result.get("from_name"),
                )
        elif kind in ("rating", "number"):
            self._found.value("document", self._key, result.get("from_name"), value.get(kind))
        elif not _labels(result):
            self._found.losses.add(f"results of the kind {kind}", "there is no such thing here", self._name())

    def _code(self, result: Mapping[str, Any], path: tuple[str, ...]) -> tuple[str, ...]:
        group = str(result.get("from_name"))
        above: tuple[str, ...] | None = None
        if self._grouped:
            above = (group,)
            self._found.code(above, group, codable=False)
        for level, name in enumerate(path, 1):
            key = (group, *path[:level])
            # Apart from the folder of a group by their length.
            self._found.code(key, name, parent=above)
            above = key
        return (group, *path)

    def _coder(self, annotation: Mapping[str, Any]) -> str:
        by = annotation.get("completed_by")
        if isinstance(by, dict):
            full = f"{by.get('first_name') or ''} {by.get('last_name') or ''}".strip()
            return self._found.coder(full or by.get("email") or f"coder {by.get('id')}")
        return self._found.coder(f"coder {by}" if isinstance(by, int) else by)

    def _count_what_is_left(self) -> None:
        losses, name = self._found.losses, self._name()
        machine = "a model made them, nobody has taken them"
        losses.add("predictions", machine, name, count=len(dicts(self._task.get("predictions"))))
        losses.add("drafts", "they were never handed in", name, count=len(dicts(self._task.get("drafts"))))
        skipped = sum(bool(each.get("was_cancelled")) for each in dicts(self._task.get("annotations")))
        losses.add("skipped tasks", "their coder put nothing on them", name, count=skipped)


def _dialogue(paragraphs: list[dict[str, Any]]) -> _Source:
    """A dialogue as a transcript: the speaker before the words, a blank line between."""
    parts: list[str] = []
    starts: list[int] = []
    spoken: list[tuple[int, int, str | None]] = []
    position = 0
    for paragraph in paragraphs:
        words = next((str(paragraph[key]) for key in _WORDS if isinstance(paragraph.get(key), str)), "")
        speaker = next((str(paragraph[key]) for key in _SPEAKERS if isinstance(paragraph.get(key), str)), "")
        label = f"{speaker}: " if speaker.strip() else ""
        starts.append(position + len(label))
        parts.append(f"{label}{words}\n\n")
        spoken.append((starts[-1], starts[-1] + len(words), speaker.strip() or None))
        position += len(parts[-1])
    return _Source("".join(parts), starts, spoken=tuple(spoken))
