from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import InvalidValue
from coder.model import PathPattern, ToldCase


@pytest.mark.parametrize(
    ("pattern", "path", "told"),
    [
        ("{case}/{name}", "study/Kartano/one.docx", ToldCase("Kartano")),
        ("{case}/{name}", "one.docx", None),
        ("{case}/{wave}/{name}", "a/Kartano/2/one.txt", ToldCase("Kartano", {"wave": "2"})),
        ("{Case}/{First wave}/{name}.docx", "Kartano/2/one.docx", ToldCase("Kartano", {"First wave": "2"})),
        ("{case}_{wave}_*", "in/P1_2_final.v2.docx", ToldCase("P1", {"wave": "2"})),
        ("{case}-{name}", "a-b-c.txt", ToldCase("a")),
        ("{case}/{case}/{name}", "Kartano\\2021\\one.txt", ToldCase("Kartano 2021")),
        ("interview {case}", "Interview P 7.txt", ToldCase("P 7")),
        ("{case}", "P1.txt", ToldCase("P1")),
        ("{case}", ".txt", ToldCase(".txt")),
        ("{case}/x{name}", "Kartano/one.txt", None),
        ("{case}/Yö{name}", "Tera\u0308stie/Yo\u0308vuoro.txt", ToldCase("Terästie")),
    ],
)
def test_a_path_tells_what_the_pattern_names(pattern: str, path: str, told: ToldCase | None) -> None:
    assert PathPattern.parse(pattern).case_of(path) == told


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "is empty"),
        ("{name}", "names no {case}"),
        ("{case}/{}/{name}", "without a name"),
        ("{case}/{wave}-{Wave}", "twice"),
        ("{case}{wave}/{name}", "something between"),
        ("{case}/{name", "nothing closes"),
    ],
)
def test_a_pattern_that_tells_nothing_apart_is_refused(pattern: str, words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        PathPattern.parse(pattern)


names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


@given(names, names, names)
def test_a_path_that_was_built_by_a_pattern_is_read_by_it(case: str, wave: str, name: str) -> None:
    told = PathPattern.parse("{case}/wave {wave}_{name}").case_of(f"top/{case}/wave {wave}_{name}.txt")
    case, wave = (unicodedata.normalize("NFC", text) for text in (case, wave))
    assert told == ToldCase(case, {"wave": wave})


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_pattern_is_refused_in_words_or_reads_any_path(pattern: str, path: str) -> None:
    for text in (pattern, "{case}" + pattern):
        try:
            PathPattern.parse(text).case_of(path)
        except InvalidValue as error:
            assert str(error)
