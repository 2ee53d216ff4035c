"""The compiled graph: every file of `graph/`, from the registry alone.

No date of building, no version, no path and no line number stands in any of it,
so that a diff of the folder shows what a deal changed and nothing else.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from aiweb.analysis.circulation import circulation
from aiweb.analysis.exposure import exposure
from aiweb.analysis.funding import funding
from aiweb.analysis.loops import loops
from aiweb.analysis.panel import panel
from aiweb.errors import FileError
from aiweb.graph import Consideration, Convention, DealGraph, Preset, convention
from aiweb.model import Mode, Registry
from aiweb.values import Money
from aiweb.views import reports
from aiweb.views.tables import Column, Report, Table, markdown

PAGE: Final = "index.html"
_BIGGEST: Final = 8
_HIDDEN: Final = {"line", "legs", "items", "figures"}


def compiled(registry: Registry, schema: str) -> dict[str, str]:
    """Give every committed file of the folder by its name, the page left out."""
    return {
        "report.md": report(registry),
        "web.json": node_link(registry),
        "deals.schema.json": schema,
        **{f"tables/{name}.csv": text for name, text in tables(registry).items()},
    }


def dates(registry: Registry) -> tuple[date, ...]:
    """Give the days worth looking at: the one most quoted claims speak of, and the registry's own.

    In the shipped registry the first is the day of the founding article.
    """
    last = registry.as_of.last
    quoted = Counter(
        claim.on.last
        for claim in registry.claims.values()
        if claim.mode is Mode.QUOTED and claim.on.last < last
    )
    most = min(quoted, key=lambda day: (-quoted[day], day), default=last)
    return tuple(sorted({most, last}))


def stale(folder: Path, files: dict[str, str]) -> list[str]:
    """Name the files that differ from what the registry compiles to, are missing or left over.

    Raises:
        FileError: a file cannot be read.
    """
    found = []
    for name, text in sorted(files.items()):
        path = folder / name
        if not path.is_file():
            found.append(f"{name}: missing")
        elif _read(path) != text:
            found.append(f"{name}: out of date")
    known = {*files, PAGE}
    found += [
        f"{path.relative_to(folder).as_posix()}: left over"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).as_posix() not in known
    ]
    return found


def report(registry: Registry) -> str:
    """Write the headline numbers, largest loops, exposures and gaps for people, in Markdown."""
    days = dates(registry)
    parts = [
        "# The web in numbers",
        "Made by `aiweb build` from `deals.yaml`. Terms and methods are in `docs/methods.md`.",
        "Not investment advice.",
    ]
    for day in reversed(days):
        rule = Convention(day)
        graph = DealGraph(registry, rule)
        measured = [panel(graph.under(replace(rule, preset=preset)), circulation) for preset in Preset]
        parts.append(_plain(reports.circularity(graph, measured)))
        for preset, consideration in (
            (Preset.CONTRACTED, Consideration.CASH),
            (Preset.HEADLINE, Consideration.ALL),
        ):
            wide = graph.under(Convention(day, preset, consideration))
            parts.append(_plain(reports.loops(wide, loops(wide, top=20))))
    graph = DealGraph(registry, convention(registry))
    parts.append(_plain(_exposures(graph)))
    for day in reversed(days):
        parts += [_plain(text) for text in _gaps(DealGraph(registry, Convention(day)))]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def node_link(registry: Registry) -> str:
    """Write parties and legs as they stand on the registry's day, as networkx node-link JSON.

    The edges stand under `edges`: `networkx.node_link_graph(data, edges="edges")`.
    """
    graph = DealGraph(registry, convention(registry))
    counted = {
        preset: DealGraph(registry, Convention(graph.convention.as_of, preset, Consideration.ALL)).leg
        for preset in Preset
    }
    nodes = [
        {
            "id": name,
            "name": party.name,
            "zh": party.zh,
            "kind": str(party.kind),
            "country": party.country or "",
            "ticker": party.ticker or "",
            "outside": party.outside,
        }
        for name, party in sorted(registry.parties.items())
    ]
    edges = [
        {
            "source": leg.payer,
            "target": leg.payee,
            "key": leg.id,
            "deal": leg.deal,
            "title": registry.deals[leg.deal].title,
            "instrument": str(leg.instrument),
            "side": str(leg.side),
            "status": str(leg.status),
            "since": str(leg.since),
            "certainty": str(leg.certainty),
            "basis": str(leg.basis),
            "amount": str(leg.amount),
            "low": leg.amount.low,
            "high": leg.amount.high,
            **_flags(leg.amount),
            "counts_under": {
                str(preset): {
                    "low": counted[preset][leg.id].amount.low,
                    "high": counted[preset][leg.id].amount.high,
                    **_flags(counted[preset][leg.id].amount),
                }
                for preset in Preset
                if leg.id in counted[preset]
            },
            "part_of": leg.part_of or "",
            "sources": [
                registry.source(leg.deal, name).url or registry.source(leg.deal, name).offline or ""
                for name in leg.sources
            ],
        }
        for state in graph.deals.values()
        for leg in state.legs
    ]
    document = {
        "directed": True,
        "multigraph": True,
        "graph": {"as_of": str(registry.as_of), "registry": registry.digest, "unit": "USD"},
        "nodes": nodes,
        "edges": edges,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _flags(amount: Money) -> dict[str, int | bool]:
    """Say what the bounds of an amount leave open."""
    return {
        "undisclosed": amount.undisclosed,
        "ceilings": amount.ceilings,
        "unbounded": amount.unbounded,
    }


def tables(registry: Registry) -> dict[str, str]:
    """Write the registry as flat tables: one row an entry, leg, event or reading."""
    graph = DealGraph(registry, convention(registry))
    return {
        "parties": _csv(
            "id name zh kind country ticker parent outside",
            (
                (name, p.name, p.zh, p.kind, p.country, p.ticker, p.parent, "yes" if p.outside else "no")
                for name, p in sorted(registry.parties.items())
            ),
        ),
        "deals": _csv(
            "id title zh status since legs events",
            (
                (
                    name,
                    registry.deals[name].title,
                    registry.deals[name].zh,
                    state.status,
                    state.since,
                    len(state.legs),
                    len(registry.deals[name].events),
                )
                for name, state in graph.deals.items()
            ),
        ),
        "legs": _csv(
            "id deal from to instrument side status amount low_usd high_usd undisclosed basis certainty "
            "term part_of sources",
            (
                (
                    leg.id,
                    leg.deal,
                    leg.payer,
                    leg.payee,
                    leg.instrument,
                    leg.side,
                    leg.status,
                    leg.amount,
                    *_bounds(leg.amount),
                    leg.amount.undisclosed,
                    leg.basis,
                    leg.certainty,
                    leg.term,
                    leg.part_of,
                    " ".join(leg.sources),
                )
                for state in graph.deals.values()
                for leg in state.legs
            ),
        ),
        "events": _csv(
            "deal number on known status leg amount paid repaid by note sources",
            (
                (
                    name,
                    number,
                    event.on,
                    event.known,
                    event.status,
                    event.leg,
                    event.amount,
                    event.paid,
                    event.repaid,
                    event.by,
                    event.note,
                    " ".join(event.source),
                )
                for name in sorted(registry.deals)
                for number, event in enumerate(registry.deals[name].events, 1)
            ),
        ),
        "figures": _csv(
            "party metric segment period amount low_usd high_usd percent kind counterparty known sources",
            sorted(
                (
                    party,
                    str(f.metric),
                    f.segment or "",
                    str(f.period),
                    "" if f.amount is None else str(f.amount),
                    *(_bounds(f.amount) if f.amount is not None else ("", "")),
                    f"{f.percent}%" if f.percent is not None else "",
                    str(f.kind),
                    f.counterparty or "",
                    registry.figure_known(f),
                    " ".join(f.source),
                )
                for party, rows in registry.figures.items()
                for f in rows
            ),
        ),
        "series": _csv(
            "series on value unit kind note sources",
            (
                (name, row.on, row.value, series.unit, row.kind, row.note, " ".join(row.source))
                for name, series in sorted(registry.series.items())
                for row in series.readings
            ),
        ),
        "sources": _csv(
            "deal name grade date publisher title url offline",
            (
                (deal, name, s.grade, s.date, s.publisher, s.title, s.url, s.offline)
                for deal, name, s in [
                    *(("", name, registry.sources[name]) for name in sorted(registry.sources)),
                    *(
                        (deal, name, registry.deals[deal].sources[name])
                        for deal in sorted(registry.deals)
                        for name in sorted(registry.deals[deal].sources)
                    ),
                ]
            ),
        ),
        "claims": _csv(
            "id on mode party amount per legs says sources",
            (
                (
                    name,
                    c.on,
                    c.mode,
                    c.party,
                    c.amount,
                    c.per,
                    " ".join(c.named),
                    c.says,
                    " ".join(c.source),
                )
                for name, c in sorted(registry.claims.items())
            ),
        ),
    }


def _plain(report: Report) -> str:
    """Write a report without places in the file and without the tables of legs."""
    kept = [table for table in report.tables if table.key.partition("_")[0] not in _HIDDEN]
    slim = tuple(_without_lines(table) for table in kept)
    return markdown(replace(report, tables=slim))


def _without_lines(table: Table) -> Table:
    place = re.compile(r" \([^()]*:\d+\)$")
    kept = [i for i, column in enumerate(table.columns) if column.key not in _HIDDEN]
    columns = tuple(table.columns[i] for i in kept)
    rows = tuple(tuple(row[i] for i in kept) for row in table.rows)
    return replace(
        table, columns=columns, rows=rows, notes=tuple(place.sub("", note) for note in table.notes)
    )


def _exposures(graph: DealGraph) -> Report:
    """Say of the parties with the most money in and out what of theirs can come back."""
    moved: Counter[str] = Counter()
    for leg in graph.legs:
        moved.update({leg.payer: leg.amount.high, leg.payee: leg.amount.high})
    names = sorted(set(moved) - graph.outside, key=lambda name: (-moved[name], name))
    found = [exposure(graph, name) for name in names[:_BIGGEST]]
    rows = tuple(
        (
            row.party,
            row.money_in,
            row.money_out,
            Money(row.round_trips[-1].least, row.round_trips[-1].least),
            Money(row.round_trips[-1].most, row.round_trips[-1].most, unbounded=row.round_trips[-1].beyond),
            len(row.unknown),
        )
        for row in found
    )
    columns = tuple(
        Column(name, name.replace("_", " "))
        for name in ("party", "receives", "pays", "round_trip_least", "round_trip_most", "undisclosed_legs")
    )
    return Report(
        "exposures",
        f"The {len(rows)} parties with the most money in and out",
        (Table("exposures", "", columns, rows, ("round trip at the upper bound of every amount",)),),
        context={
            "convention": str(graph.convention.preset),
            "consideration": str(graph.convention.consideration),
            "as_of": graph.convention.as_of.isoformat(),
        },
    )


def _gaps(graph: DealGraph) -> Iterable[Report]:
    """Give the funding gap of every party with figures enough, or with a published gap of its own."""
    for name in sorted(graph.registry.figures):
        found = funding(graph, name)
        if found.paths or found.claims:
            yield reports.gap(graph, found)


def _bounds(amount: Money) -> tuple[object, object]:
    """Give both bounds; nothing for what is undisclosed, no upper one for "at least"."""
    if amount.undisclosed and not amount.high:
        return "", ""
    return amount.low, "" if amount.unbounded or amount.undisclosed else amount.high


def _csv(heading: str, rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = heading.split()
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(cell) for _, cell in zip(names, row, strict=True)])
    return out.getvalue()


def _cell(cell: object) -> object:
    if cell is None:
        return ""
    if isinstance(cell, int):
        return cell
    text = str(cell)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise FileError(path, error.strerror or str(error)) from None
