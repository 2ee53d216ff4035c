"""A party's sources and uses of money by calendar year, and when they no longer meet.

    M_t = M_(t-1) + o_t + Σ s_(d,t) - Σ u_(d,t) + v_t,   shortfall_t = max(0, q - M_t)

M_0 is the last known cash, with undrawn credit; o_t the forecast free cash flow;
s and u are receipts and payments of the deals listed here; q is the least cash to be kept;
v_t is the overlap: the part of the listed trading that o_t has taken in already.
No source settles v for most parties, so every path is shown with v at zero and in full.

Financing (equity, loans, their repayment, investments made) is never part of a free cash flow
and overlaps with nothing.
Trading (purchases, leases, licences, revenue shares) may be, and interest is:
a free cash flow is what is left after interest paid.

Interest is simple interest on what is owed from day to day, `aiweb.flows.interest`.
A rate that floats is the last reading of its benchmark known on the day, held for good, and the margin.

Without circular money (a party's own payments that come back to it) the cash of a year is

    M'_t = M_t - C_t

C_t is the maximum flow from what the party pays up to the end of year t, over the deals of others, to what it
receives by then: all that can come back (L. R. Ford, D. R. Fulkerson, Canad. J. Math. 8 (1956) 399-404).
M'_t falls with every payment and with every deal of others and rises with every receipt, for a flow rises by
no more than what it is given; so its bounds are exact corners too.

Three certainty classes, each holding those before it: contractual (signed and firm), conditional
(signed, with a condition or an option), announced (a letter of intent or an announcement,
and any amount that is an analyst's or a market value).

Bounds are exact corners: the gap rises with every use and falls with every source,
so the worst case takes all uses high and all sources low, and the best case the reverse.

A leg falls into years by its published schedule; without one, evenly by days over its term;
without either it is in no year and is listed as undated.
A fiscal year's figure falls into calendar years by days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Final, NamedTuple

from aiweb.errors import BadOption, UnknownName
from aiweb.flows import cut
from aiweb.flows.interest import Change, Stretch, stretches
from aiweb.flows.web import Pair
from aiweb.graph import Carrier, Convention, DealGraph, LegState, counted_once, payments
from aiweb.model import (
    Basis,
    Certainty,
    Claim,
    Figure,
    FigureKind,
    Instrument,
    Leg,
    Metric,
    Overlap,
    Side,
    Status,
    Unit,
)
from aiweb.spread import by_year, months_between, portions, spread
from aiweb.trace import Steps, Trace, dollars
from aiweb.values import NOTHING, UNDISCLOSED, Money, Span, total

LAST_YEAR: Final = 2030
_FULL_YEAR: Final = 360


class Class(StrEnum):
    """How sure a payment is; each class is looked at together with those before it."""

    CONTRACTUAL = "contractual"
    CONDITIONAL = "conditional"
    ANNOUNCED = "announced"


_CLASSES: Final = tuple(Class)


class Role(StrEnum):
    """What an item is to the party."""

    OPERATING = "operating"
    FINANCING_IN = "financing in"
    FINANCING_OUT = "financing out"
    INTEREST_IN = "interest in"
    INTEREST_OUT = "interest out"
    TRADING_IN = "trading in"
    TRADING_OUT = "trading out"

    @property
    def is_source(self) -> bool:
        """Whether it brings money."""
        return self in {Role.OPERATING, Role.FINANCING_IN, Role.INTEREST_IN, Role.TRADING_IN}

    @property
    def overlaps(self) -> bool:
        """Whether a free cash flow may have taken it in already."""
        return self in {Role.INTEREST_IN, Role.INTEREST_OUT, Role.TRADING_IN, Role.TRADING_OUT}


@dataclass(frozen=True, slots=True)
class Accrual:
    """Interest on what is owed: `owed` times the rate for the time, `low` to `high`, as parts of it."""

    text: str
    owed: Money
    low: Fraction
    high: Fraction

    @property
    def amount(self) -> Money:
        """The interest, in whole dollars."""
        return replace(self.owed, low=round(self.owed.low * self.low), high=round(self.owed.high * self.high))


@dataclass(frozen=True, slots=True)
class Item:
    """Money that falls into one year, and how it is known to.

    Where it was spread evenly, `whole` is what was spread, and `parts` are, of the equal parts of that,
    how many come before this year's, how many are this year's, and how many there are.
    Interest has `accruals`, one for each stretch of the year in which the same is owed at the same rate.
    """

    year: int
    role: Role
    certainty: Class
    amount: Money
    how: str
    leg: str | None = None
    figure: Figure | None = None
    whole: Money | None = None
    parts: tuple[int, int, int] | None = None
    accruals: tuple[Accrual, ...] = ()


@dataclass(frozen=True, slots=True)
class YearSum:
    """Items of one role in one year added up, for each class together with those before it.

    Without a role it is all that the listed deals bring less all that they take: what is left for operations
    and new money to meet, if it is below zero.
    `less` says that one of those uses is "at least", so less may be left; a source of "at least" puts a `+`.
    """

    year: int
    role: Role | None
    contractual: Money
    conditional: Money
    announced: Money
    less: bool = False


@dataclass(frozen=True, slots=True)
class Undated:
    """A leg, or what is left of it, that no source puts into any year.

    `settled` says that it is taken to be in the opening balance already.
    """

    leg: str
    role: Role
    certainty: Class
    amount: Money
    why: str
    settled: bool = False


@dataclass(frozen=True, slots=True)
class YearEnd:
    """Cash at the end of a year, and what is short of the least cash, best case to worst.

    A receipt of "at least" leaves the cash unbounded, a payment of "at least" the shortfall.
    """

    year: int
    cash: Money
    shortfall: Money
    unknown: int


@dataclass(frozen=True, slots=True)
class CashPath:
    """Cash year by year in one certainty class, with the overlap at zero or in full."""

    certainty: Class
    overlap: Overlap
    years: tuple[YearEnd, ...]

    def holds(self, item: Item) -> bool:
        """Whether an item of any year is on this path, by its class and the overlap."""
        certain = _CLASSES.index(item.certainty) <= _CLASSES.index(self.certainty)
        return certain and not (item.role.overlaps and self.overlap is Overlap.FULL)

    @property
    def first_short(self) -> tuple[int | None, int | None]:
        """First year short of cash in the worst and in the best case."""
        return _first_short(self.years)

    @property
    def peak(self) -> Money:
        """The largest shortfall, best case to worst: what must be arranged."""
        return _peak(self.years)

    @property
    def end(self) -> Money:
        """The shortfall at the end of the last year."""
        return self.years[-1].shortfall if self.years else NOTHING


@dataclass(frozen=True, slots=True)
class NetYear:
    """Cash at the end of a year without circular money, and what is short of the least cash then.

    `received` is what the party has received by then from the deals listed, `circular` what of it can be its
    own payments come back, all amounts low to all amounts high.
    `worst` and `best` are that in the worst case of the gap and in the best.
    """

    year: int
    received: Money
    circular: Money
    worst: int
    best: int
    cash: Money
    shortfall: Money

    @property
    def share(self) -> Fraction | None:
        """The vendor-financed share: what is circular over what is received, both at the most."""
        return Fraction(self.circular.high, self.received.high) if self.received.high else None


@dataclass(frozen=True, slots=True)
class NetPath:
    """A path without circular money; `carriers` hold back what comes back in the end, at the upper bounds."""

    certainty: Class
    overlap: Overlap
    years: tuple[NetYear, ...]
    carriers: tuple[Carrier, ...]

    @property
    def first_short(self) -> tuple[int | None, int | None]:
        """First year short of cash in the worst and in the best case."""
        return _first_short(self.years)

    @property
    def peak(self) -> Money:
        """The largest shortfall, best case to worst."""
        return _peak(self.years)

    @property
    def end(self) -> Money:
        """The shortfall at the end of the last year."""
        return self.years[-1].shortfall if self.years else NOTHING


@dataclass(frozen=True, slots=True)
class VendorShare:
    """What of all that a party is promised in a class, in any year, its own payments can bring back.

    `received` and `circular` are at face value, the first that of `receipts`.
    `carriers` hold the second back at the upper bounds.
    """

    certainty: Class
    receipts: tuple[tuple[str, Money], ...]
    received: Money
    circular: Money
    carriers: tuple[Carrier, ...]

    @property
    def share(self) -> Fraction | None:
        """What is circular over what is received, both at the most."""
        return Fraction(self.circular.high, self.received.high) if self.received.high else None


def _first_short(years: Iterable[YearEnd | NetYear]) -> tuple[int | None, int | None]:
    rows = list(years)
    worst = next((row.year for row in rows if row.shortfall.high > 0), None)
    best = next((row.year for row in rows if row.shortfall.low > 0), None)
    return worst, best


def _peak(years: Iterable[YearEnd | NetYear]) -> Money:
    rows = list(years)
    return Money(
        max((row.shortfall.low for row in rows), default=0),
        max((row.shortfall.high for row in rows), default=0),
        unbounded=any(row.shortfall.unbounded for row in rows),
    )


@dataclass(frozen=True, slots=True)
class PartRow:
    """One summand of a claim beside what the registry says of the same leg."""

    leg: str
    amount: Money
    note: str
    years: str
    per_year: Money | None
    payer: str
    status: str


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A published gap, apart from the table, with its parts and what is loose in them."""

    id: str
    claim: Claim
    parts: tuple[PartRow, ...]


@dataclass(frozen=True)
class FundingGap:
    """Sources and uses of one party by year, the paths of its cash, and published gaps beside them.

    `missing` names the figures without which there is no path.
    """

    graph: DealGraph = field(repr=False, compare=False)
    party: str
    since: int
    until: int
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
                    firm, more, every = (_added(own, certainty) for certainty in _CLASSES)
                    rows.append(YearSum(year, role, firm, more, every))
            listed = [item for item in items if item.role is not Role.OPERATING]
            if listed:
                firm, more, every = (_added(listed, each, net=True) for each in _CLASSES)
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
        items = [item for item in self.items if not _fails(item)]
        years = range(self.begin, self.until + 1)
        return tuple(
            _path(items, self.opening, years, self.since, self.minimum, path.certainty, path.overlap)
            for path in self.paths
            if path.certainty is not Class.CONTRACTUAL
        )

    @cached_property
    def vendors(self) -> tuple[VendorShare, ...]:
        """What of all that the party is promised, class by class, its own payments can bring back."""
        return tuple(_vendors(self.graph, self.party))

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
        return _explained(self, self.until if year is None else year)


def funding(
    graph: DealGraph,
    party: str,
    *,
    since: int | None = None,
    until: int | None = None,
    minimum: int = 0,
) -> FundingGap:
    """Set a party's sources against its uses, year by year.

    Certainty classes take the place of the convention's least status; its day holds.
    `minimum` is the least cash to be kept, in whole dollars.

    Raises:
        UnknownName: there is no such party.
        BadOption: the years run backwards or `minimum` is negative.
    """
    registry, day = graph.registry, graph.convention.as_of
    if party not in registry.parties:
        raise UnknownName("party", party, registry.parties)
    first = since if since is not None else day.year
    last = until if until is not None else max(LAST_YEAR, first)
    if last < first:
        raise BadOption("to", last, f"write a year from {first}")
    if not (first >= 1900 and last <= 2200):
        raise BadOption("from", first, "write years from 1900 to 2200")
    if minimum < 0:
        raise BadOption("minimum", minimum, "write an amount from $0")
    dated = [(registry.figure_known(row), row) for row in registry.figures.get(party, ())]
    figures = [(known, row) for known, row in dated if known <= day]
    opening, opening_on, opening_figures = _opening((row for _, row in figures), day)
    start = (opening_on or date(first, 1, 1) - timedelta(days=1)) + timedelta(days=1)
    operating, forecast = _operating(figures, start)
    borrows = any(row.metric is Metric.UNDRAWN_CREDIT for row in opening_figures)
    items, undated = _listed(graph, party, start, last, borrows=borrows)
    begin = min(first, start.year)
    inside = [item for item in (*operating, *items) if begin <= item.year <= last]
    missing = _missing(opening_on, forecast, start, range(begin, last + 1))
    paths = () if missing else _paths(inside, opening, range(begin, last + 1), first, minimum)
    return FundingGap(
        graph=graph,
        party=party,
        since=first,
        until=last,
        minimum=minimum,
        opening=opening,
        opening_on=opening_on,
        opening_figures=opening_figures,
        items=tuple(sorted(inside, key=_item_order)),
        undated=tuple(sorted(undated, key=lambda row: (row.certainty, row.role, row.leg))),
        paths=paths,
        net=_net(graph, party, inside, start, paths, minimum) if paths else (),
        missing=missing,
        claims=_claims(graph, party),
    )


def gaps(
    graph: DealGraph, *, since: int | None = None, until: int | None = None, minimum: int = 0
) -> tuple[FundingGap, ...]:
    """Do the same for every party that has a figure or pays or receives: those with figures enough first.

    Raises:
        BadOption: as `funding` does.
    """
    named = {leg.payer for deal in graph.deals.values() for leg in deal.legs if _counted(graph, leg)}
    named |= {leg.payee for deal in graph.deals.values() for leg in deal.legs if _counted(graph, leg)}
    known = graph.registry.figure_known
    named |= {
        party
        for party, rows in graph.registry.figures.items()
        if any(known(row) <= graph.convention.as_of for row in rows)
    }
    rows = (
        funding(graph, party, since=since, until=until, minimum=minimum)
        for party in sorted(named - graph.outside - {*graph.convention.without})
    )
    return tuple(sorted(rows, key=lambda row: (bool(row.missing), len(row.missing), row.party)))


def _opening(figures: Iterable[Figure], day: date) -> tuple[Money, date | None, tuple[Figure, ...]]:
    """Last known cash, and the last known undrawn credit; both may be ranges where figures differ."""
    rows = list(figures)
    cash = _last_balance(rows, Metric.CASH, day)
    if not cash:
        return NOTHING, None, ()
    credit = _last_balance(rows, Metric.UNDRAWN_CREDIT, day)
    return _hull(cash) + _hull(credit), cash[0].period.last, (*cash, *credit)


def _added(items: Iterable[Item], certainty: Class, *, net: bool = False) -> Money:
    """Add up the items of a class and those before it; with `net` uses count against sources."""
    known = _CLASSES[: _CLASSES.index(certainty) + 1]
    counted = [item for item in items if item.certainty in known]
    if not net:
        return total(item.amount for item in counted)
    return total(
        item.amount if item.role.is_source else replace(-item.amount, unbounded=False) for item in counted
    )


def _fails(item: Item) -> bool:
    """Whether it is money that the party may not get, for its deal is not contractual."""
    return item.role.is_source and item.certainty is not Class.CONTRACTUAL


def _last_balance(figures: Iterable[Figure], metric: Metric, day: date) -> list[Figure]:
    rows = [
        row
        for row in figures
        if row.metric is metric
        and row.kind in _BALANCES
        and row.period.last <= day
        and row.amount is not None
        and not (row.amount.undisclosed and not row.amount.high)
    ]
    last = max((row.period.last for row in rows), default=None)
    of_day = [row for row in rows if row.period.last == last]
    best = min((_kind_rank(row) for row in of_day), default=0)
    return [row for row in of_day if _kind_rank(row) == best]


def _hull(figures: Iterable[Figure]) -> Money:
    amounts = [row.amount for row in figures if row.amount is not None]
    if not amounts:
        return NOTHING
    return Money(
        min(amount.low for amount in amounts),
        max(amount.high for amount in amounts),
        unbounded=any(amount.unbounded for amount in amounts),
    )


_BALANCES: Final = {FigureKind.REPORTED, FigureKind.PRESS}


class _Word(NamedTuple):
    """What is known best and last of one period: rank of its kind, day it became known, figures."""

    kind: int
    known: date
    figures: tuple[Figure, ...]


_KINDS: Final = (
    {FigureKind.REPORTED},
    {FigureKind.FORECAST, FigureKind.GUIDANCE},
    {FigureKind.PRESS},
    {FigureKind.ANALYST},
)


def _operating(figures: Iterable[tuple[date, Figure]], start: date) -> tuple[list[Item], tuple[Span, ...]]:
    """Give the last known free cash flow of each year; where the last word has two values, both bounds.

    Of periods that overlap, the one with the better kind of figure counts, then the one known last.
    The periods that count come second.
    """
    periods: dict[tuple[date, date], list[tuple[date, Figure]]] = defaultdict(list)
    for known, row in figures:
        flow = row.metric is Metric.FREE_CASH_FLOW and row.amount is not None and row.amount.known
        if flow and row.period.days >= _FULL_YEAR and row.period.days < 2 * _FULL_YEAR:
            periods[row.period.first, row.period.last].append((known, row))
    items = []
    taken: list[Span] = []
    words = [_last_word(rows) for rows in periods.values()]
    for word in sorted(
        words,
        key=lambda word: (
            word.kind,
            -word.known.toordinal(),
            word.figures[0].period.first,
            word.figures[0].period.last,
        ),
    ):
        chosen, span = word.figures, word.figures[0].period
        if any(span.first <= other.last and other.first <= span.last for other in taken):
            continue
        taken.append(span)
        for year, amount in _spread_signed(_hull(chosen), chosen[0].period, start).items():
            how = f"{chosen[0].kind} free cash flow of {chosen[0].period}"
            items += [Item(year, Role.OPERATING, Class.CONTRACTUAL, amount, how, figure=chosen[0])]
    return items, tuple(taken)


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


def _listed(
    graph: DealGraph, party: str, start: date, last: int, *, borrows: bool
) -> tuple[list[Item], list[Undated]]:
    items: list[Item] = []
    undated: list[Undated] = []
    for leg in _flowing(graph, party):
        certainty, role = _class(leg), _role(leg, party)
        paid = payments(graph.deals[leg.deal], leg.id)
        paid_on = paid[-1][0] if paid else None
        years, left, how = by_year(leg, start, leg.paid, paid_on)
        even = portions(leg, start, leg.paid, paid_on)
        for year, amount in years.items():
            parts = even[1][year] if even else None
            items.append(
                Item(
                    year,
                    role,
                    certainty,
                    amount,
                    how,
                    leg=leg.id,
                    whole=even[0] if even else None,
                    parts=parts,
                )
            )
        if leg.schedule is None:
            items += _since(paid, start, role, leg.id)
        if left is not None:
            settled = _settled(leg, start, borrows=borrows and leg.payee == party)
            undated.append(Undated(leg.id, role, certainty, left, settled or how, settled=bool(settled)))
        items += _repaid(graph, leg, party, start)
        if leg.instrument is Instrument.LOAN:
            lent = borrows and leg.payee == party
            items += _repayment(graph, leg, party, start, borrows=lent)
            accrued, unknown = _interest(graph, leg, party, start, date(last, 12, 31), borrows=lent)
            items += accrued
            undated += unknown
    for deal in graph.deals.values():
        for leg in deal.legs:
            ended = deal.status.is_end and leg.instrument.is_cash and not graph.leaves_out(leg)
            if ended and party in {leg.payer, leg.payee}:
                items += _since(payments(deal, leg.id), start, _role(leg, party), leg.id)
                items += _repaid(graph, leg, party, start)
    return items, undated


def _since(
    paid: Iterable[tuple[date, Money]], start: date, role: Role, leg: str, how: str = "paid"
) -> list[Item]:
    """Post the payments known to have been made after the opening balance."""
    return [
        Item(day.year, role, Class.CONTRACTUAL, amount, f"{how} {day}", leg=leg)
        for day, amount in paid
        if day >= start and amount
    ]


def _repaid(graph: DealGraph, leg: LegState, party: str, start: date) -> list[Item]:
    """Post the principal of a loan known to have been repaid after the opening balance."""
    role = Role.FINANCING_OUT if leg.payee == party else Role.FINANCING_IN
    return _since(payments(graph.deals[leg.deal], leg.id, back=True), start, role, leg.id, "repaid")


def _settled(leg: LegState, start: date, *, borrows: bool) -> str:
    """Say why a leg without dates is not money still to come, or nothing if it may be."""
    if leg.status is Status.CLOSED and leg.since.last < start and leg.paid is None:
        return f"closed {leg.since}: taken to be in the opening balance"
    if borrows and leg.instrument is Instrument.LOAN and leg.since.last < start:
        return "counted as undrawn credit in the opening balance"
    return ""


def _flowing(graph: DealGraph, party: str) -> list[LegState]:
    """Legs that move cash to or from the party, of deals that live and are more than talk."""
    rows = []
    for deal in graph.deals.values():
        for leg in deal.legs:
            bought = leg.instrument is Instrument.ACQUISITION and leg.payer == party
            if party in {leg.payer, leg.payee} and _counted(graph, leg, bought=bought):
                rows.append(leg)
    return _not_twice(graph, rows)


def _counted(graph: DealGraph, leg: LegState, *, bought: bool = False) -> bool:
    """Whether a leg moves cash, and its deal lives and is more than talk."""
    moves = leg.instrument.is_cash and (leg.side is not Side.NEITHER or bought)
    return moves and leg.status.level >= Status.LETTER_OF_INTENT.level and not graph.leaves_out(leg)


def _not_twice(graph: DealGraph, legs: list[LegState]) -> list[LegState]:
    """Count what lies inside another leg once: in a whole that has a schedule, else in the part."""
    by_id = {leg.id: leg for leg in legs}
    counted = {
        leg.id: leg
        for leg in legs
        if not any(by_id[whole].schedule is not None for whole in _wholes(graph, leg.id) if whole in by_id)
    }
    amounts = counted_once(graph.registry, counted)
    return [replace(leg, amount=amounts[name]) for name, leg in counted.items()]


def _wholes(graph: DealGraph, name: str) -> list[str]:
    """Name the leg that one lies inside, the leg that this lies inside, and so on."""
    found: list[str] = []
    whole = graph.registry.leg(name).part_of
    while whole is not None:
        found.append(whole)
        whole = graph.registry.leg(whole).part_of
    return found


def _class(leg: LegState) -> Class:
    guessed = leg.basis in {Basis.ANALYST, Basis.MARKET}
    if guessed or leg.status.level < Status.SIGNED.level:
        return Class.ANNOUNCED
    return Class.CONTRACTUAL if leg.certainty is Certainty.FIRM else Class.CONDITIONAL


def _role(leg: LegState, party: str) -> Role:
    trading = leg.side is Side.SPENDING
    if leg.payee == party:
        return Role.TRADING_IN if trading else Role.FINANCING_IN
    return Role.TRADING_OUT if trading else Role.FINANCING_OUT


def _repayment(graph: DealGraph, leg: LegState, party: str, start: date, *, borrows: bool) -> list[Item]:
    """Give what is still due of a loan's principal in the year it falls due.

    It counts if the loan is known to have been drawn or closed, or if `borrows`:
    if undrawn credit stands among the sources, it has to be paid back.
    """
    said = graph.registry.leg(leg.id)
    if said.maturity is None or said.maturity.last < start:
        return []
    drawn = said.drawn or leg.paid
    if drawn is None and leg.status is not Status.CLOSED and not borrows:
        return []
    role = Role.FINANCING_OUT if leg.payee == party else Role.FINANCING_IN
    how = f"principal falls due {said.maturity}"
    due = drawn or leg.amount
    if leg.repaid is not None:
        due, how = due.less(leg.repaid), f"{how}, less {leg.repaid} repaid"
    return [Item(said.maturity.last.year, role, _class(leg), due, how, leg=leg.id)] if due else []


class _Rate(NamedTuple):
    """A yearly rate, as a part of what is owed, of `amount` of a loan, or of the rest of it."""

    low: Fraction
    high: Fraction
    text: str
    amount: Money | None = None


def _interest(
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
    rates: list[_Rate] = []
    if not why:
        rates, why = _rates(graph, said)
    if why:
        return [], [Undated(leg.id, role, _class(leg), UNDISCLOSED, f"interest: {why}")]
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
        Item(year, role, _class(leg), amount, how, leg=leg.id, accruals=tuple(found))
        for year, found in rows.items()
        if (amount := total(row.amount for row in found))
    ]
    return items, []


def _owed(graph: DealGraph, leg: LegState, start: date, *, borrows: bool) -> tuple[list[Change], Money, str]:
    """Say from which days on how much of a loan is owed, what marks the amounts bear, or why nobody knows.

    A credit that stands undrawn among the sources may be drawn on the day after the balance, or never.
    """
    drawn = graph.registry.leg(leg.id).drawn
    deal = graph.deals[leg.deal]
    lent = payments(deal, leg.id)
    if drawn is not None:
        advances = [(lent[0][0] if lent else leg.since.last, drawn)]
    elif lent:
        advances = list(lent)
    elif leg.status is Status.CLOSED:
        advances = [(leg.since.last, leg.amount)]
    elif borrows and leg.since.last < start:
        advances = [(start, replace(leg.amount, low=0, ceilings=1))]
    else:
        return [], NOTHING, "what is drawn of it is not published"
    marks = total(amount for _, amount in advances)
    if marks.undisclosed and not marks.high:
        return [], NOTHING, "amount undisclosed"
    changes = [Change(day, amount.low, amount.high) for day, amount in advances]
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


def _missing(
    opening_on: date | None, forecast: Iterable[Span], start: date, years: Iterable[int]
) -> tuple[str, ...]:
    """Say which figures there are none of; a year needs a forecast for every day from `start` on."""
    missing = [] if opening_on else ["cash at any date"]
    spans = tuple(forecast)
    years = [year for year in years if not _is_covered(year, spans, start)]
    if years:
        listed = ", ".join(str(year) for year in years)
        missing.append(f"a free-cash-flow forecast for {listed}")
    return tuple(missing)


def _is_covered(year: int, spans: Iterable[Span], start: date) -> bool:
    first, last = max(start, date(year, 1, 1)), date(year, 12, 31)
    days = (max(0, (min(span.last, last) - max(span.first, first)).days + 1) for span in spans)
    return sum(days) == (last - first).days + 1


def _paths(items: list[Item], opening: Money, years: range, first: int, minimum: int) -> tuple[CashPath, ...]:
    settled = {item.figure.overlap for item in items if item.figure is not None}
    shown = [Overlap.NONE, Overlap.FULL]
    if settled in ({Overlap.NONE}, {Overlap.FULL}):
        shown = [overlap for overlap in shown if overlap in settled]
    return tuple(
        _path(items, opening, years, first, minimum, certainty, overlap)
        for certainty in _CLASSES
        for overlap in shown
    )


def _path(
    items: list[Item],
    opening: Money,
    years: range,
    first: int,
    minimum: int,
    certainty: Class,
    overlap: Overlap,
) -> CashPath:
    """Run the cash from the opening balance on; the years before `first` count, but are not shown."""
    counted = _CLASSES[: _CLASSES.index(certainty) + 1]
    low, high, unknown = opening.low, opening.high, 0
    more, less = opening.unbounded, False
    rows = []
    for year in years:
        for item in items:
            if item.year != year or item.certainty not in counted:
                continue
            if item.role.overlaps and overlap is Overlap.FULL:
                continue
            unknown += item.amount.undisclosed
            if item.role.is_source:
                low, high = low + item.amount.low, high + item.amount.high
                more = more or item.amount.unbounded
            else:
                low, high = low - item.amount.high, high - item.amount.low
                less = less or item.amount.unbounded
        cash = Money(low, high, unbounded=more)
        short = Money(max(0, minimum - high), max(0, minimum - low), unbounded=less)
        if year >= first:
            rows.append(YearEnd(year, cash, short, unknown))
    return CashPath(certainty, overlap, tuple(rows))


class _Arc(NamedTuple):
    """A leg's money on its way in one year, or in none that is known, in a certainty class."""

    pair: Pair
    leg: str
    amount: Money
    certainty: Class
    year: int | None = None


def _net(
    graph: DealGraph,
    party: str,
    items: Iterable[Item],
    start: date,
    paths: Iterable[CashPath],
    minimum: int,
) -> tuple[NetPath, ...]:
    """Run each path again without what the party's own payments can bring back to it."""
    others = _others(graph, party, start)
    listed = list(items)
    return tuple(_net_path(graph, party, listed, others, path, minimum) for path in paths)


def _vendors(graph: DealGraph, party: str) -> Iterator[VendorShare]:
    """Say for each class what of all that a party is promised its own payments can bring back."""
    own = [leg for leg in _flowing(graph, party) if leg.side is not Side.NEITHER]
    between = [_Arc((leg.payer, leg.payee), leg.id, leg.amount, _class(leg)) for leg in _beside(graph, party)]
    for number, certainty in enumerate(_CLASSES):
        known = _CLASSES[: number + 1]
        legs = [leg for leg in own if _class(leg) in known]
        got = [
            _Arc((leg.payer, cut.receives(party)), leg.id, leg.amount, certainty)
            for leg in legs
            if leg.payee == party and leg.payer not in graph.outside
        ]
        paid = [
            _Arc((cut.pays(party), leg.payee), leg.id, leg.amount, certainty)
            for leg in legs
            if leg.payer == party and leg.payee not in graph.outside
        ]
        sets = [got, paid, [arc for arc in between if arc.certainty in known]]
        receipts = tuple((leg.id, leg.amount) for leg in legs if leg.payee == party)
        received = total(amount for _, amount in receipts)
        if got and paid:
            back, carriers = _back(party, sets), _carriers(graph, party, sets)
        else:
            back, carriers = NOTHING, ()
        yield VendorShare(certainty, receipts, received, back, carriers)


def _back(party: str, sets: list[list[_Arc]]) -> Money:
    """Give what can come back, all amounts low to all high; with a `+` if what is unknown could add to it."""
    ends = (cut.pays(party), cut.receives(party))
    low, high = (cut.most(_amounts(sets, at, at), *ends) for at in ("low", "high"))
    free = [arc.pair for arcs in sets for arc in arcs if arc.amount.unbounded or not arc.amount.known]
    limit = cut.limit(_amounts(sets, "high", "high"), free, *ends)
    return Money(low, high, unbounded=limit is None or limit > high)


def _beside(graph: DealGraph, party: str) -> list[LegState]:
    """Legs between others that move cash, none of whose ends stands for many."""
    rows = [
        leg
        for deal in graph.deals.values()
        for leg in deal.legs
        if _counted(graph, leg)
        and graph.outside.isdisjoint({leg.payer, leg.payee})
        and party not in {leg.payer, leg.payee}
        and leg.payer != leg.payee
    ]
    return _not_twice(graph, rows)


def _others(graph: DealGraph, party: str, start: date) -> list[_Arc]:
    """Give what parties pay each other beside the one looked at, from the day after its balance on."""
    arcs = []
    for leg in _beside(graph, party):
        paid = payments(graph.deals[leg.deal], leg.id)
        years, left, _ = by_year(leg, start, leg.paid, paid[-1][0] if paid else None)
        pieces: list[tuple[int | None, Money]] = list(years.items())
        if leg.schedule is None:
            pieces += [(item.year, item.amount) for item in _since(paid, start, Role.TRADING_OUT, leg.id)]
        if left is not None and not _settled(leg, start, borrows=False):
            pieces.append((None, left))
        pair = (leg.payer, leg.payee)
        arcs += [_Arc(pair, leg.id, amount, _class(leg), year) for year, amount in pieces]
    return arcs


def _net_path(
    graph: DealGraph, party: str, items: Iterable[Item], others: Iterable[_Arc], path: CashPath, minimum: int
) -> NetPath:
    """Take out of a path, year by year, all that can have come back by the end of that year."""
    least = _CLASSES.index(path.certainty)
    paid, got, received = [], [], []
    for item in items:
        promised = _promised(graph, party, item)
        if promised is None or item.leg is None or item.certainty not in _CLASSES[: least + 1]:
            continue
        outside = not graph.outside.isdisjoint({promised.payer, promised.payee})
        pair = (
            (promised.payer, cut.receives(party))
            if item.role.is_source
            else (cut.pays(party), promised.payee)
        )
        arc = _Arc(pair, item.leg, item.amount, item.certainty, item.year)
        if item.role.is_source and path.holds(item):
            received.append(arc)
            got += [] if outside else [arc]
        elif not item.role.is_source:
            paid += [] if outside else [arc]
    between = [arc for arc in others if _CLASSES.index(arc.certainty) <= least]
    years = []
    for row in path.years:
        by_then = [[a for a in arcs if a.year is None or a.year <= row.year] for arcs in (got, paid, between)]
        ends = (cut.pays(party), cut.receives(party))
        worst, best = (cut.most(_amounts(by_then, *at), *ends) for at in (("low", "high"), ("high", "low")))
        circular = _back(party, by_then)
        cash = Money(row.cash.low - worst, row.cash.high - best, unbounded=row.cash.unbounded)
        short = Money(
            max(0, minimum - cash.high),
            max(0, minimum - cash.low),
            unbounded=row.shortfall.unbounded or circular.unbounded,
        )
        got_by_then = total(arc.amount for arc in received if arc.year is None or arc.year <= row.year)
        years.append(NetYear(row.year, got_by_then, circular, worst, best, cash, short))
    last = path.years[-1].year if path.years else 0
    sets = [[arc for arc in arcs if arc.year is None or arc.year <= last] for arcs in (got, paid, between)]
    return NetPath(path.certainty, path.overlap, tuple(years), _carriers(graph, party, sets))


def _promised(graph: DealGraph, party: str, item: Item) -> Leg | None:
    """Give the leg of an item that is what its deal promises.

    What a lender is paid back, and interest, is no payment that its loan can have come from.
    """
    promise = item.role in {Role.FINANCING_IN, Role.FINANCING_OUT, Role.TRADING_IN, Role.TRADING_OUT}
    if item.leg is None or not promise:
        return None
    leg = graph.registry.leg(item.leg)
    return leg if (leg.payee == party) is item.role.is_source else None


def _amounts(sets: Iterable[Iterable[_Arc]], come: str, rest: str) -> dict[Pair, int]:
    """Add up arcs by pair: receipts at one bound, payments and what others pay at another."""
    sums: dict[Pair, int] = defaultdict(int)
    for arcs, at in zip(sets, (come, rest, rest), strict=True):
        for arc in arcs:
            sums[arc.pair] += arc.amount.high if at == "high" else arc.amount.low
    return dict(sums)


def _carriers(graph: DealGraph, party: str, sets: list[list[_Arc]]) -> tuple[Carrier, ...]:
    """Name the legs that hold back what comes back, at the upper bounds, the largest first."""
    arcs = [arc for each in sets for arc in each]
    legs: dict[Pair, set[str]] = defaultdict(set)
    for arc in arcs:
        legs[arc.pair].add(arc.leg)
    counts = {pair: len(names) for pair, names in legs.items()}
    found = cut.cut(_amounts(sets, "high", "high"), cut.pays(party), cut.receives(party), counts)
    sums: dict[str, int] = defaultdict(int)
    for arc in arcs:
        if arc.pair in found.pairs:
            sums[arc.leg] += arc.amount.high
    rows = [
        Carrier(name, graph.registry.leg(name).payer, graph.registry.leg(name).payee, amount)
        for name, amount in sums.items()
        if amount
    ]
    return tuple(sorted(rows, key=lambda row: (-row.amount, row.leg)))


def _explained(found: FundingGap, last: int) -> Trace:
    steps = Steps(f"Funding gap of {found.party} to {last}", found.convention, found.digest)
    for what in found.missing:
        steps.note(f"no path can be drawn without {what}")
    for vendors in found.vendors:
        if vendors.received.high:
            name = f"vendors {vendors.certainty}"
            receipts = [steps.given(leg, amount, legs=(leg,)) for leg, amount in vendors.receipts]
            received = steps.total(
                f"received in all, {vendors.certainty}", *receipts, expect=vendors.received
            )
            _explained_cut(steps, vendors.carriers, vendors.circular, received, vendors.share, name)
    opening = _explained_opening(steps, found) if found.opening_on is not None else None
    numbers = {id(item): _explained_item(steps, item) for item in found.items if item.year <= last}
    for row in found.sums:
        if row.year <= last:
            _explained_sum(steps, found, row, numbers)
    if found.missing or opening is None:
        return steps.trace()
    least = steps.given("least cash to be kept", dollars(found.minimum))
    nothing = steps.given("nothing", NOTHING)
    for path in found.failing:
        items = [item for item in found.items if not _fails(item)]
        _explained_path(steps, found, items, path, None, _Given(opening, least, nothing, numbers, last))
    for path, net in zip(found.paths, found.net, strict=True):
        _explained_path(steps, found, found.items, path, net, _Given(opening, least, nothing, numbers, last))
    return steps.trace()


def _explained_sum(steps: Steps, found: FundingGap, row: YearSum, numbers: Mapping[int, int]) -> None:
    """Add up one role of a year, or set all sources of its listed deals against their uses."""
    sums = (row.contractual, row.conditional, row.announced)
    for number, (certainty, amount) in enumerate(zip(_CLASSES, sums, strict=True)):
        items = [
            item
            for item in found.items
            if item.year == row.year
            and item.role is not (Role.OPERATING if row.role is None else None)
            and row.role in {None, item.role}
            and item.certainty in _CLASSES[: number + 1]
        ]
        name = f"sum {row.year} {row.role or 'listed'} {certainty}"
        if row.role is not None:
            of = [numbers[id(item)] for item in items]
            steps.total(f"{row.year}, {row.role}, {certainty} and surer", *of, expect=amount, name=name)
            continue
        sources = [numbers[id(item)] for item in items if item.role.is_source]
        uses = [numbers[id(item)] for item in items if not item.role.is_source]
        steps.difference(
            f"{row.year}, what the deals listed bring less what they take, {certainty} and surer",
            steps.total("their sources", *sources),
            steps.total("their uses", *uses),
            expect=amount,
            name=name,
        )


class _Given(NamedTuple):
    """Numbers of the steps that every path starts from, those of the items, and the last year explained."""

    opening: int
    least: int
    nothing: int
    items: Mapping[int, int]
    last: int


def _explained_path(
    steps: Steps,
    found: FundingGap,
    items: Iterable[Item],
    path: CashPath,
    net: NetPath | None,
    given: _Given,
) -> None:
    """Run the cash of a path from year to year, and beside it the cash without circular money."""
    on_path = [item for item in items if path.holds(item)]
    ends = {row.year: row for row in path.years}
    without = {row.year: row for row in net.years} if net else {}
    kind = "" if net else "failing "
    cash, received, shortfalls, left_short = given.opening, given.nothing, [], []

    def short_of(text: str, left: int, expect: Money, name: str) -> int:
        short = steps.difference("least cash less what there is", given.least, left)
        return steps.most(text, given.nothing, short, expect=expect, name=name)

    for year in range(found.begin, given.last + 1):
        counted = [item for item in on_path if item.year == year]
        sources = [given.items[id(item)] for item in counted if item.role.is_source]
        uses = [given.items[id(item)] for item in counted if not item.role.is_source]
        name = f"{path.certainty} {path.overlap} {year}"
        end = ends.get(year)
        cash = steps.difference(
            f"cash at the end of {year}, {kind}{path.certainty}, overlap {path.overlap}",
            steps.total(f"cash before {year} and its sources", cash, *sources),
            steps.total(f"uses in {year}", *uses),
            expect=end.cash if end else None,
            name=f"{kind}cash {name}" if end else "",
        )
        if net:
            got = [
                given.items[id(item)]
                for item in counted
                if item.role.is_source and _promised(found.graph, found.party, item) is not None
            ]
            received = steps.total(
                f"received from deals by the end of {year}",
                received,
                *got,
                expect=without[year].received if year in without else None,
            )
        if year in without:
            left = _explained_net(steps, without[year], cash, name)
            text = f"shortfall in {year} without circular money"
            left_short.append(short_of(text, left, without[year].shortfall, f"net shortfall {name}"))
        if end is not None:
            text = f"shortfall in {year}"
            shortfalls.append(short_of(text, cash, end.shortfall, f"{kind}shortfall {name}"))
    if given.last == found.until:
        name, text = f"{path.certainty} {path.overlap}", "the largest shortfall of any year"
        if net:
            row = net.years[-1]
            _explained_cut(steps, net.carriers, row.circular, received, row.share, name)
            text_net = f"{text} without circular money"
            steps.most(text_net, *left_short, expect=net.peak, name=f"net peak {name}")
        steps.most(text, *shortfalls, expect=path.peak, name=f"{kind}peak {name}")


def _explained_net(steps: Steps, row: NetYear, cash: int, name: str) -> int:
    """Take from each end of the cash what can have come back by maximum flow at that corner."""
    worst = steps.solved(
        f"its own payments that can have come back by {row.year}: receipts low, all else high",
        dollars(row.worst),
    )
    best = steps.solved("the same: receipts high, all else low", dollars(row.best))
    ends = [
        steps.solved(f"the same: all {end}", dollars(amount))
        for end, amount in (("low", row.circular.low), ("high", row.circular.high))
    ]
    steps.span("from all low to all high", *ends, expect=row.circular, name=f"returned {name}")
    low = steps.difference("the least cash without it", steps.lower("least cash", cash), worst)
    high = steps.difference("the most cash without it", steps.upper("most cash", cash), best)
    return steps.span(
        f"cash at the end of {row.year} without circular money",
        low,
        high,
        expect=row.cash,
        name=f"net cash {name}",
    )


def _explained_cut(
    steps: Steps,
    carriers: Iterable[Carrier],
    circular: Money,
    received: int,
    share: Fraction | None,
    name: str,
) -> None:
    """Set a flow against the legs that hold it back, and over what is received."""
    held = [
        steps.given(f"{each.leg}, {each.payer} to {each.payee}", dollars(each.amount), legs=(each.leg,))
        for each in carriers
    ]
    least = steps.solved("what can come back, by maximum flow at the lower bounds", dollars(circular.low))
    flow = steps.solved("the same at the upper bounds", dollars(circular.high))
    proved = steps.equal(
        "a flow and a cut of the same size prove each other",
        flow,
        steps.total("the legs that hold it back", *held),
    )
    steps.span("from the one to the other", least, proved, expect=circular, name=f"circular {name}")
    whole = steps.upper("received in all, upper bound", received)
    steps.quotient("as a part of it", proved, whole, expect=share, name=f"share {name}")


def _explained_item(steps: Steps, item: Item) -> int:
    """Put an item down, with the part of the whole that it is where it was spread evenly."""
    text = f"{item.year}, {item.role}, {item.certainty}: {item.how}"
    legs = (item.leg,) if item.leg else ()
    if item.accruals:
        rows = [_explained_accrual(steps, row, legs) for row in item.accruals]
        return steps.total(text, *rows, expect=item.amount)
    if item.whole is None or item.parts is None:
        figures = (item.figure,) if item.figure else ()
        return steps.given(text, item.amount, legs=legs, figures=figures)
    whole = steps.given(f"{item.leg}, what is spread", item.whole, legs=legs)
    return steps.part(text, whole, *item.parts, expect=item.amount)


def _explained_accrual(steps: Steps, row: Accrual, legs: tuple[str, ...]) -> int:
    """Multiply what is owed by the rate for the time, from the lower to the upper."""
    owed = steps.given("what is owed", row.owed, legs=legs)
    low = steps.product(f"interest for {row.text}", owed, steps.given("rate for the time", row.low))
    if row.low == row.high:
        return low
    high = steps.product("interest at the higher rate", owed, steps.given("higher rate", row.high))
    return steps.span("interest, from the lower to the higher", low, high)


def _explained_opening(steps: Steps, found: FundingGap) -> int:
    """Add up the last cash and the last undrawn credit; of several figures from the least to the most."""
    balances = []
    for metric in (Metric.CASH, Metric.UNDRAWN_CREDIT):
        rows = [
            steps.given(f"{metric} on {row.period}", row.amount, figures=(row,))
            for row in found.opening_figures
            if row.metric is metric
        ]
        if len(rows) == 1:
            balances += rows
        elif rows:
            least = steps.least("the least of them", *(steps.lower("at the least", row) for row in rows))
            balances.append(
                steps.span(f"{metric}, from the least to the most", least, steps.most("the most", *rows))
            )
    return steps.total("opening cash and undrawn credit", *balances, expect=found.opening, name="opening")


def _item_order(item: Item) -> tuple[int, str, int, str, str]:
    return (item.year, item.role, _CLASSES.index(item.certainty), item.leg or "", item.how)


def _claims(graph: DealGraph, party: str) -> tuple[ClaimRow, ...]:
    """Give published totals of the party's gap known by the day, with the registry's own sums beside them."""
    rows = []
    for claim_id, claim in sorted(graph.registry.claims.items()):
        if claim.party == party and claim.parts and claim.on.last <= graph.convention.as_of:
            parts = tuple(_part_row(graph, part.leg, part.amount, part.note or "") for part in claim.parts)
            rows.append(ClaimRow(claim_id, claim, parts))
    return tuple(rows)


def _part_row(graph: DealGraph, name: str, amount: Money, note: str) -> PartRow:
    deal_id = name.partition("/")[0]
    state = graph.deals.get(deal_id)
    leg = next((leg for leg in state.legs if leg.id == name), None) if state else None
    if leg is None:
        payer = graph.registry.leg(name).payer
        return PartRow(name, amount, note, "not yet known", None, payer, "not yet known")
    years, _, _ = by_year(leg, date.min)
    full = _whole_years(leg, years)
    text = str(leg.term) if leg.term else ", ".join(str(year) for year in years) or "no year published"
    return PartRow(name, amount, note, text, full, leg.payer, str(leg.status))


def _whole_years(leg: LegState, years: Mapping[int, Money]) -> Money | None:
    """Give the amount a year, if the term is of whole years from the first of a month."""
    if leg.term is None or leg.schedule is not None or not years:
        return None
    beyond = leg.term.last + timedelta(days=1)
    months = months_between(leg.term.first, beyond)
    if leg.term.first.day != 1 or beyond.day != 1 or months % 12:
        return None
    return leg.amount.shares([1] * (months // 12))[-1]
