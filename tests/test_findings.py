"""docs/findings.md: every number that its text quotes is one that a command gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from aiweb.values import Money
from tests.commands import aiweb

TABLE: Final = "\n## The numbers of this page\n"
FENCED: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE: Final = re.compile(r"`[^`\n]+`")
TARGET: Final = re.compile(r"\]\([^)]*\)")
DATE: Final = re.compile(r"\b(?:19|20)\d\d(?:-\d\d){0,2}\b")
NUMBER: Final = re.compile(r"(?:up to )?\$\d[\d.,]*(?:–\d[\d.,]*)?(?:m|bn|tn)?\+?|\d[\d.,]*\d%?|\d%?")
WORDS: Final = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


@dataclass(frozen=True, slots=True)
class Quoted:
    """A row of the page's table: a number as the text has it, and where it comes from.

    `row` is `key=value`, several apart by `; `; `column` is a key, with `.low` or `.high` for one end of
    an amount, or `rows` for how many rows fit.
    """

    number: str
    command: str
    table: str
    row: str
    column: str

    def found(self) -> str:
        """Run the command, and print the cell as the text prints it."""
        wanted = [part.split("=", 1) for part in self.row.split("; ")]
        rows = [
            row
            for row in asked(self.command)[self.table]
            if all(str(row[key]) == says for key, says in wanted)
        ]
        if self.column == "rows":
            return printed(len(rows), self.number)
        assert len(rows) == 1, f"{self}: {len(rows)} rows"
        key, _, end = self.column.partition(".")
        cell = rows[0][key]
        return printed({**cell, "low": cell[end], "high": cell[end]} if end else cell, self.number)


@cache
def asked(command: str) -> Any:  # noqa: ANN401 - JSON is what it is
    """Return what a command answers in JSON."""
    done = aiweb(*command.split(), "--format", "json")
    assert done.code == 0, done.err
    return done.json


def printed(cell: object, like: str) -> str:
    """Print a cell of JSON as precisely as the number quoted."""
    digits = len(like.rstrip("%").partition(".")[2])
    if isinstance(cell, dict):
        money = Money(cell["low"], cell["high"], 0, 0, unbounded=cell["unbounded"])
        return f"{'up to ' if like.startswith('up to') and cell['ceilings'] else ''}{money_text(cell, money)}"
    if isinstance(cell, float):
        return f"{cell:.{digits}%}"
    if isinstance(cell, str) and re.fullmatch(r"\d+\.\d+", cell):
        return f"{Decimal(cell):.{digits}f}"
    if isinstance(cell, int) and like in WORDS:
        return WORDS[cell] if cell < len(WORDS) else str(cell)
    return str(cell)


def money_text(cell: dict[str, int], money: Money) -> str:
    """Print an amount without the count of what is undisclosed; a ceiling alone is its upper end."""
    alone = Money(money.high, money.high, 0, 0, unbounded=money.unbounded)
    return (alone if cell["ceilings"] and not money.low else money).short()


def numbers(prose: str) -> Iterator[str]:
    """Give the numbers that a text quotes; dates, code and links are none."""
    for pattern in (FENCED, CODE, TARGET, DATE):
        prose = pattern.sub(" ", prose)
    for found in NUMBER.findall(prose):
        yield found.rstrip(".,")


@pytest.fixture(scope="module")
def page(root: Path) -> tuple[str, tuple[Quoted, ...]]:
    """Return the text of the page, and the rows of its table."""
    prose, _, table = (root / "docs" / "findings.md").read_text(encoding="utf-8").partition(TABLE)
    rows = [line.strip("| ").split(" | ") for line in table.split("\n") if line.startswith("| ")][1:]
    return prose, tuple(Quoted(*(cell.strip("`") for cell in row)) for row in rows)


def test_every_number_of_the_text_stands_in_its_table(page: tuple[str, tuple[Quoted, ...]]) -> None:
    """And the table has none that the text does not quote."""
    prose, rows = page
    quoted = {row.number for row in rows}

    assert set(numbers(prose)) - quoted == set()
    assert [number for number in quoted if number not in CODE.sub("", FENCED.sub("", prose))] == []


def test_a_row_of_the_table_stands_there_once(page: tuple[str, tuple[Quoted, ...]]) -> None:
    """The page has some rows."""
    _, rows = page

    assert len(rows) > 50
    assert len(set(rows)) == len(rows)


@pytest.mark.slow
def test_every_number_is_what_its_command_gives(page: tuple[str, tuple[Quoted, ...]]) -> None:
    """If this fails, read the sentence anew before its number is put right: what it says may have changed."""
    _, rows = page
    stale = [
        f"{row.number} is now {now}: aiweb {row.command}"
        for row in rows
        if (now := row.found()) != row.number
    ]

    assert stale == []


def test_the_numbers_of_a_text_are_found() -> None:
    """Dates, code and addresses hold none."""
    text = "On 2025-10-08, of $2–2.17tn+ (up to $30bn), 7.9% / 95% in `5 legs`, [35](x.md#7). By 2026 1.6, 4."

    assert list(numbers(text)) == ["$2–2.17tn+", "up to $30bn", "7.9%", "95%", "35", "1.6", "4"]


@pytest.mark.parametrize(
    "cell, like, says",
    [
        ({"low": 3, "high": 5, "undisclosed": 1, "ceilings": 0, "unbounded": True}, "$3–5+", "$3–5+"),
        ({"low": 0, "high": 5, "undisclosed": 0, "ceilings": 1, "unbounded": False}, "up to $4", "up to $5"),
        (0.0786, "7.9%", "7.9%"),
        (0.0786, "8%", "8%"),
        ("1.558", "1.6", "1.6"),
        (4, "Five", "Four"),
        (88, "87", "88"),
        ("45%", "44%", "45%"),
    ],
)
def test_a_cell_is_printed_as_the_number_is_quoted(cell: object, like: str, says: str) -> None:
    """A stale number is compared with what it would be now, printed alike."""
    assert printed(cell, like) == says
