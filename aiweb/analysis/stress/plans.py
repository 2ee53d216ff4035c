"""What revenue a party plans for a span of days: its last forecasts and guidance, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from aiweb.model import Figure, FigureKind, Metric, Registry
from aiweb.values import Money

_AHEAD = frozenset({FigureKind.FORECAST, FigureKind.GUIDANCE})


@dataclass(frozen=True, slots=True)
class Plan:
    """Revenue planned for a span, in dollars, and the figures it is made of."""

    party: str
    amount: Money
    figures: tuple[Figure, ...]


def plan(registry: Registry, party: str, day: date, since: date, until: date) -> Plan | None:
    """Add up the revenue forecast for a span, each period spread evenly; nothing unless every day has some.

    Of several forecasts for a day the one known last counts, then the one for the shorter period, then the
    lesser.
    """
    rows = [
        row
        for row in registry.figures.get(party, ())
        if row.metric is Metric.REVENUE
        and row.kind in _AHEAD
        and row.amount is not None
        and row.amount.high > 0
        and registry.figure_known(row) <= day
        and row.period.first <= until
        and row.period.last >= since
    ]
    beyond = until + timedelta(days=1)
    cuts = {since, beyond}
    for row in rows:
        cuts |= {max(since, row.period.first), min(beyond, row.period.last + timedelta(days=1))}
    low = high = Fraction(0)
    used: list[Figure] = []
    for first, after in pairwise(sorted(cuts)):
        found = [row for row in rows if row.period.first <= first and row.period.last >= after - _DAY]
        if not found:
            return None
        chosen = max(found, key=lambda row: _order(registry, row))
        assert chosen.amount is not None  # noqa: S101  # rows without one are left out above
        part = Fraction((after - first).days, chosen.period.days)
        low, high = low + part * chosen.amount.low, high + part * chosen.amount.high
        used += [chosen] if all(chosen is not row for row in used) else []
    return Plan(party, Money(round(low), round(high)), tuple(used))


_DAY = timedelta(days=1)


def _order(registry: Registry, row: Figure) -> tuple[date, int, int]:
    return registry.figure_known(row), -row.period.days, -row.amount.high if row.amount is not None else 0
