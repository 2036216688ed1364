from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import InvalidValue
from coder.model import (
    Anchor,
    Code,
    Codebook,
    Coder,
    Coding,
    Document,
    DocumentKind,
    Memo,
    Segment,
    Span,
    Turn,
    TurnKind,
    text_hash,
)
from coder.segmenting import passages
from coder.workflow.operations import Operation
from ui.components.transcript.view import Evidence, Goto, Marks, Quotation, Suggestion
from ui.components.transcript.wire import (
    Row,
    Sent,
    base_item,
    codebook_item,
    evidence_wire,
    goto_wire,
    marks_wire,
    page_item,
    passages_wire,
    read_batch,
    rows,
)

TEXTS = st.text(st.sampled_from("ab .\n\u00e5\u0301😀👩\u200d👧ם"), min_size=1, max_size=80)


def document(text: str) -> Document:
    return Document("d", "One.txt", DocumentKind.INTERVIEW, text_hash(text), 3, len(text), text=text)


def utf16_slice(text: str, start: int, end: int) -> str:
    """What a browser calls ``text.slice(start, end)``."""
    return text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")


@st.composite
def turned(draw: st.DrawFn) -> tuple[str, list[Turn]]:
    """A text of a few turns with labels between them."""
    text, found = "", []
    for _ in range(draw(st.integers(1, 5))):
        text += draw(st.sampled_from(["", "A: ", "😀: "]))
        words = draw(TEXTS)
        found.append(Turn(Span(len(text), len(text) + len(words)), TurnKind.SPEECH, draw(st.sampled_from([None, "A"]))))
        text += words + "\n\n"
    return text, found


@given(TEXTS, st.data())
def test_a_coding_reaches_the_browser_over_the_same_words(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(text))))
    coding = Coding("c", "d", Anchor.on(text, span), "code", "me")
    (wired,) = marks_wire(text, Marks(1, (coding,)), coder="me")["codings"]
    assert utf16_slice(text, wired["start"], wired["end"]) == coding.quotation


@given(TEXTS, st.data())
def test_an_operation_from_the_browser_lands_on_the_same_words(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    units = [len(text[:position].encode("utf-16-le", "surrogatepass")) // 2 for position in (start, end)]
    sent = Sent("d", Operation("o", 1, "code", {"coding": "c", "code": "x", "start": units[0], "end": units[1]}))
    values = sent.in_code_points(text).values
    assert (values["start"], values["end"]) == (start, end)
    assert (values["coding"], values["code"]) == ("c", "x")


@pytest.mark.parametrize("value", [None, "3", True, 1.5, [1]])
def test_what_is_no_position_is_left_for_the_operation_to_refuse(value: Any) -> None:
    assert Sent("d", Operation("o", 1, "read", {"position": value})).in_code_points("😀 a").values["position"] == value


@given(turned())
def test_rows_hold_every_word_of_every_turn_and_nothing_twice(made: tuple[str, list[Turn]]) -> None:
    text, turns = made
    found = rows(text, turns, [Segment("d", i, span, turn) for i, (span, turn) in enumerate(passages(text, turns))])
    for index, turn in enumerate(turns):
        shown = "".join(text[row.start : row.end] for row in found if row.turn == index)
        assert "".join(shown.split()) == "".join(turn.span.of(text).split())
    assert all(one.end <= next.start for one, next in pairwise(found))
    assert all(row.start <= row.passage_start < row.passage_end <= row.end for row in found)


def test_a_turn_without_passages_is_a_row_of_its_own() -> None:
    text = "HEADING\n\nSaid."
    turns = [Turn(Span(0, 7), TurnKind.HEADING, level=1), Turn(Span(9, 14))]
    assert rows(text, turns, [Segment("d", 0, Span(9, 14), 1)]) == [Row(0, 7, 0, -1, 0, 7), Row(9, 14, 1, 0, 9, 14)]


def test_words_before_the_first_passage_stay_with_it() -> None:
    text = "Well. We began. Then we stopped."
    segments = [Segment("d", 0, Span(6, 15), 0), Segment("d", 1, Span(16, 32), 0)]
    found = rows(text, [Turn(Span(0, 32))], segments)
    assert [text[row.start : row.end] for row in found] == ["Well. We began.", "Then we stopped."]
    assert [(row.passage_start, row.passage_end) for row in found] == [(6, 15), (16, 32)]


def test_a_page_names_speakers_once_and_changes_its_key_with_its_content() -> None:
    text = "A: one\n\nB: two\n\nA: three"
    turns = [
        Turn(Span(3, 6), speaker="A", start_ms=1500),
        Turn(Span(11, 14), speaker="B"),
        Turn(Span(19, 24), speaker="A"),
    ]
    page = page_item(document(text), turns, [])
    assert page["speakers"] == ["A", "B"]
    assert [turn[3:5] for turn in page["turns"]] == [[0, 1500], [1, -1], [0, -1]]
    assert page == page_item(document(text), turns, [])
    assert page["key"] != page_item(document(text), turns[:2], [])["key"]
    json.dumps(page)


def test_a_codebook_arrives_in_the_order_of_its_tree() -> None:
    codebook = Codebook(
        "b",
        "Book",
        (
            Code("x", "Outer", codable=False),
            Code("z", "Last"),
            Code("y", "Inner", "x", key="1", definition="What it is"),
        ),
    )
    item = codebook_item(codebook, [Coder("me", "Aino")])
    assert [(code["path"], code["depth"], code["takes"], code["brief"]) for code in item["codes"]] == [
        ("Outer", 0, False, ""),
        ("Outer / Inner", 1, True, "What it is"),
        ("Last", 0, True, ""),
    ]
    assert item["coders"] == [{"id": "me", "name": "Aino"}]


def test_ones_own_memo_is_apart_from_the_notes_of_others() -> None:
    text = "We began together."
    coding = Coding("c", "d", Anchor.on(text, Span(0, 2)), "code", "you")
    memos = (Memo("1", "coding", "c", "me", "mine"), Memo("2", "coding", "c", "you", "theirs"))
    item = base_item(text, Marks(4, (coding,), memos), document="d", coder="me")
    (wired,) = item["codings"]
    assert (wired["memo"], wired["notes"]) == ("mine", [{"coder": "you", "text": "theirs"}])
    assert (item["revision"], item["read"]) == (4, 0)
    assert item["key"] != base_item(text, Marks(5), document="d", coder="me")["key"]


def test_only_suggestions_that_changed_travel_again() -> None:
    before = {1: (Suggestion("a", 0.801), Suggestion("b", 0.4)), 2: (Suggestion("a", 0.6),), 3: (Suggestion("c", 0.5),)}
    after = {
        1: (Suggestion("a", 0.799), Suggestion("b", 0.4)),
        2: (),
        3: (Suggestion("c", 0.7),),
        4: (Suggestion("d", 0.3),),
    }
    assert passages_wire(before, None) == {"1": [["a", 0.8], ["b", 0.4]], "2": [["a", 0.6]], "3": [["c", 0.5]]}
    assert passages_wire(after, before) == {"2": [], "3": [["c", 0.7]], "4": [["d", 0.3]]}


def test_evidence_keeps_places_of_other_documents_in_code_points() -> None:
    evidence = Evidence((Quotation("said", "other", "Other.txt", 7, 0.9),), None, "What it is", ("said",), "8 in 10")
    wired = evidence_wire(3, "a", evidence)
    assert wired["quotations"] == [
        {"text": "said", "document": "other", "name": "Other.txt", "position": 7, "likeness": 0.9}
    ]
    assert wired["refused"] is None


def test_a_place_to_show_counts_as_the_browser_does() -> None:
    assert goto_wire("😀😀 end", Goto(2, 3, "t")) == {"token": "t", "start": 4, "end": 5}
    assert goto_wire("plain", Goto(2))["end"] is None


def sent(**values: Any) -> dict[str, Any]:
    whole = {
        "client": "c",
        "number": 1,
        "acknowledged": 0,
        "operations": [],
        "document": "d",
        "have": 3,
        "suggested": None,
    }
    return {**whole, **values}


def test_a_batch_is_read_with_what_it_asks() -> None:
    operation = {"id": "o", "number": 2.0, "document": "e", "kind": "code", "values": {"start": 1}}
    batch = read_batch(
        sent(
            operations=[operation],
            look={"passage": 3, "code": "a"},
            go={"document": "e", "position": 9},
            define="a",
            ask=True,
            name="Trust",
        )
    )
    assert batch.operations == (Sent("e", Operation("o", 2, "code", {"start": 1})),)
    assert (batch.look, batch.go, batch.ask, batch.name) == ((3, "a"), ("e", 9), True, "Trust")
    assert (batch.define, read_batch(sent()).define) == ("a", None)
    assert read_batch(sent()).look is None


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        [],
        {},
        sent(client=7),
        sent(number="1"),
        sent(number=True),
        sent(operations=None),
        sent(operations=[{"id": "o"}]),
        sent(operations=[{"id": "o", "number": 1, "document": "d", "kind": "code", "values": []}]),
        sent(look={"passage": 1}),
        sent(have=1.5),
        sent(name=["Trust"]),
    ],
)
def test_what_is_no_batch_is_refused_in_words(value: Any) -> None:
    with pytest.raises(InvalidValue, match="no batch of operations"):
        read_batch(value)
