from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.parts.words import count, local_time, plain, shortened


@given(st.text())
def test_plain_text_differs_only_in_escapes_and_invisible_joiners(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", plain(text)).replace("\u2060", "") == text.replace("\n", " ").replace("\u2060", "")


@pytest.mark.parametrize(
    "text",
    ["http://a.b", "HTTPS://a.b", "www.a.b", "a@b.c", ":smile:", ":material/home:", "a -> b", "a <-> b", "-- >= ~="],
)
def test_what_no_escape_keeps_from_being_turned_is_joined_apart(text: str) -> None:
    shown = plain(text).replace("\\", "")
    assert "\u2060" in shown
    assert not re.search(r"(?i)https?://|www\.|\w@|:\w+:|->|<-|--|>=|~=", shown)


def test_numbers_stand_with_their_nouns() -> None:
    assert [count(1, "case"), count(2000, "case"), count(0, "entry", "entries")] == [
        "1 case",
        "2,000 cases",
        "0 entries",
    ]


def test_a_long_text_is_shortened_to_one_line() -> None:
    assert shortened("one\n two") == "one two"
    assert shortened("word " * 40, 12) == "word word w…"


def test_a_moment_is_told_to_the_minute() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", local_time("2026-03-04T10:11:12.345Z"))
