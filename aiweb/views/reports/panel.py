"""How circular the web is: the conventions side by side, year by year, and the legs behind it all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Final

from aiweb.analysis.panel import LONGEST, Panel, Year
from aiweb.graph import DealGraph, Preset
from aiweb.model import Instrument
from aiweb.values import Money
from aiweb.views.reports.rows import AMOUNTS, disclosed, dollars, face_value, headed, legs_table
from aiweb.views.tables import Cell, Column, Report, Table, context

_LADDER: Final = {2: "loops of 2", 3: "up to 3", 4: "up to 4", None: "any length"}
_RUNGS: Final = {
    2: "Of it, what two parties that pay each other can strike out;",
    3: "with loops of three parties as well;",
    4: "with loops of four as well;",
    None: "with loops of any length: the circular money again.",
}
_NONE: Final = "none"


def circularity(graph: DealGraph, measured: Sequence[Panel]) -> Report:
    """Put every index under each convention side by side, in all and year by year."""
    return Report(
        "circularity",
        "How circular the web is",
        (
            _side_by_side(measured),
            _conventions(measured),
            *(_by_year(row) for row in measured if row.convention.preset is Preset.CONTRACTED),
            _years(measured),
            *(_legs_under(graph, row) for row in measured),
        ),
        notes=(*face_value(graph.convention), AMOUNTS, *_coverage(graph, measured)),
        context=context(graph.registry, graph.convention, "convention"),
    )


def _side_by_side(measured: Sequence[Panel]) -> Table:
    """Lay the numbers out for people: a number a row with its sentence below, a convention a column."""
    rows: list[tuple[Cell, ...]] = []

    def row(number: str, cell: Callable[[Panel], Cell], sentence: str) -> None:
        rows.append((number, *(cell(found) for found in measured), sentence))

    row(
        "gross",
        lambda found: _plain(found.gross),
        "Every leg that counts, once: what the deals promise or moved.",
    )
    row(
        "net internal debt",
        lambda found: _plain(found.net_debt),
        "The least money that would settle what everyone pays less what it receives.",
    )
    row(
        "circular",
        lambda found: _plain(found.circular),
        "The most that could be struck out without changing any of these balances.",
    )
    row(
        "  share of gross",
        lambda found: _both(found.share_low, found.share_high),
        "A dense web has much of it by nature, so read on.",
    )
    for length, sentence in _RUNGS.items():
        row(f"  {_LADDER[length]}", partial(_rung, length), sentence)
    row(
        "cycled pro rata",
        lambda found: _both(found.low.finn, found.high.finn),
        "If all spend what reaches them in proportion, this part of turnover comes by again.",
    )
    drawn = _drawn(measured)
    if drawn:
        row(
            "  shuffled webs with less",
            lambda found: _both(found.low.finn_percentile, found.high.finn_percentile, digits=0),
            "Webs with as many deals and dollars a party, other payees; near 50% is no more than chance.",
        )
        row(
            "  with less circular",
            lambda found: _both(found.low.circular_percentile, found.high.circular_percentile, digits=0),
            "The same webs, by their circular share.",
        )
        row(
            "  that differ",
            _different,
            f"Of {drawn} shuffled webs; where few differ, the two rows above say little.",
        )
    row(
        "in turns",
        _in_turns,
        "All money sorted into turns and one-way trips: the part in turns, go-betweens or not.",
    )
    row(
        "loops",
        lambda found: str(found.loops),
        f"Ways round of at most {LONGEST} parties. How many says nothing about how much.",
    )
    row(
        "  with amounts",
        lambda found: str(found.disclosed_loops),
        "Those of them on which every hop has some amount.",
    )
    row("legs", lambda found: len(found.legs), "How many count.")
    row(
        "  undisclosed",
        lambda found: len(found.unknown),
        "Without an amount: they add nothing, so gross and circular are at least what they say.",
    )
    row(
        "  undated",
        lambda found: len(found.undated),
        "In no year below, as a whole or in part: no source says when it is paid.",
    )
    columns = (
        Column("number", ""),
        *(Column(str(found.convention.preset), str(found.convention.preset)) for found in measured),
        Column("sentence", "", below=True),
    )
    notes = (
        "a / b: with all amounts at their lower and at their upper bounds; between them it can be more",
        "shuffled webs keep all a party pays, how many deals it receives, and how much to a factor of two"
        if drawn
        else "not compared with shuffled webs",
    )
    return Table("panel", "", columns, tuple(rows), notes, only="people")


def _conventions(measured: Sequence[Panel]) -> Table:
    """Put the same numbers into a table for programs, a convention a row."""
    columns = headed(
        "convention $gross $net_internal_debt $circular share_at_low share_at_high "
        "$loops_of_2 $up_to_3 $up_to_4 $any_length legs undisclosed "
        "finn_at_low finn_at_high finn_percentile_at_low finn_percentile_at_high "
        "circular_percentile_at_low circular_percentile_at_high shuffles seed "
        "different_at_low different_at_high moved_at_low moved_at_high shifted_at_low shifted_at_high "
        "$turns_at_low $turns_at_high throughput_at_low throughput_at_high not_worked_out "
        "loops disclosed_loops more_loops undated $undated_gross $dated"
    )
    rows: list[tuple[Cell, ...]] = []
    for found in measured:
        ends = (found.low, found.high)
        chances = [end.chance for end in ends]
        drawn = next((chance for chance in chances if chance is not None), None)
        rows.append(
            (
                str(found.convention.preset),
                found.gross,
                disclosed(found.net_debt),
                disclosed(found.circular),
                found.share_low,
                found.share_high,
                *(disclosed(step.circular) for step in found.ladder),
                len(found.legs),
                len(found.unknown),
                *(_exact(end.finn) for end in ends),
                *(end.finn_percentile for end in ends),
                *(end.circular_percentile for end in ends),
                drawn.draws if drawn else None,
                drawn.seed if drawn else None,
                *(chance.different if chance else None for chance in chances),
                *(chance.moved if chance else None for chance in chances),
                *(chance.shifted if chance else None for chance in chances),
                *(dollars(end.turns) if end.turns is not None else None for end in ends),
                *(end.throughput for end in ends),
                found.high.forwarding.too_large or found.low.forwarding.too_large or None,
                found.loops.number,
                found.disclosed_loops.number,
                "yes" if found.loops.more or found.disclosed_loops.more else "no",
                len(found.undated),
                found.undated_gross,
                found.dated,
            )
        )
    return Table("conventions", "", columns, tuple(rows), only="machines")


def _by_year(found: Panel) -> Table:
    """Lay one convention's years out for people."""
    rows: list[tuple[Cell, ...]] = [
        (
            str(row.year),
            _plain(row.gross),
            _plain(row.circular),
            _both(row.circulation.share_low, row.circulation.share_high),
            _both(row.finn_low, row.finn_high),
            len(row.circulation.legs),
            len(row.circulation.unknown),
        )
        for row in found.years
    ]
    notes = (
        "a year counts what circulates within it: money that comes back in a later year is in neither",
        f"put into years by schedule or term, all years together: {_plain(found.dated).short()}",
        f"in no year: {len(found.undated)} legs or parts of them, {found.undated_gross.short()}",
        "other conventions: --format json",
    )
    return Table(
        "by_year",
        f"Year by year under {found.convention.preset}",
        headed("year gross circular share cycled_pro_rata legs undisclosed"),
        tuple(rows),
        notes,
        only="people",
    )


def _years(measured: Sequence[Panel]) -> Table:
    columns = headed(
        "convention year $gross $circular share_at_low share_at_high "
        "finn_at_low finn_at_high legs undisclosed"
    )
    return Table(
        "years",
        "",
        columns,
        tuple(_year(found, row) for found in measured for row in found.years),
        only="machines",
    )


def _year(found: Panel, row: Year) -> tuple[Cell, ...]:
    return (
        str(found.convention.preset),
        row.year,
        row.gross,
        disclosed(row.circular),
        row.circulation.share_low,
        row.circulation.share_high,
        _exact(row.finn_low),
        _exact(row.finn_high),
        len(row.circulation.legs),
        len(row.circulation.unknown),
    )


def _legs_under(graph: DealGraph, row: Panel) -> Table:
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


def _coverage(graph: DealGraph, measured: Sequence[Panel]) -> tuple[str, ...]:
    """Say of how many cash legs a payment is known."""
    cash = sum(
        1
        for state in graph.deals.values()
        for leg in state.legs
        if leg.side != "neither" and leg.instrument not in {Instrument.WARRANT, Instrument.IN_KIND}
    )
    return tuple(
        f"paid: dated payments are known for {len(row.legs)} of {cash} cash legs"
        for row in measured
        if row.convention.preset is Preset.PAID
    )


def _plain(amount: Money) -> Money:
    """Keep the range of an amount; what is undisclosed or a ceiling has rows of its own."""
    return replace(amount, undisclosed=0, ceilings=0)


def _both(low: Fraction | float | None, high: Fraction | float | None, *, digits: int = 1) -> str:
    """Write a share at the lower and at the upper bounds, once if both read the same."""
    read = [_NONE if share is None else f"{float(share):.{digits}%}" for share in (low, high)]
    return read[0] if read[0] == read[1] else " / ".join(read)


def _rung(length: int | None, found: Panel) -> Cell:
    amount = next((step.circular for step in found.ladder if step.length == length), None)
    return _plain(amount) if amount is not None else "too many loops"


def _in_turns(found: Panel) -> Cell:
    if found.low.forwarding.too_large or found.high.forwarding.too_large:
        return "too many loops"
    return _both(found.low.throughput, found.high.throughput)


def _different(found: Panel) -> Cell:
    counts = [str(end.chance.different) if end.chance else _NONE for end in (found.low, found.high)]
    return counts[0] if counts[0] == counts[1] else " / ".join(counts)


def _drawn(measured: Sequence[Panel]) -> int:
    return max(
        (end.chance.draws for found in measured for end in (found.low, found.high) if end.chance), default=0
    )


def _exact(share: float | None) -> Fraction | None:
    """Put a share worked out in floating point into a cell."""
    return Fraction(share) if share is not None else None
