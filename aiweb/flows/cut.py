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

from collections import deque
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
    return _Network(arcs).push(start, end)


def limit(arcs: Mapping[Pair, int], limitless: Iterable[Pair], start: str, end: str) -> int | None:
    """Give the maximum flow where some pairs have no limit; nothing if then it has none either."""
    beyond = sum(arcs.values()) + 1
    found = most({**arcs, **dict.fromkeys(limitless, beyond)}, start, end)
    return found if found < beyond else None


def cut(arcs: Mapping[Pair, int], start: str, end: str, legs: Mapping[Pair, int] | None = None) -> Cut:
    """Give the maximum flow and the minimum cut with the fewest legs; `legs` says how many a pair has."""
    positive = {pair: amount for pair, amount in sorted(arcs.items()) if amount > 0}
    counts = {pair: (legs or {}).get(pair, 1) for pair in positive}
    unit = sum(counts.values()) + 1
    network = _Network({pair: amount * unit + counts[pair] for pair, amount in positive.items()})
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
    direct = cut(inside, on, receives(of), counts)
    if not direct.amount:
        return Bracket(received, 0, 0, direct, Cut(received, (), frozenset()))
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


class _Network:
    """Places and arcs as lists, each arc beside its reverse, with what each can still take."""

    def __init__(self, arcs: Mapping[Pair, int]) -> None:
        self._places: list[str] = sorted({place for pair in arcs for place in pair})
        self._index = {place: i for i, place in enumerate(self._places)}
        self._after: list[list[int]] = [[] for _ in self._places]
        self._heads: list[int] = []
        self._left: list[int] = []
        for (u, v), amount in sorted(arcs.items()):
            if amount > 0 and u != v:
                for tail, head, room in ((u, v, amount), (v, u, 0)):
                    self._after[self._index[tail]].append(len(self._heads))
                    self._heads.append(self._index[head])
                    self._left.append(room)

    def push(self, start: str, end: str) -> int:
        """Send all that can be sent from one place to another, and say how much."""
        if start == end or start not in self._index or end not in self._index:
            return 0
        source, sink = self._index[start], self._index[end]
        sent = 0
        while True:
            level = self._levels(source)
            if level[sink] < 0:
                return sent
            tried = [0] * len(self._after)
            while way := self._way(source, sink, level, tried):
                room = min(self._left[arc] for arc in way)
                for arc in way:
                    self._left[arc] -= room
                    self._left[arc ^ 1] += room
                sent += room

    def reached(self, start: str) -> frozenset[str]:
        """Name the places that more could still be sent to."""
        if start not in self._index:
            return frozenset({start})
        level = self._levels(self._index[start])
        return frozenset(place for place, depth in zip(self._places, level, strict=True) if depth >= 0)

    def _levels(self, source: int) -> list[int]:
        level = [-1] * len(self._after)
        level[source] = 0
        todo = deque([source])
        while todo:
            at = todo.popleft()
            for arc in self._after[at]:
                if self._left[arc] and level[self._heads[arc]] < 0:
                    level[self._heads[arc]] = level[at] + 1
                    todo.append(self._heads[arc])
        return level

    def _way(self, source: int, sink: int, level: list[int], tried: list[int]) -> list[int]:
        """Find one way to the sink, a level a step; an arc that led nowhere is not tried again."""
        way: list[int] = []
        at = source
        while at != sink:
            if tried[at] == len(self._after[at]):
                if not way:
                    return []
                at = self._heads[way.pop() ^ 1]
                tried[at] += 1
                continue
            arc = self._after[at][tried[at]]
            if self._left[arc] and level[self._heads[arc]] == level[at] + 1:
                way.append(arc)
                at = self._heads[arc]
            else:
                tried[at] += 1
        return way
