"""Deals that do not exist: the largest loop they would close, what they would send round, and the reverse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from aiweb import graph as graphs
from aiweb.analysis.missing import FUNDS, SELLS, Gain, Holding, Loss, Missing, NewLoop, fits, missing
from aiweb.errors import BadOption, UnknownName
from aiweb.flows.circulation import maximum
from aiweb.flows.marginal import Marginal
from aiweb.graph import DealGraph, Hop
from aiweb.model import PartyKind, Side
from aiweb.registry.load import read_text
from aiweb.values import Money
from tests.recompute import faults
from tests.webs import graph, yaml

KINDS = {
    "nvidia": "chipmaker",
    "amd": "chipmaker",
    "arm": "chipmaker",
    "oracle": "cloud",
    "coreweave": "neocloud",
    "softbank": "capital",
    "blackstone": "capital",
    "meta": "customer",
}


def cast(text: str | None, kinds: Mapping[str, str] = KINDS, as_of: str | None = None) -> DealGraph:
    """Draw a web whose parties have roles; `openai` and any other is a lab."""
    written = re.sub(
        r"  ([a-z-]+): \{name: \1, zh: \1, kind: lab,",
        lambda found: found[0].replace("kind: lab", f"kind: {kinds.get(found[1], 'lab')}"),
        yaml(text or ""),
    )
    read, problems = read_text(written.encode(), "web.yaml")
    assert read is not None, problems
    return DealGraph(read, graphs.convention(read, as_of))


def pairs(rows: tuple[NewLoop, ...]) -> list[tuple[str, str, Money]]:
    """Give the new deals with the amounts of their loops."""
    return [(row.payer, row.payee, row.amount) for row in rows]


# ---- the largest new loop


def test_a_deal_that_closes_a_triangle_is_found_with_its_narrowest_hop() -> None:
    """
    nvidia -> openai: 30
    openai -> oracle: 300 purchase
    """
    found = missing(cast(test_a_deal_that_closes_a_triangle_is_found_with_its_narrowest_hop.__doc__))
    (row,) = found.loops

    assert row.text == "[oracle -> nvidia] -> openai -> oracle"
    assert (row.amount, row.sides, row.legs) == (Money(30, 30), (Side.SPENDING,), ("d1/1", "d2/1"))
    assert [hop.legs for hop in row.narrowest] == [("d1/1",)]
    assert row.parties == ("oracle", "nvidia", "openai")


def test_turning_one_deal_round_is_no_new_loop_of_three() -> None:
    """
    softbank -> openai: 40
    """
    found = missing(cast(test_turning_one_deal_round_is_no_new_loop_of_three.__doc__), any_role=True)

    assert found.loops == ()
    assert [(row.payer, row.payee, row.high) for row in found.gains] == [("openai", "softbank", 80)]
    assert found.around == ()


def test_the_way_back_does_not_take_the_hop_that_it_would_turn_round() -> None:
    """
    openai -> oracle: 300 purchase
    openai -> nvidia: 20 purchase
    nvidia -> oracle: 7
    """
    web = cast(test_the_way_back_does_not_take_the_hop_that_it_would_turn_round.__doc__)
    rows = {(row.payer, row.payee): row for row in missing(web, any_role=True).loops}

    assert rows["oracle", "openai"].text == "[oracle -> openai] -> nvidia -> oracle"
    assert rows["oracle", "openai"].amount == Money(7, 7)


def test_roles_decide_who_may_sign_and_any_drops_them() -> None:
    """
    blackstone -> openai: 50
    openai -> meta: 60 purchase
    """
    web = cast(test_roles_decide_who_may_sign_and_any_drops_them.__doc__)

    assert missing(web).loops == ()
    assert pairs(missing(web, any_role=True).loops) == [("meta", "blackstone", Money(50, 50))]


def test_a_loop_of_spending_needs_a_deal_that_funds() -> None:
    """
    openai -> oracle: 300 purchase
    oracle -> nvidia: 40 purchase
    """
    (row,) = missing(cast(test_a_loop_of_spending_needs_a_deal_that_funds.__doc__)).loops

    assert (row.payer, row.payee, row.sides) == ("nvidia", "openai", (Side.FUNDING,))


def test_equal_amounts_put_the_shorter_loop_first() -> None:
    """
    softbank -> openai: 30
    openai -> oracle: 300 purchase
    oracle -> nvidia: 90 purchase
    """
    rows = missing(cast(test_equal_amounts_put_the_shorter_loop_first.__doc__), any_role=True).loops

    assert pairs(rows) == [
        ("nvidia", "openai", Money(90, 90)),
        ("oracle", "softbank", Money(30, 30)),
        ("nvidia", "softbank", Money(30, 30)),
    ]


def test_a_deal_that_is_known_and_does_not_count_is_named() -> None:
    """
    nvidia -> openai: 30
    openai -> oracle: 300 purchase
    oracle -> nvidia: 40 purchase talks
    """
    (row,) = missing(cast(test_a_deal_that_is_known_and_does_not_count_is_named.__doc__)).loops

    assert [(known.leg, known.status, known.reason) for known in row.existing] == [
        ("d3/1", "talks", "only talks")
    ]


def test_a_counted_deal_of_unknown_amount_is_a_deal() -> None:
    """
    nvidia -> openai: 30
    openai -> oracle: 300 purchase
    oracle -> nvidia: undisclosed purchase
    """
    assert missing(cast(test_a_counted_deal_of_unknown_amount_is_a_deal.__doc__)).loops == ()


def test_what_only_undisclosed_hops_join_stands_apart() -> None:
    """
    nvidia -> openai: 30
    openai -> oracle: undisclosed purchase
    amd -> openai: undisclosed
    """
    found = missing(cast(test_what_only_undisclosed_hops_join_stands_apart.__doc__))

    assert found.loops == ()
    assert [(row.text, row.amount_text) for row in found.unpriced] == [
        ("[oracle -> nvidia] -> openai -> oracle", "at most $30"),
        ("[oracle -> amd] -> openai -> oracle", "amount unknown"),
    ]


def test_a_party_that_stands_for_many_signs_nothing_that_closes_a_loop() -> None:
    """
    *funds -> openai: 40
    openai -> oracle: 300 purchase
    """
    found = missing(
        cast(test_a_party_that_stands_for_many_signs_nothing_that_closes_a_loop.__doc__), any_role=True
    )

    assert (found.loops, found.around) == ((), ())


def test_the_party_asked_for_is_in_the_deal_or_with_through_on_the_way() -> None:
    """
    nvidia -> openai: 30
    openai -> oracle: 300 purchase
    """
    web = cast(test_the_party_asked_for_is_in_the_deal_or_with_through_on_the_way.__doc__)

    assert missing(web, party="openai").loops == ()
    assert pairs(missing(web, party="openai", through=True).loops) == [("oracle", "nvidia", Money(30, 30))]
    assert pairs(missing(web, party="nvidia").loops) == [("oracle", "nvidia", Money(30, 30))]


def test_a_list_that_is_cut_says_so() -> None:
    """
    nvidia -> openai: 30
    amd -> openai: 20
    openai -> oracle: 300 purchase
    """
    web = cast(test_a_list_that_is_cut_says_so.__doc__)

    assert missing(web, top=1).loops_truncated
    assert not missing(web, top=9).loops_truncated


def test_a_longer_loop_than_asked_for_is_not_listed() -> None:
    """
    softbank -> openai: 30
    openai -> oracle: 300 purchase
    oracle -> nvidia: 90 purchase
    """
    rows = missing(
        cast(test_a_longer_loop_than_asked_for_is_not_listed.__doc__), any_role=True, max_length=3
    ).loops

    assert [row.payer + row.payee for row in rows] == ["nvidiaopenai", "oraclesoftbank"]


# ---- over a holding


ARM = """
softbank -> openai: up to $30bn
softbank -> arm: undisclosed stake #percent 90%
openai -> oracle: $300bn purchase
"""


def test_a_loop_may_come_home_to_the_holder_of_a_company_apart_from_cash() -> None:
    """As in the article: nobody pays Arm and Arm pays nobody, but SoftBank owns it."""
    found = missing(cast(ARM), party="arm")
    first = found.by_value[0]

    assert found.loops == ()
    assert first.text == "[openai -> arm] => softbank -> openai"
    assert (first.sides, first.amount_text) == ((Side.SPENDING,), "up to $30bn")
    assert first.legs == ("d1/1", "d2/1")
    assert [hop.percent for hop in first.hops if isinstance(hop, Holding)] == [90]


def test_it_is_said_why_a_party_can_close_no_loop_of_money() -> None:
    """Its legs are listed, with what keeps each from counting."""
    found = missing(cast(ARM), party="arm")

    assert "nothing that counts is paid by arm to a party of the web" in found.why[0]
    assert "nothing that counts is paid to arm by a party of the web" in found.why[1]
    assert found.why[2] == "softbank holds 90% of arm: what arm receives is its holder's by value"
    assert [(row.leg, row.reason) for row in found.touching] == [("d2/1", "a stake is held, not paid")]


def test_half_a_company_is_no_group() -> None:
    """Half is not more than half."""
    assert missing(cast(ARM.replace("90%", "50%")), party="arm").by_value == ()


def test_a_holding_known_from_a_figure_counts_from_its_day() -> None:
    """
    softbank -> openai: 30
    softbank -> arm: 5
    ---
    figures:
      softbank:
        - {metric: ownership, period: 2026-03-01, percent: 60%, counterparty: arm, kind: press, source: s}
    """
    doc = test_a_holding_known_from_a_figure_counts_from_its_day.__doc__
    text = (doc or "").replace("source: s}", "source: s, known: 2026-03-02}")

    assert missing(cast(text, as_of="2026-03-01")).by_value == ()
    (row,) = missing(cast(text, as_of="2026-03-02")).by_value
    assert row.text == "[openai -> arm] => softbank -> openai"
    assert faults(missing(cast(text)).explain(1, "by_value")) == []


# ---- what it would send round


def test_the_gain_is_the_difference_of_two_circulations() -> None:
    """
    nvidia -> openai: 30
    openai -> oracle: 300 purchase
    openai -> coreweave: 10 purchase
    coreweave -> oracle: 10 purchase
    """
    web = cast(test_the_gain_is_the_difference_of_two_circulations.__doc__)
    (row,) = missing(web).gains[:1]

    # All 300 can come straight back, 10 more over a third party: 2 x 300 + 3 x 10.
    assert (row.payer, row.payee, row.low, row.high) == ("oracle", "openai", 630, 630)
    assert (row.most, row.straight) == (Money(310, 310), Money(300, 300))
    (around,) = [row for row in missing(web).around if (row.payer, row.payee) == ("oracle", "nvidia")]
    # 10 of the 30 go the longer way: 20 x 3 + 10 x 4.
    assert (around.high, around.most) == (100, Money(30, 30))


def test_a_stated_size_limits_the_gain() -> None:
    """
    nvidia -> openai: 30
    openai -> oracle: 300 purchase
    """
    web = cast(test_a_stated_size_limits_the_gain.__doc__)
    found = missing(web, size=8, party="nvidia")

    assert [(row.payer, row.payee, row.high, row.size) for row in found.gains] == [
        ("oracle", "nvidia", 24, 8),
        ("openai", "nvidia", 16, 8),
    ]


def test_the_gain_is_given_at_both_bounds() -> None:
    """
    nvidia -> openai: up to $30
    openai -> oracle: 20..50 purchase
    """
    (row,) = missing(cast(test_the_gain_is_given_at_both_bounds.__doc__)).around

    assert (row.low, row.high, row.most) == (0, 90, Money(0, 30))


def test_a_new_deal_may_break_up_what_goes_round_already() -> None:
    """
    a -> b: 10
    b -> a: 10 purchase
    b -> c: 10 purchase
    c -> d: 10 purchase
    """
    web = graph(test_a_new_deal_may_break_up_what_goes_round_already.__doc__)
    (row,) = [row for row in missing(web, any_role=True).around if (row.payer, row.payee) == ("d", "a")]

    # The 10 that went between a and b go round all four instead: 40 for 20.
    assert (row.high, row.most) == (20, Money(10, 10))


# ---- what would be lost


def test_the_deal_whose_loss_costs_most_comes_first() -> None:
    """
    nvidia -> openai: 30
    openai -> oracle: 300 purchase
    oracle -> nvidia: 20 purchase
    oracle -> openai: 4
    oracle -> meta: 9 purchase
    """
    found = missing(cast(test_the_deal_whose_loss_costs_most_comes_first.__doc__))
    before = found.before[1].amount

    assert before == 3 * 20 + 2 * 4
    assert [(row.name, row.high, row.broken, row.narrowed) for row in found.deals] == [
        ("d2", 68, 2, 0),
        ("d1", 60, 1, 0),
        ("d3", 60, 1, 0),
        ("d4", 8, 1, 0),
    ]
    assert found.deals[0].largest == "nvidia -> openai -> oracle -> nvidia"
    assert [(row.name, row.high) for row in found.parties] == [("openai", 68), ("oracle", 68), ("nvidia", 60)]


def test_a_loop_that_keeps_a_narrower_hop_is_narrowed_not_broken() -> None:
    """
    nvidia -> openai: 30
    nvidia -> openai: 5 loan
    openai -> nvidia: 50 purchase
    """
    rows = missing(cast(test_a_loop_that_keeps_a_narrower_hop_is_narrowed_not_broken.__doc__)).deals

    assert [(row.name, row.high, row.broken, row.narrowed) for row in rows] == [
        ("d3", 70, 1, 0),
        ("d1", 60, 0, 1),
        ("d2", 10, 0, 1),
    ]


def test_of_a_party_only_its_own_deals_are_taken_away() -> None:
    """
    nvidia -> openai: 30
    openai -> oracle: 300 purchase
    oracle -> nvidia: 20 purchase
    """
    found = missing(cast(test_of_a_party_only_its_own_deals_are_taken_away.__doc__), party="nvidia")

    assert [row.name for row in found.deals] == ["d1", "d3"]
    assert [row.name for row in found.parties] == ["nvidia"]


# ---- roles


@pytest.mark.parametrize(
    "payer, payee, sides",
    [
        ("chipmaker", "lab", "funding spending"),
        ("lab", "chipmaker", "funding spending"),
        ("lab", "cloud", "spending"),
        ("cloud", "lab", "funding spending"),
        ("capital", "lab", "funding spending"),
        ("lab", "capital", ""),
        ("state", "state", ""),
        ("customer", "foundry", "spending"),
        ("vehicle", "chipmaker", "spending"),
    ],
)
def test_roles_say_who_pays_whom_for_what(payer: str, payee: str, sides: str) -> None:
    """An investor funds, a customer buys; capital and states sell nothing."""
    assert " ".join(fits(PartyKind(payer), PartyKind(payee))) == sides


def test_the_roles_hold_for_nearly_all_deals_that_exist(shipped: DealGraph) -> None:
    """If the table of roles did not know what companies do, its filter would be worth nothing."""
    legs = [leg for leg in shipped.legs if not shipped.outside & {leg.payer, leg.payee}]
    fitting = [
        leg for leg in legs if leg.side in fits(shipped.party(leg.payer).kind, shipped.party(leg.payee).kind)
    ]

    assert len(fitting) / len(legs) > 0.9
    assert set(FUNDS) == set(PartyKind)
    assert set(PartyKind) - set(SELLS) == {PartyKind.CAPITAL, PartyKind.CUSTOMER, PartyKind.STATE}


@pytest.fixture(scope="module")
def shipped() -> DealGraph:
    """Return the shipped registry under `headline`."""
    import aiweb as aw

    return aw.load().under("headline").graph


# ---- by other roads


AMOUNTS = some.sampled_from(["undisclosed", "at least $9", "up to $8", *(str(n) for n in range(1, 12))])
LINES = some.lists(
    some.tuples(
        some.sampled_from(list(permutations("abcde", 2))), AMOUNTS, some.sampled_from(["equity", "purchase"])
    ),
    min_size=1,
    max_size=9,
)
ROLES = some.fixed_dictionaries(
    {name: some.sampled_from(["lab", "chipmaker", "cloud", "capital", "customer"]) for name in "abcde"}
)


def drawn(lines: list[tuple[tuple[str, str], str, str]], kinds: Mapping[str, str]) -> DealGraph:
    """Draw a random web."""
    text = "\n".join(f"{u} -> {v}: {amount} {instrument}" for (u, v), amount, instrument in lines)
    return cast(text, kinds)


def ways(web: DealGraph, start: str, end: str, hops: list[Hop], length: int) -> Iterator[list[Hop]]:
    """Give every path of two hops or more that visits nobody twice, by trying all of them."""
    todo: list[list[Hop]] = [[hop] for hop in hops if hop.payer == start]
    while todo:
        path = todo.pop()
        if path[-1].payee == end:
            if len(path) > 1:
                yield path
            continue
        seen = {start, *(hop.payee for hop in path)}
        if len(path) < length - 1:
            todo += [[*path, hop] for hop in hops if hop.payer == path[-1].payee and hop.payee not in seen]


def closed(
    web: DealGraph, hops: list[Hop], width: Mapping[Hop, int], *, any_role: bool
) -> dict[tuple[str, str], tuple[int, int]]:
    """Give every candidate with the width of its largest loop and its fewest hops at that width."""
    paid = {(hop.payer, hop.payee) for hop in web.hops}
    names = sorted({name for leg in web.legs for name in (leg.payer, leg.payee)})
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for payer, payee in permutations(names, 2):
        kinds = (web.party(payer).kind, web.party(payee).kind)
        sides = tuple(Side)[:2] if any_role else fits(*kinds)
        for path in ways(web, payee, payer, hops, 6):
            funded = any(
                {side, *(hop.side for hop in path)} >= {Side.FUNDING, Side.SPENDING} for side in sides
            )
            if funded and (payer, payee) not in paid:
                row = (min(width[hop] for hop in path), -len(path))
                found[payer, payee] = max(found.get((payer, payee), row), row)
    return found


@settings(max_examples=60, deadline=None)
@given(LINES, ROLES, some.booleans())
def test_loops_are_those_found_by_trying_all_paths(
    lines: list[tuple[tuple[str, str], str, str]],
    kinds: dict[str, str],
    any_role: bool,  # noqa: FBT001
) -> None:
    """Widest first, and at the same width the shortest; pairs, widths and lengths all agree."""
    web = drawn(lines, kinds)
    width = {hop: hop.amount.high if hop.amount.known else hop.amount.low for hop in web.hops}
    hops = [hop for hop in web.hops if width[hop] > 0]
    expected = closed(web, hops, width, any_role=any_role)
    found = missing(web, any_role=any_role, top=99)
    rows = {
        (row.payer, row.payee): (min(width[hop] for hop in row.paying), -len(row.hops)) for row in found.loops
    }

    assert rows == expected
    order = [(*rows[row.payer, row.payee], row.payer, row.payee) for row in found.loops]
    assert order == sorted(order, key=lambda row: (-row[0], -row[1], row[2:]))


@settings(max_examples=60, deadline=None)
@given(LINES, ROLES)
def test_unpriced_loops_are_those_of_pairs_that_no_disclosed_hops_join(
    lines: list[tuple[tuple[str, str], str, str]], kinds: dict[str, str]
) -> None:
    """Each pair once, with the narrowest of its disclosed hops as limit, as large as it can be."""
    web = drawn(lines, kinds)
    width = {hop: hop.amount.high if hop.amount.known else hop.amount.low for hop in web.hops}
    priced = closed(web, [hop for hop in web.hops if width[hop] > 0], width, any_role=True)
    beyond = max(width.values()) + 1
    limits = {hop: hop.amount.high if hop.amount.known else beyond for hop in web.hops}
    hops = [hop for hop in web.hops if limits[hop] > 0]
    every = closed(web, hops, limits, any_role=True)
    found = missing(web, any_role=True, top=99)

    assert {(row.payer, row.payee) for row in found.unpriced} == set(every) - set(priced)
    for row in found.unpriced:
        known = [hop.amount.high for hop in row.hops if isinstance(hop, Hop) and hop.amount.known]
        if known and every[row.payer, row.payee][0] < beyond:
            assert min(known) == every[row.payer, row.payee][0]


@settings(max_examples=60, deadline=None)
@given(LINES, some.sampled_from([None, 1, 4, 30]))
def test_gains_are_those_of_solving_every_pair_anew(
    lines: list[tuple[tuple[str, str], str, str]], size: int | None
) -> None:
    """The same gains in the same order, and none above the size, or the flow, times the longest loop."""
    web = drawn(lines, {})
    flows = dict(web.flows("high").inside)
    before = maximum(flows)[0]
    paid = {(hop.payer, hop.payee) for hop in web.hops}
    names = sorted({name for leg in web.legs for name in (leg.payer, leg.payee)})
    gains = {
        (u, v): maximum({**flows, (u, v): size or 10**9})[0] - before
        for u, v in permutations(names, 2)
        if (u, v) not in paid
    }
    found = missing(web, any_role=True, top=99, size=size)
    rows = {(row.payer, row.payee): row.high for row in found.gains}

    assert rows == {pair: gain for pair, gain in gains.items() if gain}
    order = [(-row.high, row.payer, row.payee) for row in found.gains]
    assert order == sorted(order)
    for row in found.gains:
        assert row.high <= min(row.most.high, size or row.most.high) * len(names)
    top = missing(web, any_role=True, top=2, size=size).gains
    assert [row.high for row in top] == [row.high for row in found.gains[:2]]


@settings(max_examples=100, deadline=None)
@given(some.data())
def test_a_further_arc_gains_what_solving_anew_gives(data: some.DataObject) -> None:
    """Also beside an arc that is there already; and the bound by levels is one."""
    names = "abcdef"
    every = list(permutations(names, 2))
    flows = data.draw(some.dictionaries(some.sampled_from(every), some.integers(1, 30), max_size=14))
    amount, carried, levels = maximum(flows)
    added = Marginal(flows, carried, levels)
    u, v = data.draw(some.sampled_from(every))
    size = data.draw(some.one_of(some.none(), some.integers(1, 40)))
    gain, sent = added.gain(u, v, size)

    assert gain == maximum({**flows, (u, v): flows.get((u, v), 0) + (size or 10**9)})[0] - amount
    assert gain <= added.at_most(u, v, size)
    assert sent <= (size or 10**9)


@settings(max_examples=100, deadline=None)
@given(some.data())
def test_less_of_some_arcs_costs_what_solving_anew_says(data: some.DataObject) -> None:
    """Also where more is taken than there is, and of arcs that are not there."""
    every = list(permutations("abcdef", 2))
    amounts = some.integers(1, 30)
    flows = data.draw(some.dictionaries(some.sampled_from(every), amounts, max_size=14))
    less = data.draw(some.dictionaries(some.sampled_from(every), amounts, max_size=3))
    left = {pair: max(0, amount - less.get(pair, 0)) for pair, amount in flows.items()}

    changes = Marginal(flows, *maximum(flows)[1:])
    assert changes.loss(less) == maximum(flows)[0] - maximum(left)[0] <= changes.loses_at_most(less)


@settings(max_examples=40, deadline=None)
@given(LINES)
def test_losses_are_those_of_leaving_each_deal_out(lines: list[tuple[tuple[str, str], str, str]]) -> None:
    """A deal that is not listed costs nothing."""
    web = drawn(lines, {})
    rows = {row.name: (row.low, row.high) for row in missing(web, top=99).deals}
    for at, index in (("low", 0), ("high", 1)):
        before = maximum(dict(web.flows(at).inside))[0]
        for number in range(1, len(lines) + 1):
            left = graphs.convention(web.registry, without=[f"d{number}"])
            after = maximum(dict(web.under(left).flows(at).inside))[0]
            assert rows.get(f"d{number}", (0, 0))[index] == before - after


# ---- explained, and refused


def test_every_row_has_a_trace_that_follows_and_ends_in_its_number() -> None:
    """
    nvidia -> openai: 30
    openai -> oracle: 300 purchase
    oracle -> nvidia: 20..25 purchase
    softbank -> openai: 12
    softbank -> arm: undisclosed stake #percent 90%
    amd -> openai: undisclosed
    openai -> coreweave: 40 purchase
    """
    found = missing(cast(test_every_row_has_a_trace_that_follows_and_ends_in_its_number.__doc__))
    for kind in ("loops", "by_value", "unpriced", "gains", "around", "deals", "parties"):
        rows: tuple[NewLoop | Gain | Loss, ...] = getattr(found, kind)
        assert rows, kind
        for rank, row in enumerate(rows, 1):
            trace = found.explain(rank, kind)
            assert faults(trace) == []
            if isinstance(row, NewLoop):
                assert trace["amount"] == row.amount
            else:
                word = "gain" if kind in {"gains", "around"} else "loss"
                assert trace[f"{word}_low"] == Money(row.low, row.low)
                assert trace[f"{word}_high"] == Money(row.high, row.high)


def test_there_is_no_trace_of_a_row_that_is_not_there() -> None:
    """
    nvidia -> openai: 30
    """
    found: Missing = missing(cast(test_there_is_no_trace_of_a_row_that_is_not_there.__doc__))

    with pytest.raises(BadOption, match="there is none"):
        found.explain(1, "loops")
    with pytest.raises(BadOption, match="write one of loops"):
        found.explain(1, "lops")


@pytest.mark.parametrize(
    "options", [{"top": 0}, {"max_length": 2}, {"max_length": 13}, {"size": 0}, {"through": True}]
)
def test_options_out_of_range_are_refused(options: dict[str, int]) -> None:
    """
    a -> b: 9
    """
    with pytest.raises(BadOption):
        missing(graph("a -> b: 9"), **options)  # type: ignore[arg-type]


def test_an_unknown_party_is_refused() -> None:
    """
    a -> b: 9
    """
    with pytest.raises(UnknownName):
        missing(graph("a -> b: 9"), party="z")
