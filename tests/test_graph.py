"""Folding deals to a day, and what counts under each convention, on webs small enough to check by eye."""

from __future__ import annotations

import itertools
from dataclasses import FrozenInstanceError, replace
from datetime import date
from typing import Any

import networkx as nx
import pytest

from aiweb.errors import BadOption
from aiweb.graph import DealGraph, Preset, convention, fold
from aiweb.model import Metric, Registry, Side, Status
from aiweb.values import UNDISCLOSED, Money, When
from tests.webs import graph, registry


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Registry:
    """Return the registry that the test's docstring writes down."""
    return registry(request.function.__doc__)


def dollars(drawn: DealGraph) -> dict[str, str]:
    """Return the amount of every leg that counts, printed."""
    return {leg.id: str(leg.amount) for leg in drawn.legs}


def reasons(drawn: DealGraph) -> dict[str, str]:
    """Return why each of the other legs does not count."""
    return {excluded.state.id: excluded.reason for excluded in drawn.excluded}


def at(
    world: Registry, day: str | None = None, preset: str = "contracted", consideration: str = "cash"
) -> DealGraph:
    """Draw a world as of a day, under a convention."""
    return DealGraph(world, convention(world, day, preset, consideration))


# ---- folding -----------------------------------------------------------------------------------


def test_a_deal_stands_as_its_events_left_it(world: Registry) -> None:
    """
    nvidia -> openai: up to $100 letter-of-intent 2025-09-22; 2025-12-01 signed $30; 2026-03-01 closed paid 12
    """
    deal = world.deals["d1"]
    lives = {
        day: fold("d1", deal, day) for day in map(date, (2025,) * 3 + (2026,), (9, 9, 12, 3), (21, 22, 1, 1))
    }

    assert lives[date(2025, 9, 21)] is None
    found = [
        (state.status, str(state.since), str(state.legs[0].amount), str(state.legs[0].paid))
        for state in lives.values()
        if state
    ]
    assert found == [
        (Status.LETTER_OF_INTENT, "2025-09-22", "up to $100", "None"),
        (Status.SIGNED, "2025-12-01", "$30", "None"),
        (Status.CLOSED, "2026-03-01", "$30", "$12"),
    ]


@pytest.mark.parametrize("day, counted", [("2026-02-26", 1), ("2026-02-27", 1), ("2026-03-31", 0)])
def test_an_event_counts_from_the_day_it_became_known(day: str, counted: int) -> None:
    """A deal lapses on 2026-02-27, which is known in March: the fold is by `known`, at its last day."""
    world = registry("a -> b: 10; 2026-02-27 lapsed")
    signed, lapsed = world.deals["d1"].events
    lapsed = lapsed.model_copy(update={"known": When.parse("2026-03")})
    deal = world.deals["d1"].model_copy(update={"events": (signed, lapsed)})

    assert len(at(replace(world, deals={"d1": deal}), day).legs) == counted


@pytest.mark.parametrize(
    "written, before, on",
    [
        ("2025-Q3", "2025-09-29", "2025-09-30"),
        ("2025-H1", "2025-06-29", "2025-06-30"),
        ("2025-02", "2025-02-27", "2025-02-28"),
        ("2025-11-05", "2025-11-04", "2025-11-05"),
    ],
)
def test_an_imprecise_date_counts_from_its_last_day(written: str, before: str, on: str) -> None:
    """a -> b: 10, signed on a day, in a month, quarter or half."""
    world = registry(f"a -> b: 10 {written}")

    assert at(world, before).deals == {}
    assert dollars(at(world, on)) == {"d1/1": "$10"}


def test_an_imprecise_day_asked_for_means_its_last(world: Registry) -> None:
    """
    a -> b: 10 2025-09-30
    """
    assert dollars(at(world, "2025-Q3")) == {"d1/1": "$10"}
    assert dollars(at(world, "2025-08")) == {}


def test_the_day_is_the_registry_s_own_unless_one_is_given(world: Registry) -> None:
    """
    a -> b: 10
    ---
    as_of: 2026-06
    """
    assert at(world).convention.as_of == date(2026, 6, 30)


def test_an_event_speaks_of_its_own_leg(world: Registry) -> None:
    """
    a -> b: 10
    ---
    as_of: 2026-12-31
    """
    (leg,) = world.deals["d1"].legs
    first, restated = (
        world.deals["d1"].events[0],
        world.deals["d1"].events[0].model_copy(update={"status": None, "leg": 2, "amount": Money(7, 7)}),
    )
    deal = world.deals["d1"].model_copy(update={"legs": (leg, leg), "events": (first, restated)})

    state = fold("d1", deal, date(2026, 1, 1))

    assert state is not None
    assert [str(each.amount) for each in state.legs] == ["$10", "$7"]


def test_a_restated_amount_brings_its_own_sources(world: Registry) -> None:
    """
    a -> b: 10; 2025-06-01 closed; 2025-07-01 12
    """
    (leg,) = at(world).legs

    assert (str(leg.amount), leg.status, str(leg.since)) == ("$12", Status.CLOSED, "2025-06-01")
    assert leg.sources == ("s",)


# ---- conventions -------------------------------------------------------------------------------

LADDER = """
a -> b: 1 talks
a -> b: 2..3 letter-of-intent
a -> b: up to $5 announced
a -> b: 7..11 signed
a -> b: 13 closed analyst
a -> b: 17 closed contract; 2026-01-01 completed paid 16
a -> b: undisclosed signed
a -> b: at least $19 closed; 2026-02-01 paid 6
a -> b: 23 warrant
"""


@pytest.mark.parametrize(
    "preset, counted",
    [
        (
            "headline",
            {
                "d2/1": "$2–3",
                "d3/1": "up to $5",
                "d4/1": "$7–11",
                "d5/1": "$13",
                "d7/1": "undisclosed",
                "d8/1": "$19+",
            },
        ),
        ("contracted", {"d4/1": "$7–11", "d7/1": "undisclosed", "d8/1": "$19+"}),
        ("firm", {"d4/1": "$7", "d7/1": "undisclosed", "d8/1": "$19+"}),
        ("paid", {"d6/1": "$16", "d8/1": "$6"}),
    ],
)
def test_each_convention_counts_its_own_legs(preset: str, counted: dict[str, str]) -> None:
    """The nine legs above, of all different amounts."""
    assert dollars(graph(LADDER, preset=preset)) == counted


@pytest.mark.parametrize(
    "preset, why",
    [
        (
            "headline",
            {"d1/1": "only talks", "d6/1": "completed", "d9/1": "a warrant moves no cash"},
        ),
        (
            "contracted",
            {
                "d1/1": "only talks",
                "d2/1": "only letter-of-intent",
                "d3/1": "only announced",
                "d5/1": "its amount is an analyst's",
                "d6/1": "completed",
                "d9/1": "a warrant moves no cash",
            },
        ),
        (
            "paid",
            {
                **dict.fromkeys(("d1/1", "d2/1", "d3/1", "d4/1"), "no dated payment is known"),
                **dict.fromkeys(("d5/1", "d7/1"), "no dated payment is known"),
                "d9/1": "a warrant moves no cash",
            },
        ),
    ],
)
def test_every_other_leg_has_its_reason(preset: str, why: dict[str, str]) -> None:
    """The nine legs above."""
    assert reasons(graph(LADDER, preset=preset)) == why


@pytest.mark.parametrize("preset", list(Preset))
@pytest.mark.parametrize("consideration", ["cash", "all"])
def test_every_leg_counts_or_has_a_reason(preset: str, consideration: str) -> None:
    """The nine legs above, under every convention."""
    drawn = graph(LADDER, preset=preset, consideration=consideration)

    counted, left_out = {leg.id for leg in drawn.legs}, set(reasons(drawn))
    assert counted | left_out == {f"d{number}/1" for number in range(1, 10)}
    assert counted & left_out == set()


def test_value_that_is_no_money_counts_when_all_is_asked_for(world: Registry) -> None:
    """
    a -> b: 3 warrant
    a -> b: 5 in-kind
    a -> b: 7 warrant market
    """
    assert dollars(at(world)) == {}
    assert reasons(at(world, preset="headline")) == {
        "d1/1": "a warrant moves no cash",
        "d2/1": "value in kind moves no cash",
        "d3/1": "a warrant moves no cash",
    }
    assert dollars(at(world, consideration="all")) == {"d1/1": "$3", "d2/1": "$5"}
    assert dollars(at(world, preset="headline", consideration="all")) == {
        "d1/1": "$3",
        "d2/1": "$5",
        "d3/1": "$7",
    }


def test_what_moves_nothing_between_two_parties_never_counts(world: Registry) -> None:
    """
    a -> b: 3 guarantee
    a -> b: 5 stake
    a -> b: 7 acquisition; 2026-01-01 paid 7
    """
    for preset in Preset:
        drawn = at(world, preset=preset, consideration="all")
        assert drawn.legs == ()
        assert reasons(drawn) == {
            "d1/1": "a guarantee moves nothing until it is called",
            "d2/1": "a stake is held, not paid",
            "d3/1": "an acquisition pays the sellers, not the company",
        }


def test_nothing_is_firm_about_a_ceiling(world: Registry) -> None:
    """
    a -> b: up to $100
    a -> b: 30..40
    """
    (hop,) = at(world, preset="firm").hops

    assert hop.amount == Money(30, 30, ceilings=1)


def test_an_ended_deal_counts_for_what_it_paid(world: Registry) -> None:
    """
    a -> b: 10; 2025-06-01 paid 4; 2025-07-01 cancelled
    """
    assert reasons(at(world)) == {"d1/1": "cancelled"}
    assert dollars(at(world, preset="paid")) == {"d1/1": "$4"}
    assert dollars(at(world, "2025-05-31", "paid")) == {}


# ---- parts and overlaps ------------------------------------------------------------------------


def test_a_whole_counts_its_remainder_only(world: Registry) -> None:
    """
    a -> b: 100
    a -> c: 30 #part-of d1/1
    a -> d: 7..9 #part-of d1/1
    """
    drawn = at(world)

    # At the upper bounds 61 + 30 + 9 are the whole again; at the lower they are no more than it.
    assert dollars(drawn) == {"d1/1": "$61", "d2/1": "$30", "d3/1": "$7–9"}
    assert dollars(at(world, preset="firm")) == {"d1/1": "$61", "d2/1": "$30", "d3/1": "$7"}


def test_a_part_inside_a_part_is_taken_out_once(world: Registry) -> None:
    """
    a -> b: 100
    a -> c: 30 #part-of d1/1
    a -> d: 8 #part-of d2/1
    """
    drawn = at(world)

    assert dollars(drawn) == {"d1/1": "$70", "d2/1": "$22", "d3/1": "$8"}
    assert sum(leg.amount.high for leg in drawn.legs) == 100


def test_a_part_that_does_not_count_is_not_taken_out(world: Registry) -> None:
    """
    a -> b: 100
    a -> c: 30 talks #part-of d1/1
    """
    assert dollars(at(world)) == {"d1/1": "$100"}


def test_a_whole_that_does_not_count_leaves_its_part_alone(world: Registry) -> None:
    """
    a -> b: 100 talks
    a -> c: 30 #part-of d1/1
    """
    assert dollars(at(world)) == {"d2/1": "$30"}


def test_an_undisclosed_part_may_be_the_whole(world: Registry) -> None:
    """
    a -> b: 100
    a -> c: undisclosed #part-of d1/1
    """
    assert dollars(at(world)) == {"d1/1": "$0–100", "d2/1": "undisclosed"}


def test_an_overlap_lowers_the_floor_and_not_the_top(world: Registry) -> None:
    """
    a -> b: 100
    a -> c: 30..40 #overlaps [d1/1]
    a -> d: 70 #overlaps [d2/1, d4/1]
    a -> e: 8 talks
    """
    # The 30 may lie inside the 100, or inside the 70; these two share nothing.
    assert dollars(at(world)) == {"d1/1": "$100", "d2/1": "$0–40", "d3/1": "$70"}


def test_two_legs_that_name_each_other_keep_the_larger_floor(world: Registry) -> None:
    """
    a -> b: 100 #overlaps [d2/1]
    a -> c: 90 #overlaps [d1/1]
    """
    drawn = at(world, preset="firm")

    assert sum(leg.amount.low for leg in drawn.legs) == 100


def test_a_part_of_a_part_that_does_not_count_lies_in_the_whole(world: Registry) -> None:
    """
    a -> b: 100
    a -> b: 60 talks #part-of d1/1
    a -> b: 20 #part-of d2/1
    """
    assert dollars(at(world)) == {"d1/1": "$80", "d3/1": "$20"}


def test_a_part_in_kind_is_no_cash_of_the_whole(world: Registry) -> None:
    """
    a -> b: 100
    a -> b: 60 warrant #part-of d1/1
    """
    assert dollars(at(world)) == {"d1/1": "$40"}
    assert dollars(at(world, consideration="all")) == {"d1/1": "$40", "d2/1": "$60"}


def test_a_part_up_to_an_amount_adds_nothing_to_the_whole(world: Registry) -> None:
    """
    a -> b: 100
    a -> b: up to $40 #part-of d1/1
    """
    (hop,) = at(world).hops

    assert hop.amount.high == 100


def test_a_restated_amount_below_its_schedule_sets_the_schedule_aside(world: Registry) -> None:
    """
    a -> b: 100 purchase; 2025-06-01 30 #schedule {2026: $100}
    """
    assert at(world).legs[0].schedule is None
    assert at(world, "2025-05-31").legs[0].schedule is not None


def test_an_overlap_with_the_undisclosed_keeps_the_floor_of_what_is_known(world: Registry) -> None:
    """
    a -> b: undisclosed
    a -> c: 30 #overlaps [d1/1]
    """
    assert dollars(at(world)) == {"d1/1": "undisclosed", "d2/1": "$30"}


# ---- hops and the networkx view ----------------------------------------------------------------


def test_a_hop_holds_all_legs_of_a_pair_and_a_side(world: Registry) -> None:
    """
    a -> b: 1
    a -> b: 2 loan
    a -> b: 4 purchase
    b -> a: 8
    *c -> a: undisclosed
    """
    drawn = at(world)

    assert [(hop.payer, hop.payee, hop.side, hop.amount, hop.legs) for hop in drawn.hops] == [
        ("a", "b", Side.FUNDING, Money(3, 3), ("d1/1", "d2/1")),
        ("a", "b", Side.SPENDING, Money(4, 4), ("d3/1",)),
        ("b", "a", Side.FUNDING, Money(8, 8), ("d4/1",)),
        ("c", "a", Side.FUNDING, UNDISCLOSED, ("d5/1",)),
    ]
    assert drawn.outside == {"c"}


def test_the_networkx_view_says_the_same(world: Registry) -> None:
    """
    a -> b: 1..2
    b -> a: 4 purchase
    *c -> a: undisclosed closed
    c -> b: 16 talks
    """
    drawn = at(world)

    assert sorted(drawn.nx.nodes) == ["a", "b", "c"]
    assert drawn.nx.nodes["c"]["outside"] is True
    assert sorted(drawn.nx.edges(keys=True)) == [("a", "b", "d1/1"), ("b", "a", "d2/1"), ("c", "a", "d3/1")]
    assert drawn.nx.edges["a", "b", "d1/1"] == {
        "deal": "d1",
        "instrument": "equity",
        "side": "funding",
        "status": "signed",
        "low": 1,
        "high": 2,
        "undisclosed": 0,
        "ceilings": 0,
        "unbounded": False,
    }
    assert drawn.nx.graph == {
        "as_of": "2026-12-31",
        "convention": "contracted",
        "consideration": "cash",
        "registry": world.digest,
    }


def test_a_graph_is_read_only(world: Registry) -> None:
    """
    a -> b: 1
    """
    drawn = at(world)

    with pytest.raises(nx.NetworkXError, match="Frozen graph"):
        drawn.nx.add_edge("b", "a")
    for mapping in (drawn.deals, drawn.leg, world.deals, world.parties):
        changing: Any = mapping
        with pytest.raises(TypeError, match="does not support item assignment"):
            changing["x"] = None
    for thing, name in ((drawn.legs[0], "amount"), (drawn.hops[0], "amount"), (drawn.convention, "as_of")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, None)


def test_another_convention_is_another_graph(world: Registry) -> None:
    """
    a -> b: 1 announced
    """
    drawn = at(world)
    other = drawn.under(convention(world, preset="headline"))

    assert (dollars(drawn), dollars(other)) == ({}, {"d1/1": "$1"})


def test_the_order_of_deals_changes_nothing(world: Registry) -> None:
    """
    a -> b: 100
    a -> c: 30 #part-of d1/1
    b -> a: 7 purchase #overlaps [d2/1]
    c -> b: undisclosed
    """
    expected = at(world)
    for order in itertools.permutations(world.deals):
        deals = {name: world.deals[name] for name in order}
        drawn = at(replace(world, deals=deals))
        assert (drawn.legs, drawn.hops, drawn.excluded) == (expected.legs, expected.hops, expected.excluded)


@pytest.mark.parametrize(
    "words, said",
    [
        ({"preset": "headlines"}, "convention 'headlines': did you mean 'headline'?"),
        ({"consideration": "credit"}, "consideration 'credit': write one of cash, all"),
        ({"as_of": "yesterday"}, "as-of date 'yesterday': write a date such as 2025-10-08"),
    ],
)
def test_a_word_that_is_no_convention_is_refused(words: dict[str, Any], said: str) -> None:
    """a -> b: 1."""
    with pytest.raises(BadOption) as raised:
        graph("a -> b: 1", **words)

    assert str(raised.value) == said


@pytest.mark.parametrize(
    "years, said",
    [
        ((2030, 2026), "years '2030..2026': they run backwards; write the earlier one first"),
        ((1800, 2026), "years '..2026': write years from 1900 to 2200"),
        ((2026, 2300), "years '2026..': write years from 1900 to 2200"),
    ],
)
def test_years_that_are_no_window_are_refused(years: tuple[int, int], said: str) -> None:
    """a -> b: 1."""
    with pytest.raises(BadOption) as raised:
        graph("a -> b: 1", years=years)

    assert str(raised.value) == said


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_latest_figure_does_not_hang_on_its_place_in_the_file(order: tuple[int, ...]) -> None:
    """
    a -> b: 1
    ---
    figures:
      a:
    """
    figures = [
        "{metric: revenue, period: 2025, amount: $90..95, kind: reported, source: s}",
        "{metric: revenue, period: 2025, amount: $80..95, kind: reported, source: s}",
        "{metric: revenue, period: 2025, amount: $99, kind: reported, source: s}",
        "{metric: revenue, period: 2025, amount: $70, kind: press, known: 2026-03-01, source: s}",
    ]
    text = f"{(test_the_latest_figure_does_not_hang_on_its_place_in_the_file.__doc__ or '').rstrip()}\n"
    drawn = graph(text + "".join(f"        - {figures[index]}\n" for index in order))
    found = drawn.latest_figure("a", Metric.REVENUE, yearly=True)

    assert found is not None
    assert found.amount == Money(80, 95)
