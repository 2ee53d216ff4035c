"""How money gets from one party to another: the widest paths, and how much in all.

The most that can get there is the maximum flow from one to the other (L. R. Ford and
D. R. Fulkerson, Canadian J. Math. 8 (1956) 399), at the lower and at the upper bound of every amount.
Parties that stand for many pass nothing on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice

from aiweb.errors import UnknownName
from aiweb.flows.cut import Cut, cut
from aiweb.graph import Carrier, Convention, DealGraph, Hop
from aiweb.search import Arc, widest_paths
from aiweb.trace import Steps, Trace, dollars
from aiweb.values import Money, narrowest


@dataclass(frozen=True, slots=True)
class MoneyPath:
    """A chain of hops that visits no party twice; its amount is that of its narrowest hop."""

    hops: tuple[Hop, ...]
    amount: Money

    @property
    def parties(self) -> tuple[str, ...]:
        """The parties in the order the money goes."""
        return (*(hop.payer for hop in self.hops), self.hops[-1].payee)

    @property
    def legs(self) -> tuple[str, ...]:
        """Ids of all legs of all its hops."""
        return tuple(leg for hop in self.hops for leg in hop.legs)

    @property
    def amount_text(self) -> str:
        """The amount as a person would say it: `at most …` where a hop is undisclosed."""
        if all(hop.amount.known for hop in self.hops):
            return self.amount.short()
        limits = [hop.amount.high for hop in self.hops if hop.amount.known and not hop.amount.unbounded]
        return f"at most {Money(min(limits), min(limits)).short()}" if limits else "amount unknown"


@dataclass(frozen=True, slots=True)
class Paths:
    """The widest paths from one party to another, and the most that can get there over all of them.

    `most` counts disclosed amounts only; `unknown` says how many paths listed have an undisclosed hop.
    `carriers` are the legs that hold back more, at the lower and at the upper bounds: they add up to `most`.
    """

    convention: Convention
    digest: str
    start: str
    end: str
    max_length: int
    most: Money
    paths: tuple[MoneyPath, ...]
    truncated: bool
    carriers: tuple[tuple[Carrier, ...], tuple[Carrier, ...]] = ((), ())

    @property
    def unknown(self) -> int:
        """How many of the paths listed have an undisclosed hop."""
        return sum(1 for path in self.paths if not all(hop.amount.known for hop in path.hops))

    def explain(self) -> Trace:
        """Give the narrowest hop of each path, and the legs that hold back the most over all of them."""
        steps = Steps(f"From {self.start} to {self.end}", self.convention, self.digest)
        for rank, path in enumerate(self.paths, 1):
            hops = [
                steps.given(f"{hop.payer} -> {hop.payee}, {hop.side}", hop.amount, legs=hop.legs)
                for hop in path.hops
            ]
            text = f"path {rank}, {' -> '.join(path.parties)}: its narrowest hop"
            steps.least(text, *hops, expect=path.amount, name=f"path {rank}")
        bounds = []
        for at, rows in zip(("low", "high"), self.carriers, strict=True):
            words = "lower" if at == "low" else "upper"
            flow = steps.solved(
                f"over all paths, by maximum flow at the {words} bounds", dollars(getattr(self.most, at))
            )
            held = steps.total(
                "the legs that hold it back",
                *(
                    steps.given(f"{row.payer} -> {row.payee}", dollars(row.amount), legs=(row.leg,))
                    for row in rows
                ),
            )
            bounds.append(steps.equal("a flow and a cut of the same size prove each other", flow, held))
        steps.span("over all paths, of disclosed money", *bounds, expect=self.most, name="most")
        return steps.trace()


def paths(graph: DealGraph, start: str, end: str, *, top: int = 10, max_length: int = 4) -> Paths:
    """List the `top` widest paths of at most `max_length` hops; an undisclosed hop counts as wide.

    Raises:
        UnknownName: `start` or `end` is no party.
    """
    for name in (start, end):
        if name not in graph.registry.parties:
            raise UnknownName("party", name, graph.registry.parties)
    hops = [
        hop
        for hop in graph.hops
        if (hop.amount.high > 0 or not hop.amount.known)
        and (hop.payer == start or hop.payer not in graph.outside)
        and (hop.payee == end or hop.payee not in graph.outside)
    ]
    beyond = max((hop.amount.high for hop in hops), default=0) + 1
    arcs = [Arc(hop.payer, hop.payee, hop.amount.high if hop.amount.known else beyond, 0) for hop in hops]
    found = [
        MoneyPath(tuple(hops[i] for i in path), narrowest(hops[i].amount for i in path))
        for path in islice(widest_paths(arcs, start, end, max_length), top + 1)
    ]
    low, high = (_most(hops, start, end, upper=upper) for upper in (False, True))
    carriers = (graph.carriers(low.pairs, "low"), graph.carriers(high.pairs, "high"))
    return Paths(
        convention=graph.convention,
        digest=graph.registry.digest,
        start=start,
        end=end,
        max_length=max_length,
        most=Money(
            low.amount,
            high.amount,
            undisclosed=sum(1 for hop in hops if not hop.amount.known),
            ceilings=int(low.amount < high.amount and any(hop.amount.ceilings for hop in hops)),
            unbounded=any(hop.amount.unbounded for hop in hops),
        ),
        paths=tuple(found[:top]),
        truncated=len(found) > top,
        carriers=carriers,
    )


def _most(hops: list[Hop], start: str, end: str, *, upper: bool) -> Cut:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    legs: dict[tuple[str, str], int] = defaultdict(int)
    for hop in hops:
        sums[hop.payer, hop.payee] += hop.amount.high if upper else hop.amount.low
        legs[hop.payer, hop.payee] += len(hop.legs)
    return Cut(0, (), frozenset({start})) if start == end else cut(sums, start, end, legs)
