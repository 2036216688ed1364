"""Cases: participants, sites or networks, and what is known about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import isfinite

from coder.model.span import Span

Value = str | int | float | bool | None


class AttributeType(StrEnum):
    """How the values of an attribute compare."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something known about every case, with one type."""

    name: str
    type: AttributeType = AttributeType.TEXT


@dataclass(frozen=True, slots=True)
class Case:
    """A participant, site or network; ``values`` by attribute name."""

    id: str
    name: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Membership:
    """A document belongs to a case, wholly (``span`` None) or for one stretch of it."""

    document: str
    case: str
    span: Span | None = None


def attribute_type(values: list[str]) -> AttributeType:
    """The narrowest type that fits every non-empty value."""
    filled = [value.strip() for value in values if value.strip()]
    if not filled:
        return AttributeType.TEXT
    if all(value.lower() in _BOOLEANS for value in filled):
        return AttributeType.BOOLEAN
    for kind in (AttributeType.NUMBER, AttributeType.DATE):
        try:
            for value in filled:
                parse_value(value, kind)
        except ValueError:
            continue
        return kind
    return AttributeType.TEXT


_NUMBER = re.compile(r"[+-]?(0|[1-9][0-9]{0,308})(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}


def parse_value(text: str, kind: AttributeType) -> Value:
    """Read one value of a case table; empty is None. Raises ValueError with what was expected."""
    text = text.strip()
    if not text:
        return None
    if kind is AttributeType.TEXT:
        return text
    if kind is AttributeType.BOOLEAN:
        if text.lower() not in _BOOLEANS:
            raise ValueError(f"{text!r} is not yes or no")
        return _BOOLEANS[text.lower()]
    if kind is AttributeType.DATE:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError(f"{text!r} is not a date like 2021-03-04") from None
    # Not what float() takes: 007 is somebody's number, not seven, and 1_000 is a name.
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a number")
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text!r} is too large a number")
    return number if set(text) & set(".eE") else int(text)
