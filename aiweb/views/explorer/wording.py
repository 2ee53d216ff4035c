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
    """Read every word of the page's own, by language and key."""
    text = Path(__file__).with_name("words.json").read_text(encoding="utf-8")
    read: dict[str, dict[str, str]] = json.loads(text)
    return read


def spoken(money: Money) -> dict[str, str]:
    """Print an amount to three significant digits in each language.

    >>> spoken(Money(0, 100_000_000_000, ceilings=1))
    {'en': 'up to $100bn', 'zh': '至多1000亿美元'}
    """
    return {"en": money.short(), "zh": chinese(money)}


def chinese(money: Money) -> str:
    """Print an amount as Chinese readers count: in 万, 亿 and 万亿.

    >>> chinese(Money(17_400_000_000, 19_400_000_000))
    '174–194亿美元'
    >>> chinese(Money(900_000_000_000, 1_200_000_000_000, undisclosed=2))
    '9000亿–1.2万亿美元，另有2笔未披露'
    >>> chinese(Money(768_200_000_000, 768_200_000_000))
    '7680亿美元'
    >>> chinese(Money(50_000_000, 50_000_000, unbounded=True)), chinese(Money(0, 0, undisclosed=1))
    ('至少5000万美元', '未披露')
    """
    if money.low == money.high == 0 and money.undisclosed and not (money.ceilings or money.unbounded):
        return "未披露" if money.undisclosed == 1 else f"{money.undisclosed}笔未披露"
    tail = f"，另有{money.undisclosed}笔未披露" if money.undisclosed else ""
    high = _counted(money.high)
    if money.low == 0 and money.ceilings and not money.unbounded:
        extra = f"，含{money.ceilings}笔上限" if money.ceilings > 1 else ""
        return f"至多{high[0]}{high[1]}美元{extra}{tail}"
    if money.ceilings:
        tail = f"，含{money.ceilings}笔上限{tail}"
    least = "至少" if money.unbounded else ""
    if money.low == money.high:
        return f"{least}{high[0]}{high[1]}美元{tail}"
    low = _counted(money.low)
    unit = "" if low[1] == high[1] or money.low == 0 else low[1]
    more = "以上" if money.unbounded else ""
    return f"{low[0]}{unit}–{high[0]}{high[1]}美元{more}{tail}"


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
