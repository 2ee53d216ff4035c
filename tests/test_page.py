"""The page as text: what it holds, what it never holds, and that equal registries give equal bytes."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import combinations, pairwise, permutations, product
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiweb.analysis.circulation import circulation
from aiweb.analysis.loops import loops
from aiweb.errors import BadOption
from aiweb.graph import Consideration, DealGraph, Preset, convention
from aiweb.model import (
    Basis,
    Certainty,
    DisputedField,
    Exit,
    FigureKind,
    Grade,
    Instrument,
    Metric,
    Party,
    PartyKind,
    Registry,
    Side,
    Status,
)
from aiweb.values import Money
from aiweb.views.explorer import page
from aiweb.views.explorer.layout import BANDS, COLUMN, ROW, joined, layout
from aiweb.views.explorer.packing import packed
from aiweb.views.explorer.page import CHAPTERS, STYLES, compressed, lean, script_text
from aiweb.views.explorer.payload import CORE, SHOWN, SPARE, core, payload
from aiweb.views.explorer.wording import chinese, english, percent, words
from tests.webs import registry

WEB = """
nvidia -> openai: up to $100bn letter-of-intent 2025-09-22; 2026-02-27 cancelled
openai -> oracle: $300bn purchase 2025-09-10
oracle -> nvidia: $40bn purchase 2025-05-23; 2025-12-01 paid $10bn
*banks -> oracle: $18bn loan 2025-09-24
oracle -> openai: $20bn 2025-09-01
openai -> amd: undisclosed purchase 2025-10-06
amd -> openai: up to $96bn warrant market 2025-10-06
openai -> oracle: $5bn lease announced 2026-01-10
"""
LIMIT = 1_200_000
_JSON = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.sampled_from([0.14, -0.5, 2.0]) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from("abcd"), inner),
)
FIGURES = """
a -> b: $7bn
---
figures:
  a:
    - {metric: revenue, period: 2024, amount: $3bn, kind: reported, source: s}
    - {metric: revenue, period: 2025-Q1, amount: $1bn, kind: press, known: 2025-05-01, source: s}
    - {metric: revenue, period: 2026, amount: $9bn, kind: forecast, known: 2025-05-01, source: s}
    - {metric: cash, period: 2026-06-30, amount: $5bn, kind: reported, known: 2026-08-01, source: s}
    - {metric: share-of-revenue, period: 2024, percent: 62%, kind: reported, counterparty: b, source: s}
    - {metric: share-of-revenue, period: 2025-Q1, percent: 23%, kind: reported, source: s}
"""


def test_the_page_needs_nothing_from_anywhere() -> None:
    """No script, style, image or frame from elsewhere; links only once a source is shown."""
    html = page(registry(WEB))
    tags = _tags(html)

    assert html.startswith("<!DOCTYPE html>\n<html lang=")
    assert not [tag for tag, given in tags if tag == "script" and "src" in given]
    assert not {tag for tag, _ in tags} & {"img", "iframe", "object", "embed", "base"}
    assert not [given for tag, given in tags if tag == "form" and "action" in given]
    assert {given["href"] for tag, given in tags if tag == "link"} == {"data:,"}
    links = [value for _, given in tags for name, value in given.items() if name in {"src", "href"}]
    assert not [value for value in links if value.startswith(("http", "//"))]


def test_the_policy_names_the_scripts_and_styles_of_the_page_and_no_others() -> None:
    """By the hash of each."""
    html = page(registry(WEB))
    policy = next(given["content"] for tag, given in _tags(html) if tag == "meta" and "http-equiv" in given)
    run = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    run.append(zlib.decompress(base64.b64decode(_script(html, "code"))).decode())
    styles = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)

    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for text in (*run, *styles):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.count("sha256-") == len(run) + len(styles) == 3


def test_names_from_the_registry_stay_text() -> None:
    """A party, a deal and a source are named as if they were markup or a template."""
    html = page(hostile())

    assert "<img src=x" not in html
    assert html.count("</script") == 4
    assert "{{7*7}}" in html
    shown = held(html)["data"]
    assert shown["parties"]["a"]["name"] == "<img src=x onerror=alert(1)>"
    assert shown["deals"][0]["title"] == "</script><script>alert(2)</script>{{7*7}}"


def test_the_page_is_the_same_for_the_same_registry(root: Path) -> None:
    """Two hash seeds, and the deals and parties of the file in another order."""
    script = (
        "import sys; from aiweb.views.explorer import page; from tests.webs import registry;"
        "sys.stdout.buffer.write(page(registry(sys.stdin.read())).encode())"
    )
    written = [
        subprocess.run(
            [sys.executable, "-c", script],
            input=WEB.encode(),
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    read = registry(WEB)
    turned = replace(
        read,
        deals=MappingProxyType(dict(reversed([*read.deals.items()]))),
        parties=MappingProxyType(dict(reversed([*read.parties.items()]))),
    )

    assert written[0] == written[1] == page(read).encode() == page(turned).encode()


def test_making_the_page_leaves_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pyvis would put a folder into the working directory."""
    monkeypatch.chdir(tmp_path)
    page(registry(WEB))

    assert list(tmp_path.iterdir()) == []


def test_no_path_of_a_machine_is_in_the_page(tmp_path: Path) -> None:
    """The registry stands deep in some folder."""
    html = page(replace(registry(WEB), path=str(tmp_path / "deep" / "deals.yaml")))

    assert str(tmp_path) not in html
    assert held(html)["data"]["file"] == "deals.yaml"


def test_the_page_of_the_shipped_registry_is_small(shipped_page: str) -> None:
    """At most 1.2 MB, vis-network included."""
    assert len(shipped_page.encode()) <= LIMIT


@given(_JSON)
def test_what_is_packed_can_be_read_back(value: Any) -> None:  # noqa: ANN401 - any JSON
    """Any JSON, by the rules the script of the page follows; a truth stays one and no number."""
    back = unpacked(json.loads(json.dumps(packed(value))))

    assert json.dumps(back) == json.dumps(value)


def test_packing_keeps_a_part_once() -> None:
    """Ten equal rows cost little more than one."""
    row: Any = {"publisher": "The publisher of them all", "grade": "press", "sources": [1, 2, 3]}

    def size(value: Any) -> int:  # noqa: ANN401 - any JSON
        return len(json.dumps(value))

    assert size(packed([row] * 10)) < 1.5 * size(packed([row]))
    assert size(packed(payload(registry(WEB)))) < 0.75 * size(payload(registry(WEB)))
    assert len(compressed(packed([row] * 10))) < len(compressed([row] * 10)) + 40


def test_the_script_and_style_lose_only_whole_lines_of_comment(root: Path) -> None:
    """What stands in the page is, line for line, what stands in the files."""
    folder = root / "aiweb/views/explorer"
    assert {path.stem for path in folder.glob("script/*.js")} == {*CHAPTERS}
    assert {path.stem for path in folder.glob("style/*.css")} == {*STYLES}
    for path in (*folder.glob("script/*.js"), *folder.glob("style/*.css")):
        text = path.read_text(encoding="utf-8")
        bare = re.sub(r"(?ms)^[ \t]*(?:/\*.*?\*/|//[^\n]*)[ \t]*$", "", text)

        assert lean(text).splitlines() == [line.strip() for line in bare.splitlines() if line.strip()], path
    with pytest.raises(ValueError, match="several lines"):
        lean("const a = `one\n  two`;\n")
    for text in ("/* a */ b();\n", "/* a\nb */ c();\n", "/* a */ b(); /* c */\n"):
        with pytest.raises(ValueError, match="follows a comment"):
            lean(text)


def test_the_page_holds_plain_values_only() -> None:
    """No Decimal, date, tuple of unknowns or None reaches JSON."""
    found = {type(value) for value in _values(payload(registry(WEB)))}

    assert found <= {str, int, float, bool}


@pytest.mark.parametrize("day", ["2025-10-08", "2026-12-31"])
@pytest.mark.parametrize("preset", list(Preset))
@pytest.mark.parametrize("consideration", list(Consideration))
def test_the_numbers_of_the_page_are_those_of_the_analyses(
    day: str, preset: Preset, consideration: Consideration
) -> None:
    """Every number, leg and loop of a view, against the analysis it comes from."""
    read = registry(WEB)
    shown: Any = payload(read)
    graph = DealGraph(read, convention(read, day, preset, consideration))
    view = shown["snapshots"][f"{day}/{preset}/{consideration}"]
    found, around = circulation(graph), loops(graph)

    def amount(number: int) -> Money:
        row = shown["money"][number]
        return Money(row["low"], row["high"], row.get("undisclosed", 0))

    def bare(money: Money) -> Money:
        return Money(money.low, money.high)

    numbers = view["numbers"]
    assert amount(numbers["circular"]) == bare(found.circular)
    assert amount(numbers["gross"]) == bare(found.gross)
    assert amount(numbers["net"]) == bare(found.net_debt)
    assert numbers["unknown"] == len(found.unknown)
    assert numbers["undisclosed"] == found.gross.undisclosed
    assert (numbers.get("low", ""), numbers.get("high", "")) == (
        percent(found.share_low),
        percent(found.share_high),
    )
    assert [rung["length"] for rung in numbers["ladder"]] == [2, 3, 4, 0]
    assert [amount(rung["amount"]) for rung in numbers["ladder"]] == [
        bare(rung.circular) for rung in found.ladder if rung.circular is not None
    ]
    names = [f"{deal['id']}/{n}" for deal in shown["deals"] for n, _ in enumerate(deal["legs"], 1)]
    totals = {name: (amount(pays), amount(receives)) for name, pays, receives in view["totals"]}
    for name, (pays, receives) in totals.items():
        assert pays.high == sum(leg.amount.high for leg in graph.legs if leg.payer == name)
        assert receives.low == sum(leg.amount.low for leg in graph.legs if leg.payee == name)
    assert totals.keys() == set(graph.nx)
    assert {names[leg]: amount(worth) for leg, worth in _counted(shown, day, view).items()} == {
        leg.id: Money(leg.amount.low, leg.amount.high, leg.amount.undisclosed) for leg in graph.legs
    }
    assert {names[leg] for _, legs in view["out"] for leg in legs} == {out.state.id for out in graph.excluded}
    for listed, those in ((view["loops"], around.loops), (view["unpriced"], around.unpriced)):
        assert [[shown["hops"][hop]["from"] for hop in loop["hops"]] for loop in listed] == [
            list(loop.parties) for loop in those
        ]
    assert [amount(loop["amount"]) for loop in view["loops"]] == [bare(loop.amount) for loop in around.loops]


def test_an_undisclosed_amount_is_never_nothing() -> None:
    """A loop of which one hop is undisclosed has a limit; one of which all are has none."""
    shown: Any = payload(
        registry(
            """
            a -> b: $7bn
            b -> a: undisclosed purchase
            a -> c: undisclosed
            c -> a: undisclosed purchase
            """
        ),
        dates=["2026-12-31"],
    )
    view = shown["snapshots"]["2026-12-31/contracted/cash"]
    limited, unknown = sorted(view["unpriced"], key=lambda loop: "most" not in loop)

    assert view["loops"] == []
    assert shown["money"][limited["most"]]["en"] == "$7bn"
    assert "most" not in unknown
    assert "amount" not in unknown
    assert shown["money"][_counted(shown, "2026-12-31", view)[1]] == {
        "low": 0,
        "high": 0,
        "en": "undisclosed",
        "zh": "未披露",
        "undisclosed": 1,
    }


def test_a_leg_that_does_not_count_says_why_in_both_languages() -> None:
    """Three reasons at least, each a key of the words."""
    shown: Any = payload(registry(WEB))

    assert {reason["key"] for reason in shown["reasons"]} >= {
        "reason.ended",
        "reason.no-cash",
        "reason.unpaid",
    }
    for language, reason in product(words().values(), shown["reasons"]):
        assert reason["key"] in language


def test_days_can_be_chosen_and_are_shown_in_order() -> None:
    """A month counts as its last day, and a day given twice is shown once."""
    shown: Any = payload(registry(WEB), dates=["2026-06-01", "2025-10", "2026-06-01"])

    assert shown["dates"] == ["2025-10-31", "2026-06-01"]
    with pytest.raises(BadOption, match="as-of date"):
        page(registry(WEB), dates=["soon"])


def test_a_registry_older_than_the_article_has_its_own_day_only() -> None:
    """
    a -> b: 7
    ---
    as_of: 2025-03-01
    """
    shown: Any = payload(registry(test_a_registry_older_than_the_article_has_its_own_day_only.__doc__))

    assert shown["marked"] == ["2025-03-01"]
    assert max(shown["dates"]) == "2025-03-01"


def test_both_languages_have_the_same_words() -> None:
    """And the same places for values in each."""
    english, chinese = words()["en"], words()["zh"]

    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", chinese[key])), key


def test_every_word_the_page_asks_for_is_there(root: Path) -> None:
    """In the script, in the template, and for every word of the model."""
    folder = root / "aiweb/views/explorer"
    asked = set(re.findall(r"\bt\([\"']([\w.-]+)[\"']", script_text()))
    template = (folder / "template.html").read_text(encoding="utf-8")
    asked |= set(re.findall(r"data-(?:t|label)=\"([\w.-]+)\"", template))
    families: Mapping[str, Sequence[object]] = {
        "kind": list(PartyKind),
        "instrument": list(Instrument),
        "side": list(Side),
        "status": list(Status),
        "basis": list(Basis),
        "certainty": list(Certainty),
        "exit": list(Exit),
        "metric": list(Metric),
        "figure": list(FigureKind),
        "grade": list(Grade),
        "field": list(DisputedField),
        "preset": list(Preset),
        "says": list(Preset),
        "consideration": list(Consideration),
        "band": list(BANDS),
    }
    asked |= {f"{family}.{word}" for family, members in families.items() for word in members}

    assert asked <= words()["en"].keys()


def test_no_two_parties_stand_in_each_others_way() -> None:
    """Three hundred parties of every kind, each paying three others."""
    crowd, weights = _crowd(300)
    found = layout(crowd, weights)

    assert found.places.keys() == crowd.keys()
    for (x1, y1), (x2, y2) in combinations(found.places.values(), 2):
        assert abs(x1 - x2) >= COLUMN or abs(y1 - y2) >= ROW
    for name, (x, y) in found.places.items():
        band = next(band for band in found.bands if crowd[name].kind in BANDS[band.name])
        assert band.left < x < band.right
        assert 0 < y < found.height
    assert all(one.right < other.left for one, other in pairwise(found.bands))


def test_places_do_not_hang_on_the_order_of_the_file() -> None:
    """Forty parties, told forwards and backwards."""
    crowd, weights = _crowd(40)

    assert layout(crowd, weights) == layout(
        dict(reversed([*crowd.items()])), dict(reversed([*weights.items()]))
    )


def test_parties_that_pay_each_other_stand_close() -> None:
    """Three labs, each with a cloud of its own: any other way to place the clouds is longer."""
    crowd = {name: _party(PartyKind.LAB) for name in ("l1", "l2", "l3")}
    crowd |= {name: _party(PartyKind.CLOUD) for name in ("c1", "c2", "c3")}
    own = {"l1": "c3", "l2": "c1", "l3": "c2"}
    found = layout(crowd, dict.fromkeys(own.items(), 5)).places

    def length(clouds: Sequence[str]) -> int:
        return sum(
            (found[lab][0] - found[cloud][0]) ** 2 + (found[lab][1] - found[cloud][1]) ** 2
            for lab, cloud in zip(own, clouds, strict=True)
        )

    assert length([*own.values()]) == min(length(clouds) for clouds in permutations(own.values()))


def test_those_called_in_stand_between_those_shown_first() -> None:
    """Forty of three hundred are shown first; every other has a place of its own in its band."""
    crowd, weights = _crowd(300)
    few = [*crowd][:40]
    found, places = joined(crowd, weights, few)

    assert places.keys() == crowd.keys()
    assert len({*places.values()}) == len(places)
    assert {name: places[name] for name in few} == {name: found.places[name] for name in few}
    for name, (x, y) in places.items():
        band = next(band for band in found.bands if crowd[name].kind in BANDS[band.name])
        assert band.left < x < band.right
        assert 0 < y < found.height
    again = joined(dict(reversed([*crowd.items()])), dict(reversed([*weights.items()])), few[::-1])
    assert again == (found, places)


def test_the_core_holds_all_on_a_loop_and_then_who_moves_most() -> None:
    """The poorest is on a loop; of the others the richest come first; a few more are all shown."""
    totals = {f"p{n:02}": (Money(n, n), Money(n, n)) for n in range(CORE + SPARE + 1)}
    first = core(totals, ["p00", "p01"])

    assert first == ["p00", "p01", *[*totals][-(CORE - 2) :]]
    assert core({name: totals[name] for name in [*totals][1:]}, ["p01"]) is None
    assert core(totals, totals) == [*totals]


def test_every_listed_loop_of_the_shipped_registry_is_in_the_core(shipped_page: str) -> None:
    """Of the first loops, on each day, under each convention."""
    shown = held(shipped_page)["data"]
    for view in shown["snapshots"].values():
        looped = {
            shown["hops"][hop]["from"]
            for loop in (*view["loops"][:SHOWN], *view["unpriced"][:SHOWN])
            for hop in loop["hops"]
        }
        assert looped <= {*view.get("core", looped)}
        assert len(view.get("core", ())) <= max(CORE, len(looped))


@pytest.mark.parametrize(
    "money, in_english, in_chinese",
    [
        (Money(0, 100, ceilings=1), "up to $100", "至多100美元"),
        (Money(0, 100, undisclosed=2), "up to $100, plus 2 undisclosed", "至多100美元，另有2笔未披露"),
        (Money(0, 90, ceilings=2), "up to $90 incl. 2 “up to”", "至多90美元，含2笔“至多”"),
        (Money(7, 9, ceilings=1), "$7–9 incl. 1 “up to”", "7–9美元，含1笔“至多”"),
        (
            Money(7, 7, 1, ceilings=1),
            "$7, plus 1 “up to” and 1 undisclosed",
            "7美元，另有1笔“至多”、1笔未披露",
        ),
        (Money(0, 0, ceilings=1), "no lower bound", "无下限"),
        (Money(0, 0, ceilings=2), "$0, plus 2 “up to”", "0美元，另有2笔“至多”"),
        (Money(0, 0, undisclosed=3), "3 undisclosed", "3笔未披露"),
        (Money(7, 7, unbounded=True), "at least $7", "至少7美元"),
        (Money(7, 9, unbounded=True), "$7–9+", "7–9美元以上"),
        (Money(0, 0), "$0", "0美元"),
        (Money(-9, -9), "-$9", "-9美元"),
    ],
)
def test_an_amount_reads_well(money: Money, in_english: str, in_chinese: str) -> None:
    """No talk of ceilings, and no range that starts at nothing."""
    assert english(money) == in_english
    assert chinese(money) == in_chinese


def test_no_amount_of_the_shipped_registry_talks_of_ceilings(shipped_page: str) -> None:
    """Nor starts at nothing."""
    shown = held(shipped_page)["data"]

    assert not [row for row in shown["money"] if "ceiling" in row["en"] or "$0–" in row["en"]]


def test_a_party_has_its_latest_figures_as_of_the_day() -> None:
    """What others expect is none of them, nor a share of nobody knows whom; cash becomes known later."""
    shown: Any = payload(registry(FIGURES), dates=["2025-04-01", "2025-06-01", "2026-12-31"])

    def latest(day: str) -> list[tuple[str, str, str]]:
        rows = shown["figures"][day]["a"]
        return [
            (
                row["metric"],
                row["period"],
                row.get("percent") or shown["money"][row["amount"]]["en"],
            )
            for row in rows
        ]

    share = ("share-of-revenue", "2024", "62%")
    assert latest("2025-04-01") == [("revenue", "2024", "$3bn"), share]
    assert latest("2025-06-01") == [("revenue", "2025-Q1", "$1bn"), share]
    assert latest("2026-12-31") == [("cash", "2026-06-30", "$5bn"), ("revenue", "2025-Q1", "$1bn"), share]
    assert shown["figures"]["2025-06-01"].keys() == {"a"}
    assert shown["sources"][shown["figures"]["2025-06-01"]["a"][0]["sources"][0]]["name"] == "s"


def unpacked(short: Any) -> Any:  # noqa: ANN401 - any JSON
    """Read back a packed value, as the script of the page does."""

    def value(part: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(part, int | float) and not isinstance(part, bool) and part < 0:
            return value(short["kept"][-1 - int(part)])
        if not isinstance(part, list):
            return part
        kind, *inner = part
        if kind < 0:
            return inner[0]
        if kind == 0:
            return [*map(value, inner)]
        return dict(zip(short["shapes"][kind - 1], map(value, inner), strict=True))

    return value(short["root"])


def cast(read: Registry, **kinds: str) -> Registry:
    """Give parties of a small web the kinds they have in life."""
    parties = {
        name: party.model_copy(update={"kind": PartyKind(kinds.get(name, party.kind))})
        for name, party in read.parties.items()
    }
    return replace(read, parties=MappingProxyType(parties))


def hostile() -> Registry:
    """Read a registry whose every text tries to be something else."""
    text = """
    a -> b: $7bn
    b -> a: $5bn purchase
    """
    read = registry(text)
    bad = "<img src=x onerror=alert(1)>"
    deal = read.deals["d1"].model_copy(
        update={"title": "</script><script>alert(2)</script>{{7*7}}", "note": f"{bad}{{{{7*7}}}}"}
    )
    source = read.sources["s"].model_copy(update={"title": f"href{bad}", "publisher": bad})
    party = read.parties["a"].model_copy(update={"name": bad, "zh": bad, "also": ("'\"-->",)})
    return replace(
        read,
        deals=MappingProxyType({**read.deals, "d1": deal}),
        sources=MappingProxyType({**read.sources, "s": source}),
        parties=MappingProxyType({**read.parties, "a": party}),
    )


def _crowd(size: int) -> tuple[dict[str, Party], dict[tuple[str, str], int]]:
    """Make parties of every kind, and three payments from each."""
    kinds = list(PartyKind)
    crowd = {f"p{n}": _party(kinds[n * n % 29 % len(kinds)]) for n in range(size)}
    weights = {
        (f"p{n}", f"p{(n * step + step) % size}"): 1 + n % 5 for n in range(size) for step in (3, 7, 11)
    }
    return crowd, weights


def _party(kind: PartyKind) -> Party:
    return Party.model_validate({"name": "n", "zh": "n", "kind": kind})


def _counted(shown: Any, day: str, view: Any) -> dict[int, int]:  # noqa: ANN401 - JSON
    """Say what each leg that counts is worth: what it stands at, unless the view says otherwise."""
    return {leg: shown["states"][day][leg]["amount"] for leg in view["legs"]} | dict(view["worth"])


def held(html: str) -> Any:  # noqa: ANN401 - any JSON
    """Read back the values that a page holds."""
    return unpacked(json.loads(zlib.decompress(base64.b64decode(_script(html, "payload")))))


def _script(html: str, name: str) -> str:
    found = re.search(rf'<script type="[a-z/]+" id="{name}">(.*?)</script>', html, re.DOTALL)
    assert found
    return found[1]


def _tags(html: str) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, {name: value or "" for name, value in attrs}))

    Tags().feed(html)
    return found


def _values(node: object) -> list[object]:
    if isinstance(node, Mapping):
        assert all(isinstance(key, str) for key in node)
        return [value for row in node.values() for value in _values(row)]
    if isinstance(node, list | tuple):
        return [value for row in node for value in _values(row)]
    return [node]
