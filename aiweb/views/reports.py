"""Results as reports: what each command prints, with the legs and sources behind every number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from aiweb.analysis.circulation import Circulation
from aiweb.analysis.exposure import Exposure
from aiweb.analysis.funding import CashPath, FundingGap
from aiweb.analysis.loops import Loop, Loops
from aiweb.analysis.paths import Paths
from aiweb.graph import DealGraph, DealState, LegState, fold
from aiweb.model import Dispute, Figure, Instrument, Leg, Overlap, Registry, Source, leg_id
from aiweb.values import Money, total
from aiweb.views.tables import Cell, Column, Report, Table, context

FACE_VALUE: Final = "face value, different horizons: amounts promised over different years, added up"
_OVERLAPS: Final = {
    Overlap.NONE: "overlap zero",
    Overlap.FULL: "overlap full",
    Overlap.UNKNOWN: "overlap unknown",
}
_IN_OUT: Final = {"in": "receives", "out": "pays"}


def summary(graph: DealGraph, measured: Circulation, largest: Loops) -> Report:
    """Say what is in the registry, and its headline numbers."""
    registry = graph.registry
    figures = sum(len(rows) for rows in registry.figures.values())
    sources = len(registry.sources) + sum(len(deal.sources) for deal in registry.deals.values())
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
        (_loops_table("loops", "Largest funding loops", largest.loops[:5]),),
        lines,
        (
            FACE_VALUE,
            "next: aiweb show NAME · loops · circularity · exposure NAME · gap NAME · path A B · render",
        ),
        context(registry, graph.convention),
    )


def parties(graph: DealGraph, chosen: Iterable[str]) -> Report:
    """Parties with what they pay and receive."""
    rows: list[tuple[Cell, ...]] = []
    for name in chosen:
        party = graph.registry.parties[name]
        received = total(leg.amount for leg in graph.legs if leg.payee == name)
        paid = total(leg.amount for leg in graph.legs if leg.payer == name)
        deals = len({leg.deal for leg in graph.legs if name in {leg.payer, leg.payee}})
        rows.append((name, party.name, party.zh, str(party.kind), party.country, deals, received, paid))
    columns = _columns("id name zh kind country deals receives pays")
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
                total(leg.amount for leg in state.legs),
                str(state.status),
                state.since,
                place.line,
                deal.title,
            )
        )
    columns = (*_columns("id parties instruments amount status since line"), Column("title", "", below=True))
    return Report(
        "deals",
        "Deals",
        (Table("deals", "", columns, tuple(rows)),),
        notes=("the amount of a deal adds its legs, whichever way they point",),
        context=context(graph.registry, graph.convention),
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
        "stands in": _at(registry, "parties", name),
    }
    rows = [
        _leg_row(graph, leg)
        for state in graph.deals.values()
        for leg in state.legs
        if name in {leg.payer, leg.payee}
    ]
    figures = [
        (figure, registry.place("figures", name, index).line)
        for index, figure in enumerate(registry.figures.get(name, ()))
        if registry.figure_known(figure) <= graph.convention.as_of
    ]
    return Report(
        "party",
        said.name,
        (
            Table("deals", "Deals as they stand", _LEG_COLUMNS, tuple(rows)),
            Table(
                "figures",
                "Figures known by then",
                _columns("metric period value kind counterparty known line sources"),
                tuple(_figure_row(registry, figure, line) for figure, line in figures),
            ),
        ),
        _facts(facts),
        context=context(registry, graph.convention),
    )


def deal(graph: DealGraph, name: str) -> Report:
    """One deal: its legs as they stand, its life up to the day, disputes and sources."""
    registry, said, state = graph.registry, graph.registry.deals[name], graph.deals.get(name)
    facts = {
        "id": name,
        "Chinese": said.zh,
        "status": _status(state) if state else "not yet known on this day",
        "total": f"{said.total}, its split over the legs undisclosed" if said.total else None,
        "note": said.note,
        "stands in": _at(registry, "deals", name),
    }
    tables = [
        Table(
            "legs",
            "Legs",
            (*_columns("leg from to instrument amount basis certainty line"), *_below("terms sources")),
            tuple(_full_leg(registry, leg, number, name, state) for number, leg in enumerate(said.legs, 1)),
        ),
        Table(
            "life",
            "Life",
            (*_columns("on known status leg amount paid line"), *_below("note sources")),
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
            (*_columns("name grade date publisher title"), *_below("url")),
            tuple(_source_row(registry, name, source) for source in said.cited),
        )
    )
    later = len(said.events) - len(tables[1].rows)
    notes = (f"{later} later events are not shown; see --as-of",) if later else ()
    return Report(
        "deal", said.title, tuple(tables), _facts(facts), notes, context(registry, graph.convention)
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
        _loops_table("loops", f"Amount known: {len(found.loops)}", found.loops, tuple(notes)),
        _loops_table(
            "unpriced",
            f"A hop undisclosed: {len(found.unpriced)}",
            found.unpriced,
            (f"there are more than these {found.top}; see --top",) if found.unpriced_truncated else (),
        ),
    ]
    if found.left_out:
        tables.append(
            Table(
                "left_out",
                f"Loops under headline that {found.convention.preset} leaves out",
                (Column("loop", "loop"), Column("needs", "lacks", below=True)),
                tuple(
                    (row.text, tuple(f"{leg} ({why})" for leg, why in row.needs)) for row in found.left_out
                ),
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
        ),
        context=context(graph.registry, graph.convention),
    )


def circularity(graph: DealGraph, measured: Sequence[Circulation]) -> Report:
    """Each convention side by side."""
    rows: list[tuple[Cell, ...]] = [
        (
            str(row.convention.preset),
            row.gross,
            _disclosed(row.net_debt),
            _disclosed(row.circular),
            row.share_low,
            row.share_high,
            *(_disclosed(rung.circular) for rung in row.ladder),
            len(row.legs),
            len(row.unknown),
        )
        for row in measured
    ]
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
    columns = tuple(Column(head.replace(" ", "_"), head) for head in heads)
    notes = (
        (
            "circular: what could be cancelled without changing any party's net position, "
            "summed over the legs it passes"
        ),
        "undisclosed amounts count for nothing here, so circular and gross are lower bounds",
        "a dense web is circular by nature: read the short loops first",
        FACE_VALUE,
    )
    paid = next((row for row in measured if row.convention.preset == "paid"), None)
    coverage = (
        (f"paid: dated payments are known for {len(paid.legs)} of {_cash_legs(graph)} cash legs",)
        if paid
        else ()
    )
    day = measured[0].convention.as_of if measured else graph.convention.as_of
    return Report(
        "circularity",
        f"How circular the web is, as of {day.isoformat()}, {graph.convention.consideration}",
        (Table("conventions", "", columns, tuple(rows)), legs_table(graph, [leg.id for leg in graph.legs])),
        notes=(*notes, *coverage),
        context={
            key: value
            for key, value in context(graph.registry, graph.convention).items()
            if key != "convention"
        },
    )


def exposure(graph: DealGraph, found: Exposure, through: Loops) -> Report:
    """One party: money in and out, counterparties, round trip, loops, cover."""
    tables = [
        Table(
            "flows",
            "Money in and out",
            (*_columns("direction status instrument amount"), *_below("legs")),
            tuple(
                (_IN_OUT[row.direction], row.status, row.instrument, row.amount, row.legs)
                for row in found.parts
            ),
        ),
        Table(
            "counterparties",
            "Counterparties",
            (*_columns("direction party amount share"), *_below("legs")),
            tuple(
                (_IN_OUT[row.direction], row.party, row.amount, row.share, row.legs)
                for row in found.counterparties
            ),
            ("shares are of the upper bounds; an undisclosed amount counts for nothing",),
        ),
        Table(
            "concentration",
            "Concentration",
            _columns("direction hhi effective undisclosed"),
            tuple(
                (_IN_OUT[row.direction], _decimal(row.hhi), _decimal(row.effective), row.undisclosed)
                for row in found.concentration
            ),
            ("hhi: sum of squared shares, 1 is a single counterparty; effective: its inverse",),
        ),
        Table(
            "round_trip",
            "Round trip: of what it pays, what can reach it again",
            _columns("bound pays least most"),
            tuple(
                (row.at, _dollars(row.paid), _dollars(row.least), _dollars(row.most))
                for row in found.round_trips
            ),
        ),
        _cover_table(graph, found),
    ]
    if found.published:
        tables.append(
            Table(
                "published",
                "Published shares",
                _columns("metric period value kind counterparty known line sources"),
                tuple(_figure_row(graph.registry, row, None) for row in found.published),
            )
        )
    tables.append(_loops_table("loops", "Largest loops it is part of", through.loops))
    tables.append(_loops_table("unpriced", "Loops it is part of, a hop undisclosed", through.unpriced))
    if found.uncounted:
        tables.append(
            Table(
                "uncounted",
                "Legs that do not count here",
                _columns("leg instrument amount status reason"),
                tuple(
                    (
                        row.state.id,
                        str(row.state.instrument),
                        row.state.amount,
                        str(row.state.status),
                        row.reason,
                    )
                    for row in found.uncounted
                ),
            )
        )
    counted = {leg for row in found.parts for leg in row.legs}
    counted |= {leg for loop in (*through.loops, *through.unpriced) for leg in loop.legs}
    tables.append(legs_table(graph, counted))
    lines = (
        f"receives {found.money_in.short()}",
        f"pays     {found.money_out.short()}",
        f"{len(found.unknown)} of its legs are undisclosed",
    )
    return Report(
        "exposure",
        f"Exposure of {graph.party(found.party).name}",
        tuple(tables),
        lines,
        (FACE_VALUE,),
        context(graph.registry, graph.convention),
    )


def gap(graph: DealGraph, found: FundingGap) -> Report:
    """Show sources and uses by year, cash in three certainty classes, and published gaps apart."""
    name = graph.party(found.party).name
    lines = [
        f"opening cash and undrawn credit {found.opening.short()} on {found.opening_on}"
        if found.opening_on
        else "no cash figure is known",
        f"least cash to be kept {_dollars(found.minimum).short()}",
    ]
    lines += [f"no path can be drawn without {what}" for what in found.missing]
    lines += [_verdict(path) for path in found.paths]
    lines.append(_outside_the_years(found))
    tables = [_years(found), _cash(found), _items(graph, found), _undated(found)]
    tables += [
        Table(
            f"claim_{row.id.replace('-', '_')}",
            f"Published apart from this table ({row.id}): {row.claim.says}",
            (*_columns("leg claimed registry_a_year falls_in payer status"), *_below("note")),
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
                f"source: {', '.join(row.claim.source)} ({_at(graph.registry, 'claims', row.id)})",
            ),
        )
        for row in found.claims
    ]
    ids = {item.leg for item in found.items if item.leg} | {row.leg for row in found.undated}
    ids |= {part.leg for row in found.claims for part in row.parts}
    tables.append(legs_table(graph, ids))
    figures = {id(item.figure): item.figure for item in found.items if item.figure is not None}
    shown = [*found.opening_figures, *figures.values()]
    if shown:
        places = {id(row): index for index, row in enumerate(graph.registry.figures[found.party])}
        tables.append(
            Table(
                "figures",
                "Figures used",
                _columns("metric period value kind counterparty known line sources"),
                tuple(
                    _figure_row(
                        graph.registry,
                        row,
                        graph.registry.place("figures", found.party, places[id(row)]).line,
                    )
                    for row in shown
                ),
            )
        )
    report = context(graph.registry, graph.convention)
    report["convention"] = "certainty classes"
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
        ),
        report,
    )


def path(graph: DealGraph, found: Paths) -> Report:
    """How money gets from one party to another."""
    start, end = graph.party(found.start).name, graph.party(found.end).name
    rows = tuple((" -> ".join(row.parties), len(row.hops), row.amount_text, row.legs) for row in found.paths)
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
                (*_columns("path hops amount"), *_below("legs")),
                rows,
                tuple(notes),
            ),
            legs_table(graph, {leg for row in found.paths for leg in row.legs}),
        ),
        (
            (
                f"over all paths of any length at most {Money(found.most.low, found.most.high).short()} "
                "of disclosed money can get there"
            ),
        ),
        (FACE_VALUE,),
        context(graph.registry, graph.convention),
    )


def legs_table(graph: DealGraph, ids: Iterable[str]) -> Table:
    """List the legs behind numbers: amount, status, line in the file and sources."""
    rows = tuple(_leg_row(graph, _state(graph, name)) for name in sorted(set(ids)))
    return Table("legs", "Legs behind these numbers", _LEG_COLUMNS, rows)


def _columns(names: str) -> tuple[Column, ...]:
    return tuple(Column(name, name.replace("_", " ")) for name in names.split())


def _below(names: str) -> tuple[Column, ...]:
    return tuple(Column(name, name, below=True) for name in names.split())


_LEG_COLUMNS: Final = (*_columns("leg from to instrument amount status line"), *_below("sources"))


def _facts(facts: dict[str, str | None]) -> tuple[str, ...]:
    size = max(len(name) for name in facts)
    return tuple(f"{name:<{size}}  {value}" for name, value in facts.items() if value)


def _at(registry: Registry, *keys: str) -> str:
    place = registry.place(*keys)
    return f"{place.path}:{place.line}"


def _state(graph: DealGraph, name: str) -> LegState:
    """Give a leg as it counts, else as it stands, else as the file has it."""
    if name in graph.leg:
        return graph.leg[name]
    state = graph.deals.get(name.partition("/")[0])
    for leg in state.legs if state else ():
        if leg.id == name:
            return leg
    return _as_written(graph, name)


def _as_written(graph: DealGraph, name: str) -> LegState:
    """Give a leg that is not known yet on the day, as its first event will have it."""
    deal_id = name.partition("/")[0]
    first = graph.registry.deals[deal_id].events[0]
    born = fold(deal_id, graph.registry.deals[deal_id], first.published.last)
    return next(leg for leg in (born.legs if born else ()) if leg.id == name)


def _leg_row(graph: DealGraph, leg: LegState) -> tuple[Cell, ...]:
    registry = graph.registry
    return (
        leg.id,
        leg.payer,
        leg.payee,
        str(leg.instrument),
        leg.amount,
        str(leg.status),
        registry.leg_place(leg.id).line,
        tuple(_cite(registry.source(leg.deal, name)) for name in leg.sources),
    )


def _cite(source: Source) -> str:
    where = source.url or source.offline or ""
    return f"{source.publisher} [{source.grade}] {where}"


def _figure_row(registry: Registry, figure: Figure, line: int | None) -> tuple[Cell, ...]:
    value: Cell = figure.amount if figure.amount is not None else f"{figure.percent}%"
    return (
        str(figure.metric),
        figure.period,
        value,
        str(figure.kind),
        figure.counterparty,
        registry.figure_known(figure),
        line,
        tuple(_cite(registry.sources[name]) for name in figure.source),
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
        str(now.amount if now else leg.amount),
        str(now.basis if now else leg.basis),
        str(now.certainty if now else leg.certainty),
        registry.leg_place(name).line,
        _terms(leg, now),
        now.sources if now else leg.source,
    )


def _terms(leg: Leg, now: LegState | None) -> tuple[str, ...]:
    """Say what else is known of a leg, in words."""
    term = now.term if now else leg.term
    schedule = now.schedule if now else leg.schedule
    said = {
        "paid": now.paid if now else None,
        "condition": leg.condition,
        "term": term,
        "schedule": "; ".join(f"{when} {amount}" for when, amount in schedule.items()) if schedule else None,
        "milestones": leg.milestones,
        "exit": leg.exit,
        "via": leg.via,
        "secures": leg.secures,
        "trigger": leg.trigger,
        "part of": leg.part_of,
        "overlaps": ", ".join(leg.overlaps) or None,
        "shares": f"{leg.shares:,.0f}" if leg.shares is not None else None,
        "strike": f"${leg.strike}" if leg.strike is not None else None,
        "percent": f"{leg.percent}%" if leg.percent is not None else None,
        "valuation": leg.valuation,
        "capacity": leg.capacity,
        "coupon": f"{leg.coupon}%{' floating' if leg.floating else ''}" if leg.coupon is not None else None,
        "maturity": leg.maturity,
        "drawn": leg.drawn,
        "collateral": leg.collateral,
        "note": leg.note,
    }
    return tuple(f"{name} {value}" for name, value in said.items() if value is not None)


def _status(state: DealState) -> str:
    by = f" by {state.by}" if state.by else ""
    return f"{state.status}{by} since {state.since}"


def _parties_of(state: DealState) -> str:
    return "; ".join(dict.fromkeys(f"{leg.payer} -> {leg.payee}" for leg in state.legs))


def _disputes(registry: Registry, name: str, disputed: Iterable[Dispute]) -> Table:
    return Table(
        "disputed",
        "Disputed",
        (*_columns("field leg other_value line"), *_below("rule sources")),
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


def _loops_table(key: str, title: str, found: Iterable[Loop], notes: tuple[str, ...] = ()) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for rank, loop in enumerate(found, 1):
        rows.append(
            (
                rank,
                loop.text,
                len(loop.hops),
                loop.amount_text,
                loop.amount,
                " and ".join(_hop(hop.payer, hop.payee, hop.amount) for hop in loop.narrowest) or None,
                f"{loop.weakest.id} ({loop.weakest.status})",
                " and ".join(_hop(hop.payer, hop.payee, hop.amount) for hop in loop.unknown) or None,
                loop.legs,
            )
        )
    columns = (
        Column("rank", "#"),
        Column("loop", "loop"),
        Column("hops", "hops"),
        Column("says", "amount"),
        Column("amount", "bounds", machine=True),
        Column("narrowest", "narrowest hop", below=True),
        Column("weakest", "weakest status", below=True),
        Column("undisclosed", "undisclosed hop", below=True),
        Column("legs", "legs", below=True),
    )
    return Table(key, title, columns, tuple(rows), notes)


def _disclosed(amount: Money | None) -> Money | None:
    """Drop the count of undisclosed parts where a column of its own has it."""
    return replace(amount, undisclosed=0) if amount is not None else None


def _hop(payer: str, payee: str, amount: Money) -> str:
    return f"{payer} -> {payee} {amount.short()}"


def _circular(measured: Circulation) -> str:
    bounds = Money(measured.circular.low, measured.circular.high).short()
    shares = " at the lower and ".join(
        f"{float(share):.1%}" for share in (measured.share_low, measured.share_high) if share is not None
    )
    bound = f", a lower bound with {len(measured.unknown)} legs unknown" if measured.unknown else ""
    return f"{bounds} ({shares} at the upper bounds of gross){bound}"


def _ladder(measured: Circulation) -> str:
    return " · ".join(
        f"{f'up to {rung.length}' if rung.length else 'any'}: "
        + (Money(rung.circular.low, rung.circular.high).short() if rung.circular else "too many loops")
        for rung in measured.ladder
    )


def _cash_legs(graph: DealGraph) -> int:
    return sum(
        1
        for state in graph.deals.values()
        for leg in state.legs
        if leg.side != "neither" and leg.instrument not in {Instrument.WARRANT, Instrument.IN_KIND}
    )


def _decimal(value: Fraction | None) -> str | None:
    return None if value is None else f"{float(value):.3f}"


def _dollars(amount: int) -> Money:
    return Money(amount, amount)


def _cover_table(graph: DealGraph, found: Exposure) -> Table:
    return Table(
        "cover",
        "Commitments to it against what it has published",
        (
            *_columns("metric period figure counterparty committed ratio"),
            *_below("legs signed_later sources"),
        ),
        tuple(
            (
                str(row.metric),
                row.figure.period,
                row.figure.amount,
                row.counterparty,
                row.amount,
                row.share,
                row.legs,
                row.after,
                tuple(_cite(graph.registry.sources[name]) for name in row.figure.source),
            )
            for row in found.cover
        ),
        ("against revenue the ratio is a multiple of one year, for contracts of several",)
        if found.cover
        else (),
    )


def _verdict(found: CashPath) -> str:
    worst, best = found.first_short
    if worst is None:
        when = "never short"
    elif worst == best:
        when = f"first short in {worst}"
    else:
        when = f"first short in {worst} at worst, {best or 'never'} at best"
    return f"{_path_name(found)}: {when}; peak {found.peak.short()}, end {found.end.short()}"


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
        _columns("year class overlap cash shortfall undisclosed"),
        tuple(rows),
        only="machines",
    )


def _cash(found: FundingGap) -> Table:
    """Set the paths side by side: one row a year, one column a class and overlap."""
    heads = [Column(f"{row.certainty}_{row.overlap}", _path_name(row)) for row in found.paths]
    rows: list[tuple[Cell, ...]] = [
        (str(year), *(path.years[index].cash for path in found.paths))
        for index, year in enumerate(range(found.since, found.until + 1))
        if found.paths
    ]
    return Table(
        "cash",
        "Cash at year end, worst case to best; below zero is short",
        (Column("year", "year"), *heads),
        tuple(rows),
        only="people",
    )


def _path_name(found: CashPath) -> str:
    return f"{found.certainty}, {_OVERLAPS[found.overlap]}"


def _outside_the_years(found: FundingGap) -> str:
    """Say how much no path holds, because no source says when."""
    sums = {
        role: total(row.amount for row in found.undated if row.role == role)
        for role in dict.fromkeys(row.role for row in found.undated)
    }
    if not sums:
        return "every amount falls into a year"
    return "in no year and so in no path: " + ", ".join(
        f"{role} {amount.short()}" for role, amount in sums.items()
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
        "Sources and uses by year",
        _columns("year role class amount leg line how"),
        tuple(rows),
    )


def _undated(found: FundingGap) -> Table:
    return Table(
        "undated",
        "In no year, because no source says when",
        _columns("leg role class amount why"),
        tuple((row.leg, str(row.role), str(row.certainty), row.amount, row.why) for row in found.undated),
    )


def _claimed(amount: Money, per: str | None) -> str:
    return f"{amount}{f' a {per}' if per else ''}"
