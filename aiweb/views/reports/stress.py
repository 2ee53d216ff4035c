"""Who can pay what falls due, who fails because of whom, and who loses: one stress."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from aiweb.analysis.stress import (
    PAYER,
    UNDATED,
    Case,
    Costs,
    Due,
    Failure,
    Loss,
    Model,
    Outcome,
    Rule,
    Stake,
    Stress,
    Valuation,
)
from aiweb.graph import DealGraph
from aiweb.model import Figure, Metric, Seniority
from aiweb.values import Money, total
from aiweb.views.reports.owners import figures_table
from aiweb.views.reports.rows import AMOUNTS, below, dollars, headed, legs_table
from aiweb.views.tables import Cell, Column, Report, Table, context

_CASES = (
    "ample: who has no cash figure has all that it owes and guarantees; none: it has its undrawn credit, "
    "if that is known, else nothing; debts of unknown size are nothing in ample, all they can be in none"
)
_BETWEEN = (
    "of what is published, what stays unpaid lies between the two cases, "
    "and so does what follows from the failure"
)
_ONLY_CASES = (
    "of what is published, what stays unpaid lies between the two cases; "
    "what follows from the failure need not"
)
_UNPAID = "of what is published, what stays unpaid lies between the two cases"
_CORNERS = "with debts of unknown size the two cases are two corners and need not bound what is unpaid"
_AGED = "balances are older than the span, so the two cases need not bound what is unpaid in it"
_LARGEST = 5
_BOOKS = (
    "books hold cash, undrawn credit, and what the registry puts into the span: no sales to others, "
    "no wages, no taxes, no new money"
)
_OWED = (
    "owed: firm payments that cannot be cancelled, at their upper bounds, maturing loans and interest; "
    "other payments are flexible"
)


def stress(graph: DealGraph, found: Stress) -> Report:
    """One stress: failures by rounds, losses by party and by kind, what is unpaid, and the books."""
    model = found.model
    tables = [
        _outcomes(found),
        _vectors(found),
        _failures(graph, found),
        _losses(graph, found),
        _kinds(graph, found),
        _unpaid(found),
        _quiet(_margins(model)),
        _guarantees(found),
        _quiet(_holdings(found)),
        _quiet(_sales(graph, found)),
        _quiet(_claims(found)),
        _distress(found),
        _books(graph, found),
        _quiet(_missed(model)),
        _quiet(_earlier(graph, model)),
        _payments("payments", "", model.dues, "machines"),
        _payments("flexible", "Flexible: owed by nobody, so no part of these books", model.flexible, ""),
        Table(
            "open",
            "",
            (*headed("leg what $amount"), *below("why")),
            tuple((row.leg, row.what, row.amount, row.why) for row in model.open),
            only="machines",
        ),
        legs_table(
            graph,
            [
                *(row.leg for row in (*model.dues, *model.flexible, *model.earlier)),
                *(row.leg for row in model.open),
                *(row.leg for row in model.backings),
                *(row.leg for row in model.margins),
                *(leg for stake in _stakes(found) for leg in stake.legs),
            ],
        ),
    ]
    figures = _figures(graph, found)
    if figures:
        tables.append(figures_table(graph, figures))
    return Report(
        "stress",
        _title(graph, found),
        tuple(tables),
        (*head(model), *_said(found), *(line for each in found.outcomes for line in _sums(each))),
        notes(model, found.party, valuation=found.valuation),
        context(graph.registry, graph.convention),
    )


def _quiet(table: Table) -> Table:
    """Keep a table that says nothing from people."""
    return table if table.rows or table.notes else replace(table, only="machines")


def _figures(graph: DealGraph, found: Stress) -> list[tuple[str, Figure]]:
    """List the figures behind the numbers, each once, under the party that it is of."""
    model = found.model
    rows = [
        (party, figure)
        for party, balance in model.balances.items()
        for figure in (*balance.cash, *balance.credit)
    ]
    sellers = {row.party for each in found.outcomes if each.sales for row in each.sales.rows}
    for party in sorted(sellers | {*model.missed}):
        if party in model.plans:
            rows += [(party, figure) for figure in model.plans[party].figures]
        else:
            year = graph.latest_figure(party, Metric.REVENUE, yearly=True)
            rows += [(party, year)] if year is not None else []
    for stake in _stakes(found):
        rows += [(stake.owner, figure) for figure in stake.figures]
        worth = model.worths.get(stake.issuer)
        rows += [(stake.issuer, figure) for figure in worth.figures] if worth is not None else []
    kept = {id(figure): (party, figure) for party, figure in rows}
    return list(kept.values())


def _stakes(found: Stress) -> list[Stake]:
    """Give the holdings on which something is lost in either case."""
    owned = found.model.owned
    lost = {pair for each in found.outcomes if each.marks for pair in each.marks.borne}
    return [row for row in (owned.holdings if owned else ()) if (row.owner, row.issuer) in lost]


def _title(graph: DealGraph, found: Stress) -> str:
    model = found.model
    if found.party is None:
        return f"Who can pay what falls due, {model.since} to {model.until}"
    name = graph.party(found.party).name
    what = "pays nothing" if found.part == 1 else f"leaves {percent(found.part)} unpaid"
    return f"If {name} {what} of what it owes, {model.since} to {model.until}"


def head(model: Model) -> tuple[str, ...]:
    """Say what the books hold, and what they cannot."""
    owed = dollars(sum(model.owed.values())).short()
    flexible = dollars(sum(row.amount for row in model.flexible)).short()
    undated = [row.amount for row in model.open if row.why == UNDATED]
    others = len(model.open) - len(undated)
    unknown = model.unknown
    lines = [
        f"owed {owed} in {len(model.dues)} payments; flexible {flexible} in {len(model.flexible)}",
        (
            f"in no number: {len(undated)} payments that no source dates, {total(undated).short()}; "
            f"{others} entries for want of an amount, a rate, or what is drawn"
        ),
    ]
    lines += _ranks(model)
    called = [row for row in model.margins if row.most]
    if called:
        amount = Money(sum(row.least for row in called), sum(row.most for row in called)).short()
        lines.append(f"margin calls: {amount} on {', '.join(row.leg for row in called)}")
    lines += [
        f"revenue of {party} that does not come, taken off its cash: {dollars(missed).short()}"
        for party, missed in model.missed.items()
    ]
    lines += _before(model)
    if unknown:
        lines.append(f"no cash figure of {len(unknown)} that owe something: {', '.join(unknown)}")
    if model.understated:
        listed = "; ".join(f"{party} on {', '.join(legs)}" for party, legs in model.understated.items())
        lines.append(f"owe more than is published, so they cannot be told to stand: {listed}")
    return tuple(lines)


def _before(model: Model) -> Iterator[str]:
    """Say that the balances are older than the span, who owes how much before it, and what to do."""
    owed = sorted(model.owed_earlier.items(), key=lambda item: (-item[1], item[0]))
    if not owed:
        return
    day, last = model.graph.convention.as_of, model.since - timedelta(days=1)
    listed = ", ".join(f"{party} {dollars(amount).short()}" for party, amount in owed[:_LARGEST])
    more = f" and {len(owed) - _LARGEST} more" if len(owed) > _LARGEST else ""
    amount = dollars(sum(amount for _, amount in owed)).short()
    first = day + timedelta(days=1)
    who = (
        f"{len(owed)} {'party owes' if len(owed) == 1 else 'parties owe'} before the span, {first} to {last},"
    )
    yield (
        f"balances are those known on {day}: {amount} that {who} is not taken off them: {listed}{more}; "
        f"--from {first.year} --to {model.until.year} counts it in"
    )
    if model.hollow:
        yield f"may have nothing left by then, so they cannot be told to stand: {', '.join(model.hollow)}"


def _ranks(model: Model) -> Iterator[str]:
    """Say what is paid first, and who says so."""
    if not model.ranked:
        yield "ranks: none, all debts of a party are paid alike"
        return
    parts = []
    for seniority in Seniority:
        rows = [due for due in model.dues if due.seniority is seniority]
        for source, said in (
            ("collateral", "by collateral"),
            ("registry", "by the registry"),
            ("", "by nobody"),
        ):
            chosen = [due for due in rows if due.ranked_by == source]
            if chosen:
                amount = dollars(sum(due.amount for due in chosen)).short()
                parts.append(f"{seniority} {said} {amount} in {len(chosen)}")
    yield f"ranks: {'; '.join(parts) or 'nothing is owed'}; what nobody ranks is taken as senior"


def _said(found: Stress) -> tuple[str, ...]:
    """Say what comes of it, from the better case to the worse."""
    ample, none = found.outcomes
    lines = [f"unpaid in all: {_both(ample.unpaid, none.unpaid)}"]
    if found.party is not None:
        own = round(found.part * found.model.owed.get(found.party, 0))
        passed_on = _both(ample.passed_on, none.passed_on)
        caused = _both(ample.caused, none.caused)
        if found.party not in found.model.owed:
            lines.append(f"{found.party} owes nothing in the span, so nothing of its own stays unpaid")
        lines.append(f"because of {found.party}: {caused}")
        lines.append(f"of it {dollars(own).short()} its own; passed on {passed_on}")
        sure = ample.fallen
        possible = tuple(name for name in none.fallen if name not in sure)
        lines.append(f"fail because of it: {', '.join(sure) or 'none'}")
        lines.append(f"cannot be told: {', '.join(possible) or 'none'}")
        lines += _beside(found)
    anyway = [row.party for row in ample.failures if row.anyway]
    perhaps = [row.party for row in none.failures if row.anyway and row.party not in anyway]
    lines.append(f"cannot pay all on these books anyway: {', '.join(anyway) or 'none'}")
    lines.append(f"the same in none only: {', '.join(perhaps) or 'none'}")
    if found.model.earlier:
        named = {*found.model.hollow, *found.model.understated, *(row.party for row in none.failures)}
        unsure = [name for name in found.model.owed if found.verdict(name) == "cannot be told"]
        hurt = [name for name in unsure if name not in named]
        if hurt:
            lines.append(f"cannot be told either, for what is owed before the span: {', '.join(hurt)}")
    return tuple(lines)


def _beside(found: Stress) -> Iterator[str]:
    """Say what is lost beside what is unpaid."""
    sales = [sum(row.caused for row in each.sales.rows) if each.sales else 0 for each in found.outcomes]
    if any(sales):
        yield f"revenue lost because of it, unpaid or not bought: {_both(*sales)}"


def _both(low: int, high: int) -> str:
    """Write two cases as one amount, or as two where they differ."""
    one, other = dollars(low).short(), dollars(high).short()
    return one if low == high else f"{one} (ample), {other} (none)"


def _sums(outcome: Outcome) -> tuple[str, ...]:
    """Write the accounts of a case, and whether its payments are the only ones that clear."""
    lines = []
    for number, account in enumerate(outcome.accounts):
        given, found = _terms(account.given), _terms(account.found)
        if account.name in {"cash", "shares"}:
            # One term a party: its sum says enough here.
            what = "cash" if account.name == "cash" else "value of companies lost"
            given = f"{what} {dollars(sum(round(amount) for amount in account.given.values())).short()}"
        if number < 2 or any(account.given.values()):
            lines.append(f"{outcome.case}: {given} = {found}")
    differing = outcome.after.differing
    lines.append(
        f"{outcome.case}: greatest and least payments "
        + (f"differ for {', '.join(differing)}" if differing else "agree")
    )
    return tuple(lines)


def _terms(parts: Mapping[str, Fraction] | Mapping[str, float]) -> str:
    return " + ".join(f"{name} {dollars(round(amount)).short()}" for name, amount in parts.items())


def notes(model: Model, party: str | None, *, valuation: str = Valuation.CLEARING) -> tuple[str, ...]:
    """Say by which rule it is cleared, and what the books hold."""
    rule = (
        "who cannot pay all of a rank pays nothing of it"
        if model.rule is Rule.WHOLE
        else "who cannot pay all pays all creditors of a rank in proportion"
    )
    if model.ranked:
        rule += ", what is secured first"
    if model.costs:
        rule += f", and loses {_lost(model.costs)}"
    between = _UNPAID if party is None else _BETWEEN if model.is_bracketed else _ONLY_CASES
    if not model.is_bounded:
        between = _CORNERS if model.crossing else _AGED
    claims = (f"claims by {valuation}",) if valuation != Valuation.CLEARING else ()
    return (
        f"rule: {rule}; numbers are of the greatest payments",
        *claims,
        _CASES,
        between,
        _OWED,
        _BOOKS,
        AMOUNTS,
    )


def _outcomes(found: Stress) -> Table:
    """Put the sums of both cases into a table for programs."""
    rows: list[tuple[Cell, ...]] = []
    for each in found.outcomes:
        cash, losses, *_ = each.accounts
        rows.append(
            (
                str(each.case),
                dollars(sum(found.model.owed_in(each.case).values())),
                dollars(each.unpaid),
                dollars(each.caused),
                dollars(each.passed_on),
                *(
                    dollars(round(amount))
                    for amount in (
                        sum(cash.given.values()),
                        *(cash.found[name] for name in ("equity", "paid outside", "default costs")),
                        *(losses.found[name] for name in ("parties", "outside")),
                    )
                ),
                each.after.differing,
                dollars(sum(row.lost for row in each.sales.rows)) if each.sales else None,
                dollars(_on_shares(each)) if each.marks else None,
                found.model.costs.cash,
                found.model.costs.receipts,
            )
        )
    columns = headed(
        "case $owed $unpaid $caused $passed_on $cash $equity $paid_outside $default_costs "
        "$borne_by_parties $borne_outside differing $revenue_lost $shares_lost "
        "costs_of_cash costs_of_receipts"
    )
    return Table("outcomes", "", columns, tuple(rows), only="machines")


def _vectors(found: Stress) -> Table:
    """Put what each debtor pays under the greatest and under the least payments into a table for programs."""
    rows: list[tuple[Cell, ...]] = [
        (str(each.case), party, dollars(round(paid)), dollars(round(each.after.least.payments[party])))
        for each in found.outcomes
        for party, paid in each.after.greatest.payments.items()
        if each.after.greatest.books.owed[party] and not party.startswith(PAYER)
    ]
    columns = headed("case party $paid_greatest $paid_least")
    return Table("vectors", "", columns, tuple(rows), only="machines")


def _failures(graph: DealGraph, found: Stress) -> Table:
    """Name who cannot pay all, and in which round of which case."""
    cases = [{row.party: row for row in each.failures} for each in found.outcomes]
    order = {party: number for number, party in enumerate((*cases[0], *cases[1]))}
    rows: list[tuple[Cell, ...]] = []
    for party in sorted({*cases[0], *cases[1]}, key=lambda name: (name not in cases[0], order[name])):
        either = cases[1].get(party) or cases[0][party]
        rows.append(
            (
                party,
                str(graph.party(party).kind),
                *(_round(found, case.get(party)) for case in cases),
                dollars(either.owed),
                *(dollars(case[party].unpaid if party in case else 0) for case in cases),
                found.verdict(party),
            )
        )
    columns = (
        *headed("party kind ample none $owed"),
        Column("unpaid_ample", "unpaid, ample", money=True),
        Column("unpaid_none", "unpaid, none", money=True),
        *headed("verdict"),
    )
    note = "round 1: it cannot though all others pay; each later one: because of those before it"
    return Table("failures", "Who cannot pay all, by rounds", columns, tuple(rows), (note,))


def _round(found: Stress, row: Failure | None) -> str:
    """Say in which round a party fails, and whether it would anyway."""
    if row is None:
        return "pays"
    return f"round {row.round}{', anyway' if row.anyway and found.party is not None else ''}"


def _losses(graph: DealGraph, found: Stress) -> Table:
    """Add up by creditor."""
    sides = [each.by("creditor") for each in found.outcomes]
    rows: list[tuple[Cell, ...]] = [
        (party, str(graph.party(party).kind), dollars(found.model.due[party]), *_four(sides, party))
        for party in _worst(sides)
    ]
    return Table("losses", "Who is not paid", headed(f"party kind $due {_FOUR}"), tuple(rows))


def _kinds(graph: DealGraph, found: Stress) -> Table:
    """Add up by kind of party: what is unpaid, and beside it what is lost on shares and of revenue."""

    def kind(party: str) -> str:
        return "outside" if party in graph.outside else str(graph.party(party).kind)

    sides = [
        _grouped((kind(party), pair) for party, pair in each.by("creditor").items())
        for each in found.outcomes
    ]
    shares, revenue = (
        [_grouped((kind(party), (amount, 0)) for party, amount in what(each)) for each in found.outcomes]
        for what in (_share_losses, _revenue_losses)
    )
    everybody = {kind(party) for party in graph.registry.parties}
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            *_four(sides, name),
            *(dollars(side.get(name, (0, 0))[0]) for what in (shares, revenue) for side in what),
        )
        for name in (*_worst(sides), *sorted(everybody - {*sides[0], *sides[1]}))
    ]
    columns = headed(f"kind {_FOUR} $shares_ample $shares_none $revenue_ample $revenue_none")
    remarks = (
        "outside: parties that stand for many, of whatever kind",
        "shares, revenue: lost on shares, and of sales; beside what is unpaid, and never added to it",
    )
    return Table("kinds", "The same by kind of party", columns, tuple(rows), remarks)


_FOUR = "$caused_ample $caused_none $unpaid_ample $unpaid_none"
_Sides = Sequence[Mapping[str, tuple[int, int]]]


def _grouped(rows: Iterable[tuple[str, tuple[int, int]]]) -> dict[str, tuple[int, int]]:
    sums: dict[str, tuple[int, int]] = {}
    for name, (one, other) in rows:
        before = sums.get(name, (0, 0))
        sums[name] = (before[0] + one, before[1] + other)
    return sums


def _share_losses(outcome: Outcome) -> list[tuple[str, int]]:
    marks = outcome.marks
    return [(holder, round(amount)) for (holder, _), amount in marks.borne.items()] if marks else []


def _on_shares(outcome: Outcome) -> int:
    return sum(amount for _, amount in _share_losses(outcome))


def _revenue_losses(outcome: Outcome) -> list[tuple[str, int]]:
    return [(row.party, row.lost) for row in outcome.sales.rows] if outcome.sales else []


def _four(sides: _Sides, name: str) -> tuple[Cell, ...]:
    """Give what is caused in both cases, and what is unpaid in both."""
    pairs = [side.get(name, (0, 0)) for side in sides]
    return tuple(dollars(pair[index]) for index in (1, 0) for pair in pairs)


def _worst(sides: _Sides) -> list[str]:
    """Sort names by what is caused, then by what is unpaid, the most first."""

    def most(name: str) -> tuple[int, int, str]:
        unpaid, caused = sides[1].get(name, (0, 0))
        return (-caused, -unpaid, name)

    return sorted({*sides[0], *sides[1]}, key=most)


def _unpaid(found: Stress) -> Table:
    """List every payment of which something stays unpaid."""
    cases: list[dict[str, Loss]] = [{row.due.name: row for row in each.losses} for each in found.outcomes]
    dues = [due for due in found.model.dues if any(due.name in case for case in cases)]
    rows: list[tuple[Cell, ...]] = []
    for due in sorted(dues, key=lambda due: (-due.amount, due.name)):
        losses = [case.get(due.name, Loss(due, 0, 0)) for case in cases]
        rows.append(
            (
                due.leg,
                str(due.what),
                due.debtor,
                due.creditor,
                dollars(due.amount),
                str(due.seniority) if found.model.ranked else None,
                *(dollars(loss.caused) for loss in losses),
                *(dollars(loss.unpaid) for loss in losses),
            )
        )
    columns = headed(f"leg what from to $due seniority {_FOUR}")
    return Table("unpaid", "What stays unpaid, payment by payment", columns, tuple(rows))


def _margins(model: Model) -> Table:
    """List the loans that shares secure, and what may be called of them."""
    rows = tuple(
        (
            row.leg,
            row.borrower,
            row.lender,
            row.pledged,
            dollars(row.drawn),
            row.kept,
            dollars(row.least),
            dollars(row.most),
            row.how,
        )
        for row in model.margins
    )
    remarks = ["ample takes the least to be called, none the most; a call is owed like a debt, and secured"]
    remarks += [
        f"{row.leg}: {dollars(row.line).short()} of credit hangs on the same shares; none has none of it"
        for row in model.margins
        if row.falls and row.line
    ]
    columns = (*headed("leg borrower lender shares_of $drawn kept $least $most"), *below("how"))
    return Table("margins", "Loans secured by shares", columns, rows, tuple(remarks) if rows else ())


def _guarantees(found: Stress) -> Table:
    """List guarantees in force behind what falls due, and what they are called for in each case."""
    cases = [{row.backing.name: row for row in each.called} for each in found.outcomes]
    rows: list[tuple[Cell, ...]] = []
    for backing in found.model.backings:
        calls = [case.get(backing.name) for case in cases]
        rows.append(
            (
                backing.leg,
                backing.guarantor,
                backing.due.leg,
                dollars(backing.limit),
                *(dollars(call.called if call else 0) for call in calls),
                *(dollars(call.honoured if call else 0) for call in calls),
            )
        )
    remarks = ["called for what debtors leave unpaid; who guarantees owes it beside its other debts"]
    if found.model.backings and found.ample.guaranteed is None:
        remarks = ["not called here: guarantees are cleared in proportion and without default costs only"]
    for each in found.outcomes:
        for verb, parties in (("fail", each.failed_by_guarantee), ("are saved", each.saved_by_guarantee)):
            if parties:
                remarks.append(f"{each.case}: by guarantees {verb} {', '.join(parties)}")
    columns = (
        *headed("leg guarantor behind $limit"),
        *headed("$called_ample $called_none $honoured_ample $honoured_none"),
    )
    title = "Guarantees, which the losses above leave out"
    return Table("guarantees", title, columns, tuple(rows), tuple(remarks))


def _holdings(found: Stress) -> Table:
    """List the holdings on which something is lost, and name those of unknown size."""
    model = found.model
    rows: list[tuple[Cell, ...]] = []
    for stake in _stakes(found):
        pair = (stake.owner, stake.issuer)
        worth = model.worths.get(stake.issuer)
        buffer = model.balance(stake.owner)
        lost = [round(each.marks.borne.get(pair, 0)) if each.marks else 0 for each in found.outcomes]
        value = Money(round(stake.low * worth.low), round(stake.high * worth.high)) if worth else None
        cash = buffer.held(Case.AMPLE, 0) if buffer.is_known else 0
        rows.append(
            (
                stake.owner,
                stake.issuer,
                stake.low,
                stake.high,
                value,
                *(dollars(amount) for amount in lost),
                Fraction(lost[1], cash) if cash else None,
            )
        )
    rows.sort(key=lambda row: (-_high(row[6]), str(row[0]), str(row[1])))
    columns = (
        Column("holder", "holder"),
        Column("of", "of"),
        Column("share_low", "share, least", machine=True),
        *headed("share $value $lost_ample $lost_none of_buffer"),
    )
    remarks = _unvalued(found)
    if rows:
        remarks = (
            "value: share of the last published value; of buffer: lost, none, over known cash and credit",
            "shares of who cannot pay all are worth nothing; what others are not paid their holders lose too",
            *remarks,
        )
    return Table("holdings", "What is lost on shares", columns, tuple(rows), remarks)


def _high(cell: Cell) -> int:
    return cell.high if isinstance(cell, Money) else 0


def _unvalued(found: Stress) -> tuple[str, ...]:
    """Name holdings in companies that lose value of which the share, or the value, is not known."""
    model = found.model
    if model.owned is None:
        return ()
    lost = {name for each in found.outcomes if each.marks for name in each.marks.lost}
    gone = {row.party for each in found.outcomes for row in each.failures}
    gone |= {found.party} if found.party is not None and found.part else set()
    gone |= {row.pledged for row in model.margins if row.falls}
    hit = lost | gone
    shares = sorted(f"{row.owner} in {row.issuer}" for row in model.owned.unstated if row.issuer in hit)
    values = sorted(
        f"{row.owner} in {row.issuer}"
        for row in model.owned.holdings
        if row.issuer in gone and row.issuer not in model.worths
    )
    remarks = []
    if shares:
        remarks.append(f"share not published: {', '.join(shares)}")
    if values:
        remarks.append(f"value not published: {', '.join(values)}")
    return tuple(remarks)


def _sales(graph: DealGraph, found: Stress) -> Table:
    """List what sellers lose of their revenue, unpaid or not bought."""
    cases = [{row.party: row for row in each.sales.rows} if each.sales else {} for each in found.outcomes]
    rows: list[tuple[Cell, ...]] = []
    for party in sorted({*cases[0], *cases[1]}):
        either = [case.get(party) for case in cases]
        known = [row for row in either if row is not None]
        whole = next((row.revenue for row in reversed(known) if row.revenue is not None), None)
        rows.append(
            (
                party,
                str(graph.party(party).kind),
                dollars(whole) if whole is not None else None,
                *(dollars(row.caused if row else 0) for row in either),
                *(dollars(row.lost if row else 0) for row in either),
                *(dollars(row.not_bought if row else 0) for row in either),
            )
        )
    rows.sort(key=lambda row: (-_high(row[6]), str(row[0])))
    remarks = []
    if rows:
        remarks = [
            "lost: what it is not paid for sales, and what is not bought of what may be cut",
            "who loses part of its revenue cuts as much of what it may; who cannot pay all buys nothing else",
            "revenue: planned or last reported for such a span; else what the books hold, in none only",
        ]
    for each in found.outcomes:
        if each.sales is None:
            continue
        plain = {*each.after.greatest.failed}
        more, fewer = sorted({*each.sales.failed} - plain), sorted(plain - {*each.sales.failed})
        for verb, parties in (("would fail", more), ("would pay all", fewer)):
            if parties:
                remarks.append(
                    f"{each.case}: with orders that may be cut as income {', '.join(parties)} {verb}"
                )
    columns = headed(
        "party kind $revenue $caused_ample $caused_none $lost_ample $lost_none "
        "$not_bought_ample $not_bought_none"
    )
    title = "Revenue lost, which is no debt and in no number above"
    return Table("sales", title, columns, tuple(rows), tuple(remarks))


def _claims(found: Stress) -> Table:
    """Value claims by the rule asked for."""
    pair = found.claims
    rows: list[tuple[Cell, ...]] = []
    remarks: tuple[str, ...] = ()
    if pair is not None:
        for party in sorted({*pair[0].worth, *pair[1].worth}):
            changed = any(
                round(each.face.get(party, 0)) != round(each.equity.get(party, 0))
                or each.worth.get(party, 1) < 1
                for each in pair
            )
            if changed:
                rows.append(
                    (
                        party,
                        *(dollars(round(each.face.get(party, 0))) for each in pair),
                        *(dollars(round(each.equity.get(party, 0))) for each in pair),
                        *(Fraction(each.worth.get(party, 1)) for each in pair),
                        *(dollars(round(each.written_down.get(party, 0))) for each in pair),
                    )
                )
        remarks = (
            "equity: cash and credit of the case, known shares at published values, and claims, less debts",
            "worth: of a dollar that it owes; a claim written down is not a debt forgiven",
        )
    columns = headed(
        "party $face_ample $face_none $equity_ample $equity_none worth_ample worth_none "
        "$written_down_ample $written_down_none"
    )
    return Table("claims", f"What claims are worth, {found.valuation}", columns, tuple(rows), remarks)


def _missed(model: Model) -> Table:
    """List the revenue that what-ifs take off plans."""
    rows = tuple(
        (party, model.plans[party].amount, dollars(amount)) for party, amount in model.missed.items()
    )
    remarks = ("planned: for the span, under the what-if; missed is taken off cash: costs stay as planned",)
    return Table(
        "missed",
        "Revenue that does not come",
        headed("party $planned $missed"),
        rows,
        remarks if rows else (),
    )


def _earlier(graph: DealGraph, model: Model) -> Table:
    """List who owes something after the day of the balances and before the span."""
    rows: list[tuple[Cell, ...]] = []
    for party, owed in sorted(model.owed_earlier.items(), key=lambda item: (-item[1], item[0])):
        mine = [due for due in model.earlier if due.debtor == party]
        got = sum(due.amount for due in model.earlier if due.creditor == party)
        legs = tuple(sorted({due.leg for due in mine}))
        rows.append((party, str(graph.party(party).kind), dollars(owed), dollars(got), legs))
    remarks = (
        "owes, receives: after the day of the balances and before the span; in no number above",
        "who surely has that much by itself still stands, if it does with so much less",
    )
    return Table(
        "earlier",
        "Owed before the span, and not taken off the balances",
        (*headed("party kind $owes $receives"), *below("legs")),
        tuple(rows),
        remarks if rows else (),
    )


def _distress(found: Stress) -> Table:
    """Set linear DebtRank beside it, for those whose buffer is known."""
    balances = found.model.balances
    rows: list[tuple[Cell, ...]] = [
        (party, dollars(balances[party].held(Case.AMPLE, 0)), part) for party, part in found.distress.items()
    ]
    remarks = (
        "the part of its cash and credit that each loses, if every claim falls as its debtor's buffer does",
        "who has no cash figure is left out, and passes nothing on",
    )
    return Table("debtrank", "Linear DebtRank", headed("party $buffer lost"), tuple(rows), remarks)


def _books(graph: DealGraph, found: Stress) -> Table:
    """Set what each has and is owed against what it owes, if everybody pays."""
    model = found.model
    due: dict[str, int] = defaultdict(int, model.due)
    rows: list[tuple[Cell, ...]] = []
    for party, owed in sorted(model.owed.items(), key=lambda item: (-item[1], item[0])):
        balance = model.balances[party]
        cash = balance.amount if balance.cash else None
        if cash is not None and balance.off:
            cash += dollars(-balance.off)
        left = cash + dollars(due[party] - owed) if cash is not None else None
        rows.append(
            (
                party,
                str(graph.party(party).kind),
                cash,
                balance.cash[0].period if balance.cash else None,
                dollars(due[party]),
                dollars(owed),
                left,
                _headroom(left, due[party]),
            )
        )
    remarks = (
        "left: if everybody pays; below zero it cannot pay all by itself",
        "may miss: the part of what it is to be paid that it can do without, at the lower end of its cash",
    )
    return Table(
        "books",
        "Who owes what, and has what to pay it with",
        headed("party kind $cash on $receives $owes $left may_miss"),
        tuple(rows),
        remarks,
    )


def _headroom(left: Money | None, due: int) -> Fraction | None:
    """Say what part of its receipts a party can do without; nothing if it has none or is short anyway."""
    if left is None or left.low < 0 or not due:
        return None
    return min(Fraction(1), Fraction(left.low, due))


def _payments(key: str, title: str, dues: Sequence[Due], only: str) -> Table:
    """List what falls due."""
    rows = tuple(
        (
            row.leg,
            str(row.what),
            row.debtor,
            row.creditor,
            dollars(row.amount),
            row.how,
            str(row.seniority),
            row.ranked_by or None,
            dollars(row.at(Case.AMPLE)),
        )
        for row in dues
    )
    columns = (
        *headed("leg what from to $amount how"),
        Column("seniority", "seniority", machine=True),
        Column("ranked_by", "ranked by", machine=True),
        Column("least", "least", machine=True, money=True),
    )
    return Table(key, title, columns, rows, only=only)


def _lost(costs: Costs) -> str:
    """Say what failing costs."""
    if costs.cash == costs.receipts:
        return f"{percent(costs.cash)} of what it has"
    return f"{percent(costs.cash)} of its cash and {percent(costs.receipts)} of what it is paid"


def percent(part: Fraction) -> str:
    """Write a part as a percentage."""
    return f"{float(100 * part):g}%"
