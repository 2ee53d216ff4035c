"""What is worth a second look in a registry that holds every rule.

A piece of advice is a generator named for what would be better, its docstring says what it looks for.
Advice fails a check only under `--strict`, and not where the file waives it with a reason and a date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from aiweb.errors import Problem, did_you_mean
from aiweb.model import Grade, Instrument, Registry, Source, Status, leg_id
from aiweb.registry import codes
from aiweb.registry.checks import Finding
from aiweb.values import Money, When

_Keys = tuple[str | int, ...]
Advice = Callable[[Registry], Iterator[Finding]]
LARGE: Final = 1_000_000_000
PATIENCE: Final = timedelta(days=274)
CLOSE: Final = timedelta(days=14)


def advise(registry: Registry) -> tuple[Problem, ...]:
    """Give all advice that is not waived, and the waivers that waive nothing, sorted by place."""
    used: set[int] = set()
    found = []
    for advice in ADVICE:
        for finding in advice(registry):
            waiver = _waiver(registry, finding)
            if waiver is None:
                found.append(_problem(registry, finding))
            else:
                used.add(waiver)
    found += [_problem(registry, finding) for finding in _idle_waivers(registry, used)]
    return tuple(sorted(found))


def two_sources(registry: Registry) -> Iterator[Finding]:
    """A deal rests on more than one source."""
    for deal_id, deal in registry.deals.items():
        if len(deal.cited) == 1:
            yield Finding(
                ("deals", deal_id),
                "single-source",
                f"{deal_id!r} rests on one source",
                "add a second one",
                at_key=True,
            )


def better_than_digests(registry: Registry) -> Iterator[Finding]:
    """A deal of $1bn or more rests on a filing, a company's page or a named newspaper too."""
    for deal_id, deal in registry.deals.items():
        grades = {registry.source(deal_id, name).grade for name in deal.cited}
        if deal.largest >= LARGE and grades == {Grade.DIGEST}:
            yield Finding(
                ("deals", deal_id),
                "only-digests",
                f"{deal_id!r}, {Money(deal.largest, deal.largest).short()}, rests on digests alone",
                "look for a filing, a company's page or a named newspaper",
                at_key=True,
            )


def letters_followed_up(registry: Registry) -> Iterator[Finding]:
    """Something is heard of a letter of intent within nine months."""
    for deal_id, deal in registry.deals.items():
        dated = [event for event in deal.events if event.status is not None]
        last = deal.events[-1].published.last
        if dated and dated[-1].status is Status.LETTER_OF_INTENT and registry.as_of.last - last > PATIENCE:
            yield Finding(
                ("deals", deal_id),
                "stale-letter",
                f"{deal_id!r} is a letter of intent of which nothing is known since {last}",
                "add what became of it, or that it lapsed",
                at_key=True,
            )


def no_more_than_all(registry: Registry) -> Iterator[Finding]:
    """The stakes held in a party add up to no more than all of it."""
    held: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for name, deal, leg in registry.legs():
        over = any(event.status is not None and event.status.is_end for event in deal.events)
        if leg.instrument is Instrument.STAKE and leg.percent is not None and not over:
            held[leg.payee].append((name, leg.percent))
    for party, stakes in held.items():
        whole = sum(percent for _, percent in stakes)
        if whole > 100:
            first, number = stakes[0][0].split("/")
            listed = ", ".join(f"{name} {percent}%" for name, percent in stakes)
            yield Finding(
                ("deals", first, "legs", int(number) - 1, "percent"),
                "stakes-above-all",
                f"stakes in {party!r} add up to {whole}%: {listed}",
                "mend a percentage, or end the stake that was sold",
            )


def one_title_a_page(registry: Registry) -> Iterator[Finding]:
    """A page that stands in two places has the same title in both."""
    titles: dict[str, tuple[str | None, str]] = {}
    for keys, source in _sources(registry):
        if source.url is None:
            continue
        where = "/".join(str(key) for key in keys)
        title, first = titles.setdefault(source.url, (source.title, where))
        if title != source.title:
            yield Finding(
                keys,
                "two-titles",
                f"the page of {first} stands here under another title",
                "give it one title, or make it a shared source",
                at_key=True,
            )


def no_deal_twice(registry: Registry) -> Iterator[Finding]:
    """No two deals have the same parties, instrument and amount within a fortnight."""
    seen: dict[tuple[str, str, str, Money], list[tuple[str, int]]] = defaultdict(list)
    for deal_id, deal in sorted(registry.deals.items()):
        day = deal.events[0].on.first.toordinal()
        for number, leg in enumerate(deal.legs, 1):
            if not leg.amount.high:
                continue
            key = (leg.payer, leg.payee, leg.instrument, leg.amount)
            twins = (
                other
                for other, then in reversed(seen[key])
                if other.partition("/")[0] != deal_id and abs(then - day) <= CLOSE.days
            )
            twin = next(twins, None)
            if twin is not None:
                yield Finding(
                    ("deals", deal_id),
                    "near-duplicate",
                    f"{leg_id(deal_id, number)} has the parties, instrument, amount and date of {twin}",
                    "merge them, or waive this with the reason why they are two",
                    at_key=True,
                )
            seen[key].append((leg_id(deal_id, number), day))


def known_with_a_source(registry: Registry) -> Iterator[Finding]:
    """Nothing is known earlier than the first source of it; one without a date may be that source."""
    for keys, known, _, dates in _dated(registry):
        first = min(dates, key=_first, default=None)
        if first is not None and None not in dates and known.last < first.first:
            said = "known" if keys[-1] == "known" else "taking effect, and so taken as known,"
            yield Finding(
                keys,
                "known-before-source",
                f"{said} {known}, but its earliest source is dated {first}",
                f"write 'known: {first}', or add the earlier source that it was known from",
            )


def known_since_its_source(registry: Registry) -> Iterator[Finding]:
    """Nothing is known later than the first source of it, unless it had not happened by then."""
    for keys, known, begun, dates in _dated(registry):
        first = min((day for day in dates if day is not None), key=_first, default=None)
        if first is None or keys[-1] != "known":
            continue
        by = begun if begun is not None and begun.last > first.last else first
        if known.first > by.last:
            yield Finding(
                keys,
                "known-after-source",
                f"known {known}, but its earliest source is dated {first}",
                "take 'known' out" if by is begun else f"write 'known: {by}'",
            )


ADVICE: Final[tuple[Advice, ...]] = (
    two_sources,
    better_than_digests,
    letters_followed_up,
    no_more_than_all,
    one_title_a_page,
    no_deal_twice,
    known_with_a_source,
    known_since_its_source,
)


def _idle_waivers(registry: Registry, used: set[int]) -> Iterator[Finding]:
    for index, waiver in enumerate(registry.waivers):
        if waiver.code not in codes.ADVICE:
            hint = did_you_mean(waiver.code, codes.ADVICE) or f"write one of {', '.join(codes.ADVICE)}"
            yield Finding(
                ("waivers", index, "code"), "unknown-advice", f"no advice is called {waiver.code!r}", hint
            )
        elif index not in used:
            yield Finding(
                ("waivers", index),
                "idle-waiver",
                f"there is no {waiver.code} at {waiver.at!r} to waive",
                "take the waiver out",
            )


def _waiver(registry: Registry, finding: Finding) -> int | None:
    where = "/".join(str(key) for key in finding.keys)
    for index, waiver in enumerate(registry.waivers):
        if waiver.code == finding.code and (where == waiver.at or where.startswith(f"{waiver.at}/")):
            return index
    return None


def _problem(registry: Registry, finding: Finding) -> Problem:
    place = registry.place(*finding.keys)
    pointer = "".join(f"/{key}" for key in finding.keys)
    return Problem(
        place.path,
        place.line,
        place.column,
        finding.code,
        finding.message,
        finding.remedy,
        pointer,
        severity="advice",
    )


def _dated(
    registry: Registry,
) -> Iterator[tuple[_Keys, When, When | None, tuple[When | None, ...]]]:
    """Give each event and figure: where it says when it was known, when that is, since when it holds.

    The last are the dates of its sources.
    A figure without `known` goes by its sources, and has nothing to compare.
    """
    for deal_id, deal in sorted(registry.deals.items()):
        for index, event in enumerate(deal.events):
            keys = ("deals", deal_id, "events", index, "known" if event.known else "on")
            dates = tuple(registry.source(deal_id, name).date for name in event.source)
            yield keys, event.published, event.on, dates
    for party, figures in sorted(registry.figures.items()):
        for index, figure in enumerate(figures):
            if figure.known is not None:
                dates = tuple(registry.sources[name].date for name in figure.source)
                yield ("figures", party, index, "known"), figure.known, None, dates


def _first(day: When | None) -> date:
    return day.first if day is not None else date.max


def _sources(registry: Registry) -> Iterator[tuple[_Keys, Source]]:
    for name in sorted(registry.sources):
        yield ("sources", name), registry.sources[name]
    for deal_id in sorted(registry.deals):
        for name, source in sorted(registry.deals[deal_id].sources.items()):
            yield ("deals", deal_id, "sources", name), source
