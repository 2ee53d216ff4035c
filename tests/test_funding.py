"""The funding gap, by hand: years, classes, corners, overlap, claims."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiweb.analysis.funding import FundingGap, funding
from aiweb.errors import BadOption
from aiweb.spread import by_year
from aiweb.values import UNDISCLOSED, Money
from tests.webs import graph

_FIGURES = """
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-12-31, amount: $50, kind: reported, source: s}
        - {metric: free-cash-flow, period: 2026, amount: -$20, kind: forecast, known: 2025-06-01, source: s}
        - {metric: free-cash-flow, period: 2027, amount: -$40, kind: forecast, known: 2025-06-01, source: s}
        - {metric: free-cash-flow, period: 2028, amount: $10, kind: forecast, known: 2025-06-01, source: s}
"""


def gap(text: str | None, party: str = "lab", until: int = 2028, **options: int) -> FundingGap:
    """Set the gap from 2026 on, with cash of 50 and cash flows of -20, -40 and 10."""
    web = graph((text or "") + _FIGURES, as_of="2026-06-30")
    return funding(web, party, since=2026, until=until, **options)


def cash(found: FundingGap, certainty: str, overlap: str) -> list[Money]:
    """Give the cash at each year's end along one path."""
    path = found.path(certainty, overlap)
    assert path is not None
    return [row.cash for row in path.years]


def test_cash_runs_down_year_by_year() -> None:
    """
    lab -> cloud: 90 purchase #term 2027..2028
    """
    found = gap(test_cash_runs_down_year_by_year.__doc__)

    # 50 - 20 = 30; 30 - 40 - 45 = -55; -55 + 10 - 45 = -90.
    assert cash(found, "contractual", "none") == [Money(30, 30), Money(-55, -55), Money(-90, -90)]
    # With the purchases inside the forecast: 30; -10; 0.
    assert cash(found, "contractual", "full") == [Money(30, 30), Money(-10, -10), Money(0, 0)]


def test_first_short_year_peak_and_end_are_read_off_the_path() -> None:
    """
    lab -> cloud: 90 purchase #term 2027..2028
    """
    found = gap(test_first_short_year_peak_and_end_are_read_off_the_path.__doc__)
    path = found.path("contractual", "full")
    assert path is not None

    assert path.first_short == (2027, 2027)
    assert (path.peak, path.end) == (Money(10, 10), Money(0, 0))


def test_the_least_cash_to_be_kept_brings_the_gap_forward() -> None:
    """
    lab -> cloud: 90 purchase #term 2027..2028
    """
    found = gap(test_the_least_cash_to_be_kept_brings_the_gap_forward.__doc__, minimum=35)
    path = found.path("contractual", "full")
    assert path is not None

    assert path.first_short == (2026, 2026)
    assert path.peak == Money(45, 45)


def test_classes_add_what_is_less_sure() -> None:
    """
    lab -> cloud: 30 purchase #term 2027
    lab -> chips: 8 purchase conditional #term 2027
    lab -> device: 5 purchase letter-of-intent #term 2027
    lab -> talk: 100 purchase talks #term 2027
    """
    found = gap(test_classes_add_what_is_less_sure.__doc__)

    assert cash(found, "contractual", "none")[1] == Money(-40, -40)
    assert cash(found, "conditional", "none")[1] == Money(-48, -48)
    assert cash(found, "announced", "none")[1] == Money(-53, -53)


def test_the_worst_case_takes_uses_high_and_sources_low() -> None:
    """
    lab -> cloud: 10..30 purchase #term 2026
    funds -> lab: 5..7 equity #term 2026
    """
    found = gap(test_the_worst_case_takes_uses_high_and_sources_low.__doc__)

    # 50 - 20 - 30 + 5 = 5 at worst, 50 - 20 - 10 + 7 = 27 at best.
    assert cash(found, "contractual", "none")[0] == Money(5, 27)


def test_financing_overlaps_with_nothing() -> None:
    """
    funds -> lab: 12 #term 2026
    """
    found = gap(test_financing_overlaps_with_nothing.__doc__)

    assert cash(found, "contractual", "full")[0] == Money(42, 42)


def test_a_published_schedule_beats_the_term() -> None:
    """
    lab -> cloud: 90 purchase #term 2026..2028 #schedule {2026-Q1: $11, 2027: $22, 2028-H1: $57}
    """
    found = gap(test_a_published_schedule_beats_the_term.__doc__)

    assert [(item.year, item.amount.high) for item in found.items if item.leg] == [
        (2026, 11),
        (2027, 22),
        (2028, 57),
    ]


def test_what_no_source_dates_is_in_no_year() -> None:
    """
    lab -> cloud: 90 purchase
    lab -> chips: undisclosed purchase #term 2026..2028
    """
    found = gap(test_what_no_source_dates_is_in_no_year.__doc__)

    assert [(row.leg, row.amount) for row in found.undated] == [
        ("d1/1", Money(90, 90)),
        ("d2/1", UNDISCLOSED),
    ]
    assert not [item for item in found.items if item.leg]


def test_a_whole_and_its_part_are_not_added() -> None:
    """
    lab -> cloud: 90 purchase #term 2026..2028
    lab -> cloud: 30 purchase #term 2026..2028 #part-of d1/1
    """
    found = gap(test_a_whole_and_its_part_are_not_added.__doc__)

    assert sum(item.amount.high for item in found.items if item.leg) == 90


def test_a_loan_that_was_drawn_is_paid_back() -> None:
    """
    banks -> lab: 25 loan closed #maturity 2027-10
    """
    found = gap(test_a_loan_that_was_drawn_is_paid_back.__doc__)

    assert [(item.year, item.role, item.amount.high) for item in found.items if item.leg] == [
        (2027, "financing out", 25)
    ]


def test_what_is_repaid_is_no_longer_due() -> None:
    """
    banks -> lab: 25 loan closed; 2025-06-01 repaid 4; 2026-06-01 repaid 10..11 #maturity 2027-10
    banks -> lab: 40 loan signed; 2025-09-01 repaid 5 #maturity 2028-01 #drawn $30
    banks -> lab: 9 loan closed; 2026-05-01 completed repaid 9 #maturity 2027-01
    """
    found = gap(test_what_is_repaid_is_no_longer_due.__doc__)
    rows = [(item.leg, item.year, item.role, item.amount.low, item.amount.high) for item in found.items]

    assert sorted(row for row in rows if row[0]) == [
        ("d1/1", 2026, "financing out", 6, 7),
        ("d1/1", 2027, "financing out", 14, 15),
        ("d2/1", 2028, "financing out", 25, 25),
        ("d3/1", 2026, "financing out", 9, 9),
    ]


def test_without_figures_it_says_which_are_missing() -> None:
    """
    lab -> cloud: 90 purchase #term 2027..2028
    """
    found = gap(test_without_figures_it_says_which_are_missing.__doc__, party="cloud")

    assert found.paths == ()
    assert found.missing == ("cash at any date", "a free-cash-flow forecast for 2026, 2027, 2028")
    assert [item.amount.high for item in found.items] == [45, 45]


def test_the_last_forecast_known_by_the_day_is_used() -> None:
    """
    a -> lab: 1
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-06-30, amount: $9, kind: press, known: 2025-07-01, source: s}
        - {metric: free-cash-flow, period: 2026, amount: -$3, kind: forecast, known: 2025-03-01, source: s}
        - {metric: free-cash-flow, period: 2026, amount: -$5, kind: forecast, known: 2025-09-01, source: s}
        - {metric: free-cash-flow, period: 2026, amount: -$8, kind: forecast, known: 2026-02-01, source: s}
        - {metric: free-cash-flow, period: 2026, amount: -$99, kind: analyst, known: 2026-02-01, source: s}
    """
    text = test_the_last_forecast_known_by_the_day_is_used.__doc__

    for day, flow in (("2025-08-31", -3), ("2025-10-08", -5), ("2026-06-30", -8)):
        found = funding(graph(text, as_of=day), "lab", since=2026, until=2026)
        assert [item.amount for item in found.items if item.figure] == [Money(flow, flow)]


def test_the_last_word_with_two_values_is_a_range() -> None:
    """
    a -> lab: 1
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-12-31, amount: $9, kind: press, source: s}
        - {metric: free-cash-flow, period: 2026, amount: -$3, kind: forecast, source: s}
        - {metric: free-cash-flow, period: 2026, amount: -$5, kind: forecast, source: s}
    """
    found = funding(graph(test_the_last_word_with_two_values_is_a_range.__doc__), "lab", until=2026)

    assert cash(found, "contractual", "none") == [Money(4, 6)]


def test_the_part_of_a_year_before_the_balance_has_been_spent() -> None:
    """
    lab -> cloud: 24 purchase #term 2026
    ---
    figures:
      lab:
        - {metric: cash, period: 2026-03-31, amount: $90, kind: press, source: s}
        - {metric: free-cash-flow, period: 2026, amount: -$12, kind: forecast, source: s}
    """
    found = funding(
        graph(test_the_part_of_a_year_before_the_balance_has_been_spent.__doc__), "lab", until=2026
    )

    # Nine of twelve months are left: 90 - 9 - 18.
    assert cash(found, "contractual", "none") == [Money(63, 63)]


def test_a_claim_stands_apart_with_its_parts_beside_the_registry() -> None:
    """
    lab -> cloud: 300 purchase #term 2027..2031
    maker -> chips: 10 purchase #term 2026
    ---
    claims:
      hole:
        says: the hole grows by 60 a year
        on: 2025-10-08
        party: lab
        amount: $60
        per: year
        parts: [{leg: d1/1, amount: $50}, {leg: d2/1, amount: $10}]
        comment: [it is loose]
        source: s
    """
    text = test_a_claim_stands_apart_with_its_parts_beside_the_registry.__doc__
    (claim,) = funding(graph(text, as_of="2025-10-08"), "lab").claims

    assert [(p.leg, p.amount.high, p.per_year, p.years, p.payer) for p in claim.parts] == [
        ("d1/1", 50, Money(60, 60), "2027..2031", "lab"),
        ("d2/1", 10, Money(10, 10), "2026", "maker"),
    ]
    assert funding(graph(text, as_of="2025-10-07"), "lab").claims == ()


@pytest.mark.parametrize(
    "options", [{"since": 2030, "until": 2026}, {"minimum": -1}], ids=["years", "minimum"]
)
def test_options_that_make_no_sense_are_refused(options: dict[str, int]) -> None:
    """
    a -> lab: 1
    """
    with pytest.raises(BadOption):
        funding(graph("a -> lab: 1"), "lab", **options)


def test_what_was_paid_after_the_balance_is_posted_when_it_was_paid() -> None:
    """
    lab -> cloud: 60 purchase; 2026-03-31 paid 25; 2026-06-01 completed paid 60
    funds -> lab: 30; 2025-06-30 paid 10; 2026-05-01 paid 30
    """
    found = gap(test_what_was_paid_after_the_balance_is_posted_when_it_was_paid.__doc__)

    assert [(item.leg, item.amount.high, item.how) for item in found.items if item.leg] == [
        ("d2/1", 20, "paid 2026-05-01"),
        ("d1/1", 25, "paid 2026-03-31"),
        ("d1/1", 35, "paid 2026-06-01"),
    ]
    # 50 - 20 + 20 - 60.
    assert cash(found, "contractual", "none")[0] == Money(-10, -10)


def test_what_is_unpaid_when_its_term_has_ended_is_in_no_year() -> None:
    """A purchase of 100 whose term is 2024 and 2025, and of which 10 had been paid by the end."""
    text = "lab -> cloud: 100 purchase; 2025-12-31 paid 10 #term 2024..2025"
    (row,) = gap(text).undated

    assert (row.amount, row.why) == (Money(90, 90), "unpaid when its term 2024..2025 had ended")


def test_an_undisclosed_balance_or_forecast_is_missing_not_zero() -> None:
    """
    lab -> cloud: 1 purchase
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-12-31, amount: undisclosed, kind: reported, source: s}
        - {metric: free-cash-flow, period: 2026, amount: undisclosed, kind: forecast, source: s}
    """
    web = graph(test_an_undisclosed_balance_or_forecast_is_missing_not_zero.__doc__)

    assert funding(web, "lab", until=2026).missing == (
        "cash at any date",
        "a free-cash-flow forecast for 2026",
    )


def test_a_forecast_is_no_opening_balance() -> None:
    """
    lab -> cloud: 1 purchase
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-12-31, amount: $20, kind: reported, source: s}
        - {metric: cash, period: 2026-12-31, amount: $90, kind: forecast, source: s}
    """
    found = funding(graph(test_a_forecast_is_no_opening_balance.__doc__), "lab")

    assert (found.opening, found.opening_on) == (Money(20, 20), date(2025, 12, 31))


def test_a_year_needs_a_forecast_for_all_of_it() -> None:
    """
    lab -> cloud: 1 purchase
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-12-31, amount: $20, kind: reported, source: s}
        - {metric: free-cash-flow, period: 2025-06..2026-05, amount: $50, kind: forecast, source: s}
    """
    found = funding(graph(test_a_year_needs_a_forecast_for_all_of_it.__doc__), "lab", until=2026)

    assert found.missing == ("a free-cash-flow forecast for 2026",)


def test_a_lender_gets_back_only_what_it_is_known_to_have_lent() -> None:
    """
    lab -> cloud: 25 loan #maturity 2027-10
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-12-31, amount: $20, kind: reported, source: s}
        - {metric: undrawn-credit, period: 2025-12-31, amount: $9, kind: reported, source: s}
    """
    found = funding(graph(test_a_lender_gets_back_only_what_it_is_known_to_have_lent.__doc__), "lab")

    assert found.items == ()


def test_a_claims_year_is_twelve_months_of_its_term() -> None:
    """
    lab -> cloud: 400 purchase #term 2026-07..2030-06
    ---
    claims:
      c: {says: it, on: 2025-10-08, party: lab, amount: $9, parts: [{leg: d1/1, amount: $9}], source: s}
    """
    (row,) = funding(graph(test_a_claims_year_is_twelve_months_of_its_term.__doc__), "lab").claims

    assert row.parts[0].per_year == Money(100, 100)


spans = st.tuples(st.integers(2024, 2030), st.integers(0, 6)).map(lambda s: f"{s[0]}..{s[0] + s[1]}")


@given(st.integers(0, 10**12), spans, st.dates(date(2023, 1, 1), date(2026, 1, 1)))
def test_no_dollar_is_lost_between_the_years(amount: int, term: str, start: date) -> None:
    """Random amounts and terms, some begun before the balance date, on any day of a month."""
    (leg,) = graph(f"lab -> cloud: ${amount} purchase #term {term}").legs
    ahead, _, _ = by_year(leg, start)
    everything, _, _ = by_year(leg, date(2000, 1, 1))
    whole, _, _ = by_year(leg, start.replace(day=1))

    assert sum(money.high for money in everything.values()) == amount
    assert all(whole[year].high <= everything[year].high for year in whole)
    assert sum(money.high for money in ahead.values()) <= sum(money.high for money in whole.values())


@given(st.integers(0, 80), st.integers(0, 80), st.integers(0, 80))
def test_the_gap_rises_with_every_use_and_falls_with_every_source(use: int, more: int, source: int) -> None:
    """One purchase and one receipt of random size."""
    lean = gap(f"lab -> cloud: ${use} purchase #term 2027\n    funds -> lab: $0 #term 2027")
    dear = gap(f"lab -> cloud: ${use + more} purchase #term 2027\n    funds -> lab: $0 #term 2027")
    rich = gap(f"lab -> cloud: ${use + more} purchase #term 2027\n    funds -> lab: ${source} #term 2027")

    short = [found.path("contractual", "none") for found in (lean, dear, rich)]
    peaks = [path.peak.high for path in short if path is not None]
    assert peaks[0] <= peaks[1] >= peaks[2]
