"""Every problem code has its smallest wrong file, and says about it exactly what is written down."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiweb.errors import UnknownName
from aiweb.registry.codes import CODES
from aiweb.registry.load import read_text
from tests.generate import PAGES, main
from tests.samples import FOLDER, codes, said, wrong

# Where the code stands among the arguments of whatever makes a problem.
MAKERS = {
    "_add": 1,
    "_known": 1,
    "_problem": 1,
    "_refuse": 0,
    "Finding": 1,
    "one": 0,
    "problem": 1,
    "problem_at": 3,
}
MODULES = ("model", "registry/checks", "registry/load", "registry/source")


@pytest.mark.parametrize("code", codes())
def test_the_smallest_wrong_file_says_what_is_written_down(code: str, update: bool) -> None:  # noqa: FBT001
    """tests/errors/CODE.yaml and tests/errors/CODE.txt; `--update` writes the latter."""
    expected = FOLDER / f"{code}.txt"
    if update:
        expected.write_text(said(code), encoding="utf-8", newline="\n")

    assert said(code) == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", codes())
def test_the_smallest_wrong_file_is_wrong_in_one_way(code: str) -> None:
    """tests/errors/CODE.yaml."""
    (problem,) = read_text(wrong(code), code).problems

    assert problem.code == code
    assert problem.remedy


def test_every_code_has_its_pair_of_files_and_no_pair_is_left_over() -> None:
    """tests/errors/."""
    wanted = {f"{code}.{kind}" for code in CODES for kind in ("yaml", "txt")}

    assert {path.name for path in FOLDER.iterdir()} == wanted


def test_the_table_of_codes_holds_those_in_the_sources_and_no_others(root: Path) -> None:
    """aiweb/registry/codes.py."""
    found = {code for name in MODULES for code in literals(root / "aiweb" / f"{name}.py")}

    assert found == set(CODES)


def test_a_code_that_is_no_literal_is_passed_on_from_one(root: Path) -> None:
    """Otherwise the test above would not see it."""
    passed = {
        name.id
        for module in MODULES
        for call, position in makers(root / "aiweb" / f"{module}.py")
        if isinstance(name := call.args[position], ast.Name)
    }
    attributes = {
        f"{ast.unparse(call.args[position])}"
        for module in MODULES
        for call, position in makers(root / "aiweb" / f"{module}.py")
        if not isinstance(call.args[position], ast.Name | ast.Constant)
    }

    assert passed == {"code"}
    assert attributes == {"finding.code"}


def test_messages_are_in_the_voice_of_the_house() -> None:
    """Lower case, no full stop, and never the word that says nothing of what would be right."""
    problems = [read_text(wrong(code), code).problems[0] for code in codes()]
    texts = [text for problem in problems for text in (problem.message, problem.remedy)]

    assert [text for text in texts if text.endswith(".") or "invalid" in text] == []
    assert [text for text in texts if text[0].isupper() and not text.startswith("EUR")] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_fresh(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Python -m tests.generate writes it."""
    assert main(["--check", page]) == 0, capsys.readouterr().out


def test_a_stale_page_is_shown_as_a_diff(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """docs/errors.md with a line too many."""
    (tmp_path / "errors.md").write_text("# Old\n", encoding="utf-8")

    assert main(["--check", "errors.md"], docs=tmp_path) == 1
    assert "-# Old" in capsys.readouterr().out


@pytest.mark.parametrize(
    "kind, name, said",
    [
        ("party", "opnai", "no party 'opnai'; did you mean 'openai'?"),
        ("party", "OPNAI", "no party 'OPNAI'; did you mean 'openai'?"),
        ("party", "zzz", "no party 'zzz'; see 'aiweb parties'"),
        ("deal", "zzz", "no deal 'zzz'; see 'aiweb deals'"),
        ("party, deal or leg", "zzz", "no party, deal or leg 'zzz'; see 'aiweb parties' and 'aiweb deals'"),
        ("obligation", "zzz", "no obligation 'zzz'"),
    ],
)
def test_an_unknown_name_says_a_near_one_or_where_all_are_listed(kind: str, name: str, said: str) -> None:
    """Of nvidia and openai."""
    assert str(UnknownName(kind, name, ["nvidia", "openai"])) == said


def makers(path: Path) -> Iterator[tuple[ast.Call, int]]:
    """Find the calls in a module that make a problem, with the position of its code."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in MAKERS and len(node.args) > MAKERS[name]:
                yield node, MAKERS[name]


def literals(path: Path) -> Iterator[str]:
    """Find the codes written in a module: as arguments, and in the tables of `_worded`."""
    for call, position in makers(path):
        argument = call.args[position]
        if isinstance(argument, ast.Constant):
            yield str(argument.value)
    for node in ast.walk(ast.parse(path.read_bytes())):
        pairs: list[ast.expr] = []
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "_WORDS":
            pairs = node.value.values if isinstance(node.value, ast.Dict) else []
        elif isinstance(node, ast.FunctionDef) and node.name == "_worded":
            pairs = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
        for pair in pairs:
            if isinstance(pair, ast.Tuple) and isinstance(pair.elts[0], ast.Constant):
                yield str(pair.elts[0].value)
