"""Loops of a web: what counts, how much, in which order, and what is said of the rest."""

from __future__ import annotations

import pytest

from aiweb.analysis.loops import loops
from aiweb.errors import BadOption
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


@pytest.mark.parametrize(
    "option",
    [{"kind": "fundig"}, {"top": 0}, {"max_length": 1}, {"max_length": 13}],
    ids=["kind", "top", "short", "long"],
)
def test_options_without_sense_are_refused(option: dict[str, int]) -> None:
    """
    a -> b: 9
    """
    with pytest.raises(BadOption):
        loops(graph("a -> b: 9"), **option)  # type: ignore[arg-type]  # that is the point
