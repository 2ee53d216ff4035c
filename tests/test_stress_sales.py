"""Revenue lost through orders that may be cut: by hand, by law, and by plain iteration."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiweb.analysis.stress import Outcome, Rule
from aiweb.errors import BadOption, NoConvergence
from aiweb.flows.cascade import Orders, Trade, cascade, follow
from aiweb.flows.clearing import Books, Obligation
from aiweb.views import reports
from aiweb.views.tables import text as shown
from tests.commands import aiweb, written
from tests.stressed import asked, cash, drawn

_NAMES = "abcd"
_PAIRS = [(u, v) for u in _NAMES for v in _NAMES if u != v]
_orders = st.lists(st.tuples(st.sampled_from(_PAIRS), st.integers(1, 40)), min_size=1, max_size=6)
_held = st.fixed_dictionaries(dict.fromkeys(_NAMES, st.integers(0, 60)))


def lost(outcome: Outcome) -> dict[str, tuple[int, int]]:
    """Give what each seller loses because of the failure, and what of its loss is not bought."""
    assert outcome.sales is not None
    return {row.party: (row.caused, row.not_bought) for row in outcome.sales.rows}


CHAIN = """
    a -> b: 100 purchase #exit cancellable #term 2027
    b -> c: 60 purchase #exit cancellable #term 2027
    c -> d: 30 purchase conditional #condition if #term 2027
"""


def test_what_a_failing_party_need_not_buy_is_lost_and_passed_on() -> None:
    """b sells 100 and loses all, so it cuts its 60; c then loses all and cuts its 30; no debt is unpaid."""
    found = asked(drawn(CHAIN + cash(a=0, b=500, c=500)), "a")

    assert lost(found.none) == {"b": (100, 100), "c": (60, 60), "d": (30, 30)}
    assert lost(found.ample) == {"b": (100, 100)}, "who sells enough elsewhere cuts nothing"
    assert [outcome.unpaid for outcome in found.outcomes] == [0, 0]
    said = shown(reports.stress(found.graph, found))
    assert "revenue lost because of it, unpaid or not bought: $100 (ample), $190 (none)" in said


def test_a_part_of_revenue_lost_cuts_that_part_of_what_is_bought() -> None:
    """b plans 400: of it 100 is a quarter, so c loses 15 of 60, a quarter of its 60, and d 7.5 of 30."""
    plan = "b: revenue 400 2027 forecast"
    found = asked(drawn(CHAIN + cash(plan, a=0, b=500, c=500)), "a")

    assert lost(found.none) == {"b": (100, 100), "c": (15, 15), "d": (8, 8)}
    assert lost(found.ample) == {"b": (100, 100), "c": (15, 15)}, "c may sell enough elsewhere"


def test_cuts_take_the_money_that_bound_payments_need() -> None:
    """
    a -> b: 100 purchase #exit cancellable #term 2027
    b -> c: 80 lease #term 2027
    c -> d: 50 purchase #exit cancellable #term 2027
    """
    web = (test_cuts_take_the_money_that_bound_payments_need.__doc__ or "") + cash(b=10, c=0)
    found = asked(drawn(web), "a")

    assert lost(found.none) == {"b": (100, 100), "c": (70, 0), "d": (44, 44)}, (
        "b has 10 of 80; c buys an eighth of 50"
    )
    assert found.none.caused == 0, "on the books b lacks 70 whatever a does: orders are no income there"
    assert found.none.sales is not None
    assert found.none.sales.failed == ("b",)
    assert found.none.sales.before.waves[-1].failed == ()


def test_nothing_that_may_be_cut_is_no_cascade() -> None:
    """Revenue lost is then what stays unpaid of sales."""
    web = "a -> b: 100 purchase #term 2027\n    b -> c: 60 lease #term 2027\n" + cash(a=0, b=10)
    found = asked(drawn(web), "a")

    assert lost(found.none) == {"b": (100, 0), "c": (50, 0)}
    assert found.none.sales is not None
    assert found.none.sales.after.not_bought == {}


def test_other_rules_follow_no_cuts() -> None:
    """As with guarantees."""
    web = drawn(CHAIN + cash(a=0, b=500))
    assert asked(web, "a", rule=Rule.WHOLE).none.sales is None
    assert asked(web, "a", costs=Fraction(1, 2)).none.sales is None


def test_loans_and_shares_are_no_revenue() -> None:
    """What a lender or a company is not paid is no sale."""
    web = "a -> b: 100 equity #term 2027\n    l -> a: 50 loan closed #maturity 2027-03-31\n" + cash(a=0)

    assert lost(asked(drawn(web), "a").none) == {}


def test_too_few_rounds_are_an_error_and_no_number(tmp_path: Path) -> None:
    """With the residue, what to do, and exit code 3; enough rounds give the numbers."""
    path = written(tmp_path, CHAIN + cash(a=0, b=500, c=500))
    done = aiweb("stress", "--fail", "a", "--rounds", "1", "-r", path)

    assert (done.code, done.out) == (3, "")
    assert "the cascade did not settle; residue 1; give it more --rounds" in done.err
    assert aiweb("stress", "--fail", "a", "--rounds", "9", "-r", path).code == 0


# ---- the mathematics ----------------------------------------------------------------------------


def orders(
    bound: list[tuple[tuple[str, str], int]],
    flexible: list[tuple[tuple[str, str], int]],
    held: dict[str, int],
    revenue: dict[str, int],
) -> Orders:
    """Write orders: what is bound first, then what may be cut."""
    owed = {f"b{n}": Obligation(*pair, amount) for n, (pair, amount) in enumerate(bound)}
    may = {f"f{n}": Obligation(*pair, amount) for n, (pair, amount) in enumerate(flexible)}
    return Orders(Books(held, owed), may, frozenset(owed), revenue)


def test_the_equation_of_leontief_where_all_may_be_cut() -> None:
    """d = d(0) + d Q with everything flexible and cash for all of it: 1/(1 - 1/4 · 1/5) for two."""
    found = follow(
        orders([], [(("a", "b"), 50), (("b", "a"), 30)], {"a": 1000, "b": 1000}, {"a": 120, "b": 250}),
        {"a": 12},
    )
    x = np.linalg.solve(np.eye(2) - np.array([[0, 50 / 120], [30 / 250, 0]]).T, np.array([12.0, 0.0]))

    assert [float(found.shortfalls[name]) for name in "ab"] == pytest.approx(list(x), rel=1e-9)


def test_it_agrees_with_the_cascade_of_a_whole_trade() -> None:
    """The same trade in both notations."""
    trade = Trade(
        cash={"a": 5, "b": 2, "c": 0},
        sales={"a": 60, "b": 10},
        bound={("a", "b"): 30, ("b", "c"): 25},
        flexible={("a", "b"): 20, ("b", "c"): 10},
        costs={"c": 12},
    )
    whole = cascade(trade, {"a": 40})
    books = trade.books({"a": 40}, dict.fromkeys(trade.parties, Fraction(0)))
    owed = {name: one for name, one in books.obligations.items() if not name.endswith("flexible")}
    may = {name: one for name, one in books.obligations.items() if name.endswith("flexible")}
    sales = frozenset(name for name in owed if name.endswith("bound"))
    plain = Books(books.cash, owed, books.outside)
    found = follow(Orders(plain, may, sales, dict(trade.revenue)), {"a": 40})

    assert {p: float(v) for p, v in found.shortfalls.items()} == pytest.approx(
        {p: float(v) for p, v in whole.shortfalls.items() if v}
    )
    assert found.waves[-1].failed == whole.failed


@pytest.mark.parametrize(
    "broken, says",
    [
        ({"flexible": {"b0": Obligation("a", "b", 1)}}, "name it otherwise"),
        ({"flexible": {"x": Obligation("a", "a", 1)}}, "buys of itself"),
        ({"flexible": {"x": Obligation("a", "b", -1)}}, "0 or more"),
        ({"sales": frozenset({"x"})}, "an obligation of the books"),
        ({"revenue": {"a": -1}}, "0 or more"),
    ],
)
def test_orders_that_make_no_sense_are_refused(broken: dict[str, object], says: str) -> None:
    """Each with its remedy."""
    good = orders([(("a", "b"), 5)], [], {}, {})
    said = {name: getattr(good, name) for name in ("books", "flexible", "sales", "revenue")} | broken
    with pytest.raises(BadOption, match=says):
        Orders(**said)


def test_a_loss_below_nothing_is_refused() -> None:
    """As a gain would be."""
    with pytest.raises(BadOption, match="0 or more"):
        follow(orders([], [], {}, {}), {"a": -1})
    chain = orders([], [(("a", "b"), 5), (("b", "c"), 4)], {"a": 9, "b": 9}, {"a": 10, "b": 5})
    with pytest.raises(NoConvergence, match="residue"):
        follow(chain, {"a": 3}, rounds=1)


@settings(max_examples=25)
@given(_orders, _orders, _held, _held)
def test_laws_of_cuts(
    bound: list[tuple[tuple[str, str], int]],
    flexible: list[tuple[tuple[str, str], int]],
    held: dict[str, int],
    first: dict[str, int],
) -> None:
    """Nothing is lost without a cause; more cash loses no more; larger losses no less; accounts close."""
    revenue: dict[str, int] = defaultdict(int)
    for (_, seller), amount in (*bound, *flexible):
        revenue[seller] += amount
    rich = dict.fromkeys(_NAMES, 10_000)
    assert follow(orders(bound, flexible, rich, revenue), {}).shortfalls == {}
    found = follow(orders(bound, flexible, held, revenue), first)
    richer = follow(orders(bound, flexible, {n: has + 9 for n, has in held.items()}, revenue), first)
    worse = follow(orders(bound, flexible, held, revenue), {n: has + 3 for n, has in first.items()})
    for name in _NAMES:
        assert float(richer.shortfalls.get(name, 0)) <= float(found.shortfalls.get(name, 0)) + 1e-6
        assert float(found.shortfalls.get(name, 0)) <= float(worse.shortfalls.get(name, 0)) + 1e-6
    assert {*richer.waves[-1].failed} <= {*found.waves[-1].failed}
    assert {account.gap for account in found.accounts} == {0}


@settings(max_examples=15)
@given(_orders, _orders, _held, _held)
def test_plain_iteration_comes_to_the_same(
    bound: list[tuple[tuple[str, str], int]],
    flexible: list[tuple[tuple[str, str], int]],
    held: dict[str, int],
    first: dict[str, int],
) -> None:
    """Another road: pay, look what is missing, cut, and pay again, from no loss at all."""
    revenue: dict[str, int] = defaultdict(int)
    for (_, seller), amount in (*bound, *flexible):
        revenue[seller] += amount
    found = follow(orders(bound, flexible, held, revenue), first)
    part = dict.fromkeys(_NAMES, 0.0)
    short: dict[str, float] = {}
    for _ in range(60):
        paid_bound, paid_may = _paid(bound, flexible, held, part)
        short = {name: float(first.get(name, 0)) for name in _NAMES}
        for ((_, seller), amount), paid in zip((*bound, *flexible), (*paid_bound, *paid_may), strict=True):
            short[seller] += amount - paid
        part = {name: min(1.0, short[name] / revenue[name]) if revenue.get(name) else 0.0 for name in _NAMES}
    for name in _NAMES:
        assert float(found.shortfalls.get(name, 0)) == pytest.approx(short[name], abs=0.05)


def _paid(
    bound: list[tuple[tuple[str, str], int]],
    flexible: list[tuple[tuple[str, str], int]],
    held: dict[str, int],
    part: dict[str, float],
) -> tuple[list[float], list[float]]:
    """Step down from all being paid: what is bound first, then what is left of the rest."""
    may = [amount * (1 - part[buyer]) for (buyer, _), amount in flexible]
    one = [float(amount) for _, amount in bound]
    other = list(may)
    for _ in range(400):
        has = {name: float(amount) for name, amount in held.items()}
        for ((_, seller), _), paid in zip((*bound, *flexible), (*one, *other), strict=True):
            has[seller] += paid
        sums: dict[tuple[int, str], float] = defaultdict(float)
        for (buyer, _), whole in bound:
            sums[0, buyer] += whole
        for ((buyer, _), _), left in zip(flexible, may, strict=True):
            sums[1, buyer] += left
        parts: dict[tuple[int, str], float] = {}
        for (rank, buyer), amount in sorted(sums.items()):
            parts[rank, buyer] = min(1.0, has[buyer] / amount) if amount else 1.0
            has[buyer] -= parts[rank, buyer] * amount
        one = [whole * parts[0, buyer] for (buyer, _), whole in bound]
        other = [left * parts[1, buyer] for ((buyer, _), _), left in zip(flexible, may, strict=True)]
    return one, other
