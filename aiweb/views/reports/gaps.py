"""Sources and uses of one party by year, its cash, and published gaps apart."""

from __future__ import annotations

from typing import Final

from aiweb.analysis.funding import CashPath, FundingGap, YearEnd
from aiweb.graph import DealGraph
from aiweb.model import Overlap
from aiweb.values import Money, total
from aiweb.views.reports.rows import (
    AMOUNTS,
    FIGURE_COLUMNS,
    at,
    below,
    dollars,
    figure_row,
    headed,
    legs_table,
)
from aiweb.views.tables import Cell, Column, Report, Table, context

_OVERLAPS: Final = {
    Overlap.NONE: "overlap zero",
    Overlap.FULL: "overlap full",
    Overlap.UNKNOWN: "overlap unknown",
}


def gap(graph: DealGraph, found: FundingGap) -> Report:
    """Show sources and uses by year, cash in three certainty classes, and published gaps apart."""
    name = graph.party(found.party).name
    lines = [
        f"opening cash and undrawn credit {found.opening.short()} on {found.opening_on}"
        if found.opening_on
        else "no cash figure is known",
        f"least cash to be kept {dollars(found.minimum).short()}",
    ]
    lines += [f"no path can be drawn without {what}" for what in found.missing]
    lines += [_verdict(path) for path in found.paths]
    lines.append(_outside_the_years(found))
    tables = [
        _opening(found),
        _outcomes(found),
        _years(found),
        _cash(found),
        _items(graph, found),
        _undated(found),
    ]
    tables += [
        Table(
            f"claim_{row.id.replace('-', '_')}",
            f"Published apart from this table ({row.id}): {row.claim.says}",
            (*headed("leg $claimed $registry_a_year falls_in payer status"), *below("note")),
            tuple(
                (part.leg, part.amount, part.per_year, part.years, part.payer, part.status, part.note)
                for part in row.parts
            ),
            (
                *(
                    (f"claimed in all: {_claimed(row.claim.amount, row.claim.per)}",)
                    if row.claim.amount
                    else ()
                ),
                *row.claim.comment,
                f"source: {', '.join(row.claim.source)} ({at(graph.registry, 'claims', row.id)})",
            ),
        )
        for row in found.claims
    ]
    ids = {item.leg for item in found.items if item.leg} | {row.leg for row in found.undated}
    ids |= {part.leg for row in found.claims for part in row.parts}
    tables.append(legs_table(graph, ids))
    figures = {id(item.figure): item.figure for item in found.items if item.figure is not None}
    shown = [*found.opening_figures, *figures.values()]
    if shown:
        places = {id(row): index for index, row in enumerate(graph.registry.figures[found.party])}
        tables.append(
            Table(
                "figures",
                "Figures used",
                FIGURE_COLUMNS,
                tuple(
                    figure_row(
                        graph.registry,
                        row,
                        graph.registry.place("figures", found.party, places[id(row)]).line,
                    )
                    for row in shown
                ),
            )
        )
    report = context(graph.registry, graph.convention)
    report["convention"] = "certainty classes"
    return Report(
        "gap",
        f"Funding gap of {name}, {found.since} to {found.until}",
        tuple(tables),
        tuple(lines),
        (
            (
                "classes: contractual = signed and firm; conditional adds signed with a condition or option; "
                "announced adds letters of intent and announcements"
            ),
            (
                "overlap: what the cash-flow forecast already holds of the purchases listed; no source "
                "settles it where both are shown"
            ),
            AMOUNTS,
        ),
        report,
    )


def _opening(found: FundingGap) -> Table:
    """Put what the paths start from into a table for programs."""
    row: tuple[Cell, ...] = (found.opening, found.opening_on, dollars(found.minimum), found.missing)
    return Table("opening", "", headed("$opening on $minimum missing"), (row,), only="machines")


def _outcomes(found: FundingGap) -> Table:
    """Put what comes of each path into a table for programs."""
    rows: list[tuple[Cell, ...]] = [
        (str(path.certainty), str(path.overlap), *path.first_short, path.peak, path.end)
        for path in found.paths
    ]
    columns = headed("class overlap first_short_at_worst first_short_at_best $peak $end")
    return Table("outcomes", "", columns, tuple(rows), only="machines")


def _verdict(found: CashPath) -> str:
    worst, best = found.first_short
    if worst is None:
        when = "never short"
    elif worst == best:
        when = f"first short in {worst}"
    else:
        when = f"first short in {worst} at worst, {best or 'never'} at best"
    return f"{_path_name(found)}: {when}; peak {found.peak.short()}, end {found.end.short()}"


def _years(found: FundingGap) -> Table:
    """One row a year and path: cash at its end and what is short."""
    rows: list[tuple[Cell, ...]] = [
        (row.year, str(path.certainty), str(path.overlap), row.cash, row.shortfall, row.unknown)
        for path in found.paths
        for row in path.years
    ]
    return Table(
        "years",
        "Cash at year end, worst case to best, and what is short",
        headed("year class overlap $cash $shortfall undisclosed"),
        tuple(rows),
        only="machines",
    )


def _cash(found: FundingGap) -> Table:
    """Set the paths side by side: one row a year, one column a class and overlap."""
    heads = [Column(f"{row.certainty}_{row.overlap}", _path_name(row)) for row in found.paths]
    rows: list[tuple[Cell, ...]] = [
        (str(year), *(_cash_text(path.years[index]) for path in found.paths))
        for index, year in enumerate(range(found.since, found.until + 1))
        if found.paths
    ]
    return Table(
        "cash",
        "Cash at year end, worst case to best; below zero is short",
        (Column("year", "year"), *heads),
        tuple(rows),
        only="people",
    )


def _cash_text(row: YearEnd) -> str:
    """Write the cash of a year; a payment of "at least" may leave less."""
    return f"{row.cash.short()}{' or less' if row.shortfall.unbounded else ''}"


def _path_name(found: CashPath) -> str:
    return f"{found.certainty}, {_OVERLAPS[found.overlap]}"


def _outside_the_years(found: FundingGap) -> str:
    """Say how much no path holds, because no source says when."""
    open_ended = [row for row in found.undated if not row.settled]
    sums = {
        role: total(row.amount for row in open_ended if row.role == role)
        for role in dict.fromkeys(row.role for row in open_ended)
    }
    if not sums:
        return "every amount falls into a year"
    return "in no year and so in no path: " + ", ".join(
        f"{role} {amount.short()}" for role, amount in sums.items()
    )


def _items(graph: DealGraph, found: FundingGap) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            item.year,
            str(item.role),
            str(item.certainty),
            item.amount,
            item.leg,
            graph.registry.leg_place(item.leg).line if item.leg else None,
            item.how,
        )
        for item in found.items
    ]
    return Table(
        "items",
        "Sources and uses by year",
        headed("year role class $amount leg line how"),
        tuple(rows),
    )


def _undated(found: FundingGap) -> Table:
    return Table(
        "undated",
        "In no year, because no source says when",
        headed("leg role class $amount why"),
        tuple((row.leg, str(row.role), str(row.certainty), row.amount, row.why) for row in found.undated),
    )


def _claimed(amount: Money, per: str | None) -> str:
    return f"{amount}{f' a {per}' if per else ''}"
