"""The rules a registry must hold: one generator a rule, named for what holds.

A rule's docstring is the rule.
Adding one is a function, its name in CHECKS, and its pair of files in `tests/errors/`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from aiweb.errors import did_you_mean
from aiweb.model import (
    Claim,
    DisputedField,
    Figure,
    FigureKind,
    Instrument,
    Leg,
    Metric,
    Mode,
    Rate,
    Reading,
    Registry,
    Seniority,
    Source,
    Status,
)
from aiweb.values import MONEY_FORMS, NOTHING, UNDISCLOSED, WHEN_FORMS, Money, When, parse_money, total

_Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that does not hold, and the keys of the entry where it does not.

    `given` are the keys of what else the rule went by: where that is at fault itself, it says nothing.
    """

    keys: _Keys
    code: str
    message: str
    remedy: str
    at_key: bool = False
    given: tuple[_Keys, ...] = ()


Check = Callable[[Registry], Iterator[Finding]]


def reachable_sources(registry: Registry) -> Iterator[Finding]:
    """Every source says where it is: at a web address, or in words why it has none."""
    for keys, source in _sources(registry):
        if (source.url is None) == (source.offline is None):
            yield Finding(
                keys,
                "source-place",
                "a source needs either 'url' or 'offline'" + (", not both" if source.url else ""),
                "give its web address, or say in 'offline' where it can be found",
                at_key=True,
            )


def plain_names(registry: Registry) -> Iterator[Finding]:
    """A deal's own source has no name that a shared source has."""
    for deal_id, deal in registry.deals.items():
        for name in deal.sources:
            if name in registry.sources:
                yield Finding(
                    ("deals", deal_id, "sources", name),
                    "source-hidden",
                    f"{name!r} hides the shared source of that name",
                    "use the shared one, or rename this one",
                    at_key=True,
                )


def one_owner_a_name(registry: Registry) -> Iterator[Finding]:
    """No two parties answer to the same name, ticker or id."""
    taken: dict[str, str] = {}
    for party_id, party in registry.parties.items():
        names = {party_id, party.name, party.zh, *party.also, *filter(None, [party.ticker])}
        for name in sorted({name.casefold() for name in names}):
            owner = taken.setdefault(name, party_id)
            if owner != party_id:
                yield Finding(
                    ("parties", party_id),
                    "name-taken",
                    f"{party_id!r} and {owner!r} both answer to {name!r}",
                    "merge them, or tell their names apart",
                    at_key=True,
                )


def family_trees(registry: Registry) -> Iterator[Finding]:
    """No party is its own parent, directly or through others."""
    for party_id in registry.parties:
        seen = [party_id]
        while (parent := _parent(registry, seen[-1])) and parent not in seen:
            seen.append(parent)
        if parent == party_id:
            yield Finding(
                ("parties", party_id, "parent"),
                "own-parent",
                f"{party_id!r} is its own parent: {' -> '.join([*seen, party_id])}",
                "name the party it belongs to",
            )


def two_parties_a_leg(registry: Registry) -> Iterator[Finding]:
    """A leg runs from one party to another."""
    for keys, leg in _legs(registry):
        if leg.payer == leg.payee:
            yield Finding((*keys, "to"), "self-deal", f"{leg.payer!r} pays itself", "name who receives")


def fields_in_their_place(registry: Registry) -> Iterator[Finding]:
    """What only a loan, a warrant or a guarantee has stands on none but these, nor does a strike price."""
    for keys, leg in _legs(registry):
        for field, homes in _HOMES.items():
            if getattr(leg, field) not in {None, ()} and leg.instrument not in homes:
                yield _misplaced((*keys, field), leg.instrument, homes, (*keys, "instrument"))
    for deal_id, deal in registry.deals.items():
        for index, event in enumerate(deal.events):
            number = (event.leg or 1) - 1
            if event.repaid is None or number >= len(deal.legs):
                continue
            keys, leg_keys = ("deals", deal_id, "events", index), ("deals", deal_id, "legs", number)
            promised = deal.legs[number].instrument
            if promised is not Instrument.LOAN:
                given = ((*leg_keys, "instrument"), (*keys, "leg"))
                yield _misplaced((*keys, "repaid"), promised, (Instrument.LOAN,), *given)


def _misplaced(keys: _Keys, instrument: Instrument, homes: Sequence[Instrument], *given: _Keys) -> Finding:
    *others, last = homes
    remedy = f"only {', '.join(others)} and {last} have one" if others else f"only a {last} has one"
    message = f"{instrument} has no {str(keys[-1])!r}"
    return Finding(keys, "misplaced-field", message, remedy, at_key=True, given=given)


def rates_that_float(registry: Registry) -> Iterator[Finding]:
    """What says how the rate of a loan floats, or which part of it does not, stands on one that floats."""
    for keys, leg in _legs(registry):
        for field in ("benchmark", "fixed", "fixed_coupon"):
            if getattr(leg, field) is not None and not leg.floating and leg.instrument is Instrument.LOAN:
                yield Finding(
                    (*keys, field),
                    "not-floating",
                    f"{field!r} of a loan whose rate does not float",
                    "add 'floating: true', or take it out",
                    at_key=True,
                    given=((*keys, "floating"), (*keys, "instrument")),
                )


def fixed_parts(registry: Registry) -> Iterator[Finding]:
    """The part of a loan whose rate is fixed is no larger than the loan; only such a part has a rate."""
    for keys, leg in _legs(registry):
        if leg.fixed_coupon is not None and leg.fixed is None:
            yield Finding(
                (*keys, "fixed_coupon"),
                "fixed-part",
                "the rate of a fixed part, and no such part",
                "add 'fixed:' and its amount, or undisclosed",
                at_key=True,
                given=((*keys, "fixed"),),
            )
        if leg.fixed is not None and _is_above(leg.fixed, leg.amount):
            yield Finding(
                (*keys, "fixed"),
                "fixed-part",
                f"a fixed part of {leg.fixed} in a loan of {leg.amount}",
                "mend whichever is wrong",
                given=((*keys, "amount"),),
            )


def collateral_agrees(registry: Registry) -> Iterator[Finding]:
    """What is known of a loan's collateral stands on a loan that has some, which is then secured."""
    for keys, leg in _legs(registry):
        if leg.instrument is not Instrument.LOAN:
            continue
        for field in ("pledged", "collateral_value", "loan_to_value"):
            if getattr(leg, field) is not None and leg.collateral is None:
                yield Finding(
                    (*keys, field),
                    "stray-collateral",
                    f"{field!r} of a loan without collateral",
                    "say in 'collateral' what secures it, or take it out",
                    at_key=True,
                    given=((*keys, "collateral"), (*keys, "instrument")),
                )
        if leg.collateral is not None and leg.seniority not in {None, Seniority.SECURED}:
            yield Finding(
                (*keys, "seniority"),
                "stray-collateral",
                f"a {leg.seniority} loan that has collateral",
                "take 'seniority' out, or the collateral",
                given=((*keys, "collateral"), (*keys, "instrument")),
            )
        if leg.loan_to_value is not None and not 0 < leg.loan_to_value <= 100:
            yield Finding(
                (*keys, "loan_to_value"),
                "bad-percent",
                f"a loan of {leg.loan_to_value}% of its collateral",
                "write more than 0% and at most 100%",
            )


def schedules_within_amounts(registry: Registry) -> Iterator[Finding]:
    """The payments of a schedule add up to no more than the leg's amount."""
    for keys, leg in _legs(registry):
        if leg.schedule is None:
            continue
        planned = total(leg.schedule.values())
        if _is_above(planned, leg.amount):
            yield Finding(
                (*keys, "schedule"),
                "schedule-above-amount",
                f"the schedule adds up to {planned}, the amount is {leg.amount}",
                "mend whichever is wrong",
                given=((*keys, "amount"),),
            )


def parts_within_wholes(registry: Registry) -> Iterator[Finding]:
    """A leg lies inside another leg, never in itself, and all parts fit into the whole."""
    inside: dict[str, list[str]] = defaultdict(list)
    for name, _, leg in registry.legs():
        if leg.part_of is None or _is_over(registry, name):
            continue
        chain = [name]
        while (whole := _whole(registry, chain[-1])) and whole not in chain:
            chain.append(whole)
        if whole == name:
            yield Finding(
                (*_leg_keys(name), "part_of"),
                "part-of-itself",
                f"{name} lies inside itself: {' -> '.join([*chain, name])}",
                "name the larger amount only",
            )
        else:
            inside[leg.part_of].append(name)
    for whole, parts in inside.items():
        if not _has_leg(registry, whole):
            continue
        amount, parted = _last_amount(registry, whole), total(_last_amount(registry, part) for part in parts)
        if _is_above(parted, amount):
            yield Finding(
                (*_leg_keys(whole), "amount"),
                "parts-above-whole",
                f"the parts of {whole} add up to {parted}, it is {amount}",
                "mend an amount, or take 'part_of' off a part",
                given=tuple(keys for part in parts for keys in _amount_keys(registry, part)),
            )


def _is_over(registry: Registry, name: str) -> bool:
    """Whether the deal of a leg has ended, so that the leg lies inside nothing any more."""
    events = registry.deals[name.partition("/")[0]].events
    return any(event.status is not None and event.status.is_end for event in events)


def lives_begin(registry: Registry) -> Iterator[Finding]:
    """The first event of a deal says what state it was in."""
    for deal_id, deal in registry.deals.items():
        if deal.events[0].status is None:
            yield Finding(
                ("deals", deal_id, "events", 0),
                "no-first-status",
                "the first event has no status",
                "add the state the deal began in, such as announced",
            )


def lives_in_order(registry: Registry) -> Iterator[Finding]:
    """Events stand in the order in which they became known."""
    for deal_id, deal in registry.deals.items():
        for index, (before, after) in enumerate(zip(deal.events, deal.events[1:], strict=False), 1):
            if after.published.order < before.published.order:
                yield Finding(
                    ("deals", deal_id, "events", index),
                    "events-out-of-order",
                    f"known {after.published}, but it stands after one known {before.published}",
                    "sort events by 'known', which is 'on' where it is not given",
                )


def lives_end_once(registry: Registry) -> Iterator[Finding]:
    """After an end no event gives the deal another state."""
    for deal_id, deal in registry.deals.items():
        end: Status | None = None
        for index, event in enumerate(deal.events):
            if end and event.status:
                yield Finding(
                    ("deals", deal_id, "events", index, "status"),
                    "status-after-end",
                    f"{event.status} after {end}",
                    "write a new deal for what came after",
                )
            end = end or (event.status if event.status and event.status.is_end else None)


def nothing_from_the_future(registry: Registry) -> Iterator[Finding]:
    """No event is known later than the day the registry is kept up to."""
    for deal_id, deal in registry.deals.items():
        for index, event in enumerate(deal.events):
            if event.published.last > registry.as_of.last:
                yield Finding(
                    ("deals", deal_id, "events", index, "known" if event.known else "on"),
                    "event-after-as-of",
                    f"{event.published} ends after the registry does, {registry.as_of}",
                    "write the day more precisely, or raise 'as_of'",
                    given=(("as_of",),),
                )


def known_not_before_it_began(registry: Registry) -> Iterator[Finding]:
    """What has a status that took effect was not known years ahead: `known` is not before `on`."""
    for deal_id, deal in registry.deals.items():
        for index, event in enumerate(deal.events):
            keys = ("deals", deal_id, "events", index)
            if event.known and event.known.last < event.on.first:
                yield Finding(
                    (*keys, "known"),
                    "known-before-on",
                    f"known {event.known}, but it took effect {event.on}",
                    "swap them, or put a plan into 'term' or 'schedule'",
                    given=((*keys, "on"),),
                )


def successors_named(registry: Registry) -> Iterator[Finding]:
    """A superseded deal names another deal that took its place, and no other event does."""
    for deal_id, deal in registry.deals.items():
        for index, event in enumerate(deal.events):
            keys = ("deals", deal_id, "events", index)
            if event.status is Status.SUPERSEDED and event.by is None:
                yield Finding(
                    keys, "no-successor", "superseded by nothing", "add 'by:' and the new deal's id"
                )
            if event.by is not None and event.status is not Status.SUPERSEDED:
                yield Finding(
                    (*keys, "by"),
                    "stray-successor",
                    "'by' without status superseded",
                    "add the status, or take 'by' out",
                    given=((*keys, "status"),),
                )
            if event.by == deal_id:
                yield Finding(
                    (*keys, "by"),
                    "own-successor",
                    f"{deal_id!r} supersedes itself",
                    "name the deal that took its place",
                )


def leg_numbers(registry: Registry) -> Iterator[Finding]:
    """What an event or a dispute says of one leg names a leg that the deal has."""
    for deal_id, deal in registry.deals.items():
        count = len(deal.legs)
        for section in ("events", "disputed"):
            for index, entry in enumerate(getattr(deal, section)):
                keys = ("deals", deal_id, section, index)
                if entry.leg is not None and entry.leg > count:
                    yield Finding(
                        (*keys, "leg"),
                        "no-such-leg",
                        f"leg {entry.leg} of a deal with {count}",
                        f"write a number from 1 to {count}",
                        given=(("deals", deal_id, "legs"),),
                    )
        for index, event in enumerate(deal.events):
            keys = ("deals", deal_id, "events", index)
            said = [field for field in _LEG_FIELDS if getattr(event, field) is not None]
            if count > 1 and said and event.leg is None:
                yield Finding(
                    (*keys, said[0]),
                    "which-leg",
                    f"{said[0]!r} of which of the {count} legs?",
                    "add 'leg:' and its number",
                    at_key=True,
                    given=((*keys, "leg"),),
                )


def paid_within_promise(registry: Registry) -> Iterator[Finding]:
    """No more is paid on a leg than was promised, and what is paid does not shrink."""
    for deal_id, deal in registry.deals.items():
        amounts = [leg.amount for leg in deal.legs]
        paid = [NOTHING for _ in deal.legs]
        for index, event in enumerate(deal.events):
            number = (event.leg or 1) - 1
            if number >= len(amounts):
                continue
            if event.amount is not None:
                amounts[number] = event.amount
            if event.paid is None:
                continue
            keys = ("deals", deal_id, "events", index)
            promised = amounts[number]
            if _is_above(event.paid, promised):
                yield Finding(
                    (*keys, "paid"),
                    "paid-above-amount",
                    f"{event.paid} paid of {promised} promised",
                    "restate 'amount', or mend 'paid'",
                    given=((*keys, "amount"), (*keys, "leg")),
                )
            if event.paid.high < paid[number].low:
                yield Finding(
                    (*keys, "paid"),
                    "paid-shrinks",
                    f"{event.paid} paid, after {paid[number]} before",
                    "'paid' is all that has been paid up to the day",
                    given=((*keys, "leg"),),
                )
            paid[number] = event.paid


def repaid_within_loan(registry: Registry) -> Iterator[Finding]:
    """No more of a loan is repaid than was lent, and what is repaid does not shrink."""
    for deal_id, deal in registry.deals.items():
        lent = [leg.drawn or leg.amount for leg in deal.legs]
        repaid = [NOTHING for _ in deal.legs]
        for index, event in enumerate(deal.events):
            number = (event.leg or 1) - 1
            if number >= len(lent):
                continue
            if event.amount is not None and deal.legs[number].drawn is None:
                lent[number] = event.amount
            if event.repaid is None:
                continue
            keys = ("deals", deal_id, "events", index)
            if _is_above(event.repaid, lent[number]):
                leg = ("deals", deal_id, "legs", number)
                yield Finding(
                    (*keys, "repaid"),
                    "repaid-above-loan",
                    f"{event.repaid} repaid of {lent[number]} lent",
                    "restate 'amount', raise 'drawn', or mend 'repaid'",
                    given=((*keys, "amount"), (*keys, "leg"), (*leg, "drawn"), (*leg, "amount")),
                )
            if event.repaid.high < repaid[number].low:
                yield Finding(
                    (*keys, "repaid"),
                    "repaid-shrinks",
                    f"{event.repaid} repaid, after {repaid[number]} before",
                    "'repaid' is all that has been repaid up to the day",
                    given=((*keys, "leg"),),
                )
            repaid[number] = event.repaid


def disputes_typed(registry: Registry) -> Iterator[Finding]:
    """A disputed amount is an amount, a disputed date a date, a disputed party a party."""
    for deal_id, deal in registry.deals.items():
        for index, dispute in enumerate(deal.disputed):
            wrong = _mistyped(registry, dispute.field, dispute.value)
            if wrong:
                yield Finding(
                    ("deals", deal_id, "disputed", index, "value"),
                    "bad-dispute",
                    f"{dispute.value!r} is no {dispute.field}",
                    wrong,
                    given=(("deals", deal_id, "disputed", index, "field"),),
                )


def figures_whole(registry: Registry) -> Iterator[Finding]:
    """A figure has one value: a percentage if its metric is one, an amount if it is not."""
    for party, figures in registry.figures.items():
        for index, figure in enumerate(figures):
            wanted = "percent" if figure.metric.is_percent else "amount"
            other = "amount" if figure.metric.is_percent else "percent"
            if getattr(figure, wanted) is None or getattr(figure, other) is not None:
                yield Finding(
                    ("figures", party, index),
                    "figure-value",
                    f"{figure.metric} needs {wanted!r}, and only that",
                    f"write '{wanted}:'",
                )


def segments_named(registry: Registry) -> Iterator[Finding]:
    """A segment's figure names the segment, and no other does, so that none is taken for the whole."""
    for party, figures in registry.figures.items():
        for index, figure in enumerate(figures):
            keys = ("figures", party, index)
            if figure.metric.is_of_segment and figure.segment is None:
                yield Finding(
                    keys,
                    "figure-segment",
                    f"{figure.metric} of which segment?",
                    "add 'segment:' and its name",
                )
            elif figure.segment is not None and not figure.metric.is_of_segment:
                named = ", ".join(metric for metric in Metric if metric.is_of_segment)
                yield Finding(
                    (*keys, "segment"),
                    "figure-segment",
                    f"{figure.metric} is that of the whole party",
                    f"write one of {named}, or take 'segment' out",
                    at_key=True,
                    given=((*keys, "metric"),),
                )


def figures_dated(registry: Registry) -> Iterator[Finding]:
    """It is known when a figure became known: from its source's date, or from `known`."""
    for party, figures in registry.figures.items():
        for index, figure in enumerate(figures):
            dated = any(registry.sources[name].date for name in figure.source if name in registry.sources)
            if figure.known is None and not dated:
                yield Finding(
                    ("figures", party, index),
                    "figure-undated",
                    "neither the figure nor its source has a date",
                    "add 'known:', the day it was published",
                    given=tuple(("sources", name, "date") for name in figure.source),
                )


def series_in_order(registry: Registry) -> Iterator[Finding]:
    """Readings stand by their days, up to the registry's own; a source gives one a day."""
    for name, series in registry.series.items():
        keys = ("series", name, "readings")
        said: dict[tuple[str, str], int] = {}
        for index, reading in enumerate(series.readings):
            if index and reading.on.order < series.readings[index - 1].on.order:
                yield Finding(
                    (*keys, index),
                    "readings-out-of-order",
                    f"{reading.on} stands after {series.readings[index - 1].on}",
                    "sort readings by 'on'",
                    given=((*keys, index - 1),),
                )
            given = [(str(reading.on), source) for source in reading.source]
            twins = [said[pair] for pair in given if pair in said]
            if twins:
                yield Finding(
                    (*keys, index),
                    "reading-twice",
                    f"the source of reading {twins[0] + 1} gives one for {reading.on} already",
                    "keep one of them, or cite who says otherwise",
                    given=((*keys, twins[0]),),
                )
            said.update(dict.fromkeys(given, index))
            if reading.on.last > registry.as_of.last and reading.kind not in _AHEAD:
                yield Finding(
                    (*keys, index, "on"),
                    "reading-after-as-of",
                    f"{reading.on} ends after the registry does, {registry.as_of}",
                    "write the day more precisely, or raise 'as_of'",
                    given=(("as_of",), (*keys, index, "kind")),
                )


def claims_hold(registry: Registry) -> Iterator[Finding]:
    """The legs an asserted claim names add up to it, as they stood on its date."""
    for claim_id, claim in registry.claims.items():
        if claim.mode is not Mode.ASSERTED:
            continue
        keys = ("claims", claim_id)
        if claim.amount is None or not claim.named:
            yield Finding(
                keys,
                "claim-empty",
                "an asserted claim needs 'amount' and 'legs'",
                "add them, or make it quoted",
            )
            continue
        names = [name for name in claim.named if _has_leg(registry, name)]
        if len(names) < len(claim.named):
            continue
        found = total(_amount_on(registry, name, claim.on) for name in names)
        slack = claim.tolerance.high if claim.tolerance else 0
        off = _distance(found, claim.amount)
        if off > slack:
            yield Finding(
                (*keys, "amount"),
                "claim-broken",
                f"the legs add up to {found}, the claim says {claim.amount}: off by {Money(off, off)}",
                "mend an amount, or state a 'tolerance'",
                given=(
                    *((*keys, name) for name in ("on", "tolerance", "legs", "parts")),
                    *(keys for name in names for keys in _amount_keys(registry, name)),
                ),
            )


def nothing_unused(registry: Registry) -> Iterator[Finding]:
    """Every party takes part in something, and every source is cited."""
    used = {name for _, leg in _legs(registry) for name in (leg.payer, leg.payee, leg.via)}
    used.update(registry.figures)
    used.update(party.parent for party in registry.parties.values())
    used.update(member for party in registry.parties.values() for member in party.members)
    used.update(figure.counterparty for figures in registry.figures.values() for figure in figures)
    used.update(claim.party for claim in registry.claims.values())
    for party_id in registry.parties:
        if party_id not in used:
            yield Finding(
                ("parties", party_id),
                "unused-party",
                f"{party_id!r} has no deal, figure or member",
                "add its deal, or take it out",
                at_key=True,
            )
    shared = _cited_shared(registry)
    for name in registry.sources:
        if name not in shared:
            yield Finding(
                ("sources", name),
                "unused-source",
                f"nothing cites {name!r}",
                "cite it, or take it out",
                at_key=True,
            )
    for deal_id, deal in registry.deals.items():
        cited = deal.cited
        for name in deal.sources:
            if name not in cited:
                yield Finding(
                    ("deals", deal_id, "sources", name),
                    "unused-source",
                    f"nothing in the deal cites {name!r}",
                    "cite it, or take it out",
                    at_key=True,
                )


_HOMES: Final[Mapping[str, tuple[Instrument, ...]]] = {
    **dict.fromkeys(
        (
            "coupon",
            "floating",
            "benchmark",
            "fixed",
            "fixed_coupon",
            "maturity",
            "drawn",
            "seniority",
            "pledged",
            "collateral_value",
            "loan_to_value",
        ),
        (Instrument.LOAN,),
    ),
    "strike": (Instrument.WARRANT, Instrument.EQUITY, Instrument.LOAN),
    **dict.fromkeys(("secures", "trigger"), (Instrument.GUARANTEE,)),
}
_LEG_FIELDS: Final = (
    "amount",
    "paid",
    "repaid",
    "basis",
    "certainty",
    "term",
    "schedule",
    "percent",
    "shares",
    "valuation",
)

_AHEAD: Final = frozenset({FigureKind.FORECAST, FigureKind.GUIDANCE})

CHECKS: Final[tuple[Check, ...]] = (
    reachable_sources,
    plain_names,
    one_owner_a_name,
    family_trees,
    two_parties_a_leg,
    fields_in_their_place,
    rates_that_float,
    fixed_parts,
    collateral_agrees,
    schedules_within_amounts,
    parts_within_wholes,
    lives_begin,
    lives_in_order,
    lives_end_once,
    nothing_from_the_future,
    known_not_before_it_began,
    successors_named,
    leg_numbers,
    paid_within_promise,
    repaid_within_loan,
    disputes_typed,
    figures_whole,
    segments_named,
    figures_dated,
    series_in_order,
    claims_hold,
    nothing_unused,
)


def _legs(registry: Registry) -> Iterator[tuple[_Keys, Leg]]:
    for deal_id, deal in registry.deals.items():
        for index, leg in enumerate(deal.legs):
            yield ("deals", deal_id, "legs", index), leg


def _sources(registry: Registry) -> Iterator[tuple[_Keys, Source]]:
    yield from ((("sources", name), source) for name, source in registry.sources.items())
    for deal_id, deal in registry.deals.items():
        for name, source in deal.sources.items():
            yield ("deals", deal_id, "sources", name), source


def _leg_keys(name: str) -> _Keys:
    deal, _, number = name.partition("/")
    return ("deals", deal, "legs", int(number) - 1)


def _amount_keys(registry: Registry, name: str) -> Iterator[_Keys]:
    """Give the keys of all that a leg's amount on a day is folded from."""
    deal, _, _ = name.partition("/")
    yield (*_leg_keys(name), "amount")
    for index in range(len(registry.deals[deal].events)):
        yield from (("deals", deal, "events", index, field) for field in ("on", "known", "amount", "leg"))


def _has_leg(registry: Registry, name: str) -> bool:
    deal, _, number = name.partition("/")
    return deal in registry.deals and number.isdecimal() and 0 < int(number) <= len(registry.deals[deal].legs)


def _parent(registry: Registry, party: str) -> str | None:
    return registry.parties[party].parent if party in registry.parties else None


def _whole(registry: Registry, name: str) -> str | None:
    return registry.leg(name).part_of if _has_leg(registry, name) else None


def _last_amount(registry: Registry, name: str) -> Money:
    return _amount_on(registry, name, registry.as_of)


def _amount_on(registry: Registry, name: str, when: When) -> Money:
    """Fold a leg's amount up to a day; nothing is known of a deal before its first event."""
    deal_id, _, number = name.partition("/")
    deal = registry.deals[deal_id]
    known = [event for event in deal.events if event.published.last <= when.last]
    if not known:
        return UNDISCLOSED
    restated = [
        event.amount for event in known if event.amount is not None and (event.leg or 1) == int(number)
    ]
    return restated[-1] if restated else deal.legs[int(number) - 1].amount


def _is_above(part: Money, whole: Money) -> bool:
    """Whether a part is more than its whole for certain; an undisclosed or open whole has room."""
    return whole.known and not whole.unbounded and part.low > whole.high


def _distance(found: Money, wanted: Money) -> int:
    """How far two ranges are apart at the least, in dollars; an undisclosed part can fill a shortfall."""
    short = 0 if found.undisclosed or found.unbounded else max(0, wanted.low - found.high)
    return max(short, found.low - wanted.high, 0)


def _mistyped(registry: Registry, field: DisputedField, value: str) -> str:
    forms = WHEN_FORMS if field is DisputedField.DATE else MONEY_FORMS
    try:
        if field in {DisputedField.AMOUNT, DisputedField.VALUATION}:
            parse_money(value, Decimal(1))
        elif field is DisputedField.DATE:
            When.parse(value)
        elif field is DisputedField.STATUS and value not in set(Status):
            return did_you_mean(value, Status) or f"write one of {', '.join(Status)}"
        elif field in {DisputedField.PAYER, DisputedField.PAYEE} and value not in registry.parties:
            return did_you_mean(value, registry.parties) or "declare it under 'parties'"
    except ValueError:
        return forms
    return ""


def _cited_shared(registry: Registry) -> set[str]:
    cited: set[str] = set()
    for deal in registry.deals.values():
        cited.update(deal.cited)
    entries: tuple[Figure | Rate | Reading | Claim, ...] = (
        *(figure for rows in registry.figures.values() for figure in rows),
        *(rate for rows in registry.rates.values() for rate in rows),
        *(reading for series in registry.series.values() for reading in series.readings),
        *registry.claims.values(),
    )
    return cited | {name for entry in entries for name in entry.source}
