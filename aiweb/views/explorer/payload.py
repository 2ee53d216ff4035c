"""What the page shows, as plain values: a registry on some days under every convention.

Amounts, sources and legs are kept once and referred to by their number,
so that sixteen views of the same deals cost little more than one.
Nothing here is `None`: what is unknown has no key.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from pathlib import PurePath
from typing import Final, Generic, TypeAlias, TypeVar

from aiweb.analysis.circulation import Circulation, circulation
from aiweb.analysis.loops import Loop, loops
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
    fold,
)
from aiweb.model import Deal, Dispute, Event, Instrument, Leg, Registry, Side, Source, Status
from aiweb.values import NOTHING, Money, When, total
from aiweb.views.explorer.layout import BANDS, layout
from aiweb.views.explorer.wording import percent, spoken

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json]"
Row: TypeAlias = dict[str, Json]
_T = TypeVar("_T", bound=Hashable)

ARTICLE_DATE: Final = "2025-10-08"
LOOPS: Final = 20
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


@dataclass
class _Kept(Generic[_T]):
    """Values by number, each kept once, in the order they first came up."""

    values: dict[_T, int] = field(default_factory=dict)

    def number(self, value: _T) -> int:
        return self.values.setdefault(value, len(self.values))


def payload(registry: Registry, dates: Iterable[str] | None = None) -> Row:
    """Put together all that the page shows; `dates` default to the article's and the registry's own.

    Raises:
        BadOption: a date is none.
    """
    days = _days(registry, dates)
    return _Payload(registry).rows(days)


def _days(registry: Registry, dates: Iterable[str] | None) -> tuple[date, ...]:
    own = registry.as_of.last
    if dates is None:
        article = date.fromisoformat(ARTICLE_DATE)
        return tuple(sorted({min(article, own), own}))
    return tuple(sorted({convention(registry, day).as_of for day in dates})) or (own,)


class _Payload:
    """The rows of one registry, with the tables that they share."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._money: _Kept[Money] = _Kept()
        self._sources: _Kept[tuple[Source, str]] = _Kept()
        self._reasons: _Kept[tuple[tuple[str, str], ...]] = _Kept()
        self._hops: _Kept[tuple[str, str, str, int, tuple[int, ...]]] = _Kept()
        self._leg = {name: number for number, (name, _, _) in enumerate(registry.legs())}

    def rows(self, days: Sequence[date]) -> Row:
        deals = [self._deal(name, self._registry.deals[name]) for name in sorted(self._registry.deals)]
        legs = [self._promise(name, leg) for name, _, leg in self._registry.legs()]
        states = {day.isoformat(): self._states(day) for day in days}
        snapshots: Row = {}
        for day, preset, consideration in product(days, Preset, Consideration):
            rule = Convention(day, preset, consideration)
            snapshots[f"{day.isoformat()}/{preset}/{consideration}"] = self._snapshot(rule)
        steps = [self._money.number(Money(step, step)) for step in THRESHOLDS]
        widths = [self._money.number(Money(step, step)) for step in WIDTHS]
        parties, picture = self._parties()
        return {
            "digest": self._registry.digest[:12],
            "file": PurePath(self._registry.path).name,
            "asOf": self._registry.as_of.last.isoformat(),
            "article": ARTICLE_DATE,
            "dates": [day.isoformat() for day in days],
            "parties": parties,
            "picture": picture,
            "deals": deals,
            "legs": legs,
            "states": states,
            "snapshots": snapshots,
            "instruments": [str(instrument) for instrument in Instrument],
            "statuses": [str(status) for status in Status],
            "kinds": [str(kind) for kinds in BANDS.values() for kind in kinds],
            "thresholds": steps,
            "widths": widths,
            "hops": [
                {"from": payer, "to": payee, "side": side, "amount": amount, "legs": numbers}
                for payer, payee, side, amount, numbers in self._hops.values
            ],
            "money": [_amount(money) for money in self._money.values],
            "reasons": [dict(words) for words in self._reasons.values],
            "sources": [_source(source, where) for source, where in self._sources.values],
        }

    def _parties(self) -> tuple[Row, Row]:
        weights: dict[tuple[str, str], int] = {}
        for _, _, leg in self._registry.legs():
            pair = (leg.payer, leg.payee)
            weights[pair] = weights.get(pair, 0) + len(str(max(1, leg.amount.high // 10**7)))
        drawn = {name for pair in weights for name in pair}
        picture = layout({name: self._registry.parties[name] for name in drawn}, weights)
        rows: Row = {}
        for name in sorted(self._registry.parties):
            party = self._registry.parties[name]
            row: Row = {
                "name": party.name,
                "zh": party.zh,
                "kind": str(party.kind),
                "at": f"parties: {name}",
            }
            if name in picture.places:
                row["x"], row["y"] = picture.places[name]
            texts = {"country": party.country, "ticker": party.ticker, "parent": party.parent}
            row |= {key: text for key, text in {**texts, "note": party.note}.items() if text}
            row |= {
                key: names for key, names in {"also": party.also, "members": party.members}.items() if names
            }
            if party.outside:
                row["outside"] = True
            rows[name] = row
        bands: list[Row] = [
            {"name": band.name, "left": band.left, "right": band.right} for band in picture.bands
        ]
        return rows, {"width": picture.width, "height": picture.height, "bands": bands}

    def _deal(self, name: str, deal: Deal) -> Row:
        row: Row = {
            "id": name,
            "title": deal.title,
            "at": f"deals: {name}",
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
            "id": name,
            "deal": deal,
            "payer": leg.payer,
            "payee": leg.payee,
            "instrument": str(leg.instrument),
            "side": str(leg.instrument.side),
            "at": f"leg {name}",
            "first": self._money.number(leg.amount),
            "sources": self._cited(deal, leg.source),
            "facts": [self._fact(key, getattr(leg, key)) for key in _FACTS if getattr(leg, key)],
        }

    def _fact(self, key: str, value: object) -> Row:
        if isinstance(value, Money):
            return {"key": key, "money": self._money.number(value)}
        if key == "via":
            return {"key": key, "party": str(value)}
        if key in {"secures", "part_of"}:
            return {"key": key, "legs": [self._leg[str(value)]]}
        if isinstance(value, tuple):
            return {"key": key, "legs": [self._leg[str(name)] for name in value]}
        if key == "exit":
            return {"key": key, "word": f"exit.{value}"}
        return {"key": key, "text": _fact_text(key, value)}

    def _cited(self, deal: str, names: Iterable[str]) -> list[int]:
        own = self._registry.deals[deal].sources
        return [
            self._sources.number(
                (
                    self._registry.source(deal, name),
                    f"deals: {deal}: {name}" if name in own else f"sources: {name}",
                )
            )
            for name in names
        ]

    def _states(self, day: date) -> list[Row]:
        """Say how every leg stands on a day; an empty row for one that was not known then."""
        folded = {name: fold(name, deal, day) for name, deal in self._registry.deals.items()}
        states = {leg.id: leg for state in folded.values() if state for leg in state.legs}
        return [
            self._state(states[name], folded[states[name].deal]) if name in states else {}
            for name in self._leg
        ]

    def _state(self, leg: LegState, deal: DealState | None) -> Row:
        row: Row = {
            "status": str(leg.status),
            "since": str(leg.since),
            "amount": self._money.number(leg.amount),
            "basis": str(leg.basis),
            "certainty": str(leg.certainty),
            "sources": self._cited(leg.deal, leg.sources),
        }
        if deal is not None and deal.by:
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

    def _snapshot(self, rule: Convention) -> Row:
        graph = DealGraph(self._registry, rule)
        found = loops(graph, top=LOOPS)
        hops = {hop.key: self._hop(hop) for hop in graph.hops}
        return {
            "legs": [[self._leg[leg.id], self._money.number(leg.amount)] for leg in graph.legs],
            "out": [
                [self._leg[excluded.state.id], self._reasons.number(_reason(excluded, rule))]
                for excluded in graph.excluded
            ],
            "hops": list(hops.values()),
            "totals": self._totals(graph),
            "numbers": self._numbers(circulation(graph), graph),
            "loops": [self._loop(loop, hops) for loop in found.loops],
            "unpriced": [self._loop(loop, hops) for loop in found.unpriced],
            "lacking": [
                {"parties": out.text.split(" -> ")[:-1], "needs": [self._leg[leg] for leg, _ in out.needs]}
                for out in found.left_out
            ],
            "more": found.truncated,
            "moreUnpriced": found.unpriced_truncated,
        }

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
        if not loop.unknown:
            row["amount"] = self._money.number(loop.amount)
        elif len(loop.unknown) < len(loop.hops):
            limit = Money(loop.amount.high, loop.amount.high, unbounded=loop.amount.unbounded)
            row["most"] = self._money.number(limit)
        return row

    def _totals(self, graph: DealGraph) -> Row:
        """Say what every party pays and receives, all its legs that count together."""
        pays: dict[str, list[Money]] = {}
        receives: dict[str, list[Money]] = {}
        for leg in graph.legs:
            pays.setdefault(leg.payer, []).append(leg.amount)
            receives.setdefault(leg.payee, []).append(leg.amount)
        return {
            name: [self._money.number(total(side.get(name, [NOTHING]))) for side in (pays, receives)]
            for name in sorted({*pays, *receives})
        }

    def _numbers(self, found: Circulation, graph: DealGraph) -> Row:
        row: Row = {
            "circular": self._bare(found.circular),
            "gross": self._bare(found.gross),
            "net": self._bare(found.net_debt),
            "undisclosed": found.gross.undisclosed,
            "ceilings": found.gross.ceilings,
            "unknown": len(found.unknown),
            "count": len(found.legs),
            "all": len(found.legs) + sum(_could_count(leg.state, graph) for leg in graph.excluded),
            "ladder": [
                {"length": rung.length or 0}
                | ({} if rung.circular is None else {"upper": self._upper(rung.circular)})
                for rung in found.ladder
            ],
        }
        low, high = percent(found.share_low), percent(found.share_high)
        return row | ({"low": low} if low else {}) | ({"high": high} if high else {})

    def _bare(self, money: Money) -> int:
        """Keep the range of an amount only; what is left open is said beside it."""
        return self._money.number(Money(money.low, money.high, unbounded=money.unbounded))

    def _upper(self, money: Money) -> int:
        return self._bare(Money(money.high, money.high, unbounded=money.unbounded))


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


def _amount(money: Money) -> Row:
    row: Row = {"low": money.low, "high": money.high, **spoken(money)}
    if money.undisclosed:
        row["undisclosed"] = money.undisclosed
    return row


def _source(source: Source, where: str) -> Row:
    row: Row = {"publisher": source.publisher, "grade": str(source.grade), "at": where}
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
