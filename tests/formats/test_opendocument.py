import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import CodingError, MalformedFile, TooLarge
from coder.formats import archives, opendocument, read
from coder.model import TurnKind
from tests.formats import word_files
from tests.formats.opendocument_files import made, with_body
from tests.formats.test_readers import LAID_OUT, check

NOTE = "<text:note><text:note-body><text:p>Small</text:p></text:note-body></text:note>"
COMMENT = "<office:annotation><text:p>Really?</text:p></office:annotation>"
BOX = "<draw:frame><draw:text-box><text:p>Beside</text:p></draw:text-box></draw:frame>"


def said(reading):
    return [(turn.kind, turn.speaker, turn.start_ms, turn.span.of(reading.text)) for turn in reading.turns]


def outline(body):
    reading = read("x.odt", with_body(body))
    return [(turn.kind.value, turn.level, turn.span.of(reading.text)) for turn in reading.turns]


def refused(content, words, kind=MalformedFile):
    with pytest.raises(kind, match=words):
        read("x.odt", content)


INTERVIEWS = [
    ["Anna: So?", "Ben: Well.", "Anna: Yes?", "Ben: No."],
    ["Ann Lee  0:04\nSo it is on.", "Ben  0:19\nYeah.", "Ann Lee  1:00:21\nOkay."],
    ["**Anna:** Who are you?", "**Ben:** A nurse.", "And a mother.", "**Anna:** Since when?", "**Ben:** Always."],
    ["I: So? #00:00:04-1#", "B: Well. #00:00:09-8#", "I: Yes. #00:01:10-0#"],
]


@pytest.mark.parametrize("rows", INTERVIEWS)
def test_the_same_interview_in_every_written_format_has_the_same_turns(rows):
    as_text = said(read("x.txt", "\n\n".join(row.replace("**", "") for row in rows).encode()))
    as_word, *others = (said(read(f"x{suffix}", pack(*rows))) for suffix, pack in LAID_OUT.items())
    assert all(other == as_word for other in others)
    assert [turn for turn in as_word if turn[0] is TurnKind.SPEECH] == as_text


def test_headings_lists_and_tables_are_what_they_are():
    rows = "".join(
        f"<table:table-row>{''.join(f'<table:table-cell><text:p>{c}</text:p></table:table-cell>' for c in row)}"
        "</table:table-row>"
        for row in ("ab", "cd")
    )
    found = outline(
        "<text:p text:style-name='P1'>Notes</text:p><text:h text:outline-level='2'>First</text:h>"
        "<text:list><text:list-item><text:p>One</text:p></text:list-item>"
        "<text:list-item><text:p>Two</text:p></text:list-item></text:list>"
        f"<table:table>{rows}</table:table>"
    )
    assert found == [
        ("heading", 1, "Notes"),
        ("heading", 2, "First"),
        *(("paragraph", 0, words) for words in ("One", "Two", "a\tb", "c\td")),
    ]


def test_a_table_within_a_table_is_read_once():
    def table(inside):
        row = f"<table:table-row><table:table-cell>{inside}</table:table-cell></table:table-row>"
        return f"<table:table>{row}</table:table>"

    assert outline(table(f"<text:p>out</text:p>{table('<text:p>in</text:p>')}")) == [("paragraph", 0, "out in")]


def test_changes_are_read_as_accepted_and_what_stands_beside_the_text_is_told():
    reading = read(
        "x.odt",
        with_body(
            "<text:tracked-changes><text:changed-region><text:deletion><text:p>once</text:p></text:deletion>"
            "</text:changed-region></text:tracked-changes>"
            f"<text:p>We met <text:change-start/>twice{COMMENT}<text:change-end/> in{NOTE} spring.{BOX}</text:p>"
        ),
    )
    assert reading.text == "We met twice in spring."
    assert reading.warnings == (
        "deleted passages (tracked changes) were left out: 1",
        "comments were left out: 1",
        "footnotes and endnotes were left out: 1",
        "text boxes were left out: 1",
    )


def test_blanks_are_those_that_a_reader_sees():
    body = "<text:p>\n  One \n <text:span> two</text:span><text:s text:c='3'/>three<text:tab/>four<text:s/>\n</text:p>"
    assert outline(body) == [("paragraph", 0, "One two   three\tfour")]


def test_blanks_without_number_are_bounded():
    assert len(read("x.odt", with_body("<text:p>a<text:s text:c='999999999'/>b</text:p>")).text) == 1_002


@pytest.mark.parametrize("declared", ['<!DOCTYPE x [<!ENTITY a "ha">]>', "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>"])
def test_a_declared_document_type_is_refused(declared):
    refused(with_body("<text:p>Hi</text:p>", head=declared), "refused as unsafe")


def test_locked_broken_and_other_files_are_told_apart():
    refused(with_body("", more={"META-INF/manifest.xml": "<encryption-data/>"}), "protected by a password")
    refused(with_body("", mimetype="application/vnd.oasis.opendocument.spreadsheet"), "another kind of file")
    refused(with_body("<text:p>"), "is broken")
    refused(with_body("<text:p> </text:p>"), "holds no text")
    refused(with_body("", more={"a.xml": bytes(5_000_000)}), "refused as unsafe", TooLarge)
    refused(word_files.made("Hi."), "another kind of file")
    refused(made("Hi.")[:300], "OpenDocument")


def test_text_nested_without_end_is_refused():
    refused(with_body("<text:section>" * 5_000 + "</text:section>" * 5_000), "nested too deeply")


def test_limits_hold(monkeypatch):
    monkeypatch.setattr(opendocument, "_MAX_TAGS", 10)
    refused(made("Hi."), "more than 10 tags", TooLarge)
    monkeypatch.setattr(archives, "MAX_XML", 100)
    refused(made("Hi."), "more than 100", TooLarge)


def test_script_is_text():
    words = "<script>alert(1)</script> =1+1"
    assert read("x.odt", made(words)).text == words


@given(st.lists(st.text(st.characters(exclude_categories=["C"]) | st.sampled_from("\n\t :")), max_size=6))
def test_any_words_are_read_or_refused(paragraphs):
    try:
        check(read("x.odt", made(*(text for text in paragraphs if not text.startswith("**")))))
    except CodingError as error:
        assert str(error)
