"""Ownership: plain shares through others, statements by day, and what is not known."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiweb.analysis.ownership import Ownership, ownership
from aiweb.errors import UnknownName
from aiweb.flows.ownership import excessive, integrated, sealed, thin
from aiweb.graph import DealGraph, convention
from aiweb.registry.load import read_text
from aiweb.views import reports
from aiweb.views.tables import text as written
from aiweb.views.tables import to_json
from aiweb.web import Web
from tests.webs import graph, yaml

_NAMES = "abcde"
_PAIRS = [(u, v) for u in _NAMES for v in _NAMES if u != v]
Holdings = dict[tuple[str, str], Fraction]


@st.composite
def holdings(draw: st.DrawFn) -> Holdings:
    """Draw shares of which no issuer has more than 95% held."""
    weights = draw(st.dictionaries(st.sampled_from(_PAIRS), st.integers(1, 40), min_size=1, max_size=10))
    sums = {name: sum(w for (_, held), w in weights.items() if held == name) for name in _NAMES}
    return {
        (owner, held): Fraction(weight, max(100, sums[held] * 20 // 19 + 1))
        for (owner, held), weight in weights.items()
    }


def test_shares_multiply_along_a_chain() -> None:
    """a holds 60% of b and 10% of c, b holds 50% of c: a owns 10% + 60% of 50% of c."""
    direct = {("a", "b"): Fraction(3, 5), ("b", "c"): Fraction(1, 2), ("a", "c"): Fraction(1, 10)}
    found = integrated(direct)

    assert found.whole["a", "c"] == Fraction(2, 5)
    assert found.whole["b", "c"] == Fraction(1, 2)
    assert found.outside == {"a": 1, "b": Fraction(2, 5), "c": Fraction(2, 5)}
    # c ends with holders of a 40%, with outsiders of b 40% of 50%, with its own outsiders 40%.
    assert found.claims["a", "c"] == Fraction(2, 5)
    assert found.claims["b", "c"] == Fraction(1, 5)
    assert found.claims["c", "c"] == Fraction(2, 5)


def test_ways_back_through_the_owner_are_left_out() -> None:
    """a holds half of b, b a fifth of a: the plain sum says 5/9 of b for a, integrated ownership 1/2."""
    found = integrated({("a", "b"): Fraction(1, 2), ("b", "a"): Fraction(1, 5)})

    assert found.whole["a", "b"] == Fraction(1, 2)
    assert found.whole["b", "a"] == Fraction(1, 5)
    assert found.whole["a", "a"] == found.whole["b", "b"] == Fraction(1, 10)
    assert found.claims["a", "b"] == Fraction(4, 9)


def test_more_than_all_and_all_of_itself_are_refused() -> None:
    """Two hold 60% and 50%; or two companies hold all of each other."""
    too_much = {("a", "c"): Fraction(3, 5), ("b", "c"): Fraction(1, 2)}
    closed = {("a", "b"): Fraction(1), ("b", "a"): Fraction(1), ("c", "a"): Fraction(0)}

    assert excessive(too_much) == ("c",)
    assert sealed(closed) == ("a", "b")
    assert not sealed(too_much)
    with pytest.raises(ValueError, match="more than all is held of c"):
        integrated(too_much)
    with pytest.raises(ValueError, match="holds all of itself"):
        integrated(closed)


def test_a_thin_outside_share_matters_in_a_circle_only() -> None:
    """A vehicle wholly owned is no risk; two who hold 99.5% of each other are."""
    assert not thin({("a", "b"): Fraction(1)})
    assert thin({("a", "b"): Fraction(995, 1000), ("b", "a"): Fraction(1, 2)}) == ("b",)
    assert not thin({("a", "b"): Fraction(99, 100), ("b", "a"): Fraction(1, 2)})


@given(holdings())
def test_outside_claims_add_up_to_all_and_shares_to_no_more(direct: Holdings) -> None:
    """Random cross-holdings, exactly."""
    found = integrated(direct)
    for issuer in found.outside:
        assert sum(part for (_, of), part in found.claims.items() if of == issuer) == 1
    for pair, part in found.whole.items():
        assert direct.get(pair, 0) <= part < 1


@given(holdings())
def test_integrated_ownership_is_that_of_the_matrix_formula(direct: Holdings) -> None:
    """Random cross-holdings: Y = [diag N]^-1 A N, and (1 - column sum) N, by numpy."""
    import numpy as np

    held = np.zeros((5, 5))
    for (owner, issuer), part in direct.items():
        held[_NAMES.index(owner), _NAMES.index(issuer)] = part
    visits = np.linalg.inv(np.eye(5) - held)
    whole = held @ visits / np.diag(visits)[:, None]
    claims = (1 - held.sum(axis=0))[:, None] * visits
    found = integrated(direct)
    for i, owner in enumerate(_NAMES):
        for j, issuer in enumerate(_NAMES):
            if {owner, issuer} <= {*found.outside}:
                assert float(found.whole.get((owner, issuer), 0)) == pytest.approx(whole[i, j], abs=1e-9)
                assert float(found.claims.get((owner, issuer), 0)) == pytest.approx(claims[i, j], abs=1e-9)


def pairs(found: Ownership) -> dict[tuple[str, str], tuple[Fraction, Fraction]]:
    """Give the bounds of what is owned in all, by owner and issuer."""
    return {(row.owner, row.issuer): (row.low, row.high) for row in found.owned if row.high}


def test_stakes_purchases_and_figures_state_holdings() -> None:
    """
    a -> b: undisclosed stake closed #percent 60%
    b -> c: 25 signed #percent 50%
    d -> c: 25 talks #percent 30%
    e -> c: 25 cancelled #percent 20%
    f -> g: 5 purchase
    ---
    figures:
      f:
        - {metric: ownership, period: 2025-12-31, percent: 40%, kind: press, counterparty: a, source: s}
    """
    found = ownership(graph(test_stakes_purchases_and_figures_state_holdings.__doc__))

    assert pairs(found) == {
        ("a", "b"): (Fraction(3, 5), Fraction(3, 5)),
        ("a", "c"): (Fraction(3, 10), Fraction(3, 10)),
        ("b", "c"): (Fraction(1, 2), Fraction(1, 2)),
        ("f", "a"): (Fraction(2, 5), Fraction(2, 5)),
        ("f", "b"): (Fraction(6, 25), Fraction(6, 25)),
        ("f", "c"): (Fraction(3, 25), Fraction(3, 25)),
    }
    assert [row.owner for row in found.owners("c")] == ["b", "a", "f"]
    assert found.owners("c")[2].chains == (("f", "a", "b", "c"),)
    assert found.explain()["f c"] == Fraction(3, 25)
    assert found.explain()["f c by a b"] == Fraction(3, 25)


def test_the_last_day_spoken_of_counts_and_others_stand_beside_it() -> None:
    """
    a -> b: undisclosed stake closed 2025-01-01 #percent 10%
    ---
    figures:
      a:
        - {metric: ownership, period: 2025-06-30, percent: 14%, kind: reported, counterparty: b, source: s}
        - {metric: ownership, period: 2025-06-30, percent: 12%, kind: press, counterparty: b, source: s}
        - {metric: ownership, period: 2027-06-30, percent: 30%, kind: guidance, counterparty: b, source: s}
    """
    text = test_the_last_day_spoken_of_counts_and_others_stand_beside_it.__doc__
    found = ownership(graph(text))
    (row,) = found.holdings

    assert (row.low, row.high) == (Fraction(12, 100), Fraction(14, 100))
    assert [(float(other.share), other.disputed) for other in row.others] == [(0.1, False), (0.3, True)]
    assert pairs(found)["a", "b"] == (Fraction(12, 100), Fraction(14, 100))


def test_a_stake_speaks_of_the_day_on_which_it_was_agreed() -> None:
    """
    a -> b: 20 stake 2024-01-01 talks; 2025-06-01 signed #percent 20%
    ---
    figures:
      a:
        - {metric: ownership, period: 2024-12-31, percent: 10%, kind: reported, counterparty: b, source: s}
    """
    text = test_a_stake_speaks_of_the_day_on_which_it_was_agreed.__doc__ or ""
    for preset in ("contracted", "headline"):
        (row,) = ownership(graph(text, preset=preset)).holdings
        assert (row.low, row.high, row.day) == (Fraction(1, 5), Fraction(1, 5), date(2025, 6, 1)), preset
        assert [float(other.share) for other in row.others] == [0.1]

    closed = text.replace("signed #percent", "signed; 2026-02-01 closed #percent")
    assert ownership(graph(closed)).holdings[0].day == date(2025, 6, 1), "when it first reached signing"
    intent = text.replace("2025-06-01 signed", "2024-06-01 letter-of-intent")
    (row,) = ownership(graph(intent, preset="headline")).holdings
    assert (row.day, row.low) == (date(2024, 12, 31), Fraction(1, 10)), "the figure is later"
    bought = text.replace("2025-06-01 signed", "2025-06-01 completed")
    assert ownership(graph(bought)).holdings[0].day == date(2025, 6, 1)


def test_a_percentage_restated_speaks_of_that_day_and_not_before_it_was_agreed() -> None:
    """One percentage restated while it was talked of, one after it was agreed."""
    web = yaml("a -> b: 20 stake 2024-01-01 talks; 2025-06-01 signed #percent 20%")
    in_talks = "      - {on: 2024-03-01, percent: 25%, source: s}\n"
    later = "      - {on: 2026-03-01, percent: 30%, source: s}\n"
    first, signed = (
        "      - {on: 2024-01-01, status: talks, source: s}\n",
        "      - {on: 2025-06-01, status: signed, source: s}\n",
    )
    for text, share, day in (
        (web.replace(first, first + in_talks), Fraction(1, 4), date(2025, 6, 1)),
        (web.replace(signed, signed + later), Fraction(3, 10), date(2026, 3, 1)),
    ):
        read, problems = read_text(text.encode(), "web.yaml")
        assert read is not None, problems
        (row,) = ownership(DealGraph(read, convention(read))).holdings
        assert (row.low, row.day) == (share, day)


def test_a_window_of_years_says_nothing_of_what_is_held() -> None:
    """
    a -> b: undisclosed stake closed #percent 60%
    """
    web = graph(test_a_window_of_years_says_nothing_of_what_is_held.__doc__, years=(2030, 2031))
    found = ownership(web)

    assert pairs(found) == {("a", "b"): (Fraction(3, 5), Fraction(3, 5))}
    assert found.convention.years is None
    assert "2030" not in written(reports.ownership(web, found))


def test_every_leg_that_states_something_is_listed_with_its_source() -> None:
    """
    a -> b: undisclosed stake closed 2025-01-01 #percent 10%
    ---
    figures:
      a:
        - {metric: ownership, period: 2025-06-30, percent: 14%, kind: reported, counterparty: b, source: s}
    """
    web = Web(graph(test_every_leg_that_states_something_is_listed_with_its_source.__doc__))
    data = json.loads(to_json(reports.ownership(web.graph, web.ownership())))

    assert [row["leg"] for row in data["others"]] == ["d1/1"]
    assert [row["leg"] for row in data["legs"]] == ["d1/1"]


def test_a_holding_without_a_percentage_is_unknown_and_not_nothing() -> None:
    """
    a -> b: 30 #valuation $600
    c -> b: 20
    """
    found = ownership(graph(test_a_holding_without_a_percentage_is_unknown_and_not_nothing.__doc__), "b")

    assert not found.owned
    assert [(row.owner, row.implied, row.legs) for row in found.unstated] == [
        ("a", Fraction(1, 20), ("d1/1",)),
        ("c", None, ("d2/1",)),
    ]


def test_where_more_than_all_is_stated_no_chain_goes_through() -> None:
    """
    a -> b: undisclosed stake closed #percent 70%
    c -> b: undisclosed stake closed #percent 45%
    d -> a: undisclosed stake closed #percent 50%
    """
    found = ownership(graph(test_where_more_than_all_is_stated_no_chain_goes_through.__doc__))

    assert found.excessive == ("b",)
    assert pairs(found) == {
        ("a", "b"): (Fraction(7, 10), Fraction(7, 10)),
        ("c", "b"): (Fraction(9, 20), Fraction(9, 20)),
        ("d", "a"): (Fraction(1, 2), Fraction(1, 2)),
    }


def test_what_is_left_out_is_held_by_nobody() -> None:
    """
    a -> b: undisclosed stake closed #percent 70%
    c -> d: 5 purchase
    ---
    figures:
      c:
        - {metric: ownership, period: 2025-06-30, percent: 14%, kind: reported, counterparty: b, source: s}
    """
    text = test_what_is_left_out_is_held_by_nobody.__doc__

    assert set(pairs(ownership(graph(text, without=["a"])))) == {("c", "b")}
    assert not pairs(ownership(graph(text, without=["b"])))
    with pytest.raises(UnknownName):
        ownership(graph(text), "z")


def test_the_report_says_who_owns_a_party_and_what_it_owns() -> None:
    """
    a -> b: undisclosed stake closed #percent 60%
    b -> c: 25 signed #percent 50%
    c -> d: 25 signed
    """
    web = Web(graph(test_the_report_says_who_owns_a_party_and_what_it_owns.__doc__))
    report = reports.ownership(web.graph, web.ownership("b"))
    data = json.loads(to_json(report))

    assert [(row["owner"], row["high"]) for row in data["owners"]] == [("a", 0.6)]
    assert [(row["of"], row["high"]) for row in data["owns"]] == [("c", 0.5)]
    assert data["unstated"] == []
    everything = json.loads(to_json(reports.ownership(web.graph, web.ownership())))
    assert [(row["owner"], row["of"], row["chains"]) for row in everything["owned"]] == [
        ("a", "b", []),
        ("b", "c", []),
        ("a", "c", ["a of b of c"]),
    ]
    assert max(len(line) for line in written(report).splitlines()) <= 100
