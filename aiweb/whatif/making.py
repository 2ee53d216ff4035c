"""A registry in the making: what has changed so far, and what is told of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from aiweb.model import Deal, Event, Figure, Place, Rate, Series
from aiweb.values import Money, When
from aiweb.whatif.touches import Plan, Target, Touch


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that is otherwise: what it was and what it is from a day on, under which what-ifs."""

    on: date
    target: str
    field: str
    before: str
    after: str
    what_ifs: tuple[str, ...]


@dataclass
class Made:
    """A registry in the making."""

    plan: Plan
    day: date
    deals: dict[str, Deal]
    figures: dict[str, tuple[Figure, ...]]
    series: dict[str, Series]
    rates: dict[str, tuple[Rate, ...]]
    effects: list[Effect] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)

    def tell(self, on: date, target: str, what: str, before: object, after: object, names: Target) -> None:
        """Put down an effect."""
        self.effects.append(Effect(on, target, what, _shown(before), _shown(after), names))

    def touches(self, *target: str) -> list[Touch]:
        """Give what is done to a thing, in the order of its days."""
        return sorted(self.plan.touches.get(target, ()), key=lambda touch: touch.on)

    def by_day(self, *target: str) -> dict[date, list[Touch]]:
        """Give the same by day, what is in force only."""
        found: dict[date, list[Touch]] = defaultdict(list)
        for touch in self.touches(*target):
            if touch.on <= self.day:
                found[touch.on].append(touch)
        return found


def source_name(what_if: str) -> str:
    """Name the source of what a what-if puts in; no file can declare such a name."""
    return f"what-if:{what_if}"


def is_over(events: Sequence[Event]) -> bool:
    """Whether a deal has ended by its last event."""
    status = next((event.status for event in reversed(events) if event.status is not None), None)
    return status is not None and status.is_end


def names_of(touches: Iterable[Touch]) -> tuple[str, ...]:
    """Name the what-ifs that do these, sorted, each once."""
    return tuple(sorted({touch.what_if for touch in touches}))


def event_of(day: date, names: Iterable[str], **said: Any) -> Event:  # noqa: ANN401 - fields of an event
    """Make an event of a day, with the what-ifs that put it there as its sources."""
    on = When(day, day, day.isoformat())
    return Event(on=on, source=tuple(source_name(name) for name in names), **said)


def _shown(value: object) -> str:
    """Write what was, or is, for people."""
    if isinstance(value, Money):
        return value.short()
    if isinstance(value, Mapping):
        return ", ".join(f"{when} {amount.short()}" for when, amount in value.items())
    return "none" if value is None else str(value)
