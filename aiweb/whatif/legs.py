"""Legs in time: what of one is sunk by a day, what is ahead, and the same later or smaller."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, TypeAlias

from aiweb.graph import LegState
from aiweb.model import Registry
from aiweb.values import NOTHING, Money, Span, When, total

Schedule: TypeAlias = dict[When, Money]


def sunk_by(registry: Registry, leg: LegState, day: date) -> Money:
    """Say what of a leg has been paid by a day: what is known, or fell due before it.

    Due before it is what a schedule has, and all of a leg whose term has ended.
    """
    known = [leg.paid] if leg.paid is not None else []
    drawn = registry.leg(leg.id).drawn
    known += [drawn] if drawn is not None else []
    over = leg.schedule is None and leg.term is not None and leg.term.last < day
    known += [leg.amount if over else total(parted(leg, day)[0].values())]
    low, high = max(each.low for each in known), max(each.high for each in known)
    return Money(
        low,
        high,
        undisclosed=max(each.undisclosed for each in known),
        unbounded=any(each.unbounded for each in known),
    )


def parted(leg: LegState, day: date) -> tuple[Schedule, Schedule]:
    """Part a schedule at a day: what was due before it, and what is due from it on."""
    past: Schedule = {}
    ahead: Schedule = {}
    for when, amount in (leg.schedule or {}).items():
        if when.last < day:
            past[when] = amount
        elif when.first >= day or not amount.known:
            ahead[when] = amount
        else:
            before = Span(when.first, day - timedelta(days=1), "")
            begin, rest = amount.shares([before.days, (when.last - day).days + 1])
            past[_stretch(before.first, before.last)] = begin
            ahead[_stretch(day, when.last)] = rest
    return past, ahead


def _stretch(first: date, last: date) -> When:
    return When(first, last, f"{first}..{last}" if first != last else first.isoformat())


def has_ahead(leg: LegState, day: date) -> bool:
    """Whether anything of a leg is dated from a day on."""
    if leg.schedule is not None:
        return bool(parted(leg, day)[1])
    return leg.term is not None and leg.term.last >= day


def later(leg: LegState, past: Schedule, ahead: Schedule, day: date, months: int) -> dict[str, Any]:
    """Move what is ahead of a leg by some months.

    Of a term that has begun, and of which no payment is known, what falls before the day stays there.
    """
    if leg.schedule is not None:
        moved = dict(past)
        for when, amount in ahead.items():
            key = _moved(when, months)
            moved[key] = moved.get(key, NOTHING) + amount
        return {"schedule": moved}
    assert leg.term is not None  # noqa: S101  # what has no dates is not delayed
    begin = max(leg.term.first, day)
    rest = _moved(_stretch(begin, leg.term.last), months)
    if begin > leg.term.first and leg.paid is None and leg.amount.known:
        before = Span(leg.term.first, day - timedelta(days=1), "")
        first, second = leg.amount.shares([before.days, (leg.term.last - begin).days + 1])
        return {"schedule": {_stretch(before.first, before.last): first, rest: second}}
    return {"term": Span(rest.first, rest.last, f"{rest.first}..{rest.last}")}


def _moved(when: When, months: int) -> When:
    """Move a stretch of time by months; a year stays a year, and the end of a month its end."""
    first, last = _add(when.first, months), _add(when.last + timedelta(days=1), months) - timedelta(days=1)
    if (
        not months % 12
        and when.first == date(when.first.year, 1, 1)
        and when.last == date(when.first.year, 12, 31)
    ):
        return When(first, last, str(first.year))
    return _stretch(first, last)


def _add(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    first = date(count // 12, count % 12 + 1, 1)
    after = date((count + 1) // 12, (count + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), after - timedelta(days=1))


def scaled(amount: Money, share: Fraction) -> Money:
    """Scale an amount, to the dollar; of nothing nothing is left, disclosed or not."""
    if not share:
        return NOTHING
    low, high = sorted((round(amount.low * share), round(amount.high * share)))
    return replace(amount, low=low, high=high)
