"""Circulation: hand-worked webs, laws, and an independent linear program."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from aiweb.analysis.circulation import circulation, maximum, reciprocated, short_loops
from aiweb.values import Money
from tests.webs import graph

Flows = dict[tuple[str, str], int]
_PARTIES = "abcdef"
_PAIRS = [(u, v) for u in _PARTIES for v in _PARTIES if u != v]
flows = st.dictionaries(st.sampled_from(_PAIRS), st.integers(1, 50), max_size=16)


def by_linear_program(web: Flows) -> float:
    """Maximise the sum of f under 0 ≤ f ≤ w and conservation, with every hop a variable."""
    if not web:
        return 0.0
    hops = sorted(web)
    parties = sorted({party for hop in hops for party in hop})
    balance = np.zeros((len(parties), len(hops)))
    for column, (payer, payee) in enumerate(hops):
        balance[parties.index(payer), column] = -1
        balance[parties.index(payee), column] = 1
    solved = linprog(
        -np.ones(len(hops)),
        A_eq=balance,
        b_eq=np.zeros(len(parties)),
        bounds=[(0, web[hop]) for hop in hops],
        method="highs",
    )
    assert solved.fun is not None
    return -float(solved.fun)


def test_a_triangle_of_three_tens_circulates_thirty() -> None:
    """
    a -> b: 10
    b -> c: 10 purchase
    c -> a: 10 purchase
    """
    found = circulation(graph(test_a_triangle_of_three_tens_circulates_thirty.__doc__))

    assert found.gross == Money(30, 30)
    assert found.circular == Money(30, 30)
    assert found.net_debt == Money(0, 0)
    assert found.share_high == 1


def test_what_is_left_over_is_not_circular() -> None:
    """
    nvidia -> openai: 100
    openai -> oracle: 300 purchase
    oracle -> nvidia: 40 purchase
    nvidia -> oracle: 7
    """
    found = circulation(graph(test_what_is_left_over_is_not_circular.__doc__))

    # 40 round the triangle is 120; or 7 between nvidia and oracle (14) and 33 round the triangle (99).
    assert found.circular == Money(120, 120)
    assert [rung.circular for rung in found.ladder] == [
        Money(14, 14),
        Money(120, 120),
        Money(120, 120),
        Money(120, 120),
    ]
    # nvidia pays 107 and gets 40, openai pays 300 and gets 100: 67 + 200.
    assert found.net_debt == Money(267, 267)


def test_each_bound_is_measured_by_itself() -> None:
    """
    a -> b: 10..20
    b -> a: 5..40 purchase
    """
    found = circulation(graph(test_each_bound_is_measured_by_itself.__doc__))

    assert found.circular == Money(10, 40)
    assert (found.share_low, found.share_high) == (Fraction(10, 15), Fraction(40, 60))


def test_an_undisclosed_leg_makes_it_a_lower_bound() -> None:
    """
    a -> b: 10
    b -> a: undisclosed purchase
    """
    found = circulation(graph(test_an_undisclosed_leg_makes_it_a_lower_bound.__doc__))

    assert found.circular == Money(0, 0, undisclosed=1)
    assert found.unknown == ("d2/1",)


def test_an_outside_party_pays_and_receives_as_two() -> None:
    """
    *investors -> oracle: 50 loan
    oracle -> investors: 30 purchase
    """
    found = circulation(graph(test_an_outside_party_pays_and_receives_as_two.__doc__))

    assert found.circular == Money(0, 0)
    assert found.gross == Money(80, 80)
    assert found.net_debt == Money(50, 50)


def test_a_web_without_a_leg_has_no_share() -> None:
    """
    a -> b: 10 talks
    """
    found = circulation(graph(test_a_web_without_a_leg_has_no_share.__doc__))

    assert found.share_high is None
    assert found.circular == Money(0, 0)


def test_levels_say_who_feeds_whom() -> None:
    """
    a -> b: 10
    b -> c: 20 purchase
    """
    levels = circulation(graph(test_levels_say_who_feeds_whom.__doc__)).levels

    assert levels["a"] < levels["b"] < levels["c"]


@settings(max_examples=300)
@given(flows)
def test_the_maximum_equals_an_independent_linear_program(web: Flows) -> None:
    """Random webs of up to six parties."""
    amount, _, _ = maximum(web)

    assert amount == pytest.approx(by_linear_program(web))


@given(flows)
def test_a_flow_that_attains_it_keeps_every_balance_and_bound(web: Flows) -> None:
    """Random webs."""
    amount, flow, _ = maximum(web)
    net: dict[str, int] = defaultdict(int)
    for (payer, payee), moved in flow.items():
        assert 0 < moved <= web[payer, payee]
        net[payer] -= moved
        net[payee] += moved

    assert not any(net.values())
    assert sum(flow.values()) == amount


@given(flows)
def test_what_remains_has_no_loop(web: Flows) -> None:
    """Random webs."""
    _, flow, _ = maximum(web)
    rest = {hop: amount - flow.get(hop, 0) for hop, amount in web.items()}

    assert list(short_loops(rest, len(_PARTIES))) == []


@given(flows)
def test_the_levels_prove_the_maximum(web: Flows) -> None:
    """Random webs: the dual sum over whole levels equals it."""
    amount, _, levels = maximum(web)

    assert amount == sum(w * max(0, 1 - (levels[v] - levels[u])) for (u, v), w in web.items())


@given(flows)
def test_turning_every_hop_round_changes_nothing(web: Flows) -> None:
    """Random webs."""
    assert maximum(web)[0] == maximum({(v, u): w for (u, v), w in web.items()})[0]


@given(flows, st.integers(2, 9))
def test_more_of_everything_circulates_in_proportion(web: Flows, times: int) -> None:
    """Random webs."""
    assert maximum({hop: times * w for hop, w in web.items()})[0] == times * maximum(web)[0]


@given(flows, st.sampled_from(_PAIRS), st.integers(1, 20))
def test_more_money_never_circulates_less(web: Flows, hop: tuple[str, str], more: int) -> None:
    """Random webs, and one more deal."""
    assert maximum({**web, hop: web.get(hop, 0) + more})[0] >= maximum(web)[0]


@settings(max_examples=60)
@given(flows)
def test_the_ladder_rises_to_the_maximum(web: Flows) -> None:
    """Random webs as registries: each pair one purchase."""
    lines = [f"{u} -> {v}: {w} purchase" for (u, v), w in sorted(web.items())]
    found = circulation(graph("\n".join(lines) or "a -> b: 1 purchase"))
    rungs = [rung.circular.high for rung in found.ladder if rung.circular is not None]

    assert rungs == sorted(rungs)
    assert rungs[0] == reciprocated(web)
    assert rungs[-1] == found.circular.high
    assert found.circular.high + found.net_debt.high <= found.gross.high
