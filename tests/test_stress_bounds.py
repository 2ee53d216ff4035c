"""Debts of unknown size, guarantors that fail, and what counts as a sale: small webs by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from aiweb.analysis.stress import Case
from aiweb.views import reports
from aiweb.views.tables import text as shown
from tests.stressed import asked, cash, drawn

CORNERS = "two corners and need not bound"


@pytest.mark.parametrize("more", ["j -> k: 100 purchase #term 2027", "i -> k: 30 purchase #term 2027"])
def test_a_debt_of_unknown_size_beside_others_bounds_nothing(more: str) -> None:
    """Its creditor j pays on what it gets, or its debtor i owes k too."""
    found = asked(drawn("j -> i: 100 loan #maturity 2027-06\n    " + more + cash(i=50, j=0, k=0)))

    assert (found.model.is_bounded, found.is_bracketed) == (False, False)
    said = shown(reports.stress(found.graph, found))
    assert CORNERS in said
    assert "lies between" not in said


def test_a_debt_of_unknown_size_alone_is_bounded() -> None:
    """Its debtor owes nobody else and its creditor nothing."""
    found = asked(drawn("j -> i: 100 loan #maturity 2027-06" + cash(i=50, j=0)))

    assert found.is_bracketed
    assert [each.unpaid for each in found.outcomes] == [0, 50]
    assert "what stays unpaid lies between the two cases" in shown(reports.stress(found.graph, found))


def test_who_stands_in_both_corners_may_fail_between_them() -> None:
    """Of 100 from i, j gets 50 with the bank's 100 owed too, but may lend it nothing: it needs to be told."""
    web = "k -> i: 100 loan #maturity 2027-06\n    i -> j: 100 purchase #term 2027\n"
    web += "    j -> m: 60 purchase #term 2027\n    k -> m: 90 purchase #term 2027" + cash(
        i=100, j=0, k=95, m=0
    )
    found = asked(drawn(web))

    assert found.verdict("j") == "cannot be told", "with all of the loan owed it gets 50 of 100"
    assert (found.verdict("k"), found.verdict("m")) == ("stands", "stands")


def test_nothing_drawn_is_known_to_be_nothing() -> None:
    """And no debt from nothing to all."""
    found = asked(drawn("j -> i: 100 loan closed #drawn $0 #maturity 2027-06" + cash(i=50)))

    assert found.model.dues == ()
    assert found.model.open == ()


GUARANTEED = """
    p -> c: 100 purchase #term 2027
    g -> c: 80 guarantee #secures d1/1
    g -> c: 20 purchase #term 2027
"""


def test_a_guarantor_made_to_fail_honours_the_rest() -> None:
    """A quarter unpaid leaves 60 of the 80 called; nothing unpaid leaves all, and all unpaid none."""
    web = drawn(GUARANTEED + cash(p=0, c=0, g=500))
    called = [
        [(row.called, row.honoured) for row in asked(web, "g", Fraction(part, 4)).ample.called]
        for part in (0, 1, 4)
    ]

    assert called == [[(80, 80)], [(80, 60)], []]
    assert [(row.called, row.honoured) for row in asked(web).ample.called] == [(80, 80)]


def test_a_guarantee_behind_a_debt_of_unknown_size_is_called_for_what_is_owed() -> None:
    """In the better case nothing of the loan is owed, so nothing is called."""
    web = "c -> p: 100 loan #maturity 2027-06\n    g -> c: 100 guarantee #secures d1/1" + cash(p=0, c=0, g=50)
    found = asked(drawn(web), "p")

    assert [sum(row.called for row in each.called) for each in found.outcomes] == [0, 100]


def test_flexible_shares_and_loans_are_no_sales() -> None:
    """What a buyer need not buy is."""
    web = "a -> b: 100 equity conditional #condition x #term 2027\n"
    web += "    b -> c: 50 purchase conditional #condition y #term 2027" + cash(a=500, b=100, c=1)
    found = asked(drawn(web), "a")

    assert [[row.party for row in each.sales.rows] for each in found.outcomes if each.sales] == [[], []]
    assert found.outcomes[1].case is Case.NONE
    assert "a owes nothing in the span" in shown(reports.stress(found.graph, found))
