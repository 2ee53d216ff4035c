"""Whom a party depends on and who depends on it, directly and through others.

All of it is of what a party receives from the others and from those that stand for many: its receipts.

- Through k payers: A + A² + … + A^k, A_ij the part of i's receipts that j pays.
  If j spends 1% less and each party on the way passes its loss on, i receives that part of 1% less.
- Passed: what of the receipts has passed the other party, if every party spends in proportion what
  reaches it (J. Szyrmer, R. E. Ulanowicz, Ecol. Model. 35 (1987) 123-136, total dependency).
  Ways of tracing the money differ, so it stands between the least and the most that may have passed,
  which are maximum flows (`aiweb.flows.cut`).

Parts overlap, for money passes many parties, so they do not add up.

Rows are ordered by what has passed, which is solved for all parties at once.
The maximum flows, two a row, are solved for the rows that are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias, overload

from aiweb.errors import UnknownName
from aiweb.flows import cut
from aiweb.flows.tracing import Tracing, trace
from aiweb.flows.web import Flows
from aiweb.graph import Carrier, Convention, DealGraph
from aiweb.model import Exit
from aiweb.trace import Steps, Trace, dollars

HOPS: Final = (1, 2, 3)
_ALIKE: Final = 1e-9
"""Parts no farther apart than this may be the same but for rounding."""
Pair: TypeAlias = tuple[str, str]


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


class Dependences(Sequence[Dependence]):
    """Rows, the largest part first: each is solved when it is read, and once.

    `shares` is what has passed pro rata, by party and the other.
    Those that are alike are solved together, for the most that may have passed decides between them.
    """

    def __init__(self, shares: Iterable[tuple[Pair, float]], solve: Callable[[str, str], Dependence]) -> None:
        self._solve = solve
        self._rows: list[Dependence] = []
        self._left: list[tuple[float, Pair]] = sorted(((part, pair) for pair, part in shares), reverse=True)
        self._count = len(self._left)
        self._left.reverse()

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Dependence: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Dependence, ...]: ...

    def __getitem__(self, at: int | slice) -> Dependence | tuple[Dependence, ...]:
        """Give a row, or the rows of a slice; those before them are solved too."""
        wanted = range(self._count)[at]
        if isinstance(wanted, int):
            return self._first(wanted + 1)[wanted]
        rows = self._first(max(wanted, default=-1) + 1)
        return tuple(rows[i] for i in wanted)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Dependences | tuple):
            return NotImplemented
        return len(self) == len(other) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def _first(self, count: int) -> Sequence[Dependence]:
        """Solve until so many rows are known."""
        while len(self._rows) < count:
            part, pair = self._left.pop()
            pairs = [pair]
            while self._left and part - self._left[-1][0] <= _ALIKE:
                part, pair = self._left.pop()
                pairs.append(pair)
            self._rows += sorted((self._solve(*pair) for pair in pairs), key=_order)
        return self._rows


@dataclass(frozen=True, slots=True)
class Dependency:
    """Whom a party depends on, and who depends on it, at one bound of every amount.

    `on` and `by` are solved as far as they are read.
    `fixed` are legs to the party that their payer cannot leave: they pass no loss on.
    `closed` is the group of parties that receive from each other alone, if the party is in one.
    """

    convention: Convention
    digest: str
    party: str
    at: str
    on: Dependences | tuple[Dependence, ...]
    by: Dependences | tuple[Dependence, ...]
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

    received_by, through = flows.received, flows.throughput
    dependencies, dependents = traced.dependencies(party), traced.dependents(party)
    on = [((party, other), dependencies.get(other, 0.0)) for other in _before(flows, party)]
    by = [((other, party), dependents.get(other, 0.0)) for other in _after(flows, party)]
    parts = [
        [(pair, part * through[pair[0]] / received_by[pair[0]]) for pair, part in rows] for rows in (on, by)
    ]
    received = [leg for leg in graph.legs if leg.payee == party]
    return Dependency(
        convention=graph.convention,
        digest=graph.registry.digest,
        party=party,
        at=at,
        on=Dependences(parts[0], dependence),
        by=Dependences(parts[1], dependence),
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


def _order(row: Dependence) -> tuple[float, Fraction, str, str]:
    return -row.passed, -row.most_share, row.of, row.on


def _before(flows: Flows, party: str) -> list[str]:
    """Name the parties whose money can come to a party, itself left out."""
    return sorted(cut.reach([(v, u) for u, v in flows.inside], party) - {party})


def _after(flows: Flows, party: str) -> list[str]:
    """Name the parties that a party's money can come to, itself left out."""
    return sorted(cut.reach(flows.inside, party) - {party})
