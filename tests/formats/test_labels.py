"""Who speaks, where one letter is all that says so."""

import pytest

from coder.formats import read


def test_questions_and_answers_have_two_speakers() -> None:
    text = (
        b"Q: What is it?\nA: A network of homes.\nQ: And who came?\nA: Everybody came.\nQ: Why?\nA: They wanted to.\n"
    )
    assert [turn.speaker for turn in read("interview.txt", text).turns] == ["Q", "A"] * 3


def test_choices_in_a_report_are_no_speakers() -> None:
    text = b"There were two ways.\nA: we stay. This was liked.\nB: we go. Nobody wanted it.\nWe went home.\n"
    assert {turn.speaker for turn in read("report.txt", text).turns} == {None}


def test_a_name_typed_otherwise_once_is_still_who_speaks() -> None:
    text = "Ulla M.: Yes.\nIda: Who?\nULLA M.: We.\nida: All?\nUlla M.: All.\nUlla M: Nearly.\nIda: Oh.\n"
    reading = read("interview.txt", text.encode())
    assert [turn.speaker for turn in reading.turns] == ["Ulla M.", "Ida", "ULLA M.", "ida", "Ulla M.", "Ulla M", "Ida"]
    assert any("kept apart" in warning for warning in reading.warnings)


@pytest.mark.parametrize("mark", ["\u200b", "\u200e", "\u200f", "\u202b", "\u2067"])
def test_marks_without_a_width_before_a_name_hide_nobody(mark: str) -> None:
    text = f"סבא: שלום.\n{mark}נכד: שלום לך.\n{mark}סבא: ומה שלומך?\nנכד: טוב.\n"
    assert [turn.speaker for turn in read("interview.txt", text.encode()).turns] == ["סבא", "נכד"] * 2


def test_only_words_between_strokes_are_said_at_the_same_time() -> None:
    text = "I: Well?\nB: So //I: Mhm.// she said: //I: Oh.// go.\nI: And?\nB: See https://example.org is where: look.\n"
    (warning,) = read("interview.txt", text.encode()).warnings
    assert warning == "words said at the same time by another were left inside the turn: 2 (first in line 2)"


@pytest.mark.parametrize(
    ("first", "second"),
    [("Ida -", "Bo -"), ("<Ida>", "<Bo>"), ("(Ida)", "(Bo)"), ("I.", "R."), ("1:", "2:"), ("IDA\n", "BO\n")],
)
def test_names_in_a_form_that_is_not_read_are_told(first: str, second: str) -> None:
    text = "".join(
        f"{name} {words}\n"
        for name, words in zip([first, second] * 3, ["Why", "Because", "How", "So", "Who", "We"], strict=True)
    )
    reading = read("interview.txt", text.encode())
    assert {turn.speaker for turn in reading.turns} == {None}
    assert "write them as 'Name: words'" in reading.warnings[-1]


def test_paragraphs_without_speakers_raise_no_doubt_about_names() -> None:
    text = "The boat left at nine. We waved.\n\nIt came back - late.\n\nNobody asked. (Nobody ever does.)\n\nThe end\n"
    assert read("diary.txt", text.encode()).warnings == ()


@pytest.mark.parametrize("number", ["{}.", "{})"])
def test_a_number_may_stand_before_who_speaks(number):
    said = ["Interviewer: So?", "Maija: Well.", "Interviewer: Yes?", "Maija: No."]
    text = "\n".join(f"{number.format(place)} {words}" for place, words in enumerate(said, 1))
    reading = read("x.txt", text.encode())
    assert [f"{turn.speaker}: {turn.span.of(reading.text)}" for turn in reading.turns] == said
