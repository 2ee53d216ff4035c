"""Deals that do not exist and would close a loop or raise circulation, and those whose loss lowers it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aiweb.analysis.missing import Existing, Gain, Holding, Loss, Missing, NewLoop
from aiweb.graph import DealGraph
from aiweb.views.reports.rows import AMOUNTS, dollars, hop_text, legs_table
from aiweb.views.tables import Cell, Column, Report, Table, context

_ROLES: Final = "fits as: what the roles of the two would allow, and a loop with funding and spending needs"
_LOOP_COLUMNS: Final = (
    Column("rank", "#"),
    Column("payer", "from"),
    Column("payee", "to"),
    Column("fits_as", "fits as"),
    Column("says", "amount"),
    Column("amount", "bounds", machine=True, money=True),
    Column("hops", "hops", machine=True),
    Column("loop", "loop", below=True),
    Column("narrowest", "narrowest hop", below=True),
    Column("undisclosed", "undisclosed hop", below=True),
    Column("held", "holding", below=True),
    Column("known", "known, not counted", below=True),
    Column("legs", "legs", below=True),
    Column("parties", "parties", machine=True),
)
_GAIN_COLUMNS: Final = (
    Column("rank", "#"),
    Column("payer", "from"),
    Column("payee", "to"),
    Column("fits_as", "fits as"),
    Column("gain_at_low", "gain at low", money=True),
    Column("gain_at_high", "gain at high", money=True),
    Column("most", "can circulate", money=True),
    Column("straight", "straight back", money=True),
    Column("size", "size", machine=True, money=True),
    Column("known", "known, not counted", below=True),
)
_LOSS_COLUMNS: Final = (
    Column("rank", "#"),
    Column("name", "without"),
    Column("loss_at_low", "loss at low", money=True),
    Column("loss_at_high", "loss at high", money=True),
    Column("broken", "loops broken"),
    Column("narrowed", "narrowed"),
    Column("largest", "largest broken", below=True),
    Column("legs", "legs", below=True),
)


def missing(graph: DealGraph, found: Missing) -> Report:
    """Show the deals that do not exist and would matter most, and the existing ones that do."""
    more = f"there are more than the {found.top} listed; see --top"
    ids = {
        *(leg for row in (*found.loops, *found.by_value, *found.unpriced) for leg in row.legs),
        *(leg for row in found.deals for leg in row.legs),
        *(row.leg for row in found.touching),
    }
    tables = [
        _loops("loops", "Would close the largest new loop", found.loops, more * found.loops_truncated),
        _loops(
            "by_value",
            "Would close a loop by value: the money comes home to the holder of the company",
            found.by_value,
            more * found.by_value_truncated,
        ),
        _loops(
            "unpriced",
            "Would close a loop that only undisclosed hops make",
            found.unpriced,
            more * found.unpriced_truncated,
        ),
        _gains("gains", "Would raise circulation most", found.gains, more * found.gains_truncated),
        _gains(
            "around", "Would raise it most, of those whose payee pays nothing straight back", found.around
        ),
        _losses("deals", "Deals whose loss lowers circulation most", found.deals),
        _losses("parties", "Parties whose loss lowers circulation most", found.parties),
        _touching(found),
        legs_table(graph, ids),
    ]
    return Report(
        "missing",
        _title(graph, found),
        tuple(tables),
        _lines(found),
        (
            "amount: the most that could go round once, whatever the size of the new deal",
            "by value: a holding moves no money, but what a company receives is its holder's",
            f"{_ROLES}; --any leaves roles aside" if not found.any_role else "roles are left aside",
            (
                f"the new deal is of {dollars(found.size).short()}"
                if found.size is not None
                else "the new deal is as large as can circulate; see --size"
            ),
            f"loops broken or narrowed: among the largest funding loops, {found.compared} of them",
            "undisclosed amounts count for nothing in gain and loss",
            AMOUNTS,
        ),
        context(graph.registry, graph.convention),
    )


def _title(graph: DealGraph, found: Missing) -> str:
    if found.party is None:
        return "Deals that do not exist"
    word = "that would send money through" if found.through else "with"
    return f"Deals that do not exist {word} {graph.party(found.party).name}"


def _lines(found: Missing) -> tuple[str, ...]:
    low, high = (dollars(circuit.amount).short() for circuit in found.before)
    lines = [
        f"{found.pairs} pairs without a deal that counts could sign one by their roles"
        if not found.any_role
        else f"{found.pairs} pairs have no deal that counts",
        f"circular as it is {low} at the lower bounds, {high} at the upper",
    ]
    if found.loops:
        row = found.loops[0]
        lines.append(f"largest new loop: {row.text} {row.amount_text}")
    else:
        lines.append("no one deal closes a loop of at least three parties over disclosed amounts")
    if found.by_value:
        row = found.by_value[0]
        lines.append(f"largest by value: {row.text} {row.amount_text}")
    if found.gains:
        best = found.gains[0]
        lines.append(f"most circulation: {best.payer} -> {best.payee}, {dollars(best.high).short()} more")
    else:
        lines.append("no one deal raises circulation over disclosed amounts")
    return (*lines, *found.why)


def _loops(key: str, title: str, found: Sequence[NewLoop], note: str = "") -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            rank,
            row.payer,
            row.payee,
            tuple(str(side) for side in row.sides),
            row.amount_text,
            row.amount,
            len(row.hops) + 1,
            row.text,
            " and ".join(hop_text(hop) for hop in row.narrowest) or None,
            " and ".join(hop_text(hop) for hop in row.unknown) or None,
            tuple(
                f"{hop.holder} holds {hop.percent}% of {hop.company}"
                for hop in row.hops
                if isinstance(hop, Holding)
            ),
            _known(row.existing),
            row.legs,
            row.parties,
        )
        for rank, row in enumerate(found, 1)
    ]
    return Table(key, title, _LOOP_COLUMNS, tuple(rows), (note,) if note else ())


def _gains(key: str, title: str, found: Sequence[Gain], note: str = "") -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            rank,
            row.payer,
            row.payee,
            tuple(str(side) for side in row.sides),
            dollars(row.low),
            dollars(row.high),
            row.most,
            row.straight,
            dollars(row.size) if row.size is not None else row.most,
            _known(row.existing),
        )
        for rank, row in enumerate(found, 1)
    ]
    return Table(key, title, _GAIN_COLUMNS, tuple(rows), (note,) if note else ())


def _losses(key: str, title: str, found: Sequence[Loss]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            rank,
            row.name,
            dollars(row.low),
            dollars(row.high),
            row.broken,
            row.narrowed,
            row.largest or None,
            row.legs if not row.is_party else (),
        )
        for rank, row in enumerate(found, 1)
    ]
    return Table(key, title, _LOSS_COLUMNS, tuple(rows))


def _touching(found: Missing) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (row.direction, row.other, row.leg, row.reason or "counts") for row in found.touching
    ]
    columns = (
        Column("direction", "way"),
        Column("party", "party"),
        Column("leg", "leg"),
        Column("reason", "counts, or why not"),
    )
    title = "Every leg of the party that is known on the day"
    return Table("touching", title, columns, tuple(rows), only="" if found.party else "machines")


def _known(found: Sequence[Existing]) -> tuple[str, ...]:
    return tuple(f"{row.leg}: {row.status}, {row.reason}" for row in found)
