"""Webs like a given one but for chance: the same deals, with their payees exchanged.

What a shuffled web keeps, of deals between parties that do not stand for many:

- every payer's deals and their amounts, so what it pays, to the dollar;
- how many deals every payee receives, and how many in each class of size;
  in a class no amount is more than twice another, so what a payee receives changes by less than
  a factor of two, up or down;
- what crosses the boundary, for deals with outside parties are not touched;
- that no party pays itself.

Exact totals on both sides cannot be kept together with the number of deals.
In a web as sparse as one of real deals, a payer with one large deal fixes its payee,
and hardly another web with the same four margins exists.

Each draw cuts the sizes into classes, from the largest amount down, the first cut at a random place,
and takes in every class one of the allowed orders of its payees, all of them equally likely.
Only `random.Random.random` is used, so a seed gives the same webs on every machine.

Swaps that keep the number of partners: S. Maslov, K. Sneppen, Science 296 (2002) 910-913.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from aiweb.flows.web import Flows, Pair

DRAWS: Final = 200
SEED: Final = 1
_TRIES: Final = 50
_ROUNDS: Final = 20
_SAME: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Payment:
    """One deal's money from a payer to a payee, in whole dollars."""

    payer: str
    payee: str
    amount: int


def shuffles(
    deals: Sequence[Payment], *, draws: int = DRAWS, seed: int = SEED
) -> Iterator[tuple[Payment, ...]]:
    """Give `draws` webs with the payees of `deals` exchanged; amounts of zero are left out.

    The deals keep the order in which they are given.
    """
    paid = [deal for deal in deals if deal.amount > 0 and deal.payer != deal.payee]
    order = sorted(range(len(paid)), key=lambda i: -paid[i].amount)
    random = Random(seed)  # noqa: S311  # chance, not secrecy
    for _ in range(draws):
        payees = [deal.payee for deal in paid]
        for group in _classes(paid, order, random):
            _exchange(paid, payees, group, random)
        yield tuple(Payment(deal.payer, payee, deal.amount) for deal, payee in zip(paid, payees, strict=True))


def rewired(flows: Flows, deals: Sequence[Payment]) -> Flows:
    """Put other deals between the parties of a web, with the same money across its boundary."""
    inside: dict[Pair, int] = defaultdict(int)
    for deal in deals:
        inside[deal.payer, deal.payee] += deal.amount
    return replace(flows, inside=dict(inside))


def rank(value: float, others: Sequence[float]) -> tuple[int, int]:
    """Say how many of `others` are less than `value`, and how many equal it to a billionth.

    >>> rank(3, [1, 2, 3, 4])
    (2, 1)
    """
    return (
        sum(1 for other in others if other < value - _SAME),
        sum(1 for other in others if abs(other - value) <= _SAME),
    )


def _classes(deals: Sequence[Payment], order: Sequence[int], random: Random) -> Iterator[list[int]]:
    """Cut the deals, largest first, into classes; the first cut lies at random within a factor of two."""
    if not order:
        return
    limit = deals[order[0]].amount * 2 ** -random.random()
    group: list[int] = []
    for i in order:
        while deals[i].amount <= limit:
            if group:
                yield group
                group = []
            limit /= 2
        group.append(i)
    yield group


def _exchange(deals: Sequence[Payment], payees: list[str], group: Sequence[int], random: Random) -> None:
    """Put the payees of a class into a random order in which no party pays itself.

    Orders are drawn until one is allowed; where that does not come about soon, because one party pays and
    receives most of the class, many random exchanges of two or three are made instead.
    """
    size = len(group)
    if size < 2:
        return
    for _ in range(_TRIES):
        drawn = [payees[i] for i in group]
        for last in range(size - 1, 0, -1):
            other = int(random.random() * (last + 1))
            drawn[last], drawn[other] = drawn[other], drawn[last]
        if all(deals[i].payer != payee for i, payee in zip(group, drawn, strict=True)):
            for i, payee in zip(group, drawn, strict=True):
                payees[i] = payee
            return
    for _ in range(_ROUNDS * size):
        # An exchange of three is needed where no exchange of two is allowed, as in a -> b -> c -> a.
        chosen = [group[int(random.random() * size)] for _ in range(2 + int(random.random() * 2))]
        if len(set(chosen)) < len(chosen):
            continue
        turned = [payees[i] for i in (*chosen[1:], chosen[0])]
        if all(deals[i].payer != payee for i, payee in zip(chosen, turned, strict=True)):
            for i, payee in zip(chosen, turned, strict=True):
                payees[i] = payee
