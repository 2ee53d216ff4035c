"""The rules, each with what it lets pass: `tests/errors/` holds what each refuses."""

from __future__ import annotations

import inspect

import pytest

from aiweb.model import Status
from aiweb.registry import checks
from aiweb.registry.checks import CHECKS
from aiweb.registry.load import read_text
from tests.webs import graph, yaml


def codes(text: str | None) -> list[str]:
    """Return the codes of the problems of a web."""
    return [problem.code for problem in read_text(yaml(text or "").encode(), "web.yaml").problems]


def test_every_rule_is_in_the_list_and_says_what_holds() -> None:
    """Every generator of findings in the module, with its docstring."""
    rules = {
        rule
        for name, rule in inspect.getmembers(checks, inspect.isgeneratorfunction)
        if not name.startswith("_") and rule.__module__ == checks.__name__
    }

    assert rules == set(CHECKS)
    assert len(CHECKS) == len(rules)
    assert all((rule.__doc__ or "").endswith(".") for rule in rules)


def test_a_sound_web_passes() -> None:
    """
    nvidia -> openai: up to $100bn letter-of-intent; 2025-09-01 signed $30bn; 2026-01-01 closed paid 10
    openai -> oracle: $300bn purchase #schedule {2027: $30bn, 2028: $60bn}
    oracle -> nvidia: $40bn purchase #part-of d2/1
    """
    assert codes(test_a_sound_web_passes.__doc__) == []


@pytest.mark.parametrize(
    "text, code",
    [
        ("a -> b: 10 #schedule {2026: $4, 2027: $6}", []),
        ("a -> b: 10 #schedule {2026: $4, 2027: $7}", ["schedule-above-amount"]),
        ("a -> b: up to $10 #schedule {2026: up to $11}", []),
        ("a -> b: at least $10 #schedule {2026: $11}", []),
        ("a -> b: undisclosed #schedule {2026: $11}", []),
        ("a -> b: $10 and 1 undisclosed #schedule {2026: $11}", []),
    ],
)
def test_a_schedule_fits_into_an_amount_that_has_a_top(text: str, code: list[str]) -> None:
    """Ceilings can shrink, and what is open at the top has room."""
    assert codes(text) == code


@pytest.mark.parametrize(
    "text, code",
    [
        ("a -> b: 10\na -> c: 4 #part-of d1/1\na -> d: 6 #part-of d1/1", []),
        ("a -> b: 10\na -> c: 4 #part-of d1/1\na -> d: 7 #part-of d1/1", ["parts-above-whole"]),
        ("a -> b: 10; 2025-06-01 20\na -> c: 14 #part-of d1/1", []),
        ("a -> b: 20; 2025-06-01 10\na -> c: 14 #part-of d1/1", ["parts-above-whole"]),
        ("a -> b: 20; 2025-06-01 10\na -> c: 14; 2025-06-01 5 #part-of d1/1", []),
        ("a -> b: 10 #part-of d2/1\nb -> a: 10 #part-of d1/1", ["part-of-itself", "part-of-itself"]),
        ("a -> b: 10\na -> c: 8 #part-of d1/1\na -> d: 7 #part-of d2/1", []),
    ],
)
def test_parts_fit_into_the_whole_as_both_now_stand(text: str, code: list[str]) -> None:
    """Amounts as last restated, of the part as of the whole."""
    assert codes(text) == code


@pytest.mark.parametrize(
    "text, code",
    [
        ("a -> b: 10; 2025-06-01 paid 10", []),
        ("a -> b: 10; 2025-06-01 paid 11", ["paid-above-amount"]),
        ("a -> b: 10; 2025-06-01 12 paid 11", []),
        ("a -> b: 10; 2025-05-01 0; 2025-06-01 paid 1", ["paid-above-amount"]),
        ("a -> b: undisclosed; 2025-06-01 paid 11", []),
        ("a -> b: 10; 2025-06-01 paid 6; 2025-07-01 paid 6", []),
        ("a -> b: 10; 2025-06-01 paid 6; 2025-07-01 paid 5", ["paid-shrinks"]),
        ("a -> b: 10; 2025-06-01 paid 4..6; 2025-07-01 paid 5", []),
    ],
)
def test_what_is_paid_grows_up_to_the_promise(text: str, code: list[str]) -> None:
    """`paid` is cumulative; an amount restated as nothing is nothing."""
    assert codes(text) == code


@pytest.mark.parametrize(
    "text, code",
    [
        ("a -> b: 10 loan; 2025-06-01 repaid 10", []),
        ("a -> b: 10 loan; 2025-06-01 repaid 11", ["repaid-above-loan"]),
        ("a -> b: 10 loan; 2025-06-01 12 repaid 11", []),
        ("a -> b: 10 loan; 2025-06-01 repaid 6 #drawn $6", []),
        ("a -> b: 10 loan; 2025-06-01 repaid 6 #drawn $5", ["repaid-above-loan"]),
        ("a -> b: 10 loan; 2025-05-01 12; 2025-06-01 repaid 6 #drawn $5", ["repaid-above-loan"]),
        ("a -> b: undisclosed loan; 2025-06-01 repaid 11", []),
        ("a -> b: at least $10 loan; 2025-06-01 repaid 11", []),
        ("a -> b: 10 loan; 2025-06-01 repaid 9..12", []),
        ("a -> b: 10 loan; 2025-06-01 repaid 6; 2025-07-01 repaid 5", ["repaid-shrinks"]),
        ("a -> b: 10 loan; 2025-06-01 repaid 4..6; 2025-07-01 repaid 5", []),
        ("a -> b: 10; 2025-06-01 repaid 5", ["misplaced-field"]),
    ],
)
def test_what_is_repaid_grows_up_to_what_was_lent(text: str, code: list[str]) -> None:
    """`repaid` is cumulative, and of a loan."""
    assert codes(text) == code


@pytest.mark.parametrize(
    "readings, code",
    [
        ("{on: 2025-01-01, value: 4, source: s}, {on: 2025-01-02, value: 4, source: s}", []),
        (
            "{on: 2025-01-02, value: 4, source: s}, {on: 2025-01-01, value: 4, source: s}",
            ["readings-out-of-order"],
        ),
        ("{on: 2025-01, value: 4, source: s}, {on: 2025-01-31, value: 4, source: s}", []),
        (
            "{on: 2025-01-31, value: 4, source: s}, {on: 2025-01, value: 4, source: s}",
            ["readings-out-of-order"],
        ),
        ("{on: 2025-01-01, value: 4, source: s}, {on: 2025-01-01, value: 5, source: s}", ["reading-twice"]),
        ("{on: 2025-01-01, value: 4, source: s}, {on: 2025-01-01, value: 5, source: t}", []),
        (
            "{on: 2025-01-01, value: 4, source: s}, {on: 2025-01-01, value: 5, source: [t, s]}",
            ["reading-twice"],
        ),
        ("{on: 2026-12-31, value: 4, source: s}", []),
        ("{on: 2026-12, value: 4, source: s}, {on: 2027, value: 4, source: s}", ["reading-after-as-of"]),
        ("{on: 2027, value: 4, kind: forecast, source: s}", []),
    ],
)
def test_readings_stand_in_order_and_once_for_each_source(readings: str, code: list[str]) -> None:
    """Two values of one day are a disagreement of two sources, and allowed as one."""
    sources = "sources:\n  t: {publisher: q, offline: o, grade: press, date: 2025-01-01}\n"
    series = f"series:\n  x: {{name: X, zh: X, unit: percent, readings: [{readings}]}}"
    text = f"a -> b: 1 #source [s, t]\n---\n{sources}{series}"

    assert codes(text) == code


@pytest.mark.parametrize(
    "figure, code",
    [
        ("metric: gross-margin, percent: -4%", []),
        ("metric: gross-margin, amount: $4", ["figure-value"]),
        ("metric: loan-to-value, percent: 20%", []),
        ("metric: ebitda, amount: -$4", []),
        ("metric: ebitda, percent: 4%", ["figure-value"]),
        ("metric: segment-revenue, segment: Cloud, amount: $4", []),
        ("metric: segment-revenue, amount: $4", ["figure-segment"]),
        ("metric: segment-backlog, amount: $4", ["figure-segment"]),
        ("metric: revenue, segment: Cloud, amount: $4", ["figure-segment"]),
    ],
)
def test_a_figure_has_the_value_and_the_segment_of_its_metric(figure: str, code: list[str]) -> None:
    """A percentage or an amount; a segment for what is a segment's, so that it is not taken for the whole."""
    text = f"a -> b: 1\n---\nfigures:\n  a: [{{{figure}, period: 2025, kind: press, source: s}}]"

    assert codes(text) == code


def test_a_deal_that_is_paused_goes_on() -> None:
    """
    a -> b: 10; 2025-06-01 paused; 2025-09-01 signed 12; 2025-10-01 paused; 2025-11-01 cancelled
    """
    text = test_a_deal_that_is_paused_goes_on.__doc__
    days = ("2025-05-31", "2025-06-01", "2025-09-01", "2025-10-01", "2025-11-01")
    headlines = [graph(text, as_of=day, preset="headline") for day in days]

    assert codes(text) == []
    assert [web.deals["d1"].status for web in headlines] == [
        *("signed", "paused", "signed", "paused", "cancelled"),
    ]
    assert [[leg.amount.high for leg in web.legs] for web in headlines] == [[10], [], [12], [], []]
    assert headlines[1].excluded[0].reason == "only paused"
    assert (Status.PAUSED.level, Status.PAUSED.is_end) == (1, False)


@pytest.mark.parametrize(
    "text, code",
    [
        ("a -> b: 10 2025-03-01; 2025-03-01 closed", []),
        ("a -> b: 10 2025-03; 2025-03-31 closed", []),
        ("a -> b: 10 2025-03-31; 2025-03 closed", ["events-out-of-order"]),
        ("a -> b: 10 2025-03-01 lapsed; 2025-04-01 signed", ["status-after-end"]),
        ("a -> b: 10; 2025-04-01 completed; 2025-05-01 paid 10", []),
        ("a -> b: 10 2026-12-31", []),
        ("a -> b: 10 2026-Q4", []),
        ("a -> b: 10 2027-01-01", ["event-after-as-of"]),
    ],
)
def test_a_life_runs_forwards_and_ends_once(text: str, code: list[str]) -> None:
    """An imprecise day counts from its last."""
    assert codes(text) == code


@pytest.mark.parametrize(
    "field, code",
    [
        ("#coupon 5%", ["misplaced-field"]),
        ("loan #coupon 5%", []),
        ("loan #maturity 2030", []),
        ("warrant #strike $1", []),
        ("loan #strike $1", []),
        ("equity #strike $1", []),
        ("purchase #strike $1", ["misplaced-field"]),
        ("guarantee #secures d1/1", []),
        ("loan #secures d1/1", ["misplaced-field"]),
        ("loan #floating false", []),
        ("#floating false", ["misplaced-field"]),
        ("guarantee #secures [d1/1, d1/1]", []),
        ("lease #fixed $5", ["misplaced-field"]),
        ("loan #fixed $5", ["not-floating"]),
        ("loan #floating false #fixed $5", ["not-floating"]),
        ("loan #floating true #fixed $10", []),
        ("loan #floating true #fixed $11", ["fixed-part"]),
        ("loan #floating true #fixed undisclosed #fixed_coupon 5.9%", []),
        ("loan #floating true #fixed_coupon 5.9%", ["fixed-part"]),
        ("lease #seniority senior", ["misplaced-field"]),
        ("loan #seniority senior", []),
        ("loan #seniority first", ["unknown-word"]),
        ("loan #collateral chips #seniority secured", []),
        ("loan #collateral chips #seniority subordinated", ["stray-collateral"]),
        ("loan #collateral b shares #pledged b #collateral_value $9 #loan_to_value 40%", []),
        ("loan #pledged b", ["stray-collateral"]),
        ("loan #collateral b shares #loan_to_value 0%", ["bad-percent"]),
    ],
)
def test_a_field_stands_on_its_instrument(field: str, code: list[str]) -> None:
    """a -> b: 10, with a field."""
    assert codes(f"a -> b: 10 {field}") == code


@pytest.mark.parametrize(
    "field, value, code",
    [
        ("amount", "$9", []),
        ("amount", "nine", ["bad-dispute"]),
        ("valuation", "up to $9bn", []),
        ("valuation", "2025", ["bad-dispute"]),
        ("date", "2025-Q3", []),
        ("date", "$9", ["bad-dispute"]),
        ("status", "closed", []),
        ("status", "done", ["bad-dispute"]),
        ("payer", "b", []),
        ("payee", "c", ["bad-dispute"]),
        ("other", "whatever", []),
    ],
)
def test_a_disputed_value_is_of_its_kind(field: str, value: str, code: list[str]) -> None:
    """a -> b: 10, of which somebody says something else."""
    dispute = f"    disputed: [{{field: {field}, value: {value}, rule: r, source: s}}]\n"
    text = yaml("a -> b: 10").replace("    events:\n", f"{dispute}    events:\n")

    assert [problem.code for problem in read_text(text.encode(), "f").problems] == code


CLAIM = """
a -> b: 10..12
b -> a: {second}
---
claims:
  sum: {{says: A sum, on: {on}, mode: asserted, amount: {claim}, legs: [d1/1, d2/1], source: s{more}}}
"""


@pytest.mark.parametrize(
    "second, on, claim, more, code",
    [
        ("5", "2026-12-31", "$15", "", []),
        ("5", "2026-12-31", "$17", "", []),
        ("5", "2026-12-31", "$18", "", ["claim-broken"]),
        ("5", "2026-12-31", "$18", ", tolerance: $1", []),
        ("5", "2026-12-31", "$14", "", ["claim-broken"]),
        ("undisclosed", "2026-12-31", "$100", "", []),
        ("undisclosed", "2026-12-31", "$9", "", ["claim-broken"]),
        ("at least $5", "2026-12-31", "$100", "", []),
        ("5; 2025-06-01 50", "2025-05-31", "$15", "", []),
        ("5; 2025-06-01 50", "2025-06-01", "$15", "", ["claim-broken"]),
        ("5 2025-06-01", "2025-05-31", "$10", "", []),
    ],
)
def test_an_asserted_claim_holds_on_its_date(
    second: str, on: str, claim: str, more: str, code: list[str]
) -> None:
    """Two legs, of which the first is $10–12; the claim may lie anywhere in the range of their sum."""
    assert codes(CLAIM.format(second=second, on=on, claim=claim, more=more)) == code


def test_a_quoted_claim_may_be_far_off() -> None:
    """
    a -> b: 10
    ---
    claims:
      sum: {says: A sum, on: 2026-12-31, amount: $99, legs: [d1/1], source: s}
    """
    assert codes(test_a_quoted_claim_may_be_far_off.__doc__) == []


def test_a_party_that_only_a_figure_or_a_claim_speaks_of_is_used() -> None:
    """
    a -> b: 10
    ---
    figures:
      c: [{metric: share-of-revenue, period: 2025, percent: 30%, kind: press, counterparty: d, source: s}]
    claims:
      gap: {says: A gap, on: 2026-12-31, party: e, source: s}
    """
    extra = "".join(f"  {name}: {{name: {name}, zh: {name}, kind: lab}}\n" for name in "cdef")
    text = yaml(test_a_party_that_only_a_figure_or_a_claim_speaks_of_is_used.__doc__ or "")

    (problem,) = read_text(text.replace("sources:\n", f"{extra}sources:\n", 1).encode(), "f").problems

    assert (problem.code, problem.pointer) == ("unused-party", "/parties/f")


def test_names_are_told_apart_without_regard_to_capitals() -> None:
    """A ticker that is another party's id."""
    text = yaml("amd -> ibm: 10").replace("{name: ibm,", "{name: ibm, ticker: AMD,")

    assert [problem.code for problem in read_text(text.encode(), "f").problems] == ["name-taken"]


def test_a_ring_of_parents_is_found_once_at_each_of_them() -> None:
    """One, two and three belong to each other in turn; four belongs to one of them."""
    text = yaml("one -> two: 1\nthree -> four: 2")
    for child, parent in (("one", "two"), ("two", "three"), ("three", "one"), ("four", "one")):
        text = text.replace(f"{{name: {child},", f"{{name: {child}, parent: {parent},")

    problems = read_text(text.encode(), "f").problems

    assert [(problem.code, problem.pointer) for problem in problems] == [
        ("own-parent", "/parties/one/parent"),
        ("own-parent", "/parties/two/parent"),
        ("own-parent", "/parties/three/parent"),
    ]
