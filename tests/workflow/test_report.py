"""The report: what was chosen, how the study was done, the same bytes for the same project."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx
import pandas as pd
import pytest

from coder.errors import InvalidValue, UnknownFormat
from coder.formats.tables import TABLE_WRITERS
from coder.model import AttributeType, Coder, Origin, Role
from coder.model.choices import Measure
from coder.model.framework import RowKind
from coder.model.report import Facts, Paragraph, Quotation, Report, Section, Table
from coder.store import Project
from coder.workflow.cases import add_attribute, add_case, assign, set_value
from coder.workflow.codings import code_span, refuse_suggestion, remove_coding, take_suggestion, undo
from coder.workflow.documents import mark_read
from coder.workflow.framework import matrix, pin, write_summary
from coder.workflow.report import (
    FIGURES,
    USUAL,
    WRITERS,
    Contents,
    Part,
    as_file,
    choose,
    chosen,
    contents_of,
    export_tables,
    report,
)
from coder.workflow.switches import Switches, set_switches
from coder.workflow.versions import publish
from tests.workflow.study import code_document, fill, passages_about

HOSTILE = "<script>alert(1)</script> & =1+1 \x07"
ALL = Contents(parts=tuple(Part))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three interviews in two cases, coded by Maija and in part by Antti, with suggestions decided on and a matrix."""
    path = tmp_path_factory.mktemp("reported") / "study.redthread"
    with Project.create(path, title=f"Study {HOSTILE}", coder="Maija") as project:
        me = project.coders()[0].id
        with project.change("begin", coder=None) as change:
            change.save_coder(Coder("antti", "Antti", Role.CODER))
        fill(project, me, documents=3)
        add_attribute(project, "size", AttributeType.TEXT, coder=me)
        first, second, third = (document.id for document in project.documents())
        for name, documents in {HOSTILE.strip(): (first, second), "Ilta": (third,)}.items():
            case = add_case(project, name, coder=me)
            set_value(project, case.id, "size", name[:4], coder=me)
            for document in documents:
                assign(project, document, case.id, coder=me)
        publish(project, "the first", coder=me)
        code_document(project, first, me)
        about = [segment.span for segment in passages_about(project, second, "left")]
        code_span(project, second, about[0], "left", coder="antti", origin=Origin.WORDS)
        remove_coding(project, code_span(project, second, about[1], "left", coder="antti").id, coder="antti")
        code_span(project, second, about[2], "left", coder="antti")
        undo(project, coder="antti")
        for span in about:
            take_suggestion(project, second, span, "together", coder=me, probability=0.75, model="model:1f2e")
        refuse_suggestion(project, second, about[0], "time", coder=me, probability=0.75, model="model:1f2e")
        set_switches(project, Switches(own_pass=True), coder="antti")
        row = project.cases()[0].id
        write_summary(project, RowKind.CASE, row, "time", "There never was any.", coder=me)
        below = matrix(project).cells[row, "time"].quotations
        pin(project, RowKind.CASE, row, "time", below[0].coding, coder=me)
    return path


@pytest.fixture(scope="module")
def made(study: Path) -> Report:
    with Project.open(study) as project:
        return report(project, ALL)


@pytest.fixture
def section(made: Report) -> Callable[[str], Section]:
    def find(title: str) -> Section:
        (found,) = (section for section in made.sections if section.title == title)
        return found

    return find


def rows(table: Table) -> dict[str, list[str]]:
    """Rows that are no headings: their name, and the words of their other cells."""
    return {
        row.cells[0][0].text: [" ".join(line.text for line in cell) for cell in row.cells[1:]]
        for row in table.rows
        if not row.heading
    }


def under(section: Section, heading: str) -> list[object]:
    """The blocks below a heading."""
    titles = [getattr(block, "text", "") for block in section.blocks]
    start = titles.index(heading) + 1
    rest = section.blocks[start:]
    end = next((place for place, block in enumerate(rest) if type(block).__name__ == "Heading"), len(rest))
    return list(rest[:end])


# --- the same bytes --------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_same_project_gives_the_same_report(study: Path, suffix: str) -> None:
    contents = Contents(parts=(*USUAL, Part.CROSSTAB, Part.CONTRASTS))
    files = []
    for _ in range(2):
        with Project.open(study) as project:
            files.append(as_file(project, suffix, contents))
    assert files[0] == files[1]


@pytest.mark.parametrize("suffix", TABLE_WRITERS)
def test_the_same_project_gives_the_same_tables(study: Path, suffix: str, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        with Project.open(study) as project:
            written = export_tables(project, tmp_path / folder, suffix, ALL)
            at = project.journal()[-1].at
    names = {path.name for path in written}
    figures_and_prose = {*FIGURES, Part.CODEBOOK}
    assert names == {f"{part}{suffix}" for part in Part if part not in figures_and_prose}
    for name in names:
        content = (tmp_path / "one" / name).read_bytes()
        assert content == (tmp_path / "two" / name).read_bytes()
        assert suffix != ".xlsx" or moments(content) == {(1980, 1, 1, 0, 0, 0), f"{at[:19]}Z"}


def test_no_moment_of_now_is_in_a_word_file(study: Path) -> None:
    with Project.open(study) as project:
        content, at = as_file(project, ".docx", Contents(parts=(Part.CASES,))), project.journal()[-1].at
    assert moments(content) == {(1980, 1, 1, 0, 0, 0), f"{at[:19]}Z"}


def moments(content: bytes) -> set[object]:
    """All times in an Office file."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        core = archive.read("docProps/core.xml").decode()
        times = {piece.split("<")[0] for piece in core.split('W3CDTF">')[1:]}
        return {member.date_time for member in archive.infolist()} | times


# --- what it says ----------------------------------------------------------------------------------


def test_words_of_people_are_only_words_in_html(study: Path) -> None:
    with Project.open(study) as project:
        page = as_file(project, ".html", ALL).decode()
    assert "<script" not in page.replace("&lt;script", "")
    assert "http" not in page.replace("http-equiv", "")
    assert "\x07" not in page
    assert 'class="prose" style="--width:4.6cm"' in page
    assert page.count("<table>") == page.count("</table>") > 10


def test_the_word_file_opens_and_holds_what_the_report_says(study: Path, made: Report) -> None:
    with Project.open(study) as project:
        page = docx.Document(BytesIO(as_file(project, ".docx", ALL)))
    headings = [each.text.replace("\ufffd", "\x07") for each in page.paragraphs if each.style.name == "Heading 1"]
    assert headings == [section.title for section in made.sections]
    assert len(page.inline_shapes) == 4
    cells = {cell.text for table in page.tables for row in table.rows for cell in row.cells}
    assert {"There never was any.", "No time"} <= {line for text in cells for line in text.split("\n")}


def test_codes_stand_below_those_above_them_and_unused_ones_are_left_out(
    study: Path, section: Callable[[str], Section]
) -> None:
    (table,) = section("Codes in each case").blocks
    assert isinstance(table, Table)
    assert [(row.cells[0][0].text, row.depth, row.heading) for row in table.rows] == [
        ("Paths", 0, True),
        ("Together", 1, False),
        ("No time", 0, False),
        ("Key person leaves", 0, False),
    ]
    assert table.columns == ("Code", HOSTILE.strip(), "Ilta")
    assert rows(table)["Together"] == ["6", "–"]


def test_a_crosstab_counts_only_cases_that_were_read(section: Callable[[str], Section]) -> None:
    (table,) = section("Codes by what is known about cases").blocks
    assert isinstance(table, Table)
    assert (table.caption, table.columns) == ("size", ("Code", "<scr", "Ilta"))
    assert rows(table)["No time"] == ["1 of 1", "–"]
    assert table.note.startswith("Cases with the code, of those that were read. ")


def test_contrasts_set_the_cases_of_a_value_against_the_others(study: Path) -> None:
    with Project.open(study) as project:
        (section, _) = report(project, Contents(parts=(Part.CONTRASTS,), attribute="size")).sections
    (table,) = section.blocks
    assert isinstance(table, Table)
    assert table.caption == "size: <scr, against Ilta"
    said, *shares = rows(table)["No time"]
    assert said == "in the first; the second is not yet read"
    assert shares[:2] == ["100", "–"]
    assert "not yet read to the end" in table.note


def test_agreement_is_that_of_what_two_coders_have_read(study: Path, section: Callable[[str], Section]) -> None:
    (said,) = section("Agreement of the coders").blocks
    assert said == Paragraph("Nothing has been read by two coders.")
    with Project.open(study) as project:
        first = project.documents()[0].id
        length = project.document(first).characters
        marked = [coding for coding in project.codings(document=first) if coding.code == "time"][:2]
        made = [code_span(project, first, coding.span, "time", coder="antti") for coding in marked]
        mark_read(project, first, length, coder="antti")
        (found, _) = report(project, Contents(parts=(Part.AGREEMENT,))).sections
        for coding in made:
            remove_coding(project, coding.id, coder="antti")
    (table,) = found.blocks
    assert isinstance(table, Table)
    assert rows(table)["No time"][:3] == ["3", "2", "0.80"]
    assert rows(table)["Key person leaves"][:3] == ["3", "0", "0.00"]
    assert "in 1 of 3 documents" in table.note


def test_the_matrix_holds_summaries_with_what_was_pinned(section: Callable[[str], Section]) -> None:
    (table,) = section("Framework matrix").blocks
    assert isinstance(table, Table)
    words = rows(table)[HOSTILE.strip()][list(table.columns).index("No time") - 1]
    assert words.startswith("There never was any.")
    assert "Too busy" in words or "There was never time" in words
    assert rows(table)["Ilta"] == ["not yet read"] * (len(table.columns) - 1)


def test_quotations_come_from_each_case_in_turn_and_once_for_all_who_coded_them(study: Path) -> None:
    with Project.open(study) as project:
        me, last = project.coders()[0].id, project.documents()[-1].id
        span = passages_about(project, last, "time")[0].span
        own = [code_span(project, last, span, "time", coder=coder) for coder in (me, "antti")]
        found = report(project, Contents(parts=(Part.QUOTATIONS,), each=2)).sections[0]
        for coding in own:
            remove_coding(project, coding.id, coder=coding.coder)
    said = [block for block in under(found, "No time") if isinstance(block, Quotation)]
    assert [quotation.source.split(" · ")[0] for quotation in said] == [HOSTILE.strip(), "Ilta"]
    assert said[1].source.endswith("coded by Antti, Maija")


@pytest.mark.parametrize("part", Part)
def test_an_empty_project_has_a_report(part: Part) -> None:
    with Project.create(":memory:", title="Empty", coder="Maija") as project:
        first, methods = report(project, Contents(parts=(part,))).sections
    assert first.blocks
    assert methods.title == "Methods appendix"


# --- the methods -----------------------------------------------------------------------------------


def test_the_methods_are_computed_from_the_journal(study: Path, section: Callable[[str], Section]) -> None:
    with Project.open(study) as project:
        project.verify()
    methods = section("Methods appendix")
    statement = methods.blocks[0]
    assert isinstance(statement, Paragraph)
    for words in (
        "3 documents of ", "2 coders, Maija (12) and Antti (1), made the 13 codings that stand", "“Study”, now version",
        "9 were made by hand, 3 were suggestions taken and 1 were found by words",
        "Of 4 suggestions that were decided on, 3 were taken and 1 refused",
    ):  # fmt: skip
        assert words in statement.text


def test_who_coded_when_counts_what_was_taken_back(section: Callable[[str], Section]) -> None:
    coders, over_time = under(section("Methods appendix"), "Who coded")
    assert isinstance(coders, Table) and isinstance(over_time, Table)
    assert rows(coders)["Antti"][:2] == ["coder", "1"]
    assert [[cell[0].text for cell in row.cells[1:]] for row in over_time.rows] == [
        ["Antti", "3", "0", "2"],
        ["Maija", "12", "0", "0"],
    ]


def test_the_project_is_told_with_the_hash_of_its_newest_entry(
    study: Path, section: Callable[[str], Section], tmp_path: Path
) -> None:
    (facts,) = under(section("Methods appendix"), "The project")
    assert isinstance(facts, Facts)
    told = dict(facts.pairs)
    with Project.open(study) as project:
        number = int(told["State"].split()[2].replace(",", ""))
        assert told["Hash of that entry"] == project.journal(after=number - 1, limit=1)[0].hash
        assert told["Project id"] == project.id
    assert told["Program"].startswith("Redthread 0.")


def test_versions_suggestions_models_documents_and_settings_are_told(section: Callable[[str], Section]) -> None:
    methods = section("Methods appendix")
    facts, versions = under(methods, "Codebook")
    assert isinstance(facts, Facts) and isinstance(versions, Table)
    assert dict(facts.pairs)["Since the last version"] == "0 changes"
    assert rows(versions)["0.1.0"][1:] == ["Maija", "5", "13", "the first"]
    _, decided, bands, models = under(methods, "Suggestions")
    assert isinstance(decided, Table) and isinstance(bands, Table) and isinstance(models, Facts)
    assert rows(decided) == {"Maija": ["3", "1", "75 %"]}
    assert rows(bands) == {"0.7 to 0.8": ["4", "3", "3.0"]}
    assert ("Model of decisions and codings", "model:1f2e") in models.pairs
    documents, texts = under(methods, "Documents and how they were read")
    assert isinstance(documents, Table) and isinstance(texts, Table)
    assert [cells[5] for cells in rows(documents).values()] == ["Maija", "nobody", "nobody"]
    assert "Passages were made by passages" in texts.note
    (settings,) = under(methods, "Settings")
    assert isinstance(settings, Facts)
    assert ("Antti", "suggestions only after reading a document") in settings.pairs


# --- what was chosen -------------------------------------------------------------------------------


@pytest.fixture
def project() -> Project:
    made = Project.create(":memory:", title="Study", coder="Maija")
    fill(made, made.coders()[0].id, documents=1)
    return made


def test_what_was_chosen_is_kept_and_choosing_it_again_is_no_change(project: Project) -> None:
    me = project.coders()[0].id
    assert chosen(project) == Contents()
    add_attribute(project, "size", coder=me)
    contents = Contents((Part.QUOTATIONS, Part.CASES), Measure.WORDS, "size", "paths", 7)
    assert contents.parts == (Part.CASES, Part.QUOTATIONS)
    assert choose(project, contents, coder=me)
    assert chosen(project) == contents
    before = project.revision
    assert not choose(project, contents, coder=me)
    assert project.revision == before


def test_what_is_gone_since_no_longer_counts(project: Project) -> None:
    me = project.coders()[0].id
    add_attribute(project, "size", coder=me)
    choose(project, Contents(attribute="size", under="paths"), coder=me)
    with project.change("remove", coder=me) as change:
        change.remove_attribute("size")
        change.save_codebook(replace(project.codebook(), codes=()))
    assert chosen(project) == Contents()


def test_a_part_or_a_format_that_there_is_not_is_refused(project: Project) -> None:
    with pytest.raises(InvalidValue, match="a report has no 'tables'; it can hold: codebook, cases"):
        contents_of(["cases", "tables"], Contents())
    assert contents_of(["quotations", "cases"], Contents(each=9)) == Contents((Part.CASES, Part.QUOTATIONS), each=9)
    with pytest.raises(UnknownFormat, match=r"known: \.docx, \.html"):
        as_file(project, ".pdf")
    with pytest.raises(UnknownFormat, match=r"known: \.csv"):
        export_tables(project, Path("nowhere"), ".html")


def test_whole_tables_are_those_of_the_pages(study: Path, tmp_path: Path) -> None:
    with Project.open(study) as project:
        (path,) = export_tables(project, tmp_path, ".parquet", Contents(parts=(Part.CASES, Part.CODEBOOK)))
    assert pd.read_parquet(path)["Paths / Together"].sum() == 6
