"""What falls due in a span of days, what of it is flexible or unknown, who guarantees it: deals to books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import Final, NamedTuple

from aiweb.analysis.stress.books import (
    UNDATED,
    Backing,
    Costs,
    Due,
    Model,
    Open,
    Parts,
    Rule,
    What,
    balance_of,
)
from aiweb.analysis.stress.holdings import Owned
from aiweb.analysis.stress.margins import Margin
from aiweb.analysis.stress.plans import Plan, plan
from aiweb.errors import BadOption
from aiweb.graph import LAST_YEAR, Convention, DealGraph, LegState, Preset
from aiweb.instalments import instalments
from aiweb.model import Certainty, Exit, Instrument, Leg, Seniority, Status, Unit
from aiweb.trace import dollars
from aiweb.values import Money
from aiweb.whatif import Overlaid
from aiweb.whatif.worth import kept

_YEAR: Final = 365
_PER_CENT: Final = {Unit.PERCENT: 1, Unit.BASIS_POINTS: 100}


def prepare(
    graph: DealGraph,
    *,
    rule: str = Rule.PROPORTION,
    costs: Parts = Fraction(0),
    ranked: bool = True,
    rounds: int | None = None,
    owned: Owned | None = None,
) -> Model:
    """Put what falls due in the span into books.

    `ranked` pays debts by rank, `rounds` bounds every iteration, `owned` are the holdings to be marked.

    Raises:
        BadOption: as `stress` does.
    """
    if rounds is not None and rounds < 1:
        raise BadOption("rounds", rounds, "give 1 or more")
    if rule not in set(Rule):
        raise BadOption("rule", rule, f"write one of {', '.join(Rule)}")
    lost = Costs.of(costs)
    if lost and rule == Rule.WHOLE:
        said = lost.cash if lost.cash == lost.receipts else f"{lost.cash},{lost.receipts}"
        raise BadOption("costs", said, "who pays nothing has no default costs; leave one of the two out")
    if graph.convention.preset is Preset.PAID:
        raise BadOption("under", "paid", "what is paid falls due no more; write contracted, headline or firm")
    since, until = _span(graph.convention)
    # Instalments have days, so the span is cut by days and not by years.
    whole = graph.under(replace(graph.convention, years=None))
    dues, unknown = _falling(whole, since, until)
    # The balances are of the day, so what lies between is not in them.
    day_after, day_before = graph.convention.as_of + timedelta(days=1), since - timedelta(days=1)
    early, early_open = _falling(whole, day_after, day_before) if day_after < since else ([], [])
    bound = tuple(sorted((row for row in dues if not row.flexible), key=lambda row: row.name))
    backings, unbacked = _backings(whole, bound)
    margins, unsized = _margins(whole, since, until)
    earlier = tuple(sorted((row for row in early if not row.flexible), key=lambda row: row.name))
    named = {name for row in bound for name in (row.debtor, row.creditor)}
    named |= {row.guarantor for row in backings}
    named |= {name for row in margins for name in (row.borrower, row.lender)}
    plans, missed = _plans(graph, since, until)
    return Model(
        graph=graph,
        since=since,
        until=until,
        rule=Rule(rule),
        costs=lost,
        promised=bound,
        flexible=tuple(sorted((row for row in dues if row.flexible), key=lambda row: row.name)),
        open=tuple(sorted((*unknown, *unbacked, *unsized), key=lambda row: (row.leg, row.what))),
        known=MappingProxyType({name: balance_of(graph, name) for name in sorted(named)}),
        backings=backings,
        margins=margins,
        plans=plans,
        missed=missed,
        ranked=ranked,
        rounds=rounds,
        owned=owned,
        earlier=earlier,
        earlier_open=tuple(sorted((row for row in early_open if row.debtor), key=lambda row: row.leg)),
    )


def _falling(graph: DealGraph, since: date, until: date) -> tuple[list[Due], list[Open]]:
    """Give what falls due on some days, flexible or not, and what of it is not known."""
    dues: list[Due] = []
    unknown: list[Open] = []
    for leg in graph.legs:
        if leg.payer == leg.payee or not leg.instrument.is_cash:
            continue
        for row in (*_paid(graph, leg, since, until), *_owed(graph, leg, since, until)):
            if isinstance(row, Open):
                unknown.append(row)
            elif row.amount:
                dues.append(row)
    return dues, unknown


def _span(rule: Convention) -> tuple[date, date]:
    """Give the first and the last day on which what falls due counts."""
    tomorrow = rule.as_of + timedelta(days=1)
    if rule.years is None:
        # The day before the same date a year on; of 29 February, the 28th.
        year = tomorrow.year + 1
        leap = (tomorrow.month, tomorrow.day) == (2, 29)
        return tomorrow, tomorrow.replace(year=year, day=28 if leap else tomorrow.day) - timedelta(days=1)
    first, last = rule.years
    if last >= LAST_YEAR:
        raise BadOption("to", "none", "write the last year too: what falls due over many years is no debt")
    if last < tomorrow.year:
        raise BadOption("to", last, f"what fell due before {tomorrow} is past; write a year from then on")
    return max(tomorrow, date(first, 1, 1)), date(last, 12, 31)


def _paid(graph: DealGraph, leg: LegState, since: date, until: date) -> Iterator[Due | Open]:
    """Give the payments of a leg in the span, and what of it may fall there and nobody knows."""
    said = graph.registry.leg(leg.id)
    parts = instalments(graph, leg)
    inside = [part for part in parts if part.day is not None and since <= part.day <= until]
    flexible = _flexible(leg, said)
    debtor = "" if flexible else leg.payer
    amount = sum(part.high for part in inside)
    yield Due(leg.id, What.PAYMENT, leg.payer, leg.payee, amount, flexible or "bound", flexible)
    if any(part.undisclosed for part in inside):
        yield Open(leg.id, What.PAYMENT, "amount undisclosed", leg.amount, debtor)
    elif inside and leg.amount.unbounded:
        why = "at least: more than the amount stated may fall due"
        yield Open(leg.id, What.PAYMENT, why, leg.amount, debtor)
    undated = [part for part in parts if part.day is None and (part.high or part.undisclosed)]
    if undated:
        left = Money(
            sum(part.low for part in undated),
            sum(part.high for part in undated),
            undisclosed=int(any(part.undisclosed for part in undated)),
        )
        yield Open(leg.id, What.PAYMENT, UNDATED, left)


def _flexible(leg: LegState, said: Leg) -> str:
    """Say why a payment need not be made, or nothing if it must."""
    if leg.certainty is not Certainty.FIRM:
        return "an option" if leg.certainty is Certainty.OPTION else "conditional"
    return "can be cancelled" if said.exit is Exit.CANCELLABLE else ""


def _owed(graph: DealGraph, leg: LegState, since: date, until: date) -> Iterator[Due | Open]:
    """Give the principal of a loan that falls due in the span, and the interest on it until then."""
    if leg.instrument is not Instrument.LOAN:
        return
    said = graph.registry.leg(leg.id)
    matures = said.maturity.last if said.maturity is not None else None
    if matures is not None and matures < since:
        return
    drawn = _drawn(leg, said)
    if drawn is None or (not drawn.known and not drawn.high):
        why = "what of it is drawn is not published"
        if matures is None or matures > until:
            yield Open(leg.id, "debt", why, leg.amount)
            return
        agreed, of = _agreed(graph, leg)
        if not agreed:
            yield Open(leg.id, "debt", f"it matures {said.maturity}; {why}", leg.amount, leg.payee)
            return
        how = f"matures {said.maturity}; {why}: from nothing to {of}"
        yield _debt(leg, said, What.PRINCIPAL, agreed, how, least=0)
        rate, text = _rate(graph, said)
        if rate is None:
            yield Open(leg.id, What.INTEREST, text, leg.amount)
            return
        days = (matures - since).days + 1
        amount = round(agreed * rate * Fraction(days, _YEAR))
        yield _debt(leg, said, What.INTEREST, amount, f"{days} days at {text}; {why}", least=0)
        return
    if not drawn:
        return
    if not drawn.known or drawn.unbounded:
        yield Open(leg.id, "debt", "more may be drawn than is published", drawn)
    principal = _at(graph, drawn)
    if matures is not None and matures <= until:
        yield _debt(leg, said, What.PRINCIPAL, principal, f"matures {said.maturity}")
    rate, text = _rate(graph, said)
    if rate is None:
        yield Open(leg.id, What.INTEREST, text, drawn)
        return
    days = (min(until, matures or until) - since).days + 1
    amount = round(principal * rate * Fraction(days, _YEAR))
    yield _debt(leg, said, What.INTEREST, amount, f"{days} days at {text}")


def _agreed(graph: DealGraph, leg: LegState) -> tuple[int, str]:
    """Give the most that can be drawn of a loan, and what that is; nothing if no source says.

    Of loans to one borrower of which only the total is published each gets an even share of what is left.
    """
    if leg.amount.known or leg.amount.high:
        return _at(graph, leg.amount), "all that was agreed"
    deal = graph.deals[leg.deal]
    unsaid = [each for each in deal.legs if not each.amount.known and not each.amount.high]
    alike = all(each.instrument is Instrument.LOAN and each.payee == leg.payee for each in unsaid)
    if deal.total is None or not alike:
        return 0, ""
    rest = max(0, _at(graph, deal.total) - sum(_at(graph, each.amount) for each in deal.legs))
    parts = dollars(rest).shares([1] * len(unsaid))
    share = parts[[each.id for each in unsaid].index(leg.id)].high
    return share, f"an even share of {deal.total.short()}, whose split is not published"


def _debt(leg: LegState, said: Leg, what: What, amount: int, how: str, *, least: int | None = None) -> Due:
    """Write what a borrower owes on a loan, at its rank."""
    rank, source = Seniority.SENIOR, ""
    if said.seniority is not None:
        rank, source = said.seniority, "registry"
    elif said.collateral is not None:
        rank, source = Seniority.SECURED, "collateral"
    return Due(leg.id, what, leg.payee, leg.payer, amount, how, least=least, seniority=rank, ranked_by=source)


class Floating(NamedTuple):
    """A loan at a floating rate: what of it floats, in dollars, and for how many days of the span."""

    leg: LegState
    said: Leg
    principal: int
    days: int

    def rise(self, points: int) -> Due:
        """Give the interest more in the span if the rate rises by basis points."""
        amount = round(self.principal * Fraction(points * self.days, 10_000 * _YEAR))
        return _debt(
            self.leg, self.said, What.RISE, amount, f"{self.days} days at {points} basis points more"
        )


def floating(model: Model) -> tuple[Floating, ...]:
    """Give the loans of which something drawn floats in the span, sorted by leg.

    Of one whose rate is fixed in part the rest floats; of one whose fixed part is undisclosed, all of it.
    """
    graph = model.graph.under(replace(model.graph.convention, years=None))
    found = []
    for leg in graph.legs:
        said = graph.registry.leg(leg.id)
        if leg.instrument is not Instrument.LOAN or not said.floating or leg.payer == leg.payee:
            continue
        matures = said.maturity.last if said.maturity is not None else None
        drawn = _drawn(leg, said)
        if drawn is None or (matures is not None and matures < model.since):
            continue
        floats = _at(graph, drawn.less(said.fixed) if said.fixed is not None else drawn)
        if floats > 0:
            days = (min(model.until, matures or model.until) - model.since).days + 1
            found.append(Floating(leg, said, floats, days))
    return tuple(sorted(found, key=lambda row: row.leg.id))


def _margins(graph: DealGraph, since: date, until: date) -> tuple[tuple[Margin, ...], list[Open]]:
    """Give the loans that shares secure, with what these keep of their value; and those of unknown size."""
    found: list[Margin] = []
    unknown: list[Open] = []
    for leg in graph.legs:
        said = graph.registry.leg(leg.id)
        if leg.instrument is not Instrument.LOAN or said.pledged is None or leg.payee in graph.outside:
            continue
        matures = said.maturity.last if said.maturity is not None else None
        if matures is not None and matures < since:
            continue
        part = kept(graph.registry, said.pledged, graph.convention.as_of)
        drawn = _drawn(leg, said)
        if drawn is None or (not drawn.known and not drawn.high):
            why = "what of it is drawn is not published, so no margin call can be told"
            unknown.append(Open(leg.id, "margin", why, leg.amount, leg.payee if part < 1 else ""))
            continue
        principal = _at(graph, drawn)
        value = said.collateral_value
        found.append(
            Margin(
                leg.id,
                leg.payee,
                leg.payer,
                said.pledged,
                principal,
                max(0, leg.amount.high - principal),
                part,
                _at(graph, value) if value is not None and value.known else None,
                Fraction(said.loan_to_value) / 100 if said.loan_to_value is not None else None,
                matures is not None and matures <= until,
            )
        )
    return tuple(sorted(found, key=lambda row: row.leg)), unknown


def _plans(graph: DealGraph, since: date, until: date) -> tuple[Mapping[str, Plan], Mapping[str, int]]:
    """Give the revenue planned for the span, and what what-ifs take off it, at the bound that counts."""
    registry, day = graph.registry, graph.convention.as_of
    base = registry.base if isinstance(registry, Overlaid) else registry
    plans: dict[str, Plan] = {}
    missed: dict[str, int] = {}
    for party in sorted(registry.figures):
        now = plan(registry, party, day, since, until)
        if now is None:
            continue
        plans[party] = now
        before = plan(base, party, day, since, until) if base is not registry else now
        less = _at(graph, before.amount) - _at(graph, now.amount) if before is not None else 0
        if less > 0:
            missed[party] = less
    return MappingProxyType(plans), MappingProxyType(missed)


def _drawn(leg: LegState, said: Leg) -> Money | None:
    """Give what is owed of a loan on the day, as far as it is known."""
    # Nothing drawn is said too, and no unknown.
    lent = said.drawn if said.drawn is not None else leg.paid
    if lent is None:
        # With dates of its own, what of it has been lent by now is not known.
        paid_out = leg.status is Status.CLOSED and leg.schedule is None and leg.term is None
        lent = leg.amount if paid_out else None
    if lent is None:
        return None
    return lent.less(leg.repaid) if leg.repaid is not None else lent


def _rate(graph: DealGraph, said: Leg) -> tuple[Fraction | None, str]:
    """Give the highest yearly rate that a loan may bear as a part, or say why nobody knows it."""
    if said.coupon is None:
        return None, "no rate of interest is published"
    coupon = Fraction(said.coupon)
    if not said.floating:
        return coupon / 100, f"{said.coupon}%"
    series = graph.registry.series.get(said.benchmark or "")
    if series is None or series.unit not in _PER_CENT:
        return None, "what its floating rate goes by is not published"
    known = [row for row in series.readings if row.on.last <= graph.convention.as_of]
    if not known:
        return None, f"no reading of {series.name} is known by the day"
    last = max(row.on.last for row in known)
    reading = max(Fraction(row.value) for row in known if row.on.last == last) / _PER_CENT[series.unit]
    rate, text = max(Fraction(0), coupon + reading), f"{said.coupon}% over {series.name} of {last}"
    if said.fixed is None and said.fixed_coupon is None:
        return rate / 100, text
    if said.fixed_coupon is None:
        return None, "the rate of its fixed part is not published"
    return max(rate, Fraction(said.fixed_coupon)) / 100, f"the higher of {said.fixed_coupon}% and {text}"


def _backings(graph: DealGraph, dues: tuple[Due, ...]) -> tuple[tuple[Backing, ...], list[Open]]:
    """Give the guarantees in force behind what falls due; one behind several is shared by what is due.

    What several guarantees stand behind is shared evenly.
    """
    found: list[Backing] = []
    unknown: list[Open] = []
    for leg in _guarantees(graph):
        said = graph.registry.leg(leg.id)
        behind = [due for due in dues if due.leg in said.secures]
        if said.secures and not behind:
            continue
        why = _unusable(graph, leg, said, behind)
        if why:
            unknown.append(Open(leg.id, "guarantee", why, leg.amount))
            continue
        shares = dollars(_at(graph, leg.amount)).shares([due.amount for due in behind])
        for due, own in zip(behind, (share.high for share in shares), strict=True):
            found.append(Backing(leg.id, leg.payer, due, min(own, due.amount), Fraction(1)))
    several: dict[str, int] = defaultdict(int)
    for row in found:
        several[row.due.name] += 1
    return tuple(replace(row, part=Fraction(1, several[row.due.name])) for row in found), unknown


def _guarantees(graph: DealGraph) -> Iterable[LegState]:
    """Give the guarantees of living deals that count under the convention."""
    rule = graph.convention
    return [
        leg
        for deal in graph.deals.values()
        for leg in deal.legs
        if leg.instrument is Instrument.GUARANTEE
        and not leg.status.is_end
        and leg.status.level >= rule.least.level
        and leg.basis in rule.bases
        and not graph.leaves_out(leg)
    ]


def _unusable(graph: DealGraph, leg: LegState, said: Leg, behind: list[Due]) -> str:
    """Say why what a guarantee would pay cannot be told, or nothing if it can."""
    if not said.secures:
        return "it stands behind no leg of the registry"
    if leg.certainty is not Certainty.FIRM:
        return "it hangs on a condition"
    if not leg.amount.known:
        return "its limit is not published"
    if leg.payer in graph.outside:
        return "its guarantor stands for many"
    if any(leg.payer in {due.debtor, due.creditor} for due in behind):
        return "its guarantor is a party to what it guarantees"
    return ""


def _at(graph: DealGraph, amount: Money) -> int:
    """Give the bound that counts: the upper, under `firm` the lower."""
    return amount.low if graph.convention.preset is Preset.FIRM else amount.high
