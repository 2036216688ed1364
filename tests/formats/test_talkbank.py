import pytest

from coder.errors import MalformedFile
from coder.formats import read

HEAD = "@UTF8\n@Begin\n@Participants:\tINT Aino Interviewer, RES Bo Participant\n"


def cha(text, head=HEAD):
    return read("x.cha", (head + text).encode())


def said(reading):
    return [
        (turn.speaker, turn.start_ms, turn.end_ms, turn.span.of(reading.text))
        for turn in reading.turns
        if turn.kind.value == "speech"
    ]


def test_utterances_that_follow_each_other_are_one_turn_with_its_times():
    reading = cha("*INT:\tso ? \x15100_900\x15\n*RES:\twell . \x151000_1500\x15\n*RES:\tyes . \x151600_2000\x15\n")
    assert said(reading) == [("Aino", 100, 900, "so ?"), ("Bo", 1000, 2000, "well . yes .")]


def test_a_line_goes_on_below_after_a_tab_or_blanks():
    assert said(cha("*INT:\tso it\n\tgoes on \x151_2\x15\n        and on . •3_4•\n")) == [
        ("Aino", 1, 4, "so it goes on and on .")
    ]


def test_a_line_without_a_mark_is_read_with_the_one_above_and_told():
    reading = cha("*INT:\tso\nit goes on\n")
    assert said(reading)[0][3] == "so it goes on"
    assert reading.warnings == ("line 5: begins with none of @, *, % or a tab; read with the line above",)


def test_a_speaker_without_a_colon_is_no_speaker_and_told():
    reading = cha("*INT:\tso .\n*RES\twell .\n")
    assert said(reading) == [("Aino", None, None, "so .")]
    assert reading.warnings == ("line 5: no colon behind the speaker; such lines are read as remarks: 1",)


def test_analyses_are_left_out_and_told_but_comments_are_kept_as_remarks():
    reading = cha(
        "*INT:\tso .\n%mor:\tadv|so .\n%wor:\tso \x151_2\x15 .\n%com:\tlaughs\n*RES:\tyes .\n%mor:\tco|yes .\n"
    )
    assert [(turn.kind.value, turn.span.of(reading.text)) for turn in reading.turns[1:]] == [
        ("speech", "so ."),
        ("remark", "%com: laughs"),
        ("speech", "yes ."),
    ]
    assert reading.warnings == ("analyses were left out: 2 %mor, 1 %wor",)


def test_marks_of_conversation_analysis_stay():
    words = "°so:° (0.4) [it is] <a b> [//] xxx &=laughs ↑oh"
    assert said(cha(f"*INT:\t{words}\n"))[0][3] == words


def test_somebody_unknown_may_be_two_people():
    head = "@Begin\n@Participants:\tUNK Unknown Unknown\n"
    assert [words for *_, words in said(cha("*UNK:\tno !\n*UNK:\tyes !\n", head))] == ["no !", "yes !"]


def test_two_people_of_one_name_keep_their_codes():
    head = "@Participants:\tAN1 Anna Participant, AN2 Anna Participant, BO_ Bo_Nyman Participant\n"
    reading = cha("*AN1:\tso .\n*AN2:\tno .\n*BO_:\tyes .\n", head)
    assert reading.speakers == ("AN1", "AN2", "Bo Nyman")


def test_a_speaker_whom_nobody_declared_is_told():
    assert cha("*XYZ:\tso .\n").warnings == ("line 4: speakers that are not among @Participants: XYZ",)


@pytest.mark.parametrize("date", ["12-JUN-2024", "2024-06-12", "2024-06-12:"])
def test_the_day_is_that_of_the_recording(date):
    assert cha(f"@Date:\t{date}\n*INT:\tso .\n").date == "2024-06-12"


def test_what_happens_without_words_is_a_remark():
    kinds = [turn.kind.value for turn in cha("*INT:\t((cough))\n*RES:\t(        )\n*INT:\t(so) it is .\n").turns]
    assert kinds == ["header", "remark", "remark", "speech"]


@pytest.mark.parametrize("text", ["", "@End\n", "%mor:\tadv|so\n", "INT: so .\n", "*INT:\n", "*INT\tso .\n"])
def test_a_file_without_utterances_is_refused(text):
    with pytest.raises(MalformedFile, match="no utterances"):
        cha(text)
