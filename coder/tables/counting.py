"""Codes against groups of text, whatever the groups are: counted in codings, documents, words or speakers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coder.model import Turn
from coder.model.choices import Measure
from coder.tables.material import Material
from coder.tables.places import Ints, Places, Stretches, Words, distinct, numbered, union_lengths


def counted(
    material: Material, stretches: Stretches, measure: Measure, *, rest: int | None = None, places: Places | None = None
) -> pd.DataFrame:
    """Groups (rows) by codes (columns, paths in codebook order), every group and every codable code.

    A coding counts in each group that it touches; in the group ``rest`` only if it touches no other.
    ``coded words`` are different words of content, once however many codings and coders; ``share of
    speakers`` is the percentage of the group's speakers (the interviewer left out) of whom something is
    coded: one name is one speaker.
    """
    places = places or Places.of(material)
    rows, under = belonging(places, stretches, rest)
    words = Words.of(material) if measure.needs_texts else None
    codes, groups = len(material.codebook.codes), len(stretches.names)
    cell = stretches.group[under] * codes + places.code[rows]
    if words is not None:
        first, last = words.under(
            np.maximum(places.start[rows], stretches.start[under]), np.minimum(places.end[rows], stretches.end[under])
        )
        cells = union_lengths(cell, first, last, groups * codes)
    elif measure is Measure.SPEAKERS:
        cells = _speakers(material, places, stretches, rows, under)
    else:
        what, many = (places.document, len(material.documents)) if measure is Measure.DOCUMENTS else (places.row, 0)
        pairs = distinct(cell * (many or len(material.codings) or 1) + what[rows])
        cells = np.bincount(pairs // (many or len(material.codings) or 1), minlength=groups * codes)
    numbers = numbered(code.id for code in material.codebook.codes)
    table = cells.reshape(groups, codes)[:, [numbers[code.id] for _, code in material.codebook.walk()]]
    used = np.zeros(codes, np.bool_)
    used[places.code] = True
    shown = [code.takes_codings or bool(used[numbers[code.id]]) for _, code in material.codebook.walk()]
    paths = [material.codebook.path(code.id) for _, code in material.codebook.walk()]
    frame = pd.DataFrame(table, index=pd.Index(stretches.names), columns=pd.Index(paths, name="code path"))
    frame = frame.loc[:, shown].astype("int64")
    if measure is Measure.BINARY:
        return frame.clip(upper=1)
    if measure is Measure.PER_THOUSAND and words is not None:
        return _shares(frame, _words_in(words, stretches), 1000)
    if measure is Measure.SPEAKERS:
        return _shares(frame, _all_speakers(material, stretches), 100)
    return frame


def belonging(places: Places, stretches: Stretches, rest: int | None = None) -> tuple[Ints, Ints]:
    """Pairs (coding, stretch) that share a character; of the group ``rest`` those of codings that touch no other."""
    rows, under = stretches.under(places.start, places.end)
    if rest is None:
        return rows, under
    elsewhere = np.zeros(len(places.row), np.bool_)
    elsewhere[rows[stretches.group[under] != rest]] = True
    kept = (stretches.group[under] != rest) | ~elsewhere[rows]
    return rows[kept], under[kept]


def codings_in(material: Material, stretches: Stretches, group: str, path: str) -> list[str]:
    """The ids of the codings of one code that touch a group, in the order of the material."""
    places = Places.of(material)
    rows, under = stretches.under(places.start, places.end)
    number = numbered(code.id for code in material.codebook.codes)[material.codebook.at(path).id]
    wanted = {place for place, name in enumerate(stretches.names) if name == group}
    found = np.isin(stretches.group[under], list(wanted)) & (places.code[rows] == number)
    return [material.codings[row].id for row in places.row[np.unique(rows[found])]]


def group_words(material: Material, stretches: Stretches) -> Ints:
    """Words of content in each group; needs texts."""
    return _words_in(Words.of(material), stretches)


def _words_in(words: Words, stretches: Stretches) -> Ints:
    first, last = words.under(stretches.start, stretches.end)
    return union_lengths(stretches.group, first, last, len(stretches.names))


def _shares(frame: pd.DataFrame, of: Ints, scale: int) -> pd.DataFrame:
    whole = pd.Series(of, frame.index).astype("float64")
    return frame.mul(scale).div(whole.where(whole > 0), axis=0).fillna(0.0).round(1)


def _spoken(material: Material) -> tuple[Stretches, int]:
    """The turns of everybody but interviewers, each with the number of its speaker's name."""

    def asked(document: str, turn: Turn) -> bool:
        return not turn.speaker or not turn.kind.is_content or turn.speaker == material.askers.get(document)

    found = [
        (first + turn.span.start, first + turn.span.end, turn.speaker or "")
        for document, first in zip(material.documents, material.begins, strict=True)
        for turn in material.turns.get(document.id, ())
        if not asked(document.id, turn)
    ]
    names = numbered(speaker for _, _, speaker in found)
    return Stretches.of(tuple(names), ((start, end, names[speaker]) for start, end, speaker in found)), len(names)


def _speakers(material: Material, places: Places, stretches: Stretches, rows: Ints, under: Ints) -> Ints:
    """Different speakers under each cell, flat."""
    codes = len(material.codebook.codes)
    turns, many = _spoken(material)
    start = np.maximum(places.start[rows], stretches.start[under])
    end = np.minimum(places.end[rows], stretches.end[under])
    pieces, turn = turns.under(start, end)
    cell = (stretches.group[under] * codes + places.code[rows])[pieces]
    return _different(cell, turns.group[turn], many, len(stretches.names) * codes)


def _all_speakers(material: Material, stretches: Stretches) -> Ints:
    turns, many = _spoken(material)
    rows, turn = turns.under(stretches.start, stretches.end)
    return _different(stretches.group[rows], turns.group[turn], many, len(stretches.names))


def _different(cell: Ints, value: Ints, many: int, cells: int) -> Ints:
    """(cells,), how many different values below ``many`` each cell has."""
    pairs = distinct(cell * max(many, 1) + value)
    return np.bincount(pairs // max(many, 1), minlength=cells)
