"""A report of a study: what was chosen of its tables, matrix, pictures and quotations, and how it was done.

The same project gives the same bytes: nothing in a report tells of the moment or the machine that made it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from itertools import zip_longest
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

from coder.agreement import Coefficient, Estimate
from coder.errors import InvalidValue, ProjectUnavailable, UnknownFormat
from coder.formats import report_html, report_word
from coder.formats.tables import TABLE_WRITERS
from coder.formats.timeless import timeless
from coder.model import Codebook, Span
from coder.model.choices import ExportKind, Measure, PictureKind
from coder.model.claim import CaseGroup
from coder.model.codebook import SEPARATOR
from coder.model.framework import CellState, Matrix, MatrixCell, RowKind
from coder.model.report import (
    Block,
    Cell,
    Heading,
    Line,
    Paragraph,
    Picture,
    Quotation,
    Report,
    Row,
    Section,
    Table,
    Voice,
    cell,
    table,
)
from coder.store import Project
from coder.tables import Period
from coder.tables.crosstab import NOT_KNOWN
from coder.tables.framework import columns_under
from coder.workflow import agreement, contrasts, framework, pictures, tables
from coder.workflow.agreement import Agreement, AgreementQuestion, View
from coder.workflow.contrasts import Contrasted
from coder.workflow.methods import methods, statement
from coder.workflow.permission import change_by
from coder.workflow.pictures import Options
from coder.workflow.tables import Question


class Part(StrEnum):
    """What a report can hold besides its methods, in the order in which it does."""

    CODEBOOK = "codebook"
    CASES = "cases"
    HEATMAP = "heatmap"
    FRAMEWORK = "framework"
    CROSSTAB = "crosstab"
    CONTRASTS = "contrasts"
    DIFFERENCES = "differences"
    CO_OCCURRENCE = "co-occurrence"
    NETWORK = "network"
    SPEAKERS = "speakers"
    ROLES = "roles"
    KINDS = "kinds"
    TIMELINE = "timeline"
    PORTRAIT = "portrait"
    MEETINGS = "meetings"
    DATES = "dates"
    QUOTATIONS = "quotations"
    AGREEMENT = "agreement"


FIGURES = (Part.HEATMAP, Part.DIFFERENCES, Part.NETWORK, Part.PORTRAIT, Part.DATES)
USUAL = (Part.CODEBOOK, Part.CASES, Part.HEATMAP, Part.FRAMEWORK, Part.QUOTATIONS)
EACH = 3
PAIRS = 40
"""Pairs of codes that a report lists; the table as a file has them all."""

_SETTING = "report.contents"
_NOTHING = Paragraph("Nothing is coded yet.")
_NOTHING_YET = Paragraph("There is nothing to draw yet.")
_NO_GROUPS = Paragraph("No attribute parts the cases into two groups.")


@dataclass(frozen=True, slots=True)
class Contents:
    """What is chosen for a report.

    ``measure`` is what tables count, ``attribute`` that of crosstab and contrasts (empty: all, and a telling one),
    ``under`` the code whose branch the framework has as columns (None: the themes), ``each`` how many quotations a code
    has at most (0: all).
    """

    parts: tuple[Part, ...] = USUAL
    measure: Measure = Measure.CODINGS
    attribute: str = ""
    under: str | None = None
    each: int = EACH

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(part for part in Part if part in self.parts))


def chosen(project: Project) -> Contents:
    """What was chosen for this project's report, or what is usual.

    A code or an attribute that is gone since no longer counts.
    """
    stored = project.setting(_SETTING)
    if stored is None:
        return Contents()
    values = json.loads(stored)
    under, attribute = values["under"], values["attribute"]
    return Contents(
        parts=tuple(Part(part) for part in values["parts"] if part in set(Part)),
        measure=Measure(values["measure"]),
        attribute=attribute if attribute in {known.name for known in project.attributes()} else "",
        under=under if under is not None and under in project.codebook() else None,
        each=int(values["each"]),
    )


def choose(project: Project, contents: Contents, *, coder: str) -> bool:
    """Remember what the report of this project holds; whether that is anything new. Raises UnknownItem, NotAllowed."""
    if project.setting(_SETTING) is not None and contents == chosen(project):
        return False
    with change_by(project, coder, "choose report", summary="choose what the report holds") as change:
        change.set_setting(_SETTING, json.dumps(asdict(contents), sort_keys=True))
    return True


def contents_of(names: Iterable[str], contents: Contents) -> Contents:
    """The same choice with these parts instead, by name. Raises InvalidValue for one that there is not."""
    found = []
    for name in names:
        if name not in set(Part):
            raise InvalidValue(f"a report has no {name!r}; it can hold: {', '.join(Part)}, and always the methods")
        found.append(Part(name))
    return replace(contents, parts=tuple(found))


def report(project: Project, contents: Contents | None = None) -> Report:
    """The report of a project: what is chosen, then the methods. What there is nothing of says so.

    Raises UnknownItem, UnknownCode for an attribute or a code that there is not.
    """
    # Read in nobody's name, so that it is the same whoever makes it.
    project = project.seen_by(None)
    contents = contents or chosen(project)
    sections = [_SECTIONS[part](project, contents) for part in contents.parts]
    newest = project.journal(after=project.revision - 1)[-1].at[:10]
    return Report(project.title, f"The project as it stood on {newest}", (*sections, methods(project)))


def outline(project: Project, contents: Contents) -> list[tuple[Part | None, str]]:
    """What the report will hold, part by part in a few words; last (None) the statement of its methods.

    Counted without making any of it, so that a page has it at once.
    """
    project = project.seen_by(None)
    codebook, attributes = project.codebook(), [attribute.name for attribute in project.attributes()]
    places: dict[str, set[tuple[str, Span]]] = {}
    for coding in project.codings():
        places.setdefault(coding.code, set()).add((coding.document, coding.span))
    used, cases = _count(len(places), "code"), _count(len(project.cases()), "case")
    quotations = sum(min(len(each), contents.each or len(each)) for each in places.values())
    told = {
        Part.CODEBOOK: _count(len(codebook.codes), "code"),
        Part.CASES: f"{used} by {cases}",
        Part.FRAMEWORK: _framework_in_short(project, contents),
        Part.CROSSTAB: contents.attribute or ", ".join(attributes) or "nothing is known about cases yet",
        Part.CONTRASTS: contents.attribute or _parting(project) or "no attribute parts the cases yet",
        Part.QUOTATIONS: f"{_count(quotations, 'quotation')} of {used}",
    }
    return [*((part, told.get(part, "")) for part in contents.parts), (None, statement(project))]


def _framework_in_short(project: Project, contents: Contents) -> str:
    kind = _row_kind(project)
    rows = len(project.cases()) if kind is RowKind.CASE else len(project.documents())
    columns = columns_under(project.codebook(), contents.under)
    written = sum(bool(each.summary) and each.code in columns for each in project.framework_cells(kind))
    return f"{_count(rows, kind.value)} by {_count(len(columns), 'code')}, {_count(written, 'cell')} summed up"


def _row_kind(project: Project) -> RowKind:
    return RowKind.CASE if project.cases() else RowKind.DOCUMENT


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


WRITERS: dict[str, Callable[[Report], bytes]] = {".docx": report_word.write, ".html": report_html.write}
"""How a report is written, by the ending of the file."""


def as_file(project: Project, suffix: str, contents: Contents | None = None) -> bytes:
    """The report as .docx or .html, the same bytes for the same project. Raises UnknownFormat, and as ``report``."""
    if suffix not in WRITERS:
        raise UnknownFormat(
            f"cannot write a report as {suffix or 'a file without ending'}; known: {', '.join(WRITERS)}"
        )
    return _settled(project, suffix, WRITERS[suffix](report(project, contents)))


def export(project: Project, path: Path, contents: Contents | None = None) -> int:
    """Write the report to a file, whose ending says how; returns the number of bytes.

    Raises as ``as_file``, and ProjectUnavailable if it cannot be written.
    """
    return tables.write_whole(path, as_file(project, path.suffix.lower(), contents))


def export_tables(
    project: Project, folder: Path, suffix: str = ".csv", contents: Contents | None = None
) -> tuple[Path, ...]:
    """Write every chosen table whole into a folder, which is made if need be; gives the files.

    Raises UnknownFormat, UnknownItem, and ProjectUnavailable if one cannot be written.
    """
    if suffix not in TABLE_WRITERS:
        raise UnknownFormat(f"cannot write tables as {suffix}; known: {', '.join(TABLE_WRITERS)}")
    project = project.seen_by(None)
    contents = contents or chosen(project)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectUnavailable(f"cannot make the folder {folder}: {error.strerror or error}") from error
    written = []
    for part in contents.parts:
        if part in _FILES:
            path = folder / f"{part}{suffix}"
            tables.write_whole(path, _settled(project, suffix, _FILES[part](project, contents, suffix)))
            written.append(path)
    return tuple(written)


def _settled(project: Project, suffix: str, content: bytes) -> bytes:
    """Office files hold the moment of writing: theirs is that of the newest change."""
    if suffix not in (".docx", ".xlsx"):
        return content
    return timeless(content, project.journal(after=project.revision - 1)[-1].at)


# --- one function a part ---------------------------------------------------------------------------


def _codebook(project: Project, _: Contents) -> Section:
    codebook = project.codebook()
    times = pd.Series([coding.code for coding in project.codings()], dtype="str").value_counts()
    rows = []
    for depth, code in codebook.walk():
        said = cell(code.brief or code.definition)
        count = cell(f"{int(times.get(code.id, 0)):,}" if code.codable else "")
        rows.append(Row((cell(code.name), count, said), depth))
    made = Table(("Code", "Codings", "Meaning"), tuple(rows), frozenset({2}))
    return Section("Codebook", (Paragraph(codebook.description), made) if codebook.description else (made,))


def _cases(project: Project, contents: Contents) -> Section:
    frame = _compared(project, ExportKind.CASES, contents).T
    note = "0: absent from what was read to the end. –: not yet known, the case has not been read to its end."
    return Section("Codes in each case", (_by_code(project.codebook(), frame, contents.measure, note),))


def _speakers(project: Project, contents: Contents) -> Section:
    frame = _compared(project, ExportKind.SPEAKERS, contents)
    note = "One name is one speaker; whoever asks in an interview stands under (interviewer)."
    return Section("Codes by who speaks", (_by_code(project.codebook(), frame, contents.measure, note),))


def _roles(project: Project, contents: Contents) -> Section:
    frame = _compared(project, ExportKind.ROLES, contents)
    note = "Whoever asks in an interview is (interviewer)."
    return Section("Codes by role of who speaks", (_by_code(project.codebook(), frame, contents.measure, note),))


def _kinds(project: Project, contents: Contents) -> Section:
    frame = _compared(project, ExportKind.KINDS, contents)
    return Section("Codes by kind of document", (_by_code(project.codebook(), frame, contents.measure, ""),))


def _timeline(project: Project, contents: Contents) -> Section:
    frame = _compared(project, ExportKind.TIMELINE, contents)
    note = "Each column is a tenth of the text, all documents laid over each other."
    return Section("Codes from beginning to end", (_by_code(project.codebook(), frame, contents.measure, note),))


def _meetings(project: Project, contents: Contents) -> Section:
    frame = _by_date(project, contents)
    return Section("Codes by date", (_by_code(project.codebook(), frame, contents.measure, ""),))


def _crosstab(project: Project, contents: Contents) -> Section:
    title = "Codes by what is known about cases"
    if not project.attributes():
        return Section(title, (Paragraph("Nothing is known about cases."),))
    question = Question(ExportKind.CROSSTAB, attribute=contents.attribute)
    counts, tests = tables.compared(project, question), tables.tested(project, question)
    codebook = project.codebook()
    blocks = [
        _against(codebook, str(name), frame, tests[tests["attribute"] == name])
        for name, frame in counts.groupby("attribute", sort=False)
    ]
    return Section(title, tuple(blocks))


def _against(codebook: Codebook, name: str, counts: pd.DataFrame, tests: pd.DataFrame) -> Table:
    read = counts["with code"] + counts["without"]
    told = (counts["with code"].astype("str") + " of " + read.astype("str")).mask(read == 0, "–")
    wide = counts.assign(told=told).pivot(index="code path", columns="value", values="told")
    wide = wide[list(dict.fromkeys(counts["value"]))]
    used = counts.groupby("code path")["with code"].sum()
    by_code = tests.set_index("code path")
    if by_code["p (Holm)"].notna().any():
        wide["p (Holm)"] = by_code["p (Holm)"].map(lambda p: "–" if pd.isna(p) else f"{p:.3f}")
    caveats = list(dict.fromkeys(by_code.loc[used[used > 0].index, "caveat"].dropna()))
    note = ". ".join(["Cases with the code, of those that were read", *caveats[:3]]) + "."
    paths = [path for path in dict.fromkeys(counts["code path"]) if used[path]]
    rows = {path: [str(wide.loc[path, column]) for column in wide.columns] for path in paths}
    return Table(("Code", *map(str, wide.columns)), _tree(codebook, rows), caption=name, note=note)


def _contrasts(project: Project, contents: Contents) -> Section:
    title = "Contrasts between groups of cases"
    found = list(_contrasted(project, contents))
    if not found:
        return Section(title, (_NO_GROUPS,))
    return Section(title, tuple(_apart(each) for each in found))


def _contrasted(project: Project, contents: Contents) -> Iterator[Contrasted]:
    """The cases of each value of an attribute against all others; of two values the first alone says it all."""
    attribute = contents.attribute or _parting(project)
    if attribute is None:
        return
    known = [value for value in contrasts.values(project, attribute) if value != NOT_KNOWN]
    for value in known[:1] if len(known) == 2 else known:
        try:
            yield contrasts.contrasted(project, contrasts.group_named(project, [value], by=attribute))
        except InvalidValue:
            # All cases have it: there is nobody to set them against.
            return


def _parting(project: Project) -> str | None:
    """The first attribute of which several cases have the same value, and others another."""
    for attribute in project.attributes():
        values = Counter(value for case in project.cases() if (value := case.values.get(attribute.name)) is not None)
        if len(values) > 1 and max(values.values()) > 1:
            return attribute.name
    return None


def _apart(found: Contrasted) -> Table:
    first, second = found.names
    rows = []
    for row in found.table.to_dict("records"):
        shares = (row[f"documents % ({side})"] for side in ("first", "second"))
        low, high = _number(row["documents low"]), _number(row["documents high"])
        rows.append(
            [
                row["code path"],
                row["said"],
                *map(_number, shares),
                _number(row["documents difference"]),
                f"{low} to {high}" if low != "–" else "–",
            ]
        )
    return table(
        ["Code", "Said", "% first", "% second", "Difference", "95 % interval"],
        rows,
        prose=(1, 5),
        caption=f"{first}, against {second}",
        note=" ".join(["%: documents with the code, of those that were read.", *found.caveats]),
    )


def _co_occurrence(project: Project, contents: Contents) -> Section:
    frame = _compared(project, ExportKind.CO_OCCURRENCE, contents)
    title = "Codes that occur together"
    if frame.empty:
        return Section(title, (Paragraph("No two codes occur in the same passage."),))
    most = frame.head(PAIRS)
    rows = [
        [_name(row["code path"]), _name(row["with"]), row["together"], f"{row['Jaccard']:.2f}", f"{row['lift']:.1f}"]
        for row in most.to_dict("records")
    ]
    cut = f" The first {PAIRS} of {len(frame):,} pairs." if len(frame) > PAIRS else ""
    note = (
        f"Together: in how many {frame['unit'].iloc[0]} both are, of {frame['of all'].iloc[0]:,}. "
        f"Jaccard: together out of either. Lift: above 1 is more than by chance.{cut}"
    )
    return Section(title, (table(["Code", "With", "Together", "Jaccard", "Lift"], rows, prose=(1,), note=note),))


def _framework(project: Project, contents: Contents) -> Section:
    matrix = _matrix(project, contents)
    if not matrix.rows or not matrix.columns:
        return Section("Framework matrix", (Paragraph("There are no cases or no codes yet."),))
    rows = tuple(
        Row(
            (
                (Line(row.name), *([Line(row.value, Voice.QUIET)] if row.value else [])),
                *(_summed_up(matrix.cells[row.id, column.code]) for column in matrix.columns),
            )
        )
        for row in matrix.rows
    )
    columns = (matrix.kind.value.capitalize(), *(column.name for column in matrix.columns))
    prose = frozenset(range(1, len(columns)))
    made = Table(columns, rows, prose, note="Below a summary stand the quotations that were pinned to it.")
    under = project.codebook().path(contents.under) if contents.under else ""
    return Section(f"Framework matrix: {under}" if under else "Framework matrix", (made,))


def _summed_up(found: MatrixCell) -> Cell:
    lines = [Line(words) for words in found.summary.split("\n") if words.strip()]
    if found.state is not CellState.WRITTEN:
        lines.append(Line(found.words, Voice.QUIET))
    for quotation in found.pinned:
        lines += [Line(quotation.text, Voice.QUOTED), Line(quotation.source, Voice.QUIET)]
    return tuple(lines)


def _quotations(project: Project, contents: Contents) -> Section:
    frame, codebook = tables.quotations(project), project.codebook()
    by_code = dict(iter(frame.groupby("code path", sort=False)))
    blocks: list[Block] = []
    for _, code in codebook.walk():
        found = by_code.get(codebook.path(code.id))
        if found is None:
            continue
        kept = _in_turn(found)
        shown = kept[: contents.each] if contents.each else kept
        note = f"{len(shown)} of {len(kept):,} quotations, from each case in turn." if len(shown) < len(kept) else ""
        blocks.append(Heading(codebook.path(code.id), note))
        blocks += [Quotation(words, source) for words, source in shown]
    return Section("Quotations", tuple(blocks) or (_NOTHING,))


def _agreement(project: Project, _: Contents) -> Section:
    title = "Agreement of the coders"
    try:
        found = Agreement.of(project, AgreementQuestion())
    except InvalidValue:
        return Section(title, (Paragraph("Fewer than two coders have coded or read anything."),))
    read = found.read_together()
    if not read.units:
        return Section(title, (Paragraph("Nothing has been read by two coders."),))
    codebook = found.codebook
    depths = {code.id: depth for depth, code in codebook.walk()}
    rows = []
    for row in found.rows(View.CODE):
        alpha, presence = (
            row.measured.estimates.get(kind)
            for kind in (Coefficient.ALPHA if row.code else Coefficient.MASI, Coefficient.PRESENCE)
        )
        name = codebook.code(row.code).name if row.code else row.name
        counts = map(_number, (row.measured.some, row.measured.all))
        cells = (*counts, _value(presence), *_with_interval(alpha))
        rows.append(Row(tuple(map(cell, (name, *cells))), depths[row.code] if row.code else 0))
    columns = ("Code", "By anybody", "By all", "Presence", "Alpha", "95 % interval")
    note = (
        f"Counted are the {read.units:,} of {read.of_units:,} passages that at least two coders have read, in "
        f"{read.documents:,} of {read.of_documents:,} documents. Presence: of the passages that one gave the code, the "
        "share that the other gave it, too. Alpha: Krippendorff's; of all codes together that with MASI as distance. "
        "The interval comes from drawing documents anew."
    )
    return Section(title, (Table(columns, tuple(rows), note=note),))


def _value(estimate: Estimate | None) -> str:
    return _two(estimate.value) if estimate is not None and estimate.defined else "–"


def _with_interval(estimate: Estimate | None) -> tuple[str, str]:
    if estimate is None or not isfinite(estimate.low):
        return _value(estimate), "–"
    return _value(estimate), f"{_two(estimate.low)} to {_two(estimate.high)}"


def _two(value: float) -> str:
    # Adding nothing makes a zero of what is a hair below it.
    return f"{round(value, 2) + 0.0:.2f}"


def _in_turn(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Words and source of each place, once for all who coded it: the first of each case, then the second, and so on."""
    told = ("case", "speaker", "time", "document")
    found: dict[tuple[str, int, int], tuple[str, list[str], dict[str, None]]] = {}
    columns = (frame[name].tolist() for name in ("document id", "start", "end", "quotation", "coder", *told))
    for document, start, end, words, coder, *where in zip(*columns, strict=True):
        known = [str(each) for each in where if pd.notna(each)]
        _, _, coders = found.setdefault((document, start, end), (words, [str(where[0]), *known], {}))
        coders[coder] = None
    cases: dict[str, list[tuple[str, str]]] = {}
    for words, (case, *where), coders in found.values():
        source = " · ".join([*where, f"coded by {', '.join(coders)}"])
        cases.setdefault(case, []).append((words, source))
    return [each for round in zip_longest(*cases.values()) for each in round if each is not None]


def _pictured(kind: PictureKind) -> Callable[[Project, Contents], Section]:
    def section(project: Project, contents: Contents) -> Section:
        if not project.coded_by():
            return Section(f"Figure: {kind.value}", (_NOTHING,))
        period = _period(project) if kind is PictureKind.TIMELINE else Period.DAY
        return _figure(project, kind, Options(measure=contents.measure, period=period))

    return section


def _differences(project: Project, contents: Contents) -> Section:
    """The two largest groups of cases against each other."""
    attribute = contents.attribute or _parting(project)
    values = contrasts.values(project, attribute) if attribute else {}
    largest = sorted((value for value in values if value != NOT_KNOWN), key=lambda value: -values[value])
    if attribute is None or len(largest) < 2:
        return Section("Figure: Codes that tell cases apart", (_NO_GROUPS,))
    first, second = (CaseGroup(attribute, (value,)) for value in largest[:2])
    return _figure(project, PictureKind.CONTRAST, Options(first=first, second=second))


def _figure(project: Project, kind: PictureKind, options: Options) -> Section:
    drawn = pictures.picture(project, kind, options)
    if drawn.empty:
        return Section(f"Figure: {drawn.title}", (_NOTHING_YET,))
    images = (pictures.as_image(drawn, suffix) for suffix in (".svg", ".png"))
    return Section(f"Figure: {drawn.title}", (Picture(drawn.title, drawn.note, *images),))


_SECTIONS: dict[Part, Callable[[Project, Contents], Section]] = {
    Part.CODEBOOK: _codebook,
    Part.CASES: _cases,
    Part.HEATMAP: _pictured(PictureKind.HEATMAP),
    Part.FRAMEWORK: _framework,
    Part.CROSSTAB: _crosstab,
    Part.CONTRASTS: _contrasts,
    Part.DIFFERENCES: _differences,
    Part.CO_OCCURRENCE: _co_occurrence,
    Part.NETWORK: _pictured(PictureKind.NETWORK),
    Part.SPEAKERS: _speakers,
    Part.ROLES: _roles,
    Part.KINDS: _kinds,
    Part.TIMELINE: _timeline,
    Part.PORTRAIT: _pictured(PictureKind.PORTRAIT),
    Part.MEETINGS: _meetings,
    Part.DATES: _pictured(PictureKind.TIMELINE),
    Part.QUOTATIONS: _quotations,
    Part.AGREEMENT: _agreement,
}


def _question(kind: ExportKind) -> Callable[[Project, Contents, str], bytes]:
    def content(project: Project, contents: Contents, suffix: str) -> bytes:
        question = Question(kind, measure=contents.measure, attribute=contents.attribute)
        if kind is ExportKind.MEETINGS:
            question = replace(question, period=_period(project))
        return tables.as_file(project, suffix, question)

    return content


def _contrasts_file(project: Project, contents: Contents, suffix: str) -> bytes:
    found = [each.table for each in _contrasted(project, contents)]
    return TABLE_WRITERS[suffix](pd.concat(found, ignore_index=True) if found else pd.DataFrame())


def _agreement_file(project: Project, _: Contents, suffix: str) -> bytes:
    return agreement.as_file(Agreement.of(project, AgreementQuestion()), suffix)


_FILES: dict[Part, Callable[[Project, Contents, str], bytes]] = {
    **{Part(kind.value): _question(kind) for kind in ExportKind},
    Part.CONTRASTS: _contrasts_file,
    Part.AGREEMENT: _agreement_file,
    Part.FRAMEWORK: lambda project, contents, suffix: framework.as_file(_matrix(project, contents), suffix),
}
"""The parts that are tables, and how each becomes a file."""


# --- what they share -------------------------------------------------------------------------------


def _compared(project: Project, kind: ExportKind, contents: Contents) -> pd.DataFrame:
    return tables.compared(project, Question(kind, measure=contents.measure))


def _by_date(project: Project, contents: Contents) -> pd.DataFrame:
    return tables.compared(project, Question(ExportKind.MEETINGS, measure=contents.measure, period=_period(project)))


_MOST_DATES = 12


def _period(project: Project) -> Period:
    """The finest step that still gives a table which fits on a page."""
    dates = [document.date for document in project.documents() if document.date]
    for period, length in ((Period.DAY, 10), (Period.MONTH, 7)):
        if len({date[:length] for date in dates}) <= _MOST_DATES:
            return period
    return Period.YEAR


def _matrix(project: Project, contents: Contents) -> Matrix:
    return framework.matrix(project, _row_kind(project), under=contents.under)


def _by_code(codebook: Codebook, frame: pd.DataFrame, measure: Measure, note: str) -> Block:
    """Codes in rows, in the order of the tree, without those that were never used."""
    sums = frame.fillna(0).astype("float64").sum(axis=1)
    used = frame.loc[sums > 0]
    if used.empty:
        return _NOTHING
    rows = {str(path): [_number(value) for value in row] for path, row in zip(used.index, used.to_numpy(), strict=True)}
    columns = ("Code", *map(str, used.columns))
    return Table(columns, _tree(codebook, rows), caption=f"Counted: {measure.value}", note=note)


def _tree(codebook: Codebook, rows: Mapping[str, Sequence[str]]) -> tuple[Row, ...]:
    """Rows under headings for the codes above them, in the order of the tree."""
    found: list[Row] = []
    above: list[str] = []
    for depth, code in codebook.walk():
        path = codebook.path(code.id)
        if path not in rows:
            continue
        names = path.split(SEPARATOR)
        same = next((place for place, (one, other) in enumerate(zip(above, names, strict=False)) if one != other), None)
        same = min(len(above), depth) if same is None else same
        found += [Row((cell(name),), place, heading=True) for place, name in enumerate(names[same:-1], same)]
        found.append(Row((cell(names[-1]), *map(cell, rows[path])), depth))
        above = names
    return tuple(found)


def _number(value: Any) -> str:
    if pd.isna(value):
        return "–"
    return f"{value:,.1f}" if isinstance(value, float) and not value.is_integer() else f"{int(value):,}"


def _name(path: str) -> str:
    return path.rsplit(SEPARATOR, 1)[-1]
