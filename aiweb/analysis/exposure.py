"""How far one party hangs on the others: money in and out, round trip, concentration, cover.

Round trip of i, out of what i pays (derived in `docs/methods.md`):

- most: the maximum flow from i as payer to i as payee, the web's boundary left out;
- least: what i pays, less the maximum flow from i as payer to the boundary
  in the web where i receives nothing.

Every way of tracing the money splits it into paths that end at the boundary and cycles,
so what returns lies between the two.
The boundary of a party is what it receives from the other parties and does not pay on to them,
and everything that goes to a party that stands for many.

Concentration: the Herfindahl-Hirschman index, the sum of squared shares of counterparties
(O. C. Herfindahl 1950), with its inverse, the effective number of counterparties.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Final, TypeAlias

from aiweb.errors import UnknownName
from aiweb.graph import Convention, DealGraph, Excluded, LegState, unknown_of
from aiweb.model import Figure, FigureKind, Metric, Side
from aiweb.values import Money, total

Flows: TypeAlias = Mapping[tuple[str, str], int]
_SOURCE: Final = "\N{RIGHTWARDS ARROW}"


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
    """Herfindahl-Hirschman index of counterparties at the upper bounds, outside parties as one each."""

    direction: str
    hhi: Fraction | None
    effective: Fraction | None
    undisclosed: int


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """Of what the party pays, the least and the most that can reach it again, in dollars.

    `at` says at which bound of every amount: "low" or "high".
    `beyond` says that an amount on a way back is undisclosed or "at least": more can return than `most`.
    """

    at: str
    paid: int
    least: int
    most: int
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Cover:
    """Commitments from one counterparty against a published figure of the party.

    Legs signed after the day of the figure are in `after`, and not in `amount`.
    """

    metric: Metric
    figure: Figure
    counterparty: str
    amount: Money
    share: Fraction | None
    legs: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exposure:
    """All that is known of one party's place in the web, under one convention."""

    convention: Convention
    digest: str
    party: str
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


def exposure(graph: DealGraph, party: str) -> Exposure:
    """Say how far `party` hangs on the others.

    Raises:
        UnknownName: there is no such party.
    """
    if party not in graph.registry.parties:
        raise UnknownName("party", party, graph.registry.parties)
    received = [leg for leg in graph.legs if leg.payee == party]
    paid = [leg for leg in graph.legs if leg.payer == party]
    return Exposure(
        convention=graph.convention,
        digest=graph.registry.digest,
        party=party,
        money_in=total(leg.amount for leg in received),
        money_out=total(leg.amount for leg in paid),
        parts=(*_parts("in", received), *_parts("out", paid)),
        counterparties=(*_counterparties("in", received), *_counterparties("out", paid)),
        concentration=(_concentration("in", received), _concentration("out", paid)),
        round_trips=tuple(round_trip(graph, party, at=at) for at in ("low", "high")),
        published=_published(graph, party),
        cover=_cover(graph, party, received),
        uncounted=tuple(row for row in graph.excluded if party in {row.state.payer, row.state.payee}),
        unknown=unknown_of((*received, *paid)),
    )


def round_trip(graph: DealGraph, party: str, *, at: str = "high") -> RoundTrip:
    """Bracket what of the party's payments can come back to it, at one bound of every amount."""
    inside: dict[tuple[str, str], int] = defaultdict(int)
    outward: dict[str, int] = defaultdict(int)
    inward: dict[str, int] = defaultdict(int)
    for leg in graph.legs:
        amount = leg.amount.high if at == "high" else leg.amount.low
        if leg.payer in graph.outside:
            inward[leg.payee] += amount
        elif leg.payee in graph.outside:
            outward[leg.payer] += amount
        else:
            inside[leg.payer, leg.payee] += amount
    return replace(bracket(inside, outward, inward, party, at), beyond=_more_can_return(graph, party))


def _more_can_return(graph: DealGraph, party: str) -> bool:
    """Whether a hop without an upper limit lies on a way from the party back to it."""
    hops = [
        hop
        for hop in graph.hops
        if not graph.outside & {hop.payer, hop.payee} and (hop.amount.high > 0 or not hop.amount.known)
    ]
    after = _reached({party}, [(hop.payer, hop.payee) for hop in hops])
    before = _reached({party}, [(hop.payee, hop.payer) for hop in hops])
    limitless = (hop for hop in hops if not hop.amount.known or hop.amount.unbounded)
    return any(hop.payer in after and hop.payee in before for hop in limitless)


def _reached(start: set[str], steps: list[tuple[str, str]]) -> set[str]:
    """Name what can be reached from `start` over steps from one name to another."""
    onward: dict[str, list[str]] = defaultdict(list)
    for tail, head in steps:
        onward[tail].append(head)
    seen, todo = set(start), list(start)
    while todo:
        for head in onward[todo.pop()]:
            if head not in seen:
                seen.add(head)
                todo.append(head)
    return seen


def bracket(
    inside: Flows, outward: Mapping[str, int], inward: Mapping[str, int], party: str, at: str = "high"
) -> RoundTrip:
    """Bracket a round trip from plain flows.

    `inside` holds what parties pay each other, `outward` what each pays to the outside world and
    `inward` what it receives from there, in whole dollars.
    What is left over at a party, received and not paid on, leaves through the boundary.
    """
    import networkx as nx

    paid: dict[str, int] = defaultdict(int, outward)
    received: dict[str, int] = defaultdict(int, inward)
    for (payer, payee), amount in inside.items():
        paid[payer] += amount
        received[payee] += amount
    home: nx.DiGraph[str] = nx.DiGraph()
    away: nx.DiGraph[str] = nx.DiGraph()
    start, back, boundary = f"{_SOURCE}{party}", f"{party}{_SOURCE}", f"{_SOURCE}{_SOURCE}"
    for web in (home, away):
        web.add_nodes_from((start, back, boundary))
    for (payer, payee), amount in sorted(inside.items()):
        if payer == payee or not amount:
            continue
        tail, head = start if payer == party else payer, back if payee == party else payee
        home.add_edge(tail, head, capacity=amount)
        if payee != party:
            away.add_edge(tail, head, capacity=amount)
    for name in sorted({*paid, *received}):
        leaves = outward.get(name, 0)
        if name == party:
            if leaves:
                away.add_edge(start, boundary, capacity=leaves)
            continue
        leaves += max(0, received[name] - paid[name])
        if leaves:
            away.add_edge(name, boundary, capacity=leaves)
    most = int(nx.maximum_flow_value(home, start, back))
    gone = int(nx.maximum_flow_value(away, start, boundary))
    return RoundTrip(at, paid[party], paid[party] - gone, most)


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


def _concentration(direction: str, legs: list[LegState]) -> Concentration:
    whole = total(leg.amount for leg in legs)
    if not whole.high:
        return Concentration(direction, None, None, whole.undisclosed)
    shares = [
        Fraction(total(leg.amount for leg in theirs).high, whole.high)
        for theirs in _grouped(direction, legs).values()
    ]
    hhi = sum((share * share for share in shares), Fraction(0))
    return Concentration(direction, hhi, 1 / hhi, whole.undisclosed)


def _published(graph: DealGraph, party: str) -> tuple[Figure, ...]:
    """Shares of revenue or backlog that the party or others have published, known by the day."""
    return tuple(
        figure
        for figure in graph.registry.figures.get(party, ())
        if figure.metric in {Metric.SHARE_OF_REVENUE, Metric.SHARE_OF_BACKLOG}
        and figure.counterparty is not None
        and graph.registry.figure_known(figure) <= graph.convention.as_of
    )


def _cover(graph: DealGraph, party: str, received: list[LegState]) -> tuple[Cover, ...]:
    """Hold what each customer has promised against the latest backlog and yearly revenue.

    A commitment of several years against one year's revenue is a multiple, not a share of it.
    """
    spending = [leg for leg in received if leg.side is Side.SPENDING]
    rows = []
    for metric in (Metric.BACKLOG, Metric.REVENUE):
        figure = _latest(graph, party, metric)
        if figure is None or figure.amount is None:
            continue
        for other, legs in sorted(_grouped("in", spending).items()):
            before = [leg for leg in legs if _signed(graph, leg) <= figure.period.last]
            after = tuple(leg.id for leg in legs if leg not in before)
            if metric is Metric.REVENUE:
                before, after = legs, ()
            amount = total(leg.amount for leg in before)
            whole = figure.amount.high
            share = Fraction(amount.high, whole) if before and amount.high and whole > 0 else None
            rows.append(Cover(metric, figure, other, amount, share, tuple(leg.id for leg in before), after))
    return tuple(sorted(rows, key=lambda row: (row.metric, -row.amount.high, row.counterparty)))


def _latest(graph: DealGraph, party: str, metric: Metric) -> Figure | None:
    """Give the party's latest reported figure of a metric; for a flow, of a stretch of about a year."""
    rows = [
        figure
        for figure in graph.registry.figures.get(party, ())
        if figure.metric is metric
        and figure.kind in {FigureKind.REPORTED, FigureKind.PRESS}
        and graph.registry.figure_known(figure) <= graph.convention.as_of
        and (metric is Metric.BACKLOG or figure.period.days in range(360, 372))
    ]
    known = graph.registry.figure_known
    return max(
        rows, key=lambda row: (row.period.last, row.kind is FigureKind.REPORTED, known(row)), default=None
    )


def _signed(graph: DealGraph, leg: LegState) -> date:
    """Give the day a leg's deal first reached signing, else its latest state's day."""
    for event in graph.deals[leg.deal].events:
        if event.status is not None and event.status.level >= 4:
            return event.on.last
    return leg.since.last
