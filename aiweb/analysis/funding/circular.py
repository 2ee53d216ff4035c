"""What of a party's receipts its own payments can have brought back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from aiweb.analysis.funding.dues import since_balance, why_settled
from aiweb.analysis.funding.legs import class_of, flowing_legs, is_counted, not_twice
from aiweb.analysis.funding.rows import CLASSES, CashPath, Class, Item, NetPath, NetYear, Role, VendorShare
from aiweb.flows import cut
from aiweb.flows.web import Pair
from aiweb.graph import Carrier, DealGraph, LegState, payments
from aiweb.model import Leg, Side
from aiweb.spread import by_year
from aiweb.values import NOTHING, Money, total


class _Arc(NamedTuple):
    """A leg's money on its way in one year, or in none that is known, in a certainty class."""

    pair: Pair
    leg: str
    amount: Money
    certainty: Class
    year: int | None = None


def net_paths(
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


def vendor_shares(graph: DealGraph, party: str) -> Iterator[VendorShare]:
    """Say for each class what of all that a party is promised its own payments can bring back."""
    own = [leg for leg in flowing_legs(graph, party) if leg.side is not Side.NEITHER]
    between = [
        _Arc((leg.payer, leg.payee), leg.id, leg.amount, class_of(leg)) for leg in _beside(graph, party)
    ]
    for number, certainty in enumerate(CLASSES):
        known = CLASSES[: number + 1]
        legs = [leg for leg in own if class_of(leg) in known]
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
        if is_counted(graph, leg)
        and graph.outside.isdisjoint({leg.payer, leg.payee})
        and party not in {leg.payer, leg.payee}
        and leg.payer != leg.payee
    ]
    return not_twice(graph, rows)


def _others(graph: DealGraph, party: str, start: date) -> list[_Arc]:
    """Give what parties pay each other beside the one looked at, from the day after its balance on."""
    arcs = []
    for leg in _beside(graph, party):
        paid = payments(graph.deals[leg.deal], leg.id)
        years, left, _ = by_year(leg, start, leg.paid, paid[-1][0] if paid else None)
        pieces: list[tuple[int | None, Money]] = list(years.items())
        if leg.schedule is None:
            pieces += [
                (item.year, item.amount) for item in since_balance(paid, start, Role.TRADING_OUT, leg.id)
            ]
        if left is not None and not why_settled(leg, start, borrows=False):
            pieces.append((None, left))
        pair = (leg.payer, leg.payee)
        arcs += [_Arc(pair, leg.id, amount, class_of(leg), year) for year, amount in pieces]
    return arcs


def _net_path(
    graph: DealGraph, party: str, items: Iterable[Item], others: Iterable[_Arc], path: CashPath, minimum: int
) -> NetPath:
    """Take out of a path, year by year, all that can have come back by the end of that year."""
    least = CLASSES.index(path.certainty)
    paid, got, received = [], [], []
    for item in items:
        promised = promised_leg(graph, party, item)
        if promised is None or item.leg is None or item.certainty not in CLASSES[: least + 1]:
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
    between = [arc for arc in others if CLASSES.index(arc.certainty) <= least]
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


def promised_leg(graph: DealGraph, party: str, item: Item) -> Leg | None:
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
