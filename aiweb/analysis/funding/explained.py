"""The arithmetic of a funding gap, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from aiweb.analysis.funding.circular import promised_leg
from aiweb.analysis.funding.rows import (
    CLASSES,
    NO_BALANCE,
    Accrual,
    CashPath,
    Item,
    NetPath,
    NetYear,
    Role,
    YearSum,
    may_fail,
)
from aiweb.balances import explained
from aiweb.graph import Carrier
from aiweb.model import Metric
from aiweb.trace import Steps, Trace, dollars
from aiweb.values import NOTHING, Money

if TYPE_CHECKING:
    from aiweb.analysis.funding.gap import FundingGap

_NO_PATH: Final = "no path can be drawn without"


def explained_gap(found: FundingGap, last: int) -> Trace:
    """Lay out the sums behind every path of a gap, from the opening balance to the last year's end."""
    steps = Steps(f"Funding gap of {found.party} to {last}", found.convention, found.digest)
    for what in found.missing:
        ends = f"the paths end in {found.reach}, for want of" if found.reach else _NO_PATH
        if found.reach and what.startswith(NO_BALANCE):
            ends = f"the paths begin in {found.since}, for want of"
        steps.note(f"{ends} {what}")
    if found.hold:
        steps.note("assumed: beyond the published figures the last one is held")
    if found.assumed:
        steps.note("assumed: the opening cash")
    for vendors in found.vendors:
        if vendors.received.high:
            name = f"vendors {vendors.certainty}"
            receipts = [steps.given(leg, amount, legs=(leg,)) for leg, amount in vendors.receipts]
            received = steps.total(
                f"received in all, {vendors.certainty}", *receipts, expect=vendors.received
            )
            _explained_cut(steps, vendors.carriers, vendors.circular, received, vendors.share, name)
    opening = _explained_opening(steps, found) if found.opening_on is not None else None
    numbers = {id(item): _explained_item(steps, item) for item in found.items if item.year <= last}
    for row in found.sums:
        if row.year <= last:
            _explained_sum(steps, found, row, numbers)
    if found.reach is None or opening is None:
        return steps.trace()
    last = min(last, found.reach)
    least = steps.given("least cash to be kept", dollars(found.minimum))
    nothing = steps.given("nothing", NOTHING)
    for path in found.failing:
        items = [item for item in found.items if not may_fail(item)]
        _explained_path(steps, found, items, path, None, _Given(opening, least, nothing, numbers, last))
    for path, net in zip(found.paths, found.net, strict=True):
        _explained_path(steps, found, found.items, path, net, _Given(opening, least, nothing, numbers, last))
    return steps.trace()


def _explained_sum(steps: Steps, found: FundingGap, row: YearSum, numbers: Mapping[int, int]) -> None:
    """Add up one role of a year, or set all sources of its listed deals against their uses."""
    sums = (row.contractual, row.conditional, row.announced)
    for number, (certainty, amount) in enumerate(zip(CLASSES, sums, strict=True)):
        items = [
            item
            for item in found.items
            if item.year == row.year
            and item.role is not (Role.OPERATING if row.role is None else None)
            and row.role in {None, item.role}
            and item.certainty in CLASSES[: number + 1]
        ]
        name = f"sum {row.year} {row.role or 'listed'} {certainty}"
        if row.role is not None:
            of = [numbers[id(item)] for item in items]
            steps.total(f"{row.year}, {row.role}, {certainty} and surer", *of, expect=amount, name=name)
            continue
        sources = [numbers[id(item)] for item in items if item.role.is_source]
        uses = [numbers[id(item)] for item in items if not item.role.is_source]
        steps.difference(
            f"{row.year}, what the deals listed bring less what they take, {certainty} and surer",
            steps.total("their sources", *sources),
            steps.total("their uses", *uses),
            expect=amount,
            name=name,
        )


class _Given(NamedTuple):
    """Numbers of the steps that every path starts from, those of the items, and the last year explained."""

    opening: int
    least: int
    nothing: int
    items: Mapping[int, int]
    last: int


def _explained_path(
    steps: Steps,
    found: FundingGap,
    items: Iterable[Item],
    path: CashPath,
    net: NetPath | None,
    given: _Given,
) -> None:
    """Run the cash of a path from year to year, and beside it the cash without circular money."""
    on_path = [item for item in items if path.holds(item)]
    ends = {row.year: row for row in path.years}
    without = {row.year: row for row in net.years} if net else {}
    kind = "" if net else "failing "
    cash, received, shortfalls, left_short = given.opening, given.nothing, [], []

    def short_of(text: str, left: int, expect: Money, name: str) -> int:
        short = steps.difference("least cash less what there is", given.least, left)
        return steps.most(text, given.nothing, short, expect=expect, name=name)

    for year in range(found.begin, given.last + 1):
        counted = [item for item in on_path if item.year == year]
        sources = [given.items[id(item)] for item in counted if item.role.is_source]
        uses = [given.items[id(item)] for item in counted if not item.role.is_source]
        name = f"{path.certainty} {path.overlap} {year}"
        end = ends.get(year)
        cash = steps.difference(
            f"cash at the end of {year}, {kind}{path.certainty}, overlap {path.overlap}",
            steps.total(f"cash before {year} and its sources", cash, *sources),
            steps.total(f"uses in {year}", *uses),
            expect=end.cash if end else None,
            name=f"{kind}cash {name}" if end else "",
        )
        if net:
            got = [
                given.items[id(item)]
                for item in counted
                if item.role.is_source and promised_leg(found.graph, found.party, item) is not None
            ]
            received = steps.total(
                f"received from deals by the end of {year}",
                received,
                *got,
                expect=without[year].received if year in without else None,
            )
        if year in without:
            left = _explained_net(steps, without[year], cash, name)
            text = f"shortfall in {year} without circular money"
            left_short.append(short_of(text, left, without[year].shortfall, f"net shortfall {name}"))
        if end is not None:
            text = f"shortfall in {year}"
            shortfalls.append(short_of(text, cash, end.shortfall, f"{kind}shortfall {name}"))
    if given.last == found.reach:
        name, text = f"{path.certainty} {path.overlap}", "the largest shortfall of any year"
        if net:
            row = net.years[-1]
            _explained_cut(steps, net.carriers, row.circular, received, row.share, name)
            text_net = f"{text} without circular money"
            steps.most(text_net, *left_short, expect=net.peak, name=f"net peak {name}")
        steps.most(text, *shortfalls, expect=path.peak, name=f"{kind}peak {name}")


def _explained_net(steps: Steps, row: NetYear, cash: int, name: str) -> int:
    """Take from each end of the cash what can have come back by maximum flow at that corner."""
    worst = steps.solved(
        f"its own payments that can have come back by {row.year}: receipts low, all else high",
        dollars(row.worst),
    )
    best = steps.solved("the same: receipts high, all else low", dollars(row.best))
    ends = [
        steps.solved(f"the same: all {end}", dollars(amount))
        for end, amount in (("low", row.circular.low), ("high", row.circular.high))
    ]
    steps.span("from all low to all high", *ends, expect=row.circular, name=f"returned {name}")
    low = steps.difference("the least cash without it", steps.lower("least cash", cash), worst)
    high = steps.difference("the most cash without it", steps.upper("most cash", cash), best)
    return steps.span(
        f"cash at the end of {row.year} without circular money",
        low,
        high,
        expect=row.cash,
        name=f"net cash {name}",
    )


def _explained_cut(
    steps: Steps,
    carriers: Iterable[Carrier],
    circular: Money,
    received: int,
    share: Fraction | None,
    name: str,
) -> None:
    """Set a flow against the legs that hold it back, and over what is received."""
    held = [
        steps.given(f"{each.leg}, {each.payer} to {each.payee}", dollars(each.amount), legs=(each.leg,))
        for each in carriers
    ]
    least = steps.solved("what can come back, by maximum flow at the lower bounds", dollars(circular.low))
    flow = steps.solved("the same at the upper bounds", dollars(circular.high))
    proved = steps.equal(
        "a flow and a cut of the same size prove each other",
        flow,
        steps.total("the legs that hold it back", *held),
    )
    steps.span("from the one to the other", least, proved, expect=circular, name=f"circular {name}")
    whole = steps.upper("received in all, upper bound", received)
    steps.quotient("as a part of it", proved, whole, expect=share, name=f"share {name}")


def _explained_item(steps: Steps, item: Item) -> int:
    """Put an item down, with the part of the whole that it is where it was spread evenly."""
    text = f"{item.year}, {item.role}, {item.certainty}: {item.how}"
    legs = (item.leg,) if item.leg else ()
    if item.accruals:
        rows = [_explained_accrual(steps, row, legs) for row in item.accruals]
        return steps.total(text, *rows, expect=item.amount)
    if item.whole is None or item.parts is None:
        figures = (item.figure,) if item.figure else ()
        return steps.given(text, item.amount, legs=legs, figures=figures)
    whole = steps.given(f"{item.leg}, what is spread", item.whole, legs=legs)
    return steps.part(text, whole, *item.parts, expect=item.amount)


def _explained_accrual(steps: Steps, row: Accrual, legs: tuple[str, ...]) -> int:
    """Multiply what is owed by the rate for the time, from the lower to the upper."""
    owed = steps.given("what is owed", row.owed, legs=legs)
    low = steps.product(f"interest for {row.text}", owed, steps.given("rate for the time", row.low))
    if row.low == row.high:
        return low
    high = steps.product("interest at the higher rate", owed, steps.given("higher rate", row.high))
    return steps.span("interest, from the lower to the higher", low, high)


def _explained_opening(steps: Steps, found: FundingGap) -> int:
    """Add up the last cash and the last undrawn credit; of several figures from the least to the most."""
    balances = []
    for metric in (Metric.CASH, Metric.UNDRAWN_CREDIT):
        balances += explained(
            steps, str(metric), [row for row in found.opening_figures if row.metric is metric]
        )
    if found.assumed:
        balances.append(steps.given("assumed, for no balance is published", found.opening))
    return steps.total("opening cash and undrawn credit", *balances, expect=found.opening, name="opening")
