"""Differences between coders, settled: what was decided, why, and what the consensus holds of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

from coder.model.coding import Coder, Coding, Role

CONSENSUS = Coder(str(uuid5(NAMESPACE_URL, "redthread/consensus")), "Consensus", Role.RETIRED)
"""Whose codings are those that a decision made anew. The same in every project; nobody acts in this name."""


class Reason(StrEnum):
    """Why coders differed."""

    DEFINITION = "definition gap"
    BOUNDARY = "boundary"
    UNIT = "unit"
    SLIP = "slip"


@dataclass(frozen=True, slots=True)
class Put:
    """A coding as it was when a difference was settled."""

    coding: str
    coder: str
    code: str
    quotation: str

    @classmethod
    def of(cls, coding: Coding) -> Put:
        """As it is now."""
        return cls(coding.id, coding.coder, coding.code, coding.quotation)


@dataclass(frozen=True, slots=True)
class Settlement:
    """A decision on one difference: ``puts`` are the codings that differ, ``kept`` the ids of those that hold.

    ``kind`` says what they differed in, ``made`` is the coding that took their place (None: none did), ``coder`` who
    decided. ``sharpened`` is the field of a code that was reworded after it, as ``code/field``, empty before.
    """

    id: str
    document: str
    kind: str
    puts: tuple[Put, ...]
    kept: tuple[str, ...]
    made: str | None
    reason: Reason
    note: str
    coder: str
    sharpened: str = ""
    created: str = ""
    modified: str = ""

    def holds_for(self, codings: Iterable[Coding]) -> bool:
        """Whether it speaks of these codings, as they are now."""
        return set(self.puts) == {Put.of(coding) for coding in codings}

    @property
    def kept_codes(self) -> tuple[str, ...]:
        """Codes of what was kept."""
        return tuple(dict.fromkeys(put.code for put in self.puts if put.coding in self.kept))

    @property
    def refused_codes(self) -> tuple[str, ...]:
        """Codes of what was not kept, unless kept from somebody else."""
        return tuple(dict.fromkeys(put.code for put in self.puts if put.code not in self.kept_codes))


def settlement_id(codings: Iterable[str]) -> str:
    """The same for the same codings, so that a difference has one decision and never two; a UUID."""
    return str(uuid5(NAMESPACE_URL, "redthread/settlement/" + "/".join(sorted(codings))))
