from io import BytesIO

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import TooLarge
from coder.formats import tables
from coder.formats.tables import TABLE_WRITERS, write_csv, write_parquet, write_workbook, write_xlsx

DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")', "'=1"]
FRAME = pd.DataFrame(
    {
        "quotation": ['We met at the gate, "twice".\nThen not.', "=1+1", "Ääkköset 👩‍🔬 שלום"],
        "count": [1, 2, 3],
        "share": [0.5, float("nan"), 1.0],
        "read": [True, False, True],
    }
)


def sheet_of(content, name=None):
    book = openpyxl.load_workbook(BytesIO(content))
    return book[name] if name else book.active


@pytest.mark.parametrize("suffix", TABLE_WRITERS)
def test_every_writer_writes_the_empty_table_and_a_full_one(suffix):
    assert TABLE_WRITERS[suffix](FRAME)
    assert TABLE_WRITERS[suffix](FRAME.iloc[:0])
    assert TABLE_WRITERS[suffix](pd.DataFrame())


@pytest.mark.parametrize("suffix", TABLE_WRITERS)
def test_writing_leaves_the_table_as_it_was(suffix):
    frame = FRAME.copy()
    TABLE_WRITERS[suffix](frame)
    pd.testing.assert_frame_equal(frame, FRAME)


def test_csv_begins_with_the_mark_that_excel_looks_for():
    assert write_csv(FRAME).startswith(b"\xef\xbb\xbfquotation,count,share,read\n")


@pytest.mark.parametrize("cell", DANGEROUS)
def test_no_csv_cell_begins_like_a_formula(cell):
    line = write_csv(pd.DataFrame({"a": [cell], "=b": ["x"]})).decode("utf-8-sig")
    assert line.startswith("a,'=b\n")
    assert line.splitlines()[1].lstrip('"').startswith("'")


@pytest.mark.parametrize("cell", DANGEROUS)
def test_no_excel_cell_is_a_formula(cell):
    sheet = sheet_of(write_xlsx(pd.DataFrame({"=a": [cell]})))
    assert [c.data_type for row in sheet.iter_rows() for c in row] == ["s", "s"]
    assert sheet["A1"].value == "=a"
    assert sheet["A2"].quotePrefix


def test_negative_numbers_stay_numbers():
    assert "\n-1,-0.5\n" in write_csv(pd.DataFrame({"a": [-1], "b": [-0.5]})).decode("utf-8-sig")


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_excel_takes_any_text(texts):
    sheet = sheet_of(write_xlsx(pd.DataFrame({"text": texts})))
    rows = list(sheet.iter_rows(min_row=2))
    assert len(rows) == len(texts)
    assert not any(cell.data_type == "f" for row in rows for cell in row)


@given(st.lists(st.text(max_size=30) | st.integers(-(2**60), 2**60) | st.none(), min_size=1, max_size=5))
def test_parquet_takes_columns_of_any_kind(values):
    back = pd.read_parquet(BytesIO(write_parquet(pd.DataFrame({"value": values}))))
    assert len(back) == len(values)


def test_in_parquet_a_text_column_without_any_text_is_one():
    frame = pd.DataFrame({"memo": pd.Series([None, None], dtype="str"), "n": [1, 2]})
    back = pd.read_parquet(BytesIO(write_parquet(frame)))
    assert pd.api.types.is_string_dtype(back["memo"].dtype)
    assert back["memo"].isna().all()


def test_parquet_keeps_types():
    back = pd.read_parquet(BytesIO(write_parquet(FRAME)))
    assert list(back["quotation"]) == list(FRAME["quotation"])
    assert [str(kind) for kind in back.dtypes[1:]] == ["int64", "float64", "bool"]


def test_the_sheet_can_be_read_at_once():
    sheet = sheet_of(write_xlsx(FRAME.assign(quotation="word " * 60)))
    assert sheet.freeze_panes == "A2"
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet["A2"].alignment.wrap_text
    assert not sheet["B2"].alignment.wrap_text
    assert sheet.column_dimensions["A"].width > sheet.column_dimensions["B"].width
    assert sheet["C3"].value is None


def test_a_workbook_has_one_sheet_a_table_with_names_that_excel_takes():
    content = write_workbook({"By case": FRAME, "by/case": FRAME, "x" * 40: FRAME, "X" * 40: FRAME, "": FRAME})
    names = openpyxl.load_workbook(BytesIO(content)).sheetnames
    assert names == ["By case", "by case 2", "x" * 31, "X" * 29 + " 2", "Table"]


def test_a_named_index_becomes_columns():
    frame = pd.DataFrame({("Obstacles", "No time"): [2]}, index=pd.Index(["Satama"], name="case"))
    assert write_csv(frame).decode("utf-8-sig") == "case,Obstacles / No time\nSatama,2\n"


def test_a_very_long_cell_is_cut_and_says_so():
    value = sheet_of(write_xlsx(pd.DataFrame({"text": ["x" * 40_000]})))["A2"].value
    assert value.endswith("x […]")


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    with pytest.raises(TooLarge, match="write CSV or Parquet"):
        write_workbook({"Quotations": FRAME})


def test_a_row_of_an_excel_sheet_is_as_high_as_its_text() -> None:
    frame = pd.DataFrame(
        {"quotation": ["short", "long " * 40, "two\nlines", "endless " * 2_000], "words": [1, 40, 2, 0]}
    )
    sheet = openpyxl.load_workbook(BytesIO(write_xlsx(frame))).active
    heights = [sheet.row_dimensions[number].height for number in range(2, 6)]
    assert heights == [None, 45, 30, 405]
