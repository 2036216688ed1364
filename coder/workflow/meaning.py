"""Whether another wording of a code means something else, and which codings were made before it did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from coder.model import Code, Codebook, now
from coder.store import Change, Project

DEFINING = ("brief", "definition", "when_to_use", "when_not_to_use")
"""The fields of a code whose wording says what it means."""

_SETTING = "rewordings of "


@dataclass(frozen=True, slots=True)
class Rewording:
    """One change of what a code says: its fields as they were before, and whether the meaning changed with them."""

    at: str
    coder: str
    meaning: bool
    before: Mapping[str, str]


def wording(code: Code) -> dict[str, str]:
    """What a code says of itself, by field."""
    return {field: getattr(code, field) for field in DEFINING}


def rewordings(project: Project, code: str) -> tuple[Rewording, ...]:
    """What the researchers said of every change of this code's wording, oldest first."""
    kept = project.setting(_SETTING + code)
    return () if kept is None else tuple(Rewording(**one) for one in json.loads(kept))


def record(project: Project, change: Change, before: Code, *, meaning: bool, coder: str) -> None:
    """Note, within a change, whether the wording that a code gets means something else than the one before."""
    told = [*rewordings(project, before.id), Rewording(now(), coder, meaning, wording(before))]
    change.set_setting(_SETTING + before.id, json.dumps([asdict(one) for one in told], ensure_ascii=False))


def reworded(old: Codebook, new: Codebook) -> tuple[str, ...]:
    """Codes of both codebooks whose wording differs, in the order of the new one's tree."""
    return tuple(code.id for _, code in new.walk() if code.id in old and wording(old.code(code.id)) != wording(code))
