"""Problems of a registry: for people, for programs, and as annotations of a pull request."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from aiweb.errors import Problem
from aiweb.model import Deal, Grade, Leg, Mode, Registry

_EXCERPT: Final = 100
_LARGE: Final = 10_000_000_000


def text(problems: Sequence[Problem]) -> str:
    """Write each problem with its line, a caret under the place, and the remedy."""
    return "".join(f"{_one(problem)}\n" for problem in problems)


def to_json(problems: Sequence[Problem], *, stats: Mapping[str, int]) -> str:
    """Write one object: `valid`, `stats` and a list of errors, places counted from 1."""
    from aiweb.views.tables import SCHEMA_VERSION

    document = {
        "schema_version": SCHEMA_VERSION,
        "valid": not any(problem.severity == "error" for problem in problems),
        "stats": dict(stats),
        "errors": [
            {
                "code": problem.code,
                "severity": problem.severity,
                "message": problem.message,
                "path": problem.path,
                "line": problem.line,
                "column": problem.column,
                "pointer": problem.pointer,
                "hint": problem.remedy,
            }
            for problem in problems
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def github(problems: Sequence[Problem]) -> str:
    """Write workflow commands, one a problem, which annotate the line in a pull request."""
    rows = []
    for problem in problems:
        place = f"file={_property(problem.path)},line={problem.line},col={problem.column}"
        said = _data(f"{problem.message}\n{problem.remedy}" if problem.remedy else problem.message)
        level = "error" if problem.severity == "error" else "warning"
        rows.append(f"::{level} {place},title={_property(problem.code)}::{said}\n")
    return "".join(rows)


def stats(registry: Registry) -> dict[str, int]:
    """Count what a registry holds; a large deal is one of $10bn or more, at its largest."""
    deals = registry.deals.values()
    large = [name for name, deal in registry.deals.items() if deal.largest >= _LARGE]
    grades = Counter(
        source.grade
        for sources in (registry.sources, *(deal.sources for deal in deals))
        for source in sources.values()
    )
    return {
        "deals": len(registry.deals),
        "legs": sum(len(deal.legs) for deal in deals),
        "events": sum(len(deal.events) for deal in deals),
        "parties": len(registry.parties),
        "figures": sum(len(rows) for rows in registry.figures.values()),
        "series": len(registry.series),
        "readings": sum(len(series.readings) for series in registry.series.values()),
        "claims": len(registry.claims),
        "claims_asserted": sum(1 for claim in registry.claims.values() if claim.mode is Mode.ASSERTED),
        "waivers": len(registry.waivers),
        "sources": grades.total(),
        **{f"sources_{grade}": grades[grade] for grade in Grade},
        "deals_with_an_amount": sum(
            1 for deal in deals if bool(deal.total) or any(_is_priced(deal, leg) for leg in deal.legs)
        ),
        "deals_with_two_sources": sum(1 for deal in deals if len(deal.cited) > 1),
        "deals_with_two_events": sum(1 for deal in deals if len(deal.events) > 1),
        "large_deals": len(large),
        "large_deals_with_two_sources": sum(1 for name in large if len(registry.deals[name].cited) > 1),
        "large_deals_beyond_digests": sum(
            1
            for name in large
            if any(
                registry.source(name, source).grade is not Grade.DIGEST
                for source in registry.deals[name].cited
            )
        ),
    }


def _is_priced(deal: Deal, leg: Leg) -> bool:
    """Whether any part of the leg's amount was ever published."""
    restated = [event.amount for event in deal.events if event.amount is not None]
    return any(amount.high > 0 for amount in (leg.amount, *restated))


def _one(problem: Problem) -> str:
    kind = "" if problem.severity == "error" else f"{problem.severity}: "
    head = f"{problem.path}:{problem.line}:{problem.column}: {kind}{problem.code}: {problem.message}"
    rows = [head]
    if problem.excerpt.strip():
        line, caret = _cut(problem.excerpt, problem.column - 1)
        rows += [f"    {line}", f"    {' ' * caret}^"]
    if problem.remedy:
        rows.append(f"    {problem.remedy}")
    return "\n".join(rows)


def _cut(line: str, column: int) -> tuple[str, int]:
    """Cut a long line down to what stands around a column, and say where the column is then."""
    start = max(0, column - _EXCERPT // 2) if len(line) > _EXCERPT else len(line) - len(line.lstrip())
    start = min(start, column)
    piece = line[start : start + _EXCERPT].expandtabs(1)
    from aiweb.views.tables import width

    return piece.rstrip(), width(piece[: column - start])


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
