"""What shares keep of their value under what-ifs."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from aiweb.model import Registry
from aiweb.registry.whatif import Fail, MarkDown
from aiweb.whatif.overlay import Overlaid


def kept(registry: Registry, party: str, day: date) -> Fraction:
    """Say what part of its value the shares of a party keep on a day, under the what-ifs of a registry.

    Mark-downs multiply; shares of a party that fails keep nothing.
    """
    part = Fraction(1)
    for what_if in registry.what_ifs if isinstance(registry, Overlaid) else ():
        for stated in what_if.changes:
            change = stated.change
            if stated.on.last > day:
                continue
            if isinstance(change, Fail) and change.party == party:
                part = Fraction(0)
            elif (
                isinstance(change, MarkDown)
                and change.party in {None, party}
                and change.kind in {None, registry.parties[party].kind}
            ):
                part *= 1 - change.by
    return part
