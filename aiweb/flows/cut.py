"""How much money can get from one place to another, and which payments hold it back.

Maximum flow and its minimum cut (L. R. Ford, D. R. Fulkerson, Canad. J. Math. 8 (1956) 399-404), by
blocking flows (E. A. Dinic, Soviet Math. Dokl. 11 (1970) 1277-1280), in whole dollars.

Of all minimum cuts the one with the fewest legs is given, and of these the one nearest the payer.
It is found by solving once with c·(M + 1) + k for every amount c made of k legs, M the number of all legs:
a cut of such amounts orders cuts by dollars first and by legs second.

Bounds on money that is traced:

- Round trip of i. Most: the maximum flow from i as payer to i as payee.
  Least: what i pays, less the maximum flow from i as payer to the boundary where i receives nothing.
- Dependency of i on j: of what i receives, what has passed j.
  Most: the maximum flow from j, and from i as payer, to i as payee; nothing if none comes from j.
  Least: what i receives, less the maximum flow from the boundary, and from i as payer, to i as payee
  where j is left out.

What i has paid itself may come from anywhere, so as a payer it is a source in both.
The boundary of a party is what it receives from outside parties or pays out of its own, and what it pays
to them or keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from aiweb.flows.web import Flows, Pair

_ARROW: Final = "\N{RIGHTWARDS ARROW}"
BOUNDARY: Final = f"{_ARROW}{_ARROW}"
"""The name of the web's boundary: no party can have it."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The most that can get across, and the pairs that hold it back: their amounts add up to it.

    `near` holds all places on the payer's side of the cut.
    """

    amount: int
    pairs: tuple[Pair, ...]
    near: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bracket:
    """Of `whole` dollars at least `least` and at most `most`.

    `cut` says what holds back the most that can come, `away` what holds back the most that can stay away.
    """

    whole: int
    least: int
    most: int
    cut: Cut
    away: Cut


def pays(party: str) -> str:
    """Name a party in its part as payer, where it is taken apart."""
    return f"{_ARROW}{party}"


def receives(party: str) -> str:
    """Name a party in its part as payee, where it is taken apart."""
    return f"{party}{_ARROW}"


def whole(place: str) -> str:
    """Give the party of which a place is a part.

    >>> whole(pays("openai")), whole(receives("openai")), whole("oracle")
    ('openai', 'openai', 'oracle')
    """
    return place.strip(_ARROW)


def apart(arcs: Mapping[Pair, int], party: str) -> dict[Pair, int]:
    """Take a party apart into one that only pays and one that only receives."""
    return {
        (pays(u) if u == party else u, receives(v) if v == party else v): amount
        for (u, v), amount in arcs.items()
        if u != v
    }


def most(arcs: Mapping[Pair, int], start: str, end: str) -> int:
    """Give the maximum flow from one place to another, in the unit of the amounts."""
    return _Named(arcs).push(start, end)


def limit(arcs: Mapping[Pair, int], limitless: Iterable[Pair], start: str, end: str) -> int | None:
    """Give the maximum flow where some pairs have no limit; nothing if then it has none either."""
    beyond = sum(arcs.values()) + 1
    found = most({**arcs, **dict.fromkeys(limitless, beyond)}, start, end)
    return found if found < beyond else None


def cut(arcs: Mapping[Pair, int], start: str, end: str, legs: Mapping[Pair, int] | None = None) -> Cut:
    """Give the maximum flow and the minimum cut with the fewest legs; `legs` says how many a pair has."""
    positive = {pair: amount for pair, amount in arcs.items() if amount > 0}
    counts = {pair: (legs or {}).get(pair, 1) for pair in positive}
    unit = sum(counts.values()) + 1
    network = _Named({pair: amount * unit + counts[pair] for pair, amount in positive.items()})
    amount = network.push(start, end) // unit
    near = network.reached(start)
    pairs = [(u, v) for u, v in positive if u in near and v not in near]
    return Cut(amount, tuple(sorted(pairs, key=lambda pair: (-positive[pair], pair))), near)


def between(pairs: Iterable[Pair], start: str, end: str) -> frozenset[Pair]:
    """Give the pairs that lie on a way from one place to another."""
    listed = list(pairs)
    after, before = reach(listed, start), reach([(v, u) for u, v in listed], end)
    return frozenset((u, v) for u, v in listed if u in after and v in before)


def reach(pairs: Iterable[Pair], start: str) -> frozenset[str]:
    """Name the places that can be reached over pairs, the start among them."""
    onward: dict[str, list[str]] = {}
    for tail, head in pairs:
        onward.setdefault(tail, []).append(head)
    seen, todo = {start}, [start]
    while todo:
        for head in onward.get(todo.pop(), ()):
            if head not in seen:
                seen.add(head)
                todo.append(head)
    return frozenset(seen)


def round_trip(flows: Flows, party: str, legs: Mapping[Pair, int] | None = None) -> Bracket:
    """Bracket what of a party's payments comes back to it."""
    inside = apart(flows.inside, party)
    counts = apart(legs or {}, party)
    away = {(u, v): amount for (u, v), amount in inside.items() if v != receives(party)}
    for name, amount in _leaving(flows).items():
        away[pays(party) if name == party else name, BOUNDARY] = amount
    if flows.outward.get(party):
        away[pays(party), BOUNDARY] = flows.outward[party]
    else:
        away.pop((pays(party), BOUNDARY), None)
    paid = flows.paid.get(party, 0)
    home = cut(inside, pays(party), receives(party), counts)
    gone = cut(away, pays(party), BOUNDARY, counts)
    return Bracket(paid, paid - gone.amount, home.amount, home, gone)


def dependency(flows: Flows, of: str, on: str, legs: Mapping[Pair, int] | None = None) -> Bracket:
    """Bracket what of a party's receipts has passed another."""
    inside = apart(flows.inside, of)
    received = flows.received.get(of, 0)
    counts = apart(legs or {}, of)
    after = reach((pair for pair, amount in inside.items() if amount > 0), on)
    if receives(of) not in after:
        return Bracket(received, 0, 0, Cut(0, (), after), Cut(received, (), frozenset()))
    start = f"{_ARROW}{_ARROW}{_ARROW}"
    limitless = sum(inside.values()) + 1
    through = {pair: amount for pair, amount in inside.items() if pair[1] != on}
    through |= {(start, on): limitless, (start, pays(of)): limitless}
    without = {pair: amount for pair, amount in inside.items() if on not in pair}
    without[BOUNDARY, pays(of)] = limitless
    for name, amount in _entering(flows).items():
        if name == of:
            without[BOUNDARY, receives(of)] = flows.inward.get(of, 0)
        elif name != on:
            without[BOUNDARY, name] = amount
    home = cut(through, start, receives(of), counts)
    other = cut(without, BOUNDARY, receives(of), counts)
    return Bracket(received, received - other.amount, home.amount, home, other)


def _leaving(flows: Flows) -> dict[str, int]:
    """Say what leaves the web at each party: paid to outside parties, or received and not paid on."""
    return {
        name: flows.outward.get(name, 0) + max(0, flows.received.get(name, 0) - flows.paid.get(name, 0))
        for name in flows.parties
    }


def _entering(flows: Flows) -> dict[str, int]:
    """Say what comes into the web at each party: received from outside parties, or paid and not received."""
    return {
        name: flows.inward.get(name, 0) + max(0, flows.paid.get(name, 0) - flows.received.get(name, 0))
        for name in flows.parties
    }


class Network:
    """Places numbered from 0 and arcs between them, each beside its reverse, with what each can still take.

    `arcs` are tail, head and amount; what is nothing or leads back to its tail is left out.
    """

    def __init__(self, count: int, arcs: Iterable[tuple[int, int, int]]) -> None:
        self._after: list[list[int]] = [[] for _ in range(count)]
        self._heads: list[int] = []
        self._left: list[int] = []
        for tail, head, amount in arcs:
            if amount > 0 and tail != head:
                self._after[tail].append(len(self._heads))
                self._after[head].append(len(self._heads) + 1)
                self._heads += (head, tail)
                self._left += (amount, 0)

    def push(self, source: int, sink: int) -> int:
        """Send all that can be sent from one place to another, and say how much."""
        sent = 0
        while source != sink and (far := self._far(source, sink)):
            sent += self._block(source, sink, far)
        return sent

    def reached(self, source: int) -> list[bool]:
        """Say of each place whether more could still be sent to it."""
        seen = [False] * len(self._after)
        seen[source] = True
        todo = [source]
        while todo:
            for arc in self._after[todo.pop()]:
                head = self._heads[arc]
                if not seen[head] and self._left[arc]:
                    seen[head] = True
                    todo.append(head)
        return seen

    def _far(self, source: int, sink: int) -> list[int]:
        """Count the arcs from each place no farther than the source to the sink; nothing if there is no way.

        From the sink on, for then a search looks at places from which the sink can be reached alone.
        """
        heads, left = self._heads, self._left
        far = [-1] * len(self._after)
        far[sink] = steps = 0
        ring = [sink]
        while ring and far[source] < 0:
            steps += 1
            following = []
            for place in ring:
                for arc in self._after[place]:
                    tail = heads[arc]
                    if far[tail] < 0 and left[arc ^ 1]:
                        far[tail] = steps
                        following.append(tail)
            ring = following
        return far if far[source] >= 0 else []

    def _block(self, source: int, sink: int, far: list[int]) -> int:
        """Send along shortest ways until each has a full arc; an arc that led nowhere is left out."""
        after, heads, left = self._after, self._heads, self._left
        tried = [0] * len(after)
        way: list[int] = []
        at, sent = source, 0
        while True:
            if at == sink:
                room = min([left[arc] for arc in way])
                for arc in way:
                    left[arc] -= room
                    left[arc ^ 1] += room
                sent += room
                # What lies before the first arc that is full is the start of the next way.
                full = next(i for i, arc in enumerate(way) if not left[arc])
                at = heads[way[full] ^ 1]
                del way[full:]
                continue
            arcs, nearer = after[at], far[at] - 1
            for i in range(tried[at], len(arcs)):
                arc = arcs[i]
                if left[arc] and far[heads[arc]] == nearer:
                    tried[at] = i
                    way.append(arc)
                    at = heads[arc]
                    break
            else:
                tried[at] = len(arcs)
                if not way:
                    return sent
                at = heads[way.pop() ^ 1]
                tried[at] += 1


class _Named:
    """A network of places by name."""

    def __init__(self, arcs: Mapping[Pair, int]) -> None:
        self._places = sorted({place for pair in arcs for place in pair})
        self._index = {place: i for i, place in enumerate(self._places)}
        index = self._index
        self._network = Network(len(index), ((index[u], index[v], amount) for (u, v), amount in arcs.items()))

    def push(self, start: str, end: str) -> int:
        if start not in self._index or end not in self._index:
            return 0
        return self._network.push(self._index[start], self._index[end])

    def reached(self, start: str) -> frozenset[str]:
        if start not in self._index:
            return frozenset({start})
        seen = self._network.reached(self._index[start])
        return frozenset(place for place, is_near in zip(self._places, seen, strict=True) if is_near)
