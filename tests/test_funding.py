"""The funding gap, by hand: years, classes, corners, overlap, claims."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import aiweb as aw
from aiweb.analysis.chances import chances
from aiweb.analysis.funding import FundingGap, YearSum, funding, gaps
from aiweb.analysis.stress import prepare
from aiweb.errors import BadOption
from aiweb.flows.interest import Change, stretches
from aiweb.spread import by_year
from aiweb.values import UNDISCLOSED, Money, total
from aiweb.views import reports
from aiweb.views.reports.gaps import charts
from aiweb.views.tables import markdown, text, to_json
from tests import stressed
from tests.commands import aiweb, written
from tests.recompute import faults
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


def gap(text: str | None, party: str = "lab", until: int = 2028, minimum: int = 0) -> FundingGap:
    """Set the gap from 2026 on, with cash of 50 and cash flows of -20, -40 and 10."""
    web = graph((text or "") + _FIGURES, as_of="2026-06-30")
    return funding(web, party, since=2026, until=until, minimum=minimum)


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
    "options",
    [{"since": 2030, "until": 2026}, {"minimum": -1}, {"opening": -1}],
    ids=["years", "minimum", "opening"],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
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

    assert found.missing == ("a free-cash-flow forecast for 2026 from 2026-06-01",)
    assert (found.reach, found.paths) == (None, ())


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


# ---- figures that run out, parts of a flow, and what may be assumed


def flows(found: FundingGap) -> list[tuple[int, int, int, str]]:
    """List what operations bring: year, bounds, how."""
    return [
        (item.year, item.amount.low, item.amount.high, item.how)
        for item in found.items
        if str(item.role) == "operating"
    ]


def dollars(amount: int) -> str:
    """Write an amount that may be below zero."""
    return f"{'-' if amount < 0 else ''}${abs(amount)}"


def firm(
    text: str | None,
    party: str = "lab",
    until: int = 2029,
    *,
    hold: bool = False,
    opening: int | None = None,
) -> FundingGap:
    """Set the gap of a party from 2026 on."""
    web = graph(text, as_of="2026-06-30")
    return funding(web, party, since=2026, until=until, hold=hold, opening=opening)


def test_a_path_goes_as_far_as_its_figures() -> None:
    """
    lab -> cloud: 90 purchase #term 2026..2028
    chips -> lab: 8 conditional #term 2027
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-12-31, amount: $100, kind: reported, source: s}
        - {metric: free-cash-flow, period: 2026, amount: -$20, kind: forecast, source: s}
        - {metric: free-cash-flow, period: 2027-01..2028-06, amount: -$54, kind: forecast, source: s}
    """
    found = firm(test_a_path_goes_as_far_as_its_figures.__doc__)

    # 2028 has a flow up to June alone: 18 of it are listed and in no path.
    assert found.reach == 2027
    assert found.missing == ("a free-cash-flow forecast for 2028 from 2028-07-01, 2029",)
    assert cash(found, "contractual", "none") == [Money(50, 50), Money(-16, -16)]
    assert [(row[0], row[1]) for row in flows(found)] == [(2026, -20), (2027, -36), (2028, -18)]
    assert [row.amount.high for row in found.items if row.year == 2028] == [-18, 30]
    assert {len(path.years) for path in (*found.paths, *found.failing)} == {2}
    assert {len(path.years) for path in found.net} == {2}
    assert found.paths[0].end == Money(16, 16)
    assert found.explain()["peak contractual none"] == Money(16, 16)
    assert found.explain(2026)["cash contractual none 2026"] == Money(50, 50)
    assert faults(found.explain()) == []
    assert any("the paths end in 2027, for want of" in line for line in reports.gap(found.graph, found).lines)
    # The chart and the table of the path stop with it.
    assert all(len(chart.lines) == 2 for chart in charts(found))


def test_no_path_is_drawn_that_ends_before_the_years_asked_for() -> None:
    """
    lab -> cloud: 1 purchase
    ---
    figures:
      lab:
        - {metric: cash, period: 2024-12-31, amount: $100, kind: reported, source: s}
        - {metric: free-cash-flow, period: 2025, amount: -$20, kind: reported, source: s}
    """
    found = firm(test_no_path_is_drawn_that_ends_before_the_years_asked_for.__doc__, until=2027)

    assert (found.reach, found.paths) == (None, ())
    assert found.missing == ("a free-cash-flow forecast for 2026, 2027",)


def test_free_cash_flow_is_put_together_from_its_two_parts() -> None:
    """
    lab -> cloud: 1 purchase
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-12-31, amount: $100, kind: reported, source: s}
        - {metric: free-cash-flow, period: 2026, amount: $5, kind: reported, source: s}
        - {metric: operating-cash-flow, period: 2026, amount: $900, kind: reported, source: s}
        - {metric: capex, period: 2026, amount: $800, kind: reported, source: s}
        - {metric: operating-cash-flow, period: 2027, amount: $60..70, kind: guidance, source: s}
        - {metric: capex, period: 2027, amount: $15..45, kind: guidance, source: s}
        - {metric: capex, period: 2028, amount: $50, kind: guidance, source: s}
    """
    found = firm(test_free_cash_flow_is_put_together_from_its_two_parts.__doc__)

    # In 2026 it is published, so its parts are not looked at; in 2028 one of them is missing.
    assert flows(found) == [
        (2026, 5, 5, "reported free cash flow of 2026"),
        (2027, 60, 70, "guidance operating cash flow of 2027"),
        (2027, -45, -15, "less guidance capital expenditure of 2027"),
    ]
    assert cash(found, "contractual", "full") == [Money(105, 105), Money(120, 160)]
    assert found.missing == (
        "a free-cash-flow forecast for 2028, 2029; of its parts capital expenditure of 2028 is published",
    )
    assert faults(found.explain()) == []


_RESULT = ", after depreciation, before interest, tax and working capital"


@pytest.mark.parametrize(
    "parts, hows",
    [
        (
            {"ebitda": 9, "operating-income": 4, "revenue": 30, "operating-costs": 26},
            ["forecast EBITDA of 2026, before interest, tax and working capital"],
        ),
        (
            {"operating-income": 4, "revenue": 30, "operating-costs": 26},
            [f"forecast operating income of 2026{_RESULT}"],
        ),
        (
            {"revenue": 30, "operating-costs": 26},
            [
                f"forecast revenue of 2026{_RESULT}",
                "less forecast operating costs of 2026",
            ],
        ),
        ({"revenue": 30}, []),
    ],
)
def test_without_a_cash_flow_a_result_takes_its_place(parts: dict[str, int], hows: list[str]) -> None:
    """A result less capital expenditure of 7, the best result first; what it leaves out is said."""
    rows = "\n".join(
        f"        - {{metric: {metric}, period: 2026, amount: ${amount}, kind: forecast, source: s}}"
        for metric, amount in {"capex": 7, **parts}.items()
    )
    balance = "        - {metric: cash, period: 2025-12-31, amount: $100, kind: reported, source: s}"
    found = firm(
        f"lab -> cloud: 1 purchase\n    ---\n    figures:\n      lab:\n{balance}\n{rows}", until=2026
    )

    assert [how for *_, how in flows(found) if "capital expenditure" not in how] == hows
    if hows:
        result = next(iter(parts.values())) - (26 if len(hows) > 1 else 0)
        assert cash(found, "contractual", "full") == [Money(93 + result, 93 + result)]
    else:
        assert not found.paths


def test_of_figures_that_share_days_each_has_the_days_that_no_better_one_has() -> None:
    """
    lab -> cloud: 1 purchase
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-12-31, amount: $100, kind: reported, source: s}
        - {metric: free-cash-flow, period: 2025-04..2026-03, amount: -$24, kind: reported, source: s}
        - {metric: free-cash-flow, period: 2026, amount: -$120, kind: forecast, source: s}
        - {metric: free-cash-flow, period: 2026-07..2027-06, amount: $1200, kind: analyst, source: s}
    """
    found = firm(test_of_figures_that_share_days_each_has_the_days_that_no_better_one_has.__doc__, until=2027)

    # January to March as reported, at 2 a month; the rest of 2026 as forecast, at 10; then the analyst.
    assert [(year, low) for year, low, *_ in flows(found)] == [(2026, -90), (2026, -6), (2027, 600)]
    assert cash(found, "contractual", "full") == [Money(4, 4)]
    assert found.missing == ("a free-cash-flow forecast for 2027 from 2027-07-01",)


def test_nothing_is_held_unless_it_is_asked_for() -> None:
    """
    lab -> cloud: 1 purchase
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-12-31, amount: $100, kind: reported, source: s}
        - {metric: free-cash-flow, period: 2026, amount: -$20, kind: forecast, source: s}
        - {metric: free-cash-flow, period: 2026-07..2027-06, amount: -$50..-30, kind: analyst, source: s}
    """
    text = test_nothing_is_held_unless_it_is_asked_for.__doc__
    plain, held = firm(text), firm(text, hold=True)

    assert plain.reach == 2026
    assert not any(item.held for item in plain.items)
    # Half of 2027 is the analyst's; the other half and the years after are held at 30 to 50 a year.
    assert (held.reach, held.missing) == (2029, ())
    assert cash(held, "contractual", "full") == [
        Money(80, 80),
        Money(30, 50),
        Money(-20, 20),
        Money(-70, -10),
    ]
    assert {(item.year, item.how) for item in held.items if item.held} == {
        (year, "held: analyst free cash flow of 2026-07..2027-06") for year in (2027, 2028, 2029)
    }
    assert faults(held.explain()) == []
    report = reports.gap(held.graph, held)
    assert (
        "assumed, not published: in 2027 to 2029 operations bring so much a year: "
        "analyst free cash flow of 2026-07..2027-06"
    ) in report.lines
    assert '"assumed": "beyond the published figures the last one is held"' in to_json(report)
    assert "assumed" not in reports.gap(plain.graph, plain).context


def test_capital_expenditure_published_further_ahead_is_held_against_the_last_cash_flow() -> None:
    """
    lab -> cloud: 1 purchase
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-12-31, amount: $100, kind: reported, source: s}
        - {metric: free-cash-flow, period: 2026, amount: -$20, kind: forecast, source: s}
        - {metric: operating-cash-flow, period: 2025, amount: $40, kind: reported, source: s}
        - {metric: capex, period: 2025, amount: $11, kind: reported, source: s}
        - {metric: capex, period: 2027, amount: $70..90, kind: guidance, source: s}
    """
    text = test_capital_expenditure_published_further_ahead_is_held_against_the_last_cash_flow.__doc__
    held = firm(text, until=2028, hold=True)

    # 100 - 20; then 40 less 70 to 90 as guided, and so again in 2028 as held.
    assert cash(held, "contractual", "full") == [Money(80, 80), Money(30, 50), Money(-20, 20)]
    assert [(year, how) for year, *_, how in flows(held)][1:] == [
        (2027, "held: reported operating cash flow of 2025"),
        (2027, "less guidance capital expenditure of 2027"),
        (2028, "held: less guidance capital expenditure of 2027"),
        (2028, "held: reported operating cash flow of 2025"),
    ]


def test_cash_that_nobody_published_may_be_assumed() -> None:
    """
    cloud -> lab: 12 purchase #term 2026-07..2027-06
    ---
    figures:
      lab:
        - {metric: free-cash-flow, period: 2026, amount: -$365, kind: forecast, source: s}
        - {metric: cash, period: 2026-03-31, amount: undisclosed, kind: reported, source: s}
      cloud:
        - {metric: cash, period: 2025-12-31, amount: $5, kind: reported, source: s}
    """
    text = test_cash_that_nobody_published_may_be_assumed.__doc__
    found = firm(text, until=2026, opening=90)

    # From the day after the one looked at: six months of the flow, and of the purchase.
    assert (found.opening, str(found.opening_on), found.assumed) == (Money(90, 90), "2026-06-30", True)
    assert cash(found, "contractual", "none")[0].high == 90 - 365 * 6 // 12 + 6 - 1
    assert found.explain()["opening"] == Money(90, 90)
    assert faults(found.explain()) == []
    report = reports.gap(found.graph, found)
    assert report.lines[0] == "opening cash, assumed, $90 on 2026-06-30"
    assert report.context["assumed"] == "the opening cash, where no balance is published"
    with pytest.raises(BadOption, match="balance of 2025-12-31"):
        firm(text, "cloud", opening=90)


def test_a_path_that_ends_early_is_drawn_from_as_far_as_it_goes() -> None:
    """
    lab -> cloud: 20..30 purchase #term 2026
    lab -> cloud: 500 purchase #term 2027
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-12-31, amount: $10, kind: reported, source: s}
        - {metric: free-cash-flow, period: 2026, amount: $0, kind: forecast, source: s}
    """
    found = firm(test_a_path_that_ends_early_is_drawn_from_as_far_as_it_goes.__doc__, until=2028)
    path = chances(found, draws=200, seed=3).paths[0]

    assert [year for year, _ in path.years] == [2026]
    assert path.peak.bounds == Money(10, 20)


@given(st.lists(st.integers(-500, 500), min_size=1, max_size=5), st.integers(1, 12))
def test_no_dollar_of_a_flow_is_lost_between_calendar_years(amounts: list[int], month: int) -> None:
    """Fiscal years one after another, from any month on: the calendar years have all of theirs."""
    rows = ""
    for year, amount in enumerate(amounts, 2026):
        period = f"{year}-{month:02}..{year + 1}-{month - 1:02}" if month > 1 else str(year)
        rows += f"        - {{metric: free-cash-flow, period: {period}, amount: {dollars(amount)}, "
        rows += "kind: forecast, source: s}\n"
    text = f"lab -> cloud: 1 purchase\n    ---\n    figures:\n      lab:\n{rows}"
    found = firm(text, until=2040)

    assert sum(low for _, low, *_ in flows(found)) == sum(amounts)
    assert all(low == high for _, low, high, _ in flows(found))


@given(st.integers(-80, 80), st.integers(0, 40), st.integers(2026, 2034))
def test_a_flow_that_is_held_brings_the_same_every_year(flow: int, more: int, until: int) -> None:
    """And the range of it adds up."""
    row = "        - {{metric: {}, period: {}, amount: {}, kind: press, source: s}}\n"
    rows = row.format("cash", "2025-12-31", "$100")
    rows += row.format("free-cash-flow", 2025, dollars(flow))
    rows += row.format("free-cash-flow", 2025, dollars(flow + more))
    text = f"lab -> cloud: 1 purchase\n    ---\n    figures:\n      lab:\n{rows}"
    years = cash(firm(text, until=until, hold=True), "contractual", "full")

    assert years == [Money(100 + n * flow, 100 + n * (flow + more)) for n in range(1, until - 2024)]


# ---- interest


def interest(found: FundingGap) -> list[tuple[str | None, int, str, int, int]]:
    """List interest: leg, year, role, bounds."""
    return [
        (item.leg, item.year, str(item.role), item.amount.low, item.amount.high)
        for item in found.items
        if item.accruals
    ]


def test_interest_runs_by_days_from_the_balance_to_the_maturity() -> None:
    """
    banks -> lab: 36500 loan closed #maturity 2028-03-01 #coupon 8%
    lab -> chips: 7300 loan closed #maturity 2027-01-01 #coupon 5%
    """
    found = gap(test_interest_runs_by_days_from_the_balance_to_the_maturity.__doc__)

    # 8% of 36,500 is 2,920 a year; in 2028 it is owed on 60 days of 366.
    assert interest(found) == [
        ("d2/1", 2026, "interest in", 365, 365),
        ("d1/1", 2026, "interest out", 2920, 2920),
        ("d1/1", 2027, "interest out", 2920, 2920),
        ("d1/1", 2028, "interest out", 479, 479),
    ]
    # 50 - 20 + 365 - 2920, and in the cash flow already where the overlap is full.
    assert cash(found, "contractual", "none")[0] == Money(-2525, -2525)
    assert cash(found, "contractual", "full")[0] == Money(30, 30)


def test_interest_is_owed_on_what_is_drawn_and_not_repaid() -> None:
    """
    banks -> lab: 36500 loan signed; 2026-01-31 paid 7300; 2026-03-01 repaid 3650..5475 #coupon 10%
    banks -> lab: 90000 loan signed #drawn $3650 #coupon 10% #maturity 2027-01-01
    """
    found = gap(test_interest_is_owed_on_what_is_drawn_and_not_repaid.__doc__, until=2026)

    # 7,300 owed for 29 days: 58; then 1,825 to 3,650 for 306 days: 153 to 306.
    assert interest(found) == [
        ("d1/1", 2026, "interest out", 58 + 153, 58 + 306),
        ("d2/1", 2026, "interest out", 365, 365),
    ]
    assert "no maturity is published" in next(item.how for item in found.items if item.accruals)


_OTHER = """---
    sources:
      t: {publisher: q, offline: o, grade: press, date: 2025-01-01}"""
_SERIES = (
    "\n"
    + _FIGURES.replace("---", _OTHER)
    + """
    series:
      base:
        name: Base
        zh: Base
        unit: percent
        readings:
          - {on: 2025-05-01, value: 3, source: s}
          - {on: 2026-05-01, value: 4, source: s}
          - {on: 2026-05-01, value: 5, source: t}
          - {on: 2026-09-01, value: 9, source: s}
"""
)


def test_a_floating_rate_is_the_last_reading_known_and_the_margin() -> None:
    """
    banks -> lab: 10000 loan closed #maturity 2028-01-01 #coupon 2% #floating true #benchmark base
    """
    text = f"{test_a_floating_rate_is_the_last_reading_known_and_the_margin.__doc__}{_SERIES}"
    late = funding(graph(text, as_of="2026-06-30"), "lab", since=2026, until=2026)
    early = funding(graph(text, as_of="2026-04-30"), "lab", since=2026, until=2026)

    # Two readings of the last day differ, so it is a range; what is read later is not known yet.
    assert interest(late) == [("d1/1", 2026, "interest out", 600, 700)]
    assert interest(early) == [("d1/1", 2026, "interest out", 500, 500)]
    assert faults(late.explain()) == []


def test_the_fixed_part_of_a_floating_loan_bears_its_own_rate() -> None:
    """
    banks -> lab: 10000 loan closed #coupon 2% #floating true #benchmark base #fixed $4000 #fixed-coupon 9%
    b -> lab: 900 loan closed #coupon 2% #floating true #benchmark base #fixed undisclosed #fixed-coupon 9%
    """
    text = f"{test_the_fixed_part_of_a_floating_loan_bears_its_own_rate.__doc__}{_SERIES}"
    found = funding(graph(text, as_of="2026-04-30"), "lab", since=2026, until=2026)

    # 9% of 4,000 and 5% of 6,000; where the part is not known, 5% to 9% of it all.
    assert interest(found) == [
        ("d1/1", 2026, "interest out", 660, 660),
        ("d2/1", 2026, "interest out", 45, 81),
    ]


def test_credit_that_may_be_drawn_may_cost_interest() -> None:
    """
    banks -> lab: 20000 loan #coupon 5% #maturity 2027-01-01
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-12-31, amount: $20, kind: reported, source: s}
        - {metric: undrawn-credit, period: 2025-12-31, amount: $20000, kind: reported, source: s}
    """
    found = funding(graph(test_credit_that_may_be_drawn_may_cost_interest.__doc__), "lab", until=2026)

    assert interest(found) == [("d1/1", 2026, "interest out", 0, 1000)]


@pytest.mark.parametrize(
    "loan, why",
    [
        ("25 loan closed", "no rate of interest is published"),
        ("25 loan signed #coupon 5%", "what is drawn of it is not published"),
        ("undisclosed loan closed #coupon 5%", "amount undisclosed"),
        ("25 loan closed #floating true", "the margin of its floating rate is not published"),
        ("25 loan closed #floating true #coupon 2%", "what its floating rate goes by is not published"),
    ],
)
def test_unknown_interest_is_not_zero(loan: str, why: str) -> None:
    """It is among what no path holds, and counted as undisclosed."""
    found = gap(f"banks -> lab: {loan} #maturity 2027-06")

    assert not interest(found)
    rows = [(row.role, row.amount, row.why) for row in found.undated if "interest" in row.why]
    assert rows == [("interest out", UNDISCLOSED, f"interest: {why}")]


def test_a_loan_that_has_fallen_due_costs_nothing_more() -> None:
    """
    banks -> lab: 25 loan closed #coupon 5% #maturity 2025-06
    banks -> lab: 25 loan closed; 2025-11-01 completed #coupon 5%
    """
    found = gap(test_a_loan_that_has_fallen_due_costs_nothing_more.__doc__)

    assert not interest(found)
    assert not [row for row in found.undated if "interest" in row.why]


# ---- without circular money


def test_what_comes_back_is_taken_out_of_the_cash() -> None:
    """
    chips -> lab: 70 #term 2026..2027
    funds -> lab: 12 #term 2026
    lab -> cloud: 60 purchase #term 2026..2027
    cloud -> chips: 90 purchase #term 2026..2028
    """
    found = gap(test_what_comes_back_is_taken_out_of_the_cash.__doc__, until=2027)
    plain, net = found.paths[0], found.net[0]

    # 2026: 35 from the chip maker; 30 to the cloud, all of which it can pay on. 2027: 70, 60 and 60.
    assert [row.cash for row in plain.years] == [Money(47, 47), Money(12, 12)]
    assert [(row.received, row.circular) for row in net.years] == [
        (Money(47, 47), Money(30, 30)),
        (Money(82, 82), Money(60, 60)),
    ]
    assert [row.cash for row in net.years] == [Money(17, 17), Money(-48, -48)]
    assert net.years[1].share == Fraction(60, 82)
    assert (plain.peak, net.peak, net.first_short) == (Money(0, 0), Money(48, 48), (2027, 2027))
    assert [(row.leg, row.amount) for row in net.carriers] == [("d3/1", 60)]
    assert faults(found.explain()) == []


def test_each_end_of_the_cash_loses_what_comes_back_at_that_end() -> None:
    """
    chips -> lab: 10..30 #term 2026
    lab -> chips: 5..20 purchase #term 2026
    """
    found = gap(test_each_end_of_the_cash_loses_what_comes_back_at_that_end.__doc__, until=2026)
    (row,) = found.net[0].years

    # At worst 10 come and 20 go, of which 10 come back; at best 30 come and 5 go.
    assert found.paths[0].years[0].cash == Money(20, 55)
    assert (row.worst, row.best, row.circular) == (10, 5, Money(5, 20))
    assert row.cash == Money(10, 50)


def test_what_is_paid_back_on_a_loan_has_not_financed_it() -> None:
    """
    banks -> lab: 40 loan closed #term 2026 #maturity 2027-06 #coupon 5%
    lab -> banks: 7 purchase #term 2026
    """
    found = gap(test_what_is_paid_back_on_a_loan_has_not_financed_it.__doc__)

    assert [row.circular.high for row in found.net[0].years] == [7, 7, 7]


def test_those_who_stand_for_many_bring_nothing_back() -> None:
    """
    *funds -> lab: 40 #term 2026
    lab -> *funds: 30 purchase #term 2026
    """
    found = gap(test_those_who_stand_for_many_bring_nothing_back.__doc__, until=2026)

    assert found.net[0].years[0].circular == Money(0, 0)
    assert found.net[0].years[0].received == Money(40, 40)


def test_an_undisclosed_deal_between_may_bring_more_back() -> None:
    """
    chips -> lab: 40 #term 2026
    lab -> cloud: 30 purchase #term 2026
    cloud -> chips: undisclosed purchase
    """
    found = gap(test_an_undisclosed_deal_between_may_bring_more_back.__doc__, until=2026)
    (row,) = found.net[0].years

    assert row.circular == Money(0, 0, unbounded=True)
    assert row.shortfall.unbounded


def test_the_vendors_share_is_of_all_that_is_promised_in_a_class() -> None:
    """
    chips -> lab: 40
    funds -> lab: 35
    cloud -> lab: 9 conditional
    lab -> chips: 25 purchase
    lab -> cloud: 6 purchase
    """
    found = gap(test_the_vendors_share_is_of_all_that_is_promised_in_a_class.__doc__)

    assert [(row.certainty, row.received.high, row.circular.high) for row in found.vendors] == [
        ("contractual", 75, 25),
        ("conditional", 84, 31),
        ("announced", 84, 31),
    ]
    assert found.vendors[0].share == Fraction(1, 3)
    assert found.explain()["share vendors conditional"] == Fraction(31, 84)


def test_receipts_that_are_not_contractual_may_all_fail() -> None:
    """
    funds -> lab: 30 #term 2026
    funds -> lab: 25 conditional #term 2026
    funds -> lab: 7 letter-of-intent #term 2026
    lab -> cloud: 70 purchase conditional #term 2026
    """
    found = gap(test_receipts_that_are_not_contractual_may_all_fail.__doc__, until=2026)

    # 50 - 20 + 30 - 70, with 25 and 7 more if they come; overlap full leaves the purchase out.
    assert [(str(row.certainty), str(row.overlap), row.years[0].cash.high) for row in found.failing] == [
        ("conditional", "none", -10),
        ("conditional", "full", 60),
        ("announced", "none", -10),
        ("announced", "full", 60),
    ]
    assert cash(found, "announced", "none") == [Money(22, 22)]
    assert found.explain()["failing peak announced none"] == Money(10, 10)
    assert faults(found.explain()) == []


parts = st.integers(0, 40)


@given(st.tuples(parts, parts), st.tuples(parts, parts), st.tuples(parts, parts), st.data())
def test_the_cash_without_circular_money_lies_between_its_corners(
    receipt: tuple[int, int], payment: tuple[int, int], between: tuple[int, int], data: st.DataObject
) -> None:
    """Draw any amounts inside their ranges: the cash they give lies in the range that the ranges give."""
    ranges = [(low, low + more) for low, more in (receipt, payment, between)]
    chosen = [data.draw(st.integers(low, high)) for low, high in ranges]
    text = """
    chips -> lab: {} #term 2026
    lab -> cloud: {} purchase #term 2026
    cloud -> chips: {} purchase #term 2026
    """
    whole = gap(text.format(*(f"{low}..{high}" for low, high in ranges)), until=2026).net[0].years[0]
    point = gap(text.format(*chosen), until=2026).net[0].years[0]

    assert whole.cash.low <= point.cash.low == point.cash.high <= whole.cash.high
    assert point.circular.high == min(chosen)
    assert point.circular.high <= point.received.high


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


# ---- added up, drawn, and for all parties


def classes(row: YearSum) -> tuple[Money, ...]:
    """Give the three sums of a row."""
    return row.contractual, row.conditional, row.announced


def test_sources_and_uses_are_added_up_by_year_role_and_class() -> None:
    """
    lab -> cloud: 30..50 purchase #term 2026
    lab -> chips: 6 purchase conditional #term 2026
    funds -> lab: 9 letter-of-intent #term 2026
    """
    found = gap(test_sources_and_uses_are_added_up_by_year_role_and_class.__doc__, until=2026)
    rows = [(str(row.role or ""), *((each.low, each.high) for each in classes(row))) for row in found.sums]

    assert rows == [
        ("operating", (-20, -20), (-20, -20), (-20, -20)),
        ("financing in", (0, 0), (0, 0), (9, 9)),
        ("trading out", (30, 50), (36, 56), (36, 56)),
        ("", (-50, -30), (-56, -36), (-47, -27)),
    ]
    assert found.explain()["sum 2026 listed announced"] == Money(-47, -27)


def test_sums_need_no_forecast() -> None:
    """
    lab -> cloud: 60 purchase #term 2027
    """
    found = gap(test_sums_need_no_forecast.__doc__, party="cloud")

    assert found.missing
    assert [(row.year, str(row.role), row.announced.high) for row in found.sums] == [
        (2027, "trading in", 60),
        (2027, "None", 60),
    ]
    assert found.explain()["sum 2027 trading in contractual"] == Money(60, 60)


def test_bars_are_drawn_on_one_scale_that_holds_zero() -> None:
    """
    lab -> cloud: 30..50 purchase #term 2026
    lab -> cloud: 60 purchase letter-of-intent #term 2027
    funds -> lab: 10 #term 2027
    """
    found = gap(test_bars_are_drawn_on_one_scale_that_holds_zero.__doc__, until=2027)
    firm, full, all_of_it = charts(found)

    # From -110 at worst to 30 at best: 50 characters for 140, so 10 are 3.57 of them.
    assert cash(found, "contractual", "none") == [Money(-20, 0), Money(-50, -30)]
    assert [line.rstrip() for line in firm.lines] == [
        f"2026 {' ' * 32}.......|{' ' * 11}  -$20 to $0",
        f"2027 {' ' * 21}.......###########|{' ' * 11}  -$50 to -$30",
    ]
    assert full.lines[0] == f"2026 {' ' * 39}|{'#' * 11}  $30"
    assert all_of_it.lines[1] == f"2027 .......{'#' * 32}|{' ' * 11}  -$110 to -$90"
    assert "contractual and conditional, overlap zero" in firm.title
    assert "in every class, overlap full" in full.title


def test_a_chart_is_in_a_block_of_its_own_and_in_no_data() -> None:
    """
    lab -> cloud: 30..50 purchase #term 2026
    """
    web = graph(
        str(test_a_chart_is_in_a_block_of_its_own_and_in_no_data.__doc__) + _FIGURES, as_of="2026-06-30"
    )
    report = reports.gap(web, funding(web, "lab", since=2026, until=2026))

    lines = report.charts[0].lines
    assert f"```text\n{lines[0]}\n```" in markdown(report)
    assert f"\n  {lines[0]}\n" in text(report)
    assert "|#" not in to_json(report)


def test_all_parties_are_listed_with_what_they_lack() -> None:
    """
    lab -> cloud: 60 purchase #term 2027
    *funds -> cloud: 5
    maker -> chips: 10 purchase talks
    """
    web = graph(str(test_all_parties_are_listed_with_what_they_lack.__doc__) + _FIGURES, as_of="2026-06-30")
    found = gaps(web, since=2026, until=2027)

    assert [(row.party, len(row.missing)) for row in found] == [("lab", 0), ("cloud", 2)]
    assert found[0] == funding(web, "lab", since=2026, until=2027)
    report = reports.gaps(web, found)
    assert report.lines == ("1 of 2 parties have figures enough for a path, 1 of them for one to 2027",)
    outcomes, ends, lacking = report.tables
    assert outcomes.rows[0] == ("lab", "contractual", "none", 2027, 2027, 2027, Money(70, 70), Money(70, 70))
    assert ends.rows == ()
    assert lacking.rows == (("cloud", None, None, 1, found[1].missing),)


def test_a_path_that_ends_early_is_listed_with_what_it_lacks() -> None:
    """
    lab -> cloud: 60 purchase #term 2027
    maker -> chips: 10 purchase #term 2026
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-12-31, amount: $50, kind: reported, source: s}
        - {metric: free-cash-flow, period: 2026, amount: -$20, kind: forecast, source: s}
      maker:
        - {metric: cash, period: 2025-12-31, amount: $40, kind: reported, source: s}
        - {metric: free-cash-flow, period: 2026, amount: $3, kind: forecast, source: s}
        - {metric: free-cash-flow, period: 2027, amount: $4, kind: forecast, source: s}
    """
    web = graph(test_a_path_that_ends_early_is_listed_with_what_it_lacks.__doc__, as_of="2026-06-30")
    found = gaps(web, since=2026, until=2027)
    report = reports.gaps(web, found)

    assert [(row.party, row.reach) for row in found] == [
        ("maker", 2027),
        ("lab", 2026),
        ("chips", None),
        ("cloud", None),
    ]
    assert report.lines == ("2 of 4 parties have figures enough for a path, 1 of them for one to 2027",)
    assert report.tables[1].rows == (("lab", 2026, ("a free-cash-flow forecast for 2027",)),)

    held = reports.gaps(web, gaps(web, since=2026, until=2027, hold=True, opening=7))
    assert held.lines[1:] == (
        "assumed, not published: beyond the published figures the last one is held",
        "assumed, not published: who has no balance has $7",
    )
    assert [(row.party, row.opening.high) for row in gaps(web, opening=7)][2:] == [("chips", 7), ("cloud", 7)]


@given(st.integers(1, 10**6), st.integers(1, 20), st.dates(date(2026, 1, 1), date(2030, 12, 31)))
def test_interest_of_whole_years_is_the_rate_times_the_years(owed: int, years: int, day: date) -> None:
    """However the time is cut, and leap years among it."""
    first = day.replace(month=1, day=1)
    last = date(first.year + years - 1, 12, 31)
    changes = [Change(first, owed + 7, owed + 7), Change(day, 1, 1), Change(day, -1, -1)]
    found = stretches([*changes, Change(first, -7, -7)], first, last)

    assert sum(row.part() * row.low for row in found) == owed * years
    assert {row.low for row in found} <= {owed, owed + 1}


@given(parts, parts, parts)
def test_the_sums_of_the_years_are_what_the_paths_add_up(use: int, more: int, source: int) -> None:
    """Cash at the end is the opening, the flow of operations and what the deals listed come to."""
    found = gap(
        f"lab -> cloud: {use}..{use + more} purchase #term 2026..2028\n    funds -> lab: {source} #term 2027"
    )
    flows = total(row.contractual for row in found.sums if row.role in {None, "operating"})

    assert cash(found, "contractual", "none")[-1] == found.opening + flows


# ---- loan money counted as a source is owed


def test_loan_money_that_is_counted_on_is_paid_back_with_interest() -> None:
    """
    banks -> lab: 300 loan #term 2026 #maturity 2028-01-01 #coupon 10%
    """
    found = gap(test_loan_money_that_is_counted_on_is_paid_back_with_interest.__doc__)

    rows = [(item.year, item.role, item.amount.low, item.amount.high) for item in found.items if item.leg]
    assert sorted(rows) == [
        (2026, "financing in", 300, 300),
        # It may come on the first day of 2026 or on the last.
        (2026, "interest out", 0, 30),
        (2027, "interest out", 30, 30),
        (2028, "financing out", 300, 300),
    ]
    assert cash(found, "contractual", "full") == [Money(330, 330), Money(290, 290), Money(0, 0)]
    assert not faults(found.explain())


@pytest.mark.parametrize(
    "loan, due",
    [
        # 20 is paid, and 80 comes in 2026.
        ("100 loan; 2025-12-31 paid 20 #term 2025-07..2026-12", [20, 80]),
        # 30 is drawn, and no more than 100 is ever owed.
        ("100 loan #drawn $30 #term 2026", [30, 70]),
        ("100 loan #schedule {2026: $40, 2027: $35}", [75]),
        # What was paid on a schedule after the balance is in the schedule.
        ("100 loan; 2025-06-01 paid 10; 2026-02-01 paid 15 #schedule {2026: $40, 2027: $35}", [10, 75]),
        ("100 loan closed #term 2026", [100]),
        ("100 loan", []),
    ],
)
def test_what_falls_due_is_what_was_paid_and_what_is_counted_on(loan: str, due: list[int]) -> None:
    """Add what is paid or drawn to what comes in, by hand."""
    found = gap(f"banks -> lab: {loan} #maturity 2028-06\n")

    rows = [(item.year, item.amount) for item in found.items if item.role == "financing out"]
    assert rows == [(2028, Money(amount, amount)) for amount in due]


def test_a_loan_that_does_not_come_is_not_paid_back() -> None:
    """
    banks -> lab: 300 loan conditional #term 2026 #maturity 2028-06
    """
    found = gap(test_a_loan_that_does_not_come_is_not_paid_back.__doc__)

    # 50 - 20 = 30; 30 - 40 = -10; -10 + 10 = 0.
    assert {tuple(row.cash.low for row in path.years) for path in found.failing} == {(30, -10, 0)}


def test_nothing_drawn_is_nothing_due() -> None:
    """
    banks -> lab: 100 loan closed #drawn $0 #maturity 2026-09 #coupon 10%
    """
    assert not [item for item in gap(test_nothing_drawn_is_nothing_due.__doc__).items if item.leg]


# ---- what nobody knows


def test_no_cash_is_shown_for_a_year_before_the_balance() -> None:
    """Begin in the year of the balance, and say so."""
    web = graph("a -> lab: 1" + _FIGURES, as_of="2026-06-30")
    found, none = funding(web, "lab", since=2020, until=2026), funding(web, "lab", since=2020, until=2024)

    assert [[row.year for row in path.years] for path in found.paths[:1]] == [[2025, 2026]]
    assert found.missing == ("cash at any date before 2025",)
    assert "the paths begin in 2025, for want of cash at any date before 2025" in text(
        reports.gap(web, found)
    )
    assert (none.paths, none.reach, none.missing) == ((), None, ("cash at any date before 2025",))
    assert none.since == 2020


def test_an_opening_beside_a_balance_is_named_as_money() -> None:
    """Refuse it with the amount as a person writes it."""
    with pytest.raises(BadOption, match=r"\$5bn"):
        funding(graph("a -> lab: 1" + _FIGURES), "lab", opening=5_000_000_000)


def test_an_undisclosed_use_makes_the_peak_a_lower_bound() -> None:
    """
    banks -> lab: undisclosed loan closed #maturity 2027-06
    """
    found = gap(test_an_undisclosed_use_makes_the_peak_a_lower_bound.__doc__)
    before = gap(test_an_undisclosed_use_makes_the_peak_a_lower_bound.__doc__, until=2026)

    assert found.paths[0].peak == Money(10, 10, unbounded=True)
    assert before.paths[0].peak == Money(0, 0)
    lines = reports.gap(found.graph, found).lines
    assert "contractual, overlap zero: first short in 2027; peak $10+, end $0+" in lines
    calm = gap("banks -> lab: undisclosed loan closed #maturity 2026-09\n", until=2026)
    assert any(
        "not short by what is published; peak $0+" in line for line in reports.gap(calm.graph, calm).lines
    )


# ---- walked back, and under what-ifs ------------------------------------------------------------


ASSUMED = """
lab -> cloud: 90 purchase #term 2027..2028
lab -> *bonds: 5 lease #term 2027
---
figures:
  lab:
    - {metric: free-cash-flow, period: 2026, amount: -$20, kind: reported, source: s}
  cloud:
    - {metric: cash, period: 2026-12-31, amount: $12, kind: press, source: s}
    - {metric: free-cash-flow, period: 2027, amount: -$3, kind: forecast, source: s, known: 2026-12-31}
"""


def test_a_gap_under_assumptions_is_walked_back_with_the_same(tmp_path: Path) -> None:
    """`explain gap` takes --hold and --opening as `gap` does, and comes to what that prints."""
    path = written(tmp_path, ASSUMED)
    assumed = ("--hold", "--opening", "$70")
    printed = aiweb("gap", "lab", "--to", "2028", *assumed, "-r", path, "-f", "json").json
    done = aiweb("explain", "gap", "lab", "2028", *assumed, "-r", path, "-f", "json").json
    steps = {row["name"]: row["value"] for row in done["steps"] if row["name"]}

    for row in printed["years"]:
        for name in ("cash", "shortfall"):
            assert steps[f"{name} {row['class']} {row['overlap']} {row['year']}"] == row[name]
    # 70 - 20 a year - 45 a year - 5.
    assert steps["cash contractual none 2028"]["high"] == 70 - 2 * 20 - 90 - 5
    assert steps["opening"]["high"] == 70
    said = aiweb("explain", "gap", "lab", "2028", *assumed, "-r", path).out
    assert "assumed: beyond the published figures the last one is held" in said
    assert "assumed: the opening cash" in said
    bare = aiweb("explain", "gap", "lab", "2028", "-r", path, "-f", "json").json
    assert not [row for row in bare["steps"] if str(row["name"]).startswith("cash ")]


def test_chances_are_walked_back_under_assumptions_and_nothing_else_takes_any(tmp_path: Path) -> None:
    """In Python and at the terminal."""
    web = aw.load(written(tmp_path, ASSUMED))
    drawn = web.chances("lab", draws=50, hold=True, opening=70)

    assert web.explain("chances", "lab", "50", hold=True, opening=70) == drawn.explain()
    assert (
        web.explain("gap", "lab", hold=True, opening=70)
        == web.funding("lab", hold=True, opening=70).explain()
    )
    with pytest.raises(BadOption, match="--hold, --opening is of a gap; explain chances or gap"):
        web.explain("stress", hold=True, opening=0)
    with pytest.raises(BadOption, match="cloud has a balance"):
        web.explain("gap", "cloud", opening=5)
    for word in (("circulation", "--hold"), ("loop", "1", "--opening", "$5")):
        done = aiweb("explain", *word, "-r", tmp_path / "web.yaml")
        assert (done.code, done.out) == (2, "")
        assert "is of a gap" in done.err
    assert aiweb("explain", "gap", "lab", "--opening", "much", "-r", tmp_path / "web.yaml").code == 2


def test_a_loan_whose_drawing_is_unknown_is_neither_stopped_nor_taken_for_drawn() -> None:
    """Of four loans those of which nothing can be drawn yet are cancelled, the others stay."""
    web = (
        "bank -> lab: 90 loan #schedule {2027: $90} #maturity 2029\n"
        "    bank -> lab: 80 loan #schedule {2027: $80} #drawn $0 #maturity 2029\n"
        "    bank -> lab: 70 loan announced #schedule {2027: $70} #maturity 2029\n"
        "    bank -> lab: 60 loan #maturity 2027-06"
    )
    plain, hit = stressed.drawn(web), stressed.drawn(web, "stop-funding: {party: bank}")
    received = {
        name: {
            row.leg: row.amount.high
            for row in funding(drawn, "lab", until=2027).items
            if row.role == "financing in"
        }
        for name, drawn in (("plain", plain), ("hit", hit))
    }
    owed = {due.leg: (due.least, due.amount) for due in prepare(hit).dues if due.what == "principal"}

    assert received["plain"] == {"d1/1": 90, "d2/1": 80, "d3/1": 70}
    assert {leg: amount for leg, amount in received["hit"].items() if amount} == {"d1/1": 90}
    assert owed == {"d4/1": (0, 60)}
    assert {leg.id: leg.amount.high for leg in hit.legs} == {"d1/1": 90, "d4/1": 60}
