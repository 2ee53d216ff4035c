"""Margin calls: what has to be repaid of a loan when the shares that secure it fall.

Symbols: L is what is drawn; v the value of what secures it; m the ratio of loan to value that has to be kept;
k, from 0 to 1, the part of their value that the shares keep.

    call = max(0, L - m v k)

brings the loan back to the ratio.
With the ratio or the value alone published the other is taken from L = m v, so the call is L (1 - k): what
keeps the ratio where it was.
With neither published nobody can tell how far the shares may fall before money is called, nor how much then:
the call is at least nothing and at most all that is drawn.
A call rises as the shares fall, in both bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Margin:
    """A loan secured by shares of `pledged`, what is `drawn` of it, and the undrawn `line`, in dollars.

    `kept` is the part of their value that the shares keep; `value` and `ratio` are as published.
    `matures` says that all of it falls due in the span anyway.
    """

    leg: str
    borrower: str
    lender: str
    pledged: str
    drawn: int
    line: int
    kept: Fraction = _ONE
    value: int | None = None
    ratio: Fraction | None = None
    matures: bool = False

    @property
    def falls(self) -> bool:
        """Whether the shares lose anything."""
        return self.kept < 1

    @property
    def is_known(self) -> bool:
        """Whether a ratio or a value is published, so that the call can be computed."""
        return self.value is not None or self.ratio is not None

    @property
    def least(self) -> int:
        """What is called at the least, in dollars, rounded up."""
        return self._call if self.is_known and self._calls else 0

    @property
    def most(self) -> int:
        """What is called at the most, in dollars, rounded up."""
        if not self._calls:
            return 0
        return self._call if self.is_known else self.drawn

    @property
    def how(self) -> str:
        """Say how the call comes about."""
        if self.matures:
            return "all of it falls due in the span anyway"
        if not self.falls:
            return "the shares do not fall"
        lost = f"shares of {self.pledged} lose {float(100 * (1 - self.kept)):g}%"
        if self.value is not None and self.ratio is not None:
            return f"{lost}: down to {float(100 * self.ratio):g}% of their value"
        if self.ratio is not None:
            return f"{lost}: back to {float(100 * self.ratio):g}% of their value, from which it fell"
        if self.value is not None:
            return f"{lost}: back to the ratio before the fall"
        return f"{lost}: neither ratio nor value is published, so from nothing to all that is drawn"

    @property
    def _calls(self) -> bool:
        return self.falls and not self.matures

    @property
    def _call(self) -> int:
        if self.value is not None and self.ratio is not None:
            covered = self.ratio * self.value * self.kept
        else:
            covered = self.drawn * self.kept
        return min(self.drawn, max(0, ceil(self.drawn - covered)))
