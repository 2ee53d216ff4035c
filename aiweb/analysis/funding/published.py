"""Published gaps beside the registry's own sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from aiweb.graph import DealGraph, LegState
from aiweb.model import Claim
from aiweb.spread import by_year, months_between
from aiweb.values import Money


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


def claim_rows(graph: DealGraph, party: str) -> tuple[ClaimRow, ...]:
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
