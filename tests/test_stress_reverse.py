"""How small a common shock makes the first lender, cloud and lab fail: by hand and by trying all."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiweb.analysis.stress import GRAIN, MOST_POINTS, STEP_POINTS, Least, Reverse, prepare, reverse
from aiweb.errors import BadOption
from aiweb.graph import DealGraph
from aiweb.views import reports
from aiweb.views.tables import text as shown
from tests.commands import aiweb, written
from tests.stressed import asked, cash, drawn

KINDS = {"lab": "lab", "cloud": "cloud", "bank": "capital", "neo": "neocloud"}
WEB = """
    lab -> cloud: 100 purchase #term 2027
    cloud -> bank: 70 lease #term 2027
    bank -> z: 50 purchase #term 2027
"""
PLAN = "lab: revenue 200 2027 forecast"


def web(*rows: str, more: str = "", **held: int) -> DealGraph:
    """Draw a web of a lab, a cloud and a bank, with cash."""
    return drawn(WEB + more + cash(*rows, **held), kinds=KINDS)


def group(found: Reverse, name: str) -> Least:
    """Find the row of a group."""
    return next(row for row in found.rows if row.group == name)


def test_the_least_part_of_revenue_that_a_lab_can_miss() -> None:
    """Lab has 120 for 100: it can miss 20 of 200, so 10.1% is the first that is too much."""
    found = reverse(web(PLAN, lab=120, cloud=0, bank=0), "revenue")

    assert [(row.party, row.amount) for row in found.touched] == [("lab", 200)]
    assert (group(found, "labs").ample, group(found, "labs").first_ample) == (Fraction(101, 1000), ("lab",))
    # Cloud needs 70 of the 100: lab must be left with less than 70, so miss more than 50 of 200.
    assert (group(found, "clouds").none, group(found, "clouds").first_none) == (
        Fraction(251, 1000),
        ("cloud",),
    )
    # Bank needs 50 of the 70: lab must be left with less than 50, so miss more than 70.
    assert (group(found, "lenders").ample, group(found, "lenders").first_ample) == (
        Fraction(351, 1000),
        ("bank",),
    )


def test_the_least_part_of_payments_that_all_of_a_kind_leave_unpaid() -> None:
    """Two labs pay cloud 100 and 20; cloud has 5 and needs 70, so of 120 more than 55 must be missing."""
    found = reverse(web(more="    ace -> cloud: 20 purchase #term 2027\n", cloud=5, bank=30), "payments")

    assert [(row.party, row.amount) for row in found.touched] == [("ace", 20), ("lab", 100)]
    assert group(found, "clouds").ample == Fraction(459, 1000)
    # Bank has 30 and needs 50: cloud must pay less than 20, so have less than 15 of the 120.
    assert group(found, "lenders").none == Fraction(876, 1000)
    assert group(found, "labs") == Least("labs", None, (), None, (), ())
    assert "labs, part of debts left unpaid: ample: none even at 100%; none: none even at 100%" in shown(
        reports.reverse(found.model.graph, found)
    )


LOANS = """
    bank -> cloud: 3650 loan closed #maturity 2030 #coupon 2% #floating true #benchmark base
    neo -> bank: 20 purchase #term 2027
    bank -> neo: 1000 loan closed #maturity 2030 #floating true
    ---
    series:
      base: {name: B, zh: B, unit: percent, readings: [{on: 2026-06-01, value: 3, source: s}]}
    figures:
      cloud: [{metric: cash, period: 2026-12-31, amount: $365, kind: reported, source: s}]
      neo: [{metric: cash, period: 2026-12-31, amount: $60, kind: reported, source: s}]
      bank: [{metric: cash, period: 2026-12-31, amount: $0, kind: reported, source: s}]
"""


def test_the_least_rise_of_rates() -> None:
    """Cloud pays 5% of 3650 and has 365, so 500 points are the most; neo can spare 40 of 1,000: 400."""
    found = reverse(drawn(LOANS, kinds=KINDS), "rates")

    row = group(found, "clouds")
    assert (row.ample, row.first_ample, row.none) == (410, ("neo",), 410)
    assert [(each.party, each.amount, each.legs) for each in found.touched] == [
        ("cloud", 36, ("d1/1",)),
        ("neo", 10, ("d3/1",)),
    ], "at 100 points, rounded to dollars"
    only = reverse(drawn(LOANS, kinds=KINDS), "rates", "cloud")
    assert (group(only, "clouds").ample, group(only, "clouds").first_ample) == (510, ("cloud",))
    assert group(found, "lenders").ample is None
    assert "clouds, rise of floating rates: ample: neo at 410 basis points" in shown(
        reports.reverse(found.model.graph, found)
    )


def test_rates_in_a_what_if_and_in_reverse_agree() -> None:
    """Ten points under the least nobody fails, at the least the same who is named."""
    for points, failed in ((400, ()), (410, ("neo",)), (510, ("cloud", "neo"))):
        hit = asked(
            drawn(
                LOANS.replace("#floating true\n", "#coupon 0% #floating true #benchmark zero\n").replace(
                    "    series:\n",
                    "    series:\n      zero: {name: Z, zh: Z, unit: percent, readings: [{on: 2026-06-01, "
                    "value: 0, source: s}]}\n",
                ),
                f"coupons: {{by: {points} bp}}",
                kinds=KINDS,
            )
        )
        assert tuple(sorted(row.party for row in hit.none.failures)) == failed


def test_who_fails_anyway_is_no_answer_and_is_named() -> None:
    """Cloud cannot pay even without a shock."""
    found = reverse(web(PLAN, lab=30, cloud=0, bank=500), "revenue")

    assert group(found, "clouds").anyway == ("cloud",)
    assert group(found, "clouds").ample is None
    assert group(found, "labs").anyway == ("lab",)


def test_revenue_that_nobody_plans_is_named_and_not_hit() -> None:
    """And who has no cash figure is not hit in the better case."""
    found = reverse(web(lab=120, cloud=0, bank=0), "revenue")
    rich = reverse(web(PLAN, cloud=0, bank=0), "revenue")

    assert (found.touched, found.unknown) == ((), ("lab",))
    assert "not published, so not hit: lab" in shown(reports.reverse(found.model.graph, found))
    assert group(rich, "labs").ample is None
    assert group(rich, "labs").anyway == ("lab",), "in none it has nothing"


def test_a_plan_covers_the_span_day_by_day_or_counts_for_nothing() -> None:
    """Half of 2027 and half of 2028; without 2028 no plan."""
    rows = ("lab: revenue 200 2027 forecast", "lab: revenue 366 2028 forecast")
    text = WEB + cash(*rows, lab=120)
    both = prepare(drawn(text, as_of="2027-06-30", kinds=KINDS)).plans
    one = prepare(drawn(WEB + cash(rows[0], lab=120), as_of="2027-06-30", kinds=KINDS)).plans

    assert both["lab"].amount.high == round(200 * 184 / 365 + 366 * 182 / 366)
    assert len(both["lab"].figures) == 2
    assert one == {}


def test_a_what_if_that_cuts_a_plan_takes_it_off_cash() -> None:
    """30% of 200 are 60 less cash; ten are lacking."""
    found = asked(
        drawn(WEB + cash(PLAN, lab=150, cloud=90, bank=90), "figure: {party: lab, metric: revenue, by: -30%}")
    )

    assert found.model.missed == {"lab": 60}
    assert [outcome.unpaid for outcome in found.outcomes] == [10, 10]
    assert found.explain()["missed lab"] is not None
    said = shown(reports.stress(found.graph, found))
    assert "revenue of lab that does not come, taken off its cash: $60" in said
    assert "Revenue that does not come" in said


_held = st.fixed_dictionaries({name: st.integers(0, 150) for name in ("lab", "cloud", "bank")})


@settings(max_examples=20)
@given(_held, st.sampled_from(["revenue", "payments"]))
def test_the_least_is_the_first_of_all_that_can_be_tried(held: dict[str, int], shock: str) -> None:
    """Another road: every tenth of a per cent in turn, in the closed form of a chain."""
    found = reverse(drawn(WEB + cash(PLAN, **held), kinds=KINDS), shock)
    for name, party in (("clouds", "cloud"), ("lenders", "bank")):
        least = next((n for n in range(GRAIN + 1) if party in chain(held, shock, Fraction(n, GRAIN))), None)
        row = group(found, name)
        expected = Fraction(least, GRAIN) if least else None
        assert (row.ample, row.none) == (expected, expected)


def chain(held: dict[str, int], shock: str, part: Fraction) -> set[str]:
    """Say who fails along lab, cloud, bank."""
    has = held["lab"] - (part * 200 if shock == "revenue" else 0)
    pays = 100 * (1 - part) if shock == "payments" else min(Fraction(100), max(Fraction(0), has))
    failed = set()
    for party, owes in (("cloud", 70), ("bank", 50)):
        can = held[party] + pays
        pays = min(Fraction(owes), can)
        failed |= {party} if pays < owes else set()
    return failed


@pytest.mark.parametrize("step", [STEP_POINTS, 50])
def test_no_smaller_rise_fails(step: int) -> None:
    """Every step below the least is tried by hand: interest against what there is."""
    least = next(p for p in range(step, MOST_POINTS, STEP_POINTS) if 20 + 1000 * p / 10_000 > 60)
    assert group(reverse(drawn(LOANS, kinds=KINDS), "rates"), "clouds").ample == least


def test_what_makes_no_sense_is_refused() -> None:
    """Each with its remedy."""
    drawn_web = web(lab=1)
    with pytest.raises(BadOption, match="payments, revenue, rates"):
        reverse(drawn_web, "party")
    with pytest.raises(BadOption, match="payments, revenue, rates"):
        reverse(drawn_web, "prices")
    with pytest.raises(BadOption, match="lab, chipmaker"):
        reverse(drawn_web, "revenue", "banks")


def test_the_command_asks_in_reverse(tmp_path: Path) -> None:
    """A row a group, and whom the shock hits."""
    path = written(tmp_path, WEB + cash(PLAN, lab=120, cloud=0, bank=0))
    found = aiweb("stress", "--reverse", "--shock", "revenue", "-r", path, "-f", "json").json

    assert [(row["group"], row["ample"]) for row in found["least"]] == [
        ("lenders", None),
        ("clouds", None),
        ("labs", 0.101),
    ]
    assert [(row["party"], row["amount"]["high"]) for row in found["shocked"]] == [("lab", 200)]
    assert [row["party"] for row in found["figures"]] == ["lab"]
    plain = aiweb("stress", "--reverse", "--shock", "rates", "-r", path).out
    assert "none even at 2,000 basis points" in plain


@pytest.mark.parametrize(
    "options, says",
    [
        (["--shock", "revenue"], "write --reverse beside it, and no --fail"),
        (["--reverse", "--shock", "revenue", "--fail", "lab"], "write --reverse beside it, and no --fail"),
        (["--reverse", "--kind", "lab"], "write --reverse --shock"),
        (["--reverse", "--shock", "x"], "write one of payments, revenue, rates"),
        (["--reverse", "--rounds", "5"], "needs none"),
        (["--each", "--valuation", "linear"], "without --each and --reverse"),
    ],
)
def test_the_command_refuses_what_does_not_go_together(tmp_path: Path, options: list[str], says: str) -> None:
    """With exit code 2."""
    done = aiweb("stress", *options, "-r", written(tmp_path, WEB))

    assert done.code == 2
    assert says in done.err


def test_more_cash_never_lowers_the_least() -> None:
    """In both cases."""
    leasts = [
        group(reverse(web(PLAN, lab=has, cloud=0, bank=0), "revenue"), "labs") for has in (110, 120, 400)
    ]

    assert [row.ample for row in leasts] == [Fraction(51, 1000), Fraction(101, 1000), None]
