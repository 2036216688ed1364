from __future__ import annotations

import datetime
import zipfile
from io import BytesIO

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import MalformedFile, TooLarge, UnknownFormat, UnreadableFile
from coder.formats import rows
from coder.formats.rows import read_sheet, read_table
from coder.formats.tables import write_csv, write_xlsx

cells = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=30)
in_excel = st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs", "Cc"]), max_size=30)


def workbook(*sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, lines in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number}")
        for line in lines:
            sheet.append(line)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def open_document(table: str, *, head: str = "") -> bytes:
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    xml = f"{head}<office:document-content {names}><office:body>{table}</office:body></office:document-content>"
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("content.xml", xml)
    return content.getvalue()


def cell(text: str, **more: str) -> str:
    attributes = "".join(f' {name.replace("_", ":", 1).replace("_", "-")}="{value}"' for name, value in more.items())
    return f"<table:table-cell{attributes}><text:p>{text}</text:p></table:table-cell>"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_as_spreadsheets_save_it(delimiter: str, encoding: str) -> None:
    text = f'case{delimiter}sector\r\nTerästie{delimiter}"metal\nand more"\r\n\r\nKide{delimiter}\r\n'
    table = read_table("cases.csv", text.encode(encoding))
    assert table.columns == ("case", "sector")
    assert [(row.number, dict(row.cells)) for row in table.rows] == [
        (2, {"case": "Terästie", "sector": "metal\nand more"}),
        (4, {"case": "Kide", "sector": ""}),
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_beside_quoted_ones(separator: str) -> None:
    content = separator.join(["case", '"size; of, firm"', "sector"]) + "\n" + separator.join(["Satama", "120", "port"])
    (row,) = read_table("cases.csv", content.encode()).rows
    assert row.cells == {"case": "Satama", "size; of, firm": "120", "sector": "port"}


def test_the_separator_is_the_one_that_makes_rows_of_one_width() -> None:
    content = (
        "id;Why, how, and when?;What, if anything?\n1;Because, I think, of us.;Nothing.\n2;In May.;The plan, mostly.\n"
    )
    assert read_table("a.csv", content.encode()).columns == ("id", "Why, how, and when?", "What, if anything?")


def test_a_cell_may_hold_a_transcript() -> None:
    words = "word " * 40_000
    (row,) = read_table("a.csv", f'id,answer\n1,"{words}"\n'.encode()).rows
    assert row.cells["answer"] == words.strip()


def test_a_cover_sheet_is_not_the_table() -> None:
    table = read_table("t.xlsx", workbook([["About this survey"]], [["a"], ["1"]]))
    assert (table.columns, table.remarks) == (("a",), ("read from the sheet 'Sheet 1'; left out: Sheet 0",))


def test_a_separator_that_the_file_names_is_taken() -> None:
    assert read_table("a.csv", b"sep=^\ncase^size\nKide^3").rows[0].cells == {"case": "Kide", "size": "3"}


def test_tabs_separate_a_file_that_says_so() -> None:
    assert read_table("a.tsv", b"case, or site\nKide, Oy").columns == ("case, or site",)


def test_an_old_encoding_is_read_with_a_remark() -> None:
    table = read_table("t.csv", "kenttä\nÄiti\n".encode("cp1252"))
    assert table.rows[0].cells == {"kenttä": "Äiti"}
    assert "not UTF-8" in table.remarks[0]


def test_needed_columns_are_found_in_any_case_of_letters() -> None:
    table = read_table("a.csv", b"Document,CODE\nx,y", needs=("document", "code"))
    assert table.rows[0].cells == {"document": "x", "code": "y"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n1,2", "the first row must name the columns"),
        (b"a,,c\n1,2,3", "column 2 has no name"),
        (b"a,b,a\n1,2,3", "two columns are named 'a'"),
        (b"a,b\n1,2,3", "row 2: 3 cells, but only 2 named columns"),
        (b"b,c\n1,2", "no column 'a'; the first row names b, c"),
        (b'a,b\n1,"2', "line 2: .*not a table"),
        (b"PK\x03\x04xx", "looks like"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(content: bytes, words: str) -> None:
    with pytest.raises(MalformedFile, match=words):
        read_table("t.csv", content, needs=("a",))


@pytest.mark.parametrize("name", ["cases.pdf", "cases.xls", "cases"])
def test_another_kind_of_file_is_refused(name: str) -> None:
    with pytest.raises(UnknownFormat, match=rf"{name}.*save it as CSV or XLSX"):
        read_table(name, b"PK")


def test_a_table_of_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_ROWS", 2)
    for name, content in (("a.csv", b"a\n1\n2"), ("a.xlsx", workbook([["a"], [1], [2]]))):
        with pytest.raises(TooLarge, match="split the table"):
            read_table(name, content)


@given(st.lists(st.fixed_dictionaries({"name": cells, "=value": cells}), max_size=5))
def test_csv_comes_back_as_it_went_but_for_blanks_around(written: list[dict[str, str]]) -> None:
    content = write_csv(pd.DataFrame(written, columns=["name", "=value"]))
    trimmed = [{name: value.strip() for name, value in row.items()} for row in written]
    assert [row.cells for row in read_table("cases.csv", content).rows] == [row for row in trimmed if any(row.values())]


@given(st.lists(st.fixed_dictionaries({"name": in_excel, "=value": in_excel}), max_size=5))
def test_excel_comes_back_as_it_went_but_for_blanks_around(written: list[dict[str, str]]) -> None:
    content = write_xlsx(pd.DataFrame(written, columns=["name", "=value"]))
    trimmed = [{name: value.strip() for name, value in row.items()} for row in written]
    assert [row.cells for row in read_table("a.xlsx", content).rows] == [row for row in trimmed if any(row.values())]


def test_cells_of_a_workbook_read_as_people_write_them() -> None:
    day = datetime.date(2021, 3, 4)
    content = workbook(
        [["a", "b", "c", "d", "e", "f"], [], [3.0, 2.5, True, day, datetime.datetime(2021, 3, 4, 5, 6), " x\r\ny "]]
    )
    (row,) = read_table("t.xlsx", content).rows
    assert (row.number, list(row.cells.values())) == (
        3,
        ["3", "2.5", "yes", "2021-03-04", "2021-03-04 05:06:00", "x\ny"],
    )


def test_the_first_sheet_that_is_not_empty_is_read_and_the_others_are_named() -> None:
    table = read_table("t.xlsx", workbook([], [["a"], ["1"]], [["b"]]))
    assert table.columns == ("a",)
    assert table.remarks == ("read from the sheet 'Sheet 1'; left out: Sheet 0, Sheet 2",)


def test_a_sheet_is_read_by_its_name() -> None:
    content = workbook([["cover"]], [["a"], ["1"]])
    sheet = read_sheet("t.xlsx", content, sheet="Sheet 1")
    assert (sheet.sheets, sheet.rows) == (("Sheet 0", "Sheet 1"), ((1, ("a",)), (2, ("1",))))
    with pytest.raises(MalformedFile, match="no sheet is named 'Answers'; there are: Sheet 0, Sheet 1"):
        read_sheet("t.xlsx", content, sheet="Answers")


def test_formulas_and_script_are_text_and_nothing_else() -> None:
    link, script = '=HYPERLINK("http://elsewhere.example","x")', "<script>alert(1)</script>"
    quoted = link.replace('"', '""')
    (row,) = read_table("t.csv", f'a,b\n"{quoted}",{script}'.encode()).rows
    assert list(row.cells.values()) == [link, script]
    (row,) = read_table("t.ods", open_document(
        "<table:table><table:table-row>" + cell("a") + cell("b") + "</table:table-row><table:table-row>"
        + cell("shown", table_formula="of:=HYPERLINK()") + cell("&lt;script&gt;") + "</table:table-row></table:table>"
    )).rows  # fmt: skip
    assert list(row.cells.values()) == ["shown", "<script>"]
    (row,) = read_table("t.xlsx", workbook([["a", "b"], [link, script]])).rows
    assert list(row.cells.values()) == ["", script]  # No program has worked the formula out, and Redthread never does.


def test_a_workbook_whose_cells_lie_far_apart_fills_no_memory() -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"], book.active["B1048576"] = "a", "b", "end"
    content = BytesIO()
    book.save(content)
    (row,) = read_table("t.xlsx", content.getvalue()).rows
    assert (row.number, row.cells) == (1_048_576, {"a": "", "b": "end"})


def test_an_open_document_sheet_is_read_with_what_it_repeats() -> None:
    table = (
        '<table:table table:name="One"><table:table-row>' + cell("case") + cell("size") + cell("kind")
        + '</table:table-row><table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        '<table:table-row table:number-rows-repeated="2">' + cell("Kide<text:s text:c='2'/>Oy<text:line-break/>b")
        + cell("7.0", office_value_type="float", office_value="7") + cell("x", table_number_columns_repeated="1")
        + '<table:table-cell table:number-columns-repeated="16381"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row></table:table>'
    )  # fmt: skip
    found = read_table("t.ods", open_document(table))
    assert [(row.number, list(row.cells.values())) for row in found.rows] == [
        (5, ["Kide  Oy\nb", "7", "x"]),
        (6, ["Kide  Oy\nb", "7", "x"]),
    ]


@pytest.mark.parametrize(
    ("table", "head", "words"),
    [
        (f'<table:table><table:table-row>{cell("x", table_number_columns_repeated="900000")}</table:table-row>'
         "</table:table>", "", "columns"),
        (f'<table:table><table:table-row table:number-rows-repeated="900000">{cell("x")}</table:table-row>'
         "</table:table>", "", "rows"),
        ("<table:table/>", '<!DOCTYPE a [<!ENTITY b "c">]>', "document type"),
        ("<table:table>", "", "broken"),
    ],
)  # fmt: skip
def test_an_open_document_sheet_that_would_fill_the_memory_is_refused(table: str, head: str, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read_sheet("t.ods", open_document(table, head=head))


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
@given(content=st.binary(max_size=200), keep=st.integers(0, 6000))
def test_a_broken_workbook_is_refused_in_words(suffix: str, content: bytes, keep: int) -> None:
    whole = workbook([["a"], ["1"]]) if suffix == ".xlsx" else open_document("<table:table/>")
    for broken in (content, whole[:keep] + content):
        try:
            read_sheet("t" + suffix, broken)
        except UnreadableFile as error:
            assert str(error).startswith("t" + suffix)


def test_text_that_calls_itself_a_workbook_is_refused_in_good_english() -> None:
    with pytest.raises(MalformedFile, match="not an Excel workbook, or a broken one"):
        read_table("answers.xlsx", b"no workbook")
