"""Who owns how much of what, through others, and where value ends: plain shares.

Symbols: a_ij is the part of j that i holds; N = (I - A)^-1.

- Integrated ownership: Y = [diag N]^-1 A N, so that y_ij = N_ij / N_ii for i other than j
  (F. Brioschi, L. Buzzacchi, M. G. Colombo, J. Banking Finance 13 (1989) 747-767).
  Ways that come back through the owner itself are left out: A N would count them again and can exceed 1.
  y_ii is the part of itself that a company holds through others.
- Outside claims: (1 - Σ_k a_ki) N_ij, the part of j's value that ends with holders of i outside the web
  (M. Elliott, B. Golub, M. O. Jackson, Am. Econ. Rev. 104 (2014) 3115-3153, section I).
  For each j they add up to 1.

Both are solved with fractions of whole numbers, without rounding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias

from aiweb.flows.tracing import components
from aiweb.flows.web import Pair

Shares: TypeAlias = Mapping[Pair, Fraction]
THIN: Final = Fraction(1, 100)
"""Where outsiders hold less of a company, small errors in the shares make large ones in the answer."""


@dataclass(frozen=True, slots=True)
class Integrated:
    """Direct and integrated shares, by owner and issuer, and where each issuer's value ends.

    `outside` is the part of an issuer that no party listed holds, `claims` the outside claims, by the party
    whose outside holders have them and the issuer.
    """

    direct: Shares
    whole: Shares
    outside: Mapping[str, Fraction]
    claims: Shares


def excessive(direct: Shares) -> tuple[str, ...]:
    """Name the issuers of which more than all is held."""
    return tuple(issuer for issuer, part in sorted(_held(direct).items()) if part > 1)


def thin(direct: Shares) -> tuple[str, ...]:
    """Name the issuers in circles of holdings of which less than 1% is left to outsiders.

    Without a circle nothing is divided by what is left, so a company wholly owned is none.
    """
    circling = {party for group in components(direct) for party in group}
    held = _held(direct)
    return tuple(issuer for issuer in sorted(circling) if 1 - THIN < held.get(issuer, Fraction(0)) <= 1)


def sealed(direct: Shares) -> tuple[str, ...]:
    """Name the issuers in groups that hold all of themselves: nobody outside owns any of them."""
    found: list[str] = []
    for group in components(pair for pair, part in direct.items() if part):
        within = {pair: part for pair, part in direct.items() if {*pair} <= {*group}}
        if all(_held(within).get(member, Fraction(0)) == 1 for member in group):
            found += group
    found += [owner for (owner, issuer), part in direct.items() if owner == issuer and part == 1]
    return tuple(sorted(found))


def integrated(direct: Shares) -> Integrated:
    """Solve for integrated ownership and outside claims.

    Raises:
        ValueError: more than all of an issuer is held, or a group holds all of itself.
    """
    holdings = {pair: part for pair, part in sorted(direct.items()) if part}
    if found := excessive(holdings):
        raise ValueError(f"more than all is held of {', '.join(found)}")
    held = _held(holdings)
    parties = sorted({party for pair in holdings for party in pair})
    outside = {party: 1 - held.get(party, Fraction(0)) for party in parties}
    visits = {issuer: _visits(issuer, holdings) for issuer in parties}
    whole: dict[Pair, Fraction] = {}
    claims: dict[Pair, Fraction] = {}
    for issuer in parties:
        for owner, times in sorted(visits[issuer].items()):
            own = visits[owner][owner]
            share = 1 - 1 / own if owner == issuer else times / own
            if share:
                whole[owner, issuer] = share
            if outside[owner]:
                claims[owner, issuer] = outside[owner] * times
    return Integrated(holdings, whole, outside, claims)


def _held(direct: Shares) -> dict[str, Fraction]:
    held: dict[str, Fraction] = defaultdict(Fraction)
    for (_, issuer), part in direct.items():
        held[issuer] += part
    return dict(held)


def _visits(issuer: str, direct: Shares) -> dict[str, Fraction]:
    """Give column `issuer` of N over those who hold it, directly or through others: (I - A) x = e.

    Raises:
        ValueError: a group holds all of itself, so the column has no end.
    """
    owners: dict[str, list[str]] = defaultdict(list)
    for owner, held in direct:
        owners[held].append(owner)
    above, todo = {issuer}, [issuer]
    while todo:
        for owner in owners[todo.pop()]:
            if owner not in above:
                above.add(owner)
                todo.append(owner)
    names = sorted(above)
    rows = [
        [Fraction(row == column) - direct.get((row, column), Fraction(0)) for column in names]
        + [Fraction(row == issuer)]
        for row in names
    ]
    return dict(zip(names, _solved(rows, names), strict=True))


def _solved(rows: list[list[Fraction]], names: list[str]) -> list[Fraction]:
    """Eliminate by Gauss and Jordan."""
    size = len(rows)
    for column in range(size):
        pivot = next((row for row in range(column, size) if rows[row][column]), None)
        if pivot is None:
            raise ValueError(f"a group holds all of itself: {', '.join(names)}")
        rows[column], rows[pivot] = rows[pivot], rows[column]
        factor = rows[column][column]
        rows[column] = [value / factor for value in rows[column]]
        for row in range(size):
            if row != column and (times := rows[row][column]):
                rows[row] = [
                    value - times * base for value, base in zip(rows[row], rows[column], strict=True)
                ]
    return [row[-1] for row in rows]
