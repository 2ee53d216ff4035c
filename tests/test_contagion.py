"""Valuation, DebtRank and revenue cascades: by hand, published examples, laws, other roads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiweb.errors import BadOption, NoConvergence
from aiweb.flows.cascade import Cascade, Trade, cascade, revenue_losses
from aiweb.flows.clearing import Account, Amount, Books, Obligation, clear
from aiweb.flows.contagion import (
    Distress,
    Sheets,
    Valuation,
    Valued,
    debtrank,
    debtrank_single,
    eisenberg_noe,
    furfine,
    linear,
    merton,
    valued,
)
from aiweb.flows.web import Pair

_PARTIES = "abcd"
_PAIRS = [(u, v) for u in _PARTIES for v in _PARTIES if u != v]
_webs = st.dictionaries(st.sampled_from(_PAIRS), st.integers(1, 30), min_size=1, max_size=9)
_amounts = st.fixed_dictionaries(dict.fromkeys(_PARTIES, st.integers(0, 40)))
_buffers = st.fixed_dictionaries(dict.fromkeys(_PARTIES, st.integers(5, 40)))
_shocks = st.dictionaries(
    st.sampled_from(_PARTIES), st.fractions(0, 1, max_denominator=8), min_size=1, max_size=3
)
RING = Sheets(
    {"A": 10, "B": 5, "C": 3},
    {"A": 9, "B": 4, "C": 2},
    {("A", "B"): Fraction(1, 2), ("B", "C"): Fraction(1, 2), ("C", "A"): Fraction(1, 2)},
)
LENT: dict[Pair, Amount] = {("a", "b"): 1, ("b", "a"): 10, ("b", "c"): 3, ("c", "a"): 3, ("c", "b"): 2}
HELD = {"a": 2, "b": 5, "c": 2}
SIZES = {"a": 10, "b": 100, "c": 30}


def hold(accounts: Sequence[Account], within: float = 0) -> None:
    """Check that each sum is the same both ways."""
    assert all(abs(float(account.gap)) <= within for account in accounts)


def checked_value(found: Valued) -> Valued:
    """Check the sums."""
    hold(found.accounts, 1e-6)
    return found


def checked_rank(found: Distress) -> Distress:
    """Check the sums, and that losses lie between the shock and all."""
    hold(found.accounts)
    assert all(found.before[party] <= part <= 1 for party, part in found.after.items())
    return found


def by_array(links: np.ndarray[tuple[int, int], np.dtype[np.float64]], first: Sequence[float]) -> list[float]:
    """Iterate h = min(1, h(0) + W h) from nothing."""
    now = start = np.array(first)
    for _ in range(3_000):
        before, now = now, np.minimum(1, start + links @ now)
        if np.array_equal(before, now):
            break
    return [float(value) for value in now]


# Valuation


def test_a_loss_that_wipes_out_a_borrower_passes_to_its_lender() -> None:
    """b owes a 8, has assets of 10, no other debts: equity 2; it loses 5. a has 4, and what b owes it."""
    sheets = Sheets({"a": 4, "b": 10}, {}, {("a", "b"): 8})
    value = {
        name: checked_value(valued(sheets, valuation, {"b": 5})).equity
        for name, valuation in [("all", eisenberg_noe()), ("none", furfine()), ("some", furfine(0.25))]
    }

    assert value["all"] == {"a": 9, "b": -3}
    assert value["none"] == {"a": 4, "b": -3}
    assert value["some"] == {"a": 6, "b": -3}
    assert valued(sheets, linear(), {"b": 1}).equity == {"a": 8, "b": 1}
    assert valued(sheets, furfine(), {"b": 1}).equity == {"a": 12, "b": 1}


@pytest.mark.parametrize(
    "valuation, losses, equity",
    [
        (linear(), ("0.5", "0.3", "0.25"), (0.1857142857142864, 0.37142857142857233, 0.3428571428571434)),
        (linear(), ("1.4", "0.2", "0.1"), (-0.65, 0.5, 0.4)),
        (eisenberg_noe(), ("1.4", "0.2", "0.1"), (-0.4, 0.8, 0.8789473684210525)),
        (eisenberg_noe(others_first=True), ("1.4", "0.2", "0.1"), (-0.4, 0.8, 0.5)),
        (eisenberg_noe(), ("2", "0.9", "1"), (-1, 0.08947368421052593, -0.05263157894736842)),
        (eisenberg_noe(others_first=True), ("2", "0.9", "1"), (-1.4, -0.4, -0.5)),
        (furfine(), ("2", "0.9", "1"), (-1.5, -0.4, -0.5)),
        (
            merton(dict.fromkeys("ABC", 0.1)),
            ("0.5", "0.3", "0.25"),
            (0.4989142654654748, 0.6999891274834948, 0.7409586406901454),
        ),
        (
            merton(dict.fromkeys("ABC", 0.1), recovery=0.6),
            ("2", "0.9", "1"),
            (-1.1378047955902257, -0.10101859509302469, -0.22031786250432728),
        ),
        (
            merton(dict.fromkeys("ABC", 0.05), years=4, recovery=0.6),
            ("1.4", "0.2", "0.1"),
            (-0.40802889936649306, 0.7996200097727466, 0.7420589151074855),
        ),
    ],
)
def test_equities_are_those_of_the_authors_program(
    valuation: Valuation, losses: tuple[str, ...], equity: tuple[float, ...]
) -> None:
    """marcobardoscia/neva at 6ced7f7, data/shock_cycle.json, its valuation functions, tolerance 1e-14."""
    lost = {party: Fraction(amount) for party, amount in zip("ABC", losses, strict=True)}
    found = checked_value(valued(RING, valuation, lost))

    assert tuple(found.equity.values()) == pytest.approx(equity, abs=1e-10)


def test_a_step_in_value_has_two_solutions() -> None:
    """a and b owe each other 5; a has assets 3 and debts 2, b assets 4 and debts 1.

    If both are trusted, both are above zero; if neither is, a has 1 - 5 and b 3 - 5.
    """
    sheets = Sheets({"a": 3, "b": 4}, {"a": 2, "b": 1}, {("a", "b"): 5, ("b", "a"): 5})
    top, bottom = valued(sheets, furfine()), valued(sheets, furfine(), start="least")

    assert top.equity == {"a": 1, "b": 3}
    assert top.failed == ()
    assert bottom.equity == {"a": -4, "b": -2}
    assert bottom.failed == ("a", "b")
    assert bottom.written_down == {"a": 5, "b": 5}


@settings(deadline=None, max_examples=60)
@given(_webs, _amounts, _amounts, st.integers(0, 1))
def test_valuing_by_what_assets_pay_is_clearing(
    lent: dict[Pair, Amount], assets: dict[str, Amount], debts: dict[str, Amount], rank: int
) -> None:
    """Webs of four; other debts rank equally with those to parties, or before."""
    found = checked_value(
        valued(Sheets(assets, debts, lent), eisenberg_noe(others_first=rank > 0), tolerance=1e-9)
    )
    owed = {f"{v} -> {u}": Obligation(v, u, amount, rank) for (u, v), amount in lent.items()}
    owed |= {f"{party} -> outside": Obligation(party, "outside", amount) for party, amount in debts.items()}
    cleared = clear(Books(assets, owed, frozenset({"outside"}))).greatest

    for party, left in cleared.equity.items():
        assert max(0.0, found.equity[party]) == pytest.approx(float(left), abs=1e-4)
    for (lender, borrower), amount in lent.items():
        paid = float(cleared.paid[f"{borrower} -> {lender}"])
        assert float(amount) * found.worth[borrower] == pytest.approx(paid, abs=1e-4)


@settings(deadline=None, max_examples=60)
@given(_webs, _amounts, _amounts, _amounts, st.sampled_from([furfine(0.3), eisenberg_noe(), linear()]))
def test_larger_losses_never_help_and_the_least_lies_below(
    lent: dict[Pair, Amount],
    assets: dict[str, Amount],
    debts: dict[str, Amount],
    losses: dict[str, Amount],
    valuation: Valuation,
) -> None:
    """Webs of four under three valuations; losses and twice the losses."""
    sheets = Sheets(assets, debts, lent)
    twice = {party: 2 * amount for party, amount in losses.items()}
    once, more, low = (
        checked_value(valued(sheets, valuation, losses, tolerance=1e-9)),
        checked_value(valued(sheets, valuation, twice, tolerance=1e-9)),
        checked_value(valued(sheets, valuation, losses, start="least", tolerance=1e-9)),
    )
    for party in sheets.parties:
        assert more.equity[party] <= once.equity[party] + 1e-5
        assert low.equity[party] <= once.equity[party] + 1e-5


def test_a_pair_that_leaks_almost_nothing_does_not_settle() -> None:
    """a and b owe each other a million and others a dollar, and own nothing."""
    million = 10**6
    sheets = Sheets({}, {"a": 1, "b": 1}, {("a", "b"): million, ("b", "a"): million})
    with pytest.raises(NoConvergence, match="the value of claims") as caught:
        valued(sheets, eisenberg_noe(), steps=300)

    assert 0 < caught.value.residue <= 1


@pytest.mark.parametrize(
    "run",
    [
        lambda: Sheets({}, {"a": -1}, {}),
        lambda: Sheets({}, {}, {("a", "b"): -1}),
        lambda: Sheets({}, {}, {("a", "a"): 1}),
        lambda: valued(RING, linear(), {"Z": 1}),
        lambda: valued(RING, lambda _, equity: 2 * equity),
        lambda: valued(RING, merton({"A": 0.1})),
        lambda: debtrank(LENT, {"a": -1}, {}),
        lambda: debtrank(LENT, {"a": 0}, {}, cut=False),
        lambda: debtrank(LENT, HELD, {"z": 1}),
        lambda: debtrank_single(LENT, HELD, {"a": 2}),
        lambda: revenue_losses({("a", "b"): 3}, {"a": 9}, {}),
        lambda: revenue_losses({("a", "b"): -3}, {"b": 9}, {}),
        lambda: revenue_losses({("b", "b"): 3}, {"b": 9}, {}),
        lambda: revenue_losses({}, {"b": 9}, {"b": 10}),
        lambda: Trade({"a": -1}, {}, {}, {}, {}),
        lambda: cascade(Trade({}, {"a": 3}, {}, {}, {}), {"a": 4}),
        lambda: cascade(Trade({}, {"a": 3}, {}, {}, {}), {"b": 1}),
    ],
)
def test_what_makes_no_sense_is_refused(run: Callable[[], object]) -> None:
    """Below zero, to oneself, of nobody, more than all."""
    with pytest.raises(BadOption):
        run()


# DebtRank


def test_single_hit_debtrank_gives_the_published_output() -> None:
    """carloscinelli/NetworkRiskMeasures at 5a18d63, README: 0.9285714, 0.25, 0.6642857, and 16.07%."""
    rank = {p: checked_rank(debtrank_single(LENT, HELD, {p: 1})).rank(SIZES) for p in "abc"}
    spread = checked_rank(debtrank_single(LENT, HELD, dict.fromkeys("abc", Fraction(1, 10))))

    assert {p: round(float(part), 7) for p, part in rank.items()} == {
        "a": 0.9285714,
        "b": 0.25,
        "c": 0.6642857,
    }
    assert rank["c"] == Fraction(93, 140)
    assert spread.after == {"a": Fraction(15, 100), "b": Fraction(26, 100), "c": Fraction(30, 100)}
    assert round(float(spread.rank(SIZES)), 4) == 0.1607


def test_the_impacts_are_those_of_a_published_test() -> None:
    """NetworkRiskMeasures, test_1_risk_com.R: claims over buffers, cut at 1."""
    owed = {"A": "B5 F10 D2", "B": "C3 F2", "C": "E4", "F": "C2 E5 F5", "D": "B2 C2"}
    lent = {
        (line[0], debtor): int(line[1:])
        for debtor, lines in owed.items()
        for line in lines.split()
        if line[0] != debtor
    }
    found = debtrank(lent, {"A": 10, "B": 2, "C": 2, "E": 1, "F": 10, "D": 4}, {})

    expected = {"BA": 1, "FA": 1, "DA": 0.5, "CB": 1, "FB": 0.2, "EC": 1, "CF": 1, "EF": 1, "BD": 1, "CD": 1}
    assert {u + v: float(part) for (u, v), part in found.impact.items()} == expected


def test_the_linear_kind_follows_a_loop_that_the_single_hit_breaks_off() -> None:
    """a and b lend each other half of their buffers, 10 and 20; a loses 40%.

    b loses 20%, a another 10%, b another 5% …: h_a = 0.4 / (1 - 1/4), h_b half of it. Hit once: 0.5 and 0.2.
    """
    lent = {("a", "b"): 5, ("b", "a"): 10}
    shock = {"a": Fraction(2, 5)}
    whole = checked_rank(debtrank(lent, {"a": 10, "b": 20}, shock))
    once = checked_rank(debtrank_single(lent, {"a": 10, "b": 20}, shock))

    assert whole.after == {"a": Fraction(8, 15), "b": Fraction(4, 15)}
    assert once.after == {"a": Fraction(1, 2), "b": Fraction(1, 5)}
    assert whole.rank() == Fraction(2, 15 * 2) + Fraction(4, 15 * 2)
    first = checked_rank(debtrank(lent, {"a": 10, "b": 20}, shock, rounds=1))
    assert first.after == {"a": Fraction(2, 5), "b": Fraction(1, 5)}


def test_a_claim_above_the_buffer_costs_no_more_than_the_buffer_if_cut() -> None:
    """b lends a 30 and has 20; a loses a half. Cut, b loses a half; not cut, three quarters."""
    lent, buffers = {("b", "a"): 30}, {"a": 10, "b": 20}
    half = {"a": Fraction(1, 2)}

    assert checked_rank(debtrank(lent, buffers, half)).after["b"] == Fraction(1, 2)
    assert checked_rank(debtrank(lent, buffers, half, cut=False)).after["b"] == Fraction(3, 4)


def test_who_has_no_known_buffer_is_named_and_left_out() -> None:
    """c lends a 7, and nobody knows its buffer."""
    found = checked_rank(debtrank({("b", "a"): 4, ("c", "a"): 7}, {"a": 5, "b": 8}, {"a": 1}))

    assert found.unknown == ("c",)
    assert found.after == {"a": 1, "b": Fraction(1, 2)}


def test_a_group_that_the_shock_does_not_reach_loses_nothing() -> None:
    """c and d lend each other all they have: total loss would sustain itself, and nothing starts it."""
    found = debtrank({("b", "a"): 1, ("c", "d"): 9, ("d", "c"): 9}, dict.fromkeys("abcd", 9), {"a": 1})

    assert found.after == {"a": 1, "b": Fraction(1, 9), "c": 0, "d": 0}


@settings(deadline=None)
@given(_webs, _buffers, _shocks, st.sampled_from(["cut", "whole"]))
def test_linear_debtrank_is_where_the_steps_lead_and_above_the_single_hit(
    lent: dict[Pair, Amount], buffers: dict[str, Amount], shock: dict[str, Amount], kind: str
) -> None:
    """Webs of four with numpy, and with a shock half as large."""
    cut = kind == "cut"
    found = checked_rank(debtrank(lent, buffers, shock, cut=cut))
    links = np.zeros((4, 4))
    for (lender, borrower), part in found.impact.items():
        links["abcd".index(lender), "abcd".index(borrower)] = part
    steps = by_array(links, [float(shock.get(party, 0)) for party in "abcd"])
    half = debtrank(lent, buffers, {party: Fraction(part) / 2 for party, part in shock.items()}, cut=cut)
    few = checked_rank(debtrank(lent, buffers, shock, cut=cut, rounds=3))

    assert [float(part) for part in found.after.values()] == pytest.approx(steps, abs=1e-2)
    assert all(half.after[party] <= part for party, part in found.after.items())
    assert all(few.after[party] <= part for party, part in found.after.items())
    single = checked_rank(debtrank_single(lent, buffers, shock))
    assert all(single.after[party] <= part for party, part in debtrank(lent, buffers, shock).after.items())


@settings(deadline=None, max_examples=60)
@given(_webs, _shocks)
def test_linear_debtrank_without_a_cut_is_the_linear_valuation(
    lent: dict[Pair, Amount], shock: dict[str, Amount]
) -> None:
    """Webs of four whose equity at face value is 40, 50, 60 and 70."""
    buffers = {"a": 40, "b": 50, "c": 60, "d": 70}
    assets = {
        party: amount
        - sum(claim for (lender, _), claim in lent.items() if lender == party)
        + sum(debt for (_, borrower), debt in lent.items() if borrower == party)
        for party, amount in buffers.items()
    }
    losses = {party: part * buffers[party] for party, part in shock.items()}
    value = checked_value(valued(Sheets(assets, {}, lent), linear(), losses))
    rank = debtrank(lent, buffers, shock, cut=False)

    for party, part in rank.after.items():
        assert 1 - max(0.0, value.equity[party]) / buffers[party] == pytest.approx(float(part), abs=1e-6)


# Revenue


def test_a_loss_of_revenue_goes_round() -> None:
    """a buys b's 20 of 40, b buys c's 12 of 24, c buys 6 of a's 50; a loses 25 of its 50.

    d_a = 1/2 + d_c · 6/50, d_b = d_a / 2, d_c = d_b / 2: d_a = 1/2 / (1 - 3/100).
    """
    flexible = {("a", "b"): 20, ("b", "c"): 12, ("c", "a"): 6}
    found = revenue_losses(flexible, {"a": 50, "b": 40, "c": 24}, {"a": 25})

    assert found.after == {"a": Fraction(50, 97), "b": Fraction(25, 97), "c": Fraction(25, 194)}
    assert found.lost["c"] == Fraction(300, 97)
    hold(found.accounts)


def test_nobody_loses_more_than_its_revenue() -> None:
    """a loses all of 9; b sold it 8 of 5 (next year's orders are larger than this year's revenue)."""
    found = revenue_losses({("a", "b"): 8, ("b", "c"): 2}, {"a": 9, "b": 5, "c": 4}, {"a": 9})

    assert found.after == {"a": 1, "b": 1, "c": Fraction(1, 2)}
    hold(found.accounts)


@settings(deadline=None)
@given(_webs, _shocks)
def test_in_dollars_it_is_leontief(flexible: dict[Pair, Amount], shock: dict[str, Amount]) -> None:
    """Webs of four with revenue enough; x = x(0) (I - P)^-1 by numpy."""
    bought = {p: sum(v for (b, _), v in flexible.items() if b == p) for p in _PARTIES}
    sold = {p: sum(v for (_, s), v in flexible.items() if s == p) for p in _PARTIES}
    revenue = {p: 3 * max(bought[p], sold[p], 1) for p in _PARTIES}
    lost = {p: Fraction(part) * revenue[p] / 3 for p, part in shock.items()}
    found = revenue_losses(flexible, revenue, lost)

    shares = np.zeros((4, 4))
    for (buyer, seller), amount in flexible.items():
        shares["abcd".index(buyer), "abcd".index(seller)] = amount / revenue[buyer]
    first = np.array([float(lost.get(p, 0)) for p in _PARTIES])
    dollars = np.linalg.solve((np.eye(4) - shares).T, first)
    assert [float(found.lost[p]) for p in _PARTIES] == pytest.approx(dollars.tolist(), abs=1e-9)
    hold(found.accounts)


def test_bound_purchases_stop_the_cut_and_cost_the_buyer_its_cash() -> None:
    """a sells 50, is bound to buy 30 of b, and holds 5; it loses 20. b sells 10 more and buys 8 of c.

    Bound, b is paid its 30 and c loses nothing; flexible, b loses 12 of its 40, and c 30% of its 8.
    """
    bound = Trade({"a": 5}, {"a": 50, "b": 10}, {("a", "b"): 30}, {("b", "c"): 8}, {})
    free = Trade({"a": 5}, {"a": 50, "b": 10}, {}, {("a", "b"): 30, ("b", "c"): 8}, {})
    kept, cut = checked_cascade(cascade(bound, {"a": 20})), checked_cascade(cascade(free, {"a": 20}))

    assert kept.shortfalls == {"a": 20, "b": 0, "c": 0}
    assert kept.clearing.greatest.equity["a"] == 5
    assert {p: float(v) for p, v in cut.shortfalls.items()} == pytest.approx({"a": 20, "b": 12, "c": 2.4})
    assert float(cut.clearing.greatest.equity["a"]) == pytest.approx(17)


def test_what_cannot_be_paid_is_revenue_lost_and_goes_on() -> None:
    """a sells 50, must pay b 30 and costs of 10, may buy 8 of c, and holds 5; it loses 30.

    a has 25 for 40: b gets 18.75. b sells 20 more: it loses 11.25 of 50 and cuts its 16 of c by 22.5%, 3.6.
    c loses these and the 8 that a does not buy, of 24 + 12: 11.6 of 36; it must pay costs of 20 and holds 2.
    """
    trade = Trade(
        {"a": 5, "b": 10, "c": 2},
        {"a": 50, "b": 20, "c": 12},
        {("a", "b"): 30},
        {("a", "c"): 8, ("b", "c"): 16},
        {"a": 10, "c": 20},
    )
    found = checked_cascade(cascade(trade, {"a": 30}))

    assert {p: float(v) for p, v in found.shortfalls.items()} == pytest.approx(
        {"a": 30, "b": 11.25, "c": 11.6}
    )
    assert found.failed == ("a",)
    assert found.waves[0].failed == ("a",)
    assert found.parts == pytest.approx({"a": 0.6, "b": 0.225, "c": 11.6 / 36})
    assert found.clearing.greatest.paid["a -> c: flexible"] == 0
    assert float(found.clearing.greatest.equity["c"]) == pytest.approx(2 + 12 + 12.4 - 20)


def test_a_seller_can_fail_in_a_later_round() -> None:
    """a sells 40 and must pay b 30; b must pay c 28 and holds 1, c costs of 27. a loses 20."""
    trade = Trade({"b": 1}, {"a": 40}, {("a", "b"): 30, ("b", "c"): 28}, {}, {"c": 27})
    found = checked_cascade(cascade(trade, {"a": 20}))

    assert found.clearing.rounds == (("a",), ("b",), ("c",))
    assert found.shortfalls == {"a": 20, "b": 10, "c": 7}
    assert found.failed == ("a", "b", "c")


def test_no_loss_no_cascade() -> None:
    """Everybody can pay, and nothing is lost."""
    found = checked_cascade(cascade(Trade({"a": 9}, {"a": 5}, {("a", "b"): 8}, {("b", "a"): 4}, {}), {}))

    assert set(found.parts.values()) == {0.0}
    assert len(found.waves) == 1


def checked_cascade(found: Cascade) -> Cascade:
    """Check the sums, and that losses only grow from round to round."""
    hold(found.accounts, 1e-6)
    for before, after in zip(found.waves, found.waves[1:], strict=False):
        assert all(after.parts[party] >= part - 1e-12 for party, part in before.parts.items())
        assert {*before.failed} <= {*after.failed}
    return found


@settings(deadline=None, max_examples=50)
@given(_webs, _webs, _amounts, _amounts, _amounts, st.data())
def test_cascades_are_where_the_steps_lead_and_grow_with_the_loss(
    bound: dict[Pair, Amount],
    flexible: dict[Pair, Amount],
    cash: dict[str, Amount],
    sales: dict[str, Amount],
    costs: dict[str, Amount],
    data: st.DataObject,
) -> None:
    """Webs of four, by one plain loop over money received."""
    trade = Trade(cash, sales, bound, flexible, costs)
    lost = {p: data.draw(st.integers(0, int(sales[p]))) for p in _PARTIES}
    found = checked_cascade(cascade(trade, lost, tolerance=1e-9))
    less = checked_cascade(cascade(trade, {p: Fraction(v, 2) for p, v in lost.items()}, tolerance=1e-9))

    steps = by_loop(trade, lost)
    for party in _PARTIES:
        assert float(found.shortfalls[party]) == pytest.approx(steps[party], abs=1e-2)
        assert found.shortfalls[party] >= less.shortfalls[party] - Fraction(1, 10**5)


def by_loop(trade: Trade, lost: Mapping[str, Amount]) -> dict[str, float]:
    """Let everybody pay out of what it received in the step before, from all paid."""
    names = trade.parties
    revenue = {p: float(trade.revenue[p]) for p in names}
    short = {p: float(lost.get(p, 0)) for p in names}
    for _ in range(5_000):
        after = {p: float(lost.get(p, 0)) for p in names}
        for buyer in names:
            rest = float(trade.cash.get(buyer, 0)) + revenue[buyer] - short[buyer]
            must = {s: float(v) for (b, s), v in trade.bound.items() if b == buyer}
            may = {s: float(v) for (b, s), v in trade.flexible.items() if b == buyer}
            owed = sum(must.values()) + float(trade.costs.get(buyer, 0))
            part = min(1.0, rest / owed) if owed else 1.0
            rest -= part * owed
            wants = 1 - short[buyer] / revenue[buyer] if revenue[buyer] else 1.0
            total = wants * sum(may.values())
            buys = wants * (min(1.0, max(0.0, rest) / total) if total else 1.0)
            for seller, amount in must.items():
                after[seller] += amount * (1 - part)
            for seller, amount in may.items():
                after[seller] += amount * (1 - buys)
        if max(abs(after[p] - short[p]) for p in names) < 1e-9:
            break
        short = after
    return short
