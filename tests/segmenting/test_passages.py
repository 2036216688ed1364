from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.model import Span, Turn, TurnKind, trimmed
from coder.segmenting import SEGMENTER, passages
from coder.segmenting.passages import LONGEST, SHORTEST

SENTENCE = "We met at the gate and talked about the handover for a good while."
PIECES = st.sampled_from(
    [
        "We met at the gate. ",
        "and then, well, ",
        "[laughs] ",
        "No... no — ",
        "Dr. Smith said e.g. this. ",
        "\n",
        "e\u0301\u0323 ",
        "👩‍👩‍👧 ",
        "שלום, מה שלומך? ",
        "今日は会議がありました。",
        "https://example.org/a/rather/long/address/that/never/ends?x=1&y=2 ",
        "word " * 40,
        "x" * 60,
    ]
)
KINDS = st.sampled_from([TurnKind.SPEECH, TurnKind.PARAGRAPH, TurnKind.HEADING, TurnKind.HEADER, TurnKind.ACTION])


def read(text, language="en"):
    return [span.of(text) for span, _ in passages(text, [Turn(Span(0, len(text)))], language)]


@st.composite
def documents(draw):
    text, turns = "", []
    for kind, pieces in draw(st.lists(st.tuples(KINDS, st.lists(PIECES, min_size=1, max_size=30)), max_size=5)):
        text += "Label: "
        start = len(text)
        text += "".join(pieces)
        turns.append(Turn(Span(start, len(text)), kind))
        text += "\n\n"
    return text, turns


@given(documents(), st.sampled_from(["en", "fi", "xx", "ja"]))
def test_passages_stand_in_order_inside_their_turns_and_cover_them(document, language):
    text, turns = document
    found = passages(text, turns, language)
    for (before, _), (after, _) in pairwise(found):
        assert before.end <= after.start
    for span, index in found:
        assert turns[index].kind.is_content
        assert turns[index].span.contains(span)
        assert trimmed(text, span.start, span.end) == span
        assert len(span.of(text).split()) <= LONGEST
    covered = {position for span, _ in found for position in range(span.start, span.end)}
    for turn in turns:
        if turn.kind.is_content and any(map(str.isalnum, turn.span.of(text))):
            rest = [text[i] for i in range(turn.span.start, turn.span.end) if i not in covered]
            assert all(map(str.isspace, rest))


@given(st.text(), st.sampled_from(["en", "fi", "zh"]))
def test_any_text_is_covered(text, language):
    parts = read(text, language) if text else []
    assert "".join("".join(parts).split()) == ("".join(text.split()) if any(map(str.isalnum, text)) else "")


def test_a_short_turn_stays_whole():
    assert read("Yes. No. [laughs] Maybe.") == ["Yes. No. [laughs] Maybe."]


def test_a_long_turn_is_cut_at_sentence_ends_into_even_parts():
    parts = read(" ".join([SENTENCE] * 20))
    sizes = [len(part.split()) for part in parts]
    assert all(part.endswith("while.") for part in parts)
    assert min(sizes) >= SHORTEST
    assert max(sizes) - min(sizes) <= len(SENTENCE.split())


def test_an_abbreviation_does_not_end_a_sentence():
    text = " ".join(["Prof. Aalto said that e.g. Mrs. Salo and Mr. Lind had gone home from the meeting early."] * 12)
    assert all(part.endswith("early.") for part in read(text))


def test_a_remark_stays_with_the_sentence_before_it():
    text = " ".join(["Then everyone went out to look at the new crane together. [laughs]"] * 20)
    assert all(part.endswith("[laughs]") for part in read(text))


def test_speech_without_stops_is_cut_at_clauses():
    text = "and then we went there, " * 100
    parts = read(text)
    assert len(parts) > 3
    assert all(part.endswith("there,") for part in parts)


def test_a_line_end_inside_a_turn_ends_a_sentence():
    text = "\n".join(["a line of a poem or a list that has no stop"] * 20)
    assert all(part.endswith("stop") for part in read(text))


def test_a_language_without_spaces_is_cut_at_its_own_stops():
    parts = read("今日は会議がありました、とても長い会議でした。" * 400, "ja")
    assert len(parts) > 1
    assert all(part.endswith("。") for part in parts)


@pytest.mark.parametrize("language", ["xx", "tlh", "", "en-GB", "../en"])
def test_an_unknown_language_is_cut_by_general_rules(language):
    assert all(part.endswith("while.") for part in read(" ".join([SENTENCE] * 20), language))


def test_what_frames_the_talk_gives_no_passages():
    text = "A heading\n\nPresent: Anna\n\nWords."
    turns = [Turn(Span(0, 9), TurnKind.HEADING), Turn(Span(11, 24), TurnKind.ATTENDANCE), Turn(Span(26, 32))]
    assert passages(text, turns) == [(Span(26, 32), 2)]


def test_a_turn_without_letters_gives_no_passage():
    assert read("... — ?!") == []


@pytest.mark.parametrize("text", ["'" * 50_000 + "a.", ".a" * 50_000, "a" * 500_000, "a. " * 300_000])
def test_strange_text_of_great_length_is_cut_too(text):
    parts = read(text)
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")


def test_the_way_of_cutting_has_a_name_and_a_version():
    assert SEGMENTER == "passages-1"
