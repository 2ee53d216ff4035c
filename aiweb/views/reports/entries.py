"""What the registry says: lists of parties and deals, and one of each in full."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from aiweb.graph import DealGraph, DealState, LegState
from aiweb.model import Deal, Dispute, Leg, Registry, leg_id
from aiweb.values import total
from aiweb.views.reports.rows import (
    FIGURE_COLUMNS,
    LEG_COLUMNS,
    at,
    below,
    cite,
    fact_lines,
    figure_row,
    headed,
    leg_row,
)
from aiweb.views.reports.rows import state as leg_state
from aiweb.views.tables import Cell, Column, Report, Table, context


def parties(graph: DealGraph, chosen: Iterable[str]) -> Report:
    """Parties with what they pay and receive."""
    rows: list[tuple[Cell, ...]] = []
    inward: dict[str, list[LegState]] = defaultdict(list)
    outward: dict[str, list[LegState]] = defaultdict(list)
    for leg in graph.legs:
        inward[leg.payee].append(leg)
        outward[leg.payer].append(leg)
    for name in chosen:
        party = graph.registry.parties[name]
        received = total(leg.amount for leg in inward[name])
        paid = total(leg.amount for leg in outward[name])
        deals = len({leg.deal for leg in (*inward[name], *outward[name])})
        rows.append((name, party.name, party.zh, str(party.kind), party.country, deals, received, paid))
    columns = headed("id name zh kind country deals $receives $pays")
    return Report(
        "parties",
        "Parties",
        (Table("parties", "", columns, tuple(rows)),),
        context=context(graph.registry, graph.convention),
    )


def deals(graph: DealGraph, chosen: Iterable[DealState]) -> Report:
    """Deals as they stand on the day, whatever their status."""
    rows: list[tuple[Cell, ...]] = []
    for state in chosen:
        deal = graph.registry.deals[state.id]
        place = graph.registry.place("deals", state.id)
        rows.append(
            (
                state.id,
                _parties_of(state),
                tuple(dict.fromkeys(str(leg.instrument) for leg in state.legs)),
                state.amount,
                str(state.status),
                state.since,
                place.line,
                deal.title,
            )
        )
    columns = (*headed("id parties instruments $amount status since line"), Column("title", "", below=True))
    return Report(
        "deals",
        "Deals",
        (Table("deals", "", columns, tuple(rows)),),
        notes=("the amount of a deal adds its legs, whichever way they point",),
        context=context(graph.registry, graph.convention, "convention", "consideration"),
    )


def party(graph: DealGraph, name: str) -> Report:
    """One party: who it is, its deals as they stand, its figures."""
    registry, said = graph.registry, graph.registry.parties[name]
    facts = {
        "id": name,
        "Chinese": said.zh,
        "kind": f"{said.kind}{', stands for many' if said.outside else ''}",
        "country": said.country,
        "ticker": said.ticker,
        "also": ", ".join(said.also),
        "part of": said.parent,
        "members": ", ".join(said.members),
        "note": said.note,
        "stands in": at(registry, "parties", name),
    }
    rows = [
        leg_row(graph, leg)
        for state in graph.deals.values()
        for leg in state.legs
        if name in {leg.payer, leg.payee}
    ]
    figures = [
        figure
        for figure in registry.figures.get(name, ())
        if registry.figure_known(figure) <= graph.convention.as_of
    ]
    return Report(
        "party",
        said.name,
        (
            Table("deals", "Deals as they stand", LEG_COLUMNS, tuple(rows)),
            Table(
                "figures",
                "Figures known by then",
                FIGURE_COLUMNS,
                tuple(figure_row(registry, name, figure) for figure in figures),
            ),
        ),
        fact_lines(facts),
        context=context(registry, graph.convention, "convention", "consideration"),
    )


def deal(graph: DealGraph, name: str) -> Report:
    """One deal: its legs as they stand, its life up to the day, disputes and sources."""
    registry, said, state = graph.registry, graph.registry.deals[name], graph.deals.get(name)
    whole = state.total if state else said.total
    facts = {
        "id": name,
        "Chinese": said.zh,
        "status": _status(state) if state else "not yet known on this day",
        "total": f"{whole}, its split over the legs undisclosed" if whole else None,
        "note": said.note,
        "stands in": at(registry, "deals", name),
    }
    tables = [
        Table(
            "legs",
            "Legs",
            (*headed("leg from to instrument $amount basis certainty line"), *below("terms sources")),
            tuple(_full_leg(registry, leg, number, name, state) for number, leg in enumerate(said.legs, 1)),
        ),
        Table(
            "life",
            "Life",
            (*headed("on known status leg $amount $paid line"), *below("note sources")),
            tuple(
                (
                    event.on,
                    event.known,
                    f"{event.status or ''}{f' by {event.by}' if event.by else ''}" or None,
                    event.leg,
                    event.amount,
                    event.paid,
                    registry.place("deals", name, "events", index).line,
                    event.note,
                    event.source,
                )
                for index, event in enumerate(said.events)
                if event.published.last <= graph.convention.as_of
            ),
        ),
    ]
    if said.disputed:
        tables.append(_disputes(registry, name, said.disputed))
    tables.append(
        Table(
            "sources",
            "Sources",
            (*headed("name grade date publisher title"), *below("url")),
            tuple(_source_row(registry, name, source) for source in _cited_by(said, graph.convention.as_of)),
        )
    )
    later = len(said.events) - len(tables[1].rows)
    notes = (f"{later} later events are not shown; see --as-of",) if later else ()
    return Report(
        "deal",
        said.title,
        tuple(tables),
        fact_lines(facts),
        notes,
        context(registry, graph.convention, "convention", "consideration"),
    )


def series(graph: DealGraph, name: str) -> Report:
    """One market series: its readings up to the day."""
    registry, said = graph.registry, graph.registry.series[name]
    readings = [
        (
            row.on,
            format(row.value, "f"),
            str(row.kind),
            registry.place("series", name, "readings", index).line,
            row.note,
            tuple(cite(registry.sources[source]) for source in row.source),
        )
        for index, row in enumerate(said.readings)
        if row.on.last <= graph.convention.as_of
    ]
    loans = [
        leg_row(graph, leg_state(graph, leg)) for leg, _, row in registry.legs() if row.benchmark == name
    ]
    facts = {
        "id": name,
        "Chinese": said.zh,
        "unit": str(said.unit),
        "note": said.note,
        "stands in": at(registry, "series", name),
    }
    later = len(said.readings) - len(readings)
    return Report(
        "series",
        said.name,
        (
            Table(
                "readings",
                "Readings",
                (*headed("on value kind line"), *below("note sources")),
                tuple(readings),
            ),
            Table("loans", "Loans that float over it", LEG_COLUMNS, tuple(loans)),
        ),
        fact_lines(facts),
        (f"later readings that are not shown: {later}; see --as-of",) if later else (),
        context(registry, graph.convention, "convention", "consideration"),
    )


def _full_leg(
    registry: Registry, leg: Leg, number: int, deal_id: str, state: DealState | None
) -> tuple[Cell, ...]:
    name = leg_id(deal_id, number)
    now = state.legs[number - 1] if state else None
    return (
        name,
        leg.payer,
        leg.payee,
        str(leg.instrument),
        now.amount if now else leg.amount,
        str(now.basis if now else leg.basis),
        str(now.certainty if now else leg.certainty),
        registry.leg_place(name).line,
        _terms(leg, now),
        now.sources if now else leg.source,
    )


def _terms(leg: Leg, now: LegState | None) -> tuple[str, ...]:
    """Say what else is known of a leg, in words."""
    said: Leg | LegState = now or leg
    schedule = said.schedule
    terms = {
        "paid": now.paid if now else None,
        "condition": leg.condition,
        "term": said.term,
        "schedule": "; ".join(f"{when} {amount}" for when, amount in schedule.items()) if schedule else None,
        "milestones": leg.milestones,
        "exit": leg.exit,
        "via": leg.via,
        "secures": ", ".join(leg.secures) or None,
        "trigger": leg.trigger,
        "part of": leg.part_of,
        "overlaps": ", ".join(leg.overlaps) or None,
        "shares": f"{said.shares:,.0f}" if said.shares is not None else None,
        "strike": f"${leg.strike}" if leg.strike is not None else None,
        "percent": f"{said.percent}%" if said.percent is not None else None,
        "valuation": said.valuation,
        "capacity": leg.capacity,
        "coupon": _coupon(leg),
        "fixed part": leg.fixed,
        "fixed coupon": f"{leg.fixed_coupon}%" if leg.fixed_coupon is not None else None,
        "maturity": leg.maturity,
        "drawn": leg.drawn,
        "repaid": now.repaid if now else None,
        "collateral": leg.collateral,
        "seniority": leg.seniority,
        "shares pledged of": leg.pledged,
        "collateral value": leg.collateral_value,
        "loan to value": f"{leg.loan_to_value}%" if leg.loan_to_value is not None else None,
        "note": leg.note,
    }
    return tuple(f"{name} {value}" for name, value in terms.items() if value is not None)


def _coupon(leg: Leg) -> str | None:
    """Write a loan's rate: the margin over its benchmark where it floats."""
    if leg.coupon is None:
        return f"floating over {leg.benchmark}" if leg.benchmark else None
    over = f" over {leg.benchmark}" if leg.benchmark else ""
    return f"{leg.coupon}%{over}{' floating' if leg.floating else ''}"


def _status(state: DealState) -> str:
    by = f" by {state.by}" if state.by else ""
    return f"{state.status}{by} since {state.since}"


def _parties_of(state: DealState) -> str:
    pairs = list(dict.fromkeys(f"{leg.payer} -> {leg.payee}" for leg in state.legs))
    more = f" and {len(pairs) - 2} more" if len(pairs) > 2 else ""
    return "; ".join(pairs[:2]) + more


def _disputes(registry: Registry, name: str, disputed: Iterable[Dispute]) -> Table:
    return Table(
        "disputed",
        "Disputed",
        (*headed("field leg other_value line"), *below("rule sources")),
        tuple(
            (
                str(row.field),
                row.leg,
                row.value,
                registry.place("deals", name, "disputed", index).line,
                row.rule,
                row.source,
            )
            for index, row in enumerate(disputed)
        ),
    )


def _cited_by(said: Deal, day: date) -> list[str]:
    """Name the sources of the legs, of the disputes and of the events known by a day."""
    names = [name for leg in said.legs for name in leg.source]
    names += [name for event in said.events if event.published.last <= day for name in event.source]
    names += [name for row in said.disputed for name in row.source]
    return list(dict.fromkeys(names))


def _source_row(registry: Registry, deal_id: str, name: str) -> tuple[Cell, ...]:
    source = registry.source(deal_id, name)
    return (
        name,
        str(source.grade),
        source.date,
        source.publisher,
        source.title,
        source.url or source.offline,
    )
