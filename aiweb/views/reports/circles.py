"""Loops, paths, how circular the web is, and the summary of it all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from aiweb.analysis.circulation import Circulation
from aiweb.analysis.loops import Loops
from aiweb.analysis.paths import Paths
from aiweb.graph import DealGraph, Preset
from aiweb.model import Instrument
from aiweb.views.reports.rows import AMOUNTS, FACE_VALUE, below, disclosed, headed, legs_table, loops_table
from aiweb.views.tables import Cell, Column, Report, Table, context

_FIRST: Final = 3


def summary(graph: DealGraph, measured: Circulation, largest: Loops) -> Report:
    """Say what is in the registry, and its headline numbers."""
    registry = graph.registry
    figures = sum(len(rows) for rows in registry.figures.values())
    sources = len(registry.sources) + sum(len(deal.sources) for deal in registry.deals.values())
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
        ),
        lines,
        (
            FACE_VALUE,
            AMOUNTS,
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
    tables.append(
        Table(
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
            AMOUNTS,
        ),
        context=context(graph.registry, graph.convention),
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
        notes.append(f"there are more than these {len(found.paths)}; see --top")
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
        (FACE_VALUE, AMOUNTS),
        context(graph.registry, graph.convention),
    )


def _legs_under(graph: DealGraph, row: Circulation) -> Table:
    """List the legs that count under one convention, with what counts of them."""
    under = graph.under(row.convention)
    listed = legs_table(under, row.legs)
    name = str(row.convention.preset)
    return replace(
        listed,
        key=f"legs_{name}",
        title=f"Legs that count under {name}",
        only="" if name == Preset.CONTRACTED else "machines",
    )


def _most(found: Paths) -> str:
    """Say how much can get there over all paths, and how far that is known."""
    known = replace(found.most, undisclosed=0)
    unknown = f"; {found.most.undisclosed} hops of the web are undisclosed" if found.most.undisclosed else ""
    if not known.high:
        return f"no disclosed money can get there{unknown}"
    return f"over all paths of any length at most {known.short()} of disclosed money can get there{unknown}"


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
    amounts = {"gross", "net internal debt", "circular", "loops of 2", "up to 3", "up to 4", "any length"}
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
    columns = tuple(Column(head.replace(" ", "_"), head, money=head in amounts) for head in heads)
    notes = (
        (
            "circular: what could be cancelled without changing any party's net position, "
            "summed over the legs it passes"
        ),
        "undisclosed amounts count for nothing here, so circular and gross are lower bounds",
        "net internal debt is given at both bounds; it need not lie between them for amounts in between",
        "a dense web is circular by nature: read the short loops first",
        FACE_VALUE,
    )
    paid = next((row for row in measured if row.convention.preset == "paid"), None)
    coverage = (
        (f"paid: dated payments are known for {len(paid.legs)} of {_cash_legs(graph)} cash legs",)
        if paid
        else ()
    )
    return Report(
        "circularity",
        "How circular the web is",
        (
            Table("conventions", "", columns, tuple(rows)),
            *(_legs_under(graph, row) for row in measured),
        ),
        notes=(*notes, AMOUNTS, *coverage),
        context=context(graph.registry, graph.convention, "convention"),
    )


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


def _cash_legs(graph: DealGraph) -> int:
    return sum(
        1
        for state in graph.deals.values()
        for leg in state.legs
        if leg.side != "neither" and leg.instrument not in {Instrument.WARRANT, Instrument.IN_KIND}
    )
