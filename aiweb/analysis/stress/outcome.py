"""What comes of a failure: who is not paid, who fails, who loses on shares and sales; in both cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Final

from aiweb.analysis.stress.books import NOBODY, Backing, Case, Cleared, Due, Model, Parts, Rule, remedied
from aiweb.analysis.stress.claims import Claims, Valuation, claims
from aiweb.analysis.stress.dues import prepare
from aiweb.analysis.stress.explained import explained
from aiweb.analysis.stress.holdings import Owned, Stake
from aiweb.errors import BadOption, UnknownName
from aiweb.flows.cascade import ROUNDS, Followed, Orders, follow
from aiweb.flows.clearing import Account, Books, Obligation
from aiweb.flows.contagion import debtrank
from aiweb.flows.guarantees import Guarantee, Guaranteed, clear_guaranteed
from aiweb.flows.holdings import Marks, marked
from aiweb.flows.monotone import STEPS
from aiweb.graph import Convention, DealGraph
from aiweb.model import Metric, Seniority
from aiweb.trace import Trace

_ZERO: Final = Fraction(0)


@dataclass(frozen=True, slots=True)
class Called:
    """What a guarantee is called for, and what of it is paid, in whole dollars."""

    backing: Backing
    called: int
    honoured: int


@dataclass(frozen=True, slots=True)
class Loss:
    """What stays unpaid of a payment, and what would if nobody were made to fail, in whole dollars."""

    due: Due
    unpaid: int
    before: int

    @property
    def caused(self) -> int:
        """What of it follows from the failure asked for."""
        return self.unpaid - self.before


@dataclass(frozen=True, slots=True)
class Failure:
    """A party that cannot pay all, in which round, and whether it could not anyway."""

    party: str
    round: int
    anyway: bool
    owed: int
    unpaid: int


@dataclass(frozen=True, slots=True)
class Sale:
    """What a seller loses of its revenue in a case, in whole dollars.

    `lost` is all of it, `not_bought` what of it buyers have cut or cannot pay though they need not, and
    `caused` what of it follows from the failure asked for.
    `revenue` is what its losses are parts of: planned, reported, or in `none` what the books hold; nothing if
    none is known in `ample`, where it then cuts nothing.
    """

    party: str
    revenue: int | None
    lost: int
    not_bought: int
    caused: int


@dataclass(frozen=True)
class Sales:
    """Losses of revenue as buyers cut what they may: if nobody is made to fail, and after the failure.

    `unbought` is what the party made to fail no longer buys of what it may cut, by seller.
    """

    before: Followed
    after: Followed
    unbought: Mapping[str, Fraction]

    @cached_property
    def rows(self) -> tuple[Sale, ...]:
        """What each seller loses, sorted; only where there is some."""
        names = sorted({*self.before.shortfalls, *self.after.shortfalls})
        rows = []
        for party in names:
            lost, before = (round(each.shortfalls.get(party, 0)) for each in (self.after, self.before))
            revenue = self.after.orders.revenue.get(party)
            # What the one made to fail does not buy is a first loss like what it does not pay.
            short = self.after.not_bought.get(party, _ZERO) + self.unbought.get(party, _ZERO)
            if lost or before:
                whole = int(revenue) if revenue is not None else None
                rows.append(Sale(party, whole, lost, round(short), lost - before))
        return tuple(rows)

    @property
    def failed(self) -> tuple[str, ...]:
        """Who cannot pay all that it must, sorted."""
        return self.after.waves[-1].failed


@dataclass(frozen=True)
class Outcome:
    """What comes of a failure in one case: payments before and after it, losses, rounds.

    `plain` are the books before it, with no loan called for shares that it lets fall.
    """

    case: Case
    model: Model = field(repr=False)
    plain: Model = field(repr=False)
    party: str | None
    part: Fraction
    before: Cleared
    after: Cleared
    guaranteed: Guaranteed | None

    @cached_property
    def losses(self) -> tuple[Loss, ...]:
        """What stays unpaid, payment by payment; only where something does."""
        rows = []
        for due in self.model.dues:
            amount = due.at(self.case)
            before = self.before.greatest.paid.get(due.name)
            already = round(self._before_amount(due) - before) if before is not None else 0
            if due.debtor == self.party:
                unpaid, already = round(self.part * amount), 0
            elif due.name in self.after.greatest.paid:
                unpaid = round(amount - self.after.greatest.paid[due.name])
            else:
                continue
            if unpaid or already:
                rows.append(Loss(due, unpaid, already))
        return tuple(rows)

    def _before_amount(self, due: Due) -> Fraction:
        return Fraction(self.before.greatest.books.obligations[due.name].amount)

    @property
    def unpaid(self) -> int:
        """All that stays unpaid, in dollars."""
        return sum(loss.unpaid for loss in self.losses)

    @property
    def caused(self) -> int:
        """What of it follows from the failure asked for."""
        return sum(loss.caused for loss in self.losses)

    @property
    def passed_on(self) -> int:
        """What of that others fail to pay."""
        return sum(loss.caused for loss in self.losses if loss.due.debtor != self.party)

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """Who cannot pay all, round by round; round 1 fails with everybody else paying it."""
        anyway = {*self.before.greatest.failed}
        unpaid: dict[str, int] = defaultdict(int)
        for loss in self.losses:
            unpaid[loss.due.debtor] += loss.unpaid
        owed = self.after.greatest.books.owed
        return tuple(
            Failure(party, number, party in anyway, round(owed[party]), unpaid[party])
            for number, parties in enumerate(self.after.rounds, 1)
            for party in sorted(parties)
        )

    @property
    def fallen(self) -> tuple[str, ...]:
        """Who cannot pay all, and could if the party asked for paid."""
        return tuple(sorted(row.party for row in self.failures if not row.anyway))

    @cached_property
    def called(self) -> tuple[Called, ...]:
        """What guarantees are called for, and what of that is paid."""
        found = self.guaranteed
        if found is None:
            return ()
        rows = []
        for backing in self.model.backings:
            if backing.name in found.guarantees:
                called, honoured = found.called[backing.name], found.honoured[backing.name]
                if backing.guarantor == self.party:
                    called /= float(1 - self.part)
            elif backing.name in found.paid:
                called, honoured = (
                    float(found.books.obligations[backing.name].amount),
                    found.paid[backing.name],
                )
            else:
                continue
            if round(called):
                rows.append(Called(backing, round(called), round(honoured)))
        return tuple(rows)

    @property
    def failed_by_guarantee(self) -> tuple[str, ...]:
        """Who fails once guarantees are called, and does not without them."""
        if self.guaranteed is None:
            return ()
        return tuple(sorted({*self.guaranteed.failed} - {row.party for row in self.failures}))

    @property
    def saved_by_guarantee(self) -> tuple[str, ...]:
        """Who fails without guarantees, and does not once they are called."""
        if self.guaranteed is None:
            return ()
        return tuple(sorted({row.party for row in self.failures} - {*self.guaranteed.failed}))

    @cached_property
    def marks(self) -> Marks | None:
        """What companies lose of their value, and who holds their shares; nothing if none were asked for."""
        owned = self.model.owned
        if owned is None:
            return None
        gone = {*self.after.greatest.failed}
        if self.party is not None and self.part:
            gone.add(self.party)
        better = self.case is Case.AMPLE
        shares = {(row.owner, row.issuer): row.low if better else row.high for row in self._stakes(owned)}
        values = {name: row.low if better else row.high for name, row in self.model.worths.items()}
        unpaid = {party: amount for party, (amount, _) in self.by("creditor").items()}
        names = {*values, *(name for pair in shares for name in pair)} - self.model.outside
        first: dict[str, int] = {}
        fixed: set[str] = set()
        for name in sorted(names):
            row = self.model.worths.get(name)
            if row is not None and (name in gone or row.is_marked):
                after = 0 if name in gone else row.low_after if better else row.high_after
                first[name] = max(0, values[name] - after)
                fixed.add(name)
            elif unpaid.get(name):
                first[name] = min(unpaid[name], values.get(name, unpaid[name]))
        return marked(shares, values, first, fixed=frozenset(fixed))

    def _stakes(self, owned: Owned) -> list[Stake]:
        """Give the holdings of issuers of which no more than all is stated."""
        held: dict[str, Fraction] = defaultdict(Fraction)
        rows = [row for row in owned.holdings if row.owner != row.issuer]
        for row in rows:
            held[row.issuer] += row.high
        return [row for row in rows if held[row.issuer] <= 1]

    @cached_property
    def sales(self) -> Sales | None:
        """What sellers lose as buyers cut what they may; only in proportion and without default costs."""
        if self.model.rule is not Rule.PROPORTION or self.model.costs:
            return None
        with remedied():
            after, unbought = self._followed(self.part)
            before = after if self.party is None else self._followed(_ZERO)[0]
        return Sales(before, after, unbought)

    def _followed(self, part: Fraction) -> tuple[Followed, Mapping[str, Fraction]]:
        """Follow losses of revenue if the party asked for leaves a part of its debts unpaid.

        Who cannot pay all that it must buys nothing else, so then it buys nothing that it may cut.
        """
        model, party, case = self.model.against(self.party if part else None), self.party, self.case
        without = model.outside | ({party} if party is not None else set())
        books = model.books(case, {party: part} if party is not None else NOBODY)
        buys: dict[str, int] = defaultdict(int)
        for due in model.cuttable:
            buys[due.debtor] += due.amount
        cash = {
            name: Fraction(model.held(case, name, buys.get(name, 0)))
            for name in sorted({*books.cash, *buys, *(due.creditor for due in model.cuttable)} - without)
        }
        for name, amount in books.cash.items():
            # What those that are no debtors here pay is in the books' cash already.
            cash[name] += amount - model.held(case, name)
        lost: dict[str, Fraction] = defaultdict(Fraction)
        unbought: dict[str, Fraction] = defaultdict(Fraction)
        flexible = {}
        for due in model.cuttable:
            if due.debtor not in without:
                flexible[due.name] = Obligation(due.debtor, due.creditor, due.amount)
            elif due.debtor == party and part:
                unbought[due.creditor] += due.amount
                lost[due.creditor] += due.amount
            elif due.creditor not in without:
                cash[due.creditor] += due.amount
        sales = model.sales
        for due in model.dues:
            if due.debtor == party and due.name in sales:
                lost[due.creditor] += part * due.at(case)
        books = replace(books, cash=cash)
        orders = Orders(books, flexible, frozenset(sales & {*books.obligations}), self._revenue(case))
        first = {name: amount for name, amount in lost.items() if amount}
        found = follow(orders, first, rounds=model.rounds or ROUNDS)
        return found, MappingProxyType(dict(unbought))

    def _revenue(self, case: Case) -> Mapping[str, int]:
        """Give what each seller's losses are parts of, over the span.

        What is planned for it, else what was last reported for a year; never less than the books hold.
        Who has neither sells nothing else in `none`, and enough else in `ample`.
        """
        model = self.model
        sales: dict[str, int] = defaultdict(int)
        for due in (*model.dues, *model.cuttable):
            if due.name in model.sales or due.flexible:
                sales[due.creditor] += due.amount
        days = (model.until - model.since).days + 1
        found: dict[str, int] = {}
        for party in sorted(sales):
            plan = model.plans.get(party)
            year = model.graph.latest_figure(party, Metric.REVENUE, yearly=True)
            if plan is not None:
                found[party] = max(sales[party], plan.amount.low or plan.amount.high)
            elif year is not None and year.amount is not None and year.amount.high:
                known = round(Fraction((year.amount.low or year.amount.high) * days, year.period.days))
                found[party] = max(sales[party], known)
            elif case is Case.NONE:
                found[party] = sales[party]
        return MappingProxyType(found)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Where the cash has gone, and who bears what is lost: each sum in two ways, exactly.

        Cash and losses first; then of shares, and of revenue, as far as they were followed.
        """
        cash, losses = self.after.greatest.accounts
        own = {
            due.creditor: _ZERO for due in self.model.dues if due.debtor == self.party and due.at(self.case)
        }
        for due in self.model.dues:
            if due.debtor == self.party:
                own[due.creditor] = own.get(due.creditor, _ZERO) + self.part * due.at(self.case)
        outside = sum((amount for name, amount in own.items() if name in self.model.outside), _ZERO)
        inside = sum(own.values(), _ZERO) - outside
        given = {name: Fraction(amount) for name, amount in losses.given.items()}
        found = {name: Fraction(amount) for name, amount in losses.found.items()}
        found["parties"] += inside
        found["outside"] += outside
        if self.party is not None:
            owed = sum(due.at(self.case) for due in self.model.dues if due.debtor == self.party)
            given[f"unpaid by {self.party}"] = self.part * owed
        more: tuple[Account, ...] = ()
        if self.marks is not None:
            more += self.marks.accounts
        if self.sales is not None:
            more += self.sales.after.accounts[2:]
        return (cash, Account("losses", given, found), *more)

    def by(self, end: str) -> Mapping[str, tuple[int, int]]:
        """Add up what is unpaid, and what is caused, by `creditor` or `debtor`, in dollars.

        Raises:
            BadOption: `end` is neither.
        """
        if end not in {"creditor", "debtor"}:
            raise BadOption("end", end, "write creditor or debtor")
        found: dict[str, tuple[int, int]] = {}
        for loss in self.losses:
            party = loss.due.creditor if end == "creditor" else loss.due.debtor
            unpaid, caused = found.get(party, (0, 0))
            found[party] = (unpaid + loss.unpaid, caused + loss.caused)
        return MappingProxyType(dict(sorted(found.items())))


@dataclass(frozen=True)
class Stress:
    """What falls due in a span, who has what to pay it with, and what comes of a failure in both cases."""

    model: Model = field(repr=False)
    party: str | None
    part: Fraction
    ample: Outcome
    none: Outcome
    valuation: Valuation = Valuation.CLEARING

    @property
    def graph(self) -> DealGraph:
        """The legs that it is made of."""
        return self.model.graph

    @property
    def convention(self) -> Convention:
        """Which legs count, on which day."""
        return self.model.graph.convention

    @property
    def digest(self) -> str:
        """The hash of the registry."""
        return self.model.graph.registry.digest

    @property
    def outcomes(self) -> tuple[Outcome, Outcome]:
        """Both cases, the better one first."""
        return (self.ample, self.none)

    @property
    def is_bracketed(self) -> bool:
        """Whether what follows from the failure surely lies between the two cases."""
        return self.model.is_bracketed

    @cached_property
    def distress(self) -> Mapping[str, Fraction]:
        """What part of its cash and credit each party loses by linear DebtRank, where it is known; exact.

        All that a party is owed by one in distress counts as lost in proportion, whatever that one has.
        """
        if self.party is None or not self.part:
            return MappingProxyType({})
        exposures: dict[tuple[str, str], int] = defaultdict(int)
        for due in self.model.dues:
            # What the one that starts it leaves unpaid is given, so nothing comes back to it.
            if due.creditor != self.party and not {due.creditor, due.debtor} & (
                self.model.outside - {self.party}
            ):
                exposures[due.creditor, due.debtor] += due.amount
        buffers = {
            party: balance.held(Case.AMPLE, 0)
            for party, balance in self.model.balances.items()
            if balance.is_known and balance.held(Case.AMPLE, 0)
        }
        buffers.setdefault(self.party, 1)
        found = debtrank(exposures, buffers, {self.party: self.part}, cut=False)
        return MappingProxyType(
            {name: part for name, part in sorted(found.after.items()) if part and name != self.party}
        )

    @cached_property
    def claims(self) -> tuple[Claims, Claims] | None:
        """What claims are worth in both cases by the valuation asked for; nothing if that is clearing."""
        if self.valuation is Valuation.CLEARING:
            return None
        with remedied():
            ample, none = (
                claims(self.model, each.case, self.party, self.part, each.marks, self.valuation)
                for each in self.outcomes
            )
        return ample, none

    def verdict(self, party: str) -> str:
        """Say whether a party pays all: it `fails` in both cases, `stands` in both, or it cannot be told.

        Payments rise with cash under every rule, so this needs no proportion.
        Where a debt of unknown size makes the cases no bounds, or something falls due before the span,
        `Model.limits` are.
        Who owes more than is published does not surely stand.
        """
        low, high = self._failing
        if party == self.party or (party in low and party in high):
            return "fails"
        if party in low or party in high or party in self.model.understated:
            return "cannot be told"
        return "stands"

    @cached_property
    def _failing(self) -> tuple[frozenset[str], frozenset[str]]:
        """Who cannot pay all in the better case and in the worse one, or at their limits."""
        model = self.model
        if model.is_bounded:
            low, high = (frozenset(row.party for row in outcome.failures) for outcome in self.outcomes)
            return low, high
        left = {self.party: self.part} if self.party is not None else NOBODY
        low, high = (frozenset(model.failing(model.limits(case, left))) for case in Case)
        return low, high | {*model.hollow}

    def explain(self) -> Trace:
        """Give what is unpaid in each case, payment by payment, by debtor and by creditor."""
        return explained(self)


@dataclass(frozen=True, slots=True)
class Damage:
    """What follows if a party pays nothing of `owed`, in dollars, in both cases.

    `sure` fail in the better case already, `possible` only in the worse one.
    """

    party: str
    owed: int
    ample: int
    none: int
    sure: tuple[str, ...]
    possible: tuple[str, ...]


def outcome(model: Model, case: Case, party: str | None, part: Fraction) -> Outcome:
    """Clear the books of a case before and after a failure, and call guarantees after it."""
    after_model = model.against(party if part else None)
    books = after_model.books(case, {party: part} if party is not None else NOBODY)
    after = after_model.cleared(books)
    before = after if party is None else model.cleared(model.books(case, {party: _ZERO}))
    called = None
    if model.backings and model.rule is Rule.PROPORTION and not model.costs:
        with remedied():
            called = _guaranteed(after_model, case, books, party, part)
    return Outcome(case, after_model, model, party, part, before, after, called)


def _guaranteed(model: Model, case: Case, books: Books, party: str | None, part: Fraction) -> Guaranteed:
    """Clear with guarantees; on what the failing party owes they are debts like others.

    The failing party honours what is called of it less the part; it has the money for that, as for its debts.
    """
    rank = Seniority.SENIOR.rank if model.ranked else 0
    owed, behind, cash = dict(books.obligations), {}, dict(books.cash)
    for row in model.backings:
        if row.due.debtor == party:
            claim = min(Fraction(row.limit), row.part * part * row.due.at(case))
            owed[row.name] = Obligation(row.guarantor, row.due.creditor, claim, rank)
        elif row.due.name not in owed:
            continue
        elif row.guarantor == party:
            kept, name = 1 - part, f"guarantor {party}"
            if kept:
                limit = row.limit * kept
                behind[row.name] = Guarantee(name, row.due.name, row.part * kept, limit, rank)
                cash[name] = Fraction(cash.get(name, 0)) + limit
        else:
            behind[row.name] = Guarantee(row.guarantor, row.due.name, row.part, row.limit, rank)
    books = replace(books, obligations=owed, cash=cash)
    return clear_guaranteed(books, behind, steps=model.rounds or STEPS)


def stress(
    graph: DealGraph,
    party: str | None = None,
    *,
    part: Fraction = Fraction(1),
    rule: str = Rule.PROPORTION,
    costs: Parts = Fraction(0),
    ranked: bool = True,
    rounds: int | None = None,
    owned: Owned | None = None,
    valuation: str = Valuation.CLEARING,
) -> Stress:
    """Say who can pay what falls due, by itself or if `party` leaves `part` of what it owes unpaid.

    `costs` is the part of its cash and of its receipts that failing costs a party, or the two apart.
    `ranked` pays debts by rank, `rounds` bounds every iteration, `owned` are the holdings to be marked, and
    `valuation` says what claims are worth beside.

    Raises:
        UnknownName: there is no such party.
        BadOption: a part, the rule, the valuation or the rounds are none, nothing is to be paid under the
            convention, or the span has passed or has no end.
        NoConvergence: guarantees, cuts, values or holdings do not settle; some only when they are asked for.
    """
    if party is not None and party not in graph.registry.parties:
        raise UnknownName("party", party, graph.registry.parties)
    if not 0 <= part <= 1:
        raise BadOption("part", part, "give a part from 0 to 1")
    if valuation not in set(Valuation):
        raise BadOption("valuation", valuation, f"write one of {', '.join(Valuation)}")
    model = prepare(graph, rule=rule, costs=costs, ranked=ranked, rounds=rounds, owned=owned)
    ample, none = (outcome(model, case, party, part) for case in Case)
    return Stress(ample.model, party, part, ample, none, Valuation(valuation))


def stresses(
    graph: DealGraph,
    *,
    rule: str = Rule.PROPORTION,
    costs: Parts = Fraction(0),
    ranked: bool = True,
    rounds: int | None = None,
) -> tuple[Damage, ...]:
    """Let every party that owes something pay nothing, one after the other; the most damage first.

    Raises:
        BadOption: as `stress` does.
        NoConvergence: as `stress` does.
    """
    model = prepare(graph, rule=rule, costs=costs, ranked=ranked, rounds=rounds)
    rows = []
    for party, owed in model.owed.items():
        ample, none = (outcome(model, case, party, Fraction(1)) for case in Case)
        possible = tuple(name for name in none.fallen if name not in ample.fallen)
        rows.append(Damage(party, owed, ample.caused, none.caused, ample.fallen, possible))
    return tuple(sorted(rows, key=lambda row: (-row.ample, -row.none, row.party)))
