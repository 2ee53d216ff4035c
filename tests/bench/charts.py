"""Measure libraries for charts beside the page's own: `python tests/bench/charts.py`.

Each draws the same two charts into a page of one file: a hundred bars, and six years of eight sources.
Counted are the kilobytes that this adds to a page, the time to the first picture in Chromium,
whether it still draws under the page's policy, and how many marks have a name or are reached by the keyboard.
The libraries are installed into a fresh environment of its own, and nothing of them is kept.
Times are medians of a few openings; compare only what one run gave.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[2]
WHEELS: Final = ("plotly", "bokeh", "altair", "vl-convert-python")
BARS: Final = [(f"party {number:02}", 1 + 9_000 // (number + 3) + 37 * number % 101) for number in range(100)]
YEARS: Final = range(2026, 2032)
PARTS: Final = [
    (year, f"source {part}", 3 + (7 * part + 5 * (year - 2026)) % 23) for year in YEARS for part in range(8)
]
HEADS: Final = ("library", "kB added", "first picture", "under the policy", "marks named", "by keyboard")
MARKS: Final = len(BARS) + len(PARTS)

# How much is drawn, named and reachable, in shadow trees too. A canvas that is not blank counts as drawn.
LOOK: Final = """
() => {
  const found = { shapes: 0, painted: 0, named: 0, reachable: 0 };
  const shapes = "svg path, svg rect, svg circle";
  const look = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) look(node.shadowRoot);
      if (node.matches(shapes)) found.shapes += 1;
      if (node.closest("svg") && node.matches("[aria-label]")) found.named += 1;
      if (node.closest("svg") && node.matches("[tabindex]")) found.reachable += 1;
      if (node.tagName === "CANVAS" && node.width && node.height) {
        const part = [Math.min(900, node.width), Math.min(600, node.height)];
        const { data } = node.getContext("2d").getImageData(0, 0, ...part);
        if (new Set(new Uint32Array(data.buffer)).size > 8) found.painted += 1;
      }
    }
  };
  look(document);
  return found;
}
"""
WATCH: Final = """
(() => {
  const look = LOOK;
  const again = () => {
    const { shapes, painted } = look();
    if (shapes >= WANTED || painted >= 2) requestAnimationFrame(() => (window.pictureAt = performance.now()));
    else requestAnimationFrame(again);
  };
  document.addEventListener("DOMContentLoaded", again);
})();
"""


class Seen(NamedTuple):
    """What a page of one contender was like."""

    name: str
    kilobytes: float
    milliseconds: float | None
    under_policy: bool
    complaints: int
    named: int
    reachable: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the pages, look at them in Chromium, and print a table in Markdown."""
    parser = argparse.ArgumentParser(prog="python tests/bench/charts.py", description=__doc__)
    parser.add_argument(
        "--make", nargs=2, metavar=("NAME", "FILE"), help="make one page, with what is installed"
    )
    parser.add_argument("--openings", type=int, default=5, help="of which the median counts")
    parser.add_argument("--python", help="a Python that has the libraries, instead of a fresh environment")
    options = parser.parse_args(arguments)
    if options.make:
        name, file = options.make
        Path(file).write_text(CONTENDERS[name](), encoding="utf-8")
        sys.stdout.write(_versions(name))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        python = options.python or _environment(Path(folder, "env"))
        sys.stdout.write(f"| {' | '.join(HEADS)} |\n|{'---|' * len(HEADS)}\n")
        for name in CONTENDERS:
            file = Path(folder, f"{name.replace(' ', '-')}.html")
            used = sys.executable if name == "ours" else python
            made = subprocess.run(
                [used, __file__, "--make", name, str(file)], check=True, capture_output=True, text=True
            )
            sys.stdout.write(row(look(name, file, options.openings), made.stdout))
    return 0


def row(seen: Seen, named: str) -> str:
    """Write what was seen as a row of the table."""
    time = "none in 20 s" if seen.milliseconds is None else f"{seen.milliseconds:,.0f} ms"
    policy = ("draws" if seen.under_policy else "draws nothing") + (
        f", {seen.complaints} refusals" if seen.complaints else ""
    )
    return (
        f"| {named} | {seen.kilobytes:,.0f} | {time} | {policy} "
        f"| {seen.named} of {MARKS} | {seen.reachable} of {MARKS} |\n"
    )


def _environment(folder: Path) -> str:
    """Install the libraries into an environment of its own, and name its Python."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *WHEELS], check=True, capture_output=True)
    return str(python)


def _versions(name: str) -> str:
    packages = {"altair": ["altair"], "vl-convert": ["altair", "vl-convert-python"], "ours": []}.get(
        name, [name]
    )
    return ", ".join(f"{package} {version(package)}" for package in packages) or "ours"


# ---- The pages ------------------------------------------------------------------------------------


def _plotly() -> str:
    figures, out = import_module("plotly.graph_objects"), import_module("plotly.io")
    bars = figures.Figure(figures.Bar(x=[name for name, _ in BARS], y=[amount for _, amount in BARS]))
    sources = sorted({source for _, source, _ in PARTS})
    stacked = figures.Figure(
        [
            figures.Bar(name=source, x=[*YEARS], y=[amount for _, one, amount in PARTS if one == source])
            for source in sources
        ]
    ).update_layout(barmode="stack")
    written = [
        out.to_html(figure, full_html=False, include_plotlyjs=not place)
        for place, figure in enumerate((bars, stacked))
    ]
    return _page("".join(written))


def _bokeh() -> str:
    plotting, embed = import_module("bokeh.plotting"), import_module("bokeh.embed")
    layouts, resources = import_module("bokeh.layouts"), import_module("bokeh.resources")
    bars = plotting.figure(x_range=[name for name, _ in BARS], width=900, height=300)
    bars.vbar(x=[name for name, _ in BARS], top=[amount for _, amount in BARS], width=0.8)
    sources = sorted({source for _, source, _ in PARTS})
    table: dict[str, list[Any]] = {"year": [str(year) for year in YEARS]}
    table |= {source: [amount for _, one, amount in PARTS if one == source] for source in sources}
    stacked = plotting.figure(x_range=table["year"], width=900, height=300)
    colours = import_module("bokeh.palettes").Category10[len(sources)]
    stacked.vbar_stack(sources, x="year", width=0.8, source=table, color=colours)
    html: str = embed.file_html(layouts.column(bars, stacked), resources.INLINE, "charts")
    return html


def _specification() -> Any:  # noqa: ANN401 - altair's own type
    altair = import_module("altair")
    bars = altair.Chart(altair.Data(values=[{"party": name, "amount": amount} for name, amount in BARS]))
    parts = altair.Data(values=[{"year": year, "source": name, "amount": n} for year, name, n in PARTS])
    drawn = bars.mark_bar().encode(x="party:N", y="amount:Q").properties(width=900)
    stacked = altair.Chart(parts).mark_bar().encode(x="year:O", y="sum(amount):Q", color="source:N")
    return altair.vconcat(drawn, stacked.properties(width=900))


def _altair() -> str:
    html: str = _specification().to_html(inline=True, embed_options={"renderer": "svg", "actions": False})
    return html


def _vl_convert() -> str:
    drawn: str = import_module("vl_convert").vegalite_to_svg(_specification().to_dict())
    return _page(drawn)


def _ours() -> str:
    sys.path.insert(0, str(ROOT))
    folder = ROOT / "aiweb" / "views" / "explorer"
    lean = import_module("aiweb.views.explorer.page").lean
    kit = lean((folder / "script" / "charts.js").read_text(encoding="utf-8"))
    style = lean((folder / "style" / "charts.css").read_text(encoding="utf-8"))
    script = OURS.replace("KIT", kit).replace("BARS", json.dumps(BARS)).replace("PARTS", json.dumps(PARTS))
    return _page(
        f"<div class=stage></div><div id=charts></div><style>{style}</style><script>{script}</script>"
    )


# What of the page the kit leans on, and the two charts.
OURS: Final = """
(() => {
const at = (id) => document.getElementById(id);
const t = (key) => key;
const state = { language: "en", view: "graph", chosen: null };
const data = { money: [] };
const VIEWS = {};
const choose = () => {};
const fill = (node, set) => {
  for (const [name, value] of Object.entries(set)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  return node;
};
const make = (tag, set = {}, ...children) => {
  const node = fill(document.createElement(tag), set);
  node.append(...children.flat().filter(Boolean));
  return node;
};
const drawing = (tag, set, ...children) => {
  const node = fill(document.createElementNS("http://www.w3.org/2000/svg", tag), set);
  node.append(...children);
  return node;
};
KIT
const bars = BARS;
const parts = PARTS;
const draw = (title, names, most, marks) => {
  const x = band(names, [60, 900]);
  const y = linear([0, most], [250, 10]);
  const rects = marks(x, y).map(([said, left, low, upper]) => {
    const place = { x: left, y: y(upper), width: x.width, height: y(low) - y(upper) };
    return svgMark({ said, act: () => {} }, drawing("rect", place));
  });
  const svg = roving(chartSvg(900, 290, title, axis(y, { side: "left", from: 60, to: 900 }), ...rects));
  at("charts").append(chart({ title, says: title, svg, columns: ["a", "b"], rows: [] }));
};
draw("bars", bars.map(([name]) => name), Math.max(...bars.map(([, amount]) => amount)), (x) =>
  bars.map(([name, amount]) => [[name, String(amount)], x(name), 0, amount]));
const years = [...new Set(parts.map(([year]) => year))];
const sums = new Map(years.map((year) => [year, 0]));
draw("sources", years, 200, (x) =>
  parts.map(([year, name, amount]) => {
    const low = sums.get(year);
    sums.set(year, low + amount);
    return [[name, String(year), String(amount)], x(year), low, low + amount];
  }));
})();
"""

CONTENDERS: Final[Mapping[str, Callable[[], str]]] = {
    "ours": _ours,
    "plotly": _plotly,
    "bokeh": _bokeh,
    "altair": _altair,
    "vl-convert": _vl_convert,
}


def _page(body: str) -> str:
    head = "<meta charset=utf-8><title>charts</title>"
    return f"<!DOCTYPE html><html lang=en><head>{head}</head><body>{body}</body></html>"


# ---- What is seen ---------------------------------------------------------------------------------


def guarded(html: str) -> str:
    """Give a page the policy of ours: nothing is fetched, and only what stands in it by hash may run."""
    hashes = {
        kind: " ".join(_hash(text) for text in re.findall(rf"<{kind}\b[^>]*>(.*?)</{kind}>", html, re.DOTALL))
        for kind in ("script", "style")
    }
    policy = "; ".join(
        ["default-src 'none'", "img-src data:"]
        + [f"{kind}-src {found or chr(39) + 'none' + chr(39)}" for kind, found in hashes.items()]
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return re.sub(r"(<head[^>]*>)", lambda found: found[1] + meta, html, count=1)


def _hash(text: str) -> str:
    # As a browser reads the text: with line feeds only.
    read = text.replace("\r\n", "\n").replace("\r", "\n")
    return f"'sha256-{base64.b64encode(hashlib.sha256(read.encode()).digest()).decode()}'"


def look(name: str, file: Path, openings: int) -> Seen:
    """Open a page a few times as it is, and once under the policy."""
    from playwright.sync_api import sync_playwright

    html = file.read_text(encoding="utf-8")
    strict = file.with_name(f"strict-{file.name}")
    strict.write_text(guarded(html), encoding="utf-8")
    watch = WATCH.replace("LOOK", LOOK).replace("WANTED", str(MARKS))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("AIWEB_CHROMIUM"), args=["--no-sandbox"]
        )

        def opened(path: Path) -> tuple[float | None, dict[str, int], int]:
            context = browser.new_context(offline=True, viewport={"width": 1000, "height": 800})
            context.add_init_script(watch)
            tab = context.new_page()
            refused: list[str] = []
            tab.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
            tab.on("pageerror", lambda error: refused.append(str(error)))
            tab.goto(path.as_uri())
            at = None
            for _ in range(100):
                at = tab.evaluate("window.pictureAt ?? null")
                if at is not None:
                    break
                tab.wait_for_timeout(200 if path != strict else 50)
            found: dict[str, int] = tab.evaluate(f"({LOOK})()")
            context.close()
            return at, found, len(refused)

        times = [opened(file) for _ in range(openings)]
        at, _, refusals = opened(strict)
        browser.close()
    measured = [time for time, _, _ in times if time is not None]
    _, found, _ = times[0]
    bare = len(_page("").encode())
    data = len(json.dumps([BARS, PARTS]).encode())
    return Seen(
        name,
        (len(html.encode()) - bare - data) / 1000,
        median(measured) if measured else None,
        at is not None,
        refusals,
        min(found["named"], MARKS),
        min(found["reachable"], MARKS),
    )


if __name__ == "__main__":
    sys.exit(main())
