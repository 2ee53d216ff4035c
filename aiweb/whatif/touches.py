"""What every change touches: its things, found on its day, or what is wrong with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple, TypeAlias

from aiweb.graph import DealState, LegState, fold
from aiweb.model import FigureKind, Instrument, Leg, Metric, Registry, Status, Unit, leg_id
from aiweb.registry.whatif import (
    Cancel,
    Change,
    Coupons,
    Cut,
    Delay,
    Drop,
    Exchange,
    Fail,
    MarkDown,
    PullCredit,
    SetFigure,
    ShiftRate,
    Stated,
    StopFunding,
    WhatIf,
)
from aiweb.values import Money
from aiweb.whatif.chosen import FORECASTS, figures_of, in_force, last_of, leg_currency, no_figure, written
from aiweb.whatif.legs import has_ahead, scaled, sunk_by

WHOLE: Final = Fraction(1)
_VALUES: Final = (Metric.VALUATION, Metric.MARKET_VALUE)


@dataclass(frozen=True, slots=True)
class Unshown:
    """An effect that no number shows yet; `a_year` is what it costs in a year, where that is known."""

    target: str
    says: str
    a_year: Money | None
    what_ifs: tuple[str, ...]


class Finding(NamedTuple):
    """What is wrong with a change, and with which of its fields."""

    code: str
    message: str
    remedy: str
    field: str = ""


Found: TypeAlias = Iterator[Finding]
Target: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Touch:
    """What one change does to one thing.

    `kind` is `end`, `set`, `scale` (by `share`), `add` (of `value`) or `stop` (whatever is not paid).
    `names` says whether the change names the thing, and does not only happen to find it.
    """

    target: Target
    kind: str
    stated: Stated
    what_if: str
    order: int
    share: Fraction = WHOLE
    value: Any = None
    carry: Metric | None = None

    @property
    def on(self) -> date:
        """The day it takes effect."""
        return self.stated.on.last


@dataclass
class Plan:
    """All that some what-ifs do to a registry, thing by thing."""

    registry: Registry
    touches: dict[Target, list[Touch]] = field(default_factory=lambda: defaultdict(list))
    unshown: list[tuple[bool, Unshown]] = field(default_factory=list)
    what_if: str = ""
    stated: Stated | None = None
    order: int = 0
    states: dict[date, Mapping[str, DealState]] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """The day on which the change at hand takes effect."""
        assert self.stated is not None  # noqa: S101  # set before any change is asked
        return self.stated.on.last

    def touch(self, kind: str, *target: str, **more: Any) -> None:  # noqa: ANN401 - fields of a touch
        """Put down what the change at hand does to one thing."""
        assert self.stated is not None  # noqa: S101  # as above
        touch = Touch(target, kind, self.stated, self.what_if, self.order, **more)
        self.touches[target].append(touch)

    def say(self, target: str, says: str, a_year: Money | None = None, *, alive: bool = False) -> None:
        """Put down what no number shows of the change at hand; `alive`: only if the deal lives on."""
        self.unshown.append((alive, Unshown(target, says, a_year, (self.what_if,))))

    def deals(self) -> Mapping[str, DealState]:
        """Give the deals as they stand on the day of the change at hand, without any what-if."""
        if self.day not in self.states:
            folded = (fold(name, self.registry.deals[name], self.day) for name in sorted(self.registry.deals))
            self.states[self.day] = {state.id: state for state in folded if state is not None}
        return self.states[self.day]

    def living(self) -> Iterator[tuple[DealState, LegState]]:
        """Give the legs of deals that live on the day of the change at hand."""
        for deal in self.deals().values():
            if not deal.status.is_end:
                yield from ((deal, leg) for leg in deal.legs)


def planned(registry: Registry, what_ifs: Iterable[WhatIf]) -> Plan:
    """Put down all that some what-ifs do; what is wrong with a change has been said when it was read."""
    plan = Plan(registry)
    for what_if in what_ifs:
        for stated in what_if.changes:
            for _ in asked(plan, what_if.name, stated):
                pass
    return plan


def asked(plan: Plan, name: str, stated: Stated) -> Found:
    """Put a change into the plan; give what is wrong with it."""
    plan.what_if, plan.stated, plan.order = name, stated, plan.order + 1
    yield from _HANDLERS[type(stated.change)](plan, stated.change)


def _cancel(plan: Plan, change: Cancel) -> Found:
    yield from _alive(plan, change.deal, "deal")
    plan.touch("end", "deal", change.deal)
    for number in range(1, len(plan.registry.deals[change.deal].legs) + 1):
        plan.touch("end", "leg", leg_id(change.deal, number))


def _cut(plan: Plan, change: Cut) -> Found:
    found, legs = _named(plan, change)
    yield from found
    if not legs:
        return
    if change.by is not None:
        for leg in legs:
            plan.touch("scale", "amount", leg.id, share=1 - change.by)
        if change.deal is not None and plan.deals()[change.deal].total is not None:
            plan.touch("scale", "total", change.deal, share=1 - change.by)
        return
    assert change.to is not None  # noqa: S101  # the reader has seen to it
    if len(legs) > 1:
        remedy = f"name one of {', '.join(leg.id for leg in legs)}"
        yield Finding("which-leg", f"{change.deal!r} has {len(legs)} legs", remedy, "deal")
        return
    leg, sunk = legs[0], sunk_by(plan.registry, legs[0], plan.day)
    smaller = leg.amount.undisclosed or leg.amount.unbounded or change.to.high < leg.amount.high
    if not smaller or change.to.high < sunk.low:
        paid = f", and {sunk} of it paid" if sunk else ""
        yield Finding("no-cut", f"{leg.id} has {leg.amount}{paid}", "write an amount between the two", "to")
        return
    plan.touch("set", "amount", leg.id, value=change.to)


def _delay(plan: Plan, change: Delay) -> Found:
    found, legs = _named(plan, change)
    yield from found
    dated = [leg for leg in legs if has_ahead(leg, plan.day)]
    if legs and not dated:
        name = change.leg or change.deal
        said = f"nothing of {name!r} is dated later than {plan.day}"
        yield Finding("undated", said, "take the change out", "leg" if change.leg else "deal")
    for leg in dated:
        plan.touch("add", "dates", leg.id, value=change.by)


def _drop(plan: Plan, change: Drop) -> Found:
    if change.below.level < 2:
        remedy = "write letter-of-intent, announced, signed or closed"
        yield Finding("unknown-word", f"nothing stands below {change.below}", remedy, "below")
        return
    dropped = [deal for deal in plan.deals().values() if 0 < deal.status.level < change.below.level]
    for deal in dropped:
        plan.touch("end", "deal", deal.id)
    if not dropped:
        yield Finding("nothing-to-do", f"no deal stands below {change.below}", "take it out", "below")


def _figure(plan: Plan, change: SetFigure) -> Found:
    rows = figures_of(plan.registry, change, plan.day)
    if not rows:
        yield Finding("no-figure", *no_figure(plan.registry, change), "metric")
        return
    percent = change.metric.is_percent
    wrong = change.add is not None or change.to is not None if percent else change.percent is not None
    if wrong or (percent and change.carry is not None):
        form = "a percentage: write 'percent' or 'by'" if percent else "an amount: write 'to', 'by' or 'add'"
        yield Finding("figure-value", f"{change.metric} is {form}", "change the field", "metric")
        return
    if change.carry is not None:
        _stranded(plan, change, rows)
    for index in rows:
        target = ("figure", change.party, str(index))
        if change.by is not None:
            plan.touch("scale", *target, share=1 + change.by, carry=change.carry)
        elif change.add is not None:
            plan.touch("add", *target, value=change.add, carry=change.carry)
        else:
            new = change.percent if percent else change.to
            plan.touch("set", *target, value=new, carry=change.carry)


def _stranded(plan: Plan, change: SetFigure, chosen: Iterable[int]) -> None:
    """Say for which periods the metric that is to follow has nothing to follow."""
    rows = plan.registry.figures[change.party]
    met = {(rows[index].period.first, rows[index].period.last) for index in chosen}
    alone = dict.fromkeys(
        str(row.period)
        for row in rows
        if row.metric is change.carry
        and row.kind in FORECASTS
        and row.period.last > plan.day
        and (row.period.first, row.period.last) not in met
    )
    if alone:
        said = f"{change.carry} for {', '.join(alone)} stands: there is no {change.metric} to follow"
        plan.say(change.party, said)


def _exchange(plan: Plan, change: Exchange) -> Found:
    plan.touch("scale", "currency", change.currency, share=1 + change.by)
    found = False
    for _, leg in plan.living():
        if leg_currency(plan.registry, leg, plan.day) == change.currency:
            plan.touch("scale", "amount", leg.id, share=1 + change.by)
            found = True
    for party in sorted(plan.registry.figures):
        for index in in_force(plan.registry, party, plan.day):
            row = plan.registry.figures[party][index]
            been = row.period.last <= plan.day and row.period.days > 1
            if been or written(plan.registry, "figures", party, index, "amount") != change.currency:
                continue
            found = True
            if row.metric is Metric.NET_ASSET_VALUE:
                plan.say(party, f"net asset value stands: its holdings are not all in {change.currency}")
            else:
                plan.touch("scale", "figure", party, str(index), share=1 + change.by)
    if not found:
        said = f"no amount ahead, and no last figure, is written in {change.currency}"
        yield Finding("nothing-to-do", said, "take it out", "currency")


def _rate(plan: Plan, change: ShiftRate) -> Found:
    series = plan.registry.series[change.series]
    if series.unit not in {Unit.PERCENT, Unit.BASIS_POINTS}:
        said = f"{change.series!r} counts {series.unit}"
        yield Finding("not-a-rate", said, "name a series in percent or basis points", "series")
        return
    plan.touch("add", "series", change.series, value=change.by)
    for _, state in plan.living():
        leg = plan.registry.leg(state.id)
        if leg.instrument is Instrument.LOAN and leg.benchmark == change.series:
            plan.touch("note", "coupon", state.id)
            _costs(plan, state, leg, change.by, f"{change.series} {change.by:+} bp")


def _coupons(plan: Plan, change: Coupons) -> Found:
    named = change.leg and plan.registry.leg(change.leg)
    if named and not (named.instrument is Instrument.LOAN and named.floating):
        remedy = "name a loan whose rate floats"
        yield Finding("not-floating", f"{change.leg!r} is no loan at a floating rate", remedy, "leg")
        return
    found, unknown = False, 0
    for _, state in plan.living():
        leg = plan.registry.leg(state.id)
        if leg.instrument is not Instrument.LOAN or change.leg not in {None, state.id}:
            continue
        if change.party not in {None, state.payee}:
            continue
        unknown += leg.floating is None
        if leg.floating:
            found = True
            plan.touch("add", "coupon", state.id, value=change.by)
            _costs(plan, state, leg, change.by, f"pays {change.by:+} bp")
    if unknown:
        plan.say("loans", f"of {unknown} loans no source says whether the rate floats: left as they are")
    if not found:
        yield Finding("nothing-to-do", "no loan at a floating rate is alive", "take it out")


def _costs(plan: Plan, state: LegState, leg: Leg, points: Decimal, why: str) -> None:
    """Say what more a loan costs in a year: its floating principal times the points."""
    principal = state.paid if state.paid is not None else leg.drawn
    if principal is None and state.status is Status.CLOSED:
        principal = state.amount
    if principal is None:
        plan.say(state.id, f"{why}; how much is drawn is not known", alive=True)
        return
    if state.repaid is not None:
        principal = principal.less(state.repaid)
    rest = principal.less(leg.fixed) if leg.fixed is not None else principal
    if not rest.known:
        plan.say(state.id, f"{why}; the principal is not disclosed", alive=True)
        return
    fixed = "; the fixed part is not disclosed" if leg.fixed is not None and not leg.fixed.known else ""
    a_year = scaled(rest, Fraction(points) / 10_000)
    plan.say(state.id, f"{why} on {rest.short()}: counted as interest in its gap{fixed}", a_year, alive=True)


def _mark_down(plan: Plan, change: MarkDown) -> Found:
    registry = plan.registry
    marked = [
        name
        for name, party in sorted(registry.parties.items())
        if change.party in {None, name} and change.kind in {None, party.kind}
    ]
    found = False
    for party in marked:
        for index in last_of(registry, party, _VALUES, plan.day):
            plan.touch("scale", "figure", party, str(index), share=1 - change.by)
            found = True
    for _, leg in plan.living():
        if leg.instrument is Instrument.EQUITY and leg.payee in marked and leg.status is not Status.CLOSED:
            plan.touch("scale", "amount", leg.id, share=1 - change.by)
            found = True
            if leg.valuation is not None:
                plan.touch("scale", "valuation", leg.id, share=1 - change.by)
        elif leg.instrument is Instrument.LOAN:
            found |= _margin(plan, leg, marked)
    for holder in sorted(registry.figures):
        if last_of(registry, holder, (Metric.LOAN_TO_VALUE, Metric.NET_ASSET_VALUE), plan.day):
            plan.say(holder, "loan to value and net asset value stand as published: holdings are marked down")
    if not found:
        yield Finding("nothing-to-do", "no valuation and no unpaid equity is found", "take it out")


def _margin(plan: Plan, state: LegState, marked: Iterable[str]) -> bool:
    """Say of a loan that is secured by shares of a party marked down; whether stress can call it."""
    said = plan.registry.leg(state.id)
    held, called = (said.collateral or "").casefold(), False
    for name in marked:
        party = plan.registry.parties[name]
        if said.pledged == name:
            called = True
            plan.say(state.id, f"secured by shares of {name}: a margin call is in stress only", alive=True)
        elif "shares" in held and any(
            f"{each.casefold()} shares" in held for each in (party.name, *party.also)
        ):
            plan.say(state.id, f"secured by shares of {name}: a margin call is in no number", alive=True)
    return called


def _stop_funding(plan: Plan, change: StopFunding) -> Found:
    found, unknown = False, 0
    for deal, leg in plan.living():
        kind = plan.registry.parties[leg.payer].kind
        if (
            change.party in {None, leg.payer}
            and change.kind in {None, kind}
            and change.to in {None, leg.payee}
            and leg.instrument in change.instruments
            and deal.status.level < change.below.level
        ):
            found = True
            if _may_be_drawn(plan, leg):
                unknown += 1
            else:
                plan.touch("stop", "amount", leg.id, share=Fraction(0))
    _say_undrawn(plan, unknown)
    if not found:
        yield Finding("nothing-to-do", "no such funding is open on that day", "take it out")


def _may_be_drawn(plan: Plan, leg: LegState) -> bool:
    """Whether some of a loan may have been drawn by the day, and no source says how much."""
    said = plan.registry.leg(leg.id)
    if leg.instrument is not Instrument.LOAN or leg.status.level < Status.SIGNED.level:
        return False
    return leg.paid is None and said.drawn is None


def _say_undrawn(plan: Plan, unknown: int) -> None:
    """Say how many loans are left as they are, for what of them is drawn is not known."""
    if unknown:
        plan.say(
            "loans", f"of {unknown} signed or closed loans nobody says how much is drawn: left as they are"
        )


def _pull_credit(plan: Plan, change: PullCredit) -> Found:
    registry = plan.registry
    pulled: dict[str, date] = {}
    for party in sorted(registry.figures):
        if change.party in {None, party}:
            for index in last_of(registry, party, (Metric.UNDRAWN_CREDIT,), plan.day):
                plan.touch("stop", "figure", party, str(index), share=Fraction(0))
                pulled[party] = registry.figures[party][index].period.last
    found, unknown = bool(pulled), 0
    for _, leg in plan.living():
        if leg.instrument is not Instrument.LOAN or change.party not in {None, leg.payee}:
            continue
        # A line signed by then, of which no drawing is known, is the credit that the figure counts.
        counted = pulled.get(leg.payee, date.min)
        unused = leg.status is Status.SIGNED and leg.since.last <= counted
        drawn = leg.paid is not None or registry.leg(leg.id).drawn is not None
        if drawn or unused:
            plan.touch("stop", "amount", leg.id, share=Fraction(0))
            found = True
        elif leg.status.level >= Status.SIGNED.level:
            unknown += 1
    _say_undrawn(plan, unknown)
    if not found:
        yield Finding("nothing-to-do", "no undrawn credit is known", "take it out")


def _fail(plan: Plan, change: Fail) -> Found:
    registry, party = plan.registry, change.party
    own = [(deal, leg) for deal, leg in plan.living() if party in {leg.payer, leg.payee}]
    for deal, leg in own:
        plan.touch("end", "leg", leg.id)
        plan.touch("stop", "amount", leg.id, share=Fraction(0))
        if leg.instrument is Instrument.LOAN and leg.payee == party and deal.status.level >= 4:
            plan.say(leg.id, f"{party} does not repay it: the loss of {leg.payer} is in no number")
    for index, row in enumerate(registry.figures.get(party, ())):
        ahead = row.period.last > plan.day and row.kind in {*FORECASTS, FigureKind.ANALYST}
        if ahead and registry.figure_known(row) <= plan.day:
            plan.touch("end", "figure", party, str(index))
    failed = {leg.id for _, leg in own}
    for _, leg in plan.living():
        called = failed.intersection(registry.leg(leg.id).secures)
        if leg.instrument is Instrument.GUARANTEE and called and leg.payer != party:
            plan.say(leg.id, f"stands behind {', '.join(sorted(called))}: that it is called is in no number")
    sellers = sorted({leg.payee for _, leg in own if leg.payer == party and leg.side == "spending"})
    if sellers:
        said = f"revenue and backlog of {', '.join(sellers)} stand as published: {party} buys no more"
        plan.say(party, said)
    if not own:
        yield Finding("nothing-to-do", f"{party} is in no deal that lives", "take it out", "party")


_HANDLERS: Final[Mapping[type[Change], Callable[[Plan, Any], Found]]] = {
    Cancel: _cancel,
    Cut: _cut,
    Delay: _delay,
    Drop: _drop,
    SetFigure: _figure,
    Exchange: _exchange,
    ShiftRate: _rate,
    Coupons: _coupons,
    MarkDown: _mark_down,
    StopFunding: _stop_funding,
    PullCredit: _pull_credit,
    Fail: _fail,
}


def _alive(plan: Plan, name: str, field_name: str) -> Found:
    """Say if a deal is not alive on the day of the change at hand."""
    state = plan.deals().get(name.partition("/")[0])
    if state is None:
        yield Finding("deal-over", f"{name!r} is not known on {plan.day}", "name a later day", field_name)
    elif state.status.is_end:
        said = f"{name!r} is {state.status} since {state.since}"
        yield Finding("deal-over", said, "take the change out", field_name)


def _named(plan: Plan, change: Cut | Delay) -> tuple[list[Finding], list[LegState]]:
    """Give the legs that a change names, if their deal lives."""
    name, field_name = (change.leg, "leg") if change.leg is not None else (change.deal, "deal")
    assert name is not None  # noqa: S101  # the reader has seen to it
    found = list(_alive(plan, name, field_name))
    legs = [] if found else plan.deals()[name.partition("/")[0]].legs
    return found, [leg for leg in legs if change.leg in {None, leg.id}]
