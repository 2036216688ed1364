import pytest

from coder.errors import MalformedFile
from coder.formats import read


def outline(text):
    reading = read("x.md", text.encode())
    return [(turn.kind.value, turn.level, turn.span.of(reading.text)) for turn in reading.turns]


@pytest.mark.parametrize(
    ("text", "title", "level"),
    [
        ("# One", "One", 1),
        ("### Three ###", "Three", 3),
        ("## Two {#two}", "Two", 2),
        ("One\n===", "One", 1),
        ("Two\n---", "Two", 2),
        ("> ## Quoted", "Quoted", 2),
        ("**Bold words**", "**Bold words**", 3),
    ],
)
def test_every_kind_of_heading_is_one(text, title, level):
    assert outline(f"{text}\n\nWords, said at length.\n") == [
        ("heading", level, title),
        ("paragraph", 0, "Words, said at length."),
    ]


def test_lists_quotes_and_tables_are_paragraphs_without_their_marks():
    text = "* one\n  more\n* two\n1. three\n> four\n> five\n\n| a | b |\n|---|---|\n| c | d |\n\n***\n\nsix\nseven\n"
    assert [words for _, _, words in outline(text)] == [
        "one\n  more",
        "two",
        "three",
        "four\n> five",
        "| a | b |",
        "| c | d |",
        "six\nseven",
    ]


def test_front_matter_is_header():
    assert outline("---\ntitle: x\ndate: 2020-01-02\n---\nWords.\n")[0] == ("header", 0, "title: x")
    assert read("x.md", b"---\ntitle: x\ndate: 2020-01-02\n---\nWords.\n").date == "2020-01-02"


def test_front_matter_that_never_ends_is_text():
    assert outline("---\nWords: and words.\n") == [("paragraph", 0, "Words: and words.")]


def test_marks_and_markup_inside_the_words_stay_as_they_are():
    words = "It was *old*, see [here](https://example.org) and <b>there</b>, `x`, and <script>alert(1)</script>."
    assert outline(words) == [("paragraph", 0, words)]


@pytest.mark.parametrize("text", ["***\n", "> \n>\n", "---\n---\n", "```\n```\n", "|---|\n"])
def test_marks_alone_are_no_document(text):
    with pytest.raises(MalformedFile, match="only marks"):
        read("x.md", text.encode())


def test_the_titles_of_columns_are_neither_decided_nor_done():
    tables = "## Decisions\n\n| Decision |\n|---|\n| We go on. |\n\n## Actions\n\n| What |\n|:--|\n| Ask Cai |\n"
    assert [(kind, words) for kind, _, words in outline(f"# Meeting\n\nPresent: Ada\n\n{tables}")][2:] == [
        ("heading", "Decisions"),
        ("header", "| Decision |"),
        ("decision", "| We go on. |"),
        ("heading", "Actions"),
        ("header", "| What |"),
        ("action", "| Ask Cai |"),
    ]
