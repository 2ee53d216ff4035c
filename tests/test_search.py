"""The largest loops: exact, in order, each once, and none searched for in vain."""

from __future__ import annotations

from itertools import islice, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiweb import search
from aiweb.search import Arc, widest_loops, widest_paths

_NODES = "abcdef"


@st.composite
def webs(draw: st.DrawFn) -> list[Arc]:
    """Up to six parties and fourteen arcs, parallel ones among them, amounts from 1 to 4 so that many tie."""
    nodes = _NODES[: draw(st.integers(2, 6))]
    pairs = [(u, v) for u in nodes for v in nodes if u != v]
    return [
        Arc(*draw(st.sampled_from(pairs)), draw(st.integers(1, 4)), draw(st.sampled_from([1, 2])))
        for _ in range(draw(st.integers(0, 14)))
    ]


def every_loop(arcs: list[Arc], max_length: int, required: int) -> set[frozenset[int]]:
    """Enumerate all loops the plain way: every order of every set of parties, every choice of arc."""
    found = set()
    for size in range(2, min(max_length, len(_NODES)) + 1):
        for ring in permutations(_NODES, size):
            if ring[0] != min(ring):
                continue
            steps = zip(ring, (*ring[1:], ring[0]), strict=True)
            choices = [[i for i, arc in enumerate(arcs) if (arc.tail, arc.head) == step] for step in steps]
            for loop in product(*choices):
                colours = 0
                for index in loop:
                    colours |= arcs[index].colours
                if colours & required == required:
                    found.add(frozenset(loop))
    return found


@settings(max_examples=500)
@given(webs(), st.integers(2, 6), st.sampled_from([0, 1, 3]))
def test_the_lazy_search_finds_what_full_enumeration_finds(
    arcs: list[Arc], max_length: int, required: int
) -> None:
    """Five hundred random webs with parallel arcs and ties."""
    lazy = [frozenset(loop) for loop in widest_loops(arcs, max_length, required)]

    assert len(lazy) == len(set(lazy))
    assert set(lazy) == every_loop(arcs, max_length, required)


@settings(max_examples=300)
@given(webs(), st.integers(2, 6), st.sampled_from([0, 3]))
def test_small_batches_and_no_patience_change_nothing(
    arcs: list[Arc], max_length: int, required: int
) -> None:
    """Random webs, two arcs a batch at first, walks kept to their block at once: the same order."""
    usual = list(widest_loops(arcs, max_length, required))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_BATCH", 2)
        patch.setattr(search, "_PATIENCE", 0)

        assert list(widest_loops(arcs, max_length, required)) == usual


@given(webs())
def test_loops_come_widest_first(arcs: list[Arc]) -> None:
    """Random webs."""
    widths = [min(arcs[i].amount for i in loop) for loop in widest_loops(arcs, 6)]

    assert widths == sorted(widths, reverse=True)


@given(webs(), st.integers(1, 5))
def test_asking_for_more_keeps_the_first(arcs: list[Arc], top: int) -> None:
    """Random webs."""
    some = list(islice(widest_loops(arcs, 6), top))
    more = list(islice(widest_loops(arcs, 6), top + 3))

    assert more[: len(some)] == some


@given(webs())
def test_turning_every_arc_round_keeps_the_loops(arcs: list[Arc]) -> None:
    """Random webs."""
    turned = [Arc(arc.head, arc.tail, arc.amount, arc.colours) for arc in arcs]

    assert {frozenset(loop) for loop in widest_loops(arcs, 6)} == {
        frozenset(loop) for loop in widest_loops(turned, 6)
    }


@given(webs())
def test_paths_come_widest_first_and_are_all_there(arcs: list[Arc]) -> None:
    """Random webs, from a to b."""
    paths = list(widest_paths(arcs, "a", "b", 4))
    widths = [min(arcs[i].amount for i in path) for path in paths]

    assert widths == sorted(widths, reverse=True)
    assert set(paths) == every_path(arcs, 4)


def every_path(arcs: list[Arc], max_length: int) -> set[tuple[int, ...]]:
    """Enumerate all simple paths from a to b by trying every continuation."""
    found: set[tuple[int, ...]] = set()
    todo: list[tuple[tuple[int, ...], str, frozenset[str]]] = [((), "a", frozenset("a"))]
    while todo:
        path, at, seen = todo.pop()
        for index, arc in enumerate(arcs):
            if arc.tail != at or arc.head in seen or len(path) == max_length:
                continue
            if arc.head == "b":
                found.add((*path, index))
            else:
                todo.append(((*path, index), arc.head, seen | {arc.head}))
    return found


def test_parallel_arcs_make_loops_of_their_own() -> None:
    """
    a -> b: 5 and 7
    b -> a: 6
    """
    arcs = [Arc("a", "b", 5, 1), Arc("a", "b", 7, 1), Arc("b", "a", 6, 2)]

    assert [min(arcs[i].amount for i in loop) for loop in widest_loops(arcs, 2)] == [6, 5]


def test_a_chain_of_diamonds_just_beyond_the_bound_returns_at_once() -> None:
    """Thirty diamonds in a ring: 2^30 loops of 61 arcs, and a bound of 60."""
    arcs = [Arc("s30", "s0", 10, 1)]
    for i in range(30):
        for side in ("up", "down"):
            arcs += [
                Arc(f"s{i}", f"{side}{i}", 10 + i, 1),
                Arc(f"{side}{i}", f"s{i + 1}", 40 + i, 1),
            ]

    assert list(widest_loops(arcs, 60)) == []
    assert len(list(islice(widest_loops(arcs, 61), 3))) == 3


def diamonds(number: int) -> list[Arc]:
    """Draw a chain of diamonds from s0 on, in one colour, closed over home by the least arc."""
    arcs = [Arc(f"s{number}", "home", 50, 1), Arc("home", "s0", 10, 1)]
    for i in range(number):
        for side in ("up", "down"):
            arcs += [
                Arc(f"s{i}", f"{side}{i}", 20 + i, 1),
                Arc(f"{side}{i}", f"s{i + 1}", 60 + i, 1),
            ]
    return arcs


def test_a_colour_beyond_a_cut_party_is_given_up_at_once() -> None:
    """Thirty diamonds, 2^30 paths, and the colour only on a pair that hangs on the last of them."""
    pair = [Arc("s30", "y", 90, 2), Arc("y", "s30", 91, 2)]

    assert list(widest_loops([*diamonds(30), *pair], 70, required=3)) == []


def test_a_colour_beyond_a_cut_party_is_had_where_there_is_a_way_back() -> None:
    """As above, and from the pair an arc home: every loop with the colour takes it."""
    pair = [Arc("s30", "y", 90, 2), Arc("y", "s30", 91, 2), Arc("y", "home", 92, 2)]
    arcs = [*diamonds(30), *pair]
    found = list(islice(widest_loops(arcs, 70, required=3), 4))

    assert len({frozenset(loop) for loop in found}) == 4
    assert all(arcs.index(pair[0]) in loop and arcs.index(pair[2]) in loop for loop in found)


def test_equal_amounts_go_by_tail_head_and_colours() -> None:
    """Three pairs of equal arcs, given in reverse: the closing arc is the last of its pair by name."""
    arcs = [Arc(u, v, 5, 1) for u, v in ("fe", "ef", "dc", "cd", "ba", "ab")]

    closing = [arcs[loop[0]] for loop in widest_loops(arcs, 2)]
    assert [(arc.tail, arc.head) for arc in closing] == [("b", "a"), ("d", "c"), ("f", "e")]


def test_a_web_without_loops_costs_nothing_however_dense() -> None:
    """Two hundred parties, each paying all that sort after it."""
    names = [f"n{i:03}" for i in range(200)]
    arcs = [Arc(u, v, 1 + i, 1) for i, u in enumerate(names) for v in names[i + 1 :]]

    assert list(widest_loops(arcs, 12)) == []


def test_a_required_colour_is_not_searched_for_where_it_cannot_be_had() -> None:
    """A complete web of sixteen parties in one colour, and one arc of the other that leads nowhere."""
    names = [f"n{i:02}" for i in range(16)]
    arcs = [Arc(u, v, 5, 1) for u in names for v in names if u != v]
    arcs.append(Arc("n00", "dead-end", 9, 2))

    assert list(islice(widest_loops(arcs, 3, required=3), 1)) == []
