"""What a researcher claims of some cases, and the passages judged to speak against it or not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coder.model.coding import Anchor
from coder.model.span import Span


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """Some cases: those in which an attribute has one of these values, or those with these ids; all if neither is told.

    ``values`` are as tables show them, so that a group by an attribute takes in cases that come later.
    """

    attribute: str = ""
    values: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A finding in the researcher's own words, and where its negative cases would be.

    ``about`` are the codes (ids) that show what it claims, ``contrary`` those that show the opposite; it speaks of the
    cases of ``group``. ``only`` says that it claims so of no other case, so that ``about`` elsewhere speaks against it.
    """

    id: str
    text: str
    coder: str
    group: CaseGroup = CaseGroup()
    about: tuple[str, ...] = ()
    contrary: tuple[str, ...] = ()
    only: bool = False
    created: str = ""
    modified: str = ""


class Verdict(StrEnum):
    """What a researcher made of a passage."""

    AGAINST = "negative case"
    NOT_AGAINST = "not against"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A passage judged by the light of a claim. ``note`` says why, in the researcher's words."""

    id: str
    claim: str
    document: str
    anchor: Anchor
    verdict: Verdict
    coder: str
    note: str = ""
    at: str = ""

    def on(self, text: str) -> Span | None:
        """Where its words stand in the text as it is now, the nearest if several times; None if nowhere."""
        words, was = self.anchor.quotation, self.anchor.span
        if text[was.start : was.end] == words:
            return was
        before, after = text.rfind(words, 0, was.end), text.find(words, was.start)
        found = [start for start in (before, after) if start >= 0]
        if not found:
            return None
        start = min(found, key=lambda start: abs(start - was.start))
        return Span(start, start + len(words))
