"""Maximum flow, its cut, and the bounds on money that is traced, on plain amounts."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiweb.flows.cut import (
    BOUNDARY,
    Network,
    apart,
    cut,
    dependency,
    limit,
    most,
    pays,
    receives,
    round_trip,
    whole,
)
from aiweb.flows.tracing import trace
from aiweb.flows.web import Flows

_PARTIES = "abcde"
_PAIRS = [(u, v) for u in _PARTIES for v in _PARTIES if u != v]
arcs = st.dictionaries(st.sampled_from(_PAIRS), st.integers(1, 30), min_size=1, max_size=12)
boundary = st.dictionaries(st.sampled_from(_PARTIES), st.integers(1, 30), max_size=4)
webs = st.builds(Flows, arcs, boundary, boundary)


def test_a_cut_names_the_pairs_that_hold_the_flow_back() -> None:
    """7 can go by b and 4 by c, of which d lets 9 through."""
    found = cut({("a", "b"): 7, ("a", "c"): 6, ("b", "d"): 12, ("c", "d"): 4, ("d", "e"): 9}, "a", "e")

    assert found.amount == 9
    assert found.pairs == (("d", "e"),)
    assert found.near == {"a", "b", "c", "d"}


def test_of_several_cuts_the_one_with_the_fewest_legs_is_given() -> None:
    """A chain of equal amounts has as many minimum cuts as hops."""
    chain = {("a", "b"): 5, ("b", "c"): 5, ("c", "d"): 5}

    assert cut(chain, "a", "d", {("a", "b"): 3, ("b", "c"): 2, ("c", "d"): 4}).pairs == (("b", "c"),)
    assert cut(chain, "a", "d").pairs == (("a", "b"),), "of equals the one nearest the payer"


def test_nothing_gets_to_a_place_that_is_not_there() -> None:
    """No arc touches the place, or it is where the money is already."""
    assert most({("a", "b"): 5}, "a", "z") == most({("a", "b"): 5}, "a", "a") == 0
    assert cut({("b", "c"): 5}, "a", "c").near == {"a"}


def test_a_flow_over_pairs_without_a_limit_has_one_if_others_hold_it_back() -> None:
    """a pays b 8, c pays d 3; one or two more pairs have no limit."""
    known = {("a", "b"): 8, ("c", "d"): 3}

    assert limit(known, [("b", "d")], "a", "d") == 8
    assert limit(known, [("b", "d"), ("a", "b")], "a", "d") is None
    assert limit(known, [("b", "c")], "a", "d") == 3


def test_a_party_taken_apart_is_one_party_still() -> None:
    """What it pays leaves one part, what it receives reaches the other."""
    assert apart({("a", "b"): 2, ("b", "a"): 3, ("b", "c"): 4}, "a") == {
        (pays("a"), "b"): 2,
        ("b", receives("a")): 3,
        ("b", "c"): 4,
    }
    assert {whole(pays("a")), whole(receives("a")), whole("a")} == {"a"}


@given(arcs)
def test_the_flow_is_that_of_networkx_and_of_a_linear_program(amounts: dict[tuple[str, str], int]) -> None:
    """Random webs, by two independent roads."""
    import networkx as nx
    import numpy as np
    from scipy.optimize import linprog

    found = cut(amounts, "a", "b")

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(_PARTIES)
    for (u, v), amount in amounts.items():
        graph.add_edge(u, v, capacity=amount)
    assert found.amount == most(amounts, "a", "b") == nx.maximum_flow_value(graph, "a", "b")

    pairs = sorted(amounts)
    balance = np.array([[(v == name) - (u == name) for u, v in pairs] for name in "cde"], dtype=float)
    gain = np.array([-float((v == "b") - (u == "b")) for u, v in pairs])
    solved = linprog(
        gain, A_eq=balance, b_eq=np.zeros(3), bounds=[(0, amounts[pair]) for pair in pairs], method="highs"
    )
    assert solved.fun is not None
    assert found.amount == round(-solved.fun)


@given(arcs)
def test_a_cut_adds_up_to_the_flow_and_parts_payer_from_payee(amounts: dict[tuple[str, str], int]) -> None:
    """Random webs; without the pairs of the cut nothing gets across."""
    found = cut(amounts, "a", "b")

    assert sum(amounts[pair] for pair in found.pairs) == found.amount
    assert most({pair: w for pair, w in amounts.items() if pair not in found.pairs}, "a", "b") == 0
    assert "a" in found.near
    assert "b" not in found.near


@given(webs)
def test_proportional_tracing_lies_in_every_bracket(flows: Flows) -> None:
    """Random webs with a boundary: round trips and dependencies of all parties."""
    traced = trace(flows)
    for of in flows.parties:
        trip = round_trip(flows, of)
        returned = traced.returns[of] * flows.throughput[of]
        assert 0 <= trip.least <= returned + 1e-6
        assert returned - 1e-6 <= trip.most <= trip.whole == flows.paid.get(of, 0)
        for on in flows.parties:
            if on != of:
                found = dependency(flows, of, on)
                passed = traced.dependency(of, on) * flows.throughput[of]
                assert 0 <= found.least <= passed + 1e-6
                assert passed - 1e-6 <= found.most <= found.whole == flows.received.get(of, 0)


@given(webs, st.integers(0, 10**6))
def test_any_way_of_tracing_the_money_lies_in_the_bracket_of_a_dependency(flows: Flows, seed: int) -> None:
    """Random webs. Every dollar walks over unused deals picked by chance, and remembers whom it passed."""
    arrived, passed = walk(flows, "a", seed)

    for on in "bcde":
        found = dependency(flows, "a", on)
        # Dollars that never leave a circle are not walked: they may have passed anyone.
        loose = found.whole - arrived
        assert found.least - loose <= passed[on] <= found.most


def walk(flows: Flows, of: str, seed: int) -> tuple[int, dict[str, int]]:
    """Count the arrivals at a party, and those of dollars that have been at each other one."""
    chance = random.Random(seed)  # noqa: S311  # no secret is made of it
    left = {name: {"out": flows.outward.get(name, 0)} for name in _PARTIES}
    enters = dict.fromkeys(_PARTIES, 0)
    for (payer, payee), amount in flows.inside.items():
        left[payer][payee] = amount
    for name in _PARTIES:
        surplus = flows.received.get(name, 0) - flows.paid.get(name, 0)
        left[name]["out"] += max(0, surplus)
        enters[name] = flows.inward.get(name, 0) + max(0, -surplus)
    arrived, passed = 0, dict.fromkeys(_PARTIES, 0)
    for name in sorted(enters):
        received = flows.inward.get(name, 0)
        for number in range(enters[name]):
            at, seen = name, {name}
            if name == of and number < received:
                arrived += 1
            while at != "out":
                at, before = chance.choice(sorted(to for to, amount in left[at].items() if amount)), at
                left[before][at] -= 1
                if at == of:
                    arrived += 1
                    for other in seen:
                        passed[other] += 1
                seen.add(at)
    return arrived, passed


def test_money_that_comes_back_through_the_party_itself_counts_again() -> None:
    """
    j pays x 10, x pays k 5, k pays x 5: all 15 that x receives have been at j, though j pays 10 only.
    With 10 of its own from outside instead, x need not have any of j's 1 in what comes back from k.
    """
    looped = Flows({("j", "x"): 10, ("x", "k"): 5, ("k", "x"): 5})
    found = dependency(looped, "x", "j")
    assert (found.whole, found.least, found.most) == (15, 10, 15)
    assert trace(looped).dependency("x", "j") == pytest.approx(1)

    own = Flows({("j", "x"): 1, ("x", "k"): 5, ("k", "x"): 5}, inward={"x": 10})
    found = dependency(own, "x", "j")
    assert (found.whole, found.least, found.most) == (16, 1, 6)


def test_a_dependency_on_someone_whose_money_never_comes_is_nothing() -> None:
    """y pays nobody."""
    found = dependency(Flows({("j", "k"): 4, ("x", "k"): 9, ("k", "y"): 2}), "k", "y")

    assert (found.least, found.most) == (0, 0)


@given(webs, st.integers(2, 9))
def test_scaling_scales_and_renaming_renames(flows: Flows, times: int) -> None:
    """Random webs; the order of names is turned round."""
    scaled = Flows(
        {pair: w * times for pair, w in flows.inside.items()},
        {name: w * times for name, w in flows.inward.items()},
        {name: w * times for name, w in flows.outward.items()},
    )
    named = dict(zip(_PARTIES, "zyxwv", strict=True))
    renamed = Flows(
        {(named[u], named[v]): w for (u, v), w in flows.inside.items()},
        {named[name]: w for name, w in flows.inward.items()},
        {named[name]: w for name, w in flows.outward.items()},
    )
    for of, on in pairwise(flows.parties):
        for plain, more, other in (
            (round_trip(flows, of), round_trip(scaled, of), round_trip(renamed, named[of])),
            (
                dependency(flows, of, on),
                dependency(scaled, of, on),
                dependency(renamed, named[of], named[on]),
            ),
        ):
            bounds = (plain.whole, plain.least, plain.most)
            assert tuple(bound * times for bound in bounds) == (more.whole, more.least, more.most)
            assert bounds == (other.whole, other.least, other.most)


def test_the_boundary_is_no_party() -> None:
    """Its name is made of marks that no id has."""
    assert whole(BOUNDARY) == ""


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] != pair[1]),
        st.integers(0, 30),
        max_size=30,
    )
)
def test_the_maximum_flow_is_that_of_networkx(arcs: dict[tuple[int, int], int]) -> None:
    """Random webs of eight nodes, arcs both ways among them."""
    import networkx as nx

    web: nx.DiGraph[int] = nx.DiGraph()
    web.add_nodes_from([0, 7])
    for (tail, head), capacity in arcs.items():
        web.add_edge(tail, head, capacity=capacity)
    value, _ = nx.maximum_flow(web, 0, 7)
    network = Network(8, ((tail, head, capacity) for (tail, head), capacity in arcs.items()))

    assert network.push(0, 7) == value
    assert network.push(0, 7) == 0, "all has been sent"
    assert network.reached(0)[0]
    assert not network.reached(0)[7]
