"""Every failure in turn, and how small a shock makes the first lender, cloud or lab fail."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from aiweb.analysis.stress import (
    GROUPS,
    MOST_POINTS,
    STEP_POINTS,
    WATCHED,
    Damage,
    Least,
    Model,
    Reverse,
    Shock,
    Tipping,
    Touched,
)
from aiweb.graph import DealGraph
from aiweb.model import Figure
from aiweb.views.reports.owners import figures_table
from aiweb.views.reports.rows import below, dollars, headed, legs_table
from aiweb.views.reports.stress import head, notes, percent
from aiweb.views.tables import Cell, Column, Report, Table, context


def stresses(graph: DealGraph, model: Model, found: Sequence[Damage]) -> Report:
    """Every party made to fail in turn, the most damage first."""
    rows = [
        (
            *_debtor(graph, row.party, row.owed),
            dollars(row.ample),
            dollars(row.none),
            dollars(row.none - row.owed),
            row.sure,
            row.possible,
        )
        for row in found
    ]
    table = Table(
        "damage",
        "If each pays nothing of what it owes",
        (*headed("party kind $owed $ample $none $passed_on"), *below("fail may_fail")),
        tuple(rows),
        (
            "ample, none: unpaid in all because of it; passed on: what of that others fail to pay, in none",
            "fail: in both cases; may fail: in none only",
            "the payments and legs behind a row: aiweb stress --fail PARTY",
        ),
    )
    return _ranking(graph, model, f"Every party's failure in turn, {_span(model)}", (table,))


def tipping(graph: DealGraph, model: Model, found: Sequence[Tipping]) -> Report:
    """How much each party must leave unpaid until a lender, a lab or a cloud fails."""
    rows = [(*_debtor(graph, row.party, row.owed), *_firsts(row)) for row in found]
    table = Table(
        "tipping",
        "The least part of what it owes that must stay unpaid until another fails",
        (*headed("party kind $owed ample none"), *below("first_in_ample first_in_none")),
        tuple(rows),
        (
            f"another: a party of one of the kinds {', '.join(sorted(WATCHED))} that would not fail anyway",
            "rounded up to tenths of a per cent; empty: none fails even if nothing is paid",
        ),
    )
    return _ranking(graph, model, f"Reverse stress, {_span(model)}", (table,))


def reverse(graph: DealGraph, found: Reverse) -> Report:
    """How small a common shock makes the first lender, cloud and lab fail."""
    what, unit, most, full = _SHOCKS[found.shock]
    of = f"of every {found.kind}" if found.kind is not None else "of everybody"
    rates = found.shock is Shock.RATES
    table = Table(
        "least",
        f"The least {what} {of} at which the first fails",
        (*headed("group kinds ample none"), *below("first_in_ample first_in_none fail_anyway")),
        tuple((row.group, tuple(sorted(GROUPS[row.group])), *_firsts(row), row.anyway) for row in found.rows),
        (f"in {unit}; empty: none fails even at {most}", "fail anyway: in either case, without any shock"),
    )
    hit = Table(
        "shocked",
        f"Whom it hits, and with how much at {full}",
        (*headed("party kind $amount"), Column("legs", "legs", below=True)),
        tuple(
            (row.party, str(graph.registry.parties[row.party].kind), dollars(row.amount), row.legs)
            for row in found.touched
        ),
        (f"not published, so not hit: {', '.join(found.unknown)}",) if found.unknown else (),
    )
    tables = (table, hit, *_figures(graph, found.touched))
    title = f"Reverse stress by {found.shock}, {_span(found.model)}"
    said = tuple(_says(row, what, most, rates=rates) for row in found.rows)
    return _ranking(
        graph, found.model, title, tables, said, [leg for row in found.touched for leg in row.legs]
    )


_SHOCKS = {
    Shock.PAYMENTS: (
        "part of debts left unpaid",
        "parts, rounded up to tenths of a per cent",
        "100%",
        "100%",
    ),
    Shock.REVENUE: (
        "part of planned revenue missed",
        "parts, rounded up to tenths of a per cent",
        "100%",
        "100%",
    ),
    Shock.RATES: (
        "rise of floating rates",
        f"basis points, tried in steps of {STEP_POINTS}",
        f"{MOST_POINTS:,} basis points",
        "100 basis points",
    ),
}


def _says(row: Least, what: str, most: str, *, rates: bool) -> str:
    """Say in a line when the first of a group fails."""
    cases = []
    for case, least, first in (("ample", row.ample, row.first_ample), ("none", row.none, row.first_none)):
        if least is None:
            cases.append(f"{case}: none even at {most}")
        else:
            size = f"{least} basis points" if rates else percent(Fraction(least))
            cases.append(f"{case}: {', '.join(first)} at {size}")
    return f"{row.group}, {what}: {'; '.join(cases)}"


def _firsts(row: Tipping | Least) -> tuple[Cell, ...]:
    """Give the least in both cases, and who is first."""
    return (row.ample, row.none, row.first_ample, row.first_none)


def _debtor(graph: DealGraph, party: str, owed: int) -> tuple[Cell, ...]:
    return (party, str(graph.registry.parties[party].kind), dollars(owed))


def _figures(graph: DealGraph, touched: Sequence[Touched]) -> tuple[Table, ...]:
    rows: list[tuple[str, Figure]] = [(row.party, figure) for row in touched for figure in row.figures]
    return (figures_table(graph, rows),) if rows else ()


def _span(model: Model) -> str:
    return f"{model.since} to {model.until}"


def _ranking(
    graph: DealGraph,
    model: Model,
    title: str,
    tables: tuple[Table, ...],
    said: tuple[str, ...] = (),
    legs: Sequence[str] = (),
) -> Report:
    """Report rows that each stand for a stress of their own, with the legs of the books behind them all."""
    books = legs_table(graph, [*(row.leg for row in model.dues), *(row.leg for row in model.margins), *legs])
    return Report(
        "stress",
        title,
        (*tables, books),
        (*head(model), *said),
        notes(model, "each"),
        context(graph.registry, graph.convention),
    )
