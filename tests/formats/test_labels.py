"""Who speaks, where one letter is all that says so."""

from coder.formats import read


def test_questions_and_answers_have_two_speakers() -> None:
    text = (
        b"Q: What is it?\nA: A network of homes.\nQ: And who came?\nA: Everybody came.\nQ: Why?\nA: They wanted to.\n"
    )
    assert [turn.speaker for turn in read("interview.txt", text).turns] == ["Q", "A"] * 3


def test_choices_in_a_report_are_no_speakers() -> None:
    text = b"There were two ways.\nA: we stay. This was liked.\nB: we go. Nobody wanted it.\nWe went home.\n"
    assert {turn.speaker for turn in read("report.txt", text).turns} == {None}
