"""Laws of clearing and of funding gaps, held of whole registries: made-up deals in, answers out.

`tests/test_clearing.py` and `tests/test_chances.py` hold the mathematics to laws of its own; here deals have
been read, folded, dated and put into books or paths, and most answers come through the public command.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aiweb.analysis.chances import chances
from aiweb.analysis.funding import FundingGap, Role, funding
from aiweb.analysis.stress import Outcome, Rule, stress
from aiweb.values import Money, total
from tests.commands import Done, aiweb
from tests.test_whatif import AMOUNTS, BOND, CHANGES
from tests.test_whatif import text as what_if
from tests.webs import graph, yaml

# ---- clearing -----------------------------------------------------------------------------------

# What a owes b in 2027: bought over the year, leased in two instalments, or borrowed and due.
_FORMS: Final = (
    "{a} -> {b}: {amount} purchase #term 2027",
    "{a} -> {b}: {amount} lease #schedule {{2027-03-31: ${half}, 2027-11: ${rest}}}",
    "{b} -> {a}: {amount} loan closed #maturity 2027-06-30 #coupon 0%",
)
_NAMES: Final = ("a", "b", "c", "d", "*many")
_PAIRS: Final = [(u, v) for u in _NAMES for v in _NAMES if u != v]
Owed = list[tuple[tuple[str, str], int, int]]
Cash = dict[str, int]
owed_ = st.lists(
    st.tuples(st.sampled_from(_PAIRS), st.integers(2, 60), st.integers(0, len(_FORMS) - 1)),
    min_size=2,
    max_size=8,
)
cash_ = st.fixed_dictionaries(dict.fromkeys("abcd", st.sampled_from([0, 0, 1, 7, 19, 40])))
CHOICES: Final = (
    (Rule.PROPORTION, Fraction(0)),
    (Rule.PROPORTION, Fraction(1, 4)),
    (Rule.WHOLE, Fraction(0)),
)
ROUND: Final = ((("a", "b"), 10, 0), (("b", "a"), 12, 2), (("c", "b"), 5, 1))
EMPTY: Final = dict.fromkeys("abcd", 0)


def web(owed: Owed, cash: Cash) -> str:
    """Write debts of 2027 in three forms, and the cash of those who have any part in them."""
    lines = [
        _FORMS[form].format(a=a, b=b, amount=amount, half=amount // 2, rest=amount - amount // 2)
        for (a, b), amount, form in owed
    ]
    named = sorted({name for pair, _, _ in owed for name in pair if name in cash})
    figures = [
        f"  {name}: [{{metric: cash, period: 2026-12-31, amount: ${cash[name]}, kind: reported, source: s}}]"
        for name in named
    ]
    return "\n".join([*lines, "---", *(["figures:", *figures] if figures else []), ""])


def cleared(owed: Owed, cash: Cash, rule: Rule = Rule.PROPORTION, costs: Fraction = Fraction(0)) -> Outcome:
    """Clear the debts; with all cash known both cases are one."""
    found = stress(graph(web(owed, cash)), rule=rule, costs=costs)
    assert found.ample.unpaid == found.none.unpaid
    return found.none


def due(owed: Owed) -> dict[str, int]:
    """Add up what each owes; those who stand for many pay, and owe nothing here."""
    sums: dict[str, int] = defaultdict(int)
    for (debtor, _), amount, _ in owed:
        if debtor != "*many":
            sums[debtor] += amount
    return dict(sums)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one folder for all made-up registries; each example writes its own anew."""
    return tmp_path_factory.mktemp("laws")


def asked(folder: Path, text: str, *question: object) -> Done:
    """Write a web to a file and ask it a question."""
    path = folder / "web.yaml"
    path.write_text(yaml(text), encoding="utf-8", newline="\n")
    done = aiweb("-r", path, *question, "-f", "json")
    assert done.code == 0, done.err
    return done


def high(row: dict[str, Any], *names: str) -> list[int]:
    """Give amounts of a row."""
    return [row[name]["high"] for name in names]


@settings(max_examples=25)
@given(owed_, cash_, st.sampled_from([(), ("--costs", "25%"), ("--rule", "whole")]))
def test_nobody_pays_less_than_nothing_or_more_than_it_owes(
    folder: Path, owed: Owed, cash: Cash, choice: tuple[str, ...]
) -> None:
    """By payment, by debtor and by creditor; and all three add up to the same."""
    found = asked(folder, web(owed, cash), "stress", *choice).json
    sums = due(owed)

    for row in found["unpaid"]:
        of, ample, none = high(row, "due", "unpaid_ample", "unpaid_none")
        assert 0 <= ample == none <= of
    assert {row["party"]: high(row, "owed")[0] for row in found["failures"]}.items() <= sums.items()
    unpaid = {row["party"]: high(row, "unpaid_none")[0] for row in found["failures"]}
    assert all(0 <= amount <= sums[party] for party, amount in unpaid.items())
    lost = {row["party"]: high(row, "due", "unpaid_none") for row in found["losses"]}
    assert all(0 <= amount <= of for of, amount in lost.values())
    (whole,) = {high(row, "unpaid")[0] for row in found["outcomes"]}
    assert whole == sum(unpaid.values()) == sum(amount for _, amount in lost.values())


@settings(max_examples=25)
@given(owed_, cash_, st.sampled_from("abcd"), st.integers(1, 30), st.sampled_from(CHOICES))
def test_every_payment_rises_with_cash(
    owed: Owed, cash: Cash, richer: str, more: int, choice: tuple[Rule, Fraction]
) -> None:
    """Payment by payment, the greatest and the least, under every rule and with default costs."""
    before = cleared(owed, cash, *choice).after
    after = cleared(owed, {**cash, richer: cash[richer] + more}, *choice).after

    for one, other in ((before.greatest, after.greatest), (before.least, after.least)):
        assert one.paid.keys() == other.paid.keys()
        assert all(paid <= other.paid[name] for name, paid in one.paid.items())
        assert {*other.failed} <= {*one.failed}


@settings(max_examples=25)
@given(owed_, cash_)
@example(list(ROUND), EMPTY)
def test_equity_is_the_same_under_the_greatest_and_the_least_payments(owed: Owed, cash: Cash) -> None:
    """Without default costs; what they pay each other may differ."""
    found = cleared(owed, cash).after

    assert found.greatest.equity == found.least.equity
    assert found.greatest.received.get("many", 0) == found.least.received.get("many", 0)
    assert all(found.least.paid[name] <= paid for name, paid in found.greatest.paid.items())


def test_payments_do_differ_in_that_law() -> None:
    """Or it would show nothing: its example has two vectors."""
    found = cleared(list(ROUND), EMPTY).after

    assert found.differing == ("a", "b")
    assert found.greatest.payments != found.least.payments


@settings(max_examples=15)
@given(owed_, cash_)
@example(list(ROUND), EMPTY)
def test_without_default_costs_it_is_eisenberg_and_noe(folder: Path, owed: Owed, cash: Cash) -> None:
    """`--costs 0` is the same as none, and what is unpaid is what a linear programme leaves unpaid."""
    text = web(owed, cash)
    plain = asked(folder, text, "stress")
    unpaid = {row["party"]: high(row, "unpaid_none")[0] for row in plain.json["failures"]}

    assert asked(folder, text, "stress", "--costs", "0").out == plain.out
    left = programme(owed, cash)
    assert {party: unpaid.get(party, 0) for party in left} == pytest.approx(left, abs=len(owed))


def programme(owed: Owed, cash: Cash) -> dict[str, float]:
    """Find the largest payments that nobody lacks, from the debts themselves; give what they leave unpaid."""
    from scipy.optimize import linprog

    sums = due(owed)
    names = sorted(sums)
    own = {name: float(cash[name]) for name in names}
    limits = [[float(row == column) for column in names] for row in names]
    for (debtor, creditor), amount, _ in owed:
        if creditor in sums and debtor == "*many":
            own[creditor] += amount
        elif creditor in sums:
            limits[names.index(creditor)][names.index(debtor)] -= amount / sums[debtor]
    if not names:
        return {}
    found = linprog(
        [-1.0] * len(names),
        A_ub=limits,
        b_ub=[own[name] for name in names],
        bounds=[(0, sums[name]) for name in names],
    )
    assert found.x is not None
    return {name: sums[name] - paid for name, paid in zip(names, found.x.tolist(), strict=True)}


@settings(max_examples=25)
@given(owed_, cash_)
def test_what_one_owes_another_is_to_receive(folder: Path, owed: Owed, cash: Cash) -> None:
    """Double entry of the books: every payment has a debtor and a creditor, and both add up."""
    found = asked(folder, web(owed, cash), "stress").json
    owes: dict[str, int] = defaultdict(int)
    receives: dict[str, int] = defaultdict(int)
    for row in found["payments"]:
        owes[row["from"]] += high(row, "amount")[0]
        receives[row["to"]] += high(row, "amount")[0]

    assert sum(owes.values()) == sum(receives.values()) == sum(amount for _, amount, _ in owed)
    for row in found["books"]:
        assert high(row, "owes", "receives") == [owes[row["party"]], receives[row["party"]]]


# ---- gaps ---------------------------------------------------------------------------------------

_SURE: Final = ("", "conditional", "letter-of-intent")
range_ = st.tuples(st.integers(0, 60), st.integers(0, 40)).map(lambda pair: (pair[0], sum(pair)))
point_ = st.integers(0, 60).map(lambda amount: (amount, amount))
Range = tuple[int, int]


def lab(
    use: Range,
    source: Range,
    loan: Range,
    flow: Range,
    sure: tuple[str, str] = ("", ""),
    overlap: str = "unknown",
) -> str:
    """Write a lab that buys for two years, is given money, and borrows at 10% until the middle of 2027."""
    uses, sources, loans = (f"{low}..{high}" for low, high in (use, source, loan))
    low, high = flow
    kind = f"kind: forecast, overlap: {overlap}, source: s"
    return f"""
    lab -> cloud: {uses} purchase {sure[0]} #term 2026..2027
    funds -> lab: {sources} {sure[1]} #schedule {{2026: ${sources}}}
    cloud -> lab: {loans} loan closed 2026-01-01 #maturity 2027-06-30 #coupon 10%
    ---
    figures:
      lab:
        - {{metric: cash, period: 2025-12-31, amount: ${low}..{high}, kind: reported, source: s}}
        - {{metric: free-cash-flow, period: 2026, amount: -${high}..-{low}, {kind}}}
        - {{metric: free-cash-flow, period: 2027, amount: -$20, {kind}}}
    """


def gap(text: str, party: str = "lab") -> FundingGap:
    """Set the gap of 2026 and 2027."""
    return funding(graph(text, as_of="2026-06-30"), party, since=2026, until=2027)


def ends(found: FundingGap, certainty: str, overlap: str) -> list[Money]:
    """Give the cash at each year's end along one path."""
    row = found.path(certainty, overlap)
    assert row is not None
    return [year.cash for year in row.years]


CLASSES: Final = ("contractual", "conditional", "announced")
ranges_ = st.tuples(range_, range_, range_, range_)
points_ = st.tuples(point_, point_, point_, point_)
sure_ = st.tuples(st.sampled_from(_SURE), st.sampled_from(_SURE))


@settings(max_examples=10)
@given(ranges_, sure_, st.integers(0, 999))
def test_the_same_seed_draws_the_same_numbers(
    folder: Path, amounts: tuple[Range, Range, Range, Range], sure: tuple[str, str], seed: int
) -> None:
    """Through the command, to the byte; and what is drawn depends on nothing else in the file."""
    text = lab(*amounts, sure)
    question = ("gap", "lab", "--as-of", "2026-06-30", "--to", "2027", "--draws", "20", "--seed", seed)
    one, other = asked(folder, text, *question), asked(folder, text, *question)
    more = asked(folder, text.replace("---", "mine -> shop: 7 purchase #term 2026\n    ---", 1), *question)

    assert one.out == other.out
    assert one.json["chances"] == more.json["chances"]


def test_another_seed_draws_other_numbers() -> None:
    """Of ranges as wide as these."""
    plain = gap(lab((0, 60), (0, 60), (0, 60), (0, 60)))

    assert chances(plain, draws=20, seed=1).paths != chances(plain, draws=20, seed=2).paths


@settings(max_examples=25)
@given(ranges_, sure_, st.integers(0, 999))
def test_the_bounds_contain_every_draw_of_loans_interest_and_balances(
    amounts: tuple[Range, Range, Range, Range], sure: tuple[str, str], seed: int
) -> None:
    """What is borrowed is paid back, with interest, and the opening has a range as well."""
    plain = gap(lab(*amounts, sure))
    for row in chances(plain, draws=25, seed=seed).paths:
        same = plain.path(row.certainty, row.overlap)
        assert same is not None
        for spread, bounds in (
            (row.peak, same.peak),
            *((spread, year.shortfall) for (_, spread), year in zip(row.years, same.years, strict=True)),
        ):
            assert bounds.low <= spread.least <= spread.mean <= spread.most <= bounds.high


@settings(max_examples=25)
@given(points_, sure_, st.integers(0, 999))
def test_ranges_without_width_give_the_gap_itself(
    amounts: tuple[Range, Range, Range, Range], sure: tuple[str, str], seed: int
) -> None:
    """Every draw of every path and year is the one number that the gap has, and it has no width either."""
    plain = gap(lab(*amounts, sure))
    for row in chances(plain, draws=5, seed=seed).paths:
        same = plain.path(row.certainty, row.overlap)
        assert same is not None
        drawn = [row.peak, *(spread for _, spread in row.years)]
        for spread, fixed in zip(drawn, [same.peak, *(year.shortfall for year in same.years)], strict=True):
            assert fixed.low == fixed.high == spread.least == spread.most
            assert spread.error == 0


@settings(max_examples=25)
@given(ranges_, st.sampled_from(_SURE[1:]), st.sampled_from(["source", "use"]))
def test_classes_are_nested(amounts: tuple[Range, Range, Range, Range], sure: str, what: str) -> None:
    """What is less sure closes the gap of the wider classes if it is money in, and opens it if it is out."""
    found = gap(lab(*amounts, ("", sure) if what == "source" else (sure, "")))
    for overlap in ("none", "full"):
        for narrow, wide in pairwise(CLASSES):
            for one, other in zip(ends(found, narrow, overlap), ends(found, wide, overlap), strict=True):
                if what == "source":
                    assert one.low <= other.low
                    assert one.high <= other.high
                else:
                    assert one.low >= other.low
                    assert one.high >= other.high


@settings(max_examples=25)
@given(points_, sure_)
def test_the_overlap_is_all_of_the_listed_trade_and_interest(
    amounts: tuple[Range, Range, Range, Range], sure: tuple[str, str]
) -> None:
    """v = 0 adds what the deals trade to the forecast, v full adds none of it; nothing else differs."""
    found = gap(lab(*amounts, sure))
    signs = {Role.TRADING_IN: 1, Role.INTEREST_IN: 1, Role.TRADING_OUT: -1, Role.INTEREST_OUT: -1}
    for place, certainty in enumerate(CLASSES):
        for index, year in enumerate((2026, 2027)):
            listed = sum(
                signs.get(item.role, 0) * item.amount.high
                for item in found.items
                if item.year <= year and str(item.certainty) in CLASSES[: place + 1]
            )
            zero, full = (ends(found, certainty, overlap)[index].high for overlap in ("none", "full"))
            assert zero - full == listed


@settings(max_examples=15)
@given(ranges_, sure_)
def test_an_overlap_that_a_source_states_is_one_of_the_two(
    amounts: tuple[Range, Range, Range, Range], sure: tuple[str, str]
) -> None:
    """Unknown draws both paths; `none` and `full` draw the same numbers each by itself."""
    both = gap(lab(*amounts, sure))
    for overlap in ("none", "full"):
        stated = gap(lab(*amounts, sure, overlap))
        assert {str(row.overlap) for row in stated.paths} == {overlap}
        for certainty in CLASSES:
            assert ends(stated, certainty, overlap) == ends(both, certainty, overlap)


# A deal of any role between two of three, in dates; what it is called differs by the side it is seen from.
_DEALS: Final = (
    "{u} -> {v}: {amount} purchase #term 2026..2027",
    "{u} -> {v}: {amount} lease conditional #term 2026-03..2026-09",
    "{u} -> {v}: {amount} #schedule {{2026: ${low}, 2027-06-30: ${more}}}",
    "{u} -> {v}: {amount} loan closed 2026-02-01 #maturity 2027-03-31 #coupon 6%",
    "{u} -> {v}: {amount} loan closed 2026-01-15 #maturity 2026-12-15",
    "{u} -> {v}: {amount} revenue-share letter-of-intent #term 2027",
)
_OTHER: Final = {
    Role.TRADING_IN: Role.TRADING_OUT,
    Role.FINANCING_IN: Role.FINANCING_OUT,
    Role.INTEREST_IN: Role.INTEREST_OUT,
}


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([(u, v) for u in "xyz" for v in "xyz" if u != v]),
            range_,
            st.sampled_from(_DEALS),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_every_receipt_is_somebodys_payment_in_the_same_year(
    deals: list[tuple[tuple[str, str], Range, str]],
) -> None:
    """Leg by leg, year by year, in the same class and amount: over all parties the listed items cancel."""
    lines = [
        form.format(u=u, v=v, amount=f"{low}..{high}", low=f"{low}", more=f"0..{high - low}")
        for (u, v), (low, high), form in deals
    ]
    figures = "\n".join(
        f"""  {name}:
    - {{metric: cash, period: 2025-12-31, amount: $5, kind: reported, source: s}}
    - {{metric: free-cash-flow, period: 2026, amount: $1, kind: forecast, source: s}}
    - {{metric: free-cash-flow, period: 2027, amount: $1, kind: forecast, source: s}}"""
        for name in sorted({name for pair, _, _ in deals for name in pair})
    )
    drawn = graph("\n".join([*lines, "---", "figures:", figures, ""]), as_of="2026-06-30")
    books: dict[tuple[str, int, Role, str], list[Money]] = defaultdict(list)
    seen: dict[tuple[str, int, Role, str], list[Money]] = defaultdict(list)
    for party in drawn.registry.figures:
        for item in funding(drawn, party, since=2026, until=2027).items:
            if item.leg is None:
                continue
            into = item.role in _OTHER
            kept = books if into else seen
            kept[item.leg, item.year, _OTHER.get(item.role, item.role), str(item.certainty)].append(
                item.amount
            )

    assert {key: total(rows) for key, rows in books.items()} == {
        key: total(rows) for key, rows in seen.items()
    }
    assert books


# ---- both, under what-ifs -----------------------------------------------------------------------


@settings(max_examples=20)
@given(AMOUNTS, st.lists(st.sampled_from(CHANGES), min_size=2, max_size=2, unique=True))
def test_two_what_ifs_give_the_same_answers_in_either_order(
    folder: Path, amounts: list[int], changes: list[str]
) -> None:
    """The gap and the stress of a web, through the command, in all but the order of their names."""
    paths = []
    for number, change in enumerate(changes):
        paths.append(folder / f"n{number}.yaml")
        paths[-1].write_text(what_if(change, name=f"n{number}"), encoding="utf-8")
    text = BOND.format(*amounts)
    for question in (("gap", "a", "--to", "2028"), ("stress", "--fail", "a")):
        there, back = (
            asked(folder, text, *question, *(word for path in order for word in ("--what-if", path)))
            for order in (paths, paths[::-1])
        )
        one, other = there.json, back.json
        assert (one.pop("what_if"), other.pop("what_if")) == ("n0, n1", "n1, n0")
        assert one == other
