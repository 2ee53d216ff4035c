"""Money as a range of whole US dollars, and dates as precise as published.

Both are written in the registry as one scalar, and printing is the inverse of parsing:
`parse_money(str(m))` is `m`, `When.parse(str(w))` is `w`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final, Self

_UNITS: Final = {"": 0, "k": 3, "m": 6, "mn": 6, "bn": 9, "b": 9, "tn": 12, "t": 12}
_SHOWN: Final = (("tn", 12), ("bn", 9), ("m", 6))

MONEY_FORMS: Final = "write $100bn, up to $100bn, at least $38bn, $17.4bn..19.4bn, EUR 1.3bn or undisclosed"
WHEN_FORMS: Final = "write 2025-09-22, 2025-09, 2025-Q3, 2025-H2 or 2025"
SPAN_FORMS: Final = "write one date (2025, 2025-Q3, FY2026) or two (2027..2031)"


@dataclass(frozen=True, slots=True)
class Money:
    """Whole US dollars: the disclosed part lies between `low` and `high`.

    `undisclosed` counts parts nobody has published.
    They move neither bound, but while there are any, `high` is no upper limit on the whole.
    `ceilings` counts parts published as "up to", whose floor is nothing.
    `unbounded` says that a part is "at least": the whole may exceed `high`.

    >>> Money(10, 10) + Money(3, 5) + UNDISCLOSED
    Money(low=13, high=15, undisclosed=1, ceilings=0, unbounded=False)
    >>> print(Money(10_000_000_000, 12_500_000_000) + UNDISCLOSED)
    $10–12.5bn and 1 undisclosed
    """

    low: int
    high: int
    undisclosed: int = 0
    ceilings: int = 0
    unbounded: bool = False

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"the range runs backwards: {self.low} is above {self.high}")

    def __add__(self, other: Money) -> Money:
        return Money(
            self.low + other.low,
            self.high + other.high,
            self.undisclosed + other.undisclosed,
            self.ceilings + other.ceilings,
            self.unbounded or other.unbounded,
        )

    def __neg__(self) -> Money:
        return Money(-self.high, -self.low, self.undisclosed, self.ceilings, self.unbounded)

    def __bool__(self) -> bool:
        return self != NOTHING

    @property
    def known(self) -> bool:
        """Whether every part of the amount has been published."""
        return not self.undisclosed

    @property
    def firm(self) -> Money:
        """The lower bound alone, with what it leaves open still counted."""
        return Money(self.low, self.low, self.undisclosed, self.ceilings, self.unbounded)

    def less(self, part: Money) -> Money:
        """Return what is left when `part`, which lies inside this amount, is taken out.

        A part undisclosed, or without an upper limit, may be all of it, so it leaves no floor.

        >>> Money(100, 120).less(Money(30, 40))
        Money(low=60, high=90, undisclosed=0, ceilings=0, unbounded=False)
        """
        low = 0 if part.undisclosed or part.unbounded else max(0, self.low - part.high)
        high = max(low, self.high - part.low)
        return Money(low, high, self.undisclosed, self.ceilings, self.unbounded)

    def shares(self, weights: Iterable[int]) -> tuple[Money, ...]:
        """Split in proportion to `weights`; the pieces add up to the whole, to the dollar.

        >>> [piece.high for piece in Money(0, 100).shares([1, 1, 1])]
        [33, 33, 34]
        """
        parts = tuple(weights)
        total = sum(parts)
        # The range is split apart from the floor: rounding could turn a piece of both backwards.
        lows, ranges = _split(self.low, parts, total), _split(self.high - self.low, parts, total)
        return tuple(
            Money(low, low + more, self.undisclosed, self.ceilings, self.unbounded)
            for low, more in zip(lows, ranges, strict=True)
        )

    def __str__(self) -> str:
        return _text(self, _exact)

    def short(self) -> str:
        """Print to three significant digits, for people.

        >>> Money(33_333_333_333, 33_333_333_333).short()
        '$33.3bn'
        """
        return _text(self, _rounded)


UNDISCLOSED: Final = Money(0, 0, undisclosed=1)
NOTHING: Final = Money(0, 0)


def total(amounts: Iterable[Money]) -> Money:
    """Add up, with what is undisclosed, a ceiling or unbounded still counted."""
    return sum(amounts, start=NOTHING)


def narrowest(amounts: Iterable[Money]) -> Money:
    """Bound what can pass through all of `amounts` in turn, in US dollars.

    An amount with undisclosed parts sets no upper limit.
    Of one published as "at least", the amount stated is taken, and the answer says so.
    If every amount is undisclosed in part, so is the answer.

    >>> print(narrowest([Money(100, 100), Money(12, 15, undisclosed=2)]))
    $12–100
    """
    seen = tuple(amounts)
    low = min(amount.low for amount in seen)
    limits = [amount for amount in seen if amount.known]
    if not limits:
        return Money(low, low, undisclosed=1)
    high = min(amount.high for amount in limits)
    tightest = [amount for amount in limits if amount.high == high]
    loosest = [amount for amount in seen if amount.low == low and low < high]
    return Money(
        min(low, high),
        high,
        ceilings=int(any(amount.ceilings for amount in loosest)),
        unbounded=all(amount.unbounded for amount in tightest),
    )


def parse_money(text: str, rate: Decimal | None = None) -> Money:
    """Read an amount as a person writes it, into whole US dollars.

    `rate` is the price in US dollars of one unit of the currency the text names.

    Raises:
        ValueError: the text is no amount, or names a currency and no `rate` was given.

    >>> parse_money("up to $100bn")
    Money(low=0, high=100000000000, undisclosed=0, ceilings=1, unbounded=False)
    """
    found = _MONEY.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no amount")
    undisclosed = int(found["more"] or 0)
    ceilings = int(found["ceilings"] or 0)
    if found["none"]:
        return Money(0, 0, undisclosed=int(found["count"] or 1))
    code = (found["code"] or "").upper()
    if code in {"", "USD"}:
        factor = Decimal(1)
    elif rate is None:
        raise ValueError(f"no rate to turn {code} into US dollars")
    else:
        factor = rate
    low_unit = found["unit1"] if found["unit1"] is not None else ""
    unit = found["unit2"] if found["second"] else low_unit
    high = _dollars(found["second"] or found["first"], unit, found["minus2"] or "", factor)
    first_unit = low_unit or (unit if found["second"] else "")
    low = _dollars(found["first"], first_unit, found["minus"] or "", factor)
    if not found["second"]:
        high = low
    kind = (found["kind"] or "").lower()
    if kind and (found["second"] or found["plus"]):
        raise ValueError(f"{text!r} says {kind!r} of what has another bound")
    if kind.startswith("up"):
        return Money(0, high, undisclosed, ceilings or 1)
    unbounded = kind.startswith("at") or bool(found["plus"])
    return Money(low, high, undisclosed, ceilings, unbounded)


def currency(text: str) -> str:
    """Name the currency an amount is written in: an ISO 4217 code.

    >>> currency("EUR 1.3bn"), currency("up to $5bn"), currency("undisclosed")
    ('EUR', 'USD', 'USD')
    """
    found = _MONEY.fullmatch(text.strip())
    return ((found["code"] if found else None) or "USD").upper()


@dataclass(frozen=True, slots=True)
class When:
    """A date as precise as it was published: a day, month, quarter, half or year.

    `first` and `last` are the days it may be.
    It counts as having happened from its last day.

    >>> When.parse("2025-Q3").last
    datetime.date(2025, 9, 30)
    """

    first: date
    last: date
    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a date.

        Raises:
            ValueError: the text is no date.
        """
        found = _WHEN.fullmatch(text.strip())
        if not found:
            raise ValueError(f"{text!r} is no date")
        year = int(found["year"])
        if found["day"]:
            day = _day(text, year, int(found["month"]), int(found["day"]))
            return cls(day, day, text.strip())
        start, months = 1, 12
        if found["month"]:
            start, months = int(found["month"]), 1
        elif found["quarter"]:
            start, months = 3 * int(found["quarter"]) - 2, 3
        elif found["half"]:
            start, months = 6 * int(found["half"]) - 5, 6
        first = _day(text, year, start, 1)
        return cls(first, _month_end(year, start + months - 1), text.strip())

    def __str__(self) -> str:
        return self.text

    @property
    def order(self) -> tuple[date, date]:
        """Sort key: by the day it counts from, the more precise date last."""
        return (self.last, self.first)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, both ends included.

    >>> str(Span.parse("2027..2031")), Span.parse("FY2026", year_end=5).first
    ('2027..2031', datetime.date(2025, 6, 1))
    """

    first: date
    last: date
    text: str

    @classmethod
    def parse(cls, text: str, year_end: int = 12) -> Self:
        """Read one date or two; `FY2026` is the fiscal year that ends in month `year_end` of 2026.

        Raises:
            ValueError: the text is no span, or ends before it starts.
        """
        ends = [_fiscal(part, year_end) for part in text.strip().split("..")]
        if len(ends) > 2:
            raise ValueError(f"{text!r} is no span of time")
        if ends[-1].last < ends[0].first:
            raise ValueError(f"{text!r} ends before it starts")
        return cls(ends[0].first, ends[-1].last, text.strip())

    def __str__(self) -> str:
        return self.text

    @property
    def days(self) -> int:
        """Number of days, both ends included."""
        return (self.last - self.first).days + 1

    def days_by_year(self) -> dict[int, int]:
        """Count the days that fall in each calendar year.

        >>> Span.parse("FY2026", year_end=5).days_by_year()
        {2025: 214, 2026: 151}
        """
        return {
            year: (min(self.last, date(year, 12, 31)) - max(self.first, date(year, 1, 1))).days + 1
            for year in range(self.first.year, self.last.year + 1)
        }


_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_UNIT = r"(?:k|mn|m|bn|b|tn|t)?"
_MONEY: Final = re.compile(
    rf"""(?:
      (?P<none>(?:(?P<count>[1-9]\d*)\ )?undisclosed)
    | (?:(?P<kind>up\ to|at\ least)\ )?
      (?P<minus>-)?(?:\$|(?P<code>[A-Za-z]{{3}})\ ?)(?P<first>{_NUMBER})\ ?(?P<unit1>{_UNIT})
      (?:\ ?(?:\.\.|–|to)\ ?(?P<minus2>-)?\$?(?P<second>{_NUMBER})\ ?(?P<unit2>{_UNIT}))?
      (?P<plus>\+)?
      (?:\ and\ (?P<more>\d+)\ undisclosed)?
      (?:\ with\ (?P<ceilings>\d+)\ ceilings?)?
    )""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_WHEN: Final = re.compile(
    r"(?P<year>[12]\d{3})(?:-(?:(?P<month>\d\d)(?:-(?P<day>\d\d))?|Q(?P<quarter>[1-4])|H(?P<half>[12])))?",
    re.ASCII,
)
_FISCAL: Final = re.compile(r"FY(?P<year>[12]\d{3})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])))?", re.ASCII)


def _dollars(number: str, unit: str, sign: str, factor: Decimal) -> int:
    written = Decimal(number.replace(",", "")).scaleb(_UNITS[unit.lower()])
    if factor == 1 and written != written.to_integral_value():
        raise ValueError(f"{number}{unit} is no whole number of dollars")
    return int((written * factor).to_integral_value()) * (-1 if sign else 1)


def _split(amount: int, weights: tuple[int, ...], total: int) -> list[int]:
    """Cut at rounded-down running sums, so that nothing is lost and order decides nothing else."""
    cuts, seen = [0], 0
    for weight in weights:
        seen += weight
        cuts.append(amount * seen // total)
    return [after - before for before, after in pairwise(cuts)]


def _exact(value: int, power: int) -> str:
    text = format(Decimal(value).scaleb(-power), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(value: int, power: int) -> str:
    scaled = Decimal(value).scaleb(-power)
    places = max(0, 2 - scaled.adjusted()) if scaled else 0
    text = format(round(scaled, places), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _power(value: int) -> tuple[str, int]:
    for unit, power in _SHOWN:
        if abs(value) >= 10**power:
            return unit, power
    return "", 0


def _text(money: Money, number: Callable[[int, int], str]) -> str:
    low_unit, low_power = _power(money.low)
    unit, power = _power(money.high)
    tail = f" and {money.undisclosed} undisclosed" if money.undisclosed else ""
    if money.low == money.high == 0 and money.undisclosed and not (money.ceilings or money.unbounded):
        return "undisclosed" if money.undisclosed == 1 else f"{money.undisclosed} undisclosed"
    high = f"{number(abs(money.high), power)}{unit}"
    sign = "-" if money.high < 0 else ""
    if money.low == 0 and money.ceilings and not money.unbounded:
        extra = f" with {money.ceilings} ceilings" if money.ceilings > 1 else ""
        return f"up to ${high}{tail}{extra}"
    if money.ceilings:
        tail += f" with {money.ceilings} ceiling{'s' if money.ceilings > 1 else ''}"
    if money.low == money.high:
        return f"{sign}${high}{'+' if money.unbounded else ''}{tail}"
    shown = number(abs(money.low), low_power)
    low = shown if low_unit == unit or money.low == 0 else f"{shown}{low_unit}"
    if money.low and not low_unit and unit:
        low_unit, low_power = "m", 6
        low = f"{number(abs(money.low), low_power)}{low_unit}"
    plus = "+" if money.unbounded else ""
    if money.low < 0:
        low_unit = low_unit if low == shown else ""
        return f"-${low}{low_unit} to {sign}${high}{plus}{tail}"
    return f"${low}–{high}{plus}{tail}"


def _day(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError(f"{text!r} is no date: {error}") from None


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _fiscal(text: str, year_end: int) -> When:
    found = _FISCAL.fullmatch(text.strip())
    if not found:
        return When.parse(text)
    last = _month_end(int(found["year"]), year_end)
    first = _month_end(last.year - 1, year_end) + timedelta(days=1)
    if found["quarter"]:
        return _slice(text, first, 3 * (int(found["quarter"]) - 1), 3)
    if found["half"]:
        return _slice(text, first, 6 * (int(found["half"]) - 1), 6)
    return When(first, last, text.strip())


def _slice(text: str, start: date, skip: int, months: int) -> When:
    begin = start.year * 12 + start.month - 1 + skip
    end = begin + months - 1
    return When(date(begin // 12, begin % 12 + 1, 1), _month_end(end // 12, end % 12 + 1), text.strip())
