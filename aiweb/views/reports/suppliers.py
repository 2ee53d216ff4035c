"""Self-funded sales of suppliers, and what parties on loops sell to others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aiweb.analysis.demand import Demand, OutsideDemand
from aiweb.analysis.selffunded import Line, SelfFunded
from aiweb.graph import DealGraph, years_text
from aiweb.values import Money
from aiweb.views.reports.owners import figures_table
from aiweb.views.reports.rows import (
    AMOUNTS,
    below,
    cite,
    dollars,
    face_value,
    headed,
    legs_table,
)
from aiweb.views.tables import Cell, Column, Report, Table, context

_CAN = "what can be paid with its own money, and not what is: no deal says which dollar pays for what"
_LINES = (
    "put in: what the supplier pays, lends or guarantees; each line counts what the one before does too",
    "direct: from those it put it into; through others: over any number of parties, lower to upper bounds",
    "+: or more, for something in it or on the way is undisclosed or 'at least'",
    "share: of committed revenue as far as disclosed; of a year: of the latest published yearly revenue",
    "a guarantee counts as if it were called: money to whom the leg pays that it stands behind",
)
_LINE_COLUMNS = (
    *headed("counting"),
    Column("says_put_in", "put in"),
    *headed("$direct $through_others share of_a_year put_in_of_a_year"),
    Column("put_in", "put in, exactly", machine=True, money=True),
)


def suppliers(graph: DealGraph, found: Sequence[SelfFunded]) -> Report:
    """All who sell and put money in, the one with most that can come back first."""
    columns = (
        *headed("supplier"),
        *_LINE_COLUMNS,
        Column("committed", "committed", machine=True, money=True),
    )
    rows = tuple((row.supplier, *_line(row, line), row.committed) for row in found for line in row.lines)
    notes = (*_LINES, "the legs behind a supplier's numbers: aiweb selffunded SUPPLIER")
    return Report(
        "selffunded",
        "Self-funded sales: what suppliers put into their customers and can be paid with",
        (Table("suppliers", "", columns, rows, notes),),
        (),
        (_CAN, *face_value(graph.convention)),
        context(graph.registry, graph.convention),
    )


def selffunded(graph: DealGraph, found: SelfFunded) -> Report:
    """One supplier: what it put in, what of its sales that can pay for, the legs that carry it."""
    tables = [
        Table(
            "totals",
            "",
            headed("$committed $revenue"),
            ((found.committed, _revenue(found)),),
            only="machines",
        ),
        Table(
            "lines",
            "What can come back",
            (
                *_LINE_COLUMNS,
                Column("limit", "limit", machine=True, money=True),
                Column("share_at_low", "share at low", machine=True),
                *below("open"),
            ),
            tuple(
                (
                    *_line(found, line),
                    dollars(line.limit) if line.limit is not None else None,
                    found.share(line.through, "low"),
                    line.open,
                )
                for line in found.lines
            ),
            (*_LINES, "open: legs beside those below of which no upper limit is known"),
        ),
        Table(
            "binding",
            "What holds it back: these legs add up to what comes through others, upper bounds",
            headed("counting leg from to $amount"),
            tuple(
                (str(line.counting), row.leg, row.payer, row.payee, dollars(row.amount))
                for line in found.lines
                for row in line.carriers
            ),
        ),
        Table(
            "guarantees",
            "Its guarantees, as if called",
            (*headed("leg $amount goes_to"), *below("stands_behind")),
            tuple(
                (
                    row.leg.id,
                    row.leg.amount,
                    ", ".join(f"{party} {cap.short()}" for party, cap in row.reaches),
                    row.secures,
                )
                for row in found.guarantees
            ),
        ),
        Table(
            "published",
            "Published totals about it, beside what their legs come to here",
            (*headed("claim $claimed $registry"), *below("says legs sources")),
            tuple(
                (
                    row.claim,
                    row.amount,
                    row.registry,
                    row.says,
                    row.legs,
                    tuple(
                        cite(graph.registry.sources[name]) for name in graph.registry.claims[row.claim].source
                    ),
                )
                for row in found.published
            ),
        ),
    ]
    if found.revenue is not None:
        tables.append(figures_table(graph, [(found.supplier, found.revenue)]))
    named = {leg for leg, _ in (*found.funding_legs, *found.purchase_legs, *found.sales_legs)}
    named |= {row.leg for line in found.lines for row in line.carriers}
    named |= {leg for line in found.lines for leg in line.open}
    named |= {row.leg.id for row in found.guarantees}
    tables.append(legs_table(graph, named))
    year = found.revenue.period if found.revenue is not None else None
    lines = [f"committed revenue  {found.committed.short()}"]
    if found.revenue is not None and found.revenue.amount is not None:
        lines.append(f"revenue of {year}  {found.revenue.amount.short()}")
    return Report(
        "selffunded",
        f"Self-funded sales of {graph.party(found.supplier).name}",
        tuple(tables),
        tuple(lines),
        (_CAN, *face_value(graph.convention), AMOUNTS),
        context(graph.registry, graph.convention),
    )


def demand(graph: DealGraph, found: OutsideDemand) -> Report:
    """Set what parties on loops sell outside their group against what they sell inside it."""
    rows: list[tuple[Cell, ...]] = [
        (
            row.party,
            _says(row.inside),
            _says(row.outside),
            row.ratio_text,
            str(row.revenue.period) if row.revenue is not None else None,
            row.revenue.amount if row.revenue is not None else None,
            row.in_year,
            row.year_text,
            _published(row),
            row.inside,
            row.outside,
            row.low,
            row.high,
            row.year_low,
            row.year_high,
            *(row.published or (None, None)),
            tuple(leg for leg, _ in row.inside_legs),
            tuple(leg for leg, _ in row.outside_legs),
            row.undated,
            tuple(f"{figure.counterparty} {figure.percent}% of {figure.period}" for figure in row.shares),
        )
        for row in found.rows
    ]
    columns = (
        *headed("party"),
        Column("says_inside", "inside"),
        Column("says_outside", "outside"),
        *headed("ratio year $revenue $inside_in_year year_ratio published"),
        Column("inside", "inside, exactly", machine=True, money=True),
        Column("outside", "outside, exactly", machine=True, money=True),
        *(
            Column(name, name.replace("_", " "), machine=True)
            for name in ("low", "high", "year_low", "year_high", "published_low", "published_high")
        ),
        *below("from_inside from_outside undated published_shares"),
    )
    groups = sorted({row.group for row in found.rows}, key=lambda group: (-len(group), group))
    lines = tuple(f"group of {len(group)}: {', '.join(group)}" for group in groups)
    figures = [(row.party, row.revenue) for row in found.rows if row.revenue is not None]
    figures += [(row.party, figure) for row in found.rows for figure in row.shares]
    tables = [
        Table(
            "demand",
            "",
            columns,
            tuple(rows),
            (
                "inside: what the party sells to those of its group, who can all reach each other by deals",
                "ratio: outside over inside, of the deals listed, in which ordinary customers are missing",
                "year ratio: the same of a published year, all revenue but what inside deals put into it",
                "published: the part of revenue left to others by published shares of customers inside",
                *_cut(found),
            )
            if rows
            else (),
        )
    ]
    if figures:
        tables.append(figures_table(graph, figures))
    named = {leg for row in found.rows for leg, _ in (*row.inside_legs, *row.outside_legs)}
    named |= {leg for row in found.rows for leg in row.undated}
    tables.append(legs_table(graph, named))
    said = f" of {graph.party(found.party).name}" if found.party is not None else ""
    return Report(
        "demand",
        f"Outside demand{said}: what parties on loops sell to others, over what they sell to each other",
        tuple(tables),
        lines or (f"no party{' asked for' if found.party is not None else ''} is on a loop",),
        (*face_value(graph.convention), AMOUNTS),
        context(graph.registry, graph.convention),
    )


def _published(row: Demand) -> str | None:
    """Write what published shares leave to others, once if nothing published differs."""
    if row.published is None:
        return None
    least, most = (f"{float(part):.1%}" for part in row.published)
    return least if least == most else f"{least} to {most}"


def _cut(found: OutsideDemand) -> tuple[str, ...]:
    """Say why a year that is published has no ratio."""
    if found.convention.years is None or not any(row.cut for row in found.rows):
        return ()
    window = years_text(found.convention.years)
    return (f"cut by window: the published year is not all in {window}, and no source splits its revenue",)


def _line(found: SelfFunded, line: Line) -> tuple[Cell, ...]:
    return (
        str(line.counting),
        _says(line.put),
        line.direct,
        line.through,
        found.share(line.through),
        found.of_revenue(line.through),
        found.of_revenue(line.put),
        line.put,
    )


def _revenue(found: SelfFunded) -> Money | None:
    return found.revenue.amount if found.revenue is not None else None


def _says(amount: Money) -> str:
    """Write an amount in short: `+` for what is undisclosed, where something is disclosed."""
    if not amount.high:
        return replace(amount, ceilings=0).short()
    more = amount.unbounded or not amount.known
    return Money(amount.low, amount.high, unbounded=more).short()
