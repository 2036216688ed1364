"""What one browser tab has open: ids and choices, typed and small."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    # It takes pandas to load, for which the first screen does not wait.
    from coder.workflow.tables import Question

_KEY = "redthread"

DOCUMENT, POSITION = "document", "position"
"""What an address names, so that it leads to a place in a transcript."""


@dataclass
class Session:
    """The open project, who is coding, and what they look at; ``jump`` counts the places gone to,
    ``question`` is what was compared last, ``not_opened`` the project that could not be opened."""

    project: str | None = None
    not_opened: str | None = None
    coder: str | None = None
    document: str | None = None
    goto: int | None = None
    jump: int = 0
    code: str | None = None
    question: Question | None = None
    past: set[int] = field(default_factory=set)
    """Journal entries that undo leaves as they are, since others built on them."""
    messages: list[tuple[str, str]] = field(default_factory=list)

    def close_project(self) -> None:
        """Forget everything that belongs to the project that was open."""
        self.project = self.coder = self.document = self.goto = self.code = self.question = None
        self.past = set()

    def look_at(self, document: str, position: int | None = None) -> None:
        """The place that the coding screen shows next."""
        self.document, self.goto = document, position
        self.jump += 1


def session() -> Session:
    """The session of this browser tab."""
    found = st.session_state.get(_KEY)
    if not isinstance(found, Session):
        found = st.session_state[_KEY] = Session()
    return found
