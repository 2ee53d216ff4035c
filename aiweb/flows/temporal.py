"""How much money that leaves a party can reach it again later: plain amounts on plain days.

Maximum temporal flow with waiting: a dollar received on one day can be paid on any later day.
Make a node of every party and day on which it pays.
A payment from u to v on day t is an arc from (u, t) to v on its next day of paying after t;
waiting is an arc without limit from each node of a party to its next.
What leaves X comes out of the source, what reaches X goes into the sink, and one maximum flow is the answer.

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

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

Node: TypeAlias = tuple[str, int]
Curve: TypeAlias = list[tuple[int, int]]
Room: TypeAlias = dict[Node, dict[Node, int]]


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
    paydays: dict[str, set[int]] = defaultdict(set)
    for payment in made:
        paydays[payment.payer].add(last if payment.day is None else payment.day)
    days = {payer: sorted(found) for payer, found in paydays.items() if payer != party}
    source, sink = ("", 0), ("", 1)
    arcs: dict[tuple[Node, Node], int] = defaultdict(int)
    everything = sum(payment.amount for payment in made)
    for payer, payer_days in days.items():
        for day, following in pairwise(payer_days):
            arcs[(payer, day), (payer, following)] = everything
    for payment in made:
        leaves = last if payment.day is None else payment.day
        arrives = payment.first if undated else leaves
        ready = days.get(payment.payee, [])
        at = bisect_right(ready, arrives)
        if payment.payee != party and at == len(ready):
            continue
        head = sink if payment.payee == party else (payment.payee, ready[at])
        tail = source if payment.payer == party else (payment.payer, leaves)
        arcs[tail, head] += payment.amount
    return maximum_flow(arcs, source, sink)


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


def maximum_flow(arcs: Mapping[tuple[Node, Node], int], source: Node, sink: Node) -> int:
    """Give the maximum flow in whole dollars: shortest augmenting paths, level by level.

    E. A. Dinic, Soviet Mathematics Doklady 11, 1970, pp. 1277-1280.
    """
    room: Room = defaultdict(dict)
    for (tail, head), capacity in sorted(arcs.items()):
        room[tail][head] = room[tail].get(head, 0) + capacity
        room[head].setdefault(tail, 0)
    ways = {node: tuple(heads) for node, heads in room.items()}
    total = 0
    while levels := _levels(room, source, sink):
        tried = dict.fromkeys(levels, 0)
        while pushed := _augment(room, ways, levels, tried, source, sink):
            total += pushed
    return total


def _levels(room: Room, source: Node, sink: Node) -> dict[Node, int]:
    """Count the arcs with room left from the source to each node; nothing if the sink is out of reach."""
    levels = {source: 0}
    queue = deque([source])
    while queue:
        node = queue.popleft()
        for head, left in room.get(node, {}).items():
            if left > 0 and head not in levels:
                levels[head] = levels[node] + 1
                queue.append(head)
    return levels if sink in levels else {}


def _augment(
    room: Room,
    ways: Mapping[Node, tuple[Node, ...]],
    levels: Mapping[Node, int],
    tried: dict[Node, int],
    source: Node,
    sink: Node,
) -> int:
    """Push what fits along one path that climbs a level with every arc; nothing if there is none left.

    `tried` counts, for each node, the arcs that lead nowhere at these levels any more.
    """
    path = [source]
    while path[-1] != sink:
        node = path[-1]
        if tried[node] == len(ways[node]):
            path.pop()
            if not path:
                return 0
            tried[path[-1]] += 1
            continue
        head = ways[node][tried[node]]
        if room[node][head] > 0 and levels.get(head) == levels[node] + 1:
            path.append(head)
        else:
            tried[node] += 1
    steps = list(pairwise(path))
    pushed = min(room[tail][head] for tail, head in steps)
    for tail, head in steps:
        room[tail][head] -= pushed
        room[head][tail] += pushed
    return pushed
