"""What the page is given of gaps, stress and what-ifs, against the commands that print the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from aiweb.analysis.stress import prepare
from aiweb.graph import DealGraph, Preset, convention
from aiweb.model import Figure, Registry
from aiweb.registry.load import load
from aiweb.registry.whatif import heads
from aiweb.values import Money
from aiweb.views import reports
from aiweb.views.explorer import money
from aiweb.views.explorer.money import Shared, effects, gap_rows, overlaps, stress_rows
from aiweb.views.explorer.wording import words
from aiweb.views.tables import to_json
from aiweb.web import Web
from aiweb.web import load as load_web
from aiweb.whatif import Overlaid, apply
from aiweb.whatif import load as load_whatif
from tests.commands import aiweb
from tests.webs import graph

ARTICLE = "2025-10-08"
WORLDS = ("", ARTICLE, *(head.name for head in heads()))


@dataclass
class Kept:
    """The tables of a page: amounts and legs by number."""

    registry: Registry
    amounts: dict[Money, int] = field(default_factory=dict)

    @property
    def leg(self) -> dict[str, int]:
        """Number the legs."""
        return {name: number for number, (name, _, _) in enumerate(self.registry.legs())}

    @property
    def shared(self) -> Shared:
        """Give what the payload hands on."""
        return Shared(self.number, self.leg, self.figure)

    def number(self, amount: Money) -> int:
        """Keep an amount once."""
        return self.amounts.setdefault(amount, len(self.amounts))

    @staticmethod
    def figure(_: Registry, row: Figure) -> Mapping[str, object]:
        """Write a figure by what tells it from others."""
        return {"metric": str(row.metric), "period": str(row.period)}

    def json(self, number: int) -> dict[str, object]:
        """Write an amount as the commands do."""
        amount = [*self.amounts][number]
        return {
            "low": amount.low,
            "high": amount.high,
            "undisclosed": amount.undisclosed,
            "ceilings": amount.ceilings,
            "unbounded": amount.unbounded,
        }


@pytest.fixture(scope="module")
def shipped(root: Path) -> Registry:
    """Load the project's own registry once."""
    return load(root / "deals.yaml")


def world(read: Registry, name: str) -> DealGraph:
    """Give the graph of a day or of a shipped what-if."""
    if name in {head.name for head in heads()}:
        read = apply(read, load_whatif(name, read))
        return DealGraph(read, convention(read))
    return DealGraph(read, convention(read, name or None))


@cache
def web(path: Path, name: str) -> Web:
    """Load the project's own registry on a day, or under a what-if, once."""
    if not name:
        return load_web(path)
    return web(path, "").as_of(name) if name == ARTICLE else web(path, "").what_if(name)


def said(root: Path, name: str, *words: str) -> Any:  # noqa: ANN401 - JSON is what it is
    """Write as JSON what a command reports on a day or under a what-if."""
    found = web(root / "deals.yaml", name)
    match words:
        case ("gap",):
            report = reports.gaps(found.graph, found.gaps())
        case ("gap", party):
            report = reports.gap(found.graph, found.funding(party))
        case ("stress", "--each"):
            report = reports.stresses(found.graph, prepare(found.graph), found.stresses())
        case ("stress", "--reverse"):
            report = reports.tipping(found.graph, prepare(found.graph), found.tipping())
        case ("stress", "--fail", party):
            report = reports.stress(found.graph, found.stress(party))
        case _:
            report = reports.stress(found.graph, found.stress())
    return json.loads(to_json(report))


@pytest.mark.parametrize("words", [("gap", "openai"), ("stress",), ("stress", "--each")], ids=" ".join)
def test_these_reports_are_what_the_commands_print(root: Path, words: tuple[str, ...]) -> None:
    """So that the comparisons below are with the commands."""
    registry_option = ("--registry", root / "deals.yaml")
    assert aiweb(*words, "--what-if", "rates-up", "--format", "json", *registry_option).json == said(
        root, "rates-up", *words
    )


def years(row: Any, kept: Kept) -> Iterator[tuple[object, ...]]:  # noqa: ANN401 - a row of the page
    """Give cash and shortfall of a gap year by year, as rows of the command."""
    for path in row["paths"]:
        for year, low, high, marks, unknown in path["years"]:
            short = (max(0, row["minimum"] - high), max(0, row["minimum"] - low), marks > 1)
            yield (year, path["class"], path["overlap"], (low, high, marks % 2 == 1), short, unknown)
    assert kept.amounts


@pytest.mark.parametrize("name", WORLDS)
def test_gaps_are_those_of_the_command(root: Path, shipped: Registry, name: str) -> None:
    """For every party with a path: each year, each outcome, each line; and who has none, for want of what."""
    kept = Kept(shipped)
    rows: Any = gap_rows(world(shipped, name), kept.shared)
    names = [*kept.leg]

    every = said(root, name, "gap")
    with_path = {row["party"] for row in every["outcomes"]}
    assert {row["party"] for row in rows["paths"]} == with_path
    lacking = {row["party"]: row["missing"] for row in every["lacking"] if row["party"] not in with_path}
    assert {row["party"]: row["missing"] for row in rows["lacking"]} == lacking

    for row in rows["paths"]:
        one = said(root, name, "gap", row["party"])
        short = ("low", "high", "unbounded")
        assert [*years(row, kept)] == [
            (
                each["year"],
                each["class"],
                each["overlap"],
                tuple(each["cash"][key] for key in short),
                tuple(each["shortfall"][key] for key in short),
                each["undisclosed"],
            )
            for each in one["years"]
        ]
        for table, key in (("outcomes", "paths"), ("net_outcomes", "net")):
            assert [
                (
                    each["class"],
                    each["overlap"],
                    *each["first"],
                    kept.json(each["peak"]),
                    kept.json(each["end"]),
                )
                for each in row[key]
            ] == [
                (
                    each["class"],
                    each["overlap"],
                    each["first_short_at_worst"] or 0,
                    each["first_short_at_best"] or 0,
                    each["peak"],
                    each["end"],
                )
                for each in one[table]
            ]
        assert [
            (
                each["year"],
                each["role"],
                each["class"],
                kept.json(each["amount"]),
                names[each["leg"]] if "leg" in each else None,
                each["how"],
            )
            for each in row["items"]
        ] == [
            (each["year"], each["role"], each["class"], each["amount"], each["leg"], each["how"])
            for each in one["items"]
        ]
        assert [(names[each["leg"]], kept.json(each["amount"])) for each in row["undated"]] == [
            (each["leg"], each["amount"]) for each in one["undated"]
        ]
        assert [(each["class"], kept.json(each["circular"])) for each in row["vendors"]] == [
            (each["class"], each["circular"]) for each in one["vendors"]
        ]


def test_a_gap_of_the_shipped_registry_has_a_path(shipped: Registry) -> None:
    """OpenAI's comes first and runs short in the year that the findings name."""
    kept = Kept(shipped)
    rows: Any = gap_rows(world(shipped, ""), kept.shared)

    assert rows["paths"][0]["party"] == "openai"
    assert rows["paths"][0]["paths"][0]["first"] == [2027, 2027]
    assert len(rows["paths"]) > 1


@pytest.mark.parametrize("name", WORLDS)
def test_stress_is_that_of_the_command(root: Path, shipped: Registry, name: str) -> None:
    """Failures with rounds, losses, sums, the ranking, and what tips somebody over."""
    kept = Kept(shipped)
    found: Any = stress_rows(world(shipped, name), kept.shared)
    names = [*kept.leg]
    alone = said(root, name, "stress")

    def rounds(row: list[Any]) -> tuple[object, ...]:
        party, ample, none, unpaid_ample, unpaid_none, _, owed, verdict = row
        text = [f"round {number}" if number else "pays" for number in (ample, none)]
        return (party, *text, owed, unpaid_ample, unpaid_none, verdict)

    def dollars(row: Mapping[str, Any], *keys: str) -> tuple[int, ...]:
        assert all(row[key]["low"] == row[key]["high"] for key in keys)
        return tuple(row[key]["high"] for key in keys)

    assert sorted(map(rounds, found["alone"]["failures"])) == sorted(
        (
            row["party"],
            row["ample"],
            row["none"],
            *dollars(row, "owed", "unpaid_ample", "unpaid_none"),
            row["verdict"],
        )
        for row in alone["failures"]
    )
    assert [tuple(row) for row in found["alone"]["losses"]] == sorted(
        (row["party"], *dollars(row, "due", "caused_ample", "caused_none", "unpaid_ample", "unpaid_none"))
        for row in alone["losses"]
    )
    assert sorted((names[row[0]], *row[1:]) for row in found["alone"]["unpaidLegs"]) == sorted(
        (
            row["leg"],
            row["what"],
            row["from"],
            row["to"],
            *dollars(row, "due", "unpaid_ample", "unpaid_none"),
        )
        for row in alone["unpaid"]
    )
    assert found["alone"]["unpaid"] == [row["unpaid"]["high"] for row in alone["outcomes"]]
    for account, row in zip(found["alone"]["accounts"], alone["outcomes"], strict=True):
        (_, cash, where), (_, unpaid, borne) = account["sums"]
        assert cash == [["cash", row["cash"]["high"]]]
        assert dict(where)["equity"] == row["equity"]["high"]
        assert dict(borne) == {
            "parties": row["borne_by_parties"]["high"],
            "outside": row["borne_outside"]["high"],
        }
        assert abs(sum(amount for _, amount in unpaid) - sum(amount for _, amount in borne)) <= len(borne)
        assert account["differing"] == row["differing"]
    assert [(names[leg], what, kept.json(amount), why) for leg, what, amount, why in found["open"]] == [
        (row["leg"], row["what"], row["amount"], row["why"]) for row in alone["open"]
    ]

    if name not in {"", ARTICLE, "breakdown"}:
        assert found["each"]
        return
    each = said(root, name, "stress", "--each")["damage"]
    assert [
        (row["party"], row["owed"], *row["caused"], row["fall"], row["perhaps"]) for row in found["each"]
    ] == [
        (row["party"], *dollars(row, "owed", "ample", "none"), row["fail"], row["may_fail"]) for row in each
    ]
    tips = said(root, name, "stress", "--reverse")["tipping"]
    assert [tuple(row[:2]) for row in found["tipping"]] == [
        (row["party"], row["owed"]["high"]) for row in tips
    ]
    assert [(bool(row[2]), bool(row[3]), row[4], row[5]) for row in found["tipping"]] == [
        (row["ample"] is not None, row["none"] is not None, row["first_in_ample"], row["first_in_none"])
        for row in tips
    ]


@pytest.mark.parametrize("party", ["openai", "anthropic", "oracle"])
def test_a_failure_is_that_of_the_command(root: Path, shipped: Registry, party: str) -> None:
    """Who falls with it, who is not paid because of it, and linear DebtRank beside it."""
    kept = Kept(shipped)
    found: Any = stress_rows(world(shipped, ""), kept.shared)
    run = next(row for row in found["each"] if row["party"] == party)
    told = said(root, "", "stress", "--fail", party)

    assert run["unpaid"] == [row["unpaid"]["high"] for row in told["outcomes"]]
    assert run["caused"] == [row["caused"]["high"] for row in told["outcomes"]]
    assert {row[0]: row[7] for row in run["failures"]} == {
        row["party"]: row["verdict"] for row in told["failures"]
    }
    assert [tuple(row[:4]) for row in run["losses"]] == sorted(
        (row["party"], *(row[key]["high"] for key in ("due", "caused_ample", "caused_none")))
        for row in told["losses"]
    )
    assert [row[:2] for row in run["distress"]] == [
        [row["party"], row["buffer"]["high"]] for row in told["debtrank"]
    ]


def test_only_so_many_debtors_are_made_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond that it says that the ranking is cut."""
    read = graph("a -> b: 70 purchase #term 2027\nc -> b: 30 purchase #term 2027")
    kept = Kept(read.registry)
    whole: Any = stress_rows(read, kept.shared)
    monkeypatch.setattr(money, "DEBTORS", 1)
    cut: Any = stress_rows(read, kept.shared)

    assert ([row["party"] for row in whole["each"]], whole["cut"]) == (["a", "c"], False)
    assert ([row["party"] for row in cut["each"]], cut["cut"]) == (["a"], True)


def test_overlapping_legs_come_in_order_with_their_bounds_before() -> None:
    """
    a -> b: $7..9
    a -> c: $5..6 #overlaps [d1/1]
    a -> d: $4..4 #overlaps [d2/1]
    a -> e: $3 announced #overlaps [d1/1]
    """
    read = graph(test_overlapping_legs_come_in_order_with_their_bounds_before.__doc__)
    leg = {name: number for number, (name, _, _) in enumerate(read.registry.legs())}

    # The letter of intent does not count, so it is in no pair.
    assert overlaps(read, leg) == {"pairs": [[0, 1], [1, 2]], "before": [[0, 7], [1, 5], [2, 4]]}
    paid = DealGraph(read.registry, convention(read.registry, preset=Preset.PAID))
    assert overlaps(paid, leg) == {}


def test_a_party_of_many_is_asked_for_its_gap_only_with_cash(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    a -> b: 70
    b -> c: 30
    ---
    figures:
      b:
        - {metric: cash, period: 2026-06-30, amount: $7, kind: reported, source: s}
    """
    read = graph(test_a_party_of_many_is_asked_for_its_gap_only_with_cash.__doc__)
    kept = Kept(read.registry)
    every: Any = gap_rows(read, kept.shared)
    monkeypatch.setattr(money, "MANY", 2)
    few: Any = gap_rows(read, kept.shared)

    assert {row["party"] for row in every["lacking"]} == {"a", "b", "c"}
    assert few["lacking"] == [row for row in every["lacking"] if row["party"] == "b"]
    assert (few["lacking"][0]["on"], kept.json(few["lacking"][0]["opening"])["low"]) == ("2026-06-30", 7)


def test_what_a_whatif_changes_is_told_by_leg(shipped: Registry) -> None:
    """By number where it is a leg, else by name; before and after."""
    changed = apply(shipped, load_whatif("valuations-halved", shipped))
    assert isinstance(changed, Overlaid)
    leg = {name: number for number, (name, _, _) in enumerate(shipped.legs())}
    rows: Any = effects(changed, leg)

    assert len(rows) == len(changed.effects)
    assert [leg["amazon-openai-equity-50b/2"], "amount", "$35bn", "$17.5bn"] in rows
    assert any(isinstance(target, str) for target, *_ in rows)


def test_the_page_says_of_shipped_whatifs_what_their_files_say() -> None:
    """In English word for word, and in Chinese too."""
    for head in heads():
        assert words()["en"][f"whatif.says.{head.name}"] == head.says
        assert words()["zh"][f"whatif.says.{head.name}"] != head.says
