"""A report: titled tables of typed cells, and the four ways to write one.

A cell is text, a whole number, an amount, a share, a date, a list of names, or nothing.
JSON carries cells exactly; text and Markdown round amounts to three significant digits.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final, TypeAlias

from aiweb.errors import BadOption, did_you_mean
from aiweb.graph import Convention
from aiweb.model import Registry
from aiweb.values import Money, Span, When

SCHEMA_VERSION: Final = 1
Cell: TypeAlias = str | int | Money | Fraction | date | When | Span | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in JSON and CSV, and its heading.

    Text puts a `below` column on a line below the row; what people read leaves a `machine` column out.
    """

    key: str
    heading: str
    below: bool = False
    machine: bool = False
    money: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under columns; some tables are laid out for people only, or for machines only."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    only: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing in plain characters, for people only: what it draws is in a table too."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a command prints: lines of text, charts, tables, and the convention they stand under."""

    key: str
    title: str
    tables: tuple[Table, ...]
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    context: Mapping[str, str] = field(default_factory=dict)
    charts: tuple[Chart, ...] = ()


def context(registry: Registry, convention: Convention, *leave_out: str) -> dict[str, str]:
    """Name the registry and the convention, but for the parts of it that the numbers do not depend on."""
    found = {
        "registry": registry.digest,
        "registry_as_of": str(registry.as_of),
        "as_of": convention.as_of.isoformat(),
        "convention": str(convention.preset),
        "consideration": str(convention.consideration),
        "limits": convention.limits,
        "what_if": ", ".join(registry.what_if),
    }
    return {key: value for key, value in found.items() if key not in leave_out and value}


def text(report: Report, *, bold: bool = False) -> str:
    """Write for a terminal: aligned columns, detail below each row, notes at the end."""
    parts = [_strong(report.title, bold=bold)]
    if "as_of" in report.context:
        parts[0] += f"\n{_rule(report.context)}"
    if report.lines:
        parts.append("\n".join(report.lines))
    for chart in report.charts:
        drawn = [f"  {line}" for line in chart.lines]
        parts.append("\n".join([_strong(chart.title, bold=bold), *drawn]))
    for table in _for(report, "people"):
        heading = [_strong(table.title, bold=bold)] if table.title else []
        body = _aligned(table) if table.rows else ["  none"]
        parts.append("\n".join([*heading, *body, *(f"  {note}" for note in table.notes)]))
    if report.notes:
        parts.append("\n".join(report.notes))
    return "\n\n".join(parts) + "\n"


def to_json(report: Report) -> str:
    """Write for programs: one object, a list of objects a table, amounts in whole dollars."""
    document: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "report": report.key,
        **report.context,
    }
    for table in _for(report, "machines"):
        document[table.key] = [
            {column.key: _plain(cell) for column, cell in zip(table.columns, row, strict=True)}
            for row in table.rows
        ]
    document["notes"] = [
        *report.lines,
        *(note for table in report.tables for note in table.notes),
        *report.notes,
    ]
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def to_csv(report: Report, name: str | None = None) -> str:
    """Write one table for a spreadsheet, the first by default; an amount takes five columns.

    Raises:
        BadOption: the report has no table of that name.
    """
    table = pick(report, name)
    amounts = [column.money for column in table.columns]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    heading: list[str] = []
    for column, amount in zip(table.columns, amounts, strict=True):
        heading += [f"{column.key}_{end}" for end in _ENDS] if amount else [column.key]
    writer.writerow(heading)
    for row in table.rows:
        cells: list[object] = []
        for cell, amount in zip(row, amounts, strict=True):
            cells += _ends(cell) if amount else [_guarded(cell)]
        writer.writerow(cells)
    return out.getvalue()


def markdown(report: Report) -> str:
    """Write for a document: a heading, a table each, notes as a list."""
    parts = [f"## {_escaped(report.title)}"]
    if "as_of" in report.context:
        parts.append(_rule(report.context))
    if report.lines:
        parts.append("\n".join(f"- {_paragraph(line)}" for line in report.lines))
    for chart in report.charts:
        parts += [f"### {_escaped(chart.title)}", "\n".join(("```text", *chart.lines, "```"))]
    for table in _for(report, "people"):
        if table.title:
            parts.append(f"### {_escaped(table.title)}")
        parts.append(_markdown_table(table) if table.rows else "none")
        parts.extend(_paragraph(note) for note in table.notes)
    parts.extend(_paragraph(note) for note in report.notes)
    return "\n\n".join(parts) + "\n"


def _rule(found: Mapping[str, str]) -> str:
    words = [found[key] for key in ("convention", "consideration") if key in found]
    limits = [found["limits"]] if "limits" in found else []
    what_if = [f"what if: {found['what_if']}"] if found.get("what_if") else []
    return ", ".join([*words, f"as of {found['as_of']}", *limits, *what_if])


def pick(report: Report, name: str | None) -> Table:
    """Find a table of a report, the first by default.

    Raises:
        BadOption: there is none of that name.
    """
    tables = {table.key: table for table in _for(report, "machines")}
    if name is None:
        return next(iter(tables.values()))
    if name not in tables:
        raise BadOption("table", name, did_you_mean(name, tables) or f"write one of {', '.join(tables)}")
    return tables[name]


def _for(report: Report, readers: str) -> list[Table]:
    return [table for table in report.tables if table.only in {"", readers}]


FORMATS: Final[Mapping[str, Callable[[Report], str]]] = {
    "text": text,
    "json": to_json,
    "csv": to_csv,
    "md": markdown,
}
_NO_WIDTH: Final = {"Mn", "Me", "Cf"}
_ENDS: Final = ("low", "high", "undisclosed", "ceilings", "unbounded")
# What an address may hold where it is recognised in a text.
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"`\\]*[^\s<>\"`\\.,;:!?)\]]")


def shown(cell: Cell) -> str:
    """Write a cell for people."""
    if cell is None:
        return ""
    if isinstance(cell, Money):
        return cell.short()
    if isinstance(cell, Fraction):
        return f"{float(cell):.1%}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, tuple):
        return ", ".join(cell)
    return str(cell)


def width(text: str) -> int:
    """Count the columns a text takes on a terminal: two for each wide character, none for a mark on one."""
    return sum(
        0 if unicodedata.category(c) in _NO_WIDTH else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _aligned(table: Table) -> list[str]:
    beside = [i for i, column in enumerate(table.columns) if not (column.below or column.machine)]
    below = [index for index, column in enumerate(table.columns) if column.below]
    right = {
        index for index in beside if any(isinstance(row[index], Money | Fraction | int) for row in table.rows)
    }
    cells = [[shown(row[index]) for index in beside] for row in table.rows]
    headings = [table.columns[index].heading for index in beside]
    widths = [max(width(row[i]) for row in [headings, *cells]) for i in range(len(beside))]

    def line(row: Sequence[str]) -> str:
        padded = [
            " " * (widths[i] - width(cell)) + cell
            if beside[i] in right
            else cell + " " * (widths[i] - width(cell))
            for i, cell in enumerate(row)
        ]
        return ("  " + "  ".join(padded)).rstrip()

    lines = [line(headings), line(["-" * size for size in widths])] if any(headings) else []
    for row, beside_cells in zip(table.rows, cells, strict=True):
        lines.append(line(beside_cells))
        for index in below:
            lines += _detail(table.columns[index].heading, row[index])
    return lines


def _detail(heading: str, cell: Cell) -> list[str]:
    """Write a cell below its row: names in one line, entries of several words in a line each."""
    label = f"      {heading}: " if heading else "      "
    apart = isinstance(cell, tuple) and any(" " in entry for entry in cell)
    entries = list(cell) if isinstance(cell, tuple) and apart else [shown(cell)]
    if not any(entries):
        return []
    return [f"{label if number == 0 else ' ' * width(label)}{entry}" for number, entry in enumerate(entries)]


def _strong(text: str, *, bold: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if bold else text


def _plain(cell: Cell) -> object:
    if isinstance(cell, Money):
        return {
            "low": cell.low,
            "high": cell.high,
            "undisclosed": cell.undisclosed,
            "ceilings": cell.ceilings,
            "unbounded": cell.unbounded,
        }
    if isinstance(cell, Fraction):
        return round(float(cell), 6)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, When | Span):
        return str(cell)
    return list(cell) if isinstance(cell, tuple) else cell


def _ends(cell: Cell) -> list[object]:
    if isinstance(cell, Money):
        return [cell.low, cell.high, cell.undisclosed, cell.ceilings, "yes" if cell.unbounded else "no"]
    empty = [""] * (len(_ENDS) - 1)
    return ["", *empty] if cell is None else [_guarded(cell), *empty]


def _guarded(cell: Cell) -> object:
    """Keep a spreadsheet from taking a text for a formula."""
    if isinstance(cell, int):
        return cell
    if isinstance(cell, Fraction):
        return round(float(cell), 6)
    written = " ".join(cell) if isinstance(cell, tuple) else shown(cell)
    # Before Python 3.13 the csv module puts no quotes around a lone carriage return.
    written = written.replace("\r", "\n")
    return f"'{written}" if written[:1] in {"=", "+", "-", "@", "\t", "\n"} else written


def _markdown_table(table: Table) -> str:
    kept = [index for index, column in enumerate(table.columns) if not column.machine]
    numeric = [any(isinstance(row[index], Money | Fraction | int) for row in table.rows) for index in kept]
    headings = [_escaped(table.columns[index].heading or table.columns[index].key) for index in kept]
    lines = [
        "| " + " | ".join(headings) + " |",
        "|" + "|".join("---:" if right else "---" for right in numeric) + "|",
    ]
    lines += ["| " + " | ".join(_escaped(shown(row[index])) for index in kept) + " |" for row in table.rows]
    return "\n".join(lines)


def _paragraph(text: str) -> str:
    """Escape a text that starts a line, where a mark or a number could start a heading or a list."""
    return re.sub(r"^\s*(\d*)([#>+.)=-])", r"\1\\\2", _escaped(text))


def _escaped(text: str) -> str:
    """Keep Markdown from taking registry text for markup; an address becomes a link."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        parts += [_plain_text(text[end : found.start()]), f"<{found[0].replace('|', '%7C')}>"]
        end = found.end()
    return "".join([*parts, _plain_text(text[end:])]).replace("\n", " ")


def _plain_text(text: str) -> str:
    for mark in "\\`*_[]<|~&":
        text = text.replace(mark, "\\" + mark)
    return text
