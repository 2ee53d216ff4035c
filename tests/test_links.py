"""Asking for pages: politely, and only of a server in this test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import pytest

from aiweb.registry.links import addresses, visit
from tests.webs import registry

_PAGES: Final = {"/here": 200, "/gone": 404, "/shy": 403, "/no-head": 200, "/kept-to-people/x": 200}


class _Site(BaseHTTPRequestHandler):
    """A site with a page that is there, one that is gone, one that refuses machines, and robots.txt."""

    asked: Final[list[tuple[str, str]]] = []

    def do_HEAD(self) -> None:
        """Answer with a status only."""
        self.asked.append(("HEAD", self.path))
        self._answer(405 if self.path == "/no-head" else _PAGES.get(self.path, 404), b"")

    def do_GET(self) -> None:
        """Answer with a page."""
        self.asked.append(("GET", self.path))
        if self.path == "/robots.txt":
            self._answer(200, b"User-agent: *\nDisallow: /kept-to-people/\n")
        else:
            self._answer(_PAGES.get(self.path, 404), b"page")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in the library
        """Say nothing."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


@pytest.fixture
def site() -> Iterator[str]:
    """Serve the site on the loopback address."""
    _Site.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def states(site: str, *paths: str) -> dict[str, str]:
    """Ask for pages of the site and give the state of each."""
    pages = {f"{site}{path}": ("s",) for path in paths}
    return {link.url.removeprefix(site): link.state for link in visit(pages, pause=0)}


def test_what_came_of_each_page_is_told(site: str) -> None:
    """A page that is there, one that is gone, one that refuses machines, one that refuses HEAD."""
    assert states(site, "/here", "/gone", "/shy", "/no-head") == {
        "/here": "alive",
        "/gone": "gone",
        "/shy": "unsure",
        "/no-head": "alive",
    }


def test_robots_txt_is_held_to(site: str) -> None:
    """A page that machines are asked not to read is not asked for."""
    assert states(site, "/kept-to-people/x") == {"/kept-to-people/x": "unsure"}
    assert _Site.asked == [("GET", "/robots.txt")]


def test_the_same_host_is_given_time(site: str) -> None:
    """Three pages of one host: two pauses."""
    pauses: list[float] = []
    pages = {f"{site}/{name}": ("s",) for name in ("here", "gone", "shy")}
    list(visit(pages, pause=60, sleep=pauses.append))

    assert len(pauses) == 2
    assert all(50 < pause <= 60 for pause in pauses)


def test_a_host_that_is_not_there_is_unreachable() -> None:
    """A port of this machine that nothing listens on."""
    (link,) = visit({"http://127.0.0.1:9/x": ("s",)}, pause=0)

    assert link.state == "unreachable"


def test_each_page_is_asked_for_once_and_says_who_cites_it() -> None:
    """
    a -> b: 5 #source [u, v]
    ---
    sources:
      u: {publisher: q, url: "https://example.org/1", grade: press, date: 2025-01-01}
      v: {publisher: q, url: "https://example.org/1", grade: press, date: 2025-01-01}
    """
    text = test_each_page_is_asked_for_once_and_says_who_cites_it.__doc__

    assert addresses(registry(text)) == {"https://example.org/1": ("u", "v")}
