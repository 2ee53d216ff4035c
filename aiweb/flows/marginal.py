"""What one promise more, or less, does to the maximum circulation, without solving the whole anew.

Let f be a maximum circulation and h its levels (`aiweb.flows.circulation`).
A further arc from u to v adds 1 for each dollar that it carries, and that dollar must get from v back to u
in the residual web of f: over room that is left, 1 a hop, or by undoing what f carries, -1 a hop.
So the gain is that of sending dollars along the best residual ways from v to u, best first, for as long as
a dollar gains more than it undoes (successive shortest paths: R. K. Ahuja, T. L. Magnanti, J. B. Orlin,
"Network Flows", 1993, ch. 9).
The levels make every residual hop no better than nothing, so each search is Dijkstra's.

Bound: a dollar gains at most 1 + h_u - h_v, by the same levels.

The loss from taking an amount off arcs is bounded by the cycles over them, and found in the same way.
What the arc carried beyond what is left of it is lost, and that much is sent along the best residual ways
from its tail to its head, so that every party is square again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from heapq import heappop, heappush
from typing import TypeAlias

Pair: TypeAlias = tuple[str, str]


class Marginal:
    """The gain in circular dollars from one more arc, and the loss from less of those there are.

    `flows` are the amounts, `circulating` a maximum circulation in them and `levels` its certificate.
    """

    def __init__(
        self, flows: Mapping[Pair, int], circulating: Mapping[Pair, int], levels: Mapping[str, int]
    ) -> None:
        self._levels = levels
        self._paid: dict[str, int] = {}
        self._received: dict[str, int] = {}
        self._leaving: dict[str, list[int]] = {}
        self._arcs: dict[Pair, int] = {}
        self._heads: list[str] = []
        self._rooms: list[int] = []
        self._gains: list[int] = []
        for (payer, payee), amount in sorted(flows.items()):
            if amount <= 0 or payer == payee:
                continue
            used = circulating.get((payer, payee), 0)
            self._arcs[payer, payee] = len(self._heads)
            # The arc at an even place is the hop, the one after it undoes what the hop carries.
            for tail, head, room, gain in ((payer, payee, amount - used, 1), (payee, payer, used, -1)):
                self._leaving.setdefault(tail, []).append(len(self._heads))
                self._heads.append(head)
                self._rooms.append(room)
                self._gains.append(gain)
            self._paid[payer] = self._paid.get(payer, 0) + amount
            self._received[payee] = self._received.get(payee, 0) + amount

    def at_most(self, payer: str, payee: str, size: int | None = None) -> int:
        """Bound the gain from above: the money that can pass at all, times the most a dollar can gain."""
        each = 1 + self._levels.get(payer, 0) - self._levels.get(payee, 0)
        money = min(self._paid.get(payee, 0), self._received.get(payer, 0))
        return max(0, each) * (money if size is None else min(money, size))

    def gain(self, payer: str, payee: str, size: int | None = None, least: int = 0) -> tuple[int, int]:
        """Give the gain in circular dollars from an arc of `size`, and how much of it circulates.

        Without a size it is as large as can circulate.
        Ways that gain nothing are not taken.
        If the gain is less than `least`, some number below that may be given instead: it is found sooner.
        """
        able = min(self._paid.get(payee, 0), self._received.get(payer, 0))
        able = able if size is None else min(able, size)
        return self._sent(payee, payer, able, list(self._rooms), dict(self._levels), own=1, least=least)

    def loses_at_most(self, less: Mapping[Pair, int]) -> int:
        """Bound the loss from above: what circulates is cut into cycles, and those over the arcs go.

        Of the cycles over an arc the shortest go first, for any of them will do.
        """
        bound = 0
        for pair, amount in less.items():
            if pair not in self._arcs:
                continue
            arc = self._arcs[pair]
            beyond = max(0, min(amount, self._rooms[arc] + self._rooms[arc ^ 1]) - self._rooms[arc])
            for length, money in self._cycles.get(arc, ()):
                bound += length * min(beyond, money)
                beyond -= min(beyond, money)
        return bound

    @cached_property
    def _cycles(self) -> dict[int, list[tuple[int, int]]]:
        """The cycles over each arc, shortest first: how long, and how much goes round."""
        used = {arc: self._rooms[arc ^ 1] for arc in self._arcs.values() if self._rooms[arc ^ 1]}
        onward: dict[str, list[int]] = {}
        for arc in used:
            onward.setdefault(self._heads[arc ^ 1], []).append(arc)
        found: dict[int, list[tuple[int, int]]] = {}
        for start in sorted(onward):
            way: list[int] = []
            # Money never ends, so a walk comes to a party that it has left.
            left = {start: 0}
            node = start
            while way or onward[node]:
                while onward[node] and not used[onward[node][-1]]:
                    onward[node].pop()
                if not onward[node]:
                    break
                arc = onward[node][-1]
                way.append(arc)
                node = self._heads[arc]
                if node not in left:
                    left[node] = len(way)
                    continue
                cycle = way[left[node] :]
                money = min(used[arc] for arc in cycle)
                for arc in cycle:
                    used[arc] -= money
                    found.setdefault(arc, []).append((len(cycle), money))
                    tail = self._heads[arc ^ 1]
                    if tail != node:
                        del left[tail]
                del way[left[node] :]
        return {arc: sorted(cycles) for arc, cycles in found.items()}

    def loss(self, less: Mapping[Pair, int]) -> int:
        """Give the loss in circular dollars if each arc named is so much less, or has gone."""
        rooms, potentials = list(self._rooms), dict(self._levels)
        lost = 0
        for pair, amount in sorted(less.items()):
            if pair not in self._arcs:
                continue
            arc = self._arcs[pair]
            beyond = max(0, min(amount, rooms[arc] + rooms[arc ^ 1]) - rooms[arc])
            rooms[arc] = max(0, rooms[arc] - amount)
            rooms[arc ^ 1] -= beyond
            regained, _ = self._sent(*pair, beyond, rooms, potentials, own=None)
            lost += beyond - regained
        return lost

    def _sent(
        self,
        start: str,
        end: str,
        size: int,
        rooms: list[int],
        potentials: dict[str, int],
        *,
        own: int | None,
        least: int = 0,
    ) -> tuple[int, int]:
        """Send dollars along the best ways: what they gain, and how many were sent.

        A dollar gains `own` beside what its way gains, and is not sent where it gains nothing;
        with no `own` all are sent whatever they cost.
        No way gains more than the one before, so it stops once `least` is out of reach.
        """
        gained, sent = 0, 0
        while sent < size:
            way = self._best(start, end, rooms, potentials)
            each = (own or 0) + sum(self._gains[arc] for arc in way)
            if not way or (own is not None and (each <= 0 or gained + each * (size - sent) < least)):
                break
            money = min(size - sent, *(rooms[arc] for arc in way))
            for arc in way:
                rooms[arc] -= money
                rooms[arc ^ 1] += money
            gained += each * money
            sent += money
        return gained, sent

    def _best(self, start: str, end: str, rooms: list[int], potentials: dict[str, int]) -> list[int]:
        """Find the way of most gain, by Dijkstra on what each hop falls short of the potentials."""
        short = {start: 0}
        came: dict[str, int] = {}
        done: set[str] = set()
        queue = [(0, start)]
        while queue:
            far, node = heappop(queue)
            if node in done:
                continue
            done.add(node)
            if node == end:
                break
            for arc in self._leaving.get(node, ()):
                if rooms[arc] <= 0:
                    continue
                head = self._heads[arc]
                less = potentials[head] - potentials[node] - self._gains[arc]
                if head not in short or far + less < short[head]:
                    short[head] = far + less
                    came[head] = arc
                    heappush(queue, (far + less, head))
        if end not in done:
            return []
        furthest = short[end]
        for node in potentials:
            potentials[node] -= min(short.get(node, furthest), furthest)
        way = []
        node = end
        while node != start:
            arc = came[node]
            way.append(arc)
            node = self._heads[arc ^ 1]
        return way[::-1]
