"""A place where coders agree or differ, in words."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from coder.agreement import Kind, Place
from coder.model import Codebook

SIGNS = {Kind.AGREED: "=", Kind.EXTENT: "↔", Kind.CODE: "≠", Kind.MISSING: "∅", Kind.ALONE: "1"}
"""One character that tells how codings stand to each other, without colour."""


def place_in_words(place: Place, names: Mapping[str, str], codebook: Codebook) -> list[tuple[str, str]]:
    """Who put what, with the words: one line a coder and code, those who put nothing last. Equal words stand once."""
    lines: list[tuple[str, str]] = []
    told = ""
    for (coder, code), codings in groupby(place.codings, key=lambda coding: (coding.coder, coding.code)):
        quotation = " […] ".join(coding.quotation for coding in codings)
        lines.append((f"{names.get(coder, '?')}: {codebook.path(code)}", "" if quotation == told else quotation))
        told = quotation
    return lines + [(f"{names.get(coder, '?')}: nothing", "") for coder in place.missing]
