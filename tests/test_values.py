"""Laws of money and dates: printing inverts parsing, sums lose nothing, bad texts are refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiweb.values import (
    NOTHING,
    UNDISCLOSED,
    Money,
    Span,
    When,
    currency,
    narrowest,
    parse_money,
    total,
)

LARGE = 10**24


def ranges(bounds: st.SearchStrategy[int]) -> st.SearchStrategy[Money]:
    """Make amounts with every mark they can bear."""
    return st.builds(
        lambda ends, undisclosed, ceilings, unbounded: Money(
            min(ends), max(ends), undisclosed, ceilings, unbounded
        ),
        st.one_of(st.tuples(bounds, bounds), bounds.map(lambda bound: (bound, bound))),
        st.integers(0, 3),
        st.integers(0, 3),
        st.booleans(),
    )


# As people write them: few digits and many zeros.
ROUND = st.builds(lambda digits, zeros: digits * 10**zeros, st.integers(-9999, 9999), st.integers(0, 14))
ANY = ranges(st.one_of(st.integers(-LARGE, LARGE), st.integers(-99, 99), ROUND))
POSITIVE = ranges(st.one_of(st.integers(0, LARGE), st.integers(0, 99)))


@given(ANY)
def test_parsing_what_was_printed_gives_the_same_amount(amount: Money) -> None:
    """Negative amounts, ceilings, unbounded and undisclosed ones too."""
    assert parse_money(str(amount)) == amount


@pytest.mark.parametrize(
    "text, amount",
    [
        ("$100bn", Money(100 * 10**9, 100 * 10**9)),
        ("$1.5tn", Money(1_500_000_000_000, 1_500_000_000_000)),
        ("up to $100bn", Money(0, 100 * 10**9, ceilings=1)),
        ("at least $38bn", Money(38 * 10**9, 38 * 10**9, unbounded=True)),
        ("$38bn+", Money(38 * 10**9, 38 * 10**9, unbounded=True)),
        ("$17.4bn..19.4bn", Money(17_400_000_000, 19_400_000_000)),
        ("$17.4..19.4bn", Money(17_400_000_000, 19_400_000_000)),
        ("$900m..1.2bn", Money(900_000_000, 1_200_000_000)),
        ("$1,234,567", Money(1_234_567, 1_234_567)),
        ("-$20m", Money(-20_000_000, -20_000_000)),
        ("USD 5k", Money(5_000, 5_000)),
        ("undisclosed", UNDISCLOSED),
        ("3 undisclosed", Money(0, 0, undisclosed=3)),
        ("$5 and 2 undisclosed", Money(5, 5, undisclosed=2)),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, amount: Money) -> None:
    """The forms of the manual."""
    assert parse_money(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5bn",
        "$",
        "$5 billion",
        "~$5bn",
        "$5-7bn",
        "$-5",
        "$1,00",
        "€5bn",
        "$5..1",
        "$100..19bn",
        "up to $5..9",
        "up to $5+",
        "at least $5..9",
        "0 undisclosed",
        "$\u0663",
        "$1e9",
        "$1_000",
        "unknown",
        "$nan",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    """Never a guess, and never a bound dropped without a word."""
    with pytest.raises(ValueError, match=r"."):
        parse_money(text)


def test_another_currency_is_turned_into_dollars_at_the_rate_given() -> None:
    """EUR 1.3bn at 1.17."""
    assert parse_money("EUR 1.3bn", Decimal("1.17")) == Money(1_521_000_000, 1_521_000_000)
    assert currency("EUR 1.3bn") == "EUR"


def test_another_currency_without_a_rate_is_refused() -> None:
    """EUR 1.3bn."""
    with pytest.raises(ValueError, match="no rate to turn EUR into US dollars"):
        parse_money("EUR 1.3bn")


def test_a_range_never_runs_backwards() -> None:
    """Money(2, 1)."""
    with pytest.raises(ValueError, match="2 is above 1"):
        Money(2, 1)


@given(ANY, ANY, ANY)
def test_a_sum_is_the_same_in_any_order(one: Money, two: Money, three: Money) -> None:
    """Any amounts."""
    assert one + two == two + one
    assert (one + two) + three == one + (two + three) == total([three, one, two])


@given(ANY)
def test_adding_nothing_changes_nothing(amount: Money) -> None:
    """Any amount; nothing alone counts as false."""
    assert amount + NOTHING == amount
    assert bool(amount) == (amount != NOTHING)


@given(ANY)
def test_turning_the_sign_twice_changes_nothing(amount: Money) -> None:
    """Any amount."""
    opposite = -amount

    assert -opposite == amount
    assert opposite.high == -amount.low


@given(POSITIVE, st.lists(st.integers(0, 1000), min_size=1, max_size=40).filter(any))
def test_shares_add_up_to_the_whole(amount: Money, weights: list[int]) -> None:
    """To the dollar, and no share without a weight holds any."""
    pieces = amount.shares(weights)

    assert sum(piece.low for piece in pieces) == amount.low
    assert sum(piece.high for piece in pieces) == amount.high
    assert all(piece.high == 0 for piece, weight in zip(pieces, weights, strict=True) if not weight)


def test_shares_of_a_narrow_range_do_not_run_backwards() -> None:
    """$3–4 in ten: rounding floor and ceiling apart put a piece of 1 over a piece of 0."""
    assert len(Money(3, 4).shares([1] * 10)) == 10


def test_shares_follow_their_weights() -> None:
    """$100 by 1, 2 and 7."""
    assert [piece.low for piece in Money(100, 100).shares([1, 2, 7])] == [10, 20, 70]


@pytest.mark.parametrize(
    "whole, part, left",
    [
        (Money(100, 100), Money(30, 30), Money(70, 70)),
        (Money(100, 120), Money(30, 40), Money(60, 90)),
        (Money(100, 100), UNDISCLOSED, Money(0, 100)),
        (Money(100, 100), Money(30, 30, unbounded=True), Money(0, 70)),
        (Money(100, 100), Money(0, 30, ceilings=1), Money(70, 100)),
        (Money(0, 100, ceilings=1), Money(30, 30), Money(0, 70, ceilings=1)),
        (Money(38, 38, unbounded=True), Money(8, 8), Money(30, 30, unbounded=True)),
        (UNDISCLOSED, Money(8, 8), UNDISCLOSED),
        (Money(10, 10), Money(30, 30), NOTHING),
    ],
)
def test_less_leaves_what_can_be_left(whole: Money, part: Money, left: Money) -> None:
    """By hand: the floor falls by the most the part can be, the top by the least."""
    assert whole.less(part) == left


@given(POSITIVE, POSITIVE)
def test_less_never_leaves_more_than_there_was(whole: Money, part: Money) -> None:
    """Nor less than nothing."""
    left = whole.less(part)

    assert 0 <= left.low <= whole.low
    assert left.high <= whole.high
    assert left.undisclosed == whole.undisclosed


@given(st.lists(POSITIVE, min_size=1, max_size=5), st.randoms())
def test_the_narrowest_is_the_same_in_any_order(amounts: list[Money], random: object) -> None:
    """Any amounts, shuffled."""
    assert narrowest(amounts) == narrowest(sorted(amounts, key=repr)) == narrowest(amounts[::-1])


@given(st.lists(POSITIVE, min_size=1, max_size=5), POSITIVE)
def test_one_more_hop_never_lets_more_through(amounts: list[Money], more: Money) -> None:
    """As long as one hop at least is known."""
    before, after = narrowest(amounts), narrowest([*amounts, more])

    assert after.low <= before.low
    if before.known:
        assert after.high <= before.high
        assert after.known


@given(POSITIVE, st.integers(1, 4))
def test_equal_hops_let_through_what_one_does(amount: Money, count: int) -> None:
    """The same amount again and again."""
    assert narrowest([amount] * count) == narrowest([amount])


@pytest.mark.parametrize(
    "amounts, least",
    [
        ([Money(100, 100), Money(300, 300), Money(40, 40)], Money(40, 40)),
        ([Money(100, 100), Money(12, 15, undisclosed=2)], Money(12, 100)),
        ([UNDISCLOSED, UNDISCLOSED], UNDISCLOSED),
        ([Money(38, 38, unbounded=True), Money(50, 50)], Money(38, 38, unbounded=True)),
        ([Money(38, 38, unbounded=True), Money(38, 38)], Money(38, 38)),
        ([Money(0, 100, ceilings=1), Money(50, 50)], Money(0, 50, ceilings=1)),
        ([Money(0, 30, ceilings=1), Money(50, 50)], Money(0, 30, ceilings=1)),
        ([Money(0, 30, ceilings=1), NOTHING], NOTHING),
        ([Money(5, 30), Money(0, 50, ceilings=1), Money(2, 90)], Money(0, 30, ceilings=1)),
    ],
)
def test_the_narrowest_says_what_it_hangs_on(amounts: list[Money], least: Money) -> None:
    """By hand."""
    assert narrowest(amounts) == least


@pytest.mark.parametrize(
    "amount, text",
    [
        (Money(33_333_333_333, 33_333_333_333), "$33.3bn"),
        (Money(1_234_567, 45_678_900_000), "$1.23m–45.7bn"),
        (Money(999, 10**9), "$0.000999m–1bn"),
        (Money(0, 5 * 10**9, undisclosed=2, ceilings=1), "up to $5bn and 2 undisclosed"),
        (UNDISCLOSED, "undisclosed"),
        (NOTHING, "$0"),
    ],
)
def test_the_short_form_has_three_digits(amount: Money, text: str) -> None:
    """For people."""
    assert amount.short() == text


def test_firm_is_the_lower_bound_and_what_it_leaves_open() -> None:
    """$5–9 and 1 undisclosed, a ceiling among them."""
    assert Money(5, 9, 1, 1).firm == Money(5, 5, 1, 1)


DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
WHENS = st.one_of(
    DAYS.map(date.isoformat),
    DAYS.map(lambda day: f"{day.year}-{day.month:02}"),
    st.builds(lambda day, quarter: f"{day.year}-Q{quarter}", DAYS, st.integers(1, 4)),
    st.builds(lambda day, half: f"{day.year}-H{half}", DAYS, st.integers(1, 2)),
    DAYS.map(lambda day: str(day.year)),
)
FISCAL = st.builds(
    lambda year, part: f"FY{year}{part}",
    st.integers(1900, 2200),
    st.sampled_from(["", "-Q1", "-Q2", "-Q3", "-Q4", "-H1", "-H2"]),
)


@given(WHENS)
def test_parsing_a_printed_date_gives_the_same_date(text: str) -> None:
    """Days, months, quarters, halves and years."""
    when = When.parse(text)

    assert str(when) == text
    assert When.parse(str(when)) == when
    assert when.first <= when.last


@pytest.mark.parametrize(
    "text, first, last",
    [
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-Q1", date(2025, 1, 1), date(2025, 3, 31)),
        ("2025-Q4", date(2025, 10, 1), date(2025, 12, 31)),
        ("2025-H2", date(2025, 7, 1), date(2025, 12, 31)),
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2025-09-22", date(2025, 9, 22), date(2025, 9, 22)),
    ],
)
def test_an_imprecise_date_lasts_from_its_first_day_to_its_last(text: str, first: date, last: date) -> None:
    """By hand."""
    assert (When.parse(text).first, When.parse(text).last) == (first, last)


def test_of_two_dates_that_end_together_the_more_precise_comes_last() -> None:
    """2025, 2025-Q4, 2025-12 and 2025-12-31."""
    texts = ["2025-12-31", "2025-12", "2025", "2025-Q4"]

    found = sorted(map(When.parse, texts), key=lambda when: when.order)

    assert [str(when) for when in found] == ["2025", "2025-Q4", "2025-12", "2025-12-31"]


@pytest.mark.parametrize("read", [When.parse, Span.parse])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "25",
        "2025-13",
        "2025-02-29",
        "2025-00-01",
        "2025-Q5",
        "2025-H3",
        "2025-9-1",
        "22.9.2025",
        "2025-09-22T10:00",
        "2025-09-22 ..",
        "\uff12\uff10\uff12\uff15",
        "2\u0660\u0662\u0665",
        "FY2\u0660\u0662\u0665",
        "soon",
    ],
)
def test_what_is_no_date_is_refused(text: str, read: Callable[[str], object]) -> None:
    """Neither a date nor a span."""
    with pytest.raises(ValueError, match="is no date"):
        read(text)


@pytest.mark.parametrize("text", ["2031..2027", "2025..2026..2027", "2026..FY2025", "2025-09..2025-08"])
def test_what_is_no_span_is_refused(text: str) -> None:
    """Backwards, or of three ends."""
    with pytest.raises(ValueError, match=r"is no span of time|ends before it starts"):
        Span.parse(text)


@given(st.one_of(WHENS, FISCAL), st.one_of(WHENS, FISCAL), st.integers(1, 12))
def test_parsing_a_printed_span_gives_the_same_span(one: str, two: str, year_end: int) -> None:
    """Two dates, put in order."""
    ends = sorted([Span.parse(one, year_end), Span.parse(two, year_end)], key=lambda end: end.last)
    if ends[0].first > ends[1].last:
        return
    text = f"{ends[0]}..{ends[1]}"

    span = Span.parse(text, year_end)

    assert str(span) == text
    assert Span.parse(str(span), year_end) == span


@given(st.one_of(WHENS, FISCAL), st.integers(1, 12))
def test_the_days_of_the_years_add_up_to_the_days(text: str, year_end: int) -> None:
    """Any span."""
    span = Span.parse(text, year_end)

    assert sum(span.days_by_year().values()) == span.days
    assert all(0 < days <= 366 for days in span.days_by_year().values())


@pytest.mark.parametrize(
    "text, year_end, first, last",
    [
        ("FY2026", 12, date(2026, 1, 1), date(2026, 12, 31)),
        ("FY2026", 5, date(2025, 6, 1), date(2026, 5, 31)),
        ("FY2026", 1, date(2025, 2, 1), date(2026, 1, 31)),
        ("FY2024", 2, date(2023, 3, 1), date(2024, 2, 29)),
        ("FY2026-Q1", 5, date(2025, 6, 1), date(2025, 8, 31)),
        ("FY2026-Q3", 5, date(2025, 12, 1), date(2026, 2, 28)),
        ("FY2026-Q4", 1, date(2025, 11, 1), date(2026, 1, 31)),
        ("FY2026-H2", 6, date(2026, 1, 1), date(2026, 6, 30)),
        ("FY2026..FY2028", 5, date(2025, 6, 1), date(2028, 5, 31)),
    ],
)
def test_a_fiscal_year_is_named_for_the_year_it_ends_in(
    text: str, year_end: int, first: date, last: date
) -> None:
    """By hand."""
    span = Span.parse(text, year_end)

    assert (span.first, span.last) == (first, last)


@given(st.integers(1900, 2200), st.integers(1, 12))
def test_the_quarters_of_a_fiscal_year_are_the_year(year: int, year_end: int) -> None:
    """FY2026-Q1 to FY2026-Q4, without a gap."""
    whole = Span.parse(f"FY{year}", year_end)
    quarters = [Span.parse(f"FY{year}-Q{number}", year_end) for number in (1, 2, 3, 4)]

    assert (quarters[0].first, quarters[-1].last) == (whole.first, whole.last)
    for before, after in pairwise(quarters):
        assert after.first - before.last == timedelta(days=1)
