"""The format as JSON Schema draft-07, for editors that complete and explain as you type.

The language server for YAML knows draft-07; pydantic writes 2020-12.
So the schema is rebuilt here: definitions, no tuples, no nulls, one description a field.
The words a field may take stand in the field itself: the server shows what is said behind a
reference, not what the field says.
A scalar without quotes is a number to an editor and text to aiweb; both are let through.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from aiweb.model import CURRENCY_PATTERN, ID_PATTERN, RegistryFile
from aiweb.values import MONEY_FORMS, SPAN_FORMS, WHEN_FORMS

_DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_DEFINITIONS: Final = "#/definitions/"
FORMS: Final = {
    "an amount": MONEY_FORMS,
    "a date": WHEN_FORMS,
    "a span of time": SPAN_FORMS,
    "a percentage": "write 7.5%",
    "a number": "write 160m or 1.17",
    "a bare number": "write 4.24 or -0.5",
    "a price in US dollars": "write $0.01",
}
_KEYS: Final = {
    "parties": ("nvidia", ID_PATTERN),
    "deals": ("nvidia-openai-equity-2026", ID_PATTERN),
    "sources": ("release", ID_PATTERN),
    "claims": ("one-trillion", ID_PATTERN),
    "figures": ("openai", ID_PATTERN),
    "rates": ("EUR", CURRENCY_PATTERN),
    "series": ("sofr", ID_PATTERN),
    "schedule": ("2027", r"^[12]\d{3}(-.+)?$"),
}
# What a reader wants first comes first.
_ORDER: Final = ("$schema", "title", "description", "$comment", "type", "allOf", "anyOf", "enum", "required")


def schema() -> dict[str, object]:
    """Describe a registry file as JSON Schema draft-07."""
    made = RegistryFile.model_json_schema(by_alias=True, ref_template=_DEFINITIONS + "{model}")
    made = _spelt_out(made, {name: node for name, node in made["$defs"].items() if "enum" in node})
    found = {name: node for name, node in made.pop("$defs").items() if "enum" not in node}
    whole = {
        "$schema": _DRAFT,
        **_definition({**made, "title": "A registry of deals"}),
        "definitions": {name: _definition(found[name]) for name in sorted(found)},
    }
    for definition in (*whole["definitions"].values(), whole):
        for name, field in definition.get("properties", {}).items():
            field.setdefault("examples", [_example(field, whole["definitions"], name)])
    return whole


def schema_text() -> str:
    """Print the schema, the same for the same model."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _spelt_out(node: Mapping[str, Any], words: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Put the words of an enum, and its name as a comment, where a reference to it stands."""

    def inside(child: object) -> object:
        if isinstance(child, list):
            return [inside(each) for each in child]
        return _spelt_out(child, words) if isinstance(child, dict) else child

    name = str(node.get("$ref", "")).removeprefix(_DEFINITIONS)
    if name not in words:
        return {key: inside(child) for key, child in node.items()}
    rest = {key: value for key, value in node.items() if key != "$ref"}
    return {"$comment": name, "type": "string", "enum": words[name]["enum"], **rest}


def _definition(made: Mapping[str, Any]) -> dict[str, Any]:
    """Rebuild an entry."""
    fields = {name: _field(name, field) for name, field in made.get("properties", {}).items()}
    return _sorted({**made, "properties": fields} if fields else made)


def _field(name: str, made: Mapping[str, Any]) -> dict[str, Any]:
    """Rebuild a field: what it may hold, with one description that also says how to write it."""
    kinds = [kind for kind in made.get("anyOf", ()) if kind.get("type") != "null"]
    outer = {key: value for key, value in made.items() if key != "anyOf"}
    inner = kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {}
    field = _typed(name, {**inner, **outer, "title": name.replace("_", " ").capitalize()})
    forms = FORMS.get(field.get("$comment", ""), "")
    if forms and forms not in field["description"]:
        field["description"] += f" {forms[0].upper()}{forms[1:]}."
    if field.get("default", "") in (None, []):
        del field["default"]
    return _sorted(field)


def _typed(name: str, node: Mapping[str, Any]) -> dict[str, Any]:
    """Say what a node may hold in draft-07, as an editor sees it."""
    kind = node.get("type")
    rest = {key: value for key, value in node.items() if key not in _REBUILT}
    if name == "format":
        return {**rest, "enum": [1, "1"], "examples": [1]}
    if kind == "integer":
        return {**rest, "type": ["integer", "string"], "pattern": r"^[0-9]+$"}
    if kind == "string" and "maxLength" in node:
        return {**rest, "type": ["string", "number"]}
    if kind == "array":
        return {**rest, "type": kind, "items": _typed("", node["items"])}
    if kind == "object" and "additionalProperties" in node:
        values = _typed("", node["additionalProperties"])
        keys = {_KEYS[name][1]: values}
        return {**rest, "type": kind, "patternProperties": keys, "additionalProperties": False}
    if "anyOf" in node:
        # Of two schemas for one field, an editor shows both titles.
        one, many = node["anyOf"]
        rest = {key: value for key, value in rest.items() if key != "anyOf"}
        return {**rest, **many, "type": [one["type"], many["type"]]}
    if "$ref" in node and rest:
        # Draft-07 ignores whatever stands beside a reference.
        return {**rest, "allOf": [{"$ref": node["$ref"]}]}
    return dict(node)


_REBUILT: Final = {"type", "pattern", "items", "additionalProperties", "propertyNames", "$ref"}


def _example(node: Mapping[str, Any], definitions: Mapping[str, Any], name: str = "") -> object:
    """Make an example out of those of the parts."""
    if "allOf" in node or "$ref" in node:
        reference = node["allOf"][0]["$ref"] if "allOf" in node else node["$ref"]
        return _example(definitions[reference.removeprefix(_DEFINITIONS)], definitions)
    if "examples" in node or "enum" in node:
        return (node.get("examples") or node["enum"])[0]
    if "properties" in node:
        fields = node["properties"]
        return {key: _example(fields[key], definitions, key) for key in node["required"]}
    if "patternProperties" in node:
        (values,) = node["patternProperties"].values()
        return {_KEYS[name][0]: _example(values, definitions)}
    if "items" in node:
        return [_example(node["items"], definitions)]
    return True if node["type"] == "boolean" else 1


def _sorted(node: Mapping[str, Any]) -> dict[str, Any]:
    return {key: node[key] for key in (*(key for key in _ORDER if key in node), *node)}
