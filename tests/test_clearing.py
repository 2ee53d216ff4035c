"""Clearing, ranks, default costs, all or nothing, guarantees: by hand, as published, by law, other roads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiweb.errors import BadOption, NoConvergence, UnknownName
from aiweb.flows import clearing
from aiweb.flows.clearing import Account, Amount, Books, Clearing, Obligation, all_or_nothing, applied, clear
from aiweb.flows.guarantees import Guarantee, Guaranteed, clear_guaranteed
from aiweb.flows.monotone import GRID, capped, floored, settled, solved

HALF = Fraction(1, 2)
_PARTIES = "abcde"
_PAIRS = [(u, v) for u in _PARTIES for v in _PARTIES if u != v]
_some = st.integers(0, 20)
_cash = st.fixed_dictionaries(dict.fromkeys(_PARTIES, _some))
flat = st.builds(
    Books.between,
    st.dictionaries(st.sampled_from(_PAIRS), st.integers(1, 30), min_size=2, max_size=12),
    _cash,
    outward=st.dictionaries(st.sampled_from(_PARTIES), st.integers(1, 20), max_size=3),
)
_obligation = st.builds(
    lambda pair, amount, rank: Obligation(pair[0], pair[1], amount, rank),
    st.sampled_from([*_PAIRS, *((u, "outside") for u in _PARTIES)]),
    st.integers(0, 30),
    st.integers(0, 2),
)
ranked = st.builds(
    lambda cash, owed: Books(cash, {f"o{n:02}": one for n, one in enumerate(owed)}, frozenset({"outside"})),
    _cash,
    st.lists(_obligation, min_size=1, max_size=12),
)
few = st.builds(
    lambda cash, owed: Books(cash, {f"o{n}": one for n, one in enumerate(owed)}, frozenset({"outside"})),
    st.fixed_dictionaries(dict.fromkeys("abc", st.integers(0, 6))),
    st.lists(
        _obligation.filter(lambda one: {one.debtor, one.creditor} <= {*"abc", "outside"}),
        min_size=2,
        max_size=6,
    ),
)
parts = st.sampled_from([Fraction(0), Fraction(1, 4), HALF, Fraction(9, 10), Fraction(1)])


def matrix(cash: Sequence[str], owed: Sequence[Sequence[str | int]]) -> Books:
    """Write books from a row of cash and a row for what each of a, b, c … owes them."""
    pairs = {
        (_name(row), _name(column)): Fraction(amount)
        for row, amounts in enumerate(owed)
        for column, amount in enumerate(amounts)
        if Fraction(amount)
    }
    return Books.between(pairs, {_name(row): Fraction(amount) for row, amount in enumerate(cash)})


def _name(place: int) -> str:
    return "abcdef"[place]


def hold(accounts: Sequence[Account], within: float = 0) -> None:
    """Check that each sum is the same both ways."""
    assert all(abs(float(account.gap)) <= within for account in accounts)


def checked(found: Clearing) -> Clearing:
    """Check what must hold of every clearing: fixed points, bounds, sums."""
    for vector in (found.greatest, found.least):
        assert vector.residue == 0
        assert all(0 <= vector.paid[name] <= owed.amount for name, owed in found.books.obligations.items())
        assert all(amount >= 0 for amount in vector.equity.values())
        assert sum(vector.shortfalls.values()) == sum(vector.unpaid.values())
        hold(vector.accounts)
    assert all(found.least.paid[name] <= amount for name, amount in found.greatest.paid.items())
    assert tuple(sorted(party for names in found.rounds for party in names)) == found.greatest.failed
    return found


def by_linear_program(books: Books) -> dict[str, float]:
    """Find the greatest clearing vector of one rank as the largest sum of payments that nobody lacks."""
    from scipy.optimize import linprog

    names, owed = books.parties, books.owed
    place = {name: number for number, name in enumerate(names)}
    limits = np.eye(len(names))
    for one in books.obligations.values():
        if one.creditor in place and owed[one.debtor]:
            limits[place[one.creditor], place[one.debtor]] -= float(one.amount / owed[one.debtor])
    answer = linprog(
        -np.ones(len(names)),
        A_ub=limits,
        b_ub=[float(books.held(name)) for name in names],
        bounds=[(0, float(owed[name])) for name in names],
    )
    assert answer.x is not None
    return dict(zip(names, answer.x.tolist(), strict=True))


def by_steps(books: Books, alpha: Amount = 1, beta: Amount = 1, *, full: bool) -> dict[str, Fraction]:
    """Apply the rule over and over, from all paid or from nothing paid."""
    paid = {name: Fraction(owed.amount if full else 0) for name, owed in books.obligations.items()}
    for _ in range(400):
        before = paid
        paid = applied(books, books.received(paid), Fraction(alpha), Fraction(beta))
        paid = {name: Fraction(round(amount * 2**60), 2**60) for name, amount in paid.items()}
        if paid == before:
            break
    return paid


def by_pieces(books: Books, alpha: Fraction, beta: Fraction) -> list[dict[str, Fraction]]:
    """Put every party on every piece of its rule, solve, and keep what the whole rule confirms."""
    payers = [party for party in books.parties if books.layers[party]]
    found = []
    for place in product(*(range(-1, len(books.layers[party]) + 1) for party in payers)):
        whole, part = dict.fromkeys(books.obligations, Fraction(0)), {}
        before = dict.fromkeys(payers, Fraction(0))
        for party, reached in zip(payers, place, strict=True):
            for number, layer in enumerate(books.layers[party]):
                if number < reached:
                    whole |= {name: layer.total * share for name, share in layer.shares.items()}
                    before[party] += layer.total
                elif number == reached:
                    part[party] = layer
        received = books.received(whole)
        links: dict[str, dict[str, Fraction]] = {party: {} for party in part}
        for party, layer in part.items():
            for name, share in layer.shares.items():
                creditor = books.obligations[name].creditor
                if creditor in links:
                    links[creditor][party] = links[creditor].get(party, Fraction(0)) + beta * share
        own = {p: alpha * books.held(p) + beta * received[p] - before[p] for p in part}
        answer = solved(links, own)
        if answer is None or min(answer.values(), default=0) < 0:
            continue
        for party, layer in part.items():
            whole |= {name: answer[party] * share for name, share in layer.shares.items()}
        if applied(books, books.received(whole), alpha, beta) == whole:
            found.append(whole)
    return found


def test_who_is_not_paid_cannot_pay() -> None:
    """a has 4 and owes b 10; b has 3 and owes c 8: b gets 4, so it pays 7."""
    found = checked(clear(Books.between({("a", "b"): 10, ("b", "c"): 8}, {"a": 4, "b": 3})))

    assert found.greatest.payments == {"a": 4, "b": 7, "c": 0}
    assert found.greatest.equity == {"a": 0, "b": 0, "c": 7}
    assert found.greatest.shortfalls == {"a -> b": 6, "b -> c": 1}
    assert found.greatest.unpaid == {"b": 6, "c": 1}
    assert found.rounds == (("a",), ("b",))


def test_two_that_owe_each_other_and_others() -> None:
    """a has 2, owes b 6 and the outside 6; b has 1, owes a 8.

    Half of p_a goes to b: p_b = 1 + p_a / 2, p_a = 2 + p_b, so p_a = 6 and p_b = 4.
    """
    found = checked(clear(Books.between({("a", "b"): 6, ("b", "a"): 8}, {"a": 2, "b": 1}, outward={"a": 6})))

    assert found.greatest.payments == {"a": 6, "b": 4}
    assert found.greatest.unpaid == {"a": 4, "b": 3, "outside": 3}
    assert found.greatest.received["outside"] == 3
    assert found.unique


def test_three_with_outside_debts_of_equal_rank() -> None:
    """Each owes the two others 1/2; cash 1/2, 5/8, 3/4; outside debts 3/2, 1/2, 1/2.

    The numbers of example(default_clearing) in the R package systemicrisk 0.4.3, which prints no result.
    a pays 1/2 + p_b/3 + 1/2, b pays 5/8 + p_a/5 + 1/2, c pays its 3/2.
    """
    owed = {(u, v): HALF for u in "abc" for v in "abc" if u != v}
    cash = {"a": HALF, "b": Fraction(5, 8), "c": Fraction(3, 4)}
    outward = {"a": Fraction(3, 2), "b": HALF, "c": HALF}
    found = checked(clear(Books.between(owed, cash, outward=outward)))

    p_b = Fraction(1325, 1000) * Fraction(15, 14)
    assert found.greatest.payments == {"a": 1 + p_b / 3, "b": p_b, "c": Fraction(3, 2)}
    assert found.rounds == (("a",), ("b",))


def test_outside_debts_paid_first_are_a_rank_and_not_negative_cash() -> None:
    """a has 5, owes the outside 7 first and b 10; b has 1 and owes c 9. Nothing is left of a for b."""
    books = Books.between({("a", "b"): 10, ("b", "c"): 9}, {"a": 5, "b": 1}, outward={"a": 7})
    first = Books(
        books.cash,
        {
            name: Obligation(o.debtor, o.creditor, o.amount, int(o.creditor != "outside"))
            for name, o in books.obligations.items()
        },
        books.outside,
    )

    assert checked(clear(first)).greatest.paid == {"a -> b": 0, "a -> outside": 5, "b -> c": 1}
    assert checked(clear(books)).greatest.paid["a -> b"] == Fraction(50, 17)


def test_the_example_of_a_published_eisenberg_noe_routine() -> None:
    """siebenbrunner/NetworkValuation, Eisenberg and Noe 2001/Example: cash less all debts -60/11, -29/11, 30.

    It prints -5.4545, -2.6364 and 30. (The payment 19.5455 in its README belongs to other numbers:
    with it a would be left with -65/11.)
    """
    found = checked(clear(matrix(["10", "10", "10"], [[0, 20, 10], [5, 0, 24], [10, 0, 0]])))

    worth = {p: 10 + found.greatest.received[p] - found.books.owed[p] for p in "abc"}
    assert worth == {"a": Fraction(-60, 11), "b": Fraction(-29, 11), "c": 30}
    assert found.rounds == (("a",), ("b",))


def test_the_rounds_of_a_published_test() -> None:
    """bertschi/FinNetValu, test_rogers.jl: vectors 0.8, 9.5, 8.4, and 0.8, 5.625, 5.525 after two rounds."""
    owed = [["0", "0.1", "0.7"], ["2", "0", "10.5"], ["0", "8.4", "0"]]
    rich = checked(clear(matrix(["1", "1", "1"], owed)))
    poor = checked(clear(matrix(["0", "0", "0.1"], owed)))

    assert list(rich.greatest.payments.values()) == [Fraction(4, 5), Fraction(19, 2), Fraction(42, 5)]
    assert rich.rounds == (("b",),)
    assert list(poor.greatest.payments.values()) == [Fraction(4, 5), Fraction(45, 8), Fraction(221, 40)]
    assert poor.rounds == (("b",), ("c",))


def test_two_that_hold_nothing_may_pay_each_other_anything() -> None:
    """a and b owe each other 7 and hold nothing, beside c that is rich and owes d 3."""
    owed = {("a", "b"): 7, ("b", "a"): 7, ("c", "d"): 3}
    found = checked(clear(Books.between(owed, {"c": 100})))

    assert not found.unique
    assert found.differing == ("a", "b")
    assert found.least.payments == {"a": 0, "b": 0, "c": 3, "d": 0}
    assert found.greatest.equity == found.least.equity
    assert checked(clear(Books.between(owed, {"a": Fraction(1, 100), "c": 100}))).unique


def test_rank_after_rank() -> None:
    """a has 9; owes b 4 first, then b 6 and c 3, then d 5. b owes e 8."""
    books = Books(
        {"a": 9},
        {
            "one": Obligation("a", "b", 4),
            "two": Obligation("a", "b", 6, 1),
            "three": Obligation("a", "c", 3, 1),
            "four": Obligation("a", "d", 5, 2),
            "five": Obligation("b", "e", 8),
        },
    )
    paid = checked(clear(books)).greatest.paid

    assert paid == {
        "one": 4,
        "two": Fraction(10, 3),
        "three": Fraction(5, 3),
        "four": 0,
        "five": Fraction(22, 3),
    }


def test_the_example_of_a_published_routine_for_ranks() -> None:
    """siebenbrunner/NetworkValuation, Elsinger 2009/Example: equity -20, -2.3333, 60.

    Its cross holdings are in the two that fail, so they are worth nothing and change nothing.
    """
    first, second = [[0, 20, 10], [5, 0, 40], [10, 0, 0]], [[0, 0, 15], [0, 0, 24], [10, 0, 0]]
    owed = {
        f"{_name(row)}{_name(column)}{rank}": Obligation(_name(row), _name(column), amount, rank)
        for rank, rows in enumerate((first, second))
        for row, amounts in enumerate(rows)
        for column, amount in enumerate(amounts)
        if amount
    }
    found = checked(clear(Books({"a": 0, "b": 50, "c": 10}, owed))).greatest

    worth = {p: found.books.held(p) + found.received[p] - found.books.owed[p] for p in "abc"}
    assert worth == {"a": -20, "b": Fraction(-7, 3), "c": 60}
    assert found.failed == ("a", "b")


def test_the_example_of_a_published_routine_for_default_costs() -> None:
    """siebenbrunner/NetworkValuation, Rogers and Veraart 2013: -5, 5, 15, and -6, -2, 11 at alpha 0.4."""
    books = matrix(["10", "5", "5"], [[0, 30, 0], [5, 0, 20], [10, 0, 0]])
    plain, costly = checked(clear(books)), checked(clear(books, alpha=Fraction(2, 5)))

    for found, worth in ((plain, [-5, 5, 15]), (costly, [-6, -2, 11])):
        have = [books.held(p) + found.greatest.received[p] - books.owed[p] for p in "abc"]
        assert have == worth
    assert plain.rounds == (("a",),)
    assert costly.rounds == (("a",), ("b",))


def test_with_default_costs_several_vectors_clear_though_all_hold_cash() -> None:
    """Rogers and Veraart, example 3.3, as tested by ninagad/Greatest-Clearing-Vector-Algorithm.

    a and b hold 1 and owe each other 2 and 2.2, or both 2.2; half is lost in default.
    If both fail, each pays 1/2 + 1/2 · 1 = 1.
    """
    uneven = checked(clear(matrix("11", [["0", "2"], ["2.2", "0"]]), alpha=HALF, beta=HALF))
    even = checked(clear(matrix("11", [["0", "2.2"], ["2.2", "0"]]), alpha=HALF, beta=HALF))

    assert list(uneven.greatest.payments.values()) == [2, Fraction(11, 5)]
    assert uneven.unique
    assert list(even.greatest.payments.values()) == [Fraction(11, 5), Fraction(11, 5)]
    assert list(even.least.payments.values()) == [1, 1]
    assert even.differing == ("a", "b")
    assert even.least.costs == {"a": 1, "b": 1}


def test_a_ring_of_six_falls_in_two_rounds() -> None:
    """Rogers and Veraart, section 5.1, with gamma 0.4, epsilon 1, a 2: the formulas of the paper's ring."""
    cash = ["0", "0.8"] * 3
    owed = [[0] * 6 for _ in range(6)]
    for place in range(6):
        owed[place][(place + 1) % 6] = 2 if place % 2 == 0 else 3
    found = checked(clear(matrix(cash, owed), alpha=HALF, beta=HALF))

    scale = HALF * Fraction(2, 5) / (1 - HALF**2)
    odd, even = scale * (0 + HALF * 2), scale * (HALF * 0 + 2)
    assert list(found.greatest.payments.values()) == [odd, even] * 3
    assert found.rounds == (("b", "d", "f"), ("a", "c", "e"))


@pytest.mark.parametrize(
    "owed, left, cash, lacking",
    [
        ((10, 7, 5), (0, 0, 0), (7, 7, 5), {}),
        ((10, 7, 12), (0, 0, 12), (2, 7, 10), {"c": 2}),
        ((2, 7, 12), (0, 7, 12), (10, 6, 3), {"b": 1, "c": 9}),
    ],
)
def test_the_figures_of_the_full_payment_algorithm(
    owed: tuple[int, int, int], left: tuple[int, ...], cash: tuple[int, ...], lacking: Mapping[str, int]
) -> None:
    """Bardoscia et al. 2019, figures 1 to 3, as in BazilSansom/compression-liquidity: 12, 4, 3 in a ring."""
    ring = dict(zip([("a", "b"), ("b", "c"), ("c", "a")], owed, strict=True))
    found = all_or_nothing(Books.between(ring, {"a": 12, "b": 4, "c": 3}))

    unpaid = {p: found.books.owed[p] - found.least.payments[p] for p in "abc"}
    assert tuple(unpaid.values()) == left
    assert tuple(found.least.equity.values()) == cash
    assert found.needed == lacking


def test_paying_at_once_can_do_what_paying_in_turn_cannot() -> None:
    """a and b owe each other 10 and hold 1 and 2; b owes c 1. In turn nobody can begin; at once all pay."""
    owed = {("a", "b"): 10, ("b", "a"): 10, ("b", "c"): 1}
    found = all_or_nothing(Books.between(owed, {"a": 1, "b": 2}))

    assert found.least.payments == {"a": 0, "b": 0, "c": 0}
    assert found.greatest.payments == {"a": 10, "b": 11, "c": 0}
    assert found.needed == {"a": 9, "b": 9}
    assert (found.paying, found.dropped) == ((), ())


def test_who_lacks_a_dollar_pays_nothing_of_a_rank() -> None:
    """a has 9, owes b 4 first, then c 6: it pays the 4, and keeps 5. b owes d 4."""
    owed = {"x": Obligation("a", "b", 4), "y": Obligation("a", "c", 6, 1), "z": Obligation("b", "d", 4)}
    found = all_or_nothing(Books({"a": 9}, owed))

    assert found.greatest.paid == found.least.paid == {"x": 4, "y": 0, "z": 4}
    assert found.greatest.equity["a"] == 5
    assert found.dropped == (("a",),)
    assert found.paying == (("b",),)


@settings(deadline=None)
@given(ranked)
def test_all_or_nothing_is_two_fixed_points_and_every_rank_is_whole(books: Books) -> None:
    """Webs of up to twelve debts in three ranks."""
    found = all_or_nothing(books)
    for vector in (found.least, found.greatest):
        for party, layers in books.layers.items():
            money = books.held(party) + vector.received[party]
            for layer in layers:
                paid = sum(vector.paid[name] for name in layer.shares)
                money -= layer.total
                assert paid == (layer.total if money >= 0 else 0)
                money = money if money >= 0 else Fraction(-(10**6))
        hold(vector.accounts)
    assert all(found.least.paid[name] <= amount for name, amount in found.greatest.paid.items())
    partial = clear(books).greatest
    if all(len(layers) < 2 for layers in books.layers.values()):
        assert all(amount <= partial.payments[party] for party, amount in found.greatest.payments.items())


@settings(deadline=None)
@given(flat)
def test_the_greatest_vector_is_the_linear_programme(books: Books) -> None:
    """Webs of one rank, by HiGHS."""
    found = checked(clear(books))

    assert found.greatest.payments == pytest.approx(by_linear_program(books), abs=1e-7)


@settings(deadline=None, max_examples=60)
@given(ranked, parts, parts)
def test_both_vectors_are_where_the_rule_leads_step_by_step(
    books: Books, alpha: Fraction, beta: Fraction
) -> None:
    """Webs in ranks with default costs; 400 steps of the rule from either end."""
    found = checked(clear(books, alpha=alpha, beta=beta))
    top, bottom = by_steps(books, alpha, beta, full=True), by_steps(books, alpha, beta, full=False)

    # Steps come near from their side; a party that is about to fail may not have failed yet.
    assert all(found.greatest.paid[name] <= amount + GRID for name, amount in top.items())
    assert all(found.least.paid[name] >= amount - GRID for name, amount in bottom.items())
    if alpha == beta == 1:
        assert {n: float(v) for n, v in top.items()} == pytest.approx(
            {n: float(v) for n, v in found.greatest.paid.items()}, abs=1e-3
        )
        assert {n: float(v) for n, v in bottom.items()} == pytest.approx(
            {n: float(v) for n, v in found.least.paid.items()}, abs=1e-3
        )


@settings(deadline=None, max_examples=60)
@given(few, parts, parts)
def test_no_clearing_vector_lies_above_the_greatest_or_below_the_least(
    books: Books, alpha: Fraction, beta: Fraction
) -> None:
    """Webs of three in ranks with default costs; all vectors, piece by piece."""
    found, all_of_them = checked(clear(books, alpha=alpha, beta=beta)), by_pieces(books, alpha, beta)

    assert found.greatest.paid in all_of_them
    assert found.least.paid in all_of_them
    for vector in all_of_them:
        assert all(found.least.paid[n] <= amount <= found.greatest.paid[n] for n, amount in vector.items())


@settings(deadline=None)
@given(ranked)
def test_equity_is_the_same_under_all_vectors_without_default_costs(books: Books) -> None:
    """Webs in ranks."""
    found = checked(clear(books))

    assert found.greatest.equity == found.least.equity
    outside = "outside"
    assert found.greatest.received[outside] == found.least.received[outside]


@settings(deadline=None)
@given(ranked, parts, parts, st.sampled_from(_PARTIES), st.integers(1, 15))
def test_more_cash_pays_more_and_fails_nobody(
    books: Books, alpha: Fraction, beta: Fraction, who: str, more: int
) -> None:
    """Webs in ranks with default costs; one party gets up to 15 more."""
    richer = Books({**books.cash, who: books.cash[who] + more}, books.obligations, books.outside)
    poor, rich = clear(books, alpha=alpha, beta=beta), clear(richer, alpha=alpha, beta=beta)

    assert {*rich.greatest.failed} <= {*poor.greatest.failed}
    for name in books.obligations:
        assert rich.greatest.paid[name] >= poor.greatest.paid[name]
        assert rich.least.paid[name] >= poor.least.paid[name]


@settings(deadline=None)
@given(ranked, parts, parts, st.fractions(Fraction(1, 10), 10, max_denominator=10))
def test_default_costs_only_take_and_amounts_scale(
    books: Books, alpha: Fraction, beta: Fraction, times: Fraction
) -> None:
    """Webs in ranks, with and without default costs, and all amounts times a tenth to ten."""
    costly, free = checked(clear(books, alpha=alpha, beta=beta)), clear(books)
    larger = Books(
        {party: amount * times for party, amount in books.cash.items()},
        {n: Obligation(o.debtor, o.creditor, o.amount * times, o.rank) for n, o in books.obligations.items()},
        books.outside,
    )
    scaled = clear(larger, alpha=alpha, beta=beta)

    assert all(costly.greatest.paid[name] <= amount for name, amount in free.greatest.paid.items())
    assert scaled.greatest.paid == {n: amount * times for n, amount in costly.greatest.paid.items()}
    assert scaled.least.paid == {n: amount * times for n, amount in costly.least.paid.items()}
    assert scaled.rounds == costly.rounds


@settings(deadline=None)
@given(ranked, st.permutations(list(_PARTIES)))
def test_names_change_nothing(books: Books, names: list[str]) -> None:
    """Webs in ranks, and the parties exchanged."""
    new = dict(zip(_PARTIES, names, strict=True)) | {"outside": "outside"}
    renamed = Books(
        {new[party]: amount for party, amount in books.cash.items()},
        {
            n: Obligation(new[o.debtor], new[o.creditor], o.amount, o.rank)
            for n, o in books.obligations.items()
        },
        books.outside,
    )
    found, other = clear(books), clear(renamed)

    assert other.greatest.paid == found.greatest.paid
    assert other.least.paid == found.least.paid
    assert [{new[p] for p in names} for names in found.rounds] == [{*names} for names in other.rounds]


@settings(deadline=None)
@given(ranked)
def test_ranks_of_one_are_no_ranks_and_splitting_changes_nothing(books: Books) -> None:
    """Webs of one rank, and each debt in two halves of another."""
    level = {n: Obligation(o.debtor, o.creditor, o.amount) for n, o in books.obligations.items()}
    halves = {
        f"{n}{half}": Obligation(o.debtor, o.creditor, Fraction(o.amount, 2), 5)
        for n, o in level.items()
        for half in "xy"
    }
    whole = clear(Books(books.cash, level, books.outside))
    split = clear(Books(books.cash, halves, books.outside))

    assert whole.greatest.payments == split.greatest.payments
    assert whole.least.payments == split.least.payments


@settings(deadline=None, max_examples=50)
@given(ranked, parts, parts)
def test_rounding_moves_payments_by_less_than_a_cent(books: Books, alpha: Fraction, beta: Fraction) -> None:
    """Webs in ranks with default costs, both ways."""
    exact, near = clear(books, alpha=alpha, beta=beta), clear(books, alpha=alpha, beta=beta, rounded=True)

    assert near.rounds == exact.rounds
    for one, other in ((near.greatest, exact.greatest), (near.least, exact.least)):
        assert all(abs(one.paid[n] - amount) < Fraction(1, 100) for n, amount in other.paid.items())
        assert one.residue <= Fraction(1, 1000)
        hold(one.accounts)


def test_large_circles_are_rounded_and_small_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ring of three, each with debts outside, in trillions."""
    owed = {("a", "b"): 7 * 10**12, ("b", "c"): 5 * 10**12, ("c", "a"): 3 * 10**12}
    outward = {"a": 10**12, "b": 10**6, "c": 11}
    books = Books.between(owed, {"a": 1, "b": 17, "c": 10**9}, outward=outward)
    exact = checked(clear(books))
    monkeypatch.setattr(clearing, "EXACT", 2)
    near = clear(books)

    assert near.greatest.rounded
    assert not exact.greatest.rounded
    assert near.greatest.residue <= GRID * 8
    assert near.unique
    for name, amount in exact.greatest.paid.items():
        assert abs(near.greatest.paid[name] - amount) < Fraction(1, 10**6)


@pytest.mark.parametrize(
    "cash, owed",
    [
        ({"a": -1}, Obligation("a", "b", 1)),
        ({"a": 1}, Obligation("a", "b", -1)),
        ({"a": 1}, Obligation("a", "a", 1)),
        ({"a": 1}, Obligation("x", "a", 1)),
        ({"x": 1}, Obligation("a", "x", 1)),
    ],
)
def test_books_that_make_no_sense_are_refused(cash: dict[str, int], owed: Obligation) -> None:
    """Below zero, to oneself, from outside, cash outside."""
    with pytest.raises(BadOption):
        Books(cash, {"one": owed}, frozenset({"x"}))


def test_a_part_above_one_is_refused() -> None:
    """A failed party would have twice its cash."""
    with pytest.raises(BadOption, match="alpha"):
        clear(Books.between({("a", "b"): 1}, {}), alpha=2)


# Guarantees


def _guaranteed(books: Books, guarantees: Mapping[str, Guarantee]) -> Guaranteed:
    """Check what must hold with guarantees: bounds and sums."""
    found = clear_guaranteed(books, guarantees)
    for name, owed in books.obligations.items():
        of = [one for one, guarantee in guarantees.items() if guarantee.obligation == name]
        got = found.paid[name] + sum(found.honoured[one] for one in of)
        assert -1e-9 <= found.paid[name] <= got <= float(owed.amount) + 1e-9
    assert all(0 <= found.honoured[name] <= found.called[name] + 1e-9 for name in guarantees)
    assert all(amount > -1e-9 for amount in found.equity.values())
    hold(found.accounts, 1e-9)
    return found


def test_a_guarantor_that_can_pays_what_the_debtor_could_not() -> None:
    """d has 4 and owes b 10, b owes x 9; g has 7 and guarantees half of what d does not pay: 3."""
    books = Books.between({("d", "b"): 10, ("b", "x"): 9}, {"d": 4, "b": 2, "g": 7})
    found = _guaranteed(books, {"g": Guarantee("g", "d -> b", HALF)})

    assert found.called == {"g": 3}
    assert found.honoured == {"g": 3}
    assert found.paid == {"d -> b": 4, "b -> x": 9}
    assert found.unpaid == {"d -> b": 3}
    assert found.equity == {"b": 0, "d": 0, "g": 4, "x": 9}
    assert (found.rounds, found.triggered) == ((("d",),), (("g",),))


def test_a_guarantee_called_can_bring_down_the_guarantor_and_its_creditors() -> None:
    """d has 4 and owes b 10, b owes x 9, g owes y 4 and has 7: with the 6 called it pays 7 of 10."""
    books = Books.between({("d", "b"): 10, ("b", "x"): 9, ("g", "y"): 4}, {"d": 4, "g": 7})
    found = _guaranteed(books, {"g": Guarantee("g", "d -> b")})

    assert found.called["g"] == pytest.approx(6)
    assert found.honoured["g"] == pytest.approx(4.2)
    assert found.paid == pytest.approx({"d -> b": 4, "b -> x": 8.2, "g -> y": 2.8})
    assert found.rounds == (("d",), ("g",), ("b",))
    assert found.triggered == (("g",), (), ())


def test_a_failure_through_a_guarantee_calls_the_next() -> None:
    """d owes b 10 and has 1; g guarantees it, has 3 and owes h 5; k guarantees that, up to 2, and has 9."""
    books = Books.between({("d", "b"): 10, ("g", "h"): 5}, {"d": 1, "g": 7, "k": 9})
    guarantees = {"first": Guarantee("g", "d -> b"), "second": Guarantee("k", "g -> h", limit=2)}
    found = _guaranteed(books, guarantees)

    # g has 7 for 5 and 9: half of each. h lacks 2.5, of which k owes 2.
    assert found.honoured == pytest.approx({"first": 4.5, "second": 2})
    assert found.unpaid == pytest.approx({"d -> b": 4.5, "g -> h": 0.5})
    assert found.triggered == (("first",), ("second",))


def test_a_guarantee_that_ranks_last_leaves_the_guarantors_debts_whole() -> None:
    """As above, but what g guarantees comes after what it owes: y gets its 4, b the 3 that are left."""
    books = Books.between({("d", "b"): 10, ("b", "x"): 9, ("g", "y"): 4}, {"d": 4, "g": 7})
    found = _guaranteed(books, {"g": Guarantee("g", "d -> b", rank=1)})

    assert found.paid["g -> y"] == 4
    assert found.honoured["g"] == pytest.approx(3)
    assert found.failed == ("b", "d", "g")


def test_guaranteeing_one_another_in_a_ring() -> None:
    """a and b owe c and d 10 and guarantee each other; a has 4 and b 12: b pays 10, and 2 of the 6 called.

    With both called, b has 12 for 10 + 6 (1 - r_a) and so on; a has 4 for 10 + the little b lacks.
    """
    books = Books.between({("a", "c"): 10, ("b", "d"): 10}, {"a": 4, "b": 12})
    found = _guaranteed(books, {"ab": Guarantee("a", "b -> d"), "ba": Guarantee("b", "a -> c")})

    r_a, r_b = found.paid["a -> c"] / 10, found.paid["b -> d"] / 10
    assert r_a * (10 + 10 * (1 - r_b)) == pytest.approx(4)
    assert r_b * (10 + 10 * (1 - r_a)) == pytest.approx(12)
    assert found.failed == ("a", "b")
    assert found.residue <= 1e-12


@settings(deadline=None, max_examples=60)
@given(ranked)
def test_without_guarantees_it_is_plain_clearing(books: Books) -> None:
    """Webs in ranks, by steps and exactly."""
    plain, found = clear(books), clear_guaranteed(books, {}, tolerance=1e-9)

    assert found.paid == pytest.approx({n: float(v) for n, v in plain.greatest.paid.items()}, abs=1e-4)
    assert found.rounds == plain.rounds


@settings(deadline=None, max_examples=60)
@given(ranked, st.data())
def test_more_cash_never_fails_more_with_guarantees(books: Books, data: st.DataObject) -> None:
    """Webs in ranks with one guarantee; one party gets 3 more."""
    name = data.draw(st.sampled_from(sorted(books.obligations)))
    owed = books.obligations[name]
    guarantor = data.draw(st.sampled_from([p for p in _PARTIES if p not in {owed.debtor, owed.creditor}]))
    who = data.draw(st.sampled_from(_PARTIES))
    guarantees = {"g": Guarantee(guarantor, name, data.draw(parts), rank=data.draw(st.integers(0, 2)))}
    poor = _guaranteed(books, guarantees)
    rich = _guaranteed(
        Books({**books.cash, who: books.cash[who] + 3}, books.obligations, books.outside), guarantees
    )

    assert {*rich.failed} <= {*poor.failed}
    assert all(rich.paid[n] >= amount - 1e-6 for n, amount in poor.paid.items())


@pytest.mark.parametrize(
    "guarantees, error",
    [
        ({"g": Guarantee("g", "a -> c")}, UnknownName),
        ({"g": Guarantee("a", "a -> b")}, BadOption),
        ({"g": Guarantee("b", "a -> b")}, BadOption),
        ({"g": Guarantee("outside", "a -> b")}, BadOption),
        ({"g": Guarantee("g", "a -> b", limit=-1)}, BadOption),
        ({"g": Guarantee("g", "a -> b"), "h": Guarantee("h", "a -> b", HALF)}, BadOption),
    ],
)
def test_guarantees_that_make_no_sense_are_refused(
    guarantees: dict[str, Guarantee], error: type[Exception]
) -> None:
    """a owes b 3; guarantees of nothing, by oneself, from outside, below zero, of more than all."""
    books = Books.between({("a", "b"): 3}, {}, outward={"a": 1})
    with pytest.raises(error):
        clear_guaranteed(books, guarantees)


def test_a_web_that_leaks_almost_nothing_does_not_settle_by_steps() -> None:
    """a and b owe each other a million, the outside a dollar, and hold nothing: a step loses a dollar."""
    million = 10**6
    books = Books.between({("a", "b"): million, ("b", "a"): million}, {}, outward={"a": 1, "b": 1})
    with pytest.raises(NoConvergence, match="guarantees") as caught:
        clear_guaranteed(books, {"g": Guarantee("g", "a -> b")}, steps=500)

    assert 0 < caught.value.residue < 1e-5
    assert checked(clear(books)).greatest.payments == {"a": 0, "b": 0}


# The fixed points below all of it


def test_a_system_is_solved_exactly_or_said_to_be_singular() -> None:
    """x = 1 + y/3, y = 2 + x/2; and two that feed only each other."""
    links = {"x": {"y": Fraction(1, 3)}, "y": {"x": HALF}}

    closed = {"x": {"y": Fraction(1)}, "y": {"x": Fraction(1)}}
    own = {"x": Fraction(1), "y": Fraction(2)}
    for rounded in (False, True):
        assert solved(links, own, rounded=rounded) == {"x": Fraction(2), "y": Fraction(3)}
        assert solved(closed, own, rounded=rounded) is None


def test_what_would_fall_below_nothing_stays_at_nothing() -> None:
    """x = max(0, 5 - 2), y = max(0, x/2 - 4), z = max(0, 1 + y): y is nothing, not -2.5."""
    links = {"y": {"x": HALF}, "z": {"y": Fraction(1)}}
    own = {"x": Fraction(3), "y": Fraction(-4), "z": Fraction(1)}

    assert floored(links, own) == {"x": 3, "y": 0, "z": 1}
    assert floored(links, own, rounded=True) == {"x": 3, "y": 0, "z": 1}
    assert capped(links, own, dict.fromkeys("xyz", Fraction(2))) == {"x": 2, "y": -3, "z": -2}


def test_a_group_that_feeds_itself_more_than_it_uses_has_no_end() -> None:
    """x = 1 + y, y = x."""
    with pytest.raises(NoConvergence, match="x, y"):
        floored({"x": {"y": Fraction(1)}, "y": {"x": Fraction(1)}}, {"x": Fraction(1), "y": Fraction(0)})


def test_steps_settle_on_what_is_still_to_come_and_not_on_the_last_move() -> None:
    """x -> 1 + 0.99 x comes to 100; a last move of 1e-6 is a hundred times that away."""
    end, move, steps = settled(lambda now: {"x": 1 + 0.99 * now["x"]}, {"x": 0.0}, what="x", tolerance=1e-6)

    assert end["x"] == pytest.approx(100, abs=1e-6)
    assert move < 1e-7
    assert steps > 1_500
