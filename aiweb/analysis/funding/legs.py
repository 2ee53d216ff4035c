"""Which legs are a party's, how sure they are, and what they are to it."""

from __future__ import annotations

from dataclasses import replace

from aiweb.analysis.funding.rows import Class, Role
from aiweb.graph import DealGraph, LegState, counted_once
from aiweb.model import Basis, Certainty, Instrument, Side, Status


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
