"""Which words count as forms of one another, with the lookups and without them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coder.segmenting import forms
from coder.segmenting.forms import Knowledge, common_words, inflection


@pytest.fixture(autouse=True)
def afresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without lookups, whether they are installed here or not."""
    monkeypatch.setattr(forms, "_lookups", lambda language: {})
    forms._inflection.cache_clear()
    yield
    forms._inflection.cache_clear()


@pytest.mark.parametrize(
    ("language", "word", "same", "other"),
    [
        ("en", "trust", "trusts trusted trusting", "trustee tryst"),
        ("en-GB", "shift", "shifts shifted", "shirt"),
        ("sv", "vård", "vården vårdens", "vänder"),
        ("fi", "luottamus", "luottamuksen luottamusta luottamukseen luottamuksesta", "luotto"),
        ("fi", "työpaikka", "työpaikan työpaikalla työpaikoilla työpaikat työpaikkojen", "työpaja"),
        ("fi", "käytäntö", "käytännön käytäntöjä käytännöt käytäntöjen", "käytävä"),
        ("fi", "kehittäminen", "kehittämisen kehittämistä kehittämisessä", "kehitys"),
        ("fi", "muutos", "muutoksen muutosta muutokset", "muut"),
        ("fi", "kaupunki", "kaupungin kaupungissa kaupunkien", "kauppa"),
    ],
)
def test_endings_are_known_by_rules(language: str, word: str, same: str, other: str) -> None:
    known = inflection(language)
    assert known.knowledge is Knowledge.RULES
    assert known.forms(word, [*same.split(), *other.split()]) == set(same.split())


def test_words_of_a_language_without_rules_are_taken_as_they_are() -> None:
    assert inflection("ja").knowledge is Knowledge.NONE
    assert inflection("ja").forms("信頼", ["信頼", "信"]) == {"信頼"}


def test_words_that_are_everywhere_are_known() -> None:
    assert {"and", "it"} <= common_words("en-GB")
    assert "ja" in common_words("fi")
    assert common_words("xyz") == common_words("") == common_words("../os") == frozenset()


def test_lookups_know_forms_that_no_rule_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    lemmas = {"went": "go", "gone": "go", "goes": "go"}
    monkeypatch.setattr(forms, "_lookups", lambda language: lemmas if language == "en" else {})
    known = inflection("en")
    assert known.knowledge is Knowledge.LOOKUPS
    assert known.forms("went", ["going"]) == {"go", "goes", "went", "gone"}
    assert inflection("fi").knowledge is Knowledge.RULES
