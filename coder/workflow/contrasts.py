"""Two groups of cases against each other: the table, the quotations behind it, the same theme in other words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from coder import tables
from coder.errors import InvalidValue, UnknownItem
from coder.formats.tables import write_workbook
from coder.model import AttributeType, Coding, text_hash
from coder.model.claim import CaseGroup
from coder.store import Project
from coder.tables.claims import Passages
from coder.tables.contrasts import apart, caveats, members, name_of
from coder.tables.crosstab import NOT_KNOWN, value_order, values_of
from coder.tables.material import Material
from coder.tables.nearness import Vectors, closest_pairs, words_shared
from coder.workflow.corpus import Corpus
from coder.workflow.ledger import covered
from coder.workflow.suggestions import Ground
from coder.workflow.tables import material, table_writer, write_whole

FEW_VALUES = 4
"""Values of an attribute up to which it parts cases into groups, rather than telling each case apart."""

MOST = 20
"""Pairs of quotations that are shown of one code."""


@dataclass(frozen=True, eq=False)
class Meaning:
    """The passages that have a vector, and the model that gave it. Without any, nothing is compared by meaning."""

    passages: Passages
    model: str

    @cached_property
    def rows(self) -> dict[str, list[int]]:
        """The rows of each document, in order of place."""
        found: dict[str, list[int]] = {}
        for row, segment in enumerate(self.passages.segments):
            found.setdefault(segment.document, []).append(row)
        return found

    def of_codings(self, project: Project, codings: Sequence[Coding]) -> tuple[list[int], Vectors]:
        """Which of these codings (rows) have a vector, and these vectors (k, d).

        That of their own words where the project keeps it, else the mean of the passages under them.
        """
        kept = project.vectors(self.model, [text_hash(coding.quotation) for coding in codings])
        rows, vectors = [], []
        for row, coding in enumerate(codings):
            own = kept.get(text_hash(coding.quotation))
            vector = self._around(coding) if own is None else np.frombuffer(own, np.float16).astype(np.float32)
            if vector is not None:
                rows.append(row)
                vectors.append(vector)
        return rows, np.stack(vectors) if vectors else np.zeros((0, 1), np.float32)

    def _around(self, coding: Coding) -> Vectors | None:
        rows = self.rows.get(coding.document, [])
        under = list(covered([self.passages.segments[row].span for row in rows], coding.span))
        if not under:
            return None
        weights = [share for _, share in under]
        mean: Vectors = np.average(self.passages.vectors[[rows[place] for place, _ in under]], axis=0, weights=weights)
        return mean.astype(np.float32)


def meaning_of(project: Project, source: Ground | str) -> Meaning:
    """What is known of the passages' meaning: as the assistant has it, or as the project keeps it of a model."""
    if isinstance(source, Ground):
        corpus, vectors, model = source.corpus, source.prepared.passages.vectors, source.model
    else:
        whole = Corpus.of(project)
        corpus, vectors = whole.with_vectors(project.vectors(source, whole.hashes))
        model = source
    return Meaning(Passages(corpus.segments, corpus.texts, vectors, corpus.interviewer), model)


@dataclass(frozen=True, eq=False)
class Contrasted:
    """Two groups of cases, read once: their table, what to know when reading it, and what lies behind it."""

    material: Material
    first: CaseGroup
    second: CaseGroup

    @property
    def names(self) -> tuple[str, str]:
        """What the groups are called."""
        return name_of(self.material, self.first), name_of(self.material, self.second)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a code; see ``coder.tables.contrast``."""
        return tables.contrast(self.material, self.first, self.second)

    @cached_property
    def caveats(self) -> list[str]:
        """What a reader must know, a sentence each."""
        return caveats(self.material, self.first, self.second)

    def quotations(self, code: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The quotations of a code (by id) in each group, each coding once; see ``coder.tables.quotations``."""
        codes = self.material.codebook.branch(code) if self.material.whole else (code,)
        named = replace(self.material, codings=[coding for coding in self.material.codings if coding.code in codes])
        frame = tables.quotations(named)
        first, second = apart(self.material, self.first, self.second)
        here, there = (
            frame[frame["case id"].isin(side)].drop_duplicates("coding id").reset_index(drop=True)
            for side in (first, second)
        )
        return here, there

    def nearest(self, project: Project, code: str, meaning: Meaning, most: int = MOST) -> pd.DataFrame:
        """The nearest quotations across the groups under a code with all below it: one row a pair, nearest first.

        ``near`` is the cosine of their vectors, ``words shared`` the share of the shorter one's words that the other
        has, too: a low one says the same theme in other words. A quotation is in one pair at most. Raises UnknownCode.
        """
        codes = set(self.material.codebook.branch(code))
        sides = [self._spoken(codes, set(cases)) for cases in apart(self.material, self.first, self.second)]
        (here, first), (there, second) = (
            (codings, meaning.of_codings(project, [coding for coding, _ in codings])) for codings in sides
        )
        documents = {document.id: document.name for document in self.material.documents}
        rows = []
        for i, j, near in closest_pairs(first[1], second[1], most):
            pair = here[first[0][i]], there[second[0][j]]
            words = words_shared(pair[0][0].quotation, pair[1][0].quotation)
            rows.append(
                {
                    "near": round(near, 3),
                    "words shared": round(words, 2),
                    **{
                        f"{name} ({side})": value
                        for side, (coding, case) in zip(("first", "second"), pair, strict=True)
                        for name, value in (
                            ("case", case),
                            ("quotation", coding.quotation),
                            ("document", documents[coding.document]),
                            ("start", coding.span.start),
                            ("code path", self.material.codebook.path(coding.code)),
                            ("document id", coding.document),
                            ("coding id", coding.id),
                        )
                    },
                }
            )
        return pd.DataFrame(rows, columns=_PAIRS)

    def _spoken(self, codes: set[str], cases: set[str]) -> list[tuple[Coding, str]]:
        """The codings of these codes in these cases with the name of their case; the same words once."""
        names = {case.id: case.name for case in self.material.cases}
        found: dict[tuple[str, int, int], tuple[Coding, str]] = {}
        for coding in self.material.codings:
            if coding.code in codes:
                belongs = [
                    names[case] for case in self.material.cases_of(coding.document, coding.span) if case in cases
                ]
                if belongs:
                    key = coding.document, coding.span.start, coding.span.end
                    found.setdefault(key, (coding, ", ".join(belongs)))
        return list(found.values())


_PAIRS = [
    "near",
    "words shared",
    *(
        f"{name} ({side})"
        for side in ("first", "second")
        for name in ("case", "quotation", "document", "start", "code path", "document id", "coding id")
    ),
]


def contrasted(
    project: Project, first: CaseGroup, second: CaseGroup | None = None, *, whole: bool = False
) -> Contrasted:
    """Two groups of cases against each other; without a second one all other cases. ``whole`` as in ``Question``.

    Raises UnknownItem for an attribute or cases that are not there, InvalidValue where a group is empty or a case is
    in both.
    """
    found = replace(material(project), whole=whole)
    second = second or others(found, first)
    apart(found, first, second)
    return Contrasted(found, first, second)


def others(found: Material, group: CaseGroup) -> CaseGroup:
    """All cases that are not in a group. Raises UnknownItem, or InvalidValue if there are none."""
    inside = set(members(found, group))
    rest = tuple(case.id for case in found.cases if case.id not in inside)
    if not rest:
        raise InvalidValue("the first group takes in all cases; leave some for the other side")
    return CaseGroup(cases=rest)


def values(project: Project, attribute: str) -> dict[str, int]:
    """The values that cases have of an attribute, as tables show them, with how many have each. Raises UnknownItem."""
    known = [each.name for each in project.attributes()]
    if attribute not in known:
        raise UnknownItem(f"no attribute of cases named {attribute!r}; known: {', '.join(known) or 'none'}")
    found = _cases_alone(project)
    counts = Counter(values_of(found, attribute).values())
    return {value: counts[value] for value in value_order(found, attribute)}


def telling(project: Project) -> str | None:
    """The first attribute with few values of which one holds several cases: groups to begin with; None if none does.

    Words before numbers and dates, which rather order cases than part them.
    """
    order = [AttributeType.TEXT, AttributeType.BOOLEAN, AttributeType.NUMBER, AttributeType.DATE]
    for attribute in sorted(project.attributes(), key=lambda each: order.index(each.type)):
        counts = [count for value, count in values(project, attribute.name).items() if value != NOT_KNOWN]
        if 2 <= len(counts) <= FEW_VALUES and max(counts) > 1:
            return attribute.name
    return None


def _cases_alone(project: Project) -> Material:
    """The cases and what is known about them, without the documents and codings that take long to read."""
    return Material(project.title, (), {}, project.codebook(), (), (), project.cases(), project.attributes(), (), ())


def group_named(project: Project, names: Sequence[str], *, by: str = "") -> CaseGroup:
    """A group of cases by the values of an attribute, or by their names. Raises UnknownItem for one not there."""
    if by:
        known = list(values(project, by))
    else:
        ids = {case.name: case.id for case in project.cases()}
        known = list(ids)
    if missing := [name for name in names if name not in known]:
        what = f"no case has {by}" if by else "no case is named"
        raise UnknownItem(f"{what} {missing[0]!r}; known: {', '.join(known) or 'none'}")
    return CaseGroup(by, tuple(names)) if by else CaseGroup(cases=tuple(ids[name] for name in names))


def as_file(found: Contrasted, suffix: str) -> bytes:
    """The table as a file of this kind; as XLSX with a sheet that says how to read it. Raises UnknownFormat."""
    if suffix == ".xlsx":
        return write_workbook({"contrast": found.table, "how to read it": pd.DataFrame({"read": found.caveats})})
    return table_writer(suffix)(found.table)


def export(found: Contrasted, path: Path) -> int:
    """Write the table to a file; the number of bytes. Raises UnknownFormat, ProjectUnavailable."""
    return write_whole(path, as_file(found, path.suffix.lower()))
