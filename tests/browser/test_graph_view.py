"""The picture of who pays whom: arrows that open, neighbours, paths, moved parties, and large registries."""

from __future__ import annotations

import argparse
from itertools import combinations
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlparse
from urllib.request import url2pathname

import pytest
from playwright.sync_api import Browser, expect

from aiweb.graph import DealGraph, convention
from aiweb.model import Registry
from aiweb.values import Money
from aiweb.views.explorer import page
from aiweb.views.explorer.payload import MANY, VAST, payload
from aiweb.views.explorer.wording import english
from aiweb.web import Web
from tests.bench import pages
from tests.bench.registries import registry as large
from tests.browser.conftest import Opened, Opener
from tests.test_page import WEB
from tests.webs import registry

pytestmark = pytest.mark.browser

# The pixels of the picture's middle, as one number each, from a place so far from where it began.
PIXELS = """([right, down]) => {
  const canvas = document.querySelector("#graph canvas"), ratio = canvas.width / canvas.clientWidth;
  const wide = canvas.width - 160 * ratio, tall = canvas.height - 120 * ratio;
  const given = canvas.getContext("2d").getImageData((40 + right) * ratio, (40 + down) * ratio, wide, tall);
  return new Uint32Array(given.data.buffer);
}"""

PARALLEL: Final = """
a -> b: $7bn
a -> b: $5bn loan announced
a -> b: $30bn purchase
b -> a: $2bn purchase
b -> c: undisclosed
"""
WAYS: Final = """
a -> b: $9bn
b -> c: $8bn purchase
a -> c: $3bn loan
c -> d: up to $5bn
b -> d: $2..4bn purchase
a -> e: undisclosed
e -> d: $6bn
*f -> a: $1bn
a -> *f: $4bn purchase
f -> d: $20bn
d -> g: at least $1bn
g -> c: undisclosed lease
c -> a: $7bn loan
"""
SCREENS: Final = ((1440, 900), (1920, 1080), (1024, 768), (390, 844))


def test_legs_of_one_pair_are_one_arrow(opened: Opener) -> None:
    """Three legs: as wide as all that counts, in the colour of the largest, with the second kind in turns."""
    seen = opened(registry(PARALLEL), at="preset=headline")
    arrows = {edge["id"]: edge for edge in seen.tab.evaluate("aiweb.edges.get()")}

    assert arrows.keys() == {"a>b", "b>a", "b>c"}
    assert arrows["a>b"]["legs"] == [0, 1, 2]
    assert arrows["a>b"]["color"]["color"] == _colour(seen, "purchase")
    assert arrows["a>b"]["width"] > arrows["b>a"]["width"] > 0
    assert arrows["a>b"]["dashes"] is False
    assert arrows["b>c"]["dashes"] == [1, 4]
    written = [box["text"] for box in seen.tab.evaluate("aiweb.written().texts") if "text" in box]
    assert "$42bn · ×3" in written
    assert "undisclosed" in written


def test_an_arrow_opens_into_its_legs(opened: Opener) -> None:
    """By a click; the address keeps it, Escape closes it."""
    seen = opened(registry(PARALLEL), at="preset=headline")
    _click_arrow(seen, "a>b")

    assert "pair=a%3Eb" in seen.tab.evaluate("location.hash")
    arrows = seen.tab.evaluate("aiweb.edges.get().filter((edge) => edge.color.opacity > 0.5)")
    assert sorted(edge["id"] for edge in arrows) == ["a>b#0", "a>b#1", "a>b#2"]
    assert len({edge["smooth"]["roundness"] for edge in arrows}) == 3
    assert {edge["id"]: edge["dashes"] for edge in arrows}["a>b#1"] == [7, 5]
    assert seen.text("#live") == "a to b: 3 legs"
    for amount in ("$7bn", "$5bn", "$30bn"):
        assert amount in seen.text("#pane-details")
    seen.tab.keyboard.press("Escape")
    assert seen.tab.evaluate("aiweb.edges.getIds().sort()") == ["a>b", "b>a", "b>c"]
    assert seen.errors == []


def test_an_arrow_of_one_leg_is_that_leg(opened: Opener) -> None:
    """It leads straight to its deal."""
    seen = opened(registry(PARALLEL))
    _click_arrow(seen, "b>a")

    assert "deal=d4" in seen.tab.evaluate("location.hash")
    assert seen.bright() == {("b", "a")}


def test_filters_act_on_the_legs_within_an_arrow(opened: Opener) -> None:
    """Without the purchase the arrow is an equity of seven."""
    seen = opened(registry(PARALLEL), at="instruments=purchase")
    arrow = seen.tab.evaluate("aiweb.edges.get('a>b')")

    assert arrow["legs"] == [0]
    assert arrow["color"]["color"] == _colour(seen, "equity")


def test_hovering_a_party_shows_its_neighbours(opened: Opener) -> None:
    """For as long as the pointer is on it; nothing is chosen by it."""
    seen = opened(registry(WEB))
    before = _ink(seen)
    spot = _spot(seen, "amd")
    seen.tab.mouse.move(spot["x"], spot["y"])
    expect(seen.tab.locator("#tip b")).to_have_text("amd")

    assert seen.tab.evaluate("aiweb.glimpse()") == "amd"
    assert seen.tab.evaluate("aiweb.state.chosen") is None
    _settled(seen)
    assert _ink(seen) < before
    seen.tab.mouse.move(spot["x"], spot["y"] + 300)
    expect(seen.tab.locator("#tip")).to_be_hidden()
    assert seen.tab.evaluate("aiweb.glimpse()") is None


def test_every_party_is_reached_by_keyboard(opened: Opener) -> None:
    """A list of buttons, the largest first; the picture follows, Enter chooses, Tab leaves."""
    seen = opened(registry(WEB))
    names = seen.tab.locator("#crowd button")
    seen.tab.locator("#graph .vis-network").focus()
    seen.tab.keyboard.press("n")
    assert names.count() == 5
    assert seen.tab.evaluate("aiweb.glimpse()") == "openai"
    seen.tab.keyboard.press("ArrowDown")
    assert seen.tab.evaluate("aiweb.glimpse()") == "oracle"
    assert seen.text("#tip b") == "oracle"
    seen.tab.keyboard.press("Enter")
    assert seen.text("#pane-details h2") == "oracle"
    assert seen.tab.evaluate("document.activeElement.dataset.party") == "oracle"
    expect(seen.tab.locator("#crowd [data-party=oracle]")).to_have_attribute("aria-pressed", "true")
    assert "pays $60bn, receives $318bn" in names.nth(1).inner_text().lower()
    seen.tab.keyboard.press("Tab")
    assert seen.tab.evaluate("document.activeElement.dataset.party ?? ''") == ""
    assert seen.tab.evaluate("aiweb.glimpse()") is None
    assert seen.errors == []


def test_a_party_that_is_dragged_stays_and_can_be_put_back(opened: Opener) -> None:
    """The address keeps where it is."""
    seen = opened(registry(WEB))
    home = seen.tab.evaluate("aiweb.network.getPosition('amd')")
    spot = _spot(seen, "amd")
    seen.tab.mouse.move(spot["x"], spot["y"])
    seen.tab.mouse.down()
    seen.tab.mouse.move(spot["x"] + 40, spot["y"] + 25)
    seen.tab.mouse.move(spot["x"] + 80, spot["y"] + 50)
    seen.tab.mouse.up()
    moved = seen.tab.evaluate("aiweb.network.getPosition('amd')")
    assert moved["x"] > home["x"] + 20
    address = seen.tab.evaluate("location.hash").lstrip("#")
    assert "pins=amd" in address
    seen.tab.locator("#undisclosed").evaluate("(box) => box.click()")
    seen.tab.locator("#undisclosed").evaluate("(box) => box.click()")
    assert seen.tab.evaluate("aiweb.network.getPosition('amd')") == pytest.approx(moved, abs=1)

    again = opened(registry(WEB), at=address)
    assert again.tab.evaluate("aiweb.network.getPosition('amd')") == pytest.approx(moved, abs=1)
    again.tab.locator("#doing button", has_text="put back").click()
    assert again.tab.evaluate("aiweb.network.getPosition('amd')") == home
    assert "pins" not in again.tab.evaluate("location.hash")


def test_a_party_brings_in_its_neighbours_and_lets_them_go(opened: Opener) -> None:
    """Sixty at most, by rank; they stay when nothing is chosen any more."""
    read = registry("\n".join([*(f"hub -> p{n:02}: ${200 - n}bn" for n in range(90)), "p89 -> q: $1bn"]))
    seen = opened(read, at="party=p89")
    first = _shown(seen)
    assert {"hub", "q"} <= first
    seen.tab.locator("#doing button", has_text="show its").click()
    seen.tab.keyboard.press("Escape")
    assert {"p89", "q"} <= _shown(seen)
    assert "near=p89" in seen.tab.evaluate("location.hash")
    seen.tab.locator("#doing button", has_text="hide").click()
    assert "q" not in _shown(seen)
    again = opened(read, at="near=hub")
    assert len(_shown(again)) == 61


def test_a_double_click_expands(opened: Opener) -> None:
    """As the button does."""
    read = registry("\n".join(f"hub -> p{n:02}: ${200 - n}bn" for n in range(90)))
    seen = opened(read)
    spot = _spot(seen, "hub")
    seen.tab.mouse.dblclick(spot["x"], spot["y"])

    expect(seen.tab.locator("#doing button", has_text="hide")).to_be_visible()
    assert len(_shown(seen)) >= 61


@pytest.mark.parametrize("preset", ["headline", "contracted", "firm"])
def test_paths_are_those_of_the_command_line(opened: Opener, preset: str) -> None:
    """Between all pairs: the same hops, in the same order, of the same amounts."""
    read = registry(WAYS)
    seen = opened(read, at=f"preset={preset}")
    _hold_paths(seen, read, preset, sorted(read.parties))


def test_paths_of_a_larger_web_are_those_of_the_command_line(opened: Opener) -> None:
    """Forty parties, many ways: ten of them, with ties broken alike."""
    read = large(40, 400)
    seen = opened(page(read, dates=[read.as_of.last.isoformat()]))
    _hold_paths(seen, read, "contracted", sorted(read.parties)[:7])


def test_a_path_is_picked_and_lit(opened: Opener) -> None:
    """From the party chosen to the next that is searched for; one of the paths, then the other way round."""
    seen = opened(registry(WAYS), at="party=a")
    seen.tab.locator("#doing button", has_text="path to").click()
    seen.tab.keyboard.type("d")
    seen.tab.locator("#found li", has_text="d").first.click()

    assert seen.text("#pane-details h2") == "From a to d"
    rows = seen.tab.locator("#pane-details .row")
    assert rows.count() == len(_web(registry(WAYS)).path("a", "d").paths)
    assert ("f", "d") not in seen.bright()
    rows.nth(1).click()
    assert "path=a%3Ed%2F1" in seen.tab.evaluate("location.hash")
    hops = _web(registry(WAYS)).path("a", "d").paths[1].hops
    assert seen.bright() == {(hop.payer, hop.payee) for hop in hops}
    seen.tab.locator("#pane-details button", has_text="other way").click()
    assert seen.text("#pane-details h2") == "From d to a"
    assert seen.errors == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_text_in_the_picture_lies_on_another(opened: Opener, shipped_page: str, language: str) -> None:
    """On four screens, of the core and of all; and most names are there."""
    seen = opened(registry("a -> b: $1bn"))
    for wide, tall in SCREENS:
        seen.tab.set_viewport_size({"width": wide, "height": tall})
        for scope in ("core", "all"):
            _show_shipped(seen, shipped_page, f"scope={scope}&language={language}")
            found = seen.tab.evaluate("aiweb.written()")
            boxes = [*found["labels"], *found["texts"]]
            over = [(one["id"], other["id"]) for one, other in combinations(boxes, 2) if _clash(one, other)]
            assert over == []
            shown = seen.tab.evaluate("aiweb.nodes.length")
            assert len(found["labels"]) >= (0.9 if wide > 1000 and scope == "core" else 0.3) * shown
    assert seen.errors == []


@pytest.mark.parametrize("wide", [1024, 1280, 1400, 1440])
def test_the_legend_is_not_cut(opened: Opener, shipped_page: str, wide: int) -> None:
    """Every word of the strip lies inside it."""
    seen = opened(registry("a -> b: $1bn"), viewport={"width": wide, "height": 900})
    _show_shipped(seen, shipped_page, "")
    out = seen.tab.evaluate(
        """() => {
          const strip = document.getElementById("strip").getBoundingClientRect();
          return [...document.querySelectorAll("#strip li")].filter((one) => {
            const box = one.getBoundingClientRect();
            return box.right > strip.right || box.bottom > strip.bottom + 1 || box.top < strip.top - 1;
          }).map((one) => one.textContent);
        }"""
    )

    assert out == []


def test_a_large_registry_opens_with_what_matters(opened: Opener) -> None:
    """Of 700 parties the core, then 300, then a hundred more; what is left out is said."""
    read = large(700, MANY + 500)
    seen = opened(read)
    held = {end for _, _, leg in read.legs() for end in (leg.payer, leg.payee)}

    assert len(_shown(seen)) == 40
    seen.tab.locator("#scope button", has_text="show 300").click()
    first = _shown(seen)
    assert 250 < len(first) <= 300
    assert f"{len(first)} of " in seen.text("#scope")
    seen.tab.locator("#scope button", has_text="100 more").click()
    more = _shown(seen)
    assert first < more
    assert len(more) <= 400
    assert "many=400" in seen.tab.evaluate("location.hash")
    assert seen.tab.locator("#crowd button").count() == 61
    assert seen.tab.evaluate("document.querySelectorAll('*').length") < 6000
    while seen.tab.locator("#scope [data-act=more]").count():
        seen.tab.locator("#scope [data-act=more]").click()
    assert len(_shown(seen)) > 0.9 * len(held)
    spots = seen.tab.evaluate("aiweb.nodes.get().map((node) => `${node.x} ${node.y}`)")
    assert len({*spots}) == len(spots)
    assert seen.errors == []


def test_a_vast_registry_has_its_own_day_only() -> None:
    """Without what-ifs and other days; every party has a place, within its band."""
    read = large(900, VAST + 1)
    shown: Any = payload(read)

    assert shown["dates"] == shown["marked"] == [read.as_of.last.isoformat()]
    assert shown["whatifs"] == []
    placed = {name: row for name, row in shown["parties"].items() if "spots" in row}
    assert len({row["rank"] for row in placed.values()}) == len(placed)
    for scope in ("core", "all"):
        bands = shown["pictures"][scope]["bands"]
        for row in placed.values():
            assert any(band["left"] < row["spots"][scope][0] < band["right"] for band in bands)
    assert len({tuple(row["spots"]["all"]) for row in placed.values()}) == len(placed)
    ladder = shown["snapshots"][f"{shown['dates'][0]}/contracted/cash"]["numbers"]["ladder"]
    assert [rung["length"] for rung in ladder] == [0]


def test_the_arrows_stay_while_the_picture_moves(opened: Opener) -> None:
    """vis-network hides them while it is dragged; the page draws them itself."""
    seen = opened(registry(WEB))
    box = seen.tab.locator("#graph canvas").bounding_box()
    assert box
    resting = _blue(seen)
    seen.tab.mouse.move(box["x"] + 40, box["y"] + 330)
    seen.tab.mouse.down()
    seen.tab.mouse.move(box["x"] + 52, box["y"] + 338)
    seen.tab.mouse.move(box["x"] + 60, box["y"] + 340)
    _settled(seen)
    assert seen.tab.evaluate("aiweb.network.renderer.dragging")
    assert _blue(seen) > resting / 2
    seen.tab.mouse.up()


def test_what_is_dragged_is_the_picture_as_it_stood(opened: Opener) -> None:
    """With its names and dashes: every pixel of it is where it was, moved by so much."""
    seen = opened(registry(WEB))
    box = seen.tab.locator("#graph canvas").bounding_box()
    assert box
    seen.tab.mouse.move(box["x"] + 40, box["y"] + 330)
    _settled(seen)
    before = seen.tab.evaluate_handle(PIXELS, [0, 0])
    seen.tab.mouse.down()
    for step in range(1, 7):
        seen.tab.mouse.move(box["x"] + 40 + 10 * step, box["y"] + 330 + 5 * step)
    _settled(seen)
    assert seen.tab.evaluate("aiweb.network.renderer.dragging")
    moved = seen.tab.evaluate_handle(PIXELS, [60, 30])
    drawn, other = seen.tab.evaluate(
        "([one, two]) => [one.filter((v) => v).length, one.filter((v, i) => v !== two[i]).length]",
        [before, moved],
    )
    assert drawn > 1_000
    assert other == 0
    seen.tab.mouse.up()


def test_a_party_moves_with_the_pointer_and_the_others_stay(opened: Opener) -> None:
    """One that is dragged takes its arrows along; nothing of the picture is lost meanwhile."""
    seen = opened(registry(WEB))
    where = "(name) => aiweb.network.canvasToDOM(aiweb.network.getPosition(name))"
    spot, other = (seen.tab.evaluate(where, name) for name in ("openai", "nvidia"))
    box = seen.tab.locator("#graph canvas").bounding_box()
    assert box
    solid = """([x, y]) => {
      const canvas = document.querySelector("#graph canvas"), ratio = canvas.width / canvas.clientWidth;
      return canvas.getContext("2d").getImageData(x * ratio, y * ratio, 1, 1).data.join();
    }"""
    colours = [seen.tab.evaluate(solid, [at["x"], at["y"]]) for at in (spot, other)]
    seen.tab.mouse.move(box["x"] + spot["x"], box["y"] + spot["y"])
    seen.tab.mouse.down()
    for step in range(1, 6):
        seen.tab.mouse.move(box["x"] + spot["x"] + 4 * step, box["y"] + spot["y"] + 16 * step)
    _settled(seen)
    assert seen.tab.evaluate("aiweb.network.renderer.dragging")
    placed = [[spot["x"] + 20, spot["y"] + 80], [other["x"], other["y"]]]
    assert [seen.tab.evaluate(solid, at) for at in placed] == colours
    seen.tab.mouse.up()
    assert seen.tab.evaluate("[...aiweb.state.pins.keys()]") == ["openai"]


def _web(read: Registry, preset: str = "contracted") -> Web:
    return Web(DealGraph(read, convention(read, None, preset)))


def _settled(seen: Opened) -> None:
    """Wait until what was asked for is drawn."""
    seen.tab.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def _hold_paths(seen: Opened, read: Registry, preset: str, names: list[str]) -> None:
    web = _web(read, preset)
    found = 0
    for start in names:
        for end in names:
            theirs = web.path(start, end)
            ours = seen.tab.evaluate(
                """([start, end]) => {
                  const { paths, more } = aiweb.paths(start, end);
                  return [paths.map(({ hops, amount, most }) => ({
                    hops: hops.map((hop) => [hop.from, hop.to, hop.side]), amount, most,
                  })), more];
                }""",
                [start, end],
            )
            assert ours[1] == theirs.truncated
            assert [path["hops"] for path in ours[0]] == [
                [[hop.payer, hop.payee, str(hop.side)] for hop in path.hops] for path in theirs.paths
            ]
            for mine, path in zip(ours[0], theirs.paths, strict=True):
                found += 1
                if all(hop.amount.known for hop in path.hops):
                    amount = Money(**{key: mine["amount"][key] for key in ("low", "high", "ceilings")})
                    assert (amount.low, amount.high) == (path.amount.low, path.amount.high)
                    assert mine["amount"]["unbounded"] == path.amount.unbounded
                    assert bool(amount.ceilings) == bool(path.amount.ceilings)
                elif "most" in mine and mine["most"] is not None:
                    most = Money(mine["most"], mine["most"])
                    assert path.amount_text == f"at most {english(most)}"
                else:
                    assert path.amount_text == "amount unknown"
    assert found > 10


def _show_shipped(seen: Opened, html: str, at: str) -> None:
    file = seen.tab.url.partition("#")[0]
    Path(url2pathname(urlparse(file).path)).write_text(html, encoding="utf-8", newline="\n")
    seen.tab.goto("about:blank")
    seen.tab.goto(f"{file}#{at}")
    seen.tab.wait_for_selector("html[data-ready]")
    _settled(seen)


def _click_arrow(seen: Opened, arrow: str) -> None:
    spot = seen.tab.evaluate(
        """(id) => {
          const point = aiweb.network.body.edges[id].edgeType.getPoint(0.35);
          return aiweb.network.canvasToDOM(point);
        }""",
        arrow,
    )
    seen.tab.locator("#graph canvas").click(position={"x": spot["x"], "y": spot["y"]})


def _spot(seen: Opened, name: str) -> dict[str, float]:
    """Where a party stands on the screen."""
    spot: dict[str, float] = seen.tab.evaluate(
        "(name) => aiweb.network.canvasToDOM(aiweb.network.getPosition(name))", name
    )
    box = seen.tab.locator("#graph canvas").bounding_box()
    assert box
    return {"x": box["x"] + spot["x"], "y": box["y"] + spot["y"]}


def _ink(seen: Opened) -> int:
    """How many points of the picture are dark."""
    count: int = seen.tab.evaluate(
        """() => {
          const canvas = document.querySelector("#graph canvas");
          const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          let count = 0;
          for (let at = 0; at < data.length; at += 4) {
            if (data[at + 3] > 200 && data[at] + data[at + 1] + data[at + 2] < 200) count += 1;
          }
          return count;
        }"""
    )
    return count


def _blue(seen: Opened) -> int:
    """How many points of the picture are as blue as a purchase."""
    count: int = seen.tab.evaluate(
        """() => {
          const canvas = document.querySelector("#graph canvas");
          const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          let count = 0;
          for (let at = 0; at < data.length; at += 4) {
            if (data[at + 3] > 120 && data[at + 2] - data[at] > 60) count += 1;
          }
          return count;
        }"""
    )
    return count


def _colour(seen: Opened, name: str) -> str:
    colour: str = seen.tab.evaluate(
        """(name) => {
          const probe = document.createElement("span");
          probe.style.color = `var(--${name})`;
          document.body.append(probe);
          return getComputedStyle(probe).color;
        }""",
        name,
    )
    return colour


def _clash(one: dict[str, float], other: dict[str, float]) -> bool:
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    return across > 0 and down > 0


def _shown(seen: Opened) -> set[str]:
    return {*seen.tab.evaluate("aiweb.nodes.getIds()")}


def test_what_measures_pages_sees_when_they_are_at_rest(browser: Browser, tmp_path: Path) -> None:
    """The plainest contender: drawn at once, of few bytes; one that is not installed is said to be."""
    read = large(12, 40)
    options = argparse.Namespace(repeats=1, limit=20.0, npm=str(tmp_path))
    found = pages.seen(browser, "plain canvas", read, tmp_path, options)

    assert isinstance(found, pages.Seen)
    assert found.rest is not None
    assert 0 < found.first <= found.rest
    assert found.frames > 0
    assert found.script < found.weight < 20_000
    assert pages.seen(browser, "cytoscape.js", read, tmp_path, options) == "not installed"
    rows = [
        *pages.table(12, 40, {"pyvis": found, "plain canvas": found, "cytoscape.js": "not installed"}, 20)
    ]
    assert rows[-2].count("1.00") == 1
    assert rows[-1].startswith("| cytoscape.js | not installed |")
