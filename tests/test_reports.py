"""What each command prints: on small webs, and what the first registry must show."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

import pytest

import aiweb as aw
from aiweb.values import Money
from aiweb.views import reports
from aiweb.views.tables import Report, text
from tests.commands import aiweb, written
from tests.webs import graph

THEN: Final = ("--as-of", "2025-10-08")
WIDE: Final = ("--under", "headline", "--consideration", "all")


def run(folder: Path, web: str | None, *arguments: str) -> Any:  # noqa: ANN401 - JSON is what it is
    """Ask a question of a web, and read the answer as JSON."""
    done = aiweb("-r", written(folder, web), "-f", "json", *arguments)
    assert done.code == 0, done.err
    return done.json


def plain(amount: Money) -> dict[str, int | bool]:
    """Write an amount as JSON has it."""
    return {
        "low": amount.low,
        "high": amount.high,
        "undisclosed": amount.undisclosed,
        "ceilings": amount.ceilings,
        "unbounded": amount.unbounded,
    }


def block(printed: str, start: str) -> list[str]:
    """Cut one table out of a text: from the line that starts so to the next empty one."""
    lines = printed.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(start))
    length = next((n for n, line in enumerate(lines[first:]) if not line), len(lines))
    return lines[first : first + length]


# ---- numbers are those of the library


def test_loops_in_json_are_those_of_python(tmp_path: Path) -> None:
    """
    nvidia -> openai: up to $100
    openai -> oracle: 300 purchase
    oracle -> nvidia: 40..60 purchase
    openai -> amd: undisclosed purchase
    amd -> openai: 9
    """
    doc = test_loops_in_json_are_those_of_python.__doc__
    said = run(tmp_path, doc, "loops")
    found = aw.load(tmp_path / "web.yaml").loops()

    assert [row["amount"] for row in said["loops"]] == [plain(loop.amount) for loop in found.loops]
    assert [row["loop"] for row in said["loops"]] == ["nvidia -> openai -> oracle -> nvidia"]
    assert said["loops"][0]["legs"] == ["d1/1", "d2/1", "d3/1"]
    assert said["loops"][0]["says"] == "up to $60"
    (unknown,) = said["unpriced"]
    assert (unknown["loop"], unknown["says"]) == ("amd -> openai -> amd", "at most $9")
    assert unknown["undisclosed"] == "openai -> amd undisclosed"


def test_circularity_in_json_is_that_of_python(tmp_path: Path) -> None:
    """
    a -> b: 10
    b -> c: 20 purchase
    c -> a: 30 purchase letter-of-intent
    b -> a: up to $4 purchase
    """
    doc = test_circularity_in_json_is_that_of_python.__doc__
    said = run(tmp_path, doc, "circularity")["conventions"]
    measured = aw.load(tmp_path / "web.yaml").circularity()

    assert [row["convention"] for row in said] == ["headline", "contracted", "firm", "paid"]
    assert [row["circular"] for row in said] == [plain(row.circular) for row in measured]
    assert [row["gross"] for row in said] == [plain(row.gross) for row in measured]
    assert [row["net_internal_debt"] for row in said] == [plain(row.net_debt) for row in measured]
    assert [row["circular"]["high"] for row in said] == [30, 8, 0, 0]


def test_parties_in_json_add_up_their_legs(tmp_path: Path) -> None:
    """
    a -> b: 10
    a -> c: at least $20
    c -> b: undisclosed loan
    """
    said = run(tmp_path, test_parties_in_json_add_up_their_legs.__doc__, "parties")["parties"]

    assert {row["id"]: (row["pays"], row["receives"], row["deals"]) for row in said} == {
        "a": (plain(Money(30, 30, unbounded=True)), plain(Money(0, 0)), 2),
        "b": (plain(Money(0, 0)), plain(Money(10, 10, undisclosed=1)), 2),
        "c": (plain(Money(0, 0, undisclosed=1)), plain(Money(20, 20, unbounded=True)), 2),
    }


@pytest.mark.parametrize(
    "sort, order",
    [("name", "abc"), ("pays", "acb"), ("receives", "bca"), ("deals", "bac")],
)
def test_parties_are_sorted_as_asked(tmp_path: Path, sort: str, order: str) -> None:
    """
    a -> b: 30
    c -> b: 20
    b -> c: 5 purchase
    a -> b: 1 loan
    """
    said = run(tmp_path, test_parties_are_sorted_as_asked.__doc__, "parties", "--sort", sort)["parties"]

    assert "".join(row["id"] for row in said) == order


def test_deals_are_chosen_and_sorted(tmp_path: Path) -> None:
    """
    a -> b: 10 2025-03-01
    b -> c: 30 purchase 2025-02-01
    a -> c: up to $20 loan letter-of-intent 2025-01-01
    """
    doc = test_deals_are_chosen_and_sorted.__doc__

    def listed(*options: str) -> list[str]:
        return [row["id"] for row in run(tmp_path, doc, "deals", *options)["deals"]]

    assert listed() == ["d1", "d2", "d3"]
    assert listed("--sort", "amount") == ["d2", "d3", "d1"]
    assert listed("--sort", "since") == ["d3", "d2", "d1"]
    assert listed("--sort", "status") == ["d1", "d2", "d3"]
    assert listed("--min", "20") == ["d2", "d3"]
    assert listed("--kind", "purchase") == ["d2"]
    assert listed("--status", "letter-of-intent") == ["d3"]
    assert listed("c") == ["d2", "d3"]
    assert listed("c", "--min", "25") == ["d2"]
    assert listed("--as-of", "2025-02-15") == ["d2", "d3"]


def test_a_path_says_how_much_can_get_there(tmp_path: Path) -> None:
    """
    a -> b: 10
    b -> c: 7 purchase
    a -> c: 5
    """
    said = run(tmp_path, test_a_path_says_how_much_can_get_there.__doc__, "path", "a", "c")

    assert [(row["path"], row["says"], row["amount"]) for row in said["paths"]] == [
        ("a -> b -> c", "$7", plain(Money(7, 7))),
        ("a -> c", "$5", plain(Money(5, 5))),
    ]
    assert said["most"] == [{"most": plain(Money(12, 12))}]
    assert "over all paths of any length at most $12 of disclosed money can get there" in said["notes"]


# ---- every number leads back


def test_every_leg_named_is_listed_with_its_line_and_sources(tmp_path: Path) -> None:
    """
    nvidia -> openai: 100
    openai -> nvidia: 40 purchase
    openai -> nvidia: undisclosed purchase
    """
    doc = test_every_leg_named_is_listed_with_its_line_and_sources.__doc__
    lines = written(tmp_path, doc).read_text(encoding="utf-8").splitlines()
    for question in (
        ("loops",),
        ("exposure", "openai"),
        ("path", "nvidia", "openai"),
        ("gap", "openai"),
        ("stress", "--fail", "openai"),
    ):
        said = run(tmp_path, doc, *question)
        named = {leg for key in said if isinstance(said[key], list) for row in said[key] for leg in legs(row)}

        assert named == {row["leg"] for row in said["legs"]}, question
        for row in said["legs"]:
            assert row["sources"] == ["p [press] o"]
            assert f"from: {row['from']}, to: {row['to']}" in lines[row["line"] - 1]


def test_every_id_of_a_leg_in_a_report_is_listed_with_its_line_and_sources(tmp_path: Path) -> None:
    """
    nvidia -> openai: 100
    openai -> nvidia: 40 purchase
    openai -> nvidia: undisclosed purchase talks
    nvidia -> openai: undisclosed stake closed #percent 5%
    openai -> oracle: 30 purchase 2025-03-01
    oracle -> openai: 25..35 guarantee #secures [d5/1]
    oracle -> nvidia: 20 purchase announced
    oracle -> nvidia: undisclosed purchase
    ---
    figures:
      nvidia:
        - {metric: revenue, period: 2025, amount: $300, kind: reported, source: s}
        - {metric: ownership, period: 2025-06-30, percent: 4%, kind: press, counterparty: openai, source: s}
      openai:
        - {metric: cash, period: 2024-12-31, amount: $70, kind: reported, source: s}
    """
    doc = test_every_id_of_a_leg_in_a_report_is_listed_with_its_line_and_sources.__doc__
    questions = (
        (),
        ("exposure", "openai"),
        ("exposure", "nvidia", "--from", "2026", "--to", "2027"),
        ("ownership",),
        ("ownership", "openai"),
        ("demand",),
        ("demand", "nvidia", "--from", "2025", "--to", "2025"),
        ("selffunded", "nvidia"),
        ("selffunded", "oracle"),
        ("stress",),
        ("stress", "--fail", "nvidia"),
        ("stress", "--fail", "nvidia", "--from", "2027", "--to", "2027"),
    )
    for question in questions:
        said = run(tmp_path, doc, *question)
        named = {leg for key, table in said.items() if key != "notes" for leg in ids(table)}

        assert named == {row["leg"] for row in said["legs"]}, question
        assert all(row["line"] and row["sources"] for row in said["legs"])
    assert "d3/1" in {row["leg"] for row in run(tmp_path, doc, "exposure", "openai")["uncounted"]}


def ids(value: object) -> set[str]:
    """Find the ids of legs in a piece of JSON, wherever they stand alone."""
    if isinstance(value, dict):
        return {leg for part in value.values() for leg in ids(part)}
    if isinstance(value, list):
        return {leg for part in value for leg in ids(part)}
    return {value} if isinstance(value, str) and re.fullmatch(r"d\d+/\d+", value) else set()


def legs(row: object) -> list[str]:
    """Name the legs of a row of JSON."""
    if not isinstance(row, dict):
        return []
    return [*(row.get("legs") or ()), *filter(None, [row.get("leg")])]


def test_a_party_is_shown_with_its_place(tmp_path: Path) -> None:
    """
    nvidia -> openai: 100
    ---
    figures:
      openai:
        - {metric: cash, period: 2025-12-31, amount: $7, kind: press, source: s}
        - {metric: cash, period: 2026-06-30, amount: $9, kind: press, known: 2026-08-01, source: s}
    """
    path = written(tmp_path, test_a_party_is_shown_with_its_place.__doc__)
    done = aiweb("-r", path, "show", "openai", "--as-of", "2026-07-01").out
    line = next(
        n for n, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "openai" in row
    )

    assert f"stands in  {path}:{line}\n" in done
    assert len(block(done, "Figures known by then")) == 5
    assert "2025-12-31" in done
    assert "$9" not in done


def test_a_deal_is_shown_with_its_life_up_to_the_day(tmp_path: Path) -> None:
    """
    a -> b: up to $90 letter-of-intent 2025-03-01; 2025-09-01 signed 70; 2026-04-01 closed paid 50
    """
    path = written(tmp_path, test_a_deal_is_shown_with_its_life_up_to_the_day.__doc__)
    first, second, third = (
        aiweb("-r", path, "show", "d1", "--as-of", day).out for day in ("2025-03", "2025-12", "2026-12")
    )

    assert "status     letter-of-intent since 2025-03-01" in first
    assert "up to $90" in first
    assert "2 later events are not shown" in first
    assert "status     signed since 2025-09-01" in second
    assert "1 later events are not shown" in second or "1 later event is not shown" in second
    assert "status     closed since 2026-04-01" in third
    assert "paid $50" in third
    assert "not shown" not in third


def test_a_deal_not_yet_known_is_said_to_be_so(tmp_path: Path) -> None:
    """
    a -> b: 10 2025-03-01
    """
    path = written(tmp_path, test_a_deal_not_yet_known_is_said_to_be_so.__doc__)

    assert "not yet known on this day" in aiweb("-r", path, "show", "d1", "--as-of", "2024").out


def test_chinese_names_keep_the_columns(tmp_path: Path) -> None:
    """
    nvidia -> openai: 100
    openai -> oracle: undisclosed purchase
    """
    path = written(
        tmp_path,
        test_chinese_names_keep_the_columns.__doc__,
        nvidia={"name": "英伟达", "zh": "英伟达公司"},
        oracle={"name": "Oracle", "zh": "甲骨文"},
    )
    _, rule, *rows = block(aiweb("-r", path, "parties").out, "  id")
    ends = [
        start for start, (a, b) in enumerate(zip(rule, f"{rule[1:]} ", strict=True)) if (a, b) == ("-", " ")
    ]

    for row in rows:
        wide = "".join(f"{letter}\0" if letter >= "\u2e80" else letter for letter in row)
        padded = wide.ljust(len(rule))
        assert all(padded[end + 1 : end + 3].strip(" ") == "" for end in ends), row


@pytest.mark.parametrize(
    "question", [("parties",), ("show", "a"), ("deals",), ("loops",), ("gap", "a"), ("stress", "--fail", "a")]
)
def test_a_hostile_name_keeps_markdown_tables_whole(tmp_path: Path, question: tuple[str, ...]) -> None:
    """
    a -> b: 10
    b -> a: 4 purchase
    """
    hostile = "x|y`z`[k](l)<img src=x onerror=alert(1)>"
    path = written(tmp_path, test_a_hostile_name_keeps_markdown_tables_whole.__doc__, a={"name": hostile})
    done = aiweb("-r", path, *question, "-f", "md").out
    tables = [part.splitlines() for part in done.split("\n\n") if part.startswith("|")]

    assert done.count("<img") == done.count(r"\<img")
    for rows in tables:
        assert len({row.replace(r"\|", "").count("|") for row in rows}) == 1


# ---- conventions


def test_a_narrower_convention_says_what_it_leaves_out_and_why(tmp_path: Path) -> None:
    """
    a -> b: 10 letter-of-intent
    b -> a: 4 purchase
    """
    said = run(tmp_path, test_a_narrower_convention_says_what_it_leaves_out_and_why.__doc__, "loops")

    assert said["loops"] == []
    assert said["left_out"] == [
        {"loop": "a -> b -> a", "needs": ["d1/1 (only letter-of-intent)"], "lacking_legs": ["d1/1"]}
    ]


def test_a_cut_list_says_so(tmp_path: Path) -> None:
    """
    a -> b: 10
    b -> a: 9 purchase
    c -> d: 8
    d -> c: 7 purchase
    """
    said = run(tmp_path, test_a_cut_list_says_so.__doc__, "loops", "--top", "1")

    assert [row["loop"] for row in said["loops"]] == ["a -> b -> a"]
    assert any("there are more than the 1 listed" in note for note in said["notes"])


def test_paid_says_how_much_it_covers(tmp_path: Path) -> None:
    """
    a -> b: 10; 2025-06-01 paid 6
    b -> a: 9 purchase closed
    a -> b: 3 warrant
    """
    said = run(tmp_path, test_paid_says_how_much_it_covers.__doc__, "circularity")

    assert "paid: dated payments are known for 1 of 2 cash legs" in said["notes"]


# ---- what the first registry must show


@pytest.fixture(scope="module")
def then() -> str:
    """Print the loops on the article's day."""
    return aiweb("loops", *THEN, *WIDE).out


def test_the_letter_of_intent_is_shown_on_the_articles_day() -> None:
    """NVIDIA–OpenAI, 2025-10-08: up to $100bn."""
    done = aiweb("show", "nvidia-openai-10gw", *THEN).out

    assert "status     letter-of-intent since 2025-09-22" in done
    assert "up to $100bn" in done
    assert "superseded" not in done


def test_the_letter_of_intent_is_superseded_later() -> None:
    """2026-03-15: by $30bn of equity."""
    done = aiweb("show", "nvidia-openai-10gw", "--as-of", "2026-03-15").out
    successor = aw.load().as_of("2026-03-15").state("nvidia-openai-equity-2026")

    assert "superseded by nvidia-openai-equity-2026" in done
    assert successor
    assert successor.legs[0].amount == Money(30_000_000_000, 30_000_000_000)
    assert "$30bn" in aiweb("show", "nvidia-openai-equity-2026", "--as-of", "2026-03-15").out


@pytest.mark.parametrize(
    "words", [("nvidia-openai",), ("NVIDIA–OpenAI",), ("nvidia", "openai"), ("英伟达", "OpenAI")]
)
def test_both_deals_are_found_by_the_names_of_their_parties(words: tuple[str, ...]) -> None:
    """The list shows both as they stand."""
    done = aiweb("show", *words, "--as-of", "2026-03-15", "-f", "json")
    listed = {row["id"]: row for row in done.json["deals"]}

    assert listed["nvidia-openai-10gw"]["status"] == "superseded"
    assert listed["nvidia-openai-equity-2026"]["amount"]["high"] >= 30_000_000_000


@pytest.mark.parametrize(
    "loop, amount",
    [
        ("nvidia -> openai -> oracle -> nvidia", "up to $40bn"),
        ("nvidia -> openai -> nvidia", "at most $100bn"),
        ("amd -> openai -> amd", "up to $90bn"),
        ("microsoft -> openai -> microsoft", "at most $13.8bn"),
        ("coreweave -> nvidia -> coreweave", "at most $350m"),
    ],
)
def test_the_articles_loops_are_there_on_its_day(then: str, loop: str, amount: str) -> None:
    """Each with its amount, or "at most" with the unknown leg named, its legs and their sources."""
    row = next(n for n, line in enumerate(then.splitlines()) if f"  {loop}  " in line)
    head, *rest = then.splitlines()[row : row + 10]
    details = list(takewhile(lambda line: line.startswith("      "), rest))
    named = next(line for line in details if "legs: " in line).partition("legs: ")[2].split(", ")

    assert head.endswith(amount)
    assert any("weakest status" in line for line in details)
    assert amount.startswith("up to") or any("undisclosed hop: " in line for line in details)
    table = block(then, "Legs behind these numbers")
    for leg in named:
        at = next(n for n, line in enumerate(table) if line.startswith(f"  {leg} "))
        assert "sources: " in table[at + 1]


def test_contracted_leaves_out_what_rests_on_a_letter_of_intent() -> None:
    """Which loops, and which of their legs."""
    said = aiweb("loops", *THEN, "--under", "contracted", "--consideration", "all", "-f", "json").json
    left = {row["loop"]: row["needs"] for row in said["left_out"]}

    assert "nvidia-openai-10gw/1 (only letter-of-intent)" in left["nvidia -> openai -> oracle -> nvidia"]
    assert "nvidia-openai-10gw/1 (only letter-of-intent)" in left["nvidia -> openai -> nvidia"]
    assert any("market value" in reason for reason in left["amd -> openai -> amd"])
    kept = {row["loop"] for row in (*said["loops"], *said["unpriced"])}
    assert "nvidia -> openai -> nvidia" not in kept
    assert {"microsoft -> openai -> microsoft", "coreweave -> nvidia -> coreweave"} <= kept


def test_the_articles_gap_stands_apart_from_the_calendar() -> None:
    """60 a year: 300/5 = 60 for Oracle against the article's 50, and 10 for Broadcom, in other years."""
    said = aiweb("gap", "openai", *THEN, "-f", "json").json
    oracle, broadcom = said["claim_article_gap_60"]
    billion = 10**9

    assert (oracle["leg"], broadcom["leg"]) == ("openai-oracle-300b/1", "broadcom-10b-order/1")
    assert (oracle["claimed"]["high"], broadcom["claimed"]["high"]) == (50 * billion, 10 * billion)
    assert (oracle["registry_a_year"]["high"], broadcom["registry_a_year"]["high"]) == (
        60 * billion,
        10 * billion,
    )
    assert (oracle["falls_in"], broadcom["falls_in"]) == ("2027..2031", "2026")
    assert broadcom["payer"] != "openai"
    assert "broadcom-10b-order/1" not in {row["leg"] for row in said["items"]}


def test_the_articles_gap_says_why_it_is_loose() -> None:
    """Oracle starts in 2027; one order is no yearly sum; its payer is disputed."""
    table = "\n".join(
        block(aiweb("gap", "openai", *THEN).out, "Published apart from this table (article-gap-60)")
    )

    assert "claimed in all: $60bn a year" in table
    assert "300 over five years would be 60; the article uses 50" in table
    assert "start in 2027" in table
    assert "not a yearly sum" in table
    assert "disputed" in table
    assert "source: article" in table


# ---- reports are made from values


def test_a_report_is_text_without_the_command() -> None:
    """
    a -> b: 10
    b -> a: 4 purchase
    """
    drawn = graph(test_a_report_is_text_without_the_command.__doc__)
    made: list[Report] = [
        reports.parties(drawn, sorted(drawn.registry.parties)),
        reports.deals(drawn, drawn.deals.values()),
        reports.party(drawn, "a"),
        reports.deal(drawn, "d1"),
    ]

    assert [report.key for report in made] == ["parties", "deals", "party", "deal"]
    assert all(text(report).endswith("\n") for report in made)


def test_a_market_series_is_shown_with_the_loans_that_float_over_it() -> None:
    """
    bank -> lab: 100 loan #coupon 2.25% #floating true #benchmark sofr
    ---
    series:
      sofr:
        name: SOFR
        zh: SOFR
        unit: percent
        readings:
          - {on: 2025-06-30, value: 4.4, source: s}
          - {on: 2026-06-30, value: 3.6, source: s, note: lower}
    """
    found = graph(test_a_market_series_is_shown_with_the_loans_that_float_over_it.__doc__, as_of="2025-12-31")
    report = reports.series(found, "sofr")
    readings, loans = report.tables
    assert [row[1] for row in readings.rows] == ["4.4"]
    assert [row[0] for row in loans.rows] == ["d1/1"]
    assert report.notes == ("later readings that are not shown: 1; see --as-of",)
    terms = reports.deal(found, "d1").tables[0].rows[0][8]
    assert terms == ("coupon 2.25% over sofr floating",)
