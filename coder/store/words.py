"""What a researcher looks for as a query that SQLite's full-text search cannot misread."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from coder.model.query import Query, Term
from coder.store.file import ProjectFile


def match_query(query: Query) -> str:
    """The query in the language of FTS5, every word of it in quotes."""
    wanted = " AND ".join(_any(group) for group in query.every)
    return f"({wanted}) NOT {_any(query.without)}" if query.without else wanted


def _any(terms: Iterable[Term]) -> str:
    return "(" + " OR ".join(part for term in terms for part in _spelled(term)) + ")"


def _spelled(term: Term) -> list[str]:
    """A term in all its forms. A text may hold letters with marks composed or decomposed."""
    # An ending is no query of FTS5: its forms are all that it stands for.
    own = [] if term.open_start else [" ".join(term.words)]
    star = "*" if term.open_end else ""
    spelled = [(form, star) for form in own] + [(form, "") for form in term.forms]
    both = (f'"{unicodedata.normalize(kind, form)}"{star}' for form, star in spelled for kind in ("NFC", "NFD"))
    return list(dict.fromkeys(both)) or ['""']


FIND_WORDS = """
    SELECT d.id, segment.position, segment."start", segment."end", segment.turn
    FROM (SELECT rowid AS number, bm25(words) AS fit FROM words WHERE words MATCH ?1) AS hit
    JOIN segment USING (number)
    JOIN reading ON reading.number = segment.reading
    JOIN document d ON d.reading = reading.hash
    WHERE NOT d.removed AND (?2 IS NULL OR d.id IN (SELECT value FROM json_each(?2)))
    ORDER BY fit, d.number, segment.position
"""
"""Segments that hold what is looked for, best first; those of earlier texts and removed documents are left out."""


def vocabulary(file: ProjectFile, part: str, *, anywhere: bool = False) -> list[str]:
    """The words in the index that begin with these letters, or hold them anywhere; marks composed with letters."""
    # A view of the index, made for this connection alone: it is never behind.
    file.rows("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, words, row)")
    # The last of all characters ends the range of words that begin so.
    where = "instr(term, ?1)" if anywhere else "term >= ?1 AND term < ?1 || char(1114111)"
    spelled = {unicodedata.normalize(kind, part) for kind in ("NFC", "NFD")}
    found = [row for each in spelled for row in file.rows(f"SELECT term FROM temp.vocabulary WHERE {where}", (each,))]  # noqa: S608
    return sorted({unicodedata.normalize("NFC", word) for (word,) in found})
