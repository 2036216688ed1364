"""Dates as people write them, read as ISO dates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_MONTHS = {
    1: "jan tammi",
    2: "feb helmi",
    3: "mar mär maalis mrz",
    4: "apr huhti",
    5: "may mai maj touko",
    6: "jun kesä",
    7: "jul heinä",
    8: "aug elo",
    9: "sep syys",
    10: "oct okt loka",
    11: "nov marras",
    12: "dec dez joulu",
}
_PREFIXES = {prefix: month for month, prefixes in _MONTHS.items() for prefix in prefixes.split()}
_MONTH = rf"(?P<month>(?:{'|'.join(sorted(_PREFIXES, key=len, reverse=True))})[a-zäöå]*)"
_STROKES = re.compile(r"(?<![\d/])(?P<a>\d{1,2})[/-](?P<b>\d{1,2})[/-](?P<y>(?:19|20)\d\d)(?!\d)")
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<y>(?:19|20)\d\d)[-/._](?P<m>\d{1,2})[-/._](?P<d>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)",
        r"(?<![\d.])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>(?:19|20)\d\d)(?!\d)",
        _STROKES.pattern,
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_MONTH}\.?,?\s+(?P<y>(?:19|20)\d\d)(?!\d)",
        rf"(?<!\w){_MONTH}\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)(?!\d)",
    )
)


def date_in(text: str, month_first: bool | None = None) -> str | None:
    """The first date in a text, as ``2021-03-04``; None if there is none.

    ``3/4/2021`` could be two days and is passed over, unless ``month_first`` says how such dates are
    written; ``13/4/2021`` and ``4/13/2021`` can be only one.
    """
    found = ((match.start(), match) for pattern in _PATTERNS for match in pattern.finditer(text))
    for _, match in sorted(found, key=lambda pair: pair[0]):
        day = _date(match.groupdict(), month_first)
        if day is not None:
            return day.isoformat()
    return None


_WEEKDAY = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun|ma|ti|ke|to|pe|la|su|mån|tis|ons|tor|lör|sön|mo|di|mi|do|fr|sa|so)[a-zäöå]*[.,]?\s+",
    re.IGNORECASE,
)


def begins_with_date(line: str) -> bool:
    """Whether a line begins with a date, perhaps behind the day of the week."""
    day = _WEEKDAY.match(line)
    return any(pattern.match(line, begin) for pattern in _PATTERNS for begin in {0, day.end() if day else 0})


def month_first(texts: Iterable[str]) -> bool | None:
    """Whether dates with strokes name the month first, as those of them tell that can be only one day; or None."""
    pairs = [(int(match["a"]), int(match["b"])) for text in texts for match in _STROKES.finditer(text)]
    american = any(second > 12 for _, second in pairs)
    return american if american != any(first > 12 for first, _ in pairs) else None


def _date(parts: dict[str, str | None], month_first: bool | None) -> date | None:
    year = int(parts["y"] or 0)
    if parts.get("a") is not None:
        first, second = int(parts["a"] or 0), int(parts["b"] or 0)
        if first <= 12 and second <= 12 and first != second and month_first is None:
            return None
        month, day = (first, second) if second > 12 or (month_first and first <= 12) else (second, first)
    else:
        day = int(parts["d"] or 0)
        word = parts.get("month")
        month = _month(word) if word else int(parts.get("m") or 0)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(word: str) -> int:
    word = word.casefold()
    return next(
        month for prefix, month in sorted(_PREFIXES.items(), key=lambda pair: -len(pair[0])) if word.startswith(prefix)
    )
