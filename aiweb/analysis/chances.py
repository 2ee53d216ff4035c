"""Chances of a funding gap: what comes of it when every amount is drawn from its range.

Every amount is drawn uniformly between its bounds, a ceiling from zero.
No source says how likely an amount is within its range, nor how amounts hang together, so there are two
answers side by side, between which the truth need not lie:

- independent: every leg, every cash-flow figure and the opening balance has a draw of its own;
- dependent: one draw moves all of them, to the bad of the gap or to the good.

One leg has one draw: its years, its repayment and its interest move together.

A leg that is not contractual is kept with a stated probability, each by itself or, where all is dependent,
all of them or none. Without a probability nothing is drawn for them: the certainty classes are the switches.

Reported are the mean with its standard error s/√n, the share p of draws with a gap with √(p(1 - p)/n),
and quantiles: the q-quantile is the least draw that q of all draws do not exceed.
Of what nobody has published nothing is drawn, and "at least" is drawn as what is stated.

Draws are those of numpy's PCG64 from the seed, the same for every path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, sqrt
from typing import TYPE_CHECKING, Final

from aiweb.errors import BadOption
from aiweb.flows.shuffle import SEED
from aiweb.graph import Convention
from aiweb.trace import Steps, Trace, dollars
from aiweb.values import Money

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from aiweb.analysis.funding import CashPath, FundingGap, Item

    Draws = npt.NDArray[np.float64]
    Sums = npt.NDArray[np.int64]

DRAWS: Final = 10_000
MOST: Final = 100_000
QUANTILES: Final = (Fraction(1, 20), Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(19, 20))
_OPENING: Final = ""


class Dependence(StrEnum):
    """How the draws of several amounts hang together."""

    INDEPENDENT = "independent"
    DEPENDENT = "dependent"


@dataclass(frozen=True, slots=True)
class Spread:
    """What a number came to in all draws: whole dollars, but for `error`.

    `bounds` are what it can come to, `least` and `most` what it did come to.
    `sum` is that of all draws, `error` the standard error of the mean.
    `short` is in how many draws it was above nothing.
    """

    draws: int
    bounds: Money
    least: int
    most: int
    sum: int
    error: float
    quantiles: tuple[int, ...]
    short: int

    @property
    def mean(self) -> int:
        """The mean of all draws, rounded to a dollar."""
        return round(Fraction(self.sum, self.draws))

    @property
    def chance(self) -> Fraction:
        """In what share of the draws it was above nothing."""
        return Fraction(self.short, self.draws)

    @property
    def chance_error(self) -> float:
        """The standard error of that share."""
        return sqrt(self.chance * (1 - self.chance) / self.draws)


@dataclass(frozen=True, slots=True)
class ChancePath:
    """The largest shortfall and that of each year's end along one path, over all draws."""

    certainty: str
    overlap: str
    dependence: Dependence
    peak: Spread
    years: tuple[tuple[int, Spread], ...]

    @property
    def name(self) -> str:
        """Class, overlap and dependence."""
        return f"{self.certainty} {self.overlap} {self.dependence}"


@dataclass(frozen=True, slots=True)
class Chances:
    """What a party's gap comes to when its amounts are drawn.

    `probability` is that with which a leg that is not contractual is kept; nothing if all are.
    """

    convention: Convention
    digest: str
    party: str
    draws: int
    seed: int
    probability: Fraction | None
    paths: tuple[ChancePath, ...]
    missing: tuple[str, ...]

    def explain(self) -> Trace:
        """Say how mean and chance come of the draws, path by path."""
        steps = Steps(f"Chances of a funding gap of {self.party}", self.convention, self.digest)
        for what in self.missing:
            steps.note(f"nothing can be drawn without {what}")
        steps.note(f"{self.draws} draws from seed {self.seed}, uniform between the bounds of every amount")
        if self.probability is not None:
            steps.note(f"what is not contractual is kept with probability {float(self.probability):g}")
        if not self.paths:
            return steps.trace()
        count = steps.given("draws", self.draws)
        one = steps.given("one draw as a part of all", Fraction(1, self.draws))
        for path in self.paths:
            for year, spread in (("peak", path.peak), *path.years):
                _explained(steps, spread, (count, one), f"{path.name} {year}")
        return steps.trace()


def _explained(steps: Steps, spread: Spread, draws: tuple[int, int], name: str) -> None:
    count, one = draws
    all_of_it = steps.solved(f"shortfalls of all draws, {name}", dollars(spread.sum))
    mean = dollars(spread.mean)
    steps.product("their mean", all_of_it, one, expect=mean, name=f"mean {name}")
    short = steps.solved("draws with a shortfall", spread.short)
    steps.quotient("as a part of all draws", short, count, expect=spread.chance, name=f"chance {name}")
    for share, amount in zip(QUANTILES, spread.quantiles, strict=True):
        text = f"no more than this in {float(share):.0%} of all draws"
        steps.solved(text, dollars(amount), name=f"q{float(share * 100):g} {name}")


def chances(
    found: FundingGap, *, draws: int = DRAWS, seed: int = SEED, probability: Fraction | None = None
) -> Chances:
    """Draw every amount of a funding gap from its range, and say what the gap comes to.

    Raises:
        BadOption: there are too few or too many draws, the seed is below 0, or the probability is none.
    """
    if not 2 <= draws <= MOST:
        raise BadOption("draws", draws, f"write a number from 2 to {MOST}")
    if seed < 0:
        raise BadOption("seed", seed, "write a whole number from 0")
    if probability is not None and not 0 <= probability <= 1:
        raise BadOption("probability", str(probability), "write a number from 0 to 1")
    rows = []
    if found.paths:
        drawn = _Drawn(found, draws, seed, probability)
        rows = [drawn.path(path, how) for path in found.paths for how in Dependence]
    return Chances(
        convention=found.convention,
        digest=found.digest,
        party=found.party,
        draws=draws,
        seed=seed,
        probability=probability,
        paths=tuple(rows),
        missing=found.missing,
    )


class _Drawn:
    """Where in its range each amount lies in each draw, and whether each leg is kept."""

    def __init__(self, found: FundingGap, draws: int, seed: int, probability: Fraction | None) -> None:
        import numpy as np

        self._found = found
        self._draws = draws
        self._coin = probability
        names = sorted({_OPENING, *(_name(item) for item in found.items)})
        brings = _directions(found.items) | {_OPENING: True}
        random = np.random.Generator(np.random.PCG64(seed))
        bad = random.random(draws)
        luck = random.random(draws)
        own, lucks = {}, {}
        for name in names:
            own[name], lucks[name] = random.random(draws), random.random(draws)
        self._at: Mapping[Dependence, Mapping[str, Draws]] = {
            Dependence.INDEPENDENT: own,
            # Money that comes is low where money that goes is high.
            Dependence.DEPENDENT: {name: 1 - bad if brings[name] else bad for name in names},
        }
        self._luck: Mapping[Dependence, Mapping[str, Draws]] = {
            Dependence.INDEPENDENT: lucks,
            Dependence.DEPENDENT: dict.fromkeys(names, luck),
        }

    def path(self, path: CashPath, how: Dependence) -> ChancePath:
        """Run the cash of one path through all draws."""
        import numpy as np

        found = self._found
        cash = self._amount(found.opening, self._at[how][_OPENING])
        low, high = found.opening.low, found.opening.high
        begin = min([found.since, *(item.year for item in found.items)])
        peak = np.zeros(self._draws, dtype=np.int64)
        ends = Money(0, 0)
        years = []
        for year in range(begin, (found.reach or found.until) + 1):
            for item in found.items:
                if item.year != year or not path.holds(item):
                    continue
                least, most = self._bounds(item)
                amount = self._of(item, how)
                cash = cash + amount if item.role.is_source else cash - amount
                low += least if item.role.is_source else -most
                high += most if item.role.is_source else -least
            if year >= found.since:
                short = np.maximum(0, found.minimum - cash)
                peak = np.maximum(peak, short)
                bounds = Money(max(0, found.minimum - high), max(0, found.minimum - low))
                ends = Money(max(ends.low, bounds.low), max(ends.high, bounds.high))
                years.append((year, _spread(short, bounds)))
        return ChancePath(str(path.certainty), str(path.overlap), how, _spread(peak, ends), tuple(years))

    def _amount(self, amount: Money, at: Draws) -> Sums:
        import numpy as np

        return amount.low + np.rint(at * (amount.high - amount.low)).astype(np.int64)

    def _of(self, item: Item, how: Dependence) -> Sums:
        """Give an item's amount in every draw; nothing where its leg is dropped."""
        name = _name(item)
        amount = self._amount(item.amount, self._at[how][name])
        coin = self._hangs_on(item)
        return amount if coin is None else amount * (self._luck[how][name] < float(coin))

    def _bounds(self, item: Item) -> tuple[int, int]:
        """Give the ends of an item's range, with nothing in it where its leg may be dropped."""
        low, high = item.amount.low, item.amount.high
        return (low, high) if self._hangs_on(item) is None else (min(0, low), max(0, high))

    def _hangs_on(self, item: Item) -> Fraction | None:
        """Give the probability with which an item is kept, or nothing if it is in any case."""
        return self._coin if item.certainty != "contractual" else None


def _name(item: Item) -> str:
    """Name what one draw is for: a leg, or the figure of a period."""
    if item.leg is not None:
        return item.leg
    return f"{item.figure.metric} {item.figure.period}" if item.figure is not None else item.how


def _directions(items: Sequence[Item]) -> dict[str, bool]:
    """Say of each name whether it brings money: a loan by what is lent, not by what is paid back."""
    found: dict[str, bool] = {}
    for item in sorted(items, key=lambda item: (bool(item.accruals), item.year, not item.role.is_source)):
        found.setdefault(_name(item), item.role.is_source)
    return found


def _spread(values: Sums, bounds: Money) -> Spread:
    import numpy as np

    ordered = np.sort(values)
    count = len(ordered)
    return Spread(
        draws=count,
        bounds=bounds,
        least=int(ordered[0]),
        most=int(ordered[-1]),
        sum=sum(ordered.tolist()),
        error=float(np.std(ordered.astype(np.float64), ddof=1)) / sqrt(count),
        quantiles=tuple(int(ordered[max(0, ceil(share * count) - 1)]) for share in QUANTILES),
        short=int(np.count_nonzero(ordered)),
    )
