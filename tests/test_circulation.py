"""Circulation: hand-worked webs, laws, and an independent linear program."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from aiweb.analysis.circulation import Circulation, circulation
from aiweb.flows.circulation import maximum, reciprocated, short_loops
from aiweb.trace import dollars
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


def of(web: Flows) -> Circulation:
    """Measure a web as a registry: each pair one purchase."""
    return circulation(graph("\n".join(f"{u} -> {v}: {w} purchase" for (u, v), w in sorted(web.items()))))


def test_net_debt_is_the_smaller_bound_first() -> None:
    """
    a -> b: 10
    b -> a: 2..10 purchase
    """
    # At the lower bounds a pays 8 more than it gets, at the upper nothing.
    assert circulation(graph(test_net_debt_is_the_smaller_bound_first.__doc__)).net_debt == Money(0, 8)


def test_every_number_is_explained_down_to_its_legs() -> None:
    """
    a -> b: 10..30
    b -> a: 25 purchase
    b -> c: 12 purchase
    c -> a: at least $7 purchase
    a -> c: undisclosed
    *funds -> a: 9 loan
    *funds -> *banks: 4 loan
    """
    found = circulation(graph(test_every_number_is_explained_down_to_its_legs.__doc__))
    told = found.explain()

    assert told["gross"] == found.gross
    assert told["circular"] == found.circular
    assert told["net debt"] == found.net_debt
    assert (told["share at low"], told["share at high"]) == (found.share_low, found.share_high)
    # At low b gives a 10 back, or 3 and 7 round the triangle: 21 + 6. At high 23 and 7: 46 + 21.
    assert (told["circular at low"], told["circular at high"]) == (dollars(27), dollars(67))
    assert told["loops of up to 2 at high"] == dollars(50)
    assert told["loops of up to 3 at high"] == dollars(67)
    assert told.legs == found.legs


def test_an_explanation_of_nothing_is_nothing() -> None:
    """
    a -> b: 10 talks
    """
    told = circulation(graph(test_an_explanation_of_nothing_is_nothing.__doc__)).explain()

    assert (told["gross"], told["circular"], told["net debt"]) == (dollars(0),) * 3
    assert told["share at high"] is None


@settings(max_examples=60)
@given(flows.filter(bool))
def test_explanations_come_to_the_numbers_they_explain(web: Flows) -> None:
    """Random webs: every step that says what it expects is held to it."""
    found = of(web)

    assert found.explain()["circular at high"] == dollars(found.circular.high)


@settings(max_examples=60)
@given(flows.filter(bool))
def test_circular_and_what_is_left_are_all_the_money(web: Flows) -> None:
    """Random webs: C + remainder = W, and the remainder settles every balance, so it is no less than NID."""
    found = of(web)
    rest = {hop: w - found.flows.get(hop, 0) for hop, w in web.items()}

    assert found.circular.high + sum(rest.values()) == found.gross.high
    assert found.net_debt.high <= sum(rest.values())


@settings(max_examples=60)
@given(flows.filter(bool))
def test_turning_every_deal_round_keeps_the_panel_of_totals(web: Flows) -> None:
    """Random webs: gross, C, every rung and NID."""
    one, other = of(web), of({(v, u): w for (u, v), w in web.items()})

    assert (one.gross, one.circular, one.net_debt) == (other.gross, other.circular, other.net_debt)
    assert one.ladder == other.ladder


@settings(max_examples=60)
@given(flows.filter(bool), st.data())
def test_a_deal_in_two_parts_counts_as_one(web: Flows, data: st.DataObject) -> None:
    """Random webs, one deal split in two."""
    hop = data.draw(st.sampled_from(sorted(web)))
    part = data.draw(st.integers(0, web[hop]))
    lines = [f"{u} -> {v}: {w} purchase" for (u, v), w in sorted(web.items()) if (u, v) != hop]
    lines += [f"{hop[0]} -> {hop[1]}: {amount} loan" for amount in (part, web[hop] - part)]
    whole, split = of(web), circulation(graph("\n".join(lines)))

    assert (split.gross, split.circular, split.net_debt) == (whole.gross, whole.circular, whole.net_debt)
    assert split.ladder == whole.ladder


@settings(max_examples=60)
@given(flows.filter(bool), st.permutations(_PARTIES))
def test_names_do_not_matter(web: Flows, names: list[str]) -> None:
    """Random webs, every party renamed."""
    new = dict(zip(_PARTIES, names, strict=True))
    renamed = of({(new[u], new[v]): w for (u, v), w in web.items()})

    assert (renamed.circular, renamed.net_debt, renamed.ladder) == (
        of(web).circular,
        of(web).net_debt,
        of(web).ladder,
    )


@settings(max_examples=60)
@given(flows.filter(bool), st.integers(2, 9))
def test_every_total_grows_with_the_amounts(web: Flows, times: int) -> None:
    """Random webs, every amount multiplied: dollars grow, shares stay."""
    one, more = of(web), of({hop: times * w for hop, w in web.items()})

    assert more.circular.high == times * one.circular.high
    assert more.net_debt.high == times * one.net_debt.high
    assert more.share_high == one.share_high


@given(flows.filter(bool), st.data())
def test_a_go_between_counts_its_money_once_more(web: Flows, data: st.DataObject) -> None:
    """Random webs: m between a payer and a payee adds the circulating part of that deal, no more."""
    hop = data.draw(st.sampled_from(sorted(web)))
    longer = {pair: w for pair, w in web.items() if pair != hop}
    longer |= {(hop[0], "m"): web[hop], ("m", hop[1]): web[hop]}

    assert maximum(web)[0] <= maximum(longer)[0] <= maximum(web)[0] + web[hop]
