"""The largest loops, exactly, largest first, without listing the others.

A loop is a closed chain of hops that visits no party twice.
Its amount b(c) is that of its narrowest hop: the most money that can travel once round it alone.

The search is that of `aiweb.search`.
A hop is all legs from one payer to one payee on one side together, or, where one deal a step is asked for,
those of one deal: the loop of parties then stands for as many loops as there are ways to choose the deals.

Loops with an undisclosed hop have no amount and no place in that order.
They are listed apart: first those that a known hop limits, by that hop, then those of unknown hops only.

What else is said of a loop is worked out when it is asked for.
Whether money can go round it in the order of its dates, and how much, is the temporal flow of
`aiweb.flows.temporal` on the instalments of `aiweb.instalments`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import islice
from math import prod
from typing import TYPE_CHECKING, Final

from aiweb.errors import BadOption, UnknownName
from aiweb.flows.temporal import Payment, round_trip
from aiweb.graph import Convention, DealGraph, Hop, LegState, Preset, narrowest_hops
from aiweb.instalments import Instalment, dated_payments, instalments
from aiweb.model import Certainty, Exit, Grade, Instrument, Side, Status
from aiweb.search import Arc, widest_loops
from aiweb.values import Money, narrowest, total

if TYPE_CHECKING:
    from aiweb.trace import Trace

_FUNDING: Final = 1
_SPENDING: Final = 2
_UNKNOWN: Final = 4
_KNOWN: Final = 8
_THROUGH: Final = 16
LONGEST: Final = 12


class Kind(StrEnum):
    """Which loops: those with a funding and a spending hop, or all of them."""

    FUNDING = "funding"
    ALL = "all"


class Level(StrEnum):
    """What one step of a loop is: all that one party is to pay another on one side, or one deal."""

    PARTIES = "parties"
    DEALS = "deals"


class Order(StrEnum):
    """Whether money can go round a loop in the order of its dates."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class WayOut(StrEnum):
    """How the payer of a leg can leave it, easiest first."""

    OPTION = "option"
    CANCELLABLE = "cancellable"
    RENEWAL = "renewal"
    CONDITIONAL = "conditional"
    NOT_STATED = "not stated"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TimeOrder:
    """Whether money can go once round a loop in the order of its dates, and how much of it.

    `amount` runs from what the dated payments carry at their lower bounds to the most that could be
    carried: upper bounds, undisclosed amounts without limit, payments whose day is not known when it suits.
    The answer is `yes` if payments on their days carry anything, `unknown` if only other days would do,
    which those of the legs in `undated` may have, and `no` if none would.
    `start` is the party from which most gets round.
    """

    answer: Order
    amount: Money
    start: str | None
    undated: tuple[str, ...]

    @property
    def amount_text(self) -> str:
        """The amount as a person would say it; nothing where nothing gets round."""
        if self.answer is Order.NO:
            return ""
        if self.amount.undisclosed:
            return "amount unknown"
        if self.answer is Order.YES and (self.amount.low or self.amount.ceilings):
            return self.amount.short()
        return f"at most {replace(self.amount, low=self.amount.high, ceilings=0).short()}"

    @property
    def text(self) -> str:
        """The answer and the amount, and, where dates are lacking, of which legs."""
        said = ", ".join(filter(None, (str(self.answer), self.amount_text)))
        if self.answer is not Order.UNKNOWN:
            return said
        more = f" and {len(self.undated) - 1} more" if len(self.undated) > 1 else ""
        return f"{said}; no day for {self.undated[0]}{more}"


@dataclass(frozen=True)
class Loop:
    """A closed chain of hops; it starts at the party whose id sorts first."""

    hops: tuple[Hop, ...]
    graph: DealGraph = field(repr=False, compare=False)

    @cached_property
    def amount(self) -> Money:
        """What can pass through all its hops in turn."""
        return narrowest(hop.amount for hop in self.hops)

    @cached_property
    def narrowest(self) -> tuple[Hop, ...]:
        """The disclosed hop or hops with the least upper bound."""
        return narrowest_hops(self.hops)

    @property
    def parties(self) -> tuple[str, ...]:
        """The parties in the order the money goes."""
        return tuple(hop.payer for hop in self.hops)

    @property
    def legs(self) -> tuple[str, ...]:
        """Ids of all legs of all its hops."""
        return tuple(leg for hop in self.hops for leg in hop.legs)

    @property
    def states(self) -> tuple[LegState, ...]:
        """All legs of all its hops, as they count."""
        return tuple(self.graph.leg[leg] for leg in self.legs)

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

    @property
    def instruments(self) -> tuple[tuple[Instrument, ...], ...]:
        """The instruments of each hop, in the order of its legs, each once."""
        return tuple(
            tuple(dict.fromkeys(self.graph.leg[leg].instrument for leg in hop.legs)) for hop in self.hops
        )

    @property
    def weakest(self) -> LegState:
        """The leg that has come least far."""
        return min(self.states, key=lambda leg: (leg.status.level or 9, leg.id))

    @cached_property
    def graded(self) -> tuple[LegState, Grade]:
        """The leg whose best source is worst, and the grade of that source."""
        rated = [(self._grade(leg), leg.id, leg) for leg in self.states]
        grade, _, leg = min(rated, key=lambda row: (-_GRADES.index(row[0]), row[1]))
        return leg, grade

    @property
    def smallest(self) -> LegState | None:
        """The largest leg of the narrowest hop; nothing if no hop is disclosed."""
        if not self.narrowest:
            return None
        legs = [self.graph.leg[leg] for leg in self.narrowest[0].legs]
        return min(legs, key=lambda leg: (-leg.amount.high, leg.id))

    @cached_property
    def way_out(self) -> tuple[LegState | None, WayOut]:
        """The leg that its payer can leave most easily, and how; no leg where no source names a way."""
        ways = [(self._way_out(leg), leg.id, leg) for leg in self.states]
        way, _, leg = min(ways, key=lambda row: (_WAYS.index(row[0]), row[1]))
        return (leg if way not in {WayOut.NOT_STATED, WayOut.NONE} else None), way

    @cached_property
    def order(self) -> TimeOrder:
        """Whether money can go round it in the order of its dates, and how much."""
        beyond = 1 + sum(leg.amount.high for leg in self.states)
        parts = {leg.id: instalments(self.graph, leg) for leg in self.states}
        lows, highs = (
            [self._payments(hop, parts, at, beyond) for hop in self.hops] for at in ("low", "high")
        )
        low, _ = round_trip(lows)
        dated, start = round_trip(highs)
        undated = tuple(leg for leg in self.legs if not all(part.is_dated for part in parts[leg]))
        most, wherever = round_trip(highs, undated=True) if undated else (dated, start)
        answer = Order.YES if dated else Order.UNKNOWN if most else Order.NO
        if most >= beyond:
            amount = Money(low, low, undisclosed=1)
        else:
            more = any(hop.amount.unbounded for hop in self.hops)
            reached = most == self.limit
            ceiling = not low and bool(most) and self.is_priced and self.amount.ceilings > 0
            amount = Money(
                min(low, most), most, ceilings=int(ceiling), unbounded=more and bool(most) and not reached
            )
        first = start if dated else wherever
        return TimeOrder(answer, amount, self.hops[first].payer if most else None, undated)

    @cached_property
    def by_deal(self) -> Loop:
        """The widest loop with one deal a step on the same hops: of each hop the largest deal.

        Where an undisclosed deal may be larger, and that matters, it is taken.
        """
        chosen = []
        for hop in self.hops:
            deals = _by_deal(self.graph, hop)
            best = min(deals, key=lambda part: (-_floor(part), part.legs))
            unknown = [part for part in deals if not part.amount.known]
            if unknown and (not self.is_priced or _floor(best) < self.amount.high):
                best = min(unknown, key=lambda part: (-part.amount.low, part.legs))
            chosen.append(best)
        return Loop(tuple(chosen), self.graph)

    @property
    def deal_count(self) -> int:
        """How many loops with one deal a step run along its hops."""
        return prod(sum(1 for part in _by_deal(self.graph, hop) if _could_flow(part)) for hop in self.hops)

    def explain(self) -> Trace:
        """Give the arithmetic: legs add up to hops, the narrowest hop is the amount."""
        from aiweb.trace import Steps

        steps = Steps(f"loop {self.text}", self.graph.convention, self.graph.registry.digest)
        widths, deals = [], []
        chosen = {leg for hop in self.by_deal.hops for leg in hop.legs}
        for hop in self.hops:
            legs = {
                leg: steps.given(self._leg_text(leg), self.graph.leg[leg].amount, legs=(leg,))
                for leg in hop.legs
            }
            own = [step for leg, step in legs.items() if leg in chosen]
            widths.append(steps.total(f"{hop.payer} -> {hop.payee}", *legs.values(), expect=hop.amount))
            deals.append((hop, own))
        bind = " and ".join(f"{hop.payer} -> {hop.payee}" for hop in self.narrowest) or "no disclosed hop"
        steps.least(f"the narrowest hop: {bind}", *widths, expect=self.amount, name="amount")
        best = [
            own[0] if len(own) == 1 else steps.total(f"its largest deal, {hop.payer} -> {hop.payee}", *own)
            for hop, own in deals
        ]
        steps.least(
            f"one deal a step, the best of {self.deal_count}",
            *best,
            expect=self.by_deal.amount,
            name="deal_amount",
        )
        order = self.order
        begins = f" from {order.start} on" if order.start else ""
        steps.solved(
            f"in the order of dates{begins}: {order.answer}", order.amount, *widths, name="time_amount"
        )
        for hop in self.hops:
            steps.note(f"{hop.payer} -> {hop.payee}: {self._dates_text(hop)}")
        return steps.trace()

    def _payments(
        self, hop: Hop, parts: Mapping[str, Sequence[Instalment]], at: str, beyond: int
    ) -> list[Payment]:
        return [
            payment
            for leg in hop.legs
            for payment in dated_payments(self.graph.leg[leg], parts[leg], at, beyond)
        ]

    def _leg_text(self, name: str) -> str:
        leg = self.graph.leg[name]
        return f"{leg.instrument}, {leg.status}, {self._grade(leg)}, way out {self._way_out(leg)}"

    def _dates_text(self, hop: Hop) -> str:
        parts = [part for leg in hop.legs for part in instalments(self.graph, self.graph.leg[leg])]
        days = sorted(part.day for part in parts if part.day is not None)
        loose = sorted(part.since for part in parts if part.day is None)
        said = [_days_text(days)] if days else []
        said += [f"no day, not before {loose[0]}"] if loose else []
        return "; ".join(said) or "nothing to be paid"

    def _grade(self, leg: LegState) -> Grade:
        """Give the best grade among a leg's sources."""
        registry = self.graph.registry
        return min((registry.source(leg.deal, name).grade for name in leg.sources), key=_GRADES.index)

    def _way_out(self, leg: LegState) -> WayOut:
        """Say how a leg's payer can leave; what has been paid cannot be left."""
        said = self.graph.registry.leg(leg.id).exit
        done = leg.status is Status.CLOSED and leg.side is Side.FUNDING and leg.certainty is Certainty.FIRM
        if done or leg.status.is_end or self.graph.convention.preset is Preset.PAID:
            return WayOut.NONE
        if leg.certainty is Certainty.OPTION:
            return WayOut.OPTION
        if said in {Exit.CANCELLABLE, Exit.RENEWAL}:
            return WayOut(str(said))
        if leg.certainty is Certainty.CONDITIONAL:
            return WayOut.CONDITIONAL
        return WayOut.NONE if said is Exit.NONE else WayOut.NOT_STATED


_GRADES: Final = tuple(Grade)
_WAYS: Final = tuple(WayOut)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A loop that exists under `headline` but not here, and the legs it would need."""

    text: str
    needs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Loops:
    """The largest loops under a convention, and apart those with an undisclosed hop.

    `through` names parties that all of them pass.
    `truncated` says that there are more loops than `top`, `tie_cut` that the last one listed
    has the same amount as the first one left out.
    """

    convention: Convention
    digest: str
    through: tuple[str, ...]
    kind: Kind
    level: Level
    max_length: int
    top: int
    loops: tuple[Loop, ...]
    truncated: bool
    tie_cut: bool
    unpriced: tuple[Loop, ...]
    unpriced_truncated: bool
    left_out: tuple[LeftOut, ...]
    left_out_truncated: bool

    @property
    def party(self) -> str | None:
        """The first party that all of them pass, if one was asked for."""
        return self.through[0] if self.through else None

    def explain(self, rank: int = 1) -> Trace:
        """Give the arithmetic of a loop by its rank; those with an undisclosed hop come after the others.

        Raises:
            BadOption: there is no loop of that rank.
        """
        listed = (*self.loops, *self.unpriced)
        if not 1 <= rank <= len(listed):
            raise BadOption("rank", rank, f"write a number from 1 to {len(listed)}" if listed else "no loop")
        return listed[rank - 1].explain()


@dataclass(frozen=True, slots=True)
class _Ask:
    """What is asked for: which loops, and how many."""

    kind: Kind
    level: Level
    through: tuple[str, ...]
    top: int
    max_length: int

    @property
    def required(self) -> int:
        """The colours that every loop must have."""
        colours = _FUNDING | _SPENDING if self.kind is Kind.FUNDING else 0
        return colours | (len(self.through) and _THROUGH * (2 ** len(self.through) - 1))


@dataclass(frozen=True, slots=True)
class _Found:
    """Loops that are priced, and those that are not, and whether there are more."""

    loops: tuple[Loop, ...]
    truncated: bool
    tie_cut: bool
    unpriced: tuple[Loop, ...]
    unpriced_truncated: bool


def loops(
    graph: DealGraph,
    *,
    party: str | None = None,
    through: Iterable[str] = (),
    top: int = 20,
    max_length: int = 6,
    kind: str = Kind.FUNDING,
    level: str = Level.PARTIES,
) -> Loops:
    """List the `top` largest loops of at most `max_length` hops.

    They pass `party`, if one is given, and every party in `through`.
    Parties that stand for many are left out: money that comes from bondholders and money that goes
    to bondholders close no loop.

    Raises:
        BadOption: `kind` or `level` is none of those known, `top` is below 1 or `max_length` below 2.
        UnknownName: there is no such party.
    """
    if kind not in set(Kind):
        raise BadOption("kind", kind, f"write one of {', '.join(Kind)}")
    if level not in set(Level):
        raise BadOption("level", level, f"write one of {', '.join(Level)}")
    if top < 1:
        raise BadOption("top", top, "write a number of loops from 1")
    if not 2 <= max_length <= LONGEST:
        raise BadOption("max-length", max_length, f"write a number of hops from 2 to {LONGEST}")
    wanted = tuple(dict.fromkeys((*([party] if party is not None else []), *through)))
    for name in wanted:
        if name not in graph.registry.parties:
            raise UnknownName("party", name, graph.registry.parties)
    ask = _Ask(Kind(kind), Level(level), wanted, top, max_length)
    found = _found(graph, ask)
    left_out, left_out_truncated = _left_out(graph, ask)
    return Loops(
        convention=graph.convention,
        digest=graph.registry.digest,
        through=wanted,
        kind=ask.kind,
        level=ask.level,
        max_length=max_length,
        top=top,
        loops=found.loops,
        truncated=found.truncated,
        tie_cut=found.tie_cut,
        unpriced=found.unpriced,
        unpriced_truncated=found.unpriced_truncated,
        left_out=left_out,
        left_out_truncated=left_out_truncated,
    )


def _found(graph: DealGraph, ask: _Ask) -> _Found:
    if len(ask.through) > ask.max_length:
        return _Found((), truncated=False, tie_cut=False, unpriced=(), unpriced_truncated=False)
    known, truncated, tie_cut = _largest(graph, ask, ask.required)
    unpriced, more = _unpriced(graph, ask)
    return _Found(known, truncated, tie_cut, unpriced, more)


def _left_out(graph: DealGraph, ask: _Ask) -> tuple[tuple[LeftOut, ...], bool]:
    rule = graph.convention
    if rule.preset is Preset.HEADLINE:
        return (), False
    wide = _found(graph.under(replace(rule, preset=Preset.HEADLINE)), ask)
    return _lacking((*wide.loops, *wide.unpriced), graph), wide.truncated or wide.unpriced_truncated


def _lacking(wide: Iterable[Loop], graph: DealGraph) -> tuple[LeftOut, ...]:
    """Say which loops of a wider convention `graph` does not have, and which legs it lacks for them.

    A hop is lacking when none of its legs count, or when all that counts is ceilings without a floor.
    """
    reasons = dict.fromkeys(graph.leg, "a ceiling without a floor")
    reasons |= {excluded.state.id: excluded.reason for excluded in graph.excluded}
    flowing = {leg.id for leg in graph.legs if leg.amount.high > 0 or not leg.amount.known}
    found = []
    for loop in wide:
        gone = [hop for hop in loop.hops if flowing.isdisjoint(hop.legs)]
        if gone:
            needs = tuple((leg, reasons.get(leg, "not counted")) for hop in gone for leg in hop.legs)
            found.append(LeftOut(loop.text, needs))
    return tuple(found)


def _largest(
    graph: DealGraph, ask: _Ask, required: int, *, only_unknown: bool = False
) -> tuple[tuple[Loop, ...], bool, bool]:
    """List the largest loops with all `required` colours; whether there are more; whether a tie is cut."""
    priced_only = not required & _UNKNOWN
    hops = [
        hop
        for hop in _steps(graph, ask.level)
        if hop.payer not in graph.outside
        and hop.payee not in graph.outside
        and (_floor(hop) > 0 if priced_only else _could_flow(hop))
        and not (only_unknown and hop.amount.known)
    ]
    beyond = max((hop.amount.high for hop in hops), default=0) + 1
    arcs = [_arc(hop, ask.through, _floor(hop) if priced_only else beyond) for hop in hops]
    found = [
        (min(arcs[i].amount for i in indices), _loop(graph, [hops[i] for i in indices]))
        for indices in islice(
            (
                indices
                for indices in widest_loops(arcs, ask.max_length, required)
                if _is_priced([hops[i] for i in indices]) == priced_only
            ),
            ask.top + 1,
        )
    ]
    cut = len(found) > ask.top and found[ask.top][0] == found[ask.top - 1][0]
    kept = sorted(found[: ask.top], key=lambda row: (-row[0], len(row[1].hops), row[1].parties, row[1].legs))
    return tuple(loop for _, loop in kept), len(found) > ask.top, cut


def _unpriced(graph: DealGraph, ask: _Ask) -> tuple[tuple[Loop, ...], bool]:
    """List loops with an undisclosed hop, those with a limit first; whether there are more."""
    required = ask.required | _UNKNOWN
    limited, more, _ = _largest(graph, ask, required | _KNOWN)
    unknown, many, _ = _largest(graph, ask, required, only_unknown=True)
    room = ask.top - len(limited)
    return (*limited, *unknown[:room]), more or many or len(unknown) > room


def _steps(graph: DealGraph, level: Level) -> Iterable[Hop]:
    """Give what a step of a loop may be."""
    if level is Level.PARTIES:
        return graph.hops
    return [part for hop in graph.hops for part in _by_deal(graph, hop)]


def _by_deal(graph: DealGraph, hop: Hop) -> list[Hop]:
    """Cut a hop into those of one deal each, in the order of its legs."""
    deals: dict[str, list[LegState]] = {}
    for name in hop.legs:
        leg = graph.leg[name]
        deals.setdefault(leg.deal, []).append(leg)
    return [
        Hop(
            hop.payer,
            hop.payee,
            hop.side,
            total(leg.amount for leg in legs),
            tuple(leg.id for leg in legs),
        )
        for legs in deals.values()
    ]


def _could_flow(hop: Hop) -> bool:
    return hop.amount.high > 0 or not hop.amount.known


def _floor(hop: Hop) -> int:
    """Give what a hop carries at its upper bound, or, where part of it is undisclosed, at the least."""
    return hop.amount.high if hop.amount.known else hop.amount.low


def _is_priced(hops: Sequence[Hop]) -> bool:
    """Whether no undisclosed hop can be narrower than the narrowest that is known."""
    limits = [hop.amount.high for hop in hops if hop.amount.known]
    return bool(limits) and all(hop.amount.known or hop.amount.low >= min(limits) for hop in hops)


def _arc(hop: Hop, through: Sequence[str], unknown: int) -> Arc:
    """Make an arc of a hop; `unknown` is its width where part of it is undisclosed."""
    colours = _FUNDING if hop.side is Side.FUNDING else _SPENDING
    colours |= _KNOWN if hop.amount.known else _UNKNOWN
    for number, party in enumerate(through):
        if hop.payer == party:
            colours |= _THROUGH << number
    return Arc(hop.payer, hop.payee, hop.amount.high if hop.amount.known else unknown, colours)


def _loop(graph: DealGraph, hops: Sequence[Hop]) -> Loop:
    first = min(range(len(hops)), key=lambda i: hops[i].payer)
    return Loop((*hops[first:], *hops[:first]), graph)


def _days_text(days: Sequence[date]) -> str:
    if days[0] == days[-1]:
        return f"{days[0]}"
    return f"{days[0]} to {days[-1]}, {len(days)} payments"
