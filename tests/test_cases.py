"""Published numbers, got again through the public command line from the registry files of `tests/cases/`.

Each file names the paper or the package it was taken from, and what that says.
"""

from __future__ import annotations

from math import comb, factorial
from pathlib import Path
from typing import Any, Final

import pytest

from tests.commands import aiweb

CASES: Final = Path(__file__).parent / "cases"

# enaR 3.0, "Flow Analysis: Simple": throughflow T and integral flows N, from row to column.
_T: Final = {
    "filter": 41.47,
    "microbiota": 8.1721,
    "meiofauna": 8.4805,
    "deposit": 2.51,
    "predators": 0.6856,
    "detritus": 22.2651,
}
_N: Final = {
    "filter": (1, 0.1970605, 0.2044972, 0.06052568, 0.01653243, 0.5368966),
    "microbiota": (0, 1.1018630, 0.2532824, 0.19036255, 0.01305235, 0.2775284),
    "meiofauna": (0, 0.2862988, 1.2971032, 0.16586629, 0.01137274, 0.7800287),
    "deposit": (0, 0.4039454, 0.4191895, 1.12406883, 0.07707261, 1.1005597),
    "predators": (0, 0.2424763, 0.2516269, 0.07447480, 1.00510642, 0.6606330),
    "detritus": (0, 0.5096313, 0.5288639, 0.15652949, 0.01073256, 1.3885039),
}


def asked(case: str, *question: str) -> Any:  # noqa: ANN401 - JSON is what it is
    """Ask a question of a case and read the answer as JSON."""
    done = aiweb(*question, "--registry", CASES / f"{case}.yaml", "--format", "json")
    assert done.code == 0, done.err
    return done.json


def panel(case: str) -> dict[str, Any]:
    """Give the numbers of a case under `contracted`."""
    rows = asked(case, "circularity", "--shuffles", "0")["conventions"]
    return next(row for row in rows if row["convention"] == "contracted")


def test_every_case_is_checked_and_asked() -> None:
    """A file that no test asks about would show nothing."""
    source = Path(__file__).read_text(encoding="utf-8")
    names = sorted(path.stem for path in CASES.glob("*.yaml"))
    assert len(names) >= 10
    for name in names:
        assert f'"{name}"' in source or name.startswith("johnson-complete-")
        assert aiweb("check", CASES / f"{name}.yaml").code == 0


@pytest.mark.parametrize("count", [4, 5])
def test_loops_of_a_complete_graph(count: int) -> None:
    """Johnson (1975): Σ over i = 1 … n - 1 of C(n, n - i + 1) (n - i)! elementary circuits."""
    published = sum(comb(count, count - i + 1) * factorial(count - i) for i in range(1, count))
    found = asked(
        f"johnson-complete-{count}", "loops", "--kind", "all", "--max-length", str(count), "--top", "1000"
    )["loops"]
    assert published == {4: 20, 5: 84}[count]
    assert len(found) == len({row["loop"] for row in found}) == published
    amounts = [row["amount"]["high"] for row in found]
    assert amounts == sorted(amounts, reverse=True)


def test_loops_of_the_networkx_manual() -> None:
    """The manual of networkx lists [0, 1, 2], [0, 2] and [1, 2]; which are widest is worked out by hand."""
    found = asked("networkx-simple-cycles", "loops", "--kind", "all")["loops"]
    assert [(row["parties"], row["amount"]["high"]) for row in found] == [
        (["n0", "n1", "n2"], 30),
        (["n0", "n2"], 20),
        (["n1", "n2"], 10),
    ]


@pytest.mark.parametrize(
    "case, gross, circular, share, turns, throughput, loops",
    [
        ("triangle-and-more", 4, 3, 0.75, 1, 0.5, 1),
        ("triangle-and-go-between", 6, 4, 2 / 3, 1, 0.5, 1),
        ("triangle-both-ways", 18, 18, 1.0, 8, 1.0, 5),
    ],
)
def test_circulation_of_the_validation_cases(
    case: str, gross: int, circular: int, share: float, turns: int, throughput: float, loops: int
) -> None:
    """Cases 3, 4 and 5: V_W, V_C, volume circularity, T_C, throughput circularity, cycles."""
    found = panel(case)
    assert found["gross"]["high"] == 1000 * gross
    assert found["circular"]["high"] == 1000 * circular
    assert found["share_at_high"] == pytest.approx(share, abs=1e-6)
    assert found["turns_at_high"]["high"] == 1000 * turns
    assert found["throughput_at_high"] == pytest.approx(throughput, abs=1e-6)
    assert found["loops"] == loops


def test_cycling_of_the_oyster_reef() -> None:
    """EnaR: FCI 0.1101686; the flows are rounded to four places there, so its sixth is not ours."""
    assert panel("oyster-reef")["finn_at_high"] == pytest.approx(0.1101686, abs=5e-6)


def test_cycling_of_cone_spring() -> None:
    """Published as 0.0919."""
    assert round(panel("cone-spring")["finn_at_high"], 4) == 0.0919


@pytest.mark.parametrize("party", sorted(_T))
def test_dependency_in_the_oyster_reef(party: str) -> None:
    """Total dependency from the published T and N: (N_ji / N_jj) T_j / T_i, and s_i = 1 - 1 / N_ii."""
    found = asked("oyster-reef", "exposure", party)
    column = list(_T).index(party)
    published = {
        other: _N[other][column] / _N[other][list(_T).index(other)] * _T[other] / _T[party]
        for other in _T
        if other != party and _N[other][column]
    }
    passed = {row["party"]: row["passed"] for row in found["depends_on"] if row["party"] in _T}
    assert passed == pytest.approx(published, abs=5e-5)
    high = next(row for row in found["round_trip"] if row["bound"] == "high")
    returned = 1 - 1 / _N[party][column]
    assert high["pro_rata"]["high"] / 10_000 == pytest.approx(_T[party] * returned, abs=5e-4)
    assert high["least"]["high"] <= high["pro_rata"]["high"] <= high["most"]["high"]


def test_concentration_of_four_firms() -> None:
    """Shares of 30, 30, 20 and 20 per cent have an index of 2,600 points of 10,000."""
    rows = asked("four-firms", "exposure", "market")["concentration"]
    received = next(row for row in rows if row["direction"] == "receives" and row["by"] == "party")
    assert float(received["hhi"]) * 10_000 == pytest.approx(2600)


def test_the_textbook_flow() -> None:
    """Cormen, Leiserson, Rivest, Stein: the maximum flow of figure 26.1 is 23."""
    assert asked("clrs-flow", "path", "s", "t")["most"][0]["most"]["high"] == 23


def test_claims_on_two_organisations_that_hold_half_of_each_other() -> None:
    """Elliott, Golub and Jackson (2014), section I: 2/3 of each stays with its own outside holders."""
    rows = asked("two-halves", "ownership")["owned"]
    claims = {(row["owner"], row["of"]): row["claim_high"] for row in rows}
    assert claims == pytest.approx(
        {("one", "one"): 2 / 3, ("two", "one"): 1 / 3, ("one", "two"): 1 / 3, ("two", "two"): 2 / 3}, abs=1e-6
    )
