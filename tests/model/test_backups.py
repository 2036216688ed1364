"""Backups thin out as they grow older, and what was once kept for a stretch of time stays its only one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from coder.model.backups import DAILY, HOURLY, worth_keeping

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
MOMENTS = st.lists(st.integers(0, 60 * 24 * 100).map(lambda minutes: NOW - timedelta(minutes=minutes)), unique=True)


def test_today_by_the_hour_this_week_by_the_day_and_then_by_the_week() -> None:
    every_ten_minutes = [NOW - timedelta(minutes=10 * step) for step in range(6 * 24 * 30)]
    kept = worth_keeping(every_ten_minutes, NOW)
    ages = [NOW - moment for moment in kept]
    assert sum(age < HOURLY for age in ages) == 25
    assert sum(HOURLY <= age < DAILY for age in ages) == 7
    assert sum(age >= DAILY for age in ages) == 5


@given(MOMENTS)
def test_the_newest_always_stays_and_thinning_again_changes_nothing(moments: list[datetime]) -> None:
    kept = worth_keeping(moments, NOW)
    assert kept <= set(moments)
    assert not moments or max(moments) in kept
    assert worth_keeping(kept, NOW) == kept


@given(MOMENTS)
def test_no_week_that_had_a_backup_is_without_one(moments: list[datetime]) -> None:
    def weeks(of: set[datetime] | frozenset[datetime]) -> set[tuple[int, int]]:
        return {moment.isocalendar()[:2] for moment in of}

    assert weeks(worth_keeping(moments, NOW)) == weeks(set(moments))
