"""How much money that leaves a party can reach it again later: plain amounts on plain days.

Maximum temporal flow with waiting: a dollar received on one day can be paid on any later day.
Make a node of every party and day on which it pays.
A payment from u to v on day t is an arc from (u, t) to v on its next day of paying after t;
waiting is an arc without limit from each node of a party to its next.
What leaves X comes out of the source, what reaches X goes into the sink, and one maximum flow is the answer.
It changes nothing to leave out what money of X cannot be in or cannot get back to X from, in time,
and to have one node for all days of paying of a party between which nothing arrives.

E. C. Akrida, J. Czyzowicz, L. Gąsieniec, Ł. Kuszner, P. G. Spirakis, "Temporal flows in temporal networks",
Journal of Computer and System Sciences 103, 2019, pp. 46-60, doi:10.1016/j.jcss.2019.02.003;
C. Kosyfaki, N. Mamoulis, E. Pitoura, P. Tsaparas, "Flow computation in temporal interaction networks",
arXiv:2003.01974, 2020, which also defines the greedy transfer.
Along a chain that reaches the maximum, for nothing is gained by holding money back.

Where days are not known there are two answers: the money that comes back by the payments whose day is known,
and the money that might, if every payment were made whenever it suits within what is known of its day.
The second is an upper bound: in a whole web the day of such a payment is chosen afresh for every dollar
and every step; along one loop it may be chosen afresh for every later day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from aiweb.flows.cut import Network

Curve: TypeAlias = list[tuple[int, int]]


class Payment(NamedTuple):
    """Whole dollars from one party to another on a day, counted as `date.toordinal` does.

    With `since` it may have been made earlier, from then on, in parts too;
    without a day it may be made on any day from `since` on.
    """

    payer: str
    payee: str
    amount: int
    day: int | None
    since: int | None = None

    @property
    def first(self) -> int:
        """The first day on which it may be made."""
        days = [day for day in (self.day, self.since) if day is not None]
        return min(days, default=0)


def later_return(payments: Iterable[Payment], party: str, *, undated: bool = False) -> int:
    """Give the most of what `party` pays that can reach it again on a later day, in whole dollars.

    Payments without a day are left out, the others are made on it.
    With `undated` all are made whenever it suits within what is known of their days.

    >>> out, back = Payment("a", "b", 50, day=1), Payment("b", "a", 30, day=2)
    >>> later_return([out, back], "a"), later_return([out, back], "b")
    (30, 0)
    """
    made = [
        payment
        for payment in payments
        if payment.amount > 0 and payment.payer != payment.payee and (undated or payment.day is not None)
    ]
    last = max((max(payment.day or 0, payment.first) for payment in made), default=0) + 1
    moves = []
    for payment in made:
        leaves = last if payment.day is None else payment.day
        arrives = payment.first if undated else leaves
        moves.append(_Move(payment.payer, payment.payee, payment.amount, leaves, arrives))
    return _most(_returning(moves, party), party)


class _Move(NamedTuple):
    """Money that has to be there before the day on which it leaves, and is there after the one it arrives."""

    payer: str
    payee: str
    amount: int
    leaves: int
    arrives: int


def _returning(moves: Sequence[_Move], party: str) -> list[_Move]:
    """Keep what money of `party` can be in, in time, and can get back to it from, in time."""
    reached = _earliest([(move.payer, move.payee, move.leaves, move.arrives) for move in moves], party)
    # The same from the end: with days counted backwards, money goes from the payee to the payer.
    back = _earliest([(move.payee, move.payer, -move.arrives, -move.leaves) for move in moves], party)
    return [
        move
        for move in moves
        if (move.payer == party or (move.payer in reached and reached[move.payer] < move.leaves))
        and (move.payee == party or (move.payee in back and back[move.payee] < -move.arrives))
    ]


def _earliest(steps: Iterable[tuple[str, str, int, int]], start: str) -> dict[str, int]:
    """Say on which day money of `start` can first be at each other party.

    A step has a tail, a head, the day before which money has to be there, and the day on which it arrives.
    """
    waiting: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
    todo = [start]
    first: dict[str, int] = {}
    for tail, head, leaves, arrives in steps:
        waiting[tail].append((leaves, head, arrives))
    for rows in waiting.values():
        rows.sort()
    while todo:
        tail = todo.pop()
        rows = waiting[tail]
        # Each step is taken once, those that leave last first: the earlier money comes, the more it can take.
        while rows and (tail == start or rows[-1][0] > first[tail]):
            _, head, arrives = rows.pop()
            if head != start and (head not in first or arrives < first[head]):
                first[head] = arrives
                todo.append(head)
    return first


def _most(moves: Sequence[_Move], party: str) -> int:
    """Solve the maximum flow over parties and times.

    A party needs one node for all its days of paying between which nothing arrives.
    """
    arrivals: dict[str, set[int]] = defaultdict(set)
    for move in moves:
        arrivals[move.payee].add(move.arrives)
    days = {payee: sorted(found) for payee, found in arrivals.items()}
    stages: dict[str, set[int]] = defaultdict(set)
    for move in moves:
        if move.payer != party:
            stages[move.payer].add(bisect_left(days[move.payer], move.leaves))
    source, sink = 0, 1
    number: dict[tuple[str, int], int] = {}
    waits = []
    ordered = {payer: sorted(found) for payer, found in sorted(stages.items())}
    for payer, found in ordered.items():
        for stage in found:
            number[payer, stage] = len(number) + 2
        waits += [(number[payer, stage], number[payer, following]) for stage, following in pairwise(found)]
    amounts: dict[tuple[int, int], int] = defaultdict(int)
    for move in moves:
        tail, head = source, sink
        if move.payer != party:
            tail = number[move.payer, bisect_left(days[move.payer], move.leaves)]
        if move.payee != party:
            # After n arrivals comes stage n; money waits there for the first on which the party pays.
            after, found = bisect_right(days[move.payee], move.arrives), ordered[move.payee]
            head = number[move.payee, found[bisect_left(found, after)]]
        amounts[tail, head] += move.amount
    everything = sum(move.amount for move in moves if move.payer == party)
    arcs = [(tail, head, amount) for (tail, head), amount in sorted(amounts.items())]
    arcs += [(tail, head, everything) for tail, head in waits]
    return Network(len(number) + 2, arcs).push(source, sink)


def round_trip(hops: Sequence[Sequence[Payment]], *, undated: bool = False) -> tuple[int, int]:
    """Give the most that can go once round a loop in the order of days, and the hop it starts with.

    `hops` are the payments of each hop of the loop, in the order the money goes.
    Any hop may be the first; of equals the earliest in `hops` is named.
    Days count as in `later_return`.

    >>> there = [Payment("a", "b", 50, day=5)]
    >>> back = [Payment("b", "a", 20, day=1), Payment("b", "a", 9, day=7)]
    >>> round_trip([there, back])
    (20, 1)
    """
    best, start = 0, 0
    for first in range(len(hops)):
        amount = carried((*hops[first:], *hops[:first]), undated=undated)
        if amount > best:
            best, start = amount, first
    return best, start


def carried(hops: Sequence[Sequence[Payment]], *, undated: bool = False) -> int:
    """Give the most that can pass through all hops of a chain, each on a later day than the one before.

    Along a chain nothing is gained by holding money back, so every payment passes on what has come in.
    """
    arrived: Curve | None = None
    for hop in hops:
        exact = sorted((payment.day, payment.amount) for payment in hop if payment.day is not None)
        loose = [payment for payment in hop if undated and payment.day != payment.first]
        opening = sorted((payment.first, payment.amount) for payment in loose)
        closing = sorted((payment.day, -payment.amount) for payment in loose if payment.day is not None)
        arrived = _passed(arrived, exact, [*opening, *closing])
        if not arrived:
            return 0
    return arrived[-1][1] if arrived else 0


def _passed(arrived: Curve | None, exact: Curve, loose: Curve) -> Curve:
    """Say what a hop has passed on by each day, from what had arrived by each day; None is any amount.

    Payments that have reached their day passed on no more than had arrived before it, the earliest first.
    Those whose time has begun and whose day has not come may pass on whatever these have left:
    by a day t min(arrived before t, passed by the first + amounts of the second) can be through.
    `loose` holds the amounts that begin, and with a minus those that come to their day.
    """
    on_days = dict.fromkeys((day for day, _ in (*exact, *loose)), 0)
    waiting = dict(on_days)
    if loose and arrived is not None:
        on_days |= {day + 1: on_days.get(day + 1, 0) for day, _ in arrived}
    for day, amount in exact:
        on_days[day] += amount
    for day, amount in loose:
        waiting[day] += amount
    passed: Curve = []
    settled = waits = seen = before = 0
    for day in sorted(on_days):
        while arrived is not None and seen < len(arrived) and arrived[seen][0] < day:
            before = arrived[seen][1]
            seen += 1
        settled += on_days[day]
        waits += waiting.get(day, 0)
        if arrived is not None:
            settled = min(settled, before)
        through = settled + waits
        if arrived is not None:
            through = min(through, before)
        if through > (passed[-1][1] if passed else 0):
            passed.append((day, through))
    return passed
