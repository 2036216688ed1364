"""Coded transcripts as people read them. Every person and every word in them is invented."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from coder.errors import UnknownFormat
from coder.formats.coded_transcript import CodedTranscript
from coder.formats.plain import reading_of
from coder.formats.receiving import document_of
from coder.formats.transcripts import TRANSCRIPT_WRITERS, write_transcript
from coder.model import Anchor, Code, Codebook, Coder, Coding, Memo, Span

GOLDEN = Path(__file__).parent / "coded"
TEXT = """An invented interview

Maija: How did it begin?

Aino: We began together, all nine homes 😀, with a * star * and <b>no</b> model.
Nobody had [any] time.

Maija: ومتى بدأتم معًا؟

Aino: 1. We began together. Cafe\u0301 & cake.

Maija: Thank you.
"""
BOOK = Codebook(
    "b",
    "Small",
    (
        Code("paths", "Paths", codable=False),
        Code("together", "Together", "paths", "#b3261e", brief="They made it *together*."),
        Code("time", "No | time", None, "#0b57d0", definition="Hours were missing."),
        Code("unused", "Unused"),
    ),
)
CODERS = (Coder("a", "Aino Invented"), Coder("b", "Ben <Invented>"))


def coding(words: str, code: str, coder: str = "a", text: str = TEXT) -> Coding:
    start = text.index(words)
    anchor = Anchor.on(text, Span(start, start + len(words)))
    return Coding(f"{words} {code} {coder}", "d", anchor, code, coder, created="2021-03-04T05:06:07.000Z")


def transcript(*codings: Coding, memos: tuple[Memo, ...] = (), text: str = TEXT, **more: Any) -> CodedTranscript:
    found = document_of("d", "interview.txt", text, date="2021-03-04")
    values = {"study": "A study", "codebook": BOOK, "coders": CODERS} | more
    return CodedTranscript(document=found.document, turns=found.turns, codings=codings, memos=memos, **values)


FIRST = coding("We began together, all nine homes 😀", "together")
CODED = transcript(
    FIRST,
    coding("together, all nine homes 😀, with a * star * and <b>no</b> model.\nNobody had [any] time.", "time", "b"),
    coding("nine", "together", "b"),
    coding("بدأتم", "together"),
    coding("We began together. Cafe\u0301", "together"),
    coding("Thank you.", "time"),
    memos=(
        Memo("1", "coding", FIRST.id, "b", "She smiles.\nThen <she> stops.", "2021-03-04T05:06:07.000Z"),
        Memo("2", "document", "d", "a", "Read twice.", title="First"),
        Memo("3", "document", "d", "a", "A drawing?", "2021-03-04T05:06:07.000Z", anchor=Anchor.on(TEXT, FIRST.span)),
    ),
)


def in_words(content: bytes) -> str:
    """A Word document as lines: paragraphs with their comments' places, then the comments, then the table."""
    page = docx.Document(BytesIO(content))
    lines = []
    for paragraph in page.paragraphs:
        parts = []
        for element in paragraph._p.iter():
            name = element.tag.rpartition("}")[2]
            number = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            parts.append(
                {"commentRangeStart": f"[{number} ", "commentRangeEnd": f" {number}]", "t": element.text}.get(name)
                or ""
            )
        lines.append(f"{paragraph.style.name}: {''.join(parts)}")
    for comment in page.comments:
        lines.append(
            f"{comment.comment_id} {comment.author} ({comment.initials}) {comment.timestamp}: {comment.text!r}"
        )
    lines += [" | ".join(cell.text for cell in row.cells) for table in page.tables for row in table.rows]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("name", "read"), [("coded.html", bytes.decode), ("coded.md", bytes.decode), ("coded.docx.txt", in_words)]
)
def test_what_others_open_is_as_it_was(
    name: str, read: Callable[[bytes], str], golden: Callable[[Path, str], None]
) -> None:
    golden(GOLDEN / name, read(write_transcript(name.removesuffix(".txt"), CODED)))


HOSTILE = (
    "</title></script><script>alert(1)</script><img src=x onerror=alert(1)> [a](javascript:alert(1)) \"'&amp; \x0b=1+1"
)


def hostile() -> CodedTranscript:
    text = f"{HOSTILE}\n\nAino: {HOSTILE}\n"
    book = Codebook("b", "b", (Code("c", HOSTILE.replace("\x0b", ""), brief=HOSTILE),))
    span = Anchor.on(text, Span(5, len(text) - 5))
    found = transcript(
        Coding("1", "d", span, "c", "x", created="2021-03-04T05:06:07Z"),
        memos=(Memo("1", "coding", "1", "x", HOSTILE), Memo("2", "document", "d", "x", HOSTILE, title=HOSTILE)),
        text=text,
        study=HOSTILE,
        codebook=book,
        coders=(Coder("x", HOSTILE),),
    )
    return replace(found, document=replace(found.document, name=HOSTILE, language='en" onload="alert(1)'))


def test_script_in_any_field_stays_text_on_the_page() -> None:
    page = BeautifulSoup(write_transcript("x.html", hostile()), "html5lib")
    assert {tag.name for tag in page.find_all()} <= {
        *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "aside", "div", "p", "span"),
        *("h1", "h2", "sup", "a", "b", "table", "thead", "tbody", "tr", "th", "td"),
    }
    attributes = {name for tag in page.find_all() for name in tag.attrs}
    assert not any(name.startswith("on") or name == "src" for name in attributes)
    assert {link["href"] for link in page.find_all("a") if link.has_attr("href")} == {"#n1", "#m1"}
    assert page.title is not None
    assert page.title.text == HOSTILE.replace("\x0b", "\ufffd")


def test_script_in_any_field_stays_text_in_markdown() -> None:
    content = write_transcript("x.md", hostile()).decode()
    page = BeautifulSoup(MarkdownIt("commonmark").enable("table").render(content), "html5lib")
    assert not page.find_all(["script", "img", "a"])
    assert "<script>alert(1)</script>" in page.text


def test_word_takes_what_no_xml_can_hold() -> None:
    content = write_transcript("x.docx", hostile())
    assert "alert(1)" in in_words(content)


def test_every_comment_lies_on_the_words_of_its_coding() -> None:
    page = docx.Document(BytesIO(write_transcript("x.docx", CODED)))
    under: dict[str, str] = {}
    open_: list[str] = []
    for element in page.element.body.iter():
        name = element.tag.rpartition("}")[2]
        number = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
        if name == "commentRangeStart":
            open_.append(number)
        elif name == "commentRangeEnd":
            open_.remove(number)
        elif name == "t":
            for each in open_:
                under[each] = under.get(each, "") + (element.text or "")
    comments = {str(comment.comment_id): comment for comment in page.comments}
    assert comments.keys() == under.keys()
    found = [(comments[number].author, comments[number].paragraphs[0].text, words) for number, words in under.items()]
    names = {coder.id: coder.name for coder in CODERS}
    expected = [(names[c.coder], BOOK.path(c.code), c.quotation.replace("\n", "")) for c in CODED.codings]
    expected.append(("Aino Invented", "Memo", FIRST.quotation))
    assert sorted(found) == sorted(expected)


@st.composite
def coded(draw: st.DrawFn) -> CodedTranscript:
    text = draw(st.text(st.sampled_from("ab 😀\u0301م<&*\n:_"), min_size=1, max_size=80))
    codings = []
    for number in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(text) - 1))
        span = Span(start, draw(st.integers(start + 1, len(text))))
        codings.append(Coding(f"{number}", "d", Anchor.on(text, span), "together", "a", created="2021-03-04T05:06:07Z"))
    return transcript(*codings, text=text)


@given(coded())
def test_no_word_is_lost_or_doubled_and_every_number_opens_and_closes_on_its_words(found: CodedTranscript) -> None:
    text = found.document.text
    said = [line for line in text.split("\n") if line.strip()]
    assert ["".join(piece.text for piece in pieces) for _, pieces, _ in found.lines()] == said
    covered: dict[int, str] = {}
    opened: list[int] = []
    closed: list[int] = []
    for _, pieces, _ in found.lines():
        for piece in pieces:
            opened += [mark.number for mark in piece.opening]
            closed += [mark.number for mark in piece.closing]
            for mark in piece.marks:
                covered[mark.number] = covered.get(mark.number, "") + piece.text
    with_words = [mark for mark in found.marks if mark.span.of(text).strip()]
    for mark in with_words:
        # Blank lines are not shown.
        kept = "".join(line for line in mark.span.of(text).split("\n") if line.strip())
        assert covered[mark.number].strip() == kept.strip() or kept in covered[mark.number]
    numbers = sorted(mark.number for mark in with_words)
    assert set(numbers) <= set(opened)
    assert set(numbers) <= set(closed)
    assert len(opened) == len(set(opened))
    assert len(closed) == len(set(closed))


@given(coded())
def test_marks_that_overlap_never_share_a_lane(found: CodedTranscript) -> None:
    for one in found.marks:
        for other in found.marks:
            assert one is other or one.lane != other.lane or not one.span.overlaps(other.span)


@given(coded())
def test_the_page_and_the_markdown_say_what_the_transcript_says(found: CodedTranscript) -> None:
    page = BeautifulSoup(write_transcript("x.html", found), "html5lib")
    rows = page.find_all("div", class_="row")
    for tag in page.find_all(["sup", "aside"]):
        tag.decompose()
    said = [line for line in found.document.text.split("\n") if line.strip()]
    assert [row.text for row in rows] == said
    markdown = write_transcript("x.md", found).decode()
    rendered = BeautifulSoup(MarkdownIt("commonmark").render(markdown), "html5lib").text
    for line in said:
        words = re.sub(r"\s", "", line)
        assert words in re.sub(r"\s|\[\^\d+\]", "", rendered)


def test_a_document_without_codings_is_written_too() -> None:
    for suffix in TRANSCRIPT_WRITERS:
        assert write_transcript(f"x{suffix}", transcript())


def test_an_ending_that_nobody_writes_is_refused_with_those_known() -> None:
    with pytest.raises(UnknownFormat, match=r"\.html, \.docx, \.md"):
        write_transcript("x.pdf", transcript())


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    content = write_transcript("x.html", CODED).decode()
    assert "default-src 'none'" in content
    assert not re.search(r"<script|@import|url\(|https?://", content)


def test_reading_of_leaves_the_text_alone() -> None:
    text = "Anna: Hi.\nBen: Hello.\nAnna: Bye.\n"
    assert reading_of(text, "x").text == text
