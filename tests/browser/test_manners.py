"""Manners of the page: keys, focus, readers of screens, contrast, print, address, and every width.

axe-core looks at every view; `tests/run` puts it beside the language server.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, expect

from aiweb.views.explorer.wording import words
from tests.browser.conftest import Opened, Opener
from tests.test_page import WEB
from tests.webs import registry

pytestmark = pytest.mark.browser

VIEWS: Final = ("graph", "loops", "flows", "matrix", "timeline", "gap", "stress", "compare", "table")
PHONE: Final = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
_AXE: Final = """() => axe.run(document, {
  resultTypes: ["violations"],
  runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
}).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
  nodes.slice(0, 5).map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`)))"""
_FOCUS: Final = """() => {
  const node = document.activeElement;
  const shown = (one) => one && getComputedStyle(one).outlineStyle !== "none";
  const box = node.getBoundingClientRect();
  return {
    name: node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.[0]?.textContent || "",
    seen: shown(node) || shown(node.nextElementSibling) || shown(node.closest("#graph")),
    size: [box.width, box.height],
    tag: node.tagName,
  };
}"""


@pytest.fixture(scope="module")
def axe() -> str:
    """Return the path of axe-core, or fail."""
    beside = Path(sys.prefix, "lib", "node-tools", "node_modules", "axe-core", "axe.min.js")
    script = Path(os.environ.get("AIWEB_AXE") or beside)
    if not script.is_file():
        pytest.fail("no axe-core; run tests/run, or name its script in AIWEB_AXE")
    return str(script)


@pytest.fixture(scope="module")
def file(shipped_page: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of the shipped page."""
    path = tmp_path_factory.mktemp("manners") / "page.html"
    path.write_text(shipped_page, encoding="utf-8", newline="\n")
    return path.as_uri()


@pytest.fixture(scope="module", params=["light", "dark"])
def looked_at(request: pytest.FixtureRequest, browser: Browser, axe: str, file: str) -> Iterator[Page]:
    """Open the shipped page with axe-core beside it, in either theme; each test goes where it looks."""
    context = browser.new_context(
        offline=True, locale="en-GB", viewport={"width": 1440, "height": 900}, color_scheme=request.param
    )
    context.add_init_script(path=axe)
    tab = context.new_page()
    tab.goto(f"{file}#language=en")
    tab.wait_for_selector("html[data-ready]")
    yield tab
    context.close()


def _go(tab: Page, at: str) -> None:
    """Go to an address of the page as a link would."""
    tab.evaluate(
        """(at) => new Promise((done) => {
          addEventListener("hashchange", () => setTimeout(done), { once: true });
          if (location.hash === at) done();
          location.hash = at;
        })""",
        f"#{at}",
    )


# ---- axe-core ---------------------------------------------------------------------------------------


def test_axe_finds_nothing_on_any_view(looked_at: Page) -> None:
    """Levels A and AA, in English, in both themes."""
    found = {}
    for name in VIEWS:
        _go(looked_at, f"view={name}&language=en")
        found[name] = looked_at.evaluate(_AXE)

    assert found == {name: [] for name in VIEWS}


def test_axe_finds_nothing_in_chinese(looked_at: Page) -> None:
    """The picture, loops and the comparison."""
    for name in ("graph", "loops", "compare"):
        _go(looked_at, f"view={name}&language=zh")
        assert looked_at.evaluate("document.documentElement.lang") == "zh-Hans"
        assert looked_at.evaluate(_AXE) == []


@pytest.mark.parametrize(
    "at",
    [
        "party=openai",
        "deal=nvidia-openai-10gw",
        "loop=amazon.f>openai.s",
        "tab=filters",
        "off=party:openai",
        "whatif=openai-fails",
        "story=2",
        "story=8",
    ],
)
def test_axe_finds_nothing_in_the_panels_and_the_story(looked_at: Page, at: str) -> None:
    """A party, a deal, a loop, the filters, what is left out, a what-if, and two steps of the story."""
    _go(looked_at, f"{at}&language=en")

    assert looked_at.evaluate(_AXE) == []


def test_axe_finds_nothing_in_the_dialogs(looked_at: Page) -> None:
    """Where a number comes from, and which keys there are."""
    _go(looked_at, "language=en")
    looked_at.locator("#number-circular button").click()
    assert looked_at.evaluate(_AXE) == []
    looked_at.keyboard.press("Escape")
    looked_at.locator("#help").click()
    assert looked_at.evaluate(_AXE) == []
    looked_at.keyboard.press("Escape")


def test_axe_finds_nothing_on_a_phone(browser: Browser, axe: str, file: str) -> None:
    """With the controls folded and unfolded."""
    context = browser.new_context(offline=True, locale="en-GB", **PHONE)  # type: ignore[arg-type]
    context.add_init_script(path=axe)
    tab = context.new_page()
    tab.goto(f"{file}#language=en")
    tab.wait_for_selector("html[data-ready]")
    assert tab.evaluate(_AXE) == []
    tab.locator("#fold").tap()
    assert tab.evaluate(_AXE) == []
    context.close()


# ---- keys -------------------------------------------------------------------------------------------


def _tab_to(tab: Page, selector: str, most: int = 200) -> None:
    """Press Tab until what has the keyboard is of a sort; it must be seen there."""
    for _ in range(most):
        tab.keyboard.press("Tab")
        if tab.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            assert tab.evaluate(_FOCUS)["seen"]
            return
    raise AssertionError(f"no {selector} within {most} tabs")


def test_a_party_its_loop_and_a_source_without_a_mouse(opened: Opener, shipped_page: str) -> None:
    """`/`, a name, Enter; on to a loop, on to a deal of it, on to a link that leads to who said so."""
    seen = opened(shipped_page, at="language=en")
    keys = seen.tab.keyboard
    keys.press("/")
    keys.type("openai")
    keys.press("Enter")
    assert seen.text("#pane-details h2").startswith("OpenAI")
    seen.tab.evaluate("document.getElementById('pane-details').focus()")
    _tab_to(seen.tab, "#pane-details .row[aria-pressed]")
    keys.press("Enter")
    assert "loop=" in seen.tab.evaluate("location.hash")
    seen.tab.evaluate("document.getElementById('pane-details').focus()")
    _tab_to(seen.tab, "#pane-details .row")
    keys.press("Enter")
    assert "deal=" in seen.tab.evaluate("location.hash")
    _tab_to(seen.tab, "#pane-details a[href^=http]")
    assert seen.tab.evaluate("document.activeElement.rel") == "noopener noreferrer"
    assert seen.errors == []


def test_everything_that_takes_the_keyboard_has_a_name_a_size_and_shows_it(opened: Opener) -> None:
    """Tab from the top of the page to its end."""
    seen = opened(registry(WEB))
    names = []
    for _ in range(120):
        seen.tab.keyboard.press("Tab")
        found: dict[str, Any] = seen.tab.evaluate(_FOCUS)
        if found["tag"] == "BODY":
            break
        names.append(found["name"])
        assert found["name"], found
        assert found["seen"], found
        assert min(found["size"]) >= 16, found
    assert len(names) > 25
    assert names[0] == words()["en"]["skip"]


def test_keys_are_shown_and_can_be_turned_off(opened: Opener) -> None:
    """`?` says them all; whoever turns single keys off, by address too, has none."""
    seen = opened(registry(WEB))
    seen.tab.keyboard.press("?")
    assert seen.tab.locator("#keys").is_visible()
    assert "search a party or a deal" in seen.text("#keys")
    seen.tab.keyboard.press("2")
    assert seen.tab.evaluate("aiweb.state.view") == "graph"
    seen.tab.keyboard.press("Escape")
    assert not seen.tab.locator("#keys").is_visible()
    seen.tab.keyboard.press("2")
    assert seen.tab.evaluate("aiweb.state.view") == "loops"
    seen.tab.keyboard.press("?")
    seen.tab.locator("#singles").uncheck()
    seen.tab.keyboard.press("Escape")
    seen.tab.keyboard.press("3")
    assert seen.tab.evaluate("aiweb.state.view") == "loops"
    assert "keys=off" in seen.tab.evaluate("location.hash")


@pytest.mark.parametrize("view", VIEWS)
def test_search_is_one_key_away_from_every_view(opened: Opener, view: str) -> None:
    """`/` brings the search where it is not in sight."""
    seen = opened(registry(WEB), at=f"view={view}")
    seen.tab.keyboard.press("/")

    assert seen.tab.evaluate("document.activeElement.id") == "search"
    assert seen.tab.locator("#search").is_visible()


# ---- the address ------------------------------------------------------------------------------------

CHOICES: Final = [
    *(f"view={name}" for name in VIEWS[1:]),
    "party=openai",
    "deal=d2",
    "loop=openai.s>oracle.f",
    "date=2025-10-08",
    "preset=headline",
    "consideration=all",
    "off=party:nvidia",
    "instruments=loan",
    "statuses=announced",
    "least=1000000000",
    "undisclosed=no",
    "left=yes",
    "against=2025-12-31/paid/all",
    "tab=filters",
    "sort=payer",
    "language=zh",
    "theme=dark",
    "keys=off",
]


def test_every_choice_is_in_the_address_and_comes_back(opened: Opener) -> None:
    """By back and forward, after reloading, and in a new tab."""
    seen = opened(registry(WEB))
    first = _kept(seen)
    states = [first]
    for choice in CHOICES:
        _go(seen.tab, choice)
        assert _kept(seen) != first, choice
        states.append(_kept(seen))
    for expected in reversed(states[:-1]):
        _wait(seen, seen.tab.go_back)
        assert _kept(seen) == expected
    for expected in states[1:]:
        _wait(seen, seen.tab.go_forward)
        assert _kept(seen) == expected
    seen.tab.reload()
    seen.tab.wait_for_selector("html[data-ready]")
    assert _kept(seen) == states[-1]
    assert seen.errors == []


def test_what_a_reader_presses_is_written_into_the_address(opened: Opener) -> None:
    """Each press is one step of the history, and a new tab at that address shows the same."""
    seen = opened(registry(WEB))
    steps = [
        ("#to-loops", "view", "loops"),
        ("#to-graph", "view", ""),
        ("#preset input[value=headline]", "preset", "headline"),
        ("#consideration input[value=all]", "consideration", "all"),
        ("#date input[value='2025-10-08']", "date", "2025-10-08"),
        ("#tab-filters", "tab", "filters"),
        ("#rows td.deal .link", "deal", None),
    ]
    for selector, name, value in steps:
        before: int = seen.tab.evaluate("history.length")
        seen.tab.locator(selector).first.click(force=True)
        kept = parse_qs(seen.tab.evaluate("location.hash.slice(1)"))
        assert kept.get(name, [""])[0] == value or (value is None and name in kept), selector
        assert seen.tab.evaluate("history.length") == before + 1, selector
    here = _kept(seen)
    other = seen.tab.context.new_page()
    other.goto(seen.tab.url)
    other.wait_for_selector("html[data-ready]")
    assert other.evaluate(_STATE) == here


_STATE: Final = """() => {
  const plain = (value) => (value instanceof Set || value instanceof Map ? [...value].sort() : value);
  const { whole, tellers, leg, ...state } = aiweb.state;
  const shown = Object.fromEntries(Object.entries(state).map(([name, value]) => [name, plain(value)]));
  const { lang, dataset } = document.documentElement;
  const tabs = [...document.querySelectorAll("#views [aria-selected=true]")].map((tab) => tab.id);
  return JSON.stringify({ ...shown, lang, theme: dataset.theme, tabs });
}"""


def _kept(seen: Opened) -> str:
    found: str = seen.tab.evaluate(_STATE)
    return found


def _wait(seen: Opened, act: Any) -> None:  # noqa: ANN401 - a bound method
    """Do what changes the address, and wait until the page has read it."""
    seen.tab.evaluate(
        """() => {
          const turn = (done) => addEventListener("hashchange", () => setTimeout(done), { once: true });
          window.turned = new Promise(turn);
        }"""
    )
    act()
    seen.tab.evaluate("turned")


# ---- every width, paper, and colours of one's own -----------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("width, height", [(390, 844), (820, 1180), (1440, 900), (1920, 1080)])
def test_no_view_scrolls_sideways(looked: dict[int, Page], view: str, width: int, height: int) -> None:
    """From a phone to a wide screen."""
    tab = looked[0]
    tab.set_viewport_size({"width": width, "height": height})
    tab.locator(f"#to-{view}").click()
    wide = tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")

    assert wide[0] <= wide[1]


@pytest.fixture(scope="module")
def looked(browser: Browser, file: str) -> Iterator[dict[int, Page]]:
    """Open the shipped page once."""
    context = browser.new_context(offline=True, locale="en-GB")
    tab = context.new_page()
    tab.goto(f"{file}#language=en")
    tab.wait_for_selector("html[data-ready]")
    yield {0: tab}
    context.close()


def test_the_first_screen_has_numbers_tabs_and_a_large_picture(opened: Opener, shipped_page: str) -> None:
    """On a desktop most of the height is the picture's; a phone shows its beginning."""
    seen = opened(shipped_page, at="language=en")
    tops = seen.tab.evaluate(
        "['numbers', 'views', 'graph'].map((id) => document.getElementById(id).getBoundingClientRect().top)"
    )
    tall = seen.tab.evaluate("document.getElementById('graph').getBoundingClientRect().height")
    assert tops == sorted(tops)
    assert tall >= 0.6 * 900
    assert tops[2] + tall <= 900
    phone = opened(shipped_page, at="language=en", **PHONE)
    top = phone.tab.evaluate("document.getElementById('graph').getBoundingClientRect().top")
    assert top <= 0.45 * 844
    assert not phone.tab.locator("#preset").is_visible()
    phone.tab.locator("#fold").tap()
    expect(phone.tab.locator("#fold")).to_have_attribute("aria-expanded", "true")
    assert phone.tab.locator("#preset").is_visible()
    assert phone.tab.locator("#number-ladder").is_visible()


def test_paper_gets_the_picture_and_the_table_and_no_controls(opened: Opener) -> None:
    """Light, whatever the theme; with what counts in words."""
    seen = opened(registry(WEB), at="theme=dark")
    seen.tab.emulate_media(media="print")
    for selector in (
        "#views",
        "#stop",
        "#time-play",
        ".tools",
        "#search",
        "#zoom",
        "#panel",
        "#tell",
        ".save",
        "#whatif",
    ):
        assert not seen.tab.locator(selector).first.is_visible(), selector
    for selector in ("h1", "#cards", "#graph canvas", "#rows", "#preset input:checked + span"):
        assert seen.tab.locator(selector).first.is_visible(), selector
    paper = seen.tab.evaluate("getComputedStyle(document.body).backgroundColor")

    assert paper in {"rgb(255, 255, 255)", "rgb(251, 249, 244)"}
    assert seen.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_paper_names_the_what_if_and_what_is_left_out(opened: Opener, shipped_page: str) -> None:
    """Beside the day and the convention; on the screen the controls say it."""
    for options in ({}, PHONE):
        seen = opened(shipped_page, at="language=en&whatif=openai-fails&off=party:nvidia", **options)
        expect(seen.tab.locator("#rules .supposed")).to_be_hidden()
        seen.tab.emulate_media(media="print")
        text = seen.text("#rules .supposed")
        assert "What if: OpenAI fails" in text
        assert "Left out: NVIDIA" in text
        assert seen.tab.locator("#rules #says").is_visible()
        _go(seen.tab, "language=en")
        expect(seen.tab.locator("#rules .supposed")).to_be_hidden()
        assert seen.errors == []


def test_the_closed_fold_says_what_is_supposed_and_left_out(opened: Opener, shipped_page: str) -> None:
    """A phone shows no other sign of it above the numbers."""
    plain = opened(shipped_page, at="language=en", **PHONE)
    assert plain.text("#fold") == "What counts: Contracted, Cash"
    at = "language=en&whatif=openai-fails&off=party:nvidia,party:oracle"
    seen = opened(shipped_page, at=at, **PHONE)

    expect(seen.tab.locator("#fold")).to_have_attribute("aria-expanded", "false")
    assert "What if: OpenAI fails" in seen.text("#fold")
    assert "2 left out" in seen.text("#fold")
    assert seen.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("options", [PHONE, {}, {"viewport": {"width": 1000, "height": 760}}])
def test_what_is_cut_at_the_side_says_so(opened: Opener, shipped_page: str, options: dict[str, Any]) -> None:
    """Every table and drawing that is wider than its box, in every view, with its tables open."""
    seen = opened(shipped_page, at="language=en&party=openai", **options)
    cut = 0
    for view in VIEWS:
        _go(seen.tab, f"view={view}&party=openai&language=en")
        seen.tab.evaluate(
            "document.querySelectorAll('.view:not([hidden]) summary').forEach((one) => one.click())"
        )
        seen.tab.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
        )
        boxes = seen.tab.evaluate("""() => [...document.querySelectorAll("main *, #view-table *")]
          .filter((one) => one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1
            && ["auto", "scroll"].includes(getComputedStyle(one).overflowX) && one.checkVisibility()
            && !one.closest("#key"))
          .map((one) => [one.outerHTML.slice(0, 80), getComputedStyle(one, "::before").content])""")
        for box, says in boxes:
            assert "scroll" in says, (view, box)
        cut += len(boxes)
    assert cut
    assert seen.errors == []


@pytest.mark.parametrize("size", [(1280, 720), (1440, 900)])
def test_the_open_key_lies_beside_the_picture_and_is_kept(opened: Opener, size: tuple[int, int]) -> None:
    """Where there is room; the address holds it, and a closed one is not named."""
    seen = opened(registry(WEB), viewport={"width": size[0], "height": size[1]})
    boxes = """() => ["key", "graph"].map((id) => {
      const { left, right } = document.getElementById(id).getBoundingClientRect();
      return [left, right];
    })"""
    before = seen.tab.evaluate(boxes)[1]
    seen.tab.locator("#key summary").click()
    expect(seen.tab).to_have_url(re.compile("legend=open"))
    key, graph = seen.tab.evaluate(boxes)
    assert key[1] <= graph[0]
    assert graph[1] == before[1]

    seen.tab.reload()
    seen.tab.wait_for_selector("html[data-ready]")
    expect(seen.tab.locator("#key-body")).to_be_visible()
    seen.tab.locator("#key summary").click()
    expect(seen.tab).not_to_have_url(re.compile("legend"))
    assert seen.tab.evaluate(boxes)[1] == before
    assert seen.errors == []


@pytest.mark.parametrize(
    "at, selector, means",
    [
        ("language=en", "#number-net .term", "set off against each other"),
        ("language=en", "#number-gross .term", "One promise of money within a deal"),
        ("language=zh", "#number-gross .term", "一笔交易中的一项付款承诺"),
        ("language=en&view=stress&fail=openai", "#view-stress .term", "A measure of contagion"),
        ("language=zh&view=stress&fail=openai", "#view-stress .term", "传染指标"),
    ],
)
def test_a_word_of_the_field_says_what_it_means(
    opened: Opener, shipped_page: str, at: str, selector: str, means: str
) -> None:
    """To the pointer, the keyboard and a finger."""
    seen = opened(shipped_page, at=at)
    word = seen.tab.locator(selector).first
    word.hover()
    assert means in seen.text("#hint")
    seen.tab.keyboard.press("Escape")
    expect(seen.tab.locator("#hint")).to_be_hidden()
    word.evaluate("(node) => node.focus({ focusVisible: true })")
    assert means in seen.text("#hint")

    phone = opened(shipped_page, at=f"{at}", **PHONE)
    if phone.tab.locator("#fold").get_attribute("aria-expanded") == "false":
        phone.tab.locator("#fold").tap()
    phone.tab.locator(selector).first.tap()
    assert means in phone.text("#hint")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_instruments_of_one_family_can_be_told_apart(opened: Opener, theme: str) -> None:
    """A warrant and what is given in kind: by lightness alone, and each stands out from its ground."""
    seen = opened(registry(WEB), at=f"theme={theme}")
    light = seen.tab.evaluate(
        """(names) => names.map((name) => {
          const probe = document.createElement("span");
          probe.style.color = `var(--${name})`;
          document.body.append(probe);
          const parts = getComputedStyle(probe).color.match(/[0-9.]+/g).slice(0, 3).map((part) => part / 255);
          const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
          const [r, g, b] = parts.map(linear);
          probe.remove();
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        })""",
        ["warrant", "in-kind", "card", "paper", "band"],
    )

    def ratio(one: float, other: float) -> float:
        return (max(one, other) + 0.05) / (min(one, other) + 0.05)

    warrant, kind, *grounds = light
    assert ratio(warrant, kind) >= 1.5
    assert min(ratio(one, ground) for one in (warrant, kind) for ground in grounds) >= 3


def test_colours_of_ones_own_still_tell_what_is_chosen(opened: Opener) -> None:
    """With forced colours a chosen switch and view differ from others though their grounds are gone."""
    seen = opened(registry(WEB), forced_colors="active")
    chosen, other = (
        seen.tab.evaluate(
            """(selector) => {
              const style = getComputedStyle(document.querySelector(selector));
              return [style.backgroundColor, style.borderColor, style.color].join();
            }""",
            selector,
        )
        for selector in ("#preset input:checked + span", "#preset input:not(:checked) + span")
    )
    on, off = (
        seen.tab.evaluate(
            "(selector) => getComputedStyle(document.querySelector(selector)).borderBottomColor", selector
        )
        for selector in ("#views [aria-selected=true]", "#views [aria-selected=false]")
    )

    assert chosen != other
    assert on != off


def test_what_the_picture_shows_is_said_in_a_table(opened: Opener) -> None:
    """Beneath it, with a link that skips to it, and a name for the picture itself."""
    seen = opened(registry(WEB))
    assert seen.tab.locator("#rows tr").count() == 8
    assert seen.tab.locator("#graph .vis-network").get_attribute("aria-label")
    seen.tab.keyboard.press("Tab")
    seen.tab.keyboard.press("Enter")
    assert seen.tab.evaluate("document.activeElement.id") == "view-table"
