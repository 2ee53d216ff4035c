"""Interest on a party's loans by year, from day to day on what is owed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from aiweb.analysis.funding.legs import class_of, lent_on
from aiweb.analysis.funding.rows import Accrual, Item, Role, Undated
from aiweb.flows.interest import Change, Stretch, stretches
from aiweb.graph import DealGraph, LegState, payments
from aiweb.model import Leg, Status, Unit
from aiweb.values import NOTHING, UNDISCLOSED, Money, total


class _Rate(NamedTuple):
    """A yearly rate, as a part of what is owed, of `amount` of a loan, or of the rest of it."""

    low: Fraction
    high: Fraction
    text: str
    amount: Money | None = None


def interest_items(
    graph: DealGraph, leg: LegState, party: str, start: date, end: date, *, borrows: bool
) -> tuple[list[Item], list[Undated]]:
    """Give a loan's interest by year, from the day after the balance to its maturity.

    Where what is owed or its rate is unknown, so is the interest, and it says why.
    """
    role = Role.INTEREST_OUT if leg.payee == party else Role.INTEREST_IN
    said = graph.registry.leg(leg.id)
    if said.maturity is not None and said.maturity.last < start:
        return [], []
    changes, marks, why = _owed(graph, leg, start, borrows=borrows)
    lent = lent_on(graph, leg, start, borrows=borrows)
    hangs = leg.payee == party and bool(lent.ahead) and not lent.advances
    rates: list[_Rate] = []
    if not why:
        rates, why = _rates(graph, said)
    if why:
        return [], [Undated(leg.id, role, class_of(leg), UNDISCLOSED, f"interest: {why}")]
    until = end if said.maturity is None else min(end, said.maturity.last - timedelta(days=1))
    rows: dict[int, list[Accrual]] = defaultdict(list)
    for stretch in stretches(changes, start, until) if start <= until else ():
        for rate, owed in _split_by_rate(stretch, rates, marks):
            text = f"{stretch.days} of {stretch.of} days at {rate.text}"
            part = stretch.part()
            rows[stretch.year].append(Accrual(text, owed, rate.low * part, rate.high * part))
    ends = "" if said.maturity is not None else "; no maturity is published"
    how = f"interest at {' and '.join(rate.text for rate in rates)}{ends}"
    items = [
        Item(year, role, class_of(leg), amount, how, leg=leg.id, accruals=tuple(found), hangs=hangs)
        for year, found in rows.items()
        if (amount := total(row.amount for row in found))
    ]
    return items, []


def _owed(graph: DealGraph, leg: LegState, start: date, *, borrows: bool) -> tuple[list[Change], Money, str]:
    """Say from which days on how much of a loan is owed, what marks the amounts bear, or why nobody knows.

    A credit that stands undrawn among the sources may be drawn on the day after the balance, or never.
    What is counted as coming in over some days may come on the first of them or on the last.
    """
    deal = graph.deals[leg.deal]
    lent = lent_on(graph, leg, start, borrows=borrows)
    advances = list(lent.advances)
    if lent.drawn is None and not lent.ahead:
        if leg.status is Status.CLOSED:
            advances = [(leg.since.last, leg.amount)]
        elif borrows and leg.since.last < start:
            advances = [(start, replace(leg.amount, low=0, ceilings=1))]
        else:
            return [], NOTHING, "what is drawn of it is not published"
    marks = total([*(amount for _, amount in advances), *(amount for _, _, amount in lent.ahead)])
    if marks.undisclosed and not marks.high:
        return [], NOTHING, "amount undisclosed"
    changes = [Change(day, amount.low, amount.high) for day, amount in advances]
    for first, last, amount in lent.ahead:
        changes += [Change(first, 0, amount.high), Change(last, amount.low, 0)]
    changes += [Change(day, -amount.high, -amount.low) for day, amount in payments(deal, leg.id, back=True)]
    return changes, marks, ""


def _split_by_rate(stretch: Stretch, rates: list[_Rate], marks: Money) -> Iterator[tuple[_Rate, Money]]:
    """Put what is owed under the rates: first what one of them is for, then the rest."""
    low, high = stretch.low, stretch.high
    for rate in rates:
        own = Money(low, high)
        if rate.amount is not None:
            own = Money(min(low, rate.amount.low), min(high, rate.amount.high))
        low, high = low - own.low, high - own.low if rate.amount is not None else 0
        if own.high:
            yield rate, replace(marks, low=own.low, high=own.high)


def _rates(graph: DealGraph, said: Leg) -> tuple[list[_Rate], str]:
    """Give the yearly rates of a loan, or say why nobody knows them."""
    if not said.floating:
        if said.coupon is None:
            return [], "no rate of interest is published"
        return [_fixed(said.coupon)], ""
    if said.coupon is None:
        return [], "the margin of its floating rate is not published"
    series = graph.registry.series.get(said.benchmark or "")
    if series is None or series.unit not in _PER_CENT:
        return [], "what its floating rate goes by is not published"
    known = [row for row in series.readings if row.on.last <= graph.convention.as_of]
    if not known:
        return [], f"no reading of {series.name} is known by the day"
    day = max(row.on.last for row in known)
    values = [row.value / _PER_CENT[series.unit] for row in known if row.on.last == day]
    shown = " or ".join(f"{value}%" for value in sorted(set(values)))
    text = f"{said.coupon}% over {series.name}, {shown} on {day}"
    low, high = (Fraction(said.coupon + value) / 100 for value in (min(values), max(values)))
    floats = _Rate(max(Fraction(0), low), max(Fraction(0), high), text)
    if said.fixed is None and said.fixed_coupon is None:
        return [floats], ""
    if said.fixed_coupon is None:
        return [], "the rate of its fixed part is not published"
    fixed = _fixed(said.fixed_coupon)
    if said.fixed is not None and said.fixed.known:
        return [fixed._replace(amount=said.fixed), floats], ""
    # How much of it is fixed is not known, so it is all one or all the other at the ends.
    ends = (min(fixed.low, floats.low), max(fixed.high, floats.high))
    return [_Rate(*ends, f"{fixed.text} or {floats.text}")], ""


_PER_CENT: Final = {Unit.PERCENT: 1, Unit.BASIS_POINTS: 100}


def _fixed(coupon: Decimal) -> _Rate:
    rate = Fraction(coupon) / 100
    return _Rate(rate, rate, f"{coupon}%")
