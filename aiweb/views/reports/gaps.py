"""Sources and uses of one party by year, its cash, and published gaps apart."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from aiweb.analysis.chances import ChancePath, Chances, Spread
from aiweb.analysis.funding import NO_BALANCE, CashPath, Class, FundingGap, NetPath, YearEnd
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
from aiweb.views.tables import Cell, Chart, Column, Report, Table, context

_WIDTH: Final = 50
_OVERLAPS: Final = {
    Overlap.NONE: "overlap zero",
    Overlap.FULL: "overlap full",
    Overlap.UNKNOWN: "overlap unknown",
}


def gap(graph: DealGraph, found: FundingGap, drawn: Chances | None = None) -> Report:
    """Show sources and uses by year, cash in three certainty classes, chances and published gaps apart."""
    name = graph.party(found.party).name
    what = "opening cash, assumed," if found.assumed else "opening cash and undrawn credit"
    lines = [
        f"{what} {found.opening.short()} on {found.opening_on}"
        if found.opening_on
        else "no cash figure is known",
        f"least cash to be kept {dollars(found.minimum).short()}",
    ]
    lines += [_ends(found, what) for what in found.missing]
    lines += _assumed(found)
    lines += [_verdict(path) for path in found.paths]
    lines += _without_circular(found)
    lines += [
        f"if every receipt that is not contractual fails, {_verdict(row)}"
        for row in found.failing
        if row not in found.paths
    ]
    lines.append(_outside_the_years(found))
    tables = [
        _opening(found),
        _outcomes(found),
        _years(found),
        _cash(found),
        _failing(found),
        _net(found),
        _net_outcomes(found),
        _vendors(found),
        *(_chances(drawn) if drawn is not None else ()),
        _sums(found),
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
    held = (*(row.carriers for row in found.net), *(row.carriers for row in found.vendors))
    ids |= {row.leg for carriers in held for row in carriers}
    tables.append(legs_table(graph, ids))
    figures = {id(item.figure): item.figure for item in found.items if item.figure is not None}
    shown = [*found.opening_figures, *figures.values()]
    if shown:
        tables.append(
            Table(
                "figures",
                "Figures used",
                FIGURE_COLUMNS,
                tuple(figure_row(graph.registry, found.party, row) for row in shown),
            )
        )
    report = _context(graph, found)
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
            *((f"assumed: {_HELD}, {_HOW_HELD}",) if found.hold else ()),
            (
                "interest: what a free cash flow is left after, so it counts with overlap zero alone; "
                "a rate that floats is held where it was last"
            ),
            *(_drawn(drawn) if drawn is not None else ()),
            AMOUNTS,
        ),
        report,
        charts(found),
    )


def _context(graph: DealGraph, *found: FundingGap) -> dict[str, str]:
    """Say what counts, and what is assumed beside the registry."""
    report = context(graph.registry, graph.convention)
    report["convention"] = "certainty classes"
    assumed = [_HELD] if any(row.hold for row in found) else []
    assumed += (
        ["the opening cash, where no balance is published"] if any(row.assumed for row in found) else []
    )
    if assumed:
        report["assumed"] = "; ".join(assumed)
    return report


_HELD: Final = "beyond the published figures the last one is held"
_HOW_HELD: Final = (
    "so much a year; where capital expenditure is published further than free cash flow, it is taken "
    "from the last operating cash flow"
)


def _ends(found: FundingGap, what: str) -> str:
    """Say what is missing, and how far the paths come without it."""
    if found.reach is None:
        return f"no path can be drawn without {what}"
    if what.startswith(NO_BALANCE):
        return f"the paths begin in {found.since}, for want of {what}"
    return f"the paths end in {found.reach}, for want of {what}"


def _assumed(found: FundingGap) -> list[str]:
    """Say what is no figure of a source: the opening, and the flows that are held."""
    years = sorted({item.year for item in found.items if item.held})
    if not years:
        return []
    which = str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
    held = list(dict.fromkeys(item.how.removeprefix("held: ") for item in found.items if item.held))
    what = ", ".join(sorted(held, key=lambda how: how.startswith("less ")))
    return [f"assumed, not published: in {which} operations bring so much a year: {what}"]


def gaps(graph: DealGraph, found: Sequence[FundingGap]) -> Report:
    """Say of every party when its money runs short in each class, or which figures there are none of."""
    drawn = [row for row in found if row.paths]
    whole = [row for row in drawn if not row.missing]
    outcomes: list[tuple[Cell, ...]] = [
        (row.party, str(path.certainty), str(path.overlap), row.reach, *path.first_short, path.peak, net.peak)
        for row in drawn
        for path, net in zip(row.paths, row.net, strict=True)
    ]
    ends: list[tuple[Cell, ...]] = [(row.party, row.reach, row.missing) for row in drawn if row.missing]
    lacking: list[tuple[Cell, ...]] = [
        (
            row.party,
            row.opening_on,
            row.opening if row.opening_on else None,
            len(row.items),
            row.missing,
        )
        for row in found
        if not row.paths
    ]
    years = f"{min(row.since for row in found)} to {found[0].until}" if found else ""
    last = found[0].until if found else ""
    enough = f"{len(drawn)} of {len(found)} parties have figures enough for a path"
    lines = [f"{enough}, {len(whole)} of them for one to {last}"]
    if any(row.hold for row in found):
        lines.append(f"assumed, not published: {_HELD}")
    if any(row.assumed for row in found):
        amount = next(row.opening for row in found if row.assumed)
        lines.append(f"assumed, not published: who has no balance has {amount.short()}")
    return Report(
        "gap",
        f"Funding gaps of all parties, {years}".rstrip(", "),
        (
            Table(
                "outcomes",
                "Figures enough: first year short, the largest shortfall, and that without circular money",
                headed("party class overlap reach first_short_at_worst first_short_at_best $peak $net_peak"),
                tuple(outcomes),
                ("reach: the last year of the path; later years are not in it",),
            ),
            Table(
                "ends",
                "Where a path ends early, and what is missing after it",
                (*headed("party reach"), *below("missing")),
                tuple(ends),
            ),
            Table(
                "lacking",
                "Figures missing: what is known of cash, listed items by year, and what there is none of",
                (*headed("party on $opening items"), *below("missing")),
                tuple(lacking),
            ),
        ),
        tuple(lines),
        (AMOUNTS,),
        _context(graph, *found),
    )


def _chances(drawn: Chances) -> tuple[Table, ...]:
    """Show what the peak came to over all draws; for programs, each year's shortfall too."""
    columns = headed(
        "class overlap draws_are chance chance_error $mean $mean_error $q5 $q25 $q50 $q75 $q95 $bounds"
    )

    def cells(path: ChancePath, spread: Spread) -> tuple[Cell, ...]:
        return (
            path.certainty,
            path.overlap,
            str(path.dependence),
            spread.chance,
            Fraction(spread.chance_error).limit_denominator(10**6),
            dollars(spread.mean),
            dollars(round(spread.error)),
            *(dollars(amount) for amount in spread.quantiles),
            spread.bounds,
        )

    peaks = tuple(cells(path, path.peak) for path in drawn.paths)
    years: list[tuple[Cell, ...]] = [
        (year, *cells(path, spread)) for path in drawn.paths for year, spread in path.years
    ]
    return (
        Table("chances", "Chance of a gap, and the largest shortfall over all draws", columns, peaks),
        Table("chance_years", "", (*headed("year"), *columns), tuple(years), only="machines"),
    )


def _drawn(drawn: Chances) -> tuple[str, ...]:
    """Say how amounts were drawn."""
    kept = (
        "no probability is given, so every leg of a class is kept"
        if drawn.probability is None
        else f"a leg that is not contractual is kept with probability {float(drawn.probability):g}"
    )
    return (
        (
            f"chances: {drawn.draws} draws from seed {drawn.seed}, every amount uniform between its bounds, "
            f"each by itself or all from one draw; {kept}"
        ),
    )


def charts(found: FundingGap) -> tuple[Chart, ...]:
    """Draw the cash of each path as bars on one scale; paths that are the same are drawn once."""
    same: dict[tuple[str, tuple[YearEnd, ...]], list[CashPath]] = {}
    for path in found.paths:
        same.setdefault((path.overlap, path.years), []).append(path)
    ends = [bound for path in found.paths for row in path.years for bound in (row.cash.low, row.cash.high)]
    least, most = min([0, *ends]), max([0, *ends])
    return tuple(
        Chart(
            f"Cash at year end, {_classes(paths)}, {_OVERLAPS[paths[0].overlap]}; # is sure, . is not",
            tuple(_bar(row, least, most) for row in paths[0].years),
        )
        for paths in same.values()
    )


def _classes(paths: list[CashPath]) -> str:
    return " and ".join(path.certainty for path in paths) if len(paths) < len(Class) else "in every class"


def _bar(row: YearEnd, least: int, most: int) -> str:
    """Draw a year's cash between two ends of a scale that holds zero."""
    span = max(1, most - least)

    def cells(amount: int) -> int:
        return (2 * abs(amount) * _WIDTH + span) // (2 * span)

    low, high = row.cash.low, row.cash.high
    sure = max(0, low) + min(0, high)
    left = ("#" * cells(min(0, sure))).rjust(cells(min(0, low)), ".")
    right = ("#" * cells(max(0, sure))).ljust(cells(max(0, high)), ".")
    return f"{row.year} {left.rjust(cells(least))}|{right.ljust(cells(most))}  {_cash_text(row)}"


def _opening(found: FundingGap) -> Table:
    """Put what the paths start from into a table for programs."""
    row: tuple[Cell, ...] = (
        found.opening,
        found.opening_on,
        dollars(found.minimum),
        found.reach,
        "yes" if found.hold else "no",
        "yes" if found.assumed else "no",
        found.missing,
    )
    columns = headed("$opening on $minimum reach held assumed missing")
    return Table("opening", "", columns, (row,), only="machines")


def _outcomes(found: FundingGap) -> Table:
    """Put what comes of each path into a table for programs."""
    rows: list[tuple[Cell, ...]] = [
        (str(path.certainty), str(path.overlap), *path.first_short, path.peak, path.end)
        for path in found.paths
    ]
    columns = headed("class overlap first_short_at_worst first_short_at_best $peak $end")
    return Table("outcomes", "", columns, tuple(rows), only="machines")


def _verdict(found: CashPath | NetPath) -> str:
    worst, best = found.first_short
    if worst is None:
        when = "not short by what is published" if found.peak.unbounded else "never short"
    elif worst == best:
        when = f"first short in {worst}"
    else:
        when = f"first short in {worst} at worst, {best or 'never'} at best"
    return f"{_path_name(found)}: {when}; peak {found.peak.short()}, end {found.end.short()}"


def _without_circular(found: FundingGap) -> list[str]:
    """Say what becomes of each path without money that can be the party's own come back."""
    if not found.net:
        return []
    moved = [row for row in found.net if row.years[-1].circular.high or row.years[-1].circular.unbounded]
    if not moved:
        return ["without circular money the same: none of these receipts can be its own payments come back"]
    return [f"without circular money, {_verdict(row)}" for row in moved]


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
    years = [row.year for row in found.paths[0].years] if found.paths else []
    rows: list[tuple[Cell, ...]] = [
        (str(year), *(_cash_text(path.years[index]) for path in found.paths))
        for index, year in enumerate(years)
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


def _failing(found: FundingGap) -> Table:
    """Put what comes of each path if less sure receipts fail into a table for programs."""
    rows: list[tuple[Cell, ...]] = [
        (str(path.certainty), str(path.overlap), *path.first_short, path.peak, path.end)
        for path in found.failing
    ]
    columns = headed("class overlap first_short_at_worst first_short_at_best $peak $end")
    return Table("failing", "", columns, tuple(rows), only="machines")


def _net(found: FundingGap) -> Table:
    """One row a year and path: cash at its end without circular money, and what is short."""
    rows: list[tuple[Cell, ...]] = [
        (
            row.year,
            str(path.certainty),
            str(path.overlap),
            row.received,
            row.circular,
            row.share,
            row.cash,
            row.shortfall,
        )
        for path in found.net
        for row in path.years
    ]
    columns = headed("year class overlap $received $circular share $cash $shortfall")
    return Table("net", "", columns, tuple(rows), only="machines")


def _net_outcomes(found: FundingGap) -> Table:
    """Put what comes of each path without circular money into a table for programs."""
    rows: list[tuple[Cell, ...]] = [
        (
            str(path.certainty),
            str(path.overlap),
            *path.first_short,
            path.peak,
            path.end,
            tuple(row.leg for row in path.carriers),
        )
        for path in found.net
    ]
    columns = headed("class overlap first_short_at_worst first_short_at_best $peak $end legs")
    return Table("net_outcomes", "", columns, tuple(rows), only="machines")


def _vendors(found: FundingGap) -> Table:
    """Say what of all that is promised to the party its own payments can bring back, and what limits it."""
    rows: list[tuple[Cell, ...]] = [
        (
            str(row.certainty),
            row.received,
            row.circular,
            row.share,
            tuple(f"{each.leg} {dollars(each.amount).short()}" for each in row.carriers),
            tuple(each.leg for each in row.carriers),
        )
        for row in found.vendors
        if row.received
    ]
    return Table(
        "vendors",
        "Of all that is promised to it, in any year, what its own payments can bring back at most",
        (
            *headed("class $received $circular share"),
            Column("limits", "held back by", below=True),
            Column("legs", "legs", machine=True),
        ),
        tuple(rows),
    )


def _path_name(found: CashPath | NetPath) -> str:
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


def _sums(found: FundingGap) -> Table:
    """Set sources and uses in three columns: one row a year and role, and what the deals listed come to."""
    rows: list[tuple[Cell, ...]] = [
        (
            row.year,
            str(row.role) if row.role else "deals listed, in less out",
            row.contractual,
            row.conditional,
            row.announced,
            "or less" if row.less else None,
        )
        for row in found.sums
    ]
    return Table(
        "sums",
        "Sources and uses by year, each class with those before it",
        (*headed("year role $contractual $conditional $announced"), Column("less", "")),
        tuple(rows),
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
        "Sources and uses one by one",
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
