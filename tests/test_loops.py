"""Loops of a web: what counts, how much, in which order, and what is said of the rest."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any, Final, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiweb.analysis.loops import Loops, Order, TimeOrder, loops
from aiweb.errors import BadOption
from aiweb.graph import convention
from aiweb.search import Arc, widest_loops
from aiweb.values import Money
from tests.webs import graph


def test_a_loop_carries_no_more_than_its_narrowest_hop() -> None:
    """
    nvidia -> openai: 100
    openai -> oracle: 300 purchase
    oracle -> nvidia: 40 purchase
    """
    (loop,) = loops(graph(test_a_loop_carries_no_more_than_its_narrowest_hop.__doc__)).loops

    assert loop.amount == Money(40, 40)
    assert loop.parties == ("nvidia", "openai", "oracle")
    assert [hop.payer for hop in loop.narrowest] == ["oracle"]
    assert loop.legs == ("d1/1", "d2/1", "d3/1")


def test_a_loop_starts_at_its_smallest_name() -> None:
    """
    zeta -> beta: 5
    beta -> gamma: 6 purchase
    gamma -> zeta: 7 purchase
    """
    (loop,) = loops(graph(test_a_loop_starts_at_its_smallest_name.__doc__)).loops

    assert loop.text == "beta -> gamma -> zeta -> beta"


def test_a_funding_loop_has_both_sides() -> None:
    """
    a -> b: 5
    b -> a: 6
    c -> d: 7
    d -> c: 8 purchase
    """
    web = graph(test_a_funding_loop_has_both_sides.__doc__)

    assert [loop.parties for loop in loops(web).loops] == [("c", "d")]
    assert [loop.parties for loop in loops(web, kind="all").loops] == [("c", "d"), ("a", "b")]


def test_legs_of_one_hop_add_up_and_sides_stay_apart() -> None:
    """
    a -> b: 5
    a -> b: 7 loan
    a -> b: 100 purchase
    b -> a: 30 purchase
    """
    web = graph(test_legs_of_one_hop_add_up_and_sides_stay_apart.__doc__)

    (loop,) = loops(web).loops

    assert loop.amount == Money(12, 12)
    assert loop.legs == ("d1/1", "d2/1", "d4/1")


def test_an_outside_party_closes_no_loop() -> None:
    """
    *bond-investors -> oracle: 5 loan
    oracle -> bond-investors: 6 purchase
    """
    assert loops(graph(test_an_outside_party_closes_no_loop.__doc__)).loops == ()


def test_a_loop_with_an_undisclosed_hop_is_listed_apart() -> None:
    """
    nvidia -> openai: up to $100
    openai -> nvidia: undisclosed purchase
    amd -> openai: 30
    openai -> amd: 20 purchase
    """
    found = loops(graph(test_a_loop_with_an_undisclosed_hop_is_listed_apart.__doc__))

    assert [loop.parties for loop in found.loops] == [("amd", "openai")]
    (loop,) = found.unpriced
    assert loop.amount_text == "at most $100"
    assert [hop.legs for hop in loop.unknown] == [("d2/1",)]


def test_a_loop_of_undisclosed_hops_has_no_amount_at_all() -> None:
    """
    a -> b: undisclosed
    b -> a: undisclosed purchase
    """
    (loop,) = loops(graph(test_a_loop_of_undisclosed_hops_has_no_amount_at_all.__doc__)).unpriced

    assert loop.amount_text == "amount unknown"


def test_an_undisclosed_part_hides_no_amount_that_is_known() -> None:
    """
    a -> b: 100
    a -> b: undisclosed
    b -> a: 60 purchase
    """
    found = loops(graph(test_an_undisclosed_part_hides_no_amount_that_is_known.__doc__))

    assert [loop.amount for loop in found.loops] == [Money(60, 60)]
    assert found.unpriced == ()


def test_a_loop_of_ceilings_is_named_where_only_floors_count() -> None:
    """
    a -> b: up to $100
    b -> a: 50 purchase
    """
    found = loops(graph(test_a_loop_of_ceilings_is_named_where_only_floors_count.__doc__, preset="firm"))

    assert [row.needs for row in found.left_out] == [(("d1/1", "a ceiling without a floor"),)]


def test_loops_that_a_known_hop_limits_come_before_those_of_unknown_hops_only() -> None:
    """
    a -> b: undisclosed
    b -> a: undisclosed purchase
    c -> d: 9
    d -> c: undisclosed purchase
    e -> f: 11
    f -> e: undisclosed purchase
    """
    web = graph(test_loops_that_a_known_hop_limits_come_before_those_of_unknown_hops_only.__doc__)
    found = loops(web)

    assert [loop.amount_text for loop in found.unpriced] == ["at most $11", "at most $9", "amount unknown"]
    assert not found.unpriced_truncated
    assert loops(web, top=2).unpriced_truncated
    assert [loop.parties for loop in loops(web, top=2).unpriced] == [("e", "f"), ("c", "d")]


def test_a_partly_undisclosed_hop_sets_no_limit() -> None:
    """
    a -> b: 5
    a -> b: undisclosed
    b -> a: 30 purchase
    """
    (loop,) = loops(graph(test_a_partly_undisclosed_hop_sets_no_limit.__doc__)).unpriced

    assert loop.amount == Money(5, 30)
    assert loop.amount_text == "at most $30"


def test_a_ceiling_has_no_firm_loop() -> None:
    """
    a -> b: up to $50
    b -> a: 30 purchase
    """
    text = test_a_ceiling_has_no_firm_loop.__doc__

    assert loops(graph(text)).loops[0].amount == Money(0, 30, ceilings=1)
    assert loops(graph(text, preset="firm")).loops == ()


def test_the_list_says_when_it_is_cut_and_when_it_cuts_a_tie() -> None:
    """
    a -> b: 9
    b -> a: 9 purchase
    c -> d: 4
    d -> c: 4 purchase
    e -> f: 4
    f -> e: 4 purchase
    """
    web = graph(test_the_list_says_when_it_is_cut_and_when_it_cuts_a_tie.__doc__)

    cut = loops(web, top=1)
    tied = loops(web, top=2)
    whole = loops(web, top=3)

    assert (cut.truncated, cut.tie_cut) == (True, False)
    assert (tied.truncated, tied.tie_cut) == (True, True)
    assert (whole.truncated, whole.tie_cut) == (False, False)


def test_loops_through_a_party_are_those_it_is_part_of() -> None:
    """
    a -> b: 9
    b -> a: 8 purchase
    b -> c: 7
    c -> b: 6 purchase
    """
    web = graph(test_loops_through_a_party_are_those_it_is_part_of.__doc__)

    assert [loop.parties for loop in loops(web, party="a").loops] == [("a", "b")]
    assert [loop.parties for loop in loops(web, party="b").loops] == [("a", "b"), ("b", "c")]


def test_a_bound_on_length_leaves_longer_loops_out() -> None:
    """
    a -> b: 9
    b -> c: 8 purchase
    c -> a: 7 purchase
    """
    web = graph(test_a_bound_on_length_leaves_longer_loops_out.__doc__)

    assert loops(web, max_length=2).loops == ()
    assert len(loops(web, max_length=3).loops) == 1


def test_the_weakest_leg_is_the_one_least_far_along() -> None:
    """
    a -> b: 9 closed
    b -> c: 8 purchase signed
    c -> a: 7 purchase announced
    """
    (loop,) = loops(graph(test_the_weakest_leg_is_the_one_least_far_along.__doc__, preset="headline")).loops

    assert loop.weakest.id == "d3/1"


def test_a_narrower_convention_says_which_loops_it_leaves_out_and_why() -> None:
    """
    nvidia -> openai: up to $100 letter-of-intent
    openai -> nvidia: undisclosed purchase
    amd -> openai: 96 warrant market
    openai -> amd: 90 purchase
    """
    text = test_a_narrower_convention_says_which_loops_it_leaves_out_and_why.__doc__

    found = loops(graph(text, consideration="all"))

    assert found.loops == ()
    assert {row.text: row.needs for row in found.left_out} == {
        "nvidia -> openai -> nvidia": (("d1/1", "only letter-of-intent"),),
        "amd -> openai -> amd": (("d3/1", "its amount is a market value"),),
    }
    assert loops(graph(text, preset="headline", consideration="all")).left_out == ()


def test_a_loop_names_the_instruments_of_every_hop() -> None:
    """
    a -> b: 5
    a -> b: 7 loan
    a -> b: 6
    b -> a: 30 lease
    """
    (loop,) = loops(graph(test_a_loop_names_the_instruments_of_every_hop.__doc__)).loops

    assert loop.instruments == (("equity", "loan"), ("lease",))


def test_money_can_come_round_if_it_is_paid_on_later() -> None:
    """
    a -> b: 50 #schedule {2026-03-01: $50}
    b -> a: 40 purchase #schedule {2026-02-01: $25, 2026-09-01: $15}
    """
    (loop,) = loops(graph(test_money_can_come_round_if_it_is_paid_on_later.__doc__)).loops

    # From a only the 15 of September are later; from b the 25 of February go on in March.
    assert loop.order == TimeOrder(Order.YES, Money(25, 25), "b", ())
    assert loop.order.text == "yes, $25"


def test_a_loop_whose_payments_all_precede_what_should_fund_them_does_not_close() -> None:
    """
    a -> b: 50 #schedule {2026-03-01: $50}
    b -> c: 40 purchase #schedule {2026-02-01: $40}
    c -> a: 30 purchase #schedule {2026-01-01: $30}
    """
    text = test_a_loop_whose_payments_all_precede_what_should_fund_them_does_not_close.__doc__
    (loop,) = loops(graph(text)).loops

    assert loop.amount == Money(30, 30)
    assert loop.order == TimeOrder(Order.NO, Money(0, 0), None, ())
    assert loop.order.text == "no"


def test_a_leg_without_dates_leaves_the_order_unknown() -> None:
    """
    a -> b: 50 2026-03-01
    b -> a: 40 purchase #schedule {2026-02-01: $25, 2026-09-01: $15}
    """
    (loop,) = loops(graph(test_a_leg_without_dates_leaves_the_order_unknown.__doc__)).loops

    # If all 50 come after September, both the 25 and the 15 go on.
    assert loop.order == TimeOrder(Order.UNKNOWN, Money(0, 40), "b", ("d1/1",))
    assert loop.order.text == "unknown, at most $40; no day for d1/1"


def test_a_leg_without_dates_adds_to_what_dated_ones_carry() -> None:
    """
    a -> b: 9 #schedule {2026-03-01: $9}
    a -> b: 5..7
    b -> a: 40 purchase #schedule {2026-09-01: $40}
    """
    (loop,) = loops(graph(test_a_leg_without_dates_adds_to_what_dated_ones_carry.__doc__)).loops

    assert loop.order == TimeOrder(Order.YES, Money(9, 16), "a", ("d2/1",))
    assert loop.order.text == "yes, $9–16"


def test_an_undisclosed_hop_leaves_the_amount_in_time_open() -> None:
    """
    a -> b: undisclosed closed
    b -> a: 30 purchase #schedule {2026-09-01: $30}
    c -> d: undisclosed closed
    d -> c: undisclosed purchase #schedule {2026-09-01: undisclosed}
    """
    limited, unlimited = loops(graph(test_an_undisclosed_hop_leaves_the_amount_in_time_open.__doc__)).unpriced

    assert limited.order.text == "yes, at most $30"
    assert unlimited.order.text == "yes, amount unknown"


def test_a_ceiling_and_a_floor_keep_their_marks_in_time() -> None:
    """
    a -> b: up to $50 closed
    b -> a: 40 purchase #schedule {2026-09-01: $40}
    c -> d: at least $20 closed
    d -> c: 30 purchase #schedule {2026-09-01: $30}
    """
    ceiling, floor = loops(graph(test_a_ceiling_and_a_floor_keep_their_marks_in_time.__doc__)).loops

    assert ceiling.order.text == "yes, up to $40"
    assert floor.order.text == "yes, $20+"


def test_confidence_is_the_least_status_and_the_worst_of_the_best_grades() -> None:
    """
    a -> b: 9 closed #source [s, web]
    b -> c: 8 purchase announced #source [web, paper]
    c -> a: 7 purchase signed #source [web]
    ---
    sources:
      web: {publisher: p, offline: o, grade: digest, date: 2025-01-01}
      paper: {publisher: p, offline: o, grade: filing, date: 2025-01-01}
    """
    text = test_confidence_is_the_least_status_and_the_worst_of_the_best_grades.__doc__
    (loop,) = loops(graph(text, preset="headline")).loops
    leg, grade = loop.graded

    assert (loop.weakest.id, loop.weakest.status) == ("d2/1", "announced")
    assert (leg.id, grade) == ("d3/1", "digest")


def test_the_smallest_leg_is_the_largest_of_the_narrowest_hop() -> None:
    """
    a -> b: 5
    a -> b: 7 loan
    b -> a: 30 purchase
    """
    (loop,) = loops(graph(test_the_smallest_leg_is_the_largest_of_the_narrowest_hop.__doc__)).loops

    assert loop.smallest is not None
    assert loop.smallest.id == "d2/1"


@pytest.mark.parametrize(
    "one, other, leg, way",
    [
        ("#exit cancellable", "#exit renewal", "d1/1", "cancellable"),
        ("#exit none", "#exit renewal", "d2/1", "renewal"),
        ("#exit renewal", "option", "d2/1", "option"),
        ("conditional", "#exit none", "d1/1", "conditional"),
        ("conditional", "#exit cancellable", "d2/1", "cancellable"),
        ("#exit none", "", None, "not stated"),
        ("#exit none", "#exit none", None, "none"),
    ],
)
def test_a_loop_is_left_where_it_is_easiest(one: str, other: str, leg: str | None, way: str) -> None:
    """Two legs with what is known of leaving them."""
    (loop,) = loops(graph(f"a -> b: 9 loan {one}\nb -> a: 8 purchase {other}")).loops
    leaving, found = loop.way_out

    assert (leaving.id if leaving else None, found) == (leg, way)


def test_what_has_closed_cannot_be_left() -> None:
    """
    a -> b: 9 closed #exit cancellable
    b -> a: 8 purchase #exit renewal
    """
    (loop,) = loops(graph(test_what_has_closed_cannot_be_left.__doc__)).loops

    assert loop.way_out[1] == "renewal"


def test_a_loop_of_parties_stands_for_loops_of_deals() -> None:
    """
    a -> b: 5
    a -> b: 7 loan
    b -> a: 30 purchase
    b -> a: 4 purchase
    b -> a: 2 lease
    """
    web = graph(test_a_loop_of_parties_stands_for_loops_of_deals.__doc__)
    (loop,) = loops(web).loops
    single = loops(web, level="deals").loops

    assert (loop.amount, loop.deal_count) == (Money(12, 12), 6)
    assert (loop.by_deal.amount, loop.by_deal.legs) == (Money(7, 7), ("d2/1", "d3/1"))
    assert [each.legs for each in single] == [
        ("d2/1", "d3/1"),
        ("d1/1", "d3/1"),
        ("d1/1", "d4/1"),
        ("d2/1", "d4/1"),
        ("d1/1", "d5/1"),
        ("d2/1", "d5/1"),
    ]
    assert [each.amount.high for each in single] == [7, 5, 4, 4, 2, 2]


def test_an_undisclosed_deal_may_be_the_largest_of_its_hop() -> None:
    """
    a -> b: 40
    a -> b: 45 loan
    a -> b: undisclosed
    b -> a: 60 purchase
    """
    (loop,) = loops(graph(test_an_undisclosed_deal_may_be_the_largest_of_its_hop.__doc__)).loops

    assert loop.amount == Money(60, 60)
    assert loop.by_deal.legs == ("d3/1", "d4/1")
    assert loop.by_deal.amount_text == "at most $60"


def test_loops_may_have_to_pass_several_parties() -> None:
    """
    a -> b: 9
    b -> a: 8 purchase
    b -> c: 7 purchase
    c -> a: 6 purchase
    """
    web = graph(test_loops_may_have_to_pass_several_parties.__doc__)

    assert [loop.parties for loop in loops(web, through=["a", "b"]).loops] == [("a", "b"), ("a", "b", "c")]
    assert [loop.parties for loop in loops(web, party="a", through=["c"]).loops] == [("a", "b", "c")]
    assert loops(web, through=["a", "b", "c"], max_length=2).loops == ()
    assert loops(web, party="a", through=["c", "a"]).through == ("a", "c")


def test_what_is_left_out_on_request_is_on_no_loop() -> None:
    """
    a -> b: 9
    b -> a: 8 purchase
    a -> c: 7
    c -> a: 6 purchase
    a -> d: 5 letter-of-intent
    d -> a: 4 purchase
    """
    web = graph(test_what_is_left_out_on_request_is_on_no_loop.__doc__)

    def without(*names: str) -> Loops:
        return loops(web.under(convention(web.registry, without=names)))

    assert [loop.parties for loop in without("b").loops] == [("a", "c")]
    assert [loop.parties for loop in without("d4", "d1/1").loops] == []
    assert [row.text for row in without("b").left_out] == ["a -> d -> a"]
    assert without("d").left_out == ()


def test_in_a_window_only_what_falls_in_it_goes_round() -> None:
    """
    a -> b: 9 #schedule {2026-03-01: $2, 2027-03-01: $7}
    b -> a: 8 purchase #schedule {2026-05-01: $5, 2027-02-01: $3}
    c -> d: 9
    d -> c: 8 purchase
    """
    web = graph(test_in_a_window_only_what_falls_in_it_goes_round.__doc__)
    found = loops(web.under(convention(web.registry, years=(2027, 2027))))

    (loop,) = found.loops
    assert (loop.amount, loop.order.amount, loop.order.start) == (Money(3, 3), Money(3, 3), "b")
    assert found.left_out == ()


def test_the_arithmetic_of_a_loop_can_be_followed() -> None:
    """
    a -> b: 5
    a -> b: 7..9 loan
    b -> a: 30 purchase #schedule {2026-09-01: $30}
    """
    found = loops(graph(test_the_arithmetic_of_a_loop_can_be_followed.__doc__))
    trace = found.explain()

    assert trace.names == ("amount", "deal_amount", "time_amount")
    assert (trace["amount"], trace["deal_amount"]) == (Money(12, 14), Money(7, 9))
    assert trace["time_amount"] == found.loops[0].order.amount
    assert trace.legs == ("d1/1", "d2/1", "d3/1")
    assert trace.steps[1].text == "loan, signed, press, way out not stated"
    assert trace.notes == ("a -> b: no day, not before 2025-01-01", "b -> a: 2026-09-01")
    with pytest.raises(BadOption):
        found.explain(2)


_NAMES: Final = "abcde"
_SIDES: Final = ("equity", "purchase")
_deals = st.lists(
    st.tuples(
        st.sampled_from([(u, v) for u in _NAMES for v in _NAMES if u != v]),
        st.integers(1, 5),
        st.sampled_from(_SIDES),
    ),
    max_size=12,
)
Deals: TypeAlias = list[tuple[tuple[str, str], int, str]]


def written(deals: Deals) -> str:
    """Write deals in the notation of `tests.webs`."""
    return "\n".join(f"{u} -> {v}: {amount} {kind}" for (u, v), amount, kind in deals)


def every_loop(deals: Deals, level: str, max_length: int) -> dict[tuple[str, ...], int]:
    """Enumerate all funding loops depth first: their legs, from the smallest party on, and amounts."""
    steps: dict[tuple[str, str, str, int], tuple[tuple[str, ...], int]] = {}
    for number, ((u, v), amount, kind) in enumerate(deals, 1):
        key = (u, v, kind, number if level == "deals" else 0)
        legs, sum_so_far = steps.get(key, ((), 0))
        steps[key] = ((*legs, f"d{number}/1"), sum_so_far + amount)
    found = {}
    todo: list[tuple[str, list[tuple[str, str, str, int]], frozenset[str]]]
    todo = [(name, [], frozenset({name})) for name in _NAMES]
    while todo:
        first, taken, seen = todo.pop()
        at = taken[-1][1] if taken else first
        for key in steps:
            if key[0] != at or len(taken) == max_length:
                continue
            way = [*taken, key]
            if key[1] == first:
                if {step[2] for step in way} == set(_SIDES):
                    legs = tuple(leg for step in way for leg in steps[step][0])
                    found[legs] = min(steps[step][1] for step in way)
            elif key[1] > first and key[1] not in seen:
                todo.append((first, way, seen | {key[1]}))
    return found


@pytest.mark.parametrize("level", ["parties", "deals"])
@settings(max_examples=60)
@given(deals=_deals, max_length=st.integers(2, 5))
def test_the_list_is_that_of_full_enumeration(level: str, deals: Deals, max_length: int) -> None:
    """Random webs with parallel deals."""
    if not deals:
        return
    found = loops(graph(written(deals)), top=10_000, max_length=max_length, level=level)
    amounts = [loop.amount.high for loop in found.loops]

    assert {loop.legs: loop.amount.high for loop in found.loops} == every_loop(deals, level, max_length)
    assert len({loop.legs for loop in found.loops}) == len(found.loops)
    assert amounts == sorted(amounts, reverse=True)


@settings(max_examples=60)
@given(_deals, st.integers(1, 6))
def test_asking_for_more_loops_keeps_the_larger_ones(deals: Deals, top: int) -> None:
    """Random webs; among loops of one amount, the cut is anywhere."""
    if not deals:
        return
    web = graph(written(deals))
    some, more = loops(web, top=top).loops, loops(web, top=top + 2).loops

    assert [loop.amount for loop in more[: len(some)]] == [loop.amount for loop in some]
    assert {loop.legs for loop in some} <= {loop.legs for loop in more}


@settings(max_examples=60)
@given(_deals)
def test_turning_every_deal_round_keeps_the_loops(deals: Deals) -> None:
    """Random webs."""
    turned: Deals = [((v, u), amount, kind) for (u, v), amount, kind in deals]
    assert widths(turned, 5) == widths(deals, 5)


@settings(max_examples=60)
@given(_deals, st.integers(2, 10**9))
def test_loops_grow_with_the_amounts(deals: Deals, factor: int) -> None:
    """Random webs, every amount multiplied."""
    larger: Deals = [(pair, amount * factor, kind) for pair, amount, kind in deals]
    assert widths(larger, 5) == {
        legs: (hops, width * factor) for legs, (hops, width) in widths(deals, 5).items()
    }


@settings(max_examples=60)
@given(_deals)
def test_a_go_between_adds_a_hop_and_keeps_the_amount(deals: Deals) -> None:
    """Random webs, a go-between on the first deal, if it has its hop to itself."""
    if not deals:
        return
    (u, v), amount, kind = deals[0]
    if any(((u, v), kind) == (pair, other) for pair, _, other in deals[1:]):
        return
    between: Deals = [((u, "g"), amount, kind), *deals[1:], (("g", v), amount, kind)]
    inserted = {
        frozenset(leg for leg in legs if leg != f"d{len(deals) + 1}/1"): found
        for legs, found in widths(between, 6).items()
    }
    assert inserted == {
        legs: (hops + ("d1/1" in legs), width) for legs, (hops, width) in widths(deals, 5).items()
    }


def widths(deals: Deals, max_length: int) -> dict[frozenset[str], tuple[int, int]]:
    """Give the hops and the amount of every loop by its legs."""
    if not deals:
        return {}
    found = loops(graph(written(deals)), top=10_000, max_length=max_length).loops
    return {frozenset(loop.legs): (len(loop.hops), loop.amount.high) for loop in found}


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a -> b", "b -> c", "c -> a", "b -> a"]),
            st.sampled_from(["9", "4..6", "up to $7", "at least $5", "undisclosed"]),
            st.sampled_from(["equity", "purchase", "loan closed"]),
            st.sampled_from(["", "#term 2026-01..2026-06", "#schedule {2026-02: $3, 2026-04-01: $1}"]),
        ),
        min_size=2,
        max_size=8,
    )
)
def test_no_more_comes_round_in_time_than_fits_round(rows: list[tuple[str, str, str, str]]) -> None:
    """Random webs of three parties with everything that may be known of a leg."""
    found = loops(graph("\n".join(f"{way}: {amount} {kind} {dates}" for way, amount, kind, dates in rows)))

    for loop in (*found.loops, *found.unpriced):
        order, most = loop.order, loop.by_deal.amount
        limits = [hop.amount.high for hop in loop.hops if hop.amount.known]
        assert order.amount.low <= loop.amount.low
        assert (order.answer == "no") == (not order.amount)
        assert order.amount.undisclosed == (order.answer != "no" and not limits)
        assert order.amount.high <= min(limits, default=0)
        assert most.low <= loop.amount.low
        assert set(loop.by_deal.legs) <= set(loop.legs)


def complete(size: int) -> str:
    """Write a web in which everybody pays everybody, one half of them funding."""
    return "\n".join(
        f"p{i} -> p{j}: {(7 * i + 3 * j) % 97 + 1} {'equity' if (i + j) % 2 else 'purchase'}"
        for i in range(size)
        for j in range(size)
        if i != j
    )


def test_no_more_loops_are_drawn_than_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty parties who all pay each other: more than 10^40 loops."""
    web = graph(complete(40), preset="headline")
    drawn = 0

    def counted(arcs: Sequence[Arc], max_length: int, required: int = 0) -> Iterator[tuple[int, ...]]:
        nonlocal drawn
        for loop in widest_loops(arcs, max_length, required):
            drawn += 1
            yield loop

    monkeypatch.setattr("aiweb.analysis.loops.widest_loops", counted)
    found = loops(web, top=10, max_length=12)

    assert len(web.hops) == 1560
    assert (len(found.loops), found.truncated) == (10, True)
    assert drawn == 11


def test_no_more_is_kept_than_the_answer() -> None:
    """Sixteen parties who all pay each other: more than 10^12 loops."""
    web = graph(complete(16), preset="headline")
    tracemalloc.start()
    try:
        found = loops(web, top=10, max_length=12)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(found.loops) == 10
    assert peak < 500_000


def test_loops_one_hop_too_long_are_not_searched_one_by_one() -> None:
    """Six times eight ways to get from one party to the next, in a ring of 13 hops: 8^6 loops, bound 12."""
    lines = ["s6 -> s0: 90 equity"]
    for i in range(6):
        for way in range(8):
            lines += [
                f"s{i} -> w{i}{way}: {10 + 8 * i + way} purchase",
                f"w{i}{way} -> s{i + 1}: {70 + way} purchase",
            ]
    web = graph("\n".join(lines), preset="headline")
    steps = 0

    def count(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        nonlocal steps
        steps += 1
        assert steps < 8**6
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        found = loops(web, max_length=12)
    finally:
        sys.settrace(before)

    assert found.loops == ()
    assert steps > 0


@pytest.mark.parametrize(
    "option",
    [{"kind": "fundig"}, {"level": "legs"}, {"top": 0}, {"max_length": 1}, {"max_length": 13}],
    ids=["kind", "level", "top", "short", "long"],
)
def test_options_without_sense_are_refused(option: dict[str, int]) -> None:
    """
    a -> b: 9
    """
    with pytest.raises(BadOption):
        loops(graph("a -> b: 9"), **option)  # type: ignore[arg-type]  # that is the point
