"""In which calendar years a promise is paid.

By its published schedule; without one, evenly by months over its term, or by days where an end is
inside a month; without either in no year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Protocol

from aiweb.values import NOTHING, Money, Span, When, total


class Dated(Protocol):
    """What is known of when a promise is paid: a leg as it stands on a day has all of it."""

    @property
    def amount(self) -> Money:
        """What is promised."""

    @property
    def term(self) -> Span | None:
        """When it is paid, as a span."""

    @property
    def schedule(self) -> Mapping[When, Money] | None:
        """Published payments by date."""


def by_year(
    leg: Dated, start: date = date.min, paid: Money | None = None, paid_on: date | None = None
) -> tuple[dict[int, Money], Money | None, str]:
    """Put what is still to be paid on a leg, from `start` on, into calendar years.

    `paid` is what has been paid up to `paid_on`.
    Gives the years, what no source puts into a year (nothing if all of it is), and how it was done.
    """
    if leg.schedule is not None:
        years: dict[int, Money] = defaultdict(lambda: NOTHING)
        for when, amount in leg.schedule.items():
            for year, piece in spread(amount, Span(when.first, when.last, when.text), start).items():
                years[year] += piece
        return dict(years), _beyond_schedule(leg, total(leg.schedule.values())), "published schedule"
    if leg.term is not None and not leg.amount.known and not leg.amount.high:
        return {}, leg.amount, "amount undisclosed"
    if leg.term is not None:
        left = leg.amount.less(paid) if paid is not None else leg.amount
        rest = _rest(leg.term, start, paid, paid_on)
        if rest is None:
            return {}, left or None, f"unpaid when its term {leg.term} had ended"
        what = "" if paid is None else "what is unpaid, "
        how = f"{what}spread evenly over {'' if paid is None else 'the rest of '}{leg.term}"
        return spread(left, rest, start), None, how
    left = leg.amount.less(paid) if paid is not None else leg.amount
    why = "no schedule or term is published" if leg.amount.known else "amount undisclosed"
    return {}, left or None, why


def portions(
    leg: Dated, start: date = date.min, paid: Money | None = None, paid_on: date | None = None
) -> tuple[Money, dict[int, tuple[int, int, int]]] | None:
    """Say how `by_year` spreads a leg evenly: what is spread, and the parts of it that fall in each year.

    Of a year: how many parts come before its own, how many are its own, how many there are in all.
    Nothing if the leg has a schedule, or no term, or what is left has none.
    """
    rest = _rest(leg.term, start, paid, paid_on) if leg.term is not None and leg.schedule is None else None
    if rest is None:
        return None
    weights = _weights(rest, start)
    seen, parts = 0, {}
    for (year, ahead), own in weights.items():
        if ahead and own:
            parts[year] = (seen, own, sum(weights.values()))
        seen += own
    return leg.amount.less(paid) if paid is not None else leg.amount, parts


def _rest(term: Span, start: date, paid: Money | None, paid_on: date | None) -> Span | None:
    """Give what is left of a term after the last payment; nothing if it has ended by then."""
    if paid is None:
        return term
    begin = max(term.first, (paid_on or start - timedelta(days=1)) + timedelta(days=1))
    return Span(begin, term.last, term.text) if begin <= term.last else None


def spread(amount: Money, span: Span, start: date) -> dict[int, Money]:
    """Spread evenly by months, or by days where an end is inside a month; before `start` it has been paid."""
    weights = _weights(span, start)
    pieces = dict(zip(weights, amount.shares(weights.values()), strict=True))
    return {year: piece for (year, ahead), piece in pieces.items() if ahead and weights[year, ahead]}


def _weights(span: Span, start: date) -> dict[tuple[int, bool], int]:
    """Count the months, or the days, of each year before `start` and from then on."""
    weights: dict[tuple[int, bool], int] = {}
    for year in range(span.first.year, span.last.year + 1):
        begin, end = max(span.first, date(year, 1, 1)), min(span.last, date(year, 12, 31))
        cut = min(max(start, begin), end + timedelta(days=1))
        weights[year, False] = months_between(begin, cut)
        weights[year, True] = months_between(cut, end + timedelta(days=1))
    edges = (span.first, max(start, span.first), span.last + timedelta(days=1))
    return weights if all(edge.day == 1 for edge in edges) else _by_days(span, start)


def months_between(begin: date, end: date) -> int:
    """Count the months from the first of one to the first of another."""
    return 12 * (end.year - begin.year) + end.month - begin.month


def _by_days(span: Span, start: date) -> dict[tuple[int, bool], int]:
    weights = {}
    for year, days in span.days_by_year().items():
        past = min(days, max(0, (start - max(span.first, date(year, 1, 1))).days))
        weights[year, False], weights[year, True] = past, days - past
    return weights


def _beyond_schedule(leg: Dated, planned: Money) -> Money | None:
    left = leg.amount.less(planned)
    return left if left.high > 0 or left.undisclosed else None
