"""The cash of a party from year to year, in each class and overlap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aiweb.analysis.funding.rows import CLASSES, CashPath, Class, Item, YearEnd
from aiweb.model import Overlap
from aiweb.values import Money, total


def added_up(items: Iterable[Item], certainty: Class, *, net: bool = False) -> Money:
    """Add up the items of a class and those before it; with `net` uses count against sources."""
    known = CLASSES[: CLASSES.index(certainty) + 1]
    counted = [item for item in items if item.certainty in known]
    if not net:
        return total(item.amount for item in counted)
    return total(
        item.amount if item.role.is_source else replace(-item.amount, unbounded=False) for item in counted
    )


def cash_paths(
    items: list[Item], opening: Money, years: range, first: int, minimum: int
) -> tuple[CashPath, ...]:
    """Run the cash in each class, with the overlap at zero and in full, unless the figures settle it."""
    settled = {item.figure.overlap for item in items if item.figure is not None}
    shown = [Overlap.NONE, Overlap.FULL]
    if settled in ({Overlap.NONE}, {Overlap.FULL}):
        shown = [overlap for overlap in shown if overlap in settled]
    return tuple(
        run_path(items, opening, years, first, minimum, certainty, overlap)
        for certainty in CLASSES
        for overlap in shown
    )


def run_path(
    items: list[Item],
    opening: Money,
    years: range,
    first: int,
    minimum: int,
    certainty: Class,
    overlap: Overlap,
) -> CashPath:
    """Run the cash from the opening balance on; the years before `first` count, but are not shown."""
    counted = CLASSES[: CLASSES.index(certainty) + 1]
    low, high, unknown = opening.low, opening.high, 0
    more, less = opening.unbounded, False
    rows = []
    for year in years:
        for item in items:
            if item.year != year or item.certainty not in counted:
                continue
            if item.role.overlaps and overlap is Overlap.FULL:
                continue
            unknown += item.amount.undisclosed
            if item.role.is_source:
                low, high = low + item.amount.low, high + item.amount.high
                more = more or item.amount.unbounded
            else:
                low, high = low - item.amount.high, high - item.amount.low
                # What nobody has published of a use can only add to what is short.
                less = less or item.amount.unbounded or not item.amount.known
        cash = Money(low, high, unbounded=more)
        short = Money(max(0, minimum - high), max(0, minimum - low), unbounded=less)
        if year >= first:
            rows.append(YearEnd(year, cash, short, unknown))
    return CashPath(certainty, overlap, tuple(rows))
