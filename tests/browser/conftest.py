"""A page open in a browser without a network, with everything it does wrong written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from aiweb.model import Registry
from aiweb.views.explorer import page

Opener: TypeAlias = "Callable[..., Opened]"


@dataclass
class Opened:
    """A page in the browser, and what it asked for, complained of and popped up."""

    tab: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def text(self, selector: str) -> str:
        """Return the text one can see there."""
        return self.tab.locator(selector).inner_text()

    def drawn(self) -> set[tuple[str, str]]:
        """Return who pays whom in the picture: the ends of every edge that is not hidden."""
        edges: list[dict[str, str]] = self.tab.evaluate("aiweb.edges.get().filter((edge) => !edge.hidden)")
        return {(edge["from"], edge["to"]) for edge in edges}

    def bright(self) -> set[tuple[str, str]]:
        """Return who pays whom in the edges that stand out."""
        edges: list[dict[str, str]] = self.tab.evaluate(
            "aiweb.edges.get().filter((edge) => !edge.hidden && edge.color.opacity > 0.5)"
        )
        return {(edge["from"], edge["to"]) for edge in edges}

    def click_party(self, name: str) -> None:
        """Click a party where it stands in the picture."""
        spot: dict[str, float] = self.tab.evaluate(
            "(name) => aiweb.network.canvasToDOM(aiweb.network.getPosition(name))", name
        )
        self.tab.locator("#graph canvas").click(position={"x": spot["x"], "y": spot["y"]})


# Many tests open the same small webs, and writing a page takes longer than opening it.
_PAGES: dict[str, str] = {}


def _written(shown: Registry) -> str:
    # Where things stand in the file is not on the page, and has no text of its own.
    key = repr(replace(shown, places={}))
    if key not in _PAGES:
        _PAGES[key] = page(shown)
    return _PAGES[key]


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Start the browser once for all tests."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Open pages: give a registry or a page, and options of the browser; `at` is what follows `#`."""
    contexts: list[BrowserContext] = []

    def open_page(shown: Registry | str, *, at: str = "", **options: Any) -> Opened:  # noqa: ANN401
        file = tmp_path / "page.html"
        html = shown if isinstance(shown, str) else _written(shown)
        file.write_text(html, encoding="utf-8", newline="\n")
        given: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", **options}
        context = browser.new_context(offline=True, **given)
        contexts.append(context)
        found = Opened(context.new_page())
        found.tab.on("request", lambda request: found.requests.append(request.url))
        found.tab.on("pageerror", lambda error: found.errors.append(str(error)))
        found.tab.on("console", lambda said: found.errors.append(f"{said.type}: {said.text}"))

        def dismiss(dialog: Any) -> None:  # noqa: ANN401 - playwright's own type
            found.dialogs.append(dialog.message)
            dialog.dismiss()

        found.tab.on("dialog", dismiss)
        context.route("**/*", _only_files)
        found.tab.goto(f"{file.as_uri()}#{at}")
        found.tab.wait_for_selector("html[data-ready]")
        return found

    yield open_page
    for context in contexts:
        context.close()


def _only_files(route: Route) -> None:
    if route.request.url.startswith("file:"):
        route.continue_()
    else:
        route.abort()
