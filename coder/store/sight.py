"""What a reader may see while rounds of blind coding are sealed.

One rule: on a document of a sealed round everybody sees only what is their own. Whoever reads in nobody's name sees
nothing of anybody there. What a change must move along although its author may not see it is reached *by hand*
(``Project.by_hand``), and nothing that was read so is shown.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from coder.model import Entry, RowChange
from coder.model.framework import RowKind
from coder.model.journal import Row
from coder.store.file import ProjectFile
from coder.store.schema import CODING, DECISION, FRAMEWORK_CELL, ITEM_SET_MEMBER, MEMO, READ_MARK, SETTING, SETTLEMENT

SEALED = "(SELECT document FROM round_document WHERE sealed)"

WITHHELD = "in a sealed round"
"""The verb of an entry of the journal of which nothing may be seen."""

_ON_DOCUMENTS = {CODING.name, DECISION.name, MEMO.name, READ_MARK.name, SETTLEMENT.name}
_BASIS = "SELECT 1 FROM json_each(own.basis, '$.texts')"


@dataclass(frozen=True, slots=True)
class Sight:
    """For whom is read: a coder, nobody in particular (None), or the hand that reaches ``everything``."""

    coder: str | None = None
    everything: bool = False

    def acting(self, coder: str | None) -> Sight:
        """What the author of a change sees; where that is the program itself, what was seen before."""
        return self if self.everything or coder is None else Sight(coder)

    def sealed(self, file: ProjectFile) -> frozenset[str]:
        """The documents on which only what is one's own is seen."""
        if self.everything:
            return frozenset()
        return frozenset(id for (id,) in file.rows("SELECT DISTINCT document FROM round_document WHERE sealed"))

    def own(self, coder: str = "own.coder", document: str = "own.document") -> tuple[str, Sequence[str | None]]:
        """``AND …`` with its value: rows of this coder, or on no document of a sealed round."""
        if self.everything:
            return "", ()
        return f"AND ({coder} IS ? OR coalesce({document}, '') NOT IN {SEALED}) ", (self.coder,)

    def own_memos(self) -> tuple[str, Sequence[str | None]]:
        """The same for memos joined with their coding and document: nor those on a coding that is not seen."""
        if self.everything:
            return "", ()
        own = "own.coder IS ? AND coalesce(coding.coder, own.coder) = own.coder"
        return f"AND (({own}) OR coalesce(document.id, '') NOT IN {SEALED}) ", (self.coder,)

    def own_members(self) -> tuple[str, Sequence[str | None]]:
        """The same for members of sets joined with what they are: memos and codings that are not seen."""
        if self.everything:
            return "", ()
        whose = "coalesce(memo.coder, coding.coder)"
        own = f"own.about = 'document' OR ({whose} IS ? AND coalesce(coding.coder, memo.coder) = {whose})"
        return f"AND ({own} OR coalesce(document.id, '') NOT IN {SEALED}) ", (self.coder,)

    def own_cells(self) -> tuple[str, Sequence[str | None]]:
        """The same for cells of the framework matrix: not those that rest on a document of a sealed round."""
        if self.everything:
            return "", ()
        rests = f'own."row" IN {SEALED} OR EXISTS ({_BASIS} WHERE value ->> 0 IN {SEALED})'
        return f"AND (own.coder IS ? OR NOT ({rests})) ", (self.coder,)

    def entries(self, file: ProjectFile, found: list[Entry]) -> list[Entry]:
        """Entries of the journal without what is sealed; of those that tell nothing else only who and when is left."""
        sealed = self.sealed(file)
        return [self._entry(entry, sealed) for entry in found] if sealed else found

    def changes(self, file: ProjectFile, found: list[RowChange]) -> list[RowChange]:
        """Row changes without what is sealed."""
        sealed = self.sealed(file)
        return [change for change in found if not self._hides(change, sealed)] if sealed else found

    def _entry(self, entry: Entry, sealed: Collection[str]) -> Entry:
        if entry.coder is None or entry.coder == self.coder:
            # An own act may have moved what is another's: that stays unseen, the act does not.
            return replace(entry, changes=tuple(c for c in entry.changes if not self._hides(c, sealed)))
        seen = tuple(change for change in entry.changes if not self._hides(change, sealed))
        # What somebody set aside or measured meanwhile says in its summary what it rests on.
        telling = [change for change in seen if change.table != SETTING.name]
        if telling or not entry.changes:
            # A summary counts what was touched, also where that is not seen.
            return replace(entry, summary=entry.summary if seen == entry.changes else entry.verb, changes=seen)
        return replace(entry, verb=WITHHELD, summary=WITHHELD, changes=())

    def _hides(self, change: RowChange, sealed: Collection[str]) -> bool:
        states = [row for row in (change.before, change.after) if row is not None]
        if self.coder is not None and all(row.get("coder") == self.coder for row in states):
            return False
        if change.table == FRAMEWORK_CELL.name:
            return any(not _documents_of_cell(row).isdisjoint(sealed) for row in states)
        if change.table == ITEM_SET_MEMBER.name:
            # It names what it holds by id alone, which does not tell whose that is.
            return any(row["about"] in ("coding", "memo") for row in states)
        if change.table not in _ON_DOCUMENTS:
            return False
        # A memo on a coding that was gone already when it was journaled: nobody can tell where that lay.
        lost = change.document is None and any(row.get("about") == "coding" for row in states)
        return lost or change.document in sealed


HAND = Sight(everything=True)


def _documents_of_cell(row: Row) -> set[str]:
    named = {str(row["row"])} if row["kind"] == RowKind.DOCUMENT.value else set()
    return named | {id for id, _ in json.loads(row["basis"])["texts"]}
