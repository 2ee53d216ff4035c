"""The commands: where data and words go, exit codes, formats, names, and what a stranger may type."""

from __future__ import annotations

import csv
import inspect
import json
import os
import random
import re
import subprocess
import sys
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from typer.core import TyperGroup
from typer.main import get_command

import aiweb as aw
from aiweb import web
from aiweb.cli import FINDINGS, app
from aiweb.registry.load import load
from tests.commands import Done, Terminal, aiweb, written

FORMATS: Final = ("text", "json", "csv", "md")
# Every command that answers a question, on parties and deals that both registries below have.
QUESTIONS: Final = {
    "summary": (),
    "show-party": ("show", "nvidia"),
    "show-deal": ("show", "{deal}"),
    "parties": ("parties",),
    "deals": ("deals",),
    "path": ("path", "nvidia", "openai"),
    "loops": ("loops",),
    "circularity": ("circularity",),
    "exposure": ("exposure", "nvidia"),
    "ownership": ("ownership",),
    "ownership-party": ("ownership", "openai"),
    "suppliers": ("selffunded",),
    "selffunded": ("selffunded", "nvidia"),
    "demand": ("demand",),
    "gap": ("gap", "openai"),
    "gaps": ("gap", "--hold"),
    "stress": ("stress",),
    "stress-party": ("stress", "--fail", "openai"),
    "stress-each": ("stress", "--each"),
    "stress-reverse": ("stress", "--reverse"),
    "stress-shock": ("stress", "--reverse", "--shock", "revenue"),
    "stress-claims": ("stress", "--fail", "openai", "--valuation", "linear"),
    "what-if": ("what-if", "openai-fails"),
    "what-ifs": ("what-if",),
}
# What such a registry says of a party or a deal, and what ships, stand under no convention.
AS_WRITTEN: Final = {"show-party", "show-deal", "deals", "what-ifs"}
HEAVY: Final = ("pydantic", "networkx", "yaml", "scipy", "pyvis")

SMALL: Final = """
nvidia -> openai: up to $100 letter-of-intent 2025-03-01; 2025-09-01 signed 70
openai -> oracle: 300 purchase #term 2027..2031
oracle -> nvidia: 40 purchase
amd -> openai: 9 warrant
nvidia -> oracle: undisclosed
*funds -> openai: at least $25 loan closed; 2025-06-01 paid 11
---
figures:
  openai:
    - {metric: cash, period: 2025-12-31, amount: $7, kind: press, source: s}
"""
NAMES: Final = {
    "nvidia": {"name": "NVIDIA", "zh": "英伟达", "ticker": "NVDA"},
    "openai": {"name": "OpenAI", "zh": "开放人工智能"},
}


_READ: Final = cache(load)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the small registry above."""
    return written(tmp_path_factory.mktemp("small"), SMALL, **NAMES)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a registry with two mistakes: a party that is not there, and an amount that is none."""
    path = written(tmp_path_factory.mktemp("faulty"), SMALL, **NAMES)
    text = path.read_text(encoding="utf-8").replace("to: oracle", "to: oracel", 1)
    path.write_text(text.replace("amount: $40", "amount: lots"), encoding="utf-8")
    return path


@pytest.fixture
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the shipped registry once for many commands: nothing alters it."""
    monkeypatch.setattr(web, "load_registry", _READ)


def python(*arguments: object, root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own, in the folder of the project."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def lineless(node: Any) -> Any:  # noqa: ANN401 - JSON is what it is
    """Leave out every line number of a JSON document."""
    if isinstance(node, dict):
        return {key: lineless(value) for key, value in node.items() if key != "line"}
    return [lineless(row) for row in node] if isinstance(node, list) else node


def well_formed(done: Done, form: str) -> bool:
    """Read what a command printed the way its reader would."""
    if form == "json":
        return bool(done.json["schema_version"] == 1)
    if form == "csv":
        heading, *rows = csv.reader(StringIO(done.out))
        return bool(heading) and all(len(row) == len(heading) for row in rows)
    return done.out.endswith("\n") and not done.out.startswith("\n")


# ---- formats and streams


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_is_answered_in_every_format(small: Path, question: str, form: str) -> None:
    """The small registry above."""
    asked = [word.format(deal="d1") for word in QUESTIONS[question]]
    done = aiweb("-r", small, "-f", form, *asked)

    assert done.code == 0
    assert well_formed(done, form)
    assert form == "csv" or done.err == ""


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.usefixtures("read_once")
def test_the_shipped_registry_answers_every_question(question: str, form: str) -> None:
    """deals.yaml."""
    asked = [word.format(deal="nvidia-openai-10gw") for word in QUESTIONS[question]]
    done = aiweb("-f", form, *asked)

    assert done.code == 0
    assert well_formed(done, form)
    assert form == "csv" or done.err == ""


@pytest.mark.parametrize("question", QUESTIONS)
def test_json_says_of_what_and_under_what(small: Path, question: str) -> None:
    """Every number has its day and its registry, and its convention if it depends on one."""
    asked = [word.format(deal="d1") for word in QUESTIONS[question]]
    said = aiweb("-r", small, "-f", "json", "--as-of", "2026-02-03", *asked).json
    rows = said["conventions"] if question == "circularity" else [said]

    assert said["as_of"] == "2026-02-03"
    web = aw.load(small)
    assert said["registry"] == (web.what_if(asked[-1]) if question == "what-if" else web).registry.digest
    assert said["registry_as_of"] == "2026-12-31"
    if question in AS_WRITTEN:
        assert "convention" not in said
        assert "consideration" not in said
    else:
        assert said["consideration"] == "cash"
        assert all(row["convention"] for row in rows)


@pytest.mark.parametrize("question", sorted(AS_WRITTEN))
def test_what_stands_under_no_convention_depends_on_none(small: Path, question: str) -> None:
    """The same answer under every convention and consideration."""
    asked = [word.format(deal="d1") for word in QUESTIONS[question]]
    plain = aiweb("-r", small, *asked)

    for option in (("--under", "headline"), ("--under", "paid"), ("--consideration", "all")):
        assert aiweb("-r", small, *option, *asked) == plain


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_escape_codes_without_a_terminal(small: Path, question: str) -> None:
    """Output into a file or a pipe is plain text."""
    asked = [word.format(deal="d1") for word in QUESTIONS[question]]

    assert "\x1b" not in aiweb("-r", small, *asked).out


@pytest.mark.parametrize(
    "variable, value, bold", [("", "", True), ("NO_COLOR", "1", False), ("TERM", "dumb", False)]
)
def test_headings_are_bold_on_a_terminal_that_wants_it(
    small: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, *, bold: bool
) -> None:
    """NO_COLOR, when it is set and not empty, turns that off."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "")
    if variable:
        monkeypatch.setenv(variable, value)

    assert ("\x1b[1m" in aiweb("-r", small, "loops", out=Terminal()).out) is bold


def test_csv_is_one_table_and_the_others_are_named_apart(small: Path) -> None:
    """The first table goes to standard output, the names of the others to standard error."""
    first = aiweb("-r", small, "loops", "-f", "csv")
    legs = aiweb("-r", small, "loops", "-f", "csv", "--table", "legs")

    assert first.out.startswith("rank,loop,")
    assert first.err == "other tables: unpriced, left_out, legs; see --table\n"
    assert legs.out.startswith("leg,from,to,")
    assert legs.err == ""


def test_an_unknown_table_is_suggested(small: Path) -> None:
    """--table leg."""
    done = aiweb("-r", small, "loops", "-f", "csv", "--table", "leg")

    assert (done.code, done.out) == (2, "")
    assert done.err == "aiweb: table 'leg': did you mean 'legs'?\n"


def test_a_table_is_named_for_csv_only(small: Path) -> None:
    """--table legs, without --format csv: it would be passed over."""
    done = aiweb("-r", small, "loops", "--table", "legs")

    assert (done.code, done.out) == (2, "")
    assert "only --format csv" in done.err


# ---- options


@pytest.mark.parametrize(
    "options",
    [
        ("--as-of", "2025-04-05"),
        ("--under", "headline"),
        ("--consideration", "all"),
        ("--format", "json"),
        ("-f", "md", "--under", "firm", "--as-of", "2026-01"),
    ],
)
def test_an_option_means_the_same_before_and_after_the_command(small: Path, options: tuple[str, ...]) -> None:
    """aiweb OPTIONS loops, and aiweb loops OPTIONS."""
    before = aiweb("-r", small, *options, "loops")

    assert before.code == 0
    assert before == aiweb("loops", *options, "--registry", small)
    assert before != aiweb("loops", "-r", small)


@pytest.mark.parametrize(
    "option, first, second",
    [
        ("--under", "firm", "headline"),
        ("--consideration", "cash", "all"),
        ("--as-of", "2025-02", "2026-02"),
        ("--format", "md", "json"),
    ],
)
def test_an_option_after_the_command_wins(small: Path, option: str, first: str, second: str) -> None:
    """The same option twice, with two values that give two answers."""
    both = aiweb("-r", small, option, first, "loops", option, second)

    assert both == aiweb("-r", small, "loops", option, second)
    assert both != aiweb("-r", small, "loops", option, first)


@pytest.mark.parametrize(
    "before, command",
    [
        (("--under", "firm"), ("gap", "openai")),
        (("--consideration", "all"), ("gap", "openai")),
        (("--under", "firm"), ("circularity",)),
        (("--as-of", "2025-10-08"), ("render", "-o", "-")),
        (("--as-of", "2025-10-08"), ("check",)),
        (("--format", "json"), ("schema",)),
    ],
)
def test_an_option_the_command_lacks_is_refused_before_it_too(
    small: Path, before: tuple[str, str], command: tuple[str, ...]
) -> None:
    """What would be passed over in silence is refused on both sides of the command's name."""
    registry = () if command == ("schema",) else ("-r", small)
    first, second = aiweb(*registry, *before, *command), aiweb(*command, *before)

    assert (first.code, first.out) == (2, "")
    assert (second.code, second.out) == (2, "")
    assert f"'aiweb {command[0]}' has no such option" in first.err


@pytest.mark.parametrize(
    "arguments, hint",
    [
        (("show", "nvidai"), "did you mean 'nvidia'?"),
        (("show", "NVIDEA"), "did you mean 'NVIDIA'?"),
        (("exposure", "orakle"), "did you mean 'oracle'?"),
        (("loops", "opnai"), "did you mean 'openai'?"),
        (("gap", "OpenAl"), "did you mean 'OpenAI'?"),
        (("path", "nvidia", "oracl3"), "did you mean 'oracle'?"),
        (("deals", "opena1"), "did you mean 'openai'?"),
        (("loops", "--under", "contractd"), "did you mean 'contracted'?"),
        (("loops", "--consideration", "everything"), "write one of cash, all"),
        (("loops", "--kind", "fundng"), "write one of funding, all"),
        (("loops", "--as-of", "8 October"), "write a date such as 2025-10-08"),
        (("loops", "--as-of", "2025-02-30"), "write a date such as 2025-10-08"),
        (("parties", "--kind", "labs"), "did you mean 'lab'?"),
        (("parties", "--sort", "pay"), "did you mean 'pays'?"),
        (("deals", "--kind", "lone"), "did you mean 'loan'?"),
        (("deals", "--status", "singed"), "did you mean 'signed'?"),
        (("deals", "--sort", "ammount"), "did you mean 'amount'?"),
        (("deals", "--min", "lots"), "write an amount of dollars such as 10bn"),
        (("gap", "openai", "--minimum", "0bn"), "write an amount of dollars such as 10bn"),
        (("gap", "openai", "--from", "2027", "--to", "2026"), "write a year from 2027"),
        (("loops", "--from", "2030", "--to", "2026"), "they run backwards"),
        (("ownership", "--from", "2026"), "No such option: --from"),
        (("ownership", "--to", "2026"), "No such option: --to"),
        (("loops", "--without", "qqq"), "see 'aiweb parties' and 'aiweb deals'"),
        (("exposure", "qqq"), "no party 'qqq'; see 'aiweb parties'"),
        (("loops", "--format", "xml"), "'text', 'json', 'csv', 'md'"),
        (("loop",), "Did you mean 'loops'?"),
        (("check", "--format", "csv"), "'text', 'json', 'github'"),
    ],
)
def test_a_wrong_word_exits_2_with_the_right_one(small: Path, arguments: tuple[str, ...], hint: str) -> None:
    """The words above, on the small registry."""
    done = aiweb("-r", small, *arguments)

    assert (done.code, done.out) == (2, "")
    assert hint in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("loops", "--top", "0"),
        ("loops", "--top", "-4"),
        ("loops", "--top", "many"),
        ("loops", "--max-length", "1"),
        ("path", "nvidia", "openai", "--top", "-4"),
        ("path", "nvidia", "openai", "--max-length", "0"),
        ("exposure", "nvidia", "--top", "0"),
        ("gap", "openai", "--from", "99999"),
        ("gap", "openai", "--to", "99999"),
        ("gap", "openai", "--minimum", "-$5"),
    ],
)
def test_a_number_out_of_range_exits_2(small: Path, arguments: tuple[str, ...]) -> None:
    """None of them may run for ever, or end in a traceback."""
    done = aiweb("-r", small, *arguments)

    assert (done.code, done.out) == (2, "")
    assert done.err


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_day_before_everything_is_an_empty_web(small: Path, question: str) -> None:
    """--as-of 1999."""
    asked = [word.format(deal="d1") for word in QUESTIONS[question]]

    assert aiweb("-r", small, "--as-of", "1999", *asked).code == 0


@pytest.mark.parametrize("amount", ["30", "$30", "up to $30"])
def test_an_amount_needs_no_dollar_sign(small: Path, amount: str) -> None:
    """In a shell `--min $30` arrives as 0, so `--min 30` is the form to teach."""
    listed = aiweb("-r", small, "deals", "--min", amount, "-f", "json").json["deals"]

    assert [row["id"] for row in listed] == ["d1", "d2", "d3"]


# ---- exit codes


def test_a_missing_registry_exits_3(tmp_path: Path) -> None:
    """A path where nothing is."""
    done = aiweb("-r", tmp_path / "none.yaml", "loops")

    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("aiweb: ")
    assert "none.yaml" in done.err


@pytest.mark.parametrize("command", [("loops",), ("check",), ("build",), ("render", "-o", "-")])
def test_a_folder_for_a_registry_exits_3(tmp_path: Path, command: tuple[str, ...]) -> None:
    """A folder is no file to read."""
    assert aiweb("-r", tmp_path, *command).code == 3


def test_a_path_that_is_no_utf8_is_still_said(root: Path) -> None:
    """A file name of the single byte FF."""
    done = subprocess.run(
        [sys.executable, "-m", "aiweb", "check", b"\xff.yaml"], cwd=root, capture_output=True, check=False
    )

    assert done.returncode == 3
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_registry_with_problems_exits_1_and_says_them_all(faulty: Path, question: str) -> None:
    """Two mistakes, in the file's order, and no answer."""
    asked = [word.format(deal="d1") for word in QUESTIONS[question]]
    done = aiweb("-r", faulty, *asked)

    assert (done.code, done.out) == (1, "")
    assert 0 < done.err.index("unknown-party") < done.err.index("bad-amount")
    assert done.err.endswith("2 problems; nothing was read or written\n")


def test_a_registry_with_problems_leaves_the_old_page(faulty: Path, tmp_path: Path) -> None:
    """Neither render nor build touches what is there."""
    page, folder = tmp_path / "page.html", tmp_path / "graph"
    page.write_text("old", encoding="utf-8")

    assert aiweb("-r", faulty, "render", "-o", page, "--force").code == 1
    assert aiweb("-r", faulty, "build", "-o", folder).code == 1
    assert page.read_text(encoding="utf-8") == "old"
    assert not folder.exists()


# ---- check


def test_check_finds_nothing_and_says_so(tmp_path: Path) -> None:
    """
    nvidia -> openai: 5 #source [s, t]
    ---
    sources:
      t: {publisher: q, offline: o, grade: company, date: 2025-01-01}
    """
    path = written(tmp_path, test_check_finds_nothing_and_says_so.__doc__)
    done = aiweb("check", "--strict", path)

    assert (done.code, done.out) == (0, "")
    assert done.err == f"{path}: no problems, no pieces of advice\n"


def test_check_prints_each_problem_with_its_place_and_remedy(faulty: Path) -> None:
    """Problems are the data of this command; advice waits until there are none."""
    done = aiweb("check", "--strict", faulty)

    assert done.code == FINDINGS
    assert done.out.count(f"{faulty}:") == 2
    assert "'oracel' is no party of this file" in done.out
    assert "did you mean 'oracle'?" in done.out
    assert done.err == f"{faulty}: 2 problems, no pieces of advice\n"


def test_check_reads_several_files(small: Path, faulty: Path) -> None:
    """A good file, twice, and a faulty one; their counts add up, and so does the advice of the good one."""
    done = aiweb("check", "--format", "json", small, small, faulty)

    assert done.code == 1
    assert done.json["valid"] is False
    assert [row["code"] for row in done.json["errors"] if row["severity"] == "error"] == [
        "unknown-party",
        "bad-amount",
    ]
    advice = [row["code"] for row in done.json["errors"] if row["severity"] == "advice"]
    assert advice == ["single-source"] * 12
    assert done.json["stats"]["deals"] == 2 * 6


def test_check_takes_its_format_before_its_name_too(small: Path) -> None:
    """aiweb --format json check."""
    assert aiweb("-f", "json", "check", small) == aiweb("check", small, "-f", "json")
    assert aiweb("-f", "csv", "check", small).code == 2


def test_check_annotates_a_pull_request(faulty: Path) -> None:
    """One workflow command a problem."""
    first, second = aiweb("check", "-f", "github", faulty).out.splitlines()

    assert first.startswith(f"::error file={faulty},line=")
    assert ",title=unknown-party::" in first
    assert "%0A" in first
    assert ",title=bad-amount::" in second


def test_check_counts_on_request(small: Path) -> None:
    """--stats: six deals, five parties; the counts stand last, below the advice."""
    lines = aiweb("check", "--stats", small).out.splitlines()
    found = (re.fullmatch(r" *(\d+)  ([a-z ]+)", line) for line in lines)
    counts = {match[2]: match[1] for match in found if match}

    assert (counts["deals"], counts["legs"], counts["parties"]) == ("6", "6", "5")


def test_the_shipped_registry_has_no_problems() -> None:
    """deals.yaml, under every rule and all advice that it does not waive, and as large as was promised."""
    done = aiweb("check", "--strict", "--format", "json")
    stats = done.json["stats"]

    assert done.code == 0
    assert done.json["valid"]
    assert done.json["errors"] == []
    assert stats["deals"] >= 175
    assert stats["parties"] >= 110
    assert stats["figures"] >= 400
    assert stats["sources"] >= 500
    assert stats["deals_with_an_amount"] >= 35
    assert stats["deals_with_two_sources"] >= 30
    assert stats["deals_with_two_events"] >= 15


# ---- names


@pytest.mark.parametrize("name", ["nvidia", "NVDA", "nvda", "英伟达", "NVIDIA", "英伟", "nvi"])
def test_show_finds_a_party_by_any_of_its_names(small: Path, name: str) -> None:
    """Id, ticker, Chinese name, the start of one; in any case."""
    assert aiweb("-r", small, "show", name, "-f", "json").json["report"] == "party"
    assert aiweb("-r", small, "show", name) == aiweb("-r", small, "show", "nvidia")


@pytest.mark.parametrize(
    "words",
    [
        ("d1",),
        ("D1",),
        ("d1/1",),
        ("nvidia", "openai"),
        ("NVDA", "OpenAI"),
        ("英伟达", "开放"),
        ("NVIDIA–OpenAI",),
        ("openai ← nvidia",),
    ],
)
def test_show_finds_a_deal_by_several_words(small: Path, words: tuple[str, ...]) -> None:
    """Its id, a leg's id, or words of its parties, whatever stands between them."""
    assert aiweb("-r", small, "show", *words) == aiweb("-r", small, "show", "d1")


def test_show_lists_the_deals_when_several_fit(small: Path) -> None:
    """openai is in four deals; one of the two with oracle is between them."""
    done = aiweb("-r", small, "show", "nvidia oracle", "-f", "json")

    assert [row["id"] for row in done.json["deals"]] == ["d3", "d5"]
    assert done.err == "2 deals fit; name one by its id\n"


def test_show_says_how_many_deals_came_later(tmp_path: Path) -> None:
    """
    a -> b: 10 signed 2025-02-01
    a -> b: 20 loan signed 2026-02-01
    """
    path = written(tmp_path, test_show_says_how_many_deals_came_later.__doc__)
    done = aiweb("-r", path, "--as-of", "2025-06-30", "show", "a -> b")

    assert done.err == "2 deals fit, 1 of them not yet known on this day; name one by its id\n"


def test_an_ambiguous_party_names_those_it_may_be(tmp_path: Path) -> None:
    """
    alpha -> beta: 10
    alphabet -> beta: 20
    """
    doc = test_an_ambiguous_party_names_those_it_may_be.__doc__
    path = written(tmp_path, doc, alpha={"name": "First Letter"})
    done = aiweb("-r", path, "exposure", "alp")

    assert done.code == 2
    assert done.err == "aiweb: 'alp' fits 2 names: alpha, alphabet\n"
    assert aiweb("-r", path, "exposure", "alpha").code == 0


# ---- help, start-up, the environment


def commands() -> TyperGroup:
    """Return the command with all that stand below it."""
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    return group


@pytest.mark.parametrize("name", [None, *sorted(commands().commands)])
def test_help_is_complete(name: str | None) -> None:
    """Every command says what it does, and so does each of its options and arguments."""
    command = commands().commands[name] if name else commands()
    done = aiweb(*filter(None, [name]), "--help")

    assert command.help
    assert [parameter.name for parameter in command.params if not getattr(parameter, "help", "")] == []
    assert done.code == 0
    assert done.err == ""
    for parameter in command.params:
        longest = max(parameter.opts, key=len)
        if longest.startswith("--"):
            assert longest in done.out
    assert aiweb(*filter(None, [name]), "-h").out == done.out


def test_every_question_takes_the_common_options() -> None:
    """--registry, --as-of and --format are on every command that answers a question."""
    lacking = {
        (name, option)
        for name, command in commands().commands.items()
        if name not in {"check", "render", "build", "fmt", "new", "schema"}
        for option in ("--registry", "--as-of", "--format")
        if option not in {opt for parameter in command.params for opt in parameter.opts}
    }

    assert lacking == set()


@pytest.mark.parametrize(
    "arguments, allowed",
    [(("--help",), set()), (("check",), {"pydantic", "yaml"}), (("check", "--strict"), {"pydantic", "yaml"})],
)
def test_the_command_starts_with_what_it_needs(
    root: Path, arguments: tuple[str, ...], allowed: set[str]
) -> None:
    """Help reads no registry; check draws no graph."""
    program = f"""
import sys
from aiweb.cli import main
sys.argv = ["aiweb", *{arguments!r}]
try:
    main()
except SystemExit:
    pass
print(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)
"""
    done = python("-c", program, root=root)

    assert done.returncode == 0
    assert set(done.stderr.splitlines()[-1].split()) == allowed


def test_importing_the_package_imports_no_library(root: Path) -> None:
    """import aiweb."""
    program = f"import aiweb, sys; print([name for name in {HEAVY!r} if name in sys.modules])"

    assert python("-c", program, root=root).stdout == "[]\n"


@pytest.mark.skipif(os.name == "nt", reason="a closed pipe is another error there")
@pytest.mark.parametrize("command", ["loops", "schema", "deals"])
def test_a_closed_pipe_is_quiet(root: Path, command: str) -> None:
    """aiweb loops | true."""
    with subprocess.Popen(
        [sys.executable, "-m", "aiweb", command], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        said = process.stderr.read()

    assert said == b""
    assert process.returncode == 3


def test_a_module_is_the_command(root: Path) -> None:
    """python -m aiweb schema."""
    done = python("-m", "aiweb", "schema", root=root)

    assert done.returncode == 0
    assert json.loads(done.stdout)["type"] == "object"
    assert done.stdout == aiweb("schema").out


# ---- order


def shuffled(text: str, seed: int) -> str:
    """Write a registry with the entries of its mappings in another order."""
    document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes nothing but text
    order = random.Random(seed)  # noqa: S311 - no secret
    for section in (name for name in document if isinstance(document[name], dict)):
        rows = list(document[section].items())
        order.shuffle(rows)
        document[section] = dict(rows)
    sections = list(document.items())
    order.shuffle(sections)
    return str(yaml.dump(dict(sections), sort_keys=False, allow_unicode=True, width=10_000))


def listed(root: Path, path: Path, seed: int) -> Any:  # noqa: ANN401 - JSON
    """List the loops of a registry under a hash seed."""
    asked = ("loops", "--under", "headline", "--consideration", "all", "-f", "json")
    return json.loads(python("-m", "aiweb", "-r", path, *asked, root=root, PYTHONHASHSEED=str(seed)).stdout)


def files(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder, by their path in it."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.mark.slow
def test_order_and_hash_seed_change_nothing(root: Path, tmp_path: Path, shipped_page: str) -> None:
    """deals.yaml with its parties, deals, sources, figures and claims shuffled gives graph/ as it is."""
    path = tmp_path / "deals.yaml"
    path.write_text(shuffled((root / "deals.yaml").read_text(encoding="utf-8"), 1), encoding="utf-8")
    made = python("-m", "aiweb", "-r", path, "build", root=root, PYTHONHASHSEED="42")
    assert made.returncode == 0, made.stderr
    wanted = files(root / "graph") | {"index.html": shipped_page.encode()}
    found = files(tmp_path / "graph")

    assert len(found) > 10
    assert sorted(found) == sorted(wanted)
    assert [name for name in wanted if found[name] != wanted[name]] == []
    assert lineless(listed(root, root / "deals.yaml", 0)) == lineless(listed(root, path, 42))


# ---- the commands against the same verbs in Python


def test_every_question_has_its_verb_in_python() -> None:
    """What the command line asks, a script can ask."""
    verbs = {name for name, _ in inspect.getmembers(aw.Web, inspect.isfunction)}

    assert {"loops", "circularity", "exposure", "funding", "path", "render"} <= verbs
