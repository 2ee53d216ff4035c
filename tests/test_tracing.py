"""Pro-rata tracing: hand-worked webs, laws, and roads of their own."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiweb.flows import tracing
from aiweb.flows.tracing import components, trace
from aiweb.flows.web import Flows

_PARTIES = "abcde"
_PAIRS = [(u, v) for u in _PARTIES for v in _PARTIES if u != v]
_amounts = st.integers(1, 50)
webs = st.builds(
    Flows,
    inside=st.dictionaries(st.sampled_from(_PAIRS), _amounts, min_size=1, max_size=14),
    inward=st.dictionaries(st.sampled_from(_PARTIES), _amounts, max_size=3),
    outward=st.dictionaries(st.sampled_from(_PARTIES), _amounts, max_size=3),
)


def exact_returns(flows: Flows) -> dict[str, Fraction]:
    """Work out s with fractions: take every other party out of the web, one by one."""
    found = {}
    for party in flows.parties:
        through = flows.throughput
        ways = {(u, v): Fraction(w, through[u]) for (u, v), w in flows.inside.items()}
        for gone in flows.parties:
            if gone == party:
                continue
            stays = 1 - ways.pop((gone, gone), Fraction(0))
            into = {u: part for (u, v), part in ways.items() if v == gone}
            out = {v: part for (u, v), part in ways.items() if u == gone}
            ways = {pair: part for pair, part in ways.items() if gone not in pair}
            for u, there in into.items():
                for v, onward in out.items():
                    # Out of a party that only pays itself nothing comes back.
                    more = there * onward / stays if stays else Fraction(0)
                    ways[u, v] = ways.get((u, v), Fraction(0)) + more
        found[party] = ways.get((party, party), Fraction(0))
    return found


def test_what_comes_back_of_money_between_two() -> None:
    """a pays b 40, b pays a 10: of what passes either, a quarter comes back."""
    found = trace(Flows({("a", "b"): 40, ("b", "a"): 10}))

    assert found.returns == pytest.approx({"a": 0.25, "b": 0.25})
    assert found.finn == pytest.approx(0.25)
    assert found.cycled == pytest.approx(20)


def test_money_that_leaves_on_the_way_does_not_come_back() -> None:
    """a -> b 30, b -> c 20, c -> a 12; b pays 10 to the outside, and c pays d 8."""
    found = trace(Flows({("a", "b"): 30, ("b", "c"): 20, ("c", "a"): 12, ("c", "d"): 8}, outward={"b": 10}))

    # 30 pass a and b, 20 pass c, 8 pass d. From a: all to b, two thirds to c, 12 of 20 back: 0.4.
    assert found.returns == pytest.approx({"a": 0.4, "b": 0.4, "c": 0.4, "d": 0})
    assert found.finn == pytest.approx((30 + 30 + 20) * 0.4 / 88)


def test_a_group_without_a_way_out_returns_everything() -> None:
    """A triangle of three sevens, beside a chain."""
    found = trace(Flows({("a", "b"): 7, ("b", "c"): 7, ("c", "a"): 7, ("d", "e"): 9}))

    assert found.closed == (("a", "b", "c"),)
    assert found.returns == {"a": 1, "b": 1, "c": 1, "d": 0, "e": 0}
    assert found.finn == pytest.approx(21 / 39)
    assert found.dependencies("b") == {"a": 1, "b": 1, "c": 1}


def test_one_dollar_out_of_a_large_loop_is_seen() -> None:
    """Two parties pass a trillion round, and one dollar of it leaves."""
    large = 10**12
    found = trace(Flows({("a", "b"): large, ("b", "a"): large - 1}))

    assert found.closed == ()
    assert found.returns["a"] == pytest.approx(1 - 1e-12, abs=1e-15)
    assert found.returns["a"] < 1


def test_a_web_without_money_has_no_index() -> None:
    """No party pays anything."""
    assert trace(Flows({})).finn is None


def test_dependency_is_the_part_that_has_passed() -> None:
    """a -> b 30, b -> c 20, d -> c 60: of the 80 that pass c, 20 have passed a and b, and 60 d."""
    found = trace(Flows({("a", "b"): 30, ("b", "c"): 20, ("d", "c"): 60}))

    assert found.dependencies("c") == pytest.approx({"a": 0.25, "b": 0.25, "d": 0.75})
    assert found.dependency("c", on="d") == pytest.approx(0.75)
    assert found.dependency("d", on="c") == 0
    assert found.dependencies("nobody") == {}


def test_revenue_hangs_on_payers_through_hops() -> None:
    """a -> b 30, b -> c 20, outside -> b 10, d -> c 60: b has 40, c has 80."""
    found = trace(Flows({("a", "b"): 30, ("b", "c"): 20, ("d", "c"): 60}, inward={"b": 10}))

    assert found.passing("c", 1) == pytest.approx({"b": 0.25, "d": 0.75})
    assert found.passing("c", 2) == pytest.approx({"a": 0.1875, "b": 0.25, "d": 0.75})
    assert found.passing("c") == pytest.approx({"a": 0.1875, "b": 0.25, "d": 0.75})
    assert found.passing("a") == {}


def test_money_that_goes_round_is_lost_again_each_time() -> None:
    """a -> b 40, b -> a 10, outside -> a 30: a quarter of a's receipts is b's, all of b's is a's."""
    found = trace(Flows({("a", "b"): 40, ("b", "a"): 10}, inward={"a": 30}))

    # 1/4 + 1/16 + …
    assert found.passing("a") == pytest.approx({"a": 1 / 3, "b": 1 / 3})
    assert found.passing("b", 3) == pytest.approx({"a": 1.25, "b": 0.25})


def test_a_group_that_receives_only_from_itself_hangs_on_itself() -> None:
    """a -> b 40, b -> a 10, a -> c 5, outside -> c 15: no multiplier without end, but all of it."""
    found = trace(Flows({("a", "b"): 40, ("b", "a"): 10, ("a", "c"): 5}, inward={"c": 15}))

    assert found.passing("a") == {"a": 1, "b": 1}
    assert found.passing("c") == pytest.approx({"a": 0.25, "b": 0.25})


@settings(max_examples=200)
@given(webs)
def test_returns_equal_those_of_exact_fractions(web: Flows) -> None:
    """Random webs of up to five parties with money across the boundary."""
    exact = exact_returns(web)

    assert dict(trace(web).returns) == pytest.approx({party: float(part) for party, part in exact.items()})


@given(st.dictionaries(st.sampled_from(_PAIRS), st.integers(1, 10**15), min_size=1, max_size=14))
def test_amounts_of_any_size_are_traced(inside: dict[tuple[str, str], int]) -> None:
    """From a dollar to a quadrillion in one web."""
    web = Flows(inside)
    exact = exact_returns(web)

    assert dict(trace(web).returns) == pytest.approx(
        {party: float(part) for party, part in exact.items()}, abs=1e-9
    )


@given(webs, st.sampled_from(_PARTIES))
def test_taking_parties_out_gives_the_same_as_an_inverse(web: Flows, party: str) -> None:
    """The road for webs that leak very little, against the usual one."""
    found = trace(web)
    for group in components(web.inside):
        if party in group and group not in found.closed:
            arcs = {(u, v): w for (u, v), w in web.inside.items() if u in group and v in group}
            assert tracing._returned(party, group, arcs, web.throughput) == pytest.approx(
                found.returns[party]
            )


@given(webs)
def test_a_sparse_solver_gives_the_same(web: Flows) -> None:
    """The road for large webs, against the usual one."""
    usual = trace(web)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tracing, "DENSE", 0)
        sparse = trace(web)
        for party in web.parties:
            assert sparse.dependencies(party) == pytest.approx(usual.dependencies(party), abs=1e-9)
            assert sparse.passing(party) == pytest.approx(usual.passing(party), abs=1e-9)

    assert dict(sparse.returns) == pytest.approx(dict(usual.returns), abs=1e-9)


@given(webs, st.sampled_from(_PARTIES))
def test_dependency_is_what_cannot_come_without_the_other(web: Flows, on: str) -> None:
    """Random webs: what reaches a party from boundary and own money with `on` taken out, against T."""
    through = web.throughput
    found = trace(web)
    closed = {party for group in found.closed for party in group}
    rest = [party for party in web.parties if party != on and party not in closed]
    own = np.array([through[party] - web.received.get(party, 0) + web.inward.get(party, 0) for party in rest])
    ways = np.array([[web.inside.get((u, v), 0) / through[u] for v in rest] for u in rest])
    leaves = np.eye(len(rest)) - ways.reshape(len(rest), len(rest))

    for party, amount in zip(rest, np.linalg.solve(leaves.T, own), strict=True):
        assert found.dependency(party, on) == pytest.approx(1 - amount / through[party], abs=1e-9)


@given(webs)
def test_shares_stay_between_nothing_and_all(web: Flows) -> None:
    """Random webs."""
    found = trace(web)

    assert all(0 <= part <= 1 for part in found.returns.values())
    assert all(0 <= part <= 1 for party in web.parties for part in found.dependencies(party).values())
    assert found.finn is not None
    assert 0 <= found.finn <= 1


@given(webs)
def test_money_returns_on_loops_only(web: Flows) -> None:
    """Random webs: s is above nothing just in strongly connected groups."""
    on_loops = {party for group in components(web.inside) for party in group}

    assert {party for party, part in trace(web).returns.items() if part > 0} == on_loops


@given(webs)
def test_turning_every_deal_round_changes_no_return(web: Flows) -> None:
    """Random webs, boundary too."""
    turned = Flows({(v, u): w for (u, v), w in web.inside.items()}, inward=web.outward, outward=web.inward)

    assert dict(trace(turned).returns) == pytest.approx(dict(trace(web).returns))


@given(webs, st.integers(2, 9))
def test_more_of_everything_returns_the_same_share(web: Flows, times: int) -> None:
    """Random webs, every amount multiplied."""
    more = Flows(
        {pair: times * w for pair, w in web.inside.items()},
        inward={party: times * w for party, w in web.inward.items()},
        outward={party: times * w for party, w in web.outward.items()},
    )

    assert trace(more).finn == pytest.approx(trace(web).finn)
    assert trace(more).cycled == pytest.approx(times * trace(web).cycled)


@given(webs, st.permutations(_PARTIES))
def test_names_do_not_matter(web: Flows, names: list[str]) -> None:
    """Random webs, every party renamed."""
    new = dict(zip(_PARTIES, names, strict=True))
    renamed = Flows(
        {(new[u], new[v]): w for (u, v), w in web.inside.items()},
        inward={new[party]: w for party, w in web.inward.items()},
        outward={new[party]: w for party, w in web.outward.items()},
    )

    assert dict(trace(renamed).returns) == pytest.approx(
        {new[party]: part for party, part in trace(web).returns.items()}
    )


@given(st.sets(st.sampled_from(_PAIRS)))
def test_a_group_is_all_who_can_reach_each_other(arcs: set[tuple[str, str]]) -> None:
    """Random arcs, against every pair's ways by repeated steps."""
    reach = set(arcs)
    for _ in _PARTIES:
        reach |= {(u, w) for u, v in reach for x, w in arcs if v == x}
    groups = {
        tuple(sorted({v for v in _PARTIES if (u, v) in reach and (v, u) in reach} | {u})) for u in _PARTIES
    }

    assert components(arcs) == tuple(sorted(group for group in groups if len(group) > 1))


@given(
    arcs=st.dictionaries(
        st.sampled_from([(u, v) for u in "abcd" for v in "abcd" if u != v]), st.integers(1, 30)
    )
)
def test_who_depends_on_a_party_is_solved_at_once(arcs: dict[tuple[str, str], int]) -> None:
    """Random webs with something from outside: the same numbers from either end."""
    found = trace(Flows(arcs, inward={"a": 1}))

    for on in "abcd":
        there = {of: found.dependency(of, on) for of in "abcd" if of != on}
        assert {of: found.dependents(on).get(of, 0.0) for of in there} == pytest.approx(there, abs=1e-9)


@pytest.mark.parametrize("much", [10**10, 10**15, 10**18])
def test_dependency_stays_right_where_almost_nothing_leaks(much: int) -> None:
    """x pays a 3, a and b pay each other much, b pays c 3, and y pays c 1: c has 3 of 4 from each but y."""
    found = trace(
        Flows({("x", "a"): 3, ("a", "b"): much + 3, ("b", "a"): much, ("b", "c"): 3, ("y", "c"): 1})
    )

    assert found.dependencies("c") == pytest.approx({"x": 0.75, "a": 0.75, "b": 0.75, "y": 0.25})
    assert found.dependents("x") == pytest.approx({"a": 1, "b": 1, "c": 0.75})
    assert found.dependency("a", "b") == pytest.approx(much / (much + 3))
    through = found.passing("c")
    assert through["x"] == pytest.approx(0.75)
    # A dollar at b comes back to it with a chance of much / (much + 3).
    assert through["b"] == pytest.approx(0.75 * (much + 3) / 3)
