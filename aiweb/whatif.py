"""What a registry would be if a few things were otherwise: registry and what-ifs to a registry.

A what-if states changes only.
Each takes effect on a day, and the life of a deal stays intact: a deal that is cancelled gets an event
on that day, so the web of any day before is what it was.
What has no events, figures and coupons, is changed in the registry that is in force from that day on.

All changes to one thing are collected first and then made at once, in the order of their days.
Of one day, an amount that is set comes first, then every share is taken off what has not been paid,
then dates are moved; a figure is set, scaled, then added to.
Shares multiply, months and points add up, and what ends has ended.
So what-ifs may be given in any order, but for two cases, which are refused:
two that set one thing to different values, and one that sets what an earlier one has shifted.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from aiweb.errors import Problem, RegistryError
from aiweb.graph import DealState, LegState, fold
from aiweb.model import (
    Deal,
    Event,
    Figure,
    FigureKind,
    Grade,
    Instrument,
    Leg,
    Metric,
    Place,
    Rate,
    Reading,
    Registry,
    Series,
    Source,
    Status,
    Unit,
    leg_id,
)
from aiweb.registry import whatif as files
from aiweb.registry.source import Places
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
from aiweb.values import NOTHING, Money, Span, When, currency, total

_WHOLE: Final = Fraction(1)
_FORECASTS: Final = (FigureKind.FORECAST, FigureKind.GUIDANCE)
_VALUES: Final = (Metric.VALUATION, Metric.MARKET_VALUE)
_BEST_FIRST: Final = (
    {FigureKind.REPORTED},
    {FigureKind.FORECAST, FigureKind.GUIDANCE},
    {FigureKind.PRESS},
)
_BY_NAME: Final = frozenset({"cut", "delay", "figure"})


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that is otherwise: what it was and what it is from a day on, under which what-ifs."""

    on: date
    target: str
    field: str
    before: str
    after: str
    what_ifs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unshown:
    """An effect that no number shows yet; `a_year` is what it costs in a year, where that is known."""

    target: str
    says: str
    a_year: Money | None
    what_ifs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Overlaid(Registry):
    """A registry under what-ifs, as it is in force on a day; `base` is the registry without them."""

    base: Registry
    what_ifs: tuple[WhatIf, ...]
    effects: tuple[Effect, ...]
    unshown: tuple[Unshown, ...]
    day: date

    def on(self, day: date) -> Registry:
        """Give the registry as it is in force on another day: what begins later changes nothing yet."""
        changed = {stated.on.last for what_if in self.what_ifs for stated in what_if.changes}
        if all((each <= day) == (each <= self.day) for each in changed):
            return self
        return _built(self.base, self.what_ifs, day)


class Checked(NamedTuple):
    """What came of reading a what-if: the what-if, unless there are problems."""

    what_if: WhatIf | None
    problems: tuple[Problem, ...]


def load(name: str | Path, registry: Registry) -> WhatIf:
    """Read a what-if for a registry: a shipped one by its name, or a file.

    Raises:
        FileError: there is no such what-if, or the file cannot be read.
        RegistryError: the file has problems; the exception holds all of them.
    """
    path = files.find(name)
    found, problems = _held(files.read(path, _base(registry)), _base(registry))
    if found is None:
        raise RegistryError(problems)
    return found


def read_text(data: bytes, path: str, registry: Registry) -> Checked:
    """Read a what-if from bytes, with all its problems; `path` is the name that these carry."""
    return _held(files.read_text(data, path, _base(registry)), _base(registry))


def apply(registry: Registry, *what_ifs: WhatIf) -> Overlaid:
    """Put what-ifs over a registry, after those that it stands under already.

    Raises:
        RegistryError: two of them do not go together.
    """
    before = registry.what_ifs if isinstance(registry, Overlaid) else ()
    chosen = (*before, *what_ifs)
    base = _base(registry)
    problems = _composed(base, chosen)
    if problems:
        raise RegistryError(problems)
    return _built(base, chosen, date.max)


def _base(registry: Registry) -> Registry:
    return registry.base if isinstance(registry, Overlaid) else registry


# ---- what a change touches ----------------------------------------------------------------------


class _Finding(NamedTuple):
    """What is wrong with a change, and with which of its fields."""

    code: str
    message: str
    remedy: str
    field: str = ""


_Found = Iterator[_Finding]
_Target = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Touch:
    """What one change does to one thing.

    `kind` is `end`, `set`, `scale` (by `share`), `add` (of `value`) or `stop` (whatever is not paid).
    `names` says whether the change names the thing, and does not only happen to find it.
    """

    target: _Target
    kind: str
    stated: Stated
    what_if: str
    order: int
    share: Fraction = _WHOLE
    value: Any = None
    carry: Metric | None = None

    @property
    def on(self) -> date:
        """The day it takes effect."""
        return self.stated.on.last


@dataclass
class _Plan:
    """All that some what-ifs do to a registry, thing by thing."""

    registry: Registry
    touches: dict[_Target, list[_Touch]] = field(default_factory=lambda: defaultdict(list))
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
        touch = _Touch(target, kind, self.stated, self.what_if, self.order, **more)
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


def _planned(registry: Registry, what_ifs: Iterable[WhatIf]) -> _Plan:
    plan = _Plan(registry)
    for what_if in what_ifs:
        for stated in what_if.changes:
            for _ in _asked(plan, what_if.name, stated):
                pass
    return plan


def _asked(plan: _Plan, name: str, stated: Stated) -> _Found:
    """Put a change into the plan; give what is wrong with it."""
    plan.what_if, plan.stated, plan.order = name, stated, plan.order + 1
    yield from _HANDLERS[type(stated.change)](plan, stated.change)


def _cancel(plan: _Plan, change: Cancel) -> _Found:
    yield from _alive(plan, change.deal, "deal")
    plan.touch("end", "deal", change.deal)
    for number in range(1, len(plan.registry.deals[change.deal].legs) + 1):
        plan.touch("end", "leg", leg_id(change.deal, number))


def _cut(plan: _Plan, change: Cut) -> _Found:
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
        yield _Finding("which-leg", f"{change.deal!r} has {len(legs)} legs", remedy, "deal")
        return
    leg, sunk = legs[0], _sunk(plan.registry, legs[0], plan.day)
    smaller = leg.amount.undisclosed or leg.amount.unbounded or change.to.high < leg.amount.high
    if not smaller or change.to.high < sunk.low:
        paid = f", and {sunk} of it paid" if sunk else ""
        yield _Finding("no-cut", f"{leg.id} has {leg.amount}{paid}", "write an amount between the two", "to")
        return
    plan.touch("set", "amount", leg.id, value=change.to)


def _delay(plan: _Plan, change: Delay) -> _Found:
    found, legs = _named(plan, change)
    yield from found
    dated = [leg for leg in legs if _ahead(leg, plan.day)]
    if legs and not dated:
        name = change.leg or change.deal
        said = f"nothing of {name!r} is dated later than {plan.day}"
        yield _Finding("undated", said, "take the change out", "leg" if change.leg else "deal")
    for leg in dated:
        plan.touch("add", "dates", leg.id, value=change.by)


def _drop(plan: _Plan, change: Drop) -> _Found:
    if change.below.level < 2:
        remedy = "write letter-of-intent, announced, signed or closed"
        yield _Finding("unknown-word", f"nothing stands below {change.below}", remedy, "below")
        return
    dropped = [deal for deal in plan.deals().values() if 0 < deal.status.level < change.below.level]
    for deal in dropped:
        plan.touch("end", "deal", deal.id)
    if not dropped:
        yield _Finding("nothing-to-do", f"no deal stands below {change.below}", "take it out", "below")


def _figure(plan: _Plan, change: SetFigure) -> _Found:
    rows = _chosen(plan, change)
    if not rows:
        yield _Finding("no-figure", *_no_figure(plan, change), "metric")
        return
    percent = change.metric.is_percent
    wrong = change.add is not None or change.to is not None if percent else change.percent is not None
    if wrong or (percent and change.carry is not None):
        form = "a percentage: write 'percent' or 'by'" if percent else "an amount: write 'to', 'by' or 'add'"
        yield _Finding("figure-value", f"{change.metric} is {form}", "change the field", "metric")
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


def _stranded(plan: _Plan, change: SetFigure, chosen: Iterable[int]) -> None:
    """Say for which periods the metric that is to follow has nothing to follow."""
    rows = plan.registry.figures[change.party]
    met = {(rows[index].period.first, rows[index].period.last) for index in chosen}
    alone = dict.fromkeys(
        str(row.period)
        for row in rows
        if row.metric is change.carry
        and row.kind in _FORECASTS
        and row.period.last > plan.day
        and (row.period.first, row.period.last) not in met
    )
    if alone:
        said = f"{change.carry} for {', '.join(alone)} stands: there is no {change.metric} to follow"
        plan.say(change.party, said)


def _exchange(plan: _Plan, change: Exchange) -> _Found:
    plan.touch("scale", "currency", change.currency, share=1 + change.by)
    found = False
    for _, leg in plan.living():
        if _leg_currency(plan.registry, leg, plan.day) == change.currency:
            plan.touch("scale", "amount", leg.id, share=1 + change.by)
            found = True
    for party in sorted(plan.registry.figures):
        for index in _in_force(plan.registry, party, plan.day):
            row = plan.registry.figures[party][index]
            been = row.period.last <= plan.day and row.period.days > 1
            if been or _written(plan.registry, "figures", party, index, "amount") != change.currency:
                continue
            found = True
            if row.metric is Metric.NET_ASSET_VALUE:
                plan.say(party, f"net asset value stands: its holdings are not all in {change.currency}")
            else:
                plan.touch("scale", "figure", party, str(index), share=1 + change.by)
    if not found:
        said = f"no amount ahead, and no last figure, is written in {change.currency}"
        yield _Finding("nothing-to-do", said, "take it out", "currency")


def _rate(plan: _Plan, change: ShiftRate) -> _Found:
    series = plan.registry.series[change.series]
    if series.unit not in {Unit.PERCENT, Unit.BASIS_POINTS}:
        said = f"{change.series!r} counts {series.unit}"
        yield _Finding("not-a-rate", said, "name a series in percent or basis points", "series")
        return
    plan.touch("add", "series", change.series, value=change.by)
    for _, state in plan.living():
        leg = plan.registry.leg(state.id)
        if leg.instrument is Instrument.LOAN and leg.benchmark == change.series:
            plan.touch("note", "coupon", state.id)
            _costs(plan, state, leg, change.by, f"{change.series} {change.by:+} bp")


def _coupons(plan: _Plan, change: Coupons) -> _Found:
    named = change.leg and plan.registry.leg(change.leg)
    if named and not (named.instrument is Instrument.LOAN and named.floating):
        remedy = "name a loan whose rate floats"
        yield _Finding("not-floating", f"{change.leg!r} is no loan at a floating rate", remedy, "leg")
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
        yield _Finding("nothing-to-do", "no loan at a floating rate is alive", "take it out")


def _costs(plan: _Plan, state: LegState, leg: Leg, points: Decimal, why: str) -> None:
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
    a_year = _scaled(rest, Fraction(points) / 10_000)
    plan.say(state.id, f"{why} on {rest.short()}: counted as interest in its gap{fixed}", a_year, alive=True)


def _mark_down(plan: _Plan, change: MarkDown) -> _Found:
    registry = plan.registry
    marked = [
        name
        for name, party in sorted(registry.parties.items())
        if change.party in {None, name} and change.kind in {None, party.kind}
    ]
    found = False
    for party in marked:
        for index in _last_of(registry, party, _VALUES, plan.day):
            plan.touch("scale", "figure", party, str(index), share=1 - change.by)
            found = True
    for _, leg in plan.living():
        if leg.instrument is Instrument.EQUITY and leg.payee in marked and leg.status is not Status.CLOSED:
            plan.touch("scale", "amount", leg.id, share=1 - change.by)
            found = True
            if leg.valuation is not None:
                plan.touch("scale", "valuation", leg.id, share=1 - change.by)
        elif leg.instrument is Instrument.LOAN:
            _margin(plan, leg, marked)
    for holder in sorted(registry.figures):
        if _last_of(registry, holder, (Metric.LOAN_TO_VALUE, Metric.NET_ASSET_VALUE), plan.day):
            plan.say(holder, "loan to value and net asset value stand as published: holdings are marked down")
    if not found:
        yield _Finding("nothing-to-do", "no valuation and no unpaid equity is found", "take it out")


def _margin(plan: _Plan, state: LegState, marked: Iterable[str]) -> None:
    """Say of a loan that is secured by shares of a party marked down."""
    held = (plan.registry.leg(state.id).collateral or "").casefold()
    for name in marked:
        party = plan.registry.parties[name]
        if "shares" in held and any(
            f"{each.casefold()} shares" in held for each in (party.name, *party.also)
        ):
            plan.say(state.id, f"secured by shares of {name}: a margin call is in no number", alive=True)


def _stop_funding(plan: _Plan, change: StopFunding) -> _Found:
    found = False
    for deal, leg in plan.living():
        kind = plan.registry.parties[leg.payer].kind
        if (
            change.party in {None, leg.payer}
            and change.kind in {None, kind}
            and change.to in {None, leg.payee}
            and leg.instrument in change.instruments
            and deal.status.level < change.below.level
        ):
            plan.touch("stop", "amount", leg.id, share=Fraction(0))
            found = True
    if not found:
        yield _Finding("nothing-to-do", "no such funding is open on that day", "take it out")


def _pull_credit(plan: _Plan, change: PullCredit) -> _Found:
    registry = plan.registry
    pulled: dict[str, date] = {}
    for party in sorted(registry.figures):
        if change.party in {None, party}:
            for index in _last_of(registry, party, (Metric.UNDRAWN_CREDIT,), plan.day):
                plan.touch("stop", "figure", party, str(index), share=Fraction(0))
                pulled[party] = registry.figures[party][index].period.last
    found, unknown = bool(pulled), 0
    for _, leg in plan.living():
        if leg.instrument is not Instrument.LOAN or change.party not in {None, leg.payee}:
            continue
        drawn = leg.paid is not None or registry.leg(leg.id).drawn is not None
        # A line signed by then, of which no drawing is known, is the credit that the figure counts.
        counted = pulled.get(leg.payee, date.min)
        unused = leg.status is Status.SIGNED and leg.since.last <= counted
        if drawn or unused:
            plan.touch("stop", "amount", leg.id, share=Fraction(0))
            found = True
        elif leg.status.level >= Status.SIGNED.level:
            unknown += 1
    if unknown:
        plan.say(
            "loans", f"of {unknown} signed or closed loans nobody says how much is drawn: left as they are"
        )
    if not found:
        yield _Finding("nothing-to-do", "no undrawn credit is known", "take it out")


def _fail(plan: _Plan, change: Fail) -> _Found:
    registry, party = plan.registry, change.party
    own = [(deal, leg) for deal, leg in plan.living() if party in {leg.payer, leg.payee}]
    for deal, leg in own:
        plan.touch("end", "leg", leg.id)
        plan.touch("stop", "amount", leg.id, share=Fraction(0))
        if leg.instrument is Instrument.LOAN and leg.payee == party and deal.status.level >= 4:
            plan.say(leg.id, f"{party} does not repay it: the loss of {leg.payer} is in no number")
    for index, row in enumerate(registry.figures.get(party, ())):
        ahead = row.period.last > plan.day and row.kind in {*_FORECASTS, FigureKind.ANALYST}
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
        yield _Finding("nothing-to-do", f"{party} is in no deal that lives", "take it out", "party")


_HANDLERS: Final[Mapping[type[Change], Callable[[_Plan, Any], _Found]]] = {
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


def _alive(plan: _Plan, name: str, field_name: str) -> _Found:
    """Say if a deal is not alive on the day of the change at hand."""
    state = plan.deals().get(name.partition("/")[0])
    if state is None:
        yield _Finding("deal-over", f"{name!r} is not known on {plan.day}", "name a later day", field_name)
    elif state.status.is_end:
        said = f"{name!r} is {state.status} since {state.since}"
        yield _Finding("deal-over", said, "take the change out", field_name)


def _named(plan: _Plan, change: Cut | Delay) -> tuple[list[_Finding], list[LegState]]:
    """Give the legs that a change names, if their deal lives."""
    name, field_name = (change.leg, "leg") if change.leg is not None else (change.deal, "deal")
    assert name is not None  # noqa: S101  # the reader has seen to it
    found = list(_alive(plan, name, field_name))
    legs = [] if found else plan.deals()[name.partition("/")[0]].legs
    return found, [leg for leg in legs if change.leg in {None, leg.id}]


# ---- which figures ------------------------------------------------------------------------------


def _in_force(registry: Registry, party: str, day: date) -> Iterator[int]:
    """Give the figures of a party that speak of what is ahead, else the last of each metric."""
    rows = registry.figures.get(party, ())
    for metric in dict.fromkeys(row.metric for row in rows):
        yield from _ahead_or_last(
            registry, party, [i for i, row in enumerate(rows) if row.metric is metric], day
        )


def _ahead_or_last(registry: Registry, party: str, indexes: Sequence[int], day: date) -> list[int]:
    rows = registry.figures[party]
    known = [index for index in indexes if registry.figure_known(rows[index]) <= day]
    ahead = [index for index in known if rows[index].period.last > day]
    last = max((rows[index].period.last for index in known), default=None)
    return ahead or [index for index in known if rows[index].period.last == last]


def _last_of(registry: Registry, party: str, metrics: Iterable[Metric], day: date) -> list[int]:
    """Give the last figures of some metrics that are known by a day, metric by metric."""
    rows, found = registry.figures.get(party, ()), []
    for metric in metrics:
        known = [
            index
            for index, row in enumerate(rows)
            if row.metric is metric and registry.figure_known(row) <= day and row.period.first <= day
        ]
        last = max((rows[index].period.last for index in known), default=None)
        found += [index for index in known if rows[index].period.last == last]
    return found


def _chosen(plan: _Plan, change: SetFigure) -> list[int]:
    """Give the figures that a change speaks of."""
    fits = [
        index
        for index, row in enumerate(plan.registry.figures.get(change.party, ()))
        if row.metric is change.metric
        and change.kind in {None, row.kind}
        and row.segment == change.segment
        and change.counterparty in {None, row.counterparty}
    ]
    if change.period is None:
        return _ahead_or_last(plan.registry, change.party, fits, plan.day) if fits else []
    rows = plan.registry.figures[change.party] if fits else ()
    wanted = (change.period.first, change.period.last)
    return [index for index in fits if (rows[index].period.first, rows[index].period.last) == wanted]


def _no_figure(plan: _Plan, change: SetFigure) -> tuple[str, str]:
    rows = [row for row in plan.registry.figures.get(change.party, ()) if row.metric is change.metric]
    periods = ", ".join(dict.fromkeys(str(row.period) for row in rows))
    what = f" for {change.period}" if change.period else ""
    said = f"the registry has no such {change.metric} of {change.party}{what}"
    return said, f"it has {change.metric} for {periods}" if periods else "name another metric"


def _written(registry: Registry, *keys: str | int) -> str | None:
    """Name the currency that an amount is written in, in the file."""
    text = registry.places.text(*keys) if isinstance(registry.places, Places) else None
    return currency(text) if text is not None else None


def _leg_currency(registry: Registry, leg: LegState, day: date) -> str | None:
    """Name the currency of the last amount that a leg was given."""
    number = int(leg.id.partition("/")[2])
    keys: tuple[str | int, ...] = ("deals", leg.deal, "legs", number - 1, "amount")
    for index, event in enumerate(registry.deals[leg.deal].events):
        if event.amount is not None and event.leg in {None, number} and event.published.last <= day:
            keys = ("deals", leg.deal, "events", index, "amount")
    return _written(registry, *keys)


# ---- what does not go together ------------------------------------------------------------------


def _held(draft: files.Draft, base: Registry) -> Checked:
    """Hold the changes that could be typed against the registry and each other."""
    document = draft.document
    problems = list(draft.problems)
    plan = _Plan(base)
    for stated in draft.changes:
        keys = ("changes", stated.index, stated.verb)
        for finding in _asked(plan, "", stated):
            at = (*keys, finding.field) if finding.field else keys
            problems.append(document.problem(at, finding.code, finding.message, finding.remedy))
    for later, code, message, remedy in _clashes(plan, _clash_inside):
        keys = ("changes", later.index, later.verb)
        problems.append(document.problem(keys, code, message, remedy, key=True))
    return Checked(None if problems else draft.what_if, tuple(sorted(set(problems))))


def _composed(base: Registry, what_ifs: Sequence[WhatIf]) -> list[Problem]:
    """Say which of several what-ifs do not go together."""
    seen: set[str] = set()
    problems = []
    for what_if in what_ifs:
        if what_if.name in seen:
            said = f"the what-if {what_if.name!r} is given twice"
            problems.append(Problem(what_if.path, 1, 1, "given-twice", said, "give it once"))
        seen.add(what_if.name)
    if problems:
        return problems
    for later, code, message, remedy in _clashes(_planned(base, what_ifs), _clash_between):
        place = later.place
        problems.append(Problem(place.path, place.line, place.column, code, message, remedy))
    return problems


_Clash = tuple[str, str, str] | None


def _clashes(
    plan: _Plan, between: Callable[[_Touch, _Touch], _Clash]
) -> Iterator[tuple[Stated, str, str, str]]:
    """Find pairs of changes that do not go together, each pair once, with the later of the two."""
    told: set[tuple[Place, Place]] = set()
    for target in sorted(plan.touches):
        for one, other in combinations(_with_ends(plan, target), 2):
            pair = (one.stated.place, other.stated.place)
            clash = between(one, other) if one.stated is not other.stated and pair not in told else None
            if clash:
                told.add(pair)
                yield other.stated, *clash


def _with_ends(plan: _Plan, target: _Target) -> list[_Touch]:
    """Give what touches a thing, with what ends the leg that it is of, in the order it was said."""
    found = plan.touches[target]
    if target[0] in {"amount", "dates"}:
        found = [*found, *plan.touches.get(("leg", target[1]), ())]
    return sorted(found, key=lambda touch: touch.order)


def _clash_inside(one: _Touch, other: _Touch) -> _Clash:
    """Say why two changes of one file do not go together."""
    verbs = {one.stated.verb, other.stated.verb}
    name = "/".join(one.target[1:]) if one.target[0] == "figure" else one.target[1]
    first = f"line {one.stated.place.line}"
    if len({one.kind == "end", other.kind == "end"}) == 2:
        end, change = (one, other) if one.kind == "end" else (other, one)
        if change.stated.verb in _BY_NAME and change.on >= end.on:
            said = f"{end.stated.verb!r} and {change.stated.verb!r} of {name}, with {first}"
            return "contradiction", said, "keep one of them"
        return None
    if one.on != other.on:
        return None
    if verbs == {"rate", "coupons"}:
        said = f"the rate that {name} goes by, and what it pays, both rise, with {first}"
        return "contradiction", said, "keep one of them: it would count twice"
    kinds = {one.kind, other.kind}
    if kinds == {"set"} and one.value != other.value:
        said = f"{name} is set to two values, with {first}"
        return "contradiction", said, "keep one of them"
    if "set" in kinds and kinds & {"scale", "add"}:
        return "contradiction", f"{name} is set and shifted, with {first}", "keep one of them"
    if len(verbs) == 1 and kinds <= {"set", "scale", "add", "end"} and not verbs & {"drop", "fail"}:
        said = f"a second {one.stated.verb!r} of {name}, with {first}"
        return "said-twice", said, "write one change that says both"
    return None


def _clash_between(one: _Touch, other: _Touch) -> _Clash:
    """Say why two changes of different files do not go together; `one` was given first."""
    if one.what_if == other.what_if or one.on != other.on or other.kind != "set":
        return None
    name = "/".join(other.target[1:])
    place = one.stated.place
    if one.kind == "set" and one.value != other.value:
        said = f"{name} is set to another value by {one.what_if!r}, {place}"
        return "contradiction", said, "leave one of the two out"
    if one.kind in {"scale", "add"}:
        said = f"{name} is set after {one.what_if!r} has shifted it, {place}"
        return "set-after-shift", said, f"give {other.what_if!r} before {one.what_if!r}"
    return None


# ---- making the changes -------------------------------------------------------------------------


@dataclass
class _Made:
    """A registry in the making."""

    plan: _Plan
    day: date
    deals: dict[str, Deal]
    figures: dict[str, tuple[Figure, ...]]
    series: dict[str, Series]
    rates: dict[str, tuple[Rate, ...]]
    effects: list[Effect] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)

    def tell(self, on: date, target: str, what: str, before: object, after: object, names: _Target) -> None:
        """Put down an effect."""
        self.effects.append(Effect(on, target, what, _shown(before), _shown(after), names))

    def touches(self, *target: str) -> list[_Touch]:
        """Give what is done to a thing, in the order of its days."""
        return sorted(self.plan.touches.get(target, ()), key=lambda touch: touch.on)

    def by_day(self, *target: str) -> dict[date, list[_Touch]]:
        """Give the same by day, what is in force only."""
        found: dict[date, list[_Touch]] = defaultdict(list)
        for touch in self.touches(*target):
            if touch.on <= self.day:
                found[touch.on].append(touch)
        return found


def _built(base: Registry, what_ifs: tuple[WhatIf, ...], day: date) -> Overlaid:
    plan = _planned(base, what_ifs)
    made = _Made(plan, day, dict(base.deals), dict(base.figures), dict(base.series), dict(base.rates))
    for deal in sorted({target[1].partition("/")[0] for target in plan.touches if target[0] in _OF_DEALS}):
        _make_deal(made, deal)
    for party in sorted({target[1] for target in plan.touches if target[0] == "figure"}):
        _make_figures(made, party)
    _make_rates(made)
    said = [base.digest, *sorted(what_if.digest for what_if in what_ifs)]
    sources = {_source_name(what_if.name): _source(what_if) for what_if in what_ifs}
    told = sorted(made.effects, key=lambda row: (row.on, row.target, row.field))
    return Overlaid(
        as_of=base.as_of,
        parties=base.parties,
        sources=MappingProxyType({**base.sources, **sources}),
        rates=MappingProxyType(made.rates),
        series=MappingProxyType(made.series),
        deals=MappingProxyType(made.deals),
        figures=MappingProxyType(made.figures),
        claims=base.claims,
        waivers=base.waivers,
        places=_Moved(base.places, made.places),
        digest=hashlib.sha256("\n".join(said).encode()).hexdigest(),
        path=base.path,
        what_if=tuple(what_if.name for what_if in what_ifs),
        base=base,
        what_ifs=what_ifs,
        effects=tuple(told),
        unshown=_merged(made),
        day=day,
    )


_OF_DEALS: Final = frozenset({"deal", "leg", "amount", "dates", "valuation", "total", "coupon"})


class _Moved(Mapping[str, Place]):
    """The places of a registry, and in front of them those of what a what-if has put in or moved."""

    def __init__(self, base: Mapping[str, Place], own: Mapping[str, Place]) -> None:
        self._base, self._own = base, own

    def __getitem__(self, name: str) -> Place:
        return self._own[name] if name in self._own else self._base[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from (name for name in self._base if name not in self._own)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _source_name(what_if: str) -> str:
    """Name the source of what a what-if puts in; no file can declare such a name."""
    return f"what-if:{what_if}"


def _source(what_if: WhatIf) -> Source:
    head = what_if.head
    return Source(
        title=head.title,
        publisher="what-if",
        date=head.as_of,
        url=None,
        offline=f"{head.name}, version {head.version}",
        grade=Grade.DIGEST,
    )


def _merged(made: _Made) -> tuple[Unshown, ...]:
    """Put what several what-ifs say alike into one row."""
    rows: dict[tuple[str, str, Money | None], list[str]] = defaultdict(list)
    for alive, row in made.plan.unshown:
        if not alive or not _is_over(made.deals[row.target.partition("/")[0]].events):
            rows[row.target, row.says, row.a_year] += row.what_ifs
    found = (
        Unshown(target, says, a_year, tuple(sorted(set(names))))
        for (target, says, a_year), names in rows.items()
    )
    return tuple(sorted(found, key=lambda row: (row.target, row.says)))


def _is_over(events: Sequence[Event]) -> bool:
    """Whether a deal has ended by its last event."""
    status = next((event.status for event in reversed(events) if event.status is not None), None)
    return status is not None and status.is_end


def _names(touches: Iterable[_Touch]) -> tuple[str, ...]:
    return tuple(sorted({touch.what_if for touch in touches}))


def _event(day: date, names: Iterable[str], **said: Any) -> Event:  # noqa: ANN401 - fields of an event
    on = When(day, day, day.isoformat())
    return Event(on=on, source=tuple(_source_name(name) for name in names), **said)


# ---- deals --------------------------------------------------------------------------------------


def _make_deal(made: _Made, name: str) -> None:
    """Add what happens to a deal to the end of its life."""
    deal = made.plan.registry.deals[name]
    legs = [leg_id(name, number) for number in range(1, len(deal.legs) + 1)]
    days = {touch.on for touch in made.touches("deal", name) + made.touches("total", name)}
    for leg in legs:
        days |= {touch.on for kind in _PER_LEG for touch in made.touches(kind, leg)}
    events = list(deal.events)
    for day in sorted(days):
        state = fold(name, deal.model_copy(update={"events": tuple(events)}), day)
        if state is None or state.status.is_end:
            continue
        added = _ending(made, state, legs, day) or _changes(made, state, day)
        for event, touch in added:
            made.places[f"/deals/{name}/events/{len(events)}"] = touch.stated.place
            events.append(event)
    over = _is_over(events)
    coupons = {leg: {} if over else made.by_day("coupon", leg) for leg in legs}
    made.deals[name] = deal.model_copy(
        update={
            "events": tuple(events),
            "legs": tuple(
                _with_coupon(made, leg, coupons[leg_name])
                for leg_name, leg in zip(legs, deal.legs, strict=True)
            ),
        }
    )


_PER_LEG: Final = ("leg", "amount", "dates", "valuation")
_Added = list[tuple[Event, _Touch]]


def _ending(made: _Made, state: DealState, legs: Sequence[str], day: date) -> _Added:
    """Cancel a deal that is ended on a day, or of which every leg is stopped and nothing was paid."""
    why = [touch for touch in made.touches("deal", state.id) if touch.on == day]
    over = {leg: [t for t in made.touches("leg", leg) if t.on <= day and t.kind == "end"] for leg in legs}
    gone = {leg: [t for t in made.touches("amount", leg) if t.on <= day and not t.share] for leg in legs}
    if not why and all(over.values()):
        why = [touch for leg in legs for touch in over[leg]]
    if not why and all(gone.values()):
        left = [_sunk(made.plan.registry, leg, day) for leg in state.legs]
        why = [] if any(left) else [touch for leg in legs for touch in gone[leg]]
    if not why:
        return []
    names = _names(why)
    made.tell(day, state.id, "status", str(state.status), str(Status.CANCELLED), names)
    return [(_event(day, names, status=Status.CANCELLED), why[0])]


def _changes(made: _Made, state: DealState, day: date) -> _Added:
    """Restate the legs of a deal that are changed on a day."""
    added: _Added = []
    for number, leg in enumerate(state.legs, start=1):
        kinds = {kind: [t for t in made.touches(kind, leg.id) if t.on == day] for kind in _PER_LEG}
        touches = [touch for rows in kinds.values() for touch in rows]
        said = _restated(made.plan.registry, leg, kinds, day)
        if said:
            names = _names(touches)
            for key, value in said.items():
                made.tell(day, leg.id, key, getattr(leg, key), value, names)
            added.append((_event(day, names, leg=number, **said), touches[0]))
    totals = [touch for touch in made.touches("total", state.id) if touch.on == day]
    if totals and state.total is not None:
        new = _scaled(state.total, prod((touch.share for touch in totals), start=_WHOLE))
        made.tell(day, state.id, "total", state.total, new, _names(totals))
        added.append((_event(day, _names(totals), total=new), totals[0]))
    return added


def _restated(
    registry: Registry, leg: LegState, kinds: Mapping[str, Sequence[_Touch]], day: date
) -> dict[str, Any]:
    """Give the fields of a leg that are otherwise from a day on."""
    said: dict[str, Any] = {}
    sunk = _sunk(registry, leg, day)
    share = prod((touch.share for touch in kinds["amount"]), start=_WHOLE)
    target: Money | None = next((touch.value for touch in kinds["amount"] if touch.kind == "set"), None)
    amount = target if target is not None else leg.amount
    if share != 1:
        amount = sunk + _scaled(amount.less(sunk), share)
    past, ahead = _parted(leg, day)
    if amount != leg.amount:
        said["amount"] = amount
        if leg.schedule is not None:
            rest = share if target is None else share * _left(leg.amount, target, total(past.values()))
            ahead = {when: _scaled(part, rest) for when, part in ahead.items()}
            said["schedule"] = past | ahead
    months = sum(touch.value for touch in kinds["dates"])
    if months:
        said |= _later(replace(leg, amount=amount), past, ahead, day, months)
    if kinds["valuation"] and leg.valuation is not None:
        rest = prod((touch.share for touch in kinds["valuation"]), start=_WHOLE)
        said["valuation"] = _scaled(leg.valuation, rest)
    return said


def _left(before: Money, after: Money, past: Money) -> Fraction:
    """Say what share of what was ahead is left when an amount is set."""
    ahead = before.high - past.high
    return max(Fraction(0), Fraction(after.high - past.high, ahead)) if ahead > 0 else _WHOLE


def _sunk(registry: Registry, leg: LegState, day: date) -> Money:
    """Say what of a leg has been paid by a day: what is known, or fell due before it.

    Due before it is what a schedule has, and all of a leg whose term has ended.
    """
    known = [leg.paid] if leg.paid is not None else []
    drawn = registry.leg(leg.id).drawn
    known += [drawn] if drawn is not None else []
    over = leg.schedule is None and leg.term is not None and leg.term.last < day
    known += [leg.amount if over else total(_parted(leg, day)[0].values())]
    low, high = max(each.low for each in known), max(each.high for each in known)
    return Money(
        low,
        high,
        undisclosed=max(each.undisclosed for each in known),
        unbounded=any(each.unbounded for each in known),
    )


_Schedule = dict[When, Money]


def _parted(leg: LegState, day: date) -> tuple[_Schedule, _Schedule]:
    """Part a schedule at a day: what was due before it, and what is due from it on."""
    past: _Schedule = {}
    ahead: _Schedule = {}
    for when, amount in (leg.schedule or {}).items():
        if when.last < day:
            past[when] = amount
        elif when.first >= day or not amount.known:
            ahead[when] = amount
        else:
            before = Span(when.first, day - timedelta(days=1), "")
            begin, rest = amount.shares([before.days, (when.last - day).days + 1])
            past[_stretch(before.first, before.last)] = begin
            ahead[_stretch(day, when.last)] = rest
    return past, ahead


def _stretch(first: date, last: date) -> When:
    return When(first, last, f"{first}..{last}" if first != last else first.isoformat())


def _ahead(leg: LegState, day: date) -> bool:
    """Whether anything of a leg is dated from a day on."""
    if leg.schedule is not None:
        return bool(_parted(leg, day)[1])
    return leg.term is not None and leg.term.last >= day


def _later(leg: LegState, past: _Schedule, ahead: _Schedule, day: date, months: int) -> dict[str, Any]:
    """Move what is ahead of a leg by some months.

    Of a term that has begun, and of which no payment is known, what falls before the day stays there.
    """
    if leg.schedule is not None:
        moved = dict(past)
        for when, amount in ahead.items():
            key = _moved(when, months)
            moved[key] = moved.get(key, NOTHING) + amount
        return {"schedule": moved}
    assert leg.term is not None  # noqa: S101  # what has no dates is not delayed
    begin = max(leg.term.first, day)
    rest = _moved(_stretch(begin, leg.term.last), months)
    if begin > leg.term.first and leg.paid is None and leg.amount.known:
        before = Span(leg.term.first, day - timedelta(days=1), "")
        first, second = leg.amount.shares([before.days, (leg.term.last - begin).days + 1])
        return {"schedule": {_stretch(before.first, before.last): first, rest: second}}
    return {"term": Span(rest.first, rest.last, f"{rest.first}..{rest.last}")}


def _moved(when: When, months: int) -> When:
    """Move a stretch of time by months; a year stays a year, and the end of a month its end."""
    first, last = _add(when.first, months), _add(when.last + timedelta(days=1), months) - timedelta(days=1)
    if (
        not months % 12
        and when.first == date(when.first.year, 1, 1)
        and when.last == date(when.first.year, 12, 31)
    ):
        return When(first, last, str(first.year))
    return _stretch(first, last)


def _add(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    first = date(count // 12, count % 12 + 1, 1)
    after = date((count + 1) // 12, (count + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), after - timedelta(days=1))


def _with_coupon(made: _Made, leg: Leg, by_day: Mapping[date, Sequence[_Touch]]) -> Leg:
    """Add to what a loan pays."""
    touches = [touch for rows in by_day.values() for touch in rows if touch.kind == "add"]
    if not touches or leg.coupon is None:
        return leg
    points: Decimal = sum((touch.value for touch in touches), start=Decimal(0))
    new = leg.coupon + points / 100
    on = max(touch.on for touch in touches)
    made.tell(on, touches[0].target[1], "coupon", f"{leg.coupon}%", f"{new}%", _names(touches))
    return leg.model_copy(update={"coupon": new})


def _scaled(amount: Money, share: Fraction) -> Money:
    """Scale an amount, to the dollar; of nothing nothing is left, disclosed or not."""
    if not share:
        return NOTHING
    low, high = sorted((round(amount.low * share), round(amount.high * share)))
    return replace(amount, low=low, high=high)


# ---- figures, series, rates ---------------------------------------------------------------------


def _make_figures(made: _Made, party: str) -> None:
    """Change the figures of a party that are in force on the day."""
    before = made.plan.registry.figures[party]
    rows: list[Figure | None] = list(before)
    carried: dict[tuple[Metric, date, date], list[_Carried]] = defaultdict(list)
    for index, row in enumerate(before):
        by_day = made.by_day("figure", party, str(index))
        touches = [touch for day in by_day for touch in by_day[day]]
        if not touches:
            continue
        target = f"{party} {row.metric} {row.period}"
        if any(touch.kind == "end" for touch in touches):
            rows[index] = None
            made.tell(max(by_day), target, "figure", _value(row), "withdrawn", _names(touches))
            continue
        rows[index] = _refigured(row, by_day)
        made.tell(max(by_day), target, "figure", _value(row), _value(rows[index]), _names(touches))
        for metric in {touch.carry for touch in touches if touch.carry is not None}:
            if _is_best(made.plan.registry, party, index, max(by_day)):
                only = {day: [t for t in by_day[day] if t.carry is metric] for day in by_day}
                key = (metric, row.period.first, row.period.last)
                carrying = tuple(touch for day in only for touch in only[day])
                carried[key].append(_Carried(*_difference(row, _refigured(row, only)), carrying))
    _carry(made, party, rows, carried)
    kept = [index for index, row in enumerate(rows) if row is not None]
    if len(kept) < len(rows):
        for number, index in enumerate(kept):
            made.places[f"/figures/{party}/{number}"] = made.plan.registry.place("figures", party, index)
    made.figures[party] = tuple(row for row in rows if row is not None)


class _Carried(NamedTuple):
    """How many dollars one figure changes by, at the least and at the most, and by which changes."""

    low: int
    high: int
    touches: tuple[_Touch, ...]


def _difference(before: Figure, after: Figure) -> tuple[int, int]:
    """Give the change of an amount at both its bounds, the lesser first."""
    assert before.amount is not None  # noqa: S101  # a percentage carries nothing
    assert after.amount is not None  # noqa: S101  # as above
    low, high = after.amount.low - before.amount.low, after.amount.high - before.amount.high
    return min(low, high), max(low, high)


def _carry(
    made: _Made,
    party: str,
    rows: list[Figure | None],
    carried: Mapping[tuple[Metric, date, date], Sequence[_Carried]],
) -> None:
    """Add what one metric changes by to the forecasts of another for the same periods."""
    for index, row in enumerate(rows):
        if row is None or row.amount is None or row.kind not in _FORECASTS:
            continue
        found = carried.get((row.metric, row.period.first, row.period.last), ())
        if not found or made.plan.registry.figure_known(row) > made.day:
            continue
        low, high = min(each.low for each in found), max(each.high for each in found)
        new = replace(row.amount, low=row.amount.low + low, high=row.amount.high + high)
        rows[index] = row.model_copy(update={"amount": new})
        touches = [touch for each in found for touch in each.touches]
        target = f"{party} {row.metric} {row.period}"
        made.tell(max(t.on for t in touches), target, "figure", row.amount, new, _names(touches))


def _refigured(row: Figure, by_day: Mapping[date, Sequence[_Touch]]) -> Figure:
    """Set, scale and add to a figure, day by day."""
    amount, percent = row.amount, row.percent
    for day in sorted(by_day):
        touches = by_day[day]
        target = next((touch.value for touch in touches if touch.kind == "set"), None)
        share = prod((touch.share for touch in touches), start=_WHOLE)
        added = [touch.value for touch in touches if touch.kind == "add"]
        if amount is not None:
            amount = target if target is not None else amount
            amount = _scaled(amount, share) if share != 1 else amount
            amount = total((amount, *added)) if added else amount
        elif percent is not None:
            percent = (target if target is not None else percent) * share.numerator / share.denominator
    return row.model_copy(update={"amount": amount, "percent": percent})


def _is_best(registry: Registry, party: str, index: int, day: date) -> bool:
    """Whether a figure is the last word on its period: of the best kind, and of these known last."""
    rows = registry.figures[party]
    own = rows[index]

    def rank(row: Figure) -> tuple[int, int]:
        kind = next((n for n, kinds in enumerate(_BEST_FIRST) if row.kind in kinds), len(_BEST_FIRST))
        return (kind, -registry.figure_known(row).toordinal())

    rivals = [
        row
        for row in rows
        if row.metric is own.metric
        and (row.period.first, row.period.last) == (own.period.first, own.period.last)
        and registry.figure_known(row) <= day
    ]
    return rank(own) == min(map(rank, rivals))


def _make_rates(made: _Made) -> None:
    """Add readings of series, and prices of currencies."""
    for target in sorted(made.plan.touches):
        if target[0] == "series":
            for day, touches in made.by_day(*target).items():
                _add_reading(made, target[1], day, touches)
        elif target[0] == "currency":
            for day, touches in made.by_day(*target).items():
                rows = made.rates[target[1]]
                last = max(rows, key=lambda row: row.on.order)
                share = prod((touch.share for touch in touches), start=_WHOLE)
                price = last.usd * share.numerator / share.denominator
                cited = tuple(_source_name(name) for name in _names(touches))
                on = When(day, day, day.isoformat())
                made.tell(day, target[1], "US dollars", str(last.usd), str(price), _names(touches))
                if price:
                    made.rates[target[1]] = (*rows, Rate(on=on, usd=price, source=cited))


def _add_reading(made: _Made, name: str, day: date, touches: Sequence[_Touch]) -> None:
    series = made.series[name]
    last = series.readings[-1].value
    points: Decimal = sum((touch.value for touch in touches), start=Decimal(0))
    new = last + (points / 100 if series.unit is Unit.PERCENT else points)
    reading = Reading(
        on=When(day, day, day.isoformat()),
        value=new,
        kind=FigureKind.FORECAST,
        note=None,
        source=tuple(_source_name(each) for each in _names(touches)),
    )
    made.series[name] = series.model_copy(update={"readings": (*series.readings, reading)})
    made.tell(day, name, "reading", str(last), str(new), _names(touches))


def _value(row: Figure | None) -> object:
    if row is None:
        return ""
    return row.amount if row.amount is not None else f"{row.percent}%"


def _shown(value: object) -> str:
    """Write what was, or is, for people."""
    if isinstance(value, Money):
        return value.short()
    if isinstance(value, Mapping):
        return ", ".join(f"{when} {amount.short()}" for when, amount in value.items())
    return "none" if value is None else str(value)
