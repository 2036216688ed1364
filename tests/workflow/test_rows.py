from __future__ import annotations

import pytest

from coder.errors import MalformedFile, UnknownFormat
from coder.workflow.rows import read_table


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_as_spreadsheets_save_it(delimiter: str, encoding: str) -> None:
    text = f'case{delimiter}sector\r\nTerästie{delimiter}"metal\nand more"\r\n\r\nKide{delimiter}\r\n'
    table = read_table("cases.csv", text.encode(encoding))
    assert table.columns == ("case", "sector")
    assert [(row.number, dict(row.cells)) for row in table.rows] == [
        (2, {"case": "Terästie", "sector": "metal\nand more"}),
        (4, {"case": "Kide", "sector": ""}),
    ]


def test_needed_columns_are_found_in_any_case_of_letters() -> None:
    table = read_table("a.csv", b"Document,CODE\nx,y", needs=("document", "code"))
    assert table.rows[0].cells == {"document": "x", "code": "y"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the first row must name the columns"),
        (b"\n1,2", "the first row must name the columns"),
        (b"a,,c\n1,2,3", "column 2 has no name"),
        (b"a,b,a\n1,2,3", "two columns are named 'a'"),
        (b"a,b\n1,2,3", "row 2: 3 cells, but only 2 named columns"),
        (b"b,c\n1,2", "no column 'a'; the first row names b, c"),
        (b'a,b\n1,"2', "line 2: .*not a table"),
        ("a\nä".encode("latin-1"), "line 2: .*not UTF-8"),
        (b"a\n" + b"x" * 200_000, "line 2: .*field larger than"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(content: bytes, words: str) -> None:
    with pytest.raises(MalformedFile, match=words):
        read_table("t.csv", content, needs=("a",))


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(UnknownFormat, match=r"cases\.xlsx.*save it as CSV"):
        read_table("cases.xlsx", b"PK")
