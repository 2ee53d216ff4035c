"""Which legs are a party's, how sure they are, and what they are to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from aiweb.analysis.funding.rows import Class, Role
from aiweb.graph import DealGraph, LegState, counted_once, payments
from aiweb.model import Basis, Certainty, Instrument, Side, Status
from aiweb.spread import by_year
from aiweb.values import NOTHING, Money, total


def flowing_legs(graph: DealGraph, party: str) -> list[LegState]:
    """Legs that move cash to or from the party, of deals that live and are more than talk."""
    rows = []
    for deal in graph.deals.values():
        for leg in deal.legs:
            bought = leg.instrument is Instrument.ACQUISITION and leg.payer == party
            if party in {leg.payer, leg.payee} and is_counted(graph, leg, bought=bought):
                rows.append(leg)
    return not_twice(graph, rows)


def is_counted(graph: DealGraph, leg: LegState, *, bought: bool = False) -> bool:
    """Whether a leg moves cash, and its deal lives and is more than talk."""
    moves = leg.instrument.is_cash and (leg.side is not Side.NEITHER or bought)
    return moves and leg.status.level >= Status.LETTER_OF_INTENT.level and not graph.leaves_out(leg)


def not_twice(graph: DealGraph, legs: list[LegState]) -> list[LegState]:
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


def class_of(leg: LegState) -> Class:
    """Say how sure a leg is."""
    guessed = leg.basis in {Basis.ANALYST, Basis.MARKET}
    if guessed or leg.status.level < Status.SIGNED.level:
        return Class.ANNOUNCED
    return Class.CONTRACTUAL if leg.certainty is Certainty.FIRM else Class.CONDITIONAL


def role_of(leg: LegState, party: str) -> Role:
    """Say what a leg is to a party."""
    trading = leg.side is Side.SPENDING
    if leg.payee == party:
        return Role.TRADING_IN if trading else Role.FINANCING_IN
    return Role.TRADING_OUT if trading else Role.FINANCING_OUT


class Lent(NamedTuple):
    """What is known to have been lent on a loan, if it is; and what of it is still counted on.

    `advances` are recorded, by day.
    `ahead` is put into years and not recorded: it comes between two days.
    """

    drawn: Money | None
    advances: tuple[tuple[date, Money], ...]
    ahead: tuple[tuple[date, date, Money], ...]


def lent_on(graph: DealGraph, leg: LegState, start: date, *, borrows: bool) -> Lent:
    """Say what of a loan is drawn or paid, and what comes in from `start` to its maturity besides.

    A loan that is closed, or stands as undrawn credit in the opening, without a known drawing is
    taken as a whole elsewhere, so nothing of it is ahead.
    """
    said, paid = graph.registry.leg(leg.id), payments(graph.deals[leg.deal], leg.id)
    # A published schedule counts from the balance on, so what was paid on it since then is not added.
    past = tuple(row for row in paid if leg.schedule is None or row[0] < start)
    drawn = total(amount for _, amount in past) if paid else leg.paid
    if said.drawn is not None:
        drawn = None if borrows and not said.drawn else said.drawn
        past = ((paid[0][0] if paid else leg.since.last, said.drawn),)
    if drawn is None and ((leg.status is Status.CLOSED and said.drawn is None) or borrows):
        return Lent(None, (), ())
    paid_on = paid[-1][0] if paid else None
    ends = date.max if said.maturity is None else said.maturity.last
    room = leg.amount.less(drawn or NOTHING) if leg.amount.known and not leg.amount.unbounded else None
    ahead = []
    for year, amount in sorted(by_year(leg, start, leg.paid, paid_on)[0].items()):
        first, last = max(start, date(year, 1, 1)), min(ends, date(year, 12, 31))
        if leg.schedule is None and leg.term is not None:
            first, last = max(first, leg.term.first), min(last, leg.term.last)
        if last < first:
            continue
        # No more is owed than was promised, whatever was drawn already.
        own = amount
        if room is not None and said.drawn is not None:
            own = replace(amount, low=min(amount.low, room.high), high=min(amount.high, room.high))
            room = room.less(own)
        if own:
            ahead.append((first, last, own))
    return Lent(drawn, past if drawn is not None else (), tuple(ahead))
