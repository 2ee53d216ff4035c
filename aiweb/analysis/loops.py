"""The largest loops, exactly, largest first, without listing the others.

A loop is a closed chain of hops that visits no party twice.
Its amount b(c) is that of its narrowest hop: the most money that can travel once round it alone.

The search is that of `aiweb.search`.

Loops with an undisclosed hop have no amount and no place in that order.
They are listed apart: first those that a known hop limits, by that hop, then those of unknown hops only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import Final

from aiweb.errors import BadOption, UnknownName
from aiweb.graph import Convention, DealGraph, Hop, LegState, Preset
from aiweb.model import Side
from aiweb.search import Arc, widest_loops
from aiweb.values import Money, narrowest

_FUNDING: Final = 1
_SPENDING: Final = 2
_UNKNOWN: Final = 4
_THROUGH: Final = 8
_KNOWN: Final = 16
LONGEST: Final = 12


class Kind(StrEnum):
    """Which loops: those with a funding and a spending hop, or all of them."""

    FUNDING = "funding"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Loop:
    """A closed chain of hops; it starts at the party whose id sorts first."""

    hops: tuple[Hop, ...]
    amount: Money
    narrowest: tuple[Hop, ...]
    weakest: LegState

    @property
    def parties(self) -> tuple[str, ...]:
        """The parties in the order the money goes."""
        return tuple(hop.payer for hop in self.hops)

    @property
    def legs(self) -> tuple[str, ...]:
        """Ids of all legs of all its hops."""
        return tuple(leg for hop in self.hops for leg in hop.legs)

    @property
    def unknown(self) -> tuple[Hop, ...]:
        """Hops whose amount is undisclosed in part or whole."""
        return tuple(hop for hop in self.hops if not hop.amount.known)

    @property
    def text(self) -> str:
        """The loop in one line, such as `nvidia -> openai -> nvidia`."""
        return " -> ".join((*self.parties, self.parties[0]))

    @property
    def amount_text(self) -> str:
        """The amount as a person would say it: `at most …` where a hop is undisclosed."""
        if self.is_priced:
            return self.amount.short()
        limit = self.limit
        return f"at most {Money(limit, limit).short()}" if limit is not None else "amount unknown"

    @property
    def limit(self) -> int | None:
        """The most that can pass, set by the narrowest hop that has an upper limit."""
        limits = [hop.amount.high for hop in self.hops if hop.amount.known and not hop.amount.unbounded]
        return min(limits, default=None)

    @property
    def is_priced(self) -> bool:
        """Whether its amount is known: no undisclosed hop can be the narrowest."""
        return _is_priced(self.hops)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A loop that exists under `headline` but not here, and the legs it would need."""

    text: str
    needs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Loops:
    """The largest loops under a convention, and apart those with an undisclosed hop.

    `truncated` says that there are more loops than `top`, `tie_cut` that the last one listed
    has the same amount as the first one left out.
    """

    convention: Convention
    digest: str
    party: str | None
    kind: Kind
    max_length: int
    top: int
    loops: tuple[Loop, ...]
    truncated: bool
    tie_cut: bool
    unpriced: tuple[Loop, ...]
    unpriced_truncated: bool
    left_out: tuple[LeftOut, ...]
    left_out_truncated: bool


def loops(
    graph: DealGraph,
    *,
    party: str | None = None,
    top: int = 20,
    max_length: int = 6,
    kind: str = Kind.FUNDING,
) -> Loops:
    """List the `top` largest loops of at most `max_length` hops, through `party` if one is given.

    Parties that stand for many are left out: money that comes from bondholders and money that goes
    to bondholders close no loop.

    Raises:
        BadOption: `kind` is no kind of loop, `top` is below 1 or `max_length` below 2.
    """
    if kind not in set(Kind):
        raise BadOption("kind", kind, f"write one of {', '.join(Kind)}")
    if top < 1:
        raise BadOption("top", top, "write a number of loops from 1")
    if not 2 <= max_length <= LONGEST:
        raise BadOption("max-length", max_length, f"write a number of hops from 2 to {LONGEST}")
    if party is not None and party not in graph.registry.parties:
        raise UnknownName("party", party, graph.registry.parties)
    left_out, left_out_truncated = _left_out(graph, party, top, max_length, kind)
    known, truncated, tie_cut = _largest(graph, _required(kind, party), party, top, max_length)
    unpriced, more = _unpriced(graph, _required(kind, party) | _UNKNOWN, party, top, max_length)
    return Loops(
        convention=graph.convention,
        digest=graph.registry.digest,
        party=party,
        kind=Kind(kind),
        max_length=max_length,
        top=top,
        loops=known,
        truncated=truncated,
        tie_cut=tie_cut,
        unpriced=unpriced,
        unpriced_truncated=more,
        left_out=left_out,
        left_out_truncated=left_out_truncated,
    )


def _left_out(
    graph: DealGraph, party: str | None, top: int, max_length: int, kind: str
) -> tuple[tuple[LeftOut, ...], bool]:
    rule = graph.convention
    if rule.preset is Preset.HEADLINE:
        return (), False
    wide = graph.under(replace(rule, preset=Preset.HEADLINE))
    found = loops(wide, party=party, top=top, max_length=max_length, kind=kind)
    return lacking(found, graph), found.truncated or found.unpriced_truncated


def lacking(wide: Loops, graph: DealGraph) -> tuple[LeftOut, ...]:
    """Say which loops of a wider convention `graph` does not have, and which legs it lacks for them.

    A hop is lacking when none of its legs count, or when all that counts is ceilings without a floor.
    """
    reasons = dict.fromkeys(graph.leg, "a ceiling without a floor")
    reasons |= {excluded.state.id: excluded.reason for excluded in graph.excluded}
    flowing = {hop.key for hop in graph.hops if _could_flow(hop)}
    found = []
    for loop in (*wide.loops, *wide.unpriced):
        gone = [hop for hop in loop.hops if hop.key not in flowing]
        if gone:
            needs = tuple((leg, reasons.get(leg, "not counted")) for hop in gone for leg in hop.legs)
            found.append(LeftOut(loop.text, needs))
    return tuple(found)


def _required(kind: str, party: str | None) -> int:
    colours = _FUNDING | _SPENDING if kind == Kind.FUNDING else 0
    return colours | _THROUGH if party is not None else colours


def _largest(
    graph: DealGraph,
    required: int,
    party: str | None,
    top: int,
    max_length: int,
    *,
    only_unknown: bool = False,
) -> tuple[tuple[Loop, ...], bool, bool]:
    """List the largest loops with all `required` colours; whether there are more; whether a tie is cut."""
    priced_only = not required & _UNKNOWN
    hops = [
        hop
        for hop in graph.hops
        if hop.payer not in graph.outside
        and hop.payee not in graph.outside
        and (_floor(hop) > 0 if priced_only else _could_flow(hop))
        and not (only_unknown and hop.amount.known)
    ]
    beyond = max((hop.amount.high for hop in hops), default=0) + 1
    arcs = [_arc(hop, party, _floor(hop) if priced_only else beyond) for hop in hops]
    found = [
        (min(arcs[i].amount for i in indices), _loop(graph, [hops[i] for i in indices]))
        for indices in islice(
            (
                indices
                for indices in widest_loops(arcs, max_length, required)
                if _is_priced([hops[i] for i in indices]) == priced_only
            ),
            top + 1,
        )
    ]
    cut = len(found) > top and found[top][0] == found[top - 1][0]
    kept = sorted(found[:top], key=lambda row: (-row[0], len(row[1].hops), row[1].parties, row[1].legs))
    return tuple(loop for _, loop in kept), len(found) > top, cut


def _unpriced(
    graph: DealGraph, required: int, party: str | None, top: int, max_length: int
) -> tuple[tuple[Loop, ...], bool]:
    """List loops with an undisclosed hop, those with a limit first; whether there are more."""
    limited, more, _ = _largest(graph, required | _KNOWN, party, top, max_length)
    unknown, many, _ = _largest(graph, required, party, top, max_length, only_unknown=True)
    room = top - len(limited)
    return (*limited, *unknown[:room]), more or many or len(unknown) > room


def _could_flow(hop: Hop) -> bool:
    return hop.amount.high > 0 or not hop.amount.known


def _floor(hop: Hop) -> int:
    """Give what a hop carries at its upper bound, or, where part of it is undisclosed, at the least."""
    return hop.amount.high if hop.amount.known else hop.amount.low


def _is_priced(hops: Sequence[Hop]) -> bool:
    """Whether no undisclosed hop can be narrower than the narrowest that is known."""
    limits = [hop.amount.high for hop in hops if hop.amount.known]
    return bool(limits) and all(hop.amount.known or hop.amount.low >= min(limits) for hop in hops)


def _arc(hop: Hop, party: str | None, unknown: int) -> Arc:
    """Make an arc of a hop; `unknown` is its width where part of it is undisclosed."""
    colours = _FUNDING if hop.side is Side.FUNDING else _SPENDING
    colours |= _KNOWN if hop.amount.known else _UNKNOWN
    if hop.payer == party:
        colours |= _THROUGH
    return Arc(hop.payer, hop.payee, hop.amount.high if hop.amount.known else unknown, colours)


def _loop(graph: DealGraph, hops: Sequence[Hop]) -> Loop:
    first = min(range(len(hops)), key=lambda i: hops[i].payer)
    turned = (*hops[first:], *hops[:first])
    amount = narrowest(hop.amount for hop in turned)
    known = [hop for hop in turned if hop.amount.known]
    least = min((hop.amount.high for hop in known), default=None)
    legs = [graph.leg[leg] for hop in turned for leg in hop.legs]
    weakest = min(legs, key=lambda leg: (leg.status.level or 9, leg.id))
    return Loop(
        hops=turned,
        amount=amount,
        narrowest=tuple(hop for hop in known if hop.amount.high == least),
        weakest=weakest,
    )
