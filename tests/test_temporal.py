"""Money that comes back later: worked by hand, laws, and independent linear programs."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from aiweb.flows.temporal import Payment, carried, later_return, round_trip

_PARTIES = "abcd"
_PAIRS = [(u, v) for u in _PARTIES for v in _PARTIES if u != v]
_FAR = 12


def days(*, loose: bool) -> st.SearchStrategy[tuple[int | None, int | None]]:
    """Give a day from 1 to 6; or, where some are loose, from when on it may be, or only that, or nothing."""
    exact = st.tuples(st.integers(1, 6), st.none())
    return exact | st.tuples(st.none() | st.integers(1, 6), st.none() | st.integers(0, 6)) if loose else exact


@st.composite
def payments(draw: st.DrawFn, *, loose: bool = True) -> list[Payment]:
    """Up to fourteen payments between four parties."""
    return [
        Payment(*draw(st.sampled_from(_PAIRS)), draw(st.integers(1, 20)), *draw(days(loose=loose)))
        for _ in range(draw(st.integers(0, 14)))
    ]


@st.composite
def chains(draw: st.DrawFn, *, loose: bool = True) -> list[list[Payment]]:
    """From two to four hops of up to four payments each, in a ring."""
    ring = _PARTIES[: draw(st.integers(2, 4))]
    return [
        [
            Payment(payer, payee, draw(st.integers(1, 20)), *draw(days(loose=loose)))
            for _ in range(draw(st.integers(1, 4)))
        ]
        for payer, payee in zip(ring, ring[1:] + ring[0], strict=True)
    ]


def most(rows: list[tuple[list[float], float]], gain: list[float]) -> float:
    """Maximise a sum of variables from nothing up under rows of `coefficients ≤ bound`."""
    if not gain:
        return 0.0
    solved = linprog(
        -np.array(gain),
        A_ub=np.array([row for row, _ in rows]),
        b_ub=np.array([bound for _, bound in rows]),
        method="highs",
    )
    assert solved.fun is not None
    return -float(solved.fun)


def by_linear_program(made: list[Payment], party: str, *, undated: bool) -> float:
    """Let no party pay by any day more of the money of `party` than it had received before that day.

    With `undated` a payment leaves on the last day and comes in on the first on which it can be made.
    """
    chosen = [payment for payment in made if undated or payment.day is not None]
    out = [_FAR if payment.day is None else payment.day for payment in chosen]
    back = [payment.first if undated else day for payment, day in zip(chosen, out, strict=True)]
    rows: list[tuple[list[float], float]] = []
    for i, payment in enumerate(chosen):
        rows.append(([float(j == i) for j in range(len(chosen))], payment.amount))
    for name in set(_PARTIES) - {party}:
        for day in {*out}:
            paid = [float(p.payer == name and out[j] <= day) for j, p in enumerate(chosen)]
            had = [float(p.payee == name and back[j] < day) for j, p in enumerate(chosen)]
            rows.append(([a - b for a, b in zip(paid, had, strict=True)], 0))
    return most(rows, [float(payment.payee == party) for payment in chosen])


def chain_by_linear_program(hops: list[list[Payment]]) -> float:
    """As above along one chain, with a variable for every day on which a payment may be made."""
    choices = [
        (number, index, day)
        for number, hop in enumerate(hops)
        for index, payment in enumerate(hop)
        for day in range(payment.first, (_FAR if payment.day is None else payment.day) + 1)
    ]
    rows: list[tuple[list[float], float]] = []
    for number, hop in enumerate(hops):
        for index, payment in enumerate(hop):
            same = [float(choice[:2] == (number, index)) for choice in choices]
            rows.append((same, payment.amount))
        for day in sorted({choice[2] for choice in choices if choice[0] == number and number}):
            paid = [float(choice[0] == number and choice[2] <= day) for choice in choices]
            had = [float(choice[0] == number - 1 and choice[2] < day) for choice in choices]
            rows.append(([a - b for a, b in zip(paid, had, strict=True)], 0))
    return most(rows, [float(choice[0] == len(hops) - 1) for choice in choices])


def static(made: list[Payment], party: str) -> int:
    """The most that can come back if days are of no account: a maximum flow of networkx."""
    web: nx.DiGraph[str] = nx.DiGraph()
    web.add_nodes_from(["out", "in"])
    for payment in made:
        tail = "out" if payment.payer == party else payment.payer
        head = "in" if payment.payee == party else payment.payee
        before = web.edges[tail, head]["capacity"] if web.has_edge(tail, head) else 0
        web.add_edge(tail, head, capacity=before + payment.amount)
    value, _ = nx.maximum_flow(web, "out", "in")
    return int(value)


def test_money_cannot_come_back_before_it_left() -> None:
    """a pays b on day 5; b pays a 20 on day 1, 9 on day 5 and 4 on day 7."""
    made = [
        Payment("a", "b", 50, 5),
        Payment("b", "a", 20, 1),
        Payment("b", "a", 9, 5),
        Payment("b", "a", 4, 7),
    ]

    assert later_return(made, "a") == 4
    assert later_return(made, "b") == 20


def test_money_waits_and_is_split_over_ways_and_days() -> None:
    """a's 10 of day 1 go on by b on days 2 and 4, and by c on day 3; c pays before it has all of it."""
    made = [
        Payment("a", "b", 10, 1),
        Payment("b", "a", 3, 2),
        Payment("b", "c", 6, 2),
        Payment("c", "a", 4, 3),
        Payment("b", "a", 5, 4),
    ]

    # 3 on day 2, 4 of the 6 by c, and of the 7 - 4 that b has left all 3 on day 4.
    assert later_return(made, "a") == 10


def test_money_of_others_does_not_count() -> None:
    """c pays b 30, b pays a 40; a paid b only 7."""
    made = [Payment("a", "b", 7, 1), Payment("c", "b", 30, 1), Payment("b", "a", 40, 2)]

    assert later_return(made, "a") == 7


def test_a_payment_without_a_day_is_left_out_or_made_when_it_suits() -> None:
    """a pays b on day 5, b pays c some time from day 3 on, c pays a on day 4 and on day 9."""
    made = [
        Payment("a", "b", 50, 5),
        Payment("b", "c", 30, None, 3),
        Payment("c", "a", 11, 9),
    ]

    assert later_return(made, "a") == 0
    assert later_return(made, "a", undated=True) == 11


@pytest.mark.parametrize("day, amount", [(2, 0), (5, 0), (6, 8)])
def test_a_day_not_before_which_holds(day: int, amount: int) -> None:
    """a pays b on day 1, b pays c from day 5 on, c pays a on day 2, 5 or 6."""
    hops = [[Payment("a", "b", 9, 1)], [Payment("b", "c", 9, None, 5)], [Payment("c", "a", 8, day)]]

    assert carried(hops, undated=True) == amount


def test_a_payment_on_record_may_have_been_made_before_its_day() -> None:
    """a has paid b 50 at some time from day 2 to day 6; b pays a 20 on day 3 and 9 on day 8."""
    made = [Payment("a", "b", 50, 6, since=2), Payment("b", "a", 20, 3), Payment("b", "a", 9, 8)]

    assert later_return(made, "a") == 9
    assert later_return(made, "a", undated=True) == 29
    assert carried([made[:1], made[1:]], undated=True) == 29
    assert carried([made[1:], made[:1]]) == 20


def test_a_loop_starts_with_the_hop_that_carries_most() -> None:
    """b pays a on day 1; a pays b on days 2 and 5; b pays a on day 4."""
    there = [Payment("a", "b", 12, 2), Payment("a", "b", 30, 5)]
    back = [Payment("b", "a", 40, 1), Payment("b", "a", 7, 4)]

    # From b: 12 of the 40 go on on day 2, and 30 of what is there on day 5.
    assert round_trip([there, back]) == (42, 1)
    assert carried([there, back]) == 7


def test_a_loop_of_payments_on_one_day_does_not_close() -> None:
    """a pays b and b pays a on day 3."""
    hops = [[Payment("a", "b", 5, 3)], [Payment("b", "a", 5, 3)]]

    assert round_trip(hops) == (0, 0)


@given(payments())
def test_what_comes_back_is_what_a_linear_program_finds(made: list[Payment]) -> None:
    """Random webs of payments, those without a day left out and in."""
    for undated in (False, True):
        found = later_return(made, "a", undated=undated)

        assert found == pytest.approx(by_linear_program(made, "a", undated=undated))


@given(payments())
def test_what_comes_back_later_is_no_more_than_what_can_come_back(made: list[Payment]) -> None:
    """Random webs of payments."""
    found = [later_return(made, "a"), later_return(made, "a", undated=True), static(made, "a")]

    assert found == sorted(found)


@given(payments(loose=False))
def test_turning_payments_and_time_round_keeps_what_comes_back(made: list[Payment]) -> None:
    """Random webs of payments."""
    turned = [Payment(p.payee, p.payer, p.amount, 7 - (p.day or 0)) for p in made]

    assert later_return(turned, "a") == later_return(made, "a")


@given(payments(), st.integers(2, 10**12))
def test_money_scales(made: list[Payment], factor: int) -> None:
    """Random webs of payments."""
    larger = [p._replace(amount=p.amount * factor) for p in made]

    assert later_return(larger, "a") == factor * later_return(made, "a")
    assert later_return(larger, "a", undated=True) == factor * later_return(made, "a", undated=True)


@given(chains(loose=False))
def test_a_chain_carries_what_a_linear_program_finds(hops: list[list[Payment]]) -> None:
    """Random chains of dated payments."""
    assert carried(hops) == pytest.approx(chain_by_linear_program(hops))


@given(chains())
def test_a_chain_with_free_days_is_bounded_from_both_sides(hops: list[list[Payment]]) -> None:
    """Random chains: no less than any choice of days gives, no more than the narrowest hop."""
    found = carried(hops, undated=True)

    assert carried(hops) <= found <= min(sum(p.amount for p in hop) for hop in hops)
    assert found >= chain_by_linear_program(hops) - 1e-6


@given(chains())
def test_a_chain_that_cannot_carry_anything_is_said_not_to(hops: list[list[Payment]]) -> None:
    """Random chains: the upper bound is nothing where the truth is."""
    assert (carried(hops, undated=True) == 0) == (chain_by_linear_program(hops) < 1e-6)


@given(chains(loose=False), st.data())
def test_a_chain_with_whole_hops_of_free_days_is_exact(
    hops: list[list[Payment]], data: st.DataObject
) -> None:
    """Random chains in which a hop has days throughout or none."""
    free = [data.draw(st.booleans()) for _ in hops]
    some = [
        [p._replace(day=None, since=p.day) if whole else p for p in hop]
        for hop, whole in zip(hops, free, strict=True)
    ]

    assert carried(some, undated=True) == pytest.approx(chain_by_linear_program(some))


@given(chains())
def test_a_loop_brings_back_no_more_than_all_ways_do(hops: list[list[Payment]]) -> None:
    """Random loops, and the party they start from."""
    amount, start = round_trip(hops)

    assert amount == max(carried((*hops[i:], *hops[:i])) for i in range(len(hops)))
    assert amount <= later_return([p for hop in hops for p in hop], hops[start][0].payer)
