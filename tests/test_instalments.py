"""On which days a leg is paid: what is on record, what is published, and what nobody has said."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiweb.graph import convention
from aiweb.instalments import Instalment, dated_payments, instalments
from tests.webs import graph


def parts(text: str | None, preset: str = "contracted") -> list[tuple[int, int, str | None]]:
    """Give the instalments of the first leg as low, high and day."""
    web = graph(text, preset=preset)
    return [
        (part.low, part.high, part.day.isoformat() if part.day else None)
        for part in instalments(web, web.leg["d1/1"])
    ]


def test_a_schedule_is_paid_on_its_dates_and_an_imprecise_one_by_months() -> None:
    """
    a -> b: 100 purchase #schedule {2026-03-05: $30, 2026-Q3: $60}
    """
    assert parts(test_a_schedule_is_paid_on_its_dates_and_an_imprecise_one_by_months.__doc__) == [
        (30, 30, "2026-03-05"),
        (20, 20, "2026-07-31"),
        (20, 20, "2026-08-31"),
        (20, 20, "2026-09-30"),
        (10, 10, None),
    ]


def test_a_term_is_paid_in_equal_parts_at_the_end_of_each_month() -> None:
    """
    a -> b: 80..120 purchase #term 2026-02..2026-05
    """
    assert parts(test_a_term_is_paid_in_equal_parts_at_the_end_of_each_month.__doc__) == [
        (20, 30, "2026-02-28"),
        (20, 30, "2026-03-31"),
        (20, 30, "2026-04-30"),
        (20, 30, "2026-05-31"),
    ]


def test_a_term_that_ends_inside_a_month_is_paid_by_days() -> None:
    """
    a -> b: 45 purchase #term 2026-04..2026-05-15
    """
    assert parts(test_a_term_that_ends_inside_a_month_is_paid_by_days.__doc__) == [
        (30, 30, "2026-04-30"),
        (15, 15, "2026-05-15"),
    ]


def test_payments_on_record_come_first_and_the_rest_is_spread_over_the_rest_of_the_term() -> None:
    """
    a -> b: 90 purchase; 2026-02-28 paid 50 #term 2026-01..2026-04
    """
    text = test_payments_on_record_come_first_and_the_rest_is_spread_over_the_rest_of_the_term.__doc__

    assert parts(text) == [
        (50, 50, "2026-02-28"),
        (20, 20, "2026-03-31"),
        (20, 20, "2026-04-30"),
    ]


def test_closed_funding_is_paid_on_the_day_it_closed() -> None:
    """
    a -> b: 70 loan; 2025-06-30 closed
    """
    assert parts(test_closed_funding_is_paid_on_the_day_it_closed.__doc__) == [(70, 70, "2025-06-30")]


def test_what_is_known_by_a_day_only_may_have_been_paid_before() -> None:
    """
    a -> b: 90 purchase 2025-02-01; 2025-06-30 paid 50; 2025-12-31 paid 60 #term 2025-01..2026-02
    a -> c: 70 loan; 2025-Q3 closed
    """
    web = graph(test_what_is_known_by_a_day_only_may_have_been_paid_before.__doc__)
    first, second, *rest = instalments(web, web.leg["d1/1"])
    (closed,) = instalments(web, web.leg["d2/1"])

    assert (first.since, first.day) == (date(2025, 2, 1), date(2025, 6, 30))
    assert (second.since, second.day) == (date(2025, 7, 1), date(2025, 12, 31))
    assert (closed.since, closed.day) == (date(2025, 7, 1), date(2025, 9, 30))
    assert [part.is_dated for part in (first, second, *rest, closed)] == [False, False, True, True, False]


@pytest.mark.parametrize("said", ["70 loan", "70 purchase; 2025-06-30 closed"])
def test_else_nobody_knows_the_day(said: str) -> None:
    """A signed loan, and a purchase that has closed."""
    web = graph(f"a -> b: {said}")
    (part,) = instalments(web, web.leg["d1/1"])

    assert part == Instalment(70, 70, undisclosed=False, day=None, since=date(2025, 1, 1))


def test_nothing_is_paid_before_the_deal_was_signed() -> None:
    """
    a -> b: 70 purchase letter-of-intent; 2025-04-09 signed
    """
    web = graph(test_nothing_is_paid_before_the_deal_was_signed.__doc__)

    assert [part.since for part in instalments(web, web.leg["d1/1"])] == [date(2025, 4, 9)]


def test_a_whole_without_its_part_is_paid_in_the_same_proportions() -> None:
    """
    a -> b: 100 purchase #schedule {2026-03-05: $30, 2026-04-05: $70}
    a -> c: 40 purchase #part-of d1/1
    """
    assert parts(test_a_whole_without_its_part_is_paid_in_the_same_proportions.__doc__) == [
        (18, 18, "2026-03-05"),
        (42, 42, "2026-04-05"),
    ]


def test_a_window_keeps_what_falls_in_it() -> None:
    """
    a -> b: 100 purchase #schedule {2026-03-05: $30, 2027-04-05: $70}
    """
    web = graph(test_a_window_keeps_what_falls_in_it.__doc__)
    within = web.under(convention(web.registry, years=(2027, 2030)))

    assert instalments(within, within.leg["d1/1"]) == (
        Instalment(70, 70, undisclosed=False, day=date(2027, 4, 5), since=date(2027, 4, 5)),
    )


def test_paid_is_what_was_paid() -> None:
    """
    a -> b: 90 purchase; 2026-02-28 paid 50; 2026-03-31 paid 60
    """
    text = test_paid_is_what_was_paid.__doc__

    assert parts(text, preset="paid") == [(50, 50, "2026-02-28"), (10, 10, "2026-03-31")]


def test_an_undisclosed_instalment_may_be_any_amount() -> None:
    """
    a -> b: undisclosed purchase #term 2026-02..2026-03
    """
    web = graph(test_an_undisclosed_instalment_may_be_any_amount.__doc__)
    leg = web.leg["d1/1"]
    made = instalments(web, leg)

    assert [payment.amount for payment in dated_payments(leg, made, "high", beyond=999)] == [999, 999]
    assert [payment.amount for payment in dated_payments(leg, made, "low", beyond=999)] == [0, 0]


@given(
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.sampled_from(["", " #term 2026-02..2027", " #schedule {2026: $3, 2027-05: $9}"]),
    st.sampled_from(["", "; 2026-03-03 paid 5", "; 2025-06-30 closed"]),
)
def test_instalments_add_up_to_the_leg(one: int, other: int, dates: str, later: str) -> None:
    """Legs with every mix of what may be known of them."""
    low, high = sorted((one, other))
    web = graph(f"a -> b: {low}..{high} equity{later}{dates if high >= 12 else ''}")
    found = instalments(web, web.leg["d1/1"])

    assert sum(part.high for part in found) == high
    assert sum(part.low for part in found) <= low
    assert all(0 <= part.low <= part.high for part in found)
