"""What the deals listed bring a party and take from it, by year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from aiweb.analysis.funding.interest import interest_items
from aiweb.analysis.funding.legs import class_of, flowing_legs, lent_on, role_of
from aiweb.analysis.funding.rows import Class, Item, Role, Undated
from aiweb.graph import DealGraph, LegState, payments
from aiweb.model import Instrument, Status
from aiweb.spread import by_year, portions
from aiweb.values import Money, total


def listed_items(
    graph: DealGraph, party: str, start: date, last: int, *, borrows: bool
) -> tuple[list[Item], list[Undated]]:
    """Put a party's legs into years, and say of the rest why no source dates it."""
    items: list[Item] = []
    undated: list[Undated] = []
    for leg in flowing_legs(graph, party):
        certainty, role = class_of(leg), role_of(leg, party)
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
            items += since_balance(paid, start, role, leg.id)
        if left is not None:
            settled = why_settled(leg, start, borrows=borrows and leg.payee == party)
            undated.append(Undated(leg.id, role, certainty, left, settled or how, settled=bool(settled)))
        items += _repaid(graph, leg, party, start)
        if leg.instrument is Instrument.LOAN:
            lent = borrows and leg.payee == party
            items += _repayment(graph, leg, party, start, borrows=lent)
            accrued, unknown = interest_items(graph, leg, party, start, date(last, 12, 31), borrows=lent)
            items += accrued
            undated += unknown
    for deal in graph.deals.values():
        for leg in deal.legs:
            ended = deal.status.is_end and leg.instrument.is_cash and not graph.leaves_out(leg)
            if ended and party in {leg.payer, leg.payee}:
                items += since_balance(payments(deal, leg.id), start, role_of(leg, party), leg.id)
                items += _repaid(graph, leg, party, start)
    return items, undated


def since_balance(
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
    return since_balance(payments(graph.deals[leg.deal], leg.id, back=True), start, role, leg.id, "repaid")


def why_settled(leg: LegState, start: date, *, borrows: bool) -> str:
    """Say why a leg without dates is not money still to come, or nothing if it may be."""
    if leg.status is Status.CLOSED and leg.since.last < start and leg.paid is None:
        return f"closed {leg.since}: taken to be in the opening balance"
    if borrows and leg.instrument is Instrument.LOAN and leg.since.last < start:
        return "counted as undrawn credit in the opening balance"
    return ""


def _repayment(graph: DealGraph, leg: LegState, party: str, start: date, *, borrows: bool) -> list[Item]:
    """Give what is still due of a loan's principal in the year it falls due.

    It counts if the loan is known to have been drawn or closed, or if `borrows`:
    if undrawn credit stands among the sources, it has to be paid back.
    So has what is counted as coming in from the balance to the maturity.
    """
    said = graph.registry.leg(leg.id)
    if said.maturity is None or said.maturity.last < start:
        return []
    lent = lent_on(graph, leg, start, borrows=borrows)
    due = lent.drawn
    if due is None and (borrows or (leg.status is Status.CLOSED and said.drawn is None)):
        due = leg.amount
    role = Role.FINANCING_OUT if leg.payee == party else Role.FINANCING_IN
    how = f"principal falls due {said.maturity}"
    ahead = total(amount for _, _, amount in lent.ahead)
    back = "" if leg.repaid is None else f", less {leg.repaid} repaid"
    if leg.repaid is not None and due is not None:
        due = due.less(leg.repaid)
    elif leg.repaid is not None:
        ahead = ahead.less(leg.repaid)
    year, certainty = said.maturity.last.year, class_of(leg)
    rows = [Item(year, role, certainty, due, how + back, leg=leg.id)] if due else []
    if ahead:
        how += f", of what comes in by then{back if due is None else ''}"
        # What a lender lends and may not get back is no receipt that a use hangs on.
        rows.append(Item(year, role, certainty, ahead, how, leg=leg.id, hangs=leg.payee == party))
    return rows
