"""YAML as plain text with places: nothing is typed, nothing expanded, everything has its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiweb.errors import FileError
from aiweb.registry.source import MAX_BYTES, MAX_DEPTH, Document, Map, Places, parse, pointer, read_bytes


def document(text: str) -> Document:
    """Parse a text that has nothing wrong with its form."""
    found = parse(text.encode(), "f.yaml")
    assert found.problems == []
    return found


def faults(data: str | bytes) -> list[tuple[int, int, str]]:
    """Return line, column and code of what is wrong with a text's form."""
    found = parse(data.encode() if isinstance(data, str) else data, "f.yaml")
    return [(problem.line, problem.column, problem.code) for problem in found.problems]


@pytest.mark.parametrize(
    "text",
    ["NO", "yes", "null", "~", "1e9", "1_000", "0x10", "012", "12:30", "2025-09-22", "5%", ".inf", "=", "<<"],
)
def test_a_scalar_is_the_text_that_was_written(text: str) -> None:
    """a: TEXT."""
    assert document(f"a: {text}\n").root == {"a": text}


def test_quotes_and_blocks_are_yaml_s_own() -> None:
    """Quoted, folded and literal scalars."""
    text = "a: 'it''s'\nb: \"1\\t2\"\nc: >-\n  one\n  two\nd: |\n  one\n  two\ne:\n"

    assert document(text).root == {"a": "it's", "b": "1\t2", "c": "one two", "d": "one\ntwo\n", "e": ""}


def test_everything_knows_its_place() -> None:
    """Places of keys and values, counted from 1; of the nearest thing around what is not there."""
    found = document("a:\n  - {b: c}\n  - 英伟达: d\n")

    assert found.mark(("a", 0, "b"), key=True) == (1, 5)
    assert found.mark(("a", 0, "b")) == (1, 8)
    assert found.mark(("a", 1, "英伟达")) == (2, 9)
    assert found.mark(("a", 7, "x")) == (1, 2)
    assert found.problem(("a", 1), "c", "m").excerpt == "  - 英伟达: d"


def test_a_problem_points_to_its_value() -> None:
    """RFC 6901: ~ is ~0 and / is ~1."""
    assert pointer(("deals", "a/b~c", 0)) == "/deals/a~1b~0c/0"
    assert document("a/b: {c: d}\n").problem(("a/b", "c"), "x", "m").pointer == "/a~1b/c"


def test_places_are_found_by_pointer() -> None:
    """A mapping from pointers to places."""
    places = Places(document("a/b:\n  - c\n  - {d~: e}\n"))

    assert set(places) == {"/a~1b", "/a~1b/0", "/a~1b/1", "/a~1b/1/d~0"}
    assert len(places) == 4
    assert str(places["/a~1b/1/d~0"]) == "f.yaml:3"
    assert (places["/a~1b/0"].line, places["/a~1b/0"].column) == (2, 5)
    assert places.get("/a~1b/²") is None
    assert places.get("/a~1b/9") is None


@pytest.mark.parametrize(
    "text, place",
    [
        ("a: b: c\n", (1, 5, "bad-yaml")),
        ("a: 'b\nc: d\n", (3, 1, "bad-yaml")),
        ("a: [b\nc: d\n", (2, 2, "bad-yaml")),
        ("a: {b: c\n", (2, 1, "bad-yaml")),
        ("a: b\n c: d\n", (2, 3, "bad-yaml")),
        ("a: @b\n", (1, 4, "bad-yaml")),
        ("a:\n\tb: c\n", (2, 1, "tab")),
        ("a: &x b\n", (1, 4, "anchor")),
        ("a: *x\n", (1, 4, "alias")),
        ("a: !!int 1\n", (1, 4, "tag")),
        ("a: !x {b: c}\n", (1, 4, "tag")),
        ("a: b\nc: d\na: e\n", (3, 1, "duplicate-key")),
        ("? [a]\n: b\n", (1, 3, "wrong-shape")),
        ("a: b\n---\nc: d\n", (2, 1, "several-documents")),
        ("", (1, 1, "empty-file")),
        ("# nothing\n\n---\n", (1, 1, "empty-file")),
        ("a: b\r\nc: \x01\r\n", (2, 4, "control-character")),
        ("\ufeffa: b\n", (1, 1, "byte-order-mark")),
    ],
)
def test_what_is_wrong_with_the_form_is_said_with_its_place(text: str, place: tuple[int, int, str]) -> None:
    """One fault a text."""
    assert faults(text) == [place]


@pytest.mark.parametrize(
    "data, place",
    [
        (b"a: b\nc: \xe4\n", (2, 4, "not-utf8")),
        ("a: 英\nc: 伟".encode() + b"\xff", (2, 5, "not-utf8")),
        ("a: b\n".encode("utf-16"), (1, 1, "byte-order-mark")),
        (b"a: \xed\xa0\x80\n", (1, 4, "not-utf8")),
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes, place: tuple[int, int, str]) -> None:
    """The column counts characters, not bytes."""
    assert faults(data) == [place]


def test_several_faults_of_form_are_found_in_one_run() -> None:
    """An anchor, an alias, a tag and a key that stands twice."""
    text = "a: &x b\nc: *x\nd: !y e\na: f\n"

    assert faults(text) == [(1, 4, "anchor"), (2, 4, "alias"), (3, 4, "tag"), (4, 1, "duplicate-key")]


def test_the_first_of_two_equal_keys_is_kept() -> None:
    """a: b, a: c."""
    assert parse(b"a: b\na: c\n", "f").root == {"a": "b"}


@pytest.mark.parametrize("depth, code", [(MAX_DEPTH, []), (MAX_DEPTH + 1, ["too-deep"])])
def test_depth_is_bounded(depth: int, code: list[str]) -> None:
    """[[[…]]]."""
    assert [found for _, _, found in faults("[" * depth + "]" * depth)] == code


def test_size_is_bounded() -> None:
    """A byte more than is allowed, of which no more than that is read."""
    assert faults(b"#" * (MAX_BYTES + 1)) == [(1, 1, "too-large")]


def test_a_long_message_is_cut() -> None:
    """A key of a million letters that stands twice."""
    key = "a" * 1_000_000
    (problem,) = parse(f"? {key}\n: b\n? {key}\n: c\n".encode(), "f").problems

    assert len(problem.message) < 500


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A folder, and a file that is not there."""
    with pytest.raises(FileError, match=r"none\.yaml: No such file"):
        read_bytes(tmp_path / "none.yaml")
    with pytest.raises(FileError, match=r"directory|denied"):
        read_bytes(tmp_path)


SCALARS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=8)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SCALARS, inner, max_size=4),
    max_leaves=12,
)


@given(TREES.filter(lambda tree: not isinstance(tree, str)))
def test_what_is_written_is_what_is_read(tree: object) -> None:
    """Any tree of texts, written with quotes."""

    def written(node: object) -> str:
        if isinstance(node, dict):
            return "{" + ", ".join(f"{written(key)}: {written(value)}" for key, value in node.items()) + "}"
        if isinstance(node, list):
            return "[" + ", ".join(map(written, node)) + "]"
        return "'" + str(node).replace("'", "''") + "'"

    assert document(written(tree)).root == tree


def test_a_mapping_is_a_dictionary_with_places() -> None:
    """a: b."""
    root = document("a: b\n").root

    assert isinstance(root, Map)
    assert (root.keys_at, root.values_at) == ({"a": (0, 0)}, {"a": (0, 3)})
