"""Before and after, question by question: `--what-if NAME --changes`, of what ships and by hand."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final
from unittest import mock

import pytest

import aiweb as aw
from aiweb.model import Registry
from aiweb.registry.whatif import heads
from aiweb.values import Money
from aiweb.views import reports
from aiweb.views.tables import Column, Report, Table
from tests.commands import aiweb, written
from tests.test_whatif import text

# Every command that answers a question, in its cheapest useful form.
QUESTIONS: Final = {
    "show": ("openai",),
    "parties": (),
    "deals": (),
    "path": ("nvidia", "openai"),
    "loops": (),
    "circularity": ("--shuffles", "0"),
    "exposure": ("oracle",),
    "ownership": (),
    "selffunded": (),
    "demand": (),
    "gap": ("openai",),
    "stress": (),
    "missing": ("openai", "--top", "1"),
    "explain": ("gap", "openai", "2027"),
}
NAMES: Final = [str(head.name) for head in heads()]
MUCH_AND_LITTLE: Final = {"breakdown", "yen-shock"}
# These ask whole webs for all there is: one what-if that changes much is enough, and one that does not.
DEAR: Final = {"circularity", "missing"}
CASES: Final = [
    (question, name)
    for question in QUESTIONS
    for name in NAMES
    if question not in DEAR or name in MUCH_AND_LITTLE
]
PLACES: Final = {"line", "rank", "number", "arithmetic", "of"}


@pytest.fixture(scope="module")
def registry() -> Registry:
    """Read the registry that ships, once."""
    return aw.load().registry


@pytest.fixture(autouse=True)
def _read_once(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the commands of a test that asks for the shipped registry share it; reading is tested elsewhere."""
    if "registry" not in request.fixturenames:
        yield
        return
    read = request.getfixturevalue("registry")
    with mock.patch("aiweb.web.load_registry", return_value=read):
        yield


def answer(question: str, *options: str) -> Any:  # noqa: ANN401 - JSON is what it is
    """Ask a question of the shipped registry."""
    done = aiweb(question, *QUESTIONS[question], *options, "--format", "json")
    assert done.code == 0, done.err
    return done.json


@cache
def plain(question: str) -> Any:  # noqa: ANN401 - as above
    """Ask it without a what-if, once."""
    return answer(question)


def tables(said: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Give the tables of an answer without what says where a row stands."""
    return {
        name: [{key: cell for key, cell in row.items() if key not in PLACES} for row in rows]
        for name, rows in said.items()
        if isinstance(rows, list) and name != "notes"
    }


def flat(cell: Any) -> Any:  # noqa: ANN401 - as above
    """Write a list of names as the table of changes does."""
    return ", ".join(cell) if isinstance(cell, list) else cell


def test_every_question_is_asked() -> None:
    """A new command that takes `--changes` has to be tried here."""
    from tests.blocks import commands

    asked = {
        name for name, command in commands().items() if "changes" in inspect.signature(command).parameters
    }
    assert asked == set(QUESTIONS)


@pytest.mark.slow
@pytest.mark.parametrize("question, name", CASES)
@pytest.mark.usefixtures("registry")
def test_every_question_says_what_each_that_ships_changes(question: str, name: str) -> None:
    """Every cell before is one of the answer without it; of two, nothing changes just if nothing differs."""
    found = answer(question, "--what-if", name, "--changes")
    before = tables(plain(question))

    assert found["what_if"] == name
    for row in found["changes"]:
        if row["column"] in {"gone", "new"}:
            assert row["before"] is row["after"] is None
        else:
            assert row["before"] != row["after"]
            assert row["before"] in [flat(cells[row["column"]]) for cells in before[row["table"]]]
    if name in MUCH_AND_LITTLE:
        assert bool(found["changes"]) == (before != tables(answer(question, "--what-if", name)))


@pytest.mark.usefixtures("registry")
def test_what_changes_is_what_the_what_if_is_about() -> None:
    """Of each that ships one thing that must be otherwise, and what must not."""
    plan = changed("gap", "revenue-misses-plan")
    assert all(after["high"] > before["high"] for before, after in plan["outcomes", "peak"].values())
    owes = changed("stress", "rates-up")["books", "owes"]
    assert {"oracle", "xai"} <= set(owes)
    assert all(after["high"] > before["high"] for before, after in owes.values())
    gone = changed("loops", "openai-fails")
    assert gone["loops", "gone"]
    assert all("openai" in loop for loop in gone["loops", "gone"])
    assert not any(
        "openai" in loop for table, column in gone for loop in gone[table, column] if column == "new"
    )
    opening = changed("gap", "liquidity-tightens")["years", "cash"]
    assert all(after["high"] <= before["high"] for before, after in opening.values())
    worth = changed("show", "valuations-halved")["figures", "value"].values()
    assert all(2 * after["high"] == before["high"] for before, after in worth)
    assert not changed("loops", "rates-up")
    assert not changed("gap", "yen-shock")


def changed(question: str, name: str) -> dict[tuple[str, str], dict[str, tuple[Any, Any]]]:
    """Give what changes: before and after by row, under table and column."""
    found: dict[tuple[str, str], dict[str, tuple[Any, Any]]] = {}
    for row in answer(question, "--what-if", name, "--changes")["changes"]:
        found.setdefault((row["table"], row["column"]), {})[row["row"]] = (row["before"], row["after"])
    return found


# ---- by hand


WEB: Final = """
a -> b: 100
b -> a: 60 purchase
b -> c: 20 purchase
c -> b: 9
c -> b: 9
"""


def steps(*rows: tuple[int, str, str, int, tuple[str, ...]]) -> Report:
    """Write a trace of steps: number, what it is, arithmetic, value."""
    columns = (
        Column("number", "#"),
        Column("says", "step"),
        Column("arithmetic", "arithmetic"),
        Column("value", "value", money=True),
        Column("legs", "legs"),
    )
    cells = tuple((number, says, how, Money(value, value), legs) for number, says, how, value, legs in rows)
    return Report("explain", "T", (Table("steps", "", columns, cells),))


def rows_of(before: Report, after: Report) -> list[tuple[str, str, object, object]]:
    """Compare two reports: row, column, before, after."""
    (table,) = reports.compared(before, after).tables
    return [(str(row), str(column), one, other) for _, row, column, one, other in table.rows]


def test_a_step_that_is_gone_does_not_shift_those_after_it() -> None:
    """Numbers of steps, and arithmetic that names them, say where a step stands and are no difference."""
    before = steps((1, "x", "", 3, ("d1/1",)), (2, "y", "", 4, ("d2/1",)), (3, "sum", "(1) + (2)", 7, ()))
    after = steps((1, "y", "", 4, ("d2/1", "d3/1")), (2, "sum", "(1)", 4, ()))

    assert rows_of(before, after) == [
        ("x", "gone", None, None),
        ("y", "legs", "d2/1", "d2/1, d3/1"),
        ("sum", "value", Money(7, 7), Money(4, 4)),
    ]


def test_rows_that_nothing_tells_apart_are_counted_through() -> None:
    """None is lost: of three that say the same the third is gone, and the second has another value."""
    before = steps(*((number, "x", "", number, ()) for number in (1, 2, 3)))
    after = steps((1, "x", "", 1, ()), (2, "x", "", 9, ()))

    assert rows_of(before, after) == [
        ("x, (2)", "value", Money(2, 2), Money(9, 9)),
        ("x, (3)", "gone", None, None),
    ]


def test_a_cell_that_changes_is_no_row_that_goes(tmp_path: Path) -> None:
    """A cut shows as an amount, of a deal that two others are like."""
    web, path = written(tmp_path, WEB), tmp_path / "mine.yaml"
    path.write_text(text("cut: {deal: d5, by: 50%}"), encoding="utf-8")
    found = aiweb("-r", web, "-f", "json", "deals", "--what-if", path, "--changes").json["changes"]

    assert [(row["table"], row["row"], row["column"]) for row in found] == [("deals", "d5", "amount")]


# ---- what is refused


@pytest.mark.parametrize(
    "said, says",
    [
        (["cancel: {deal: d9}"], ":9:20: unknown-deal: the registry has no deal 'd9'"),
        (
            ["cut: {leg: d1/1, by: 10%}", "cancel: {deal: d1}"],
            ":10:5: contradiction: 'cancel' and 'cut' of d1/1",
        ),
        (
            ["cut: {leg: d1/1, to: $4}", "cut: {deal: d1, to: $5}"],
            ":10:5: contradiction: d1/1 is set to two values",
        ),
        (
            ["cut: {leg: d1/1, by: 9%}", "cut: {deal: d1, by: 8%}"],
            ":10:5: said-twice: a second 'cut' of d1/1",
        ),
    ],
)
@pytest.mark.parametrize("question", [("gap",), ("stress",), ("loops", "--changes"), ("what-if",)])
def test_what_is_wrong_is_refused_by_every_question(
    tmp_path: Path, question: tuple[str, ...], said: list[str], says: str
) -> None:
    """With its place, what to do, exit code 1, and no answer."""
    web, path = written(tmp_path, WEB), tmp_path / "mine.yaml"
    path.write_text(text(*said), encoding="utf-8")
    under = (path,) if question == ("what-if",) else ("--what-if", path)
    done = aiweb("-r", web, *question, *under)

    assert (done.code, done.out) == (1, "")
    first, remedy, *_ = done.err.splitlines()
    assert first.startswith(f"{path}{says}")
    assert remedy.strip()


def test_two_files_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    """In the place of the later one, which names that of the earlier; and one file is not given twice."""
    web = written(tmp_path, WEB)
    paths = {}
    for name, said in {
        "one": "cut: {deal: d1, to: $4}",
        "two": "cut: {leg: d1/1, to: $5}",
        "three": "cut: {deal: d1, by: 9%}",
    }.items():
        paths[name] = tmp_path / f"{name}.yaml"
        paths[name].write_text(text(said, name=name), encoding="utf-8")

    def asked(*names: str) -> tuple[int, list[str]]:
        done = aiweb("-r", web, "gap", *(word for name in names for word in ("--what-if", paths[name])))
        return done.code, done.err.splitlines()

    code, (first, *_) = asked("one", "two")
    assert code == 1
    assert first == (
        f"{paths['two']}:9:5: contradiction: d1/1 is set to another value by 'one', {paths['one']}:9"
    )
    code, lines = asked("three", "one")
    assert code == 1
    assert lines[0].startswith(f"{paths['one']}:9:5: set-after-shift: ")
    assert lines[1] == "    give 'one' before 'three'"
    assert asked("one", "three")[0] == 0
    code, (first, *_) = asked("one", "one")
    assert (code, "given-twice" in first) == (1, True)
