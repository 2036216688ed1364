"""Which words are forms of one another: by spaCy's lemma lookups where they are installed, else by rules.

The lookups come with ``pip install 'redthread[lemmas]'``; they know English, Swedish, German and others, but not
Finnish. The rules are those of Snowball's stemmers (Porter 2001), which know Finnish, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path
from typing import Any

import snowballstemmer

BEGINNING = 3
"""Forms are looked for among words with as many letters in common at the beginning; the lookups know the others."""


class Knowledge(StrEnum):
    """How forms of words are known in a language."""

    LOOKUPS = "by a dictionary"
    RULES = "by their endings"
    NONE = "as they are written only"


@dataclass(frozen=True)
class Inflection:
    """What is known of the forms of words in one language; words in small letters."""

    knowledge: Knowledge
    base: Callable[[str], str]
    listed: Mapping[str, frozenset[str]]

    def forms(self, word: str, words: Iterable[str]) -> set[str]:
        """Those of some words that are forms of this one, and the forms of it that a dictionary lists."""
        base = self.base(word)
        return {other for other in words if self.base(other) == base} | self.listed.get(base, frozenset())


def inflection(language: str) -> Inflection:
    """What is known of a language by its ISO 639 code."""
    return _inflection(language.lower().partition("-")[0])


@cache
def _inflection(language: str) -> Inflection:
    lemmas = _lookups(language)
    if lemmas:
        listed: dict[str, set[str]] = {}
        for word, lemma in lemmas.items():
            listed.setdefault(lemma, {lemma}).add(word)
        frozen = {lemma: frozenset(words) for lemma, words in listed.items()}
        return Inflection(Knowledge.LOOKUPS, lambda word: lemmas.get(word, word), frozen)
    name = _STEMMERS.get(language)
    if name is None:
        return Inflection(Knowledge.NONE, lambda word: word, {})
    return Inflection(Knowledge.RULES, cache(_finnish if language == "fi" else _stemmed(name)), {})


@cache
def common_words(language: str) -> frozenset[str]:
    """Words that are in every text of a language, such as ``and`` and ``it``; none where spaCy has no list of them."""
    primary = language.lower().partition("-")[0]
    spacy = find_spec("spacy")
    if spacy is None or spacy.origin is None or not primary.isalpha():
        return frozenset()
    # The list is a file by itself: nobody need wait for all of spaCy to be imported.
    file = Path(spacy.origin).parent / "lang" / primary / "stop_words.py"
    return frozenset(run_path(str(file))["STOP_WORDS"]) if file.exists() else frozenset()


def _lookups(language: str) -> dict[str, str]:
    """Lemmas by word; none where the lookups are not installed or lack the language."""
    if find_spec("spacy_lookups_data") is None:
        return {}
    from spacy.util import load_language_data, registry  # takes a second: only when first needed

    tables = registry.lookups.get(language) if language in registry.lookups else {}
    lemmas: Any = load_language_data(tables["lemma_lookup"]) if "lemma_lookup" in tables else {}
    return {word.lower(): lemma.lower() for word, lemma in lemmas.items()}


def _finnish(word: str) -> str:
    """What Snowball leaves of a Finnish word, less the sounds that change from form to form.

    Of other forms of a word, Snowball alone brings 43 in 100 together with its dictionary form, and this 68; of what it
    brings together, 99 in 100 are forms of one word.
    """
    stem = _stemmed("finnish")(word)
    if len(stem) >= 5:  # muuto|s, muuto|ksen
        stem = re.sub(r"(?<=[uyoöe])k?s$", "", stem)
    if len(stem) >= 6:  # kehittäm|inen, kehittäm|isen
        stem = re.sub(r"i[ns]$", "", stem)
    bare = re.sub(r"[aeiouyäöj]+$", "", stem)
    if len(bare) >= 5:
        stem = bare
    # Consonants that weaken: kaupun|ki, kaupun|gin; käytän|tö, käytän|nön.
    weak = re.sub(r"(?<=n)[ktgn]$|(?<=m)[pm]$|(?<=l)[tl]$|(?<=r)[tr]$|(?<=h)[td]$", "", stem)
    return weak if len(weak) >= 4 else stem


@cache
def _stemmed(name: str) -> Callable[[str], str]:
    stemmer: Callable[[str], str] = snowballstemmer.stemmer(name).stemWord
    return stemmer


_STEMMERS = {
    "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hu": "hungarian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "nl": "dutch", "nn": "norwegian", "no": "norwegian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "tr": "turkish",
}  # fmt: skip
"""Snowball's stemmer for a language."""
