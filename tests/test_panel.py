"""The panel: hand-worked indices, what moves them and what does not, the years, and explanations."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiweb.analysis import panel as module
from aiweb.analysis.circulation import circulation
from aiweb.analysis.panel import Count, Panel, panel
from aiweb.errors import BadOption
from aiweb.graph import DealGraph
from aiweb.trace import dollars
from aiweb.values import Money
from aiweb.views import reports
from aiweb.views.reports import with_undated
from aiweb.views.reports.panel import circularity
from aiweb.views.tables import Report, text, to_json, width
from aiweb.web import Web as WholeWeb
from tests.recompute import faults
from tests.webs import graph

Web = dict[tuple[str, str], int]
_PARTIES = "abcde"
_PAIRS = [(u, v) for u in _PARTIES for v in _PARTIES if u != v]
webs = st.dictionaries(st.sampled_from(_PAIRS), st.integers(1, 50), min_size=1, max_size=9)


def of(web: str | Web | DealGraph | None, *, draws: int = 5, seed: int = 1, years: bool = False) -> Panel:
    """Measure a registry in the notation of `tests.webs`, or plain pairs, with few draws."""
    if isinstance(web, dict):
        web = "\n".join(f"{u} -> {v}: {w} purchase" for (u, v), w in sorted(web.items()))
    drawn = web if isinstance(web, DealGraph) else graph(web)
    return panel(drawn, circulation, draws=draws, seed=seed, years=years)


def test_every_index_of_a_small_web() -> None:
    """
    a -> b: 300
    b -> a: 100 purchase
    b -> c: 200 purchase
    c -> a: 150 purchase
    """
    found = of(test_every_index_of_a_small_web.__doc__)

    # 100 between a and b, 150 round all three.
    assert found.circular == Money(650, 650)
    assert found.share_high == Fraction(650, 750)
    # a pays 300 and gets 250.
    assert found.net_debt == Money(50, 50)
    # 300 pass a and b, 200 pass c. All from a reaches b; of it a third is back at once, two thirds go to c,
    # and three quarters of these are back. What c passes on stays between a and b until it comes to c.
    assert dict(found.high.tracing.returns) == pytest.approx(
        {"a": 1 / 3 + 2 / 3 * 0.75, "b": 1 / 3 + 2 / 3 * 0.75, "c": 0.75}
    )
    assert found.high.finn == pytest.approx((300 * 5 / 6 * 2 + 200 * 0.75) / 800)
    # Forwarded: 150 round all three and 100 between two, so 250 turns beside 50 of debt.
    assert found.high.turns == 250
    assert found.high.throughput == Fraction(250, 300)
    assert (found.loops, found.disclosed_loops) == (Count(2), Count(2))


def test_each_bound_has_its_own_indices() -> None:
    """
    a -> b: 10..40
    b -> a: 20..25 purchase
    """
    found = of(test_each_bound_has_its_own_indices.__doc__)

    assert found.low.finn == pytest.approx(0.5)
    assert found.high.finn == pytest.approx(25 / 40)
    assert (found.low.turns, found.high.turns) == (10, 25)
    assert (found.low.throughput, found.high.throughput) == (Fraction(1, 2), Fraction(25, 40))


def test_bounds_that_are_the_same_are_measured_once() -> None:
    """
    a -> b: 40
    b -> a: 25 purchase
    """
    found = of(test_bounds_that_are_the_same_are_measured_once.__doc__)

    assert found.high.chance is found.low.chance
    assert (found.low.at, found.high.at) == ("low", "high")


def test_a_loop_with_an_undisclosed_hop_is_counted_apart() -> None:
    """
    a -> b: 10
    b -> a: 20 purchase
    b -> c: undisclosed purchase
    c -> b: 5
    *banks -> a: 7 loan
    a -> *banks: 3 purchase
    """
    found = of(test_a_loop_with_an_undisclosed_hop_is_counted_apart.__doc__)

    assert (found.loops, found.disclosed_loops) == (Count(2), Count(1))
    assert found.unknown == ("d3/1",)


def test_loops_longer_than_the_bound_are_not_counted() -> None:
    """Seven parties in a ring."""
    ring = dict.fromkeys(zip("abcdefg", "bcdefga", strict=True), 10)

    assert of(ring).loops == Count(0)
    assert of(ring).high.turns == 10


def test_a_count_of_very_many_loops_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three parties who all pay each other: five loops, and the count stops at four."""
    monkeypatch.setattr(module, "MANY", 4)
    found = of(dict.fromkeys([(u, v) for u in "abc" for v in "abc" if u != v], 30))

    assert found.loops == Count(4, more=True)
    assert str(found.loops) == "more than 4"
    assert str(Count(1_234)) == "1,234"


def test_a_web_of_fixed_payees_is_as_circular_as_its_shuffles() -> None:
    """
    a -> b: 10
    b -> a: 25 purchase
    """
    found = of(test_a_web_of_fixed_payees_is_as_circular_as_its_shuffles.__doc__)

    assert found.high.chance is not None
    assert found.high.chance.different == 1
    assert found.high.chance.moved == found.high.chance.shifted == 0
    assert (found.high.finn_percentile, found.high.circular_percentile) == (Fraction(1, 2), Fraction(1, 2))


def test_a_loop_where_chance_makes_few_stands_out() -> None:
    """
    a -> b: 10
    b -> a: 11 purchase
    c -> d: 12 purchase
    e -> f: 13 purchase
    g -> h: 14 purchase
    """
    found = of(test_a_loop_where_chance_makes_few_stands_out.__doc__, draws=200)

    # Only a and b can pay each other, and do so in few of the allowed orders of five payees.
    assert found.high.chance is not None
    assert found.high.chance.draws == 200
    assert found.high.finn_percentile is not None
    assert Fraction(4, 5) < found.high.finn_percentile < 1


def test_without_a_loop_there_is_nothing_below() -> None:
    """
    a -> b: 10
    c -> d: 11 purchase
    """
    found = of(test_without_a_loop_there_is_nothing_below.__doc__)

    assert found.high.finn == 0
    assert found.high.finn_percentile == Fraction(1, 2)


@pytest.mark.parametrize("web", ["a -> b: 10 talks", "a -> b: undisclosed"])
def test_a_web_without_money_has_no_indices(web: str) -> None:
    """Talks do not count; what is undisclosed adds nothing."""
    found = of(web)

    assert (found.high.finn, found.high.throughput, found.high.finn_percentile) == (None, None, None)
    assert found.high.circular_percentile is None
    assert found.explain()["gross"] == found.gross


def test_deals_with_outside_parties_only_leave_nothing_to_shuffle() -> None:
    """
    *banks -> a: 10 loan
    """
    found = of(test_deals_with_outside_parties_only_leave_nothing_to_shuffle.__doc__)

    assert found.high.finn == 0
    assert (found.high.chance, found.high.finn_percentile) == (None, None)


def test_no_shuffles_no_percentile() -> None:
    """
    a -> b: 10
    b -> a: 25 purchase
    """
    found = of(test_no_shuffles_no_percentile.__doc__, draws=0)

    assert (found.high.chance, found.high.finn_percentile, found.high.circular_percentile) == (
        None,
        None,
        None,
    )


def test_fewer_than_no_shuffles_cannot_be() -> None:
    """
    a -> b: 10
    """
    with pytest.raises(BadOption, match="write a number of webs from 0"):
        of(test_fewer_than_no_shuffles_cannot_be.__doc__, draws=-1)


def test_the_report_without_shuffled_webs_says_nothing_of_them() -> None:
    """
    a -> b: 10
    b -> a: 25 purchase
    """
    doc = test_the_report_without_shuffled_webs_says_nothing_of_them.__doc__
    without, with_them = text(said(doc, shuffles=0)), text(said(doc, shuffles=5))

    assert "shuffled webs with less" in with_them
    assert "Of 5 shuffled webs" in with_them
    assert "with less" not in without
    assert "that differ" not in without
    assert [line.strip() for line in without.splitlines() if "shuffled" in line] == [
        "not compared with shuffled webs"
    ]


def test_another_seed_draws_other_webs() -> None:
    """
    a -> b: 10
    b -> c: 11 purchase
    c -> a: 12 purchase
    d -> a: 13 purchase
    a -> d: 14 purchase
    """
    text = test_another_seed_draws_other_webs.__doc__
    one, other = of(text, draws=50, seed=1), of(text, draws=50, seed=2)

    assert one.high.chance != other.high.chance
    assert one.high.chance == of(text, draws=50, seed=1).high.chance


# ---- years


def test_money_is_measured_in_the_years_in_which_it_falls() -> None:
    """
    a -> b: 30 #term 2026..2027
    b -> a: 20 purchase #term 2027
    b -> a: 7 purchase
    a -> c: undisclosed #term 2027
    """
    found = of(test_money_is_measured_in_the_years_in_which_it_falls.__doc__, years=True)

    assert [(row.year, row.gross, row.circular) for row in found.years] == [
        (2026, Money(15, 15), Money(0, 0)),
        (2027, Money(35, 35, undisclosed=1), Money(30, 30, undisclosed=1)),
    ]
    assert found.years[0].finn_high == 0
    # 15 there and 20 back: T is 20 at both, and 15 of it return.
    assert found.years[1].finn_high == pytest.approx(0.75)
    assert found.undated == ("d3/1",)
    assert found.undated_gross == Money(7, 7)
    assert found.dated == Money(50, 50, undisclosed=1)


def test_a_window_is_measured_as_one() -> None:
    """
    a -> b: 30 #term 2026..2028
    b -> a: 20 purchase #term 2027
    b -> a: 8 purchase
    """
    whole = graph(test_a_window_is_measured_as_one.__doc__)
    window = whole.under(type(whole.convention)(whole.convention.as_of, years=(2026, 2027)))
    found = of(window, years=True)

    assert found.gross == Money(40, 40)
    assert found.circular == Money(40, 40)
    assert [row.year for row in found.years] == [2026, 2027]
    assert (found.undated, found.undated_gross) == (("d3/1",), Money(8, 8))
    assert found.dated == Money(50, 50)


def test_what_falls_in_years_and_what_does_not_are_all_there_is() -> None:
    """
    a -> b: 100 purchase #schedule {2026: $30}
    a -> b: 50 purchase #term 2026..2027
    a -> b: 20 purchase #part-of d2/1
    b -> a: 40..60 loan
    b -> c: undisclosed purchase
    c -> a: 9 purchase; 2025-03-01 paid 4
    """
    doc = test_what_falls_in_years_and_what_does_not_are_all_there_is.__doc__
    whole = graph(doc)
    found = of(whole, years=True)

    # 70 of the first have no year, and 5 of the last; the part is 20 of 50 and is in no year itself.
    assert {leg: str(amount) for leg, amount in found.in_no_year.items()} == {
        "d1/1": "$70",
        "d3/1": "$20",
        "d4/1": "$40–60",
        "d5/1": "undisclosed",
        "d6/1": "$5",
    }
    assert found.undated_gross == Money(135, 155, undisclosed=1)
    assert found.dated == Money(64, 64)
    assert (found.dated + found.undated_gross).high == found.gross.high
    assert sum(year.gross.high for year in found.years) == found.dated.high
    # The window's own note, the panel's line and its row say the same.
    web = WholeWeb(whole).within(2026, 2026)
    report = with_undated(circularity(web.graph, web.circularity(shuffles=0)), web.graph)
    written = text(report)
    undated = "5 legs or parts of them, $135–155 and 1 undisclosed"
    assert f"  in no year: {undated}\n" in written
    assert f"left out of 2026 under contracted: {undated}, that no source puts" in written
    assert "put into years by schedule or term, all years together: $64\n" in written
    row = json.loads(to_json(report))["conventions"][1]
    assert (row["undated"], row["undated_gross"]["high"], row["dated"]["high"]) == (5, 155, 64)
    assert row["gross"]["high"] == 30 + 15, "half of what is left of the second beside its part"


def test_one_year_is_no_sum_over_different_horizons() -> None:
    """
    a -> b: 30 #term 2026..2027
    b -> a: 20 purchase #term 2026..2027
    """
    web = WholeWeb(graph(test_one_year_is_no_sum_over_different_horizons.__doc__))
    for since, until, adds_years in ((None, None, True), (2026, 2027, True), (2026, 2026, False)):
        asked = web.within(since, until) if since else web
        graph_ = asked.graph
        for report in (
            circularity(graph_, asked.circularity(shuffles=0)),
            reports.summary(graph_, asked.circulation(), asked.loops()),
            reports.path(graph_, asked.path("a", "b")),
            reports.exposure(graph_, asked.exposure("a"), asked.dependency("a"), asked.loops("a")),
            reports.suppliers(graph_, asked.suppliers()),
            reports.selffunded(graph_, asked.selffunded("a")),
            reports.demand(graph_, asked.demand()),
        ):
            assert ("different horizons" in text(report)) == adds_years, report.key
    # What falls due in one span has one horizon.
    found = web.within(2026, 2027).stress("a")
    assert "different horizons" not in text(reports.stress(found.graph, found))


def test_a_year_is_explained() -> None:
    """
    a -> b: 30 #term 2026..2027
    b -> a: 20 purchase #term 2027
    """
    found = of(test_a_year_is_explained.__doc__, years=True).years[1]
    told = found.explain()

    assert (told["gross"], told["circular"]) == (found.gross, found.circular)
    assert told["finn at high"] == found.finn_high
    assert told.legs == ("d1/1", "d2/1")


# ---- explanations


def test_every_index_is_explained() -> None:
    """
    a -> b: 300..400
    b -> a: 100 purchase
    b -> c: 200 purchase
    c -> a: 150 purchase
    *banks -> c: 90 loan
    """
    found = of(test_every_index_is_explained.__doc__)
    told = found.explain()

    assert told["circular"] == found.circular
    for indices in (found.low, found.high):
        assert told[f"finn at {indices.at}"] == indices.finn
        assert told[f"throughput at {indices.at}"] == indices.throughput
        assert told[f"turns at {indices.at}"] == dollars(indices.turns or 0)
        assert told[f"finn percentile at {indices.at}"] == indices.finn_percentile
        assert told[f"circular percentile at {indices.at}"] == indices.circular_percentile
        assert indices.chance is not None
        assert told[f"moved at {indices.at}"] == indices.chance.moved
        assert told[f"shifted at {indices.at}"] == indices.chance.shifted
        assert told[f"different at {indices.at}"] == indices.chance.different
    assert told["undated gross"] == found.undated_gross == found.gross
    assert told["dated"] == found.dated == Money(0, 0)
    assert not faults(told)
    assert told["loops"] == "2"
    assert told.legs == found.legs


def test_what_is_too_large_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    a -> b: 300
    b -> a: 100 purchase
    """
    monkeypatch.setattr("aiweb.flows.forwarding.MAX_LOOPS", 0)
    found = of(test_what_is_too_large_is_said.__doc__)

    assert (found.high.turns, found.high.throughput) == (None, None)
    assert "throughput circularity at high is not worked out: more than 0 loops" in found.explain().notes


@settings(max_examples=40)
@given(webs)
def test_explanations_come_to_the_indices_they_explain(web: Web) -> None:
    """Random webs: every step is held to the number that it explains."""
    found = of(web)

    assert found.explain()["throughput at high"] == found.high.throughput


# ---- laws


@settings(max_examples=40)
@given(webs, st.integers(0, 4))
def test_amounts_in_another_unit_change_no_share(web: Web, power: int) -> None:
    """Random webs, every amount times a power of two: dollars grow, shares and percentiles stay."""
    one, more = of(web), of({pair: w << power for pair, w in web.items()})

    assert more.circular.high == one.circular.high << power
    assert more.high.finn == pytest.approx(one.high.finn)
    assert more.high.forwarding.circularity == pytest.approx(one.high.forwarding.circularity)
    assert more.high.finn_percentile == one.high.finn_percentile
    assert more.high.circular_percentile == one.high.circular_percentile


@settings(max_examples=40)
@given(webs, st.permutations(_PARTIES))
def test_names_do_not_matter(web: Web, names: list[str]) -> None:
    """Random webs in one order of deals, every party renamed: the same indices, the same draws."""
    new = dict(zip(_PARTIES, names, strict=True))
    deals = sorted(web.items())
    one = of("\n".join(f"{u} -> {v}: {w} purchase" for (u, v), w in deals))
    renamed = of("\n".join(f"{new[u]} -> {new[v]}: {w} purchase" for (u, v), w in deals))

    assert renamed.high.finn == pytest.approx(one.high.finn)
    assert renamed.high.turns == one.high.turns
    assert renamed.loops == one.loops
    assert renamed.high.finn_percentile == one.high.finn_percentile
    assert renamed.high.circular_percentile == one.high.circular_percentile


@settings(max_examples=40)
@given(webs, st.data())
def test_a_deal_in_two_parts_counts_as_one(web: Web, data: st.DataObject) -> None:
    """Random webs, one deal split in two: all but what is shuffled stays."""
    pair = data.draw(st.sampled_from(sorted(web)))
    part = data.draw(st.integers(0, web[pair]))
    lines = [f"{u} -> {v}: {w} purchase" for (u, v), w in sorted(web.items()) if (u, v) != pair]
    lines += [f"{pair[0]} -> {pair[1]}: {amount} loan" for amount in (part, web[pair] - part)]
    one, split = of(web, draws=0), of("\n".join(lines), draws=0)

    assert split.high.flows == one.high.flows
    assert (split.high.finn, split.high.turns, split.loops) == (one.high.finn, one.high.turns, one.loops)


@settings(max_examples=40)
@given(webs)
def test_turning_every_deal_round_keeps_loops_and_cycling(web: Web) -> None:
    """Random webs."""
    one, other = of(web, draws=0), of({(v, u): w for (u, v), w in web.items()}, draws=0)

    assert other.loops == one.loops
    assert other.high.finn == pytest.approx(one.high.finn)


# ---- the report


def said(text: str | None, **options: int) -> Report:
    """Report on all four conventions of a registry in the notation of `tests.webs`."""
    web = WholeWeb(graph(text))
    return circularity(web.graph, web.circularity(shuffles=options.get("shuffles", 5)))


def test_the_conventions_stand_side_by_side_within_a_hundred_columns() -> None:
    """
    a -> b: $1.23tn..1.44tn
    b -> a: $1.11tn..1.22tn purchase #term 2026..2029
    """
    written = text(said(test_the_conventions_stand_side_by_side_within_a_hundred_columns.__doc__))
    panel_, _, _ = written.partition("Legs that count")

    assert max(map(width, panel_.splitlines())) <= 100
    assert panel_.splitlines()[3].split() == ["headline", "contracted", "firm", "paid"]
    assert "  shuffled webs with less " in panel_
    assert "Year by year under contracted" in panel_


def test_programs_get_every_index_a_convention_a_row() -> None:
    """
    a -> b: 10..40
    b -> a: 20..25 purchase #term 2027
    """
    found = json.loads(to_json(said(test_programs_get_every_index_a_convention_a_row.__doc__)))
    row = found["conventions"][1]

    assert (row["convention"], row["shuffles"], row["seed"]) == ("contracted", 5, 1)
    assert (row["finn_at_low"], row["finn_at_high"]) == (0.5, 0.625)
    assert (row["turns_at_low"]["high"], row["turns_at_high"]["high"]) == (10, 25)
    assert (row["throughput_at_low"], row["throughput_at_high"]) == (0.5, 0.625)
    assert (row["loops"], row["disclosed_loops"], row["more_loops"]) == (1, 1, "no")
    assert (row["undated"], row["undated_gross"]["high"], row["dated"]["high"]) == (1, 40, 25)
    assert [(year["convention"], year["year"], year["gross"]["high"]) for year in found["years"]] == [
        ("headline", 2027, 25),
        ("contracted", 2027, 25),
        ("firm", 2027, 20),
    ]


def test_what_is_too_large_is_no_number_in_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    a -> b: 300
    b -> a: 100 purchase
    """
    for limit in ("forwarding.MAX_LOOPS", "circulation.MAX_LOOPS"):
        monkeypatch.setattr(f"aiweb.flows.{limit}", 0)
    report = said(test_what_is_too_large_is_no_number_in_the_report.__doc__)
    (row,) = (row for row in report.tables[0].rows if row[0] == "in turns")
    found = json.loads(to_json(report))["conventions"][0]

    assert row[1] == "too many loops"
    assert (found["throughput_at_high"], found["not_worked_out"]) == (None, "more than 0 loops")


def test_a_report_on_nothing_says_none() -> None:
    """
    a -> b: 10 talks
    """
    rows = {
        str(row[0]).strip(): row[1] for row in said(test_a_report_on_nothing_says_none.__doc__).tables[0].rows
    }

    assert rows["cycled pro rata"] == rows["share of gross"] == rows["in turns"] == "none"
    assert "that differ" not in rows, "there is nothing to shuffle"


def test_a_web_takes_seed_number_and_years() -> None:
    """
    a -> b: 30 #term 2026..2027
    b -> a: 20 purchase #term 2027
    """
    web = WholeWeb(graph(test_a_web_takes_seed_number_and_years.__doc__))
    row = web.circularity(shuffles=7, seed=3, since=2027)[1]

    assert row.gross == Money(35, 35)
    assert row.high.chance is not None
    assert (row.high.chance.draws, row.high.chance.seed) == (7, 3)
    assert web.circularity(shuffles=0, years=False)[1].years == ()
