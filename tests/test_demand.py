"""Outside demand of parties on loops: by the registry, by a published year, by published shares."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from aiweb.analysis.demand import Demand, OutsideDemand, demand
from aiweb.errors import UnknownName
from aiweb.values import Money
from aiweb.views import reports
from aiweb.views.tables import text as written
from aiweb.views.tables import to_json
from aiweb.web import Web
from tests.webs import graph


def row(found: OutsideDemand, party: str) -> Demand:
    """Give a party's row."""
    return next(row for row in found.rows if row.party == party)


def test_sales_outside_stand_over_sales_inside() -> None:
    """
    chips -> lab: 50
    lab -> cloud: 40 purchase
    cloud -> chips: 20..30 purchase
    bank -> chips: 90 purchase
    shop -> chips: 15 lease
    *users -> lab: 7 purchase
    fund -> chips: 500 loan
    """
    found = demand(graph(test_sales_outside_stand_over_sales_inside.__doc__))
    chips = row(found, "chips")

    assert {one.party for one in found.rows} == {"chips", "cloud", "lab"}
    assert chips.group == ("chips", "cloud", "lab")
    assert (chips.inside, chips.outside) == (Money(20, 30), Money(105, 105))
    assert (chips.low, chips.high) == (Fraction(105, 30), Fraction(105, 20))
    assert chips.ratio_text == "3.50 to 5.25"
    assert row(found, "cloud").ratio_text == "0.00"
    assert row(found, "lab").ratio_text == "none inside"
    assert [one.party for one in found.rows] == ["cloud", "chips", "lab"]
    assert found.explain()["chips high"] == Fraction(105, 20)


def test_undisclosed_sales_leave_an_end_of_the_ratio_open() -> None:
    """
    a -> b: 50
    b -> a: 20 purchase
    b -> a: undisclosed purchase
    c -> a: 30 purchase
    a -> d: 9 purchase
    d -> a: undisclosed loan
    e -> b: undisclosed purchase
    """
    found = demand(graph(test_undisclosed_sales_leave_an_end_of_the_ratio_open.__doc__))

    assert (row(found, "a").low, row(found, "a").high) == (None, Fraction(30, 20))
    assert row(found, "a").ratio_text == "at most 1.50"
    assert row(found, "d").ratio_text == "0.00", "a lender's undisclosed loan puts it on a loop"
    assert row(found, "b").ratio_text == "none inside", "what comes from a is funding"


def test_a_published_year_takes_what_falls_in_it() -> None:
    """
    a -> b: 50
    b -> a: 60 purchase #term 2025..2027
    b -> a: 16 purchase 2025-03-01
    ---
    figures:
      a:
        - {metric: revenue, period: 2025, amount: $100, kind: reported, source: s}
    """
    text = test_a_published_year_takes_what_falls_in_it.__doc__
    found = row(demand(graph(text)), "a")

    assert found.in_year == Money(20, 20)
    assert found.undated == ("d3/1",), "it may fall in the year, as it was signed in it"
    assert (found.year_low, found.year_high) == (None, Fraction(80, 20))
    assert found.year_text == "at most 4.00"
    later = text.replace("16 purchase 2025-03-01", "16 purchase 2026-03-01") if text else ""
    assert row(demand(graph(later)), "a").year_text == "4.00"


def test_published_shares_of_the_last_period_bound_what_is_left() -> None:
    """
    a -> b: 50
    b -> a: 60 purchase
    c -> a: 8 purchase
    ---
    figures:
      a:
        - {metric: share-of-revenue, period: 2024, percent: 71%, kind: reported, counterparty: b, source: s}
        - {metric: share-of-revenue, period: 2025, percent: 62%, kind: reported, counterparty: b, source: s}
        - {metric: share-of-revenue, period: 2025, percent: 20%, kind: reported, counterparty: c, source: s}
    """
    found = row(demand(graph(test_published_shares_of_the_last_period_bound_what_is_left.__doc__)), "a")

    assert found.published_share == Fraction(38, 100)
    assert [figure.counterparty for figure in found.shares] == ["b"]
    assert found.year_text == "not published"


def test_a_party_on_no_loop_has_no_row() -> None:
    """
    a -> b: 50
    b -> c: 60 purchase
    """
    web = graph(test_a_party_on_no_loop_has_no_row.__doc__)

    assert not demand(web, "b").rows
    with pytest.raises(UnknownName):
        demand(web, "z")


def test_the_report_lists_legs_of_both_sides() -> None:
    """
    a -> b: 50
    b -> a: 60 purchase
    c -> a: 8 purchase
    """
    web = Web(graph(test_the_report_lists_legs_of_both_sides.__doc__))
    report = reports.demand(web.graph, web.demand("a"))
    data = json.loads(to_json(report))

    assert [(one["party"], one["from_inside"], one["from_outside"]) for one in data["demand"]] == [
        ("a", ["d2/1"], ["d3/1"])
    ]
    assert [leg["leg"] for leg in data["legs"]] == ["d2/1", "d3/1"]
    assert data["demand"][0]["high"] == round(8 / 60, 6)
    nobody = written(reports.demand(web.graph, web.demand("c")))
    assert "no party asked for is on a loop" in nobody
