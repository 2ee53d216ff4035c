"""Measure the explorer page beside pyvis's own page and others: `python -m tests.bench.pages`.

Each page holds the same made-up registry and is opened in Chromium without a network,
one after the other in one run.
At rest is when nothing has been drawn for a second and a half: the time of the last stroke
since the page was asked for.
Frames are counted while the pointer drags the background in circles; sixty is what the browser gives at most.
The table goes to the output; read its ratios, not its times.
`npm install cytoscape` in a folder named by `--npm` adds a contender; without it it is named as missing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final, TypeAlias

from aiweb.model import Registry
from aiweb.views.explorer import page
from aiweb.views.explorer.layout import layout
from tests.bench.registries import registry

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZES: Final = ((100, 300), (200, 600), (500, 1_500), (2_000, 10_000))
SLOW: Final = 500  # parties above which only this package's page is measured
QUIET: Final = 1.5  # seconds without a stroke
MOVING: Final = 2.0  # seconds of dragging
_SAME: Final = 0.001  # seconds below which nothing was built
SCREEN: Final = {"width": 1440, "height": 900}
_WATCH: Final = """
window.bench = { last: 0, first: 0, frames: 0 };
for (const name of ["stroke", "fill", "fillText", "drawImage", "fillRect"]) {
  const own = CanvasRenderingContext2D.prototype[name];
  CanvasRenderingContext2D.prototype[name] = function (...given) {
    bench.last = performance.now();
    bench.first ||= bench.last;
    return own.apply(this, given);
  };
}
const count = () => { bench.frames += 1; requestAnimationFrame(count); };
requestAnimationFrame(count);
"""
_PLAIN: Final = """
const canvas = document.querySelector("canvas"), context = canvas.getContext("2d");
let left = 0, top_ = 0, held = null;
canvas.width = innerWidth; canvas.height = innerHeight;
const scale = Math.min(innerWidth / data.width, innerHeight / data.height);
const draw = () => {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.setTransform(scale, 0, 0, scale, left, top_);
  context.strokeStyle = "#1b67a8";
  for (const [from, to] of data.edges) {
    const [a, b, c, d] = [...data.nodes[from], ...data.nodes[to]];
    context.beginPath();
    context.moveTo(a, b);
    context.quadraticCurveTo((a + c) / 2 + (b - d) / 8, (b + d) / 2 + (c - a) / 8, c, d);
    context.stroke();
  }
  context.textAlign = "center";
  context.font = "12px sans-serif";
  for (const [name, [x, y]] of Object.entries(data.nodes)) {
    context.beginPath();
    context.arc(x, y, 6, 0, 7);
    context.fill();
    context.fillText(name, x, y + 20);
  }
};
onmousedown = (event) => { held = [event.clientX - left, event.clientY - top_]; };
onmouseup = () => { held = null; };
onmousemove = (event) => {
  if (!held) return;
  [left, top_] = [event.clientX - held[0], event.clientY - held[1]];
  requestAnimationFrame(draw);
};
draw();
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page weighs and costs: bytes, seconds to build, milliseconds to draw, frames a second."""

    built: float
    weight: int
    script: int
    first: float
    rest: float | None
    frames: float


Maker: TypeAlias = Callable[[Registry, "argparse.Namespace"], tuple[str, str]]


def ours(read: Registry, _: argparse.Namespace) -> tuple[str, str]:
    """Make the explorer page as it opens."""
    return _page(read), ""


def ours_whole(read: Registry, _: argparse.Namespace) -> tuple[str, str]:
    """Make the explorer page with every party in the picture, as far as it goes at once."""
    return _page(read), f"scope=all&many={min(len(read.parties), SLOW)}"


_PAGES: Final[dict[str, str]] = {}


def _page(read: Registry) -> str:
    """Make the page once for both of its rows."""
    if read.digest not in _PAGES:
        _PAGES[read.digest] = page(read)
    return _PAGES[read.digest]


def pyvis(read: Registry, _: argparse.Namespace) -> tuple[str, str]:
    """Make the page that pyvis makes by itself, the one that needs no network to draw."""
    from pyvis.network import Network

    network = Network(directed=True, cdn_resources="in_line")
    for name, party in read.parties.items():
        network.add_node(name, label=party.name)
    for name, _deal, leg in read.legs():
        network.add_edge(leg.payer, leg.payee, label=leg.amount.short(), title=name)
    return str(network.generate_html()), ""


def cytoscape(read: Registry, options: argparse.Namespace) -> tuple[str, str]:
    """Make a page of cytoscape.js, with its own layout and the arrows of its examples.

    Raises:
        FileNotFoundError: it is not installed.
    """
    script = Path(options.npm, "node_modules", "cytoscape", "dist", "cytoscape.min.js").read_text("utf-8")
    nodes = [{"data": {"id": name, "label": party.name}} for name, party in read.parties.items()]
    edges = [
        {"data": {"id": name, "source": leg.payer, "target": leg.payee, "label": leg.amount.short()}}
        for name, _deal, leg in read.legs()
    ]
    look = [
        {"selector": "node", "style": {"label": "data(label)", "font-size": 10}},
        {
            "selector": "edge",
            "style": {
                "curve-style": "bezier",
                "target-arrow-shape": "triangle",
                "label": "data(label)",
                "font-size": 8,
            },
        },
    ]
    given = json.dumps({"elements": {"nodes": nodes, "edges": edges}, "style": look})
    start = (
        f"const given = {given};"
        "cytoscape({ ...given, container: document.body, layout: { name: 'cose', animate: false } });"
    )
    return _html(script, start, "<style>html,body{height:100%;margin:0}</style>"), ""


def plain(read: Registry, _: argparse.Namespace) -> tuple[str, str]:
    """Make a page that does nothing but draw straight onto a canvas, where this package's layout puts it."""
    pairs = [(leg.payer, leg.payee) for _name, _deal, leg in read.legs()]
    found = layout(read.parties, dict.fromkeys(pairs, 1))
    data = {"nodes": found.places, "edges": pairs, "width": found.width, "height": found.height}
    body = "<style>body{margin:0}</style><canvas></canvas>"
    return _html(f"const data = {json.dumps(data)};", _PLAIN, body), ""


def _html(first: str, then: str, body: str) -> str:
    return (
        f'<!DOCTYPE html><meta charset="utf-8"><title>bench</title><body>{body}'
        f"<script>{first}</script><script>{then}</script>"
    )


PEERS: Final[Mapping[str, Maker]] = {
    "aiweb, first screen": ours,
    "aiweb, all parties": ours_whole,
    "pyvis": pyvis,
    "cytoscape.js": cytoscape,
    "plain canvas": plain,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and say by the exit code whether anything was measured."""
    from playwright.sync_api import sync_playwright

    options = _options().parse_args(arguments)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        for parties, deals in options.sizes:
            read = registry(parties, deals, seed=options.seed)
            rows = {
                peer: seen(browser, peer, read, Path(folder), options)
                for peer in PEERS
                if parties <= SLOW or peer.startswith("aiweb")
            }
            sys.stdout.write("\n".join(table(parties, deals, rows, options.limit)) + "\n\n")
            sys.stdout.flush()
        browser.close()
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pages", description=__doc__)
    parser.add_argument(
        "--sizes", type=_size, nargs="+", default=SIZES, metavar="PARTIES/DEALS", help="such as 100/300"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3, help="openings of which the median counts")
    parser.add_argument("--limit", type=float, default=60, help="seconds until a picture is at rest")
    parser.add_argument("--chromium", help="a browser; the one of playwright by default")
    parser.add_argument("--npm", default=".", help="a folder with node_modules")
    return parser


def _size(text: str) -> tuple[int, int]:
    """Read a size.

    >>> _size("100/300")
    (100, 300)
    """
    parties, _, deals = text.partition("/")
    return int(parties), int(deals)


def seen(
    browser: Browser, peer: str, read: Registry, folder: Path, options: argparse.Namespace
) -> Seen | str:
    """Build a page and open it a few times, a slow one once."""
    start = time.perf_counter()
    try:
        html, at = PEERS[peer](read, options)
    except FileNotFoundError:
        return "not installed"
    built = time.perf_counter() - start
    file = folder / "page.html"
    file.write_text(html, encoding="utf-8", newline="\n")
    openings: list[tuple[float, float | None, float]] = []
    while len(openings) < options.repeats and (not openings or (openings[-1][1] or 10**6) < 10_000):
        openings.append(_opened(browser, f"{file.as_uri()}#{at}", options.limit))
    rests = [rest for _, rest, _ in openings if rest is not None]
    return Seen(
        built=built,
        weight=len(html.encode()),
        script=_script(html),
        first=median(first for first, _, _ in openings),
        rest=median(rests) if rests else None,
        frames=median(frames for _, _, frames in openings),
    )


def _opened(browser: Browser, address: str, limit: float) -> tuple[float, float | None, float]:
    """Open a page: milliseconds to its first stroke and its last, and frames a second while it is dragged."""
    context = browser.new_context(viewport=SCREEN, offline=True)  # type: ignore[arg-type]
    tab = context.new_page()
    tab.set_default_timeout(0)
    tab.add_init_script(_WATCH)
    tab.goto(address, wait_until="commit", timeout=0)
    rest = _at_rest(tab, limit)
    first = float(tab.evaluate("bench.first"))
    frames = _dragged(tab)
    context.close()
    return first, rest, frames


def _at_rest(tab: Page, limit: float) -> float | None:
    """Wait until nothing is drawn any more, and say when that was."""
    end = time.perf_counter() + limit
    while time.perf_counter() < end:
        last, now = tab.evaluate("[bench.last, performance.now()]")
        if last and now - last > 1000 * QUIET:
            return float(last)
        time.sleep(0.1)
    return None


def _dragged(tab: Page) -> float:
    """Drag the background in circles and count frames."""
    spot = tab.evaluate(_EMPTY)
    if spot is None:
        return 0.0
    tab.mouse.move(*spot)
    tab.mouse.down()
    start, frames = tab.evaluate("[performance.now(), bench.frames]")
    step, end = 0, time.perf_counter() + MOVING
    while time.perf_counter() < end:
        step += 1
        angle = pi * step / 20
        tab.mouse.move(spot[0] + 90 * sin(angle), spot[1] + 60 - 60 * cos(angle))
    stop, more = tab.evaluate("[performance.now(), bench.frames]")
    tab.mouse.up()
    return float(1000 * (more - frames) / (stop - start))


# The largest canvas, a little inside of its upper left: there is hardly ever a party there.
_EMPTY: Final = """() => {
  const size = (one) => one.clientWidth * one.clientHeight;
  const [largest] = [...document.querySelectorAll("canvas")].sort((a, b) => size(b) - size(a));
  // A page that is still at work when its time is up may have drawn nothing yet.
  if (!largest) return null;
  const box = largest.getBoundingClientRect();
  return [box.left + 24, Math.min(box.top + box.height * 0.3, innerHeight - 140)];
}"""


def _script(html: str) -> int:
    """Count the bytes of script and style as they stand in a page; values that are no script do not count.

    >>> _script('<style>a{}</style><script type="text/plain" id="code">1;</script><script type="text/plain">')
    5
    """
    count = 0
    for tag in ("style", "script"):
        for part in html.split(f"<{tag}")[1:]:
            given, _, rest = part.partition(">")
            if 'id="code"' in given or not ("text/plain" in given or "json" in given):
                count += len(rest.partition(f"</{tag}>")[0].encode())
    return count


def table(parties: int, deals: int, rows: Mapping[str, Seen | str], limit: float) -> Iterable[str]:
    """Write a table, a row a page, with the part that this package takes of pyvis's time."""
    yield f"{parties:,} parties, {deals:,} legs:\n"
    yield "| page | built | whole | script and style | first stroke | at rest | × pyvis | frames/s |"
    yield "|---|---|---|---|---|---|---|---|"
    base = rows.get("pyvis")
    for peer, row in rows.items():
        if isinstance(row, str):
            yield f"| {peer} | {row} | | | | | | |"
            continue
        ratio = "–"
        if isinstance(base, Seen) and row.rest:
            # One that was not at rest in time took longer than that.
            ratio = f"{'' if base.rest else '< '}{row.rest / (base.rest or 1000 * limit):.2f}"
        rest = f"{row.rest / 1000:.2f} s" if row.rest else "not in time"
        built = f"{row.built:.1f} s" if row.built > _SAME else "the same file"
        yield (
            f"| {peer} | {built} | {row.weight / 1000:,.0f} kB | {row.script / 1000:,.0f} kB "
            f"| {row.first / 1000:.2f} s | {rest} | {ratio} | {row.frames:.0f} |"
        )


if __name__ == "__main__":
    sys.exit(main())
