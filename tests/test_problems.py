"""Problems as text with a caret, as JSON, and as annotations of a pull request."""

from __future__ import annotations

import json

import pytest

from aiweb.errors import Problem
from aiweb.registry.load import read_text
from aiweb.views import problems
from tests import webs
from tests.webs import registry

LINE = "  - {from: a, to: bb, amount: lots}"
ONE = Problem(
    "deals.yaml", 7, 18, "unknown-party", "'bb' is no party", "did you mean 'b'?", "/deals/d1", excerpt=LINE
)
ADVICE = Problem("d.yaml", 3, 1, "one-source", "a single source", severity="advice")


def test_a_caret_stands_under_the_place() -> None:
    """Column 18 of the line, which loses its indentation."""
    assert problems.text([ONE]).splitlines() == [
        "deals.yaml:7:18: unknown-party: 'bb' is no party",
        "    - {from: a, to: bb, amount: lots}",
        "                   ^",
        "    did you mean 'b'?",
    ]


def test_a_caret_counts_chinese_letters_double() -> None:
    """英伟达 takes six columns on a terminal."""
    problem = Problem("d.yaml", 1, 6, "c", "m", excerpt="英伟达: x")
    line, caret = problems.text([problem]).splitlines()[1:]

    assert line == "    英伟达: x"
    assert caret == f"    {' ' * 8}^"


@pytest.mark.parametrize("column", [1, 40, 140, 300])
def test_a_long_line_is_cut_around_the_place(column: int) -> None:
    """300 letters, of which the one at the place is X."""
    excerpt = f"{'a' * (column - 1)}X{'b' * (300 - column)}"
    line, caret = problems.text([Problem("d", 1, column, "c", "m", excerpt=excerpt)]).splitlines()[1:]

    assert len(line) <= 104
    assert line[caret.index("^")] == "X"


def test_a_problem_without_excerpt_or_remedy_is_one_line() -> None:
    """An empty file has no line to show."""
    assert problems.text([Problem("d.yaml", 1, 1, "empty-file", "the file is empty")]) == (
        "d.yaml:1:1: empty-file: the file is empty\n"
    )


def test_json_says_whether_and_where() -> None:
    """One problem, one count."""
    said = json.loads(problems.to_json([ONE], stats={"deals": 3}))

    assert said == {
        "schema_version": 1,
        "valid": False,
        "stats": {"deals": 3},
        "errors": [
            {
                "code": "unknown-party",
                "severity": "error",
                "message": "'bb' is no party",
                "path": "deals.yaml",
                "line": 7,
                "column": 18,
                "pointer": "/deals/d1",
                "hint": "did you mean 'b'?",
            }
        ],
    }
    assert json.loads(problems.to_json([], stats={}))["valid"] is True


def test_advice_is_no_error() -> None:
    """A file with nothing but advice is valid, and its annotation is a warning."""
    said = json.loads(problems.to_json([ADVICE], stats={}))

    assert said["valid"] is True
    assert said["errors"][0]["severity"] == "advice"
    assert problems.text([ADVICE]) == "d.yaml:3:1: advice: one-source: a single source\n"
    assert problems.github([ADVICE]).startswith("::warning file=d.yaml,")
    assert json.loads(problems.to_json([ADVICE, ONE], stats={}))["valid"] is False


def test_an_annotation_escapes_what_github_reads() -> None:
    """Line ends and percent signs everywhere; colons and commas in what stands before the message."""
    problem = Problem("a,b:c.yaml", 2, 3, "bad-percent", "5% of 'a::b,c'", "write 5%\r\nor 6%")

    assert problems.github([problem]) == (
        "::error file=a%2Cb%3Ac.yaml,line=2,col=3,title=bad-percent::"
        "5%25 of 'a::b,c'%0Awrite 5%25%0D%0Aor 6%25\n"
    )


def test_nothing_wrong_is_nothing_said() -> None:
    """No problem."""
    assert (problems.text([]), problems.github([])) == ("", "")


def test_a_registry_is_counted() -> None:
    """
    a -> b: 10; 2025-06-01 closed
    b -> a: undisclosed loan
    a -> c: up to $7 warrant
    c -> b: $4bn loan; 2025-07-01 $12bn #source [s, t]
    ---
    sources:
      t: {publisher: q, offline: o, grade: digest, date: 2025-01-01}
    figures:
      a:
        - {metric: cash, period: 2025-12-31, amount: $7, kind: press, source: s}
    """
    assert problems.stats(registry(test_a_registry_is_counted.__doc__)) == {
        "deals": 4,
        "legs": 4,
        "events": 6,
        "parties": 3,
        "figures": 1,
        "series": 0,
        "readings": 0,
        "claims": 0,
        "claims_asserted": 0,
        "waivers": 0,
        "sources": 2,
        "sources_filing": 0,
        "sources_company": 0,
        "sources_press": 1,
        "sources_digest": 1,
        "deals_with_an_amount": 3,
        "deals_with_two_sources": 1,
        "deals_with_two_events": 2,
        "large_deals": 1,
        "large_deals_with_two_sources": 1,
        "large_deals_beyond_digests": 1,
    }


def test_a_real_problem_points_at_its_place() -> None:
    """
    a -> b: 10
    """
    text = webs.yaml(test_a_real_problem_points_at_its_place.__doc__ or "").replace("to: b", "to: bb")
    found = read_text(text.encode(), "web.yaml").problems
    head, line, caret, remedy = problems.text(found).splitlines()[:4]

    assert head.startswith("web.yaml:")
    assert line[caret.index("^") :].startswith("bb")
    assert remedy == "    did you mean 'b'?"
