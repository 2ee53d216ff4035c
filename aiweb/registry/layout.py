"""The one layout of a registry file: what `aiweb fmt` writes, without losing a comment.

Order:

- The sections stand as the model has them, and so do the keys of an entry, but for three:
  a source ends with its address; a deal begins with its title, `zh`, note and total;
  an event ends with its source and its note, as a leg does.
- Events are sorted by the day they became known, readings by theirs; those of one day stay as they are.
- Keys that the model does not know come last.
- Parties, sources, series, deals, figures and claims stay where the editor has put them, and so do headings.

Layout:

- Two spaces a level, lines of at most 120 characters, line feeds, nothing behind the last word.
- What holds entries is written out: sections, series, deals, claims, lists of readings, legs, events, figures
  and parts.
- An entry of plain values is a flow mapping, `{k: v, k: v}`, filled up and broken between its values,
  which go on under its first key.
  If that takes more than three lines, or one value more than a line, every key gets its own.
- A source is one line; or one line and its address below, two columns in; else a line for each key.
- A list of plain values is one line, `[a, b]`, if it fits there; else a line for each.
  The comments of a claim are sentences, and have a line each in any case.
- A long text is broken between words, and goes on two columns in from its key.
- Quotes stand only where YAML needs them.
  Those that are there stay if without them YAML would read a number, a date or `true`.
  They are double unless the text itself has some.
- One blank line between sections, series, deals, claims, and one party's figures and the next one's.
  Among parties and shared sources blank lines are the editor's, at most one at a time.
  Within an entry there is none.
- A comment stays above what it stands above, or behind the value it stands behind, and is not broken.
  An entry that holds one is written out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import unified_diff
from functools import cache
from io import StringIO
from typing import Annotated, Any, Final, NamedTuple, TypeAlias, get_args, get_origin

import yaml
from pydantic import BaseModel

from aiweb.errors import RegistryError
from aiweb.model import Claim, Deal, Event, Reading, RegistryFile, Source
from aiweb.registry.source import Map, parse
from aiweb.values import When

WIDTH: Final = 120
_STEP: Final = 2
_MAX_FILLED: Final = 3
# libyaml takes no longer key without a question mark before it.
_MAX_KEY: Final = 1000
_FIRST: Final[Mapping[type[BaseModel], tuple[str, ...]]] = {Deal: ("title", "zh", "note", "total")}
_LAST: Final[Mapping[type[BaseModel], tuple[str, ...]]] = {
    Source: ("url", "offline"),
    Event: ("source", "note"),
}
_LISTED: Final[Mapping[type[BaseModel], tuple[str, ...]]] = {Claim: ("comment",)}
_ADDRESS: Final = "url"
_MODELINES: Final = ("# yaml-language-server:", "# $schema:")


def layout(text: str, path: str = "deals.yaml") -> str:
    r"""Write a registry file in its one layout; what it says stays the same.

    Raises:
        RegistryError: the text is not YAML of the plain kind a registry is made of.

    >>> print(layout("deals: {}\nas_of:   '2026-07-03'  # a Friday\nformat: 1"), end="")
    format: 1
    as_of: "2026-07-03" # a Friday
    <BLANKLINE>
    deals: {}
    """
    document = parse(text.encode("utf-8", "surrogatepass"), path)
    if document.problems:
        raise RegistryError(document.problems)
    if not isinstance(document.root, Map):
        problem = document.problem((), "wrong-shape", "the file is no mapping", "start with 'format: 1'")
        raise RegistryError([problem])
    root = _Reader(text).root()
    _sort(root, RegistryFile)
    result = "".join(f"{line}\n" for line in _file(root))
    if parse(result.encode(), path).root != _plain(root):
        raise RuntimeError(f"{path}: the layout would change what the file says; please report this file")
    return result


def differences(text: str, path: str = "deals.yaml") -> str:
    """Compare a registry file with its one layout: a unified diff, empty if there is nothing to change.

    Raises:
        RegistryError: as for `layout`.
    """
    result = layout(text, path)
    if result == text:
        return ""
    before, after = list(StringIO(text, newline="\n")), list(StringIO(result, newline="\n"))
    lines = unified_diff(before, after, path, f"{path}, laid out")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def written(tree: Mapping[str, object]) -> str:
    """Write what a registry file is to say in the one layout: texts, and lists and mappings of them.

    >>> print(written({"deals": {"a-b-2026": {"title": "A: B", "zh": "甲"}}}), end="")
    deals:
      a-b-2026:
        title: "A: B"
        zh: 甲
    """
    root = _tree(tree)
    _sort(root, RegistryFile)
    return "".join(f"{line}\n" for line in _file(root))


def span(event: yaml.Event) -> tuple[int, int, int]:
    """Say where an event's text starts and ends, and in which column it starts."""
    start, end = event.start_mark, event.end_mark
    if start is None or end is None:
        raise TypeError(f"{event} has no place")
    return start.index, end.index, start.column


@dataclass(slots=True)
class _Text:
    said: str
    is_quoted: bool = False


@dataclass(slots=True)
class _Group:
    """A mapping or a list, with the comments that end it."""

    is_map: bool
    items: list[_Item] = field(default_factory=list)
    below: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Item:
    """What a group holds, with its comments; blank lines among them are empty."""

    key: _Text | None
    value: _Text | _Group
    above: list[str]
    behind: str = ""


class _Open(NamedTuple):
    """A group that has not ended: the item that holds it, and where comments that end it may start."""

    group: _Group
    holder: _Item | None
    column: int


# ---- Reading: the tree with its comments --------------------------------------------------------

_BREAK: Final = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_TELLING: Final = re.compile("#|[\r\n\x85\u2028\u2029][ \t]*[\r\n\x85\u2028\u2029]")


class _Reader:
    """Turns libyaml's events into a tree; what lies between two events holds the comments."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._column = 0
        # The item that ends where the last event does, for a comment behind it.
        self._last: _Item | None = None
        # Comments not yet placed, each with its column; -1 for a blank line.
        self._waiting: list[tuple[int, str]] = []
        self._stack: list[_Open] = []
        self._keyed: _Item | None = None

    def root(self) -> _Group:
        """Read the file, which has been found to be one plain mapping."""
        root = _Group(is_map=True)
        for event in yaml.parse(self._text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.DocumentStartEvent | yaml.DocumentEndEvent):
                # Their marks may span comments, so they count as what lies between.
                continue
            start, end, column = span(event)
            self._between(start)
            self._at, self._column = end, column
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event, start)
            elif isinstance(event, yaml.CollectionStartEvent):
                is_map = isinstance(event, yaml.MappingStartEvent)
                group = self._start(column, is_map=is_map, is_block=start == end)
                if len(self._stack) == 1:
                    root = group
            elif isinstance(event, yaml.CollectionEndEvent):
                self._end(is_block=start == end)
        root.below += self._taken()
        return root

    def _between(self, start: int) -> None:
        gap = self._text[self._at : start]
        if not _TELLING.search(gap):
            return
        lines = _BREAK.split(gap)
        for number, line in enumerate(lines):
            mark = re.search("[ \t]#" if line.startswith("%") else "#", line)
            if mark:
                at = mark.end() - 1
                comment = line[at:].rstrip()
                if number == 0 and self._last is not None:
                    _behind(self._last, comment)
                else:
                    self._waiting.append((at + (0 if number else self._column), comment))
            elif 0 < number < len(lines) - 1 and not line.strip():
                self._waiting.append((-1, ""))

    def _scalar(self, event: yaml.ScalarEvent, start: int) -> None:
        text = _Text(event.value, is_quoted=bool(event.style))
        group = self._stack[-1].group
        if group.is_map and self._keyed is None:
            self._keyed = self._last = _Item(text, _Text(""), self._taken())
            group.items.append(self._keyed)
        else:
            self._last = self._holder(text)
            self._last.above += filter(None, self._taken())
            self._keyed = None
        if event.style in {"|", ">"}:
            raw = self._text[start : self._at]
            head = _BREAK.split(raw, maxsplit=1)[0]
            if "#" in head:
                _behind(self._last, head[head.index("#") :].rstrip())
            # It ends with its last word: the blank lines behind it may be a grouping.
            self._at = start + len(raw.rstrip())
            self._last = None

    def _start(self, column: int, *, is_map: bool, is_block: bool) -> _Group:
        group = _Group(is_map)
        holder = self._holder(group) if self._stack else None
        # A list may stand in the column of its key, where a comment belongs to the next key.
        is_flush = is_block and holder is not None and holder.key is not None and not group.is_map
        if is_flush and self._stack[-1].column == column:
            column += 1
        self._keyed = None
        self._stack.append(_Open(group, holder, column if is_block else -1))
        self._last = None if is_block else holder
        return group

    def _end(self, *, is_block: bool) -> None:
        group, holder, column = self._stack.pop()
        count = len(self._waiting)
        if is_block:
            count = 0
            for number, (at, comment) in enumerate(self._waiting, 1):
                if comment and at < column:
                    break
                if comment:
                    count = number
        group.below = [comment for _, comment in self._waiting[:count]]
        del self._waiting[:count]
        self._last = None if is_block else holder
        self._keyed = None
        if holder is not None and not group.items:
            holder.above += filter(None, group.below)
            group.below = []

    def _holder(self, value: _Text | _Group) -> _Item:
        """Give the item that a value belongs to: the open key's, or a new one of a list."""
        if self._keyed is not None:
            self._keyed.value = value
            return self._keyed
        item = _Item(None, value, self._taken())
        self._stack[-1].group.items.append(item)
        return item

    def _taken(self) -> list[str]:
        taken = [comment for _, comment in self._waiting]
        self._waiting.clear()
        return taken


def _behind(item: _Item, comment: str) -> None:
    """Put a comment behind an item; one that is there already goes above it."""
    if item.behind:
        item.above.append(item.behind)
    item.behind = comment


def _plain(node: _Text | _Group) -> object:
    """Strip a tree to what it says."""
    if isinstance(node, _Text):
        return node.said
    if node.is_map:
        return {item.key.said: _plain(item.value) for item in node.items if item.key}
    return [_plain(item.value) for item in node.items]


def _tree(said: Mapping[str, object]) -> _Group:
    """Make a tree without comments of what it is to say."""

    def node(value: object) -> _Text | _Group:
        if isinstance(value, Mapping):
            return _tree(value)
        if isinstance(value, list | tuple):
            return _Group(is_map=False, items=[_Item(None, node(child), []) for child in value])
        return _Text(str(value), is_quoted=not value)

    return _Group(is_map=True, items=[_Item(_Text(key), node(value), []) for key, value in said.items()])


# ---- Order: what the model says of each group ---------------------------------------------------

_Kind: TypeAlias = Any  # a type as it stands in an annotation, or None where the model has none


class _Shape(NamedTuple):
    """What the model says of a group: its keys in order, and the kind of what it holds."""

    fields: Mapping[str, _Kind]
    each: _Kind = None
    holds_entries: bool = False
    is_spaced: bool = False
    listed: tuple[str, ...] = ()

    def inner(self, key: _Text | None) -> _Kind:
        """Name the kind of what stands under `key`."""
        return self.fields.get(key.said) if key and self.fields else self.each


@cache
def _shape(kind: _Kind) -> _Shape:
    kind = _bare(kind)
    origin: object = get_origin(kind)
    if _is_model(kind):
        fields = {found.alias or name: found.annotation for name, found in kind.model_fields.items()}
        first, last = _FIRST.get(kind, ()), _LAST.get(kind, ())
        names = [*first, *(name for name in fields if name not in first + last), *last]
        holds = any(_has_entries(inner) for inner in fields.values())
        ordered = {name: fields[name] for name in names}
        return _Shape(ordered, holds_entries=holds, listed=_LISTED.get(kind, ()))
    arguments = get_args(kind)
    if origin is dict:
        return _Shape({}, arguments[1], _has_entries(kind), _shape(arguments[1]).holds_entries)
    if origin is tuple:
        return _Shape({}, arguments[0], _has_entries(kind))
    return _Shape({})


def _bare(kind: _Kind) -> _Kind:
    """Take off what says no more than that a value may be missing, or how it is checked."""
    arguments = [argument for argument in get_args(kind) if argument is not type(None)]
    origin: object = get_origin(kind)
    if origin is Annotated or (len(arguments) == 1 and type(None) in get_args(kind)):
        return _bare(arguments[0])
    return kind


def _is_model(kind: _Kind) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _has_entries(kind: _Kind) -> bool:
    return _is_model(kind) or any(_has_entries(argument) for argument in get_args(kind))


def _sort(group: _Group, kind: _Kind) -> None:
    """Put keys in the model's order, and events and readings in that of their days."""
    shape = _shape(kind)
    if shape.fields:
        ranks = {name: rank for rank, name in enumerate(shape.fields)}
        header = _header(group) if _bare(kind) is RegistryFile else []
        group.items.sort(key=lambda item: ranks.get(item.key.said if item.key else "", len(ranks)))
        if header:
            group.items[0].above[:0] = header
    if _bare(shape.each) in {Event, Reading} and not group.is_map:
        _sort_by_day(group)
    for item in group.items:
        if isinstance(item.value, _Group):
            _sort(item.value, shape.inner(item.key))
            if item.key is None and item.value.items:
                _clear_dash(item, item.value.items[0])


def _clear_dash(item: _Item, first: _Item) -> None:
    """Put above a list's item what would stand between its dash and the first thing it marks."""
    item.above += filter(None, first.above)
    first.above = []
    if first.key is None and isinstance(first.value, _Group) and first.behind:
        item.above.append(first.behind)
        first.behind = ""


def _header(root: _Group) -> list[str]:
    """Take off the comments that are the file's and not its first section's."""
    if not root.items:
        return []
    above = root.items[0].above
    if "" in above:
        count = len(above) - above[::-1].index("")
    else:
        count = max((n for n, line in enumerate(above, 1) if line.startswith(_MODELINES)), default=0)
    root.items[0].above = above[count:]
    return above[:count]


def _sort_by_day(entries: _Group) -> None:
    days = []
    for item in entries.items:
        said = _plain(item.value)
        text = (said.get("known") or said.get("on")) if isinstance(said, dict) else None
        try:
            days.append(When.parse(str(text)).order)
        except ValueError:
            # A fault to be mended first: `check` names it.
            return
    order = sorted(range(len(days)), key=days.__getitem__)
    entries.items = [entries.items[index] for index in order]


# ---- Writing ------------------------------------------------------------------------------------

# What libyaml reads back unescaped, but for line breaks, tabs and what nobody sees.
_PRINTABLE: Final = re.compile(
    "[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*"
)
_NOT_PLAIN: Final = r"""^$|^\s|\s$|^-(?=\s|$)|^[?:,\[\]{}\#&*!|>'"%@`]|:\s|:$|\s\#"""
_NOT_IN_BLOCK: Final = re.compile(_NOT_PLAIN)
_NOT_IN_FLOW: Final = re.compile(rf"{_NOT_PLAIN}|[,\[\]{{}}?]")
_TYPED: Final = re.compile(
    r"~|null|true|false|yes|no|on|off|y|n|=|<<|[-+]?\.?[0-9][0-9a-z_.:+ -]*|[-+]?\.(?:inf|nan)", re.IGNORECASE
)
_SPACE: Final = re.compile("(?<! ) (?! )")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def _file(root: _Group) -> list[str]:
    """Write the whole file: its sections, or the empty mapping with its comments."""
    if not root.items:
        return ["{}", *_ending(root, 0, keep_blanks=True)]
    return _block(root, 0, RegistryFile, 0)


def _block(group: _Group, column: int, kind: _Kind, depth: int) -> list[str]:
    """Write a group out, an item a line or more, starting in `column`."""
    shape = _shape(kind)
    keep_blanks = depth < 2
    lines: list[str] = []
    before: _Item | None = None
    for item in group.items:
        above = _comments(item.above, column, keep_blanks=keep_blanks)
        is_first_blank = bool(above) and not above[0]
        if before is None:
            above = above[is_first_blank:]
        elif not is_first_blank and (shape.is_spaced or _starts_section(before, item, depth)):
            above = ["", *above]
        lines += above
        lines += _item(item, column, shape, depth)
        before = item
    return lines + _ending(group, column, keep_blanks=keep_blanks)


def _starts_section(before: _Item, item: _Item, depth: int) -> bool:
    return depth == 0 and (isinstance(before.value, _Group) or isinstance(item.value, _Group))


def _comments(comments: Sequence[str], column: int, *, keep_blanks: bool) -> list[str]:
    lines: list[str] = []
    for comment in comments:
        if comment:
            lines.append(" " * column + comment)
        elif keep_blanks and (not lines or lines[-1]):
            lines.append("")
    return lines


def _ending(group: _Group, column: int, *, keep_blanks: bool) -> list[str]:
    lines = _comments(group.below, column, keep_blanks=keep_blanks)
    return lines if not lines or lines[-1] else lines[:-1]


def _item(item: _Item, column: int, shape: _Shape, depth: int) -> list[str]:
    """Write an entry of a mapping or list, with the comment behind it."""
    pad, behind = " " * column, f" {item.behind}" if item.behind else ""
    start, head = _head(item, pad)
    value = item.value
    if isinstance(value, _Text):
        literal = _literal(value.said, column + _STEP)
        if literal:
            return [*start, f"{head} {literal[0]}{behind}", *literal[1:]]
        lines = _folded(value, head, column + _STEP)
    else:
        kind = shape.inner(item.key)
        is_listed = depth == 0 or (item.key is not None and item.key.said in shape.listed)
        flow = None if is_listed and value.items else _flow(value, len(head) + 1, column, kind)
        if not flow:
            inner = _block(value, column + _STEP, kind, depth + 1)
            if item.key is None:
                above = [f"{pad}{item.behind}"] if item.behind else []
                return [*above, f"{head} {inner[0][column + _STEP :]}", *inner[1:]]
            return [*start, head + behind, *inner]
        lines = [f"{head} {flow[0]}", *flow[1:]]
    lines[-1] += behind
    return [*start, *lines]


def _head(item: _Item, pad: str) -> tuple[list[str], str]:
    """Write what stands before a value: a dash, or its key; a very long key on a line before."""
    if item.key is None:
        return [], f"{pad}-"
    key = _flat(item.key, in_flow=False)
    if len(key) > _MAX_KEY:
        return [f"{pad}? {key}"], f"{pad}:"
    return [], f"{pad}{key}:"


def _flow(group: _Group, at: int, column: int, kind: _Kind) -> list[str] | None:
    """Write a group in brackets from column `at` on, if that is how it is to be written.

    `column` is that of its key or dash.
    """
    shape = _shape(kind)
    if not group.items:
        return ["{}" if group.is_map else "[]"]
    parts = None if shape.holds_entries else _parts(group)
    if parts is None:
        return None
    line = _bracketed(group, parts)
    if at + len(line) <= WIDTH:
        return [line]
    if not group.is_map:
        return None
    if _bare(kind) is Source:
        head = f"{{{', '.join(parts[:-1])},"
        fits = parts[-1].startswith(f"{_ADDRESS}: ") and at + len(head) <= WIDTH
        return [head, f"{' ' * (column + _STEP)}{parts[-1]}}}"] if fits else None
    return _filled(parts, at)


def _filled(parts: Sequence[str], at: int) -> list[str] | None:
    """Fill lines with the values of a mapping, unless it takes too many, or one is too long for any."""
    # Each part is followed by a comma or the closing bracket, and stands behind the opening one.
    room = WIDTH - at - 2
    if any(len(part) > room for part in parts):
        return None
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + len(part) + 2 <= room:
            lines[-1] += f", {part}"
        else:
            lines.append(part)
    if len(lines) > _MAX_FILLED:
        return None
    hang = " " * (at + 1)
    return [
        ("{" if n == 0 else hang) + line + ("}" if n == len(lines) - 1 else ",")
        for n, line in enumerate(lines)
    ]


def _parts(group: _Group) -> list[str] | None:
    """Write each item of a group on one line, as in brackets; nothing if one must not stand there."""
    parts = []
    for item in group.items:
        value = _one_line(item)
        if value is None or item.behind or any(item.above):
            return None
        key = f"{_flat(item.key, in_flow=True)}: " if item.key else ""
        if len(key) > _MAX_KEY:
            return None
        parts.append(key + value)
    return None if any(group.below) else parts


def _one_line(item: _Item) -> str | None:
    value = item.value
    if isinstance(value, _Group):
        parts = _parts(value)
        return None if parts is None else _bracketed(value, parts)
    is_bare = not value.said and not value.is_quoted
    return None if is_bare or "\n" in value.said else _flat(value, in_flow=True)


def _bracketed(group: _Group, parts: Sequence[str]) -> str:
    inner = ", ".join(parts)
    return f"{{{inner}}}" if group.is_map else f"[{inner}]"


def _literal(said: str, column: int) -> list[str] | None:
    """Write a text of several lines as it is, if YAML can."""
    if "\n" not in said:
        return None
    lines = said.removesuffix("\n").split("\n")
    if not (lines[0] and lines[-1]) or lines[0].startswith(" "):
        return None
    if not all(_PRINTABLE.fullmatch(line) and not line.endswith(" ") for line in lines):
        return None
    return ["|" if said.endswith("\n") else "|-", *(" " * column + line if line else "" for line in lines)]


def _folded(text: _Text, head: str, column: int) -> list[str]:
    """Write a text behind `head`, broken between words; further lines start in `column`."""
    if not text.said and not text.is_quoted:
        return [head]
    lines = [f"{head} "]
    is_fresh = True
    for word in _SPACE.split(_flat(text, in_flow=False)):
        if is_fresh:
            lines[-1] += word
        elif len(lines[-1]) + 1 + len(word) <= WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(" " * column + word)
        is_fresh = False
    return lines


def _flat(text: _Text, *, in_flow: bool) -> str:
    """Write a text on one line, in quotes where it needs some."""
    said = text.said
    if not _PRINTABLE.fullmatch(said):
        return f'"{"".join(map(_escaped, said))}"'
    is_plain = not (_NOT_IN_FLOW if in_flow else _NOT_IN_BLOCK).search(said)
    if is_plain and not (text.is_quoted and _TYPED.fullmatch(said)):
        return said
    if '"' in said or "\\" in said:
        return "'" + said.replace("'", "''") + "'"
    return f'"{said}"'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if _PRINTABLE.fullmatch(letter):
        return letter
    code = ord(letter)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
