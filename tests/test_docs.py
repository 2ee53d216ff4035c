"""The manual: its blocks run, its links lead somewhere, and it leaves nothing out."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final

import pytest

import aiweb as aw
from aiweb.model import Metric
from aiweb.registry.codes import ADVICE
from aiweb.values import Money, parse_money
from aiweb.views import folder
from aiweb.views.tables import Report, Table
from tests import blocks, generate

LINK: Final = re.compile(r"!?\[[^]]*\]\(([^)\s]+)\)")
CODE: Final = re.compile(r"`([^`\n]+)`")
FENCED: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
OURS: Final = re.compile(r"(?:aiweb|docs|graph|tests|\.github|\.ci)/[\w./-]*|deals\.yaml|pyproject\.toml")
REFRESH: Final = "run python -m tests.blocks --write, and look at what it changed"
# What a report says in words before a number, and in columns that hold no amount.
SAID: Final = ("by loop length", "first short", "peak", "end", "at most", "hhi", "effective")
NO_METRICS: Final = {"amount", "value", "other value", "paid", "undisclosed", "legs", "hops", "line", "rank"}


@pytest.fixture(scope="module")
def manual(root: Path) -> dict[str, str]:
    """Return every page of prose, those made from code included, by its path."""
    paths = sorted([*root.glob("*.md"), *(root / "docs").glob("*.md")])
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.mark.slow
@pytest.mark.parametrize("page", blocks.pages())
def test_the_blocks_of_a_page_run_and_print_what_stands_below_them(root: Path, page: str) -> None:
    """The sections made from code are as the code has them, too."""
    assert blocks.refreshed(page) == (root / page).read_text(encoding="utf-8"), REFRESH


def test_every_page_of_the_manual_is_on_its_map(manual: dict[str, str]) -> None:
    """docs/index.md names all others."""
    pages = {name.removeprefix("docs/") for name in manual if name.startswith("docs/")}

    assert pages - set(LINK.findall(manual["docs/index.md"])) == {"index.md"}


def test_every_link_inside_the_project_leads_somewhere(root: Path, manual: dict[str, str]) -> None:
    """A file that is there, and a heading that it has."""
    dead = []
    for name, text in manual.items():
        for target in LINK.findall(FENCED.sub("", text)):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            found = ((root / name).parent / path).resolve() if path else root / name
            if not found.exists() or (anchor and anchor not in headings(found.read_text(encoding="utf-8"))):
                dead.append(f"{name}: {target}")

    assert dead == []


def test_every_file_that_the_manual_names_exists(root: Path, manual: dict[str, str]) -> None:
    """`graph/` is made, so its files are those that `aiweb build` makes."""
    made = {"", "index.html", *folder.compiled(aw.load().registry, "")}
    known = {f"graph/{name}" for name in made} | {f"graph/{Path(name).parent}/" for name in made}
    missing = [
        f"{name}: {path}"
        for name, text in manual.items()
        for path in CODE.findall(FENCED.sub("", text))
        if OURS.fullmatch(path) and path not in known and not (root / path).exists()
    ]

    assert missing == []


def test_what_would_set_the_project_up_exists(root: Path, manual: dict[str, str]) -> None:
    """`bash tests/run --build`: the script, and an option it knows; `python -m tests.blocks`: the module."""
    script = (root / "tests" / "run").read_text(encoding="utf-8")
    calls = {call for text in manual.values() for call in re.findall(r"bash tests/run((?: -\S*\w)?)", text)}
    modules = {name for text in manual.values() for name in re.findall(r"python -m (tests\.\w+)", text)}

    assert {"", " --build"} <= calls
    assert [
        call for call in calls if call and not re.search(rf"^ *{call.strip()}\b.*\)", script, re.MULTILINE)
    ] == []
    homes = {name: root / name.replace(".", "/") for name in modules}
    assert [
        name
        for name, home in homes.items()
        if not (home.with_suffix(".py").is_file() or (home / "__main__.py").is_file())
    ] == []


def test_the_readme_opens_with_the_two_commands_and_the_picture(manual: dict[str, str]) -> None:
    """One line sets everything up and builds; the other tests everything; a picture says what it shows."""
    found = [block.lines for block in blocks.blocks(manual["README.md"]) if block.language == "sh"]
    (picture,) = re.findall(r"!\[([^]]*)\]\(docs/explorer-graph\.png\)", manual["README.md"])

    assert found == [("bash tests/run --build",), ("bash tests/run",)]
    assert picture


def test_every_command_has_its_section(manual: dict[str, str]) -> None:
    """With its options, and its tables if it gives a report."""
    page = manual["docs/commands.md"]
    names = set(blocks.commands()) - {""}

    assert names - headings(page) == set()
    assert [name for name in names if f"<!-- made: options {name} -->" not in page] == []
    assert [
        name for name in names & set(blocks.reported()) if f"<!-- made: tables {name} -->" not in page
    ] == []


def test_every_column_that_a_report_has_is_explained(manual: dict[str, str]) -> None:
    """In the last table of docs/commands.md, which names no others."""
    explained = {
        name
        for row in re.findall(
            r"^\| (`.*?) \|", manual["docs/commands.md"].split("\n## Columns\n")[1], re.MULTILINE
        )
        for name in CODE.findall(row)
    }
    columns = {column.key for _, table in given("machines") for column in table.columns}

    assert columns - explained == set()
    assert explained - columns == set()


def test_every_metric_that_a_report_prints_is_defined(manual: dict[str, str]) -> None:
    """Columns that hold an amount or a share, what stands before a number, and the metrics of figures."""
    page = " ".join(manual["docs/methods.md"].lower().split())
    printed = {
        word
        for _, table in given("people")
        for index, column in enumerate(table.columns)
        if not column.machine and any(isinstance(row[index], Money | Fraction) for row in table.rows)
        for word in column.heading.split(", ")
    }
    labels = {label for report in reports() for label in labelled(report)}
    metrics = {f"`{metric}`" for metric in Metric}

    assert [word for word in sorted({*printed, *labels, *SAID} - NO_METRICS) if word not in page] == []
    assert [metric for metric in metrics if metric not in page] == []


def test_every_public_name_is_in_the_manual(manual: dict[str, str]) -> None:
    """What `aiweb` exports, and what a `Web` can do."""
    page = manual["docs/python.md"]
    names = {*aw.__all__, *(name for name in vars(aw.Web) if not name.startswith("_"))}

    assert [name for name in sorted(names) if not re.search(rf"`[^`]*\b{name}\b[^`]*`", page)] == []


def test_the_amounts_that_the_manual_shows_are_amounts(manual: dict[str, str]) -> None:
    """The first table under "How much" of docs/add-a-deal.md, and what is said in methods.md of each."""
    text = manual["docs/add-a-deal.md"].split("### 4. How much")[1].split("\n### ")[0]
    shown = re.findall(r"^\| `(.*?)` \|", text, re.MULTILINE)

    assert len(shown) > 4
    for amount in shown:
        assert isinstance(parse_money(amount, None if "$" in amount else Decimal(1)), Money)


@pytest.mark.parametrize("code", sorted(ADVICE))
def test_the_file_shown_for_a_piece_of_advice_gets_that_alone(code: str) -> None:
    """The small webs of tests/generate.py, of which docs/errors.md is made."""
    _, pieces = generate.advised(generate.ADVISED[code], code)

    assert [piece.code for piece in pieces] == [code]
    assert all(piece.remedy for piece in pieces)


def test_the_waiver_shown_sets_its_advice_aside() -> None:
    """The same."""
    text, pieces = generate.advised(generate.WAIVED)

    assert pieces == ()
    assert "waivers:" in text


def test_a_line_of_dots_stands_for_any_lines() -> None:
    """What stands before the first and after the last must agree."""
    assert blocks.agrees(["a", "…", "d"], ["a", "b", "c", "d"])
    assert blocks.agrees(["a", "…"], ["a"])
    assert not blocks.agrees(["a", "…", "d"], ["a", "b"])
    assert not blocks.agrees(["a"], ["a", "b"])


def test_a_block_splits_into_commands_and_what_they_print() -> None:
    """
    $ one
    first

    $ two
    """
    (block,) = blocks.blocks("```console\n$ one\nfirst\n\n$ two\n```")

    assert blocks.steps(block) == [
        blocks.Step(("$ one",), ("first",), 1),
        blocks.Step(("$ two",), (), 0),
    ]


def headings(text: str) -> set[str]:
    """Return the anchors of a page, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def reports() -> list[Report]:
    """Return the reports of every command that answers a question about money."""
    return [
        report
        for name, found in blocks.reported().items()
        if name not in {"show", "parties", "deals", "explain"}
        for report in found
    ]


def given(readers: str) -> list[tuple[Report, Table]]:
    """Return every table that people, or programs, are given."""
    all_reports = (
        [report for found in blocks.reported().values() for report in found]
        if readers == "machines"
        else reports()
    )
    return [
        (report, table) for report in all_reports for table in report.tables if table.only in {"", readers}
    ]


def labelled(report: Report) -> list[str]:
    """Return what stands before a number in a report's lines, such as `gross                $1tn`."""
    found = [re.match(r"([a-z ]+?) {1,}-?\$", line) for line in report.lines]
    return [label[1].strip() for label in found if label]
