"""Tables of a report: whatever their width, every column is on some page, beside the names of the rows."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coder.model.report import Row, Table, cell, table

WORDS = st.text(alphabet="abc ", max_size=60)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.lists(WORDS, min_size=1, max_size=30))
    rows = draw(st.lists(st.lists(WORDS, min_size=len(columns), max_size=len(columns)), max_size=4))
    prose = draw(st.sets(st.integers(1, max(1, len(columns) - 1)))) if len(columns) > 1 else set()
    return table(columns, rows, prose=prose, note="how to read it")


@given(tables(), st.floats(8, 40))
def test_parts_of_a_wide_table_hold_every_column_once_and_fit(whole: Table, room: float) -> None:
    parts = whole.within(room)
    assert [name for part in parts for name in part.columns[1:]] == list(whole.columns[1:])
    assert {part.columns[0] for part in parts} == {whole.columns[0]}
    assert "".join(part.note for part in parts) == whole.note
    for number, row in enumerate(whole.rows):
        assert [each for part in parts for each in part.rows[number].cells[1:]] == list(row.cells[1:])
    for part in parts:
        assert part.width <= room + 1e-6 or len(part.columns) <= 2


@given(tables(), st.floats(8, 40))
@example(table(["", "", ""], [["", "", "a" * 60]], prose={1, 2}), 15.0)
def test_columns_of_words_take_what_room_is_left_and_no_more(whole: Table, room: float) -> None:
    least, wide = whole.widths(), whole.widths(room)
    assert all(one <= other + 1e-6 for one, other in zip(least, wide, strict=True))
    assert sum(wide) <= max(room, sum(least)) + 1e-6
    assert all(
        one == other for place, (one, other) in enumerate(zip(least, wide, strict=True)) if place not in whole.prose
    )


def test_headings_stay_in_every_part_and_a_row_that_does_not_fit_is_refused() -> None:
    rows = (Row((cell("above"),), heading=True), Row((cell("below"), *[cell("1")] * 40), depth=1))
    whole = Table(("Code", *map(str, range(40))), rows)
    parts = whole.within(17)
    assert len(parts) > 1
    assert all(part.rows[0].heading for part in parts)
    assert parts[0].caption == f"Part (1 of {len(parts)})"
    with pytest.raises(ValueError, match="1 cells does not fit 2 columns"):
        Table(("one", "two"), (Row((cell("alone"),)),))
