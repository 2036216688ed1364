"""What Redthread knows of a document and REFI-QDA has no place for, carried as variables of the source."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from coder.formats.refi_offsets import STRICT, WINDOWS, Profile
from coder.formats.refi_xml import derived
from coder.model.choices import Target


class Fact(StrEnum):
    """A variable of a document, by the name that other programs show."""

    KIND = "Document kind"
    DATE = "Document date"
    LANGUAGE = "Document language"
    SOURCE = "Document file"


FACTS = {derived("fact", fact.value): fact for fact in Fact}
"""By GUID: a variable of a researcher may have the same name."""

PROJECT_ID = "Redthread project:"
"""The heading of a project's description below which its id stands."""

PROFILES = {
    Target.STRICT: STRICT,
    Target.NVIVO: WINDOWS,
    Target.MAXQDA: STRICT,
    Target.ATLAS: STRICT,
}
"""How each program counts positions."""


def origin_for(target: Target) -> str:
    """What is written as the origin of a file, from which ``profile_of`` tells how it was counted."""
    return f"Redthread ({target.value})"


def profile_of(origin: str) -> Profile:
    """How a file of Redthread with this origin counts."""
    return next((profile for target, profile in PROFILES.items() if f"({target.value})" in origin), STRICT)


def project_id(fields: Mapping[str, str]) -> str:
    """The id of the project, where its description tells it; empty otherwise."""
    return fields.get(PROJECT_ID, "").strip()
