"""What-ifs: those that ship, what some of them change, and every question before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Final

from aiweb.analysis.circulation import Circulation
from aiweb.analysis.funding import CashPath, FundingGap
from aiweb.analysis.loops import Loop, Loops
from aiweb.graph import DealGraph, Hop
from aiweb.model import Side
from aiweb.registry.whatif import Head
from aiweb.values import Money, total
from aiweb.views.reports.rows import AMOUNTS, below, dollars, face_value, headed
from aiweb.views.tables import Cell, Column, Report, Table
from aiweb.views.tables import context as context_of
from aiweb.whatif import Overlaid

_PLACES: Final = frozenset({"rank", "line"})
"""Columns that say where a row stands, which is no difference."""
_STEPS: Final = frozenset({"number", "arithmetic", "of"})
"""Of steps, those that hold the numbers of steps: one more step shifts all that follow."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The headline numbers of a web: circulation, its largest loops, and the gap of every party."""

    graph: DealGraph
    circulation: Circulation
    loops: Loops
    gaps: Mapping[str, FundingGap]


def shipped(graph: DealGraph, found: Iterable[Head]) -> Report:
    """List the what-ifs that ship with the package, for a registry on a day."""
    rows = tuple((head.name, head.title, head.zh, head.version, head.as_of, head.says) for head in found)
    columns = (*headed("name title zh version as_of"), *below("says"))
    return Report(
        "whatifs",
        "What-ifs that ship with aiweb",
        (Table("whatifs", "", columns, rows),),
        (),
        ("next: aiweb what-if NAME · aiweb loops --what-if NAME",),
        context_of(graph.registry, graph.convention, "convention", "consideration"),
    )


def before_after(before: Numbers, after: Numbers) -> Report:
    """Set the headline numbers under what-ifs beside those without."""
    registry = after.graph.registry.on(date.max)
    assert isinstance(registry, Overlaid)  # noqa: S101  # what Web.what_if gives
    day = after.graph.convention.as_of
    lines = [
        f"{each.head.name}, version {each.head.version} of {each.head.as_of}: {each.head.says}"
        for each in registry.what_ifs
    ]
    later = sorted({row.on for row in registry.effects if row.on > day})
    if later:
        lines.append(f"some of it takes effect on {later[0]} only, after the day shown")
    known = total(row.a_year for row in registry.unshown if row.a_year is not None)
    cost = (f"interest more in a year, as far as it is known: {known.short()}",) if known else ()
    return Report(
        "what-if",
        f"What if: {', '.join(each.head.title for each in registry.what_ifs)}",
        (
            _headline(before.circulation, after.circulation),
            _loops(before, after),
            _gaps(before.gaps, after.gaps),
            Table(
                "unshown",
                "Not yet in any number",
                (*headed("target"), Column("a_year", "a year", money=True), *below("says what_ifs")),
                tuple((row.target, row.a_year, row.says, row.what_ifs) for row in registry.unshown),
                cost,
            ),
            Table(
                "changes",
                "What is changed",
                (*headed("on target field before after"), Column("what_ifs", "what-ifs")),
                tuple(
                    (row.on, row.target, row.field, row.before, row.after, row.what_ifs)
                    for row in registry.effects
                ),
            ),
        ),
        tuple(lines),
        (
            *face_value(after.graph.convention),
            AMOUNTS,
            "any other answer before and after: aiweb stress --what-if NAME --changes",
        ),
        context_of(after.graph.registry, after.graph.convention),
    )


def _headline(before: Circulation, after: Circulation) -> Table:
    pairs: list[tuple[str, Money | Fraction | None, Money | Fraction | None]] = [
        ("gross", before.gross, after.gross),
        ("circular", before.circular, after.circular),
        ("net internal debt", before.net_debt, after.net_debt),
        ("circular share at low", before.share_low, after.share_low),
        ("circular share at high", before.share_high, after.share_high),
    ]
    rows = tuple((name, one, other, _change(one, other)) for name, one, other in pairs)
    note = "change of an amount: at its upper bound"
    return Table("headline", "Before and after", headed("number $before $after $change"), rows, (note,))


def _change(before: Money | Fraction | None, after: Money | Fraction | None) -> Cell:
    """Give the change of a share, or of an amount at its upper bound."""
    if isinstance(before, Money) and isinstance(after, Money):
        return dollars(after.high - before.high)
    if isinstance(before, Fraction) and isinstance(after, Fraction):
        return after - before
    return None


def _loops(before: Numbers, after: Numbers) -> Table:
    """Say which of the largest loops of either web are gone, new, or have another amount."""
    webs = {name: {hop.key: hop for hop in each.graph.hops} for name, each in (("b", before), ("a", after))}
    seen: set[tuple[tuple[str, str, Side], ...]] = set()
    rows: list[tuple[Cell, ...]] = []
    listed = [loop for each in (before, after) for loop in (*each.loops.loops, *each.loops.unpriced)]
    same = 0
    for loop in listed:
        keys = tuple(hop.key for hop in loop.hops)
        if keys in seen:
            continue
        seen.add(keys)
        one, other = _along(loop, webs["b"]), _along(loop, webs["a"])
        old, new = (each.amount_text if each else None for each in (one, other))
        if old == new:
            same += 1
            continue
        what = "gone" if other is None else "new" if one is None else "changed"
        rows.append((what, loop.text, len(loop.hops), old, new))
    order = ("gone", "new", "changed")
    rows.sort(key=lambda row: order.index(str(row[0])))
    notes = (f"{same} of the largest loops stay as they are",) if same else ()
    columns = headed("change loop hops before after")
    return Table("loops", "Largest funding loops: gone, new, changed", columns, tuple(rows), notes)


def _along(loop: Loop, hops: Mapping[tuple[str, str, Side], Hop]) -> Loop | None:
    """Give a loop as it runs in a web; nothing where a hop is not there, or carries nothing."""
    found = [hops.get(hop.key) for hop in loop.hops]
    kept = tuple(hop for hop in found if hop is not None and (hop.amount.high or not hop.amount.known))
    return Loop(kept, loop.graph) if len(kept) == len(found) else None


def _gaps(before: Mapping[str, FundingGap], after: Mapping[str, FundingGap]) -> Table:
    """Set first short year and peak of every path beside each other, party by party."""
    rows: list[tuple[Cell, ...]] = []
    notes = []
    for party in sorted({*before, *after}):
        one, other = before.get(party), after.get(party)
        paths: dict[tuple[str, str], list[CashPath | None]] = {}
        for number, found in enumerate((one, other)):
            for path in found.paths if found else ():
                pair = paths.setdefault((str(path.certainty), str(path.overlap)), [None, None])
                pair[number] = path
        for (certainty, overlap), (old, new) in paths.items():
            peaks = [path.peak if path else None for path in (old, new)]
            rows.append((party, certainty, overlap, _short(old), _short(new), *peaks))
        if other is not None and not other.paths and one is not None and one.paths:
            notes.append(f"{party} after: no path can be drawn without {', '.join(other.missing)}")
    columns = (
        *headed("party class overlap"),
        Column("first_short_before", "first short before"),
        Column("first_short_after", "after"),
        Column("peak_before", "peak before", money=True),
        Column("peak_after", "after", money=True),
    )
    return Table("gaps", "Funding gaps: first short year and peak", columns, tuple(rows), tuple(notes))


def _short(path: CashPath | None) -> str | None:
    """Write the first short year, at worst and at best."""
    if path is None:
        return None
    worst, best = path.first_short
    if worst is None:
        return "never"
    return str(worst) if worst == best else f"{worst} at worst, {best or 'never'} at best"


# ---- any report before and after ----------------------------------------------------------------


def compared(before: Report, after: Report) -> Report:
    """Say what of a report is otherwise under what-ifs: row by row, cell by cell."""
    rows: list[tuple[Cell, ...]] = []
    tables = {table.key: table for table in before.tables if table.only != "people"}
    for table in (table for table in after.tables if table.only != "people"):
        old = tables.pop(table.key, replace(table, rows=()))
        rows += _cells(old, table)
    for table in tables.values():
        rows += _cells(table, replace(table, rows=()))
    columns = (*headed("table row column"), *headed("$before $after"))
    title = f"{after.title}: before and after"
    found = Table("changes", "What is otherwise", columns, tuple(rows))
    return Report(f"{after.key}-changes", title, (found,), (), after.notes, after.context)


def _cells(before: Table, after: Table) -> list[tuple[Cell, ...]]:
    """Give every cell of a table that is otherwise, with the row it stands in."""
    names = [column.key for column in after.columns]
    places = _places(after)
    keys = _identity(before, after)
    one, other = _by(before, keys), _by(after, keys)
    rows: list[tuple[Cell, ...]] = []
    for row in dict.fromkeys((*one, *other)):
        label = ", ".join(filter(None, row))
        if row not in other or row not in one:
            there = ("gone" if row not in other else "new",)
            rows.append((after.key, label, *there, None, None))
            continue
        for index, name in enumerate(names):
            old, new = one[row][index], other[row][index]
            if index not in keys and name not in places and old != new:
                rows.append((after.key, label, name, _flat(old), _flat(new)))
    return rows


def _identity(before: Table, after: Table) -> tuple[int, ...]:
    """Choose the columns that tell rows apart: the first, and each that parts more; none for one row."""
    rows = (*before.rows, *after.rows)
    if len(before.rows) == len(after.rows) == 1:
        return ()
    wordy = [
        index
        for index, column in enumerate(after.columns)
        if not column.money
        and column.key not in _places(after)
        and not any(isinstance(row[index], Money | Fraction | tuple) for row in rows)
    ]
    chosen = wordy[:1]
    for index in wordy[1:]:
        now, more = (
            [len({_key(row, keys) for row in table.rows}) for table in (before, after)]
            for keys in (chosen, [*chosen, index])
        )
        if now != more:
            chosen.append(index)
    return tuple(chosen)


def _places(table: Table) -> frozenset[str]:
    return _PLACES | _STEPS if table.key == "steps" else _PLACES


def _by(table: Table, keys: Sequence[int]) -> dict[tuple[str, ...], tuple[Cell, ...]]:
    """Find rows by what tells them apart; rows that nothing tells apart are counted through."""
    found: dict[tuple[str, ...], tuple[Cell, ...]] = {}
    seen: dict[tuple[str, ...], int] = {}
    for row in table.rows:
        key = _key(row, keys)
        seen[key] = seen.get(key, 0) + 1
        found[key if seen[key] == 1 else (*key, f"({seen[key]})")] = row
    return found


def _key(row: Sequence[Cell], keys: Sequence[int]) -> tuple[str, ...]:
    return tuple("" if row[index] is None else str(row[index]) for index in keys)


def _flat(cell: Cell) -> Cell:
    """Write a list of names in one cell."""
    return ", ".join(cell) if isinstance(cell, tuple) else cell
