"""What one deal comes to: its legs added up, and what of each leg counts under the convention."""

from __future__ import annotations

from dataclasses import dataclass

from aiweb.errors import UnknownName
from aiweb.graph import Convention, DealGraph, LegState
from aiweb.trace import Steps, Trace
from aiweb.values import Money


@dataclass(frozen=True, slots=True)
class CountedLeg:
    """A leg as it stands, what of it counts under the convention, and why not all of it."""

    state: LegState
    counts: Money | None
    reason: str


@dataclass(frozen=True, slots=True)
class DealAmount:
    """A deal's legs added up, whichever way they point; a leg inside another of them is not added."""

    convention: Convention
    digest: str
    deal: str
    amount: Money
    legs: tuple[CountedLeg, ...]

    def explain(self) -> Trace:
        """Add the legs up, and say what counts of each."""
        steps = Steps(f"Deal {self.deal}", self.convention, self.digest)
        own = {row.state.id for row in self.legs}
        added = [
            steps.given(_said(row.state), row.state.amount, legs=(row.state.id,))
            for row in self.legs
            if row.state.part_of not in own
        ]
        steps.total("the deal: its legs, whichever way they point", *added, expect=self.amount, name="amount")
        for row in self.legs:
            if row.state.part_of in own:
                steps.note(f"{row.state.id} lies inside {row.state.part_of} and is not added")
            if row.counts is not None:
                text = f"{row.state.id} counts{f': {row.reason}' if row.reason else ''}"
                steps.given(text, row.counts, legs=(row.state.id,), name=row.state.id)
            else:
                steps.note(f"{row.state.id} does not count: {row.reason}")
        return steps.trace()


def amount(graph: DealGraph, deal: str) -> DealAmount:
    """Say what a deal comes to on the day.

    Raises:
        UnknownName: there is no such deal, or it is not known on the day.
    """
    if deal not in graph.deals:
        raise UnknownName("deal known on the day", deal, graph.deals)
    state = graph.deals[deal]
    reasons = {row.state.id: row.reason for row in graph.excluded}
    return DealAmount(
        convention=graph.convention,
        digest=graph.registry.digest,
        deal=deal,
        amount=state.amount,
        legs=tuple(_counted(graph, leg, reasons.get(leg.id, "")) for leg in state.legs),
    )


def _counted(graph: DealGraph, leg: LegState, reason: str) -> CountedLeg:
    if leg.id not in graph.leg:
        return CountedLeg(leg, None, reason)
    counts = graph.leg[leg.id].amount
    same = (counts.low, counts.high) == (leg.amount.low, leg.amount.high)
    why = "" if same else f"of {leg.amount.short()}, by the convention, or less what counts elsewhere"
    return CountedLeg(leg, counts, why)


def _said(leg: LegState) -> str:
    return f"{leg.payer} -> {leg.payee}, {leg.instrument}, {leg.status}"
