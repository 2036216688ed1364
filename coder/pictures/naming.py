"""Names short enough to stand beside a picture, each still its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

LONGEST = 34
"""Letters of a name beside a picture."""


def short_names(names: Iterable[str], separator: str = "\0", longest: int = LONGEST) -> dict[str, str]:
    """For each name a short one, no two the same: of a path its last parts, as many as tell it apart, then cut."""
    parts = {name: name.split(separator) for name in names}
    told = dict.fromkeys(parts, 1)
    while True:
        tails = {name: separator.join(parts[name][-told[name] :]) for name in parts}
        times = Counter(tails.values())
        alike = [name for name in parts if times[tails[name]] > 1 and told[name] < len(parts[name])]
        if not alike:
            break
        for name in alike:
            told[name] += 1
    used: set[str] = set()
    short = {}
    for name, tail in tails.items():
        short[name] = _own(_cut(tail, longest), used)
        used.add(short[name])
    return short


def _cut(name: str, longest: int) -> str:
    line = " ".join(name.split())
    if len(line) <= longest:
        return line
    # The end often tells more than the middle: "Home 1, second visit".
    end = longest // 3
    return f"{line[: longest - end - 1].rstrip()}…{line[-end:].lstrip()}"


def _own(name: str, used: set[str]) -> str:
    number, own = 1, name
    while own in used:
        number += 1
        own = f"{name} ({number})"
    return own
