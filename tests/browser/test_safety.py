"""Whatever a registry says stays text: five hundred strings that try to be something else, in one page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from types import MappingProxyType
from typing import Any, Final

import pytest

from aiweb.model import Registry
from aiweb.views.explorer import page
from tests.browser.conftest import Opened, Opener
from tests.webs import registry

pytestmark = pytest.mark.browser

VIEWS: Final = ("graph", "loops", "flows", "matrix", "timeline", "gap", "stress", "compare", "table")
PARTIES: Final = 60
PATTERNS: Final = (
    "<script>window.hit=1</script>",
    "</script><script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<img src=http://127.0.0.1:9/@.png>",
    "<svg onload=window.hit=1>",
    "<svg><script>window.hit=1</script></svg>",
    "<iframe srcdoc='<script>parent.hit=1</script>'>",
    "<details open ontoggle=window.hit=1>x</details>",
    "<input autofocus onfocus=window.hit=1>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=http://127.0.0.1:9/@.css>",
    "<base href=http://127.0.0.1:9/>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
    "<a href=javascript:window.hit=1>press</a>",
    "javascript:window.hit=1",
    "data:text/html,<script>window.hit=1</script>",
    '" onmouseover="window.hit=1',
    "' onfocus='window.hit=1' autofocus='",
    "`${window.hit=1}`",
    "${window.hit=1}",
    "{{window.hit=1}}",
    "{% for x in y %}{{x}}{% endfor %}",
    "{{constructor.constructor('window.hit=1')()}}",
    "{name} {count} {date} {amount}",
    "{0} %s %d %(x)s $& $1 $`",
    "<!-- --><!--",
    "--><script>window.hit=1</script>",
    "]]><script>window.hit=1</script>",
    "</style><script>window.hit=1</script>",
    "</textarea></title></noscript><script>window.hit=1</script>",
    "&lt;script&gt;window.hit=1&lt;/script&gt; &amp;#60;",
    "\\u003cscript\\u003ewindow.hit=1\\u003c/script\\u003e",
    "__proto__",
    "constructor",
    "toString",
    '=HYPERLINK("http://127.0.0.1:9/")',
    "url(http://127.0.0.1:9/@)",
    "#view=table&story=1",
    "party=openai&deal=d1~",
    "\u202egnirts desrever\u202c",
    "\u2066isolate\u2069 \u200fright",
    "zero\u200b\u200dwidth\ufeffjoined",
    "bell\u0007 escape\u001b[31m back\u0008 null\u0000 delete\u007f",
    "line\nbreak\r\nand\ttab",
    "line separator\u2028paragraph\u2029end",
    "A" * 400,
    "word " * 120,
    "很长的名字" * 60,
    "Z\u0351\u036b\u0343a\u0359\u0356l\u030cg\u0334o\u0315" * 20,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\U000e0041",
)


def test_there_are_enough_strings_and_each_is_there_once() -> None:
    """Five hundred and more, all different, in names, titles, notes and sources."""
    said = [text for text in _texts(_hostile()) if text.endswith("]")]

    assert len({*said}) == len(said) >= 500
    assert len(PATTERNS) == len({*PATTERNS})


@pytest.fixture(scope="module")
def hostile_page() -> str:
    """Write the page of it once."""
    return page(_hostile())


def test_nothing_runs_and_nothing_is_asked_for(opened: Opener, hostile_page: str) -> None:
    """On every view, with a party, a deal and a loop open, in both languages, searched for, and explained."""
    seen = opened(hostile_page)
    for at in _addresses():
        _go(seen, at)
    seen.tab.locator("#number-circular button").click()
    seen.tab.keyboard.press("Escape")
    for text in ("<script>", "{{", "\u202e", "${", "A" * 50):
        seen.tab.keyboard.press("Escape")
        seen.tab.evaluate("aiweb.state.view === 'graph' || document.getElementById('to-graph').click()")
        seen.tab.locator("#search").fill(text)
    seen.tab.locator("#search").fill("")

    assert seen.tab.evaluate("window.hit === undefined && parent.hit === undefined")
    assert [url for url in seen.requests if not url.startswith("file:")] == []
    assert seen.dialogs == []
    assert seen.errors == []
    assert (
        seen.tab.evaluate(
            "document.querySelectorAll('body :is(iframe, link, base, style, img), [onerror]').length"
        )
        == 0
    )
    assert seen.tab.evaluate(
        "[...document.querySelectorAll('a[href]')].every((one) => /^(https?:|#|file:|blob:)/.test(one.href))"
    )


@pytest.mark.parametrize("wide", [1440, 390])
def test_the_layout_holds(opened: Opener, hostile_page: str, wide: int) -> None:
    """No view scrolls sideways, whatever a party, a deal or a source is called."""
    seen = opened(hostile_page, viewport={"width": wide, "height": 900})
    wider = {}
    for at in _addresses():
        _go(seen, at)
        found: list[int] = seen.tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        if found[0] > found[1]:
            wider[at] = found[0]

    assert wider == {}


def test_the_policy_is_strict(opened: Opener) -> None:
    """A script, style, image or request that somebody got in would still not run."""
    seen = opened(registry("a -> b: $7bn"))
    tried: list[Any] = seen.tab.evaluate(
        """async () => {
          const policy = document.querySelector("meta[http-equiv=Content-Security-Policy]").content;
          const script = document.createElement("script");
          script.textContent = "window.hit = 1";
          document.body.append(script);
          const button = document.createElement("button");
          button.setAttribute("onclick", "window.hit = 1");
          document.body.append(button);
          button.click();
          let fetched = "";
          try { await fetch("data:text/plain,x"); fetched = "yes"; } catch { fetched = "no"; }
          let evaluated = "";
          try { evaluated = new Function("return 'yes'")(); } catch { evaluated = "no"; }
          return [window.hit === undefined, fetched, evaluated, policy];
        }"""
    )

    assert tried[:2] == [True, "no"]
    assert tried[3].startswith("default-src 'none'")
    assert "unsafe" not in tried[3]
    assert len(seen.errors) >= 2


def _addresses() -> Iterator[str]:
    for language in ("en", "zh"):
        for view in VIEWS:
            yield f"view={view}&language={language}"
        for chosen in ("party=p00", "party=p17", "deal=d1", "deal=d40", "loop=p00.f>p01.s", "tab=filters"):
            yield f"{chosen}&language={language}"


def _go(seen: Opened, at: str) -> None:
    seen.tab.evaluate(
        """(at) => new Promise((done) => {
          if (location.hash === at) return done();
          addEventListener("hashchange", () => setTimeout(done), { once: true });
          location.hash = at;
        })""",
        f"#{at}",
    )


def _hostile() -> Registry:
    """Read pairs of parties that pay and fund each other; every text of theirs is a bad one of its own."""
    lines = []
    for n in range(0, PARTIES, 2):
        here, there = f"p{n:02}", f"p{n + 1:02}"
        lines += [f"{here} -> {there}: ${n + 2}bn 2025-09-10"]
        lines += [f"{there} -> {here}: ${n + 1}bn purchase 2025-09-10 #note x"]
    read = registry("\n".join([*lines, "---", "as_of: 2025-10-31"]))
    numbers = count()

    def bad() -> str:
        n = next(numbers)
        return f"{PATTERNS[n % len(PATTERNS)].replace('@', str(n))} [{n}]"

    parties = {
        name: party.model_copy(update={"name": bad(), "zh": bad(), "also": (bad(),), "note": bad()})
        for name, party in read.parties.items()
    }
    deals = {}
    for name, deal in read.deals.items():
        legs = tuple(leg.model_copy(update={"note": bad(), "condition": bad()}) for leg in deal.legs)
        events = tuple(event.model_copy(update={"note": bad()}) for event in deal.events)
        texts = {"title": bad(), "zh": bad(), "note": bad(), "legs": legs, "events": events}
        deals[name] = deal.model_copy(update=texts)
    source = read.sources["s"].model_copy(
        update={"title": bad(), "publisher": bad(), "url": "https://example.org/?q=<script>&x={{7*7}}"}
    )
    return replace(
        read,
        parties=MappingProxyType(parties),
        deals=MappingProxyType(deals),
        sources=MappingProxyType({**read.sources, "s": source}),
    )


def _texts(read: Registry) -> Iterator[str]:
    for party in read.parties.values():
        yield from (party.name, party.zh, *party.also, party.note or "")
    for deal in read.deals.values():
        yield from (deal.title, deal.zh or "", deal.note or "")
        yield from (text or "" for leg in deal.legs for text in (leg.note, leg.condition))
        yield from (event.note or "" for event in deal.events)
    yield from (text or "" for source in read.sources.values() for text in (source.title, source.publisher))


def test_a_page_of_hostile_texts_holds_none_of_them_as_markup(hostile_page: str) -> None:
    """Not for a reader without scripts either."""
    assert "<img src=x" not in hostile_page
    assert "<svg onload" not in hostile_page
    assert hostile_page.count("<script") == 4
