"""Tables of answers: every respondent and every answer here is invented."""

from __future__ import annotations

import csv
import os
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import InvalidValue, MalformedFile, UnreadableFile
from coder.formats.answers import Choice, Maker, Use, is_dictionary, planned, proposed, survey
from coder.model import AttributeType, DocumentKind, TurnKind

LONG = "We began it together with the other homes, and nobody had a model to hand over."
SHORT = "There was no time for it at all."


def table(*lines: list[str], delimiter: str = ",") -> bytes:
    content = StringIO()
    csv.writer(content, delimiter=delimiter).writerows(lines)
    return content.getvalue().encode()


IDS = ("startDate", "status", "ipAddress", "_recordId", "QID1", "QID2_TEXT", "QID3_4_TEXT")
QUALTRICS = table(
    ["StartDate", "Status", "IPAddress", "ResponseId", "Q1", "Q2", "Q3_4_TEXT"],
    ["Start Date", "Response Type", "IP Address", "Response ID", "Your sector?", "What helped\nmost?", "Other - Text"],
    [f'{{"ImportId":"{each}"}}' for each in IDS],
    ["2026-01-02 10:00:00", "IP Address", "192.0.2.1", "R_1", "care", LONG, ""],
    ["2026-01-03 11:00:00", "Survey Preview", "192.0.2.2", "R_2", "metal", "Nothing", "=HYPERLINK(\"http://x\")"],
    ["2026-01-04 12:00:00", "IP Address", "192.0.2.3", "R_3", "care", "", ""],
)  # fmt: skip

DICTIONARY = table(
    ["Variable / Field Name", "Form Name", "Field Type", "Field Label", "Choices, Calculations, OR Slider Labels",
     "Text Validation Type OR Show Slider Number", "Identifier?"],
    ["record_id", "a", "text", "Record", "", "", ""],
    ["sector", "a", "radio", "Your <b>sector</b>", "1, Care | 2, Metal, heavy", "", ""],
    ["tools", "a", "checkbox", "Tools used", "1, Notes | -1, None of them", "", ""],
    ["age", "a", "text", "Age", "", "integer", ""],
    ["mother", "a", "text", "Mother's name", "", "", "y"],
    ["diary", "a", "notes", "What happened this week?", "", "", ""],
)  # fmt: skip
REDCAP = table(
    ["record_id", "redcap_event_name", "redcap_repeat_instance", "sector", "tools___1", "tools____1", "age", "mother",
     "diary", "a_complete"],
    ["7", "begin_arm_1", "", "2", "1", "0", "41", "Aili", "", "2"],
    ["7", "weeks_arm_1", "1", "", "", "", "", "", LONG, "2"],
    ["7", "weeks_arm_1", "2", "", "", "", "", "", SHORT, "2"],
    ["8", "begin_arm_1", "", "1", "0", "1", "39", "Eeva", "", "2"],
)  # fmt: skip


def uses(content: bytes, **more: tuple[str, bytes]) -> dict[str, Use]:
    return {column.name: column.use for column in survey("s.csv", content, **more).columns}


def test_a_qualtrics_table_is_understood_with_its_three_rows_of_names() -> None:
    found = survey("s.csv", QUALTRICS)
    assert found.maker is Maker.QUALTRICS
    assert [row.number for row in found.rows] == [4, 5, 6]
    assert found.column("q2").question == "What helped\nmost?"
    assert uses(QUALTRICS) == {
        "StartDate": Use.LEFT_OUT,
        "Status": Use.LEFT_OUT,
        "IPAddress": Use.LEFT_OUT,
        "ResponseId": Use.CASE,
        "Q1": Use.ATTRIBUTE,
        "Q2": Use.ANSWER,
        "Q3_4_TEXT": Use.ANSWER,
    }
    assert found.remarks == ("trials of the survey, by their Status: 1 row; take them out if they are not meant",)


def test_a_legacy_qualtrics_table_has_two_rows_of_names() -> None:
    content = table(["V1", "V2", "Q1"], ["ResponseID", "ResponseSet", "What helped?"], ["R_1", "Default", LONG])
    found = survey("s.csv", content)
    assert (found.maker, found.column("Q1").question, len(found.rows)) == (Maker.QUALTRICS, "What helped?", 1)


def test_a_respondent_becomes_a_document_of_questions_and_answers() -> None:
    found = survey("s.csv", QUALTRICS)
    plan = planned(found, proposed(found))
    first, second = plan.documents
    assert (first.name, first.cases, first.reading.kind) == ("R_1", (("R_1", None),), DocumentKind.SURVEY_ANSWERS)
    assert first.reading.text == f"What helped most?\n\n{LONG}\n"
    assert second.reading.text == 'What helped most?\n\nNothing\n\nOther - Text\n\n=HYPERLINK("http://x")\n'
    assert [turn.kind for turn in second.reading.turns] == [TurnKind.HEADING, TurnKind.PARAGRAPH] * 2
    assert [(each.name, each.values) for each in plan.respondents] == [
        ("R_1", {"Your sector?": "care"}),
        ("R_2", {"Your sector?": "metal"}),
    ]
    assert plan.remarks == ("left out, as none of these questions is answered: 1 row of 3",)


def test_a_question_can_become_a_document_with_a_stretch_for_each_case() -> None:
    found = survey("s.csv", QUALTRICS)
    plan = planned(found, Choice(("Q2", "Q3_4_TEXT"), ("ResponseId",), by_question=True))
    assert [document.name for document in plan.documents] == ["What helped most?", "Other - Text"]
    reading = plan.documents[0].reading
    assert reading.text == f"R_1\n\n{LONG}\n\nR_2\n\nNothing\n"
    assert [(case, span.of(reading.text)) for case, span in plan.documents[0].cases if span] == [
        ("R_1", LONG),
        ("R_2", "Nothing"),
    ]


def test_the_data_dictionary_of_redcap_tells_what_its_columns_are() -> None:
    assert is_dictionary("d.csv", DICTIONARY)
    assert not is_dictionary("s.csv", REDCAP)
    found = survey("s.csv", REDCAP, dictionary=("d.csv", DICTIONARY))
    assert found.maker is Maker.REDCAP
    assert {column.name: column.use for column in found.columns} == {
        "record_id": Use.CASE,
        "redcap_event_name": Use.LEFT_OUT,
        "redcap_repeat_instance": Use.LEFT_OUT,
        "sector": Use.ATTRIBUTE,
        "tools___1": Use.ATTRIBUTE,
        "tools____1": Use.ATTRIBUTE,
        "age": Use.ATTRIBUTE,
        "mother": Use.LEFT_OUT,
        "diary": Use.ANSWER,
        "a_complete": Use.LEFT_OUT,
    }
    assert found.column("tools____1").question == "Tools used: None of them"
    assert found.column("age").type is AttributeType.NUMBER
    assert found.rows[0].cells["sector"] == "Metal, heavy"
    assert found.rows[0].cells["tools____1"] == "no"


def test_what_a_record_says_elsewhere_comes_along_and_each_occasion_is_a_document() -> None:
    found = survey("s.csv", REDCAP, dictionary=("d.csv", DICTIONARY))
    plan = planned(found, proposed(found))
    assert [document.name for document in plan.documents] == ["7, weeks_arm_1, 1", "7, weeks_arm_1, 2"]
    (respondent,) = plan.respondents
    assert respondent.values == {
        "Your sector": "Metal, heavy", "Tools used: Notes": "yes", "Tools used: None of them": "no", "Age": "41",
    }  # fmt: skip


def test_redcap_without_its_dictionary_asks_for_it() -> None:
    found = survey("s.csv", REDCAP)
    assert found.maker is Maker.REDCAP
    assert "data dictionary" in found.remarks[0]
    with pytest.raises(MalformedFile, match=r"d\.csv: not a data dictionary"):
        survey("s.csv", REDCAP, dictionary=("d.csv", REDCAP))


def test_a_plain_table_is_understood_by_its_values() -> None:
    content = table(
        ["Timestamp", "Participant", "Email", "Age", "Sector", "What helped?", "", "Sector"],
        ["2026-01-02 10:00", "P1", "a@b.example", "41", "care", LONG, "", "x"],
        ["2026-01-02 10:05", "P2", "c@d.example", "007", "care", SHORT, "", "x"],
        delimiter=";",
    )
    found = survey("s.csv", content)
    assert found.maker is Maker.OTHER
    assert {column.name: column.use for column in found.columns} == {
        "Timestamp": Use.LEFT_OUT,
        "Participant": Use.CASE,
        "Email": Use.LEFT_OUT,
        "Age": Use.ATTRIBUTE,
        "Sector": Use.ATTRIBUTE,
        "What helped?": Use.ANSWER,
        "column G": Use.LEFT_OUT,
        "Sector (2)": Use.ATTRIBUTE,
    }
    assert found.column("Age").type is AttributeType.TEXT


def test_a_first_column_that_tells_every_row_apart_names_who_answered() -> None:
    lines = [["home", "what"], *([f"Home {n}", f"{LONG} {n}"] for n in range(4))]
    assert uses(table(*lines)) == {"home": Use.CASE, "what": Use.ANSWER}
    assert uses(table(*lines, lines[1])) == {"home": Use.ATTRIBUTE, "what": Use.ANSWER}


def test_a_title_above_the_names_of_the_columns_is_left_out_and_told() -> None:
    found = survey("s.csv", f'Survey of wards,,\n,,\ncase,age,why\nP1,30,"{LONG}"\n'.encode())
    assert [column.name for column in found.columns] == ["case", "age", "why"]
    assert found.remarks == ("rows above the names of the columns were left out: Survey of wards",)


def test_the_second_row_of_surveymonkey_is_no_respondent() -> None:
    content = (
        f'Respondent ID,What changed?,Which?,\n,Open-Ended Response,Plan,Time\n114,"{LONG}",yes,\n115,"{LONG}",,yes\n'
    )
    found = survey("s.csv", content.encode())
    assert [row.number for row in found.rows] == [3, 4]
    asked = [column.question for column in found.columns]
    assert asked == ["Respondent ID", "What changed?", "Which?: Plan", "Which?: Time"]
    assert found.remarks == ()


def test_a_row_of_more_cells_than_names_is_told() -> None:
    found = survey("s.csv", b"case,answer\nP1,we began,\nP2,it came, and went\n")
    assert found.remarks == (
        "row 3 has more cells than the first row has names; are there separators inside an answer?",
    )
    assert found.columns[-1].name == "column C"


def test_without_a_case_the_row_names_the_respondent() -> None:
    found = survey("s.csv", table(["sector", "answer"], ["care", LONG], ["metal", SHORT]))
    plan = planned(found, Choice(("answer",)))
    assert [document.name for document in plan.documents] == ["Respondent in row 2", "Respondent in row 3"]


def test_values_that_differ_within_a_case_are_told() -> None:
    content = table(["case", "age", "a"], ["K", "41", LONG], ["k", "42", SHORT], ["", "4", "x"])
    plan = planned(survey("s.csv", content), Choice(("a",), ("case",), ("age",)))
    assert [(each.name, each.values) for each in plan.respondents] == [
        ("K", {"age": "41"}),
        ("Respondent in row 4", {"age": "4"}),
    ]
    assert plan.remarks == (
        "age: differs within a case in 1 row; the first value is kept",
        "1 row without the name of a case, called by the number of the row",
    )


def test_a_choice_that_cannot_be_is_refused() -> None:
    found = survey("s.csv", QUALTRICS)
    with pytest.raises(InvalidValue, match="no column 'Q9'; it has: StartDate"):
        planned(found, Choice(("Q9",)))
    with pytest.raises(InvalidValue, match="at least one column"):
        planned(found, Choice(()))


@pytest.mark.parametrize("content", [table(["a", "b"]), QUALTRICS[: QUALTRICS.index(b"2026")], b"x"])
def test_a_table_without_answers_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedFile, match="answer"):
        survey("s.csv", content)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=6), st.booleans())
def test_every_answer_stands_once_in_the_text_under_its_own_turn(rows: list[tuple[str, str, str]], by: bool) -> None:
    content = table(["case", "one\ufeff", "two"], *map(list, rows))
    try:
        found = survey("s.csv", content)
    except MalformedFile:
        assert not any(text.strip() for row in rows for text in row)
        return
    plan = planned(found, Choice((found.columns[1].name, "two"), ("case",), by_question=by))
    said = sorted(cell for row in found.rows for name, cell in row.cells.items() if name != "case" and cell)
    readings = [document.reading for document in plan.documents]
    turns = [(turn, reading.text) for reading in readings for turn in reading.turns]
    assert sorted(turn.span.of(text) for turn, text in turns if turn.kind is TurnKind.PARAGRAPH) == said
    for document in plan.documents:
        known = {respondent.name.casefold() for respondent in plan.respondents}
        assert {case.casefold() for case, _ in document.cases} <= known


@given(st.binary(max_size=300), st.integers(0, 2000), st.sampled_from([QUALTRICS, REDCAP, DICTIONARY]))
def test_a_damaged_table_is_refused_in_words_or_read(content: bytes, keep: int, whole: bytes) -> None:
    for damaged in (content, whole[:keep] + content, content + whole[keep:]):
        try:
            found = survey("s.csv", damaged, dictionary=("d.csv", DICTIONARY))
            planned(found, Choice(tuple(column.name for column in found.columns)))
        except UnreadableFile as error:
            assert str(error).startswith("s.csv")


@pytest.mark.skipif("REDTHREAD_SAMPLES" not in os.environ, reason="no folder of real files is named")
def test_real_tables_are_understood() -> None:
    folder = Path(os.environ["REDTHREAD_SAMPLES"]) / "survey"
    found = survey("q.csv", (folder / "qualtrics_sample.csv").read_bytes())
    assert (found.maker, len(found.rows)) == (Maker.QUALTRICS, 1)
    assert proposed(found) == Choice(("Q2",), ("ResponseId",), ("Q1",))
    data, dictionary = (
        (folder / f"redcap_clinical-trial-1_{each}.csv").read_bytes() for each in ("data", "dictionary")
    )
    found = survey("r.csv", data, dictionary=("d.csv", dictionary))
    assert (found.maker, len(found.rows)) == (Maker.REDCAP, 500)
    assert proposed(found) == Choice((), ("record_id",), ("ethnicity", "race", "gender", "height", "weight"))
