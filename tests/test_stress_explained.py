"""The arithmetic of a stress: every equation by hand on a web with a loop and a guarantee, and by law."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aiweb as aw
from aiweb.analysis.stress import Stress
from aiweb.trace import Op, Step, Trace, dollars
from aiweb.values import Money
from aiweb.web import Web
from tests.recompute import faults
from tests.stressed import asked, cash, drawn

LOOP = """
    a -> b: 60 purchase #term 2027
    b -> a: 50 lease #term 2027
    b -> c: 40 purchase #term 2027
    g -> c: 30 guarantee #secures d3/1
    h -> a: 20 purchase #term 2027
"""


def inputs(trace: Trace, name: str) -> list[Step]:
    """Give the steps that a named one works on."""
    (step,) = [step for step in trace.steps if step.name == name]
    return [trace.steps[number - 1] for number in step.of]


def added(trace: Trace, step: Step) -> list[tuple[str, int]]:
    """Give what a sum adds up, with its whole dollars."""
    found = []
    for number in step.of:
        value = trace.steps[number - 1].value
        assert isinstance(value, Money)
        found.append((trace.steps[number - 1].text, value.low))
    return found


def test_what_each_of_a_loop_pays_is_what_it_has() -> None:
    """p_a = 10 + 5/9 p_b and p_b = 5 + p_a without h: 28.75 and 33.75, of which 18.75 to a and 15 to c."""
    found = asked(drawn(LOOP + cash(a=10, b=5, g=8, c=0)), "h")
    trace = found.explain()

    assert faults(trace) == []
    has, pays = inputs(trace, "pays a none")
    assert added(trace, has) == [
        ("cash and credit that a has, none", 10),
        ("paid by b to a, payment of d2/1, none", 19),
        ("paid by h to a, payment of d5/1, none", 0),
    ]
    assert added(trace, pays) == [("paid by a to b, payment of d1/1, none", 29)]
    has, pays = inputs(trace, "pays b none")
    assert added(trace, has) == [
        ("cash and credit that b has, none", 5),
        ("paid by a to b, payment of d1/1, none", 29),
    ]
    assert added(trace, pays) == [
        ("paid by b to a, payment of d2/1, none", 19),
        ("paid by b to c, payment of d3/1, none", 15),
    ]


def test_what_they_pay_anyway_has_its_own_equation() -> None:
    """With 20 from h, a has 66.1 and pays 60; b has 65, of which 36.1 go to a and 28.9 to c."""
    trace = asked(drawn(LOOP + cash(a=10, b=5, g=8, c=0)), "h").explain()
    has, pays = inputs(trace, "pays b none anyway")

    assert [amount for _, amount in added(trace, has)] == [5, 60]
    assert [amount for _, amount in added(trace, pays)] == [36, 29]
    assert "pays a none anyway" not in trace.names, "a pays all that it owes"


def test_a_guarantee_is_called_for_what_is_unpaid_and_paid_with_what_there_is() -> None:
    """Of 40 that b owes c 25 stay unpaid; g has 8."""
    trace = asked(drawn(LOOP + cash(a=10, b=5, g=8, c=0)), "h").explain()
    unpaid, limit = inputs(trace, "called g on d4/1 for payment of d3/1, none")

    assert (unpaid.value, limit.value, limit.legs) == (dollars(25), dollars(30), ("d4/1",))
    assert trace["called g on d4/1 for payment of d3/1, none"] == dollars(25)
    assert trace["honoured g on d4/1 for payment of d3/1, none"] == trace["honoured none"] == dollars(8)
    has, pays = inputs(trace, "pays g none guarantees called")
    assert added(trace, has) == [("cash and credit that g has, none", 8)]
    assert [amount for _, amount in added(trace, pays)] == [8]


def test_what_a_guarantee_saves_is_paid_on() -> None:
    """The 25 from g let c pay d, which gets nothing before guarantees."""
    web = LOOP + "    c -> d: 35 lease #term 2027\n" + cash(a=10, b=5, g=90, c=0)
    trace = asked(drawn(web), "h").explain()
    has, pays = inputs(trace, "pays c none")

    assert [amount for _, amount in added(trace, has)] == [0, 15]
    assert [amount for _, amount in added(trace, pays)] == [15]
    assert trace["honoured none"] == dollars(25)
    assert "pays c none guarantees called" not in trace.names, "it has 40 then, and pays all"
    assert faults(trace) == []


SOLD = """
    a -> b: 100 purchase #exit cancellable #term 2027
    a -> b: 30 purchase #term 2027
    b -> c: 60 purchase #exit cancellable #term 2027
    c -> a: 9 purchase #exit cancellable #term 2027
"""


def test_revenue_lost_is_what_is_unpaid_not_bought_and_cut() -> None:
    """b sells 130 and plans 520; a buys nothing, so b loses a quarter and cuts 15 of 60, and c 9 x 15/60."""
    trace = asked(drawn(SOLD + cash("b: revenue 520 2027 forecast", a=0, b=500, c=500)), "a").explain()

    assert trace["revenue lost b none"] == trace["revenue caused b none"] == dollars(130)
    assert trace["not bought b none"] == dollars(100)
    assert trace["revenue lost c none"] == dollars(15)
    assert {"cut for that by b of c, d3/1, none"} <= {step.text for step in trace.steps}
    (share,) = [
        step for step in trace.steps if step.text.startswith("part of its revenue that b loses, none")
    ]
    assert share.value == Fraction(1, 4)
    assert faults(trace) == []


def test_debtrank_is_the_least_that_solves_its_equations() -> None:
    """b loses 60 of 80 through a and what c passes on; c loses what b passes on: b 0.8571, c 0.4286."""
    web = (
        "a -> b: 60 purchase #term 2027\n    b -> c: 20 purchase #term 2027\n    c -> b: 20 lease #term 2027"
    )
    found = asked(drawn(web + cash(b=80, c=40, a=0)), "a")
    trace = found.explain()

    assert trace["debtrank b"] == found.distress["b"] == Fraction(6, 7)
    assert trace["debtrank c"] == found.distress["c"] == Fraction(3, 7)
    solved, least = inputs(trace, "debtrank b")
    assert (solved.op, solved.value) == (Op.SOLVED, least.value)
    assert faults(trace) == []


def test_default_costs_are_taken_off_cash_and_off_receipts() -> None:
    """Half of 10 and a tenth of what b pays: p_a = 5 + 0.9 * 5/9 p_b, p_b = 2.5 + 0.9 p_a."""
    found = asked(drawn(LOOP + cash(a=10, b=5, g=8, c=0)), "h", costs=(Fraction(1, 2), Fraction(1, 10)))
    trace = found.explain()
    p_a = Fraction(5 + Fraction(1, 2) * Fraction(5, 2)) / (1 - Fraction(1, 2) * Fraction(9, 10))

    assert found.none.after.greatest.payments["a"] == p_a
    has, _ = inputs(trace, "pays a none")
    assert [text for text, _ in added(trace, has)][:2] == ["cash left to a, none", "receipts left to a, none"]
    assert trace["pays a none"] == dollars(11)
    assert faults(trace) == []


@pytest.fixture(scope="module")
def shipped() -> Web:
    """Return the shipped registry."""
    return aw.load()


_NAMES = "abcd"
_PAIRS = [(u, v) for u in _NAMES for v in _NAMES if u != v]
_KINDS = ("purchase", "lease", "purchase #exit cancellable", "loan closed", "equity")
_deal = st.tuples(st.sampled_from(_PAIRS), st.integers(1, 97), st.sampled_from(_KINDS))


def world(
    deals: list[tuple[tuple[str, str], int, str]], held: dict[str, int | None], limits: list[int]
) -> str:
    """Write deals of 2027, guarantees behind the first of them, and cash."""
    rows = []
    for (payer, payee), amount, kind in deals:
        when = "#maturity 2027-06 #coupon 7%" if kind.startswith("loan") else "#term 2027"
        rows.append(f"{payer} -> {payee}: {amount} {kind} {when}")
    for number, limit in enumerate(limits[: len(deals)], 1):
        (payer, payee), _, kind = deals[number - 1]
        creditor, debtor = (payer, payee) if kind.startswith("loan") else (payee, payer)
        guarantor = next(name for name in _NAMES if name not in {creditor, debtor})
        rows.append(f"{guarantor} -> {creditor}: {limit} guarantee #secures d{number}/1")
    named = {name for pair, _, _ in deals for name in pair}
    known = {name: amount for name, amount in held.items() if amount is not None and name in named}
    return "\n    ".join(rows) + (cash(**known) if known else "")


@settings(max_examples=120)
@given(
    st.lists(_deal, min_size=2, max_size=7),
    st.fixed_dictionaries(dict.fromkeys(_NAMES, st.one_of(st.none(), st.integers(0, 60)))),
    st.lists(st.integers(1, 60), max_size=2),
    st.sampled_from([None, "a", "b"]),
    st.sampled_from([Fraction(1), Fraction(1, 3)]),
    st.sampled_from(["proportion", "whole", "costs"]),
)
def test_every_step_adds_up_on_any_small_web(
    deals: list[tuple[tuple[str, str], int, str]],
    held: dict[str, int | None],
    limits: list[int],
    party: str | None,
    part: Fraction,
    how: str,
) -> None:
    """Under every rule; each failing debtor has an equation, each call and each loss its steps."""
    rule = "whole" if how == "whole" else "proportion"
    costs = (Fraction(1, 4), Fraction(1, 7)) if how == "costs" else Fraction(0)
    found = asked(drawn(world(deals, held, limits)), party, part, rule=rule, costs=costs)
    trace = found.explain()

    assert faults(trace) == []
    assert missing(found, trace) == set()


def missing(found: Stress, trace: Trace) -> set[str]:
    """Name what has no step: equations, calls, lost revenue, DebtRank."""
    wanted = {f"debtrank {name}" for name in found.distress}
    for outcome in found.outcomes:
        wanted |= {f"pays {name} {outcome.case}" for name in outcome.after.greatest.failed}
        for row in outcome.called:
            due, case = row.backing.due, outcome.case
            who = f"{row.backing.guarantor} on {row.backing.leg} for {due.what} of {due.leg}, {case}"
            wanted |= {f"honoured {who}"}
            assert trace[f"honoured {who}"] == dollars(row.honoured)
        for sale in outcome.sales.rows if outcome.sales else ():
            name = f"revenue lost {sale.party} {outcome.case}"
            wanted |= {name}
            assert trace[name] == dollars(sale.lost)
    return wanted - {*trace.names}


@pytest.mark.parametrize("party", ["openai", "softbank", "oracle", "google"])
def test_the_shipped_stress_is_explained(party: str, shipped: Web) -> None:
    """Whatever fails."""
    found = shipped.stress(party)
    trace = found.explain()

    assert faults(trace) == []
    assert missing(found, trace) == set()
