"""Ranks in stress: what is secured is paid first, and the report says who says so."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiweb.analysis.stress import Case, Rule, prepare, stress
from aiweb.flows.clearing import clear
from aiweb.views import reports
from aiweb.views.tables import text as shown
from tests.stressed import asked, cash, drawn, unpaid

LOANS = """
    bank -> a: 60 loan closed #maturity 2027-03-31 #collateral chips
    fund -> a: 30 loan closed #maturity 2027-03-31 #seniority subordinated
    a -> b: 50 purchase #term 2027
    bond -> a: 40 loan closed #maturity 2027-03-31 #seniority senior
"""
SAID = {"secured": 0, "senior": 1, "subordinated": 2}
_NAMES = "abc"
_debts = st.lists(
    st.tuples(
        st.sampled_from([(u, v) for u in _NAMES for v in _NAMES if u != v]),
        st.integers(1, 40),
        st.sampled_from(sorted(SAID)),
    ),
    min_size=2,
    max_size=7,
)
_cash = st.fixed_dictionaries(dict.fromkeys(_NAMES, st.integers(0, 40)))


@pytest.mark.parametrize(
    "has, lacking",
    [
        (45, {"d1/1 principal": 15, "d2/1 principal": 30, "d3/1 payment": 50, "d4/1 principal": 40}),
        (96, {"d2/1 principal": 30, "d3/1 payment": 30, "d4/1 principal": 24}),
        (170, {"d2/1 principal": 10}),
    ],
)
def test_what_is_secured_is_paid_first_and_what_is_subordinated_last(
    has: int, lacking: dict[str, int]
) -> None:
    """Of 60 secured, 50 and 40 senior, 30 subordinated; trade debts rank with what is senior."""
    found = asked(drawn(LOANS + cash(a=has)))

    assert [unpaid(outcome) for outcome in found.outcomes] == [lacking, lacking]
    assert found.model.layered == ("a",)
    assert not found.is_bracketed, "what falls on one rank need not fall most where cash is least"


def test_in_one_rank_all_are_paid_alike() -> None:
    """90 of 180: half of everything."""
    found = asked(drawn(LOANS + cash(a=90)), ranked=False)

    assert unpaid(found.none) == {
        "d1/1 principal": 30,
        "d2/1 principal": 15,
        "d3/1 payment": 25,
        "d4/1 principal": 20,
    }
    assert found.is_bracketed
    assert "ranks: none, all debts of a party are paid alike" in shown(reports.stress(found.graph, found))


def test_the_report_says_who_decides_ranks() -> None:
    """The registry, collateral, or nobody."""
    found = asked(drawn(LOANS + cash(a=96)))
    said = shown(reports.stress(found.graph, found))

    assert (
        "ranks: secured by collateral $60 in 1; senior by the registry $40 in 1; senior by nobody $50 in 1; "
        "subordinated by the registry $30 in 1; what nobody ranks is taken as senior"
    ) in said
    assert [(due.name, str(due.seniority), due.ranked_by) for due in found.model.dues] == [
        ("d1/1 principal", "secured", "collateral"),
        ("d2/1 principal", "subordinated", "registry"),
        ("d3/1 payment", "senior", ""),
        ("d4/1 principal", "senior", "registry"),
    ]


def test_all_or_nothing_goes_rank_by_rank() -> None:
    """100 pays the 60 secured; of 90 senior none."""
    found = asked(drawn(LOANS + cash(a=100)), rule=Rule.WHOLE)

    assert unpaid(found.none) == {"d2/1 principal": 30, "d3/1 payment": 50, "d4/1 principal": 40}


def text(debts: list[tuple[tuple[str, str], int, str]], held: dict[str, int]) -> str:
    """Write maturing loans of some ranks."""
    lines = [
        f"{lender} -> {borrower}: {amount} loan closed #maturity 2027-06-30 #seniority {rank}"
        for (lender, borrower), amount, rank in debts
    ]
    named = {name for pair, _, _ in debts for name in pair}
    return "\n".join(lines) + "\n" + cash(**{name: has for name, has in held.items() if name in named})


@settings(max_examples=40)
@given(_debts, _cash)
def test_laws_of_clearing_by_ranks(
    debts: list[tuple[tuple[str, str], int, str]], held: dict[str, int]
) -> None:
    """Payments lie between 0 and what is owed, rise with cash, leave one equity, and keep the order."""
    web = drawn(text(debts, held))
    model = prepare(web)
    found = model.cleared(model.books(Case.NONE))
    more = {name: has + 5 for name, has in held.items()}
    richer_model = prepare(drawn(text(debts, more)))
    richer = richer_model.cleared(richer_model.books(Case.NONE))
    for due in model.dues:
        assert 0 <= found.greatest.paid[due.name] <= due.amount
        assert found.greatest.paid[due.name] <= richer.greatest.paid[due.name]
        for other in model.dues:
            if other.debtor == due.debtor and other.seniority.rank > due.seniority.rank:
                short = found.greatest.paid[due.name] < due.amount
                assert not (short and found.greatest.paid[other.name]), (
                    "a junior debt is paid, a senior is not"
                )
    assert dict(found.greatest.equity) == dict(found.least.equity)
    assert {*richer.greatest.failed} <= {*found.greatest.failed}


@settings(max_examples=30)
@given(_debts, _cash)
def test_plain_iteration_over_ranks_comes_to_the_same(
    debts: list[tuple[tuple[str, str], int, str]], held: dict[str, int]
) -> None:
    """Another road: from everybody paying, pay rank after rank out of what there is, many times."""
    model = prepare(drawn(text(debts, held)))
    found = model.cleared(model.books(Case.NONE)).greatest.paid
    paid = {due.name: float(due.amount) for due in model.dues}
    for _ in range(2000):
        has: dict[str, float] = defaultdict(float, {name: float(amount) for name, amount in held.items()})
        for due in model.dues:
            has[due.creditor] += paid[due.name]
        for rank in range(3):
            owed: dict[str, float] = defaultdict(float)
            for due in model.dues:
                if due.seniority.rank == rank:
                    owed[due.debtor] += due.amount
            part = {name: min(1.0, has[name] / amount) for name, amount in owed.items()}
            for due in model.dues:
                if due.seniority.rank == rank:
                    paid[due.name] = due.amount * part[due.debtor]
            for name, amount in owed.items():
                has[name] -= part[name] * amount
    for name, amount in paid.items():
        assert float(found[name]) == pytest.approx(amount, abs=0.05)


@settings(max_examples=30)
@given(_debts, _cash)
def test_one_rank_without_costs_is_eisenberg_and_noe(
    debts: list[tuple[tuple[str, str], int, str]], held: dict[str, int]
) -> None:
    """Both parts 1, and no ranks: the books cleared by themselves."""
    web = drawn(text(debts, held))
    found = stress(web, ranked=False).none
    books = prepare(web, ranked=False).books(Case.NONE)

    assert {owed.rank for owed in books.obligations.values()} <= {0}
    assert found.after.greatest.paid == clear(books, alpha=Fraction(1), beta=Fraction(1)).greatest.paid
