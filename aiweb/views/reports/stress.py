"""Who can pay what falls due, who fails because of whom, who loses, and what would tip somebody over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from aiweb.analysis.stress import (
    UNDATED,
    WATCHED,
    Case,
    Damage,
    Due,
    Failure,
    Loss,
    Model,
    Outcome,
    Rule,
    Stress,
    Tipping,
)
from aiweb.graph import DealGraph
from aiweb.values import Money, total
from aiweb.views.reports.owners import figures_table
from aiweb.views.reports.rows import AMOUNTS, below, dollars, headed, legs_table
from aiweb.views.tables import Cell, Column, Report, Table, context

_CASES = (
    "ample: who has no cash figure has all that it owes and guarantees; none: it has its undrawn credit, "
    "if that is known, else nothing"
)
_BETWEEN = (
    "of what is published, what stays unpaid lies between the two cases, "
    "and so does what follows from the failure"
)
_ONLY_CASES = (
    "of what is published, what stays unpaid lies between the two cases; "
    "what follows from the failure need not"
)
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
    figures = [
        (party, figure)
        for party, balance in model.balances.items()
        for figure in (balance.cash, balance.credit)
        if figure is not None
    ]
    tables = [
        _outcomes(found),
        _failures(graph, found),
        _losses(graph, found),
        _kinds(graph, found),
        _unpaid(found),
        _guarantees(found),
        _distress(found),
        _books(graph, found),
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
                *(row.leg for row in (*model.dues, *model.flexible)),
                *(row.leg for row in model.open),
                *(row.leg for row in model.backings),
            ],
        ),
    ]
    if figures:
        tables.append(figures_table(graph, figures))
    return Report(
        "stress",
        _title(graph, found),
        tuple(tables),
        (*_head(model), *_said(found), *(line for each in found.outcomes for line in _sums(each))),
        _notes(model, found.party),
        context(graph.registry, graph.convention),
    )


def stresses(graph: DealGraph, model: Model, found: Sequence[Damage]) -> Report:
    """Every party made to fail in turn, the most damage first."""
    parties = graph.registry.parties
    rows: list[tuple[Cell, ...]] = [
        (
            row.party,
            str(parties[row.party].kind),
            dollars(row.owed),
            dollars(row.ample),
            dollars(row.none),
            dollars(row.none - row.owed),
            row.sure,
            row.possible,
        )
        for row in found
    ]
    table = Table(
        "damage",
        "If each pays nothing of what it owes",
        (*headed("party kind $owed $ample $none $passed_on"), *below("fail may_fail")),
        tuple(rows),
        (
            "ample, none: unpaid in all because of it; passed on: what of that others fail to pay, in none",
            "fail: in both cases; may fail: only if who has no cash figure has none",
            "the payments and legs behind a row: aiweb stress --fail PARTY",
        ),
    )
    return Report(
        "stress",
        f"Every party's failure in turn, {model.since} to {model.until}",
        (table, legs_table(graph, (row.leg for row in model.dues))),
        _head(model),
        _notes(model, "each"),
        context(graph.registry, graph.convention),
    )


def tipping(graph: DealGraph, model: Model, found: Sequence[Tipping]) -> Report:
    """How much each party must leave unpaid until a lender, a lab or a cloud fails."""
    parties = graph.registry.parties
    rows: list[tuple[Cell, ...]] = [
        (
            row.party,
            str(parties[row.party].kind),
            dollars(row.owed),
            row.ample,
            row.none,
            row.first_ample,
            row.first_none,
        )
        for row in found
    ]
    kinds = ", ".join(sorted(WATCHED))
    table = Table(
        "tipping",
        "The least part of what it owes that must stay unpaid until another fails",
        (*headed("party kind $owed ample none"), *below("first_in_ample first_in_none")),
        tuple(rows),
        (
            f"another: a party of one of the kinds {kinds} that would not fail anyway",
            "rounded up to tenths of a per cent; empty: none fails even if nothing is paid",
        ),
    )
    return Report(
        "stress",
        f"Reverse stress, {model.since} to {model.until}",
        (table, legs_table(graph, (row.leg for row in model.dues))),
        _head(model),
        _notes(model, "each"),
        context(graph.registry, graph.convention),
    )


def _title(graph: DealGraph, found: Stress) -> str:
    model = found.model
    if found.party is None:
        return f"Who can pay what falls due, {model.since} to {model.until}"
    name = graph.party(found.party).name
    what = "pays nothing" if found.part == 1 else f"leaves {_percent(found.part)} unpaid"
    return f"If {name} {what} of what it owes, {model.since} to {model.until}"


def _head(model: Model) -> tuple[str, ...]:
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
    if unknown:
        lines.append(f"no cash figure of {len(unknown)} that owe something: {', '.join(unknown)}")
    if model.understated:
        listed = "; ".join(f"{party} on {', '.join(legs)}" for party, legs in model.understated.items())
        lines.append(f"owe more than is published, so they cannot be told to stand: {listed}")
    return tuple(lines)


def _said(found: Stress) -> tuple[str, ...]:
    """Say what comes of it, from the better case to the worse."""
    ample, none = found.outcomes
    lines = [f"unpaid in all: {_both(ample.unpaid, none.unpaid)}"]
    if found.party is not None:
        own = round(found.part * found.model.owed.get(found.party, 0))
        passed_on = _both(ample.passed_on, none.passed_on)
        caused = _both(ample.caused, none.caused)
        lines.append(f"because of {found.party}: {caused}")
        lines.append(f"of it {dollars(own).short()} its own; passed on {passed_on}")
        sure = ample.fallen
        possible = tuple(name for name in none.fallen if name not in sure)
        lines.append(f"fail because of it: {', '.join(sure) or 'none'}")
        lines.append(f"cannot be told: {', '.join(possible) or 'none'}")
    anyway = [row.party for row in ample.failures if row.anyway]
    perhaps = [row.party for row in none.failures if row.anyway and row.party not in anyway]
    lines.append(f"cannot pay all on these books anyway: {', '.join(anyway) or 'none'}")
    lines.append(f"the same, if they have no cash: {', '.join(perhaps) or 'none'}")
    return tuple(lines)


def _both(low: int, high: int) -> str:
    """Write two cases as one amount, or as two where they differ."""
    one, other = dollars(low).short(), dollars(high).short()
    return one if low == high else f"{one} (ample), {other} (none)"


def _sums(outcome: Outcome) -> tuple[str, ...]:
    """Write both accounts of a case, and whether its payments are the only ones that clear."""
    lines = []
    for account in outcome.accounts:
        given = _terms(account.given)
        if account.name == "cash":
            given = f"cash {dollars(sum(round(amount) for amount in account.given.values())).short()}"
        lines.append(f"{outcome.case}: {given} = {_terms(account.found)}")
    differing = outcome.after.differing
    lines.append(
        f"{outcome.case}: greatest and least payments "
        + (f"differ for {', '.join(differing)}" if differing else "agree")
    )
    return tuple(lines)


def _terms(parts: Mapping[str, Fraction] | Mapping[str, float]) -> str:
    return " + ".join(f"{name} {dollars(round(amount)).short()}" for name, amount in parts.items())


def _notes(model: Model, party: str | None) -> tuple[str, ...]:
    bracketed = model.rule is Rule.PROPORTION and not model.costs
    rule = (
        "who cannot pay all pays nobody"
        if model.rule is Rule.WHOLE
        else "who cannot pay all pays all creditors in proportion"
    )
    if model.costs:
        rule += f", and loses {_percent(model.costs)} of what it has"
    between = () if party is None else (_BETWEEN if bracketed else _ONLY_CASES,)
    return (f"rule: {rule}; numbers are of the greatest payments", _CASES, *between, _OWED, _BOOKS, AMOUNTS)


def _outcomes(found: Stress) -> Table:
    """Put the sums of both cases into a table for programs."""
    rows: list[tuple[Cell, ...]] = []
    for each in found.outcomes:
        cash, losses = each.accounts
        rows.append(
            (
                str(each.case),
                dollars(sum(found.model.owed.values())),
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
            )
        )
    columns = headed(
        "case $owed $unpaid $caused $passed_on $cash $equity $paid_outside $default_costs "
        "$borne_by_parties $borne_outside differing"
    )
    return Table("outcomes", "", columns, tuple(rows), only="machines")


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
    due: dict[str, int] = defaultdict(int)
    for row in found.model.dues:
        due[row.creditor] += row.amount
    parties = sorted({*sides[0], *sides[1]}, key=lambda name: (*_most(sides, name), name))
    rows: list[tuple[Cell, ...]] = [
        (party, str(graph.party(party).kind), dollars(due[party]), *_four(sides, party)) for party in parties
    ]
    return Table("losses", "Who is not paid", headed(f"party kind $due {_FOUR}"), tuple(rows))


def _kinds(graph: DealGraph, found: Stress) -> Table:
    """Add up by kind of creditor."""
    sides: list[Mapping[str, tuple[int, int]]] = []
    for each in found.outcomes:
        sums: dict[str, tuple[int, int]] = {}
        for party, (unpaid, caused) in each.by("creditor").items():
            kind = "outside" if party in graph.outside else str(graph.party(party).kind)
            before = sums.get(kind, (0, 0))
            sums[kind] = (before[0] + unpaid, before[1] + caused)
        sides.append(sums)
    kinds = sorted({*sides[0], *sides[1]}, key=lambda name: (*_most(sides, name), name))
    rows: list[tuple[Cell, ...]] = [(kind, *_four(sides, kind)) for kind in kinds]
    note = "outside: parties that stand for many, of whatever kind"
    return Table("kinds", "The same by kind of party", headed(f"kind {_FOUR}"), tuple(rows), (note,))


_FOUR = "$caused_ample $caused_none $unpaid_ample $unpaid_none"


def _four(sides: Sequence[Mapping[str, tuple[int, int]]], name: str) -> tuple[Cell, ...]:
    """Give what is caused in both cases, and what is unpaid in both."""
    pairs = [side.get(name, (0, 0)) for side in sides]
    return tuple(dollars(pair[index]) for index in (1, 0) for pair in pairs)


def _most(sides: Sequence[Mapping[str, tuple[int, int]]], name: str) -> tuple[int, int]:
    """Sort by what is caused, then by what is unpaid, the most first."""
    unpaid, caused = sides[1].get(name, (0, 0))
    return (-caused, -unpaid)


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
                *(dollars(loss.caused) for loss in losses),
                *(dollars(loss.unpaid) for loss in losses),
            )
        )
    columns = headed(f"leg what from to $due {_FOUR}")
    return Table("unpaid", "What stays unpaid, payment by payment", columns, tuple(rows))


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
    notes = ["called for what debtors leave unpaid; who guarantees owes it beside its other debts"]
    if found.model.backings and found.ample.guaranteed is None:
        notes = ["not called here: guarantees are cleared in proportion and without default costs only"]
    for each in found.outcomes:
        for verb, parties in (("fail", each.failed_by_guarantee), ("are saved", each.saved_by_guarantee)):
            if parties:
                notes.append(f"{each.case}: by guarantees {verb} {', '.join(parties)}")
    columns = (
        *headed("leg guarantor behind $limit"),
        *headed("$called_ample $called_none $honoured_ample $honoured_none"),
    )
    title = "Guarantees, which the losses above leave out"
    return Table("guarantees", title, columns, tuple(rows), tuple(notes))


def _distress(found: Stress) -> Table:
    """Set linear DebtRank beside it, for those whose buffer is known."""
    balances = found.model.balances
    rows: list[tuple[Cell, ...]] = [
        (party, dollars(balances[party].held(Case.AMPLE, 0)), part) for party, part in found.distress.items()
    ]
    notes = (
        "the part of its cash and credit that each loses, if every claim falls as its debtor's buffer does",
        "who has no cash figure is left out, and passes nothing on",
    )
    return Table("debtrank", "Linear DebtRank", headed("party $buffer lost"), tuple(rows), notes)


def _books(graph: DealGraph, found: Stress) -> Table:
    """Set what each has and is owed against what it owes, if everybody pays."""
    model = found.model
    due: dict[str, int] = defaultdict(int)
    for row in model.dues:
        due[row.creditor] += row.amount
    rows: list[tuple[Cell, ...]] = []
    for party, owed in sorted(model.owed.items(), key=lambda item: (-item[1], item[0])):
        balance = model.balances[party]
        cash = balance.amount if balance.cash is not None else None
        left = cash + dollars(due[party] - owed) if cash is not None else None
        rows.append(
            (
                party,
                str(graph.party(party).kind),
                cash,
                balance.cash.period if balance.cash is not None else None,
                dollars(due[party]),
                dollars(owed),
                left,
                _headroom(left, due[party]),
            )
        )
    notes = (
        "left: if everybody pays; below zero it cannot pay all by itself",
        "may miss: the part of what it is to be paid that it can do without, at the lower end of its cash",
    )
    return Table(
        "books",
        "Who owes what, and has what to pay it with",
        headed("party kind $cash on $receives $owes $left may_miss"),
        tuple(rows),
        notes,
    )


def _headroom(left: Money | None, due: int) -> Fraction | None:
    """Say what part of its receipts a party can do without; nothing if it has none or is short anyway."""
    if left is None or left.low < 0 or not due:
        return None
    return min(Fraction(1), Fraction(left.low, due))


def _payments(key: str, title: str, dues: Sequence[Due], only: str) -> Table:
    """List what falls due."""
    rows = tuple(
        (row.leg, str(row.what), row.debtor, row.creditor, dollars(row.amount), row.how) for row in dues
    )
    return Table(key, title, headed("leg what from to $amount how"), rows, only=only)


def _percent(part: Fraction) -> str:
    return f"{float(100 * part):g}%"
