"""Suggestions by rule, so that tests know what to expect: every third passage is offered three codes."""

from __future__ import annotations

from pathlib import Path

from coder.workflow.projects import open_project
from ui.components.transcript import Evidence, Quotation, Suggestion, Suggestions

MODEL = "by rule"


def suggestions_for(path: Path, document: str, coder: str) -> Suggestions:
    """What is offered now; what this coder decided on stays away."""
    with open_project(path) as project:
        codes = [code.id for code in project.codebook().codes if code.takes_codings]
        revision = project.revision
        segments = project.segments(document)
        decided = {(each.span, each.code) for each in project.decisions(document=document, coder=coder)}
    passages = {
        segment.index: tuple(
            Suggestion(codes[(segment.index + step * 3) % len(codes)], 0.84 - 0.2 * step)
            for step in range(3)
            if (segment.span, codes[(segment.index + step * 3) % len(codes)]) not in decided
        )
        for segment in segments
        if segment.index % 3 == 1
    }
    return Suggestions(str(revision), passages, MODEL)


def evidence_for(path: Path, document: str, passage: int, code: str) -> Evidence:
    """The first three passages of the other document, as if they spoke for it."""
    with open_project(path) as project:
        other = next(each for each in project.documents() if each.id != document)
        text = project.document(other.id).text
        segments = project.segments(other.id)[:3]
        definition = project.codebook().code(code).brief
    found = [
        Quotation(s.span.of(text), other.id, other.name, s.span.start, 0.91 - i / 10) for i, s in enumerate(segments)
    ]
    words = ("pilot", "binder", "handed over")
    return Evidence(tuple(found[:2]), found[2], definition, words, "Of suggestions at this level you took 8 in 10.")


def codes_meaning(path: Path, name: str) -> list[str]:
    """The first code means whatever is said to be handed on."""
    with open_project(path) as project:
        return [code.id for code in project.codebook().codes if code.takes_codings][: "handed" in name.lower()]
