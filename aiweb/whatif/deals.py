"""Deals under what-ifs: events at the end of their lives, and coupons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Any, Final, TypeAlias

from aiweb.graph import DealState, LegState, fold
from aiweb.model import Event, Leg, Registry, Status, leg_id
from aiweb.values import Money, total
from aiweb.whatif.legs import later, parted, scaled, sunk_by
from aiweb.whatif.making import Made, event_of, is_over, names_of
from aiweb.whatif.touches import WHOLE, Touch

_PER_LEG: Final = ("leg", "amount", "dates", "valuation")
_Added: TypeAlias = list[tuple[Event, Touch]]


def make_deal(made: Made, name: str) -> None:
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
    over = is_over(events)
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


def _ending(made: Made, state: DealState, legs: Sequence[str], day: date) -> _Added:
    """Cancel a deal that is ended on a day, or of which every leg is stopped and nothing was paid."""
    why = [touch for touch in made.touches("deal", state.id) if touch.on == day]
    over = {leg: [t for t in made.touches("leg", leg) if t.on <= day and t.kind == "end"] for leg in legs}
    gone = {leg: [t for t in made.touches("amount", leg) if t.on <= day and not t.share] for leg in legs}
    if not why and all(over.values()):
        why = [touch for leg in legs for touch in over[leg]]
    if not why and all(gone.values()):
        left = [sunk_by(made.plan.registry, leg, day) for leg in state.legs]
        why = [] if any(left) else [touch for leg in legs for touch in gone[leg]]
    if not why:
        return []
    names = names_of(why)
    made.tell(day, state.id, "status", str(state.status), str(Status.CANCELLED), names)
    return [(event_of(day, names, status=Status.CANCELLED), why[0])]


def _changes(made: Made, state: DealState, day: date) -> _Added:
    """Restate the legs of a deal that are changed on a day."""
    added: _Added = []
    for number, leg in enumerate(state.legs, start=1):
        kinds = {kind: [t for t in made.touches(kind, leg.id) if t.on == day] for kind in _PER_LEG}
        touches = [touch for rows in kinds.values() for touch in rows]
        said = _restated(made.plan.registry, leg, kinds, day)
        if said:
            names = names_of(touches)
            for key, value in said.items():
                made.tell(day, leg.id, key, getattr(leg, key), value, names)
            added.append((event_of(day, names, leg=number, **said), touches[0]))
    totals = [touch for touch in made.touches("total", state.id) if touch.on == day]
    if totals and state.total is not None:
        new = scaled(state.total, prod((touch.share for touch in totals), start=WHOLE))
        made.tell(day, state.id, "total", state.total, new, names_of(totals))
        added.append((event_of(day, names_of(totals), total=new), totals[0]))
    return added


def _restated(
    registry: Registry, leg: LegState, kinds: Mapping[str, Sequence[Touch]], day: date
) -> dict[str, Any]:
    """Give the fields of a leg that are otherwise from a day on."""
    said: dict[str, Any] = {}
    sunk = sunk_by(registry, leg, day)
    share = prod((touch.share for touch in kinds["amount"]), start=WHOLE)
    target: Money | None = next((touch.value for touch in kinds["amount"] if touch.kind == "set"), None)
    amount = target if target is not None else leg.amount
    if share != 1:
        amount = sunk + scaled(amount.less(sunk), share)
    past, ahead = parted(leg, day)
    if amount != leg.amount:
        said["amount"] = amount
        if leg.schedule is not None:
            rest = share if target is None else share * _left(leg.amount, target, total(past.values()))
            ahead = {when: scaled(part, rest) for when, part in ahead.items()}
            said["schedule"] = past | ahead
    months = sum(touch.value for touch in kinds["dates"])
    if months:
        said |= later(replace(leg, amount=amount), past, ahead, day, months)
    if kinds["valuation"] and leg.valuation is not None:
        rest = prod((touch.share for touch in kinds["valuation"]), start=WHOLE)
        said["valuation"] = scaled(leg.valuation, rest)
    return said


def _left(before: Money, after: Money, past: Money) -> Fraction:
    """Say what share of what was ahead is left when an amount is set."""
    ahead = before.high - past.high
    return max(Fraction(0), Fraction(after.high - past.high, ahead)) if ahead > 0 else WHOLE


def _with_coupon(made: Made, leg: Leg, by_day: Mapping[date, Sequence[Touch]]) -> Leg:
    """Add to what a loan pays."""
    touches = [touch for rows in by_day.values() for touch in rows if touch.kind == "add"]
    if not touches or leg.coupon is None:
        return leg
    points: Decimal = sum((touch.value for touch in touches), start=Decimal(0))
    new = leg.coupon + points / 100
    on = max(touch.on for touch in touches)
    made.tell(on, touches[0].target[1], "coupon", f"{leg.coupon}%", f"{new}%", names_of(touches))
    return leg.model_copy(update={"coupon": new})
