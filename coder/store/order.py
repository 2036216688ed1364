"""Places in an order, so that moving one item writes one row and not all that come after it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

_CLOSEST = 1e-6


def places(order: Sequence[str], known: Mapping[str, float]) -> dict[str, float]:
    """A rising number for every item of ``order``, keeping as many of the ``known`` ones as can stay.

    Numbers all anew where two neighbours have come too close to fit another between them.
    """
    kept = _longest_rising([(known[item], i) for i, item in enumerate(order) if item in known])
    found: dict[str, float] = {}
    start, low = 0, None
    for place, i in [*kept, (None, len(order))]:
        between = _between(low, place, i - start)
        if between is None:
            return {item: float(number) for number, item in enumerate(order, 1)}
        found.update(zip(order[start:i], between, strict=True))
        if place is not None:
            found[order[i]] = place
        start, low = i + 1, place
    return found


def _between(low: float | None, high: float | None, count: int) -> list[float] | None:
    if low is None:
        low = high - count - 1 if high is not None else 0.0
    step = (high - low) / (count + 1) if high is not None else 1.0
    return [low + step * n for n in range(1, count + 1)] if step >= _CLOSEST else None


def _longest_rising(items: Sequence[tuple[float, int]]) -> list[tuple[float | None, int]]:
    ends: list[float] = []
    last: list[int] = []
    before: list[int | None] = []
    for n, (place, _) in enumerate(items):
        length = bisect_left(ends, place)
        before.append(last[length - 1] if length else None)
        ends[length:] = [place, *ends[length + 1 :]]
        last[length:] = [n, *last[length + 1 :]]
    rising: list[tuple[float | None, int]] = []
    at = last[-1] if last else None
    while at is not None:
        rising.append(items[at])
        at = before[at]
    return rising[::-1]
