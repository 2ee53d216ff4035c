"""How small a shock makes the first lender, cloud or lab fail: of one party's debts, of revenue, of rates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from functools import cache
from math import ceil
from types import MappingProxyType
from typing import Final

from aiweb.analysis.stress.books import Case, Model, Parts, Rule
from aiweb.analysis.stress.dues import Floating, floating, prepare
from aiweb.errors import BadOption, UnknownName
from aiweb.graph import DealGraph, Preset
from aiweb.model import Figure, PartyKind

GROUPS: Final[Mapping[str, frozenset[PartyKind]]] = MappingProxyType(
    {
        "lenders": frozenset({PartyKind.CAPITAL}),
        "clouds": frozenset({PartyKind.CLOUD, PartyKind.NEOCLOUD}),
        "labs": frozenset({PartyKind.LAB}),
    }
)
"""Groups whose first failure reverse stress looks for: lenders and investors, clouds and neoclouds, labs."""
WATCHED: Final = frozenset(kind for kinds in GROUPS.values() for kind in kinds)
"""Kinds of party whose failure reverse stress looks for: lenders and investors, labs, clouds."""
GRAIN: Final = 1000
"""Reverse stress tries this many parts."""
STEP_POINTS: Final = 10
"""A rise of rates is tried in steps of so many basis points."""
MOST_POINTS: Final = 2000
"""The largest rise of rates that is tried, in basis points."""
_BASIS: Final = 100


class Shock(StrEnum):
    """What gets worse until somebody fails.

    - `party`: one party leaves a part of what it owes unpaid.
    - `payments`: all parties of a kind leave the same part of what they owe unpaid.
    - `revenue`: all parties of a kind lose the same part of the revenue they plan.
    - `rates`: all loans at a floating rate pay so many basis points more.
    """

    PARTY = "party"
    PAYMENTS = "payments"
    REVENUE = "revenue"
    RATES = "rates"


@dataclass(frozen=True, slots=True)
class Tipping:
    """The least part of what a party owes that must stay unpaid until a lender, a lab or a cloud fails.

    In tenths of a per cent, rounded up; nothing if none fails even if nothing is paid.
    """

    party: str
    owed: int
    ample: Fraction | None
    first_ample: tuple[str, ...]
    none: Fraction | None
    first_none: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Touched:
    """What a shock takes from a party at its full size, in dollars, and what that is known from.

    The full size is all of it, or for rates 100 basis points.
    """

    party: str
    amount: int
    legs: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Least:
    """The least shock at which the first party of a group fails, in both cases, and who that is.

    A part of all, in tenths of a per cent, or basis points, rounded up; nothing if none fails at the largest.
    `anyway` are those of the group who fail without a shock, in either case.
    """

    group: str
    ample: Fraction | int | None
    first_ample: tuple[str, ...]
    none: Fraction | int | None
    first_none: tuple[str, ...]
    anyway: tuple[str, ...]


@dataclass(frozen=True)
class Reverse:
    """The least shock for each group, and what a full one takes from whom.

    `unknown` names who would be hit, and by how much nobody has published.
    """

    model: Model = field(repr=False)
    shock: Shock
    kind: PartyKind | None
    touched: tuple[Touched, ...]
    unknown: tuple[str, ...]
    rows: tuple[Least, ...]


def tipping(
    graph: DealGraph,
    party: str | None = None,
    *,
    rule: str = Rule.PROPORTION,
    costs: Parts = Fraction(0),
    ranked: bool = True,
) -> tuple[Tipping, ...]:
    """Find the least part that a party, or each, must leave unpaid until a lender, lab or cloud fails.

    What is paid falls with the part left unpaid, so the least is found by halving.
    Those first that can be told, the smallest part first.

    Raises:
        UnknownName: there is no such party.
        BadOption: as `stress` does.
    """
    if party is not None and party not in graph.registry.parties:
        raise UnknownName("party", party, graph.registry.parties)
    model = prepare(graph, rule=rule, costs=costs, ranked=ranked)
    rows = []
    for name, owed in model.owed.items():
        if party in {None, name}:
            (ample, first_ample), (none, first_none) = (_tips(model, case, name) for case in Case)
            rows.append(Tipping(name, owed, ample, first_ample, none, first_none))
    most = Fraction(2)
    return tuple(sorted(rows, key=lambda row: (row.ample or most, row.none or most, row.party)))


def _tips(model: Model, case: Case, party: str) -> tuple[Fraction | None, tuple[str, ...]]:
    """Give the least part, and who fails first."""
    after = model.against(party)
    anyway = {*model.failing(model.books(case, {party: Fraction(0)}))}

    def fallen(number: int) -> tuple[str, ...]:
        failed = after.failing(after.books(case, {party: Fraction(number, GRAIN)}))
        return tuple(name for name in failed if name not in anyway and _is(model, name, WATCHED))

    least, first = _halved(fallen)
    return (Fraction(least, GRAIN) if least is not None else None), first


def reverse(
    graph: DealGraph,
    shock: str,
    kind: str | None = None,
    *,
    rule: str = Rule.PROPORTION,
    costs: Parts = Fraction(0),
    ranked: bool = True,
) -> Reverse:
    """Find the least common shock at which the first lender, the first cloud and the first lab fail.

    `kind` says which parties leave their debts unpaid or lose revenue; labs unless it is given.
    Of `rates` it says whose loans cost more; everybody's unless it is given.
    Failures grow with the part that is not paid or not sold, so the least is found by halving.
    Dearer interest feeds lenders too, so of rates every step is tried.

    Raises:
        BadOption: the shock or the kind is none, it is `party`, or as `stress` does.
    """
    if shock not in set(Shock) - {Shock.PARTY}:
        raise BadOption("shock", shock, "write one of payments, revenue, rates; of one party ask `tipping`")
    if kind is not None and kind not in set(PartyKind):
        raise BadOption("kind", kind, f"write one of {', '.join(PartyKind)}")
    which = Shock(shock)
    chosen = PartyKind(kind) if kind is not None else None if which is Shock.RATES else PartyKind.LAB
    model = prepare(graph, rule=rule, costs=costs, ranked=ranked)
    touched, unknown = _touched(model, which, chosen)
    # Each group halves the same range, so most sizes are asked for more than once.
    shocked = cache(_shocked(model, which, touched, chosen))
    found: dict[Case, dict[str, tuple[Fraction | int | None, tuple[str, ...]]]] = {}
    anyway: dict[str, set[str]] = {group: set() for group in GROUPS}
    for case in Case:
        already = {*shocked(case, 0)}
        for group, kinds in GROUPS.items():
            anyway[group] |= {name for name in already if _is(model, name, kinds)}
        found[case] = (
            _scanned(model, case, shocked, already)
            if which is Shock.RATES
            else _by_halving(model, case, shocked, already)
        )
    rows = tuple(
        Least(group, *found[Case.AMPLE][group], *found[Case.NONE][group], tuple(sorted(anyway[group])))
        for group in GROUPS
    )
    return Reverse(model, which, chosen, touched, unknown, rows)


_Shocked = Callable[[Case, int], tuple[str, ...]]
_Found = dict[str, tuple[Fraction | int | None, tuple[str, ...]]]


def _touched(
    model: Model, shock: Shock, kind: PartyKind | None
) -> tuple[tuple[Touched, ...], tuple[str, ...]]:
    """Say what a full shock takes from whom, and of whom that is not known."""
    parties = model.graph.registry.parties
    if shock is Shock.RATES:
        rows = [row.rise(_BASIS) for row in _floating(model, kind)]
        return _grouped([(due.debtor, due.leg, due.amount) for due in rows]), ()
    mine = [name for name, party in sorted(parties.items()) if party.kind is kind and not party.outside]
    if shock is Shock.PAYMENTS:
        owed = [(due.debtor, due.leg, due.amount) for due in model.dues if due.debtor in mine]
        return _grouped(owed), ()
    known = [
        Touched(name, _at(model, name), (), model.plans[name].figures) for name in mine if name in model.plans
    ]
    return tuple(known), tuple(name for name in mine if name not in model.plans and name in model.owed)


def _floating(model: Model, kind: PartyKind | None) -> tuple[Floating, ...]:
    parties = model.graph.registry.parties
    return tuple(row for row in floating(model) if kind in {None, parties[row.leg.payee].kind})


def _grouped(rows: list[tuple[str, str, int]]) -> tuple[Touched, ...]:
    return tuple(
        Touched(
            party,
            sum(amount for name, _, amount in rows if name == party),
            tuple(sorted({leg for name, leg, _ in rows if name == party})),
        )
        for party in sorted({name for name, _, _ in rows})
    )


def _at(model: Model, party: str) -> int:
    amount = model.plans[party].amount
    return amount.low if model.graph.convention.preset is Preset.FIRM else amount.high


def _shocked(model: Model, shock: Shock, touched: tuple[Touched, ...], kind: PartyKind | None) -> _Shocked:
    """Give who fails under a shock of some size; who leaves debts unpaid on purpose is not among them."""
    debtors = {row.party for row in touched}
    loans = _floating(model, kind) if shock is Shock.RATES else ()
    lent = {name for row in loans for name in (row.leg.payer, row.leg.payee)}
    known = MappingProxyType({name: model.balance(name) for name in sorted({*model.known, *lent})})

    def payments(case: Case, number: int) -> tuple[str, ...]:
        return model.failing(model.books(case, dict.fromkeys(debtors, Fraction(number, GRAIN))))

    def revenue(case: Case, number: int) -> tuple[str, ...]:
        less = {row.party: ceil(Fraction(row.amount * number, GRAIN)) for row in touched}
        hit = replace(model, extra=less)
        return hit.failing(hit.books(case))

    def rates(case: Case, number: int) -> tuple[str, ...]:
        more = [row.rise(number) for row in loans]
        hit = replace(model, promised=(*model.promised, *more), known=known)
        return hit.failing(hit.books(case))

    return {Shock.PAYMENTS: payments, Shock.REVENUE: revenue, Shock.RATES: rates}[shock]


def _by_halving(model: Model, case: Case, shocked: _Shocked, already: set[str]) -> _Found:
    found: _Found = {}
    for group, kinds in GROUPS.items():

        def fallen(number: int, kinds: frozenset[PartyKind] = kinds) -> tuple[str, ...]:
            return tuple(
                name for name in shocked(case, number) if name not in already and _is(model, name, kinds)
            )

        least, first = _halved(fallen)
        found[group] = (Fraction(least, GRAIN) if least is not None else None), first
    return found


def _scanned(model: Model, case: Case, shocked: _Shocked, already: set[str]) -> _Found:
    found: _Found = {}
    for points in range(STEP_POINTS, MOST_POINTS + 1, STEP_POINTS):
        failed = [name for name in shocked(case, points) if name not in already]
        for group, kinds in GROUPS.items():
            first = tuple(name for name in failed if _is(model, name, kinds))
            if first and group not in found:
                found[group] = points, first
        if len(found) == len(GROUPS):
            break
    return {group: found.get(group, (None, ())) for group in GROUPS}


def _halved(fallen: Callable[[int], tuple[str, ...]]) -> tuple[int | None, tuple[str, ...]]:
    """Give the least number up to `GRAIN` at which somebody falls, and who; falling never ends."""
    low, high, first = 0, GRAIN, fallen(GRAIN)
    if not first:
        return None, ()
    while high - low > 1:
        middle = (low + high) // 2
        found = fallen(middle)
        if found:
            high, first = middle, found
        else:
            low = middle
    return high, first


def _is(model: Model, party: str, kinds: frozenset[PartyKind]) -> bool:
    return model.graph.registry.parties[party].kind in kinds
