"""What the panels of the page say of a party beyond its own legs: its statement of exposure, and its years.

They are those of `aiweb exposure`, for the days and conventions in `PRESETS` only:
a round trip takes maximum flows for every party, so all days would take minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final, TypeAlias

from aiweb.analysis.dependency import Dependence, dependency
from aiweb.analysis.exposure import Concentration, Exposure, RoundTrip, exposure
from aiweb.analysis.selffunded import SelfFunded, suppliers
from aiweb.graph import FIRST_YEAR, LAST_YEAR, DealGraph, Preset
from aiweb.values import Money, total
from aiweb.views.explorer.wording import percent

PRESETS: Final = (Preset.CONTRACTED, Preset.HEADLINE)
"""The conventions that have statements."""
MOST: Final = 150
"""With more parties only those with most money have one."""
DEPENDENCES: Final = 3
"""So many of those it depends on are named, and of those who depend on it."""

Json: TypeAlias = "str | int | list[Json] | dict[str, Json]"


def statements(graph: DealGraph, money: Callable[[Money], int], leg: Mapping[str, int]) -> dict[str, Json]:
    """Say of the parties of a graph how they hang on others, and what falls in which year.

    `money` and `leg` give the numbers under which the page keeps an amount and a leg.
    Year 0 holds what no source puts into any year.
    """
    return {"years": _years(graph, money, leg), "parties": _Statements(graph, money, leg).rows()}


def _years(graph: DealGraph, money: Callable[[Money], int], leg: Mapping[str, int]) -> Json:
    """Give what of every leg falls in each calendar year, as a window of that year has it."""
    whole = replace(graph.convention, years=(FIRST_YEAR, LAST_YEAR))
    as_written = {state.id: state for deal in graph.deals.values() for state in deal.legs}
    dated = graph.under(whole)
    years = sorted({year for state in dated.legs for year in dated.years(as_written[state.id])})
    rows: list[Json] = [[0, [[leg[name], money(amount)] for name, amount in graph.undated.items()]]]
    for year in years:
        within = graph.under(replace(whole, years=(year, year)))
        rows.append([year, [[leg[state.id], money(state.amount)] for state in within.legs]])
    return rows


class _Statements:
    """The statements of the parties of one graph."""

    def __init__(self, graph: DealGraph, money: Callable[[Money], int], leg: Mapping[str, int]) -> None:
        self._graph = graph
        self._money = money
        self._leg = leg
        self._suppliers = {row.supplier: row for row in suppliers(graph)}

    def rows(self) -> Json:
        return {name: self._statement(name) for name in _weightiest(self._graph)}

    def _statement(self, party: str) -> Json:
        found = exposure(self._graph, party)
        depends = dependency(self._graph, party)
        row: dict[str, Json] = {
            "concentration": self._concentration(found),
            "trips": [self._trip(trip) for trip in found.round_trips if trip.paid or trip.beyond],
            "on": [self._dependence(one.on, one) for one in depends.on[:DEPENDENCES]],
            "by": [self._dependence(one.of, one) for one in depends.by[:DEPENDENCES]],
        }
        if party in self._suppliers:
            row["sales"] = self._sales(self._suppliers[party])
        return row

    @staticmethod
    def _concentration(found: Exposure) -> Json:
        """Give direction, counterparties, index and effective number; nothing where no amount is known."""

        def text(row: Concentration) -> list[Json]:
            index, effective = row.hhi or Fraction(0), row.effective or Fraction(0)
            return [row.direction, row.counterparties, f"{float(index):.3f}", f"{float(effective):.1f}"]

        rows = (row for row in found.concentration if row.by == "party" and row.hhi is not None)
        return [text(row) for row in rows]

    def _trip(self, trip: RoundTrip) -> Json:
        row: dict[str, Json] = {
            "at": trip.at,
            "paid": self._dollars(trip.paid),
            "least": self._dollars(trip.least),
            "pro-rata": self._dollars(trip.pro_rata),
            "most": self._money(Money(trip.most, trip.most, unbounded=trip.beyond)),
            "later": self._money(trip.later),
            "carriers": [[self._leg[leg.leg], self._dollars(leg.amount)] for leg in trip.carriers],
            "open": self._legs(trip.open),
        }
        return row if trip.limit is None else row | {"limit": self._dollars(trip.limit)}

    def _dependence(self, other: str, row: Dependence) -> Json:
        return {
            "party": other,
            "direct": percent(Fraction(row.through[0]).limit_denominator(10**9)),
            "least": percent(row.least_share),
            "passed": percent(Fraction(row.passed).limit_denominator(10**9)),
            "most": percent(row.most_share),
            "receipts": self._dollars(row.receipts),
            "carriers": [[self._leg[leg.leg], self._dollars(leg.amount)] for leg in row.carriers],
        }

    def _sales(self, found: SelfFunded) -> Json:
        return {
            "committed": self._money(found.committed),
            "lines": [
                {
                    "put": self._money(line.put),
                    "direct": self._money(line.direct),
                    "through": self._money(line.through),
                    "share": percent(found.share(line.through)),
                    "carriers": [[self._leg[leg.leg], self._dollars(leg.amount)] for leg in line.carriers],
                }
                for line in found.lines
            ],
        }

    def _dollars(self, amount: int) -> int:
        return self._money(Money(amount, amount))

    def _legs(self, names: Iterable[str]) -> Json:
        return [self._leg[name] for name in names]


def _weightiest(graph: DealGraph) -> list[str]:
    """Name the parties with most money in and out, in order of names."""
    moved: dict[str, list[Money]] = {}
    for leg in graph.legs:
        for name in (leg.payer, leg.payee):
            moved.setdefault(name, []).append(leg.amount)
    weights = {name: total(amounts).high for name, amounts in moved.items()}
    return sorted(sorted(weights, key=lambda name: (-weights[name], name))[:MOST])
