"""The page in a browser: what a reader sees after each thing a reader can do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from playwright.sync_api import expect

from aiweb.analysis.circulation import circulation
from aiweb.graph import DealGraph, Preset, convention
from aiweb.model import Registry, Source
from aiweb.values import Money
from aiweb.views.explorer import page
from aiweb.views.explorer.wording import english, percent, words
from tests.browser.conftest import Opened, Opener
from tests.test_page import FIGURES, WEB, cast, hostile
from tests.webs import registry

pytestmark = pytest.mark.browser

# The last two lines are a loop; the party of the two before them is not shown first.
CROWD = "\n".join(
    [
        *(f"hub -> p{n:02}: ${100 - n}bn" for n in range(50)),
        "tiny -> p49: $1m",
        "tiny -> p48: $1m loan",
        "one -> two: up to $5m",
        "two -> one: $3m purchase",
    ]
)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_it_draws_and_asks_for_nothing(opened: Opener) -> None:
    """The only request is for the file itself."""
    seen = opened(registry(WEB))
    colours = seen.tab.evaluate(
        """() => {
          const canvas = document.querySelector("#graph canvas");
          const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          return new Set(new Uint32Array(data.buffer)).size;
        }"""
    )

    assert colours > 50
    assert [url for url in seen.requests if not url.startswith("file:")] == []
    assert len(seen.requests) == 1
    assert seen.errors == []


def test_the_shipped_registry_opens_with_most_names_in_sight(opened: Opener, shipped_page: str) -> None:
    """The deals of the project, on a desktop."""
    seen = opened(shipped_page)
    shown = seen.tab.evaluate("aiweb.nodes.get().filter((node) => !node.hidden).length")

    assert seen.tab.evaluate("aiweb.labels().length") >= 0.9 * shown
    assert seen.errors == []


def test_a_registry_without_deals_says_so(opened: Opener) -> None:
    """Nothing to draw, nothing to add up, and no error."""
    read = replace(registry("a -> b: 7"), deals=MappingProxyType({}))
    seen = opened(read)

    assert seen.text("#notice") == words()["en"]["graph.empty"]
    assert seen.text("#number-gross .value") == "$0"
    assert seen.text("#number-share .value") == "none"
    assert seen.errors == []


def test_it_works_inside_another_page(opened: Opener) -> None:
    """A notebook shows it in a frame without an address of its own."""
    read = registry(WEB)
    seen = opened(read)
    seen.tab.goto("about:blank")
    seen.tab.set_content("<iframe id='frame' width='1200' height='900'></iframe>")
    seen.tab.evaluate("(html) => { document.getElementById('frame').srcdoc = html; }", page(read))
    inside = seen.tab.frame_locator("#frame")
    inside.locator("#preset input[value=headline]").check()

    expect(inside.locator("#number-gross .value")).to_have_text("$383bn")
    assert seen.errors == []


def test_texts_of_the_registry_run_nothing(opened: Opener) -> None:
    """Every list, tip and panel that shows the hostile names is opened."""
    seen = opened(hostile())
    seen.click_party("a")
    seen.tab.locator("#graph canvas").hover(position={"x": 300, "y": 300})
    seen.tab.get_by_label("Search a party or a deal").first.fill("img")
    seen.tab.keyboard.press("Enter")
    seen.tab.locator("#rows .deal .link").first.click()
    details = seen.text("#pane-details")
    for number in seen.tab.locator("#pane-details .num, #cards .num").all():
        number.click()
        seen.tab.keyboard.press("Escape")
    seen.tab.locator("#to-loops").click()
    seen.tab.locator("#language input[value=zh]").check()

    assert "</script><script>alert(2)</script>{{7*7}}" in details
    assert "<img src=x onerror=alert(1)>" in details
    assert "<img src=x onerror=alert(1)>" in seen.text("#view-loops")
    assert seen.tab.locator("img").count() == 0
    assert seen.dialogs == []
    assert seen.errors == []


def test_the_numbers_in_sight_are_those_of_the_analyses(opened: Opener) -> None:
    """Every day, convention and kind of value is switched to."""
    read = registry(WEB)
    seen = opened(read)
    for day in ("2025-10-08", "2026-12-31"):
        seen.tab.locator(f"#date input[value='{day}']").check()
        for preset in Preset:
            seen.tab.locator(f"#preset input[value={preset}]").check()
            for value in ("cash", "all"):
                seen.tab.locator(f"#consideration input[value={value}]").check()
                found = circulation(DealGraph(read, convention(read, day, preset, value)))
                share = seen.text("#number-share .value")

                for name, money in (
                    ("circular", found.circular),
                    ("gross", found.gross),
                    ("net", found.net_debt),
                ):
                    assert seen.text(f"#number-{name} .value") == english(Money(money.low, money.high))
                assert percent(found.share_low) in share
                assert percent(found.share_high) in share
                assert (f"{len(found.unknown)} amount" in seen.text("#number-circular")) == bool(
                    found.unknown
                )
                assert (
                    f"{found.gross.ceilings} known only as “up to”" in seen.text("#number-gross")
                ) == bool(found.gross.ceilings)


def test_the_day_changes_the_deals(opened: Opener) -> None:
    """NVIDIA–OpenAI is a letter of intent on the day of the article, and cancelled later."""
    seen = opened(registry(WEB))
    seen.tab.locator("#preset input[value=headline]").check()

    assert ("nvidia", "openai") not in seen.drawn()
    seen.tab.locator("#date input[value='2025-10-08']").check()
    assert ("nvidia", "openai") in seen.drawn()
    assert "8 Oct 2025" in seen.text("#table-says")
    assert "8 Oct 2025, Headline, Cash" in seen.text("#live")


def test_an_arrow_leads_from_payer_to_payee(opened: Opener) -> None:
    """openai -> oracle is the second leg of the web."""
    seen = opened(registry(WEB))
    edge = seen.tab.evaluate("aiweb.edges.get('openai>oracle')")

    assert (edge["from"], edge["to"]) == ("openai", "oracle")
    assert edge["arrows"]["to"]["enabled"]


def test_an_undisclosed_amount_is_a_thin_dotted_line(opened: Opener) -> None:
    """It is said to be undisclosed in the table, and limits no loop."""
    seen = opened(registry("a -> b: $7bn\nb -> a: undisclosed purchase"))
    known, unknown = seen.tab.evaluate("aiweb.edges.get()")

    assert known["dashes"] is False
    assert unknown["dashes"] == [1, 4]
    assert unknown["width"] < known["width"]
    assert "undisclosed" in seen.text("#rows")
    seen.tab.locator("#to-loops").click()
    assert "at most $7bn" in seen.text("#view-loops")


def test_search_finds_a_party_and_shows_its_deals(opened: Opener) -> None:
    """By keyboard alone: / to search, arrow and Enter to choose, Escape to clear."""
    seen = opened(registry(WEB))
    seen.tab.keyboard.press("/")
    seen.tab.keyboard.type("amd")
    expect(seen.tab.locator("#found li").first).to_contain_text("amd")
    assert {"amd"} <= {end for pair in seen.bright() for end in pair}
    seen.tab.keyboard.press("ArrowDown")
    seen.tab.keyboard.press("Enter")

    assert seen.text("#pane-details h2") == "amd"
    assert seen.bright() == {("openai", "amd")}
    assert seen.text("#live").startswith("amd pays")
    seen.tab.keyboard.press("Escape")
    assert seen.text("#live") == "Nothing is selected"


def test_a_click_on_a_party_shows_what_it_pays_and_receives(opened: Opener) -> None:
    """Its own legs stand out, the others fade."""
    seen = opened(registry(WEB))
    seen.click_party("oracle")
    details = seen.text("#pane-details")

    assert "oracle" in seen.text("#pane-details h2")
    assert "$40bn" in details
    assert "$300bn" in details
    assert seen.bright() == {
        ("openai", "oracle"),
        ("oracle", "nvidia"),
        ("banks", "oracle"),
        ("oracle", "openai"),
    }


def test_a_deal_shows_its_life_and_its_sources(opened: Opener) -> None:
    """
    a -> b: up to $10bn letter-of-intent 2025-02-01; 2026-03-01 signed $4bn
    """
    read = registry(test_a_deal_shows_its_life_and_its_sources.__doc__)
    source = read.sources["s"].model_copy(update={"title": "The filing", "url": "https://example.org/filing"})
    seen = opened(_with_source(read, source), at="date=2025-10-08&preset=headline")
    seen.tab.locator("#rows .deal .link").first.click()
    link = seen.tab.locator("#pane-details .sources a")

    expect(link).to_have_attribute("href", "https://example.org/filing")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    assert "up to $10bn" in seen.text("#pane-details .leg")
    assert "later than the day shown" in seen.text("#pane-details .life")
    assert "web.yaml, sources: s" in seen.text("#pane-details .sources")


def test_filters_hide_legs_and_leave_the_numbers(opened: Opener) -> None:
    """An instrument, a least amount, and what is undisclosed."""
    seen = opened(registry(WEB))
    gross = seen.text("#number-gross .value")
    seen.tab.locator("#tab-filters").click()
    seen.tab.locator("#filter-instruments input[value=loan]").uncheck()
    assert ("banks", "oracle") not in seen.drawn()
    seen.tab.locator("#least").select_option(label="$50bn")
    seen.tab.locator("#undisclosed").uncheck()

    assert seen.drawn() == {("openai", "oracle")}
    assert seen.text("#table-says").endswith("3 of 8 legs.")
    assert seen.text("#number-gross .value") == gross
    seen.tab.locator("#reset").click()
    assert ("banks", "oracle") in seen.drawn()


def test_what_does_not_count_can_be_shown_with_the_reason(opened: Opener) -> None:
    """A warrant, under cash."""
    seen = opened(registry(WEB))
    assert ("amd", "openai") not in seen.drawn()
    seen.tab.locator("#tab-filters").click()
    seen.tab.locator("#left").check()

    assert ("amd", "openai") in seen.drawn()
    assert "it moves value, not cash" in seen.text("#rows")


def test_a_loop_is_lit_in_the_picture(opened: Opener) -> None:
    """From the overview; the legs of the hop only, where an arrow has others."""
    seen = opened(registry(WEB))
    seen.tab.locator("#pane-details .row", has_text="2 hops").first.click()

    assert seen.bright() == {("openai", "oracle"), ("oracle", "openai")}
    assert "$20bn" in seen.text("#live")
    assert "$20bn" in seen.text("#pane-details h2")


def test_the_core_is_shown_first(opened: Opener) -> None:
    """Of 54 parties, the two on the loop and the 38 that move most; the header is of all."""
    read = registry(CROWD)
    seen = opened(read)
    shown = _shown(seen)
    gross = 1000 * sum(100 - n for n in range(50)) + 2 + 5 + 3
    part = 1000 * sum(100 - n for n in range(37)) + 5 + 3

    assert shown == {"hub", "one", "two", *(f"p{n:02}" for n in range(37))}
    assert seen.text("#scope span") == f"40 of 54 parties shown, {100 * part // gross}% of the money"
    assert seen.text("#number-gross .value") == english(Money(gross * 10**6 - 5 * 10**6, gross * 10**6))
    assert "54 legs count" in seen.text("#number-gross")
    assert "Of the whole web" in seen.text(".basis")
    assert seen.text("#table-says").endswith("54 of 54 legs.")
    assert seen.errors == []


def test_the_others_are_one_click_away_and_the_address_keeps_it(opened: Opener) -> None:
    """By keyboard, which stays where it is; and back."""
    seen = opened(registry(CROWD))
    numbers = seen.text("#cards")
    seen.tab.locator("#scope button").focus()
    seen.tab.keyboard.press("Enter")

    assert len(_shown(seen)) == 54
    assert seen.text("#scope span") == "54 of 54 parties shown, 100% of the money"
    assert seen.text("#live") == seen.text("#scope span")
    assert "scope=all" in seen.tab.evaluate("location.hash")
    assert seen.text("#cards") == numbers
    assert seen.tab.evaluate("document.activeElement.textContent") == "show the core"
    seen.tab.keyboard.press("Enter")
    assert len(_shown(seen)) == 40
    again = opened(registry(CROWD), at="scope=all&language=zh")
    assert again.text("#scope span") == "显示 54 / 54 方，占金额的 100%"
    assert len(_shown(again)) == 54


def test_a_party_that_is_not_shown_comes_in_with_its_neighbours(opened: Opener) -> None:
    """Searched for, chosen, and by a deal of its own; each leaves again."""
    seen = opened(registry(CROWD))
    first = _shown(seen)
    seen.tab.get_by_label("Search a party or a deal").first.fill("tiny")
    assert _shown(seen) == first | {"tiny", "p48", "p49"}
    seen.tab.keyboard.press("Enter")
    assert _shown(seen) == first | {"tiny", "p48", "p49"}
    assert seen.bright() == {("tiny", "p48"), ("tiny", "p49")}
    assert seen.text("#scope").startswith("43 of 54 parties")
    seen.tab.keyboard.press("Escape")
    assert _shown(seen) == first
    seen.tab.locator("#rows tr", has_text="loan").locator(".deal .link").click()
    assert _shown(seen) == first | {"tiny", "p48"}
    spots = seen.tab.evaluate("aiweb.nodes.get().filter((n) => !n.hidden).map((n) => `${n.x} ${n.y}`)")
    assert len({*spots}) == 42
    seen.tab.locator("#pane-details .back").click()
    seen.click_party("hub")
    assert _shown(seen) == first | {f"p{n:02}" for n in range(50)}


def test_filters_apply_after_the_core(opened: Opener) -> None:
    """At least $50bn: the loop goes, the hub stays with those of the core, and then with all."""
    seen = opened(registry(CROWD))
    seen.tab.locator("#tab-filters").click()
    seen.tab.locator("#least").select_option(label="$50bn")
    assert len(_shown(seen)) == 38
    assert seen.text("#scope").startswith("38 of 54 parties")
    seen.tab.locator("#scope button").click()
    assert len(_shown(seen)) == 51
    assert seen.text("#scope").startswith("51 of 54 parties")


def test_a_small_web_is_shown_whole(opened: Opener) -> None:
    """With nothing to say about it, until a filter hides some."""
    seen = opened(registry(WEB))
    assert not seen.tab.locator("#scope").is_visible()
    seen.tab.locator("#tab-filters").click()
    seen.tab.locator("#filter-instruments input[value=loan]").uncheck()

    assert seen.text("#scope").strip() == "4 of 5 parties shown, 95% of the money"


def test_the_panel_says_what_the_words_of_its_amounts_mean(opened: Opener) -> None:
    """Only of those that are there; the key says it of all."""
    seen = opened(registry(CROWD), at="party=two")
    assert seen.text("#pane-details .both").split("\n") == ["Pays", "$3m", "Receives", "up to $5m"]
    assert "1 of its" not in seen.text("#pane-details")
    assert "2 of its 2 legs count here" in seen.text("#pane-details")
    assert seen.text("#pane-details .amounts").split("\n") == ["up to", "a limit, with no lower bound"]
    seen.tab.locator("#key summary").click()
    assert "plus 1 undisclosed" in seen.text("#key-body")


def test_a_party_shows_its_figures_with_their_sources(opened: Opener) -> None:
    """What is known on the day only."""
    seen = opened(registry(FIGURES), at="party=a&date=2025-10-08")
    rows = seen.tab.locator("#pane-details .figures tr")

    assert rows.count() == 2
    assert rows.first.inner_text().split() == ["Revenue", "2025-Q1", "·", "press", "$1bn", "[1]"]
    assert "62%" in rows.nth(1).inner_text()
    seen.tab.locator("#pane-details details summary").click()
    assert "web.yaml, sources: s" in seen.text("#pane-details details .sources")
    seen.tab.locator("#date input[value='2026-12-31']").check()
    assert "$5bn" in seen.text("#pane-details .figures")
    rows.nth(2).locator(".link").click()
    assert seen.text("#pane-details h2") == "b"


def test_the_page_speaks_chinese(opened: Opener) -> None:
    """No long English text of the page itself is left."""
    seen = opened(registry(WEB))
    seen.tab.locator("#language input[value=zh]").check()

    assert seen.tab.locator("html").get_attribute("lang") == "zh-Hans"
    assert seen.tab.title() == words()["zh"]["title"]
    assert "亿美元" in seen.text("#number-gross")
    assert "采购" in seen.text("#rows")
    left = {text for text in words()["en"].values() if len(text) > 12 and "{" not in text}
    body = seen.text("body")
    assert [text for text in left if text in body] == []


def test_a_chinese_reader_finds_chinese(opened: Opener) -> None:
    """The browser asks for Chinese."""
    assert "签约口径" in opened(registry(WEB), locale="zh-CN").text("#preset")


def test_money_paid_is_shown_with_its_coverage(opened: Opener) -> None:
    """One of seven legs that could move cash has a dated payment; the warrant could not."""
    seen = opened(registry(WEB), at="preset=paid")

    assert seen.text("#number-gross .value") == "$10bn"
    assert "payments are known for 1 of 7 legs" in seen.text("#number-gross")


def test_the_address_keeps_the_view(opened: Opener) -> None:
    """A day, a convention, a party and a theme in the address."""
    seen = opened(registry(WEB), at="date=2025-10-08&preset=paid&consideration=all&party=openai&theme=dark")

    assert seen.tab.locator("#preset input:checked").input_value() == "paid"
    assert seen.tab.locator("#consideration input:checked").input_value() == "all"
    assert seen.text("#pane-details h2") == "openai"
    assert seen.tab.locator("html").get_attribute("data-theme") == "dark"


def test_the_table_sorts_by_keyboard(opened: Opener) -> None:
    """Largest amount first, then by payer."""
    seen = opened(registry(WEB))
    assert seen.tab.locator("#rows tr").first.locator("td").nth(2).inner_text() == "$300bn"
    seen.tab.locator("th[data-column=payer] button").focus()
    seen.tab.keyboard.press("Enter")

    assert seen.tab.locator("#rows td.payer").first.inner_text() == "amd"
    expect(seen.tab.locator("th[data-column=payer]")).to_have_attribute("aria-sort", "ascending")


def test_a_phone_gets_the_picture_on_end_and_no_sideways_scrolling(opened: Opener) -> None:
    """Capital above labs above chips."""
    read = cast(registry(WEB), nvidia="chipmaker", oracle="cloud", banks="capital")
    seen = opened(read, **PHONE)
    box = seen.tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    places = seen.tab.evaluate("aiweb.network.getPositions()")

    assert box[0] <= box[1]
    assert places["banks"]["y"] < places["openai"]["y"] < places["nvidia"]["y"]


def test_text_stands_out_from_its_ground(opened: Opener) -> None:
    """WCAG AA: 4.5 to 1 for small text and 3 to 1 for lines, in both themes."""
    for theme in ("light", "dark"):
        seen = opened(registry(WEB), color_scheme=theme)
        ratios = seen.tab.evaluate(_CONTRAST)

        assert {name: ratio for name, ratio in ratios["text"].items() if ratio < 4.5} == {}
        assert {name: ratio for name, ratio in ratios["lines"].items() if ratio < 3} == {}


def test_a_reader_without_scripts_gets_the_table(opened: Opener, tmp_path: Path) -> None:
    """All eight legs, and a word on what is missing."""
    seen = opened(registry(WEB))
    context = seen.tab.context.browser
    assert context
    plain = context.new_context(java_script_enabled=False, offline=True)
    tab = plain.new_page()
    tab.goto((tmp_path / "page.html").as_uri())

    assert tab.locator("#rows tr").count() == 8
    assert "need JavaScript" in tab.locator("noscript").inner_text()
    plain.close()


def _shown(seen: Opened) -> set[str]:
    return {*seen.tab.evaluate("aiweb.nodes.get().filter((node) => !node.hidden).map((node) => node.id)")}


def _with_source(read: Registry, source: Source) -> Registry:
    return replace(read, sources=MappingProxyType({**read.sources, "s": source}))


_CONTRAST = """() => {
  const probe = document.createElement("span");
  document.body.append(probe);
  const light = (name) => {
    probe.style.color = `var(--${name})`;
    const rgb = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
  };
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const each = (names, grounds) =>
    Object.fromEntries(
      names.flatMap((name) => grounds.map((ground) => [`${name} on ${ground}`, ratio(name, ground)])),
    );
  const { data } = aiweb;
  return {
    text: each(["ink", "muted", "accent", "warn"], ["paper", "card", "band", "accent-soft"]),
    lines: each([...data.kinds, ...data.instruments, "strong"], ["card", "band"]),
  };
}"""
