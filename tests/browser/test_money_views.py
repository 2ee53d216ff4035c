"""Gaps, stress and what-ifs in a browser: every number on the page is the one that the command gives."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from aiweb.analysis.circulation import circulation
from aiweb.analysis.funding import FundingGap, funding, gaps
from aiweb.analysis.loops import Loop, loops
from aiweb.flows.circulation import maximum, reciprocated
from aiweb.graph import DealGraph, Preset, convention
from aiweb.model import Registry
from aiweb.registry.load import load
from aiweb.registry.whatif import heads
from aiweb.values import Money
from aiweb.views.explorer.payload import LOOPS
from aiweb.views.explorer.wording import english, percent
from aiweb.whatif import apply
from aiweb.whatif import load as load_whatif
from tests.browser.conftest import Opened, Opener
from tests.webs import registry

pytestmark = pytest.mark.browser

ARTICLE = "2025-10-08"

# What is asked of the page: its numbers in a world under a convention without some parties and deals.
NUMBERS = """(asked) => {
  const { data, snapshotOf } = aiweb;
  const amount = (number) => {
    const { low, high, undisclosed = 0, ceilings = 0, unbounded = false } = data.money[number];
    return [low, high, undisclosed, ceilings, Boolean(unbounded)];
  };
  const chain = (loop) => loop.hops.map((hop) => data.hops[hop].from);
  return asked.map(([world, preset, off]) => {
    const found = snapshotOf(world, preset, "cash", new Set(off));
    const { numbers } = found;
    return {
      circular: amount(numbers.circular),
      gross: amount(numbers.gross),
      net: amount(numbers.net),
      open: [numbers.undisclosed, numbers.ceilings, numbers.unknown, numbers.count],
      share: [numbers.low || "", numbers.high || ""],
      ladder: numbers.ladder.filter(({ length }) => !(length > 2)).map((rung) => amount(rung.amount)),
      totals: found.totals.map(([party, ...both]) => [party, ...both.map(amount)]),
      loops: found.loops.map((loop) => [chain(loop), amount(loop.amount), loop.weakest]),
      unpriced: found.unpriced.map((loop) => [chain(loop), data.money[loop.most]?.high ?? null]),
      cut: Boolean(found.more || found.moreUnpriced),
      lacking: found.lacking.map(({ parties, needs }) => [parties, needs]),
    };
  });
}"""

GAPS = """(asked) => {
  const { data, gapOf } = aiweb;
  const amount = (number) => {
    const { low, high, unbounded } = data.money[number];
    return [low, high, Boolean(unbounded)];
  };
  return asked.map(([world, party, off]) => {
    const found = gapOf(party, world, new Set(off));
    if (!found || found.refused) return found ? "refused" : "none";
    const ends = (path) => [path.class, path.overlap, path.first, amount(path.peak), amount(path.end)];
    const paths = found.paths.map((path) => [...ends(path), path.years]);
    return { paths, failing: found.failing.map(ends) };
  });
}"""


@pytest.fixture(scope="module")
def shipped(root: Path) -> Registry:
    """Load the project's own registry once."""
    return load(root / "deals.yaml")


def names_of(off: Sequence[str]) -> tuple[str, ...]:
    """Give what the command's `--without` is given for what the page leaves out."""
    return tuple(sorted(name.partition(":")[2] for name in off))


def plain(money: Money) -> list[object]:
    """Write an amount as the page does."""
    return [money.low, money.high, money.undisclosed, money.ceilings, money.unbounded]


def bare(money: Money) -> list[object]:
    """Write its range only."""
    return [money.low, money.high, 0, 0, money.unbounded]


def numbers(graph: DealGraph) -> dict[str, object]:
    """Work out in Python what the page is asked for, but for loops."""
    found = circulation(graph, ladder=False)
    two = [reciprocated(graph.flows(bound).inside) for bound in ("low", "high")]
    beyond = found.circular.unbounded
    parties = sorted({name for leg in graph.legs for name in (leg.payer, leg.payee)})

    def sums(end: str, party: str) -> list[object]:
        return plain(sum((leg.amount for leg in graph.legs if getattr(leg, end) == party), Money(0, 0)))

    return {
        "circular": bare(found.circular),
        "gross": bare(found.gross),
        "net": bare(found.net_debt),
        "open": [found.gross.undisclosed, found.gross.ceilings, found.circular.undisclosed, len(found.legs)],
        "share": [percent(found.share_low), percent(found.share_high)],
        "ladder": [bare(Money(min(two), two[1], unbounded=beyond)), bare(found.circular)],
        "totals": [[party, sums("payer", party), sums("payee", party)] for party in parties],
    }


def around(graph: DealGraph, leg: Mapping[str, int]) -> dict[str, object]:
    """Do the same for loops."""
    found = loops(graph, top=LOOPS)

    def chain(loop: Loop) -> list[str]:
        return list(loop.parties)

    return {
        "loops": [[chain(loop), plain(loop.amount), leg[loop.weakest.id]] for loop in found.loops],
        "unpriced": [[chain(loop), loop.limit] for loop in found.unpriced],
        "lacking": [
            [out.text.split(" -> ")[:-1], [leg[name] for name, _ in out.needs]] for out in found.left_out
        ],
        "cut": found.truncated or found.unpriced_truncated or found.left_out_truncated,
    }


def without(read: Registry, preset: str, off: Sequence[str], day: str | None = None) -> DealGraph:
    """Draw the graph that the command draws."""
    return DealGraph(read, convention(read, day, preset, without=names_of(off)))


@pytest.mark.parametrize("preset", [Preset.CONTRACTED, Preset.HEADLINE])
def test_every_deal_and_many_parties_can_be_left_out(
    opened: Opener, shipped_page: str, shipped: Registry, preset: Preset
) -> None:
    """Each by itself: circular, gross, net, shares, the ladder's ends and what everybody pays and gets."""
    day = shipped.as_of.last.isoformat()
    busy = sorted(
        shipped.parties, key=lambda name: -sum(name in {leg.payer, leg.payee} for *_, leg in shipped.legs())
    )
    asked = [[f"deal:{deal}"] for deal in shipped.deals] + [[f"party:{party}"] for party in busy[:20]]
    if preset is not Preset.CONTRACTED:
        asked = asked[::4]
    asked.append([*asked[3], *asked[40], f"party:{busy[2]}"])
    seen = opened(shipped_page)
    shown: Any = seen.tab.evaluate(NUMBERS, [[day, preset, off] for off in asked])

    for off, found in zip(asked, shown, strict=True):
        expected = numbers(without(shipped, preset, off))
        assert {key: found[key] for key in expected} == expected, off
    assert seen.errors == []


@pytest.mark.parametrize("preset", [*Preset])
def test_loops_shrink_and_go_as_the_command_has_them(
    opened: Opener, shipped_page: str, shipped: Registry, preset: Preset
) -> None:
    """In the same order, with the same amounts, and the same loops lacking, where no list was cut."""
    leg = {name: number for number, (name, _, _) in enumerate(shipped.legs())}
    day = shipped.as_of.last.isoformat()
    asked = [[f"party:{party}"] for party in ("nvidia", "openai", "coreweave", "amazon", "xai")]
    asked += [[f"deal:{deal}"] for deal in [*shipped.deals][::12]] + [[]]
    seen = opened(shipped_page)
    shown: Any = seen.tab.evaluate(NUMBERS, [[day, preset, off] for off in asked])

    compared = 0
    for off, found in zip(asked, shown, strict=True):
        expected = around(without(shipped, preset, off), leg)
        if found["cut"] or expected.pop("cut"):
            continue
        compared += 1
        expected.pop("cut", None)
        assert {key: found[key] for key in expected} == expected, off
    assert compared > len(asked) / 2


def test_a_shipped_whatif_and_what_is_left_out_work_together(
    opened: Opener, shipped_page: str, shipped: Registry
) -> None:
    """Every what-if with a party and a deal out, and the article's day."""
    off = ["party:coreweave", "deal:openai-oracle-300b"]
    names = [head.name for head in heads()]
    seen = opened(shipped_page)
    shown: Any = seen.tab.evaluate(NUMBERS, [[name, "contracted", off] for name in (*names, ARTICLE)])

    for name, found in zip((*names, ARTICLE), shown, strict=True):
        read = shipped if name == ARTICLE else apply(shipped, load_whatif(name, shipped))
        expected = numbers(without(read, "contracted", off, ARTICLE if name == ARTICLE else None))
        assert {key: found[key] for key in expected} == expected, name


def test_of_legs_that_overlap_the_one_that_stays_counts_in_full(opened: Opener) -> None:
    """
    a -> b: $7..9 purchase
    a -> c: $5..6 purchase #overlaps [d1/1]
    a -> d: $5..8 purchase #overlaps [d2/1]
    b -> a: $6..11
    c -> a: up to $10
    d -> a: undisclosed
    """
    read = registry(test_of_legs_that_overlap_the_one_that_stays_counts_in_full.__doc__)
    day = read.as_of.last.isoformat()
    asked = [[preset, [f"deal:d{deal}"]] for preset in Preset for deal in range(1, 7)]
    seen = opened(read)
    shown: Any = seen.tab.evaluate(NUMBERS, [[day, *each] for each in asked])

    leg = {name: number for number, (name, _, _) in enumerate(read.legs())}
    for (preset, off), found in zip(asked, shown, strict=True):
        graph = without(read, str(preset), [*off])
        expected = numbers(graph) | around(graph, leg)
        expected.pop("cut")
        assert {key: found[key] for key in expected} == expected, (preset, off)


def test_the_page_finds_the_maximum_circulation_of_any_web(opened: Opener) -> None:
    """Fifty made-up webs, of few parties and of many, against the solver of the package."""
    draw = random.Random(7)  # noqa: S311 - made-up webs
    webs = []
    for size in range(50):
        parties = [f"p{number}" for number in range(2 + size % 12)]
        pairs = {(draw.choice(parties), draw.choice(parties)) for _ in range(3 * len(parties))}
        webs.append(
            {pair: draw.randint(1, 10 ** draw.randint(1, 12)) for pair in sorted(pairs) if len({*pair}) > 1}
        )
    seen = opened(registry("a -> b: 7"))
    arcs = [[[*pair, amount] for pair, amount in web.items()] for web in webs]
    shown: Any = seen.tab.evaluate("(webs) => webs.map((arcs) => aiweb.circulate(arcs))", arcs)

    assert [found["amount"] for found in shown] == [maximum(web)[0] for web in webs]
    assert len({found["amount"] for found in shown}) > 30
    for web, found in zip(webs, shown, strict=True):
        net = dict.fromkeys({name for pair in web for name in pair}, 0)
        for ((payer, payee), room), moved in zip(web.items(), found["flow"], strict=True):
            assert 0 <= moved <= room
            net[payer] -= moved
            net[payee] += moved
        assert set(net.values()) <= {0}


def ends(found: FundingGap) -> dict[str, object]:
    """Write the paths of a gap as the page does."""

    def amount(money: Money) -> list[object]:
        return [money.low, money.high, money.unbounded]

    def end(path: Any) -> list[object]:  # noqa: ANN401 - a path of either sort
        first = [year or 0 for year in path.first_short]
        return [str(path.certainty), str(path.overlap), first, amount(path.peak), amount(path.end)]

    return {
        "paths": [
            [
                *end(path),
                [
                    [
                        row.year,
                        row.cash.low,
                        row.cash.high,
                        row.cash.unbounded + 2 * row.shortfall.unbounded,
                        row.unknown,
                    ]
                    for row in path.years
                ],
            ]
            for path in found.paths
        ],
        "failing": [end(path) for path in found.failing if path not in found.paths],
    }


def test_gaps_without_a_deal_are_those_of_the_command(
    opened: Opener, shipped_page: str, shipped: Registry
) -> None:
    """For every party with a path: each of its deals out, and five of its partners; or it refuses."""
    own = convention(shipped)
    asked: list[tuple[str, str, list[str]]] = []
    for found in gaps(DealGraph(shipped, own)):
        if found.paths:
            party = found.party
            touching = [
                (name.partition("/")[0], leg)
                for name, _, leg in shipped.legs()
                if party in {leg.payer, leg.payee}
            ]
            partners = sorted({end for _, leg in touching for end in (leg.payer, leg.payee)} - {party})
            offs = [[], *([f"deal:{deal}"] for deal in dict.fromkeys(deal for deal, _ in touching))]
            offs += [[f"party:{name}"] for name in partners[:5]]
            asked += [(own.as_of.isoformat(), party, off) for off in offs]
    asked += [("breakdown", "openai", ["deal:openai-oracle-300b"]), ("breakdown", "openai", ["party:amazon"])]
    seen = opened(shipped_page)
    shown: Any = seen.tab.evaluate(GAPS, [[*each] for each in asked])

    refused = [each for each, found in zip(asked, shown, strict=True) if found == "refused"]
    assert len(refused) < len(asked) / 5
    for (name, party, off), found in zip(asked, shown, strict=True):
        if found == "refused":
            continue
        read = apply(shipped, load_whatif(name, shipped)) if name == "breakdown" else shipped
        expected = ends(funding(without(read, "contracted", off), party))
        expected["paths"] = [[*row] for row in expected["paths"]]  # type: ignore[attr-defined]
        assert found == expected, (name, party, off)


GAP = """
*funds -> lab: $90bn loan closed 2026-02-01
lab -> cloud: $60bn..80bn purchase #term 2027..2028
lab -> chips: at least $20bn purchase #term 2027..2028
lab -> other: $30bn purchase #term 2027..2028 #overlaps [d2/1]
chips -> lab: $12bn announced #term 2027..2028
cloud -> lab: $5bn
---
figures:
  lab:
    - {metric: cash, period: 2026-12-31, amount: $40bn, kind: reported, source: s}
    - {metric: free-cash-flow, period: 2027, amount: -$10bn, kind: forecast, source: s}
    - {metric: free-cash-flow, period: 2028, amount: -$20bn..-10bn, kind: forecast, source: s}
"""


def verdicts(seen: Opened) -> list[str]:
    """Read what is said at the top of the gap."""
    return seen.tab.locator("#gap-verdicts li").all_inner_texts()


def test_the_gap_is_said_in_words_as_the_command_says_it(
    opened: Opener, shipped_page: str, shipped: Registry
) -> None:
    """First short year and peak of OpenAI, with nothing and with all of the purchases in the forecast."""
    seen = opened(shipped_page, at="view=gap")
    found = funding(DealGraph(shipped, convention(shipped)), "openai")
    told = " ".join(verdicts(seen)).replace("\n", " ")

    assert seen.tab.locator("#gap-party").input_value() == "openai"
    for path in found.paths:
        assert f"first short: {path.first_short[0]}" in told
        assert english(path.peak).replace("at least ", "") in told or english(path.peak) in told
    assert seen.tab.locator("#view-gap .dot").count() >= len(found.paths[0].years)
    assert seen.errors == []


def test_the_gap_follows_the_world_the_party_and_what_is_left_out(opened: Opener) -> None:
    """Without a purchase the peak falls; where an overlap hangs on it the page sends to the command."""
    seen = opened(registry(GAP), at="view=gap&party=lab")
    before = verdicts(seen)
    assert "first short: 2027" in before[0]

    seen.tab.evaluate("location.hash = 'view=gap&party=lab&off=deal:d3'")
    expect(seen.tab.locator("#whatif .chip")).to_have_count(1)
    assert verdicts(seen) != before
    assert "--without d3" in seen.text("#view-gap .command >> nth=-1")

    seen.tab.evaluate("location.hash = 'view=gap&party=lab&off=deal:d2'")
    expect(seen.tab.locator("#gap-verdicts")).to_have_count(0)
    assert seen.text("#view-gap .command").startswith("aiweb gap lab --as-of 2026-12-31 --without d2")

    seen.tab.evaluate("location.hash = 'view=gap&party=cloud'")
    expect(seen.tab.locator("#view-gap .dots li")).not_to_have_count(0)
    assert "cash at any date" in seen.text("#view-gap .dots")
    assert seen.errors == []


def test_what_is_in_no_year_is_said_under_the_headlines(opened: Opener) -> None:
    """What is settled is in the opening cash, so it is told apart; a party never short has its cash told."""
    read = registry(
        """
        *funds -> lab: $9bn closed 2026-02-01
        lab -> cloud: $4bn..6bn
        lab -> chips: $7bn
        lab -> other: undisclosed
        lab -> maker: $3bn announced
        maker -> lab: $2bn
        ---
        figures:
          lab:
            - {metric: cash, period: 2026-12-31, amount: $40bn, kind: reported, source: s}
            - {metric: free-cash-flow, period: 2027, amount: $5bn, kind: forecast, source: s}
        """
    )
    seen = opened(read, at="view=gap&party=lab")
    said = seen.text("#gap-not-in")
    rows = [row for row in funding(DealGraph(read, convention(read)), "lab").undated if not row.settled]

    assert len(rows) == 5
    for text in ("$11bn–13bn of signed uses", "$2bn of signed sources", "$3bn of uses only announced"):
        assert text.replace("bn–", "–") in said
    assert "1 undisclosed amount." in said
    assert "never short" in verdicts(seen)[0]
    assert "cash at the end of 2027: $45bn" in verdicts(seen)[0]
    assert "peak" not in verdicts(seen)[0]
    seen.tab.locator("#gap-not-in .link").click()
    expect(seen.tab.locator("[data-open=undated] table")).to_be_visible()
    assert seen.errors == []


def test_a_day_without_a_gap_says_so_and_leads_to_one(opened: Opener, shipped_page: str) -> None:
    """The slider stops at days for which none is worked out."""
    seen = opened(shipped_page, at="view=gap&date=2026-03-31")
    assert seen.tab.locator("#gap-verdicts").count() == 0
    seen.tab.locator("#view-gap .buttons button").first.click()

    expect(seen.tab.locator("#gap-verdicts")).to_be_visible()
    assert "date=2025-10-08" in seen.tab.url


def test_a_mark_and_a_line_of_the_gap_open_what_is_behind_them(opened: Opener, shipped_page: str) -> None:
    """A point of the chart opens its arithmetic by the keyboard, a line the deal."""
    seen = opened(shipped_page, at="view=gap")
    seen.tab.locator("#view-gap .dot").nth(1).focus()
    seen.tab.keyboard.press("Enter")
    expect(seen.tab.locator("#explanation")).to_be_visible()
    assert "aiweb explain gap openai" in seen.text("#explanation .command")
    seen.tab.keyboard.press("Escape")

    seen.tab.locator("#view-gap table.lines .link").first.click()
    assert "deal=" in seen.tab.url
    assert seen.errors == []


def test_a_party_can_be_left_out_and_put_back(opened: Opener, shipped_page: str, shipped: Registry) -> None:
    """By the switch in its panel, with a chip that brings it back; the address keeps it."""
    seen = opened(shipped_page, at="party=oracle")
    gross = seen.text("#number-gross .value")
    seen.tab.locator("#pane-details button.off").click()

    less = circulation(without(shipped, "contracted", ["party:oracle"]), ladder=False)
    assert seen.text("#number-circular .value") == english(replace(less.circular, undisclosed=0))
    assert "off=party%3Aoracle" in seen.tab.url
    seen.tab.locator("#changed summary").click()
    assert "--without oracle" in seen.text("#changed .command")
    assert gross in seen.text("#changed table")
    seen.tab.keyboard.press("Escape")
    expect(seen.tab.locator("#changed table")).to_be_hidden()

    seen.tab.locator("#all-in").click()
    assert seen.text("#number-gross .value") == gross
    assert seen.tab.locator("#whatif .chip").count() == 0
    assert seen.errors == []


def test_a_shipped_whatif_is_chosen_from_a_list(opened: Opener, shipped_page: str, shipped: Registry) -> None:
    """Its title in the chosen language, its numbers, and what it changes before and after."""
    seen = opened(shipped_page, at="view=gap")
    choice = seen.tab.locator("#whatif-choice")
    assert choice.locator("option").all_inner_texts()[1:] == [head.title for head in heads()]
    choice.select_option("liquidity-tightens")

    changed = apply(shipped, load_whatif("liquidity-tightens", shipped))
    found = circulation(DealGraph(changed, convention(changed)), ladder=False)
    assert seen.text("#number-gross .value") == english(
        Money(found.gross.low, found.gross.high, unbounded=True)
    )
    seen.tab.locator("#changed summary").click()
    said = seen.text("#changed")
    assert "Lenders make no new loan" in said
    assert "aiweb what-if liquidity-tightens" in said
    seen.tab.locator("#language input[value=zh]").check()
    assert choice.locator("option").all_inner_texts()[1:] == [head.zh for head in heads()]
    assert seen.errors == []


def test_stress_names_who_fails_in_which_round_and_lets_anybody_fail(
    opened: Opener, shipped_page: str, shipped: Registry
) -> None:
    """Nobody at first; then the party chosen in the ranking, with DebtRank beside it."""
    from aiweb.analysis.stress import prepare, stress

    graph = DealGraph(shipped, convention(shipped))
    seen = opened(shipped_page, at="view=stress")
    alone = stress(graph)
    for place, outcome in enumerate(alone.outcomes):
        shown = seen.text(f"#view-stress .rounds >> nth={place}")
        for failure in outcome.failures:
            assert shipped.parties[failure.party].name in shown
            assert f"Round {failure.round}" in shown
    amounts = [english(Money(each.unpaid, each.unpaid)) for each in alone.outcomes]
    assert all(amount in seen.text("#stress-unpaid") for amount in amounts)
    assert seen.tab.locator("#stress-party option").count() == 1 + len(prepare(graph).owed)

    seen.tab.locator("#stress-party").select_option("openai")
    caused = stress(graph, "openai").ample.caused
    assert english(Money(caused, caused)) in seen.text("#stress-unpaid")
    found = stress(graph, "openai")
    answer = seen.text("#stress-answer")
    for name in {*found.ample.fallen, *found.none.fallen}:
        assert shipped.parties[name].name in answer
    assert ("Nobody else" in answer) == (not found.ample.fallen)
    most = max(found.none.by("creditor").items(), key=lambda row: row[1][1])
    assert shipped.parties[most[0]].name in seen.text("#stress-unpaid")
    assert "DebtRank" in seen.text("#view-stress")
    assert "fail=openai" in seen.tab.url
    assert "aiweb stress --under contracted --fail openai" in seen.text("#view-stress .command >> nth=-1")
    assert seen.errors == []


def test_stress_answers_first_who_fails_because_of_a_party(opened: Opener) -> None:
    """The one pulled down stands on top, the one that fails anyway under a heading of its own."""
    read = registry(
        """
        a -> b: $9bn purchase #term 2027
        b -> c: $8bn purchase #term 2027
        d -> c: $5bn purchase #term 2027
        ---
        figures:
          a: [{metric: cash, period: 2026-12-31, amount: $20bn, kind: reported, source: s}]
          b: [{metric: cash, period: 2026-12-31, amount: $1bn, kind: reported, source: s}]
          d: [{metric: cash, period: 2026-12-31, amount: $2bn, kind: reported, source: s}]
        """
    )
    seen = opened(read, at="view=stress&fail=a")
    names = [read.parties[name].name for name in "abd"]
    heads = seen.tab.locator("#view-stress h3").all_inner_texts()
    assert seen.text("#stress-answer") == f"Because of {names[0]} also fail: {names[1]}"
    rounds = [pair.locator("li .link") for pair in seen.tab.locator("#view-stress .pair").all()]
    assert [{*links.all_inner_texts()} for links in rounds] == [{names[1]}, {names[2]}]
    assert "by itself" not in seen.tab.locator("#view-stress .pair").first.inner_text()
    assert heads[1] == f"Who fails anyway, whether {names[0]} pays or not"

    seen.tab.locator("#stress-party").select_option("b")
    assert seen.text("#stress-answer") == f"Nobody else fails because of {names[1]}."
    assert seen.errors == []


def test_stress_says_why_a_party_with_cash_fails_in_the_worse_case_only(
    opened: Opener, shipped_page: str
) -> None:
    """SoftBank has cash, and a bridge loan drawn by nobody knows how much; a what-if says how it differs."""
    seen = opened(shipped_page, at="view=stress")
    why = seen.tab.locator("#view-stress .rounds .why")
    expect(why).to_have_count(1)
    assert "it has a cash figure" in why.inner_text()
    assert (
        "SoftBank"
        in seen.tab.locator("#view-stress .rounds li li", has=seen.tab.locator(".why")).inner_text()
    )
    assert seen.tab.locator("#stress-whatif").count() == 0

    seen.tab.locator("#whatif-choice").select_option("openai-fails")
    assert "the deals of OpenAI end" in seen.text("#stress-whatif")
    assert seen.errors == []


def test_under_a_what_if_anybody_can_be_made_to_fail_too(
    opened: Opener, shipped_page: str, shipped: Registry
) -> None:
    """Whoever owes something under the breakdown, and what SoftBank's failure costs the others there."""
    from aiweb.analysis.stress import prepare, stress

    changed = apply(shipped, load_whatif("breakdown", shipped))
    graph = DealGraph(changed, convention(changed))
    seen = opened(shipped_page, at="view=stress&whatif=breakdown")
    shown = seen.tab.locator("#stress-party option").evaluate_all("all => all.map(one => one.value)")
    assert {*shown} == {"", *prepare(graph).owed}

    seen.tab.locator("#stress-party").select_option("softbank")
    caused = [each.caused for each in stress(graph, "softbank").outcomes]
    assert all(english(Money(each, each)) in seen.text("#stress-unpaid") for each in caused)
    command = seen.text("#view-stress .command >> nth=-1")
    assert "--fail softbank" in command
    assert "--what-if breakdown" in command
    assert seen.errors == []


@pytest.mark.parametrize("view", ["gap", "stress"])
def test_no_word_is_missing_in_either_language(opened: Opener, shipped_page: str, view: str) -> None:
    """What has no words would show its key."""
    for language in ("en", "zh"):
        seen = opened(shipped_page, at=f"view={view}&language={language}&whatif=breakdown&fail=oracle")
        for summary in seen.tab.locator(f"#view-{view} summary").all():
            summary.click()
        keys = re.findall(
            r"\b(?:gap|stress|role|class|overlap|due|account|how|group|whatif|off)\.[a-z-]+",
            seen.text(f"#view-{view}"),
        )
        assert keys == []
        assert seen.errors == []


@pytest.mark.parametrize("view", ["gap", "stress"])
def test_a_registry_without_deals_has_nothing_to_say(opened: Opener, view: str) -> None:
    """No error, and a sentence."""
    read = registry("a -> b: 7 announced")
    seen = opened(read, at=f"view={view}")

    assert seen.tab.locator(f"#view-{view} h2").is_visible()
    assert seen.errors == []


def test_the_rows_of_both_views_can_be_taken_away(opened: Opener, shipped_page: str) -> None:
    """Numbers as numbers, in dollars."""
    for view in ("gap", "stress"):
        seen = opened(shipped_page, at=f"view={view}")
        rows: Any = seen.tab.evaluate("aiweb.rows()")
        assert all(len(row) == len(rows["columns"]) for row in rows["rows"])
        assert any(isinstance(cell, int) and cell > 10**9 for row in rows["rows"] for cell in row)
