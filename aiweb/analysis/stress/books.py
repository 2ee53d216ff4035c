"""The books of all parties for a span of days, before anybody is made to fail, and how they are cleared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Final, TypeAlias

from aiweb.analysis.stress.holdings import Owned, Worth, worth
from aiweb.analysis.stress.margins import Margin
from aiweb.analysis.stress.plans import Plan
from aiweb.balances import hull, opening
from aiweb.errors import BadOption, NoConvergence
from aiweb.flows.clearing import Books, Obligation, Payments, all_or_nothing, clear
from aiweb.graph import DealGraph
from aiweb.model import Figure, Seniority, Side
from aiweb.values import Money

_NOWHERE: Final = "nowhere"
PAYER: Final = "payer of "
"""How a payer that is no party of the books is named where what it pays is no cash."""
UNDATED: Final = "no source says when it is paid"
Parts: TypeAlias = Fraction | tuple[Fraction, Fraction]
"""The part of cash and of receipts that failing costs, or the two apart."""
NOBODY: Final[Mapping[str, Fraction]] = MappingProxyType({})
"""Nobody leaves anything unpaid on purpose."""


class Case(StrEnum):
    """What a party without a cash figure is taken to have: enough for all that it owes, or nothing."""

    AMPLE = "ample"
    NONE = "none"


class Rule(StrEnum):
    """How who cannot pay all pays: all creditors of a rank in proportion, or a rank whole or not at all."""

    PROPORTION = "proportion"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Costs:
    """The parts of its cash and of what it is paid that a party loses by failing, each from 0 to 1."""

    cash: Fraction = Fraction(0)
    receipts: Fraction = Fraction(0)

    @classmethod
    def of(cls, said: Parts) -> Costs:
        """Read one part for both, or the two.

        Raises:
            BadOption: a part lies outside 0 to 1.
        """
        cash, receipts = said if isinstance(said, tuple) else (said, said)
        for part in (cash, receipts):
            if not 0 <= part <= 1:
                raise BadOption("costs", part, "give a part from 0 to 1")
        return cls(Fraction(cash), Fraction(receipts))

    @property
    def is_apart(self) -> bool:
        """Whether failing costs another part of cash than of receipts."""
        return self.cash != self.receipts

    def __bool__(self) -> bool:
        """Whether failing costs anything."""
        return bool(self.cash or self.receipts)


class What(StrEnum):
    """What falls due on a leg: its own payments, or of a loan the principal, the interest or a margin call.

    A rise is interest more, if rates rise.
    """

    PAYMENT = "payment"
    PRINCIPAL = "principal"
    INTEREST = "interest"
    MARGIN = "margin"
    RISE = "rise"


@dataclass(frozen=True, slots=True)
class Due:
    """What falls due in the span, in whole dollars; `flexible` says why it is owed by nobody, if so.

    `least` is what of it falls due in the better case, if that is less than `amount`.
    `ranked_by` says what gives the rank: `registry`, `collateral`, or nothing where it is taken as senior.
    """

    leg: str
    what: What
    debtor: str
    creditor: str
    amount: int
    how: str
    flexible: str = ""
    least: int | None = None
    seniority: Seniority = Seniority.SENIOR
    ranked_by: str = ""

    @property
    def name(self) -> str:
        """What tells it from every other."""
        return f"{self.leg} {self.what}"

    def at(self, case: Case) -> int:
        """Give what of it falls due in a case."""
        return self.least if self.least is not None and case is Case.AMPLE else self.amount


@dataclass(frozen=True, slots=True)
class Open:
    """What is in no number, and why; `amount` is as published.

    `debtor` is who owes more in the span for it than the books say.
    """

    leg: str
    what: str
    why: str
    amount: Money
    debtor: str = ""


@dataclass(frozen=True)
class Balance:
    """The last known cash and undrawn credit of a party, and what may be taken off them, in dollars.

    Each is the figures of one day (`aiweb.balances`), a range where they differ.
    `off` is revenue that does not come; `pledged` credit that hangs on shares which fall: in `none` it cannot
    be drawn.
    """

    party: str
    cash: tuple[Figure, ...]
    credit: tuple[Figure, ...]
    off: int = 0
    pledged: int = 0

    @property
    def is_known(self) -> bool:
        """Whether there is a cash figure."""
        return bool(self.cash)

    @cached_property
    def amount(self) -> Money:
        """Cash and undrawn credit, as far as there are figures."""
        return hull(self.cash) + hull(self.credit)

    def held(self, case: Case, needed: int) -> int:
        """Give what it holds in a case, if `needed` is all that it may have to pay."""
        amount = self.amount
        if case is Case.NONE:
            return max(0, amount.low - self.off - min(self.pledged, max(0, hull(self.credit).low)))
        open_ended = not self.is_known or amount.unbounded
        return max(0, amount.high - self.off, needed if open_ended else 0)


@dataclass(frozen=True, slots=True)
class Backing:
    """A guarantee in force behind a payment that falls due: at most `limit` dollars of it."""

    leg: str
    guarantor: str
    due: Due
    limit: int
    part: Fraction

    @property
    def name(self) -> str:
        """What tells it from every other."""
        return f"{self.leg} behind {self.due.name}"


@dataclass(frozen=True, slots=True)
class Cleared:
    """Greatest and least payments of books, and the rounds of the greatest."""

    greatest: Payments
    least: Payments
    rounds: tuple[tuple[str, ...], ...]

    @property
    def differing(self) -> tuple[str, ...]:
        """Who pays otherwise under the least than under the greatest, to the cent."""
        low, cent = self.least.payments, Fraction(1, 100)
        return tuple(
            party for party, paid in self.greatest.payments.items() if abs(paid - low[party]) >= cent
        )


@dataclass(frozen=True)
class Model:
    """The books of all parties for a span of days, before anybody is made to fail.

    `costs` are the parts of its cash and of its receipts that a party loses by failing.
    `promised` is what falls due whatever shares are worth; margin calls come on top in `dues`.
    `ranked` says whether debts are paid by rank; `rounds` bounds every iteration, if it is given.
    `missed` is revenue that a what-if takes off the plans for the span, `extra` what else is taken off cash.
    `owned` are the holdings known on the day, if they were asked for.
    `earlier` is what falls due after the day and before the span, `earlier_open` what of it is not known: the
    balances are of the day, and nothing of that is taken off them.
    """

    graph: DealGraph
    since: date
    until: date
    rule: Rule
    costs: Costs
    promised: tuple[Due, ...]
    flexible: tuple[Due, ...]
    open: tuple[Open, ...]
    known: Mapping[str, Balance]
    backings: tuple[Backing, ...]
    margins: tuple[Margin, ...] = ()
    plans: Mapping[str, Plan] = field(default_factory=dict)
    missed: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, int] = field(default_factory=dict)
    ranked: bool = True
    rounds: int | None = None
    owned: Owned | None = None
    earlier: tuple[Due, ...] = ()
    earlier_open: tuple[Open, ...] = ()

    @property
    def outside(self) -> frozenset[str]:
        """Parties that stand for many."""
        return self.graph.outside

    @cached_property
    def dues(self) -> tuple[Due, ...]:
        """All that falls due, margin calls included, sorted by name."""
        calls = [
            Due(
                row.leg,
                What.MARGIN,
                row.borrower,
                row.lender,
                row.most,
                row.how,
                least=row.least if row.least < row.most else None,
                seniority=Seniority.SECURED,
                ranked_by="collateral",
            )
            for row in self.margins
            if row.most
        ]
        return tuple(sorted((*self.promised, *calls), key=lambda due: due.name))

    @cached_property
    def balances(self) -> Mapping[str, Balance]:
        """What each party has, less what revenue does not come, with the credit that hangs on shares."""
        pledged: dict[str, int] = defaultdict(int)
        for row in self.margins:
            if row.falls:
                pledged[row.borrower] += row.line
        return MappingProxyType(
            {
                party: replace(
                    found,
                    off=self.missed.get(party, 0) + self.extra.get(party, 0),
                    pledged=pledged.get(party, 0),
                )
                for party, found in self.known.items()
            }
        )

    @cached_property
    def owed(self) -> Mapping[str, int]:
        """What each party owes in the span, in dollars, sorted; margin calls at their most."""
        return self.owed_in(Case.NONE)

    def owed_in(self, case: Case) -> Mapping[str, int]:
        """Give what each party owes in a case, in dollars, sorted."""
        sums: dict[str, int] = defaultdict(int)
        for due in self.dues:
            sums[due.debtor] += due.at(case)
        return MappingProxyType(dict(sorted(sums.items())))

    @cached_property
    def due(self) -> Mapping[str, int]:
        """What each party is owed in the span, in dollars, sorted; margin calls at their most."""
        sums: dict[str, int] = defaultdict(int)
        for row in self.dues:
            sums[row.creditor] += row.amount
        return MappingProxyType(dict(sorted(sums.items())))

    @cached_property
    def sales(self) -> frozenset[str]:
        """Names of what is owed for purchases, leases and the like: revenue of who is paid it."""
        leg = self.graph.registry.leg
        return frozenset(
            due.name
            for due in self.dues
            if due.what is What.PAYMENT and leg(due.leg).instrument.side is Side.SPENDING
        )

    @cached_property
    def cuttable(self) -> tuple[Due, ...]:
        """Sales that need not be bought: flexible purchases, leases and the like, but no loans and shares."""
        leg = self.graph.registry.leg
        return tuple(due for due in self.flexible if leg(due.leg).instrument.side is Side.SPENDING)

    @cached_property
    def layered(self) -> tuple[str, ...]:
        """Who owes debts of more than one rank, sorted; nobody if debts are paid in one rank."""
        ranks: dict[str, set[int]] = defaultdict(set)
        for due in self.dues:
            if due.debtor not in self.outside:
                ranks[due.debtor].add(self.rank(due))
        return tuple(sorted(party for party, found in ranks.items() if len(found) > 1))

    @cached_property
    def is_bracketed(self) -> bool:
        """Whether what follows from a failure surely lies between the two cases."""
        plain = self.rule is Rule.PROPORTION and not self.costs
        return plain and not self.layered and self.is_bounded

    @property
    def is_bounded(self) -> bool:
        """Whether what stays unpaid surely lies between the two cases."""
        return not self.crossing and not self.earlier

    @cached_property
    def crossing(self) -> tuple[Due, ...]:
        """Debts of unknown size that make the two cases corners, and no bounds.

        Their debtor owes somebody else too, who then gets less, or their creditor pays on what it gets.
        """
        paying = {due.debtor for due in self.dues} | {row.guarantor for row in self.backings}
        creditors: dict[str, set[str]] = defaultdict(set)
        for due in self.dues:
            creditors[due.debtor].add(due.creditor)
        for row in self.backings:
            creditors[row.guarantor].add(row.due.creditor)
        return tuple(
            due
            for due in self.unsized
            if (due.debtor not in self.outside and creditors[due.debtor] - {due.creditor})
            or (due.creditor not in self.outside and due.creditor in paying)
        )

    @property
    def unsized(self) -> tuple[Due, ...]:
        """Debts of unknown size: less falls due in the better case."""
        return tuple(due for due in self.dues if due.least is not None and due.least < due.amount)

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """Who owes something, stands for nobody else, and has no cash figure."""
        return tuple(
            party for party in self.owed if party not in self.outside and not self.balances[party].is_known
        )

    @cached_property
    def understated(self) -> Mapping[str, tuple[str, ...]]:
        """Who owes more in the span than is published, and on which legs; sorted."""
        found: dict[str, set[str]] = defaultdict(set)
        for row in (*self.open, *self.earlier_open):
            if row.debtor and row.debtor not in self.outside:
                found[row.debtor].add(row.leg)
        return MappingProxyType({party: tuple(sorted(legs)) for party, legs in sorted(found.items())})

    @cached_property
    def owed_earlier(self) -> Mapping[str, int]:
        """What each party owes after the day and before the span, in dollars, sorted."""
        sums: dict[str, int] = defaultdict(int)
        for due in self.earlier:
            if due.debtor not in self.outside:
                sums[due.debtor] += due.amount
        return MappingProxyType(dict(sorted(sums.items())))

    @cached_property
    def hollow(self) -> tuple[str, ...]:
        """Who owes in the span, and before it more than it surely has by itself: it may have nothing left."""
        return tuple(
            party
            for party, owed in self.owed_earlier.items()
            if party in self.owed and self.held(Case.NONE, party) < owed
        )

    @cached_property
    def worths(self) -> Mapping[str, Worth]:
        """What companies are worth whose shares parties hold, or who hold some, as far as it is known."""
        stakes = self.owned.holdings if self.owned is not None else ()
        names = sorted({name for row in stakes for name in (row.owner, row.issuer)})
        found = {name: worth(self.graph, name) for name in names}
        return MappingProxyType({name: row for name, row in found.items() if row is not None})

    def rank(self, due: Due) -> int:
        """Give the rank at which a debt is paid."""
        return due.seniority.rank if self.ranked else 0

    def against(self, party: str | None) -> Model:
        """Let the shares of a party that fails be worth nothing: loans that they secure are called."""
        if all(row.pledged != party for row in self.margins):
            return self
        return replace(
            self,
            margins=tuple(
                replace(row, kept=Fraction(0)) if row.pledged == party else row for row in self.margins
            ),
        )

    @cached_property
    def _needed(self) -> Mapping[str, int]:
        sums: dict[str, int] = defaultdict(int, self.owed_in(Case.AMPLE))
        for backing in self.backings:
            sums[backing.guarantor] += backing.limit
        return sums

    def balance(self, party: str) -> Balance:
        """Give what is known of the cash and credit of a party."""
        return self.balances.get(party) or balance_of(self.graph, party)

    def held(self, case: Case, party: str, more: int = 0) -> int:
        """Give what a party has in a case, if it may have to pay `more` than its debts and guarantees."""
        return self.balance(party).held(case, self._needed.get(party, 0) + more)

    def books(
        self, case: Case, left: Mapping[str, Fraction] = NOBODY, *, as_cash: bool | None = None
    ) -> Books:
        """Write the books of a case in which some parties leave a part of all that they owe unpaid.

        What they pay, and what those that stand for many pay, is cash of those who get it.
        Where failing costs another part of receipts than of cash it is a receipt, unless `as_cash` says
        otherwise: owed by a payer that has just as much.
        """
        without = self.outside | {*left}
        cash: dict[str, Fraction] = {
            name: Fraction(self.held(case, name)) for name in self.balances if name not in without
        }
        apart = self.costs.is_apart if as_cash is None else not as_cash
        owed: dict[str, Obligation] = {}
        for due in self.dues:
            if not due.at(case):
                continue
            if due.debtor not in without:
                owed[due.name] = Obligation(due.debtor, due.creditor, due.at(case), self.rank(due))
            elif due.creditor not in without:
                paid = due.at(case) * (1 - left.get(due.debtor, Fraction(0)))
                _give(cash, owed, due.name, due.creditor, paid, apart=apart)
        return Books(cash, owed, frozenset(without))

    def limits(self, case: Case, left: Mapping[str, Fraction] = NOBODY) -> Books:
        """Write books that are no worse for anybody than any that can be, or, in `none`, no better.

        In `ample` creditors are paid the rest of a debt of unknown size, and nobody owes it; in `none` all of
        it is owed, and nobody gets it.
        What falls due before the span is cash of its creditors in `ample`; in `none` it has left the cash of
        its debtors, and who may not have had it, `hollow`, pays nothing in the span either.
        """
        if case is Case.NONE and self.hollow:
            left = {**left, **dict.fromkeys(self.hollow, Fraction(1))}
        books, without = self.books(case, left), self.outside | {*left}
        cash = {party: Fraction(amount) for party, amount in books.cash.items()}
        owed = dict(books.obligations)
        for due in self.unsized:
            if due.creditor not in without and case is Case.AMPLE:
                rest = (due.amount - due.at(case)) * (1 - left.get(due.debtor, Fraction(0)))
                _give(cash, owed, f"rest of {due.name}", due.creditor, rest, apart=self.costs.is_apart)
            elif due.debtor in without and due.creditor not in without:
                # Nobody may owe it, so it need not come; the least of it does.
                paid = due.amount * (1 - left.get(due.debtor, Fraction(0)))
                _give(cash, owed, due.name, due.creditor, -paid, apart=self.costs.is_apart)
                least = due.at(Case.AMPLE) * (1 - left.get(due.debtor, Fraction(0)))
                _give(cash, owed, due.name, due.creditor, least, apart=self.costs.is_apart)
            elif due.name in owed and case is Case.NONE:
                owed[due.name] = replace(owed[due.name], creditor=_NOWHERE)
        if case is Case.AMPLE:
            for due in self.earlier:
                if due.creditor in cash:
                    cash[due.creditor] += due.amount
        else:
            for party, gone in self.owed_earlier.items():
                if party in cash:
                    cash[party] = max(Fraction(0), cash[party] - gone)
        return Books(cash, owed, books.outside | {_NOWHERE})

    def cleared(self, books: Books) -> Cleared:
        """Clear books by the rule."""
        if self.rule is Rule.WHOLE:
            whole = all_or_nothing(books)
            return Cleared(whole.greatest, whole.least, whole.dropped)
        found = clear(books, alpha=1 - self.costs.cash, beta=1 - self.costs.receipts)
        return Cleared(found.greatest, found.least, found.rounds)

    def failing(self, books: Books) -> tuple[str, ...]:
        """Name who cannot pay all, without what `cleared` gives beside."""
        if self.rule is Rule.WHOLE:
            return all_or_nothing(books).greatest.failed
        return clear(books, alpha=1 - self.costs.cash, beta=1 - self.costs.receipts).greatest.failed


def _give(
    cash: dict[str, Fraction],
    owed: dict[str, Obligation],
    name: str,
    creditor: str,
    amount: Fraction,
    *,
    apart: bool,
) -> None:
    """Give a creditor what somebody pays who is not in the books: cash, or a receipt that is sure."""
    if not apart:
        cash[creditor] = cash.get(creditor, Fraction(0)) + amount
        return
    payer, before = f"{PAYER}{name}", owed.get(name)
    whole = amount + (Fraction(before.amount) if before is not None else 0)
    cash[payer] = whole
    owed[name] = Obligation(payer, creditor, whole)


def balance_of(graph: DealGraph, party: str) -> Balance:
    """Find the last known cash and undrawn credit of a party."""
    known = opening(graph, party)
    return Balance(party, known.cash, known.credit)


@contextmanager
def remedied() -> Iterator[None]:
    """Say in an error what can be done about an iteration that does not settle."""
    try:
        yield
    except NoConvergence as error:
        remedy = error.remedy or "give it more --rounds, or leave out --without what feeds only itself"
        raise NoConvergence(error.what, error.residue, remedy) from error
