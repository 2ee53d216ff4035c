"""Every number is explained: the traces of all results follow, and end in the numbers that are reported."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import aiweb as aw
from aiweb.analysis.circulation import circulation
from aiweb.analysis.panel import panel
from aiweb.errors import AmbiguousName, BadOption, UnknownName
from aiweb.explaining import EXPLAINED
from aiweb.trace import Op, Step, Steps, Trace, dollars
from aiweb.values import Money
from aiweb.views import reports
from aiweb.views.reports.explained import arithmetic
from aiweb.views.tables import Report, text
from aiweb.web import Web
from tests.commands import aiweb, written
from tests.recompute import faults
from tests.webs import graph

WORLD = """
nvidia -> openai: up to $100
openai -> oracle: 300 purchase #term 2027..2031
oracle -> nvidia: 40..60 purchase
nvidia -> coreweave: 8
coreweave -> oracle: 5 purchase
openai -> coreweave: undisclosed purchase
*funds -> oracle: 70 loan
---
figures:
  openai:
    - {metric: cash, period: 2026-12-31, amount: $7, kind: press, source: s, known: 2026-12-31}
    - {metric: free-cash-flow, period: 2027, amount: -$20, kind: forecast, source: s, known: 2026-12-31}
    - {metric: free-cash-flow, period: 2028, amount: $9, kind: forecast, source: s, known: 2026-12-31}
"""


@pytest.fixture
def web() -> Web:
    """Return a small web with a loop, a path beside it, a range, a ceiling and cash."""
    return Web(graph(WORLD))


@pytest.fixture(scope="module", params=["contracted", "headline", "paid"])
def shipped(request: pytest.FixtureRequest) -> Web:
    """Return the shipped registry under one convention after the other."""
    return aw.load().under(request.param)


def unexplained(report: Report, trace: Trace, *tables: str) -> list[str]:
    """Name the amounts and shares of a report's tables that are no value of a step, nor bounds of two."""
    values = [step.value for step in trace.steps]
    ranges = {(value.low, value.high) for value in values if isinstance(value, Money)}
    shares = [float(value) for value in values if isinstance(value, float | Fraction)]
    missed = []
    for table in report.tables:
        for row in table.rows if table.key in tables else ():
            for column, cell in zip(table.columns, row, strict=True):
                if isinstance(cell, Money):
                    ends = {(cell.low, cell.low), (cell.high, cell.high)}
                    found = (cell.low, cell.high) in ranges or ends <= ranges
                elif isinstance(cell, Fraction):
                    found = any(abs(float(cell) - share) < 1e-6 for share in shares)
                else:
                    continue
                if not found:
                    missed.append(f"{table.key}, {column.key}: {cell}")
    return missed


# ---- each result


def test_a_loop_is_the_least_of_sums_of_legs(web: Web) -> None:
    """Up to 100, then 300, then 40..60: at most 60."""
    trace = web.explain("loop", "1")

    assert trace["amount"] == Money(0, 60, ceilings=1)
    assert set(trace.legs) == {"d1/1", "d2/1", "d3/1"}
    assert faults(trace) == []


def test_a_path_is_explained_with_what_holds_it_back(web: Web) -> None:
    """100 and 5 can get from NVIDIA to Oracle."""
    trace = web.explain("path", "nvidia", "oracle")

    assert trace["path 1"] == Money(0, 100, ceilings=1)
    most = trace["most"]
    assert isinstance(most, Money)
    assert (most.low, most.high, most.undisclosed) == (5, 105, 1)
    carried = [step for step in trace.steps if step.legs in {("d1/1",), ("d5/1",)}]
    assert {step.value for step in carried} >= {dollars(100), dollars(5)}
    assert faults(trace) == []


def test_a_path_from_a_party_to_itself_is_nothing(web: Web) -> None:
    """No money has to travel."""
    assert web.explain("path", "nvidia", "nvidia")["most"] == Money(0, 0, undisclosed=1)


def test_a_gap_is_explained_year_by_year(web: Web) -> None:
    """7 in cash, less 20, less a fifth of 300: 73 short; a year later, with 9 more and a fifth less, 124."""
    found = web.funding("openai", until=2028, since=2027)
    trace = found.explain()

    assert trace["cash contractual none 2027"] == Money(-73, -73)
    assert trace["shortfall contractual none 2028"] == trace["peak contractual none"] == Money(124, 124)
    (fifth, other) = [step for step in trace.steps if step.parts]
    assert (fifth.parts, fifth.value, other.parts) == ((0, 12, 60), dollars(60), (12, 12, 60))
    assert [figure.metric for figure in trace.figures] == ["cash", "free-cash-flow", "free-cash-flow"]
    assert faults(trace) == []


def test_a_gap_to_a_year_stops_there(web: Web) -> None:
    """What lies beyond is in no step."""
    found = web.funding("openai", until=2028, since=2027)

    assert "cash contractual none 2027" in found.explain(2027).names
    assert not any("2028" in step.text for step in found.explain(2027).steps)
    with pytest.raises(BadOption, match="write a year from 2027 to 2028"):
        found.explain(2029)


def test_a_gap_that_cannot_be_drawn_says_why(web: Web) -> None:
    """NVIDIA has no cash figure."""
    trace = web.explain("gap", "nvidia")

    assert not [name for name in trace.names if name.startswith(("cash", "peak"))]
    assert trace.notes[0] == "no path can be drawn without cash at any date"


def test_a_deal_is_its_legs_but_for_those_inside_another() -> None:
    """
    a -> b: 100
    a -> b: 30 loan #part-of d1/1
    """
    doc = test_a_deal_is_its_legs_but_for_those_inside_another.__doc__
    trace = Web(graph(doc)).explain("deal", "d1")

    assert trace["amount"] == dollars(100)
    assert trace["d1/1"] == Money(70, 70)
    assert faults(trace) == []


def test_a_leg_that_does_not_count_is_told_with_the_reason() -> None:
    """
    a -> b: 100 talks
    """
    trace = Web(graph(test_a_leg_that_does_not_count_is_told_with_the_reason.__doc__)).explain("deal", "d1")

    assert trace["amount"] == dollars(100)
    assert trace.notes == ("d1/1 does not count: only talks",)


def test_a_deal_not_yet_known_is_refused() -> None:
    """
    a -> b: 100 2026-05-01
    """
    web = Web(graph(test_a_deal_not_yet_known_is_refused.__doc__)).as_of("2026-01-01")

    with pytest.raises(UnknownName):
        web.explain("deal", "d1")


def test_exposure_to_one_counterparty_is_the_legs_between_them(web: Web) -> None:
    """Oracle gets 300 of the 300 that OpenAI is known to pay."""
    trace = web.explain("exposure", "openai", "oracle")

    assert trace["pays"] == Money(300, 300)
    assert trace["share out"] == 1
    assert faults(trace) == []


def test_parties_with_nothing_between_them_are_told_so(web: Web) -> None:
    """Nobody has paid them anything."""
    trace = web.explain("exposure", "funds", "nvidia")

    assert "receives" not in trace.names
    assert faults(trace) == []


def test_missing_takes_a_table_a_number_and_a_party_in_any_order(web: Web) -> None:
    """Which is which is plain."""
    assert web.explain("missing", "deals", "2", "nvidia") == web.explain("missing", "nvidia", "2", "deals")
    assert web.explain("missing", "deals").title == "The web without d3"
    with pytest.raises(BadOption):
        web.explain("missing", "deals", "gains")


# ---- every number of a report


@pytest.mark.parametrize("party", ["openai", "oracle"])
def test_every_number_of_a_funding_gap_is_explained(shipped: Web, party: str) -> None:
    """Opening, items, cash, shortfalls, peaks and ends."""
    found = shipped.funding(party)
    trace = found.explain()

    assert faults(trace) == []
    if not found.missing:
        report = reports.gap(shipped.graph, found)
        beside = ("net", "net_outcomes", "failing", "sums", "vendors")
        assert unexplained(report, trace, "opening", "items", "years", "outcomes", *beside) == []


def test_every_number_of_the_panel_is_explained(shipped: Web) -> None:
    """Gross, net debt, circular, shares and ladder."""
    found = panel(shipped.graph, circulation, draws=0, years=False)
    trace = found.explain()
    values = [step.value for step in trace.steps]

    assert faults(trace) == []
    for amount in (found.gross, found.circular, found.net_debt, *(rung.circular for rung in found.ladder)):
        for bound in (amount.low, amount.high) if amount else ():
            assert any(isinstance(value, Money) and bound in {value.low, value.high} for value in values)
    assert {found.share_low, found.share_high} <= {*values, None}


def test_every_loop_is_explained(shipped: Web) -> None:
    """Those of known amount and those with an undisclosed hop."""
    found = shipped.loops(top=8)
    for rank, loop in enumerate((*found.loops, *found.unpriced), 1):
        trace = found.explain(rank)
        assert faults(trace) == []
        assert trace["amount"] == loop.amount
        assert set(loop.legs) == set(trace.legs)


@pytest.mark.parametrize("party", ["openai", "nvidia", "softbank"])
def test_every_sum_of_an_exposure_is_explained(shipped: Web, party: str) -> None:
    """In, out, each counterparty with its share, and both ends of the round trip."""
    found = shipped.exposure(party)
    trace = found.explain()
    values = [step.value for step in trace.steps]

    assert faults(trace) == []
    assert (trace["receives"], trace["pays"]) == (found.money_in, found.money_out)
    for row in found.counterparties:
        assert row.amount in values
        assert row.share is None or row.share in values
    for trip in found.round_trips:
        assert trace[f"{trip.at} least"] == dollars(trip.least)
        assert trace[f"{trip.at} most"] == dollars(trip.most)


def test_every_path_is_explained(shipped: Web) -> None:
    """The widest ones, and the most over all of them."""
    found = shipped.path("nvidia", "oracle")
    trace = found.explain()

    assert faults(trace) == []
    assert trace["most"] == found.most
    assert unexplained(reports.path(shipped.graph, found), trace, "paths", "most") == []


def test_every_deal_is_explained(shipped: Web) -> None:
    """Whatever its status."""
    for name, state in shipped.graph.deals.items():
        trace = shipped.explain("deal", name)
        assert faults(trace) == []
        assert trace["amount"] == state.amount


def test_every_row_of_missing_is_explained(shipped: Web) -> None:
    """The first of each table, and each number that it prints."""
    found = shipped.missing(top=2)
    report = reports.missing(shipped.graph, found)
    for table in report.tables:
        rows: Any = getattr(found, table.key, ())
        if table.key in {"loops", "by_value", "unpriced", "gains", "around", "deals", "parties"}:
            for rank in range(1, len(rows) + 1):
                trace = found.explain(rank, table.key)
                assert faults(trace) == []
                shown = {
                    column.key: cell for column, cell in zip(table.columns, table.rows[rank - 1], strict=True)
                }
                for name in ("gain", "loss"):
                    for at in ("low", "high"):
                        if f"{name}_at_{at}" in shown:
                            assert trace[f"{name}_{at}"] == shown[f"{name}_at_{at}"]
                if "amount" in shown:
                    assert trace["amount"] == shown["amount"]


@pytest.mark.parametrize(
    "words",
    [
        ("circulation",),
        ("dependency", "openai"),
        ("exposure", "openai", "oracle"),
        ("ownership",),
        ("ownership", "openai"),
        ("selffunded", "nvidia"),
    ],
)
def test_every_other_word_has_a_trace_that_follows(shipped: Web, words: tuple[str, ...]) -> None:
    """Each step is what its operation makes of the steps before it."""
    assert faults(shipped.explain(*words)) == []


# ---- the command


@pytest.mark.parametrize(
    "words, message",
    [
        (("lop", "1"), "explain 'lop': did you mean 'loop'?"),
        (("everything",), "write one of chances, circularity, circulation"),
        (("loop",), "write loop NUMBER [PARTY]"),
        (("loop", "first"), "write loop NUMBER [PARTY], with a whole number"),
        (("path", "nvidia"), "write path FROM TO"),
        (("gap", "opnai"), "no party 'opnai'; did you mean 'openai'?"),
        (("circulation", "now"), "write circulation"),
    ],
)
def test_what_cannot_be_explained_is_refused(tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    """With what was near, or what may be written."""
    done = aiweb("-r", written(tmp_path, WORLD), "explain", *words)

    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_a_name_that_fits_several_deals_is_refused(web: Web) -> None:
    """Two deals are from NVIDIA."""
    with pytest.raises(AmbiguousName):
        web.explain("deal", "nvidia")


def test_the_command_prints_arithmetic_legs_lines_and_sources(tmp_path: Path) -> None:
    """In text, each step has a number, and each leg its line and its source."""
    done = aiweb("-r", written(tmp_path, WORLD), "explain", "path", "nvidia", "oracle")

    assert done.code == 0
    assert "path 1: up to $100" in done.out
    assert "min((1), (2))" in done.out
    leg = next(line for line in done.out.splitlines() if line.split()[:1] == ["d1/1"])
    assert leg.split()[1:4] == ["nvidia", "openai", "equity"]
    assert leg.split()[-2:-1] == ["signed"]
    assert "sources: p [press] o" in done.out


def test_json_has_every_step_with_what_it_works_on(tmp_path: Path) -> None:
    """A program can do the arithmetic again."""
    said = aiweb("-r", written(tmp_path, WORLD), "-f", "json", "explain", "deal", "d2").json

    assert [(row["op"], row["of"], row["value"]["high"]) for row in said["steps"]] == [
        ("given", [], 300),
        ("sum", ["1"], 300),
        ("given", [], 300),
    ]
    assert [row["leg"] for row in said["legs"]] == ["d2/1"]
    assert said["figures"] == []


@pytest.mark.parametrize("form", ["csv", "md"])
def test_a_trace_is_written_in_every_format(tmp_path: Path, form: str) -> None:
    """The same steps."""
    done = aiweb("-r", written(tmp_path, WORLD), "-f", form, "explain", "gap", "openai", "2027")

    assert done.code == 0
    assert "least cash to be kept" in done.out


def test_missing_in_json_is_that_of_python(tmp_path: Path) -> None:
    """With an option that a shell can write."""
    path = written(tmp_path, WORLD)
    said = aiweb("-r", path, "-f", "json", "missing", "--any", "--size", "10", "--top", "3").json
    found = aw.load(path).missing(any_role=True, size=10, top=3)

    assert [(row["payer"], row["payee"], row["gain_at_high"]["high"]) for row in said["gains"]] == [
        (row.payer, row.payee, row.high) for row in found.gains
    ]
    assert [row["loop"] for row in said["loops"]] == [row.text for row in found.loops]
    assert [row["loss_at_high"]["high"] for row in said["deals"]] == [row.high for row in found.deals]
    assert said["touching"] == []


def test_missing_says_in_words_when_there_is_nothing(tmp_path: Path) -> None:
    """
    a -> b: 9
    """
    done = aiweb("-r", written(tmp_path, "a -> b: 9"), "missing", "a")

    assert "no one deal closes a loop of at least three parties over disclosed amounts" in done.out
    assert "nothing that counts is paid to a by a party of the web" in done.out


def test_the_article_s_example_is_derived_as_of_its_date() -> None:
    """OpenAI and Arm: no money of Arm's is on any loop, but SoftBank, which funds OpenAI, holds it."""
    found = aw.load().as_of("2025-10-08").under("headline").missing("arm")
    first = found.by_value[0]

    assert found.loops == ()
    assert (first.payer, first.payee, first.parties) == ("openai", "arm", ("openai", "arm", "softbank"))
    assert first.amount.high == 30_000_000_000
    assert "softbank-openai-40b/1" in first.legs
    assert len(found.why) == 3


# ---- the view


def test_arithmetic_is_written_with_the_numbers_of_its_steps() -> None:
    """Long sums are cut in the middle."""
    written_as = {
        arithmetic(Step("", op, None, (1, 2), parts=(3, 12, 60)))
        for op in (Op.SUM, Op.DIFFERENCE, Op.PRODUCT, Op.QUOTIENT, Op.EQUAL, Op.SPAN, Op.MAX, Op.PART)
    }

    assert written_as == {
        "(1) + (2)",
        "(1) − (2)",
        "(1) × (2)",
        "(1) / (2)",
        "(1) = (2)",
        "(1) to (2)",
        "max((1), (2))",
        "12 of 60 parts after 3 of (1)",
    }
    assert arithmetic(Step("", Op.SUM, None, tuple(range(1, 20)))) == "(1) + (2) + (3) + … + (19)"
    assert arithmetic(Step("", Op.SUM, None)) == "nothing"
    assert arithmetic(Step("", Op.GIVEN, 3)) == ""


def test_a_trace_without_steps_prints_its_notes(web: Web) -> None:
    """It says that there is nothing to add."""
    steps = Steps("Nothing")
    steps.note("for a reason")
    printed = text(reports.explained(web.graph, steps.trace()))

    assert "there is nothing to add up" in printed
    assert "for a reason" in printed


def test_every_word_says_what_it_explains() -> None:
    """And what may follow it."""
    assert all(found.says and callable(found.answer) for found in EXPLAINED.values())
    assert list(EXPLAINED) == sorted(EXPLAINED)
