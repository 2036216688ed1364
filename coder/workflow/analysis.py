"""A project for analysts in Python: read only, every answer a DataFrame.

``from coder import open_project`` leads here, which the rest of Redthread never imports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import pandas as pd

from coder import tables as made
from coder.errors import InvalidValue
from coder.model.choices import ExportKind, Measure
from coder.model.framework import RowKind
from coder.store import Project
from coder.tables import Period
from coder.tables.framework import framework_table
from coder.workflow import contrasts, framework, projects, tables
from coder.workflow.cases import case_named
from coder.workflow.layers import layer_named
from coder.workflow.tables import Question

_Word = TypeVar("_Word", bound=StrEnum)

_DOCUMENTS = [
    "document", "kind", "date", "language", "cases", "speakers", "turns", "words", "characters", "source", "revision",
    "text", "document id",
]  # fmt: skip
_CODES = [
    "code", "code path", "depth", "codings", "status", "codable", "brief", "definition", "when to use",
    "when not to use", "examples", "counter-examples", "colour", "code id",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Analysis:
    """Tables of the project at a path, each read anew when it is asked for. Nothing is kept open, nothing written.

    Codes go by path (``Obstacles / No time``), cases, documents and attributes by name. With ``whole`` a code counts
    with all below it; ``layer`` is whose codings count: a coder's name, ``Consensus``, or nothing for everybody's.
    Every method raises ProjectError where the file cannot be read, UnknownItem or UnknownCode for a name that there is
    not, InvalidValue for a measure or kind of row that there is not.
    """

    path: Path

    def quotations(
        self, *, codes: Sequence[str] = (), cases: Sequence[str] = (), coders: Sequence[str] = (), words: str = ""
    ) -> pd.DataFrame:
        """One row a quotation and case, with attributes; narrowed to codes (and all below), cases, coders, words."""
        with self._project() as project:
            codebook = project.codebook()
            filters = tables.Filters(
                codes=[codebook.at(path).id for path in codes],
                cases=[case_named(project, name).id for name in cases],
                coders=[project.coder_named(name).name for name in coders],
                words=words,
            )
            return tables.quotations(project, filters)

    def codings(self) -> pd.DataFrame:
        """One row a coding: the quotations without cases and their attributes, so that each counts once."""
        frame = self.quotations()
        of_cases = [column for column in frame.columns if column in ("case", "case id") or column.startswith("case: ")]
        return frame.drop(columns=of_cases).drop_duplicates("coding id").reset_index(drop=True)

    def documents(self) -> pd.DataFrame:
        """One row a document, with its text; positions of quotations are code points of it."""
        with self._project() as project:
            texts, turns = project.texts(), project.all_turns()
            names = {case.id: case.name for case in project.cases()}
            filed: dict[str, list[str]] = {}
            for member in project.memberships():
                filed.setdefault(member.document, []).append(names[member.case])
            rows = [
                {
                    "document": document.name,
                    "kind": document.kind.value,
                    "date": document.date,
                    "language": document.language,
                    "cases": _listed(filed.get(document.id, ())),
                    "speakers": _listed(turn.speaker for turn in turns[document.id] if turn.speaker),
                    "turns": len(turns[document.id]),
                    "words": document.words,
                    "characters": document.characters,
                    "source": document.source,
                    "revision": document.revision,
                    "text": texts[document.id],
                    "document id": document.id,
                }
                for document in project.documents()
            ]
        return pd.DataFrame(rows, columns=_DOCUMENTS)

    def cases(self) -> pd.DataFrame:
        """One row a case, with what is known about it and how many documents belong to it."""
        with self._project() as project:
            names = [attribute.name for attribute in project.attributes()]
            documents = Counter(case for case, _ in {(one.case, one.document) for one in project.memberships()})
            rows = [
                {
                    "case": case.name,
                    **{made.attribute_column(name): case.values.get(name) for name in names},
                    "documents": documents[case.id],
                    "case id": case.id,
                }
                for case in project.cases()
            ]
        return pd.DataFrame(rows, columns=["case", *map(made.attribute_column, names), "documents", "case id"])

    def codebook(self) -> pd.DataFrame:
        """One row a code, in the order of the tree, with its definition and how many codings it has."""
        with self._project() as project:
            codebook = project.codebook()
            codings = Counter(coding.code for coding in project.codings())
            rows = [
                {
                    "code": code.name,
                    "code path": codebook.path(code.id),
                    "depth": depth,
                    "codings": codings[code.id],
                    "status": code.status.value,
                    "codable": code.codable,
                    "brief": code.brief,
                    "definition": code.definition,
                    "when to use": code.when_to_use,
                    "when not to use": code.when_not_to_use,
                    "examples": "\n".join(code.examples),
                    "counter-examples": "\n".join(code.counter_examples),
                    "colour": code.colour,
                    "code id": code.id,
                }
                for depth, code in codebook.walk()
            ]
        return pd.DataFrame(rows, columns=_CODES)

    def case_by_code(self, measure: str = Measure.CODINGS, *, whole: bool = False, layer: str = "") -> pd.DataFrame:
        """Cases by codes; a zero of a case that is not yet read is empty. For the measures see ``tables.Measure``."""
        return self._compared(Question(ExportKind.CASES, _chosen(Measure, measure), whole=whole), layer)

    def crosstab(self, attribute: str = "", *, whole: bool = False, layer: str = "") -> pd.DataFrame:
        """Codes by the values of an attribute of cases, or of all attributes; with percentages."""
        return self._compared(Question(ExportKind.CROSSTAB, attribute=attribute, whole=whole), layer)

    def association(self, attribute: str = "", *, whole: bool = False, layer: str = "") -> pd.DataFrame:
        """One row a code: whether chance could explain how it goes with an attribute, with the caveat."""
        question = Question(ExportKind.CROSSTAB, attribute=attribute, whole=whole)
        with self._project() as project:
            return tables.tested(project, replace(question, layer=layer_named(project, layer)))

    def co_occurrence(self, within: int | None = 0, *, whole: bool = False, layer: str = "") -> pd.DataFrame:
        """Pairs of codes on the same words (None), in the same passage (0), or within some passages of each other."""
        return self._compared(Question(ExportKind.CO_OCCURRENCE, within=within, whole=whole), layer)

    def by_speaker(self, measure: str = Measure.CODINGS, *, whole: bool = False, layer: str = "") -> pd.DataFrame:
        """Codes by who speaks."""
        return self._compared(Question(ExportKind.SPEAKERS, _chosen(Measure, measure), whole=whole), layer)

    def by_role(self, measure: str = Measure.CODINGS, *, whole: bool = False, layer: str = "") -> pd.DataFrame:
        """Codes by the role of who speaks: asking, interviewed, in a meeting."""
        return self._compared(Question(ExportKind.ROLES, _chosen(Measure, measure), whole=whole), layer)

    def by_kind(self, measure: str = Measure.CODINGS, *, whole: bool = False, layer: str = "") -> pd.DataFrame:
        """Codes by kind of document."""
        return self._compared(Question(ExportKind.KINDS, _chosen(Measure, measure), whole=whole), layer)

    def timeline(
        self, document: str | None = None, measure: str = Measure.CODINGS, *, whole: bool = False, layer: str = ""
    ) -> pd.DataFrame:
        """Codes by tenth of a document's text, or of all laid over each other."""
        with self._project() as project:
            id = None if document is None else project.document_named(document).id
        question = Question(ExportKind.TIMELINE, _chosen(Measure, measure), document=id, whole=whole)
        return self._compared(question, layer)

    def by_date(
        self, period: str = Period.DAY, measure: str = Measure.CODINGS, *, whole: bool = False, layer: str = ""
    ) -> pd.DataFrame:
        """Codes by the date of the document."""
        chosen = _chosen(Measure, measure), _chosen(Period, period)
        return self._compared(Question(ExportKind.MEETINGS, chosen[0], period=chosen[1], whole=whole), layer)

    def contrasts(
        self, first: Sequence[str], second: Sequence[str] = (), *, by: str = "", whole: bool = False
    ) -> pd.DataFrame:
        """One row a code: two groups of cases against each other, with intervals.

        The groups are names of cases, or values of the attribute ``by``; no second one is all other cases. Raises
        InvalidValue where a group is empty or a case is in both.
        """
        with self._project() as project:
            here = contrasts.group_named(project, first, by=by)
            there = contrasts.group_named(project, second, by=by) if second else None
            return contrasts.contrasted(project, here, there, whole=whole).table

    def framework(self, rows: str = RowKind.CASE, under: str | None = None) -> pd.DataFrame:
        """One row a cell of the framework matrix: cases, documents or speakers by the codes of a branch."""
        with self._project() as project:
            branch = None if under is None else project.codebook().at(under).id
            return framework_table(framework.matrix(project, _chosen(RowKind, rows), under=branch))

    def _compared(self, question: Question, layer: str) -> pd.DataFrame:
        with self._project() as project:
            return tables.compared(project, replace(question, layer=layer_named(project, layer)))

    @contextmanager
    def _project(self) -> Iterator[Project]:
        with projects.open_project(self.path) as project:
            yield project


def open_project(path: Path | str) -> Analysis:
    """The tables of a project that is there. Raises NotAProject and its kin."""
    found = Analysis(Path(path))
    projects.open_project(found.path).close()
    return found


def _chosen(words: type[_Word], word: str) -> _Word:
    try:
        return words(word)
    except ValueError as error:
        raise InvalidValue(f"{word!r} is none of: {', '.join(words)}") from error


def _listed(names: Iterable[str]) -> str | None:
    return "; ".join(dict.fromkeys(names)) or None
