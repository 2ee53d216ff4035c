"""What a funding gap is made of: items, sums, and the cash of each year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Final, Generic, TypeVar

from aiweb.graph import Carrier
from aiweb.model import Figure, Overlap
from aiweb.values import NOTHING, Money


class Class(StrEnum):
    """How sure a payment is; each class is looked at together with those before it."""

    CONTRACTUAL = "contractual"
    CONDITIONAL = "conditional"
    ANNOUNCED = "announced"


CLASSES: Final = tuple(Class)
NO_BALANCE: Final = "cash at any date before"


class Role(StrEnum):
    """What an item is to the party."""

    OPERATING = "operating"
    FINANCING_IN = "financing in"
    FINANCING_OUT = "financing out"
    INTEREST_IN = "interest in"
    INTEREST_OUT = "interest out"
    TRADING_IN = "trading in"
    TRADING_OUT = "trading out"

    @property
    def is_source(self) -> bool:
        """Whether it brings money."""
        return self in {Role.OPERATING, Role.FINANCING_IN, Role.INTEREST_IN, Role.TRADING_IN}

    @property
    def overlaps(self) -> bool:
        """Whether a free cash flow may have taken it in already."""
        return self in {Role.INTEREST_IN, Role.INTEREST_OUT, Role.TRADING_IN, Role.TRADING_OUT}


@dataclass(frozen=True, slots=True)
class Accrual:
    """Interest on what is owed: `owed` times the rate for the time, `low` to `high`, as parts of it."""

    text: str
    owed: Money
    low: Fraction
    high: Fraction

    @property
    def amount(self) -> Money:
        """The interest, in whole dollars."""
        return replace(self.owed, low=round(self.owed.low * self.low), high=round(self.owed.high * self.high))


@dataclass(frozen=True, slots=True)
class Item:
    """Money that falls into one year, and how it is known to.

    Where it was spread evenly, `whole` is what was spread, and `parts` are, of the equal parts of that,
    how many come before this year's, how many are this year's, and how many there are.
    Interest has `accruals`, one for each stretch of the year in which the same is owed at the same rate.
    What is `held` is the figure of another time, taken for this one because it was asked for.
    What `hangs` is due on money still to come: without that receipt it is not due either.
    """

    year: int
    role: Role
    certainty: Class
    amount: Money
    how: str
    leg: str | None = None
    figure: Figure | None = None
    whole: Money | None = None
    parts: tuple[int, int, int] | None = None
    accruals: tuple[Accrual, ...] = ()
    held: bool = False
    hangs: bool = False


@dataclass(frozen=True, slots=True)
class YearSum:
    """Items of one role in one year added up, for each class together with those before it.

    Without a role it is all that the listed deals bring less all that they take: what is left for operations
    and new money to meet, if it is below zero.
    `less` says that one of those uses is "at least", so less may be left; a source of "at least" puts a `+`.
    """

    year: int
    role: Role | None
    contractual: Money
    conditional: Money
    announced: Money
    less: bool = False


@dataclass(frozen=True, slots=True)
class Undated:
    """A leg, or what is left of it, that no source puts into any year.

    `settled` says that it is taken to be in the opening balance already.
    """

    leg: str
    role: Role
    certainty: Class
    amount: Money
    why: str
    settled: bool = False


@dataclass(frozen=True, slots=True)
class YearEnd:
    """Cash at the end of a year, and what is short of the least cash, best case to worst.

    A receipt of "at least" leaves the cash unbounded, a payment of "at least" or undisclosed the shortfall.
    """

    year: int
    cash: Money
    shortfall: Money
    unknown: int


@dataclass(frozen=True, slots=True)
class NetYear:
    """Cash at the end of a year without circular money, and what is short of the least cash then.

    `received` is what the party has received by then from the deals listed, `circular` what of it can be its
    own payments come back, all amounts low to all amounts high.
    `worst` and `best` are that in the worst case of the gap and in the best.
    """

    year: int
    received: Money
    circular: Money
    worst: int
    best: int
    cash: Money
    shortfall: Money

    @property
    def share(self) -> Fraction | None:
        """The vendor-financed share: what is circular over what is received, both at the most."""
        return Fraction(self.circular.high, self.received.high) if self.received.high else None


_Year = TypeVar("_Year", YearEnd, NetYear)


@dataclass(frozen=True, slots=True)
class _Path(Generic[_Year]):
    """Cash year by year in one certainty class, with the overlap at zero or in full."""

    certainty: Class
    overlap: Overlap
    years: tuple[_Year, ...]

    @property
    def first_short(self) -> tuple[int | None, int | None]:
        """First year short of cash in the worst and in the best case."""
        worst = next((row.year for row in self.years if row.shortfall.high > 0), None)
        best = next((row.year for row in self.years if row.shortfall.low > 0), None)
        return worst, best

    @property
    def peak(self) -> Money:
        """The largest shortfall, best case to worst: what must be arranged."""
        return Money(
            max((row.shortfall.low for row in self.years), default=0),
            max((row.shortfall.high for row in self.years), default=0),
            unbounded=any(row.shortfall.unbounded for row in self.years),
        )

    @property
    def end(self) -> Money:
        """The shortfall at the end of the last year."""
        return self.years[-1].shortfall if self.years else NOTHING


@dataclass(frozen=True, slots=True)
class CashPath(_Path[YearEnd]):
    """A path as the figures and deals have it."""

    def holds(self, item: Item) -> bool:
        """Whether an item of any year is on this path, by its class and the overlap."""
        certain = CLASSES.index(item.certainty) <= CLASSES.index(self.certainty)
        return certain and not (item.role.overlaps and self.overlap is Overlap.FULL)


@dataclass(frozen=True, slots=True)
class NetPath(_Path[NetYear]):
    """A path without circular money; `carriers` hold back what comes back in the end, at the upper bounds."""

    carriers: tuple[Carrier, ...]


@dataclass(frozen=True, slots=True)
class VendorShare:
    """What of all that a party is promised in a class, in any year, its own payments can bring back.

    `received` and `circular` are at face value, the first that of `receipts`.
    `carriers` hold the second back at the upper bounds.
    """

    certainty: Class
    receipts: tuple[tuple[str, Money], ...]
    received: Money
    circular: Money
    carriers: tuple[Carrier, ...]

    @property
    def share(self) -> Fraction | None:
        """What is circular over what is received, both at the most."""
        return Fraction(self.circular.high, self.received.high) if self.received.high else None


def may_fail(item: Item) -> bool:
    """Whether it is money that the party may not get, for its deal is not contractual, or is due on that."""
    return (item.role.is_source or item.hangs) and item.certainty is not Class.CONTRACTUAL
