"""Whether the pages that sources name are still there. Asked for by name, never part of a check.

Politely: one request at a time, a pause between two to the same host, robots.txt held to,
the headers only where a server allows that, and no page is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen
from urllib.robotparser import RobotFileParser

from aiweb.model import Registry

AGENT: Final = "aiweb-link-check (one request at a time; a registry of sourced deals)"
TIMEOUT: Final = 15.0
PAUSE: Final = 2.0
_REFUSED: Final = {401, 403, 405, 406, 429, 451, 501, 503}


@dataclass(frozen=True, slots=True)
class Link:
    """A page, where the registry names it, and what came of asking for it.

    `state` is alive, gone, unsure (the server refuses machines or asks for patience) or unreachable.
    """

    url: str
    named: tuple[str, ...]
    state: str
    detail: str


def addresses(registry: Registry) -> dict[str, tuple[str, ...]]:
    """Give every web address with the names of the sources that have it."""
    found: dict[str, list[str]] = {}
    for name, source in sorted(registry.sources.items()):
        if source.url:
            found.setdefault(source.url, []).append(name)
    for deal_id, deal in sorted(registry.deals.items()):
        for name, source in sorted(deal.sources.items()):
            if source.url:
                found.setdefault(source.url, []).append(f"{deal_id}/{name}")
    return {url: tuple(names) for url, names in sorted(found.items())}


def visit(
    pages: Mapping[str, tuple[str, ...]], *, pause: float = PAUSE, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Link]:
    """Ask for each page once, in turn over the hosts, and give what came of it."""
    robots: dict[str, RobotFileParser | None] = {}
    asked: dict[str, float] = {}
    for url in _in_turn(pages):
        host = urlsplit(url).netloc
        if host not in robots:
            robots[host] = _robots(url)
        rules = robots[host]
        if rules is not None and not rules.can_fetch(AGENT, url):
            yield Link(url, pages[url], "unsure", "robots.txt asks machines to stay away")
            continue
        wait = asked.get(host, 0.0) + pause - time.monotonic()
        if host in asked and wait > 0:
            sleep(wait)
        state, detail = _ask(url)
        asked[host] = time.monotonic()
        yield Link(url, pages[url], state, detail)


def _in_turn(pages: Iterable[str]) -> Iterator[str]:
    """Deal the pages out host by host, so that no host is asked twice running if that can be."""
    by_host: dict[str, list[str]] = {}
    for url in pages:
        by_host.setdefault(urlsplit(url).netloc, []).append(url)
    queues = [list(reversed(urls)) for _, urls in sorted(by_host.items())]
    while queues:
        for queue in queues:
            yield queue.pop()
        queues = [queue for queue in queues if queue]


def _robots(url: str) -> RobotFileParser | None:
    parts = urlsplit(url)
    address = urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))
    rules = RobotFileParser()
    try:
        with urlopen(Request(address, headers={"User-Agent": AGENT}), timeout=TIMEOUT) as answer:  # noqa: S310  # http(s) only: the model sees to it
            rules.parse(answer.read(500_000).decode("utf-8", "replace").splitlines())
    except (HTTPException, OSError, ValueError):
        return None
    return rules


def _ask(url: str) -> tuple[str, str]:
    for method in ("HEAD", "GET"):
        request = Request(url, method=method, headers={"User-Agent": AGENT, "Accept": "*/*"})  # noqa: S310  # as above
        try:
            with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310  # as above
                moved = f", moved to {answer.url}" if answer.url != url else ""
                return "alive", f"{answer.status}{moved}"
        except HTTPError as error:
            error.close()
            if method == "HEAD" and error.code in _REFUSED | {400, 404}:
                continue
            return ("unsure" if error.code in _REFUSED else "gone"), str(error.code)
        except URLError as error:
            return "unreachable", str(error.reason)
        except (HTTPException, OSError, ValueError) as error:
            return "unreachable", str(error) or type(error).__name__
    return "unsure", "no answer to HEAD or GET"
