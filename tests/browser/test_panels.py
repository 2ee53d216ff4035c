"""The panels and the explanations: what is said of a number, and that it is what the analyses say."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from aiweb.analysis.circulation import circulation
from aiweb.analysis.dependency import dependency
from aiweb.analysis.exposure import exposure
from aiweb.analysis.loops import loops
from aiweb.analysis.selffunded import selffunded
from aiweb.graph import DealGraph, Preset, convention
from aiweb.registry.load import load
from aiweb.values import Money, total
from aiweb.views.explorer.wording import chinese, english, percent, words
from tests import webs
from tests.browser.conftest import Opened, Opener
from tests.commands import aiweb
from tests.test_page import FIGURES, WEB
from tests.webs import registry

pytestmark = pytest.mark.browser

DAYS = ("2025-10-08", "2026-12-31")
# Money that comes back to a, dated and not, known and not, and a seller that lends to its customers.
BACK = """
a -> b: $40bn loan closed 2025-02-01 #term 2025..2028
b -> c: $25bn..30bn purchase 2025-03-01 #term 2026..2027
c -> a: $20bn purchase 2025-04-01
*funds -> a: up to $9bn loan 2025-05-01
c -> a: undisclosed purchase 2025-06-01 #term 2027
b -> a: at least $5bn lease 2025-06-01
a -> d: $2bn 2026-12-30
d -> a: $3bn purchase letter-of-intent 2025-07-01
"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_each_number_of_the_web_is_added_up_to_what_the_analysis_has(opened: Opener) -> None:
    """Gross, circular and net internal debt, on two days under every convention."""
    read = registry(WEB)
    seen = opened(read)
    for day in DAYS:
        seen.tab.locator(f"#date input[value='{day}']").check()
        for preset in Preset:
            seen.tab.locator(f"#preset input[value={preset}]").check()
            found = circulation(DealGraph(read, convention(read, day, preset)))

            assert _sums(seen, "gross") == [english(found.gross)]
            bare = Money(found.circular.low, found.circular.high)
            ends = [bare.high, bare.low]
            assert _sums(seen, "circular") == [
                *(english(Money(end, end)) for end in ends if end),
                english(bare),
            ]
            assert sorted(_sums(seen, "net")) == sorted(
                english(Money(end, end)) for end in (found.net_debt.low, found.net_debt.high)
            )
            assert _sums(seen, "share") == [
                percent(share) or "none" for share in (found.share_low, found.share_high)
            ]
    assert seen.errors == []


def test_what_circulates_leaves_every_position_as_it_is(opened: Opener) -> None:
    """Each party gets as much of the flow that is shown as it pays; no hop carries more than it has."""
    seen = opened(registry(BACK), at="preset=headline")
    flows = seen.tab.evaluate(
        "aiweb.now().snapshot.numbers.flows.map(([from, to, low, high]) =>"
        " [from, to, aiweb.data.money[low].high, aiweb.data.money[high].high])"
    )
    positions: dict[str, list[int]] = {}
    for payer, payee, *ends in flows:
        for at, end in enumerate(ends):
            positions.setdefault(payer, [0, 0])[at] += end
            positions.setdefault(payee, [0, 0])[at] -= end
    read = registry(BACK)
    graph = DealGraph(read, convention(read, preset="headline"))
    whole = graph.flows("high").inside

    assert {name: ends for name, ends in positions.items() if ends != [0, 0]} == {}
    assert sum(row[3] for row in flows) == circulation(graph).circular.high > 0
    assert all(row[3] <= whole[row[0], row[1]] for row in flows)


def test_what_is_left_open_is_counted_and_named(opened: Opener) -> None:
    """In gross of the web: one amount is undisclosed, another only a limit."""
    seen = opened(registry(WEB), at="preset=headline&date=2025-10-08&consideration=all")
    seen.tab.locator("#number-gross .num").click()
    said = seen.text("#explanation")

    assert "1 undisclosed, counted for nothing" in said
    assert "openai → amd" in said
    assert "2 published as “up to”" in said
    assert "amd → openai" in said
    assert said.count("web.yaml, leg d") == 7
    assert "[" not in seen.text("#explanation .cited .cite >> nth=0")


@pytest.mark.parametrize("name", ["gross", "circular", "net", "share", "ladder"])
def test_the_command_prints_the_same_number(opened: Opener, tmp_path: Path, name: str) -> None:
    """It is run as it stands, in the folder of the registry."""
    file = tmp_path / "web.yaml"
    file.write_text(webs.yaml(WEB), encoding="utf-8")
    read = registry(WEB)
    seen = opened(read, at="preset=headline&consideration=all&date=2025-10-08")
    found = circulation(DealGraph(read, convention(read, "2025-10-08", "headline", "all")))
    seen.tab.locator(f"#number-{name} .num").click()
    done = _run(seen, file)

    assert done.startswith("Circulation under headline")
    wanted = {
        "gross": found.gross.short(),
        "circular": found.circular.short(),
        "net": found.net_debt.short(),
        "share": percent(found.share_high),
        "ladder": Money(found.circular.high, found.circular.high).short(),
    }
    assert wanted[name] in done


def test_a_command_survives_any_name(opened: Opener) -> None:
    """A file whose name holds spaces, quotes, dollars and a semicolon."""
    name = 'it\'s a $HOME; "file" `x`.yaml'
    seen = opened(replace(registry(WEB), path=f"/somewhere/{name}"))
    seen.tab.locator("#number-gross .num").click()

    assert shlex.split(seen.text("#explanation code"))[-2:] == ["--registry", name]


def test_the_command_can_be_copied_and_the_keyboard_comes_back(opened: Opener) -> None:
    """Escape closes, nothing that was chosen is let go, and the number has the focus again."""
    seen = opened(registry(WEB), at="party=openai", permissions=["clipboard-read", "clipboard-write"])
    number = seen.tab.locator("#pane-details .both .num").first
    number.focus()
    seen.tab.keyboard.press("Enter")
    expect(seen.tab.locator("#explanation")).to_be_visible()
    seen.tab.locator("#explanation .command .link").click()
    expect(seen.tab.locator("#live")).to_have_text("Copied")
    line = seen.tab.evaluate("navigator.clipboard.readText()")
    seen.tab.keyboard.press("Escape")

    assert line == "aiweb explain exposure openai --as-of 2026-12-31 --under contracted --registry web.yaml"
    expect(seen.tab.locator("#explanation")).to_be_hidden()
    expect(number).to_be_focused()
    assert seen.text("#pane-details h2") == "openai"


def test_a_leg_of_an_explanation_leads_to_its_deal(opened: Opener) -> None:
    """The box closes, and the panel has the deal and the keyboard."""
    seen = opened(registry(WEB))
    seen.tab.locator("#number-gross .num").click()
    seen.tab.locator("#explanation .cited .link").first.click()

    expect(seen.tab.locator("#explanation")).to_be_hidden()
    assert "d2" in seen.tab.evaluate("location.hash")
    assert seen.tab.evaluate("document.activeElement.id") == "pane-details"


def test_a_long_list_brings_more_when_asked(opened: Opener) -> None:
    """Thirty legs: eight, then all."""
    seen = opened(registry("\n".join(f"hub -> p{n:02}: ${30 + n}bn" for n in range(30))))
    seen.tab.locator("#number-gross .num").click()
    rows = seen.tab.locator("#explanation .cited > li:not(.more)")

    assert rows.count() == 8
    seen.tab.locator("#explanation .cited .more .link").click()
    assert rows.count() == 30
    assert seen.tab.evaluate("document.activeElement.textContent") == "hub → p21"


def test_the_ladder_shows_both_bounds(opened: Opener) -> None:
    """
    a -> b: $30bn
    b -> a: $10bn..12bn purchase
    b -> c: at least $5bn purchase
    c -> a: $3bn..4bn purchase
    """
    seen = opened(registry(test_the_ladder_shows_both_bounds.__doc__))

    # Twice the way back of two, and of three thrice the narrowest.
    rungs = ["$20–24bn+", "$29–36bn+"]
    assert seen.tab.locator("#number-ladder b").all_inner_texts() == rungs
    bars = seen.tab.locator("#number-ladder i.low").evaluate_all("(all) => all.map((bar) => bar.style.width)")
    assert [round(float(bar[:-1])) for bar in bars] == [56, 81]
    # Loops of three cancel as much as any: the longer are not shown again, but explained they are.
    assert "up to 3: all of it" in seen.text("#number-ladder")
    seen.tab.locator("#number-ladder .num").click()
    steps = seen.tab.locator("#explanation .sums li b").all_inner_texts()
    assert steps == ["$20–24bn+", "$29–36bn+", "$29–36bn+", "$29–36bn+"]


def test_rungs_that_are_not_worked_out_say_so(opened: Opener) -> None:
    """
    a -> b: $30bn
    b -> a: $10bn purchase
    b -> c: $5bn purchase
    c -> a: $3bn purchase
    d -> a: $1bn
    """
    web = registry(test_rungs_that_are_not_worked_out_say_so.__doc__)
    left = opened(web, at="off=party:d").text("#number-ladder")
    pairs = opened(web, at="off=party:c").text("#number-ladder")

    assert left.count("– not worked out") == 2
    assert "$29bn" in left
    assert "2 parties: all of it" in pairs
    assert "not worked out" not in pairs


def test_the_number_of_paid_says_on_how_many_legs_it_rests(opened: Opener) -> None:
    """
    a -> b: $30bn loan closed 2025-02-01
    b -> a: $10bn purchase
    """
    seen = opened(registry(test_the_number_of_paid_says_on_how_many_legs_it_rests.__doc__), at="preset=paid")

    known = seen.tab.evaluate("aiweb.now().snapshot.numbers")
    assert f"known for {known['count']} of {known['all']} legs" in seen.text("#number-share")
    assert "a dollar counts once on each hop" in seen.text("#number-circular")


def test_what_is_left_out_moves_the_share_and_not_what_circulates(opened: Opener) -> None:
    """
    a -> b: $30bn..40bn
    b -> a: $10bn purchase
    c -> d: $60bn purchase
    """
    web = registry(test_what_is_left_out_moves_the_share_and_not_what_circulates.__doc__)
    seen = opened(web, at="off=party:c")
    seen.tab.locator("#changed summary").click()
    said = seen.text("#changed")

    # 20 of 100 and of 110 before, 20 of 40 and of 50 after.
    assert "20.0% / 18.2% (lower / upper bounds)" in said
    assert "50.0% / 40.0% (lower / upper bounds)" in said
    assert "Circular dollars unchanged; the share rises because the whole shrinks." in said
    seen = opened(web, at="off=party:a")
    seen.tab.locator("#changed summary").click()
    assert "unchanged" not in seen.text("#changed")


def test_a_share_of_receipts_says_of_how_much(opened: Opener) -> None:
    """
    a -> b: $5bn
    b -> c: $4bn purchase
    d -> c: undisclosed purchase
    e -> c: undisclosed purchase
    """
    seen = opened(registry(test_a_share_of_receipts_says_of_how_much.__doc__), at="party=c")
    said = seen.text("#pane-details")

    assert said.count("of the $4bn published") == 2
    assert said.index("Most of what c receives is undisclosed: 2 of 3 legs") < said.index("of the $4bn")
    seen.tab.evaluate("location.hash = 'party=b'")
    expect(seen.tab.locator("#pane-details h2")).to_have_text("b")
    assert "of the $5bn published" in seen.text("#pane-details")
    assert "Most of what" not in seen.text("#pane-details")


def test_loops_without_an_amount_are_summed_up_in_one_sentence(opened: Opener) -> None:
    """
    a -> b: $30bn
    b -> a: undisclosed purchase
    a -> c: undisclosed
    c -> a: undisclosed purchase
    d -> e: $3bn
    e -> d: $2bn purchase
    """
    web = registry(test_loops_without_an_amount_are_summed_up_in_one_sentence.__doc__)
    for at, said in (
        ("b", "1 has an undisclosed hop; the largest could be at most $30bn"),
        ("c", "1 has an undisclosed hop; of none of them is even a limit known"),
        (
            "a",
            "2 have an undisclosed hop; of those with a limit the largest could be at most $30bn, 1 has none",
        ),
    ):
        seen = opened(web, at=f"view=loops&party={at}")
        whole = f"No loop through {at} has a known amount here; {said}."
        assert seen.text("#view-loops .versus") == whole
        assert "closes under this convention" not in seen.text("#view-loops")
    seen = opened(web, at="view=loops&party=d")
    assert seen.tab.locator("#view-loops .versus").count() == 0
    assert "Loops through d: 1." in seen.text("#view-loops")


@pytest.mark.parametrize("width", [1440, 1024, 390])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_numbers_fit_and_leave_the_picture_room(
    opened: Opener, shipped_page: str, width: int, language: str
) -> None:
    """The shipped registry, at three widths and in both languages."""
    seen = opened(shipped_page, at=f"language={language}", viewport={"width": width, "height": 900})
    over = seen.tab.evaluate(
        "[...document.querySelectorAll('.card')].filter((card) => card.scrollWidth > card.clientWidth + 1)"
        ".map((card) => card.id)"
    )

    assert over == []
    assert seen.tab.evaluate("document.querySelector('#numbers').offsetHeight") <= (
        92 if width == 1440 else 108
    )
    assert seen.errors == []


@pytest.mark.parametrize("preset", ["contracted", "headline"])
def test_a_statement_is_that_of_the_exposure(opened: Opener, preset: str) -> None:
    """Round trip, dependence, concentration and own sales of every party, on both days."""
    read = registry(BACK)
    seen = opened(read)
    for day in DAYS:
        graph = DealGraph(read, convention(read, day, preset))
        said = seen.tab.evaluate(f"aiweb.data.statements['{day}/{preset}'].parties")
        money = seen.tab.evaluate("aiweb.data.money")

        def text(number: int, money: list[dict[str, str]] = money) -> str:
            return money[number]["en"]

        assert set(said) == {name for leg in graph.legs for name in (leg.payer, leg.payee)}
        for party, row in said.items():
            found = exposure(graph, party)
            trips = {trip["at"]: trip for trip in row["trips"]}
            for trip in found.round_trips:
                if not (trip.paid or trip.beyond):
                    assert trip.at not in trips
                    continue
                shown = trips[trip.at]
                assert text(shown["least"]) == english(Money(trip.least, trip.least))
                assert text(shown["pro-rata"]) == english(Money(trip.pro_rata, trip.pro_rata))
                assert text(shown["most"]) == english(Money(trip.most, trip.most, unbounded=trip.beyond))
                assert text(shown["later"]) == english(trip.later)
                assert len(shown["open"]) == len(trip.open)
            rows = {one.direction: one for one in found.concentration if one.by == "party" and one.hhi}
            assert {one[0]: one[2] for one in row["concentration"]} == {
                direction: f"{float(one.hhi or 0):.3f}" for direction, one in rows.items()
            }
            hangs = dependency(graph, party)
            assert [(one["party"], one["most"]) for one in row["on"]] == [
                (one.on, percent(one.most_share)) for one in hangs.on[:3]
            ]
            assert [(one["party"], one["least"]) for one in row["by"]] == [
                (one.of, percent(one.least_share)) for one in hangs.by[:3]
            ]
            if "sales" in row:
                own = selffunded(graph, party)
                assert [text(line["through"]) for line in row["sales"]["lines"]] == [
                    english(line.through) for line in own.lines
                ]


def test_a_party_shows_its_statement_and_says_how_it_comes_about(opened: Opener, tmp_path: Path) -> None:
    """The most that can come back to a, with the legs that hold it back, which add up to it."""
    file = tmp_path / "web.yaml"
    file.write_text(webs.yaml(BACK), encoding="utf-8")
    read = registry(BACK)
    seen = opened(read, at="party=a")
    trip = exposure(DealGraph(read, convention(read)), "a").round_trips[1]
    facts = seen.tab.locator("#pane-details .facts").first
    facts.locator("dt", has_text="comes back to it at most").locator("+ dd .num").click()
    held = english(Money(trip.most, trip.most))

    assert trip.most > 0
    assert f"comes back to it at most\n{held}+" in seen.text("#explanation")
    assert seen.tab.locator("#explanation .total b").last.inner_text() == held
    assert sum(row.amount for row in trip.carriers) == trip.most
    assert f"{Money(trip.most, trip.most, unbounded=True).short()}" in _run(seen, file)


def test_what_a_party_pays_is_a_sum_of_legs(opened: Opener, tmp_path: Path) -> None:
    """With an undisclosed amount counted, and the same from the command."""
    file = tmp_path / "web.yaml"
    file.write_text(webs.yaml(BACK), encoding="utf-8")
    read = registry(BACK)
    seen = opened(read, at="party=c")
    found = exposure(DealGraph(read, convention(read)), "c")
    seen.tab.locator("#pane-details .both .num").first.click()

    assert seen.tab.locator("#explanation .total b").inner_text() == english(found.money_out)
    assert seen.tab.locator("#explanation .sums li").count() == 3
    assert found.money_out.short() in _run(seen, file)


def test_money_by_year_is_that_of_a_window(opened: Opener, tmp_path: Path) -> None:
    """Every year's row is what `exposure --from --to` has, and what is dated nowhere stands apart."""
    file = tmp_path / "web.yaml"
    file.write_text(webs.yaml(BACK), encoding="utf-8")
    read = registry(BACK)
    seen = opened(read, at="party=a")
    seen.tab.locator("#pane-details .figure summary").click()
    rows = seen.tab.evaluate(
        "[...document.querySelectorAll('#pane-details .figure tbody tr')]"
        ".map((row) => [...row.children].map((cell) => cell.textContent))"
    )
    undated = DealGraph(read, convention(read)).undated
    years = [row for row in rows if row[0] != "in no year"]

    assert [row[0] for row in years] == ["2025", "2026", "2027", "2028"]
    for year, *shown in years:
        window = (int(year), int(year))
        found = exposure(DealGraph(read, convention(read, years=window)), "a")
        for money, (low, high, open_parts) in (
            (found.money_in, shown[:3]),
            (found.money_out, shown[3:]),
        ):
            assert low == english(Money(money.low, money.low))
            assert high == english(Money(money.high, money.high))
            assert open_parts == str(money.undisclosed)
    legs = {leg.id: leg for leg in DealGraph(read, convention(read)).legs}
    loose = total(amount for name, amount in undated.items() if legs[name].payee == "a")
    assert english(loose) in seen.text("#pane-details")
    seen.tab.locator("[data-key=out2026]").click()
    assert seen.tab.locator("#explanation .total b").inner_text() == "$10bn"
    assert "--from 2026 --to 2026" in seen.text("#explanation code")
    assert "$10bn" in _run(seen, file)


def test_where_there_is_no_statement_the_page_says_so_and_leads_to_one(opened: Opener) -> None:
    """Under firm there is none; one click goes to the registry's own day, contracted."""
    seen = opened(registry(BACK), at="party=a&preset=firm")
    panel = seen.text("#pane-details")

    assert "Worked out in this page for these only" in panel
    assert "aiweb exposure a --as-of 2026-12-31 --under firm" in panel
    seen.tab.locator("#pane-details .link", has_text="31 Dec 2026, Contracted").click()
    assert "comes back to it at most" in seen.text("#pane-details")
    assert seen.tab.locator("#preset input:checked").input_value() == "contracted"


def test_a_deal_shows_its_life_as_a_line(opened: Opener) -> None:
    """
    a -> b: up to $10bn letter-of-intent 2025-02-01; 2025-08 $6bn; 2026-03-01 signed $4bn; 2026-05-01 lapsed
    """
    read = registry(test_a_deal_shows_its_life_as_a_line.__doc__)
    seen = opened(read, at="deal=d1&date=2025-10-08&preset=headline")
    line = seen.tab.locator("#pane-details svg.span")

    assert line.locator(".stage").count() == 4
    assert line.locator(".stage.later").count() == 2
    assert line.locator(".stage.cross").count() == 1
    assert "with 4 events" in (line.get_attribute("aria-label") or "")
    assert seen.tab.locator("#pane-details .life .when").count() == 4
    seen.tab.locator("#pane-details .leg .num").click()
    steps = seen.tab.locator("#explanation .sums li").all_inner_texts()
    assert [text.split("\n") for text in steps] == [
        ["First published as", "up to $10bn"],
        ["restated on 2025-08", "$6bn"],
        ["stands at", "$6bn"],
        ["counts as", "$6bn"],
    ]
    places = [float(x) for x in re.findall(r"translate\(([\d.]+) ", line.inner_html())]
    assert places == sorted(places)
    assert len(set(places)) == 4


def test_a_leg_shows_what_falls_in_which_year(opened: Opener) -> None:
    """Ten billion a year, for four years."""
    seen = opened(registry(BACK), at="deal=d1")
    bars = seen.tab.locator("#pane-details .barlist li").all_inner_texts()

    assert [text.split("\n") for text in bars] == [[str(year), "$10bn"] for year in range(2025, 2029)]


def test_a_pair_shows_both_directions_and_the_loops_it_narrows(opened: Opener, tmp_path: Path) -> None:
    """From the overview: b pays a 5 and a pays b 40; the loop of the two is as narrow as the 5."""
    file = tmp_path / "web.yaml"
    file.write_text(webs.yaml(BACK), encoding="utf-8")
    seen = opened(registry(BACK))
    seen.tab.locator("#pane-details .row", has_text="a → b").first.click()
    panel = seen.text("#pane-details")

    assert seen.text("#pane-details h2") == "a ↔ b"
    assert "a → b · $40bn" in panel
    assert "b → a · at least $5bn" in panel
    assert panel.index("Loops of which this is the narrowest hop") < panel.index("Other loops through it")
    seen.tab.locator("#pane-details h3 .num").first.click()
    assert "$40bn" in _run(seen, file)


def test_a_loop_is_drawn_alone_and_its_amount_explained(opened: Opener, tmp_path: Path) -> None:
    """The largest loop: as many arcs as hops, the narrowest said to be so, and the command agrees."""
    file = tmp_path / "web.yaml"
    file.write_text(webs.yaml(BACK), encoding="utf-8")
    read = registry(BACK)
    seen = opened(read)
    found = loops(DealGraph(read, convention(read))).loops[0]
    seen.tab.locator("#pane-details .row .chain").first.click()

    assert seen.tab.locator("#pane-details .ring .arc").count() == len(found.hops) == 2
    assert seen.text("#pane-details h2") == english(found.amount)
    seen.tab.locator("#pane-details h2 .num").click()
    steps = seen.tab.locator("#explanation .sums li").all_inner_texts()
    assert steps[-1] == f"the narrowest hop\n{english(found.amount)}"
    assert sum("narrowest hop" in text for text in steps) == 2
    assert found.amount.short() in _run(seen, file)


def test_a_figure_says_who_published_it(opened: Opener) -> None:
    """Revenue of 2025-Q1 from the press."""
    seen = opened(registry(FIGURES), at="party=a&date=2025-10-08")
    seen.tab.locator("#pane-details .figures .num").first.click()

    assert "2025-Q1" in seen.text("#explanation")
    assert "press" in seen.text("#explanation")
    assert "web.yaml, sources: s" in seen.text("#explanation .sources")


@pytest.mark.parametrize("at", ["party=a", "deal=d1", "pair=a>b", "loop", ""])
def test_panels_and_explanations_speak_chinese(opened: Opener, at: str) -> None:
    """No English text of the page is left in the panel, nor in any explanation that it opens."""
    read = registry(BACK)
    if at == "loop":
        first = opened(read, at="preset=headline").tab.evaluate("aiweb.now().loops[0].id")
        at = f"loop={first}"
    seen = opened(read, at=f"{at}&language=zh&preset=headline")
    left = {text for text in words()["en"].values() if len(text) > 9 and "{" not in text}
    numbers = seen.tab.locator("#pane-details .num")
    said = [seen.text("#pane-details")]
    for place in range(numbers.count()):
        numbers.nth(place).click()
        said.append(seen.text("#explanation"))
        seen.tab.keyboard.press("Escape")

    assert [text for text in left for one in said if text in one] == []
    assert not any(re.search(r"\$\d", one) for one in said)
    assert any("亿美元" in one for one in said)
    assert seen.errors == []


def test_sums_of_the_page_read_as_those_of_python(opened: Opener) -> None:
    """What a pays, in Chinese: added up on the page, written as Python writes it."""
    read = registry(BACK)
    found = exposure(DealGraph(read, convention(read)), "a")
    seen = opened(read, at="party=a&language=zh")
    shown = seen.tab.locator("#pane-details .both .num").all_inner_texts()

    assert shown == [chinese(found.money_out), chinese(found.money_in)]


def test_panels_of_the_shipped_registry_open_without_a_fault(opened: Opener, shipped_page: str) -> None:
    """Parties, deals and loops of every sort, each number of theirs opened; on a phone."""
    seen = opened(shipped_page, at="party=openai", **PHONE)
    for chosen in ("{party: 'nvidia'}", "{deal: 'openai-oracle-300b'}", "{pair: 'openai>microsoft'}"):
        seen.tab.evaluate(f"aiweb.state.chosen = {chosen}")
        seen.tab.locator("#tab-filters").click()
        seen.tab.locator("#to-loops").click()
        seen.tab.locator("#to-graph").click()
        seen.tab.locator("#tab-details").click()
        numbers = seen.tab.locator("#pane-details .num")
        assert numbers.count() > 0
        for place in range(numbers.count()):
            numbers.nth(place).click()
            assert seen.tab.evaluate("document.querySelector('#explanation').scrollWidth") <= 390
            seen.tab.keyboard.press("Escape")
        box = seen.tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert box[0] <= box[1]
    assert seen.errors == []


def test_every_gross_of_the_shipped_registry_adds_up(opened: Opener, shipped_page: str, root: Path) -> None:
    """What the page adds up from legs is what Python has, in every snapshot; and so is net internal debt."""
    seen = opened(shipped_page)
    wrong = seen.tab.evaluate(_ADDED)

    assert len(load(root / "deals.yaml").deals) > 100
    assert wrong == []


def _sums(seen: Opened, name: str) -> list[str]:
    """Open the explanation of a number, and return its totals."""
    seen.tab.locator(f"#number-{name} .num").click()
    found = seen.tab.locator("#explanation .total b").all_inner_texts()
    seen.tab.keyboard.press("Escape")
    return found


def _run(seen: Opened, file: Path) -> str:
    """Run the command of the explanation that is open, on this file."""
    return _command(shlex.split(seen.text("#explanation code")), file)


def _command(given: Iterable[str], file: Path) -> str:
    program, *rest = given
    assert program == "aiweb"
    done = aiweb(*(str(file) if word == "web.yaml" else word for word in rest))
    assert done.code == 0, done.err
    return done.out


_ADDED = """() => {
  const { data } = aiweb;
  const outside = (id) => data.parties[id].outside;
  return Object.entries(data.snapshots).filter(([key, { legs, worth, numbers }]) => {
    const states = data.states[key.split("/")[0]];
    const amounts = new Map([...legs.map((leg) => [leg, states[leg].amount]), ...worth]);
    const sums = { low: 0, high: 0 };
    const nets = ["low", "high"].map((bound) => {
      const net = new Map();
      for (const [leg, amount] of amounts) {
        const { payer, payee } = data.legs[leg];
        const dollars = data.money[amount][bound];
        sums[bound] += dollars;
        net.set(payer, (net.get(payer) || 0) + dollars);
        if (!outside(payee)) net.set(payee, (net.get(payee) || 0) - dollars);
      }
      return [...net.values()].reduce((all, one) => all + Math.max(0, one), 0);
    }).sort((a, b) => a - b);
    const [gross, net] = [data.money[numbers.gross], data.money[numbers.net]];
    return gross.low !== sums.low || gross.high !== sums.high || net.low !== nets[0] || net.high !== nets[1];
  }).map(([key]) => key);
}"""
