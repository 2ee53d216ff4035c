"""Circulation of plain amounts: three roads to the same dollars, each proved, against other programs."""

from __future__ import annotations

from fractions import Fraction

import networkx as nx
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from aiweb.errors import BadOption, NoConvergence
from aiweb.flows import circulation as flows
from aiweb.flows.circulation import maximum, net_debt, prove, reciprocated, rung, short_loops, solve, summed
from tests.bench.webs import scale_free

Web = dict[tuple[str, str], int]
Ints = npt.NDArray[np.int64]

_PARTIES = "abcdefg"
_PAIRS = [(u, v) for u in _PARTIES for v in _PARTIES if u != v]
_BACKENDS = ("plain", "arrays", "ortools")
webs = st.dictionaries(st.sampled_from(_PAIRS), st.integers(1, 50), max_size=22)
large = st.dictionaries(st.sampled_from(_PAIRS), st.integers(1, 10**15), max_size=22)


def arrays(web: Web) -> tuple[int, Ints, Ints, Ints]:
    """Number the parties of a web in order."""
    pairs = sorted(web)
    return (
        len(_PARTIES),
        np.array([_PARTIES.index(u) for u, _ in pairs], dtype=np.int64),
        np.array([_PARTIES.index(v) for _, v in pairs], dtype=np.int64),
        np.array([web[pair] for pair in pairs], dtype=np.int64),
    )


def by_linear_program(web: Web) -> float:
    """Maximise the sum of f under 0 ≤ f ≤ w and conservation, with every hop a variable."""
    if not web:
        return 0.0
    _, tails, heads, amounts = arrays(web)
    balance = np.zeros((len(_PARTIES), len(amounts)))
    balance[tails, np.arange(len(amounts))] -= 1
    balance[heads, np.arange(len(amounts))] += 1
    solved = linprog(  # type: ignore[call-overload]  # its stubs know no bounds in an array
        -np.ones(len(amounts)),
        A_eq=balance,
        b_eq=np.zeros(len(_PARTIES)),
        bounds=np.column_stack([np.zeros(len(amounts)), amounts.astype(float)]),
        method="highs",
    )
    return -float(solved.fun or 0.0)


def by_networkx(web: Web) -> int:
    """Take the network simplex method of networkx."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for (payer, payee), amount in sorted(web.items()):
        graph.add_edge(payer, payee, capacity=amount, weight=-1)
    return -int(nx.network_simplex(graph)[0]) if web else 0


@settings(max_examples=300)
@given(webs)
def test_the_maximum_equals_an_independent_linear_program(web: Web) -> None:
    """Random webs of up to seven parties."""
    assert maximum(web)[0] == pytest.approx(by_linear_program(web))


@settings(max_examples=200)
@given(large)
def test_it_is_exact_up_to_a_quadrillion_an_arc(web: Web) -> None:
    """Random webs, against the network simplex method on whole numbers."""
    assert maximum(web)[0] == by_networkx(web)


@settings(max_examples=300)
@given(large, st.sampled_from(_BACKENDS))
def test_every_road_leads_to_the_same_dollars_and_levels(web: Web, backend: str) -> None:
    """Random webs: the flow is another, the dollars and the least levels are not."""
    amount, _, levels = maximum(web)
    found = solve(*arrays(web), backend=backend)

    assert found.amount == amount == int(found.flow.sum())
    assert {name: int(found.levels[_PARTIES.index(name)]) for name in levels} == levels


@pytest.mark.parametrize("backend", _BACKENDS)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_large_web_gives_the_same_on_every_road(backend: str, seed: int) -> None:
    """Three thousand legs among six hundred parties, heavy-tailed, one cyclic part of some hundreds."""
    web = scale_free(3_000, parties=600, seed=seed)
    arcs = summed(web.count, web.payers, web.payees, web.amounts)
    first = solve(web.count, *arcs, backend="plain")
    found = solve(web.count, *arcs, backend=backend)

    assert 0 < found.amount < int(web.amounts.sum())
    assert found.amount == first.amount
    assert (found.levels == first.levels).all()
    assert found.amount + net_debt(web.count, web.payers, web.payees, web.amounts) <= web.amounts.sum()


@pytest.mark.parametrize("backend", _BACKENDS)
@pytest.mark.parametrize("rising", [True, False])
def test_a_long_ring_is_no_harder(backend: str, *, rising: bool) -> None:
    """Parties in a ring, amounts 7, 8, 9, … or the other way: the least goes all the way round."""
    count = 500
    tails = np.arange(count)
    amounts = 7 + (tails if rising else tails[::-1])
    found = solve(count, tails, (tails + 1) % count, amounts, backend=backend)

    assert found.amount == 7 * count
    assert found.levels.max() == count - 1


def test_the_public_road_is_that_of_arrays_above_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    a -> b: 10
    b -> c: 7
    c -> a: 9
    b -> a: 2
    """
    web = {("a", "b"): 10, ("b", "c"): 7, ("c", "a"): 9, ("b", "a"): 2}
    plain = maximum(web)
    monkeypatch.setattr(flows, "SMALL", 0)

    assert maximum(web) == plain
    assert plain[0] == 25


def test_or_tools_is_used_where_it_is_installed_and_the_loops_are_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A web of two arcs, the limit set to one arc, and OR-tools there and not there."""
    amounts = np.array([3, 5])
    monkeypatch.setattr(flows, "LARGE", 2)
    with_it = flows._road(amounts, None)
    monkeypatch.setattr(flows, "find_spec", lambda _: None)

    assert with_it == "ortools"
    assert flows._road(amounts, None) == "arrays"
    assert flows._road(np.array([2**61, 2**61]), "arrays") == "plain"


@pytest.mark.parametrize(
    "flow",
    [
        pytest.param([5, 5, 5, 0, 0], id="less than the most"),
        pytest.param([7, 7, 7, 0, 0], id="a pair left out"),
        pytest.param([8, 7, 7, 1, 1], id="out of balance"),
        pytest.param([9, 9, 9, 1, 1], id="above an amount"),
        pytest.param([8, 8, 8, -1, -1], id="below nothing"),
    ],
)
def test_a_flow_that_is_not_the_maximum_is_refused(flow: list[int]) -> None:
    """
    a -> b: 10
    b -> c: 7
    c -> a: 9
    a -> d: 2
    d -> a: 1
    """
    tails, heads = np.array([0, 1, 2, 0, 3]), np.array([1, 2, 0, 3, 0])
    amounts = np.array([10, 7, 9, 2, 1])

    assert prove(4, tails, heads, amounts, np.array([7, 7, 7, 1, 1])).amount == 23
    with pytest.raises(NoConvergence, match="maximum circulation"):
        prove(4, tails, heads, amounts, np.array(flow))
    with pytest.raises(NoConvergence, match="maximum circulation"):
        flows._prove_plain(4, tails.tolist(), heads.tolist(), amounts.tolist(), flow)


def test_a_wrong_backend_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that says nothing circulates, on both roads."""
    monkeypatch.setitem(
        flows._BACKENDS, "arrays", lambda _count, tails, _heads, _amounts: np.zeros_like(tails)
    )
    monkeypatch.setattr(flows, "_by_paths", lambda _count, tails, _heads, _amounts: [0] * len(tails))
    web = {("a", "b"): 3, ("b", "a"): 2}

    with pytest.raises(NoConvergence):
        solve(*arrays(web), backend="arrays")
    with pytest.raises(NoConvergence):
        maximum(web)


def test_sums_beyond_sixty_four_bits_are_exact() -> None:
    """A triangle of three amounts near 2^62, and one beyond 2^63 that only Python can hold."""
    most = 2**62 - 1
    tails, heads = np.array([0, 1, 2]), np.array([1, 2, 0])
    found = solve(3, tails, heads, np.array([most, most - 1, most - 2]))

    assert found.amount == 3 * (most - 2)
    assert net_debt(3, tails, heads, np.array([most, most - 1, most - 2])) == 2
    assert maximum({("a", "b"): 2**70 + 1, ("b", "a"): 2**80})[0] == 2 * (2**70 + 1)
    assert prove(3, tails, heads, np.array([most, most, most]), np.array([most] * 3)).amount == 3 * most


def test_a_dual_sum_beyond_sixty_four_bits_is_compared_all_the_same() -> None:
    """Nothing moves round a triangle of amounts near 2^61: each counts at least once in the bound."""
    tails, heads = np.array([0, 1, 2]), np.array([1, 2, 0])
    amounts = np.array([2**61, 2**61 - 1, 2**61 - 2])

    with pytest.raises(NoConvergence) as refused:
        prove(3, tails, heads, amounts, np.zeros(3, dtype=np.int64))
    assert refused.value.residue == pytest.approx(3 * 2**61)


def test_parallel_legs_are_added_up_first() -> None:
    """
    a -> b: 3
    a -> b: 4
    b -> a: 9
    a -> a: 5
    b -> c: 0
    """
    payers, payees = np.array([0, 0, 1, 0, 1]), np.array([1, 1, 0, 0, 2])
    amounts = np.array([3, 4, 9, 5, 0])
    tails, heads, sums = summed(3, payers, payees, amounts)

    assert list(zip(tails.tolist(), heads.tolist(), sums.tolist(), strict=True)) == [(0, 1, 7), (1, 0, 9)]
    assert solve(3, tails, heads, sums).amount == 14
    with pytest.raises(BadOption, match="summed"):
        solve(3, payers, payees, amounts)


@given(large)
def test_renaming_and_turning_round_change_nothing(web: Web) -> None:
    """Random webs: parties in reverse order, and every hop the other way."""
    other = dict(zip(_PARTIES, reversed(_PARTIES), strict=True))
    renamed = {(other[u], other[v]): w for (u, v), w in web.items()}
    turned = {(v, u): w for (u, v), w in web.items()}

    assert maximum(web)[0] == maximum(renamed)[0] == maximum(turned)[0]
    assert maximum(web)[2] == {other[name]: level for name, level in maximum(renamed)[2].items()}


@given(large, st.integers(2, 10**9))
def test_it_grows_with_the_unit(web: Web, times: int) -> None:
    """Random webs, beyond 64 bits too: amounts times k, and the levels as they were."""
    scaled = maximum({pair: times * w for pair, w in web.items()})

    assert scaled[0] == times * maximum(web)[0]
    assert scaled[2] == maximum(web)[2]


@given(webs)
def test_parts_add_up(web: Web) -> None:
    """Random webs twice side by side, and one arc between the two: it is on no loop."""
    beside = {(u.upper(), v.upper()): w for (u, v), w in web.items()}

    assert maximum({**web, **beside, ("a", "A"): 99})[0] == 2 * maximum(web)[0]


@given(webs)
def test_the_flow_keeps_every_balance_and_leaves_no_loop(web: Web) -> None:
    """Random webs."""
    amount, flow, _ = maximum(web)
    for party in _PARTIES:
        paid = sum(w for (u, _), w in flow.items() if u == party)
        assert paid == sum(w for (_, v), w in flow.items() if v == party)
    rest = {pair: w - flow.get(pair, 0) for pair, w in web.items()}

    assert sum(flow.values()) == amount
    assert min(rest.values(), default=0) >= 0
    assert list(short_loops(rest, len(_PARTIES))) == []


@settings(max_examples=200)
@given(webs, st.integers(2, 7))
def test_short_loops_are_those_of_networkx(web: Web, length: int) -> None:
    """Random webs: the same loops, each once, from its smallest party on."""
    graph: nx.DiGraph[str] = nx.DiGraph(sorted(web))
    known = {
        frozenset(zip(loop, (*loop[1:], loop[0]), strict=True)) for loop in nx.simple_cycles(graph, length)
    }
    found = list(short_loops(web, length))

    assert all(loop[0] == min(loop) for loop in found)
    assert {frozenset(zip(loop, (*loop[1:], loop[0]), strict=True)) for loop in found} == known
    assert len(found) == len(known)


@settings(max_examples=100)
@given(webs)
def test_fractions_and_highs_pack_alike(web: Web) -> None:
    """Random webs, loops of up to four parties."""
    loops = [list(zip(loop, (*loop[1:], loop[0]), strict=True)) for loop in short_loops(web, 4)][:25]
    hops = sorted({hop for loop in loops for hop in loop})
    bounds = [web[hop] for hop in hops]
    rows = [[hops.index(hop) for hop in loop] for loop in loops]
    if loops:
        assert float(flows._by_pivots(bounds, rows)) == pytest.approx(flows._by_highs(bounds, rows))
    assert flows._by_pivots([], []) == 0


@given(webs)
def test_the_ladder_ends_at_the_maximum(web: Web) -> None:
    """Random webs: C_2 ≤ C_3 ≤ … ≤ C, and C itself once every loop may be cancelled."""
    rungs = [rung(web, length) or 0 for length in range(2, len(_PARTIES) + 1)]

    assert rungs == sorted(rungs)
    assert rungs[0] == reciprocated(web)
    assert rungs[-1] == maximum(web)[0]


def test_a_packing_may_need_halves() -> None:
    """Three loops of three, any two of which share a hop of 1: half of each is 4.5, one of them only 3."""
    bounds, loops = [1, 1, 1, 9, 9, 9], [[0, 1, 3], [1, 2, 4], [2, 0, 5]]

    assert flows._by_pivots(bounds, loops) == Fraction(9, 2)
    with pytest.raises(NoConvergence, match="short loops"):
        flows._best(bounds, loops, [Fraction(1), Fraction(0), Fraction(0)], [Fraction(1)] * 6)


def test_too_many_loops_are_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pairs of two, and a limit of one loop."""
    monkeypatch.setattr(flows, "MAX_LOOPS", 1)
    web = {("a", "b"): 3, ("b", "a"): 2, ("c", "d"): 5, ("d", "c"): 4}

    assert rung(web, 3) is None
    assert rung(web, 2) == 12
