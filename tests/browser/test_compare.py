"""Two sides compared: numbers, deals, loops and maps, kept in the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import expect

from aiweb.analysis.circulation import circulation
from aiweb.analysis.loops import loops
from aiweb.graph import DealGraph, convention
from aiweb.registry.load import load
from tests.browser.conftest import Opened, Opener
from tests.webs import registry

pytestmark = pytest.mark.browser

# d1 grows, d2 goes, d3 and d4 come, d5 changes without ever counting; a loop is lost and one is gained.
LIFE = """
a -> b: $4bn purchase 2025-03-10; 2026-01-20 signed $9bn
b -> a: $3bn 2025-08-15; 2026-06-10 cancelled
a -> c: $2bn purchase 2026-01-20
c -> a: up to $1bn loan 2026-02-10
b -> c: $8bn announced 2025-03-01; 2026-03-01 lapsed
"""


def _part(seen: Opened, name: str) -> list[str]:
    texts: list[str] = seen.tab.locator(f"[data-part={name}] li").all_inner_texts()
    return [" ".join(text.split()) for text in texts]


def _table(seen: Opened) -> dict[str, list[str]]:
    rows = seen.tab.locator("#view-compare .compared tbody tr").all()
    found: list[list[str]] = [row.locator("th, td").all_inner_texts() for row in rows]
    return {name: cells for name, *cells in found}


def test_what_came_went_and_changed_is_listed(opened: Opener) -> None:
    """Between the article's day and the registry's own, which is what one sees first."""
    seen = opened(registry(LIFE), at="view=compare")

    assert "8 Oct 2025 · Contracted · Cash → 31 Dec 2026 · Contracted · Cash" in seen.text(".versus")
    first, second = _part(seen, "entered")
    assert "a → c · $2bn · purchase · signed" in first
    assert "c → a · up to $1bn · loan · signed" in second
    assert len(_part(seen, "left")) == 1
    assert "b → a" in _part(seen, "left")[0]
    assert "signed → cancelled" in _part(seen, "left")[0]
    assert "$4bn → $9bn" in _part(seen, "changed")[0]
    assert "announced → lapsed" in _part(seen, "beside")[0]
    assert _part(seen, "gained") == ["a → c → a up to $1bn"]
    assert _part(seen, "lost") == ["a → b → a $3bn"]
    assert _part(seen, "altered") == []
    assert seen.errors == []


def test_the_numbers_of_both_sides_are_those_of_the_analyses(opened: Opener) -> None:
    """With their difference at lower and at upper bounds."""
    read = registry(LIFE)
    seen = opened(read, at="view=compare")
    table = _table(seen)
    before, after = (
        circulation(DealGraph(read, convention(read, day))) for day in ("2025-10-08", "2026-12-31")
    )

    assert (before.gross.low, after.gross.low, after.gross.high) == (7 * 10**9, 11 * 10**9, 12 * 10**9)
    assert table["Gross"] == ["$7bn", "$11–12bn", "+$4bn", "+$5bn"]
    assert (before.circular.high, after.circular.low, after.circular.high) == (6 * 10**9, 0, 2 * 10**9)
    assert table["Circular dollars"] == ["$6bn", "up to $2bn", "−$6bn", "−$4bn"]
    assert table["Legs that count"][:2] == ["2", "3"]
    assert table["Circular share, at lower bounds"][:2] == ["85.7%", "0.0%"]
    assert table["Circular share, at lower bounds"][2:] == ["−85.7 points", ""]
    assert table["Circular share, at upper bounds"][2:] == ["", "−69 points"]


def test_the_other_side_is_chosen_and_kept(opened: Opener) -> None:
    """Day, convention and value; by back, in a new tab, and by swapping."""
    seen = opened(registry(LIFE), at="view=compare")
    seen.tab.locator("#against-world").select_option("2025-06-30")
    seen.tab.locator("#against-preset").select_option("headline")
    assert "30 Jun 2025 · Headline · Cash →" in seen.text(".versus")
    assert seen.tab.evaluate("document.activeElement.id") == "against-preset"
    assert "Compared: 30 Jun 2025" in seen.text("#live")
    kept = seen.tab.evaluate("location.hash")
    seen.tab.go_back()
    expect(seen.tab.locator(".versus")).to_contain_text("30 Jun 2025 · Contracted · Cash →")
    again = opened(registry(LIFE), at=kept[1:])
    assert "30 Jun 2025 · Headline · Cash → 31 Dec 2026" in again.text(".versus")
    entered = _part(again, "entered")
    again.tab.locator("#swap").click()
    assert "31 Dec 2026 · Contracted · Cash → 30 Jun 2025 · Headline · Cash" in again.text(".versus")
    assert len(_part(again, "left")) == len(entered)
    expect(again.tab.locator("#preset input[value=headline]")).to_be_checked()


def test_equal_sides_say_so(opened: Opener) -> None:
    """Nothing differs, and nothing is made up."""
    seen = opened(registry(LIFE), at="view=compare&against=2026-12-31/contracted/cash")

    assert "the same; choose another" in seen.text("#view-compare")
    for name in ("entered", "left", "changed", "beside", "gained", "lost", "altered"):
        assert _part(seen, name) == []
    assert seen.tab.locator(".sidemap path.only").count() == 0


def test_each_side_has_a_map_with_what_only_it_counts(opened: Opener) -> None:
    """Thick where one side counts a deal that the other does not."""
    seen = opened(registry(LIFE), at="view=compare")
    before, after = seen.tab.locator(".sidemap").all()

    assert before.locator("path.only").count() == 1
    assert before.locator("path.same").count() == 1
    assert after.locator("path.only").count() == 2
    assert "2 of 3" in (after.locator("svg").get_attribute("aria-label") or "")


def test_a_party_on_a_map_can_be_chosen_by_mouse_and_keyboard(opened: Opener) -> None:
    """It is chosen on both maps and in the details; the arrow keys go from one party to the next."""
    seen = opened(registry(LIFE), at="view=compare")
    marks = seen.tab.locator(".sidemap").last.locator("[data-party]")
    names = [mark.get_attribute("data-party") for mark in marks.all()]
    assert set(names) == {name for pair in seen.drawn() for name in pair}

    first = marks.first
    assert first.evaluate("(node) => getComputedStyle(node).cursor") == "pointer"
    box = first.locator(".reach").bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 24
    first.hover()
    assert str(names[0]) in seen.text("#hint")
    first.click()
    assert seen.tab.evaluate("aiweb.state.chosen.party") == names[0]
    assert seen.tab.evaluate("aiweb.state.view") == "compare"
    assert str(names[0]) in seen.text("#pane-details h2")
    expect(seen.tab.locator(f'.sidemap [data-party="{names[0]}"]').last).to_have_class("mark on")

    seen.tab.keyboard.press("ArrowRight")
    seen.tab.keyboard.press("Enter")
    assert seen.tab.evaluate("aiweb.state.chosen.party") == names[1]
    focused = "document.activeElement.dataset.party"
    assert seen.tab.evaluate(focused) == names[1]
    assert seen.errors == []


def test_filters_hide_deals_and_leave_the_numbers(opened: Opener) -> None:
    """Of two that came, one is a loan."""
    seen = opened(registry(LIFE), at="view=compare&instruments=loan")

    assert len(_part(seen, "entered")) == 1
    assert _table(seen)["Legs that count"][:2] == ["2", "3"]
    assert "Filters are on" in seen.text("#view-compare")


def test_the_shipped_what_ifs_can_be_compared(opened: Opener, shipped_page: str, root: Any) -> None:  # noqa: ANN401
    """The registry as it is, against what a what-if makes of it; loops as the analysis has them."""
    seen = opened(
        shipped_page, at="view=compare&against=openai-fails/headline/cash&preset=headline&language=en"
    )
    told = _side(seen)
    read = load(root / "deals.yaml")
    found = loops(DealGraph(read, convention(read, None, "headline")), top=100)

    assert told["after"] == len(found.loops)
    assert _table(seen)["Loops with an amount"][1].rstrip("+") == str(len(found.loops))
    assert seen.errors == []


def test_what_is_shown_can_be_taken_away_as_rows(opened: Opener) -> None:
    """Numbers as dollars with low and high, one row a number, leg or loop."""
    seen = opened(registry(LIFE), at="view=compare")
    rows: dict[str, Any] = seen.tab.evaluate("aiweb.rows ? aiweb.rows('compare') : null")
    assert rows is not None
    table = [dict(zip(rows["columns"], row, strict=True)) for row in rows["rows"]]
    (left,) = [row for row in table if row["part"] == "Left"]

    assert (left["before-low"], left["before-high"], left["after-status"]) == (
        3 * 10**9,
        3 * 10**9,
        "cancelled",
    )
    gross = next(row for row in table if row["what"] == "Gross")
    assert (gross["before-low"], gross["after-high"]) == (7 * 10**9, 12 * 10**9)


def _side(seen: Opened) -> Mapping[str, int]:
    found: Mapping[str, int] = seen.tab.evaluate("({ after: aiweb.now().snapshot.loops.length })")
    return found
