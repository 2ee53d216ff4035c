"""Made-up webs of any size: few parties with many legs, few legs with most of the money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]

HUBS: Final = 0.7  # the party of rank r takes part in legs in proportion to r ** -HUBS
TAIL: Final = 1.1  # the share of legs above an amount falls with its power -TAIL
LEAST: Final = 1_000_000
MOST: Final = 10**12
PARTIES: Final = 5  # legs to a party, unless another number is asked for


@dataclass(frozen=True, slots=True)
class Legs:
    """Legs between parties 0 … `count` - 1, in whole dollars; a pair may have several."""

    count: int
    payers: Ints
    payees: Ints
    amounts: Ints


def scale_free(legs: int, *, parties: int | None = None, seed: int = 1) -> Legs:
    """Draw a web: half of the hubs both pay and receive, the others change places.

    The same numbers give the same web.
    """
    count = parties or max(2, legs // PARTIES)
    draw = np.random.default_rng(seed)
    weight = np.arange(1, count + 1) ** -HUBS
    chance = weight / weight.sum()
    paying = draw.permutation(count)
    receiving = paying.copy()
    moved = draw.choice(count, count // 2, replace=False)
    receiving[moved] = receiving[draw.permutation(moved)]
    payers = paying[draw.choice(count, 2 * legs, p=chance)]
    payees = receiving[draw.choice(count, 2 * legs, p=chance)]
    apart = np.flatnonzero(payers != payees)[:legs]
    amounts = np.minimum(LEAST * (1 + draw.pareto(TAIL, len(apart))), MOST).astype(np.int64)
    # No two amounts are round, so few tie.
    amounts += draw.integers(0, 1_000, len(apart))
    return Legs(count, payers[apart].astype(np.int64), payees[apart].astype(np.int64), amounts)
