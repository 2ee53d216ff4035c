"""Who can pay what, if everybody pays with what it has and what it is paid: plain obligations.

Symbols: e_i ≥ 0 is the cash of i; L_ij what i owes j; p̄_i all that i owes; Π_ij = L_ij / p̄_i; p_i what i
pays; A_i = e_i + Σ_j Π_ji p_j what i has once it has been paid.

- Clearing: p = min(p̄, A) (L. Eisenberg, T. H. Noe, Management Science 47 (2001) 236-249).
  Creditors of one rank are paid in proportion; outside creditors stand beside the others.
  There is a greatest and a least such p, with the same equity for every party.
- Ranks: a party pays rank after rank, in proportion within each (H. Elsinger, "Financial Networks, Cross
  Holdings, and Limited Liability", OeNB Working Paper 156, 2009; without the cross holdings).
- Default costs: who cannot pay all has alpha · e_i + beta · Σ_j Π_ji p_j to pay with
  (L. C. G. Rogers, L. A. M. Veraart, Management Science 59 (2013) 882-898).
  The map jumps, so clearing vectors are several in general, and the equities under them differ.
- All or nothing: who has the money for everything pays everything, others pay nothing
  (M. Bardoscia, G. Ferrara, N. Vause, M. Yoganayagam, "Full Payment Algorithm", SSRN, 2019).

The greatest vector is found from the top: everybody pays; who then cannot pay has failed by itself; with
these the payments are solved anew, and who then cannot pay has failed because of them; and so on.
That is the fictitious default algorithm of Eisenberg and Noe, and the algorithm GA of Rogers and Veraart;
it takes at most as many rounds as there are parties, and with ranks as many as there are parties and ranks.
The least vector is found from below in the same way: nobody pays, then those who have cash, and so on.
All of it is in fractions: nothing is rounded, and both vectors are fixed points to the last digit.
Exact numbers grow fast where many owe each other in circles, so where more than `EXACT` parties do, payments
are rounded to 10^-12 dollars, who lacks less than a tenth of a cent has not failed, and `residue` says how
far the payments are from the rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Final, TypeAlias

from aiweb.errors import BadOption
from aiweb.flows.monotone import SLACK, capped, floored, on_grid
from aiweb.flows.tracing import components
from aiweb.flows.web import Pair

Amount: TypeAlias = int | Fraction
EXACT: Final = 30
"""Up to so many parties that owe each other in circles are cleared without rounding."""
_ZERO: Final = Fraction(0)


@dataclass(frozen=True, slots=True)
class Obligation:
    """What `debtor` owes `creditor`, in dollars; what has the lower `rank` is paid first."""

    debtor: str
    creditor: str
    amount: Amount
    rank: int = 0


def added(amounts: Iterable[Fraction]) -> Fraction:
    """Add up exactly; whole amounts, which nearly all are, as integers, for sums of fractions are slow.

    >>> added([Fraction(2), Fraction(1, 3), Fraction(5)])
    Fraction(22, 3)
    """
    whole, rest = 0, _ZERO
    for amount in amounts:
        if amount.denominator == 1:
            whole += amount.numerator
        else:
            rest += amount
    return rest + whole if rest else Fraction(whole)


@dataclass(frozen=True, slots=True)
class Layer:
    """What a party owes at one rank, by obligation, in dollars, and all of it."""

    rank: int
    amounts: Mapping[str, Fraction]
    total: Fraction

    @property
    def shares(self) -> Mapping[str, Fraction]:
        """Each obligation as a share of all."""
        return {name: amount / self.total for name, amount in self.amounts.items()}

    def paid(self, money: Fraction) -> Mapping[str, Fraction]:
        """Give what each is paid out of an amount, in proportion."""
        # Nearly all layers are paid whole, and products of fractions are slow.
        if money == self.total:
            return self.amounts
        return {name: money * share for name, share in self.shares.items()}


@dataclass(frozen=True)
class Books:
    """The cash of each party in dollars, and what it owes whom, by name of the obligation.

    A party without an entry in `cash` has none.
    Names in `outside` are creditors that stand for many: they are paid, hold no cash here and owe nothing.

    Raises:
        BadOption: an amount is below zero, a party owes itself, or an outside name owes or holds cash.
    """

    cash: Mapping[str, Amount]
    obligations: Mapping[str, Obligation]
    outside: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        for party, amount in sorted(self.cash.items()):
            if amount < 0:
                raise BadOption(f"cash of {party}", amount, "it is 0 or more; write a debt as an obligation")
            if party in self.outside:
                raise BadOption("outside", party, "it holds cash; leave one of the two out")
        for name, owed in sorted(self.obligations.items()):
            if owed.amount < 0:
                raise BadOption(name, owed.amount, "it is 0 or more; turn debtor and creditor round")
            if owed.debtor == owed.creditor:
                raise BadOption(name, owed.debtor, "it owes itself; leave it out")
            if owed.debtor in self.outside:
                raise BadOption(name, owed.debtor, "it is outside; give what it pays as cash of the creditor")

    @classmethod
    def between(
        cls,
        owed: Mapping[Pair, Amount],
        cash: Mapping[str, Amount],
        *,
        outward: Mapping[str, Amount] | None = None,
        outward_rank: int = 0,
    ) -> Books:
        """Write books of one obligation a pair, at rank 0, and one to the outside for each of `outward`."""
        found = {f"{pair[0]} -> {pair[1]}": Obligation(*pair, amount) for pair, amount in owed.items()}
        for debtor, amount in (outward or {}).items():
            found[f"{debtor} -> outside"] = Obligation(debtor, "outside", amount, outward_rank)
        return cls(cash, found, frozenset({"outside"}) if outward else frozenset())

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """All that hold cash, owe or are owed, but for those outside; sorted."""
        names = {name for owed in self.obligations.values() for name in (owed.debtor, owed.creditor)}
        return tuple(sorted({*self.cash, *names} - self.outside))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All obligations, sorted."""
        return tuple(sorted(self.obligations))

    @cached_property
    def layers(self) -> Mapping[str, tuple[Layer, ...]]:
        """What each party owes, rank by rank from the first paid; without what is zero."""
        ranked: dict[str, dict[int, dict[str, Fraction]]] = {party: {} for party in self.parties}
        for name, owed in sorted(self.obligations.items()):
            if owed.amount:
                ranked[owed.debtor].setdefault(owed.rank, {})[name] = Fraction(owed.amount)
        return {
            party: tuple(
                Layer(rank, amounts, added(amounts.values())) for rank, amounts in sorted(ranks.items())
            )
            for party, ranks in ranked.items()
        }

    @cached_property
    def owed(self) -> Mapping[str, Fraction]:
        """What each party owes, in dollars: p̄."""
        return {party: added(one.total for one in ranks) for party, ranks in self.layers.items()}

    @cached_property
    def due(self) -> Mapping[str, Fraction]:
        """What each party, and each name outside, is owed, in dollars."""
        return self.received({name: Fraction(owed.amount) for name, owed in self.obligations.items()})

    def received(self, paid: Mapping[str, Fraction]) -> dict[str, Fraction]:
        """Add up payments, by obligation, to what each party and each name outside receives."""
        found: dict[str, list[Fraction]] = {name: [] for name in (*self.parties, *sorted(self.outside))}
        for name, amount in paid.items():
            if amount:
                found[self.obligations[name].creditor].append(amount)
        return {name: added(amounts) for name, amounts in found.items()}

    def held(self, party: str) -> Fraction:
        """Give the cash of a party."""
        return Fraction(self.cash.get(party, 0))


@dataclass(frozen=True, slots=True)
class Account:
    """One sum of money written in two ways, part by part; `gap` is their difference.

    What one party loses another has lost or somebody outside bears, so the gap is zero.
    """

    name: str
    given: Mapping[str, Fraction] | Mapping[str, float]
    found: Mapping[str, Fraction] | Mapping[str, float]

    @property
    def gap(self) -> Fraction | float:
        """The first sum less the second, in dollars."""
        zero: Fraction | float = _ZERO
        return sum(self.given.values(), zero) - sum(self.found.values(), zero)


@dataclass(frozen=True)
class Payments:
    """One clearing vector: what is paid on each obligation, in dollars, and what follows from it.

    `alpha` and `beta` are the parts of cash and of receipts that a failed party still has.
    `rounded` says that less than a tenth of a cent counts as nothing.
    """

    books: Books
    paid: Mapping[str, Fraction]
    alpha: Fraction = Fraction(1)
    beta: Fraction = Fraction(1)
    rounded: bool = False

    @cached_property
    def payments(self) -> Mapping[str, Fraction]:
        """What each party pays: p."""
        found: dict[str, list[Fraction]] = {name: [] for name in self.books.parties}
        for name, amount in self.paid.items():
            found[self.books.obligations[name].debtor].append(amount)
        return MappingProxyType({name: added(amounts) for name, amounts in found.items()})

    @cached_property
    def received(self) -> Mapping[str, Fraction]:
        """What each party, and each name outside, is paid."""
        return MappingProxyType(self.books.received(self.paid))

    @cached_property
    def failed(self) -> tuple[str, ...]:
        """Who does not pay all that it owes, sorted."""
        owed = self.books.owed
        slack = SLACK if self.rounded else _ZERO
        return tuple(party for party, amount in self.payments.items() if amount < owed[party] - slack)

    @cached_property
    def costs(self) -> Mapping[str, Fraction]:
        """What default destroys, by failed party: parts of its cash and of its receipts."""
        return {
            party: (1 - self.alpha) * self.books.held(party) + (1 - self.beta) * self.received[party]
            for party in self.failed
        }

    @cached_property
    def equity(self) -> Mapping[str, Fraction]:
        """What each party is left with: cash and receipts, less default costs and payments; never below 0."""
        return MappingProxyType(
            {
                party: self.books.held(party)
                + self.received[party]
                - self.costs.get(party, _ZERO)
                - self.payments[party]
                for party in self.books.parties
            }
        )

    @cached_property
    def shortfalls(self) -> Mapping[str, Fraction]:
        """What stays unpaid, by obligation; only where something does."""
        gaps = {name: owed.amount - self.paid[name] for name, owed in sorted(self.books.obligations.items())}
        return MappingProxyType({name: gap for name, gap in gaps.items() if gap})

    @cached_property
    def unpaid(self) -> Mapping[str, Fraction]:
        """What each creditor is not paid, those outside included; only where something is missing."""
        gaps = {name: due - self.received[name] for name, due in self.books.due.items()}
        return MappingProxyType({name: gap for name, gap in gaps.items() if gap})

    @cached_property
    def residue(self) -> Fraction:
        """How far the payments are from what the rule says they are, in dollars: 0 unless rounded."""
        rule = applied(self.books, self.received, self.alpha, self.beta)
        return max((abs(rule[name] - amount) for name, amount in self.paid.items()), default=_ZERO)

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        """Where the cash has gone, and who bears what stays unpaid."""
        outside = sorted(self.books.outside)
        costs = sum(self.costs.values(), _ZERO)
        return (
            Account(
                "cash",
                {party: self.books.held(party) for party in self.books.parties},
                {
                    "equity": sum(self.equity.values(), _ZERO),
                    "paid outside": sum((self.received[name] for name in outside), _ZERO),
                    "default costs": costs,
                },
            ),
            Account(
                "losses",
                {"unpaid by debtors": sum(self.shortfalls.values(), _ZERO), "default costs": costs},
                {
                    "parties": sum((self.unpaid.get(party, _ZERO) for party in self.books.parties), costs),
                    "outside": sum((self.unpaid.get(name, _ZERO) for name in outside), _ZERO),
                },
            ),
        )


@dataclass(frozen=True)
class Clearing:
    """The greatest and the least clearing vector of books, and in which rounds parties fail.

    `rounds` belong to the greatest: the first names who fails though everybody pays it, each later one
    who fails because of those before.
    """

    books: Books
    greatest: Payments
    rounds: tuple[tuple[str, ...], ...]

    @cached_property
    def least(self) -> Payments:
        """The least clearing vector: what is paid if nobody pays before it has the money."""
        top = self.greatest
        return _Solver(self.books, top.alpha, top.beta, rounded=top.rounded).least()

    @property
    def differing(self) -> tuple[str, ...]:
        """Who pays less under the least vector than under the greatest, sorted."""
        low, slack = self.least.payments, SLACK if self.greatest.rounded else _ZERO
        return tuple(
            party for party, amount in self.greatest.payments.items() if abs(amount - low[party]) > slack
        )

    @property
    def unique(self) -> bool:
        """Whether there is one clearing vector only: the greatest is the least."""
        return not self.differing


@dataclass(frozen=True)
class AllOrNothing:
    """Who pays when a payment is made whole or not at all, and in which rounds.

    `greatest` is what is paid if all payments are made at once: the most that can stand together; `dropped`
    names by rounds who cannot pay even so.
    `least` is what is paid if everybody waits until it holds the cash, as in the paper; `paying` names by
    rounds who comes to pay all that it owes.
    """

    books: Books
    greatest: Payments
    least: Payments
    dropped: tuple[tuple[str, ...], ...]
    paying: tuple[tuple[str, ...], ...]

    @property
    def needed(self) -> Mapping[str, Fraction]:
        """What those who wait lack for what they still owe: the shortfall of the paper."""
        left = self.least.equity
        open_ = {party: owed - self.least.payments[party] for party, owed in self.books.owed.items()}
        return {party: owed - left[party] for party, owed in open_.items() if owed > left[party]}


def clear(books: Books, *, alpha: Amount = 1, beta: Amount = 1, rounded: bool | None = None) -> Clearing:
    """Find the greatest and the least clearing vector.

    `alpha` and `beta` are the parts of its cash and of its receipts that a failed party still has to pay
    with, from 0 to 1; at 1 and 1 nothing is lost by failing.
    Payments are exact unless more than `EXACT` parties owe each other in circles, or `rounded` says.

    Raises:
        BadOption: a part lies outside 0 to 1.

    >>> found = clear(Books.between({("a", "b"): 10, ("b", "c"): 8}, {"a": 4, "b": 3}))
    >>> [str(amount) for amount in found.greatest.payments.values()], found.rounds, found.unique
    (['4', '7', '0'], (('a',), ('b',)), True)
    """
    for name, part in (("alpha", alpha), ("beta", beta)):
        if not 0 <= part <= 1:
            raise BadOption(name, part, "give a part from 0 to 1")
    if rounded is None:
        groups = components(
            (owed.debtor, owed.creditor) for owed in books.obligations.values() if owed.amount
        )
        rounded = max(map(len, groups), default=0) > EXACT
    greatest, rounds = _Solver(books, Fraction(alpha), Fraction(beta), rounded=rounded).greatest()
    return Clearing(books, greatest, rounds)


def all_or_nothing(books: Books) -> AllOrNothing:
    """Pay every rank of a party whole or not at all, rank after rank.

    With one rank that is the paper's rule: a party pays all its creditors or none.
    Without an order between obligations, whether one is paid could turn on more cash going to another, and
    there would be no greatest outcome; so what shall be paid by itself gets a rank of its own.
    """
    least, paying = _whole_only(books, dict.fromkeys(books.parties, 0))
    greatest, dropped = _whole_only(books, {party: len(ranks) for party, ranks in books.layers.items()})
    return AllOrNothing(books, greatest, least, dropped, paying)


def applied(
    books: Books, received: Mapping[str, Fraction], alpha: Fraction, beta: Fraction
) -> dict[str, Fraction]:
    """Say what each obligation is paid by a party that has its cash and what it `received`."""
    paid: dict[str, Fraction] = dict.fromkeys(books.names, _ZERO)
    for party, ranks in books.layers.items():
        able = books.held(party) + received[party] >= books.owed[party]
        rest = books.owed[party] if able else alpha * books.held(party) + beta * received[party]
        for layer in ranks:
            now = min(rest, layer.total)
            rest -= now
            paid |= {name: now * share for name, share in layer.shares.items()}
    return paid


@dataclass(frozen=True)
class _Solver:
    """Piece by piece linear clearing.

    A party's place says on which piece it stands: the number of its ranks if it pays all, else the rank that
    it pays in part, all before it being paid in full and none behind; below 0 it pays nothing.
    """

    books: Books
    alpha: Fraction
    beta: Fraction
    rounded: bool

    @property
    def _slack(self) -> Fraction:
        return SLACK if self.rounded else _ZERO

    @cached_property
    def _payers(self) -> tuple[str, ...]:
        return tuple(party for party, ranks in self.books.layers.items() if ranks)

    @cached_property
    def _before(self) -> Mapping[str, tuple[Fraction, ...]]:
        """What is to be paid before each rank."""
        found = {}
        for party, ranks in self.books.layers.items():
            sums = [_ZERO]
            for layer in ranks:
                sums.append(sums[-1] + layer.total)
            found[party] = tuple(sums)
        return found

    def greatest(self) -> tuple[Payments, tuple[tuple[str, ...], ...]]:
        """From the top: places only fall.

        The payments found stay at or above every clearing vector, and end at a fixed point.
        A group that owes only itself never falls as a whole unless its money runs out elsewhere, so what is
        solved for is determined.
        """
        place = {party: len(self.books.layers[party]) for party in self._payers}
        marginal: dict[str, Fraction] = {}
        rounds: list[tuple[str, ...]] = []
        while True:
            received = self._received(place, marginal)
            fails = [
                party
                for party in self._payers
                if self._whole(party, place)
                and self._has(party, received) < self.books.owed[party] - self._slack
            ]
            if not fails:
                return self._payments(place, marginal), tuple(rounds)
            rounds.append(tuple(fails))
            fallen = {party: len(self.books.layers[party]) - 1 for party in fails}
            while fallen:
                place |= fallen
                marginal = floored(*self._system(place), rounded=self.rounded)
                received = self._received(place, marginal)
                fallen = {
                    party: self._reached(self._value(party, received), party)
                    for party in marginal
                    if self._value(party, received) < self._before[party][place[party]] - self._slack
                }

    def least(self) -> Payments:
        """From below: places only rise.

        The payments found stay at or below every clearing vector, and end at a fixed point.
        """
        place = dict.fromkeys(self._payers, -1)
        marginal: dict[str, Fraction] = {}
        while True:
            received = self._received(place, marginal)
            risen = {}
            for party in self._payers:
                if self._whole(party, place):
                    continue
                if self._has(party, received) >= self.books.owed[party] - self._slack:
                    risen[party] = len(self.books.layers[party])
                else:
                    value = self._value(party, received)
                    reached = self._reached(value - self._slack, party, strictly=True)
                    if reached > place[party]:
                        risen[party] = reached
            if not risen:
                return self._payments(place, marginal)
            place |= risen
            links, own = self._system(place)
            caps = {party: self.books.layers[party][place[party]].total for party in own}
            marginal = capped(links, own, caps, rounded=self.rounded)

    def _whole(self, party: str, place: Mapping[str, int]) -> bool:
        return place[party] == len(self.books.layers[party])

    def _has(self, party: str, received: Mapping[str, Fraction]) -> Fraction:
        return self.books.held(party) + received[party]

    def _value(self, party: str, received: Mapping[str, Fraction]) -> Fraction:
        """Give what the party has to pay with once it has failed."""
        return self.alpha * self.books.held(party) + self.beta * received[party]

    def _reached(self, value: Fraction, party: str, *, strictly: bool = False) -> int:
        """Give the last rank that `value` reaches; strictly, the last of which it pays something."""
        before = self._before[party][:-1]
        return sum(1 for sum_ in before if (sum_ < value if strictly else sum_ <= value)) - 1

    def _system(self, place: Mapping[str, int]) -> tuple[dict[str, dict[str, Fraction]], dict[str, Fraction]]:
        """Write down what each party in default has for the rank that it pays in part."""
        inside = [party for party in self._payers if place[party] >= 0 and not self._whole(party, place)]
        links: dict[str, dict[str, Fraction]] = {party: defaultdict(Fraction) for party in inside}
        for party in inside:
            for name, share in self.books.layers[party][place[party]].shares.items():
                creditor = self.books.obligations[name].creditor
                if creditor in links:
                    links[creditor][party] += self.beta * share
        fixed = self._received(place, {})
        own = {party: self._value(party, fixed) - self._before[party][place[party]] for party in inside}
        return links, own

    def _paid(self, place: Mapping[str, int], marginal: Mapping[str, Fraction]) -> dict[str, Fraction]:
        paid = dict.fromkeys(self.books.names, _ZERO)
        for party in self._payers:
            for number, layer in enumerate(self.books.layers[party]):
                if number > place[party]:
                    break
                part = layer.paid(layer.total if number < place[party] else marginal.get(party, _ZERO))
                paid |= {name: on_grid(one) for name, one in part.items()} if self.rounded else part
        return paid

    def _received(self, place: Mapping[str, int], marginal: Mapping[str, Fraction]) -> dict[str, Fraction]:
        return self.books.received(self._paid(place, marginal))

    def _payments(self, place: Mapping[str, int], marginal: Mapping[str, Fraction]) -> Payments:
        return Payments(
            self.books, MappingProxyType(self._paid(place, marginal)), self.alpha, self.beta, self.rounded
        )


def _whole_only(books: Books, place: Mapping[str, int]) -> tuple[Payments, tuple[tuple[str, ...], ...]]:
    """Let every party pay the ranks that it can pay whole, from those in `place`, until nothing changes.

    From all ranks the numbers only fall, from none they only rise.
    """
    rounds: list[tuple[str, ...]] = []
    while True:
        paid = dict.fromkeys(books.names, _ZERO)
        for party, ranks in books.layers.items():
            for layer in ranks[: place[party]]:
                paid |= layer.amounts
        received = books.received(paid)
        able = {
            party: _whole_ranks(ranks, books.held(party) + received[party])
            for party, ranks in books.layers.items()
        }
        if able == place:
            return Payments(books, MappingProxyType(paid)), tuple(rounds)
        turned = [
            party
            for party, ranks in books.layers.items()
            if (able[party] == len(ranks)) != (place[party] == len(ranks))
        ]
        rounds += [tuple(turned)] if turned else []
        place = able


def _whole_ranks(ranks: Iterable[Layer], money: Fraction) -> int:
    number = 0
    for layer in ranks:
        money -= layer.total
        if money < 0:
            break
        number += 1
    return number
