"""Outside demand: of those who are on a loop, what they sell to parties off it over what they sell to it.

A loop's parties here are all that can reach each other by counted hops, at any amount: a strongly
connected group of the web. Parties that stand for many are in none.

- By the registry: counted spending legs to the party from payers outside its group, over those from inside.
- By published revenue: the latest yearly revenue, less what of the inside legs falls in that year.
- By published shares: what the customers in the group made of its revenue, as somebody has published it.

Where an amount or a date that matters is not published, that end of the answer is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from aiweb.errors import UnknownName
from aiweb.flows.tracing import components
from aiweb.graph import Convention, DealGraph, LegState
from aiweb.instalments import instalments
from aiweb.model import Figure, Metric, Side
from aiweb.trace import Steps, Trace
from aiweb.values import NOTHING, Money, total


@dataclass(frozen=True, slots=True)
class Demand:
    """What one party on a loop sells inside and outside its group.

    `low` and `high` bound outside over inside; nothing where no published amount bounds that end.
    `in_year` is what of the inside legs falls in the year of `revenue`; `undated` are those of which some
    part is on no day or undisclosed, so that more may fall in it.
    `shares` are published parts of its revenue, of one period, from customers in the group.
    """

    party: str
    group: tuple[str, ...]
    inside: Money
    outside: Money
    low: Fraction | None
    high: Fraction | None
    inside_legs: tuple[tuple[str, Money], ...]
    outside_legs: tuple[tuple[str, Money], ...]
    revenue: Figure | None
    in_year: Money | None
    undated: tuple[str, ...]
    shares: tuple[Figure, ...]

    @property
    def ratio_text(self) -> str:
        """Outside over inside by the registry, as a person would say it."""
        return _bounds_text(self.low, self.high) if self.inside_legs else "none inside"

    @property
    def year_low(self) -> Fraction | None:
        """The least of the year's revenue from others over that from inside; nothing if nothing bounds it."""
        if self.revenue is None or self.revenue.amount is None or self.in_year is None or self.undated:
            return None
        return _ratio(max(0, self.revenue.amount.low - self.in_year.high), self.in_year.high)

    @property
    def year_high(self) -> Fraction | None:
        """The most of the year's revenue from others over that from inside; nothing if nothing bounds it."""
        if self.revenue is None or self.revenue.amount is None or self.in_year is None:
            return None
        return _ratio(max(0, self.revenue.amount.high - self.in_year.low), self.in_year.low)

    @property
    def year_text(self) -> str:
        """Outside over inside by the year's published revenue, as a person would say it."""
        if self.revenue is None:
            return "not published"
        if self.in_year == NOTHING and not self.undated:
            return "none inside"
        return _bounds_text(self.year_low, self.year_high)

    @property
    def published_share(self) -> Fraction | None:
        """The part of its revenue that published shares leave to customers outside the group, at most."""
        percents = [Fraction(figure.percent) / 100 for figure in self.shares if figure.percent is not None]
        return max(Fraction(0), 1 - sum(percents, Fraction(0))) if percents else None


@dataclass(frozen=True, slots=True)
class OutsideDemand:
    """Outside demand of every party on a loop, or of one."""

    convention: Convention
    digest: str
    party: str | None
    rows: tuple[Demand, ...]

    def explain(self) -> Trace:
        """Say how each ratio comes about from the legs of each side."""
        steps = Steps("Outside demand", self.convention, self.digest)
        for row in self.rows:
            sums = []
            for name, legs, expect in (
                ("outside", row.outside_legs, row.outside),
                ("inside", row.inside_legs, row.inside),
            ):
                given = [steps.given(leg, amount, legs=(leg,)) for leg, amount in legs]
                sums.append(
                    steps.total(
                        f"{row.party} sells {name}", *given, expect=expect, name=f"{row.party} {name}"
                    )
                )
            outside, inside = sums
            if row.low is not None:
                steps.quotient(
                    "least outside over most inside",
                    steps.lower("outside, lower bound", outside),
                    steps.upper("inside, upper bound", inside),
                    expect=row.low,
                    name=f"{row.party} low",
                )
            if row.high is not None:
                steps.quotient(
                    "most outside over least inside",
                    steps.upper("outside, upper bound", outside),
                    steps.lower("inside, lower bound", inside),
                    expect=row.high,
                    name=f"{row.party} high",
                )
            percents = [
                steps.given(
                    f"published: {figure.counterparty} made of its revenue",
                    Fraction(figure.percent) / 100,
                    figures=(figure,),
                )
                for figure in row.shares
                if figure.percent is not None
            ]
            if percents:
                steps.total("from inside, as published", *percents, name=f"{row.party} published inside")
        return steps.trace()


def demand(graph: DealGraph, party: str | None = None) -> OutsideDemand:
    """Say what parties on a loop sell to others over what they sell to each other, the least first.

    Raises:
        UnknownName: there is no such party.
    """
    if party is not None and party not in graph.registry.parties:
        raise UnknownName("party", party, graph.registry.parties)
    hops = [
        (hop.payer, hop.payee)
        for hop in graph.hops
        if not graph.outside & {hop.payer, hop.payee} and (hop.amount.high > 0 or not hop.amount.known)
    ]
    groups = {name: group for group in components(hops) for name in group}
    names = sorted(groups) if party is None else [name for name in groups if name == party]
    rows = [_demand(graph, name, groups[name]) for name in names]
    return OutsideDemand(
        convention=graph.convention,
        digest=graph.registry.digest,
        party=party,
        rows=tuple(sorted(rows, key=_order)),
    )


def _order(row: Demand) -> tuple[bool, Fraction, int, str]:
    """Put the least ratio first, then those of which it is unknown or who sell nothing inside."""
    end = row.high if row.high is not None else row.low
    return (not row.inside_legs or end is None, end or Fraction(0), -row.inside.high, row.party)


def _demand(graph: DealGraph, party: str, group: tuple[str, ...]) -> Demand:
    sales = [leg for leg in graph.legs if leg.payee == party and leg.side is Side.SPENDING]
    within = [leg for leg in sales if leg.payer in group]
    beyond = [leg for leg in sales if leg.payer not in group]
    inside, outside = total(leg.amount for leg in within), total(leg.amount for leg in beyond)
    revenue = graph.latest_figure(party, Metric.REVENUE, yearly=True)
    in_year: Money | None = None
    undated: tuple[str, ...] = ()
    if revenue is not None:
        in_year, undated = _falls(graph, within, revenue.period.first, revenue.period.last)
    return Demand(
        party=party,
        group=group,
        inside=inside,
        outside=outside,
        low=_ratio(outside.low, inside.high) if inside.known and not inside.unbounded else None,
        high=_ratio(outside.high, inside.low) if outside.known and not outside.unbounded else None,
        inside_legs=tuple((leg.id, leg.amount) for leg in within),
        outside_legs=tuple((leg.id, leg.amount) for leg in beyond),
        revenue=revenue,
        in_year=in_year,
        undated=undated,
        shares=_shares(graph, party, group),
    )


def _bounds_text(low: Fraction | None, high: Fraction | None) -> str:
    least = None if low is None else f"{float(low):.2f}"
    most = None if high is None else f"{float(high):.2f}"
    if least is None:
        return "unknown" if most is None else f"at most {most}"
    if most is None:
        return f"at least {least}"
    return least if least == most else f"{least} to {most}"


def _ratio(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _falls(
    graph: DealGraph, legs: Iterable[LegState], first: date, last: date
) -> tuple[Money, tuple[str, ...]]:
    """Add up what of legs falls in a stretch of days, and name those of which more may."""
    amount, undated = NOTHING, []
    for leg in legs:
        parts = instalments(graph, leg)
        within = [part for part in parts if part.day is not None and first <= part.day <= last]
        amount += Money(sum(part.low for part in within), sum(part.high for part in within))
        loose = [part for part in parts if part.day is None and part.since <= last]
        if loose or any(part.undisclosed for part in within):
            undated.append(leg.id)
    return amount, tuple(undated)


def _shares(graph: DealGraph, party: str, group: tuple[str, ...]) -> tuple[Figure, ...]:
    """Give the published shares of revenue of customers in the group, of the last period there is."""
    rows = [
        figure
        for figure in graph.registry.figures.get(party, ())
        if figure.metric is Metric.SHARE_OF_REVENUE
        and figure.counterparty in group
        and graph.registry.figure_known(figure) <= graph.convention.as_of
    ]
    latest = max(((row.period.last, row.period.first) for row in rows), default=None)
    chosen: dict[str, Figure] = {}
    for row in rows:
        if (row.period.last, row.period.first) == latest and row.counterparty is not None:
            chosen.setdefault(row.counterparty, row)
    return tuple(figure for _, figure in sorted(chosen.items()))
