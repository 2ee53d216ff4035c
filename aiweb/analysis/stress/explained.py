"""The arithmetic of a stress, step by step: balances, debts, margin calls, what is paid, what shares lose.

What several debtors pay that hang on each other is found all at once, so it is put down as solved; then each
of them is held against its own equation, what it has is what it pays, which a reader can add up.
Every payment is rounded to whole dollars; where that matters a step says what the cents come to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from aiweb.analysis.stress.books import Case, Rule
from aiweb.balances import explained as explained_balance
from aiweb.trace import Steps, Trace, dollars

if TYPE_CHECKING:
    from aiweb.analysis.stress.books import Due
    from aiweb.analysis.stress.outcome import Called, Outcome, Sale, Stress
    from aiweb.flows.cascade import Followed
    from aiweb.flows.clearing import Payments


class At(NamedTuple):
    """A step and the whole dollars that it comes to."""

    step: int
    dollars: int


@dataclass(frozen=True)
class _Told:
    """The steps of one explanation, with those of the balances by party."""

    steps: Steps
    found: Stress
    openings: Mapping[str, int]

    def solved(self, text: str, amount: int, *of: At) -> At:
        """Put down what clearing gives."""
        return At(self.steps.solved(text, dollars(amount), *(row.step for row in of)), amount)

    def less(self, text: str, whole: At, part: At, name: str = "") -> At:
        """Take one from the other."""
        left = whole.dollars - part.dollars
        return At(
            self.steps.difference(text, whole.step, part.step, expect=dollars(left), name=name),
            left,
        )

    def total(self, text: str, rows: Sequence[At], amount: int | None = None, name: str = "") -> At:
        """Add up to an amount; what each is rounded by is a step of its own, and no more than half a dollar.

        Raises:
            ValueError: they come to something else.
        """
        cents = 0 if amount is None else amount - sum(row.dollars for row in rows)
        if cents and abs(cents) <= len(rows) + 1:
            rows = [*rows, At(self.steps.given(_CENTS, dollars(cents)), cents)]
        whole = sum(row.dollars for row in rows) if amount is None else amount
        return At(
            self.steps.total(text, *(row.step for row in rows), expect=dollars(whole), name=name),
            whole,
        )

    def part(self, text: str, row: At, part: Fraction, what: str, name: str = "") -> At:
        """Take a part of an amount; all of it is no step."""
        if part == 1:
            return row
        amount = round(row.dollars * part)
        share = self.steps.given(what, part)
        return At(
            self.steps.product(text, share, row.step, expect=dollars(amount), name=name),
            amount,
        )

    def held(self, outcome: Outcome, party: str, *, buffer: bool = False, name: str = "") -> At:
        """Say what a party has in a case, from its figures; its `buffer` is what is known of it."""
        steps, model, case = self.steps, outcome.model, Case.AMPLE if buffer else outcome.case
        balance = model.balance(party)
        amount = balance.held(case, 0) if buffer else model.held(case, party)
        text = f"cash and credit that {party} has{'' if buffer else f', {case}'}"
        opening = self.openings.get(party)
        end = balance.amount.low if case is Case.NONE else balance.amount.high
        if opening is None:
            return At(steps.given(f"{text}: no figure, so as taken", dollars(amount), name=name), amount)
        known = At((steps.lower if case is Case.NONE else steps.upper)(text, opening), end)
        credit = min(balance.pledged, max(0, _low(outcome, party))) if case is Case.NONE else 0
        for off, why in (
            (balance.off, "revenue that does not come, and the like"),
            (credit, "credit on shares"),
        ):
            if off:
                known = self.less(f"{text}, less {why}", known, At(steps.given(why, dollars(off)), off))
        if amount == known.dollars:
            return known
        least = steps.given(f"what {party} is taken to have at the least", dollars(max(0, amount)))
        return At(steps.most(text, known.step, least, expect=dollars(amount), name=name), amount)


_CENTS = "cents, for each amount is rounded to whole dollars"


def _low(outcome: Outcome, party: str) -> int:
    credit = [row.amount.low for row in outcome.model.balance(party).credit if row.amount is not None]
    return min(credit, default=0)


def explained(found: Stress) -> Trace:
    """Give what is unpaid in each case, payment by payment, by debtor and by creditor, and how it arises."""
    who = f" if {found.party} leaves {_percent(found.part)} of what it owes unpaid" if found.party else ""
    steps = Steps(
        f"Stress from {found.model.since} to {found.model.until}{who}", found.convention, found.digest
    )
    openings: dict[str, int] = {}
    for party, balance in found.model.balances.items():
        rows = [
            step
            for name, figures in (("cash", balance.cash), ("undrawn credit", balance.credit))
            for step in explained_balance(steps, f"{name} of {party}", figures)
        ]
        if len(rows) > 1:
            rows = [steps.total(f"cash and undrawn credit of {party}", *rows, expect=balance.amount)]
        openings |= dict.fromkeys([party], rows[0]) if rows else {}
    for party in found.model.unknown:
        steps.note(f"{party} has no cash figure: ample takes it to have enough, none to have nothing")
    _explained_cuts(steps, found)
    _explained_earlier(steps, found)
    owed = {
        due.name: steps.given(
            f"{due.what} from {due.debtor} to {due.creditor}: {due.how}", dollars(due.amount), legs=(due.leg,)
        )
        for due in found.model.dues
    }
    steps.total("all that falls due", *owed.values(), name="due")
    told = _Told(steps, found, openings)
    for outcome in found.outcomes:
        own = owed | {
            due.name: steps.given(
                f"{due.what} from {due.debtor} to {due.creditor}, {outcome.case}: {due.how}",
                dollars(due.at(outcome.case)),
                legs=(due.leg,),
            )
            for due in found.model.dues
            if due.at(outcome.case) != due.amount
        }
        unpaid, paid = _explained_case(told, outcome, own)
        _explained_called(told, outcome, own, unpaid, paid)
        _explained_sales(told, outcome, own, unpaid)
        _explained_holdings(steps, outcome)
    _explained_distress(told, owed)
    return steps.trace()


def _explained_cuts(steps: Steps, found: Stress) -> None:
    """Say what revenue a what-if takes off, and which credit hangs on shares that fall."""
    model = found.model
    for party, missed in model.missed.items():
        plan = model.plans[party]
        now = steps.given(
            f"revenue that {party} plans for the span", dollars(plan.amount.high), figures=plan.figures
        )
        steps.solved(
            f"revenue of {party} that does not come, taken off its cash",
            dollars(missed),
            now,
            name=f"missed {party}",
        )
    for row in model.margins:
        if row.falls and row.line:
            steps.given(
                f"credit of {row.borrower} that hangs on shares of {row.pledged}: none has none of it",
                dollars(row.line),
                legs=(row.leg,),
            )
    for party in model.layered:
        steps.note(f"{party} pays what is secured first, then what is senior, then what is subordinated")
    if model.costs:
        cash, receipts = _percent(model.costs.cash), _percent(model.costs.receipts)
        steps.note(f"who fails loses {cash} of its cash and {receipts} of what it is paid")


def _explained_earlier(steps: Steps, found: Stress) -> None:
    """Add up what falls due before the span, by debtor; it is taken off no balance."""
    model = found.model
    if not model.owed_earlier:
        return
    day = model.graph.convention.as_of
    steps.note(f"balances are those known on {day}; what is owed before {model.since} is not taken off them")
    sums = []
    for party, owed in model.owed_earlier.items():
        rows = [
            steps.given(
                f"{due.what} from {party} to {due.creditor}, before the span: {due.how}",
                dollars(due.amount),
                legs=(due.leg,),
            )
            for due in model.earlier
            if due.debtor == party
        ]
        sums.append(
            steps.total(
                f"owed by {party} before the span", *rows, expect=dollars(owed), name=f"earlier {party}"
            )
        )
    steps.total("owed before the span, and taken off no balance", *sums, name="earlier")


def _explained_holdings(steps: Steps, outcome: Outcome) -> None:
    """Multiply what an issuer loses by the share that each holder has."""
    marks, owned = outcome.marks, outcome.model.owned
    if marks is None or owned is None:
        return
    stated = {(row.owner, row.issuer): row for row in owned.holdings}
    for (holder, issuer), amount in marks.borne.items():
        row = stated[holder, issuer]
        worth = outcome.model.worths.get(issuer)
        lost = steps.solved(f"value that {issuer} loses, {outcome.case}", _exactly(marks.lost[issuer]))
        if worth is not None:
            steps.given(f"what {issuer} is worth", dollars(worth.high), figures=worth.figures)
        share = steps.given(
            f"{holder} holds of {issuer}", marks.shares[holder, issuer], legs=row.legs, figures=row.figures
        )
        steps.product(
            f"lost by {holder} on shares of {issuer}, {outcome.case}",
            share,
            lost,
            expect=amount,
            name=f"shares {holder} {issuer} {outcome.case}",
        )


def _exactly(amount: Fraction) -> Fraction:
    return Fraction(amount)


def _explained_case(
    told: _Told, outcome: Outcome, owed: Mapping[str, int]
) -> tuple[dict[str, At], dict[str, At]]:
    """Take what is paid from what is due, say how it arises, and add up what is left by both ends.

    Gives the steps of what stays unpaid and of what is paid, by payment, where something stays unpaid.
    """
    steps, case, part = told.steps, outcome.case, outcome.part
    unpaid: dict[str, At] = {}
    caused: dict[str, int] = {}
    paid: dict[str, At] = {}
    anyway: dict[str, At] = {}
    for loss in outcome.losses:
        due = loss.due
        text = f"{due.debtor} to {due.creditor}, {due.what} of {due.leg}, {case}"
        whole = At(owed[due.name], due.at(case))
        if due.debtor == outcome.party:
            left = told.part(f"unpaid by {text}", whole, part, "the part left unpaid")
            unpaid[due.name] = left
            paid[due.name] = told.less(f"paid by {text}", whole, left)
        else:
            paid[due.name] = told.solved(f"paid by {text}", due.at(case) - loss.unpaid, whole)
            unpaid[due.name] = told.less(f"unpaid by {text}", whole, paid[due.name])
        anyway[due.name] = told.solved(f"unpaid by {text}, anyway", loss.before, whole)
        caused[due.name] = told.less(f"caused: {text}", unpaid[due.name], anyway[due.name]).step
    _explained_payments(told, outcome, outcome.after.greatest, owed, paid)
    if outcome.party is not None:
        _explained_anyway(told, outcome, owed, paid, anyway)
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
                    *(unpaid[name].step for name in names),
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
    return unpaid, paid


def _explained_anyway(
    told: _Told,
    outcome: Outcome,
    owed: Mapping[str, int],
    paid: Mapping[str, At],
    anyway: Mapping[str, At],
) -> None:
    """Say how what is paid arises if nobody is made to fail; no shares fall then, and no loan is called."""
    case, found = outcome.case, outcome.before.greatest
    if not found.failed:
        return
    after = {due.name: due.at(case) for due in outcome.model.dues}
    wholes: dict[str, int] = {}
    then: dict[str, At] = {}
    for due in outcome.plain.dues:
        wholes[due.name] = owed.get(due.name, 0)
        if after.get(due.name) != due.at(case):
            text = f"{due.what} from {due.debtor} to {due.creditor}, {case}, if nobody is made to fail"
            wholes[due.name] = told.steps.given(text, dollars(due.at(case)), legs=(due.leg,))
        short = anyway.get(due.name)
        if short is None or not short.dollars:
            continue
        whole, same = At(wholes[due.name], due.at(case)), paid.get(due.name)
        if same is not None and same.dollars == whole.dollars - short.dollars:
            then[due.name] = same
        else:
            text = f"paid by {due.debtor} to {due.creditor}, {due.what} of {due.leg}, {case}, anyway"
            then[due.name] = told.less(text, whole, short)
    plain = replace(outcome, model=outcome.plain)
    _explained_payments(told, plain, found, wholes, then, "anyway", paid)


def _explained_payments(
    told: _Told,
    outcome: Outcome,
    found: Payments,
    owed: Mapping[str, int],
    paid: Mapping[str, At],
    when: str = "",
    known: Mapping[str, At] | None = None,
) -> None:
    """Hold what each debtor that fails pays against its cash and what it is paid: its own equation.

    What is not in `paid` is paid in full; what is all in `known` too has been held against each other there.
    """
    model, case = outcome.model, outcome.case

    def of(due: Due) -> At:
        return paid.get(due.name) or At(owed[due.name], due.at(case))

    for party in found.failed:
        dues = [due for due in model.dues if party in {due.debtor, due.creditor} and due.at(case)]
        if known is not None and all(paid.get(due.name) == known.get(due.name) for due in dues):
            continue
        received = [of(due) for due in dues if due.creditor == party]
        pays = [of(due) for due in dues if due.debtor == party]
        _explained_equation(told, outcome, party, when, received, pays)


def _explained_equation(
    told: _Told, outcome: Outcome, party: str, when: str, received: Sequence[At], pays: Sequence[At]
) -> None:
    """Say that what a party has that fails is what it pays, less what failing costs and what is kept back."""
    costs, tail = outcome.model.costs, f", {outcome.case}{f', {when}' if when else ''}"
    name = f"pays {party}{tail.replace(',', '')}"
    cash = told.held(outcome, party)
    out = told.total(f"all that {party} pays{tail}", pays)
    if outcome.model.rule is Rule.WHOLE:
        has = told.total(f"all that {party} has{tail}", [cash, *received])
        told.less(f"what {party} has left, too little for the next rank whole{tail}", has, out, name)
        return
    parts = [cash, *received]
    if costs:
        come = told.total(f"all that {party} is paid{tail}", received)
        parts = [
            told.part(f"cash left to {party}{tail}", cash, 1 - costs.cash, "the part of cash that is left"),
            told.part(
                f"receipts left to {party}{tail}",
                come,
                1 - costs.receipts,
                "the part of receipts that is left",
            ),
        ]
    has = told.total(f"all that {party} has{tail}", parts, out.dollars)
    told.steps.equal(
        f"what {party} has is what it pays{tail}",
        has.step,
        out.step,
        expect=dollars(out.dollars),
        name=name,
    )


def _explained_called(
    told: _Told,
    outcome: Outcome,
    owed: Mapping[str, int],
    unpaid: Mapping[str, At],
    known: Mapping[str, At],
) -> None:
    """Say what guarantees are called for, what is paid on them, and how that arises."""
    found, case = outcome.guaranteed, outcome.case
    if found is None or not outcome.called:
        return
    paid: dict[str, At] = {}
    for due in outcome.model.dues:
        whole, same = At(owed.get(due.name, 0), due.at(case)), known.get(due.name)
        short = round(due.at(case) - found.paid[due.name]) if due.name in found.paid else 0
        if due.debtor == outcome.party and same is not None:
            # The party made to fail pays the rest of it, guarantees or not.
            paid[due.name] = same
        elif same is not None and same.dollars == whole.dollars - short:
            paid[due.name] = same
        elif short:
            text = f"{due.debtor} to {due.creditor}, {due.what} of {due.leg}, guarantees called, {case}"
            paid[due.name] = told.solved(f"paid by {text}", whole.dollars - short, whole)
        elif due.at(case):
            paid[due.name] = whole
    honoured = {
        row.backing.name: _explained_call(told, outcome, row, owed, unpaid, paid) for row in outcome.called
    }
    behind = {row.backing.name: row.backing for row in outcome.called}
    for party in found.failed:
        dues = [due for due in outcome.model.dues if due.name in paid]
        got = [at for name, at in honoured.items() if behind[name].due.creditor == party]
        given = [at for name, at in honoured.items() if behind[name].guarantor == party]
        moved = [due for due in dues if due.name in known and paid[due.name] != known[due.name]]
        # Who neither guarantees nor is guaranteed, nor paid otherwise, has its equation above.
        if got or given or any(party in {due.debtor, due.creditor} for due in moved):
            received = [paid[due.name] for due in dues if due.creditor == party]
            pays = [paid[due.name] for due in dues if due.debtor == party]
            what = "guarantees called"
            _explained_equation(told, outcome, party, what, [*received, *got], [*pays, *given])
    told.total(
        f"paid on guarantees, {case}",
        [*honoured.values()],
        sum(row.honoured for row in outcome.called),
        f"honoured {case}",
    )


def _explained_call(
    told: _Told,
    outcome: Outcome,
    row: Called,
    owed: Mapping[str, int],
    unpaid: Mapping[str, At],
    paid: Mapping[str, At],
) -> At:
    """Say what one guarantee is called for, and give the step of what is paid on it."""
    steps, case, backing = told.steps, outcome.case, row.backing
    due = backing.due
    who = f"{backing.guarantor} on {backing.leg} for {due.what} of {due.leg}, {case}"
    whole = At(owed[due.name], due.at(case))
    left = (
        unpaid[due.name]
        if due.debtor == outcome.party
        else told.less(
            f"unpaid by {due.debtor} of {due.leg}, guarantees called, {case}", whole, paid[due.name]
        )
    )
    own = told.part(f"the part that {who}, stands for", left, backing.part, "the part guaranteed")
    limit = steps.given(f"limit of {who}", dollars(backing.limit), legs=(backing.leg,))
    claim = min(own.dollars, backing.limit)
    called = At(
        steps.least(f"called of {who}", own.step, limit, expect=dollars(claim), name=f"called {who}"), claim
    )
    if claim != row.called:
        called = told.total(f"called of {who}, to the dollar", [called], row.called)
    if backing.guarantor == outcome.party:
        kept = told.part(f"of it {who}, pays", called, 1 - outcome.part, "the part that it pays")
        return told.total(f"paid by {who}", [kept], row.honoured, f"honoured {who}")
    if row.called == row.honoured:
        return told.total(f"paid by {who}, in full", [called], row.honoured, f"honoured {who}")
    given = told.solved(f"paid by {who}", row.honoured, called)
    told.less(f"not paid by {who}", called, given)
    return told.total(f"paid by {who}, in part", [given], row.honoured, f"honoured {who}")


def _explained_sales(
    told: _Told, outcome: Outcome, owed: Mapping[str, int], unpaid: Mapping[str, At]
) -> None:
    """Add up what each seller loses of its revenue: not paid, not bought by who fails, and cut by others."""
    sales, case = outcome.sales, outcome.case
    if sales is None or not sales.rows:
        return
    # A buyer that loses revenue cuts what its seller then loses, and so on round: these are put down first.
    cutting = {due.debtor for due in outcome.model.cuttable} - {outcome.party}
    lost = {
        row.party: told.solved(f"revenue that {row.party} loses in all, {case}", row.lost)
        for row in sales.rows
        if row.party in cutting
    }
    for row in sales.rows:
        orders = _explained_orders(told, outcome, sales.after, row, lost)
        parts = _explained_unpaid_sales(told, outcome, sales.after, row, owed, unpaid)
        whole = told.total(
            f"revenue lost by {row.party}, {case}",
            [*orders, *parts],
            row.lost,
            f"revenue lost {row.party} {case}",
        )
        if row.party in lost:
            text = f"revenue that {row.party} loses is what it cuts by, {case}"
            told.steps.equal(text, lost[row.party].step, whole.step)
        if orders:
            text, name = f"of it not bought of {row.party}, {case}", f"not bought {row.party} {case}"
            told.total(text, orders, row.not_bought, name)
        before = told.solved(f"revenue that {row.party} loses anyway, {case}", row.lost - row.caused)
        told.less(
            f"revenue lost by {row.party} because of the failure, {case}",
            whole,
            before,
            f"revenue caused {row.party} {case}",
        )


def _explained_orders(
    told: _Told, outcome: Outcome, after: Followed, row: Sale, lost: Mapping[str, At]
) -> list[At]:
    """Take from each order that may be cut what is bought of it."""
    steps, case = told.steps, outcome.case
    orders = []
    for due in outcome.model.cuttable:
        if due.creditor != row.party:
            continue
        text = f"{due.debtor} of {row.party}, {due.leg}"
        if due.debtor == outcome.party and outcome.part:
            bought = 0
        elif due.name in after.orders.flexible:
            bought = round(after.clearing.greatest.paid[due.name])
        else:
            continue
        if bought == due.amount:
            continue
        order = At(
            steps.given(f"ordered by {text}: {due.flexible}", dollars(due.amount), legs=(due.leg,)),
            due.amount,
        )
        revenue = after.orders.revenue.get(due.debtor)
        if due.debtor in lost and revenue and bought:
            whole = steps.given(f"revenue of {due.debtor}", dollars(int(revenue)))
            share = steps.quotient(
                f"part of its revenue that {due.debtor} loses, {case}", lost[due.debtor].step, whole
            )
            steps.product(f"cut for that by {text}, {case}", share, order.step)
        taken = told.solved(f"bought by {text}, {case}", bought, order)
        orders.append(told.less(f"not bought by {text}, {case}", order, taken))
    return orders


def _explained_unpaid_sales(
    told: _Told,
    outcome: Outcome,
    after: Followed,
    row: Sale,
    owed: Mapping[str, int],
    unpaid: Mapping[str, At],
) -> list[At]:
    """Take from each sale that a buyer is bound to what is paid of it."""
    rows = []
    for due in outcome.model.dues:
        if due.creditor != row.party or due.name not in outcome.model.sales:
            continue
        whole = At(owed[due.name], due.at(outcome.case))
        if due.debtor == outcome.party:
            rows += [unpaid[due.name]] if due.name in unpaid else []
        elif due.name in after.orders.sales:
            short = round(due.at(outcome.case) - after.clearing.greatest.paid[due.name])
            if short:
                text = f"{due.debtor} to {row.party}, {due.leg}, with orders as income, {outcome.case}"
                paid = told.solved(f"paid by {text}", whole.dollars - short, whole)
                rows.append(told.less(f"unpaid by {text}", whole, paid))
    return rows


def _explained_distress(told: _Told, owed: Mapping[str, int]) -> None:
    """Say what part of its buffer each party loses by DebtRank: of each claim the part its debtor loses."""
    found, steps = told.found, told.steps
    if found.party is None or not found.distress:
        return
    parts = {
        name: steps.solved(f"part of its buffer that {name} loses", part)
        for name, part in found.distress.items()
    }
    parts[found.party] = steps.given(f"part of what it owes that {found.party} leaves unpaid", found.part)
    one = steps.given("all of it", Fraction(1))
    for party, part in found.distress.items():
        buffer = told.held(found.ample, party, buffer=True)
        passed = []
        for debtor, step in parts.items():
            dues = _between(found, party, debtor)
            if dues:
                claim = told.total(
                    f"owed to {party} by {debtor}", [At(owed[due.name], due.amount) for due in dues]
                )
                weight = steps.quotient(f"as a part of the buffer of {party}", claim.step, buffer.step)
                passed.append(steps.product(f"lost of it through {debtor}", weight, step))
        whole = steps.total(f"lost by {party} through all that owe it", *passed)
        least = steps.least(f"no more than all that {party} has", whole, one, expect=part)
        steps.equal(
            f"part of its buffer that {party} loses, by its own equation",
            parts[party],
            least,
            expect=part,
            name=f"debtrank {party}",
        )


def _between(found: Stress, creditor: str, debtor: str) -> Iterable[Due]:
    """Give what one owes the other among what DebtRank spreads over."""
    return [due for due in found.model.dues if (due.creditor, due.debtor) == (creditor, debtor)]


def _percent(part: Fraction) -> str:
    return f"{float(100 * part):g}%"
