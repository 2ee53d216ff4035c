"""Margin calls: what is to be repaid as the shares that secure a loan fall."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiweb.analysis.stress import Case, Margin, Rule, What
from aiweb.views import reports
from aiweb.views.tables import text as shown
from tests.stressed import asked, cash, drawn, unpaid

HALF = Fraction(1, 2)
HALVED = "mark-down: {party: chip, by: 50%}"
LOAN = "bank -> soft: {amount} loan closed #drawn $80 #collateral chip shares #pledged chip{more}\n"
VALUE = "chip: valuation 1000 2026-06-30 reported"
WEB = """
    soft -> lab: 30 equity #term 2027
    lab -> chip: 20 purchase #term 2027
"""


def loan(more: str = "", amount: int = 100) -> str:
    """Write a web with a loan of which 80 is drawn."""
    return LOAN.format(amount=amount, more=more) + WEB


@pytest.mark.parametrize(
    "more, least, most",
    [
        ("", 0, 80),
        (" #loan_to_value 40%", 40, 40),
        (" #collateral_value $200", 40, 40),
        (" #loan_to_value 40% #collateral_value $160", 48, 48),
        (" #loan_to_value 50% #collateral_value $400", 0, 0),
        (" #maturity 2027-06-30", 0, 0),
    ],
)
def test_a_call_brings_the_loan_back_to_its_ratio(more: str, least: int, most: int) -> None:
    """Shares halve: 80 less the ratio of what is left; unpublished, from nothing to all that is drawn."""
    found = asked(drawn(loan(more) + cash(VALUE, soft=500), HALVED))
    (margin,) = found.model.margins

    assert (margin.drawn, margin.line, margin.kept) == (80, 20, HALF)
    assert (margin.least, margin.most) == (least, most)
    dues = [due for due in found.model.dues if due.what is What.MARGIN]
    assert [(due.at(Case.AMPLE), due.at(Case.NONE)) for due in dues] == ([(least, most)] if most else [])
    assert all(due.seniority.rank == 0 for due in dues), "secured"


def test_without_a_fall_nothing_is_called_and_the_loan_is_listed() -> None:
    """The row says so."""
    found = asked(drawn(loan() + cash(VALUE, soft=500)))
    tables = {table.key: table for table in reports.stress(found.graph, found).tables}

    assert [due.what for due in found.model.dues] == [What.PAYMENT, What.PAYMENT]
    (row,) = tables["margins"].rows
    assert row[-1] == "the shares do not fall"


def test_a_call_that_nobody_can_size_brackets_the_answer() -> None:
    """Of 70, ample: 30 to lab and no call. None: 80 first, and nothing is left for lab."""
    found = asked(drawn(loan() + cash(VALUE, soft=70, lab=0), HALVED))

    assert unpaid(found.ample) == {}
    assert unpaid(found.none) == {"d1/1 margin": 10, "d2/1 payment": 30, "d3/1 payment": 20}
    assert [found.verdict(party) for party in ("soft", "lab", "chip")] == [
        "cannot be told",
        "cannot be told",
        "stands",
    ]
    assert [found.model.owed_in(case)["soft"] for case in Case] == [30, 110]
    said = shown(reports.stress(found.graph, found))
    assert "margin calls: $0–80 on d1/1" in said
    assert "neither ratio nor value is published, so from nothing to all that is drawn" in said


def test_credit_that_hangs_on_the_same_shares_is_none_in_the_worse_case() -> None:
    """Cash 70 and 20 of credit; the loan has 20 undrawn, so none has 70."""
    web = drawn(
        loan(" #loan_to_value 40%") + cash(VALUE, "soft: undrawn-credit 20 2026-12-31 reported", soft=70),
        HALVED,
    )
    model = asked(web).model

    assert [model.held(case, "soft") for case in Case] == [90, 70]
    assert [
        asked(drawn(loan() + cash(VALUE, "soft: undrawn-credit 20 2026-12-31 reported", soft=70))).model.held(
            case, "soft"
        )
        for case in Case
    ] == [
        90,
        90,
    ]


def test_shares_of_who_is_made_to_fail_call_the_loan() -> None:
    """Chip fails: its shares are worth nothing, so all that is drawn is called."""
    found = asked(drawn(loan(" #loan_to_value 40%") + cash(VALUE, soft=60)), "chip")

    assert found.model.margins[0].kept == 0
    assert unpaid(found.none) == {"d1/1 margin": 20, "d2/1 payment": 30, "d3/1 payment": 20}


def test_a_lender_inside_the_web_takes_the_bracket_away() -> None:
    """A call that is paid may save its lender, so the worse case is not worse for it."""
    web = loan() + "    bank -> lab: 50 purchase #term 2027\n" + cash(VALUE, bank=0, soft=200)
    found = asked(drawn(web, HALVED))

    assert not found.is_bracketed
    assert [outcome.failures[0].party for outcome in found.outcomes if outcome.failures] == ["bank"]
    assert found.verdict("bank") == "cannot be told"


def test_what_is_drawn_of_a_pledged_loan_may_be_unknown() -> None:
    """Then its borrower cannot be told to stand once the shares fall."""
    text = "bank -> soft: 100 loan #collateral chip shares #pledged chip\n" + WEB + cash(VALUE, soft=500)
    calm, hit = asked(drawn(text)), asked(drawn(text, HALVED))

    assert hit.model.margins == ()
    assert {"debt", "margin"} <= {str(row.what) for row in hit.model.open}
    assert (calm.verdict("soft"), hit.verdict("soft")) == ("stands", "cannot be told")


_loans = st.builds(
    Margin,
    leg=st.just("d1/1"),
    borrower=st.just("a"),
    lender=st.just("b"),
    pledged=st.just("c"),
    drawn=st.integers(0, 1000),
    line=st.integers(0, 1000),
    kept=st.fractions(0, 1, max_denominator=50),
    value=st.one_of(st.none(), st.integers(1, 5000)),
    ratio=st.one_of(st.none(), st.fractions(Fraction(1, 100), 1, max_denominator=100)),
    matures=st.booleans(),
)


@given(_loans, st.fractions(0, 1, max_denominator=50))
def test_a_call_rises_as_the_shares_fall_and_stays_within_what_is_drawn(row: Margin, other: Fraction) -> None:
    """In both bounds."""
    low, high = sorted((row.kept, other))
    worse, better = replace(row, kept=low), replace(row, kept=high)

    assert 0 <= better.least <= worse.least <= worse.most <= row.drawn
    assert better.most <= worse.most


@given(_loans)
def test_after_a_known_call_the_ratio_is_kept(row: Margin) -> None:
    """What is left of the loan is no more than the ratio of what the shares are worth."""
    if row.falls and not row.matures and row.value is not None and row.ratio is not None:
        assert row.least == row.most
        assert row.drawn - row.most <= row.ratio * row.value * row.kept or row.most == row.drawn


def test_calls_are_in_the_trace_and_close_the_accounts() -> None:
    """Under every rule, in both cases."""
    web = drawn(loan() + cash(VALUE, soft=70, lab=0), HALVED)
    for rule, costs in ((Rule.PROPORTION, 0), (Rule.PROPORTION, HALF), (Rule.WHOLE, 0)):
        found = asked(web, rule=rule, costs=Fraction(costs))
        for outcome in found.outcomes:
            assert {account.gap for account in outcome.accounts} == {0}
        assert "d1/1" in found.explain().legs


def test_shares_without_a_value_can_be_marked_down_where_they_secure_a_loan() -> None:
    """The what-if says that the call is in stress only; without such a loan it finds nothing to do."""
    web = drawn(loan() + cash(soft=500), HALVED)
    (row,) = (row for row in web.registry.unshown if row.target == "d1/1")  # type: ignore[attr-defined]

    assert row.says == "secured by shares of chip: a margin call is in stress only"
    assert asked(web).model.margins[0].most == 80
    with pytest.raises(AssertionError, match="nothing-to-do"):
        drawn(WEB + cash(soft=500), HALVED)
