"""Write the pages of the manual that are made from the code and its tests.

python -m tests.generate            writes docs/errors.md and docs/registry.md
python -m tests.generate --check    writes nothing; prints what is stale, and exits 1 if anything is
"""

from __future__ import annotations

import difflib
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from aiweb import model
from aiweb.errors import Problem
from aiweb.model import Instrument, Side, Status
from aiweb.registry.advice import advise
from aiweb.registry.codes import ADVICE, CODES
from aiweb.registry.layout import layout
from aiweb.registry.load import read_text
from aiweb.registry.schema import FORMS, schema
from aiweb.views import problems
from tests import webs
from tests.samples import ENCODINGS, FOLDER, GROWN

DOCS: Final = Path(__file__).parents[1] / "docs"
_LONGEST: Final = 30
_ENCODED: Final = {"latin-1": "Latin-1", "utf-8-sig": "UTF-8 with a byte-order mark"}
_INTRODUCTION: Final = """\
# What the registry may say

Every type of `deals.yaml` and every field, as the program knows them.
`aiweb schema` prints the same for editors.

A scalar is read as the text that is written: no value changes its type because of how it looks.
A name or a list of names stands for a list wherever sources are named.
A leg's id is its deal's id, a slash and its number, from 1.
"""

_SECOND: Final = """
---
sources:
  t: {publisher: q, offline: o, grade: press, date: 2025-01-01}
"""
_TITLED: Final = """
---
sources:
  t: {title: One, publisher: q, url: https://example.org/1, grade: press, date: 2025-01-01}
  u: {title: Two, publisher: q, url: https://example.org/1, grade: press, date: 2025-01-01}
"""
_FIGURE: Final = """
figures:
  a:
    - {metric: revenue, period: 2024, amount: $4m, kind: press, known: 2025-02-01, source: s}
"""
_WAIVED: Final = """
waivers:
  - {code: CODE, at: deals/d1, reason: no second one was found in two searches, on: 2026-03-01}
"""
# A small web for each code of advice, in the notation of tests/webs.py.
ADVISED: Final[Mapping[str, str]] = {
    "single-source": "a -> b: 5",
    "only-digests": f"a -> b: $1bn #source [s, t]{_SECOND}",
    "stale-letter": f"a -> b: 5 letter-of-intent 2025-03-01 #source [s, t]{_SECOND}",
    "stakes-above-all": (
        "a -> c: undisclosed stake #source [s, t] #percent 60%\n"
        f"b -> c: undisclosed stake #source [s, t] #percent 50%{_SECOND}"
    ),
    "two-titles": f"a -> b: 5 #source [s, t, u]{_TITLED}",
    "near-duplicate": (f"a -> b: 5 2025-03-01 #source [s, t]\na -> b: 5 2025-03-10 #source [s, t]{_SECOND}"),
    "known-before-source": f"a -> b: 5 2024-12-20 #source [s, t]{_SECOND}",
    "known-after-source": f"a -> b: 5 #source [s, t]{_SECOND}{_FIGURE}",
    "unknown-advice": f"a -> b: 5 #source [s, t]{_SECOND}{_WAIVED.replace('CODE', 'singel-source')}",
    "idle-waiver": f"a -> b: 5 #source [s, t]{_SECOND}{_WAIVED.replace('CODE', 'single-source')}",
}
WAIVED: Final = f"a -> b: 5\n---{_WAIVED.replace('CODE', 'single-source')}"
_ON_ADVICE: Final = """\
## Advice

What breaks no rule may still be worth a second look.
`aiweb check` gives advice on a registry without problems, and marks it:

```text
path:line:column: advice: code: what was found
    what to do about it
```

Advice leaves the exit code at 0; under `--strict` any of it makes that 1.
Follow it, or set it aside with a waiver that says what was looked for:
"""
_ON_WAIVERS: Final = """\
`at` is the way to the entry through the file; what stands inside the entry is covered too.
`reason` says what was looked for and why it stays, and `on` when that was.
A waiver sets aside one code at one entry, and is itself advised against once it has nothing to waive.
[registry.md](registry.md#waiver) has its fields.
"""


def advised(text: str, code: str = "") -> tuple[str, tuple[Problem, ...]]:
    """Write a small web as a file, and give the advice on it; `only-digests` makes its sources such."""
    written = layout(webs.yaml(text).replace(", outside: false", ""))
    if code == "only-digests":
        written = written.replace("grade: press", "grade: digest")
    registry, _ = read_text(written.encode(), f"{code or 'waived'}.yaml")
    if registry is None:
        raise ValueError(f"the web for {code} is no registry")
    return written, advise(registry)


def errors() -> Iterator[str]:
    """Give the page on errors and advice: each code, its meaning, a small file that has it, what is said."""
    yield _generated("aiweb/registry/codes.py, tests/errors/ and this module")
    yield "# What can be wrong with a registry\n"
    yield "`aiweb check` finds everything in one run, sorted by place:\n"
    yield "```text\npath:line:column: code: what is wrong\n    what to do about it\n```\n"
    yield f"There are {len(CODES)} codes. Each comes with the smallest file that provokes it.\n"
    yield f"What is merely worth a second look is [advice](#advice); it has {len(ADVICE)} codes of its own.\n"
    for code, meaning in CODES.items():
        text = (FOLDER / f"{code}.yaml").read_text(encoding="utf-8")
        said = (FOLDER / f"{code}.txt").read_text(encoding="utf-8")
        note = ""
        if code in ENCODINGS:
            note = f"Saved as {_ENCODED[ENCODINGS[code]]}:\n\n"
        elif code == GROWN:
            note = "Repeated until the file is larger than the limit:\n\n"
        yield f"## {code}\n\n{meaning[0].upper()}{meaning[1:]}.\n"
        yield f"{note}```yaml\n{_shown(text)}```\n\n```text\n{said}```\n"
    waiver = advised(WAIVED)[0].partition("waivers:\n")[2]
    yield f"{_ON_ADVICE}\n```yaml\nwaivers:\n{waiver}```\n\n{_ON_WAIVERS}"
    for code, meaning in ADVICE.items():
        text, pieces = advised(ADVISED[code], code)
        yield f"### {code}\n\n{meaning[0].upper()}{meaning[1:]}.\n"
        yield f"```yaml\n{text}```\n\n```text\n{problems.text(pieces)}```\n"


def registry() -> Iterator[str]:
    """Give the page on the format: each type with its fields, then each list of words."""
    whole: Any = schema()
    definitions = whole["definitions"]
    yield _generated("aiweb/model.py")
    yield _INTRODUCTION
    yield "## How values are written\n\n| Value | How |\n|---|---|"
    for noun, forms in FORMS.items():
        yield f"| {noun} | {forms} |"
    yield "\n## The file\n"
    yield from _table(whole)
    for name in _types(whole):
        yield f"## {_spaced(name)}\n\n{definitions[name]['description']}\n"
        yield from _table(definitions[name])
    yield "## Words\n"
    fields = [field for each in (*definitions.values(), whole) for field in each["properties"].values()]
    for name in sorted({field["$comment"] for field in fields if "enum" in field and "$comment" in field}):
        kind = getattr(model, name)
        yield f"### {_spaced(name)}\n\n{kind.__doc__}\n"
        yield from _words(name, list(kind))


PAGES: Final[Mapping[str, Callable[[], Iterator[str]]]] = {"errors.md": errors, "registry.md": registry}


def main(arguments: Sequence[str], docs: Path = DOCS) -> int:
    """Write the pages, or with `--check` compare them; names of pages choose among them."""
    stale = False
    for name in [name for name in arguments if name in PAGES] or PAGES:
        path, fresh = docs / name, "\n".join(PAGES[name]())
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if "--check" not in arguments:
            path.write_text(fresh, encoding="utf-8", newline="\n")
        elif old != fresh:
            stale = True
            lines = difflib.unified_diff(old.splitlines(), fresh.splitlines(), name, "fresh", lineterm="")
            sys.stdout.write("".join(f"{line}\n" for line in lines))
    return int(stale)


def _generated(source: str) -> str:
    return f"<!-- Generated by `python -m tests.generate` from {source}; edit those. -->\n"


def _shown(text: str) -> str:
    """Cut a long file short, and write out what would not be seen."""
    lines = text.splitlines(keepends=True)
    if len(lines) > _LONGEST:
        lines = [*lines[:_LONGEST], "…\n"]
    return "".join(
        char if char.isprintable() or char == "\n" else f"<U+{ord(char):04X}>" for char in "".join(lines)
    )


def _types(whole: Mapping[str, Any]) -> list[str]:
    """Order the types as the file does: each followed by those it holds."""
    definitions = whole["definitions"]
    found: list[str] = []
    todo = list(whole["properties"].values())
    while todo:
        name = _held(todo.pop(0))
        if name in definitions and name not in found and "properties" in definitions[name]:
            found.append(name)
            todo = [*definitions[name]["properties"].values(), *todo]
    return found


def _table(definition: Mapping[str, Any]) -> Iterator[str]:
    """Give a type's fields as a table."""
    yield "| Field | Holds | Needed | What it says | Example |\n|---|---|---|---|---|"
    for name, field in definition["properties"].items():
        needed = "yes" if name in definition["required"] else ""
        if "default" in field:
            needed = f"else `{json.dumps(field['default']).strip(chr(34))}`"
        example = json.dumps(field["examples"][0], ensure_ascii=False)
        # The example of a whole entry is its own table.
        example = "" if "{" in example else f"`{_plain(example)}`"
        cells = (f"`{name}`", _holds(field), needed, _said(field), example)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def _said(field: Mapping[str, Any]) -> str:
    """Give a field's description, without how such a value is written: that is said once."""
    forms = FORMS.get(field.get("$comment", ""), "")
    return str(field["description"]).removesuffix(f" {forms[:1].upper()}{forms[1:]}.")


def _holds(field: Mapping[str, Any]) -> str:
    """Say in words what a field holds."""
    held = _held(field)
    kind = "" if "allOf" in field or "$ref" in field else field.get("type")
    if "$comment" in field:
        return _link(field["$comment"]) if "enum" in field else str(field["$comment"])
    if kind == "array":
        return f"a list: {_holds(field['items'])}"
    if kind == "object":
        (values,) = field["patternProperties"].values()
        return f"a mapping: {_holds(values)}"
    if held:
        return _link(held)
    if "enum" in field:
        return f"`{field['enum'][0]}`"
    if "pattern" in field and "maximum" not in field and "minimum" not in field:
        return f"a text that fits `{field['pattern']}`"
    return {"boolean": "true or false", "string": "a text"}.get(str(kind)) or (
        "a whole number" if "integer" in (kind or ()) else "a text"
    )


def _link(name: str) -> str:
    words = _spaced(name).lower()
    return f"[{words}](#{words.replace(' ', '-')})"


def _held(node: Mapping[str, Any]) -> str:
    """Name the type that a field holds, alone or many times."""
    for part in (
        node,
        *node.get("allOf", ()),
        node.get("items", {}),
        *node.get("patternProperties", {}).values(),
    ):
        if "$ref" in part:
            return str(part["$ref"]).rpartition("/")[2]
        if part is not node and "items" in part:
            return _held(part)
    return ""


def _words(name: str, words: Sequence[str]) -> Iterator[str]:
    """Give the words a field can take; for an instrument its side, for a status its level."""
    if name == Instrument.__name__:
        yield "| Word | Side | Moves |\n|---|---|---|"
        for each in Instrument:
            moves = "nothing between the two" if each.side is Side.NEITHER else "money"
            yield f"| `{each}` | {each.side} | {moves if each.is_cash else 'value, not money'} |"
    elif name == Status.__name__:
        yield "| Word | Level |\n|---|---|"
        for status in Status:
            yield f"| `{status}` | {status.level or 'an end'} |"
    else:
        yield " · ".join(f"`{word}`" for word in words)
    yield ""


def _plain(example: str) -> str:
    """Write an example as YAML would be typed: without quotes around a lone text."""
    return example[1:-1] if example.startswith('"') else example


def _spaced(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).capitalize()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
