"""Fixed points of monotone maps: piecewise linear ones exactly, others by iteration.

All maps here rise with their argument, so by Tarski's theorem (Pacific J. Math. 5 (1955) 285-309) the fixed
points have a greatest and a least one.
`links[i][j]` is what i gains for each unit of j, `own[i]` what it has by itself; links to a name that `own`
does not hold count for nothing.

- `solved`: x = own + links x, by elimination in the order that fills in least.
- `capped`: x = min(caps, own + links x), by Newton's method from above: who is below its cap solves, the
  rest stand at theirs, and the first only become more.
- `floored`: x = max(0, own + links x), by Newton's method from below.
- `settled`: any map, step by step, with a stated tolerance.

The first three take and give fractions.
They never round unless they are asked to: exact numbers grow with the square of a group that owes itself, so
for large groups there is a sparse factorisation in floating point, refined with exact remainders until the
answer stands to `GRID`; differences up to `SLACK` are then taken for none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from math import isfinite
from typing import Final, TypeAlias, TypeVar

from aiweb.errors import NoConvergence

Links: TypeAlias = Mapping[str, Mapping[str, Fraction]]
Values: TypeAlias = Mapping[str, Fraction]
Key = TypeVar("Key", bound=Hashable)

STEPS: Final = 20_000
"""So many steps an iteration may take."""
GRID: Final = Fraction(1, 2**40)
"""What is rounded is rounded to this part of a dollar."""
SLACK: Final = Fraction(1, 1000)
"""With rounding, less than this part of a dollar is nothing."""
_REFINEMENTS: Final = 12
_FINE: Final = 2**90
_ZERO: Final = Fraction(0)


def solved(links: Links, own: Values, *, rounded: bool = False) -> dict[str, Fraction] | None:
    """Solve x = own + links x over the names of `own`; nothing where the system is singular.

    >>> solved({"a": {"b": Fraction(1, 2)}, "b": {"a": Fraction(1, 2)}}, {"a": Fraction(3), "b": Fraction(0)})
    {'a': Fraction(4, 1), 'b': Fraction(2, 1)}
    """
    rows = _within(links, own)
    return _refined(rows, own) if rounded else _eliminated(rows, own)


def _eliminated(rows: dict[str, dict[str, Fraction]], own: Values) -> dict[str, Fraction] | None:
    users: dict[str, set[str]] = defaultdict(set)
    for name, row in rows.items():
        for other in row:
            users[other].add(name)
    value = dict(own)
    left, order = set(own), []
    while left:
        name = min(left, key=lambda one: (len(rows[one]) * len(users[one]), one))
        row = rows[name]
        stays = 1 - row.pop(name, _ZERO)
        if not stays:
            return None
        users[name].discard(name)
        if stays != 1:
            value[name] /= stays
            for other in row:
                row[other] /= stays
        left.discard(name)
        order.append(name)
        for other in row:
            users[other].discard(name)
        for user in users[name]:
            times = rows[user].pop(name)
            value[user] += times * value[name]
            for other, part in row.items():
                rows[user][other] = rows[user].get(other, _ZERO) + times * part
                users[other].add(user)
    for name in reversed(order):
        value[name] += sum((part * value[other] for other, part in rows[name].items()), _ZERO)
    return dict(sorted(value.items()))


def _refined(rows: dict[str, dict[str, Fraction]], own: Values) -> dict[str, Fraction] | None:
    import numpy as np
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import splu

    names = list(rows)
    if not names:
        return {}
    number = {name: place for place, name in enumerate(names)}
    cells = [(place, place, 1.0) for place in range(len(names))]
    cells += [
        (number[name], number[other], -float(part))
        for name, row in rows.items()
        for other, part in row.items()
    ]
    down, across, value = zip(*cells, strict=True)
    try:
        factors = splu(csc_array((value, (down, across)), shape=(len(names), len(names))))
    except RuntimeError:
        return None
    # Whole numbers from here: parts in units of 2^-90, amounts in units of the grid.
    parts = [[(number[other], round(part * _FINE)) for other, part in rows[name].items()] for name in names]
    alone = [round(own[name] / GRID) for name in names]
    found = [0] * len(names)
    for _ in range(_REFINEMENTS):
        left = [
            ((alone[place] - found[place]) * _FINE + sum(part * found[other] for other, part in row)) / _FINE
            for place, row in enumerate(parts)
        ]
        more = factors.solve(np.array(left)).tolist()
        if not all(isfinite(amount) for amount in more):
            return None
        found = [amount + round(change) for amount, change in zip(found, more, strict=True)]
        if max(map(abs, more)) <= 1:
            return {name: amount * GRID for name, amount in zip(names, found, strict=True)}
    return None


def on_grid(amount: Fraction) -> Fraction:
    """Round to the nearest multiple of `GRID`."""
    units = 2 * amount.numerator * GRID.denominator + amount.denominator
    return Fraction(units // (2 * amount.denominator), GRID.denominator)


def capped(links: Links, own: Values, caps: Values, *, rounded: bool = False) -> dict[str, Fraction]:
    """Give the greatest x with x = min(caps, own + links x).

    Raises:
        NoConvergence: a group below its caps feeds only itself, so what it has is not determined.
    """
    rows = _within(links, own)
    found = {name: Fraction(caps[name]) for name in rows}
    slack = SLACK if rounded else _ZERO
    below: set[str] = set()
    while True:
        fresh = {
            name
            for name in found
            if name not in below and _reach(name, rows, own, found) < found[name] - slack
        }
        if not fresh:
            return found
        below |= fresh
        found |= _part(below, rows, own, found, rounded=rounded)


def floored(links: Links, own: Values, *, rounded: bool = False) -> dict[str, Fraction]:
    """Give the least x with x = max(0, own + links x).

    Raises:
        NoConvergence: a group feeds itself more than it uses, so there is none.
    """
    slack = SLACK if rounded else _ZERO
    whole = solved(links, own, rounded=rounded)
    if whole is not None and all(value >= 0 for value in whole.values()):
        return whole
    rows = _within(links, own)
    found = dict.fromkeys(rows, _ZERO)
    above: set[str] = set()
    while True:
        fresh = {name for name in found if name not in above and _reach(name, rows, own, found) > slack}
        if not fresh:
            return found
        above |= fresh
        found |= _part(above, rows, own, found, rounded=rounded)


def settled(
    step: Callable[[Mapping[Key, float]], Mapping[Key, float]],
    start: Mapping[Key, float],
    *,
    what: str,
    tolerance: float,
    steps: int = STEPS,
) -> tuple[dict[Key, float], float, int]:
    """Iterate `step` until it moves by no more than `tolerance`; give the end, the last move and the steps.

    The moves still to come are judged by how fast they shrink, and count as well.
    A threshold that lies nearer than that to the end may fall on either side.

    Raises:
        NoConvergence: it still moves after `steps` steps.
    """
    now, before = dict(start), 0.0
    for count in range(1, steps + 1):
        after = dict(step(now))
        move = max((abs(after[name] - now[name]) for name in now), default=0.0)
        now = after
        if not move:
            return now, 0.0, count
        shrinks = move / before if before else 1.0
        if shrinks < 1 and move / (1 - shrinks) <= tolerance:
            return now, move, count
        before = move
    raise NoConvergence(what, before)


def _within(links: Links, own: Values) -> dict[str, dict[str, Fraction]]:
    """Keep the links among the names of `own`."""
    return {
        name: {other: part for other, part in links.get(name, {}).items() if part and other in own}
        for name in sorted(own)
    }


def _reach(name: str, rows: Links, own: Values, found: Values) -> Fraction:
    return own[name] + sum((part * found[other] for other, part in rows[name].items()), _ZERO)


def _part(names: set[str], rows: Links, own: Values, found: Values, *, rounded: bool) -> dict[str, Fraction]:
    """Solve for `names` with all others held."""
    alone = {
        name: own[name]
        + sum((part * found[other] for other, part in rows[name].items() if other not in names), _ZERO)
        for name in sorted(names)
    }
    answer = solved(rows, alone, rounded=rounded)
    if answer is None:
        raise NoConvergence(f"what {', '.join(sorted(names))} owe each other", float("inf"))
    return answer
