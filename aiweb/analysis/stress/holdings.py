"""What the shares that parties hold of each other are worth, before a stress and after it.

The value of a company is that of its last funding round or on the market, whichever is later; of a range, or
of several figures for that time, the least and the most.
What a what-if takes off it is lost as it stands: what the company itself holds is in the price.
The shares of who cannot pay all that it owes are worth nothing, for creditors come first.
Who is not paid loses that much of its value, and who holds shares loses as `aiweb.flows.holdings` says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, Protocol

from aiweb.model import Figure, FigureKind, Metric, Registry
from aiweb.whatif import Overlaid
from aiweb.whatif.worth import kept

if TYPE_CHECKING:
    from fractions import Fraction

    from aiweb.graph import DealGraph

_VALUES: Final = frozenset({Metric.VALUATION, Metric.MARKET_VALUE})
_SEEN: Final = frozenset({FigureKind.REPORTED, FigureKind.PRESS, FigureKind.MARKET})


class Stake(Protocol):
    """What a party holds of another, from `low` to `high`, and what says so."""

    @property
    def owner(self) -> str:
        """Who holds the shares."""

    @property
    def issuer(self) -> str:
        """Whose shares they are."""

    @property
    def low(self) -> Fraction:
        """The least part of the company, from 0 to 1."""

    @property
    def high(self) -> Fraction:
        """The most."""

    @property
    def legs(self) -> tuple[str, ...]:
        """The legs that state it."""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures that state it."""


class Unstated(Protocol):
    """A holding of which no part is published."""

    @property
    def owner(self) -> str:
        """Who holds the shares."""

    @property
    def issuer(self) -> str:
        """Whose shares they are."""


class Owned(Protocol):
    """All holdings known on a day, such as `aiweb.analysis.ownership` finds them."""

    @property
    def holdings(self) -> Iterable[Stake]:
        """Those with a published part."""

    @property
    def unstated(self) -> Iterable[Unstated]:
        """Those without one."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a company is worth, from `low` to `high` dollars, and what a what-if leaves of it."""

    party: str
    low: int
    high: int
    low_after: int
    high_after: int
    figures: tuple[Figure, ...]

    @property
    def is_marked(self) -> bool:
        """Whether a what-if takes something off."""
        return (self.low_after, self.high_after) != (self.low, self.high)


def worth(graph: DealGraph, party: str) -> Worth | None:
    """Say what a company is worth on the day, without and with the what-ifs; nothing if no source says."""
    registry, day = graph.registry, graph.convention.as_of
    base = registry.base if isinstance(registry, Overlaid) else registry
    before, after = (_last(each, party, day) for each in (base, registry))
    ends = [row.amount for row in before if row.amount is not None]
    if not ends:
        return None
    left = [row.amount for row in after if row.amount is not None]
    gone = not kept(registry, party, day) or not left
    return Worth(
        party,
        min(row.low or row.high for row in ends),
        max(row.high for row in ends),
        0 if gone else min(row.low or row.high for row in left),
        0 if gone else max(row.high for row in left),
        after or before,
    )


def _last(registry: Registry, party: str, day: date) -> tuple[Figure, ...]:
    """Give the figures of the last time for which a value is known."""
    rows = [
        row
        for row in registry.figures.get(party, ())
        if row.metric in _VALUES
        and row.kind in _SEEN
        and row.amount is not None
        and (row.amount.high > 0 or row.amount.known)
        and registry.figure_known(row) <= day
        and row.period.first <= day
    ]
    last = max((row.period.last for row in rows), default=None)
    return tuple(row for row in rows if row.period.last == last)
