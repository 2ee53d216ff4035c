"""What claims are worth by other rules: one engine, held against clearing and DebtRank."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiweb.analysis.stress import Claims, Valuation
from aiweb.errors import BadOption
from aiweb.views import reports
from tests.commands import aiweb, written
from tests.stressed import asked, cash, drawn

_NAMES = "abcd"
_PAIRS = [(u, v) for u in _NAMES for v in _NAMES if u != v]
_owed = st.lists(st.tuples(st.sampled_from(_PAIRS), st.integers(1, 40)), min_size=2, max_size=7)
_held = st.fixed_dictionaries(dict.fromkeys(_NAMES, st.integers(0, 60)))
CHAIN = """
    p -> a: 40 purchase #term 2027
    a -> b: 50 lease #term 2027
    b -> c: 30 lease #term 2027
"""


def valued(text: str, party: str, valuation: str) -> Claims:
    """Value the claims of a web in the worse case."""
    found = asked(drawn(text), party, valuation=valuation).claims
    assert found is not None
    return found[1]


def test_a_claim_falls_with_the_equity_of_its_debtor() -> None:
    """a has 30 + 40 - 50 = 20 and loses 40; b has 10 + 50 - 30 = 30 and loses what a's debt loses."""
    text = CHAIN + cash(a=30, b=10, c=0, p=0)
    worth = {
        name: valued(text, "p", name).worth for name in ("eisenberg-noe", "furfine", "linear", "debtrank")
    }

    assert worth["eisenberg-noe"]["a"] == pytest.approx(30 / 50), "it has 30 of 50"
    assert worth["eisenberg-noe"]["b"] == 1, "10 and 30 are enough for 30"
    assert (worth["furfine"]["a"], worth["furfine"]["b"]) == (0, 0), "without recovery b has 10 for 30"
    assert (worth["linear"]["a"], worth["linear"]["b"]) == (0, 0)
    assert worth["debtrank"] == {"a": 0, "b": 0, "c": 0}


def test_a_small_loss_is_passed_on_in_part() -> None:
    """a loses 10 of 20: half. b loses half of 50, of 60: 25/60. c 25/60 of 30, of 30."""
    text = CHAIN + cash(a=30, b=40, c=0, p=0)
    found = asked(drawn(text), "p", Fraction(1, 4), valuation="linear").claims
    ranked = asked(drawn(text), "p", Fraction(1, 4), valuation="debtrank").claims

    assert found is not None
    assert ranked is not None
    for each in (found[1], ranked[1]):
        assert each.worth == pytest.approx({"a": 1 / 2, "b": 35 / 60, "c": 35 / 60})
        assert each.equity == pytest.approx({"a": 10, "b": 35, "c": 17.5})
        assert each.written_down["b"] == pytest.approx(25)


def test_who_has_no_cash_figure_is_good_for_all_in_the_better_case() -> None:
    """And has nothing in the worse one."""
    found = asked(drawn(CHAIN + cash(a=30)), "p", valuation="linear").claims

    assert found is not None
    assert [each.worth["b"] for each in found] == [1, 0]


def test_shares_are_assets_and_their_marks_losses() -> None:
    """
    a -> b: 50 lease #term 2027
    a -> x: 5 stake closed 2025-01-01 #percent 10%
    """
    text = (test_shares_are_assets_and_their_marks_losses.__doc__ or "") + cash(
        "x: valuation 1000 2026-06-30 reported", a=0, b=0
    )
    found = asked(drawn(text, "mark-down: {party: x, by: 80%}"), valuation="linear").claims

    assert found is not None
    assert (found[1].face["a"], found[1].equity["a"]) == (50, -30), (
        "100 of shares for 50 of debt; 80 are lost"
    )
    assert found[1].worth["a"] == 0


@settings(max_examples=25)
@given(_owed, _held, st.sampled_from(_NAMES))
def test_by_eisenberg_and_noe_it_is_clearing(
    owed: list[tuple[tuple[str, str], int]], held: dict[str, int], party: str
) -> None:
    """Another road to the same payments: what a dollar owed is worth, times what is owed."""
    lines = [f"{u} -> {v}: {amount} purchase #term 2027" for (u, v), amount in owed]
    named = {name for pair, _ in owed for name in pair}
    web = drawn("\n".join(lines) + "\n" + cash(**{n: has for n, has in held.items() if n in named}))
    gone = party if party in named else min(named)
    found = asked(web, gone, valuation="eisenberg-noe")
    assert found.claims is not None
    total: dict[str, Fraction] = defaultdict(Fraction)
    paid: dict[str, Fraction] = defaultdict(Fraction)
    for name, one in found.none.after.greatest.books.obligations.items():
        total[one.debtor] += one.amount
        paid[one.debtor] += found.none.after.greatest.paid[name]
    for name, amount in total.items():
        assert found.claims[1].worth[name] == pytest.approx(float(paid[name] / amount), abs=1e-4)


@settings(max_examples=25)
@given(_owed, _held, st.sampled_from(_NAMES), st.sampled_from(sorted({*Valuation} - {Valuation.CLEARING})))
def test_worth_lies_between_nothing_and_all_and_accounts_close(
    owed: list[tuple[tuple[str, str], int]], held: dict[str, int], party: str, valuation: str
) -> None:
    """By every rule, in both cases."""
    lines = [f"{u} -> {v}: {amount} purchase #term 2027" for (u, v), amount in owed]
    named = {name for pair, _ in owed for name in pair}
    web = drawn("\n".join(lines) + "\n" + cash(**{n: has for n, has in held.items() if n in named}))
    found = asked(web, party if party in named else None, valuation=valuation)
    for each in found.claims or ():
        assert all(0 <= worth <= 1 for worth in each.worth.values())
        assert all(abs(float(account.gap)) < 1e-6 for account in each.accounts)


def test_the_command_takes_a_valuation(tmp_path: Path) -> None:
    """With a table of its own; an unknown one is refused with those there are."""
    path = written(tmp_path, CHAIN + cash(a=30, b=40, c=0, p=0))
    asking = ("stress", "--fail", "p", "--part", "25%", "-r", path)
    rows = aiweb(*asking, "--valuation", "linear", "-f", "json").json["claims"]
    wrong = aiweb(*asking, "--valuation", "mark")

    assert {row["party"]: row["worth_none"] for row in rows} == pytest.approx(
        {"a": 0.5, "b": 35 / 60, "c": 35 / 60}, abs=1e-6
    )
    assert aiweb(*asking, "-f", "json").json["claims"] == []
    assert wrong.code == 2
    assert "clearing, eisenberg-noe, furfine, linear, debtrank" in wrong.err
    with pytest.raises(BadOption, match="write one of clearing"):
        asked(drawn(CHAIN), "p", valuation="x")


def test_the_report_lists_only_who_loses() -> None:
    """A row each, of equity before and after."""
    found = asked(drawn(CHAIN + cash(a=300, b=40, c=0, p=0)), "p", valuation="furfine")
    tables = {table.key: table for table in reports.stress(found.graph, found).tables}

    assert [row[0] for row in tables["claims"].rows] == ["a"]
