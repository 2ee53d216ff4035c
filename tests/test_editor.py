"""A registry in an editor with a YAML language server: completion, hover, error marks.

tests/run puts the server where `server` looks for it; without a server the tests fail.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from aiweb.model import Grade, Instrument, PartyKind, Status
from aiweb.values import MONEY_FORMS
from tests.commands import aiweb
from tests.editor.lsp import Document, Editor, Offer, editor

RED_HAT: Final = "# yaml-language-server: $schema=graph/deals.schema.json\n"
JETBRAINS: Final = "# $schema: graph/deals.schema.json\n"
# No catalogue of schemas from the network; the other three are what every editor turns on.
SETTINGS: Final = {
    "yaml": {"schemaStore": {"enable": False}, "validate": True, "hover": True, "completion": True}
}
TEXT: Final = """\
format: 1
as_of: 2026-07-03
parties:
  nvidia: {name: NVIDIA, zh: 英伟达, kind: chipmaker}
  openai: {name: OpenAI, zh: OpenAI, kind: lab}
deals:
  nvidia-openai-equity:
    title: NVIDIA buys shares of OpenAI
    legs:
      - from: nvidia
        to: openai
        instrument: equity
        amount: $30bn
        source: release
    events:
      - {on: 2026-02-27, status: signed, source: release}
    sources:
      release: {publisher: NVIDIA, date: 2026-02-27, url: "https://example.org/", grade: company}
"""


@pytest.fixture(scope="module")
def server() -> tuple[str, ...]:
    """Return the command that starts the language server, or fail."""
    if os.environ.get("AIWEB_NO_EDITOR") == "1":
        pytest.skip("AIWEB_NO_EDITOR=1")
    beside = Path(sys.prefix, "lib", "node-tools", "node_modules", "yaml-language-server")
    script = Path(os.environ.get("AIWEB_LANGUAGE_SERVER") or beside / "bin" / "yaml-language-server")
    # Where the machine has none, tests/run puts one beside the interpreter.
    node = shutil.which("node") or shutil.which("node", path=Path(sys.executable).parent)
    if node is None or not script.is_file():
        pytest.fail("no yaml-language-server; run tests/run, or name its script in AIWEB_LANGUAGE_SERVER")
    return node, str(script), "--stdio"


@pytest.fixture(scope="module")
def opened(server: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """Start an editor in a folder that holds the schema, as `aiweb schema` prints it, and nothing else."""
    folder = tmp_path_factory.mktemp("registry")
    schema = folder / "graph" / "deals.schema.json"
    schema.parent.mkdir()
    schema.write_text(aiweb("schema").out, encoding="utf-8")
    with editor(server, folder, SETTINGS) as started:
        yield started


def changed(before: str, after: str) -> str:
    """Change one place of the text."""
    assert TEXT.count(before) == 1, before
    return TEXT.replace(before, after)


def shown(opened: Editor, text: str, first: str = RED_HAT) -> tuple[Document, int, int]:
    """Open a text with its first line, and say where its `^` stood."""
    before, _, after = (first + text).partition("^")
    line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
    return opened.open(before + after), line, column


def offers(opened: Editor, text: str) -> tuple[Offer, ...]:
    """List what is offered at `^`."""
    document, line, column = shown(opened, text)
    return document.offers(line, column)


def hover(opened: Editor, text: str) -> str:
    """Read what is shown at `^`."""
    document, line, column = shown(opened, text)
    return document.hover(line, column)


def test_the_registry_names_its_schema_for_every_editor(root: Path) -> None:
    """The first two lines of deals.yaml."""
    with (root / "deals.yaml").open(encoding="utf-8") as file:
        assert [next(file), next(file)] == [RED_HAT, JETBRAINS]


@pytest.mark.slow
@pytest.mark.parametrize(
    "before, after, words",
    [
        ("instrument: equity", "instrument: ^", list(Instrument)),
        ("status: signed", "status: ^", list(Status)),
        ("kind: lab", "kind: ^", list(PartyKind)),
        ("grade: company", "grade: ^", list(Grade)),
        ("kind: lab", "kind: lab, outside: ^", ["false", "true"]),
        ("amount: $30bn", "amount: ^", ["$100bn", "up to $100bn", "undisclosed"]),
    ],
)
def test_completion_offers_the_words_a_field_may_take(
    before: str, after: str, words: list[str], opened: Editor
) -> None:
    """The cursor stands at `^`; for an amount, one of each form."""
    assert [offer.label for offer in offers(opened, changed(before, after))] == words


@pytest.mark.slow
def test_completion_explains_a_word_by_its_field(opened: Editor) -> None:
    """grade: ^."""
    found = offers(opened, changed("grade: company", "grade: ^"))

    assert {offer.words for offer in found} == {
        "filing · company · press (a named newspaper or agency) · digest (relays others)."
    }


@pytest.mark.slow
def test_completion_offers_the_fields_that_are_not_there_yet(opened: Editor) -> None:
    """A new line at the end of a leg."""
    found = offers(opened, changed("    events:\n", "        ^\n    events:\n"))
    names = [offer.label for offer in found]

    assert {"term", "certainty", "note"} <= set(names)
    assert {"from", "to", "instrument", "amount", "source"}.isdisjoint(names)


@pytest.mark.slow
def test_completion_writes_what_a_new_list_needs(opened: Editor) -> None:
    """A new line at the end of a deal; $1 and the like are where the cursor goes."""
    found = offers(opened, f"{TEXT}    ^\n")
    (disputed,) = [offer for offer in found if offer.label == "disputed"]

    assert disputed.writes == "disputed:\n  - field: $1\n    value: $2\n    rule: $3\n    source: $4"


@pytest.mark.slow
def test_hover_on_an_amount_says_how_to_write_it(opened: Editor) -> None:
    """On the key and on the value alike."""
    on_key = hover(opened, changed("amount: $30bn", "am^ount: $30bn"))

    assert "The amount as first published; events restate it." in on_key
    assert f"{MONEY_FORMS.removeprefix('write ')}." in on_key
    assert "```yaml\nup to $100bn\n```" in on_key
    assert hover(opened, changed("amount: $30bn", "amount: $3^0bn")) == on_key


@pytest.mark.slow
@pytest.mark.parametrize(
    "before, after, title, said",
    [
        ("instrument: equity", "instr^ument: equity", "Instrument", "What is promised."),
        ("kind: lab", "ki^nd: lab", "Kind", "What it is in this web."),
        ("source: release\n", "sou^rce: release\n", "Source", "Names of the sources of the amount."),
        ("as_of:", "as^_of:", "As of", "The day up to which the registry has been kept."),
        ("nvidia-openai-equity:", "nvidia^-openai-equity:", "Deal", "One agreement, reported or signed."),
    ],
)
def test_hover_shows_what_the_field_itself_says(
    before: str, after: str, title: str, said: str, opened: Editor
) -> None:
    """Not what is said of the type that the field holds."""
    assert hover(opened, changed(before, after)).startswith(f"#### {title}\n\n{said}")


@pytest.mark.slow
def test_hover_lists_the_words_a_field_may_take(opened: Editor) -> None:
    """The word that stands there first."""
    said = hover(opened, changed("status: signed", "st^atus: signed"))

    assert said.index("* `signed`") < said.index("* `talks`")
    assert {status for status in Status if f"* `{status}`\n" in said} == set(Status)


@pytest.mark.slow
@pytest.mark.parametrize("first", [RED_HAT, JETBRAINS, RED_HAT + JETBRAINS])
def test_either_first_line_leads_to_the_schema(first: str, opened: Editor) -> None:
    """A right file has no mark, and one with a wrong word has one."""
    right, _, _ = shown(opened, TEXT, first)
    wrong, _, _ = shown(opened, changed("status: signed", "status: sigend"), first)

    assert right.marks == ()
    assert [mark.under for mark in wrong.marks] == ["sigend"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "before, after, under, said",
    [
        ("status: signed", "status: ^sigend", "sigend", "Value is not accepted"),
        ("instrument: equity", "instrument: ^eqity", "eqity", "Value is not accepted"),
        ("grade: company", "grade: ^tabloid", "tabloid", "Value is not accepted"),
        ("$30bn\n", "$30bn\n        ^certianty: firm\n", "certianty", "certianty is not allowed"),
        ("nvidia: {name", "nvidia: {^nmae: x, name", "nmae", "nmae is not allowed"),
        ("  openai: {", "  ^Open_AI: {", "Open_AI", "Open_AI is not allowed"),
        ("amount: $30bn", "amount: ^30", "30", 'Expected "string"'),
        ("format: 1", "format: ^2", "2", "Value is not accepted"),
        ("status: signed, source: release", "^status: signed", "", 'Missing property "source"'),
    ],
)
def test_a_mistake_is_marked_where_it_stands(
    before: str, after: str, under: str, said: str, opened: Editor
) -> None:
    """One mark, on the line of `^`, under the word that is wrong."""
    document, line, _ = shown(opened, changed(before, after))
    (mark,) = document.marks

    assert mark.line == line
    assert under in mark.under
    assert said in mark.message


@pytest.mark.slow
@pytest.mark.parametrize("name", ["deals.yaml", "tests/full.yaml"])
def test_a_registry_without_problems_has_no_mark(name: str, root: Path, opened: Editor) -> None:
    """The registry itself, and the file with every field."""
    text = (root / name).read_text(encoding="utf-8")

    assert opened.open(text.replace("../graph/", "graph/")).marks == ()


@pytest.mark.slow
def test_a_mistake_in_the_registry_itself_is_marked(root: Path, opened: Editor) -> None:
    """The last status of deals.yaml, misspelt: a file of this size is not too much for the server."""
    before, word, after = (root / "deals.yaml").read_text(encoding="utf-8").rpartition("status: signed")
    (mark,) = opened.open(f"{before}status: sigend{after}").marks

    assert word
    assert (mark.line, mark.under) == (before.count("\n"), "sigend")
