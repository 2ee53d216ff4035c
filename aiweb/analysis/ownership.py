"""Who owns how much of whom, directly and through others, as of a day.

A holding is stated by a stake or equity leg with a percentage, or by a figure of ownership.
The statement that speaks of the latest day counts; several of that day make a range.
Older and disputed ones stand beside it.
What a party holds through others is integrated ownership (`aiweb.flows.ownership`).
A percentage that nobody has published is unknown, and lies in no chain: integrated shares are then too low.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Final

from aiweb.errors import UnknownName
from aiweb.flows.ownership import Integrated, excessive, integrated, sealed, thin
from aiweb.graph import Convention, DealGraph, LegState
from aiweb.model import DisputedField, Figure, FigureKind, Instrument, Metric, Status
from aiweb.trace import Steps, Trace

_HELD: Final = frozenset({Instrument.STAKE, Instrument.EQUITY})
_PERCENT: Final = re.compile(r"\d+(\.\d+)?%")


@dataclass(frozen=True, slots=True)
class Statement:
    """What one leg or figure says that a party holds of another; `share` is from 0 to 1.

    `day` is the day it speaks of; `disputed` marks a value that the registry has not chosen.
    """

    owner: str
    issuer: str
    share: Fraction
    day: date
    leg: str | None
    figure: Figure | None
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Holding:
    """What a party holds of another directly, from `low` to `high`, as of the last day spoken of.

    `chosen` are the statements of that day, `others` the older and the disputed ones.
    """

    owner: str
    issuer: str
    low: Fraction
    high: Fraction
    day: date
    chosen: tuple[Statement, ...]
    others: tuple[Statement, ...]

    @property
    def legs(self) -> tuple[str, ...]:
        """Ids of the legs that state it."""
        return tuple(row.leg for row in self.chosen if row.leg is not None)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures that state it."""
        return tuple(row.figure for row in self.chosen if row.figure is not None)


@dataclass(frozen=True, slots=True)
class Owned:
    """What a party owns of another, directly and through others; `holding` is its own, if there is one.

    `low` and `high` are the integrated share, `claim_low` and `claim_high` what of the issuer's value ends
    with outside holders of the owner, with all holdings at their lower and at their upper ends.
    `chains` are the ways from owner to issuer, at most four steps long, largest product first.
    """

    owner: str
    issuer: str
    holding: Holding | None
    low: Fraction
    high: Fraction
    claim_low: Fraction
    claim_high: Fraction
    chains: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Unstated:
    """A holding of which no percentage is published.

    `implied` is what was paid over the value of the whole company, where both are known: a share of that
    day's price, which is in no chain.
    """

    owner: str
    issuer: str
    legs: tuple[str, ...]
    implied: Fraction | None


@dataclass(frozen=True, slots=True)
class Ownership:
    """All holdings known on the day, or those from and to one party.

    `excessive` are issuers of which more than all is stated, or groups that hold all of themselves:
    their holders are listed, and no chain goes through them.
    `thin` are those in a circle of holdings of which less than 1% is left to outsiders: there a small error
    in one percentage makes a large one in the integrated shares.
    """

    convention: Convention
    digest: str
    party: str | None
    holdings: tuple[Holding, ...]
    owned: tuple[Owned, ...]
    unstated: tuple[Unstated, ...]
    excessive: tuple[str, ...]
    thin: tuple[str, ...]

    def owners(self, issuer: str) -> tuple[Owned, ...]:
        """Who owns an issuer, directly or through others, the largest share first."""
        return tuple(row for row in self.owned if row.issuer == issuer)

    def explain(self) -> Trace:
        """Say how each share comes about: the products along each chain, and what the equations give."""
        steps = Steps("Ownership", self.convention, self.digest)
        held = {(row.owner, row.issuer): row for row in self.holdings}
        for row in self.owned:
            name = f"{row.owner} {row.issuer}"
            for chain in row.chains:
                parts = []
                for owner, issuer in pairwise(chain):
                    found = held[owner, issuer]
                    parts.append(
                        steps.given(
                            f"{owner} holds of {issuer}", found.high, legs=found.legs, figures=found.figures
                        )
                    )
                steps.product(
                    " of ".join(chain), *parts, name=f"{name} by {' '.join(chain[1:-1]) or 'itself'}"
                )
            steps.solved(
                "by the equations of integrated ownership, ways back through the owner left out",
                row.high,
                name=name,
            )
        steps.note("the solution holds chains of any length; up to four steps are written out")
        return steps.trace()


def ownership(graph: DealGraph, party: str | None = None) -> Ownership:
    """Say who owns how much of whom; of one party, who owns it and what it owns.

    Raises:
        UnknownName: there is no such party.
    """
    if party is not None and party not in graph.registry.parties:
        raise UnknownName("party", party, graph.registry.parties)
    stated: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for row in _statements(graph):
        stated[row.owner, row.issuer].append(row)
    found = (_holding(rows) for _, rows in sorted(stated.items()))
    holdings = [row for row in found if row is not None]
    lows = {(row.owner, row.issuer): row.low for row in holdings}
    highs = {(row.owner, row.issuer): row.high for row in holdings}
    broken = {*excessive(highs), *sealed(highs)}
    solved = [
        integrated({pair: part for pair, part in shares.items() if pair[1] not in broken})
        for shares in (lows, highs)
    ]
    owned = _owned(holdings, solved[0], solved[1], broken)
    known = {(row.owner, row.issuer) for row in holdings}

    def asked(owner: str, issuer: str) -> bool:
        return party is None or party in {owner, issuer}

    issuers = {row.issuer for row in owned if asked(row.owner, row.issuer)}
    return Ownership(
        # A share is held on a day, so a window of years says nothing of it.
        convention=replace(graph.convention, years=None),
        digest=graph.registry.digest,
        party=party,
        holdings=tuple(holdings),
        owned=tuple(row for row in owned if asked(row.owner, row.issuer)),
        unstated=tuple(row for row in _unstated(graph, known) if asked(row.owner, row.issuer)),
        excessive=tuple(name for name in sorted(broken) if name in issuers),
        thin=tuple(name for name in thin(highs) if name in issuers),
    )


def _statements(graph: DealGraph) -> Iterator[Statement]:
    """Give what legs and figures known by the day say, disputed values among them."""
    for leg in _holding_legs(graph):
        day = _spoken_of(graph, leg)
        if leg.percent is not None:
            yield Statement(leg.payer, leg.payee, _share(leg.percent), day, leg.id, None)
        number = int(leg.id.partition("/")[2])
        for row in graph.registry.deals[leg.deal].disputed:
            if row.field is DisputedField.PERCENT and row.leg in {None, number}:
                text = row.value.strip()
                if _PERCENT.fullmatch(text):
                    share = _share(Decimal(text[:-1]))
                    yield Statement(leg.payer, leg.payee, share, day, leg.id, None, disputed=True)
    for owner, figures in sorted(graph.registry.figures.items()):
        for figure in figures:
            if figure.metric is not Metric.OWNERSHIP or figure.percent is None or figure.counterparty is None:
                continue
            known = graph.registry.figure_known(figure) <= graph.convention.as_of
            if known and not {owner, figure.counterparty} & {*graph.convention.without}:
                yield Statement(
                    owner,
                    figure.counterparty,
                    _share(figure.percent),
                    figure.period.last,
                    None,
                    figure,
                    disputed=figure.period.last > graph.convention.as_of
                    or figure.kind not in {FigureKind.REPORTED, FigureKind.PRESS},
                )


def _holding_legs(graph: DealGraph) -> Iterator[LegState]:
    """Give the legs by which shares are held: agreed and not undone, a completed purchase included."""
    for deal in graph.deals.values():
        for leg in deal.legs:
            if (
                _agreed(deal.status, graph.convention.least)
                and leg.instrument in _HELD
                and not graph.leaves_out(leg)
            ):
                yield leg


def _spoken_of(graph: DealGraph, leg: LegState) -> date:
    """Say of which day a leg's percentage speaks: when it was agreed, or restated since.

    It was agreed when its deal first reached signing; of one that has not, when it first reached what the
    convention asks for.
    """
    number = int(leg.id.partition("/")[2])
    events = graph.deals[leg.deal].events
    stated = [(event.status, event.on.last) for event in events if event.status is not None]
    signed = [day for status, day in stated if _agreed(status, Status.SIGNED)]
    agreed = signed or [day for status, day in stated if _agreed(status, graph.convention.least)]
    restated = [
        event.on.last for event in events if event.percent is not None and event.leg in {None, number}
    ]
    return max([min(agreed), *restated[-1:]])


def _agreed(status: Status, least: Status) -> bool:
    """Whether a deal has come so far, or has been completed."""
    return status.level >= least.level or status is Status.COMPLETED


def _share(percent: Decimal) -> Fraction:
    return Fraction(percent) / 100


def _holding(rows: list[Statement]) -> Holding | None:
    """Choose the statements of the latest day; nothing if all are disputed."""
    sure = [row for row in rows if not row.disputed]
    if not sure:
        return None
    day = max(row.day for row in sure)
    chosen = tuple(row for row in sure if row.day == day)
    return Holding(
        owner=rows[0].owner,
        issuer=rows[0].issuer,
        low=min(row.share for row in chosen),
        high=max(row.share for row in chosen),
        day=day,
        chosen=chosen,
        others=tuple(row for row in rows if row not in chosen),
    )


def _owned(holdings: list[Holding], low: Integrated, high: Integrated, broken: set[str]) -> list[Owned]:
    direct = {(row.owner, row.issuer): row for row in holdings}
    pairs = {*high.whole, *direct}
    none = Fraction(0)
    rows = []
    for owner, issuer in pairs:
        holding = direct.get((owner, issuer))
        # Of an issuer with more than all of it stated the direct holding is all there is to say.
        own_low, own_high = (holding.low, holding.high) if holding and issuer in broken else (none, none)
        claims = sorted(found.claims.get((owner, issuer), none) for found in (low, high))
        rows.append(
            Owned(
                owner,
                issuer,
                holding,
                low.whole.get((owner, issuer), own_low),
                high.whole.get((owner, issuer), own_high),
                claims[0],
                claims[1],
                _chains(direct, owner, issuer, broken),
            )
        )
    return sorted(rows, key=lambda row: (row.issuer, -row.high, row.owner))


def _chains(
    direct: dict[tuple[str, str], Holding], owner: str, issuer: str, broken: set[str]
) -> tuple[tuple[str, ...], ...]:
    """Write out the ways from owner to issuer of at most four steps, largest product first."""
    found: list[tuple[Fraction, tuple[str, ...]]] = []
    todo: list[tuple[Fraction, tuple[str, ...]]] = [(Fraction(1), (owner,))]
    while todo:
        part, chain = todo.pop()
        for (holder, held), row in direct.items():
            if holder != chain[-1] or held in chain[1:] or (held == owner and held != issuer):
                continue
            if held == issuer:
                found.append((part * row.high, (*chain, held)))
            elif len(chain) < 4 and held not in broken:
                todo.append((part * row.high, (*chain, held)))
    return tuple(chain for _, chain in sorted(found, key=lambda row: (-row[0], row[1])))


def _unstated(graph: DealGraph, known: set[tuple[str, str]]) -> list[Unstated]:
    """List who holds shares, or is a parent, without a published percentage."""
    legs: dict[tuple[str, str], list[LegState]] = defaultdict(list)
    for leg in _holding_legs(graph):
        if (leg.payer, leg.payee) not in known and leg.percent is None:
            legs[leg.payer, leg.payee].append(leg)
    for name, party in graph.registry.parties.items():
        if party.parent is not None and (party.parent, name) not in known:
            legs.setdefault((party.parent, name), [])
    rows = []
    for (owner, issuer), held in sorted(legs.items()):
        priced = [leg for leg in held if leg.valuation is not None and leg.valuation.high and leg.amount.high]
        implied = sum(
            (Fraction(leg.amount.high, leg.valuation.high) for leg in priced if leg.valuation is not None),
            Fraction(0),
        )
        rows.append(
            Unstated(
                owner, issuer, tuple(leg.id for leg in held), implied if priced == held and held else None
            )
        )
    return rows
