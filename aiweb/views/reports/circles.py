"""Loops, paths, how circular the web is, and the summary of it all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aiweb.analysis.circulation import Circulation
from aiweb.analysis.loops import Loops
from aiweb.analysis.paths import Paths
from aiweb.graph import DealGraph
from aiweb.model import Instrument
from aiweb.values import Money
from aiweb.views.reports.rows import FACE_VALUE, below, disclosed, headed, legs_table, loops_table
from aiweb.views.tables import Cell, Column, Report, Table, context


def summary(graph: DealGraph, measured: Circulation, largest: Loops) -> Report:
    """Say what is in the registry, and its headline numbers."""
    registry = graph.registry
    figures = sum(len(rows) for rows in registry.figures.values())
    sources = len(registry.sources) + sum(len(deal.sources) for deal in registry.deals.values())
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
        (loops_table("loops", "Largest funding loops", largest.loops[:5]),),
        lines,
        (
            FACE_VALUE,
            "next: aiweb show NAME · loops · circularity · exposure NAME · gap NAME · path A B · render",
        ),
        context(registry, graph.convention),
    )


def loops(graph: DealGraph, found: Loops) -> Report:
    """List the largest loops, those of unknown amount apart, and what a narrower convention leaves out."""
    through = f" through {graph.party(found.party).name}" if found.party else ""
    kind = "funding loops" if found.kind == "funding" else "loops"
    notes = []
    if found.truncated:
        cut = ", some of the same amount as the last" if found.tie_cut else ""
        notes.append(f"there are more than these {found.top}{cut}; see --top")
    tables = [
        loops_table("loops", f"Amount known: {len(found.loops)}", found.loops, tuple(notes)),
        loops_table(
            "unpriced",
            f"A hop undisclosed: {len(found.unpriced)}",
            found.unpriced,
            (f"there are more than these {found.top}; see --top",) if found.unpriced_truncated else (),
        ),
    ]
    if found.left_out:
        tables.append(
            Table(
                "left_out",
                f"Loops under headline that {found.convention.preset} leaves out",
                (Column("loop", "loop"), Column("needs", "lacks", below=True)),
                tuple(
                    (row.text, tuple(f"{leg} ({why})" for leg, why in row.needs)) for row in found.left_out
                ),
            )
        )
    ids = {leg for loop in (*found.loops, *found.unpriced) for leg in loop.legs}
    tables.append(legs_table(graph, ids))
    return Report(
        "loops",
        f"Largest {kind}{through}, at most {found.max_length} hops",
        tuple(tables),
        notes=(
            (
                "a loop's amount is that of its narrowest hop: the most that can travel once round it alone; "
                "loops share hops, so amounts do not add up"
            ),
        ),
        context=context(graph.registry, graph.convention),
    )


def path(graph: DealGraph, found: Paths) -> Report:
    """How money gets from one party to another."""
    start, end = graph.party(found.start).name, graph.party(found.end).name
    rows = tuple((" -> ".join(row.parties), len(row.hops), row.amount_text, row.legs) for row in found.paths)
    notes = []
    if found.truncated:
        notes.append(f"there are more than these {len(found.paths)}; see --top")
    return Report(
        "path",
        f"From {start} to {end}, at most {found.max_length} hops",
        (
            Table(
                "paths",
                "Widest paths",
                (*headed("path hops amount"), *below("legs")),
                rows,
                tuple(notes),
            ),
            legs_table(graph, {leg for row in found.paths for leg in row.legs}),
        ),
        (
            (
                f"over all paths of any length at most {Money(found.most.low, found.most.high).short()} "
                "of disclosed money can get there"
            ),
        ),
        (FACE_VALUE,),
        context(graph.registry, graph.convention),
    )


def circularity(graph: DealGraph, measured: Sequence[Circulation]) -> Report:
    """Each convention side by side."""
    rows: list[tuple[Cell, ...]] = [
        (
            str(row.convention.preset),
            row.gross,
            disclosed(row.net_debt),
            disclosed(row.circular),
            row.share_low,
            row.share_high,
            *(disclosed(rung.circular) for rung in row.ladder),
            len(row.legs),
            len(row.unknown),
        )
        for row in measured
    ]
    heads = (
        "convention",
        "gross",
        "net internal debt",
        "circular",
        "share at low",
        "share at high",
        "loops of 2",
        "up to 3",
        "up to 4",
        "any length",
        "legs",
        "undisclosed",
    )
    columns = tuple(Column(head.replace(" ", "_"), head) for head in heads)
    notes = (
        (
            "circular: what could be cancelled without changing any party's net position, "
            "summed over the legs it passes"
        ),
        "undisclosed amounts count for nothing here, so circular and gross are lower bounds",
        "a dense web is circular by nature: read the short loops first",
        FACE_VALUE,
    )
    paid = next((row for row in measured if row.convention.preset == "paid"), None)
    coverage = (
        (f"paid: dated payments are known for {len(paid.legs)} of {_cash_legs(graph)} cash legs",)
        if paid
        else ()
    )
    day = measured[0].convention.as_of if measured else graph.convention.as_of
    return Report(
        "circularity",
        f"How circular the web is, as of {day.isoformat()}, {graph.convention.consideration}",
        (Table("conventions", "", columns, tuple(rows)), legs_table(graph, [leg.id for leg in graph.legs])),
        notes=(*notes, *coverage),
        context={
            key: value
            for key, value in context(graph.registry, graph.convention).items()
            if key != "convention"
        },
    )


def _circular(measured: Circulation) -> str:
    bounds = replace(measured.circular, undisclosed=0).short()
    shares = " at the lower and ".join(
        f"{float(share):.1%}" for share in (measured.share_low, measured.share_high) if share is not None
    )
    bound = f", a lower bound with {len(measured.unknown)} legs unknown" if measured.unknown else ""
    return f"{bounds} ({shares} at the upper bounds of gross){bound}"


def _ladder(measured: Circulation) -> str:
    return " · ".join(
        f"{f'up to {rung.length}' if rung.length else 'any'}: "
        + (replace(rung.circular, undisclosed=0).short() if rung.circular else "too many loops")
        for rung in measured.ladder
    )


def _cash_legs(graph: DealGraph) -> int:
    return sum(
        1
        for state in graph.deals.values()
        for leg in state.legs
        if leg.side != "neither" and leg.instrument not in {Instrument.WARRANT, Instrument.IN_KIND}
    )
