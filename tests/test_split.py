"""A registry of several files in a folder: read as one, with every place in its own file."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiweb.errors import FileError
from aiweb.registry.load import load, read

_PARTIES = """format: 1
as_of: 2026-01-31
parties:
  a: {name: A, zh: A, kind: lab}
  b: {name: B, zh: B, kind: chipmaker}
sources:
  s: {publisher: p, offline: o, grade: press, date: 2025-01-01}
"""
_DEALS = """format: 1
deals:
  d1:
    title: A pays B
    legs:
      - {from: a, to: b, instrument: purchase, amount: $5bn, source: s}
    events:
      - {on: 2025-01-01, status: signed, source: s}
figures:
  a:
    - {metric: cash, period: 2025-06-30, amount: $7bn, kind: press, source: s}
"""
_FIGURES = """figures:
  a:
    - {metric: cash, period: 2025-12-31, amount: $9bn, kind: press, source: s}
"""


def folder(tmp_path: Path, **files: str) -> Path:
    """Write files into a folder."""
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_folder_is_read_as_one_file(tmp_path: Path) -> None:
    """Parties in one file, deals in another, the figures of one party in two."""
    registry = load(folder(tmp_path, a_parties=_PARTIES, b_deals=_DEALS, c_figures=_FIGURES))

    assert list(registry.deals) == ["d1"]
    assert [str(row.amount) for row in registry.figures["a"]] == ["$7bn", "$9bn"]


def test_each_entry_stands_in_its_own_file(tmp_path: Path) -> None:
    """The same folder."""
    registry = load(folder(tmp_path, a_parties=_PARTIES, b_deals=_DEALS, c_figures=_FIGURES))

    assert str(registry.place("parties", "b")).endswith("a_parties.yaml:5")
    assert str(registry.leg_place("d1/1")).endswith("b_deals.yaml:6")
    assert str(registry.place("figures", "a", 1)).endswith("c_figures.yaml:3")


def test_a_problem_names_its_file_and_line(tmp_path: Path) -> None:
    """An unknown party in the second file, a wrong amount in the third."""
    path = folder(
        tmp_path,
        a_parties=_PARTIES,
        b_deals=_DEALS.replace("to: b", "to: bb"),
        c_figures=_FIGURES.replace("$9bn", "nine"),
    )
    problems = read(path).problems

    assert [(Path(p.path).name, p.line, p.code) for p in problems] == [
        ("b_deals.yaml", 6, "unknown-party"),
        ("c_figures.yaml", 3, "bad-amount"),
    ]


def test_what_stands_in_two_files_is_a_problem(tmp_path: Path) -> None:
    """A deal and a date in two files; the same format in both is none."""
    again = "format: 1\nas_of: 2026-02-01\n" + _DEALS.partition("figures:")[0].partition("\n")[2]
    problems = read(folder(tmp_path, a_parties=_PARTIES, b_deals=_DEALS, c_again=again)).problems

    assert [(Path(p.path).name, p.line, p.code) for p in problems] == [
        ("c_again.yaml", 2, "duplicate-key"),
        ("c_again.yaml", 4, "duplicate-key"),
    ]


def test_series_may_stand_in_files_of_their_own(tmp_path: Path) -> None:
    """A series in each of two files; then the same one in both."""
    readings = "[{{on: 2025-01-01, value: 1, source: s}}]"
    text = f"series:\n  {{}}: {{{{name: X, zh: X, unit: index, readings: {readings}}}}}\n"
    path = folder(tmp_path, a=_PARTIES, b=_DEALS, c=text.format("x"), d=text.format("y"))
    registry = load(path)
    problems = read(folder(path, d=text.format("x"))).problems

    assert list(registry.series) == ["x", "y"]
    assert str(registry.place("series", "y", "readings", 0)).endswith("d.yaml:2")
    assert [(Path(p.path).name, p.line, p.code) for p in problems] == [("d.yaml", 2, "duplicate-key")]


def test_a_section_of_another_shape_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    """Deals as a list in one file; a file that is a list; an empty file."""
    path = folder(tmp_path, a_parties=_PARTIES, b_deals=_DEALS, c="deals: [1]\n", d="- 1\n", e="")

    assert {p.code for p in read(path).problems} == {"duplicate-key", "wrong-shape", "empty-file"}


def test_splitting_changes_nothing_but_the_places(tmp_path: Path) -> None:
    """One file, and the same in three."""
    (tmp_path / "one").mkdir()
    (tmp_path / "three").mkdir()
    whole = _PARTIES + _DEALS.partition("\n")[2] + _FIGURES.partition("  a:\n")[2]
    one = load(folder(tmp_path / "one", all=whole))
    three = load(folder(tmp_path / "three", a=_PARTIES, b=_DEALS, c=_FIGURES))

    assert one.digest == three.digest
    assert (one.deals, one.figures, one.parties) == (three.deals, three.figures, three.parties)


def test_a_folder_without_yaml_is_refused(tmp_path: Path) -> None:
    """An empty folder."""
    with pytest.raises(FileError, match="without a YAML file"):
        read(tmp_path)
