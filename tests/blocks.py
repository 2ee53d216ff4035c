"""The blocks of README.md and docs/, run as they stand, and the parts of them that are made from code.

    python -m tests.blocks            name the pages whose outputs are out of date
    python -m tests.blocks --write    put the real outputs in

A page is one session in a copy of the project, its blocks run in order.

- A `console` block holds commands after `$ `; `sh` holds commands only.
  What a command prints stands below it; a command without output below it is run and not compared.
- A `python` block is run; after `>>> ` what it prints is compared as well.
- A line `…` stands for any lines.
- `<!-- exit: 1 -->` before a block says how its last command ends.
- `<!-- terminal: yes -->` before a `console` block runs it at a terminal, of which otherwise there is none:
  what stands behind a question is typed as its answer.
- `<!-- file: NAME -->` before a block writes it to a file.
- `<!-- edit: NAME -->` before a `diff` block applies it to a file.
- `<!-- made: NAME -->` to `<!-- end -->` is made from code by the function of that name in MADE.

Commands that would set the project up are not run; what they name must exist.
"""

from __future__ import annotations

import codecs
import contextlib
import difflib
import inspect
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, get_args, get_origin

import typer.models

import aiweb as aw
from aiweb.analysis.stress import prepare
from aiweb.cli import app
from aiweb.explaining import EXPLAINED, usage
from aiweb.views import reports
from aiweb.views.tables import Report, Table

ROOT: Final = Path(__file__).resolve().parents[1]
MADE_ELSEWHERE: Final = frozenset({"docs/errors.md", "docs/registry.md"})
SETS_UP: Final = re.compile(r"(bash tests/run|git clone|source \.venv/bin/activate|python -m tests\.)")
ARTICLE_DAY: Final = "2025-10-08"
_COPIED: Final = ("deals.yaml", "pyproject.toml", "LICENSE", "LICENSE-DATA")
_FENCE: Final = re.compile(r"^```([a-z]*)$")
_DIRECTIVE: Final = re.compile(r"^<!-- (exit|terminal|file|edit): (\S+) -->$")
_MADE: Final = re.compile(
    r"^(<!-- made: ([a-z-]+)(?: ([a-z-]+))? -->\n)(.*?)(^<!-- end -->$)", re.MULTILINE | re.DOTALL
)
_ANY: Final = "…"
_PROMPTS: Final = {"console": ("$ ", "> "), "sh": ("", ""), "python": (">>> ", "... ")}


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its lines, the line it starts at from 0, and what stands before it."""

    language: str
    lines: tuple[str, ...]
    start: int
    directives: dict[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """A command and what is said to come of it; blank lines that only part it from the next one."""

    command: tuple[str, ...]
    said: tuple[str, ...]
    blank: int


def pages() -> tuple[str, ...]:
    """Return the pages whose blocks are run, by their path."""
    written = (path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))
    return ("README.md", *sorted(set(written) - MADE_ELSEWHERE))


def refreshed(page: str) -> str:
    """Run a page and return it with real outputs in place of those that do not hold.

    Raises:
        ValueError: a block fails, or does not end as it says.
    """
    text = made((ROOT / page).read_text(encoding="utf-8"))
    lines = text.split("\n")
    with tempfile.TemporaryDirectory() as folder, session(Path(folder)) as run:
        for block in reversed([(found, run(found)) for found in blocks(text)]):
            found, after = block
            lines[found.start + 1 : found.start + 1 + len(found.lines)] = after
    return "\n".join(lines)


def blocks(text: str) -> list[Block]:
    """Find the fenced blocks of a page."""
    found: list[Block] = []
    lines = text.split("\n")
    start, language = -1, ""
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if start < 0 and fence:
            start, language = number, fence[1]
        elif start >= 0 and line == "```":
            found.append(
                Block(language, tuple(lines[start + 1 : number]), start, dict(_before(lines, start)))
            )
            start = -1
    return found


def _before(lines: Sequence[str], start: int) -> Iterator[tuple[str, str]]:
    for line in reversed(lines[:start]):
        directive = _DIRECTIVE.match(line)
        if not directive:
            return
        yield directive[1], directive[2]


@contextlib.contextmanager
def session(folder: Path) -> Iterator[Callable[[Block], tuple[str, ...]]]:
    """Copy the project into a folder, and give what runs a block there."""
    home = folder / "aiweb"
    home.mkdir()
    for name in _COPIED:
        shutil.copyfile(ROOT / name, home / name)
    # With what is compiled already, but not what is being written: that is gone again at once.
    shutil.copytree(ROOT / "aiweb", home / "aiweb", ignore=shutil.ignore_patterns("*.pyc.*"))
    commands = folder / "bin"
    commands.mkdir()
    for name, call in (("aiweb", "-m aiweb "), ("python", "")):
        script = commands / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {call}"$@"\n', encoding="utf-8")
        script.chmod(0o755)
    world: dict[str, object] = {"__name__": "__main__"}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "PATH": f"{commands}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(home),
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
    }

    def run(block: Block) -> tuple[str, ...]:
        with contextlib.chdir(home):
            if "file" in block.directives:
                Path(block.directives["file"]).write_text("\n".join((*block.lines, "")), encoding="utf-8")
            elif "edit" in block.directives:
                _edit(Path(block.directives["edit"]), block)
            elif block.language in {"console", "sh"}:
                return _commands(block, environment)
            elif block.language == "python":
                return _python(block, world)
        return block.lines

    yield run


def steps(block: Block) -> list[Step]:
    """Split a block into its commands and what stands below each."""
    first, more = _PROMPTS[block.language]
    found: list[Step] = []
    command: list[str] = []
    said: list[str] = []

    def close() -> None:
        if command:
            kept = len(said)
            while kept and not said[kept - 1]:
                kept -= 1
            found.append(Step(tuple(command), tuple(said[:kept]), len(said) - kept))
            command.clear()
            said.clear()

    for line in block.lines:
        if line.startswith(first) and (first or line):
            close()
            command.append(line)
        elif command and not said and line.startswith(more.rstrip()) and more:
            command.append(line)
        else:
            said.append(line)
    close()
    return found


def agrees(said: Sequence[str], got: Sequence[str]) -> bool:
    """Whether an output is as said; a line `…` stands for any lines."""
    if _ANY not in said:
        return list(said) == list(got)
    head, tail = _ends(said)
    long_enough = len(got) >= len(head) + len(tail)
    return long_enough and list(got[: len(head)]) == head and list(got[len(got) - len(tail) :]) == tail


def _ends(said: Sequence[str]) -> tuple[list[str], list[str]]:
    """Give what stands before the first `…` and after the last one."""
    first, last = said.index(_ANY), len(said) - 1 - list(reversed(said)).index(_ANY)
    return list(said[:first]), list(said[last + 1 :])


def _renewed(said: Sequence[str], got: list[str]) -> list[str]:
    """Put the real output in place of what was said, cut as that was cut."""
    if _ANY not in said:
        return got
    head, tail = _ends(said)
    return [*got[: len(head)], _ANY, *(got[len(got) - len(tail) :] if tail else [])]


def _written(step: Step, got: list[str], *, always: bool) -> list[str]:
    compared = always or bool(step.said)
    said = _renewed(step.said, got) if compared and not agrees(step.said, got) else list(step.said)
    return [*step.command, *said, *[""] * step.blank]


def _commands(block: Block, environment: dict[str, str]) -> tuple[str, ...]:
    first, more = _PROMPTS[block.language]
    out: list[str] = []
    found = steps(block)
    for number, step in enumerate(found, 1):
        said = [step.command[0].removeprefix(first), *(line.removeprefix(more) for line in step.command[1:])]
        command = "\n".join(said)
        if SETS_UP.match(command):
            out += _written(step, [], always=False) if not step.said else [*step.command, *step.said]
            continue
        if "terminal" in block.directives:
            code, printed = _at_a_terminal(command, environment, step.said)
        else:
            code, printed = _piped(command, environment)
        wanted = int(block.directives.get("exit", "0")) if number == len(found) else 0
        if code != wanted:
            raise ValueError(f"{command}\nended with {code}, not {wanted}\n{printed}")
        out += _written(step, _lines(printed), always=False)
    return tuple(out)


def _piped(command: str, environment: dict[str, str]) -> tuple[int, str]:
    """Run a command with nothing to read; give how it ends and what it prints."""
    done = subprocess.run(
        ["bash", "-c", command],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout


def _at_a_terminal(command: str, environment: dict[str, str], said: Sequence[str]) -> tuple[int, str]:
    """Run a command at a terminal and answer what it asks with what is said to stand behind the question."""
    ours, theirs = os.openpty()
    text, rest = "", list(said)
    decoder = codecs.getincrementaldecoder("utf-8")()
    with subprocess.Popen(
        ["bash", "-c", command],
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        # Linux says by an error that nobody is at the other end any more.
        with contextlib.suppress(OSError):
            while piece := os.read(ours, 4096):
                text += decoder.decode(piece).replace("\r\n", "\n")
                question = text.rpartition("\n")[2]
                if not question.endswith(": "):
                    continue
                while rest and not rest[0].startswith(question.rstrip()):
                    rest.pop(0)
                if not rest:
                    process.kill()
                    break
                os.write(ours, f"{rest.pop(0)[len(question) :]}\n".encode())
    os.close(ours)
    return process.returncode, text


def _python(block: Block, world: dict[str, object]) -> tuple[str, ...]:
    if not any(line.startswith(">>> ") for line in block.lines):
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile("\n".join(block.lines), "<block>", "exec"), world)  # noqa: S102  it is our own
        return block.lines
    out: list[str] = []
    for step in steps(block):
        source = "\n".join(line[4:] for line in step.command)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                exec(compile(source + "\n", "<block>", "single"), world)  # noqa: S102  as above
            except aw.AiwebError as error:
                sys.stdout.write("Traceback (most recent call last):\n  …\n")
                sys.stdout.write("".join(traceback.format_exception_only(error)))
        out += _written(step, _lines(printed.getvalue()), always=True)
    return tuple(out)


def _lines(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.rstrip("\n").split("\n")]
    return [] if lines == [""] else lines


def _edit(path: Path, block: Block) -> None:
    """Apply a diff: its lines without `+` stand in the file once, and become those without `-`."""
    before = "".join(f"{line[1:]}\n" for line in block.lines if not line.startswith("+"))
    after = "".join(f"{line[1:]}\n" for line in block.lines if not line.startswith("-"))
    text = path.read_text(encoding="utf-8")
    if f"\n{text}".count(f"\n{before}") != 1:
        raise ValueError(f"{path} does not have these lines once:\n{before}")
    path.write_text(f"\n{text}".replace(f"\n{before}", f"\n{after}")[1:], encoding="utf-8")


# ---- what is made from code ---------------------------------------------------------------------


def made(text: str) -> str:
    """Put what is made from code into a page."""

    def fill(found: re.Match[str]) -> str:
        words = [found[3]] if found[3] else []
        return f"{found[1]}{MADE[found[2]](*words)}\n{found[5]}"

    return _MADE.sub(fill, text)


def commands() -> dict[str, Callable[..., object]]:
    """Return the function behind each command, and that of bare `aiweb` under an empty name."""
    assert app.registered_callback is not None
    found = {
        each.name or str(getattr(each.callback, "__name__", "")).replace("_", "-"): each.callback
        for each in app.registered_commands
    }
    found[""] = app.registered_callback.callback
    return {name: function for name, function in found.items() if function is not None}


def options(name: str = "") -> str:
    """Write a command's arguments and options as a table, as its help has them."""
    rows = []
    for parameter in inspect.signature(commands()[name]).parameters.values():
        if get_origin(parameter.annotation) is None:
            continue
        kind, *metadata = get_args(parameter.annotation)
        info = metadata[0] if metadata else None
        if not isinstance(info, typer.models.ParameterInfo):
            continue
        says = info.help or ""
        if parameter.default not in {None, False, inspect.Parameter.empty, ...}:
            says += f" Default `{parameter.default}`."
        rows.append(f"| {_spelled(parameter.name, info, kind)} | {says} |")
    return "\n".join(("| Option | What it does |", "|---|---|", *rows)) if rows else "It has no options."


def _spelled(name: str, info: typer.models.ParameterInfo, kind: object) -> str:
    if isinstance(info, typer.models.ArgumentInfo):
        return f"`{info.metavar or name.upper()}`"
    # Where an option stands in Annotated, typer keeps its first name as its default.
    words = [info.default] if isinstance(info.default, str) else []
    words += info.param_decls or ()
    kinds = [each for each in (kind, *get_args(kind)) if isinstance(each, type) and issubclass(each, StrEnum)]
    takes = info.metavar
    if kinds:
        takes = "|".join(kinds[0])
    if not takes and kind is not bool:
        takes = "N" if kind is int else "WORD"
    spelled = ", ".join(f"`{word}`" for word in words)
    return f"{spelled} `{takes}`".replace("|", "\\|") if takes else spelled


def tables(name: str = "") -> str:
    """Write which tables a command's report has, and their columns."""
    rows: dict[str, str] = {}
    for report in reported()[name or "aiweb"]:
        for table in report.tables:
            if table.only != "people":
                rows[table_name(table)] = ", ".join(f"`{column.key}`" for column in table.columns)
    return "\n".join(
        ("| Table | Columns |", "|---|---|", *(f"| `{key}` | {columns} |" for key, columns in rows.items()))
    )


def table_name(table: Table) -> str:
    """Name a table; those of claims are named for the claim."""
    return "claim_…" if table.key.startswith("claim_") else table.key


@cache
def reported() -> dict[str, list[Report]]:
    """Return reports of every command that has one, with all tables that they can have."""
    now = aw.load()
    then = now.as_of(ARTICLE_DAY)
    graph = now.graph
    disputed = next(name for name, deal in sorted(now.registry.deals.items()) if deal.disputed)
    stressed = prepare(graph)
    worse = now.what_if("breakdown")
    return {
        "aiweb": [reports.summary(graph, now.circulation(), now.loops(top=5))],
        "show": [
            reports.party(graph, "openai"),
            reports.deal(graph, disputed),
            reports.series(graph, next(iter(now.registry.series))),
        ],
        "parties": [reports.parties(graph, now.registry.parties)],
        "deals": [reports.deals(graph, graph.deals.values())],
        "path": [reports.path(graph, now.path("nvidia", "openai"))],
        "loops": [reports.loops(view.graph, view.loops()) for view in (now, then)],
        "circularity": [reports.circularity(graph, now.circularity())],
        "exposure": [
            reports.exposure(view.graph, view.exposure(name), view.dependency(name), view.loops(name, top=5))
            for view in (now, then)
            for name in ("oracle", "openai")
        ],
        "ownership": [reports.ownership(graph, now.ownership(name)) for name in (None, "openai")],
        "selffunded": [
            reports.suppliers(graph, now.suppliers()),
            reports.selffunded(graph, now.under("headline").selffunded("nvidia")),
        ],
        "demand": [reports.demand(graph, now.demand())],
        "gap": [
            *(reports.gap(view.graph, view.funding("openai")) for view in (then, now)),
            reports.gap(graph, now.funding("openai"), now.chances("openai", draws=100)),
            reports.gaps(graph, now.gaps()),
        ],
        "stress": [
            reports.stress(graph, now.stress("openai")),
            reports.stresses(graph, stressed, now.stresses()),
            reports.tipping(graph, stressed, now.tipping("openai")),
            reports.reverse(graph, now.reverse("revenue")),
        ],
        "what-if": [
            reports.shipped(graph, now.whatifs()),
            reports.before_after(headline(now), headline(worse)),
        ],
        "missing": [reports.missing(graph, now.missing("openai", top=3))],
        "explain": [reports.explained(graph, now.explain("gap", "openai"))],
    }


def headline(web: aw.Web) -> reports.Numbers:
    """Return what a what-if sets side by side; of the gaps one is enough for every column."""
    gaps = {party: web.funding(party) for party in ("openai",)}
    return reports.Numbers(web.graph, web.circulation(), web.loops(), gaps)


def explained() -> str:
    """Write what can follow `explain`, as a table."""
    rows = (f"| `{usage(word)}` | {found.says} |" for word, found in EXPLAINED.items())
    return "\n".join(("| Write | Explains |", "|---|---|", *rows))


MADE: Final[dict[str, Callable[..., str]]] = {"options": options, "tables": tables, "explained": explained}


def main(arguments: Sequence[str]) -> int:
    """Say which pages are out of date, or write them."""
    stale = 0
    for page in pages():
        before = (ROOT / page).read_text(encoding="utf-8")
        after = refreshed(page)
        if after == before:
            continue
        stale += 1
        if "--write" in arguments:
            (ROOT / page).write_text(after, encoding="utf-8")
            sys.stdout.write(f"{page}: written\n")
        else:
            changes = difflib.unified_diff(before.splitlines(), after.splitlines(), page, page, lineterm="")
            sys.stdout.write("\n".join(changes) + "\n")
    return 0 if "--write" in arguments else min(stale, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
