"""The guided story: which steps there are, what they say, and how one goes through them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pytest
from playwright.sync_api import expect

from aiweb.analysis.circulation import circulation
from aiweb.analysis.dependency import dependency
from aiweb.analysis.funding import Class, funding
from aiweb.analysis.loops import loops
from aiweb.analysis.stress import stress
from aiweb.graph import DealGraph, convention, fold
from aiweb.model import Registry
from aiweb.registry.load import load
from aiweb.values import Money, total
from aiweb.views.explorer.story import steps, tellable
from aiweb.views.explorer.wording import LANGUAGES, english, percent, words
from tests.browser.conftest import Opened, Opener
from tests.test_page import WEB
from tests.webs import registry

ARTICLE: Final = "2025-10-08"
_PLACE: Final = re.compile(r"\{(\w+)\}")


@pytest.fixture(scope="module")
def shipped(root: Path) -> Registry:
    """Read the registry of the project."""
    return load(root / "deals.yaml")


@pytest.fixture(scope="module")
def told(shipped: Registry) -> list[dict[str, Any]]:
    """Give the steps that the project's registry can tell."""
    return tellable(shipped, ARTICLE, [ARTICLE, shipped.as_of.last.isoformat()])


def test_every_step_says_every_value_it_has_and_no_number_of_its_own() -> None:
    """In both languages, title and text together; a figure stands in neither."""
    for step in steps():
        for language in LANGUAGES:
            said = [words()[language][f"story.{step['id']}.{part}"] for part in ("title", "text")]
            assert {*_PLACE.findall(" ".join(said))} == {*step["values"]}, (step["id"], language)
            assert not re.search(r"\d", " ".join(said)), (step["id"], language)
    assert 8 <= len(steps()) <= 12
    assert len({step["id"] for step in steps()}) == len(steps())


def test_the_shipped_registry_tells_all_of_it(told: list[dict[str, Any]]) -> None:
    """No step is lost for want of a deal."""
    assert [step["id"] for step in told] == [step["id"] for step in steps()]


def test_a_step_without_its_deals_is_left_out(shipped: Registry) -> None:
    """And without the article's day, or with too few steps, there is no story."""
    other = registry(WEB)
    days = [ARTICLE, other.as_of.last.isoformat()]

    few = [name for name in shipped.deals if "coreweave" in name]
    part = replace(shipped, deals=MappingProxyType({name: shipped.deals[name] for name in few}))

    assert tellable(other, ARTICLE, days) == []
    assert tellable(part, ARTICLE, days) == []
    assert tellable(shipped, ARTICLE, [shipped.as_of.last.isoformat()]) == []


# What is cited without its publisher, or without the year of its date where there is one.
_UNNAMED = """() => {
  const says = document.querySelector("#story .telling p:last-child").textContent;
  const cited = [...document.querySelectorAll("#story .cite")].map((cite) => cite.lastChild.textContent);
  return cited.filter((name) => !aiweb.data.sources.some(({ title, publisher, date }) => {
    const from = [title && publisher, date].filter(Boolean).length;
    if ((title || publisher) !== name) return false;
    const after = says.slice(says.indexOf(name) + name.length).split(" \u00b7 ")[0];
    if (!from) return !after;
    return (!title || after.includes(publisher)) && (!date || after.includes(date.match(/\\d{4}/)[0]));
  }));
}"""


@pytest.mark.browser
def test_a_registry_of_ones_own_offers_no_story(opened: Opener) -> None:
    """An address with a step is then one without."""
    seen = opened(registry(WEB), at="story=3")

    assert not seen.tab.locator("#tell").is_visible()
    assert not seen.tab.locator("#story").is_visible()
    assert seen.tab.evaluate("aiweb.state.story") == 0
    assert seen.errors == []


@pytest.mark.browser
def test_every_number_of_the_story_is_that_of_the_analyses(
    opened: Opener, shipped_page: str, shipped: Registry, told: list[dict[str, Any]]
) -> None:
    """Each step is opened by its address; what it says is put together here by other means."""
    seen = opened(shipped_page, at="language=en")
    count = seen.tab.evaluate("aiweb.data.story.length")
    assert count == len(told)
    seen.tab.locator("#tell").click()
    for number, step in enumerate(told, 1):
        assert seen.text("#story-label").startswith(f"Step {number} of ")
        values = _values(shipped, step, seen)
        texts = words()["en"]
        expected = texts[f"story.{step['id']}.text"].format(**values)
        assert " ".join(seen.tab.locator("#story p").first.inner_text().split()) == expected
        assert _PLACE.search(seen.text("#story")) is None
        state = step["state"]
        at = "[aiweb.state.date, aiweb.state.preset, aiweb.state.consideration, aiweb.state.view]"
        assert seen.tab.evaluate(at) == [state[name] for name in ("date", "preset", "consideration", "view")]
        if step["sources"]:
            assert seen.tab.locator("#story .cite").count() >= 1
            assert seen.tab.evaluate(_UNNAMED) == []
        if number < len(told):
            seen.tab.locator("#story-next").click()
    expect(seen.tab.locator("#story-next")).to_have_attribute("aria-disabled", "true")
    assert [url for url in seen.requests if not url.startswith("file:")] == []
    assert seen.errors == []


@pytest.mark.browser
def test_one_goes_through_the_story_by_keyboard_and_leaves_it(opened: Opener, shipped_page: str) -> None:
    """The heading has the keyboard at each step; back goes a step back; leaving keeps what is shown."""
    seen = opened(shipped_page, at="language=en")
    seen.tab.locator("#tell").focus()
    seen.tab.keyboard.press("Enter")
    assert seen.tab.evaluate("document.activeElement.id") == "story-label"
    seen.tab.keyboard.press("]")
    assert "story=2" in seen.tab.evaluate("location.hash")
    assert seen.bright() == {("nvidia", "openai"), ("openai", "oracle"), ("oracle", "nvidia")}
    assert seen.text("#live").startswith("Step 2 of ")
    seen.tab.keyboard.press("[")
    expect(seen.tab.locator("#story-label")).to_contain_text("Step 1 of ")
    expect(seen.tab.locator("#story-back")).to_have_attribute("aria-disabled", "true")
    seen.tab.go_back()
    expect(seen.tab.locator("#story-label")).to_contain_text("Step 2 of ")
    seen.tab.locator("#story-leave").click()
    assert not seen.tab.locator("#story").is_visible()
    assert seen.tab.evaluate("document.activeElement.id") == "tell"
    assert "story" not in seen.tab.evaluate("location.hash")
    assert seen.tab.evaluate("aiweb.state.date") == ARTICLE


@pytest.mark.browser
def test_a_step_can_be_linked_and_strayed_from(opened: Opener, shipped_page: str) -> None:
    """`story=2` alone shows the step as told; what the reader changes is kept, and can be undone."""
    seen = opened(shipped_page, at="story=2&language=en")
    assert seen.tab.evaluate("aiweb.state.date") == ARTICLE
    assert seen.bright() == {("nvidia", "openai"), ("openai", "oracle"), ("oracle", "nvidia")}
    seen.tab.locator("#preset input[value=contracted]").check(force=True)
    kept = seen.tab.evaluate("location.hash")
    again = opened(shipped_page, at=kept[1:])
    assert again.tab.evaluate("aiweb.state.preset") == "contracted"
    assert again.text("#story-label").startswith("Step 2 of ")
    again.tab.locator("#story-return").click()
    assert again.tab.evaluate("aiweb.state.preset") == "headline"
    assert not again.tab.locator("#story-return").is_visible()


@pytest.mark.browser
def test_the_story_is_told_in_chinese(opened: Opener, shipped_page: str) -> None:
    """No place is left unfilled, and no English sentence stands among them."""
    seen = opened(shipped_page, at="story=1&language=zh")
    count = seen.tab.evaluate("aiweb.data.story.length")
    texts = []
    for _ in range(count):
        texts.append(seen.tab.locator("#story p").first.inner_text())
        if seen.tab.locator("#story-next").get_attribute("aria-disabled") == "false":
            seen.tab.locator("#story-next").click()

    assert len({*texts}) == count
    assert all(not _PLACE.search(text) and "。" in text and "undefined" not in text for text in texts)
    assert all(re.search("[a-z]{4,} [a-z]{2,} ", text) is None for text in texts)


@pytest.mark.browser
def test_a_number_of_the_story_leads_to_where_it_comes_from(opened: Opener, shipped_page: str) -> None:
    """A headline number opens its explanation, an amount its deal."""
    seen = opened(shipped_page, at="story=1&language=en")
    seen.tab.locator("#story .num").first.click()
    assert seen.tab.locator("#explanation").is_visible()
    seen.tab.keyboard.press("Escape")
    seen.tab.locator("#story-next").click()
    seen.tab.locator("#story .num").first.click()
    assert "deal=nvidia-openai-10gw" in seen.tab.evaluate("location.hash")


def _values(shipped: Registry, step: Mapping[str, Any], seen: Opened) -> dict[str, str]:
    return {name: _value(shipped, step, row, seen) for name, row in step["values"].items()}


def _value(shipped: Registry, step: Mapping[str, Any], row: list[Any], seen: Opened) -> str:
    """Work a value out from the registry, not from what the page holds."""
    kind, *rest = row
    state = step["state"]
    rule = (state["date"], state["preset"], state["consideration"])
    if kind == "number" and len(rest) > 1:
        rule = tuple(rest[1].split("/"))
    graph = DealGraph(shipped, convention(shipped, *rule))
    if kind == "day":
        return _day(rest[0] if rest else state["date"])
    if kind == "title":
        return shipped.sources[rest[0].removeprefix("source: ")].title or ""
    if kind in {"number", "ladder"}:
        return _number(graph, kind, rest[0])
    if kind in {"leg", "fact"}:
        return _leg(shipped, state["date"], rest)
    if kind in {"loop", "largest"}:
        found = loops(graph, top=100).loops
        if kind == "loop":
            (one,) = [loop for loop in found if {*loop.parties} == {*rest} and len(loop.parties) == len(rest)]
            return english(one.amount)
        names = [shipped.parties[name].name for name in (*found[0].parties, found[0].parties[0])]
        return english(found[0].amount) if rest[0] == "amount" else " → ".join(names)
    if kind == "total":
        ends = ("payer", "payee")
        return english(total([leg.amount for leg in graph.legs if getattr(leg, ends[rest[1]]) == rest[0]]))
    if kind == "depends":
        (other,) = [row for row in dependency(graph, rest[0]).on if row.on == rest[1]]
        return percent(Fraction(other.through[0]).limit_denominator(10**9))
    if kind == "between":
        before = DealGraph(shipped, convention(shipped, rest[1], *rule[1:]))
        here, there = {leg.id for leg in graph.legs}, {leg.id for leg in before.legs}
        return str(len(here - there if rest[0] == "entered" else there - here))
    if kind == "back":
        found_back = circulation(graph).circular
        none = "no amount that is public comes back round"
        return none if not found_back.high else f"{_bare(found_back)} comes back round"
    return _gap(graph, rest) if kind == "gap" else _stress(graph, rest[0])


def _number(graph: DealGraph, kind: str, name: Any) -> str:  # noqa: ANN401 - a name or a length
    found = circulation(graph)
    if kind == "ladder":
        (rung,) = [rung for rung in found.ladder if rung.length == name]
        assert rung.circular
        return _bare(rung.circular)
    texts = {
        "circular": lambda: _bare(found.circular),
        "gross": lambda: _bare(found.gross),
        "low": lambda: percent(found.share_low),
        "high": lambda: percent(found.share_high),
        "count": lambda: str(len(found.legs)),
        "undisclosed": lambda: str(found.gross.undisclosed),
        "unknown": lambda: str(found.circular.undisclosed),
    }
    return texts[name]()


def _leg(shipped: Registry, day: str, rest: list[Any]) -> str:
    name, what, *on = rest
    deal, _, place = name.partition("/")
    promise = shipped.deals[deal].legs[int(place) - 1]
    if what == "first":
        return english(promise.amount)
    if what == "shares":
        return f"{promise.shares:,f}"
    rule = convention(shipped, on[0] if on else day)
    folded = fold(deal, shipped.deals[deal], rule.as_of)
    assert folded
    leg = folded.legs[int(place) - 1]
    if what == "amount":
        return english(leg.amount)
    if what == "status":
        return words()["en"][f"status.{leg.status}"]
    if what == "since":
        return _day(str(leg.since))
    return str(leg.term).replace("..", "–")


def _gap(graph: DealGraph, rest: list[Any]) -> str:
    party, certainty, overlap, what = rest
    found = funding(graph, party)
    if what == "opening":
        return english(found.opening)
    if certainty == "undated":
        rows = [row for row in found.undated if not row.settled]
        if what == "open":
            return str(sum(row.amount.undisclosed for row in rows))
        end = "out" if what == "uses" else "in"
        return _bare(
            total([row.amount for row in rows if row.certainty != "announced" and row.role.endswith(end)])
        )
    (path,) = [
        path for path in found.paths if path.certainty == Class(certainty) and str(path.overlap) == overlap
    ]
    if what == "peak":
        return english(path.peak)
    worst, best = path.first_short
    return str(worst) if worst == best else f"{worst}–{best}"


def _stress(graph: DealGraph, what: str) -> str:
    found = stress(graph)
    names = graph.registry.parties
    if what in {"unpaid", "most"}:
        unpaid = found.outcomes[what == "most"].unpaid
        return english(Money(unpaid, unpaid))
    before = {row.party: row.unpaid for row in found.ample.failures}
    rise = {row.party: row.unpaid - before.get(row.party, 0) for row in found.none.failures}
    unknown = {*found.model.unknown}
    if what in {"blind", "rise"}:
        more = sum(amount for name, amount in rise.items() if (name in unknown) == (what == "blind"))
        return english(Money(more, more))
    if what == "ranged":
        return ", ".join(names[name].name for name in sorted(rise) if rise[name] and name not in unknown)
    rows = [row.party for row in found.ample.failures] if what == "fails" else found.model.unknown
    return ", ".join(names[name].name for name in rows)


def _bare(money: Money) -> str:
    return english(Money(money.low, money.high, unbounded=money.unbounded))


def _day(iso: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", iso):
        return iso
    day = date.fromisoformat(iso)
    month = day.strftime("%b").replace("Sep", "Sept")
    return f"{day.day} {month} {day.year}"
