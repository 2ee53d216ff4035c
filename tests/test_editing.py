"""Editing by command: laying out, adding a deal, advice and its waivers, pages asked for, folders."""

from __future__ import annotations

import difflib
import os
import re
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Final

import pytest

from aiweb.cli import FINDINGS, USAGE
from aiweb.registry import links
from tests import webs
from tests.commands import Done, aiweb, written

# Canonical but for what each test does to it; two comments that must survive.
NEAT: Final = """\
format: 1
as_of: 2026-06-30

parties:
  # Makers of chips
  basalt: {name: Basalt, zh: 玄武, kind: chipmaker, country: US, ticker: BSLT}

  dune-cloud: {name: Dune Cloud, zh: 沙丘云, kind: neocloud, country: US}

sources:
  times: {publisher: The Invented Times, date: 2025-05-01, grade: press, offline: Page 3}

deals:
  dune-basalt-2025:
    title: Dune buys chips from Basalt
    legs:
      - {from: dune-cloud, to: basalt, instrument: purchase, amount: $5bn, source: [times, release]}
    events:
      - {on: 2025-05-01, status: signed, source: release} # signed in public
    sources:
      release: {publisher: Basalt, date: 2025-05-01, grade: company, url: https://example.org/release}
"""
MESSY: Final = """\
format: 1
as_of:   2026-06-30
parties:
  # Makers of chips
  basalt: {kind: chipmaker, name: "Basalt", zh: 玄武, country: US, ticker: BSLT}

  dune-cloud: {name: Dune Cloud, zh: 沙丘云, kind: neocloud, country: US}
sources:
  times:
    publisher: The Invented Times
    date: 2025-05-01
    offline: Page 3
    grade: press
deals:
  dune-basalt-2025:
    title: Dune buys chips from Basalt
    sources:
      release: {publisher: Basalt, date: 2025-05-01, grade: company, url: "https://example.org/release"}
    events:
    - {on: 2025-05-01, status: signed, source: release} # signed in public
    legs:
    - from: dune-cloud
      to: basalt
      instrument: purchase
      amount: $5bn
      source: [times, release]
"""
DEAL: Final = {
    "--from": "Basalt",
    "--to": "dune-cloud",
    "--instrument": "loan",
    "--amount": "$2bn",
    "--title": "Basalt lends to Dune: a first loan",
    "--status": "signed",
    "--on": "2026-03-01",
    "--url": "https://example.org/loan",
    "--publisher": "Dune Cloud",
    "--grade": "company",
}


class Typing(StringIO):
    """A person at a terminal, who types these lines and then closes the input."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture
def neat(tmp_path: Path) -> Path:
    """Write the registry above in its layout."""
    return saved(tmp_path, NEAT)


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    """Write the same registry in another layout."""
    return saved(tmp_path, MESSY)


def saved(folder: Path, text: str, name: str = "web.yaml") -> Path:
    """Write a text to a file, byte for byte."""
    path = folder / name
    path.write_bytes(text.encode())
    return path


def added(path: Path, *more: str, typed: str | None = None, **other: str) -> Done:
    """Run `aiweb new` with the deal above; `other` changes its options, an empty value leaves one out."""
    options = DEAL | {f"--{name.replace('_', '-')}": value for name, value in other.items()}
    given = [word for name, value in options.items() if value for word in (name.removesuffix("-"), value)]
    return new(path, *given, *more, typed=typed)


def new(path: Path, *options: str, typed: str | None = None) -> Done:
    """Run `aiweb new`, at a terminal if something is typed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", StringIO() if typed is None else Typing(typed))
        return aiweb("new", "-r", path, *options)


def inserted(before: str, after: str) -> list[str]:
    """Return the lines that were put in; nothing else may have changed."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    assert [line for line in lines if line.startswith("- ")] == []
    return [line[2:] for line in lines if line.startswith("+ ")]


# ---- fmt


def test_fmt_shows_what_would_change_and_writes_nothing(messy: Path) -> None:
    """A file in another layout, without options: a diff, and no failure."""
    done = aiweb("fmt", messy)

    assert done.code == 0
    assert done.out.startswith(f"--- {messy}\n+++ {messy}, laid out\n@@")
    assert "\n-as_of:   2026-06-30\n" in done.out
    assert "\n+as_of: 2026-06-30\n" in done.out
    assert done.err == "1 file not in its layout\n"
    assert messy.read_text(encoding="utf-8") == MESSY


def test_fmt_check_fails_on_another_layout(messy: Path) -> None:
    """The same diff, and exit 1; nothing is written."""
    done = aiweb("fmt", "--check", messy)

    assert done.code == FINDINGS
    assert done.out == aiweb("fmt", messy).out
    assert messy.read_text(encoding="utf-8") == MESSY


def test_fmt_check_passes_in_silence(neat: Path) -> None:
    """A file in its layout."""
    assert aiweb("fmt", "--check", neat) == Done(0, "", "no files not in its layout\n")


def test_fmt_write_mends_it(messy: Path) -> None:
    """The two texts above say the same, comments included."""
    done = aiweb("fmt", "--write", messy)

    assert (done.code, done.out, done.err) == (0, "", "1 file laid out anew\n")
    assert messy.read_text(encoding="utf-8") == NEAT
    assert aiweb("fmt", "--check", messy).code == 0


def test_fmt_twice_is_once(messy: Path) -> None:
    """The second run finds nothing, and does not touch the file."""
    aiweb("fmt", "--write", messy)
    before = messy.stat()

    assert aiweb("fmt", "--write", messy).err == "no files laid out anew\n"
    assert messy.stat().st_mtime_ns == before.st_mtime_ns
    assert messy.stat().st_ino == before.st_ino


def test_fmt_keeps_every_comment(messy: Path) -> None:
    """One above an entry, one behind a value."""
    aiweb("fmt", "--write", messy)

    assert re.findall(r"#.*", messy.read_text(encoding="utf-8")) == re.findall(r"#.*", MESSY)


def test_fmt_is_told_one_thing(messy: Path) -> None:
    """--check and --write."""
    done = aiweb("fmt", "--check", "--write", messy)

    assert (done.code, done.out) == (USAGE, "")
    assert "ask for one of them" in done.err
    assert messy.read_text(encoding="utf-8") == MESSY


def test_fmt_lays_out_every_file_of_a_folder(tmp_path: Path) -> None:
    """A neat file, a messy one, and one that is no YAML file."""
    saved(tmp_path, NEAT[: NEAT.index("\ndeals:")], "a.yaml")
    second = saved(tmp_path, MESSY[MESSY.index("deals:") :], "b.yaml")
    other = saved(tmp_path, "as_of:   x\n", "notes.txt")
    first = aiweb("fmt", "--check", tmp_path)

    assert first.code == FINDINGS
    assert [line for line in first.out.splitlines() if line.startswith("--- ")] == [f"--- {second}"]
    assert aiweb("fmt", "--write", "-r", tmp_path).err == "1 file laid out anew\n"
    assert second.read_text(encoding="utf-8") == NEAT[NEAT.index("deals:") :]
    assert other.read_text(encoding="utf-8") == "as_of:   x\n"


def test_fmt_counts_several_files(tmp_path: Path, neat: Path) -> None:
    """A neat file and two messy ones."""
    names = [saved(tmp_path, MESSY, f"{name}.yaml") for name in ("first", "second")]

    assert aiweb("fmt", neat, *names).err == "2 files not in its layout\n"


def test_fmt_refuses_what_is_no_registry_file(tmp_path: Path) -> None:
    """A text that is not YAML, one that is not UTF-8, and no file at all."""
    broken = saved(tmp_path, "deals: [\n", "broken.yaml")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("deals: {é: 1}\n".encode("latin-1"))

    done = aiweb("fmt", "--write", broken)
    assert (done.code, done.out) == (FINDINGS, "")
    assert "bad-yaml" in done.err
    assert broken.read_text(encoding="utf-8") == "deals: [\n"
    assert aiweb("fmt", "--write", latin).code == 3
    assert aiweb("fmt", tmp_path / "none.yaml").code == 3


def test_the_shipped_registry_is_in_its_layout() -> None:
    """deals.yaml."""
    assert aiweb("fmt", "--check").out == ""


# ---- new, from options


def test_new_inserts_the_deal_and_nothing_else(neat: Path) -> None:
    """Parties by any of their names; the file is in its layout before and after."""
    done = added(neat)
    after = neat.read_text(encoding="utf-8")

    assert (done.code, done.out, done.err) == (0, "basalt-dune-cloud-2026\n", "")
    assert inserted(NEAT, after) == [
        "",
        "  basalt-dune-cloud-2026:",
        '    title: "Basalt lends to Dune: a first loan"',
        "    legs:",
        "      - {from: basalt, to: dune-cloud, instrument: loan, amount: $2bn, source: dune-cloud}",
        "    events:",
        "      - {on: 2026-03-01, status: signed, source: dune-cloud}",
        "    sources:",
        "      dune-cloud: {publisher: Dune Cloud, grade: company, url: https://example.org/loan}",
    ]
    assert aiweb("check", neat).code == 0
    assert aiweb("fmt", "--check", neat).code == 0


def test_new_leaves_a_file_of_another_layout_as_it_is(messy: Path) -> None:
    """Only the new lines are laid out; line ends and comments stay."""
    assert added(messy).code == 0

    after = messy.read_text(encoding="utf-8")
    assert len(inserted(MESSY, after)) == 9
    assert aiweb("check", messy).code == 0


def test_new_adds_parties_and_further_legs(neat: Path) -> None:
    """A third party behind its kin, and a second leg with it."""
    done = added(
        neat,
        *("--party", "Cinder; 火山渣; chipmaker; US"),
        *("--leg", "dune -> Cinder: purchase up to $3bn"),
        *("--note", "Two in one", "--id", "dune-cinder-2026", "--zh", "贷款", "--known", "2026-03-05"),
    )
    lines = inserted(NEAT, neat.read_text(encoding="utf-8"))

    assert (done.code, done.out) == (0, "dune-cinder-2026\n")
    assert lines[0] == "  cinder: {name: Cinder, zh: 火山渣, kind: chipmaker, country: US}"
    assert "    note: Two in one" in lines
    assert "    zh: 贷款" in lines
    leg = "{from: dune-cloud, to: cinder, instrument: purchase, amount: up to $3bn, source: dune-cloud}"
    assert f"      - {leg}" in lines
    assert "      - {on: 2026-03-01, known: 2026-03-05, status: signed, source: dune-cloud}" in lines
    assert aiweb("-r", neat, "show", "dune-cinder-2026").code == 0


def test_new_takes_terms_and_several_sources(neat: Path) -> None:
    """Basis, certainty, condition and term; two further sources, one of them shared; no dollar sign."""
    done = added(
        neat,
        *("--basis", "contract", "--certainty", "conditional", "--condition", "As chips come"),
        *("--term", "2026..2029", "--source", "times", "--source", "A letter; digest; https://example.org/l"),
        amount="up to 8bn",
    )
    lines = inserted(NEAT, neat.read_text(encoding="utf-8"))

    assert (done.code, done.out) == (0, "basalt-dune-cloud-2026\n")
    leg = "{from: basalt, to: dune-cloud, instrument: loan, amount: up to $8bn, basis: contract, "
    assert lines[4:] == [
        f"      - {leg}certainty: conditional,",
        "         condition: As chips come, term: 2026..2029, source: [dune-cloud, times, a-letter]}",
        "    events:",
        "      - {on: 2026-03-01, status: signed, source: [dune-cloud, times, a-letter]}",
        "    sources:",
        "      dune-cloud: {publisher: Dune Cloud, grade: company, url: https://example.org/loan}",
        "      a-letter: {publisher: A letter, grade: digest, url: https://example.org/l}",
    ]
    assert aiweb("check", neat).code == 0
    assert aiweb("fmt", "--check", neat).code == 0


def test_new_uses_a_shared_source_by_its_name(neat: Path) -> None:
    """--url times: no second entry for the same page."""
    done = added(neat, url="times", publisher="", grade="")

    assert done.code == 0
    assert "      - {on: 2026-03-01, status: signed, source: times}" in inserted(
        NEAT, neat.read_text(encoding="utf-8")
    )


def test_new_puts_the_deal_behind_another(neat: Path) -> None:
    """--after the first of two."""
    assert added(neat, id="second").code == 0
    assert added(neat, "--after", "dune-basalt-2025", id="between", amount="$3bn").code == 0
    found = re.findall(r"^  ([a-z0-9-]+):$", neat.read_text(encoding="utf-8"), re.MULTILINE)

    assert found == ["dune-basalt-2025", "between", "second"]


@pytest.mark.parametrize(
    "option, value, hint",
    [
        ("from", "Basallt", "did you mean 'basalt'?"),
        ("to", "dune-clod", "did you mean 'dune-cloud'?"),
        ("to", "nobody", "no party 'nobody'"),
        ("instrument", "lone", "did you mean 'loan'?"),
        ("amount", "lots", "'lots' is no amount"),
        ("status", "singed", "did you mean 'signed'?"),
        ("on", "2026-02-30", "is no date"),
        ("on", "2026-07-01", "raise 'as_of' first"),
        ("url", "javascript:alert(1)", "url 'javascript:alert(1)'"),
        ("grade", "gossip", "filing"),
        ("basis", "hearsay", "contract, reported, analyst, market"),
        ("term", "2029..2026", "ends before it starts"),
        ("source", "Mint; press", "is no source"),
        ("id", "dune-basalt-2025", "a deal already"),
        ("id", "Not An Id", "lower-case letters"),
        ("party", "Cinder", "Write NAME; CHINESE NAME; KIND"),
        ("leg", "basalt to dune", "Write PAYER -> PAYEE"),
        ("leg", "basalt -> cinder: loan $1bn", "no party 'cinder'"),
        ("title", "", "this is needed: title"),
        ("publisher", "", "this is needed: its publisher"),
        ("url", "", "this is needed: where to find it"),
        ("after", "dune-basalt-2024", "did you mean 'dune-basalt-2025'?"),
    ],
)
def test_new_refuses_what_will_not_do_and_writes_nothing(
    neat: Path, option: str, value: str, hint: str
) -> None:
    """The deal above with one option changed or left out."""
    done = added(neat, **{option: value})

    assert (done.code, done.out) == (USAGE, "")
    assert hint in done.err
    assert "Traceback" not in done.err
    assert neat.read_bytes() == NEAT.encode()


@pytest.mark.parametrize(
    "change, code",
    [
        ({"from": "dune-cloud"}, "self-deal"),
        ({"instrument": "acquisition", "known": "2026-02-01"}, "known-before-on"),
        ({"status": "superseded"}, "no-successor"),
    ],
)
def test_new_refuses_what_would_not_pass(neat: Path, change: dict[str, str], code: str) -> None:
    """Each value will do by itself, and a rule is broken: the problems are those of `check`."""
    done = added(neat, **change)

    assert (done.code, done.out) == (FINDINGS, "")
    assert f": {code}: " in done.err
    assert done.err.endswith("1 problem; nothing was read or written\n")
    assert neat.read_bytes() == NEAT.encode()


def test_new_adds_nothing_to_a_file_with_problems(tmp_path: Path) -> None:
    """A party that is not there: mend that first."""
    text = NEAT.replace("to: basalt", "to: basallt")
    path = saved(tmp_path, text)

    assert added(path).code == FINDINGS
    assert path.read_bytes() == text.encode()


def test_new_finds_the_file_of_a_folder_that_holds_the_deals(tmp_path: Path) -> None:
    """Parties in one file, deals in another: the stanza goes behind the last deal, the rest stays."""
    before, at, after = NEAT.partition("deals:\n")
    (tmp_path / "a.yaml").write_text(before, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(at + after, encoding="utf-8")
    done = added(tmp_path)

    assert done.code == 0
    assert (tmp_path / "a.yaml").read_text(encoding="utf-8") == before
    lines = (tmp_path / "b.yaml").read_text(encoding="utf-8").splitlines()
    assert set((at + after).splitlines()) <= set(lines)
    assert f"  {done.out.strip()}:" in lines
    assert aiweb("check", tmp_path).code == 0


# ---- new, at a terminal

ANSWERS: Final = """\
Basalt
dune
loan
2bn




Basalt lends to Dune: a first loan

signed
2026-03-01

https://example.org/loan
Dune Cloud
company





"""


def test_new_asks_for_what_was_not_given(neat: Path, tmp_path: Path) -> None:
    """Nothing was given, so it asks for everything: the answers give what the options do."""
    other = saved(tmp_path, NEAT, "other.yaml")
    done = new(neat, typed=ANSWERS)

    assert (done.code, done.out) == (0, "basalt-dune-cloud-2026\n")
    assert done.err.startswith("who pays: who receives: what is promised: amount [undisclosed]: ")
    assert added(other).code == 0
    assert neat.read_bytes() == other.read_bytes()


def test_new_asks_again_until_an_answer_will_do(neat: Path) -> None:
    """A party nobody knows, nothing at all, a question mark, and then one that is known."""
    done = added(neat, typed="Basallt\n\n?\nBSLT\n" + "\n" * 13, **{"from": ""})

    assert done.code == 0
    assert done.err.count("who pays: ") == 4
    assert "did you mean 'basalt'?" in done.err
    assert "this is needed. A party by any of its names" in done.err


def test_new_adds_a_party_that_is_named_with_a_plus(neat: Path) -> None:
    """+Cinder: its Chinese name and its kind are asked for next."""
    done = added(neat, typed="+Cinder\n火山渣\nchipmaker\n" + "\n" * 13, **{"from": ""})

    assert done.code == 0
    assert "  cinder: {name: Cinder, zh: 火山渣, kind: chipmaker}" in inserted(
        NEAT, neat.read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("typed", ["", "Basalt\n", "Basalt\ndune\nloan\n2bn\ntitle\n"])
def test_new_that_is_broken_off_writes_nothing(neat: Path, typed: str) -> None:
    """The input ends at the first question, at the second, and at the sixth."""
    done = new(neat, typed=typed)

    assert (done.code, done.out) == (USAGE, "")
    assert done.err.endswith("\nnothing was written\n")
    assert neat.read_bytes() == NEAT.encode()


@pytest.mark.skipif(os.name == "nt", reason="there are other terminals")
@pytest.mark.parametrize(
    "typed, said", [("\x03", "nothing was written"), (f"{ANSWERS}\x04", "basalt-dune-cloud-2026")]
)
def test_new_talks_to_a_real_terminal(root: Path, neat: Path, typed: str, said: str) -> None:
    """Ctrl-C at the first question; all the answers, and Ctrl-D if it should ask on."""
    ours, theirs = os.openpty()
    # A terminal of its own, for Ctrl-C reaches only the processes that a terminal controls.
    program = "import os, sys; os.login_tty(0); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    with subprocess.Popen(
        [sys.executable, "-c", program, "-m", "aiweb", "new", "-r", str(neat)],
        cwd=root,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        text, answered = "", 0
        # Linux says by an error that nobody is at the other end any more.
        with suppress(OSError):
            while answered < 5:
                is_silent = not select.select([ours], [], [], 20)[0]
                if not is_silent:
                    piece = os.read(ours, 4096)
                    text += piece.decode()
                    if not piece:
                        break
                if not answered and text.endswith("who pays: "):
                    os.write(ours, typed.encode())
                    answered = 1
                elif answered and is_silent:
                    # Ctrl-C between a question and the wait for its answer is seen at the next key only.
                    os.write(ours, b"\x03")
                    answered += 1
        if answered == 5:
            process.kill()
    os.close(ours)
    is_done = typed != "\x03"

    assert said in text
    assert "Traceback" not in text
    assert (process.returncode == 0) is is_done
    assert (neat.read_bytes() != NEAT.encode()) is is_done


# ---- check: advice, waivers, counts

ADVISED: Final = """
a -> b: 5
c -> d: $2bn letter-of-intent 2025-09-01 #source [s, t]
---
sources:
  t: {publisher: q, offline: o, grade: press, date: 2025-01-01}
"""
WAIVERS: Final = """\
waivers:
  - {code: single-source, at: deals/d1, reason: none else was found, on: 2026-01-01}
  - {code: stale-letter, at: deals/d2, reason: both say that they still talk, on: 2026-12-01}
"""


def test_advice_is_given_and_does_not_fail(tmp_path: Path) -> None:
    """A deal with one source, and a letter of intent of which nothing is heard."""
    path = written(tmp_path, ADVISED)
    done = aiweb("check", path)

    assert done.code == 0
    assert re.findall(r":(\d+):\d+: advice: ([a-z-]+): ", done.out) == [
        (str(line_of(path, "  d1:")), "single-source"),
        (str(line_of(path, "  d2:")), "stale-letter"),
    ]
    assert "\n    add a second one\n" in done.out
    assert done.err == f"{path}: no problems, 2 pieces of advice\n"


def test_advice_fails_when_it_is_asked_to(tmp_path: Path) -> None:
    """--strict: the same words, another exit code."""
    path = written(tmp_path, ADVISED)
    strict = aiweb("check", "--strict", path)

    assert strict.code == FINDINGS
    assert (strict.out, strict.err) == (aiweb("check", path).out, aiweb("check", path).err)


def test_advice_that_is_waived_is_not_given(tmp_path: Path) -> None:
    """A waiver for each: clean under --strict."""
    path = written(tmp_path, ADVISED + WAIVERS)

    assert aiweb("check", "--strict", path) == Done(0, "", f"{path}: no problems, no pieces of advice\n")


def test_a_waiver_that_waives_nothing_fails_under_strict(tmp_path: Path) -> None:
    """The letter is signed in the end, and its waiver has been left."""
    path = written(tmp_path, (ADVISED + WAIVERS).replace("2025-09-01 #", "2025-09-01; 2026-12-02 signed #"))
    done = aiweb("check", "--strict", path)

    assert done.code == FINDINGS
    assert re.findall(r"advice: ([a-z-]+): ", done.out) == ["idle-waiver"]


def test_advice_is_told_apart_by_programs(tmp_path: Path) -> None:
    """JSON: valid, with a severity each; workflow commands: warnings."""
    path = written(tmp_path, ADVISED)
    said = aiweb("check", "-f", "json", path).json

    assert said["valid"] is True
    assert [(row["code"], row["severity"], row["pointer"]) for row in said["errors"]] == [
        ("single-source", "advice", "/deals/d1"),
        ("stale-letter", "advice", "/deals/d2"),
    ]
    assert aiweb("check", "-f", "github", path).out.count("::warning file=") == 2


def test_no_advice_is_given_where_there_are_problems(tmp_path: Path) -> None:
    """One source, and a party that is not there."""
    path = written(tmp_path, ADVISED)
    path.write_text(path.read_text(encoding="utf-8").replace("to: b", "to: e"), encoding="utf-8")
    done = aiweb("check", path)

    assert done.code == FINDINGS
    assert "advice:" not in done.out


def test_check_counts_what_there_is(tmp_path: Path) -> None:
    """--stats, on two deals of which one has two events."""
    path = written(tmp_path, ADVISED.replace("a -> b: 5", "a -> b: 5; 2025-03-01 6"))
    lines = aiweb("check", "--stats", path).out.splitlines()
    found = (re.fullmatch(r" *(\d+)  ([a-z ]+)", line) for line in lines)
    counts = {match[2]: int(match[1]) for match in found if match}
    names = ("deals", "legs", "events", "parties", "figures", "claims", "sources")

    assert [counts[name] for name in names] == [2, 2, 3, 4, 0, 0, 2]
    assert counts["deals with an amount"] == 2
    assert counts["deals with two sources"] == 1
    assert counts["deals with two events"] == 1
    said = aiweb("check", "--format", "json", path).json["stats"]
    assert {name.replace("_", " "): count for name, count in said.items()} == counts


def line_of(path: Path, start: str) -> int:
    """Return the number of the first line of a file that starts so."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(start))


# ---- check --links


class _Site(BaseHTTPRequestHandler):
    """A site with one page that is there, one that refuses machines, and nothing else."""

    def do_HEAD(self) -> None:
        """Answer with a status only."""
        self.send_response({"/here": 200, "/shy": 403}.get(self.path, 404))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        """Answer the same."""
        self.do_HEAD()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in the library
        """Say nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the site on the loopback address, and wait for nothing between two requests."""
    monkeypatch.setattr(links, "visit", partial(links.visit, pause=0))
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def cited(folder: Path, *urls: str) -> Path:
    """Write a registry with a deal of two sources, one of them each of these pages."""
    names = [f"u{number}" for number in range(len(urls))]
    rows = [
        f"  {name}: {{publisher: q, url: {url}, grade: press, date: 2025-01-01}}"
        for name, url in zip(names, urls, strict=True)
    ]
    return written(
        folder, "\n".join([f"a -> b: 5 #source [s, {', '.join(names)}]", "---", "sources:", *rows])
    )


def test_links_says_which_pages_are_gone_and_who_cites_them(site: str, tmp_path: Path) -> None:
    """A page that is there, one that is gone, and one whose server refuses machines."""
    path = cited(tmp_path, f"{site}/here", f"{site}/gone", f"{site}/shy")
    done = aiweb("check", "--links", path)

    assert done.code == FINDINGS
    assert done.out.splitlines() == [f"gone  {site}/gone  404  (u1)", f"unsure  {site}/shy  403  (u2)"]
    assert done.err.splitlines()[-1] == "3 pages: 1 alive, 1 gone, 1 unsure, 0 unreachable"


def test_a_server_that_does_not_answer_stands_apart_and_fails_nothing(site: str, tmp_path: Path) -> None:
    """Asked between two that do: it is told last, and counted."""
    silent = "http://127.0.0.1:9/x"
    done = aiweb("check", "--strict", "--links", cited(tmp_path, silent, f"{site}/shy", f"{site}/here"))

    assert done.code == 0
    assert [line.split("  ")[:2] for line in done.out.splitlines()] == [
        ["unsure", f"{site}/shy"],
        ["unreachable", silent],
    ]
    assert done.err.splitlines()[-1] == "3 pages: 1 alive, 0 gone, 1 unsure, 1 unreachable"


def test_a_page_that_is_there_or_unsure_fails_nothing(site: str, tmp_path: Path) -> None:
    """A server that refuses machines may well have the page."""
    assert aiweb("check", "--strict", "--links", cited(tmp_path, f"{site}/here", f"{site}/shy")).code == 0


def test_no_page_is_asked_for_unless_it_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check --strict` makes no request."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a page was asked for")

    monkeypatch.setattr(links, "urlopen", refuse)

    assert aiweb("check", "--strict", cited(tmp_path, "http://127.0.0.1:9/x")).code == 0


# ---- a folder for a registry

WEB: Final = """
nvidia -> openai: up to $100
openai -> oracle: 300 purchase
oracle -> nvidia: 40 purchase
"""


@pytest.fixture
def split(tmp_path: Path) -> tuple[Path, Path]:
    """Write the web above as one file, and as a folder of two."""
    whole = written(tmp_path, WEB)
    text = whole.read_text(encoding="utf-8")
    at, last = text.index("deals:"), text.index("as_of:")
    folder = tmp_path / "web"
    folder.mkdir()
    saved(folder, text[:at] + text[last:], "a_parties.yaml")
    saved(folder, text[at:last], "b_deals.yaml")
    return whole, folder


@pytest.mark.parametrize(
    "question",
    [("loops",), ("show", "openai"), ("show", "d1"), ("deals",), ("circularity",), ("gap", "openai"), ()],
)
def test_a_folder_gives_the_answers_of_one_file(split: tuple[Path, Path], question: tuple[str, ...]) -> None:
    """But for the places in the files."""
    whole, folder = split
    answers = [aiweb("-r", path, "-f", "csv", *question) for path in (whole, folder)]

    assert answers[0].code == answers[1].code == 0
    assert [re.sub(r"\b\d+\b", "", done.out) for done in answers[:1]] == [
        re.sub(r"\b\d+\b", "", done.out) for done in answers[1:]
    ]


def test_a_folder_says_in_which_of_its_files_a_deal_stands(split: tuple[Path, Path]) -> None:
    """`show` of a deal, and of a party."""
    _, folder = split

    assert f"stands in  {folder / 'b_deals.yaml'}:2\n" in aiweb("-r", folder, "show", "d1").out
    assert f"stands in  {folder / 'a_parties.yaml'}:" in aiweb("-r", folder, "show", "openai").out


def test_a_folder_is_checked_as_one(split: tuple[Path, Path]) -> None:
    """As the argument and as the option; a problem names its own file."""
    _, folder = split
    assert aiweb("check", folder).code == 0
    assert aiweb("check", "-r", folder) == aiweb("check", folder)

    deals = folder / "b_deals.yaml"
    deals.write_text(deals.read_text(encoding="utf-8").replace("to: oracle", "to: oracel"), encoding="utf-8")
    done = aiweb("check", folder)

    assert done.code == FINDINGS
    assert re.findall(r"^(.+?):\d+:\d+: unknown-party", done.out, re.MULTILINE) == [str(deals)]


def test_a_folder_is_built_into_itself(split: tuple[Path, Path]) -> None:
    """graph/ inside the folder, fresh, and the same as that of the one file."""
    whole, folder = split
    built, beside = aiweb("-r", folder, "build"), aiweb("-r", whole, "build")

    assert built.out == f"{folder / 'graph' / 'index.html'}\n"
    assert aiweb("-r", folder, "build", "--check").code == 0
    assert beside.code == 0
    for name in ("report.md", "web.json", "tables/legs.csv"):
        assert (folder / "graph" / name).read_bytes() == (whole.parent / "graph" / name).read_bytes()


def test_the_notation_of_the_tests_is_a_registry_of_its_own() -> None:
    """Splitting it above relies on its order: parties, sources, deals, day."""
    text = webs.yaml(WEB)

    assert text.index("parties:") < text.index("sources:") < text.index("deals:") < text.index("as_of:")
