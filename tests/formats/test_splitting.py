from hypothesis import given
from hypothesis import strategies as st

from coder.formats import read
from coder.formats.splitting import split_by_date
from coder.model import DocumentKind

YEAR = """# Steering group notes

Invented notes of an invented network.

## 14 January 2025
Present: Aino Lehto, Bo Nyman

- Aino opened the meeting.

### Follow-up of 3 December 2024
Nothing new.

## 11 February 2025
- Bo told of the visit.

## 11 February 2025, evening
- The visitors came late.
"""


def parts(text, name="notes"):
    return split_by_date(read("notes.md", text.encode()), name)


def test_each_dated_heading_begins_a_document():
    found = parts(YEAR)
    assert [(name, reading.date) for name, reading in found] == [
        ("notes (before the first date)", None),
        ("notes 2025-01-14", "2025-01-14"),
        ("notes 2025-02-11", "2025-02-11"),
        ("notes 2025-02-11 (2)", "2025-02-11"),
    ]
    assert found[1][1].text.startswith("## 14 January 2025\n")
    assert "Nothing new." in found[1][1].text
    assert {reading.kind for _, reading in found} == {DocumentKind.MEETING_NOTES}


def test_a_document_of_one_meeting_stays_whole():
    text = "# Meeting of 14 January 2025\n\nPresent: Aino\n\n## To be decided on 14 January 2025\n\nWords.\n"
    reading = read("notes.md", text.encode())
    assert split_by_date(reading, "notes") == [("notes", reading)]


def test_nothing_but_blanks_before_the_first_date_is_no_document():
    found = parts("\n\n## 14 January 2025\n\nOne.\n\n## 11 February 2025\n\nTwo.\n")
    assert [name for name, _ in found] == ["notes 2025-01-14", "notes 2025-02-11"]


def test_dates_with_strokes_are_read_as_the_others_in_the_document_are():
    found = parts("## 12/18/2018\n\nOne.\n\n## 12/04/2018\n\nTwo.\n\n## 11/27/2018\n\nThree.\n")
    assert [reading.date for _, reading in found] == ["2018-12-18", "2018-12-04", "2018-11-27"]
    assert [reading.date for _, reading in parts("## 18/12/2018\n\nOne.\n\n## 4/12/2018\n\nTwo.\n")] == [
        "2018-12-18",
        "2018-12-04",
    ]


def test_where_strokes_could_mean_two_days_nothing_is_split():
    assert len(parts("## 3/4/2018\n\nOne.\n\n## 5/6/2018\n\nTwo.\n")) == 1


def test_where_no_heading_has_a_date_lines_with_a_date_and_little_else_begin_a_document():
    text = "Muistio\n\nma 14.1.2025\nAino avasi.\n\nJanuary 15, 2025 Harbour\nBo told.\nNext meeting 11.2.2025\n"
    found = split_by_date(read("x.txt", text.encode()), "x")
    assert [reading.date for _, reading in found] == [None, "2025-01-14", "2025-01-15"]
    assert found[2][1].text.startswith("January 15, 2025 Harbour\nBo told")


def test_the_date_of_a_title_begins_no_meeting():
    found = parts("# Notes, last changed 31.12.2025\n\nFront.\n\n## 14.1.2025\n\nOne.\n\n## 11.2.2025\n\nTwo.\n")
    assert [reading.date for _, reading in found] == [None, "2025-01-14", "2025-02-11"]


def test_the_advice_to_split_is_not_repeated():
    reading = read("notes.md", (YEAR + "\n## 4 March 2025\n- More.\n").encode())
    assert any("dated meetings" in warning for warning in reading.warnings)
    assert not any("dated meetings" in warning for _, part in split_by_date(reading, "x") for warning in part.warnings)


PIECES = st.sampled_from(
    [
        *("# 3 May 2021\n", "## 4 May 2021\n", "## 5.5.2021\n", "## 4 May 2021\n", "### 1/13/2021\n", "\n", "  "),
        *("words\n", "Anna: Hi.\n", "# Title\n", "- item\n", "\ufeff", "**4 May 2020**\n\n", "👩‍🔬 ", "2021-02-03\n"),
    ]
)


@given(st.lists(PIECES, min_size=1, max_size=30).map("".join).filter(lambda text: text.strip("\ufeff \n#*-")))
def test_nothing_is_lost_by_splitting(text):
    reading = read("notes.md", ("words\n" + text).encode())
    found = split_by_date(reading, "notes")
    assert "".join(part.text for _, part in found) == reading.text
    said = [(turn.kind, turn.speaker, turn.level, turn.span.of(part.text)) for _, part in found for turn in part.turns]
    assert said == [(turn.kind, turn.speaker, turn.level, turn.span.of(reading.text)) for turn in reading.turns]
    assert len({name for name, _ in found}) == len(found)
    assert all(part.turns for _, part in found)
