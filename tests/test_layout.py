"""The one layout of a registry file: nothing is lost, nothing is said differently, and once is enough."""

from __future__ import annotations

import inspect
import re
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aiweb.errors import RegistryError
from aiweb.model import Claim, Deal, Event, Leg, Registry, RegistryFile, Source
from aiweb.registry.layout import WIDTH, differences, layout, written
from aiweb.registry.load import read_text
from aiweb.registry.source import parse

HERE = Path(__file__).parent
FULL = (HERE / "full.yaml").read_text(encoding="utf-8")
SHIPPED = (HERE.parent / "deals.yaml").read_text(encoding="utf-8")


def world(test: Callable[[], None]) -> str:
    """Return the YAML in a test's docstring."""
    return inspect.cleandoc(test.__doc__ or "") + "\n"


def said(text: str) -> object:
    """Return what a text says, with events in any order; nothing if it is no plain YAML."""
    document = parse(text.encode(), "f.yaml")
    return None if document.problems else unordered(document.root)


def unordered(node: object) -> object:
    """Sort every list under `events`, as the layout may."""
    if isinstance(node, dict):
        found = {key: unordered(child) for key, child in node.items()}
        events = found.get("events")
        return found | {"events": sorted(map(repr, events))} if isinstance(events, list) else found
    return [unordered(child) for child in node] if isinstance(node, list) else node


def comments(text: str) -> list[str]:
    """Return the numbered comments that `strewn` leaves, sorted."""
    return sorted(found.rstrip() for found in re.findall(r"# c\d+\b[^\r\n]*", text))


def whole_lines(text: str) -> list[str]:
    """Return the comments that have a line of their own, sorted."""
    return sorted(line.strip() for line in text.split("\n") if line.strip().startswith("#"))


def registry(text: str) -> Registry:
    """Read a text that must be a registry."""
    found = read_text(text.encode(), "f.yaml")
    assert found.registry is not None, found.problems
    return found.registry


def hold(text: str) -> None:
    """Hold a text against every law that needs no registry."""
    result = layout(text)
    assert said(result) == said(text)
    assert comments(result) == comments(text)
    assert layout(result) == result
    assert result.endswith("\n")
    assert "\r" not in result
    assert not re.search(r"[ \t]$|\n\n\n|\A\n|\n\n\Z", result, re.MULTILINE)


# ---- Laws ---------------------------------------------------------------------------------------

MODELS = (RegistryFile, Deal, Leg, Event, Source, Claim)
FIELDS = sorted({field.alias or name for model in MODELS for name, field in model.model_fields.items()})
TEXTS = [
    *(
        "",
        "a",
        "two words",
        "gap  gap",
        "  in",
        "out  ",
        "one\ntwo",
        "one\n\n two\n",
        "end\n",
        "w " * 90 + "w",
    ),
    *("a: b", "k:", "x, y", "- z", "it's", 'a "b"', "c\\d", "#e", "f #g", "?", "a ? b", "v" * 150, "$100bn"),
    *("yes", "2025-09-22", "1e9", "~", "https://example.org/?p=1"),
    *("英伟达 入股", "é\u00a0", "tab\there", "\U0001f389", "nul\0", "\u2028", "\x85"),
]
WORDS = st.sampled_from(TEXTS)
TREES = st.recursive(
    WORDS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS) | WORDS, inner, max_size=5)
    ),
    max_leaves=25,
)
FILES = st.dictionaries(st.sampled_from(FIELDS) | WORDS, TREES, min_size=1, max_size=6)


@st.composite
def strewn(draw: st.DrawFn, text: str) -> str:
    """Strew comments and blank lines over a text where YAML lets one, and end its lines in either way."""
    truth = said(text)
    lines = text.split("\n")
    for number in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(lines) - 1))
        line = " " * draw(st.integers(0, 8)) + draw(
            st.sampled_from([f"# c{number}", f"# c{number} 'x: [", ""])
        )
        tried = [*lines]
        if draw(st.booleans()):
            tried[at] += f" {line}"
        else:
            tried.insert(at, line)
        if said("\n".join(tried)) == truth:
            lines = tried
    start = draw(st.sampled_from(["", "", "---\n", "# c98\n%YAML 1.1 # c99\n---\n"]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    found = start + end.join(lines) + draw(st.sampled_from(["", end, end * 3]))
    return found if said(found) == truth else "\n".join(lines)


@st.composite
def messy(draw: st.DrawFn) -> str:
    """Write a made-up tree in any styles that YAML has."""

    def node(tree: object) -> yaml.Node:
        if isinstance(tree, str):
            style = draw(st.sampled_from([None, None, "'", '"', "|", ">"]))
            return yaml.ScalarNode("tag:yaml.org,2002:str", tree, style=style)
        flow = draw(st.booleans())
        if isinstance(tree, list):
            return yaml.SequenceNode("tag:yaml.org,2002:seq", [*map(node, tree)], flow_style=flow)
        assert isinstance(tree, dict)
        pairs = [(node(key), node(child)) for key, child in tree.items()]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=flow)

    width = draw(st.sampled_from([20, 80, 1000]))
    text = str(yaml.serialize(node(draw(FILES)), width=width, allow_unicode=draw(st.booleans())))
    # PyYAML now and then writes what libyaml reads otherwise, or not at all.
    assume(said(text) is not None)
    return draw(strewn(text))


@settings(max_examples=400)
@given(messy())
def test_any_file_keeps_what_it_says_and_its_comments(text: str) -> None:
    """Trees of any texts in any style, with comments wherever YAML lets one stand."""
    hold(text)


@settings(max_examples=60)
@given(strewn(FULL))
def test_a_registry_is_the_same_registry(text: str) -> None:
    """tests/full.yaml, strewn with comments."""
    hold(text)

    before, after = registry(text), registry(layout(text))

    assert after.digest == before.digest
    assert after.deals == before.deals
    assert (after.parties, after.sources, after.rates) == (before.parties, before.sources, before.rates)
    assert (after.figures, after.claims, after.as_of) == (before.figures, before.claims, before.as_of)


def test_the_shipped_registry_is_the_same_registry() -> None:
    """deals.yaml, as it is."""
    result = layout(SHIPPED)

    assert registry(result).digest == registry(SHIPPED).digest
    assert layout(result) == result
    assert whole_lines(result) == whole_lines(SHIPPED)


def test_only_what_cannot_be_broken_is_wider_than_a_line() -> None:
    """deals.yaml: comments and addresses."""
    wide = [line for line in layout(SHIPPED).splitlines() if len(line) > WIDTH]

    assert all(line.lstrip().startswith(("#", "url: ", "offline: ")) for line in wide)


def test_ten_thousand_deals_take_seconds() -> None:
    """Four times as many deals take about four times as long; sixteen times would be a square."""
    deal = 'a-b-{}:\n    title: "A lends"\n    events: [{{on: 2025, status: signed, source: s}}]\n\n  '

    def seconds(count: int) -> float:
        text = f"deals:\n  {''.join(map(deal.format, range(count)))}# end\n"
        start = time.process_time()
        layout(text)
        return time.process_time() - start

    assert seconds(10_000) < 10 * seconds(2_500)


# ---- Order --------------------------------------------------------------------------------------


def test_sections_and_keys_stand_in_the_models_order() -> None:
    """
    # About the file

    deals:
      a:
        sources: {s: {url: "https://example.org", grade: press, date: 2025, publisher: P, title: T}}
        note: N
        events: [{note: E, source: s, status: signed, on: 2025, extra: 1}]
        legs: [{source: s, amount: $1, to: y, from: x, instrument: loan}]
        zh: Z
        title: T
    other: {b: 1}
    as_of: 2025
    format: 1
    """
    assert (
        layout(world(test_sections_and_keys_stand_in_the_models_order))
        == inspect.cleandoc("""
        # About the file

        format: 1
        as_of: 2025

        deals:
          a:
            title: T
            zh: Z
            note: N
            legs:
              - {from: x, to: y, instrument: loan, amount: $1, source: s}
            events:
              - {on: 2025, status: signed, source: s, note: E, extra: 1}
            sources:
              s: {title: T, publisher: P, date: 2025, grade: press, url: https://example.org}

        other:
          b: 1
        """)
        + "\n"
    )


def test_events_are_sorted_by_the_day_they_became_known() -> None:
    """
    deals:
      a:
        events:
          # Told late
          - {on: 2024, known: 2025-05, note: c}
          - {on: 2025-03-01, note: a}
          - {on: 2025-03-01, note: b}
    """
    result = layout(world(test_events_are_sorted_by_the_day_they_became_known))

    assert re.findall(r"note: (.)", result) == ["a", "b", "c"]
    assert "# Told late\n      - {on: 2024" in result


def test_events_without_a_date_stay_where_they_are() -> None:
    """The second date is none, so no order is better than another."""
    text = "deals:\n  a:\n    events:\n      - {on: 2025}\n      - {on: soon}\n      - {on: 2024}\n"

    assert layout(text) == text


def test_names_are_no_fields() -> None:
    """Sources named `url` and `title` stay in the editor's order, as parties and deals do."""
    text = "sources:\n  url: {publisher: P}\n  title: {publisher: Q}\n"

    assert layout(text) == text


# ---- Layout -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before, after",
    [
        ("k: 'v'", "k: v"),
        ("k: 'a: b'", 'k: "a: b"'),
        ("k: 'a \"b\": c'", "k: 'a \"b\": c'"),
        ('k: "it\'s"', "k: it's"),
        ("k: 'it''s: \"so\"'", "k: 'it''s: \"so\"'"),
        ('k: "2025-09-22"', 'k: "2025-09-22"'),
        ("k: 2025-09-22", "k: 2025-09-22"),
        ("k: 'a, b'", "k: a, b"),
        ("k: ['a, b', c]", 'k: ["a, b", c]'),
        ("k:\n- a\n- 'https://example.org/?p=1'", 'k: [a, "https://example.org/?p=1"]'),
        ("k: 'https://example.org/?p=1'", "k: https://example.org/?p=1"),
        ('k: "\\t\\""', 'k: "\\t\\""'),
        ("k: ''", 'k: ""'),
        ("k:   ", "k:"),
        ("k: >\n  one\n  two", "k: |\n  one two"),
        ("k: >-\n  one\n  two", "k: one two"),
        ('"k":  {}', "k: {}"),
        ("? k\n: v", "k: v"),
    ],
)
def test_quotes_stand_where_yaml_needs_them(before: str, after: str) -> None:
    """Each as an entry of a deal."""
    text = f"deals:\n  d:\n{textwrap.indent(before, '    ')}\n"

    assert layout(text) == f"deals:\n  d:\n{textwrap.indent(after, '    ')}\n"


def test_an_entry_is_filled_up_to_three_lines_then_written_out() -> None:
    """Values of fifty letters, three of them and then seven."""
    words = ", ".join(f"{key}: {key * 50}" for key in "abc")

    filled = layout(f"parties: {{x: {{{words}}}}}")
    out = layout(f"parties: {{x: {{{words}, d: {'d' * 50}, e: {'e' * 50}, f: {'f' * 50}, g: {'g' * 50}}}}}")

    assert filled == (f"parties:\n  x: {{a: {'a' * 50}, b: {'b' * 50},\n      c: {'c' * 50}}}\n")
    assert out.splitlines()[1:3] == ["  x:", f"    a: {'a' * 50}"]


def test_a_long_text_is_broken_between_words() -> None:
    """Forty words, then an end."""
    result = layout(f"parties: {{x: {{note: '{'word ' * 40}end'}}}}")

    assert result.splitlines()[:3] == [
        "parties:",
        "  x:",
        f"    note: {'word ' * 21}word",
    ]
    assert result.splitlines()[3] == f"      {'word ' * 18}end"


def test_an_address_that_does_not_fit_goes_below() -> None:
    """An address of 150 characters."""
    url = f"https://example.org/{'a' * 130}"

    result = layout(f"sources: {{s: {{url: '{url}', publisher: P, grade: press}}}}")

    assert result == f"sources:\n  s: {{publisher: P, grade: press,\n    url: {url}}}\n"


def test_blank_lines() -> None:
    """
    parties:

      # Labs
      a: {name: A}


      # Clouds

      b: {name: B}
      c: {name: C}
    deals:
      # Heading

      d:

        title: D
      e:
        title: E

        zh: E


    """
    assert (
        layout(world(test_blank_lines))
        == inspect.cleandoc("""
        parties:
          # Labs
          a: {name: A}

          # Clouds

          b: {name: B}
          c: {name: C}

        deals:
          # Heading

          d:
            title: D

          e:
            title: E
            zh: E
        """)
        + "\n"
    )


# ---- Comments -----------------------------------------------------------------------------------


def test_comments_stay_where_they_stand() -> None:
    """
    # yaml-language-server: $schema=x.json
    as_of: 2025 # behind as_of
    format: 1
    deals: # behind deals
        # above a
        a: # behind a
            # above title
            title: A # behind title
            # ends a
        # ends deals
    # above figures
    figures: {x: [ # behind x
      {metric: cash}, # above this one, for it is behind
      # above the next
      {metric: debt, # behind debt
       period: 2025}]}
    # ends the file
    """
    assert (
        layout(world(test_comments_stay_where_they_stand))
        == inspect.cleandoc("""
        # yaml-language-server: $schema=x.json
        format: 1
        as_of: 2025 # behind as_of

        deals: # behind deals
          # above a
          a: # behind a
            # above title
            title: A # behind title
            # ends a
          # ends deals

        # above figures
        figures:
          x: # behind x
            - {metric: cash} # above this one, for it is behind
            # above the next
            - metric: debt # behind debt
              period: 2025
        # ends the file
        """)
        + "\n"
    )


# ---- Refusals, and the other ways in ------------------------------------------------------------


def test_a_series_is_written_out_with_a_line_a_reading() -> None:
    """Two of them: keys in order, readings by their days, and a blank line between."""
    text = (
        "deals: {}\nseries: {a: {unit: index, readings: [{value: -1.5, on: 2025, source: s}], "
        "zh: A, name: A}, b: {name: B, zh: B, unit: percent, note: n, "
        "readings: [{on: 2025-02, value: 2}, {on: 2025-01, value: 1}]}}"
    )

    assert (
        layout(text)
        == """\
series:
  a:
    name: A
    zh: A
    unit: index
    readings:
      - {on: 2025, value: -1.5, source: s}

  b:
    name: B
    zh: B
    unit: percent
    note: n
    readings:
      - {on: 2025-01, value: 1}
      - {on: 2025-02, value: 2}

deals: {}
"""
    )


@pytest.mark.parametrize(
    "text, code",
    [
        ("deals: [", "bad-yaml"),
        ("a: 1\na: 2", "duplicate-key"),
        ("a: &x 1\nb: *x", "alias"),
        ("- a", "wrong-shape"),
        ("", "empty-file"),
        ("a: \ud800", "not-utf8"),
        ("\ufeffa: 1", "byte-order-mark"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(text: str, code: str) -> None:
    """One fault each."""
    with pytest.raises(RegistryError) as refused:
        layout(text, "mine.yaml")

    assert code in {problem.code for problem in refused.value.problems}
    assert {problem.path for problem in refused.value.problems} == {"mine.yaml"}


def test_differences_are_a_unified_diff() -> None:
    """A line with a blank too many and no end."""
    assert differences("format: 1\n") == ""
    assert differences("format:  1", "mine.yaml") == (
        "--- mine.yaml\n+++ mine.yaml, laid out\n@@ -1 +1 @@\n"
        "-format:  1\n\\ No newline at end of file\n+format: 1\n"
    )


@given(FILES)
def test_what_is_written_reads_back(tree: dict[str, Any]) -> None:
    """Trees of any texts."""
    text = written(tree)

    assert said(text) == unordered(tree)
    assert layout(text) == text
