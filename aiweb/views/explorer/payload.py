"""What the page shows, as plain values: a registry on some days under every convention.

Amounts, sources and legs are kept once and referred to by their number,
so that sixteen views of the same deals cost little more than one.
What follows from the rest, such as where an entry stands in the file, is left to the page.
Nothing here is `None`: what is unknown has no key.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import product
from math import sqrt
from pathlib import PurePath
from typing import Final, Generic, TypeAlias, TypeVar

from aiweb.analysis.circulation import Circulation, circulation
from aiweb.analysis.loops import Loop, loops
from aiweb.errors import RegistryError
from aiweb.flows.circulation import maximum
from aiweb.graph import (
    Consideration,
    Convention,
    DealGraph,
    DealState,
    Excluded,
    Hop,
    LegState,
    Preset,
    convention,
)
from aiweb.model import (
    Deal,
    Dispute,
    Event,
    Figure,
    FigureKind,
    Instrument,
    Leg,
    Metric,
    Registry,
    Side,
    Source,
    Status,
)
from aiweb.registry.whatif import Head, heads
from aiweb.values import Money, When, total
from aiweb.views.explorer.layout import BANDS, Layout, Point, pictures
from aiweb.views.explorer.money import Shared, effects, gap_rows, overlaps, stress_rows
from aiweb.views.explorer.statements import PRESETS, statements
from aiweb.views.explorer.story import tellable
from aiweb.views.explorer.wording import percent, spoken
from aiweb.whatif import Overlaid, apply, load

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json]"
Row: TypeAlias = dict[str, Json]
_T = TypeVar("_T", bound=Hashable)

ARTICLE_DATE: Final = "2025-10-08"
LOOPS: Final = 100
"""So many loops of each sort are kept, so that to leave deals out on the page is to take some away."""
SHOWN: Final = 20
"""Of so many loops of each sort the parties are shown first."""
CORE: Final = 40
"""How many parties are shown first."""
SPARE: Final = 5
"""So few more than that are shown with them."""
MANY: Final = 1000
"""With more deals than this the page has the days that stand out only, no what-ifs and no ladder."""
VAST: Final = 5000
"""With more deals than this it has the registry's own day only."""
YEARS: Final = 10
"""So many years before its own day the slider begins, if deals are known from then."""
THRESHOLDS: Final = (100_000_000, 1_000_000_000, 5_000_000_000, 10_000_000_000, 50_000_000_000)
WIDTHS: Final = (1_000_000_000, 10_000_000_000, 100_000_000_000, 300_000_000_000)

_FACTS: Final = (
    "condition",
    "milestones",
    "exit",
    "via",
    "secures",
    "trigger",
    "part_of",
    "overlaps",
    "shares",
    "strike",
    "percent",
    "valuation",
    "capacity",
    "coupon",
    "maturity",
    "drawn",
    "collateral",
    "note",
)


# What somebody expects is no figure of the party's own.
_EXPECTED: Final = frozenset({FigureKind.GUIDANCE, FigureKind.FORECAST, FigureKind.ANALYST})


@dataclass
class _Kept(Generic[_T]):
    """Values by number, each kept once, in the order they first came up."""

    values: dict[_T, int] = field(default_factory=dict)

    def number(self, value: _T) -> int:
        return self.values.setdefault(value, len(self.values))


@dataclass(frozen=True)
class World:
    """A registry on a day: its own as time went by, or what a what-if makes of it."""

    name: str
    registry: Registry
    day: date
    head: Head | None = None

    @cached_property
    def graph(self) -> DealGraph:
        """Its deals as they stand on the day; other conventions are `under` this one's."""
        return DealGraph(self.registry, Convention(self.day))


def payload(registry: Registry, dates: Iterable[str] | None = None) -> Row:
    """Put together all that the page shows; `dates` are the days one can switch between.

    They default to the article's, the registry's own, and ends of months, quarters and years before it.

    Raises:
        BadOption: a date is none.
    """
    own = registry.as_of.last
    marked, stops = _days(registry, dates)
    worlds = [World(day.isoformat(), registry, day) for day in sorted({*stops, *marked})]
    worlds += _whatifs(registry) if own in marked and len(registry.deals) <= MANY else ()
    return _Payload(registry).rows(worlds, marked)


def _days(registry: Registry, dates: Iterable[str] | None) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """Give the days that stand out, and those between them that a slider stops at."""
    own = registry.as_of.last
    if dates is not None:
        return tuple(sorted({convention(registry, day).as_of for day in dates})) or (own,), ()
    article = date.fromisoformat(ARTICLE_DATE)
    marked = (own,) if len(registry.deals) > VAST else tuple(sorted({min(article, own), own}))
    known = [event.published.last for deal in registry.deals.values() for event in deal.events]
    if not known or len(registry.deals) > MANY:
        return marked, ()
    return marked, tuple(day for day in _ends(own) if min(known) <= day)


def _ends(own: date) -> Iterable[date]:
    """Give ends of years, then of quarters, then of the months of this year and the last, before a day."""
    for year in range(own.year - YEARS, own.year + 1):
        age = own.year - year
        for month in range(1, 13):
            day = date(year, month, monthrange(year, month)[1])
            step = 1 if age <= 1 else 3 if age == 2 else 12
            if month % step == 0 and day < own:
                yield day


def _whatifs(registry: Registry) -> Iterable[World]:
    """Give what each shipped what-if makes of a registry, but for those that speak of what is not there."""
    for head in heads():
        try:
            changed = apply(registry, load(head.name, registry))
        except RegistryError:
            continue
        yield World(head.name, changed, registry.as_of.last, head)


class _Payload:
    """The rows of one registry, with the tables that they share."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._money: _Kept[Money] = _Kept()
        self._sources: _Kept[tuple[Source, str, str]] = _Kept()
        self._reasons: _Kept[tuple[tuple[str, str], ...]] = _Kept()
        self._hops: _Kept[tuple[str, str, str, int, tuple[int, ...]]] = _Kept()
        self._leg = {name: number for number, (name, _, _) in enumerate(registry.legs())}
        self._most: dict[str, int] = {}
        self._large = len(registry.deals) > MANY

    def rows(self, worlds: Sequence[World], marked: Sequence[date]) -> Row:
        deals = [self._deal(name, self._registry.deals[name]) for name in sorted(self._registry.deals)]
        legs = [self._promise(name, leg) for name, _, leg in self._registry.legs()]
        states = {world.name: self._states(world) for world in worlds}
        snapshots: Row = {}
        said: Row = {}
        cores: set[str] = set()
        for world, preset, consideration in product(worlds, Preset, Consideration):
            rule = Convention(world.day, preset, consideration)
            view, first = self._snapshot(world, rule)
            snapshots[f"{world.name}/{preset}/{consideration}"] = view
            if self._has_statements(world, rule, marked):
                graph = world.graph.under(rule)
                said[f"{world.name}/{preset}"] = statements(graph, self._money.number, self._leg)
            # The picture of the core has a slot of its own for whoever is in it on the last day.
            if first and world.day == marked[-1] and not world.head:
                cores.update(first)
        steps = [self._money.number(Money(step, step)) for step in THRESHOLDS]
        widths = [self._money.number(Money(step, step)) for step in WIDTHS]
        shared = Shared(self._money.number, self._leg, self._figure)
        worked = [world for world in worlds if world.head or world.day in marked]
        parties, pictures = self._parties(cores)
        figures = {world.name: self._figures(world) for world in worlds}
        return {
            "digest": self._registry.digest[:12],
            "file": PurePath(self._registry.path).name,
            "asOf": self._registry.as_of.last.isoformat(),
            "article": ARTICLE_DATE,
            "dates": [world.name for world in worlds if not world.head],
            "marked": [day.isoformat() for day in marked],
            "whatifs": [_whatif(world, self._leg) for world in worlds if world.head],
            "parties": parties,
            "pictures": pictures,
            "deals": deals,
            "legs": legs,
            "states": states,
            "figures": figures,
            "snapshots": snapshots,
            "statements": said,
            "gaps": {world.name: gap_rows(world.graph, shared) for world in worked},
            "stress": {
                world.name: stress_rows(world.graph, shared)
                for world in (worked if len(self._registry.deals) <= MANY else ())
            },
            "instruments": [str(instrument) for instrument in Instrument],
            "still": [str(instrument) for instrument in Instrument if instrument.side is Side.NEITHER],
            "statuses": [str(status) for status in Status],
            "metrics": [str(metric) for metric in Metric],
            "kinds": [str(kind) for kinds in BANDS.values() for kind in kinds],
            "thresholds": steps,
            "widths": widths,
            "hops": [
                {"from": payer, "to": payee, "side": side, "amount": amount, "legs": numbers}
                for payer, payee, side, amount, numbers in self._hops.values
            ],
            "money": [_amount(money) for money in self._money.values],
            "reasons": [dict(words) for words in self._reasons.values],
            "sources": [_source(*source) for source in self._sources.values],
            "story": tellable(self._registry, ARTICLE_DATE, [world.name for world in worlds]),
        }

    def _has_statements(self, world: World, rule: Convention, marked: Sequence[date]) -> bool:
        """Whether parties have statements there: each takes maximum flows, so only on days that stand out."""
        stands_out = not world.head and world.day in marked and len(self._registry.deals) <= MANY
        return stands_out and rule.preset in PRESETS and rule.consideration is Consideration.CASH

    def _parties(self, core: Collection[str]) -> tuple[Row, Row]:
        """Say who the parties are, and where each stands in either picture: of the core, and of all."""
        weights: dict[tuple[str, str], int] = {}
        for _, _, leg in self._registry.legs():
            pair = (leg.payer, leg.payee)
            weights[pair] = weights.get(pair, 0) + len(str(max(1, leg.amount.high // 10**7)))
        drawn = {name: self._registry.parties[name] for pair in weights for name in pair}
        ranked = sorted(drawn, key=lambda name: (name not in core, -self._most.get(name, 0), name))
        rank = {name: number for number, name in enumerate(ranked)}
        inner, every = pictures(drawn, weights, core, ranked)
        rows: Row = {}
        for name in sorted(self._registry.parties):
            party = self._registry.parties[name]
            row: Row = {"name": party.name, "zh": party.zh, "kind": str(party.kind)}
            if name in drawn:
                row["spots"] = {"core": _spot(inner.places[name]), "all": _spot(every.places[name])}
                row["rank"] = rank[name]
                row["size"] = _size(self._most.get(name, 0))
            texts = {"country": party.country, "ticker": party.ticker, "parent": party.parent}
            row |= {key: text for key, text in {**texts, "note": party.note}.items() if text}
            row |= {
                key: names for key, names in {"also": party.also, "members": party.members}.items() if names
            }
            if party.outside:
                row["outside"] = True
            rows[name] = row
        return rows, {"core": _picture(inner), "all": _picture(every)}

    def _figures(self, world: World) -> Row:
        """Give the latest figure of every party and metric that was known on a day."""
        rows: Row = {}
        registry = world.registry
        for party in sorted(registry.figures):
            latest: dict[tuple[Metric, str], Figure] = {}
            known = (row for row in registry.figures[party] if registry.figure_known(row) <= world.day)
            for row in sorted(known, key=lambda row: _age(row, registry)):
                if row.kind not in _EXPECTED and (row.counterparty or not row.metric.is_share):
                    latest[row.metric, row.counterparty or row.segment or ""] = row
            if latest:
                rows[party] = [self._figure(registry, latest[key]) for key in sorted(latest)]
        return rows

    def _figure(self, registry: Registry, figure: Figure) -> Row:
        row: Row = {
            "metric": str(figure.metric),
            "period": str(figure.period),
            "kind": str(figure.kind),
            "sources": [self._sources.number((registry.sources[name], name, "")) for name in figure.source],
        }
        if figure.amount is not None:
            row["amount"] = self._money.number(figure.amount)
        if figure.percent is not None:
            row["percent"] = f"{figure.percent}%"
        if figure.counterparty:
            row["counterparty"] = figure.counterparty
        if figure.segment:
            row["segment"] = figure.segment
        if figure.note:
            row["note"] = figure.note
        return row

    def _deal(self, name: str, deal: Deal) -> Row:
        row: Row = {
            "id": name,
            "title": deal.title,
            "legs": [self._leg[f"{name}/{number}"] for number in range(1, len(deal.legs) + 1)],
            "events": [self._event(name, event) for event in deal.events],
        }
        row |= {key: text for key, text in {"zh": deal.zh, "note": deal.note}.items() if text}
        if deal.total is not None:
            row["total"] = self._money.number(deal.total)
        if deal.disputed:
            row["disputed"] = [self._dispute(name, dispute) for dispute in deal.disputed]
        return row

    def _dispute(self, deal: str, dispute: Dispute) -> Row:
        return {
            "field": str(dispute.field),
            "value": dispute.value,
            "rule": dispute.rule,
            "sources": self._cited(deal, dispute.source),
        }

    def _event(self, deal: str, event: Event) -> Row:
        row: Row = {
            "on": str(event.on),
            "known": event.published.last.isoformat(),
            "sources": self._cited(deal, event.source),
        }
        if event.status is not None:
            row["status"] = str(event.status)
        if event.leg is not None:
            row["leg"] = event.leg
        for key, amount in (("amount", event.amount), ("paid", event.paid)):
            if amount is not None:
                row[key] = self._money.number(amount)
        row |= {key: text for key, text in {"by": event.by, "note": event.note}.items() if text}
        return row

    def _promise(self, name: str, leg: Leg) -> Row:
        deal = name.partition("/")[0]
        return {
            "deal": deal,
            "payer": leg.payer,
            "payee": leg.payee,
            "instrument": str(leg.instrument),
            "first": self._money.number(leg.amount),
            "sources": self._cited(deal, leg.source),
            "facts": [self._fact(key, getattr(leg, key)) for key in _FACTS if getattr(leg, key)],
        }

    def _fact(self, key: str, value: object) -> Row:
        if isinstance(value, Money):
            return {"key": key, "money": self._money.number(value)}
        if key == "via":
            return {"key": key, "party": str(value)}
        if key == "part_of":
            return {"key": key, "legs": [self._leg[str(value)]]}
        if isinstance(value, tuple):
            return {"key": key, "legs": [self._leg[str(name)] for name in value]}
        if key == "exit":
            return {"key": key, "word": f"exit.{value}"}
        return {"key": key, "text": _fact_text(key, value)}

    def _cited(self, deal: str, names: Iterable[str], registry: Registry | None = None) -> list[int]:
        registry = registry or self._registry
        own = registry.deals[deal].sources
        return [
            self._sources.number((registry.source(deal, name), name, deal if name in own else ""))
            for name in names
        ]

    def _states(self, world: World) -> list[Row]:
        """Say how every leg stands in a world; an empty row for one that was not known then."""
        deals = world.graph.deals
        states = {leg.id: leg for deal in deals.values() for leg in deal.legs}
        return [
            self._state(states[name], deals[states[name].deal], world.registry) if name in states else {}
            for name in self._leg
        ]

    def _state(self, leg: LegState, deal: DealState, registry: Registry) -> Row:
        row: Row = {
            "status": str(leg.status),
            "since": str(leg.since),
            "amount": self._money.number(leg.amount),
            "basis": str(leg.basis),
            "certainty": str(leg.certainty),
            "sources": self._cited(leg.deal, leg.sources, registry),
        }
        if deal.by:
            row["by"] = deal.by
        if leg.paid is not None:
            row["paid"] = self._money.number(leg.paid)
        if leg.term is not None:
            row["term"] = str(leg.term)
        if leg.schedule:
            row["schedule"] = [
                [str(when), self._money.number(amount)]
                for when, amount in sorted(leg.schedule.items(), key=_by_date)
            ]
        return row

    def _snapshot(self, world: World, rule: Convention) -> tuple[Row, list[str] | None]:
        """Give what a convention makes of the deals, and the parties it shows first, if not all."""
        graph = world.graph.under(rule)
        found = loops(graph, top=SHOWN if self._large else LOOPS)
        hops = {hop.key: self._hop(hop) for hop in graph.hops}
        out: dict[int, list[int]] = {}
        for excluded in graph.excluded:
            reason = self._reasons.number(_reason(excluded, rule))
            out.setdefault(reason, []).append(self._leg[excluded.state.id])
        totals = _totals(graph)
        for name, both in totals.items():
            self._most[name] = max(self._most.get(name, 0), sum(money.high for money in both))
        standing = {leg.id: leg.amount for deal in graph.deals.values() for leg in deal.legs}
        row: Row = {
            "legs": [self._leg[leg.id] for leg in graph.legs],
            "worth": [
                [self._leg[leg.id], self._money.number(leg.amount)]
                for leg in graph.legs
                if leg.amount != standing[leg.id]
            ],
            "out": [[reason, legs] for reason, legs in sorted(out.items())],
            "hops": list(hops.values()),
            "totals": [[name, *map(self._money.number, both)] for name, both in totals.items()],
            "numbers": self._numbers(circulation(graph, ladder=not self._large), graph),
            "loops": [self._loop(loop, hops) for loop in found.loops],
            "unpriced": [self._loop(loop, hops) for loop in found.unpriced],
            "more": found.truncated,
            "moreUnpriced": found.unpriced_truncated,
        }
        row |= overlaps(graph, self._leg)
        looped = (*found.loops[:SHOWN], *found.unpriced[:SHOWN])
        first = core(totals, {name for loop in looped for name in loop.parties})
        return row | ({"core": first} if first else {}), first

    def _hop(self, hop: Hop) -> int:
        legs = tuple(self._leg[name] for name in hop.legs)
        amount = self._money.number(hop.amount)
        return self._hops.number((hop.payer, hop.payee, str(hop.side), amount, legs))

    def _loop(self, loop: Loop, hops: Mapping[tuple[str, str, Side], int]) -> Row:
        narrow = {hop.key for hop in loop.narrowest}
        row: Row = {
            "hops": [hops[hop.key] for hop in loop.hops],
            "narrow": [hops[hop.key] for hop in loop.hops if hop.key in narrow],
            "weakest": self._leg[loop.weakest.id],
        }
        if loop.is_priced:
            row["amount"] = self._money.number(loop.amount)
        elif loop.limit is not None:
            row["most"] = self._money.number(Money(loop.limit, loop.limit))
        return row

    def _numbers(self, found: Circulation, graph: DealGraph) -> Row:
        row: Row = {
            "circular": self._bare(found.circular),
            "gross": self._bare(found.gross),
            "net": self._bare(found.net_debt),
            "undisclosed": found.gross.undisclosed,
            "ceilings": found.gross.ceilings,
            "unknown": found.circular.undisclosed,
            "count": len(found.legs),
            "all": len(found.legs) + sum(_could_count(leg.state, graph) for leg in graph.excluded),
            "ladder": self._ladder(found),
            "flows": self._flows(found, graph),
        }
        low, high = percent(found.share_low), percent(found.share_high)
        return row | ({"low": low} if low else {}) | ({"high": high} if high else {})

    def _flows(self, found: Circulation, graph: DealGraph) -> list[list[Json]]:
        """Give what circulates from whom to whom in one optimum, at the lower and at the upper bounds."""
        low = maximum(graph.flows("low").inside)[1]
        rows: list[list[Json]] = []
        for pair in sorted(pair for pair in {*low, *found.flows} if low.get(pair) or found.flows.get(pair)):
            ends = (low.get(pair, 0), found.flows.get(pair, 0))
            rows.append([*pair, *(self._money.number(Money(end, end)) for end in ends)])
        return rows

    def _ladder(self, found: Circulation) -> list[Json]:
        """Give what loops of few parties can cancel, and loops of any length; of a large web only these."""
        return [
            {"length": rung.length or 0}
            | ({} if rung.circular is None else {"amount": self._bare(rung.circular)})
            for rung in found.ladder
        ]

    def _bare(self, money: Money) -> int:
        """Keep the range of an amount only; what is left open is said beside it."""
        return self._money.number(Money(money.low, money.high, unbounded=money.unbounded))


def core(totals: Mapping[str, tuple[Money, Money]], looped: Iterable[str]) -> list[str] | None:
    """Name the parties to show first: all on the loops, then those with most money in and out.

    There is none where a few more would be everyone.

    >>> core({"a": (Money(0, 0), Money(7, 7))}, ["a"])
    """
    if len(totals) <= CORE + SPARE:
        return None
    first = set(looped)
    for name in sorted(totals, key=lambda name: (-sum(money.high for money in totals[name]), name)):
        if len(first) < CORE:
            first.add(name)
    return sorted(first)


def _totals(graph: DealGraph) -> dict[str, tuple[Money, Money]]:
    """Say what every party pays and receives, all its legs that count together."""
    pays: dict[str, list[Money]] = {}
    receives: dict[str, list[Money]] = {}
    for leg in graph.legs:
        pays.setdefault(leg.payer, []).append(leg.amount)
        receives.setdefault(leg.payee, []).append(leg.amount)
    return {
        name: (total(pays.get(name, [])), total(receives.get(name, [])))
        for name in sorted({*pays, *receives})
    }


def _could_count(leg: LegState, graph: DealGraph) -> bool:
    """Whether a leg is of a sort that counts under some convention: it moves money, or value if asked."""
    everything = graph.convention.consideration is Consideration.ALL
    return leg.side is not Side.NEITHER and (leg.instrument.is_cash or everything)


def _reason(excluded: Excluded, rule: Convention) -> tuple[tuple[str, str], ...]:
    """Say in words of the page why a leg does not count, in the order in which the graph asks."""
    leg = excluded.state
    if leg.side is Side.NEITHER:
        return (("key", f"reason.{leg.instrument}"),)
    if not leg.instrument.is_cash and rule.consideration is Consideration.CASH:
        return (("key", "reason.no-cash"),)
    if rule.preset is Preset.PAID:
        return (("key", "reason.unpaid"),)
    if leg.status.is_end:
        return (("key", "reason.ended"), ("status", str(leg.status)))
    if leg.status.level < rule.least.level:
        return (("key", "reason.status"), ("status", str(leg.status)))
    return (("key", "reason.basis"), ("basis", str(leg.basis)))


def _age(row: Figure, registry: Registry) -> tuple[date, date, bool, str]:
    known = registry.figure_known(row)
    return (row.period.last, known, row.kind is FigureKind.REPORTED, repr(row))


def _whatif(world: World, leg: Mapping[str, int]) -> Row:
    head = world.head
    if head is None or not isinstance(world.registry, Overlaid):
        return {}
    changes = effects(world.registry, leg)
    return {"name": head.name, "title": head.title, "zh": head.zh, "says": head.says, "changes": changes}


def _amount(money: Money) -> Row:
    row: Row = {"low": money.low, "high": money.high, **spoken(money)}
    counts = {"undisclosed": money.undisclosed, "ceilings": money.ceilings, "unbounded": money.unbounded}
    return row | {key: count for key, count in counts.items() if count}


def _size(most: int) -> float:
    """Say how large a party is drawn, by the most it ever pays and receives."""
    return round(min(27.0, 6 + 0.72 * sqrt(most / 10**9)), 1)


def _spot(point: Point) -> list[int]:
    return [*point]


def _picture(found: Layout) -> Row:
    bands: list[Row] = [{"name": band.name, "left": band.left, "right": band.right} for band in found.bands]
    return {"width": found.width, "height": found.height, "bands": bands}


def _source(source: Source, name: str, deal: str) -> Row:
    row: Row = {"publisher": source.publisher, "grade": str(source.grade), "name": name}
    if deal:
        row["deal"] = deal
    texts = {"title": source.title, "url": source.url, "offline": source.offline}
    row |= {key: text for key, text in texts.items() if text}
    if source.date is not None:
        row["date"] = str(source.date)
    return row


def _fact_text(key: str, value: object) -> str:
    text = f"{value:,f}" if key == "shares" else str(value)
    mark = {"percent": "{}%", "coupon": "{}%", "strike": "${}"}.get(key, "{}")
    return mark.format(text)


def _by_date(row: tuple[When, Money]) -> tuple[date, date]:
    return row[0].order
