"""One party: what it receives and pays, and how far it hangs on others."""

from __future__ import annotations

from fractions import Fraction

from aiweb.analysis.exposure import Exposure
from aiweb.analysis.loops import Loops
from aiweb.graph import DealGraph
from aiweb.values import Money
from aiweb.views.reports.rows import (
    AMOUNTS,
    FACE_VALUE,
    FIGURE_COLUMNS,
    IN_OUT,
    below,
    cite,
    dollars,
    figure_row,
    headed,
    legs_table,
    loops_table,
)
from aiweb.views.tables import Report, Table, context


def exposure(graph: DealGraph, found: Exposure, through: Loops) -> Report:
    """One party: money in and out, counterparties, round trip, loops, cover."""
    tables = [
        Table(
            "totals",
            "",
            headed("$receives $pays undisclosed_legs"),
            ((found.money_in, found.money_out, len(found.unknown)),),
            only="machines",
        ),
        Table(
            "flows",
            "Money in and out",
            (*headed("direction status instrument $amount"), *below("legs")),
            tuple(
                (IN_OUT[row.direction], row.status, row.instrument, row.amount, row.legs)
                for row in found.parts
            ),
        ),
        Table(
            "counterparties",
            "Counterparties",
            (*headed("direction party $amount share"), *below("legs")),
            tuple(
                (IN_OUT[row.direction], row.party, row.amount, row.share, row.legs)
                for row in found.counterparties
            ),
            ("shares are of the upper bounds; an undisclosed amount counts for nothing",),
        ),
        Table(
            "concentration",
            "Concentration",
            headed("direction hhi effective undisclosed"),
            tuple(
                (IN_OUT[row.direction], _decimal(row.hhi), _decimal(row.effective), row.undisclosed)
                for row in found.concentration
            ),
            ("hhi: sum of squared shares, 1 is a single counterparty; effective: its inverse",),
        ),
        Table(
            "round_trip",
            "Round trip: of what it pays, what can reach it again",
            headed("bound $pays $least $most"),
            tuple(
                (
                    row.at,
                    dollars(row.paid),
                    dollars(row.least),
                    Money(row.most, row.most, unbounded=row.beyond),
                )
                for row in found.round_trips
            ),
        ),
        _cover_table(graph, found),
    ]
    if found.published:
        tables.append(
            Table(
                "published",
                "Published shares",
                FIGURE_COLUMNS,
                tuple(figure_row(graph.registry, row, None) for row in found.published),
            )
        )
    tables.append(loops_table("loops", "Largest loops it is part of", through.loops))
    tables.append(loops_table("unpriced", "Loops it is part of, a hop undisclosed", through.unpriced))
    if found.uncounted:
        tables.append(
            Table(
                "uncounted",
                "Legs that do not count here",
                headed("leg instrument $amount status reason"),
                tuple(
                    (
                        row.state.id,
                        str(row.state.instrument),
                        row.state.amount,
                        str(row.state.status),
                        row.reason,
                    )
                    for row in found.uncounted
                ),
            )
        )
    counted = {leg for row in found.parts for leg in row.legs}
    counted |= {leg for loop in (*through.loops, *through.unpriced) for leg in loop.legs}
    tables.append(legs_table(graph, counted))
    lines = (
        f"receives {found.money_in.short()}",
        f"pays     {found.money_out.short()}",
        f"undisclosed legs: {len(found.unknown)}",
    )
    return Report(
        "exposure",
        f"Exposure of {graph.party(found.party).name}",
        tuple(tables),
        lines,
        (FACE_VALUE, AMOUNTS),
        context(graph.registry, graph.convention),
    )


def _decimal(value: Fraction | None) -> str | None:
    return None if value is None else f"{float(value):.3f}"


def _cover_table(graph: DealGraph, found: Exposure) -> Table:
    return Table(
        "cover",
        "Commitments to it against what it has published",
        (
            *headed("metric period $figure counterparty $committed ratio"),
            *below("legs signed_later sources"),
        ),
        tuple(
            (
                str(row.metric),
                row.figure.period,
                row.figure.amount,
                row.counterparty,
                row.amount,
                row.share,
                row.legs,
                row.after,
                tuple(cite(graph.registry.sources[name]) for name in row.figure.source),
            )
            for row in found.cover
        ),
        ("against revenue the ratio is a multiple of one year, for contracts of several",)
        if found.cover
        else (),
    )
