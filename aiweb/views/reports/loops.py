"""The largest loops, those of unknown amount apart, and what a narrower convention leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aiweb.analysis.loops import Kind, Level, Loops
from aiweb.graph import DealGraph
from aiweb.views.reports.rows import AMOUNTS, legs_table, loops_table
from aiweb.views.tables import Column, Report, Table, context

_LOOP: Final = (
    "a loop's amount is that of its narrowest hop: the most that can travel once round it alone; "
    "loops share hops, so amounts do not add up"
)
_IN_TIME: Final = (
    "in time: from what dated payments carry round in the order of their dates to the most that could; "
    "unknown where only legs without a date could close it"
)


def loops(graph: DealGraph, found: Loops) -> Report:
    """List the largest loops, those of unknown amount apart, and what a narrower convention leaves out."""
    notes = []
    if found.truncated:
        cut = ", some of the same amount as the last" if found.tie_cut else ""
        notes.append(f"there are more than the {found.top} listed{cut}; see --top")
    ids = {leg for loop in (*found.loops, *found.unpriced) for leg in loop.legs}
    return Report(
        "loops",
        _title(graph, found),
        (
            loops_table("loops", f"Amount known: {len(found.loops)}", found.loops, tuple(notes)),
            loops_table(
                "unpriced",
                f"A hop undisclosed: {len(found.unpriced)}",
                found.unpriced,
                (f"there are more than the {found.top} listed; see --top",)
                if found.unpriced_truncated
                else (),
            ),
            _left_out(found),
            legs_table(graph, ids),
        ),
        notes=(_LOOP, _IN_TIME, AMOUNTS),
        context=context(graph.registry, graph.convention),
    )


def _title(graph: DealGraph, found: Loops) -> str:
    kind = "funding loops" if found.kind is Kind.FUNDING else "loops"
    through = (
        f" through {_listed([graph.party(name).name for name in found.through])}" if found.through else ""
    )
    step = ", one deal a step" if found.level is Level.DEALS else ""
    return f"Largest {kind}{through}, at most {found.max_length} hops{step}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _left_out(found: Loops) -> Table:
    return Table(
        "left_out",
        f"Loops under headline that {found.convention.preset} leaves out",
        (
            Column("loop", "loop"),
            Column("needs", "lacks", below=True),
            Column("lacking_legs", "lacking legs", machine=True),
        ),
        tuple(
            (
                row.text,
                tuple(f"{leg} ({why})" for leg, why in row.needs),
                tuple(leg for leg, _ in row.needs),
            )
            for row in found.left_out
        ),
        only="" if found.left_out else "machines",
    )
