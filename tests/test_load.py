"""Text to Registry: all problems in one run, each in its place, and none that another one made up."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from aiweb.errors import FileError, Problem, RegistryError
from aiweb.model import Registry, RegistryFile
from aiweb.registry.codes import CODES
from aiweb.registry.load import load, read, read_text
from aiweb.registry.source import parse
from tests import webs

HERE = Path(__file__).parent
FULL = (HERE / "full.yaml").read_text(encoding="utf-8")


def problems(text: str | bytes) -> tuple[Problem, ...]:
    """Return all problems of a file."""
    return read_text(text if isinstance(text, bytes) else text.encode(), "f.yaml").problems


def changed(*changes: tuple[str, str]) -> str:
    """Change the file with every field, each time in one place."""
    text = FULL
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return text


def marks(text: str | bytes) -> list[str]:
    """Return line and code of each problem."""
    return [f"{problem.line} {problem.code}" for problem in problems(text)]


def content(registry: Registry | None) -> dict[str, Any]:
    """Return what a registry says, without the places and the order of its entries."""
    assert registry is not None
    sections = ("parties", "sources", "rates", "series", "deals", "figures", "claims")
    found: dict[str, Any] = {name: dict(getattr(registry, name)) for name in sections}
    return found | {"as_of": registry.as_of, "waivers": registry.waivers}


def test_the_full_file_uses_every_field() -> None:
    """tests/full.yaml, held against the model."""
    registry = read_text(FULL.encode(), "full.yaml").registry
    assert registry is not None
    used: dict[type[BaseModel], set[str]] = {}

    def note(node: object) -> None:
        if isinstance(node, BaseModel):
            used.setdefault(type(node), set()).update(node.model_fields_set)
            for name in type(node).model_fields:
                note(getattr(node, name))
        elif isinstance(node, dict):
            for child in node.values():
                note(child)
        elif isinstance(node, tuple):
            for child in node:
                note(child)

    for section in content(registry).values():
        note(section)

    assert len(used) == len(
        [name for name in RegistryFile.model_json_schema()["$defs"].values() if "properties" in name]
    )
    assert {kind.__name__: set(kind.model_fields) - fields for kind, fields in used.items()} == {
        kind.__name__: set() for kind in used
    }


def test_thirty_mistakes_are_thirty_problems_in_one_run() -> None:
    """tests/thirty.yaml: the remark at the end of a line says which problem stands at which text."""
    text = (HERE / "thirty.yaml").read_text(encoding="utf-8")
    expected = [
        (number, line.index(at) + 1, code)
        for number, line in enumerate(text.splitlines(), start=1)
        for remark in re.findall(r"  #! (.*)$", line)
        for at, code in re.findall(r"(?:^|; )(.+?) ([a-z0-9-]+)(?=; |$)", remark)
    ]

    found = [(problem.line, problem.column, problem.code) for problem in problems(text)]

    assert len({code for _, _, code in expected}) == len(expected) == 30
    assert found == expected


def test_deals_in_any_order_say_the_same() -> None:
    """tests/full.yaml with its deals, and its sections, turned round."""
    head, deals, tail = re.split(r"(?<=\ndeals:\n)|(?=figures:\n)", FULL)
    blocks = re.split(r"\n\n(?=  \S)", deals.strip("\n"))
    turned = head + "\n".join(reversed(blocks)) + "\n" + tail

    first, second = read_text(FULL.encode(), "f").registry, read_text(turned.encode(), "f").registry

    assert content(first) == content(second)
    assert first is not None
    assert second is not None
    assert [name for name, _, _ in first.legs()] == [name for name, _, _ in second.legs()]


def test_the_hash_seed_changes_nothing() -> None:
    """Two processes, one file without and one with problems."""
    program = (
        "import sys; from aiweb.registry.load import read\n"
        "for path in sys.argv[1:]: found = read(path); print(found.problems, found.registry)"
    )
    # A place book prints its address, which differs whatever the seed.
    printed = {
        re.sub(
            r"0x[0-9a-f]+",
            "",
            subprocess.run(
                [sys.executable, "-c", program, HERE / "full.yaml", HERE / "thirty.yaml"],
                env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(HERE.parent)},
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=True,
            ).stdout,
        )
        for seed in ("0", "1")
    }

    assert len(printed) == 1


def test_the_digest_is_that_of_what_is_said() -> None:
    """Another amount changes it; a comment, or other quotes, do not."""
    texts = [
        f"{FULL}# the end\n",
        FULL,
        changed(("name: Oracle", "name: 'Oracle'")),
        changed(("$5bn", "$6bn")),
    ]

    found = [read_text(text.encode(), "f").registry for text in texts]
    digests = [registry.digest for registry in found if registry is not None]

    assert digests[0] == digests[1] == digests[2] != digests[3]
    assert len(digests[0]) == 64


def test_a_registry_knows_the_place_of_every_entry() -> None:
    """tests/full.yaml."""
    registry = read_text(FULL.encode(), "full.yaml").registry
    assert registry is not None
    line = FULL.splitlines().index("  oracle-bonds:") + 1

    assert str(registry.place("deals", "oracle-bonds")) == f"full.yaml:{line}"
    assert str(registry.leg_place("oracle-bonds/1")) == f"full.yaml:{line + 3}"
    assert str(registry.place("deals", "oracle-bonds", "nothing", "here")) == f"full.yaml:{line}"
    assert str(registry.place("nothing")) == "full.yaml:1"


def test_a_deal_with_a_bad_scalar_is_still_held_to_the_rules() -> None:
    """A bad date in one event, and a bad word in one leg, of a deal that breaks three rules."""
    text = changed(
        ("exit: cancellable", "exit: perhaps"),
        ("on: 2025-09-22, status", "on: 2025-09-32, status"),
        (
            "instrument: equity\n        amount: up",
            "instrument: equity\n        coupon: 1%\n        amount: up",
        ),
        ("status: superseded, by: nvidia-openai-equity", "status: superseded"),
        ("value: $90bn", "value: plenty"),
    )

    codes = [problem.code for problem in problems(text)]

    assert codes == ["misplaced-field", "unknown-word", "bad-date", "no-successor", "bad-dispute"]


@pytest.mark.parametrize(
    "changes, marks_expected",
    [
        ([("instrument: loan", "instrument: lone")], ["87 unknown-word"]),
        ([("as_of: 2026-07-03\n", "")], ["1 missing-key"]),
        ([("as_of: 2026-07-03", "as_of: soon")], ["4 bad-date"]),
        ([("status: superseded", "status: superceded")], ["49 unknown-word"]),
        ([("from: nvidia\n", "from: nvida\n")], ["32 unknown-party"]),
        ([("tolerance: $1bn", "tolerance: some"), ("$400bn", "$500bn")], ["135 bad-amount"]),
        ([("{leg: openai-oracle-cloud/1, amount", "{leg: openai/1, amount")], ["138 unknown-leg"]),
        ([("leg: 1, amount: $30bn", "leg: one, amount: $30bn")], ["64 bad-number"]),
        ([("metric: share-of-backlog", "metric: share")], ["122 unknown-word"]),
        ([("period: FY2026, percent", "period: someday, percent")], ["122 bad-date"]),
        ([("date: 2025-10\n", "date: October\n")], ["18 bad-date"]),
        ([("  oracle:\n    - metric", "  orcale:\n    - metric")], ["114 unknown-party"]),
        ([("outside: true", "outside: perhaps")], ["11 unknown-word"]),
        ([("schedule: {2027-12:", "schedule: {2027-13:")], ["74 bad-date"]),
        ([("usd: 1.17", "usd: one")], ["24 bad-number"]),
        ([("amount: $300bn\n", "amount: lots\n")], ["72 bad-amount"]),
        ([("status: closed", "status: clsoed")], ["110 unknown-word"]),
        ([("legs: [nvidia-openai-10gw/1]", "legs: nvidia-openai-10gw/1")], ["136 wrong-shape"]),
        ([("also: [OpenAI Group PBC]", "also: ['']")], ["8 empty-text"]),
        ([("publisher: Oracle", "publishr: Oracle")], ["14 missing-key", "14 unknown-key"]),
    ],
)
def test_one_mistake_makes_no_others_up(changes: list[tuple[str, str]], marks_expected: list[str]) -> None:
    """tests/full.yaml with a change, of which a rule could get a wrong idea."""
    assert marks(changed(*changes)) == marks_expected


def test_a_key_at_fault_is_where_the_problem_points() -> None:
    """A date that is a key."""
    (problem,) = problems(changed(("schedule: {2027-12:", "schedule: {2027-13:")))

    assert problem.excerpt[problem.column - 1 :].startswith("2027-13")
    assert problem.pointer == "/deals/openai-oracle-cloud/legs/0/schedule/2027-13"


def test_a_number_of_too_many_digits_is_a_problem_like_any_other() -> None:
    """year_end: 999…9, of five thousand digits."""
    assert marks(changed(("year_end: 5", f"year_end: {'9' * 5000}"))) == ["9 bad-number"]


def test_a_price_is_a_number() -> None:
    """strike: $NaN and $1_0, which Python's decimal would take."""
    for price in ("$NaN", "$1_0", "$-1", "1", "$1e5"):
        assert marks(changed(("strike: $0.01", f"strike: {price}"))) == ["60 bad-number"]


def test_true_and_false_are_written_so() -> None:
    """outside: yes, which YAML 1.1 took for true, and the editor's schema does not."""
    for word in ("yes", "on", "1", "True", "[true]"):
        assert marks(changed(("outside: true", f"outside: {word}")))[0].startswith("11 ")
    assert marks(changed(("outside: true", "outside: false"))) == []


def test_an_amount_in_another_currency_takes_the_last_rate_up_to_the_deal() -> None:
    """EUR 10bn under a deal of the third quarter of 2025: 1.17 of June, not 1.2 of December."""
    registry = read_text(FULL.encode(), "f").registry
    assert registry is not None

    assert str(registry.leg("openai-oracle-cloud/2").amount) == "$11.7bn"


RATED = """
a -> b: EUR 100 loan {on}; {later} EUR 100 paid EUR 40 #drawn EUR 10 #schedule {{2026: EUR 50}}
---
rates:
  EUR:
    - {{on: 2025-09-30, usd: 1.3, source: s}}
    - {{on: 2025-06-30, usd: 1.1, source: s}}
"""


@pytest.mark.parametrize(
    "on, later, first_amount, restated",
    [
        ("2025-07-01", "2025-08-01", 110, 110),
        ("2025-07-01", "2025-09-29", 110, 110),
        ("2025-07-01", "2025-09-30", 110, 130),
        ("2025-07-01", "2026-02", 110, 130),
        ("2025-01-01", "2025-02-01", 110, 110),
        ("2025-10-01", "2025-11-01", 130, 130),
    ],
)
def test_each_amount_takes_the_rate_of_its_own_event(
    on: str, later: str, first_amount: int, restated: int
) -> None:
    """The last rate up to the event's day, else the first there is; a leg's own are of the first event."""
    registry = webs.registry(RATED.format(on=on, later=later))
    leg, event = registry.leg("d1/1"), registry.deals["d1"].events[1]
    assert leg.schedule is not None
    assert leg.drawn is not None
    assert event.amount is not None
    assert event.paid is not None

    assert leg.amount.high == first_amount
    assert [leg.drawn.high * 10, *(part.high * 2 for part in leg.schedule.values())] == [first_amount] * 2
    assert event.amount.high == restated
    assert event.paid.high * 5 == restated * 2


def test_a_claim_and_a_figure_take_the_rate_of_their_own_day() -> None:
    """
    a -> b: 10
    ---
    rates:
      EUR: [{on: 2025-06-30, usd: 1.1, source: s}, {on: 2025-09-30, usd: 1.3, source: s}]
    figures:
      a:
        - {metric: cash, period: 2025-09-29, amount: EUR 100, kind: press, source: s}
        - {metric: cash, period: 2025-Q3, amount: EUR 100, kind: press, source: s}
    claims:
      c: {says: c, on: 2025-10-08, amount: EUR 100, parts: [{leg: d1/1, amount: EUR 10}], source: s}
    """
    registry = webs.registry(test_a_claim_and_a_figure_take_the_rate_of_their_own_day.__doc__)
    claim = registry.claims["c"]

    assert [str(figure.amount) for figure in registry.figures["a"]] == ["$110", "$130"]
    assert [str(claim.amount), str(claim.parts[0].amount)] == ["$130", "$13"]


def test_a_market_series_is_typed() -> None:
    """tests/full.yaml: SOFR, whose readings are numbers in its unit; two of one day are two sources."""
    registry = read_text(FULL.encode(), "f").registry
    assert registry is not None
    series = registry.series["sofr"]

    assert (series.unit, [str(reading.value) for reading in series.readings]) == (
        "percent",
        ["4.13", "4.24", "-0.1"],
    )
    assert [str(reading.kind) for reading in series.readings] == ["market", "press", "market"]
    assert registry.place("series", "sofr", "readings", 1).line == registry.place("series", "sofr").line + 7


@pytest.mark.parametrize(
    "change, mark",
    [
        (("value: 4.13", "value: 4.13%"), "bad-number"),
        (("value: 4.13", "value: $4"), "bad-number"),
        (("value: 4.13", "value: 1e3"), "bad-number"),
        (("value: 4.13", "value: [4]"), "wrong-shape"),
        (("unit: percent", "unit: pct"), "unknown-word"),
        (("benchmark: sofr", "benchmark: sfr"), "unknown-series"),
        (("on: 2025-09-29, value", "on: never, value"), "bad-date"),
        (("value: 4.24, kind: press, source: article", "value: 4.24, source: nobody"), "unknown-source"),
        (("fixed: undisclosed", "fixed: some"), "bad-amount"),
        (("secures: [oracle-bonds/1, ", "secures: [oracle-bond/1, "), "unknown-leg"),
    ],
)
def test_one_mistake_in_a_series_or_a_loan_makes_no_others_up(change: tuple[str, str], mark: str) -> None:
    """tests/full.yaml with a change."""
    assert [problem.code for problem in problems(changed(change))] == [mark]


def test_a_guarantee_may_stand_behind_one_leg_or_several() -> None:
    """tests/full.yaml, and the same with one."""
    for change, secured in (
        ([], ("oracle-bonds/1", "openai-oracle-cloud/2")),
        (
            [("secures: [oracle-bonds/1, openai-oracle-cloud/2]", "secures: oracle-bonds/1")],
            ("oracle-bonds/1",),
        ),
    ):
        registry = read_text(changed(*change).encode(), "f").registry
        assert registry is not None
        assert registry.leg("oracle-bonds/2").secures == secured


def test_a_fiscal_year_is_that_of_the_party() -> None:
    """FY2026 of Oracle, whose year ends in May."""
    registry = read_text(FULL.encode(), "f").registry
    assert registry is not None

    assert registry.figures["oracle"][0].period.first.isoformat() == "2025-06-01"


def test_loading_a_file_with_problems_raises_all_of_them() -> None:
    """tests/thirty.yaml."""
    with pytest.raises(RegistryError) as raised:
        load(HERE / "thirty.yaml")

    assert raised.value.problems == read(HERE / "thirty.yaml").problems
    assert str(raised.value).count("\n    ") == 30


def test_loading_what_is_not_there_names_it(tmp_path: Path) -> None:
    """none.yaml."""
    with pytest.raises(FileError, match=r"none\.yaml"):
        load(tmp_path / "none.yaml")


BOMB = "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
DEALS = """
data = b'''format: 1
as_of: 2025-12-31
parties:
  ann: {name: Ann, zh: A, kind: capital}
  bob: {name: Bob, zh: B, kind: cloud}
sources:
  note: {publisher: The Times, offline: page 1, grade: press}
deals:
''' + b''.join(b'''  d%d:
    title: Ann lends to Bob
    legs:
      - {from: ann, to: bob, instrument: loan, amount: $9, source: note}
    events:
      - {on: 2025-06-01, status: signed, source: note}
''' % number for number in range(16_700))
data = data.replace(b'$9', b'nine', 1)
"""
HOSTILE = {
    "ten megabytes of brackets": ("data = b'[' * 10_000_000", {"too-deep"}),
    "ten megabytes of braces": ("data = b'{' * 10_000_000", {"too-deep", "wrong-shape"}),
    "five million dashes": ("data = b'- ' * 5_000_000", {"too-deep"}),
    "ten megabytes of one word": ("data = b'format: ' + b'x' * 10_000_000", {"bad-word", "missing-key"}),
    "aliases of aliases": (f"data = {BOMB.encode()!r}", {"alias", "anchor", "unknown-key", "missing-key"}),
    "a hundred thousand lines with one error": (DEALS, {"bad-amount"}),
}


@pytest.mark.skipif(sys.platform != "linux", reason="Linux says how much memory a program had at the most")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_promptly_and_in_little_memory(name: str) -> None:
    """In a process of its own, to measure its memory; `ru_maxrss` counts its parent's too."""
    data, codes = HOSTILE[name]
    program = (
        "import re, time\n"
        "from aiweb.registry.load import read_text\n"
        f"{data}\n"
        "started = time.process_time()\n"
        "found = read_text(data, 'f').problems\n"
        "print(int(time.process_time() - started), *sorted({problem.code for problem in found}))\n"
        "print(max(len(str(problem)) for problem in found))\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read())[1]) // 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, longest, memory = done.stdout.splitlines()
    seconds, *found = first.split()

    assert set(found) == codes
    assert int(seconds) < 20
    assert int(longest) < 1000
    assert int(memory) < 400


LINES = FULL.splitlines(keepends=True)
SPLINTERS = st.sampled_from(
    [
        *("", "- ", ": ", "? ", "\n", "\t", "\r", "&a ", "*a ", "!x ", "---\n", "<<: ", "{", "}", "[", "]"),
        *("'", '"', "|", ">", "#", "~", "\u200b", "\u00b2", "\x85", "\u2028", '"\\ud800"', '"\\0"'),
        *("9" * 30, "1e9", "-5", "$", "..", "up", "EUR 5", "FY9999", "2025-13", "/0", "/99", "true", "null"),
        *("undisclosed", "superseded", "loan", "asserted", "percent: 5%"),
        *("openai", "oracle-bonds/2", "article", "release"),
    ]
)


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """Break the file with every field in one to four places: lines, splinters of text, bytes."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        cut = draw(st.integers(0, len(line)))
        match draw(st.sampled_from(["drop", "copy", "swap", "insert", "replace", "value", "shift"])):
            case "drop":
                lines[at] = ""
            case "copy":
                lines.insert(at, draw(st.sampled_from(LINES)))
            case "swap":
                other = draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], line
            case "insert":
                lines[at] = line[:cut] + draw(SPLINTERS) + line[cut:]
            case "replace":
                lines[at] = line[:cut] + draw(SPLINTERS) + line[cut + draw(st.integers(1, 6)) :]
            case "value":
                lines[at] = f"{line.partition(': ')[0]}: {draw(SPLINTERS)}\n"
            case _:
                lines[at] = "  " * draw(st.integers(0, 4)) + line.lstrip()
    data = "".join(lines).encode()
    if draw(st.integers(0, 9)) == 0:
        cut = draw(st.integers(0, len(data)))
        data = data[:cut] + draw(st.binary(max_size=3)) + data[cut + 1 :]
    return data


@st.composite
def misplaced(draw: st.DrawFn) -> bytes:
    """Give one to three fields of the file a value of another field, or none: well-formed, and wrong."""
    tree = json.loads(json.dumps(parse(FULL.encode(), "f").root))
    for _ in range(draw(st.integers(1, 3))):
        places = list(entries(tree))
        node, key = draw(st.sampled_from(places))
        other, name = draw(st.sampled_from(places))
        value = draw(st.sampled_from([other[name], [], {}, [[]], {"a": {}}, ""]) | SPLINTERS)
        if draw(st.booleans()):
            node[key] = value
        else:
            del node[key]
    return json.dumps(tree).encode()


def entries(tree: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 a tree of lists and dictionaries
    """Give every place in a tree: what holds it, and its key."""
    if isinstance(tree, dict | list):
        keys = list(tree) if isinstance(tree, dict) else range(len(tree))
        for key in keys:
            yield tree, key
            yield from entries(tree[key])


@given(spoiled() | misplaced())
@settings(max_examples=400)
def test_reading_never_raises_whatever_the_file(data: bytes) -> None:
    """tests/full.yaml, broken: problems or a registry, and never both."""
    registry, found = read_text(data, "f")

    assert (registry is None) == bool(found)
    assert list(found) == sorted(found)
    for problem in found:
        assert problem.code in CODES
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.remedy
