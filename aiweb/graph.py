"""Who pays whom on a day, under a convention: deals folded to that day, legs that count, hops.

An arrow points the way the money goes, payer to payee.
A graph is read-only; another day or convention is another graph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from aiweb.errors import BadOption, UnknownName, did_you_mean
from aiweb.flows.web import Flows
from aiweb.model import (
    Basis,
    Certainty,
    Deal,
    Event,
    Figure,
    FigureKind,
    Instrument,
    Leg,
    Metric,
    Party,
    Place,
    Registry,
    Side,
    Status,
    leg_id,
)
from aiweb.spread import by_year
from aiweb.values import NOTHING, Money, Span, When, total

if TYPE_CHECKING:
    import networkx as nx


FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200


class Preset(StrEnum):
    """Named conventions: which legs count, and with which amount."""

    HEADLINE = "headline"
    CONTRACTED = "contracted"
    FIRM = "firm"
    PAID = "paid"


class Consideration(StrEnum):
    """Whether value that is not money counts: warrants and gifts in kind."""

    CASH = "cash"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Convention:
    """Which legs count on which day, and with which amount.

    - `headline`: a letter of intent or better that has not ended, amounts on every basis.
    - `contracted`: signed or closed, amounts from a contract or a report.
    - `firm`: as contracted, but only what hangs on nothing, at the lower bound of every amount.
    - `paid`: what is known to have been paid, ended deals included.

    `without` names parties, deals and legs that are left out.
    `years` is a window: of every leg only what falls in those calendar years counts, both included.
    """

    as_of: date
    preset: Preset = Preset.CONTRACTED
    consideration: Consideration = Consideration.CASH
    without: tuple[str, ...] = ()
    years: tuple[int, int] | None = None

    def __str__(self) -> str:
        return ", ".join(
            filter(
                None, (f"{self.preset}, {self.consideration}, as of {self.as_of.isoformat()}", self.limits)
            )
        )

    @property
    def limits(self) -> str:
        """What else is left out, in words, or nothing."""
        parts = [f"in {years_text(self.years)}"] if self.years else []
        parts += [f"without {', '.join(self.without)}"] if self.without else []
        return ", ".join(parts)

    @property
    def least(self) -> Status:
        """The least state in which a deal counts."""
        return Status.LETTER_OF_INTENT if self.preset is Preset.HEADLINE else Status.SIGNED

    @property
    def bases(self) -> frozenset[Basis]:
        """On which basis an amount counts."""
        if self.preset is Preset.HEADLINE:
            return frozenset(Basis)
        return frozenset({Basis.CONTRACT, Basis.REPORTED})


@dataclass(frozen=True, slots=True)
class LegState:
    """A leg as it stands on a day, before any convention."""

    id: str
    deal: str
    payer: str
    payee: str
    instrument: Instrument
    status: Status
    since: When
    amount: Money
    basis: Basis
    certainty: Certainty
    term: Span | None
    schedule: Mapping[When, Money] | None
    paid: Money | None
    repaid: Money | None
    percent: Decimal | None
    shares: Decimal | None
    valuation: Money | None
    part_of: str | None
    overlaps: tuple[str, ...]
    sources: tuple[str, ...]
    paid_sources: tuple[str, ...]

    @property
    def side(self) -> Side:
        """Funding, spending, or neither."""
        return self.instrument.side


_NONE: Final[Mapping[str, Money]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Excluded:
    """A leg that does not count, and why."""

    state: LegState
    reason: str


@dataclass(frozen=True, slots=True)
class Hop:
    """All legs from one payer to one payee on one side together."""

    payer: str
    payee: str
    side: Side
    amount: Money
    legs: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, Side]:
        """What tells this hop from every other."""
        return (self.payer, self.payee, self.side)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A leg that carries a flow of money and holds it back, with its dollars at the bound in question."""

    leg: str
    payer: str
    payee: str
    amount: int


@dataclass(frozen=True, slots=True)
class DealState:
    """A deal as it stands on a day: its status, the event that set it, its legs."""

    id: str
    status: Status
    since: When
    by: str | None
    total: Money | None
    events: tuple[Event, ...]
    legs: tuple[LegState, ...]

    @property
    def amount(self) -> Money:
        """Its legs added up, whichever way they point, but for those inside another of them."""
        own = {leg.id for leg in self.legs}
        return total(leg.amount for leg in self.legs if leg.part_of not in own)


def fold(deal_id: str, deal: Deal, day: date) -> DealState | None:
    """Say how a deal stands on `day` from the events known by then; nothing if none was.

    An imprecise date counts from its last day.

    >>> fold("none", Deal.model_construct(events=(), legs=()), date(2025, 10, 8)) is None
    True
    """
    known = tuple(event for event in deal.events if event.published.last <= day)
    dated = [event for event in known if event.status is not None]
    if not dated:
        return None
    status = dated[-1].status or Status.ANNOUNCED
    legs = tuple(
        _fold_leg(leg_id(deal_id, number), deal_id, leg, number, known, status, dated[-1].on)
        for number, leg in enumerate(deal.legs, start=1)
    )
    totals = [event.total for event in known if event.total is not None]
    total = totals[-1] if totals else deal.total
    return DealState(deal_id, status, dated[-1].on, dated[-1].by, total, known, legs)


def _fold_leg(
    name: str, deal_id: str, leg: Leg, number: int, known: Iterable[Event], status: Status, since: When
) -> LegState:
    said: dict[str, Any] = {"paid": None, "repaid": None} | {field: getattr(leg, field) for field in _OWN}
    sources: tuple[str, ...] = leg.source
    paid_sources: tuple[str, ...] = ()
    for event in known:
        if event.leg not in {None, number}:
            continue
        restated = {field: value for field in _RESTATED if (value := getattr(event, field)) is not None}
        if restated:
            said |= restated
            sources = event.source if event.amount is not None else sources
            paid_sources = event.source if event.paid is not None else paid_sources
            said["schedule"] = _still_fits(said["schedule"], said["amount"], event)
    return LegState(
        id=name,
        deal=deal_id,
        instrument=leg.instrument,
        payer=leg.payer,
        payee=leg.payee,
        status=status,
        since=since,
        part_of=leg.part_of,
        overlaps=leg.overlaps,
        sources=sources,
        paid_sources=paid_sources,
        **said,
    )


def _still_fits(
    schedule: Mapping[When, Money] | None, amount: Money, event: Event
) -> Mapping[When, Money] | None:
    """Keep a schedule unless the amount was restated below it and no new schedule was given."""
    if schedule is None or event.amount is None or event.schedule is not None:
        return schedule
    fits = amount.unbounded or not amount.known
    return schedule if fits or total(schedule.values()).low <= amount.high else None


_RESTATED: Final = (
    "amount",
    "basis",
    "certainty",
    "term",
    "schedule",
    "paid",
    "repaid",
    "percent",
    "shares",
    "valuation",
)
_OWN: Final = tuple(field for field in _RESTATED if field not in {"paid", "repaid"})


def folded(registry: Registry, day: date) -> Mapping[str, DealState]:
    """Say how every deal known by `day` stands on it, by id, sorted."""
    states = (fold(deal_id, registry.deals[deal_id], day) for deal_id in sorted(registry.deals))
    return MappingProxyType({state.id: state for state in states if state is not None})


class DealGraph:
    """The legs that count under a convention, and the hops they make. Read-only."""

    def __init__(
        self, registry: Registry, convention: Convention, deals: Mapping[str, DealState] | None = None
    ) -> None:
        self.registry = registry = registry.on(convention.as_of)
        self.convention = convention
        self.deals = deals if deals is not None else folded(registry, convention.as_of)
        counted: dict[str, LegState] = {}
        excluded: list[Excluded] = []
        in_kind: dict[str, Money] = {}
        for deal in self.deals.values():
            for leg in deal.legs:
                reason = self._uncounted(leg)
                if not reason:
                    counted[leg.id] = leg
                else:
                    excluded.append(Excluded(leg, _LEFT_OUT if self.leaves_out(leg) else reason))
                    if not leg.instrument.is_cash and not leg.status.is_end:
                        in_kind[leg.id] = self._own(leg)
        self._counted = MappingProxyType(counted)
        self._amounts = self._counted_once(in_kind)
        self.legs: tuple[LegState, ...] = tuple(self._in_window(excluded))
        self.excluded: tuple[Excluded, ...] = tuple(sorted(excluded, key=lambda row: row.state.id))

    def under(self, convention: Convention) -> DealGraph:
        """Give the same registry under another convention."""
        same_day = convention.as_of == self.convention.as_of
        return DealGraph(self.registry, convention, self.deals if same_day else None)

    def leaves_out(self, leg: LegState) -> bool:
        """Whether the convention was asked to leave this leg, its deal or one of its parties out."""
        return not {leg.id, leg.deal, leg.payer, leg.payee}.isdisjoint(self.convention.without)

    def flows(self, at: str = "high") -> Flows:
        """Give the plain amounts between parties at the lower (`low`) or upper (`high`) bounds.

        Raises:
            BadOption: `at` is neither.
        """
        if at not in {"low", "high"}:
            raise BadOption("bound", at, "write low or high")
        inside: dict[tuple[str, str], int] = defaultdict(int)
        inward: dict[str, int] = defaultdict(int)
        outward: dict[str, int] = defaultdict(int)
        across = 0
        for leg in self.legs:
            amount = leg.amount.high if at == "high" else leg.amount.low
            if not amount or leg.payer == leg.payee:
                continue
            if leg.payer in self.outside and leg.payee in self.outside:
                across += amount
            elif leg.payer in self.outside:
                inward[leg.payee] += amount
            elif leg.payee in self.outside:
                outward[leg.payer] += amount
            else:
                inside[leg.payer, leg.payee] += amount
        return Flows(
            inside=dict(sorted(inside.items())),
            inward=dict(sorted(inward.items())),
            outward=dict(sorted(outward.items())),
            across=across,
        )

    def party(self, name: str) -> Party:
        """Give a party by its id."""
        return self.registry.parties[name]

    def place(self, leg: str) -> Place:
        """Say where a leg stands in the file."""
        return self.registry.leg_place(leg)

    def latest_figure(self, party: str, metric: Metric, *, yearly: bool = False) -> Figure | None:
        """Give a party's latest figure of a metric known by the day, its own before the press's.

        Of two that differ in neither, the one that became known last, then the shorter period, then the
        lesser value.
        `yearly` asks for one of a period of about a year.
        """
        known = self.registry.figure_known
        rows = [
            figure
            for figure in self.registry.figures.get(party, ())
            if figure.metric is metric
            and figure.kind in {FigureKind.REPORTED, FigureKind.PRESS}
            and known(figure) <= self.convention.as_of
            and (not yearly or figure.period.days in range(360, 372))
        ]
        rows.sort(key=lambda row: (*_ends(row), row.source))
        return max(
            rows,
            key=lambda row: (row.period.last, row.kind is FigureKind.REPORTED, known(row), row.period.first),
            default=None,
        )

    def carriers(self, pairs: Iterable[tuple[str, str]], at: str) -> tuple[Carrier, ...]:
        """Give the counted legs of some pairs of payer and payee with their dollars, the largest first."""
        wanted = set(pairs)
        found = [
            Carrier(leg.id, leg.payer, leg.payee, leg.amount.high if at == "high" else leg.amount.low)
            for leg in self.legs
            if (leg.payer, leg.payee) in wanted
        ]
        return tuple(sorted((row for row in found if row.amount), key=lambda row: (-row.amount, row.leg)))

    def group(self, party: str) -> str:
        """Name the party at the top of a party's group: its parent, the parent's parent and so on."""
        seen = {party}
        while (parent := self.registry.parties[party].parent) is not None and parent not in seen:
            seen.add(parent)
            party = parent
        return party

    @cached_property
    def leg(self) -> Mapping[str, LegState]:
        """The legs that count, by id."""
        return MappingProxyType({leg.id: leg for leg in self.legs})

    @cached_property
    def hops(self) -> tuple[Hop, ...]:
        """Legs of one ordered pair and side together, sorted by payer, payee and side."""
        grouped: dict[tuple[str, str, Side], list[LegState]] = {}
        for leg in self.legs:
            grouped.setdefault((leg.payer, leg.payee, leg.side), []).append(leg)
        return tuple(
            Hop(*key, total(leg.amount for leg in grouped[key]), tuple(leg.id for leg in grouped[key]))
            for key in sorted(grouped)
        )

    @cached_property
    def outside(self) -> frozenset[str]:
        """Parties that stand for many and never close a loop."""
        return frozenset(name for name, party in self.registry.parties.items() if party.outside)

    @cached_property
    def nx(self) -> nx.MultiDiGraph[Any]:
        """The same as a frozen networkx graph: a node a party, an edge a leg, its key the leg's id."""
        import networkx as nx

        graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(
            as_of=self.convention.as_of.isoformat(),
            convention=str(self.convention.preset),
            consideration=str(self.convention.consideration),
            registry=self.registry.digest,
        )
        taking_part = {name for leg in self.legs for name in (leg.payer, leg.payee)}
        for name in sorted(taking_part):
            party = self.registry.parties[name]
            graph.add_node(name, name=party.name, zh=party.zh, kind=str(party.kind), outside=party.outside)
        for leg in self.legs:
            graph.add_edge(
                leg.payer,
                leg.payee,
                key=leg.id,
                deal=leg.deal,
                instrument=str(leg.instrument),
                side=str(leg.side),
                status=str(leg.status),
                low=leg.amount.low,
                high=leg.amount.high,
                undisclosed=leg.amount.undisclosed,
                ceilings=leg.amount.ceilings,
                unbounded=leg.amount.unbounded,
            )
        nx.freeze(graph)
        return graph

    def _uncounted(self, leg: LegState) -> str:
        """Say why the convention's status, basis or consideration leaves a leg out."""
        rule = self.convention
        if leg.side is Side.NEITHER:
            return _NO_FLOW[leg.instrument]
        if not leg.instrument.is_cash and rule.consideration is Consideration.CASH:
            return _NO_CASH[leg.instrument]
        if rule.preset is Preset.PAID:
            return "" if leg.paid is not None else "no dated payment is known"
        if leg.status.is_end:
            return str(leg.status)
        if leg.status.level < rule.least.level:
            return f"only {leg.status}"
        if rule.preset is Preset.FIRM and leg.certainty is not Certainty.FIRM:
            return _UNSURE[leg.certainty]
        if leg.basis not in rule.bases:
            return f"its amount is {_BASIS[leg.basis]}"
        return ""

    def years(self, leg: LegState) -> tuple[int, ...]:
        """Name the calendar years in which some of a leg falls, as far as sources say."""
        return self._calendar(leg).years

    @cached_property
    def undated(self) -> Mapping[str, Money]:
        """What no source puts into any year, of each leg that counts apart from a window."""
        left = {
            name: self._one_bound(self._calendar(self._counted[name]).undated(amount))
            for name, amount in self._amounts.items()
        }
        return MappingProxyType({name: amount for name, amount in left.items() if amount != NOTHING})

    def _own(self, leg: LegState) -> Money:
        """Give the amount of a leg that the preset speaks of."""
        return (leg.paid or NOTHING) if self.convention.preset is Preset.PAID else leg.amount

    def _calendar(self, leg: LegState) -> Calendar:
        return calendar(self.deals[leg.deal], leg, paid_only=self.convention.preset is Preset.PAID)

    def _counted_once(self, in_kind: Mapping[str, Money]) -> Mapping[str, Money]:
        """Give each leg what counts of it; a part that is left out is taken out of its whole too."""
        own = {name: self._own(leg) for name, leg in self._counted.items()}
        amounts = remainders(self.registry, own, in_kind)
        kept = {name: amounts[name] for name, leg in self._counted.items() if not self.leaves_out(leg)}
        return MappingProxyType(overlapped(self._counted, kept))

    def _in_window(self, excluded: list[Excluded]) -> Iterator[LegState]:
        """Give the legs with what falls in the window; add the others to `excluded`."""
        window = self.convention.years
        for name, leg in self._counted.items():
            if name not in self._amounts:
                excluded.append(Excluded(leg, _LEFT_OUT))
                continue
            amount = self._amounts[name]
            if window is not None:
                falls = self._calendar(leg)
                if not any(window[0] <= year <= window[1] for year in falls.years):
                    why = f"nothing of it falls in {years_text(window)}" if falls.years else UNDATED
                    excluded.append(Excluded(leg, why))
                    continue
                amount = falls.within(window, amount)
            amount, sources = self._one_bound(amount), self._sources(leg)
            same = amount == leg.amount and sources == leg.sources
            yield leg if same else replace(leg, amount=amount, sources=sources)

    def _sources(self, leg: LegState) -> tuple[str, ...]:
        return leg.paid_sources if self.convention.preset is Preset.PAID else leg.sources

    def _one_bound(self, amount: Money) -> Money:
        return amount.firm if self.convention.preset is Preset.FIRM else amount


def _ends(figure: Figure) -> tuple[int | Decimal, int | Decimal]:
    """Give the upper and the lower bound of a figure."""
    if figure.amount is not None:
        return figure.amount.high, figure.amount.low
    return figure.percent or 0, figure.percent or 0


def payments(deal: DealState, leg: str, *, back: bool = False) -> tuple[tuple[date, Money], ...]:
    """Give what was paid on a leg, payment by payment, out of the running totals known by the day.

    With `back` it is what was repaid.
    """
    number = int(leg.partition("/")[2])
    before, found = NOTHING, []
    for event in deal.events:
        sofar = event.repaid if back else event.paid
        if sofar is not None and event.leg in {None, number}:
            found.append((event.on.last, sofar.less(before)))
            before = sofar
    return tuple(found)


def years_text(years: tuple[int, int]) -> str:
    """Write a window of years; an end that is not set is left out.

    >>> years_text((2026, 2030)), years_text((2027, 2027)), years_text((2026, LAST_YEAR))
    ('2026..2030', '2027', '2026..')
    """
    first, last = years
    if first == last:
        return str(first)
    return f"{first if first > FIRST_YEAR else ''}..{last if last < LAST_YEAR else ''}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """What of a leg falls in which calendar year: its running total on record, and what is spread.

    `own` is the amount of the whole leg, whether or not all of it falls in years.
    """

    own: Money
    recorded: tuple[tuple[int, Money], ...]
    rest: Mapping[int, Money]

    @property
    def years(self) -> tuple[int, ...]:
        """The years in which some of it falls."""
        return tuple(sorted({*(year for year, _ in self.recorded), *self.rest}))

    def within(self, window: tuple[int, int], counted: Money) -> Money:
        """Give what falls in a window of an amount of which `counted` counts in all.

        Each bound is cut in proportion, so two windows that meet add up to the larger one,
        but for payments on record that are ranges.
        """
        if not any(window[0] <= year <= window[1] for year in self.years):
            return NOTHING
        made = self._made(window[1]).less(self._made(window[0] - 1))
        low = self._cut(made.low, window, counted.low, "low")
        high = self._cut(made.high, window, counted.high, "high")
        return replace(counted, low=min(low, high), high=high)

    def undated(self, counted: Money) -> Money:
        """Give what falls in no year."""
        if not self.years:
            return counted
        dated = self.within((FIRST_YEAR, LAST_YEAR), counted)
        low, high = max(0, counted.low - dated.low), counted.high - dated.high
        return Money(min(low, high), high)

    def _made(self, year: int) -> Money:
        """Give what is on record as paid by the end of a year."""
        return next((paid for when, paid in reversed(self.recorded) if when <= year), NOTHING)

    def _cut(self, made: int, window: tuple[int, int], counted: int, bound: str) -> int:
        """Cut one bound, at rounded-down running sums."""
        pieces = {year: int(getattr(amount, bound)) for year, amount in self.rest.items()}
        last = int(getattr(self._made(LAST_YEAR), bound))
        whole = max(int(getattr(self.own, bound)), sum(pieces.values()) + last)
        if not whole:
            return 0
        until = [
            sum(piece for year, piece in pieces.items() if year <= end) for end in (window[0] - 1, window[1])
        ]
        before, after = (amount * counted // whole for amount in until)
        return made * counted // whole + after - before


def calendar(deal: DealState, leg: LegState, *, paid_only: bool = False) -> Calendar:
    """Put a leg into calendar years, as far as sources do.

    By its published schedule; else payments on record on their days, and the rest evenly over
    what is left of its term.
    Funding that has closed, without a schedule or a term, falls in the year in which it closed.
    An undisclosed amount falls, undisclosed, in every year of its term.
    With `paid_only` it is its payments, by the day of each.
    """
    number = int(leg.id.partition("/")[2])
    records = [event for event in deal.events if event.paid is not None and event.leg in {None, number}]
    recorded = tuple((event.on.last.year, event.paid) for event in records if event.paid is not None)
    if paid_only:
        return Calendar(leg.paid or NOTHING, recorded, {})
    if leg.schedule is not None:
        return Calendar(leg.amount, (), by_year(leg)[0])
    if leg.term is not None and not leg.amount.known and not leg.amount.high:
        years = range(leg.term.first.year, leg.term.last.year + 1)
        return Calendar(leg.amount, recorded, dict.fromkeys(years, leg.amount))
    if leg.term is not None:
        last = records[-1].on.last if records else None
        return Calendar(leg.amount, recorded, by_year(leg, date.min, leg.paid, last)[0])
    left = leg.amount.less(leg.paid) if leg.paid is not None else leg.amount
    closed = leg.status is Status.CLOSED and leg.side is Side.FUNDING and left != NOTHING
    return Calendar(leg.amount, recorded, {leg.since.last.year: left} if closed else {})


def counted_once(registry: Registry, legs: Mapping[str, LegState]) -> dict[str, Money]:
    """Give each leg its amount less what other legs count already, so that no dollar is added twice."""
    return overlapped(legs, remainders(registry, {name: leg.amount for name, leg in legs.items()}))


def remainders(
    registry: Registry, own: Mapping[str, Money], elsewhere: Mapping[str, Money] = _NONE
) -> dict[str, Money]:
    """Give each leg its amount without the parts of it that count themselves, or are counted `elsewhere`.

    The upper bounds of whole and parts add up to that of the whole, the lower ones to no more than its.
    Of a leg with an undisclosed part nothing may be left.
    """
    amounts = dict(own)
    inside: dict[str, Money] = {}
    for name, part in (*own.items(), *elsewhere.items()):
        whole = registry.leg(name).part_of
        while whole is not None and whole not in own:
            whole = registry.leg(whole).part_of
        if whole is not None:
            inside[whole] = inside.get(whole, NOTHING) + part
    for whole, parts in inside.items():
        amount = amounts[whole]
        high = max(0, amount.high - parts.high)
        low = 0 if parts.undisclosed or parts.unbounded else max(0, amount.low - parts.low)
        amounts[whole] = replace(amount, low=min(low, high), high=high)
    return amounts


def overlapped(legs: Mapping[str, LegState], own: Mapping[str, Money]) -> dict[str, Money]:
    """Of two legs that overlap to an unknown extent, count the lower bounds once.

    They add up to the larger of the two, the upper bounds to both.
    """
    amounts = dict(own)
    pairs = {
        (min(name, other), max(name, other)) for name in own for other in legs[name].overlaps if other in own
    }
    for one, other in sorted(pairs):
        lesser = min(one, other, key=lambda name: (amounts[name].low, name))
        shared = min(amounts[one].low, amounts[other].low)
        amounts[lesser] = replace(amounts[lesser], low=amounts[lesser].low - shared)
    return amounts


UNDATED: Final = "no schedule or term is published"
_LEFT_OUT: Final = "left out by request"
_NO_FLOW: Final = {
    Instrument.GUARANTEE: "a guarantee moves nothing until it is called",
    Instrument.STAKE: "a stake is held, not paid",
    Instrument.ACQUISITION: "an acquisition pays the sellers, not the company",
}
_NO_CASH: Final = {
    Instrument.WARRANT: "a warrant moves no cash",
    Instrument.IN_KIND: "value in kind moves no cash",
}
_UNSURE: Final = {
    Certainty.CONDITIONAL: "it hangs on a condition",
    Certainty.OPTION: "it is an option",
}
_BASIS: Final = {
    Basis.ANALYST: "an analyst's",
    Basis.MARKET: "a market value",
    Basis.CONTRACT: "from a contract",
    Basis.REPORTED: "reported",
}


def convention(
    registry: Registry,
    as_of: str | date | None = None,
    preset: str = Preset.CONTRACTED,
    consideration: str = Consideration.CASH,
    *,
    without: Iterable[str] = (),
    years: tuple[int, int] | None = None,
) -> Convention:
    """Make a convention from words; the day defaults to the registry's own.

    An imprecise day, such as `2025-10`, means its last day.

    Raises:
        BadOption: a word, the date or the years are none of those known.
        UnknownName: `without` names no party, deal or leg.
    """
    if preset not in set(Preset):
        hint = did_you_mean(preset, Preset) or f"write one of {', '.join(Preset)}"
        raise BadOption("convention", preset, hint)
    if consideration not in set(Consideration):
        raise BadOption("consideration", consideration, f"write one of {', '.join(Consideration)}")
    if as_of is None:
        day = registry.as_of.last
    elif isinstance(as_of, date):
        day = as_of
    else:
        try:
            day = When.parse(as_of).last
        except ValueError:
            raise BadOption("as-of date", as_of, "write a date such as 2025-10-08") from None
    if years is not None and years[0] > years[1]:
        raise BadOption("years", years_text(years), "they run backwards; write the earlier one first")
    if years is not None and not (years[0] >= FIRST_YEAR and years[1] <= LAST_YEAR):
        raise BadOption("years", years_text(years), f"write years from {FIRST_YEAR} to {LAST_YEAR}")
    left_out = tuple(sorted(set(without)))
    known = (
        {*registry.parties, *registry.deals, *(name for name, _, _ in registry.legs())} if left_out else ()
    )
    for name in left_out:
        if name not in known:
            raise UnknownName("party, deal or leg", name, known)
    return Convention(day, Preset(preset), Consideration(consideration), left_out, years)


def narrowest_hops(hops: Iterable[Hop]) -> tuple[Hop, ...]:
    """Give the disclosed hop or hops with the least upper bound."""
    known = [hop for hop in hops if hop.amount.known]
    least = min((hop.amount.high for hop in known), default=None)
    return tuple(hop for hop in known if hop.amount.high == least)


def unknown_of(legs: Iterable[LegState]) -> tuple[str, ...]:
    """Ids of the legs whose amount is undisclosed in part or whole."""
    return tuple(leg.id for leg in legs if not leg.amount.known)
