"""Stress: what falls due, who cannot pay it, who loses; by hand, by law, and by plain iteration."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiweb.analysis.stress import Case, Model, Outcome, Rule, Stress, prepare, stress, stresses, tipping
from aiweb.errors import BadOption, UnknownName
from aiweb.graph import DealGraph, convention
from aiweb.registry.load import read_text
from aiweb.values import Money
from aiweb.views import reports
from aiweb.views.tables import text as shown
from tests.commands import aiweb, written
from tests.webs import graph, yaml

HALF = Fraction(1, 2)
_NAMES = "abcd"
_PAIRS = [(u, v) for u in _NAMES for v in _NAMES if u != v]
_owed = st.lists(st.tuples(st.sampled_from(_PAIRS), st.integers(1, 40)), min_size=2, max_size=8)
_cash = st.fixed_dictionaries(dict.fromkeys(_NAMES, st.one_of(st.none(), st.integers(0, 40))))


def web(owed: list[tuple[tuple[str, str], int]], cash: dict[str, int | None]) -> str:
    """Write purchases of 2027 and cash figures in the notation of `tests/webs.py`."""
    lines = [f"{payer} -> {payee}: {amount} purchase #term 2027" for (payer, payee), amount in owed]
    named = {name for pair, _ in owed for name in pair}
    known = {name: amount for name, amount in cash.items() if amount is not None and name in named}
    figures = [
        f"  {name}: [{{metric: cash, period: 2026-12-31, amount: ${amount}, kind: reported, source: s}}]"
        for name, amount in known.items()
    ]
    return "\n".join([*lines, "---", *(["figures:", *figures] if figures else []), ""])


def asked(text: str | None, party: str | None = None, *, part: Fraction = Fraction(1)) -> Stress:
    """Stress a small web."""
    return stress(graph(text), party, part=part)


def caused(outcome: Outcome) -> dict[str, int]:
    """Give what each creditor loses because of the failure."""
    return {party: amount for party, (_, amount) in outcome.by("creditor").items() if amount}


# ---- by hand ------------------------------------------------------------------------------------


def test_who_owes_more_than_it_has_fails_by_itself() -> None:
    """
    lab -> cloud: 100 purchase #term 2027
    ---
    figures:
      lab: [{metric: cash, period: 2026-12-31, amount: $60, kind: press, source: s}]
    """
    found = asked(test_who_owes_more_than_it_has_fails_by_itself.__doc__)

    assert (found.model.since, found.model.until) == (date(2027, 1, 1), date(2027, 12, 31))
    for outcome in found.outcomes:
        assert outcome.unpaid == 40
        assert outcome.caused == 0, "nobody was made to fail"
        assert [(row.party, row.round, row.owed, row.unpaid) for row in outcome.failures] == [
            ("lab", 1, 100, 40)
        ]
    assert (found.verdict("lab"), found.verdict("cloud")) == ("fails", "stands")


CHAIN = """
    a -> b: 100 purchase #term 2027
    b -> c: 70 lease #term 2027
    ---
    figures:
      a: [{metric: cash, period: 2026-12-31, amount: $150, kind: press, source: s}]
"""
KNOWN = CHAIN + "      b: [{metric: cash, period: 2026-12-31, amount: $20, kind: press, source: s}]\n"


def test_without_a_cash_figure_it_cannot_be_told_who_follows() -> None:
    """Both cases are given, and the verdict says that they differ."""
    found = asked(CHAIN, "a")

    assert found.model.unknown == ("b",)
    assert (found.ample.caused, found.none.caused) == (100, 170)
    assert caused(found.ample) == {"b": 100}
    assert caused(found.none) == {"b": 100, "c": 70}
    assert (found.ample.fallen, found.none.fallen) == ((), ("b",))
    assert [found.verdict(party) for party in "abc"] == ["fails", "cannot be told", "stands"]
    assert found.is_bracketed


def test_a_known_buffer_takes_part_of_the_loss() -> None:
    """Two parties and three, whole and in part."""
    whole, part = asked(KNOWN, "a"), asked(KNOWN, "a", part=Fraction(2, 5))

    assert [outcome.caused for outcome in whole.outcomes] == [150, 150], "of 70, b has 20"
    assert [outcome.passed_on for outcome in whole.outcomes] == [50, 50]
    assert [outcome.caused for outcome in part.outcomes] == [40, 40], "b has 60 and 20, and owes 70"
    assert part.distress == {"b": Fraction(1)}, "40 of 20 is more than all"


def test_cash_and_undrawn_credit_and_their_ranges_are_buffers() -> None:
    """
    a -> b: 100 purchase #term 2027
    b -> c: 70 lease #term 2027
    ---
    figures:
      b:
        - {metric: cash, period: 2026-12-31, amount: $20..30, kind: press, source: s}
        - {metric: undrawn-credit, period: 2026-12-31, amount: $15, kind: press, source: s}
      c:
        - {metric: undrawn-credit, period: 2026-12-31, amount: $9, kind: press, source: s}
    """
    found = asked(test_cash_and_undrawn_credit_and_their_ranges_are_buffers.__doc__, "a")

    assert [outcome.passed_on for outcome in found.outcomes] == [25, 35]
    balance = found.model.balances["c"]
    assert not balance.is_known
    assert [balance.held(case, 50) for case in Case] == [50, 9], "credit alone is no cash figure"


def test_rounds_name_who_fails_because_of_whom() -> None:
    """
    a -> b: 50 purchase #term 2027
    b -> c: 45 purchase #term 2027
    c -> d: 44 purchase #term 2027
    e -> d: 30 purchase #term 2027
    ---
    figures:
      b: [{metric: cash, period: 2026-12-31, amount: $0, kind: press, source: s}]
      c: [{metric: cash, period: 2026-12-31, amount: $0, kind: press, source: s}]
      e: [{metric: cash, period: 2026-12-31, amount: $10, kind: press, source: s}]
    """
    found = asked(test_rounds_name_who_fails_because_of_whom.__doc__, "a").ample

    assert [(row.party, row.round, row.anyway) for row in found.failures] == [
        ("b", 1, False),
        ("e", 1, True),
        ("c", 2, False),
    ]
    assert caused(found) == {"b": 50, "c": 45, "d": 44}, "what e leaves unpaid has another cause"
    assert found.by("creditor")["d"] == (64, 44)


def test_only_what_is_firm_and_dated_is_owed() -> None:
    """
    a -> b: 10 purchase #term 2027
    a -> b: 20 purchase conditional #condition if #term 2027
    a -> b: 30 purchase option #term 2027
    a -> b: 40 purchase #exit cancellable #term 2027
    a -> b: 50 purchase
    a -> b: undisclosed purchase #term 2027
    a -> b: 60 purchase #term 2027..2028
    a -> b: 70 purchase announced #term 2027
    a -> b: 80 warrant #term 2027
    a -> b: 90 purchase #term 2025..2026
    """
    found = asked(test_only_what_is_firm_and_dated_is_owed.__doc__).model

    assert [(row.leg, row.amount) for row in found.dues] == [("d1/1", 10), ("d7/1", 30)]
    assert [(row.leg, row.amount, row.flexible) for row in found.flexible] == [
        ("d2/1", 20, "conditional"),
        ("d3/1", 30, "an option"),
        ("d4/1", 40, "can be cancelled"),
    ]
    assert [(row.leg, row.why) for row in found.open] == [
        ("d5/1", "no source says when it is paid"),
        ("d6/1", "amount undisclosed"),
    ]
    assert found.understated == {"a": ("d6/1",)}


def test_a_loan_is_owed_back_when_it_matures_with_interest_until_then() -> None:
    """
    bank -> lab: 73000 loan closed #maturity 2027-06-30 #coupon 10%
    bank -> cloud: 50 loan closed; 2026-02-01 paid 40; 2026-03-01 repaid 15 #maturity 2027-03-31
    bank -> cloud: 7300 loan closed #maturity 2031 #coupon 2% #floating true #benchmark sofr
    bank -> cloud: 500 loan #maturity 2027-02-01 #coupon 3%
    bank -> cloud: 600 loan closed #maturity 2026-02-01 #coupon 3%
    ---
    series:
      sofr:
        name: SOFR
        zh: SOFR
        unit: percent
        readings:
          - {on: 2026-05-01, value: 9, source: s}
          - {on: 2026-06-01, value: 3, source: s}
    """
    found = asked(test_a_loan_is_owed_back_when_it_matures_with_interest_until_then.__doc__).model

    assert [(row.leg, str(row.what), row.debtor, row.creditor, row.amount) for row in found.dues] == [
        ("d1/1", "interest", "lab", "bank", 3620),
        ("d1/1", "principal", "lab", "bank", 73_000),
        ("d2/1", "principal", "cloud", "bank", 25),
        ("d3/1", "interest", "cloud", "bank", 365),
        ("d4/1", "interest", "cloud", "bank", 1),
        ("d4/1", "principal", "cloud", "bank", 500),
    ], "181 of 365 days at 10%, and a year at 2% over 3%"
    assert [(row.leg, row.why) for row in found.open if row.what != "payment"] == [
        ("d2/1", "no rate of interest is published"),
    ]
    assert {row.leg: row.least for row in found.dues if row.least is not None} == {"d4/1": 0}
    assert found.understated == {}


SPLIT = """
    bank -> soft: undisclosed loan #maturity 2027-03
    fund -> soft: undisclosed loan #maturity 2027-03
    soft -> lab: 30 equity #term 2027
    ---
    figures:
      soft: [{metric: cash, period: 2026-12-31, amount: $50, kind: press, source: s}]
      lab: [{metric: cash, period: 2026-12-31, amount: $0, kind: press, source: s}]
"""


def test_a_loan_that_matures_and_may_not_be_drawn_brackets_the_answer() -> None:
    """With an amount; without one its borrower cannot be told to stand."""
    known = stress(graph(SPLIT.replace("undisclosed loan", "45 loan", 1)))
    unknown = stress(graph(SPLIT))

    assert [known.model.owed_in(case)["soft"] for case in Case] == [30, 75]
    assert [outcome.unpaid for outcome in known.outcomes] == [0, 25]
    assert known.verdict("soft") == "cannot be told"
    assert known.model.understated == {"soft": ("d2/1",)}
    assert unknown.model.understated == {"soft": ("d1/1", "d2/1")}
    assert [outcome.unpaid for outcome in unknown.outcomes] == [0, 0]
    assert unknown.verdict("soft") == "cannot be told"


def test_lenders_whose_split_is_not_published_get_even_shares_of_the_total() -> None:
    """One deal of three lenders; of 100 in all 40 is one's, and the others share the rest."""
    text = yaml("bank -> soft: 40 loan #maturity 2027-03\n    soft -> z: 1 equity #term 2027")
    leg = "      - {from: bank, to: soft, instrument: loan, amount: $40, maturity: 2027-03, source: s}\n"
    more = leg.replace("$40", "undisclosed")
    whole = text.replace("    legs:\n" + leg, f"    total: $100\n    legs:\n{leg}{more}{more}", 1)
    read, problems = read_text(whole.encode(), "web.yaml")
    assert read is not None, problems
    found = prepare(DealGraph(read, convention(read)))

    assert [(due.leg, due.at(Case.AMPLE), due.amount) for due in found.dues if due.debtor == "soft"] == [
        ("d1/1", 0, 40),
        ("d1/2", 0, 30),
        ("d1/3", 0, 30),
        ("d2/1", 1, 1),
    ]


def test_who_owes_an_unknown_amount_too_is_not_told_to_stand() -> None:
    """
    a -> b: 10 purchase #term 2027
    a -> b: undisclosed lease #term 2027
    b -> c: 8 purchase #term 2027
    ---
    figures:
      a: [{metric: cash, period: 2026-12-31, amount: $90, kind: press, source: s}]
      b: [{metric: cash, period: 2026-12-31, amount: $9, kind: press, source: s}]
    """
    found = asked(test_who_owes_an_unknown_amount_too_is_not_told_to_stand.__doc__)

    assert [outcome.failures for outcome in found.outcomes] == [(), ()]
    assert (found.verdict("a"), found.verdict("b")) == ("cannot be told", "stands")
    assert "cannot be told to stand: a on d2/1" in shown(reports.stress(found.graph, found))


GUARANTEED = """
    a -> b: 100 lease #term 2027
    g -> b: 70 guarantee #secures d1/1
    g -> c: 30 purchase #term 2027
    ---
    figures:
      a: [{metric: cash, period: 2026-12-31, amount: $0, kind: press, source: s}]
      g: [{metric: cash, period: 2026-12-31, amount: $50, kind: press, source: s}]
"""


@pytest.mark.parametrize("party", [None, "a"])
def test_a_guarantee_is_called_last_and_may_bring_its_guarantor_down(party: str | None) -> None:
    """Whether the debtor fails by itself or is made to."""
    found = asked(GUARANTEED, party)

    for outcome in found.outcomes:
        assert [(row.called, row.honoured) for row in outcome.called] == [(70, 35)], "50 of 100 owed"
        assert outcome.failed_by_guarantee == ("g",)
        assert outcome.unpaid == 100, "losses are those before guarantees"


def test_a_guarantee_can_save_its_creditor() -> None:
    """
    a -> b: 100 lease #term 2027
    b -> c: 60 purchase #term 2027
    g -> b: 80 guarantee #secures d1/1
    ---
    figures:
      b: [{metric: cash, period: 2026-12-31, amount: $0, kind: press, source: s}]
      g: [{metric: cash, period: 2026-12-31, amount: $90, kind: press, source: s}]
    """
    found = asked(test_a_guarantee_can_save_its_creditor.__doc__, "a").ample

    assert found.fallen == ("b",)
    assert found.saved_by_guarantee == ("b",)
    assert [(row.called, row.honoured) for row in found.called] == [(80, 80)]


def test_a_guarantee_that_cannot_be_priced_is_left_open() -> None:
    """
    a -> b: 100 lease #term 2027
    g -> b: undisclosed guarantee #secures d1/1
    g -> b: 20 guarantee conditional #condition if #secures d1/1
    g -> b: 30 guarantee
    b -> a: 40 guarantee #secures d1/1
    """
    found = asked(test_a_guarantee_that_cannot_be_priced_is_left_open.__doc__).model

    assert found.backings == ()
    assert [(row.leg, row.why) for row in found.open] == [
        ("d2/1", "its limit is not published"),
        ("d3/1", "it hangs on a condition"),
        ("d4/1", "it stands behind no leg of the registry"),
        ("d5/1", "its guarantor is a party to what it guarantees"),
    ]


def test_two_that_owe_each_other_and_hold_nothing_may_pay_or_not() -> None:
    """
    a -> b: 10 purchase #term 2027
    b -> a: 12 purchase #term 2027
    c -> b: 5 purchase #term 2028
    ---
    figures:
      a: [{metric: cash, period: 2026-12-31, amount: $0, kind: press, source: s}]
      b: [{metric: cash, period: 2026-12-31, amount: $2, kind: press, source: s}]
    """
    text = test_two_that_owe_each_other_and_hold_nothing_may_pay_or_not.__doc__ or ""
    empty = text.replace("$2", "$0")

    assert asked(text).ample.after.differing == ()
    whole = asked(empty)
    found = whole.ample
    assert found.after.differing == ("a", "b")
    assert found.unpaid == 2, "the greatest: both pay 10"
    assert "greatest and least payments differ for a, b" in shown(reports.stress(whole.graph, whole))


def test_who_stands_for_many_pays_and_is_paid_and_never_fails() -> None:
    """
    *many -> a: 30 purchase #term 2027
    a -> *many: 50 purchase #term 2027
    a -> b: 50 purchase #term 2027
    ---
    figures:
      a: [{metric: cash, period: 2026-12-31, amount: $10, kind: press, source: s}]
    """
    text = test_who_stands_for_many_pays_and_is_paid_and_never_fails.__doc__
    found, without = asked(text).none, asked(text, "many").none

    assert found.by("creditor") == {"b": (30, 0), "many": (30, 0)}
    assert without.caused == 60, "30 to a, and 30 less of a"
    assert without.accounts[1].found == {"parties": 75, "outside": 45}


def test_all_or_nothing_and_default_costs_are_choices() -> None:
    """
    a -> b: 100 purchase #term 2027
    b -> c: 70 lease #term 2027
    ---
    figures:
      a: [{metric: cash, period: 2026-12-31, amount: $150, kind: press, source: s}]
      b: [{metric: cash, period: 2026-12-31, amount: $20, kind: press, source: s}]
    """
    drawn = graph(test_all_or_nothing_and_default_costs_are_choices.__doc__)
    whole = stress(drawn, "a", rule="whole")
    costly = stress(drawn, "a", costs=Fraction(1, 4))

    assert whole.ample.caused == 170, "b holds 20 and pays nothing"
    assert costly.ample.caused == 155, "of 20 it keeps 15"
    assert (whole.is_bracketed, costly.is_bracketed) == (False, False)
    assert costly.ample.accounts[0].found["default costs"] == 5
    assert "need not" in shown(reports.stress(drawn, costly))


def test_each_party_fails_in_turn_the_most_damage_first() -> None:
    """Who has cash fails surely or not at all."""
    rows = stresses(graph(CHAIN))

    assert [(row.party, row.owed, row.ample, row.none, row.sure, row.possible) for row in rows] == [
        ("a", 100, 100, 170, (), ("b",)),
        ("b", 70, 70, 70, (), ()),
    ]
    assert stresses(graph(KNOWN))[0].sure == ("b",)


def test_reverse_stress_gives_the_least_part_that_tips_another_over() -> None:
    """A tenth of a per cent less, and nobody fails."""
    rows = tipping(graph(KNOWN))

    assert [(row.party, row.ample, row.first_ample, row.none) for row in rows] == [
        ("a", Fraction(501, 1000), ("b",), Fraction(501, 1000)),
        ("b", None, (), None),
    ], "b needs 50 of the 100 that a owes it"
    assert tipping(graph(CHAIN), "a")[0].none == Fraction(301, 1000)
    for part, fallen in ((HALF, ()), (Fraction(501, 1000), ("b",))):
        assert asked(KNOWN, "a", part=part).ample.fallen == fallen


def test_a_window_of_years_and_the_firm_preset() -> None:
    """
    a -> b: 10..30 purchase #term 2027..2028
    """
    text = test_a_window_of_years_and_the_firm_preset.__doc__
    window = graph(text, years=(2028, 2028))

    assert (prepare(window).since, prepare(window).until) == (date(2028, 1, 1), date(2028, 12, 31))
    assert prepare(graph(text, as_of="2027-06-30")).owed == {"a": 15}, "a year of two at the upper bound"
    assert prepare(graph(text, years=(2026, 2028))).owed == {"a": 30}
    assert prepare(graph(text, preset="firm")).owed == {"a": 5}
    assert prepare(graph(text, as_of="2028-02-28")).until == date(2029, 2, 27)


def test_what_makes_no_sense_is_refused() -> None:
    """Each with its remedy."""
    drawn = graph(CHAIN)
    with pytest.raises(UnknownName, match="no party 'x'"):
        stress(drawn, "x")
    with pytest.raises(UnknownName, match="no party 'x'"):
        tipping(drawn, "x")
    with pytest.raises(BadOption, match="part from 0 to 1"):
        stress(drawn, "a", part=Fraction(2))
    with pytest.raises(BadOption, match="part from 0 to 1"):
        stress(drawn, "a", costs=Fraction(-1))
    with pytest.raises(BadOption, match="proportion, whole"):
        stress(drawn, "a", rule="half")
    with pytest.raises(BadOption, match="leave one of the two out"):
        stress(drawn, "a", rule="whole", costs=HALF)
    with pytest.raises(BadOption, match="falls due no more"):
        prepare(graph(CHAIN, preset="paid"))
    with pytest.raises(BadOption, match="is past"):
        prepare(graph(CHAIN, years=(2020, 2026)))
    with pytest.raises(BadOption, match="the last year too"):
        prepare(graph(CHAIN, years=(2027, 2200)))
    with pytest.raises(BadOption, match="creditor or debtor"):
        asked(CHAIN).ample.by("payer")


# ---- laws ---------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(_owed, _cash, st.sampled_from([None, *_NAMES]), st.sampled_from([HALF, Fraction(1)]))
def test_what_one_leaves_unpaid_another_loses(
    owed: list[tuple[tuple[str, str], int]], cash: dict[str, int | None], party: str | None, part: Fraction
) -> None:
    """The accounts close exactly under every rule, and so does the trace."""
    drawn = graph(web(owed, cash))
    chosen = party if party in drawn.registry.parties else None
    for rule, costs in ((Rule.PROPORTION, 0), (Rule.PROPORTION, HALF), (Rule.WHOLE, 0)):
        found = stress(drawn, chosen, part=part, rule=rule, costs=Fraction(costs))
        for outcome in found.outcomes:
            assert {account.gap for account in outcome.accounts} == {0}
            for end in ("creditor", "debtor"):
                sums = outcome.by(end).values()
                assert sum(unpaid for unpaid, _ in sums) == outcome.unpaid
                assert sum(because for _, because in sums) == outcome.caused
        trace = found.explain()
        for outcome in found.outcomes:
            assert trace[f"unpaid {outcome.case}"] == Money(outcome.unpaid, outcome.unpaid)
            assert trace[f"caused {outcome.case}"] == Money(outcome.caused, outcome.caused)


@settings(max_examples=25)
@given(_owed, _cash, st.fixed_dictionaries(dict.fromkeys(_NAMES, st.integers(0, 60))))
def test_whatever_cash_the_others_have_lies_between_the_cases(
    owed: list[tuple[tuple[str, str], int]], cash: dict[str, int | None], may: dict[str, int]
) -> None:
    """In what is unpaid, what is caused, and who fails."""
    party = owed[0][0][0]
    wide = asked(web(owed, cash), party)
    told: dict[str, int | None] = {name: may[name] if has is None else has for name, has in cash.items()}
    narrow = asked(web(owed, told), party).ample
    rounding = len(owed)

    assert wide.ample.unpaid - rounding <= narrow.unpaid <= wide.none.unpaid + rounding
    assert wide.ample.caused - rounding <= narrow.caused <= wide.none.caused + rounding
    failed = {row.party for row in narrow.failures}
    assert {row.party for row in wide.ample.failures} <= failed <= {row.party for row in wide.none.failures}


@settings(max_examples=25)
@given(_owed, st.fixed_dictionaries(dict.fromkeys(_NAMES, st.integers(0, 40))), st.sampled_from(_NAMES))
def test_more_cash_never_makes_more_fail(
    owed: list[tuple[tuple[str, str], int]], cash: dict[str, int | None], richer: str
) -> None:
    """In proportion, and all or nothing."""
    more = {name: (has or 0) + (7 if name == richer else 0) for name, has in cash.items()}
    for rule in Rule:
        before, after = (stress(graph(web(owed, dict(each))), rule=rule).ample for each in (cash, more))
        assert {row.party for row in after.failures} <= {row.party for row in before.failures}
        assert after.unpaid <= before.unpaid


@settings(max_examples=25)
@given(_owed, st.fixed_dictionaries(dict.fromkeys(_NAMES, st.integers(0, 40))))
def test_plain_iteration_comes_to_the_same(
    owed: list[tuple[tuple[str, str], int]], cash: dict[str, int | None]
) -> None:
    """Another road: repeat the rule until nothing moves."""
    party = owed[0][0][0]
    found = asked(web(owed, cash), party).ample

    assert abs(found.unpaid - iterated(owed, cash, party)) <= len(owed)


def iterated(owed: list[tuple[tuple[str, str], int]], cash: dict[str, int | None], gone: str) -> float:
    """Step down from everybody paying, `gone` paying nothing, and give what stays unpaid in the end."""
    total: dict[str, int] = defaultdict(int)
    for (payer, _), amount in owed:
        total[payer] += amount
    part = {payer: 0.0 if payer == gone else 1.0 for payer in total}
    for _ in range(3000):
        has = {payer: float(cash[payer] or 0) for payer in total}
        for (payer, payee), amount in owed:
            if payee in has:
                has[payee] += part[payer] * amount
        part = {
            payer: 0.0 if payer == gone else min(1.0, has[payer] / amount) for payer, amount in total.items()
        }
    return sum((1 - part[payer]) * amount for (payer, _), amount in owed)


# ---- reports and the command --------------------------------------------------------------------


def test_every_payment_leads_to_a_leg_with_its_sources() -> None:
    """And every buffer to its figure."""
    found = asked(GUARANTEED, "a")
    report = reports.stress(found.graph, found)
    tables = {table.key: table for table in report.tables}

    assert [row[0] for row in tables["legs"].rows] == ["d1/1", "d2/1", "d3/1"]
    assert [row[0] for row in tables["figures"].rows] == ["a", "g"]
    assert set(found.explain().legs) == {"d1/1", "d2/1", "d3/1"}, "the guarantee that is called too"
    assert [row[0] for row in tables["guarantees"].rows] == ["d2/1"]
    assert "ample: by guarantees fail g" in tables["guarantees"].notes


def test_the_command_answers_one_each_and_in_reverse(tmp_path: Path) -> None:
    """With the options of every question."""
    path = written(tmp_path, KNOWN)
    one = aiweb("stress", "--fail", "a", "-r", path, "-f", "json").json
    each = aiweb("stress", "--each", "-r", path, "-f", "json").json
    back = aiweb("stress", "--reverse", "--fail", "a", "-r", path, "-f", "json").json
    part = aiweb("stress", "--fail", "a", "--part", "40%", "-r", path)
    plain = aiweb("stress", "-r", path)

    assert [row["caused"]["high"] for row in one["outcomes"]] == [150, 150]
    assert [row["party"] for row in each["damage"]] == ["a", "b"]
    assert [row["party"] for row in back["tipping"]] == ["a"]
    assert part.out.startswith("If a leaves 40% unpaid of what it owes, 2027-01-01 to 2027-12-31\n")
    assert plain.out.startswith("Who can pay what falls due, 2027-01-01 to 2027-12-31\n")
    assert "fail because of it: b" in aiweb("stress", "--fail", "a", "-r", path).out


@pytest.mark.parametrize(
    "options, says",
    [
        (["--part", "10%"], "write --fail PARTY beside it"),
        (["--each", "--fail", "a"], "ask for one of them"),
        (["--each", "--reverse"], "ask for one of them"),
        (["--fail", "a", "--part", "2"], "write a part such as 0.25 or 25%"),
        (["--from", "2027"], "write the last year too"),
    ],
)
def test_the_command_refuses_what_does_not_go_together(tmp_path: Path, options: list[str], says: str) -> None:
    """With exit code 2."""
    done = aiweb("stress", *options, "-r", written(tmp_path, CHAIN))

    assert done.code == 2
    assert says in done.err


def test_a_model_knows_whose_cash_it_does_not_know() -> None:
    """And the reports say so."""
    found: Model = prepare(graph(CHAIN))

    assert found.unknown == ("b",)
    assert found.owed == {"a": 100, "b": 70}
    assert "no cash figure of 1 that owe something: b" in shown(reports.stresses(graph(CHAIN), found, ()))
