"""One HTML file that needs no server and no network, made through pyvis.

pyvis holds the nodes and edges, and fills a template of ours instead of its own:
its own asks other servers for parts and writes names into the page as markup.
vis-network is read out of the installed pyvis, and only the script:
its style dresses buttons and menus that this page does not have.
Text from the registry enters the page through autoescaping or as JSON, never as markup.
The page's policy lets run only the scripts whose hashes it names, and lets nothing be fetched.
Values and scripts stand in the page compressed; `unpack.js`, a dozen lines, brings the scripts back.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiweb.model import PartyKind, Registry
from aiweb.views.explorer.packing import packed
from aiweb.views.explorer.payload import Json, Row, payload
from aiweb.views.explorer.wording import LANGUAGES, words

if TYPE_CHECKING:
    from jinja2 import Environment
    from pyvis.network import Network

SHAPES: Final[Mapping[PartyKind, str]] = {
    PartyKind.CAPITAL: "square",
    PartyKind.STATE: "star",
    PartyKind.LAB: "dot",
    PartyKind.CUSTOMER: "triangleDown",
    PartyKind.CLOUD: "hexagon",
    PartyKind.NEOCLOUD: "dot",
    PartyKind.DEVELOPER: "square",
    PartyKind.VEHICLE: "diamond",
    PartyKind.CHIPMAKER: "hexagon",
    PartyKind.MEMORY: "diamond",
    PartyKind.FOUNDRY: "triangle",
    PartyKind.MANUFACTURER: "triangleDown",
}
OPTIONS: Final[Mapping[str, Json]] = {
    "autoResize": True,
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "interaction": {
        "hover": False,
        "hideEdgesOnDrag": True,
        "hideEdgesOnZoom": True,
        "selectConnectedEdges": False,
        "keyboard": {"enabled": False},
        "tooltipDelay": 0,
    },
    "nodes": {"borderWidth": 1.5},
    "edges": {
        "arrowStrikethrough": False,
        "smooth": {"enabled": True, "type": "curvedCW", "roundness": 0.14},
        "hoverWidth": 0,
        "selectionWidth": 0,
        "endPointOffset": {"to": -2},
    },
}

CHAPTERS: Final = (
    "values",
    "circulate",
    "state",
    "charts",
    "explain",
    "graph",
    "numbers",
    "panel",
    "party",
    "deal",
    "loop",
    "filters",
    "table",
    "loops",
    "flows",
    "matrix",
    "timeline",
    "gap",
    "stress",
    "whatif",
    "compare",
    "time",
    "story",
    "save",
    "search",
    "start",
)
"""The script, in reading order: chapters of one function.

Each may use what stands before it at once, and what comes later only when something happens.
"""
STYLES: Final = (
    "base",
    "head",
    "numbers",
    "graph",
    "panel",
    "charts",
    "views",
    "money",
    "time",
    "compare",
    "story",
    "table",
    "small",
)
"""The style, in reading order."""
FALLBACK: Final = 1000
"""So many legs a reader without scripts is shown, the largest."""
_NETWORK: Final = "lib/vis-9.1.2/vis-network.min.js"


def page(registry: Registry, *, dates: Sequence[str] | None = None) -> str:
    """Write the page for a registry; `dates` are the days one can switch between.

    Raises:
        BadOption: a date is none.
    """
    from pyvis.network import Network

    shown = payload(registry, dates)
    network = Network(directed=True, cdn_resources="in_line", height="100%")
    _draw(network, shown)
    network.set_options(json.dumps(OPTIONS))
    network.templateEnv = _environment(network.templateEnv, shown)
    network.path = "template.html"
    html: str = network.generate_html()
    return html


def _draw(network: Network, shown: Mapping[str, Any]) -> None:
    """Hand pyvis every party that takes part, by rank, and an arrow for each that pays another."""
    drawn = {name: party for name, party in shown["parties"].items() if "spots" in party}
    for name, party in sorted(drawn.items(), key=lambda row: int(row[1]["rank"])):
        x, y = party["spots"]["core"]
        shape = SHAPES[PartyKind(party["kind"])]
        network.add_node(name, label=party["name"], shape=shape, size=party["size"], x=x, y=y)
    for payer, payee in sorted({(leg["payer"], leg["payee"]) for leg in shown["legs"]}):
        network.add_edge(payer, payee, id=f"{payer}>{payee}")


def _environment(packaged: Environment, shown: Row) -> Environment:
    """Make the environment that fills our template: everything escaped, nothing left undefined."""
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    here = Path(__file__).parent
    loader = ChoiceLoader([FileSystemLoader(here), *([packaged.loader] if packaged.loader else [])])
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    # Read as text, not as templates: braces in a script are its own.
    network = loader.get_source(environment, _NETWORK)[0]
    code = _inline(f"{network}\n{script_text()}")
    unpack, style = _inline(lean(_text("unpack.js"))), _inline(style_text())
    environment.filters["compressed"] = lambda value: compressed(packed(value))
    environment.globals |= {
        "payload": shown,
        "words": words(),
        "languages": LANGUAGES,
        "t": words()["en"],
        "code": deflated(code),
        "unpack": Markup(unpack),  # noqa: S704 - ours
        "style": Markup(style),  # noqa: S704 - ours
        "policy": _policy([code, unpack], [style]),
        "fallback": _fallback(shown),
        "left": _left(shown),
    }
    return environment


def compressed(value: Json) -> str:
    r"""Write JSON that can stand in a page, whatever texts it holds: compressed by zlib, in base64.

    >>> from base64 import b64decode; zlib.decompress(b64decode(compressed({"name": "</script>"})))
    b'{"name":"</script>"}'
    """
    return deflated(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


def deflated(text: str) -> str:
    """Compress a text by zlib, and write it in base64."""
    return b64encode(zlib.compress(text.encode(), 9)).decode()


def script_text() -> str:
    """Put the chapters of the script together as one function; it waits for its values to be unpacked."""
    chapters = "".join(lean(_text("script", f"{name}.js")) for name in CHAPTERS)
    return f'(async () => {{\n"use strict";\n{chapters}}})();\n'


def style_text() -> str:
    """Put the parts of the style together."""
    return "".join(lean(_text("style", f"{name}.css")) for name in STYLES)


def _text(*path: str) -> str:
    return Path(__file__).parent.joinpath(*path).read_text(encoding="utf-8")


def lean(text: str) -> str:
    r"""Leave out of a script or style of ours what only its writer reads: indentation and comments.

    Comments count only where they fill whole lines, so no text within a line is ever touched.
    A text over several lines, or code after a comment on its line, would not survive: there may be none.

    >>> lean("/* one\n   two */\na {\n  b: c; /* kept */\n}\n\n// three\n")
    'a {\nb: c; /* kept */\n}\n'

    Raises:
        ValueError: a text in backquotes runs over a line, or code follows a comment on its line.
    """
    kept, comment = [], False
    for line in map(str.strip, text.splitlines()):
        if line.count("`") % 2:
            raise ValueError("a text over several lines would not survive")
        comment = comment or line.startswith("/*")
        if not (comment or not line or line.startswith("//")):
            kept.append(line)
        if comment and "*/" in line:
            if not line.endswith("*/") or line.count("*/") > 1:
                raise ValueError("what follows a comment on its line would be lost")
            comment = False
    return "".join(f"{line}\n" for line in kept)


def _inline(text: str) -> str:
    """Make a file fit to stand in an element: as a browser will read it, so that its hash holds."""
    lowered = text.lower()
    if "</script" in lowered or "</style" in lowered or "<!--" in lowered:
        raise ValueError("a script or style that closes its own element cannot be put in line")
    return "\n" + text.replace("\r\n", "\n").replace("\r", "\n").strip() + "\n"


def _policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src {' '.join(map(_hash, styles))}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _left(shown: Mapping[str, Any]) -> str:
    """Say how many legs are not in those rows, if any."""
    left = sum(map(bool, shown["states"][shown["dates"][-1]])) - FALLBACK
    return f"{left:,}" if left > 0 else ""


def _fallback(shown: Mapping[str, Any]) -> list[dict[str, str]]:
    """Rows of the table for a reader without scripts: the last day shown, contracted, in cash."""
    standing = shown["states"][shown["dates"][-1]]
    known = [number for number, state in enumerate(standing) if state]

    def least(number: int) -> tuple[int, int]:
        return -shown["money"][standing[number]["amount"]]["high"], number

    largest = {*sorted(known, key=least)[:FALLBACK]}
    day = shown["dates"][-1]
    counted = {*shown["snapshots"][f"{day}/contracted/cash"]["legs"]}
    titles = {deal["id"]: deal["title"] for deal in shown["deals"]}
    rows = []
    for number, (leg, state) in enumerate(zip(shown["legs"], shown["states"][day], strict=True)):
        if number in largest:
            rows.append(
                {
                    "payer": shown["parties"][leg["payer"]]["name"],
                    "payee": shown["parties"][leg["payee"]]["name"],
                    "amount": shown["money"][state["amount"]]["en"],
                    "instrument": leg["instrument"],
                    "status": state["status"],
                    "since": state["since"],
                    "deal": titles[leg["deal"]],
                    "counts": "yes" if number in counted else "no",
                }
            )
    return rows
