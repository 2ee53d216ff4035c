"""The cash that a gap and a stress start from is one: by hand, and by law."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiweb.analysis.funding import funding
from aiweb.analysis.stress import Case, stress
from aiweb.balances import opening
from aiweb.graph import DealGraph
from aiweb.values import NOTHING, Money
from aiweb.views import reports
from aiweb.views.tables import text as shown
from tests.commands import aiweb, written
from tests.recompute import faults
from tests.webs import graph

_OWED = """
    i -> b: 100 purchase #term 2027
    ---
    figures:
      b: [{metric: cash, period: 2026-12-31, amount: $0, kind: reported, source: s}]
      i:
"""


def web(*figures: str) -> DealGraph:
    """Give i, which owes 100 in 2027, these figures: `metric period kind amount; known DAY`."""
    rows = []
    for figure in figures:
        said, _, known = figure.partition("; known ")
        metric, period, kind, amount = said.split(maxsplit=3)
        later = f", known: {known}" if known else ""
        row = f"metric: {metric}, period: {period}, kind: {kind}, amount: {amount}, source: s{later}"
        rows.append(f"        - {{{row}}}")
    return graph(_OWED + "\n".join(rows) + "\n")


@pytest.mark.parametrize(
    "figures, amount, on",
    [
        (
            ("cash 2026-09-30 reported $30", "cash 2026-12-31 reported undisclosed"),
            Money(30, 30),
            "2026-09-30",
        ),
        (("cash 2026-12-31 reported $120", "cash 2026-12-31 reported $30"), Money(30, 120), "2026-12-31"),
        (("cash 2026-12-31 press $120", "cash 2026-12-31 reported $30"), Money(30, 30), "2026-12-31"),
        (("cash 2026-09-30 reported $9", "cash 2026-12-31 press $5..7"), Money(5, 7), "2026-12-31"),
        (("cash 2026-09-30 reported $9", "cash 2027-03-31 press $7"), Money(9, 9), "2026-09-30"),
        (
            ("cash 2026-09-30 press $9", "cash 2026-12-31 press $7; known 2027-02-01"),
            Money(9, 9),
            "2026-09-30",
        ),
        (("cash 2026-12-31 reported at least $40",), Money(40, 40, unbounded=True), "2026-12-31"),
        (("cash 2026-12-31 forecast $40", "cash 2026-06-30 press $8"), Money(8, 8), "2026-06-30"),
        (
            (
                "cash 2026-12-31 press $10",
                "undrawn-credit 2026-06-30 press $4",
                "undrawn-credit 2026-06-30 press $6",
            ),
            Money(14, 16),
            "2026-12-31",
        ),
    ],
)
def test_a_gap_and_a_stress_begin_with_the_same(figures: tuple[str, ...], amount: Money, on: str) -> None:
    """An undisclosed balance leaves the one before it; two of one day and kind are a range."""
    drawn = web(*figures)
    gap, balance = funding(drawn, "i"), stress(drawn).model.balances["i"]

    assert gap.opening == balance.amount == amount
    assert str(gap.opening_on) == str(balance.cash[0].period.last) == on
    assert gap.opening_figures == (*balance.cash, *balance.credit)
    assert balance.held(Case.NONE, 100) == amount.low
    assert balance.held(Case.AMPLE, 100) == (100 if amount.unbounded else amount.high)


def test_credit_alone_is_a_buffer_and_begins_no_path() -> None:
    """Without cash nobody knows what there is beside it."""
    drawn = web("undrawn-credit 2026-12-31 press $60", "cash 2026-12-31 press undisclosed")
    gap, balance = funding(drawn, "i"), stress(drawn).model.balances["i"]

    assert (gap.opening, gap.opening_on, gap.opening_figures) == (NOTHING, None, ())
    assert not balance.is_known
    assert [balance.held(case, 100) for case in Case] == [100, 60]


def test_the_range_of_a_balance_is_shown_and_explained() -> None:
    """120 and 30 of one day: it may pay all of 100, or 30; both figures are listed."""
    drawn = web("cash 2026-12-31 reported $120", "cash 2026-12-31 reported $30")
    found = stress(drawn)
    report, trace = reports.stress(drawn, found), found.explain()

    assert [outcome.unpaid for outcome in found.outcomes] == [0, 70]
    assert "$30–120" in shown(report)
    (figures,) = [table for table in report.tables if table.key == "figures"]
    assert [row[0] for row in figures.rows] == ["b", "i", "i"]
    (step,) = [step for step in trace.steps if step.text == "cash of i, from the least to the most"]
    assert step.value == Money(30, 120)
    assert faults(trace) == []
    gap = funding(drawn, "i").explain()
    assert gap["opening"] == Money(30, 120)
    assert faults(gap) == []


_days = st.sampled_from(["2026-06-30", "2026-09-30", "2026-12-31", "2027-01-31"])
_amounts = st.sampled_from(["$10", "$30", "$5..50", "undisclosed", "at least $20", "up to $40"])
_kinds = st.sampled_from(["reported", "press", "forecast"])
_metrics = st.sampled_from(["cash", "undrawn-credit"])


@given(
    st.lists(st.tuples(_metrics, _days, _kinds, _amounts), min_size=1, max_size=6),
    st.sampled_from([None, "2026-10-15", "2027-03-01"]),
)
def test_whatever_is_published_both_read_one_balance(
    rows: list[tuple[str, str, str, str]], known: str | None
) -> None:
    """Any figures in any order, the last of them known late."""
    figures = [" ".join(row) for row in rows]
    figures[-1] += f"; known {known}" if known and known >= rows[-1][1] else ""
    drawn, turned = web(*figures), web(*figures[::-1])
    gap, balance = funding(drawn, "i"), stress(drawn).model.balances["i"]

    assert opening(turned, "i").amount == balance.amount, "whatever their order"
    assert bool(balance.cash) == (gap.opening_on is not None)
    if balance.cash:
        assert balance.amount == gap.opening
        assert {row.period.last for row in balance.cash} == {gap.opening_on}
    assert all(row.period.last <= drawn.convention.as_of for row in (*balance.cash, *balance.credit))


# ---- default costs ------------------------------------------------------------------------------


COSTLY = """
    a -> b: 60 purchase #term 2027
    b -> c: 70 purchase #term 2027
    *funds -> b: 20 equity #term 2027
    ---
    figures:
      a: [{metric: cash, period: 2026-12-31, amount: $40, kind: press, source: s}]
      b: [{metric: cash, period: 2026-12-31, amount: $8, kind: press, source: s}]
"""


def test_costs_of_cash_and_of_receipts_are_apart(tmp_path: Path) -> None:
    """a pays 20 of 60; b has 8 and is paid 20 and 20, so it pays 4 and 36 of 70."""
    path = written(tmp_path, COSTLY)
    found = {
        costs: aiweb("stress", "-r", path, "-f", "json", "--costs", costs).json
        for costs in ("50%,10%", "0,50%", "50%", "50%,50%", "0.5, 0.1")
    }
    unpaid = {
        costs: {row["from"]: row["unpaid_none"]["high"] for row in said["unpaid"]}
        for costs, said in found.items()
    }

    assert unpaid["50%,10%"] == unpaid["0.5, 0.1"] == {"a": 40, "b": 30}
    assert unpaid["0,50%"] == {"a": 20, "b": 32}, "a pays its 40, and b 8 and half of 60"
    assert unpaid["50%"] == unpaid["50%,50%"] == {"a": 40, "b": 46}
    one, other = found["50%,10%"]["outcomes"]
    assert (one["costs_of_cash"], one["costs_of_receipts"]) == (0.5, 0.1)
    assert other["default_costs"]["high"] == 20 + 4 + 4
    assert {row["party"] for row in found["50%,10%"]["vectors"]} == {"a", "b"}
    said = aiweb("stress", "-r", path, "--costs", "50%,10%").out
    assert "and loses 50% of its cash and 10% of what it is paid" in said


@pytest.mark.parametrize("costs", ["50%,10%,5%", "50%,", "1.5,0", ",", "half"])
def test_costs_that_are_no_parts_are_refused(costs: str, tmp_path: Path) -> None:
    """With what to write."""
    done = aiweb("stress", "-r", written(tmp_path, COSTLY), "--costs", costs)

    assert (done.code, done.out) == (2, "")
    assert "25%" in done.err


def test_python_takes_costs_as_one_part_or_two(tmp_path: Path) -> None:
    """And every stress does."""
    import aiweb as aw

    read = aw.load(written(tmp_path, COSTLY))
    assert [read.stress(costs=costs).none.unpaid for costs in (0.5, (0.5, 0.5), (0.5, 0.1))] == [86, 86, 70]
    assert read.stresses(costs=(0.5, 0.1))[0].none != read.stresses()[0].none
    assert read.tipping(costs=(0.5, 0.1))
    assert read.reverse("payments", costs=(0.5, 0.1)).rows
    with pytest.raises(aw.BadOption, match="part from 0 to 1"):
        read.stress(costs=(0.5, 1.5))
