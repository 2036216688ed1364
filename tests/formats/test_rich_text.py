import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import CodingError, MalformedFile
from coder.formats import read
from tests.formats.marked_files import as_rtf, rtf
from tests.formats.test_readers import check


def words(body, **more):
    return read("x.rtf", rtf(body, **more)).text


def outline(body):
    reading = read("x.rtf", rtf(body))
    return [(turn.kind.value, turn.level, turn.span.of(reading.text)) for turn in reading.turns]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb"caf\'e9 \'93so\'94", "café “so”"),
        (rb"\f1 \'cf\'f0\'e8\f0  \'e9", "При é"),
        (rb"{\f2 \'82\'a0\'83\\}", "あソ"),
        (rb"\u228?rger \u8217\'92 \u-3913?", "ärger ’ \uf0b7"),
        (rb"\u-10179?\u-8704?!", "😀!"),
        (rb"\uc2\u12354\'82\'a0\uc0\u228 b\uc1 c", "あäbc"),
        (rb"{\uc0 {\u228 }x}\u228?y", "äxäy"),
        (rb"a\{b\}\\c\~d\_e\-f", "a{b}\\c\xa0d-ef"),
        (rb"a\emdash b\endash c\rquote s\tab d\line e", "a—b–c’s\td\ne"),
        (b"a\r\nb \\\nc", "ab\n\nc"),
        (rb"a\bin5 }}}{\b", "ab"),
        (rb"{\upr{ansi}{\*\ud{\u12354}}}", "あ"),
        (rb"{\field{\*\fldinst HYPERLINK x}{\fldrslt there}}", "there"),
        (rb"a{\header top}{\footer end}{\pict 0a0b}{\object x}{\*\unknown y}{\v hidden}b", "ab"),
        (rb"\u55357?alone", "\ufffdalone"),
    ],
)
def test_characters_are_those_that_the_writer_saw(body, text):
    assert words(body) == text


@pytest.mark.parametrize(
    ("head", "letter"), [(rb"\ansicpg1250", "ę"), (rb"\mac", "Í"), (rb"\ansicpg99999", "ê"), (rb"\ansicpg1251", "к")]
)
def test_bytes_are_read_in_the_encoding_that_the_file_names(head, letter):
    assert words(rb"\'ea", head=head) == letter


def test_changes_are_read_as_accepted_and_what_stands_beside_the_text_is_told():
    reading = read(
        "x.rtf",
        rtf(
            rb"We met {\revised twice}{\deleted once} in{\footnote Small} spring{\*\atnauthor A}"
            rb"{\*\annotation Really?}.{\shp{\*\shpinst{\shptxt Beside}}}\par"
        ),
    )
    assert reading.text == "We met twice in spring."
    assert reading.warnings == (
        "deleted passages (tracked changes) were left out: 1",
        "comments were left out: 1",
        "footnotes and endnotes were left out: 1",
        "text boxes were left out: 1",
    )


def test_headings_lists_and_tables_are_what_they_are():
    row = rb"\trowd\cellx100\cellx200\pard\intbl %s\cell %s\cell\row"
    found = outline(
        rb"\pard\outlinelevel0 Notes\par\pard\plain\ls1{\listtext 1.\tab}One\par{\pntext\'b7\tab}Two\par\pard "
        + row % (rb"a\par b", b"c")
        + row % (b"d", b"e")
        + rb"\pard After\par"
    )
    assert found == [
        ("heading", 1, "Notes"),
        *(("paragraph", 0, text) for text in ("One", "Two", "a b\tc", "d\te", "After")),
    ]


def test_styles_tell_headings():
    sheet = rb"{\stylesheet{\s0 Normal;}{\s1\b heading 2;}{\s7\outlinelevel2 Kapitel;}{\s8 Title;}{\*\cs9 Strong;}}"
    body = rb"\pard\s8 Top\par\pard\s1\b One\par\pard\s7 Two\par\pard\plain\s0 Words\par"
    reading = read("x.rtf", rtf(body, head=sheet))
    assert [(turn.level, turn.span.of(reading.text)) for turn in reading.turns] == [
        (1, "Top"),
        (2, "One"),
        (3, "Two"),
        (0, "Words"),
    ]


def test_bold_names_without_colons_speak():
    reading = read("x.rtf", as_rtf("**Ann** Who?", "**P4** A nurse.", "And more.", "**Ann** So?", "**P4** Yes."))
    assert reading.speakers == ("Ann", "P4")


def test_a_file_that_was_cut_off_is_read_and_told():
    reading = read("x.rtf", as_rtf("Anna: Hi.", "Ben: So.")[:-6])
    assert "cut off" in reading.warnings[-1]


def test_what_follows_the_document_is_not_read():
    assert read("x.rtf", as_rtf("Hi there.") + b"\0\0 more} words").text == "Hi there."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Anna: Hi.", "does not begin with {.rtf; give it its own suffix"),
        (b"PK\x03\x04", "not an RTF document"),
        (rtf(b""), "holds no text"),
        (rtf(b"{" * 2_000 + b"a" + b"}" * 2_000), "nested too deeply"),
        (b" ", "empty"),
    ],
)
def test_what_is_no_rtf_is_refused_in_words(content, message):
    with pytest.raises(MalformedFile, match=message):
        read("x.rtf", content)


@given(st.lists(st.text(st.characters(exclude_categories=["C"]) | st.sampled_from("\n\t :\\{}'*")), max_size=6))
def test_any_words_are_kept_letter_by_letter(paragraphs):
    paragraphs = [text for text in paragraphs if not text.startswith("**")]
    try:
        reading = read("x.rtf", as_rtf(*paragraphs))
    except CodingError as error:
        assert str(error)
        return
    check(reading)
    assert reading.text == "\n\n".join(text.strip() for text in paragraphs if text.strip())
