"""What holders lose as the companies whose shares they hold lose value: plain shares and amounts.

Symbols: c_ij is the part of j that i holds; V_j the value of j; d_j what j loses first; x_j what it loses.

    x_j = min(V_j, d_j + Σ_k c_jk x_k)

A company is worth what it has, its holdings included, so what they lose it loses; and nobody loses more than
all (M. Elliott, B. Golub, M. O. Jackson, Am. Econ. Rev. 104 (2014) 3115-3153, without their costs of failure:
v = C v + D p).
A company whose loss is known, for it has a price or has failed, is `fixed`: its holdings are in the price.
Losses are the least solution: nothing is lost without a cause.
All of it is in fractions, without rounding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Final

from aiweb.errors import BadOption, NoConvergence
from aiweb.flows.clearing import Account, Amount
from aiweb.flows.monotone import capped
from aiweb.flows.web import Pair

_ZERO: Final = Fraction(0)
_BOUNDLESS: Final = Fraction(10**30)
"""More than anybody can lose: who comes to that feeds itself without end."""


@dataclass(frozen=True)
class Marks:
    """What each party loses of its value, in dollars, by itself at `first` and through holdings in `lost`.

    `values` is what each is worth at most, as far as that is known; `shares` are by holder and issuer.
    """

    shares: Mapping[Pair, Fraction]
    values: Mapping[str, Amount]
    fixed: frozenset[str]
    first: Mapping[str, Fraction]
    lost: Mapping[str, Fraction]

    @cached_property
    def borne(self) -> Mapping[Pair, Fraction]:
        """What each holder loses on the shares of each issuer."""
        return MappingProxyType(
            {
                (holder, issuer): part * self.lost[issuer]
                for (holder, issuer), part in self.shares.items()
                if self.lost.get(issuer)
            }
        )

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        """Who bears the lost value of issuers; and what it is made of, less what exceeds a party's value."""
        known: dict[str, Fraction] = defaultdict(Fraction)
        through: dict[str, Fraction] = defaultdict(Fraction)
        for (holder, issuer), amount in self.borne.items():
            known[issuer] += amount
            if holder not in self.fixed:
                through[holder] += amount
        beyond = {
            party: self.first.get(party, _ZERO) + through[party] - amount
            for party, amount in self.lost.items()
        }
        return (
            Account(
                "shares",
                self.lost,
                {
                    "known holders": sum(known.values(), _ZERO),
                    "other holders": sum(
                        (amount - known[party] for party, amount in self.lost.items()), _ZERO
                    ),
                },
            ),
            Account(
                "value",
                {
                    "first": sum(self.first.values(), _ZERO),
                    "through holdings": sum((through[party] for party in self.lost), _ZERO),
                },
                {
                    "lost": sum(self.lost.values(), _ZERO),
                    "beyond their value": sum(beyond.values(), _ZERO),
                },
            ),
        )


def marked(
    shares: Mapping[Pair, Amount],
    values: Mapping[str, Amount],
    first: Mapping[str, Amount],
    *,
    fixed: frozenset[str] = frozenset(),
) -> Marks:
    """Pass first losses of value on to those who hold the shares, and to who holds theirs.

    `values` bounds what a party can lose; one without a value there can lose any amount.

    Raises:
        BadOption: a share or an amount is below zero, a party holds itself, or more than all of an issuer is
            held.
        NoConvergence: a group without known values holds all of itself, so a loss in it never ends.

    >>> found = marked({("a", "b"): Fraction(1, 2), ("b", "c"): Fraction(1, 5)}, {"b": 90}, {"c": 100})
    >>> {party: str(amount) for party, amount in found.lost.items()}
    {'a': '10', 'b': '20', 'c': '100'}
    """
    held: dict[str, Fraction] = defaultdict(Fraction)
    for (holder, issuer), part in sorted(shares.items()):
        held[issuer] += Fraction(part)
        if part < 0 or held[issuer] > 1:
            raise BadOption(f"shares of {issuer}", str(part), "the parts that are held are 0 to 1 in all")
        if holder == issuer:
            raise BadOption("shares", holder, "it holds itself; leave it out")
    for what, amounts in (("value", values), ("loss", first)):
        for party, amount in sorted(amounts.items()):
            if amount < 0:
                raise BadOption(f"{what} of {party}", amount, "give 0 or more")
    parts = {pair: Fraction(part) for pair, part in sorted(shares.items()) if part}
    own = {party: Fraction(amount) for party, amount in sorted(first.items()) if amount}
    touched = {*own}
    while grown := {holder for holder, issuer in parts if issuer in touched} - touched - fixed:
        touched |= grown
    links: dict[str, dict[str, Fraction]] = {party: {} for party in sorted(touched)}
    for (holder, issuer), part in parts.items():
        if holder in touched and holder not in fixed:
            links[holder][issuer] = part
    lost = capped(
        links,
        {party: own.get(party, _ZERO) for party in links},
        {party: Fraction(values.get(party, _BOUNDLESS)) for party in links},
    )
    endless = [party for party, amount in lost.items() if party not in values and amount >= _BOUNDLESS]
    if endless:
        more = float(sum((own.get(party, _ZERO) for party in touched), _ZERO))
        remedy = "mend the percentages: they hold all of each other; or give what they are worth"
        raise NoConvergence(f"what {', '.join(endless)} lose on shares of each other", more, remedy)
    return Marks(
        MappingProxyType(parts),
        MappingProxyType(dict(values)),
        fixed,
        MappingProxyType(own),
        MappingProxyType(lost),
    )
