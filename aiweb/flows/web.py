"""Who pays whom, and what crosses the boundary, in whole dollars at one bound of every amount."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TypeAlias

Pair: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Flows:
    """Amounts between parties, and from and to those that stand for many, in whole dollars.

    `inside` holds what u is to pay v, parallel deals summed, no party paying itself, no amount of zero.
    `inward` is what each party receives from outside parties, `outward` what it pays to them.
    `across` is what outside parties pay each other: it counts in gross and touches no party.
    """

    inside: Mapping[Pair, int]
    inward: Mapping[str, int] = field(default_factory=dict)
    outward: Mapping[str, int] = field(default_factory=dict)
    across: int = 0

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """All parties that pay or receive, sorted."""
        return tuple(sorted({*(name for pair in self.inside for name in pair), *self.inward, *self.outward}))

    @cached_property
    def gross(self) -> int:
        """All money, each leg once."""
        return (
            sum(self.inside.values()) + sum(self.inward.values()) + sum(self.outward.values()) + self.across
        )

    @cached_property
    def paid(self) -> Mapping[str, int]:
        """What each party pays, to parties and to the outside."""
        sums: dict[str, int] = defaultdict(int, self.outward)
        for (payer, _), amount in self.inside.items():
            sums[payer] += amount
        return MappingProxyType(dict(sums))

    @cached_property
    def received(self) -> Mapping[str, int]:
        """What each party receives, from parties and from the outside."""
        sums: dict[str, int] = defaultdict(int, self.inward)
        for (_, payee), amount in self.inside.items():
            sums[payee] += amount
        return MappingProxyType(dict(sums))

    @cached_property
    def throughput(self) -> Mapping[str, int]:
        """What passes through each party: the larger of what it receives and what it pays.

        The difference of the two crosses the boundary: own money in, or kept.
        """
        paid, received = self.paid, self.received
        return MappingProxyType(
            {party: max(paid.get(party, 0), received.get(party, 0)) for party in self.parties}
        )
