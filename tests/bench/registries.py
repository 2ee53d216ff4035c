"""Registries of any size as text: parties of every kind, deals of every instrument and status.

The webs are those of `webs.py`; what they do not say is drawn from the same seed.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from aiweb.errors import RegistryError
from aiweb.model import Instrument, PartyKind, Registry, Status
from aiweb.registry.load import read_text
from tests.bench.webs import scale_free

_KINDS: Final = tuple(PartyKind)
_INSTRUMENTS: Final = (Instrument.PURCHASE, Instrument.EQUITY, Instrument.LOAN, Instrument.LEASE)
_STATUSES: Final = (Status.SIGNED, Status.SIGNED, Status.SIGNED, Status.CLOSED, Status.ANNOUNCED)
_FIRMNESS: Final = (0.4, 0.3, 0.2, 0.1)


def text(parties: int, deals: int, *, seed: int = 1) -> str:
    """Write a registry of deals of one leg; one in twenty amounts is undisclosed."""
    web = scale_free(deals, parties=parties, seed=seed)
    draw = np.random.default_rng(seed)
    kinds = draw.integers(0, len(_KINDS), parties)
    instruments = draw.choice(len(_INSTRUMENTS), deals, p=_FIRMNESS)
    statuses = draw.integers(0, len(_STATUSES), deals)
    days = draw.integers(0, 12, deals)
    hidden = draw.random(deals) < 1 / 20
    used = sorted({*web.payers.tolist(), *web.payees.tolist()})
    people = (
        f"  p{u:04}: {{name: Party {u}, zh: 第{u}方, kind: {_KINDS[kinds[u]]}, outside: false}}" for u in used
    )
    rows = (
        f"  d{n:05}:\n    title: Deal {n}\n    legs:\n"
        f"      - {{from: p{u:04}, to: p{v:04}, instrument: {_INSTRUMENTS[instruments[n]]}, "
        f"amount: {'undisclosed' if hidden[n] else f'${amount}'}, source: s}}\n"
        f"    events:\n      - {{on: 2025-{1 + days[n]:02}-01, status: {_STATUSES[statuses[n]]}, source: s}}"
        for n, (u, v, amount) in enumerate(
            zip(web.payers.tolist(), web.payees.tolist(), web.amounts.tolist(), strict=True)
        )
    )
    sources = "  s: {publisher: p, offline: o, grade: press, date: 2025-01-01}"
    head = ["format: 1", "as_of: 2026-06-30", "parties:", *people, "sources:", sources, "deals:"]
    return "\n".join([*head, *rows, ""])


def registry(parties: int, deals: int, *, seed: int = 1) -> Registry:
    """Read such a registry.

    Raises:
        RegistryError: the text has problems.
    """
    found, problems = read_text(text(parties, deals, seed=seed).encode(), "bench.yaml")
    if found is None:
        raise RegistryError(problems)
    return found
