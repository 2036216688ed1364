"""Tables as files, read back by the programs that others use."""

import io

import openpyxl
import pandas as pd
import pytest

from coder.formats.tables import TABLE_WRITERS, write_workbook

NASTY = ["=1+1", "+49 30", "-dash", "@name", "\tx", "plain", "<b>bold</b>", "line\nbreak", 'quo"te', "😀 é שלום"]
FRAME = pd.DataFrame({"quotation": NASTY, "start": range(len(NASTY)), "probability": [0.5, None] * 5})

READ_BACK = {
    ".csv": lambda content: pd.read_csv(io.BytesIO(content), encoding="utf-8-sig"),
    ".xlsx": lambda content: pd.read_excel(io.BytesIO(content)),
    ".parquet": lambda content: pd.read_parquet(io.BytesIO(content)),
}


@pytest.mark.parametrize("suffix", TABLE_WRITERS)
def test_every_cell_comes_back(suffix: str) -> None:
    back = READ_BACK[suffix](TABLE_WRITERS[suffix](FRAME))
    texts = [text.removeprefix("'") for text in back["quotation"]] if suffix == ".csv" else list(back["quotation"])
    assert texts == NASTY
    assert back["start"].tolist() == FRAME["start"].tolist()
    assert back["probability"].isna().tolist() == FRAME["probability"].isna().tolist()


@pytest.mark.parametrize("suffix", TABLE_WRITERS)
def test_an_empty_table_keeps_its_columns(suffix: str) -> None:
    assert list(READ_BACK[suffix](TABLE_WRITERS[suffix](FRAME.head(0))).columns) == list(FRAME.columns)


def test_no_cell_of_a_csv_begins_a_formula() -> None:
    rows = TABLE_WRITERS[".csv"](FRAME).decode("utf-8-sig").splitlines()
    assert not [row for row in rows if row.lstrip('"')[:1] in {"=", "+", "-", "@", "\t"}]


def test_a_formula_is_a_text_in_xlsx() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(TABLE_WRITERS[".xlsx"](FRAME))).active
    assert {cell.data_type for row in sheet.iter_rows(min_row=2, max_col=1) for cell in row} == {"s"}
    assert sheet["A2"].value == "=1+1"


def test_what_xlsx_cannot_hold_is_replaced() -> None:
    content = TABLE_WRITERS[".xlsx"](pd.DataFrame({"text": ["a\x00b\x1fc"]}))
    assert pd.read_excel(io.BytesIO(content))["text"].tolist() == ["a\ufffdb\ufffdc"]


def test_a_column_of_mixed_values_goes_into_parquet_as_text() -> None:
    content = TABLE_WRITERS[".parquet"](pd.DataFrame({"value": [1, "two", None]}))
    assert pd.read_parquet(io.BytesIO(content))["value"].tolist()[:2] == ["1", "two"]


def test_a_workbook_has_a_sheet_for_each_table() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook({"codings": FRAME, "per 1,000: [a/b]": FRAME})))
    assert book.sheetnames == ["codings", "per 1,000   a b "]
    assert book["codings"].freeze_panes == "A2"
