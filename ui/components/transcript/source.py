"""What the pane reads from the project, and what it does to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from coder.errors import UnknownItem
from coder.model import Coding, Decision, Memo, Outcome, RowChange
from coder.store import Project, coding_in
from coder.workflow.operations import Refused, perform
from ui.components.transcript.view import Marks
from ui.components.transcript.wire import Sent


@dataclass(frozen=True)
class Source:
    """One document of a project, seen by one coder.

    ``coders`` are those whose codings and memos are shown, None for all; the coder's own always are.
    """

    document: str
    coder: str
    coders: Collection[str] | None = None

    def marks(self, project: Project) -> Marks:
        """All that lies on the document."""
        # The revision first: what is written meanwhile is then seen again as a change, never missed.
        revision = project.revision
        codings = tuple(filter(self._shown, project.codings(document=self.document)))
        known = {coding.id for coding in codings}
        memos = tuple(memo for memo in project.memos(about="coding") if memo.target in known and self._shown(memo))
        decisions = project.decisions(document=self.document, coder=self.coder)
        return Marks(revision, codings, memos, self._refusals(decisions), read=self._read(project) or 0)

    def changes(self, project: Project, since: int) -> Marks:
        """What of it changed after a revision."""
        revision, rows = project.changes_since(since, self.document)
        latest = {(row.table, row.key): row for row in rows}
        touched: dict[str, RowChange | None] = {key: row for (table, key), row in latest.items() if table == "coding"}
        for row in _of(latest.values(), "memo"):
            state = row.after or row.before or {}
            touched.setdefault(str(state.get("target")), None)
        codings, gone = [], set()
        for id, change in touched.items():
            coding = _now(project, id, change)
            if coding is not None and self._shown(coding):
                codings.append(coding)
            else:
                gone.add(id)
        memos = [memo for coding in codings for memo in project.memos(about="coding", target=coding.id)]
        decided = {row.key for row in _of(latest.values(), "decision")}
        decisions = (
            [each for each in project.decisions(document=self.document, coder=self.coder) if each.id in decided]
            if decided
            else []
        )
        refusals = self._refusals(decisions)
        gone |= decided - {each.id for each in refusals}
        read = self._read(project) if any(_of(latest.values(), "read_mark")) else None
        return Marks(revision, tuple(codings), tuple(filter(self._shown, memos)), refusals, frozenset(gone), read)

    def _shown(self, item: Coding | Memo) -> bool:
        return self.coders is None or item.coder == self.coder or item.coder in self.coders

    def _refusals(self, decisions: Iterable[Decision]) -> tuple[Decision, ...]:
        return tuple(each for each in decisions if each.outcome is Outcome.REFUSED)

    def _read(self, project: Project) -> int | None:
        marks = project.read_marks(document=self.document)
        return next((mark.position for mark in marks if mark.coder == self.coder), None)


def apply(project: Project, sent: Sent, *, coder: str, past: Collection[int] = ()) -> Refused | None:
    """Apply one operation of the browser, once; undo and redo go ``past`` these journal entries.

    Raises ProjectError where the project itself fails.
    """
    try:
        document = project.document(sent.document)
    except UnknownItem as error:
        return Refused(sent.operation.number, str(error))
    if sent.has_positions and sent.operation.values.get("on", document.sha256) != document.sha256:
        return Refused(
            sent.operation.number, "the text was corrected meanwhile; do it again on the words as they are now"
        )
    refused = perform(project, sent.document, [sent.in_code_points(document.text)], coder=coder, past=past)
    return refused[0] if refused else None


def _of(changes: Iterable[RowChange], table: str) -> Iterable[RowChange]:
    return (change for change in changes if change.table == table)


def _now(project: Project, id: str, change: RowChange | None) -> Coding | None:
    if change is not None:
        return None if change.after is None else coding_in(change.after)
    try:
        return project.coding(id)
    except UnknownItem:
        return None
