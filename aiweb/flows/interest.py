"""Simple interest by days: what is owed from day to day, times a yearly rate.

    interest of a year = Σ owed × rate × days / days of that calendar year

over the stretches of the year in which what is owed stays the same.
So a loan owed all year costs its rate, in a leap year too; what contracts count as a year differs,
and none of their ways (30/360, actual/360) is taken.
Money drawn on a day is owed from that day on, money repaid on a day until the day before.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple


class Change(NamedTuple):
    """So many whole dollars more are owed from a day on, at least and at most; below zero, less."""

    day: date
    low: int
    high: int


class Stretch(NamedTuple):
    """Days of one calendar year in which the same is owed, `low` to `high`, and the days of that year."""

    year: int
    days: int
    of: int
    low: int
    high: int

    def part(self) -> Fraction:
        """Give the part of the year that it is."""
        return Fraction(self.days, self.of)


def stretches(changes: Iterable[Change], since: date, until: date) -> tuple[Stretch, ...]:
    """Cut the time from `since` to `until`, both included, where what is owed changes and at ends of years.

    Nothing less than zero is owed, and stretches in which nothing is are left out.

    >>> loan = [Change(date(2026, 12, 1), 60, 60), Change(date(2027, 7, 1), -25, -20)]
    >>> for stretch in stretches(loan, date(2026, 1, 1), date(2027, 12, 30)):
    ...     print(*stretch)
    2026 31 365 60 60
    2027 181 365 60 60
    2027 183 365 35 40
    """
    listed = sorted(changes)
    beyond = until + timedelta(days=1)
    cuts = {since, beyond, *(change.day for change in listed)}
    cuts |= {date(year, 1, 1) for year in range(since.year, beyond.year + 1)}
    inside = sorted(day for day in cuts if since <= day <= beyond)
    found = []
    for first, after in pairwise(inside):
        low = max(0, sum(change.low for change in listed if change.day <= first))
        high = max(0, sum(change.high for change in listed if change.day <= first))
        if high:
            year = first.year
            of = (date(year + 1, 1, 1) - date(year, 1, 1)).days
            found.append(Stretch(year, (after - first).days, of, low, high))
    return tuple(found)
