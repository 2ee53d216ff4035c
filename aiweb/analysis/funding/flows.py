"""What operations bring a party by year: cash flow or its parts, and what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, NamedTuple

from aiweb.analysis.funding.rows import Class, Item, Role
from aiweb.balances import hull
from aiweb.model import Figure, FigureKind, Metric
from aiweb.spread import spread
from aiweb.values import Money, Span

_FULL_YEAR: Final = 360


class _Word(NamedTuple):
    """What is known best and last of one period: rank of its kind, day it became known, figures."""

    kind: int
    known: date
    figures: tuple[Figure, ...]

    @property
    def span(self) -> Span:
        """The period."""
        return self.figures[0].period


_KINDS: Final = (
    {FigureKind.REPORTED},
    {FigureKind.FORECAST, FigureKind.GUIDANCE},
    {FigureKind.PRESS},
    {FigureKind.ANALYST},
)
_Days = tuple[date, date]
# What free cash flow is put together from where it is not published, the best road first: metrics, with what
# is taken off at the end, and what the sum leaves out.
_RESULT: Final = ", after depreciation, before interest, tax and working capital"
_ROADS: Final = (
    ((Metric.OPERATING_CASH_FLOW,), (Metric.CAPEX,), ""),
    ((Metric.EBITDA,), (Metric.CAPEX,), ", before interest, tax and working capital"),
    ((Metric.OPERATING_INCOME,), (Metric.CAPEX,), _RESULT),
    ((Metric.REVENUE,), (Metric.OPERATING_COSTS, Metric.CAPEX), _RESULT),
)
_WORDS: Final = {
    Metric.FREE_CASH_FLOW: "free cash flow",
    Metric.OPERATING_CASH_FLOW: "operating cash flow",
    Metric.CAPEX: "capital expenditure",
    Metric.EBITDA: "EBITDA",
    Metric.OPERATING_INCOME: "operating income",
    Metric.REVENUE: "revenue",
    Metric.OPERATING_COSTS: "operating costs",
}


def operating_items(
    figures: Iterable[tuple[date, Figure]], start: date, end: date, *, hold: bool
) -> tuple[list[Item], list[_Days]]:
    """Give what operations bring, from free cash flow or its parts, and the days of which nothing is known.

    Where the last word on a period has two values, both bounds.
    On days of several periods the one with the better kind of figure counts, then the one known last.
    """
    known = list(figures)
    words = {metric: _words(known, metric) for metric in _WORDS}
    taken, free = _taken(words[Metric.FREE_CASH_FLOW], [(start, end)] if start <= end else [])
    items = [_flow(word, days, start) for word, days in taken]
    for plus, minus, without in _ROADS:
        both = free
        for metric in (*plus, *minus):
            both = [days for _, days in _taken(words[metric], both)[0]]
        for metric in (*plus, *minus):
            for word, days in _taken(words[metric], both)[0]:
                items.append(_flow(word, days, start, less=metric in minus, without=without))
        free = _apart(free, both)
    if hold and free:
        items += _held(words, free)
        free = [] if _road(words) else free
    return [item for flow in items for item in flow], free


def _words(figures: Iterable[tuple[date, Figure]], metric: Metric) -> list[_Word]:
    """Give the last word on each period of about a year, the one that counts on days of several first."""
    periods: dict[tuple[date, date], list[tuple[date, Figure]]] = defaultdict(list)
    for known, row in figures:
        flow = row.metric is metric and row.amount is not None and row.amount.known
        if flow and _FULL_YEAR <= row.period.days < 2 * _FULL_YEAR:
            periods[row.period.first, row.period.last].append((known, row))
    return sorted(
        (_last_word(rows) for rows in periods.values()),
        key=lambda word: (word.kind, -word.known.toordinal(), word.span.first, word.span.last),
    )


def _taken(words: Iterable[_Word], free: list[_Days]) -> tuple[list[tuple[_Word, _Days]], list[_Days]]:
    """Let each word have what is left of its days, and give what no word has."""
    pieces = []
    for word in words:
        own = [
            (max(first, word.span.first), min(last, word.span.last))
            for first, last in free
            if first <= word.span.last and word.span.first <= last
        ]
        pieces += [(word, days) for days in own]
        free = _apart(free, own)
    return pieces, free


def _apart(free: Iterable[_Days], taken: Iterable[_Days]) -> list[_Days]:
    """Take stretches of days out of others."""
    left = list(free)
    day = timedelta(days=1)
    for first, last in taken:
        left = [
            (begin, end)
            for one, other in left
            for begin, end in (
                ((one, min(other, first - day)), (max(one, last + day), other))
                if one <= last and first <= other
                else ((one, other),)
            )
            if begin <= end
        ]
    return sorted(left)


def _flow(word: _Word, days: _Days, start: date, *, less: bool = False, without: str = "") -> list[Item]:
    """Put what a figure has on some of its days into years; what is taken off is below zero."""
    figure = word.figures[0]
    how = f"{'less ' if less else ''}{figure.kind} {_WORDS[figure.metric]} of {figure.period}"
    how += "" if less else without
    amount = hull(word.figures)
    years = _portion(-amount if less else amount, word.span, max(start, days[0]), days[1])
    return [
        Item(year, Role.OPERATING, Class.CONTRACTUAL, money, how, figure=figure)
        for year, money in years.items()
    ]


def _portion(amount: Money, span: Span, first: date, last: date) -> dict[int, Money]:
    """Give what falls on the days from the first to the last of a span, by year."""
    onwards = _spread_signed(amount, span, first)
    beyond = _spread_signed(amount, span, last + timedelta(days=1)) if last < span.last else {}
    return {
        year: replace(
            money,
            low=money.low - (beyond[year].low if year in beyond else 0),
            high=money.high - (beyond[year].high if year in beyond else 0),
        )
        for year, money in onwards.items()
        if year <= last.year
    }


def _road(words: Mapping[Metric, list[_Word]]) -> tuple[tuple[Metric, ...], tuple[Metric, ...]] | None:
    """Say from which metrics the last flow is held: of what is published for the latest time.

    That is free cash flow, unless capital expenditure is published for a later time, and an operating cash
    flow to take it from; without any free cash flow, the first road of which all is published.
    """
    flow = words[Metric.FREE_CASH_FLOW]
    full = [(plus, minus) for plus, minus, _ in _ROADS if all(words[metric] for metric in (*plus, *minus))]
    if not flow:
        return full[0] if full else None
    ahead = full and full[0][0] == (Metric.OPERATING_CASH_FLOW,)
    if ahead and _latest(words[Metric.CAPEX]).span.last > _latest(flow).span.last:
        return full[0]
    return (Metric.FREE_CASH_FLOW,), ()


def _latest(words: Iterable[_Word]) -> _Word:
    return max(words, key=lambda word: (word.span.last, -word.kind, word.known))


def _held(words: Mapping[Metric, list[_Word]], free: list[_Days]) -> list[list[Item]]:
    """Take the last figure of each metric for the days of which none is published, as so much a year."""
    road = _road(words)
    if road is None:
        return []
    plus, minus = road
    rows = []
    for metric in (*plus, *minus):
        less = metric in minus
        published, bare = _taken(words[metric], free)
        rows += [_flow(word, days, days[0], less=less) for word, days in published]
        last = _latest(words[metric])
        figure, amount = last.figures[0], hull(last.figures)
        how = f"held: {'less ' if less else ''}{figure.kind} {_WORDS[metric]} of {figure.period}"
        for first, end in bare:
            for year in range(first.year, end.year + 1):
                whole = Span(date(year, 1, 1), date(year, 12, 31), str(year))
                own = max(first, whole.first), min(end, whole.last)
                rows.append(
                    [
                        Item(year, Role.OPERATING, Class.CONTRACTUAL, money, how, figure=figure, held=True)
                        for money in _portion(-amount if less else amount, whole, *own).values()
                    ]
                )
    return rows


def _last_word(rows: list[tuple[date, Figure]]) -> _Word:
    """Give the best kind of figure there is, and of these the ones known last."""
    best = min(_kind_rank(row) for _, row in rows)
    last = max(known for known, row in rows if _kind_rank(row) == best)
    figures = tuple(row for known, row in rows if _kind_rank(row) == best and known == last)
    return _Word(best, last, figures)


def _kind_rank(figure: Figure) -> int:
    return next((rank for rank, kinds in enumerate(_KINDS) if figure.kind in kinds), len(_KINDS))


def _spread_signed(amount: Money, span: Span, start: date) -> dict[int, Money]:
    """As `spread`, for amounts that may be negative."""
    if amount.low >= 0:
        return spread(amount, span, start)
    lows = spread(Money(-amount.low, -amount.low), span, start)
    highs = spread(Money(abs(amount.high), abs(amount.high)), span, start)
    sign = 1 if amount.high >= 0 else -1
    return {year: Money(-lows[year].low, sign * highs[year].low) for year in lows}


def last_reached(opening_on: date | None, unknown: Iterable[_Days], first: int, last: int) -> int | None:
    """Say up to which year a path can be drawn: each needs a flow for every day, and a balance before."""
    reach = min((days[0].year - 1 for days in unknown), default=last)
    return reach if opening_on is not None and reach >= first else None


def missing_figures(
    opening_on: date | None, unknown: list[_Days], figures: Iterable[tuple[date, Figure]], start: date
) -> tuple[str, ...]:
    """Say which figures there are none of, for which years, and which parts of them there are."""
    missing = [] if opening_on else ["cash at any date"]
    if not unknown:
        return tuple(missing)
    stretches_of = (
        (max(first, date(year, 1, 1)), min(last, date(year, 12, 31)))
        for first, last in unknown
        for year in range(first.year, last.year + 1)
    )
    listed = ", ".join(_year_text(*days, start) for days in stretches_of)
    known = list(figures)
    parts = [
        f"{_WORDS[metric]} of {' and '.join(sorted({str(word.span) for word, _ in taken}))}"
        for metric in (Metric.OPERATING_CASH_FLOW, Metric.CAPEX)
        if (taken := _taken(_words(known, metric), unknown)[0])
    ]
    has = f"; of its parts {' and '.join(parts)} is published" if parts else ""
    missing.append(f"a free-cash-flow forecast for {listed}{has}")
    return tuple(missing)


def _year_text(first: date, last: date, start: date) -> str:
    """Name a year, or the days of it that are meant."""
    since = "" if first == max(start, date(first.year, 1, 1)) else f" from {first}"
    until = "" if (last.month, last.day) == (12, 31) else f" to {last}"
    return f"{first.year}{since}{until}"
