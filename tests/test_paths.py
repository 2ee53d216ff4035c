"""Paths of money from one party to another."""

from __future__ import annotations

import pytest

from aiweb.analysis.paths import paths
from aiweb.errors import UnknownName
from aiweb.values import Money
from tests.webs import graph


def test_paths_come_widest_first_and_the_most_is_their_flow() -> None:
    """
    nvidia -> openai: 30
    openai -> oracle: 300 purchase
    nvidia -> coreweave: 8
    coreweave -> oracle: 5 purchase
    """
    found = paths(graph(test_paths_come_widest_first_and_the_most_is_their_flow.__doc__), "nvidia", "oracle")

    assert [(path.parties, path.amount) for path in found.paths] == [
        (("nvidia", "openai", "oracle"), Money(30, 30)),
        (("nvidia", "coreweave", "oracle"), Money(5, 5)),
    ]
    assert found.most == Money(35, 35)
    assert found.paths[0].legs == ("d1/1", "d2/1")


def test_a_path_over_an_undisclosed_hop_has_a_limit_or_none() -> None:
    """
    a -> b: undisclosed
    b -> c: 7 purchase
    """
    web = graph(test_a_path_over_an_undisclosed_hop_has_a_limit_or_none.__doc__)

    assert [path.amount_text for path in paths(web, "a", "c").paths] == ["at most $7"]
    assert [path.amount_text for path in paths(web, "a", "b").paths] == ["amount unknown"]


def test_money_passes_through_no_party_that_stands_for_many() -> None:
    """
    a -> funds: 9
    *funds -> c: 8
    """
    web = graph(test_money_passes_through_no_party_that_stands_for_many.__doc__)

    assert paths(web, "a", "c").paths == ()
    assert len(paths(web, "a", "funds").paths) == 1


def test_the_list_of_paths_says_when_it_is_cut() -> None:
    """
    a -> b: 9
    a -> c: 8
    c -> b: 7
    """
    web = graph(test_the_list_of_paths_says_when_it_is_cut.__doc__)

    assert paths(web, "a", "b", top=1).truncated
    assert not paths(web, "a", "b", top=2).truncated


def test_an_unknown_end_is_refused() -> None:
    """
    a -> b: 9
    """
    with pytest.raises(UnknownName):
        paths(graph("a -> b: 9"), "a", "z")
