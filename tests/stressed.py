"""Small webs to stress: kinds of party, what-ifs and cash beside the notation of `tests/webs.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from aiweb import whatif
from aiweb.analysis.ownership import ownership
from aiweb.analysis.stress import Outcome, Stress, stress
from aiweb.graph import DealGraph, convention
from aiweb.registry.load import read_text
from tests import webs

HEAD: Final = """format: 1
name: {name}
title: T
zh: T
says: S.
version: 1
as_of: 2026-12-31
changes:
{changes}
"""


def cash(*rows: str, **held: int | str) -> str:
    """Write cash figures of the last day of 2026, and `rows` of others: `party: metric amount period kind`.

    An amount that is text is one as a registry has it.
    """
    said: dict[str, list[str]] = {}
    for name, amount in sorted(held.items()):
        row = f"metric: cash, period: 2026-12-31, amount: ${amount}, kind: reported"
        said.setdefault(name, []).append(row)
    for row in rows:
        party, rest = row.split(": ")
        metric, value, period, kind = rest.split()
        of = f"percent: {value}" if value.endswith("%") else f"amount: ${value}"
        said.setdefault(party, []).append(f"metric: {metric}, period: {period}, {of}, kind: {kind}")
    listed = [
        "\n".join([f"  {name}:", *(f"    - {{{row}, source: s}}" for row in found)])
        for name, found in said.items()
    ]
    return "\n".join(["---", "figures:", *listed])


def drawn(
    text: str,
    *changes: str,
    kinds: Mapping[str, str] | None = None,
    preset: str = "contracted",
    as_of: str | None = None,
) -> DealGraph:
    """Draw a web under a what-if of these changes, with parties of these kinds; others are labs."""
    written = webs.yaml(text)
    for name, kind in (kinds or {}).items():
        written = written.replace(f"zh: {name}, kind: lab", f"zh: {name}, kind: {kind}")
    registry, problems = read_text(written.encode(), "web.yaml")
    assert registry is not None, "\n".join(map(str, problems))
    if changes:
        listed = "\n".join(f"  - {change}" for change in changes)
        said = HEAD.format(name="w", changes=listed)
        read, problems = whatif.read_text(said.encode(), "w.yaml", registry)
        assert read is not None, "\n".join(map(str, problems))
        registry = whatif.apply(registry, read)
    return DealGraph(registry, convention(registry, as_of, preset, "cash"))


def asked(web: DealGraph, party: str | None = None, part: Fraction = Fraction(1), **more: Any) -> Stress:  # noqa: ANN401
    """Stress a web, its holdings marked."""
    return stress(web, party, part=part, owned=ownership(web), **more)


def unpaid(outcome: Outcome) -> dict[str, int]:
    """Give what stays unpaid of each payment, by leg and what it is."""
    return {loss.due.name: loss.unpaid for loss in outcome.losses if loss.unpaid}


def received(outcome: Outcome, owed: Sequence[str]) -> dict[str, float]:
    """Give what is paid on some obligations of the books."""
    return {name: float(outcome.after.greatest.paid[name]) for name in owed}
