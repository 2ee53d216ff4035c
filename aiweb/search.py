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

Where a loop must have certain colours (a funding hop, a spending hop, a party on it),
the search carries them along: it enters a node only if a walk home exists that adds those missing.
That test is exact about walks and may let a few paths through that turn out not to be simple;
they are searched in vain, never listed.

A path from a to b is a loop closed by an arc from b to a that is wider than all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


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
    order = sorted(
        range(len(arcs)),
        key=lambda i: (-arcs[i].amount, arcs[i].tail, arcs[i].head, arcs[i].colours, i),
    )
    leaving: dict[str, list[int]] = {}
    entering: dict[str, list[int]] = {}
    for index in order:
        arc = arcs[index]
        if arc.tail != arc.head and arc.tail in entering and arc.head in leaving:
            closing = _Closing(arcs, leaving, entering, index, max_length, required)
            yield from closing.loops()
        leaving.setdefault(arc.tail, []).append(index)
        entering.setdefault(arc.head, []).append(index)


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


class _Closing:
    """All loops that one arc closes over the arcs before it."""

    def __init__(
        self,
        arcs: Sequence[Arc],
        leaving: dict[str, list[int]],
        entering: dict[str, list[int]],
        index: int,
        max_length: int,
        required: int,
    ) -> None:
        self._arcs = arcs
        self._leaving = leaving
        self._entering = entering
        self._index = index
        self._length = max_length
        self._required = required

    def loops(self) -> Iterator[tuple[int, ...]]:
        """Search depth first from the closing arc's head back to its tail, without recursion."""
        first = self._arcs[self._index]
        path = [self._index]
        on_path = {first.head}
        colours = [first.colours & self._required]
        choices = [self._ways_on(first.head, on_path, 1, colours[0])]
        while choices:
            index = next(choices[-1], None)
            if index is None:
                choices.pop()
                colours.pop()
                on_path.discard(self._arcs[path.pop()].head)
                continue
            arc = self._arcs[index]
            seen = colours[-1] | (arc.colours & self._required)
            if arc.head == first.tail:
                if seen == self._required:
                    yield (*path, index)
                continue
            path.append(index)
            on_path.add(arc.head)
            colours.append(seen)
            choices.append(self._ways_on(arc.head, on_path, len(path), seen))

    def _ways_on(self, node: str, on_path: set[str], used: int, seen: int) -> Iterator[int]:
        """Give the arcs out of `node` after which home can still be reached with all colours."""
        home = self._arcs[self._index].tail
        left = self._length - used
        if left < 1:
            return iter(())
        reach = self._reach(home, on_path, left - 1, node)
        return iter(
            [
                index
                for index in self._leaving.get(node, ())
                if self._leads_home(self._arcs[index], home, on_path, reach, seen)
            ]
        )

    def _leads_home(
        self, arc: Arc, home: str, on_path: set[str], reach: dict[str, set[int]], seen: int
    ) -> bool:
        have = seen | (arc.colours & self._required)
        if arc.head == home:
            return have == self._required
        if arc.head in on_path:
            return False
        return any(have | gained == self._required for gained in reach.get(arc.head, ()))

    def _reach(self, home: str, on_path: set[str], hops: int, node: str) -> dict[str, set[int]]:
        """Walk back from `home` through at most `hops` arcs off the path: which colours can be had."""
        reach: dict[str, set[int]] = {home: {0}}
        frontier: dict[str, set[int]] = {home: {0}}
        for _ in range(hops):
            grown: dict[str, set[int]] = {}
            for head, gains in frontier.items():
                for index in self._entering.get(head, ()):
                    arc = self._arcs[index]
                    if arc.tail in on_path or arc.tail in {home, node}:
                        continue
                    have = reach.setdefault(arc.tail, set())
                    new = {gain | (arc.colours & self._required) for gain in gains} - have
                    if new:
                        have |= new
                        grown.setdefault(arc.tail, set()).update(new)
            if not grown:
                break
            frontier = grown
        return reach
