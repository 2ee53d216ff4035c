"""The compiled graph: what `graph/` holds, and how it is proved fresh."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Final

import networkx as nx
import pytest

import aiweb as aw
from aiweb.errors import NoConvergence
from aiweb.model import Registry
from aiweb.registry.schema import schema_text
from aiweb.views import folder
from tests.commands import aiweb, written
from tests.webs import registry

WEB: Final = """
nvidia -> openai: up to $100 letter-of-intent 2025-03-01; 2026-03-01 signed 70
openai -> oracle: 300 purchase #term 2027..2031
oracle -> nvidia: at least $40 purchase
openai -> nvidia: undisclosed purchase
amd -> openai: 9 warrant
*funds -> openai: 25 loan closed; 2025-06-01 paid 11
---
figures:
  openai:
    - {metric: free-cash-flow, period: 2026, amount: -$8, kind: forecast, source: s}
    - {metric: free-cash-flow, period: 2026, amount: -$9, kind: press, source: s}
    - {metric: cash, period: 2025-12-31, amount: $7, kind: press, source: s}
    - {metric: cash, period: 2024-12-31, amount: $0, kind: press, source: s}
claims:
  the-gap:
    says: The order costs 50 a year
    on: 2025-10-08
    mode: quoted
    party: openai
    amount: $50
    per: year
    parts:
      - {leg: d2/1, amount: $50}
    source: s
"""


@pytest.fixture(scope="module")
def web() -> Registry:
    """Read the web above."""
    return registry(WEB)


@pytest.fixture(scope="module")
def files(web: Registry) -> dict[str, str]:
    """Compile it."""
    return folder.compiled(web, schema_text())


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Build it beside its file."""
    path = written(tmp_path, WEB)
    done = aiweb("-r", path, "build")
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{tmp_path / 'graph' / 'index.html'}\n"
    return tmp_path / "graph"


def rows(text: str) -> list[dict[str, str]]:
    """Read a CSV."""
    return list(csv.DictReader(StringIO(text)))


def snapshot(path: Path) -> dict[str, bytes]:
    """Read every file of a folder."""
    return {
        file.relative_to(path).as_posix(): file.read_bytes() for file in path.rglob("*") if file.is_file()
    }


# ---- what it holds


def test_the_folder_holds_report_graph_schema_and_tables(files: dict[str, str]) -> None:
    """Seven tables."""
    assert sorted(files) == [
        "deals.schema.json",
        "report.md",
        "tables/claims.csv",
        "tables/deals.csv",
        "tables/events.csv",
        "tables/figures.csv",
        "tables/legs.csv",
        "tables/parties.csv",
        "tables/series.csv",
        "tables/sources.csv",
        "web.json",
    ]
    assert all(text.endswith("\n") and "\r" not in text for text in files.values())


def test_every_table_has_as_many_cells_as_headings(files: dict[str, str]) -> None:
    """Read with the csv module."""
    for name in (name for name in files if name.endswith(".csv")):
        heading, *body = csv.reader(StringIO(files[name]))
        assert {len(row) for row in body} <= {len(heading)}, name


def test_a_leg_is_one_row_with_its_bounds(files: dict[str, str]) -> None:
    """Nothing stands for what is not known: no bound for undisclosed, no upper one for "at least"."""
    legs = {row["id"]: row for row in rows(files["tables/legs.csv"])}
    bounds = {name: (row["low_usd"], row["high_usd"], row["undisclosed"]) for name, row in legs.items()}

    assert bounds == {
        "d1/1": ("70", "70", "0"),
        "d2/1": ("300", "300", "0"),
        "d3/1": ("40", "", "0"),
        "d4/1": ("", "", "1"),
        "d5/1": ("9", "9", "0"),
        "d6/1": ("25", "25", "0"),
    }
    assert legs["d2/1"]["basis"] == "reported"
    assert legs["d2/1"]["term"] == "2027..2031"
    assert legs["d2/1"]["sources"] == "s"


def test_figures_of_one_period_stand_in_one_order(files: dict[str, str]) -> None:
    """Two forecasts for 2026, and a zero that is not nothing."""
    found = [(row["metric"], row["period"], row["low_usd"]) for row in rows(files["tables/figures.csv"])]

    assert found == [
        ("cash", "2024-12-31", "0"),
        ("cash", "2025-12-31", "7"),
        ("free-cash-flow", "2026", "-8"),
        ("free-cash-flow", "2026", "-9"),
    ]


def test_web_json_is_read_by_networkx(web: Registry, files: dict[str, str]) -> None:
    """Every leg, whatever its status, with the conventions under which it counts."""
    drawn = nx.node_link_graph(json.loads(files["web.json"]), edges="edges")

    assert isinstance(drawn, nx.MultiDiGraph)
    assert set(drawn.nodes) == set(web.parties)
    counts = {key: edge["counts_under"] for _, _, key, edge in drawn.edges(keys=True, data=True)}
    assert list(counts["d1/1"]) == ["headline", "contracted", "firm"]
    assert list(counts["d6/1"]) == ["headline", "contracted", "firm", "paid"]
    assert drawn.graph["registry"] == web.digest


def test_the_report_names_each_day_and_convention(files: dict[str, str]) -> None:
    """The day of the quoted claim, and the registry's own."""
    report = files["report.md"]

    assert "## How circular the web is\n\ncash, as of 2026-12-31\n" in report
    assert "## How circular the web is\n\ncash, as of 2025-10-08\n" in report
    assert "headline, all, as of 2025-10-08" in report
    assert "Not investment advice." in report


def test_a_claim_that_must_hold_adds_no_day() -> None:
    """
    a -> b: 10
    ---
    claims:
      sum: {says: Ten, on: 2025-10-08, mode: asserted, amount: $10, legs: [d1/1], source: s}
    """
    (day,) = folder.dates(registry(test_a_claim_that_must_hold_adds_no_day.__doc__))

    assert day.isoformat() == "2026-12-31"


def test_no_place_in_the_file_is_compiled(tmp_path: Path) -> None:
    """The same registry in two folders, once with comments before it: nothing may differ."""
    first, second = (written(made(tmp_path / name), WEB) for name in ("a", "b"))
    second.write_text("# a comment\n\n" + second.read_text(encoding="utf-8"), encoding="utf-8")
    one, two = (folder.compiled(aw.load(path).registry, "") for path in (first, second))

    assert [name for name in one if one[name] != two[name]] == []
    assert str(tmp_path) not in "".join(one.values())


def made(path: Path) -> Path:
    """Make a folder."""
    path.mkdir()
    return path


def test_a_formula_in_a_name_is_text(tmp_path: Path) -> None:
    """
    a -> b: 10
    """
    path = written(tmp_path, test_a_formula_in_a_name_is_text.__doc__, a={"name": "=1+1", "ticker": "@x"})
    (first, _) = rows(folder.tables(aw.load(path).registry)["parties"])

    assert (first["name"], first["ticker"]) == ("'=1+1", "'@x")


# ---- building and proving


def test_a_fresh_folder_is_fresh(built: Path) -> None:
    """Built, then checked: nothing is printed, nothing is written."""
    before = snapshot(built)
    done = aiweb("-r", built.parent / "web.yaml", "build", "--check")

    assert (done.code, done.out) == (0, "")
    assert done.err == f"{built}: fresh\n"
    assert snapshot(built) == before
    assert "index.html" in before


def test_building_twice_changes_nothing(built: Path) -> None:
    """The second build writes the same bytes."""
    before = snapshot(built)

    assert aiweb("-r", built.parent / "web.yaml", "build").code == 0
    assert snapshot(built) == before


def test_a_folder_that_is_not_what_the_registry_gives_is_told(built: Path) -> None:
    """One file changed, one missing, one left over; the page is not committed, so it does not count."""
    (built / "report.md").write_text("changed", encoding="utf-8")
    (built / "web.json").unlink()
    (built / "tables" / "old.csv").touch()
    (built / "index.html").unlink()
    done = aiweb("-r", built.parent / "web.yaml", "build", "--check")

    assert done.code == 1
    assert done.out.splitlines() == [
        f"{built / 'report.md'}: out of date",
        f"{built / 'web.json'}: missing",
        f"{built / 'tables' / 'old.csv'}: left over",
    ]
    assert "run 'aiweb build', delete what is left over" in done.err


def test_a_changed_registry_makes_the_folder_stale(built: Path) -> None:
    """300 becomes 301: the report, the graph and one table change, the schema and the parties do not."""
    path = built.parent / "web.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("$300", "$301"), encoding="utf-8")
    stale = [Path(line).name for line in aiweb("-r", path, "build", "--check").out.splitlines()]

    assert stale == ["report.md: out of date", "legs.csv: out of date", "web.json: out of date"]


def test_a_folder_that_is_not_there_is_all_missing(tmp_path: Path) -> None:
    """Checked before it was ever built."""
    done = aiweb("-r", written(tmp_path, WEB), "build", "--check")

    assert done.code == 1
    assert done.out.count(": missing\n") == 11
    assert not (tmp_path / "graph").exists()


def test_a_folder_may_be_named(tmp_path: Path) -> None:
    """build -o elsewhere."""
    path = written(tmp_path, WEB)

    assert aiweb("-r", path, "build", "-o", tmp_path / "a" / "b").code == 0
    assert (tmp_path / "a" / "b" / "report.md").is_file()
    assert not (tmp_path / "graph").exists()


def test_a_build_that_fails_writes_nothing(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page fails after the rest was compiled."""
    path = built.parent / "web.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("$300", "$301"), encoding="utf-8")
    before = snapshot(built)

    def fails(_: aw.Web) -> str:
        raise NoConvergence("the layout", 0.5)

    monkeypatch.setattr(aw.Web, "html", fails)
    done = aiweb("-r", path, "build")

    assert (done.code, done.out) == (3, "")
    assert done.err == "aiweb: the layout did not settle; residue 0.5\n"
    assert snapshot(built) == before


def test_a_folder_that_cannot_be_written_exits_3(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    path = written(tmp_path, WEB)
    (tmp_path / "graph").touch()
    done = aiweb("-r", path, "build")

    assert done.code == 3
    assert "Traceback" not in done.err


# ---- render


def test_render_writes_one_page_and_says_where(tmp_path: Path) -> None:
    """Missing folders are made."""
    path, page = written(tmp_path, WEB), tmp_path / "new" / "page.html"
    done = aiweb("-r", path, "render", "-o", page)

    assert (done.code, done.out) == (0, f"{page}\n")
    assert page.read_text(encoding="utf-8") == aw.load(path).html()


def test_render_replaces_nothing_without_being_told(tmp_path: Path) -> None:
    """--force is the way, and the message says so."""
    path, page = written(tmp_path, WEB), tmp_path / "page.html"
    page.write_text("mine", encoding="utf-8")
    refused = aiweb("-r", path, "render", "-o", page)

    assert (refused.code, refused.out) == (3, "")
    assert "--force" in refused.err
    assert page.read_text(encoding="utf-8") == "mine"
    assert aiweb("-r", path, "render", "-o", page, "--force").code == 0
    assert page.read_text(encoding="utf-8") != "mine"


def test_render_writes_to_standard_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """-o -, and no file of that name."""
    path = written(tmp_path, WEB)
    monkeypatch.chdir(tmp_path)
    done = aiweb("-r", path, "render", "-o", "-")

    assert (done.code, done.err) == (0, "")
    assert done.out == aw.load(path).html()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["web.yaml"]


def test_a_page_that_fails_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--force was given, but there is nothing to put in its place."""
    path, page = written(tmp_path, WEB), tmp_path / "page.html"
    page.write_text("old", encoding="utf-8")

    def fails(_: aw.Web) -> str:
        raise NoConvergence("the layout", 0.5)

    monkeypatch.setattr(aw.Web, "html", fails)

    assert aiweb("-r", path, "render", "-o", page, "--force").code == 3
    assert page.read_text(encoding="utf-8") == "old"
