"""The numbers on the page are those of the command line, whatever the reader chooses.

Three days of the shipped registry under all eight conventions, chosen with the page's own controls.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from aiweb.analysis.loops import loops
from aiweb.graph import DealGraph, convention
from aiweb.model import Registry
from aiweb.registry.load import load
from aiweb.views.explorer.payload import LOOPS
from tests.commands import aiweb

pytestmark = pytest.mark.browser

DAYS: Final = ("2024-12-31", "2025-10-08", "2026-07-03")
PRESETS: Final = ("headline", "contracted", "firm", "paid")
CONSIDERATIONS: Final = ("cash", "all")

_SEEN: Final = """() => {
  const now = aiweb.now();
  const { numbers } = now.snapshot;
  const amount = (number) => {
    const { low, high, unbounded = false } = aiweb.data.money[number];
    return [low, high, unbounded];
  };
  const sum = (leg) => amount(now.counted.get(leg));
  const name = (id, leg, place) => [leg, `${id}/${place + 1}`];
  const names = aiweb.data.deals.flatMap(({ id, legs }) => legs.map((leg, place) => name(id, leg, place)));
  const counted = names.filter(([leg]) => now.counted.has(leg));
  return {
    circular: amount(numbers.circular),
    gross: amount(numbers.gross),
    net: amount(numbers.net),
    share: [numbers.low ?? null, numbers.high ?? null],
    ladder: numbers.ladder.map((rung) => [rung.length, amount(rung.amount)]),
    legs: [numbers.count, numbers.undisclosed],
    counted: Object.fromEntries(counted.map(([leg, name]) => [name, sum(leg)])),
    loops: now.loops.slice(0, now.priced).map((loop) => [loop.parties, amount(loop.amount)]),
    unpriced: now.loops.slice(now.priced).map((loop) => loop.parties),
    shown: {
      circular: document.querySelector("#number-circular .value").textContent,
      gross: document.querySelector("#number-gross .value").textContent,
      net: document.querySelector("#number-net .value").textContent,
    },
    said: { circular: numbers.circular, gross: numbers.gross, net: numbers.net },
  };
}"""


@pytest.fixture(scope="module")
def shipped(root: Path) -> Registry:
    """Read the registry of the project."""
    return load(root / "deals.yaml")


@pytest.fixture(scope="module")
def tab(browser: Browser, shipped_page: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Open the shipped page once."""
    file = tmp_path_factory.mktemp("equal") / "page.html"
    file.write_text(shipped_page, encoding="utf-8", newline="\n")
    context = browser.new_context(offline=True, locale="en-GB", viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.goto(f"{file.as_uri()}#language=en")
    opened.wait_for_selector("html[data-ready]")
    yield opened
    context.close()


def _choose(tab: Page, day: str, preset: str, consideration: str) -> None:
    """Move the slider and press the switches."""
    stop = tab.evaluate("(day) => aiweb.data.dates.indexOf(day)", day)
    assert stop >= 0
    tab.locator("#stop").fill(str(stop))
    tab.locator(f"#preset input[value={preset}]").check(force=True)
    tab.locator(f"#consideration input[value={consideration}]").check(force=True)
    chosen: list[str] = tab.evaluate("[aiweb.state.date, aiweb.state.preset, aiweb.state.consideration]")
    assert chosen == [day, preset, consideration]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("consideration", CONSIDERATIONS)
def test_the_headline_numbers_are_those_of_aiweb_circularity(tab: Page, day: str, consideration: str) -> None:
    """Amounts with their open ends, shares, the ladder, and how many legs count and are undisclosed."""
    given = ("--as-of", day, "--consideration", consideration, "--shuffles", 0, "--format", "json")
    rows = {row["convention"]: row for row in aiweb("circularity", *given).json["conventions"]}
    assert rows.keys() == {*PRESETS}

    for preset, row in rows.items():
        _choose(tab, day, preset, consideration)
        seen = tab.evaluate(_SEEN)

        for name, column in (("circular", "circular"), ("gross", "gross"), ("net", "net_internal_debt")):
            assert seen[name] == _bounds(row[column]), (preset, name)
            assert seen["shown"][name] == tab.evaluate(
                "(number) => aiweb.data.money[number].en", seen["said"][name]
            )
        assert seen["legs"] == [row["legs"], row["undisclosed"]]
        assert seen["share"] == [_percent(row["share_at_low"]), _percent(row["share_at_high"])]
        ladder = ((2, "loops_of_2"), (3, "up_to_3"), (4, "up_to_4"), (0, "any_length"))
        assert seen["ladder"] == [[length, _bounds(row[column])] for length, column in ladder]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("consideration", CONSIDERATIONS)
@pytest.mark.parametrize("preset", PRESETS)
def test_the_legs_and_loops_are_those_of_the_analyses(
    tab: Page, shipped: Registry, day: str, preset: str, consideration: str
) -> None:
    """Which legs count, with how much; which loops there are, in which order, with how much."""
    graph = DealGraph(shipped, convention(shipped, day, preset, consideration))
    found = loops(graph, top=LOOPS)
    _choose(tab, day, preset, consideration)
    seen = tab.evaluate(_SEEN)

    assert seen["counted"] == {
        leg.id: [leg.amount.low, leg.amount.high, leg.amount.unbounded] for leg in graph.legs
    }
    assert seen["loops"] == [
        [[*loop.parties], [loop.amount.low, loop.amount.high, loop.amount.unbounded]] for loop in found.loops
    ]
    assert seen["unpriced"] == [[*loop.parties] for loop in found.unpriced]


@pytest.mark.parametrize("preset", PRESETS)
def test_the_largest_loops_are_those_that_aiweb_loops_prints(tab: Page, preset: str) -> None:
    """On the registry's day, in cash."""
    rows = aiweb("loops", "--under", preset, "--top", LOOPS, "--format", "json").json["loops"]
    _choose(tab, DAYS[-1], preset, "cash")
    seen = tab.evaluate(_SEEN)["loops"]

    assert [[" -> ".join([*parties, parties[0]]), amount] for parties, amount in seen] == [
        [row["loop"], _bounds(row["amount"])] for row in rows if row["amount"] is not None
    ]


def _bounds(row: dict[str, Any] | None) -> list[Any] | None:
    return None if row is None else [row["low"], row["high"], row["unbounded"]]


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.1f}%"
