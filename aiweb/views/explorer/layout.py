"""Where each party stands on the page: the same place for the same deals, every time.

Parties stand in bands, from left to right the way most of the money goes:
capital, labs and their customers, clouds and data centres, chips, what chips are made of and with.
So money that runs on down the chain points right, and money that comes back points left.

A band is a grid of slots wide and high enough for a node and its label, so nothing overlaps.
Who gets which slot is a quadratic assignment: Σ weight · distance² over the pairs that pay each other,
plus a fine for each party that a line would run over.
It is solved by exchanging slots while that helps, in whole numbers and in a fixed order,
so neither the hash seed nor the order of the file nor the machine can change the result.

A picture of a few parties has room between them for the others, each near those it deals with:
there they stand when they are called in one by one.

Only so many parties are placed one against another; of a larger web the others stand in rows below,
by rank, so that the time grows with their number and not with its square.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from heapq import nsmallest
from itertools import chain
from typing import Final

from aiweb.model import Party, PartyKind

COLUMN: Final = 116
ROW: Final = 96
WIDEST_ROW: Final = 170
GAP: Final = 84
WIDE_GAP: Final = 200
PLACED: Final = 300
"""So many parties are placed one against another; the others stand in rows below."""
BANDS: Final[Mapping[str, tuple[PartyKind, ...]]] = {
    "capital": (PartyKind.CAPITAL, PartyKind.STATE),
    "labs": (PartyKind.LAB, PartyKind.CUSTOMER),
    "compute": (PartyKind.CLOUD, PartyKind.NEOCLOUD, PartyKind.DEVELOPER, PartyKind.VEHICLE),
    "chips": (PartyKind.CHIPMAKER,),
    "supply": (PartyKind.MEMORY, PartyKind.FOUNDRY, PartyKind.MANUFACTURER),
}

_ASPECT: Final = 1.8
# How far apart the others stand between the few, as long as there is room, and the grid they stand on.
_APART: Final = ((58, 48), (40, 36), (29, 24), (14, 12), (7, 6), (2, 2), (1, 1))
_GRID: Final = (29, 24)
_CLEARANCE: Final = 30
_FINE: Final = 30_000
_TRIALS: Final = 40_000
_PASSES: Final = (3, 24)
_TIES: Final = 12
_NEAREST: Final = (12, 40)
_MOST_SLOTS_FINED: Final = 160
_BAND_OF: Final = {kind: band for band, kinds in BANDS.items() for kind in kinds}

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Band:
    """A group of kinds of party, and the stretch of the picture it takes."""

    name: str
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The place of every party, and of every band that has one; the picture starts at 0, 0."""

    places: Mapping[str, Point]
    bands: tuple[Band, ...]
    width: int
    height: int


def pictures(
    parties: Mapping[str, Party],
    weights: Mapping[tuple[str, str], int],
    core: Collection[str],
    ranked: Sequence[str],
) -> tuple[Layout, Layout]:
    """Place every party in two pictures: of the core, with the others between, and of all.

    `ranked` names the parties, those that matter most first.
    """
    first = dict.fromkeys([*(name for name in ranked if name in core), *ranked[:PLACED]])
    # Each band that has a party is there from the start, so that the others have somewhere to stand.
    for name in {_BAND_OF[parties[name].kind]: name for name in reversed(ranked)}.values():
        first.setdefault(name)
    few = {name: parties[name] for name in first}
    every = layout(few, weights)
    inner, between = joined(few, weights, core) if core else (every, dict(every.places))
    below = _below(every, {name: parties[name] for name in ranked if name not in first})
    return (
        replace(inner, places={**between, **_mapped(every, below, parties, inner)}),
        replace(every, places={**every.places, **below}),
    )


def _below(found: Layout, parties: Mapping[str, Party]) -> dict[str, Point]:
    """Stand parties in rows below a picture, each in its band, in the order given."""
    bands = {band.name: band for band in found.bands}
    standing: Counter[str] = Counter()
    places = {}
    for name, party in parties.items():
        band = bands[_BAND_OF[party.kind]]
        row, column = divmod(standing[band.name], (band.right - band.left) // COLUMN)
        standing[band.name] += 1
        places[name] = (band.left + column * COLUMN + COLUMN // 2, found.height + row * ROW + ROW // 2)
    return places


def _mapped(
    found: Layout, below: Mapping[str, Point], parties: Mapping[str, Party], picture: Layout
) -> dict[str, Point]:
    """Move what stands below one picture into the same bands of another: across and down in proportion."""
    lowest = max((y for _, y in below.values()), default=0) + ROW
    old, new = ({band.name: band for band in each.bands} for each in (found, picture))
    places = {}
    for name, (x, y) in below.items():
        before, after = (bands[_BAND_OF[parties[name].kind]] for bands in (old, new))
        across = (x - before.left) * (after.right - after.left) // (before.right - before.left)
        down = (y - found.height) * picture.height // (lowest - found.height)
        places[name] = (after.left + across, down)
    return places


def layout(parties: Mapping[str, Party], weights: Mapping[tuple[str, str], int]) -> Layout:
    """Place `parties`; `weights` says how strongly a payer and a payee belong together."""
    members: dict[str, list[str]] = {name: [] for name in BANDS}
    for name in sorted(parties):
        members[_BAND_OF[parties[name].kind]].append(name)
    members = {band: names for band, names in members.items() if names}
    gaps = sum(_gap(band) for band in members) - GAP
    rows = _rows([len(names) for names in members.values()], gaps)
    bands, slots = _slots(members, rows)
    links = _links(parties, weights)
    places = _settled(members, slots, links)
    right = bands[-1].right if bands else 0
    return Layout({name: places[name] for name in sorted(places)}, tuple(bands), right, rows * ROW + ROW // 2)


def joined(
    parties: Mapping[str, Party], weights: Mapping[tuple[str, str], int], core: Iterable[str]
) -> tuple[Layout, dict[str, Point]]:
    """Place the parties of `core`, and then every other between them; gives the places of all."""
    few = set(core)
    links = _links(parties, weights)
    heaviest = sorted(parties, key=lambda name: (-sum(links[name].values()), name))
    # Each band that has a party is there from the start, so that the others have somewhere to stand.
    standing = {_BAND_OF[parties[name].kind] for name in few}
    for name in heaviest:
        if (band := _BAND_OF[parties[name].kind]) not in standing:
            standing.add(band)
            few.add(name)
    found = layout({name: parties[name] for name in parties if name in few}, weights)
    places = dict(found.places)
    bands = {band.name: band for band in found.bands}
    for name in heaviest:
        if name not in few:
            near = [(places[other], weight) for other, weight in links[name].items() if other in places]
            places[name] = _between(bands[_BAND_OF[parties[name].kind]], found.height, near, places.values())
    return found, {name: places[name] for name in sorted(places)}


def _between(band: Band, height: int, near: Iterable[tuple[Point, int]], taken: Iterable[Point]) -> Point:
    """Find the place in a band that is free and nearest to those a party deals with."""
    pulls = [*near] or [(((band.left + band.right) // 2, height // 2), 1)]
    stand = [*taken]
    free = next(spots for wide, tall in _APART if (spots := _free(band, height, (wide, tall), stand)))

    def pull(spot: Point) -> int:
        return sum(weight * ((spot[0] - x) ** 2 + (spot[1] - y) ** 2) for (x, y), weight in pulls)

    return min(free, key=lambda spot: (pull(spot), spot))


def _free(band: Band, height: int, apart: Point, taken: Iterable[Point]) -> list[Point]:
    """List the places of a grid in a band that are so far from every one that is taken."""
    wide, tall = apart
    across, down = min(wide, _GRID[0]), min(tall, _GRID[1])
    columns, rows = range(band.left + across, band.right, across), range(down, height, down)
    stood_on = {
        (x, y) for left, top in taken for x in _near(columns, left, wide) for y in _near(rows, top, tall)
    }
    return [(x, y) for x in columns for y in rows if (x, y) not in stood_on]


def _near(places: range, at: int, apart: int) -> range:
    """Give the places that are less than `apart` from one.

    >>> list(_near(range(10, 100, 10), 30, 20)), list(_near(range(10, 100, 10), 0, 5))
    ([20, 30, 40], [])
    """
    first = (at - apart - places.start) // places.step + 1
    end = -((places.start - at - apart) // places.step)
    return places[max(0, first) : max(0, end)]


def _rows(counts: list[int], gaps: int) -> int:
    """Choose the number of rows that brings the picture closest to its shape."""

    def shape(rows: int) -> float:
        columns = sum(-(-count // rows) for count in counts)
        return (columns * COLUMN + gaps) / (rows * ROW + ROW / 2)

    most = max(counts, default=1)
    return min(range(1, most + 1), key=lambda rows: (abs(shape(rows) - _ASPECT), rows))


def _gap(band: str) -> int:
    """Say how far the next band is: the labs pay the most, so their arrows get the most room."""
    return WIDE_GAP if band == "labs" else GAP


def _slots(members: Mapping[str, list[str]], rows: int) -> tuple[list[Band], dict[str, list[Point]]]:
    """Lay the grid of every band, side by side; every other column stands half a row lower."""
    bands, slots, left, height = [], {}, 0, rows * ROW + ROW // 2
    for band, names in members.items():
        columns = -(-len(names) // rows)
        bands.append(Band(band, left, left + columns * COLUMN))
        in_column = -(-len(names) // columns)
        pitch = min(height // in_column, WIDEST_ROW)
        top = (height - pitch * in_column) // 2
        slots[band] = [
            (left + column * COLUMN + COLUMN // 2, top + row * pitch + (1 + column % 2 * 2) * pitch // 4)
            if columns > 1
            else (left + COLUMN // 2, top + row * pitch + pitch // 2)
            for column in range(columns)
            for row in range(in_column)
        ]
        left += columns * COLUMN + _gap(band)
    return bands, slots


def _links(parties: Iterable[str], weights: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    """Add up the weights of a pair, whichever of the two pays."""
    links: dict[str, dict[str, int]] = {name: {} for name in sorted(parties)}
    for (payer, payee), weight in sorted(weights.items()):
        if payer != payee and payer in links and payee in links:
            links[payer][payee] = links[payer].get(payee, 0) + weight
            links[payee][payer] = links[payee].get(payer, 0) + weight
    return links


def _settled(
    members: Mapping[str, list[str]],
    slots: Mapping[str, list[Point]],
    links: Mapping[str, Mapping[str, int]],
) -> dict[str, Point]:
    """Hand out the slots: the heaviest parties to the middle, then exchange while that helps."""
    weight = {name: sum(row.values()) for name, row in links.items()}
    places: dict[str, Point] = {}
    middle = sum(y for points in slots.values() for _, y in points) // max(1, sum(map(len, slots.values())))
    for band, names in members.items():
        inner = sorted(slots[band], key=lambda point: (abs(point[1] - middle), point))
        heaviest = sorted(names, key=lambda name: (-weight[name], name))
        places |= dict(zip(heaviest, inner, strict=False))
    every = tuple(sorted(chain.from_iterable(slots.values())))
    # The more parties, and the more each deals with, the fewer places each may try:
    # the time grows with their number, not its square.
    nearest = _within(_NEAREST, 4 * _TRIALS // max(1, len(places) ** 2))
    ties = max(_TIES, sum(map(len, links.values())) // max(1, len(places)))
    passes = _within(_PASSES, _TRIALS * _TIES // (nearest * ties * max(1, len(places))))
    exchange = _Exchange(places, links, every if len(every) <= _MOST_SLOTS_FINED else (), nearest)
    for number in range(passes):
        exchange.fine = _FINE if number >= passes // 3 else 0
        moved = False
        for band, names in members.items():
            for name in sorted(names, key=lambda name: (-weight[name], name)):
                moved |= exchange.improved(name, slots[band])
        if not moved and exchange.fine:
            break
    return exchange.places


def _within(bounds: tuple[int, int], value: int) -> int:
    return min(max(value, bounds[0]), bounds[1])


class _Exchange:
    """Places that get better by exchanging two slots at a time."""

    def __init__(
        self,
        places: dict[str, Point],
        links: Mapping[str, Mapping[str, int]],
        every: tuple[Point, ...],
        nearest: int,
    ) -> None:
        self.places = places
        self._nearest = nearest
        self.fine = 0
        self._links = links
        self._holder = {place: name for name, place in places.items()}
        self._crossed = cache(lambda one, other: _crossed(one, other, every))

    def improved(self, name: str, slots: Iterable[Point]) -> bool:
        """Give `name` the best slot it can have, if that is better than its own."""
        x, y = home = self.places[name]
        near = nsmallest(
            self._nearest, slots, key=lambda slot: ((slot[0] - x) ** 2 + (slot[1] - y) ** 2, slot)
        )
        best, saved = home, 0
        for slot in near[1:]:
            gain = self._gain(name, slot)
            if gain > saved:
                best, saved = slot, gain
        if best != home:
            self._exchange(name, best)
        return best != home

    def _gain(self, name: str, slot: Point) -> int:
        home, other = self.places[name], self._holder.get(slot)
        before = self._cost(name, other)
        self._exchange(name, slot)
        after = self._cost(name, other)
        self._exchange(name, home)
        return before - after

    def _exchange(self, name: str, slot: Point) -> None:
        home, other = self.places[name], self._holder.pop(slot, None)
        del self._holder[home]
        self.places[name] = slot
        self._holder[slot] = name
        if other is not None:
            self.places[other] = home
            self._holder[home] = other

    def _cost(self, name: str, other: str | None) -> int:
        return self._cost_of(name) + (self._cost_of(other) if other else 0)

    def _cost_of(self, name: str) -> int:
        x, y = place = self.places[name]
        cost = 0
        for other, weight in self._links[name].items():
            there = self.places[other]
            cost += weight * ((x - there[0]) ** 2 + (y - there[1]) ** 2)
            if self.fine:
                cost += self.fine * sum(
                    slot in self._holder for slot in self._crossed(*sorted((place, there)))
                )
        return cost


def _crossed(one: Point, other: Point, slots: Iterable[Point]) -> tuple[Point, ...]:
    """Name the slots that the line between two slots runs over."""
    (x1, y1), (x2, y2) = one, other
    along_x, along_y = x2 - x1, y2 - y1
    length = along_x**2 + along_y**2
    found = []
    for slot in slots:
        x, y = slot[0] - x1, slot[1] - y1
        done = x * along_x + y * along_y
        aside = (x * along_y - y * along_x) ** 2
        if 0 < done < length and aside < _CLEARANCE**2 * length:
            found.append(slot)
    return tuple(found)
