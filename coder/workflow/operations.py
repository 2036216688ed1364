"""What the coding screen sends: small operations with an id, sent again until they are acknowledged.

At least once in, exactly once in effect: an operation whose id was applied before changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from coder.errors import CodingError, InvalidValue, ProjectError, StaleEdit
from coder.model import Span
from coder.store import Project
from coder.workflow.codebooks import add_code
from coder.workflow.codings import (
    change_code_of,
    change_extent,
    code_span,
    redo,
    refuse_suggestion,
    remove_coding,
    take_suggestion,
    undo,
    write_memo,
)
from coder.workflow.documents import mark_read


@dataclass(frozen=True, slots=True)
class Operation:
    """One act in the browser. ``values`` are as they came, with positions in code points."""

    id: str
    number: int
    kind: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """An operation that was not applied, and why, in words for the researcher.

    ``stale`` says that what it would change was changed meanwhile; ``entry`` is the journal entry that an undo or
    redo cannot take back.
    """

    number: int
    message: str
    stale: bool = False
    entry: int | None = None


def perform(
    project: Project, document: str, operations: Sequence[Operation], *, coder: str, past: Collection[int] = ()
) -> list[Refused]:
    """Apply operations on one document in the order given, each a change of its own and only once.

    Undo and redo go ``past`` these journal entries.

    What cannot be applied is given back with the reason and never stops the rest. Only where the
    project itself fails (ProjectError) is the rest left alone, so that it can be sent again.
    """
    refused = []
    for operation in operations:
        try:
            if operation.kind not in KINDS:
                raise InvalidValue(f"no operation is called {operation.kind!r}")
            KINDS[operation.kind](_Act(project, document, operation, coder, past))
        except ProjectError:
            raise
        except StaleEdit as error:
            refused.append(Refused(operation.number, str(error), bool(error.versions), error.entry))
        except CodingError as error:
            refused.append(Refused(operation.number, str(error)))
    return refused


@dataclass(frozen=True, slots=True)
class _Act:
    """One operation about to be applied; its values are checked where they are asked for."""

    project: Project
    document: str
    operation: Operation
    coder: str
    past: Collection[int] = ()

    def text(self, name: str) -> str:
        value = self.operation.values.get(name)
        if not isinstance(value, str):
            raise InvalidValue(f"{self.operation.kind} needs {name} as text, not {value!r}")
        return value

    def position(self, name: str) -> int:
        value = self.operation.values.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise InvalidValue(f"{self.operation.kind} needs {name} as a position in the text, not {value!r}")
        return value

    def span(self) -> Span:
        start, end = self.position("start"), self.position("end")
        if start >= end:
            raise InvalidValue("no words are selected")
        return Span(start, end)

    def seen_text(self, name: str) -> str | None:
        return None if self.operation.values.get(name) is None else self.text(name)

    def seen_span(self) -> Span | None:
        if self.operation.values.get("was_start") is None:
            return None
        start, end = self.position("was_start"), self.position("was_end")
        if start >= end:
            raise InvalidValue("no words were coded")
        return Span(start, end)

    def probability(self) -> float | None:
        value = self.operation.values.get("probability")
        if value is None:
            return None
        if not isinstance(value, int | float) or not isfinite(value) or not 0 <= value <= 1:
            raise InvalidValue(f"a probability lies between 0 and 1, not at {value!r}")
        return float(value)

    def model(self) -> str | None:
        return None if self.operation.values.get("model") is None else self.text("model")


def _code(act: _Act) -> None:
    code_span(
        act.project,
        act.document,
        act.span(),
        act.text("code"),
        coder=act.coder,
        id=act.text("coding"),
        operation=act.operation.id,
    )


def _uncode(act: _Act) -> None:
    remove_coding(act.project, act.text("coding"), coder=act.coder, operation=act.operation.id)


def _recode(act: _Act) -> None:
    change_code_of(
        act.project,
        act.text("coding"),
        act.text("code"),
        coder=act.coder,
        seen=act.seen_text("was_code"),
        operation=act.operation.id,
    )


def _resize(act: _Act) -> None:
    change_extent(
        act.project,
        act.text("coding"),
        act.span(),
        coder=act.coder,
        seen=act.seen_span(),
        operation=act.operation.id,
    )


def _memo(act: _Act) -> None:
    write_memo(
        act.project,
        act.text("coding"),
        act.text("text"),
        coder=act.coder,
        seen=act.seen_text("was_text"),
        operation=act.operation.id,
    )


def _take(act: _Act) -> None:
    take_suggestion(
        act.project,
        act.document,
        act.span(),
        act.text("code"),
        coder=act.coder,
        id=act.text("coding"),
        probability=act.probability(),
        model=act.model(),
        operation=act.operation.id,
    )


def _refuse(act: _Act) -> None:
    refuse_suggestion(
        act.project,
        act.document,
        act.span(),
        act.text("code"),
        coder=act.coder,
        id=act.text("decision"),
        probability=act.probability(),
        model=act.model(),
        operation=act.operation.id,
    )


def _new_code(act: _Act) -> None:
    parent = act.operation.values.get("parent")
    add_code(
        act.project,
        name=act.text("name"),
        parent=None if parent is None else act.text("parent"),
        coder=act.coder,
        id=act.text("code"),
        operation=act.operation.id,
    )


def _read(act: _Act) -> None:
    mark_read(act.project, act.document, act.position("position"), coder=act.coder, operation=act.operation.id)


def _undo(act: _Act) -> None:
    undo(act.project, coder=act.coder, operation=act.operation.id, past=act.past)


def _redo(act: _Act) -> None:
    redo(act.project, coder=act.coder, operation=act.operation.id, past=act.past)


KINDS: dict[str, Callable[[_Act], None]] = {
    "code": _code,
    "uncode": _uncode,
    "recode": _recode,
    "resize": _resize,
    "memo": _memo,
    "take": _take,
    "refuse": _refuse,
    "new code": _new_code,
    "read": _read,
    "undo": _undo,
    "redo": _redo,
}
