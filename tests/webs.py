"""Small worlds for tests, written one deal a line.

    nvidia -> openai: 100
    openai -> oracle: up to $300bn purchase announced 2025-09-10
    *bond-investors -> oracle: 40 loan closed; 2026-02-01 paid 25; 2026-03-01 completed
    oracle -> nvidia: 60 purchase #part-of d2/1 #overlaps [d3/1] #term 2026..2028
    ---
    figures:
      openai:
        - {metric: cash, period: 2025-12-31, amount: $7, kind: press, source: s}

A line is `payer -> payee: AMOUNT words…; later events #field value…`, and makes a deal of one leg.

- Deals are named d1, d2, … in order, so their legs are d1/1, d2/1, …
- AMOUNT is any amount of a registry; a bare number, or a bare range, is in dollars.
- Words, in any order: an instrument, a status, a basis, a certainty, a date.
  Without them it is equity, signed, reported, firm, 2025-01-01.
- After each `;` comes an event: a date, then a status, an amount, a basis, a certainty,
  `paid AMOUNT` or `repaid AMOUNT`.
- `#part-of d1/1` or `#percent 7%` sets a field of the leg; what follows the name is YAML, spaces and all.
- A party with a leading `*` stands for many: it is `outside`. One star anywhere is enough.
- What follows a line `---` is more YAML of the file. `s` is a shared source, dated 2025-01-01;
  more `sources:` may stand first.

The registry is kept up to 2026-12-31, unless an `as_of:` of its own follows `---`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from aiweb import graph as graphs
from aiweb.errors import RegistryError
from aiweb.model import Basis, Certainty, Instrument, Registry, Status
from aiweb.registry.load import read_text

_LINE: Final = re.compile(r"(\*?)([a-z0-9-]+) -> (\*?)([a-z0-9-]+): (.+)")
_BARE: Final = re.compile(r"\d[\d,]*(\.\.\d[\d,]*)?")
_DATE: Final = re.compile(r"[12]\d{3}-\S+")
_KINDS: Final = {"instrument": Instrument, "status": Status, "basis": Basis, "certainty": Certainty}
_OF_THE_LEG: Final = ("instrument", "amount", "basis", "certainty")


def registry(text: str | None) -> Registry:
    """Read a registry from the notation above: a test hands in its own docstring.

    Raises:
        RegistryError: the file made of it has problems.
        ValueError: a line is not in the notation.
    """
    read, problems = read_text(yaml(text or "").encode(), "web.yaml")
    if read is None:
        raise RegistryError(problems)
    return read


def graph(
    text: str | None,
    *,
    as_of: str | None = None,
    preset: str = "contracted",
    consideration: str = "cash",
    without: Iterable[str] = (),
    years: tuple[int, int] | None = None,
) -> graphs.DealGraph:
    """Read a registry and draw its graph under a convention."""
    read = registry(text)
    rule = graphs.convention(read, as_of, preset, consideration, without=without, years=years)
    return graphs.DealGraph(read, rule)


def yaml(text: str) -> str:
    """Write the notation out as a whole registry file.

    >>> print(yaml("*funds -> openai: 100 loan"))
    format: 1
    parties:
      funds: {name: funds, zh: funds, kind: lab, outside: true}
      openai: {name: openai, zh: openai, kind: lab, outside: false}
    sources:
      s: {publisher: p, offline: o, grade: press, date: 2025-01-01}
    deals:
      d1:
        title: funds -> openai
        legs:
          - {from: funds, to: openai, instrument: loan, amount: $100, source: s}
        events:
          - {on: 2025-01-01, status: signed, source: s}
    as_of: 2026-12-31
    """
    lines, _, rest = text.partition("---\n")
    parties: dict[str, bool] = {}
    deals: list[str] = []
    for line in filter(None, (line.strip() for line in lines.splitlines())):
        found = _LINE.fullmatch(line)
        if not found:
            raise ValueError(f"{line!r}: write 'payer -> payee: AMOUNT words…'")
        payer_star, payer, payee_star, payee, said = found.groups()
        for name, star in ((payer, payer_star), (payee, payee_star)):
            parties[name] = parties.get(name, False) or bool(star)
        deals += _deal(len([line for line in deals if line.startswith("  d")]) + 1, payer, payee, said)
    declared = [
        f"  {name}: {{name: {name}, zh: {name}, kind: lab, outside: {str(outside).lower()}}}"
        for name, outside in parties.items()
    ]
    source = "  s: {publisher: p, offline: o, grade: press, date: 2025-01-01}"
    more = textwrap.dedent(rest).rstrip()
    sources = re.match(r"sources:\n((?:  .*\n?)+)", more)
    if sources:
        source, more = f"{source}\n{sources[1].rstrip()}", more[sources.end() :]
    if not re.search("^as_of:", more, re.MULTILINE):
        more = f"as_of: 2026-12-31\n{more}".rstrip()
    return "\n".join(["format: 1", "parties:", *declared, "sources:", source, "deals:", *deals, more, ""])


def _deal(number: int, payer: str, payee: str, said: str) -> Iterator[str]:
    """Write a deal of one leg."""
    said, *fields = re.split(r"\s+#", said)
    promise, *later = (part.split() for part in said.split(";"))
    first = {"instrument": "equity", "status": "signed", "on": "2025-01-01"} | _words(promise)
    leg = {"from": payer, "to": payee} | {name: first[name] for name in _OF_THE_LEG if name in first}
    for field in fields:
        name, _, value = field.partition(" ")
        leg[name.replace("-", "_")] = value
    yield f"  d{number}:"
    yield f"    title: {payer} -> {payee}"
    yield "    legs:"
    yield f"      - {_flow(leg)}"
    yield "    events:"
    yield f"      - {_flow({'on': first['on'], 'status': first['status']})}"
    for event in later:
        yield f"      - {_flow({'on': event[0]} | _words(event[1:]))}"


def _words(words: list[str]) -> dict[str, str]:
    """Sort words into fields by what they are; the rest is an amount, `paid` or `repaid` after that word."""
    said: dict[str, str] = {}
    amount = "amount"
    for word in words:
        field = next((name for name, kind in _KINDS.items() if word in set(kind)), "")
        if field:
            said[field] = word
        elif _DATE.fullmatch(word):
            said["on"] = word
        elif word in {"paid", "repaid"}:
            amount = word
        else:
            said[amount] = f"{said.get(amount, '')} {word}".strip()
    return said | {
        name: f"${value}"
        for name, value in said.items()
        if name in {"amount", "paid", "repaid"} and _BARE.fullmatch(value)
    }


def _flow(entry: dict[str, str]) -> str:
    cited = entry if "source" in entry else {**entry, "source": "s"}
    return "{" + ", ".join(f"{name}: {value}" for name, value in cited.items()) + "}"
