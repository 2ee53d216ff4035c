"""How much of the money could be cancelled without changing any party's net position.

Maximum circulation: C = max Σ f_uv subject to 0 ≤ f ≤ w and inflow = outflow of f at every party,
where w_uv is all that u is to pay v.
It is the conservative compression of M. D'Errico and T. Roukny, "Compressing over-the-counter
markets" (ESRB WP 44, 2017; arXiv:1705.07155), the multilateral set-off of T. Fleischman, P. Dini
and G. Littera (J. Risk Financial Manag. 13 (2020) 295) and the maximum-circularity solution of
Homs-Dones, MacKay, Sansom and Zhou (arXiv:2506.12546).

Certificate: C = min over integer levels h of Σ w_uv · max(0, 1 - (h_v - h_u)), the dual program
(weighted agony: N. Tatti, "Tiers for peers", arXiv:1903.02999).
Levels are computed from the residual web of the optimum, and the two sums are compared every time.

Net internal debt: NID = Σ_i max(0, out_i - in_i), the least money with which all positions settle.
Ladder: C_L is the same maximum with loops of at most L parties, C_2 ≤ C_3 ≤ … ≤ C.
C_2 = 2 · Σ min(w_uv, w_vu) over pairs; C_3 and C_4 are linear programs over the loops themselves.

A triangle of three tens circulates 30: a dollar counts once for every hop it passes.
A party that stands for many (`outside`) counts as one that only pays and another that only receives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from aiweb.flows.circulation import maximum, rung
from aiweb.flows.forwarding import net_debt
from aiweb.flows.web import Flows, Pair
from aiweb.graph import Convention, DealGraph, Hop, unknown_of
from aiweb.trace import Steps, Trace, dollars
from aiweb.values import Money, total

LADDER: Final = (2, 3, 4)


@dataclass(frozen=True, slots=True)
class Rung:
    """Money that loops of at most `length` parties can cancel; no length means any.

    `circular` is None where the web has too many loops of that length to list.
    """

    length: int | None
    circular: Money | None


@dataclass(frozen=True, slots=True)
class Circulation:
    """Gross, circular and net dollars of a web, at the lower and at the upper bound of every amount.

    `share_low` and `share_high` are circular over gross at the lower and at the upper bounds;
    they are no range: the share need not lie between them.
    `unknown` names the legs whose amount is undisclosed.
    `circular` counts those between parties of the web: with any of them, or with an amount of
    "at least", it is a lower bound.
    `levels` is the certificate at the upper bounds.
    """

    convention: Convention
    digest: str
    gross: Money
    circular: Money
    net_debt: Money
    ladder: tuple[Rung, ...]
    unknown: tuple[str, ...]
    levels: Mapping[str, int]
    flows: Mapping[tuple[str, str], int]
    legs: tuple[str, ...]
    graph: DealGraph = field(repr=False, compare=False)

    @property
    def share_low(self) -> Fraction | None:
        """Circular share with every amount at its lower bound."""
        return Fraction(self.circular.low, self.gross.low) if self.gross.low else None

    @property
    def share_high(self) -> Fraction | None:
        """Circular share with every amount at its upper bound."""
        return Fraction(self.circular.high, self.gross.high) if self.gross.high else None

    def explain(self) -> Trace:
        """Say how gross, circular, net internal debt, the shares and the ladder come from legs."""
        return _explained(self)


def circulation(graph: DealGraph, *, ladder: bool = True) -> Circulation:
    """Measure how much of the money goes round, with a certificate.

    Raises:
        NoConvergence: the certificate does not prove the maximum, which would be a defect.
    """
    inside = tuple(leg for hop in _inside(graph) for leg in unknown_of(graph.leg[name] for name in hop.legs))
    low, high = graph.flows("low"), graph.flows("high")
    beyond = any(hop.amount.unbounded for hop in _inside(graph))
    least = maximum(low.inside)[0]
    most, flow, levels = maximum(high.inside)
    rungs = []
    if ladder:
        for length in LADDER:
            bounds = [rung(low.inside, length), rung(high.inside, length)]
            rungs.append(Rung(length, _money(bounds, inside, beyond=beyond)))
    rungs.append(Rung(None, _money([least, most], inside, beyond=beyond)))
    owed = sorted([net_debt(low), net_debt(high)])
    unknown = unknown_of(graph.legs)
    return Circulation(
        convention=graph.convention,
        digest=graph.registry.digest,
        gross=total(leg.amount for leg in graph.legs),
        circular=Money(least, most, undisclosed=len(inside), unbounded=beyond),
        net_debt=Money(owed[0], owed[1], undisclosed=len(unknown)),
        ladder=tuple(rungs),
        unknown=unknown,
        levels=MappingProxyType(levels),
        flows=MappingProxyType(flow),
        legs=tuple(leg.id for leg in graph.legs),
        graph=graph,
    )


def _money(bounds: list[int | None], unknown: tuple[str, ...], *, beyond: bool) -> Money | None:
    low, high = bounds
    if low is None or high is None:
        return None
    return Money(min(low, high), high, undisclosed=len(unknown), unbounded=beyond)


def _inside(graph: DealGraph) -> Iterator[Hop]:
    """Give the hops between parties of the web, those to and from outside parties left out."""
    return (hop for hop in graph.hops if not graph.outside & {hop.payer, hop.payee})


def _explained(found: Circulation) -> Trace:
    steps = Steps(f"Circulation under {found.convention}", found.convention, found.digest)
    names = _Legs(found.graph)
    gross = steps.total(
        "gross: all legs that count",
        *(steps.given(f"{leg.payer} -> {leg.payee}", leg.amount, legs=(leg.id,)) for leg in found.graph.legs),
        expect=found.gross,
        name="gross",
    )
    ends = []
    for at in ("low", "high"):
        flows = found.graph.flows(at)
        circular = _certified(steps, flows, names, at)
        owed = _settled(steps, flows, names, at)
        whole = steps.lower("gross", gross) if at == "low" else steps.upper("gross", gross)
        share = found.share_low if at == "low" else found.share_high
        steps.quotient(f"circular over gross at {at}", circular, whole, expect=share, name=f"share at {at}")
        for step in found.ladder:
            if step.length is not None and step.circular is not None:
                _climbed(steps, flows, names, step, at)
        ends.append((circular, owed))
    (low, owed_low), (high, owed_high) = ends
    steps.span("circular, at low and at high", low, high, expect=found.circular, name="circular")
    if net_debt(found.graph.flows("low")) > net_debt(found.graph.flows("high")):
        owed_low, owed_high = owed_high, owed_low
    steps.span(
        "net internal debt, the smaller first", owed_low, owed_high, expect=found.net_debt, name="net debt"
    )
    for rest in found.unknown:
        steps.given("undisclosed: counts for nothing here", found.graph.leg[rest].amount, legs=(rest,))
    steps.note(
        "The circulating amount of a hop is that of one optimum of several; their sum is the same in all."
    )
    return steps.trace()


class _Legs:
    """Names the legs behind an arc, and behind what a party pays and receives."""

    def __init__(self, graph: DealGraph) -> None:
        self._arc: dict[Pair, list[str]] = defaultdict(list)
        self.pays: dict[str, list[str]] = defaultdict(list)
        self.receives: dict[str, list[str]] = defaultdict(list)
        self.inward: dict[str, list[str]] = defaultdict(list)
        self.across: list[str] = []
        for leg in graph.legs:
            if leg.payer in graph.outside:
                (self.across if leg.payee in graph.outside else self.inward[leg.payee]).append(leg.id)
            self._arc[leg.payer, leg.payee].append(leg.id)
            self.pays[leg.payer].append(leg.id)
            self.receives[leg.payee].append(leg.id)

    def __getitem__(self, arc: Pair) -> tuple[str, ...]:
        return tuple(self._arc.get(arc, ()))


def _certified(steps: Steps, flows: Flows, names: _Legs, at: str) -> int:
    """Put down one optimum and the levels that prove it."""
    amount, flow, levels = maximum(flows.inside)
    moved = steps.total(
        f"circulating at {at}, over all hops",
        *(
            steps.solved(f"{u} -> {v} circulates", dollars(part), legs=names[u, v])
            for (u, v), part in sorted(flow.items())
        ),
    )
    terms = []
    for (u, v), w in flows.inside.items():
        back = 1 - (levels[v] - levels[u])
        if back > 0:
            size = steps.given(f"{u} -> {v}", dollars(w), legs=names[u, v])
            gap = steps.solved(f"1 less levels climbed, {levels[u]} to {levels[v]}", back)
            terms.append(steps.product("times", size, gap))
    proof = steps.total(f"bound from the levels at {at}", *terms)
    return steps.equal(
        f"circular at {at}: flow and bound agree, so both are the maximum",
        moved,
        proof,
        expect=dollars(amount),
        name=f"circular at {at}",
    )


def _settled(steps: Steps, flows: Flows, names: _Legs, at: str) -> int:
    terms = []
    for party in flows.parties:
        paid, received = flows.paid.get(party, 0), flows.received.get(party, 0)
        if paid > received:
            out = steps.given(f"{party} pays", dollars(paid), legs=names.pays[party])
            into = steps.given(f"{party} receives", dollars(received), legs=names.receives[party])
            terms.append(steps.difference(f"{party} pays more by", out, into))
    terms += [
        steps.given(f"outside parties pay {party}", dollars(amount), legs=names.inward[party])
        for party, amount in flows.inward.items()
    ]
    if flows.across:
        terms.append(steps.given("outside parties pay each other", dollars(flows.across), legs=names.across))
    return steps.total(f"net internal debt at {at}", *terms, name=f"net debt at {at}")


def _climbed(steps: Steps, flows: Flows, names: _Legs, step: Rung, at: str) -> None:
    """Put down one rung of the ladder: pairs in full, longer loops as their program solves them."""
    if step.circular is None:
        return
    value = dollars(step.circular.low if at == "low" else step.circular.high)
    label = f"loops of up to {step.length} at {at}"
    if step.length != 2:
        legs = sorted({leg for pair in flows.inside for leg in names[pair]})
        steps.solved(f"{label}: packed by linear programming", value, legs=legs, name=label)
        return
    terms = []
    for (u, v), w in flows.inside.items():
        if u < v and (v, u) in flows.inside:
            there = steps.given(f"{u} -> {v}", dollars(w), legs=names[u, v])
            back = steps.given(f"{v} -> {u}", dollars(flows.inside[v, u]), legs=names[v, u])
            less = steps.least("the lesser of the two", there, back)
            terms.append(steps.total("both ways", less, less))
    steps.total(label, *terms, expect=value, name=label)
