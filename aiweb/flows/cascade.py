"""How a loss of revenue passes from buyers to sellers, and through what they are bound to pay: plain trade.

Symbols: r_j is the revenue of j; B_ij what i buys of j and may cut; d_j, from 0 to 1, the part of its
revenue that j loses.

- Revenue losses: d = min(1, d(0) + d Q), Q_ij = B_ij / r_j: who loses a tenth of its revenue cuts a tenth of
  what it may cut.
  In dollars x_j = d_j r_j it reads x = x(0) (I - P)^-1 with P_ij = B_ij / r_i, as long as nobody loses all:
  the Leontief calculation (R. E. Miller, P. D. Blair, "Input-Output Analysis", 2009, chapters 2 and 12).
  The least solution is taken: nothing is lost without a cause.
- With payments: what must be paid whether or not it is used (take-or-pay) is not cut when revenue falls.
  It is paid out of cash, by the clearing of `aiweb.flows.clearing`; what stays unpaid is revenue that the
  seller loses, which cuts what it buys, and leaves it less to pay with; and so on.
  Whoever cannot pay its bound purchases buys nothing else: what may be cut is paid last.
  All of these maps are monotone, so stepping on from no loss at all leads to the greatest solution, the one
  with the least losses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Final

from aiweb.errors import BadOption
from aiweb.flows.clearing import Account, Amount, Books, Clearing, Obligation, clear
from aiweb.flows.monotone import capped, settled
from aiweb.flows.web import Pair

TOLERANCE: Final = 1e-12
"""A part of a party's revenue."""
ROUNDS: Final = 2_000
"""So many rounds a cascade may take."""
OUTSIDE: Final = "outside"
_ZERO: Final = Fraction(0)


@dataclass(frozen=True)
class RevenueLoss:
    """The part of its revenue that each party loses, `before` buyers cut and `after`, from 0 to 1."""

    revenue: Mapping[str, Fraction]
    flexible: Mapping[Pair, Fraction]
    before: Mapping[str, Fraction]
    after: Mapping[str, Fraction]

    @cached_property
    def lost(self) -> Mapping[str, Fraction]:
        """What each party loses, in dollars."""
        return MappingProxyType({party: part * self.revenue[party] for party, part in self.after.items()})

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        """What sellers lost, in dollars: the first loss and what buyers cut, less what exceeds revenue."""
        first = sum((part * self.revenue[party] for party, part in self.before.items()), _ZERO)
        received = dict.fromkeys(self.after, _ZERO)
        for (buyer, seller), amount in self.flexible.items():
            received[seller] += self.after[buyer] * amount
        reach = {
            party: self.before[party] * self.revenue[party] + cuts - self.lost[party]
            for party, cuts in received.items()
        }
        cut = sum(
            (self.after[buyer] * amount for (buyer, _), amount in self.flexible.items()),
            _ZERO,
        )
        return (
            Account(
                "revenue",
                {"first loss": first, "cut by buyers": cut},
                {"lost": sum(self.lost.values(), _ZERO), "beyond revenue": sum(reach.values(), _ZERO)},
            ),
        )


def revenue_losses(
    flexible: Mapping[Pair, Amount], revenue: Mapping[str, Amount], lost: Mapping[str, Amount]
) -> RevenueLoss:
    """Pass losses of revenue on from buyers to sellers, exactly.

    `flexible` is what each buyer buys of each seller and may cut, by buyer and seller; `lost` the first
    losses in dollars.
    A buyer without revenue has none to lose, and cuts nothing.

    Raises:
        BadOption: an amount is below zero, a party buys of itself, a seller or loser has no revenue, or loses
            more than it has.
    """
    _check_pairs(flexible)
    bought = {pair: Fraction(amount) for pair, amount in sorted(flexible.items()) if amount}
    parties = sorted({*revenue, *lost, *(party for pair in bought for party in pair)})
    has = {party: Fraction(revenue.get(party, 0)) for party in parties}
    for _, seller in bought:
        if has[seller] <= 0:
            raise BadOption(
                f"revenue of {seller}", has[seller], "give the revenue that its sales are part of"
            )
    before = _parts(lost, has)
    links: dict[str, dict[str, Fraction]] = {party: {} for party in parties}
    for (buyer, seller), amount in bought.items():
        links[seller][buyer] = amount / has[seller]
    touched = {party for party, part in before.items() if part}
    while grown := {seller for buyer, seller in bought if buyer in touched} - touched:
        touched |= grown
    after = dict.fromkeys(parties, _ZERO) | capped(
        links, {party: before[party] for party in touched}, dict.fromkeys(touched, Fraction(1))
    )
    return RevenueLoss(MappingProxyType(has), MappingProxyType(bought), before, after)


@dataclass(frozen=True)
class Trade:
    """A year, or another span, of trade between parties, in dollars.

    `cash` is what each party holds at the start, `sales` what it sells outside, `costs` what it is bound to
    pay outside.
    `bound` is what each buyer must pay each seller, `flexible` what it may cut, by buyer and seller.

    Raises:
        BadOption: an amount is below zero, or a party buys of itself.
    """

    cash: Mapping[str, Amount]
    sales: Mapping[str, Amount]
    bound: Mapping[Pair, Amount]
    flexible: Mapping[Pair, Amount]
    costs: Mapping[str, Amount]

    def __post_init__(self) -> None:
        _check_pairs(self.bound)
        _check_pairs(self.flexible)
        for what, amounts in (("cash", self.cash), ("sales", self.sales), ("costs", self.costs)):
            for party, amount in sorted(amounts.items()):
                if amount < 0:
                    raise BadOption(f"{what} of {party}", amount, "give 0 or more")

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """All that hold, sell, buy or spend, sorted."""
        traded = {party for pair in (*self.bound, *self.flexible) for party in pair}
        return tuple(sorted({*self.cash, *self.sales, *self.costs, *traded}))

    @cached_property
    def revenue(self) -> Mapping[str, Fraction]:
        """What each party sells, outside and to parties."""
        found = {party: Fraction(self.sales.get(party, 0)) for party in self.parties}
        for purchases in (self.bound, self.flexible):
            for (_, seller), amount in purchases.items():
                found[seller] += Fraction(amount)
        return MappingProxyType(found)

    def books(self, lost: Mapping[str, Amount], parts: Mapping[str, Fraction]) -> Books:
        """Write down who owes whom once outside sales are `lost` and parties have lost `parts` of revenue.

        Bound purchases and costs rank equally, and before what may be cut.
        """
        cash = {
            party: Fraction(self.cash.get(party, 0)) + Fraction(self.sales.get(party, 0)) - lost.get(party, 0)
            for party in self.parties
        }
        owed = {
            f"costs of {party}": Obligation(party, OUTSIDE, amount) for party, amount in self.costs.items()
        }
        for (buyer, seller), amount in self.bound.items():
            owed[f"{buyer} -> {seller}: bound"] = Obligation(buyer, seller, amount)
        for (buyer, seller), amount in self.flexible.items():
            left = amount * (1 - parts[buyer])
            owed[f"{buyer} -> {seller}: flexible"] = Obligation(buyer, seller, left, rank=1)
        return Books(cash, owed, frozenset({OUTSIDE}))


@dataclass(frozen=True, slots=True)
class Wave:
    """One round of a cascade: the part of revenue each party had lost, and who could not pay what it must.

    `unpaid` is what stayed unpaid of bound purchases and costs, `cut` what was not bought, in dollars.
    """

    parts: Mapping[str, float]
    failed: tuple[str, ...]
    unpaid: float
    cut: float


@dataclass(frozen=True)
class Cascade:
    """Where a loss of revenue ends once buyers have cut and bound purchases are cleared.

    `parts` is the part of its revenue that each party loses, `clearing` how the rest is paid.
    `residue` is the last move of the iteration, as a part of revenue.
    """

    trade: Trade
    lost: Mapping[str, Amount]
    parts: Mapping[str, float]
    clearing: Clearing
    waves: tuple[Wave, ...]
    residue: float

    @property
    def failed(self) -> tuple[str, ...]:
        """Who cannot pay all that it must, sorted."""
        return self.waves[-1].failed

    @cached_property
    def shortfalls(self) -> Mapping[str, Fraction]:
        """What each party is not paid of all it was to sell, its outside sales included, in dollars."""
        return MappingProxyType(_shortfalls(self.trade, self.lost, self.clearing))

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        """Those of the clearing, and what sellers and others outside lose: first losses, cuts, and unpaid."""
        paid = self.clearing.greatest.paid
        costs = sum((amount - paid[f"costs of {party}"] for party, amount in self.trade.costs.items()), _ZERO)
        unbought = sum(
            (
                amount - paid[f"{buyer} -> {seller}: flexible"]
                for (buyer, seller), amount in self.trade.flexible.items()
            ),
            _ZERO,
        )
        unpaid = sum(
            (
                amount - paid[f"{buyer} -> {seller}: bound"]
                for (buyer, seller), amount in self.trade.bound.items()
            ),
            _ZERO,
        )
        return (
            *self.clearing.greatest.accounts,
            Account(
                "revenue",
                {
                    "first loss": sum((Fraction(amount) for amount in self.lost.values()), _ZERO),
                    "not bought": unbought,
                    "bound and unpaid": unpaid,
                    "costs unpaid": costs,
                },
                {"sellers": sum(self.shortfalls.values(), _ZERO), "outside": costs},
            ),
        )


def cascade(
    trade: Trade,
    lost: Mapping[str, Amount],
    *,
    tolerance: float = TOLERANCE,
    rounds: int = ROUNDS,
) -> Cascade:
    """Follow a loss of outside sales through cuts and clearing, round by round, to the greatest solution.

    In each round buyers cut in proportion to the revenue they have lost so far, what is owed is cleared
    exactly, and what sellers are not paid is the revenue they have lost in the next.

    Raises:
        BadOption: a party loses more than it sells outside, or less than nothing.
        NoConvergence: losses still grow after so many rounds.
    """
    _parts(lost, {party: Fraction(trade.sales.get(party, 0)) for party in sorted({*lost, *trade.parties})})
    flexible = {
        f"{buyer} -> {seller}: flexible": amount for (buyer, seller), amount in trade.flexible.items()
    }
    settlement = _settled(
        lambda parts: clear(trade.books(lost, {party: Fraction(part) for party, part in parts.items()})),
        lambda clearing: _lost_parts(trade, lost, clearing),
        {party: float(part) for party, part in _parts(lost, trade.revenue).items()},
        flexible,
        tolerance=tolerance,
        rounds=rounds,
    )
    return Cascade(trade, MappingProxyType(dict(sorted(lost.items()))), *settlement)


@dataclass(frozen=True)
class Orders:
    """Debts in books, and what buyers would buy beside them and may cut, in dollars.

    `sales` names the obligations of the books that are revenue of their creditors.
    `revenue` is what each seller's losses are parts of; who has none there cuts nothing.

    Raises:
        BadOption: an amount is below zero, a party buys of itself, a name stands in both, or a sale is none
            of the obligations.
    """

    books: Books
    flexible: Mapping[str, Obligation]
    sales: frozenset[str]
    revenue: Mapping[str, Amount]

    def __post_init__(self) -> None:
        for name, order in sorted(self.flexible.items()):
            if order.amount < 0:
                raise BadOption(name, order.amount, "give 0 or more")
            if order.debtor == order.creditor:
                raise BadOption(name, order.debtor, "it buys of itself; leave it out")
            if order.debtor in self.books.outside:
                raise BadOption(name, order.debtor, "it is outside; give what it pays as cash of the seller")
            if name in self.books.obligations:
                raise BadOption("flexible", name, "it is an obligation of the books; name it otherwise")
        if strange := sorted(self.sales - {*self.books.obligations}):
            raise BadOption("sales", strange[0], "name an obligation of the books")
        for party, amount in sorted(self.revenue.items()):
            if amount < 0:
                raise BadOption(f"revenue of {party}", amount, "give 0 or more")

    @cached_property
    def last(self) -> int:
        """The rank behind all debts, at which what may be cut is paid."""
        return max((owed.rank for owed in self.books.obligations.values()), default=0) + 1

    @cached_property
    def buyers(self) -> tuple[str, ...]:
        """Who buys what it may cut, sorted."""
        return tuple(sorted({order.debtor for order in self.flexible.values()}))

    def cut(self, parts: Mapping[str, float]) -> Books:
        """Write books in which every buyer has cut what it may by the part of revenue it has lost."""
        left = {
            name: replace(order, amount=order.amount * (1 - Fraction(parts[order.debtor])), rank=self.last)
            for name, order in self.flexible.items()
        }
        return replace(self.books, obligations={**self.books.obligations, **left})


@dataclass(frozen=True)
class Followed:
    """Where losses of revenue end once buyers have cut what they may, and all debts are cleared.

    `lost` are the first losses; `parts` the part of its revenue that each buyer loses.
    `residue` is the last move of the iteration, as a part of revenue.
    """

    orders: Orders
    lost: Mapping[str, Amount]
    parts: Mapping[str, float]
    clearing: Clearing
    waves: tuple[Wave, ...]
    residue: float

    @cached_property
    def not_bought(self) -> Mapping[str, Fraction]:
        """What each seller does not sell because buyers have cut, or cannot pay, in dollars."""
        return self._short(self.orders.flexible)

    @cached_property
    def unpaid(self) -> Mapping[str, Fraction]:
        """What each seller is not paid of what buyers are bound to pay, in dollars."""
        return self._short({name: self.orders.books.obligations[name] for name in sorted(self.orders.sales)})

    @cached_property
    def shortfalls(self) -> Mapping[str, Fraction]:
        """What each seller loses of its revenue in all, those outside included, in dollars."""
        return MappingProxyType(_shortfalls_of(self.orders, self.lost, self.clearing))

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        """Those of the clearing, and what sellers lose: first losses, cuts, and what stays unpaid."""
        outside = self.orders.books.outside
        return (
            *self.clearing.greatest.accounts,
            Account(
                "revenue",
                {
                    "first loss": sum((Fraction(amount) for amount in self.lost.values()), _ZERO),
                    "not bought": sum(self.not_bought.values(), _ZERO),
                    "bound and unpaid": sum(self.unpaid.values(), _ZERO),
                },
                {
                    "sellers": sum(
                        (amount for name, amount in self.shortfalls.items() if name not in outside), _ZERO
                    ),
                    "outside": sum(
                        (amount for name, amount in self.shortfalls.items() if name in outside), _ZERO
                    ),
                },
            ),
        )

    def _short(self, promised: Mapping[str, Obligation]) -> Mapping[str, Fraction]:
        found: dict[str, Fraction] = defaultdict(Fraction)
        for name, order in promised.items():
            found[order.creditor] += order.amount - self.clearing.greatest.paid[name]
        return MappingProxyType({party: amount for party, amount in sorted(found.items()) if amount})


def follow(
    orders: Orders,
    lost: Mapping[str, Amount],
    *,
    tolerance: float = TOLERANCE,
    rounds: int = ROUNDS,
) -> Followed:
    """Follow losses of revenue through cuts and clearing to the solution with the least losses.

    As `cascade`, with debts of any rank that are not all purchases, and with revenue that may be more than
    the books hold: sellers have other customers, who go on buying.

    Raises:
        BadOption: a first loss is below zero.
        NoConvergence: losses still grow after so many rounds.
    """
    for party, amount in sorted(lost.items()):
        if amount < 0:
            raise BadOption(f"loss of {party}", amount, "give 0 or more")
    known = MappingProxyType(dict(sorted(lost.items())))

    def lost_parts(clearing: Clearing) -> dict[str, float]:
        return _as_parts(orders, _shortfalls_of(orders, known, clearing))

    settlement = _settled(
        lambda parts: clear(orders.cut(parts)),
        lost_parts,
        _as_parts(orders, {party: Fraction(amount) for party, amount in known.items()}),
        {name: order.amount for name, order in orders.flexible.items()},
        tolerance=tolerance,
        rounds=rounds,
    )
    return Followed(orders, known, *settlement)


def _as_parts(orders: Orders, losses: Mapping[str, Fraction]) -> dict[str, float]:
    found = {}
    for party in orders.buyers:
        whole = Fraction(orders.revenue.get(party, 0))
        found[party] = float(min(Fraction(1), losses.get(party, _ZERO) / whole)) if whole else 0.0
    return found


def _shortfalls_of(orders: Orders, lost: Mapping[str, Amount], clearing: Clearing) -> dict[str, Fraction]:
    found: dict[str, Fraction] = defaultdict(Fraction)
    for party, amount in lost.items():
        found[party] += Fraction(amount)
    paid = clearing.greatest.paid
    promised = {name: orders.books.obligations[name] for name in orders.sales} | dict(orders.flexible)
    for name, order in promised.items():
        found[order.creditor] += order.amount - paid[name]
    return {party: amount for party, amount in sorted(found.items()) if amount}


def _settled(
    cleared: Callable[[Mapping[str, float]], Clearing],
    lost_parts: Callable[[Clearing], Mapping[str, float]],
    first: Mapping[str, float],
    flexible: Mapping[str, Amount],
    *,
    tolerance: float,
    rounds: int,
) -> tuple[Mapping[str, float], Clearing, tuple[Wave, ...], float]:
    """Clear, take what sellers are not paid as revenue lost, cut, and clear again until it stands still."""
    waves: list[Wave] = []

    def step(parts: Mapping[str, float]) -> Mapping[str, float]:
        clearing = cleared(parts)
        waves.append(_wave(flexible, parts, clearing))
        return lost_parts(clearing)

    parts, residue, _ = settled(step, first, what="the cascade", tolerance=tolerance, steps=rounds)
    clearing = cleared(parts)
    last = _wave(flexible, parts, clearing)
    if last != waves[-1]:
        waves.append(last)
    return MappingProxyType(parts), clearing, tuple(waves), residue


def _wave(flexible: Mapping[str, Amount], parts: Mapping[str, float], clearing: Clearing) -> Wave:
    books, paid = clearing.books, clearing.greatest.paid
    short = {
        name: owed.amount - paid[name]
        for name, owed in books.obligations.items()
        if name not in flexible and paid[name] < owed.amount
    }
    bought = sum((paid[name] for name in flexible), _ZERO)
    return Wave(
        MappingProxyType(dict(parts)),
        tuple(sorted({books.obligations[name].debtor for name in short})),
        float(sum(short.values())),
        float(sum(flexible.values()) - bought),
    )


def _lost_parts(trade: Trade, lost: Mapping[str, Amount], clearing: Clearing) -> dict[str, float]:
    short = _shortfalls(trade, lost, clearing)
    return {
        party: float(amount / trade.revenue[party]) if trade.revenue[party] else 0.0
        for party, amount in short.items()
    }


def _shortfalls(trade: Trade, lost: Mapping[str, Amount], clearing: Clearing) -> dict[str, Fraction]:
    received = clearing.greatest.received
    return {
        party: revenue
        - (Fraction(trade.sales.get(party, 0)) - Fraction(lost.get(party, 0)))
        - received[party]
        for party, revenue in trade.revenue.items()
    }


def _parts(lost: Mapping[str, Amount], whole: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Give losses as parts of a whole."""
    for party, amount in sorted(lost.items()):
        if not 0 <= amount <= whole.get(party, 0):
            most = whole.get(party, _ZERO)
            raise BadOption(f"loss of {party}", amount, f"give 0 to {most}, all that it can lose")
    return {
        party: Fraction(lost.get(party, 0)) / amount if amount else _ZERO for party, amount in whole.items()
    }


def _check_pairs(purchases: Mapping[Pair, Amount]) -> None:
    for (buyer, seller), amount in sorted(purchases.items()):
        if amount < 0:
            raise BadOption(f"what {buyer} buys of {seller}", amount, "give 0 or more")
        if buyer == seller:
            raise BadOption("purchases", buyer, "it buys of itself; leave it out")
