"""Bringing in the answers to a survey: documents, cases and what is known about them, in one change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coder.formats.answers import Choice, Survey, planned
from coder.model import Document, Membership, new_id, now, text_hash
from coder.segmenting import SEGMENTER, passages
from coder.store import Project
from coder.workflow.cases import case_key, tell_cases
from coder.workflow.documents import checked_language, free_name, name_of, words_in
from coder.workflow.permission import acting, change_by


@dataclass(frozen=True, slots=True)
class AnswersReport:
    """What a table of answers gave: documents added, documents that were there already, cases told of."""

    added: int
    known: int
    cases: int
    words: int
    remarks: tuple[str, ...] = ()


def import_answers(
    project: Project,
    survey: Survey,
    choice: Choice,
    *,
    coder: str,
    language: str = "en",
    on_progress: Callable[[int, int, str], None] | None = None,
) -> AnswersReport:
    """Store what ``planned`` shows, all in one change: one undo takes the whole import back.

    A document of the same table, name and text as one that is there is not added again; other documents
    with the same text are, since two people may give the same answer. Raises InvalidValue for a choice
    that cannot be, UnknownItem, NotAllowed for a reader, ProjectError.
    """
    acting(project, coder)
    checked_language(language)
    plan = planned(survey, choice)
    made = []
    for done, answers in enumerate(plan.documents):
        if on_progress is not None:
            on_progress(done, len(plan.documents), answers.name)
        made.append((answers, passages(answers.reading.text, answers.reading.turns, language)))
    summary = f"import {len(made):,} documents of answers from {name_of(survey.name)}"
    with change_by(project, coder, "import answers", summary=summary) as change:
        standing = project.documents()
        taken = {document.name for document in standing}
        there = {(document.source, document.sha256) for document in standing}
        cases = tell_cases(project, change, plan.respondents)
        added = words = 0
        for answers, segments in made:
            source, sha256 = f"{name_of(survey.name)}: {answers.name}", text_hash(answers.reading.text)
            if (source, sha256) in there:
                continue
            reading = answers.reading
            document = Document(
                id=new_id(),
                name=free_name(name_of(answers.name.replace("/", "-").replace("\\", "-")), taken),
                kind=reading.kind,
                sha256=sha256,
                words=words_in(reading),
                characters=len(reading.text),
                language=language,
                source=source,
                added=now(),
                text=reading.text,
            )
            taken.add(document.name)
            change.add_document(document, reading.turns, segments, SEGMENTER)
            for case, span in answers.cases:
                change.assign(Membership(document.id, cases[case_key(case)].id, span))
            added += 1
            words += document.words
    if on_progress is not None:
        on_progress(len(made), len(made), "")
    return AnswersReport(added, len(made) - added, len(plan.respondents), words, plan.remarks)
