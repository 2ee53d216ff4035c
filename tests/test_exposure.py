"""Exposure of a party: sums, shares, concentration, round trip, cover."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiweb.analysis.exposure import ALL, exposure, round_trip
from aiweb.errors import UnknownName
from aiweb.flows import cut, web
from aiweb.graph import Carrier, DealGraph, convention
from aiweb.model import Metric
from aiweb.registry.load import read_text
from aiweb.values import UNDISCLOSED, Money
from tests.webs import graph, yaml

Flows = dict[tuple[str, str], int]
_PARTIES = "abcde"
_PAIRS = [(u, v) for u in _PARTIES for v in _PARTIES if u != v]
flows = st.dictionaries(st.sampled_from(_PAIRS), st.integers(1, 30), min_size=1, max_size=12)
boundary = st.dictionaries(st.sampled_from(_PARTIES), st.integers(1, 30), max_size=4)


def test_money_in_and_out_is_summed_by_status_and_instrument() -> None:
    """
    nvidia -> openai: 30
    amazon -> openai: 15 loan closed
    openai -> oracle: 300 purchase
    openai -> azure: undisclosed purchase
    """
    found = exposure(graph(test_money_in_and_out_is_summed_by_status_and_instrument.__doc__), "openai")

    assert found.money_in == Money(45, 45)
    assert found.money_out == Money(300, 300) + UNDISCLOSED
    assert [(row.direction, row.status, row.instrument, row.amount, row.legs) for row in found.parts] == [
        ("in", "closed", "loan", Money(15, 15), ("d2/1",)),
        ("in", "signed", "equity", Money(30, 30), ("d1/1",)),
        ("out", "signed", "purchase", Money(300, 300) + UNDISCLOSED, ("d3/1", "d4/1")),
    ]
    assert found.unknown == ("d4/1",)


def test_counterparties_come_with_shares_and_their_concentration() -> None:
    """
    microsoft -> coreweave: 60 purchase
    openai -> coreweave: 20 purchase
    meta -> coreweave: 20 purchase
    """
    found = exposure(graph(test_counterparties_come_with_shares_and_their_concentration.__doc__), "coreweave")

    assert [(row.party, row.share) for row in found.counterparties] == [
        ("microsoft", Fraction(3, 5)),
        ("meta", Fraction(1, 5)),
        ("openai", Fraction(1, 5)),
    ]
    inward = found.concentration[0]
    assert inward.hhi == Fraction(44, 100)
    assert inward.effective == Fraction(100, 44)


def test_a_round_trip_lies_between_least_and_most() -> None:
    """
    nvidia -> openai: 100
    openai -> oracle: 60 purchase
    oracle -> nvidia: 40 purchase
    """
    # oracle keeps 20 and openai 40; nvidia pays 100, of which 60 can stay away, so 40 must come back.
    found = round_trip(graph(test_a_round_trip_lies_between_least_and_most.__doc__), "nvidia")

    assert (found.at, found.paid, found.least, found.pro_rata, found.most) == ("high", 100, 40, 40, 40)
    assert found.carriers == (Carrier("d3/1", "oracle", "nvidia", 40),)
    assert not found.beyond
    assert found.limit == 40


def test_money_that_could_have_come_from_elsewhere_need_not_return() -> None:
    """
    nvidia -> openai: 100
    *investors -> openai: 70
    openai -> nvidia: 90 purchase
    """
    # openai has 170 and keeps 80: all of these 80 may be nvidia's, so only 20 must return, and 90 can.
    # In proportion 100/170 of the 90 are nvidia's: 52.94.
    found = round_trip(
        graph(test_money_that_could_have_come_from_elsewhere_need_not_return.__doc__), "nvidia"
    )

    assert (found.least, found.pro_rata, found.most) == (20, 53, 90)


def test_the_legs_that_hold_the_most_back_add_up_to_it() -> None:
    """
    a -> b: 50
    a -> c: 30
    b -> d: 70 purchase
    c -> d: 25 purchase
    d -> a: 35 purchase
    d -> a: 12 loan
    d -> e: 90
    """
    found = round_trip(graph(test_the_legs_that_hold_the_most_back_add_up_to_it.__doc__), "a")

    assert found.most == 47
    assert [(row.leg, row.amount) for row in found.carriers] == [("d5/1", 35), ("d6/1", 12)]


def test_what_is_undisclosed_opens_a_round_trip_only_on_its_way() -> None:
    """
    x -> y: 100
    y -> x: undisclosed purchase
    x -> z: undisclosed purchase
    """
    drawn = graph(test_what_is_undisclosed_opens_a_round_trip_only_on_its_way.__doc__)
    found = round_trip(drawn, "x")

    assert (found.paid, found.least, found.most, found.limit) == (100, 0, 0, 100)
    assert found.beyond
    assert found.open == ("d2/1",), "the leg to z leads nowhere back"
    assert not round_trip(drawn, "z").beyond


def test_a_leg_without_an_upper_limit_off_the_cut_changes_nothing() -> None:
    """
    x -> y: at least $100
    y -> x: 40 purchase
    """
    found = round_trip(graph(test_a_leg_without_an_upper_limit_off_the_cut_changes_nothing.__doc__), "x")

    assert (found.most, found.limit, found.beyond) == (40, 40, False)


def test_a_round_trip_has_no_limit_if_nothing_disclosed_holds_it_back() -> None:
    """
    x -> y: at least $100
    y -> x: undisclosed purchase
    """
    found = round_trip(graph(test_a_round_trip_has_no_limit_if_nothing_disclosed_holds_it_back.__doc__), "x")

    assert (found.most, found.limit, found.beyond) == (0, None, True)


def test_what_is_paid_back_before_it_was_paid_does_not_return_later() -> None:
    """
    x -> y: 60 closed 2025-03-01
    y -> x: 25 loan closed 2025-01-15
    y -> x: 20 loan closed 2025-06-01
    y -> x: 7 purchase 2025-02-01
    """
    # 20 are dated later, 25 earlier; 7 have no day and may be paid at any time.
    found = round_trip(graph(test_what_is_paid_back_before_it_was_paid_does_not_return_later.__doc__), "x")

    assert found.most == 52
    assert found.later == Money(20, 27)


def test_a_party_that_stands_for_many_has_no_round_trip() -> None:
    """
    *bond-investors -> oracle: 50 loan
    oracle -> bond-investors: 20 loan
    """
    found = exposure(graph(test_a_party_that_stands_for_many_has_no_round_trip.__doc__), "bond-investors")

    assert found.round_trips == ()
    assert found.explain()["pays"] == Money(50, 50)


def test_a_figure_of_nothing_has_no_share() -> None:
    """
    a -> y: 5 purchase
    ---
    figures:
      y:
        - {metric: revenue, period: 2025, amount: $0, kind: reported, source: s}
        - {metric: backlog, period: 2025-12-31, amount: undisclosed, kind: reported, source: s}
    """
    found = exposure(graph(test_a_figure_of_nothing_has_no_share.__doc__), "y")

    assert {row.share for row in found.cover} == {None}


def test_money_that_leaves_for_good_does_not_return() -> None:
    """
    openai -> oracle: 60 purchase
    oracle -> bond-investors: 60 loan
    *bond-investors -> openai: 50 loan
    """
    found = round_trip(graph(test_money_that_leaves_for_good_does_not_return.__doc__), "openai")

    assert (found.paid, found.least, found.pro_rata, found.most) == (60, 0, 0, 0)


@given(flows, boundary, boundary)
def test_least_is_never_above_most_and_neither_above_what_is_paid(
    inside: Flows, outward: dict[str, int], inward: dict[str, int]
) -> None:
    """Random webs with a boundary."""
    for party in _PARTIES:
        found = cut.round_trip(web.Flows(inside, inward, outward), party)

        assert 0 <= found.least <= found.most <= found.whole


@given(flows, boundary, boundary, st.integers(0, 10**6))
def test_any_way_of_tracing_the_money_lies_in_the_bracket(
    inside: Flows, outward: dict[str, int], inward: dict[str, int], seed: int
) -> None:
    """
    Random webs. Each dollar walks from the party over unused deals picked by chance until it is back or
    at the boundary: one way of tracing among all.
    """
    party = "a"
    found = cut.round_trip(web.Flows(inside, inward, outward), party)
    returned = trace(inside, outward, inward, party, seed)

    assert found.least <= returned <= found.most


def trace(inside: Flows, outward: dict[str, int], inward: dict[str, int], party: str, seed: int) -> int:
    """Walk every dollar the party pays, one after another, each over deals no other dollar has used."""
    chance = random.Random(seed)  # noqa: S311  # no secret is made of it
    left: dict[str, dict[str, int]] = {name: {"out": outward.get(name, 0)} for name in _PARTIES}
    kept = {name: inward.get(name, 0) - outward.get(name, 0) for name in _PARTIES}
    for (payer, payee), amount in inside.items():
        left[payer][payee] = amount
        kept[payer] -= amount
        kept[payee] += amount
    for name in set(_PARTIES) - {party}:
        left[name]["out"] += max(0, kept[name])
    returned = 0
    for _ in range(sum(left[party].values())):
        at = party
        while at != "out":
            at, before = chance.choice(sorted(to for to, amount in left[at].items() if amount)), at
            left[before][at] -= 1
            if at == party:
                returned += 1
                break
    return returned


def test_cover_holds_commitments_against_backlog_and_names_those_signed_later() -> None:
    """
    openai -> oracle: 300 purchase 2025-07-22
    meta -> oracle: 20 purchase 2025-07-01
    tiktok -> oracle: 5 purchase 2026-02-01
    ---
    figures:
      oracle:
        - {metric: backlog, period: 2025-08-31, amount: $455, kind: reported, source: s}
        - {metric: revenue, period: 2025, amount: $57, kind: reported, source: s}
    """
    found = exposure(
        graph(test_cover_holds_commitments_against_backlog_and_names_those_signed_later.__doc__), "oracle"
    )
    backlog = {row.counterparty: (row.share, row.after) for row in found.cover if row.metric == "backlog"}
    revenue = {row.counterparty: row.share for row in found.cover if row.metric == "revenue"}

    assert backlog == {
        "openai": (Fraction(300, 455), ()),
        "meta": (Fraction(20, 455), ()),
        "tiktok": (None, ("d3/1",)),
        ALL: (Fraction(320, 455), ("d3/1",)),
    }
    assert revenue["openai"] == Fraction(300, 57)


def test_what_does_not_count_is_listed_with_its_reason() -> None:
    """
    amd -> openai: 96 warrant market
    softbank -> arm: undisclosed stake
    """
    text = test_what_does_not_count_is_listed_with_its_reason.__doc__

    assert [row.reason for row in exposure(graph(text), "openai").uncounted] == ["a warrant moves no cash"]
    assert [row.reason for row in exposure(graph(text), "arm").uncounted] == ["a stake is held, not paid"]


def test_an_unknown_party_is_named_with_the_nearest() -> None:
    """
    a -> openai: 5
    """
    with pytest.raises(UnknownName, match="did you mean 'openai'"):
        exposure(graph("a -> openai: 5"), "opnai")


def test_concentration_of_groups_adds_families_and_drops_what_they_pay_each_other() -> None:
    """
    meta -> arm: 30 purchase
    softbank -> arm: 50
    apple -> sb-energy: 10 purchase
    apple -> softbank: 5 purchase
    instagram -> softbank: 15 purchase
    """
    text = graphs_with_parents(
        test_concentration_of_groups_adds_families_and_drops_what_they_pay_each_other.__doc__,
        {"arm": "softbank", "sb-energy": "softbank", "instagram": "meta"},
    )
    found = exposure(text, "arm")
    alone, together = found.concentration[:2]

    assert (alone.by, alone.counterparties, alone.amount.high) == ("party", 2, 80)
    assert alone.hhi == Fraction(30**2 + 50**2, 80**2)
    # The group receives 45 from Meta's and 15 from Apple; the 50 stay inside it.
    assert found.group == ("arm", "sb-energy", "softbank")
    assert (together.by, together.counterparties, together.amount.high) == ("group", 2, 60)
    assert together.hhi == Fraction(45**2 + 15**2, 60**2)


def graphs_with_parents(text: str | None, parents: dict[str, str]) -> DealGraph:
    """Draw a graph of parties that belong to others."""
    written = yaml(text or "")
    for name, parent in parents.items():
        written = written.replace(
            f"  {name}: {{name: {name},", f"  {name}: {{parent: {parent}, name: {name},"
        )
    read, problems = read_text(written.encode(), "web.yaml")
    assert read is not None, problems
    return DealGraph(read, convention(read))


def test_what_is_due_in_a_year_stands_against_cash() -> None:
    """
    openai -> oracle: 300 purchase 2025-02-01 #term 2026..2028
    openai -> amd: 90 purchase 2025-02-01
    openai -> nvidia: 40 purchase 2026-03-01 #term 2026-07..2026-10
    openai -> nvidia: 8 loan closed 2026-01-20
    ---
    figures:
      openai:
        - {metric: cash, period: 2026-06-30, amount: $500, kind: reported, known: 2026-07, source: s}
        - {metric: cash, period: 2025-12-31, amount: $50, kind: reported, source: s}
    """
    text = test_what_is_due_in_a_year_stands_against_cash.__doc__
    late = {row.counterparty: row for row in exposure(graph(text), "openai").cover}
    assert late["oracle"].amount == Money(100, 100)
    assert late["nvidia"].amount == Money(40, 40), "the loan was made before the balance"
    assert late[ALL].share == Fraction(140, 500)
    assert late[ALL].undated == ("d2/1",)

    early = {row.counterparty: row for row in exposure(graph(text, as_of="2026-03-31"), "openai").cover}
    assert early[ALL].figure.amount == Money(50, 50)
    assert early["oracle"].amount == Money(100, 100)
    assert early[ALL].after == ("d3/1", "d4/1")
    assert early[ALL].share == Fraction(100, 50)


def test_an_exposure_explains_its_sums_and_its_cut() -> None:
    """
    nvidia -> openai: 100
    amazon -> openai: 15 loan closed
    openai -> oracle: 60 purchase
    oracle -> nvidia: 40 purchase
    oracle -> amazon: undisclosed purchase
    """
    found = exposure(graph(test_an_exposure_explains_its_sums_and_its_cut.__doc__), "openai")
    trace = found.explain()

    assert trace["receives"] == Money(115, 115)
    assert trace["hhi in"] == Fraction(100**2 + 15**2, 115**2)
    assert trace["high most"] == Money(40, 40)
    assert trace["high later"] == found.round_trips[1].later
    assert {"d1/1", "d2/1", "d3/1", "d4/1"} <= {*trace.legs}
    assert any("d5/1" in note for note in trace.notes)


@given(st.lists(st.tuples(st.sampled_from(_PAIRS), st.integers(1, 30)), min_size=1, max_size=10))
def test_splitting_a_deal_in_two_changes_no_number(deals: list[tuple[tuple[str, str], int]]) -> None:
    """Random webs; every deal of more than a dollar becomes two, of unequal size."""
    plain = "\n".join(f"{u} -> {v}: {w} purchase #term 2026-01..2026-12" for (u, v), w in deals)
    split = "\n".join(
        f"{u} -> {v}: {part} purchase #term 2026-01..2026-12"
        for (u, v), w in deals
        for part in ([w // 3, w - w // 3] if w > 2 else [w])
    )
    for party in sorted({name for pair, _ in deals for name in pair}):
        one, two = round_trip(graph(plain), party), round_trip(graph(split), party)
        numbers = [(row.paid, row.least, row.pro_rata, row.most, row.limit) for row in (one, two)]
        assert numbers[0] == numbers[1]
        assert sum(row.amount for row in one.carriers) == one.most
        assert one.least <= one.pro_rata <= one.most
        assert one.later.low <= one.later.high <= one.most


@pytest.mark.parametrize(
    "balance, due, inside",
    [
        ("2025-12-30", "2026-12-30", True),
        ("2025-12-30", "2026-12-31", False),
        ("2025-12-30", "2025-12-30", False),
        ("2024-02-29", "2025-02-28", True),
        ("2024-02-29", "2025-03-01", False),
        ("2025-01-28", "2026-01-28", True),
    ],
)
def test_twelve_months_after_a_balance_end_on_its_day(balance: str, due: str, inside: bool) -> None:  # noqa: FBT001
    """
    lab -> cloud: 40 purchase 2024-01-01 #schedule {DUE: $40}
    ---
    figures:
      lab:
        - {metric: cash, period: BALANCE, amount: $100, kind: reported, source: s}
    """
    text = (test_twelve_months_after_a_balance_end_on_its_day.__doc__ or "").replace("DUE", due)
    found = exposure(graph(text.replace("BALANCE", balance), as_of="2026-12-31"), "lab")

    assert [
        row.amount.high for row in found.cover if row.metric is Metric.CASH and row.counterparty == ALL
    ] == [40 if inside else 0]
