"""What a party has to begin with: its last known cash and undrawn credit, by one rule for every question.

The last balance is that of the latest day, up to the day asked for, of which an amount is known by then; one
that is undisclosed says nothing, so the one before it stands.
Of that day the best kind of figure counts, what the party has reported before the press.
Where several figures of that kind differ, the balance is a range from the least to the most.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from aiweb.model import Figure, FigureKind, Metric
from aiweb.trace import Steps
from aiweb.values import NOTHING, Money

if TYPE_CHECKING:
    from aiweb.graph import DealGraph

_KINDS: Final = (FigureKind.REPORTED, FigureKind.PRESS)


@dataclass(frozen=True, slots=True)
class Opening:
    """Figures of the last known cash and of the last known undrawn credit; each of one day and one kind."""

    cash: tuple[Figure, ...]
    credit: tuple[Figure, ...]

    @property
    def on(self) -> date | None:
        """The day of the cash; nothing if none is known."""
        return self.cash[0].period.last if self.cash else None

    @property
    def amount(self) -> Money:
        """Both together, each a range where its figures differ."""
        return hull(self.cash) + hull(self.credit)


def opening(graph: DealGraph, party: str) -> Opening:
    """Find the last cash and the last undrawn credit of a party that are known on the graph's day."""
    return Opening(*(_last(graph, party, metric) for metric in (Metric.CASH, Metric.UNDRAWN_CREDIT)))


def _last(graph: DealGraph, party: str, metric: Metric) -> tuple[Figure, ...]:
    known, day = graph.registry.figure_known, graph.convention.as_of
    rows = [
        row
        for row in graph.registry.figures.get(party, ())
        if row.metric is metric
        and row.kind in _KINDS
        and known(row) <= day
        and row.period.last <= day
        and row.amount is not None
        and (row.amount.known or row.amount.high > 0)
    ]
    last = max((row.period.last for row in rows), default=None)
    of_day = [row for row in rows if row.period.last == last]
    best = min((_KINDS.index(row.kind) for row in of_day), default=0)
    return tuple(row for row in of_day if row.kind is _KINDS[best])


def hull(figures: Iterable[Figure]) -> Money:
    """Give the range that holds the amounts of figures; nothing of none."""
    amounts = [row.amount for row in figures if row.amount is not None]
    if not amounts:
        return NOTHING
    return Money(
        min(amount.low for amount in amounts),
        max(amount.high for amount in amounts),
        unbounded=any(amount.unbounded for amount in amounts),
    )


def explained(steps: Steps, name: str, figures: Iterable[Figure]) -> list[int]:
    """Put a balance down: its figure as it stands, or of several the range; no step if there is none."""
    rows = [steps.given(f"{name} on {row.period}", row.amount, figures=(row,)) for row in figures]
    if len(rows) < 2:
        return rows
    least = steps.least("the least of them", *(steps.lower("at the least", row) for row in rows))
    return [steps.span(f"{name}, from the least to the most", least, steps.most("the most", *rows))]
