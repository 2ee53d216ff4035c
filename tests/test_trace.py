"""Traces: their arithmetic, and that they refuse a number that does not follow."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from aiweb.trace import Op, Steps, Trace, compute, dollars
from aiweb.values import NOTHING, Money
from tests.recompute import faults

AMOUNT = some.builds(
    lambda low, more, hidden, beyond: Money(low, low + more, undisclosed=hidden, unbounded=beyond),
    some.integers(0, 999),
    some.integers(0, 99),
    some.integers(0, 2),
    some.booleans(),
)


def test_a_trace_adds_takes_away_and_divides() -> None:
    """A range less a point, and a share of upper bounds."""
    steps = Steps("A share", "contracted", "abc")
    one = steps.given("a -> b", Money(30, 40), legs=("d1/1",))
    other = steps.given("c -> b", Money(20, 20), legs=("d2/1", "d3/1"))
    whole = steps.total("b receives", one, other, name="receives")
    steps.difference("less what c pays", whole, other)
    part, of = steps.upper("at most", one), steps.upper("at most", whole)
    steps.quotient("share of a", part, of, name="share")
    found = steps.trace()

    assert found["receives"] == Money(50, 60)
    assert found["share"] == found.result == Fraction(40, 60)
    assert found.steps[3].value == Money(30, 40)
    assert found.names == ("receives", "share")
    assert found.legs == ("d1/1", "d2/1", "d3/1")
    assert faults(found) == []


def test_a_number_that_does_not_follow_is_refused() -> None:
    """42 is not 41, and 30 is not 12."""
    steps = Steps("A sum")
    one, other = steps.given("a", dollars(30)), steps.given("b", dollars(12))

    with pytest.raises(ValueError, match="the steps give"):
        steps.total("both", one, other, expect=dollars(41))
    with pytest.raises(ValueError, match="should be the same"):
        steps.equal("both", one, other)


def test_what_is_open_is_taken_from_the_result() -> None:
    """Bounds must agree; what is undisclosed or unbounded may be set apart by a rule."""
    steps = Steps("A sum")
    one = steps.given("a", Money(30, 30, undisclosed=2))
    steps.total("all", one, expect=Money(30, 30, unbounded=True))

    assert steps.trace().result == Money(30, 30, unbounded=True)


def test_the_least_of_amounts_is_the_narrowest_hop() -> None:
    """An undisclosed hop sets no limit."""
    steps = Steps("A loop")
    hops = [steps.given("hop", amount) for amount in (Money(0, 100, ceilings=1), Money(0, 0, undisclosed=1))]
    steps.least("narrowest", *hops)

    assert steps.trace().result == Money(0, 100, ceilings=1)


def test_a_part_is_cut_at_running_sums() -> None:
    """100 over three years is 33, 33 and 34."""
    steps = Steps("Years")
    whole = steps.given("all", dollars(100))
    years = [steps.part(str(year), whole, year, 1, 3) for year in range(3)]
    steps.total("again", *years, expect=dollars(100))

    assert [step.value for step in steps.trace().steps[1:4]] == [dollars(33), dollars(33), dollars(34)]
    assert faults(steps.trace()) == []


def test_nothing_to_add_is_nothing_and_a_share_of_nothing_is_none() -> None:
    """An empty sum is $0, a share of $0 no number."""
    assert compute(Op.SUM, []) == NOTHING
    assert compute(Op.QUOTIENT, [dollars(3), dollars(0)]) is None


@pytest.mark.parametrize(
    "op, values",
    [
        (Op.SUM, [dollars(3), 4]),
        (Op.QUOTIENT, [Money(3, 4), dollars(7)]),
        (Op.PRODUCT, [dollars(3), dollars(4)]),
        (Op.LOWER, [3]),
        (Op.SUM, ["three"]),
        (Op.SQUARES, [dollars(3)]),
        (Op.MIN, []),
    ],
)
def test_what_does_not_fit_an_operation_is_refused(op: Op, values: list[object]) -> None:
    """Amounts and plain numbers do not mix, and a range has no share."""
    with pytest.raises(ValueError, match=r".+"):
        compute(op, values)  # type: ignore[arg-type]


def test_a_trace_takes_in_another() -> None:
    """Its steps are numbered on, its names put under a prefix."""
    inner = Steps("Inner")
    inner.total("sum", inner.given("a", dollars(5)), inner.given("b", dollars(7)), name="sum")
    inner.note("a word")
    outer = Steps("Outer")
    first = outer.given("c", dollars(2))
    last = outer.include(inner.trace(), "inner ")
    outer.product("twice", last, outer.given("two", 2))
    outer.total("all", first, last, expect=dollars(14))
    found = outer.trace()

    assert found["inner sum"] == dollars(12)
    assert found.steps[3].of == (2, 3)
    assert found.notes == ("a word",)
    assert faults(found) == []


def test_a_name_that_no_step_has_is_a_key_error() -> None:
    """A trace without steps has no numbers."""
    with pytest.raises(KeyError):
        Trace("t", "", "", ())["circular"]


def test_the_check_of_traces_finds_a_fault() -> None:
    """A step whose value is off by one, and one that works on a later step."""
    steps = Steps("A sum")
    steps.total("sum", steps.given("a", dollars(5)), steps.given("b", dollars(7)))
    good = steps.trace()
    wrong = good.steps[2].__class__("sum", Op.SUM, dollars(13), (1, 2))
    early = good.steps[2].__class__("sum", Op.SUM, dollars(12), (1, 3))

    assert faults(good) == []
    assert faults(Trace("t", "", "", (*good.steps[:2], wrong))) == ["3. sum: $13"]
    assert faults(Trace("t", "", "", (*good.steps[:2], early))) == ["3. sum: $12"]


@given(some.lists(AMOUNT, min_size=2, max_size=6))
def test_every_operation_on_amounts_follows_by_another_road(values: list[Money]) -> None:
    """Each bound by itself, in fractions."""
    steps = Steps("All")
    of = [steps.given(str(value), value) for value in values]
    steps.total("sum", *of)
    steps.difference("rest", *of)
    steps.least("least", *of)
    steps.most("most", *of)
    low, high = steps.lower("low", of[0]), steps.upper("high", of[1])
    steps.part("third", of[0], 1, 2, 7)
    steps.product("three times", steps.given("three", 3), of[1])
    steps.quotient("share", low, high)

    assert faults(steps.trace()) == []
