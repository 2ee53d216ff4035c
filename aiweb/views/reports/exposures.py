"""One party: what it receives and pays, and how far it hangs on others."""

from __future__ import annotations

from fractions import Fraction

from aiweb.analysis.dependency import Dependence, Dependency
from aiweb.analysis.exposure import ALL, Exposure
from aiweb.analysis.loops import Loops
from aiweb.graph import DealGraph
from aiweb.values import Money
from aiweb.views.reports.rows import (
    AMOUNTS,
    FIGURE_COLUMNS,
    IN_OUT,
    below,
    cite,
    dollars,
    face_value,
    figure_row,
    headed,
    legs_table,
    loops_table,
)
from aiweb.views.tables import Report, Table, context


def exposure(
    graph: DealGraph, found: Exposure, depends: Dependency, through: Loops, *, top: int = 5
) -> Report:
    """One party: money in and out, counterparties, round trip, whom it depends on, loops, cover.

    `top` is how many are listed of those it depends on and of those who depend on it.
    """
    tables = [
        Table(
            "totals",
            "",
            headed("$receives $pays undisclosed_legs"),
            ((found.money_in, found.money_out, len(found.unknown)),),
            only="machines",
        ),
        Table(
            "flows",
            "Money in and out",
            (*headed("direction status instrument $amount"), *below("legs")),
            tuple(
                (IN_OUT[row.direction], row.status, row.instrument, row.amount, row.legs)
                for row in found.parts
            ),
        ),
        Table(
            "counterparties",
            "Counterparties",
            (*headed("direction party $amount share"), *below("legs")),
            tuple(
                (IN_OUT[row.direction], row.party, row.amount, row.share, row.legs)
                for row in found.counterparties
            ),
            ("shares are of the upper bounds; an undisclosed amount counts for nothing",),
        ),
        Table(
            "concentration",
            "Concentration",
            headed("direction by counterparties hhi effective undisclosed"),
            tuple(
                (
                    IN_OUT[row.direction],
                    row.by,
                    row.counterparties,
                    _decimal(row.hhi),
                    _decimal(row.effective),
                    row.undisclosed,
                )
                for row in found.concentration
            ),
            (
                "hhi: sum of squared shares, 1 is a single counterparty; effective: its inverse",
                f"by group: a parent and all that belong to it as one, here {', '.join(found.group)}",
            ),
        ),
        *_round_trip_tables(found),
        _dependence_table(
            "depends_on", "Whom it depends on: what of its receipts hangs on whom", depends.on[:top], "on"
        ),
        _dependence_table(
            "depended_on", "Who depends on it: what of their receipts hangs on it", depends.by[:top], "of"
        ),
        _cover_table(graph, found),
    ]
    if found.published:
        tables.append(
            Table(
                "published",
                "Published shares",
                FIGURE_COLUMNS,
                tuple(figure_row(graph.registry, found.party, row) for row in found.published),
            )
        )
    tables.append(loops_table("loops", "Largest loops it is part of", through.loops))
    tables.append(loops_table("unpriced", "Loops it is part of, a hop undisclosed", through.unpriced))
    if found.uncounted:
        tables.append(
            Table(
                "uncounted",
                "Legs that do not count here",
                headed("leg instrument $amount status reason"),
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
    counted |= {row.leg for trip in found.round_trips for row in trip.carriers}
    counted |= {leg for trip in found.round_trips for leg in trip.open}
    shown = (*depends.on[:top], *depends.by[:top])
    counted |= {row.leg for dependence in shown for row in dependence.carriers}
    counted |= {leg for loop in (*through.loops, *through.unpriced) for leg in loop.legs}
    tables.append(legs_table(graph, counted | {row.state.id for row in found.uncounted}))
    lines = (
        f"receives {found.money_in.short()}",
        f"pays     {found.money_out.short()}",
        f"undisclosed legs: {len(found.unknown)}",
    )
    return Report(
        "exposure",
        f"Exposure of {graph.party(found.party).name}",
        tuple(tables),
        lines,
        (*face_value(graph.convention), AMOUNTS),
        context(graph.registry, graph.convention),
    )


def _round_trip_tables(found: Exposure) -> tuple[Table, Table]:
    trips = Table(
        "round_trip",
        "Round trip: of what it pays, what can reach it again",
        (*headed("bound $pays $least $pro_rata $most $later $limit"), *below("open")),
        tuple(
            (
                row.at,
                dollars(row.paid),
                dollars(row.least),
                dollars(row.pro_rata),
                Money(row.most, row.most, unbounded=row.beyond),
                row.later,
                dollars(row.limit) if row.limit is not None else None,
                row.open,
            )
            for row in found.round_trips
        ),
        (
            "pro rata: if every party spends in proportion what reaches it",
            "later: on a later day than it left; up to: if payments without a date are made when it suits",
            "limit: the most if all that is undisclosed or 'at least' is as large as can be; empty: no limit",
            "open: legs beside those below of which no upper limit is known",
        ),
    )
    binding = Table(
        "binding",
        "What holds the most back: these legs add up to it",
        headed("bound leg from to $amount"),
        tuple(
            (trip.at, row.leg, row.payer, row.payee, dollars(row.amount))
            for trip in found.round_trips
            for row in trip.carriers
        ),
    )
    return trips, binding


def _dependence_table(key: str, title: str, rows: tuple[Dependence, ...], other: str) -> Table:
    return Table(
        key,
        title,
        (*headed("party direct via_1 via_2 via_any least passed most"), *below("legs")),
        tuple(
            (
                row.on if other == "on" else row.of,
                *(_share(part) for part in (*row.through, row.any_number)),
                row.least_share,
                _share(row.passed),
                row.most_share,
                tuple(leg.leg for leg in row.carriers),
            )
            for row in rows
        ),
        (
            "direct, via up to 1, 2, any number of others: what part of a fall in spending comes this far",
            "none does where a payer has to take or pay; money that goes round counts each time",
            "passed: the part that has been through it if all is spent in proportion, at upper bounds",
            "least and most: however it is spent; legs: those that hold the most back; parts overlap",
        )
        if rows
        else (),
    )


def _share(part: float) -> Fraction:
    return Fraction(part).limit_denominator(10**9)


def _decimal(value: Fraction | None) -> str | None:
    return None if value is None else f"{float(value):.3f}"


def _cover_table(graph: DealGraph, found: Exposure) -> Table:
    return Table(
        "cover",
        "Commitments against what it has published",
        (
            *headed("metric period $figure counterparty $committed ratio"),
            *below("legs signed_later undated sources"),
        ),
        tuple(
            (
                str(row.metric),
                row.figure.period,
                row.figure.amount,
                row.counterparty,
                row.amount,
                row.share,
                row.legs if row.counterparty != ALL else (),
                row.after,
                row.undated,
                tuple(cite(graph.registry.sources[name]) for name in row.figure.source)
                if row.counterparty == ALL
                else (),
            )
            for row in found.cover
        ),
        (
            "backlog and revenue: what its customers have promised it",
            "cash: what it is to pay in the 12 months after the balance, as far as sources put it on days",
            "signed later: after the day of the balance; undated: on no day; neither is in the amount",
            "against revenue the ratio is a multiple of one year, for contracts of several",
        )
        if found.cover
        else (),
    )
