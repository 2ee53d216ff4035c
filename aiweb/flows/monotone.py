"""Fixed points of monotone maps: piecewise linear ones exactly, others by iteration.

All maps here rise with their argument, so by Tarski's theorem (Pacific J. Math. 5 (1955) 285-309) the fixed
points have a greatest and a least one.
`links[i][j]` is what i gains for each unit of j, `own[i]` what it has by itself.

- `solved`: x = own + links x, by elimination in the order that fills in least.
- `capped`: x = min(caps, own + links x), by Newton's method from above: who is below its cap solves, the
  rest stand at theirs, and the first only become more.
- `floored`: x = max(0, own + links x), by Newton's method from below.
- `settled`: any map, step by step, with a stated tolerance.

The first three take and give fractions and never round.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final, TypeAlias

from aiweb.errors import NoConvergence

Links: TypeAlias = Mapping[str, Mapping[str, Fraction]]
Values: TypeAlias = Mapping[str, Fraction]

STEPS: Final = 20_000
"""So many steps an iteration may take."""
_ZERO: Final = Fraction(0)


def solved(links: Links, own: Values) -> dict[str, Fraction] | None:
    """Solve x = own + links x over the names of `own`; nothing where the system is singular.

    >>> solved({"a": {"b": Fraction(1, 2)}, "b": {"a": Fraction(1, 2)}}, {"a": Fraction(3), "b": Fraction(0)})
    {'a': Fraction(4, 1), 'b': Fraction(2, 1)}
    """
    rows = {
        name: {other: part for other, part in links.get(name, {}).items() if part and other in own}
        for name in own
    }
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


def capped(links: Links, own: Values, caps: Values) -> dict[str, Fraction]:
    """Give the greatest x with x = min(caps, own + links x).

    Raises:
        NoConvergence: a group below its caps feeds only itself, so what it has is not determined.
    """
    found = {name: Fraction(caps[name]) for name in sorted(own)}
    below: set[str] = set()
    while True:
        fresh = {
            name for name in found if name not in below and _reach(name, links, own, found) < found[name]
        }
        if not fresh:
            return found
        below |= fresh
        found |= _part(below, links, own, found)


def floored(links: Links, own: Values) -> dict[str, Fraction]:
    """Give the least x with x = max(0, own + links x).

    Raises:
        NoConvergence: a group feeds itself more than it uses, so there is none.
    """
    whole = solved(links, own)
    if whole is not None and all(value >= 0 for value in whole.values()):
        return whole
    found = dict.fromkeys(sorted(own), _ZERO)
    above: set[str] = set()
    while True:
        fresh = {name for name in found if name not in above and _reach(name, links, own, found) > 0}
        if not fresh:
            return found
        above |= fresh
        found |= _part(above, links, own, found)


def settled(
    step: Callable[[Mapping[str, float]], Mapping[str, float]],
    start: Mapping[str, float],
    *,
    what: str,
    tolerance: float,
    steps: int = STEPS,
) -> tuple[dict[str, float], float, int]:
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


def _reach(name: str, links: Links, own: Values, found: Values) -> Fraction:
    return own[name] + sum((part * found[other] for other, part in links.get(name, {}).items()), _ZERO)


def _part(names: set[str], links: Links, own: Values, found: Values) -> dict[str, Fraction]:
    """Solve for `names` with all others held."""
    inner: dict[str, dict[str, Fraction]] = {}
    alone: dict[str, Fraction] = {}
    for name in sorted(names):
        row = links.get(name, {})
        inner[name] = {other: part for other, part in row.items() if other in names}
        held = (part * found[other] for other, part in row.items() if other not in names)
        alone[name] = own[name] + sum(held, _ZERO)
    answer = solved(inner, alone)
    if answer is None:
        raise NoConvergence(f"what {', '.join(sorted(names))} owe each other", float("inf"))
    return answer
