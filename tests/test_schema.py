"""The schema that editors read: draft-07, every field explained, and true to the format."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft7Validator

from aiweb.model import RegistryFile
from aiweb.registry.load import read_text
from aiweb.registry.schema import schema, schema_text

WORDS_OF_2020: Final = {"$defs", "prefixItems", "unevaluatedProperties", "dependentRequired", "$anchor"}


class Editor(yaml.SafeLoader):
    """Reads YAML 1.2 as an editor does: numbers and true are typed, dates are text, keys are text."""


# The resolvers of its parent are for YAML 1.1.
Editor.yaml_implicit_resolvers = {}


Editor.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))
Editor.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?\d+$"), list("-0123456789"))
Editor.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"-?\d+\.\d+$"), list("-0123456789"))
Editor.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("(null|~|)$"), ["n", "~", ""])
Editor.add_constructor(
    "tag:yaml.org,2002:map",
    lambda loader, node: {key.value: loader.construct_object(value, deep=True) for key, value in node.value},
)


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    """Return the schema."""
    return schema()


@pytest.fixture(scope="module")
def validator(made: dict[str, Any]) -> Draft7Validator:
    """Return something that holds a document against the schema."""
    return Draft7Validator(made)


def fields(made: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every field with its type's name."""
    for name, definition in [*made["definitions"].items(), ("RegistryFile", made)]:
        for field, node in definition.get("properties", {}).items():
            yield f"{name}.{field}", node


def words(node: object) -> Iterator[str]:
    """Give every key of the schema."""
    if isinstance(node, dict):
        yield from node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from words(child)


def read(text: str) -> object:
    """Read YAML as an editor does."""
    return yaml.load(text, Loader=Editor)  # noqa: S506 a safe loader with fewer types


def test_the_schema_is_draft_07(made: dict[str, Any]) -> None:
    """No word of a later draft, and every reference to `definitions`."""
    Draft7Validator.check_schema(made)

    assert made["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert WORDS_OF_2020.isdisjoint(words(made))
    assert set(re.findall(r'"\$ref": "(.*?/)\w+"', schema_text())) == {"#/definitions/"}


def test_every_type_is_closed_and_every_reference_leads_somewhere(made: dict[str, Any]) -> None:
    """additionalProperties: false."""
    types = [node for node in (*made["definitions"].values(), made) if "properties" in node]

    assert all(node["additionalProperties"] is False for node in types)
    assert set(re.findall(r'definitions/(\w+)"', schema_text())) == set(made["definitions"])


def test_every_field_has_a_title_a_description_and_an_example(made: dict[str, Any]) -> None:
    """The hover help of an editor."""
    bare = [
        name
        for name, node in fields(made)
        if not (node.get("title") and node.get("description") and node.get("examples"))
    ]

    assert bare == []


def test_nothing_stands_beside_a_reference(made: dict[str, Any]) -> None:
    """Draft-07 would not see it."""

    def beside(node: object) -> Iterator[object]:
        if isinstance(node, dict) and "$ref" in node and len(node) > 1:
            yield node
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from beside(child)

    assert list(beside(made)) == []


def test_every_example_fits_its_field(made: dict[str, Any]) -> None:
    """As text, and as the number an editor may make of it."""
    for name, node in fields(made):
        check = Draft7Validator({**node, "definitions": made["definitions"]})
        for example in node["examples"]:
            assert not list(check.iter_errors(example)), f"{name}: {example}"


def test_the_fields_are_those_of_the_model(made: dict[str, Any]) -> None:
    """By the name they have in the file: `from`, not `payer`."""
    assert list(made["properties"]) == list(RegistryFile.model_fields)
    assert {"from", "to"} <= set(made["definitions"]["Leg"]["properties"])
    assert {"payer", "payee"}.isdisjoint(made["definitions"]["Leg"]["properties"])


def test_the_schema_prints_the_same_every_time() -> None:
    """Two spaces, a newline at the end."""
    assert schema_text() == schema_text()
    assert json.loads(schema_text()) == schema()
    assert schema_text().endswith("\n}\n")
    assert '\n  "title": ' in schema_text()


@pytest.mark.parametrize("name", ["deals.yaml", "tests/full.yaml"])
def test_a_registry_without_problems_fits(name: str, root: Path, validator: Draft7Validator) -> None:
    """The registry itself, and the file with every field."""
    text = (root / name).read_text(encoding="utf-8")

    assert read_text(text.encode(), name).problems == ()
    assert [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(read(text))] == []


@pytest.mark.parametrize("text", ["1", "'1'"])
def test_the_format_may_be_a_number_or_a_text(text: str, validator: Draft7Validator) -> None:
    """format: 1."""
    assert validator.is_valid(read(f"format: {text}\nas_of: 2025\nparties: {{}}\ndeals: {{}}\n"))


@pytest.mark.parametrize(
    "before, after",
    [
        ("format: 1", "format: 2"),
        ("instrument: equity", "instrument: eqity"),
        ("amount: up to $100bn", "amount: [up to $100bn]"),
        ("amount: up to $100bn", "amount: 100"),
        ("outside: true", "outside: perhaps"),
        ("year_end: 5", "year_end: 13"),
        ("country: US", "country: USA"),
        ("  nvidia: {name", "  Nvidia_Corp: {name"),
        ("  EUR:", "  Euro:"),
        ("from: nvidia", "payer: nvidia"),
        ("source: release", "source: []"),
        ("on: 2025-09-22, ", ""),
    ],
)
def test_an_editor_sees_what_is_wrong(
    before: str, after: str, root: Path, validator: Draft7Validator
) -> None:
    """tests/full.yaml with one change."""
    text = (root / "tests/full.yaml").read_text(encoding="utf-8")

    assert before in text
    assert not validator.is_valid(read(text.replace(before, after, 1)))
