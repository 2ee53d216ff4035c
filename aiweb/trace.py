"""How a number came about: its arithmetic step by step, down to legs and figures.

A result of an analysis has a method `explain()` that gives a `Trace`.
A trace is data; `aiweb.views.reports.explained` shows it, with status, source and line of every leg.

How to write one:

    def explain(self) -> Trace:
        steps = Steps(f"Loop {self.text}", self.convention, self.digest)
        hops = [steps.given(hop_text(hop), hop.amount, legs=hop.legs) for hop in self.hops]
        steps.least("the narrowest hop", *hops, expect=self.amount, name="amount")
        return steps.trace()

`given` puts a value down as it stands in legs or figures.
Every other method works on earlier steps, computes its value itself, and returns the step's number:

    total         a + b + …, what is undisclosed still counted
    difference    a - b - …: of ranges the least of what is left to the most
    product       a x b, an amount times a whole number or a share
    quotient      a / b as a share; amounts must be points, so take `lower` or `upper` of them first
    least         the least; of amounts the narrowest of hops in a row (`aiweb.values.narrowest`)
    most          the most; of amounts bound by bound
    squares       a² + b² + … of shares
    lower, upper  one bound of an amount, as a point
    span          a range from the lower bound of one step to the upper bound of another
    part          what falls to `own` of `whole` parts, after `before` of them (`Money.shares`)
    equal         several sums that must be the same, such as a flow and the bound that proves it
    solved        what a solver found; put the certificate beside it as `equal` where there is one

Rules:

- Dollars are `Money`, also where they are a point: `dollars(5)`.
  A plain `int` counts, a `Fraction` is a share.
- `expect` is the number that the result holds. If the arithmetic gives another, there is a ValueError
  and no number. What is undisclosed, a ceiling or unbounded is taken from it, for a rule may set it apart.
- `name` is what the report calls the number: `trace["circular"]` is then its value.
- `include` takes the steps of another trace in, so a result is explained by its parts.
- A sum of many legs is one `given` a leg, or one a hop with its legs, and a `total`.
  If nothing is to be added, `total` of no steps is $0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from math import isclose, prod
from typing import TYPE_CHECKING, TypeAlias

from aiweb.values import Money, narrowest, total

if TYPE_CHECKING:
    from aiweb.model import Figure

Value: TypeAlias = Money | int | Fraction | float | str | None


class Op(StrEnum):
    """What a step does with the steps it works on."""

    GIVEN = "given"
    SUM = "sum"
    DIFFERENCE = "difference"
    PRODUCT = "product"
    QUOTIENT = "quotient"
    MIN = "min"
    MAX = "max"
    SQUARES = "squares"
    LOWER = "lower"
    UPPER = "upper"
    SPAN = "span"
    PART = "part"
    EQUAL = "equal"
    SOLVED = "solved"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of arithmetic: `value` is `op` of the steps whose numbers, from 1, are in `of`.

    `parts` is, of a `part`, the weight before it, its own, and that of the whole.
    """

    text: str
    op: Op
    value: Value
    of: tuple[int, ...] = ()
    legs: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    name: str = ""
    parts: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """The steps to a result, in order; the last one is the result."""

    title: str
    convention: str
    digest: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    @property
    def result(self) -> Value:
        """What the last step gives; nothing if there is none."""
        return self.steps[-1].value if self.steps else None

    @property
    def legs(self) -> tuple[str, ...]:
        """Ids of all legs behind it, sorted."""
        return tuple(sorted({leg for step in self.steps for leg in step.legs}))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures behind it, each once, in order of use."""
        found = {id(figure): figure for step in self.steps for figure in step.figures}
        return tuple(found.values())

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the numbers it explains, in order."""
        return tuple(step.name for step in self.steps if step.name)

    def __getitem__(self, name: str) -> Value:
        """Give the number of that name.

        Raises:
            KeyError: no step has it.
        """
        for step in self.steps:
            if step.name == name:
                return step.value
        raise KeyError(name)


class Steps:
    """Writes a trace, one step after the other; every method returns the number of its step."""

    def __init__(self, title: str, convention: object = "", digest: str = "") -> None:
        self._title = title
        self._convention = str(convention)
        self._digest = digest
        self._steps: list[Step] = []
        self._notes: list[str] = []

    def trace(self) -> Trace:
        """Give what has been written."""
        return Trace(self._title, self._convention, self._digest, tuple(self._steps), tuple(self._notes))

    def note(self, text: str) -> None:
        """Say what the arithmetic does not."""
        self._notes.append(text)

    def include(self, other: Trace, prefix: str = "") -> int:
        """Take in the steps of another trace, named ones under `prefix`; gives its last step's number."""
        before = len(self._steps)
        for step in other.steps:
            moved = replace(step, of=tuple(number + before for number in step.of))
            self._steps.append(replace(moved, name=f"{prefix}{step.name}") if step.name else moved)
        self._notes += [note for note in other.notes if note not in self._notes]
        return len(self._steps)

    def given(
        self,
        text: str,
        value: Value,
        *,
        legs: Sequence[str] = (),
        figures: Sequence[Figure] = (),
        name: str = "",
    ) -> int:
        """Put down a value as it stands in legs or figures, or by definition."""
        return self._put(Step(text, Op.GIVEN, value, (), tuple(legs), tuple(figures), name))

    def solved(self, text: str, value: Value, *of: int, legs: Sequence[str] = (), name: str = "") -> int:
        """Put down what a solver found from these steps."""
        return self._put(Step(text, Op.SOLVED, value, of, tuple(legs), (), name))

    def total(self, text: str, *of: int, expect: Value = None, name: str = "") -> int:
        """Add up; nothing to add is $0."""
        return self._worked(text, Op.SUM, of, expect, name)

    def difference(self, text: str, *of: int, expect: Value = None, name: str = "") -> int:
        """Take all others from the first."""
        return self._worked(text, Op.DIFFERENCE, of, expect, name)

    def product(self, text: str, *of: int, expect: Value = None, name: str = "") -> int:
        """Multiply whole numbers and shares, and at most one amount with whole numbers."""
        return self._worked(text, Op.PRODUCT, of, expect, name)

    def quotient(self, text: str, one: int, other: int, *, expect: Value = None, name: str = "") -> int:
        """Divide one by the other, as a share; nothing if the other is zero."""
        return self._worked(text, Op.QUOTIENT, (one, other), expect, name)

    def least(self, text: str, *of: int, expect: Value = None, name: str = "") -> int:
        """Take the least; of amounts, what can pass through all of them in turn."""
        return self._worked(text, Op.MIN, of, expect, name)

    def most(self, text: str, *of: int, expect: Value = None, name: str = "") -> int:
        """Take the most; of amounts, bound by bound."""
        return self._worked(text, Op.MAX, of, expect, name)

    def squares(self, text: str, *of: int, expect: Value = None, name: str = "") -> int:
        """Add up the squares."""
        return self._worked(text, Op.SQUARES, of, expect, name)

    def lower(self, text: str, one: int, *, expect: Value = None, name: str = "") -> int:
        """Take the lower bound of an amount."""
        return self._worked(text, Op.LOWER, (one,), expect, name)

    def upper(self, text: str, one: int, *, expect: Value = None, name: str = "") -> int:
        """Take the upper bound of an amount."""
        return self._worked(text, Op.UPPER, (one,), expect, name)

    def span(self, text: str, low: int, high: int, *, expect: Value = None, name: str = "") -> int:
        """Make a range of the lower bound of one and the upper bound of the other."""
        return self._worked(text, Op.SPAN, (low, high), expect, name)

    def part(
        self,
        text: str,
        one: int,
        before: int,
        own: int,
        whole: int,
        *,
        expect: Value = None,
        name: str = "",
    ) -> int:
        """Cut from an amount what falls to `own` of `whole` equal parts, after `before` of them."""
        return self._worked(text, Op.PART, (one,), expect, name, (before, own, whole))

    def equal(self, text: str, *of: int, expect: Value = None, name: str = "") -> int:
        """Hold steps against each other that must come to the same.

        Raises:
            ValueError: they do not.
        """
        return self._worked(text, Op.EQUAL, of, expect, name)

    def _worked(
        self,
        text: str,
        op: Op,
        of: tuple[int, ...],
        expect: Value,
        name: str,
        parts: tuple[int, int, int] | None = None,
    ) -> int:
        value = compute(op, [self._steps[number - 1].value for number in of], parts)
        if expect is not None:
            if not _same(value, expect):
                raise ValueError(f"{self._title}: {text}: the steps give {value}, the result says {expect}")
            value = expect
        return self._put(Step(text, op, value, of, name=name, parts=parts))

    def _put(self, step: Step) -> int:
        self._steps.append(step)
        return len(self._steps)


def dollars(amount: int) -> Money:
    """Make an amount of a plain number of dollars."""
    return Money(amount, amount)


def compute(op: Op, values: Sequence[Value], parts: tuple[int, int, int] | None = None) -> Value:
    """Do one step's arithmetic.

    Raises:
        ValueError: the values do not fit the operation, or are not equal where they must be.

    >>> compute(Op.QUOTIENT, [dollars(30), dollars(40)])
    Fraction(3, 4)
    """
    amounts = [value for value in values if isinstance(value, Money)]
    numbers = [value for value in values if isinstance(value, int | float | Fraction)]
    if len(amounts) + len(numbers) != len(values):
        raise ValueError(f"{op} of {list(values)}: a step works on amounts and numbers")
    if op is Op.PRODUCT:
        return _product(amounts, numbers)
    if op is Op.EQUAL:
        if not values or any(not _same(value, values[0]) for value in values):
            raise ValueError(f"{list(values)} should be the same")
        return values[0]
    if numbers and amounts:
        raise ValueError(f"{op} of {list(values)}: amounts and plain numbers do not mix")
    return _of_numbers(op, numbers) if numbers else _of_amounts(op, amounts, parts)


def _of_amounts(op: Op, amounts: list[Money], parts: tuple[int, int, int] | None) -> Value:
    if op is Op.SUM:
        return total(amounts)
    if not amounts:
        raise ValueError(f"{op} of nothing")
    first, *rest = amounts
    match op:
        case Op.DIFFERENCE:
            return total([first, *(-amount for amount in rest)])
        case Op.QUOTIENT:
            return _ratio(_point(first), _point(rest[0]))
        case Op.MIN:
            return narrowest(amounts)
        case Op.MAX:
            return Money(
                max(amount.low for amount in amounts),
                max(amount.high for amount in amounts),
                unbounded=any(amount.unbounded for amount in amounts),
            )
        case Op.LOWER:
            return dollars(first.low)
        case Op.UPPER:
            return dollars(first.high)
        case Op.SPAN:
            return Money(first.low, rest[0].high)
        case Op.PART:
            before, own, whole = parts or (0, 1, 1)
            return first.shares([before, own, whole - before - own])[1]
        case _:
            raise ValueError(f"{op} of amounts")


def _of_numbers(op: Op, numbers: list[int | float | Fraction]) -> Value:
    first, *rest = numbers
    match op:
        case Op.SUM:
            return sum(numbers)
        case Op.DIFFERENCE:
            return first - sum(rest)
        case Op.QUOTIENT:
            return _ratio(first, rest[0])
        case Op.MIN:
            return min(numbers)
        case Op.MAX:
            return max(numbers)
        case Op.SQUARES:
            return sum(number * number for number in numbers)
        case _:
            raise ValueError(f"{op} of numbers")


def _product(amounts: list[Money], numbers: list[int | float | Fraction]) -> Value:
    factor = prod(numbers, start=1)
    if not amounts:
        return factor
    if len(amounts) > 1 or isinstance(factor, float) or factor < 0:
        raise ValueError("multiply one amount, by whole numbers or shares from 0")
    one = amounts[0]
    low, high = round(one.low * factor), round(one.high * factor)
    return replace(one, low=low, high=high)


def _ratio(one: float | Fraction, other: float | Fraction) -> Value:
    if not other:
        return None
    if isinstance(one, float) or isinstance(other, float):
        return float(one) / float(other)
    return Fraction(one) / Fraction(other)


def _point(amount: Money) -> int:
    if amount.low != amount.high:
        raise ValueError(f"{amount} is a range; take its lower or upper bound")
    return amount.low


def _same(one: Value, other: Value) -> bool:
    """Whether two values agree: amounts in both bounds, floats to twelve digits."""
    if isinstance(one, Money) and isinstance(other, Money):
        return (one.low, one.high) == (other.low, other.high)
    if isinstance(one, float) and isinstance(other, int | float | Fraction):
        return isclose(one, float(other), rel_tol=1e-12, abs_tol=1e-12)
    return _same(other, one) if isinstance(other, float) else one == other
