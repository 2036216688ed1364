"""The same verbs from a terminal: ``redthread``.

Everything that takes time to load is imported by the command that needs it, so that ``--help`` is
there at once. Exit codes: 0 all well, 1 something was refused or found, 2 a command that makes no sense,
130 stopped with Ctrl+C.
"""

from __future__ import annotations

import signal
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from coder.errors import CodingError, InvalidValue, UnknownItem, UnreadableFile
from coder.model.choices import Colour, ExportKind, Look, Measure, PictureKind, Target

if TYPE_CHECKING:
    import pandas as pd

    from coder.formats.answers import Choice, Plan
    from coder.model import Codebook, Loss, Received
    from coder.model.merging import Merge
    from coder.store import Project
    from coder.workflow.codebooks import Finding
    from coder.workflow.documents import FileReport
    from coder.workflow.filing import Filing
    from coder.workflow.search import Passage, Results, Search


class _Speaking(TyperGroup):
    """Commands whose errors are sentences: the one place where a CodingError becomes words and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CodingError as error:
            _complain(str(error))
            raise typer.Exit(1) from error
        except KeyboardInterrupt as stopped:
            _complain("Stopped. What was stored before stays; give the command again for the rest.")
            raise typer.Exit(130) from stopped


app = typer.Typer(
    cls=_Speaking,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Redthread: code interviews and meeting notes, and compare cases. Everything stays on this computer.",
    epilog="Look around first: redthread demo",
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        _say(f"redthread {version('redthread')}")
        raise typer.Exit


@app.callback()
def _whole(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """What stands before every command."""


codebook_app = typer.Typer(help="Check codebooks, compare and merge them, share them in a team.", no_args_is_help=True)
app.add_typer(codebook_app, name="codebook")
account_app = typer.Typer(help="Who may sign in to a team server.", no_args_is_help=True)
app.add_typer(account_app, name="account")


class Kind(StrEnum):
    """What is exported: the tables of ``ExportKind``, transcripts, or the project as text."""

    QUOTATIONS = "quotations"
    CASES = "cases"
    CROSSTAB = "crosstab"
    CO_OCCURRENCE = "co-occurrence"
    SPEAKERS = "speakers"
    ROLES = "roles"
    KINDS = "kinds"
    TIMELINE = "timeline"
    MEETINGS = "meetings"
    TRANSCRIPTS = "transcripts"
    TEXT = "text"


class Form(StrEnum):
    """What coded transcripts in a folder are written as."""

    HTML = "html"
    DOCX = "docx"
    MD = "md"


class TableForm(StrEnum):
    """What tables are written as."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


Study = Annotated[
    Path, typer.Argument(metavar="STUDY", readable=False, help="The project file, such as study.redthread.")
]
To = Annotated[
    Path, typer.Option("--to", metavar="FILE", readable=False, help="The file to write: .csv, .xlsx or .parquet.")
]


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a letter shows a question mark instead of breaking off.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    app()


@app.command()
def new(
    study: Study,
    title: Annotated[str, typer.Option(help="The title of the study; without it, the file's name.")] = "",
    coder: Annotated[str, typer.Option(help="Your name, as it stands beside your codings.")] = "",
    codebook: Annotated[
        str, typer.Option(help="A codebook to begin with: a file, or the name of one that comes with Redthread.")
    ] = "",
    origin: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="A project of another program, such as study.qdpx.")
    ] = None,
) -> None:
    """Start a study: make a new project file, empty or from another program's project."""
    if origin is not None:
        if codebook or title:
            raise InvalidValue("--from brings its own codebook and title; leave out --codebook and --title")
        _new_from(study, origin, coder.strip())
        return
    from coder.workflow.codebooks import load_codebook
    from coder.workflow.projects import create_project, person

    book = _codebook_file(codebook) if codebook else None
    content = _bytes_of(book) if book else b""
    with create_project(study, title=title.strip() or study.stem, coder=coder.strip() or person()) as project:
        if book is not None:
            try:
                load_codebook(project, book.name, content, coder=project.coders()[0].id)
            except CodingError:
                study.unlink()
                raise
        made = project.codebook()
    _say(f"Made {study}" + (f" with {_codes(made)}." if made.codes else "."))
    _say(f"Next: redthread import {study} FOLDER-WITH-TRANSCRIPTS")


def _new_from(study: Path, origin: Path, coder: str) -> None:
    from coder.workflow.exchange import new_project_from, read_from

    received = read_from(origin)
    with (
        _progress("Bringing in") as on_progress,
        new_project_from(study, received, coder=coder, on_progress=on_progress) as project,
    ):
        _say(
            f"Made {study} with {_count(len(project.documents()), 'document')}, {_codes(project.codebook())} and "
            f"{_count(len(project.codings()), 'coding')}."
        )
    _tell_received(received)


def _import_studies(project: Project, files: list[Path], coder: str, *, preview: bool) -> None:
    from coder.workflow.exchange import preview as would_come
    from coder.workflow.exchange import read_from, take_in

    for file in files:
        received = read_from(file)
        if preview:
            found = would_come(project, received)
        else:
            with _progress("Bringing in") as on_progress:
                found = take_in(project, received, coder=coder, on_progress=on_progress)
        _say(
            f"{file.name}: {received.study.title}" + (f" from {received.study.origin}" if received.study.origin else "")
        )
        for what, new in found.new.items():
            if new or found.known[what]:
                _say(f"    {what}: {new:,} new, {found.known[what]:,} there already")
        for conflict in found.conflicts:
            _say(f"    the two disagree: {conflict}")
        _tell_received(received)
    if preview:
        _say("Nothing was stored; leave out --preview to bring them in.")


def _tell_received(received: Received) -> None:
    for remark in received.remarks:
        _say(f"    {remark}")
    _tell_losses(received.losses)


def _tell_losses(losses: Sequence[Loss]) -> None:
    """What does not come along; said also where there is nothing."""
    if not losses:
        _say("    Nothing is lost.")
    for loss in losses:
        _say(f"    lost: {loss.what} ({loss.count:,}): {loss.why}")
        for example in loss.examples:
            _say(f"        {example}")


@app.command("import")
def import_(
    study: Study,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE-OR-FOLDER",
            help="Transcripts and notes, folders or zips that hold them, or a table of answers.",
        ),
    ],
    case: Annotated[
        list[str],
        typer.Option(
            help="The case that they belong to; made if there is none of this name. For a table of answers, "
            "the column that names who answered."
        ),
    ] = [],  # noqa: B006 (Typer copies it)
    language: Annotated[str, typer.Option(help="Their language, as a code such as en, fi, sv or de.")] = "en",
    pattern: Annotated[
        str, typer.Option(help="How their paths tell case and attributes, such as {case}/{wave}/{name}.")
    ] = "",
    table: Annotated[
        Path | None, typer.Option(help="A table with a column 'file' and a column 'case'; the others are attributes.")
    ] = None,
    split: Annotated[bool, typer.Option("--split", help="Make a document of each dated meeting in a file.")] = False,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Store nothing if any file is refused; one undo takes all back.")
    ] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Say what would come in, and store nothing.")] = False,
    text: Annotated[
        list[str], typer.Option(help="A column of open answers, for a table; without it, those that look so.")
    ] = [],  # noqa: B006
    attribute: Annotated[
        list[str], typer.Option(help="A column that tells something of who answered, for a table.")
    ] = [],  # noqa: B006
    by_question: Annotated[
        bool, typer.Option("--by-question", help="One document a question, not one a respondent, for a table.")
    ] = False,
    sheet: Annotated[str, typer.Option(help="The sheet of a workbook that holds the answers.")] = "",
    coder: Annotated[str, typer.Option(help="Who you are, if the project has several coders.")] = "",
) -> None:
    """Read transcripts, meeting notes and tables of answers into a study.

    Each file gets a line that says what was understood. A file that is there already is not added
    again. If one cannot be read, the others still are, and the command ends with exit code 1. A table
    (CSV, XLSX, ODS) holds the answers to a survey; give the data dictionary of REDCap beside it.
    """
    from coder.formats.answers import Choice
    from coder.formats.rows import SUFFIXES
    from coder.workflow.projects import open_project

    studies = [file for file in files if _is_study(file)]
    tables = [file for file in files if file.suffix.lower() in SUFFIXES and file not in studies]
    others = [file for file in files if file not in tables and file not in studies]
    if others and (text or attribute or by_question or sheet):
        raise InvalidValue("--text, --attribute, --sheet and --by-question are for tables of answers; give those alone")
    if others and len(case) > 1:
        raise InvalidValue("give one --case; what belongs to several is told by --table")
    refused = False
    with open_project(study) as project:
        me = _coder(project, coder)
        if studies:
            _import_studies(project, studies, me, preview=preview)
        if tables:
            choice = Choice(tuple(text), tuple(case), tuple(attribute), by_question)
            _import_tables(project, tables, choice, me, language, sheet, preview=preview)
        if others:
            filing = _filing(pattern, table, split)
            # The study often lies in the folder with the transcripts, with SQLite's own files beside it.
            refused = _import_files(
                project, others, study.name, "".join(case), me, language, filing, all_or_nothing, preview
            )
    if refused:
        raise typer.Exit(1)


def _filing(pattern: str, table: Path | None, split: bool) -> Filing:
    from coder.formats.rows import read_table
    from coder.model import PathPattern
    from coder.workflow.filing import Filing, listed_files

    listed = {} if table is None else listed_files(read_table(table.name, _bytes_of(table)))
    return Filing(PathPattern.parse(pattern) if pattern else None, listed, split)


def _import_files(
    project: Project,
    files: list[Path],
    study: str,
    case: str,
    coder: str,
    language: str,
    filing: Filing,
    all_or_nothing: bool,
    preview: bool,
) -> bool:
    """Bring files in, or say what they would be; whether one was refused."""
    from coder.workflow.documents import Outcome, checked_language, import_documents, preview_import, sources

    checked_language(language)
    found = [source for source in sources(files) if not source.name.startswith(study)]
    with _progress("Reading") as on_progress:
        if preview:
            reports = preview_import(project, found, filing=filing, on_progress=on_progress)
        else:
            reports = import_documents(
                project,
                found,
                coder=coder,
                case=_case(project, case, coder) if case else None,
                language=language,
                filing=filing,
                all_or_nothing=all_or_nothing,
                on_progress=on_progress,
            )
    names = Counter(report.name for report in reports)
    for report in reports:
        _tell(report, report.name if names[report.name] == 1 else report.place)
    outcomes = Counter(report.outcome for report in reports)
    if len(reports) > 1:
        _say(
            f"{len(reports):,} files: " + ", ".join(f"{outcomes[each]:,} {each}" for each in Outcome if outcomes[each])
        )
    if preview:
        _say("Nothing was stored; leave out --preview to bring them in.")
    return Outcome.REFUSED in outcomes


def _tell(report: FileReport, name: str) -> None:
    from coder.workflow.documents import Outcome

    if report.outcome is Outcome.REFUSED:
        _complain(f"{name}: refused: {'; '.join(report.messages)}")
        return
    facts = [_count(report.words, "word")]
    if report.outcome is not Outcome.KNOWN:
        facts += [_count(report.turns, "turn"), f"speakers: {', '.join(report.speakers) or 'none found'}"]
    for case in report.cases:
        values = ", ".join(f"{name} {value}" for name, value in case.values.items())
        facts.append(f"case: {case.name}" + (f" ({values})" if values else ""))
    _say(f"{name}: {report.outcome}: {', '.join(facts)}")
    for message in report.messages:
        _say(f"    {message}")


def _import_tables(
    project: Project, tables: list[Path], choice: Choice, coder: str, language: str, sheet: str, *, preview: bool
) -> None:
    from coder.formats.answers import Choice, is_dictionary, planned, proposed
    from coder.formats.answers import survey as understand
    from coder.workflow.answers import import_answers

    contents = {table: _bytes_of(table) for table in tables}
    dictionaries = [
        table for table, content in contents.items() if len(tables) > 1 and is_dictionary(table.name, content)
    ]
    dictionary = (dictionaries[0].name, contents[dictionaries[0]]) if dictionaries else None
    for table in (table for table in tables if table not in dictionaries):
        survey = understand(table.name, contents[table], dictionary=dictionary, sheet=sheet)
        guess = proposed(survey)
        chosen = Choice(
            choice.answers or guess.answers,
            choice.case or guess.case,
            choice.attributes or (() if choice.answers else guess.attributes),
            choice.by_question,
        )
        _say(f"{table.name}: {survey.maker}, {_count(len(survey.rows), 'row')}")
        for words, columns in (("answers", chosen.answers), ("case", chosen.case), ("attributes", chosen.attributes)):
            _say(f"    {words}: {', '.join(survey.column(name).name for name in columns) or 'none'}")
        if preview:
            plan = planned(survey, chosen)
            _say(
                f"    would give {_count(len(plan.documents), 'document')} and {_count(len(plan.respondents), 'case')}"
            )
            _show_first(plan)
            remarks = (*survey.remarks, *plan.remarks)
        else:
            with _progress("Bringing in") as on_progress:
                report = import_answers(
                    project, survey, chosen, coder=coder, language=language, on_progress=on_progress
                )
            _say(
                f"    gave {_count(report.added, 'document')} with {_count(report.words, 'word')} and "
                f"{_count(report.cases, 'case')}" + (f"; {report.known} already there" if report.known else "")
            )
            remarks = (*survey.remarks, *report.remarks)
        for remark in remarks:
            _say(f"    {remark}")
    if preview:
        _say("Nothing was stored; leave out --preview to bring them in.")


def _show_first(plan: Plan) -> None:
    """The first documents of a plan as they would be: case, attributes, the beginning of the text."""
    values = {case.name: case.values for case in plan.respondents}
    for document in plan.documents[:3]:
        told = values.get(document.cases[0][0], {}) if len(document.cases) == 1 else {}
        known = ", ".join(f"{name}: {value}" for name, value in told.items())
        text = " ".join(document.reading.text.split())
        _say(f"        {document.name}" + (f" ({known})" if known else "") + f": {text[:120]}")


@app.command()
def correct(
    study: Study,
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="The name of the document in the study.")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", readable=False, help="The corrected transcript, of any kind that is read.")
    ],
    preview: Annotated[
        bool, typer.Option("--preview", help="Say what would become of the codings, and store nothing.")
    ] = False,
    coder: Annotated[str, typer.Option(help="Who you are, if the project has several coders.")] = "",
) -> None:
    """Give a document the text of a corrected file; its codings, memos and cases go along.

    What is not kept gets a line with its words before and after. A coding whose words are gone is kept
    as a memo on the document. Undo takes all of it back, and the earlier text stays in the study.
    """
    from coder.model.moving import Fate
    from coder.workflow.corrections import correct as apply
    from coder.workflow.corrections import preview_corrected_file
    from coder.workflow.projects import open_project

    with open_project(study) as project:
        me = _coder(project, coder)
        id = project.document_named(document).id
        found = preview_corrected_file(project.seen_by(me), id, file.name, _bytes_of(file))
        for warning in found.reading.warnings:
            _say(f"    {warning}")
        for each in found.items:
            if each.fate is not Fate.KEPT:
                becomes = f" -> “{' '.join(each.becomes.split())}”" if each.becomes else ""
                _say(f"{each.fate}: {each.item.kind} {each.item.what}: “{' '.join(each.quotation.split())}”{becomes}")
        _say(f"{_count(len(found.differences), 'difference')}; on the text: {found.told}")
        if preview:
            _say("Nothing was stored; leave out --preview to correct the text.")
            return
        apply(project, found, coder=me)
        _say(f"Corrected {document}. The text that it had is kept in the study.")


@app.command()
def suggest(
    study: Study,
    to: To,
    coder: Annotated[str, typer.Option(help="Whose coding to learn from, if the project has several coders.")] = "",
) -> None:
    """Write to a table which codes the passages would get, how sure, and why.

    Learned from your own coding; before there is any, from the definitions of the codebook. Nothing is coded by this.
    """
    from coder.workflow.assistant import Assistant
    from coder.workflow.projects import open_project
    from coder.workflow.proposals import proposals
    from coder.workflow.tables import check_target, write_table

    check_target(to)
    with open_project(study) as project:
        me = _coder(project, coder)
        assistant = Assistant()
        with _progress("Reading the passages") as on_progress:
            assistant.embed(project, lambda at: on_progress(at.done, at.total, ""))
        frame = proposals(project, assistant.refresh(project, me))
    write_table(frame, to)
    _say(f"Wrote {_count(len(frame), 'suggestion')} to {to}.")


@app.command()
def search(
    study: Study,
    words: Annotated[str, typer.Argument(metavar="WORDS", help='Such as: trust, "a phrase", trust*, time OR money.')],
    meaning: Annotated[
        bool, typer.Option("--meaning", help="Find what means the same as a sentence, whatever its words.")
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FILE", readable=False, help="Write all of it to a .csv, .xlsx or .parquet."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many passages to show.")] = 20,
    coder: Annotated[str, typer.Option(help="Who you are, if the project has several coders.")] = "",
) -> None:
    """Find passages by their words, in all their forms, or by what they mean; the best come first."""
    from coder.workflow.projects import open_project
    from coder.workflow.search import Search, Way, as_table, find, passages
    from coder.workflow.tables import check_target, write_table

    if to is not None:
        check_target(to)
    with open_project(study) as project:
        own = project.seen_by(_coder(project, coder))
        wanted = Search(words, way=Way.MEANING if meaning else Way.WORDS)
        results = _found_by_meaning(own, wanted) if meaning else find(own, wanted)
        found = passages(own, results, results.found if to else results.found[:limit])
        frame = as_table(own, found)
    for each in found[:limit]:
        facts = [each.document, each.speaker, *each.cases]
        likeness = "" if each.found.likeness is None else f" ({each.found.likeness:.2f})"
        _say(f"{' · '.join(filter(None, facts))}{likeness}\n    {_marked(each)}")
    _say(f"{_count(len(results.found), 'passage')} found. {results.forms_told}".rstrip())
    if to is not None:
        write_table(frame, to)
        _say(f"Wrote {to}.")


def _found_by_meaning(project: Project, search: Search) -> Results:
    from coder.workflow.assistant import Assistant
    from coder.workflow.meanings import read_meanings
    from coder.workflow.search import find

    assistant = Assistant()
    with _progress("Reading the passages") as on_progress:
        assistant.embed(project, lambda at: on_progress(at.done, at.total, ""))
    encoder = assistant.loaded
    if encoder is None:
        raise UnknownItem("the study has no passages; bring in documents first")
    return find(project, search, meanings=read_meanings(project, encoder.name), encode=encoder.encode)


def _marked(passage: Passage) -> str:
    """A passage in one line, what was looked for between asterisks."""
    pieces, last = [], 0
    for mark in passage.marks:
        pieces += [passage.text[last : mark.start], f"*{mark.of(passage.text)}*"]
        last = mark.end
    return " ".join("".join([*pieces, passage.text[last:]]).split())


@app.command()
def export(
    study: Study,
    to: Annotated[
        Path,
        typer.Option(
            "--to",
            metavar="FILE",
            readable=False,
            help="The file to write: .csv, .xlsx or .parquet; with --kind transcripts or text the folder.",
        ),
    ],
    kind: Annotated[
        Kind,
        typer.Option(
            help="One row a quotation; codes by case, by what is known of cases, together, by speaker, by role of "
            "who speaks, by kind of document, by tenth of the text, by date; or into a folder all coded transcripts, "
            "or the whole project as plain text."
        ),
    ] = Kind.QUOTATIONS,
    attribute: Annotated[
        str, typer.Option(metavar="NAME", help="With --kind crosstab: this attribute of cases alone.")
    ] = "",
    document: Annotated[
        str, typer.Option(metavar="NAME", help="This document alone, coded, to a file .html, .docx or .md.")
    ] = "",
    measure: Annotated[Measure, typer.Option(help="What numbers count, where codes are counted.")] = Measure.CODINGS,
    within: Annotated[
        int, typer.Option(min=0, metavar="N", help="With --kind co-occurrence: together is within so many passages.")
    ] = 0,
    whole: Annotated[bool, typer.Option("--with-below", help="In counts a code counts with all below it.")] = False,
    layer: Annotated[
        str, typer.Option(metavar="NAME", help="In a table the codings of this coder alone, or: consensus.")
    ] = "",
    form: Annotated[Form, typer.Option("--as", help="What the transcripts in the folder are.")] = Form.HTML,
    program: Annotated[
        Target, typer.Option("--for", help="The program that a .qdpx is for; each counts positions in its own way.")
    ] = Target.STRICT,
) -> None:
    """Write what was coded to a table for Excel, R, pandas and others, as transcripts to read, or for other programs.

    A .qdpx is the whole project for another program, a .zip the whole project as plain text.
    """
    if kind is Kind.TEXT:
        _export_text(study, to)
        return
    if to.suffix.lower() in (".qdpx", ".zip"):
        _export_study(study, to, program)
        return
    if document or kind is Kind.TRANSCRIPTS:
        _export_transcripts(study, to, document, form)
        return
    from coder.workflow.layers import layer_named
    from coder.workflow.projects import open_project
    from coder.workflow.tables import Question
    from coder.workflow.tables import export as write

    if attribute and kind is not Kind.CROSSTAB:
        raise InvalidValue("--attribute is for --kind crosstab")
    if within and kind is not Kind.CO_OCCURRENCE:
        raise InvalidValue("--within is for --kind co-occurrence")

    with open_project(study) as project:
        question = Question(
            ExportKind(kind), measure, attribute, within, layer=layer_named(project, layer), whole=whole
        )
        size = write(project, to, question)
        _say(f"Wrote {to} ({size:,} bytes).")
        _tell_what_is_sealed(project)
        if to.suffix.lower() == ".xlsx" and kind is Kind.QUOTATIONS:
            _tell_what_is_cut(project)


def _export_study(study: Path, to: Path, program: Target) -> None:
    from coder.workflow.exchange import export_study
    from coder.workflow.projects import open_project

    with open_project(study) as project:
        losses = export_study(project, to, target=program)
    _say(f"Wrote {to}.")
    _tell_losses(losses)


def _export_text(study: Path, to: Path) -> None:
    from coder.workflow.exchange import export_folder
    from coder.workflow.projects import open_project

    with open_project(study) as project:
        losses = export_folder(project, to)
    _say(f"Wrote {to}.")
    _tell_losses(losses)


def _is_study(file: Path) -> bool:
    """Whether a file, or a folder of plain text, holds the whole project of another program."""
    from coder.formats.studies import STUDY_FORMATS
    from coder.workflow.exchange import holds_study

    suffixes = {suffix for row in STUDY_FORMATS for suffix in row.suffixes}
    return (file.is_dir() or file.suffix.lower() in suffixes) and holds_study(file)


def _export_transcripts(study: Path, to: Path, document: str, form: Form) -> None:
    from coder.workflow.projects import open_project
    from coder.workflow.transcripts import export_transcript, export_transcripts

    with open_project(study) as project:
        if document:
            size = export_transcript(project, project.document_named(document).id, to)
            _say(f"Wrote {to} ({size:,} bytes).")
            _tell_what_is_sealed(project)
            return
        with _progress("Writing") as on_progress:
            written = export_transcripts(project, to, f".{form}", on_progress=on_progress)
        _say(f"Wrote {_count(len(written), 'transcript')} to {to}.")
        _tell_what_is_sealed(project)


def _tell_what_is_sealed(project: Project) -> None:
    from coder.workflow.rounds import withheld

    if told := withheld(project):
        _say(f"Note: {told}.")


def _tell_what_is_cut(project: Project) -> None:
    from coder.formats.tables import MAX_CELL

    if cut := sum(len(coding.quotation) > MAX_CELL for coding in project.codings()):
        _say(
            f"{_count(cut, 'quotation')} longer than an Excel cell holds, cut in this file; .csv and .parquet hold all."
        )


@codebook_app.command()
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Codebooks in any form that Redthread reads.")
    ] = None,
    study: Annotated[Path | None, typer.Option(help="The codebook of this project, and what was used.")] = None,
) -> None:
    """Say what coders would stumble over.

    Gaps in definitions, siblings that say the same or overlap, colours too near and the like; with --study
    also codes that nobody has used. Ends with exit code 1 if there is anything.
    """
    from coder.workflow.codebooks import check as findings_in
    from coder.workflow.codebooks import check_use
    from coder.workflow.projects import open_project

    if not files and study is None:
        raise InvalidValue("name a codebook file, or a study with --study")
    anything = False
    if study is not None:
        with open_project(study) as project:
            anything = _say_findings(study, project.codebook(), check_use(project))
    for file in files or []:
        try:
            codebook = _read_codebook(file)
        except CodingError as error:
            _complain(str(error))
            anything = True
            continue
        anything = _say_findings(file, codebook, findings_in(codebook)) or anything
    if anything:
        raise typer.Exit(1)


def _say_findings(file: Path, codebook: Codebook, findings: list[Finding]) -> bool:
    for finding in findings:
        _say(f"{file}: {finding}")
    if not findings:
        _say(f"{file}: {_codes(codebook)}, nothing to remark.")
    return bool(findings)


@codebook_app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="A", help="The codebook as it was.")],
    new: Annotated[Path, typer.Argument(metavar="B", help="The codebook as it is.")],
) -> None:
    """Say what became of each code between two versions of a codebook."""
    from coder.workflow.codebooks import diff as differences_between

    differences = differences_between(_read_codebook(old), _read_codebook(new))
    for difference in differences:
        _say(str(difference))
    if not differences:
        _say("The two codebooks do not differ.")


class Preferred(StrEnum):
    """Whose value stands where both sides changed one; the sides of ``model.merging`` that a whole merge can take."""

    OURS = "ours"
    THEIRS = "theirs"


Library = Annotated[Path, typer.Option(metavar="FOLDER", help="The folder that the team shares its codebooks in.")]
Prefer = Annotated[
    Preferred | None, typer.Option(help="Whose value to take in every conflict; without it, none is settled.")
]


@codebook_app.command()
def merge(
    base: Annotated[Path, typer.Argument(metavar="BASE", help="The codebook that both come from.")],
    ours: Annotated[Path, typer.Argument(metavar="OURS", help="The codebook as one side has it.")],
    theirs: Annotated[Path, typer.Argument(metavar="THEIRS", help="The codebook as the other side has it.")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The codebook to write; its name tells the format.")],
    prefer: Prefer = None,
) -> None:
    """Make one codebook of two that come from a third.

    Codes are the same where their ids are. Conflicts are listed; then nothing is written, and the command ends
    with exit code 1.
    """
    from coder.formats import write_codebook
    from coder.model.merging import merge as merged

    found = _settled(merged(_read_codebook(base), _read_codebook(ours), _read_codebook(theirs)), prefer)
    _stop_at_conflicts(found, f"{to} was not written")
    content = write_codebook(to.name, found.codebook)
    try:
        to.write_bytes(content)
    except OSError as error:
        raise UnreadableFile(f"cannot write {to}: {error.strerror}") from error
    _say(f"Wrote {to} with {_codes(found.codebook)}.")


@codebook_app.command()
def publish(
    study: Study,
    library: Library,
    version: Annotated[str, typer.Option(help="The new version, such as 1.2.0; without it, the next.")] = "",
    note: Annotated[str, typer.Option(help="What has changed, in a line.")] = "",
    coder: Annotated[str, typer.Option(help="Who you are, if the project has several coders.")] = "",
) -> None:
    """Publish the codebook of a study to a library that a team shares."""
    from coder.workflow.library import next_version
    from coder.workflow.library import publish as publish_to
    from coder.workflow.projects import open_project

    with open_project(study) as project:
        me = _coder(project, coder)
        number = version or next_version(project, library)
        published = publish_to(project, library, version=number, note=note, coder=me)
    _say(f"Published version {published.version} as {published.path}.")


@codebook_app.command()
def pull(
    study: Study,
    library: Library,
    version: Annotated[str, typer.Option(help="The version to take; without it, the newest.")] = "",
    prefer: Prefer = None,
    meaning: Annotated[
        list[str] | None,
        typer.Option(help="Path of a code whose new wording means something else: its codings are looked at again."),
    ] = None,
    coder: Annotated[str, typer.Option(help="Who you are, if the project has several coders.")] = "",
) -> None:
    """Take a version of the codebook from a library into a study: a merge, and one change that undo takes back.

    Conflicts are listed; then nothing is changed, and the command ends with exit code 1. Codes with codings stay.
    """
    from coder.workflow.library import find, merge_with, newer
    from coder.workflow.library import pull as pull_from
    from coder.workflow.projects import open_project

    with open_project(study) as project:
        me = _coder(project, coder)
        wanted = [find(library, project.codebook(), version)] if version else newer(project, library)
        if not wanted:
            _say("There is no newer version.")
            return
        found = _settled(merge_with(project, wanted[0]), prefer)
        _stop_at_conflicts(found, "the study was not changed")
        anew = [found.codebook.at(path).id for path in meaning or ()]
        done = pull_from(project, wanted[0], found.choices, changes_meaning=anew, coder=me)
    _say(f"Took version {wanted[0].version}: {_codes(done.codebook)}.")
    for code in done.kept:
        _say(f"    {done.codebook.path(code)} was removed there; it has codings, so it stays here, retired")


def _settled(merge: Merge, prefer: Preferred | None) -> Merge:
    from coder.model.merging import Side

    # A choice may bring up a conflict that was not there before it; each is settled once.
    while prefer is not None and merge.open:
        merge = merge.settled({conflict.key: Side(prefer) for conflict in merge.open})
    return merge


def _stop_at_conflicts(merge: Merge, then: str) -> None:
    for conflict in merge.open:
        _complain(str(conflict))
    if merge.open:
        _complain(f"{_count(len(merge.open), 'conflict')}, so {then}; settle them in the app, or with --prefer")
        raise typer.Exit(1)


@app.command("picture")
def picture_(
    study: Study,
    kind: Annotated[
        PictureKind,
        typer.Option(
            help="Codes in each case; codes that occur together; one document line by line; codes over dates; "
            "passages by meaning; two groups of cases against each other."
        ),
    ],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", readable=False, help="The file to draw: .svg or .png.")],
    look: Annotated[Look, typer.Option(help="What it is drawn for.")] = Look.LIGHT,
    document: Annotated[
        str, typer.Option(metavar="NAME", help="With --kind portrait: this document; without it, the one most coded.")
    ] = "",
    by: Annotated[Colour, typer.Option(help="With --kind map: what colours and shapes tell apart.")] = Colour.CODE,
    whole: Annotated[bool, typer.Option("--with-below", help="In counts a code counts with all below it.")] = False,
) -> None:
    """Draw a picture of what was coded, for a paper or a talk."""
    if document and kind is not PictureKind.PORTRAIT:
        raise InvalidValue("--document is for --kind portrait")
    from coder.workflow.pictures import Options, export_picture
    from coder.workflow.projects import open_project

    with open_project(study) as project:
        chosen = project.document_named(document).id if document else None
        options = Options(look=look, document=chosen, by=by, whole=whole)
        size = export_picture(project, to, kind, options)
    _say(f"Drew {to} ({size:,} bytes).")


class UnitOf(StrEnum):
    """What agreement is counted in."""

    PASSAGE = "passage"
    CHARACTER = "character"
    CODING = "coding"


@app.command()
def agreement(
    study: Study,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FILE", readable=False, help="A table to write: .csv, .xlsx (all) or .parquet."),
    ] = None,
    unit: Annotated[
        UnitOf, typer.Option(help="Count passages, characters, or codings matched within 20 characters.")
    ] = UnitOf.PASSAGE,
    coder: Annotated[
        list[str], typer.Option(help="A coder to compare; without it, all who coded or read something.")
    ] = [],  # noqa: B006 (Typer copies it)
    document: Annotated[list[str], typer.Option(metavar="NAME", help="A document; without it, all.")] = [],  # noqa: B006
) -> None:
    """Say how far coders agree on each code, on what at least two of them have read.

    Intervals (95 %) come from a bootstrap over documents. Codings in a sealed round are left out.
    """
    from coder.agreement import Unit
    from coder.workflow.agreement import Agreement, AgreementQuestion, View, export, table
    from coder.workflow.projects import open_project
    from coder.workflow.tables import check_target

    if to is not None:
        check_target(to)
    with open_project(study) as project:
        question = AgreementQuestion(
            tuple(project.coder_named(name).id for name in coder),
            tuple(project.document_named(name).id for name in document),
            unit=Unit(unit),
        )
        found = Agreement.of(project, question)
        _tell_what_is_sealed(project)
    read = found.read_together()
    names = " and ".join(each.name for each in found.coders)
    noun = "passages" if unit is UnitOf.PASSAGE else "characters"
    _say(f"{names} on {read.documents} of {_count(read.of_documents, 'document')}")
    _say(f"read by two: {read.units:,} of {read.of_units:,} {noun}; counted here: {unit}s\n")
    _print_agreement(table(found, View.CODE))
    if to is not None:
        size = export(found, to)
        _say(f"Wrote {to} ({size:,} bytes).")


@app.command()
def rounds(study: Study) -> None:
    """List the rounds of blind coding: which are sealed, and who is done with how much. Nothing of what was coded."""
    from coder.workflow.projects import open_project
    from coder.workflow.rounds import progress

    with open_project(study) as project:
        for made in project.rounds():
            state = "sealed" if made.sealed else f"revealed {made.revealed}"
            chosen = f", {made.drawn}" if made.drawn else ""
            _say(f"{made.name}: {_count(len(made.documents), 'document')}{chosen}; {state}")
            for share in progress(project, made):
                _say(f"    {share.coder.name}: done with {share.done} of {share.given}")
        if not project.rounds():
            _say("No documents were given out to be coded blind.")
        _tell_what_is_sealed(project)


_SHORT = {
    "percent agreement": "agree",
    "agreement on presence": "presence",
    "Cohen's kappa": "kappa",
    "Gwet's AC1": "AC1",
    "Krippendorff's alpha": "alpha",
    "unitizing alpha": "u-alpha",
    "unitizing alpha, codes only": "cu-alpha",
    "F1": "F1",
}


def _print_agreement(frame: pd.DataFrame) -> None:
    """One line a code: on how many units it was put, each coefficient, the interval of alpha or F1, cautions below."""
    from rich.console import Console
    from rich.table import Table

    from coder.model.codebook import SEPARATOR

    kinds = [kind for kind in _SHORT if kind in frame.columns]
    main = "F1" if "F1" in kinds else "Krippendorff's alpha"
    table = Table("code", "put", *(_SHORT[kind] for kind in kinds), f"{_SHORT[main]} 95 %", "")
    table.columns[0].min_width = 24
    for column in table.columns[1:-1]:
        column.justify = "right"
    marks: dict[str, int] = {}
    for row in frame.to_dict("records"):
        if row["code"] == "All codes together" and "alpha with MASI" in row:
            row |= {f"{main}{end}": row[f"alpha with MASI{end}"] for end in ("", ", low", ", high")}
        *above, name = row["code"].split(SEPARATOR)
        mark = f"[{marks.setdefault(row['cautions'], len(marks) + 1)}]" if row["cautions"] else ""
        values = [_number(row[kind]) for kind in kinds]
        interval = f"{_number(row[f'{main}, low'])}–{_number(row[f'{main}, high'])}"
        table.add_row("  " * len(above) + _plain(name), f"{row['put by anybody']:,.0f}", *values, interval, mark)
    console = Console(markup=False, highlight=False)
    # Cut to the width of a small window, its numbers could not be read.
    console.width = max(console.width, 124)
    console.print(table)
    if "alpha with MASI" in frame.columns:
        _say("On all codes together, alpha compares sets of codes (MASI).")
    for caution, number in marks.items():
        _say(f"[{number}] {caution}")


def _number(value: float) -> str:
    return f"{value:.2f}" if value == value else "–"  # noqa: PLR0124 (what is not a number differs from itself)


@app.command()
def report(
    study: Study,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", readable=False, help="The report to write: .docx or .html.")
    ] = None,
    parts: Annotated[
        list[str],
        typer.Option(
            "--with",
            metavar="PART",
            help="What it holds, such as cases, framework, quotations (any other word lists all); without it, what was "
            "chosen on the page Report.",
        ),
    ] = [],  # noqa: B006
    tables: Annotated[
        Path | None,
        typer.Option("--tables", metavar="FOLDER", readable=False, help="Write the chosen tables whole into it, too."),
    ] = None,
    form: Annotated[TableForm, typer.Option("--as", help="What these tables are.")] = TableForm.CSV,
) -> None:
    """Write a report of chosen tables, figures and quotations, with how the study was done.

    The methods are computed from the journal. The same project gives the same bytes, whenever it is done.
    """
    from coder.workflow.projects import open_project
    from coder.workflow.report import chosen, contents_of, export, export_tables

    if to is None and tables is None:
        raise InvalidValue("name the report with --to, such as --to report.docx, or a folder with --tables")
    with open_project(study) as project:
        contents = contents_of(parts, chosen(project)) if parts else chosen(project)
        if to is not None:
            size = export(project, to, contents)
            _say(f"Wrote {to} ({size:,} bytes).")
        if tables is not None:
            for path in export_tables(project, tables, f".{form}", contents):
                _say(f"Wrote {path}.")


@app.command()
def contrast(
    study: Study,
    first: Annotated[list[str], typer.Option(help="A case of the first group; with --by a value. May be repeated.")],
    to: To,
    second: Annotated[
        list[str], typer.Option(help="A case or value of the second group; without it all other cases.")
    ] = [],  # noqa: B006 (Typer copies it)
    by: Annotated[str, typer.Option(metavar="NAME", help="The attribute whose values make the groups.")] = "",
    whole: Annotated[bool, typer.Option("--with-below", help="A code counts with all below it.")] = False,
) -> None:
    """Hold two groups of cases against each other: the share of documents, cases and text under each code.

    Differences have intervals that hold for a handful of documents, too. What is only in one group, in both or in
    neither is told apart from what is not yet read.
    """
    from coder.workflow.contrasts import contrasted, export, group_named
    from coder.workflow.projects import open_project
    from coder.workflow.tables import check_target

    check_target(to)
    with open_project(study) as project:
        other = group_named(project, second, by=by) if second else None
        found = contrasted(project, group_named(project, first, by=by), other, whole=whole)
        size = export(found, to)
    _say(f"{found.names[0]} against {found.names[1]}: {_count(len(found.table), 'code')}.")
    for sentence in found.caveats:
        _say(f"    {sentence}")
    _say(f"Wrote {to} ({size:,} bytes).")


@app.command()
def claims(study: Study, to: To) -> None:
    """Write the claims of a study with their negative cases to a table; as .xlsx with how each case stands to them."""
    from coder.workflow.claims import export
    from coder.workflow.projects import open_project
    from coder.workflow.tables import check_target

    check_target(to)
    with open_project(study) as project:
        size = export(project, to)
    _say(f"Wrote {to} ({size:,} bytes).")


@app.command("merge")
def merge_copy(
    study: Study,
    other: Annotated[Path, typer.Argument(metavar="OTHER", help="A copy of the study that went on elsewhere.")],
    prefer: Annotated[
        Preferred | None,
        typer.Option(help="Whose value to take in every conflict; without it the later change, and of texts both."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come, and store nothing.")] = False,
    coder: Annotated[str, typer.Option(help="Who you are, if the project has several coders.")] = "",
) -> None:
    """Bring a copy of the study that was coded apart together with this one, in one change that undo takes back.

    What only one of the two changed is taken. What both changed to different ends is listed, field by field, with
    what stands. The other copy is not changed; merge this one there as well, and both hold the same.
    """
    from coder.model.copies import Choice
    from coder.workflow.copies import merge as merge_with
    from coder.workflow.copies import opened_copy, preview_merge
    from coder.workflow.projects import open_project

    choice = None if prefer is None else Choice(prefer)
    with open_project(study) as project, opened_copy(other) as copy:
        me = _coder(project, coder)
        if dry_run:
            found = preview_merge(project, copy, prefer=choice, coder=me)
        else:
            found = merge_with(project, copy, prefer=choice, coder=me)
    if found.known:
        _say(f"Everything in {other.name} is in {study.name} already; nothing was changed.")
        return
    for each in found.came:
        _say(f"    {each.what}: {each.new:,} added, {each.changed:,} changed, {each.removed:,} removed")
    for remark in found.remarks:
        _say(f"    {remark}")
    for conflict in found.conflicts:
        _say(f"    both changed: {conflict.what}, {conflict.field.replace('_', ' ')} ({conflict.stands} stands)")
        _say(f"        ours: {conflict.ours or '(empty)'}")
        _say(f"        theirs: {conflict.theirs or '(empty)'}")
    if dry_run:
        _say("Nothing was stored; leave out --dry-run to merge.")
    else:
        _say(f"Merged {other.name} into {study.name}. The study as it was is kept as a backup.")


@app.command()
def backup(
    study: Study,
    listed: Annotated[bool, typer.Option("--list", help="List the backups that there are, and make none.")] = False,
) -> None:
    """Make a backup of a study in the folder beside it, while others go on working."""
    from coder.workflow.backups import back_up, backups, folder_of, size

    if not listed:
        made = back_up(study)
        _say(f"Kept as {made.path} ({made.size:,} bytes).")
        return
    found = backups(study)
    for each in found:
        _say(f"{each.at:%Y-%m-%d %H:%M:%S} UTC  {each.size:>12,} bytes  {each.why:<16}  {each.path.name}")
    _say(f"{_count(len(found), 'backup')} in {folder_of(study)}, {size(found):,} bytes.")


@app.command()
def restore(
    study: Study,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="The backup to put back; without it, the newest.")
    ] = None,
    coder: Annotated[str, typer.Option(help="Who you are, if the study can be opened and has several coders.")] = "",
) -> None:
    """Put a backup in the place of a study, also of one that is damaged or gone. What lies there now is kept before."""
    from coder.errors import ProjectError
    from coder.workflow.backups import backups, folder_of
    from coder.workflow.backups import restore as put_back
    from coder.workflow.projects import open_project

    if source is None:
        found = backups(study)
        if not found:
            raise UnknownItem(f"there is no backup of {study.name} in {folder_of(study)}; name one with --from")
        source = found[0].path
    elif not source.exists() and (folder_of(study) / source.name).exists():
        source = folder_of(study) / source.name
    try:
        with open_project(study) as project:
            me = _coder(project, coder)
    except ProjectError:
        # Damaged or gone: then nobody's role can be looked up.
        me = None
    kept = put_back(study, source, coder=me)
    _say(f"{study} is again what {source.name} holds.")
    if kept is not None:
        _say(f"As it was before, it is kept as {kept.path}.")


@app.command()
def verify(
    study: Study,
    holds: Annotated[
        str, typer.Option(metavar="HASH", help="Of an entry noted earlier: check that it is still in the journal.")
    ] = "",
) -> None:
    """Check that a project file is sound and its journal unbroken."""
    from coder.workflow.projects import open_project
    from coder.workflow.projects import verify as problems_of

    problems = problems_of(study, holds=holds)
    for problem in problems:
        _complain(problem)
    if problems:
        raise typer.Exit(1)
    _say(f"{study} is sound: the file, its references, every quotation and the journal.")
    with open_project(study) as project:
        _say(f"Its newest entry is {project.revision:,}, hash {project.head}.")


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to put the sample project.")] = Path(),
) -> None:
    """Make the sample project and show what it compares.

    Five invented learning networks with interviews, meeting notes and codings by two invented coders.
    """
    from coder.workflow.projects import create_sample, open_project
    from coder.workflow.tables import case_by_code

    study = folder / "learning-networks.redthread"
    if not study.exists():
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnreadableFile(f"cannot make the folder {folder}: {error.strerror}") from error
        with _progress("Making the sample project") as on_progress:
            create_sample(study, on_progress=on_progress).close()
        _say(f"Made {study}.")
    with open_project(study) as project:
        _say(f"{project.title}: codings by case and code\n")
        _print_table(case_by_code(project))
    _say(f"\nOpen it in the browser: redthread ui {study}")


@app.command()
def ui(
    study: Annotated[
        Path | None, typer.Argument(metavar="STUDY", help="The project file to open; without it, choose there.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port on this computer.")] = 8501,
    browser: Annotated[bool, typer.Option(help="Open the browser, too.")] = True,
    address: Annotated[str, typer.Option(help="The address to bind: one of this computer alone.")] = "127.0.0.1",
) -> None:
    """Open the app in the browser. It can be reached from this computer only; a team uses "redthread serve"."""
    from coder.workflow.projects import open_project

    if study is not None:
        open_project(study).close()
    from ui.serve import run

    try:
        run(study, port=port, address=address, open_browser=browser)
    except KeyboardInterrupt:
        # The way to stop it. Pressed once more while it closes, it must not end in a traceback.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", readable=False, help="The folder with the projects of the team.")
]
Reached = Annotated[
    str, typer.Option(metavar="URL", help="How people reach the server, such as https://coding.example.org.")
]


@app.command()
def serve(
    folder: Folder,
    address: Annotated[str, typer.Option(help="The address to bind; 0.0.0.0 for all of this computer.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8501,
    url: Reached = "",
) -> None:
    """Serve the projects of a folder to a team. Everybody signs in, and codes under their own name.

    Make the first account with "redthread account add"; it owns the server and invites the others on the page
    People. The accounts lie in the folder beside the projects.
    """
    from ui.serve import run_server

    try:
        run_server(folder, address=address, port=port, url=url)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@account_app.command("add")
def add_account(
    folder: Folder,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name, as it stands in the projects.")],
    email: Annotated[str, typer.Option(help="The address, to sign in through an organisation.")] = "",
    owner: Annotated[bool, typer.Option("--owner", help="May invite others, as the first account may.")] = False,
    link: Annotated[bool, typer.Option("--link", help="Print an invitation instead of asking for a password.")] = False,
    url: Reached = "http://127.0.0.1:8501",
) -> None:
    """Make an account. The password is asked for, without showing it, or chosen by whom the link is given to."""
    from coder.workflow import accounts as verbs

    if not folder.is_dir():
        raise InvalidValue(f"{folder} is no folder; make it, and put the projects of the team there")
    with verbs.accounts_of(folder) as accounts:
        first = not any(account.owner and not account.closed for account in accounts.all())
        verbs.check_name(accounts, name, email)
        password = "" if link else typer.prompt("Password", hide_input=True, confirmation_prompt="The same again")
        if password:
            verbs.check_password(name, password)
        made = verbs.add_account(accounts, name, owner=owner or first, email=email)
        if password:
            verbs.set_password(accounts, made, password)
            _say(f"{made.name} may sign in" + (" and owns the server." if made.owner else "."))
        else:
            _tell_invitation(made.name, verbs.invite(accounts, made), url)


@account_app.command("invite")
def invite_account(
    folder: Folder,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the account.")],
    url: Reached = "http://127.0.0.1:8501",
) -> None:
    """Give an account a new invitation, for a forgotten password or after it was closed."""
    from coder.workflow import accounts as verbs

    with verbs.accounts_of(folder) as accounts:
        account = verbs.account_named(accounts, name)
        _tell_invitation(account.name, verbs.invite(accounts, account), url)


@account_app.command("close")
def close_account(
    folder: Folder, name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the account.")]
) -> None:
    """Close an account: nobody signs in with it any more, and who is signed in is signed out."""
    from coder.workflow import accounts as verbs

    with verbs.accounts_of(folder) as accounts:
        _say(f"Closed the account {verbs.close_account(accounts, verbs.account_named(accounts, name)).name}.")


@account_app.command("list")
def list_accounts(folder: Folder) -> None:
    """Say who may sign in."""
    from coder.workflow import accounts as verbs

    with verbs.accounts_of(folder) as accounts:
        for account in accounts.all():
            state = "closed" if account.closed else "signs in" if account.password else "invited"
            _say(f"{account.name}: {state}" + (", owns the server" if account.owner else ""))


def _tell_invitation(name: str, token: str, url: str) -> None:
    _say(f"Give this link to {name}; it serves once, within a week:")
    _say(f"{url.rstrip('/')}/redthread/join/{token}")


def _coder(project: Project, name: str) -> str:
    """The id of the coder of this name; without one, of the person at the keyboard or else of the owner."""
    from coder.workflow.projects import person

    coders = {coder.name.casefold(): coder.id for coder in project.coders()}
    if name and name.casefold() not in coders:
        known = ", ".join(coder.name for coder in project.coders())
        raise UnknownItem(f"no coder named {name!r} in this project; there are: {known}")
    return coders.get((name or person()).casefold(), project.coders()[0].id)


def _case(project: Project, name: str, coder: str) -> str:
    from coder.workflow.cases import add_case, case_named

    try:
        return case_named(project, name).id
    except UnknownItem:
        return add_case(project, name, coder=coder).id


def _codebook_file(name: str) -> Path:
    from coder.workflow.projects import shipped_codebooks

    shipped = shipped_codebooks()
    if name in shipped:
        return shipped[name]
    if not Path(name).exists():
        raise UnknownItem(f"no codebook {name!r}: neither a file nor one that comes along ({', '.join(shipped)})")
    return Path(name)


def _read_codebook(file: Path) -> Codebook:
    from coder.formats import read_codebook

    content = _bytes_of(file)
    try:
        return read_codebook(file.name, content)
    except CodingError as error:
        raise type(error)(f"{file}: {error}") from error


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"cannot open {file}: {error.strerror}") from error


def _print_table(frame: pd.DataFrame) -> None:
    from rich.console import Console
    from rich.table import Table

    from coder.model.codebook import SEPARATOR

    # Codes as rows: their names are long, and cases are few.
    turned = frame.loc[:, frame.any()].T
    table = Table("code", *(_plain(str(case)) for case in turned.columns))
    for column in table.columns[1:]:
        column.justify = "right"
    shown: tuple[str, ...] = ()
    for path, counts in turned.iterrows():
        *above, name = str(path).split(SEPARATOR)
        if above and tuple(above) != shown[: len(above)]:
            table.add_row(_plain(SEPARATOR.join(above)))
        table.add_row("  " * len(above) + _plain(name), *(str(count or "") for count in counts))
        shown = (*above, name)
    Console(markup=False, highlight=False).print(table)


@contextmanager
def _progress(doing: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on the error stream while something long goes on; nothing where that is no terminal."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(doing, total=None)

        def show(done: int, of: int, name: str) -> None:
            bar.update(task, completed=done, total=of, description=escape(f"{doing} {_plain(name)}".strip()))

        yield show


def _codes(codebook: Codebook) -> str:
    return _count(sum(code.takes_codings for code in codebook.codes), "code")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


_HARMLESS = "\n\t\u200c\u200d"
"""Shown as they are: the last two part or join letters, and make one emoji of several."""


def _plain(text: str) -> str:
    """The text without characters that a terminal would obey."""
    return "".join(c if c in _HARMLESS or unicodedata.category(c) not in ("Cc", "Cf", "Cs") else "\ufffd" for c in text)


def _say(text: str) -> None:
    typer.echo(_plain(text))


def _complain(text: str) -> None:
    typer.echo(_plain(text), err=True)
