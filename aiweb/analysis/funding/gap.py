"""A party's sources and uses of money by calendar year, put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from aiweb.analysis.funding.cash import added_up, cash_paths, run_path
from aiweb.analysis.funding.circular import net_paths, vendor_shares
from aiweb.analysis.funding.dues import listed_items
from aiweb.analysis.funding.explained import explained_gap
from aiweb.analysis.funding.flows import last_reached, missing_figures, operating_items
from aiweb.analysis.funding.legs import is_counted
from aiweb.analysis.funding.published import ClaimRow, claim_rows
from aiweb.analysis.funding.rows import (
    CLASSES,
    NO_BALANCE,
    CashPath,
    Class,
    Item,
    NetPath,
    Role,
    Undated,
    VendorShare,
    YearSum,
    may_fail,
)
from aiweb.balances import opening as last_known
from aiweb.errors import BadOption, UnknownName
from aiweb.graph import Convention, DealGraph
from aiweb.model import Figure, Metric
from aiweb.trace import Trace
from aiweb.values import NOTHING, Money

LAST_YEAR: Final = 2030


@dataclass(frozen=True)
class FundingGap:
    """Sources and uses of one party by year, the paths of its cash, and published gaps beside them.

    `since` is the year asked for, or that of the balance if it is later: nobody knows the cash before.
    `missing` names the figures without which the paths do not begin in the year asked for or reach `until`.
    `reach` is the last year that they do reach; without paths there is none.
    `hold` says that beyond the published figures the last one is held.
    `assumed` says that the opening is no figure of a source but the caller's.
    """

    graph: DealGraph = field(repr=False, compare=False)
    party: str
    since: int
    until: int
    reach: int | None
    hold: bool
    assumed: bool
    minimum: int
    opening: Money
    opening_on: date | None
    opening_figures: tuple[Figure, ...]
    items: tuple[Item, ...]
    undated: tuple[Undated, ...]
    paths: tuple[CashPath, ...]
    net: tuple[NetPath, ...]
    missing: tuple[str, ...]
    claims: tuple[ClaimRow, ...]

    @property
    def convention(self) -> Convention:
        """Which day holds, and what is left out."""
        return self.graph.convention

    @property
    def digest(self) -> str:
        """The hash of the registry."""
        return self.graph.registry.digest

    @property
    def sums(self) -> tuple[YearSum, ...]:
        """Sources and uses by year and role, in the three classes, and what the listed deals come to."""
        rows = []
        for year in sorted({item.year for item in self.items}):
            items = [item for item in self.items if item.year == year]
            for role in Role:
                own = [item for item in items if item.role is role]
                if own:
                    firm, more, every = (added_up(own, certainty) for certainty in CLASSES)
                    rows.append(YearSum(year, role, firm, more, every))
            listed = [item for item in items if item.role is not Role.OPERATING]
            if listed:
                firm, more, every = (added_up(listed, each, net=True) for each in CLASSES)
                less = any(item.amount.unbounded and not item.role.is_source for item in listed)
                rows.append(YearSum(year, None, firm, more, every, less))
        return tuple(rows)

    @property
    def begin(self) -> int:
        """The year in which the paths begin; those before `since` count and are not shown."""
        return min([self.since, *(item.year for item in self.items)])

    @cached_property
    def failing(self) -> tuple[CashPath, ...]:
        """The paths beyond the contractual class where every receipt that is not contractual fails.

        What the party is to pay stays.
        """
        items = [item for item in self.items if not may_fail(item)]
        years = range(self.begin, (self.reach or self.until) + 1)
        return tuple(
            run_path(items, self.opening, years, self.since, self.minimum, path.certainty, path.overlap)
            for path in self.paths
            if path.certainty is not Class.CONTRACTUAL
        )

    @cached_property
    def vendors(self) -> tuple[VendorShare, ...]:
        """What of all that the party is promised, class by class, its own payments can bring back."""
        return tuple(vendor_shares(self.graph, self.party))

    def path(self, certainty: str, overlap: str) -> CashPath | None:
        """Find the path of one class and overlap."""
        return next(
            (row for row in self.paths if row.certainty == certainty and row.overlap == overlap), None
        )

    def explain(self, year: int | None = None) -> Trace:
        """Give the arithmetic of cash and shortfall, path by path, up to `year`, by default the last.

        Raises:
            BadOption: `year` is not among the years shown.
        """
        if year is not None and not self.since <= year <= self.until:
            raise BadOption("year", year, f"write a year from {self.since} to {self.until}")
        return explained_gap(self, self.until if year is None else year)


def funding(
    graph: DealGraph,
    party: str,
    *,
    since: int | None = None,
    until: int | None = None,
    minimum: int = 0,
    hold: bool = False,
    opening: int | None = None,
) -> FundingGap:
    """Set a party's sources against its uses, year by year.

    Certainty classes take the place of the convention's least status; its day holds.
    `minimum` is the least cash to be kept, in whole dollars.
    `hold` takes the last published flow for the years without one.
    `opening` is what a party of which no balance is published has on the day, in whole dollars.
    Both are assumptions of the caller's, and no figures.

    Raises:
        UnknownName: there is no such party.
        BadOption: the years run backwards, an amount is negative, or there is a balance and an opening.
    """
    registry, day = graph.registry, graph.convention.as_of
    if party not in registry.parties:
        raise UnknownName("party", party, registry.parties)
    first, last = _asked_years(day, since, until)
    for name, amount in (("minimum", minimum), ("opening", opening or 0)):
        if amount < 0:
            raise BadOption(name, amount, "write an amount from $0")
    dated = [(registry.figure_known(row), row) for row in registry.figures.get(party, ())]
    figures = [(known, row) for known, row in dated if known <= day]
    standing = last_known(graph, party)
    # Credit without cash begins no path.
    balance, balance_on = (standing.amount, standing.on) if standing.cash else (NOTHING, None)
    balance_figures = (*standing.cash, *standing.credit) if standing.cash else ()
    if opening is not None:
        if balance_on is not None:
            raise BadOption(
                "opening",
                str(Money(opening, opening)),
                f"leave it out: {party} has a balance of {balance_on}",
            )
        balance, balance_on = Money(opening, opening), day
    asked, first = first, max(first, balance_on.year if balance_on else first)
    start = (balance_on or date(first, 1, 1) - timedelta(days=1)) + timedelta(days=1)
    operating, unknown = operating_items(figures, start, date(last, 12, 31), hold=hold)
    early = (f"{NO_BALANCE} {first}",) if first > asked else ()
    borrows = any(row.metric is Metric.UNDRAWN_CREDIT for row in balance_figures)
    items, undated = listed_items(graph, party, start, last, borrows=borrows)
    begin = min(first, start.year)
    inside = [item for item in (*operating, *items) if begin <= item.year <= last]
    reach = last_reached(balance_on, unknown, first, last)
    years = range(begin, reach + 1) if reach is not None else range(0)
    paths = cash_paths(inside, balance, years, first, minimum) if years else ()
    return FundingGap(
        graph=graph,
        party=party,
        since=first if first <= last else asked,
        until=last,
        reach=reach,
        hold=hold,
        assumed=opening is not None,
        minimum=minimum,
        opening=balance,
        opening_on=balance_on,
        opening_figures=balance_figures,
        items=tuple(sorted(inside, key=_item_order)),
        undated=tuple(sorted(undated, key=lambda row: (row.certainty, row.role, row.leg))),
        paths=paths,
        net=net_paths(graph, party, inside, start, paths, minimum) if paths else (),
        missing=(*early, *missing_figures(balance_on, unknown, figures, start)),
        claims=claim_rows(graph, party),
    )


def _asked_years(day: date, since: int | None, until: int | None) -> tuple[int, int]:
    first = since if since is not None else day.year
    last = until if until is not None else max(LAST_YEAR, first)
    if last < first:
        raise BadOption("to", last, f"write a year from {first}")
    if not (first >= 1900 and last <= 2200):
        raise BadOption("from", first, "write years from 1900 to 2200")
    return first, last


def gaps(
    graph: DealGraph,
    *,
    since: int | None = None,
    until: int | None = None,
    minimum: int = 0,
    hold: bool = False,
    opening: int | None = None,
) -> tuple[FundingGap, ...]:
    """Do the same for every party that has a figure or pays or receives: those with most figures first.

    `opening` is that of parties of which no balance is published.

    Raises:
        BadOption: as `funding` does.
    """
    named = {leg.payer for deal in graph.deals.values() for leg in deal.legs if is_counted(graph, leg)}
    named |= {leg.payee for deal in graph.deals.values() for leg in deal.legs if is_counted(graph, leg)}
    known = graph.registry.figure_known
    day = graph.convention.as_of
    figures = {
        party: [row for row in rows if known(row) <= day] for party, rows in graph.registry.figures.items()
    }
    named |= {party for party, rows in figures.items() if rows}
    rows = (
        funding(
            graph,
            party,
            since=since,
            until=until,
            minimum=minimum,
            hold=hold,
            opening=None if last_known(graph, party).cash else opening,
        )
        for party in sorted(named - graph.outside - {*graph.convention.without})
    )
    return tuple(sorted(rows, key=lambda row: (-(row.reach or 0), len(row.missing), row.party)))


def _item_order(item: Item) -> tuple[int, str, int, str, str]:
    return (item.year, item.role, CLASSES.index(item.certainty), item.leg or "", item.how)
