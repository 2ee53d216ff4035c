"""The story of the article and what happened since, as steps through the page.

What a step shows and where its numbers stand is in `story.json`, what it says in `words/story.json`.
No number is written in either: the page fills each in from what it shows.
A step that speaks of a party, a deal or a day that a registry does not have is left out of its page.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from aiweb.model import Registry

Step: TypeAlias = dict[str, Any]

LEAST: Final = 3
"""A story of fewer steps is none."""


def steps() -> list[Step]:
    """Read every step, in order: its `id`, the `state` to show, its `values` and its `sources`."""
    read: list[Step] = json.loads(Path(__file__).with_name("story.json").read_text(encoding="utf-8"))
    return read


def tellable(registry: Registry, article: str, shown: Collection[str]) -> list[Step]:
    """Give the steps that a registry can tell, with days put for `article` and `registry`.

    `shown` are the days that the page can show; without the article's among them there is nothing to tell.
    """
    days = {"article": article, "registry": registry.as_of.last.isoformat()}
    found = [_dated(step, days) for step in steps() if _known(step, registry)]
    kept = [step for step in found if _days(step) <= {*shown}]
    return kept if article in shown and len(kept) >= LEAST else []


def _known(step: Step, registry: Registry) -> bool:
    """Whether all that a step speaks of is in a registry."""
    state = step["state"]
    deals = {part for kind, part in (text.split(": ") for text in step["sources"]) if kind == "deal"}
    deals.update(_each(state.get("deal")))
    parties = {*_each(state.get("party")), *state.get("loop", ())}
    for kind, *rest in step["values"].values():
        if kind in {"leg", "fact"}:
            deals.add(rest[0].partition("/")[0])
        elif kind in {"total", "depends", "gap"}:
            parties.add(rest[0])
    return deals <= {*registry.deals} and parties <= {*registry.parties}


def _each(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def _dated(step: Step, days: Mapping[str, str]) -> Step:
    """Put the days for their names."""

    def day(value: object) -> object:
        if not isinstance(value, str):
            return value
        name, slash, rest = value.partition("/")
        return f"{days.get(name, name)}{slash}{rest}"

    values = {name: [kind, *map(day, rest)] for name, (kind, *rest) in step["values"].items()}
    state = {"date": days["registry"], "preset": "contracted", "consideration": "cash", "view": "graph"}
    state |= {name: day(value) for name, value in step["state"].items()}
    return step | {"state": state, "values": values}


def _days(step: Step) -> set[str]:
    """Say on which days a step looks: its own, and those of its values."""
    found: set[str] = {step["state"]["date"]}
    for kind, *rest in step["values"].values():
        if kind == "day":
            found.update(rest)
        elif kind == "number":
            found.update(text.partition("/")[0] for text in rest[1:])
        elif kind == "leg":
            found.update(rest[2:])
        elif kind == "between":
            found.add(rest[1])
    return found
