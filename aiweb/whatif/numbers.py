"""Figures, market series and rates of exchange under what-ifs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import prod
from typing import NamedTuple

from aiweb.model import Figure, FigureKind, Metric, Rate, Reading, Unit
from aiweb.values import When, total
from aiweb.whatif.chosen import FORECASTS, is_best
from aiweb.whatif.legs import scaled
from aiweb.whatif.making import Made, names_of, source_name
from aiweb.whatif.touches import WHOLE, Touch


def make_figures(made: Made, party: str) -> None:
    """Change the figures of a party that are in force on the day."""
    before = made.plan.registry.figures[party]
    rows: list[Figure | None] = list(before)
    carried: dict[tuple[Metric, date, date], list[_Carried]] = defaultdict(list)
    for index, row in enumerate(before):
        by_day = made.by_day("figure", party, str(index))
        touches = [touch for day in by_day for touch in by_day[day]]
        if not touches:
            continue
        target = f"{party} {row.metric} {row.period}"
        if any(touch.kind == "end" for touch in touches):
            rows[index] = None
            made.tell(max(by_day), target, "figure", _value(row), "withdrawn", names_of(touches))
            continue
        rows[index] = _refigured(row, by_day)
        made.tell(max(by_day), target, "figure", _value(row), _value(rows[index]), names_of(touches))
        for metric in {touch.carry for touch in touches if touch.carry is not None}:
            if is_best(made.plan.registry, party, index, max(by_day)):
                only = {day: [t for t in by_day[day] if t.carry is metric] for day in by_day}
                key = (metric, row.period.first, row.period.last)
                carrying = tuple(touch for day in only for touch in only[day])
                carried[key].append(_Carried(*_difference(row, _refigured(row, only)), carrying))
    _carry(made, party, rows, carried)
    kept = [index for index, row in enumerate(rows) if row is not None]
    if len(kept) < len(rows):
        for number, index in enumerate(kept):
            made.places[f"/figures/{party}/{number}"] = made.plan.registry.place("figures", party, index)
    made.figures[party] = tuple(row for row in rows if row is not None)


class _Carried(NamedTuple):
    """How many dollars one figure changes by, at the least and at the most, and by which changes."""

    low: int
    high: int
    touches: tuple[Touch, ...]


def _difference(before: Figure, after: Figure) -> tuple[int, int]:
    """Give the change of an amount at both its bounds, the lesser first."""
    assert before.amount is not None  # noqa: S101  # a percentage carries nothing
    assert after.amount is not None  # noqa: S101  # as above
    low, high = after.amount.low - before.amount.low, after.amount.high - before.amount.high
    return min(low, high), max(low, high)


def _carry(
    made: Made,
    party: str,
    rows: list[Figure | None],
    carried: Mapping[tuple[Metric, date, date], Sequence[_Carried]],
) -> None:
    """Add what one metric changes by to the forecasts of another for the same periods."""
    for index, row in enumerate(rows):
        if row is None or row.amount is None or row.kind not in FORECASTS:
            continue
        found = carried.get((row.metric, row.period.first, row.period.last), ())
        if not found or made.plan.registry.figure_known(row) > made.day:
            continue
        low, high = min(each.low for each in found), max(each.high for each in found)
        new = replace(row.amount, low=row.amount.low + low, high=row.amount.high + high)
        rows[index] = row.model_copy(update={"amount": new})
        touches = [touch for each in found for touch in each.touches]
        target = f"{party} {row.metric} {row.period}"
        made.tell(max(t.on for t in touches), target, "figure", row.amount, new, names_of(touches))


def _refigured(row: Figure, by_day: Mapping[date, Sequence[Touch]]) -> Figure:
    """Set, scale and add to a figure, day by day."""
    amount, percent = row.amount, row.percent
    for day in sorted(by_day):
        touches = by_day[day]
        target = next((touch.value for touch in touches if touch.kind == "set"), None)
        share = prod((touch.share for touch in touches), start=WHOLE)
        added = [touch.value for touch in touches if touch.kind == "add"]
        if amount is not None:
            amount = target if target is not None else amount
            amount = scaled(amount, share) if share != 1 else amount
            amount = total((amount, *added)) if added else amount
        elif percent is not None:
            percent = (target if target is not None else percent) * share.numerator / share.denominator
    return row.model_copy(update={"amount": amount, "percent": percent})


def make_rates(made: Made) -> None:
    """Add readings of series, and prices of currencies."""
    for target in sorted(made.plan.touches):
        if target[0] == "series":
            for day, touches in made.by_day(*target).items():
                _add_reading(made, target[1], day, touches)
        elif target[0] == "currency":
            for day, touches in made.by_day(*target).items():
                rows = made.rates[target[1]]
                last = max(rows, key=lambda row: row.on.order)
                share = prod((touch.share for touch in touches), start=WHOLE)
                price = last.usd * share.numerator / share.denominator
                cited = tuple(source_name(name) for name in names_of(touches))
                on = When(day, day, day.isoformat())
                made.tell(day, target[1], "US dollars", str(last.usd), str(price), names_of(touches))
                if price:
                    made.rates[target[1]] = (*rows, Rate(on=on, usd=price, source=cited))


def _add_reading(made: Made, name: str, day: date, touches: Sequence[Touch]) -> None:
    series = made.series[name]
    last = series.readings[-1].value
    points: Decimal = sum((touch.value for touch in touches), start=Decimal(0))
    new = last + (points / 100 if series.unit is Unit.PERCENT else points)
    reading = Reading(
        on=When(day, day, day.isoformat()),
        value=new,
        kind=FigureKind.FORECAST,
        note=None,
        source=tuple(source_name(each) for each in names_of(touches)),
    )
    made.series[name] = series.model_copy(update={"readings": (*series.readings, reading)})
    made.tell(day, name, "reading", str(last), str(new), names_of(touches))


def _value(row: Figure | None) -> object:
    if row is None:
        return ""
    return row.amount if row.amount is not None else f"{row.percent}%"
