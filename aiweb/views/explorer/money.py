"""What the page says of money that runs short, and what it needs to leave deals out of its numbers.

Gaps are those of `aiweb gap`, for the days that stand out and for the shipped what-ifs.
What is left out on the page is taken out of lines and legs there, so these are given one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias

from aiweb.analysis.funding import CashPath, FundingGap, Item, NetPath, Undated, funding, gaps
from aiweb.analysis.ownership import ownership
from aiweb.analysis.stress import Case, Model, Outcome, Reverse, Stress, prepare, reverse, tipping
from aiweb.analysis.stress.outcome import outcome
from aiweb.graph import DealGraph, Preset, remainders
from aiweb.model import Figure, Metric, Registry
from aiweb.values import NOTHING, Money
from aiweb.views.explorer.wording import percent

if TYPE_CHECKING:
    from aiweb.whatif import Overlaid

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json]"
Row: TypeAlias = dict[str, Json]

MANY: Final = 300
"""With more parties only those with a cash figure are asked for a gap."""
DEBTORS: Final = 60
"""So many debtors are made to fail in turn, those first whose names sort first."""
SHOCKS: Final = (("payments", "lab"), ("revenue", "lab"))
"""The common shocks of which the least is sought; that of rates takes seconds and is left to the command."""


@dataclass(frozen=True)
class Shared:
    """What the page keeps once: the numbers of amounts and of legs, and how it writes a figure."""

    money: Callable[[Money], int]
    leg: Mapping[str, int]
    figure: Callable[[Registry, Figure], Mapping[str, object]]


def gap_rows(graph: DealGraph, shared: Shared) -> Row:
    """Give the gap of every party whose cash has a path, and what is missing for the others."""
    found = gaps(graph) if len(graph.registry.parties) <= MANY else _with_cash(graph)
    return {
        "paths": [_gap(row, shared) for row in found if row.paths],
        "lacking": [_lacking(row, shared) for row in found if not row.paths],
    }


def _with_cash(graph: DealGraph) -> tuple[FundingGap, ...]:
    figures = graph.registry.figures.items()
    cash = [party for party, rows in figures if any(row.metric is Metric.CASH for row in rows)]
    return tuple(funding(graph, party) for party in sorted({*cash} - graph.outside))


def _gap(found: FundingGap, shared: Shared) -> Row:
    registry = found.graph.registry
    return {
        "party": found.party,
        "since": found.since,
        "begin": found.begin,
        "reach": found.paths[0].years[-1].year,
        "minimum": found.minimum,
        "opening": shared.money(found.opening),
        "on": str(found.opening_on),
        "figures": [_plain(shared.figure(registry, row)) for row in found.opening_figures],
        "items": [_item(row, registry, shared) for row in found.items],
        "undated": [_undated(row, shared) for row in found.undated],
        "paths": [
            _ends(path, shared)
            | {
                "years": [
                    [row.year, row.cash.low, row.cash.high, _marks(row.cash, row.shortfall), row.unknown]
                    for row in path.years
                ]
            }
            for path in found.paths
        ],
        "failing": [_ends(path, shared) for path in found.failing if path not in found.paths],
        "net": [_net(path, shared) for path in found.net],
        "vendors": [
            {
                "class": str(row.certainty),
                "received": shared.money(row.received),
                "circular": shared.money(row.circular),
                "share": _share(row.share),
                "legs": [shared.leg[each.leg] for each in row.carriers],
            }
            for row in found.vendors
            if row.received
        ],
        "missing": list(found.missing),
    }


def _ends(path: CashPath | NetPath, shared: Shared) -> Row:
    """Give what comes of a path; a year of 0 is none."""
    worst, best = path.first_short
    return {
        "class": str(path.certainty),
        "overlap": str(path.overlap),
        "first": [worst or 0, best or 0],
        "peak": shared.money(path.peak),
        "end": shared.money(path.end),
    }


def _net(path: NetPath, shared: Shared) -> Row:
    years: list[Json] = [
        [
            row.year,
            row.cash.low,
            row.cash.high,
            _marks(row.cash, row.shortfall),
            shared.money(row.received),
            shared.money(row.circular),
            _share(row.share),
        ]
        for row in path.years
    ]
    return _ends(path, shared) | {"years": years, "legs": [shared.leg[each.leg] for each in path.carriers]}


def _marks(cash: Money, shortfall: Money) -> int:
    """Say whether there may be more than stated (1), and whether less (2)."""
    return int(cash.unbounded) + 2 * int(shortfall.unbounded)


def _share(share: Fraction | None) -> str:
    return percent(share)


def _item(item: Item, registry: Registry, shared: Shared) -> Row:
    row: Row = {
        "year": item.year,
        "role": str(item.role),
        "class": str(item.certainty),
        "amount": shared.money(item.amount),
        "how": item.how,
    }
    if item.leg is not None:
        row["leg"] = shared.leg[item.leg]
    if item.figure is not None:
        row["figure"] = _plain(shared.figure(registry, item.figure))
    return row


def _undated(item: Undated, shared: Shared) -> Row:
    row: Row = {
        "role": str(item.role),
        "class": str(item.certainty),
        "amount": shared.money(item.amount),
        "how": item.why,
        "leg": shared.leg[item.leg],
    }
    return row | ({"settled": True} if item.settled else {})


def _lacking(found: FundingGap, shared: Shared) -> Row:
    row: Row = {"party": found.party, "missing": list(found.missing), "items": len(found.items)}
    if found.opening_on:
        row |= {"on": str(found.opening_on), "opening": shared.money(found.opening)}
    return row


def _plain(row: Mapping[str, object]) -> Row:
    return dict(row)  # type: ignore[arg-type]  # a row of the page holds JSON


# ---- what the page needs to leave deals out ---------------------------------------------------------


def overlaps(graph: DealGraph, leg: Mapping[str, int]) -> Row:
    """Give the pairs of counted legs that overlap, in the order they are taken in, and their lower bounds.

    These are the bounds before what overlaps is counted once: without one of a pair the other counts in full.
    """
    pairs = sorted(
        {
            (min(state.id, other), max(state.id, other))
            for state in graph.legs
            for other in state.overlaps
            if other in graph.leg
        }
    )
    if not pairs:
        return {}
    standing = {state.id: state for deal in graph.deals.values() for state in deal.legs}
    paid_only = graph.convention.preset is Preset.PAID

    def own(name: str) -> Money:
        state = standing[name]
        return (state.paid or NOTHING) if paid_only else state.amount

    in_kind = {
        row.state.id: own(row.state.id)
        for row in graph.excluded
        if not row.state.instrument.is_cash and not row.state.status.is_end
    }
    before = remainders(graph.registry, {state.id: own(state.id) for state in graph.legs}, in_kind)
    return {
        "pairs": [[leg[one], leg[other]] for one, other in pairs],
        "before": [
            [leg[name], before[name].low] for name in sorted({name for pair in pairs for name in pair})
        ],
    }


# ---- what-ifs ---------------------------------------------------------------------------------------


def effects(registry: Overlaid, leg: Mapping[str, int]) -> list[Json]:
    """Give what a what-if changes: the leg, deal, party or other thing, its field, before and after."""
    return [
        [leg.get(row.target, row.target), row.field, row.before or "", row.after or ""]
        for row in registry.effects
    ]


# ---- stress -----------------------------------------------------------------------------------------


def stress_rows(graph: DealGraph, shared: Shared) -> Row:
    """Say who can pay what falls due, by itself and if each debtor pays nothing, and what tips somebody over.

    It is what `aiweb stress` says, with `--fail`, `--each` and `--reverse`, under `contracted`.
    """
    model = prepare(graph, owned=ownership(graph))
    alone = _stress(model, None)
    failing = [_stress(model, party) for party in [*model.owed][:DEBTORS]]
    failing.sort(key=lambda found: (-found.ample.caused, -found.none.caused, found.party or ""))
    understated: list[Json] = [
        [party, [shared.leg[leg] for leg in legs]] for party, legs in model.understated.items()
    ]
    return {
        "since": model.since.isoformat(),
        "until": model.until.isoformat(),
        "owed": sum(model.owed.values()),
        "payments": len(model.dues),
        "flexible": sum(row.amount for row in model.flexible),
        "alone": _run(alone, shared) | {"accounts": [_account(each) for each in alone.outcomes]},
        "each": [_run(found, shared) for found in failing],
        "cut": len(model.owed) > DEBTORS,
        "unknown": [*model.unknown],
        "understated": understated,
        "open": [
            [shared.leg[row.leg], str(row.what), shared.money(row.amount), row.why] for row in model.open
        ],
        "tipping": [
            [row.party, row.owed, _part(row.ample), _part(row.none), [*row.first_ample], [*row.first_none]]
            for row in tipping(graph)
        ],
        "shocks": [_shock(reverse(graph, shock, kind)) for shock, kind in SHOCKS],
    }


def _stress(model: Model, party: str | None) -> Stress:
    ample, none = (outcome(model, case, party, Fraction(1)) for case in Case)
    return Stress(ample.model, party, Fraction(1), ample, none)


def _run(found: Stress, shared: Shared) -> Row:
    """Give rounds, who is not paid, and which payments are not made, in both cases."""
    cases = [{row.party: row for row in each.failures} for each in found.outcomes]
    sides = [each.by("creditor") for each in found.outcomes]
    losses = [{row.due.name: row for row in each.losses} for each in found.outcomes]
    balances = found.model.balances
    row: Row = {
        "unpaid": [each.unpaid for each in found.outcomes],
        "caused": [each.caused for each in found.outcomes],
        "failures": [
            [
                party,
                *(case[party].round if party in case else 0 for case in cases),
                *(case[party].unpaid if party in case else 0 for case in cases),
                int(any(case[party].anyway for case in cases if party in case)),
                (cases[1].get(party) or cases[0][party]).owed,
                found.verdict(party),
            ]
            for party in sorted({*cases[0], *cases[1]})
        ],
        "losses": [
            [party, found.model.due[party], *_both(sides, party)] for party in sorted({*sides[0], *sides[1]})
        ],
        "unpaidLegs": [
            [
                shared.leg[due.leg],
                str(due.what),
                due.debtor,
                due.creditor,
                due.amount,
                *(each[due.name].unpaid if due.name in each else 0 for each in losses),
            ]
            for due in found.model.dues
            if any(due.name in each for each in losses)
        ],
    }
    if found.party is None:
        return row
    fallen = [{*each.fallen} for each in found.outcomes]
    more: Row = {
        "party": found.party,
        "owed": found.model.owed[found.party],
        "fall": [*sorted(fallen[0])],
        "perhaps": [*sorted(fallen[1] - fallen[0])],
        "distress": [
            [party, balances[party].held(Case.AMPLE, 0), percent(part)]
            for party, part in found.distress.items()
        ],
    }
    return row | more


def _both(sides: list[Mapping[str, tuple[int, int]]], party: str) -> list[Json]:
    """Give what is caused in both cases, and what is unpaid in both."""
    pairs = [side.get(party, (0, 0)) for side in sides]
    return [pair[index] for index in (1, 0) for pair in pairs]


def _account(found: Outcome) -> Row:
    """Write both sums of a case in two ways, and on which parties its payments are not the only ones."""
    rows: list[Json] = [
        [
            account.name,
            [[name, round(amount)] for name, amount in account.given.items()]
            if account.name != "cash"
            else [["cash", round(sum(account.given.values()))]],
            [[name, round(amount)] for name, amount in account.found.items()],
        ]
        for account in found.accounts[:2]
    ]
    return {"sums": rows, "differing": [*found.after.differing]}


def _part(part: Fraction | int | None) -> str:
    return percent(Fraction(part)) if part is not None else ""


def _shock(found: Reverse) -> Row:
    """Give the least common shock for each group; parts of all."""
    rows: list[Json] = [
        [row.group, _part(row.ample), _part(row.none), [*row.first_ample], [*row.first_none], [*row.anyway]]
        for row in found.rows
    ]
    return {
        "shock": str(found.shock),
        "kind": str(found.kind or ""),
        "rows": rows,
        "unknown": [*found.unknown],
    }
