"""Webs with something left out, and webs of some years: by hand, and by law."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiweb import graph as graphs
from aiweb.errors import BadOption, UnknownName
from aiweb.graph import DealGraph
from aiweb.values import UNDISCLOSED, Money
from aiweb.web import Web
from tests.commands import aiweb
from tests.webs import graph


def limited(found: DealGraph, *without: str, years: tuple[int, int] | None = None) -> DealGraph:
    """Leave something out of a web, or all but some years."""
    rule = graphs.convention(found.registry, without=without, years=years)
    return found.under(replace(found.convention, without=rule.without, years=rule.years))


def amounts(found: DealGraph) -> dict[str, Money]:
    """Say what counts, leg by leg."""
    return {leg.id: leg.amount for leg in found.legs}


def reasons(found: DealGraph) -> dict[str, str]:
    """Say why legs do not count."""
    return {row.state.id: row.reason for row in found.excluded}


def test_a_party_a_deal_and_a_leg_can_be_left_out() -> None:
    """
    nvidia -> openai: 100
    openai -> oracle: 70 purchase
    oracle -> nvidia: 30 purchase
    """
    whole = graph(test_a_party_a_deal_and_a_leg_can_be_left_out.__doc__)
    assert set(amounts(limited(whole, "oracle"))) == {"d1/1"}
    assert set(amounts(limited(whole, "d1", "d3/1"))) == {"d2/1"}
    assert reasons(limited(whole, "oracle"))["d3/1"] == "left out by request"
    assert whole.legs == limited(whole).legs


def test_a_part_that_is_left_out_is_not_counted_in_its_whole() -> None:
    """
    openai -> oracle: 70 purchase
    openai -> oracle: 25 purchase #part-of d1/1
    """
    whole = graph(test_a_part_that_is_left_out_is_not_counted_in_its_whole.__doc__)
    assert amounts(whole) == {"d1/1": Money(45, 45), "d2/1": Money(25, 25)}
    assert amounts(limited(whole, "d2")) == {"d1/1": Money(45, 45)}


def test_a_name_that_nothing_has_is_refused() -> None:
    """
    nvidia -> openai: 100
    """
    whole = graph(test_a_name_that_nothing_has_is_refused.__doc__)
    with pytest.raises(UnknownName, match=r"'openia'.*openai"):
        limited(whole, "openia")
    with pytest.raises(BadOption, match=r"2030\.\.2026"):
        limited(whole, years=(2030, 2026))


def test_a_window_takes_of_each_leg_what_falls_in_it() -> None:
    """
    openai -> oracle: 50 purchase #term 2027..2031
    openai -> amd: 60 purchase #schedule {2026: $10, 2027-06: $20, 2029: $30}
    nvidia -> openai: 7 closed 2026-02-01
    microsoft -> openai: 9 loan closed 2025-02-01
    openai -> microsoft: 11 purchase
    openai -> arm: undisclosed purchase #term 2026..2027
    """
    whole = graph(test_a_window_takes_of_each_leg_what_falls_in_it.__doc__)
    early = limited(whole, years=(2026, 2027))
    assert amounts(early) == {
        "d1/1": Money(10, 10),
        "d2/1": Money(30, 30),
        "d3/1": Money(7, 7),
        "d6/1": UNDISCLOSED,
    }
    assert reasons(early) == {
        "d4/1": "nothing of it falls in 2026..2027",
        "d5/1": "no schedule or term is published",
    }
    assert str(early.convention).endswith("as of 2026-12-31, in 2026..2027")
    assert early.flows().gross == 47


def test_under_paid_a_window_holds_the_payments_made_in_it() -> None:
    """
    nvidia -> openai: 100 closed; 2025-06-01 paid 30; 2026-02-01 paid 45
    """
    whole = graph(test_under_paid_a_window_holds_the_payments_made_in_it.__doc__, preset="paid")
    assert amounts(whole) == {"d1/1": Money(45, 45)}
    assert amounts(limited(whole, years=(2026, 2026))) == {"d1/1": Money(15, 15)}
    assert amounts(limited(whole, years=(2025, 2025))) == {"d1/1": Money(30, 30)}
    assert amounts(limited(whole, years=(2027, 2028))) == {}


@given(
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    st.integers(0, 2500),
    st.integers(2023, 2038),
)
def test_two_windows_that_meet_add_up_to_the_whole(
    low: int, more: int, first: date, days: int, cut: int
) -> None:
    """No dollar is in two windows, and none in neither."""
    last = date.fromordinal(first.toordinal() + days)
    whole = graph(f"a -> b: {low}..{low + more} purchase #term {first}..{last}", as_of="2026-01-01")
    before, after = limited(whole, years=(1900, cut)), limited(whole, years=(cut + 1, 2200))
    for at in ("low", "high"):
        assert before.flows(at).gross + after.flows(at).gross == whole.flows(at).gross


def test_flows_keep_the_outside_apart() -> None:
    """
    *bonds -> lab: 40 loan
    lab -> *landlords: 15..25 lease
    lab -> cloud: 9 purchase
    lab -> cloud: 4 purchase
    *bonds -> *landlords: 2 loan
    """
    flows = graph(test_flows_keep_the_outside_apart.__doc__).flows("low")
    assert dict(flows.inside) == {("lab", "cloud"): 13}
    assert (dict(flows.inward), dict(flows.outward), flows.across) == ({"lab": 40}, {"lab": 15}, 2)
    assert flows.gross == 70
    assert dict(flows.paid) == {"lab": 28}
    assert dict(flows.received) == {"cloud": 13, "lab": 40}
    assert dict(flows.throughput) == {"cloud": 13, "lab": 40}


def test_python_and_the_command_take_the_same_limits() -> None:
    """
    nvidia -> openai: 100 closed 2026-05-01
    openai -> nvidia: 80 purchase #term 2026..2027
    openai -> oracle: 5 purchase
    """
    web = Web(graph(test_python_and_the_command_take_the_same_limits.__doc__))
    limited_web = web.without("Oracle").within(2026, 2026)
    assert [leg.id for leg in limited_web.graph.legs] == ["d1/1", "d2/1"]
    assert limited_web.loops().loops[0].amount == Money(40, 40)
    assert web.within(until=2026).convention.limits == "in ..2026"
    assert limited_web.as_of("2026-06-01").convention.limits == "in 2026, without oracle"
    shown = aiweb(
        "circularity", "--without", "microsoft", "--without", "nvda", "--from", "2026", "--to", "2027"
    )
    assert "in 2026..2027, without microsoft, nvidia" in shown.out
    assert "that no source puts into any year" in shown.out
    assert aiweb("loops", "--without", "openia").code == 2
    assert aiweb("loops", "--from", "2030", "--to", "2026").code == 2


def test_payments_on_record_come_first_and_the_rest_is_spread() -> None:
    """
    openai -> oracle: 100 purchase; 2025-12-31 paid 40 #term 2025..2028
    microsoft -> openai: 13 signed 2019-07-22; 2023-06-30 paid 4; 2025-09-30 paid 9
    nvidia -> openai: 30 signed 2025-11-01; 2025-12-01 paid 12; 2026-03-01 closed
    """
    whole = graph(test_payments_on_record_come_first_and_the_rest_is_spread.__doc__)
    by_year = {year: amounts(limited(whole, years=(year, year))) for year in (2023, 2025, 2026, 2027)}
    assert by_year == {
        2023: {"d2/1": Money(4, 4)},
        2025: {"d1/1": Money(40, 40), "d2/1": Money(5, 5), "d3/1": Money(12, 12)},
        2026: {"d1/1": Money(20, 20), "d3/1": Money(18, 18)},
        2027: {"d1/1": Money(20, 20)},
    }


def test_firm_counts_what_hangs_on_nothing() -> None:
    """
    amazon -> openai: 15..20
    amazon -> openai: 35 conditional
    amd -> openai: 7 option
    """
    found = graph(test_firm_counts_what_hangs_on_nothing.__doc__, preset="firm")
    assert amounts(found) == {"d1/1": Money(15, 15)}
    assert reasons(found) == {"d2/1": "it hangs on a condition", "d3/1": "it is an option"}


def test_a_part_of_a_part_is_left_out_once() -> None:
    """
    openai -> oracle: 100 purchase
    openai -> oracle: 50 purchase #part-of d1/1
    openai -> oracle: 20 purchase #part-of d2/1
    openai -> oracle: 30 purchase talks #part-of d1/1
    """
    whole = graph(test_a_part_of_a_part_is_left_out_once.__doc__)
    assert amounts(limited(whole, "d2")) == {"d1/1": Money(50, 50), "d3/1": Money(20, 20)}
    # What never counted takes nothing with it.
    assert amounts(limited(whole, "d4")) == amounts(whole)


def test_a_part_whose_deal_has_ended_is_left_out_of_what_was_paid() -> None:
    """
    openai -> oracle: 100 purchase; 2026-01-01 paid 100
    openai -> oracle: 30 purchase; 2026-01-01 paid 30; 2026-02-01 completed #part-of d1/1
    """
    text = test_a_part_whose_deal_has_ended_is_left_out_of_what_was_paid.__doc__
    assert amounts(limited(graph(text, preset="paid"), "d2")) == {"d1/1": Money(70, 70)}


def test_windows_over_a_whole_and_its_part_add_up() -> None:
    """
    a -> b: 100 purchase #term 2026..2030
    a -> b: 50 purchase #term 2026 #part-of d1/1
    c -> d: 100 purchase #term 2026..2027
    c -> d: 80 purchase #term 2027..2028 #overlaps [d3/1]
    e -> f: 100 purchase #term 2026..2030
    e -> f: 50 purchase #part-of d5/1
    """
    whole = graph(test_windows_over_a_whole_and_its_part_add_up.__doc__)
    for at in ("low", "high"):
        early, late, both = (
            limited(whole, years=years).flows(at).gross
            for years in ((2026, 2026), (2027, 2030), (2026, 2030))
        )
        assert early + late == both
    assert dict(whole.undated) == {"d6/1": Money(50, 50)}
    assert limited(whole, years=(1900, 2200)).flows().gross + 50 == whole.flows().gross


def test_a_window_keeps_what_is_open_in_an_amount() -> None:
    """
    a -> b: at least $100 purchase #schedule {2026: $50, 2027: $50}
    a -> c: up to $100 purchase #schedule {2026: $50, 2027: $50}
    a -> d: 100 purchase #schedule {2026: $40}
    a -> e: 2 undisclosed purchase #term 2026..2027
    """
    whole = graph(test_a_window_keeps_what_is_open_in_an_amount.__doc__)
    assert {name: str(amount) for name, amount in amounts(limited(whole, years=(2026, 2026))).items()} == {
        "d1/1": "$50+",
        "d2/1": "up to $50",
        "d3/1": "$40",
        "d4/1": "2 undisclosed",
    }
    assert dict(whole.undated) == {"d3/1": Money(60, 60)}


def test_payments_that_are_ranges_come_to_what_was_paid() -> None:
    """
    a -> b: 25 purchase; 2025-02-01 paid 10..20; 2026-01-01 paid 25 #term 2025..2027
    """
    for preset in ("paid", "contracted"):
        whole = graph(test_payments_that_are_ranges_come_to_what_was_paid.__doc__, preset=preset)
        assert amounts(whole) == {"d1/1": Money(25, 25)}
        assert amounts(limited(whole, years=(2020, 2030))) == {"d1/1": Money(25, 25)}
        assert amounts(limited(whole, years=(2025, 2025))) == {"d1/1": Money(10, 20)}
        assert amounts(limited(whole, years=(2026, 2026))) == {"d1/1": Money(5, 15)}


def test_a_leg_that_is_not_there_is_not_taken_for_its_deal() -> None:
    """
    nvidia -> openai: 100
    """
    web = Web(graph(test_a_leg_that_is_not_there_is_not_taken_for_its_deal.__doc__))
    with pytest.raises(UnknownName, match="no leg 'd1/9'"):
        web.without("d1/9")
