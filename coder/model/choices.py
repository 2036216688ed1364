"""What a table counts and holds, what a picture shows, and for whom a file is written."""

from __future__ import annotations

from enum import StrEnum


class Measure(StrEnum):
    """What a cell counts."""

    CODINGS = "codings"
    DOCUMENTS = "documents"
    WORDS = "coded words"
    PER_THOUSAND = "coded words per 1,000"
    SPEAKERS = "share of speakers"
    BINARY = "coded or not"

    @property
    def needs_texts(self) -> bool:
        """Whether the texts of the documents are needed."""
        return self in (Measure.WORDS, Measure.PER_THOUSAND)


class ExportKind(StrEnum):
    """What an exported file holds."""

    QUOTATIONS = "quotations"
    CASES = "cases"
    CROSSTAB = "crosstab"
    CO_OCCURRENCE = "co-occurrence"
    SPEAKERS = "speakers"
    ROLES = "roles"
    KINDS = "kinds"
    TIMELINE = "timeline"
    MEETINGS = "meetings"


class PictureKind(StrEnum):
    """What a picture shows."""

    HEATMAP = "heatmap"
    NETWORK = "network"
    PORTRAIT = "portrait"
    TIMELINE = "timeline"
    MAP = "map"
    CONTRAST = "contrast"


class Colour(StrEnum):
    """What the points of a map are told apart by."""

    CODE = "code"
    CASE = "case"


class Look(StrEnum):
    """What a picture is drawn for."""

    LIGHT = "light"
    DARK = "dark"
    GREY = "grey"


class Target(StrEnum):
    """The program that an exchange file is written for; ``STRICT`` keeps to the letter of the standard."""

    STRICT = "strict"
    NVIVO = "nvivo"
    MAXQDA = "maxqda"
    ATLAS = "atlasti"
