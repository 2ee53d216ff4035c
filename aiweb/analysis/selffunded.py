"""Self-funded sales: what a supplier is to be paid that can be paid with money it put into its customers.

Three lines, each with more counted as put in than the one before:

- equity and loans: the counted funding legs that the supplier pays;
- guarantees: its guarantees too, as if called.
  One behind other legs counts as money to whom those pay, the borrower of a loan, up to their amounts;
- purchases: what it buys from others too.

Direct: Σ_j min(what it put into j, what j is to pay it), over its customers j; a guarantee is put in once.
Through others: the maximum flow from the supplier in what it puts in to the supplier in what it sells,
over any counted legs between; its minimum cut names the legs that carry it.
Both say what can be, and not what is: no deal says which dollar pays for what.
Parties that stand for many pass nothing on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from aiweb.errors import UnknownName
from aiweb.flows import cut
from aiweb.flows.web import Pair
from aiweb.graph import Carrier, Convention, DealGraph, LegState, Preset
from aiweb.model import Figure, Instrument, Metric, Side
from aiweb.trace import Steps, Trace, dollars
from aiweb.values import Money, narrowest, total


class Put(StrEnum):
    """What counts as money that the supplier put in, each with those before it."""

    FUNDING = "equity and loans"
    GUARANTEES = "and guarantees"
    PURCHASES = "and its purchases"


@dataclass(frozen=True, slots=True)
class Backed:
    """A guarantee of the supplier, where its money would go if it were called, and what it stands behind.

    `reaches` are party and upper limit in dollars, nothing where the guarantee alone limits it.
    """

    leg: LegState
    secures: tuple[str, ...]
    reaches: tuple[tuple[str, Money], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """How much of the committed revenue can be paid with what the supplier put in.

    `put` is all it put in, `direct` what comes back from those it put it into, `through` what can come back
    through any number of others: both from all lower to all upper bounds.
    `limit` is the upper limit of `through` if undisclosed amounts are as large as can be, nothing if none.
    `carriers` hold `through` back at the upper bounds; `open` are legs beside them without an upper limit.
    """

    counting: Put
    put: Money
    direct: Money
    through: Money
    limit: int | None
    carriers: tuple[Carrier, ...]
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """A published total about the supplier, beside what its legs come to under the convention."""

    claim: str
    says: str
    amount: Money
    registry: Money
    legs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SelfFunded:
    """A supplier's committed revenue, and what of it can be paid with its own money.

    `committed` is what others have promised it: the counted spending legs to it.
    `revenue` is its latest yearly revenue, if it is published.
    """

    convention: Convention
    digest: str
    supplier: str
    committed: Money
    revenue: Figure | None
    lines: tuple[Line, ...]
    guarantees: tuple[Backed, ...]
    published: tuple[Published, ...]
    funding_legs: tuple[tuple[str, Money], ...]
    purchase_legs: tuple[tuple[str, Money], ...]
    sales_legs: tuple[tuple[str, Money], ...]

    def share(self, amount: Money, at: str = "high") -> Fraction | None:
        """Give an amount as a part of the disclosed committed revenue, both at one bound.

        Nothing if none is disclosed, or if nothing of the amount is known.
        """
        part, whole = (getattr(money, at) for money in (amount, self.committed))
        return Fraction(part, whole) if whole and (part or not amount.unbounded) else None

    def of_revenue(self, amount: Money) -> Fraction | None:
        """Give an amount's upper bound as a part, or a multiple, of the latest year's published revenue."""
        if self.revenue is None or self.revenue.amount is None or self.revenue.amount.high <= 0:
            return None
        if not amount.high and (amount.unbounded or not amount.known):
            return None
        return Fraction(amount.high, self.revenue.amount.high)

    def explain(self) -> Trace:
        """Say how each line comes about: what was put in, what is to be paid, and the legs that carry it."""
        steps = Steps(f"Self-funded sales of {self.supplier}", self.convention, self.digest)
        sold = [steps.given(leg, amount, legs=(leg,)) for leg, amount in self.sales_legs]
        committed = steps.total("committed revenue", *sold, expect=self.committed, name="committed")
        high = steps.upper("its upper bound", committed)
        given = [steps.given(leg, amount, legs=(leg,)) for leg, amount in self.funding_legs]
        for line in self.lines:
            if line.counting is Put.GUARANTEES:
                given += [
                    steps.given(row.leg.id, row.leg.amount, legs=(row.leg.id,)) for row in self.guarantees
                ]
            if line.counting is Put.PURCHASES:
                given += [steps.given(leg, amount, legs=(leg,)) for leg, amount in self.purchase_legs]
            name = str(line.counting)
            steps.total(f"put in: {name}", *given, expect=line.put, name=f"{name} put")
            flow = steps.solved(
                "the most that can come back, by maximum flow at the upper bounds", dollars(line.through.high)
            )
            held = steps.total(
                "the legs that hold it back",
                *(
                    steps.given(
                        f"{row.leg}, {row.payer} to {row.payee}", dollars(row.amount), legs=(row.leg,)
                    )
                    for row in line.carriers
                ),
            )
            proved = steps.equal(
                "a flow and a cut of the same size prove each other", flow, held, name=f"{name} through"
            )
            steps.quotient(
                "as a part of committed revenue",
                proved,
                high,
                expect=self.share(line.through),
                name=f"{name} share",
            )
            if line.open:
                steps.note(
                    f"{name}: more can come back, for no upper limit is known of {', '.join(line.open)}"
                )
        return steps.trace()


def selffunded(graph: DealGraph, supplier: str) -> SelfFunded:
    """Say how much of a supplier's committed revenue can be paid with money that it put in itself.

    Raises:
        UnknownName: there is no such party.
    """
    if supplier not in graph.registry.parties:
        raise UnknownName("party", supplier, graph.registry.parties)
    return _measured(_All(graph), supplier)


def _measured(everyone: _All, supplier: str) -> SelfFunded:
    graph = everyone.graph
    web = _Web(everyone, supplier)
    sales = [leg for leg in everyone.to.get(supplier, ()) if leg.side is Side.SPENDING]
    return SelfFunded(
        convention=graph.convention,
        digest=graph.registry.digest,
        supplier=supplier,
        committed=total(leg.amount for leg in sales),
        revenue=graph.latest_figure(supplier, Metric.REVENUE, yearly=True),
        lines=web.lines(),
        guarantees=web.guarantees,
        published=tuple(_published(graph, supplier)),
        funding_legs=tuple((leg.id, leg.amount) for leg in web.funding),
        purchase_legs=tuple((leg.id, leg.amount) for leg in web.purchases),
        sales_legs=tuple((leg.id, leg.amount) for leg in sales),
    )


def suppliers(graph: DealGraph) -> tuple[SelfFunded, ...]:
    """List all who sell and put money in: the one with most that can come back first."""
    sells = {leg.payee for leg in graph.legs if leg.side is Side.SPENDING}
    puts = {leg.payer for leg in graph.legs if leg.side is Side.FUNDING}
    puts |= {row.leg.payer for row in _guarantees(graph, None)}
    everyone = _All(graph)
    rows = [_measured(everyone, name) for name in sorted((sells & puts) - graph.outside)]

    def order(row: SelfFunded) -> tuple[int, ...]:
        return tuple(-line.through.high for line in row.lines) + tuple(-line.put.high for line in row.lines)

    return tuple(sorted(rows, key=lambda row: (*order(row), row.supplier)))


class _All:
    """What the webs of all suppliers have in common: the counted legs, by payer and payee."""

    def __init__(self, graph: DealGraph) -> None:
        self.graph = graph
        self.of: dict[str, list[LegState]] = defaultdict(list)
        self.to: dict[str, list[LegState]] = defaultdict(list)
        self.amounts: dict[str, dict[Pair, int]] = {at: defaultdict(int) for at in ("low", "high")}
        self.legs: dict[Pair, list[str]] = defaultdict(list)
        self.free: set[str] = set()
        for leg in graph.legs:
            self.of[leg.payer].append(leg)
            self.to[leg.payee].append(leg)
            if graph.outside & {leg.payer, leg.payee}:
                continue
            pair = (leg.payer, leg.payee)
            self.legs[pair].append(leg.id)
            for at, amounts in self.amounts.items():
                amounts[pair] += getattr(leg.amount, at)
            if _is_free(leg.amount):
                self.free.add(leg.id)


class _Web:
    """The web of one supplier, taken apart into one who puts money in and one who sells."""

    def __init__(self, everyone: _All, supplier: str) -> None:
        self._all = everyone
        self._graph = graph = everyone.graph
        self._supplier = supplier
        paid, received = everyone.of.get(supplier, []), everyone.to.get(supplier, [])
        self.funding = [leg for leg in paid if leg.side is Side.FUNDING]
        self.purchases = [leg for leg in paid if leg.side is Side.SPENDING]
        self.guarantees = tuple(_guarantees(graph, supplier))
        self._sales = [
            leg
            for leg in received
            if leg.side is Side.SPENDING and not graph.outside & {leg.payer, leg.payee}
        ]

    def lines(self) -> tuple[Line, ...]:
        """Measure all lines; one that counts no more than the one before is the same but for its name."""
        lines: list[Line] = []
        for counting, more in zip(Put, (self.funding, self.guarantees, self.purchases), strict=True):
            lines.append(replace(lines[-1], counting=counting) if lines and not more else self.line(counting))
        return tuple(lines)

    def line(self, counting: Put) -> Line:
        """Measure one line."""
        backed = self.guarantees if counting is not Put.FUNDING else ()
        paid = [*self.funding, *(self.purchases if counting is Put.PURCHASES else ())]
        near = [self._cut(paid, backed, at, others=False) for at in ("low", "high")]
        far = [self._cut(paid, backed, at) for at in ("low", "high")]
        near_limit, _ = self._limit(paid, backed, near[1], others=False)
        limit, opened = self._limit(paid, backed, far[1])
        return Line(
            counting=counting,
            put=total([*(leg.amount for leg in paid), *(row.leg.amount for row in backed)]),
            direct=_money(near, near_limit),
            through=_money(far, limit),
            limit=limit,
            carriers=self._carriers(paid, backed, far[1]),
            open=opened if limit is None or limit > far[1].amount else (),
        )

    def _arcs(
        self, paid: Iterable[LegState], backed: Iterable[Backed], at: str, *, others: bool = True
    ) -> tuple[dict[Pair, int], dict[Pair, list[str]]]:
        """Give amounts by pair of places, and the legs that make them; `others` lets money pass on."""
        amounts: dict[Pair, int] = defaultdict(int)
        legs: dict[Pair, list[str]] = defaultdict(list)
        if others:
            amounts |= self._all.amounts[at]
            legs |= self._all.legs
            for other in {leg.payee for leg in self._all.of.get(self._supplier, ())}:
                amounts.pop((self._supplier, other), None)
                legs.pop((self._supplier, other), None)
            for other in {leg.payer for leg in self._all.to.get(self._supplier, ())}:
                amounts.pop((other, self._supplier), None)
                legs.pop((other, self._supplier), None)

        def add(pair: Pair, leg: str, amount: int) -> None:
            amounts[pair] += amount
            legs[pair].append(leg)

        start, end = cut.pays(self._supplier), cut.receives(self._supplier)
        for leg in paid:
            if leg.payee not in self._graph.outside:
                add((start, leg.payee), leg.id, getattr(leg.amount, at))
        for leg in self._sales:
            add((leg.payer, end), leg.id, getattr(leg.amount, at))
        for row in backed:
            called = cut.pays(row.leg.id)
            add((start, called), row.leg.id, getattr(row.leg.amount, at))
            for party, cap in row.reaches:
                if party not in self._graph.outside:
                    add((called, party), row.leg.id, getattr(cap, at))
        return amounts, legs

    def _cut(
        self, paid: Iterable[LegState], backed: Iterable[Backed], at: str, *, others: bool = True
    ) -> cut.Cut:
        amounts, legs = self._arcs(paid, backed, at, others=others)
        counts = {pair: len(names) for pair, names in legs.items()}
        return cut.cut(amounts, cut.pays(self._supplier), cut.receives(self._supplier), counts)

    def _limit(
        self, paid: Iterable[LegState], backed: Iterable[Backed], found: cut.Cut, *, others: bool = True
    ) -> tuple[int | None, tuple[str, ...]]:
        """Give the limit where what is undisclosed or at least has none, and the legs that open the cut."""
        amounts, legs = self._arcs(paid, backed, "high", others=others)
        free = self._all.free | {row.leg.id for row in backed if _is_free(row.leg.amount)}
        pairs = [pair for pair, names in legs.items() if not free.isdisjoint(names)]
        start, end = cut.pays(self._supplier), cut.receives(self._supplier)
        opened = [(u, v) for u, v in pairs if u in found.near and v not in found.near]
        if opened:
            limitless = set(pairs)
            ways = cut.between((pair for pair in amounts if amounts[pair] or pair in limitless), start, end)
            opened = [pair for pair in opened if pair in ways]
        crossing = sorted({name for pair in opened for name in legs[pair]} & free)
        # A cut over which no pair without a limit leads on holds whatever those pairs carry.
        limit = cut.limit(amounts, pairs, start, end) if opened else found.amount
        return limit, tuple(crossing)

    def _carriers(
        self, paid: Iterable[LegState], backed: Iterable[Backed], found: cut.Cut
    ) -> tuple[Carrier, ...]:
        guaranteed = {row.leg.id for row in backed}
        amounts, legs = self._arcs(paid, backed, "high")
        rows = []
        for pair in found.pairs:
            u, v = pair
            for name in legs[pair]:
                if name not in guaranteed:
                    leg = self._graph.leg[name]
                    rows.append(Carrier(name, leg.payer, leg.payee, leg.amount.high))
                else:
                    end = self._graph.registry.leg(name)
                    payee = end.payee if u == cut.pays(self._supplier) else v
                    rows.append(Carrier(name, end.payer, payee, amounts[pair]))
        return tuple(sorted((row for row in rows if row.amount), key=lambda row: (-row.amount, row.leg)))


def _is_free(amount: Money) -> bool:
    """Whether an amount has no upper limit that is known."""
    return not amount.known or amount.unbounded


def _money(bounds: Sequence[cut.Cut], limit: int | None) -> Money:
    low, high = bounds
    return Money(low.amount, high.amount, unbounded=limit is None or limit > high.amount)


def _guarantees(graph: DealGraph, supplier: str | None) -> Iterator[Backed]:
    """Give the guarantees that the convention would count if they were flows: one supplier's, or all."""
    rule = graph.convention
    if rule.preset is Preset.PAID:
        return
    for row in graph.excluded:
        leg = row.state
        wanted = leg.instrument is Instrument.GUARANTEE and supplier in {None, leg.payer}
        agreed = leg.status.level >= rule.least.level and leg.basis in rule.bases
        if not wanted or not agreed or graph.leaves_out(leg):
            continue
        amount = leg.amount.firm if rule.preset is Preset.FIRM else leg.amount
        secures = graph.registry.leg(leg.id).secures
        reaches = tuple(_reach(graph, name, amount) for name in secures) or ((leg.payee, amount),)
        yield Backed(replace(leg, amount=amount), secures, reaches)


def _reach(graph: DealGraph, secured: str, amount: Money) -> tuple[str, Money]:
    """Say to whom a guarantee of a leg brings money, and how much of it that leg can take."""
    leg = graph.registry.leg(secured)
    counted = graph.leg.get(secured)
    if counted is None or not counted.amount.known or counted.amount.unbounded:
        return leg.payee, amount
    return leg.payee, narrowest((amount, counted.amount))


def _published(graph: DealGraph, supplier: str) -> Iterator[Published]:
    """Give published totals about the supplier that name what it put in, and what the registry has of it."""
    backed = {row.leg.id: row.leg.amount for row in _guarantees(graph, supplier)}
    for name, claim in sorted(graph.registry.claims.items()):
        if claim.party != supplier or claim.amount is None or claim.on.last > graph.convention.as_of:
            continue
        legs = [leg for leg in claim.named if graph.registry.leg(leg).payer == supplier]
        put = [leg for leg in legs if graph.registry.leg(leg).instrument.side is Side.FUNDING]
        if put or any(leg in backed for leg in legs):
            counted = {leg.id: leg.amount for leg in graph.legs} | backed
            found = total(counted[leg] for leg in legs if leg in counted)
            yield Published(name, claim.says, claim.amount, found, tuple(legs))
