"""What claims are worth once those who owe them lose value: one engine, with a valuation to choose.

    E_i = A_i - l_i + Σ_j X_ij V_j(E_j) - o_i

(P. Barucca, M. Bardoscia, F. Caccioli, M. D'Errico, G. Visentin, G. Caldarelli, S. Battiston, Math. Finance
30 (2020) 1181-1204; `aiweb.flows.contagion`), on the books of a case: A_i is what i has in the case, with the
known shares that it holds at their published values; l_i what it owes outside; X_ij what j owes i then.
Lost at first is what the party made to fail leaves unpaid, and what those shares lose.
Debts have no ranks here, and there are no default costs.
Without known shares the valuation `eisenberg-noe` comes to the same payments as clearing in one rank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from aiweb.flows.clearing import Account
from aiweb.flows.contagion import (
    Borrower,
    Sheets,
    debtrank_single,
    eisenberg_noe,
    furfine,
    linear,
    valued,
)
from aiweb.flows.monotone import STEPS

if TYPE_CHECKING:
    from aiweb.analysis.stress.books import Case, Model
    from aiweb.flows.holdings import Marks


class Valuation(StrEnum):
    """What a claim is worth: what clearing pays, or by a rule of how it falls as its debtor loses equity."""

    CLEARING = "clearing"
    EISENBERG_NOE = "eisenberg-noe"
    FURFINE = "furfine"
    LINEAR = "linear"
    DEBTRANK = "debtrank"


_RULES: Final = {
    Valuation.EISENBERG_NOE: eisenberg_noe,
    Valuation.FURFINE: furfine,
    Valuation.LINEAR: linear,
}


@dataclass(frozen=True)
class Claims:
    """The equity of each party on the books of a case, before losses and after them, in dollars.

    `worth` is what a dollar that it owes is worth, `written_down` what its own claims have lost.
    """

    face: Mapping[str, float]
    equity: Mapping[str, float]
    worth: Mapping[str, float]
    written_down: Mapping[str, float]
    accounts: tuple[Account, ...]
    residue: float


def claims(
    model: Model,
    case: Case,
    party: str | None,
    part: Fraction,
    marks: Marks | None,
    valuation: Valuation,
) -> Claims:
    """Value what is owed in a case, after `party` leaves `part` unpaid and shares have lost what `marks` say.

    Raises:
        NoConvergence: so little leaks from the web that the steps do not settle.
    """
    books = model.books(case, {party: Fraction(0)} if party is not None else {}, as_cash=True)
    exposures: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    debts: dict[str, Fraction] = defaultdict(Fraction)
    for owed in books.obligations.values():
        if owed.creditor in books.outside:
            debts[owed.debtor] += owed.amount
        else:
            exposures[owed.creditor, owed.debtor] += owed.amount
    assets: dict[str, Fraction] = defaultdict(Fraction, {p: Fraction(v) for p, v in books.cash.items()})
    losses: dict[str, Fraction] = defaultdict(Fraction)
    inside = {*books.cash}
    for due in model.dues:
        if due.debtor == party and due.creditor in inside:
            losses[due.creditor] += part * due.at(case)
    for (holder, issuer), share in (marks.shares if marks is not None else {}).items():
        if holder in inside and marks is not None and issuer in marks.values:
            assets[holder] += share * Fraction(marks.values[issuer])
            losses[holder] += min(marks.lost.get(issuer, Fraction(0)), marks.values[issuer]) * share
    sheets = Sheets(assets, debts, exposures)
    # Who has no cash figure has enough in the better case, whatever it loses.
    safe = {name for name in books.cash if not model.balance(name).is_known and case == "ample"}
    if valuation is Valuation.DEBTRANK:
        return _ranked(sheets, losses, safe)
    rule = _RULES[valuation]()

    def value(of: Borrower, equity: float) -> float:
        return 1.0 if of.party in safe else rule(of, equity)

    found = valued(sheets, value, losses, steps=model.rounds or STEPS)
    return Claims(sheets.face, found.equity, found.worth, found.written_down, found.accounts, found.residue)


def _ranked(sheets: Sheets, losses: Mapping[str, Fraction], safe: Collection[str]) -> Claims:
    """Spread the losses by DebtRank as first published: each passes on what it has lost once.

    Who is `safe` is left out: it passes nothing on.
    """
    buffers = {
        party: max(
            Fraction(0),
            Fraction(sheets.assets.get(party, 0))
            - Fraction(sheets.debts.get(party, 0))
            + sum(
                (Fraction(a) for (lender, _), a in sheets.exposures.items() if lender == party), Fraction(0)
            )
            - sum((Fraction(a) for (_, owes), a in sheets.exposures.items() if owes == party), Fraction(0)),
        )
        for party in sheets.parties
        if party not in safe
    }
    shock = {
        party: min(Fraction(1), amount / buffers[party]) if buffers[party] else Fraction(1)
        for party, amount in losses.items()
        if amount and party in buffers
    }
    found = debtrank_single(sheets.exposures, buffers, shock)
    equity = {party: float(buffers[party] * (1 - part)) for party, part in found.after.items()}
    down: dict[str, float] = dict.fromkeys(sheets.parties, 0.0)
    for (lender, borrower), part in found.impact.items():
        down[lender] += float(part * found.sent[borrower] * buffers[lender])
    return Claims(
        MappingProxyType({party: float(amount) for party, amount in buffers.items()}),
        MappingProxyType(equity),
        MappingProxyType({party: float(1 - part) for party, part in found.sent.items()}),
        MappingProxyType(down),
        found.accounts,
        0.0,
    )
