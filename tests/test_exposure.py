"""Exposure of a party: sums, shares, concentration, round trip, cover."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiweb.analysis.exposure import RoundTrip, bracket, exposure, round_trip
from aiweb.errors import UnknownName
from aiweb.values import UNDISCLOSED, Money
from tests.webs import graph

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
    assert round_trip(graph(test_a_round_trip_lies_between_least_and_most.__doc__), "nvidia") == RoundTrip(
        "high", paid=100, least=40, most=40
    )


def test_money_that_could_have_come_from_elsewhere_need_not_return() -> None:
    """
    nvidia -> openai: 100
    *investors -> openai: 70
    openai -> nvidia: 90 purchase
    """
    # openai has 170 and keeps 80: all of these 80 may be nvidia's, so only 20 must return, and 90 can.
    assert round_trip(
        graph(test_money_that_could_have_come_from_elsewhere_need_not_return.__doc__), "nvidia"
    ) == RoundTrip("high", paid=100, least=20, most=90)


def test_a_round_trip_over_an_undisclosed_leg_may_be_more() -> None:
    """
    x -> y: 100
    y -> x: undisclosed purchase
    x -> z: undisclosed purchase
    """
    web = graph(test_a_round_trip_over_an_undisclosed_leg_may_be_more.__doc__)

    assert round_trip(web, "x") == RoundTrip("high", paid=100, least=0, most=0, beyond=True)
    assert not round_trip(web, "z").beyond


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
    assert round_trip(graph(test_money_that_leaves_for_good_does_not_return.__doc__), "openai") == RoundTrip(
        "high", paid=60, least=0, most=0
    )


@given(flows, boundary, boundary)
def test_least_is_never_above_most_and_neither_above_what_is_paid(
    inside: Flows, outward: dict[str, int], inward: dict[str, int]
) -> None:
    """Random webs with a boundary."""
    for party in _PARTIES:
        found = bracket(inside, outward, inward, party)

        assert 0 <= found.least <= found.most <= found.paid


@given(flows, boundary, boundary, st.integers(0, 10**6))
def test_any_way_of_tracing_the_money_lies_in_the_bracket(
    inside: Flows, outward: dict[str, int], inward: dict[str, int], seed: int
) -> None:
    """
    Random webs. Each dollar walks from the party over unused deals picked by chance until it is back or
    at the boundary: one way of tracing among all.
    """
    party = "a"
    found = bracket(inside, outward, inward, party)
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
