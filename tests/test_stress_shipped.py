"""Stress of the shipped registry: all what-ifs, parties and rules; nothing vanishes, and all is sourced."""

from __future__ import annotations

from fractions import Fraction

import pytest

import aiweb as aw
from aiweb.analysis.ownership import ownership
from aiweb.analysis.stress import Case, Rule, Shock, Stress, prepare
from aiweb.analysis.stress.outcome import outcome
from aiweb.views import reports
from aiweb.views.tables import to_json
from aiweb.web import Web

WHAT_IFS = (None, *(each.name for each in aw.load().whatifs()))
RULES = ((Rule.PROPORTION, 0), (Rule.PROPORTION, Fraction(3, 10)), (Rule.WHOLE, 0))


def under(name: str | None) -> Web:
    """Give the shipped web, under a what-if if one is named."""
    return aw.load() if name is None else aw.load().what_if(name)


def test_there_are_eight_what_ifs() -> None:
    """And the registry without one."""
    assert len(WHAT_IFS) == 9


@pytest.mark.slow
@pytest.mark.parametrize("name", WHAT_IFS)
def test_what_one_loses_another_has_lost_or_somebody_outside_bears(name: str | None) -> None:
    """All parties, both cases, every rule; to the last digit."""
    web = under(name)
    owned = ownership(web.graph)
    seen = 0
    for rule, costs in RULES:
        model = prepare(web.graph, rule=rule, costs=Fraction(costs), owned=owned)
        for party in (None, *model.owed):
            for case in Case:
                found = outcome(model, case, party, Fraction(1))
                gaps = {account.name: account.gap for account in found.accounts}
                assert set(gaps.values()) == {0}, (name, rule, party, case)
                assert {"cash", "losses", "shares", "value"} <= {*gaps}
                assert ("revenue" in gaps) == (rule is Rule.PROPORTION and not costs)
                assert sum(unpaid for unpaid, _ in found.by("creditor").values()) == found.unpaid
                if found.guaranteed is not None:
                    for account in found.guaranteed.accounts:
                        assert abs(float(account.gap)) < 1
                seen += 1
    assert seen > 50


@pytest.mark.parametrize("name", WHAT_IFS)
def test_every_line_leads_to_legs_lines_and_sources(name: str | None) -> None:
    """What a table names stands among the legs and figures of the same report."""
    found = under(name).stress()
    report = reports.stress(found.graph, found)
    tables = {table.key: table for table in report.tables}
    legs = {str(row[0]): row for row in tables["legs"].rows}
    for key in ("payments", "unpaid", "margins", "guarantees", "flexible", "open"):
        assert {str(row[0]) for row in tables[key].rows} <= {*legs}, key
    assert all(int(str(row[6])) > 1 and row[7] for row in legs.values()), "a line and sources"
    cited = {row[0] for row in tables["figures"].rows}
    model = found.model
    assert {party for party, balance in model.balances.items() if balance.is_known} <= cited
    assert {*model.missed} <= cited
    for holder, issuer, *_ in tables["holdings"].rows:
        stake = next(
            row for row in ownership(found.graph).holdings if (row.owner, row.issuer) == (holder, issuer)
        )
        assert {*stake.legs} <= {*legs}
        assert holder in cited or not stake.figures
        assert issuer in cited or issuer not in model.worths
    assert to_json(report)


@pytest.mark.parametrize("name", WHAT_IFS)
def test_the_trace_comes_to_the_same(name: str | None) -> None:
    """Margin calls, missed revenue and shares included."""
    found = under(name).stress()
    trace = found.explain()
    for each in found.outcomes:
        amount = trace[f"unpaid {each.case}"]
        assert isinstance(amount, aw.Money)
        assert amount.high == each.unpaid
        for holder, issuer in each.marks.borne if each.marks else ():
            assert trace[f"shares {holder} {issuer} {each.case}"] is not None
    assert {row.leg for row in found.model.margins if row.most} <= {*trace.legs}


def test_before_and_after_are_told_for_every_kind_of_party() -> None:
    """A kind without losses has a row of zeros, so that a what-if changes amounts and adds no row."""
    one, other = (reports.stress(found.graph, found) for found in _both("valuations-halved"))
    changes = reports.compared(one, other).tables[0].rows
    kinds = [row for row in changes if row[0] == "kinds"]

    assert {str(row[1]) for row in kinds} >= {"capital", "cloud"}
    assert {str(row[2]) for row in kinds} & {"gone", "new"} == set()
    assert all(row[3] is not None and row[4] is not None for row in kinds)


def _both(name: str) -> tuple[Stress, Stress]:
    return under(None).stress(), under(name).stress()


def test_halved_valuations_call_the_loan_on_arm_shares() -> None:
    """No source gives its ratio or the value of the shares, so the call is anything up to what is drawn."""
    found = under("valuations-halved").stress()
    (margin,) = (row for row in found.model.margins if row.leg == "softbank-arm-margin-loan/1")

    assert (margin.least, margin.most) == (0, margin.drawn)
    assert margin.kept == Fraction(1, 2)
    assert all(row.kept == 1 for row in under(None).stress().model.margins)


@pytest.mark.parametrize("shock", [str(shock) for shock in Shock if shock is not Shock.PARTY])
def test_reverse_stress_answers_for_every_group(shock: str) -> None:
    """With a number or with none, in both cases, and with who is hit."""
    found = under(None).reverse(shock)

    assert [row.group for row in found.rows] == ["lenders", "clouds", "labs"]
    for row in found.rows:
        assert (row.ample is None) == (row.first_ample == ())
        assert (row.none is None) == (row.first_none == ())
    assert found.touched
