"""Paths, and the summary of the web."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from aiweb.analysis.circulation import Circulation
from aiweb.analysis.loops import Loops
from aiweb.analysis.paths import Paths
from aiweb.graph import DealGraph
from aiweb.views.reports.rows import AMOUNTS, below, face_value, headed, legs_table, loops_table
from aiweb.views.tables import Cell, Column, Report, Table, context

_FIRST: Final = 3


def summary(graph: DealGraph, measured: Circulation, largest: Loops) -> Report:
    """Say what is in the registry, and its headline numbers."""
    registry = graph.registry
    figures = sum(len(rows) for rows in registry.figures.values())
    sources = len(registry.sources) + sum(len(deal.sources) for deal in registry.deals.values())
    shown = (*largest.loops[:_FIRST], *largest.unpriced[:_FIRST])
    more = max(0, len(largest.loops) - _FIRST) + max(0, len(largest.unpriced) - _FIRST)
    lines = (
        (
            f"{len(registry.deals)} deals between {len(registry.parties)} parties, {figures} figures, "
            f"{sources} sources, kept up to {registry.as_of}"
        ),
        f"{len(graph.legs)} legs count, {len(measured.unknown)} of them undisclosed",
        f"gross                {measured.gross.short()}",
        f"circular             {_circular(measured)}",
        f"net internal debt    {measured.net_debt.short()}",
        f"by loop length       {_ladder(measured)}",
    )
    return Report(
        "summary",
        "aiweb: who funds whom in AI",
        (
            _numbers(measured),
            loops_table("loops", "Largest funding loops", largest.loops[:_FIRST]),
            loops_table(
                "unpriced",
                "Largest funding loops with an undisclosed hop",
                largest.unpriced[:_FIRST],
                (f"{more} more; see aiweb loops",) if more else (),
            ),
            replace(legs_table(graph, {leg for loop in shown for leg in loop.legs}), only="machines"),
        ),
        lines,
        (
            *face_value(graph.convention),
            AMOUNTS,
            "next: aiweb show NAME · loops · circularity · exposure NAME · gap NAME · path A B · render",
        ),
        context(registry, graph.convention),
    )


def path(graph: DealGraph, found: Paths) -> Report:
    """How money gets from one party to another."""
    start, end = graph.party(found.start).name, graph.party(found.end).name
    rows = tuple(
        (" -> ".join(row.parties), len(row.hops), row.amount_text, row.amount, row.legs)
        for row in found.paths
    )
    notes = []
    if found.truncated:
        notes.append(f"there are more than the {len(found.paths)} listed; see --top")
    return Report(
        "path",
        f"From {start} to {end}, at most {found.max_length} hops",
        (
            Table(
                "paths",
                "Widest paths",
                (
                    *headed("path hops says"),
                    Column("amount", "bounds", machine=True, money=True),
                    *below("legs"),
                ),
                rows,
                tuple(notes),
            ),
            Table("most", "", headed("$most"), ((found.most,),), only="machines"),
            legs_table(graph, {leg for row in found.paths for leg in row.legs}),
        ),
        (_most(found),),
        (*face_value(graph.convention), AMOUNTS),
        context(graph.registry, graph.convention),
    )


def _most(found: Paths) -> str:
    """Say how much can get there over all paths, and how far that is known."""
    known = replace(found.most, undisclosed=0)
    unknown = f"; {found.most.undisclosed} hops of the web are undisclosed" if found.most.undisclosed else ""
    if not known.high:
        return f"no disclosed money can get there{unknown}"
    return f"over all paths of any length at most {known.short()} of disclosed money can get there{unknown}"


def _numbers(measured: Circulation) -> Table:
    """Put the headline numbers into a table for programs."""
    rows: list[tuple[Cell, ...]] = [
        ("gross", measured.gross, None),
        ("circular", measured.circular, None),
        ("net_internal_debt", measured.net_debt, None),
        ("circular_share_at_low", None, measured.share_low),
        ("circular_share_at_high", None, measured.share_high),
    ]
    rows += [(f"circular_loops_of_{rung.length or 'any'}", rung.circular, None) for rung in measured.ladder]
    return Table("numbers", "", headed("number $amount share"), tuple(rows), only="machines")


def _circular(measured: Circulation) -> str:
    bounds = replace(measured.circular, undisclosed=0).short()
    low, high = measured.share_low, measured.share_high
    shares = [f"{float(low):.1%} of gross at the lower bounds"] if low is not None else []
    shares += [f"{float(high):.1%} at the upper"] if high is not None else []
    hidden = measured.circular.undisclosed
    unknown = [f"a lower bound: {hidden} legs between parties unknown"] if hidden else []
    return "; ".join([bounds, ", ".join(shares), *unknown])


def _ladder(measured: Circulation) -> str:
    return " · ".join(
        f"{f'up to {rung.length}' if rung.length else 'any'}: "
        + (replace(rung.circular, undisclosed=0).short() if rung.circular else "too many loops")
        for rung in measured.ladder
    )
