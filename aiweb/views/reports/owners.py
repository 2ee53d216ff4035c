"""Who owns how much of whom, directly and through others."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from aiweb.analysis.ownership import Holding, Owned, Ownership, Statement
from aiweb.graph import DealGraph
from aiweb.model import Figure
from aiweb.views.reports.rows import FIGURE_COLUMNS, below, figure_row, headed, legs_table
from aiweb.views.tables import Cell, Column, Report, Table, context

_COLUMNS = (
    *headed("owner of directly in_all as_of outside_claim"),
    *(
        Column(name, name.replace("_", " "), machine=True)
        for name in ("direct_low", "direct_high", "low", "high", "claim_low", "claim_high")
    ),
    *below("chains legs stated_by"),
)


def ownership(graph: DealGraph, found: Ownership) -> Report:
    """Who owns whom, where value ends, which percentages are not known, and what else was stated."""
    shown = [row for row in found.owned if row.high or row.holding is not None]
    if found.party is None:
        tables = [Table("owned", "", _COLUMNS, tuple(_row(row) for row in shown), _NOTES)]
    else:
        up = tuple(_row(row) for row in shown if row.issuer == found.party)
        down = tuple(_row(row) for row in shown if row.owner == found.party and row.issuer != found.party)
        tables = [
            Table("owners", "Who owns it", _COLUMNS, up, _NOTES if up else ()),
            Table("owns", "What it owns", _COLUMNS, down, () if up or not down else _NOTES),
        ]
    holdings = [row.holding for row in shown if row.holding is not None]
    tables.append(
        Table(
            "unstated",
            "Held, but no percentage is published",
            (*headed("owner of by_price"), *below("legs")),
            tuple((row.owner, row.issuer, row.implied, row.legs) for row in found.unstated),
            ("by price: what was paid over the value of the whole company on that day; in no chain",)
            if any(row.implied is not None for row in found.unstated)
            else (),
        )
    )
    others = [_statement(holding, row) for holding in holdings for row in holding.others]
    if others:
        columns = headed("owner of says of_day leg figure disputed")
        tables.append(Table("others", "Also stated, earlier or disputed", columns, tuple(others)))
    figures = [(holding.owner, figure) for holding in holdings for figure in holding.figures]
    if figures:
        tables.append(figures_table(graph, figures))
    legs = {leg for row in holdings for leg in row.legs} | {leg for row in found.unstated for leg in row.legs}
    legs |= {row.leg for holding in holdings for row in holding.others if row.leg is not None}
    tables.append(legs_table(graph, legs))
    title = f"Ownership of and by {graph.party(found.party).name}" if found.party else "Ownership"
    return Report(
        "ownership", title, tuple(tables), _lines(found), (), context(graph.registry, found.convention)
    )


def figures_table(graph: DealGraph, figures: Iterable[tuple[str, Figure]]) -> Table:
    """List the figures behind numbers, each under its party."""
    rows = tuple((party, *figure_row(graph.registry, party, figure)) for party, figure in figures)
    return Table("figures", "Figures behind these numbers", (*headed("party"), *FIGURE_COLUMNS), rows)


_NOTES = (
    "directly: by the last percentage stated; in all: through others too, not back through the owner",
    "in all is too low where a percentage on the way is not published",
    "outside claim: what of it ends with those holders of the owner who are in no list here",
)


def _lines(found: Ownership) -> tuple[str, ...]:
    lines = []
    if found.excessive:
        named = ", ".join(found.excessive)
        lines.append(f"more than all is stated of {named}: no chain goes through, and dates may differ")
    if found.thin:
        named = ", ".join(found.thin)
        lines.append(f"less than 1% is left to outsiders of {named}: small errors there make large ones here")
    return tuple(lines)


def _row(row: Owned) -> tuple[Cell, ...]:
    held = row.holding
    return (
        row.owner,
        row.issuer,
        _range(held.low, held.high) if held else None,
        _range(row.low, row.high),
        held.day if held else None,
        _range(row.claim_low, row.claim_high),
        held.low if held else None,
        held.high if held else None,
        row.low,
        row.high,
        row.claim_low,
        row.claim_high,
        tuple(" of ".join(chain) for chain in row.chains if len(chain) > 2),
        held.legs if held else (),
        tuple(f"{figure.kind} figure of {figure.period}" for figure in held.figures) if held else (),
    )


def _statement(holding: Holding, row: Statement) -> tuple[Cell, ...]:
    return (
        holding.owner,
        holding.issuer,
        row.share,
        row.day,
        row.leg,
        f"{row.figure.kind} of {row.figure.period}" if row.figure is not None else None,
        "yes" if row.disputed and row.figure is None else None,
    )


def _range(low: Fraction, high: Fraction) -> str:
    least, most = f"{float(low):.1%}", f"{float(high):.1%}"
    return least if least == most else f"{least} to {most}"
