"""Which backups are worth keeping as they grow older: every hour of a day, every day of a week, then every week."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

HOURLY = timedelta(days=1)
"""Age up to which the newest backup of each hour is kept."""
DAILY = timedelta(days=7)
"""Age up to which the newest backup of each day is kept; beyond it, the newest of each week."""


def worth_keeping(moments: Iterable[datetime], now: datetime) -> frozenset[datetime]:
    """The moments whose backups stay; the newest always does, and so does one that claims to come from the future."""
    newest: dict[tuple[object, ...], datetime] = {}
    for moment in sorted(moments):
        age = now - moment
        week = moment.isocalendar()
        if age < HOURLY:
            stretch: tuple[object, ...] = ("hour", moment.date(), moment.hour)
        elif age < DAILY:
            stretch = ("day", moment.date())
        else:
            stretch = ("week", week.year, week.week)
        newest[stretch] = moment
    return frozenset(newest.values())
