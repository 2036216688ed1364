"""Tables of a project, and files of them for other programs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import pandas as pd

from coder import tables
from coder.errors import ProjectUnavailable, UnknownFormat, UnknownItem
from coder.formats.tables import TABLE_WRITERS, write_workbook
from coder.model import Coding, Document, DocumentKind, Segment, Turn, new_id
from coder.model.choices import ExportKind, Measure
from coder.model.settling import CONSENSUS
from coder.store import Project
from coder.tables import NO_CASE, Material, Near, Period, Stretches
from coder.workflow.corpus import interviewer
from coder.workflow.layers import EVERYBODY, reached_by
from coder.workflow.layers import layer as codings_of_layer


@dataclass(frozen=True, slots=True)
class Question:
    """Which table, and its options; a table looks only at those that concern it.

    ``within`` is how many passages apart is together, None for the same words; ``attribute`` is empty for all,
    ``document`` and ``document_kind`` None for all. ``layer`` is whose codings: see ``workflow.layers``. ``whole``: a
    code counts with all below it.
    """

    kind: ExportKind = ExportKind.CASES
    measure: Measure = Measure.CODINGS
    attribute: str = ""
    within: int | None = 0
    period: Period = Period.DAY
    document_kind: DocumentKind | None = None
    document: str | None = None
    layer: str = EVERYBODY
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Filters:
    """Which quotations: those of these codes (ids; with all below them), cases and documents (ids), coders (names).

    An empty filter narrows nothing. ``words`` are looked for in the quotation in any case of letters; ``layer`` is
    whose codings: see ``workflow.layers``.
    """

    codes: Collection[str] = ()
    cases: Collection[str] = ()
    documents: Collection[str] = ()
    coders: Collection[str] = ()
    words: str = ""
    layer: str = EVERYBODY


EVERYTHING = Filters()


def material(
    project: Project,
    *,
    texts: bool = False,
    speakers: bool = False,
    passages: bool = False,
    layer: str = EVERYBODY,
    codings: Sequence[Coding] | None = None,
) -> Material:
    """Everything that tables are made from; texts only where words are counted or ``speakers`` told apart.

    ``passages`` only where codes are looked for in one or near one. Given ``codings``, these alone, in place of those
    of a layer; and turns, then, of at least the documents that they are in.
    """
    documents = project.documents()
    within = None if codings is None or speakers else {coding.document for coding in codings}
    turns = _turns(project, within, of=len(documents))
    segments = project.segments() if passages or speakers else []
    contents = project.texts() if texts or speakers else {}
    documents = [replace(document, text=contents.get(document.id, "")) for document in documents]
    return Material(
        title=project.title,
        documents=documents,
        turns=turns,
        codebook=project.codebook(),
        codings=codings_of_layer(project, layer) if codings is None else codings,
        coders=project.coders(),
        cases=project.cases(),
        attributes=project.attributes(),
        memberships=project.memberships(),
        memos=project.memos(about="coding"),
        segments=segments,
        reached=_reached(project, layer),
        askers=_askers(documents, turns, segments) if speakers else {},
    )


def _turns(project: Project, within: Collection[str] | None, *, of: int) -> dict[str, tuple[Turn, ...]]:
    # Asked one by one, a document takes ten times as long as among all.
    if within is None or len(within) * 10 > of:
        return project.all_turns()
    return {document: project.turns(document) for document in within}


def _reached(project: Project, layer: str) -> dict[str, int]:
    """How far each document has been read, as marked or coded by hand: by the coder of a layer, else by anybody."""
    everybody = layer in (EVERYBODY, CONSENSUS.id)
    reached: dict[str, int] = {}
    for (document, coder), position in reached_by(project, project.codings()).items():
        if everybody or coder == layer:
            reached[document] = max(reached.get(document, 0), position)
    return reached


def _askers(
    documents: Iterable[Document], turns: Mapping[str, Sequence[Turn]], segments: Sequence[Segment]
) -> dict[str, str]:
    """Who interviews in each document; whoever leads a meeting asks much, and is no interviewer."""
    texts = {each.id: each.text for each in documents if each.kind is not DocumentKind.MEETING_NOTES}
    askers = {}
    for document, group in groupby(segments, key=lambda segment: segment.document):
        if document in texts:
            here = list(group)
            said = [segment.span.of(texts[document]) for segment in here]
            who = interviewer([turns[document][segment.turn].speaker for segment in here], said)
            if who is not None:
                askers[document] = who
    return askers


def passing(project: Project, filters: Filters) -> list[Coding]:
    """The codings that pass, by document and place."""
    found = codings_of_layer(project, filters.layer)
    if filters.codes:
        codebook = project.codebook()
        branches = {code for chosen in filters.codes for code in codebook.branch(chosen)}
        found = [coding for coding in found if coding.code in branches]
    if filters.documents:
        found = [coding for coding in found if coding.document in filters.documents]
    if filters.coders:
        named = {coder.id for coder in project.coders() if coder.name in filters.coders}
        found = [coding for coding in found if coding.coder in named]
    if wanted := filters.words.strip().casefold():
        found = [coding for coding in found if wanted in coding.quotation.casefold()]
    if filters.cases:
        under = material(project, codings=found)
        found = [c for c in found if not set(filters.cases).isdisjoint(under.cases_of(c.document, c.span))]
    return found


def quotations(
    project: Project, filters: Filters = EVERYTHING, codings: Sequence[Coding] | None = None
) -> pd.DataFrame:
    """One row a quotation and case that pass these filters; of ``codings``, where given, which are known to pass."""
    if codings is None:
        codings = passing(project, filters)
    frame = tables.quotations(material(project, codings=codings))
    if filters.cases:
        frame = frame[frame["case id"].isin(list(filters.cases))]
    return frame.reset_index(drop=True)


def case_by_code(project: Project, measure: Measure = Measure.CODINGS) -> pd.DataFrame:
    """Cases by codes, counted by this measure."""
    return tables.case_by_code(_material_for(project, Question(measure=measure)), measure)


def compared(project: Project, question: Question) -> pd.DataFrame:
    """The table that answers a question; its rows are named.

    Cases stand in rows with codes as columns, and a zero of a case not yet read is empty; the other counts have
    codes in rows. Crosstab and co-occurrence have one row a code and value, or a pair of codes. Raises UnknownItem
    for an attribute that there is not.
    """
    found = _material_for(project, question)
    if question.kind is ExportKind.CASES:
        return tables.told_apart(tables.case_by_code(found, question.measure), tables.unread(found))
    if question.kind is ExportKind.CROSSTAB:
        return pd.concat([tables.crosstab(found, name) for name in _attributes(found, question)], ignore_index=True)
    if question.kind is ExportKind.CO_OCCURRENCE:
        return tables.co_occurrence(found, Near(question.within))
    return tables.by_group(found, _groups(found, question), question.measure)


def tested(project: Project, question: Question) -> pd.DataFrame:
    """For a crosstab: one row a code with p and its caveat. Raises UnknownItem as ``compared``."""
    found = replace(material(project, layer=question.layer), whole=question.whole)
    return pd.concat([tables.association(found, name) for name in _attributes(found, question)], ignore_index=True)


def behind(project: Project, question: Question, path: str, column: str) -> pd.DataFrame:
    """The quotations that a cell counts: a code's path, and a case, value, speaker, ... or the other code's path."""
    found = _material_for(project, question)
    code = found.codebook.at(path).id
    if question.kind is ExportKind.CO_OCCURRENCE:
        ids = set(tables.codings_together(found, code, found.codebook.at(column).id, Near(question.within)))
        return _quotations_of(found, lambda coding: coding.id in ids).drop_duplicates("coding id")
    if question.kind in (ExportKind.CASES, ExportKind.CROSSTAB):
        branch = found.codebook.branch(code) if question.whole else {code}
        frame = _quotations_of(found, lambda coding: coding.code in branch)
        if question.kind is ExportKind.CASES:
            return frame[frame["case"].fillna(NO_CASE) == column]
        return frame[frame["case"].map(tables.values_of(found, question.attribute)).eq(column)]
    ids = set(tables.codings_in(found, _groups(found, question), column, path))
    return _quotations_of(found, lambda coding: coding.id in ids).drop_duplicates("coding id")


def _quotations_of(found: Material, wanted: Callable[[Coding], bool]) -> pd.DataFrame:
    """Of many codings only those looked for become rows, which takes most of the time."""
    return tables.quotations(replace(found, codings=[coding for coding in found.codings if wanted(coding)]))


def unread_documents(project: Project, layer: str = EVERYBODY) -> int:
    """How many documents nobody, or not the coder of this layer, has read to the end."""
    found = material(project, layer=layer)
    return int(tables.unread(replace(found, cases=(), memberships=())).sum())


def _material_for(project: Project, question: Question) -> Material:
    words = question.measure.needs_texts or question.kind is ExportKind.TIMELINE
    speakers = question.kind in (ExportKind.SPEAKERS, ExportKind.ROLES) or question.measure is Measure.SPEAKERS
    passages = question.kind is ExportKind.CO_OCCURRENCE
    found = material(project, texts=words, speakers=speakers, passages=passages, layer=question.layer)
    return replace(found, whole=question.whole)


def _groups(found: Material, question: Question) -> Stretches:
    if question.kind is ExportKind.SPEAKERS:
        return tables.speakers(found)
    if question.kind is ExportKind.ROLES:
        return tables.roles(found)
    if question.kind is ExportKind.KINDS:
        return tables.kinds(found)
    if question.kind is ExportKind.TIMELINE:
        return tables.tenths(found, question.document)
    return tables.dates(found, question.period, question.document_kind)


def _attributes(found: Material, question: Question) -> list[str]:
    names = [attribute.name for attribute in found.attributes]
    if question.attribute and question.attribute not in names:
        known = ", ".join(names) or "none"
        raise UnknownItem(f"no attribute of cases named {question.attribute!r}; known: {known}")
    if not names:
        raise UnknownItem("cases have no attributes yet; add one to what is known about them")
    return [question.attribute] if question.attribute else names


def as_file(project: Project, suffix: str, kind: ExportKind | Question = ExportKind.QUOTATIONS) -> bytes:
    """The table as a file of this kind.

    As XLSX, cases have one sheet a measure and one of what is not yet read, a crosstab one of its tests. Raises
    UnknownFormat, and UnknownItem as ``compared``.
    """
    write = table_writer(suffix)
    question = Question(kind) if isinstance(kind, ExportKind) else kind
    if question.kind is ExportKind.QUOTATIONS:
        return write(quotations(project, Filters(layer=question.layer)))
    if question.kind is ExportKind.CROSSTAB:
        counts, tests = compared(project, question), tested(project, question)
        if suffix == ".xlsx":
            return write_workbook({"crosstab": counts, "tests": tests})
        return write(counts.merge(tests, on=["attribute", "code path"], how="left"))
    if question.kind is not ExportKind.CASES or suffix != ".xlsx":
        return write(compared(project, question))
    found = replace(material(project, texts=True, speakers=True, layer=question.layer), whole=question.whole)
    waiting = tables.unread(found)
    sheets = {
        measure.value: tables.told_apart(tables.case_by_code(found, measure), waiting).reset_index()
        for measure in Measure
    }
    return write_workbook({**sheets, "documents not yet read": waiting.rename("documents not yet read").reset_index()})


def export(project: Project, path: Path, kind: ExportKind | Question = ExportKind.QUOTATIONS) -> int:
    """Write a table to a file, whose ending says how; returns the number of bytes.

    The file appears whole or not at all. Raises as ``as_file``, and ProjectUnavailable if it cannot be written.
    """
    return write_whole(path, as_file(project, path.suffix.lower(), kind))


def write_table(frame: pd.DataFrame, path: Path) -> int:
    """Write any table to a file, as ``export`` does."""
    return write_whole(path, table_writer(path.suffix.lower())(frame))


def check_target(path: Path) -> None:
    """Worth asking before long work.

    Raises UnknownFormat if no table can be written to a file with this ending, ProjectUnavailable if
    its folder is not there or a folder stands in its place.
    """
    table_writer(path.suffix.lower())
    _check_place(path)


def _check_place(path: Path) -> None:
    if not path.parent.is_dir():
        raise ProjectUnavailable(f"cannot write {path}: there is no folder {path.parent}")
    if path.is_dir():
        raise ProjectUnavailable(f"cannot write {path}: it is a folder")


def table_writer(suffix: str) -> Callable[[pd.DataFrame], bytes]:
    """How a table is written to a file with this ending. Raises UnknownFormat."""
    if suffix not in TABLE_WRITERS:
        known = ", ".join(TABLE_WRITERS)
        raise UnknownFormat(f"cannot write tables as {suffix or 'a file without ending'}; known: {known}")
    return TABLE_WRITERS[suffix]


def write_whole(path: Path, content: bytes) -> int:
    """Write a file that appears whole or not at all; its size. Raises ProjectUnavailable."""
    _check_place(path)
    part = path.with_name(f".{new_id()}.part")
    try:
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise ProjectUnavailable(f"cannot write {path}: {error.strerror or error}") from error
    return len(content)
