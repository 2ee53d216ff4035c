"""Rows that many reports share: legs, loops and figures, each with its line and its sources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from aiweb.analysis.loops import Loop
from aiweb.graph import Convention, DealGraph, Hop, LegState, fold, years_text
from aiweb.model import Figure, Registry, Source
from aiweb.values import Money, total
from aiweb.views.tables import Cell, Column, Report, Table

FACE_VALUE: Final = "face value, different horizons: amounts promised over different years, added up"
AMOUNTS: Final = (
    "amounts: + is at least; a ceiling was published as 'up to' and has no floor; undisclosed is not zero"
)
IN_OUT: Final = {"in": "receives", "out": "pays"}


def face_value(convention: Convention) -> tuple[str, ...]:
    """Say that amounts of different years are added up, unless the window is one year."""
    years = convention.years
    return () if years is not None and years[0] == years[1] else (FACE_VALUE,)


def headed(names: str) -> tuple[Column, ...]:
    """Make columns of names; the heading is the name with its underscores taken out.

    A name that starts with `$` is that of a column of amounts.
    """
    return tuple(
        Column(name.lstrip("$"), name.lstrip("$").replace("_", " "), money=name.startswith("$"))
        for name in names.split()
    )


def below(names: str) -> tuple[Column, ...]:
    """Make columns that text puts on a line of their own below the row."""
    return tuple(Column(name, name.replace("_", " "), below=True) for name in names.split())


FIGURE_COLUMNS: Final = (
    *headed("metric segment period $value kind counterparty known line"),
    *below("sources"),
)
LEG_COLUMNS: Final = (*headed("leg from to instrument $amount status line"), *below("sources"))


def legs_table(graph: DealGraph, ids: Iterable[str]) -> Table:
    """List the legs behind numbers: amount, status, line in the file and sources."""
    rows = tuple(leg_row(graph, state(graph, name)) for name in sorted(set(ids)))
    return Table("legs", "Legs behind these numbers", LEG_COLUMNS, rows)


def loops_table(key: str, title: str, found: Iterable[Loop], notes: tuple[str, ...] = ()) -> Table:
    """List loops: what limits them, whether they close in time, what is weakest in them, and their legs."""
    columns = (
        Column("rank", "#"),
        Column("loop", "loop"),
        Column("hops", "hops"),
        Column("says", "amount"),
        Column("amount", "bounds", machine=True, money=True),
        Column("narrowest", "narrowest hop", below=True),
        Column("undisclosed", "undisclosed hop", below=True),
        Column("in_time", "in time", below=True),
        Column("least_sure", "weakest status and grade", below=True),
        Column("way_out", "easiest way out", below=True),
        Column("by_deal", "one deal a step", below=True),
        Column("instruments", "instruments", below=True),
        Column("legs", "legs", below=True),
        Column("parties", "parties", machine=True),
        Column("sides", "sides", machine=True),
        Column("narrowest_legs", "narrowest legs", machine=True),
        Column("narrowest_leg", "narrowest leg", machine=True),
        Column("undisclosed_legs", "undisclosed legs", machine=True),
        Column("time_order", "time order", machine=True),
        Column("time_amount", "time amount", machine=True, money=True),
        Column("time_start", "time start", machine=True),
        Column("undated_legs", "undated legs", machine=True),
        Column("status", "status", machine=True),
        Column("weakest", "weakest status", machine=True),
        Column("weakest_leg", "weakest leg", machine=True),
        Column("grade", "grade", machine=True),
        Column("graded_leg", "graded leg", machine=True),
        Column("exit", "exit", machine=True),
        Column("exit_leg", "exit leg", machine=True),
        Column("deal_amount", "deal amount", machine=True, money=True),
        Column("deal_count", "deal count", machine=True),
        Column("deal_legs", "deal legs", machine=True),
    )
    rows = tuple(_loop_row(rank, loop) for rank, loop in enumerate(found, 1))
    return Table(key, title, columns, rows, notes)


def _loop_row(rank: int, loop: Loop) -> tuple[Cell, ...]:
    graded, grade = loop.graded
    leaving, way = loop.way_out
    weakest, order, count = loop.weakest, loop.order, loop.deal_count
    same = f"{weakest.id} ({weakest.status}, {grade})"
    both = f"{weakest.id} ({weakest.status}), {graded.id} ({grade})"
    return (
        rank,
        loop.text,
        len(loop.hops),
        loop.amount_text,
        loop.amount,
        " and ".join(hop_text(hop) for hop in loop.narrowest) or None,
        " and ".join(hop_text(hop) for hop in loop.unknown) or None,
        order.text,
        same if graded.id == weakest.id else both,
        f"{leaving.id} ({way})" if leaving else None,
        f"{loop.by_deal.amount_text}, the best of {count}" if count > 1 else None,
        tuple("+".join(instruments) for instruments in loop.instruments),
        loop.legs,
        loop.parties,
        tuple(str(hop.side) for hop in loop.hops),
        tuple(leg for hop in loop.narrowest for leg in hop.legs),
        loop.smallest.id if loop.smallest else None,
        tuple(leg for hop in loop.unknown for leg in hop.legs),
        str(order.answer),
        order.amount,
        order.start,
        order.undated,
        str(weakest.status),
        f"{weakest.id} ({weakest.status})",
        weakest.id,
        str(grade),
        graded.id,
        str(way),
        leaving.id if leaving else None,
        loop.by_deal.amount,
        count,
        loop.by_deal.legs,
    )


def leg_row(graph: DealGraph, leg: LegState) -> tuple[Cell, ...]:
    """Give a leg with its line in the file and its sources, under LEG_COLUMNS."""
    registry = graph.registry
    return (
        leg.id,
        leg.payer,
        leg.payee,
        str(leg.instrument),
        leg.amount,
        str(leg.status),
        registry.leg_place(leg.id).line,
        tuple(cite(registry.source(leg.deal, name)) for name in leg.sources),
    )


def figure_row(registry: Registry, party: str, figure: Figure) -> tuple[Cell, ...]:
    """Give a party's figure with its line and its sources, under FIGURE_COLUMNS.

    It is found in the registry by being the same object: two may say the same in two places.
    """
    index = next(index for index, row in enumerate(registry.figures[party]) if row is figure)
    value: Cell = figure.amount if figure.amount is not None else f"{figure.percent}%"
    return (
        str(figure.metric),
        figure.segment,
        figure.period,
        value,
        str(figure.kind),
        figure.counterparty,
        registry.figure_known(figure),
        registry.place("figures", party, index).line,
        tuple(cite(registry.sources[name]) for name in figure.source),
    )


def with_undated(report: Report, graph: DealGraph) -> Report:
    """Say in a report on a window of years what no source puts into any year, whole legs or parts of them."""
    if graph.convention.years is None:
        return report
    amount = total(graph.undated.values())
    # A report on several conventions names none, and the note speaks of one.
    under = "" if "convention" in report.context else f" under {graph.convention.preset}"
    note = (
        f"left out of {years_text(graph.convention.years)}{under}: {len(graph.undated)} legs or parts of "
        f"them, {amount.short()}, that no source puts into any year"
    )
    return replace(report, notes=(*report.notes, note))


def fact_lines(facts: dict[str, str | None]) -> tuple[str, ...]:
    """Write names and values side by side; what is not known is left out."""
    size = max(len(name) for name in facts)
    return tuple(f"{name:<{size}}  {value}" for name, value in facts.items() if value)


def at(registry: Registry, *keys: str) -> str:
    """Say in which file and line an entry stands."""
    place = registry.place(*keys)
    return f"{place.path}:{place.line}"


def cite(source: Source) -> str:
    """Write a source in one line: publisher, grade, address."""
    where = source.url or source.offline or ""
    return f"{source.publisher} [{source.grade}] {where}"


def dollars(amount: int) -> Money:
    """Make an amount of a plain number of dollars."""
    return Money(amount, amount)


def disclosed(amount: Money | None) -> Money | None:
    """Drop the count of undisclosed parts where a column of its own has it."""
    return replace(amount, undisclosed=0) if amount is not None else None


def state(graph: DealGraph, name: str) -> LegState:
    """Give a leg as it counts, else as it stands, else as the file has it."""
    if name in graph.leg:
        return graph.leg[name]
    state = graph.deals.get(name.partition("/")[0])
    for leg in state.legs if state else ():
        if leg.id == name:
            return leg
    return as_written(graph, name)


def as_written(graph: DealGraph, name: str) -> LegState:
    """Give a leg that is not known yet on the day, as its first event will have it."""
    deal_id = name.partition("/")[0]
    first = graph.registry.deals[deal_id].events[0]
    born = fold(deal_id, graph.registry.deals[deal_id], first.published.last)
    return next(leg for leg in (born.legs if born else ()) if leg.id == name)


def hop_text(hop: Hop) -> str:
    """Write a hop with its amount."""
    return f"{hop.payer} -> {hop.payee} {hop.amount.short()}"
