"""Deals that do not exist and would close the largest loop or send most round, and the reverse.

A candidate is an ordered pair of parties, payer u and payee v, without a counted deal from u to v.

1. Largest new loop. The widest path of hops from v back to u that does not take the hop from v to u itself,
   so that the loop has at least three parties; its amount is that of the narrowest hop of the path,
   for the new deal may be of any size. Without that rule the answer is always to turn the largest deal round.
2. The most that the new deal can send round: the maximum flow from v to u (L. R. Ford, D. R. Fulkerson,
   Canadian J. Math. 8 (1956) 399). For a deal of size A the gain in circular dollars is at most
   min(A, that flow) times the number of hops of the longest loop.
3. The gain in circular dollars for a stated size, C(with) - C(without), by `aiweb.flows.marginal`,
   for the pairs whose bound is still in reach; those listed are solved anew with their certificate.

Widest paths: labels by hops used and sides seen (Bellman-Ford on bottlenecks) bound every pair from above;
if the walk behind a label visits nobody twice it is the answer, else `aiweb.search` finds it.

Roles say which pair could plausibly sign what: `FUNDS` and `SELLS`.

A holding of more than half moves no money, but what the company receives is its holder's group's money.
Loops that come home over such a holding are listed apart: they are closed by value, not by cash.

The opposite: for each deal, and each party, C less the C of the web without it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from heapq import heapify, heappop, heappush, heappushpop, nlargest
from itertools import islice
from types import MappingProxyType
from typing import Final, TypeAlias

from aiweb.errors import BadOption, NoConvergence, UnknownName
from aiweb.flows.circulation import maximum
from aiweb.flows.cut import most as flow_between
from aiweb.flows.marginal import Marginal
from aiweb.graph import Convention, DealGraph, Hop, LegState, narrowest_hops
from aiweb.model import Figure, Instrument, Metric, PartyKind, Side
from aiweb.search import Arc, widest_loops
from aiweb.trace import Steps, Trace, dollars
from aiweb.values import Money, narrowest

Pair: TypeAlias = tuple[str, str]
LONGEST: Final = 12
_FUNDING: Final = 1
_SPENDING: Final = 2
_HELD: Final = 4
_THROUGH: Final = 8
_KNOWN: Final = 16
_NEW: Final = 32
_LOOPS: Final = 20
_NOTHING: Final[Mapping[Pair, tuple[int, int]]] = MappingProxyType({})


def _roles(table: Mapping[PartyKind, str]) -> Mapping[PartyKind, frozenset[PartyKind]]:
    return MappingProxyType(
        {kind: frozenset(PartyKind(word) for word in words.split()) for kind, words in table.items()}
    )


_ALL: Final = (
    "lab chipmaker memory foundry manufacturer cloud neocloud developer vehicle customer capital state"
)
# Whom each kind lends to or invests in: capital whom it likes, suppliers their customers, and whoever needs
# a site the vehicle that builds it.
FUNDS: Final = _roles(
    {
        PartyKind.CAPITAL: _ALL.replace(" state", ""),
        PartyKind.STATE: "lab chipmaker memory foundry manufacturer cloud neocloud developer vehicle",
        PartyKind.VEHICLE: "lab developer vehicle",
        PartyKind.CHIPMAKER: "lab chipmaker memory manufacturer neocloud developer vehicle",
        PartyKind.MEMORY: "lab neocloud",
        PartyKind.FOUNDRY: "lab neocloud",
        PartyKind.MANUFACTURER: "lab neocloud",
        PartyKind.CLOUD: "lab neocloud developer vehicle",
        PartyKind.NEOCLOUD: "lab developer vehicle",
        PartyKind.LAB: "chipmaker developer vehicle",
        PartyKind.DEVELOPER: "developer vehicle",
        PartyKind.CUSTOMER: "lab neocloud developer vehicle",
    }
)
# To whom each kind sells: models, chips, memory, wafers, equipment, computing, sites and power.
SELLS: Final = _roles(
    {
        PartyKind.LAB: _ALL.replace("lab ", "").replace(" vehicle", ""),
        PartyKind.CHIPMAKER: "lab chipmaker manufacturer cloud neocloud developer vehicle customer state",
        PartyKind.MEMORY: "lab chipmaker manufacturer cloud neocloud customer",
        PartyKind.FOUNDRY: "lab chipmaker cloud customer",
        PartyKind.MANUFACTURER: _ALL.replace(" capital state", ""),
        PartyKind.CLOUD: "lab chipmaker manufacturer cloud neocloud developer vehicle customer state",
        PartyKind.NEOCLOUD: "lab chipmaker manufacturer cloud neocloud developer customer state",
        PartyKind.DEVELOPER: "lab chipmaker cloud neocloud developer customer",
        PartyKind.VEHICLE: "lab chipmaker cloud neocloud customer",
    }
)


@dataclass(frozen=True, slots=True)
class Existing:
    """A leg between the two that is known on the day and does not count, and why."""

    leg: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Holding:
    """More than half of a company, and where that is said: in a leg or in a figure."""

    holder: str
    company: str
    percent: Decimal
    leg: str | None
    figure: Figure | None


@dataclass(frozen=True, slots=True)
class NewLoop:
    """A deal from `payer` to `payee` that does not exist, and the largest loop that it would close.

    `hops` lead from the payee back to the payer; `held` are the holdings on that way.
    `sides` says as what the new deal would fit: by the roles of both, and so that the loop
    has a funding and a spending hop.
    The new deal's own size is left open.
    """

    payer: str
    payee: str
    sides: tuple[Side, ...]
    hops: tuple[Hop | Holding, ...]
    amount: Money
    existing: tuple[Existing, ...]

    @property
    def parties(self) -> tuple[str, ...]:
        """The parties in the order the money goes, from the payer of the new deal."""
        return (self.payer, *(_ends(hop)[0] for hop in self.hops))

    @property
    def text(self) -> str:
        """The loop in one line: the new deal in brackets, a holding as a double arrow."""
        way = "".join(f"{' => ' if isinstance(hop, Holding) else ' -> '}{_ends(hop)[1]}" for hop in self.hops)
        return f"[{self.payer} -> {self.payee}]{way}"

    @property
    def paying(self) -> tuple[Hop, ...]:
        """The hops that move money."""
        return tuple(hop for hop in self.hops if isinstance(hop, Hop))

    @property
    def legs(self) -> tuple[str, ...]:
        """Ids of all legs on the way back."""
        return tuple(leg for hop in self.paying for leg in hop.legs) + tuple(
            hop.leg for hop in self.hops if isinstance(hop, Holding) and hop.leg
        )

    @property
    def narrowest(self) -> tuple[Hop, ...]:
        """The hops that limit it: of those disclosed, the ones with the least upper bound."""
        return narrowest_hops(self.paying)

    @property
    def unknown(self) -> tuple[Hop, ...]:
        """Hops whose amount is undisclosed in part or whole."""
        return tuple(hop for hop in self.paying if not hop.amount.known)

    @property
    def amount_text(self) -> str:
        """The amount as a person would say it: `at most …` where a hop without a floor is undisclosed."""
        if all(_floor(hop) > 0 for hop in self.paying):
            return self.amount.short()
        limits = [hop.amount.high for hop in self.paying if hop.amount.known and not hop.amount.unbounded]
        return f"at most {dollars(min(limits)).short()}" if limits else "amount unknown"


@dataclass(frozen=True, slots=True)
class Circuit:
    """A maximum circulation with its proof, at one bound of every amount: `low` or `high`.

    `flows` is what each party is to pay each other, with `legs` behind it, `carried` what of it goes round.
    `levels` is the certificate: Σ w · max(0, 1 - (h_v - h_u)) comes to the same dollars.
    """

    at: str
    amount: int
    flows: Mapping[Pair, int]
    carried: Mapping[Pair, int]
    levels: Mapping[str, int]
    legs: Mapping[Pair, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Gain:
    """What a deal that does not exist would add to the circular dollars, at both bounds of all others.

    `most` is the maximum flow from the payee back to the payer: more of it cannot circulate.
    `straight` is what the payee is to pay the payer already, so that this much comes straight back.
    `size` is that of the new deal: as asked for, else `most` at each bound.
    """

    payer: str
    payee: str
    sides: tuple[Side, ...]
    most: Money
    straight: Money
    size: int | None
    low: int
    high: int
    existing: tuple[Existing, ...]
    circuits: tuple[Circuit, Circuit]


@dataclass(frozen=True, slots=True)
class Loss:
    """What the circular dollars lose without a deal or a party, at both bounds of every amount.

    `broken` counts those of the largest loops that lose a hop, `narrowed` those that keep all and carry less.
    `largest` is the largest loop broken.
    """

    name: str
    is_party: bool
    low: int
    high: int
    legs: tuple[str, ...]
    broken: int
    narrowed: int
    largest: str
    circuits: tuple[Circuit, Circuit]


@dataclass(frozen=True, slots=True)
class Touching:
    """A leg of the party asked for, whether it counts, and why not."""

    direction: str
    other: str
    leg: str
    reason: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Deals that do not exist and would close a loop or raise circulation, and those whose loss lowers it.

    `loops` are by amount, `by_value` those that come home over a holding, `unpriced` those of pairs
    that only undisclosed hops join.
    `gains` are by circular dollars; `gains_around` the same without those whose payee pays straight back.
    `before` is the circulation as it is, at the lower and at the upper bounds.
    `pairs` counts the candidates that were looked at.
    """

    convention: Convention
    digest: str
    party: str | None
    through: bool
    any_role: bool
    top: int
    max_length: int
    size: int | None
    pairs: int
    loops: tuple[NewLoop, ...]
    loops_truncated: bool
    by_value: tuple[NewLoop, ...]
    by_value_truncated: bool
    unpriced: tuple[NewLoop, ...]
    unpriced_truncated: bool
    gains: tuple[Gain, ...]
    gains_truncated: bool
    around: tuple[Gain, ...]
    deals: tuple[Loss, ...]
    parties: tuple[Loss, ...]
    compared: int
    before: tuple[Circuit, Circuit]
    why: tuple[str, ...]
    touching: tuple[Touching, ...]

    def explain(self, rank: int = 1, kind: str = "loops") -> Trace:
        """Give the arithmetic of one row, counted from 1.

        `kind` is `loops`, `by_value`, `unpriced`, `gains`, `around`, `deals` or `parties`.

        Raises:
            BadOption: there is no such table or row.
        """
        rows: dict[str, Sequence[NewLoop | Gain | Loss]] = {
            "loops": self.loops,
            "by_value": self.by_value,
            "unpriced": self.unpriced,
            "gains": self.gains,
            "around": self.around,
            "deals": self.deals,
            "parties": self.parties,
        }
        if kind not in rows:
            raise BadOption("table", kind, f"write one of {', '.join(rows)}")
        if not 1 <= rank <= len(rows[kind]):
            held = f"write a number from 1 to {len(rows[kind])}" if rows[kind] else "there is none"
            raise BadOption("number", rank, held)
        row = rows[kind][rank - 1]
        if isinstance(row, NewLoop):
            return _explained_loop(self, row)
        return _explained_change(self, row)


def missing(
    graph: DealGraph,
    *,
    party: str | None = None,
    through: bool = False,
    top: int = 10,
    max_length: int = 6,
    size: int | None = None,
    any_role: bool = False,
) -> Missing:
    """Find the deals that do not exist and would matter most, and the existing ones that do.

    `party` is in the new deal, or with `through` anywhere on the way; of existing deals, in the deal.
    `size` is that of the new deal in whole dollars, as large as can circulate by default.
    `any_role` lets any party sign anything.

    Raises:
        UnknownName: there is no such party.
        BadOption: an option is out of range, or `through` is asked for without a party.
    """
    if party is not None and party not in graph.registry.parties:
        raise UnknownName("party", party, graph.registry.parties)
    if through and party is None:
        raise BadOption("through", through, "name the party that the loop is to pass")
    if top < 1:
        raise BadOption("top", top, "write a number of rows from 1")
    if not 3 <= max_length <= LONGEST:
        raise BadOption("max-length", max_length, f"write a number of hops from 3 to {LONGEST}")
    if size is not None and size < 1:
        raise BadOption("size", size, "write an amount above $0")
    asked = _Asked(graph, party, through=through, any_role=any_role)
    holdings = _holdings(graph)
    hops = [hop for hop in graph.hops if not graph.outside & {hop.payer, hop.payee}]
    priced = _Ways(asked, [hop for hop in hops if _floor(hop) > 0], (), max_length)
    loops, more_loops = _largest(priced, top, lambda *_: True)
    by_value, more_value = _by_value(asked, hops, holdings, max_length, top)
    unpriced, more_unpriced = _unpriced(asked, priced, hops, max_length, top)
    before = _circuits(graph)
    gains = _Gains(asked, before, size)
    losses = _Losses(graph, before, max_length, party)
    raising, more_raising = gains.largest(top, around=False)
    return Missing(
        convention=graph.convention,
        digest=graph.registry.digest,
        party=party,
        through=through,
        any_role=any_role,
        top=top,
        max_length=max_length,
        size=size,
        pairs=sum(1 for _ in asked.pairs()),
        loops=loops,
        loops_truncated=more_loops,
        by_value=by_value,
        by_value_truncated=more_value,
        unpriced=unpriced,
        unpriced_truncated=more_unpriced,
        gains=raising,
        gains_truncated=more_raising,
        around=gains.largest(top, around=True)[0],
        deals=losses.deals(top),
        parties=losses.parties(top),
        compared=len(losses.loops),
        before=before,
        why=_why(graph, party, holdings) if party else (),
        touching=_touching(graph, party) if party else (),
    )


def fits(payer: PartyKind, payee: PartyKind) -> tuple[Side, ...]:
    """Say what a party of one kind could plausibly pay one of another for: funding, spending, or neither.

    >>> [str(side) for side in fits(PartyKind.CHIPMAKER, PartyKind.LAB)]
    ['funding', 'spending']
    >>> fits(PartyKind.CUSTOMER, PartyKind.CAPITAL)
    ()
    """
    funding = (Side.FUNDING,) if payee in FUNDS.get(payer, ()) else ()
    spending = (Side.SPENDING,) if payer in SELLS.get(payee, ()) else ()
    return (*funding, *spending)


class _Asked:
    """Which pairs are candidates, and as what they would fit."""

    def __init__(self, graph: DealGraph, party: str | None, *, through: bool, any_role: bool) -> None:
        self.graph = graph
        self.party = party
        self.through = through
        self._any = any_role
        self._fits: dict[tuple[PartyKind, PartyKind], tuple[Side, ...]] = {}
        self._paid = {(hop.payer, hop.payee) for hop in graph.hops}
        self._known = sorted(
            {
                name
                for deal in graph.deals.values()
                for leg in deal.legs
                for name in (leg.payer, leg.payee)
                if name not in graph.outside
            }
        )

    def sides(self, payer: str, payee: str) -> tuple[Side, ...]:
        """As what a new deal between two parties would fit; nothing if it is no candidate."""
        if payer == payee or (payer, payee) in self._paid:
            return ()
        if not self.through and self.party not in {None, payer, payee}:
            return ()
        if self._any:
            return (Side.FUNDING, Side.SPENDING)
        kinds = (self.graph.party(payer).kind, self.graph.party(payee).kind)
        if kinds not in self._fits:
            self._fits[kinds] = fits(*kinds)
        return self._fits[kinds]

    def pairs(self) -> Iterator[Pair]:
        """Give every candidate, sorted."""
        yield from self._pairs

    @cached_property
    def _pairs(self) -> tuple[Pair, ...]:
        kinds: dict[PartyKind, list[str]] = defaultdict(list)
        for name in self._known:
            kinds[self.graph.party(name).kind].append(name)
        found = []
        for payer in self._known:
            kind = self.graph.party(payer).kind
            payees = [
                payee for other, names in kinds.items() if self._any or fits(kind, other) for payee in names
            ]
            found += [(payer, payee) for payee in sorted(payees) if self.sides(payer, payee)]
        return tuple(found)

    def existing(self, payer: str, payee: str) -> tuple[Existing, ...]:
        """Name the legs from one to the other that are known and do not count."""
        return tuple(
            Existing(row.state.id, str(row.state.status), row.reason)
            for row in self.graph.excluded
            if (row.state.payer, row.state.payee) == (payer, payee)
        )


def _ends(hop: Hop | Holding) -> Pair:
    """Say from whom to whom a hop leads; over a holding, from the company to its holder."""
    return (hop.payer, hop.payee) if isinstance(hop, Hop) else (hop.company, hop.holder)


def _floor(hop: Hop) -> int:
    """Give what a hop carries at its upper bound, or, where part of it is undisclosed, at the least."""
    return hop.amount.high if hop.amount.known else hop.amount.low


def _holdings(graph: DealGraph) -> tuple[Holding, ...]:
    """Give holdings of more than half that are known on the day, the last word on each."""
    found: dict[Pair, Holding] = {}
    for deal in graph.deals.values():
        for leg in deal.legs:
            if leg.instrument is Instrument.STAKE and not leg.status.is_end and leg.percent is not None:
                found[leg.payer, leg.payee] = Holding(leg.payer, leg.payee, leg.percent, leg.id, None)
    known = graph.registry.figure_known
    for holder in sorted(graph.registry.figures):
        rows = [
            row
            for row in graph.registry.figures[holder]
            if row.metric is Metric.OWNERSHIP
            and row.counterparty is not None
            and row.percent is not None
            and known(row) <= graph.convention.as_of
        ]
        for row in sorted(rows, key=lambda row: (row.period.last, known(row))):
            company, percent = row.counterparty or "", row.percent or Decimal(0)
            pair = (holder, company)
            if pair not in found or found[pair].leg is None:
                found[pair] = Holding(holder, company, percent, None, row)
    return tuple(
        found[pair] for pair in sorted(found) if found[pair].percent > 50 and not graph.outside & {*pair}
    )


class _Labels:
    """The widest walks from one party to all others, by hops used and colours seen."""

    def __init__(self, arcs: Sequence[Arc], leaving: Mapping[str, list[int]], start: str, hops: int) -> None:
        self._arcs = arcs
        self._leaving = leaving
        self._start = start
        beyond = max((arc.amount for arc in arcs), default=0) + 1
        self._layers: list[dict[str, dict[int, tuple[int, int, int]]]] = [{start: {0: (beyond, -1, 0)}}]
        for _ in range(hops):
            self._layers.append(self._grown())

    def _grown(self) -> dict[str, dict[int, tuple[int, int, int]]]:
        """Add a hop to every walk; of those that end alike with the same colours the widest is kept."""
        grown: dict[str, dict[int, tuple[int, int, int]]] = {}
        for node, labels in self._layers[-1].items():
            for index in self._leaving.get(node, ()):
                arc = self._arcs[index]
                if arc.head == self._start:
                    continue
                found = grown.setdefault(arc.head, {})
                for seen, (width, _, _) in labels.items():
                    reached, colours = min(width, arc.amount), seen | arc.colours
                    if colours not in found or reached > found[colours][0]:
                        found[colours] = (reached, index, seen)
        return grown

    def best(self, end: str, wanted: Sequence[int]) -> tuple[int, tuple[int, ...]] | None:
        """Give the widest walk to `end` of two hops or more with one of the `wanted` colours, and its width.

        Of equal widths the one with fewest hops.
        """
        chosen: tuple[int, int, int] | None = None
        for hops, layer in enumerate(self._layers[2:], 2):
            for seen, (width, _, _) in sorted(layer.get(end, {}).items()):
                fits_one = any(seen & colours == colours for colours in wanted)
                if fits_one and (chosen is None or width > chosen[0]):
                    chosen = (width, hops, seen)
        if chosen is None:
            return None
        width, hops, seen = chosen
        way = []
        for layer in reversed(self._layers[1 : hops + 1]):
            _, index, before = layer[end][seen]
            way.append(index)
            end, seen = self._arcs[index].tail, before
        return width, tuple(way[::-1])


class _Ways:
    """The widest way back for each candidate, over a set of hops; with holdings, over one of them too.

    `must` are further colours that a way has to have.
    An undisclosed hop carries what of it is disclosed, or with `wide` more than any other.
    """

    def __init__(
        self,
        asked: _Asked,
        hops: Sequence[Hop],
        holdings: Sequence[Holding],
        max_length: int,
        *,
        must: int = 0,
        wide: bool = False,
    ) -> None:
        self.asked = asked
        self.steps: tuple[Hop | Holding, ...] = (*hops, *holdings)
        self._must = must | (_HELD if holdings else 0)
        self._max_length = max_length
        beyond = max((hop.amount.high for hop in hops), default=0) + 1
        self._arcs = [_arc(step, asked, beyond, wide=wide) for step in self.steps]
        order = sorted(
            range(len(self._arcs)),
            key=lambda i: (-self._arcs[i].amount, self._arcs[i].head, self._arcs[i].colours),
        )
        leaving: dict[str, list[int]] = defaultdict(list)
        for index in order:
            leaving[self._arcs[index].tail].append(index)
        self._bounds: dict[Pair, tuple[int, tuple[int, ...]]] = {}
        payers = sorted({arc.head for arc in self._arcs})
        for payee in sorted(leaving):
            labels = _Labels(self._arcs, leaving, payee, max_length - 1)
            for payer in payers:
                wanted = self._wanted(payer, payee)
                bound = labels.best(payer, wanted) if wanted else None
                if bound is not None:
                    self._bounds[payer, payee] = bound

    def bounds(self) -> Iterator[tuple[int, int, str, str]]:
        """Give every candidate with a walk back, as what sorts: no way is wider, or as wide and shorter."""
        for (payer, payee), (width, way) in self._bounds.items():
            yield -width, len(way), payer, payee

    def way(self, payer: str, payee: str) -> tuple[int, int, tuple[int, ...]] | None:
        """Give the widest way back, the shortest of that width: as what sorts, and the steps."""
        if (payer, payee) not in self._bounds:
            return None
        width, walk = self._bounds[payer, payee]
        if not self._is_path(walk, payee):
            walk = self._searched(payer, payee)
            if not walk:
                return None
            width = min(self._arcs[index].amount for index in walk)
        return -width, len(walk), walk

    def _wanted(self, payer: str, payee: str) -> tuple[int, ...]:
        """Say which colours the way back must have, for each side that the new deal could be on."""
        must = self._must
        if self.asked.through and self.asked.party not in {payer, payee}:
            must |= _THROUGH
        sides = self.asked.sides(payer, payee)
        return tuple(must | (_SPENDING if side is Side.FUNDING else _FUNDING) for side in sides)

    def _is_path(self, walk: Sequence[int], start: str) -> bool:
        visited = [start, *(self._arcs[index].head for index in walk)]
        return len(set(visited)) == len(visited)

    def _searched(self, payer: str, payee: str) -> tuple[int, ...]:
        """Find the way where the widest walk is none; nothing if there is no way at all.

        The new deal stands for an arc wider than all others.
        """
        beyond = max(arc.amount for arc in self._arcs) + 1
        kept = [i for i, arc in enumerate(self._arcs) if (arc.tail, arc.head) != (payee, payer)]
        found: list[tuple[int, int, tuple[int, ...]]] = []
        for colours in self._wanted(payer, payee):
            length, floor = self._max_length, 0
            while length >= 3:
                chosen = [index for index in kept if self._arcs[index].amount >= floor]
                arcs = [*(self._arcs[index] for index in chosen), Arc(payer, payee, beyond, _NEW)]
                loop = next(widest_loops(arcs, length, colours | _NEW), None)
                if loop is None:
                    break
                at = loop.index(len(chosen))
                way = tuple(chosen[i] for i in (*loop[at + 1 :], *loop[:at]))
                floor = min(self._arcs[index].amount for index in way)
                found.append((-floor, len(way), way))
                # Once more for the same width in fewer hops: a loop is one hop longer than its way.
                length = len(way)
        return min(found)[2] if found else ()


def _arc(step: Hop | Holding, asked: _Asked, beyond: int, *, wide: bool) -> Arc:
    """Make an arc of a hop, or of a holding: as wide as anything, from the company to its holder."""
    tail, head = _ends(step)
    through = _THROUGH if asked.through and asked.party in {tail, head} else 0
    if isinstance(step, Holding):
        return Arc(tail, head, beyond, _HELD | through)
    colours = (_FUNDING if step.side is Side.FUNDING else _SPENDING) | through
    if step.amount.known:
        return Arc(tail, head, step.amount.high, colours | _KNOWN)
    return Arc(tail, head, beyond if wide else step.amount.low, colours)


def _largest(ways: _Ways, top: int, allowed: Callable[[str, str], bool]) -> tuple[tuple[NewLoop, ...], bool]:
    """List the candidates that close the largest loops; whether there are more.

    Equal amounts: fewer hops first, then by name.
    """
    queue: list[tuple[int, int, str, str, tuple[int, ...]]] = [(*row, ()) for row in ways.bounds()]
    heapify(queue)
    listed: list[NewLoop] = []
    while queue and len(listed) <= top:
        _, _, payer, payee, way = heappop(queue)
        if way:
            listed.append(_new_loop(ways.asked, payer, payee, [ways.steps[i] for i in way]))
            continue
        exact = ways.way(payer, payee) if allowed(payer, payee) else None
        if exact is not None:
            width, length, way = exact
            heappush(queue, (width, length, payer, payee, way))
    return tuple(listed[:top]), len(listed) > top


def _by_value(
    asked: _Asked, hops: Sequence[Hop], holdings: Sequence[Holding], max_length: int, top: int
) -> tuple[tuple[NewLoop, ...], bool]:
    """List loops that come home over a holding, by their narrowest hop."""
    if not holdings:
        return (), False
    priced = [hop for hop in hops if _floor(hop) > 0]
    return _largest(_Ways(asked, priced, holdings, max_length), top, lambda *_: True)


def _unpriced(
    asked: _Asked, priced: _Ways, hops: Sequence[Hop], max_length: int, top: int
) -> tuple[tuple[NewLoop, ...], bool]:
    """List loops of pairs that only undisclosed hops join: first those that a known hop limits."""
    flowing = [hop for hop in hops if hop.amount.high > 0 or not hop.amount.known]
    if all(hop.amount.known for hop in hops):
        return (), False
    limited = _Ways(asked, flowing, (), max_length, must=_KNOWN, wide=True)
    unknown = _Ways(asked, [hop for hop in hops if not hop.amount.known], (), max_length, wide=True)
    first, more = _largest(limited, top, lambda *pair: priced.way(*pair) is None)
    if more:
        return first, True
    rest, many = _largest(
        unknown,
        top,
        lambda *pair: priced.way(*pair) is None and limited.way(*pair) is None,
    )
    both = (*first, *rest)
    return both[:top], many or len(both) > top


def _new_loop(asked: _Asked, payer: str, payee: str, steps: Sequence[Hop | Holding]) -> NewLoop:
    paying = [step for step in steps if isinstance(step, Hop)]
    on_the_way = {hop.side for hop in paying}
    return NewLoop(
        payer=payer,
        payee=payee,
        sides=tuple(
            side for side in asked.sides(payer, payee) if on_the_way | {side} >= {Side.FUNDING, Side.SPENDING}
        ),
        hops=tuple(steps),
        amount=narrowest(hop.amount for hop in paying),
        existing=asked.existing(payer, payee),
    )


def _circuits(graph: DealGraph, added: Mapping[Pair, tuple[int, int]] = _NOTHING) -> tuple[Circuit, Circuit]:
    """Solve for the maximum circulation at the lower and at the upper bounds.

    `added` are further amounts, at the lower and at the upper bounds.
    """
    legs: dict[Pair, tuple[str, ...]] = defaultdict(tuple)
    for hop in graph.hops:
        legs[hop.payer, hop.payee] += hop.legs

    def circuit(at: str) -> Circuit:
        flows = dict(graph.flows(at).inside)
        for pair, sizes in added.items():
            flows[pair] = flows.get(pair, 0) + sizes[at == "high"]
        amount, carried, levels = maximum(flows)
        return Circuit(at, amount, flows, carried, levels, legs)

    return circuit("low"), circuit("high")


class _Gains:
    """The candidates by what they add to the circular dollars at the upper bounds."""

    def __init__(self, asked: _Asked, before: tuple[Circuit, Circuit], size: int | None) -> None:
        self._asked = asked
        self._before = before
        self._size = size
        high = before[1]
        self._added = Marginal(high.flows, high.carried, high.levels)
        self._exact: dict[Pair, int] = {}
        if asked.through and asked.party:
            self._after_party = _reached(asked.party, high.flows)
            self._before_party = _reached(asked.party, [(v, u) for u, v in high.flows])
        self._bounds = {
            pair: self._added.at_most(*pair, size) for pair in asked.pairs() if self._passes(pair)
        }

    def largest(self, top: int, *, around: bool) -> tuple[tuple[Gain, ...], bool]:
        """List the largest; `around` leaves out those whose payee pays the payer already."""
        flows = self._before[1].flows
        queue = [
            (-bound, payer, payee, False)
            for (payer, payee), bound in self._bounds.items()
            if bound and not (around and flows.get((payee, payer)))
        ]
        heapify(queue)
        listed: list[Gain] = []
        best: list[int] = []
        while queue and len(listed) <= top:
            bound, payer, payee, is_exact = heappop(queue)
            if is_exact:
                listed.append(self._row(payer, payee, -bound))
                continue
            least = best[0] if len(best) > top else 1
            gain = self._gain(payer, payee, least)
            if gain >= least:
                heappush(queue, (-gain, payer, payee, True))
                (heappush if len(best) <= top else heappushpop)(best, gain)
        return tuple(listed[:top]), len(listed) > top

    def _gain(self, payer: str, payee: str, least: int) -> int:
        """Give what a deal would add, or something below `least` if that is less."""
        if (payer, payee) in self._exact:
            return self._exact[payer, payee]
        gain, _ = self._added.gain(payer, payee, self._size, least)
        if gain >= least:
            self._exact[payer, payee] = gain
        return gain

    def _row(self, payer: str, payee: str, gain: int) -> Gain:
        """Solve the web with the new deal anew, at both bounds, and hold it against the gain found."""
        asked, pair, back = self._asked, (payer, payee), (payee, payer)
        most = [flow_between(circuit.flows, payee, payer) for circuit in self._before]
        sizes = (most[0], most[1]) if self._size is None else (self._size, self._size)
        after = _circuits(asked.graph, {pair: sizes})
        low, high = (new.amount - old.amount for new, old in zip(after, self._before, strict=True))
        if high != gain:
            raise NoConvergence("the gain in circulation", float(high - gain))
        straight = sorted(circuit.flows.get(back, 0) for circuit in self._before)
        return Gain(
            payer=payer,
            payee=payee,
            sides=asked.sides(payer, payee),
            most=Money(most[0], most[1]),
            straight=Money(straight[0], straight[1]),
            size=self._size,
            low=low,
            high=high,
            existing=asked.existing(payer, payee),
            circuits=after,
        )

    def _passes(self, pair: Pair) -> bool:
        """Whether the party asked for is at an end of the new deal, or on a way back."""
        if not self._asked.through or self._asked.party in pair:
            return True
        payer, payee = pair
        return payee in self._before_party and payer in self._after_party


def _reached(start: str, steps: Iterable[Pair]) -> frozenset[str]:
    """Name what can be reached from `start`, itself among it, over steps from one name to another."""
    onward: dict[str, list[str]] = defaultdict(list)
    for tail, head in steps:
        onward[tail].append(head)
    seen, todo = {start}, [start]
    while todo:
        for head in onward[todo.pop()]:
            if head not in seen:
                seen.add(head)
                todo.append(head)
    return frozenset(seen)


class _Losses:
    """What goes with a deal or a party: circulation, and loops among the largest."""

    def __init__(
        self, graph: DealGraph, before: tuple[Circuit, Circuit], max_length: int, party: str | None
    ) -> None:
        self._graph = graph
        self._before = before
        self._party = party
        hops = [hop for hop in graph.hops if not graph.outside & {hop.payer, hop.payee} and _floor(hop) > 0]
        arcs = [
            Arc(hop.payer, hop.payee, _floor(hop), _FUNDING if hop.side is Side.FUNDING else _SPENDING)
            for hop in hops
        ]
        found = islice(widest_loops(arcs, max_length, _FUNDING | _SPENDING), _LOOPS)
        self.loops = [tuple(hops[i] for i in loop) for loop in found]
        self._overlapped = {name for leg in graph.legs for name in leg.overlaps}

    def deals(self, top: int) -> tuple[Loss, ...]:
        """List the deals whose loss costs most, those of no consequence left out."""
        graph = self._graph
        changes = [Marginal(row.flows, row.carried, row.levels) for row in self._before]
        on_loops = {graph.leg[leg].deal for loop in self.loops for hop in loop for leg in hop.legs}
        told: list[tuple[int, int, str, Loss | None]] = []
        queue: list[tuple[int, str]] = []
        sums = {}
        for name, legs in sorted(self._by_deal().items()):
            sums[name] = [defaultdict[Pair, int](int), defaultdict[Pair, int](int)]
            for leg in legs:
                sums[name][0][leg.payer, leg.payee] += leg.amount.low
                sums[name][1][leg.payer, leg.payee] += leg.amount.high
            if any(leg.overlaps or leg.id in self._overlapped for leg in legs):
                # Where amounts overlap, another floor rises: only the web itself can tell.
                row = self._loss(name, is_party=False)
                told.append((-row.high, -row.low, name, row))
            else:
                queue.append((-changes[1].loses_at_most(sums[name][1]), name))
        best = nlargest(top, (-high for high, *_ in told))[::-1]
        for bound, name in sorted(queue):
            # No loss is larger than its bound, and `top` are as large as what is left can be.
            if len(best) == top and best[0] > max(0, -bound):
                break
            high = changes[1].loss(sums[name][1])
            if len(best) == top and high < best[0]:
                continue
            low = changes[0].loss(sums[name][0])
            (heappush if len(best) < top else heappushpop)(best, high)
            if low or high or name in on_loops:
                told.append((-high, -low, name, None))
        told.sort(key=lambda row: row[:3])
        costly = [row for row in told if row[0] or row[1]]
        # Of deals that cost nothing those first that break most loops, so all of them are looked at.
        chosen = costly[:top] if len(costly) >= top else told
        rows = [known or self._proved(name, -low, -high) for high, low, name, known in chosen]
        return self._sorted(rows, top)

    def parties(self, top: int) -> tuple[Loss, ...]:
        """List the parties whose loss costs most."""
        core = _core(self._before[1].flows)
        involved = {name for pair in core for name in pair}
        if self._party is not None:
            involved &= {self._party}
        changes = Marginal(self._before[1].flows, self._before[1].carried, self._before[1].levels)
        flows = self._before[1].flows
        touching: dict[str, dict[Pair, int]] = {name: {} for name in involved}
        for pair, amount in flows.items():
            for name in involved.intersection(pair):
                touching[name][pair] = amount
        # What a party loses goes out by it, so what it receives need not be bounded too.
        bounds = {
            name: changes.loses_at_most({pair: amount for pair, amount in less.items() if pair[0] == name})
            for name, less in touching.items()
        }
        losses: dict[str, int] = {}
        for name in sorted(involved, key=lambda name: (-bounds[name], name)):
            least = sorted(losses.values(), reverse=True)[:top]
            if len(least) == top and least[-1] > bounds[name]:
                break
            losses[name] = changes.loss(touching[name])
        least = sorted(losses.values(), reverse=True)[:top][-1:]
        chosen = sorted(name for name in losses if losses[name] >= least[0])
        return self._sorted((self._loss(name, is_party=True) for name in chosen), top)

    def _by_deal(self) -> dict[str, list[LegState]]:
        found: dict[str, list[LegState]] = defaultdict(list)
        for leg in self._graph.legs:
            found[leg.deal].append(leg)
        asked = self._party
        return {
            name: legs
            for name, legs in found.items()
            if asked is None or any(asked in {leg.payer, leg.payee} for leg in legs)
        }

    def _proved(self, name: str, low: int, high: int) -> Loss:
        """Solve the web without a deal anew, and hold it against the loss found."""
        row = self._loss(name, is_party=False)
        if (row.low, row.high) != (low, high):
            raise NoConvergence("the loss of circulation", float(row.high - high))
        return row

    def _sorted(self, rows: Iterable[Loss], top: int) -> tuple[Loss, ...]:
        told = [row for row in rows if row.low or row.high or row.broken or row.narrowed]
        return tuple(sorted(told, key=lambda row: (-row.high, -row.low, -row.broken, row.name))[:top])

    def _loss(self, name: str, *, is_party: bool) -> Loss:
        graph = self._graph
        rule = replace(graph.convention, without=tuple(sorted({*graph.convention.without, name})))
        less = graph.under(rule)
        left = {hop.key: _floor(hop) for hop in less.hops}
        carried = [min(left.get(hop.key, 0) for hop in loop) for loop in self.loops]
        broken = [loop for loop, amount in zip(self.loops, carried, strict=True) if not amount]
        narrower = sum(
            1
            for loop, amount in zip(self.loops, carried, strict=True)
            if 0 < amount < min(_floor(hop) for hop in loop)
        )
        after = _circuits(less)
        low, high = (old.amount - new.amount for new, old in zip(after, self._before, strict=True))
        return Loss(
            name=name,
            is_party=is_party,
            low=low,
            high=high,
            legs=tuple(
                leg.id for leg in graph.legs if name in ({leg.payer, leg.payee} if is_party else {leg.deal})
            ),
            broken=len(broken),
            narrowed=narrower,
            largest=_loop_text(broken[0]) if broken else "",
            circuits=after,
        )


def _core(flows: Mapping[Pair, int]) -> set[Pair]:
    """Name the hops on which money can go round: both ends in one strongly connected component."""
    import networkx as nx

    web: nx.DiGraph[str] = nx.DiGraph()
    web.add_edges_from(sorted(pair for pair, amount in flows.items() if amount > 0))
    place = {
        name: number
        for number, members in enumerate(nx.strongly_connected_components(web))
        for name in members
    }
    return {(payer, payee) for payer, payee in web.edges if place[payer] == place[payee]}


def _loop_text(loop: Sequence[Hop]) -> str:
    first = min(range(len(loop)), key=lambda i: loop[i].payer)
    names = [hop.payer for hop in (*loop[first:], *loop[:first])]
    return " -> ".join((*names, names[0]))


def _why(graph: DealGraph, party: str, holdings: Sequence[Holding]) -> tuple[str, ...]:
    """Say what of a loop through the party there is, and what there is not."""
    name = graph.party(party).name
    if party in graph.outside:
        return (f"{name} stands for many, and closes no loop",)
    inside = [hop for hop in graph.hops if not graph.outside & {hop.payer, hop.payee}]
    paid = [hop for hop in inside if hop.payer == party]
    received = [hop for hop in inside if hop.payee == party]
    lines = [
        (
            f"{name} pays {_named(hop.payee for hop in paid)}: a deal that pays {name} can close a loop"
            if paid
            else f"nothing that counts is paid by {name} to a party of the web: "
            f"no one deal that pays {name} closes a loop of money"
        ),
        (
            f"{name} is paid by {_named(hop.payer for hop in received)}: "
            "a deal in which it pays can close a loop"
            if received
            else f"nothing that counts is paid to {name} by a party of the web: "
            "no one deal in which it pays closes a loop of money"
        ),
    ]
    lines += [
        f"{graph.party(row.holder).name} holds {row.percent}% of {name}: "
        f"what {name} receives is its holder's by value"
        for row in holdings
        if row.company == party
    ]
    return tuple(lines)


def _named(names: Iterable[str]) -> str:
    listed = sorted(set(names))
    return ", ".join(listed[:5]) + (f" and {len(listed) - 5} more" if len(listed) > 5 else "")


def _touching(graph: DealGraph, party: str) -> tuple[Touching, ...]:
    """Give every leg of the party that is known on the day, those that count first."""
    counted = [_touch(party, leg, "") for leg in graph.legs if party in {leg.payer, leg.payee}]
    others = [
        _touch(party, row.state, row.reason)
        for row in graph.excluded
        if party in {row.state.payer, row.state.payee}
    ]
    return (*counted, *others)


def _touch(party: str, leg: LegState, reason: str) -> Touching:
    direction, other = ("out", leg.payee) if leg.payer == party else ("in", leg.payer)
    return Touching(direction, other, leg.id, reason)


def _explained_loop(found: Missing, row: NewLoop) -> Trace:
    steps = Steps(f"A deal that does not exist: {row.text}", found.convention, found.digest)
    numbers = [
        steps.given(f"{hop.payer} -> {hop.payee}, {hop.side}", hop.amount, legs=hop.legs)
        for hop in row.paying
    ]
    for hop in row.hops:
        if isinstance(hop, Holding):
            steps.given(
                f"{hop.holder} holds so much of {hop.company}: closed by value, no money moves",
                Fraction(hop.percent) / 100,
                legs=(hop.leg,) if hop.leg else (),
                figures=(hop.figure,) if hop.figure else (),
            )
    steps.least(
        "what could go round once, whatever the size of the new deal: the narrowest of these",
        *numbers,
        expect=row.amount,
        name="amount",
    )
    steps.note(f"the new deal from {row.payer} to {row.payee} would fit as {' or '.join(row.sides)}")
    for leg in row.existing:
        steps.note(f"{leg.leg} is known and does not count: {leg.reason}")
    return steps.trace()


def _explained_change(found: Missing, row: Gain | Loss) -> Trace:
    """Set the circulation with and without against each other, each with its proof."""
    if isinstance(row, Gain):
        steps = Steps(
            f"A deal that does not exist: {row.payer} -> {row.payee}", found.convention, found.digest
        )
    else:
        steps = Steps(f"The web without {row.name}", found.convention, found.digest)
    for old, new, change in zip(found.before, row.circuits, (row.low, row.high), strict=True):
        bound = "lower" if old.at == "low" else "upper"
        is_gain = isinstance(row, Gain)
        before = _proved(steps, old, f"circular as it is, at the {bound} bounds")
        after = _proved(steps, new, f"circular {'with' if is_gain else 'without'} it, at the {bound} bounds")
        order = (after, before) if is_gain else (before, after)
        word = "gain" if is_gain else "loss"
        steps.difference(
            f"{word} at the {bound} bounds", *order, expect=dollars(change), name=f"{word}_{old.at}"
        )
    return steps.trace()


def _proved(steps: Steps, circuit: Circuit, text: str) -> int:
    """Write a circulation down with its proof: a flow, and a bound by levels that comes to the same."""
    around = [
        steps.given(
            f"{payer} -> {payee}: goes round, of {dollars(circuit.flows[payer, payee]).short()}",
            dollars(amount),
            legs=circuit.legs.get((payer, payee), ()),
        )
        for (payer, payee), amount in sorted(circuit.carried.items())
    ]
    flow = steps.total("what goes round, added up", *around)
    terms = []
    for (payer, payee), amount in sorted(circuit.flows.items()):
        times = max(0, 1 - (circuit.levels[payee] - circuit.levels[payer]))
        if times:
            whole = steps.given(
                f"{payer} -> {payee}", dollars(amount), legs=circuit.legs.get((payer, payee), ())
            )
            weight = steps.given("its weight by the levels of the two", times)
            terms.append(steps.product("weighted", whole, weight))
    bound = steps.total("no more than this can go round", *terms)
    return steps.equal(text, flow, bound, expect=dollars(circuit.amount))
