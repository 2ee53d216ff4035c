"""Reports written as text, JSON, CSV and Markdown."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiweb.errors import BadOption
from aiweb.values import UNDISCLOSED, Money, Span, When
from aiweb.views import tables
from aiweb.views.tables import (
    Cell,
    Column,
    Report,
    Table,
    markdown,
    pick,
    shown,
    text,
    to_csv,
    to_json,
    width,
)

HOSTILE = r"a|b`c`[d](javascript:e)<img src=x onerror=f(1)>*g*_h_\i~j~&amp;"
CEILING = Money(0, 90, ceilings=1)
AT_LEAST = Money(38, 38, unbounded=True)


def report(
    *rows: Iterable[Cell],
    columns: str = "name amount",
    lines: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Report:
    """Make a report of one table."""
    named = tuple(Column(name, name, money=name == "amount") for name in columns.split())
    table = Table("rows", "Rows", named, tuple(tuple(row) for row in rows))
    return Report("test", "Title", (table,), lines, notes)


def split(row: str) -> list[str]:
    """Split a row of a Markdown table where GitHub does: at bars without a backslash."""
    return [cell.strip() for cell in re.split(r"(?<!\\)(?:\\\\)*\|", row)[1:-1]]


# ---- cells


@pytest.mark.parametrize(
    "cell, said",
    [
        (None, ""),
        ("a", "a"),
        (7, "7"),
        (Money(12_340_000_000, 12_340_000_000), "$12.3bn"),
        (UNDISCLOSED, "undisclosed"),
        (CEILING, "up to $90"),
        (AT_LEAST, "$38+"),
        (Fraction(1, 8), "12.5%"),
        (date(2025, 10, 8), "2025-10-08"),
        (When.parse("2025-Q3"), "2025-Q3"),
        (Span.parse("2027..2031"), "2027..2031"),
        (("a", "b"), "a, b"),
        ((), ""),
    ],
)
def test_a_cell_is_written_for_people(cell: Cell, said: str) -> None:
    """Every type a cell can have."""
    assert shown(cell) == said


@pytest.mark.parametrize(
    "word, columns",
    [("abc", 3), ("英伟达", 6), ("é", 1), ("e\u0301", 1), ("\uff21", 2), ("a\u200bb", 2), ("", 0)],
)
def test_width_is_counted_in_columns_of_a_terminal(word: str, columns: int) -> None:
    """Chinese letters take two; an accent set on a letter takes none."""
    assert width(word) == columns


# ---- text


def test_columns_stand_below_each_other() -> None:
    """Three parties, one with a Chinese name; names to the left, amounts to the right."""
    lines = text(
        report(("英伟达", Money(100, 100)), ("amd", Money(5, 5)), ("甲骨文b", UNDISCLOSED))
    ).splitlines()
    table = lines[3:]

    assert table == [
        "  name          amount",
        "  -------  -----------",
        "  英伟达          $100",
        "  amd               $5",
        "  甲骨文b  undisclosed",
    ]
    assert {width(line) for line in table} == {22}


def test_details_stand_below_their_row() -> None:
    """Names in one line; entries of several words in a line each; nothing for nothing."""
    columns = (Column("id", "id"), Column("legs", "legs", below=True), Column("said", "said", below=True))
    rows: tuple[tuple[Cell, ...], ...] = (
        ("a", ("d1/1", "d2/1"), ("Reuters, on a report", "Mint")),
        ("b", (), None),
        ("c", ("d3/1",), ""),
    )

    assert text(Report("r", "T", (Table("rows", "", columns, rows),))).splitlines()[2:] == [
        "  id",
        "  --",
        "  a",
        "      legs: d1/1, d2/1",
        "      said: Reuters, on a report",
        "            Mint",
        "  b",
        "  c",
        "      legs: d3/1",
    ]


def test_a_table_without_rows_says_none() -> None:
    """A heading above nothing would look like a defect."""
    assert text(report()) == "Title\n\nRows\n  none\n"


def test_a_report_names_its_convention_first() -> None:
    """Then lines, tables and notes."""
    rule = {"convention": "firm", "consideration": "cash", "as_of": "2025-10-08", "registry": "0"}
    whole = Report("r", "T", (), ("a line",), ("a note",), rule)

    assert text(whole) == "T\nfirm, cash, as of 2025-10-08\n\na line\n\na note\n"
    assert text(whole, bold=True).startswith("\x1b[1mT\x1b[0m\n")


def test_what_is_for_machines_is_not_for_people() -> None:
    """A column with the exact bounds of an amount that is shown in words."""
    columns = (Column("says", "amount"), Column("amount", "bounds", machine=True))
    whole = Report("r", "T", (Table("rows", "", columns, (("at most $9", Money(0, 9)),)),))

    assert "bounds" not in text(whole)
    assert "bounds" not in markdown(whole)
    assert json.loads(to_json(whole))["rows"][0]["amount"]["high"] == 9


# ---- JSON


def test_json_carries_cells_exactly() -> None:
    """Whole dollars, dates as text, a share as a number, nothing as null."""
    row = (
        Money(1, 12_345_678_901, undisclosed=2, ceilings=3, unbounded=True),
        Fraction(1, 3),
        date(2025, 10, 8),
        When.parse("2025-Q3"),
        Span.parse("2027..2031"),
        ("a", "b"),
        7,
        None,
        HOSTILE,
    )
    said = json.loads(to_json(report(row, columns="m f d w s t n x h")))

    assert said["schema_version"] == tables.SCHEMA_VERSION
    assert said["report"] == "test"
    assert said["rows"] == [
        {
            "m": {"low": 1, "high": 12_345_678_901, "undisclosed": 2, "ceilings": 3, "unbounded": True},
            "f": 0.333333,
            "d": "2025-10-08",
            "w": "2025-Q3",
            "s": "2027..2031",
            "t": ["a", "b"],
            "n": 7,
            "x": None,
            "h": HOSTILE,
        }
    ]


def test_json_keeps_all_notes() -> None:
    """Lines, notes of tables, notes of the report."""
    table = Table("rows", "Rows", (Column("a", "a"),), (), ("of the table",))

    said = json.loads(to_json(Report("r", "T", (table,), ("a line",), ("of the report",))))
    assert said["notes"] == ["a line", "of the table", "of the report"]
    assert said["rows"] == []


# ---- CSV


def test_csv_gives_every_end_of_an_amount() -> None:
    """A ceiling, an "at least", an undisclosed amount and none."""
    rows = (("a", CEILING), ("b", AT_LEAST), ("c", UNDISCLOSED), ("d", None))
    read = list(csv.DictReader(StringIO(to_csv(report(*rows)))))

    assert [list(row.values()) for row in read] == [
        ["a", "0", "90", "0", "1", "no"],
        ["b", "38", "38", "0", "0", "yes"],
        ["c", "0", "0", "1", "0", "no"],
        ["d", "", "", "", "", ""],
    ]
    assert list(read[0]) == [
        "name",
        "amount_low",
        "amount_high",
        "amount_undisclosed",
        "amount_ceilings",
        "amount_unbounded",
    ]


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|'/c calc'!A0"]
)
def test_csv_keeps_a_spreadsheet_from_computing(formula: str) -> None:
    """A name that starts like a formula gets an apostrophe before it; a number stays one."""
    name, listed, number = list(
        csv.reader(StringIO(to_csv(report((formula, (formula,), -5), columns="a b c")), newline=""))
    )[1]

    assert name == listed == "'" + formula.replace("\r", "\n")
    assert number == "-5"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=9))
def test_csv_gives_back_any_text(name: str) -> None:
    """Commas, quotes and line ends in names."""
    (_, (read, *_)) = csv.reader(StringIO(to_csv(report((name, Money(1, 2)))), newline=""))

    assert read.removeprefix("'") == name.replace("\r", "\n").removeprefix("'")


def test_csv_writes_the_table_that_is_asked_for() -> None:
    """The first unless it is named."""
    first, second = (Table(key, "", (Column(key, key),), ((key,),)) for key in ("first", "second"))
    both = Report("r", "T", (first, second))

    assert to_csv(both) == "first\nfirst\n"
    assert to_csv(both, "second") == "second\nsecond\n"
    assert pick(both, "second") is second
    with pytest.raises(BadOption, match="did you mean 'second'"):
        pick(both, "secnd")
    with pytest.raises(BadOption, match="write one of first, second"):
        pick(both, "legs")


# ---- Markdown


def test_markdown_holds_a_hostile_name() -> None:
    """Bars, backticks, brackets, tags, stars: the table keeps its columns, and nothing is markup."""
    table = markdown(report((HOSTILE, Money(5, 5)), ("b", UNDISCLOSED))).splitlines()[4:]

    assert [len(split(row)) for row in table] == [2, 2, 2, 2]
    assert table[1] == "|---|---:|"
    assert split(table[3]) == ["b", "undisclosed"]
    name = split(table[2])[0]
    assert re.findall(r"(?<!\\)[`*_\[\]<|~&]", name) == []
    assert re.sub(r"\\(.)", r"\1", name) == HOSTILE


@given(st.lists(st.text(alphabet="a\\`*_[]<>|~&#\n", max_size=6), min_size=2, max_size=2))
def test_a_row_of_markdown_keeps_its_columns(cells: list[str]) -> None:
    """Any two texts of marks."""
    table = markdown(report(cells)).splitlines()[4:]

    assert len(table) == 3
    assert len(split(table[2])) == 2


def test_markdown_writes_addresses_as_links() -> None:
    """A backslash inside an address would break it."""
    cell = "Mint [press] https://a.example/x_y*z?a=1&b=2|3, Reuters (https://b.example/)."
    row = markdown(report((cell, None))).splitlines()[6]

    assert row == (
        r"| Mint \[press\] <https://a.example/x_y*z?a=1&b=2%7C3>, Reuters (<https://b.example/>). |  |"
    )


@pytest.mark.parametrize("note", ["# x", "- x", "+ x", "> x", "1. x", "2) x", "=====", "---"])
def test_a_note_in_markdown_is_no_heading_and_no_list(note: str) -> None:
    """What starts a line may start something else."""
    written = markdown(report(notes=(note,), lines=(note,))).splitlines()

    assert re.match(r"\d*\\", written[-1])
    assert re.match(r"- \d*\\", written[2])
    assert written[-1].replace("\\", "") == note


def test_a_title_in_markdown_is_one_line() -> None:
    """A line end in a title would start a paragraph."""
    assert markdown(Report("r", "a\nb <c>", ())) == "## a b \\<c>\n"
