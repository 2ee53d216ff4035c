"""Published numbers, got again through the public command line from the registry files of `tests/cases/`.

Each file names the paper or the package it was taken from, and what that says.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial
from pathlib import Path
from typing import Any, Final

import pytest

from tests.commands import aiweb

CASES: Final = Path(__file__).parent / "cases"

# enaR 3.0, "Flow Analysis: Simple": throughflow T and integral flows N, from row to column.
_T: Final = {
    "filter": 41.47,
    "microbiota": 8.1721,
    "meiofauna": 8.4805,
    "deposit": 2.51,
    "predators": 0.6856,
    "detritus": 22.2651,
}
_N: Final = {
    "filter": (1, 0.1970605, 0.2044972, 0.06052568, 0.01653243, 0.5368966),
    "microbiota": (0, 1.1018630, 0.2532824, 0.19036255, 0.01305235, 0.2775284),
    "meiofauna": (0, 0.2862988, 1.2971032, 0.16586629, 0.01137274, 0.7800287),
    "deposit": (0, 0.4039454, 0.4191895, 1.12406883, 0.07707261, 1.1005597),
    "predators": (0, 0.2424763, 0.2516269, 0.07447480, 1.00510642, 0.6606330),
    "detritus": (0, 0.5096313, 0.5288639, 0.15652949, 0.01073256, 1.3885039),
}


def asked(case: str, *question: str) -> Any:  # noqa: ANN401 - JSON is what it is
    """Ask a question of a case and read the answer as JSON."""
    done = aiweb(*question, "--registry", CASES / f"{case}.yaml", "--format", "json")
    assert done.code == 0, done.err
    return done.json


def panel(case: str) -> dict[str, Any]:
    """Give the numbers of a case under `contracted`."""
    rows = asked(case, "circularity", "--shuffles", "0")["conventions"]
    return next(row for row in rows if row["convention"] == "contracted")


def test_every_case_is_checked_and_asked() -> None:
    """A file that no test asks about would show nothing."""
    source = Path(__file__).read_text(encoding="utf-8")
    names = sorted(path.stem for path in CASES.glob("*.yaml"))
    assert len(names) >= 25
    for name in names:
        assert f'"{name}"' in source or name.startswith("johnson-complete-")
        assert aiweb("check", CASES / f"{name}.yaml").code == 0


@pytest.mark.parametrize("count", [4, 5])
def test_loops_of_a_complete_graph(count: int) -> None:
    """Johnson (1975): Σ over i = 1 … n - 1 of C(n, n - i + 1) (n - i)! elementary circuits."""
    published = sum(comb(count, count - i + 1) * factorial(count - i) for i in range(1, count))
    found = asked(
        f"johnson-complete-{count}", "loops", "--kind", "all", "--max-length", str(count), "--top", "1000"
    )["loops"]
    assert published == {4: 20, 5: 84}[count]
    assert len(found) == len({row["loop"] for row in found}) == published
    amounts = [row["amount"]["high"] for row in found]
    assert amounts == sorted(amounts, reverse=True)


def test_loops_of_the_networkx_manual() -> None:
    """The manual of networkx lists [0, 1, 2], [0, 2] and [1, 2]; which are widest is worked out by hand."""
    found = asked("networkx-simple-cycles", "loops", "--kind", "all")["loops"]
    assert [(row["parties"], row["amount"]["high"]) for row in found] == [
        (["n0", "n1", "n2"], 30),
        (["n0", "n2"], 20),
        (["n1", "n2"], 10),
    ]


@pytest.mark.parametrize(
    "case, gross, circular, share, turns, throughput, loops",
    [
        ("triangle-and-more", 4, 3, 0.75, 1, 0.5, 1),
        ("triangle-and-go-between", 6, 4, 2 / 3, 1, 0.5, 1),
        ("triangle-both-ways", 18, 18, 1.0, 8, 1.0, 5),
    ],
)
def test_circulation_of_the_validation_cases(
    case: str, gross: int, circular: int, share: float, turns: int, throughput: float, loops: int
) -> None:
    """Cases 3, 4 and 5: V_W, V_C, volume circularity, T_C, throughput circularity, cycles."""
    found = panel(case)
    assert found["gross"]["high"] == 1000 * gross
    assert found["circular"]["high"] == 1000 * circular
    assert found["share_at_high"] == pytest.approx(share, abs=1e-6)
    assert found["turns_at_high"]["high"] == 1000 * turns
    assert found["throughput_at_high"] == pytest.approx(throughput, abs=1e-6)
    assert found["loops"] == loops


def test_cycling_of_the_oyster_reef() -> None:
    """EnaR: FCI 0.1101686; the flows are rounded to four places there, so its sixth is not ours."""
    assert panel("oyster-reef")["finn_at_high"] == pytest.approx(0.1101686, abs=5e-6)


def test_cycling_of_cone_spring() -> None:
    """Published as 0.0919."""
    assert round(panel("cone-spring")["finn_at_high"], 4) == 0.0919


@pytest.mark.parametrize("party", sorted(_T))
def test_dependency_in_the_oyster_reef(party: str) -> None:
    """Total dependency from the published T and N: (N_ji / N_jj) T_j / T_i, and s_i = 1 - 1 / N_ii."""
    found = asked("oyster-reef", "exposure", party)
    column = list(_T).index(party)
    published = {
        other: _N[other][column] / _N[other][list(_T).index(other)] * _T[other] / _T[party]
        for other in _T
        if other != party and _N[other][column]
    }
    passed = {row["party"]: row["passed"] for row in found["depends_on"] if row["party"] in _T}
    assert passed == pytest.approx(published, abs=5e-5)
    high = next(row for row in found["round_trip"] if row["bound"] == "high")
    returned = 1 - 1 / _N[party][column]
    assert high["pro_rata"]["high"] / 10_000 == pytest.approx(_T[party] * returned, abs=5e-4)
    assert high["least"]["high"] <= high["pro_rata"]["high"] <= high["most"]["high"]


def test_concentration_of_four_firms() -> None:
    """Shares of 30, 30, 20 and 20 per cent have an index of 2,600 points of 10,000."""
    rows = asked("four-firms", "exposure", "market")["concentration"]
    received = next(row for row in rows if row["direction"] == "receives" and row["by"] == "party")
    assert float(received["hhi"]) * 10_000 == pytest.approx(2600)


def test_the_textbook_flow() -> None:
    """Cormen, Leiserson, Rivest, Stein: the maximum flow of figure 26.1 is 23."""
    assert asked("clrs-flow", "path", "s", "t")["most"][0]["most"]["high"] == 23


def test_claims_on_two_organisations_that_hold_half_of_each_other() -> None:
    """Elliott, Golub and Jackson (2014), section I: 2/3 of each stays with its own outside holders."""
    rows = asked("two-halves", "ownership")["owned"]
    claims = {(row["owner"], row["of"]): row["claim_high"] for row in rows}
    assert claims == pytest.approx(
        {("one", "one"): 2 / 3, ("two", "one"): 1 / 3, ("one", "two"): 1 / 3, ("two", "two"): 2 / 3}, abs=1e-6
    )


def test_claims_of_european_countries_on_each_other() -> None:
    """Elliott, Golub and Jackson (2014), A = (1 - c)(I - C)⁻¹ with c = 1/3, to two places."""
    published = {
        "france": (0.71, 0.13, 0.13, 0.17, 0.07, 0.11),
        "germany": (0.18, 0.71, 0.13, 0.11, 0.09, 0.14),
        "greece": (0, 0, 0.67, 0, 0, 0),
        "italy": (0.07, 0.12, 0.03, 0.69, 0.03, 0.05),
        "portugal": (0.01, 0, 0.02, 0, 0.67, 0.02),
        "spain": (0.03, 0.03, 0.02, 0.02, 0.14, 0.68),
    }
    rows = asked("european-debts", "ownership")["owned"]
    claims = {(row["owner"], row["of"]): row["claim_high"] for row in rows}
    for owner, shares in published.items():
        assert [round(claims[owner, of], 2) for of in published] == pytest.approx(shares)


# ---- clearing: amounts are in millions of dollars, and compared to the dollar


def cleared(case: str, *question: str) -> Any:  # noqa: ANN401 - JSON is what it is
    """Stress a case in which all cash is known, so that `ample` and `none` are one; its sums must close."""
    found = asked(case, "stress", *question)
    ample, none = found["outcomes"]
    assert {**ample, "case": ""} == {**none, "case": ""}
    sums = {name: cell["high"] for name, cell in none.items() if isinstance(cell, dict)}
    assert sums["cash"] == pytest.approx(
        sums["equity"] + sums["paid_outside"] + sums["default_costs"], abs=len(found["payments"])
    )
    assert sums["unpaid"] + sums["default_costs"] == pytest.approx(
        sums["borne_by_parties"] + sums["borne_outside"], abs=len(found["payments"])
    )
    return found


def unpaid(found: Any) -> dict[str, int]:  # noqa: ANN401 - as above
    """Give what each party that fails leaves unpaid."""
    return {row["party"]: row["unpaid_none"]["high"] for row in found["failures"]}


def rounds(found: Any) -> dict[str, str]:  # noqa: ANN401 - as above
    """Give the round in which each party fails."""
    return {row["party"]: row["none"] for row in found["failures"]}


def paid(found: Any, which: str = "greatest") -> dict[str, int]:  # noqa: ANN401 - as above
    """Give what each debtor pays under the greatest, or the least, payments that clear."""
    rows = [row for row in found["vectors"] if row["case"] == "none"]
    return {row["party"]: row[f"paid_{which}"]["high"] for row in rows}


def cash_left(found: Any, *parties: str) -> dict[str, int]:  # noqa: ANN401 - as above
    """Give what parties have in the end: what is left if all pay, less what they lack, and what they keep."""
    lacked = {row["party"]: row["unpaid_none"]["high"] for row in found["losses"]}
    kept = unpaid(found)
    return {
        row["party"]: row["left"]["high"] - lacked.get(row["party"], 0) + kept.get(row["party"], 0)
        for row in found["books"]
        if row["party"] in parties
    }


def millions(amounts: dict[str, Fraction | float]) -> Any:  # noqa: ANN401 - what pytest compares with
    """Write millions in dollars; each of a party's payments is rounded by itself."""
    return pytest.approx({name: float(amount * 10**6) for name, amount in amounts.items()}, abs=2)


def test_eisenberg_and_noe_in_the_package_networkvaluation() -> None:
    """It prints -5.4545, -2.6364 and 30: cash and receipts less debts."""
    found = cleared("eisenberg-noe")
    assert unpaid(found) == millions({"a": Fraction(60, 11), "b": Fraction(29, 11)})
    assert cash_left(found, "a", "b", "c") == millions({"a": 0, "b": 0, "c": 30})
    assert rounds(found) == {"a": "round 1", "b": "round 2"}
    assert [round(-amount / 10**6, 4) for amount in unpaid(found).values()] == [-5.4545, -2.6364]


def test_rounds_of_the_package_finnetvalu() -> None:
    """It expects 0.8, 9.5, 8.4 after one round, and with less cash 0.8, 5.625, 5.525 after two."""
    rich = cleared("finnetvalu-rounds", "--as-of", "2025-12-31")
    poor = cleared("finnetvalu-rounds")
    assert paid(rich) == millions({"a": 0.8, "b": 9.5, "c": 8.4})
    assert paid(poor) == millions({"a": 0.8, "b": 5.625, "c": 5.525})
    assert rounds(rich) == {"b": "round 1"}
    assert rounds(poor) == {"b": "round 1", "c": "round 2"}


def test_two_and_three_that_owe_each_other_and_others() -> None:
    """Closed forms: p_a = (e_a + e_b) / (1 - π) if both fail; and p_b = 1.325 · 15/14 of three."""
    two = cleared("closed-form-two")
    assert unpaid(two) == millions({"a": 12 - (2 + 1) / (1 - 0.5), "b": 8 - 4})
    assert two["outcomes"][0]["paid_outside"]["high"] == 3 * 10**6
    three = cleared("closed-form-three")
    p_b = Fraction(1325, 1000) * Fraction(15, 14)
    assert unpaid(three) == millions({"a": Fraction(5, 2) - 1 - p_b / 3, "b": Fraction(3, 2) - p_b})
    assert rounds(three) == {"a": "round 1", "b": "round 2"}


def test_cash_elsewhere_does_not_make_payments_unique() -> None:
    """Eisenberg and Noe, theorem 2: a and b may pay each other anything, whatever c holds."""
    found = cleared("nothing-and-a-rich-third")
    assert [row["differing"] for row in found["outcomes"]] == [["a", "b"], ["a", "b"]]
    assert found["failures"] == []
    assert paid(found) == millions({"a": 7, "b": 7, "c": 3})
    assert paid(found, "least") == millions({"a": 0, "b": 0, "c": 3})
    assert cash_left(found, "a", "b", "c") == millions({"a": 0, "b": 0, "c": 97})
    said = aiweb("stress", "--registry", CASES / "nothing-and-a-rich-third.yaml").out
    assert "greatest and least payments differ for a, b" in said


def test_several_vectors_clear_with_default_costs() -> None:
    """Rogers and Veraart, example 3.3: of the pair that owes 2.2 each 2.2 and 1, of the other pair one."""
    costly = cleared("rogers-veraart-pairs", "--costs", "50%")
    assert costly["failures"] == []
    one = {"odd-a": 2, "odd-b": 2.2}
    assert paid(costly) == millions({"even-a": 2.2, "even-b": 2.2, **one})
    assert paid(costly, "least") == millions({"even-a": 1, "even-b": 1, **one})
    assert costly["outcomes"][0]["differing"] == ["even-a", "even-b"]
    plain = cleared("rogers-veraart-pairs")
    assert plain["outcomes"][0]["differing"] == []


def test_the_ring_of_rogers_and_veraart() -> None:
    """Section 5.1 with gamma 0.4, epsilon 1, a 2, and half lost: payments of 4/15 and 8/15 in turn."""
    found = cleared("rogers-veraart-ring", "--costs", "50%")
    scale = Fraction(1, 2) * Fraction(2, 5) / (1 - Fraction(1, 4))
    assert paid(found) == millions({name: scale if name in "ace" else 2 * scale for name in "abcdef"})
    assert rounds(found) == {name: "round 2" if name in "ace" else "round 1" for name in "abcdef"}
    assert found["outcomes"][0]["default_costs"]["high"] == 2_400_000


def test_costs_of_cash_alone_in_the_package_networkvaluation() -> None:
    """It prints -6, -2 and 11 at alpha 0.4, so a lacks 12 of 30 and b 5 of 25; without costs a lacks 5."""
    found = cleared("rogers-veraart-three", "--costs", "60%,0%")
    assert unpaid(found) == millions({"a": 12, "b": 5})
    assert cash_left(found, "c") == millions({"c": 11})
    assert rounds(found) == {"a": "round 1", "b": "round 2"}
    assert found["outcomes"][0]["default_costs"]["high"] == 9 * 10**6
    assert (found["outcomes"][0]["costs_of_cash"], found["outcomes"][0]["costs_of_receipts"]) == (0.6, 0)
    plain = cleared("rogers-veraart-three", "--costs", "0")
    assert unpaid(plain) == millions({"a": 5})
    assert cash_left(plain, "b", "c") == millions({"b": 5, "c": 15})


def test_elsinger_in_the_package_networkvaluation() -> None:
    """It prints -20, -2.3333 and 60; in one rank, by hand, p_a = 20 + 5/69 p_b and p_b = 50 + 4/9 p_a."""
    found = cleared("elsinger-ranks")
    assert unpaid(found) == millions({"a": 20, "b": Fraction(7, 3)})
    assert cash_left(found, "a", "b", "c") == millions({"a": 0, "b": 0, "c": 60})
    assert rounds(found) == {"a": "round 1", "b": "round 2"}
    owed = {row["leg"]: row["unpaid_none"]["high"] for row in found["unpaid"]}
    assert owed["a-owes-c-subordinated/1"] == 15 * 10**6
    p_a = Fraction(1630 * 9, 601)
    alike = unpaid(cleared("elsinger-ranks", "--one-rank"))
    assert alike == millions({"a": 45 - p_a, "b": 69 - 50 - p_a * 4 / 9})


def test_the_figures_of_the_full_payment_algorithm() -> None:
    """Figures 1 to 3: what stays unpaid, and the cash at the end; waiting and paying at once agree."""
    found = cleared("full-payment", "--rule", "whole")
    assert unpaid(found) == millions({"c2": 12, "b3": 7, "c3": 12})
    ends = [(7, 7, 5), (2, 7, 10), (10, 6, 3)]
    names = [f"{party}{figure}" for figure in (1, 2, 3) for party in "abc"]
    expected = dict(zip(names, (amount for row in ends for amount in row), strict=True))
    assert cash_left(found, *names) == millions(dict(expected))
    assert found["outcomes"][0]["differing"] == []
    partial = unpaid(cleared("full-payment"))
    assert partial == millions({"c2": 2, "b3": 1, "c3": 3})


def test_paying_at_once_can_do_what_waiting_cannot() -> None:
    """All is paid at once, nothing in turn: both clear, and the command names who differs."""
    found = cleared("gridlock", "--rule", "whole")
    assert paid(found) == millions({"a": 10, "b": 11})
    assert paid(found, "least") == millions({"a": 0, "b": 0})
    assert found["outcomes"][0]["differing"] == ["a", "b"]
    assert cleared("gridlock")["outcomes"][0]["differing"] == []


@pytest.mark.parametrize(
    "party, part, lost",
    [
        ("chain-c", "40%", {"chain-a": 1 / 15, "chain-b": 0.2}),
        ("chain-c", "100%", {"chain-a": 1 / 6, "chain-b": 0.5}),
        ("tree-b", "60%", {"tree-a": 0.15}),
        ("cycle-a", "100%", {"cycle-b": 0.25, "cycle-c": 0.5}),
    ],
)
def test_linear_debtrank_of_the_authors_program(party: str, part: str, lost: dict[str, float]) -> None:
    """marcobardoscia/neva, lin_dr on its shock_chain, shock_tree and shock_cycle: parts of equity lost."""
    rows = asked("linear-debtrank", "stress", "--fail", party, "--part", part)["debtrank"]
    assert {row["party"]: row["lost"] for row in rows} == pytest.approx(lost, abs=1e-6)


def test_a_guarantor_fails_and_its_own_creditor_with_it() -> None:
    """By hand: g pays 7 of the 10 that it owes then, 4.2 on the guarantee; without it b lacks 6."""
    found = cleared("guarantees")
    assert unpaid(found) == millions({"d": 6, "b": 5})
    (row,) = found["guarantees"]
    assert {name: row[name]["high"] for name in ("limit", "called_none", "honoured_none")} == millions(
        {"limit": 10, "called_none": 6, "honoured_none": 4.2}
    )
    said = aiweb("stress", "--registry", CASES / "guarantees.yaml").out
    assert "by guarantees fail g" in said


def test_what_does_not_settle_is_no_answer() -> None:
    """Exit code 3, with the residue; without the guarantee the same debts clear exactly."""
    path = (CASES / "leaks-a-dollar").with_suffix(".yaml")
    done = aiweb("stress", "--registry", path)
    assert (done.code, done.out) == (3, "")
    assert "clearing with guarantees did not settle; residue " in done.err
    assert 0 < float(done.err.rpartition("residue ")[2].partition(";")[0]) < 1e-6
    without = aiweb("stress", "--registry", path, "--without", "g-guarantees", "--format", "json")
    assert unpaid(without.json) == {"a": 10**9 + 1, "b": 10**9 + 1}
