"""On which days the money of a leg is paid, as far as sources say.

In this order:

1. payments that are on record, each on the day of its record, or since the record before it
   (the first since the deal was signed), for a record says what has been paid up to its day;
   and of the rest of the leg:
2. its published schedule; what the amount has beyond it has no day;
3. its term, in equal parts at the end of each month, or by days where an end is inside a month;
4. funding that has closed, on the day it closed;
5. else no day: any from the day on which the deal was signed, or first known of, if it is not signed.

A published date that is no day, such as 2027, is spread by months as a term is.
Where a schedule is published, payments on record are taken to be in it.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise
from typing import NamedTuple

from aiweb.flows.temporal import Payment
from aiweb.graph import DealGraph, LegState, Preset, payments
from aiweb.model import Side, Status
from aiweb.values import Money, Span, total


@dataclass(frozen=True, slots=True)
class Instalment:
    """Whole dollars of a leg, from `low` to `high`, paid on a day.

    It may have been paid earlier, from `since` on; without a day it is paid on an unknown one from then on.
    `undisclosed` says that it may be any amount from `low` on.
    """

    low: int
    high: int
    undisclosed: bool
    day: date | None
    since: date

    @property
    def is_dated(self) -> bool:
        """Whether its day is known, or taken from a term."""
        return self.day == self.since


class _Part(NamedTuple):
    low: int
    high: int
    day: date | None
    since: date


def instalments(graph: DealGraph, leg: LegState) -> tuple[Instalment, ...]:
    """Give the instalments of a leg that counts.

    Their upper bounds add up to that of what counts of it, the lower ones to no more than its.
    """
    parts = list(_parts(graph, leg))
    if graph.convention.years is not None:
        first, last = graph.convention.years
        parts = [part for part in parts if part.day is not None and first <= part.day.year <= last]
    parts = parts or [_Part(leg.amount.low, leg.amount.high, None, _begins(graph, leg))]
    lows = _cut(leg.amount.low, [part.low for part in parts])
    highs = _cut(leg.amount.high, [part.high for part in parts])
    return tuple(
        Instalment(min(low, high), high, not leg.amount.known, part.day, part.since)
        for part, low, high in zip(parts, lows, highs, strict=True)
        if high or not leg.amount.known
    )


def dated_payments(leg: LegState, parts: Iterable[Instalment], at: str, beyond: int) -> list[Payment]:
    """Give a leg's payments at its `low` or `high` bounds; an undisclosed one is `beyond` at high."""
    return [
        Payment(
            leg.payer,
            leg.payee,
            _dollars(part, at, beyond),
            part.day.toordinal() if part.day is not None else None,
            part.since.toordinal(),
        )
        for part in parts
    ]


def _dollars(part: Instalment, at: str, beyond: int) -> int:
    if at == "low":
        return part.low
    return beyond if part.undisclosed else part.high


def _parts(graph: DealGraph, leg: LegState) -> Iterable[_Part]:
    """Date the leg as it stands before any convention; its shares are then those of what counts."""
    deal = graph.deals[leg.deal]
    whole = next(state for state in deal.legs if state.id == leg.id)
    paid = payments(deal, leg.id)
    begins = _begins(graph, leg)
    if graph.convention.preset is Preset.PAID:
        return _recorded(paid, begins)
    if whole.schedule is not None:
        parts = [
            part
            for when, amount in whole.schedule.items()
            for part in _monthly(amount, Span(when.first, when.last, when.text))
        ]
        rest = whole.amount.less(total(whole.schedule.values()))
        return [*parts, *([_Part(rest.low, rest.high, None, begins)] if rest.high or not rest.known else [])]
    parts = _recorded(paid, begins)
    rest = whole.amount.less(whole.paid) if whole.paid is not None else whole.amount
    if paid and not rest.high and rest.known:
        return parts
    last = paid[-1][0] if paid else None
    if whole.term is not None and (last is None or last < whole.term.last):
        first = whole.term.first if last is None else max(whole.term.first, last + timedelta(days=1))
        return [*parts, *_monthly(rest, Span(first, whole.term.last, whole.term.text))]
    if whole.status is Status.CLOSED and whole.side is Side.FUNDING:
        return [*parts, _Part(rest.low, rest.high, whole.since.last, whole.since.first)]
    return [*parts, _Part(rest.low, rest.high, None, last or begins)]


def _recorded(paid: Iterable[tuple[date, Money]], begins: date) -> list[_Part]:
    """Put each payment on the day of its record, or between that and the record before."""
    parts = []
    for day, amount in paid:
        parts.append(_Part(amount.low, amount.high, day, min(begins, day)))
        begins = day + timedelta(days=1)
    return parts


def _begins(graph: DealGraph, leg: LegState) -> date:
    """Give the first day on which its deal was signed, or of the first event if it was not."""
    events = graph.deals[leg.deal].events
    signed = [
        event for event in events if event.status is not None and event.status.level >= Status.SIGNED.level
    ]
    return (signed or list(events))[0].on.first


def _monthly(amount: Money, span: Span) -> list[_Part]:
    """Cut at the ends of months; each part falls on the last of its days."""
    ends = []
    end = _month_end(span.first)
    while end < span.last:
        ends.append(end)
        end = _month_end(end + timedelta(days=1))
    whole = span.first.day == 1 and span.last == end
    ends.append(span.last)
    starts = [span.first, *(end + timedelta(days=1) for end in ends[:-1])]
    weights = [1 if whole else (end - start).days + 1 for start, end in zip(starts, ends, strict=True)]
    lows, more = _cut(amount.low, weights), _cut(amount.high - amount.low, weights)
    return [_Part(low, low + extra, end, end) for low, extra, end in zip(lows, more, ends, strict=True)]


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _cut(amount: int, weights: list[int]) -> list[int]:
    """Split in proportion to weights, evenly if all are nothing, at rounded-down running sums."""
    shares = weights if any(weights) else [1] * len(weights)
    whole = sum(shares)
    return [
        after - before
        for before, after in pairwise(amount * seen // whole for seen in accumulate(shares, initial=0))
    ]
