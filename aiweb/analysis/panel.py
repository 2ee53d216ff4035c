"""How circular the web is: every index of it beside the others, in all and year by year.

Maximum circulation, net internal debt and the ladder are those of `aiweb.analysis.circulation`, which is
handed in. Beside them stand, each at the lower and at the upper bound of every amount:

- the cycling index of Finn: `aiweb.flows.tracing`;
- where it and the circular share lie among shuffled webs: `aiweb.flows.shuffle`;
- throughput circularity: `aiweb.flows.forwarding`;
- the number of loops between parties, both sides together, up to a bound on their length.

None of the pairs is a range: with amounts in between, an index may lie outside them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from aiweb.errors import BadOption
from aiweb.flows.circulation import maximum
from aiweb.flows.forwarding import Forwarding, forwarding
from aiweb.flows.shuffle import DRAWS, SEED, Payment, rank, rewired, shuffles
from aiweb.flows.tracing import Tracing, trace
from aiweb.flows.web import Flows, Pair
from aiweb.graph import FIRST_YEAR, LAST_YEAR, Convention, DealGraph, LegState
from aiweb.search import Arc, widest_loops
from aiweb.trace import Steps, Trace, dollars
from aiweb.values import Money, total

if TYPE_CHECKING:
    from aiweb.analysis.circulation import Circulation, Rung

LONGEST: Final = 6
"""Loops of so many hops are counted."""
MANY: Final = 10_000
"""The count stops here."""
QUANTILES: Final = (Fraction(1, 20), Fraction(1, 2), Fraction(19, 20))


@dataclass(frozen=True)
class Chance:
    """What the indices are in webs with the same deals and shuffled payees.

    `finn` and `circular` (dollars) hold one value a draw, sorted.
    `different` is how many of the draws differ from each other.
    `deals` deals over `received` dollars are shuffled.
    Of all draws together, `moved_deals` deals lie with another party than in the web itself, and
    `shifted_dollars` is by how much what parties receive differs from it, up or down.
    """

    seed: int
    finn: tuple[float, ...]
    circular: tuple[int, ...]
    different: int
    deals: int
    received: int
    moved_deals: int
    shifted_dollars: int

    @property
    def draws(self) -> int:
        """How many webs were drawn."""
        return len(self.finn)

    @property
    def moved(self) -> Fraction:
        """The part of the deals that lies with another party, in the mean of the draws."""
        return Fraction(self.moved_deals, self.draws * self.deals)

    @property
    def shifted(self) -> Fraction:
        """The part of what parties receive that lies with another party, in the mean of the draws."""
        return Fraction(self.shifted_dollars, 2 * self.draws * self.received)


@dataclass(frozen=True)
class Indices:
    """The indices at one bound of every amount, `low` or `high`; those of an empty web are nothing.

    `circular` is in dollars.
    """

    at: str
    flows: Flows = field(repr=False)
    tracing: Tracing = field(repr=False)
    forwarding: Forwarding = field(repr=False)
    circular: int
    chance: Chance | None

    @property
    def finn(self) -> float | None:
        """The part of all turnover that is at the same party again, if money is spent in proportion."""
        return self.tracing.finn

    @property
    def turns(self) -> int | None:
        """T in dollars: what all loops weigh, a dollar counted once a turn; see `forwarding.too_large`."""
        if self.forwarding.too_large:
            return None
        return sum(round(weight) for _, weight in self.forwarding.loops)

    @property
    def throughput(self) -> Fraction | None:
        """T / (T + NID); nothing where nothing is paid, or the web has too many loops."""
        turns, owed = self.turns, self.forwarding.net_debt
        return Fraction(turns, turns + owed) if turns is not None and turns + owed else None

    @property
    def finn_percentile(self) -> Fraction | None:
        """The part of the shuffled webs with a lesser cycling index, ties counted half."""
        if self.chance is None or self.finn is None:
            return None
        return _percentile(*rank(self.finn, self.chance.finn), self.chance.draws)

    @property
    def circular_percentile(self) -> Fraction | None:
        """The part of the shuffled webs in which less money is circular, ties counted half."""
        if self.chance is None or self.finn is None:
            return None
        return _percentile(*rank(self.circular, self.chance.circular), self.chance.draws)


@dataclass(frozen=True, slots=True)
class Count:
    """A number of things counted up to a limit; `more` says that there are more."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"more than {self.number:,}" if self.more else f"{self.number:,}"


@dataclass(frozen=True)
class Year:
    """What falls in one calendar year, by published schedules and terms.

    Money that is paid in one year and comes back in another circulates in neither.
    """

    year: int
    circulation: Circulation
    finn_low: float | None
    finn_high: float | None

    @property
    def gross(self) -> Money:
        """All that falls in the year."""
        return self.circulation.gross

    @property
    def circular(self) -> Money:
        """What of it could be cancelled."""
        return self.circulation.circular

    def explain(self) -> Trace:
        """Say how the year's gross, circular and cycling index come from legs."""
        steps = Steps(f"The year {self.year}", self.circulation.convention, self.circulation.digest)
        steps.include(self.circulation.explain())
        for at in ("low", "high"):
            graph = self.circulation.graph
            _cycled(steps, trace(graph.flows(at)), at, graph)
        return steps.trace()


@dataclass(frozen=True)
class Panel:
    """How circular a web is under one convention.

    `loops` counts the loops of parties of at most `LONGEST` hops, funding and spending together;
    `disclosed_loops` those of them on which every hop has a disclosed amount.
    `in_years` holds by leg what sources put into calendar years, of a window or not, `in_no_year` the rest.
    """

    circulation: Circulation
    low: Indices
    high: Indices
    loops: Count
    disclosed_loops: Count
    years: tuple[Year, ...]
    in_years: Mapping[str, Money]
    in_no_year: Mapping[str, Money]

    @property
    def undated(self) -> tuple[str, ...]:
        """Ids of the legs that no source puts into years, as a whole or in part."""
        return tuple(self.in_no_year)

    @property
    def undated_gross(self) -> Money:
        """What no source puts into any year."""
        return total(self.in_no_year.values())

    @property
    def dated(self) -> Money:
        """What falls in some year, all years together."""
        return total(self.in_years.values())

    @property
    def convention(self) -> Convention:
        """Which legs count."""
        return self.circulation.convention

    @property
    def digest(self) -> str:
        """The hash of the registry."""
        return self.circulation.digest

    @property
    def gross(self) -> Money:
        """All money of the legs that count."""
        return self.circulation.gross

    @property
    def circular(self) -> Money:
        """What could be cancelled without changing any net position."""
        return self.circulation.circular

    @property
    def net_debt(self) -> Money:
        """The least money with which all net positions settle."""
        return self.circulation.net_debt

    @property
    def share_low(self) -> Fraction | None:
        """Circular share with every amount at its lower bound."""
        return self.circulation.share_low

    @property
    def share_high(self) -> Fraction | None:
        """Circular share with every amount at its upper bound."""
        return self.circulation.share_high

    @property
    def ladder(self) -> tuple[Rung, ...]:
        """Circular money by the length of loops."""
        return self.circulation.ladder

    @property
    def legs(self) -> tuple[str, ...]:
        """Ids of the legs that count."""
        return self.circulation.legs

    @property
    def unknown(self) -> tuple[str, ...]:
        """Ids of those whose amount is undisclosed."""
        return self.circulation.unknown

    def explain(self) -> Trace:
        """Say how every number of the panel comes from legs; for the years see `Year.explain`."""
        return _explained(self)


def panel(
    graph: DealGraph,
    measure: Callable[..., Circulation],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    years: bool = True,
) -> Panel:
    """Measure how circular a web is; `measure` is `aiweb.analysis.circulation.circulation`.

    Raises:
        BadOption: `draws` is below 0.
        NoConvergence: a certificate does not prove its number, which would be a defect.
    """
    if draws < 0:
        raise BadOption("shuffles", draws, "write a number of webs from 0")
    measured = measure(graph)
    low = _indices(graph, "low", measured.circular.low, draws, seed)
    same = low.flows == graph.flows("high")
    high = replace(low, at="high") if same else _indices(graph, "high", measured.circular.high, draws, seed)
    pairs = {
        (leg.payer, leg.payee)
        for leg in graph.legs
        if not graph.outside & {leg.payer, leg.payee} and (leg.amount.high > 0 or not leg.amount.known)
    }
    dated = graph.under(replace(graph.convention, years=(FIRST_YEAR, LAST_YEAR)))
    return Panel(
        circulation=measured,
        low=low,
        high=high,
        loops=_loops(pairs),
        disclosed_loops=_loops(high.flows.inside),
        years=tuple(_years(graph, dated, measure)) if years else (),
        in_years=MappingProxyType({leg.id: leg.amount for leg in dated.legs}),
        in_no_year=graph.undated,
    )


def _percentile(less: int, same: int, draws: int) -> Fraction | None:
    return Fraction(2 * less + same, 2 * draws) if draws else None


def _indices(graph: DealGraph, at: str, circular: int, draws: int, seed: int) -> Indices:
    flows = graph.flows(at)
    return Indices(
        at=at,
        flows=flows,
        tracing=trace(flows),
        forwarding=forwarding(flows),
        circular=circular,
        chance=_chance(flows, _deals(graph, at), draws, seed) if draws else None,
    )


def _deals(graph: DealGraph, at: str) -> list[Payment]:
    """List what parties pay each other, a leg each, in the order of the registry."""
    return [Payment(leg.payer, leg.payee, getattr(leg.amount, at)) for leg in _between(graph, at)]


def _between(graph: DealGraph, at: str) -> list[LegState]:
    """List the legs by which parties pay each other something."""
    return [
        leg
        for leg in graph.legs
        if getattr(leg.amount, at) > 0 and not graph.outside & {leg.payer, leg.payee}
    ]


def _chance(flows: Flows, deals: list[Payment], draws: int, seed: int) -> Chance | None:
    if not deals:
        return None
    finn: list[float] = []
    circular: list[int] = []
    seen = set()
    moved = shifted = 0
    before = _received(deals)
    for drawn in shuffles(deals, draws=draws, seed=seed):
        web = rewired(flows, drawn)
        traced = trace(web)
        finn.append(traced.finn or 0.0)
        # Only parties to whom money returns are on a loop, so the others need not be solved.
        on_loops = {party for party, part in traced.returns.items() if part > 0}
        circular.append(maximum({(u, v): w for (u, v), w in web.inside.items() if {u, v} <= on_loops})[0])
        seen.add(tuple(sorted(web.inside.items())))
        moved += sum(one.payee != other.payee for one, other in zip(deals, drawn, strict=True))
        after = _received(drawn)
        shifted += sum(abs(after.get(party, 0) - amount) for party, amount in before.items())
    return Chance(
        seed=seed,
        finn=tuple(sorted(finn)),
        circular=tuple(sorted(circular)),
        different=len(seen),
        deals=len(deals),
        received=sum(before.values()),
        moved_deals=moved,
        shifted_dollars=shifted,
    )


def _received(deals: Iterable[Payment]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for deal in deals:
        sums[deal.payee] += deal.amount
    return sums


def _loops(pairs: Iterable[Pair]) -> Count:
    """Count the loops of at most `LONGEST` hops, up to `MANY`."""
    arcs = [Arc(payer, payee, 1, 0) for payer, payee in sorted(set(pairs))]
    number = sum(1 for _ in islice(widest_loops(arcs, LONGEST), MANY + 1))
    return Count(min(number, MANY), more=number > MANY)


def _years(graph: DealGraph, dated: DealGraph, measure: Callable[..., Circulation]) -> Iterator[Year]:
    """Measure every calendar year in which something falls, within the window if there is one."""
    first, last = graph.convention.years or (FIRST_YEAR, LAST_YEAR)
    as_written = {leg.id: leg for deal in dated.deals.values() for leg in deal.legs}
    falls = {year for leg in dated.legs for year in dated.years(as_written[leg.id])}
    for year in sorted(falls & set(range(first, last + 1))):
        within = graph.under(replace(graph.convention, years=(year, year)))
        low, high = (trace(within.flows(at)).finn for at in ("low", "high"))
        yield Year(year, measure(within, ladder=False), low, high)


def _explained(found: Panel) -> Trace:
    steps = Steps(f"How circular the web is under {found.convention}", found.convention, found.digest)
    steps.include(found.circulation.explain())
    for indices in (found.low, found.high):
        _cycled(steps, indices.tracing, indices.at, found.circulation.graph)
        _turned(steps, indices, found.circulation.graph)
        _ranked(steps, indices, found.circulation.graph)
    for name, says, parts in (
        ("dated", "in some year", found.in_years),
        ("undated gross", "in no year", found.in_no_year),
    ):
        given = [steps.given(f"{leg}, {says}", amount, legs=(leg,)) for leg, amount in parts.items()]
        steps.total(f"{says}, all legs", *given, expect=total(parts.values()), name=name)
    steps.solved(f"loops of at most {LONGEST} parties, by search", str(found.loops), name="loops")
    steps.solved(
        "those with every hop disclosed in part or whole", str(found.disclosed_loops), name="disclosed loops"
    )
    return steps.trace()


def _cycled(steps: Steps, traced: Tracing, at: str, graph: DealGraph) -> None:
    """Put down Finn's index: for each party its part of all throughput, times what of it returns."""
    flows = traced.flows
    passes: dict[str, list[str]] = defaultdict(list)
    for leg in graph.legs:
        passes[leg.payer].append(leg.id)
        passes[leg.payee].append(leg.id)
    through = {
        party: steps.given(
            f"{party} passes at {at}: the larger of what it pays and receives",
            dollars(amount),
            legs=passes[party],
        )
        for party, amount in flows.throughput.items()
    }
    whole = steps.total(f"turnover at {at}", *through.values(), name=f"turnover at {at}")
    terms = []
    for party, share in traced.returns.items():
        if share > 0:
            part = steps.quotient(f"{party}, part of turnover", through[party], whole)
            again = steps.solved(f"of what passes {party}, so much passes it again", share)
            terms.append(steps.product("times", part, again))
    steps.total(
        f"cycled pro rata at {at}",
        *(terms or [steps.given("nothing returns", 0)]),
        expect=traced.finn,
        name=f"finn at {at}",
    )


def _turned(steps: Steps, indices: Indices, graph: DealGraph) -> None:
    """Put down throughput circularity: every loop's weight, and net internal debt."""
    at, forwarded = indices.at, indices.forwarding
    if forwarded.too_large:
        steps.note(f"throughput circularity at {at} is not worked out: {forwarded.too_large}")
        return
    behind: dict[Pair, list[str]] = defaultdict(list)
    for leg in graph.legs:
        behind[leg.payer, leg.payee].append(leg.id)
    weights = [
        steps.solved(
            f"{' -> '.join((*loop, loop[0]))} turns at {at}",
            dollars(round(weight)),
            legs=[leg for hop in zip(loop, (*loop[1:], loop[0]), strict=True) for leg in behind[hop]],
        )
        for loop, weight in forwarded.loops
    ]
    turns = steps.total(f"all turns at {at}", *weights, name=f"turns at {at}")
    owed = steps.given(f"net internal debt at {at}", dollars(forwarded.net_debt))
    both = steps.total("turns and net internal debt", turns, owed)
    steps.quotient(f"in turns at {at}", turns, both, expect=indices.throughput, name=f"throughput at {at}")


def _ranked(steps: Steps, indices: Indices, graph: DealGraph) -> None:
    """Put down where the indices lie among the shuffled webs."""
    chance = indices.chance
    if chance is None or indices.finn is None:
        return
    at = indices.at
    steps.given(f"seed of the shuffles at {at}", chance.seed)
    draws = steps.given("webs drawn", chance.draws)
    _rewired(steps, chance, at, graph, draws)
    half = steps.given("a tie counts half", Fraction(1, 2))
    for name, (less, same), percentile in (
        ("finn", rank(indices.finn, chance.finn), indices.finn_percentile),
        ("circular", rank(indices.circular, chance.circular), indices.circular_percentile),
    ):
        values = chance.finn if name == "finn" else chance.circular
        for quantile in QUANTILES:
            value = values[int(quantile * (chance.draws - 1))]
            said = dollars(value) if isinstance(value, int) else value
            steps.given(f"{name}: {float(quantile):.0%} of the webs have at most", said)
        below = steps.given(f"{name}: webs with less", less)
        ties = steps.product("ties", steps.given(f"{name}: webs with the same", same), half)
        steps.quotient(
            f"{name}: part of the shuffled webs with less",
            steps.total("less, and half the ties", below, ties),
            draws,
            expect=percentile,
            name=f"{name} percentile at {at}",
        )


def _rewired(steps: Steps, chance: Chance, at: str, graph: DealGraph, draws: int) -> None:
    """Put down how far the shuffled webs are from the web itself."""
    steps.given(f"webs that differ from each other, at {at}", chance.different, name=f"different at {at}")
    legs = [leg.id for leg in _between(graph, at)]
    deals = steps.given(f"deals to shuffle at {at}", chance.deals, legs=legs)
    moved = steps.given("deals that lie with another party, all webs together", chance.moved_deals)
    steps.quotient(
        "part of the deals that lies with another party",
        moved,
        steps.product("deals of all webs", deals, draws),
        expect=chance.moved,
        name=f"moved at {at}",
    )
    received = steps.given(f"what parties receive by them at {at}", dollars(chance.received), legs=legs)
    shifted = steps.given(
        "by how much what parties receive differs, up or down, all webs together",
        dollars(chance.shifted_dollars),
    )
    # A dollar that lies with another party is missing at one and too many at the other.
    twice = steps.given("a dollar that moves counts twice", 2)
    steps.quotient(
        "part of what parties receive that lies with another party",
        shifted,
        steps.product("what parties receive in all webs, twice", received, draws, twice),
        expect=chance.shifted,
        name=f"shifted at {at}",
    )
