"""Dependency of one party on others and of others on it: shares, hops, bounds, legs."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiweb.analysis.dependency import Dependence, Dependences, Dependency, dependency
from aiweb.errors import BadOption, UnknownName
from aiweb.views import reports
from aiweb.views.tables import text as written
from aiweb.views.tables import to_json
from aiweb.web import Web
from tests.webs import graph

_PAIRS = [(u, v) for u in "abcd" for v in "abcd" if u != v]
deals = st.lists(st.tuples(st.sampled_from(_PAIRS), st.integers(1, 30)), min_size=1, max_size=9)


def on(found: Dependency) -> dict[str, Dependence]:
    """Give what a party depends on, by the other's name."""
    return {row.on: row for row in found.on}


def numbers(row: Dependence) -> tuple[int, float, int]:
    """Give the least, what has passed pro rata, and the most."""
    return row.least, round(row.passed, 9), row.most


def test_shares_follow_the_money_back_through_others() -> None:
    """
    lab -> cloud: 60 purchase
    *users -> cloud: 40 purchase
    fund -> lab: 30
    *public -> lab: 90
    """
    found = on(dependency(graph(test_shares_follow_the_money_back_through_others.__doc__), "cloud"))

    # 60 of 100 come from the lab, and 30 of its 120 from the fund; it keeps 60, so all of them may or none.
    assert found["lab"].through == (0.6, 0.6, 0.6)
    assert numbers(found["lab"]) == (60, 0.6, 60)
    fund = found["fund"]
    assert [round(part, 9) for part in (*fund.through, fund.any_number)] == [0, 0.15, 0.15, 0.15]
    assert numbers(fund) == (0, 0.15, 30)
    assert [(row.leg, row.amount) for row in fund.carriers] == [("d3/1", 30)]
    assert "users" not in found


def test_who_depends_on_a_party_is_the_other_side_of_the_same() -> None:
    """
    a -> b: 50
    b -> c: 20 purchase
    b -> d: 45 purchase
    """
    web = graph(test_who_depends_on_a_party_is_the_other_side_of_the_same.__doc__)
    found = dependency(web, "a")

    assert [(row.of, row.on) for row in found.by] == [("b", "a"), ("c", "a"), ("d", "a")]
    assert found.by == tuple(on(dependency(web, name))["a"] for name in "bcd")
    # b pays 65 and receives 50: 15 are its own, so of c's 20 at least 5 are a's and all may be.
    assert numbers(found.by[1]) == (5, round(50 / 65, 9), 20)


def test_money_that_goes_round_counts_each_time_it_comes() -> None:
    """
    j -> x: 10
    x -> k: 5 purchase
    k -> x: 5 purchase
    """
    found = on(dependency(graph(test_money_that_goes_round_counts_each_time_it_comes.__doc__), "x"))

    assert found["j"].receipts == 15
    assert numbers(found["j"]) == (10, 1, 15)
    assert found["j"].any_number == pytest.approx(1)
    assert found["k"].any_number == pytest.approx(0.5)


def test_a_group_that_pays_only_itself_depends_on_itself_wholly() -> None:
    """
    a -> b: 7
    b -> a: 7 purchase
    """
    found = dependency(graph(test_a_group_that_pays_only_itself_depends_on_itself_wholly.__doc__), "a")

    assert found.closed == ("a", "b")
    assert numbers(on(found)["b"]) == (7, 1, 7)


def test_a_payer_who_cannot_leave_passes_no_loss_on() -> None:
    """
    a -> b: 7 purchase #exit none
    c -> b: 5 purchase #exit cancellable
    d -> b: undisclosed purchase
    """
    found = dependency(graph(test_a_payer_who_cannot_leave_passes_no_loss_on.__doc__), "b")

    assert found.fixed == ("d1/1",)
    assert found.undisclosed == ("d3/1",)


def test_bounds_of_amounts_are_asked_for_by_name() -> None:
    """
    a -> b: 10..40 purchase
    c -> b: 30 purchase
    """
    web = graph(test_bounds_of_amounts_are_asked_for_by_name.__doc__)

    assert on(dependency(web, "b", at="low"))["a"].most_share == Fraction(10, 40)
    assert on(dependency(web, "b"))["a"].most_share == Fraction(40, 70)
    with pytest.raises(BadOption, match="low or high"):
        dependency(web, "b", at="middle")
    with pytest.raises(UnknownName):
        dependency(web, "z")


@given(deals)
def test_shares_lie_in_their_bounds_and_legs_add_up(rows: list[tuple[tuple[str, str], int]]) -> None:
    """Random webs of deals in which everyone receives something from outside, each party in turn."""
    lines = [f"{u} -> {v}: {w} purchase" for (u, v), w in rows]
    web = graph("\n".join([*lines, *(f"*users -> {name}: 1 purchase" for name in "abcd")]))
    for party in sorted({name for pair, _ in rows for name in pair}):
        found = dependency(web, party)
        found.explain()
        for row in (*found.on, *found.by):
            assert 0 <= row.least_share <= row.passed + 1e-9
            assert row.passed - 1e-9 <= row.most_share <= 1
            assert sum(leg.amount for leg in row.carriers) == row.most
            assert row.through[0] <= row.through[1] <= row.through[2] <= row.any_number + 1e-9


def test_the_report_of_an_exposure_lists_both_sides_with_their_legs() -> None:
    """
    fund -> lab: 30
    lab -> cloud: 20 purchase
    cloud -> maker: 11 purchase
    """
    web = Web(graph(test_the_report_of_an_exposure_lists_both_sides_with_their_legs.__doc__))
    report = reports.exposure(web.graph, web.exposure("lab"), web.dependency("lab"), web.loops("lab"))
    data = json.loads(to_json(report))

    assert [(row["party"], row["direct"], row["most"]) for row in data["depends_on"]] == [("fund", 1.0, 1.0)]
    assert [row["party"] for row in data["depended_on"]] == ["cloud", "maker"]
    assert {row["leg"] for row in data["legs"]} == {"d1/1", "d2/1", "d3/1"}
    assert max(len(line) for line in written(report).splitlines()) <= 100


def test_rows_are_solved_when_they_are_read() -> None:
    """Two rows alike come together, the one with the larger most first; the third is not asked for."""
    asked = []

    def solve(of: str, on: str) -> Dependence:
        asked.append(on)
        return Dependence(of, on, 9, 0, 0.5 if on != "w" else 0.1, {"u": 4, "v": 7, "w": 8}[on], (), 0.0, ())

    rows = Dependences([(("a", "w"), 0.1), (("a", "u"), 0.5), (("a", "v"), 0.5 - 1e-12)], solve)

    assert len(rows) == 3
    assert [row.on for row in rows[:1]] == ["v"]
    assert sorted(asked) == ["u", "v"]
    assert [row.on for row in rows] == ["v", "u", "w"]
    assert len(asked) == 3
    assert rows == tuple(rows)
    assert hash(rows) == hash(tuple(rows))
