"""What one browser tab and the server have told each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from coder.errors import ProjectError
from coder.workflow.operations import Refused
from ui.components.transcript.view import Goto, Suggestions
from ui.components.transcript.wire import Batch, Passages, Sent

Perform = Callable[[Sent], Refused | None]

_REMEMBERED = 50


@dataclass
class Conversation:
    """One for a session; the document on the screen may change, the numbering of operations does not.

    ``acknowledged`` is, for each client, the highest number up to which every operation was applied
    or refused; ``heard`` the number of its last batch. ``have`` is the revision that the browser shows
    of the document, None until it has said so. ``stale`` are the refused operations on what was changed meanwhile,
    ``past`` the journal entries that undo and redo leave as they are, since others built on them.
    """

    document: str = ""
    acknowledged: dict[str, int] = field(default_factory=dict)
    heard: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[str, int, str]] = field(default_factory=list)
    stale: list[tuple[str, int]] = field(default_factory=list)
    past: set[int] = field(default_factory=set)
    have: int | None = None
    trouble: str | None = None
    batch: Batch | None = None
    goto: Goto | None = None
    shelved: str = ""
    _sent: dict[str, Passages] = field(default_factory=dict)

    def show(self, document: str) -> None:
        """A full rerun: the base that goes with it is newer than all that was said of this document before."""
        self.have = self.goto = None
        if document != self.document:
            self.document = document
            self._sent.clear()

    def receive(self, batch: Batch, perform: Perform) -> None:
        """Apply what is due, in order and without gaps; what the project cannot take now stays due."""
        self.batch = batch
        self.heard[batch.client] = max(batch.number, self.heard.get(batch.client, 0))
        if batch.document == self.document:
            self.have = batch.have
        done = max(batch.acknowledged, self.acknowledged.get(batch.client, 0))
        self.trouble = None
        for sent in sorted(batch.operations, key=lambda each: each.operation.number):
            number = sent.operation.number
            if number <= done:
                continue
            if number != done + 1:
                break
            try:
                refusal = perform(sent)
            except ProjectError as error:
                self.trouble = str(error)
                break
            if refusal is not None:
                self._note(batch.client, refusal)
            done = number
        self.acknowledged[batch.client] = done
        del self.refused[:-_REMEMBERED]

    def _note(self, client: str, refusal: Refused) -> None:
        message = refusal.message
        if refusal.stale:
            self.stale = [*self.stale, (client, refusal.number)][-_REMEMBERED:]
        if refusal.entry is not None:
            self.past.add(refusal.entry)
            message += "; it stays, and the next one goes on with what you did before it"
        self.refused.append((client, refusal.number, message))

    def once(self) -> Batch | None:
        """The batch whose questions were not answered yet."""
        batch, self.batch = self.batch, None
        return batch

    def known_suggestions(self, version: str | None) -> Passages | None:
        """The suggestions that the browser says it has; None if they are not remembered."""
        return self._sent.get(version) if version is not None else None

    def sent_suggestions(self, suggestions: Suggestions, version: str | None) -> None:
        """These were sent to a browser that had ``version``."""
        kept = {version: self._sent[version]} if version is not None and version in self._sent else {}
        self._sent = {**kept, suggestions.version: suggestions.passages}
