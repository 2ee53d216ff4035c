"""The web: other days and conventions are other webs, names are found loosely, public names are there."""

from __future__ import annotations

import html
import inspect
from datetime import date
from pathlib import Path
from typing import Final

import pytest

import aiweb as aw
from aiweb.errors import AmbiguousName, BadOption, FileError, NoConvergence, RegistryError, UnknownName
from aiweb.graph import Consideration, Preset
from aiweb.registry.shipped import near, shipped
from aiweb.values import Money
from aiweb.web import Web
from tests.commands import written
from tests.webs import graph


def web(text: str | None, *, as_of: str | None = None, preset: str = "contracted") -> Web:
    """Read a web from a test's docstring."""
    return Web(graph(text, as_of=as_of, preset=preset))


def test_a_web_is_loaded_from_a_file(tmp_path: Path) -> None:
    """
    a -> b: 12
    """
    path = written(tmp_path, test_a_web_is_loaded_from_a_file.__doc__)
    loaded = aw.load(path)

    assert loaded.registry.path == str(path)
    assert repr(loaded) == "<Web of 2 parties and 1 deals, contracted, cash, as of 2026-12-31>"
    assert aw.load(str(path)).registry.digest == loaded.registry.digest


def test_the_shipped_registry_is_loaded_by_default(root: Path) -> None:
    """deals.yaml beside the package."""
    assert shipped() == root / "deals.yaml"
    assert aw.load().convention == aw.load(root / "deals.yaml").convention
    assert aw.load().convention.preset is Preset.CONTRACTED
    assert aw.load().convention.as_of == aw.load().registry.as_of.last


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    """A path where nothing is."""
    with pytest.raises(FileError, match=r"none\.yaml: No such file"):
        aw.load(tmp_path / "none.yaml")


def test_all_problems_are_raised_together(tmp_path: Path) -> None:
    """
    a -> b: 12
    b -> c: 30 loan
    """
    path = written(tmp_path, test_all_problems_are_raised_together.__doc__)
    text = path.read_text(encoding="utf-8").replace("$12", "twelve").replace("$30", "thirty")
    path.write_text(text, encoding="utf-8")

    with pytest.raises(RegistryError) as caught:
        aw.load(path)
    assert [problem.code for problem in caught.value.problems] == ["bad-amount", "bad-amount"]


def test_a_path_below_the_folder_at_hand_is_shortened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages name files as a person would."""
    monkeypatch.chdir(tmp_path)

    assert near(tmp_path / "mine" / "deals.yaml") == Path("mine/deals.yaml")
    assert near(tmp_path.parent / "deals.yaml") == tmp_path.parent / "deals.yaml"


# ---- other webs


def test_another_day_is_another_web() -> None:
    """
    a -> b: 10 letter-of-intent 2025-03-01; 2025-09-01 signed 7
    """
    now = web(test_another_day_is_another_web.__doc__)
    then = now.as_of("2025-03")

    assert then.convention.as_of == date(2025, 3, 31)
    assert (then.graph.legs, [leg.amount for leg in now.graph.legs]) == ((), [Money(7, 7)])
    assert now.convention.as_of == date(2026, 12, 31)
    assert now.as_of(date(2025, 3, 31)).convention == then.convention


def test_another_convention_is_another_web() -> None:
    """
    a -> b: up to $10
    b -> a: 4 warrant
    """
    plain = web(test_another_convention_is_another_web.__doc__)
    firm, whole = plain.under("firm"), plain.considering("all")

    assert [leg.amount.high for leg in plain.graph.legs] == [10]
    assert [leg.amount.high for leg in firm.graph.legs] == [0]
    assert [leg.amount.high for leg in whole.graph.legs] == [10, 4]
    assert (plain.convention.preset, plain.convention.consideration) == (
        Preset.CONTRACTED,
        Consideration.CASH,
    )


def test_one_choice_keeps_the_others() -> None:
    """
    a -> b: 10
    """
    rule = web(test_one_choice_keeps_the_others.__doc__).as_of("2026-01-31").under("paid").considering("all")

    assert str(rule.convention) == "paid, all, as of 2026-01-31"
    assert str(rule.as_of("2026-02-28").convention) == "paid, all, as of 2026-02-28"


@pytest.mark.parametrize("choice, value", [("as_of", "soon"), ("under", "fixed"), ("considering", "half")])
def test_a_choice_there_is_not_is_refused(choice: str, value: str) -> None:
    """
    a -> b: 10
    """
    with pytest.raises(BadOption, match=value):
        getattr(web(test_a_choice_there_is_not_is_refused.__doc__), choice)(value)


def test_the_graph_of_networkx_is_frozen() -> None:
    """
    a -> b: 10
    """
    import networkx as nx

    drawn = web(test_the_graph_of_networkx_is_frozen.__doc__).nx

    assert nx.is_frozen(drawn)
    assert drawn.edges["a", "b", "d1/1"]["high"] == 10


# ---- names


NAMED: Final = """
nvidia -> openai: 10
nvidia -> openai: 20 loan
openai -> oracle: 30 purchase
orange -> oracle: 40
"""


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Web:
    """Load the web above."""
    path = written(
        tmp_path_factory.mktemp("named"),
        NAMED,
        nvidia={"name": "NVIDIA", "zh": "英伟达", "ticker": "NVDA"},
        oracle={"name": "Oracle", "zh": "甲骨文", "ticker": "ORCL"},
    )
    return aw.load(path)


@pytest.mark.parametrize("name", ["oracle", "Oracle", "ORACLE", "orcl", "甲骨文", "甲", "orac", " oracle "])
def test_a_party_has_many_names(named: Web, name: str) -> None:
    """Id, name, ticker, Chinese name, or the start of one."""
    assert named.find_party(name) == "oracle"
    assert named.party(name).ticker == "ORCL"
    assert named.look_up(name) == ("party", ["oracle"])


def test_a_start_that_fits_two_parties_is_ambiguous(named: Web) -> None:
    """Oracle, Orange."""
    for find in (named.find_party, named.look_up):
        with pytest.raises(AmbiguousName, match="fits 2 names: oracle, orange"):
            find("or")


@pytest.mark.parametrize(
    "name", ["d3", "D3", "d3/1", "openai oracle", "Oracle–OpenAI", "ORCL / openai", "甲骨文 openai"]
)
def test_a_deal_is_found_by_words_of_its_parties(named: Web, name: str) -> None:
    """openai -> oracle: 30 purchase."""
    assert named.find_deal(name) == "d3"
    assert named.deal(name).title == "openai -> oracle"
    assert named.look_up(name) == ("deal", ["d3"])


def test_words_that_fit_two_deals_are_ambiguous(named: Web) -> None:
    """nvidia -> openai, twice."""
    with pytest.raises(AmbiguousName, match="fits 2 names: d1, d2"):
        named.find_deal("nvidia openai")
    assert named.look_up("nvidia openai") == ("deal", ["d1", "d2"])


@pytest.mark.parametrize("name", ["", " ", "/", "nobody"])
def test_a_name_of_nothing_is_unknown(named: Web, name: str) -> None:
    """No name stands for everything."""
    for find in (named.find_party, named.find_deal, named.look_up):
        with pytest.raises(UnknownName):
            find(name)


def test_a_deal_not_yet_known_has_no_state(named: Web) -> None:
    """All deals are of 2025-01-01."""
    state = named.state("d3")

    assert state
    assert state.status == "signed"
    assert named.as_of("2024").state("d3") is None


# ---- analyses


def test_every_analysis_takes_a_loose_name(named: Web) -> None:
    """NVDA, 甲骨文."""
    assert named.exposure("NVDA").party == "nvidia"
    assert named.funding("甲骨文").party == "oracle"
    assert named.loops("NVDA").party == "nvidia"
    assert (named.path("NVDA", "甲骨文").start, named.path("NVDA", "甲骨文").end) == ("nvidia", "oracle")


def test_circularity_is_one_row_a_convention(named: Web) -> None:
    """headline, contracted, firm, paid; each as if it were asked for alone."""
    rows = named.circularity()

    assert [row.convention.preset for row in rows] == list(Preset)
    assert [row.gross for row in rows] == [named.under(preset).circulation().gross for preset in Preset]


# ---- the page


def test_the_page_is_written_where_it_is_wanted(named: Web, tmp_path: Path) -> None:
    """Missing folders are made, and the path is returned."""
    path = tmp_path / "new" / "web.html"

    assert named.render(path) == path
    assert path.read_text(encoding="utf-8") == named.html()
    assert named.html().lower().startswith("<!doctype html>")


def test_a_web_shows_itself_in_a_notebook(named: Web) -> None:
    """In a frame of its own, so that its style stays there."""
    start, page, rest = named._repr_html_().split('"', 2)

    assert start == "<iframe srcdoc="
    assert html.unescape(page) == named.html()
    assert rest.endswith("></iframe>")
    assert "<" not in page


def test_a_page_that_fails_leaves_the_old_one(
    named: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text is whole before a file is opened."""
    path = tmp_path / "web.html"
    path.write_text("old", encoding="utf-8")

    def fails(_: Web) -> str:
        raise NoConvergence("the layout", 0.5)

    monkeypatch.setattr(Web, "html", fails)
    with pytest.raises(NoConvergence):
        named.render(path)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


# ---- public names


def test_every_public_name_is_there() -> None:
    """aiweb.__all__ is what `dir` shows and what can be imported."""
    assert sorted(aw.__all__) == dir(aw)
    assert [name for name in aw.__all__ if getattr(aw, name, None) is None] == []
    with pytest.raises(AttributeError, match="no attribute 'cycles'"):
        _ = aw.cycles


def test_every_public_name_says_what_it_is() -> None:
    """Classes, functions, and the public methods of classes have docstrings."""
    public = {name: getattr(aw, name) for name in aw.__all__}
    silent = [name for name, thing in public.items() if callable(thing) and not inspect.getdoc(thing)]
    silent += [
        f"{name}.{part}"
        for name, thing in public.items()
        if inspect.isclass(thing) and thing.__module__.startswith("aiweb.")
        for part, what in vars(thing).items()
        if not part.startswith("_")
        and (inspect.isfunction(what) or isinstance(what, property | classmethod))
        and not inspect.getdoc(what)
    ]

    assert silent == []
