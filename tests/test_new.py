"""A new deal: asked for, written as YAML, put in its place, and refused where it would not pass."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiweb.errors import BadOption, FileError, Problem, RegistryError, UnknownName
from aiweb.model import Instrument, Registry, Status
from aiweb.registry.layout import layout
from aiweb.registry.load import read_text
from aiweb.registry.new import (
    Draft,
    NewLeg,
    NewParty,
    NewSource,
    completed,
    find_party,
    insert,
    interview,
    questions,
    stanza,
)

HERE = Path(__file__).parent
FULL = (HERE / "full.yaml").read_text(encoding="utf-8")
SHIPPED = (HERE.parent / "deals.yaml").read_text(encoding="utf-8")
MINT = NewSource("Mint (Reuters)", "press", url="https://example.org/mint", date="2026-05-01")
LOAN = Draft(
    title="Oracle lends to OpenAI: a first loan",
    legs=(NewLeg("oracle", "openai", "loan", "$2bn"),),
    status="signed",
    on="2026-05-01",
    source=MINT,
)


def registry(text: str) -> Registry:
    """Read a text that must be a registry."""
    found = read_text(text.encode(), "f.yaml")
    assert found.registry is not None, found.problems
    return found.registry


def inserted(before: str, after: str) -> str:
    """Return the lines that were put in; nothing else may have changed."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found = []
    for kind, _, _, start, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        assert kind in {"equal", "insert"}
        if kind == "insert":
            found += new[start:end]
    rest = "".join(line for line in difflib.ndiff(old, new) if line.startswith(("  ", "- ")))
    assert "".join(line[2:] for line in rest.splitlines(keepends=True)) == before
    return "".join(found)


def replies(*lines: str) -> tuple[Callable[[str], str], list[str]]:
    """Answer prompts in turn; return the function that does, and the list of prompts it gets."""
    asked: list[str] = []
    rest: Iterator[str] = iter(lines)

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return next(rest)

    return ask, asked


# ---- The stanza ---------------------------------------------------------------------------------


def test_a_stanza_is_laid_out() -> None:
    """Two legs, an undisclosed amount, and texts that YAML would take for something else."""
    draft = Draft(
        id="oracle-openai-2026",
        title="Oracle lends: twice",
        zh="甲骨文放贷",
        note="First, a loan",
        legs=(NewLeg("oracle", "openai", "loan", "$2bn"), NewLeg("openai", "oracle", "purchase")),
        status="signed",
        on="2026-04",
        known="2026-05-01",
        source=replace(MINT, name="mint", title="A, B: C"),
    )

    assert (
        stanza(draft)
        == """\
  oracle-openai-2026:
    title: "Oracle lends: twice"
    zh: 甲骨文放贷
    note: First, a loan
    legs:
      - {from: oracle, to: openai, instrument: loan, amount: $2bn, source: mint}
      - {from: openai, to: oracle, instrument: purchase, amount: undisclosed, source: mint}
    events:
      - {on: 2026-04, known: 2026-05-01, status: signed, source: mint}
    sources:
      mint: {title: "A, B: C", publisher: Mint (Reuters), date: 2026-05-01, grade: press, url: https://example.org/mint}
"""
    )


def test_a_draft_gets_an_id_and_a_source_name_that_are_free() -> None:
    """tests/full.yaml has no such deal, and a shared source `filing`."""
    known = registry(FULL)

    first = completed(replace(LOAN, source=replace(MINT, publisher="Filing")), known)
    taken = completed(LOAN, registry(insert(FULL, LOAN)))

    assert first.id == "oracle-openai-2026"
    assert isinstance(first.source, NewSource)
    assert first.source.name == "filing-2"
    assert taken.id == "oracle-openai-2026-2"


def test_a_shared_source_is_cited_and_not_written_again() -> None:
    """The address of `filing` in tests/full.yaml."""
    source = replace(MINT, url="https://example.org/10-q")

    assert completed(replace(LOAN, source=source), registry(FULL)).source == "filing"
    assert "sources:" not in inserted(FULL, insert(FULL, replace(LOAN, source=source)))


# ---- Its place ----------------------------------------------------------------------------------


def test_a_deal_goes_behind_the_last() -> None:
    """Before the figures of tests/full.yaml; all other bytes stay."""
    result = insert(FULL, LOAN)

    assert inserted(FULL, result).startswith(("  oracle-openai-2026:\n", "\n  oracle-openai-2026:\n"))
    assert [*registry(result).deals][-1] == "oracle-openai-2026"


def test_a_deal_goes_behind_the_one_named() -> None:
    """Behind the first of tests/full.yaml."""
    result = insert(FULL, LOAN, after="nvidia-openai-10gw")

    assert [*registry(result).deals][:2] == ["nvidia-openai-10gw", "oracle-openai-2026"]
    assert inserted(FULL, result).count("\n") == 9


@pytest.mark.parametrize("after", [None, "nvidia-openai-10gw", "openai-azure-250b"])
def test_the_shipped_registry_takes_a_deal(after: str | None) -> None:
    """deals.yaml, and a new party too."""
    acme = NewParty("acme-ai", "Acme AI", "阿克米", "lab", "US")
    draft = replace(LOAN, legs=(NewLeg("oracle", "acme-ai", "loan", "$2bn"),), parties=(acme,))

    result = insert(SHIPPED, draft, after=after)

    lines = inserted(SHIPPED, result)
    assert "  acme-ai: {name: Acme AI, zh: 阿克米, kind: lab, country: US}\n" in lines
    assert lines.count("\n") == 10
    assert "oracle-acme-ai-2026" in registry(result).deals


def test_what_is_inserted_is_laid_out_already() -> None:
    """tests/full.yaml in the one layout."""
    text = layout(FULL)
    acme = NewParty("acme", "Acme", "阿克米", "cloud")

    result = insert(text, replace(LOAN, legs=(NewLeg("oracle", "acme", "loan"),), parties=(acme,)))

    assert layout(result) == result


def test_a_party_goes_behind_the_last_of_its_kind() -> None:
    """A chipmaker behind NVIDIA, a state at the end, a fund not behind those who stand for many."""
    parties = (
        NewParty("tpu", "TPU", "TPU", "chipmaker"),
        NewParty("kingdom", "Kingdom", "王国", "state"),
        NewParty("fund", "Fund", "基金", "capital"),
    )
    legs = (NewLeg("kingdom", "tpu", "loan"), NewLeg("fund", "tpu", "equity"))

    result = registry(insert(FULL, replace(LOAN, legs=legs, parties=parties)))

    assert [*result.parties] == [
        *("nvidia", "tpu", "openai", "oracle", "stargate", "bond-investors", "kingdom", "fund"),
    ]


def test_comments_that_end_a_deal_stay_with_it() -> None:
    """A remark inside the deal, the heading of the next."""
    text = FULL.replace("    note: Replaced by an equity round.\n\n", "    # end of it\n\n  # Heading\n")

    result = insert(text, LOAN, after="nvidia-openai-10gw")

    assert "    # end of it\n\n  oracle-openai-2026:\n" in result
    assert "url: https://example.org/mint}\n\n  # Heading\n" in result.replace("\n      mint", "").replace(
        "\n        url", " url"
    )


@pytest.mark.parametrize(
    "text",
    [
        "format: 1\nas_of: 2026-07-03\nparties: {}\ndeals: {}\n",
        "format: 1\nas_of: 2026-07-03\ndeals:\n  {} # none yet\nparties: { }",
        "format: 1\r\nas_of: 2026-07-03\r\nparties: {} # none\r\ndeals: {}\r\n",
    ],
)
def test_an_empty_registry_takes_its_first_deal(text: str) -> None:
    """Nothing there yet, and two parties to be added."""
    parties = (NewParty("a", "A", "甲", "lab"), NewParty("b", "B", "乙", "cloud"))

    result = insert(text, replace(LOAN, legs=(NewLeg("a", "b", "loan"),), parties=parties))

    assert [*registry(result).deals] == ["a-b-2026"]
    assert result.count("\r\n") == (result.count("\n") if "\r" in text else 0)
    assert result.count("# none") == text.count("# none")


def test_a_file_of_deals_alone_takes_one() -> None:
    """One of several files: what is known, and what would be wrong, the caller says."""
    text = "deals:\n    one: {title: One}"
    seen: list[str] = []

    def check(new: str) -> list[Problem]:
        seen.append(new)
        return []

    result = insert(text, LOAN, registry=registry(FULL), check=check)

    assert seen == [result]
    assert result.startswith(f"{text}\n\n    oracle-openai-2026:\n      title:")
    assert insert("figures: {}\n", LOAN, registry=registry(FULL), check=check).startswith(
        "figures: {}\n\ndeals:\n  oracle-openai-2026:\n"
    )


@settings(max_examples=60)
@given(
    st.sampled_from([None, *registry(FULL).deals]),
    st.integers(0, FULL.count("\n")),
    st.sampled_from(["", "# c", "  # c", "    # c", "      # c"]),
)
def test_every_other_byte_stays(after: str | None, at: int, line: str) -> None:
    """tests/full.yaml, with a comment or a blank line anywhere."""
    lines = FULL.split("\n")
    text = "\n".join([*lines[:at], line, *lines[at:]])

    result = insert(text, LOAN, after=after)

    assert "oracle-openai-2026" in inserted(text, result)


# ---- What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change, code",
    [
        ({"status": "singed"}, "unknown-word"),
        ({"on": "2026-13"}, "bad-date"),
        ({"on": "2027-01-01"}, "event-after-as-of"),
        ({"legs": (NewLeg("oracle", "oracle", "loan"),)}, "self-deal"),
        ({"legs": (NewLeg("oracle", "nobody", "loan"),)}, "unknown-party"),
        ({"legs": (NewLeg("oracle", "openai", "loan", "EUR 1"),)}, ""),
        ({"legs": (NewLeg("oracle", "openai", "loan", "JPY 1"),)}, "unknown-rate"),
        ({"source": "nowhere"}, "unknown-source"),
        ({"source": replace(MINT, url="ftp://example.org")}, "bad-url"),
        ({"source": replace(MINT, url="")}, "source-place"),
        ({"id": "Not An Id"}, "bad-id"),
    ],
)
def test_what_would_not_pass_is_refused(change: dict[str, object], code: str) -> None:
    """One fault each, and one that is none."""
    draft = replace(LOAN, **change)  # type: ignore[arg-type]  # each is of its field's type

    if not code:
        assert insert(FULL, draft)
        return
    with pytest.raises(RegistryError) as refused:
        insert(FULL, draft, path="mine.yaml")

    assert code in {problem.code for problem in refused.value.problems}
    assert {problem.path for problem in refused.value.problems} == {"mine.yaml"}


def test_a_faulty_file_is_refused_with_its_own_problems() -> None:
    """A key twice; then a wrong word."""
    for text, code in ((f"{FULL}format: 1\n", "duplicate-key"), (FULL.replace("kind: lab", "kind: x"), "")):
        with pytest.raises(RegistryError) as refused:
            insert(text, LOAN)
        assert code in {"", refused.value.problems[0].code}


def test_a_name_that_is_taken_or_unknown_is_refused() -> None:
    """The id of a deal of tests/full.yaml, and the id of none."""
    with pytest.raises(BadOption, match="a deal has this id already"):
        insert(FULL, replace(LOAN, id="oracle-bonds"))
    with pytest.raises(UnknownName, match="did you mean 'oracle-bonds'"):
        insert(FULL, LOAN, after="oracle-bond")


def test_a_section_in_brackets_is_refused() -> None:
    """Nothing can be put into it without changing its bytes."""
    text = FULL.replace("parties:\n", "parties: {\n", 1).replace("\nsources:", "}\nsources:", 1)
    text = text.replace("year_end: 1}\n", "year_end: 1},\n").replace("company.}\n", "company.},\n")
    text = text.replace("year_end: 5}\n", "year_end: 5},\n").replace("oracle]}\n", "oracle]},\n", 1)
    acme = NewParty("acme", "Acme", "阿克米", "cloud")
    draft = replace(LOAN, legs=(NewLeg("oracle", "acme", "loan"),), parties=(acme,))

    with pytest.raises(FileError, match="aiweb fmt --write"):
        insert(text, draft)


# ---- Asking -------------------------------------------------------------------------------------


def test_an_interview_makes_a_draft() -> None:
    """Names are found loosely, defaults taken, mistakes explained and asked again."""
    told: list[str] = []
    ask, asked = replies(
        *("nvdia", "NVDA", "?", "甲骨文"),
        *("loam", "loan", "2bn"),
        *("", "firmly", "", ""),
        "",
        *("NVIDIA lends to Oracle", ""),
        "",
        *("soon", "2027", "2026-05-01", ""),
        *("example.org", "https://example.org/a"),
        *("Mint", "", "", ""),
        "",
        *("", "oracle bonds", "oracle-bonds", ""),
    )

    draft = interview(registry(FULL), ask, told.append)

    assert draft == Draft(
        title="NVIDIA lends to Oracle",
        legs=(NewLeg("nvidia", "oracle", "loan", "$2bn"),),
        status="announced",
        on="2026-05-01",
        source=NewSource("Mint", "press", url="https://example.org/a"),
    )
    assert told == [
        "no party 'nvdia'; did you mean 'nvidia'? (+nvdia adds it)",
        "A party by any of its names; + and a name adds one.",
        "'loam' is no instrument; did you mean 'loan'?",
        "'firmly' is no certainty; did you mean 'firm'?",
        "'soon' is no date; write 2025-09-22, 2025-09, 2025-Q3, 2025-H2 or 2025",
        "2027 is after 2026-07-03, up to which the registry is kept; raise 'as_of' first",
        "'example.org' is no web address; write one that starts with https:// or http://",
        "'oracle bonds' is no id; write lower-case letters, digits and single hyphens",
        "'oracle-bonds' is a deal already; write another id, or none",
    ]
    assert asked[0] == "who pays: "
    assert "amount [undisclosed]: " in asked
    assert insert(FULL, draft)


def test_an_interview_adds_parties_and_legs() -> None:
    """A lab that nobody knows, found again by its name; a source without an address."""
    told: list[str] = []
    ask, _ = replies(
        *("+Acme AI", "阿克米", "labs", "lab", "Oracle", "purchase", ""),
        *("contract", "conditional", "if built", "2027..2031"),
        *("acme to oracle", "oracle -> acme ai: loan up to $3bn", ""),
        *(
            "Acme buys",
            "",
            "",
            "2026-05",
            "",
            "",
            "",
            "The Times, page 9",
            "The Times",
            "",
            "",
            "",
            "",
            "",
            "acme-deal",
        ),
    )

    draft = interview(registry(FULL), ask, told.append)

    assert draft.parties == (NewParty("acme-ai", "Acme AI", "阿克米", "lab"),)
    assert draft.legs == (
        NewLeg(
            "acme-ai",
            "oracle",
            "purchase",
            basis="contract",
            certainty="conditional",
            condition="if built",
            term="2027..2031",
        ),
        NewLeg("oracle", "acme-ai", "loan", "up to $3bn"),
    )
    assert told[0].startswith("'labs' is no party kind; did you mean 'lab'?")
    assert told[1].startswith("'acme to oracle' is no leg. Write PAYER -> PAYEE")
    assert told[2].startswith("this is needed.")
    assert [*registry(insert(FULL, draft)).deals][-1] == "acme-deal"


def test_a_page_that_is_shared_is_not_asked_about() -> None:
    """By its address, then by its name."""
    for url in ("https://example.org/10-q", "filing"):
        told: list[str] = []
        ask, asked = replies(
            *("nvidia", "oracle", "loan", "", "", "", "", "", "T", "", "", "2026", "2026-05"), url, "", "", ""
        )

        draft = interview(registry(FULL), ask, told.append)

        assert draft.source == "filing"
        assert not any("publisher" in prompt for prompt in asked)
        assert bool(told) == (url != "filing")


GIVEN = {
    "from": "nvidia",
    "to": "Acme",
    "instrument": "loan",
    "title": "T",
    "on": "2026-05",
    "url": "https://example.org/a",
    "publisher": "Mint",
}


def test_what_is_given_is_not_asked() -> None:
    """All that is needed, a party and a leg: nothing is asked."""
    draft = interview(
        registry(FULL),
        None,
        print,
        given=GIVEN,
        legs=["acme -> nvidia: purchase"],
        parties=["Acme; 阿克米; cloud; US"],
    )

    assert draft.legs == (NewLeg("nvidia", "acme", "loan"), NewLeg("acme", "nvidia", "purchase"))
    assert draft.parties == (NewParty("acme", "Acme", "阿克米", "cloud", "US"),)
    assert "nvidia-acme-2026" in insert(FULL, draft)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"from": "nvdia"}, "from 'nvdia': no party 'nvdia'; did you mean 'nvidia'?"),
        ({"to": "+Acme"}, "to '+Acme': a new party needs more than a name"),
        ({"amount": "much"}, "amount 'much': 'much' is no amount; write"),
        ({"amount": "JPY 5bn"}, "'rates' has no JPY"),
        ({"zh": "\u200b"}, "character U+200B is invisible"),
        ({"colour": "red"}, "colour 'red': it is none of from, to,"),
    ],
)
def test_what_is_given_and_will_not_do_is_refused(change: dict[str, str], message: str) -> None:
    """One thing each."""
    with pytest.raises(BadOption, match=re.escape(message)):
        interview(registry(FULL), None, print, given={**GIVEN, "to": "oracle", **change})


def test_a_leg_is_said_with_its_terms() -> None:
    """The first by names, a further one at once; what goes without saying is not written."""
    draft = interview(
        registry(FULL),
        None,
        print,
        given=GIVEN
        | {"to": "oracle", "basis": "contract", "certainty": "firm", "condition": "if built", "term": "2027"},
        legs=["oracle -> nvidia: lease 8bn..10bn; certainty option; term 2027..2031; basis reported"],
    )
    lines = inserted(FULL, insert(FULL, draft))

    assert (
        "      - {from: nvidia, to: oracle, instrument: loan, amount: undisclosed, basis: contract, "
        "condition: if built,\n         term: 2027, source: mint}\n"
        "      - {from: oracle, to: nvidia, instrument: lease, amount: $8bn..10bn, certainty: option, "
        "term: 2027..2031,\n         source: mint}\n"
    ) in lines


@pytest.mark.parametrize(
    "leg, message",
    [
        ("oracle -> nvidia: lease 8bn; colour red", "'colour' is none of what can be said of a leg here"),
        ("oracle -> nvidia: lease 8bn; terms 2027", "did you mean 'term'?"),
        ("oracle -> nvidia: lease 8bn; term FY2027", "whose fiscal year?"),
        ("oracle -> nvidia: lease 8bn; certainty", "'' is no certainty"),
    ],
)
def test_a_term_of_a_leg_that_will_not_do_is_refused(leg: str, message: str) -> None:
    """One fault each."""
    with pytest.raises(BadOption, match=re.escape(message)):
        interview(registry(FULL), None, print, given=GIVEN | {"to": "oracle"}, legs=[leg])


def test_several_sources_are_cited_together() -> None:
    """A new one, a shared one by its name and by its address, and a page of paper with the first's name."""
    draft = interview(
        registry(FULL),
        None,
        print,
        given=GIVEN | {"to": "oracle"},
        sources=[
            "article",
            "Oracle; filing; https://example.org/10-q",
            "Mint; press; page 9; 2026-05-02; A loan: the first",
        ],
    )
    found = registry(insert(FULL, draft)).deals["nvidia-oracle-2026"]
    mint = found.sources["mint-2"]

    assert found.legs[0].source == found.events[0].source == ("mint", "article", "filing", "mint-2")
    assert [*found.sources] == ["mint", "mint-2"]
    assert (mint.offline, str(mint.date), mint.title) == ("page 9", "2026-05-02", "A loan: the first")


@pytest.mark.parametrize(
    "source, message",
    [
        ("Mint", "'Mint' is no source. Write its address"),
        ("Mint; press", "'Mint; press' is no source."),
        ("Mint; news; page 9", "'news' is no grade"),
        ("Mint; press; ", "this text is empty"),
        ("; press; page 9", "this text is empty"),
        ("Mint; press; https://", "is no web address"),
        ("Mint; press; page 9; soon", "'soon' is no date"),
    ],
)
def test_a_further_source_that_will_not_do_is_refused(source: str, message: str) -> None:
    """One fault each."""
    with pytest.raises(BadOption, match=re.escape(message)):
        interview(registry(FULL), None, print, given=GIVEN | {"to": "oracle"}, sources=[source])


@pytest.mark.parametrize(
    "source", ["filing", "Oracle; filing; https://example.org/10-q", "Mint; press; https://example.org/a"]
)
def test_a_source_stands_once(source: str) -> None:
    """The shared one twice, or the first one again."""
    given = GIVEN | {"to": "oracle"}
    sources = [source] if "/a" in source else ["filing", source]
    draft = interview(registry(FULL), None, print, given=given, sources=sources)

    with pytest.raises(BadOption, match="it stands there twice"):
        insert(FULL, draft)


def test_an_interview_asks_for_further_sources() -> None:
    """A shared one by its address, one said at once, a page, and paper; then no more."""
    told: list[str] = []
    ask, asked = replies(
        *("nvidia", "oracle", "loan", "", "", "", "", "", "T", "", "", "2026-05", ""),
        *("https://example.org/a", "Mint", "", "", ""),
        "https://example.org/10-q",
        *("Mint; gossip; page 8", "Mint; press; page 8"),
        *("https://", "https://example.org/b", "FT", "digest", "A title", "2026-05"),
        *("page 9", "FT", "", "", ""),
        "",
        *("", ""),
    )

    draft = interview(registry(FULL), ask, told.append)

    assert draft.further == (
        "filing",
        NewSource("Mint", "press", offline="page 8"),
        NewSource("FT", "digest", url="https://example.org/b", title="A title", date="2026-05"),
        NewSource("FT", "press", offline="page 9"),
    )
    assert told[0] == "this page is the shared source 'filing' already"
    assert told[1].startswith("'gossip' is no grade")
    assert told[2].startswith("'https://' is no web address")
    assert asked.count("another source, if there is one: ") == 7
    assert [*registry(insert(FULL, draft)).deals["nvidia-oracle-2026"].sources] == [
        "mint",
        "mint-2",
        "ft",
        "ft-2",
    ]


@pytest.mark.parametrize(
    "text, amount",
    [
        ("8bn", "$8bn"),
        ("up to 8bn", "up to $8bn"),
        ("at least 1.5 bn", "at least $1.5 bn"),
        ("8bn..10bn", "$8bn..10bn"),
        ("17.4..19.4bn", "$17.4..19.4bn"),
        ("1,000m+", "$1,000m+"),
        ("$8", "$8"),
        ("EUR 8bn", "EUR 8bn"),
        ("undisclosed", "undisclosed"),
    ],
)
def test_an_amount_needs_no_dollar_sign(text: str, amount: str) -> None:
    """A shell takes $8 for its own."""
    asked = {question.name: question for question in questions(registry(FULL))}

    assert asked["amount"].parse(text) == amount


@pytest.mark.parametrize("text", ["8", "2026", "up to 8", "8bn10bn", "8..10", "8bnbn"])
def test_a_number_without_a_unit_is_no_amount(text: str) -> None:
    """Few deals are of eight dollars."""
    asked = {question.name: question for question in questions(registry(FULL))}

    with pytest.raises(ValueError, match="is no amount"):
        asked["amount"].parse(text)


def test_what_is_needed_and_not_given_is_refused() -> None:
    """No title; a leg and a party that are none."""
    given = {name: text for name, text in GIVEN.items() if name != "title"} | {"to": "oracle"}
    with pytest.raises(BadOption, match="title '': this is needed"):
        interview(registry(FULL), None, print, given=given)
    with pytest.raises(BadOption, match="leg 'a lends b': 'a lends b' is no leg"):
        interview(registry(FULL), None, print, given=GIVEN | {"to": "oracle"}, legs=["a lends b"])
    for party in ("Acme", "Acme; A; bank", "英伟达; 英伟达; lab"):
        with pytest.raises(BadOption, match="party"):
            interview(registry(FULL), None, print, given=GIVEN, parties=[party])


def test_a_party_is_found_by_any_name_or_by_the_start_of_one() -> None:
    """tests/full.yaml: OpenAI Group PBC is another name of OpenAI."""
    known = registry(FULL)

    assert [find_party(known, name) for name in ("nvda", "openai group", " 星际 ", "Bond")] == [
        *("nvidia", "openai", "stargate", "bond-investors"),
    ]
    with pytest.raises(ValueError, match="'o' fits openai, oracle"):
        find_party(known, "o")
    with pytest.raises(ValueError, match=r"no party 'zzz'$"):
        find_party(known, "zzz")


def test_every_question_explains_itself() -> None:
    """Each has a prompt and help; words are listed; what is wrong is said."""
    asked = {question.name: question for question in questions(registry(FULL))}

    assert all(question.prompt and question.help.endswith((".", "!")) for question in asked.values())
    assert all(word in asked["instrument"].help for word in Instrument)
    assert all(word in asked["status"].help for word in Status)
    assert asked["amount"].parse("30bn") == "$30bn"
    assert asked["amount"].parse("EUR 1.3bn") == "EUR 1.3bn"
    for question in asked.values():
        with pytest.raises(ValueError, match=r"\w"):
            question.parse("\u202e")
