"""Which figures a change speaks of, and in which currency an amount is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from aiweb.graph import LegState
from aiweb.model import Figure, FigureKind, Metric, Registry
from aiweb.registry.source import Places
from aiweb.registry.whatif import SetFigure
from aiweb.values import currency

FORECASTS: Final = (FigureKind.FORECAST, FigureKind.GUIDANCE)
_BEST_FIRST: Final = (
    {FigureKind.REPORTED},
    {FigureKind.FORECAST, FigureKind.GUIDANCE},
    {FigureKind.PRESS},
)


def in_force(registry: Registry, party: str, day: date) -> Iterator[int]:
    """Give the figures of a party that speak of what is ahead, else the last of each metric."""
    rows = registry.figures.get(party, ())
    for metric in dict.fromkeys(row.metric for row in rows):
        yield from _ahead_or_last(
            registry, party, [i for i, row in enumerate(rows) if row.metric is metric], day
        )


def _ahead_or_last(registry: Registry, party: str, indexes: Sequence[int], day: date) -> list[int]:
    rows = registry.figures[party]
    known = [index for index in indexes if registry.figure_known(rows[index]) <= day]
    ahead = [index for index in known if rows[index].period.last > day]
    last = max((rows[index].period.last for index in known), default=None)
    return ahead or [index for index in known if rows[index].period.last == last]


def last_of(registry: Registry, party: str, metrics: Iterable[Metric], day: date) -> list[int]:
    """Give the last figures of some metrics that are known by a day, metric by metric."""
    rows, found = registry.figures.get(party, ()), []
    for metric in metrics:
        known = [
            index
            for index, row in enumerate(rows)
            if row.metric is metric and registry.figure_known(row) <= day and row.period.first <= day
        ]
        last = max((rows[index].period.last for index in known), default=None)
        found += [index for index in known if rows[index].period.last == last]
    return found


def figures_of(registry: Registry, change: SetFigure, day: date) -> list[int]:
    """Give the figures that a change speaks of."""
    fits = [
        index
        for index, row in enumerate(registry.figures.get(change.party, ()))
        if row.metric is change.metric
        and change.kind in {None, row.kind}
        and row.segment == change.segment
        and change.counterparty in {None, row.counterparty}
    ]
    if change.period is None:
        return _ahead_or_last(registry, change.party, fits, day) if fits else []
    rows = registry.figures[change.party] if fits else ()
    wanted = (change.period.first, change.period.last)
    return [index for index in fits if (rows[index].period.first, rows[index].period.last) == wanted]


def no_figure(registry: Registry, change: SetFigure) -> tuple[str, str]:
    """Say that there is no such figure, and which there are."""
    rows = [row for row in registry.figures.get(change.party, ()) if row.metric is change.metric]
    periods = ", ".join(dict.fromkeys(str(row.period) for row in rows))
    what = f" for {change.period}" if change.period else ""
    said = f"the registry has no such {change.metric} of {change.party}{what}"
    return said, f"it has {change.metric} for {periods}" if periods else "name another metric"


def written(registry: Registry, *keys: str | int) -> str | None:
    """Name the currency that an amount is written in, in the file."""
    text = registry.places.text(*keys) if isinstance(registry.places, Places) else None
    return currency(text) if text is not None else None


def leg_currency(registry: Registry, leg: LegState, day: date) -> str | None:
    """Name the currency of the last amount that a leg was given."""
    number = int(leg.id.partition("/")[2])
    keys: tuple[str | int, ...] = ("deals", leg.deal, "legs", number - 1, "amount")
    for index, event in enumerate(registry.deals[leg.deal].events):
        if event.amount is not None and event.leg in {None, number} and event.published.last <= day:
            keys = ("deals", leg.deal, "events", index, "amount")
    return written(registry, *keys)


def is_best(registry: Registry, party: str, index: int, day: date) -> bool:
    """Whether a figure is the last word on its period: of the best kind, and of these known last."""
    rows = registry.figures[party]
    own = rows[index]

    def rank(row: Figure) -> tuple[int, int]:
        kind = next((n for n, kinds in enumerate(_BEST_FIRST) if row.kind in kinds), len(_BEST_FIRST))
        return (kind, -registry.figure_known(row).toordinal())

    rivals = [
        row
        for row in rows
        if row.metric is own.metric
        and (row.period.first, row.period.last) == (own.period.first, own.period.last)
        and registry.figure_known(row) <= day
    ]
    return rank(own) == min(map(rank, rivals))
