"""Who can pay what falls due in a span of days if somebody does not: bound payments, cash, guarantees.

The mathematics is that of `aiweb.flows.clearing` (L. Eisenberg, T. H. Noe, Management Science 47 (2001)
236-249; L. C. G. Rogers, L. A. M. Veraart, Management Science 59 (2013) 882-898) and
`aiweb.flows.guarantees`; here deals become books, and payments become legs again.

The span is the twelve months after the day, or the calendar years of the convention's window after it.
What is owed in it, at the upper bounds (under `firm` at the lower):

- the instalments of legs (`aiweb.instalments`) that are firm and cannot be cancelled;
- the principal of loans that mature in it, as far as it is known to be drawn, less what was repaid;
- simple interest on that principal, at the coupon; a rate that floats is the last reading and the margin.

Conditional payments, options and what can be cancelled is flexible: it is owed by nobody, and no buffer.
What no source dates, prices or gives a rate is `open`: in no number.
Parties that stand for many pay all that they owe.

To pay with, a party has its last known cash and undrawn credit, and what it is paid.
Who has no cash figure is taken in two cases: `ample`, it has all that it owes and guarantees; `none`, it has
its undrawn credit if that is known, else nothing.
Of cash that is a range, ample takes the upper end and none the lower.
Payments rise with everybody's cash, so what stays unpaid lies between the two.

A party that fails, P, pays all its creditors a part less.
What follows from it is what is unpaid then, less what is unpaid if P pays everything.
That lies between the two cases too, in proportion and without default costs: then what is paid is a rising
function of cash with falling differences, for min(owed, ·) of a sum of such functions is one, and the
clearing vector is the limit of such steps from the top; so a loss does most harm where cash is least.
With default costs, or all or nothing, the two cases are two cases and no bounds.

Every payment's loss is rounded to whole dollars, and all sums are of these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Final

from aiweb.errors import BadOption, UnknownName
from aiweb.flows.clearing import Account, Books, Obligation, Payments, all_or_nothing, clear
from aiweb.flows.contagion import debtrank
from aiweb.flows.guarantees import Guarantee, Guaranteed, clear_guaranteed
from aiweb.graph import LAST_YEAR, Convention, DealGraph, LegState, Preset
from aiweb.instalments import instalments
from aiweb.model import Certainty, Exit, Figure, Instrument, Leg, Metric, PartyKind, Status, Unit
from aiweb.trace import Steps, Trace, dollars
from aiweb.values import NOTHING, Money

WATCHED: Final = frozenset({PartyKind.CAPITAL, PartyKind.LAB, PartyKind.CLOUD, PartyKind.NEOCLOUD})
"""Kinds of party whose failure reverse stress looks for: lenders and investors, labs, clouds."""
GRAIN: Final = 1000
"""Reverse stress tries this many parts."""
UNDATED: Final = "no source says when it is paid"
_YEAR: Final = 365
_PER_CENT: Final = {Unit.PERCENT: 1, Unit.BASIS_POINTS: 100}


class Case(StrEnum):
    """What a party without a cash figure is taken to have: enough for all that it owes, or nothing."""

    AMPLE = "ample"
    NONE = "none"


class Rule(StrEnum):
    """How who cannot pay all pays: all creditors in proportion, or none."""

    PROPORTION = "proportion"
    WHOLE = "whole"


class What(StrEnum):
    """What falls due on a leg: its own payments, or of a loan the principal or the interest."""

    PAYMENT = "payment"
    PRINCIPAL = "principal"
    INTEREST = "interest"


@dataclass(frozen=True, slots=True)
class Due:
    """What falls due in the span, in whole dollars; `flexible` says why it is owed by nobody, if so."""

    leg: str
    what: What
    debtor: str
    creditor: str
    amount: int
    how: str
    flexible: str = ""

    @property
    def name(self) -> str:
        """What tells it from every other."""
        return f"{self.leg} {self.what}"


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


@dataclass(frozen=True, slots=True)
class Balance:
    """The last known cash and undrawn credit of a party."""

    party: str
    cash: Figure | None
    credit: Figure | None

    @property
    def is_known(self) -> bool:
        """Whether there is a cash figure."""
        return self.cash is not None

    @property
    def amount(self) -> Money:
        """Cash and undrawn credit, as far as there are figures."""
        amounts = [row.amount for row in (self.cash, self.credit) if row is not None]
        return sum((amount for amount in amounts if amount is not None), NOTHING)

    def held(self, case: Case, needed: int) -> int:
        """Give what it holds in a case, if `needed` is all that it may have to pay."""
        amount = self.amount
        if case is Case.NONE:
            return max(0, amount.low)
        open_ended = not self.is_known or amount.unbounded
        return max(0, amount.high, needed if open_ended else 0)


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
class Outcome:
    """What comes of a failure in one case: payments before and after it, losses, rounds."""

    case: Case
    model: Model = field(repr=False)
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
            if due.debtor == self.party:
                unpaid, before = round(self.part * due.amount), 0
            elif due.name in self.after.greatest.paid:
                unpaid = round(due.amount - self.after.greatest.paid[due.name])
                before = round(due.amount - self.before.greatest.paid[due.name])
            else:
                continue
            if unpaid or before:
                rows.append(Loss(due, unpaid, before))
        return tuple(rows)

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

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Where the cash has gone, and who bears what stays unpaid: each sum in two ways, exactly."""
        cash, losses = self.after.greatest.accounts
        own = {
            due.creditor: Fraction(0) for due in self.model.dues if due.debtor == self.party and due.amount
        }
        for due in self.model.dues:
            if due.debtor == self.party:
                own[due.creditor] += self.part * due.amount
        outside = sum((amount for name, amount in own.items() if name in self.model.outside), Fraction(0))
        inside = sum(own.values(), Fraction(0)) - outside
        given = {name: Fraction(amount) for name, amount in losses.given.items()}
        found = {name: Fraction(amount) for name, amount in losses.found.items()}
        found["parties"] += inside
        found["outside"] += outside
        if self.party is not None:
            owed = sum(due.amount for due in self.model.dues if due.debtor == self.party)
            given[f"unpaid by {self.party}"] = self.part * owed
        return (cash, Account("losses", given, found))

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
        return self.model.rule is Rule.PROPORTION and not self.model.costs

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

    def verdict(self, party: str) -> str:
        """Say whether a party pays all: it `fails` in both cases, `stands` in both, or it cannot be told.

        Payments rise with cash under every rule, so this needs no proportion.
        Who owes more than is published does not surely stand.
        """
        low, high = ({row.party for row in outcome.failures} for outcome in self.outcomes)
        if party == self.party:
            return "fails"
        if party in low:
            return "fails"
        return "cannot be told" if party in high or party in self.model.understated else "stands"

    def explain(self) -> Trace:
        """Give what is unpaid in each case, payment by payment, by debtor and by creditor."""
        return _explained(self)


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


@dataclass(frozen=True, slots=True)
class Tipping:
    """The least part of what a party owes that must stay unpaid until a lender, a lab or a cloud fails.

    In tenths of a per cent, rounded up; nothing if none fails even if nothing is paid.
    """

    party: str
    owed: int
    ample: Fraction | None
    first_ample: tuple[str, ...]
    none: Fraction | None
    first_none: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """The books of all parties for a span of days, before anybody is made to fail.

    `costs` is the part of its cash and of its receipts that a party loses by failing.
    """

    graph: DealGraph
    since: date
    until: date
    rule: Rule
    costs: Fraction
    dues: tuple[Due, ...]
    flexible: tuple[Due, ...]
    open: tuple[Open, ...]
    balances: Mapping[str, Balance]
    backings: tuple[Backing, ...]

    @property
    def outside(self) -> frozenset[str]:
        """Parties that stand for many."""
        return self.graph.outside

    @cached_property
    def owed(self) -> Mapping[str, int]:
        """What each party owes in the span, in dollars, sorted."""
        sums: dict[str, int] = defaultdict(int)
        for due in self.dues:
            sums[due.debtor] += due.amount
        return MappingProxyType(dict(sorted(sums.items())))

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
        for row in self.open:
            if row.debtor and row.debtor not in self.outside:
                found[row.debtor].add(row.leg)
        return MappingProxyType({party: tuple(sorted(legs)) for party, legs in sorted(found.items())})

    @cached_property
    def _needed(self) -> Mapping[str, int]:
        sums: dict[str, int] = defaultdict(int, self.owed)
        for backing in self.backings:
            sums[backing.guarantor] += backing.limit
        return sums

    def books(self, case: Case, party: str | None = None, part: Fraction = Fraction(0)) -> Books:
        """Write the books of a case in which `party` leaves `part` of all that it owes unpaid.

        What it pays, and what those that stand for many pay, is cash of those who get it.
        """
        without = self.outside | ({party} if party is not None else set())
        cash: dict[str, Fraction] = {
            name: Fraction(balance.held(case, self._needed.get(name, 0)))
            for name, balance in self.balances.items()
            if name not in without
        }
        owed = {}
        for due in self.dues:
            if due.debtor not in without:
                owed[due.name] = Obligation(due.debtor, due.creditor, due.amount)
            elif due.creditor not in without:
                cash[due.creditor] += due.amount * (1 - part if due.debtor == party else 1)
        return Books(cash, owed, frozenset(without))

    def cleared(self, books: Books) -> Cleared:
        """Clear books by the rule."""
        if self.rule is Rule.WHOLE:
            whole = all_or_nothing(books)
            return Cleared(whole.greatest, whole.least, whole.dropped)
        kept = 1 - self.costs
        found = clear(books, alpha=kept, beta=kept)
        return Cleared(found.greatest, found.least, found.rounds)

    def outcome(self, case: Case, party: str | None, part: Fraction) -> Outcome:
        """Clear the books of a case before and after a failure, and call guarantees after it."""
        books = self.books(case, party, part)
        after = self.cleared(books)
        before = after if party is None else self.cleared(self.books(case, party))
        called = None
        if self.backings and self.rule is Rule.PROPORTION and not self.costs:
            called = self._guaranteed(books, party, part)
        return Outcome(case, self, party, part, before, after, called)

    def _guaranteed(self, books: Books, party: str | None, part: Fraction) -> Guaranteed:
        """Clear with guarantees; on what the failing party owes they are debts like others."""
        owed, behind = dict(books.obligations), {}
        for row in self.backings:
            if row.guarantor == party:
                continue
            if row.due.debtor == party:
                claim = min(Fraction(row.limit), row.part * part * row.due.amount)
                owed[row.name] = Obligation(row.guarantor, row.due.creditor, claim)
            elif row.due.name in owed:
                behind[row.name] = Guarantee(row.guarantor, row.due.name, row.part, row.limit)
        return clear_guaranteed(replace(books, obligations=owed), behind)


def stress(
    graph: DealGraph,
    party: str | None = None,
    *,
    part: Fraction = Fraction(1),
    rule: str = Rule.PROPORTION,
    costs: Fraction = Fraction(0),
) -> Stress:
    """Say who can pay what falls due, by itself or if `party` leaves `part` of what it owes unpaid.

    Raises:
        UnknownName: there is no such party.
        BadOption: a part or the rule is none, nothing is to be paid under the convention, or the span has
            passed or has no end.
    """
    if party is not None and party not in graph.registry.parties:
        raise UnknownName("party", party, graph.registry.parties)
    if not 0 <= part <= 1:
        raise BadOption("part", part, "give a part from 0 to 1")
    model = prepare(graph, rule=rule, costs=costs)
    ample, none = (model.outcome(case, party, part) for case in Case)
    return Stress(model, party, part, ample, none)


def stresses(
    graph: DealGraph, *, rule: str = Rule.PROPORTION, costs: Fraction = Fraction(0)
) -> tuple[Damage, ...]:
    """Let every party that owes something pay nothing, one after the other; the most damage first.

    Raises:
        BadOption: as `stress` does.
    """
    model = prepare(graph, rule=rule, costs=costs)
    rows = []
    for party, owed in model.owed.items():
        ample, none = (model.outcome(case, party, Fraction(1)) for case in Case)
        possible = tuple(name for name in none.fallen if name not in ample.fallen)
        rows.append(Damage(party, owed, ample.caused, none.caused, ample.fallen, possible))
    return tuple(sorted(rows, key=lambda row: (-row.ample, -row.none, row.party)))


def tipping(
    graph: DealGraph,
    party: str | None = None,
    *,
    rule: str = Rule.PROPORTION,
    costs: Fraction = Fraction(0),
) -> tuple[Tipping, ...]:
    """Find the least part that a party, or each, must leave unpaid until a lender, lab or cloud fails.

    What is paid falls with the part left unpaid, so the least is found by halving.
    Those first that can be told, the smallest part first.

    Raises:
        UnknownName: there is no such party.
        BadOption: as `stress` does.
    """
    if party is not None and party not in graph.registry.parties:
        raise UnknownName("party", party, graph.registry.parties)
    model = prepare(graph, rule=rule, costs=costs)
    rows = []
    for name, owed in model.owed.items():
        if party in {None, name}:
            (ample, first_ample), (none, first_none) = (_tips(model, case, name) for case in Case)
            rows.append(Tipping(name, owed, ample, first_ample, none, first_none))
    most = Fraction(2)
    return tuple(sorted(rows, key=lambda row: (row.ample or most, row.none or most, row.party)))


def _tips(model: Model, case: Case, party: str) -> tuple[Fraction | None, tuple[str, ...]]:
    """Give the least part, and who fails first."""
    parties = model.graph.registry.parties
    anyway = {*model.cleared(model.books(case, party)).greatest.failed}

    def fallen(number: int) -> tuple[str, ...]:
        failed = model.cleared(model.books(case, party, Fraction(number, GRAIN))).greatest.failed
        return tuple(name for name in failed if name not in anyway and parties[name].kind in WATCHED)

    low, high, first = 0, GRAIN, fallen(GRAIN)
    if not first:
        return None, ()
    while high - low > 1:
        middle = (low + high) // 2
        found = fallen(middle)
        if found:
            high, first = middle, found
        else:
            low = middle
    return Fraction(high, GRAIN), first


def prepare(graph: DealGraph, *, rule: str = Rule.PROPORTION, costs: Fraction = Fraction(0)) -> Model:
    """Put what falls due in the span into books.

    Raises:
        BadOption: as `stress` does.
    """
    if rule not in set(Rule):
        raise BadOption("rule", rule, f"write one of {', '.join(Rule)}")
    if not 0 <= costs <= 1:
        raise BadOption("costs", costs, "give a part from 0 to 1")
    if costs and rule == Rule.WHOLE:
        raise BadOption("costs", costs, "who pays nothing has no default costs; leave one of the two out")
    if graph.convention.preset is Preset.PAID:
        raise BadOption("under", "paid", "what is paid falls due no more; write contracted, headline or firm")
    since, until = _span(graph.convention)
    # Instalments have days, so the span is cut by days and not by years.
    whole = graph.under(replace(graph.convention, years=None))
    dues: list[Due] = []
    unknown: list[Open] = []
    for leg in whole.legs:
        if leg.payer == leg.payee or not leg.instrument.is_cash:
            continue
        for row in (*_paid(whole, leg, since, until), *_owed(whole, leg, since, until)):
            if isinstance(row, Open):
                unknown.append(row)
            elif row.amount:
                dues.append(row)
    bound = tuple(sorted((row for row in dues if not row.flexible), key=lambda row: row.name))
    backings, unbacked = _backings(whole, bound)
    named = {name for row in bound for name in (row.debtor, row.creditor)}
    named |= {row.guarantor for row in backings}
    return Model(
        graph=graph,
        since=since,
        until=until,
        rule=Rule(rule),
        costs=Fraction(costs),
        dues=bound,
        flexible=tuple(sorted((row for row in dues if row.flexible), key=lambda row: row.name)),
        open=tuple(sorted((*unknown, *unbacked), key=lambda row: (row.leg, row.what))),
        balances=MappingProxyType({name: _balance(graph, name) for name in sorted(named)}),
        backings=backings,
    )


def _span(rule: Convention) -> tuple[date, date]:
    """Give the first and the last day on which what falls due counts."""
    tomorrow = rule.as_of + timedelta(days=1)
    if rule.years is None:
        # The day before the same date a year on; of 29 February, the 28th.
        year = tomorrow.year + 1
        leap = (tomorrow.month, tomorrow.day) == (2, 29)
        return tomorrow, tomorrow.replace(year=year, day=28 if leap else tomorrow.day) - timedelta(days=1)
    first, last = rule.years
    if last >= LAST_YEAR:
        raise BadOption("to", "none", "write the last year too: what falls due over many years is no debt")
    if last < tomorrow.year:
        raise BadOption("to", last, f"what fell due before {tomorrow} is past; write a year from then on")
    return max(tomorrow, date(first, 1, 1)), date(last, 12, 31)


def _balance(graph: DealGraph, party: str) -> Balance:
    cash, credit = (graph.latest_figure(party, metric) for metric in (Metric.CASH, Metric.UNDRAWN_CREDIT))
    return Balance(party, *(row if _says(row) else None for row in (cash, credit)))


def _says(figure: Figure | None) -> bool:
    """Whether a figure gives an amount at all."""
    return (
        figure is not None and figure.amount is not None and (figure.amount.known or figure.amount.high > 0)
    )


def _paid(graph: DealGraph, leg: LegState, since: date, until: date) -> Iterator[Due | Open]:
    """Give the payments of a leg in the span, and what of it may fall there and nobody knows."""
    said = graph.registry.leg(leg.id)
    parts = instalments(graph, leg)
    inside = [part for part in parts if part.day is not None and since <= part.day <= until]
    flexible = _flexible(leg, said)
    debtor = "" if flexible else leg.payer
    amount = sum(part.high for part in inside)
    yield Due(leg.id, What.PAYMENT, leg.payer, leg.payee, amount, flexible or "bound", flexible)
    if any(part.undisclosed for part in inside):
        yield Open(leg.id, What.PAYMENT, "amount undisclosed", leg.amount, debtor)
    elif inside and leg.amount.unbounded:
        why = "at least: more than the amount stated may fall due"
        yield Open(leg.id, What.PAYMENT, why, leg.amount, debtor)
    undated = [part for part in parts if part.day is None and (part.high or part.undisclosed)]
    if undated:
        left = Money(
            sum(part.low for part in undated),
            sum(part.high for part in undated),
            undisclosed=int(any(part.undisclosed for part in undated)),
        )
        yield Open(leg.id, What.PAYMENT, UNDATED, left)


def _flexible(leg: LegState, said: Leg) -> str:
    """Say why a payment need not be made, or nothing if it must."""
    if leg.certainty is not Certainty.FIRM:
        return "an option" if leg.certainty is Certainty.OPTION else "conditional"
    return "can be cancelled" if said.exit is Exit.CANCELLABLE else ""


def _owed(graph: DealGraph, leg: LegState, since: date, until: date) -> Iterator[Due | Open]:
    """Give the principal of a loan that falls due in the span, and the interest on it until then."""
    if leg.instrument is not Instrument.LOAN:
        return
    said = graph.registry.leg(leg.id)
    matures = said.maturity.last if said.maturity is not None else None
    if matures is not None and matures < since:
        return
    drawn = _drawn(leg, said)
    if drawn is None or (not drawn.known and not drawn.high):
        why = "what of it is drawn is not published"
        if matures is not None and matures <= until:
            yield Open(leg.id, "debt", f"it matures {said.maturity}; {why}", leg.amount, leg.payee)
        else:
            yield Open(leg.id, "debt", why, leg.amount)
        return
    if not drawn:
        return
    if not drawn.known or drawn.unbounded:
        yield Open(leg.id, "debt", "more may be drawn than is published", drawn)
    principal = _at(graph, drawn)
    if matures is not None and matures <= until:
        yield Due(leg.id, What.PRINCIPAL, leg.payee, leg.payer, principal, f"matures {said.maturity}")
    rate, text = _rate(graph, said)
    if rate is None:
        yield Open(leg.id, What.INTEREST, text, drawn)
        return
    days = (min(until, matures or until) - since).days + 1
    amount = round(principal * rate * Fraction(days, _YEAR))
    yield Due(leg.id, What.INTEREST, leg.payee, leg.payer, amount, f"{days} days at {text}")


def _drawn(leg: LegState, said: Leg) -> Money | None:
    """Give what is owed of a loan on the day, as far as it is known."""
    lent = said.drawn or leg.paid
    if lent is None:
        # With dates of its own, what of it has been lent by now is not known.
        paid_out = leg.status is Status.CLOSED and leg.schedule is None and leg.term is None
        lent = leg.amount if paid_out else None
    if lent is None:
        return None
    return lent.less(leg.repaid) if leg.repaid is not None else lent


def _rate(graph: DealGraph, said: Leg) -> tuple[Fraction | None, str]:
    """Give the highest yearly rate that a loan may bear as a part, or say why nobody knows it."""
    if said.coupon is None:
        return None, "no rate of interest is published"
    coupon = Fraction(said.coupon)
    if not said.floating:
        return coupon / 100, f"{said.coupon}%"
    series = graph.registry.series.get(said.benchmark or "")
    if series is None or series.unit not in _PER_CENT:
        return None, "what its floating rate goes by is not published"
    known = [row for row in series.readings if row.on.last <= graph.convention.as_of]
    if not known:
        return None, f"no reading of {series.name} is known by the day"
    last = max(row.on.last for row in known)
    reading = max(Fraction(row.value) for row in known if row.on.last == last) / _PER_CENT[series.unit]
    rate, text = max(Fraction(0), coupon + reading), f"{said.coupon}% over {series.name} of {last}"
    if said.fixed is None and said.fixed_coupon is None:
        return rate / 100, text
    if said.fixed_coupon is None:
        return None, "the rate of its fixed part is not published"
    return max(rate, Fraction(said.fixed_coupon)) / 100, f"the higher of {said.fixed_coupon}% and {text}"


def _backings(graph: DealGraph, dues: tuple[Due, ...]) -> tuple[tuple[Backing, ...], list[Open]]:
    """Give the guarantees in force behind what falls due; one behind several is shared by what is due.

    What several guarantees stand behind is shared evenly.
    """
    found: list[Backing] = []
    unknown: list[Open] = []
    for leg in _guarantees(graph):
        said = graph.registry.leg(leg.id)
        behind = [due for due in dues if due.leg in said.secures]
        if said.secures and not behind:
            continue
        why = _unusable(graph, leg, said, behind)
        if why:
            unknown.append(Open(leg.id, "guarantee", why, leg.amount))
            continue
        shares = dollars(_at(graph, leg.amount)).shares([due.amount for due in behind])
        for due, own in zip(behind, (share.high for share in shares), strict=True):
            found.append(Backing(leg.id, leg.payer, due, min(own, due.amount), Fraction(1)))
    several: dict[str, int] = defaultdict(int)
    for row in found:
        several[row.due.name] += 1
    return tuple(replace(row, part=Fraction(1, several[row.due.name])) for row in found), unknown


def _guarantees(graph: DealGraph) -> Iterable[LegState]:
    """Give the guarantees of living deals that count under the convention."""
    rule = graph.convention
    return [
        leg
        for deal in graph.deals.values()
        for leg in deal.legs
        if leg.instrument is Instrument.GUARANTEE
        and not leg.status.is_end
        and leg.status.level >= rule.least.level
        and leg.basis in rule.bases
        and not graph.leaves_out(leg)
    ]


def _unusable(graph: DealGraph, leg: LegState, said: Leg, behind: list[Due]) -> str:
    """Say why what a guarantee would pay cannot be told, or nothing if it can."""
    if not said.secures:
        return "it stands behind no leg of the registry"
    if leg.certainty is not Certainty.FIRM:
        return "it hangs on a condition"
    if not leg.amount.known:
        return "its limit is not published"
    if leg.payer in graph.outside:
        return "its guarantor stands for many"
    if any(leg.payer in {due.debtor, due.creditor} for due in behind):
        return "its guarantor is a party to what it guarantees"
    return ""


def _at(graph: DealGraph, amount: Money) -> int:
    """Give the bound that counts: the upper, under `firm` the lower."""
    return amount.low if graph.convention.preset is Preset.FIRM else amount.high


def _explained(found: Stress) -> Trace:
    who = f" if {found.party} leaves {_percent(found.part)} of what it owes unpaid" if found.party else ""
    steps = Steps(
        f"Stress from {found.model.since} to {found.model.until}{who}", found.convention, found.digest
    )
    for balance in found.model.balances.values():
        for name, figure in (("cash", balance.cash), ("undrawn credit", balance.credit)):
            if figure is not None:
                steps.given(f"{name} of {balance.party} on {figure.period}", figure.amount, figures=(figure,))
    for party in found.model.unknown:
        steps.note(f"{party} has no cash figure: ample takes it to have enough, none to have nothing")
    owed = {
        due.name: steps.given(
            f"{due.what} from {due.debtor} to {due.creditor}: {due.how}", dollars(due.amount), legs=(due.leg,)
        )
        for due in found.model.dues
    }
    steps.total("all that falls due", *owed.values(), name="due")
    for outcome in found.outcomes:
        _explained_case(steps, outcome, owed)
    return steps.trace()


def _explained_case(steps: Steps, outcome: Outcome, owed: Mapping[str, int]) -> None:
    """Take what is paid from what is due, and add up what is left by both ends of every payment."""
    case = outcome.case
    unpaid: dict[str, int] = {}
    caused: dict[str, int] = {}
    for loss in outcome.losses:
        due = loss.due
        text = f"{due.debtor} to {due.creditor}, {due.what} of {due.leg}, {case}"
        paid = steps.solved(f"paid by {text}", dollars(due.amount - loss.unpaid), owed[due.name])
        unpaid[due.name] = steps.difference(
            f"unpaid by {text}", owed[due.name], paid, expect=dollars(loss.unpaid)
        )
        before = steps.solved(f"unpaid by {text}, anyway", dollars(loss.before), owed[due.name])
        caused[due.name] = steps.difference(
            f"caused: {text}", unpaid[due.name], before, expect=dollars(loss.caused)
        )
    totals = []
    for end in ("debtor", "creditor"):
        sums = []
        for party, (amount, _) in outcome.by(end).items():
            own = [loss.due for loss in outcome.losses]
            names = [due.name for due in own if party == (due.debtor if end == "debtor" else due.creditor)]
            verb = "unpaid by" if end == "debtor" else "lost by"
            sums.append(
                steps.total(
                    f"{verb} {party}, {case}",
                    *(unpaid[name] for name in names),
                    expect=dollars(amount),
                    name=f"{verb} {party} {case}",
                )
            )
        totals.append(steps.total(f"by {end}, {case}", *sums))
    steps.equal(
        f"what debtors leave unpaid is what creditors lose, {case}",
        *totals,
        expect=dollars(outcome.unpaid),
        name=f"unpaid {case}",
    )
    steps.total(
        f"what follows from the failure asked for, {case}",
        *caused.values(),
        expect=dollars(outcome.caused),
        name=f"caused {case}",
    )


def _percent(part: Fraction) -> str:
    return f"{float(100 * part):g}%"
