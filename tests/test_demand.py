"""Outside demand of parties on loops: by the registry, by a published year, by published shares."""

from __future__ import annotations

import itertools
import json
from decimal import Decimal
from fractions import Fraction

import pytest

from aiweb.analysis.demand import Demand, OutsideDemand, demand
from aiweb.errors import UnknownName
from aiweb.values import Money
from aiweb.views import reports
from aiweb.views.tables import text as written
from aiweb.views.tables import to_json
from aiweb.web import Web
from tests.recompute import faults
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

    assert found.published == (Fraction(38, 100), Fraction(38, 100))
    assert [figure.counterparty for figure in found.shares] == ["b"]
    assert found.year_text == "not published"


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_best_and_last_word_on_a_share_counts_wherever_it_stands(order: tuple[int, ...]) -> None:
    """
    a -> b: 50
    b -> a: 60 purchase
    ---
    figures:
      a:
    """
    share = "metric: share-of-revenue, period: 2025, counterparty: b, source: s"
    figures = [
        f"{share}, percent: 30%, kind: forecast, known: 2026-06-01",
        f"{share}, percent: 35%, kind: press, known: 2026-05-01",
        f"{share}, percent: 55%, kind: reported, known: 2026-01-01",
        f"{share}, percent: 60%, kind: reported, known: 2026-02-01",
    ]
    text = test_the_best_and_last_word_on_a_share_counts_wherever_it_stands.__doc__ or ""
    text = f"{text.rstrip()}\n" + "".join(f"        - {{{figures[index]}}}\n" for index in order)
    found = demand(graph(text))

    assert [(str(figure.kind), figure.percent) for figure in row(found, "a").shares] == [
        ("reported", Decimal(60))
    ]
    assert row(found, "a").published == (Fraction(2, 5), Fraction(2, 5))


def test_shares_of_one_rank_and_day_that_differ_make_a_range() -> None:
    """
    a -> b: 50
    b -> a: 60 purchase
    c -> a: 8 purchase
    a -> c: 3
    ---
    figures:
      a:
        - {metric: share-of-revenue, period: 2025, percent: 62%, kind: press, counterparty: b, source: s}
        - {metric: share-of-revenue, period: 2025, percent: 57%, kind: press, counterparty: b, source: s}
        - {metric: share-of-revenue, period: 2025, percent: 20%, kind: reported, counterparty: c, source: s}
        - {metric: share-of-revenue, period: 2026, percent: 90%, kind: forecast, counterparty: b, source: s}
    """
    web = Web(graph(test_shares_of_one_rank_and_day_that_differ_make_a_range.__doc__))
    found = web.demand("a")

    assert row(found, "a").published == (Fraction(18, 100), Fraction(23, 100))
    told = found.explain()
    assert (told["a published low"], told["a published high"]) == (Fraction(18, 100), Fraction(23, 100))
    assert not faults(told)
    (said,) = json.loads(to_json(reports.demand(web.graph, found)))["demand"]
    assert (said["published"], said["published_low"], said["published_high"]) == (
        "18.0% to 23.0%",
        0.18,
        0.23,
    )


def test_a_window_takes_no_year_that_it_cuts() -> None:
    """
    a -> b: 100 purchase #term 2025..2026
    b -> a: 50 purchase #term 2025..2026
    a -> b: 6 purchase 2025-03-01
    ---
    figures:
      b:
        - {metric: revenue, period: 2025, amount: $80, kind: reported, source: s}
    """
    doc = test_a_window_takes_no_year_that_it_cuts.__doc__
    for years in (None, (2025, 2025), (2024, 2026)):
        found = row(demand(graph(doc, years=years)), "b")
        assert (found.in_year, found.undated) == (Money(50, 50), ("d3/1",)), (
            "in no window, perhaps in the year"
        )
        assert (found.year_low, found.year_high, found.year_text) == (None, Fraction(30, 50), "at most 0.60")

    web = Web(graph(doc, years=(2026, 2026)))
    found = row(web.demand(), "b")
    assert (found.in_year, found.year_low, found.year_high) == (None, None, None)
    assert found.year_text == "cut by window"
    said = written(reports.demand(web.graph, web.demand()))
    assert "cut by window: the published year is not all in 2026" in said
    whole = Web(graph(doc, years=(2025, 2025)))
    data = json.loads(to_json(reports.demand(whole.graph, whole.demand())))
    assert [leg["leg"] for leg in data["legs"]] == ["d1/1", "d2/1", "d3/1"], "the undated one too"


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
    line = Web(graph("a -> b: 5"))
    assert "no party is on a loop" in written(reports.demand(line.graph, line.demand()))
