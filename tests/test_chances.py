"""Chances of a funding gap: by hand, by law, and by other roads to the same number."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aiweb as aw
from aiweb.analysis.chances import QUANTILES, ChancePath, Chances, chances
from aiweb.analysis.funding import FundingGap, funding
from aiweb.errors import BadOption
from aiweb.values import Money
from tests.commands import aiweb, written
from tests.recompute import faults
from tests.webs import graph

_FIGURES = """
    ---
    figures:
      lab:
        - {metric: cash, period: 2025-12-31, amount: $50, kind: reported, source: s}
        - {metric: free-cash-flow, period: 2026, amount: -$20, kind: forecast, known: 2025-06-01, source: s}
        - {metric: free-cash-flow, period: 2027, amount: -$40, kind: forecast, known: 2025-06-01, source: s}
"""


def gap(text: str | None) -> FundingGap:
    """Set the gap of 2026 and 2027, with cash of 50 and cash flows of -20 and -40."""
    return funding(graph((text or "") + _FIGURES, as_of="2026-06-30"), "lab", since=2026, until=2027)


def path(found: Chances, name: str) -> ChancePath:
    """Find a path by class, overlap and dependence."""
    return next(row for row in found.paths if row.name == name)


def test_amounts_without_a_range_give_the_gap_itself() -> None:
    """
    lab -> cloud: 90 purchase #term 2027
    funds -> lab: 30 conditional #term 2026
    """
    plain = gap(test_amounts_without_a_range_give_the_gap_itself.__doc__)
    found = chances(plain, draws=50)

    for row in found.paths:
        same = plain.path(row.certainty, row.overlap)
        assert same is not None
        assert {row.peak.least, row.peak.most, row.peak.mean, *row.peak.quantiles} == {same.peak.high}
        assert not row.peak.error
        assert row.peak.chance == int(same.peak.high > 0)
        assert [spread.bounds for _, spread in row.years] == [year.shortfall for year in same.years]


def test_the_same_seed_gives_the_same_numbers() -> None:
    """
    lab -> cloud: 10..200 purchase #term 2026..2027
    """
    plain = gap(test_the_same_seed_gives_the_same_numbers.__doc__)

    assert chances(plain, draws=99, seed=7) == chances(plain, draws=99, seed=7)
    assert chances(plain, draws=99, seed=7) != chances(plain, draws=99, seed=8)


def test_a_uniform_amount_has_the_quantiles_and_the_mean_of_one() -> None:
    """
    lab -> cloud: 10..1010 purchase #term 2027
    """
    found = chances(gap(test_a_uniform_amount_has_the_quantiles_and_the_mean_of_one.__doc__), draws=20_000)
    spread = path(found, "contractual none independent").peak

    # 50 - 20 - 40 leave 10 too little, and then comes the purchase: from 20 to 1,020 are short.
    assert spread.bounds == Money(20, 1020)
    for share, amount in zip(QUANTILES, spread.quantiles, strict=True):
        assert amount == pytest.approx(20 + 1000 * float(share), abs=15)
    assert spread.error == pytest.approx(1000 / sqrt(12) / sqrt(20_000), rel=0.02)
    assert spread.mean == pytest.approx(520, abs=4 * spread.error)


def test_the_chance_is_that_of_the_amount_being_large_enough() -> None:
    """
    lab -> cloud: up to $100 purchase #term 2026
    """
    found = chances(gap(test_the_chance_is_that_of_the_amount_being_large_enough.__doc__), draws=10_000)
    spread = dict(path(found, "contractual none independent").years)[2026]

    # Of 0 to 100 drawn from zero, what is above 30 is short: seven tenths.
    assert spread.chance == Fraction(spread.short, 10_000)
    assert float(spread.chance) == pytest.approx(0.7, abs=4 * spread.chance_error)
    assert spread.chance_error == pytest.approx(sqrt(0.21 / 10_000), rel=0.05)


def test_amounts_that_hang_together_spread_wider() -> None:
    """
    lab -> cloud: 0..100 purchase #term 2026
    lab -> chips: 0..100 purchase #term 2026
    funds -> lab: 0..100 #term 2026
    """
    found = chances(gap(test_amounts_that_hang_together_spread_wider.__doc__), draws=10_000)
    apart = dict(path(found, "contractual none independent").years)[2026]
    tied = dict(path(found, "contractual none dependent").years)[2026]

    # 30 - 200u + 100(1 - u) is below zero for u above 130 of 300.
    assert float(tied.chance) == pytest.approx(17 / 30, abs=4 * tied.chance_error)
    assert tied.quantiles[-1] == pytest.approx(300 * 0.95 - 130, abs=4)
    assert apart.quantiles[-1] < tied.quantiles[-1] - 20
    assert tied.bounds == apart.bounds == Money(0, 170)


def test_a_loan_is_paid_back_as_it_was_lent() -> None:
    """
    banks -> lab: 10..90 loan closed #term 2026 #maturity 2027-06
    """
    found = chances(gap(test_a_loan_is_paid_back_as_it_was_lent.__doc__), draws=100)

    for row in found.paths:
        # 50 - 20 - 40, whatever was lent in between; interval arithmetic cannot see that.
        assert {row.years[1][1].least, row.years[1][1].most} == {10}
        assert row.years[1][1].bounds == Money(0, 90)


def test_what_hangs_on_a_condition_is_kept_with_the_probability() -> None:
    """
    lab -> cloud: 60 purchase #term 2026
    funds -> lab: 31 conditional #term 2026
    banks -> lab: 31 conditional #term 2026
    """
    plain = gap(test_what_hangs_on_a_condition_is_kept_with_the_probability.__doc__)
    found = chances(plain, draws=10_000, probability=Fraction(1, 4))
    apart = dict(path(found, "conditional none independent").years)[2026]
    tied = dict(path(found, "conditional none dependent").years)[2026]

    # 50 - 20 - 60 is 30 short, unless one of the two comes: 9/16 by themselves, 3/4 all or none.
    assert float(apart.chance) == pytest.approx(9 / 16, abs=4 * apart.chance_error)
    assert float(tied.chance) == pytest.approx(3 / 4, abs=4 * tied.chance_error)
    assert dict(path(found, "contractual none dependent").years)[2026].chance == 1
    assert apart.bounds == Money(0, 30)


def test_without_figures_nothing_is_drawn() -> None:
    """
    lab -> cloud: 60 purchase
    """
    found = chances(funding(graph("lab -> cloud: 60 purchase"), "cloud"))

    assert found.paths == ()
    assert found.explain().steps == ()
    assert found.explain().notes[0] == "nothing can be drawn without cash at any date"


def test_every_mean_and_chance_is_explained() -> None:
    """
    lab -> cloud: 10..200 purchase #term 2026..2027
    """
    found = chances(gap(test_every_mean_and_chance_is_explained.__doc__), draws=77)
    trace = found.explain()

    assert faults(trace) == []
    for row in found.paths:
        for name, spread in (("peak", row.peak), *row.years):
            assert trace[f"chance {row.name} {name}"] == spread.chance
            assert trace[f"mean {row.name} {name}"] == Money(spread.mean, spread.mean)
            assert trace[f"q50 {row.name} {name}"] == Money(spread.quantiles[2], spread.quantiles[2])


@pytest.mark.parametrize(
    "options",
    [{"draws": 1}, {"draws": 10**6}, {"seed": -1}, {"probability": Fraction(3, 2)}],
    ids=["few", "many", "seed", "probability"],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, int]) -> None:
    """One draw has no error; a probability is at most 1."""
    with pytest.raises(BadOption):
        chances(gap("lab -> cloud: 60 purchase"), **options)  # type: ignore[arg-type]  # on purpose


# ---- asked for by a command

_ASKED = """
lab -> cloud: 10..200 purchase #term 2026..2027
funds -> lab: 30 conditional #term 2026
---
figures:
  lab:
    - {metric: cash, period: 2025-12-31, amount: $50, kind: reported, source: s}
    - {metric: free-cash-flow, period: 2026, amount: -$20, kind: forecast, source: s}
    - {metric: free-cash-flow, period: 2027, amount: -$40, kind: forecast, source: s}
"""


def test_the_command_draws_when_asked_to(tmp_path: Path) -> None:
    """The numbers are those of Python, under the seed and the probability given."""
    path = written(tmp_path, _ASKED)
    asked = ("-r", path, "gap", "lab", "--from", "2026", "--to", "2027", "-f", "json")
    plain = aiweb(*asked).json
    said = aiweb(*asked, "--draws", "300", "--seed", "5", "--probability", "25%").json
    web = aw.load(path)
    found = web.chances("lab", since=2026, until=2027, draws=300, seed=5, probability=Fraction(1, 4))

    assert "chances" not in plain
    assert {key: said[key] for key in plain if key != "notes"} == {
        key: plain[key] for key in plain if key != "notes"
    }
    assert [row["q50"]["high"] for row in said["chances"]] == [row.peak.quantiles[2] for row in found.paths]
    assert len(said["chance_years"]) == 2 * len(said["chances"]) == 2 * len(found.paths)
    assert "300 draws from seed 5" in " ".join(said["notes"])
    assert "kept with probability 0.25" in " ".join(said["notes"])


@pytest.mark.parametrize(
    "options, message",
    [
        (("lab", "--seed", "5"), "write --draws 10000 beside --seed or --probability"),
        (("--draws", "50"), "name the party"),
        (("lab", "--draws", "50", "--probability", "1.5"), "write a probability such as 0.25 or 25%"),
        (("lab", "--draws", "50", "--probability", "often"), "write a probability such as 0.25 or 25%"),
        (("lab", "--draws", "1000000"), "write a number from 2 to 100000"),
    ],
)
def test_what_cannot_be_drawn_is_refused(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    """With what may be written."""
    done = aiweb("-r", written(tmp_path, _ASKED), "gap", *options)

    assert (done.code, done.out) == (2, "")
    assert message in done.err


amounts = st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda pair: f"{pair[0]}..{sum(pair)}")
certainties = st.sampled_from(["firm", "conditional"])
chance = st.none() | st.fractions(0, 1)


@settings(max_examples=40, deadline=None)
@given(amounts, amounts, amounts, certainties, certainties, chance, st.integers(0, 99))
def test_the_bounds_contain_every_draw(
    use: str, more: str, source: str, one: str, other: str, probability: Fraction | None, seed: int
) -> None:
    """Random ranges of uses and sources, some of them conditional, and any probability."""
    text = f"""
    lab -> cloud: {use} purchase {one} #term 2026..2027
    lab -> chips: {more} purchase #term 2027
    funds -> lab: {source} {other} #term 2026..2027
    """
    plain = gap(text)
    for row in chances(plain, draws=25, seed=seed, probability=probability).paths:
        for spread in (row.peak, *(spread for _, spread in row.years)):
            assert spread.bounds.low <= spread.least <= spread.mean <= spread.most <= spread.bounds.high
            assert list(spread.quantiles) == sorted(spread.quantiles)
        same = plain.path(row.certainty, row.overlap)
        assert same is not None
        if probability is None:
            assert row.peak.bounds == same.peak


@settings(max_examples=30, deadline=None)
@given(amounts, amounts)
def test_a_sure_condition_is_none(use: str, source: str) -> None:
    """With probability 1 every leg is kept, with 0 none but the contractual ones."""
    text = f"""
    lab -> cloud: {use} purchase conditional #term 2026
    funds -> lab: {source} conditional #term 2027
    """
    plain = gap(text)
    free, sure, never = (chances(plain, draws=20, probability=p) for p in (None, Fraction(1), Fraction(0)))

    for row in free.paths:
        assert path(sure, row.name).peak.quantiles == row.peak.quantiles
        firm = path(never, f"contractual {row.overlap} {row.dependence}")
        assert path(never, row.name).peak.quantiles == firm.peak.quantiles
