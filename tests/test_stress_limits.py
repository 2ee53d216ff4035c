"""What is claimed where sizes, cash or earlier debts are not known: by hand, and on a grid of choices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aiweb.analysis.stress import Case, Model, Rule, Stress, stress
from aiweb.flows.clearing import Books, Obligation, all_or_nothing, clear
from aiweb.views import reports
from aiweb.views.tables import text as shown
from tests.recompute import faults
from tests.stressed import cash
from tests.webs import graph

_NAMES = "abcd"
_PAIRS = [(u, v) for u in _NAMES for v in _NAMES if u != v]
_Deal = tuple[tuple[str, str], int]
_deals = st.lists(st.tuples(st.sampled_from(_PAIRS), st.integers(1, 40)), min_size=1, max_size=5)
_unknown = st.lists(st.tuples(st.sampled_from(_PAIRS), st.integers(1, 40)), min_size=1, max_size=2)
_held = st.fixed_dictionaries(dict.fromkeys(_NAMES, st.one_of(st.none(), st.integers(0, 40))))
_GRID = [Fraction(0), Fraction(1, 3), Fraction(5, 7), Fraction(1)]
_HELD = [Fraction(0), Fraction(2, 5), Fraction(1)]


def bound(deals: list[_Deal], year: int, more: str = "") -> list[str]:
    """Write purchases of a year."""
    return [f"{u} -> {v}: {amount} purchase #term {year}{more}" for (u, v), amount in deals]


def unsized(loans: list[_Deal]) -> list[str]:
    """Write loans that mature in 2027, of which nobody says what is drawn; every second bears interest."""
    return [
        f"{lender} -> {borrower}: {amount} loan #maturity 2027-06{' #coupon 200%' if number % 2 else ''}"
        for number, ((lender, borrower), amount) in enumerate(loans)
    ]


def world(lines: list[str], held: Mapping[str, int | None]) -> str:
    """Put lines and cash figures together; a party without a figure has no cash that is known."""
    text = "\n    ".join(lines)
    known = {name: amount for name, amount in held.items() if amount is not None and f"{name} " in text}
    return text + (cash(**known) if known else "")


def failing(model: Model, books: Books) -> frozenset[str]:
    """Name who cannot pay all in books whose amounts are all known."""
    if model.rule is Rule.WHOLE:
        return frozenset(all_or_nothing(books).greatest.failed)
    costs = model.costs
    return frozenset(clear(books, alpha=1 - costs.cash, beta=1 - costs.receipts).greatest.failed)


def worlds(found: Stress) -> Iterator[tuple[Books, int]]:
    """Give the books of every choice of sizes and of cash on the grid, and what the one made to fail owes."""
    model, party = found.model, found.party
    loans = sorted({due.leg for due in model.unsized})
    open_ended = [name for name in model.balances if not model.balances[name].is_known and name != party]
    for sizes in product(_GRID, repeat=len(loans)):
        size = dict(zip(loans, sizes, strict=True))
        amounts = {
            due.name: due.at(Case.AMPLE) + (due.amount - due.at(Case.AMPLE)) * size.get(due.leg, Fraction(1))
            for due in model.dues
        }
        for ends in product(_HELD, repeat=len(open_ended)):
            held = {name: Fraction(model.held(Case.NONE, name)) for name in model.balances if name != party}
            for name, end in zip(open_ended, ends, strict=True):
                held[name] += end * 500
            owed, unpaid = {}, Fraction(0)
            for due in model.dues:
                if due.debtor == party:
                    unpaid += found.part * amounts[due.name]
                    if due.creditor in held:
                        held[due.creditor] += (1 - found.part) * amounts[due.name]
                else:
                    owed[due.name] = Obligation(due.debtor, due.creditor, amounts[due.name], model.rank(due))
            outside = frozenset({party}) if party is not None else frozenset()
            yield Books(held, owed, outside), round(unpaid)


@settings(max_examples=60)
@given(
    _deals,
    _unknown,
    _held,
    st.sampled_from([None, "a", "b"]),
    st.sampled_from([Fraction(1), Fraction(1, 3)]),
    st.sampled_from(["proportion", "ranks", "costs", "whole"]),
)
def test_whatever_the_unknown_sizes_are_the_outcome_is_within_what_is_claimed(
    deals: list[_Deal],
    loans: list[_Deal],
    held: dict[str, int | None],
    party: str | None,
    part: Fraction,
    how: str,
) -> None:
    """Who surely fails does, who surely pays does, and what stays unpaid lies between its bounds, if any.

    By every size of every loan on a grid, and every cash of those without a figure, under every rule.
    """
    rank = " #seniority subordinated" if how == "ranks" else ""
    lines = bound(deals, 2027) + [f"{line}{rank}" for line in unsized(loans)]
    text = world(lines, held)
    assume(party is None or f"{party} " in text)
    rule = "whole" if how == "whole" else "proportion"
    # What the one made to fail pays is cash in `worlds`, so with it cash and receipts lose the same.
    other = Fraction(1, 9) if party is None else Fraction(1, 4)
    costs = (Fraction(1, 4), other) if how == "costs" else (Fraction(0), Fraction(0))
    found = stress(graph(text), party, part=part, rule=rule, costs=costs)
    verdicts = {name: found.verdict(name) for name in found.model.owed if name != party}
    low, high = (outcome.unpaid for outcome in found.outcomes)

    for books, own in worlds(found):
        failed = failing(found.model, books)
        for name, verdict in verdicts.items():
            assert verdict != "fails" or name in failed
            assert verdict != "stands" or name not in failed
        if found.model.is_bounded:
            cleared = clear(
                books, alpha=1 - found.model.costs.cash, beta=1 - found.model.costs.receipts
            ).greatest
            paid = all_or_nothing(books).greatest if rule == "whole" else cleared
            unpaid = own + sum(paid.shortfalls.values())
            assert low - len(books.obligations) <= unpaid <= high + len(books.obligations), "but for rounding"


@settings(max_examples=60)
@given(_deals, _deals, _held, st.sampled_from([None, "a"]), st.sampled_from(["owed", "forgiven"]))
def test_whatever_is_paid_before_the_span_the_verdicts_hold(
    early: list[_Deal], deals: list[_Deal], held: dict[str, int | None], party: str | None, arrears: str
) -> None:
    """Two clearings, of 2027 and of 2028; what 2027 leaves unpaid is still owed then, or forgiven."""
    text = world(bound(early, 2027) + bound(deals, 2028), held)
    assume(party is None or f"{party} " in text)
    found = stress(graph(text, years=(2028, 2028)), party)
    verdicts = {name: found.verdict(name) for name in found.model.owed if name != party}
    unknown = [name for name in _NAMES if held[name] is None]

    for ends in product(_HELD, repeat=len(unknown)):
        money = {name: Fraction(held[name] or 0) for name in _NAMES}
        money |= {name: end * 500 for name, end in zip(unknown, ends, strict=True)}
        before = {f"e{n}": Obligation(*pair, amount) for n, (pair, amount) in enumerate(early)}
        first = clear(Books(money, before)).greatest
        left = {name: Fraction(amount) for name, amount in first.equity.items() if name != party}
        owed = {f"s{n}": Obligation(*pair, amount) for n, (pair, amount) in enumerate(deals)}
        if arrears == "owed":
            owed |= {
                name: Obligation(before[name].debtor, before[name].creditor, gap)
                for name, gap in first.shortfalls.items()
            }
        owed = {name: one for name, one in owed.items() if one.debtor != party}
        outside = frozenset({party}) if party is not None else frozenset()
        books = Books(left, owed, outside)
        paid = clear(books).greatest
        short = {owed[name].debtor for name in paid.shortfalls if name.startswith("s")}
        for name, verdict in verdicts.items():
            assert verdict != "fails" or name in paid.failed
            assert verdict != "stands" or name not in short


AGED = """
    i -> b: 100 purchase #term 2027
    i -> b: 50 lease #term 2028
    b -> c: 20 lease #term 2028
"""


@pytest.mark.parametrize("has, verdict", [(60, "cannot be told"), (149, "cannot be told"), (150, "stands")])
def test_what_is_owed_before_the_span_is_said_and_not_forgotten(has: int, verdict: str) -> None:
    """i owes 100 in 2027 and 50 in 2028: with 60 it may have nothing left, with 149 a dollar too little."""
    found = stress(graph(AGED + cash(i=has, b=0, c=0), years=(2028, 2028)))

    assert found.model.owed == {"b": 20, "i": 50}
    assert found.model.owed_earlier == {"i": 100}
    assert [(due.leg, due.creditor, due.amount) for due in found.model.earlier] == [("d1/1", "b", 100)]
    assert found.verdict("i") == verdict
    assert found.model.hollow == (("i",) if has < 100 else ())
    assert not found.model.is_bounded


def test_who_lives_on_one_that_may_have_nothing_left_cannot_be_told_either() -> None:
    """With 60 of 100 i may pay b nothing in 2028; with 130 it pays b 30 at the least, and b owes c 20."""
    poor, rich = (stress(graph(AGED + cash(i=has, b=0, c=0), years=(2028, 2028))) for has in (60, 130))

    assert (poor.verdict("b"), rich.verdict("b")) == ("cannot be told", "stands")
    assert "cannot be told either, for what is owed before the span: b" in shown(
        reports.stress(poor.graph, poor)
    )


def test_what_was_left_unpaid_before_the_span_may_still_take_its_part() -> None:
    """i is paid 50 in 2028 and owes b 50; with 40 of 2027 still to pay b gets 250/9, and owes 30."""
    text = """
    i -> x: 100 purchase #term 2027
    h -> i: 50 lease #term 2028
    i -> b: 50 lease #term 2028
    b -> c: 30 lease #term 2028
    """
    found = stress(graph(text + cash(i=60, h=50, b=0, c=0), years=(2028, 2028)))

    assert [row.party for row in found.none.failures] == []
    assert [found.verdict(name) for name in ("h", "i", "b")] == ["stands", "cannot be told", "cannot be told"]


def test_who_is_paid_before_the_span_does_not_surely_fail() -> None:
    """b has nothing, and 30 to pay in 2028; the 100 of 2027 may be there by then."""
    text = "i -> b: 100 purchase #term 2027\n    b -> c: 30 lease #term 2028" + cash(i=500, b=0, c=0)

    assert stress(graph(text, years=(2028, 2028))).verdict("b") == "cannot be told"
    assert stress(graph(text.replace("2027", "2029", 1), years=(2028, 2028))).verdict("b") == "fails"


def test_the_report_says_who_owes_what_before_the_span_and_what_to_do() -> None:
    """In one line, in a table, and in the explanation; the longer span says nothing of it."""
    web = AGED + "    h -> b: 7 lease #term 2027\n" + cash(i=60, b=0, c=0)
    found = stress(graph(web, years=(2028, 2028)))
    report = reports.stress(found.graph, found)
    said = shown(report)

    assert (
        "balances are those known on 2026-12-31: $107 that 2 parties owe before the span, 2027-01-01 to "
        "2027-12-31, is not taken off them: i $100, h $7; --from 2027 --to 2028 counts it in"
    ) in said
    assert "may have nothing left by then, so they cannot be told to stand: i" in said
    (table,) = [table for table in report.tables if table.key == "earlier"]
    assert [(row[0], str(row[2]), str(row[3]), row[4]) for row in table.rows] == [
        ("i", "$100", "$0", ("d1/1",)),
        ("h", "$7", "$0", ("d4/1",)),
    ]
    trace = found.explain()
    assert (str(trace["earlier i"]), str(trace["earlier"])) == ("$100", "$107")
    assert any("what is owed before 2028-01-01 is not taken off them" in note for note in trace.notes)
    assert faults(trace) == []
    longer = stress(graph(web, years=(2027, 2028)))
    assert longer.model.earlier == ()
    assert "balances are" not in shown(reports.stress(longer.graph, longer))
    assert [row.unpaid for row in longer.outcomes] == [90, 97], "i has 60 of 150, h nothing or all"
