"""A party's sources and uses of money by calendar year, and when they no longer meet.

    M_t = M_(t-1) + o_t + Σ s_(d,t) - Σ u_(d,t) + v_t,   shortfall_t = max(0, q - M_t)

M_0 is the last known cash, with undrawn credit; o_t the forecast free cash flow;
s and u are receipts and payments of the deals listed here; q is the least cash to be kept;
v_t is the overlap: the part of the listed trading that o_t has taken in already.
No source settles v for most parties, so every path is shown with v at zero and in full.

Financing (equity, loans, their repayment, investments made) is never part of a free cash flow
and overlaps with nothing.
Trading (purchases, leases, licences, revenue shares) may be.

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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from aiweb.errors import BadOption, UnknownName
from aiweb.graph import Convention, DealGraph, LegState, counted_once, payments
from aiweb.model import Basis, Certainty, Claim, Figure, FigureKind, Instrument, Metric, Overlap, Side, Status
from aiweb.spread import by_year, months_between, portions, spread
from aiweb.trace import Steps, Trace, dollars
from aiweb.values import NOTHING, Money, Span

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
    TRADING_IN = "trading in"
    TRADING_OUT = "trading out"

    @property
    def is_source(self) -> bool:
        """Whether it brings money."""
        return self in {Role.OPERATING, Role.FINANCING_IN, Role.TRADING_IN}


@dataclass(frozen=True, slots=True)
class Item:
    """Money that falls into one year, and how it is known to.

    Where it was spread evenly, `whole` is what was spread, and `parts` are, of the equal parts of that,
    how many come before this year's, how many are this year's, and how many there are.
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

    @property
    def first_short(self) -> tuple[int | None, int | None]:
        """First year short of cash in the worst and in the best case."""
        worst = next((row.year for row in self.years if row.shortfall.high > 0), None)
        best = next((row.year for row in self.years if row.shortfall.low > 0), None)
        return worst, best

    @property
    def peak(self) -> Money:
        """The largest shortfall, best case to worst: what must be arranged."""
        return Money(
            max((row.shortfall.low for row in self.years), default=0),
            max((row.shortfall.high for row in self.years), default=0),
            unbounded=any(row.shortfall.unbounded for row in self.years),
        )

    @property
    def end(self) -> Money:
        """The shortfall at the end of the last year."""
        return self.years[-1].shortfall if self.years else NOTHING


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


@dataclass(frozen=True, slots=True)
class FundingGap:
    """Sources and uses of one party by year, the paths of its cash, and published gaps beside them.

    `missing` names the figures without which there is no path.
    """

    convention: Convention
    digest: str
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
    missing: tuple[str, ...]
    claims: tuple[ClaimRow, ...]

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
    items, undated = _listed(graph, party, start, borrows=borrows)
    begin = min(first, start.year)
    inside = [item for item in (*operating, *items) if begin <= item.year <= last]
    missing = _missing(opening_on, forecast, start, range(begin, last + 1))
    paths = () if missing else _paths(inside, opening, range(begin, last + 1), first, minimum)
    return FundingGap(
        convention=graph.convention,
        digest=registry.digest,
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
        missing=missing,
        claims=_claims(graph, party),
    )


def _opening(figures: Iterable[Figure], day: date) -> tuple[Money, date | None, tuple[Figure, ...]]:
    """Last known cash, and the last known undrawn credit; both may be ranges where figures differ."""
    rows = list(figures)
    cash = _last_balance(rows, Metric.CASH, day)
    if not cash:
        return NOTHING, None, ()
    credit = _last_balance(rows, Metric.UNDRAWN_CREDIT, day)
    return _hull(cash) + _hull(credit), cash[0].period.last, (*cash, *credit)


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


def _listed(graph: DealGraph, party: str, start: date, *, borrows: bool) -> tuple[list[Item], list[Undated]]:
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
            items += _repayment(graph, leg, party, start, borrows=borrows and leg.payee == party)
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
            moves = leg.instrument.is_cash and (
                leg.side is not Side.NEITHER
                or (leg.instrument is Instrument.ACQUISITION and leg.payer == party)
            )
            alive = leg.status.level >= Status.LETTER_OF_INTENT.level
            if moves and alive and not graph.leaves_out(leg) and party in {leg.payer, leg.payee}:
                rows.append(leg)
    return _not_twice(graph, rows)


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
            trading = item.role in {Role.TRADING_IN, Role.TRADING_OUT}
            if item.year != year or item.certainty not in counted:
                continue
            if trading and overlap is Overlap.FULL:
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


def _explained(found: FundingGap, last: int) -> Trace:
    steps = Steps(f"Funding gap of {found.party} to {last}", found.convention, found.digest)
    if found.missing:
        for what in found.missing:
            steps.note(f"no path can be drawn without {what}")
        return steps.trace()
    opening = _explained_opening(steps, found)
    least = steps.given("least cash to be kept", dollars(found.minimum))
    nothing = steps.given("nothing", NOTHING)
    numbers = {id(item): _explained_item(steps, item) for item in found.items if item.year <= last}
    begin = min([found.since, *(item.year for item in found.items)])
    for path in found.paths:
        cash = opening
        ends = {row.year: row for row in path.years}
        shortfalls = []
        for year in range(begin, last + 1):
            counted = [item for item in found.items if item.year == year and _counts(item, path)]
            sources = [numbers[id(item)] for item in counted if item.role.is_source]
            uses = [numbers[id(item)] for item in counted if not item.role.is_source]
            name = f"{path.certainty} {path.overlap} {year}"
            end = ends.get(year)
            cash = steps.difference(
                f"cash at the end of {year}, {path.certainty}, overlap {path.overlap}",
                steps.total(f"cash before {year} and its sources", cash, *sources),
                steps.total(f"uses in {year}", *uses),
                expect=end.cash if end else None,
                name=f"cash {name}" if end else "",
            )
            if end is not None:
                short = steps.difference("least cash less what there is", least, cash)
                shortfalls.append(
                    steps.most(
                        f"shortfall in {year}", nothing, short, expect=end.shortfall, name=f"shortfall {name}"
                    )
                )
        if last == found.until:
            name = f"peak {path.certainty} {path.overlap}"
            steps.most("the largest shortfall of any year", *shortfalls, expect=path.peak, name=name)
    return steps.trace()


def _explained_item(steps: Steps, item: Item) -> int:
    """Put an item down, with the part of the whole that it is where it was spread evenly."""
    text = f"{item.year}, {item.role}, {item.certainty}: {item.how}"
    legs = (item.leg,) if item.leg else ()
    if item.whole is None or item.parts is None:
        figures = (item.figure,) if item.figure else ()
        return steps.given(text, item.amount, legs=legs, figures=figures)
    whole = steps.given(f"{item.leg}, what is spread", item.whole, legs=legs)
    return steps.part(text, whole, *item.parts, expect=item.amount)


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


def _counts(item: Item, path: CashPath) -> bool:
    """Whether an item is on a path of a class and an overlap."""
    trading = item.role in {Role.TRADING_IN, Role.TRADING_OUT}
    certain = _CLASSES.index(item.certainty) <= _CLASSES.index(path.certainty)
    return certain and not (trading and path.overlap is Overlap.FULL)


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
