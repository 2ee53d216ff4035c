"""Balanced flow forwarding and the weights of loops: hand-worked webs, laws, and another road."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiweb.flows import forwarding as module
from aiweb.flows.circulation import maximum
from aiweb.flows.forwarding import Forwarding, forwarding, net_debt
from aiweb.flows.tracing import components
from aiweb.flows.web import Flows

Inside = dict[tuple[str, str], int]
_PARTIES = "abcde"
_PAIRS = [(u, v) for u in _PARTIES for v in _PARTIES if u != v]
_amounts = st.integers(1, 50)
_inside = st.dictionaries(st.sampled_from(_PAIRS), _amounts, min_size=1, max_size=14)
webs = st.builds(
    Flows,
    inside=_inside,
    inward=st.dictionaries(st.sampled_from(_PARTIES), _amounts, max_size=3),
    outward=st.dictionaries(st.sampled_from(_PARTIES), _amounts, max_size=3),
    across=st.integers(0, 20),
)


def weights(found: Forwarding) -> dict[tuple[str, ...], float]:
    """Give the loops with their weights."""
    return dict(found.loops)


def by_walking(balanced: dict[tuple[str, str], float]) -> dict[tuple[str, ...], float]:
    """Weigh loops by a walk that forgets each loop as it closes: how often, in the long run, each is closed.

    The states are the ways walked since the last loop, from a fixed start.
    """
    pays: dict[str, float] = defaultdict(float)
    for (u, _), amount in balanced.items():
        pays[u] += amount
    start = min(pays)
    states: dict[tuple[str, ...], int] = {(start,): 0}
    moves: list[tuple[int, int, float, tuple[str, ...]]] = []
    todo: list[tuple[str, ...]] = [(start,)]
    while todo:
        way = todo.pop()
        for (u, v), amount in balanced.items():
            if u != way[-1]:
                continue
            closes = v in way
            after = way[: way.index(v) + 1] if closes else (*way, v)
            if after not in states:
                states[after] = len(states)
                todo.append(after)
            moves.append(
                (states[way], states[after], amount / pays[u], way[way.index(v) :] if closes else ())
            )
    step = np.zeros((len(states), len(states)))
    for one, other, chance, _ in moves:
        step[one, other] += chance
    system = np.vstack([step.T - np.eye(len(states)), np.ones(len(states))])
    law = np.linalg.lstsq(system, np.array([0.0] * len(states) + [1.0]), rcond=None)[0]
    found: dict[tuple[str, ...], float] = defaultdict(float)
    for one, _, chance, loop in moves:
        if loop:
            first = loop.index(min(loop))
            found[(*loop[first:], *loop[:first])] += law[one] * chance * sum(balanced.values())
    return dict(found)


def test_what_is_forwarded_in_two_rounds() -> None:
    """a -> b 30, b -> a 10, b -> c 20, c -> a 15."""
    found = forwarding(Flows({("a", "b"): 30, ("b", "a"): 10, ("b", "c"): 20, ("c", "a"): 15}))

    # First a 22.5, of which b returns a third and c the rest, which is all that c pays; then a and b 2.5.
    assert dict(found.balanced) == pytest.approx(
        {("a", "b"): 25, ("b", "a"): 10, ("b", "c"): 15, ("c", "a"): 15}
    )
    assert weights(found) == pytest.approx({("a", "b", "c"): 15, ("a", "b"): 10})
    assert found.turns == pytest.approx(25)
    # a pays 30 and gets 25; b 30 and 30; c 15 and 20.
    assert found.net_debt == 5
    assert found.circularity == pytest.approx(25 / 30)


def test_loops_share_the_money_of_their_hops() -> None:
    """Three parties who all pay each other 30."""
    found = forwarding(Flows(dict.fromkeys([(u, v) for u in "abc" for v in "abc" if u != v], 30)))

    assert weights(found) == pytest.approx(
        {("a", "b"): 20, ("a", "c"): 20, ("b", "c"): 20, ("a", "b", "c"): 10, ("a", "c", "b"): 10}
    )
    assert found.circularity == pytest.approx(1)


def test_a_web_without_a_loop_has_no_turn() -> None:
    """a -> b 9, b -> c 4."""
    found = forwarding(Flows({("a", "b"): 9, ("b", "c"): 4}))

    assert found.loops == ()
    assert (found.turns, found.net_debt, found.circularity) == (0, 9, 0)


def test_a_web_without_money_has_no_circularity() -> None:
    """No party pays anything."""
    assert forwarding(Flows({})).circularity is None


def test_outside_parties_owe_all_that_they_pay() -> None:
    """Outside -> a 7, a -> outside 5, outside -> outside 3, a -> b 6: a pays 4 too much."""
    assert net_debt(Flows({("a", "b"): 6}, inward={"a": 7}, outward={"a": 5}, across=3)) == 7 + 3 + 4


@pytest.mark.parametrize(
    "limit, value, said",
    [("MAX_LOOPS", 4, "more than 4 loops"), ("MAX_PARTIES", 2, "more than 2 parties in one group")],
)
def test_a_web_too_large_has_a_reason_and_no_number(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int, said: str
) -> None:
    """Three parties who all pay each other have five loops."""
    monkeypatch.setattr(module, limit, value)
    found = forwarding(Flows(dict.fromkeys([(u, v) for u in "abc" for v in "abc" if u != v], 30)))

    assert found.too_large == said
    assert (found.turns, found.circularity, found.loops) == (None, None, ())


def test_as_many_loops_as_allowed_are_weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five loops in one group and one in another, and no more than six."""
    monkeypatch.setattr(module, "MAX_LOOPS", 6)
    arcs = dict.fromkeys([(u, v) for u in "abc" for v in "abc" if u != v], 30)

    assert len(forwarding(Flows({**arcs, ("d", "e"): 4, ("e", "d"): 7})).loops) == 6


@settings(max_examples=200)
@given(webs)
def test_weights_add_up_to_what_circulates_on_every_hop(web: Flows) -> None:
    """Random webs."""
    found = forwarding(web)
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for loop, weight in found.loops:
        assert weight > 0
        for hop in zip(loop, (*loop[1:], loop[0]), strict=True):
            sums[hop] += weight

    assert dict(sums) == pytest.approx(dict(found.balanced), rel=1e-6, abs=1e-9)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(_PAIRS[:12]), _amounts, min_size=2, max_size=9))
def test_weights_equal_those_of_a_walk(inside: Inside) -> None:
    """Random webs: how often a walk that forgets its loops closes each."""
    found = forwarding(Flows(inside))
    walked: dict[tuple[str, ...], float] = {}
    for group in components(found.balanced):
        walked |= by_walking({pair: c for pair, c in found.balanced.items() if pair[0] in group})

    assert weights(found) == pytest.approx(walked, rel=1e-6, abs=1e-9)


@given(webs)
def test_what_is_forwarded_is_balanced_and_within_bounds(web: Flows) -> None:
    """Random webs."""
    net: dict[str, float] = defaultdict(float)
    for (u, v), amount in forwarding(web).balanced.items():
        assert 0 < amount <= web.inside[u, v]
        net[u] -= amount
        net[v] += amount

    assert list(net.values()) == pytest.approx([0] * len(net), abs=1e-9)


@given(webs)
def test_what_is_not_forwarded_has_no_loop(web: Flows) -> None:
    """Random webs, what is left to a billionth taken for nothing."""
    balanced = forwarding(web).balanced
    rest = [pair for pair, w in web.inside.items() if w - balanced.get(pair, 0) > 1e-9 * w]

    assert components(rest) == ()


@given(webs)
def test_no_more_is_forwarded_than_can_circulate(web: Flows) -> None:
    """Random webs: the balanced flow is a circulation, and C is the largest."""
    assert sum(forwarding(web).balanced.values()) <= maximum(web.inside)[0] * (1 + 1e-9)


@settings(max_examples=200)
@given(webs, st.data())
def test_a_go_between_on_a_deal_changes_neither_turns_nor_debt(web: Flows, data: st.DataObject) -> None:
    """Random webs, and m between any payer and payee, outside parties included."""
    ways = ["inside", *(["inward"] if web.inward else []), *(["outward"] if web.outward else []), "across"]
    way = data.draw(st.sampled_from(ways))
    inside, inward, outward, across = dict(web.inside), dict(web.inward), dict(web.outward), web.across
    if way == "inside":
        u, v = data.draw(st.sampled_from(sorted(inside)))
        amount = inside.pop((u, v))
        inside |= {(u, "m"): amount, ("m", v): amount}
    elif way == "inward":
        party = data.draw(st.sampled_from(sorted(inward)))
        inside["m", party] = inward["m"] = inward.pop(party)
    elif way == "outward":
        party = data.draw(st.sampled_from(sorted(outward)))
        inside[party, "m"] = outward["m"] = outward.pop(party)
    elif across:
        inward["m"], outward["m"], across = across, across, 0
    before, after = forwarding(web), forwarding(Flows(inside, inward, outward, across))

    assert after.turns == pytest.approx(before.turns, rel=1e-6, abs=1e-9)
    assert after.net_debt == before.net_debt
    assert after.circularity == pytest.approx(before.circularity, rel=1e-6, abs=1e-9)


def test_the_debt_between_parties_alone_would_change_with_a_go_between() -> None:
    """Outside -> a 9, a -> b 4, b -> a 4; then outside -> m 9, m -> a 9: m receives nothing inside."""
    before = Flows({("a", "b"): 4, ("b", "a"): 4}, inward={"a": 9})
    after = Flows({("a", "b"): 4, ("b", "a"): 4, ("m", "a"): 9}, inward={"m": 9})

    assert (net_debt(before), net_debt(after)) == (9, 9)
    assert (net_debt(Flows(before.inside)), net_debt(Flows(after.inside))) == (0, 9)


@given(webs)
def test_turning_every_deal_round_settles_the_same(web: Flows) -> None:
    """Random webs: what some pay too much, others receive too much."""
    turned = Flows({(v, u): w for (u, v), w in web.inside.items()}, web.outward, web.inward, web.across)

    assert net_debt(turned) == net_debt(web)


@given(webs)
def test_debt_is_no_more_than_what_does_not_circulate(web: Flows) -> None:
    """Random webs: NID ≤ W - C."""
    assert net_debt(web) <= web.gross - maximum(web.inside)[0]


@given(webs, st.integers(2, 9))
def test_more_of_everything_turns_in_proportion(web: Flows, times: int) -> None:
    """Random webs, every amount multiplied."""
    more = Flows(
        {pair: times * w for pair, w in web.inside.items()},
        {party: times * w for party, w in web.inward.items()},
        {party: times * w for party, w in web.outward.items()},
        times * web.across,
    )

    assert forwarding(more).turns == pytest.approx(times * (forwarding(web).turns or 0))
    assert forwarding(more).circularity == pytest.approx(forwarding(web).circularity)


@given(_inside, st.permutations(_PARTIES))
def test_names_do_not_matter(inside: Inside, names: list[str]) -> None:
    """Random webs, every party renamed."""
    new = dict(zip(_PARTIES, names, strict=True))
    renamed = forwarding(Flows({(new[u], new[v]): w for (u, v), w in inside.items()}))

    assert renamed.turns == pytest.approx(forwarding(Flows(inside)).turns)
