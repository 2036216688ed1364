"""The programs that exchange files are written for."""

from __future__ import annotations

from enum import StrEnum


class Target(StrEnum):
    """The program that an exchange file is written for; ``STRICT`` keeps to the letter of the standard."""

    STRICT = "strict"
    NVIVO = "nvivo"
    MAXQDA = "maxqda"
    ATLAS = "atlasti"
