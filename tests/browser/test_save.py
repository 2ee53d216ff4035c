"""Saving and sharing: files that others can read, a link that leads back, and a text to cite."""

from __future__ import annotations

import csv
import io
import json
import struct
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import expect

from aiweb.graph import DealGraph, convention
from aiweb.model import Registry
from aiweb.values import total
from tests.browser.conftest import Opened, Opener
from tests.test_page import WEB
from tests.webs import registry

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"
FORMULAS = ('=cmd|"/c calc"!A1', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\uff1d1+1")
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}
VIEWS = ("graph", "loops", "flows", "matrix", "timeline", "table", "compare")


def test_the_menu_is_used_by_keyboard_alone(opened: Opener) -> None:
    """Open, go round, leave; the choice made before stays."""
    seen = opened(registry(WEB), at="party=openai")
    button = seen.tab.locator("#to-save")
    button.focus()
    seen.tab.keyboard.press("ArrowDown")
    items = seen.tab.locator("#save-menu [role=menuitem]")
    expect(items.first).to_be_focused()
    seen.tab.keyboard.press("ArrowUp")
    expect(items.last).to_be_focused()
    seen.tab.keyboard.press("ArrowDown")
    expect(items.first).to_be_focused()
    seen.tab.keyboard.press("End")
    expect(items.last).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    seen.tab.keyboard.press("Escape")

    expect(button).to_be_focused()
    expect(seen.tab.locator("#save-menu")).to_be_hidden()
    assert seen.text("#pane-details h2") == "openai"
    assert seen.errors == []


@pytest.mark.parametrize("view", VIEWS)
def test_csv_and_json_hold_what_the_view_shows(opened: Opener, tmp_path: Path, view: str) -> None:
    """The same columns and rows in both, with numbers as numbers, for Excel and for programs."""
    seen = opened(registry(WEB), at=f"view={view}&preset=headline&date=2025-10-08")
    raw = _saved(seen, "csv", tmp_path)
    held = json.loads(_saved(seen, "json", tmp_path))

    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\r\n")
    head, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert head == held["columns"]
    assert rows
    assert rows == [["" if cell is None else str(cell) for cell in row] for row in held["rows"]]
    assert {len(row) for row in rows} == {len(head)}
    assert held["convention"] == "headline"
    assert held["as_of"] == "2025-10-08"
    assert held["view"] == view
    assert held["registry"] == registry(WEB).digest[:12]
    assert seen.errors == []


def test_a_table_adds_up_to_gross(opened: Opener, tmp_path: Path) -> None:
    """The rows that count, under contracted."""
    read = registry(WEB)
    seen = opened(read, at="view=table")
    held = json.loads(_saved(seen, "json", tmp_path))
    rows = [dict(zip(held["columns"], row, strict=True)) for row in held["rows"]]
    graph = DealGraph(read, convention(read))
    counted = {leg.id for leg in graph.legs}
    gross = total(leg.amount for leg in graph.legs)

    assert len(rows) == 8
    assert sum(row["high"] or 0 for row in rows if row["leg"] in counted) == gross.high
    assert sum(row["low"] or 0 for row in rows if row["leg"] in counted) == gross.low


def test_a_spreadsheet_takes_no_text_for_a_formula(opened: Opener, tmp_path: Path) -> None:
    """Names and titles that begin as formulas do, with commas, quotes and ends of lines in them."""
    seen = opened(_named(registry(WEB)), at="view=table")
    raw = _saved(seen, "csv", tmp_path).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(raw, newline="")) for cell in row]

    assert not [cell for cell in cells if cell[:1] in set("=+@\t\uff1d") or cell.startswith("-2")]
    assert {f"'{name}" for name in FORMULAS[:5]} <= set(cells)
    held = json.loads(_saved(seen, "json", tmp_path))
    assert FORMULAS[0] in {cell for row in held["rows"] for cell in row}


def test_the_graph_is_saved_as_a_drawing_another_parser_reads(opened: Opener, tmp_path: Path) -> None:
    """Every arrow that is drawn, every name, the amounts, what the colours mean and what counts."""
    seen = opened(_named(registry(WEB)))
    drawing = ET.fromstring(_saved(seen, "svg", tmp_path))  # noqa: S314 - ours
    texts = ["".join(node.itertext()) for node in drawing.iter(f"{SVG}text")]
    pairs = {tuple(node.attrib["data-pair"].split(">")) for node in drawing.iter(f"{SVG}g")}

    assert pairs == seen.drawn()
    shown = seen.tab.evaluate("aiweb.nodes.get().map((node) => aiweb.data.parties[node.id].name)")
    assert {node.text for node in drawing.iter(f"{SVG}title")} >= {*shown}
    written = "".join(texts).replace(" ", "")
    assert all(
        "".join(name.split()) in "".join(written.split())
        for name in seen.tab.evaluate("aiweb.labels().map((id) => aiweb.data.parties[id].name)")
    )
    assert "$300bn" in written
    assert {"purchase", "loan", "not signed yet"} <= {*texts}
    assert "As known on 31 Dec 2026 · Contracted · Cash" in texts[-1]
    assert registry(WEB).digest[:12] != ""
    assert not [name for node in drawing.iter() for name in node.attrib if name in {"class", "style"}]
    box = seen.tab.locator("#graph").bounding_box()
    assert box
    spots = seen.tab.evaluate(
        "Object.values(aiweb.network.getPositions()).map((at) => aiweb.network.canvasToDOM(at))"
    )
    moved = {
        node.attrib["transform"].split(")")[0].removeprefix("translate(")
        for node in drawing.iter(f"{SVG}path")
        if node.attrib.get("transform", "").startswith("translate")
    }
    assert moved == {f"{spot['x']:.1f} {spot['y']:.1f}" for spot in spots}
    assert seen.errors == []


@pytest.mark.parametrize("view", ["loops", "flows", "timeline"])
def test_a_view_is_saved_with_its_styles_in_it(opened: Opener, tmp_path: Path, view: str) -> None:
    """No variable, no class: the colours are those on the screen, in the dark too."""
    seen = opened(registry(WEB), at=f"view={view}&preset=headline&date=2025-10-08&theme=dark")
    raw = _saved(seen, "svg", tmp_path)
    drawing = ET.fromstring(raw)  # noqa: S314 - ours
    shown = seen.tab.locator(f"#view-{view} svg.chart text").all_text_contents()

    assert b"var(" not in raw
    assert b"currentcolor" not in raw.lower()
    assert not [name for node in drawing.iter() for name in node.attrib if name in {"class", "style", "role"}]
    texts = ["".join(node.itertext()) for node in drawing.iter(f"{SVG}text")]
    assert {text for text in shown if text} <= {*texts}
    assert "Headline" in texts[-1]
    ground = next(drawing.iter(f"{SVG}rect")).attrib["fill"]
    assert ground == seen.tab.evaluate(
        "(() => { const seen = document.createElement('i'); seen.style.color = 'var(--card)';"
        " document.body.append(seen); return getComputedStyle(seen).color; })()"
    )
    assert seen.errors == []


@pytest.mark.parametrize("view", ["graph", "flows"])
def test_a_picture_is_twice_as_fine_as_the_screen(opened: Opener, tmp_path: Path, view: str) -> None:
    """A PNG of the drawing, and not an empty one."""
    seen = opened(registry(WEB), at=f"view={view}")
    drawing = ET.fromstring(_saved(seen, "svg", tmp_path))  # noqa: S314 - ours
    raw = _saved(seen, "png", tmp_path)

    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    assert list(struct.unpack(">II", raw[16:24])) == [
        2 * int(drawing.attrib[side]) for side in ("width", "height")
    ]
    # An even ground of that size takes a few kilobytes.
    assert len(raw) > 20_000
    assert seen.errors == []


def test_the_picture_button_saves_the_same(opened: Opener) -> None:
    """The button beside the picture."""
    seen = opened(registry(WEB))
    with seen.tab.expect_download() as got:
        seen.tab.locator("#zoom button").last.click()

    assert got.value.suggested_filename == "aiweb-graph-2026-12-31-contracted.png"


def test_a_view_without_a_drawing_says_so(opened: Opener) -> None:
    """The table is saved as a table."""
    seen = opened(registry(WEB), at="view=table")
    seen.tab.locator("#to-save").click()
    item = seen.tab.locator("[data-save=svg]")

    expect(item).to_have_attribute("aria-disabled", "true")
    item.dispatch_event("click")
    expect(seen.tab.locator("#live")).to_have_text("This view has no picture; save it as a table.")


def test_a_copied_link_leads_back(opened: Opener) -> None:
    """Day, convention, view, selection and what is left out."""
    seen = opened(
        registry(WEB), at="view=loops&preset=headline&date=2025-10-08&party=oracle&off=party:amd", **CLIPBOARD
    )
    seen.tab.locator("#to-save").click()
    seen.tab.locator("[data-save=link]").click()
    expect(seen.tab.locator("#live")).to_have_text("Link copied")
    copied = seen.tab.evaluate("navigator.clipboard.readText()")
    seen.tab.goto("about:blank")
    seen.tab.goto(copied)
    seen.tab.wait_for_selector("html[data-ready]")

    assert seen.tab.locator("#to-loops").get_attribute("aria-selected") == "true"
    assert seen.text("#pane-details h2") == "oracle"
    assert seen.tab.locator("#preset input:checked").input_value() == "headline"
    assert seen.tab.evaluate("[...aiweb.state.off]") == ["party:amd"]


def test_a_link_to_a_day_the_page_lacks_opens_the_last_day_before_it(opened: Opener) -> None:
    """The days of a page are those of its edition; before all of them it is the first."""
    days: list[str] = opened(registry(WEB)).tab.evaluate("aiweb.data.dates")
    asked = {"2025-10-09": "2025-10-08", "1999-01-01": days[0], "2099-01-01": days[-1], "yesterday": days[-1]}

    assert "2025-10-08" in days
    assert "2025-10-09" not in days
    for day, shown in asked.items():
        seen = opened(registry(WEB), at=f"date={day}")
        assert seen.tab.evaluate("aiweb.state.date") == shown, day
        assert seen.errors == []


def test_copying_works_without_the_clipboard_too(opened: Opener) -> None:
    """Where the page may not write there, it asks the browser the old way."""
    seen = opened(registry(WEB), **CLIPBOARD)
    seen.tab.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    seen.tab.locator("#to-save").click()
    seen.tab.locator("[data-save=link]").click()
    expect(seen.tab.locator("#live")).to_have_text("Link copied")

    # The day is named though it goes without saying: later it may not.
    assert seen.tab.evaluate("navigator.clipboard.readText()").endswith("page.html#date=2026-12-31")


def test_that_a_link_was_copied_is_seen(opened: Opener) -> None:
    """For a while, by those who see, and as a status by those who listen."""
    seen = opened(registry(WEB), **CLIPBOARD)
    live = seen.tab.locator("#live")
    before = live.bounding_box()
    seen.tab.locator("#to-save").click()
    seen.tab.locator("[data-save=link]").click()
    expect(live).to_have_class("toast")
    shown = live.bounding_box()

    assert live.get_attribute("role") == "status"
    assert before
    assert shown
    assert before["width"] <= 1
    assert shown["width"] > 60
    assert 0 <= shown["y"] <= 900 - shown["height"]
    expect(live).to_have_class("quiet")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("at", ["", "story=1"])
def test_the_menu_stays_within_a_small_screen(
    opened: Opener, shipped_page: str, language: str, at: str
) -> None:
    """Whether it stands beside the way into the story or alone."""
    screen = {"width": 390, "height": 844}
    seen = opened(shipped_page, at=f"language={language}&{at}", viewport=screen)
    seen.tab.locator("#to-save").click()
    menu = seen.tab.locator("#save-menu").bounding_box()

    assert menu
    assert menu["x"] >= 0
    assert menu["x"] + menu["width"] <= screen["width"]
    if at:
        text, turn = (seen.tab.locator(name).bounding_box() for name in (".telling", ".turn"))
        assert text
        assert turn
        assert text["width"] > 320
        assert turn["y"] >= text["y"] + text["height"]
    else:
        tell, save = (seen.tab.locator(name).bounding_box() for name in ("#tell", "#to-save"))
        assert tell
        assert save
        assert abs(tell["y"] + tell["height"] - save["y"] - save["height"]) < 2


def test_a_loop_alone_says_whose_it_is(opened: Opener, tmp_path: Path) -> None:
    """The heading of the drawing names the parties and the amount."""
    seen = opened(registry(WEB), at="view=loops")
    drawing = ET.fromstring(_saved(seen, "svg", tmp_path))  # noqa: S314 - ours
    head = next("".join(node.itertext()) for node in drawing.iter(f"{SVG}text"))
    loop = seen.tab.evaluate("aiweb.rows().rows[0][0]")

    assert head.startswith(f"{loop}. ")
    assert "bn" in head


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_citation_names_registry_day_and_convention(opened: Opener, tmp_path: Path, language: str) -> None:
    """In either language; without the folders of the machine it was made on."""
    read = registry(WEB)
    seen = opened(read, at=f"preset=paid&language={language}")
    seen.tab.locator("#to-save").click()
    seen.tab.locator("[data-save=cite]").click()
    said = seen.text("#explanation code")

    assert read.digest[:12] in said
    assert {"en": "31 Dec 2026 · Paid · Cash", "zh": "2026年12月31日 · 实付口径 · 现金"}[language] in said
    assert f"digest {read.digest[:12]}" in said or language == "zh"
    assert "page.html " in said
    assert "file:" not in said
    assert "CC BY 4.0" in said
    assert str(tmp_path) not in said


def _saved(seen: Opened, kind: str, folder: Path) -> bytes:
    """Save by the menu, and return what is in the file."""
    seen.tab.locator("#to-save").click()
    with seen.tab.expect_download() as got:
        seen.tab.locator(f"[data-save={kind}]").click()
    file = folder / f"saved.{kind}"
    got.value.save_as(file)
    assert got.value.suggested_filename.endswith(f".{kind}")
    return file.read_bytes()


def _named(read: Registry) -> Registry:
    """Give the parties names that begin as formulas do."""
    names: dict[str, Any] = dict(zip(sorted(read.parties), FORMULAS, strict=False))
    parties = {
        name: party.model_copy(update={"name": names.get(name, name)}) for name, party in read.parties.items()
    }
    return replace(read, parties=MappingProxyType(parties))
