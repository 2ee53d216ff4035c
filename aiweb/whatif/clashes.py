"""What does not go together: changes of one file, and changes of several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Final, TypeAlias

from aiweb.errors import Problem
from aiweb.model import Place, Registry
from aiweb.registry.whatif import Draft, Stated, WhatIf
from aiweb.whatif.touches import Plan, Target, Touch, asked, planned

_BY_NAME: Final = frozenset({"cut", "delay", "figure"})
_Clash: TypeAlias = tuple[str, str, str] | None


def faults(draft: Draft, base: Registry) -> tuple[Problem, ...]:
    """Hold the changes that could be typed against the registry and each other; all problems, by place."""
    document = draft.document
    problems = list(draft.problems)
    plan = Plan(base)
    for stated in draft.changes:
        keys = ("changes", stated.index, stated.verb)
        for finding in asked(plan, "", stated):
            at = (*keys, finding.field) if finding.field else keys
            problems.append(document.problem(at, finding.code, finding.message, finding.remedy))
    for later, code, message, remedy in _clashes(plan, _clash_inside):
        keys = ("changes", later.index, later.verb)
        problems.append(document.problem(keys, code, message, remedy, key=True))
    return tuple(sorted(set(problems)))


def composed(base: Registry, what_ifs: Sequence[WhatIf]) -> list[Problem]:
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
    for later, code, message, remedy in _clashes(planned(base, what_ifs), _clash_between):
        place = later.place
        problems.append(Problem(place.path, place.line, place.column, code, message, remedy))
    return problems


def _clashes(plan: Plan, between: Callable[[Touch, Touch], _Clash]) -> Iterator[tuple[Stated, str, str, str]]:
    """Find pairs of changes that do not go together, each pair once, with the later of the two."""
    told: set[tuple[Place, Place]] = set()
    for target in sorted(plan.touches):
        for one, other in combinations(_with_ends(plan, target), 2):
            pair = (one.stated.place, other.stated.place)
            clash = between(one, other) if one.stated is not other.stated and pair not in told else None
            if clash:
                told.add(pair)
                yield other.stated, *clash


def _with_ends(plan: Plan, target: Target) -> list[Touch]:
    """Give what touches a thing, with what ends the leg that it is of, in the order it was said."""
    found = plan.touches[target]
    if target[0] in {"amount", "dates"}:
        found = [*found, *plan.touches.get(("leg", target[1]), ())]
    return sorted(found, key=lambda touch: touch.order)


def _clash_inside(one: Touch, other: Touch) -> _Clash:
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


def _clash_between(one: Touch, other: Touch) -> _Clash:
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
