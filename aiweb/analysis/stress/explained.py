"""The arithmetic of a stress, step by step: balances, debts, margin calls, what is paid, what shares lose."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from aiweb.trace import Steps, Trace, dollars

if TYPE_CHECKING:
    from aiweb.analysis.stress.outcome import Outcome, Stress


def explained(found: Stress) -> Trace:
    """Give what is unpaid in each case, payment by payment, by debtor and by creditor."""
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
    _explained_cuts(steps, found)
    owed = {
        due.name: steps.given(
            f"{due.what} from {due.debtor} to {due.creditor}: {due.how}", dollars(due.amount), legs=(due.leg,)
        )
        for due in found.model.dues
    }
    steps.total("all that falls due", *owed.values(), name="due")
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
        _explained_case(steps, outcome, own)
        _explained_holdings(steps, outcome)
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


def _explained_case(steps: Steps, outcome: Outcome, owed: Mapping[str, int]) -> None:
    """Take what is paid from what is due, and add up what is left by both ends of every payment."""
    case = outcome.case
    unpaid: dict[str, int] = {}
    caused: dict[str, int] = {}
    for loss in outcome.losses:
        due = loss.due
        text = f"{due.debtor} to {due.creditor}, {due.what} of {due.leg}, {case}"
        paid = steps.solved(f"paid by {text}", dollars(due.at(case) - loss.unpaid), owed[due.name])
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
