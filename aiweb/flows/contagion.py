"""How a loss passes from borrowers to those who hold claims on them: plain balance sheets.

Symbols: E_i is the equity of i; A_i its other assets, l_i its other debts; X_ij what j owes i; o_i all that i
owes parties; V_j(E_j), from 0 to 1, what a dollar owed by j is worth while j has equity E_j.

- Valuation: E_i = A_i - l_i + Σ_j X_ij V_j(E_j) - o_i (P. Barucca, M. Bardoscia, F. Caccioli, M. D'Errico,
  G. Visentin, G. Caldarelli, S. Battiston, Math. Finance 30 (2020) 1181-1204: NEVA).
  V chooses the model, and must rise with E.
  Stepping down from V = 1 leads to the greatest solution, up from V = 0 to the least; they may differ.
- Linear DebtRank: h_i(t+1) = min(1, h_i(t) + Σ_j W_ij (h_j(t) - h_j(t-1))), W_ij = X_ij / E_i(0)
  (M. Bardoscia, S. Battiston, F. Caccioli, G. Caldarelli, PLoS ONE 10 (2015) e0130406).
  h_i is the part of its buffer that i has lost.
  It rises to the least h with h = min(1, h(0) + W h), which is solved for in fractions, without steps.
- DebtRank as first published: each party passes on what it has lost once, in the step after it was first
  hit, and never again (S. Battiston, M. Puliga, R. Kaushik, P. Tasca, G. Caldarelli, Sci. Rep. 2 (2012) 541).
  Later losses stay where they are, so loops are followed only once; it never exceeds the linear one.

A claim revalued is not a debt forgiven: what a lender writes down, its borrower still owes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import erf, log, sqrt
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from aiweb.errors import BadOption
from aiweb.flows.clearing import Account, Amount
from aiweb.flows.monotone import STEPS, capped, settled
from aiweb.flows.web import Pair

TOLERANCE: Final = 1e-12
"""A part of all assets, claims and debts."""
_ZERO: Final = Fraction(0)


@dataclass(frozen=True)
class Sheets:
    """Balance sheets in dollars: assets and debts but for `exposures`, which are by lender and borrower.

    Raises:
        BadOption: a debt or an exposure is below zero, or a party lends to itself.
    """

    assets: Mapping[str, Amount]
    debts: Mapping[str, Amount]
    exposures: Mapping[Pair, Amount]

    def __post_init__(self) -> None:
        _check(self.exposures)
        for party, amount in sorted(self.debts.items()):
            if amount < 0:
                raise BadOption(f"debts of {party}", amount, "give 0 or more")

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """All that own, owe, lend or borrow, sorted."""
        return tuple(
            sorted({*self.assets, *self.debts, *(party for pair in self.exposures for party in pair)})
        )

    @cached_property
    def borrowed(self) -> Mapping[str, float]:
        """What each party owes other parties."""
        found = dict.fromkeys(self.parties, 0.0)
        for (_, borrower), amount in self.exposures.items():
            found[borrower] += float(amount)
        return MappingProxyType(found)

    @cached_property
    def face(self) -> Mapping[str, float]:
        """The equity of each party with every claim at its face value."""
        found = {
            party: float(self.assets.get(party, 0)) - float(self.debts.get(party, 0)) - self.borrowed[party]
            for party in self.parties
        }
        for (lender, _), amount in self.exposures.items():
            found[lender] += float(amount)
        return MappingProxyType(found)


@dataclass(frozen=True, slots=True)
class Borrower:
    """What a valuation may know of a borrower, in dollars.

    `assets` are those after the loss, `debts` those to others than parties, `owed` those to parties, and
    `face` the equity before the loss with every claim at its face value.
    """

    party: str
    assets: float
    debts: float
    owed: float
    face: float


Valuation: TypeAlias = Callable[[Borrower, float], float]


def furfine(recovery: float = 0.0) -> Valuation:
    """Let a claim keep its face value until the borrower's equity is below zero, then be worth `recovery`.

    C. H. Furfine, J. Money Credit Bank. 35 (2003) 111-128.
    At equity zero all debts are covered, so the claim is worth its face; the authors of NEVA count that as
    failed.
    """
    return lambda _, equity: 1.0 if equity >= 0 else recovery


def eisenberg_noe(*, others_first: bool = False) -> Valuation:
    """Let a claim be worth what the borrower's assets pay on it: min(1, max(0, 1 + E / debts)).

    Debts to others rank equally with those to parties, or before them with `others_first`.
    """

    def value(of: Borrower, equity: float) -> float:
        debts = of.owed if others_first else of.owed + of.debts
        return min(1.0, max(0.0, 1 + equity / debts)) if debts else 1.0

    return value


def linear() -> Valuation:
    """Let a claim lose value as the borrower loses equity: max(0, min(1, E / E(0))); linear DebtRank."""

    def value(of: Borrower, equity: float) -> float:
        return max(0.0, min(1.0, equity / of.face)) if of.face > 0 else 0.0

    return value


def merton(volatility: Mapping[str, float], *, years: float = 1.0, recovery: float = 1.0) -> Valuation:
    """Let a claim be worth what the borrower is expected to pay when `years` are over.

    Its assets move as a geometric Brownian motion with `volatility` a year and no drift, until then; equity
    moves with them, and all debts rank equally.
    `recovery` is the part left of what is paid in default (Barucca et al., equations 13 and 18).

    Raises:
        BadOption: the volatility of a borrower is missing or not above zero.
    """

    def value(of: Borrower, equity: float) -> float:
        spread = volatility.get(of.party, 0.0) * sqrt(years)
        if spread <= 0:
            raise BadOption(f"volatility of {of.party}", volatility.get(of.party), "give a part above 0")
        debts = of.owed + of.debts
        if not debts:
            return 1.0
        # Below `wiped` assets there is no equity, below `empty` nothing is paid at all.
        wiped, empty = of.assets - equity, of.assets - equity - debts
        fails = _below(wiped, of.assets, spread)
        deep = _below(empty, of.assets, spread)
        partly = _mean_below(wiped, of.assets, spread) - _mean_below(empty, of.assets, spread)
        paid = (1 - wiped / debts) * (fails - deep) + partly / debts
        return min(1.0, max(0.0, 1 - fails + recovery * paid))

    return value


@dataclass(frozen=True)
class Valued:
    """The equity of each party, and what a dollar it owes is worth, after `losses` of assets; in dollars.

    `residue` is the last move of the iteration, after `steps` steps.
    """

    sheets: Sheets
    losses: Mapping[str, Amount]
    equity: Mapping[str, float]
    worth: Mapping[str, float]
    residue: float
    steps: int

    @property
    def failed(self) -> tuple[str, ...]:
        """Whose equity is below zero, sorted."""
        return tuple(party for party, amount in self.equity.items() if amount < 0)

    @cached_property
    def written_down(self) -> Mapping[str, float]:
        """What each lender's claims have lost."""
        found = dict.fromkeys(self.sheets.parties, 0.0)
        for (lender, borrower), amount in self.sheets.exposures.items():
            found[lender] += float(amount) * (1 - self.worth[borrower])
        return MappingProxyType(found)

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        """What equity has lost: assets, and claims, which lose by lender what they lose by borrower."""
        claims = {
            borrower: self.sheets.borrowed[borrower] * (1 - worth) for borrower, worth in self.worth.items()
        }
        return (
            Account(
                "equity",
                {party: amount - self.equity[party] for party, amount in self.sheets.face.items()},
                {
                    "assets": float(sum(self.losses.values())),
                    "claims": sum(self.written_down.values()),
                },
            ),
            Account("claims", self.written_down, claims),
        )


def valued(
    sheets: Sheets,
    valuation: Valuation,
    losses: Mapping[str, Amount] | None = None,
    *,
    start: Literal["greatest", "least"] = "greatest",
    tolerance: float = TOLERANCE,
    steps: int = STEPS,
) -> Valued:
    """Value all claims consistently after `losses` of assets, from the top or from below.

    `tolerance` is a part of all assets, claims and debts.

    Raises:
        BadOption: a loss is of no party, or a valuation gives less than 0 or more than 1.
        NoConvergence: so little leaks from the web that the steps do not settle.
    """
    lost = dict(sorted((losses or {}).items()))
    if strange := sorted({*lost} - {*sheets.parties}):
        raise BadOption("losses", strange[0], "name a party that has a balance sheet")
    known = {
        party: Borrower(
            party,
            float(sheets.assets.get(party, 0)) - float(lost.get(party, 0)),
            float(sheets.debts.get(party, 0)),
            sheets.borrowed[party],
            sheets.face[party],
        )
        for party in sheets.parties
    }

    def worth(equity: Mapping[str, float]) -> dict[str, float]:
        found = {party: valuation(of, equity[party]) for party, of in known.items()}
        for party, value in found.items():
            if not 0 <= value <= 1:
                raise BadOption(f"worth of {party}", value, "a valuation gives 0 to 1")
        return found

    def step(equity: Mapping[str, float]) -> dict[str, float]:
        return _equity(sheets, known, worth(equity))

    money = sum(abs(of.assets) + of.debts + of.owed for of in known.values())
    first = _equity(sheets, known, dict.fromkeys(known, 1.0 if start == "greatest" else 0.0))
    equity, residue, count = settled(
        step, first, what="the value of claims", tolerance=tolerance * max(1.0, money), steps=steps
    )
    return Valued(
        sheets,
        MappingProxyType(lost),
        MappingProxyType(equity),
        MappingProxyType(worth(equity)),
        residue,
        count,
    )


@dataclass(frozen=True)
class Distress:
    """The part of its buffer that each party has lost, `before` the shock spread and `after`, from 0 to 1.

    `sent` is the part for which each has passed losses on.
    `unknown` names parties without a buffer, which are left out: they lose and pass on nothing here.
    """

    buffers: Mapping[str, Fraction]
    impact: Mapping[Pair, Fraction]
    before: Mapping[str, Fraction]
    after: Mapping[str, Fraction]
    sent: Mapping[str, Fraction]
    unknown: tuple[str, ...] = field(default=())

    def rank(self, weights: Mapping[str, Amount] | None = None) -> Fraction:
        """Give DebtRank: the part of all value lost to the spread; values are equal unless `weights` say.

        R = Σ v_i h_i - Σ v_i h_i(0), with v_i the weight of i as a part of all weights.
        """
        value = {party: Fraction((weights or {}).get(party, 0 if weights else 1)) for party in self.after}
        whole = sum(value.values(), _ZERO)
        lost = sum((value[party] * (part - self.before[party]) for party, part in self.after.items()), _ZERO)
        return lost / whole if whole else _ZERO

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        """What buffers lost, in dollars: the shock and what was passed on, less what no buffer held."""
        passed = dict.fromkeys(self.after, _ZERO)
        for (lender, borrower), part in self.impact.items():
            passed[lender] += part * self.sent[borrower]
        beyond = {party: self.before[party] + passed[party] - part for party, part in self.after.items()}
        return (
            Account(
                "losses",
                {"shock": self._dollars(self.before), "passed on": self._dollars(passed)},
                {"buffers": self._dollars(self.after), "beyond them": self._dollars(beyond)},
            ),
        )

    def _dollars(self, parts: Mapping[str, Fraction]) -> Fraction:
        return sum((part * self.buffers[party] for party, part in parts.items()), _ZERO)


def debtrank(
    exposures: Mapping[Pair, Amount],
    buffers: Mapping[str, Amount],
    shock: Mapping[str, Amount],
    *,
    cut: bool = True,
    rounds: int | None = None,
) -> Distress:
    """Spread a shock by linear DebtRank, to the end or for so many `rounds`; exact.

    `exposures` are by lender and borrower, `shock` the part of its buffer that each party loses first.
    With `cut` no borrower costs a lender more than its whole buffer, however large the claim, so its first
    losses count less; without, it is the linear valuation.

    Raises:
        BadOption: a part lies outside 0 to 1, an exposure or a buffer is below zero, a buffer is zero and
            `cut` is off, or the shocked party has no buffer.
    """
    impact, before, held, unknown = _prepared(exposures, buffers, shock, cut=cut)
    links: dict[str, dict[str, Fraction]] = {party: {} for party in before}
    for (lender, borrower), part in impact.items():
        links[lender][borrower] = part
    if rounds is None:
        touched = _touched(links, before)
        after = dict.fromkeys(before, _ZERO) | capped(
            {party: links[party] for party in touched},
            {party: before[party] for party in touched},
            dict.fromkeys(touched, Fraction(1)),
        )
        return Distress(held, impact, before, after, after, unknown)
    after, sent = before, dict.fromkeys(before, _ZERO)
    for _ in range(rounds):
        sent = after
        after = {
            party: min(
                Fraction(1),
                before[party] + sum((part * sent[other] for other, part in links[party].items()), _ZERO),
            )
            for party in before
        }
    return Distress(held, impact, before, after, sent, unknown)


def debtrank_single(
    exposures: Mapping[Pair, Amount], buffers: Mapping[str, Amount], shock: Mapping[str, Amount]
) -> Distress:
    """Spread a shock by DebtRank as first published, where each party passes losses on once; exact.

    Exposures are cut at the buffer.
    Arguments and errors are those of `debtrank`.
    """
    impact, before, held, unknown = _prepared(exposures, buffers, shock, cut=True)
    now, sent = dict(before), dict.fromkeys(before, _ZERO)
    distressed = {party for party, part in now.items() if part}
    inactive: set[str] = set()
    while distressed:
        sent |= {party: now[party] for party in distressed}
        gains: dict[str, Fraction] = defaultdict(Fraction)
        for (lender, borrower), part in impact.items():
            if borrower in distressed:
                gains[lender] += part * now[borrower]
        now = {party: min(Fraction(1), part + gains[party]) for party, part in now.items()}
        inactive |= distressed
        distressed = {party for party, part in now.items() if part and party not in inactive}
    return Distress(held, impact, before, now, sent, unknown)


def _prepared(
    exposures: Mapping[Pair, Amount],
    buffers: Mapping[str, Amount],
    shock: Mapping[str, Amount],
    *,
    cut: bool,
) -> tuple[dict[Pair, Fraction], dict[str, Fraction], dict[str, Fraction], tuple[str, ...]]:
    """Give W, h(0), the buffers, and the parties that have none."""
    _check(exposures)
    for party, amount in sorted(buffers.items()):
        if amount < 0 or (not amount and not cut):
            raise BadOption(f"buffer of {party}", amount, "give more than 0")
    for party, part in sorted(shock.items()):
        if party not in buffers:
            raise BadOption("shock", party, "name a party with a buffer")
        if not 0 <= part <= 1:
            raise BadOption(f"shock to {party}", part, "give the part of its buffer, from 0 to 1")
    impact = {}
    for (lender, borrower), amount in sorted(exposures.items()):
        if amount and lender in buffers and borrower in buffers:
            whole = not buffers[lender]
            part = Fraction(1) if whole else Fraction(amount) / Fraction(buffers[lender])
            impact[lender, borrower] = min(Fraction(1), part) if cut else part
    before = {party: Fraction(shock.get(party, 0)) for party in sorted(buffers)}
    held = {party: Fraction(amount) for party, amount in sorted(buffers.items())}
    parties = {party for pair, amount in exposures.items() if amount for party in pair}
    return impact, before, held, tuple(sorted(parties - {*buffers}))


def _touched(links: Mapping[str, Mapping[str, Fraction]], before: Mapping[str, Fraction]) -> tuple[str, ...]:
    """Name those the shock comes to: others keep to nothing, whatever could stand among them."""
    lenders: dict[str, list[str]] = defaultdict(list)
    for lender, row in links.items():
        for borrower in row:
            lenders[borrower].append(lender)
    found = {party for party, part in before.items() if part}
    todo = sorted(found)
    while todo:
        for lender in lenders[todo.pop()]:
            if lender not in found:
                found.add(lender)
                todo.append(lender)
    return tuple(sorted(found))


def _equity(sheets: Sheets, known: Mapping[str, Borrower], worth: Mapping[str, float]) -> dict[str, float]:
    found = {party: of.assets - of.debts - of.owed for party, of in known.items()}
    for (lender, borrower), amount in sheets.exposures.items():
        found[lender] += float(amount) * worth[borrower]
    return found


def _check(exposures: Mapping[Pair, Amount]) -> None:
    for (lender, borrower), amount in sorted(exposures.items()):
        if amount < 0:
            raise BadOption(f"what {borrower} owes {lender}", amount, "give 0 or more, or turn them round")
        if lender == borrower:
            raise BadOption("exposures", lender, "it lends to itself; leave it out")


def _below(level: float, mean: float, spread: float) -> float:
    """Give the chance that a lognormal amount of this mean ends below `level`."""
    if level <= 0:
        return 0.0
    return 0.5 * (1 + erf((log(level / mean) + spread**2 / 2) / (sqrt(2) * spread))) if mean > 0 else 1.0


def _mean_below(level: float, mean: float, spread: float) -> float:
    """Give what a lognormal amount of this mean is below `level`, times the chance of that."""
    if level <= 0 or mean <= 0:
        return 0.0
    return 0.5 * mean * (1 + erf((log(level / mean) - spread**2 / 2) / (sqrt(2) * spread)))
