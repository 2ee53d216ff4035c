"""Whom a party depends on and who depends on it, directly and through others.

All of it is of what a party receives from the others and from those that stand for many: its receipts.

- Through k payers: A + A² + … + A^k, A_ij the part of i's receipts that j pays.
  If j spends 1% less and each party on the way passes its loss on, i receives that part of 1% less.
- Passed: what of the receipts has passed the other party, if every party spends in proportion what
  reaches it (J. Szyrmer, R. E. Ulanowicz, Ecol. Model. 35 (1987) 123-136, total dependency).
  Ways of tracing the money differ, so it stands between the least and the most that may have passed,
  which are maximum flows (`aiweb.flows.cut`).

Parts overlap, for money passes many parties, so they do not add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from aiweb.errors import UnknownName
from aiweb.flows import cut
from aiweb.flows.tracing import Tracing, trace
from aiweb.flows.web import Flows
from aiweb.graph import Carrier, Convention, DealGraph
from aiweb.model import Exit
from aiweb.trace import Steps, Trace, dollars

HOPS: Final = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Dependence:
    """What of the receipts of `of` hangs on `on`.

    `receipts`, `least` and `most` are dollars, the first all that `of` receives;
    `passed` is the part of them that has passed `on` pro rata, from 0 to 1.
    `through` holds the part that hangs on it through up to one payer, two and three, and `any_number`
    through any number; money that goes round is counted each time, so these can exceed 1.
    `carriers` are the legs that hold `most` back: their amounts add up to it.
    """

    of: str
    on: str
    receipts: int
    least: int
    passed: float
    most: int
    through: tuple[float, ...]
    any_number: float
    carriers: tuple[Carrier, ...]

    @property
    def least_share(self) -> Fraction:
        """The least part of the receipts that has passed the other party."""
        return Fraction(self.least, self.receipts)

    @property
    def most_share(self) -> Fraction:
        """The most of the receipts that may have passed it, as a part of them."""
        return Fraction(self.most, self.receipts)


@dataclass(frozen=True, slots=True)
class Dependency:
    """Whom a party depends on, and who depends on it, at one bound of every amount.

    `fixed` are legs to the party that their payer cannot leave: they pass no loss on.
    `closed` is the group of parties that receive from each other alone, if the party is in one.
    """

    convention: Convention
    digest: str
    party: str
    at: str
    on: tuple[Dependence, ...]
    by: tuple[Dependence, ...]
    fixed: tuple[str, ...]
    closed: tuple[str, ...]
    undisclosed: tuple[str, ...]

    def explain(self) -> Trace:
        """Say how the largest dependences come about, from the legs that hold them back."""
        steps = Steps(f"Dependency of {self.party}, {self.at} bounds", self.convention, self.digest)
        for row in (*self.on, *self.by):
            of, on = row.of, row.on
            receipts = steps.given(f"{of} receives", dollars(row.receipts))
            most = steps.solved(
                f"the most of it that may have passed {on}, by maximum flow", dollars(row.most)
            )
            held = steps.total(
                "the legs that hold it back",
                *(
                    steps.given(
                        f"{leg.leg}, {leg.payer} to {leg.payee}", dollars(leg.amount), legs=(leg.leg,)
                    )
                    for leg in row.carriers
                ),
            )
            proved = steps.equal("a flow and a cut of the same size prove each other", most, held)
            steps.quotient(
                "as a part of what it receives",
                proved,
                receipts,
                expect=row.most_share,
                name=f"{of} {on} most",
            )
            steps.quotient(
                "and the least, by maximum flow",
                steps.solved(f"must have passed {on}", dollars(row.least)),
                receipts,
                expect=row.least_share,
                name=f"{of} {on} least",
            )
            steps.solved("passed, if all is spent in proportion", row.passed, name=f"{of} {on} passed")
        return steps.trace()


def dependency(graph: DealGraph, party: str, *, at: str = "high") -> Dependency:
    """Say whom `party` depends on and who depends on it, the largest part first.

    Raises:
        UnknownName: there is no such party.
        BadOption: `at` is neither `low` nor `high`.
    """
    if party not in graph.registry.parties:
        raise UnknownName("party", party, graph.registry.parties)
    flows = graph.flows(at)
    traced = trace(flows)
    legs = Counter((leg.payer, leg.payee) for leg in graph.legs if getattr(leg.amount, at))

    def dependence(of: str, on: str) -> Dependence:
        found = cut.dependency(flows, of, on, legs)
        held = ((cut.whole(u), cut.whole(v)) for u, v in found.cut.pairs)
        return _dependence(traced, of, on, found, graph.carriers(held, at))

    on = [dependence(party, other) for other in _before(flows, party)]
    by = [dependence(other, party) for other in _after(flows, party)]
    received = [leg for leg in graph.legs if leg.payee == party]
    return Dependency(
        convention=graph.convention,
        digest=graph.registry.digest,
        party=party,
        at=at,
        on=_largest(on),
        by=_largest(by),
        fixed=tuple(leg.id for leg in received if graph.registry.leg(leg.id).exit is Exit.NONE),
        closed=next((group for group in traced.closed if party in group), ()),
        undisclosed=tuple(leg.id for leg in received if not leg.amount.known),
    )


def _dependence(
    traced: Tracing, of: str, on: str, found: cut.Bracket, carriers: tuple[Carrier, ...]
) -> Dependence:
    passed = traced.dependency(of, on) * traced.flows.throughput[of] / found.whole
    return Dependence(
        of=of,
        on=on,
        receipts=found.whole,
        least=found.least,
        # A float can miss the bracket by a rounding; the bracket is exact.
        passed=min(max(passed, found.least / found.whole), found.most / found.whole),
        most=found.most,
        through=tuple(traced.passing(of, hops).get(on, 0.0) for hops in HOPS),
        any_number=traced.passing(of).get(on, 0.0),
        carriers=carriers,
    )


def _largest(rows: Iterable[Dependence]) -> tuple[Dependence, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.passed, -row.most_share, row.of, row.on)))


def _before(flows: Flows, party: str) -> list[str]:
    """Name the parties whose money can come to a party, itself left out."""
    return sorted(cut.reach([(v, u) for u, v in flows.inside], party) - {party})


def _after(flows: Flows, party: str) -> list[str]:
    """Name the parties that a party's money can come to, itself left out."""
    return sorted(cut.reach(flows.inside, party) - {party})
