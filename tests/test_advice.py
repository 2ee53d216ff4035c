"""Advice: what is worth a second look, when it is given, and how it is set aside."""

from __future__ import annotations

import pytest

from aiweb.registry.advice import ADVICE, advise
from aiweb.registry.codes import ADVICE as CODES
from aiweb.registry.load import read_text
from tests.webs import registry, yaml


def given(text: str | None) -> list[tuple[str, str]]:
    """Name the code and the pointer of each piece of advice."""
    return [(piece.code, piece.pointer) for piece in advise(registry(text))]


def test_one_source_is_few() -> None:
    """
    a -> b: 5
    c -> d: 6 #source [s, t]
    ---
    sources:
      t: {publisher: q, offline: o, grade: press, date: 2025-01-01}
    """
    assert given(test_one_source_is_few.__doc__) == [("single-source", "/deals/d1")]


def test_a_billion_wants_more_than_digests() -> None:
    """Two digests behind $1bn, behind a dollar less, beside a newspaper, and behind what grew to $3bn."""
    stanza = """
  {id}:
    title: {id}
    legs: [{{from: a, to: b, instrument: {id}, amount: {amount}, source: {source}}}]
    events:
      - {{on: 2025-01-01, status: signed, source: {source}}}
      - {{on: 2025-06-01, {later}, source: {source}}}"""
    deals = [
        {"id": "equity", "amount": "$1bn", "source": "[u, v]", "later": "note: same"},
        {"id": "loan", "amount": "$999m", "source": "[u, v]", "later": "note: same"},
        {"id": "lease", "amount": "$2bn", "source": "[u, n]", "later": "note: same"},
        {"id": "licence", "amount": "$1m", "source": "[u, v]", "later": "amount: $3bn"},
    ]
    file = """format: 1
as_of: 2026-12-31
parties: {a: {name: a, zh: a, kind: lab}, b: {name: b, zh: b, kind: lab}}
sources:
  u: {publisher: q, offline: o, grade: digest, date: 2025-01-01}
  v: {publisher: r, offline: o, grade: digest, date: 2025-01-01}
  n: {publisher: s, offline: o, grade: press, date: 2025-01-01}
deals:""" + "".join(stanza.format(**deal) for deal in deals)
    found = read_text(file.encode(), "web.yaml").registry
    assert found is not None

    assert [(piece.code, piece.pointer) for piece in advise(found)] == [
        ("only-digests", "/deals/equity"),
        ("only-digests", "/deals/licence"),
    ]


def test_a_letter_is_followed_up_within_nine_months() -> None:
    """
    a -> b: 5 letter-of-intent 2026-03-01
    c -> d: 6 letter-of-intent 2026-04-15
    e -> f: 7 letter-of-intent 2025-03-01; 2026-05-01 8
    g -> h: 9 letter-of-intent 2025-03-01; 2025-06-01 lapsed
    """
    text = test_a_letter_is_followed_up_within_nine_months.__doc__
    stale = [pointer for code, pointer in given(text) if code == "stale-letter"]

    assert stale == ["/deals/d1"]


def test_stakes_add_up_to_no_more_than_all() -> None:
    """
    softbank -> arm: undisclosed stake #percent 90%
    public -> arm: undisclosed stake #percent 13%
    holder -> other: undisclosed stake #percent 60%
    seller -> other: undisclosed stake; 2025-06-01 completed #percent 70%
    """
    text = test_stakes_add_up_to_no_more_than_all.__doc__
    (piece,) = [piece for piece in advise(registry(text)) if piece.code == "stakes-above-all"]

    assert "103%" in piece.message
    assert piece.pointer == "/deals/d1/legs/0/percent"


def test_a_page_has_one_title() -> None:
    """
    a -> b: 5 #source [u, v, w]
    ---
    sources:
      u: {title: One, publisher: q, url: "https://example.org/1", grade: press, date: 2025-01-01}
      v: {title: Two, publisher: q, url: "https://example.org/1", grade: press, date: 2025-01-01}
      w: {title: Two, publisher: q, url: "https://example.org/2", grade: press, date: 2025-01-01}
    """
    pieces = given(test_a_page_has_one_title.__doc__)

    assert [pointer for code, pointer in pieces if code == "two-titles"] == ["/sources/v"]


def test_a_deal_stands_once() -> None:
    """
    a -> b: 5 loan 2025-03-01
    a -> b: 5 loan 2025-03-10
    a -> b: 5 loan 2025-06-10
    a -> b: 6 loan 2025-03-02
    a -> b: undisclosed loan 2025-03-02
    a -> b: undisclosed loan 2025-03-03
    """
    text = test_a_deal_stands_once.__doc__

    assert [p for code, p in given(text) if code == "near-duplicate"] == ["/deals/d2"]


@pytest.mark.parametrize(
    "on, known, dates, code",
    [
        ("2025-03-01", "", ["2025-03-01"], ""),
        ("2025-03-01", "", ["2025-03-02"], "known-before-source"),
        ("2025-03-01", "2025-03-02", ["2025-03-02"], ""),
        ("2025-03-01", "2025-03-02", ["2025-03-03", "2025-03-04"], "known-before-source"),
        ("2025-03-01", "2025-03-02", ["2025-03-02", "2025-03-04"], ""),
        ("2025-03-01", "2025-03-02", ["2025-03-04", ""], ""),
        ("2025-03", "", ["2025-03-31"], ""),
        ("2025-03", "", ["2025-04"], "known-before-source"),
        ("2025-03-01", "", ["2025-03"], ""),
        ("2025-03-01", "2025-03-05", ["2025-03-02"], "known-after-source"),
        ("2025-03-01", "2025-03-05", ["2025-03-02", "2025-03-09", ""], "known-after-source"),
        ("2025-03-01", "2025-03-05", ["2025-03"], ""),
        ("2025-03-01", "2025-04-05", ["2025-03"], "known-after-source"),
        ("2025-03-01", "2025-03", ["2025-03-02"], ""),
        ("2025-03-05", "", ["2025-03-02"], ""),
        ("2025-03-05", "2025-03-05", ["2025-03-02"], ""),
        ("2025-03-05", "2025-03-06", ["2025-03-02"], "known-after-source"),
    ],
)
def test_what_is_known_is_known_from_its_first_source(
    on: str, known: str, dates: list[str], code: str
) -> None:
    """An event; of a source without a date nobody can say that it came later."""
    sources = "".join(
        f"  s{number}: {{publisher: q, offline: o, grade: press{f', date: {date}' if date else ''}}}\n"
        for number, date in enumerate(dates)
    )
    names = ", ".join(f"s{number}" for number in range(len(dates)))
    text = yaml(f"a -> b: 5 {on} #source [s, {names}]\n---\nsources:\n{sources}")
    event = f"{{on: {on}, {f'known: {known}, ' if known else ''}status: signed, source: [{names}]}}"
    found = read_text(text.replace(f"{{on: {on}, status: signed, source: s}}", event).encode(), "f").registry
    assert found is not None
    pieces = [(piece.code, piece.pointer) for piece in advise(found) if piece.code.startswith("known-")]

    assert pieces == ([(code, f"/deals/d1/events/0/{'known' if known else 'on'}")] if code else [])


def test_advice_on_a_day_says_both_days_and_what_to_write() -> None:
    """
    a -> b: 5 2024-12-20
    ---
    figures:
      a:
        - {metric: cash, period: 2024, amount: $1, kind: press, known: 2024-12-31, source: s}
        - {metric: debt, period: 2024, amount: $1, kind: press, known: 2025-01-31, source: s}
        - {metric: capex, period: 2024, amount: $1, kind: press, source: s}
    """
    pieces = advise(registry(test_advice_on_a_day_says_both_days_and_what_to_write.__doc__))
    said = [(piece.pointer, piece.message, piece.remedy) for piece in pieces if "source is" in piece.message]

    assert said == [
        (
            "/deals/d1/events/0/on",
            "taking effect, and so taken as known, 2024-12-20, but its earliest source is dated 2025-01-01",
            "write 'known: 2025-01-01', or add the earlier source that it was known from",
        ),
        (
            "/figures/a/0/known",
            "known 2024-12-31, but its earliest source is dated 2025-01-01",
            "write 'known: 2025-01-01', or add the earlier source that it was known from",
        ),
        (
            "/figures/a/1/known",
            "known 2025-01-31, but its earliest source is dated 2025-01-01",
            "write 'known: 2025-01-01'",
        ),
    ]


def test_what_took_effect_after_its_source_is_known_from_then() -> None:
    """
    a -> b: 5 2025-03-05; 2025-04-01 closed
    """
    text = yaml(test_what_took_effect_after_its_source_is_known_from_then.__doc__ or "")
    found = read_text(
        text.replace("on: 2025-03-05", "on: 2025-03-05, known: 2025-03-06").encode(), "f"
    ).registry
    assert found is not None
    (piece,) = [piece for piece in advise(found) if piece.code == "known-after-source"]

    assert piece.remedy == "take 'known' out"


def test_a_waiver_sets_advice_aside_where_it_says() -> None:
    """
    a -> b: 5
    c -> d: 6
    ---
    waivers:
      - {code: single-source, at: deals/d1, reason: none else was found, on: 2026-01-01}
    """
    assert given(test_a_waiver_sets_advice_aside_where_it_says.__doc__) == [("single-source", "/deals/d2")]


def test_a_waiver_of_nothing_is_advised_against() -> None:
    """
    a -> b: 5 #source [s, t]
    ---
    sources:
      t: {publisher: q, offline: o, grade: press, date: 2025-01-01}
    waivers:
      - {code: single-source, at: deals/d1, reason: none else was found, on: 2026-01-01}
      - {code: singel-source, at: deals/d1, reason: none else was found, on: 2026-01-01}
    """
    pieces = advise(registry(test_a_waiver_of_nothing_is_advised_against.__doc__))

    assert [piece.code for piece in pieces] == ["idle-waiver", "unknown-advice"]
    assert "did you mean 'single-source'" in pieces[1].remedy


def test_every_piece_of_advice_says_what_would_be_better() -> None:
    """The functions of ADVICE and the codes of the table."""
    assert all(advice.__doc__ for advice in ADVICE)
    assert len(CODES) == len(ADVICE) + 2


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_of_advice_is_explained(code: str) -> None:
    """The table of codes."""
    assert CODES[code].islower() or "$" in CODES[code]
