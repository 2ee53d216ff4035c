"""Outside demand: of those who are on a loop, what they sell to parties off it over what they sell to it.

A loop's parties here are all that can reach each other by counted hops, at any amount: a strongly
connected group of the web. Parties that stand for many are in none.

- By the registry: counted spending legs to the party from payers outside its group, over those from inside.
- By published revenue: the latest yearly revenue, less what of the inside legs falls in that year.
  In a window of years a year counts only if all of it lies in the window, for no source splits it.
- By published shares: what the customers in the group made of its revenue, as the party or the press says.
  Its own word stands before the press's, and what became known last before the rest; where two of the same
  rank and day differ, both bounds count.

Where an amount or a date that matters is not published, that end of the answer is open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from aiweb.errors import UnknownName
from aiweb.flows.tracing import components
from aiweb.graph import Convention, DealGraph, LegState
from aiweb.instalments import instalments
from aiweb.model import Figure, FigureKind, Metric, Side
from aiweb.trace import Steps, Trace
from aiweb.values import NOTHING, Money, Span, total


@dataclass(frozen=True, slots=True)
class Demand:
    """What one party on a loop sells inside and outside its group.

    `low` and `high` bound outside over inside; nothing where no published amount bounds that end.
    `in_year` is what of the inside legs falls in the year of `revenue`; `undated` are those of which some
    part is on no day or undisclosed, so that more may fall in it.
    `cut` says that the year does not lie wholly in the convention's window, so nothing is said of it.
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
    cut: bool
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
        if self.cut:
            return "cut by window"
        if self.in_year == NOTHING and not self.undated:
            return "none inside"
        return _bounds_text(self.year_low, self.year_high)

    @property
    def published(self) -> tuple[Fraction, Fraction] | None:
        """The part of its revenue that published shares leave to customers outside the group, at most.

        From the larger to the smaller shares, where what is published differs.
        """
        if not self.shares:
            return None
        shares = [[_share(figure) for figure in figures] for figures in self.by_customer.values()]
        most, least = (sum((bound(each) for each in shares), Fraction(0)) for bound in (max, min))
        return max(Fraction(0), 1 - most), max(Fraction(0), 1 - least)

    @property
    def by_customer(self) -> dict[str, list[Figure]]:
        """The published shares by customer; more than one where they differ."""
        found: dict[str, list[Figure]] = defaultdict(list)
        for figure in self.shares:
            found[figure.counterparty or ""].append(figure)
        return dict(found)


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
            _left(steps, row)
        return steps.trace()


def _left(steps: Steps, row: Demand) -> None:
    """Put down what published shares of customers inside leave to others."""
    if row.published is None:
        return
    customers = [
        [
            steps.given(f"published: {name} made of its revenue", _share(figure), figures=(figure,))
            for figure in figures
        ]
        for name, figures in row.by_customer.items()
    ]
    whole, nothing = steps.given("all revenue", Fraction(1)), steps.given("nothing", Fraction(0))
    for end, expect, bound in (
        ("low", row.published[0], steps.most),
        ("high", row.published[1], steps.least),
    ):
        # One published value is its own bound.
        parts = [bound("of those that differ", *each) if len(each) > 1 else each[0] for each in customers]
        inside = steps.total("from inside, as published", *parts)
        left = steps.difference("left to others", whole, inside)
        steps.most(
            "and never below nothing", left, nothing, expect=expect, name=f"{row.party} published {end}"
        )


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
    in_all = graph.under(replace(graph.convention, years=None)) if graph.convention.years else graph
    rows = [_demand(graph, in_all, name, groups[name]) for name in names]
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


def _demand(graph: DealGraph, in_all: DealGraph, party: str, group: tuple[str, ...]) -> Demand:
    """Measure one party; `in_all` is the graph without its window."""
    within = [leg for leg in _sales(graph, party) if leg.payer in group]
    beyond = [leg for leg in _sales(graph, party) if leg.payer not in group]
    inside, outside = total(leg.amount for leg in within), total(leg.amount for leg in beyond)
    revenue = graph.latest_figure(party, Metric.REVENUE, yearly=True)
    cut = revenue is not None and not _holds(graph.convention.years, revenue.period)
    in_year: Money | None = None
    undated: tuple[str, ...] = ()
    if revenue is not None and not cut:
        # What no source puts into a year is in no window, and may lie in this year all the same.
        sold = [leg for leg in _sales(in_all, party) if leg.payer in group]
        in_year, undated = _falls(in_all, sold, revenue.period.first, revenue.period.last)
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
        cut=cut,
        in_year=in_year,
        undated=undated,
        shares=_shares(graph, party, group),
    )


def _sales(graph: DealGraph, party: str) -> list[LegState]:
    return [leg for leg in graph.legs if leg.payee == party and leg.side is Side.SPENDING]


def _holds(window: tuple[int, int] | None, period: Span) -> bool:
    """Whether all of a period lies in a window of years."""
    return window is None or (window[0] <= period.first.year and period.last.year <= window[1])


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
    """Give the published shares of revenue of customers in the group, of the last period there is.

    Of each customer those of the best kind that became known last, each value once.
    """
    known = graph.registry.figure_known
    rows = [
        figure
        for figure in graph.registry.figures.get(party, ())
        if figure.metric is Metric.SHARE_OF_REVENUE
        and figure.kind in {FigureKind.REPORTED, FigureKind.PRESS}
        and figure.counterparty in group
        and known(figure) <= graph.convention.as_of
    ]
    latest = max(((row.period.last, row.period.first) for row in rows), default=None)
    by_customer: dict[str, list[Figure]] = defaultdict(list)
    for row in rows:
        if (row.period.last, row.period.first) == latest:
            by_customer[row.counterparty or ""].append(row)
    chosen: list[Figure] = []
    for _, figures in sorted(by_customer.items()):
        best = max((row.kind is FigureKind.REPORTED, known(row)) for row in figures)
        equal = [row for row in figures if (row.kind is FigureKind.REPORTED, known(row)) == best]
        # Not the place in the file decides which of two sources for one value is named.
        values = {_share(row): row for row in sorted(equal, key=lambda row: row.source, reverse=True)}
        chosen += [values[share] for share in sorted(values)]
    return tuple(chosen)


def _share(figure: Figure) -> Fraction:
    return Fraction(figure.percent or 0) / 100
