"""The registry that comes of it: read what-ifs, put them over a registry, and ask it of any day."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from aiweb.errors import Problem, RegistryError
from aiweb.model import Grade, Place, Registry, Source
from aiweb.registry import whatif as files
from aiweb.registry.whatif import WhatIf
from aiweb.values import Money
from aiweb.whatif.clashes import composed, faults
from aiweb.whatif.deals import make_deal
from aiweb.whatif.making import Effect, Made, is_over, source_name
from aiweb.whatif.numbers import make_figures, make_rates
from aiweb.whatif.touches import Unshown, planned

_OF_DEALS: Final = frozenset({"deal", "leg", "amount", "dates", "valuation", "total", "coupon"})


@dataclass(frozen=True, kw_only=True)
class Overlaid(Registry):
    """A registry under what-ifs, as it is in force on a day; `base` is the registry without them."""

    base: Registry
    what_ifs: tuple[WhatIf, ...]
    effects: tuple[Effect, ...]
    unshown: tuple[Unshown, ...]
    day: date

    def on(self, day: date) -> Registry:
        """Give the registry as it is in force on another day: what begins later changes nothing yet."""
        changed = {stated.on.last for what_if in self.what_ifs for stated in what_if.changes}
        if all((each <= day) == (each <= self.day) for each in changed):
            return self
        return _built(self.base, self.what_ifs, day)


class Checked(NamedTuple):
    """What came of reading a what-if: the what-if, unless there are problems."""

    what_if: WhatIf | None
    problems: tuple[Problem, ...]


def load(name: str | Path, registry: Registry) -> WhatIf:
    """Read a what-if for a registry: a shipped one by its name, or a file.

    Raises:
        FileError: there is no such what-if, or the file cannot be read.
        RegistryError: the file has problems; the exception holds all of them.
    """
    path = files.find(name)
    found, problems = _held(files.read(path, _base(registry)), _base(registry))
    if found is None:
        raise RegistryError(problems)
    return found


def read_text(data: bytes, path: str, registry: Registry) -> Checked:
    """Read a what-if from bytes, with all its problems; `path` is the name that these carry."""
    return _held(files.read_text(data, path, _base(registry)), _base(registry))


def apply(registry: Registry, *what_ifs: WhatIf) -> Overlaid:
    """Put what-ifs over a registry, after those that it stands under already.

    Raises:
        RegistryError: two of them do not go together.
    """
    before = registry.what_ifs if isinstance(registry, Overlaid) else ()
    chosen = (*before, *what_ifs)
    base = _base(registry)
    problems = composed(base, chosen)
    if problems:
        raise RegistryError(problems)
    return _built(base, chosen, date.max)


def _held(draft: files.Draft, base: Registry) -> Checked:
    problems = faults(draft, base)
    return Checked(None if problems else draft.what_if, problems)


def _base(registry: Registry) -> Registry:
    return registry.base if isinstance(registry, Overlaid) else registry


def _built(base: Registry, what_ifs: tuple[WhatIf, ...], day: date) -> Overlaid:
    plan = planned(base, what_ifs)
    made = Made(plan, day, dict(base.deals), dict(base.figures), dict(base.series), dict(base.rates))
    for deal in sorted({target[1].partition("/")[0] for target in plan.touches if target[0] in _OF_DEALS}):
        make_deal(made, deal)
    for party in sorted({target[1] for target in plan.touches if target[0] == "figure"}):
        make_figures(made, party)
    make_rates(made)
    said = [base.digest, *sorted(what_if.digest for what_if in what_ifs)]
    sources = {source_name(what_if.name): _source(what_if) for what_if in what_ifs}
    told = sorted(made.effects, key=lambda row: (row.on, row.target, row.field))
    return Overlaid(
        as_of=base.as_of,
        parties=base.parties,
        sources=MappingProxyType({**base.sources, **sources}),
        rates=MappingProxyType(made.rates),
        series=MappingProxyType(made.series),
        deals=MappingProxyType(made.deals),
        figures=MappingProxyType(made.figures),
        claims=base.claims,
        waivers=base.waivers,
        places=_Moved(base.places, made.places),
        digest=hashlib.sha256("\n".join(said).encode()).hexdigest(),
        path=base.path,
        what_if=tuple(what_if.name for what_if in what_ifs),
        base=base,
        what_ifs=what_ifs,
        effects=tuple(told),
        unshown=_merged(made),
        day=day,
    )


class _Moved(Mapping[str, Place]):
    """The places of a registry, and in front of them those of what a what-if has put in or moved."""

    def __init__(self, base: Mapping[str, Place], own: Mapping[str, Place]) -> None:
        self._base, self._own = base, own

    def __getitem__(self, name: str) -> Place:
        return self._own[name] if name in self._own else self._base[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from (name for name in self._base if name not in self._own)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _source(what_if: WhatIf) -> Source:
    head = what_if.head
    return Source(
        title=head.title,
        publisher="what-if",
        date=head.as_of,
        url=None,
        offline=f"{head.name}, version {head.version}",
        grade=Grade.DIGEST,
    )


def _merged(made: Made) -> tuple[Unshown, ...]:
    """Put what several what-ifs say alike into one row."""
    rows: dict[tuple[str, str, Money | None], list[str]] = defaultdict(list)
    for alive, row in made.plan.unshown:
        if not alive or not is_over(made.deals[row.target.partition("/")[0]].events):
            rows[row.target, row.says, row.a_year] += row.what_ifs
    found = (
        Unshown(target, says, a_year, tuple(sorted(set(names))))
        for (target, says, a_year), names in rows.items()
    )
    return tuple(sorted(found, key=lambda row: (row.target, row.says)))
