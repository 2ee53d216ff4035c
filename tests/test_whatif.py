"""What-ifs: read with all their problems, applied by hand, and held to the laws of putting them together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aiweb as aw
from aiweb import whatif
from aiweb.analysis.circulation import circulation
from aiweb.analysis.funding import funding
from aiweb.graph import DealGraph, LegState, convention, fold
from aiweb.model import Registry, Status
from aiweb.registry.whatif import CODES, VERBS, WhatIf, fields_of, heads
from aiweb.values import Money, When
from tests.commands import aiweb, written
from tests.webs import registry

NOW: Final = date(2026, 12, 31)
HEAD: Final = """\
format: 1
name: {name}
title: A title
zh: 标题
says: Something is otherwise.
version: 1
as_of: 2026-12-31
changes:
"""


def text(*changes: str, name: str = "test") -> str:
    """Write a what-if file."""
    return HEAD.format(name=name) + "".join(f"  - {change}\n" for change in changes)


def problems(web: Registry, *changes: str) -> list[str]:
    """Give the codes of what is wrong with changes to a web, by place."""
    return [each.code for each in whatif.read_text(text(*changes).encode(), "x.yaml", web).problems]


def supposed(web: Registry, *changes: str, name: str = "test") -> WhatIf:
    """Read a what-if that has no problem."""
    found = whatif.read_text(text(*changes, name=name).encode(), f"{name}.yaml", web)
    assert found.problems == ()
    assert found.what_if is not None
    return found.what_if


def under(web: Registry, *changes: str) -> whatif.Overlaid:
    """Apply changes to a web."""
    return whatif.apply(web, supposed(web, *changes))


def graph(web: Registry, as_of: str | None = None, preset: str = "contracted") -> DealGraph:
    """Draw the graph of a registry."""
    return DealGraph(web, convention(web, as_of, preset))


def leg(web: Registry, name: str, day: date = NOW) -> LegState:
    """Give a leg as it stands on a day."""
    deal = name.partition("/")[0]
    state = fold(deal, web.deals[deal], day)
    assert state is not None
    return next(leg for leg in state.legs if leg.id == name)


def status(web: Registry, deal: str, day: date = NOW) -> Status | None:
    """Give the status of a deal on a day."""
    state = fold(deal, web.deals[deal], day)
    return state.status if state else None


def money(amount: int) -> Money:
    """Make an amount."""
    return Money(amount, amount)


# ---- reading ------------------------------------------------------------------------------------

WEB: Final = """
nvidia -> openai: 100
openai -> oracle: 300 purchase #schedule {2027: $120, 2028: $180}
*lenders -> openai: 40 loan closed #floating true #coupon 5% #benchmark sofr
oracle -> nvidia: 60 purchase announced
nvidia -> oracle: 7; 2026-02-01 cancelled
---
rates: {JPY: [{on: 2025-01-01, usd: 0.01, source: s}]}
series:
  sofr: {name: S, zh: S, unit: percent, readings: [{on: 2025-01-01, value: 4, source: s}]}
  index: {name: I, zh: I, unit: index, readings: [{on: 2025-01-01, value: 100, source: s}]}
figures:
  openai:
    - {metric: revenue, period: 2027, amount: $50, kind: forecast, source: s}
    - {metric: gross-margin, period: 2025, percent: 40%, kind: press, source: s}
"""
WRONG: Final = {
    "wrong-shape": ["cancel"],
    "missing-key": ["cancel: {note: why}"],
    "unknown-key": ["cancel: {deal: d1, amout: $3}"],
    "empty-list": ["stop-funding: {party: nvidia, instruments: []}"],
    "unknown-verb": ["cancle: {deal: d1}"],
    "unknown-word": ["drop: {below: singed}"],
    "bad-months": ["delay: {leg: d2/1, by: a while}"],
    "bad-points": ["coupons: {by: 3%}"],
    "bad-share": ["cut: {leg: d1/1, by: 120%}"],
    "one-of": ["cut: {leg: d1/1}"],
    "unknown-party": ["fail: {party: opnai}"],
    "unknown-deal": ["cancel: {deal: d9}"],
    "unknown-leg": ["cut: {leg: d1/2, by: 10%}"],
    "unknown-series": ["rate: {series: sofra, by: 10 bp}"],
    "unknown-currency": ["exchange: {currency: EUR, by: -10%}"],
    "before-as-of": ["cancel: {deal: d1, from: 2026-12-30}"],
    "deal-over": ["cancel: {deal: d5}"],
    "no-cut": ["cut: {leg: d1/1, to: $100}"],
    "undated": ["delay: {deal: d1, by: 1 year}"],
    "no-figure": ["figure: {party: openai, metric: revenue, period: 2028, by: -10%}"],
    "figure-value": ["figure: {party: openai, metric: gross-margin, to: $10}"],
    "not-floating": ["coupons: {leg: d1/1, by: 10 bp}"],
    "not-a-rate": ["rate: {series: index, by: 10 bp}"],
    "nothing-to-do": ["pull-credit: {party: oracle}"],
    "said-twice": ["cut: {leg: d1/1, by: 10%}", "cut: {deal: d1, by: 20%}"],
    "contradiction": ["cancel: {deal: d1}", "cut: {leg: d1/1, by: 10%}"],
}
ELSEWHERE: Final = {"bad-word", "bad-number", "which-leg", "set-after-shift", "given-twice"}


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_has_its_code_its_place_and_its_remedy(code: str) -> None:
    """One problem each, in the line of the last change."""
    found = whatif.read_text(text(*WRONG[code]).encode(), "x.yaml", registry(WEB))

    assert found.what_if is None
    (problem,) = found.problems
    assert problem.code == code
    assert problem.line == len(HEAD.splitlines()) + len(WRONG[code])
    assert problem.remedy


def test_every_code_is_tried() -> None:
    """Here, or by a test of its own below."""
    assert set(WRONG) | ELSEWHERE == set(CODES)


def test_all_problems_come_in_one_run_by_place() -> None:
    """Of the head, of the form of changes, of names, and of what does not go together."""
    changes = (
        "cancel: {deal: d1}",
        "fail: {party: opnai}",
        "cut: {leg: d2/1, by: much}",
        "delay: {leg: d1/1, by: 1 year}",
        "drop: {below: talks}",
    )
    broken = text(*changes).replace("version: 1\n", "version: no\n").replace("name: test", "name: A Test")
    found = whatif.read_text(broken.encode(), "x.yaml", registry(WEB))

    assert [(each.line, each.code) for each in found.problems] == [
        (2, "bad-word"),
        (6, "bad-number"),
        (10, "unknown-party"),
        (11, "bad-share"),
        (12, "undated"),
        (13, "unknown-word"),
    ]


def test_an_unknown_name_is_given_the_nearest() -> None:
    """As everywhere."""
    (problem,) = whatif.read_text(text("fail: {party: opnai}").encode(), "x.yaml", registry(WEB)).problems

    assert str(problem).splitlines() == [
        "x.yaml:9:19: unknown-party: the registry has no party 'opnai'",
        "    did you mean 'openai'?",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        ["cut: {leg: d1/1, to: $40}", "cut: {leg: d1/1, to: $30}"],
        ["cut: {leg: d1/1, to: $40}", "mark-down: {party: openai, by: 10%}"],
        [
            "figure: {party: openai, metric: revenue, to: $40}",
            "figure: {party: openai, metric: revenue, to: $41}",
        ],
        [
            "figure: {party: openai, metric: revenue, period: 2027, to: $40}",
            "figure: {party: openai, metric: revenue, by: -10%}",
        ],
        ["fail: {party: openai}", "figure: {party: openai, metric: revenue, by: -10%}"],
        ["delay: {leg: d2/1, by: 1 year}", "fail: {party: oracle}"],
        ["coupons: {by: 10 bp}", "rate: {series: sofr, by: 10 bp}"],
        ["cancel: {deal: d1}", "cut: {leg: d1/1, by: 10%, from: 2027-02-01}"],
    ],
)
def test_a_what_if_that_contradicts_itself_is_refused(changes: list[str]) -> None:
    """In whichever order it does."""
    assert problems(registry(WEB), *changes) == ["contradiction"]
    if "from" not in changes[1]:
        assert problems(registry(WEB), *reversed(changes)) == ["contradiction"]


def test_a_deal_may_be_cut_first_and_cancelled_later() -> None:
    """The days differ."""
    changes = ("cut: {leg: d1/1, by: 10%}", "cancel: {deal: d1, from: 2027-02-01}")
    found = under(registry(WEB), *changes)

    assert leg(found, "d1/1").amount == money(90)
    assert status(found, "d1", date(2027, 1, 31)) is Status.SIGNED
    assert status(found, "d1", date(2027, 2, 1)) is Status.CANCELLED


def test_an_amount_is_set_of_one_leg_only() -> None:
    """A deal of one leg will do."""
    two = registry("a -> b: 10\nb -> a: 5 purchase")
    twofold = replace(
        two,
        deals={
            "d1": two.deals["d1"].model_copy(update={"legs": two.deals["d1"].legs + two.deals["d2"].legs})
        },
    )

    assert problems(twofold, "cut: {deal: d1, to: $4}") == ["which-leg"]
    assert problems(two, "cut: {deal: d1, to: $4}") == []


def test_every_key_of_every_verb_says_what_it_is() -> None:
    """For the manual."""
    assert all(says for verb in VERBS for _, says in fields_of(verb))


# ---- what each change does, by hand -------------------------------------------------------------


def test_a_cancelled_deal_keeps_its_life_before_that_day_and_what_was_paid() -> None:
    """
    a -> b: 10; 2026-03-01 paid 4
    b -> a: 30 purchase
    """
    web = registry(test_a_cancelled_deal_keeps_its_life_before_that_day_and_what_was_paid.__doc__)
    found = under(web, "cancel: {deal: d1, from: 2027-01-15}")

    assert found.deals["d1"].events[:-1] == web.deals["d1"].events
    last = found.deals["d1"].events[-1]
    assert (last.on, last.status, last.source) == (When.parse("2027-01-15"), "cancelled", ("what-if:test",))
    assert found.source("d1", "what-if:test").title == "A title"
    assert [row.id for row in graph(found, "2027-01-14").legs] == ["d1/1", "d2/1"]
    assert [row.id for row in graph(found, "2027-01-15").legs] == ["d2/1"]
    assert graph(found, "2027-01-15", "paid").leg["d1/1"].amount == money(4)


def test_a_cut_takes_its_share_of_what_is_not_paid() -> None:
    """
    a -> b: 110; 2026-03-01 paid 10
    b -> a: up to $50 purchase
    c -> a: at least $7 purchase
    c -> b: undisclosed
    """
    web = registry(test_a_cut_takes_its_share_of_what_is_not_paid.__doc__)
    found = under(web, *(f"cut: {{deal: d{number}, by: 40%}}" for number in (1, 2, 3, 4)))

    assert leg(found, "d1/1").amount == money(70)
    assert leg(found, "d2/1").amount == Money(0, 30, ceilings=1)
    assert leg(found, "d3/1").amount == Money(4, 4, unbounded=True)
    assert leg(found, "d4/1").amount == Money(0, 0, undisclosed=1)
    assert leg(found, "d1/1").paid == money(10)


def test_a_cut_leaves_what_a_schedule_has_before_the_day() -> None:
    """
    a -> b: 100 purchase #schedule {2026-06: $20, 2026-12-31: $30, 2028: $40}
    a -> c: 90 purchase #term 2025..2026-06
    a -> d: 90 purchase #term 2027..2028
    """
    web = registry(test_a_cut_leaves_what_a_schedule_has_before_the_day.__doc__)
    found = under(web, "cut: {leg: d1/1, by: 50%}", "cut: {leg: d2/1, by: 50%}", "cut: {leg: d3/1, by: 50%}")
    schedule = leg(found, "d1/1").schedule
    assert schedule is not None

    assert leg(found, "d1/1").amount == money(60)
    assert {str(when): amount.high for when, amount in schedule.items()} == {
        "2026-06": 20,
        "2026-12-31": 15,
        "2028": 20,
    }
    assert leg(found, "d2/1").amount == money(90)
    assert leg(found, "d3/1").amount == money(45)


def test_a_cut_to_an_amount_scales_what_is_ahead_of_a_schedule() -> None:
    """
    a -> b: 100 purchase #schedule {2026-06: $20, 2027: $30, 2028: $50}
    """
    web = registry(test_a_cut_to_an_amount_scales_what_is_ahead_of_a_schedule.__doc__)
    found = leg(under(web, "cut: {deal: d1, to: $60}"), "d1/1")
    assert found.schedule is not None

    assert found.amount == money(60)
    assert [amount.high for amount in found.schedule.values()] == [20, 15, 25]
    assert problems(web, "cut: {deal: d1, to: $19}") == ["no-cut"]


def test_a_delay_moves_what_is_ahead() -> None:
    """
    a -> b: 100 purchase #schedule {2026-06: $20, 2027: $30, 2028: $50}
    a -> c: 24 purchase #term 2027..2028
    a -> d: 40 purchase; 2026-06-30 paid 8 #term 2026..2027
    a -> e: 73 purchase #term 2026-12..2027-01
    """
    web = registry(test_a_delay_moves_what_is_ahead.__doc__)
    changes = [f"delay: {{leg: d{number}/1, by: 1 year, from: 2026-12-31}}" for number in (1, 2, 3, 4)]
    found = under(web, *changes)

    assert leg(found, "d1/1").schedule == {
        When.parse("2026-06"): money(20),
        When.parse("2028"): money(30),
        When.parse("2029"): money(50),
    }
    two, three = leg(found, "d2/1").term, leg(found, "d3/1").term
    assert two is not None
    assert three is not None
    assert (two.first, two.last) == (date(2028, 1, 1), date(2029, 12, 31))
    assert (three.first, three.last) == (date(2027, 12, 31), date(2028, 12, 31))
    # Of 62 days 30 are before the day: 73 * 30 // 62 = 35.
    four = leg(found, "d4/1").schedule
    assert four is not None
    assert [(when.first, when.last, amount.high) for when, amount in four.items()] == [
        (date(2026, 12, 1), date(2026, 12, 30), 35),
        (date(2027, 12, 31), date(2028, 1, 31), 38),
    ]


def test_months_keep_the_ends_of_months() -> None:
    """
    a -> b: 12 purchase #term 2027-01..2027-02
    """
    web = registry(test_months_keep_the_ends_of_months.__doc__)
    term = leg(under(web, "delay: {deal: d1, by: 14 months}"), "d1/1").term

    assert term is not None
    assert (term.first, term.last) == (date(2028, 3, 1), date(2028, 4, 30))


def test_what_stands_below_a_status_is_dropped() -> None:
    """
    a -> b: 1 talks
    a -> b: 2 letter-of-intent
    a -> b: 3 announced
    a -> b: 4 signed
    a -> b: 5 announced; 2026-02-01 completed
    """
    web = registry(test_what_stands_below_a_status_is_dropped.__doc__)
    found = under(web, "drop: {below: announced}")

    assert [str(status(found, f"d{number}")) for number in range(1, 6)] == [
        "cancelled",
        "cancelled",
        "announced",
        "signed",
        "completed",
    ]


FIGURES: Final = """
a -> b: 5
---
figures:
  b:
    - {metric: revenue, period: 2026, amount: $90, kind: reported, source: s}
    - {metric: revenue, period: 2027, amount: $100, kind: forecast, source: s}
    - {metric: revenue, period: 2028, amount: $200..300, kind: forecast, source: s}
    - {metric: free-cash-flow, period: 2027, amount: -$10, kind: forecast, source: s}
    - {metric: free-cash-flow, period: 2028, amount: -$20, kind: forecast, source: s}
    - {metric: free-cash-flow, period: 2029, amount: -$30, kind: forecast, source: s}
    - {metric: cash, period: 2026-06-30, amount: $77, kind: reported, source: s}
    - {metric: cash, period: 2025-06-30, amount: $66, kind: reported, source: s}
    - {metric: gross-margin, period: 2026, percent: 40%, kind: press, source: s}
"""


def figures(web: Registry, metric: str, party: str = "b") -> list[Money | Decimal | None]:
    """Give what the figures of a metric say."""
    rows = [row for row in web.figures[party] if row.metric == metric]
    return [row.amount if row.amount is not None else row.percent for row in rows]


def test_a_figure_is_set_scaled_or_added_to() -> None:
    """Those ahead, else the last; or those of a period."""
    web = registry(FIGURES)

    scaled = under(web, "figure: {party: b, metric: revenue, by: -30%}")
    assert figures(scaled, "revenue") == [money(90), money(70), Money(140, 210)]
    added = under(web, "figure: {party: b, metric: free-cash-flow, period: 2028, add: -$5}")
    assert figures(added, "free-cash-flow") == [money(-10), money(-25), money(-30)]
    assert figures(under(web, "figure: {party: b, metric: cash, to: $1}"), "cash") == [money(1), money(66)]
    nothing = under(web, "figure: {party: b, metric: cash, to: $0}")
    assert figures(nothing, "cash") == [money(0), money(66)]
    margin = under(web, "figure: {party: b, metric: gross-margin, percent: 25%}")
    assert figures(margin, "gross-margin") == [Decimal(25)]
    half = under(web, "figure: {party: b, metric: gross-margin, by: -50%}")
    assert figures(half, "gross-margin") == [Decimal(20)]


def test_what_one_metric_loses_another_loses_too() -> None:
    """In dollars, for the same periods; where there is none, it is said."""
    past = "    - {metric: free-cash-flow, period: 2025, amount: -$1, kind: forecast, source: s}\n"
    web = registry(FIGURES + past)
    found = under(web, "figure: {party: b, metric: revenue, by: -30%, carry: free-cash-flow}")

    assert figures(found, "free-cash-flow") == [money(-40), Money(-110, -80), money(-30), money(-1)]
    (said,) = found.unshown
    assert said.says == "free-cash-flow for 2029 stands: there is no revenue to follow"


def test_a_figure_is_otherwise_from_its_day_on_only() -> None:
    """The web of an earlier day has what it had."""
    web = registry(FIGURES)
    found = under(web, "figure: {party: b, metric: cash, to: $1, from: 2027-06-01}")

    assert figures(graph(found, "2027-05-31").registry, "cash") == [money(77), money(66)]
    assert figures(graph(found, "2027-06-01").registry, "cash") == [money(1), money(66)]
    early = graph(found, "2027-05-31")
    assert figures(early.under(replace(early.convention, as_of=date(2027, 6, 2))).registry, "cash")[
        0
    ] == money(1)


def test_a_currency_changes_what_is_ahead_or_held_in_it() -> None:
    """
    a -> b: 5 announced
    a -> b: 30; 2026-03-01 JPY 4000
    ---
    rates: {JPY: [{on: 2025-01-01, usd: 0.01, source: s}, {on: 2026-01-01, usd: 0.02, source: s}]}
    figures:
      b:
        - {metric: cash, period: 2026-06-30, amount: JPY 1000, kind: reported, source: s}
        - {metric: cash, period: 2025-06-30, amount: JPY 900, kind: reported, source: s}
        - {metric: revenue, period: 2025, amount: JPY 800, kind: reported, source: s}
        - {metric: revenue, period: 2028, amount: JPY 700, kind: forecast, source: s}
        - {metric: net-income, period: 2025, amount: JPY 600, kind: reported, source: s}
        - {metric: debt, period: 2026-06-30, amount: $600, kind: reported, source: s}
        - {metric: net-asset-value, period: 2026-06-30, amount: JPY 5000, kind: reported, source: s}
    """
    web = registry(test_a_currency_changes_what_is_ahead_or_held_in_it.__doc__)
    found = under(web, "exchange: {currency: JPY, by: -25%}")

    assert figures(found, "cash") == [money(15), money(9)]
    assert figures(found, "revenue")[1:] == [money(round(14 * 0.75))]
    assert figures(found, "revenue")[0] == figures(web, "revenue")[0]
    assert figures(found, "net-income") == figures(web, "net-income")
    assert figures(found, "debt") == [money(600)]
    assert figures(found, "net-asset-value") == [money(100)]
    assert [row.target for row in found.unshown] == ["b"]
    assert leg(web, "d2/1").amount == money(80)
    assert leg(found, "d2/1").amount == money(60)
    assert leg(found, "d1/1").amount == money(5)
    assert [rate.usd for rate in found.rates["JPY"]] == [Decimal("0.01"), Decimal("0.02"), Decimal("0.015")]


LOANS: Final = """
*lenders -> b: 10000 loan closed; 2026-02-01 paid 8000; 2026-03-01 repaid 2000 #floating true #coupon 2.5%
*lenders -> b: 4000 loan closed #floating true #coupon 1% #benchmark sofr #fixed $1000
*lenders -> b: 3000 loan signed #floating true #benchmark sofr
*lenders -> b: 5000 loan closed #floating false #coupon 7%
*lenders -> c: 6000 loan closed
---
series:
  sofr: {name: S, zh: S, unit: percent, readings: [{on: 2025-01-01, value: 4.2, source: s}]}
"""


def test_floating_loans_pay_more_and_what_it_costs_is_said() -> None:
    """Principal: what is paid less what is repaid, or the amount of a closed loan; less the fixed part."""
    found = under(registry(LOANS), "coupons: {by: 300 bp}")

    assert [found.leg(f"d{number}/1").coupon for number in range(1, 6)] == [
        Decimal("5.5"),
        Decimal(4),
        None,
        Decimal(7),
        None,
    ]
    said = {row.target: (row.a_year, row.says) for row in found.unshown}
    assert said["d1/1"][0] == money(180)
    assert said["d2/1"][0] == money(90)
    assert said["d3/1"] == (None, "pays +300 bp; how much is drawn is not known")
    assert said["loans"] == (None, "of 1 loans no source says whether the rate floats: left as they are")
    assert set(said) == {"d1/1", "d2/1", "d3/1", "loans"}
    ended = under(registry(LOANS), "coupons: {by: 300 bp}", "cancel: {deal: d2}")
    assert {row.target for row in ended.unshown} == {"d1/1", "d3/1", "loans"}
    assert ended.leg("d2/1").coupon == Decimal(1)


def test_a_market_rate_has_a_new_reading_and_loans_that_go_by_it_cost_more() -> None:
    """Their margin stays."""
    web = registry(LOANS)
    found = under(web, "rate: {series: sofr, by: 50 bp}")

    assert [row.value for row in found.series["sofr"].readings] == [Decimal("4.2"), Decimal("4.7")]
    assert found.leg("d2/1").coupon == Decimal(1)
    assert {row.target: row.a_year for row in found.unshown} == {"d2/1": money(15), "d3/1": None}
    before = graph(under(web, "rate: {series: sofr, by: 50 bp, from: 2027-03-01}"), "2027-02-28").registry
    assert before.series == web.series


def test_valuations_and_unpaid_equity_are_marked_down() -> None:
    """
    a -> b: 100 closed
    a -> b: 100; 2026-02-01 paid 40 #valuation $900
    a -> c: 60 announced
    c -> b: 50 purchase
    *lenders -> a: 30 loan closed #collateral c shares
    ---
    figures:
      b:
        - {metric: valuation, period: 2025-03-01, amount: $700, kind: press, source: s}
        - {metric: valuation, period: 2026-03-01, amount: $800, kind: press, source: s}
      c:
        - {metric: market-value, period: 2026-03-01, amount: $80, kind: market, source: s}
      a:
        - {metric: loan-to-value, period: 2026-03-01, percent: 20%, kind: reported, source: s}
    """
    web = registry(test_valuations_and_unpaid_equity_are_marked_down.__doc__)
    found = under(web, "mark-down: {by: 25%}")

    assert [leg(found, f"d{number}/1").amount.high for number in range(1, 6)] == [100, 85, 45, 50, 30]
    assert leg(found, "d2/1").valuation == money(675)
    assert figures(found, "valuation") == [money(700), money(600)]
    assert figures(found, "market-value", "c") == [money(60)]
    assert {row.target for row in found.unshown} == {"d5/1", "a"}
    only = under(web, "mark-down: {party: b, by: 25%}")
    assert leg(only, "d3/1").amount == money(60)
    assert figures(only, "market-value", "c") == [money(80)]


def test_a_party_stops_funding_but_what_it_has_paid_stays() -> None:
    """
    a -> b: 100 closed
    a -> b: 100; 2026-02-01 paid 40
    a -> b: 70 loan
    a -> c: 60 warrant announced
    a -> b: 50 purchase
    a -> b: 20 loan announced
    """
    web = registry(test_a_party_stops_funding_but_what_it_has_paid_stays.__doc__)
    found = under(web, "stop-funding: {party: a}")

    assert [row.id for row in graph(found).legs] == ["d1/1", "d2/1", "d3/1", "d5/1"]
    assert leg(found, "d2/1").amount == money(40)
    assert leg(found, "d3/1").amount == money(70), "nobody says how much of it is drawn"
    assert [str(status(found, f"d{number}")) for number in (3, 4, 6)] == ["signed", "cancelled", "cancelled"]
    some = under(web, "stop-funding: {party: a, to: c}")
    assert [str(status(some, f"d{number}")) for number in (4, 6)] == ["cancelled", "announced"]
    loans = under(web, "stop-funding: {kind: lab, instruments: loan}")
    assert [str(status(loans, f"d{number}")) for number in (3, 4, 6)] == ["signed", "announced", "cancelled"]
    early = under(web, "stop-funding: {party: a, below: signed}")
    assert [str(status(early, f"d{number}")) for number in (3, 4)] == ["signed", "cancelled"]


def test_a_deal_that_goes_on_keeps_its_other_legs() -> None:
    """
    a -> b: 100
    b -> a: 60 purchase
    """
    two = registry(test_a_deal_that_goes_on_keeps_its_other_legs.__doc__)
    both = two.deals["d1"].model_copy(update={"legs": two.deals["d1"].legs + two.deals["d2"].legs})
    web = replace(two, deals={"d1": both})
    found = under(web, "stop-funding: {party: a}")

    assert status(found, "d1") is Status.SIGNED
    assert [(row.id, row.amount) for row in graph(found).legs] == [("d1/1", money(0)), ("d1/2", money(60))]
    assert circulation(graph(web)).circular == money(120)
    assert circulation(graph(found)).circular == money(0)


CREDIT: Final = """
*lenders -> b: 90 loan #maturity 2029
*lenders -> b: 50 loan closed; 2026-02-01 paid 20
*lenders -> c: 40 loan closed #drawn $15
*lenders -> c: 30 loan closed
*lenders -> b: 70 loan signed 2027-01-15
---
as_of: 2027-02-01
figures:
  b:
    - {metric: cash, period: 2026-12-31, amount: $5, kind: reported, source: s}
    - {metric: undrawn-credit, period: 2026-12-31, amount: $90, kind: reported, source: s}
    - {metric: free-cash-flow, period: 2027, amount: -$40, kind: forecast, source: s}
    - {metric: free-cash-flow, period: 2028, amount: -$1, kind: forecast, source: s}
    - {metric: free-cash-flow, period: 2029, amount: $2, kind: forecast, source: s}
"""


def test_credit_that_is_not_drawn_is_pulled() -> None:
    """Then the money is short, and nothing that never came is paid back."""
    web = registry(CREDIT)
    found = under(web, "pull-credit: {}")

    assert figures(found, "undrawn-credit") == [money(0)]
    now = date(2027, 2, 1)
    assert [str(status(found, name, now)) for name in ("d1", "d5")] == ["cancelled", "signed"]
    assert [leg(found, f"d{number}/1", now).amount.high for number in (2, 3, 4)] == [20, 15, 30]
    assert [row.target for row in found.unshown] == ["loans"]
    before, after = (
        funding(graph(each), "b", since=2027, until=2029).path("contractual", "none") for each in (web, found)
    )
    assert before is not None
    assert after is not None
    assert [row.shortfall.high for row in before.years] == [0, 0, 34]
    assert [row.shortfall.high for row in after.years] == [35, 36, 34]


def test_a_party_that_fails_leaves_its_deals_and_forecasts() -> None:
    """
    a -> b: 100 closed
    b -> c: 60 purchase; 2026-02-01 paid 25
    *lenders -> b: 40 loan closed
    c -> a: 30 purchase
    d -> c: 60 guarantee #secures d2/1
    ---
    figures:
      b:
        - {metric: cash, period: 2026-06-30, amount: $5, kind: reported, source: s}
        - {metric: revenue, period: 2028, amount: $9, kind: forecast, source: s}
        - {metric: revenue, period: 2025, amount: $8, kind: reported, source: s}
    """
    web = registry(test_a_party_that_fails_leaves_its_deals_and_forecasts.__doc__)
    found = under(web, "fail: {party: b}")

    assert [row.id for row in graph(found).legs] == ["d4/1"]
    assert graph(found, preset="paid").leg["d2/1"].amount == money(25)
    assert figures(found, "revenue") == [money(8)]
    assert found.place("figures", "b", 1) == web.place("figures", "b", 2)
    assert {row.target for row in found.unshown} == {"b", "d3/1", "d5/1"}


def test_a_party_that_fails_ends_only_its_own_legs_of_a_deal() -> None:
    """
    a -> b: 100
    a -> c: 60; 2026-02-01 paid 10
    """
    two = registry(test_a_party_that_fails_ends_only_its_own_legs_of_a_deal.__doc__)
    both = two.deals["d1"].model_copy(update={"legs": two.deals["d1"].legs + two.deals["d2"].legs})
    web = replace(two, deals={"d1": both})
    found = under(web, "fail: {party: c}")

    assert status(found, "d1") is Status.SIGNED
    assert [row.amount for row in graph(found).legs] == [money(100), money(0)]
    assert status(under(web, "fail: {party: a}"), "d1") is Status.CANCELLED


def test_a_total_is_cut_with_its_deal() -> None:
    """
    a -> b: 100
    """
    one = registry(test_a_total_is_cut_with_its_deal.__doc__)
    web = replace(one, deals={"d1": one.deals["d1"].model_copy(update={"total": money(300)})})
    state = fold("d1", under(web, "cut: {deal: d1, by: 30%}").deals["d1"], NOW)

    assert state is not None
    assert (state.total, state.amount) == (money(210), money(70))


def test_an_event_of_a_what_if_stands_in_its_file() -> None:
    """So that a reader is led to it."""
    web = registry(WEB)
    found = under(web, "drop: {below: signed}", "cut: {deal: d1, by: 5%}")

    assert str(found.place("deals", "d1", "events", 1)) == "test.yaml:10"
    assert str(found.place("deals", "d4", "events", 1)) == "test.yaml:9"
    assert found.place("deals", "d1", "events", 0) == web.place("deals", "d1", "events", 0)


# ---- putting them together ----------------------------------------------------------------------


def test_what_shifts_goes_in_any_order_and_what_sets_goes_first() -> None:
    """A cut by half of what is set, yes; a figure set after it was shifted, no: with place and remedy."""
    web = registry(WEB)
    half = supposed(web, "cut: {leg: d1/1, by: 50%}", name="half")
    sets = supposed(web, "cut: {leg: d1/1, to: $40}", name="sets")

    assert leg(whatif.apply(web, sets, half), "d1/1").amount == money(20)
    with pytest.raises(aw.RegistryError) as error:
        whatif.apply(web, half, sets)
    (problem,) = error.value.problems
    assert (problem.code, problem.path, problem.line) == ("set-after-shift", "sets.yaml", 9)
    assert problem.message == "d1/1 is set after 'half' has shifted it, half.yaml:9"
    assert problem.remedy == "give 'sets' before 'half'"


def test_two_that_set_one_thing_must_agree() -> None:
    """On the value."""
    web = registry(WEB)
    change = "figure: {{party: openai, metric: revenue, to: ${}}}"
    one, same, other = (
        supposed(web, change.format(amount), name=f"n{number}") for number, amount in enumerate((40, 40, 41))
    )

    assert figures(whatif.apply(web, one, same), "revenue", "openai") == [money(40)]
    with pytest.raises(aw.RegistryError) as error:
        whatif.apply(web, one, other)
    assert [each.code for each in error.value.problems] == ["contradiction"]


def test_one_is_not_given_twice() -> None:
    """It would count twice."""
    web = registry(WEB)
    half = supposed(web, "cut: {leg: d1/1, by: 50%}")
    with pytest.raises(aw.RegistryError) as error:
        whatif.apply(whatif.apply(web, half), half)

    assert [each.code for each in error.value.problems] == ["given-twice"]


def test_legs_that_two_stop_between_them_end_their_deal() -> None:
    """
    a -> b: 100
    c -> b: 60
    """
    two = registry(test_legs_that_two_stop_between_them_end_their_deal.__doc__)
    both = two.deals["d1"].model_copy(update={"legs": two.deals["d1"].legs + two.deals["d2"].legs})
    web = replace(two, deals={"d1": both})
    one, other = (supposed(web, f"stop-funding: {{party: {name}}}", name=name) for name in ("a", "c"))

    assert status(whatif.apply(web, one), "d1") is Status.SIGNED
    assert status(whatif.apply(web, one, other), "d1") is Status.CANCELLED
    assert status(whatif.apply(web, other, one), "d1") is Status.CANCELLED


BOND: Final = """
    a -> b: {} ; 2026-02-01 paid 3
    b -> c: {} purchase #schedule {{2026-03: $2, 2027: $5, 2028: $7}}
    c -> a: {} purchase announced #term 2026-06..2028
    *funds -> a: {} loan #floating true #coupon 3%
    c -> b: up to ${} letter-of-intent
    a -> c: 200..{} closed
    ---
    figures:
      a:
        - {{metric: revenue, period: 2027, amount: ${}, kind: forecast, source: s}}
        - {{metric: free-cash-flow, period: 2027, amount: -$33, kind: forecast, source: s}}
        - {{metric: undrawn-credit, period: 2026-11-30, amount: $50, kind: reported, source: s}}
        - {{metric: valuation, period: 2026-11-30, amount: $501, kind: press, source: s}}
"""
CHANGES: Final = (
    "cancel: {deal: d1}",
    "cancel: {deal: d6, from: 2027-03-01}",
    "cut: {deal: d2, by: 35%}",
    "cut: {leg: d2/1, by: 7.5%, from: 2027-02-01}",
    "cut: {leg: d6/1, by: 33.3%}",
    "delay: {deal: d2, by: 7 months}",
    "delay: {deal: d3, by: 2 years}",
    "drop: {below: announced}",
    "drop: {below: signed, from: 2027-01-01}",
    "figure: {party: a, metric: revenue, by: -12.5%, carry: free-cash-flow}",
    "figure: {party: a, metric: revenue, add: -$9}",
    "figure: {party: a, metric: free-cash-flow, by: +50%}",
    "coupons: {by: 75 bp}",
    "mark-down: {by: 45%}",
    "mark-down: {party: b, by: 3%}",
    "stop-funding: {party: a}",
    "stop-funding: {kind: lab, instruments: [equity], from: 2027-05-01}",
    "pull-credit: {}",
    "fail: {party: c}",
    "fail: {party: b, from: 2027-02-01}",
)
AMOUNTS: Final = st.lists(st.integers(201, 99_999), min_size=7, max_size=7)
SETS: Final = st.lists(st.sampled_from(CHANGES), min_size=2, max_size=5, unique=True)


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, SETS, st.randoms(use_true_random=False))
def test_changes_of_different_what_ifs_agree_in_any_order(
    amounts: list[int], changes: list[str], dice: object
) -> None:
    """At once or one after another: the same deals, figures and effects, and the same hash."""
    web = registry(BOND.format(*amounts))
    each = [supposed(web, change, name=f"n{CHANGES.index(change)}") for change in changes]
    mixed = list(each)
    dice.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    one, other = whatif.apply(web, *each), whatif.apply(web, *mixed)
    stepwise: Registry = web
    for what_if in mixed:
        stepwise = whatif.apply(stepwise, what_if)

    for found in (other, stepwise):
        assert isinstance(found, whatif.Overlaid)
        assert dict(found.deals) == dict(one.deals)
        assert dict(found.figures) == dict(one.figures)
        assert (found.effects, found.unshown, found.digest) == (one.effects, one.unshown, one.digest)
    assert one.digest != web.digest


@settings(max_examples=40, deadline=None)
@given(AMOUNTS, SETS)
def test_the_web_of_a_day_before_is_what_it_was(amounts: list[int], changes: list[str]) -> None:
    """Of every convention."""
    web = registry(BOND.format(*amounts))
    found = whatif.apply(web, *(supposed(web, each, name=f"n{CHANGES.index(each)}") for each in changes))
    for preset in ("headline", "contracted", "firm", "paid"):
        before, after = (graph(each, "2026-12-30", preset) for each in (web, found))
        assert after.legs == before.legs
        assert after.deals == before.deals
        assert dict(after.registry.figures) == dict(web.figures)
        assert dict(after.registry.series) == dict(web.series)


@settings(max_examples=40, deadline=None)
@given(AMOUNTS, st.sets(st.sampled_from(["d1", "d2", "d3", "d4", "d5", "d6"]), min_size=1))
def test_what_is_cancelled_counts_as_if_it_had_been_left_out(amounts: list[int], gone: set[str]) -> None:
    """Cancelling is another road to `--without`."""
    web = registry(BOND.format(*amounts))
    found = under(web, *(f"cancel: {{deal: {deal}}}" for deal in sorted(gone)))
    for preset in ("headline", "contracted", "firm"):
        without = DealGraph(web, convention(web, None, preset, without=gone))
        assert graph(found, preset=preset).legs == without.legs


@settings(max_examples=40, deadline=None)
@given(AMOUNTS, st.sampled_from(["a", "b", "c"]))
def test_a_party_that_fails_counts_as_if_it_had_been_left_out(amounts: list[int], party: str) -> None:
    """The same of all of a party's deals."""
    web = registry(BOND.format(*amounts))
    found = under(web, f"fail: {{party: {party}}}")

    assert graph(found).legs == DealGraph(web, convention(web, without=[party])).legs


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, st.integers(1, 99), st.integers(1, 99))
def test_two_cuts_leave_the_product_of_what_each_leaves(amounts: list[int], one: int, other: int) -> None:
    """To the dollar: shares are multiplied before anything is rounded."""
    web = registry(BOND.format(*amounts))
    cuts = [
        supposed(web, f"cut: {{deal: d6, by: {share}%}}", name=f"n{n}")
        for n, share in enumerate((one, other))
    ]
    left = Fraction(100 - one, 100) * Fraction(100 - other, 100)

    amount = leg(whatif.apply(web, *cuts), "d6/1").amount
    assert (amount.low, amount.high) == (round(200 * left), round(amounts[5] * left))


# ---- what ships, the web and the command --------------------------------------------------------


@pytest.mark.parametrize("head", heads(), ids=lambda head: str(head.name))
def test_what_ships_fits_the_registry_that_ships(root: Path, head: object) -> None:
    """Under the name of its file, in two languages, and it changes something."""
    web = aw.load()
    name = getattr(head, "name")  # noqa: B009  # pytest hands over any object
    found = whatif.apply(web.registry, whatif.load(name, web.registry))

    assert (root / "aiweb" / "whatifs" / f"{name}.yaml").is_file()
    assert found.effects
    assert found.what_if == (name,)


def test_eight_what_ifs_ship() -> None:
    """Those that were asked for."""
    assert [head.name for head in aw.load().whatifs()] == [
        "breakdown",
        "chipmakers-stop-financing",
        "liquidity-tightens",
        "openai-fails",
        "rates-up",
        "revenue-misses-plan",
        "valuations-halved",
        "yen-shock",
    ]


@pytest.mark.slow
def test_any_two_that_ship_agree_in_either_order() -> None:
    """On every deal and every figure."""
    web = aw.load().registry
    loaded = [whatif.load(head.name, web) for head in heads()]
    for one, other in combinations(loaded, 2):
        there, back = whatif.apply(web, one, other), whatif.apply(web, other, one)
        assert dict(there.deals) == dict(back.deals)
        assert dict(there.figures) == dict(back.figures)
        assert there.digest == back.digest


def test_a_web_takes_what_ifs_one_after_another(tmp_path: Path) -> None:
    """And says so in its graph; one that is unknown is given the nearest."""
    path = tmp_path / "mine.yaml"
    web = aw.load(written(tmp_path, WEB))
    path.write_text(text("cancel: {deal: d1}"), encoding="utf-8")
    found = web.what_if(path).without("d2")

    assert found.registry.what_if == ("test",)
    assert [leg.id for leg in found.graph.legs] == ["d3/1"]
    assert [leg.id for leg in found.as_of("2026-12-30").graph.legs] == ["d1/1", "d3/1"]
    assert web.registry.what_if == ()
    with pytest.raises(aw.FileError, match="did you mean 'yen-shock'"):
        web.what_if("yen-shok")


def test_every_answer_names_its_what_ifs(tmp_path: Path) -> None:
    """In text and in JSON, and the hash is another."""
    web, path = written(tmp_path, WEB), tmp_path / "mine.yaml"
    path.write_text(text("cut: {deal: d1, by: 50%}"), encoding="utf-8")
    plain = aiweb("-r", web, "-f", "json", "deals").json
    said = aiweb("-r", web, "-f", "json", "deals", "--what-if", path).json
    printed = aiweb("-r", web, "deals", "--what-if", path).out

    assert said["what_if"] == "test"
    assert "what_if" not in plain
    assert said["registry"] != plain["registry"]
    assert printed.splitlines()[1].endswith("what if: test")
    assert next(row["amount"]["high"] for row in said["deals"]) == 50


def test_the_command_sets_before_and_after_side_by_side(tmp_path: Path) -> None:
    """
    a -> b: 100
    b -> a: 60 purchase
    b -> c: 20 purchase
    c -> b: 9
    ---
    figures:
      b:
        - {metric: cash, period: 2026-12-31, amount: $5, kind: reported, source: s}
        - {metric: free-cash-flow, period: 2027, amount: -$4, kind: forecast, source: s}
    """
    web = written(tmp_path, test_the_command_sets_before_and_after_side_by_side.__doc__)
    path = tmp_path / "mine.yaml"
    path.write_text(text("cancel: {deal: d1}", "cut: {deal: d4, by: 100%}"), encoding="utf-8")
    done = aiweb("-r", web, "-f", "json", "what-if", path)
    assert done.code == 0, done.err
    rows = {row["number"]: row for row in done.json["headline"]}

    assert [rows["gross"][end]["high"] for end in ("before", "after")] == [189, 80]
    assert rows["gross"]["change"]["high"] == -109
    assert [rows["circular"][end]["high"] for end in ("before", "after")] == [138, 0]
    assert [(row["change"], row["loop"]) for row in done.json["loops"]] == [
        ("gone", "a -> b -> a"),
        ("gone", "b -> c -> b"),
    ]
    assert [row["target"] for row in done.json["changes"]] == ["d1", "d4"]
    assert done.json["what_if"] == "test"


def test_the_command_lists_what_ships_and_refuses_what_is_wrong(tmp_path: Path) -> None:
    """With place and remedy, and the exit codes of everything else."""
    web, path = written(tmp_path, WEB), tmp_path / "mine.yaml"
    path.write_text(text("cancel: {deal: d9}"), encoding="utf-8")
    listed = aiweb("-f", "json", "what-if")
    wrong = aiweb("-r", web, "loops", "--what-if", path)

    assert [row["name"] for row in listed.json["whatifs"]] == [head.name for head in heads()]
    shipped = aw.load().registry
    assert (listed.json["registry"], listed.json["as_of"]) == (shipped.digest, str(shipped.as_of))
    assert "convention" not in listed.json, "the list does not depend on it"
    assert wrong.code == 1
    assert f"{path}:9:20: unknown-deal" in wrong.err
    assert aiweb("-r", web, "what-if", "yen-shok").code == 3
    assert aiweb("-r", web, "loops", "--changes").code == 2


def test_a_question_says_what_changes_in_its_answer(tmp_path: Path) -> None:
    """Cell by cell, whatever the question."""
    web, path = written(tmp_path, WEB), tmp_path / "mine.yaml"
    path.write_text(text("cut: {deal: d1, by: 50%}", "drop: {below: signed}"), encoding="utf-8")
    done = aiweb("-r", web, "-f", "json", "deals", "--what-if", path, "--changes")
    assert done.code == 0, done.err

    assert [(row["row"], row["column"]) for row in done.json["changes"]] == [
        ("d1", "amount"),
        ("d4", "status"),
        ("d4", "since"),
    ]
    assert [done.json["changes"][0][end]["high"] for end in ("before", "after")] == [100, 50]


# ---- the manual ---------------------------------------------------------------------------------


def test_the_manual_shows_every_key_and_every_code(root: Path) -> None:
    """In the files of its examples, which it runs; and in its last table."""
    page = (root / "docs" / "what-if.md").read_text(encoding="utf-8")
    written_out = "\n".join(block for block in page.split("```") if block.startswith("yaml\n"))
    lines = {
        verb: [line for line in written_out.splitlines() if line.startswith(f"  - {verb}: ")]
        for verb in VERBS
    }
    unseen = [
        f"{verb} {key}"
        for verb, shown in lines.items()
        for key, _ in fields_of(verb)
        if key not in {"from", "note"} and not any(f"{key}: " in line for line in shown)
    ]

    assert unseen == []
    assert all(f"| `{code}` | {means} |" in page for code, means in CODES.items())
    assert all(f"| `{head.name}` |" in page for head in heads())
