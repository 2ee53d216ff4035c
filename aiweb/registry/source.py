"""YAML as plain text with the place of every key, and nothing else that YAML can do.

The file is read event by event from libyaml, so nothing is ever expanded:
anchors, aliases, tags and further documents are reported, depth and size are bounded,
and every scalar stays the text that was written (`NO`, `12:30` and `1e9` hold no surprises).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from aiweb.errors import FileError, Problem
from aiweb.model import Place

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_DEPTH: Final = 24
_MAX_MESSAGE: Final = 400
_BOMS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")

Keys: TypeAlias = tuple[str | int, ...]
Mark: TypeAlias = tuple[int, int]
Node: TypeAlias = "Map | Seq | str"


class Map(dict[str, Any]):
    """A mapping as written, with the place of every key and value; places count from 0."""

    __slots__ = ("keys_at", "values_at")

    def __init__(self) -> None:
        super().__init__()
        self.keys_at: dict[str, Mark] = {}
        self.values_at: dict[str, Mark] = {}


class Seq(list[Any]):
    """A sequence as written, with the place of every item."""

    __slots__ = ("values_at",)

    def __init__(self) -> None:
        super().__init__()
        self.values_at: list[Mark] = []


class Document:
    """A file as read: its tree of text, what is wrong with its form, and its lines.

    A registry in several files is one document too: `parts` are its files,
    and `homes` says in which of them the entry at some keys stands.
    """

    def __init__(
        self,
        path: str,
        text: str,
        root: Node,
        problems: list[Problem],
        parts: Sequence[Document] = (),
        homes: Mapping[Keys, int] | None = None,
    ) -> None:
        self.path = path
        self.root = root
        self.problems = problems
        self._lines = text.splitlines()
        self._parts = parts
        self._homes = homes or {}

    def home(self, keys: Keys) -> Document:
        """Find the file that the entry at `keys` stands in."""
        for depth in range(min(len(keys), 3), 0, -1):
            if keys[:depth] in self._homes:
                return self._parts[self._homes[keys[:depth]]]
        return self._parts[0] if self._parts else self

    def line(self, number: int) -> str:
        """Give the text of a line, counted from 1."""
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def mark(self, keys: tuple[str | int, ...], *, key: bool = False) -> Mark:
        """Find where the value at `keys` stands, or its key, or the nearest thing around it."""
        node: Any = self.root
        mark: Mark = (0, 0)
        for depth, step in enumerate(keys):
            last = depth == len(keys) - 1
            if isinstance(node, Map) and str(step) in node:
                at = node.keys_at if key and last else node.values_at
                mark, node = at[str(step)], node[str(step)]
            elif isinstance(node, Seq) and isinstance(step, int) and step < len(node):
                mark, node = node.values_at[step], node[step]
            else:
                break
        return mark

    def problem(
        self,
        keys: tuple[str | int, ...],
        code: str,
        message: str,
        remedy: str = "",
        *,
        key: bool = False,
    ) -> Problem:
        """Make a problem out of what stands at `keys`."""
        line, column = self.mark(keys, key=key)
        home = self.home(keys)
        return problem_at(
            home.path, home.line(line + 1), (line, column), code, message, remedy, pointer(keys)
        )


class Places(Mapping[str, Place]):
    """The place of everything in a document by RFC 6901 pointer, found when asked for."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def __getitem__(self, name: str) -> Place:
        node: Any = self._document.root
        mark: Mark = (0, 0)
        keys: list[str | int] = []
        for part in name.split("/")[1:]:
            step = part.replace("~1", "/").replace("~0", "~")
            if isinstance(node, Map) and step in node:
                keys.append(step)
                mark, node = node.keys_at[step], node[step]
            elif isinstance(node, Seq) and step.isdecimal() and int(step) < len(node):
                keys.append(int(step))
                mark, node = node.values_at[int(step)], node[int(step)]
            else:
                raise KeyError(name)
        return Place(self._document.home(tuple(keys)).path, mark[0] + 1, mark[1] + 1)

    def text(self, *keys: str | int) -> str | None:
        """Give the scalar that stands at some keys, as it was written; nothing where there is none."""
        node: Any = self._document.root
        for step in keys:
            if isinstance(node, Map) and step in node:
                node = node[str(step)]
            elif isinstance(node, Seq) and isinstance(step, int) and step < len(node):
                node = node[step]
            else:
                return None
        return node if isinstance(node, str) else None

    def __iter__(self) -> Iterator[str]:
        todo: list[tuple[str, Any]] = [("", self._document.root)]
        while todo:
            at, node = todo.pop()
            if at:
                yield at
            if isinstance(node, Map):
                todo += [(f"{at}/{_escape(key)}", value) for key, value in node.items()]
            elif isinstance(node, Seq):
                todo += [(f"{at}/{index}", value) for index, value in enumerate(node)]

    def __len__(self) -> int:
        return sum(1 for _ in self)


def merge(parts: Sequence[Document], path: str) -> Document:
    """Put several files together as if they were one; what stands in two of them is a problem.

    The figures of one party, and waivers, may stand in several files; `format` may stand in all.
    """
    root, homes = Map(), dict[Keys, int]()
    problems = [problem for part in parts for problem in part.problems]
    for index, part in enumerate(parts):
        if not isinstance(part.root, Map):
            problems.append(
                part.problem((), "wrong-shape", "the file is no mapping", "start with 'format: 1'")
            )
            continue
        for name in part.root:
            problems += _merge_section(root, part, name, homes, index)
    return Document(path, "", root, problems, parts, homes)


def _merge_section(
    root: Map, part: Document, name: str, homes: dict[Keys, int], index: int
) -> Iterator[Problem]:
    """Add one section of a file to what was read of the files before it."""
    source = part.root
    assert isinstance(source, Map)  # noqa: S101  # merge has seen to it
    section = source[name]
    if name not in root:
        root[name] = _empty_like(section)
        root.keys_at[name], root.values_at[name] = source.keys_at[name], source.values_at[name]
        homes[name,] = index
    whole = root[name]
    if isinstance(section, str) or type(whole) is not type(section):
        if whole != section:
            remedy = "say it in one of the files"
            yield part.problem(
                (name,), "duplicate-key", f"{name!r} stands in another file too", remedy, key=True
            )
        return
    if isinstance(section, Seq):
        homes.update({(name, len(whole) + n): index for n in range(len(section))})
        whole.values_at += section.values_at
        whole.extend(section)
        return
    for key, body in section.items():
        if key in whole and isinstance(body, Seq) and isinstance(whole[key], Seq):
            rows = whole[key]
            homes.update({(name, key, len(rows) + n): index for n in range(len(body))})
            rows.values_at += body.values_at
            rows.extend(body)
        elif key in whole:
            remedy = "keep one of them"
            yield part.problem(
                (name, key), "duplicate-key", f"{key!r} stands in another file too", remedy, key=True
            )
        else:
            whole[key] = body
            whole.keys_at[key], whole.values_at[key] = section.keys_at[key], section.values_at[key]
            homes[name, key] = index


def _empty_like(node: Node) -> Node:
    if isinstance(node, Map):
        return Map()
    return Seq() if isinstance(node, Seq) else node


def pointer(keys: tuple[str | int, ...]) -> str:
    """Write keys as an RFC 6901 pointer."""
    return "".join(f"/{_escape(str(key))}" for key in keys)


def problem_at(
    path: str, text: str, mark: Mark, code: str, message: str, remedy: str = "", where: str = ""
) -> Problem:
    """Make a problem with its line of text; `mark` counts from 0."""
    if len(message) > _MAX_MESSAGE:
        message = f"{message[:_MAX_MESSAGE]}…"
    return Problem(path, mark[0] + 1, mark[1] + 1, code, message, remedy, where, excerpt=text)


def read_bytes(path: str | Path) -> bytes:
    """Read a file, but no more than a registry may hold.

    Raises:
        FileError: it cannot be read.
    """
    try:
        with Path(path).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileError(path, error.strerror or str(error)) from None


def parse(data: bytes, path: str) -> Document:
    """Read YAML into a tree of text; what is wrong with its form is in `problems`."""
    text, problems = _decode(data, path)
    if problems:
        return Document(path, text, Map(), problems)
    reader = _Reader(path, text)
    return Document(path, text, reader.root(), reader.problems)


def _decode(data: bytes, path: str) -> tuple[str, list[Problem]]:
    def one(code: str, message: str, remedy: str, line: int = 0, column: int = 0) -> list[Problem]:
        return [problem_at(path, "", (line, column), code, message, remedy)]

    if len(data) > MAX_BYTES:
        return "", one("too-large", f"the file is larger than {MAX_BYTES >> 20} MiB", "split it up")
    if data.startswith(_BOMS):
        return "", one(
            "byte-order-mark", "the file starts with a byte-order mark", "save it as UTF-8 without one"
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n")
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace"))
        return "", one(
            "not-utf8", f"byte 0x{data[error.start]:02X} is not UTF-8", "save the file as UTF-8", line, column
        )
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start())
        column = found.start() - text.rfind("\n", 0, found.start()) - 1
        message = f"a control character, U+{ord(found[0]):04X}"
        return "", one("control-character", message, "take it out", line, column)
    return text, []


class _Reader:
    """Turns libyaml's events into a tree; holds the open collections on a list, never on the stack."""

    def __init__(self, path: str, text: str) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._lines = text.splitlines()
        self._text = text

    def root(self) -> Node:
        """Read the first document; an empty mapping where there is nothing fit to use."""
        try:
            found = self._read()
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
            return Map()
        except yaml.YAMLError as error:
            self._add((0, 0), "bad-yaml", str(error).splitlines()[0].lower(), "mend the YAML")
            return Map()
        if found is None and not self.problems:
            self._add((0, 0), "empty-file", "the file is empty", "start with 'format: 1'")
        return Map() if found is None else found

    def _read(self) -> Node | None:
        root: Node | None = None
        documents = 0
        stack: list[tuple[Map | Seq, list[tuple[str, Mark] | None]]] = []
        for event in yaml.parse(self._text, Loader=yaml.CSafeLoader):
            start = event.start_mark
            mark = (start.line, start.column) if start else (0, 0)
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._add(mark, "several-documents", "a second document starts here", "keep one")
                    return root
            elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                stack.pop()
            elif isinstance(event, yaml.NodeEvent):
                node = self._node(event, mark)
                if stack:
                    self._attach(stack[-1], node, mark)
                elif root is None:
                    root = node
                if not isinstance(node, str):
                    stack.append((node, [None]))
                    if len(stack) > MAX_DEPTH:
                        self._add(mark, "too-deep", f"nested more than {MAX_DEPTH} deep", "flatten it")
                        return Map()
        if root == "" and self._is_blank():
            return None
        return root

    def _is_blank(self) -> bool:
        return not any(
            line.split("#")[0].strip().strip("-.") for line in self._lines if not line.startswith("%")
        )

    def _node(self, event: yaml.NodeEvent, mark: Mark) -> Node:
        if isinstance(event, yaml.AliasEvent):
            self._add(mark, "alias", f"the alias *{event.anchor}", "write the value out")
            return ""
        if event.anchor is not None:
            self._add(mark, "anchor", f"the anchor &{event.anchor}", "write the value out where it is used")
        if isinstance(event, yaml.ScalarEvent):
            if event.tag is not None:
                self._add(mark, "tag", f"the tag {event.tag}", "take it out; every value is text")
            return str(event.value)
        if isinstance(event, yaml.CollectionStartEvent) and event.tag is not None:
            self._add(mark, "tag", f"the tag {event.tag}", "take it out; every value is text")
        return Map() if isinstance(event, yaml.MappingStartEvent) else Seq()

    def _attach(self, top: tuple[Map | Seq, list[tuple[str, Mark] | None]], node: Node, mark: Mark) -> None:
        parent, pending = top
        if isinstance(parent, Seq):
            parent.append(node)
            parent.values_at.append(mark)
            return
        waiting = pending[0]
        if waiting is None:
            if not isinstance(node, str):
                self._add(mark, "wrong-shape", "a key that is a list or a mapping", "write a word")
            pending[0] = (node if isinstance(node, str) else "", mark)
            return
        pending[0] = None
        key, at = waiting
        if key in parent:
            first = parent.keys_at[key][0] + 1
            self._add(at, "duplicate-key", f"{key!r} stands already in line {first}", "keep one of them")
            return
        parent[key] = node
        parent.keys_at[key] = at
        parent.values_at[key] = mark

    def _syntax(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        at = (mark.line, mark.column) if mark else (0, 0)
        what = error.problem or error.context or "this is not YAML"
        line = self._lines[at[0]] if at[0] < len(self._lines) else ""
        if "\t" in line[: at[1] + 1]:
            self._add((at[0], line.index("\t")), "tab", "a tab used for layout", "use spaces")
            return
        remedy = "mend the YAML here"
        if "mapping values are not allowed" in what:
            remedy = "quote a text that holds ': '"
        elif "quoted scalar" in (error.context or "") or "end of stream" in what:
            remedy = "close the quotes or brackets"
        elif "expected ',' or" in what or "expected <block end>" in what or "did not find expected" in what:
            remedy = "check brackets, commas and indentation just above"
        self._add(at, "bad-yaml", what, remedy)

    def _add(self, mark: Mark, code: str, message: str, remedy: str) -> None:
        text = self._lines[mark[0]] if mark[0] < len(self._lines) else ""
        self.problems.append(problem_at(self._path, text, mark, code, message, remedy))


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
