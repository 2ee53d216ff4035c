"""Clearing with guarantees, which are called for what a debtor has failed to pay: plain obligations.

A guarantor owes the creditor a part s of what stays unpaid on one obligation: s (L - p), up to a limit.
Claim and payment move together, so it is parts paid, not payments, that are monotone: the more of everything
is paid, the less is called, and the more is left for the rest.
That holds as long as no creditor gains by a failure: the parts guaranteed of an obligation add up to 1 or
less, and are guaranteed to the creditor of the obligation (no "naked" cover; S. Schuldenzucker, S. Seuken,
S. Battiston, "Default Ambiguity", Management Science 66 (2020) 1981-1998).
So there is a greatest outcome, and stepping down from all being paid leads to it.
It need not be a fraction, so this module counts in floating point, to a stated tolerance.

Rounds are those of fictitious default (see `aiweb.flows.clearing`): after each new failure the guarantees on
what the failed owe are called, and all is paid anew.
A guarantor that has paid has the debtor's debt to itself; a failed debtor has paid all it has, so nothing
comes of that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from types import MappingProxyType
from typing import Final, TypeAlias

from aiweb.errors import BadOption, UnknownName
from aiweb.flows.clearing import Account, Amount, Books
from aiweb.flows.monotone import STEPS, settled

Place: TypeAlias = tuple[str, int]
TOLERANCE: Final = 1e-12
"""A part of what a party owes at one rank."""


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What `guarantor` owes the creditor of `obligation` if its debtor does not pay it all.

    `part` is the part of what stays unpaid, from 0 to 1; `limit` the most in dollars, if there is one.
    What has the lower `rank` among the guarantor's debts is paid first.
    """

    guarantor: str
    obligation: str
    part: Amount = 1
    limit: Amount | None = None
    rank: int = 0


@dataclass(frozen=True)
class Guaranteed:
    """What is paid on each obligation, and called and honoured on each guarantee, in dollars.

    `rounds` name who fails in each round, `triggered` the guarantees first called in it.
    `residue` is the last move of the iteration, as a part of what a party owes at one rank.
    """

    books: Books
    guarantees: Mapping[str, Guarantee]
    paid: Mapping[str, float]
    called: Mapping[str, float]
    honoured: Mapping[str, float]
    rounds: tuple[tuple[str, ...], ...]
    triggered: tuple[tuple[str, ...], ...]
    residue: float

    @property
    def failed(self) -> tuple[str, ...]:
        """Who does not pay all that it owes and has guaranteed, sorted."""
        return tuple(sorted(party for names in self.rounds for party in names))

    @cached_property
    def received(self) -> Mapping[str, float]:
        """What each party, and each name outside, is paid, by debtors and by guarantors."""
        found: dict[str, float] = dict.fromkeys((*self.books.parties, *sorted(self.books.outside)), 0.0)
        for name, amount in self.paid.items():
            found[self.books.obligations[name].creditor] += amount
        for name, amount in self.honoured.items():
            found[self.books.obligations[self.guarantees[name].obligation].creditor] += amount
        for guarantee in self.guarantees.values():
            found.setdefault(guarantee.guarantor, 0.0)
        return MappingProxyType(found)

    @cached_property
    def equity(self) -> Mapping[str, float]:
        """What each party is left with: cash and receipts less payments, on guarantees too."""
        found = {
            party: float(self.books.held(party)) + amount
            for party, amount in self.received.items()
            if party not in self.books.outside
        }
        for name, amount in self.paid.items():
            found[self.books.obligations[name].debtor] -= amount
        for name, amount in self.honoured.items():
            found[self.guarantees[name].guarantor] -= amount
        return MappingProxyType(found)

    @cached_property
    def unpaid(self) -> Mapping[str, float]:
        """What each creditor lacks after debtor and guarantors, by obligation; only where there is some."""
        left = {name: float(owed.amount) - self.paid[name] for name, owed in self.books.obligations.items()}
        for name, amount in self.honoured.items():
            left[self.guarantees[name].obligation] -= amount
        return MappingProxyType(
            {
                name: gap
                for name, gap in sorted(left.items())
                if gap > TOLERANCE * float(self.books.obligations[name].amount)
            }
        )

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        """Where the cash has gone, and who bears what debtors have not paid."""
        outside = sorted(self.books.outside)
        short = {name: float(owed.amount) - self.paid[name] for name, owed in self.books.obligations.items()}
        return (
            Account(
                "cash",
                {party: float(self.books.held(party)) for party in self.equity},
                {
                    "equity": sum(self.equity.values()),
                    "paid outside": sum(self.received[name] for name in outside),
                },
            ),
            Account(
                "losses",
                {"unpaid by debtors": sum(short.values())},
                {"guarantors": sum(self.honoured.values()), "creditors": self._lacking},
            ),
        )

    @property
    def _lacking(self) -> float:
        due = sum(float(owed.amount) for owed in self.books.obligations.values())
        return due - sum(self.received.values())


def clear_guaranteed(
    books: Books,
    guarantees: Mapping[str, Guarantee],
    *,
    tolerance: float = TOLERANCE,
    steps: int = STEPS,
) -> Guaranteed:
    """Find the greatest outcome of books in which some debts are guaranteed.

    `tolerance` is a part of what a party owes at one rank; nothing is judged more finely than that.

    Raises:
        BadOption: a part lies outside 0 to 1, parts of one obligation add up to more than 1, or a debtor or
            a creditor guarantees its own obligation.
        UnknownName: a guarantee names no obligation.
        NoConvergence: so little leaks from the web that the steps do not settle.
    """
    _check(books, guarantees)
    web = _Web(books, MappingProxyType(dict(sorted(guarantees.items()))))
    parts: Mapping[Place, float] = dict.fromkeys(web.places, 1.0)
    failed: set[str] = set()
    rounds: list[tuple[str, ...]] = []
    triggered: list[tuple[str, ...]] = []
    known: set[str] = set()
    residue = 0.0
    while short := web.short(parts, failed, tolerance):
        failed |= {*short}
        rounds.append(short)
        parts, residue, _ = settled(
            partial(web.step, failed=frozenset(failed)),
            parts,
            what="clearing with guarantees",
            tolerance=tolerance,
            steps=steps,
        )
        fresh = [name for name, claim in web.called(parts).items() if claim > 0 and name not in known]
        known |= {*fresh}
        triggered.append(tuple(fresh))
    return Guaranteed(
        books,
        web.guarantees,
        MappingProxyType(web.paid(parts)),
        MappingProxyType(web.called(parts)),
        MappingProxyType(web.honoured(parts)),
        tuple(rounds),
        tuple(triggered),
        residue,
    )


@dataclass(frozen=True)
class _Web:
    """Books and guarantees as maps of the parts that are paid, by party and rank."""

    books: Books
    guarantees: Mapping[str, Guarantee]

    @cached_property
    def parties(self) -> tuple[str, ...]:
        return tuple(sorted({*self.books.parties, *(one.guarantor for one in self.guarantees.values())}))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        owed = {(one.debtor, one.rank) for one in self.books.obligations.values()}
        return tuple(sorted(owed | {(one.guarantor, one.rank) for one in self.guarantees.values()}))

    def paid(self, parts: Mapping[Place, float]) -> dict[str, float]:
        return {
            name: float(owed.amount) * parts[owed.debtor, owed.rank]
            for name, owed in sorted(self.books.obligations.items())
        }

    def called(self, parts: Mapping[Place, float]) -> dict[str, float]:
        found = {}
        for name, guarantee in self.guarantees.items():
            owed = self.books.obligations[guarantee.obligation]
            claim = float(guarantee.part) * float(owed.amount) * (1 - parts[owed.debtor, owed.rank])
            found[name] = claim if guarantee.limit is None else min(claim, float(guarantee.limit))
        return found

    def honoured(self, parts: Mapping[Place, float]) -> dict[str, float]:
        called = self.called(parts)
        return {
            name: called[name] * parts[guarantee.guarantor, guarantee.rank]
            for name, guarantee in self.guarantees.items()
        }

    def short(self, parts: Mapping[Place, float], failed: set[str], tolerance: float) -> tuple[str, ...]:
        """Name those not yet failed that have not enough for all that they owe now."""
        has, owed = self._has(parts), self._owed(parts)
        total: dict[str, float] = defaultdict(float)
        for (party, _), amount in owed.items():
            total[party] += amount
        return tuple(
            party
            for party in self.parties
            if party not in failed and has[party] < total[party] * (1 - tolerance)
        )

    def step(self, parts: Mapping[Place, float], failed: frozenset[str]) -> dict[Place, float]:
        """Let the failed pay what they have, rank after rank."""
        rest, owed = self._has(parts), self._owed(parts)
        found = {}
        for place in self.places:
            party, _ = place
            amount = owed[place]
            now = min(rest[party], amount) if party in failed else amount
            rest[party] -= now
            found[place] = now / amount if amount else 1.0
        return found

    def _has(self, parts: Mapping[Place, float]) -> dict[str, float]:
        has = {party: float(self.books.held(party)) for party in self.parties}
        for name, amount in self.paid(parts).items():
            creditor = self.books.obligations[name].creditor
            if creditor in has:
                has[creditor] += amount
        for name, amount in self.honoured(parts).items():
            creditor = self.books.obligations[self.guarantees[name].obligation].creditor
            if creditor in has:
                has[creditor] += amount
        return has

    def _owed(self, parts: Mapping[Place, float]) -> dict[Place, float]:
        owed = dict.fromkeys(self.places, 0.0)
        for one in self.books.obligations.values():
            owed[one.debtor, one.rank] += float(one.amount)
        for name, amount in self.called(parts).items():
            owed[self.guarantees[name].guarantor, self.guarantees[name].rank] += amount
        return owed


def _check(books: Books, guarantees: Mapping[str, Guarantee]) -> None:
    covered: dict[str, Fraction] = defaultdict(Fraction)
    for name, guarantee in sorted(guarantees.items()):
        if guarantee.obligation not in books.obligations:
            raise UnknownName("obligation", guarantee.obligation, books.obligations)
        owed = books.obligations[guarantee.obligation]
        if guarantee.guarantor in {owed.debtor, owed.creditor}:
            raise BadOption(name, guarantee.guarantor, "it is debtor or creditor itself; name a third party")
        if guarantee.guarantor in books.outside:
            raise BadOption(name, guarantee.guarantor, "it is outside; a guarantor needs cash of its own")
        if guarantee.limit is not None and guarantee.limit < 0:
            raise BadOption(name, guarantee.limit, "give a limit of 0 or more")
        covered[guarantee.obligation] += Fraction(guarantee.part)
        if not 0 <= guarantee.part <= 1 or covered[guarantee.obligation] > 1:
            raise BadOption(
                name, guarantee.part, "the parts guaranteed of one obligation add up to 1 at most"
            )
