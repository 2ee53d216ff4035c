"""Draw time and memory against size as SVG: plain shapes, on logarithmic axes, for light and dark pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Final, NamedTuple, TypeAlias

Points: TypeAlias = list[tuple[float, float]]


class Line(NamedTuple):
    """A contender: hops and seconds, hops and bytes."""

    name: str
    seconds: Points
    memory: Points


WIDTH: Final = 300
HEIGHT: Final = 230
LEFT: Final = 62
TOP: Final = 46
GAP: Final = 80
ROW: Final = 18
# Okabe and Ito's colours without yellow and black: they differ for all eyes, on white and on black.
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
SHAPES: Final = ("M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", "M-4-4h8v8h-8z", "M0-5l5 9h-10z", "M0-5l5 5-5 5-5-5z")
STYLE: Final = (
    "text{font:12px sans-serif;fill:#333}.grid{stroke:#8886;stroke-width:1}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}}"
)


def picture(title: str, lines: Sequence[Line]) -> str:
    """Draw two panels side by side, time and memory, with the names below."""
    width = LEFT + 2 * WIDTH + GAP + 48
    height = TOP + HEIGHT + 50 + ROW * ((len(lines) + 2) // 3)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">',
        f"<title>{escape(title)}: time and memory against size</title>",
        f"<style>{STYLE}</style>",
        *_panel("seconds", [line.seconds for line in lines], LEFT, _power),
        *_panel("memory", [line.memory for line in lines], LEFT + WIDTH + GAP, _bytes),
        *_names([line.name for line in lines]),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _panel(title: str, series: Sequence[Points], left: int, write: Callable[[int], str]) -> Iterator[str]:
    """Draw a grid of powers of ten and a line with marks a contender."""
    points = [point for each in series for point in each]
    low_x, high_x = _decades(x for x, _ in points)
    low_y, high_y = _decades(y for _, y in points)

    def at(x: float, y: float) -> tuple[float, float]:
        across = (log10(x) - low_x) / (high_x - low_x)
        up = (log10(y) - low_y) / (high_y - low_y)
        return round(left + WIDTH * across, 1), round(TOP + HEIGHT * (1 - up), 1)

    yield f'<text x="{left}" y="{TOP - 16}" font-weight="bold">{title}</text>'
    for power in range(low_y, high_y + 1):
        _, y = at(10**low_x, 10**power)
        yield f'<path class="grid" d="M{left} {y}h{WIDTH}"/>'
        yield f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{write(power)}</text>'
    for power in range(low_x, high_x + 1):
        x, _ = at(10**power, 10**low_y)
        yield f'<path class="grid" d="M{x} {TOP}v{HEIGHT}"/>'
        yield f'<text x="{x}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{_power(power)}</text>'
    yield f'<text x="{left + WIDTH}" y="{TOP + HEIGHT + 34}" text-anchor="end">hops</text>'
    for number, each in enumerate(series):
        places = [at(x, y) for x, y in each]
        colour = COLOURS[number % len(COLOURS)]
        path = "L".join(f"{x} {y}" for x, y in places)
        yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        yield from (_mark(number, x, y) for x, y in places)


def _names(names: Sequence[str]) -> Iterator[str]:
    for number, name in enumerate(names):
        x, y = LEFT + 220 * (number % 3), TOP + HEIGHT + 60 + ROW * (number // 3)
        yield _mark(number, x, y - 4)
        yield f'<text x="{x + 12}" y="{y}">{escape(name)}</text>'


def _mark(number: int, x: float, y: float) -> str:
    shape, colour = SHAPES[number % len(SHAPES)], COLOURS[number % len(COLOURS)]
    return f'<path transform="translate({x} {y})" d="{shape}" fill="{colour}"/>'


def _decades(numbers: Iterable[float]) -> tuple[int, int]:
    """Give the powers of ten around all numbers, at least one apart."""
    logs = [log10(number) for number in numbers] or [0.0]
    low, high = floor(min(logs)), ceil(max(logs))
    return low, max(high, low + 1)


def _power(power: int) -> str:
    """Write a power of ten.

    >>> _power(-3), _power(0), _power(5)
    ('0.001', '1', '100,000')
    """
    return f"{10**power:,}" if power >= 0 else f"{10**power:.{-power}f}"


def _bytes(power: int) -> str:
    """Write a power of ten of bytes.

    >>> _bytes(8), _bytes(9)
    ('100 MB', '1 GB')
    """
    return f"{10 ** (power - 9)} GB" if power >= 9 else f"{10 ** (power - 6):g} MB"
