"""The measurements run, all contenders agree, and what they write can be read; nothing is timed here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from aiweb.flows.circulation import summed
from tests.bench import run
from tests.bench.peers import JOBS, Web, road
from tests.bench.picture import Line, picture
from tests.bench.run import Result, disagreements
from tests.bench.webs import MOST, scale_free

_INSTALLED = {
    "loops": ("networkx", "plain Python"),
    "circulation": ("aiweb without OR-tools", "OR-tools", "networkx"),
}


@pytest.fixture(scope="module")
def web() -> Web:
    """Three hundred legs between sixty parties, parallel ones added up."""
    drawn = scale_free(300)
    return Web(drawn.count, *summed(drawn.count, drawn.payers, drawn.payees, drawn.amounts))


def test_a_web_is_made_of_its_seed() -> None:
    """Twice the same numbers, and one other seed; amounts are unequal, and a few hold most of the money."""
    one, same, other = scale_free(5_000), scale_free(5_000), scale_free(5_000, seed=2)
    amounts = np.sort(one.amounts)

    assert (one.payers == same.payers).all()
    assert (one.amounts == same.amounts).all()
    assert (one.amounts != other.amounts).any()
    assert (one.payers != one.payees).all()
    assert len(one.amounts) == 5_000
    assert amounts[-500:].sum() > amounts[:-500].sum() / 2
    assert 0 < amounts[0] <= amounts[-1] <= MOST + 1_000


@pytest.mark.parametrize("job, peer", [(job, peer) for job, peers in _INSTALLED.items() for peer in peers])
def test_contenders_agree(job: str, peer: str, web: Web) -> None:
    """Those that the tests may rely on being there, on the smallest web."""
    ours = JOBS[job]["aiweb"](web)()

    assert ours
    assert JOBS[job][peer](web)() == ours


def test_a_solver_in_floating_point_agrees_to_nine_digits(web: Web) -> None:
    """HiGHS, on the smallest web."""
    (ours,) = JOBS["circulation"]["aiweb"](web)()

    assert JOBS["circulation"]["HiGHS"](web)() == [pytest.approx(ours, rel=1e-9)]


def test_the_public_road_ends_at_the_same_dollars(web: Web) -> None:
    """The web written as a registry, read, drawn and measured."""
    assert road(web, 1)["found"] == JOBS["circulation"]["aiweb"](web)()


def test_the_whole_of_it_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """A hundred legs, each contender in a process of its own; those not installed are named as such."""
    code = run.main(["--sizes", "100", "--repeats", "1", "--peers", "networkx"])
    said = capsys.readouterr().out

    assert code == 0
    assert said.count("| hops | aiweb | networkx |") == 4
    assert "### From the text of a registry" in said


def test_one_that_disagrees_is_named() -> None:
    """A contender that finds a dollar more, one in floating point that does, and one that found nothing."""
    ours = Result("circulation", "aiweb", 10, 10, 1.0, 1, (10**10,))
    off = replace(ours, peer="OR-tools", found=(10**10 + 1,))
    near = replace(ours, peer="HiGHS", found=(10**10 + 1,))
    failed = replace(ours, peer="networkx", found=(), failure="> 90 s")

    assert disagreements([ours, near, failed]) == []
    assert disagreements([ours, off]) == ["10 circulation: OR-tools found (10000000001,), not (10000000000,)"]


def test_the_page_is_written_between_its_marks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What stands before and after stays; the pictures are well-formed and name every contender."""
    page, mark = tmp_path / "page.md", "<!-- measured: loops -->"
    page.write_text(f"before\n{mark}\nold\n{run.END}\nafter\n", encoding="utf-8")
    monkeypatch.setattr(run, "PAGE", page)
    monkeypatch.setattr(run, "PICTURES", {job: tmp_path / f"{job}.svg" for job in JOBS})
    results = [Result("loops", "one & two", 10, n, n / 1000, n * 10**6, ()) for n in (10, 100)]
    run._write({"loops": "new"}, results)

    assert page.read_text(encoding="utf-8") == f"before\n{mark}\n\nnew\n{run.END}\nafter\n"
    drawn = ET.fromstring((tmp_path / "loops.svg").read_text(encoding="utf-8"))  # noqa: S314  # drawn above
    assert "one & two" in {text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")}


def test_a_picture_has_a_mark_for_every_number() -> None:
    """Two contenders, five measurements of time and of memory, two names."""
    one = Line("one", [(10, 0.1), (100, 2), (1_000, 30)], [(10, 1e7), (100, 1e8), (1_000, 2e9)])
    two = Line("two", [(10, 0.2), (100, 5)], [(10, 1e7), (100, 3e7)])
    drawn = picture("made up", [one, two])

    assert drawn.count("translate(") == 5 + 5 + 2
    assert ET.fromstring(drawn).tag.endswith("svg")  # noqa: S314  # drawn above
