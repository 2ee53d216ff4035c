"""How far one party hangs on its counterparties: money in and out, round trip, concentration, cover.

Round trip of i, out of what i pays (derived in `docs/methods.md`):

- most: the maximum flow from i as payer to i as payee, the web's boundary left out;
- least: what i pays, less the maximum flow from i as payer to the boundary
  in the web where i receives nothing;
- pro rata: what returns if every party spends in proportion what reaches it (`aiweb.flows.tracing`).

Every way of tracing the money splits it into paths that end at the boundary and cycles,
so what returns lies between the first two, and pro rata is one way among them.
The boundary of a party is what it receives from the other parties and does not pay on to them,
and everything that goes to a party that stands for many.

Concentration: the Herfindahl-Hirschman index, the sum of squared shares of counterparties
(O. C. Herfindahl 1950), with its inverse, the effective number of counterparties;
of parties, and of groups of a parent and all that belong to it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from aiweb.errors import UnknownName
from aiweb.flows import cut
from aiweb.flows.temporal import later_return
from aiweb.flows.tracing import trace
from aiweb.graph import Carrier, Convention, DealGraph, Excluded, LegState, Preset, unknown_of
from aiweb.instalments import dated_payments, instalments
from aiweb.model import Figure, Metric, Side
from aiweb.trace import Steps, Trace, dollars
from aiweb.values import NOTHING, Money, total

ALL: Final = "all"
"""Stands for all counterparties together in a cover."""


@dataclass(frozen=True, slots=True)
class Part:
    """Money in or out of one status and instrument."""

    direction: str
    status: str
    instrument: str
    amount: Money
    legs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counterparty:
    """Money from or to one other party; `share` is of the upper bounds, nothing if all are undisclosed."""

    direction: str
    party: str
    amount: Money
    share: Fraction | None
    legs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Concentration:
    """Herfindahl-Hirschman index of counterparties at the upper bounds, outside parties as one each.

    `by` is "party", or "group" where a parent and all that belong to it count as one:
    then it is of the party's whole group, and legs inside the group drop out.
    """

    direction: str
    by: str
    counterparties: int
    amount: Money
    hhi: Fraction | None
    effective: Fraction | None
    undisclosed: int


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """Of what the party pays, what can reach it again: at least, pro rata, and at most, in dollars.

    `at` says at which bound of every amount: "low" or "high".
    `later` is the most that can return on a later day than it left: at its lower end of payments that
    sources put on days, at its upper end with the others made whenever it suits.
    `share` is the part of the party's throughput that returns pro rata, from 0 to 1.
    `carriers` are the legs that hold `most` back: their amounts add up to it.
    `open` are legs beside them of which an upper limit is not known, so that more can return than `most`:
    no more than `limit`, if there is one.
    """

    at: str
    paid: int
    least: int
    pro_rata: int
    most: int
    later: Money
    limit: int | None
    share: float
    carriers: tuple[Carrier, ...]
    open: tuple[str, ...]

    @property
    def beyond(self) -> bool:
        """Whether more can return than `most`, as an amount is undisclosed or at least."""
        return self.limit is None or self.limit > self.most


@dataclass(frozen=True, slots=True)
class Cover:
    """Commitments against a published figure of the party.

    Against backlog and revenue they are what a customer has promised it, against cash what it has to pay
    in the twelve months after the balance.
    `counterparty` is `ALL` in the row that adds them up.
    Legs signed after the day of a balance are in `after`, and not in `amount`.
    Legs to be paid on days that no source gives are in `undated`, and not in `amount` either.
    """

    metric: Metric
    figure: Figure
    counterparty: str
    amount: Money
    share: Fraction | None
    legs: tuple[str, ...]
    after: tuple[str, ...]
    undated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exposure:
    """All that is known of one party's place in the web, under one convention."""

    convention: Convention
    digest: str
    party: str
    group: tuple[str, ...]
    money_in: Money
    money_out: Money
    parts: tuple[Part, ...]
    counterparties: tuple[Counterparty, ...]
    concentration: tuple[Concentration, ...]
    round_trips: tuple[RoundTrip, ...]
    published: tuple[Figure, ...]
    cover: tuple[Cover, ...]
    uncounted: tuple[Excluded, ...]
    unknown: tuple[str, ...]
    amounts: Mapping[str, Money]

    def explain(self) -> Trace:
        """Say how money in and out, the largest counterparties' shares and the round trip come about."""
        steps = Steps(f"Exposure of {self.party}", self.convention, self.digest)
        for name, direction, whole in (("receives", "in", self.money_in), ("pays", "out", self.money_out)):
            rows = [row for row in self.counterparties if row.direction == direction]
            sums = []
            for row in rows:
                legs = [steps.given(leg, self.amounts[leg], legs=(leg,)) for leg in row.legs]
                sums.append(steps.total(f"{direction}: {row.party}", *legs, expect=row.amount))
            whole_step = steps.upper(
                f"{name}, upper bound", steps.total(name, *sums, expect=whole, name=name)
            )
            parts = [
                steps.quotient(
                    f"share of {row.party}",
                    steps.upper(f"{row.party}, upper bound", one),
                    whole_step,
                    expect=row.share,
                )
                for row, one in zip(rows, sums, strict=True)
                if row.share is not None
            ]
            if parts:
                found = next(
                    row for row in self.concentration if (row.direction, row.by) == (direction, "party")
                )
                steps.squares("sum of squared shares", *parts, expect=found.hhi, name=f"hhi {direction}")
        for trip in self.round_trips:
            steps.include(explain_round_trip(self, trip), f"{trip.at} ")
        return steps.trace()


def explain_round_trip(found: Exposure, trip: RoundTrip) -> Trace:
    """Say how a round trip comes about: what is paid, what can leave for good, what holds the most back."""
    steps = Steps(f"Round trip of {found.party}, {_BOUND[trip.at]} bounds", found.convention, found.digest)
    paid = steps.total(
        "pays",
        *(
            steps.given(leg, dollars(getattr(found.amounts[leg], trip.at)), legs=(leg,))
            for row in found.counterparties
            if row.direction == "out"
            for leg in row.legs
        ),
        expect=dollars(trip.paid),
        name="paid",
    )
    gone = steps.solved("the most that can leave for good, by maximum flow", dollars(trip.paid - trip.least))
    steps.difference("what must return", paid, gone, expect=dollars(trip.least), name="least")
    steps.solved("returns if all is spent in proportion", dollars(trip.pro_rata), name="pro rata")
    steps.solved("the most that can return on a later day than it left", trip.later, name="later")
    most = steps.solved("the most that can return, by maximum flow", dollars(trip.most))
    carried = steps.total(
        "the legs that hold it back",
        *(
            steps.given(f"{row.leg}, {row.payer} to {row.payee}", dollars(row.amount), legs=(row.leg,))
            for row in trip.carriers
        ),
    )
    steps.equal("a flow and a cut of the same size prove each other", most, carried, name="most")
    if trip.open:
        steps.note(f"more can return, for no upper limit is known of {', '.join(trip.open)}")
    return steps.trace()


_BOUND: Final = {"low": "lower", "high": "upper"}


def exposure(graph: DealGraph, party: str) -> Exposure:
    """Say how far `party` hangs on the others.

    Raises:
        UnknownName: there is no such party.
    """
    if party not in graph.registry.parties:
        raise UnknownName("party", party, graph.registry.parties)
    received = [leg for leg in graph.legs if leg.payee == party]
    paid = [leg for leg in graph.legs if leg.payer == party]
    top = graph.group(party)
    group = tuple(name for name in sorted(graph.registry.parties) if graph.group(name) == top)
    # Who stands for many passes nothing on, so nothing of theirs goes round.
    bounds = () if party in graph.outside else ("low", "high")
    trips = tuple(round_trip(graph, party, at=at) for at in bounds)
    named = {leg.id for leg in (*received, *paid)}
    return Exposure(
        convention=graph.convention,
        digest=graph.registry.digest,
        party=party,
        group=group,
        money_in=total(leg.amount for leg in received),
        money_out=total(leg.amount for leg in paid),
        parts=(*_parts("in", received), *_parts("out", paid)),
        counterparties=(*_counterparties("in", received), *_counterparties("out", paid)),
        concentration=_concentrations(graph, party, received, paid),
        round_trips=trips,
        published=_published(graph, party),
        cover=(*_cover(graph, party, received), *_cash_cover(graph, party, paid)),
        uncounted=tuple(row for row in graph.excluded if party in {row.state.payer, row.state.payee}),
        unknown=unknown_of((*received, *paid)),
        amounts=MappingProxyType({leg.id: leg.amount for leg in graph.legs if leg.id in named}),
    )


def round_trip(graph: DealGraph, party: str, *, at: str = "high") -> RoundTrip:
    """Say what of the party's payments can come back to it, at one bound of every amount."""
    flows = graph.flows(at)
    start, end = cut.pays(party), cut.receives(party)
    possible = [leg for leg in graph.legs if leg.amount.high or not leg.amount.known or leg.amount.unbounded]
    pairs = {(leg.payer, leg.payee) for leg in possible if not graph.outside & {leg.payer, leg.payee}}
    ways = cut.between(cut.apart(dict.fromkeys(pairs, 1), party), start, end)
    back = {(cut.whole(u), cut.whole(v)) for u, v in ways}
    inside = [leg for leg in possible if (leg.payer, leg.payee) in back]
    limitless = [leg for leg in inside if not leg.amount.known or leg.amount.unbounded]
    legs = Counter((leg.payer, leg.payee) for leg in graph.legs if getattr(leg.amount, at))
    found = cut.round_trip(flows, party, legs)
    share = trace(flows).returns.get(party, 0.0)
    through = flows.throughput.get(party, 0)
    free = cut.apart(dict.fromkeys(((leg.payer, leg.payee) for leg in limitless), 1), party)
    near = found.cut.near
    crossing = {(cut.whole(u), cut.whole(v)) for u, v in free if u in near and v not in near}
    limit = cut.limit(cut.apart(flows.inside, party), free, start, end)
    held = {(cut.whole(u), cut.whole(v)) for u, v in found.cut.pairs}
    return RoundTrip(
        at=at,
        paid=found.whole,
        least=found.least,
        # A float can miss the bracket by a rounding; the bracket is exact.
        pro_rata=min(max(round(through * share), found.least), found.most),
        most=found.most,
        later=_later_return(graph, inside, party, at),
        limit=limit,
        share=share,
        carriers=graph.carriers(held, at),
        open=tuple(leg.id for leg in limitless if (leg.payer, leg.payee) in crossing)
        if limit is None or limit > found.most
        else (),
    )


def _later_return(graph: DealGraph, inside: Iterable[LegState], party: str, at: str) -> Money:
    """Say what can return on a later day; undisclosed amounts count for nothing, as in the other numbers."""
    made = [
        payment for leg in inside for payment in dated_payments(leg, instalments(graph, leg), at, beyond=0)
    ]
    sure = later_return(made, party)
    dated = all(payment.day == payment.first for payment in made)
    return Money(sure, sure if dated else max(sure, later_return(made, party, undated=True)))


def _parts(direction: str, legs: Iterable[LegState]) -> list[Part]:
    grouped: dict[tuple[int, str, str], list[LegState]] = defaultdict(list)
    for leg in legs:
        grouped[-leg.status.level, leg.status, leg.instrument].append(leg)
    return [
        Part(
            direction,
            status,
            instrument,
            total(leg.amount for leg in rows),
            tuple(leg.id for leg in rows),
        )
        for (_, status, instrument), rows in sorted(grouped.items())
    ]


def _grouped(direction: str, legs: Iterable[LegState]) -> dict[str, list[LegState]]:
    grouped: dict[str, list[LegState]] = defaultdict(list)
    for leg in legs:
        grouped[leg.payer if direction == "in" else leg.payee].append(leg)
    return grouped


def _counterparties(direction: str, legs: list[LegState]) -> list[Counterparty]:
    whole = total(leg.amount for leg in legs)
    rows = [
        Counterparty(
            direction,
            other,
            amount := total(leg.amount for leg in theirs),
            Fraction(amount.high, whole.high) if amount.high else None,
            tuple(leg.id for leg in theirs),
        )
        for other, theirs in _grouped(direction, legs).items()
    ]
    return sorted(rows, key=lambda row: (-row.amount.high, row.party))


def _concentrations(
    graph: DealGraph, party: str, received: list[LegState], paid: list[LegState]
) -> tuple[Concentration, ...]:
    """Measure it of parties, and of groups without what goes on inside them."""
    top = graph.group(party)
    into = [leg for leg in graph.legs if graph.group(leg.payee) == top != graph.group(leg.payer)]
    out = [leg for leg in graph.legs if graph.group(leg.payer) == top != graph.group(leg.payee)]
    return (
        _concentration("in", "party", ((leg.payer, leg.amount) for leg in received)),
        _concentration("in", "group", ((graph.group(leg.payer), leg.amount) for leg in into)),
        _concentration("out", "party", ((leg.payee, leg.amount) for leg in paid)),
        _concentration("out", "group", ((graph.group(leg.payee), leg.amount) for leg in out)),
    )


def _concentration(direction: str, by: str, rows: Iterable[tuple[str, Money]]) -> Concentration:
    sums: dict[str, Money] = defaultdict(lambda: NOTHING)
    for name, amount in rows:
        sums[name] += amount
    whole = total(sums.values())
    shares = [Fraction(amount.high, whole.high) for amount in sums.values()] if whole.high else []
    hhi = sum((share * share for share in shares), Fraction(0)) if shares else None
    effective = 1 / hhi if hhi else None
    return Concentration(direction, by, len(sums), whole, hhi, effective, whole.undisclosed)


def _published(graph: DealGraph, party: str) -> tuple[Figure, ...]:
    """Shares of revenue or backlog that the party or others have published, known by the day."""
    return tuple(
        figure
        for figure in graph.registry.figures.get(party, ())
        if figure.metric in {Metric.SHARE_OF_REVENUE, Metric.SHARE_OF_BACKLOG}
        and figure.counterparty is not None
        and graph.registry.figure_known(figure) <= graph.convention.as_of
    )


def _cover(graph: DealGraph, party: str, received: list[LegState]) -> list[Cover]:
    """Hold what each customer has promised against the latest backlog and yearly revenue.

    A commitment of several years against one year's revenue is a multiple, not a share of it.
    """
    spending = [leg for leg in received if leg.side is Side.SPENDING]
    rows = []
    for metric in (Metric.BACKLOG, Metric.REVENUE):
        figure = graph.latest_figure(party, metric, yearly=metric is Metric.REVENUE)
        if figure is None or figure.amount is None:
            continue
        by_payer = sorted(_grouped("in", spending).items())
        for other, legs in (*by_payer, *([(ALL, spending)] if spending else [])):
            after = [leg for leg in legs if metric is Metric.BACKLOG and _later(graph, leg, figure)]
            before = [leg for leg in legs if leg not in after]
            amount = total(leg.amount for leg in before)
            rows.append(_covered(metric, figure, other, amount, before, after))
    return _in_order(rows)


def _cash_cover(graph: DealGraph, party: str, paid: list[LegState]) -> list[Cover]:
    """Hold what the party has to pay in the twelve months after its latest cash balance against it."""
    figure = graph.latest_figure(party, Metric.CASH)
    if figure is None or figure.amount is None or graph.convention.preset is Preset.PAID or not paid:
        return []
    start = figure.period.last + timedelta(days=1)
    until = _year_after(figure.period.last)
    rows = []
    for other, legs in (*sorted(_grouped("out", paid).items()), (ALL, paid)):
        after = [leg for leg in legs if _later(graph, leg, figure)]
        due = {leg.id: _due(graph, leg, start, until) for leg in legs if leg not in after}
        falling = [leg for leg in legs if due.get(leg.id)]
        undated = tuple(
            leg.id
            for leg in legs
            if leg not in after and any(part.day is None for part in instalments(graph, leg))
        )
        amount = total(due[leg.id] for leg in falling)
        # Who is owed nothing on a known day shows in the sum of all only.
        if falling or other == ALL:
            rows.append(_covered(Metric.CASH, figure, other, amount, falling, after, undated))
    return _in_order(rows)


def _year_after(day: date) -> date:
    """Give the same day of the next year; the end of February stays its end.

    >>> _year_after(date(2028, 2, 29)).isoformat(), _year_after(date(2027, 2, 28)).isoformat()
    ('2029-02-28', '2028-02-29')
    """
    if (day.month, day.day) in {(2, 28), (2, 29)}:
        return date(day.year + 1, 3, 1) - timedelta(days=1)
    return day.replace(year=day.year + 1)


def _due(graph: DealGraph, leg: LegState, start: date, until: date) -> Money:
    """Give what of a leg is to be paid from one day to another, as far as sources put it on days."""
    parts = [part for part in instalments(graph, leg) if part.day is not None and start <= part.day <= until]
    if not parts:
        return NOTHING
    return Money(
        sum(part.low for part in parts),
        sum(part.high for part in parts),
        undisclosed=int(any(part.undisclosed for part in parts)),
        ceilings=leg.amount.ceilings,
        unbounded=leg.amount.unbounded,
    )


def _covered(
    metric: Metric,
    figure: Figure,
    other: str,
    amount: Money,
    legs: Iterable[LegState],
    after: Iterable[LegState],
    undated: tuple[str, ...] = (),
) -> Cover:
    whole = figure.amount.high if figure.amount is not None else 0
    counted = tuple(leg.id for leg in legs)
    share = Fraction(amount.high, whole) if counted and amount.high and whole > 0 else None
    return Cover(metric, figure, other, amount, share, counted, tuple(leg.id for leg in after), undated)


def _in_order(rows: Iterable[Cover]) -> list[Cover]:
    """Put the sum of all first, then the largest."""
    return sorted(
        rows, key=lambda row: (row.metric, row.counterparty != ALL, -row.amount.high, row.counterparty)
    )


def _later(graph: DealGraph, leg: LegState, figure: Figure) -> bool:
    """Whether a leg's deal first reached signing after the day of a balance."""
    for event in graph.deals[leg.deal].events:
        if event.status is not None and event.status.level >= 4:
            return event.on.last > figure.period.last
    return leg.since.last > figure.period.last
