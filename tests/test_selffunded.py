"""Self-funded sales: what a supplier put into its customers, and what of its sales that can pay for."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiweb.analysis.selffunded import Line, Put, SelfFunded, selffunded, suppliers
from aiweb.errors import UnknownName
from aiweb.graph import Carrier
from aiweb.values import Money
from aiweb.views import reports
from aiweb.views.tables import text as written
from aiweb.views.tables import to_json
from aiweb.web import Web
from tests.webs import graph

_NAMES = "sabc"
_PAIRS = [(u, v) for u in _NAMES for v in _NAMES if u != v]
deals = st.lists(
    st.tuples(
        st.sampled_from(_PAIRS),
        st.integers(1, 30),
        st.sampled_from(["equity", "loan", "purchase", "guarantee"]),
    ),
    min_size=1,
    max_size=10,
)


def line(found: SelfFunded, counting: Put) -> Line:
    """Give one line of the answer."""
    return next(row for row in found.lines if row.counting is counting)


def test_what_comes_back_directly_is_the_less_of_put_in_and_sold() -> None:
    """
    chips -> lab: 30
    chips -> lab: 12 loan
    chips -> cloud: 50
    lab -> chips: 80 purchase
    cloud -> chips: 20 lease
    rival -> chips: 100 purchase
    """
    found = selffunded(graph(test_what_comes_back_directly_is_the_less_of_put_in_and_sold.__doc__), "chips")
    own = line(found, Put.FUNDING)

    assert found.committed == Money(200, 200)
    assert own.put == Money(92, 92)
    assert own.direct == own.through == Money(62, 62), "42 of the lab's 80 and the cloud's 20"
    assert found.share(own.through) == Fraction(62, 200)
    assert own.carriers == (
        Carrier("d1/1", "chips", "lab", 30),
        Carrier("d5/1", "cloud", "chips", 20),
        Carrier("d2/1", "chips", "lab", 12),
    )


def test_money_comes_back_through_others_too() -> None:
    """
    chips -> lab: 30
    lab -> cloud: 25 purchase
    lab -> chips: 4 purchase
    cloud -> chips: 18..40 purchase
    """
    found = selffunded(graph(test_money_comes_back_through_others_too.__doc__), "chips")
    own = line(found, Put.FUNDING)

    assert own.direct == Money(4, 4)
    assert own.through == Money(22, 29), "18 or 25 by the cloud, and 4"
    assert [(row.leg, row.amount) for row in own.carriers] == [("d2/1", 25), ("d3/1", 4)]
    assert (own.limit, own.open) == (29, ())


def test_a_guarantee_counts_as_money_to_whom_the_secured_leg_pays() -> None:
    """
    *banks -> lab: 30 loan
    chips -> banks: 50 guarantee #secures d1/1
    chips -> landlord: 9 guarantee
    lab -> chips: 45 purchase
    landlord -> chips: 6 purchase
    """
    found = selffunded(graph(test_a_guarantee_counts_as_money_to_whom_the_secured_leg_pays.__doc__), "chips")
    with_them = line(found, Put.GUARANTEES)

    assert line(found, Put.FUNDING).through == Money(0, 0)
    assert with_them.put == Money(59, 59)
    assert with_them.through == Money(36, 36), "30 of 50 behind the loan, and 6 of 9"
    assert {(row.leg, row.payee, row.amount) for row in with_them.carriers} == {
        ("d2/1", "lab", 30),
        ("d5/1", "chips", 6),
    }
    assert found.explain()["and guarantees through"] == Money(36, 36)


def test_one_guarantee_behind_two_loans_is_put_in_once() -> None:
    """
    *banks -> lab: 30 loan
    banks -> cloud: 25 loan
    chips -> banks: 40 guarantee #secures [d1/1, d2/1]
    lab -> chips: 90 purchase
    cloud -> chips: 90 purchase
    """
    found = selffunded(graph(test_one_guarantee_behind_two_loans_is_put_in_once.__doc__), "chips")

    assert line(found, Put.GUARANTEES).direct == line(found, Put.GUARANTEES).through == Money(40, 40)


def test_what_it_buys_from_its_customers_comes_last() -> None:
    """
    chips -> cloud: 10
    chips -> cloud: 7 purchase
    cloud -> chips: 40 purchase
    """
    found = selffunded(graph(test_what_it_buys_from_its_customers_comes_last.__doc__), "chips")

    assert [row.through.high for row in found.lines] == [10, 10, 17]
    assert [row.put.high for row in found.lines] == [10, 10, 17]


def test_what_is_undisclosed_is_no_zero() -> None:
    """
    chips -> lab: 30
    lab -> chips: undisclosed purchase
    chips -> cloud: undisclosed
    """
    found = selffunded(graph(test_what_is_undisclosed_is_no_zero.__doc__), "chips")
    own = line(found, Put.FUNDING)

    assert own.through == Money(0, 0, unbounded=True)
    assert (own.limit, own.open) == (30, ("d2/1",))
    assert found.share(own.through) is None


def test_parties_that_stand_for_many_pass_nothing_on() -> None:
    """
    chips -> *buyers: 30
    buyers -> chips: 20 purchase
    """
    found = selffunded(graph(test_parties_that_stand_for_many_pass_nothing_on.__doc__), "chips")

    assert found.committed == Money(20, 20)
    assert line(found, Put.PURCHASES).through == Money(0, 0)


def test_a_published_total_stands_beside_what_its_legs_come_to() -> None:
    """
    chips -> lab: 30
    chips -> cloud: 12 guarantee
    lab -> chips: 20 purchase
    ---
    figures:
      chips:
        - {metric: revenue, period: 2025, amount: $80, kind: reported, source: s}
    claims:
      put-in:
        says: chips puts 50 into its customers
        zh: chips
        on: 2025-12-31
        party: chips
        amount: $50
        legs: [d1/1, d2/1, d3/1]
        source: s
      sold:
        says: the lab buys for 20
        zh: lab
        on: 2025-12-31
        party: lab
        amount: $20
        legs: [d3/1]
        source: s
    """
    text = test_a_published_total_stands_beside_what_its_legs_come_to.__doc__
    found = selffunded(graph(text), "chips")

    assert [(row.claim, row.amount.high, row.registry.high, row.legs) for row in found.published] == [
        ("put-in", 50, 42, ("d1/1", "d2/1"))
    ]
    assert not selffunded(graph(text), "lab").published
    assert not selffunded(graph(text, as_of="2025-06-30"), "chips").published
    assert found.of_revenue(line(found, Put.FUNDING).through) == Fraction(20, 80)


def test_suppliers_are_listed_by_what_can_come_back() -> None:
    """
    a -> x: 10
    x -> a: 8 purchase
    b -> x: 30
    x -> b: 9 purchase
    x -> c: 50 purchase
    """
    found = suppliers(graph(test_suppliers_are_listed_by_what_can_come_back.__doc__))

    assert [(row.supplier, row.lines[0].through.high) for row in found] == [("b", 9), ("a", 8)]
    with pytest.raises(UnknownName):
        selffunded(graph("a -> b: 1"), "z")


@given(deals)
def test_each_line_holds_the_one_before_and_no_more_than_was_put_in_or_sold(
    rows: list[tuple[tuple[str, str], int, str]],
) -> None:
    """Random webs with guarantees, whole and with every deal split in two."""
    plain = graph("\n".join(f"{u} -> {v}: {w} {kind}" for (u, v), w, kind in rows))
    split = graph(
        "\n".join(
            f"{u} -> {v}: {part} {kind}"
            for (u, v), w, kind in rows
            for part in ([w // 3, w - w // 3] if w > 2 else [w])
        )
    )
    if "s" not in plain.registry.parties:
        return
    found, again = selffunded(plain, "s"), selffunded(split, "s")
    found.explain()
    assert [(row.put, row.direct, row.through, row.limit) for row in found.lines] == [
        (row.put, row.direct, row.through, row.limit) for row in again.lines
    ]
    before = 0
    for row in found.lines:
        assert 0 <= row.direct.high <= row.through.high <= min(row.put.high, found.committed.high)
        assert before <= row.through.high
        assert sum(leg.amount for leg in row.carriers) == row.through.high == row.limit
        before = row.through.high


def test_the_reports_name_the_legs_behind_every_line() -> None:
    """
    chips -> lab: 30
    chips -> cloud: undisclosed guarantee
    lab -> cloud: 25 purchase
    cloud -> chips: at least $18 purchase
    """
    web = Web(graph(test_the_reports_name_the_legs_behind_every_line.__doc__))
    report = reports.selffunded(web.graph, web.selffunded("chips"))
    data = json.loads(to_json(report))

    assert [row["counting"] for row in data["lines"]] == [str(put) for put in Put]
    assert data["lines"][0]["through_others"]["unbounded"]
    assert [row["leg"] for row in data["legs"]] == ["d1/1", "d2/1", "d4/1"]
    assert [row["leg"] for row in data["binding"]] == ["d4/1", "d4/1", "d4/1"]
    everyone = reports.suppliers(web.graph, web.suppliers())
    assert json.loads(to_json(everyone))["suppliers"][0]["supplier"] == "chips"
    for one in (report, everyone):
        assert max(len(text) for text in written(one).splitlines()) <= 110
