"""Layers of codings: everybody's as they were made, one coder's, or the consensus of all."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from coder.agreement import Kind, Place, places
from coder.agreement.comparing import TOLERANCE
from coder.errors import UnknownItem
from coder.model import Coder, Coding
from coder.model.settling import CONSENSUS, Put
from coder.store import Project

EVERYBODY = ""
"""The layer of all codings as the coders made them."""


@dataclass(frozen=True)
class Consensus:
    """What coders put alike, what was settled, and what only one has read; ``open`` differences are not in it."""

    codings: tuple[Coding, ...]
    open: int


def people(project: Project) -> list[Coder]:
    """Those who coded or read something that may be seen, in the order they came."""
    active = project.coded_by() | {mark.coder for mark in project.read_marks()}
    return [coder for coder in project.coders() if coder.id in active and coder.id != CONSENSUS.id]


def reached_by(project: Project, codings: Iterable[Coding]) -> dict[tuple[str, str], int]:
    """Up to where each coder has read each document, by (document, coder): as marked, or coded by hand."""
    reached = {(mark.document, mark.coder): mark.position for mark in project.read_marks()}
    for coding in codings:
        if coding.origin.in_reading:
            key = coding.document, coding.coder
            reached[key] = max(reached.get(key, 0), coding.span.end)
    return reached


def consensus(project: Project) -> Consensus:
    """The layer of what holds: agreed, settled, or read by one alone."""
    everything = project.codings()
    decided = {
        put: put.coding in settlement.kept for settlement in project.settlements() for put in settlement.puts
    }  # fmt: skip
    came = {coder.id: number for number, coder in enumerate(project.coders())}
    found, still_open = [], 0
    for place in all_places(project):
        puts = {coding.id: Put.of(coding) for coding in place.codings}
        if all(put in decided for put in puts.values()):
            found += _alike_once(coding for coding in place.codings if decided[puts[coding.id]])
        elif place.kind is Kind.AGREED:
            found.append(min(place.codings, key=lambda coding: came[coding.coder]))
        elif place.kind is Kind.ALONE:
            found += place.codings
        else:
            found += _alike_once(coding for coding in place.codings if decided.get(puts[coding.id]))
            still_open += 1
    found += [coding for coding in everything if coding.coder == CONSENSUS.id]
    order = {coding.id: number for number, coding in enumerate(everything)}
    return Consensus(tuple(sorted(found, key=lambda coding: order[coding.id])), still_open)


def layer(project: Project, wanted: str = EVERYBODY) -> list[Coding]:
    """The codings of everybody as they made them, of one coder (an id), or of the consensus (its id)."""
    if wanted == CONSENSUS.id:
        return list(consensus(project).codings)
    return [
        coding
        for coding in project.codings(coder=wanted or None)
        if wanted or coding.coder != CONSENSUS.id
    ]  # fmt: skip


def layers(project: Project) -> dict[str, str]:
    """The layers that a table can be made of, by id, with their names."""
    coders = {coder.id: coder.name for coder in people(project)}
    settled = {CONSENSUS.id: "Consensus"} if project.settlements() else {}
    return {EVERYBODY: "All coders"} | (coders if len(coders) > 1 else {}) | settled


def layer_named(project: Project, name: str) -> str:
    """The id of the layer of this name, in any case of letters; no name is everybody. Raises UnknownItem."""
    if not name:
        return EVERYBODY
    # Of a coder alone, too: a script need not change when a second one joins.
    known = {coder.id: coder.name for coder in people(project)} | layers(project)
    for id, words in known.items():
        if words.casefold() == name.casefold():
            return id
    raise UnknownItem(f"nobody's codings go by the name {name!r} here; there are: {', '.join(known.values())}")


def all_places(project: Project, coders: Collection[str] = (), tolerance: int = TOLERANCE) -> list[Place]:
    """Where these coders (ids; none: all) agree and differ, in the order of the documents."""
    chosen = [coder.id for coder in people(project) if not coders or coder.id in coders]
    codings = [coding for coding in project.codings() if coding.coder in chosen]
    return places(codings, reached_by(project, codings), chosen, tolerance=tolerance)


def _alike_once(codings: Iterable[Coding]) -> list[Coding]:
    """Codings of one code on much the same stretch by several coders once."""
    found: list[Coding] = []
    for coding in codings:
        if not any(
            other.code == coding.code
            and other.coder != coding.coder
            and abs(other.span.start - coding.span.start) <= TOLERANCE
            and abs(other.span.end - coding.span.end) <= TOLERANCE
            for other in found
        ):
            found.append(coding)
    return found
