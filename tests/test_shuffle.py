"""Shuffled webs: what each of them keeps, and that chance is fair and repeatable."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from aiweb.flows.shuffle import Payment, rank, rewired, shuffles
from aiweb.flows.web import Flows

_PARTIES = "abcde"
_pairs = st.sampled_from([(u, v) for u in _PARTIES for v in _PARTIES if u != v])
_amounts = st.one_of(st.integers(1, 60), st.integers(1, 10**12))
deals = st.lists(
    st.builds(lambda pair, amount: Payment(pair[0], pair[1], amount), _pairs, _amounts), max_size=14
)


def received(web: tuple[Payment, ...] | list[Payment]) -> Counter[str]:
    """Add up what each payee receives."""
    sums: Counter[str] = Counter()
    for deal in web:
        sums[deal.payee] += deal.amount
    return sums


@given(deals)
def test_every_payer_keeps_its_deals(web: list[Payment]) -> None:
    """Random deals: payers and amounts stay, in order."""
    for drawn in shuffles(web, draws=3):
        assert [(deal.payer, deal.amount) for deal in drawn] == [(deal.payer, deal.amount) for deal in web]


@given(deals)
def test_every_payee_keeps_its_number_of_deals(web: list[Payment]) -> None:
    """Random deals."""
    for drawn in shuffles(web, draws=3):
        assert Counter(deal.payee for deal in drawn) == Counter(deal.payee for deal in web)


@given(deals)
def test_what_a_payee_receives_stays_within_a_factor_of_two(web: list[Payment]) -> None:
    """Random deals."""
    before = received(web)
    for drawn in shuffles(web, draws=3):
        after = received(drawn)
        assert all(Fraction(1, 2) < Fraction(after[party], before[party]) < 2 for party in before)


@given(deals)
def test_no_party_pays_itself(web: list[Payment]) -> None:
    """Random deals."""
    assert all(deal.payer != deal.payee for drawn in shuffles(web, draws=3) for deal in drawn)


@given(deals, st.integers(0, 99))
def test_a_seed_gives_the_same_webs_again(web: list[Payment], seed: int) -> None:
    """Random deals, drawn twice."""
    assert list(shuffles(web, draws=3, seed=seed)) == list(shuffles(web, draws=3, seed=seed))


@given(deals, st.integers(0, 60))
def test_amounts_of_another_size_are_drawn_alike(web: list[Payment], power: int) -> None:
    """Random deals, every amount times a power of two: the same payees."""
    more = [Payment(deal.payer, deal.payee, deal.amount << power) for deal in web]

    assert [[deal.payee for deal in drawn] for drawn in shuffles(more, draws=3)] == [
        [deal.payee for deal in drawn] for drawn in shuffles(web, draws=3)
    ]


def test_the_webs_of_a_seed_are_the_same_on_every_machine() -> None:
    """Five deals of 30 to 34, three draws of seed 7."""
    web = [
        Payment("a", "b", 30),
        Payment("b", "c", 31),
        Payment("c", "d", 32),
        Payment("d", "e", 33),
        Payment("e", "a", 34),
    ]
    drawn = ["".join(deal.payee for deal in one) for one in shuffles(web, draws=3, seed=7)]

    assert drawn == ["eabcd", "debac", "edacb"]


def test_every_allowed_order_is_drawn_as_often() -> None:
    """Four payers, payees p, q, r and a, whom a may not pay: 18 orders, 9,000 draws."""
    web = [Payment(payer, payee, 10) for payer, payee in zip("abcd", "pqra", strict=True)]
    drawn = Counter("".join(deal.payee for deal in one) for one in shuffles(web, draws=9_000))

    assert len(drawn) == 18
    assert min(drawn.values()) > 400
    assert max(drawn.values()) < 600


def test_a_loop_of_three_can_be_turned_round() -> None:
    """a -> b -> c -> a, 5 each: no exchange of two is allowed, and the one of three is."""
    web = [Payment("a", "b", 5), Payment("b", "c", 5), Payment("c", "a", 5)]
    drawn = Counter("".join(deal.payee for deal in one) for one in shuffles(web, draws=40))

    assert set(drawn) == {"bca", "cab"}


def test_a_hub_on_every_deal_is_still_shuffled() -> None:
    """The hub pays twenty and receives from twenty: it may not pay itself, so its payees are its own."""
    web = [Payment("hub", f"p{i}", 10) for i in range(20)] + [Payment(f"q{i}", "hub", 10) for i in range(20)]
    first, second = shuffles(web, draws=2)

    assert all(deal.payer != deal.payee for deal in (*first, *second))
    assert Counter(deal.payee for deal in first) == Counter(deal.payee for deal in web)
    assert len({tuple(web), first, second}) == 3


def test_deals_of_other_sizes_are_not_exchanged() -> None:
    """a -> b 10, c -> d 25: more than a factor of two apart."""
    web = (Payment("a", "b", 10), Payment("c", "d", 25))

    assert set(shuffles(web, draws=20)) == {web}


def test_what_is_undisclosed_is_left_out() -> None:
    """a -> b nothing, c -> d 25."""
    assert list(shuffles([Payment("a", "b", 0), Payment("c", "d", 25)], draws=1)) == [
        (Payment("c", "d", 25),)
    ]


def test_what_crosses_the_boundary_stays() -> None:
    """a -> b 3 and c -> b 4 take the place of c -> a 7; outside -> a 9, c -> outside 2."""
    web = Flows({("c", "a"): 7}, inward={"a": 9}, outward={"c": 2}, across=5)
    new = rewired(web, [Payment("a", "b", 3), Payment("c", "b", 3), Payment("c", "b", 1)])

    assert new == Flows({("a", "b"): 3, ("c", "b"): 4}, inward={"a": 9}, outward={"c": 2}, across=5)


def test_equal_values_are_told_apart_from_lesser_ones() -> None:
    """0.3 among 0.1, 0.3 but for rounding, and 0.4."""
    assert rank(0.3, [0.1, 0.1 + 0.2, 0.4]) == (1, 1)
    assert rank(7, []) == (0, 0)
