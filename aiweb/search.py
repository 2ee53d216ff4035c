"""Loops and paths of arcs by width, widest first, without listing the others.

The width of a loop or a path is the amount of its narrowest arc.

Method: order the arcs strictly, e_1, e_2, …, by amount descending, ties by tail, head and colours.
Every loop has exactly one last arc e_i = (u, v) in that order;
the loop is e_i and a simple path from v to u among e_1 … e_(i-1), and its width is the amount of e_i.
So going through the arcs in order and listing these paths gives every loop once, largest first,
and nothing is stored but the path at hand.
A search node is entered only if u can still be reached in the arcs left without touching the path
(a backward breadth-first search), so a web whose loops are all too long costs next to nothing.
The order argument is that of bottleneck enumeration by threshold;
for the pruning compare R. Rizzi, G. Sacomoto, M.-F. Sagot, "Efficiently listing bounded length
st-paths" (IWOCA 2014).

Most arcs close no loop, and most loops asked for lie among the first arcs.
So the arcs come off a heap as they are needed, in batches, each as large as all before it.
Of a batch and what came before only the arcs inside a strongly connected component are kept
(R. E. Tarjan, SIAM J. Comput. 1 (1972) 146), and whether one of them closes a loop short enough is asked
from both of its ends at once, always going on from the end that has come to fewer parties.

Where a loop must have certain colours (a funding hop, a spending hop, a party on it),
the search carries them along: it enters a node only if a walk home exists that adds those missing.
A walk may touch itself.
So where many nodes are entered and no loop comes out, the walk is kept to the parties that lie on a path
between node and home if arrows are ignored: the block of the two, by R. E. Tarjan too.
What is left may still be searched in vain, and is never listed: whether a path through a given arc exists
is a hard question in a directed web (S. Fortune, J. Hopcroft, J. Wyllie, Theor. Comput. Sci. 10 (1980) 111).

A path from a to b is a loop closed by an arc from b to a that is wider than all others.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop
from itertools import islice
from typing import Final

_BATCH: Final = 256
_PATIENCE: Final = 200
_HOME: Final = (0,)


@dataclass(frozen=True, slots=True)
class Arc:
    """A hop for the search: who pays whom, how much at most, and its colours as bits."""

    tail: str
    head: str
    amount: int
    colours: int


def widest_loops(arcs: Sequence[Arc], max_length: int, required: int = 0) -> Iterator[tuple[int, ...]]:
    """Give every loop of at most `max_length` arcs once, by its least amount, largest first.

    A loop is a tuple of indices into `arcs`, the arc that closes it first.
    Only loops that have every colour in `required` are given.
    """
    order = _widest_first(arcs)
    web = _Web(required)
    size = _BATCH
    while batch := list(islice(order, size)):
        start = len(web.index)
        for index in batch:
            web.add(index, arcs[index])
        size = len(web.index)
        for rank in web.on_loops():
            if rank >= start and web.closes(rank, max_length):
                yield from _Closing(web, rank, max_length).loops()
            web.open(rank)


def widest_paths(arcs: Sequence[Arc], start: str, end: str, max_length: int) -> Iterator[tuple[int, ...]]:
    """Give every simple path of at most `max_length` arcs from `start` to `end` once, widest first.

    A path is a tuple of indices into `arcs`, in order from `start`.
    """
    beyond = max((arc.amount for arc in arcs), default=0) + 1
    closing = Arc(end, start, beyond, 1)
    plain = [Arc(arc.tail, arc.head, arc.amount, 0) for arc in arcs]
    for loop in widest_loops([*plain, closing], max_length + 1, required=1):
        at = loop.index(len(arcs))
        yield (*loop[at + 1 :], *loop[:at])


def _widest_first(arcs: Sequence[Arc]) -> Iterator[int]:
    """Give the indices of arcs by amount descending, then by tail, head, colours and index.

    Amount and index are packed into one number, which a heap compares faster than a pair.
    """
    count = len(arcs)
    heap = [index - arc.amount * count for index, arc in enumerate(arcs)]
    heapify(heap)
    while heap:
        amount, index = divmod(heappop(heap), count)
        tied = [index]
        while heap and heap[0] // count == amount:
            tied.append(heappop(heap) % count)
        if len(tied) > 1:
            tied.sort(key=lambda i: (arcs[i].tail, arcs[i].head, arcs[i].colours, i))
        yield from tied


@dataclass(slots=True)
class _Web:
    """The arcs so far by rank, their parties by number, and which of them are open to the search."""

    required: int
    index: list[int] = field(default_factory=list)
    tail: list[int] = field(default_factory=list)
    head: list[int] = field(default_factory=list)
    colours: list[int] = field(default_factory=list)
    leaving: list[list[int]] = field(default_factory=list)
    entering: list[list[int]] = field(default_factory=list)
    _number: dict[str, int] = field(default_factory=dict)

    def add(self, index: int, arc: Arc) -> None:
        """Give an arc the next rank."""
        self.index.append(index)
        self.tail.append(self._number.setdefault(arc.tail, len(self._number)))
        self.head.append(self._number.setdefault(arc.head, len(self._number)))
        self.colours.append(arc.colours & self.required)

    def open(self, rank: int) -> None:
        """Let the search use an arc."""
        self.leaving[self.tail[rank]].append(rank)
        self.entering[self.head[rank]].append(rank)

    def on_loops(self) -> list[int]:
        """Close all arcs, and give the ranks of those inside a strongly connected component."""
        count = len(self._number)
        ahead: list[list[int]] = [[] for _ in range(count)]
        for tail, head in zip(self.tail, self.head, strict=True):
            ahead[tail].append(head)
        part = _components(ahead)
        self.leaving = [[] for _ in range(count)]
        self.entering = [[] for _ in range(count)]
        return [
            rank
            for rank, (tail, head) in enumerate(zip(self.tail, self.head, strict=True))
            if part[tail] == part[head] and tail != head
        ]

    def closes(self, rank: int, max_length: int) -> bool:
        """Say whether an arc closes a loop of at most `max_length` arcs over those open."""
        ahead, behind = {self.head[rank]}, {self.tail[rank]}
        front, back = list(ahead), list(behind)
        for _ in range(max_length - 1):
            if len(front) <= len(back):
                front = self.beyond(front, self.leaving, self.head, ahead)
                if not behind.isdisjoint(front):
                    return True
            else:
                back = self.beyond(back, self.entering, self.tail, behind)
                if not ahead.isdisjoint(back):
                    return True
            if not front or not back:
                return False
        return False

    @staticmethod
    def beyond(edge: list[int], arcs: list[list[int]], ends: list[int], seen: set[int]) -> list[int]:
        """Give the parties one arc further that were not seen, and see them."""
        found = {ends[rank] for party in edge for rank in arcs[party]} - seen
        seen |= found
        return list(found)


def _components(ahead: list[list[int]]) -> list[int]:
    """Give each party a number that it shares with its strongly connected component, without recursion."""
    count = len(ahead)
    seen, low, part = [0] * count, [0] * count, [-1] * count
    clock = 0
    stack: list[int] = []
    for root in range(count):
        if seen[root]:
            continue
        todo = [(root, iter(ahead[root]))]
        while todo:
            party, ends = todo[-1]
            if not seen[party]:
                clock += 1
                seen[party] = low[party] = clock
                stack.append(party)
            for end in ends:
                if not seen[end]:
                    todo.append((end, iter(ahead[end])))
                    break
                if part[end] < 0:
                    low[party] = min(low[party], seen[end])
            else:
                todo.pop()
                if todo:
                    low[todo[-1][0]] = min(low[todo[-1][0]], low[party])
                if low[party] == seen[party]:
                    while part[party] < 0:
                        part[stack.pop()] = party
    return part


class _Closing:
    """All loops that one arc closes over the arcs before it."""

    def __init__(self, web: _Web, rank: int, max_length: int) -> None:
        self._web = web
        self._rank = rank
        self._home = web.tail[rank]
        self._length = max_length
        self._in_vain = 0

    def loops(self) -> Iterator[tuple[int, ...]]:
        """Search depth first from the closing arc's head back to its tail, without recursion."""
        web = self._web
        index, head, colours = web.index, web.head, web.colours
        path = [self._rank]
        on_path = {head[self._rank]}
        seen = [colours[self._rank]]
        choices = [self._ways_on(head[self._rank], on_path, 1, seen[0])]
        while choices:
            rank = next(choices[-1], None)
            if rank is None:
                choices.pop()
                seen.pop()
                on_path.discard(head[path.pop()])
                continue
            end = head[rank]
            if end == self._home:
                self._in_vain = 0
                yield (*(index[each] for each in path), index[rank])
                continue
            path.append(rank)
            on_path.add(end)
            seen.append(seen[-1] | colours[rank])
            choices.append(self._ways_on(end, on_path, len(path), seen[-1]))

    def _ways_on(self, party: int, on_path: set[int], used: int, seen: int) -> Iterator[int]:
        """Give the arcs out of `party` after which home can still be reached with all colours."""
        left = self._length - used - 1
        if left < 0:
            return iter(())
        web, home = self._web, self._home
        missing = web.required & ~seen
        reach = self._coloured(party, on_path, left, missing) if missing else self._plain(on_path, left)
        ways = []
        for rank in web.leaving[party]:
            still = missing & ~web.colours[rank]
            gains = _HOME if web.head[rank] == home else reach.get(web.head[rank], ())
            if any(not still & ~gain for gain in gains):
                ways.append(rank)
        return iter(ways)

    def _plain(self, on_path: set[int], hops: int) -> Mapping[int, Collection[int]]:
        """Walk back from home through at most `hops` arcs off the path."""
        web = self._web
        seen = {self._home} | on_path
        edge = [self._home]
        reach: dict[int, Collection[int]] = {}
        for _ in range(hops):
            edge = web.beyond(edge, web.entering, web.tail, seen)
            if not edge:
                break
            reach |= dict.fromkeys(edge, _HOME)
        return reach

    def _coloured(
        self, party: int, on_path: set[int], hops: int, missing: int
    ) -> Mapping[int, Collection[int]]:
        """Walk back likewise, and say of each party which missing colours can be had from there."""
        self._in_vain += 1
        reach = self._walks(hops, missing, on_path, None)
        if self._in_vain <= _PATIENCE:
            return reach
        return self._walks(hops, missing, on_path, self._block(party, reach))

    def _walks(
        self, hops: int, missing: int, on_path: set[int], within: Container[int] | None
    ) -> dict[int, set[int]]:
        web = self._web
        reach: dict[int, set[int]] = {}
        edge = {self._home: {0}}
        for _ in range(hops):
            grown: dict[int, set[int]] = {}
            for head, gains in edge.items():
                for rank in web.entering[head]:
                    tail = web.tail[rank]
                    if tail in on_path or tail == self._home or not (within is None or tail in within):
                        continue
                    colours = web.colours[rank] & missing
                    have = reach.setdefault(tail, set())
                    new = {gain | colours for gain in gains} - have
                    if new:
                        have |= new
                        grown.setdefault(tail, set()).update(new)
            if not grown:
                break
            edge = grown
        return reach

    def _block(self, party: int, reach: Container[int]) -> set[int]:
        """Give the parties in reach on some path between `party` and home if arrows are ignored.

        They are the block of an edge between the two: what hangs on a single party is taken off the stack.
        """
        seen = {self._home: 0, party: 1}
        low = {party: 0}
        stack = [party]
        todo = [(party, self._beside(party))]
        while todo:
            at, ends = todo[-1]
            for end in ends:
                if end in seen:
                    low[at] = min(low[at], seen[end])
                elif end in reach:
                    seen[end] = low[end] = len(seen)
                    stack.append(end)
                    todo.append((end, self._beside(end)))
                    break
            else:
                todo.pop()
                if todo:
                    above = todo[-1][0]
                    low[above] = min(low[above], low[at])
                    while low[at] >= seen[above] and stack.pop() != at:
                        pass
        return set(stack)

    def _beside(self, party: int) -> Iterator[int]:
        """Give the parties that an open arc joins to this one, either way round."""
        web = self._web
        yield from (web.head[rank] for rank in web.leaving[party])
        yield from (web.tail[rank] for rank in web.entering[party])
