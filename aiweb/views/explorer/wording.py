"""Words and numbers in the two languages of the page."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final

from aiweb.values import Money

LANGUAGES: Final = ("en", "zh")
_UNITS: Final = (("万亿", 12), ("亿", 8), ("万", 4))


def words() -> dict[str, dict[str, str]]:
    """Read every word of the page's own, by language and key, from the files in `words/`.

    Raises:
        ValueError: a key stands in two files.
    """
    read: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for path in sorted(Path(__file__).with_name("words").glob("*.json")):
        texts: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
        if twice := read["en"].keys() & texts.keys():
            raise ValueError(f"{path.name} says again what another file says: {', '.join(sorted(twice))}")
        for key, said in texts.items():
            for language in LANGUAGES:
                read[language][key] = said[language]
    return read


def spoken(money: Money) -> dict[str, str]:
    """Print an amount to three significant digits in each language.

    >>> spoken(Money(0, 100_000_000_000, ceilings=1))
    {'en': 'up to $100bn', 'zh': '至多1000亿美元'}
    """
    return {"en": english(money), "zh": chinese(money)}


def english(money: Money) -> str:
    """Print an amount for people who never saw the registry.

    >>> english(Money(0, 200_000_000_000, undisclosed=1))
    'up to $200bn, plus 1 undisclosed'
    >>> english(Money(13_000_000_000, 33_000_000_000, ceilings=1))
    '$13–33bn incl. 1 “up to”'
    >>> english(Money(46_600_000_000, 46_600_000_000, undisclosed=1, ceilings=2))
    '$46.6bn, plus 2 “up to” and 1 undisclosed'
    >>> english(Money(10_000_000_000, 10_000_000_000, unbounded=True)), english(Money(0, 0, ceilings=1))
    ('at least $10bn', 'no lower bound')
    """
    if money.low == money.high == 0 and money.undisclosed and not (money.ceilings or money.unbounded):
        return money.short()
    ranges = money.low < money.high
    # A sum at lower bounds holds nothing of what has an upper bound only.
    open_ends = f"{money.ceilings} “up to”" if money.ceilings and not ranges else ""
    unknown = f"{money.undisclosed} undisclosed" if money.undisclosed else ""
    plus = " and ".join(filter(None, (open_ends, unknown)))
    tail = f", plus {plus}" if plus else ""
    if money.low == money.high == 0 and money.ceilings and not money.unbounded:
        many = money.ceilings > 1 or money.undisclosed
        return f"$0{tail}" if many else "no lower bound"
    if money.low == 0 and ranges:
        shown = f"up to {Money(money.high, money.high).short()}"
        more = money.ceilings if money.ceilings > 1 else 0
    else:
        shown = Money(money.low, money.high).short()
        more = money.ceilings
    if money.unbounded:
        shown = f"{shown}+" if ranges else f"at least {shown}"
    return f"{shown}{f' incl. {more} “up to”' if more and ranges else ''}{tail}"


def chinese(money: Money) -> str:
    """Print an amount as Chinese readers count: in 万, 亿 and 万亿.

    >>> chinese(Money(17_400_000_000, 19_400_000_000))
    '174–194亿美元'
    >>> chinese(Money(900_000_000_000, 1_200_000_000_000, undisclosed=2))
    '9000亿–1.2万亿美元，另有2笔未披露'
    >>> chinese(Money(0, 20_000_000_000)), chinese(Money(0, 0, ceilings=1))
    ('至多200亿美元', '无下限')
    >>> chinese(Money(13_000_000_000, 33_000_000_000, ceilings=1))
    '130–330亿美元，含1笔“至多”'
    >>> chinese(Money(768_200_000_000, 768_200_000_000))
    '7680亿美元'
    >>> chinese(Money(50_000_000, 50_000_000, unbounded=True)), chinese(Money(0, 0, undisclosed=1))
    ('至少5000万美元', '未披露')
    """
    if money.low == money.high == 0 and money.undisclosed and not (money.ceilings or money.unbounded):
        return "未披露" if money.undisclosed == 1 else f"{money.undisclosed}笔未披露"
    ranges = money.low < money.high
    open_ends = f"{money.ceilings}笔“至多”" if money.ceilings and not ranges else ""
    unknown = f"{money.undisclosed}笔未披露" if money.undisclosed else ""
    plus = "、".join(filter(None, (open_ends, unknown)))
    tail = f"，另有{plus}" if plus else ""
    if money.low == money.high == 0 and money.ceilings and not money.unbounded:
        many = money.ceilings > 1 or money.undisclosed
        return f"0美元{tail}" if many else "无下限"
    high = _counted(money.high)
    more = "以上" if money.unbounded and ranges else ""
    if money.low == 0 and ranges:
        extra = f"，含{money.ceilings}笔“至多”" if money.ceilings > 1 else ""
        return f"至多{high[0]}{high[1]}美元{more and '或更多'}{extra}{tail}"
    if not ranges:
        return f"{'至少' if money.unbounded else ''}{high[0]}{high[1]}美元{tail}"
    extra = f"，含{money.ceilings}笔“至多”" if money.ceilings else ""
    low = _counted(money.low)
    unit = "" if low[1] == high[1] else low[1]
    return f"{low[0]}{unit}–{high[0]}{high[1]}美元{more}{extra}{tail}"


def percent(share: Fraction | None) -> str:
    """Print a share to a tenth of a per cent; nothing where there is none.

    >>> percent(Fraction(1, 8)), percent(None)
    ('12.5%', '')
    """
    if share is None:
        return ""
    value = Decimal(share.numerator * 100) / Decimal(share.denominator)
    return f"{value.quantize(Decimal('0.1'), ROUND_HALF_EVEN)}%"


def _counted(value: int) -> tuple[str, str]:
    """Split an amount into its number, to three significant digits, and its unit."""
    unit, power = next(((unit, power) for unit, power in _UNITS if abs(value) >= 10**power), ("", 0))
    scaled = Decimal(value).scaleb(-power)
    places = 2 - scaled.adjusted() if scaled else 0
    text = format(round(scaled, places), "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text), unit
