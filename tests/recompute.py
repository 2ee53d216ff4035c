"""The arithmetic of a trace done again, by other means than those that wrote it."""

from __future__ import annotations

from fractions import Fraction
from math import isclose

from aiweb.trace import Op, Step, Trace, Value
from aiweb.values import Money


def faults(trace: Trace) -> list[str]:
    """Name the steps of a trace that do not follow from the steps they work on."""
    return [
        f"{number}. {step.text}: {step.value}"
        for number, step in enumerate(trace.steps, 1)
        if not all(0 < other < number for other in step.of) or not follows(trace, step)
    ]


def follows(trace: Trace, step: Step) -> bool:
    """Whether a step is what its operation makes of the steps it works on."""
    if step.op in {Op.GIVEN, Op.SOLVED}:
        return True
    inputs = [trace.steps[other - 1].value for other in step.of]
    if step.op is Op.EQUAL:
        return all(same(value, step.value) for value in inputs)
    if any(isinstance(value, Money) for value in inputs) or isinstance(step.value, Money):
        return amounts(step, inputs)
    numbers = [Fraction(value) for value in inputs if isinstance(value, int | float | Fraction)]
    return same(plain(step.op, numbers), step.value)


def amounts(step: Step, inputs: list[Value]) -> bool:
    """Do the same for amounts, each bound by itself."""
    lows = [Fraction(value.low) for value in inputs if isinstance(value, Money)]
    highs = [Fraction(value.high) for value in inputs if isinstance(value, Money)]
    known = [Fraction(v.high) for v in inputs if isinstance(v, Money) and not v.undisclosed]
    factors = [Fraction(value) for value in inputs if isinstance(value, int | float | Fraction)]
    low: Fraction | None
    high: Fraction | None
    match step.op:
        case Op.DIFFERENCE:
            low, high = lows[0] - sum(highs[1:]), highs[0] - sum(lows[1:])
        case Op.PRODUCT:
            low, high = (plain(Op.PRODUCT, [bound, *factors]) for bound in (lows[0], highs[0]))
            low, high = Fraction(round(low or 0)), Fraction(round(high or 0))
        case Op.QUOTIENT:
            return lows == highs and same(plain(Op.QUOTIENT, lows), step.value)
        case Op.LOWER:
            low = high = lows[0]
        case Op.UPPER:
            low = high = highs[0]
        case Op.SPAN:
            low, high = lows[0], highs[1]
        case Op.PART:
            before, own, whole = step.parts or (0, 0, 1)
            floor, more = lows[0], highs[0] - lows[0]
            low = Fraction(floor * (before + own) // whole - floor * before // whole)
            high = low + more * (before + own) // whole - more * before // whole
        case Op.MIN:
            high = min(known, default=min(lows))
            low = min(*lows, high)
        case _:
            low, high = plain(step.op, lows), plain(step.op, highs)
    return isinstance(step.value, Money) and (low or 0, high or 0) == (step.value.low, step.value.high)


def plain(op: Op, numbers: list[Fraction]) -> Fraction | None:
    """Do an operation on plain numbers."""
    if op is Op.SUM:
        return sum(numbers, Fraction(0))
    if op is Op.DIFFERENCE:
        return numbers[0] - sum(numbers[1:])
    if op is Op.SQUARES:
        return sum((number**2 for number in numbers), Fraction(0))
    if op is Op.QUOTIENT:
        return numbers[0] / numbers[1] if numbers[1] else None
    if op is Op.PRODUCT:
        product = Fraction(1)
        for number in numbers:
            product *= number
        return product
    return {Op.MIN: min, Op.MAX: max}[op](numbers)


def same(one: Value, other: Value) -> bool:
    """Whether two values are the same number, whatever an amount says beside its bounds."""
    if isinstance(one, Money) and isinstance(other, Money):
        return (one.low, one.high) == (other.low, other.high)
    if isinstance(one, float) or isinstance(other, float):
        return isclose(float(str(float(one))), float(str(float(other))), rel_tol=1e-9, abs_tol=1e-12)  # type: ignore[arg-type]
    return one == other
