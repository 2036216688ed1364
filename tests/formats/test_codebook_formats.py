"""Every format that a codebook is written in: as expected, read back as it was, and refused with row and field."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coder.errors import MalformedFile, TooLarge, UnknownFormat, UnreadableFile
from coder.formats import CODEBOOK_READERS, CODEBOOK_WRITERS, read_codebook, write_codebook
from coder.formats.codebook_table import COLUMNS
from coder.model import Code, Codebook, CodeStatus, Source
from coder.model.codebook import PALETTE

FILES = Path(__file__).parent / "files"
GOLDEN = FILES / "codebooks"
WHOLE = read_codebook("codebook.yaml", (FILES / "codebook.yaml").read_bytes())
CELL = (
    st.text(st.characters(exclude_categories=["C"]) | st.just("\n"), max_size=30)
    | st.sampled_from(["=1+1", "'=1+1", "-1", "• a", "a\n• b\n  c", "@x", '"', "1.0", "yes", "a;b\tc", "_x000A_"])
).map(str.strip)
NAMES = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="/"), min_size=1, max_size=12)


@st.composite
def codebooks(draw: st.DrawFn) -> Codebook:
    lists = st.lists(CELL, max_size=3).map(tuple)
    codes: list[Code] = []
    for number, name in enumerate(draw(st.lists(NAMES, max_size=5, unique_by=str.casefold))):
        parent = draw(st.sampled_from([None, *(code.id for code in codes)]))
        code = Code(
            f"id-{number}",
            name,
            parent,
            colour=draw(st.sampled_from(PALETTE)),
            codable=draw(st.booleans()),
            key=draw(st.sampled_from([None, str(number + 1)])),
            brief=draw(CELL),
            definition=draw(CELL),
            when_to_use=draw(CELL),
            when_not_to_use=draw(CELL),
            examples=draw(lists),
            counter_examples=draw(lists),
            sources=draw(lists),
            memo=draw(CELL),
            status=draw(st.sampled_from(CodeStatus)),
        )
        codes.append(code)
    found = Codebook("b", draw(CELL.filter(bool)), tuple(codes), authors=draw(lists), description=draw(CELL))
    found = replace(found, licence=draw(CELL), sources=draw(st.sampled_from([(), (Source("a", "A: b"),)])))
    return replace(found, codes=tuple(code for _, code in found.walk()))


def plainly(suffix: str, content: bytes) -> str:
    """What a written codebook holds, as lines that a person can check."""
    if suffix == ".xlsx":
        sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
        rows = [[repr(cell.value) if cell.value is not None else "" for cell in row] for row in sheet.iter_rows()]
        return "\n".join(" | ".join(row) for row in rows) + "\n"
    if suffix == ".docx":
        page = docx.Document(BytesIO(content))
        table = ["\t".join(cell.text for cell in row.cells) for row in page.tables[0].rows]
        said = [f"{part.style.name}: {part.text}" for part in page.paragraphs if part.style is not None]
        return "\n".join([*said, "", *table]) + "\n"
    return content.decode()


@pytest.mark.parametrize("suffix", CODEBOOK_WRITERS)
def test_every_format_is_written_as_expected(suffix: str, golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / f"whole{suffix}.txt", plainly(suffix, write_codebook(f"book{suffix}", WHOLE)))


@pytest.mark.parametrize("suffix", sorted(CODEBOOK_WRITERS.keys() & CODEBOOK_READERS.keys()))
def test_what_is_read_back_is_what_was_written(suffix: str) -> None:
    read = read_codebook(f"book{suffix}", write_codebook(f"book{suffix}", WHOLE))
    if suffix == ".qdc":
        # It has no place for what a codebook says of itself, and knows ids as GUIDs only.
        assert [code.name for _, code in read.walk()] == [code.name for _, code in WHOLE.walk()]
    else:
        assert read == WHOLE


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(codebook=codebooks())
def test_tables_bring_every_codebook_back(suffix: str, codebook: Codebook) -> None:
    assert read_codebook(f"book{suffix}", write_codebook(f"book{suffix}", codebook)) == codebook


@pytest.mark.parametrize("suffix", [".docx", ".md"])
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(codebook=codebooks())
def test_every_codebook_can_be_printed(suffix: str, codebook: Codebook) -> None:
    content = write_codebook(f"book{suffix}", codebook)
    if suffix == ".md":
        headings = [line for line in content.decode().split("\n") if line.startswith("#")]
        assert len(headings) == 1 + len(codebook.codes) + bool(codebook.sources)
    else:
        said = [part.text for part in docx.Document(BytesIO(content)).paragraphs]
        assert all(f"■ {code.name}" in said for code in codebook.codes)


def test_no_cell_is_a_formula() -> None:
    book = Codebook("b", "=1+1", (Code("a", "=A", definition='=HYPERLINK("http://x.example")', memo="+1"),))
    sheet = openpyxl.load_workbook(BytesIO(write_codebook("book.xlsx", book))).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    written = write_codebook("book.csv", book).decode("utf-8-sig")
    assert not any(cell.startswith(("=", "+")) for row in csv.reader(StringIO(written)) for cell in row)


def test_a_text_too_long_for_a_cell_is_not_cut_in_silence() -> None:
    book = Codebook("b", "Book", (Code("a", "A", memo="x" * 33_000),))
    with pytest.raises(TooLarge, match=r"memo of A has 33,000 characters.*write YAML"):
        write_codebook("book.xlsx", book)


def table(*rows: dict[str, str], head: str = "") -> bytes:
    text = StringIO()
    names = [*COLUMNS, *([head] if head else [])]
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({"kind": "code", **row} for row in rows)
    return text.getvalue().encode()


ABOUT = {"kind": "codebook", "path": "Book", "format": "redthread-codebook/1"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (table(ABOUT, head="colr"), "row 1: unknown column 'colr'; known: kind, id, path"),
        (table(ABOUT | {"format": "redthread-codebook/2"}), "row 2, format: is 'redthread-codebook/2'; this Redthread"),
        (table(ABOUT, ABOUT), "row 3, kind: a second codebook; the first stands in row 2"),
        (table({"path": "A", "kind": "theme"}), "row 2, kind: is 'theme'; it may be codebook or code or folder"),
        (table(ABOUT, {"id": "x"}), "row 3, path: is empty"),
        (table({"path": "A", "id": "x"}, {"path": "B", "id": "x"}), "row 3, id: x stands in row 2 too"),
        (table({"path": "A"}, {"path": "a"}), "row 3, path: 'a' stands in row 2 too"),
        (table({"path": "A / B"}), "row 2, path: 'A / B' stands below 'A', which has no row"),
        (table({"path": "A", "key": "1"}, {"path": "B", "key": "1"}), "row 3, key: 1 stands in row 2 too"),
        (table({"path": "A", "key": "x"}), "row 2: the key of 'A' is 'x'"),
        (table({"path": "A", "colour": "red"}), "row 2, colour: is 'red'; write it like #b3261e"),
        (table({"path": "A", "status": "gone"}), "row 2, status: is 'gone'; it may be active or retired"),
        (table({"path": " / ".join("x" * 60)}), "row 2, path: has more than 50 levels"),
        (table({"path": "Ä"}).decode().encode("cp1252"), "line 2: not UTF-8"),
    ],
)
def test_a_broken_table_is_refused_with_row_and_field(content: bytes, words: str) -> None:
    with pytest.raises(MalformedFile) as caught:
        read_codebook("book.csv", content)
    assert words in str(caught.value)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_table_that_is_none_is_named_once(suffix: str) -> None:
    with pytest.raises(MalformedFile) as caught:
        read_codebook(f"mine{suffix}", ",".join(COLUMNS).encode() + b'\n"a"b')
    assert "codebook." not in str(caught.value)


def test_a_table_that_was_sorted_and_edited_by_hand_is_read() -> None:
    content = table({"path": "A / B", "examples": "one\ntwo", "kind": ""}, {"path": "A", "kind": "Folder"})
    read = read_codebook("Our codes.csv", content)
    assert read.title == "Our codes"
    assert [read.path(code.id) for _, code in read.walk()] == ["A", "A / B"]
    assert read.at("A / B").examples == ("one", "two")
    assert not read.at("A").codable


def test_a_workbook_of_another_program_is_read() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["Code", "Comment"], ["Paths", "How."], ["Paths > Together", ""]):
        book.active.append(row)
    content = BytesIO()
    book.save(content)
    read = read_codebook("codes.xlsx", content.getvalue())
    assert [(read.path(code.id), code.definition) for code in read.codes] == [
        ("Paths", "How."),
        ("Paths / Together", ""),
    ]


@pytest.mark.parametrize("name", ["book.docx", "book.md", "book.pdf"])
def test_what_cannot_be_read_is_said_with_what_can(name: str) -> None:
    with pytest.raises(UnknownFormat, match=r"known: \.yaml, \.yml, \.csv, \.xlsx, \.qdc"):
        read_codebook(name, b"")


@given(st.text(st.sampled_from('code,folder;\t\n"=+-@> \\:•aä😀/'), max_size=200))
def test_any_table_gives_a_codebook_or_our_own_error(content: str) -> None:
    try:
        read = read_codebook("book.csv", b"kind,path,format,key\n" + content.encode())
    except UnreadableFile:
        return
    assert all(code.name for code in read.codes)
